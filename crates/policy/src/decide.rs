//! The definition of meaning: what a policy does with one packet.
//!
//! Written to be read, not to be fast: one packet, one way through, no index. The prover and the writers are held against it.
//! The order is: destination NAT (and whatever else is decided with it), route, rulebases, source NAT.

use std::net::IpAddr;

use crate::address::Addresses;
use crate::matching::{Side, all, conditions_hold, in_addresses, in_services};
use crate::nat::{AddressTarget, NatId, NatPass, NatRule, NatWhen, PortTarget};
use crate::net::{IpRange, PortRange};
use crate::packet::{Packet, Transport};
use crate::place::{Egress, InterfaceId, Routing, ZoneId, Zones, best_route};
use crate::predicate::{Atom, PredicateId};
use crate::rule::{Action, End, NatView, Pair, Rule, RulebaseId, Stage, Verdict};
use crate::whole::{Policy, Seen};

/// What the policy does not say: which predicates hold, and where packets go that no known route covers.
pub trait World {
    /// Whether the predicate holds there.
    fn holds(&mut self, atom: Atom) -> bool;

    /// Where a packet to this address leaves, when the routes of a [`Routing::Partial`] policy do not say. `None`: nowhere.
    fn egress(&mut self, destination: IpAddr) -> Option<InterfaceId>;
}

/// A world in which no predicate holds and no unknown route exists.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nothing;

impl World for Nothing {
    fn holds(&mut self, _: Atom) -> bool {
        false
    }

    fn egress(&mut self, _: IpAddr) -> Option<InterfaceId> {
        None
    }
}

/// What happens to a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Whether it passes, and if not, how it is stopped.
    pub verdict: Verdict,
    /// What decided in each stage, the last being what decided in the end.
    pub steps: Vec<Step>,
    /// Where it leaves. `None` when NAT made it a packet without an answer to that (never for an accepted one).
    pub egress: Egress,
    /// The packet as it leaves; for a stopped one as it was when it was stopped.
    pub translated: Translated,
    /// The NAT rules that rewrote it, in order.
    pub nat: Vec<NatId>,
}

/// One decision on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which stage of [`Policy::filter`]; `None` for the local rulebase and for routing.
    pub stage: Option<usize>,
    /// What decided.
    pub by: By,
    /// What it decided.
    pub verdict: Verdict,
}

/// What decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// This rule of this rulebase.
    Rule(RulebaseId, u32),
    /// The default of this rulebase.
    Default(RulebaseId),
    /// There is no route.
    NoRoute,
    /// The packet is not one that this stage looks at.
    NotGuarded,
    /// The NAT rule lets what it translates pass unseen.
    Bypass,
    /// Nothing filters here.
    NoFilter,
}

/// A packet after translation. Where the device picks, all that it may pick.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Translated {
    /// Source address.
    pub source: TranslatedAddress,
    /// Source port, for protocols with ports.
    pub source_port: TranslatedPort,
    /// Destination address.
    pub destination: TranslatedAddress,
    /// Destination port, for protocols with ports.
    pub destination_port: TranslatedPort,
}

/// An address after translation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TranslatedAddress {
    /// This one.
    Exactly(IpAddr),
    /// One of these.
    OneOf(Vec<IpRange>),
    /// The own address of this interface, which the configuration does not tell.
    OfInterface(InterfaceId),
    /// What this name stands for.
    Named(PredicateId),
}

/// A port after translation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TranslatedPort {
    /// The protocol has no ports.
    None,
    /// This one.
    Exactly(u16),
    /// One of these.
    OneOf(PortRange),
}

/// Decides about one packet. This is what a policy means.
pub fn decide(policy: &Policy, packet: &Packet, world: &mut dyn World) -> Decision {
    let mut way = Way::new(policy, packet);
    for pass in passes(policy, NatWhen::BeforeFilter) {
        way.translate(pass, world);
    }
    way.egress = way.route(way.packet.destination, world);
    let verdict = way.filter(world);
    // What is for the firewall itself does not leave it.
    if verdict == Verdict::Accept && way.egress != Egress::Local {
        way.translate_source(world);
    }
    way.finish(verdict)
}

fn passes(policy: &Policy, when: NatWhen) -> impl Iterator<Item = (u32, &NatPass)> {
    let mut next = 0;
    let numbered = policy.nat.passes.iter().map(move |pass| {
        let first = next;
        next += u32::try_from(pass.rules.len()).unwrap_or(u32::MAX);
        (first, pass)
    });
    numbered.filter(move |(_, pass)| pass.when == when)
}

/// A packet on its way through.
struct Way<'a> {
    policy: &'a Policy,
    /// As it came.
    original: Packet,
    /// As it is now; where the device picks, with the first of what it may pick.
    packet: Packet,
    translated: Translated,
    nat: Vec<NatId>,
    /// The NAT rule that rewrote the destination.
    translated_by: Option<NatId>,
    seen: Seen,
    egress: Egress,
    steps: Vec<Step>,
    /// The rule that accepted it last.
    accepted_by: Option<&'a Rule>,
}

impl<'a> Way<'a> {
    fn new(policy: &'a Policy, packet: &Packet) -> Self {
        let (source_port, destination_port) = match packet.transport {
            Transport::Ports { source, destination, .. } => {
                (TranslatedPort::Exactly(source), TranslatedPort::Exactly(destination))
            }
            Transport::Icmp { .. } | Transport::Other { .. } => {
                (TranslatedPort::None, TranslatedPort::None)
            }
        };
        Self {
            policy,
            original: *packet,
            packet: *packet,
            translated: Translated {
                source: TranslatedAddress::Exactly(packet.source),
                source_port,
                destination: TranslatedAddress::Exactly(packet.destination),
                destination_port,
            },
            nat: Vec::new(),
            translated_by: None,
            seen: policy.seen,
            egress: Egress::Nowhere,
            steps: Vec::new(),
            accepted_by: None,
        }
    }

    fn finish(self, verdict: Verdict) -> Decision {
        Decision {
            verdict,
            steps: self.steps,
            egress: self.egress,
            translated: self.translated,
            nat: self.nat,
        }
    }

    /// Where a packet to this destination leaves.
    fn route(&self, destination: IpAddr, world: &mut dyn World) -> Egress {
        let policy = self.policy;
        let own = policy.interfaces.iter().flat_map(|interface| &interface.addresses);
        if own.into_iter().any(|prefix| prefix.address() == destination) {
            return Egress::Local;
        }
        match best_route(&policy.interfaces, &policy.routes, destination) {
            Some(Some(interface)) => Egress::Interface(interface),
            Some(None) => Egress::Nowhere,
            None if policy.routing == Routing::Complete => Egress::Nowhere,
            None => world.egress(destination).map_or(Egress::Nowhere, Egress::Interface),
        }
    }

    fn zone_of(&self, interface: InterfaceId) -> Option<ZoneId> {
        let index = usize::try_from(interface.0).ok()?;
        self.policy.interfaces.get(index).map(|interface| interface.zone)
    }

    /// The zones of ingress and egress. The firewall itself lies in the zone of the interface that has the address.
    fn zones(&self, egress: Egress, destination: IpAddr) -> (Option<ZoneId>, Option<ZoneId>) {
        let to = match egress {
            Egress::Interface(interface) => self.zone_of(interface),
            Egress::Local => {
                let owner = self.policy.interfaces.iter().find(|interface| {
                    interface.addresses.iter().any(|prefix| prefix.address() == destination)
                });
                owner.map(|interface| interface.zone)
            }
            Egress::Nowhere => None,
        };
        (self.zone_of(self.original.ingress), to)
    }

    // --- Translation ---

    /// One pass: the first rule that matches, and with chains a second one for the other side. Whether one matched.
    fn translate(&mut self, (first, pass): (u32, &'a NatPass), world: &mut dyn World) -> bool {
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
    fn apply(&mut self, rule: &NatRule, number: NatId, world: &mut dyn World) {
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
    fn rewrite_destination(&mut self, rule: &NatRule) -> bool {
        if let Some(target) = &rule.destination_to {
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
    fn translate_source(&mut self, world: &mut dyn World) {
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

    // --- Filtering ---

    /// Every stage must accept.
    fn filter(&mut self, world: &mut dyn World) -> Verdict {
        match self.egress {
            Egress::Nowhere => return self.step(None, By::NoRoute, Verdict::Drop),
            Egress::Local => {
                if let Some(local) = self.policy.local {
                    return self.stage(None, local, None, world);
                }
            }
            Egress::Interface(_) => {}
        }
        if self.seen == Seen::Bypass {
            return self.step(None, By::Bypass, Verdict::Accept);
        }
        let policy = self.policy;
        let mut verdict = None;
        for (index, stage) in policy.filter.iter().enumerate() {
            let decided = if self.guarded(stage, world) {
                self.stage(Some(index), stage.rulebase, stage.end, world)
            } else {
                self.step(Some(index), By::NotGuarded, Verdict::Accept)
            };
            if decided != Verdict::Accept {
                return decided;
            }
            verdict = Some(decided);
        }
        verdict.unwrap_or_else(|| self.step(None, By::NoFilter, Verdict::Accept))
    }

    fn step(&mut self, stage: Option<usize>, by: By, verdict: Verdict) -> Verdict {
        self.steps.push(Step { stage, by, verdict });
        verdict
    }

    /// The header that the rulebases see, and the zones.
    fn view(&self) -> (Packet, (Option<ZoneId>, Option<ZoneId>)) {
        let zones = self.zones(self.egress, self.packet.destination);
        match self.seen {
            Seen::Original => (self.original, zones),
            Seen::Translated | Seen::Bypass => (self.packet, zones),
        }
    }

    fn guarded(&self, stage: &Stage, world: &mut dyn World) -> bool {
        self.end_in(stage.end.unwrap_or(End::Source), &stage.guard, world)
    }

    /// Whether the address at this end is in the set.
    fn end_in(&self, end: End, set: &Addresses, world: &mut dyn World) -> bool {
        let (packet, zones) = self.view();
        let side = match end {
            End::Source => self.source_side(&packet, zones.0),
            End::Destination => self.destination_side(&packet, zones.1),
        };
        self.certain(world, |ask| in_addresses(self.policy, set, side, ask))
    }

    /// One stage: its rulebase and the layers that it hands packets to.
    fn stage(
        &mut self,
        index: Option<usize>,
        rulebase: RulebaseId,
        end: Option<End>,
        world: &mut dyn World,
    ) -> Verdict {
        let policy = self.policy;
        let mut current = rulebase;
        let mut at = 0u32;
        loop {
            let Some(base) = policy.rulebase(current) else {
                return self.step(index, By::NoFilter, Verdict::Drop);
            };
            let Some(rule) = usize::try_from(at).ok().and_then(|at| base.rules.get(at)) else {
                return self.step(index, By::Default(current), base.default);
            };
            if !self.rule_matches(rule, end, world) {
                at += 1;
                continue;
            }
            match rule.action {
                Action::Decide(verdict) => {
                    if verdict == Verdict::Accept {
                        self.accepted_by = Some(rule);
                    }
                    return self.step(index, By::Rule(current, at), verdict);
                }
                Action::Layer(layer) => {
                    current = layer;
                    at = 0;
                }
                Action::SkipTo(next) => at = next.max(at + 1),
                Action::Continue => at += 1,
            }
        }
    }

    fn rule_matches(&self, rule: &Rule, end: Option<End>, world: &mut dyn World) -> bool {
        let (packet, zones) = self.view();
        if !rule.enabled || !zones_match(&rule.from, &rule.to, rule.pair, zones) {
            return false;
        }
        if let (Some(end), Some(ends)) = (end, rule.ends.as_deref()) {
            let there = match end {
                End::Source => ends.outbound,
                End::Destination => ends.inbound,
            };
            if !there || !self.end_in(end, &ends.scope, world) {
                return false;
            }
        }
        let named = || names_translation(&rule.destination, self.translated_by, self.policy);
        let hidden = rule.view == NatView::NamedOnly && self.translated_by.is_some();
        if hidden && !named() {
            return false;
        }
        self.certain(world, |ask| {
            all([
                in_addresses(self.policy, &rule.source, self.source_side(&packet, zones.0), ask),
                if hidden {
                    Some(true)
                } else {
                    let side = self.destination_side(&packet, zones.1);
                    in_addresses(self.policy, &rule.destination, side, ask)
                },
                in_services(self.policy, &rule.services, &packet, ask),
                conditions_hold(&rule.conditions, ask),
            ]
            .into_iter())
        })
    }

    fn source_side(&self, packet: &Packet, zone: Option<ZoneId>) -> Side {
        Side { address: packet.source, zone, translated_by: None }
    }

    fn destination_side(&self, packet: &Packet, zone: Option<ZoneId>) -> Side {
        Side { address: packet.destination, zone, translated_by: self.translated_by }
    }

    /// The answer to a match: first without asking, and only if that leaves it open, with the world's answers. So the world is
    /// asked only what matters.
    fn certain(
        &self,
        world: &mut dyn World,
        matches: impl Fn(&mut dyn FnMut(Atom) -> Option<bool>) -> Option<bool>,
    ) -> bool {
        matches(&mut |_| None)
            .or_else(|| matches(&mut |atom| Some(world.holds(atom))))
            .unwrap_or(false)
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

/// Whether a destination cell names the NAT rule that rewrote the packet.
fn names_translation(cell: &Addresses, by: Option<NatId>, policy: &Policy) -> bool {
    match cell {
        Addresses::TranslatedBy(rule) => by == Some(*rule),
        Addresses::Object(id) => usize::try_from(id.0)
            .ok()
            .and_then(|id| policy.addresses.get(id))
            .is_some_and(|object| names_translation(&object.value, by, policy)),
        Addresses::Union(members) => {
            members.iter().any(|member| names_translation(member, by, policy))
        }
        Addresses::Common(members) => {
            !members.is_empty()
                && members.iter().all(|member| names_translation(member, by, policy))
        }
        Addresses::Except(from, without) => {
            names_translation(from, by, policy) && !names_translation(without, by, policy)
        }
        Addresses::Any
        | Addresses::Range(_)
        | Addresses::Masked(_)
        | Addresses::Zone(_)
        | Addresses::Unknown(_) => false,
    }
}

fn zones_match(
    from: &Zones,
    to: &Zones,
    pair: Pair,
    (ingress, egress): (Option<ZoneId>, Option<ZoneId>),
) -> bool {
    // A packet without a zone at one end is matched by no cell that names zones.
    let named = |cell: &Zones, zone: Option<ZoneId>| match zone {
        Some(zone) => cell.contains(zone),
        None => *cell == Zones::Any,
    };
    let paired = match pair {
        Pair::Any => true,
        Pair::Same => ingress.is_some() && ingress == egress,
        Pair::Different => ingress != egress,
    };
    named(from, ingress) && named(to, egress) && paired
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
