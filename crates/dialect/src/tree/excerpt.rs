//! One line of a configuration with the part that is meant, ready to be shown.

use policy::Span;

use super::{Line, Tree, at, floor};

/// A line, or a part of one that is long, with everything secret masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// Where the span begins.
    pub place: Line,
    /// The text.
    pub text: String,
    /// From which character of the text on it is meant.
    pub mark: u32,
    /// How many characters are meant; at least one.
    pub marked: u32,
}

impl Tree {
    /// The line on which a span begins, with the part of it that the span covers. Where masking a secret moved letters, the whole
    /// line is marked.
    pub fn excerpt(&self, span: Span) -> Excerpt {
        let start = floor(&self.text, at(span.start));
        let head = self.text.get(..start).unwrap_or("");
        let from = memchr::memrchr(b'\n', head.as_bytes()).map_or(0, |at| at + 1);
        let from = from.max(floor(&self.text, start.saturating_sub(BEFORE)));
        let tail = self.text.get(start..).unwrap_or("");
        let to = memchr::memchr(b'\n', tail.as_bytes()).map_or(self.text.len(), |at| start + at);
        let to = to.min(floor(&self.text, start + AFTER));
        let plain = self.text.get(from..to).unwrap_or("");
        let text = self.masked(from, to);
        let place = self.line(span.start);
        let text = text.trim_end_matches(['\r', '\n']).to_owned();
        if text != plain.trim_end_matches('\r') {
            let indent = text.chars().take_while(|c| c.is_whitespace()).count();
            let length = text.trim().chars().count();
            return Excerpt { place, text, mark: small(indent), marked: small(length.max(1)) };
        }
        let end = floor(&self.text, at(span.end)).clamp(start, to);
        let mark = self.text.get(from..start).unwrap_or("").chars().count();
        let covered = self.text.get(start..end).unwrap_or("").trim_end();
        Excerpt { place, text, mark: small(mark), marked: small(covered.chars().count().max(1)) }
    }
}

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Of a giant line, so many bytes before the span are shown.
const BEFORE: usize = 100;
/// And so many from its beginning on.
const AFTER: usize = 300;
