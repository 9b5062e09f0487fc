//! Versions 5 and 7: fixed records.

use std::net::IpAddr;

use crate::bytes::{array, be16, be32};
use crate::codes;
use crate::reader::Out;
use crate::readers::netflow::decoder::Decoder;
use crate::readers::netflow::element::Element;
use crate::readers::netflow::flow::{self, Context};
use crate::readers::netflow::learnt::Domain;
use crate::readers::netflow::record::{Record, Sent};
use crate::time::Time;

/// Length of the header of both versions.
pub(crate) const HEADER: usize = 24;

/// Most records of a packet.
pub(crate) const MOST: usize = 30;

/// Length of a record.
pub(crate) fn record_length(version: u16) -> usize {
    if version == 5 { 48 } else { 52 }
}

/// Reads a packet.
pub(crate) fn packet(
    decoder: &mut Decoder,
    version: u16,
    bytes: &[u8],
    exporter: Option<IpAddr>,
    at: u64,
    out: &mut Out<'_>,
) {
    let Some(header) = array::<HEADER>(bytes, 0) else {
        return out.lost(codes::TRUNCATED, at);
    };
    let [
        _,
        _,
        count_high,
        count_low,
        u0,
        u1,
        u2,
        u3,
        s0,
        s1,
        s2,
        s3,
        n0,
        n1,
        n2,
        n3,
        ..,
        kind,
        engine,
        mode_high,
        mode_low,
    ] = header;
    let count = usize::from(u16::from_be_bytes([count_high, count_low]));
    if count == 0 || count > MOST {
        return out.lost(codes::MALFORMED, at);
    }
    let seconds = i64::from(u32::from_be_bytes([s0, s1, s2, s3]));
    let nanos = i64::from(u32::from_be_bytes([n0, n1, n2, n3]));
    let sent = Sent {
        at: Time(seconds * 1_000_000 + nanos / 1_000),
        uptime: Some(u32::from_be_bytes([u0, u1, u2, u3])),
    };
    // Version 7 has four reserved bytes where version 5 has the engine and the sampling.
    let (number, sampling) = if version == 5 {
        let number = u32::from(kind) << 8 | u32::from(engine);
        (number, sampling(u16::from_be_bytes([mode_high, mode_low])))
    } else {
        (0, 1)
    };
    let channel = decoder.channel(Domain { exporter, version, number }, None, out);
    let context = Context { sent, sampling, channel, application: None };
    let length = record_length(version);
    for index in 0..count {
        let from = HEADER + index * length;
        let here = at + from as u64;
        match bytes.get(from..from + length).and_then(record) {
            Some(record) => flow::emit(&record, &context, here, out),
            None => return out.lost(codes::TRUNCATED, here),
        }
    }
}

/// Two bits of mode and 14 of interval. A mode without an interval means: sampled, and it is not said how much.
fn sampling(bits: u16) -> u32 {
    match (bits >> 14, bits & 0x3fff) {
        (0, 0) => 1,
        (_, interval) => u32::from(interval),
    }
}

fn record(bytes: &[u8]) -> Option<Record<'_>> {
    let mut record = Record {
        source: Some(IpAddr::from(array::<4>(bytes, 0)?)),
        target: Some(IpAddr::from(array::<4>(bytes, 4)?)),
        bytes: Some(u64::from(be32(bytes, 20)?)),
        source_port: Some(be16(bytes, 32)?),
        target_port: Some(be16(bytes, 34)?),
        protocol: Some(*bytes.get(38)?),
        ..Record::default()
    };
    record.clock.take(Element::FirstUptime, bytes.get(24..28)?);
    record.clock.take(Element::LastUptime, bytes.get(28..32)?);
    Some(record)
}
