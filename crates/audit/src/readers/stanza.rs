//! Stanzas of `Key: value` lines, separated by blank lines, with indented continuations: dpkg's control-file syntax, deb822(5).
//!
//! Only the first line of each wanted field is kept; continuations and other fields pass by.

use crate::codes;
use crate::reader::{Input, Line};
use crate::sink::Sink;

/// Reads stanzas one after the other.
#[derive(Default)]
pub(crate) struct Stanzas {
    buffer: Vec<u8>,
    line: u64,
}

/// One stanza: the wanted fields that occurred.
#[derive(Default)]
pub(crate) struct Stanza {
    /// The line at which it begins.
    pub(crate) at: u64,
    fields: Vec<(&'static str, String)>,
    /// Whether it holds a line that is no field.
    pub(crate) broken: bool,
}

impl Stanza {
    /// The field's first line; empty when it did not occur.
    pub(crate) fn get(&self, key: &str) -> &str {
        self.fields.iter().find(|(name, _)| *name == key).map_or("", |(_, value)| value)
    }

    /// Whether the field occurred.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.fields.iter().any(|(name, _)| *name == key)
    }
}

impl Stanzas {
    /// The next stanza with those of the wanted fields that it has, or `None` at the end. Lines that are no fields are reported.
    pub(crate) fn next(
        &mut self,
        input: &mut Input<'_>,
        sink: &mut Sink<'_>,
        wanted: &[&'static str],
    ) -> Option<Stanza> {
        let mut stanza = Stanza::default();
        while let Some(line) = input.line(&mut self.buffer, sink) {
            self.line += 1;
            if line == Line::TooLong {
                sink.warn(codes::LIMIT_REACHED, Some(self.line), &[("limit", "row_bytes")]);
            }
            if self.line == 1 && self.buffer.starts_with(b"\xef\xbb\xbf") {
                self.buffer.drain(..3);
            }
            if self.buffer.iter().all(u8::is_ascii_whitespace) {
                if stanza.at > 0 {
                    return Some(stanza);
                }
                continue;
            }
            if stanza.at == 0 {
                stanza.at = self.line;
            }
            self.take(&mut stanza, input.limits.value_bytes, sink, wanted);
        }
        (stanza.at > 0).then_some(stanza)
    }

    fn take(
        &self,
        stanza: &mut Stanza,
        value_bytes: usize,
        sink: &mut Sink<'_>,
        wanted: &[&'static str],
    ) {
        if self.buffer.first().is_some_and(u8::is_ascii_whitespace) {
            return;
        }
        let Some(colon) = memchr::memchr(b':', &self.buffer).filter(|&at| at > 0) else {
            stanza.broken = true;
            return sink.warn(codes::MALFORMED, Some(self.line), &[("what", "line")]);
        };
        let (key, value) = self.buffer.split_at(colon);
        let Some(name) = wanted.iter().find(|name| name.as_bytes().eq_ignore_ascii_case(key))
        else {
            return;
        };
        let value = value.get(1..value.len().min(value_bytes)).unwrap_or_default();
        let text = String::from_utf8_lossy(value);
        if text.contains('\u{fffd}') {
            sink.warn(codes::BAD_ENCODING, Some(self.line), &[("field", name)]);
        }
        if stanza.fields.len() < MAX_FIELDS {
            stanza.fields.push((name, text.trim().to_owned()));
        }
    }
}

/// More repetitions of wanted fields than this say nothing new.
const MAX_FIELDS: usize = 64;
