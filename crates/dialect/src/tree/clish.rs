//! Lines of a command shell (Gaia clish) as a statement tree.
//!
//! Each line that is not empty and no comment (`#`) is a statement; its words are separated by blanks, and may be quoted with `"` or
//! `'`, with `\` before a character that stands for itself. A quote that does not end on its line ends with the line, and is said.

use super::build::Builder;
use crate::codes;
use crate::limits::Limits;
use crate::reading::Problem;
use crate::text::Text;
use policy::Span;

/// Reads lines.
pub(crate) fn read(text: Text, limits: &Limits, problems: &mut Vec<Problem>) -> super::Tree {
    let mut builder = Builder::default();
    let mut start = 0;
    for line in text.text.split_inclusive('\n') {
        let shown = line.trim();
        if !shown.is_empty() && !shown.starts_with('#') {
            let from = start + (line.len() - line.trim_start().len());
            builder.open(from);
            if !words(shown, from, &mut builder) && problems.len() < limits.problems {
                let small = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
                let span =
                    Span { file: text.file, start: small(from), end: small(from + shown.len()) };
                problems.push(Problem::warning(codes::CUT_OFF, span, Vec::new()));
            }
            builder.close(from + shown.len());
        }
        start += line.len();
    }
    builder.finish(text)
}

/// Adds the words of a line that begins at `base`. False when a quote does not end.
fn words(line: &str, base: usize, builder: &mut Builder) -> bool {
    let mut rest = line;
    let mut at = base;
    let mut ended = true;
    while !rest.is_empty() {
        let blank = rest.len() - rest.trim_start().len();
        at += blank;
        rest = rest.get(blank..).unwrap_or("");
        let (length, word, closed) = word(rest);
        ended &= closed;
        match word {
            None if length > 0 => builder.word(at, at + length),
            None => break,
            Some(word) => builder.unescaped(&word),
        }
        at += length;
        rest = rest.get(length..).unwrap_or("");
    }
    ended
}

/// The length of the first word, its meaning when that is not its text, and whether its quotes end.
fn word(text: &str) -> (usize, Option<String>, bool) {
    let mut meaning = String::new();
    let mut quote = None;
    let mut escaped = false;
    let mut end = text.len();
    for (at, character) in text.char_indices() {
        match quote {
            _ if escaped => {
                escaped = false;
                meaning.push(character);
            }
            _ if character == '\\' && quote != Some('\'') => escaped = true,
            Some(open) if character == open => quote = None,
            Some(_) => meaning.push(character),
            None if matches!(character, '"' | '\'') => quote = Some(character),
            None if character.is_whitespace() => {
                end = at;
                break;
            }
            None => meaning.push(character),
        }
    }
    let same = text.get(..end) == Some(meaning.as_str());
    (end, (!same).then_some(meaning), quote.is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_statements_and_quotes_hold_words_together() {
        let text = "# comment\nset hostname gw1\n\nset interface eth0 comments \"a b\\\"c\"x\n set message 'open\n";
        let mut problems = Vec::new();
        let text = Text { file: 0, path: "x".to_owned(), text: text.to_owned() };
        let tree = read(text, &Limits::default(), &mut problems);
        let shown: Vec<Vec<&str>> = tree.roots().map(|node| node.words().collect()).collect();
        assert_eq!(shown[0], ["set", "hostname", "gw1"]);
        assert_eq!(shown[1], ["set", "interface", "eth0", "comments", "a b\"cx"]);
        assert_eq!(shown[2], ["set", "message", "open"]);
        assert_eq!(problems.len(), 1);
    }
}
