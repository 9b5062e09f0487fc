//! NAT rules. The first one that matches decides source and destination; they match the packet as it came and the zone of the route to
//! where it was sent.

use policy::{
    AddressTarget, Addresses, Condition, Family, IpRange, NatPass, NatRule, NatWhen, PortRange,
    PortTarget, PredicateKind, Zones,
};

use super::super::config::{self, DestinationTo, SourceTo, Word};
use super::rules::{Matched, one};
use super::{Context, origin};
use crate::fate::{Fate, Reason};

impl<'c, 't> Context<'c, 't, '_, '_> {
    pub(super) fn nat(&mut self) {
        let levels = self.source.levels.clone();
        let mut rules = Vec::new();
        for (_, rulebase) in &levels {
            for rule in &rulebase.nat {
                if self.is_meant(rule.at.target.as_ref()) {
                    self.nat_rule(rule, &mut rules);
                }
            }
        }
        if !rules.is_empty() {
            let pass = NatPass { name: "NAT".into(), when: NatWhen::BeforeFilter, rules };
            self.build.policy.nat.passes.push(pass);
        }
    }

    fn nat_rule(&mut self, from: &config::NatRule<'t>, into: &mut Vec<NatRule>) {
        let Matched { from: zone, to, mut source, mut destination, mut conditions } =
            self.matched(&from.at, false);
        let mut rule = NatRule::none(origin(from.at.name, "NAT rule", from.at.comment));
        rule.enabled = from.at.enabled;
        rule.services = match &from.service {
            Some(words) if !words.is_empty() => self.service_cell(words),
            // Any by default, but in a text that was cut it is not known.
            cell if self.cut || cell.is_some() => {
                let words = self.written(cell, "service", from.at.name, &mut conditions);
                self.service_cell(&words)
            }
            _ => policy::Services::Any,
        };
        if let Some(interface) = from.to_interface {
            conditions.extend(self.leaving_by(interface, &to));
        }
        if let Some(binding) = from.binding
            && binding.text != "both"
        {
            let meaning = format!("active-active device {}", binding.text);
            conditions.push(one(self.named(PredicateKind::Device, &meaning, binding)));
        }
        rule.from = zone;
        rule.to = to;
        let kind = from.kind.map_or("ipv4", |word| word.text);
        if kind == "ipv4" {
            only_v4(self, &mut source);
            only_v4(self, &mut destination);
            self.translations(from, &source, &destination, &mut rule, &mut conditions);
        } else {
            let word = from.kind.unwrap_or(from.at.name);
            let mark = self.unreadable(word, Reason::FamilyTranslation);
            conditions.push(one(mark));
            rule.source_to =
                (!matches!(from.source, SourceTo::Keep)).then_some(AddressTarget::Named(mark));
            rule.destination_to = from.destination.as_ref().map(|_| AddressTarget::Named(mark));
        }
        rule.source = source;
        rule.destination = destination;
        rule.conditions = conditions;
        let back = self.reverse(from, &rule);
        into.push(rule);
        into.extend(back);
    }

    fn translations(
        &mut self,
        from: &config::NatRule<'t>,
        source: &Addresses,
        destination: &Addresses,
        rule: &mut NatRule,
        conditions: &mut Vec<Condition>,
    ) {
        match &from.source {
            SourceTo::Keep => {}
            SourceTo::Static { address, .. } => {
                rule.source_to = Some(self.one_to_one(*address, source));
            }
            SourceTo::Pool { addresses, ports, fallback } => {
                let mut pool = self.pool(addresses);
                if let Some((interface, own)) = fallback {
                    pool = match (pool, self.of_interface(*interface, *own)) {
                        (Some(AddressTarget::OneOf(mut ranges)), AddressTarget::OneOf(more)) => {
                            ranges.extend(more);
                            one_of(ranges)
                        }
                        (_, AddressTarget::Named(name)) | (Some(AddressTarget::Named(name)), _) => {
                            Some(AddressTarget::Named(name))
                        }
                        (pool, _) => pool,
                    };
                }
                rule.source_to = pool;
                // A pool without addresses does nothing.
                if *ports && rule.source_to.is_some() {
                    rule.source_port = PortTarget::ANY;
                }
            }
            SourceTo::Interface { interface, address } => {
                rule.source_to = Some(self.of_interface(*interface, *address));
                rule.source_port = PortTarget::ANY;
            }
            SourceTo::Unclear(node) => {
                let word = Word { text: node.word(0), node: *node };
                let mark = self.unreadable(word, Reason::NatKind);
                rule.source_to = Some(AddressTarget::Named(mark));
                conditions.push(one(mark));
            }
        }
        if let Some(to) = &from.destination {
            self.destination(to, destination, rule, conditions);
        }
    }

    fn destination(
        &mut self,
        to: &DestinationTo<'t>,
        old: &Addresses,
        rule: &mut NatRule,
        conditions: &mut Vec<Condition>,
    ) {
        if let Some(word) = to.address {
            if (to.dynamic || self.target_name(word).is_some()) && word.node.is_statement() {
                // Where packets go then is not known for certain.
                word.node.claim(Fate::unsupported(Reason::NatKind));
            }
            rule.destination_to = Some(match self.target_name(word) {
                Some(name) => AddressTarget::Named(self.named(PredicateKind::Fqdn, &name, word)),
                None if to.dynamic => match self.pool(&[word]) {
                    Some(pool) => pool,
                    None => AddressTarget::Named(self.undefined(word)),
                },
                None => self.one_to_one(word, old),
            });
        }
        if let Some(port) = to.port {
            match port.text.trim().parse() {
                Ok(port) => rule.destination_port = PortTarget::one(port),
                Err(_) => {
                    let mark = self.unreadable(port, Reason::InvalidValue);
                    conditions.push(one(mark));
                    rule.destination_port = PortTarget::OneOf(PortRange::ALL);
                }
            }
        }
    }

    /// One address for each: a single one for all, or ranges of the same size.
    fn one_to_one(&mut self, word: Word<'t>, old: &Addresses) -> AddressTarget {
        let Some(ranges) = self.target_ranges(word) else {
            return match self.target_name(word) {
                Some(name) => AddressTarget::Named(self.named(PredicateKind::Fqdn, &name, word)),
                None => AddressTarget::Named(self.undefined(word)),
            };
        };
        let old = self.single_range(old, 0);
        match (ranges.as_slice(), old) {
            ([new], Some(old))
                if new.length_less_one() == old.length_less_one()
                    && new.family() == old.family()
                    && new.length_less_one() > 0 =>
            {
                AddressTarget::Shift { from: old, to: new.first() }
            }
            ([new], _) if new.length_less_one() == 0 => AddressTarget::OneOf(vec![*new]),
            // A host with the mask of its network, as people write it for a single old address.
            ([_, ..], _) => match one_of(ranges) {
                Some(target) => {
                    word.node.claim(Fate::approximated(Reason::DevicePicks));
                    target
                }
                None => AddressTarget::Named(self.unreadable(word, Reason::NatKind)),
            },
            ([], _) => AddressTarget::Named(self.unreadable(word, Reason::NatKind)),
        }
    }

    /// The one range that a cell is, when it is one.
    fn single_range(&self, cell: &Addresses, depth: u32) -> Option<IpRange> {
        match cell {
            Addresses::Range(range) => Some(*range),
            Addresses::Object(id) if depth < 64 => {
                let at = usize::try_from(id.0).ok()?;
                let object = self.build.policy.addresses.get(at)?;
                self.single_range(&object.value, depth + 1)
            }
            Addresses::Union(members) => match members.as_slice() {
                [one] => self.single_range(one, depth + 1),
                _ => None,
            },
            _ => None,
        }
    }

    fn pool(&mut self, words: &[Word<'t>]) -> Option<AddressTarget> {
        let mut ranges = Vec::new();
        for word in words {
            match self.target_ranges(*word) {
                Some(found) => ranges.extend(found),
                None => {
                    return Some(match self.target_name(*word) {
                        Some(name) => {
                            AddressTarget::Named(self.named(PredicateKind::Fqdn, &name, *word))
                        }
                        None => AddressTarget::Named(self.undefined(*word)),
                    });
                }
            }
        }
        one_of(ranges)
    }

    fn of_interface(&mut self, interface: Word<'t>, own: Option<Word<'t>>) -> AddressTarget {
        let written = own.and_then(|own| {
            let ranges = self.target_ranges(own);
            let literal = self.prefix(own).map(policy::Prefix::address);
            literal.or_else(|| ranges.and_then(|ranges| ranges.first().map(|range| range.first())))
        });
        if let Some(address) = written {
            return AddressTarget::OneOf(vec![IpRange::one(address)]);
        }
        if let Some(own) = own {
            return AddressTarget::Named(self.undefined(own));
        }
        match self.own_address(interface.text, Family::V4) {
            Some(address) => AddressTarget::OneOf(vec![IpRange::one(address)]),
            None => {
                let kind = PredicateKind::InterfaceAddress;
                AddressTarget::Named(self.named(kind, interface.text, interface))
            }
        }
    }

    /// The condition that packets leave by one interface; none where its zone has no other.
    fn leaving_by(&mut self, word: Word<'t>, to: &Zones) -> Option<Condition> {
        let interfaces = &self.build.policy.interfaces;
        let zone =
            interfaces.iter().find(|known| &*known.name == word.text).map(|known| known.zone);
        let alone = zone.is_some_and(|zone| {
            let only = interfaces.iter().filter(|known| known.zone == zone).count() == 1;
            only && *to == Zones::Of(vec![zone])
        });
        (!alone).then(|| one(self.unreadable(word, Reason::MatchOption)))
    }

    /// What a static translation in both directions does for connections from the other side.
    fn reverse(&mut self, from: &config::NatRule<'t>, rule: &NatRule) -> Option<NatRule> {
        let SourceTo::Static { address: word, both_ways: true } = &from.source else {
            return None;
        };
        let mut origin = rule.origin.clone();
        origin.label = format!("{} (reverse)", origin.label).into();
        let mut back = NatRule::none(origin);
        back.enabled = rule.enabled;
        // From anywhere to where the translated address lies.
        back.to = rule.to.clone();
        back.source = Addresses::family(Family::V4);
        back.services = rule.services.clone();
        back.conditions.clone_from(&rule.conditions);
        // Which packets these are, the other end of the rule included, is known for "any" only.
        let open = rule.destination != Addresses::family(Family::V4)
            || rule.services != policy::Services::Any;
        if open {
            back.conditions.push(one(self.unreadable(*word, Reason::NatKind)));
        }
        let Some(ranges) = self.target_ranges(*word) else {
            let mark = self.unreadable(*word, Reason::NatKind);
            back.destination = Addresses::Unknown(mark);
            back.destination_to = Some(AddressTarget::Named(mark));
            return Some(back);
        };
        back.destination =
            Addresses::union(ranges.iter().map(|range| Addresses::Range(*range)).collect());
        back.destination_to = Some(match (ranges.as_slice(), self.single_range(&rule.source, 0)) {
            ([new], Some(old))
                if new.length_less_one() == old.length_less_one() && new.length_less_one() > 0 =>
            {
                AddressTarget::Shift { from: *new, to: old.first() }
            }
            ([_], Some(old)) if old.length_less_one() == 0 => AddressTarget::OneOf(vec![old]),
            _ => AddressTarget::Named(self.unreadable(*word, Reason::NatKind)),
        });
        Some(back)
    }
}

/// The rule is for IPv4 only.
fn only_v4(context: &Context<'_, '_, '_, '_>, cell: &mut Addresses) {
    if *cell == Addresses::Any {
        *cell = Addresses::family(Family::V4);
    } else if context.holds_v6(cell) {
        let old = std::mem::replace(cell, Addresses::NONE);
        *cell = Addresses::Common(vec![Addresses::family(Family::V4), old]);
    }
}

/// Sorted, without overlap.
fn one_of(mut ranges: Vec<IpRange>) -> Option<AddressTarget> {
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
    (!merged.is_empty()).then_some(AddressTarget::OneOf(merged))
}
