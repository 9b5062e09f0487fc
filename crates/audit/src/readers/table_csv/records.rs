//! Lines into records: quoted cells may hold delimiters and line breaks, within limits.
//!
//! A quote that never ends would swallow the rest of the file. So a record may span only so many lines, and one that spans
//! several must be quoted exactly as RFC 4180 says; otherwise its first line stands alone and the others are read again.

use std::collections::VecDeque;

use crate::codes;
use crate::reader::{Input, Line};
use crate::readers::layout::Cells;
use crate::sink::Sink;

/// Whether a record is there as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// The cells hold all of it.
    Whole,
    /// Its line is longer than the limit.
    TooLong,
}

/// How the quotes of a text stand at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quotes {
    /// All are closed where a cell ends.
    Closed,
    /// Something stands behind a closing quote.
    Loose,
    /// The last cell is still open.
    Open,
}

/// Cuts a stream of lines into records.
pub(super) struct Records {
    delimiter: char,
    /// Lines read ahead for a record that then did not need them.
    ahead: VecDeque<(u64, Vec<u8>, Line)>,
    line: u64,
}

impl Records {
    /// Cuts at this delimiter.
    pub(super) fn new(delimiter: char) -> Self {
        Self { delimiter, ahead: VecDeque::new(), line: 0 }
    }

    /// The next record: its first line's number, and its cells when it fits.
    pub(super) fn next(
        &mut self,
        input: &mut Input<'_>,
        sink: &mut Sink<'_>,
        cells: &mut Cells,
    ) -> Option<(u64, Fate)> {
        let (at, first, fate) = match self.ahead.pop_front() {
            Some(line) => line,
            None => self.read_line(input, sink)?,
        };
        if fate == Line::TooLong {
            return Some((at, Fate::TooLong));
        }
        let mut text = String::from_utf8_lossy(&first).into_owned();
        if split(&text, self.delimiter, cells) != Quotes::Open {
            return Some((at, Fate::Whole));
        }
        if self.join(&mut text, input, sink, cells) {
            return Some((at, Fate::Whole));
        }
        sink.warn(codes::TABLE_QUOTE, Some(at), &[]);
        cells.clear();
        let plain = String::from_utf8_lossy(&first);
        plain.split(self.delimiter).for_each(|cell| cells.push(cell.trim_matches('"')));
        Some((at, Fate::Whole))
    }

    /// Appends following lines until the quotes are closed; if they cannot be, the lines stay for later.
    fn join(
        &mut self,
        text: &mut String,
        input: &mut Input<'_>,
        sink: &mut Sink<'_>,
        cells: &mut Cells,
    ) -> bool {
        let mut quotes = text.matches('"').count();
        for used in 0..MOST_LINES {
            if used == self.ahead.len() {
                match self.read_line(input, sink) {
                    Some(line) => self.ahead.push_back(line),
                    None => return false,
                }
            }
            let Some((_, line, Line::Whole)) = self.ahead.get(used) else { return false };
            let line = String::from_utf8_lossy(line);
            text.push('\n');
            text.push_str(&line);
            if text.len() > MOST_BYTES {
                return false;
            }
            // Only a quote can close the cell, and only an even number of them can close all.
            let more = line.matches('"').count();
            quotes += more;
            if more == 0 || quotes % 2 == 1 {
                continue;
            }
            match split(text, self.delimiter, cells) {
                Quotes::Open => {}
                Quotes::Loose => return false,
                Quotes::Closed => {
                    self.ahead.drain(..=used);
                    return true;
                }
            }
        }
        false
    }

    fn read_line(
        &mut self,
        input: &mut Input<'_>,
        sink: &mut Sink<'_>,
    ) -> Option<(u64, Vec<u8>, Line)> {
        let mut buffer = Vec::new();
        let fate = input.line(&mut buffer, sink)?;
        self.line += 1;
        if fate == Line::TooLong {
            buffer = Vec::new();
        }
        Some((self.line, buffer, fate))
    }
}

/// Splits a record into cells.
pub(super) fn split(text: &str, delimiter: char, cells: &mut Cells) -> Quotes {
    cells.clear();
    let mut quotes = Quotes::Closed;
    let mut rest = text;
    loop {
        let Some(quoted) = rest.strip_prefix('"') else {
            match rest.split_once(delimiter) {
                Some((cell, after)) => {
                    cells.push(cell);
                    rest = after;
                    continue;
                }
                None => {
                    cells.push(rest);
                    return quotes;
                }
            }
        };
        let (cell, after) = unquote(quoted);
        let Some(after) = after else {
            cells.push(&cell);
            return Quotes::Open;
        };
        match after.split_once(delimiter) {
            Some(("", next)) => {
                cells.push(&cell);
                rest = next;
            }
            Some((tail, next)) => {
                quotes = Quotes::Loose;
                cells.push(&(cell + tail));
                rest = next;
            }
            None => {
                if !after.trim().is_empty() {
                    quotes = Quotes::Loose;
                }
                cells.push(&(cell + after));
                return quotes;
            }
        }
    }
}

/// The text up to the closing quote, with doubled quotes made single, and what follows; `None` when no quote closes it.
fn unquote(text: &str) -> (String, Option<&str>) {
    let mut cell = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('"') {
        cell.push_str(before);
        match after.strip_prefix('"') {
            Some(next) => {
                cell.push('"');
                rest = next;
            }
            None => return (cell, Some(after)),
        }
    }
    cell.push_str(rest);
    (cell, None)
}

/// Most lines of one record.
const MOST_LINES: usize = 256;
/// Longest record of several lines in bytes.
const MOST_BYTES: usize = 1 << 20;
