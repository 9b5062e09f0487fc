//! Policies as data centres have them: objects that belong to zones, groups with a long tail, popular services, negated cells, lists
//! of what is blocked, rules that repeat others in part.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use policy::{
    Action, AddressId, AddressTarget, Addresses, Builder, Family, Interface, InterfaceId, IpRange,
    NatPass, NatRule, NatWhen, Origin, Policy, PortRange, PortTarget, Prefix, Route, Routing, Rule,
    Rulebase, Seen, ServiceId, Services, Stage, Verdict, ZoneId, Zones,
};

use crate::demo::random::Random;

/// Which addresses there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Families {
    /// IPv4 only.
    V4,
    /// IPv6 only.
    V6,
    /// Both.
    Both,
}

/// What is to be made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Center {
    /// How many rules.
    pub(crate) rules: u32,
    /// Which addresses.
    pub(crate) families: Families,
    /// How many hosts are published by destination NAT, and how many networks are hidden by source NAT.
    pub(crate) nat: (u32, u32),
    /// Whether the routes are known, so that the zone where a packet leaves follows from its destination.
    pub(crate) routed: bool,
}

impl Center {
    /// IPv4, without NAT and routes.
    pub(crate) fn plain(rules: u32) -> Self {
        Self { rules, families: Families::V4, nat: (0, 0), routed: false }
    }

    /// Makes the policy.
    pub(crate) fn make(self, seed: u64) -> Policy {
        let zones = (8 + self.rules / 4_000).min(32);
        let mut maker = Maker {
            kind: self,
            zones,
            random: Random::named(seed, "data centre"),
            builder: Builder::new("center"),
            pools: Vec::new(),
            services: Vec::new(),
        };
        maker.places();
        maker.objects();
        maker.service_objects();
        let rules = maker.rules();
        let nat = maker.translations();
        let mut policy = maker.builder.policy;
        policy.seen = Seen::Translated;
        policy.nat.passes = nat;
        policy.rulebases.push(Rulebase {
            name: "rules".into(),
            rules,
            default: Verdict::Drop,
            default_origin: Origin::implied("default"),
        });
        let guard = Addresses::Any;
        policy.filter.push(Stage { rulebase: policy::RulebaseId(0), end: None, guard });
        policy
    }
}

struct Maker {
    kind: Center,
    zones: u32,
    random: Random,
    builder: Builder,
    /// Address objects by zone.
    pools: Vec<Vec<AddressId>>,
    services: Vec<ServiceId>,
}

impl Maker {
    fn below(&mut self, limit: u32) -> u32 {
        u32::try_from(self.random.below(limit.into())).unwrap_or(0)
    }

    fn places(&mut self) {
        for zone in 0..self.zones {
            let name = if zone == 0 { "outside".to_owned() } else { format!("zone-{zone}") };
            let origin = Origin::implied(name.as_str());
            let id = self.builder.zone(&name, &origin);
            let addresses = Vec::new();
            let name = name.into();
            self.builder.interface(Interface {
                name,
                zone: id,
                addresses,
                stand_in: false,
                origin,
            });
        }
        if !self.kind.routed {
            return;
        }
        self.builder.policy.routing = Routing::Complete;
        for zone in 0..self.zones {
            for family in [Family::V4, Family::V6] {
                let length = match (zone, family) {
                    (0, _) => 0,
                    (_, Family::V4) => 13,
                    (_, Family::V6) => 48,
                };
                let Some(prefix) = Prefix::new(place(zone, family, 0), length) else { continue };
                self.builder.policy.routes.push(Route {
                    prefix,
                    interface: Some(InterfaceId(zone)),
                    distance: 1,
                    origin: Origin::default(),
                });
            }
        }
    }

    fn family(&mut self) -> Family {
        match self.kind.families {
            Families::V4 => Family::V4,
            Families::V6 => Family::V6,
            Families::Both if self.random.percent(40) => Family::V6,
            Families::Both => Family::V4,
        }
    }

    fn objects(&mut self) {
        let each = (self.kind.rules * 2 / 5 / self.zones).max(20);
        for zone in 0..self.zones {
            let mut pool = Vec::new();
            for number in 0..each {
                let value = self.object(zone, &pool);
                let name = format!("z{zone}-{number}");
                pool.push(self.builder.address(&name, Origin::implied(name.as_str()), value));
            }
            self.pools.push(pool);
        }
    }

    fn object(&mut self, zone: u32, pool: &[AddressId]) -> Addresses {
        let family = self.family();
        let host = self.below(1 << 19);
        let range = |first: u32, last: u32| {
            let ends = (place(zone, family, first), place(zone, family, last));
            IpRange::new(ends.0, ends.1).map_or(Addresses::NONE, Addresses::Range)
        };
        match self.below(100) {
            0..50 => range(host, host),
            50..68 => {
                let size = 1u32 << (2 + self.below(8));
                let first = host / size * size;
                range(first, first + size - 1)
            }
            68..80 => {
                let last = (host + self.below(60)).min((1 << 19) - 1);
                range(host, last)
            }
            80..82 => {
                let size = 1u32 << (13 + self.below(4));
                let first = host / size * size;
                range(first, first + size - 1)
            }
            _ if pool.len() < 4 => range(host, host),
            _ => {
                let count = self.tail(400);
                self.several(count, pool)
            }
        }
    }

    /// Two at least, mostly few, sometimes very many.
    fn tail(&mut self, most: u32) -> u32 {
        let share = 1 + self.below(10_000);
        let size = 2.0 * (10_000.0 / f64::from(share)).powf(0.8);
        (size as u32).clamp(2, most)
    }

    /// Some are used often.
    fn popular<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        let length = u32::try_from(all.len()).unwrap_or(u32::MAX);
        let share = f64::from(self.below(1 << 20)) / f64::from(1 << 20);
        let at = (f64::from(length) * share * share) as usize;
        all.get(at).copied()
    }

    /// So many of them, some used often.
    fn several(&mut self, count: u32, pool: &[AddressId]) -> Addresses {
        let members = (0..count).filter_map(|_| self.popular(pool)).map(Addresses::Object);
        Addresses::union(members.collect())
    }

    fn several_services(&mut self, count: u32) -> Services {
        let all = std::mem::take(&mut self.services);
        let members = (0..count).filter_map(|_| self.popular(&all)).map(Services::Object);
        let members = members.collect();
        self.services = all;
        Services::union(members)
    }

    fn service_objects(&mut self) {
        let count = 60 + self.kind.rules / 40;
        for number in 0..count.min(3_000) {
            let name = format!("service-{number}");
            let value = self.service();
            self.services.push(self.builder.service(&name, Origin::implied(name.as_str()), value));
        }
    }

    fn service(&mut self) -> Services {
        let known = [443, 80, 22, 53, 3_389, 1_433, 5_432, 8_080, 389, 445, 25, 123];
        let first = match self.below(4) {
            0 => known.get(self.random.below(12) as usize).copied().unwrap_or(443),
            _ => 1 + self.below(60_000),
        };
        let length = if self.random.percent(25) { self.below(400) } else { 0 };
        let port = |number: u32| u16::try_from(number).unwrap_or(u16::MAX);
        match self.below(100) {
            0..4 => {
                let family = self.family();
                let kind = if family == Family::V4 { 8 } else { 128 };
                Services::Icmp { family, kind: Some(kind), code: None }
            }
            4..6 => Services::Protocol(if self.random.percent(50) { 47 } else { 50 }),
            6..20 if self.services.len() > 4 => {
                let count = 2 + self.below(5);
                self.several_services(count)
            }
            kind => {
                let ports = PortRange::new(port(first), port(first + length));
                let ports = ports.unwrap_or(PortRange::one(443));
                Services::ports(if kind < 80 { 6 } else { 17 }, ports)
            }
        }
    }

    fn rules(&mut self) -> Vec<Rule> {
        let mut rules: Vec<Rule> = Vec::new();
        for number in 0..self.kind.rules {
            let origin = Origin::implied(format!("rule {number}"));
            let copied = self.random.percent(3).then(|| self.popular_rule(&rules)).flatten();
            let mut rule = match copied {
                Some(like) => Rule { origin, ..self.narrower(like) },
                None => self.rule(origin, number),
            };
            if self.random.percent(2) {
                rule.enabled = false;
            }
            rules.push(rule);
        }
        rules
    }

    fn popular_rule(&mut self, rules: &[Rule]) -> Option<Rule> {
        let at = self.random.below(rules.len() as u64);
        rules.get(usize::try_from(at).ok()?).cloned()
    }

    /// A rule that another one has in part.
    fn narrower(&mut self, mut rule: Rule) -> Rule {
        if let Addresses::Union(members) = &mut rule.destination {
            members.truncate(1);
        }
        if self.random.percent(30) {
            rule.action = Action::Decide(self.verdict());
        }
        rule
    }

    fn verdict(&mut self) -> Verdict {
        match self.below(100) {
            0..88 => Verdict::Accept,
            88..98 => Verdict::Drop,
            _ => Verdict::Reject,
        }
    }

    fn rule(&mut self, origin: Origin, number: u32) -> Rule {
        let (from, to) = (self.below(self.zones), self.below(self.zones));
        let mut rule = Rule::any(origin, Action::Decide(self.verdict()));
        // First what is blocked from everywhere.
        if number < self.kind.rules / 1_000 {
            rule.action = Action::Decide(Verdict::Drop);
            let pool = self.pools.first().cloned().unwrap_or_default();
            rule.source = self.several(3, &pool);
            return rule;
        }
        rule.from = self.zone_cell(from);
        rule.to = self.zone_cell(to);
        rule.source = self.cell(from);
        rule.destination = self.cell(to);
        rule.services = self.service_cell();
        rule
    }

    fn zone_cell(&mut self, zone: u32) -> Zones {
        let other = self.below(self.zones);
        match self.below(100) {
            0..2 => Zones::Any,
            2..12 if other != zone => {
                Zones::Of(vec![ZoneId(zone.min(other)), ZoneId(zone.max(other))])
            }
            _ => Zones::Of(vec![ZoneId(zone)]),
        }
    }

    fn cell(&mut self, zone: u32) -> Addresses {
        let kind = self.below(100);
        if kind < 3 {
            return Addresses::Any;
        }
        let at = usize::try_from(zone).unwrap_or(0);
        let pool = self.pools.get(at).cloned().unwrap_or_default();
        let count = if self.random.percent(60) { 1 } else { 2 + self.below(4) };
        let cell = self.several(count, &pool);
        if kind < 5 { cell.negated() } else { cell }
    }

    fn service_cell(&mut self) -> Services {
        if self.random.percent(6) {
            return Services::Any;
        }
        let count = if self.random.percent(55) { 1 } else { 2 + self.below(4) };
        self.several_services(count)
    }

    // --- NAT ---

    fn translations(&mut self) -> Vec<NatPass> {
        let (publish, hide) = self.kind.nat;
        if publish + hide == 0 {
            return Vec::new();
        }
        let published = (0..publish).map(|number| self.publish(number)).collect();
        let hidden = (0..hide).map(|number| self.hide(number)).collect();
        let pass = |name: &str, when, rules| NatPass { name: name.into(), when, rules };
        vec![
            pass("published", NatWhen::BeforeFilter, published),
            pass("hidden", NatWhen::AfterFilter, hidden),
        ]
    }

    fn publish(&mut self, number: u32) -> NatRule {
        let mut rule = NatRule::none(Origin::implied(format!("publish {number}")));
        rule.from = Zones::Of(vec![ZoneId(0)]);
        // Three in four forward a port, two and more at one address.
        let forwards = !number.is_multiple_of(4);
        let public = if forwards { number / 4 * 4 + 1 } else { number };
        let address = Ipv4Addr::from_bits((198 << 24) | (18 << 16) | public);
        rule.destination = Addresses::one(address.into());
        let zone = 1 + self.below(self.zones - 1);
        let inside = place(zone, Family::V4, self.below(1 << 19));
        rule.destination_to = Some(AddressTarget::OneOf(vec![IpRange::one(inside)]));
        if forwards {
            let port = 2_000 + u16::try_from(number % 4).unwrap_or(0) * 100;
            rule.services = Services::ports(6, PortRange::one(port));
            rule.destination_port = PortTarget::one(443);
        }
        rule
    }

    fn hide(&mut self, number: u32) -> NatRule {
        let mut rule = NatRule::none(Origin::implied(format!("hide {number}")));
        rule.to = Zones::Of(vec![ZoneId(0)]);
        let zone = 1 + self.below(self.zones - 1);
        let first = self.below(1 << 11) << 8;
        let ends = (place(zone, Family::V4, first), place(zone, Family::V4, first + 255));
        rule.source = IpRange::new(ends.0, ends.1).map_or(Addresses::NONE, Addresses::Range);
        let pool = Ipv4Addr::from_bits((198 << 24) | (19 << 16) | (number * 4));
        let last = Ipv4Addr::from_bits(pool.to_bits() + 3);
        let pool = IpRange::new(pool.into(), last.into());
        rule.source_to = pool.map(|pool| AddressTarget::OneOf(vec![pool]));
        rule.source_port = PortTarget::ANY;
        rule
    }
}

/// The host with this number in a zone; its first one names the network.
fn place(zone: u32, family: Family, host: u32) -> IpAddr {
    match family {
        Family::V4 if zone == 0 => IpAddr::V4(Ipv4Addr::from_bits((64 << 24) | (host << 4))),
        Family::V4 => IpAddr::V4(Ipv4Addr::from_bits((10 << 24) | ((zone - 1) << 19) | host)),
        Family::V6 if zone == 0 => {
            IpAddr::V6(Ipv6Addr::from_bits((0x2400_u128 << 112) | (u128::from(host) << 64)))
        }
        Family::V6 => {
            let base = (0x2001_0db8_u128 << 96) | (u128::from(zone) << 80);
            let (net, low) = (u128::from(host >> 12), u128::from(host & 0xfff));
            IpAddr::V6(Ipv6Addr::from_bits(base | (net << 64) | low))
        }
    }
}
