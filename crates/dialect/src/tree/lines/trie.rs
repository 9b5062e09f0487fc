//! The paths of a configuration, each word once below the same words.

use std::borrow::Cow;
use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use super::scan::Word;
use crate::tree::build::Builder;

/// The node that everything is below.
pub(super) const ROOT: u32 = 0;

const NONE: u32 = u32::MAX;

struct Entry<'a> {
    word: Cow<'a, str>,
    /// Where the word stands, or what it is implied by.
    start: usize,
    word_end: usize,
    /// Whether the word stands there as it means.
    stands: bool,
    /// Where what belongs to it ends.
    end: usize,
    parent: u32,
    first: u32,
    last: u32,
    next: u32,
    before: u32,
}

pub(super) struct Trie<'a> {
    nodes: Vec<Entry<'a>>,
    /// Nodes by parent and word.
    children: HashTable<u32>,
    state: FixedState,
}

impl Default for Trie<'_> {
    fn default() -> Self {
        let root = Entry {
            word: Cow::Borrowed(""),
            start: 0,
            word_end: 0,
            stands: false,
            end: 0,
            parent: NONE,
            first: NONE,
            last: NONE,
            next: NONE,
            before: NONE,
        };
        Self { nodes: vec![root], children: HashTable::new(), state: FixedState::default() }
    }
}

fn at(node: u32) -> usize {
    usize::try_from(node).unwrap_or(usize::MAX)
}

impl<'a> Trie<'a> {
    fn get(&self, node: u32) -> Option<&Entry<'a>> {
        self.nodes.get(at(node))
    }

    fn change(&mut self, node: u32, change: impl FnOnce(&mut Entry<'a>)) {
        if let Some(entry) = self.nodes.get_mut(at(node)) {
            change(entry);
        }
    }

    fn add(&mut self, parent: u32, word: Cow<'a, str>, start: usize, word_end: usize) -> u32 {
        let id = u32::try_from(self.nodes.len()).unwrap_or(NONE);
        let stands = word_end >= start && matches!(word, Cow::Borrowed(_));
        self.nodes.push(Entry {
            word,
            start,
            word_end,
            stands,
            end: word_end.max(start),
            parent: NONE,
            first: NONE,
            last: NONE,
            next: NONE,
            before: NONE,
        });
        self.append(parent, id);
        id
    }

    /// The child with this word, added when there is none.
    pub(super) fn child(&mut self, parent: u32, word: &Word<'a>) -> u32 {
        if let Some(known) = self.find(parent, &word.text) {
            return known;
        }
        let id = self.add(parent, word.text.clone(), word.start, word.end);
        self.insert(id);
        id
    }

    /// The same for a word that does not stand in the text.
    pub(super) fn implied(&mut self, parent: u32, word: &'static str, start: usize) -> u32 {
        if let Some(known) = self.find(parent, word) {
            return known;
        }
        let id = self.add(parent, Cow::Borrowed(word), start, 0);
        self.change(id, |entry| entry.stands = false);
        self.insert(id);
        id
    }

    /// A node at the top that nothing else joins.
    pub(super) fn lone(&mut self, start: usize, end: usize) -> u32 {
        self.below(ROOT, start, end)
    }

    /// A new node, which nothing joins, for this part of the text.
    pub(super) fn below(&mut self, parent: u32, start: usize, end: usize) -> u32 {
        // Its word is not asked for by anybody: it is the text itself.
        self.add(parent, Cow::Borrowed(""), start, end)
    }

    fn hash(&self, parent: u32, word: &str) -> u64 {
        self.state.hash_one((parent, word))
    }

    pub(super) fn find(&self, parent: u32, word: &str) -> Option<u32> {
        let same = |id: &u32| {
            self.get(*id).is_some_and(|entry| entry.parent == parent && entry.word == word)
        };
        self.children.find(self.hash(parent, word), same).copied()
    }

    fn insert(&mut self, id: u32) {
        let Some(entry) = self.get(id) else { return };
        let hash = self.hash(entry.parent, &entry.word);
        let Self { nodes, children, state } = self;
        children.insert_unique(hash, id, |id| {
            nodes.get(at(*id)).map_or(0, |entry| state.hash_one((entry.parent, &*entry.word)))
        });
    }

    fn remove(&mut self, id: u32) {
        let Some(entry) = self.get(id) else { return };
        let hash = self.hash(entry.parent, &entry.word);
        if let Ok(found) = self.children.find_entry(hash, |known| *known == id) {
            found.remove();
        }
    }

    /// Another child of the same parent.
    pub(super) fn sibling(&self, node: u32, word: &str) -> Option<u32> {
        self.find(self.get(node)?.parent, word)
    }

    /// The first child whose word is another one; of at most two.
    pub(super) fn first_but(&self, node: u32, word: &str) -> Option<u32> {
        let first = self.get(node)?.first;
        let entry = self.get(first)?;
        if entry.word != word {
            return Some(first);
        }
        self.get(entry.next).map(|_| entry.next)
    }

    /// What belongs to the node reaches to here.
    pub(super) fn touch(&mut self, node: u32, end: usize) {
        self.change(node, |entry| entry.end = entry.end.max(end));
    }

    pub(super) fn detach(&mut self, node: u32) {
        let Some((parent, before, next)) =
            self.get(node).map(|entry| (entry.parent, entry.before, entry.next))
        else {
            return;
        };
        self.remove(node);
        self.unlink(parent, before, next);
        self.change(node, |entry| {
            (entry.parent, entry.before, entry.next) = (NONE, NONE, NONE);
        });
    }

    fn unlink(&mut self, parent: u32, before: u32, next: u32) {
        if before == NONE {
            self.change(parent, |entry| entry.first = next);
        } else {
            self.change(before, |entry| entry.next = next);
        }
        if next == NONE {
            self.change(parent, |entry| entry.last = before);
        } else {
            self.change(next, |entry| entry.before = before);
        }
    }

    /// Puts a detached node behind the last child.
    pub(super) fn append(&mut self, parent: u32, node: u32) {
        let last = self.get(parent).map_or(NONE, |entry| entry.last);
        self.link(parent, node, last, NONE);
    }

    fn link(&mut self, parent: u32, node: u32, before: u32, next: u32) {
        self.change(node, |entry| {
            (entry.parent, entry.before, entry.next) = (parent, before, next);
        });
        if before == NONE {
            self.change(parent, |entry| entry.first = node);
        } else {
            self.change(before, |entry| entry.next = node);
        }
        if next == NONE {
            self.change(parent, |entry| entry.last = node);
        } else {
            self.change(next, |entry| entry.before = node);
        }
    }

    /// Moves a node among its siblings. False when there is no such place.
    pub(super) fn shift(&mut self, node: u32, to: &str, beside: Option<u32>) -> bool {
        let Some((parent, before, next)) =
            self.get(node).map(|entry| (entry.parent, entry.before, entry.next))
        else {
            return false;
        };
        let needs = matches!(to, "before" | "after");
        if beside == Some(node) || (needs && beside.is_none()) {
            return false;
        }
        self.unlink(parent, before, next);
        let ends = |trie: &Self, of: u32| {
            trie.get(of).map_or((NONE, NONE), |entry| (entry.before, entry.next))
        };
        let (before, next) = match (to, beside) {
            ("top", _) => (NONE, self.get(parent).map_or(NONE, |entry| entry.first)),
            ("before", Some(other)) => (ends(self, other).0, other),
            ("after", Some(other)) => (other, ends(self, other).1),
            _ => (self.get(parent).map_or(NONE, |entry| entry.last), NONE),
        };
        self.link(parent, node, before, next);
        true
    }

    /// Gives a node another name. False when that is taken.
    pub(super) fn rename(&mut self, node: u32, name: &Word<'a>) -> bool {
        let Some(parent) = self.get(node).map(|entry| entry.parent) else { return false };
        if self.find(parent, &name.text).is_some() {
            return false;
        }
        self.remove(node);
        self.change(node, |entry| {
            entry.word = name.text.clone();
            // The word stands elsewhere than the thing.
            entry.stands = false;
        });
        self.insert(node);
        true
    }

    /// The tree of these paths.
    pub(super) fn build(&self) -> Builder {
        let mut builder = Builder::default();
        let mut node = self.get(ROOT).map_or(NONE, |entry| entry.first);
        while let Some(entry) = self.get(node) {
            builder.open(entry.start);
            if entry.stands {
                builder.word(entry.start, entry.word_end);
            } else {
                builder.unescaped(&entry.word);
            }
            if entry.first != NONE {
                node = entry.first;
                continue;
            }
            builder.close(entry.end);
            let mut done = node;
            node = entry.next;
            while node == NONE {
                done = self.get(done).map_or(NONE, |entry| entry.parent);
                if done == ROOT || done == NONE {
                    return builder;
                }
                let Some(entry) = self.get(done) else { return builder };
                builder.close(entry.end);
                node = entry.next;
            }
        }
        builder
    }
}
