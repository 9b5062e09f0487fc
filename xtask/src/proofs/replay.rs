//! Witnesses held against [`policy::decide`], and packets at the borders of rules.

use std::net::IpAddr;

use policy::{
    About, Addresses, Atom, Egress, InterfaceId, IpRange, Packet, Policy, Rule, Services,
    Translated, Transport, Verdict, World, decide,
};
use proof::prove::Witness;
use proof::questions::{Asked, Subject};

use crate::demo::random::Random;

/// What becomes of a packet, as a proof compares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Became {
    /// It is stopped like this.
    Stopped(Verdict),
    /// It leaves by the zone of this name, rewritten.
    Leaves(Option<Box<str>>, Translated),
}

fn at(index: u32) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}

fn became(policy: &Policy, packet: &Packet, world: &mut dyn World) -> Became {
    let decision = decide(policy, packet, world);
    if decision.verdict != Verdict::Accept {
        return Became::Stopped(decision.verdict);
    }
    let zone = match decision.egress {
        Egress::Interface(id) => {
            let interface = policy.interfaces.get(at(id.0));
            let zone = interface.and_then(|interface| policy.zones.get(at(interface.zone.0)));
            zone.map(|zone| zone.name.clone())
        }
        Egress::Local | Egress::Nowhere => None,
    };
    Became::Leaves(zone, decision.translated)
}

/// The world that a witness describes.
struct Described<'a> {
    policy: &'a Policy,
    packet: Packet,
    egress: Option<InterfaceId>,
    answers: &'a [(Asked, bool)],
}

impl World for Described<'_> {
    fn holds(&mut self, atom: Atom) -> bool {
        let Some(predicate) = self.policy.predicates.get(at(atom.predicate.0)) else {
            return false;
        };
        let about = |subject: &Subject| match atom.about {
            About::Packet => *subject == Subject::Packet,
            About::Address(address) => match subject {
                Subject::Source => address == self.packet.source,
                Subject::Destination => address == self.packet.destination,
                Subject::Translated(number) => number_of(address) == *number,
                Subject::Shifted(by) => {
                    number_of(address).wrapping_sub(number_of(self.packet.destination)) == *by
                }
                Subject::Packet => false,
            },
        };
        self.answers.iter().any(|(asked, answer)| {
            *answer
                && asked.kind == predicate.kind
                && asked.meaning == predicate.meaning
                && about(&asked.subject)
        })
    }

    fn egress(&mut self, _: IpAddr) -> Option<InterfaceId> {
        self.egress
    }
}

fn number_of(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_bits().into(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// What both policies do with a witness.
pub(crate) fn replayed(left: &Policy, right: &Policy, witness: &Witness) -> (Became, Became) {
    let one = |policy, packet: Packet, egress| {
        let mut world = Described { policy, packet, egress, answers: &witness.answers };
        became(policy, &packet, &mut world)
    };
    (one(left, witness.left, witness.egress.0), one(right, witness.right, witness.egress.1))
}

/// Whether two policies of the same interfaces do the same with a packet, in a world where no unknown holds and packets without a
/// route leave by this interface.
pub(crate) fn same_effect(
    left: &Policy,
    right: &Policy,
    packet: &Packet,
    egress: InterfaceId,
) -> bool {
    let one = |policy| {
        let egress = Some(egress);
        became(policy, packet, &mut Described { policy, packet: *packet, egress, answers: &[] })
    };
    one(left) == one(right)
}

/// Packets in, at and just beside the borders of rules, each with an interface where it may leave.
pub(crate) fn boundary_packets(
    policy: &Policy,
    count: usize,
    seed: u64,
) -> Vec<(Packet, InterfaceId)> {
    let mut random = Random::named(seed, "boundary packets");
    let rules: Vec<&Rule> = policy.rulebases.iter().flat_map(|base| &base.rules).collect();
    let mut packets = Vec::new();
    for _ in 0..count * 4 {
        let Some(rule) = rules.get(below(&mut random, rules.len())) else { break };
        packets.extend(around(policy, rule, &mut random));
        if packets.len() >= count {
            break;
        }
    }
    packets
}

/// A packet at the border of a rule.
pub(super) fn around(
    policy: &Policy,
    rule: &Rule,
    random: &mut Random,
) -> Option<(Packet, InterfaceId)> {
    let (mut sources, mut destinations) = (Vec::new(), Vec::new());
    ranges(policy, &rule.source, &mut sources);
    ranges(policy, &rule.destination, &mut destinations);
    let source = border(&sources, random).unwrap_or(IpAddr::from([198, 51, 100, 7]));
    destinations.retain(|range| range.first().is_ipv4() == source.is_ipv4());
    let other = if source.is_ipv4() {
        IpAddr::from([192, 0, 2, 9])
    } else {
        IpAddr::from([0x2001, 0xdb8, 0xffff, 0, 0, 0, 0, 9])
    };
    let destination = border(&destinations, random).unwrap_or(other);
    let mut leaves = Vec::new();
    services(policy, &rule.services, &mut leaves);
    let transport = transport(leaves.get(below(random, leaves.len())), source.is_ipv4(), random);
    let place = |zones: &policy::Zones, random: &mut Random| {
        let interfaces = (0u32..).zip(&policy.interfaces).map(|(id, place)| (id, place.zone));
        let named = interfaces.filter(|(_, zone)| zones.contains(*zone)).map(|(id, _)| id);
        let named: Vec<u32> = named.collect();
        named.get(below(random, named.len())).copied().map(InterfaceId)
    };
    let (ingress, egress) = (place(&rule.from, random)?, place(&rule.to, random)?);
    (source != destination).then_some((Packet { ingress, source, destination, transport }, egress))
}

fn below(random: &mut Random, limit: usize) -> usize {
    usize::try_from(random.below(limit as u64)).unwrap_or_default()
}

/// The first or last address of a range, or one beside it.
fn border(ranges: &[IpRange], random: &mut Random) -> Option<IpAddr> {
    let range = ranges.get(below(random, ranges.len()))?;
    let beside = |address: IpAddr, up: bool| {
        let all = policy::Family::of(address).all();
        let at = all.offset_of(address)?;
        all.nth(if up { at.checked_add(1)? } else { at.checked_sub(1)? })
    };
    match random.below(6) {
        0 => beside(range.first(), false),
        1 => beside(range.last(), true),
        2 | 3 => Some(range.first()),
        _ => Some(range.last()),
    }
}

pub(super) fn ranges(policy: &Policy, cell: &Addresses, found: &mut Vec<IpRange>) {
    match cell {
        Addresses::Range(range) => found.push(*range),
        Addresses::Object(id) => {
            if let Some(object) = policy.addresses.get(at(id.0)) {
                ranges(policy, &object.value, found);
            }
        }
        Addresses::Union(members) | Addresses::Common(members) => {
            members.iter().for_each(|member| ranges(policy, member, found));
        }
        Addresses::Except(from, without) => {
            ranges(policy, from, found);
            ranges(policy, without, found);
        }
        Addresses::Any
        | Addresses::Masked(_)
        | Addresses::Zone(_)
        | Addresses::TranslatedBy(_)
        | Addresses::Unknown(_) => {}
    }
}

pub(super) fn services<'p>(policy: &'p Policy, cell: &'p Services, found: &mut Vec<&'p Services>) {
    match cell {
        Services::Object(id) => {
            if let Some(object) = policy.services.get(at(id.0)) {
                services(policy, &object.value, found);
            }
        }
        Services::Union(members) | Services::Common(members) => {
            members.iter().for_each(|member| services(policy, member, found));
        }
        Services::Except(from, without) => {
            services(policy, from, found);
            services(policy, without, found);
        }
        Services::Any | Services::Unknown(_) => {}
        Services::Protocol(_) | Services::Ports(_) | Services::Icmp { .. } => found.push(cell),
    }
}

fn transport(service: Option<&&Services>, v4: bool, random: &mut Random) -> Transport {
    let port = |first: u16, last: u16, random: &mut Random| match random.below(6) {
        0 => first.saturating_sub(1).max(1),
        1 => last.saturating_add(1),
        2 | 3 => first.max(1),
        _ => last,
    };
    match service {
        Some(Services::Ports(ports)) => Transport::Ports {
            protocol: ports.protocol,
            source: port(ports.source.first(), ports.source.last(), random),
            destination: port(ports.destination.first(), ports.destination.last(), random),
        },
        Some(Services::Icmp { family, kind, code }) if (*family == policy::Family::V4) == v4 => {
            Transport::Icmp {
                family: *family,
                kind: kind.unwrap_or(8),
                code: code.unwrap_or_default(),
            }
        }
        Some(Services::Protocol(protocol)) if ![1, 6, 17, 58, 132].contains(protocol) => {
            Transport::Other { protocol: *protocol }
        }
        _ => Transport::Ports { protocol: 6, source: 40_000, destination: 443 },
    }
}
