//! Logs with one record for each direction: NetFlow version 5 packets one after the other, and AWS VPC flow logs.

use std::net::IpAddr;
use std::path::Path;

use anyhow::Result;

use super::Log;
use super::sink::Sink;
use super::story::{Conversation, State};
use super::text::{address, mix, number, put};

/// One direction of a conversation, or a part of it in time.
struct Half {
    from: (IpAddr, u16),
    to: (IpAddr, u16),
    bytes: u64,
    start: i64,
    end: i64,
}

/// Both directions; those in which nothing went have no record.
fn halves(talk: &Conversation) -> impl Iterator<Item = Half> {
    let (client, server) = ((talk.client, talk.client_port), (talk.server, talk.server_port));
    let (sent, received) = talk.volume.unwrap_or_default();
    let (start, end) = (talk.start, talk.start + talk.duration);
    let half = |from, to, bytes| Half { from, to, bytes, start, end };
    [half(client, server, sent), half(server, client, received)]
        .into_iter()
        .filter(|half| half.bytes > 0)
}

/// NetFlow version 5, as an exporter sends it, without anything between the packets.
pub(super) struct NetFlow {
    file: Sink,
    records: Vec<u8>,
    count: u16,
    sequence: u32,
    seed: u64,
}

/// When the exporter began to run, in milliseconds since the epoch.
const BOOT: i64 = 1_767_571_200_000 - 3_600_000;
/// Records in a packet.
const MOST: u16 = 30;

impl NetFlow {
    /// Packets in a file of the folder.
    pub(super) fn new(folder: &Path, seed: u64) -> Self {
        let file = Sink::new(folder.to_owned(), "export.nf5", Vec::new(), u64::MAX);
        Self { file, records: Vec::new(), count: 0, sequence: 0, seed }
    }

    fn record(&mut self, half: &Half, protocol: u8) -> Result<()> {
        let (IpAddr::V4(from), IpAddr::V4(to)) = (half.from.0, half.to.0) else { return Ok(()) };
        let uptime = |micros: i64| (micros / 1000 - BOOT) as u32;
        let row = &mut self.records;
        put!(row, from.octets(), to.octets(), [192, 0, 2, 254], [0, 1, 0, 2]);
        put!(row, ((half.bytes / 1400 + 1) as u32).to_be_bytes());
        put!(row, (half.bytes as u32).to_be_bytes());
        put!(row, uptime(half.start).to_be_bytes(), uptime(half.end).to_be_bytes());
        put!(row, half.from.1.to_be_bytes(), half.to.1.to_be_bytes());
        put!(row, [0, 0x1b, protocol, 0], [0, 0, 0, 0], [24, 24, 0, 0]);
        self.count += 1;
        if self.count == MOST { self.packet(half.end) } else { Ok(()) }
    }

    fn packet(&mut self, at: i64) -> Result<()> {
        let mut packet = Vec::new();
        put!(packet, 5_u16.to_be_bytes(), self.count.to_be_bytes());
        put!(packet, ((at / 1000 - BOOT) as u32).to_be_bytes());
        put!(packet, ((at / 1_000_000) as u32).to_be_bytes());
        put!(packet, ((at % 1_000_000 * 1000) as u32).to_be_bytes());
        put!(packet, self.sequence.to_be_bytes(), [0, self.seed as u8, 0, 0], &self.records);
        self.sequence = self.sequence.wrapping_add(u32::from(self.count));
        self.count = 0;
        self.records.clear();
        self.file.row(&packet)
    }
}

impl Log for NetFlow {
    fn tell(&mut self, talk: &Conversation) -> Result<()> {
        halves(talk).try_for_each(|half| self.record(&half, talk.protocol()))
    }

    fn bytes(&self) -> u64 {
        self.file.bytes
    }

    fn finish(&mut self) -> Result<()> {
        if self.count > 0 {
            self.packet((BOOT + 7_200_000) * 1000)?;
        }
        self.file.finish()
    }
}

/// AWS VPC flow logs, version 2, with their header.
pub(super) struct Vpc {
    log: Sink,
    row: Vec<u8>,
}

impl Vpc {
    /// A log in the folder, in files of at most so many rows.
    pub(super) fn new(folder: &Path, most: u64) -> Self {
        let header = b"version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n";
        let log = Sink::new(folder.to_owned(), "flowlogs*.log", header.to_vec(), most);
        Self { log, row: Vec::new() }
    }

    fn record(&mut self, talk: &Conversation, half: &Half, action: &str) -> Result<()> {
        let row = &mut self.row;
        row.clear();
        put!(row, "2 123456789010 eni-", format!("{:017x} ", interface(talk.asset())));
        address(row, half.from.0);
        row.push(b' ');
        address(row, half.to.0);
        let numbers = [
            u64::from(half.from.1),
            u64::from(half.to.1),
            u64::from(talk.protocol()),
            half.bytes / 1400 + 1,
            half.bytes,
            (half.start / 1_000_000).unsigned_abs(),
            (half.end / 1_000_000).unsigned_abs(),
        ];
        for value in numbers {
            row.push(b' ');
            number(row, value);
        }
        put!(row, " ", action, " OK\n");
        self.log.later(&self.row)
    }

    /// An interval of an interface in which nothing went, or of which the log lost records.
    fn empty(&mut self, talk: &Conversation) -> Result<()> {
        let status = if talk.id.is_multiple_of(2) { "NODATA" } else { "SKIPDATA" };
        let second = talk.start / 1_000_000;
        let interface = interface(talk.asset());
        let row = format!(
            "2 123456789010 eni-{interface:017x} - - - - - - - {second} {} - {status}\n",
            second + 60
        );
        self.log.row(row.as_bytes())
    }
}

/// One of 500 interfaces; a host has always the same.
fn interface(host: IpAddr) -> u64 {
    let bits = match host {
        IpAddr::V4(four) => u64::from(four.to_bits()),
        IpAddr::V6(six) => six.to_bits() as u64,
    };
    mix(bits) % 500
}

impl Log for Vpc {
    fn tell(&mut self, talk: &Conversation) -> Result<()> {
        if mix(talk.id).is_multiple_of(200) {
            self.empty(talk)?;
        }
        if talk.state != State::Finished {
            let (from, to) = ((talk.client, talk.client_port), (talk.server, talk.server_port));
            let half = Half { from, to, bytes: 60, start: talk.start, end: talk.start + 1_000_000 };
            return self.record(talk, &half, "REJECT");
        }
        for half in halves(talk) {
            // Each interval of aggregation has its own record; ten minutes unless told otherwise.
            let parts = ((half.end - half.start) / 600_000_000 + 1).unsigned_abs();
            let step = (half.end - half.start) / parts as i64;
            for part in 0..parts {
                let bytes = half.bytes * (part + 1) / parts - half.bytes * part / parts;
                let start = half.start + step * part as i64;
                self.record(talk, &Half { bytes, start, end: start + step, ..half }, "ACCEPT")?;
            }
        }
        Ok(())
    }

    fn bytes(&self) -> u64 {
        self.log.bytes
    }

    fn finish(&mut self) -> Result<()> {
        self.log.finish()
    }
}
