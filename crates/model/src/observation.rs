//! Observations: what was read, row by row, kept small enough for twenty million rows in memory.
//!
//! A row is eight bytes: the id of a distinct [`Item`] and a position. Everything that repeats is stored once: the strings in
//! [`Strings`], the combination of facts in [`Items`], the asset and the source in the [`Run`] that the row belongs to.

use std::hash::{BuildHasher, Hash, Hasher};

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use crate::asset::{Asset, AssetId};
use crate::field::{Context, Field};
use crate::source::{SourceId, Unit};
use crate::strings::{StrId, Strings};

/// The number of a distinct item within one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemId(pub u32);

/// One fact: a field and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fact {
    /// What the value is.
    pub field: Field,
    /// The value.
    pub value: StrId,
}

/// A distinct combination of facts read in one context, for example a package with its version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item<'a> {
    /// What it was read as.
    pub context: Context,
    /// The facts, in the order in which the reader gave them.
    pub facts: &'a [Fact],
}

/// The table of distinct items; ids are dense and start at zero.
#[derive(Clone, Debug, Default)]
pub struct Items {
    contexts: Vec<Context>,
    ends: Vec<u32>,
    facts: Vec<Fact>,
    ids: HashTable<u32>,
}

impl Items {
    /// The id of this combination, which is stored when it is new.
    pub fn intern(&mut self, context: Context, facts: &[Fact]) -> ItemId {
        let hash = hash_item(context, facts);
        let Self { contexts, ends, facts: arena, ids } = self;
        let same = |&id: &u32| item_at(contexts, ends, arena, id) == Some(Item { context, facts });
        if let Some(&id) = ids.find(hash, same) {
            return ItemId(id);
        }
        // INVARIANT: fewer than 2^32 distinct items and facts; inputs are bounded far below that.
        let id = u32::try_from(contexts.len()).unwrap_or(u32::MAX);
        contexts.push(context);
        arena.extend_from_slice(facts);
        ends.push(u32::try_from(arena.len()).unwrap_or(u32::MAX));
        ids.insert_unique(hash, id, |&id| match item_at(contexts, ends, arena, id) {
            Some(item) => hash_item(item.context, item.facts),
            None => 0,
        });
        ItemId(id)
    }

    /// The item with this id.
    pub fn get(&self, id: ItemId) -> Option<Item<'_>> {
        item_at(&self.contexts, &self.ends, &self.facts, id.0)
    }

    /// How many distinct items there are.
    pub fn len(&self) -> usize {
        self.contexts.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.contexts.is_empty()
    }

    /// All ids with their items.
    pub fn iter(&self) -> impl Iterator<Item = (ItemId, Item<'_>)> {
        (0..self.contexts.len()).filter_map(|i| {
            let id = ItemId(u32::try_from(i).ok()?);
            Some((id, self.get(id)?))
        })
    }
}

/// Consecutive rows of one asset, one source and one part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Whose rows.
    pub asset: AssetId,
    /// Where they were read.
    pub source: SourceId,
    /// The part of the source; the empty string when it has none.
    pub part: StrId,
    /// How positions count.
    pub unit: Unit,
    /// Added to each row's position.
    pub base: u64,
    /// Index of the first row.
    pub first: usize,
    /// How many rows.
    pub len: usize,
}

/// All that was read in one run, interned.
#[derive(Clone, Debug, Default)]
pub struct Observations {
    /// The distinct strings.
    pub strings: Strings,
    /// The distinct items.
    pub items: Items,
    /// The assets, as their sources describe them.
    pub assets: Vec<Asset>,
    /// The runs, in source order.
    pub runs: Vec<Run>,
    /// The item of each row.
    pub rows: Vec<ItemId>,
    /// The position of each row, relative to its run's base.
    pub positions: Vec<u32>,
}

impl Observations {
    /// Appends one row, extending the last run where it fits.
    pub fn push(&mut self, asset: AssetId, place: RowPlace, item: ItemId) {
        let fits = self.runs.last().and_then(|run| {
            let same = run.asset == asset
                && run.source == place.source
                && run.part == place.part
                && run.unit == place.unit;
            same.then(|| place.at.checked_sub(run.base))
                .flatten()
                .and_then(|at| u32::try_from(at).ok())
        });
        let position = match fits {
            Some(position) => position,
            None => {
                self.runs.push(Run {
                    asset,
                    source: place.source,
                    part: place.part,
                    unit: place.unit,
                    base: place.at,
                    first: self.rows.len(),
                    len: 0,
                });
                0
            }
        };
        self.rows.push(item);
        self.positions.push(position);
        if let Some(run) = self.runs.last_mut() {
            run.len += 1;
        }
    }

    /// The rows of a run: item and absolute position.
    pub fn rows_of(&self, run: &Run) -> impl Iterator<Item = (ItemId, u64)> {
        let range = run.first..run.first + run.len;
        let items = self.rows.get(range.clone()).unwrap_or_default();
        let positions = self.positions.get(range).unwrap_or_default();
        items.iter().zip(positions).map(|(&item, &at)| (item, run.base + u64::from(at)))
    }

    /// The value of the first fact of this field in an item.
    pub fn value(&self, item: ItemId, field: Field) -> Option<&str> {
        let item = self.items.get(item)?;
        item.facts.iter().find(|fact| fact.field == field).map(|fact| self.strings.get(fact.value))
    }
}

/// Where a row stands; the cheap form of [`crate::source::Place`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowPlace {
    /// Which source.
    pub source: SourceId,
    /// The part of it.
    pub part: StrId,
    /// How `at` counts.
    pub unit: Unit,
    /// Where.
    pub at: u64,
}

fn hash_item(context: Context, facts: &[Fact]) -> u64 {
    let mut hasher = FixedState::default().build_hasher();
    hasher.write_u8(context as u8);
    for fact in facts {
        hasher.write_u8(fact.field as u8);
        fact.value.hash(&mut hasher);
    }
    hasher.finish()
}

fn item_at<'a>(contexts: &[Context], ends: &[u32], facts: &'a [Fact], id: u32) -> Option<Item<'a>> {
    let index = id as usize;
    let start = index.checked_sub(1).and_then(|i| ends.get(i)).copied().unwrap_or(0) as usize;
    let end = *ends.get(index)? as usize;
    Some(Item { context: *contexts.get(index)?, facts: facts.get(start..end)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_items_share_an_id_and_runs_grow() {
        let mut seen = Observations::default();
        let name = Fact { field: Field::LinPkg, value: seen.strings.intern("bash") };
        let a = seen.items.intern(Context::Installed, &[name]);
        assert_eq!(seen.items.intern(Context::Installed, &[name]), a);
        assert_ne!(seen.items.intern(Context::Residue, &[name]), a);
        let part = seen.strings.intern("");
        let place = |at| RowPlace { source: SourceId(0), part, unit: Unit::Byte, at };
        seen.push(AssetId(0), place(7), a);
        seen.push(AssetId(0), place(9), a);
        seen.push(AssetId(0), place(9 + (1 << 33)), a);
        seen.push(AssetId(1), place(1), a);
        assert_eq!(seen.runs.len(), 3);
        let at: Vec<_> =
            seen.runs.iter().flat_map(|run| seen.rows_of(run)).map(|(_, at)| at).collect();
        assert_eq!(at, [7, 9, 9 + (1 << 33), 1]);
        assert_eq!(seen.value(a, Field::LinPkg), Some("bash"));
    }

    #[test]
    fn interning_keeps_what_a_map_keeps() {
        use std::collections::HashMap;

        let mut seen = Observations::default();
        let mut strings: HashMap<String, StrId> = HashMap::new();
        let mut items: HashMap<(Context, Vec<Fact>), ItemId> = HashMap::new();
        let mut state = 1_u64;
        let mut below = |limit: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) % limit
        };
        for _ in 0..20_000 {
            let facts: Vec<Fact> = (0..below(4))
                .map(|_| {
                    let text = "x".repeat(below(3) as usize) + &below(400).to_string();
                    let value = seen.strings.intern(&text);
                    let next = StrId(strings.len() as u32);
                    assert_eq!(*strings.entry(text.clone()).or_insert(next), value);
                    assert_eq!(seen.strings.get(value), text);
                    let field = if below(2) == 0 { Field::LinPkg } else { Field::Version };
                    Fact { field, value }
                })
                .collect();
            let context = if below(2) == 0 { Context::Installed } else { Context::Residue };
            let next = ItemId(items.len() as u32);
            let item = seen.items.intern(context, &facts);
            assert_eq!(*items.entry((context, facts.clone())).or_insert(next), item);
            assert_eq!(seen.items.get(item), Some(Item { context, facts: &facts }));
        }
        assert_eq!((seen.strings.len(), seen.items.len()), (strings.len(), items.len()));
    }
}
