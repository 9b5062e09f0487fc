//! Finding the entries of a list that contain a point, fast.
//!
//! For each dimension the numbers are grouped into columns between the borders of cells, and the columns are the leaves of a binary
//! tree. A range of columns is a handful of nodes of the tree, so that a cell is listed once for each of those and not once for each
//! column. What contains a number stands on the way from its leaf to the root. A node knows its entries as a list when they are few,
//! as a bitmap when they are many. A point's entries are the intersection over the dimensions, word by word.

use hashbrown::HashMap;

use crate::list::{DIMENSIONS, Entry, List, Point};
use crate::sets::Set;

/// An index over a list: the entries are first sorted into buckets by the two zones, and each bucket has its own trees.
#[derive(Debug)]
pub struct Index {
    /// The first number of each column of the first dimension, and of the second one where buckets go by both.
    from: Vec<u32>,
    to: Vec<u32>,
    /// By column of the first dimension, then of the second one.
    buckets: Vec<Bucket>,
}

/// The entries that some packets of two zones may meet.
#[derive(Debug)]
struct Bucket {
    /// Their numbers in the list, in order.
    entries: Vec<u32>,
    dimensions: Vec<Dimension>,
}

/// How many times its length the buckets of a list may hold in all; with more it is not sorted as finely.
const COPIES: usize = 8;

#[derive(Debug)]
struct Dimension {
    /// The first number of each column, sorted.
    starts: Vec<u32>,
    /// The tree: node 1 is the root, those below node n are 2n and 2n + 1, the leaves are the last half. Node n lists the entries
    /// from `offsets[n]` to before `offsets[n + 1]`.
    offsets: Vec<u32>,
    entries: Vec<u32>,
    /// The nodes that list more entries than a bitmap has words, as bitmaps.
    many: HashMap<usize, Vec<u64>>,
    /// Whether every cell is everything, so that the dimension says nothing.
    full: bool,
}

fn at(index: u32) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}

fn set(bits: &mut [u64], number: u32) {
    if let Some(word) = bits.get_mut(at(number) / 64) {
        *word |= 1 << (number % 64);
    }
}

impl Index {
    /// Builds the index.
    pub fn new(list: &List) -> Self {
        let (from, to) = (columns(list, 0), columns(list, 1));
        let everywhere = vec![0];
        let room = COPIES * list.entries.len() + 1_000;
        for (from, to) in [(&from, &to), (&from, &everywhere)] {
            if copies(list, from, to) <= room {
                return Self::with(list, from.clone(), to.clone());
            }
        }
        Self::with(list, everywhere.clone(), everywhere)
    }

    fn with(list: &List, from: Vec<u32>, to: Vec<u32>) -> Self {
        let mut entries: Vec<Vec<u32>> = vec![Vec::new(); from.len() * to.len()];
        for (number, entry) in (0u32..).zip(&list.entries) {
            let [mine, theirs, ..] = &entry.region.cells;
            for row in hit(mine, &from) {
                for column in hit(theirs, &to) {
                    if let Some(bucket) = entries.get_mut(row * to.len() + column) {
                        bucket.push(number);
                    }
                }
            }
        }
        let buckets = entries.into_iter().map(|entries| Bucket::new(list, entries)).collect();
        Self { from, to, buckets }
    }

    /// The first entry, below `limit`, that contains the point and of which `wanted` is true.
    pub fn first(
        &self,
        list: &List,
        point: &Point,
        limit: u32,
        wanted: impl FnMut(&Entry) -> bool,
        scratch: &mut Scratch,
    ) -> Option<u32> {
        let [from, to, ..] = point.at;
        let row = self.from.partition_point(|start| *start <= from).checked_sub(1)?;
        let column = self.to.partition_point(|start| *start <= to).checked_sub(1)?;
        let bucket = self.buckets.get(row * self.to.len() + column)?;
        bucket.first(list, point, limit, wanted, scratch)
    }
}

/// The first number of each column between the borders of the cells of a dimension.
fn columns(list: &List, dimension: usize) -> Vec<u32> {
    let mut starts: Vec<u32> = vec![0];
    let mut before: Option<&Set> = None;
    for cell in list.entries.iter().filter_map(|entry| entry.region.cells.get(dimension)) {
        if before.is_some_and(|before| before.identity() == cell.identity()) {
            continue;
        }
        before = Some(cell);
        for (first, last) in cell.ranges() {
            starts.push(*first);
            starts.push(last.saturating_add(1));
        }
    }
    starts.sort_unstable();
    starts.dedup();
    starts
}

/// The columns that a cell has numbers in. Every border of it is one of a column.
fn hit<'a>(cell: &'a Set, starts: &'a [u32]) -> impl Iterator<Item = usize> + 'a {
    let one = starts.len() == 1;
    let ranges = cell.ranges().iter().take(if one { 1 } else { usize::MAX });
    ranges.flat_map(move |(first, last)| {
        let from = starts.partition_point(|start| start <= first).saturating_sub(1);
        from..starts.partition_point(|start| start <= last)
    })
}

/// How many entries all buckets would hold.
fn copies(list: &List, from: &[u32], to: &[u32]) -> usize {
    let of = |entry: &Entry| {
        let [mine, theirs, ..] = &entry.region.cells;
        hit(mine, from).count() * hit(theirs, to).count()
    };
    list.entries.iter().map(of).sum()
}

impl Bucket {
    fn new(list: &List, entries: Vec<u32>) -> Self {
        let words = entries.len().div_ceil(64);
        let dimensions =
            (0..DIMENSIONS).map(|dimension| Dimension::new(list, &entries, dimension, words));
        let dimensions = dimensions.collect();
        Self { entries, dimensions }
    }

    fn first(
        &self,
        list: &List,
        point: &Point,
        limit: u32,
        mut wanted: impl FnMut(&Entry) -> bool,
        scratch: &mut Scratch,
    ) -> Option<u32> {
        let end = self.entries.partition_point(|number| *number < limit);
        let words = end.div_ceil(64);
        scratch.found.clear();
        scratch.found.resize(words, u64::MAX);
        for (dimension, number) in self.dimensions.iter().zip(&point.at) {
            if !dimension.full {
                dimension.narrow(*number, scratch);
            }
        }
        (0usize..).zip(&scratch.found).find_map(|(word, bits)| {
            let mut bits = *bits;
            while bits != 0 {
                let local = word * 64 + at(bits.trailing_zeros());
                bits &= bits - 1;
                let number = *self.entries.get(local).filter(|_| local < end)?;
                let entry = list.entries.get(at(number))?;
                if wanted(entry) && entry.region.contains(point) {
                    return Some(number);
                }
            }
            None
        })
    }
}

/// Room for lookups, reused.
#[derive(Debug, Default)]
pub struct Scratch {
    /// The entries found so far.
    found: Vec<u64>,
    /// Those of one dimension.
    here: Vec<u64>,
}

impl Dimension {
    fn new(list: &List, numbers: &[u32], dimension: usize, words: usize) -> Self {
        let entries = || numbers.iter().filter_map(|number| list.entries.get(at(*number)));
        let cells = || entries().filter_map(|entry| entry.region.cells.get(dimension));
        let mut starts: Vec<u32> = vec![0];
        for cell in cells() {
            for (first, last) in cell.ranges() {
                starts.push(*first);
                starts.push(last.saturating_add(1));
            }
        }
        starts.sort_unstable();
        starts.dedup();
        let leaves = starts.len().next_power_of_two();
        let mut listed: Vec<(u32, u32)> = Vec::new();
        let mut full = true;
        for (number, cell) in (0u32..).zip(cells()) {
            let mut width = 0;
            for (first, last) in cell.ranges() {
                let from = starts.partition_point(|start| start < first);
                let to = starts.partition_point(|start| start <= last);
                width += to - from;
                add(&mut listed, leaves + from, leaves + to, number);
            }
            // The last column is what lies beyond every cell.
            full &= width + 1 >= starts.len();
        }
        if full {
            listed.clear();
        }
        listed.sort_unstable();
        listed.dedup();
        let mut dimension =
            Self { starts, offsets: Vec::new(), entries: Vec::new(), many: HashMap::new(), full };
        dimension.fill(&listed, leaves * 2, words);
        dimension
    }

    /// Stores what each node lists.
    fn fill(&mut self, listed: &[(u32, u32)], nodes: usize, words: usize) {
        self.offsets = vec![0; nodes + 1];
        for (node, _) in listed {
            if let Some(count) = self.offsets.get_mut(at(*node) + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for offset in &mut self.offsets {
            sum += *offset;
            *offset = sum;
        }
        self.entries = listed.iter().map(|(_, entry)| *entry).collect();
        for node in 0..nodes {
            let list = self.list(node);
            if list.len() > words {
                let mut bits = vec![0; words];
                list.iter().for_each(|number| set(&mut bits, *number));
                self.many.insert(node, bits);
            }
        }
    }

    fn list(&self, node: usize) -> &[u32] {
        let ends = self.offsets.get(node).zip(self.offsets.get(node + 1));
        ends.and_then(|(from, to)| self.entries.get(at(*from)..at(*to))).unwrap_or(&[])
    }

    /// Keeps of what was found the entries that have this number in this dimension: those on the way from its leaf to the root.
    fn narrow(&self, number: u32, scratch: &mut Scratch) {
        let Scratch { found, here } = scratch;
        here.clear();
        here.resize(found.len(), 0);
        let column = self.starts.partition_point(|start| *start <= number).saturating_sub(1);
        let mut node = (self.offsets.len() - 1) / 2 + column;
        while node > 0 {
            let list = self.list(node);
            if list.len() <= here.len() {
                list.iter().for_each(|number| set(here, *number));
            } else if let Some(bits) = self.many.get(&node) {
                here.iter_mut().zip(bits).for_each(|(here, bits)| *here |= bits);
            } else {
                list.iter().for_each(|number| set(here, *number));
            }
            node /= 2;
        }
        found.iter_mut().zip(here).for_each(|(found, here)| *found &= *here);
    }
}

/// Lists an entry at the nodes that make up the leaves from `from` to before `to`.
fn add(listed: &mut Vec<(u32, u32)>, mut from: usize, mut to: usize, number: u32) {
    let mut push = |node: usize| listed.push((u32::try_from(node).unwrap_or(u32::MAX), number));
    while from < to {
        if from % 2 == 1 {
            push(from);
            from += 1;
        }
        if to % 2 == 1 {
            to -= 1;
            push(to);
        }
        from /= 2;
        to /= 2;
    }
}
