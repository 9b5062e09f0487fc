//! The sieve of Zeek's JSON: the keys that decide stand near the beginning of a row and in the order of Zeek's records. Rows that
//! look otherwise, have a backslash, or a key that decides a second time, are for the strict reader.
//!
//! In a row without a backslash every quotation mark begins or ends a string, so that `"key":` is a key wherever it stands.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::{Field, Stream};
use crate::codes;
use crate::event::Key;
use crate::reader::{Sieved, Wanted};
use crate::readers::block;
use crate::readers::names;
use crate::readers::scan::{self, Ends, Found, Sought};
use crate::time::{Time, parse_epoch_seconds, parse_plain_iso};

/// Needles, each made ready once.
struct Needles {
    id: Finder<'static>,
    path: Finder<'static>,
    stream: Finder<'static>,
    server_name: Finder<'static>,
    host: Finder<'static>,
    uri: Finder<'static>,
    query: Finder<'static>,
    answers: Finder<'static>,
    sensor: Finder<'static>,
    time: Finder<'static>,
}

static NEEDLES: LazyLock<Needles> = LazyLock::new(|| Needles {
    id: Finder::new("id"),
    path: Finder::new("path\""),
    stream: Finder::new("stream\""),
    server_name: Finder::new("\"server_name\""),
    host: Finder::new("\"host\""),
    uri: Finder::new("\"uri\""),
    query: Finder::new("\"query\""),
    answers: Finder::new("\"answers\""),
    // `@system` and `_system_name`.
    sensor: Finder::new("system"),
    time: Finder::new("\"ts\":"),
});

/// What a sieve needs at hand.
pub(crate) struct Sieve<'s> {
    needles: &'s Needles,
    sought: Sought<'s>,
}

/// What stands before `uid`.
#[derive(Default)]
struct Before<'l> {
    stream: Option<Stream>,
    sensor: &'l [u8],
}

impl<'s> Sieve<'s> {
    /// A sieve for what is wanted.
    pub(crate) fn new(wanted: &'s dyn Wanted) -> Self {
        Self { needles: &NEEDLES, sought: Sought::new(wanted) }
    }

    /// Sieves a row without a backslash. `None` is for the strict reader.
    pub(crate) fn row(&self, line: &[u8]) -> Option<Sieved> {
        let line = line.strip_suffix(b"}")?;
        let mut before = Before::default();
        let rest = match plain_time(line) {
            Some(rest) => rest,
            None => match self.before(line, &mut before)? {
                Begun::Inert(reason) => return Some(Sieved::Inert(reason)),
                Begun::Uid(rest) => rest,
            },
        };
        let (uid, rest) = uid(rest)?;
        let mut scope = None;
        let rest = end_key(rest, b"orig_h\":\"", &mut scope)?;
        let (client, rest) = scan::address(rest, b'"')?;
        let rest = port(end_key(rest, b"orig_p\":", &mut scope)?)?;
        let rest = end_key(rest, b"resp_h\":\"", &mut scope)?;
        let (server, rest) = scan::address(rest, b'"')?;
        let rest = port(end_key(rest, b"resp_p\":", &mut scope)?)?.strip_prefix(b",\"")?;
        if uid.is_empty() || self.again(rest) {
            return None;
        }
        let stream = before.stream.or_else(|| stream(rest))?;
        let ends = Ends { client, server };
        match stream {
            // A sensor that is named behind the uid is for the strict reader.
            Stream::Conn if self.needles.sensor.find(rest).is_some() => None,
            Stream::Conn => Some(ends.flow(Key::new(before.sensor, uid), &self.sought)),
            Stream::Tls => self.tls(rest, &ends),
            Stream::Http => self.http(rest, &ends),
            Stream::Dns => self.dns(rest, &ends),
            Stream::Interim => Some(Sieved::Inert(codes::COUNTED_AT_END)),
            Stream::Other => Some(Sieved::Inert(codes::NOT_TRAFFIC)),
        }
    }

    /// Reads the members up to the value of `uid`.
    fn before<'l>(&self, line: &'l [u8], before: &mut Before<'l>) -> Option<Begun<'l>> {
        let mut rest = line.strip_prefix(b"{\"")?;
        loop {
            let (key, after) = scan::until(rest, b'"')?;
            if key == b"uid" {
                return Some(Begun::Uid(after.strip_prefix(b":\"")?));
            }
            let field = Field::of(std::str::from_utf8(key).ok()?);
            let after = after.strip_prefix(b":")?;
            let (value, after) = match after.strip_prefix(b"\"") {
                Some(text) => scan::until(text, b'"')?,
                None => (&b""[..], number(after)?),
            };
            match field {
                Some(Field::Path) if before.stream.is_some() => return None,
                Some(Field::Path) => {
                    let stream = Stream::of(std::str::from_utf8(value).ok()?);
                    let needles = self.needles;
                    if needles.path.find(after).is_some() || needles.stream.find(after).is_some() {
                        return None;
                    }
                    match stream {
                        Stream::Other => return Some(Begun::Inert(codes::NOT_TRAFFIC)),
                        Stream::Interim => return Some(Begun::Inert(codes::COUNTED_AT_END)),
                        stream => before.stream = Some(stream),
                    }
                }
                Some(Field::Sensor) if !before.sensor.is_empty() => return None,
                Some(Field::Sensor) => before.sensor = value,
                None | Some(Field::Time) => (),
                Some(_) => return None,
            }
            rest = after.strip_prefix(b",\"")?;
        }
    }

    /// Whether `uid` or an end of the flow stands in the rest of the row again.
    fn again(&self, rest: &[u8]) -> bool {
        block::has_pair(rest, b'i', b'd') && self.identifies(rest)
    }

    fn identifies(&self, rest: &[u8]) -> bool {
        self.needles.id.find_iter(rest).any(|at| {
            let before = |back: usize| at.checked_sub(back).and_then(|at| rest.get(at));
            match before(1) {
                Some(b'"') => true,
                Some(b'u') => {
                    matches!(before(2), None | Some(b'"')) && rest.get(at + 2) == Some(&b'"')
                }
                _ => at == 0,
            }
        })
    }

    fn tls(&self, rest: &[u8], ends: &Ends) -> Option<Sieved> {
        match find_key(rest, b"server_name\":", &self.needles.server_name) {
            Found::Nowhere => Some(Sieved::Inert(codes::NOT_TRAFFIC)),
            Found::Once(after) => Some(ends.named(scan::string(after)?, &self.sought)),
            Found::Often => None,
        }
    }

    fn http(&self, rest: &[u8], ends: &Ends) -> Option<Sieved> {
        match find_key(rest, b"uri\":", &self.needles.uri) {
            Found::Nowhere => (),
            Found::Once(after) if after.starts_with(b":\"/") => (),
            _ => return None,
        }
        let host = match find_key(rest, b"host\":", &self.needles.host) {
            Found::Nowhere => None,
            Found::Once(after) => Some(std::str::from_utf8(scan::string(after)?).ok()?),
            Found::Often => return None,
        };
        match names::requested(host, None) {
            None => Some(Sieved::Inert(codes::NOT_TRAFFIC)),
            Some(name) => Some(ends.named(name.as_bytes(), &self.sought)),
        }
    }

    fn dns(&self, rest: &[u8], ends: &Ends) -> Option<Sieved> {
        let name = match find_key(rest, b"query\":", &self.needles.query) {
            Found::Nowhere => return Some(Sieved::Inert(codes::NOT_TRAFFIC)),
            Found::Once(after) => scan::string(after)?,
            Found::Often => return None,
        };
        if ends.asked(name, &self.sought) {
            return Some(Sieved::Read);
        }
        match find_key(rest, b"answers\":", &self.needles.answers) {
            Found::Nowhere => Some(Sieved::Nothing),
            Found::Once(after) => self.answers(after.strip_prefix(b":[")?),
            Found::Often => None,
        }
    }

    /// Whether one of the answers is looked for.
    fn answers(&self, mut rest: &[u8]) -> Option<Sieved> {
        while let Some(item) = rest.strip_prefix(b"\"") {
            let (text, after) = scan::until(item, b'"')?;
            if let Some((address, _)) = scan::address(item, b'"')
                && !text.is_empty()
                && self.sought.address(address)
            {
                return Some(Sieved::Read);
            }
            rest = after.strip_prefix(b",").unwrap_or(after);
        }
        rest.starts_with(b"]").then_some(Sieved::Nothing)
    }
}

/// How a row begins.
enum Begun<'l> {
    /// Up to its uid.
    Uid(&'l [u8]),
    /// It says nothing, for this reason.
    Inert(model::diagnostic::Code),
}

/// Goes over `{"ts":1600000000.123456,"uid":"`.
#[inline]
fn plain_time(line: &[u8]) -> Option<&[u8]> {
    let rest = line.strip_prefix(b"{\"ts\":")?;
    let whole = block::digits(rest);
    let fraction = rest.get(whole..)?.strip_prefix(b".")?;
    fraction.get(block::digits(fraction)..)?.strip_prefix(b",\"uid\":\"")
}

/// The time of a row that is written as Zeek's own writer does, or as ISO 8601.
pub(super) fn began(line: &[u8]) -> Option<Time> {
    let Found::Once(after) = scan::find(line, &NEEDLES.time) else { return None };
    match after.strip_prefix(b"\"") {
        Some(text) => parse_plain_iso(text),
        None => parse_epoch_seconds(after.get(..after.iter().position(|byte| *byte == b',')?)?),
    }
}

/// Goes over `,"id.orig_h":"` and its like; any one byte may stand between, the same in all of a row.
#[inline]
fn end_key<'l, const N: usize>(
    rest: &'l [u8],
    own: &[u8; N],
    scope: &mut Option<u8>,
) -> Option<&'l [u8]> {
    let (between, rest) = rest.strip_prefix(b",\"id")?.split_first()?;
    let known = *scope.get_or_insert(*between) == *between;
    if !known || !between.is_ascii_punctuation() || *between == b'"' {
        return None;
    }
    rest.strip_prefix(own)
}

/// A uid has 17 or 18 letters and digits, so that its end is rarely in the first block.
#[inline]
fn uid(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    for length in [18_usize, 17] {
        if rest.get(length) == Some(&b'"')
            && let Some((uid, rest)) = rest.split_at_checked(length)
            && !block::has(uid, b'"')
        {
            return Some((uid, rest.get(1..)?));
        }
    }
    scan::until(rest, b'"')
}

/// Goes over the digits of a port.
#[inline]
fn port(rest: &[u8]) -> Option<&[u8]> {
    rest.get(block::digits(rest)..)
}

/// Goes over a number, or a word such as `true`.
fn number(rest: &[u8]) -> Option<&[u8]> {
    let end =
        rest.iter().position(|byte| !byte.is_ascii_alphanumeric() && !b".-+".contains(byte))?;
    if end == 0 { None } else { rest.get(end..) }
}

/// What a row without a path is about, by the first key after the ends; see [`Field::tell`].
fn stream(rest: &[u8]) -> Option<Stream> {
    if let Some(rest) = rest.strip_prefix(b"proto\":\"") {
        let usual = rest.get(3..).filter(|_| rest.starts_with(b"tcp") || rest.starts_with(b"udp"));
        let rest = match usual {
            Some(rest) => rest.strip_prefix(b"\",\"")?,
            None => scan::until(rest, b'"')?.1.strip_prefix(b",\"")?,
        };
        let conn = [&b"service\":"[..], b"duration\":", b"conn_state\":", b"orig_bytes\":"];
        if conn.iter().any(|key| rest.starts_with(key)) {
            return Some(Stream::Conn);
        }
        let dns = [&b"trans_id\":"[..], b"rtt\":", b"query\":"];
        return dns.iter().any(|key| rest.starts_with(key)).then_some(Stream::Dns);
    }
    // `http.log` has a version too.
    let version = rest.strip_prefix(b"version\":\"");
    let rest =
        version.map_or(Some(rest), |rest| scan::until(rest, b'"')?.1.strip_prefix(b",\""))?;
    let tls = [
        &b"cipher\":"[..],
        b"curve\":",
        b"server_name\":",
        b"resumed\":",
        b"client_initial_dcid\":",
    ];
    if tls.iter().any(|key| rest.starts_with(key)) {
        return Some(Stream::Tls);
    }
    rest.starts_with(b"trans_depth\":").then_some(Stream::Http)
}

/// How often a key stands in the rest of a row, which begins within the quotes of a key.
fn find_key<'l>(rest: &'l [u8], first: &[u8], needle: &Finder<'_>) -> Found<'l> {
    let Some(after) = rest.strip_prefix(first) else { return scan::find(rest, needle) };
    if needle.find(after).is_some() {
        return Found::Often;
    }
    rest.get(first.len() - 1..).map_or(Found::Often, Found::Once)
}
