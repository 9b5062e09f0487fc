//! Finding the entries of a list that contain a point, fast.
//!
//! For each dimension the numbers are grouped into columns between the borders of cells, and the columns are the leaves of a binary
//! tree. A range of columns is a handful of nodes of the tree, so that a cell is listed once for each of those and not once for each
//! column. What contains a number stands on the way from its leaf to the root. Only the dimensions that tell most have a tree. With one
//! of them its lists are looked through; with several, a node knows its entries as a list when they are few, as a bitmap when they are
//! many, and a point's candidates are the intersection, word by word. Each candidate is looked at itself in the end.

use hashbrown::HashMap;

use crate::bits::set;
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
    /// Those that tell most, the best first: none where there are few entries.
    dimensions: Vec<Dimension>,
}

/// How many times its length the buckets of a list may hold in all; with more it is not sorted as finely.
const COPIES: usize = 8;

#[derive(Debug)]
struct Dimension {
    /// Which one.
    number: usize,
    /// The first number of each column, sorted.
    starts: Vec<u32>,
    /// The tree: node 1 is the root, those below node n are 2n and 2n + 1, the leaves are the last half. Node n lists the entries
    /// from `offsets[n]` to before `offsets[n + 1]`.
    offsets: Vec<u32>,
    entries: Vec<u32>,
    /// The nodes that list more entries than a bitmap has words, as bitmaps.
    many: HashMap<usize, Vec<u64>>,
}

fn at(index: u32) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
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
        let mut chosen = Vec::new();
        if entries.len() > FEW {
            let all = (0..DIMENSIONS).filter_map(|at| Columns::new(list, &entries, at));
            let mut all: Vec<Columns> = all.collect();
            all.sort_by(|one, other| one.share.total_cmp(&other.share));
            // As long as one more direction makes the candidates clearly fewer.
            let mut candidates = entries.len() as f64;
            for columns in all {
                if candidates <= FEW as f64 || columns.share > 0.7 {
                    break;
                }
                candidates *= columns.share;
                chosen.push(columns);
            }
        }
        // A single direction is looked through as lists.
        let words = if chosen.len() > 1 { entries.len().div_ceil(64) } else { usize::MAX };
        let dimensions = chosen.into_iter().map(|columns| Dimension::new(columns, words)).collect();
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
        let mut holds = |local: usize| {
            let number = *self.entries.get(local)?;
            let entry = list.entries.get(at(number))?;
            (wanted(entry) && entry.region.contains(point)).then_some(number)
        };
        match self.dimensions.as_slice() {
            [] => return (0..end).find_map(holds),
            [only] => return only.first(point, end, holds),
            several => {
                scratch.found.clear();
                scratch.found.resize(end.div_ceil(64), u64::MAX);
                several.iter().for_each(|dimension| dimension.narrow(point, scratch));
            }
        }
        (0usize..).zip(&scratch.found).find_map(|(word, bits)| {
            let mut bits = *bits;
            while bits != 0 {
                let local = word * 64 + at(bits.trailing_zeros());
                bits &= bits - 1;
                if local >= end {
                    return None;
                }
                if let Some(number) = holds(local) {
                    return Some(number);
                }
            }
            None
        })
    }
}

/// So many candidates are looked at one by one.
const FEW: usize = 16;

/// Room for lookups, reused.
#[derive(Debug, Default)]
pub struct Scratch {
    /// The entries found so far.
    found: Vec<u64>,
    /// Those of one dimension.
    here: Vec<u64>,
}

/// Where the entries of a bucket stand in one dimension, before it is decided whether that is worth an index.
struct Columns {
    dimension: usize,
    starts: Vec<u32>,
    /// From and to before which column an entry stands, and the entry.
    runs: Vec<(u32, u32, u32)>,
    /// The part of the entries that a column has on average.
    share: f64,
}

impl Columns {
    /// `None` where every cell is everything, so that the dimension says nothing.
    fn new(list: &List, numbers: &[u32], dimension: usize) -> Option<Self> {
        let entries = || numbers.iter().filter_map(|number| list.entries.get(at(*number)));
        let cells = || entries().filter_map(|entry| entry.region.cells.get(dimension));
        let mut starts: Vec<u32> = vec![0];
        let mut before: Option<&Set> = None;
        let mut ranges = 0;
        for cell in cells() {
            ranges += cell.ranges().len();
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
        // The last column is what lies beyond every cell.
        let columns = starts.len().saturating_sub(1);
        if columns <= 1 {
            return None;
        }
        let column = |number: u32| {
            let found = starts.partition_point(|start| *start < number);
            u32::try_from(found).unwrap_or(u32::MAX)
        };
        let mut runs = Vec::with_capacity(ranges);
        let mut width = 0u64;
        for (number, cell) in (0u32..).zip(cells()) {
            for (first, last) in cell.ranges() {
                let (from, to) = (column(*first), column(last.saturating_add(1)));
                width += u64::from(to.saturating_sub(from));
                runs.push((from, to, number));
            }
        }
        let share = width as f64 / (columns as f64 * numbers.len() as f64);
        Some(Self { dimension, starts, runs, share })
    }
}

impl Dimension {
    /// `words`: nodes that list more become bitmaps of so many words.
    fn new(columns: Columns, words: usize) -> Self {
        let Columns { dimension: number, starts, runs, .. } = columns;
        let leaves = starts.len().next_power_of_two();
        let nodes = leaves * 2;
        let mut offsets = vec![0u32; nodes + 2];
        for (from, to, _) in &runs {
            each_node(leaves + at(*from), leaves + at(*to), |node| {
                if let Some(count) = offsets.get_mut(node + 2) {
                    *count += 1;
                }
            });
        }
        let mut sum = 0;
        for offset in &mut offsets {
            sum += *offset;
            *offset = sum;
        }
        // While filling, the offset behind a node is where its next entry goes; in the end it is where the next node begins.
        let mut entries = vec![0u32; at(sum)];
        for (from, to, entry) in &runs {
            each_node(leaves + at(*from), leaves + at(*to), |node| {
                if let Some(next) = offsets.get_mut(node + 1) {
                    if let Some(slot) = entries.get_mut(at(*next)) {
                        *slot = *entry;
                    }
                    *next += 1;
                }
            });
        }
        offsets.truncate(nodes + 1);
        let mut dimension = Self { number, starts, offsets, entries, many: HashMap::new() };
        for node in 0..nodes {
            let list = dimension.list(node);
            if list.len() > words {
                let mut bits = vec![0; words];
                list.iter().for_each(|number| set(&mut bits, *number));
                dimension.many.insert(node, bits);
            }
        }
        dimension
    }

    fn list(&self, node: usize) -> &[u32] {
        let ends = self.offsets.get(node).zip(self.offsets.get(node + 1));
        ends.and_then(|(from, to)| self.entries.get(at(*from)..at(*to))).unwrap_or(&[])
    }

    /// The nodes on the way from the leaf of a point to the root.
    fn way(&self, point: &Point) -> impl Iterator<Item = usize> {
        let number = point.at.get(self.number).copied().unwrap_or(0);
        let column = self.starts.partition_point(|start| *start <= number).saturating_sub(1);
        let leaf = (self.offsets.len() - 1) / 2 + column;
        std::iter::successors(Some(leaf), |node| Some(node / 2)).take_while(|node| *node > 0)
    }

    /// The first entry below `end` of which `holds` is something.
    fn first(
        &self,
        point: &Point,
        end: usize,
        mut holds: impl FnMut(usize) -> Option<u32>,
    ) -> Option<u32> {
        let (mut best, mut found) = (end, None);
        for node in self.way(point) {
            for local in self.list(node).iter().map(|local| at(*local)) {
                if local >= best {
                    break;
                }
                if let Some(number) = holds(local) {
                    (best, found) = (local, Some(number));
                    break;
                }
            }
        }
        found
    }

    /// Keeps of what was found the entries that have the point's number in this dimension.
    fn narrow(&self, point: &Point, scratch: &mut Scratch) {
        let Scratch { found, here } = scratch;
        here.clear();
        here.resize(found.len(), 0);
        for node in self.way(point) {
            match self.many.get(&node) {
                Some(bits) => here.iter_mut().zip(bits).for_each(|(here, bits)| *here |= bits),
                None => self.list(node).iter().for_each(|number| set(here, *number)),
            }
        }
        found.iter_mut().zip(here).for_each(|(found, here)| *found &= *here);
    }
}

/// The nodes that make up the leaves from `from` to before `to`.
pub(crate) fn each_node(mut from: usize, mut to: usize, mut each: impl FnMut(usize)) {
    while from < to {
        if from % 2 == 1 {
            each(from);
            from += 1;
        }
        if to % 2 == 1 {
            to -= 1;
            each(to);
        }
        from /= 2;
        to /= 2;
    }
}
