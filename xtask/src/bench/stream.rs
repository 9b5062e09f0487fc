//! The large runs, within one process: hosts are made in memory and read by the real ingest, merged and assessed, without a disk.
//! Each run is a process of its own, so that its memory and its processor time are its own.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};
use std::process::Command;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use audit::find::Options;
use audit::find::assess::assess;
use audit::find::scope::{Case, rule};
use audit::identify::{Installation, identify, installations};
use audit::ingest::{File, ingest};
use audit::limits::Limits;
use audit::merge::{Gathered, merge};
use audit::sink::Collector;
use catalog::directive::Directive;
use catalog::facts::Catalog;
use catalog::load::{bundled, load};
use serde_json::{Value, json};

use super::estate::{Estate, Mode};
use super::measure::{Cost, median, peak_mb, processor_seconds, run};

/// One large run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stream {
    /// Which bytes repeat.
    pub(super) mode: &'static str,
    /// How many hosts.
    pub(super) hosts: usize,
    /// How many rows each has.
    pub(super) rows: usize,
    /// How many threads read.
    pub(super) jobs: usize,
    /// Whether the hosts are read, or only made: that shows what making them costs.
    pub(super) read: bool,
    /// Whether the stored rows are judged again.
    pub(super) again: bool,
}

/// What a large run showed.
pub(super) struct Streamed {
    /// What it cost, without making the catalogue.
    pub(super) cost: Cost,
    /// The details by name.
    pub(super) details: Value,
}

impl Stream {
    /// Runs it in a process of its own.
    ///
    /// # Errors
    /// When that cannot be started or fails.
    pub(super) fn measure(&self, seed: u64) -> Result<Streamed> {
        let program = std::env::current_exe().context("finding this program")?;
        let arguments = [
            "bench-inner".to_owned(),
            "stream".to_owned(),
            seed.to_string(),
            self.mode.to_owned(),
            self.hosts.to_string(),
            self.rows.to_string(),
            self.jobs.to_string(),
            self.read.to_string(),
            self.again.to_string(),
        ];
        let ran = run(Command::new(program).args(arguments))?;
        if !ran.status.success() {
            bail!("the run {self:?} failed");
        }
        let details: Value =
            serde_json::from_slice(&ran.output).context("reading a run's result")?;
        let number = |key: &str| details.get(key).and_then(Value::as_f64).unwrap_or_default();
        let cost = Cost { cpu: number("cpu"), wall: number("wall"), peak_mb: number("peak_mb") };
        Ok(Streamed { cost, details })
    }
}

/// The process of one large run: prints what it showed as one JSON object.
///
/// # Errors
/// When the arguments are not those of [`Stream::measure`].
pub(super) fn inner(arguments: &[String]) -> Result<()> {
    let [seed, mode, hosts, rows, jobs, read, again] = arguments else {
        bail!("these are not the arguments of a run");
    };
    let mode = Mode::of(mode).context("no such mode")?;
    let (seed, hosts, rows): (u64, usize, usize) = (seed.parse()?, hosts.parse()?, rows.parse()?);
    let jobs: usize = jobs.parse()?;
    let catalog = load(bundled()).catalog;
    let estate = Estate::new(seed, mode, &catalog);
    let before = processor_seconds()?.0;
    let start = Instant::now();
    let bytes = AtomicU64::new(0);
    let mut result = if read == "true" {
        let gathered = gather(&estate, hosts, rows, jobs, &bytes);
        let read_at = (processor_seconds()?.0 - before, start.elapsed().as_secs_f64());
        let found = conclude(&gathered, &catalog)?;
        let mut result = json!({
            "read_cpu": read_at.0,
            "read_wall": read_at.1,
            "rows": gathered.observations.rows.len(),
            "items": gathered.observations.items.len(),
            "assets": gathered.observations.assets.len(),
            "lost": gathered.sources.iter().map(|(_, ledger)| ledger.lost_rows()).sum::<u64>(),
            "findings": found,
            "cpu": processor_seconds()?.0 - before,
            "wall": start.elapsed().as_secs_f64(),
        });
        if again == "true" {
            add(&mut result, &judge_again(&gathered, &catalog)?);
        }
        result
    } else {
        make_only(&estate, hosts, rows, jobs, &bytes);
        json!({
            "cpu": processor_seconds()?.0 - before,
            "wall": start.elapsed().as_secs_f64(),
        })
    };
    let more = json!({
        "bytes": bytes.load(Ordering::Relaxed),
        "peak_mb": peak_mb("self").unwrap_or_default(),
    });
    add(&mut result, &more);
    println!("{result}");
    Ok(())
}

fn add(result: &mut Value, more: &Value) {
    if let (Some(result), Some(more)) = (result.as_object_mut(), more.as_object()) {
        result.extend(more.clone());
    }
}

/// As the shell does it: workers take one file after the other.
fn gather(estate: &Estate, hosts: usize, rows: usize, jobs: usize, bytes: &AtomicU64) -> Gathered {
    let limits = Limits::default();
    let next = AtomicUsize::new(0);
    let collectors = thread::scope(|scope| {
        let work = || {
            let mut collector = Collector::default();
            loop {
                let host = next.fetch_add(1, Ordering::Relaxed);
                if host >= hosts {
                    break collector;
                }
                let path = format!("site-{}/host-{host:05}.json", host % 7);
                let open = || -> io::Result<Box<dyn Read + Send>> {
                    let export = estate.host(host, rows);
                    bytes.fetch_add(export.len() as u64, Ordering::Relaxed);
                    Ok(Box::new(Cursor::new(export)))
                };
                ingest(&File { path: &path, bytes: 0, open: &open }, &limits, &mut collector);
            }
        };
        let workers: Vec<_> = (0..jobs).map(|_| scope.spawn(work)).collect();
        workers.into_iter().filter_map(|worker| worker.join().ok()).collect()
    });
    merge(collectors)
}

fn make_only(estate: &Estate, hosts: usize, rows: usize, jobs: usize, bytes: &AtomicU64) {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                loop {
                    let host = next.fetch_add(1, Ordering::Relaxed);
                    if host >= hosts {
                        break;
                    }
                    let export = estate.host(host, rows);
                    bytes.fetch_add(export.len() as u64, Ordering::Relaxed);
                }
            });
        }
    });
}

fn conclude(gathered: &Gathered, catalog: &Catalog) -> Result<usize> {
    let directive = directive(catalog, FIRST)?;
    Ok(assess(gathered, catalog, &[directive], &options()?).findings.len())
}

/// The stored rows under another directive: identification, what is where, and the ruling for each, without and with the record.
fn judge_again(gathered: &Gathered, catalog: &Catalog) -> Result<Value> {
    let options = options()?;
    let mut times: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    let (mut ruled, mut cpu) = (0_usize, Vec::new());
    let directive = directive(catalog, SECOND)?;
    for _ in 0..ROUNDS {
        let before = processor_seconds()?.0;
        let mut start = Instant::now();
        let mut lap = |name| {
            times.entry(name).or_default().push(start.elapsed().as_secs_f64());
            start = Instant::now();
        };
        let judged = identify(&gathered.observations, catalog, options.day);
        lap("again_identify");
        let found = installations(&gathered.observations, &judged, catalog);
        lap("again_installations");
        let mut rulings: BTreeMap<_, bool> = BTreeMap::new();
        let falls_under = |one: &&Installation| {
            *rulings.entry((one.target, one.relation)).or_insert_with(|| {
                let case = Case::of(one.target, one.relation, catalog);
                case.is_some_and(|case| rule(&case, directive, catalog, &options).is_some())
            })
        };
        ruled = found.iter().filter(falls_under).count();
        lap("again_rule");
        cpu.push(processor_seconds()?.0 - before);
        assess(gathered, catalog, &[directive], &options);
        lap("again_record");
    }
    let mut result = json!({ "again_cpu": median(cpu), "again_ruled": ruled });
    for (name, times) in times {
        add(&mut result, &json!({ name: median(times) }));
    }
    Ok(result)
}

fn directive<'c>(catalog: &'c Catalog, id: &str) -> Result<&'c Directive> {
    catalog.directive(id).with_context(|| format!("the directive {id} is not in the data"))
}

fn options() -> Result<Options> {
    Ok(Options::at(DAY.parse().context("reading the day")?))
}

const FIRST: &str = "cn-2026-01-security-software";
const SECOND: &str = "us-bod-17-01";
const DAY: &str = "2026-02-10";
const ROUNDS: usize = 5;
