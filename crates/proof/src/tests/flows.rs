//! The zone matrix held against the evaluator.

use policy::*;

use super::twin::Seeded;
use super::worlds::{Dice, packets, random};
use crate::analysis::{Flow, flows};
use crate::sets::Set;
use crate::wide::line;

fn number(packet: &Packet) -> u32 {
    match packet.transport {
        Transport::Ports { protocol, destination, .. } => {
            line::ports(protocol).unwrap() + u32::from(destination)
        }
        Transport::Icmp { kind, code, .. } => line::ICMP + (u32::from(kind) << 8) + u32::from(code),
        Transport::Other { protocol } => line::OTHER + u32::from(protocol),
    }
}

#[test]
fn what_passes_is_in_its_cell_and_what_is_stopped_is_not_everything() {
    let (mut passed, mut stopped) = (0, 0);
    for seed in 1..=60u64 {
        let policy = random(&mut Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        let Ok(flows) = flows(&policy) else { continue };
        let zones = policy.zones.len();
        for packet in packets() {
            for seed in 0..2 {
                let decision = decide(&policy, &packet, &mut Seeded { policy: &policy, seed });
                let Egress::Interface(leaves) = decision.egress else { continue };
                let zone = |id: InterfaceId| policy.interfaces[id.0 as usize].zone.0 as usize;
                let flow = &flows[zone(packet.ingress) * zones + zone(leaves)];
                if decision.verdict != Verdict::Accept {
                    stopped += 1;
                    assert!(!flow.everything, "seed {seed} {packet}");
                    continue;
                }
                passed += 1;
                let family = usize::from(packet.source.is_ipv6());
                let told = flow.possible[family].contains(number(&packet));
                assert!(told || flow.cut, "seed {seed} {packet} {flow:?}");
                let by = decision.steps.last().unwrap().by;
                assert!(flow.by.contains(&by) || flow.cut, "seed {seed} {packet} {by:?}");
                let public = packet.source.to_string().starts_with("192.0.2.");
                assert!(flow.public || !public || flow.cut, "seed {seed} {packet}");
            }
        }
    }
    assert!(passed > 1_000 && stopped > 1_000, "{passed} {stopped}");
}

fn lab(rules: Vec<Rule>) -> Vec<Flow> {
    let mut builder = Builder::new("");
    for (name, address) in [("lan", "10.0.0.1/24"), ("wan", "198.51.100.1/24")] {
        let origin = Origin::implied(name);
        let zone = builder.zone(name, &origin);
        let addresses = vec![parse_prefix(address).unwrap()];
        let (name, stand_in) = (name.into(), false);
        builder.interface(Interface { name, zone, addresses, stand_in, origin });
    }
    builder.unknown(PredicateKind::User, "staff", Origin::implied("staff"));
    let (default, default_origin) = (Verdict::Deny, Origin::default());
    let rulebase = builder.rulebase(Rulebase { name: "".into(), rules, default, default_origin });
    builder.policy.filter = vec![Stage { rulebase, end: None, guard: Addresses::Any }];
    builder.policy.routing = Routing::Complete;
    flows(&builder.policy).unwrap()
}

fn accept(service: Services) -> Rule {
    let from = Zones::Of(vec![ZoneId(0)]);
    let rule = Rule::any(Origin::implied("x"), Action::Decide(Verdict::Accept));
    Rule { from, services: service, ..rule }
}

const LAN_TO_WAN: usize = 1;

fn tcp(port: u16) -> Services {
    Services::ports(6, PortRange::one(port))
}

#[test]
fn what_takes_an_unknown_is_only_possible() {
    let users = Condition { any_of: vec![PredicateId(0)], negated: false };
    let staff = Rule { conditions: vec![users], ..accept(tcp(22)) };
    let flow = &lab(vec![staff, accept(tcp(443))])[LAN_TO_WAN];
    assert_eq!(flow.certain[0], Set::one(443));
    assert_eq!(flow.possible[0], Set::new(vec![(22, 22), (443, 443)]));
}

#[test]
fn what_an_unknown_may_stop_is_only_possible() {
    let users = Condition { any_of: vec![PredicateId(0)], negated: false };
    let stop =
        Rule { conditions: vec![users], action: Action::Decide(Verdict::Drop), ..accept(tcp(443)) };
    let flow = &lab(vec![stop, accept(tcp(443))])[LAN_TO_WAN];
    assert_eq!((&flow.certain[0], &flow.possible[0]), (&Set::empty(), &Set::one(443)));
}

#[test]
fn every_service_but_a_stopped_one_is_not_any_service() {
    let stop = Rule { action: Action::Decide(Verdict::Drop), ..accept(tcp(23)) };
    let flow = &lab(vec![stop, accept(Services::Any)])[LAN_TO_WAN];
    assert!(!flow.certain[0].contains(23) && flow.certain[0].contains(22) && !flow.any_service());
    assert!(!flow.everything);
    let flow = &lab(vec![accept(Services::Any)])[LAN_TO_WAN];
    assert!(flow.any_service() && flow.everything && flow.public);
}

#[test]
fn a_private_source_is_not_the_internet() {
    let source = Addresses::prefix(parse_prefix("10.0.0.0/8").unwrap());
    let flow = &lab(vec![Rule { source, ..accept(tcp(443)) }])[LAN_TO_WAN];
    assert!(!flow.public && !flow.everything && flow.by.len() == 1);
}
