//! Everything that is asked about the rules of one policy, from one writing out of it.

use std::borrow::Cow;

use policy::{By, Family, Policy};

use super::review::{Review, RuleAt};
use super::without::Means;
use super::{Piece, Query, Single};
use crate::list::Entry;
use crate::prove::at;

/// Looks for rules that decide nothing of their own.
pub fn review(policy: &Policy) -> Review {
    // A rule that accepts in one stage does not show in the end when a later stage decides: each stage is looked at on its own.
    let stages: Vec<Cow<'_, Policy>> = match policy.filter.as_slice() {
        [] | [_] => vec![Cow::Borrowed(policy)],
        several => several
            .iter()
            .map(|stage| Cow::Owned(Policy { filter: vec![stage.clone()], ..policy.clone() }))
            .collect(),
    };
    let mut review = Review::default();
    let mut singles = Vec::new();
    for policy in &stages {
        for family in [Family::V4, Family::V6] {
            match Single::new(policy, family, &Query::everything()) {
                Ok(single) => singles.push(single),
                Err(exceeded) => review.exceeded.push(exceeded),
            }
        }
    }
    if !review.exceeded.is_empty() {
        return review;
    }
    Whole::new(policy, &singles).review(&mut Means::new())
}

/// A policy written out for both families, stage by stage.
pub(super) struct Whole<'s, 'p> {
    pub(super) policy: &'p Policy,
    pub(super) pieces: Vec<(&'s Single<'s>, &'s Piece)>,
    /// Where the entries of rules are, by rule.
    places: Vec<Place>,
}

/// Where an entry of a rule is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    rule: RuleAt,
    pub(super) piece: u32,
    pub(super) number: u32,
}

impl<'s, 'p> Whole<'s, 'p> {
    fn new(policy: &'p Policy, singles: &'s [Single<'s>]) -> Self {
        let pieces: Vec<_> = singles
            .iter()
            .flat_map(|single| single.pieces.iter().map(move |piece| (single, piece)))
            .collect();
        let mut places = Vec::new();
        for (piece, (_, found)) in (0u32..).zip(&pieces) {
            let entries = (0u32..).zip(&found.list.entries);
            places.extend(entries.filter_map(|(number, entry)| {
                Some(Place { rule: found.rule(entry)?, piece, number })
            }));
        }
        places.sort_unstable();
        Self { policy, pieces, places }
    }

    /// Where the entries of a rule are.
    pub(super) fn places(&self, rule: RuleAt) -> &[Place] {
        let from = self.places.partition_point(|place| place.rule < rule);
        let to = self.places.partition_point(|place| place.rule <= rule);
        self.places.get(from..to).unwrap_or(&[])
    }

    /// The piece and the entry at a place.
    pub(super) fn entry(&self, place: Place) -> Option<(&'s Single<'s>, &'s Piece, &'s Entry)> {
        let (single, piece) = *self.pieces.get(at(place.piece))?;
        Some((single, piece, piece.list.entries.get(at(place.number))?))
    }
}

impl Piece {
    /// The rule that an entry is part of.
    pub(super) fn rule(&self, entry: &Entry) -> Option<RuleAt> {
        match self.causes.get(at(entry.origin))?.0 {
            By::Rule(base, number) => Some((base, number)),
            _ => None,
        }
    }
}
