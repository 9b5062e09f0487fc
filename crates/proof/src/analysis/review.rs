//! Rules that decide nothing of their own.

use policy::{Action, By, RulebaseId};

use super::Piece;
use super::examine::{Place, Whole};
use super::without::{Asked, Means, Rest, Without};
use crate::cover::Covered;
use crate::list::Point;
use crate::prove::at;
use crate::wide::Exceeded;

/// A rule, by rulebase and index.
pub type RuleAt = (RulebaseId, u32);

/// What a rule does not do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Idle {
    /// Nothing at all matches it: a cell is empty, or no packet reaches its layer.
    Never,
    /// Everything it matches is decided by these rules (or NAT, routes, defaults) before it.
    Shadowed(Vec<By>),
    /// Without it the same would happen to every packet: these rules, before or behind it, do the same.
    Redundant(Vec<By>),
}

/// What is known about the rules of one policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Review {
    /// Enabled rules that decide nothing of their own, in order.
    pub idle: Vec<(RuleAt, Idle)>,
    /// Rules about which a limit left the question open.
    pub open: Vec<RuleAt>,
    /// What could not be looked at, and why.
    pub exceeded: Vec<Exceeded>,
}

/// Why a rule cannot go: a packet of this entry would fare otherwise.
pub(super) struct Needed {
    pub(super) rule: RuleAt,
    pub(super) place: Place,
    pub(super) point: Point,
}

/// What was found about one rule, over all its entries.
#[derive(Default)]
struct Found {
    /// It decides some packet.
    decides: bool,
    /// Some packet would fare otherwise without it.
    needed: Option<(Place, Point)>,
    open: bool,
    by: Vec<By>,
}

impl Whole<'_, '_> {
    /// Looks for rules that decide nothing of their own; keeps a packet of each that is needed.
    pub(super) fn review(&self, means: &mut Means, needed: &mut Vec<Needed>) -> Review {
        let mut review = Review::default();
        for (base, rulebase) in (0u32..).map(RulebaseId).zip(&self.policy.rulebases) {
            for (number, rule) in (0u32..).zip(&rulebase.rules) {
                if !rule.enabled || !matches!(rule.action, Action::Decide(_)) {
                    continue;
                }
                let (at, places) = ((base, number), self.places((base, number)));
                if places.is_empty() {
                    review.idle.push((at, Idle::Never));
                    continue;
                }
                match self.look(places, means) {
                    Found { open: true, .. } => review.open.push(at),
                    Found { decides: false, by, .. } => review.idle.push((at, Idle::Shadowed(by))),
                    Found { needed: Some((place, point)), .. } => {
                        needed.push(Needed { rule: at, place, point });
                    }
                    Found { by, .. } => review.idle.push((at, Idle::Redundant(by))),
                }
            }
        }
        review
    }

    /// Looks at the entries of one rule.
    fn look(&self, places: &[Place], means: &mut Means) -> Found {
        let mut found = Found::default();
        for place in places {
            if found.open || found.decides && found.needed.is_some() {
                break;
            }
            let Some((_, piece, entry)) = self.entry(*place) else { continue };
            piece.look(Asked { number: place.number, entry }, *place, &mut found, means);
        }
        found.by.sort_unstable_by_key(order);
        found.by.dedup();
        found
    }
}

/// Rules in their order, then what is no rule.
pub(super) fn order(by: &By) -> (u8, u32, u32) {
    match by {
        By::Rule(base, number) => (0, base.0, *number),
        By::Default(base) => (1, base.0, 0),
        By::NoRoute => (2, 0, 0),
        By::NotGuarded => (3, 0, 0),
        By::Bypass => (4, 0, 0),
        By::NoFilter => (5, 0, 0),
    }
}

impl Piece {
    fn look(&self, asked: Asked<'_>, place: Place, found: &mut Found, means: &mut Means) {
        if !found.decides {
            let all = &asked.entry.region;
            match self.covered((asked, Rest::ALL), all, asked.number, means) {
                // Whoever is before it decides everything: what is behind it does not matter.
                Covered::By(used) => return self.blame(&used, found),
                Covered::Not(_) => found.decides = true,
                Covered::GaveUp => {
                    found.open = true;
                    return;
                }
            }
        }
        if found.needed.is_none() {
            match self.without(asked, Rest::ALL, means) {
                Without::Same(used) => self.blame(&used, found),
                Without::Other(point) => found.needed = Some((place, point)),
                Without::Open => found.open = true,
            }
        }
    }

    fn blame(&self, used: &[u32], found: &mut Found) {
        let entries = used.iter().filter_map(|number| self.list.entries.get(at(*number)));
        let causes = entries.filter_map(|entry| self.causes.get(at(entry.origin)));
        found.by.extend(causes.map(|cause| cause.0));
    }
}
