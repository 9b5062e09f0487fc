//! Every answer to what a policy does not say, once.

use std::net::IpAddr;

use proptest::prelude::*;

use super::*;

/// A world in which everything is settled.
struct Settled {
    bits: u32,
    egress: u32,
    asked: Vec<Atom>,
}

/// One bit for each predicate about each of the two addresses and the packet.
fn bit(atom: Atom) -> u32 {
    let about = match atom.about {
        About::Packet => 0,
        About::Address(address) if address == IpAddr::from([10, 1, 0, 5]) => 1,
        About::Address(_) => 2,
    };
    atom.predicate.0 * 3 + about
}

impl World for Settled {
    fn holds(&mut self, atom: Atom) -> bool {
        self.asked.push(atom);
        self.bits >> bit(atom) & 1 == 1
    }

    fn egress(&mut self, _: IpAddr) -> Option<InterfaceId> {
        Some(InterfaceId(self.egress))
    }
}

const PREDICATES: u32 = 3;

fn addresses() -> impl Strategy<Value = Addresses> {
    let unknown = || (0..PREDICATES).prop_map(|id| Addresses::Unknown(PredicateId(id)));
    prop_oneof![
        3 => Just(Addresses::Any),
        1 => Just(network("10.1.0.0/16")),
        2 => unknown(),
        1 => unknown().prop_map(Addresses::negated),
        1 => (unknown(), unknown()).prop_map(|(one, other)| one.except(other)),
        1 => (unknown(), unknown()).prop_map(|(one, other)| Addresses::Union(vec![one, other])),
        1 => (unknown(), unknown()).prop_map(|(one, other)| Addresses::Common(vec![one, other])),
    ]
}

fn rule() -> impl Strategy<Value = Rule> {
    let services = prop_oneof![
        3 => Just(Services::Any),
        1 => Just(tcp(80)),
        1 => (0..PREDICATES).prop_map(|id| Services::Unknown(PredicateId(id))),
    ];
    let conditions =
        prop::collection::vec((prop::collection::vec(0..PREDICATES, 1..3), any::<bool>()), 0..2);
    let action = prop_oneof![
        2 => Just(Action::Decide(Verdict::Accept)),
        2 => Just(Action::Decide(Verdict::Drop)),
        1 => Just(Action::Continue),
        1 => Just(Action::Layer(RulebaseId(1))),
    ];
    let zones = prop_oneof![2 => Just(Zones::Any), 1 => (0u32..3).prop_map(|id| Zones::Of(vec![ZoneId(id)]))];
    (addresses(), addresses(), services, conditions, action, zones).prop_map(
        |(source, destination, services, conditions, action, to)| {
            let condition = |(ids, negated): (Vec<u32>, bool)| Condition {
                any_of: ids.into_iter().map(PredicateId).collect(),
                negated,
            };
            let conditions = conditions.into_iter().map(condition).collect();
            Rule {
                source,
                destination,
                services,
                conditions,
                to,
                ..Rule::any(Origin::default(), action)
            }
        },
    )
}

fn policy(rules: Vec<Rule>, inner: Vec<Rule>, partial: bool, nat_unknown: bool) -> Policy {
    let mut policy = with_rules(rules);
    policy.rulebases.push(rulebase(
        inner.into_iter().filter(|rule| !matches!(rule.action, Action::Layer(_))).collect(),
    ));
    for id in 0..PREDICATES {
        predicate(&mut policy, PredicateKind::Unreadable, &id.to_string());
    }
    if partial {
        policy.routes.clear();
        policy.routing = Routing::Partial;
    }
    if nat_unknown {
        let rule = NatRule {
            source: Addresses::Unknown(PredicateId(0)),
            destination_to: Some(AddressTarget::OneOf(vec![range("10.2.0.9")])),
            ..nat()
        };
        policy.nat.passes =
            vec![NatPass { name: "n".into(), when: NatWhen::BeforeFilter, rules: vec![rule] }];
    }
    policy
}

fn agrees(assumed: &Assumed, world: &Settled) -> bool {
    match assumed {
        Assumed::Holds(atom, answer) => (world.bits >> bit(*atom) & 1 == 1) == *answer,
        Assumed::Leaves(_, by) => by.0 == world.egress,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn outcomes_are_those_of_all_worlds_each_world_in_one_case(
        rules in prop::collection::vec(rule(), 0..4),
        inner in prop::collection::vec(rule(), 0..3),
        partial in any::<bool>(),
        nat_unknown in any::<bool>(),
    ) {
        let policy = policy(rules, inner, partial, nat_unknown);
        prop_assert!(policy.validate().is_ok());
        let packet = packet(&policy, "in=inside 10.1.0.5:1024 > 8.8.8.8:80/tcp");
        let found = outcomes(&policy, &packet, &Given::default(), 100_000);
        prop_assert!(!found.cut);
        let mut met = vec![false; found.cases.len()];
        for egress in 0..3 {
            for bits in 0..1u32 << (PREDICATES * 3) {
                let mut world = Settled { bits, egress, asked: Vec::new() };
                let decision = decide(&policy, &packet, &mut world);
                let cases: Vec<usize> = (0..found.cases.len())
                    .filter(|case| found.cases[*case].assumed.iter().all(|one| agrees(one, &world)))
                    .collect();
                prop_assert_eq!(cases.len(), 1, "bits {:b}", bits);
                prop_assert_eq!(&found.cases[cases[0]].decision, &decision);
                met[cases[0]] = true;
            }
        }
        // And no case that no world is in.
        prop_assert!(met.iter().all(|met| *met));
    }
}

#[test]
fn what_does_not_matter_is_not_asked() {
    let mut policy = base();
    let id = predicate(&mut policy, PredicateKind::User, "ann");
    let with_user = Condition { any_of: vec![id], negated: false };
    let rule = Rule { services: tcp(81), conditions: vec![with_user], ..accept() };
    policy.rulebases[0].rules = vec![rule, accept()];
    let found = outcomes(&policy, &packet(&policy, WEB), &Given::default(), 10);
    assert_eq!(found.cases.len(), 1);
    assert!(found.cases[0].assumed.is_empty());
}

#[test]
fn what_is_given_is_not_asked_and_rules_out_others_of_its_kind() {
    let mut policy = base();
    let ann = predicate(&mut policy, PredicateKind::User, "ann");
    let bob = predicate(&mut policy, PredicateKind::User, "bob");
    let app = predicate(&mut policy, PredicateKind::Application, "ssl");
    let needs =
        |id| Rule { conditions: vec![Condition { any_of: vec![id], negated: false }], ..drop() };
    policy.rulebases[0].rules = vec![needs(ann), needs(app), needs(bob), accept()];
    let given = Given { holds: vec![("user".into(), "bob".into())], egress: None };
    let found = outcomes(&policy, &packet(&policy, WEB), &given, 10);
    let by: Vec<By> = found.cases.iter().map(|case| case.decision.steps[0].by).collect();
    assert_eq!(by, [By::Rule(BY_0, 1), By::Rule(BY_0, 2)]);
}

#[test]
fn an_open_route_has_one_case_for_each_zone_unless_it_is_given() {
    let mut policy = with_rules(vec![accept()]);
    policy.routes.clear();
    policy.routing = Routing::Partial;
    let mut second = policy.interfaces[0].clone();
    second.name = "second".into();
    second.addresses.clear();
    policy.interfaces.push(second);
    let packet = packet(&policy, "in=inside 10.1.0.5 > 8.8.8.8:80/tcp");
    let found = outcomes(&policy, &packet, &Given::default(), 10);
    assert_eq!(found.cases.len(), 3);
    let given = Given { egress: Some(InterfaceId(3)), ..Given::default() };
    let found = outcomes(&policy, &packet, &given, 10);
    assert_eq!(found.cases.len(), 1);
    assert_eq!(found.cases[0].decision.egress, Egress::Interface(InterfaceId(3)));
}

#[test]
fn a_limit_cuts_and_says_so() {
    let mut policy = base();
    for number in 0..12 {
        let id = predicate(&mut policy, PredicateKind::Schedule, &number.to_string());
        let condition = Condition { any_of: vec![id], negated: false };
        let log = Rule { action: Action::Continue, conditions: vec![condition], ..accept() };
        policy.rulebases[0].rules.push(log);
    }
    let packet = packet(&policy, WEB);
    let found = outcomes(&policy, &packet, &Given::default(), 100);
    assert_eq!((found.cases.len(), found.cut), (100, true));
    let found = outcomes(&policy, &packet, &Given::default(), 4096);
    assert_eq!((found.cases.len(), found.cut), (4096, false));
}
