//! JSON objects out of a stream, one at a time, and their columns.

use std::borrow::Cow;
use std::io::BufRead;

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::codes;
use crate::reader::report_read_error;
use crate::sink::Sink;

/// Where the scan of one object stands; survives the end of a buffer.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Scan {
    depth: usize,
    in_string: bool,
    escaped: bool,
    done: usize,
}

impl Scan {
    /// The end of the object that begins at the start of `bytes`, or `None` if it is not there yet; call again with more bytes.
    pub(super) fn object_end(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = self.done;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            if self.in_string {
                match self.string_end(rest) {
                    Some(length) => at += length,
                    None => {
                        at = bytes.len();
                        break;
                    }
                }
                continue;
            }
            let Some(found) = memchr::memchr3(b'"', b'{', b'}', rest) else {
                at = bytes.len();
                break;
            };
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
        self.done = at;
        None
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

/// One object with its place.
pub(super) struct Object<'b> {
    /// Offset of its first byte.
    pub(super) at: u64,
    /// Its bytes.
    pub(super) bytes: &'b [u8],
}

/// The objects of a stream: the elements of an array, or one after the other.
pub(super) struct Objects {
    buffer: Vec<u8>,
    /// What of the buffer has been handed out.
    start: usize,
    /// Offset of the buffer's first byte.
    offset: u64,
    limit: usize,
    ended: bool,
}

impl Objects {
    pub(super) fn new(limit: usize) -> Self {
        Self { buffer: Vec::new(), start: 0, offset: 0, limit, ended: false }
    }

    /// The next object; reports what stands between objects and does not belong there, what is too long, and what is cut off.
    pub(super) fn next(
        &mut self,
        stream: &mut dyn BufRead,
        sink: &mut Sink<'_>,
    ) -> Option<Object<'_>> {
        self.skip_between(stream, sink)?;
        let mut scan = Scan::default();
        loop {
            let pending = self.buffer.get(self.start..).unwrap_or_default();
            if let Some(length) = scan.object_end(pending) {
                let (start, end) = (self.start, self.start + length);
                self.start = end;
                let at = self.offset + start as u64;
                return Some(Object { at, bytes: self.buffer.get(start..end).unwrap_or_default() });
            }
            if pending.len() > self.limit {
                let at = self.offset + self.start as u64;
                sink.row(at).not_understood(codes::ROW_TOO_LONG);
                self.start = self.buffer.len();
                return self.next_after_damage(stream, sink);
            }
            if self.ended || !self.fill(stream, sink) {
                let at = self.offset + self.start as u64;
                self.start = self.buffer.len();
                sink.row(at).not_understood(codes::ROW_MALFORMED);
                sink.error(codes::TRUNCATED, Some(at), &[("error", "the last row has no end")]);
                return None;
            }
        }
    }

    /// After an endless object nothing can be trusted to be a row; the rest is skipped, and said to be.
    fn next_after_damage(
        &mut self,
        stream: &mut dyn BufRead,
        sink: &mut Sink<'_>,
    ) -> Option<Object<'_>> {
        let at = self.offset + self.start as u64;
        sink.error(
            codes::LIMIT_REACHED,
            Some(at),
            &[("limit", &format!("{} bytes a row", self.limit))],
        );
        while !self.ended {
            self.start = self.buffer.len();
            self.fill(stream, sink);
        }
        None
    }

    /// Goes to the next `{`. Anything but white space, commas and brackets on the way is one row that was not understood.
    fn skip_between(&mut self, stream: &mut dyn BufRead, sink: &mut Sink<'_>) -> Option<()> {
        let mut damaged = false;
        loop {
            while let Some(&byte) = self.buffer.get(self.start) {
                match byte {
                    b'{' => return Some(()),
                    b' ' | b'\t' | b'\r' | b'\n' | b',' | b'[' | b']' | 0xef | 0xbb | 0xbf => {}
                    _ if damaged => {}
                    _ => {
                        damaged = true;
                        let at = self.offset + self.start as u64;
                        sink.row(at).not_understood(codes::ROW_MALFORMED);
                    }
                }
                self.start += 1;
            }
            if self.ended || !self.fill(stream, sink) {
                return None;
            }
        }
    }

    /// Reads more; drops what was handed out.
    fn fill(&mut self, stream: &mut dyn BufRead, sink: &mut Sink<'_>) -> bool {
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.offset += self.start as u64;
            self.start = 0;
        }
        let taken = match stream.fill_buf() {
            Ok(bytes) => {
                self.buffer.extend_from_slice(bytes);
                bytes.len()
            }
            Err(error) => {
                report_read_error(sink, &error);
                0
            }
        };
        stream.consume(taken);
        self.ended = taken == 0;
        taken > 0
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
