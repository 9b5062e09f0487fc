//! Tables for a terminal: aligned, also with wide characters, and cut with an ellipsis where a width is given.

use model::record::Assessment;

use crate::phrases;
use crate::rows::{self, AssetRow, Row};
use crate::shown::{Cell, View, header};
use crate::text::{count, cut, cut_middle, grouped, one_line, pad, pad_left, width};
use crate::words::Words;

/// The findings.
pub fn findings(assessment: &Assessment, words: &Words, width: Option<usize>) -> String {
    let columns = [
        left("finding_id"),
        left("state"),
        left("asset"),
        left("product"),
        left("versions"),
        left("relation"),
        left("confidence"),
        left("clause"),
        right("evidence_total"),
    ];
    let rows = assessment.findings.iter().map(|finding| {
        vec![
            finding.id.clone(),
            words.word("state", finding.state.as_str()),
            finding.asset_name.clone(),
            words.name(&finding.product).to_owned(),
            finding.versions.join(", "),
            words.word("relation", finding.relation.as_str()),
            words.word("confidence", finding.confidence.as_str()),
            format!("{} {}", finding.directive, finding.clause),
            count(finding.evidence_total.into()),
        ]
    });
    render(&columns, rows.collect(), words, width)
}

/// The assets that bear findings.
pub fn assets(assessment: &Assessment, words: &Words, width: Option<usize>) -> String {
    let columns = [
        left("asset_id"),
        left("asset"),
        left("asset_kind"),
        left("site"),
        left("os"),
        left("asset_owner"),
        left("observed_on"),
        right("findings"),
        right("prohibited"),
    ];
    let rows = rows::assets(assessment).map(|AssetRow { asset, findings, prohibited }| {
        vec![
            asset.id.clone(),
            asset.name.clone(),
            words.word("kind", &asset.kind),
            asset.site.clone(),
            asset.os.clone(),
            asset.owner.clone(),
            asset.observed_on.clone(),
            count(findings),
            count(prohibited),
        ]
    });
    render(&columns, rows.collect(), words, width)
}

/// The sources with their ledgers.
pub fn sources(assessment: &Assessment, words: &Words, width: Option<usize>) -> String {
    let columns = [
        path("path"),
        left("fate"),
        left("reader"),
        right("rows"),
        right("understood"),
        right("inert"),
        right("not_understood"),
    ];
    let rows = assessment.sources.iter().map(|source| {
        vec![
            source.path.clone(),
            words.word("fate", &source.fate),
            source.reader.clone(),
            count(source.rows),
            count(source.understood),
            count(phrases::inert(source)),
            count(phrases::lost(source)),
        ]
    });
    render(&columns, rows.collect(), words, width)
}

/// The diagnostics, one a line.
pub fn diagnostics(assessment: &Assessment, words: &Words, width: Option<usize>) -> String {
    let columns = [left("severity"), left("code"), path("path"), left("text")];
    let rows = assessment.diagnostics.iter().map(|said| {
        vec![
            words.word("severity", &said.severity),
            said.code.clone(),
            phrases::place(words, &said.path, &said.part, &said.unit, said.at),
            words.code(&said.code, &said.args),
        ]
    });
    render(&columns, rows.collect(), words, width)
}

/// The named columns of a table of rows.
pub(crate) fn of_rows<R: Row>(
    rows: impl Iterator<Item = R>,
    names: &[&str],
    words: &Words,
    width: Option<usize>,
) -> String {
    let chosen: Vec<usize> = names
        .iter()
        .filter_map(|name| R::COLUMNS.iter().position(|column| column.name == *name))
        .collect();
    let heads = chosen.iter().filter_map(|index| R::COLUMNS.get(*index));
    let mut heads: Vec<Head> = heads.map(|column| left(column.name)).collect();
    let rows: Vec<Vec<String>> = rows
        .map(|row| {
            let cells = row.cells(View::Person(words));
            let chosen = chosen.iter().zip(&mut heads);
            chosen.map(|(index, head)| shown(cells.get(*index), head)).collect()
        })
        .collect();
    render(&heads, rows, words, width)
}

/// A cell as text; a column of numbers stands at the right.
fn shown(cell: Option<&Cell>, head: &mut Head) -> String {
    match cell {
        Some(Cell::Text(text) | Cell::Day(text)) => text.clone(),
        Some(Cell::Number(number)) => {
            head.kind = Kind::Right;
            grouped(*number)
        }
        None => String::new(),
    }
}

/// How a column is aligned and cut.
#[derive(Clone, Copy)]
enum Kind {
    Left,
    Right,
    Path,
}

struct Head {
    name: &'static str,
    kind: Kind,
}

fn left(name: &'static str) -> Head {
    Head { name, kind: Kind::Left }
}

fn right(name: &'static str) -> Head {
    Head { name, kind: Kind::Right }
}

fn path(name: &'static str) -> Head {
    Head { name, kind: Kind::Path }
}

fn render(
    columns: &[Head],
    mut rows: Vec<Vec<String>>,
    words: &Words,
    limit: Option<usize>,
) -> String {
    rows.insert(0, columns.iter().map(|column| header(words, column.name)).collect());
    for cell in rows.iter_mut().flatten() {
        *cell = one_line(cell);
    }
    let widths = widths(columns.len(), &rows, limit);
    let mut out = String::new();
    for row in &rows {
        let cells = columns.iter().zip(row).zip(&widths).map(|((column, cell), &columns)| {
            match column.kind {
                Kind::Left => pad(&cut(cell, columns), columns),
                Kind::Right => pad_left(&cut(cell, columns), columns),
                Kind::Path => pad(&cut_middle(cell, columns), columns),
            }
        });
        out.push_str(cells.collect::<Vec<_>>().join(GAP).trim_end());
        out.push('\n');
    }
    out
}

/// The width of each column: as wide as its widest cell; under a limit the widest columns give way first.
fn widths(columns: usize, rows: &[Vec<String>], limit: Option<usize>) -> Vec<usize> {
    let mut widths = vec![0; columns];
    for row in rows {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = width(cell).max(*widest);
        }
    }
    let room = limit.map(|limit| limit.saturating_sub(GAP.len() * columns.saturating_sub(1)));
    while room.is_some_and(|room| widths.iter().sum::<usize>() > room) {
        match widths.iter_mut().max() {
            Some(widest) if *widest > COLUMN_MIN => *widest -= 1,
            _ => break,
        }
    }
    widths
}

const GAP: &str = "  ";

/// No column gets narrower than this; then the table is wider than asked for.
const COLUMN_MIN: usize = 6;
