//! Files of `nfcapd`, layout version 2 (nfdump 1.7): blocks of records made of elements.
//!
//! In go bytes, out come one-way flows, or two-way ones of firewall events. Written after the public headers of the project
//! (`nffileV2.h`, `nfxV3.h`, BSD). Blocks may be as they are or compressed with LZO, LZ4 or Zstandard; blocks of bzip2, encrypted
//! files, files of machines of the other byte order and the older layout 1 are named and not read.

mod lzo;

use std::collections::BTreeMap;
use std::io::{BufRead, Read};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use model::diagnostic::Severity;

use crate::bytes::{Window, array};
use crate::codes;
use crate::event::Channel;
use crate::reader::{Format, Head, Open, Out, StreamReader, Yields};
use crate::readers::netflow::decoder::Packet;
use crate::readers::netflow::flow::{self, Context};
use crate::readers::netflow::learnt::Domain;
use crate::readers::netflow::record::{Clock, Record, Sent};
use crate::readers::netflow::totals::Totals;
use crate::time::Time;

/// Files that `nfcapd` writes.
pub struct Nfcapd;

impl Format for Nfcapd {
    fn id(&self) -> &'static str {
        "nfcapd"
    }

    fn version(&self) -> u32 {
        1
    }

    fn family(&self) -> &'static str {
        // The same records as in export packets: the collector wrote them down in its own way.
        "netflow"
    }

    fn probe(&self, head: &Head<'_>) -> Option<u8> {
        match array(head.bytes, 0)? {
            [0x0c, 0xa5, 1..=9, 0] | [0xa5, 0x0c, 0, 1..=9] => Some(90),
            _ => None,
        }
    }

    fn open(&self, _head: &Head<'_>) -> Open {
        Open::Stream(Box::new(Reader::default()))
    }
}

#[derive(Default)]
struct Reader {
    /// Names of the exporters by their number in the file.
    exporters: BTreeMap<u16, String>,
    channels: BTreeMap<(u16, u8), Channel>,
    totals: Totals,
}

/// How the blocks of a file are compressed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Compression {
    None,
    Lzo,
    Lz4,
    Zstandard,
    Other,
}

impl StreamReader for Reader {
    fn yields(&self) -> Yields {
        Yields { flows: true, ..Yields::default() }
    }

    fn read(&mut self, input: &mut dyn BufRead, out: &mut Out<'_>) {
        let mut window = Window::new(input);
        self.file(&mut window, out);
        if window.failed() {
            out.note(codes::TRUNCATED, Severity::Error, window.at(), &[]);
        }
    }
}

impl Reader {
    fn file(&mut self, window: &mut Window<'_>, out: &mut Out<'_>) {
        let Some(header) = array::<FILE_HEADER>(window.ask(FILE_HEADER), 0) else {
            return out.lost(codes::TRUNCATED, 0);
        };
        if !header.starts_with(&[0x0c, 0xa5, 2, 0]) {
            return out.lost(codes::UNKNOWN_VERSION, 0);
        }
        let (compression, encrypted) = (header.get(16).copied(), header.get(17) != Some(&0));
        let compression = match compression {
            _ if encrypted => Compression::Other,
            Some(0) => Compression::None,
            Some(1) => Compression::Lzo,
            Some(3) => Compression::Lz4,
            Some(4) => Compression::Zstandard,
            _ => Compression::Other,
        };
        window.skip(FILE_HEADER as u64);
        loop {
            let at = window.at();
            let header = window.ask(BLOCK_HEADER);
            if header.is_empty() {
                return;
            }
            let (Some(size), Some(kind), Some(flags)) =
                (array(header, 4), array(header, 8), array(header, 10))
            else {
                return out.lost(codes::TRUNCATED, at);
            };
            let (size, kind) = (u32::from_le_bytes(size) as usize, u16::from_le_bytes(kind));
            if size > MOST_BLOCK {
                out.note(codes::MALFORMED, Severity::Error, at, &[]);
                return out.lost(codes::MALFORMED, at);
            }
            let plain = u16::from_le_bytes(flags) & 1 != 0;
            let whole = window.ask(BLOCK_HEADER + size);
            let block = whole.get(BLOCK_HEADER..).unwrap_or_default();
            let cut = block.len() < size;
            let compression = if plain { Compression::None } else { compression };
            if kind == RECORDS {
                self.block(compression, block, at, out);
            } else {
                out.inert(codes::NOT_TRAFFIC);
            }
            if cut {
                out.note(codes::TRUNCATED, Severity::Error, at, &[]);
                return;
            }
            window.skip((BLOCK_HEADER + size) as u64);
        }
    }

    fn block(&mut self, compression: Compression, block: &[u8], at: u64, out: &mut Out<'_>) {
        let content = match compression {
            Compression::None => return self.records(block, at, out),
            Compression::Lzo => lzo::decompress(block, MOST_BLOCK),
            Compression::Lz4 => lz4(block),
            Compression::Zstandard => zstandard(block),
            Compression::Other => return out.lost(codes::BLOCK_UNREADABLE, at),
        };
        match content {
            Some(content) => self.records(&content, at, out),
            None => out.lost(codes::MALFORMED, at),
        }
    }

    fn records(&mut self, block: &[u8], at: u64, out: &mut Out<'_>) {
        let mut rest = block;
        while !rest.is_empty() {
            let (Some(kind), Some(size)) = (array(rest, 0), array(rest, 2)) else {
                return out.lost(codes::TRUNCATED, at);
            };
            let (kind, size) = (u16::from_le_bytes(kind), usize::from(u16::from_le_bytes(size)));
            if size < 4 {
                return out.lost(codes::MALFORMED, at);
            }
            let Some(record) = rest.get(..size) else { return out.lost(codes::TRUNCATED, at) };
            match kind {
                FLOW => self.flow(record, at, out),
                EXPORTER => {
                    self.exporter(record, out);
                    out.inert(codes::NOT_TRAFFIC);
                }
                // Samplers, statistics, the name of the source.
                _ => out.inert(codes::NOT_TRAFFIC),
            }
            rest = rest.get(size..).unwrap_or_default();
        }
    }

    /// Keeps the address of an exporter by its number.
    fn exporter(&mut self, record: &[u8], out: &mut Out<'_>) {
        let fields = (
            array(record, 8),
            array(record, 16),
            array(record, 24),
            array(record, 26),
            array(record, 28),
        );
        let (Some(high), Some(low), Some(family), Some(number), Some(domain)) = fields else {
            return;
        };
        let (high, low) = (u64::from_le_bytes(high), u64::from_le_bytes(low));
        // The family of the machine that wrote: IPv4 is 2 on all of them.
        let address = if family == [2, 0] {
            IpAddr::V4(Ipv4Addr::from((low & 0xffff_ffff) as u32))
        } else {
            IpAddr::V6(Ipv6Addr::from(u128::from(high) << 64 | u128::from(low)))
        };
        let (number, domain) = (u16::from_le_bytes(number), u32::from_le_bytes(domain));
        if self.exporters.len() < out.limits.channels {
            self.exporters.insert(number, format!("{address}#{domain}"));
        }
    }

    fn channel(&mut self, exporter: u16, direction: u8, out: &mut Out<'_>) -> Channel {
        if let Some(known) = self.channels.get(&(exporter, direction)) {
            return *known;
        }
        let mut name = match self.exporters.get(&exporter) {
            Some(name) => name.clone(),
            None => format!("exporter {exporter}"),
        };
        if direction == 1 {
            name.push_str("/out");
        }
        let channel = out.channel(&name);
        if self.channels.len() < out.limits.channels {
            self.channels.insert((exporter, direction), channel);
        }
        channel
    }

    fn flow(&mut self, bytes: &[u8], at: u64, out: &mut Out<'_>) {
        let (Some(count), Some(exporter)) = (array(bytes, 4), array(bytes, 8)) else {
            return out.lost(codes::TRUNCATED, at);
        };
        let mut elements = Elements::default();
        let mut rest = bytes.get(12..).unwrap_or_default();
        for _ in 0..u16::from_le_bytes(count) {
            let (Some(kind), Some(length)) = (array(rest, 0), array(rest, 2)) else {
                return out.lost(codes::TRUNCATED, at);
            };
            let length = usize::from(u16::from_le_bytes(length));
            let Some(element) = rest.get(4..length) else {
                return out.lost(codes::MALFORMED, at);
            };
            if elements.take(u16::from_le_bytes(kind), element).is_none() {
                return out.lost(codes::MALFORMED, at);
            }
            rest = rest.get(length..).unwrap_or_default();
        }
        let channel = self.channel(u16::from_le_bytes(exporter), elements.direction, out);
        // Counters were multiplied by the sampling rate when they were written.
        let known = elements.received.or(elements.end).or(elements.event).or(elements.start);
        let Some(known) = known else { return out.lost(codes::ROW_MALFORMED, at) };
        let sent = Sent { at: known, uptime: None };
        let number = u32::from(u16::from_le_bytes(exporter));
        let domain = Domain { exporter: None, version: 9, number };
        let record = elements.record();
        if self.totals.repeats(&record, Packet { domain, sent }, out.limits.open_flows) {
            return out.inert(codes::COUNTED_ELSEWHERE);
        }
        let context = Context { sent, sampling: 1, channel, application: None };
        flow::emit(&record, &context, at, out);
    }
}

/// What the elements of a record say.
#[derive(Default)]
struct Elements {
    record: Record<'static>,
    start: Option<Time>,
    end: Option<Time>,
    event: Option<Time>,
    received: Option<Time>,
    direction: u8,
    sent: Option<u64>,
    answered: Option<u64>,
}

impl Elements {
    /// Takes an element; `None` when it is shorter than its kind is.
    fn take(&mut self, kind: u16, bytes: &[u8]) -> Option<()> {
        let long = |at| array(bytes, at).map(u64::from_le_bytes);
        let four =
            |at| array(bytes, at).map(|it| IpAddr::V4(Ipv4Addr::from(u32::from_le_bytes(it))));
        let sixteen = |at| {
            let number = u128::from(long(at)?) << 64 | u128::from(long(at + 8)?);
            Some(IpAddr::V6(Ipv6Addr::from(number)).to_canonical())
        };
        let record = &mut self.record;
        match kind {
            1 => {
                let time = |at| Time::from_milliseconds(i64::try_from(long(at)?).ok()?);
                // Zero is no time.
                let known = |at| time(at).filter(|it| it.0 > 0);
                (self.start, self.end) = (known(0), known(8));
                self.received = known(16);
                self.sent = Some(long(32)?);
                record.source_port = Some(u16::from_le_bytes(array(bytes, 40)?));
                record.target_port = Some(u16::from_le_bytes(array(bytes, 42)?));
                record.protocol = Some(*bytes.get(44)?);
            }
            2 => (record.source, record.target) = (Some(four(0)?), Some(four(4)?)),
            3 => (record.source, record.target) = (Some(sixteen(0)?), Some(sixteen(16)?)),
            4 => self.direction = *bytes.get(10)?,
            5 => self.answered = Some(long(16)?),
            19 => {
                record.event = Some(u64::from(*bytes.get(14)?));
                let event = long(0).and_then(|it| Time::from_milliseconds(it.cast_signed()));
                self.event = event.filter(|it| it.0 > 0);
            }
            20 => record.translated_target = Some(four(4)?),
            21 => record.translated_target = Some(sixteen(16)?),
            _ => {}
        }
        Some(())
    }

    fn record(self) -> Record<'static> {
        let mut record = self.record;
        record.clock = Clock::between(self.start, self.end.or(self.event));
        if record.event.is_some() {
            // Firewall events count both directions; where the second is zero it may not have been told.
            record.initiator = self.sent;
            record.responder = self.answered.filter(|it| *it > 0);
        } else {
            record.bytes = self.sent;
            record.out_bytes = self.answered.filter(|it| *it > 0);
        }
        record
    }
}

fn lz4(block: &[u8]) -> Option<Vec<u8>> {
    let mut content = vec![0; MOST_BLOCK];
    let length = lz4_flex::block::decompress_into(block, &mut content).ok()?;
    content.truncate(length);
    Some(content)
}

fn zstandard(block: &[u8]) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    let decoder = ruzstd::decoding::StreamingDecoder::new(block).ok()?;
    decoder.take(MOST_BLOCK as u64 + 1).read_to_end(&mut content).ok()?;
    (content.len() <= MOST_BLOCK).then_some(content)
}

const FILE_HEADER: usize = 40;
const BLOCK_HEADER: usize = 12;

/// A block of records.
const RECORDS: u16 = 3;

/// A record of a flow.
const FLOW: u16 = 11;

/// A record about an exporter.
const EXPORTER: u16 = 7;

/// The largest block that is written: five times 1 MiB.
const MOST_BLOCK: usize = 5 << 20;

#[cfg(test)]
mod tests;
