//! One statement tree for all syntaxes.
//!
//! A node has words and children and stands at a place in the text. Nodes lie in one vector in the order of the text ("preorder"), so
//! that a subtree is a slice: a 38 MB configuration becomes a few flat vectors. A **statement** is a node without children; each has
//! exactly one fate, and until somebody takes it that is [`Fate::UNRECOGNIZED`].

pub(crate) mod block;
pub(crate) mod build;
pub(crate) mod clish;
mod content;
mod excerpt;
pub(crate) mod json;
pub(crate) mod lines;
pub(crate) mod xml;
pub(crate) mod yaml;

use std::cell::{Cell, OnceCell, RefCell};
use std::fmt;

pub use excerpt::{Excerpt, Passage};
use policy::Span;

use crate::fate::{Disposition, Fate, Tally};
use crate::secret::{MASK, mask};
use crate::text::Text;

/// The statements of one file.
pub struct Tree {
    file: u16,
    path: String,
    text: String,
    /// Words that stand differently in the text (escaped), as they mean.
    unescaped: String,
    nodes: Vec<NodeData>,
    words: Vec<WordData>,
    fates: Vec<Cell<Fate>>,
    /// Byte ranges that are never shown: of the statements that were ever claimed as secret.
    secrets: RefCell<Vec<(usize, usize)>>,
    lines: OnceCell<Vec<u32>>,
}

#[derive(Clone, Copy, Debug)]
struct NodeData {
    /// Byte range in the text.
    start: u32,
    end: u32,
    /// Its words.
    first_word: u32,
    words: u32,
    /// One past its last descendant.
    after: u32,
}

#[derive(Clone, Copy, Debug)]
struct WordData {
    /// Byte range in the text, or in `unescaped`.
    start: u32,
    end: u32,
    unescaped: bool,
}

/// A node of a tree.
#[derive(Clone, Copy)]
pub struct Node<'t> {
    tree: &'t Tree,
    id: u32,
}

/// A place for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// Line number, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

fn at(index: u32) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}

impl Tree {
    /// A tree in which each line with words is a statement. No platform's language: for tests of what handles trees.
    #[doc(hidden)]
    pub fn of_lines(text: Text) -> Self {
        let mut builder = build::Builder::default();
        let mut start = 0;
        for line in text.text.split_inclusive('\n') {
            let bare = line.trim();
            if !bare.is_empty() {
                let begin = start + (line.len() - line.trim_start().len());
                builder.open(begin);
                let mut at = begin;
                for word in bare.split_whitespace() {
                    let found = text.text.get(at..).and_then(|rest| rest.find(word));
                    at += found.unwrap_or(0);
                    builder.word(at, at + word.len());
                    at += word.len();
                }
                builder.close(begin + bare.len());
            }
            start += line.len();
        }
        builder.finish(text)
    }

    /// The number of the file among those that were read together.
    pub fn file(&self) -> u16 {
        self.file
    }

    /// The path to show.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The text. It may hold secrets: use [`Tree::snippet`] to show some of it.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The nodes at the top.
    pub fn roots(&self) -> impl Iterator<Item = Node<'_>> {
        Siblings { tree: self, next: 0, end: u32::try_from(self.nodes.len()).unwrap_or(u32::MAX) }
    }

    /// All statements (nodes without children), in the order of the text.
    pub fn statements(&self) -> impl Iterator<Item = Node<'_>> {
        (0u32..)
            .zip(&self.nodes)
            .filter(|(id, node)| node.after == id + 1)
            .map(|(id, _)| Node { tree: self, id })
    }

    /// How many statements had which fate.
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for statement in self.statements() {
            *tally.fates.entry(statement.fate()).or_default() += 1;
        }
        tally
    }

    /// Line and column of a byte.
    pub fn line(&self, byte: u32) -> Line {
        let starts = self.lines.get_or_init(|| {
            let breaks = memchr::memchr_iter(b'\n', self.text.as_bytes());
            let breaks = breaks.map(|at| u32::try_from(at + 1).unwrap_or(u32::MAX));
            std::iter::once(0).chain(breaks).collect()
        });
        let line = starts.partition_point(|start| *start <= byte);
        let start = starts.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let before = self.text.get(at(start)..at(byte)).unwrap_or("");
        // Of a giant line only the beginning is counted.
        let column = before.chars().take(1 << 20).count();
        Line {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(column + 1).unwrap_or(u32::MAX),
        }
    }

    /// The whole lines that a span covers, at most `lines` of them and at most 400 bytes, with everything secret masked.
    pub fn snippet(&self, span: Span, lines: usize) -> String {
        let start = floor(&self.text, at(span.start));
        let head = self.text.get(..start).unwrap_or("");
        let from = memchr::memrchr(b'\n', head.as_bytes()).map_or(0, |at| at + 1);
        let from = from.max(floor(&self.text, start.saturating_sub(200)));
        let tail = self.text.get(start..).unwrap_or("");
        let mut ends = memchr::memchr_iter(b'\n', tail.as_bytes()).map(|at| start + at);
        let to = ends.nth(lines.saturating_sub(1)).unwrap_or(self.text.len());
        let last = at(span.end).max(start + 1);
        let to = to.min(floor(&self.text, from + 400)).min(
            // No further than the line on which the span ends.
            memchr::memchr(
                b'\n',
                self.text.get(floor(&self.text, last - 1)..).unwrap_or("").as_bytes(),
            )
            .map_or(self.text.len(), |end| floor(&self.text, last - 1) + end),
        );
        self.masked(from, to.max(from))
    }

    /// A piece of the text with secrets masked: those that dialects know, and what looks like one.
    fn masked(&self, from: usize, to: usize) -> String {
        let mut shown = String::new();
        let mut done = from;
        let mut secrets: Vec<(usize, usize)> = self.secrets.borrow().clone();
        secrets.sort_unstable();
        for (start, end) in secrets {
            let (start, end) = (start.max(done), end.min(to));
            if start < end {
                shown.push_str(&mask(self.text.get(done..start).unwrap_or("")));
                shown.push_str(MASK);
                done = end;
            }
        }
        shown.push_str(&mask(self.text.get(done..to).unwrap_or("")));
        shown
    }

    /// What of a secret statement is masked: all but its first two words, so that people see which statement it is.
    fn secret_part(&self, node: NodeData) -> (usize, usize) {
        let words = self.words.get(at(node.first_word)..at(node.first_word + node.words));
        let kept = words.unwrap_or(&[]).iter().take(2).filter(|word| !word.unescaped);
        let kept = if node.words > 2 { kept.map(|word| at(word.end)).max() } else { None };
        let start = kept.map_or(at(node.start), |end| (end + 1).min(self.text.len()));
        (floor(&self.text, start), floor(&self.text, at(node.end)))
    }
}

impl fmt::Debug for Tree {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the text: it may hold secrets.
        write!(out, "Tree({}, {} nodes)", self.path, self.nodes.len())
    }
}

/// The nearest character border at or before a byte.
fn floor(text: &str, byte: usize) -> usize {
    let mut byte = byte.min(text.len());
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    byte
}

impl<'t> Node<'t> {
    fn data(self) -> NodeData {
        let none = NodeData { start: 0, end: 0, first_word: 0, words: 0, after: self.id + 1 };
        self.tree.nodes.get(at(self.id)).copied().unwrap_or(none)
    }

    /// Its words, as they mean (unquoted, unescaped).
    pub fn words(self) -> impl ExactSizeIterator<Item = &'t str> {
        let data = self.data();
        let words = self.tree.words.get(at(data.first_word)..at(data.first_word + data.words));
        let tree = self.tree;
        words.unwrap_or(&[]).iter().map(move |word| {
            let text = if word.unescaped { &tree.unescaped } else { &tree.text };
            text.get(at(word.start)..at(word.end)).unwrap_or("")
        })
    }

    /// One of its words; empty when there are fewer.
    pub fn word(self, index: usize) -> &'t str {
        self.words().nth(index).unwrap_or("")
    }

    /// Where it stands, with everything below it.
    pub fn span(self) -> Span {
        let data = self.data();
        Span { file: self.tree.file, start: data.start, end: data.end }
    }

    /// Where one of its words stands; the whole node's place when the word is not in the text as it is.
    pub fn word_span(self, index: usize) -> Span {
        let data = self.data();
        let words = self.tree.words.get(at(data.first_word)..at(data.first_word + data.words));
        match words.and_then(|words| words.get(index)) {
            Some(word) if !word.unescaped => {
                Span { file: self.tree.file, start: word.start, end: word.end }
            }
            _ => self.span(),
        }
    }

    /// The nodes directly below it.
    pub fn children(self) -> impl Iterator<Item = Node<'t>> {
        Siblings { tree: self.tree, next: self.id + 1, end: self.data().after }
    }

    /// The first child whose first word is this one.
    pub fn child(self, word: &str) -> Option<Node<'t>> {
        self.children().find(|child| child.word(0) == word)
    }

    /// Whether nothing is below it: it is a statement.
    pub fn is_statement(self) -> bool {
        self.data().after == self.id + 1
    }

    /// Its fate.
    pub fn fate(self) -> Fate {
        self.tree.fates.get(at(self.id)).map_or(Fate::UNRECOGNIZED, Cell::get)
    }

    /// Takes this node (not what is below it). The last word counts.
    pub fn claim(self, fate: Fate) {
        if let Some(cell) = self.tree.fates.get(at(self.id)) {
            cell.set(fate);
        }
        if fate == Fate::SECRET {
            self.tree.secrets.borrow_mut().push(self.tree.secret_part(self.data()));
        }
    }

    /// Takes this node and everything below it.
    pub fn claim_all(self, fate: Fate) {
        let below = self.tree.fates.get(at(self.id)..at(self.data().after));
        below.unwrap_or(&[]).iter().for_each(|cell| cell.set(fate));
        if fate == Fate::SECRET {
            self.tree.secrets.borrow_mut().push(self.tree.secret_part(self.data()));
        }
    }

    /// Takes whatever below this node nobody has taken yet, and the node itself.
    pub fn claim_rest(self, fate: Fate) {
        let below = self.tree.fates.get(at(self.id)..at(self.data().after));
        for cell in below.unwrap_or(&[]) {
            if cell.get().disposition == Disposition::Unrecognized {
                cell.set(fate);
            }
        }
    }

    /// The tree it is in.
    pub fn tree(self) -> &'t Tree {
        self.tree
    }

    /// A number that orders nodes of one tree as the text does.
    pub fn index(self) -> u32 {
        self.id
    }
}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Node({})", self.id)
    }
}

struct Siblings<'t> {
    tree: &'t Tree,
    next: u32,
    end: u32,
}

impl<'t> Iterator for Siblings<'t> {
    type Item = Node<'t>;

    fn next(&mut self) -> Option<Node<'t>> {
        if self.next >= self.end {
            return None;
        }
        let node = Node { tree: self.tree, id: self.next };
        self.next = node.data().after.max(self.next + 1);
        Some(node)
    }
}

/// What [`build::Builder`] hands over.
struct Parts {
    text: Text,
    unescaped: String,
    nodes: Vec<NodeData>,
    words: Vec<WordData>,
}

impl From<Parts> for Tree {
    fn from(parts: Parts) -> Self {
        let fates = vec![Cell::new(Fate::UNRECOGNIZED); parts.nodes.len()];
        Self {
            file: parts.text.file,
            path: parts.text.path,
            text: parts.text.text,
            unescaped: parts.unescaped,
            nodes: parts.nodes,
            words: parts.words,
            fates,
            secrets: RefCell::default(),
            lines: OnceCell::new(),
        }
    }
}

#[cfg(test)]
mod tests;
