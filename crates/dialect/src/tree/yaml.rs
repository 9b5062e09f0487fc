//! The YAML form of a block configuration, as the same statement tree as [`super::block`] builds.
//!
//! A key with a mapping or a list below it is a `config` (at the outside its words are joined by `_`), an element of a list is an
//! `edit`, a key with a value is a `set` with one word per element, a key with nothing is an `unset`. Only what such exports use is
//! read: block mappings and lists, flow lists of scalars, plain and quoted scalars, block scalars.

use super::build::Builder;
use crate::codes;
use crate::limits::Limits;
use crate::reading::Problem;
use crate::text::Text;
use policy::Span;

/// Reads an export in YAML.
pub(crate) fn read(text: Text, limits: &Limits, problems: &mut Vec<Problem>) -> super::Tree {
    let mut reader = Reader {
        text: &text.text,
        file: text.file,
        builder: Builder::default(),
        open: Vec::new(),
        limits,
        problems,
    };
    reader.document();
    let builder = reader.builder;
    builder.finish(text)
}

/// Whether the text is such an export: its first line that is no comment is a key with nothing behind it.
pub(crate) fn is_yaml(head: &str) -> bool {
    let mut lines = head.lines().map(str::trim_end);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with('#') && *line != "---");
    first.and_then(|line| line.strip_suffix(':')).is_some_and(|key| {
        key.starts_with(|c: char| c.is_ascii_lowercase())
            && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '+'))
    })
}

struct Reader<'a> {
    text: &'a str,
    file: u16,
    builder: Builder,
    open: Vec<Open>,
    limits: &'a Limits,
    problems: &'a mut Vec<Problem>,
}

#[derive(Clone, Copy)]
struct Open {
    indent: usize,
    edit: bool,
    /// Whether whole sections stand inside.
    sections: bool,
}

/// One line: where its content begins and ends, and how far it is indented.
#[derive(Clone, Copy)]
struct Line {
    start: usize,
    end: usize,
    indent: usize,
}

impl<'a> Reader<'a> {
    fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or("")
    }

    fn problem(&mut self, code: model::diagnostic::Code, line: Line) {
        if self.problems.len() < self.limits.problems {
            let small = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            let span = Span { file: self.file, start: small(line.start), end: small(line.end) };
            self.problems.push(Problem::warning(code, span, Vec::new()));
        }
    }

    /// The line that begins at this byte or the first after it with content.
    fn line_at(&self, mut at: usize) -> Option<Line> {
        loop {
            let rest = self.text.get(at..).filter(|rest| !rest.is_empty())?;
            let end =
                memchr::memchr(b'\n', rest.as_bytes()).map_or(self.text.len(), |end| at + end);
            let line = self.slice(at, end);
            let content = line.trim_start_matches(' ');
            let indent = line.len() - content.len();
            let content = content.trim_end();
            if !content.is_empty() && !content.starts_with('#') && content != "---" {
                let start = at + indent;
                return Some(Line { start, end: start + content.len(), indent });
            }
            at = end + 1;
        }
    }

    fn document(&mut self) {
        let mut at = 0;
        while let Some(line) = self.line_at(at) {
            at = self.entry(line).max(line.end + 1);
        }
    }

    /// One line and what belongs to it; returns where the next one begins.
    fn entry(&mut self, line: Line) -> usize {
        let content = self.slice(line.start, line.end);
        let item = content == "-" || content.starts_with("- ");
        while self.open.last().is_some_and(|open| {
            open.indent > line.indent || (open.indent == line.indent && (open.edit || !item))
        }) {
            self.open.pop();
            self.builder.close(line.start);
        }
        let start = if item {
            line.end - content.get(1..).unwrap_or("").trim_start().len()
        } else {
            line.start
        };
        let Some((key, value)) = self.key(start, line.end) else {
            return self.wrong(line);
        };
        let next = self.line_at(line.end + 1);
        let below = next.is_some_and(|next| {
            let dash = self.slice(next.start, next.end).starts_with('-');
            next.indent > line.indent || (!item && dash && next.indent == line.indent)
        });
        match (item, value == line.end) {
            (true, true) => self.block(line, "edit", key, below),
            (false, true) if below || self.sections() => self.block(line, "config", key, below),
            (false, true) => {
                self.begin(line.start, "unset", key);
                self.builder.close(line.end);
            }
            (false, false) => {
                self.begin(line.start, "set", key);
                let end = self.value(line, value);
                self.builder.close(end);
                return end + 1;
            }
            (true, false) => return self.wrong(line),
        }
        line.end + 1
    }

    /// A line that no such export has: a statement that nobody will take.
    fn wrong(&mut self, line: Line) -> usize {
        self.problem(codes::SYNTAX, line);
        self.builder.open(line.start);
        self.builder.word(line.start, line.end);
        self.builder.close(line.end);
        line.end + 1
    }

    /// Whether keys here are whole sections.
    fn sections(&self) -> bool {
        self.open.last().is_none_or(|open| open.sections)
    }

    /// The key's place, and where its value begins (the end of the line when there is none).
    fn key(&self, start: usize, end: usize) -> Option<((usize, usize), usize)> {
        let content = self.slice(start, end);
        let (key, rest) = match content.strip_prefix('"') {
            Some(inner) => {
                let close = inner.find('"')?;
                ((start + 1, start + 1 + close), start + close + 2)
            }
            None => {
                let colon =
                    content.find(": ").or_else(|| content.strip_suffix(':').map(str::len))?;
                ((start, start + colon), start + colon)
            }
        };
        let value = self.slice(rest, end).strip_prefix(':')?.trim_start();
        Some((key, end - value.len()))
    }

    fn begin(&mut self, start: usize, verb: &str, key: (usize, usize)) {
        self.builder.open(start);
        self.builder.unescaped(verb);
        if verb == "config" && self.sections() {
            let mut at = key.0;
            for part in self.text.get(key.0..key.1).unwrap_or("").split('_') {
                self.builder.word(at, at + part.len());
                at += part.len() + 1;
            }
        } else {
            self.builder.word(key.0, key.1);
        }
    }

    fn block(&mut self, line: Line, verb: &str, key: (usize, usize), below: bool) {
        let name = self.slice(key.0, key.1);
        let outside = self.open.is_empty();
        let in_contexts = self.open.len() == 1 && verb == "edit" && self.sections();
        let sections = (outside && matches!(name, "global" | "vdom")) || in_contexts;
        self.begin(line.start, verb, key);
        if below && self.open.len() < self.limits.depth {
            self.open.push(Open { indent: line.indent, edit: verb == "edit", sections });
        } else {
            if below {
                self.problem(codes::TOO_DEEP, line);
            }
            self.builder.close(line.end);
        }
    }

    // --- Values ---

    /// Adds the words of a value; returns where it ends.
    fn value(&mut self, line: Line, start: usize) -> usize {
        let content = self.slice(start, line.end);
        if content.starts_with(['|', '>']) {
            return self.block_scalar(line);
        }
        if content.starts_with('"') {
            return self.quoted(start, line.end);
        }
        let Some(list) = content.strip_prefix('[') else {
            self.scalar(start, line.end);
            return line.end;
        };
        let mut at = start + 1;
        let end = start + 1 + list.trim_end_matches(']').len();
        while at < end {
            let rest = self.slice(at, end);
            let skipped = rest.trim_start_matches([' ', ',']);
            at = end - skipped.len();
            match skipped.chars().next() {
                None => break,
                Some('"') => at = self.quoted(at, end),
                Some(_) => {
                    let length = skipped.find(',').unwrap_or(skipped.len());
                    self.scalar(at, at + length);
                    at += length;
                }
            }
        }
        line.end
    }

    fn scalar(&mut self, start: usize, end: usize) {
        let raw = self.slice(start, end).trim_end();
        let inner = raw.strip_prefix('\'').and_then(|raw| raw.strip_suffix('\''));
        match inner {
            Some(inner) => self.builder.unescaped(&inner.replace("''", "'")),
            None => self.builder.word(start, start + raw.len()),
        }
    }

    /// A scalar in double quotes, on this line or beyond it; returns where it ends.
    fn quoted(&mut self, start: usize, limit: usize) -> usize {
        let bytes = self.text.as_bytes();
        let mut end = start + 1;
        let mut escaped = false;
        loop {
            match bytes.get(end) {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    end += 2;
                }
                Some(_) => end += 1,
                None => {
                    // Not closed: it ends with the line.
                    self.problem(codes::CUT_OFF, Line { start, end: limit, indent: 0 });
                    self.builder.word((start + 1).min(limit), limit);
                    return limit;
                }
            }
        }
        if escaped {
            self.builder.unescaped(&unescape(self.text.get(start + 1..end).unwrap_or("")));
        } else {
            self.builder.word(start + 1, end);
        }
        end + 1
    }

    /// `|` or `>`: the lines below, without their indentation.
    fn block_scalar(&mut self, line: Line) -> usize {
        let mut lines: Vec<&str> = Vec::new();
        let mut end = line.end;
        let mut indent = None;
        let rest = self.text.get(line.end..).unwrap_or("");
        for next in rest.split('\n').skip(1) {
            let depth = next.len() - next.trim_start_matches(' ').len();
            if !next.trim().is_empty() && depth <= line.indent {
                break;
            }
            let indent = *indent.get_or_insert(depth);
            lines.push(next.get(indent.min(depth)..).unwrap_or("").trim_end_matches('\r'));
            end += next.len() + 1;
        }
        self.builder.unescaped(lines.join("\n").trim_end());
        end.min(self.text.len())
    }
}

fn unescape(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut characters = raw.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('r') => out.push('\r'),
                other => out.extend(other),
            },
            other => out.push(other),
        }
    }
    out
}
