//! Rows of a shape that was seen before, by what they say.
//!
//! An export repeats the names of the columns in every row. A [`Shape`] holds the bytes between the values of a row that was parsed
//! once. A later row with the same bytes in these places is cut into its values without parsing it as JSON, and what it means is
//! looked up by the values that its table reads: the process id may differ. The look-up compares bytes, never hashes alone, so a
//! crafted collision cannot hide a row behind another one.
//!
//! A row fits only if JSON would be parsed from it: control characters, invalid UTF-8, unusual escapes and everything else that is
//! not plain is left to the parser, so that a fitting row and a parsed row never differ in what comes out.

use std::borrow::Cow;
use std::hash::{BuildHasher, Hasher};
use std::ops::Range;

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use model::observation::ItemId;

use super::rows::RowText;
use super::tables::Table;

/// What a row turned out to mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// This item.
    Item(ItemId),
    /// Nothing that we look at.
    Inert,
    /// It speaks of software or the like in columns that no table of ours has.
    Lost,
}

/// The shapes and the meanings that one worker knows. Bounded: when it is full, rows are parsed as if they were new.
#[derive(Default)]
pub(crate) struct KnownRows {
    shapes: Vec<Shape>,
    /// The shape that fitted last.
    last: usize,
    /// What the row that was looked up last is known by.
    key: Vec<u8>,
    /// Where its values stand that are read.
    values: Vec<Range<usize>>,
    memo: Memo,
}

/// A row that fits a shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// How many bytes it has.
    pub(super) length: usize,
    /// What it means, if that is known.
    pub(super) verdict: Option<Verdict>,
}

impl KnownRows {
    /// The row at the beginning of `bytes`, if it has a known shape and is all there.
    pub(super) fn find(&mut self, bytes: &[u8]) -> Option<Found> {
        let others = (0..self.shapes.len()).filter(|index| *index != self.last);
        for index in std::iter::once(self.last).chain(others) {
            let Some(shape) = self.shapes.get(index) else { continue };
            if let Some(length) = shape.fit(bytes, &mut self.key, &mut self.values) {
                self.last = index;
                return Some(Found { length, verdict: self.memo.get(&self.key) });
            }
        }
        None
    }

    /// Keeps what the row means that was found last.
    pub(super) fn keep(&mut self, verdict: Verdict) {
        self.memo.put(&self.key, verdict);
    }

    /// The table of the row that was found last, and the columns that it reads. `bytes` are the row's.
    pub(super) fn row<'r>(
        &'r self,
        bytes: &'r [u8],
    ) -> Option<(Option<&'static Table>, Vec<RowText<'r>>)> {
        let shape = self.shapes.get(self.last)?;
        let mut row = Vec::with_capacity(self.values.len());
        let read = shape.columns.iter().filter(|column| column.read);
        for (column, place) in read.zip(&self.values) {
            let text = std::str::from_utf8(bytes.get(place.clone())?).ok()?;
            let value = if text.contains('\\') {
                let quoted = bytes.get(place.start.checked_sub(1)?..place.end + 1)?;
                Cow::Owned(serde_json::from_slice(quoted).ok()?)
            } else {
                Cow::Borrowed(text)
            };
            row.push(RowText { name: Cow::Borrowed(&column.name), value });
        }
        Some((shape.table, row))
    }

    /// Learns the shape of a row of this table that was parsed.
    pub(super) fn learn(&mut self, row: &[u8], table: Option<&'static Table>) {
        if self.shapes.len() < MAX_SHAPES {
            let number = u8::try_from(self.shapes.len()).unwrap_or(u8::MAX);
            self.shapes.extend(Shape::of(row, number, table));
        }
    }
}

/// The bytes around the values of a row.
struct Shape {
    number: u8,
    table: Option<&'static Table>,
    columns: Vec<Column>,
    /// What stands after the last value, up to and with the closing brace.
    end: Vec<u8>,
}

struct Column {
    /// What stands before the value, from the end of the one before: names, white space, and values that are `null` or a boolean.
    before: Vec<u8>,
    name: String,
    value: Form,
    /// Whether what a row means depends on it.
    read: bool,
}

/// How a value is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    Number,
}

impl Shape {
    /// The shape of a valid flat object; `None` for one that holds something else than texts, whole numbers, booleans and nulls.
    fn of(row: &[u8], number: u8, table: Option<&'static Table>) -> Option<Self> {
        let reads = |name: &str| table.is_some_and(|table| table.reads(name));
        let mut columns = Vec::new();
        let mut from = 0;
        let mut at = space_end(row, 0);
        loop {
            // After a brace or a comma: a name and its value.
            at = space_end(row, at + 1);
            let name_end = text_end(row, at + 1, &mut 0)?;
            let name = std::str::from_utf8(row.get(at + 1..name_end)?).ok()?;
            if row.get(at) != Some(&b'"') || name.contains('\\') {
                return None;
            }
            at = space_end(row, space_end(row, name_end + 1) + 1);
            let form = match row.get(at)? {
                b'"' => Some(Form::Text),
                b'0'..=b'9' => Some(Form::Number),
                _ => None,
            };
            match form {
                Some(value) => {
                    let start = if value == Form::Text { at + 1 } else { at };
                    let before = row.get(from..start)?.to_vec();
                    let read = reads(name);
                    columns.push(Column { before, name: name.to_owned(), value, read });
                    from = value.end(row, start, &mut 0)?;
                    at = if value == Form::Text { from + 1 } else { from };
                }
                // A boolean in a column that is read would have to be a value; a null says nothing.
                None if row.get(at) != Some(&b'n') && reads(name) => return None,
                None => at = word_end(row, at)?,
            }
            at = space_end(row, at);
            match row.get(at)? {
                b',' => {}
                b'}' if at + 1 == row.len() => break,
                _ => return None,
            }
        }
        Some(Self { number, table, columns, end: row.get(from..)?.to_vec() })
    }

    /// The length of the row at the beginning of `bytes` if it has this shape. Fills `key` with what it is known by, the shape and
    /// the values that are read, and `values` with where these stand. A quote cannot stand in a value without a backslash before it, so it divides them.
    fn fit(
        &self,
        bytes: &[u8],
        key: &mut Vec<u8>,
        values: &mut Vec<Range<usize>>,
    ) -> Option<usize> {
        key.clear();
        values.clear();
        key.push(self.number);
        let mut at = 0;
        let mut high = 0;
        for column in &self.columns {
            let start = after(bytes, at, &column.before)?;
            at = column.value.end(bytes, start, &mut high)?;
            if column.read {
                key.extend_from_slice(bytes.get(start..at)?);
                key.push(b'"');
                values.push(start..at);
            }
        }
        let length = after(bytes, at, &self.end)?;
        let valid = high == 0 || std::str::from_utf8(bytes.get(..length)?).is_ok();
        valid.then_some(length)
    }
}

impl Form {
    /// Where the value that begins at `start` ends.
    fn end(self, bytes: &[u8], start: usize, high: &mut u64) -> Option<usize> {
        match self {
            Self::Text => text_end(bytes, start, high),
            Self::Number => number_end(bytes, start),
        }
    }
}

/// The place after `expected`, if that stands at `at`. Names are short: a call for each to compare memory would cost more than the
/// comparing.
#[inline]
fn after(bytes: &[u8], at: usize, expected: &[u8]) -> Option<usize> {
    let end = at + expected.len();
    let given = bytes.get(at..end)?;
    let (ours, rest) = given.as_chunks::<8>();
    let (theirs, expected_rest) = expected.as_chunks::<8>();
    let same = ours.iter().zip(theirs).all(|(ours, theirs)| ours == theirs)
        && match (given.last_chunk::<8>(), expected.last_chunk::<8>()) {
            (Some(ours), Some(theirs)) => ours == theirs,
            _ => rest.iter().eq(expected_rest),
        };
    same.then_some(end)
}

/// The closing quote of a plain text, eight bytes at a time. `high` gathers the bits that only bytes beyond ASCII have.
#[inline]
fn text_end(bytes: &[u8], start: usize, high: &mut u64) -> Option<usize> {
    let mut rest = bytes.get(start..)?;
    loop {
        let (word, later) = match rest.split_first_chunk() {
            Some((word, later)) => (u64::from_le_bytes(*word), later),
            None => (last_word(rest), rest),
        };
        *high |= word & HIGH;
        let special = zeros(word ^ QUOTES) | zeros(word ^ BACKSLASHES) | controls(word);
        if special == 0 {
            rest = later;
            continue;
        }
        rest = rest.get(special.trailing_zeros() as usize / 8..)?;
        rest = match rest {
            [b'"', ..] => return Some(bytes.len() - rest.len()),
            // What a backslash may stand before, without those four digits that the parser must judge.
            [b'\\', b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', later @ ..] => later,
            _ => return None,
        };
    }
}

/// Fewer than eight bytes as a number, filled up with a control character, which ends every search.
fn last_word(rest: &[u8]) -> u64 {
    let mut word = [0; 8];
    for (to, from) in word.iter_mut().zip(rest) {
        *to = *from;
    }
    u64::from_le_bytes(word)
}

/// The highest bit of each byte that is zero; the lowest such bit is exact, those above it may be too many.
fn zeros(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & HIGH
}

/// The same for bytes below a space.
fn controls(word: u64) -> u64 {
    word.wrapping_sub(ONES * 0x20) & !word & HIGH
}

/// The end of a whole number that is written as JSON demands and is small enough to be printed as it stands.
fn number_end(bytes: &[u8], start: usize) -> Option<usize> {
    let digits = bytes.get(start..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let leading_zero = digits > 1 && bytes.get(start) == Some(&b'0');
    ((1..=MAX_DIGITS).contains(&digits) && !leading_zero).then_some(start + digits)
}

fn word_end(bytes: &[u8], start: usize) -> Option<usize> {
    ["null", "true", "false"].iter().find_map(|word| after(bytes, start, word.as_bytes()))
}

fn space_end(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    start + rest.iter().take_while(|byte| b" \t\r\n".contains(byte)).count()
}

/// A bounded table from bytes to a meaning.
#[derive(Default)]
struct Memo {
    bytes: Vec<u8>,
    entries: HashTable<Entry>,
}

struct Entry {
    hash: u64,
    start: u32,
    len: u32,
    verdict: Verdict,
}

impl Memo {
    fn get(&self, key: &[u8]) -> Option<Verdict> {
        let same = |entry: &Entry| {
            let start = entry.start as usize;
            entry.len as usize == key.len() && self.bytes.get(start..start + key.len()) == Some(key)
        };
        self.entries.find(hash(key), same).map(|entry| entry.verdict)
    }

    fn put(&mut self, key: &[u8], verdict: Verdict) {
        if key.len() > MAX_KEY || self.bytes.len() + key.len() > MAX_BYTES {
            return;
        }
        let (Ok(start), Ok(len)) = (u32::try_from(self.bytes.len()), u32::try_from(key.len()))
        else {
            return;
        };
        let hash = hash(key);
        self.bytes.extend_from_slice(key);
        self.entries.insert_unique(hash, Entry { hash, start, len, verdict }, |entry| entry.hash);
    }
}

fn hash(key: &[u8]) -> u64 {
    let mut hasher = FixedState::default().build_hasher();
    hasher.write(key);
    hasher.finish()
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = ONES * 0x80;
const QUOTES: u64 = ONES * b'"' as u64;
const BACKSLASHES: u64 = ONES * b'\\' as u64;
/// As many as every whole number of 64 bits has.
const MAX_DIGITS: usize = 18;
const MAX_SHAPES: usize = 64;
const MAX_BYTES: usize = 64 << 20;
const MAX_KEY: usize = 16 << 10;
