//! AWS VPC flow logs, versions 2 to 8, and transit gateway flow logs, as text.
//!
//! In go lines of values separated by blanks; a header line, if there is one, decides what they mean, because the user chooses the
//! fields. Without one the fourteen fields of version 2 are meant, which is also what an export of log groups has, with a timestamp
//! before each line. Out come flows of one direction each. `NODATA` is inert, `SKIPDATA` says that records are lost, `REJECT` means
//! that nothing passed. Behind address translation the packet's own addresses (`pkt-srcaddr`, `pkt-dstaddr`) are used.
//!
//! Follows "Flow log records" of the VPC user guide. Not read: Parquet.

use std::net::IpAddr;

use super::row::{
    Left, address, by_lines, counter, first_lines, port, protocol, said, settle, text,
};
use crate::codes;
use crate::event::{Flow, Host, Side, Volume, parse_address};
use crate::reader::{Format, Head, LineReader, Open, Out, Sieved, Wanted, Yields, blank};
use crate::time::Time;

/// The format; see the module's text.
pub(super) struct AwsVpcFlow;

impl Format for AwsVpcFlow {
    fn id(&self) -> &'static str {
        "aws-vpc-flow"
    }

    fn version(&self) -> u32 {
        1
    }

    fn family(&self) -> &'static str {
        "aws-vpc-flow"
    }

    fn probe(&self, head: &Head<'_>) -> Option<u8> {
        by_lines(first_lines(head), |line| {
            if Columns::of_header(line).is_some() {
                return Some(95);
            }
            let cells: Vec<&str> = without_export_time(line).split(' ').collect();
            Columns::default_of_version_2().fits(&cells).then_some(90)
        })
    }

    fn open(&self, head: &Head<'_>) -> Open {
        let columns = first_lines(head).next().and_then(|line| Columns::of_header(&text(line)));
        Open::Lines(Box::new(Lines {
            columns: columns.unwrap_or_else(Columns::default_of_version_2),
        }))
    }
}

/// Where the values that we use stand.
#[derive(Clone, Debug, Default)]
struct Columns {
    count: usize,
    named: bool,
    source: Option<usize>,
    target: Option<usize>,
    packet_source: Option<usize>,
    packet_target: Option<usize>,
    source_port: Option<usize>,
    target_port: Option<usize>,
    protocol: Option<usize>,
    bytes: Option<usize>,
    start: Option<usize>,
    end: Option<usize>,
    action: Option<usize>,
    status: Option<usize>,
    interface: Option<usize>,
    direction: Option<usize>,
}

impl Columns {
    fn default_of_version_2() -> Self {
        let names = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";
        Self { named: false, ..Self::of_header(names).unwrap_or_default() }
    }

    /// The columns that a header names; `None` when the line is no header.
    fn of_header(line: &str) -> Option<Self> {
        let names: Vec<String> =
            line.split_ascii_whitespace().map(str::to_ascii_lowercase).collect();
        let name = |name: &str| names.iter().position(|known| known.replace('_', "-") == name);
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
        let header = names.iter().all(|name| {
            name.chars().all(plain) && name.starts_with(|c: char| c.is_ascii_lowercase())
        });
        let columns = Self {
            count: names.len(),
            named: true,
            source: name("srcaddr"),
            target: name("dstaddr"),
            packet_source: name("pkt-srcaddr"),
            packet_target: name("pkt-dstaddr"),
            source_port: name("srcport"),
            target_port: name("dstport"),
            protocol: name("protocol"),
            bytes: name("bytes"),
            start: name("start"),
            end: name("end"),
            action: name("action"),
            status: name("log-status"),
            interface: name("interface-id").or_else(|| name("tgw-attachment-id")),
            direction: name("flow-direction"),
        };
        let source = columns.source.or(columns.packet_source);
        let target = columns.target.or(columns.packet_target);
        (header && source.is_some() && target.is_some()).then_some(columns)
    }

    /// Whether a line without a header is one of version 2.
    fn fits(&self, cells: &[&str]) -> bool {
        let cell =
            |column: Option<usize>| column.and_then(|at| cells.get(at)).copied().unwrap_or("");
        cells.len() == self.count
            && cells.first() == Some(&"2")
            && matches!(cell(self.status), "OK" | "NODATA" | "SKIPDATA")
    }
}

/// An export of log groups has its own timestamp before the record.
fn without_export_time(line: &str) -> &str {
    let Some((first, rest)) = line.split_once(' ') else { return line };
    let time = first.len() >= 20 && first.ends_with('Z') && first.as_bytes().get(10) == Some(&b'T');
    if time { rest.trim_start() } else { line }
}

struct Lines {
    columns: Columns,
}

impl LineReader for Lines {
    fn yields(&self) -> Yields {
        Yields { flows: true, ..Yields::default() }
    }

    fn read(&self, line: &[u8], at: u64, out: &mut Out<'_>) {
        if !blank(line, out) {
            let line = text(line);
            settle(self.row(&line, at, out), at, out);
        }
    }

    fn sieve(&self, line: &[u8], wanted: &dyn Wanted) -> Sieved {
        if wanted.pairs() {
            return Sieved::Read;
        }
        let Ok(line) = std::str::from_utf8(line) else { return Sieved::Read };
        let ends = self.ends_of(line);
        let [Some(source), Some(target)] = ends else { return Sieved::Read };
        if wanted.address(source) || wanted.address(target) {
            Sieved::Read
        } else {
            Sieved::Nothing
        }
    }

    fn header(&self, line: &[u8]) -> Option<Box<dyn LineReader>> {
        if !line.trim_ascii_start().first().is_some_and(u8::is_ascii_alphabetic) {
            return None;
        }
        let columns = Columns::of_header(&text(line))?;
        Some(Box::new(Self { columns }))
    }
}

impl Lines {
    fn row(&self, line: &str, at: u64, out: &mut Out<'_>) -> Result<(), Left> {
        let columns = &self.columns;
        let word = line.trim_start().starts_with(|c: char| c.is_ascii_alphabetic());
        if word && Columns::of_header(line).is_some() {
            return Err(Left::Inert(codes::ROW_HEADER));
        }
        let line = without_export_time(line.trim());
        let cells: Vec<&str> = line.split_ascii_whitespace().collect();
        let cell =
            |column: Option<usize>| column.and_then(|at| cells.get(at)).copied().and_then(said);
        if !columns.named && cells.first().is_none_or(|version| version.parse::<u8>().is_err()) {
            return Err(Left::Lost(codes::OTHER_FORMAT));
        }
        if cells.len() != columns.count {
            return Err(Left::Lost(codes::COLUMNS_DIFFER));
        }
        match cell(columns.status) {
            Some("NODATA") => return Err(Left::Inert(codes::NO_DATA)),
            Some("SKIPDATA") => return Err(Left::Lost(codes::SKIPPED_BY_LOG)),
            _ => {}
        }
        if cell(columns.action) == Some("REJECT") {
            return Err(Left::Inert(codes::DENIED));
        }
        let client = address(cell(columns.packet_source).or(cell(columns.source)))?;
        let server = address(cell(columns.packet_target).or(cell(columns.target)))?;
        let mut flow = Flow::new(Host::Address(client), Some(server));
        let time = |column| cell(column)?.parse().ok().and_then(Time::from_seconds);
        flow.start = time(columns.start);
        flow.end = time(columns.end);
        flow.client_port = port(cell(columns.source_port));
        flow.server_port = port(cell(columns.target_port));
        flow.protocol = protocol(cell(columns.protocol));
        flow.sent = counter(cell(columns.bytes))?.map_or(Volume::Unknown, Volume::Bytes);
        flow.received = Volume::Elsewhere;
        flow.one_way = true;
        flow.ours = match cell(columns.direction) {
            Some("egress") => Some(Side::Client),
            Some("ingress") => Some(Side::Server),
            _ => None,
        };
        flow.channel = cell(columns.interface).map(|name| out.channel(name)).unwrap_or_default();
        out.flow(&flow, at);
        Ok(())
    }

    /// Source and target as [`Self::row`] takes them.
    fn ends_of(&self, line: &str) -> [Option<IpAddr>; 2] {
        let mut found = [None; 4];
        let columns = &self.columns;
        let wanted = [columns.packet_source, columns.source, columns.packet_target, columns.target];
        let line = without_export_time(line.trim());
        for (at, cell) in line.split_ascii_whitespace().enumerate() {
            for (found, _) in found.iter_mut().zip(wanted).filter(|(_, column)| *column == Some(at))
            {
                *found = said(cell);
            }
        }
        let [packet_source, source, packet_target, target] = found;
        [packet_source.or(source), packet_target.or(target)].map(|end| parse_address(end?))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{detect, read, torture};
    use super::*;

    const PLAIN: &str = "2 123456789010 eni-1a2b 10.0.0.5 192.0.2.9 49152 443 6 20 4249 1600000000 1600000060 ACCEPT OK\n";

    #[test]
    fn without_a_header_the_fields_are_those_of_version_2() {
        let seen = detect("aws-vpc-flow", PLAIN.as_bytes());
        let flow = &seen.flows[0];
        assert_eq!((flow.sent, flow.received), (Volume::Bytes(4249), Volume::Elsewhere));
        assert_eq!((flow.client.as_str(), flow.ports), ("10.0.0.5", (Some(49152), Some(443))));
        assert!(flow.one_way);
        assert_eq!(seen.channel(0), "eni-1a2b");
        assert_eq!(flow.end, Time::from_seconds(1_600_000_060));
    }

    #[test]
    fn the_header_decides_the_columns_also_in_the_middle() {
        let log = "bytes dstaddr srcaddr\n5 192.0.2.9 10.0.0.5\nsrcaddr dstaddr bytes\n10.0.0.6 192.0.2.9 7\n";
        let seen = detect("aws-vpc-flow", log.as_bytes());
        let sums: Vec<_> =
            seen.flows.iter().map(|flow| (flow.client.as_str(), flow.sent)).collect();
        assert_eq!(sums, [("10.0.0.5", Volume::Bytes(5)), ("10.0.0.6", Volume::Bytes(7))]);
        assert_eq!(seen.left(codes::ROW_HEADER), 2);
    }

    #[test]
    fn behind_translation_the_address_of_the_packet_counts() {
        let log = "srcaddr dstaddr pkt-srcaddr pkt-dstaddr bytes flow-direction\n10.0.0.5 10.0.0.220 10.0.0.5 192.0.2.9 5 egress\n10.0.0.5 192.0.2.8 - - 5 ingress\n";
        let seen = detect("aws-vpc-flow", log.as_bytes());
        let servers: Vec<_> =
            seen.flows.iter().map(|flow| flow.server.unwrap().to_string()).collect();
        assert_eq!(servers, ["192.0.2.9", "192.0.2.8"]);
        assert_eq!(seen.flows[0].ours, Some(Side::Client));
    }

    #[test]
    fn no_data_is_inert_skipped_data_is_lost_and_rejected_traffic_did_not_pass() {
        let log = "2 1 eni-1 - - - - - - - 1 2 - NODATA\n2 1 eni-1 - - - - - - - 1 2 - SKIPDATA\n2 1 eni-1 10.0.0.5 192.0.2.9 1 2 6 1 40 1 2 REJECT OK\n";
        let seen = detect("aws-vpc-flow", log.as_bytes());
        assert_eq!(seen.flows.len(), 0);
        assert_eq!((seen.left(codes::NO_DATA), seen.account.ledger.inert_rows()), (1, 2));
        assert_eq!((seen.left(codes::SKIPPED_BY_LOG), seen.left(codes::DENIED)), (1, 1));
    }

    #[test]
    fn an_export_of_log_groups_has_a_time_before_the_record() {
        let log = format!("2026-01-02T03:04:05.000Z {PLAIN}");
        assert_eq!(detect("aws-vpc-flow", log.as_bytes()).flows[0].sent, Volume::Bytes(4249));
    }

    #[test]
    fn rows_that_do_not_fit_are_named() {
        let bad = PLAIN.replace("4249", "-4249");
        let log = format!("{PLAIN}{bad}2 1 eni-1 10.0.0.5\n{{\"a\":1}}\n");
        let seen = detect("aws-vpc-flow", log.as_bytes());
        assert_eq!(seen.left(codes::BAD_COUNTER), 1);
        assert_eq!(seen.left(codes::COLUMNS_DIFFER), 1);
        assert_eq!(seen.left(codes::OTHER_FORMAT), 1);
    }

    struct Only(IpAddr, bool);

    impl Wanted for Only {
        fn name(&self, _: &[u8]) -> bool {
            false
        }
        fn address(&self, address: IpAddr) -> bool {
            address == self.0
        }
        fn v4(&self, address: u32) -> bool {
            self.0 == IpAddr::V4(address.into())
        }
        fn pairs(&self) -> bool {
            self.1
        }
    }

    #[test]
    fn the_sieve_never_drops_what_reading_would_attribute() {
        let header = "version srcaddr dstaddr pkt-srcaddr pkt-dstaddr bytes";
        let lines = [
            "3 10.0.0.5 10.0.0.9 - 192.0.2.9 5",
            "3 10.0.0.5 192.0.2.9 - - 5",
            "3 10.0.0.5 192.0.2.8 - - 5",
        ];
        let reader = Lines { columns: Columns::of_header(header).unwrap() };
        for line in lines {
            for at in 0..=line.len() {
                for byte in [None, Some(b' '), Some(b'9'), Some(b'-'), Some(b':'), Some(0xff)] {
                    let mut line = line.as_bytes().to_vec();
                    match byte {
                        Some(byte) if at < line.len() => line[at] = byte,
                        _ => line.truncate(at),
                    }
                    let log = [header.as_bytes(), b"\n", &line].concat();
                    let seen = read(&AwsVpcFlow, &log);
                    for wanted in ["192.0.2.9", "10.0.0.5", "192.0.2.99"] {
                        let wanted = Only(wanted.parse().unwrap(), false);
                        let hit = seen.flows.iter().any(|flow| {
                            flow.server == Some(wanted.0) || flow.client == wanted.0.to_string()
                        });
                        assert!(!hit || reader.sieve(&line, &wanted) == Sieved::Read);
                    }
                    if !seen.flows.is_empty() {
                        let wanted = Only("203.0.113.1".parse().unwrap(), true);
                        assert_eq!(reader.sieve(&line, &wanted), Sieved::Read);
                    }
                }
            }
        }
    }

    #[test]
    fn damaged_copies_are_accounted_for() {
        torture(&AwsVpcFlow, PLAIN.repeat(3).as_bytes());
    }
}
