//! Words of lines and of nested blocks.

use std::borrow::Cow;

/// A word and its place.
#[derive(Clone, Debug)]
pub(super) struct Word<'a> {
    /// As it means.
    pub(super) text: Cow<'a, str>,
    /// Its first byte (behind a quotation mark).
    pub(super) start: usize,
    /// One past its last byte.
    pub(super) end: usize,
}

/// A word, or several in brackets.
#[derive(Clone, Debug)]
pub(super) enum Token<'a> {
    Word(Word<'a>),
    List(Vec<Word<'a>>),
}

/// What nested blocks consist of.
pub(super) enum Nested<'a> {
    Token(Token<'a>),
    Open,
    Close,
    End,
}

pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    started: bool,
    unclosed: Option<usize>,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, started: false, unclosed: None }
    }

    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    /// The byte behind the last word.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Where a quotation mark opened that nothing closes.
    pub(super) fn take_unclosed(&mut self) -> Option<usize> {
        self.unclosed.take()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn line_end(&self, from: usize) -> usize {
        let tail = self.text.as_bytes().get(from..).unwrap_or(&[]);
        memchr::memchr(b'\n', tail).map_or(self.text.len(), |at| from + at)
    }

    /// Goes to the first word of the next line, past a prompt. False at the end.
    pub(super) fn next_line(&mut self) -> bool {
        if self.started && self.at < self.text.len() {
            self.at = self.line_end(self.at) + 1;
        }
        self.started = true;
        while self.at < self.text.len() {
            self.blanks();
            self.prompt();
            match self.peek() {
                Some(b'\n') => self.at += 1,
                Some(b'#') => self.at = self.line_end(self.at) + 1,
                Some(_) => return true,
                None => return false,
            }
        }
        false
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | 0x0b | 0x0c)) {
            self.at += 1;
        }
    }

    /// Past `user@host# ` or `user@host> `.
    fn prompt(&mut self) {
        let end = self.line_end(self.at);
        let line = self.text.get(self.at..end).unwrap_or("");
        let Some(sign) = line.find(['#', '>']) else { return };
        let before = line.get(..sign).unwrap_or("");
        let is_prompt = before.contains('@') && !before.contains(char::is_whitespace);
        if is_prompt
            && line.get(sign + 1..).is_some_and(|rest| rest.starts_with(' ') || rest.is_empty())
        {
            self.at += sign + 1;
            self.blanks();
        }
    }

    /// To the end of the line on which the last word ended.
    pub(super) fn end_line(&mut self) {
        self.at = self.line_end(self.at);
    }

    /// The line from here on, trimmed; does not move.
    pub(super) fn whole_line(&self, start: usize) -> &'a str {
        self.text.get(start..self.line_end(start)).unwrap_or("").trim_end()
    }

    /// The next word of the line.
    pub(super) fn word(&mut self) -> Option<Token<'a>> {
        self.blanks();
        match self.peek()? {
            b'\n' => None,
            b'[' if self.stands_alone() => Some(Token::List(self.list(false))),
            _ => Some(Token::Word(self.one(false))),
        }
    }

    /// Whether the sign here is a word of its own.
    fn stands_alone(&self) -> bool {
        let next = self.text.as_bytes().get(self.at + 1);
        next.is_none_or(|next| next.is_ascii_whitespace() || *next == b']')
    }

    /// The words up to the closing bracket; in blocks also over lines.
    fn list(&mut self, nested: bool) -> Vec<Word<'a>> {
        self.at += 1;
        let mut words = Vec::new();
        loop {
            self.blanks();
            match self.peek() {
                Some(b'\n') if nested => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return words;
                }
                Some(b'\n') | None => {
                    self.unclosed = Some(self.at.min(self.text.len()));
                    return words;
                }
                Some(b';' | b'}') if nested => return words,
                Some(_) => words.push(self.one(nested)),
            }
        }
    }

    /// A bare or quoted word.
    fn one(&mut self, nested: bool) -> Word<'a> {
        if let Some(quote @ (b'"' | b'\'')) = self.peek()
            && let Some(word) = self.quoted(quote)
        {
            return word;
        }
        let start = self.at;
        if let Some(end) = self.placeholder() {
            self.at = end;
            let text = self.text.get(start..end).unwrap_or("");
            return Word { text: Cow::Borrowed(text), start, end };
        }
        let rest = self.text.get(start..).unwrap_or("");
        let ends = |sign: char| sign.is_whitespace() || (nested && matches!(sign, ';' | '{' | '}'));
        let length = rest.find(ends).unwrap_or(rest.len()).max(1);
        let length = if rest.is_char_boundary(length) { length } else { rest.len() };
        self.at = start + length;
        let text = self.text.get(start..self.at).unwrap_or("");
        Word { text: Cow::Borrowed(text), start, end: self.at }
    }

    /// The end of `{{ name }}`, which templates leave for a word, with what stands directly behind it.
    fn placeholder(&self) -> Option<usize> {
        let bytes = self.text.as_bytes().get(self.at..)?;
        if !bytes.starts_with(b"{{") {
            return None;
        }
        // A placeholder is short: a long line must not be read again for each of its words.
        let end = (self.at..=self.text.len().min(self.at + 1_000))
            .rev()
            .find(|end| self.text.is_char_boundary(*end))?;
        let line = self.text.get(self.at..end.max(self.at))?.split('\n').next()?;
        let close = line.strip_prefix("{{")?.find("}}")? + 4;
        let rest = line.get(close..)?;
        Some(self.at + close + rest.find([' ', '\t', '\r', ';']).unwrap_or(rest.len()))
    }

    /// A quoted word, also over several lines. `None` when nothing closes it before the next command.
    fn quoted(&mut self, quote: u8) -> Option<Word<'a>> {
        let start = self.at + 1;
        let bytes = self.text.as_bytes();
        let mut at = start;
        let mut escaped = false;
        loop {
            match bytes.get(at) {
                Some(b'\\') => {
                    escaped = true;
                    at += 2;
                }
                Some(byte) if *byte == quote => break,
                Some(b'\n') if quote == b'\'' || self.is_command(at + 1) => {
                    self.unclosed = (quote == b'"').then_some(self.at).or(self.unclosed);
                    return None;
                }
                Some(_) => at += 1,
                None => {
                    self.unclosed = (quote == b'"').then_some(self.at).or(self.unclosed);
                    return None;
                }
            }
        }
        self.at = at + 1;
        let raw = self.text.get(start..at).unwrap_or("");
        let text = if escaped { Cow::Owned(unescape(raw)) } else { Cow::Borrowed(raw) };
        Some(Word { text, start, end: at })
    }

    fn is_command(&self, at: usize) -> bool {
        let rest = self.text.as_bytes().get(at..).unwrap_or(&[]);
        rest.starts_with(b"set ") || rest.starts_with(b"delete ")
    }

    /// The next piece of nested blocks.
    pub(super) fn nested_word(&mut self) -> Option<Nested<'a>> {
        loop {
            self.blanks();
            match self.peek()? {
                b'\n' => self.at += 1,
                b'#' => self.at = self.line_end(self.at),
                sign @ (b'{' | b'}' | b';') => {
                    self.at += 1;
                    return Some(match sign {
                        b'{' => Nested::Open,
                        b'}' => Nested::Close,
                        _ => Nested::End,
                    });
                }
                b'[' if self.stands_alone() => {
                    return Some(Nested::Token(Token::List(self.list(true))));
                }
                _ => return Some(Nested::Token(Token::Word(self.one(true)))),
            }
        }
    }
}

/// Without the backslashes before quotation marks and backslashes.
fn unescape(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut signs = raw.chars();
    while let Some(sign) = signs.next() {
        if sign != '\\' {
            out.push(sign);
            continue;
        }
        match signs.next() {
            Some(sign @ ('"' | '\\' | '\'')) => out.push(sign),
            Some('n') => out.push('\n'),
            Some(other) => {
                out.push('\\');
                out.push(other);
            }
            None => out.push('\\'),
        }
    }
    out
}
