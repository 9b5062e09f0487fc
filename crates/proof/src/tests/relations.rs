//! Correlated rules and removable rules held against the evaluator, packet by packet.

use std::collections::{BTreeMap, BTreeSet};

use policy::*;

use super::twin::{Seeded, effect};
use super::worlds::{Dice, packets, random};
use crate::analysis::{Idle, RuleAt, Wanted, examine, review};

/// The policy stage by stage, as it is analysed.
fn stages(policy: &Policy) -> Vec<Policy> {
    let stage = |stage: &Stage| Policy { filter: vec![stage.clone()], ..policy.clone() };
    policy.filter.iter().map(stage).collect()
}

/// A random policy of whose rules many cross.
fn crossing(dice: &mut Dice) -> Policy {
    let mut policy = random(dice);
    let prefixes = ["0.0.0.0/0", "10.0.0.0/24", "10.0.0.2/32", "10.0.1.0/24", "192.0.2.0/24"];
    let side = |dice: &mut Dice| {
        Addresses::prefix(parse_prefix(prefixes[dice.below(5) as usize]).unwrap())
    };
    let rules = (0..7).map(|_| {
        let verdict = if dice.one_in(2) { Verdict::Accept } else { Verdict::Drop };
        let web = Services::ports(6, PortRange::one(80));
        let user = Condition { any_of: vec![PredicateId(3)], negated: dice.one_in(2) };
        Rule {
            source: side(dice),
            destination: side(dice),
            services: if dice.one_in(3) { web } else { Services::Any },
            conditions: if dice.one_in(5) { vec![user] } else { Vec::new() },
            ..Rule::any(Origin::implied(""), Action::Decide(verdict))
        }
    });
    policy.rulebases[0].rules = rules.collect();
    policy
}

fn rules(policy: &Policy) -> Vec<RuleAt> {
    let bases = (0u32..).map(RulebaseId).zip(&policy.rulebases);
    let all = bases.flat_map(|(base, rulebase)| {
        let rules = (0u32..).zip(&rulebase.rules);
        let deciding =
            rules.filter(|(_, rule)| rule.enabled && matches!(rule.action, Action::Decide(_)));
        deciding.map(move |(number, _)| (base, number))
    });
    all.collect()
}

fn switch_off(policy: &mut Policy, (base, number): RuleAt) {
    policy.rulebases[base.0 as usize].rules[number as usize].enabled = false;
}

fn without(policy: &Policy, gone: impl IntoIterator<Item = RuleAt>) -> Policy {
    let mut left = policy.clone();
    gone.into_iter().for_each(|rule| switch_off(&mut left, rule));
    left
}

/// Which rule decides a packet in the end, and whether it passes.
fn decider(policy: &Policy, packet: &Packet, seed: u64) -> Option<(RuleAt, bool)> {
    let decision = decide(policy, packet, &mut Seeded { policy, seed });
    match decision.steps.last()?.by {
        By::Rule(base, number) => Some(((base, number), decision.verdict == Verdict::Accept)),
        _ => None,
    }
}

/// Pairs of which sampled packets show that they are correlated.
fn seen(policy: &Policy) -> BTreeSet<(RuleAt, RuleAt)> {
    let packets: Vec<Packet> = packets().into_iter().step_by(5).collect();
    let all = rules(policy);
    let mut matched: BTreeMap<RuleAt, BTreeSet<(usize, u64)>> = BTreeMap::new();
    let mut pairs = BTreeSet::new();
    for rule in &all {
        let alone = without(policy, all.iter().copied().filter(|other| other != rule));
        let missing = without(policy, [*rule]);
        for (index, packet) in packets.iter().enumerate() {
            for seed in 0..2 {
                if decider(&alone, packet, seed).is_some_and(|(by, _)| by == *rule) {
                    matched.entry(*rule).or_default().insert((index, seed));
                }
                let now = decider(policy, packet, seed).filter(|(by, _)| by == rule);
                let then = decider(&missing, packet, seed);
                if let (Some((_, passes)), Some((other, otherwise))) = (now, then)
                    && passes != otherwise
                {
                    pairs.insert((*rule, other));
                }
            }
        }
    }
    pairs.retain(|(one, other)| {
        let (one, other) = (&matched[one], &matched[other]);
        !one.is_subset(other) && !other.is_subset(one)
    });
    pairs
}

#[test]
fn every_pair_whose_order_is_seen_to_matter_is_told() {
    let mut told = 0;
    for seed in 1..=60u64 {
        let policy = crossing(&mut Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        let found = examine(&policy, Wanted { correlated: Some(10_000), removable: None });
        let Some(found) = found.correlated.filter(|found| found.open == 0 && !found.cut) else {
            continue;
        };
        let pairs: BTreeSet<(RuleAt, RuleAt)> =
            found.worst.iter().map(|pair| (pair.first.0, pair.second.0)).collect();
        assert_eq!(pairs.len() as u64, found.pairs, "seed {seed}");
        for policy in stages(&policy) {
            for pair in seen(&policy) {
                assert!(pairs.contains(&pair), "seed {seed}: {pair:?}");
                told += 1;
            }
        }
    }
    assert!(told > 20, "{told}");
}

#[test]
fn a_packet_of_a_correlated_pair_is_decided_by_the_first_and_then_by_the_second() {
    let mut looked = 0;
    for seed in 1..=100u64 {
        let policy = crossing(&mut Dice(seed.wrapping_mul(0xd134_2543_de82_ef95)));
        let found = examine(&policy, Wanted { correlated: Some(10_000), removable: None });
        for pair in found.correlated.unwrap_or_default().worst {
            let (first, second) = (pair.first.0, pair.second.0);
            let real = stages(&policy).iter().any(|policy| {
                let by = |policy: &Policy, rule: RuleAt| {
                    let given = Given { holds: Vec::new(), egress: pair.witness.egress.0 };
                    let cases = outcomes(policy, &pair.witness.left, &given, 256).cases;
                    let last = |case: &Case| case.decision.steps.last().map(|step| step.by);
                    cases.iter().any(|case| last(case) == Some(By::Rule(rule.0, rule.1)))
                };
                by(policy, first) && by(&without(policy, [first]), second)
            });
            assert!(real, "seed {seed}: {pair:?}");
            assert_ne!(pair.first.1 == Verdict::Accept, pair.second.1 == Verdict::Accept);
            looked += 1;
        }
    }
    assert!(looked > 40, "{looked}");
}

#[test]
fn without_the_removable_rules_every_packet_fares_the_same() {
    let (mut removed, mut unproved) = (0, 0);
    for seed in 1..=150u64 {
        let policy = random(&mut Dice(seed.wrapping_mul(0x2545_f491_4f6c_dd1d)));
        let found = examine(&policy, Wanted { correlated: None, removable: Some(&|_| true) });
        let Some(found) = found.removable else { continue };
        // The prover leaves some translations open; then nothing is proposed to anybody.
        unproved += u32::from(!found.proved);
        let left = without(&policy, found.rules.iter().copied());
        for packet in packets().iter().step_by(2) {
            for seed in 0..2 {
                let (mut one, mut two) =
                    (Seeded { policy: &policy, seed }, Seeded { policy: &left, seed });
                let (before, after) =
                    (effect(&policy, packet, &mut one), effect(&left, packet, &mut two));
                assert_eq!(before, after, "seed {seed}: {packet}");
            }
        }
        removed += found.rules.len();
    }
    assert!(removed > 200 && unproved < 30, "{removed} removed, {unproved} unproved");
}

#[test]
fn when_the_removable_rules_are_gone_no_other_one_can_go() {
    for seed in 1..=150u64 {
        let policy = random(&mut Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        let found = examine(&policy, Wanted { correlated: None, removable: Some(&|_| true) });
        let Some(found) = found.removable.filter(|found| !found.cut) else { continue };
        let left = without(&policy, found.rules);
        assert_eq!(review(&left).idle, [], "seed {seed}");
    }
}

fn rule(label: &str, source: &str, verdict: Verdict) -> Rule {
    let source = Addresses::prefix(parse_prefix(source).unwrap());
    Rule { source, ..Rule::any(Origin::implied(label), Action::Decide(verdict)) }
}

fn policy_of(rules: Vec<Rule>) -> Policy {
    let mut builder = Builder::new("");
    builder.zone("a", &Origin::implied("a"));
    builder.stand_ins();
    let (default, default_origin) = (Verdict::Deny, Origin::default());
    let rulebase = builder.rulebase(Rulebase { name: "".into(), rules, default, default_origin });
    builder.policy.filter = vec![Stage { rulebase, end: None, guard: Addresses::Any }];
    builder.policy
}

fn removable(policy: &Policy) -> Vec<RuleAt> {
    let found = examine(policy, Wanted { correlated: None, removable: Some(&|_| true) });
    found.removable.unwrap().rules
}

#[test]
fn of_two_rules_that_make_each_other_redundant_one_stays() {
    // Each half of the wide one makes it redundant together with the other; the wide one makes both redundant.
    let rules = vec![
        rule("left", "10.0.0.0/9", Verdict::Accept),
        rule("whole", "10.0.0.0/8", Verdict::Accept),
        rule("right", "10.128.0.0/9", Verdict::Accept),
    ];
    let policy = policy_of(rules);
    let idle = review(&policy).idle;
    let redundant = |at: usize| matches!(idle.get(at), Some((_, Idle::Redundant(_))));
    assert!(idle.len() == 3 && redundant(0) && redundant(1), "each one alone could go");
    assert_eq!(removable(&policy), [(RulebaseId(0), 0), (RulebaseId(0), 2)]);
}

#[test]
fn a_rule_that_logs_stays_where_the_one_behind_it_does_not() {
    let logs = Rule { logged: Some(true), ..rule("logs", "10.0.0.0/9", Verdict::Accept) };
    let quiet = Rule { logged: Some(false), ..rule("quiet", "10.0.0.0/8", Verdict::Accept) };
    assert_eq!(removable(&policy_of(vec![logs.clone(), quiet])), []);
    let loud = Rule { logged: Some(true), ..rule("loud", "10.0.0.0/8", Verdict::Accept) };
    assert_eq!(removable(&policy_of(vec![logs, loud])), [(RulebaseId(0), 0)]);
}

#[test]
fn a_rule_with_something_unreadable_stays_even_where_nothing_reaches_it() {
    let mut policy = policy_of(vec![
        rule("whole", "10.0.0.0/8", Verdict::Accept),
        rule("hidden", "10.0.0.0/9", Verdict::Drop),
    ]);
    assert_eq!(removable(&policy), [(RulebaseId(0), 1)]);
    let (kind, meaning, origin) = (PredicateKind::Unreadable, "?".into(), Origin::implied("?"));
    policy.predicates.push(Predicate { kind, meaning, origin });
    policy.rulebases[0].rules[1].conditions =
        vec![Condition { any_of: vec![PredicateId(0)], negated: false }];
    assert_eq!(removable(&policy), []);
}

#[test]
fn an_exception_from_a_wider_rule_is_not_told_as_correlated() {
    let wide = rule("wide", "10.0.0.0/8", Verdict::Accept);
    let inside = rule("inside", "10.0.0.0/9", Verdict::Drop);
    let found =
        examine(&policy_of(vec![inside, wide]), Wanted { correlated: Some(10), removable: None });
    assert_eq!(found.correlated.unwrap().pairs, 0);
}

#[test]
fn what_is_behind_a_limit_is_counted() {
    let web = |number: u32, verdict| {
        let destination = Addresses::prefix(parse_prefix("192.0.2.1/32").unwrap());
        Rule { destination, source: Addresses::Any, ..rule(&number.to_string(), "::/0", verdict) }
    };
    let mut rules: Vec<Rule> =
        (0..9).map(|at| rule("", &format!("10.{at}.0.0/16"), Verdict::Accept)).collect();
    rules.push(web(10, Verdict::Drop));
    let found = examine(&policy_of(rules), Wanted { correlated: Some(2), removable: None });
    let found = found.correlated.unwrap();
    assert_eq!((found.pairs, found.worst.len(), found.cut), (9, 2, false));
}
