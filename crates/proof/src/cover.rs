//! Whether a region is covered by a union of others, found lazily.
//!
//! Regions to cover with are discovered one by one: whenever nothing known meets what is left, one of its points is looked up. A
//! region that leaves a single direction open shrinks what is left without splitting it; only when every known region leaves two or
//! more is it split, in the direction that most of them leave open.

use crate::list::{Point, Question, Region};

/// Where regions to cover with come from.
pub trait Covers {
    /// The region with this number.
    fn region(&self, number: u32) -> &Region;

    /// Some region that contains the point; the one wanted most, if there are several.
    fn containing(&mut self, point: &Point) -> Option<u32>;
}

/// What became of a region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Covered {
    /// These cover it.
    By(Vec<u32>),
    /// This point of it is in none of the regions.
    Not(Point),
    /// More splits were needed than allowed.
    GaveUp,
}

/// Covers `region`, with at most `splits` splits.
pub fn cover(region: &Region, covers: &mut dyn Covers, splits: &mut u32) -> Covered {
    let mut known: Vec<u32> = Vec::new();
    let mut open: Vec<Region> = vec![region.clone()];
    while let Some(rest) = open.pop() {
        let Some(rest) = shrink(rest, &known, covers) else { continue };
        let Some((cut, by)) = most_cut(&rest, &known, covers) else {
            let point = rest.point();
            match covers.containing(&point) {
                Some(found) => {
                    known.push(found);
                    open.push(rest);
                }
                None => return Covered::Not(point),
            }
            continue;
        };
        match splits.checked_sub(1) {
            Some(left) => *splits = left,
            None => return Covered::GaveUp,
        }
        let by = covers.region(by);
        open.extend(outside(&rest, cut, by));
        open.extend(inside(rest, cut, by));
    }
    Covered::By(known)
}

/// A direction in which one region may reach beyond another: one of its cells, or a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    Cell(usize),
    Question(Question),
}

/// In how many directions `region` reaches beyond `by`.
enum Beyond {
    /// They share nothing.
    Apart,
    /// In none: it is covered.
    Nowhere,
    /// In this one only.
    Once(Cut),
    /// In several.
    Often,
}

fn beyond(region: &Region, by: &Region) -> Beyond {
    let mut found = Beyond::Nowhere;
    for (dimension, (mine, theirs)) in region.cells.iter().zip(&by.cells).enumerate() {
        if theirs.covers(mine) {
            continue;
        }
        if !theirs.meets(mine) {
            return Beyond::Apart;
        }
        found = again(found, Cut::Cell(dimension));
    }
    for (question, answer) in &by.answers {
        match answer_of(region, *question) {
            Some(mine) if mine == *answer => {}
            Some(_) => return Beyond::Apart,
            None => found = again(found, Cut::Question(*question)),
        }
    }
    found
}

fn again(before: Beyond, cut: Cut) -> Beyond {
    match before {
        Beyond::Nowhere => Beyond::Once(cut),
        Beyond::Apart | Beyond::Once(_) | Beyond::Often => Beyond::Often,
    }
}

fn answer_of(region: &Region, question: Question) -> Option<bool> {
    let at = region.answers.binary_search_by_key(&question, |answer| answer.0).ok()?;
    region.answers.get(at).map(|answer| answer.1)
}

/// Takes away what single known regions take away without splitting; `None` when nothing is left.
fn shrink(mut rest: Region, known: &[u32], covers: &dyn Covers) -> Option<Region> {
    loop {
        let mut changed = false;
        for number in known.iter().rev() {
            let by = covers.region(*number);
            match beyond(&rest, by) {
                Beyond::Apart | Beyond::Often => {}
                Beyond::Nowhere => return None,
                Beyond::Once(cut) => {
                    rest = outside(&rest, cut, by)?;
                    changed = true;
                }
            }
        }
        if !changed {
            return Some(rest);
        }
    }
}

/// The part of the region that lies outside `by` in this direction.
fn outside(region: &Region, cut: Cut, by: &Region) -> Option<Region> {
    let mut left = region.clone();
    match cut {
        Cut::Cell(dimension) => {
            let (mine, theirs) = (left.cells.get_mut(dimension)?, by.cells.get(dimension)?);
            *mine = mine.without(theirs);
            if mine.is_empty() {
                return None;
            }
        }
        Cut::Question(question) => {
            let answer = answer_of(by, question)?;
            answer_with(&mut left, question, !answer)?;
        }
    }
    Some(left)
}

/// The part of the region that lies inside `by` in this direction.
fn inside(mut region: Region, cut: Cut, by: &Region) -> Option<Region> {
    match cut {
        Cut::Cell(dimension) => {
            let (mine, theirs) = (region.cells.get_mut(dimension)?, by.cells.get(dimension)?);
            *mine = mine.and(theirs);
            if mine.is_empty() {
                return None;
            }
        }
        Cut::Question(question) => {
            let answer = answer_of(by, question)?;
            answer_with(&mut region, question, answer)?;
        }
    }
    Some(region)
}

/// Adds an answer; `None` when the other one is already there.
fn answer_with(region: &mut Region, question: Question, answer: bool) -> Option<()> {
    match region.answers.binary_search_by_key(&question, |known| known.0) {
        Ok(at) => (region.answers.get(at)?.1 == answer).then_some(()),
        Err(at) => {
            region.answers.insert(at, (question, answer));
            Some(())
        }
    }
}

/// The direction in which most known regions are exceeded, and one of them. `None` when no known region meets the region.
fn most_cut(rest: &Region, known: &[u32], covers: &dyn Covers) -> Option<(Cut, u32)> {
    let mut counts: Vec<(Cut, u32, u32)> = Vec::new();
    for number in known {
        let by = covers.region(*number);
        for cut in cuts(rest, by) {
            match counts.iter_mut().find(|(known, ..)| *known == cut) {
                Some((_, count, _)) => *count += 1,
                None => counts.push((cut, 1, *number)),
            }
        }
    }
    counts.into_iter().max_by_key(|(_, count, _)| *count).map(|(cut, _, by)| (cut, by))
}

/// All directions in which the region reaches beyond `by`; none when they do not meet.
fn cuts(region: &Region, by: &Region) -> Vec<Cut> {
    let mut found = Vec::new();
    for (dimension, (mine, theirs)) in region.cells.iter().zip(&by.cells).enumerate() {
        if theirs.covers(mine) {
            continue;
        }
        if !theirs.meets(mine) {
            return Vec::new();
        }
        found.push(Cut::Cell(dimension));
    }
    for (question, answer) in &by.answers {
        match answer_of(region, *question) {
            Some(mine) if mine == *answer => {}
            Some(_) => return Vec::new(),
            None => found.push(Cut::Question(*question)),
        }
    }
    found
}

/// What is left of `region` after all `taken` are taken away: disjoint regions, at most `limit` of them (`None` when there are more).
pub fn remainder(region: &Region, taken: &[&Region], limit: usize) -> Option<Vec<Region>> {
    let mut left = vec![region.clone()];
    for by in taken {
        let mut next = Vec::with_capacity(left.len());
        for part in left {
            if !part.meets(by) {
                next.push(part);
                continue;
            }
            let mut part = Some(part);
            while let Some(rest) = part.take() {
                let Some(cut) = cuts(&rest, by).into_iter().next() else { break };
                next.extend(outside(&rest, cut, by));
                part = inside(rest, cut, by);
            }
            if next.len() > limit {
                return None;
            }
        }
        left = next;
    }
    Some(left)
}
