//! The totals in words, and what could not be counted: unknown is said, and never shown as nothing.

use model::record::traffic::{Input, Pair, Sum, Traffic};

use super::tables::{self, UNKNOWN};
use crate::text::{count, one_line, size};
use crate::words::{Arg, Words};

/// Rows that were not understood.
pub(super) fn lost(input: &Input) -> u64 {
    input.not_understood.values().map(|lost| lost.rows).sum()
}

/// Bytes as text: `?` when nobody knows, `≥` before a lower bound.
fn bytes(shown: String, unknown: bool, lower_bound: bool) -> String {
    match (unknown, lower_bound) {
        (true, _) => UNKNOWN.to_owned(),
        (false, true) => format!("≥ {shown}"),
        (false, false) => shown,
    }
}

fn out_as(sum: &Sum, show: fn(u64) -> String) -> String {
    let lower_bound = sum.out_unknown > 0 || sum.scale_unknown > 0 || sum.flows_missing;
    bytes(show(sum.bytes_out), !sum.knows_out(), lower_bound)
}

fn back_as(sum: &Sum, show: fn(u64) -> String) -> String {
    let lower_bound = sum.in_unknown > 0 || sum.scale_unknown > 0 || sum.flows_missing;
    bytes(show(sum.bytes_in), !sum.knows_in(), lower_bound)
}

/// Bytes out of a sum as text.
pub(super) fn out(sum: &Sum) -> String {
    out_as(sum, count)
}

/// Bytes in of a sum as text.
pub(super) fn back(sum: &Sum) -> String {
    back_as(sum, count)
}

/// Bytes out of a sum in a few digits, for tiles and charts; the exact number stands in a table or a sentence.
pub(super) fn out_short(sum: &Sum) -> String {
    out_as(sum, size)
}

/// Bytes in of a sum likewise.
pub(super) fn back_short(sum: &Sum) -> String {
    back_as(sum, size)
}

/// The sum over endpoints with one of these purposes; `None` when nothing was counted for any.
fn of_purposes(record: &Traffic, purposes: &[&str]) -> Option<Sum> {
    let lines = tables::of(record, "purpose").iter();
    added(lines.filter(|line| purposes.contains(&line.value.as_str())).map(|line| &line.sum))
}

/// Several sums in one; `None` of none.
pub(super) fn added<'a>(mut sums: impl Iterator<Item = &'a Sum>) -> Option<Sum> {
    let mut all = sums.next()?.clone();
    sums.for_each(|one| all.add(one));
    Some(all)
}

/// The uploads apart from the rest.
pub(super) fn uploads(record: &Traffic) -> Option<Sum> {
    of_purposes(record, &["sample-upload"])
}

/// What went to endpoints whose purpose nobody knows; the catalog says `unknown`, the user's own tables nothing.
pub(super) fn without_purpose(record: &Traffic) -> Option<Sum> {
    of_purposes(record, &["", "unknown"])
}

/// Whether nothing was counted: sessions that still go on have bytes and are no flow yet.
pub(super) fn is_nothing(total: &Sum) -> bool {
    total.flows == 0 && total.bytes_out == 0 && total.bytes_in == 0
}

/// What was counted: everything, uploads apart, and what may be uploads.
pub(crate) fn totals(record: &Traffic, words: &Words) -> Vec<String> {
    let total = &record.total;
    if is_nothing(total) {
        return vec![words.text("egress-nothing", &[("endpoints", record.endpoints.into())])];
    }
    let mut lines = vec![summed("egress-total", total, words)];
    lines.push(match uploads(record) {
        Some(sum) => summed("egress-uploads", &sum, words),
        None => words.plain("egress-no-uploads"),
    });
    if let Some(sum) = without_purpose(record) {
        lines.push(summed("egress-purpose-unknown", &sum, words));
    }
    lines
}

/// A sum in a sentence.
pub(crate) fn summed(key: &str, sum: &Sum, words: &Words) -> String {
    let (out, back) = (out(sum), back(sum));
    let args = [("flows", sum.flows.into()), ("out", (&out).into()), ("in", (&back).into())];
    words.text(key, &args)
}

/// Whether a name or a program was seen and no flow.
pub(super) fn is_contact(pair: &Pair) -> bool {
    &*pair.evidence == "contact"
}

/// What lines or rows alone do not tell, a sentence each: that names were dropped; with `flows_only`, how many pairs have no flow and are
/// not among the lines.
pub fn beside(record: &Traffic, flows_only: bool, words: &Words) -> Vec<String> {
    let contacts = record.pairs.iter().filter(|pair| is_contact(pair)).count() as u64;
    let contacts = if flows_only { contacts } else { 0 };
    let lines = [("egress-dropped", record.dropped), ("egress-contacts-elsewhere", contacts)];
    let lines = lines.into_iter().filter(|(_, number)| *number > 0);
    lines.map(|(key, number)| words.text(key, &[("count", Arg::from(number))])).collect()
}

/// What could not be counted, a sentence for each reason; one that says so when there is none.
pub(super) fn uncounted(record: &Traffic, words: &Words) -> Vec<String> {
    let total = &record.total;
    let silent = record.pairs.iter().filter(|pair| is_contact(pair)).count() as u64;
    let partly = record
        .pairs
        .iter()
        .filter(|pair| !is_contact(pair) && (!pair.sum.knows_out() || !pair.sum.knows_in()))
        .count() as u64;
    let inputs = &record.inputs;
    let lost: u64 = inputs.iter().map(lost).sum();
    let unread = inputs.iter().filter(|input| input.is_cut()).count() as u64;
    let strange = inputs.iter().filter(|input| input.is_strange()).count() as u64;
    let notes = inputs.iter().flat_map(|input| &input.notes);
    let blind = notes.filter(|note| note.code == "flow/beginning-missing");
    let blind = blind.map(|note| note.times).sum();
    let lines: Vec<String> = [
        ("egress-out-unknown", total.out_unknown),
        ("egress-in-unknown", total.in_unknown),
        ("egress-pairs-unknown", partly),
        ("egress-contacts", silent),
        ("egress-scaled", total.scaled),
        ("egress-scale-unknown", total.scale_unknown),
        ("egress-others", record.others.len() as u64),
        ("egress-handovers", record.handovers),
        ("egress-dropped", record.dropped),
        ("egress-names-without-flow", record.names_without_flow),
        ("egress-beginning-missing", blind),
        ("egress-lost", lost),
        ("egress-unread", unread),
        ("egress-strange", strange),
    ]
    .into_iter()
    .filter(|(_, number)| *number > 0)
    .map(|(key, number)| words.text(key, &[("count", Arg::from(number))]))
    .collect();
    if lines.is_empty() { vec![words.plain("egress-all-counted")] } else { lines }
}

/// What there is to say about the inputs, a line each: what could not be read, rows not understood, notes.
pub fn said(record: &Traffic, words: &Words) -> Vec<String> {
    let mut lines = Vec::new();
    for input in &record.inputs {
        let path = ("path", Arg::from(&input.path));
        if !input.error.is_empty() {
            let args = [path, ("text", (&input.error).into())];
            lines.push(words.text("egress-input-error", &args));
        }
        if input.format.is_empty() && input.notes.is_empty() && input.error.is_empty() {
            lines.push(words.text("egress-input-strange", &[path]));
        }
        for (code, lost) in &input.not_understood {
            let text = words.code(code, &std::collections::BTreeMap::new());
            let at: Vec<String> = lost.first.iter().map(ToString::to_string).collect();
            let at = at.join(&words.plain("comma"));
            let args = [
                path,
                ("rows", lost.rows.into()),
                ("text", (&text).into()),
                ("code", code.into()),
                ("at", (&at).into()),
            ];
            lines.push(words.text("egress-input-lost", &args));
        }
        for note in &input.notes {
            let severity = words.word("severity", &note.severity);
            let text = words.code(&note.code, &note.args);
            let args = [
                path,
                ("severity", (&severity).into()),
                ("text", (&text).into()),
                ("code", (&note.code).into()),
                ("count", note.times.into()),
            ];
            lines.push(words.text("egress-input-note", &args));
        }
    }
    lines.iter().map(|line| one_line(line)).collect()
}
