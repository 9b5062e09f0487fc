//! Sets of numbers as sorted ranges: the cells of boxes.

use std::fmt;
use std::sync::Arc;

/// What sets are made of: 32 bits inside the engine, 128 for addresses before they are numbered.
pub trait Number: Copy + Ord + fmt::Display {
    /// Zero.
    const ZERO: Self;
    /// The next one; the greatest stays.
    fn next(self) -> Self;
    /// The one before; zero stays.
    fn before(self) -> Self;
}

impl Number for u32 {
    const ZERO: Self = 0;

    fn next(self) -> Self {
        self.saturating_add(1)
    }

    fn before(self) -> Self {
        self.saturating_sub(1)
    }
}

impl Number for u128 {
    const ZERO: Self = 0;

    fn next(self) -> Self {
        self.saturating_add(1)
    }

    fn before(self) -> Self {
        self.saturating_sub(1)
    }
}

/// A set of numbers: sorted, disjoint ranges (first and last, both inclusive) with gaps between them. Cheap to clone.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Set<N = u32>(Arc<[(N, N)]>);

impl<N: Number> fmt::Debug for Set<N> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (first, last)) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            if first == last {
                write!(out, "{comma}{first}")?;
            } else {
                write!(out, "{comma}{first}-{last}")?;
            }
        }
        Ok(())
    }
}

impl Set<u32> {
    /// All numbers below `size`.
    pub fn full(size: u32) -> Self {
        match size.checked_sub(1) {
            Some(last) => Self(Arc::from([(0, last)])),
            None => Self(Arc::from([])),
        }
    }

    /// How many numbers are in it.
    pub fn count(&self) -> u64 {
        self.0.iter().map(|(first, last)| u64::from(last - first) + 1).sum()
    }
}

impl<N: Number> Set<N> {
    /// Nothing.
    pub fn empty() -> Self {
        Self(Arc::from([]))
    }

    /// One number.
    pub fn one(number: N) -> Self {
        Self(Arc::from([(number, number)]))
    }

    /// What tells two equal sets that share their memory.
    pub fn identity(&self) -> usize {
        Arc::as_ptr(&self.0).cast::<N>() as usize
    }

    /// Any ranges, in any order, overlapping or not.
    pub fn new(mut ranges: Vec<(N, N)>) -> Self {
        ranges.retain(|(first, last)| first <= last);
        ranges.sort_unstable();
        let mut merged: Vec<(N, N)> = Vec::with_capacity(ranges.len());
        for (first, last) in ranges {
            match merged.last_mut() {
                Some(before) if first <= before.1.next() => before.1 = before.1.max(last),
                _ => merged.push((first, last)),
            }
        }
        Self(merged.into())
    }

    /// Its ranges.
    pub fn ranges(&self) -> &[(N, N)] {
        &self.0
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Its smallest number.
    pub fn first(&self) -> Option<N> {
        self.0.first().map(|range| range.0)
    }

    /// The ranges from the first that reaches `from`.
    fn starting(&self, from: N) -> &[(N, N)] {
        let skip = match self.0.first() {
            Some((_, last)) if *last >= from => 0,
            _ => self.0.partition_point(|(_, last)| *last < from),
        };
        self.0.get(skip..).unwrap_or(&[])
    }

    /// Whether the number is in it.
    pub fn contains(&self, number: N) -> bool {
        self.starting(number).first().is_some_and(|(first, _)| *first <= number)
    }

    /// Whether every number of `other` is in it.
    pub fn covers(&self, other: &Self) -> bool {
        if Arc::ptr_eq(&self.0, &other.0) {
            return true;
        }
        let (Some((low, _)), Some((_, high))) = (other.0.first(), other.0.last()) else {
            return true;
        };
        if let [(begin, end)] = &*self.0 {
            return begin <= low && high <= end;
        }
        let mut mine = self.starting(*low).iter();
        let mut current = mine.next();
        for (first, last) in other.0.iter() {
            while current.is_some_and(|(_, end)| end < first) {
                current = mine.next();
            }
            match current {
                Some((begin, end)) if begin <= first && last <= end => {}
                _ => return false,
            }
        }
        true
    }

    /// Whether some number is in both.
    pub fn meets(&self, other: &Self) -> bool {
        if Arc::ptr_eq(&self.0, &other.0) {
            return !self.0.is_empty();
        }
        let (Some((a, _)), Some((b, _))) = (self.0.first(), other.0.first()) else { return false };
        let from = *a.max(b);
        let (mut left, mut right) = (self.starting(from).iter(), other.starting(from).iter());
        let (mut one, mut two) = (left.next(), right.next());
        while let (Some((first, last)), Some((begin, end))) = (one, two) {
            if last < begin {
                one = left.next();
            } else if end < first {
                two = right.next();
            } else {
                return true;
            }
        }
        false
    }

    /// The numbers in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        // Sharing memory matters more than the time of asking: most cells are everything.
        if other.covers(self) {
            return self.clone();
        }
        if self.covers(other) {
            return other.clone();
        }
        let (Some((a, _)), Some((b, _))) = (self.0.first(), other.0.first()) else {
            return Self::empty();
        };
        let from = *a.max(b);
        let (mut left, mut right) = (self.starting(from).iter(), other.starting(from).iter());
        let (mut one, mut two) = (left.next(), right.next());
        let mut both = Vec::new();
        while let (Some((first, last)), Some((begin, end))) = (one, two) {
            let (low, high) = (*first.max(begin), *last.min(end));
            if low <= high {
                both.push((low, high));
            }
            if last <= end {
                one = left.next();
            } else {
                two = right.next();
            }
        }
        Self(both.into())
    }

    /// The numbers in one of them.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        if self.covers(other) {
            return self.clone();
        }
        Self::new(self.0.iter().chain(other.0.iter()).copied().collect())
    }

    /// The numbers in `self` and not in `other`.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        let mut left = Vec::new();
        let Some((low, _)) = self.0.first() else { return self.clone() };
        let mut holes = other.starting(*low).iter().peekable();
        for (first, last) in self.0.iter() {
            let mut from = *first;
            let mut whole = true;
            while let Some((begin, end)) = holes.peek() {
                if *end < from {
                    holes.next();
                    continue;
                }
                if begin > last {
                    break;
                }
                if *begin > from {
                    left.push((from, begin.before()));
                }
                if end >= last {
                    whole = false;
                    break;
                }
                from = end.next();
                holes.next();
            }
            if whole {
                left.push((from, *last));
            }
        }
        Self(left.into())
    }
}
