//! Everything that is asked about the rules of one policy, from one writing out of it.

use std::borrow::Cow;

use policy::{By, Family, Policy};

use super::correlated::{Correlated, correlated};
use super::removable::{Removable, removable};
use super::review::{Review, RuleAt};
use super::without::Means;
use super::{Piece, Query, Single};
use crate::list::Entry;
use crate::prove::at;

/// What to look for besides rules that decide nothing of their own.
#[derive(Clone, Copy, Default)]
pub struct Wanted<'w> {
    /// How many pairs of rules to keep whose order matters; `None` does not look for them.
    pub correlated: Option<usize>,
    /// Which rules may be proposed to be removed; `None` does not look for them.
    pub removable: Option<&'w dyn Fn(RuleAt) -> bool>,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Examined {
    /// Rules that decide nothing of their own.
    pub review: Review,
    /// Pairs of rules whose order matters, if they were looked for and nothing was exceeded before.
    pub correlated: Option<Correlated>,
    /// Rules that can go together, if they were looked for and nothing was exceeded before.
    pub removable: Option<Removable>,
}

/// Looks for rules that decide nothing of their own.
pub fn review(policy: &Policy) -> Review {
    examine(policy, Wanted::default()).review
}

/// Looks at the rules of a policy.
pub fn examine(policy: &Policy, wanted: Wanted<'_>) -> Examined {
    // A rule that accepts in one stage does not show in the end when a later stage decides: each stage is looked at on its own.
    let stages: Vec<Cow<'_, Policy>> = match policy.filter.as_slice() {
        [] | [_] => vec![Cow::Borrowed(policy)],
        several => several
            .iter()
            .map(|stage| Cow::Owned(Policy { filter: vec![stage.clone()], ..policy.clone() }))
            .collect(),
    };
    let mut examined = Examined::default();
    let mut singles = Vec::new();
    for policy in &stages {
        for family in [Family::V4, Family::V6] {
            match Single::new(policy, family, &Query::everything()) {
                Ok(single) => singles.push(single),
                Err(exceeded) => examined.review.exceeded.push(exceeded),
            }
        }
    }
    if !examined.review.exceeded.is_empty() {
        return examined;
    }
    let whole = Whole::new(policy, &singles);
    let mut means = Means::new();
    let mut witnesses = Vec::new();
    examined.review = whole.review(&mut means, &mut witnesses);
    examined.correlated = wanted.correlated.map(|keep| correlated(&whole, &examined.review, keep));
    let chosen =
        wanted.removable.map(|may| whole.removable(&examined.review, witnesses, may, &mut means));
    drop(whole);
    drop(singles);
    examined.removable = chosen.map(|chosen| removable(policy, chosen));
    examined
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

    /// An entry with its piece, by numbers.
    pub(super) fn entry_at(
        &self,
        piece: u32,
        number: u32,
    ) -> Option<(&'s Single<'s>, &'s Piece, &'s Entry)> {
        let (single, piece) = *self.pieces.get(at(piece))?;
        Some((single, piece, piece.list.entries.get(at(number))?))
    }

    /// The piece and the entry at a place.
    pub(super) fn entry(&self, place: Place) -> Option<(&'s Single<'s>, &'s Piece, &'s Entry)> {
        self.entry_at(place.piece, place.number)
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
