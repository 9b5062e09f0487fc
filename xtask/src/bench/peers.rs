//! The prover beside other programs, on the same policies: FWShift (a converter that compares configurations) and Z3 (a solver, asked by
//! the small script beside this file). Each runs as a program of its own, in an environment that is made on the first run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use policy::Policy;
use proof::prove::{Options, ZoneMap, prove};
use serde_json::Value;

use super::measure::{processor_seconds, run};
use crate::firewall::{Fault, Platform, Profile, Shape, make, mutant, render, write};
use crate::proofs::{Center, exported, faulty, twin};

/// Prints a line for each comparison; what is not there is skipped by name.
///
/// # Errors
/// When something cannot be written or measured.
pub(super) fn bench(root: &Path) -> Result<()> {
    let folder = root.join("target/bench/peers");
    fs::create_dir_all(&folder).context("making target/bench/peers")?;
    println!("\nbeside peers, limit {LIMIT} CPU-s each");
    match environment(&folder, &[FWSHIFT]) {
        Ok(bin) => fwshift(root, &folder, &bin.join("fwshift"))?,
        Err(error) => println!("skipped: {FWSHIFT}: {error:#}"),
    }
    match environment(&folder, &[Z3]) {
        Ok(bin) => z3(&folder, &bin.join("python"))?,
        Err(error) => println!("skipped: {Z3}: {error:#}"),
    }
    Ok(())
}

/// An environment of Python with these packages.
fn environment(folder: &Path, packages: &[&str]) -> Result<PathBuf> {
    let place = folder.join("venv");
    let bin = place.join("bin");
    if !bin.join("pip").exists() {
        let made = Command::new("python3").args(["-m", "venv"]).arg(&place).status();
        if !made.context("starting python3")?.success() {
            bail!("python3 could not make an environment");
        }
    }
    let pip = Command::new(bin.join("pip")).args(["install", "--quiet"]).args(packages).status();
    if !pip.context("starting pip")?.success() {
        bail!("it could not be installed");
    }
    Ok(bin)
}

/// A program with a limit on its processor time; it takes the place of the shell, so that what is measured is its own.
fn limited(program: &Path) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("ulimit -t {LIMIT} && exec \"$0\" \"$@\"")]).arg(program);
    command
}

fn fwshift(root: &Path, folder: &Path, peer: &Path) -> Result<()> {
    let supplant = root.join("target/release/supplant");
    let profile = Profile::usual(Platform::FortiOs);
    for (rules, faults) in FORTIOS {
        let base = make(profile, Shape::Zoned, *rules, SEED);
        let left = folder.join(format!("{rules}.conf"));
        write(&left, &render(&base, Platform::FortiOs))?;
        for fault in *faults {
            let (name, other) = match fault {
                None => ("itself", base.clone()),
                Some(fault) => match mutant(&base, *fault, SEED) {
                    Some((other, _)) => (fault.as_str(), other),
                    None => continue,
                },
            };
            let right = folder.join(format!("{rules}-{name}.conf"));
            write(&right, &render(&other, Platform::FortiOs))?;
            let ours =
                run(limited(&supplant).args(["prove", "--format", "json"]).args([&left, &right]))?;
            let found: Value = serde_json::from_slice(&ours.output).unwrap_or_default();
            let verdict = found.pointer(VERDICT).and_then(Value::as_str).unwrap_or("?");
            let theirs = run(limited(peer).arg("compare").args([&left, &right]).arg("--json"))?;
            let said = match theirs.status.code() {
                // Ended by the limit.
                None => "gave no answer in time".to_owned(),
                _ => told(&theirs.output),
            };
            println!(
                "  FortiOS, {rules} rules against {name}: supplant {:.2} CPU-s, {:.0} MB, {verdict}; \
                 {FWSHIFT} {:.2} CPU-s, {:.0} MB, {said}: {:.0} times the CPU",
                ours.cost.cpu,
                ours.cost.peak_mb,
                theirs.cost.cpu,
                theirs.cost.peak_mb,
                theirs.cost.cpu / ours.cost.cpu.max(0.01),
            );
        }
    }
    Ok(())
}

/// What FWShift found, in words.
fn told(output: &[u8]) -> String {
    let said: Value = serde_json::from_slice(output).unwrap_or_default();
    let Some(all) = said.get("differences").and_then(Value::as_array) else {
        return "no result".to_owned();
    };
    let certain = all.iter().filter(|one| one.get("certain") == Some(&Value::Bool(true))).count();
    format!("{certain} certain and {} possible differences", all.len() - certain)
}

fn z3(folder: &Path, python: &Path) -> Result<()> {
    // Not called like the package, which it would hide.
    let script = folder.join("solve.py");
    fs::write(&script, SCRIPT).context("writing the script")?;
    for rules in SMALL {
        let left = Center::plain(*rules).make(SEED);
        let fault = crate::proofs::Fault::Missing;
        let partners = [
            ("a twin", Some(twin(&left, SEED))),
            ("a fault", faulty(&left, fault, SEED).map(|(other, _)| twin(&other, SEED))),
        ];
        for (name, right) in partners {
            let Some(right) = right else { continue };
            let files = [("left", &left), ("right", &right)].map(|(side, policy)| {
                let file = folder.join(format!("z3-{side}.json"));
                let text = exported(policy).unwrap_or_default().to_string();
                fs::write(&file, text).map(|()| file)
            });
            let [one, other] = files;
            let (ours, same) = proved(&left, &right)?;
            let mut command = limited(python);
            let theirs = run(command.arg(&script).args([one?, other?]))?;
            let answer = match theirs.status.code() {
                None => "no answer in time".to_owned(),
                _ => String::from_utf8_lossy(&theirs.output).trim().to_owned(),
            };
            let agree = answer == if same { "same" } else { "different" };
            println!(
                "  {rules} rules against {name}: ours {ours:.2} CPU-s, {}; {Z3} {:.2} CPU-s, {:.0} MB, {answer}{}: {:.0} times the CPU",
                if same { "same" } else { "different" },
                theirs.cost.cpu,
                theirs.cost.peak_mb,
                if agree { "" } else { " (NOT THE SAME ANSWER)" },
                theirs.cost.cpu / ours,
            );
        }
    }
    Ok(())
}

/// The mean of several proofs, as one is shorter than the clock's steps.
fn proved(left: &Policy, right: &Policy) -> Result<(f64, bool)> {
    let zones = ZoneMap::by_name(left, right);
    let before = processor_seconds()?.0;
    let mut same = true;
    for _ in 0..TIMES {
        same &= prove(left, right, &zones, Options::default()).equal();
    }
    Ok(((processor_seconds()?.0 - before).max(0.01) / f64::from(TIMES), same))
}

const FWSHIFT: &str = "fwshift==0.40.18";
const Z3: &str = "z3-solver==5.4.0.0";
const SCRIPT: &str = include_str!("z3.py");
/// Where the verdict stands in the record of a proof.
const VERDICT: &str = "/verdict";
/// Seconds of processor time.
const LIMIT: u32 = 300;
const TIMES: u32 = 10;
const SEED: u64 = 1;
/// Rules, and the faults; `None` is the policy itself.
const FORTIOS: &[(usize, &[Option<Fault>])] = &[
    (500, &[None, Some(Fault::Port), Some(Fault::Target), Some(Fault::Pool)]),
    (2_000, &[Some(Fault::Port)]),
    (5_000, &[Some(Fault::Port)]),
];
/// Rules of the policies for the solver.
const SMALL: &[u32] = &[100, 300, 1_000];
