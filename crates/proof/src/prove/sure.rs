//! Certain differences: those that are there whatever the answer to what is undefined or unreadable in one policy.
//!
//! Such an unknown is a question of its own that the other policy does not ask. Packets differ for certain when they differ with each
//! answer: for all answers to a question `q`, a union of regions `N ∪ T ∪ F` (without an answer to `q`, with yes, with no) has what is
//! in `N ∪ (T ∩ F)`. One question after the other goes, and what is left asks none of them.

use crate::list::Question;
use crate::wide::Wide;

/// How many pairs of regions are looked at.
const PAIRS: usize = 1_000_000;
/// How many regions there may be at a time.
const REGIONS: usize = 20_000;

/// A region in which two policies differ, with the number of the difference that it belongs to.
pub(super) type Part = (usize, Wide);

/// Splits regions of differences into what is certain and what is only possible. Past a limit, what is left is only possible. `alone`
/// says which questions are of one policy only.
pub(super) fn split(parts: Vec<Part>, alone: &dyn Fn(Question) -> bool) -> (Vec<Part>, Vec<Part>) {
    let asks = |part: &Part| part.1.answers.iter().any(|(question, _)| alone(*question));
    let (open, mut certain): (Vec<Part>, Vec<Part>) = parts.into_iter().partition(asks);
    if open.is_empty() {
        return (certain, open);
    }
    let mut questions: Vec<Question> =
        open.iter().flat_map(|(_, wide)| &wide.answers).map(|(question, _)| *question).collect();
    questions.retain(|question| alone(*question));
    questions.sort_unstable();
    questions.dedup();
    let mut left = open.clone();
    let mut looked = 0usize;
    for question in questions {
        left = eliminated(left, question, &mut looked);
    }
    left.retain(|part| !asks(part));
    let mut possible = Vec::new();
    for (number, wide) in open {
        let mut rest = vec![wide];
        for (_, sure) in &left {
            if rest.len() > REGIONS {
                break;
            }
            if rest.iter().any(|piece| piece.and(sure).is_some()) {
                rest = rest.iter().flat_map(|piece| piece.without(sure)).collect();
            }
        }
        possible.extend(rest.into_iter().map(|piece| (number, piece)));
    }
    // What two answers lead to may have been found by way of several pairs.
    for (number, wide) in left {
        let mut rest = vec![wide];
        for (_, known) in &certain {
            if rest.len() > REGIONS {
                break;
            }
            if rest.iter().any(|piece| piece.and(known).is_some()) {
                rest = rest.iter().flat_map(|piece| piece.without(known)).collect();
            }
        }
        certain.extend(rest.into_iter().map(|piece| (number, piece)));
    }
    (certain, possible)
}

/// What is in the union of the regions with either answer to the question. What it takes belongs to the difference that is there when
/// the unknown does not hold: what decides then stands behind it.
fn eliminated(parts: Vec<Part>, question: Question, looked: &mut usize) -> Vec<Part> {
    let (mut none, mut yes, mut no) = (Vec::new(), Vec::new(), Vec::new());
    for (number, mut wide) in parts {
        let found = wide.answers.iter().position(|(known, _)| *known == question);
        match found.map(|at| wide.answers.remove(at).1) {
            None => none.push((number, wide)),
            Some(true) => yes.push((number, wide)),
            Some(false) => no.push((number, wide)),
        }
    }
    for (number, one) in &no {
        for (_, other) in &yes {
            *looked += 1;
            if *looked > PAIRS || none.len() > REGIONS {
                return none;
            }
            none.extend(one.and(other).map(|both| (*number, both)));
        }
    }
    none
}
