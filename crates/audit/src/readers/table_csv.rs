//! Delimited text as spreadsheets, CMDBs and query tools export it.
//!
//! In: comma, semicolon, tab or bar between cells; UTF-8, UTF-16 or GB 18030; quotes as in RFC 4180, and what people make of
//! them. Out: what [`super::table`] makes of its rows. The delimiter is the one under which the first lines have the best
//! header; without a header that speaks of products or vendors the text is none of ours. Positions are line numbers.
//!
//! It deliberately does not guess columns from values: a table without a header stays unknown and is reported as such.

use crate::codes;
use crate::reader::{Head, Input, Reader};
use crate::readers::layout::{Cells, HEADER_ROWS, find_header};
use crate::readers::table::{Assets, Table};
use crate::sink::Sink;
use crate::transcode::{Transcoded, head_text};

mod records;
#[cfg(test)]
mod tests;

use records::{Fate, Records, split};

/// The reader of delimited text.
pub(super) struct TableCsv;

impl Reader for TableCsv {
    fn id(&self) -> &'static str {
        "table-csv"
    }

    fn version(&self) -> u32 {
        1
    }

    fn probe(&self, head: &Head<'_>) -> Option<u8> {
        if head.bytes.starts_with(b"PK\x03\x04") {
            return None;
        }
        let text = head_text(head.bytes);
        let first = text.trim_start().chars().next()?;
        let json_rows = first == '['
            && text.trim_start().trim_start_matches('[').trim_start().starts_with(['{', ']']);
        if matches!(first, '{' | '<') || json_rows || text.contains('\0') {
            return None;
        }
        // A known sheet saved as text is told by its headers and its name together.
        let stem = head.name.split('.').next().unwrap_or(head.name);
        let (_, known) = delimiter_of(&text, stem)?;
        Some(match known {
            0..=2 => 40,
            3 | 4 => 55,
            _ => 65,
        })
    }

    fn read(&self, input: &mut Input<'_>, sink: &mut Sink<'_>) {
        let delimiter = match input.stream.fill_buf() {
            Ok(head) => delimiter_of(&head_text(head), input.stem()).map_or(',', |(d, _)| d),
            // The first line reports the error.
            Err(_) => ',',
        };
        let name = input.stem().to_owned();
        let mut stream = Transcoded::new(&mut *input.stream);
        let mut text = Input { stream: &mut stream, path: input.path, limits: input.limits };
        let mut records = Records::new(delimiter);
        let mut table = Table::new(&name, delimiter == ',');
        let mut assets = Assets::default();
        let mut cells = Cells::default();
        while let Some((line, fate)) = records.next(&mut text, sink, &mut cells) {
            match fate {
                Fate::Whole => table.push(line, &cells, &mut assets, sink),
                Fate::TooLong => sink.row(line).not_understood(codes::ROW_TOO_LONG),
            }
        }
        table.finish(&mut assets, sink);
        if stream.damaged() {
            sink.warn(codes::BAD_ENCODING, None, &[]);
        }
    }
}

/// The delimiter under which the beginning has the best header, and how many of its columns are known.
fn delimiter_of(text: &str, name: &str) -> Option<(char, usize)> {
    let mut best: Option<(char, usize)> = None;
    for delimiter in [',', ';', '\t', '|'] {
        let rows: Vec<Cells> = text
            .lines()
            .take(HEADER_ROWS)
            .map(|line| {
                let mut cells = Cells::default();
                split(line, delimiter, &mut cells);
                cells
            })
            .collect();
        let found = find_header(rows.iter().filter(|cells| cells.len() > 1), name);
        let Some(known) = found.and_then(|(_, layout)| layout.score()) else { continue };
        if best.is_none_or(|(_, top)| known > top) {
            best = Some((delimiter, known));
        }
    }
    best
}
