//! JSON as a statement tree.
//!
//! A member of an object is a node whose first word is the key and, when the value is a scalar, whose second word is the value as
//! text (strings unescaped, numbers and literals as written). An element of an array is a node with the scalar as its only word, or
//! without words when it is an object or array. An empty object or array is a node without children. The value at the top has no node
//! of its own: its members or elements are the roots.
//!
//! Forgiving: after an error the rest of the innermost container is skipped as one statement, and everything before it stands. Several
//! values one after another (JSON lines, concatenated answers) are read in order; each is then a node without words.

use super::build::Builder;
use crate::codes;
use crate::limits::Limits;
use crate::reading::Problem;
use crate::text::Text;
use policy::Span;

/// Reads a JSON text.
pub(crate) fn read(text: Text, limits: &Limits, problems: &mut Vec<Problem>) -> super::Tree {
    let mut reader = Reader {
        text: &text.text,
        file: text.file,
        at: 0,
        builder: Builder::default(),
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
    limits: &'a Limits,
    problems: &'a mut Vec<Problem>,
}

/// What the reader is inside of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Object,
    Array,
}

/// What stands at the reader's place.
enum Value {
    Scalar,
    Opened(Inside),
    Wrong,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> bool {
        self.skip_space();
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn problem(&mut self, code: model::diagnostic::Code, at: usize) {
        if self.problems.len() < self.limits.problems {
            let at = u32::try_from(at).unwrap_or(u32::MAX);
            let span = Span { file: self.file, start: at, end: at.saturating_add(1) };
            self.problems.push(Problem::error(code, span, Vec::new()));
        }
    }

    /// All values of the text. A single one has no node of its own.
    fn document(&mut self) {
        self.skip_space();
        let single = self.is_single();
        while self.peek().is_some() {
            let before = self.at;
            if !single {
                self.builder.open(self.at);
            }
            match self.value() {
                Value::Opened(inside) => self.container(inside),
                Value::Scalar => {}
                Value::Wrong => self.rest_is_wrong(),
            }
            if !single {
                self.builder.close(self.at);
            }
            self.skip_space();
            // A comma between values at the top is forgiven.
            self.eat(b',');
            self.skip_space();
            if self.at == before {
                self.rest_is_wrong();
            }
        }
    }

    /// Whether nothing but white space follows the first value. Found by brackets alone, without recursion.
    fn is_single(&self) -> bool {
        let mut depth = 0usize;
        let mut quoted = false;
        let mut escaped = false;
        for (at, byte) in self.text.bytes().enumerate().skip(self.at) {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                _ if quoted => {}
                b'{' | b'[' => depth += 1,
                b'}' | b']' if depth <= 1 => {
                    return self.text.get(at + 1..).is_some_and(|rest| rest.trim().is_empty());
                }
                b'}' | b']' => depth -= 1,
                _ => {}
            }
        }
        true
    }

    /// Adds the scalar at this place as a word of the open node, or enters a container.
    fn value(&mut self) -> Value {
        self.skip_space();
        match self.peek() {
            Some(b'{') => {
                self.at += 1;
                Value::Opened(Inside::Object)
            }
            Some(b'[') => {
                self.at += 1;
                Value::Opened(Inside::Array)
            }
            Some(b'"') => {
                if self.string() {
                    Value::Scalar
                } else {
                    Value::Wrong
                }
            }
            Some(byte) if byte == b'-' || byte.is_ascii_alphanumeric() => {
                let start = self.at;
                while self.peek().is_some_and(|byte| {
                    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.' | b'_')
                }) {
                    self.at += 1;
                }
                self.builder.word(start, self.at);
                Value::Scalar
            }
            _ => Value::Wrong,
        }
    }

    /// Adds the string at this place as a word. False when it does not end.
    fn string(&mut self) -> bool {
        let start = self.at + 1;
        let mut end = start;
        let bytes = self.text.as_bytes();
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
                    self.problem(codes::CUT_OFF, self.at);
                    self.at = bytes.len();
                    return false;
                }
            }
        }
        self.at = end + 1;
        if escaped {
            let raw = self.text.get(start..end).unwrap_or("");
            let word = unescape(raw);
            self.builder.unescaped(&word);
        } else {
            self.builder.word(start, end);
        }
        true
    }

    /// Everything inside a container whose opening bracket was just read, with its closing one. Without recursion.
    fn container(&mut self, outer: Inside) {
        let mut stack = vec![outer];
        while let Some(inside) = stack.last().copied() {
            self.eat(b',');
            self.skip_space();
            let close = if inside == Inside::Object { b'}' } else { b']' };
            if self.eat(close) {
                stack.pop();
                if !stack.is_empty() {
                    self.builder.close(self.at);
                }
                continue;
            }
            self.builder.open(self.at);
            let keyed = inside == Inside::Array || self.key();
            let value = if keyed { self.value() } else { Value::Wrong };
            match value {
                Value::Scalar => self.builder.close(self.at),
                Value::Opened(inner) if stack.len() < self.limits.depth => stack.push(inner),
                Value::Opened(_) => {
                    self.problem(codes::TOO_DEEP, self.at);
                    self.skip_container();
                    self.builder.close(self.at);
                }
                Value::Wrong => {
                    self.rest_is_wrong();
                    while stack.pop().is_some() {
                        self.builder.close(self.at);
                    }
                }
            }
        }
    }

    /// A key and its colon.
    fn key(&mut self) -> bool {
        self.peek() == Some(b'"') && self.string() && self.eat(b':')
    }

    /// Past the closing bracket of a container whose opening one was just read.
    fn skip_container(&mut self) {
        let mut depth = 1usize;
        let mut quoted = false;
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'\\' if quoted => self.at += 1,
                b'"' => quoted = !quoted,
                b'{' | b'[' if !quoted => depth += 1,
                b'}' | b']' if !quoted => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return;
            }
        }
    }

    /// The text cannot be understood from here on: it becomes part of the open statement.
    fn rest_is_wrong(&mut self) {
        let code = if self.at >= self.text.len() { codes::CUT_OFF } else { codes::SYNTAX };
        self.problem(code, self.at);
        self.at = self.text.len();
    }
}

/// A JSON string without its escapes. A wrong escape stays as it is.
fn unescape(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        out.push_str(rest.get(..at).unwrap_or(""));
        let tail = rest.get(at + 1..).unwrap_or("");
        let (character, used) = escape(tail);
        match character {
            Some(character) => out.push(character),
            None => out.push_str(rest.get(at..at + 1 + used).unwrap_or("")),
        }
        rest = tail.get(used..).unwrap_or("");
    }
    out.push_str(rest);
    out
}

/// The character that an escape stands for, and how many bytes after the backslash it takes.
fn escape(tail: &str) -> (Option<char>, usize) {
    let simple = |character| (Some(character), 1);
    match tail.chars().next() {
        Some('n') => simple('\n'),
        Some('t') => simple('\t'),
        Some('r') => simple('\r'),
        Some('b') => simple('\u{8}'),
        Some('f') => simple('\u{c}'),
        Some(same @ ('"' | '\\' | '/')) => simple(same),
        Some('u') => unicode(tail),
        Some(other) => (None, other.len_utf8()),
        None => (None, 0),
    }
}

/// `uXXXX`, also as a surrogate pair.
fn unicode(tail: &str) -> (Option<char>, usize) {
    let hex = |from: usize| {
        tail.get(from..from + 4).and_then(|digits| u32::from_str_radix(digits, 16).ok())
    };
    let Some(first) = hex(1) else { return (None, 1) };
    if let Some(character) = char::from_u32(first) {
        return (Some(character), 5);
    }
    let second = tail.get(5..7).filter(|mark| *mark == "\\u").and_then(|_| hex(7));
    let pair = second.filter(|second| (0xdc00..0xe000).contains(second) && first < 0xdc00);
    let code = pair.map(|second| 0x10000 + (((first - 0xd800) << 10) | (second - 0xdc00)));
    match code.and_then(char::from_u32) {
        Some(character) => (Some(character), 11),
        None => (Some(char::REPLACEMENT_CHARACTER), 5),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Node, Tree};

    fn tree(text: &str) -> (Tree, usize) {
        let mut problems = Vec::new();
        let text = Text { file: 0, path: "x".to_owned(), text: text.to_owned() };
        let tree = read(text, &Limits::default(), &mut problems);
        (tree, problems.len())
    }

    fn shown(tree: &Tree) -> String {
        fn show(node: Node<'_>, out: &mut String) {
            out.push_str(&format!("{:?}", node.words().collect::<Vec<_>>()));
            let children: Vec<_> = node.children().collect();
            if !children.is_empty() {
                out.push('{');
                children.into_iter().for_each(|child| show(child, out));
                out.push('}');
            }
        }
        let mut out = String::new();
        tree.roots().for_each(|root| show(root, &mut out));
        out
    }

    #[test]
    fn members_and_elements_are_nodes() {
        let (tree, problems) =
            tree(r#"{"a": 1, "b": {"c": "x\u0041\n"}, "d": [true, {"e": null}, []]}"#);
        assert_eq!(problems, 0);
        let expected = r#"["a", "1"]["b"]{["c", "xA\n"]}["d"]{["true"][]{["e", "null"]}[]}"#;
        assert_eq!(shown(&tree), expected);
    }

    #[test]
    fn an_array_at_the_top_and_several_values() {
        assert_eq!(shown(&tree(r#"[{"a": 1}, {"b": 2}]"#).0), r#"[]{["a", "1"]}[]{["b", "2"]}"#);
        assert_eq!(shown(&tree("{\"a\": 1}\n{\"b\": 2}\n").0), r#"[]{["a", "1"]}[]{["b", "2"]}"#);
    }

    #[test]
    fn what_is_cut_or_wrong_keeps_what_came_before() {
        for (text, expected) in [
            (r#"{"a": 1, "b": "x"#, r#"["a", "1"]["b"]"#),
            (r#"{"a": 1, "b": [1, 2"#, r#"["a", "1"]["b"]{["1"]["2"][]}"#),
            (r#"{"a": 1, b: 2}"#, r#"["a", "1"][]"#),
        ] {
            let (tree, problems) = tree(text);
            assert_eq!(shown(&tree), expected, "{text}");
            assert!(problems > 0, "{text}");
        }
    }

    #[test]
    fn deep_nesting_and_junk_end() {
        let deep = "[".repeat(200_000);
        assert!(tree(&deep).1 > 0);
        let deep = format!("{}1{}", "{\"a\":".repeat(5_000), "}".repeat(5_000));
        assert!(tree(&deep).1 > 0);
        assert!(tree("\u{0}\u{1}junk{{{\"").1 > 0);
        assert_eq!(tree("").1, 0);
    }
}
