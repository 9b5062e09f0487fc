//! Tables as CSV (RFC 4180, UTF-8 with byte order mark, which spreadsheet programs need to see).
//!
//! Headers and words are the stable ones of the records, never translated: other programs depend on them. A text cell that a
//! spreadsheet program would take for a formula gets an apostrophe in front, because cells hold what strangers wrote;
//! for the same reason control characters and those that turn the direction of a text become spaces.

use std::io::{self, Write};

use model::record::Assessment;

use crate::rows::{self, Row};
use crate::shown::{Cell, View};
use crate::text::one_line;

/// Writes the findings.
pub fn findings(assessment: &Assessment, out: &mut dyn Write) -> io::Result<()> {
    write(rows::findings(assessment), out)
}

/// Writes the assets that bear findings.
pub fn assets(assessment: &Assessment, out: &mut dyn Write) -> io::Result<()> {
    write(rows::assets(assessment), out)
}

/// Writes the evidence of all findings.
pub fn evidence(assessment: &Assessment, out: &mut dyn Write) -> io::Result<()> {
    write(rows::evidence(assessment), out)
}

/// Writes the sources with their ledgers.
pub fn sources(assessment: &Assessment, out: &mut dyn Write) -> io::Result<()> {
    write(assessment.sources.iter(), out)
}

/// Writes the diagnostics; `text` holds the values of their placeholders, the words are in the locales.
pub fn diagnostics(assessment: &Assessment, out: &mut dyn Write) -> io::Result<()> {
    write(assessment.diagnostics.iter(), out)
}

/// Writes a table.
pub(crate) fn write<R: Row>(rows: impl Iterator<Item = R>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all("\u{feff}".as_bytes())?;
    let mut writer =
        ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(out);
    writer.write_record(R::COLUMNS.iter().map(|column| column.name))?;
    for row in rows {
        writer.write_record(row.cells(View::Machine).into_iter().map(safe))?;
    }
    writer.flush()
}

fn safe(cell: Cell) -> String {
    match cell {
        Cell::Number(number) => number.to_string(),
        Cell::Text(text) | Cell::Day(text) => {
            let quote = if text.starts_with(FORMULA_STARTS) { "'" } else { "" };
            format!("{quote}{}", one_line(&text))
        }
    }
}

/// What makes a spreadsheet program evaluate a cell: the four signs, also in full width, and the blanks skipped before them.
const FORMULA_STARTS: [char; 11] =
    ['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];
