//! Where bytes go, as people and programs read it: tables, CSV, JSON, workbook and page from one record.
//!
//! A volume that no log tells is unknown: `?` in tables and CSV, `null` in JSON, never 0.

mod account;
mod chart;
pub mod page;
mod tables;
mod tied;

use std::io::{self, Write};

use model::finding::State;
use model::record::tied::{Tied, Unlisted};
use model::record::traffic::{Line, Pair, Sum, Traffic};
use rust_xlsxwriter::XlsxError;
use serde::Serialize;
use serde_json::Value;

use crate::Error;
use crate::words::Words;
use crate::{csv, table, xlsx};

pub use account::said;
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
    out
}

/// A record in two lines for a summary: what was counted, and, beside an inventory, what follows from hosts and assets; with whether
/// that presses.
pub(crate) fn short(record: &Traffic, words: &Words) -> (String, Option<String>, bool) {
    let hosts = tables::of(record, "asset").len();
    let total = match record.total.flows {
        0 => words.text("egress-nothing", &[("endpoints", record.endpoints.into())]),
        _ => {
            let (out, back) = (account::out(&record.total), account::back(&record.total));
            let args = [("hosts", hosts.into()), ("out", (&out).into()), ("in", (&back).into())];
            words.text("summary-egress-total", &args)
        }
    };
    let pressing = |tied: &Tied| {
        let state =
            |one: &Unlisted| matches!(one.state, Some(State::Prohibited | State::Undecided));
        tied.unlisted.iter().any(state)
    };
    let known = record.tied.as_ref();
    (total, known.map(|known| tied::short(known, words)), known.is_some_and(pressing))
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

/// Writes one JSON record a line for each of ours and endpoint, or for each value of one thing. A volume that no log tells is
/// `null`, never 0.
///
/// # Errors
/// When `out` cannot be written.
pub fn lines(record: &Traffic, by: Option<&str>, out: &mut dyn Write) -> io::Result<()> {
    match by {
        None => record.pairs.iter().try_for_each(|pair| json_line(&told(pair)?, out)),
        Some(thing) => tables::of(record, thing).iter().try_for_each(|line| {
            let (no_out, no_in) = (unknown_out(&line.sum), unknown_in(&line.sum));
            json_line(&nulled(&By { by: thing, line }, no_out, no_in)?, out)
        }),
    }
}

#[derive(Serialize)]
struct By<'a> {
    by: &'a str,
    #[serde(flatten)]
    line: &'a Line,
}

/// A pair for other programs: a volume that no log tells is `null`, never 0.
pub(crate) fn told(pair: &Pair) -> serde_json::Result<Value> {
    nulled(pair, out_unknown(pair), in_unknown(pair))
}

fn nulled<R: Serialize>(row: &R, no_out: bool, no_in: bool) -> serde_json::Result<Value> {
    let mut value = serde_json::to_value(row)?;
    if let Value::Object(fields) = &mut value {
        for (field, unknown) in [("bytes_out", no_out), ("bytes_in", no_in)] {
            if unknown {
                fields.insert(field.to_owned(), Value::Null);
            }
        }
    }
    Ok(value)
}

fn json_line(value: &Value, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

/// Whether nothing is known about how much left.
pub fn out_unknown(pair: &Pair) -> bool {
    pair.sum.bytes_out == 0 && pair.evidence == "contact" || unknown_out(&pair.sum)
}

/// Whether nothing is known about how much came back.
pub fn in_unknown(pair: &Pair) -> bool {
    pair.sum.bytes_in == 0 && pair.evidence == "contact" || unknown_in(&pair.sum)
}

/// Whether a sum says nothing about how much left.
fn unknown_out(sum: &Sum) -> bool {
    sum.bytes_out == 0 && sum.out_unknown > 0 && sum.out_unknown >= sum.flows
}

/// Whether a sum says nothing about how much came back.
fn unknown_in(sum: &Sum) -> bool {
    sum.bytes_in == 0 && sum.in_unknown > 0 && sum.in_unknown >= sum.flows
}
