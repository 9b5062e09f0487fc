//! Google Cloud VPC flow logs, and firewall rule logs, as log entries in JSON: lines or an array.
//!
//! In go entries with `jsonPayload.connection`. Out come flows of one direction each. Both ends may report the same flow; who reports is
//! the channel, so that the two directions that one machine reports add up and two reports of one flow do not. Entries are sampled,
//! and an entry does not say how much: the counters are known, the whole is not.
//!
//! Follows "VPC Flow Logs records". A flow that a firewall rule let pass has no counters there; one that it stopped is inert.

use super::json::{self, Json, Objects};
use super::row::{Left, address, foreign, port, protocol, settle, volume};
use crate::codes;
use crate::event::{Flow, Host, Side, Volume};
use crate::reader::{Format, Head, Open, Out, Yields};
use crate::time::parse_iso;

/// The format; see the module's text.
pub(super) struct GcpFlow;

impl Format for GcpFlow {
    fn id(&self) -> &'static str {
        "gcp-flow"
    }

    fn version(&self) -> u32 {
        1
    }

    fn family(&self) -> &'static str {
        "gcp-flow"
    }

    fn probe(&self, head: &Head<'_>) -> Option<u8> {
        json::find(head, &[], |entry| {
            let flows = entry.say("logName").is_some_and(|name| name.contains("vpc_flows"));
            let connection = entry.at(&["jsonPayload", "connection", "src_ip"]).text().is_some();
            (flows || connection).then_some(90)
        })
    }

    fn open(&self, head: &Head<'_>) -> Open {
        json::open(head, Entries)
    }
}

#[derive(Clone, Copy)]
struct Entries;

impl Objects for Entries {
    fn yields(&self) -> Yields {
        Yields { flows: true, ..Yields::default() }
    }

    fn object(&self, entry: &Json, at: u64, out: &mut Out<'_>) {
        settle(read(entry, at, out), at, out);
    }
}

fn read(entry: &Json, at: u64, out: &mut Out<'_>) -> Result<(), Left> {
    entry.only_once(&["jsonPayload"])?;
    let payload = entry.get("jsonPayload");
    payload.only_once(&["connection", "bytes_sent", "reporter", "disposition"])?;
    let connection = payload.get("connection");
    if *connection == Json::Null {
        let entry = entry.say("logName").is_some() || entry.say("insertId").is_some();
        return Err(if entry { Left::Inert(codes::NOT_TRAFFIC) } else { foreign() });
    }
    connection.only_once(&["src_ip", "dest_ip"])?;
    if payload.say("disposition") == Some("DENIED") {
        return Err(Left::Inert(codes::DENIED));
    }
    let client = address(connection.say("src_ip"))?;
    let server = address(connection.say("dest_ip"))?;
    let mut flow = Flow::new(Host::Address(client), Some(server));
    let time = |key: &str| payload.say(key).and_then(parse_iso);
    let written = entry.say("timestamp").and_then(parse_iso);
    flow.start = time("start_time").or(written);
    flow.end = time("end_time").or(written);
    flow.client_port = port(connection.say("src_port"));
    flow.server_port = port(connection.say("dest_port"));
    flow.protocol = protocol(connection.say("protocol"));
    flow.country = payload.at(&["dest_location", "country"]).text();
    if payload.say("disposition").is_none() {
        flow.sent = volume(payload.say("bytes_sent"))?;
        flow.received = Volume::Elsewhere;
        flow.one_way = true;
        flow.sampling = 0;
        let reporter = payload.say("reporter").unwrap_or("");
        let (side, end) = if reporter.starts_with("DEST") {
            (Side::Server, server)
        } else {
            (Side::Client, client)
        };
        flow.ours = (!reporter.is_empty()).then_some(side);
        flow.channel = if reporter.ends_with("_GATEWAY") {
            out.channel(&format!("gateway of {end}"))
        } else {
            out.channel(&end.to_string())
        };
    }
    out.flow(&flow, at);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{detect, read, torture};
    use super::*;

    const ENTRY: &str = r#"{"insertId":"a","jsonPayload":{"bytes_sent":"1776","connection":{"dest_ip":"192.0.2.9","dest_port":443,"protocol":6,"src_ip":"10.0.0.5","src_port":49152},"dest_location":{"asn":64496,"country":"uto"},"end_time":"2026-01-02T03:04:10.5Z","packets_sent":"7","reporter":"SRC","start_time":"2026-01-02T03:04:05Z"},"logName":"projects/p/logs/compute.googleapis.com%2Fvpc_flows","timestamp":"2026-01-02T03:04:12Z"}"#;

    #[test]
    fn a_flow_has_bytes_as_text_and_an_unknown_sampling_rate() {
        let seen = detect("gcp-flow", ENTRY.as_bytes());
        let flow = &seen.flows[0];
        assert_eq!(
            (flow.sent, flow.received, flow.sampling),
            (Volume::Bytes(1776), Volume::Elsewhere, 0)
        );
        assert_eq!((flow.one_way, flow.country.as_deref()), (true, Some("uto")));
        assert_eq!(flow.end.unwrap().0 - flow.start.unwrap().0, 5_500_000);
    }

    #[test]
    fn two_reporters_of_one_flow_are_two_channels_and_two_directions_of_one_reporter_are_one() {
        let far = ENTRY.replace("SRC", "DEST");
        let back =
            far.replace("10.0.0.5", "X").replace("192.0.2.9", "10.0.0.5").replace('X', "192.0.2.9");
        let seen = detect("gcp-flow", format!("{ENTRY}\n{far}\n{back}\n").as_bytes());
        assert_ne!(seen.channel(0), seen.channel(1));
        assert_eq!(seen.channel(0), seen.channel(2));
    }

    #[test]
    fn an_array_reads_like_lines() {
        let lines = detect("gcp-flow", format!("{ENTRY}\n{ENTRY}\n").as_bytes());
        let array = detect("gcp-flow", format!("[\n{ENTRY},\n{ENTRY}\n]\n").as_bytes());
        assert_eq!((lines.flows.len(), &lines.flows), (2, &array.flows));
    }

    #[test]
    fn firewall_rules_have_no_counters_and_what_they_stop_is_inert() {
        let denied = ENTRY.replace("\"reporter\":\"SRC\"", "\"disposition\":\"DENIED\"");
        let allowed = denied.replace("DENIED", "ALLOWED");
        let seen = read(&GcpFlow, format!("{denied}\n{allowed}\n").as_bytes());
        assert_eq!((seen.left(codes::DENIED), seen.flows[0].sent), (1, Volume::Unknown));
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let rows = [
            ENTRY.replace("1776", "-1776"),
            ENTRY.replace("10.0.0.5", "x"),
            ENTRY.replace("\"reporter\"", "\"bytes_sent\":\"5\",\"reporter\""),
            ENTRY[..100].to_owned(),
            "text".to_owned(),
            "{\"insertId\":\"a\",\"textPayload\":\"x\"}".to_owned(),
        ];
        let log = format!("{ENTRY}\n{}", rows.join("\n"));
        let seen = detect("gcp-flow", log.as_bytes());
        for code in [
            codes::BAD_COUNTER,
            codes::NO_ADDRESS,
            codes::DUPLICATE_KEY,
            codes::ROW_MALFORMED,
            codes::OTHER_FORMAT,
            codes::NOT_TRAFFIC,
        ] {
            assert_eq!(seen.left(code), 1, "{code:?}");
        }
    }

    #[test]
    fn damaged_copies_are_accounted_for() {
        torture(&GcpFlow, format!("[{ENTRY},{ENTRY}]").as_bytes());
        torture(&GcpFlow, ENTRY.as_bytes());
    }
}
