//! What may flow between zones: as text, rows and a page.

use std::fmt::Write;
use std::io;

use askama::Template;
use model::record::matrix::{Matrices, Matrix, MatrixCell};

use super::basis;
use crate::Error;
use crate::csv;
use crate::html::{CSS, policy_of_style};
use crate::rows::{Row, column};
use crate::shown::{Cell, Column, View};
use crate::text::{count, one_line, pad, width};
use crate::words::Words;

/// With more zones the text has no grid.
const GRID_TEXT: usize = 24;
/// With more zones the page has no grid.
const GRID_PAGE: usize = 60;
/// How many pairs of zones are written out as text, and on a page.
const PAIRS_TEXT: usize = 500;
const PAIRS_PAGE: usize = 5_000;
/// How many services and rules of a pair are written out.
const SHOWN: usize = 8;

/// One letter for each kind of cell, so that colour is not needed.
fn sign(permits: &str) -> &'static str {
    match permits {
        "everything" => "#",
        "any-service" => "A",
        "some" => "s",
        "possible" => "?",
        "unknown" => "!",
        _ => "·",
    }
}

const SIGNS: [&str; 6] = ["everything", "any-service", "some", "possible", "unknown", "none"];

fn zone(matrix: &Matrix, id: u32) -> &str {
    usize::try_from(id).ok().and_then(|id| matrix.zones.get(id)).map_or("", String::as_str)
}

fn find(matrix: &Matrix, from: usize, to: usize) -> Option<&MatrixCell> {
    let key = (u32::try_from(from).ok()?, u32::try_from(to).ok()?);
    let at = matrix.cells.binary_search_by_key(&key, |cell| (cell.from, cell.to)).ok()?;
    matrix.cells.get(at)
}

/// `device · platform · context`.
fn title(matrix: &Matrix) -> String {
    let parts = [&matrix.device, &matrix.platform_name, &matrix.context];
    let parts: Vec<&str> = parts.iter().map(|part| part.as_str()).collect();
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// At most [`SHOWN`] of a list.
fn few(values: &[String], words: &Words) -> String {
    let mut shown = values.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if let Some(more @ 1..) = values.len().checked_sub(SHOWN) {
        let _ = write!(shown, " ({})", words.text("more", &[("count", more.into())]).trim());
    }
    shown
}

/// What a pair permits, in words: services, what is only possible, what takes certain source ports, the Internet.
fn facts(cell: &MatrixCell, words: &Words) -> Vec<String> {
    let mut facts = Vec::new();
    if matches!(cell.permits.as_str(), "some") {
        facts.push(few(&cell.services, words));
    }
    if !cell.possible.is_empty() {
        let list = few(&cell.possible, words);
        facts.push(words.text("matrix-possible", &[("services", (&list).into())]));
    }
    if !cell.limited.is_empty() {
        let list = few(&cell.limited, words);
        facts.push(words.text("matrix-limited", &[("services", (&list).into())]));
    }
    if cell.internet {
        facts.push(words.plain("matrix-internet"));
    }
    if cell.cut {
        facts.push(words.plain("matrix-cut"));
    }
    facts
}

fn rules(cell: &MatrixCell, words: &Words) -> String {
    let names = cell.rules.iter().take(SHOWN).map(|rule| match rule.line {
        0 => rule.name.clone(),
        line => format!("{} ({}:{line})", rule.name, rule.path),
    });
    let mut text = names.collect::<Vec<_>>().join(", ");
    let shown = cell.rules.len().min(SHOWN);
    let shown = u64::try_from(shown).unwrap_or(u64::MAX);
    if let Some(more @ 1..) = cell.rules_all.checked_sub(shown) {
        let _ = write!(text, " ({})", words.text("more", &[("count", more.into())]).trim());
    }
    text
}

/// The matrices as text; ends with a line break.
pub fn render(matrices: &Matrices, words: &Words) -> String {
    let mut out = String::new();
    for matrix in &matrices.contexts {
        let _ = writeln!(out, "{}\n", one_line(&title(matrix)));
        if !matrix.limit.is_empty() {
            let limit = words.word("limit", &matrix.limit);
            let _ = writeln!(
                out,
                "  {}{}{limit}\n",
                words.word("query", "gave-up"),
                words.plain("colon")
            );
            continue;
        }
        if matrix.zones.len() <= GRID_TEXT {
            grid(matrix, words, &mut out);
        }
        for cell in matrix.cells.iter().take(PAIRS_TEXT) {
            let (from, to) = (zone(matrix, cell.from), zone(matrix, cell.to));
            let mut facts = facts(cell, words);
            facts.insert(0, words.word("permits", &cell.permits));
            let line = format!("{from} → {to}: {}", facts.join("; "));
            let _ = writeln!(out, "  {}", one_line(&line));
            let _ = writeln!(out, "      {}", one_line(&rules(cell, words)));
        }
        if let Some(more @ 1..) = matrix.cells.len().checked_sub(PAIRS_TEXT) {
            let _ = writeln!(out, "  {}", words.text("more", &[("count", more.into())]));
        }
        let _ = writeln!(out, "  {}\n", one_line(&closed(matrix, words)));
    }
    basis::render("", &matrices.basis, words, &mut out);
    out
}

/// Between how many pairs nothing may flow.
fn closed(matrix: &Matrix, words: &Words) -> String {
    let all = matrix.zones.len() * matrix.zones.len();
    let pairs = all.saturating_sub(matrix.cells.len());
    words.text("matrix-closed", &[("pairs", pairs.into()), ("all", all.into())])
}

/// One row for each zone where packets come in; columns have numbers, which the rows explain.
fn grid(matrix: &Matrix, words: &Words, out: &mut String) {
    let names: Vec<String> = matrix.zones.iter().map(|name| one_line(name)).collect();
    let widest = names.iter().map(|name| width(name)).max().unwrap_or(0);
    let numbers: Vec<String> = (1..=names.len()).map(|number| format!("{number:>3}")).collect();
    let _ = writeln!(out, "  {}{}", " ".repeat(widest + 4), numbers.concat());
    for (row, name) in names.iter().enumerate() {
        let signs = (0..names.len()).map(|column| {
            let permits = find(matrix, row, column).map_or("none", |cell| &cell.permits);
            format!("  {}", sign(permits))
        });
        let _ =
            writeln!(out, "  {:>3} {}{}", row + 1, pad(name, widest), signs.collect::<String>());
    }
    let legend =
        SIGNS.map(|permits| format!("{} {}", sign(permits), words.word("permits", permits)));
    let _ = writeln!(out, "\n  {}\n", legend.join(", "));
}

/// The matrices as CSV: one row for each pair of zones between which something may flow.
///
/// # Errors
/// When the output cannot be written.
pub fn write_csv(matrices: &Matrices, out: &mut dyn io::Write) -> io::Result<()> {
    let rows = matrices
        .contexts
        .iter()
        .flat_map(|matrix| matrix.cells.iter().map(move |cell| Pair { matrix, cell }));
    csv::write(rows, out)
}

struct Pair<'m> {
    matrix: &'m Matrix,
    cell: &'m MatrixCell,
}

impl Row for Pair<'_> {
    const COLUMNS: &'static [Column] = &[
        column("device", 18),
        column("config_context", 14),
        column("from", 16),
        column("to", 16),
        column("permits", 14),
        column("services", 40),
        column("possible_services", 40),
        column("limited_services", 40),
        column("internet", 9),
        column("cut", 9),
        column("rules_enabled", 10),
        column("rule_name", 40),
    ];

    fn cells(&self, view: View<'_>) -> Vec<Cell> {
        let (matrix, cell) = (self.matrix, self.cell);
        let yes = |holds: bool| -> Cell { if holds { "true" } else { "false" }.into() };
        let names: Vec<&str> = cell.rules.iter().map(|rule| rule.name.as_str()).collect();
        vec![
            (&matrix.device).into(),
            (&matrix.context).into(),
            zone(matrix, cell.from).into(),
            zone(matrix, cell.to).into(),
            view.word("permits", &cell.permits),
            cell.services.join(", ").into(),
            cell.possible.join(", ").into(),
            cell.limited.join(", ").into(),
            yes(cell.internet),
            yes(cell.cut),
            cell.rules_all.into(),
            names.join("; ").into(),
        ]
    }
}

/// The matrices as a page; no request leaves it.
///
/// # Errors
/// When the template engine refuses something.
pub fn page(matrices: &Matrices, words: &Words) -> Result<String, Error> {
    let page = MatrixPage {
        w: words,
        policy: policy_of_style(),
        css: CSS,
        title: words.text("matrix-title", &[("target", (&matrices.target).into())]),
        program: &matrices.program,
        legend: SIGNS
            .map(|permits| (permits, sign(permits), words.word("permits", permits)))
            .to_vec(),
        basis: basis::parts(&matrices.basis, words),
        contexts: matrices.contexts.iter().zip(0..).map(|(one, at)| view(one, at, words)).collect(),
    };
    page.render().map_err(Error::Template)
}

#[derive(Template)]
#[template(path = "matrix.html")]
struct MatrixPage<'a> {
    w: &'a Words,
    policy: String,
    css: &'static str,
    title: String,
    program: &'a str,
    legend: Vec<(&'static str, &'static str, String)>,
    /// What the cells rest on: headlines with places.
    basis: Vec<(String, Vec<String>)>,
    contexts: Vec<ContextView>,
}

impl MatrixPage<'_> {
    fn t(&self, key: &str) -> String {
        self.w.plain(key)
    }
}

struct ContextView {
    title: String,
    limit: String,
    zones: Vec<String>,
    /// Empty where there are too many zones.
    rows: Vec<Vec<SquareView>>,
    pairs: Vec<PairView>,
    closed: String,
    note: Option<String>,
}

/// A cell of the grid.
struct SquareView {
    permits: String,
    sign: &'static str,
    /// What it says to who does not see it: both zones and the word.
    label: String,
    /// The pair below; empty where nothing may flow.
    link: String,
}

/// A pair with what it permits, and its rules.
struct PairView {
    id: String,
    permits: String,
    word: String,
    from: String,
    to: String,
    facts: Vec<String>,
    rules: String,
    rules_all: String,
}

fn view(matrix: &Matrix, at: usize, words: &Words) -> ContextView {
    let id = |cell: &MatrixCell| format!("c{at}-{}-{}", cell.from, cell.to);
    let shown = matrix.cells.len().min(PAIRS_PAGE);
    let zones = if matrix.zones.len() <= GRID_PAGE { matrix.zones.len() } else { 0 };
    let square = |from: usize, to: usize| {
        let cell = find(matrix, from, to);
        let permits = cell.map_or("none", |cell| &cell.permits);
        let names = [from, to].map(|zone| matrix.zones.get(zone).map_or("", String::as_str));
        let [from, to] = names;
        SquareView {
            permits: permits.to_owned(),
            sign: sign(permits),
            label: format!("{from} → {to}: {}", words.word("permits", permits)),
            link: cell.map(id).unwrap_or_default(),
        }
    };
    let args = [("shown", shown.into()), ("all", matrix.cells.len().into())];
    ContextView {
        title: title(matrix),
        limit: match matrix.limit.as_str() {
            "" => String::new(),
            limit => words.word("limit", limit),
        },
        zones: matrix.zones.iter().take(zones).cloned().collect(),
        rows: (0..zones).map(|from| (0..zones).map(|to| square(from, to)).collect()).collect(),
        pairs: matrix
            .cells
            .iter()
            .take(shown)
            .map(|cell| PairView {
                id: id(cell),
                permits: cell.permits.clone(),
                word: words.word("permits", &cell.permits),
                from: zone(matrix, cell.from).to_owned(),
                to: zone(matrix, cell.to).to_owned(),
                facts: facts(cell, words),
                rules: rules(cell, words),
                rules_all: count(cell.rules_all),
            })
            .collect(),
        closed: closed(matrix, words),
        note: (shown < matrix.cells.len()).then(|| words.text("rows-capped", &args)),
    }
}
