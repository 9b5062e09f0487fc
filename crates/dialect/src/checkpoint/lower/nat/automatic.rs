//! Automatic NAT rules: those of the export, and those built from objects when the export has none.

use std::net::IpAddr;

use policy::{
    AddressTarget, Addresses, Condition, Family, IpRange, NatRule, Origin, PortTarget,
    PredicateKind,
};

use super::super::super::config::{AutoNat, Class, Kind, NatRule as Written, Object, Ref};
use super::super::Lower;
use super::super::addresses::{View, cell_refs, shifted};
use super::{AUTOMATIC, plain_of};
use crate::tree::Node;

/// What an automatic rule of an object does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Leaves traffic inside the object alone.
    Inside,
    /// Rewrites packets from the object.
    Source,
    /// Rewrites packets to the object's translated address.
    Destination,
}

impl<'c, 't> Lower<'c, 't> {
    /// Automatic rules from the objects, for exports whose rulebase has none.
    pub(super) fn automatic(&mut self, rules: &mut Vec<NatRule>) {
        let config = self.config();
        let mut found: Vec<(u8, u128, &Object<'t>, &AutoNat<'t>)> = Vec::new();
        for object in &config.objects {
            let Some(nat) = object.nat.as_ref().filter(|nat| self.nat_is_here(nat)) else {
                continue;
            };
            let plain = plain_of(object);
            let ranges = plain.iter().flat_map(|plain| &plain.ranges);
            let size = ranges.map(|range| range.length_less_one()).max().unwrap_or(0);
            let class = plain.as_ref().map_or(Class::Machine, |plain| plain.class);
            found.push((section(class, nat.fixed), size, object, nat));
        }
        found.sort_by_key(|(section, size, ..)| (*section, *size));
        for (_, _, object, nat) in found {
            let machine = plain_of(object).is_none_or(|plain| plain.class == Class::Machine);
            if !machine {
                self.automatic_part(object, Some(nat), Part::Inside, rules, None);
            }
            self.automatic_part(object, Some(nat), Part::Source, rules, None);
            if nat.fixed {
                self.automatic_part(object, Some(nat), Part::Destination, rules, None);
            }
        }
    }

    pub(super) fn automatic_part(
        &mut self,
        object: &Object<'t>,
        nat: Option<&AutoNat<'t>>,
        part: Part,
        rules: &mut Vec<NatRule>,
        written: Option<&Written<'t>>,
    ) {
        let label = match written.and_then(|rule| rule.number) {
            Some(number) => format!("NAT rule {number} (automatic, {})", object.name),
            None => format!("automatic NAT of {}", object.name),
        };
        let span = written.map_or_else(|| object.node.span(), |rule| rule.node.span());
        let mut rule = NatRule::none(Origin::at(span, label));
        rule.chain = Some(AUTOMATIC);
        rule.conditions.extend(nat.and_then(|nat| self.unsure_of_gateway(nat)));
        rule.enabled = written.is_none_or(|rule| rule.enabled);
        let own = self.own(object);
        let Some(nat) = nat.filter(|nat| !nat.wrong || part == Part::Inside) else {
            self.unknown_part(own, part, rule, span, rules);
            return;
        };
        match (part, nat.fixed) {
            (Part::Inside, _) => {
                rule.source = own.clone();
                rule.destination = own;
                rule.chain = None;
                rules.push(rule);
            }
            (_, true) => {
                let pairs = plain_of(object).map_or_else(Vec::new, |plain| shifted(&plain, nat));
                if pairs.is_empty() {
                    // It is translated, and to what cannot be told: that is not "not translated".
                    self.unknown_part(own, part, rule, span, rules);
                    return;
                }
                for (from, to) in pairs {
                    let mut rule = rule.clone();
                    if part == Part::Source {
                        rule.source = Addresses::Range(from);
                        rule.source_to = Some(AddressTarget::Shift { from, to: to.first() });
                    } else {
                        rule.destination = Addresses::Range(to);
                        rule.destination_to =
                            Some(AddressTarget::Shift { from: to, to: from.first() });
                    }
                    rules.push(rule);
                }
            }
            (_, false) if nat.behind_gateway => {
                rule.source = own;
                rule.source_to = Some(AddressTarget::EgressInterface);
                rule.source_port = PortTarget::ANY;
                rules.push(rule);
            }
            (_, false) => {
                for address in &nat.addresses {
                    let mut rule = rule.clone();
                    let family = Addresses::family(Family::of(*address));
                    rule.source = Addresses::Common(vec![own.clone(), family]);
                    rule.source_to = Some(hide_behind(*address));
                    rule.source_port = PortTarget::ANY;
                    rules.push(rule);
                }
            }
        }
    }

    /// The condition that this gateway is one of those that an object's NAT is for, where the export does not tell.
    fn unsure_of_gateway(&mut self, nat: &AutoNat<'t>) -> Option<Condition> {
        let sure = |one: &str| self.gateway.and_then(|own| self.is_this_gateway(one, own));
        if nat.install_on.is_empty() || nat.install_on.iter().any(|one| sure(one) == Some(true)) {
            return None;
        }
        let names = nat.install_on.join(", ");
        let kind = PredicateKind::Device;
        let id =
            self.builder.unknown(kind, format!("installed on {names}"), Origin::implied(names));
        Some(Condition { any_of: vec![id], negated: false })
    }

    /// An automatic rule of which only the object is known.
    fn unknown_part(
        &mut self,
        own: Addresses,
        part: Part,
        mut rule: NatRule,
        span: policy::Span,
        rules: &mut Vec<NatRule>,
    ) {
        let what = "translated address";
        let target = AddressTarget::Named(self.unreadable(what, Some(span)));
        match part {
            Part::Inside => {
                rule.source = own.clone();
                rule.destination = own;
                rule.chain = None;
            }
            Part::Source => {
                rule.source = own;
                rule.source_to = Some(target);
            }
            Part::Destination => {
                rule.conditions.push(self.open_condition(what, Some(span)));
                rule.destination_to = Some(target);
            }
        }
        rules.push(rule);
    }

    fn own(&mut self, object: &Object<'t>) -> Addresses {
        let text = if object.uid.is_empty() { object.name } else { object.uid };
        self.address_reference(Ref { text, node: object.node }, View::Own)
    }

    /// The object of an automatic rule, and what the rule does with it.
    pub(super) fn automatic_object(&self, rule: &Written<'t>) -> Option<(&'c Object<'t>, Part)> {
        if !rule.auto {
            return None;
        }
        let [source, destination, _] = rule.original.map(|cell| self.object_of(cell));
        let [new_source, new_destination, _] = rule.translated.map(|cell| self.object_of(cell));
        let plain = |one: &Option<(u32, &'c Object<'t>)>| {
            one.filter(|(_, object)| !matches!(object.kind, Kind::Any | Kind::Global))
        };
        let same = |one: &Option<(u32, &'c Object<'t>)>, other: &Option<(u32, &'c Object<'t>)>| {
            plain(one)
                .zip(plain(other))
                .filter(|(one, other)| one.0 == other.0)
                .map(|(one, _)| one.1)
        };
        let kept = |one: &Option<(u32, &'c Object<'t>)>| plain(one).is_none();
        if let Some(object) = same(&source, &destination)
            && kept(&new_source)
            && kept(&new_destination)
        {
            return Some((object, Part::Inside));
        }
        if let Some(object) = same(&source, &new_source)
            && kept(&destination)
        {
            return Some((object, Part::Source));
        }
        let object = same(&destination, &new_destination).filter(|_| kept(&source))?;
        Some((object, Part::Destination))
    }

    pub(super) fn object_of(&self, cell: Option<Node<'t>>) -> Option<(u32, &'c Object<'t>)> {
        let reference = cell_refs(cell?).first().copied()?;
        let id = self.config().find(reference.text, |kind| !matches!(kind, Kind::Service(_)))?;
        Some((id, self.config().object(id)?))
    }
}

fn hide_behind(address: IpAddr) -> AddressTarget {
    match address.is_unspecified() {
        true => AddressTarget::EgressInterface,
        false => AddressTarget::OneOf(vec![IpRange::one(address)]),
    }
}

/// The place of an automatic rule among the sections.
fn section(class: Class, fixed: bool) -> u8 {
    match (class, fixed) {
        (Class::Machine, true) => 0,
        (Class::Machine, false) => 1,
        (Class::Range, true) => 2,
        (Class::Network, true) => 3,
        (Class::Range, false) => 4,
        (Class::Network, false) => 5,
    }
}
