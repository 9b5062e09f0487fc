//! Check Point Log Exporter: syslog with `[key:"value"; …]`, pairs between bars (`key=value|`), and JSON.
//!
//! In go lines. An accepted connection has no byte counters unless accounting is on: then its volume is unknown, never none. With
//! accounting, `client_outbound_bytes` is what the client sent and `server_outbound_bytes` what the server sent. A log that is updated
//! comes again with the same `loguid` and larger counters; such a row (`lastupdatetime` after `time`) keeps its flow and its counters are
//! not added, because no row says that it is the last one. Several blades report one connection: the gateway and the blade are the
//! channel. Fields of the rule layers repeat in a row and decide nothing.
//!
//! Follows the Log Exporter guide and its appendix "Special log fields".

use std::borrow::Cow;

use model::diagnostic::Severity;

use super::json::{Json, parse};
use super::row::{
    Fields, Left, address, by_lines, epoch, first_lines, foreign, local_time, malformed, name,
    port, protocol, settle, text, volume,
};
use crate::codes;
use crate::event::{Flow, Host, NameFrom, Volume};
use crate::reader::{Format, Head, LineReader, Open, Out, Yields, blank};

/// The format; see the module's text.
pub(super) struct CheckpointLog;

impl Format for CheckpointLog {
    fn id(&self) -> &'static str {
        "checkpoint-log"
    }

    fn version(&self) -> u32 {
        1
    }

    fn family(&self) -> &'static str {
        "checkpoint"
    }

    fn probe(&self, head: &Head<'_>) -> Option<u8> {
        by_lines(first_lines(head), |line| {
            let fields = fields(line).ok()?;
            let marks = ["loguid", "originsicname", "origin", "product", "ifdir"];
            let marks = marks.iter().filter(|mark| fields.has(mark)).count();
            (marks >= 2).then_some(88)
        })
    }

    fn open(&self, _: &Head<'_>) -> Open {
        Open::Lines(Box::new(Lines))
    }
}

struct Lines;

impl LineReader for Lines {
    fn yields(&self) -> Yields {
        Yields { flows: true, ..Yields::default() }
    }

    fn read(&self, line: &[u8], at: u64, out: &mut Out<'_>) {
        if !blank(line, out) {
            let line = text(line);
            settle(fields(&line).and_then(|fields| row(&fields, at, out)), at, out);
        }
    }
}

/// The pairs of a line in any of the notations.
fn fields(line: &str) -> Result<Fields<'_>, Left> {
    if let Some(begin) = bracket(line) {
        return in_brackets(line.get(begin..).unwrap_or(""));
    }
    if let Some(begin) = line.find('{')
        && line.trim_end().ends_with('}')
        && !line.get(..begin).is_some_and(|before| before.contains('='))
    {
        return in_json(line.get(begin..).unwrap_or(""));
    }
    if line.contains('|') && !line.contains("CEF:") && !line.contains("LEEF:") {
        return Ok(between_bars(line));
    }
    Err(foreign())
}

/// Where the pairs begin: behind a bracket that is followed by a key and `:"`.
fn bracket(line: &str) -> Option<usize> {
    line.match_indices('[').map(|(at, _)| at + 1).find(|at| {
        let rest = line.get(*at..).unwrap_or("");
        let key = rest.find(|c: char| !is_key(c)).unwrap_or(rest.len());
        key > 0
            && rest.get(key..).is_some_and(|rest| {
                rest.trim_start_matches(':').starts_with('"') && rest.starts_with(':')
            })
    })
}

fn is_key(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_-./ ".contains(c)
}

fn in_brackets(mut rest: &str) -> Result<Fields<'_>, Left> {
    let mut fields = Fields::default();
    loop {
        rest = rest.trim_start_matches([' ', ';']);
        if rest.starts_with(']') {
            return Ok(fields);
        }
        let (key, after) = rest.split_once(':').ok_or_else(malformed)?;
        let value = after.trim_start_matches(':').strip_prefix('"').ok_or_else(malformed)?;
        let (value, after) = quoted(value).ok_or_else(malformed)?;
        fields.pairs.push((Cow::Borrowed(key.trim()), value));
        rest = after;
    }
}

/// A value up to its quote; a backslash takes the next character as it is.
fn quoted(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut escaped = false;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes.get(at) == Some(&b'"') {
            break;
        }
        escaped = true;
        at += 2;
    }
    let value = text.get(..at)?;
    let mut kept = String::new();
    if escaped {
        let mut characters = value.chars();
        while let Some(c) = characters.next() {
            kept.extend(if c == '\\' { characters.next() } else { Some(c) });
        }
    }
    let value = if escaped { Cow::Owned(kept) } else { Cow::Borrowed(value) };
    Some((value, text.get(at + 1..)?))
}

fn between_bars(line: &str) -> Fields<'_> {
    let mut fields = Fields::default();
    for part in line.split('|') {
        if let Some((key, value)) = part.split_once('=') {
            // A syslog header may stand before the first key.
            let key = key.trim().rsplit(' ').next().unwrap_or(key);
            fields.pairs.push((Cow::Borrowed(key), Cow::Borrowed(value.trim().trim_matches('"'))));
        }
    }
    fields
}

fn in_json(text: &str) -> Result<Fields<'_>, Left> {
    let Json::Map(pairs) = parse(text.as_bytes())? else { return Err(foreign()) };
    let pairs = pairs.into_iter().filter_map(|(key, value)| match value {
        Json::Text(text) => Some((Cow::Owned(key), Cow::Owned(text))),
        _ => None,
    });
    Ok(Fields { pairs: pairs.collect() })
}

const DECIDING: &[&str] = &[
    "src",
    "dst",
    "action",
    "client_outbound_bytes",
    "server_outbound_bytes",
    "client_inbound_bytes",
    "sent_bytes",
    "received_bytes",
    "product",
    "origin",
];

/// Reads one row; also for the same row in another notation that kept these names.
pub(super) fn row(fields: &Fields<'_>, at: u64, out: &mut Out<'_>) -> Result<(), Left> {
    let marks = ["action", "product", "origin", "loguid"];
    if !marks.iter().any(|mark| fields.has(mark)) {
        return Err(foreign());
    }
    fields.only_once(DECIDING)?;
    if fields.get("src").is_none() || fields.get("dst").is_none() {
        return Err(Left::Inert(codes::NOT_TRAFFIC));
    }
    if fields.get("action").is_some_and(stopped) {
        return Err(Left::Inert(codes::DENIED));
    }
    let client = address(fields.get("src"))?;
    let mut flow = Flow::new(Host::Address(client), Some(address(fields.get("dst"))?));
    let time =
        |key: &str, out: &mut Out<'_>| fields.get(key).and_then(|time| local_time(time, at, out));
    flow.start = time("start_time", out).or_else(|| time("time", out));
    flow.end = time("lastupdatetime", out).or(flow.start);
    flow.client_port = port(fields.first(&["s_port", "srcPort"]));
    flow.server_port = port(fields.first(&["service", "dstPort"]));
    flow.protocol = protocol(fields.get("proto"));
    let sent = volume(fields.first(&["client_outbound_bytes", "sent_bytes", "sent_byte"]))?;
    let received =
        volume(fields.first(&["server_outbound_bytes", "client_inbound_bytes", "received_bytes"]))?;
    (flow.sent, flow.received) = once(fields, sent, received, at, out);
    let sni = name(fields.get("tls_server_host_name")).map(|host| (NameFrom::Sni, host));
    let url = || name(fields.get("resource")).map(|host| (NameFrom::Host, host));
    let known = || {
        name(fields.first(&["dst_domain_name", "dst_machine_name"]))
            .map(|host| (NameFrom::Log, host))
    };
    flow.name = sni.or_else(url).or_else(known);
    flow.country = fields.get("dst_country");
    flow.application = fields.get("appi_name");
    let origin = fields.first(&["origin", "originsicname"]).unwrap_or("");
    flow.channel = out.channel(&format!("{origin} {}", fields.get("product").unwrap_or("")));
    out.flow(&flow, at);
    Ok(())
}

/// Whether the action means that nothing passed.
pub(super) fn stopped(action: &str) -> bool {
    let stops = ["drop", "reject", "block", "prevent", "deny", "denied", "blocked", "dropped"];
    stops.iter().any(|stop| action.eq_ignore_ascii_case(stop))
}

/// The counters, unless the row is an update of an earlier one.
pub(super) fn once(
    fields: &Fields<'_>,
    sent: Volume,
    received: Volume,
    at: u64,
    out: &mut Out<'_>,
) -> (Volume, Volume) {
    let time = |key: &str| fields.get(key).and_then(epoch);
    let first = time("time").or_else(|| time("rt"));
    let updated = time("lastupdatetime").zip(first).is_some_and(|(last, first)| last > first);
    if updated && (sent, received) != (Volume::Unknown, Volume::Unknown) {
        out.note(codes::REPEATED_COUNTERS, Severity::Warning, at, &[]);
        return (Volume::Unknown, Volume::Unknown);
    }
    (sent, received)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{detect, read, torture};
    use super::*;

    const LINE: &str = r#"<134>1 2026-01-02T03:04:05Z gw CheckPoint 7 - [action:"Accept"; ifdir:"outbound"; loguid:"{0x1,0x2}"; origin:"10.0.0.1"; time:"1600000000"; __policy_id_tag:"product=x[db=\"1\";name=P\]"; dst:"192.0.2.9"; layer_name::"A"; layer_name::"B"; product:"VPN-1 & FireWall-1"; proto:"6"; s_port:"49152"; service:"443"; src:"10.0.0.5"; ]"#;

    fn with(more: &str) -> String {
        LINE.replace("src:", &format!("{more} src:"))
    }

    #[test]
    fn an_accepted_connection_has_no_volume_rather_than_none() {
        let seen = detect("checkpoint-log", LINE.as_bytes());
        let flow = &seen.flows[0];
        assert_eq!((flow.sent, flow.received), (Volume::Unknown, Volume::Unknown));
        assert_eq!((flow.client.as_str(), flow.ports), ("10.0.0.5", (Some(49152), Some(443))));
        assert_eq!(seen.channel(0), "10.0.0.1 VPN-1 & FireWall-1");
    }

    #[test]
    fn accounting_counts_both_directions() {
        let log = with(
            r#"client_outbound_bytes:"1000"; server_outbound_bytes:"500"; resource:"https://a.example/x"; lastupdatetime:"1600000000";"#,
        );
        let flow = &detect("checkpoint-log", log.as_bytes()).flows[0];
        assert_eq!((flow.sent, flow.received), (Volume::Bytes(1000), Volume::Bytes(500)));
        assert_eq!(flow.name, Some((NameFrom::Host, "a.example".into())));
    }

    #[test]
    fn an_update_with_larger_counters_is_not_added() {
        let log = with(r#"client_outbound_bytes:"1000"; lastupdatetime:"1600000600";"#);
        let seen = detect("checkpoint-log", log.as_bytes());
        assert_eq!(seen.flows[0].sent, Volume::Unknown);
        assert!(seen.noted(codes::REPEATED_COUNTERS));
    }

    #[test]
    fn what_was_dropped_is_inert() {
        let log = LINE.replace("Accept", "Drop") + "\n" + &LINE.replace("dst:", "user:");
        let seen = detect("checkpoint-log", log.as_bytes());
        assert_eq!((seen.left(codes::DENIED), seen.left(codes::NOT_TRAFFIC)), (1, 1));
    }

    #[test]
    fn the_other_notations_read_the_same() {
        let bars = "Jan  2 03:04:05 gw time=1600000000|action=Accept|loguid={0x1}|origin=10.0.0.1|product=VPN-1 & FireWall-1|src=10.0.0.5|dst=192.0.2.9|s_port=49152|service=443|proto=6";
        let json = r#"{"time":"1600000000","action":"Accept","loguid":"{0x1}","origin":"10.0.0.1","product":"VPN-1 & FireWall-1","src":"10.0.0.5","dst":"192.0.2.9","s_port":"49152","service":"443","proto":"6"}"#;
        let plain = detect("checkpoint-log", LINE.as_bytes()).flows;
        assert_eq!(detect("checkpoint-log", bars.as_bytes()).flows, plain);
        assert_eq!(detect("checkpoint-log", json.as_bytes()).flows, plain);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let rows = [
            with(r#"sent_bytes:"-1";"#),
            with(r#"src:"10.0.0.6";"#),
            LINE[..150].to_owned(),
            LINE.replace("192.0.2.9", "x"),
            "text".to_owned(),
        ];
        let seen = read(&CheckpointLog, rows.join("\n").as_bytes());
        for code in [
            codes::BAD_COUNTER,
            codes::DUPLICATE_KEY,
            codes::ROW_MALFORMED,
            codes::NO_ADDRESS,
            codes::OTHER_FORMAT,
        ] {
            assert_eq!(seen.left(code), 1, "{code:?}");
        }
    }

    #[test]
    fn damaged_copies_are_accounted_for() {
        torture(&CheckpointLog, LINE.as_bytes());
    }
}
