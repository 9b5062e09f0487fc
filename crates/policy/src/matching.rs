//! Whether a packet is in a set: three answers, because some sets are known only by name.

use std::net::IpAddr;

use crate::address::Addresses;
use crate::nat::NatId;
use crate::packet::{Packet, Transport};
use crate::place::ZoneId;
use crate::predicate::{About, Atom, PredicateId};
use crate::rule::Condition;
use crate::service::{Ports, Services};
use crate::whole::Policy;

/// One end of a packet, as an address cell sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Side {
    /// The address.
    pub(crate) address: IpAddr,
    /// The zone at this end; `None` when it has none (the firewall itself).
    pub(crate) zone: Option<ZoneId>,
    /// The NAT rule that rewrote the destination, on the destination's side.
    pub(crate) translated_by: Option<NatId>,
}

/// Answers to questions about predicates; `None` when there is none.
pub(crate) type Ask<'a> = &'a mut dyn FnMut(Atom) -> Option<bool>;

/// "One is true" over three answers; asks no further once one is.
fn any(answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut result = Some(false);
    for answer in answers {
        match answer {
            Some(true) => return Some(true),
            Some(false) => {}
            None => result = None,
        }
    }
    result
}

/// "All are true" over three answers; asks no further once one is not.
pub(crate) fn all(answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut result = Some(true);
    for answer in answers {
        match answer {
            Some(false) => return Some(false),
            Some(true) => {}
            None => result = None,
        }
    }
    result
}

/// Whether this end of the packet is in the set.
pub(crate) fn in_addresses(
    policy: &Policy,
    set: &Addresses,
    side: Side,
    ask: Ask<'_>,
) -> Option<bool> {
    match set {
        Addresses::Any => Some(true),
        Addresses::Range(range) => Some(range.contains(side.address)),
        Addresses::Masked(masked) => Some(masked.contains(side.address)),
        Addresses::Zone(zone) => Some(side.zone == Some(*zone)),
        Addresses::TranslatedBy(rule) => Some(side.translated_by == Some(*rule)),
        Addresses::Object(id) => {
            let object = usize::try_from(id.0).ok().and_then(|id| policy.addresses.get(id))?;
            in_addresses(policy, &object.value, side, ask)
        }
        Addresses::Unknown(predicate) => {
            ask(Atom { predicate: *predicate, about: About::Address(side.address) })
        }
        Addresses::Union(members) => {
            any(members.iter().map(|member| in_addresses(policy, member, side, ask)))
        }
        Addresses::Common(members) => {
            all(members.iter().map(|member| in_addresses(policy, member, side, ask)))
        }
        Addresses::Except(from, without) => {
            let inside = in_addresses(policy, from, side, ask);
            if inside == Some(false) {
                return inside;
            }
            let outside = in_addresses(policy, without, side, ask).map(|inside| !inside);
            all([inside, outside].into_iter())
        }
    }
}

/// Whether the packet is in the set of services.
pub(crate) fn in_services(
    policy: &Policy,
    set: &Services,
    packet: &Packet,
    ask: Ask<'_>,
) -> Option<bool> {
    match set {
        Services::Any => Some(true),
        Services::Protocol(protocol) => Some(packet.transport.protocol() == *protocol),
        Services::Ports(ports) => Some(in_ports(*ports, packet.transport)),
        Services::Icmp { family, kind, code } => Some(match packet.transport {
            Transport::Icmp { family: of, kind: is, code: with } => {
                of == *family
                    && kind.is_none_or(|kind| kind == is)
                    && code.is_none_or(|code| code == with)
            }
            Transport::Ports { .. } | Transport::Other { .. } => false,
        }),
        Services::Object(id) => {
            let object = usize::try_from(id.0).ok().and_then(|id| policy.services.get(id))?;
            in_services(policy, &object.value, packet, ask)
        }
        Services::Unknown(predicate) => ask(about_packet(*predicate)),
        Services::Union(members) => {
            any(members.iter().map(|member| in_services(policy, member, packet, ask)))
        }
        Services::Common(members) => {
            all(members.iter().map(|member| in_services(policy, member, packet, ask)))
        }
        Services::Except(from, without) => {
            let inside = in_services(policy, from, packet, ask);
            if inside == Some(false) {
                return inside;
            }
            let outside = in_services(policy, without, packet, ask).map(|inside| !inside);
            all([inside, outside].into_iter())
        }
    }
}

fn in_ports(ports: Ports, transport: Transport) -> bool {
    match transport {
        Transport::Ports { protocol, source, destination } => {
            protocol == ports.protocol
                && ports.source.contains(source)
                && ports.destination.contains(destination)
        }
        Transport::Icmp { .. } | Transport::Other { .. } => false,
    }
}

/// Whether all conditions hold.
pub(crate) fn conditions_hold(conditions: &[Condition], ask: Ask<'_>) -> Option<bool> {
    all(conditions.iter().map(|condition| {
        let holds = any(condition.any_of.iter().map(|predicate| ask(about_packet(*predicate))));
        holds.map(|holds| holds != condition.negated)
    }))
}

fn about_packet(predicate: PredicateId) -> Atom {
    Atom { predicate, about: About::Packet }
}
