//! What is told of differences: all of their packets, typical ones, whether they are certain, in which order.

use std::collections::BTreeSet;

use policy::*;

use super::twin::{decided, replay};
use super::worlds::{Dice, mutant, packets, random};
use crate::compare::Budget;
use crate::prove::{Area, Change, Differing, Names, Options, Proof, Witness, ZoneMap, prove};
use crate::sets::Set;
use crate::wide::address_number;

/// A policy with these rules and a default, no NAT, and nothing to tell where packets leave.
fn policy(rules: Vec<Rule>, default: Verdict) -> Policy {
    let mut policy = random(&mut Dice(1));
    policy.nat.passes.clear();
    policy.local = None;
    policy.routes.clear();
    policy.routing = Routing::Partial;
    policy.interfaces.iter_mut().for_each(|interface| interface.addresses.clear());
    policy.filter = vec![Stage { rulebase: RulebaseId(0), end: None, guard: Addresses::Any }];
    let base = &mut policy.rulebases[0];
    (base.rules, base.default) = (rules, default);
    for predicate in &mut policy.predicates {
        predicate.kind = PredicateKind::Unreadable;
    }
    policy
}

fn any(verdict: Verdict) -> Rule {
    Rule::any(Origin::implied("any"), Action::Decide(verdict))
}

/// A rule that asks something that cannot be read.
fn asking(verdict: Verdict, predicate: u32) -> Rule {
    let mut rule = any(verdict);
    rule.conditions = vec![Condition { any_of: vec![PredicateId(predicate)], negated: false }];
    rule
}

fn from(mut rule: Rule, network: &str) -> Rule {
    rule.source = Addresses::prefix(parse_prefix(network).unwrap());
    rule
}

fn proved(left: &Policy, right: &Policy) -> Proof {
    let proof = prove(left, right, &ZoneMap::by_name(left, right), Options::default());
    assert!(proof.open.is_empty() && proof.undecided == 0, "{proof:?}");
    proof
}

/// Families apart: the first one's.
fn kinds(proof: &Proof) -> Vec<(Change, bool)> {
    let first = proof.differences.iter().filter(|one| one.family == Family::V4);
    first.map(|one| (one.change(), one.certain)).collect()
}

#[test]
fn what_an_unreadable_rule_may_let_pass_is_possible() {
    let one = policy(vec![asking(Verdict::Accept, 0)], Verdict::Drop);
    let two = policy(vec![], Verdict::Drop);
    assert_eq!(kinds(&proved(&one, &two)), [(Change::Stopped, false)]);
    assert_eq!(kinds(&proved(&two, &one)), [(Change::Allowed, false)]);
}

#[test]
fn what_an_unreadable_rule_may_stop_is_possible() {
    let one = policy(vec![asking(Verdict::Drop, 0)], Verdict::Accept);
    let two = policy(vec![], Verdict::Accept);
    assert_eq!(kinds(&proved(&one, &two)), [(Change::Allowed, false)]);
    assert_eq!(kinds(&proved(&two, &one)), [(Change::Stopped, false)]);
}

#[test]
fn a_difference_behind_an_unreadable_rule_is_certain_when_that_rule_does_the_same() {
    // Whatever is asked, the left one lets everything pass, and the right one nothing.
    let one = policy(vec![asking(Verdict::Accept, 0), any(Verdict::Accept)], Verdict::Drop);
    let two = policy(vec![asking(Verdict::Drop, 1)], Verdict::Drop);
    assert_eq!(kinds(&proved(&one, &two)), [(Change::Stopped, true)]);
    assert_eq!(kinds(&proved(&two, &one)), [(Change::Allowed, true)]);
}

#[test]
fn certain_and_possible_parts_of_one_difference_are_told_apart() {
    let stops = from(asking(Verdict::Drop, 0), "10.0.0.0/24");
    let one = policy(vec![stops, any(Verdict::Accept)], Verdict::Drop);
    let two = policy(vec![], Verdict::Drop);
    let proof = proved(&one, &two);
    assert_eq!(kinds(&proof), [(Change::Stopped, true), (Change::Stopped, false)]);
    let inside = parse_prefix("10.0.0.0/24").unwrap().range();
    for difference in proof.differences.iter().filter(|one| one.family == Family::V4) {
        let source = difference.witness.left.source;
        let within = inside.first() <= source && source <= inside.last();
        assert_eq!(within, !difference.certain, "{difference:?}");
    }
}

/// All that a policy may do with a packet, whatever holds.
fn may(policy: &Policy, packet: &Packet, egress: Option<InterfaceId>) -> BTreeSet<String> {
    let found = outcomes(policy, packet, &Given { holds: Vec::new(), egress }, 4_096);
    assert!(!found.cut);
    found.cases.iter().map(|case| decided(policy, &case.decision)).collect()
}

#[test]
fn certain_is_what_no_answer_takes_away() {
    let mut counts = [0; 2];
    for seed in 1..=300u64 {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut left = random(&mut dice);
        let mut right = mutant(&mut dice, &left);
        for policy in [&mut left, &mut right] {
            policy.predicates.iter_mut().for_each(|one| one.kind = PredicateKind::Unreadable);
        }
        let proof = prove(&left, &right, &ZoneMap::by_name(&left, &right), Options::default());
        for difference in &proof.differences {
            let Witness { left: mine, right: theirs, egress, .. } = &difference.witness;
            let (one, two) = (may(&left, mine, egress.0), may(&right, theirs, egress.1));
            counts[usize::from(difference.certain)] += 1;
            assert_eq!(difference.certain, one.is_disjoint(&two), "seed {seed}: {difference:?}");
        }
    }
    assert!(counts.iter().all(|count| *count > 50), "{counts:?}");
}

/// The packet with the first or the last number of each cell of an area, as a witness.
fn corner(area: &Area, last: bool) -> Witness {
    let end = |set: &Set| {
        let (first, end) = if last { *set.ranges().last().unwrap() } else { set.ranges()[0] };
        Set::one(if last { end } else { first })
    };
    let long = |set: &Set<u128>| {
        let range = if last { *set.ranges().last().unwrap() } else { set.ranges()[0] };
        Set::one(if last { range.1 } else { range.0 })
    };
    let wide = crate::wide::Wide {
        from: area.from.clone(),
        to: area.to.clone(),
        source: long(&area.source),
        destination: long(&area.destination),
        service: end(&area.service),
        client: end(&area.client),
        answers: Vec::new(),
    };
    let interface = |set: &Set| InterfaceId(set.first().unwrap());
    let packet = crate::prove::typical(area.family, &wide, interface(&area.from), &[]);
    let to = Some(interface(&area.to));
    Witness { left: packet, right: packet, egress: (to, to), answers: area.answers.clone() }
}

fn has(difference: &Differing, packet: &Packet) -> bool {
    let service = |area: &Area| match packet.transport {
        Transport::Ports { protocol, source, destination } => {
            let base = crate::wide::line::ports(protocol).unwrap();
            area.service.contains(base + u32::from(destination))
                && area.client.contains(source.into())
        }
        Transport::Icmp { kind, code, .. } => {
            area.service.contains(crate::wide::line::ICMP + u32::from(kind) * 256 + u32::from(code))
        }
        Transport::Other { protocol } => {
            area.service.contains(crate::wide::line::OTHER + u32::from(protocol))
        }
    };
    difference.family == Family::of(packet.source)
        && difference.packets.areas.iter().any(|area| {
            area.from.contains(packet.ingress.0)
                && area.source.contains(address_number(packet.source))
                && area.destination.contains(address_number(packet.destination))
                && service(area)
        })
}

#[test]
fn the_areas_of_differences_are_all_packets_that_differ_and_no_others() {
    let mut corners = 0;
    for seed in 1..=200u64 {
        let mut dice = Dice(seed.wrapping_mul(0xd134_2543_de82_ef95));
        let left = random(&mut dice);
        let right = mutant(&mut dice, &left);
        let proof = prove(&left, &right, &ZoneMap::by_name(&left, &right), Options::default());
        if !proof.open.is_empty() || proof.undecided > 0 {
            continue;
        }
        for difference in &proof.differences {
            assert!(difference.packets.exact && difference.packets.more == 0, "seed {seed}");
            assert!(difference.packets.count >= 0.01 && difference.packets.share <= 1.0);
            for (area, last) in
                difference.packets.areas.iter().flat_map(|area| [(area, false), (area, true)])
            {
                let witness = corner(area, last);
                // What is unknown of a packet to itself is one question and not two.
                if witness.left.source == witness.left.destination {
                    continue;
                }
                corners += 1;
                let (one, two) = replay(&left, &right, &witness);
                assert_ne!(one, two, "seed {seed}: {area:?} of {difference:?}");
            }
        }
        for packet in packets() {
            let (one, two) = (may(&left, &packet, None), may(&right, &packet, None));
            if one.len() == 1 && two.len() == 1 && one != two {
                let told = proof.differences.iter().any(|difference| has(difference, &packet));
                assert!(told, "seed {seed}: {packet} in {:?}: {one:?} {two:?}", packet.ingress);
            }
        }
    }
    assert!(corners > 150, "{corners}");
}

#[test]
fn what_is_newly_allowed_comes_first_and_the_larger_before_the_smaller() {
    let one = policy(
        vec![from(any(Verdict::Accept), "10.0.0.0/8"), from(any(Verdict::Drop), "11.0.0.0/8")],
        Verdict::Accept,
    );
    let two = policy(
        vec![from(any(Verdict::Drop), "10.1.0.0/16"), from(any(Verdict::Drop), "12.1.1.0/24")],
        Verdict::Accept,
    );
    let differences = proved(&one, &two).differences;
    let told: Vec<_> = differences.iter().filter(|one| one.family == Family::V4).collect();
    let changes: Vec<Change> = told.iter().map(|one| one.change()).collect();
    assert_eq!(changes, [Change::Allowed, Change::Stopped, Change::Stopped]);
    assert!(told[1].packets.count > told[2].packets.count);
}

#[test]
fn areas_have_the_names_of_objects() {
    let mut one = policy(vec![from(any(Verdict::Accept), "10.9.0.0/16")], Verdict::Drop);
    let range = Addresses::prefix(parse_prefix("10.9.0.0/16").unwrap());
    let object =
        |value| AddressObject { name: "branch".into(), origin: Origin::implied("branch"), value };
    one.addresses.push(object(range.clone()));
    let two = policy(vec![], Verdict::Drop);
    let names = Names::new(&one, &two, false);
    let differences = proved(&one, &two).differences;
    let area = &differences[0].packets.areas[0];
    assert_eq!((names.source(area).except, names.source(area).of), (false, vec!["branch".into()]));
    assert!(names.services(area).except && names.services(area).of.is_empty(), "any service");
    let others = Area {
        source: Set::new(vec![(0, 0x0a08_ffff), (0x0a0a_0000, 0xffff_ffff)]),
        ..area.clone()
    };
    assert_eq!(
        (names.source(&others).except, names.source(&others).of),
        (true, vec!["branch".into()])
    );
    let ports =
        Area { service: Set::new(vec![(443, 443), (65_536 + 53, 65_536 + 54)]), ..area.clone() };
    assert_eq!(names.services(&ports).of, ["tcp/443", "udp/53-54"]);
}

#[test]
fn witnesses_are_typical_packets() {
    let one = policy(vec![any(Verdict::Accept)], Verdict::Drop);
    let packet = proved(&one, &policy(vec![], Verdict::Drop)).differences[0].witness.left;
    assert_eq!(packet.to_string(), "10.0.0.10:49152 > 203.0.113.10:443/tcp");
    let one = policy(vec![from(any(Verdict::Accept), "172.20.4.0/22")], Verdict::Drop);
    let packet = proved(&one, &policy(vec![], Verdict::Drop)).differences[0].witness.left;
    assert_eq!(packet.source.to_string(), "172.20.4.10");
}

#[test]
fn what_is_not_kept_is_counted() {
    // Every second port: as many areas as there are sources.
    let rules = (0..40u128).map(|at| {
        let mut rule = from(any(Verdict::Accept), &format!("10.0.{at}.0/24"));
        let port = PortRange::one(u16::try_from(2 * at + 1).unwrap());
        rule.services = Services::ports(6, port);
        rule
    });
    let mut base = any(Verdict::Accept);
    base.source = Addresses::union(rules.clone().map(|rule| rule.source).collect::<Vec<_>>());
    base.services = Services::Any;
    let (one, two) = (
        policy(
            rules
                .clone()
                .map(|rule| Rule { action: Action::Decide(Verdict::Drop), ..rule })
                .chain([base])
                .collect(),
            Verdict::Drop,
        ),
        policy(vec![], Verdict::Drop),
    );
    let budget = Budget { regions: 10, ..Budget::default() };
    let options = Options { budget, ..Options::default() };
    let proof = prove(&one, &two, &ZoneMap::by_name(&one, &two), options);
    let packets = &proof.differences[0].packets;
    assert!(packets.areas.len() <= 10, "{packets:?}");
    assert!(!packets.exact || packets.more > 0, "{packets:?}");
}
