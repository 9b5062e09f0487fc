//! Where two lists differ.
//!
//! Two ordered lists differ somewhere exactly when there are an entry `r` of the one and an entry `d` of the other with labels in
//! conflict such that `r ∩ d` is not covered by the entries before `r` with another label than `r`'s, and the entries before `d` with
//! another label than `d`'s. (At a differing packet take the two first matches. Conversely, at an uncovered point each list's first
//! match has the label of `r` and of `d`: any earlier match has that label, or it would be among the covers.)
//!
//! Trying all pairs would be quadratic. For each entry `d` a **bound** is found: the shortest beginning of the other list whose entries
//! with `d`'s label, together with the entries before `d` with other labels, cover `d`. An entry `r` at or behind the bound makes no
//! pair with `d` that needs work: everything of `d` is covered before it. What is left are pairs that stand in the other order in both
//! lists, and real differences.

use crate::bits;
use crate::cover::{Covered, Covers, cover, remainder};
use crate::index::{Index, Scratch};
use crate::list::{Entry, List, Point, Region};

/// A difference: two entries that decide the same packets differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The entry of the left list.
    pub left: u32,
    /// The entry of the right list.
    pub right: u32,
    /// A packet that the two decide.
    pub witness: Point,
    /// All packets that the two decide, as disjoint regions, which are those of no other difference; `None` when they are too many to
    /// list. Empty when other pairs decide them all.
    pub regions: Option<Vec<Region>>,
}

/// What comparing found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// The differences, by pair of entries.
    pub differences: Vec<Difference>,
    /// Pairs of entries about which the limit on splits left the question open.
    pub undecided: Vec<(u32, u32)>,
    /// How many covers were looked for, and how many pairs needed work.
    pub covers: u64,
    /// Pairs that needed work.
    pub pairs: u64,
    /// Whether it was ended before everything was compared.
    pub ended: bool,
    /// What the result rests on, when it was asked for.
    pub grounds: Option<Grounds>,
}

/// What shows that two lists are the same, for somebody who does not want to search again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grounds {
    /// For each entry of the left list what covers it, if something does: even numbers are of its own list, odd ones of the other,
    /// twice the index each.
    pub left: Vec<Option<Vec<u32>>>,
    /// The same for the right list.
    pub right: Vec<Option<Vec<u32>>>,
    /// The pairs that needed work, in order, each with what covers it: even numbers are of the left list, odd ones of the right. Where
    /// the labels agree is not in it.
    pub pairs: Vec<(u32, u32, Vec<u32>)>,
}

/// What may be spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Splits per cover.
    pub splits: u32,
    /// Regions listed per difference.
    pub regions: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { splits: 100_000, regions: 1_000 }
    }
}

/// What labels mean.
pub trait Labels {
    /// Whether the two (left, right) differ in meaning, at least somewhere.
    fn conflict(&self, left: u32, right: u32) -> bool {
        left != right
    }

    /// Where two labels in conflict still mean the same, if anywhere: labels are functions, and two functions may meet.
    fn agreement(&self, _left: u32, _right: u32) -> Option<Region> {
        None
    }
}

/// Labels that differ whenever their numbers do.
#[derive(Clone, Copy, Debug)]
pub struct Plain;

impl Labels for Plain {}

/// Is told how far a comparison is, and may end it.
pub trait Watch: Sync {
    /// So many of so many steps are done, so many pairs needed work. Called by one thread only, about every 64 steps or pairs. Returns
    /// whether to go on.
    fn step(&self, _done: u64, _of: u64, _pairs: u64) -> bool {
        true
    }

    /// Whether it is to be ended: for the other threads.
    fn ended(&self) -> bool {
        false
    }

    /// A difference was found.
    fn found(&self, _difference: &Difference) {}
}

/// Nobody watches.
#[derive(Clone, Copy, Debug)]
pub struct Unwatched;

impl Watch for Unwatched {}

/// Compares two lists over the same numbers.
pub fn compare(
    left: &List,
    right: &List,
    labels: &(dyn Labels + Sync),
    budget: Budget,
) -> Comparison {
    search(left, right, labels, budget, false, &Unwatched)
}

/// Compares two lists, and keeps what the result rests on.
pub fn compare_with_grounds(
    left: &List,
    right: &List,
    labels: &(dyn Labels + Sync),
    budget: Budget,
) -> Comparison {
    search(left, right, labels, budget, true, &Unwatched)
}

/// Compares two lists while somebody watches; `keep`: keeps what the result rests on.
pub fn compare_watched(
    left: &List,
    right: &List,
    labels: &(dyn Labels + Sync),
    budget: Budget,
    keep: bool,
    watch: &dyn Watch,
) -> Comparison {
    search(left, right, labels, budget, keep, watch)
}

fn search(
    left: &List,
    right: &List,
    labels: &(dyn Labels + Sync),
    budget: Budget,
    keep: bool,
    watch: &dyn Watch,
) -> Comparison {
    // Of short lists starting a thread costs more than the work.
    let short = left.entries.len() + right.entries.len() < 2_000;
    let (left_index, right_index) = std::thread::scope(|scope| {
        if short {
            return (Index::new(left), Index::new(right));
        }
        let other = scope.spawn(|| Index::new(right));
        let mine = Index::new(left);
        // Whoever died is done again, so that the same happens here.
        (mine, other.join().unwrap_or_else(|_| Index::new(right)))
    });
    let sides = Sides { left, right, left_index, right_index, labels, watch };
    let mut found = Comparison::default();
    let ((bounds_left, covers_left), (bounds_right, covers_right)) = std::thread::scope(|scope| {
        if short {
            return (sides.bounds(true, budget, keep), sides.bounds(false, budget, keep));
        }
        let other = scope.spawn(|| sides.bounds(false, budget, keep));
        let mine = sides.bounds(true, budget, keep);
        // A thread that died left no bounds: every pair is then looked at.
        let count = right.entries.len();
        (mine, other.join().unwrap_or_else(|_| (vec![u32::MAX; count], vec![None; count])))
    });
    found.grounds =
        keep.then(|| Grounds { left: covers_left, right: covers_right, pairs: Vec::new() });
    found.covers += u64::try_from(left.entries.len() + right.entries.len()).unwrap_or(u64::MAX);
    let mut scratch = (Scratch::default(), Scratch::default());
    // Entries of the right list that can still make a pair with the left entry at hand.
    let mut active = Active::new(&bounds_right);
    let steps = u64::try_from(left.entries.len()).unwrap_or(u64::MAX);
    for (number, entry) in (0u32..).zip(&left.entries) {
        active.pass(number);
        // Bounds were the first half of the steps.
        let done = steps.saturating_add(number.into());
        if number.is_multiple_of(64) && !watch.step(done, steps.saturating_mul(2), found.pairs) {
            found.ended = true;
            return found;
        }
        let bound = bounds_left.get(at(number)).copied().unwrap_or(u32::MAX);
        for other in active.below(bound) {
            let Some(opposite) = right.entries.get(at(other)) else { continue };
            if !labels.conflict(entry.label, opposite.label) {
                continue;
            }
            let Some(shared) = entry.region.and(&opposite.region) else { continue };
            found.pairs += 1;
            if found.pairs.is_multiple_of(64)
                && !watch.step(done, steps.saturating_mul(2), found.pairs)
            {
                found.ended = true;
                return found;
            }
            sides.pair(
                (number, entry),
                (other, opposite),
                &shared,
                budget,
                &mut found,
                &mut scratch,
            );
        }
    }
    found
}

fn at(index: u32) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}

/// Bounds of the entries of one list, and what covers each.
type Bounds = (Vec<u32>, Vec<Option<Vec<u32>>>);

struct Sides<'a> {
    left: &'a List,
    right: &'a List,
    left_index: Index,
    right_index: Index,
    labels: &'a (dyn Labels + Sync),
    watch: &'a dyn Watch,
}

/// The entries that cover an entry of one list: earlier ones of its own list with another label, and those of the other list with the
/// same label. Numbers of the other list are odd, of the own list even.
struct BoundCovers<'a> {
    own: &'a List,
    own_index: &'a Index,
    other: &'a List,
    other_index: &'a Index,
    before: u32,
    label: u32,
    scratch: &'a mut (Scratch, Scratch),
}

impl Covers for BoundCovers<'_> {
    fn region(&self, number: u32) -> &Region {
        let list = if number.is_multiple_of(2) { self.own } else { self.other };
        region(list, number / 2)
    }

    fn containing(&mut self, point: &Point) -> Option<u32> {
        let label = self.label;
        let other = self.other_index.first(
            self.other,
            point,
            u32::MAX,
            |entry| entry.label == label,
            &mut self.scratch.1,
        );
        // The same place in the other list, or earlier, is the usual case and costs nothing; else what is hidden behind an entry of
        // the own list does not matter.
        if other.is_some_and(|other| other <= self.before) {
            return other.map(|other| other * 2 + 1);
        }
        let own = self.own_index.first(
            self.own,
            point,
            self.before,
            |entry| entry.label != label,
            &mut self.scratch.0,
        );
        own.map(|own| own * 2).or(other.map(|other| other * 2 + 1))
    }
}

/// The covers of a pair: earlier entries of both lists with other labels.
struct PairCovers<'a> {
    sides: &'a Sides<'a>,
    left: (u32, u32),
    right: (u32, u32),
    agreement: Option<&'a Region>,
    scratch: &'a mut (Scratch, Scratch),
}

/// The number of the region where two labels agree.
const AGREEMENT: u32 = u32::MAX;

impl Covers for PairCovers<'_> {
    fn region(&self, number: u32) -> &Region {
        if let (AGREEMENT, Some(agreement)) = (number, self.agreement) {
            return agreement;
        }
        let list = if number.is_multiple_of(2) { self.sides.left } else { self.sides.right };
        region(list, number / 2)
    }

    fn containing(&mut self, point: &Point) -> Option<u32> {
        if self.agreement.is_some_and(|agreement| agreement.contains(point)) {
            return Some(AGREEMENT);
        }
        let (before, label) = self.left;
        let wanted = |entry: &Entry| entry.label != label;
        let found = self.sides.left_index.first(
            self.sides.left,
            point,
            before,
            wanted,
            &mut self.scratch.0,
        );
        if let Some(found) = found {
            return Some(found * 2);
        }
        let (before, label) = self.right;
        let wanted = |entry: &Entry| entry.label != label;
        let found = self.sides.right_index.first(
            self.sides.right,
            point,
            before,
            wanted,
            &mut self.scratch.1,
        );
        found.map(|found| found * 2 + 1)
    }
}

/// The region of an entry; numbers come from the list itself.
pub(crate) fn region(list: &List, number: u32) -> &Region {
    static NOTHING: std::sync::OnceLock<Region> = std::sync::OnceLock::new();
    list.entries.get(at(number)).map_or_else(
        || {
            NOTHING.get_or_init(|| Region {
                cells: std::array::from_fn(|_| crate::sets::Set::new(Vec::new())),
                answers: Vec::new(),
            })
        },
        |entry| &entry.region,
    )
}

impl Sides<'_> {
    /// For each entry of one list (the left one if `of_left`) its bound in the other: the number behind the last entry needed;
    /// `u32::MAX` when it is not covered at all or that is open. With what covers it, if that is to be kept.
    fn bounds(&self, of_left: bool, budget: Budget, keep: bool) -> Bounds {
        let (own, own_index, other, other_index) = if of_left {
            (self.left, &self.left_index, self.right, &self.right_index)
        } else {
            (self.right, &self.right_index, self.left, &self.left_index)
        };
        let mut scratch = (Scratch::default(), Scratch::default());
        let mut bounds = Vec::with_capacity(own.entries.len());
        let mut kept = Vec::new();
        let steps = u64::try_from(own.entries.len()).unwrap_or(u64::MAX);
        for (before, entry) in (0u32..).zip(&own.entries) {
            if before.is_multiple_of(64) {
                // Only one of the threads tells how far it is.
                let on = match of_left {
                    true => self.watch.step(before.into(), steps.saturating_mul(2), 0),
                    false => !self.watch.ended(),
                };
                if !on {
                    bounds.resize(own.entries.len(), u32::MAX);
                    return (bounds, kept);
                }
            }
            let mut covers = BoundCovers {
                own,
                own_index,
                other,
                other_index,
                before,
                label: entry.label,
                scratch: &mut scratch,
            };
            let mut splits = budget.splits.min(1_000);
            let used = match cover(&entry.region, &mut covers, &mut splits) {
                Covered::By(used) => Some(used),
                Covered::Not(_) | Covered::GaveUp => None,
            };
            bounds.push(used.as_ref().map_or(u32::MAX, |used| {
                let others = used.iter().filter(|number| *number % 2 == 1);
                others.map(|number| number / 2 + 1).max().unwrap_or(0)
            }));
            if keep {
                kept.push(used);
            }
        }
        (bounds, kept)
    }

    /// One pair that needs work.
    fn pair(
        &self,
        (left, entry): (u32, &Entry),
        (right, opposite): (u32, &Entry),
        shared: &Region,
        budget: Budget,
        found: &mut Comparison,
        scratch: &mut (Scratch, Scratch),
    ) {
        let agreement = self.labels.agreement(entry.label, opposite.label);
        let mut covers = PairCovers {
            sides: self,
            left: (left, entry.label),
            right: (right, opposite.label),
            agreement: agreement.as_ref(),
            scratch,
        };
        let mut splits = budget.splits;
        found.covers += 1;
        match cover(shared, &mut covers, &mut splits) {
            Covered::By(mut used) => {
                if let Some(grounds) = &mut found.grounds {
                    used.retain(|number| *number != AGREEMENT);
                    grounds.pairs.push((left, right, used));
                }
            }
            Covered::GaveUp => found.undecided.push((left, right)),
            Covered::Not(witness) => {
                let regions = self.regions(shared, (left, entry), (right, opposite), budget);
                let difference = Difference { left, right, witness, regions };
                self.watch.found(&difference);
                found.differences.push(difference);
            }
        }
    }

    /// All of what the pair decides differently.
    fn regions(
        &self,
        shared: &Region,
        (left, entry): (u32, &Entry),
        (right, opposite): (u32, &Entry),
        budget: Budget,
    ) -> Option<Vec<Region>> {
        let agreement = self.labels.agreement(entry.label, opposite.label);
        let mut others: Vec<&Region> = agreement.iter().collect();
        let mut alike: Vec<&Region> = Vec::new();
        let sides = [(self.left, left, entry.label), (self.right, right, opposite.label)];
        for (list, before, label) in sides {
            for entry in list.entries.iter().take(at(before)) {
                if entry.region.meets(shared) {
                    let taken = if entry.label == label { &mut alike } else { &mut others };
                    taken.push(&entry.region);
                }
            }
        }
        // What an earlier entry with the same label decides is a difference of that entry.
        others.extend(alike);
        remainder(shared, &others, budget.regions)
    }
}

/// Which entries of a list can still make a pair, as the other list is walked through.
struct Active {
    bits: Vec<u64>,
    /// Entries by bound.
    leaving: Vec<(u32, u32)>,
    next: usize,
}

impl Active {
    fn new(bounds: &[u32]) -> Self {
        let mut bits = vec![0u64; bounds.len().div_ceil(64)];
        let mut leaving: Vec<(u32, u32)> = bounds.iter().copied().zip(0u32..).collect();
        for (_, number) in &leaving {
            bits::set(&mut bits, *number);
        }
        leaving.sort_unstable();
        Self { bits, leaving, next: 0 }
    }

    /// The walk is at this entry: whatever has its bound at or before it leaves.
    fn pass(&mut self, number: u32) {
        while let Some((bound, leaves)) = self.leaving.get(self.next).copied() {
            if bound > number {
                return;
            }
            if let Some(word) = self.bits.get_mut(at(leaves) / 64) {
                *word &= !(1 << (leaves % 64));
            }
            self.next += 1;
        }
    }

    /// The active entries below a number.
    fn below(&self, bound: u32) -> impl Iterator<Item = u32> {
        let words = self.bits.get(..at(bound).div_ceil(64)).unwrap_or(&self.bits);
        bits::numbers(words).take_while(move |number| *number < bound)
    }
}
