//! Membership with three answers, against a plain evaluator with two.

use std::collections::BTreeMap;
use std::net::IpAddr;

use proptest::prelude::*;

use super::*;
use crate::matching::{Side, in_addresses, in_services};

const PREDICATES: u32 = 3;

fn address_set() -> impl Strategy<Value = Addresses> {
    let leaf = prop_oneof![
        Just(Addresses::Any),
        Just(Addresses::NONE),
        (0u8..8, 0u8..8).prop_map(|(one, other)| {
            let at = |last| IpAddr::from([10, 0, 0, last]);
            IpRange::new(at(one.min(other)), at(one.max(other)))
                .map_or(Addresses::NONE, Addresses::Range)
        }),
        (0u8..8, 0u8..8).prop_map(|(value, mask)| Addresses::Masked(Masked {
            value: [10, 0, 0, value].into(),
            mask: [255, 255, 255, mask].into(),
        })),
        (0u32..2).prop_map(|zone| Addresses::Zone(ZoneId(zone))),
        (0u32..2).prop_map(|rule| Addresses::TranslatedBy(NatId(rule))),
        (0..PREDICATES).prop_map(|id| Addresses::Unknown(PredicateId(id))),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Addresses::Union),
            prop::collection::vec(inner.clone(), 0..4).prop_map(Addresses::Common),
            (inner.clone(), inner).prop_map(|(from, without)| from.except(without)),
        ]
    })
}

fn plain(set: &Addresses, side: Side, holds: &BTreeMap<PredicateId, bool>) -> bool {
    match set {
        Addresses::Any => true,
        Addresses::Range(range) => range.contains(side.address),
        Addresses::Masked(masked) => masked.contains(side.address),
        Addresses::Object(_) => unreachable!("not made here"),
        Addresses::Zone(zone) => side.zone == Some(*zone),
        Addresses::TranslatedBy(rule) => side.translated_by == Some(*rule),
        Addresses::Unknown(id) => holds[id],
        Addresses::Union(members) => members.iter().any(|member| plain(member, side, holds)),
        Addresses::Common(members) => members.iter().all(|member| plain(member, side, holds)),
        Addresses::Except(from, without) => {
            plain(from, side, holds) && !plain(without, side, holds)
        }
    }
}

fn side(last: u8, zone: u32, nat: u32) -> Side {
    Side {
        address: [10, 0, 0, last].into(),
        zone: (zone < 2).then_some(ZoneId(zone)),
        translated_by: (nat < 2).then_some(NatId(nat)),
    }
}

proptest! {
    #[test]
    fn answers_are_right_when_all_is_known_and_true_for_all_when_not(
        set in address_set(), last in 0u8..9, zone in 0u32..3, nat in 0u32..3,
    ) {
        let policy = base();
        let side = side(last, zone, nat);
        let open = in_addresses(&policy, &set, side, &mut |_| None);
        for bits in 0..1u32 << PREDICATES {
            let holds: BTreeMap<PredicateId, bool> =
                (0..PREDICATES).map(|id| (PredicateId(id), bits >> id & 1 == 1)).collect();
            let known = in_addresses(&policy, &set, side, &mut |atom| {
                assert_eq!(atom.about, About::Address(side.address));
                Some(holds[&atom.predicate])
            });
            let plain = plain(&set, side, &holds);
            prop_assert_eq!(known, Some(plain));
            prop_assert!(open.is_none() || open == Some(plain));
        }
    }

    #[test]
    fn negating_twice_is_nothing(set in address_set(), last in 0u8..9) {
        let policy = base();
        let side = side(last, 0, 2);
        let answer = |set: &Addresses| in_addresses(&policy, set, side, &mut |_| None);
        prop_assert_eq!(answer(&set), answer(&set.clone().negated().negated()));
        prop_assert_eq!(answer(&set).map(|inside| !inside), answer(&set.clone().negated()));
    }
}

fn service(set: &Services, text: &str, answer: Option<bool>) -> Option<bool> {
    let policy = base();
    in_services(&policy, set, &packet(&policy, text), &mut |atom| {
        assert_eq!(atom.about, About::Packet);
        answer
    })
}

const UDP: &str = "in=inside 10.1.0.5:5000 > 10.2.0.5:53/udp";
const PING: &str = "in=inside 10.1.0.5 > 10.2.0.5/icmp:8:0";
const PING6: &str = "in=inside 2001:db8::5 > 2001:db8:1::5/icmp6:128:0";

#[test]
fn services_are_told_by_protocol_ports_types() {
    let from = |source, destination| {
        Services::Ports(Ports { protocol: 17, source, destination: PortRange::one(destination) })
    };
    let high = PortRange::new(1024, 65_535).unwrap();
    assert_eq!(service(&from(high, 53), UDP, None), Some(true));
    assert_eq!(service(&from(PortRange::one(53), 53), UDP, None), Some(false));
    assert_eq!(service(&from(high, 54), UDP, None), Some(false));
    assert_eq!(service(&tcp(53), UDP, None), Some(false));
    assert_eq!(service(&Services::Protocol(17), UDP, None), Some(true));
    assert_eq!(service(&Services::Protocol(1), PING, None), Some(true));
    assert_eq!(service(&Services::Protocol(1), PING6, None), Some(false));
    assert_eq!(service(&Services::Protocol(58), PING6, None), Some(true));
    let icmp = |family, kind, code| Services::Icmp { family, kind, code };
    assert_eq!(service(&icmp(Family::V4, Some(8), None), PING, None), Some(true));
    assert_eq!(service(&icmp(Family::V4, Some(8), Some(1)), PING, None), Some(false));
    assert_eq!(service(&icmp(Family::V4, None, None), PING6, None), Some(false));
    assert_eq!(service(&icmp(Family::V6, None, None), PING6, None), Some(true));
    assert_eq!(service(&icmp(Family::V6, None, None), UDP, None), Some(false));
}

#[test]
fn an_unknown_inside_an_exception_stays_open_unless_the_rest_decides() {
    let unknown = || Services::Unknown(PredicateId(0));
    assert_eq!(service(&unknown().negated(), UDP, None), None);
    assert_eq!(service(&unknown().negated(), UDP, Some(true)), Some(false));
    let except = |from, without| Services::Except(Box::new(from), Box::new(without));
    assert_eq!(service(&except(tcp(80), unknown()), UDP, None), Some(false));
    assert_eq!(service(&except(unknown(), Services::Any), UDP, None), Some(false));
    let both = Services::Common(vec![unknown(), Services::Protocol(6)]);
    assert_eq!(service(&both, UDP, None), Some(false));
    let either = Services::Union(vec![unknown(), Services::Protocol(17)]);
    assert_eq!(service(&either, UDP, None), Some(true));
}

#[test]
fn an_unknown_in_a_negated_cell_may_match_and_may_not() {
    let mut policy = base();
    let id = predicate(&mut policy, PredicateKind::Undefined, "no-such-group");
    let cell = Addresses::union(vec![network("10.1.9.0/24"), Addresses::Unknown(id)]);
    policy.rulebases[0].rules = vec![Rule { source: cell.negated(), ..accept() }];
    let found = outcomes(&policy, &packet(&policy, WEB), &Given::default(), 10);
    let verdicts: Vec<Verdict> = found.cases.iter().map(|case| case.decision.verdict).collect();
    assert_eq!(verdicts, [Verdict::Deny, Verdict::Accept]);
    // What is surely in the rest of the cell is not open.
    let sure =
        outcomes(&policy, &packet(&policy, "10.1.9.5 > 10.2.0.5:80/tcp"), &Given::default(), 10);
    assert_eq!((sure.cases.len(), sure.cases[0].decision.verdict), (1, Verdict::Deny));
}

#[test]
fn objects_stand_for_what_they_hold() {
    let mut policy = base();
    let object =
        |name: &str, value| AddressObject { name: name.into(), origin: Origin::default(), value };
    policy.addresses = vec![
        object("web", network("10.2.0.5/32")),
        object(
            "group",
            Addresses::union(vec![Addresses::Object(AddressId(0)), network("10.2.9.0/24")]),
        ),
    ];
    policy.services =
        vec![ServiceObject { name: "http".into(), origin: Origin::default(), value: tcp(80) }];
    policy.rulebases[0].rules = vec![Rule {
        destination: Addresses::Object(AddressId(1)),
        services: Services::Object(ServiceId(0)),
        ..accept()
    }];
    assert_eq!(verdict(&policy, WEB), Verdict::Accept);
    assert_eq!(verdict(&policy, "10.1.0.5 > 10.2.9.1:80/tcp"), Verdict::Accept);
    assert_eq!(verdict(&policy, "10.1.0.5 > 10.2.8.1:80/tcp"), Verdict::Deny);
    let text = policy.addresses_text(&policy.rulebases[0].rules[0].destination);
    assert_eq!(text, "group");
}
