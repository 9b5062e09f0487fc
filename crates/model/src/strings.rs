//! The string table: each distinct string is stored once and named by a small id.
//!
//! Inventories repeat themselves (50,000 hosts report the same 60,000 package names), so strings are interned where they are
//! read, and everything after that works on ids.

use std::hash::{BuildHasher, Hasher};

use foldhash::fast::FixedState;
use hashbrown::HashTable;

/// The id of a distinct string in one [`Strings`] table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StrId(pub u32);

/// A table of distinct strings; ids are dense and start at zero.
#[derive(Clone, Debug, Default)]
pub struct Strings {
    text: String,
    ends: Vec<usize>,
    ids: HashTable<u32>,
}

impl Strings {
    /// An empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// The id of `text`, which is stored when it is new.
    pub fn intern(&mut self, text: &str) -> StrId {
        let hash = hash_text(text);
        let Self { text: arena, ends, ids } = self;
        let found = ids.find(hash, |&id| slice(arena, ends, id) == text).copied();
        if let Some(id) = found {
            return StrId(id);
        }
        // INVARIANT: fewer than 2^32 distinct strings; inputs are bounded far below that.
        let id = u32::try_from(ends.len()).unwrap_or(u32::MAX);
        arena.push_str(text);
        ends.push(arena.len());
        ids.insert_unique(hash, id, |&id| hash_text(slice(arena, ends, id)));
        StrId(id)
    }

    /// The id of `text`, if it is stored.
    pub fn find(&self, text: &str) -> Option<StrId> {
        let found = self.ids.find(hash_text(text), |&id| slice(&self.text, &self.ends, id) == text);
        found.copied().map(StrId)
    }

    /// The string with this id; empty for an id of another table.
    pub fn get(&self, id: StrId) -> &str {
        slice(&self.text, &self.ends, id.0)
    }

    /// How many distinct strings there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether nothing is stored.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All ids with their strings, in the order in which they were stored.
    pub fn iter(&self) -> impl Iterator<Item = (StrId, &str)> {
        (0..self.ends.len()).filter_map(|i| {
            let id = u32::try_from(i).ok()?;
            Some((StrId(id), slice(&self.text, &self.ends, id)))
        })
    }
}

fn hash_text(text: &str) -> u64 {
    let mut hasher = FixedState::default().build_hasher();
    hasher.write(text.as_bytes());
    hasher.finish()
}

fn slice<'a>(arena: &'a str, ends: &[usize], id: u32) -> &'a str {
    let index = id as usize;
    let start = index.checked_sub(1).and_then(|i| ends.get(i)).copied().unwrap_or(0);
    ends.get(index).and_then(|&end| arena.get(start..end)).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_strings_share_an_id() {
        let mut strings = Strings::new();
        let a = strings.intern("open-vm-tools");
        let b = strings.intern("");
        assert_eq!(strings.intern("open-vm-tools"), a);
        assert_ne!(a, b);
        assert_eq!(strings.get(a), "open-vm-tools");
        assert_eq!(strings.get(b), "");
        assert_eq!(strings.len(), 2);
        assert_eq!(strings.find("absent"), None);
    }
}
