//! DNS answers: RFC 1035; the addresses that HTTPS and SVCB records hint at: RFC 9460.

use std::net::IpAddr;

use crate::bytes::{be16, be32, ip};

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Response {
    /// What was asked for.
    pub(crate) name: String,
    /// The addresses of that name, over its aliases.
    pub(crate) addresses: Vec<(IpAddr, Option<u32>)>,
}

/// A record of an answer.
struct Record<'a> {
    owner: String,
    kind: u16,
    lifetime: u32,
    data: &'a [u8],
    /// Where the data lie in the message.
    at: usize,
}

/// The answer to one question; `None` for questions and what is no DNS.
pub(crate) fn response(message: &[u8]) -> Option<Response> {
    let (flags, questions) = (be16(message, 2)?, be16(message, 4)?);
    let answers = be16(message, 6)?;
    // A response to a query, of one question.
    if flags & 0xf800 != 0x8000 || questions != 1 {
        return None;
    }
    let (name, after) = name(message, 12)?;
    let kind = be16(message, after)?;
    if be16(message, after + 2)? & 0x7fff != INTERNET
        || !matches!(kind, A | AAAA | CNAME | SVCB | HTTPS | ANY)
    {
        return None;
    }
    let records = records(message, after + 4, answers);
    let mut names = vec![name.clone()];
    let mut addresses = Vec::new();
    // Aliases come in order, but need not.
    for _ in 0..2 {
        addresses.clear();
        for record in &records {
            if !names.contains(&record.owner) {
                continue;
            }
            match record.kind {
                CNAME => names.extend(alias(message, record.at)),
                A | AAAA => addresses.extend(ip(record.data).map(|it| (it, Some(record.lifetime)))),
                SVCB | HTTPS => hints(message, record, &mut names, &mut addresses),
                _ => {}
            }
        }
    }
    Some(Response { name, addresses })
}

fn records(message: &[u8], from: usize, count: u16) -> Vec<Record<'_>> {
    let mut records = Vec::new();
    let mut at = from;
    for _ in 0..count.min(MOST_RECORDS) {
        let Some((record, after)) = record(message, at) else { break };
        records.push(record);
        at = after;
    }
    records
}

fn record(message: &[u8], at: usize) -> Option<(Record<'_>, usize)> {
    let (owner, after) = name(message, at)?;
    let (kind, lifetime) = (be16(message, after)?, be32(message, after + 4)?);
    let length = usize::from(be16(message, after + 8)?);
    let at = after + 10;
    let data = message.get(at..at + length)?;
    Some((Record { owner, kind, lifetime, data, at }, at + length))
}

fn alias(message: &[u8], at: usize) -> Option<String> {
    name(message, at).map(|(name, _)| name)
}

/// The addresses in a service record, and the name that it points to.
fn hints(
    message: &[u8],
    record: &Record<'_>,
    names: &mut Vec<String>,
    addresses: &mut Vec<(IpAddr, Option<u32>)>,
) {
    let Some((target, after)) = name(message, record.at + 2) else { return };
    if !target.is_empty() {
        names.push(target);
    }
    let mut rest = record.data.get(after.saturating_sub(record.at)..).unwrap_or_default();
    while let (Some(key), Some(length)) = (be16(rest, 0), be16(rest, 2)) {
        let Some(value) = rest.get(4..4 + usize::from(length)) else { return };
        let size = match key {
            4 => 4,
            6 => 16,
            _ => usize::MAX,
        };
        if size != usize::MAX {
            let hinted = value.chunks_exact(size).filter_map(ip);
            addresses.extend(hinted.map(|it| (it, Some(record.lifetime))));
        }
        rest = rest.get(4 + usize::from(length)..).unwrap_or_default();
    }
}

/// The name at a place, in small letters, and where it ends. Pointers only lead backwards, so that none goes in circles.
fn name(message: &[u8], at: usize) -> Option<(String, usize)> {
    let mut text = String::new();
    let (mut here, mut end) = (at, None);
    loop {
        let length = *message.get(here)?;
        match length {
            0 => break,
            1..=63 => {
                let label = message.get(here + 1..here + 1 + usize::from(length))?;
                if !text.is_empty() {
                    text.push('.');
                }
                for byte in label {
                    match byte {
                        b'.' | b'\\' | ..=b' ' | 0x7f.. => {
                            // RFC 1035, section 5.1: such a byte is no part of a host name.
                            text.push_str(&format!("\\{byte:03}"));
                        }
                        byte => text.push(char::from(byte.to_ascii_lowercase())),
                    }
                }
                if text.len() > 1_020 {
                    return None;
                }
                here += 1 + usize::from(length);
            }
            192.. => {
                let to = usize::from(be16(message, here)? & 0x3fff);
                end.get_or_insert(here + 2);
                if to >= here {
                    return None;
                }
                here = to;
            }
            _ => return None,
        }
    }
    Some((text, end.unwrap_or(here + 1)))
}

const INTERNET: u16 = 1;
const A: u16 = 1;
const CNAME: u16 = 5;
const AAAA: u16 = 28;
const SVCB: u16 = 64;
const HTTPS: u16 = 65;
const ANY: u16 = 255;

/// How many records of an answer are looked at.
const MOST_RECORDS: u16 = 256;

#[cfg(test)]
mod tests {
    use super::*;

    /// `www.example.com` is an alias of `a.example.net`, whose address is 192.0.2.1; an address of somebody else is in it too.
    fn message() -> Vec<u8> {
        let mut message = vec![0, 1, 0x81, 0x80, 0, 1, 0, 3, 0, 0, 0, 0];
        message.extend(b"\x03WWW\x07example\x03com\0\0\x01\0\x01");
        message.extend(b"\xc0\x0c\0\x05\0\x01\0\0\0\x3c\0\x0f\x01a\x07example\x03net\0");
        message.extend(b"\xc0\x2d\0\x01\0\x01\0\0\0\x3c\0\x04\xc0\0\x02\x01");
        message.extend(b"\x05other\0\0\x01\0\x01\0\0\0\x3c\0\x04\xc0\0\x02\x02");
        message
    }

    #[test]
    fn aliases_lead_to_addresses_and_those_of_others_are_left_out() {
        let read = response(&message()).unwrap();
        assert_eq!(read.name, "www.example.com");
        assert_eq!(read.addresses, [("192.0.2.1".parse().unwrap(), Some(60))]);
    }

    #[test]
    fn hints_of_service_records_are_addresses() {
        let mut message = vec![0, 1, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0];
        message.extend(b"\x01a\0\0\x41\0\x01\xc0\x0c\0\x41\0\x01\0\0\0\x05\0\x0b\0\x01\0\0\x04\0\x04\xc0\0\x02\x09");
        let read = response(&message).unwrap();
        assert_eq!(read.addresses, [("192.0.2.9".parse().unwrap(), Some(5))]);
    }

    #[test]
    fn pointers_in_circles_end() {
        let mut message = vec![0, 1, 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0];
        message.extend(b"\xc0\x0c\0\x01\0\x01");
        assert_eq!(response(&message), None);
    }

    #[test]
    fn a_cut_message_gives_what_is_there_or_nothing() {
        let whole = message();
        for cut in 0..whole.len() {
            let read = response(&whole[..cut]);
            assert!(read.is_none_or(|read| read.addresses.len() <= 1));
        }
    }
}
