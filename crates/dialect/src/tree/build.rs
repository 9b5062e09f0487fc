//! Building a tree, node by node in the order of the text.

use super::{NodeData, Parts, Tree, WordData};
use crate::text::Text;

/// Builds a [`Tree`]. Nodes are opened in the order of the text; what is opened inside another is below it.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    unescaped: String,
    nodes: Vec<NodeData>,
    words: Vec<WordData>,
    open: Vec<usize>,
}

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl Builder {
    /// Opens a node that begins at this byte. Its words follow, before anything is opened inside it.
    pub(crate) fn open(&mut self, start: usize) {
        self.open.push(self.nodes.len());
        let after = small(self.nodes.len() + 1);
        let first_word = small(self.words.len());
        let start = small(start);
        self.nodes.push(NodeData { start, end: start, first_word, words: 0, after });
    }

    /// Adds a word that stands in the text as it means.
    pub(crate) fn word(&mut self, start: usize, end: usize) {
        self.push(WordData { start: small(start), end: small(end), unescaped: false });
    }

    /// Adds a word that stands in the text differently (quoted with escapes, as an entity).
    pub(crate) fn unescaped(&mut self, word: &str) {
        let start = small(self.unescaped.len());
        self.unescaped.push_str(word);
        self.push(WordData { start, end: small(self.unescaped.len()), unescaped: true });
    }

    fn push(&mut self, word: WordData) {
        if let Some(node) = self.open.last().and_then(|open| self.nodes.get_mut(*open)) {
            self.words.push(word);
            node.words += 1;
        }
    }

    /// Closes the node opened last; it ends before this byte.
    pub(crate) fn close(&mut self, end: usize) {
        if let Some(open) = self.open.pop() {
            let after = small(self.nodes.len());
            if let Some(node) = self.nodes.get_mut(open) {
                node.end = small(end).max(node.start);
                node.after = after;
            }
        }
    }

    /// How many nodes are open.
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    /// The tree over this text. Nodes still open end at its end.
    pub(crate) fn finish(mut self, text: Text) -> Tree {
        while !self.open.is_empty() {
            self.close(text.text.len());
        }
        Tree::from(Parts { text, unescaped: self.unescaped, nodes: self.nodes, words: self.words })
    }
}
