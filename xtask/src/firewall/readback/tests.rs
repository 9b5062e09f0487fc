//! The renderings of one firewall mean the same.

use std::fs;

use super::super::compare::{facts, read};
use super::super::mutate::mutant;
use super::super::profile::PROFILES;
use super::super::tests::{made, seeds};
use super::super::{Fault, Platform, render};
use super::*;
use crate::root;

/// Only this platform or profile, to find a fault.
fn wanted(variable: &str, name: &str) -> bool {
    std::env::var(variable).map_or(true, |only| only == name)
}

#[test]
fn every_rendering_means_what_the_neutral_policy_means() {
    let facts = facts(&root());
    let mut wrong = Vec::new();
    for profile in PROFILES.iter().filter(|profile| wanted("PROFILE", profile.name)) {
        for platform in profile.platforms.iter().filter(|of| wanted("PLATFORM", of.as_str())) {
            for seed in 0..seeds() {
                let firewall = made(profile, seed);
                let probes = firewall.probes(400, seed);
                if let Some(found) = disagreement(&firewall, *platform, &probes, &facts) {
                    wrong.push(tell(&firewall, *platform, &found, &facts, seed));
                    break;
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} disagreements\n{}", wrong.len(), wrong.join("\n"));
}

fn tell(
    firewall: &Firewall,
    platform: Platform,
    wrong: &Disagreement,
    facts: &dialect::DialectFacts,
    seed: u64,
) -> String {
    let small = match wrong.found {
        Ok(_) => smaller(firewall, platform, &wrong.probe, facts),
        Err(_) => firewall.clone(),
    };
    if let Ok(folder) = std::env::var("KEEP") {
        let name = format!("{}-{}-{seed}", firewall.profile.name, platform.as_str());
        for (path, text) in render(&small, platform).files {
            let path = std::path::Path::new(&folder).join(format!("{name}-{path}"));
            fs::write(path, text).unwrap();
        }
    }
    let again = disagreement(&small, platform, &[wrong.probe], facts);
    let again = again.unwrap_or_else(|| wrong.clone());
    format!(
        "== {} on {}, seed {seed}: {}\n  expected {:?}\n  found {:?}\n  {}\n  rules {:?}\n  nat {:?} {:?}",
        firewall.profile.name,
        platform.as_str(),
        firewall.probe_text(&wrong.probe),
        again.expected,
        again.found,
        again.decided,
        small.rules,
        small.publish,
        small.hide,
    )
}

#[test]
fn every_fault_shows_in_every_rendering() {
    let facts = facts(&root());
    let mut wrong = Vec::new();
    let mut tried = std::collections::BTreeMap::new();
    for profile in PROFILES.iter().filter(|profile| wanted("PROFILE", profile.name)) {
        for fault in Fault::ALL {
            for seed in 0..seeds().div_ceil(2) {
                let firewall = made(profile, seed);
                let Some((other, probe)) = mutant(&firewall, fault, seed) else { continue };
                *tried.entry(fault.as_str()).or_insert(0) += 1;
                let platforms =
                    profile.platforms.iter().filter(|of| wanted("PLATFORM", of.as_str()));
                for platform in platforms {
                    let outcome = |firewall: &Firewall| {
                        let reading = read(render(firewall, *platform), *platform, &facts)?;
                        context(&reading).map(|context| found(context, *platform, &probe))
                    };
                    let (before, after) = (outcome(&firewall), outcome(&other));
                    let with_zone = *platform != Platform::Nsx;
                    let right = |of: &Firewall| Ok(expected(&of.policy(), &probe, with_zone));
                    if before != right(&firewall) || after != right(&other) || before == after {
                        wrong.push(format!(
                            "{} {} {}, seed {seed}: {} {before:?} {after:?}",
                            profile.name,
                            fault.as_str(),
                            platform.as_str(),
                            firewall.probe_text(&probe)
                        ));
                    }
                }
            }
        }
    }
    if std::env::var("PROFILE").is_err() {
        assert_eq!(tried.len(), Fault::ALL.len(), "{tried:?}");
    }
    assert!(wrong.is_empty(), "{} faults do not show\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_statement_of_a_rendering_is_known_and_nothing_is_wrong_with_it() {
    let facts = facts(&root());
    let mut wrong = Vec::new();
    for profile in PROFILES {
        for platform in profile.platforms {
            for seed in 0..3 {
                let reading =
                    read(render(&made(profile, seed), *platform), *platform, &facts).unwrap();
                let tally = reading.tally();
                let unknown = tally.count(dialect::Disposition::Unrecognized);
                let problems = reading.problems.iter();
                // Rightly said: implied rules are in no export.
                let problems = problems.filter(|problem| {
                    problem.severity != dialect::Severity::Note
                        && problem.code.0 != "config/assumed"
                });
                let said: Vec<_> = problems.map(|problem| (problem.code, &problem.args)).collect();
                if unknown > 0 || !said.is_empty() {
                    wrong.push(format!(
                        "{} {} {seed}: {unknown} unknown, {said:?}",
                        profile.name,
                        platform.as_str()
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
