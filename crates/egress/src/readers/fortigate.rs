//! FortiGate logs as `key=value`, also comma-separated, as a device, a collector or an analyzer writes them.
//!
//! In go lines, with or without a syslog header. Out come flows from traffic rows, names from rows of web filter, application control
//! and TLS inspection, tied by device, virtual domain and session, and answers from DNS rows.
//!
//! **Sessions that last.** Since 5.6.6 and 6.0.2 a device writes rows during a session (log ids that end in 20, 21, 22) besides the
//! one at its end. Every row has the sum since the beginning (`sentbyte`), rows of such sessions also what was added since the row
//! before (`sentdelta`). The vendor's own reports add up `coalesce(sentdelta, sentbyte, 0)` over rows of both kinds: so the last row of
//! a session with rows in between has deltas too. That is what is done here. A row during a session that has no deltas is inert,
//! because the one at the end counts it again.
//!
//! Follows the FortiOS log message reference and "Log fields for long-live sessions". Not read: event logs.

use super::pairs::pairs;
use super::row::{
    Fields, Left, address, by_lines, counter, epoch, first_lines, foreign, local_time, name, port,
    protocol, said, settle, text, volume,
};
use crate::codes;
use crate::event::{Answer, Flow, Host, Key, Name, NameFrom, Volume, parse_address};
use crate::reader::{Format, Head, LineReader, Open, Out, Yields, blank};
use crate::time::{Time, parse_iso};

/// The format; see the module's text.
pub(super) struct Fortigate;

impl Format for Fortigate {
    fn id(&self) -> &'static str {
        "fortigate"
    }

    fn version(&self) -> u32 {
        1
    }

    fn family(&self) -> &'static str {
        "fortigate"
    }

    fn probe(&self, head: &Head<'_>) -> Option<u8> {
        by_lines(first_lines(head), |line| {
            let fields = pairs(line).ok()?;
            let device = fields.has("devid") || fields.has("devname") || fields.has("vd");
            match (fields.has("logid") || fields.has("log_id"), fields.has("type"), device) {
                (true, true, _) => Some(95),
                (false, true, true) => Some(70),
                _ => None,
            }
        })
    }

    fn open(&self, _: &Head<'_>) -> Open {
        Open::Lines(Box::new(Lines))
    }
}

struct Lines;

impl LineReader for Lines {
    fn yields(&self) -> Yields {
        Yields { flows: true, names: true, answers: true, talks: false }
    }

    fn read(&self, line: &[u8], at: u64, out: &mut Out<'_>) {
        if !blank(line, out) {
            let line = text(line);
            settle(pairs(&line).and_then(|fields| row(&fields, at, out)), at, out);
        }
    }
}

/// Keys that decide what is counted, and where.
const DECIDING: &[&str] = &[
    "type",
    "subtype",
    "logid",
    "srcip",
    "dstip",
    "sentbyte",
    "rcvdbyte",
    "sentdelta",
    "rcvddelta",
    "sessionid",
    "hostname",
    "qname",
    "ipaddr",
    "action",
];

/// Reads one row; also for the same row in another notation.
pub(super) fn row(fields: &Fields<'_>, at: u64, out: &mut Out<'_>) -> Result<(), Left> {
    fields.only_once(DECIDING)?;
    let kind = fields.get("type").ok_or_else(foreign)?;
    match kind {
        "traffic" => traffic(fields, at, out),
        "utm" | "dns" | "webfilter" | "app-ctrl" => inspected(fields, at, out),
        _ if fields.has("logid") || fields.has("devid") => Err(Left::Inert(codes::NOT_TRAFFIC)),
        _ => Err(foreign()),
    }
}

fn traffic(fields: &Fields<'_>, at: u64, out: &mut Out<'_>) -> Result<(), Left> {
    let action = fields.get("action").unwrap_or("");
    if action == "start" {
        return Err(Left::Inert(codes::COUNTED_AT_END));
    }
    let (sent, received, added) = counted(fields)?;
    let nothing = |volume| matches!(volume, Volume::Bytes(0) | Volume::Unknown);
    if matches!(action, "deny" | "blocked" | "block" | "dropped")
        && nothing(sent)
        && nothing(received)
    {
        return Err(Left::Inert(codes::DENIED));
    }
    let client = address(fields.get("srcip"))?;
    let server = address(fields.get("dstip"))?;
    let mut flow = Flow::new(Host::Address(client), Some(server));
    flow.end = time(fields, at, out);
    let lasted =
        if added { fields.first(&["durationdelta", "duration"]) } else { fields.get("duration") };
    let lasted = lasted.and_then(|seconds| seconds.parse::<i64>().ok());
    flow.start =
        flow.end.zip(lasted).map(|(end, seconds)| end.plus_seconds(seconds.saturating_neg()));
    let whole = fields.get("duration").and_then(|seconds| seconds.parse::<i64>().ok());
    flow.began =
        flow.end.zip(whole).map(|(end, seconds)| end.plus_seconds(seconds.saturating_neg()));
    flow.goes_on = during(fields);
    flow.client_port = port(fields.get("srcport"));
    flow.server_port = port(fields.get("dstport"));
    flow.protocol = protocol(fields.get("proto"));
    (flow.sent, flow.received) = (sent, received);
    let host = name(fields.get("hostname")).map(|host| (NameFrom::Host, host));
    flow.name = host.or_else(|| name(fields.get("dstname")).map(|host| (NameFrom::Log, host)));
    flow.key = key(fields);
    flow.key_recurs = true;
    flow.country = fields.get("dstcountry").filter(|country| *country != "Reserved");
    flow.application = fields.get("app").filter(|app| *app != "unscanned");
    let sniffed = fields.get("subtype") == Some("sniffer");
    let device = fields.first(&["devid", "devname"]).unwrap_or("");
    flow.channel = match (device, sniffed) {
        ("", false) => flow.channel,
        (device, false) => out.channel(device),
        (device, true) => out.channel(&format!("{device} sniffer")),
    };
    out.flow(&flow, at);
    Ok(())
}

/// What the row counts in each direction, and whether that is an addition to a row before.
fn counted(fields: &Fields<'_>) -> Result<(Volume, Volume, bool), Left> {
    let sent_added = counter(fields.get("sentdelta"))?;
    let received_added = counter(fields.get("rcvddelta"))?;
    let sent = volume(fields.get("sentbyte"))?;
    let received = volume(fields.get("rcvdbyte"))?;
    if sent_added.is_none() && received_added.is_none() && during(fields) {
        return Err(Left::Inert(codes::COUNTED_AT_END));
    }
    let sent = sent_added.map_or(sent, Volume::Bytes);
    let received = received_added.map_or(received, Volume::Bytes);
    Ok((sent, received, sent_added.is_some() || received_added.is_some()))
}

/// Whether the row was written during the session: the last six digits of the id are the number of the message.
fn during(fields: &Fields<'_>) -> bool {
    let message = fields.first(&["logid", "log_id"]).and_then(|id| {
        let from = id.len().saturating_sub(6);
        id.get(from..)?.parse::<u32>().ok()
    });
    matches!(message, Some(20..=22))
}

/// Rows of the inspections: a name that was used, or an answer.
fn inspected(fields: &Fields<'_>, at: u64, out: &mut Out<'_>) -> Result<(), Left> {
    let client = fields.get("srcip").and_then(parse_address).map(Host::Address);
    let when = time(fields, at, out);
    if fields.get("subtype") == Some("dns") || fields.has("qname") {
        return answer(fields, client, when, at, out);
    }
    let (from, host) = match name(fields.first(&["sni", "hostname"])) {
        Some(host) => {
            let tls =
                fields.get("subtype") == Some("ssl") || fields.get("service") == Some("HTTPS");
            (if tls || fields.has("sni") { NameFrom::Sni } else { NameFrom::Host }, host)
        }
        None => (NameFrom::Host, name(fields.get("url")).ok_or(Left::Inert(codes::NOT_TRAFFIC))?),
    };
    let server = fields.get("dstip").and_then(parse_address);
    out.name(&Name { at: when, client, server, key: key(fields), from, name: host }, at);
    Ok(())
}

fn answer(
    fields: &Fields<'_>,
    client: Option<Host<'_>>,
    when: Option<Time>,
    at: u64,
    out: &mut Out<'_>,
) -> Result<(), Left> {
    let name = fields.get("qname").ok_or(Left::Inert(codes::NOT_TRAFFIC))?;
    let listed = fields.get("ipaddr").unwrap_or("");
    let addresses: Vec<_> = listed
        .split([',', ' ', ';'])
        .filter_map(|one| Some((parse_address(said(one)?)?, None)))
        .collect();
    out.answer(&Answer { at: when, client, name, addresses: &addresses }, at);
    Ok(())
}

/// The session's id is that of one virtual domain of one device.
fn key(fields: &Fields<'_>) -> Option<Key> {
    let session = fields.get("sessionid").filter(|session| *session != "0")?;
    let device = fields.first(&["devid", "devname"]).unwrap_or("");
    let sensor = format!("{device}/{}", fields.get("vd").unwrap_or(""));
    Some(Key::new(sensor.as_bytes(), session.as_bytes()))
}

/// When the row was written. `eventtime` is in UTC, in seconds up to nanoseconds; `date` and `time` are local to `tz`.
fn time(fields: &Fields<'_>, at: u64, out: &mut Out<'_>) -> Option<Time> {
    if let Some(time) = fields.get("eventtime").and_then(epoch) {
        return Some(time);
    }
    let civil = format!("{}T{}", fields.get("date")?, fields.get("time")?);
    match fields.get("tz") {
        Some(zone) => parse_iso(&format!("{civil}{zone}")),
        None => match fields.get("itime").and_then(epoch) {
            Some(time) => Some(time),
            None => local_time(&civil, at, out),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{detect, read, torture};
    use super::*;

    const END: &str = r#"<189>date=2026-01-02 time=03:04:05 devname="fw" devid="FG1" eventtime=1600000000000000000 logid="0000000013" type="traffic" subtype="forward" vd="root" srcip=10.0.0.5 srcport=49152 dstip=192.0.2.9 dstport=443 sessionid=77 proto=6 action="close" dstcountry="Utopia" trandisp="snat" transip=198.51.100.1 app="HTTPS" duration=10 sentbyte=1000 rcvdbyte=500"#;

    fn with(changes: &[(&str, &str)]) -> String {
        changes.iter().fold(END.to_owned(), |line, (from, to)| line.replace(from, to)) + "\n"
    }

    #[test]
    fn a_session_has_the_original_ends_and_both_counters() {
        let seen = detect("fortigate", END.as_bytes());
        let flow = &seen.flows[0];
        assert_eq!(
            (flow.client.as_str(), flow.server.unwrap().to_string().as_str()),
            ("10.0.0.5", "192.0.2.9")
        );
        assert_eq!((flow.sent, flow.received), (Volume::Bytes(1000), Volume::Bytes(500)));
        assert_eq!(
            (flow.country.as_deref(), flow.application.as_deref()),
            (Some("Utopia"), Some("HTTPS"))
        );
        assert_eq!(flow.end.unwrap().0 - flow.start.unwrap().0, 10_000_000);
        assert_eq!(seen.channel(0), "FG1");
    }

    #[test]
    fn rows_during_a_session_and_its_last_one_add_up_to_the_session() {
        let log = with(&[
            ("000013", "000020"),
            ("sentbyte=1000 rcvdbyte=500", "sentbyte=600 rcvdbyte=300 sentdelta=600 rcvddelta=300"),
        ]) + &with(&[
            ("000013", "000020"),
            ("sentbyte=1000 rcvdbyte=500", "sentbyte=900 rcvdbyte=400 sentdelta=300 rcvddelta=100"),
        ]) + &with(&[("rcvdbyte=500", "rcvdbyte=500 sentdelta=100 rcvddelta=100")]);
        let seen = detect("fortigate", log.as_bytes());
        let bytes = |volume| if let Volume::Bytes(bytes) = volume { bytes } else { 0 };
        assert_eq!(seen.flows.iter().map(|flow| bytes(flow.sent)).sum::<u64>(), 1000);
        assert_eq!(seen.flows.iter().map(|flow| bytes(flow.received)).sum::<u64>(), 500);
    }

    #[test]
    fn a_row_during_a_session_without_deltas_is_counted_at_its_end() {
        let log = with(&[("000013", "000020")]) + &with(&[]);
        let seen = detect("fortigate", log.as_bytes());
        assert_eq!((seen.flows.len(), seen.left(codes::COUNTED_AT_END)), (1, 1));
    }

    #[test]
    fn denied_traffic_and_beginnings_are_inert() {
        let log = with(&[
            ("\"close\"", "\"deny\""),
            ("sentbyte=1000", "sentbyte=0"),
            ("rcvdbyte=500", "rcvdbyte=0"),
        ]) + &with(&[("\"close\"", "\"start\"")])
            + &with(&[("\"close\"", "\"deny\"")]);
        let seen = detect("fortigate", log.as_bytes());
        assert_eq!((seen.left(codes::DENIED), seen.left(codes::COUNTED_AT_END)), (1, 1));
        assert_eq!(seen.flows.len(), 1, "what passed before the denial counts");
    }

    #[test]
    fn a_web_filter_row_names_the_server_of_its_session() {
        let log = with(&[
            ("traffic", "utm"),
            ("forward", "webfilter"),
            ("action=\"close\"", "hostname=\"A.example\" service=\"HTTPS\" url=\"/x\""),
        ]) + &with(&[]);
        let seen = detect("fortigate", log.as_bytes());
        assert_eq!((seen.names[0].name.as_str(), seen.names[0].from), ("A.example", NameFrom::Sni));
        assert_eq!(seen.names[0].key, seen.flows[0].key);
        assert!(seen.names[0].key.is_some());
    }

    #[test]
    fn a_dns_row_is_an_answer() {
        let log = with(&[
            ("traffic", "utm"),
            ("forward", "dns"),
            ("action=\"close\"", "qname=\"a.example\" ipaddr=\"192.0.2.9, 192.0.2.10\""),
        ]);
        let seen = detect("fortigate", log.as_bytes());
        assert_eq!(
            (seen.answers[0].name.as_str(), seen.answers[0].addresses.len()),
            ("a.example", 2)
        );
    }

    #[test]
    fn the_comma_separated_forms_read_the_same() {
        let plain = detect("fortigate", END.as_bytes()).flows;
        let commas = END.replace("<189>", "").replace(' ', ",");
        assert_eq!(detect("fortigate", commas.as_bytes()).flows, plain);
        let cells: Vec<_> =
            commas.split(',').map(|pair| format!("\"{}\"", pair.replace('"', "\"\""))).collect();
        assert_eq!(detect("fortigate", cells.join(",").as_bytes()).flows, plain);
    }

    #[test]
    fn local_times_without_an_offset_are_said() {
        let log = with(&[("eventtime=1600000000000000000 ", "")]);
        assert!(detect("fortigate", log.as_bytes()).noted(codes::LOCAL_TIME));
        let log = with(&[("eventtime=1600000000000000000", "tz=\"+0200\"")]);
        let seen = detect("fortigate", log.as_bytes());
        assert!(!seen.noted(codes::LOCAL_TIME));
        assert_eq!(seen.flows[0].end, parse_iso("2026-01-02T01:04:05Z"));
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let log = with(&[("sentbyte=1000", "sentbyte=-5")])
            + &with(&[("srcip=10.0.0.5", "srcip=10.0.0.5 srcip=10.0.0.6")])
            + &with(&[("srcip=10.0.0.5", "")])
            + "{\"a\":1}\n"
            + &with(&[("\"traffic\"", "\"event\"")])
            + END[..END.len() - 300].trim_end_matches(|c| c != '"');
        let seen = read(&Fortigate, log.as_bytes());
        for code in [
            codes::BAD_COUNTER,
            codes::DUPLICATE_KEY,
            codes::NO_ADDRESS,
            codes::OTHER_FORMAT,
            codes::NOT_TRAFFIC,
        ] {
            assert!(seen.left(code) >= 1, "{code:?}");
        }
    }

    #[test]
    fn the_counters_of_a_sniffer_are_a_channel_of_their_own() {
        let log = with(&[("forward", "sniffer")]) + &with(&[]);
        let seen = detect("fortigate", log.as_bytes());
        assert_eq!((seen.channel(0), seen.channel(1)), ("FG1 sniffer", "FG1"));
    }

    #[test]
    fn damaged_copies_are_accounted_for() {
        torture(&Fortigate, with(&[]).repeat(2).as_bytes());
    }
}
