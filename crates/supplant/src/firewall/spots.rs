//! Places of a reading as records: file, line, and the line itself with secrets masked.

use dialect::Reading;
use model::record::check::Spot;
use model::record::prove::Passage;
use policy::{Origin, Span};

/// The place of a span.
pub(crate) fn spot(reading: &Reading, span: Span) -> Option<Spot> {
    let tree = reading.tree(span.file)?;
    let excerpt = tree.excerpt(span);
    Some(Spot {
        path: tree.path().to_owned(),
        line: excerpt.place.line,
        column: excerpt.place.column,
        text: excerpt.text,
        mark: excerpt.mark,
        marked: excerpt.marked,
    })
}

/// The place of a thing; `None` for what nobody wrote.
pub(crate) fn spot_of(reading: &Reading, origin: &Origin) -> Option<Spot> {
    spot(reading, origin.span?)
}

/// The statement that a thing is written as, the first lines of it; `None` for what nobody wrote.
pub(crate) fn passage_of(reading: &Reading, origin: &Origin) -> Option<Passage> {
    let span = origin.span?;
    let tree = reading.tree(span.file)?;
    let passage = tree.passage(span, LINES);
    Some(Passage {
        name: origin.label.to_string(),
        path: tree.path().to_owned(),
        line: passage.line,
        lines: passage.lines,
        cut: passage.cut,
    })
}

/// The most lines of one statement.
const LINES: usize = 60;

/// File and line of a thing; empty and 0 for what nobody wrote.
pub(crate) fn line_of(reading: &Reading, origin: &Origin) -> (String, u32) {
    let place = origin.span.and_then(|span| {
        let tree = reading.tree(span.file)?;
        Some((tree.path().to_owned(), tree.line(span.start).line))
    });
    place.unwrap_or_default()
}
