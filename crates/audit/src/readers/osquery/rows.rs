//! JSON objects out of a stream, one at a time, and their columns.

use std::borrow::Cow;

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::codes;
use crate::sink::Sink;

/// Where the scan of one object stands; survives the end of a buffer.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Scan {
    depth: usize,
    in_string: bool,
    escaped: bool,
}

impl Scan {
    /// The end of the object that begins at the start of `bytes`, or `None` if it is not there yet; call again with the bytes that
    /// follow.
    pub(super) fn object_end(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        loop {
            let rest = bytes.get(at..).filter(|rest| !rest.is_empty())?;
            if self.in_string {
                at += self.string_end(rest)?;
                continue;
            }
            let found = memchr::memchr3(b'"', b'{', b'}', rest)?;
            at += found + 1;
            match rest.get(found) {
                Some(b'"') => self.in_string = true,
                Some(b'{') => self.depth += 1,
                _ => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        *self = Self::default();
                        return Some(at);
                    }
                }
            }
        }
    }

    /// Bytes up to and with the closing quote.
    fn string_end(&mut self, rest: &[u8]) -> Option<usize> {
        let mut at = 0;
        if self.escaped {
            self.escaped = false;
            at = 1;
        }
        loop {
            let found = at + memchr::memchr2(b'"', b'\\', rest.get(at..)?)?;
            if rest.get(found) == Some(&b'"') {
                self.in_string = false;
                return Some(found + 1);
            }
            at = found + 2;
            if at > rest.len() {
                self.escaped = true;
                return None;
            }
        }
    }
}

/// What becomes of the objects of a stream.
pub(super) trait Take {
    /// Takes the object at the start of `bytes` if it is known at sight, and returns its length. `bytes` goes on after it, or ends
    /// before its end.
    fn known(&mut self, at: u64, bytes: &[u8], sink: &mut Sink<'_>) -> Option<usize>;

    /// Takes an object.
    fn object(&mut self, at: u64, bytes: &[u8], sink: &mut Sink<'_>);
}

/// The objects of a stream: the elements of an array, or one after the other. The stream comes in pieces of any size; only an object
/// that lies across a border is copied.
pub(super) struct Objects {
    /// The beginning of an object whose end has not come yet.
    open: Vec<u8>,
    scan: Scan,
    /// Offset of the next piece.
    offset: u64,
    limit: usize,
    /// Whether what stands between objects has been reported.
    damaged: bool,
    /// Lists that are open between objects.
    arrays: usize,
    /// Whether an endless object has made the rest useless.
    given_up: bool,
}

impl Objects {
    /// The objects of a new stream, none longer than `limit` bytes.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            open: Vec::new(),
            scan: Scan::default(),
            offset: 0,
            limit,
            damaged: false,
            arrays: 0,
            given_up: false,
        }
    }

    /// Takes the next piece of the stream; reports what stands between objects and does not belong there, and what is too long.
    pub(super) fn feed(&mut self, piece: &[u8], rows: &mut impl Take, sink: &mut Sink<'_>) {
        let mut at = self.close(piece, rows, sink);
        while let Some(start) = self.skip_between(piece, at, sink) {
            let rest = piece.get(start..).unwrap_or_default();
            let place = self.offset + start as u64;
            let known = rows.known(place, rest, sink);
            at = match known.or_else(|| self.scan.object_end(rest)) {
                Some(length) => start + length,
                None => {
                    self.open.extend_from_slice(rest);
                    piece.len()
                }
            };
            if known.is_none() && self.open.is_empty() {
                rows.object(place, piece.get(start..at).unwrap_or_default(), sink);
            }
        }
        self.offset += piece.len() as u64;
        if self.open.len() > self.limit {
            self.give_up(sink);
        }
    }

    /// The stream has ended; reports an object that is cut off.
    pub(super) fn end(&mut self, sink: &mut Sink<'_>) {
        if !self.open.is_empty() {
            let at = self.offset - self.open.len() as u64;
            sink.row(at).not_understood(codes::ROW_MALFORMED);
            sink.error(codes::TRUNCATED, Some(at), &[("error", "the last row has no end")]);
        } else if self.arrays > 0 {
            sink.error(codes::TRUNCATED, Some(self.offset), &[("error", "the list has no end")]);
        }
    }

    /// Completes the open object; returns where the rest of the piece begins.
    fn close(&mut self, piece: &[u8], rows: &mut impl Take, sink: &mut Sink<'_>) -> usize {
        if self.given_up {
            return piece.len();
        }
        if self.open.is_empty() {
            return 0;
        }
        let place = self.offset - self.open.len() as u64;
        let Some(end) = self.scan.object_end(piece) else {
            self.open.extend_from_slice(piece);
            return piece.len();
        };
        self.open.extend_from_slice(piece.get(..end).unwrap_or_default());
        if rows.known(place, &self.open, sink).is_none() {
            rows.object(place, &self.open, sink);
        }
        self.open.clear();
        end
    }

    /// After an endless object nothing can be trusted to be a row; the rest is skipped, and said to be.
    fn give_up(&mut self, sink: &mut Sink<'_>) {
        let at = self.offset - self.open.len() as u64;
        sink.row(at).not_understood(codes::ROW_TOO_LONG);
        let limit = format!("{} bytes a row", self.limit);
        sink.error(codes::LIMIT_REACHED, Some(self.offset), &[("limit", &limit)]);
        self.open = Vec::new();
        self.given_up = true;
    }

    /// The next `{`. Anything but white space, commas and brackets on the way is one row that was not understood.
    fn skip_between(&mut self, piece: &[u8], from: usize, sink: &mut Sink<'_>) -> Option<usize> {
        for (at, byte) in piece.iter().enumerate().skip(from) {
            match byte {
                b'{' => {
                    self.damaged = false;
                    return Some(at);
                }
                b'[' => self.arrays += 1,
                b']' => self.arrays = self.arrays.saturating_sub(1),
                b' ' | b'\t' | b'\r' | b'\n' | b',' | 0xef | 0xbb | 0xbf => {}
                _ if self.damaged => {}
                _ => {
                    self.damaged = true;
                    sink.row(self.offset + at as u64).not_understood(codes::ROW_MALFORMED);
                }
            }
        }
        None
    }
}

/// A column of a row.
pub(super) struct RowText<'a> {
    /// Its name.
    pub(super) name: Cow<'a, str>,
    /// Its value as text; empty for null and for nested values.
    pub(super) value: Cow<'a, str>,
}

/// The columns of a flat JSON object; `None` if it is not valid.
pub(super) fn parse_row(bytes: &[u8]) -> Option<Vec<RowText<'_>>> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    deserializer.deserialize_map(Columns).ok()
}

struct Columns;

impl<'de> Visitor<'de> for Columns {
    type Value = Vec<RowText<'de>>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a row")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut columns = Vec::new();
        while let Some(name) = map.next_key::<Text<'de>>()? {
            let value = map.next_value::<Value<'de>>()?;
            columns.push(RowText { name: name.0, value: value.0 });
        }
        Ok(columns)
    }
}

/// A string, borrowed where it has no escapes.
struct Text<'a>(Cow<'a, str>);

impl<'de> serde::Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(|value| Self(value.0))
    }
}

/// Any value as text.
struct Value<'a>(Cow<'a, str>);

impl<'de> serde::Deserialize<'de> for Value<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Value(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Value(Cow::Owned(text.to_owned())))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Value(Cow::Owned(value.to_string())))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Value(Cow::Owned(value.to_string())))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Value(Cow::Owned(value.to_string())))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Value(Cow::Owned(value.to_string())))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Value(Cow::Borrowed("")))
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        self.visit_unit()
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        self.visit_unit()
    }
}
