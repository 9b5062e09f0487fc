//! Blocks of `config … edit … set … next … end` as a statement tree.
//!
//! `config a b` is a node with the words `config a b` and its statements below it, until its `end`. `edit x` is a node with the words
//! `edit x`, until its `next` (or the `end` of its table). Every other line is a statement with its words; quoted words may run over
//! several lines, and a backslash takes the next character as it is. `next`, `end`, comments (`#` at the beginning of a line) and
//! prompts of a terminal are no nodes. What a pager left behind is white space.
//!
//! Forgiving: a missing `next` or `end`, a quote that is not closed and a text that breaks off are said, and the rest is read.

use super::build::Builder;
use crate::codes;
use crate::limits::Limits;
use crate::reading::Problem;
use crate::text::Text;
use policy::Span;

/// Reads a text of blocks.
pub(crate) fn read(text: Text, limits: &Limits, problems: &mut Vec<Problem>) -> super::Tree {
    let mut reader = Reader {
        text: &text.text,
        file: text.file,
        at: 0,
        builder: Builder::default(),
        open: Vec::new(),
        words: Vec::new(),
        skipped: 0,
        limits,
        problems,
    };
    reader.document();
    let builder = reader.builder;
    builder.finish(text)
}

struct Reader<'a> {
    text: &'a str,
    file: u16,
    at: usize,
    builder: Builder,
    open: Vec<Open>,
    /// The words of the line at hand.
    words: Vec<Word>,
    /// How many blocks are open below the one that was nested too deep.
    skipped: usize,
    limits: &'a Limits,
    problems: &'a mut Vec<Problem>,
}

/// A block that is open.
#[derive(Clone, Copy, Debug)]
struct Open {
    kind: Kind,
    start: usize,
    /// Whether it had an `edit` of its own.
    table: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Config,
    /// `config global`: whole sections stand inside.
    Global,
    /// `config vdom`: whole sections stand inside its entries.
    Contexts,
    Edit,
}

struct Word {
    start: usize,
    end: usize,
    /// What it means, when it stands differently in the text.
    meaning: Option<String>,
}

/// The first words of sections. A section never stands inside another one.
const SECTIONS: [&str; 14] = [
    "antivirus",
    "application",
    "dlp",
    "endpoint-control",
    "firewall",
    "ips",
    "log",
    "router",
    "switch-controller",
    "system",
    "user",
    "vpn",
    "webfilter",
    "wireless-controller",
];

/// Words that begin a line of the language.
const KEYWORDS: [&str; 8] = ["append", "config", "edit", "end", "next", "select", "set", "unset"];

impl<'a> Reader<'a> {
    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or("")
    }

    fn problem(&mut self, code: model::diagnostic::Code, start: usize, end: usize) {
        if self.problems.len() < self.limits.problems {
            let small = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            let span = Span { file: self.file, start: small(start), end: small(end) };
            self.problems.push(Problem::warning(code, span, Vec::new()));
        }
    }

    fn document(&mut self) {
        loop {
            self.skip_between();
            let start = self.at;
            match self.byte(start) {
                None => break,
                Some(b'#') => {
                    self.at = self.line_end(start);
                    continue;
                }
                Some(_) => {}
            }
            if let Some(after) = self.prompt(start) {
                self.at = after;
                continue;
            }
            self.line();
            self.statement(start);
        }
        if let Some(open) = self.open.last().copied() {
            self.problem(codes::CUT_OFF, open.start, self.line_end(open.start));
        }
    }

    /// Past white space, line ends, control characters and what a pager prints.
    fn skip_between(&mut self) {
        while let Some(byte) = self.byte(self.at) {
            match byte {
                0x1b => self.escape_sequence(),
                b' ' | 0..=0x1f | 0x7f => self.at += 1,
                b'-' if self.rest_starts_with(PAGER) => self.at += PAGER.len(),
                _ => return,
            }
        }
    }

    fn rest_starts_with(&self, word: &str) -> bool {
        self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word))
    }

    /// Past `ESC [ … letter`.
    fn escape_sequence(&mut self) {
        self.at += 1;
        if self.byte(self.at) == Some(b'[') {
            self.at += 1;
            while self.byte(self.at).is_some_and(|byte| matches!(byte, b'0'..=b'9' | b';' | b'?')) {
                self.at += 1;
            }
            self.at +=
                usize::from(self.byte(self.at).is_some_and(|byte| byte.is_ascii_alphabetic()));
        }
    }

    fn line_end(&self, at: usize) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or(&[]);
        memchr::memchr(b'\n', rest).map_or(self.text.len(), |end| at + end)
    }

    /// Where the line goes on after `NAME # `, `NAME (context) # ` or the same with `$`.
    fn prompt(&self, start: usize) -> Option<usize> {
        let bytes = self.text.as_bytes().get(start..)?;
        let name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        let length = bytes.iter().take(MAX_NAME).take_while(|byte| name(byte)).count();
        let mut rest = bytes.get(length..)?.strip_prefix(b" ")?;
        if length == 0 || KEYWORDS.contains(&self.slice(start, start + length)) {
            return None;
        }
        if let Some(inside) = rest.strip_prefix(b"(") {
            let head = inside.get(..MAX_NAME).unwrap_or(inside);
            let close = head.iter().position(|byte| matches!(byte, b')' | b'\n'))?;
            rest = inside.get(close..)?.strip_prefix(b") ")?;
        }
        let rest = rest.strip_prefix(b"# ").or_else(|| rest.strip_prefix(b"$ ")).or_else(|| {
            let end = rest.strip_prefix(b"#").or_else(|| rest.strip_prefix(b"$"))?;
            matches!(end.first(), None | Some(b'\r' | b'\n')).then_some(end)
        })?;
        Some(self.text.len() - rest.len())
    }

    // --- Words ---

    /// The words up to the end of the line.
    fn line(&mut self) {
        self.words.clear();
        loop {
            match self.byte(self.at) {
                None | Some(b'\n') => return,
                Some(0x1b) => self.escape_sequence(),
                Some(b' ' | 0..=0x1f | 0x7f) => self.at += 1,
                Some(b'"') => self.quoted(),
                Some(b'\'') => self.apostrophes(),
                Some(_) => self.bare(),
            }
        }
    }

    fn push(&mut self, start: usize, end: usize, escaped: bool) {
        let raw = self.slice(start, end);
        let meaning = (escaped || raw.contains(PAGER)).then(|| unescape(raw));
        self.words.push(Word { start, end, meaning });
    }

    fn bare(&mut self) {
        let start = self.at;
        let mut escaped = false;
        while let Some(byte) = self.byte(self.at) {
            match byte {
                b' ' | 0..=0x1f | 0x7f => break,
                b'\\' if self.byte(self.at + 1).is_some_and(|next| next >= b' ') => {
                    escaped = true;
                    self.at += 2;
                }
                _ => self.at += 1,
            }
        }
        self.at = self.at.min(self.text.len());
        // An escaped character may be longer than a byte.
        while !self.text.is_char_boundary(self.at) {
            self.at += 1;
        }
        self.push(start, self.at, escaped);
    }

    /// `'…'`: on one line, without escapes. Anything else is a bare word that begins with an apostrophe.
    fn apostrophes(&mut self) {
        let start = self.at + 1;
        let line = self.text.as_bytes().get(start..self.line_end(start)).unwrap_or(&[]);
        match memchr::memchr(b'\'', line) {
            Some(length) if self.ends_word(start + length + 1) => {
                self.words.push(Word { start, end: start + length, meaning: None });
                self.at = start + length + 1;
            }
            _ => self.bare(),
        }
    }

    /// Whether a word may end before this byte.
    fn ends_word(&self, at: usize) -> bool {
        self.byte(at).is_none_or(|byte| byte <= b' ' || byte == 0x7f)
    }

    fn quoted(&mut self) {
        let mut start = self.at + 1;
        if self.byte(start) == Some(b'"') && !self.ends_word(start + 1) {
            // Two quotes and a word right behind them: one quote too many, not an empty word.
            self.problem(codes::SYNTAX, self.at, start + 1);
            start += 1;
        }
        let mut escaped = false;
        let mut end = start;
        let bytes = self.text.as_bytes();
        let found = loop {
            let rest = bytes.get(end..).unwrap_or(&[]);
            match memchr::memchr2(b'"', b'\\', rest) {
                Some(step) if rest.get(step) == Some(&b'\\') => {
                    escaped = true;
                    end += step + 2;
                }
                Some(step) => break Some(end + step),
                None => break None,
            }
        };
        let line_end = self.line_end(start);
        match found {
            Some(end) if end <= line_end || self.ends_word(end + 1) => {
                if !self.ends_word(end + 1) {
                    self.problem(codes::SYNTAX, end, end + 1);
                }
                self.push(start, end, escaped);
                self.at = end + 1;
            }
            // A value over several lines whose closing quote opens a word is one whose own closing quote is missing.
            Some(_) => self.unclosed(start, line_end, codes::SYNTAX),
            None if self.goes_on(line_end) => self.unclosed(start, line_end, codes::SYNTAX),
            None => self.unclosed(start, bytes.len(), codes::CUT_OFF),
        }
    }

    /// Whether the line after this line end is one of the language.
    fn goes_on(&self, line_end: usize) -> bool {
        let next = self.slice((line_end + 1).min(self.text.len()), self.line_end(line_end + 1));
        next.split_whitespace().next().is_some_and(|word| KEYWORDS.contains(&word))
    }

    fn unclosed(&mut self, start: usize, end: usize, code: model::diagnostic::Code) {
        self.problem(code, start.saturating_sub(1), start);
        let end = start + self.slice(start, end).trim_end().len();
        self.push(start, end, self.slice(start, end).contains('\\'));
        self.at = end;
    }

    // --- Statements ---

    fn statement(&mut self, start: usize) {
        let first = self.words.first().map_or((0, 0), |word| (word.start, word.end));
        let first = self.text.get(first.0..first.1).unwrap_or("");
        if self.skipped > 0 {
            match first {
                "config" => self.skipped += 1,
                "end" => self.skipped -= 1,
                _ => {}
            }
            return;
        }
        match first {
            "config" => self.config(start),
            "edit" => self.edit(start),
            "next" if self.words.len() == 1 => self.next(start),
            "end" if self.words.len() == 1 => self.end(start),
            _ => {
                self.begin(start);
                self.builder.close(self.at);
            }
        }
    }

    /// Opens a node with the words of the line.
    fn begin(&mut self, start: usize) {
        self.builder.open(start);
        for word in &self.words {
            match &word.meaning {
                Some(meaning) => self.builder.unescaped(meaning),
                None => self.builder.word(word.start, word.end),
            }
        }
    }

    fn block(&mut self, start: usize, kind: Kind) {
        if self.open.len() >= self.limits.depth {
            self.problem(codes::TOO_DEEP, start, self.at);
            self.begin(start);
            self.builder.close(self.at);
            self.skipped = usize::from(kind != Kind::Edit);
            return;
        }
        self.begin(start);
        self.open.push(Open { kind, start, table: false });
    }

    fn word(&self, index: usize) -> &str {
        self.words.get(index).map_or("", |word| self.slice(word.start, word.end))
    }

    fn config(&mut self, start: usize) {
        let kind = match (self.word(1), self.words.len()) {
            ("global", 2) => Kind::Global,
            ("vdom", 2) => Kind::Contexts,
            _ => Kind::Config,
        };
        let whole = match kind {
            Kind::Config => self.words.len() > 2 && SECTIONS.contains(&self.word(1)),
            _ => self.open.iter().all(|open| open.kind != Kind::Config),
        };
        let inside = self.open.last().copied();
        if whole {
            self.leave_section(start, kind);
        } else if inside.is_some_and(|open| open.kind != Kind::Edit && open.table) {
            // Inside a table only entries can stand: its `end` is missing.
            self.problem(codes::SYNTAX, start, self.at);
            self.pop(start);
        }
        self.block(start, kind);
    }

    /// Closes what cannot hold a whole section.
    fn leave_section(&mut self, start: usize, kind: Kind) {
        let mut missing = false;
        while let Some(open) = self.open.last().copied() {
            let outer = self.open.len().checked_sub(2).and_then(|index| self.open.get(index));
            let in_context =
                open.kind == Kind::Edit && outer.is_some_and(|outer| outer.kind == Kind::Contexts);
            if kind == Kind::Config && (open.kind == Kind::Global || in_context) {
                break;
            }
            missing = true;
            self.pop(start);
        }
        if missing {
            self.problem(codes::SYNTAX, start, self.at);
        }
    }

    fn edit(&mut self, start: usize) {
        if self.open.last().is_some_and(|open| open.kind == Kind::Edit) {
            self.problem(codes::SYNTAX, start, self.at);
            self.pop(start);
        }
        if let Some(table) = self.open.last_mut() {
            table.table = true;
        }
        self.block(start, Kind::Edit);
    }

    fn next(&mut self, start: usize) {
        match self.open.last() {
            Some(open) if open.kind == Kind::Edit => self.pop(self.at),
            _ => self.stray(start),
        }
    }

    fn end(&mut self, start: usize) {
        if self.open.is_empty() {
            return self.stray(start);
        }
        if self.open.last().is_some_and(|open| open.kind == Kind::Edit) {
            self.pop(self.at);
        }
        if !self.open.is_empty() {
            self.pop(self.at);
        }
    }

    /// A `next` or `end` that closes nothing: a statement that nobody will take.
    fn stray(&mut self, start: usize) {
        self.problem(codes::SYNTAX, start, self.at);
        self.begin(start);
        self.builder.close(self.at);
    }

    fn pop(&mut self, end: usize) {
        if self.open.pop().is_some() {
            self.builder.close(end);
        }
    }
}

/// A word without its backslashes and without what a pager printed into it.
fn unescape(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut characters = raw.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => out.extend(characters.next()),
            other => out.push(other),
        }
    }
    while let Some(at) = out.find(PAGER) {
        let after = out.get(at + PAGER.len()..).unwrap_or("");
        let after = after.trim_start_matches(['\r', ' ', '\u{8}']).len();
        out.replace_range(at..out.len() - after, "");
    }
    out
}

/// What the pager prints at the end of a page.
const PAGER: &str = "--More--";
/// The longest name that is taken for one of a prompt.
const MAX_NAME: usize = 80;

#[cfg(test)]
mod tests;
