//! The packets of a capture file: pcap (draft-ietf-opsawg-pcap) and pcapng (draft-ietf-opsawg-pcapng).

use model::diagnostic::Severity;

use crate::bytes::{Window, array};
use crate::codes;
use crate::event::Channel;
use crate::reader::Out;
use crate::time::Time;

/// A packet as it was captured.
pub(crate) struct Packet<'a> {
    /// When.
    pub(crate) time: Option<Time>,
    /// The link type by its number in the registry.
    pub(crate) link: u16,
    /// The interface, where the file has several.
    pub(crate) channel: Channel,
    /// What was kept of it.
    pub(crate) bytes: &'a [u8],
    /// How long it was.
    pub(crate) length: usize,
    /// Where it lies in the file.
    pub(crate) at: u64,
}

/// Takes packets.
pub(crate) trait Packets {
    /// Takes one.
    fn packet(&mut self, packet: &Packet<'_>, out: &mut Out<'_>);
}

/// Whether a classic capture begins like this.
pub(crate) fn is_pcap(bytes: &[u8]) -> bool {
    Classic::of(bytes).is_some()
}

/// Whether a pcapng capture begins like this.
pub(crate) fn is_pcapng(bytes: &[u8]) -> bool {
    array(bytes, 0) == Some(SECTION) && Order::of(bytes).is_some()
}

/// The order of bytes of a file or section.
#[derive(Clone, Copy)]
enum Order {
    Little,
    Big,
}

impl Order {
    /// Of the section that begins here.
    fn of(bytes: &[u8]) -> Option<Self> {
        match array(bytes, 8)? {
            [0x4d, 0x3c, 0x2b, 0x1a] => Some(Self::Little),
            [0x1a, 0x2b, 0x3c, 0x4d] => Some(Self::Big),
            _ => None,
        }
    }

    fn u16(self, bytes: &[u8], at: usize) -> Option<u16> {
        array(bytes, at).map(|it| match self {
            Self::Little => u16::from_le_bytes(it),
            Self::Big => u16::from_be_bytes(it),
        })
    }

    fn u32(self, bytes: &[u8], at: usize) -> Option<u32> {
        array(bytes, at).map(|it| match self {
            Self::Little => u32::from_le_bytes(it),
            Self::Big => u32::from_be_bytes(it),
        })
    }

    fn u64(self, bytes: &[u8], at: usize) -> Option<u64> {
        array(bytes, at).map(|it| match self {
            Self::Little => u64::from_le_bytes(it),
            Self::Big => u64::from_be_bytes(it),
        })
    }
}

/// What the header of a classic capture says.
struct Classic {
    order: Order,
    nanoseconds: bool,
    /// Length of the header of a record: one variant has 8 bytes more.
    header: usize,
    link: u16,
}

impl Classic {
    fn of(bytes: &[u8]) -> Option<Self> {
        let (order, nanoseconds, header) = match array(bytes, 0)? {
            [0xd4, 0xc3, 0xb2, 0xa1] => (Order::Little, false, 16),
            [0xa1, 0xb2, 0xc3, 0xd4] => (Order::Big, false, 16),
            [0x4d, 0x3c, 0xb2, 0xa1] => (Order::Little, true, 16),
            [0xa1, 0xb2, 0x3c, 0x4d] => (Order::Big, true, 16),
            [0x34, 0xcd, 0xb2, 0xa1] => (Order::Little, false, 24),
            [0xa1, 0xb2, 0xcd, 0x34] => (Order::Big, false, 24),
            _ => return None,
        };
        // The upper bits say how long the checksum of frames is.
        let link = (order.u32(bytes, 20)? & 0xffff) as u16;
        Some(Self { order, nanoseconds, header, link })
    }
}

/// Reads a classic capture.
pub(crate) fn read_pcap(window: &mut Window<'_>, to: &mut dyn Packets, out: &mut Out<'_>) {
    let Some(file) = Classic::of(window.ask(24)) else {
        return broken(codes::TRUNCATED, 0, out);
    };
    window.skip(24);
    loop {
        let at = window.at();
        let header = window.ask(file.header);
        if header.is_empty() {
            return;
        }
        let word = |at| file.order.u32(header, at);
        let (Some(seconds), Some(part), Some(kept), Some(length)) =
            (word(0), word(4), word(8), word(12))
        else {
            return broken(codes::TRUNCATED, at, out);
        };
        let (kept, length) = (kept as usize, length as usize);
        if kept > MOST_BYTES {
            // There is no way to find the next packet.
            return broken(codes::MALFORMED, at, out);
        }
        let micros = i64::from(part) / if file.nanoseconds { 1_000 } else { 1 };
        let time = Some(Time(i64::from(seconds) * 1_000_000 + micros));
        let whole = window.ask(file.header + kept);
        let bytes = whole.get(file.header..).unwrap_or_default();
        let cut = bytes.len() < kept;
        if cut {
            out.note(codes::TRUNCATED, Severity::Error, at, &[]);
        }
        let channel = Channel::default();
        to.packet(&Packet { time, link: file.link, channel, bytes, length, at }, out);
        if !window.skip((file.header + kept) as u64) {
            return;
        }
    }
}

/// An interface of a section.
struct Interface {
    link: u16,
    channel: Channel,
    /// How many units of its clock make a second.
    per_second: u64,
    /// Seconds to be added to its times.
    offset: i64,
}

/// Reads a pcapng capture.
pub(crate) fn read_pcapng(window: &mut Window<'_>, to: &mut dyn Packets, out: &mut Out<'_>) {
    let mut interfaces = Vec::new();
    let mut order = Order::Little;
    loop {
        let at = window.at();
        let start = window.ask(12);
        if start.is_empty() {
            return;
        }
        if array(start, 0) == Some(SECTION) {
            let Some(its) = Order::of(start) else {
                return broken(codes::MALFORMED, at, out);
            };
            order = its;
            interfaces.clear();
        }
        let (Some(kind), Some(length)) = (order.u32(start, 0), order.u32(start, 4)) else {
            return broken(codes::TRUNCATED, at, out);
        };
        let length = length as usize;
        if !(12..=MOST_BYTES).contains(&length) {
            return broken(codes::MALFORMED, at, out);
        }
        let length = length.next_multiple_of(4);
        let block = window.ask(length);
        let cut = block.len() < length;
        let body = block.get(8..length - 4).or(block.get(8..)).unwrap_or_default();
        match kind {
            1 => interface(order, body, &mut interfaces, at, out),
            2 | 3 | 6 => packet(kind, order, body, &interfaces, at, to, out),
            // Sections, names, statistics; secrets of decryption are not looked at.
            _ => {}
        }
        if cut {
            return out.note(codes::TRUNCATED, Severity::Error, at, &[]);
        }
        window.skip(length as u64);
    }
}

fn broken(code: model::diagnostic::Code, at: u64, out: &mut Out<'_>) {
    out.note(code, Severity::Error, at, &[]);
    out.lost(code, at);
}

fn interface(order: Order, body: &[u8], known: &mut Vec<Interface>, at: u64, out: &mut Out<'_>) {
    if known.len() >= out.limits.channels {
        return out.note(codes::LIMIT_REACHED, Severity::Warning, at, &[("limit", "channels")]);
    }
    let (mut per_second, mut offset, mut name) = (1_000_000, 0, None);
    let mut options = body.get(8..).unwrap_or_default();
    while let (Some(kind @ 1..), Some(length)) = (order.u16(options, 0), order.u16(options, 2)) {
        let length = usize::from(length);
        let Some(value) = options.get(4..4 + length) else { break };
        match (kind, value) {
            (2, value) => name = std::str::from_utf8(value).ok(),
            (9, [power]) => {
                let base: u64 = if power & 0x80 == 0 { 10 } else { 2 };
                per_second = base.checked_pow(u32::from(power & 0x7f)).unwrap_or(0);
            }
            (14, value) => offset = order.u64(value, 0).map_or(0, u64::cast_signed),
            _ => {}
        }
        options = options.get(4 + length.next_multiple_of(4)..).unwrap_or_default();
    }
    // The first interface is what captures without interfaces are: files of one rotation belong together.
    let channel = match known.len() {
        0 => Channel::default(),
        number => {
            let name = name.map(|name| name.trim_end_matches('\0')).filter(|name| !name.is_empty());
            match name {
                Some(name) => out.channel(name),
                None => out.channel(&format!("interface {number}")),
            }
        }
    };
    let link = order.u16(body, 0).unwrap_or(u16::MAX);
    known.push(Interface { link, channel, per_second, offset });
}

/// A packet block: enhanced (6), simple (3) or of the old kind (2).
fn packet(
    kind: u32,
    order: Order,
    body: &[u8],
    interfaces: &[Interface],
    at: u64,
    to: &mut dyn Packets,
    out: &mut Out<'_>,
) {
    let word = |at| order.u32(body, at);
    let number = match kind {
        3 => Some(0),
        6 => word(0),
        _ => order.u16(body, 0).map(u32::from),
    };
    let (lengths, from) = if kind == 3 { (0, 4) } else { (12, 20) };
    let kept = if kind == 3 { word(0) } else { word(lengths) };
    let length = if kind == 3 { word(0) } else { word(lengths + 4) };
    let interface = number.and_then(|it| interfaces.get(usize::try_from(it).ok()?));
    let (Some(interface), Some(kept), Some(length)) = (interface, kept, length) else {
        return out.lost(codes::MALFORMED, at);
    };
    let data = body.get(from..).unwrap_or_default();
    let bytes = data.get(..kept as usize).unwrap_or(data);
    let time = match (kind, word(4), word(8)) {
        (2 | 6, Some(high), Some(low)) => time(interface, u64::from(high) << 32 | u64::from(low)),
        _ => None,
    };
    let (link, channel, length) = (interface.link, interface.channel, length as usize);
    to.packet(&Packet { time, link, channel, bytes, length, at }, out);
}

fn time(interface: &Interface, units: u64) -> Option<Time> {
    if interface.per_second == 0 {
        return None;
    }
    let micros = u128::from(units) * 1_000_000 / u128::from(interface.per_second);
    let micros = i64::try_from(micros).ok()?;
    Some(Time(micros.checked_add(interface.offset.checked_mul(1_000_000)?)?))
}

/// The type of a section header block, the same in both orders.
const SECTION: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];

/// The longest block or packet that is taken for one.
const MOST_BYTES: usize = 16 << 20;
