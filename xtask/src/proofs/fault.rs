//! Single faults in large policies: one thing changed, and a packet for which that matters.

use policy::{
    Action, AddressTarget, Addresses, InterfaceId, IpRange, Packet, Policy, Rule, Services, Verdict,
};

use super::replay::{around, same_effect};
use crate::demo::random::Random;

/// One kind of mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A rule does something else.
    Action,
    /// A rule is missing.
    Missing,
    /// A cell lacks a member.
    Member,
    /// A cell has one address less.
    Address,
    /// A range of ports is one port shorter.
    Port,
    /// A published address leads to another host.
    Target,
    /// A pool is another one.
    Pool,
}

impl Fault {
    /// Every kind.
    pub(crate) const ALL: [Self; 7] = [
        Self::Action,
        Self::Missing,
        Self::Member,
        Self::Address,
        Self::Port,
        Self::Target,
        Self::Pool,
    ];
}

/// How many places are tried, and how many packets at each.
const PLACES: usize = 60;
const PACKETS: usize = 30;

/// A policy with one fault, and a packet that the two treat differently; `None` when no place for it was found.
pub(crate) fn faulty(policy: &Policy, fault: Fault, seed: u64) -> Option<(Policy, Packet)> {
    let mut random = Random::named(seed, "fault");
    let mut other = policy.clone();
    for _ in 0..PLACES {
        let base = other.rulebases.first_mut()?;
        let at = usize::try_from(random.below(base.rules.len() as u64)).ok()?;
        let before = base.rules.get(at)?.clone();
        let nat = other.nat.clone();
        if change(&mut other, at, fault, &mut random).is_some()
            && let Some(packet) = shown(policy, &other, &before, fault, &mut random)
        {
            return Some((other, packet));
        }
        other.nat = nat;
        *other.rulebases.first_mut()?.rules.get_mut(at)? = before;
    }
    None
}

fn shown(
    policy: &Policy,
    other: &Policy,
    rule: &Rule,
    fault: Fault,
    random: &mut Random,
) -> Option<Packet> {
    for _ in 0..PACKETS {
        let Some((mut packet, egress)) = around(policy, rule, random) else { continue };
        if let Fault::Target | Fault::Pool = fault {
            packet = translated(policy, other, packet)?;
        }
        let egress = if fault == Fault::Pool { InterfaceId(0) } else { egress };
        if !same_effect(policy, other, &packet, egress) {
            return Some(packet);
        }
    }
    None
}

/// The packet at an address of the NAT rule that changed.
fn translated(policy: &Policy, other: &Policy, packet: Packet) -> Option<Packet> {
    let rules = policy.nat.passes.iter().flat_map(|pass| &pass.rules);
    let others = other.nat.passes.iter().flat_map(|pass| &pass.rules);
    let changed = rules.zip(others).find(|(mine, theirs)| mine != theirs)?.0;
    let mut packet = packet;
    if let Addresses::Range(range) = changed.destination {
        packet.destination = range.first();
        packet.ingress = InterfaceId(0);
    }
    if let Addresses::Range(range) = changed.source {
        packet.source = range.first();
    }
    if let Services::Ports(ports) = changed.services {
        packet.transport = policy::Transport::Ports {
            protocol: ports.protocol,
            source: 40_000,
            destination: ports.destination.first(),
        };
    }
    Some(packet)
}

/// Makes the fault at a rule; `None` when there is no place for it.
fn change(policy: &mut Policy, at: usize, fault: Fault, random: &mut Random) -> Option<()> {
    let objects = policy.addresses.clone();
    let rule = policy.rulebases.first_mut()?.rules.get_mut(at)?;
    if !rule.enabled {
        return None;
    }
    match fault {
        Fault::Action => {
            let accepts = rule.action == Action::Decide(Verdict::Accept);
            rule.action = Action::Decide(if accepts { Verdict::Drop } else { Verdict::Accept });
        }
        Fault::Missing => rule.enabled = false,
        Fault::Member => match &mut rule.destination {
            Addresses::Union(members) if members.len() > 1 => {
                let member = usize::try_from(random.below(members.len() as u64)).ok()?;
                members.remove(member);
            }
            _ => return None,
        },
        Fault::Address => {
            let mut value = rule.source.clone();
            while let Addresses::Object(id) = value {
                value = objects.get(usize::try_from(id.0).ok()?)?.value.clone();
            }
            let Addresses::Range(range) = value else { return None };
            let less = IpRange::new(range.nth(1)?, range.last())?;
            rule.source = Addresses::Range(less);
        }
        Fault::Port => {
            let all = policy.services.clone();
            let mut value = rule.services.clone();
            while let Services::Object(id) = value {
                value = all.get(usize::try_from(id.0).ok()?)?.value.clone();
            }
            let Services::Ports(mut ports) = value else { return None };
            let last = ports.destination.last().checked_sub(1)?;
            ports.destination = policy::PortRange::new(ports.destination.first(), last)?;
            rule.services = Services::Ports(ports);
        }
        Fault::Target | Fault::Pool => return nat(policy, fault, random),
    }
    Some(())
}

fn nat(policy: &mut Policy, fault: Fault, random: &mut Random) -> Option<()> {
    let passes = policy.nat.passes.iter_mut();
    let rules = passes.flat_map(|pass| &mut pass.rules);
    let wanted = rules.filter(|rule| match fault {
        Fault::Target => rule.rewrites_destination(),
        _ => rule.rewrites_source(),
    });
    let mut wanted: Vec<_> = wanted.collect();
    let at = usize::try_from(random.below(wanted.len() as u64)).ok()?;
    let rule = wanted.get_mut(at)?;
    let side = if fault == Fault::Target { &mut rule.destination_to } else { &mut rule.source_to };
    let Some(AddressTarget::OneOf(ranges)) = side else { return None };
    let first = ranges.first_mut()?;
    let all = first.family().all();
    let next = |address| all.nth(all.offset_of(address)?.checked_add(1)?);
    *first = IpRange::new(next(first.first())?, next(first.last())?)?;
    Some(())
}
