//! The sieve of eve.json: the keys that decide stand at the beginning of a row, before the object of its kind. Rows that look
//! otherwise, have a backslash, or a key that decides a second time, are for the strict reader.
//!
//! In a row without a backslash every quotation mark begins or ends a string, so that `"key":` is a key wherever it stands.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::codes;
use crate::event::Key;
use crate::reader::{Sieved, Wanted};
use crate::readers::block;
use crate::readers::names;
use crate::readers::scan::{self, Address, Ends, Found, Sought};
use crate::time::{Time, parse_plain_iso};

/// Needles, each made ready once.
struct Needles {
    kind: Finder<'static>,
    ends: Finder<'static>,
    sni: Finder<'static>,
    hostname: Finder<'static>,
    url: Finder<'static>,
    asked: Finder<'static>,
    answered: Finder<'static>,
    grouped: Finder<'static>,
    sensor: Finder<'static>,
    start: Finder<'static>,
}

static NEEDLES: LazyLock<Needles> = LazyLock::new(|| Needles {
    kind: Finder::new("event_type\""),
    // Common to `flow_id`, `src_ip` and `dest_ip`.
    ends: Finder::new("_i"),
    sni: Finder::new("\"sni\""),
    hostname: Finder::new("\"hostname\""),
    url: Finder::new("\"url\""),
    asked: Finder::new("\"rrname\""),
    answered: Finder::new("\"rdata\""),
    grouped: Finder::new("\"grouped\""),
    sensor: Finder::new("\"host\""),
    start: Finder::new("\"start\""),
});

/// What a sieve needs at hand.
pub(super) struct Sieve<'s> {
    needles: &'s Needles,
    sought: Sought<'s>,
}

/// The kinds of rows that say something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Flow,
    OneWay,
    Tls,
    Http,
    Dns,
}

/// What the beginning of a row says, in any order of its members.
struct Begin<'l> {
    kind: Option<Kind>,
    id: &'l [u8],
    client: Option<Address>,
    server: Option<Address>,
}

/// The beginning of a row that may matter, and what comes after it.
struct Begun<'l> {
    kind: Kind,
    id: &'l [u8],
    client: Address,
    server: Address,
    rest: &'l [u8],
}

impl<'s> Sieve<'s> {
    /// A sieve for what is wanted.
    pub(super) fn new(wanted: &'s dyn Wanted) -> Self {
        Self { needles: &NEEDLES, sought: Sought::new(wanted) }
    }

    /// Sieves a row without a backslash. `None` is for the strict reader.
    pub(super) fn row(&self, line: &[u8]) -> Option<Sieved> {
        let inner = line.strip_suffix(b"}")?;
        let begun = match usual(inner) {
            Some(begun) => begun,
            None => {
                let mut begin = Begin { kind: None, id: &[], client: None, server: None };
                let rest = begin.read(inner)?;
                let Begin { kind, id, client, server } = begin;
                let Some(kind) = kind else {
                    let again = self.needles.kind.find(rest).is_some();
                    return (!again).then_some(Sieved::Inert(codes::NOT_TRAFFIC));
                };
                Begun { kind, id, client: client?, server: server?, rest }
            }
        };
        let Begun { kind, id, client, server, rest } = begun;
        if id.is_empty() || self.again(rest) {
            return None;
        }
        let ends = Ends { client, server };
        match kind {
            Kind::Flow => Some(ends.flow(Key::new(self.sensor(inner)?, id), &self.sought)),
            Kind::OneWay => Some(ends.one_way(Key::new(self.sensor(inner)?, id), &self.sought)),
            Kind::Tls => match scan::find(rest, &self.needles.sni) {
                Found::Nowhere => Some(Sieved::Inert(codes::NOT_TRAFFIC)),
                Found::Once(after) => Some(ends.named(scan::string(after)?, &self.sought)),
                Found::Often => None,
            },
            Kind::Http => self.http(rest, &ends),
            Kind::Dns => self.dns(rest, &ends),
        }
    }

    /// Whether the kind, the flow's id or an end stands in the rest of the row again.
    fn again(&self, rest: &[u8]) -> bool {
        // Few other rows have one of these pairs.
        block::has_either(rest, (b'_', b'i'), (b'e', b'v'))
            && (self.needles.kind.find(rest).is_some() || self.identifies(rest))
    }

    fn identifies(&self, rest: &[u8]) -> bool {
        self.needles.ends.find_iter(rest).any(|at| {
            let (before, after) = rest.split_at_checked(at).unwrap_or_default();
            let address = before.ends_with(b"\"src") || before.ends_with(b"\"dest");
            address && after.starts_with(b"_ip\"")
                || before.ends_with(b"\"flow") && after.starts_with(b"_id\"")
        })
    }

    /// The sensor, empty where none is named; `None` where only strict reading can tell.
    fn sensor<'l>(&self, inner: &'l [u8]) -> Option<&'l [u8]> {
        match scan::find(inner, &self.needles.sensor) {
            Found::Nowhere => Some(b""),
            Found::Once(_) => last_sensor(inner),
            Found::Often => None,
        }
    }

    fn http(&self, rest: &[u8], ends: &Ends) -> Option<Sieved> {
        match scan::find(rest, &self.needles.url) {
            Found::Nowhere => (),
            Found::Once(after) if after.starts_with(b":\"/") => (),
            _ => return None,
        }
        let host = match scan::find(rest, &self.needles.hostname) {
            Found::Nowhere => None,
            Found::Once(after) => Some(std::str::from_utf8(scan::string(after)?).ok()?),
            Found::Often => return None,
        };
        match names::requested(host, None) {
            None => Some(Sieved::Inert(codes::NOT_TRAFFIC)),
            Some(name) => Some(ends.named(name.as_bytes(), &self.sought)),
        }
    }

    /// All names and addresses of the row, whatever they are for.
    fn dns(&self, rest: &[u8], ends: &Ends) -> Option<Sieved> {
        if ends.are_sought(&self.sought) {
            return Some(Sieved::Read);
        }
        let needles = self.needles;
        let after = |needle: &Finder<'_>, at: usize| rest.get(at + needle.needle().len()..);
        let mut last: &[u8] = &[];
        for at in needles.asked.find_iter(rest) {
            let name = scan::string(after(&needles.asked, at)?)?;
            // Answers repeat the question.
            if name.is_empty() || name != last && ends.asked(name, &self.sought) {
                return Some(Sieved::Read);
            }
            last = name;
        }
        for at in needles.answered.find_iter(rest) {
            let data = after(&needles.answered, at)?;
            if data.strip_prefix(b":\"").is_some_and(|data| self.is_wanted(data)) {
                return Some(Sieved::Read);
            }
        }
        for at in needles.grouped.find_iter(rest) {
            let (mut grouped, _) = scan::until(after(&needles.grouped, at)?, b'}')?;
            while let Some((_, data)) = scan::until(grouped, b'"') {
                let (_, more) = scan::until(data, b'"')?;
                // The line goes on after the group, so that an address has its closing quote here.
                if self.is_wanted(data) {
                    return Some(Sieved::Read);
                }
                grouped = more;
            }
        }
        Some(Sieved::Nothing)
    }

    /// Whether an address that ends with a quote is looked for.
    fn is_wanted(&self, data: &[u8]) -> bool {
        let address = scan::address(data, b'"');
        address.is_some_and(|(address, _)| self.sought.address(address))
    }
}

/// Reads a row that begins as Suricata writes it, up to the destination.
#[inline]
fn usual(line: &[u8]) -> Option<Begun<'_>> {
    let (time, rest) = line.strip_prefix(b"{\"timestamp\":\"")?.split_at_checked(TIME)?;
    if block::has(time, b'"') {
        return None;
    }
    let rest = rest.strip_prefix(b"\",\"flow_id\":")?;
    let (id, rest) = rest.split_at_checked(block::digits(rest))?;
    let (_, rest) = scan::until(rest.strip_prefix(b",\"in_iface\":\"")?, b'"')?;
    let rest = rest.strip_prefix(b",\"event_type\":\"")?;
    let kinds = [(&b"flow\""[..], Kind::Flow), (b"tls\"", Kind::Tls), (b"dns\"", Kind::Dns)];
    let kind = |(word, kind)| Some((kind, rest.strip_prefix(word)?));
    let (kind, rest) = kinds.into_iter().find_map(kind)?;
    let (client, rest) = scan::address(rest.strip_prefix(b",\"src_ip\":\"")?, b'"')?;
    let rest = rest.strip_prefix(b",\"src_port\":")?;
    let rest = rest.get(block::digits(rest)..)?;
    let (server, rest) = scan::address(rest.strip_prefix(b",\"dest_ip\":\"")?, b'"')?;
    whole(id).then_some(Begun { kind, id, client, server, rest })
}

/// When a flow began, by its body, and the time of the row, which is written when the flow has ended.
pub(super) fn lasted(line: &[u8]) -> (Option<Time>, Option<Time>) {
    let ended = line.strip_prefix(b"{\"timestamp\":\"").and_then(parse_plain_iso);
    let began = match scan::find(line, &NEEDLES.start) {
        Found::Once(after) => after.strip_prefix(b":\"").and_then(parse_plain_iso),
        Found::Nowhere | Found::Often => None,
    };
    (began, ended)
}

/// The length of a time, `2026-01-05T00:00:49.086618+0000`.
const TIME: usize = 31;

impl<'l> Begin<'l> {
    /// Reads members up to the destination, or to the kind where that says nothing, and gives the rest.
    fn read(&mut self, line: &'l [u8]) -> Option<&'l [u8]> {
        let mut rest = line.strip_prefix(b"{\"")?;
        let mut told = false;
        loop {
            // In the order in which Suricata writes them, tried before anything else.
            let after = if let Some(after) = rest.strip_prefix(b"src_ip\":\"") {
                self.end(after, false)?
            } else if let Some(after) = rest.strip_prefix(b"dest_ip\":\"") {
                self.end(after, true)?
            } else if let Some(after) = rest.strip_prefix(b"flow_id\":") {
                let end = block::digits(after);
                if !self.id.is_empty() {
                    return None;
                }
                self.id = after.get(..end).filter(|id| whole(id))?;
                after.get(end..)?
            } else if let Some(after) = rest.strip_prefix(b"event_type\":\"") {
                let (kind, after) = scan::until(after, b'"')?;
                if told {
                    return None;
                }
                told = true;
                self.kind = match kind {
                    b"flow" => Some(Kind::Flow),
                    b"netflow" => Some(Kind::OneWay),
                    b"tls" | b"quic" => Some(Kind::Tls),
                    b"http" => Some(Kind::Http),
                    b"dns" => Some(Kind::Dns),
                    b"" => return None,
                    _ => return Some(after),
                };
                after
            } else {
                skip(rest)?
            };
            if told && !self.id.is_empty() && self.client.is_some() && self.server.is_some() {
                return Some(after);
            }
            rest = after.strip_prefix(b",\"")?;
        }
    }

    fn end(&mut self, text: &'l [u8], server: bool) -> Option<&'l [u8]> {
        let place = if server { &mut self.server } else { &mut self.client };
        if place.is_some() {
            return None;
        }
        let (address, after) = scan::address(text, b'"')?;
        *place = Some(address);
        Some(after)
    }
}

/// Goes over a key, without its first quote, and its value, where that is a string, a number or a word.
fn skip(rest: &[u8]) -> Option<&[u8]> {
    let (_, after) = scan::until(rest, b'"')?;
    let value = after.strip_prefix(b":")?;
    if let Some(text) = value.strip_prefix(b"\"") {
        return Some(scan::until(text, b'"')?.1);
    }
    let known = matches!(value.first()?, b'0'..=b'9' | b'-' | b't' | b'f' | b'n');
    let end = block::place(value, b',')?;
    known.then(|| value.get(end..)).flatten()
}

/// Whether digits are a number that is written as strict reading would write it.
fn whole(digits: &[u8]) -> bool {
    !digits.is_empty() && digits.len() < 20 && (digits.len() == 1 || !digits.starts_with(b"0"))
}

/// The value of a `host` that ends the row, or is followed by the name of the capture only, as Suricata writes it.
fn last_sensor(inner: &[u8]) -> Option<&[u8]> {
    let mut rest = inner;
    loop {
        let text = rest.strip_suffix(b"\"")?;
        let start = memchr::memrchr(b'"', text)?;
        let value = text.get(start + 1..)?;
        let before = text.get(..start)?;
        if before.ends_with(b",\"host\":") {
            return Some(value);
        }
        rest = before.strip_suffix(b",\"pcap_filename\":")?;
    }
}
