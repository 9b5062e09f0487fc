//! Cisco Umbrella (Secure Access) logs: DNS questions, and requests of the web proxy.
//!
//! In go rows of quoted values, blanks after commas in old ones; versions add columns at the end. Out come questions of a host for a
//! name, without addresses, and flows with the sizes of request and response. A host is its internal address where the row has one;
//! otherwise the identity that the service knows it by. A blocked request of the proxy is inert; a blocked question was asked all the
//! same. Times are UTC.
//!
//! Follows "DNS log formats" and "Web log formats" of the Umbrella user guide. Not read: logs of the cloud firewall, intrusions, audit.

use std::borrow::Cow;

use super::csv::cells;
use super::row::{Left, first_lines, foreign, malformed, name, said, settle, text, volume};
use crate::codes;
use crate::event::{Answer, Flow, Host, NameFrom, parse_address};
use crate::reader::{Format, Head, LineReader, Open, Out, Yields, blank};
use crate::time::{Time, parse_iso};

/// DNS questions; see the module's text.
pub(super) struct UmbrellaDns;
/// Requests of the proxy; see the module's text.
pub(super) struct UmbrellaProxy;

impl Format for UmbrellaDns {
    fn id(&self) -> &'static str {
        "umbrella-dns"
    }

    fn version(&self) -> u32 {
        1
    }

    fn family(&self) -> &'static str {
        "umbrella-dns"
    }

    fn probe(&self, head: &Head<'_>) -> Option<u8> {
        (Kind::of_head(head)? == Kind::Dns).then_some(90)
    }

    fn open(&self, _: &Head<'_>) -> Open {
        Open::Lines(Box::new(Lines(Kind::Dns)))
    }
}

impl Format for UmbrellaProxy {
    fn id(&self) -> &'static str {
        "umbrella-proxy"
    }

    fn version(&self) -> u32 {
        1
    }

    fn family(&self) -> &'static str {
        "umbrella-proxy"
    }

    fn probe(&self, head: &Head<'_>) -> Option<u8> {
        (Kind::of_head(head)? == Kind::Proxy).then_some(90)
    }

    fn open(&self, _: &Head<'_>) -> Open {
        Open::Lines(Box::new(Lines(Kind::Proxy)))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Dns,
    Proxy,
}

impl Kind {
    fn of_head(head: &Head<'_>) -> Option<Self> {
        // A header, and rows that another program may have damaged.
        first_lines(head).find_map(|line| Self::of(&cells(&text(line))?))
    }

    /// Which log a row is of: both begin with a time; then only DNS has a type of question like `1 (A)`.
    fn of(cells: &[Cow<'_, str>]) -> Option<Self> {
        let cell = |at: usize| cells.get(at).map_or("", |cell| cell.trim());
        time(cell(0))?;
        let number =
            cell(6).split_once(" (").is_some_and(|(number, _)| number.parse::<u16>().is_ok());
        if cells.len() >= 9 && number && cell(6).ends_with(')') {
            return Some(Self::Dns);
        }
        let status = cell(10).is_empty() || cell(10).parse::<u16>().is_ok();
        let verdict = !cell(6).is_empty()
            && cell(6).bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        let target = cell(4).is_empty() || parse_address(cell(4)).is_some();
        (cells.len() >= 14 && verdict && status && target).then_some(Self::Proxy)
    }
}

fn time(text: &str) -> Option<Time> {
    let shape = text.len() >= 19 && text.as_bytes().get(4) == Some(&b'-');
    if shape { parse_iso(text) } else { None }
}

struct Lines(Kind);

impl LineReader for Lines {
    fn yields(&self) -> Yields {
        let dns = self.0 == Kind::Dns;
        Yields { flows: !dns, names: false, answers: dns, talks: false }
    }

    fn read(&self, line: &[u8], at: u64, out: &mut Out<'_>) {
        if !blank(line, out) {
            let line = text(line);
            settle(self.row(&line, at, out), at, out);
        }
    }
}

impl Lines {
    fn row(&self, line: &str, at: u64, out: &mut Out<'_>) -> Result<(), Left> {
        let cells = cells(line).ok_or_else(malformed)?;
        if cells.first().is_some_and(|cell| cell.trim().eq_ignore_ascii_case("timestamp")) {
            return Err(Left::Inert(codes::ROW_HEADER));
        }
        match (Kind::of(&cells), self.0) {
            (Some(Kind::Dns), Kind::Dns) => question(&cells, at, out),
            (Some(Kind::Proxy), Kind::Proxy) => request(&cells, at, out),
            (None, _) if cells.first().is_some_and(|cell| time(cell).is_some()) => {
                Err(Left::Lost(codes::COLUMNS_DIFFER))
            }
            _ => Err(foreign()),
        }
    }
}

/// The host by its internal address, else by the identity that it is known by.
fn host<'a>(internal: Option<&str>, identity: Option<&'a str>) -> Result<Host<'a>, Left> {
    match internal.and_then(parse_address) {
        Some(address) => Ok(Host::Address(address)),
        None => identity.map(Host::Named).ok_or(Left::Lost(codes::NO_ADDRESS)),
    }
}

fn question(cells: &[Cow<'_, str>], at: u64, out: &mut Out<'_>) -> Result<(), Left> {
    let cell = |at: usize| cells.get(at).and_then(|cell| said(cell));
    let client = Some(host(cell(3), cell(1))?);
    let name = cell(8).ok_or_else(malformed)?;
    out.answer(&Answer { at: cell(0).and_then(time), client, name, addresses: &[] }, at);
    Ok(())
}

fn request(cells: &[Cow<'_, str>], at: u64, out: &mut Out<'_>) -> Result<(), Left> {
    let cell = |at: usize| cells.get(at).and_then(|cell| said(cell));
    if cell(6) == Some("BLOCKED") {
        return Err(Left::Inert(codes::DENIED));
    }
    let mut flow = Flow::new(host(cell(2), cell(1))?, cell(4).and_then(parse_address));
    flow.start = cell(0).and_then(time);
    flow.end = flow.start;
    flow.sent = volume(cell(11))?;
    flow.received = volume(cell(12))?;
    flow.name = name(cell(7)).map(|name| (NameFrom::Host, name));
    if flow.name.is_none() && flow.server.is_none() {
        return Err(Left::Lost(codes::NO_ADDRESS));
    }
    flow.protocol = Some(6);
    out.flow(&flow, at);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{detect, read, torture};
    use super::*;
    use crate::event::Volume;

    const DNS: &str = "\"2026-01-02 03:04:05\",\"pc\", \"pc,Site\", \"10.0.0.5\",\"198.51.100.1\",\"Allowed\",\"1 (A)\", \"NOERROR\",\"a.example.\", \"Chat,Photo\"\n";
    const PROXY: &str = "\"2026-01-02 03:04:05\",\"pc\",\"10.0.0.5\",\"198.51.100.1\", \"192.0.2.9\",\"\",\"ALLOWED\",\"http://a.example/x\",\"b.example\",\"agent, x\",\"200\",\"562\",\"1489\",\"\",\"\",\"Search\",\"\"\n";

    #[test]
    fn a_question_is_without_addresses_and_keeps_its_host() {
        let seen = detect("umbrella-dns", DNS.as_bytes());
        assert_eq!(
            (seen.answers[0].name.as_str(), seen.answers[0].client.as_deref()),
            ("a.example.", Some("10.0.0.5"))
        );
        assert_eq!(seen.answers[0].addresses, []);
    }

    #[test]
    fn versions_add_columns_and_a_host_without_address_has_its_identity() {
        let row = DNS.trim().replace("10.0.0.5", "") + ",\"AD Users\",\"AD Users,Site\",\"\"\n";
        let seen = detect("umbrella-dns", format!("{row}{DNS}").as_bytes());
        assert_eq!(seen.answers[0].client.as_deref(), Some("name pc"));
        assert_eq!(seen.answers.len(), 2);
    }

    #[test]
    fn the_proxy_counts_requests_and_responses() {
        let seen = detect("umbrella-proxy", PROXY.as_bytes());
        let flow = &seen.flows[0];
        assert_eq!((flow.sent, flow.received), (Volume::Bytes(562), Volume::Bytes(1489)));
        assert_eq!(flow.name, Some((NameFrom::Host, "a.example".into())));
    }

    #[test]
    fn a_size_that_is_not_there_is_unknown() {
        let log = PROXY.replace("\"562\"", "\"\"");
        assert_eq!(detect("umbrella-proxy", log.as_bytes()).flows[0].sent, Volume::Unknown);
    }

    #[test]
    fn blocked_requests_and_headers_are_inert() {
        let log = PROXY.replace("ALLOWED", "BLOCKED")
            + "\"Timestamp\",\"Policy Identity Label\"\n"
            + PROXY;
        let seen = detect("umbrella-proxy", log.as_bytes());
        assert_eq!(
            (seen.left(codes::DENIED), seen.left(codes::ROW_HEADER), seen.flows.len()),
            (1, 1, 1)
        );
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let log =
            PROXY.replace("562", "-562") + DNS + "\"2026-01-02 03:04:05\",\"x\"\n" + "\"open\n";
        let seen = read(&UmbrellaProxy, log.as_bytes());
        for code in
            [codes::BAD_COUNTER, codes::OTHER_FORMAT, codes::COLUMNS_DIFFER, codes::ROW_MALFORMED]
        {
            assert_eq!(seen.left(code), 1, "{code:?}");
        }
    }

    #[test]
    fn damaged_copies_are_accounted_for() {
        torture(&UmbrellaDns, DNS.as_bytes());
        torture(&UmbrellaProxy, PROXY.as_bytes());
    }
}
