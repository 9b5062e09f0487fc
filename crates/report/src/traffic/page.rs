//! Egress as a page: the totals first and uploads apart, then by vendor, country and purpose, over days, by host, and what could not
//! be counted. One self-contained file without script.

use askama::Template;
use model::record::traffic::{Line, Sum, Traffic};

use super::{account, chart, tables};
use crate::Error;
use crate::html::charts::{Bar, Bars, segments};
use crate::html::{CSS, policy_of_style};
use crate::rows::Row;
use crate::shown::{Cell, View, header};
use crate::text::count;
use crate::words::Words;

/// The page.
///
/// # Errors
/// When the template engine refuses something.
pub fn render(record: &Traffic, words: &Words) -> Result<String, Error> {
    let (days, day_notes) = days(record, words);
    let (pairs, inputs) = (PAIRS_MAX, usize::MAX);
    let page = Page {
        w: words,
        policy: policy_of_style(),
        css: CSS,
        title: words.text("egress-title", &[("target", (&record.target).into())]),
        program: &record.program,
        totals: account::totals(record, words),
        uncounted: account::uncounted(record, words),
        tiles: tiles(record, words),
        charts: ["vendor", "country", "purpose", "product"].map(|thing| Chart {
            title: words.plain(&format!("sheet-egress-{thing}")),
            chart: bars(tables::of(record, thing), thing, words),
        }),
        hosts: bars(tables::of(record, "asset"), "asset", words),
        days,
        day_notes,
        pairs: grid(tables::most_first(&record.pairs), tables::PAIR_SHOWN, pairs, words),
        pairs_more: more(record.pairs.len(), words),
        inputs: grid(record.inputs.iter(), INPUT_SHOWN, inputs, words),
        said: account::said(record, words),
    };
    page.render().map_err(Error::Template)
}

#[derive(Template)]
#[template(path = "egress.html")]
struct Page<'a> {
    w: &'a Words,
    policy: String,
    css: &'static str,
    title: String,
    program: &'a str,
    totals: Vec<String>,
    uncounted: Vec<String>,
    tiles: Vec<Tile>,
    charts: [Chart; 4],
    hosts: Bars,
    /// Title and drawing.
    days: Vec<(String, String)>,
    day_notes: Vec<String>,
    pairs: Grid,
    pairs_more: Option<String>,
    inputs: Grid,
    said: Vec<String>,
}

impl Page<'_> {
    fn t(&self, key: &str) -> String {
        self.w.plain(key)
    }
}

struct Tile {
    label: String,
    value: String,
}

struct Chart {
    title: String,
    chart: Bars,
}

/// A table: heads and rows of cells, each with whether it is a number.
struct Grid {
    heads: Vec<String>,
    rows: Vec<Vec<(String, bool)>>,
}

fn grid<R: Row>(rows: impl Iterator<Item = R>, names: &[&str], most: usize, words: &Words) -> Grid {
    let index = |name: &&str| R::COLUMNS.iter().position(|column| column.name == *name);
    let chosen: Vec<usize> = names.iter().filter_map(index).collect();
    let rows = rows.take(most).map(|row| {
        let cells = row.cells(View::Person(words));
        let cells = chosen.iter().filter_map(|index| cells.get(*index));
        cells.map(cell).collect()
    });
    Grid { heads: names.iter().map(|name| header(words, name)).collect(), rows: rows.collect() }
}

fn cell(cell: &Cell) -> (String, bool) {
    match cell {
        Cell::Number(number) => (crate::text::grouped(*number), true),
        Cell::Text(text) | Cell::Day(text) => (text.clone(), text == tables::UNKNOWN),
    }
}

fn more(pairs: usize, words: &Words) -> Option<String> {
    let more = pairs.saturating_sub(PAIRS_MAX);
    (more > 0).then(|| words.text("egress-pairs-more", &[("count", more.into())]))
}

fn tiles(record: &Traffic, words: &Words) -> Vec<Tile> {
    let none = Sum::default();
    let uploads = account::uploads(record).unwrap_or(none);
    let hosts = tables::of(record, "asset").len() as u64;
    [
        ("egress-tile-out", account::out(&record.total)),
        ("egress-tile-in", account::back(&record.total)),
        ("egress-tile-uploads", account::out(&uploads)),
        ("egress-tile-hosts", count(hosts)),
    ]
    .map(|(key, value)| Tile { label: words.plain(key), value })
    .into()
}

/// A bar of bytes out for each value, the largest first; what is left out is summed in words.
fn bars(lines: &[Line], thing: &str, words: &Words) -> Bars {
    let most = lines.iter().map(|line| line.sum.bytes_out).max().unwrap_or(0);
    let (shown, rest) = lines.split_at(lines.len().min(BARS_MAX));
    let name = |line: &Line| match tables::or_unknown(View::Person(words), thing, &line.value) {
        Cell::Text(text) | Cell::Day(text) => text,
        Cell::Number(number) => number.to_string(),
    };
    let bar = |line: &Line| {
        let part = ("c-confirmed".to_owned(), name(line), line.sum.bytes_out);
        Bar { name: name(line), total: account::out(&line.sum), segments: segments([part], most) }
    };
    let left_out = account::added(rest.iter().map(|line| &line.sum)).map(|sum| {
        let out = account::out(&sum);
        words.text("egress-bars-rest", &[("count", rest.len().into()), ("out", (&out).into())])
    });
    Bars { bars: shown.iter().map(bar).collect(), rest: left_out }
}

/// The charts over days, and what they do not show.
fn days(record: &Traffic, words: &Words) -> (Vec<(String, String)>, Vec<String>) {
    let lines = tables::of(record, "day");
    let dated: Vec<Line> = lines.iter().filter(|line| !line.value.is_empty()).cloned().collect();
    let early = dated.len().saturating_sub(DAYS_MAX);
    let late = dated.get(early..).unwrap_or_default();
    let out = chart::days(late, |line| (line.sum.bytes_out, account::out(&line.sum)));
    let back = chart::days(late, |line| (line.sum.bytes_in, account::back(&line.sum)));
    let mut charts = Vec::new();
    for (key, days) in [("egress-over-days-out", out), ("egress-over-days-in", back)] {
        let title = words.plain(key);
        if !days.is_empty() {
            let drawn = chart::over_days(&days, &title);
            charts.push((title, drawn));
        }
    }
    let mut notes = Vec::new();
    if !charts.is_empty() {
        notes.push(words.plain("egress-days-gaps"));
    }
    if early > 0 {
        let args = [("count", late.len().into()), ("rest", early.into())];
        notes.push(words.text("egress-days-left-out", &args));
    }
    if let Some(line) = lines.iter().find(|line| line.value.is_empty()) {
        let (out, back) = (account::out(&line.sum), account::back(&line.sum));
        let args = [("out", (&out).into()), ("in", (&back).into())];
        notes.push(words.text("egress-day-unknown", &args));
    }
    (charts, notes)
}

const INPUT_SHOWN: &[&str] = &[
    "path",
    "reader",
    "bytes",
    "rows",
    "understood",
    "inert",
    "not_understood",
    "lost_reasons",
    "read_error",
];

/// Most bars of a chart.
const BARS_MAX: usize = 10;

/// Most pairs of the page.
const PAIRS_MAX: usize = 500;

/// Most days of a chart.
const DAYS_MAX: usize = 1000;
