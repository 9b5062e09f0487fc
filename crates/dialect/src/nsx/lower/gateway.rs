//! Gateway firewalls: one context for each tier-0 and tier-1 gateway that has rules or NAT.
//!
//! A gateway checks what comes in by an uplink or service interface (direction IN) and what leaves by one (OUT); between its segments
//! it checks nothing. So there are two stages, each guarded by the zones of those interfaces.

use std::collections::HashMap;

use policy::{
    Action, Addresses, Condition, End, Interface, InterfaceId, IpRange, Origin, Policy,
    PredicateKind, Prefix, Route, Routing, Rulebase, Stage, Verdict, ZoneId, Zones, parse_prefix,
};

use super::order::{Placed, missing_rules, rules, sections};
use super::rules::Does;
use super::{Context, Index, is_any};
use crate::facts::PlatformFacts;
use crate::fate::{Fate, Reason};
use crate::nsx::config::{Gateway, Rule, Value};
use crate::nsx::say::Say;

/// A gateway and what is applied to it.
pub(super) struct Assigned<'c> {
    pub(super) path: &'c str,
    gateway: Option<&'c Gateway<'c>>,
    rules: Vec<Applied<'c>>,
    pub(super) nat: Vec<usize>,
    interfaces: Vec<usize>,
    routes: Vec<usize>,
}

/// A rule on a gateway.
struct Applied<'c> {
    placed: Placed<'c>,
    /// `None` stands for rules of the policy that are missing.
    rule: Option<&'c Rule<'c>>,
    /// Paths of interfaces; empty: all of the gateway.
    interfaces: Vec<&'c str>,
    /// Whether it is open that the rule is on this gateway.
    open: bool,
}

/// `/infra/tier-1s/t1` of anything below it.
pub(super) fn gateway_path(path: &str) -> Option<&str> {
    let at = path.find("/tier-0s/").or_else(|| path.find("/tier-1s/"))?;
    let name = path.get(at + 9..)?;
    let end = name.find('/').map_or(path.len(), |end| at + 9 + end);
    path.get(..end)
}

/// Sorts rules, NAT, interfaces and routes to their gateways. Gateways that are named only are there too.
pub(super) fn assign<'c>(index: &'c Index<'c, '_>, say: &mut Say) -> Vec<Assigned<'c>> {
    let mut all = All { list: Vec::new(), by_path: HashMap::new() };
    for gateway in &index.config.gateways {
        all.of(&gateway.meta.path, |found| found.gateway = Some(gateway));
    }
    for (at, interface) in index.config.interfaces.iter().enumerate() {
        if let Some(path) = gateway_path(&interface.meta.path) {
            all.of(path, |gateway| gateway.interfaces.push(at));
        }
    }
    for (at, route) in index.config.routes.iter().enumerate() {
        if let Some(path) = gateway_path(&route.meta.path) {
            all.of(path, |gateway| gateway.routes.push(at));
        }
    }
    for (at, rule) in index.config.nat_rules.iter().enumerate() {
        if let Some(path) = gateway_path(&rule.meta.path) {
            all.of(path, |gateway| gateway.nat.push(at));
        }
    }
    let placed = sections(index, true, say);
    let ordered: Vec<(Placed<'c>, Vec<&'c Rule<'c>>)> =
        placed.into_iter().map(|placed| (placed, rules(index, placed.section, say))).collect();
    // First who is named at all: rules without a scope are on every gateway.
    for rule in ordered.iter().flat_map(|(_, rules)| rules) {
        for path in scope_paths(index, rule) {
            if let Some(path) = gateway_path(path) {
                all.of(path, |_| {});
            }
        }
    }
    for (placed, rules) in ordered {
        if missing_rules(placed.section, rules.len(), say) {
            all.everywhere(placed, None);
        }
        for rule in rules {
            all.add(index, placed, rule);
        }
    }
    all.list
}

struct All<'c> {
    list: Vec<Assigned<'c>>,
    by_path: HashMap<&'c str, usize>,
}

impl<'c> All<'c> {
    /// Changes the gateway of this path; it is added when it is new.
    fn of(&mut self, path: &'c str, change: impl FnOnce(&mut Assigned<'c>)) {
        let next = self.list.len();
        let at = *self.by_path.entry(path).or_insert(next);
        if at == next {
            self.list.push(Assigned {
                path,
                gateway: None,
                rules: Vec::new(),
                nat: Vec::new(),
                interfaces: Vec::new(),
                routes: Vec::new(),
            });
        }
        if let Some(gateway) = self.list.get_mut(at) {
            change(gateway);
        }
    }

    fn everywhere(&mut self, placed: Placed<'c>, rule: Option<&'c Rule<'c>>) {
        for gateway in &mut self.list {
            gateway.rules.push(Applied { placed, rule, interfaces: Vec::new(), open: true });
        }
    }

    fn add(&mut self, index: &'c Index<'c, '_>, placed: Placed<'c>, rule: &'c Rule<'c>) {
        if is_any(&rule.scope) {
            return self.everywhere(placed, Some(rule));
        }
        let mut by_gateway: Vec<(&'c str, Vec<&'c str>, bool)> = Vec::new();
        for path in scope_paths(index, rule) {
            let Some(gateway) = gateway_path(path) else {
                // A label or something else that is not in the export: it may be anywhere.
                self.everywhere(placed, Some(rule));
                continue;
            };
            let whole = path == gateway;
            match by_gateway.iter_mut().find(|(known, ..)| *known == gateway) {
                Some((_, interfaces, all)) => {
                    interfaces.push(path);
                    *all |= whole;
                }
                None => by_gateway.push((gateway, vec![path], whole)),
            }
        }
        for (gateway, interfaces, whole) in by_gateway {
            let interfaces = if whole { Vec::new() } else { interfaces };
            let applied = Applied { placed, rule: Some(rule), interfaces, open: false };
            self.of(gateway, |gateway| gateway.rules.push(applied));
        }
    }
}

/// What a rule is applied to, labels replaced by what they stand for.
fn scope_paths<'c>(index: &'c Index<'c, '_>, rule: &'c Rule<'c>) -> Vec<&'c str> {
    let mut paths = Vec::new();
    for value in rule.scope.iter().filter(|value| !value.text().eq_ignore_ascii_case("any")) {
        match index.config.labels.get(value.text()) {
            Some(refs) => paths.extend(refs.iter().map(|value| value.text())),
            None => paths.push(value.text()),
        }
    }
    paths
}

/// Lowers one gateway; `None` when nothing decides there.
pub(super) fn lower(
    index: &Index<'_, '_>,
    facts: &PlatformFacts,
    say: &mut Say,
    assigned: &Assigned<'_>,
) -> Option<Policy> {
    if assigned.rules.is_empty() && assigned.nat.is_empty() {
        return None;
    }
    let tier1 = assigned.path.contains("/tier-1s/");
    let id = assigned.path.rsplit('/').next().unwrap_or("");
    let name = assigned.gateway.map_or(id, |gateway| gateway.meta.name);
    let name = format!("{} {name}", if tier1 { "tier-1" } else { "tier-0" });
    let mut context = Context::new(index, facts, say, name);
    let network = context.gateway_network(assigned, tier1);
    context.nat(&assigned.nat, &network);
    if !assigned.gateway.is_some_and(|gateway| gateway.firewall_off) {
        context.gateway_rules(assigned, &network);
    }
    Some(context.builder.policy)
}

/// The interfaces where a gateway filters and translates.
pub(super) struct Network<'c> {
    /// Uplinks and service interfaces: path (empty for a stand-in) and zone.
    pub(super) outer: Vec<(&'c str, ZoneId)>,
}

impl Network<'_> {
    /// All of them.
    pub(super) fn zones(&self) -> Vec<ZoneId> {
        self.outer.iter().map(|(_, zone)| *zone).collect()
    }

    /// Those with these paths; `None` when one of them is not known.
    pub(super) fn named(&self, paths: &[&str]) -> Option<Vec<ZoneId>> {
        let zone =
            |path: &&str| self.outer.iter().find(|(known, _)| known == path).map(|(_, zone)| *zone);
        paths.iter().map(zone).collect()
    }
}

impl<'c> Context<'c, '_, '_> {
    fn gateway_network(&mut self, assigned: &Assigned<'c>, tier1: bool) -> Network<'c> {
        let config = self.index.config;
        let mut outer = Vec::new();
        for at in &assigned.interfaces {
            let Some(interface) = config.interfaces.get(*at) else { continue };
            if interface.kind == "LOOPBACK" {
                continue;
            }
            let meta = &interface.meta;
            let origin = Origin::at(meta.span, meta.name);
            // Names repeat on several edges: the path does not.
            let taken = self.builder.zone_named(meta.name).is_some();
            let name = if taken { &*meta.path } else { meta.name };
            let zone = self.builder.zone(name, &origin);
            let addresses = interface
                .addresses
                .iter()
                .filter_map(|(value, length)| self.own_address(*value, length))
                .collect();
            let name = name.into();
            self.builder.interface(Interface { name, zone, addresses, stand_in: false, origin });
            outer.push((&*meta.path, zone));
        }
        if tier1 || outer.is_empty() {
            let zone = self.builder.zone("uplink", &Origin::implied("uplink"));
            outer.push(("", zone));
        }
        let uplinks = u32::try_from(self.builder.policy.interfaces.len()).unwrap_or(0);
        let downlink = self.builder.zone("downlink", &Origin::implied("downlink"));
        self.segments(assigned.path, downlink);
        self.builder.stand_ins();
        self.gateway_routes(assigned, &outer, tier1, uplinks, downlink);
        self.builder.policy.routing = Routing::Partial;
        Network { outer }
    }

    /// An address with its network.
    fn own_address(&mut self, value: Value<'c>, length: &str) -> Option<Prefix> {
        let text = value.text();
        let prefix = match length {
            "" => parse_prefix(text),
            length => parse_prefix(&format!("{text}/{length}")),
        };
        if prefix.is_none() {
            self.invalid(value);
        }
        prefix
    }

    /// The segments at this gateway, each an interface of the inner zone.
    fn segments(&mut self, gateway: &str, zone: ZoneId) {
        let config = self.index.config;
        let here = config
            .segments
            .iter()
            .filter(|segment| segment.connectivity.is_some_and(|path| path.text() == gateway));
        for segment in here {
            let addresses = segment
                .subnets
                .iter()
                .filter_map(|(value, length)| self.own_address(*value, length))
                .collect();
            let meta = &segment.meta;
            let origin = Origin::at(meta.span, meta.name);
            let name = meta.name.into();
            self.builder.interface(Interface { name, zone, addresses, stand_in: false, origin });
        }
    }

    fn gateway_routes(
        &mut self,
        assigned: &Assigned<'c>,
        outer: &[(&'c str, ZoneId)],
        tier1: bool,
        first_inner: u32,
        downlink: ZoneId,
    ) {
        let config = self.index.config;
        let interfaces = &self.builder.policy.interfaces;
        let numbered = || interfaces.iter().zip(0u32..);
        let of_zone = |name: &str| {
            numbered()
                .find(|(interface, _)| &*interface.name == name)
                .map(|(_, at)| InterfaceId(at))
        };
        let uplink = of_zone("uplink").or((first_inner > 0).then_some(InterfaceId(0)));
        let inner = numbered().find(|(interface, _)| interface.zone == downlink);
        let inner = inner.map(|(_, at)| InterfaceId(at));
        let mut routes = Vec::new();
        for at in &assigned.routes {
            let Some(route) = config.routes.get(*at) else { continue };
            let Some(prefix) = parse_prefix(route.network.text()) else { continue };
            let origin = Origin::at(route.meta.span, route.meta.name);
            for hop in &route.hops {
                let scoped = hop.scope.iter().find_map(|path| {
                    let (_, zone) = outer.iter().find(|(known, _)| *known == path.text())?;
                    numbered().find(|(interface, _)| interface.zone == *zone)
                });
                if scoped.is_none() {
                    let unknown = Fate::approximated(Reason::DynamicRoute);
                    hop.scope.iter().for_each(|path| path.node.claim(unknown));
                }
                let to = hop.address.and_then(|address| address.text().parse().ok());
                let near = || {
                    numbered().find(|(interface, _)| {
                        let mut own = interface.addresses.iter().map(|own| own.range());
                        to.is_some_and(|to| own.any(|network| network.contains(to)))
                    })
                };
                let drops = hop.address.is_none() && hop.scope.is_empty();
                let interface = match scoped.or_else(near) {
                    _ if drops => None,
                    Some((_, at)) => Some(InterfaceId(at)),
                    None => uplink,
                };
                let distance = hop.distance;
                routes.push(Route { prefix, interface, distance, origin: origin.clone() });
            }
        }
        if tier1 && assigned.gateway.is_none_or(|gateway| gateway.tier0.is_some()) {
            // A tier-1 gateway sends everything else to its tier-0 gateway.
            for all in ["0.0.0.0/0", "::/0"].into_iter().filter_map(parse_prefix) {
                let origin = Origin::implied("default route");
                routes.push(Route { prefix: all, interface: uplink, distance: 255, origin });
            }
        }
        for gateway in config.gateways.iter().filter(|below| {
            below.advertises_connected
                && below.tier0.is_some_and(|tier0| tier0.text() == assigned.path)
        }) {
            let below = config.segments.iter().filter(|segment| {
                segment.connectivity.is_some_and(|path| path.text() == gateway.meta.path)
            });
            for (value, _) in below.flat_map(|segment| &segment.subnets) {
                if let Some(prefix) = parse_prefix(value.text()) {
                    let origin = Origin::at(gateway.meta.span, gateway.meta.name);
                    routes.push(Route { prefix, interface: inner, distance: 3, origin });
                }
            }
        }
        self.builder.policy.routes = routes;
    }

    fn gateway_rules(&mut self, assigned: &Assigned<'c>, network: &Network<'c>) {
        let mut inbound: Vec<policy::Rule> = Vec::new();
        let mut outbound: Vec<policy::Rule> = Vec::new();
        let mut has_default = false;
        for applied in &assigned.rules {
            has_default |= applied.placed.section.category.is_some_and(|c| c.text() == "Default");
            self.gateway_rule(applied, network, &mut inbound, &mut outbound);
        }
        if !has_default {
            let what = format!("default rule of {}: allow", assigned.path);
            self.say.assumed(assigned.gateway.map(|gateway| gateway.meta.span), &what);
        }
        let zones: Vec<Addresses> = network.zones().into_iter().map(Addresses::Zone).collect();
        let guard = Addresses::union(zones);
        let mut base = |name: &str, rules| {
            self.builder.rulebase(Rulebase {
                name: name.into(),
                rules,
                default: Verdict::Accept,
                default_origin: Origin::implied("default rule"),
            })
        };
        let inbound = base("in", inbound);
        let outbound = base("out", outbound);
        self.builder.policy.local = Some(inbound);
        self.builder.policy.filter = vec![
            Stage { rulebase: inbound, end: None, guard: guard.clone() },
            Stage { rulebase: outbound, end: Some(End::Destination), guard },
        ];
    }

    fn gateway_rule(
        &mut self,
        applied: &Applied<'c>,
        network: &Network<'c>,
        inbound: &mut Vec<policy::Rule>,
        outbound: &mut Vec<policy::Rule>,
    ) {
        let section = applied.placed.section;
        let Some(rule) = applied.rule else {
            let label = format!("rules of {} that are missing", section.meta.name);
            let origin = Origin::at(section.meta.span, label);
            let open = policy::Rule::any(origin, Action::Continue);
            let open = self.open_rules(open, section.meta.span);
            inbound.extend(open.clone());
            return outbound.extend(open);
        };
        let (mut lowered, does) = self.rule(section, rule, false);
        let direction = self.direction(rule, &mut lowered);
        if applied.open || applied.placed.unknown_category {
            let open = self.unreadable(rule.meta.span, "where the rule is applied");
            lowered.conditions.push(Condition { any_of: vec![open], negated: false });
        }
        let zones = if applied.interfaces.is_empty() {
            network.zones()
        } else {
            let zones = network.named(&applied.interfaces);
            zones.unwrap_or_else(|| {
                // A tunnel, or an interface that is not in the export.
                let names = applied.interfaces.join(" ");
                let origin = Origin::at(rule.meta.span, names.as_str());
                let kind = PredicateKind::Vpn;
                let open = self.builder.unknown(kind, names, origin);
                lowered.conditions.push(Condition { any_of: vec![open], negated: false });
                network.zones()
            })
        };
        let rules = match does {
            Does::Decides(verdict) => {
                lowered.action = Action::Decide(verdict);
                vec![lowered]
            }
            Does::Jumps | Does::Open => self.open_rules(lowered, rule.meta.span).to_vec(),
        };
        for mut rule in rules {
            if direction.inbound {
                let mut rule = rule.clone();
                rule.from = Zones::Of(zones.clone());
                inbound.push(rule);
            }
            if direction.outbound {
                rule.to = Zones::Of(zones.clone());
                outbound.push(rule);
            }
        }
    }
}

/// The ranges of a list of networks, sorted and without overlap; `None` when one is not valid.
pub(super) fn ranges(text: &str) -> Option<Vec<IpRange>> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let mut ranges = parts.map(super::addresses).collect::<Option<Vec<IpRange>>>()?;
    ranges.sort_unstable();
    let mut merged: Vec<IpRange> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if last.contains(range.first()) => {
                let end = last.last().max(range.last());
                *last = IpRange::new(last.first(), end).unwrap_or(*last);
            }
            _ => merged.push(range),
        }
    }
    Some(merged).filter(|merged| !merged.is_empty())
}
