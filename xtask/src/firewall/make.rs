//! Makes one neutral firewall from a seed.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use policy::{Family, IpRange, PortRange, Prefix};

use super::make_nat;
use super::noun::{
    Address, AddressValue, Cell, Firewall, Interface, Route, Rule, Service, ServiceValue,
};
use super::profile::Profile;
use crate::demo::random::Random;

/// How rules relate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Each rule is about one pair of places, as real ones are.
    Zoned,
    /// Large networks from anywhere to anywhere that overlap.
    Overlapping,
}

impl Shape {
    /// The shape of this word.
    pub fn of(word: &str) -> Option<Self> {
        match word {
            "zoned" => Some(Self::Zoned),
            "overlapping" => Some(Self::Overlapping),
            _ => None,
        }
    }
}

/// Makes a firewall with so many rules (and a few more where it publishes hosts).
pub fn make(profile: Profile, shape: Shape, rules: usize, seed: u64) -> Firewall {
    let firewall = Firewall {
        profile,
        seed,
        zones: Vec::new(),
        interfaces: Vec::new(),
        routes: Vec::new(),
        addresses: Vec::new(),
        services: Vec::new(),
        rules: Vec::new(),
        publish: Vec::new(),
        hide: Vec::new(),
        accepts_by_default: false,
    };
    let mut maker = Maker {
        firewall,
        random: Random::named(seed, profile.name),
        shape,
        pools: Vec::new(),
        services: Vec::new(),
    };
    maker.places(rules);
    maker.objects(rules);
    maker.service_objects(rules);
    if profile.publish {
        make_nat::publish(&mut maker, rules);
    }
    make_nat::hide(&mut maker);
    for _ in 0..rules {
        maker.rule();
    }
    maker.firewall
}

/// A firewall in the making.
pub(super) struct Maker {
    pub(super) firewall: Firewall,
    pub(super) random: Random,
    shape: Shape,
    /// Address objects by zone.
    pools: Vec<Vec<usize>>,
    /// Service objects that rules may name.
    services: Vec<usize>,
}

impl Maker {
    pub(super) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.random.below(limit as u64)).unwrap_or_default()
    }

    fn one_of(&mut self, all: &[usize]) -> Option<usize> {
        let at = self.below(all.len());
        all.get(at).copied()
    }

    fn ipv6(&mut self) -> bool {
        self.firewall.profile.ipv6 && self.random.percent(30)
    }

    fn places(&mut self, rules: usize) {
        let zones = 3 + self.below(if rules > 1000 { 8 } else { 3 });
        for zone in 0..zones {
            let name = match zone {
                0 => "outside".to_owned(),
                1 => "inside".to_owned(),
                2 => "dmz".to_owned(),
                _ => format!("branch-{zone}"),
            };
            self.firewall.zones.push(name);
            let interfaces = if zone == 0 || self.random.percent(60) { 1 } else { 2 };
            for part in 0..interfaces {
                let number = self.firewall.interfaces.len();
                let mut addresses = vec![prefix(place(zone, part, 1), 24)];
                if self.firewall.profile.ipv6 {
                    addresses.push(prefix(place6(zone, part, 1), 64));
                }
                self.firewall.interfaces.push(Interface { zone, addresses });
                if part == 0 {
                    self.route(zone, number);
                }
            }
        }
        self.detour();
    }

    fn route(&mut self, zone: usize, interface: usize) {
        let any = |bits| if bits == 32 { v4(0) } else { IpAddr::V6(Ipv6Addr::UNSPECIFIED) };
        let (to, to6) = match zone {
            0 => (prefix(any(32), 0), prefix(any(128), 0)),
            _ => (prefix(place(zone, 0, 0), 16), prefix(place6(zone, 0, 0), 48)),
        };
        let gateway = place(zone, 0, 254);
        self.firewall.routes.push(Route { prefix: to, interface, gateway });
        if self.firewall.profile.ipv6 {
            let gateway = place6(zone, 0, 254);
            self.firewall.routes.push(Route { prefix: to6, interface, gateway });
        }
    }

    /// A part of one zone's addresses that lies behind another one: the longest prefix decides.
    fn detour(&mut self) {
        let to = v4((10 << 24) | (1 << 16) | (77 << 8));
        let other = self.firewall.interfaces.iter().position(|interface| interface.zone == 2);
        if let Some(interface) = other {
            let gateway = place(2, 0, 253);
            self.firewall.routes.push(Route { prefix: prefix(to, 24), interface, gateway });
        }
    }

    pub(super) fn add_address(&mut self, name: String, value: AddressValue) -> usize {
        self.firewall.addresses.push(Address { name, value });
        self.firewall.addresses.len() - 1
    }

    pub(super) fn add_service(&mut self, name: String, value: ServiceValue) -> usize {
        self.firewall.services.push(Service { name, value });
        self.firewall.services.len() - 1
    }

    fn objects(&mut self, rules: usize) {
        let zones = self.firewall.zones.len();
        self.pools = vec![Vec::new(); zones];
        let count = (8 + rules / 3).min(20_000) / zones + 4;
        for zone in 0..zones {
            for _ in 0..count {
                self.object(zone);
            }
        }
    }

    fn object(&mut self, zone: usize) {
        let number = self.firewall.addresses.len();
        let pool = self.pools.get(zone).cloned().unwrap_or_default();
        let kind = self.random.below(100);
        let (name, value) = if kind < 20 && pool.len() >= 2 {
            let mut members = Vec::new();
            for _ in 0..2 + self.below(4) {
                // Near ones: so groups are nested, but not without end.
                let near = pool.get(pool.len().saturating_sub(6)..).unwrap_or_default();
                members.extend(self.one_of(near));
            }
            members.sort_unstable();
            members.dedup();
            (format!("group-{number}"), AddressValue::Group(members))
        } else if kind < 50 {
            let family = if self.ipv6() { Family::V6 } else { Family::V4 };
            let address = self.some_address(zone, family);
            let length = match (family, self.shape) {
                (Family::V4, Shape::Zoned) => 18 + self.random.below(13),
                (Family::V4, Shape::Overlapping) => 8 + self.random.below(13),
                (Family::V6, Shape::Zoned) => 50 + self.random.below(70),
                (Family::V6, Shape::Overlapping) => 30 + self.random.below(40),
            };
            let length = u8::try_from(length).unwrap_or(24);
            let network = prefix(prefix(address, length).range().first(), length);
            (format!("net-{number}"), AddressValue::Network(network))
        } else if kind < 65 {
            let family = if self.ipv6() { Family::V6 } else { Family::V4 };
            let (one, other) = (self.some_address(zone, family), self.some_address(zone, family));
            let range = IpRange::new(one.min(other), one.max(other));
            let range = range.unwrap_or_else(|| IpRange::one(one));
            // Of one address would be a host.
            let value = match range.first() == range.last() {
                true => AddressValue::Host(one),
                false => AddressValue::Range(range),
            };
            (format!("range-{number}"), value)
        } else {
            let family = if self.ipv6() { Family::V6 } else { Family::V4 };
            (format!("host-{number}"), AddressValue::Host(self.some_address(zone, family)))
        };
        let number = self.add_address(name, value);
        if let Some(pool) = self.pools.get_mut(zone) {
            pool.push(number);
        }
    }

    pub(super) fn some_address(&mut self, zone: usize, family: Family) -> IpAddr {
        let low = self.random.below(1 << 16);
        let at = u32::try_from(low).unwrap_or_default();
        match (family, zone) {
            (Family::V4, 0) => {
                let first = u32::try_from(20 + self.random.below(40)).unwrap_or(20);
                v4((first << 24) | (at << 7) | 5)
            }
            (Family::V4, _) => v4(bits(place(zone, 0, 0)) | at.max(2)),
            (Family::V6, _) => match place6(zone, 0, 0) {
                IpAddr::V6(base) => {
                    let middle = u128::from(self.random.below(4)) << 64;
                    IpAddr::V6(Ipv6Addr::from_bits(base.to_bits() | middle | u128::from(at.max(2))))
                }
                other => other,
            },
        }
    }

    fn service_objects(&mut self, rules: usize) {
        let count = (6 + rules / 10).min(2000);
        for _ in 0..count {
            let number = self.firewall.services.len();
            let (name, value) = self.service_value(number);
            let number = self.add_service(name, value);
            self.services.push(number);
        }
    }

    fn service_value(&mut self, number: usize) -> (String, ServiceValue) {
        let kind = self.random.below(100);
        if kind < 15 && self.services.len() >= 2 {
            let all = self.services.clone();
            let near = all.get(all.len().saturating_sub(6)..).unwrap_or_default();
            let mut members: Vec<usize> = (0..3).filter_map(|_| self.one_of(near)).collect();
            members.sort_unstable();
            members.dedup();
            return (format!("services-{number}"), ServiceValue::Group(members));
        }
        if kind < 30 && self.firewall.profile.protocols {
            if self.random.percent(30) {
                let protocol = [47, 50, 51, 89].get(self.below(4)).copied().unwrap_or(47);
                return (format!("ip-{number}"), ServiceValue::Protocol(protocol));
            }
            let family = if self.ipv6() { Family::V6 } else { Family::V4 };
            let kinds: [u8; 4] =
                if family == Family::V4 { [0, 3, 8, 11] } else { [1, 3, 128, 129] };
            let kind = kinds.get(self.below(4)).copied().unwrap_or(3);
            let code = (kind == 3 && self.random.percent(50)).then_some(1);
            return (format!("icmp-{number}"), ServiceValue::Icmp { family, kind, code });
        }
        let protocol = if self.random.percent(70) { 6 } else { 17 };
        let first = u16::try_from(1 + self.random.below(60_000)).unwrap_or(1);
        let last = if self.random.percent(35) {
            first + u16::try_from(self.random.below(3000)).unwrap_or(0)
        } else {
            first
        };
        let source = self.random.percent(12).then(|| PortRange::new(1024, 65_535)).flatten();
        let destination = PortRange::new(first, last).unwrap_or(PortRange::one(first));
        let word = if protocol == 6 { "tcp" } else { "udp" };
        (
            format!("{word}-{destination}-{number}"),
            ServiceValue::Ports { protocol, source, destination },
        )
    }

    // --- Rules ---

    pub(super) fn push_rule(&mut self, mut rule: Rule) {
        rule.name = format!("rule-{}", self.firewall.rules.len() + 1);
        self.firewall.rules.push(rule);
    }

    fn rule(&mut self) {
        let zones = self.firewall.zones.len();
        let profile = self.firewall.profile;
        let (from, to) = (self.below(zones), self.below(zones));
        let named = |maker: &mut Self, zone: usize| -> Vec<usize> {
            if !profile.zones || maker.random.percent(15) {
                return Vec::new();
            }
            let mut named = vec![zone];
            if maker.random.percent(15) {
                named.push(maker.below(zones));
            }
            named.sort_unstable();
            named.dedup();
            named
        };
        let anywhere = self.shape == Shape::Overlapping;
        let mut from_zones = if anywhere { Vec::new() } else { named(self, from) };
        let mut to_zones = if anywhere { Vec::new() } else { named(self, to) };
        let mut source = self.cell(from);
        let mut destination = self.cell(to);
        if !profile.zones_and_addresses {
            // One of the two: a cell with a zone and an address would mean either.
            let side = |maker: &mut Self, zones: &mut Vec<usize>, cell: &mut Cell| {
                if maker.random.percent(40) && !zones.is_empty() {
                    *cell = Cell::default();
                } else {
                    zones.clear();
                }
            };
            side(self, &mut from_zones, &mut source);
            side(self, &mut to_zones, &mut destination);
        }
        let mut rule = Rule {
            name: String::new(),
            enabled: !self.random.percent(5),
            from: from_zones,
            to: to_zones,
            source,
            destination,
            services: self.service_cell(),
            accept: self.random.percent(70),
        };
        let shared = [Family::V4, Family::V6];
        if !shared.iter().any(|family| self.firewall.rule_has_family(&rule, *family)) {
            rule.destination = Cell::default();
        }
        self.push_rule(rule);
    }

    pub(super) fn cell(&mut self, zone: usize) -> Cell {
        if self.random.percent(12) {
            return Cell::default();
        }
        let pool = self.pools.get(zone).cloned().unwrap_or_default();
        let count = if self.random.percent(60) { 1 } else { 1 + self.below(3) };
        let mut members: Vec<usize> = (0..count).filter_map(|_| self.one_of(&pool)).collect();
        members.sort_unstable();
        members.dedup();
        let negated = !members.is_empty() && self.random.percent(6);
        Cell { members, negated }
    }

    pub(super) fn service_cell(&mut self) -> Cell {
        if self.random.percent(12) {
            return Cell::default();
        }
        let all = std::mem::take(&mut self.services);
        let count = if self.random.percent(60) { 1 } else { 1 + self.below(3) };
        let mut members: Vec<usize> = (0..count).filter_map(|_| self.one_of(&all)).collect();
        self.services = all;
        members.sort_unstable();
        members.dedup();
        let negation = self.firewall.profile.service_negation;
        let negated = negation && !members.is_empty() && self.random.percent(15);
        Cell { members, negated }
    }
}

/// The host with this number in a part of a zone's own addresses.
pub(super) fn place(zone: usize, part: usize, host: u32) -> IpAddr {
    let zone = u32::try_from(zone).unwrap_or_default();
    let part = u32::try_from(part).unwrap_or_default();
    match zone {
        0 => v4((198 << 24) | (51 << 16) | (100 << 8) | host),
        _ => v4((10 << 24) | (zone << 16) | (part << 15) | host),
    }
}

fn place6(zone: usize, part: usize, host: u128) -> IpAddr {
    let zone = if zone == 0 { 0xffff } else { zone as u128 };
    let part = part as u128;
    let bits = (0x2001_0db8_u128 << 96) | (zone << 80) | (part << 79) | host;
    IpAddr::V6(Ipv6Addr::from_bits(bits))
}

pub(super) fn v4(bits: u32) -> IpAddr {
    IpAddr::V4(Ipv4Addr::from_bits(bits))
}

fn bits(address: IpAddr) -> u32 {
    match address {
        IpAddr::V4(address) => address.to_bits(),
        IpAddr::V6(_) => 0,
    }
}

/// A network; a host of its own when the length is wrong.
pub(super) fn prefix(address: IpAddr, length: u8) -> Prefix {
    let whole = Prefix::new(address, Family::of(address).bits());
    Prefix::new(address, length)
        .or(whole)
        .or_else(|| Prefix::new(v4(0), 0))
        .unwrap_or_else(|| unreachable!("0.0.0.0/0 is a network"))
}
