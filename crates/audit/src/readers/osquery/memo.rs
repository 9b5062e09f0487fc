//! Rows seen before, by their bytes.

use std::hash::{BuildHasher, Hasher};

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use model::observation::ItemId;

/// What a row turned out to mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// This item.
    Item(ItemId),
    /// Nothing that we look at.
    Inert,
}

/// A bounded table from a row's bytes to its meaning. It compares the bytes: a crafted hash collision cannot hide a row behind
/// another one. When it is full, rows are simply parsed again.
#[derive(Default)]
pub(super) struct Memo {
    bytes: Vec<u8>,
    entries: HashTable<Entry>,
}

struct Entry {
    hash: u64,
    start: usize,
    len: usize,
    verdict: Verdict,
}

impl Memo {
    pub(super) fn get(&self, row: &[u8]) -> Option<Verdict> {
        let same = |entry: &Entry| {
            entry.len == row.len()
                && self.bytes.get(entry.start..entry.start + entry.len) == Some(row)
        };
        self.entries.find(hash(row), same).map(|entry| entry.verdict)
    }

    pub(super) fn put(&mut self, row: &[u8], verdict: Verdict) {
        if row.len() > MAX_ROW || self.bytes.len() + row.len() > MAX_BYTES {
            return;
        }
        let hash = hash(row);
        let entry = Entry { hash, start: self.bytes.len(), len: row.len(), verdict };
        self.bytes.extend_from_slice(row);
        self.entries.insert_unique(hash, entry, |entry| entry.hash);
    }
}

fn hash(row: &[u8]) -> u64 {
    let mut hasher = FixedState::default().build_hasher();
    hasher.write(row);
    hasher.finish()
}

const MAX_BYTES: usize = 64 << 20;
const MAX_ROW: usize = 16 << 10;
