//! Rules that decide nothing of their own.

use std::borrow::Cow;

use hashbrown::HashMap;
use policy::{Action, By, Family, Policy, RulebaseId};

use super::{Around, PARTS, Piece, Query, SPLITS, Single};
use crate::cover::{Covered, cover, remainder};
use crate::index::Scratch;
use crate::list::{Entry, Region};
use crate::prove::at;
use crate::wide::Exceeded;

/// How many entries may be looked at to tell which rules are redundant; beyond it they are left open.
const WORK: u64 = 1_000_000_000;
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

/// Looks for rules that decide nothing of their own.
pub fn review(policy: &Policy) -> Review {
    let mut review = Review::default();
    let mut rules: HashMap<RuleAt, Found> = HashMap::new();
    // A rule that accepts in one stage does not show in the end when a later stage decides: each stage is looked at on its own.
    let stages: Vec<Cow<'_, Policy>> = match policy.filter.as_slice() {
        [] | [_] => vec![Cow::Borrowed(policy)],
        several => several
            .iter()
            .map(|stage| Cow::Owned(Policy { filter: vec![stage.clone()], ..policy.clone() }))
            .collect(),
    };
    for policy in &stages {
        for family in [Family::V4, Family::V6] {
            match Single::new(policy, family, &Query::everything()) {
                Ok(single) => single.review(&mut rules),
                Err(exceeded) => review.exceeded.push(exceeded),
            }
        }
    }
    if !review.exceeded.is_empty() {
        return review;
    }
    for (base, rulebase) in (0u32..).map(RulebaseId).zip(&policy.rulebases) {
        for (number, rule) in (0u32..).zip(&rulebase.rules) {
            if !rule.enabled || !matches!(rule.action, Action::Decide(_)) {
                continue;
            }
            let Some(found) = rules.remove(&(base, number)) else {
                review.idle.push(((base, number), Idle::Never));
                continue;
            };
            match found {
                Found { open: true, .. } => review.open.push((base, number)),
                Found { decides: true, needed: true, .. } => {}
                Found { decides: false, by, .. } => {
                    review.idle.push(((base, number), Idle::Shadowed(by.into_iter().collect())));
                }
                Found { by, .. } => {
                    review.idle.push(((base, number), Idle::Redundant(by.into_iter().collect())));
                }
            }
        }
    }
    review
}

/// What was found about one rule, over all its entries.
#[derive(Default)]
struct Found {
    /// It decides some packet.
    decides: bool,
    /// Some packet would fare otherwise without it.
    needed: bool,
    open: bool,
    by: Vec<By>,
}

impl Single<'_> {
    fn review(&self, rules: &mut HashMap<RuleAt, Found>) {
        let mut scratch = Scratch::default();
        let mut work = WORK;
        for piece in &self.pieces {
            for (number, entry) in (0u32..).zip(&piece.list.entries) {
                let Some((By::Rule(base, rule), _)) = piece.causes.get(at(entry.origin)) else {
                    continue;
                };
                let found = rules.entry((*base, *rule)).or_default();
                if found.decides && found.needed || found.open {
                    continue;
                }
                piece.look((number, entry), found, (&mut scratch, &mut work));
            }
        }
        for found in rules.values_mut() {
            found.by.sort_unstable_by_key(order);
            found.by.dedup();
        }
    }
}

/// Rules in their order, then what is no rule.
fn order(by: &By) -> (u8, u32, u32) {
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
    fn look(
        &self,
        (number, entry): (u32, &Entry),
        found: &mut Found,
        (scratch, work): (&mut Scratch, &mut u64),
    ) {
        for later in [false, true] {
            if (later && found.needed) || (!later && found.decides) {
                continue;
            }
            let (origin, label) = (entry.origin, entry.label);
            let mut around =
                Around { piece: self, number, origin, label, later, scratch: &mut *scratch };
            let mut splits = SPLITS;
            match cover(&entry.region, &mut around, &mut splits) {
                Covered::By(used) => {
                    if later {
                        match self.same_behind((number, entry), &used, work) {
                            Some(true) => {}
                            Some(false) => {
                                found.needed = true;
                                return;
                            }
                            None => {
                                found.open = true;
                                return;
                            }
                        }
                    }
                    found.by.extend(used.iter().filter_map(|used| self.cause(*used)));
                    if !later {
                        // Whoever is before it decides everything: what is behind it does not matter.
                        return;
                    }
                }
                Covered::Not(_) if later => found.needed = true,
                Covered::Not(_) => found.decides = true,
                Covered::GaveUp => {
                    found.open = true;
                    return;
                }
            }
        }
    }

    fn cause(&self, number: u32) -> Option<By> {
        let entry = self.list.entries.get(at(number))?;
        self.causes.get(at(entry.origin)).map(|cause| cause.0)
    }

    /// Whether everything of the entry that only entries behind it cover fares the same there: no entry with another label between
    /// it and the last one used takes some of it first.
    fn same_behind(
        &self,
        (number, entry): (u32, &Entry),
        used: &[u32],
        work: &mut u64,
    ) -> Option<bool> {
        let last = used.iter().copied().max().unwrap_or(0);
        let between =
            (0u32..).zip(&self.list.entries).skip(at(number) + 1).take_while(|(n, _)| *n < last);
        let others =
            between.filter(|(_, other)| other.origin != entry.origin && other.label != entry.label);
        *work = work.checked_sub(u64::from(last.saturating_sub(number)) + u64::from(number))?;
        let earlier: Vec<&Region> = self
            .list
            .entries
            .iter()
            .take(at(number))
            .filter(|other| other.origin != entry.origin && other.region.meets(&entry.region))
            .map(|other| &other.region)
            .collect();
        for (at_other, other) in others {
            let Some(shared) = entry.region.and(&other.region) else { continue };
            let mut taken = earlier.clone();
            let same = (0u32..).zip(&self.list.entries).skip(at(number) + 1);
            let same = same.take_while(|(n, _)| *n < at_other);
            taken.extend(
                same.filter(|(_, same)| same.origin != entry.origin).map(|(_, same)| &same.region),
            );
            *work = work.checked_sub(u64::from(at_other))?;
            let left = remainder(&shared, &taken, PARTS)?;
            if !left.is_empty() {
                return Some(false);
            }
        }
        Some(true)
    }
}
