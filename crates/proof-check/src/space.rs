//! Sets of packets as boxes, and whether some boxes together cover another one.

use std::rc::Rc;

/// How many dimensions a box has: zone in, zone out, source, destination, service, source port.
pub const DIMENSIONS: usize = 6;

/// How many pieces one cover may need before the checker gives up.
const PIECES: u32 = 1_000_000;

/// A set of numbers: ranges, first and last both inclusive, sorted, with gaps between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set(Rc<[(u128, u128)]>);

impl Set {
    /// Ranges that are sorted and have gaps between them; `None` if they are not.
    pub fn new(ranges: Vec<(u128, u128)>) -> Option<Self> {
        let each = ranges.iter().all(|(first, last)| first <= last);
        let apart = |before: u128, next: u128| next > before && next - before > 1;
        let sorted = ranges.windows(2).all(|pair| match pair {
            [one, two] => apart(one.1, two.0),
            _ => true,
        });
        (each && sorted).then(|| Self(ranges.into()))
    }

    /// All numbers from the first to the last.
    pub fn range(first: u128, last: u128) -> Self {
        Self(Rc::from([(first, last)]))
    }

    /// Its ranges.
    pub fn ranges(&self) -> &[(u128, u128)] {
        &self.0
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the number is in it.
    pub fn contains(&self, number: u128) -> bool {
        self.reaching(number).first().is_some_and(|(first, _)| *first <= number)
    }

    /// The ranges that end at the number or behind it.
    fn reaching(&self, number: u128) -> &[(u128, u128)] {
        let skip = self.0.partition_point(|(_, last)| *last < number);
        self.0.get(skip..).unwrap_or(&[])
    }

    /// Whether every number of `other` is in it. Ranges have gaps between them, so each must lie in a single one.
    fn covers(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
            || other.0.iter().all(|(first, last)| {
                let mine = self.reaching(*first).first();
                mine.is_some_and(|(from, to)| from <= first && last <= to)
            })
    }

    /// Whether some number is in both.
    fn meets(&self, other: &Self) -> bool {
        let (few, many) = if self.0.len() <= other.0.len() { (self, other) } else { (other, self) };
        few.0.iter().any(|(first, last)| {
            many.reaching(*first).first().is_some_and(|(from, _)| from <= last)
        })
    }

    /// The numbers in both.
    fn and(&self, other: &Self) -> Self {
        let mut both = Vec::new();
        for (first, last) in self.0.iter() {
            let there = other.reaching(*first).iter().take_while(|(from, _)| from <= last);
            both.extend(there.map(|(from, to)| (*first.max(from), *last.min(to))));
        }
        Self(both.into())
    }

    /// The numbers in `self` and not in `other`.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        let mut left = Vec::new();
        for (first, last) in self.0.iter() {
            // The first number of this range that has not been dealt with yet.
            let mut next = Some(*first);
            for (from, to) in other.reaching(*first).iter().take_while(|(from, _)| from <= last) {
                if let Some(start) = next
                    && start < *from
                {
                    left.push((start, from - 1));
                }
                next = to.checked_add(1).filter(|behind| behind <= last);
            }
            left.extend(next.map(|start| (start, *last)));
        }
        Self(left.into())
    }
}

/// A set of packets: a product of sets, and the answers to questions that must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// A set for each dimension.
    pub cells: [Set; DIMENSIONS],
    /// Questions with the answer that must hold, sorted by question, each once.
    pub answers: Vec<(u32, bool)>,
}

/// A direction in which a region reaches beyond another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    /// In this dimension.
    Cell(usize),
    /// Where this question has the other answer than this one.
    Answer(u32, bool),
}

impl Region {
    fn answer(&self, question: u32) -> Option<bool> {
        let found = self.answers.binary_search_by_key(&question, |(known, _)| *known).ok()?;
        self.answers.get(found).map(|(_, answer)| *answer)
    }

    /// What is in both, if anything.
    pub fn and(&self, other: &Self) -> Option<Self> {
        let apart = self.cells.iter().zip(&other.cells).any(|(mine, theirs)| !mine.meets(theirs));
        if apart {
            return None;
        }
        let mut both = self.clone();
        for (mine, theirs) in both.cells.iter_mut().zip(&other.cells) {
            if !theirs.covers(mine) {
                *mine = mine.and(theirs);
            }
        }
        for (question, answer) in &other.answers {
            match self.answer(*question) {
                Some(mine) if mine != *answer => return None,
                Some(_) => {}
                None => both.answers.push((*question, *answer)),
            }
        }
        both.answers.sort_unstable();
        Some(both)
    }

    /// In which directions it reaches beyond `other`: none when it lies inside. `None` when they share nothing.
    fn beyond(&self, other: &Self) -> Option<Vec<Cut>> {
        let mut cuts = Vec::new();
        for (dimension, (mine, theirs)) in self.cells.iter().zip(&other.cells).enumerate() {
            if theirs.covers(mine) {
                continue;
            }
            if !theirs.meets(mine) {
                return None;
            }
            cuts.push(Cut::Cell(dimension));
        }
        for (question, answer) in &other.answers {
            match self.answer(*question) {
                Some(mine) if mine != *answer => return None,
                Some(_) => {}
                None => cuts.push(Cut::Answer(*question, *answer)),
            }
        }
        Some(cuts)
    }

    /// The part of it that lies inside of `other` in this direction, or the part outside. The two make up the whole.
    fn part(&self, cut: Cut, other: &Self, inside: bool) -> Self {
        let mut part = self.clone();
        match cut {
            Cut::Cell(dimension) => {
                let cells = part.cells.get_mut(dimension).zip(other.cells.get(dimension));
                if let Some((mine, theirs)) = cells {
                    *mine = if inside { mine.and(theirs) } else { mine.without(theirs) };
                }
            }
            Cut::Answer(question, answer) => {
                part.answers.push((question, answer == inside));
                part.answers.sort_unstable();
            }
        }
        part
    }
}

/// Whether every packet of `whole` is in one of the regions `by`. `None`: that needs more pieces than the checker tries.
///
/// What is left to cover is a heap of pieces. A region that leaves a piece in one direction only takes away what it has and leaves the
/// piece one piece. When every region leaves it in several directions, the piece is cut in two, in the direction in which most do.
pub fn covered(whole: &Region, by: &[&Region]) -> Option<bool> {
    let mut pieces = vec![whole.clone()];
    let mut budget = PIECES;
    while let Some(piece) = pieces.pop() {
        budget = budget.checked_sub(1)?;
        let Some(piece) = shrunk(piece, by) else { continue };
        let Some((cut, other)) = most_cut(&piece, by) else { return Some(false) };
        pieces.push(piece.part(cut, other, false));
        pieces.push(piece.part(cut, other, true));
    }
    Some(true)
}

/// What is left of a piece when the regions have taken what they can without cutting it in two; `None`: nothing.
fn shrunk(mut piece: Region, by: &[&Region]) -> Option<Region> {
    loop {
        let mut smaller = false;
        for other in by {
            match piece.beyond(other).as_deref() {
                Some([]) => return None,
                Some([cut]) => {
                    piece = piece.part(*cut, other, false);
                    smaller = true;
                }
                Some(_) | None => {}
            }
        }
        if !smaller {
            return Some(piece);
        }
    }
}

/// The direction in which most of the regions that meet the piece are exceeded, with one of them; `None` when none meets it.
fn most_cut<'r>(piece: &Region, by: &[&'r Region]) -> Option<(Cut, &'r Region)> {
    let mut counts: Vec<(Cut, u32, &Region)> = Vec::new();
    for other in by {
        for cut in piece.beyond(other).unwrap_or_default() {
            match counts.iter_mut().find(|(known, ..)| *known == cut) {
                Some((_, count, _)) => *count += 1,
                None => counts.push((cut, 1, other)),
            }
        }
    }
    counts.into_iter().max_by_key(|(_, count, _)| *count).map(|(cut, _, other)| (cut, other))
}
