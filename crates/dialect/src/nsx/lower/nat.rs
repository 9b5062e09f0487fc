//! NAT of a gateway.
//!
//! Destinations are rewritten when a packet comes in by an uplink or service interface, sources when it leaves by one. Which header
//! the gateway firewall sees is said per rule (`firewall_match`).

use policy::{
    AddressTarget, Addresses, Condition, NatPass, NatRule, NatWhen, Origin, PortRange, PortTarget,
    Ports, PredicateKind, Seen, Services, Zones,
};

use super::Context;
use super::gateway::{Network, ranges};
use super::services::{Meant, port_range};
use crate::codes;
use crate::fate::{Fate, Reason};
use crate::nsx::config::{self, Value};

impl<'c> Context<'c, '_, '_> {
    /// Adds the NAT of a gateway.
    pub(super) fn nat(&mut self, rules: &[usize], network: &Network<'c>) {
        let list = &self.index.config.nat_rules;
        let mut rules: Vec<&'c config::NatRule<'c>> =
            rules.iter().filter_map(|rule| list.get(*rule)).collect();
        let key =
            |rule: &&config::NatRule<'_>| (section(&rule.meta.path), rule.sequence.unwrap_or(0));
        rules.sort_by_key(key);
        for (one, next) in rules.iter().zip(rules.iter().skip(1)) {
            if key(one) == key(next) {
                self.say.note(codes::DUPLICATE, next.meta.span, "name", "sequence_number");
            }
        }
        // The firewall may have to see a rewritten source: then sources are rewritten before it.
        let early =
            rules.iter().any(|rule| rewrites_source(rule) && seen(rule) != Seen::Translated);
        let mut destinations = Vec::new();
        let mut sources = Vec::new();
        for rule in rules {
            self.nat_rule(rule, network, early, &mut destinations, &mut sources);
        }
        let when = if early { NatWhen::BeforeFilter } else { NatWhen::AfterFilter };
        let passes = &mut self.builder.policy.nat.passes;
        let mut pass = |name: &str, when, rules: Vec<NatRule>| {
            if !rules.is_empty() {
                passes.push(NatPass { name: name.into(), when, rules });
            }
        };
        pass("destination", NatWhen::BeforeFilter, destinations);
        pass("source", when, sources);
    }

    fn nat_rule(
        &mut self,
        rule: &'c config::NatRule<'c>,
        network: &Network<'c>,
        early: bool,
        destinations: &mut Vec<NatRule>,
        sources: &mut Vec<NatRule>,
    ) {
        let mut base = self.nat_base(rule);
        let zones = self.nat_zones(rule, network, &mut base);
        let inwards = |mut rule: NatRule| {
            rule.from = zones.clone();
            rule
        };
        let outwards = |mut rule: NatRule| {
            rule.to = zones.clone();
            rule
        };
        match rule.action.map_or("", |action| action.text()) {
            "DNAT" => {
                self.destination_nat(rule, &mut base);
                destinations.push(inwards(base));
            }
            "NO_DNAT" => destinations.push(inwards(base)),
            "SNAT" => {
                self.source_nat(rule, &mut base, early);
                sources.push(outwards(base));
            }
            "NO_SNAT" => sources.push(outwards(base)),
            "REFLEXIVE" => {
                let (inbound, outbound) = self.reflexive(rule, base, early);
                destinations.push(inwards(inbound));
                sources.push(outwards(outbound));
            }
            other => {
                let reason =
                    if other == "NAT64" { Reason::FamilyTranslation } else { Reason::NatKind };
                if let Some(action) = rule.action {
                    action.node.claim(Fate::unsupported(reason));
                }
                let span = rule.meta.span;
                self.say.error(codes::UNSUPPORTED, span, "name", other);
                let open = self.unreadable(span, "NAT that is not modelled");
                base.destination_to = Some(AddressTarget::Named(open));
                base.source_to = Some(AddressTarget::Named(open));
                destinations.push(inwards(base));
            }
        }
    }

    /// What all kinds match by.
    fn nat_base(&mut self, rule: &'c config::NatRule<'c>) -> NatRule {
        let meta = &rule.meta;
        let label = format!("NAT \"{}\"", meta.name);
        let origin = Origin { comment: meta.description.into(), ..Origin::at(meta.span, label) };
        let mut base = NatRule { enabled: rule.enabled, ..NatRule::none(origin) };
        base.source = self.networks(rule.source);
        base.destination = self.networks(rule.destination);
        if let Some(service) = rule.service.filter(|service| !service.text().is_empty()) {
            let mut meant = Meant::default();
            self.service_of(service, &mut meant);
            base.services = Services::union(meant.sets);
        }
        for span in &rule.unknown {
            let open = self.unreadable(*span, "unknown field");
            base.conditions.push(Condition { any_of: vec![open], negated: false });
        }
        if let Some(mode) = rule.vpn_mode.filter(|mode| mode.text() != "BYPASS") {
            mode.node.claim(Fate::approximated(Reason::TunnelSelector));
            let meaning = format!("policy_based_vpn_mode {}", mode.text());
            let origin = Origin::at(mode.span(), meaning.as_str());
            let vpn = self.builder.unknown(PredicateKind::Vpn, meaning, origin);
            base.conditions.push(Condition { any_of: vec![vpn], negated: false });
        }
        let known = rule.firewall_match.is_none_or(|value| {
            matches!(value.text(), "MATCH_INTERNAL_ADDRESS" | "MATCH_EXTERNAL_ADDRESS" | "BYPASS")
        });
        if let Some(value) = rule.firewall_match.filter(|_| !known) {
            let open = self.invalid(value);
            base.conditions.push(Condition { any_of: vec![open], negated: false });
        }
        base
    }

    /// A list of networks; nothing written is any.
    fn networks(&mut self, value: Option<Value<'c>>) -> Addresses {
        let Some(value) = value else { return Addresses::Any };
        if value.text().eq_ignore_ascii_case("any") {
            return Addresses::Any;
        }
        match ranges(value.text()) {
            Some(ranges) => Addresses::union(ranges.into_iter().map(Addresses::Range).collect()),
            None => Addresses::Unknown(self.invalid(value)),
        }
    }

    /// Where the rule holds: "If not specified, NAT rules get applied on all external/uplink and service interfaces".
    fn nat_zones(
        &mut self,
        rule: &'c config::NatRule<'c>,
        network: &Network<'c>,
        base: &mut NatRule,
    ) -> Zones {
        let labels = &self.index.config.labels;
        let mut paths: Vec<&str> = Vec::new();
        for value in &rule.scope {
            match labels.get(value.text()) {
                Some(refs) => paths.extend(refs.iter().map(|value| value.text())),
                None => paths.push(value.text()),
            }
        }
        if paths.is_empty() {
            return Zones::Of(network.zones());
        }
        if let Some(zones) = network.named(&paths) {
            return Zones::Of(zones);
        }
        let names = paths.join(" ");
        let origin = Origin::at(rule.meta.span, names.as_str());
        let open = self.builder.unknown(PredicateKind::Vpn, names, origin);
        base.conditions.push(Condition { any_of: vec![open], negated: false });
        Zones::Of(network.zones())
    }

    /// The addresses after translation; an unknown one when they are not valid.
    fn target(&mut self, rule: &config::NatRule<'c>) -> AddressTarget {
        match rule.translated.map(|value| (value, ranges(value.text()))) {
            Some((_, Some(ranges))) => AddressTarget::OneOf(ranges),
            Some((value, None)) => AddressTarget::Named(self.invalid(value)),
            None => {
                let span = rule.meta.span;
                self.say.error(codes::INVALID_VALUE, span, "value", "translated_network");
                AddressTarget::Named(self.unreadable(span, "translated_network"))
            }
        }
    }

    fn destination_nat(&mut self, rule: &'c config::NatRule<'c>, base: &mut NatRule) {
        base.destination_to = Some(self.target(rule));
        base.seen = Some(seen(rule));
        if rule.destination.is_none() {
            self.say.error(codes::INVALID_VALUE, rule.meta.span, "value", "destination_network");
            base.destination =
                Addresses::Unknown(self.unreadable(rule.meta.span, "destination_network"));
        }
        let Some(ports) = rule.ports else { return };
        if rule.service.is_none() {
            // "If there is no service configured, the port will be ignored."
            return ports.node.claim(Fate::inert(Reason::Disabled));
        }
        // With a service, `translated_ports` is what packets come to, and the service's port is what they go to.
        let to = self.only_ports(&base.services, 0);
        let from = port_range(ports.text());
        match (from, to.as_deref()) {
            (Some(from), Some([first, rest @ ..]))
                if rest.iter().all(|port| port.destination == first.destination) =>
            {
                let new = first.destination;
                let width = |range: PortRange| range.last() - range.first();
                if width(new) == 0 {
                    base.destination_port = PortTarget::one(new.first());
                } else if width(new) == width(from) {
                    base.destination_port = PortTarget::Shift { from, to: new.first() };
                } else {
                    base.destination_port = PortTarget::OneOf(new);
                }
                let match_one =
                    |port: &Ports| Services::Ports(Ports { destination: from, ..*port });
                base.services = Services::union(to.iter().flatten().map(match_one).collect());
            }
            _ => {
                let open = self.invalid(ports);
                base.conditions.push(Condition { any_of: vec![open], negated: false });
            }
        }
    }

    /// The ports of a set that holds nothing else.
    fn only_ports(&self, set: &Services, depth: u32) -> Option<Vec<Ports>> {
        match set {
            Services::Ports(ports) => Some(vec![*ports]),
            Services::Object(id) if depth < 64 => {
                let object = self.builder.policy.services.get(usize::try_from(id.0).ok()?)?;
                self.only_ports(&object.value, depth + 1)
            }
            Services::Union(members) if depth < 64 => {
                let mut all = Vec::new();
                for member in members {
                    all.extend(self.only_ports(member, depth + 1)?);
                }
                Some(all).filter(|all| !all.is_empty())
            }
            _ => None,
        }
    }

    fn source_nat(&mut self, rule: &'c config::NatRule<'c>, base: &mut NatRule, early: bool) {
        base.source_to = Some(self.target(rule));
        base.source_port = PortTarget::ANY;
        base.seen = source_seen(rule, early);
        if let Some(ports) = rule.ports {
            // Ports are for destinations: what they would do here is not documented.
            ports.node.claim(Fate::unsupported(Reason::MatchOption));
            let open = self.unreadable(ports.span(), "translated_ports");
            base.conditions.push(Condition { any_of: vec![open], negated: false });
        }
    }

    /// Both ways, address by address, without state.
    fn reflexive(
        &mut self,
        rule: &'c config::NatRule<'c>,
        base: NatRule,
        early: bool,
    ) -> (NatRule, NatRule) {
        let mut inbound = NatRule { source: Addresses::Any, ..base.clone() };
        let mut outbound = base;
        let inner = rule.source.and_then(|value| ranges(value.text()));
        let outer = rule.translated.and_then(|value| ranges(value.text()));
        let pair = match (inner.as_deref(), outer.as_deref()) {
            (Some([inner]), Some([outer]))
                if inner.length_less_one() == outer.length_less_one()
                    && inner.family() == outer.family() =>
            {
                Some((*inner, *outer))
            }
            _ => None,
        };
        match pair {
            Some((inner, outer)) => {
                inbound.destination = Addresses::Range(outer);
                inbound.destination_to =
                    Some(AddressTarget::Shift { from: outer, to: inner.first() });
                outbound.source_to = Some(AddressTarget::Shift { from: inner, to: outer.first() });
            }
            None => {
                let span = rule.meta.span;
                self.say.error(codes::INVALID_VALUE, span, "value", "REFLEXIVE");
                let open = self.unreadable(span, "REFLEXIVE");
                inbound.destination = Addresses::Unknown(open);
                inbound.destination_to = Some(AddressTarget::Named(open));
                outbound.source_to = Some(AddressTarget::Named(open));
            }
        }
        inbound.seen = Some(seen(rule));
        outbound.seen = source_seen(rule, early);
        (inbound, outbound)
    }
}

/// Sections of NAT, in the order in which they count.
fn section(path: &str) -> u8 {
    match path.split_once("/nat/").map_or("", |(_, rest)| rest.split('/').next().unwrap_or("")) {
        "INTERNAL" => 0,
        "DEFAULT" => 2,
        _ => 1,
    }
}

fn rewrites_source(rule: &config::NatRule<'_>) -> bool {
    rule.action.is_some_and(|action| matches!(action.text(), "SNAT" | "REFLEXIVE"))
}

/// Which header of a rewritten destination the firewall sees; without a word the internal one.
fn seen(rule: &config::NatRule<'_>) -> Seen {
    match rule.firewall_match.map_or("", |value| value.text()) {
        "MATCH_EXTERNAL_ADDRESS" => Seen::Original,
        "BYPASS" => Seen::Bypass,
        _ => Seen::Translated,
    }
}

/// The same for a rewritten source, when sources are rewritten before the firewall: the external one is the new one.
fn source_seen(rule: &config::NatRule<'_>, early: bool) -> Option<Seen> {
    if !early {
        return None;
    }
    match seen(rule) {
        Seen::Original => Some(Seen::Translated),
        Seen::Bypass => Some(Seen::Bypass),
        // What destination NAT said, else the header as it came.
        Seen::Translated => None,
    }
}
