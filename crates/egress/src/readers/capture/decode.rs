//! From a captured frame to addresses, ports and payload.
//!
//! Links: Ethernet with VLAN tags, MPLS and PPPoE; raw IP; Linux "any" in both versions; BSD loopback. IPv4 and IPv6 with extension
//! headers and fragments. Tunnels are not opened: what they carry is counted as theirs.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::bytes::{array, be16, be32};

/// What a frame holds.
pub(crate) enum Frame<'a> {
    /// A packet of the Internet Protocol.
    Ip(Datagram<'a>),
    /// Something else: address resolution, spanning trees.
    Other,
    /// The frame ends before its headers do, or they contradict themselves.
    Broken,
    /// A link type that is not known.
    UnknownLink,
}

/// A packet of the Internet Protocol.
#[derive(Debug)]
pub(crate) struct Datagram<'a> {
    pub(crate) source: IpAddr,
    pub(crate) target: IpAddr,
    pub(crate) protocol: u8,
    /// Bytes with the IP header, as the header says it; as captured where that says nothing.
    pub(crate) length: u64,
    pub(crate) part: Part,
    pub(crate) transport: Transport<'a>,
}

/// Which part of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// All of it.
    Whole,
    /// The first, with ports; of this id.
    First(u32),
    /// A later one, without.
    Later(u32),
}

/// What lies above.
#[derive(Debug)]
pub(crate) enum Transport<'a> {
    /// TCP.
    Tcp { ports: (u16, u16), sequence: u32, flags: u8, payload: &'a [u8] },
    /// UDP.
    Udp { ports: (u16, u16), payload: &'a [u8] },
    /// Others, and what was cut off before the ports.
    Other,
}

/// Decodes a frame of this link type that was `length` bytes long.
pub(crate) fn frame(link: u16, bytes: &[u8], length: usize) -> Frame<'_> {
    let (kind, from) = match link {
        1 => (be16(bytes, 12), 14),
        // The family is in the order of the machine that captured: only IPv4 is everywhere 2.
        0 | 108 => return by_version(bytes, 4, length),
        12 | 14 | 101 | 228 | 229 => return by_version(bytes, 0, length),
        113 => (be16(bytes, 14), 16),
        276 => (be16(bytes, 0), 20),
        _ => return Frame::UnknownLink,
    };
    let Some(mut kind) = kind else { return Frame::Broken };
    let mut from = from;
    // Tags: a frame has a few at most.
    for _ in 0..8 {
        match kind {
            0x0800 | 0x86dd => return by_version(bytes, from, length),
            0x8100 | 0x88a8 | 0x9100 => {
                let Some(inner) = be16(bytes, from + 2) else { return Frame::Broken };
                (kind, from) = (inner, from + 4);
            }
            0x8847 | 0x8848 => {
                let Some(label) = be32(bytes, from) else { return Frame::Broken };
                from += 4;
                if label & 0x100 != 0 {
                    return by_version(bytes, from, length);
                }
            }
            0x8864 => {
                return match be16(bytes, from + 6) {
                    Some(0x0021 | 0x0057) => by_version(bytes, from + 8, length),
                    Some(_) => Frame::Other,
                    None => Frame::Broken,
                };
            }
            _ => return Frame::Other,
        }
    }
    Frame::Broken
}

fn by_version(bytes: &[u8], from: usize, length: usize) -> Frame<'_> {
    let Some(packet) = bytes.get(from..) else { return Frame::Broken };
    // On the wire it was this long, with what Ethernet fills up.
    let wire = length.max(bytes.len()).saturating_sub(from) as u64;
    let read = match packet.first().map(|first| first >> 4) {
        Some(4) => v4(packet, wire),
        Some(6) => v6(packet, wire),
        Some(_) => return Frame::Other,
        None => None,
    };
    read.map_or(Frame::Broken, Frame::Ip)
}

fn v4(packet: &[u8], wire: u64) -> Option<Datagram<'_>> {
    let header = usize::from(packet.first()? & 0xf) * 4;
    let total = usize::from(be16(packet, 2)?);
    let (id, fragment, protocol) = (be16(packet, 4)?, be16(packet, 6)?, *packet.get(9)?);
    let source = IpAddr::V4(Ipv4Addr::from(array::<4>(packet, 12)?));
    let target = IpAddr::V4(Ipv4Addr::from(array::<4>(packet, 16)?));
    if header < 20 || (total != 0 && total < header) {
        return None;
    }
    // Network cards that cut segments themselves leave the length to be filled in.
    let (length, end) = match total {
        0 => (wire, packet.len()),
        total => (total as u64, total.min(packet.len())),
    };
    let part = match (fragment & 0x2000 != 0, fragment & 0x1fff) {
        (false, 0) => Part::Whole,
        (true, 0) => Part::First(u32::from(id)),
        _ => Part::Later(u32::from(id)),
    };
    let above = packet.get(header..end).unwrap_or_default();
    let transport = transport(protocol, above, part);
    Some(Datagram { source, target, protocol, length, part, transport })
}

fn v6(packet: &[u8], wire: u64) -> Option<Datagram<'_>> {
    let payload = usize::from(be16(packet, 4)?);
    let mut protocol = *packet.get(6)?;
    let source = IpAddr::V6(Ipv6Addr::from(array::<16>(packet, 8)?)).to_canonical();
    let target = IpAddr::V6(Ipv6Addr::from(array::<16>(packet, 24)?)).to_canonical();
    let (length, end) = match payload {
        0 => (wire, packet.len()),
        payload => (40 + payload as u64, (40 + payload).min(packet.len())),
    };
    let mut from = 40;
    let mut part = Part::Whole;
    for _ in 0..MOST_EXTENSIONS {
        let step = match protocol {
            0 | 43 | 60 | 135 | 139 | 140 => 8 + usize::from(*packet.get(from + 1)?) * 8,
            44 => {
                let (offset, id) = (be16(packet, from + 2)?, be32(packet, from + 4)?);
                part = match (offset & 1 != 0, offset >> 3) {
                    (false, 0) => Part::Whole,
                    (true, 0) => Part::First(id),
                    _ => Part::Later(id),
                };
                8
            }
            51 => 8 + usize::from(*packet.get(from + 1)?) * 4,
            _ => break,
        };
        protocol = *packet.get(from)?;
        from += step;
        if matches!(part, Part::Later(_)) {
            break;
        }
    }
    let transport = transport(protocol, packet.get(from..end).unwrap_or_default(), part);
    Some(Datagram { source, target, protocol, length, part, transport })
}

fn transport(protocol: u8, bytes: &[u8], part: Part) -> Transport<'_> {
    if matches!(part, Part::Later(_)) {
        return Transport::Other;
    }
    let (Some(source), Some(target)) = (be16(bytes, 0), be16(bytes, 2)) else {
        return Transport::Other;
    };
    let ports = (source, target);
    match protocol {
        6 => {
            let header = bytes.get(12).map_or(20, |byte| usize::from(byte >> 4) * 4);
            let payload = bytes.get(header.max(20)..).unwrap_or_default();
            let (sequence, flags) = (be32(bytes, 4).unwrap_or(0), bytes.get(13).copied());
            Transport::Tcp { ports, sequence, flags: flags.unwrap_or(0), payload }
        }
        17 | 136 => Transport::Udp { ports, payload: bytes.get(8..).unwrap_or_default() },
        // SCTP and DCCP begin with ports too.
        33 | 132 => Transport::Udp { ports, payload: &[] },
        _ => Transport::Other,
    }
}

/// More extension headers than any packet has.
const MOST_EXTENSIONS: usize = 16;
