//! Reading firewall configurations: what it costs, and whether the cost grows with the size. Each reading is a process of its own, so
//! that its memory and its processor time are its own.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::measure::{Cost, machine, median, run};
use crate::firewall::{Platform, Profile, Rendering, Shape, make, read_back, render, write};

/// Makes each configuration, reads it several times, and prints what that took.
///
/// # Errors
/// When something cannot be written or run.
pub(super) fn bench(root: &Path) -> Result<()> {
    let folder = root.join("target/bench");
    fs::create_dir_all(&folder).context("making target/bench")?;
    println!("machine: {}", machine());
    let mut first: Option<(Platform, f64)> = None;
    for (platform, rules) in SIZES {
        let file = folder.join(format!("firewall-{}-{rules}", platform.as_str()));
        let profile = Profile::of("zones-and-addresses").context("no such profile")?;
        let firewall = make(profile, Shape::Zoned, *rules, SEED);
        write(&file, &render(&firewall, *platform))?;
        drop(firewall);
        let mb = fs::metadata(&file).context("looking at the configuration")?.len() as f64 / 1e6;
        // What starting the process and loading the facts costs is taken off.
        let empty = measure(&file, *platform, "nothing")?;
        let read = measure(&file, *platform, "read")?;
        let cpu = read.cpu - empty.cpu;
        let each = cpu * 1e6 / *rules as f64;
        let base = match first {
            Some((known, each)) if known == *platform => each,
            _ => each,
        };
        first = Some((*platform, base));
        println!(
            "  {:<10} {rules:>7} rules, {mb:>6.1} MB: {cpu:.2} CPU-s, {:.2} s, {:.0} MB memory; \
             {:.0} MB per CPU-s, {each:.1} us a rule, {:.2} of the first size",
            platform.as_str(),
            read.wall,
            read.peak_mb,
            mb / cpu,
            each / base,
        );
    }
    Ok(())
}

fn measure(file: &Path, platform: Platform, what: &str) -> Result<Cost> {
    let program = std::env::current_exe().context("finding this program")?;
    let mut costs = Vec::new();
    for _ in 0..ROUNDS {
        let mut child = Command::new(&program);
        child.args(["bench-inner", "read-firewall", platform.as_str(), what]).arg(file);
        let ran = run(&mut child)?;
        if !ran.status.success() {
            bail!("reading {} failed", file.display());
        }
        costs.push(ran.cost);
    }
    let of = |what: fn(&Cost) -> f64| median(costs.iter().map(what));
    Ok(Cost {
        cpu: of(|cost| cost.cpu),
        wall: of(|cost| cost.wall),
        peak_mb: of(|cost| cost.peak_mb),
    })
}

/// The process of one reading: prints how many rules were read.
///
/// # Errors
/// When the arguments are not those of [`bench`], or the file is not read as what it is.
pub(super) fn inner(root: &Path, arguments: &[String]) -> Result<()> {
    let [platform, what, path] = arguments else {
        bail!("these are not the arguments of a reading");
    };
    let platform = Platform::of(platform).context("no such platform")?;
    let text = fs::read_to_string(path).with_context(|| format!("reading {path}"))?;
    let mut rendering = Rendering { files: vec![(path.clone(), text)] };
    if what == "nothing" {
        rendering.files.clear();
        println!("{}", rendering.files.len());
        return Ok(());
    }
    let reading = read_back(root, platform, rendering)?;
    let contexts = reading.devices.iter().flat_map(|device| &device.contexts);
    let rulebases = contexts.flat_map(|context| &context.rulebases);
    let rules: usize = rulebases.map(|rulebase| rulebase.rules.len()).sum();
    println!("{rules} rules, {} problems", reading.problems.len());
    if let Some(problem) = reading.problems.first() {
        println!("the first: {} {:?}", problem.code.0, problem.args);
    }
    Ok(())
}

/// What is read.
const SIZES: &[(Platform, usize)] = &[
    (Platform::FortiOs, 10_000),
    (Platform::FortiOs, 50_000),
    (Platform::FortiOs, 100_000),
    (Platform::FortiOs, 200_000),
    (Platform::PanOs, 10_000),
    (Platform::PanOs, 50_000),
];
const SEED: u64 = 1;
const ROUNDS: usize = 3;
