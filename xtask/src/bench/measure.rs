//! What a run costs: processor time and memory, as the kernel counts them.
//!
//! Processor time is read from `/proc`, in steps of 10 ms; it does not depend on what else the machine does. Wall time does.

use std::fs;
use std::io::Read;
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// What one run cost.
#[derive(Clone, Debug)]
pub(super) struct Cost {
    /// Seconds of processor time, of all threads and of all children.
    pub(super) cpu: f64,
    /// Seconds.
    pub(super) wall: f64,
    /// The most memory it held at once, in MB.
    pub(super) peak_mb: f64,
}

/// A program that has run.
pub(super) struct Ran {
    /// What it cost.
    pub(super) cost: Cost,
    /// The most memory that no file backs, in MB, as far as it was seen every two milliseconds.
    pub(super) own_mb: f64,
    /// How it ended.
    pub(super) status: ExitStatus,
    /// What it printed.
    pub(super) output: Vec<u8>,
}

/// Runs a program to its end. Only one may run at a time: the kernel adds up the time of all children.
///
/// # Errors
/// When it cannot be started or watched.
pub(super) fn run(command: &mut Command) -> Result<Ran> {
    let name = command.get_program().to_string_lossy().into_owned();
    let before = processor_seconds()?.1;
    let start = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("starting {name}"))?;
    let pid = child.id().to_string();
    let watch = thread::spawn(move || {
        let (mut peak, mut own) = (0.0_f64, 0.0_f64);
        // The file is empty once the program has ended, and gone once it has been waited for.
        while let Some(now) = peak_mb(&pid) {
            peak = peak.max(now);
            own = own.max(status_mb(&pid, "RssAnon:").unwrap_or_default());
            thread::sleep(Duration::from_millis(2));
        }
        (peak, own)
    });
    let mut output = Vec::new();
    if let Some(mut stdout) = child.stdout.take() {
        stdout.read_to_end(&mut output).with_context(|| format!("reading from {name}"))?;
    }
    let status = child.wait().with_context(|| format!("waiting for {name}"))?;
    let wall = start.elapsed().as_secs_f64();
    let cpu = processor_seconds()?.1 - before;
    let (peak_mb, own_mb) = watch.join().unwrap_or_default();
    Ok(Ran { cost: Cost { cpu, wall, peak_mb }, own_mb, status, output })
}

/// The processor time of this process and of its children that have ended.
///
/// # Errors
/// When `/proc` cannot be read.
pub(super) fn processor_seconds() -> Result<(f64, f64)> {
    let stat = fs::read_to_string("/proc/self/stat").context("reading /proc/self/stat")?;
    // The name of the program stands in brackets and may hold anything.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks: Vec<f64> =
        fields.split_whitespace().skip(11).take(4).filter_map(|field| field.parse().ok()).collect();
    match ticks.as_slice() {
        [user, system, child_user, child_system] => {
            Ok(((user + system) / TICKS, (child_user + child_system) / TICKS))
        }
        _ => anyhow::bail!("/proc/self/stat is not as expected"),
    }
}

/// The most memory that a process has held, in MB; `self` for this one.
pub(super) fn peak_mb(pid: &str) -> Option<f64> {
    status_mb(pid, "VmHWM:")
}

fn status_mb(pid: &str, key: &str) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(key))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024.0 / 1e6)
}

/// The one in the middle.
pub(super) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// What of the machine decides the figures.
pub(super) fn machine() -> String {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let value = |key: &str| {
        let line = info.lines().find(|line| line.starts_with(key));
        line.and_then(|line| line.split_once(':')).map_or("", |(_, value)| value.trim()).to_owned()
    };
    let flags = value("flags");
    let has = |flag: &&&str| flags.split(' ').any(|other| other == **flag);
    let flags: Vec<&str> = ["sha_ni", "avx2", "avx512f"].iter().filter(has).copied().collect();
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default().to_owned();
    format!(
        "{}, {cores} cores, {}; load {load} before the start",
        value("model name"),
        flags.join(" ")
    )
}

/// The kernel counts in hundredths of a second, whatever its own clock does.
const TICKS: f64 = 100.0;
