//! One line of a walk: `OID|TAG|VALUE` as snmpsim records it, or `OID = TYPE: VALUE` as net-snmp prints it.

use crate::readers::snmp_walk::oid::{self, Oid};
use crate::text;

/// What a line is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A variable with its value. `open` says that the value may go on in the next line.
    Variable { oid: Oid, value: Value, open: Open },
    /// A remark of the recorder or an empty line.
    Remark,
    /// Neither: it belongs to the value before it, or to nothing.
    Other,
}

/// Whether a value may go on in the next line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Open {
    /// It is complete.
    No,
    /// Until a line that ends in a quotation mark.
    Quoted,
    /// Until the next variable.
    Plain,
    /// As long as lines hold nothing but hex digits.
    Hex,
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// The device says that there is nothing.
    Absent,
    /// Octets.
    Octets(Vec<u8>),
    /// Anything that is written in digits and words: numbers, addresses, object identifiers.
    Written(String),
    /// The recording says so little of the value that nothing can be read from it.
    Unreadable,
}

impl Value {
    /// The value as clean text: decoded, without control characters and wrapping quotation marks.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Absent | Self::Unreadable => String::new(),
            Self::Written(text) => clean(text),
            Self::Octets(octets) => {
                let end = octets.iter().rposition(|&b| b != 0).map_or(0, |last| last + 1);
                clean(&text::decode(octets.get(..end).unwrap_or_default()).text)
            }
        }
    }

    /// The octets that a MAC or IP address is made of.
    pub(super) fn octets(&self) -> &[u8] {
        if let Self::Octets(octets) = self { octets } else { &[] }
    }
}

/// Reads a line.
pub(super) fn parse(line: &[u8]) -> Line {
    let trimmed = line.trim_ascii();
    if trimmed.is_empty() || trimmed.starts_with(b"#") {
        return Line::Remark;
    }
    record(line).or_else(|| printed(line)).unwrap_or(Line::Other)
}

/// Appends a line that continues a value; `false` when it does not.
pub(super) fn extend(value: &mut Value, open: &mut Open, line: &[u8]) -> bool {
    let Value::Octets(octets) = value else { return false };
    match open {
        Open::No => return false,
        Open::Hex => match hex(line) {
            Some(more) => octets.extend(more),
            None => return false,
        },
        Open::Plain => {
            octets.push(b'\n');
            octets.extend_from_slice(line);
        }
        Open::Quoted => {
            octets.push(b'\n');
            match unquote_end(line) {
                Some(last) => {
                    octets.extend(unescape(last));
                    *open = Open::No;
                }
                None => octets.extend(unescape(line)),
            }
        }
    }
    true
}

fn record(line: &[u8]) -> Option<Line> {
    let mut parts = line.splitn(3, |&b| b == b'|');
    let oid = oid::numeric(std::str::from_utf8(parts.next()?).ok()?.trim())?;
    let tag = std::str::from_utf8(parts.next()?).ok()?.trim();
    let raw = parts.next()?;
    let (tag, varied) = match tag.split_once(':') {
        Some((tag, _)) => (tag, true),
        None => (tag, false),
    };
    let digits = tag.trim_end_matches(['x', 'e']);
    let kind: u32 = digits.parse().ok()?;
    // A variation module's value is its settings; one of them may be the value itself.
    let raw = if varied { setting(raw, b"value=") } else { Some(raw) };
    let value = match (raw, kind) {
        (_, 5 | 128..=130) => Value::Absent,
        (None, _) => Value::Unreadable,
        (Some(raw), 4 | 64 | 68) if tag.ends_with('x') => {
            hex(raw).map_or(Value::Unreadable, Value::Octets)
        }
        (Some(raw), 4) if tag.ends_with('e') => Value::Octets(unescape(raw)),
        (Some(raw), 4) => Value::Octets(raw.to_vec()),
        (Some(raw), _) => Value::Written(String::from_utf8_lossy(raw).trim().to_owned()),
    };
    Some(Line::Variable { oid: Oid::Numeric(oid), value, open: Open::No })
}

fn setting<'a>(raw: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    raw.split(|&b| b == b',').find_map(|part| part.trim_ascii().strip_prefix(name))
}

fn printed(line: &[u8]) -> Option<Line> {
    let at = memchr::memmem::find(line, b" =").filter(|&at| {
        let after = line.get(at + 2..).unwrap_or_default();
        after.is_empty() || after.starts_with(b" ")
    })?;
    let oid = oid::parse(std::str::from_utf8(line.get(..at)?).ok()?)?;
    let raw = line.get(at + 2..).unwrap_or_default();
    let raw = raw.strip_prefix(b" ").unwrap_or(raw);
    let (value, open) = typed(raw);
    Some(Line::Variable { oid, value, open })
}

fn typed(raw: &[u8]) -> (Value, Open) {
    if ABSENT.iter().any(|words| raw.starts_with(words)) || raw == b"NULL" {
        return (Value::Absent, Open::No);
    }
    let raw = match raw.strip_prefix(b"Wrong Type ") {
        Some(rest) => {
            memchr::memmem::find(rest, b"): ").and_then(|at| rest.get(at + 3..)).unwrap_or_default()
        }
        None => raw,
    };
    for name in [&b"Hex-STRING:"[..], b"BITS:", b"Network Address:"] {
        if let Some(rest) = raw.strip_prefix(name) {
            return hex(rest).map_or((Value::Unreadable, Open::No), |octets| {
                (Value::Octets(octets), Open::Hex)
            });
        }
    }
    for name in [&b"STRING:"[..], b"OCTET STRING:"] {
        if let Some(rest) = raw.strip_prefix(name) {
            return string(rest.strip_prefix(b" ").unwrap_or(rest));
        }
    }
    if raw.starts_with(b"\"") {
        return string(raw);
    }
    let words = String::from_utf8_lossy(raw);
    let known = WRITTEN.iter().find_map(|name| words.strip_prefix(name));
    match known {
        Some(rest) => (Value::Written(rest.trim().to_owned()), Open::No),
        None => (Value::Octets(raw.to_vec()), Open::Plain),
    }
}

fn string(raw: &[u8]) -> (Value, Open) {
    let Some(quoted) = raw.strip_prefix(b"\"") else {
        return (Value::Octets(raw.to_vec()), Open::Plain);
    };
    match unquote_end(quoted) {
        Some(whole) => (Value::Octets(unescape(whole)), Open::No),
        None => (Value::Octets(unescape(quoted)), Open::Quoted),
    }
}

/// The text before a closing quotation mark at the end of a line; a mark behind an odd number of backslashes closes nothing.
fn unquote_end(line: &[u8]) -> Option<&[u8]> {
    let inner = line.trim_ascii_end().strip_suffix(b"\"")?;
    let slashes = inner.iter().rev().take_while(|&&b| b == b'\\').count();
    (slashes % 2 == 0).then_some(inner)
}

/// Removes backslash escapes: `\"`, `\\`, `\n`, `\r`, `\t`, `\xNN`.
fn unescape(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let (plain, skip) = match tail {
            [b'n', ..] => (b'\n', 1),
            [b'r', ..] => (b'\r', 1),
            [b't', ..] => (b'\t', 1),
            [b'"' | b'\\' | b'\'', ..] => (tail.first().copied().unwrap_or(b'\\'), 1),
            [b'x', a, b, ..] => match hex(&[*a, *b]).as_deref() {
                Some([octet]) => (*octet, 3),
                _ => (b'\\', 0),
            },
            _ => (b'\\', 0),
        };
        out.push(plain);
        rest = tail.get(skip..).unwrap_or_default();
    }
    out
}

/// Octets written as pairs of hex digits, with or without blanks or colons between them.
fn hex(raw: &[u8]) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = raw
        .iter()
        .filter(|b| !b.is_ascii_whitespace() && **b != b':')
        .map(|&b| (b as char).to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let digits = digits?;
    let (pairs, odd) = digits.as_chunks::<2>();
    odd.is_empty().then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

/// Without control characters (each run of them becomes a blank) and without quotation marks around the whole.
fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for part in text.split(|c: char| c.is_control() || c == '\u{fffd}') {
        if !out.is_empty() && !out.ends_with(' ') && !part.is_empty() && !part.starts_with(' ') {
            out.push(' ');
        }
        out.push_str(part);
    }
    let mut trimmed = out.trim();
    while let Some(inner) = trimmed.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        trimmed = inner.trim();
    }
    trimmed.to_owned()
}

const ABSENT: &[&[u8]] = &[
    b"No Such Object",
    b"No Such Instance",
    b"No more variables left",
    b"noSuchObject",
    b"noSuchInstance",
    b"endOfMibView",
];

const WRITTEN: &[&str] = &[
    "OID:",
    "INTEGER:",
    "Integer32:",
    "Gauge32:",
    "Gauge:",
    "Counter32:",
    "Counter64:",
    "Counter:",
    "Timeticks:",
    "IpAddress:",
    "UInteger32:",
    "Unsigned32:",
    "Opaque:",
    "NULL",
];
