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

/// Whole lines of a configuration, with everything secret masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// The number of the first line.
    pub line: u32,
    /// The lines without their breaks; what is cut of one ends in an ellipsis.
    pub lines: Vec<String>,
    /// Whether the span goes on.
    pub cut: bool,
}

impl Tree {
    /// The lines that a span covers, at most so many. Of a giant line only what the span covers is shown.
    pub fn passage(&self, span: Span, most: usize) -> Passage {
        let start = floor(&self.text, at(span.start));
        let end = floor(&self.text, at(span.end)).max(start);
        let head = self.text.get(..start).unwrap_or("");
        let from = memchr::memrchr(b'\n', head.as_bytes()).map_or(0, |at| at + 1);
        let from = if start - from > BEFORE { start } else { from };
        // Secrets are found by what stands before them: whole lines are masked, then cut.
        let upto = floor(&self.text, end.min(start.saturating_add(PASSAGE)));
        let tail = self.text.get(upto..).unwrap_or("");
        let rest = memchr::memchr(b'\n', tail.as_bytes()).unwrap_or(tail.len());
        let upto = if upto == end && rest <= AFTER { upto + rest } else { upto };
        let text = self.masked(from, upto);
        let mut lines: Vec<String> = text.lines().map(clipped).collect();
        while lines.last().is_some_and(|line| line.trim().is_empty()) {
            lines.pop();
        }
        let cut = upto < end || lines.len() > most;
        lines.truncate(most);
        Passage { line: self.line(span.start).line, lines, cut }
    }
}

/// A line that is not longer than people read.
fn clipped(line: &str) -> String {
    let mut shown: String = line.chars().take(WIDEST).collect();
    if shown.len() < line.len() {
        shown.push('…');
    }
    shown
}

/// The most characters of one line of a passage.
const WIDEST: usize = 1_000;
/// The most bytes of a passage that are looked at.
const PASSAGE: usize = 1 << 16;

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Of a giant line, so many bytes before the span are shown.
const BEFORE: usize = 100;
/// And so many from its beginning on.
const AFTER: usize = 300;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Fate, Text};

    const TEXT: &str = "rule 1\n  from lan\n  password hunter2\n  key abc\nend\nrule 2\n";

    fn passage(most: usize) -> Passage {
        let tree = Tree::of_lines(Text { file: 0, path: "x".into(), text: TEXT.into() });
        let known = tree.statements().find(|node| node.word(0) == "key").unwrap();
        known.claim(Fate::SECRET);
        let end = TEXT.find("rule 2").unwrap();
        tree.passage(Span { file: 0, start: 0, end: small(end - 1) }, most)
    }

    #[test]
    fn a_passage_has_whole_lines() {
        let passage = passage(10);
        assert_eq!((passage.line, passage.lines.len(), passage.cut), (1, 5, false));
        assert_eq!(passage.lines[1], "  from lan");
    }

    #[test]
    fn a_passage_has_no_secrets() {
        let text = passage(10).lines.join("\n");
        assert!(!text.contains("hunter2") && !text.contains("abc"), "{text}");
    }

    #[test]
    fn a_long_passage_is_cut_and_says_so() {
        let passage = passage(2);
        assert_eq!((passage.lines.len(), passage.cut), (2, true));
    }

    #[test]
    fn of_a_giant_line_only_the_span_is_shown() {
        let text = format!("<a>{}<rule>x</rule><password>hunter2</password></a>", "y".repeat(9000));
        let start = text.find("<rule>").unwrap();
        let tree = Tree::of_lines(Text { file: 0, path: "x".into(), text });
        let passage =
            tree.passage(Span { file: 0, start: small(start), end: small(start + 14) }, 9);
        assert!(passage.lines[0].starts_with("<rule>x</rule>"), "{passage:?}");
        assert!(!passage.lines[0].contains("hunter2"), "{passage:?}");
    }
}
