//! Policies that nobody writes and that are hard to compare.

use std::net::{IpAddr, Ipv4Addr};

use policy::{Action, Addresses, IpRange, Origin, Policy, PortRange, Rule, Services, Verdict};

use super::filters::single;
use crate::demo::random::Random;

fn verdict(random: &mut Random) -> Verdict {
    if random.percent(50) { Verdict::Drop } else { Verdict::Accept }
}

fn range(first: u32, length: u32) -> IpRange {
    let ends =
        [first, first.saturating_add(length)].map(|bits| IpAddr::V4(Ipv4Addr::from_bits(bits)));
    let [first, last] = ends;
    IpRange::new(first, last).unwrap_or(IpRange::one(first))
}

fn low(random: &mut Random, limit: u64) -> u32 {
    u32::try_from(random.below(limit)).unwrap_or(0)
}

fn rules(count: u32, seed: u64, make: impl Fn(&mut Random, &mut Rule)) -> Policy {
    let mut random = Random::named(seed, "hard");
    let rules = (0..count).map(|number| {
        let action = Action::Decide(verdict(&mut random));
        let mut rule = Rule::any(Origin::implied(format!("rule {number}")), action);
        make(&mut random, &mut rule);
        rule
    });
    single(rules.collect())
}

/// Rectangles of all sizes from anywhere to anywhere, which overlap without order.
pub(crate) fn rectangles(count: u32, seed: u64) -> Policy {
    let side = |random: &mut Random| {
        // Between a half and a four-thousandth of all addresses.
        let length = 1u32 << (20 + random.below(11));
        let length = length + low(random, length.into());
        Addresses::Range(range(low(random, 1 << 32), length))
    };
    rules(count, seed, |random, rule| {
        rule.source = side(random);
        rule.destination = side(random);
    })
}

/// Cells that are everything but a few small networks.
pub(crate) fn negations(count: u32, seed: u64) -> Policy {
    let side = |random: &mut Random| {
        let members = (0..3 + random.below(6))
            .map(|_| Addresses::Range(range(low(random, 1 << 24) << 8, 255)));
        let members: Vec<Addresses> = members.collect();
        Addresses::union(members)
    };
    rules(count, seed, |random, rule| {
        // A third are narrow, or one rule would hide all the others.
        let narrow =
            |random: &mut Random| Addresses::Range(range(low(random, 1 << 24) << 8, 4_095));
        match random.below(3) {
            0 => {
                rule.source = side(random).negated();
                rule.destination = narrow(random);
            }
            1 => {
                rule.source = narrow(random);
                rule.destination = side(random).negated();
            }
            _ => {
                rule.source = narrow(random);
                rule.destination = Addresses::Any;
                let port = u16::try_from(random.below(1 << 16)).unwrap_or(1);
                rule.services = Services::ports(6, PortRange::one(port)).negated();
            }
        }
    })
}

/// Rules with thousands of single ports each.
pub(crate) fn many_ports(count: u32, seed: u64) -> Policy {
    rules(count, seed, |random, rule| {
        rule.source = Addresses::Range(range((10 << 24) | (low(random, 1 << 12) << 12), 65_535));
        rule.destination =
            Addresses::Range(range((10 << 24) | (low(random, 1 << 12) << 12), 65_535));
        let ports = (0..1_000 + random.below(2_000)).map(|_| {
            let port = u16::try_from(1 + random.below(65_000)).unwrap_or(1);
            Services::ports(6, PortRange::one(port))
        });
        rule.services = Services::Union(ports.collect());
    })
}
