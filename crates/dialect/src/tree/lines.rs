//! Lines of `set …`, and nested blocks in braces, as a statement tree.
//!
//! Every word is a node below the word before it; lines that begin alike share their beginning, so that the statements of a
//! configuration are the paths of one trie. `[ a b ]` gives several nodes side by side. Words may be quoted. One line may give several
//! settings of one thing (`rule R from a to b`); a [`Block`] says which words begin a new one. The nested form (`a { b c; }`) gives the
//! same tree.
//!
//! Where a thing has one value ([`Follows::One`]) the last line counts; the values before it lie below a root `replaced`.
//! `delete`, `move` and `rename` are done to what stands above them: what is deleted lies, with the line, below a root `delete`. Prompts
//! before a command, comments and empty lines are passed over. Any other line is a node of its own at the top.
//!
//! Nodes come in the order in which their paths first appear, so their places in the text need not ascend.

mod scan;
mod trie;

use self::scan::{Scanner, Token};
use self::trie::{ROOT, Trie};
use crate::codes;
use crate::limits::Limits;
use crate::reading::Problem;
use crate::text::Text;
use policy::Span;

/// What may stand below a node.
#[derive(Debug)]
pub(crate) struct Block {
    /// Known words, and what follows each.
    pub(crate) words: &'static [(&'static str, Follows)],
    /// For a word that is not known here: words that stand before it in the tree and not in the text.
    pub(crate) elided: fn(&str) -> &'static [&'static str],
}

/// What follows a word.
#[derive(Debug)]
pub(crate) enum Follows {
    /// Values, one by one or as a list in brackets; what is given later is added.
    Value,
    /// One value: one that is given later replaces it.
    One,
    /// More words of the same thing.
    Block(&'static Block),
    /// A name, then more words of the thing so called.
    Entry(&'static Block),
}

impl Block {
    fn follows(&self, word: &str) -> Option<&'static Follows> {
        self.words.iter().find(|(known, _)| *known == word).map(|(_, follows)| follows)
    }
}

/// Nothing is elided.
pub(crate) fn nothing_elided(_: &str) -> &'static [&'static str] {
    &[]
}

/// Reads lines or nested blocks. The second result says whether the text was cut or wrong somewhere.
pub(crate) fn read(
    text: Text,
    top: &'static Block,
    limits: &Limits,
    problems: &mut Vec<Problem>,
) -> (super::Tree, bool) {
    let mut reader = Reader {
        scanner: Scanner::new(&text.text),
        trie: Trie::default(),
        limits,
        wrong: Vec::new(),
        base: Vec::new(),
    };
    reader.base.push(Place::at(ROOT, top));
    if reader.is_nested() {
        reader.nested();
    } else {
        reader.lines();
    }
    let Reader { trie, wrong, .. } = reader;
    for (code, at) in &wrong {
        if problems.len() < limits.problems {
            let at = u32::try_from(*at).unwrap_or(u32::MAX);
            let span = Span { file: text.file, start: at, end: at.saturating_add(1) };
            problems.push(Problem::error(*code, span, Vec::new()));
        }
    }
    let builder = trie.build();
    (builder.finish(text), !wrong.is_empty())
}

/// Where the next word goes.
#[derive(Clone, Copy)]
struct Place {
    node: u32,
    /// Which words are known there; `None`: a chain of unknown words, or a value was read.
    block: Option<&'static Block>,
    pending: Pending,
    /// Whether this is a named thing: words of what is outside of it do not continue here.
    named: bool,
}

#[derive(Clone, Copy)]
enum Pending {
    /// A known word, or any.
    Word,
    /// The name of an entry.
    Name(&'static Block),
    /// A value; then the words of the place before go on.
    Value,
    /// The same, and what was there before is replaced.
    One,
    /// Words one below the other, to the end.
    Chain,
}

impl Place {
    fn at(node: u32, block: &'static Block) -> Self {
        Self { node, block: Some(block), pending: Pending::Word, named: false }
    }
}

struct Reader<'a> {
    scanner: Scanner<'a>,
    trie: Trie<'a>,
    limits: &'a Limits,
    wrong: Vec<(model::diagnostic::Code, usize)>,
    /// Where lines begin: the top, or what `edit` chose.
    base: Vec<Place>,
}

impl<'a> Reader<'a> {
    /// Whether the text is of nested blocks: the first line that says something ends with a brace, without `set`.
    fn is_nested(&self) -> bool {
        let mut lines = self.scanner.text().lines().map(str::trim);
        let mut seen = lines.by_ref().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let head: Vec<&str> = seen.by_ref().take(20).collect();
        let is_command = |line: &&str| line.starts_with("set ") || line.contains("# set ");
        !head.iter().any(is_command) && head.iter().any(|line| line.ends_with('{'))
    }

    fn lines(&mut self) {
        while self.scanner.next_line() {
            let start = self.scanner.at();
            let first = self.scanner.word();
            match first {
                None => {}
                Some(Token::Word(word)) => match &*word.text {
                    "set" => self.set(start),
                    "delete" => self.delete(start),
                    "edit" => self.edit(),
                    "move" => self.shift(start),
                    "rename" => self.rename(start),
                    "top" => self.base.truncate(1),
                    "up" | "exit" | "quit" if self.base.len() > 1 => {
                        self.base.truncate(1);
                    }
                    text if text.starts_with('#') => {}
                    _ => self.other(start),
                },
                Some(_) => self.other(start),
            }
            self.scanner.end_line();
            if let Some(at) = self.scanner.take_unclosed() {
                self.wrong.push((codes::CUT_OFF, at));
            }
        }
    }

    /// A line that no command begins with: one node.
    fn other(&mut self, start: usize) {
        let line = self.scanner.whole_line(start);
        if line.starts_with("[edit") || line == "exit" || line == "quit" || line == "configure" {
            return;
        }
        let node = self.trie.lone(start, start + line.len());
        self.trie.touch(node, start + line.len());
    }

    fn set(&mut self, start: usize) {
        let mut places = self.base.clone();
        let mut any = false;
        while let Some(token) = self.scanner.word() {
            any = true;
            if !self.step(&mut places, &token) {
                break;
            }
        }
        let end = self.scanner.at();
        if any {
            for place in &places {
                self.trie.touch(place.node, end);
            }
        } else {
            self.trie.lone(start, end);
        }
    }

    /// One word further. False when it is too deep.
    fn step(&mut self, places: &mut Vec<Place>, token: &Token<'a>) -> bool {
        let Some(place) = places.last().copied() else { return false };
        if places.len() >= self.limits.depth {
            self.wrong.push((codes::TOO_DEEP, self.scanner.at()));
            return false;
        }
        let word = match token {
            Token::Word(word) => word,
            Token::List(words) => {
                for word in words {
                    let child = self.trie.child(place.node, word);
                    self.trie.touch(child, word.end);
                }
                // After a list the thing goes on.
                if matches!(place.pending, Pending::Value | Pending::One) {
                    self.leave(places);
                }
                return true;
            }
        };
        match place.pending {
            Pending::Word => self.known_word(places, place, word),
            Pending::Name(block) => {
                let node = self.trie.child(place.node, word);
                self.leave(places);
                places.push(Place {
                    node,
                    block: Some(block),
                    pending: Pending::Word,
                    named: true,
                });
            }
            Pending::Value | Pending::One => {
                if matches!(place.pending, Pending::One) {
                    self.replace(place.node, word);
                }
                let child = self.trie.child(place.node, word);
                self.trie.touch(child, word.end);
                self.leave(places);
            }
            Pending::Chain => {
                let node = self.trie.child(place.node, word);
                places.push(Place { node, block: None, pending: Pending::Chain, named: false });
            }
        }
        true
    }

    /// Puts values other than the new one below a root `replaced`.
    fn replace(&mut self, node: u32, new: &scan::Word<'a>) {
        while let Some(old) = self.trie.first_but(node, &new.text) {
            let root = self.trie.implied(ROOT, "replaced", new.start);
            self.trie.detach(old);
            self.trie.append(root, old);
        }
    }

    /// Leaves the innermost place, which then ends before the next word.
    fn leave(&mut self, places: &mut Vec<Place>) {
        if let Some(place) = places.pop() {
            let at = self.scanner.at();
            self.trie.touch(place.node, at);
        }
    }

    fn known_word(&mut self, places: &mut Vec<Place>, place: Place, word: &scan::Word<'a>) {
        let mut place = place;
        // A word of what is around, inside of the same named thing, goes on there.
        let knows =
            |place: &Place| place.block.is_some_and(|block| block.follows(&word.text).is_some());
        if !knows(&place) {
            let around = places.iter().rev().scan(false, |past_named, place| {
                let stop = *past_named;
                *past_named = place.named;
                (!stop).then_some(place)
            });
            if let Some(depth) = around.clone().position(knows) {
                for _ in 0..depth {
                    self.leave(places);
                }
                place = places.last().copied().unwrap_or(place);
            }
        }
        let mut node = place.node;
        let mut block = place.block;
        let elided =
            block.filter(|_| !knows(&place)).map_or(&[][..], |block| (block.elided)(&word.text));
        for name in elided {
            node = self.trie.implied(node, name, word.start);
            let inner = match block.and_then(|block| block.follows(name)) {
                Some(Follows::Block(inner)) => Place::at(node, inner),
                Some(Follows::Entry(inner)) => {
                    Place { pending: Pending::Name(inner), ..Place::at(node, inner) }
                }
                _ => match places.last().map(|place| place.pending) {
                    Some(Pending::Name(inner)) => Place { named: true, ..Place::at(node, inner) },
                    _ => return,
                },
            };
            block = inner.block;
            places.push(inner);
        }
        let node = self.trie.child(node, word);
        let follows = block.and_then(|block| block.follows(&word.text));
        let inner = match follows {
            Some(Follows::Value) => {
                Place { node, block: None, pending: Pending::Value, named: false }
            }
            Some(Follows::One) => Place { node, block: None, pending: Pending::One, named: false },
            Some(Follows::Block(inner)) => Place::at(node, inner),
            Some(Follows::Entry(inner)) => {
                Place { pending: Pending::Name(inner), ..Place::at(node, inner) }
            }
            None => Place { node, block: None, pending: Pending::Chain, named: false },
        };
        places.push(inner);
    }

    // --- Commands that change what stands above ---

    /// The node that the rest of the line names, as far as it exists, and the words that were left.
    fn named(&mut self, stop: &[&str]) -> (Option<u32>, Option<scan::Word<'a>>) {
        let mut node = Some(self.base.last().map_or(ROOT, |place| place.node));
        let mut block = self.base.last().and_then(|place| place.block);
        let mut is_name = None;
        while let Some(Token::Word(word)) = self.scanner.word() {
            if stop.contains(&&*word.text) {
                return (node, Some(word));
            }
            if let (None, Some(known)) = (is_name, block)
                && known.follows(&word.text).is_none()
            {
                for name in (known.elided)(&word.text) {
                    node = node.and_then(|node| self.trie.find(node, name));
                    (block, is_name) = next_block(block, is_name, name);
                }
            }
            node = node.and_then(|node| self.trie.find(node, &word.text));
            (block, is_name) = next_block(block, is_name, &word.text);
        }
        (node, None)
    }

    fn delete(&mut self, start: usize) {
        let line = self.scanner.whole_line(start);
        let root = self.trie.implied(ROOT, "delete", start);
        let own = self.trie.below(root, start, start + line.len());
        if let (Some(node), _) = self.named(&[])
            && node != ROOT
        {
            self.trie.detach(node);
            self.trie.append(own, node);
        }
    }

    fn shift(&mut self, start: usize) {
        let line = self.scanner.whole_line(start);
        let (node, word) = self.named(&["top", "bottom", "before", "after"]);
        let other = match self.scanner.word() {
            Some(Token::Word(other)) => Some(other),
            _ => None,
        };
        let done = node.filter(|node| *node != ROOT).zip(word).is_some_and(|(node, word)| {
            let beside = other.and_then(|other| self.trie.sibling(node, &other.text));
            self.trie.shift(node, &word.text, beside)
        });
        self.done(start, line.len(), done, "move");
    }

    fn rename(&mut self, start: usize) {
        let line = self.scanner.whole_line(start);
        let (node, _) = self.named(&["to"]);
        let done = match (node.filter(|node| *node != ROOT), self.scanner.word()) {
            (Some(node), Some(Token::Word(name))) => self.trie.rename(node, &name),
            _ => false,
        };
        self.done(start, line.len(), done, "rename");
    }

    /// A command that was done lies below a root of its name; one that could not be stands at the top.
    fn done(&mut self, start: usize, length: usize, done: bool, command: &'static str) {
        if done {
            let root = self.trie.implied(ROOT, command, start);
            self.trie.below(root, start, start + length);
        } else {
            self.wrong.push((codes::SYNTAX, start));
            self.trie.lone(start, start + length);
        }
    }

    fn edit(&mut self) {
        let mut places = self.base.clone();
        while let Some(token) = self.scanner.word() {
            if !self.step(&mut places, &token) {
                break;
            }
        }
        self.base = places;
    }

    // --- Nested blocks ---

    fn nested(&mut self) {
        let mut outer: Vec<Vec<Place>> = Vec::new();
        let mut places = self.base.clone();
        while let Some(token) = self.scanner.nested_word() {
            match token {
                scan::Nested::Open if outer.len() >= self.limits.depth => {
                    self.wrong.push((codes::TOO_DEEP, self.scanner.at()));
                    return;
                }
                scan::Nested::Open => outer.push(places.clone()),
                scan::Nested::End => places.clone_from(outer.last().unwrap_or(&self.base)),
                scan::Nested::Close => {
                    let closed = outer.pop();
                    if closed.is_none() {
                        self.wrong.push((codes::SYNTAX, self.scanner.at()));
                    }
                    let end = self.scanner.at();
                    closed.iter().flatten().for_each(|place| self.trie.touch(place.node, end));
                    places.clone_from(outer.last().unwrap_or(&self.base));
                }
                scan::Nested::Token(token) => {
                    if !self.step(&mut places, &token) {
                        return;
                    }
                }
            }
        }
        if !outer.is_empty() {
            self.wrong.push((codes::CUT_OFF, self.scanner.at()));
        }
    }
}

fn next_block(
    block: Option<&'static Block>,
    is_name: Option<&'static Block>,
    word: &str,
) -> (Option<&'static Block>, Option<&'static Block>) {
    if is_name.is_some() {
        return (is_name, None);
    }
    match block.and_then(|block| block.follows(word)) {
        Some(Follows::Block(inner)) => (Some(inner), None),
        Some(Follows::Entry(inner)) => (None, Some(inner)),
        Some(Follows::Value | Follows::One) | None => (None, None),
    }
}

#[cfg(test)]
mod tests;
