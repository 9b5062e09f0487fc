//! Azure virtual network flow logs (version 4) and network security group flow logs (versions 1 and 2): nested JSON.
//!
//! In go documents `{"records": […]}`; a row is one flow tuple, text with commas. Out come flows with both directions. A tuple that
//! begins a flow (`B`) has no counters and is inert; one that continues or ends it (`C`, `E`) counts what passed since the tuple
//! before, so they add up to one flow, counted at its end; denied ones are inert. Version 1 of group logs has no counters at all.
//! Times are milliseconds in network logs and seconds in group logs.
//!
//! The same flow may be reported for an interface, a subnet and a network, and by several groups: channels are the kind of log, the
//! resource and the interface. Follows "Virtual network flow logs" and "Flow logging for network security groups".

use super::json::{self, Json, Objects};
use super::row::{Left, address, epoch, foreign, malformed, port, protocol, said, settle, volume};
use crate::codes;
use crate::event::{Channel, Flow, Host, Side, Volume};
use crate::reader::{Format, Head, Open, Out, Yields};

/// The format; see the module's text.
pub(super) struct AzureFlow;

impl Format for AzureFlow {
    fn id(&self) -> &'static str {
        "azure-flow"
    }

    fn version(&self) -> u32 {
        1
    }

    fn family(&self) -> &'static str {
        "azure-flow"
    }

    fn probe(&self, head: &Head<'_>) -> Option<u8> {
        // A record may be larger than the head.
        let begin = json::beginning(head);
        let has = |key: &str| memchr::memmem::find(begin, key.as_bytes()).is_some();
        let known = has("\"FlowLogFlowEvent\"") || has("\"NetworkSecurityGroupFlowEvent\"");
        (known || (has("\"flowTuples\"") && has("\"records\""))).then_some(92)
    }

    fn open(&self, head: &Head<'_>) -> Open {
        json::open(head, Records)
    }
}

#[derive(Clone, Copy)]
struct Records;

impl Objects for Records {
    fn yields(&self) -> Yields {
        Yields { flows: true, ..Yields::default() }
    }

    fn wrappers(&self) -> &'static [&'static str] {
        &["records"]
    }

    fn object(&self, object: &Json, at: u64, out: &mut Out<'_>) {
        if let records @ Json::List(_) = object.get("records") {
            records.items().iter().for_each(|record| read(record, at, out));
        } else {
            read(object, at, out);
        }
    }
}

/// Reads one record: the tuples of a minute or an hour.
fn read(record: &Json, at: u64, out: &mut Out<'_>) {
    let network = record.get("flowRecords");
    let group = record.get("properties");
    let twice = record.only_once(&["flowRecords", "properties", "macAddress"]);
    let (kind, resource, flows) = match (network, group) {
        _ if twice.is_err() => return settle(twice, at, out),
        (Json::Map(_), _) => ("network", record.say("targetResourceID"), network.get("flows")),
        (_, Json::Map(_)) => ("group", record.say("resourceId"), group.get("flows")),
        _ => return settle(Err(foreign()), at, out),
    };
    let resource = resource.and_then(|path| path.rsplit('/').next()).unwrap_or("");
    let before = out.account.ledger.rows;
    for flow in flows.items() {
        for inner in flow.get("flowGroups").items().iter().chain(flow.get("flows").items()) {
            let mac = inner.say("mac").or(record.say("macAddress")).unwrap_or("");
            let channel = out.channel(&format!("{kind} {resource} {mac}"));
            for text in inner.get("flowTuples").items() {
                let read = text.text().ok_or_else(malformed);
                let read = read.and_then(|text| tuple(text, channel, at, out));
                settle(read, at, out);
            }
        }
    }
    if out.account.ledger.rows == before {
        out.inert(codes::NO_DATA);
    }
}

/// Reads one tuple: time, two addresses, two ports, protocol, direction; then in network logs state and encryption, in group logs
/// decision and (version 2) state; then counters.
fn tuple(text: &str, channel: Channel, at: u64, out: &mut Out<'_>) -> Result<(), Left> {
    let cells: Vec<&str> = text.split(',').map(str::trim).collect();
    let cell = |at: usize| cells.get(at).copied().and_then(said);
    let (decision, state) = (cell(7), cell(8));
    let state = match (cells.len(), decision, state) {
        (8, Some("A"), _) => "A",
        (8 | 13, Some("D"), _) => "D",
        (13, Some("A"), Some(state @ ("B" | "C" | "E"))) => state,
        (13, Some(state @ ("B" | "C" | "E")), _) => state,
        (8 | 13, _, _) => return Err(malformed()),
        _ => return Err(Left::Lost(codes::COLUMNS_DIFFER)),
    };
    if state == "D" {
        return Err(Left::Inert(codes::DENIED));
    }
    let (sent, received) = (volume(cell(10))?, volume(cell(12))?);
    let nothing = |volume| matches!(volume, Volume::Bytes(0) | Volume::Unknown);
    if state == "B" && nothing(sent) && nothing(received) {
        return Err(Left::Inert(codes::COUNTED_AT_END));
    }
    let client = address(cell(1))?;
    let server = address(cell(2))?;
    let mut flow = Flow::new(Host::Address(client), Some(server));
    flow.end = cell(0).and_then(epoch);
    flow.start = flow.end;
    flow.client_port = port(cell(3));
    flow.server_port = port(cell(4));
    flow.protocol = match cell(5) {
        Some("T") => Some(6),
        Some("U") => Some(17),
        other => protocol(other),
    };
    flow.ours = match cell(6) {
        Some("O") => Some(Side::Client),
        Some("I") => Some(Side::Server),
        _ => None,
    };
    (flow.sent, flow.received) = (sent, received);
    flow.channel = channel;
    // With counters, a beginning is a first part: the flow is one with those that follow.
    flow.goes_on = matches!(state, "B" | "C");
    out.flow(&flow, at);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{detect, read_within, torture};
    use super::*;
    use crate::limits::Limits;
    use crate::time::Time;

    fn network(tuples: &str) -> String {
        format!(
            r#"{{"records":[{{"time":"2026-01-02T03:04:05Z","flowLogVersion":4,"macAddress":"00AA","category":"FlowLogFlowEvent","targetResourceID":"/s/x/vnet-1","flowRecords":{{"flows":[{{"aclID":"a","flowGroups":[{{"rule":"r","flowTuples":[{tuples}]}}]}}]}}}}]}}"#
        )
    }

    fn group(tuples: &str) -> String {
        format!(
            "{{\n \"records\": [\n {{\"category\":\"NetworkSecurityGroupFlowEvent\",\"resourceId\":\"/s/nsg-1\",\"properties\":{{\"Version\":2,\"flows\":[{{\"rule\":\"r\",\"flows\":[{{\"mac\":\"00BB\",\"flowTuples\":[{tuples}]}}]}}]}}}}\n ]\n}}"
        )
    }

    #[test]
    fn increments_of_a_flow_add_up_and_its_beginning_counts_nothing() {
        let log = network(
            r#""1600000000000,10.0.0.5,192.0.2.9,49152,443,6,O,B,NX,0,0,0,0","1600000060000,10.0.0.5,192.0.2.9,49152,443,6,O,C,NX,7,1000,5,500","1600000120000,10.0.0.5,192.0.2.9,49152,443,6,O,E,NX,7,200,5,50""#,
        );
        let seen = detect("azure-flow", log.as_bytes());
        let counted: Vec<_> = seen.flows.iter().map(|flow| (flow.sent, flow.received)).collect();
        assert_eq!(
            counted,
            [(Volume::Bytes(1000), Volume::Bytes(500)), (Volume::Bytes(200), Volume::Bytes(50))]
        );
        assert_eq!(seen.left(codes::COUNTED_AT_END), 1);
        assert_eq!(seen.flows[0].end, Some(Time(1_600_000_060_000_000)));
        assert_eq!(
            (seen.channel(0), seen.flows[0].ours),
            ("network vnet-1 00AA", Some(Side::Client))
        );
    }

    /// Of tuples of one flow in these states, all with counters, which go on.
    fn go_on(states: [&str; 3]) -> Vec<bool> {
        let tuple = |state| {
            format!(r#""1600000000000,10.0.0.5,192.0.2.9,49152,443,6,O,{state},NX,7,1000,5,500""#)
        };
        let log = network(&states.map(tuple).join(","));
        let seen = detect("azure-flow", log.as_bytes());
        seen.flows.iter().map(|flow| flow.goes_on).collect()
    }

    #[test]
    fn a_flow_that_continues_is_counted_at_its_end() {
        assert_eq!(go_on(["C", "C", "E"]), [true, true, false]);
    }

    #[test]
    fn a_beginning_with_counters_is_a_part_of_the_flow_that_goes_on() {
        assert_eq!(go_on(["B", "C", "E"]), [true, true, false]);
    }

    #[test]
    fn group_logs_have_seconds_and_letters_for_protocols() {
        let log = group(
            r#""1600000000,10.0.0.5,192.0.2.9,49152,443,T,O,A,E,14,2839,14,5801","1600000000,10.0.0.5,192.0.2.9,1,2,U,I,D,B,,,,""#,
        );
        let seen = detect("azure-flow", log.as_bytes());
        assert_eq!((seen.flows[0].sent, seen.flows[0].protocol), (Volume::Bytes(2839), Some(6)));
        assert_eq!(seen.flows[0].end, Time::from_seconds(1_600_000_000));
        assert_eq!(seen.left(codes::DENIED), 1);
    }

    #[test]
    fn version_1_has_no_counters() {
        let log = group(r#""1600000000,10.0.0.5,192.0.2.9,49152,443,T,O,A""#);
        assert_eq!(detect("azure-flow", log.as_bytes()).flows[0].sent, Volume::Unknown);
    }

    #[test]
    fn the_two_kinds_of_logs_are_two_channels() {
        let tuple = r#""1600000000,10.0.0.5,192.0.2.9,49152,443,6,O,E,NX,14,2839,14,5801""#;
        let seen = detect("azure-flow", (network(tuple) + "\n" + &group(tuple)).as_bytes());
        assert_eq!(seen.flows.len(), 2);
        assert_ne!(seen.channel(0), seen.channel(1));
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let log = network(
            r#""1,10.0.0.5,192.0.2.9,1,2,6,O,E,NX,1,-5,1,1","1,x,192.0.2.9,1,2,6,O,E,NX,1,5,1,1","1,2,3","1,10.0.0.5,192.0.2.9,1,2,6,O,Z,NX,1,5,1,1",7"#,
        );
        let seen = detect("azure-flow", log.as_bytes());
        for (code, times) in [
            (codes::BAD_COUNTER, 1),
            (codes::NO_ADDRESS, 1),
            (codes::COLUMNS_DIFFER, 2),
            (codes::ROW_MALFORMED, 1),
        ] {
            assert_eq!(seen.left(code), times, "{code:?}");
        }
    }

    #[test]
    fn a_record_that_is_too_long_costs_only_itself() {
        let tuple = r#""1600000000,10.0.0.5,192.0.2.9,49152,443,6,O,E,NX,14,2839,14,5801""#;
        let long = network(&vec![tuple; 50].join(","));
        let log =
            long.replace("]}]}}]}", "]}]}}") + "," + network(tuple).split_once('[').unwrap().1;
        let seen = read_within(
            &AzureFlow,
            log.as_bytes(),
            &Limits { line_bytes: 1000, ..Limits::default() },
        );
        assert_eq!((seen.flows.len(), seen.left(codes::ROW_TOO_LONG)), (1, 1));
    }

    #[test]
    fn damaged_copies_are_accounted_for() {
        let tuple = r#""1600000000,10.0.0.5,192.0.2.9,49152,443,6,O,E,NX,14,2839,14,5801""#;
        torture(&AzureFlow, network(tuple).as_bytes());
        torture(&AzureFlow, group(tuple).as_bytes());
    }
}
