//! XML as a statement tree.
//!
//! Every node has one word. An element is a node whose word is its name; an element of the kind [`Names::entry`] is a node whose word is
//! its name attribute; one of the kind [`Names::member`] is a node whose word is its text; any other text is a node below its element.
//! So `<from><member>trust</member></from>` is `from` with `trust` below it. Attributes other than the name and the quiet ones are nodes
//! `@attribute` with their value below. Elements of [`Names::envelope`] that nothing encloses have no node: what is in them stands at
//! the top.
//!
//! Follows XML 1.0 as far as configurations use it: elements, attributes, text, CDATA, comments, processing instructions, the five
//! entities and character references. Document types are skipped: nothing is ever expanded. Forgiving: a closing tag that fits nothing
//! open is told and passed over; one that fits an outer element closes what is inside.

use super::build::Builder;
use crate::codes;
use crate::limits::Limits;
use crate::reading::Problem;
use crate::text::Text;
use policy::Span;

/// Which elements of a language are what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Names {
    /// Elements that are called by their name attribute.
    pub(crate) entry: &'static str,
    /// That attribute.
    pub(crate) name: &'static str,
    /// Elements whose text is their word.
    pub(crate) member: &'static str,
    /// Elements that only wrap, at the top.
    pub(crate) envelope: &'static [&'static str],
    /// Attributes that say nothing about the configuration.
    pub(crate) quiet: &'static [&'static str],
}

/// What reading gave besides the tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outside {
    /// Attributes of the enveloping elements, in order.
    pub(crate) attributes: Vec<(String, String)>,
    /// Whether the text ended inside an element, or was wrong somewhere.
    pub(crate) cut: bool,
}

/// Reads an XML text.
pub(crate) fn read(
    text: Text,
    names: Names,
    limits: &Limits,
    problems: &mut Vec<Problem>,
) -> (super::Tree, Outside) {
    let mut reader = Reader {
        text: &text.text,
        file: text.file,
        at: 0,
        builder: Builder::default(),
        open: Vec::new(),
        piece: None,
        names,
        limits,
        problems,
        outside: Outside::default(),
    };
    reader.document();
    let Reader { builder, outside, .. } = reader;
    (builder.finish(text), outside)
}

struct Reader<'a> {
    text: &'a str,
    file: u16,
    at: usize,
    builder: Builder,
    open: Vec<Open<'a>>,
    /// Text that is collected since the last tag.
    piece: Option<Piece>,
    names: Names,
    limits: &'a Limits,
    problems: &'a mut Vec<Problem>,
    outside: Outside,
}

#[derive(Clone, Copy)]
struct Open<'a> {
    name: &'a str,
    /// Whether it has a node.
    node: bool,
    /// Whether its first text is its word.
    wants_word: bool,
}

struct Piece {
    start: usize,
    end: usize,
    /// The text as it means, when it stands differently.
    decoded: Option<String>,
}

impl<'a> Reader<'a> {
    fn slice(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or("")
    }

    fn find(&self, from: usize, what: &str) -> Option<usize> {
        let tail = self.text.as_bytes().get(from..)?;
        memchr::memmem::find(tail, what.as_bytes()).map(|at| from + at)
    }

    fn problem(&mut self, code: model::diagnostic::Code, at: usize) {
        self.outside.cut = true;
        if self.problems.len() < self.limits.problems {
            let at = u32::try_from(at).unwrap_or(u32::MAX);
            let span = Span { file: self.file, start: at, end: at.saturating_add(1) };
            self.problems.push(Problem::error(code, span, Vec::new()));
        }
    }

    fn document(&mut self) {
        let bytes = self.text.as_bytes();
        while self.at < bytes.len() {
            let tail = bytes.get(self.at..).unwrap_or(&[]);
            let next = memchr::memchr(b'<', tail).map_or(bytes.len(), |at| self.at + at);
            self.collect(self.at, next, true);
            self.at = next;
            if next < bytes.len() {
                self.markup();
            }
        }
        self.flush();
        if self.open.iter().any(|open| open.node) {
            self.problem(codes::CUT_OFF, bytes.len());
        }
    }

    /// Adds text to what is collected.
    fn collect(&mut self, start: usize, end: usize, entities: bool) {
        let raw = self.slice(start, end);
        let coded = entities && raw.contains('&');
        if raw.is_empty() || (self.piece.is_none() && entities && raw.trim().is_empty()) {
            return;
        }
        match &mut self.piece {
            None => {
                let decoded = coded.then(|| decode(raw));
                self.piece = Some(Piece { start, end, decoded });
            }
            Some(piece) => {
                let before = self.text.get(piece.start..piece.end).unwrap_or("");
                let whole = piece.decoded.get_or_insert_with(|| before.to_owned());
                if coded {
                    whole.push_str(&decode(raw));
                } else {
                    whole.push_str(raw);
                }
                piece.end = end;
            }
        }
    }

    /// What is collected becomes a word of the open element, or a node below it.
    fn flush(&mut self) {
        let Some(piece) = self.piece.take() else { return };
        let raw = self.slice(piece.start, piece.end);
        let start = piece.start + (raw.len() - raw.trim_start().len());
        let end = (piece.start + raw.trim_end().len()).max(start);
        if piece.decoded.as_ref().is_none_or(|text| text.trim().is_empty()) && start >= end {
            return;
        }
        let wanted = self.open.last_mut().filter(|open| open.wants_word);
        let own = wanted.is_some();
        if let Some(open) = wanted {
            open.wants_word = false;
        } else {
            if self.open.iter().all(|open| !open.node) {
                self.problem(codes::SYNTAX, start);
            }
            self.builder.open(start);
        }
        match &piece.decoded {
            Some(text) => self.builder.unescaped(text.trim()),
            None => self.builder.word(start, end),
        }
        if !own {
            self.builder.close(end);
        }
    }

    /// What begins with `<`.
    fn markup(&mut self) {
        let start = self.at;
        let tail = self.slice(start, self.text.len());
        let skip = |reader: &mut Self, from: usize, close: &str| match reader.find(from, close) {
            Some(end) => {
                reader.at = end + close.len();
                Some(end)
            }
            None => {
                reader.problem(codes::CUT_OFF, start);
                reader.at = reader.text.len();
                None
            }
        };
        if tail.starts_with("<!--") {
            skip(self, start + 4, "-->");
        } else if tail.starts_with("<![CDATA[") {
            let end = skip(self, start + 9, "]]>").unwrap_or(self.text.len());
            self.collect(start + 9, end, false);
        } else if tail.starts_with("<?") {
            skip(self, start + 2, "?>");
        } else if tail.starts_with("<!") {
            self.document_type();
        } else if tail.starts_with("</") {
            if let Some(end) = skip(self, start + 2, ">") {
                self.flush();
                self.close(self.slice(start + 2, end).trim(), start, end + 1);
            }
        } else {
            self.element();
        }
    }

    /// Past a document type with its internal subset.
    fn document_type(&mut self) {
        self.problem(codes::SYNTAX, self.at);
        let mut depth = 0usize;
        while let Some(byte) = self.text.as_bytes().get(self.at) {
            self.at += 1;
            match byte {
                b'<' => depth += 1,
                b'>' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return;
                    }
                }
                _ => {}
            }
        }
    }

    /// The byte of the `>` that ends the tag at this byte.
    fn tag_end(&self, from: usize) -> Option<usize> {
        let mut quote = None;
        for (at, byte) in (from..).zip(self.text.as_bytes().get(from..)?) {
            match (quote, *byte) {
                (None, b'>') => return Some(at),
                (None, b'"' | b'\'') => quote = Some(*byte),
                // A tag never holds `<`: a quote that is not closed ends here.
                (_, b'<') if at > from => return None,
                (Some(open), byte) if byte == open => quote = None,
                _ => {}
            }
        }
        None
    }

    fn element(&mut self) {
        let start = self.at;
        let first = self.text.as_bytes().get(start + 1).copied().unwrap_or(b' ');
        let Some(end) = self
            .tag_end(start)
            .filter(|_| first.is_ascii_alphabetic() || first == b'_' || !first.is_ascii())
        else {
            // Not a tag: the sign is text.
            self.problem(codes::SYNTAX, start);
            self.collect(start, start + 1, false);
            self.at = start + 1;
            return;
        };
        self.flush();
        let inner = self.slice(start + 1, end);
        let empty = inner.ends_with('/');
        let inner = inner.strip_suffix('/').unwrap_or(inner);
        let name_end = inner.find(char::is_whitespace).unwrap_or(inner.len());
        let name = inner.get(..name_end).unwrap_or("");
        self.at = end + 1;
        let top = self.open.iter().all(|open| !open.node);
        let node = !(top && self.names.envelope.contains(&name));
        if node && self.builder.depth() >= self.limits.depth {
            self.problem(codes::TOO_DEEP, start);
            self.builder.open(start);
            self.builder.word(start + 1, start + 1 + name.len());
            if !empty {
                self.skip_element();
            }
            self.builder.close(self.at);
            return;
        }
        let attributes = attributes(self.text, start + 1 + name_end, start + 1 + inner.len());
        let wants_word = node && name == self.names.member;
        if node {
            self.opened(start, name, &attributes);
        } else {
            self.outside.attributes.extend(
                attributes.iter().map(|found| (found.name.to_owned(), decode(found.value))),
            );
        }
        self.open.push(Open { name, node, wants_word });
        if empty {
            self.close(name, start, self.at);
        }
    }

    fn opened(&mut self, start: usize, name: &str, attributes: &[Attribute<'a>]) {
        self.builder.open(start);
        let is_entry = name == self.names.entry;
        let called = attributes.iter().find(|found| is_entry && found.name == self.names.name);
        match called {
            Some(called) => self.word(called.start, called.value),
            None if name == self.names.member => {}
            None => self.builder.word(start + 1, start + 1 + name.len()),
        }
        for found in attributes {
            let known = self.names.quiet.contains(&found.name)
                || (is_entry && found.name == self.names.name);
            if !known && name != self.names.member {
                self.builder.open(found.name_start);
                self.builder.unescaped(&format!("@{}", found.name));
                self.builder.open(found.start);
                self.word(found.start, found.value);
                let end = found.start + found.value.len();
                self.builder.close(end);
                self.builder.close(end);
            }
        }
    }

    fn word(&mut self, start: usize, raw: &str) {
        if raw.contains('&') {
            self.builder.unescaped(&decode(raw));
        } else {
            self.builder.word(start, start + raw.len());
        }
    }

    /// Closes the innermost open element of this name.
    fn close(&mut self, name: &str, at: usize, end: usize) {
        let Some(index) = self.open.iter().rposition(|open| open.name == name) else {
            self.problem(codes::SYNTAX, at);
            return;
        };
        if index + 1 != self.open.len() {
            self.problem(codes::SYNTAX, at);
        }
        while self.open.len() > index {
            if let Some(open) = self.open.pop()
                && open.node
            {
                self.builder.close(end);
            }
        }
    }

    /// Past the end of an element whose tag was just read.
    fn skip_element(&mut self) {
        let mut depth = 1usize;
        let bytes = self.text.as_bytes();
        while let Some(found) = memchr::memchr(b'<', bytes.get(self.at..).unwrap_or(&[])) {
            let start = self.at + found;
            let end = self.find(start, ">").map_or(bytes.len(), |end| end + 1);
            let tag = self.slice(start, end);
            self.at = end;
            if tag.starts_with("</") {
                depth -= 1;
            } else if !tag.ends_with("/>") && !tag.starts_with("<!") && !tag.starts_with("<?") {
                depth += 1;
            }
            if depth == 0 {
                return;
            }
        }
        self.at = bytes.len();
    }
}

struct Attribute<'a> {
    name: &'a str,
    name_start: usize,
    value: &'a str,
    /// Where the value stands.
    start: usize,
}

/// The attributes in this part of the text.
fn attributes(text: &str, from: usize, to: usize) -> Vec<Attribute<'_>> {
    let mut found = Vec::new();
    let mut at = from;
    while let Some(rest) = text.get(at..to) {
        let name_start = at + (rest.len() - rest.trim_start().len());
        let Some(rest) = text.get(name_start..to) else { break };
        let Some(equals) = rest.find('=') else { break };
        let name = rest.get(..equals).unwrap_or("").trim();
        let after = rest.get(equals + 1..).unwrap_or("");
        let opening = after.len() - after.trim_start().len();
        let quoted = after.trim_start();
        let Some(quote) = quoted.chars().next().filter(|quote| matches!(quote, '"' | '\'')) else {
            break;
        };
        let start = name_start + equals + 1 + opening + 1;
        let value = text.get(start..to).unwrap_or("");
        let value = value.split(quote).next().unwrap_or("");
        found.push(Attribute { name, name_start, value, start });
        at = start + value.len() + 1;
    }
    found
}

/// The text without its entities. An entity that XML does not define stays as it is.
fn decode(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('&') {
        let (before, tail) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        // The longest one, `&#1114111;`, has ten characters.
        let end = tail.char_indices().take(12).find(|(_, sign)| *sign == ';').map(|(end, _)| end);
        let name = end.and_then(|end| tail.get(1..end)).unwrap_or("");
        match entity(name) {
            Some(sign) => {
                out.push(sign);
                rest = tail.get(name.len() + 2..).unwrap_or("");
            }
            None => {
                out.push('&');
                rest = tail.get(1..).unwrap_or("");
            }
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

#[cfg(test)]
mod tests;
