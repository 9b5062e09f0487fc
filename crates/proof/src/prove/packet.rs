//! Packets out of sets of packets: typical ones, for people to recognise.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use policy::{Family, InterfaceId, Packet, Transport};

use crate::list::{Point, Region};
use crate::numbering::Numbering;
use crate::questions::{Asked, Subject};
use crate::sets::Set;
use crate::wide::{Wide, line};

/// Addresses that are as good as any, for sources: private ones.
const SOURCES: [u128; 3] = [0x0a00_000a, 0xc0a8_010a, 0xac10_000a];
/// The same for destinations: those of documentation, RFC 5737.
const DESTINATIONS: [u128; 3] = [0xcb00_710a, 0xc633_640a, 0xc000_020a];
/// The same for IPv6: unique local ones (RFC 4193) and those of documentation (RFC 3849).
const LONG_SOURCE: u128 = 0xfd00_0000_0000_0000_0000_0000_0000_000a;
const LONG_DESTINATION: u128 = 0x2001_0db8_0000_0000_0000_0000_0000_000a;
/// Ports that people know, TCP before UDP.
const SERVICES: [u32; 6] = [
    line::TCP + 443,
    line::TCP + 22,
    line::TCP + 80,
    line::TCP + 53,
    line::UDP + 53,
    line::UDP + 123,
];
/// The first dynamic port, RFC 6335: what clients send from.
const CLIENT: u32 = 49_152;
/// How many ranges of a set are looked at for a typical address.
const RANGES: usize = 64;

/// A packet of a region that people will take for a packet: hosts and not networks, a port that is known or the lowest, a port of a
/// client. `answers` are those that the packet needs.
pub(crate) fn typical(
    family: Family,
    region: &Wide,
    ingress: InterfaceId,
    answers: &[(Asked, bool)],
) -> Packet {
    let to = host(family, &region.destination, false, &[]);
    // What is unknown of a source must not be known as that of another address.
    let mut taken = vec![to];
    taken.extend(answers.iter().filter_map(|(asked, _)| match asked.subject {
        Subject::Translated(address) => Some(address),
        Subject::Shifted(by) => Some(to.wrapping_add(by)),
        Subject::Source | Subject::Destination | Subject::Packet => None,
    }));
    let from = host(family, &region.source, true, &taken);
    let service = service(family, &region.service);
    let client = match region.client.contains(CLIENT) {
        true => CLIENT,
        false => at_least(&region.client, 1_024),
    };
    Packet {
        ingress,
        source: address(family, from),
        destination: address(family, to),
        transport: transport(family, service, client),
    }
}

/// Parts of a region in which ports are what people expect, the best first: to look for a packet in before the region itself.
pub(crate) fn usual_ports(region: &Region) -> Vec<Region> {
    let [.., service, client] = &region.cells;
    let known = SERVICES.into_iter().find(|known| service.contains(*known)).map(Set::one);
    let zeros = [line::TCP, line::UDP, line::SCTP].map(|zero| (zero, zero));
    let others = service.without(&Set::new(zeros.to_vec()));
    let clients = [CLIENT, 1].map(|first| client.and(&Set::new(vec![(first, line::PORTS - 1)])));
    let [typical, any] = clients;
    let ports = [(known, typical.clone()), (Some(others.clone()), typical), (Some(others), any)];
    let parts = ports.into_iter().filter_map(|(service, client)| {
        let service = service.filter(|set| !set.is_empty() && !client.is_empty())?;
        let mut part = region.clone();
        let [.., of_service, of_client] = &mut part.cells;
        (*of_service, *of_client) = (service, client);
        Some(part)
    });
    parts.collect()
}

/// The first number of a set from one on, or else its first.
fn at_least(set: &Set, from: u32) -> u32 {
    let found = set.ranges().iter().find(|(_, last)| *last >= from);
    found.map_or_else(|| set.first().unwrap_or(0), |(first, _)| from.max(*first))
}

fn service(family: Family, set: &Set) -> u32 {
    let (ports, others) = (set.and(&line::with_ports()), set.without(&line::with_ports()));
    let echo = line::ICMP + if family == Family::V4 { 8 << 8 } else { 128 << 8 };
    if ports.is_empty() {
        return if others.contains(echo) { echo } else { others.first().unwrap_or(0) };
    }
    // A few ports are a service of their own; of many, the one that is known.
    let known = SERVICES.into_iter().find(|known| ports.contains(*known));
    known.unwrap_or_else(|| at_least(&ports, line::TCP + 1))
}

/// A host of a set that is none of `taken`, if there is one.
fn host(family: Family, set: &Set<u128>, source: bool, taken: &[u128]) -> u128 {
    let free = |address: u128| set.contains(address) && !taken.contains(&address);
    let long = if source { LONG_SOURCE } else { LONG_DESTINATION };
    let known = match (family, source) {
        (Family::V4, true) => SOURCES,
        (Family::V4, false) => DESTINATIONS,
        (Family::V6, _) => [long, long + 1, long + 2],
    };
    if let Some(known) = known.into_iter().find(|known| free(*known)) {
        return known;
    }
    let usual = set.and(&usual(family));
    let set = if usual.is_empty() { set } else { &usual };
    let ranges = || set.ranges().iter().take(RANGES);
    let inner = ranges().filter_map(|(first, last)| inside(family, *first, *last));
    let edges = ranges().flat_map(|(first, last)| [*first, *last]);
    let mut all = inner.flat_map(|host| [host, host + 1]).chain(edges);
    all.find(|address| free(*address)).or(set.first()).unwrap_or(0)
}

/// A host in a range: neither the first nor the last address of its network of 256.
fn inside(family: Family, first: u128, last: u128) -> Option<u128> {
    let bits = if family == Family::V4 { 0xffu128 } else { 0xffff };
    let wanted = (first & !bits) | 10;
    let wanted = if wanted >= first { Some(wanted) } else { Some(first.checked_add(1)?) };
    wanted.filter(|host| *host < last && host & bits != 0 && host & bits != bits)
}

/// Addresses that single hosts have.
fn usual(family: Family) -> Set<u128> {
    match family {
        // 1.0.0.0 to 126.255.255.255, 128.0.0.0 to 223.255.255.255.
        Family::V4 => Set::new(vec![(0x0100_0000, 0x7eff_ffff), (0x8000_0000, 0xdfff_ffff)]),
        // 2000::/3, fc00::/7.
        Family::V6 => Set::new(vec![(1 << 125, (1 << 126) - 1), (0xfc << 120, (0xfe << 120) - 1)]),
    }
}

/// The packet at a point.
pub(crate) fn packet_at(
    family: Family,
    numbering: &Numbering,
    point: &Point,
    ingress: InterfaceId,
) -> Packet {
    let region = numbering.wide(&point.region());
    typical(family, &region, ingress, &[])
}

pub(crate) fn address(family: Family, number: u128) -> IpAddr {
    match family {
        Family::V4 => Ipv4Addr::from_bits(u32::try_from(number).unwrap_or(u32::MAX)).into(),
        Family::V6 => Ipv6Addr::from_bits(number).into(),
    }
}

fn transport(family: Family, service: u32, client: u32) -> Transport {
    let low = |number: u32| u16::try_from(number & 0xffff).unwrap_or(0);
    let protocol = match service {
        number if number < line::UDP => 6,
        number if number < line::SCTP => 17,
        number if number < line::ICMP => 132,
        number if number < line::OTHER => {
            let [kind, code] = low(number).to_be_bytes();
            return Transport::Icmp { family, kind, code };
        }
        number => {
            return Transport::Other {
                protocol: u8::try_from(number - line::OTHER).unwrap_or(255),
            };
        }
    };
    Transport::Ports { protocol, source: low(client), destination: low(service) }
}
