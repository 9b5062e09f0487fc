//! `cargo xtask bench audit`, `egress`, `firewall` and `certificate`: the figures of `docs/performance.md`, on input made from a seed, with the release build.
//!
//! The command builds the release binaries and starts its own; each large run is a process of its own. Nothing here is a test that
//! fails: the goal stands beside each figure.

mod certificate;
mod estate;
mod files;
mod firewalls;
mod measure;
mod rootfs;
mod stream;
mod traffic;

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use measure::{Cost, machine, median};
use stream::{Stream, Streamed};

/// Builds, and runs the benches of the part that is named: `audit` or `egress` (with `--only PART` one of them), `firewall` or
/// `certificate` (of how many rules).
///
/// # Errors
/// When a part is not known, or something cannot be built or run.
pub fn command(root: &Path, arguments: &[String]) -> Result<bool> {
    let Some((part, rest)) = arguments.split_first().map(|(name, rest)| (name.as_str(), rest))
    else {
        bail!(USAGE);
    };
    if !matches!(part, "audit" | "certificate" | "egress" | "firewall") {
        bail!(USAGE);
    }
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let build = ["build", "--release", "--locked", "-p", "supplant", "-p", "xtask"];
    let built = Command::new(cargo).args(build).current_dir(root).status()?;
    if !built.success() {
        return Ok(false);
    }
    let inner = root.join("target/release/xtask");
    let mut bench = Command::new(inner);
    bench.args(["bench-inner", part]).args(rest).current_dir(root);
    Ok(bench.status().context("starting the release build of xtask")?.success())
}

/// The release build's part.
///
/// # Errors
/// When something cannot be run.
pub fn inner(root: &Path, arguments: &[String]) -> Result<bool> {
    let Some((part, rest)) = arguments.split_first() else { bail!("no part is named") };
    match part.as_str() {
        "audit" => audit(root, rest)?,
        "certificate" => {
            println!("machine: {}", machine());
            let rules = rest.first().map_or(Ok(CERTIFIED), |rules| rules.parse());
            certificate::run(SEED, rules.context("how many rules?")?)?;
        }
        "egress" => traffic::bench(root, rest)?,
        "stream" => stream::inner(rest)?,
        "firewall" => firewalls::bench(root)?,
        "read-firewall" => firewalls::inner(root, rest)?,
        other => bail!("there is no bench `{other}`"),
    }
    Ok(true)
}

fn audit(root: &Path, arguments: &[String]) -> Result<()> {
    let only = match arguments {
        [] => None,
        [flag, part] if flag == "--only" => Some(part.as_str()),
        _ => bail!(USAGE),
    };
    let wanted = |part: &str| only.is_none_or(|only| only == part);
    let bench = root.join("target/bench");
    fs::create_dir_all(&bench).context("making target/bench")?;
    let program = root.join("target/release/supplant");
    println!("machine: {}", machine());
    if wanted("files") {
        on_files(&program, &bench)?;
    }
    if wanted("stream") {
        streams()?;
    }
    if wanted("rootfs") {
        on_rootfs(&program, &bench)?;
    }
    Ok(())
}

/// The program on files that lie on the disk.
fn on_files(program: &Path, bench: &Path) -> Result<()> {
    let (hosts, rows) = FILES;
    let (folder, bytes) = files::exports(bench, SEED, hosts, rows)?;
    let mb = bytes as f64 / 1e6;
    println!("\nosquery JSON on disk, end to end: {hosts} files, {mb:.0} MB, {ROUNDS} runs each");
    files::assess(program, &folder, 2, 1)?;
    // One worker and two take turns, so that both meet the same other load.
    let (mut ones, mut twos) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ones.extend(files::assess(program, &folder, 1, 1)?);
        twos.extend(files::assess(program, &folder, 2, 1)?);
    }
    for (jobs, costs) in [(1, &ones), (2, &twos)] {
        let (cpu, wall) = (of(costs, |cost| cost.cpu), of(costs, |cost| cost.wall));
        let peak = of(costs, |cost| cost.peak_mb);
        println!(
            "  --jobs {jobs}: {cpu:.2} CPU-s, {wall:.2} s, {peak:.0} MB memory: {:.0} MB per CPU-s (goal 350)",
            mb / cpu
        );
    }
    let best = |costs: &[Cost]| costs.iter().map(|cost| cost.wall).fold(f64::MAX, f64::min);
    println!(
        "  two cores: {:.2} times faster (median), {:.2} (best runs) (goal 1.7)",
        of(&ones, |cost| cost.wall) / of(&twos, |cost| cost.wall),
        best(&ones) / best(&twos)
    );
    Ok(())
}

fn of(costs: &[Cost], what: impl Fn(&Cost) -> f64) -> f64 {
    median(costs.iter().map(what))
}

/// The large runs.
fn streams() -> Result<()> {
    let (hosts, rows) = LARGE;
    let base = Stream { mode: "typical", hosts, rows, jobs: 2, read: true, again: true };
    let made = Stream { read: false, again: false, ..base }.measure(SEED)?;
    println!(
        "\n{hosts} hosts x {rows} rows, {:.1} GB made in memory, two workers (making it: {:.2} CPU-s, {:.2} s)",
        number(&made, "bytes") / 1e9,
        made.cost.cpu,
        made.cost.wall
    );
    let whole = base.measure(SEED)?;
    report("typical", &whole, &made);
    println!("  peak memory {:.0} MB (goal: below 1000)", whole.cost.peak_mb);
    let part = |key: &str| number(&whole, key);
    println!(
        "  judged again under another directive: {:.3} s, {:.2} CPU-s (goal 0.3 s): identify {:.3}, \
         what is where {:.3}, rule {:.3} for {} findings; with the whole record {:.3} s",
        part("again_identify") + part("again_installations") + part("again_rule"),
        part("again_cpu"),
        part("again_identify"),
        part("again_installations"),
        part("again_rule"),
        part("again_ruled"),
        part("again_record"),
    );
    println!("\nhow much repeats: {} hosts, one worker", hosts / 20);
    for mode in ["typical", "unique", "distinct"] {
        let base = Stream { mode, hosts: hosts / 20, jobs: 1, again: false, ..base };
        let made = Stream { read: false, ..base }.measure(SEED)?;
        report(mode, &base.measure(SEED)?, &made);
    }
    Ok(())
}

/// One line; what it costs to make the input is taken off.
fn report(name: &str, run: &Streamed, made: &Streamed) {
    let mb = number(run, "bytes") / 1e6;
    println!(
        "  {name:<9} {:.2} CPU-s, {:.2} s, {:.0} MB memory, {} rows ({} lost), {} distinct, {} assets, {} findings: {:.0} MB per CPU-s; read and merged only: {:.0}",
        run.cost.cpu - made.cost.cpu,
        run.cost.wall - made.cost.wall,
        run.cost.peak_mb,
        number(run, "rows"),
        number(run, "lost"),
        number(run, "items"),
        number(run, "assets"),
        number(run, "findings"),
        mb / (run.cost.cpu - made.cost.cpu),
        mb / (number(run, "read_cpu") - made.cost.cpu),
    );
}

fn number(run: &Streamed, key: &str) -> f64 {
    run.details.get(key).and_then(Value::as_f64).unwrap_or_default()
}

/// A tree beside the peers.
fn on_rootfs(program: &Path, bench: &Path) -> Result<()> {
    let root = match rootfs::tree(bench) {
        Ok(root) => root,
        Err(reason) => {
            println!("\nskipped: root file system: {reason}");
            return Ok(());
        }
    };
    println!("\nroot file system of {} files, median of 3 (goal: 1 CPU-s)", rootfs::files(&root)?);
    for line in rootfs::compare(program, bench, &root) {
        println!("{}", rootfs::shown(&line));
    }
    Ok(())
}

const USAGE: &str = "`cargo xtask bench audit [--only files|stream|rootfs]`, `… egress`, `… firewall` or `… certificate [RULES]`";
const SEED: u64 = 20_260_210;
/// Hosts and rows on disk: 3.6 GB, so that starting (0.2 s) weighs little.
const FILES: (usize, usize) = (20_000, 400);
/// Hosts and rows of the large run: about ten gigabytes.
const LARGE: (usize, usize) = (50_000, 400);
const ROUNDS: usize = 3;
/// Rules of the policy whose certificate is checked.
const CERTIFIED: u32 = 10_000;
