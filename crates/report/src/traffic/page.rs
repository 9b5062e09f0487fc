//! Egress as a page: the totals first and uploads apart, then by vendor, country and purpose, over days, by host, and what could not
//! be counted. One self-contained file without script.

use askama::Template;
use model::record::traffic::{Line, Traffic};

use super::{account, changes, chart, compared, tables, tied};
use crate::Error;
use crate::html::charts::{Bar, Bars, segments};
use crate::html::{CSS, policy_of_style};
use crate::rows::Row;
use crate::shown::{Cell, View, header};
use crate::text::{count, quoted};
use crate::words::Words;

/// The page.
///
/// # Errors
/// When the template engine refuses something.
pub fn render(record: &Traffic, words: &Words) -> Result<String, Error> {
    let page = Page {
        w: words,
        policy: policy_of_style(),
        css: CSS,
        title: words.text("egress-title", &[("target", (&record.target).into())]),
        program: &record.program,
        totals: account::totals(record, words),
        section: section(record, words)?,
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
    section: String,
}

impl Page<'_> {
    fn t(&self, key: &str) -> String {
        self.w.plain(key)
    }
}

/// What a page says below the totals, also as a part of the report of an assessment.
///
/// # Errors
/// When the template engine refuses something.
pub(crate) fn section(record: &Traffic, words: &Words) -> Result<String, Error> {
    Section::new(record, words).render().map_err(Error::Template)
}

#[derive(Template)]
#[template(path = "traffic.html")]
struct Section<'a> {
    w: &'a Words,
    uncounted: Vec<String>,
    tiles: Vec<Tile>,
    charts: [Chart; 5],
    hosts: Bars,
    /// Title and drawing.
    days: Vec<(String, String)>,
    day_notes: Vec<String>,
    /// What follows from hosts and assets, a sentence each; empty without an inventory.
    said_of_hosts: Vec<String>,
    unlisted: Option<Table>,
    /// What differs from an earlier record, a sentence each; empty without one.
    said_of_changes: Vec<String>,
    changes: Option<Table>,
    installed: Option<Table>,
    pairs: Table,
    inputs: Table,
    said: Vec<String>,
}

impl<'a> Section<'a> {
    fn t(&self, key: &str) -> String {
        self.w.plain(key)
    }

    fn new(record: &Traffic, words: &'a Words) -> Self {
        let (days, day_notes) = days(record, words);
        let known = record.tied.as_ref();
        Self {
            w: words,
            uncounted: on_page(account::uncounted(record, words)),
            tiles: tiles(record, words),
            charts: ["vendor", "origin", "country", "purpose", "product"].map(|thing| Chart {
                title: words.plain(&format!("sheet-egress-{thing}")),
                chart: bars(tables::of(record, thing), thing, words),
            }),
            hosts: bars(tables::of(record, "asset"), "asset", words),
            days,
            day_notes,
            said_of_hosts: on_page(known.map(|known| tied::said(known, words)).unwrap_or_default()),
            unlisted: known.map(|known| {
                table("unlisted", known.unlisted.iter(), tied::UNLISTED_SHOWN, ROWS_MAX, words)
            }),
            said_of_changes: on_page(changes(record, words)),
            changes: record.compared.as_ref().map(|compared| {
                table("changes", compared.changes.iter(), compared::CHANGE_SHOWN, ROWS_MAX, words)
            }),
            installed: known.map(|known| {
                let rows = tied::installed(known);
                table("installed", rows, tied::INSTALLED_SHOWN, ROWS_MAX, words)
            }),
            pairs: match known {
                Some(known) => {
                    let rows = tied::ties(record, known);
                    table("pairs", rows, tied::TIE_SHOWN, ROWS_MAX, words)
                }
                None => {
                    let rows = tables::most_first(&record.pairs);
                    table("pairs", rows, tables::PAIR_SHOWN, ROWS_MAX, words)
                }
            },
            inputs: table("inputs", record.inputs.iter(), INPUT_SHOWN, usize::MAX, words),
            said: on_page(account::said(record, words)),
        }
    }
}

/// Sentences as a page shows them.
fn on_page(lines: Vec<String>) -> Vec<String> {
    lines.iter().map(|line| quoted(line)).collect()
}

struct Tile {
    label: String,
    value: String,
    note: String,
}

struct Chart {
    title: String,
    chart: Bars,
}

/// A table with a title, and what it leaves out.
struct Table {
    title: String,
    all: String,
    heads: Vec<String>,
    /// Cells, each with whether it is a number.
    rows: Vec<Vec<(String, bool)>>,
    more: Option<String>,
}

fn table<R: Row>(
    sheet: &str,
    all: impl Iterator<Item = R>,
    names: &[&str],
    most: usize,
    words: &Words,
) -> Table {
    let index = |name: &&str| R::COLUMNS.iter().position(|column| column.name == *name);
    let chosen: Vec<usize> = names.iter().filter_map(index).collect();
    let (mut rows, mut more) = (Vec::new(), 0_usize);
    for row in all {
        if rows.len() >= most {
            more += 1;
            continue;
        }
        let cells = row.cells(View::Person(words));
        let cells = chosen.iter().filter_map(|index| cells.get(*index));
        rows.push(cells.map(cell).collect());
    }
    let args = [("count", more.into())];
    Table {
        title: words.plain(&format!("sheet-egress-{sheet}")),
        all: count((rows.len() + more) as u64),
        heads: names.iter().map(|name| header(words, name)).collect(),
        rows,
        more: (more > 0).then(|| words.text("egress-rows-more", &args)),
    }
}

fn cell(cell: &Cell) -> (String, bool) {
    match cell {
        Cell::Number(number) => (crate::text::grouped(*number), true),
        Cell::Text(text) | Cell::Day(text) => (text.clone(), text == tables::UNKNOWN),
    }
}

fn tiles(record: &Traffic, words: &Words) -> Vec<Tile> {
    let hosts = tables::of(record, "asset").len() as u64;
    let (uploads, note) = match account::uploads(record) {
        Some(sum) => (account::out_short(&sum), String::new()),
        None => ("–".to_owned(), words.plain("egress-tile-no-uploads")),
    };
    let nothing = |shown: String| match account::is_nothing(&record.total) {
        true => ("–".to_owned(), words.plain("egress-tile-no-flows")),
        false => (shown, String::new()),
    };
    let mut tiles = vec![
        ("egress-tile-out", nothing(account::out_short(&record.total))),
        ("egress-tile-in", nothing(account::back_short(&record.total))),
        ("egress-tile-uploads", (uploads, note)),
        ("egress-tile-hosts", (count(hosts), String::new())),
    ];
    if let Some(tied) = &record.tied {
        let unlisted = tied.unlisted.iter().map(|one| one.asset.as_str());
        let unlisted = unlisted.collect::<std::collections::BTreeSet<_>>().len() as u64;
        let listed = match tied.listed < tied.assets {
            true => ("–".to_owned(), words.plain("egress-tile-partly")),
            false => (count(unlisted), String::new()),
        };
        tiles.push(("egress-tile-unlisted", listed));
    }
    let tile = |(key, (value, note)): (&str, (String, String))| {
        let mut note = note;
        if value == tables::UNKNOWN {
            note = words.plain("egress-tile-unknown");
        }
        Tile { label: words.plain(key), value, note }
    };
    tiles.into_iter().map(tile).collect()
}

/// A bar of bytes out for each value, the largest first; what is left out is summed in words.
fn bars(lines: &[Line], thing: &str, words: &Words) -> Bars {
    let most = lines.iter().map(|line| line.sum.bytes_out).max().unwrap_or(0);
    let (shown, rest) = lines.split_at(lines.len().min(BARS_MAX));
    let name =
        |line: &Line| tables::text(tables::or_unknown(View::Person(words), thing, &line.value));
    let bar = |line: &Line| {
        let part = ("c-confirmed".to_owned(), name(line), line.sum.bytes_out);
        Bar {
            name: name(line),
            total: account::out_short(&line.sum),
            segments: segments([part], most),
        }
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

/// Most rows of a table.
const ROWS_MAX: usize = 200;

/// Most days of a chart.
const DAYS_MAX: usize = 1000;
