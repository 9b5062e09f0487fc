//! Which entries of a list share packets with a region, without a look at each of them.
//!
//! The entries lie in buckets by their two zones. In each bucket the sources, the destinations and the services each have a tree over
//! the borders of their cells, laid out as a heap: what a range shares numbers with lies, on each level, at neighbouring nodes, and so
//! in one piece of the list of all nodes' entries. Of the three the one with the fewest entries is looked through.

use std::ops::Range;

use crate::list::{Entry, List, Region};
use crate::prove::at;
use crate::sets::Set;

/// The dimensions that have trees.
const TREES: [usize; 3] = [2, 3, 4];
/// How many times its length the buckets of a list may hold in all; with more it is not sorted as finely.
const COPIES: usize = 4;
/// How many entries need no trees.
const FEW: usize = 16;

/// An index over a list.
pub(super) struct Meets {
    from: Vec<u32>,
    to: Vec<u32>,
    /// By column of the first dimension, then of the second one.
    buckets: Vec<Bucket>,
}

struct Bucket {
    /// Their numbers in the list, in order.
    entries: Vec<u32>,
    /// Where they are not so few that they may as well be looked at one by one.
    trees: Option<[Tree; TREES.len()]>,
}

/// Node 1 is the root, those below node n are 2n and 2n + 1, the leaves are the last half.
struct Tree {
    /// The first number of each leaf.
    starts: Vec<u32>,
    /// Node n has the entries from `offsets[n]` to before `offsets[n + 1]`.
    offsets: Vec<u32>,
    entries: Vec<u32>,
}

impl Meets {
    pub(super) fn new(list: &List) -> Self {
        let zones = |dimension: usize| {
            borders(list.entries.iter().filter_map(|entry| entry.region.cells.get(dimension)))
        };
        let (from, to, everywhere) = (zones(0), zones(1), vec![0]);
        let room = COPIES * list.entries.len() + 1_000;
        for (from, to) in [(&from, &to), (&from, &everywhere)] {
            let copies = |entry: &Entry| {
                let [mine, theirs, ..] = &entry.region.cells;
                columns(mine, from).count() * columns(theirs, to).count()
            };
            if list.entries.iter().map(copies).sum::<usize>() <= room {
                return Self::with(list, from.clone(), to.clone());
            }
        }
        Self::with(list, everywhere.clone(), everywhere)
    }

    fn with(list: &List, from: Vec<u32>, to: Vec<u32>) -> Self {
        let mut sorted: Vec<Vec<u32>> = vec![Vec::new(); from.len() * to.len()];
        for (number, entry) in (0u32..).zip(&list.entries) {
            for bucket in hit(&entry.region, &from, &to) {
                if let Some(bucket) = sorted.get_mut(bucket) {
                    bucket.push(number);
                }
            }
        }
        let bucket = |entries: Vec<u32>| Bucket {
            trees: (entries.len() > FEW)
                .then(|| TREES.map(|dimension| Tree::new(list, &entries, dimension))),
            entries,
        };
        Self { from, to, buckets: sorted.into_iter().map(bucket).collect() }
    }

    /// The wanted entries with numbers in `among` that share packets with the region, in order. Each entry looked at costs one of
    /// `work`; `None` when that is used up.
    pub(super) fn meeting(
        &self,
        (list, region): (&List, &Region),
        among: Range<u32>,
        wanted: impl Fn(&Entry) -> bool,
        work: &mut u64,
    ) -> Option<Vec<u32>> {
        let mut found = Vec::new();
        for bucket in hit(region, &self.from, &self.to) {
            if let Some(bucket) = self.buckets.get(bucket) {
                bucket.meeting((list, region), &among, &wanted, work, &mut found)?;
            }
        }
        found.sort_unstable();
        found.dedup();
        Some(found)
    }
}

/// Zero and the first number behind each border.
fn borders<'a>(cells: impl Iterator<Item = &'a Set>) -> Vec<u32> {
    let mut starts: Vec<u32> = vec![0];
    let mut before = 0;
    for cell in cells {
        if std::mem::replace(&mut before, cell.identity()) != cell.identity() {
            let ranges = cell.ranges().iter();
            starts.extend(ranges.flat_map(|(first, last)| [*first, last.saturating_add(1)]));
        }
    }
    starts.sort_unstable();
    starts.dedup();
    starts
}

/// The columns that some range of the cell has numbers in, each once.
fn columns<'a>(cell: &'a Set, starts: &'a [u32]) -> impl Iterator<Item = usize> + 'a {
    let mut next = 0;
    cell.ranges().iter().flat_map(move |(first, last)| {
        let from = starts.partition_point(|start| start <= first).saturating_sub(1).max(next);
        next = starts.partition_point(|start| start <= last);
        from..next
    })
}

/// The buckets that a region has packets in.
fn hit<'a>(region: &'a Region, from: &'a [u32], to: &'a [u32]) -> impl Iterator<Item = usize> + 'a {
    let [mine, theirs, ..] = &region.cells;
    columns(mine, from)
        .flat_map(move |row| columns(theirs, to).map(move |column| row * to.len() + column))
}

impl Bucket {
    fn meeting(
        &self,
        (list, region): (&List, &Region),
        among: &Range<u32>,
        wanted: &impl Fn(&Entry) -> bool,
        work: &mut u64,
        found: &mut Vec<u32>,
    ) -> Option<()> {
        let mut look = |numbers: &[u32]| {
            *work = work.checked_sub(u64::try_from(numbers.len()).unwrap_or(u64::MAX))?;
            let meets = |number: &u32| {
                let entry = list.entries.get(at(*number)).filter(|_| among.contains(number));
                entry.is_some_and(|one| wanted(one) && one.region.meets(region))
            };
            found.extend(numbers.iter().copied().filter(meets));
            Some(())
        };
        let place = |number: u32| self.entries.partition_point(|known| *known < number);
        let all = self.entries.get(place(among.start)..place(among.end)).unwrap_or(&[]);
        let trees = self.trees.iter().flatten().zip(TREES);
        let fewest = trees
            .filter_map(|(tree, dimension)| {
                let cell = region.cells.get(dimension)?;
                let slices = || tree.slices(cell);
                Some((slices().map(<[u32]>::len).sum::<usize>(), tree, cell))
            })
            .min_by_key(|(count, ..)| *count);
        match fewest {
            Some((count, tree, cell)) if count < all.len() => tree.slices(cell).try_for_each(look),
            _ => look(all),
        }
    }
}

impl Tree {
    fn new(list: &List, numbers: &[u32], dimension: usize) -> Self {
        let cells = || {
            let entries = numbers.iter().filter_map(|number| list.entries.get(at(*number)));
            entries.filter_map(|entry| entry.region.cells.get(dimension))
        };
        let starts = borders(cells());
        let leaves = starts.len().next_power_of_two();
        let mut listed: Vec<(u32, u32)> = Vec::new();
        for (number, cell) in numbers.iter().zip(cells()) {
            for (first, last) in cell.ranges() {
                let from = starts.partition_point(|start| start < first);
                let to = starts.partition_point(|start| start <= last);
                add(&mut listed, leaves + from, leaves + to, *number);
            }
        }
        listed.sort_unstable();
        let mut offsets = vec![0u32; leaves * 2 + 1];
        for (node, _) in &listed {
            if let Some(count) = offsets.get_mut(at(*node) + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for offset in &mut offsets {
            sum += *offset;
            *offset = sum;
        }
        Self { starts, offsets, entries: listed.into_iter().map(|(_, entry)| entry).collect() }
    }

    /// The pieces of the list that hold every entry that shares a number with the cell; some may be in several.
    fn slices<'a>(&'a self, cell: &'a Set) -> impl Iterator<Item = &'a [u32]> + 'a {
        let leaves = self.starts.len().next_power_of_two();
        let levels = leaves.trailing_zeros();
        // Many ranges side by side: each is no better than all of them together.
        let ends = cell.ranges().first().zip(cell.ranges().last());
        let whole = ends.map(|((first, _), (_, last))| (*first, *last));
        let many = cell.ranges().len() > 8;
        let ranges = cell.ranges().iter().copied().filter(move |_| !many);
        whole.filter(|_| many).into_iter().chain(ranges).flat_map(move |(first, last)| {
            let leaf = |number: u32| {
                leaves + self.starts.partition_point(|start| *start <= number).saturating_sub(1)
            };
            let (from, to) = (leaf(first), leaf(last));
            (0..=levels).map(move |level| {
                let ends = (self.offsets.get(from >> level), self.offsets.get((to >> level) + 1));
                let (Some(from), Some(to)) = ends else { return [].as_slice() };
                self.entries.get(at(*from)..at(*to)).unwrap_or(&[])
            })
        })
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
