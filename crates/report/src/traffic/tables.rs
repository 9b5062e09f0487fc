//! The tables of egress as rows of cells: one definition for terminal, CSV and workbook.

use model::record::traffic::{Input, Line, Note, Other, Pair, Sum, Traffic, time};

use super::account;
use crate::rows::{Row, column};
use crate::shown::{Cell, Column, View};
use crate::words::Words;

/// What stands for a volume that no log tells.
pub(super) const UNKNOWN: &str = "?";

/// The columns of pairs that a terminal shows.
pub(super) const PAIR_SHOWN: &[&str] = &[
    "asset",
    "vendor",
    "endpoint",
    "purpose",
    "evidence",
    "bytes_out",
    "bytes_in",
    "volume",
    "flows",
];

/// The columns of sums that a terminal shows.
pub(super) const LINE_SHOWN: &[&str] =
    &["by_value", "assets", "bytes_out", "bytes_in", "volume", "flows", "first_seen", "last_seen"];

/// The sums by one thing.
pub(super) fn of<'a>(record: &'a Traffic, thing: &str) -> &'a [Line] {
    record.views.get(thing).map_or(&[], Vec::as_slice)
}

/// The sums by one thing, as rows.
pub(super) fn lines<'a>(record: &'a Traffic, thing: &'a str) -> impl Iterator<Item = LineRow<'a>> {
    of(record, thing).iter().map(move |line| LineRow { thing, line })
}

/// The pairs with the most bytes out first.
pub(super) fn most_first(pairs: &[Pair]) -> impl Iterator<Item = &Pair> {
    let mut pairs: Vec<&Pair> = pairs.iter().collect();
    pairs.sort_by_key(|pair| std::cmp::Reverse((pair.sum.bytes_out, pair.sum.bytes_in)));
    pairs.into_iter()
}

/// What is known about a volume: `unknown`, `at-least`, `scaled` (from a sample) or `measured`.
pub(super) fn volume(sum: &Sum, unknown: bool) -> &'static str {
    if unknown {
        "unknown"
    } else if sum.is_lower_bound() {
        "at-least"
    } else if sum.scaled > 0 {
        "scaled"
    } else {
        "measured"
    }
}

pub(super) fn bytes(bytes: u64, unknown: bool) -> Cell {
    if unknown { UNKNOWN.into() } else { bytes.into() }
}

/// The values of a map with their numbers, most first.
fn listed<'a, N: Copy + Into<Option<u64>> + 'a>(
    map: impl Iterator<Item = (&'a str, &'a N)>,
    name: impl Fn(&str) -> String,
) -> String {
    let mut list: Vec<(&str, Option<u64>)> =
        map.map(|(key, number)| (key, (*number).into())).collect();
    list.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    let list = list.iter().map(|(key, number)| {
        let number = number.map_or_else(|| UNKNOWN.to_owned(), |number| number.to_string());
        format!("{}: {number}", name(key))
    });
    list.collect::<Vec<_>>().join(", ")
}

/// A cell as text.
pub(super) fn text(cell: Cell) -> String {
    match cell {
        Cell::Text(text) | Cell::Day(text) => text,
        Cell::Number(number) => number.to_string(),
    }
}

/// A value, or the word for one that nobody knows.
pub(super) fn or_unknown(view: View<'_>, group: &str, value: &str) -> Cell {
    match view {
        View::Person(words) if value.is_empty() => words.plain("egress-unknown").into(),
        view => view.word(group, value),
    }
}

/// A sum, of which one direction or both may be unknown.
fn sum_cells(sum: &Sum, no_out: bool, no_in: bool, view: View<'_>) -> [Cell; 12] {
    [
        bytes(sum.bytes_out, no_out),
        bytes(sum.bytes_in, no_in),
        view.word("volume", volume(sum, no_out && no_in)),
        sum.flows.into(),
        sum.out_unknown.into(),
        sum.in_unknown.into(),
        sum.scaled.into(),
        sum.scale_unknown.into(),
        sum.peers.into(),
        view.word("peers", if sum.peers_exact { "exact" } else { "estimate" }),
        time(sum.first).into(),
        time(sum.last).into(),
    ]
}

/// Columns with those of a sum between them.
macro_rules! with_sum {
    ([$($before:expr,)*] [$($after:expr,)*]) => {
        &[
            $($before,)*
            column("bytes_out", 18),
            column("bytes_in", 18),
            column("volume", 12),
            column("flows", 10),
            column("out_unknown", 12),
            column("in_unknown", 12),
            column("scaled", 10),
            column("scale_unknown", 12),
            column("peers", 10),
            column("peers_exact", 8),
            column("first_seen", 22),
            column("last_seen", 22),
            $($after,)*
        ]
    };
}

impl Row for &Pair {
    const COLUMNS: &'static [Column] = with_sum!(
        [
        column("asset", 22),
        column("vendor", 18),
        column("products", 28),
        column("endpoint", 34),
        column("purpose", 16),
        column("region", 14),
        column("evidence", 12),
        column("confidence", 12),
        ]
        [
        column("grades", 28),
        column("countries", 28),
        column("asked", 10),
        column("named", 10),
        column("programs", 40),
        column("host_names", 24),
        ]
    );

    fn cells(&self, view: View<'_>) -> Vec<Cell> {
        let (no_out, no_in) = (!self.sum.knows_out(), !self.sum.knows_in());
        let grade = |grade: &str| text(view.word("grade", grade));
        let country = |country: &str| match country {
            "" => text(or_unknown(view, "country", UNKNOWN)),
            country => country.to_owned(),
        };
        let mut cells = vec![
            (&self.asset).into(),
            (&self.vendor).into(),
            self.products.join(", ").into(),
            (&self.endpoint).into(),
            or_unknown(view, "purpose", &self.purpose),
            (&self.region).into(),
            view.word("contact", &self.evidence),
            view.word("confidence", &self.confidence),
        ];
        cells.extend(sum_cells(&self.sum, no_out, no_in, view));
        cells.extend([
            listed(self.grades.iter(), grade).into(),
            listed(self.countries.iter(), country).into(),
            self.asked.into(),
            self.named.into(),
            listed(self.programs.iter(), str::to_owned).into(),
            self.host_names.join(", ").into(),
        ]);
        cells
    }
}

/// The sum for one value of one thing.
pub(super) struct LineRow<'a> {
    thing: &'a str,
    line: &'a Line,
}

impl Row for LineRow<'_> {
    const COLUMNS: &'static [Column] = with_sum!(
        [
        column("by_thing", 14),
        column("by_value", 36),
        column("assets", 10),
        ]
        []
    );

    fn cells(&self, view: View<'_>) -> Vec<Cell> {
        let sum = &self.line.sum;
        let (no_out, no_in) = (!sum.knows_out(), !sum.knows_in());
        let mut cells = vec![
            view.word("thing", self.thing),
            or_unknown(view, self.thing, &self.line.value),
            self.line.assets.into(),
        ];
        cells.extend(sum_cells(sum, no_out, no_in, view));
        cells
    }
}

impl Row for &Input {
    const COLUMNS: &'static [Column] = &[
        column("path", 48),
        column("reader", 20),
        column("bytes", 14),
        column("rows", 12),
        column("understood", 12),
        column("inert", 12),
        column("not_understood", 14),
        column("inert_reasons", 44),
        column("lost_reasons", 44),
        column("first_positions", 36),
        column("read_error", 44),
    ];

    fn cells(&self, view: View<'_>) -> Vec<Cell> {
        let reason = |code: &str| text(view.code(code));
        let inert = self.inert.iter().map(|(code, rows)| (code.as_str(), rows));
        let lost = self.not_understood.iter().map(|(code, lost)| (code.as_str(), &lost.rows));
        let first = self.not_understood.values().flat_map(|lost| &lost.first);
        let first: Vec<String> = first.map(ToString::to_string).collect();
        vec![
            (&self.path).into(),
            or_unknown(view, "format", &self.format),
            self.bytes.into(),
            self.rows.into(),
            self.understood.into(),
            self.inert.values().sum::<u64>().into(),
            account::lost(self).into(),
            listed(inert, reason).into(),
            listed(lost, reason).into(),
            first.join(", ").into(),
            (&self.error).into(),
        ]
    }
}

impl Row for &Other {
    const COLUMNS: &'static [Column] = &[
        column("asset", 22),
        column("vendor", 18),
        column("day", 12),
        column("reporter", 28),
        column("bytes_out", 18),
        column("bytes_in", 18),
        column("volume", 12),
        column("flows", 10),
    ];

    fn cells(&self, view: View<'_>) -> Vec<Cell> {
        let (no_out, no_in) = (!self.sum.knows_out(), !self.sum.knows_in());
        vec![
            (&self.asset).into(),
            (&self.vendor).into(),
            Cell::Day(self.day.clone()),
            (&self.reporter).into(),
            bytes(self.sum.bytes_out, no_out),
            bytes(self.sum.bytes_in, no_in),
            view.word("volume", volume(&self.sum, no_out && no_in)),
            self.sum.flows.into(),
        ]
    }
}

/// What there is to say about an input.
pub(super) struct SaidRow<'a> {
    path: &'a str,
    note: &'a Note,
}

/// What there is to say about the inputs.
pub(super) fn said(record: &Traffic) -> impl Iterator<Item = SaidRow<'_>> {
    record
        .inputs
        .iter()
        .flat_map(|input| input.notes.iter().map(|note| SaidRow { path: &input.path, note }))
}

impl Row for SaidRow<'_> {
    const COLUMNS: &'static [Column] = &[
        column("severity", 10),
        column("code", 26),
        column("path", 48),
        column("text", 60),
        column("times", 10),
        column("at", 12),
    ];

    fn cells(&self, view: View<'_>) -> Vec<Cell> {
        let text = match view {
            View::Machine => listed_args(self.note),
            View::Person(words) => words.code(&self.note.code, &self.note.args),
        };
        vec![
            view.word("severity", &self.note.severity),
            (&self.note.code).into(),
            self.path.into(),
            text.into(),
            self.note.times.into(),
            self.note.at.into(),
        ]
    }
}

fn listed_args(note: &Note) -> String {
    let args = note.args.iter().map(|(name, value)| format!("{name}={value}"));
    args.collect::<Vec<_>>().join("; ")
}

/// A statement about the run.
pub(super) struct AboutRow {
    item: String,
    text: String,
}

/// The totals, what could not be counted, and where the figures come from.
pub(super) fn about(record: &Traffic, words: &Words) -> Vec<AboutRow> {
    let row = |key: &str, text: String| AboutRow { item: words.plain(key), text };
    let mut rows = vec![
        row("meta-target", record.target.clone()),
        row("meta-program", record.program.clone()),
        row("meta-data", record.data_sha256.clone()),
    ];
    let totals = account::totals(record, words);
    rows.extend(totals.into_iter().map(|text| row("egress-totals", text)));
    let uncounted = account::uncounted(record, words);
    rows.extend(uncounted.into_iter().map(|text| row("egress-uncounted", text)));
    rows
}

impl Row for AboutRow {
    const COLUMNS: &'static [Column] = &[column("item", 30), column("text", 100)];

    fn cells(&self, _: View<'_>) -> Vec<Cell> {
        vec![(&self.item).into(), (&self.text).into()]
    }
}
