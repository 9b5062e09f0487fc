//! Makes address translation: hosts that are published, and networks that are hidden.

use policy::{Family, IpRange, PortRange};

use super::make::{Maker, place, prefix, v4};
use super::noun::{AddressValue, Cell, Forward, Hide, HideTarget, Publish, Rule, ServiceValue};
use super::profile::HideBy;

/// Addresses of documentation (RFC 5737): the published block and the pools.
const PUBLIC: u32 = (203 << 24) | (113 << 8);
const POOLS: u32 = (192 << 24) | (2 << 8);

/// Publishes some hosts, with the rules that let packets to them.
pub(super) fn publish(maker: &mut Maker, rules: usize) {
    let count = (2 + rules / 50).min(40);
    for number in 0..count {
        one(maker, number);
    }
    // Somebody who may reach nothing, before all.
    let blocked = maker.cell(0);
    if !blocked.is_any() && !blocked.negated {
        maker.push_rule(Rule { source: blocked, ..rule(false) });
    }
    for number in 0..count {
        for _ in 0..1 + maker.below(2) {
            let_in(maker, number);
        }
    }
    // Nothing else reaches the published block, translated or not.
    let block = AddressValue::Network(prefix(v4(PUBLIC), 24));
    let block = maker.add_address("public-block".to_owned(), block);
    maker.push_rule(Rule { destination: Cell::of([block]), ..rule(false) });
}

fn rule(accept: bool) -> Rule {
    Rule {
        name: String::new(),
        enabled: true,
        from: Vec::new(),
        to: Vec::new(),
        source: Cell::default(),
        destination: Cell::default(),
        services: Cell::default(),
        accept,
    }
}

fn one(maker: &mut Maker, number: usize) {
    let host = u32::try_from(number).unwrap_or_default();
    let zones = maker.firewall.zones.len();
    let zone = 1 + maker.below(zones - 1);
    let inside = maker.some_address(zone, Family::V4);
    let inside = maker.add_address(format!("server-{number}"), AddressValue::Host(inside));
    // Two that forward ports may share an address.
    let last = maker.firewall.publish.last().cloned();
    let shared = last.filter(|last| last.forward.is_some() && number % 3 == 1);
    let public = match &shared {
        Some(last) => last.public,
        None => {
            let address = AddressValue::Host(v4(PUBLIC + 10 + host));
            maker.add_address(format!("public-{number}"), address)
        }
    };
    let forward = (shared.is_some() || maker.random.percent(65)).then(|| forward(maker, number));
    let from_outside = maker.firewall.profile.zones_and_addresses && maker.random.percent(50);
    maker.firewall.publish.push(Publish {
        name: format!("publish-{number}"),
        from: from_outside.then_some(0),
        public,
        forward,
        inside,
    });
}

fn forward(maker: &mut Maker, number: usize) -> Forward {
    let protocol = if maker.random.percent(80) { 6 } else { 17 };
    // Each in a block of its own, so that two at one address do not overlap.
    let first = 2000 + u16::try_from(number).unwrap_or_default() * 100;
    let (last, port) = match maker.below(3) {
        0 => (first, Some(443)),
        1 => (first, None),
        _ => (first + 10, None),
    };
    let destination = PortRange::new(first, last).unwrap_or(PortRange::one(first));
    let value = ServiceValue::Ports { protocol, source: None, destination };
    let service = maker.add_service(format!("published-{number}"), value);
    Forward { service, port }
}

/// A rule that lets packets to a published host, or not.
fn let_in(maker: &mut Maker, number: usize) {
    let Some(publish) = maker.firewall.publish.get(number).cloned() else { return };
    let services = match publish.forward {
        Some(forward) if maker.random.percent(70) => Cell::of([forward.service]),
        _ => maker.service_cell(),
    };
    let accept = maker.random.percent(75);
    let mut rule = Rule { destination: Cell::of([publish.public]), services, ..rule(accept) };
    let both = maker.firewall.profile.zones_and_addresses;
    if maker.random.percent(50) {
        rule.from = vec![0];
    }
    if both || rule.from.is_empty() {
        rule.source = maker.cell(0);
    }
    if !maker.firewall.rule_has_family(&rule, Family::V4) {
        rule.source = Cell::default();
    }
    maker.push_rule(rule);
}

/// Hides networks behind pools or the address of the interface.
pub(super) fn hide(maker: &mut Maker) {
    match maker.firewall.profile.hide {
        HideBy::Nothing => {}
        HideBy::Zones => by_zones(maker),
        HideBy::Addresses => by_addresses(maker),
    }
}

fn pool(maker: &mut Maker, number: usize) -> HideTarget {
    let first = POOLS + u32::try_from(number).unwrap_or_default() * 8;
    let value = match maker.random.percent(50) {
        true => AddressValue::Host(v4(first)),
        false => match IpRange::new(v4(first), v4(first + 3)) {
            Some(range) => AddressValue::Range(range),
            None => AddressValue::Host(v4(first)),
        },
    };
    HideTarget::Pool(maker.add_address(format!("pool-{number}"), value))
}

fn by_zones(maker: &mut Maker) {
    let zones = maker.firewall.zones.len();
    let mut hides = Vec::new();
    for from in 1..zones {
        let target = match maker.below(4) {
            0 => continue,
            1 => HideTarget::Egress,
            _ => pool(maker, from),
        };
        hides.push((vec![from], vec![0], target));
    }
    // One between two zones inside, and one that is overruled by those before it.
    hides.push((vec![1], vec![2], pool(maker, zones)));
    if maker.random.percent(50) {
        hides.insert(0, (vec![2], vec![0], HideTarget::Nothing));
    }
    hides.push((Vec::new(), vec![0], pool(maker, zones + 1)));
    for (number, (from, to, target)) in hides.into_iter().enumerate() {
        let (source, destination) = (Cell::default(), Cell::default());
        let name = format!("hide-{number}");
        maker.firewall.hide.push(Hide { name, from, to, source, destination, target });
    }
}

fn by_addresses(maker: &mut Maker) {
    let zones = maker.firewall.zones.len();
    let inside = AddressValue::Network(prefix(v4(10 << 24), 8));
    let inside = maker.add_address("all-inside".to_owned(), inside);
    let add = |maker: &mut Maker, source: Cell, destination: Cell, target: HideTarget| {
        let name = format!("hide-{}", maker.firewall.hide.len());
        let (from, to) = (Vec::new(), Vec::new());
        maker.firewall.hide.push(Hide { name, from, to, source, destination, target });
    };
    add(maker, Cell::of([inside]), Cell::of([inside]), HideTarget::Nothing);
    for zone in 1..zones {
        // Part of the zone has a pool of its own.
        if maker.random.percent(50) {
            let part = AddressValue::Network(prefix(place(zone, 1, 0), 17));
            let part = maker.add_address(format!("upper-{zone}"), part);
            let target = pool(maker, 20 + zone);
            add(maker, Cell::of([part]), Cell::default(), target);
        }
        let whole = AddressValue::Network(prefix(place(zone, 0, 0), 16));
        let whole = maker.add_address(format!("whole-{zone}"), whole);
        let target = match maker.random.percent(15) {
            true => HideTarget::Nothing,
            false => pool(maker, zone),
        };
        add(maker, Cell::of([whole]), Cell::default(), target);
    }
}
