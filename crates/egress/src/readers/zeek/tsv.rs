//! Zeek's own tables: header lines with `#` say what separates, what unset means and which columns there are.
//!
//! Columns are known by name, never by place. A header in mid-file (logs are concatenated) changes them from there on; lines such
//! as `#open` and `#close` change nothing.

use std::borrow::Cow;
use std::ops::Range;

use super::{Field, Row, Stream, account, tsv_sieve};
use crate::codes;
use crate::reader::{Format, Head, LineReader, Open, Out, Sieved, Swept, Wanted, Yields};
use crate::reader::{blank, trim_end};
use crate::readers::object::Value;

/// The format.
pub(crate) struct ZeekTsv;

impl Format for ZeekTsv {
    fn id(&self) -> &'static str {
        "zeek-tsv"
    }

    fn version(&self) -> u32 {
        1
    }

    fn family(&self) -> &'static str {
        "zeek"
    }

    fn probe(&self, head: &Head<'_>) -> Option<u8> {
        let bytes = head.bytes.strip_prefix(BOM).unwrap_or(head.bytes);
        let mut lines = comments(bytes);
        let separator = lines.clone().any(|line| line.starts_with(b"#separator "));
        let fields = lines.any(|line| line.starts_with(b"#fields"));
        match (separator, fields) {
            (true, true) => Some(99),
            (true, false) => Some(80),
            // The header of a log without its first lines.
            (false, true) => Some(70),
            _ => None,
        }
    }

    fn open(&self, head: &Head<'_>) -> Open {
        let bytes = head.bytes.strip_prefix(BOM).unwrap_or(head.bytes);
        let mut reader = Table::default();
        for line in comments(bytes) {
            if let Some(next) = reader.after(line) {
                reader = next;
            }
        }
        Open::Lines(Box::new(reader))
    }
}

/// A mark that some editors put at the beginning of a file.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// The lines of a header.
fn comments(head: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    let head = head.trim_ascii_start();
    head.split(|byte| *byte == b'\n').take_while(|line| line.starts_with(b"#")).map(trim_end)
}

/// A table with what its header has said so far.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) separator: Vec<u8>,
    pub(crate) set_separator: Vec<u8>,
    pub(crate) empty: Vec<u8>,
    pub(crate) unset: Vec<u8>,
    path: Option<Stream>,
    pub(crate) stream: Stream,
    /// How many columns a row has; 0 before they are known.
    pub(crate) width: usize,
    /// What is in which column, by column.
    pub(crate) columns: Vec<(usize, Field, bool)>,
    /// Columns by use, for the sieve.
    pub(crate) plan: tsv_sieve::Plan,
}

impl Default for Table {
    fn default() -> Self {
        Self {
            separator: b"\t".to_vec(),
            set_separator: b",".to_vec(),
            empty: b"(empty)".to_vec(),
            unset: b"-".to_vec(),
            path: None,
            stream: Stream::Other,
            width: 0,
            columns: Vec::new(),
            plan: tsv_sieve::Plan::default(),
        }
    }
}

impl Table {
    /// The table after a line of a header; `None` where the line changes nothing.
    fn after(&self, line: &[u8]) -> Option<Self> {
        if let Some(separator) = line.strip_prefix(b"#separator ") {
            let separator = unescape(separator).into_owned();
            let separator = if separator.is_empty() { b"\t".to_vec() } else { separator };
            return Some(Self { separator, ..Self::default() });
        }
        let rest = line.strip_prefix(b"#")?;
        let cut = memchr::memmem::find(rest, &self.separator)?;
        let (key, value) = (rest.get(..cut)?, rest.get(cut + self.separator.len()..)?);
        let mut next = self.clone();
        match key {
            b"set_separator" => next.set_separator = unescape(value).into_owned(),
            b"empty_field" => next.empty = value.to_vec(),
            b"unset_field" => next.unset = value.to_vec(),
            b"path" => next.path = Some(Stream::of(&String::from_utf8_lossy(value))),
            b"fields" => next.name(value),
            b"types" => next.type_of(value),
            _ => return None,
        }
        next.stream = next
            .path
            .unwrap_or_else(|| Field::tell(next.columns.iter().map(|(_, field, _)| *field)));
        next.plan = tsv_sieve::Plan::of(&next);
        Some(next)
    }

    fn name(&mut self, names: &[u8]) {
        self.columns.clear();
        self.width = 0;
        for name in split(names, &self.separator) {
            if let Some(field) = Field::of(&String::from_utf8_lossy(name)) {
                // Lists are so by their nature too: a header may lack its types.
                let list = matches!(field, Field::Answers | Field::Lives);
                self.columns.push((self.width, field, list));
            }
            self.width += 1;
        }
    }

    fn type_of(&mut self, types: &[u8]) {
        for (index, kind) in split(types, &self.separator).enumerate() {
            let list = kind.starts_with(b"set[") || kind.starts_with(b"vector[");
            for (column, _, is_list) in &mut self.columns {
                if *column == index {
                    *is_list = list;
                }
            }
        }
    }

    /// The values of a row that are looked at, the sensor's first; `None` where it has not as many columns as there are names.
    fn fields<'l>(&self, line: &'l [u8]) -> Option<Vec<(Field, Value<'l>)>> {
        let mut fields = Vec::with_capacity(self.columns.len());
        let mut columns = self.columns.iter().peekable();
        let mut width = 0;
        for (index, text) in split(line, &self.separator).enumerate() {
            width += 1;
            let Some((_, field, list)) = columns.next_if(|(column, ..)| *column == index) else {
                continue;
            };
            fields.push((*field, self.value(text, *list)));
        }
        fields.sort_by_key(|(field, _)| *field != Field::Sensor);
        (width == self.width).then_some(fields)
    }

    fn value<'l>(&self, text: &'l [u8], list: bool) -> Value<'l> {
        if text == self.unset {
            return Value::Null;
        }
        if list {
            let items = if text == self.empty { &[][..] } else { text };
            let items = split(items, &self.set_separator).filter(|item| !item.is_empty());
            return Value::List(items.map(|item| self.scalar(item)).collect());
        }
        self.scalar(text)
    }

    fn scalar<'l>(&self, text: &'l [u8]) -> Value<'l> {
        if text == self.unset {
            return Value::Null;
        }
        if text == self.empty {
            return Value::Text("".into());
        }
        Value::Text(match unescape(text) {
            Cow::Borrowed(text) => String::from_utf8_lossy(text),
            Cow::Owned(text) => String::from_utf8_lossy(&text).into_owned().into(),
        })
    }
}

/// The parts between separators.
fn split<'l, 's>(
    line: &'l [u8],
    separator: &'s [u8],
) -> impl Iterator<Item = &'l [u8]> + use<'l, 's> {
    let mut rest = Some(line);
    std::iter::from_fn(move || {
        let line = rest?;
        let cut = if separator.is_empty() { None } else { memchr::memmem::find(line, separator) };
        rest = cut.and_then(|cut| line.get(cut + separator.len()..));
        line.get(..cut.unwrap_or(line.len()))
    })
}

/// Undoes Zeek's escapes: `\xNN` and `\\`.
fn unescape(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\\', text).is_none() {
        return Cow::Borrowed(text);
    }
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        let (byte, after) = match rest {
            [b'\\', b'\\', after @ ..] => (b'\\', after),
            [b'\\', b'x', high, low, after @ ..] => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => (high * 16 + low, after),
                _ => (b'\\', rest.get(1..).unwrap_or_default()),
            },
            _ => (*first, after),
        };
        plain.push(byte);
        rest = after;
    }
    Cow::Owned(plain)
}

/// The value of a hexadecimal digit.
fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

impl LineReader for Table {
    fn yields(&self) -> Yields {
        self.stream.yields()
    }

    fn read(&self, line: &[u8], at: u64, out: &mut Out<'_>) {
        let bare = line.strip_prefix(BOM).unwrap_or(line);
        if bare.starts_with(b"#") {
            out.inert(codes::ROW_HEADER);
            return;
        }
        if blank(line, out) {
            return;
        }
        let became = match self.fields(line) {
            Some(fields) => Row { stream: self.stream, fields: &fields }.emit(at, out),
            None => Err(codes::COLUMNS_DIFFER),
        };
        account(became, at, out);
    }

    fn sieve(&self, line: &[u8], wanted: &dyn Wanted) -> Sieved {
        let mut found = None;
        let swept = self.sieve_chunk(line, wanted, &mut |_, sieved| found = Some(sieved));
        if swept.nothing > 0 { Sieved::Nothing } else { found.unwrap_or(Sieved::Read) }
    }

    fn sieve_chunk(
        &self,
        chunk: &[u8],
        wanted: &dyn Wanted,
        take: &mut dyn FnMut(Range<usize>, Sieved),
    ) -> Swept {
        self.plan.sieve_chunk(chunk, wanted, take, |line| self.header(line).is_some())
    }

    fn header(&self, line: &[u8]) -> Option<Box<dyn LineReader>> {
        let line = line.strip_prefix(BOM).unwrap_or(line);
        self.after(line).map(|table| Box::new(table) as Box<dyn LineReader>)
    }
}
