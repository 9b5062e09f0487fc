//! Proofs of made policies against twins that mean the same and against single faults: what they cost, and whether certificates of them
//! are accepted sooner than they were found. Each proof is a process of its own, so that its memory and its processor time are its own.

use std::process::Command;

use anyhow::{Context, Result, bail};
use policy::Policy;
use proof::certificate::Identity;
use proof::prove::{Options, Proof, ZoneMap, prove};
use proof_check::read::{DIGEST, Malformed, Reader};
use proof_check::theorem::{self, Tally, universe};
use proof_check::{Expected, check};
use serde_json::{Value, json};

use super::measure::{median, peak_mb, processor_seconds, run};
use crate::proofs::{
    Center, Families, Fault, Seedling, faulty, filters, many_ports, negations, rectangles,
    replayed, twin,
};

/// What a proof is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Partner {
    Twin,
    Fault,
    Certified,
}

impl Partner {
    fn as_str(self) -> &'static str {
        match self {
            Self::Twin => "twin",
            Self::Fault => "fault",
            Self::Certified => "certified",
        }
    }
}

/// Runs the cases whose name or name and size begin like `only`.
///
/// # Errors
/// When something cannot be run, or a result is wrong.
pub(super) fn bench(only: Option<&str>) -> Result<bool> {
    let mut right = true;
    println!(
        "\n{:<14} {:>7} {:>7}  {:<9} {:>8} {:>8} {:>7} {:>7}  found",
        "policies", "left", "right", "partner", "CPU-s", "s", "MB", "inputs"
    );
    for (name, rules, goal) in CASES {
        if only.is_some_and(|only| !format!("{name}-{rules}").starts_with(only)) {
            continue;
        }
        for partner in [Partner::Twin, Partner::Fault, Partner::Certified] {
            let runs: Result<Vec<Value>> =
                (0..rounds(*rules)).map(|_| measure(name, *rules, partner)).collect();
            right &= report(name, partner, &runs?, *goal);
        }
    }
    Ok(right)
}

/// Small ones are measured several times.
fn rounds(rules: u32) -> usize {
    if rules > 10_000 { 1 } else { 3 }
}

fn measure(name: &str, rules: u32, partner: Partner) -> Result<Value> {
    let program = std::env::current_exe().context("finding this program")?;
    let mut child = Command::new(&program);
    child.args(["bench-inner", "prove", name, &rules.to_string(), partner.as_str()]);
    let ran = run(&mut child)?;
    if !ran.status.success() {
        bail!("proving {name} {rules} {} failed", partner.as_str());
    }
    serde_json::from_slice(&ran.output).context("reading what a proof said")
}

fn report(name: &str, partner: Partner, runs: &[Value], goal: Option<(f64, f64)>) -> bool {
    let of =
        |key: &str| median(runs.iter().filter_map(|run| run.get(key)).filter_map(Value::as_f64));
    let count = |key: &str| of(key) as u64;
    let right = runs.iter().all(|run| run.get("right") == Some(&Value::Bool(true)));
    let goal = match (goal, partner) {
        (Some((cpu, mb)), Partner::Twin | Partner::Fault) => {
            let met = of("cpu") <= cpu && of("peak") <= mb;
            format!(" (goal {cpu} CPU-s, {mb} MB: {})", if met { "met" } else { "MISSED" })
        }
        _ => String::new(),
    };
    let found = match partner {
        Partner::Twin => format!("{} undecided", count("undecided")),
        Partner::Fault => format!("{} differences", count("differences")),
        Partner::Certified => format!(
            "{:.1} MB, checked in {:.2} CPU-s; a changed byte, a lost entry, swapped policies refused",
            of("bytes") / 1e6,
            of("check")
        ),
    };
    println!(
        "{name:<14} {:>7} {:>7}  {:<9} {:>8.2} {:>8.3} {:>7.0} {:>7.0}  {}{found}{goal}",
        count("left"),
        count("right_rules"),
        partner.as_str(),
        of("cpu"),
        of("wall"),
        of("peak"),
        of("inputs"),
        if right { "" } else { "WRONG: " },
    );
    right
}

/// The policy of this name.
fn policy_of(name: &str, rules: u32) -> Result<Policy> {
    let plain = Center::plain(rules);
    let both = (rules / 5, rules / 20);
    Ok(match name {
        "center" => plain.make(SEED),
        "center-v6" => Center { families: Families::V6, ..plain }.make(SEED),
        "center-mixed" => Center { families: Families::Both, ..plain }.make(SEED),
        "center-routed" => Center { routed: true, ..plain }.make(SEED),
        "center-nat" => Center { nat: both, routed: true, ..plain }.make(SEED),
        "center-snat" => Center { nat: (0, rules / 5), routed: true, ..plain }.make(SEED),
        "center-dnat" => Center { nat: (rules / 5, 0), routed: true, ..plain }.make(SEED),
        "acl" => filters(Seedling::Acl, rules, SEED),
        "fw" => filters(Seedling::Fw, rules, SEED),
        "ipc" => filters(Seedling::Ipc, rules, SEED),
        "rectangles" => rectangles(rules, SEED),
        "negations" => negations(rules, SEED),
        "ports" => many_ports(rules, SEED),
        _ => bail!("there are no policies called {name}"),
    })
}

/// From how many seeds a place for a fault is looked for.
const TRIES: u64 = 50;

/// The process of one proof.
///
/// # Errors
/// When the arguments are not those of [`bench`], or the machine cannot be measured.
pub(super) fn inner(arguments: &[String]) -> Result<()> {
    let [name, rules, partner] = arguments else { bail!("these are not the arguments of a proof") };
    let rules: u32 = rules.parse().context("how many rules?")?;
    let left = policy_of(name, rules)?;
    // A packet that a published host takes is looked for with the evaluator: too long in the largest ones.
    let faults = match (name.ends_with("nat"), rules % 2) {
        (true, 0) if rules <= 20_000 => Fault::Target,
        _ => Fault::Port,
    };
    let right = match partner.as_str() {
        "fault" => {
            let kinds = Fault::ALL.into_iter().cycle().skip_while(|fault| *fault != faults);
            let kinds: Vec<Fault> = kinds.take(Fault::ALL.len()).collect();
            // Most rules of some filters lie behind wider ones, where a fault shows nothing.
            let tries =
                (SEED..SEED + TRIES).flat_map(|seed| kinds.iter().map(move |it| (seed, it)));
            let made = tries.into_iter().find_map(|(seed, fault)| faulty(&left, *fault, seed));
            twin(&made.context("no place for a fault was found")?.0, SEED)
        }
        _ => twin(&left, SEED),
    };
    let inputs = peak_mb("self").unwrap_or_default();
    let zones = ZoneMap::by_name(&left, &right);
    let options = Options { certify: partner == "certified", ..Options::default() };
    let (before, start) = (processor_seconds()?.0, std::time::Instant::now());
    let proof = prove(&left, &right, &zones, options);
    let (cpu, wall) = (processor_seconds()?.0 - before, start.elapsed().as_secs_f64());
    let peak = peak_mb("self").unwrap_or_default();
    let mut said = json!({
        "left": count(&left), "right_rules": count(&right), "inputs": inputs, "cpu": cpu,
        "wall": wall, "peak": peak, "differences": proof.differences.len(),
        "undecided": proof.undecided, "covers": proof.covers,
        "open": proof.open.iter().map(|open| open.0).collect::<Vec<_>>(),
    });
    let judged = match partner.as_str() {
        "fault" => json!({ "right": real(&left, &right, &proof) }),
        "certified" => certified(&proof, cpu)?,
        _ => json!({ "right": proof.equal() }),
    };
    if let (Some(said), Some(judged)) = (said.as_object_mut(), judged.as_object()) {
        said.extend(judged.clone());
    }
    println!("{said}");
    Ok(())
}

fn count(policy: &Policy) -> usize {
    policy.rulebases.iter().map(|base| base.rules.len()).sum()
}

/// Whether something was found, nothing left open, and every witness is real.
fn real(left: &Policy, right: &Policy, proof: &Proof) -> bool {
    let mut witnesses = proof.differences.iter().take(REPLAYED).map(|found| &found.witness);
    !proof.differences.is_empty()
        && proof.open.is_empty()
        && proof.undecided == 0
        && witnesses.all(|witness| {
            let (one, other) = replayed(left, right, witness);
            one != other
        })
}

/// Whether the certificate is accepted, sooner than it was found, and damaged ones are not.
fn certified(proof: &Proof, cpu: f64) -> Result<Value> {
    let certificate = proof.certificate.as_ref().context("nothing was certified")?;
    let mut bytes = Vec::new();
    let identity = Identity { tool: "bench", left: "left", right: "right" };
    certificate.write(&identity, &mut bytes)?;
    let before = processor_seconds()?.0;
    let accepted = check(&bytes, Expected { left: Some("left"), right: Some("right") });
    let checked = processor_seconds()?.0 - before;
    if let Err(refused) = &accepted {
        bail!("refused: {}, {}", refused.why, refused.place);
    }
    let mut damaged = bytes.clone();
    if let Some(byte) = damaged.get_mut(bytes.len() / 2) {
        *byte ^= 1;
    }
    let flipped = check(&damaged, Expected::default()).is_err();
    let swapped = check(&bytes, Expected { left: Some("right"), right: Some("left") }).is_err();
    let lost = lost_entry(&bytes).map_err(|refused| anyhow::anyhow!(refused.why))?;
    let right = flipped && swapped && lost && checked <= cpu.max(0.02);
    Ok(json!({ "right": right, "bytes": bytes.len(), "check": checked }))
}

/// Whether a certificate is refused once a list has lost its last entry, for every list whose packets are not all in others without
/// it. The digest is not asked, so that the lists themselves must show it.
fn lost_entry(bytes: &[u8]) -> Result<bool, Malformed> {
    let body = bytes.get(..bytes.len().saturating_sub(DIGEST)).unwrap_or_default();
    let mut reader = Reader::new(body);
    let header = reader.header()?;
    let (mut lost, mut refused) = (0, 0);
    for version in [4, 6] {
        let family = reader.family()?;
        let universe = universe(version, header.zones.len(), header.port_zero);
        let Some(universe) = universe else { return Ok(false) };
        let (mut known, mut tally) = (Vec::new(), Tally::default());
        for number in 0..family.lists {
            let whole = reader.lists(&family)?;
            let mut both = whole.clone();
            let list = if number % 2 == 0 { &mut both.left } else { &mut both.right };
            list.entries.pop();
            let gone = u32::try_from(list.entries.len()).unwrap_or(u32::MAX);
            let mut judged = |both| theorem::lists(both, &family, &universe, &known, &mut tally);
            if list.whole.contains(&gone) {
                lost += 1;
                refused += u32::from(judged(&both).is_err());
            }
            let Ok(holds) = judged(&whole) else { return Ok(false) };
            known.push(holds);
        }
        for _ in 0..family.parts {
            reader.part(&family)?;
        }
    }
    Ok(lost > 0 && refused == lost)
}

/// A name, rules, and the goal in CPU seconds and MB.
type Case = (&'static str, u32, Option<(f64, f64)>);
/// What is measured.
const CASES: &[Case] = &[
    ("center", 10_000, Some((0.5, 1_000.0))),
    ("center", 30_000, None),
    ("center", 100_000, Some((10.0, 1_000.0))),
    ("center-v6", 10_000, Some((1.0, 1_000.0))),
    ("center-v6", 100_000, Some((20.0, 1_000.0))),
    ("center-mixed", 10_000, Some((1.0, 1_000.0))),
    ("center-mixed", 100_000, Some((20.0, 1_000.0))),
    ("center-routed", 10_000, Some((0.5, 1_000.0))),
    ("center-routed", 100_000, Some((10.0, 1_000.0))),
    ("center-nat", 1_000, None),
    ("center-nat", 10_000, None),
    ("center-nat", 20_000, None),
    ("center-nat", 100_000, None),
    ("acl", 1_000, None),
    ("acl", 10_000, None),
    ("acl", 50_000, None),
    ("fw", 1_000, None),
    ("fw", 10_000, None),
    ("fw", 50_000, None),
    ("ipc", 1_000, None),
    ("ipc", 10_000, None),
    ("ipc", 50_000, None),
    ("rectangles", 1_000, Some((5.0, 1_000.0))),
    ("rectangles", 5_000, Some((60.0, 1_000.0))),
    ("negations", 1_000, None),
    ("ports", 500, None),
];
const SEED: u64 = 1;
/// How many witnesses are looked at.
const REPLAYED: usize = 200;
