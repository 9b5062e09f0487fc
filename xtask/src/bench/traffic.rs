//! Attribution of traffic beside its peers: the same logs, the same questions, in the same run.
//!
//! Two questions: bytes out by host and longest suffix of the flow's own name, and bytes out by host and vendor of the longest prefix.
//! Peers answer them from SQL, each on its own and both from tables that were loaded once; the cheapest way to both is what counts.
//! We answer both in one pass, with DNS answers on top. Everything is checked against what the generator meant.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use super::measure::{Cost, Ran, machine, median, run};
use crate::traffic::{Format, Order, make};

/// What is measured.
struct Plan {
    root: PathBuf,
    /// Where logs are made; removed in the end.
    logs: PathBuf,
    /// Megabytes of each format.
    megabytes: u64,
    peers: bool,
}

/// Runs the bench, or the part of it that is named: `peers`, `workers` or `memory`.
///
/// # Errors
/// When something cannot be written or run.
pub(super) fn bench(root: &Path, arguments: &[String]) -> Result<()> {
    let (mut only, mut megabytes, mut peers) = (None, 1000, true);
    for pair in arguments.chunks(2) {
        match pair {
            [flag, part] if flag == "--only" => only = Some(part.as_str()),
            [flag, size] if flag == "--size" => megabytes = size.parse().context(USAGE)?,
            [flag, word] if flag == "--peers" => peers = word == "yes",
            _ => bail!(USAGE),
        }
    }
    let logs = root.join("target/bench/egress");
    let plan = Plan { root: root.to_owned(), logs, megabytes, peers };
    println!("machine: {}", machine());
    let wanted = |part: &str| only.is_none_or(|only| only == part);
    let outcome = [("peers", formats as fn(&Plan) -> _), ("workers", workers), ("memory", memory)]
        .into_iter()
        .filter(|(part, _)| wanted(part))
        .try_for_each(|(_, part)| part(&plan));
    drop(fs::remove_dir_all(&plan.logs));
    outcome
}

/// Each format, by everybody.
fn formats(plan: &Plan) -> Result<()> {
    for (format, zipped, goal) in [
        (Format::ZeekJson, false, 2.5),
        (Format::ZeekJson, true, 1.0),
        (Format::ZeekTsv, false, 1.8),
        (Format::Eve, false, 3.0),
    ] {
        let mut bytes = plan.made(format, plan.megabytes, 1)?;
        if zipped {
            bytes = zip_all(&plan.logs.join("logs"))?;
        }
        let name =
            if zipped { format!("{}-gzip", format.as_str()) } else { format.as_str().into() };
        let mb = bytes as f64 / 1e6;
        println!(
            "\n{name}: {mb:.0} MB of text, median of {ROUNDS}; CPU-s without starting up; goal {goal} GB per CPU-s"
        );
        let conn = plan.logs.join("logs/conn.log");
        if let Ok(conn_log) = fs::metadata(&conn) {
            plan.ours("conn.log alone", &conn, "1", conn_log.len() as f64 / 1e6)?;
        }
        let logs = plan.logs.join("logs");
        let one = plan.ours("one worker", &logs, "1", mb)?;
        let two = plan.ours("two workers", &logs, "2", mb)?;
        if !plan.peers {
            continue;
        }
        let mut best: Option<(f64, String)> = None;
        for peer in PEERS {
            let cpu = plan.peer(peer, &name, mb)?;
            if let Some(cpu) = cpu
                && best.as_ref().is_none_or(|(least, _)| cpu < *least)
            {
                best = Some((cpu, peer.name.to_owned()));
            }
        }
        if let (Some((cpu, name)), Some(one), Some(two)) = (best, one, two) {
            println!(
                "  best peer: {name}; one worker takes {:.1} times less CPU, two {:.1} times (goal 6)",
                cpu / one,
                cpu / two
            );
        }
    }
    Ok(())
}

/// One worker against two, on several files and on one.
fn workers(plan: &Plan) -> Result<()> {
    for (format, parts) in [(Format::ZeekJson, 8), (Format::ZeekJson, 1), (Format::Eve, 1)] {
        let bytes = plan.made(format, plan.megabytes, parts)?;
        let files = if parts > 1 { "several files" } else { "one large file" };
        println!("\nworkers: {}, {files}, {:.0} MB", format.as_str(), bytes as f64 / 1e6);
        let (mut ones, mut twos) = (Vec::new(), Vec::new());
        // They take turns, so that both meet the same other load.
        for _ in 0..ROUNDS {
            for (jobs, costs) in [("1", &mut ones), ("2", &mut twos)] {
                let Some(ran) = plan.run_ours(&plan.logs.join("logs"), jobs)? else {
                    return Ok(());
                };
                costs.push(ran.cost);
            }
        }
        let wall = |costs: &[Cost]| median(costs.iter().map(|cost| cost.wall));
        let best = |costs: &[Cost]| costs.iter().map(|cost| cost.wall).fold(f64::MAX, f64::min);
        println!(
            "  {:.2} s and {:.2} s: {:.2} times faster (median), {:.2} (best runs) (goal 1.8)",
            wall(&ones),
            wall(&twos),
            wall(&ones) / wall(&twos),
            best(&ones) / best(&twos),
        );
    }
    Ok(())
}

/// Memory must not grow with the input.
fn memory(plan: &Plan) -> Result<()> {
    println!("\nmemory beside mapped files (goal: below 150 MB)");
    for format in [Format::ZeekJson, Format::ZeekTsv, Format::Eve] {
        for megabytes in [plan.megabytes / 10, plan.megabytes / 2, plan.megabytes * 2] {
            let bytes = plan.made(format, megabytes, 1)?;
            let Some(ran) = plan.run_ours(&plan.logs.join("logs"), "2")? else { return Ok(()) };
            println!(
                "  {:<10} {:>5.0} MB: {:.0} MB of its own, {:.0} MB with mapped files",
                format.as_str(),
                bytes as f64 / 1e6,
                ran.own_mb,
                ran.cost.peak_mb
            );
        }
    }
    Ok(())
}

impl Plan {
    /// Makes logs; says how many bytes. A log whose ids of flows recur would be joined wrongly by SQL on ids alone.
    fn made(&self, format: Format, megabytes: u64, parts: u64) -> Result<u64> {
        drop(fs::remove_dir_all(&self.logs));
        let order = Order {
            format,
            seed: SEED,
            bytes: megabytes * 1_000_000,
            flows: u64::MAX,
            vendors: 10,
            parts,
            reuse: false,
        };
        Ok(make(&order, &self.logs)?.bytes)
    }

    fn run_ours(&self, logs: &Path, jobs: &str) -> Result<Option<Ran>> {
        let program = self.root.join("target/release/supplant");
        let known = run(Command::new(&program).args(["egress", "--help"]))?;
        if !known.status.success() {
            println!("  skipped: this build of supplant has no `egress`");
            return Ok(None);
        }
        let mut command = Command::new(program);
        command.arg("egress").arg(logs).arg("--only-endpoints");
        for list in ["names.csv", "networks.csv"] {
            command.arg("--endpoints").arg(self.logs.join(list));
        }
        Ok(Some(run(command.args(["--format", "jsonl", "--jobs", jobs]))?))
    }

    /// Ours on a log or all of them: CPU-seconds.
    fn ours(&self, name: &str, logs: &Path, jobs: &str, mb: f64) -> Result<Option<f64>> {
        let (mut costs, mut idle) = (Vec::new(), Vec::new());
        let mut verdict = String::new();
        for _ in 0..ROUNDS {
            // A list of endpoints is no log: what it takes to start, as for the peers.
            let Some(started) = self.run_ours(&self.logs.join("names.csv"), jobs)? else {
                return Ok(None);
            };
            idle.push(started.cost.cpu);
            let Some(ran) = self.run_ours(logs, jobs)? else { return Ok(None) };
            let all = logs.is_dir();
            verdict = if all { self.verdict(&ran)? } else { "without names".to_owned() };
            costs.push(ran.cost);
        }
        let name = format!("supplant, {name}");
        Ok(Some(shown(&name, &costs, median(idle), mb, &verdict)))
    }

    /// Whether ours says what the generator meant.
    fn verdict(&self, ran: &Ran) -> Result<String> {
        let key = |row: &Value| {
            // Volumes that no row tells are null in ours and nothing in the truth.
            let text = |key: &str| match row.get(key) {
                None | Some(Value::Null) => "0".to_owned(),
                Some(value) => value.to_string(),
            };
            COMPARED.iter().map(|key| text(key)).collect::<Vec<_>>().join(" ")
        };
        // A contact without a flow is none of the truth's sums.
        let flows = |row: &Value| row.get("evidence").is_some_and(|it| it != "contact");
        let truth = rows(&fs::read(self.logs.join("truth.jsonl"))?);
        let mut truth: Vec<String> = truth.iter().map(key).collect();
        let answer = rows(&ran.output);
        let mut answer: Vec<String> = answer
            .iter()
            .filter(|row| row.get("endpoint").is_some() && flows(row))
            .map(key)
            .collect();
        truth.sort();
        answer.sort();
        Ok(judged(&truth, &answer))
    }

    /// A peer: the CPU-seconds of its cheapest way to both answers.
    fn peer(&self, peer: &Peer, format: &str, mb: f64) -> Result<Option<f64>> {
        let python = match python(&self.root.join("target/bench/peers")) {
            Ok(python) => python,
            Err(reason) => {
                println!("  {:<24} skipped: {reason:#}", peer.name);
                return Ok(None);
            }
        };
        let ask = |query: &str| {
            let mut command = Command::new(&python);
            command.args(["-c", peer.script, format, query]).arg(&self.logs);
            run(&mut command)
        };
        // What it takes to start the interpreter and the library is taken off.
        let idle = median((0..ROUNDS).map(|_| ask("none").map_or(0.0, |ran| ran.cost.cpu)));
        let mut each: BTreeMap<&str, f64> = BTreeMap::new();
        for query in QUERIES {
            let mut costs = Vec::new();
            let mut verdict = String::new();
            for _ in 0..ROUNDS {
                let ran = ask(query)?;
                if !ran.status.success() {
                    verdict = format!("failed: {}", ran.status);
                } else {
                    verdict = self.peer_verdict(peer, query, &ran)?;
                }
                costs.push(ran.cost);
            }
            let name = format!("{}, {query}", peer.name);
            each.insert(query, shown(&name, &costs, idle, mb, &verdict));
        }
        let cost = |query: &str| each.get(query).copied().unwrap_or(f64::MAX);
        Ok(Some(cost("both").min(cost("name") + cost("prefix"))))
    }

    fn peer_verdict(&self, peer: &Peer, query: &str, ran: &Ran) -> Result<String> {
        let mut truth = Vec::new();
        let mut add = |file: &str, second: &str| -> Result<()> {
            for row in rows(&fs::read(self.logs.join(file))?) {
                let key = pair(&row, second);
                // Hosts with IPv6 addresses talk to IPv6 addresses.
                let six = key.split(' ').next().is_some_and(|host| host.contains(':'));
                if second == "suffix" || peer.six || !six {
                    truth.push(key);
                }
            }
            Ok(())
        };
        if query != "prefix" {
            add("by-name.jsonl", "suffix")?;
        }
        if query != "name" {
            add("by-prefix.jsonl", "vendor")?;
        }
        let mut answer: Vec<String> = rows(&ran.output)
            .iter()
            .map(|row| pair(row, if row.get("suffix").is_some() { "suffix" } else { "vendor" }))
            .collect();
        truth.sort();
        answer.sort();
        Ok(judged(&truth, &answer))
    }
}

/// A host, what it talked to, and the bytes.
fn pair(row: &Value, second: &str) -> String {
    let text = |key: &str| match row.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    format!("{} {} {}", text("host"), text(second), text("bytes"))
}

fn rows(output: &[u8]) -> Vec<Value> {
    let text = String::from_utf8_lossy(output);
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

fn judged(truth: &[String], answer: &[String]) -> String {
    if truth == answer {
        return format!("exact ({} sums)", truth.len());
    }
    let wrong = answer.iter().find(|row| truth.binary_search(row).is_err());
    let missing = truth.iter().find(|row| answer.binary_search(row).is_err());
    format!("NOT the truth: {} sums of {}; {wrong:?}, {missing:?}", answer.len(), truth.len())
}

/// One line; returns the CPU-seconds.
fn shown(name: &str, costs: &[Cost], idle: f64, mb: f64, verdict: &str) -> f64 {
    let of = |what: fn(&Cost) -> f64| median(costs.iter().map(what));
    let cpu = (of(|cost| cost.cpu) - idle).max(0.001);
    println!(
        "  {name:<26} {cpu:>6.2} CPU-s, {:>6.2} s, {:>5.0} MB memory, {:>6.2} GB per CPU-s: {verdict}",
        of(|cost| cost.wall),
        of(|cost| cost.peak_mb),
        mb / 1e3 / cpu,
    );
    cpu
}

/// Compresses every log in the folder; returns how large they were.
fn zip_all(logs: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(logs).context("reading the logs")? {
        let path = entry?.path();
        let mut from = File::open(&path)?;
        let to = File::create(format!("{}.gz", path.display()))?;
        let mut to = GzEncoder::new(to, Compression::new(6));
        bytes += io::copy(&mut from, &mut to)?;
        to.finish()?;
        fs::remove_file(&path)?;
    }
    Ok(bytes)
}

/// An interpreter with both peers, from PyPI.
fn python(peers: &Path) -> Result<PathBuf> {
    let folder = peers.join("egress");
    let python = folder.join("bin/python");
    let has = |python: &Path| {
        run(Command::new(python).args(["-c", "import duckdb, chdb"]))
            .is_ok_and(|ran| ran.status.success())
    };
    if !has(&python) {
        run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
        run(Command::new(folder.join("bin/pip")).args(["install", "-q", "duckdb==1.5.*", "chdb"]))?;
    }
    if !has(&python) {
        bail!("duckdb and chdb could not be installed from PyPI");
    }
    Ok(python)
}

/// A tool that is asked the same.
struct Peer {
    name: &'static str,
    script: &'static str,
    /// Whether it matches IPv6 prefixes.
    six: bool,
}

const PEERS: &[Peer] = &[
    Peer { name: "duckdb", script: include_str!("traffic/peer_duckdb.py"), six: false },
    Peer { name: "chdb", script: include_str!("traffic/peer_chdb.py"), six: true },
];

/// What peers are asked, besides nothing.
const QUERIES: &[&str] = &["name", "prefix", "both"];
const COMPARED: &[&str] =
    &["asset", "endpoint", "vendor", "evidence", "bytes_out", "bytes_in", "flows"];
const SEED: u64 = 42;
const ROUNDS: usize = 3;
const USAGE: &str =
    "`cargo xtask bench egress [--only peers|workers|memory] [--size MB] [--peers yes|no]`";
