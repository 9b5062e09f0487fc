//! Ordered lists of boxes with labels: what the engine compares.

use crate::sets::Set;

/// How many dimensions a box has cells in.
pub const DIMENSIONS: usize = 6;

/// The number of a question that has two answers (an unknown predicate about one end of a packet).
pub type Question = u32;

/// A set of packets: a product of cells, and answers that must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// One set for each dimension; none is empty.
    pub cells: [Set; DIMENSIONS],
    /// Questions with the answers that must hold, sorted, each once.
    pub answers: Vec<(Question, bool)>,
}

/// A packet: a number in each dimension. Questions that are not answered may have either answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// One number for each dimension.
    pub at: [u32; DIMENSIONS],
    /// Answers; what is not here is taken as `false`.
    pub answers: Vec<(Question, bool)>,
}

/// One entry of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it matches.
    pub region: Region,
    /// What happens to it.
    pub label: u32,
    /// Which rule it is part of, for people.
    pub origin: u32,
}

/// An ordered list: the first entry that contains a packet labels it. The last one contains every packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// In order.
    pub entries: Vec<Entry>,
}

impl Region {
    /// Whether the two share a packet.
    pub fn meets(&self, other: &Self) -> bool {
        agree(&self.answers, &other.answers)
            && self.cells.iter().zip(&other.cells).all(|(mine, theirs)| mine.meets(theirs))
    }

    /// Whether every packet of `other` is in it.
    pub fn covers(&self, other: &Self) -> bool {
        self.answers.iter().all(|answer| other.answers.contains(answer))
            && self.cells.iter().zip(&other.cells).all(|(mine, theirs)| mine.covers(theirs))
    }

    /// What is in both, if anything.
    pub fn and(&self, other: &Self) -> Option<Self> {
        if !agree(&self.answers, &other.answers) {
            return None;
        }
        let mut cells = self.cells.clone();
        for (mine, theirs) in cells.iter_mut().zip(&other.cells) {
            if !theirs.covers(mine) {
                *mine = mine.and(theirs);
                if mine.is_empty() {
                    return None;
                }
            }
        }
        let mut answers = self.answers.clone();
        answers.extend(&other.answers);
        answers.sort_unstable();
        answers.dedup();
        Some(Self { cells, answers })
    }

    /// Whether the packet is in it.
    pub fn contains(&self, point: &Point) -> bool {
        self.cells.iter().zip(&point.at).all(|(cell, at)| cell.contains(*at))
            && self.answers.iter().all(|answer| point.answer(answer.0) == answer.1)
    }

    /// Its first packet.
    pub fn point(&self) -> Point {
        let mut at = [0; DIMENSIONS];
        for (at, cell) in at.iter_mut().zip(&self.cells) {
            *at = cell.first().unwrap_or(0);
        }
        Point { at, answers: self.answers.clone() }
    }
}

impl Point {
    /// The packet as a region of its own: what is not answered is answered with no only where it is asked.
    pub(crate) fn region(&self) -> Region {
        Region { cells: self.at.map(Set::one), answers: self.answers.clone() }
    }

    /// The answer to a question here.
    pub fn answer(&self, question: Question) -> bool {
        let found = self.answers.binary_search_by_key(&question, |answer| answer.0);
        found.is_ok_and(|at| self.answers.get(at).is_some_and(|answer| answer.1))
    }
}

impl List {
    /// The first entry that contains the packet: the definition of a list's meaning.
    pub fn first(&self, point: &Point) -> Option<(usize, &Entry)> {
        self.entries.iter().enumerate().find(|(_, entry)| entry.region.contains(point))
    }
}

/// Whether no question has two answers.
fn agree(mine: &[(Question, bool)], theirs: &[(Question, bool)]) -> bool {
    if mine.is_empty() || theirs.is_empty() {
        return true;
    }
    mine.iter().all(|(question, answer)| {
        let found = theirs.binary_search_by_key(question, |answer| answer.0);
        found.map_or(true, |at| theirs.get(at).is_some_and(|theirs| theirs.1 == *answer))
    })
}
