//! PAN-OS traffic and URL logs: CSV as a firewall sends it by syslog, and the tables that a management server exports.
//!
//! In go lines. As sent, columns are known by position and newer versions add theirs at the end; in an export a header names them.
//! Out come flows from rows at the end of a session, and names from URL rows, tied by the firewall's serial number and session id.
//! Rows at the start, and dropped or denied sessions, are inert.
//!
//! Follows "Syslog field descriptions" of PAN-OS 9.1 to 11.1. Times have no offset and are taken as UTC, which is said. Not read:
//! other logs; rows of sessions that never ended.

use std::borrow::Cow;

use super::csv::cells;
use super::row::{
    Fields, Left, address, by_lines, first_lines, foreign, local_time, malformed, name, port,
    protocol, settle, text, volume,
};
use crate::codes;
use crate::event::{Flow, Host, Key, Name, NameFrom, parse_address};
use crate::reader::{Format, Head, LineReader, Open, Out, Yields, blank};

/// The format; see the module's text.
pub(super) struct Panos;

impl Format for Panos {
    fn id(&self) -> &'static str {
        "panos-csv"
    }

    fn version(&self) -> u32 {
        1
    }

    fn family(&self) -> &'static str {
        "panos"
    }

    fn probe(&self, head: &Head<'_>) -> Option<u8> {
        by_lines(first_lines(head), |line| {
            if header_of(line).is_some() {
                return Some(95);
            }
            let cells = cells(line)?;
            let kind = cells.get(3)?;
            let serial = cells.get(2)?;
            let plausible =
                !serial.is_empty() && serial.bytes().all(|byte| byte.is_ascii_alphanumeric());
            (plausible && LOGS.contains(&&**kind) && cells.len() > 20).then_some(90)
        })
    }

    fn open(&self, head: &Head<'_>) -> Open {
        let line = head.bytes.split(|byte| *byte == b'\n').next().unwrap_or(b"");
        Open::Lines(Box::new(Lines { header: header_of(&text(line)) }))
    }
}

/// Kinds of logs; of most nothing is read.
const LOGS: &[&str] = &[
    "TRAFFIC",
    "THREAT",
    "URL",
    "SYSTEM",
    "CONFIG",
    "HIPMATCH",
    "HIP-MATCH",
    "GLOBALPROTECT",
    "USERID",
    "AUTHENTICATION",
    "DECRYPTION",
    "CORRELATION",
    "WILDFIRE",
    "DATA",
    "TUNNEL",
    "SCTP",
    "IPTAG",
    "GTP",
];

/// Positions and names of the columns that are read, in rows as sent, counted from 0: those that traffic and threat logs share.
const COMMON: &[(usize, &str)] = &[
    (2, "serial #"),
    (3, "type"),
    (4, "threat/content type"),
    (6, "generate time"),
    (7, "source address"),
    (8, "destination address"),
    (14, "application"),
    (22, "session id"),
    (24, "source port"),
    (25, "destination port"),
    (29, "ip protocol"),
    (30, "action"),
];

/// Those that only traffic logs have.
const TRAFFIC: &[(usize, &str)] = &[
    (31, "bytes"),
    (32, "bytes sent"),
    (33, "bytes received"),
    (35, "start time"),
    (36, "elapsed time (sec)"),
    (41, "source country"),
    (42, "destination country"),
];

/// Those that only threat logs have, of which URL logs are a kind.
const THREAT: &[(usize, &str)] =
    &[(31, "url/filename"), (38, "source country"), (39, "destination country")];

/// Names that exports of different versions have for the same column.
const ALIASES: &[(&str, &str)] = &[
    ("serial number", "serial #"),
    ("serial", "serial #"),
    ("device sn", "serial #"),
    ("subtype", "threat/content type"),
    ("generated time", "generate time"),
    ("time generated", "generate time"),
    ("source", "source address"),
    ("destination", "destination address"),
    ("protocol", "ip protocol"),
    ("elapsed time", "elapsed time (sec)"),
    ("destination location", "destination country"),
    ("url", "url/filename"),
    ("misc", "url/filename"),
];

/// The names of the columns, when the line is the header of an export.
fn header_of(line: &str) -> Option<Vec<String>> {
    let named = |cell: Cow<'_, str>| {
        let cell = cell.to_ascii_lowercase();
        let alias = ALIASES.iter().find(|(alias, _)| *alias == cell);
        alias.map_or(cell, |(_, name)| (*name).to_owned())
    };
    let names: Vec<String> =
        cells(line.trim_start_matches('\u{feff}'))?.into_iter().map(named).collect();
    let has = |name: &str| names.iter().any(|known| known == name);
    let known =
        has("serial #") && has("source address") && has("destination address") && has("type");
    known.then_some(names)
}

/// Whether the line can be a header: nearly all lines are told apart by this alone.
fn may_be_header(line: &[u8]) -> bool {
    memchr::memmem::find(line, b"ource").is_some() || memchr::memmem::find(line, b"OURCE").is_some()
}

struct Lines {
    header: Option<Vec<String>>,
}

impl LineReader for Lines {
    fn yields(&self) -> Yields {
        Yields { flows: true, names: true, answers: false, talks: false }
    }

    fn read(&self, line: &[u8], at: u64, out: &mut Out<'_>) {
        if !blank(line, out) {
            let line = text(line);
            settle(self.row(&line, at, out), at, out);
        }
    }

    fn header(&self, line: &[u8]) -> Option<Box<dyn LineReader>> {
        if !may_be_header(line) {
            return None;
        }
        let header = header_of(&text(line))?;
        Some(Box::new(Self { header: Some(header) }))
    }
}

impl Lines {
    fn row(&self, line: &str, at: u64, out: &mut Out<'_>) -> Result<(), Left> {
        if may_be_header(line.as_bytes()) && header_of(line).is_some() {
            return Err(Left::Inert(codes::ROW_HEADER));
        }
        let mut cells = cells(line).ok_or_else(malformed)?;
        let Some(header) = &self.header else { return sent(cells, at, out) };
        if cells.len() < header.len() {
            return Err(Left::Lost(codes::COLUMNS_DIFFER));
        }
        let names = header.iter().map(|name| Cow::Borrowed(name.as_str()));
        let fields = Fields { pairs: names.zip(cells.drain(..)).collect() };
        row(&fields, at, out)
    }
}

/// A row as a firewall sends it.
fn sent(mut cells: Vec<Cow<'_, str>>, at: u64, out: &mut Out<'_>) -> Result<(), Left> {
    let kind = cells.get(3).map(|kind| kind.to_ascii_uppercase()).ok_or_else(foreign)?;
    let own = match kind.as_str() {
        "TRAFFIC" => TRAFFIC,
        "THREAT" | "URL" => THREAT,
        kind if LOGS.contains(&kind) => return Err(Left::Inert(codes::NOT_TRAFFIC)),
        _ => return Err(foreign()),
    };
    // Ten columns more or less are versions; fewer than the last one that is read is a cut line.
    let needed = if kind == "TRAFFIC" { 34 } else { 32 };
    if cells.len() < needed {
        return Err(Left::Lost(codes::COLUMNS_DIFFER));
    }
    let columns = COMMON.iter().chain(own);
    let pairs = columns.filter_map(|(position, name)| {
        Some((Cow::Borrowed(*name), std::mem::take(cells.get_mut(*position)?)))
    });
    row(&Fields { pairs: pairs.collect() }, at, out)
}

/// Reads one row by the names of an export; also for the same row in another notation.
pub(super) fn row(fields: &Fields<'_>, at: u64, out: &mut Out<'_>) -> Result<(), Left> {
    let kind = fields.get("type").unwrap_or("").to_ascii_uppercase();
    let subtype = fields.get("threat/content type").unwrap_or("").to_ascii_lowercase();
    match (kind.as_str(), subtype.as_str()) {
        ("TRAFFIC", "end") => traffic(fields, at, out),
        ("TRAFFIC", "start") => Err(Left::Inert(codes::COUNTED_AT_END)),
        ("TRAFFIC", "drop" | "deny") => Err(Left::Inert(codes::DENIED)),
        ("THREAT", "url") | ("URL", _) => url(fields, at, out),
        ("THREAT", _) => Err(Left::Inert(codes::NOT_TRAFFIC)),
        (kind, _) if LOGS.contains(&kind) && kind != "TRAFFIC" => {
            Err(Left::Inert(codes::NOT_TRAFFIC))
        }
        _ => Err(malformed()),
    }
}

fn traffic(fields: &Fields<'_>, at: u64, out: &mut Out<'_>) -> Result<(), Left> {
    let client = address(fields.get("source address"))?;
    let server = address(fields.get("destination address"))?;
    let mut flow = Flow::new(Host::Address(client), Some(server));
    let start = fields.get("start time").and_then(|time| local_time(time, at, out));
    flow.start = start;
    let elapsed = fields.get("elapsed time (sec)").and_then(|text| text.parse::<i64>().ok());
    flow.end = start.zip(elapsed).map(|(start, seconds)| start.plus_seconds(seconds));
    flow.client_port = port(fields.get("source port"));
    flow.server_port = port(fields.get("destination port"));
    flow.protocol = protocol(fields.get("ip protocol"));
    flow.sent = volume(fields.get("bytes sent"))?;
    flow.received = volume(fields.get("bytes received"))?;
    flow.key = key(fields);
    flow.key_recurs = true;
    // Private and reserved ranges are written as places too.
    let place = fields.get("destination country");
    flow.country = place.filter(|place| !place.contains(|c: char| c.is_ascii_digit()));
    flow.application = fields.get("application");
    flow.channel = fields.get("serial #").map(|serial| out.channel(serial)).unwrap_or_default();
    out.flow(&flow, at);
    Ok(())
}

fn url(fields: &Fields<'_>, at: u64, out: &mut Out<'_>) -> Result<(), Left> {
    let host = name(fields.get("url/filename")).ok_or(Left::Inert(codes::NOT_TRAFFIC))?;
    let client = fields.get("source address").and_then(parse_address).map(Host::Address);
    let server = fields.get("destination address").and_then(parse_address);
    let when = fields.get("generate time").and_then(|time| local_time(time, at, out));
    let from = NameFrom::Host;
    out.name(&Name { at: when, client, server, key: key(fields), from, name: host }, at);
    Ok(())
}

fn key(fields: &Fields<'_>) -> Option<Key> {
    let session = fields.get("session id").filter(|session| *session != "0")?;
    Some(Key::new(fields.get("serial #").unwrap_or("").as_bytes(), session.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{detect, read, torture};
    use super::*;
    use crate::event::Volume;

    const END: &str = "Jan  2 03:04:05 fw 1,2026/01/02 03:04:05,0011,TRAFFIC,end,1,2026/01/02 03:04:05,10.0.0.5,192.0.2.9,198.51.100.1,192.0.2.9,\"out, web\",,,ssl,vsys1,in,out,e1,e2,fwd,2026/01/02 03:04:05,77,1,49152,443,1024,443,0x0,tcp,allow,1500,1000,500,12,2026/01/02 03:04:00,4,any,0,1,0x0,10.0.0.0-10.255.255.255,Utopia,0,7,5";

    fn url_row() -> String {
        END.replace("TRAFFIC,end", "THREAT,url")
            .replace("allow,1500,1000,500", "alert,\"A.example/x,y\",(9999),web")
    }

    #[test]
    fn the_end_of_a_session_counts_both_directions() {
        let seen = detect("panos-csv", END.as_bytes());
        let flow = &seen.flows[0];
        assert_eq!((flow.sent, flow.received), (Volume::Bytes(1000), Volume::Bytes(500)));
        assert_eq!((flow.client.as_str(), flow.ports), ("10.0.0.5", (Some(49152), Some(443))));
        assert_eq!((flow.country.as_deref(), flow.protocol), (Some("Utopia"), Some(6)));
        assert_eq!(flow.end.unwrap().0 - flow.start.unwrap().0, 4_000_000);
        assert_eq!(seen.channel(0), "0011");
        assert!(seen.noted(codes::LOCAL_TIME));
    }

    #[test]
    fn only_the_end_counts() {
        let kinds =
            ["start", "drop", "deny"].map(|kind| END.replace(",end,", &format!(",{kind},")));
        let seen = detect("panos-csv", kinds.join("\n").as_bytes());
        assert_eq!(seen.flows.len(), 0);
        assert_eq!((seen.left(codes::COUNTED_AT_END), seen.left(codes::DENIED)), (1, 2));
    }

    #[test]
    fn a_url_row_names_the_server_of_its_session() {
        let seen = detect("panos-csv", format!("{}\n{END}", url_row()).as_bytes());
        assert_eq!(seen.names[0].name, "A.example");
        assert_eq!(seen.names[0].key, seen.flows[0].key);
    }

    #[test]
    fn newer_versions_add_columns_at_the_end() {
        let log = format!("{END}{}", ",x".repeat(70));
        assert_eq!(detect("panos-csv", log.as_bytes()).flows.len(), 1);
    }

    #[test]
    fn an_export_names_its_columns() {
        let log = "Domain,Receive Time,Serial #,Type,Threat/Content Type,Generate Time,Destination address,Source address,Bytes Received,Bytes Sent,Session ID\n1,2026/01/02 03:04:05,0011,TRAFFIC,end,2026/01/02 03:04:05,192.0.2.9,10.0.0.5,500,1000,77\n";
        let seen = detect("panos-csv", log.as_bytes());
        assert_eq!(
            (seen.flows[0].sent, seen.flows[0].client.as_str()),
            (Volume::Bytes(1000), "10.0.0.5")
        );
        assert_eq!(seen.left(codes::ROW_HEADER), 1);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let rows = [
            END.replace(",1000,", ",-1,"),
            END.replace("10.0.0.5", "nowhere"),
            END[..200].to_owned(),
            "a=b c=d".to_owned(),
            END.replace("TRAFFIC", "SYSTEM"),
        ];
        let seen = read(&Panos, rows.join("\n").as_bytes());
        for code in [
            codes::BAD_COUNTER,
            codes::NO_ADDRESS,
            codes::COLUMNS_DIFFER,
            codes::OTHER_FORMAT,
            codes::NOT_TRAFFIC,
        ] {
            assert_eq!(seen.left(code), 1, "{code:?}");
        }
    }

    #[test]
    fn damaged_copies_are_accounted_for() {
        torture(&Panos, format!("{END}\n{}", url_row()).as_bytes());
    }
}
