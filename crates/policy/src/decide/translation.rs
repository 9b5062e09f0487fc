//! What translation does to a packet on its way: which rules match it, and what they make of it.

use std::net::IpAddr;

use super::outcome::{TranslatedAddress, TranslatedPort};
use super::{Way, World, zones_match};
use crate::address::Addresses;
use crate::matching::{all, conditions_hold, in_addresses, in_services};
use crate::nat::{AddressTarget, NatId, NatPass, NatRule, NatWhen, PortTarget};
use crate::net::IpRange;
use crate::packet::{Packet, Transport};
use crate::place::{Egress, ZoneId, Zones};
use crate::rule::Pair;
use crate::whole::Policy;

/// The passes of one kind, each with the number of its first rule.
pub(super) fn passes(policy: &Policy, when: NatWhen) -> impl Iterator<Item = (u32, &NatPass)> {
    let mut next = 0;
    let numbered = policy.nat.passes.iter().map(move |pass| {
        let first = next;
        next += u32::try_from(pass.rules.len()).unwrap_or(u32::MAX);
        (first, pass)
    });
    numbered.filter(move |(_, pass)| pass.when == when)
}

impl<'a> Way<'a> {
    /// One pass: the first rule that matches, and with chains a second one for the other side. Whether one matched.
    pub(super) fn translate(
        &mut self,
        (first, pass): (u32, &'a NatPass),
        world: &mut dyn World,
    ) -> bool {
        let before = self.packet;
        // Only when it matters: where a packet leaves may be an open question.
        let by_egress = |rule: &NatRule| {
            rule.to != Zones::Any
                || rule.pair != Pair::Any
                || names_zone(&rule.destination, self.policy)
        };
        let zones = if pass.rules.iter().any(by_egress) {
            self.zones(self.route(before.destination, world), before.destination)
        } else {
            (self.zone_of(self.original.ingress), None)
        };
        let mut open: Option<(u16, bool)> = None;
        for (rule, number) in pass.rules.iter().zip(first..) {
            if let Some((chain, source_done)) = open {
                let source = rule.rewrites_source();
                let other_side = source != rule.rewrites_destination() && source != source_done;
                if rule.chain != Some(chain) || !other_side {
                    continue;
                }
            }
            if !rule.enabled || !self.nat_matches(rule, &before, zones, world) {
                continue;
            }
            self.apply(rule, NatId(number), world);
            let one_side = rule.rewrites_source() != rule.rewrites_destination();
            match rule.chain {
                Some(chain) if open.is_none() && one_side => {
                    open = Some((chain, rule.rewrites_source()));
                }
                _ => return true,
            }
        }
        open.is_some()
    }

    fn nat_matches(
        &self,
        rule: &NatRule,
        packet: &Packet,
        zones: (Option<ZoneId>, Option<ZoneId>),
        world: &mut dyn World,
    ) -> bool {
        if !zones_match(&rule.from, &rule.to, rule.pair, zones) {
            return false;
        }
        self.certain(world, |ask| {
            all([
                in_addresses(self.policy, &rule.source, self.source_side(packet, zones.0), ask),
                in_addresses(
                    self.policy,
                    &rule.destination,
                    self.destination_side(packet, zones.1),
                    ask,
                ),
                in_services(self.policy, &rule.services, packet, ask),
                conditions_hold(&rule.conditions, ask),
            ]
            .into_iter())
        })
    }

    /// Rewrites the packet. Destination first: the new source may depend on where it leaves.
    fn apply(&mut self, rule: &'a NatRule, number: NatId, world: &mut dyn World) {
        let changes = self.rewrite_destination(rule);
        if changes {
            self.translated_by = Some(number);
        }
        if let Some(target) = &rule.source_to {
            let egress = self.route(self.packet.destination, world);
            self.rewrite_source(target, egress);
        }
        self.rewrite_source_port(rule.source_port);
        if changes || rule.rewrites_source() {
            self.nat.push(number);
        }
        if let Some(seen) = rule.seen {
            self.seen = seen;
        }
    }

    /// Whether the rule is one that rewrites it: also where a shift or a port leaves this packet as it was.
    fn rewrite_destination(&mut self, rule: &'a NatRule) -> bool {
        if let Some(target) = &rule.destination_to {
            self.aimed = match target {
                AddressTarget::Named(_) => Some(&[]),
                AddressTarget::OneOf(ranges) => match ranges.as_slice() {
                    [] => None,
                    [one] if one.first() == one.last() => None,
                    several => Some(several),
                },
                AddressTarget::Shift { .. } | AddressTarget::EgressInterface => None,
            };
            let (new, shown) = self.target(target, self.packet.destination, Egress::Nowhere);
            if let Some(new) = new {
                self.packet.destination = new;
            }
            self.translated.destination = shown;
        }
        if let Transport::Ports { destination, .. } = self.packet.transport {
            let (new, shown) = new_port(rule.destination_port, destination);
            self.packet.transport = self.packet.transport.with_ports(None, Some(new));
            if rule.destination_port != PortTarget::Keep {
                self.translated.destination_port = shown;
            }
        }
        rule.rewrites_destination()
    }

    fn rewrite_source(&mut self, target: &AddressTarget, egress: Egress) {
        let (new, shown) = self.target(target, self.packet.source, egress);
        if let Some(new) = new {
            self.packet.source = new;
        }
        self.translated.source = shown;
    }

    fn rewrite_source_port(&mut self, target: PortTarget) {
        if let Transport::Ports { source, .. } = self.packet.transport {
            let (new, shown) = new_port(target, source);
            self.packet.transport = self.packet.transport.with_ports(Some(new), None);
            if target != PortTarget::Keep {
                self.translated.source_port = shown;
            }
        }
    }

    /// The new address, and how it is told.
    fn target(
        &self,
        target: &AddressTarget,
        old: IpAddr,
        egress: Egress,
    ) -> (Option<IpAddr>, TranslatedAddress) {
        match target {
            AddressTarget::OneOf(ranges) => match ranges.as_slice() {
                [one] if one.first() == one.last() => {
                    (Some(one.first()), TranslatedAddress::Exactly(one.first()))
                }
                [] => (None, TranslatedAddress::Exactly(old)),
                [first, ..] => (Some(first.first()), TranslatedAddress::OneOf(ranges.clone())),
            },
            AddressTarget::Shift { from, to } => {
                let new = from.offset_of(old).and_then(|offset| IpRange::one(*to).nth(offset));
                let new = new.unwrap_or(old);
                (Some(new), TranslatedAddress::Exactly(new))
            }
            AddressTarget::EgressInterface => self.interface_address(old, egress),
            AddressTarget::Named(predicate) => (None, TranslatedAddress::Named(*predicate)),
        }
    }

    /// The first own address, of the packet's family, of the interface by which the packet leaves.
    fn interface_address(
        &self,
        old: IpAddr,
        egress: Egress,
    ) -> (Option<IpAddr>, TranslatedAddress) {
        let Egress::Interface(id) = egress else {
            return (None, TranslatedAddress::Exactly(old));
        };
        let interface =
            usize::try_from(id.0).ok().and_then(|index| self.policy.interfaces.get(index));
        let own = interface.into_iter().flat_map(|interface| &interface.addresses);
        let own = own.map(|prefix| prefix.address()).find(|own| own.is_ipv4() == old.is_ipv4());
        match own {
            Some(own) => (Some(own), TranslatedAddress::Exactly(own)),
            None => (None, TranslatedAddress::OfInterface(id)),
        }
    }

    /// What happens to the source after everything accepted: the rule's own NAT or its stand-in, else the last passes.
    pub(super) fn translate_source(&mut self, world: &mut dyn World) {
        let own = self.accepted_by.and_then(|rule| rule.source_nat.as_deref());
        if let Some(own) = own {
            let whens: &[NatWhen] = match own.address {
                AddressTarget::EgressInterface => {
                    &[NatWhen::InsteadOfRule, NatWhen::InsteadOfInterface]
                }
                _ => &[NatWhen::InsteadOfRule],
            };
            let mut stead = whens.iter().flat_map(|when| passes(self.policy, *when));
            if stead.any(|pass| self.translate(pass, world)) {
                return;
            }
            self.rewrite_source(&own.address, self.egress);
            self.rewrite_source_port(own.port);
            return;
        }
        let _ = passes(self.policy, NatWhen::AfterFilter).any(|pass| self.translate(pass, world));
    }
}

/// Whether a cell names a zone, itself or in an object.
fn names_zone(cell: &Addresses, policy: &Policy) -> bool {
    match cell {
        Addresses::Zone(_) => true,
        Addresses::Object(id) => usize::try_from(id.0)
            .ok()
            .and_then(|id| policy.addresses.get(id))
            .is_some_and(|object| names_zone(&object.value, policy)),
        Addresses::Union(members) | Addresses::Common(members) => {
            members.iter().any(|member| names_zone(member, policy))
        }
        Addresses::Except(from, without) => names_zone(from, policy) || names_zone(without, policy),
        Addresses::Any
        | Addresses::Range(_)
        | Addresses::Masked(_)
        | Addresses::TranslatedBy(_)
        | Addresses::Unknown(_) => false,
    }
}

/// The new port (the first that may be picked), and how it is told.
fn new_port(target: PortTarget, old: u16) -> (u16, TranslatedPort) {
    match target {
        PortTarget::Keep => (old, TranslatedPort::Exactly(old)),
        PortTarget::OneOf(range) if range.first() == range.last() => {
            (range.first(), TranslatedPort::Exactly(range.first()))
        }
        PortTarget::OneOf(range) => (range.first(), TranslatedPort::OneOf(range)),
        PortTarget::Shift { from, to } => {
            let offset = from.contains(old).then(|| old - from.first());
            let new = offset.and_then(|offset| to.checked_add(offset)).unwrap_or(old);
            (new, TranslatedPort::Exactly(new))
        }
    }
}
