//! Where bytes go, as people and programs read it: tables, CSV, JSON, workbook and page from one record.
//!
//! A volume that no log tells is unknown: `?` in tables and CSV, `null` in JSON, never 0.

mod account;
mod chart;
mod compared;
pub mod page;
mod tables;
mod tied;

use std::io::{self, Write};

use model::finding::State;
use model::record::tied::Unlisted;
use model::record::traffic::{Line, Traffic};
use rust_xlsxwriter::XlsxError;
use serde::Serialize;

use crate::Error;
use crate::words::Words;
use crate::{csv, table, xlsx};

pub use account::{beside, said};
pub(crate) use account::{summed, totals};

/// The things that sums can be shown by, besides pairs of ours and endpoint; in the order of a workbook's sheets.
const THINGS: [&str; 8] =
    ["asset", "vendor", "product", "endpoint", "country", "origin", "purpose", "day"];

/// The pairs, or the sums by one thing, as text for a terminal; below it the totals and what could not be counted.
pub fn text(record: &Traffic, by: Option<&str>, words: &Words, width: Option<usize>) -> String {
    let mut out = match by {
        None => table::of_rows(tables::most_first(&record.pairs), tables::PAIR_SHOWN, words, width),
        Some(thing) => {
            table::of_rows(tables::lines(record, thing), tables::LINE_SHOWN, words, width)
        }
    };
    out.push('\n');
    for line in account::totals(record, words) {
        out.push_str(&format!("{line}\n"));
    }
    for line in account::uncounted(record, words) {
        out.push_str(&format!("  {line}\n"));
    }
    for line in record.tied.iter().flat_map(|known| tied::said(known, words)) {
        out.push_str(&format!("{line}\n"));
    }
    for line in changes(record, words) {
        out.push_str(&format!("{line}\n"));
    }
    out
}

/// What differs from the record that a run was compared with, a sentence each; empty where there was none.
pub fn changes(record: &Traffic, words: &Words) -> Vec<String> {
    record.compared.as_ref().map(|compared| compared::said(compared, words)).unwrap_or_default()
}

/// A record in two lines for a summary: what was counted, and, beside an inventory, what follows from hosts and assets; with whether
/// that presses.
pub(crate) fn short(record: &Traffic, words: &Words) -> (String, Option<String>, bool) {
    let hosts = tables::of(record, "asset").len();
    let total = match account::is_nothing(&record.total) {
        true => words.text("egress-nothing", &[("endpoints", record.endpoints.into())]),
        false => {
            let (out, back) = (account::out(&record.total), account::back(&record.total));
            let args = [("hosts", hosts.into()), ("out", (&out).into()), ("in", (&back).into())];
            words.text("summary-egress-total", &args)
        }
    };
    let told = record.tied.as_ref().map(|known| tied::short(known, words));
    (total, told, presses(record))
}

/// Whether a host that the inventory lacks talks to something prohibited or not yet decided.
pub(crate) fn presses(record: &Traffic) -> bool {
    let state = |one: &Unlisted| matches!(one.state, Some(State::Prohibited | State::Undecided));
    record.tied.iter().any(|tied| tied.unlisted.iter().any(state))
}

/// The pairs, or the sums by one thing, as CSV.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_csv(record: &Traffic, by: Option<&str>, out: &mut dyn Write) -> io::Result<()> {
    match by {
        None => csv::write(record.pairs.iter(), out),
        Some(thing) => csv::write(tables::lines(record, thing), out),
    }
}

/// Everything as a workbook: the pairs, the sums by each thing, the inputs with their ledgers, other reporters, what was said about
/// inputs, and the totals with what could not be counted.
///
/// # Errors
/// When the workbook writer refuses something.
pub fn workbook(record: &Traffic, words: &Words) -> Result<Vec<u8>, Error> {
    let title = words.text("egress-title", &[("target", (&record.target).into())]);
    let book = xlsx::book(&title, &record.program, words, |book| {
        sheets(book, record)?;
        book.table("sheet-diagnostics", tables::said(record))?;
        book.table("sheet-meta", tables::about(record, words).into_iter())
    });
    book.map_err(Error::Workbook)
}

/// The sheets of a record, also in the workbook of an assessment.
pub(crate) fn sheets(book: &mut xlsx::Book<'_>, record: &Traffic) -> Result<(), XlsxError> {
    book.table("sheet-egress-pairs", record.pairs.iter())?;
    if let Some(compared) = &record.compared {
        book.table("sheet-egress-changes", compared.changes.iter())?;
    }
    if let Some(known) = &record.tied {
        book.table("sheet-egress-unlisted", known.unlisted.iter())?;
        book.table("sheet-egress-installed", tied::installed(known))?;
        book.table("sheet-egress-ties", tied::ties(record, known))?;
    }
    for thing in THINGS {
        book.table(&format!("sheet-egress-{thing}"), tables::lines(record, thing))?;
    }
    book.table("sheet-egress-inputs", record.inputs.iter())?;
    book.table("sheet-egress-others", record.others.iter())
}

/// Writes one JSON record a line for each of ours and endpoint between which flows were seen, or for each value of one thing. A volume that no log tells is
/// `null`, never 0.
///
/// # Errors
/// When `out` cannot be written.
pub fn lines(record: &Traffic, by: Option<&str>, out: &mut dyn Write) -> io::Result<()> {
    match by {
        None => {
            let mut pairs = record.pairs.iter().filter(|pair| !account::is_contact(pair));
            pairs.try_for_each(|pair| json_line(pair, out))
        }
        Some(thing) => tables::of(record, thing)
            .iter()
            .try_for_each(|line| json_line(&By { by: thing, line }, out)),
    }
}

#[derive(Serialize)]
struct By<'a> {
    by: &'a str,
    #[serde(flatten)]
    line: &'a Line,
}

fn json_line(row: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, row)?;
    out.write_all(b"\n")
}
