//! A document as a tree, with the position of each node.

use std::rc::Rc;

/// A value. Shared where a document names one value several times, so that such a document costs no more than its text.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// Its line, or the number of its object where lines are not known.
    pub(super) at: u64,
    /// What it is.
    pub(super) value: Value,
}

#[derive(Debug)]
pub(super) enum Value {
    Text(String),
    List(Vec<Rc<Node>>),
    Map(Vec<(String, Rc<Node>)>),
}

impl Default for Value {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

impl Node {
    /// The entry of a map.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(name, _)| name == key).map(|(_, node)| &**node)
    }

    /// The text of a map's entry; empty when there is none.
    pub(super) fn text_of(&self, key: &str) -> &str {
        self.get(key).map_or("", Self::text)
    }

    /// The text of a scalar; empty for others.
    pub(super) fn text(&self) -> &str {
        match &self.value {
            Value::Text(text) => text.trim(),
            Value::List(_) | Value::Map(_) => "",
        }
    }

    /// The entries of a map; none for others.
    pub(super) fn entries(&self) -> &[(String, Rc<Self>)] {
        match &self.value {
            Value::Map(entries) => entries,
            Value::Text(_) | Value::List(_) => &[],
        }
    }

    /// The elements of a list; none for others.
    pub(super) fn list(&self) -> &[Rc<Self>] {
        match &self.value {
            Value::List(list) => list,
            Value::Text(_) | Value::Map(_) => &[],
        }
    }
}
