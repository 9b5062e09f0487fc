//! Reviews and queries held against the prover and the evaluator.

use policy::*;

use super::worlds::{Dice, packets, random};
use crate::analysis::{Idle, Query, query, review};
use crate::prove::{Options, ZoneMap, prove};

#[test]
fn idle_rules_can_go_and_no_other_rule_can() {
    let (mut idle, mut needed) = (0, 0);
    for seed in 1..=150u64 {
        let policy = random(&mut Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        let found = review(&policy);
        if !found.exceeded.is_empty() {
            continue;
        }
        for (base, rulebase) in policy.rulebases.iter().enumerate() {
            for (number, rule) in rulebase.rules.iter().enumerate() {
                // Removing a rule moves the targets of skips; switching it off is the same.
                if !rule.enabled || !matches!(rule.action, Action::Decide(_)) {
                    continue;
                }
                let mut without = policy.clone();
                without.rulebases[base].rules[number].enabled = false;
                let zones = ZoneMap::by_name(&policy, &without);
                let proof = prove(&policy, &without, &zones, Options::default());
                if !proof.open.is_empty() {
                    continue;
                }
                let at = (RulebaseId(base as u32), number as u32);
                let told = found.idle.iter().find(|(rule, _)| *rule == at);
                assert!(
                    told.is_none() || proof.differences.is_empty(),
                    "seed {seed} {at:?} {told:?}"
                );
                if told.is_none() && proof.differences.is_empty() {
                    // Only what is alike in what is written counts as the same; two ways of saying one thing do not.
                    needed += 1;
                }
                idle += u32::from(told.is_some());
            }
        }
    }
    assert!(idle > 200, "{idle} idle, {needed} told as needed although nothing changes");
    assert!(needed * 10 < idle, "{idle} idle, {needed} told as needed although nothing changes");
}

#[test]
fn a_shadowed_rule_never_decides() {
    for seed in 1..=100u64 {
        let policy = random(&mut Dice(seed.wrapping_mul(0xd134_2543_de82_ef95)));
        let found = review(&policy);
        for (at, idle) in &found.idle {
            if matches!(idle, Idle::Redundant(_)) {
                continue;
            }
            for packet in packets() {
                for case in outcomes(&policy, &packet, &Given::default(), 64).cases {
                    let last = case.decision.steps.last().map(|step| step.by);
                    assert_ne!(last, Some(By::Rule(at.0, at.1)), "seed {seed} {packet}");
                }
            }
        }
    }
}

#[test]
fn a_query_names_who_decides_and_its_witnesses_are_real() {
    for seed in 1..=100u64 {
        let policy = random(&mut Dice(seed.wrapping_mul(0x2545_f491_4f6c_dd1d)));
        let Ok(answers) = query(&policy, &Query::everything()) else { continue };
        for packet in packets() {
            let all = outcomes(&policy, &packet, &Given::default(), 64);
            for case in all.cases {
                let Some(last) = case.decision.steps.last() else { continue };
                let told = answers.iter().any(|answer| answer.by == last.by);
                assert!(told, "seed {seed} {packet} {:?}", last.by);
            }
        }
        for answer in &answers {
            let given = Given { holds: Vec::new(), egress: answer.witness.egress.0 };
            let cases = outcomes(&policy, &answer.witness.left, &given, 256).cases;
            let real = cases
                .iter()
                .any(|case| case.decision.steps.last().is_some_and(|step| step.by == answer.by));
            assert!(real, "seed {seed} {answer:?}");
        }
    }
}
