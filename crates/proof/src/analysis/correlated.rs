//! Pairs of rules whose order matters.
//!
//! Two rules are **correlated** when they share packets, each matches packets that the other does not, one lets pass what the other
//! stops, and there is a packet that the first one decides and the second one would decide if the first were not there. (Al-Shaer and
//! Hamed name four relations of two rules with a common packet: shadowing, redundancy, generalization, correlation. A rule inside a
//! later, wider one is an exception from it, a generalization: that is how exceptions are written and is not told.)

use std::cmp::Reverse;

use hashbrown::HashMap;
use policy::{By, Verdict};

use super::examine::{Place, Whole};
use super::review::{Idle, Review, RuleAt};
use super::without::{Asked, Means, Rest};
use super::{Piece, Single};
use crate::compare::region;
use crate::cover::{Covered, Covers, cover};
use crate::list::{Entry, List, Point, Region};
use crate::prove::{Witness, at, usual_ports};
use crate::sets::Set;

/// How many pairs are counted.
const PAIRS: u64 = 200_000;
/// How many pairs are kept in mind, those of rules inside others too.
const KNOWN: usize = 1_000_000;
/// How many entries may be looked at to find those that share packets.
const WORK: u64 = 300_000_000;
/// How many shared regions may be looked at.
const LOOKS: u64 = 5_000_000;
/// How many splits it may take to find out whether one rule lies inside another.
const SPLITS_INSIDE: u32 = 1_000;

/// The correlated rules of a policy.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Correlated {
    /// How many pairs there are; when `cut`, at least so many.
    pub pairs: u64,
    /// Whether a limit ended the search.
    pub cut: bool,
    /// Pairs that share packets about which a limit left the question open.
    pub open: u64,
    /// The worst ones: certain before possible, letting pass before stopping, those with more packets first.
    pub worst: Vec<Correlation>,
}

/// Two rules whose order matters.
#[derive(Clone, Debug, PartialEq)]
pub struct Correlation {
    /// The rule that decides, and what.
    pub first: (RuleAt, Verdict),
    /// The one that would, and what.
    pub second: (RuleAt, Verdict),
    /// Whether it takes assumptions about unknowns for the two to share a packet.
    pub possible: bool,
    /// A packet that the first one decides and the second one would.
    pub witness: Witness,
}

/// What is known about a pair.
enum Pair {
    /// One lies inside the other.
    Inside,
    Correlated(Shared),
}

/// Where two rules share packets.
#[derive(Clone, Copy)]
struct Shared {
    possible: bool,
    /// Whether the first one stops.
    stops: bool,
    /// How many packets: the logarithm to the base of 2, each cell's rounded up.
    size: u32,
    piece: u32,
    first: u32,
    second: u32,
}

struct Search<'w, 's, 'p> {
    whole: &'w Whole<'s, 'p>,
    /// Rules that decide nothing, with what decides all their packets.
    shadowed: HashMap<RuleAt, &'w [By]>,
    means: Means,
    looks: u64,
    pairs: HashMap<(RuleAt, RuleAt), Pair>,
    found: Correlated,
}

/// A limit was reached.
struct Cut;

/// Looks for correlated rules, with what is known of each; keeps so many of the worst.
pub(super) fn correlated(whole: &Whole<'_, '_>, review: &Review, keep: usize) -> Correlated {
    let means = Means { work: WORK, ..Means::new() };
    let found = Correlated::default();
    let shadowed = review.idle.iter().filter_map(|(rule, idle)| match idle {
        Idle::Shadowed(by) => Some((*rule, by.as_slice())),
        Idle::Never | Idle::Redundant(_) => None,
    });
    let (shadowed, pairs) = (shadowed.collect(), HashMap::new());
    let mut search = Search { whole, shadowed, means, looks: LOOKS, pairs, found };
    let pieces = (0u32..).zip(&whole.pieces);
    let cut = pieces.into_iter().try_for_each(|(number, piece)| search.piece(number, *piece));
    search.found.cut = cut.is_err();
    search.finish(keep)
}

impl<'s> Search<'_, 's, '_> {
    fn piece(&mut self, piece: u32, (_, found): (&Single<'_>, &'s Piece)) -> Result<(), Cut> {
        let list = &found.list;
        let shadows = found.causes.iter().map(|(by, _)| match by {
            By::Rule(base, number) => self.shadowed.get(&(*base, *number)).copied(),
            _ => None,
        });
        let shadows: Vec<Option<&[By]>> = shadows.collect();
        let shadow = |entry: &Entry| shadows.get(at(entry.origin)).copied().flatten();
        for (number, entry) in (0u32..).zip(&list.entries) {
            // What decides nothing comes before nothing.
            let Some(first) = found.rule(entry).filter(|_| shadow(entry).is_none()) else {
                continue;
            };
            let behind = number + 1..u32::MAX;
            let accepts = found.accepts(entry);
            // Whoever is shadowed by others would not decide without the first one either.
            let mine = By::Rule(first.0, first.1);
            let against = |other: &Entry| {
                found.accepts(other) != accepts && shadow(other).is_none_or(|by| by.contains(&mine))
            };
            let (meets, work) = (found.meets(), &mut self.means.work);
            let met = meets.meeting((list, &entry.region), behind, against, work);
            for second in met.ok_or(Cut)? {
                let Some(other) = list.entries.get(at(second)) else { continue };
                let Some(rule) = found.rule(other).filter(|rule| *rule != first) else { continue };
                self.pair((first, rule), (piece, found), (number, entry), (second, other))?;
            }
        }
        Ok(())
    }

    fn pair(
        &mut self,
        pair: (RuleAt, RuleAt),
        (piece, found): (u32, &'s Piece),
        (first, entry): (u32, &'s Entry),
        (second, other): (u32, &'s Entry),
    ) -> Result<(), Cut> {
        let Some(region) = entry.region.and(&other.region) else { return Ok(()) };
        let possible = !region.answers.is_empty();
        match self.pairs.get(&pair) {
            Some(Pair::Inside) => return Ok(()),
            Some(Pair::Correlated(known)) if possible || !known.possible => return Ok(()),
            Some(Pair::Correlated(_)) | None => {}
        }
        // Most pairs are of an exception and what it is one from: seen at a glance.
        if self.at_a_glance(pair.0, pair.1) || self.at_a_glance(pair.1, pair.0) {
            return Ok(());
        }
        self.looks = self.looks.checked_sub(1).ok_or(Cut)?;
        let asked = Asked { number: first, entry };
        match found.covered((asked, Rest::ALL), &region, second, &mut self.means) {
            Covered::By(_) => return Ok(()),
            Covered::GaveUp => {
                self.found.open += 1;
                return Ok(());
            }
            Covered::Not(_) => {}
        }
        let standing = match (self.inside(pair.0, pair.1), self.inside(pair.1, pair.0)) {
            (Some(false), Some(false)) => {
                let stops = !found.accepts(entry);
                let size = found.size(&region);
                Pair::Correlated(Shared { possible, stops, size, piece, first, second })
            }
            (Some(true), _) | (_, Some(true)) => Pair::Inside,
            _ => {
                self.found.open += 1;
                Pair::Inside
            }
        };
        if matches!(standing, Pair::Correlated(_)) && !self.pairs.contains_key(&pair) {
            self.found.pairs += 1;
        }
        self.pairs.insert(pair, standing);
        let full = self.found.pairs >= PAIRS || self.pairs.len() >= KNOWN;
        if full { Err(Cut) } else { Ok(()) }
    }

    /// Whether each entry of one rule lies inside one of the other's.
    fn at_a_glance(&self, inner: RuleAt, outer: RuleAt) -> bool {
        let outer = self.whole.places(outer);
        self.whole.places(inner).iter().all(|place| {
            let Some((_, _, entry)) = self.whole.entry(*place) else { return false };
            self.of(outer, place.piece).any(|(_, other)| other.region.covers(&entry.region))
        })
    }

    /// Whether all packets of one rule match the other one; `None` when that takes too much.
    fn inside(&self, inner: RuleAt, outer: RuleAt) -> Option<bool> {
        let outer = self.whole.places(outer);
        for place in self.whole.places(inner) {
            let (_, piece, entry) = self.whole.entry(*place)?;
            let numbers = self.of(outer, place.piece).map(|(number, _)| number).collect();
            let mut few = Few { list: &piece.list, numbers };
            let mut splits = SPLITS_INSIDE;
            match cover(&entry.region, &mut few, &mut splits) {
                Covered::By(_) => {}
                Covered::Not(_) => return Some(false),
                Covered::GaveUp => return None,
            }
        }
        Some(true)
    }

    /// The entries of a rule in one piece.
    fn of<'l>(
        &'l self,
        places: &'l [Place],
        piece: u32,
    ) -> impl Iterator<Item = (u32, &'s Entry)> + 'l {
        let from = places.partition_point(|place| place.piece < piece);
        let there = places.iter().skip(from).take_while(move |place| place.piece == piece);
        there.filter_map(|place| Some((place.number, self.whole.entry(*place)?.2)))
    }

    /// The worst, each with a packet.
    fn finish(mut self, keep: usize) -> Correlated {
        let mut all: Vec<((RuleAt, RuleAt), Shared)> = self
            .pairs
            .iter()
            .filter_map(|(pair, known)| match known {
                Pair::Correlated(shared) => Some((*pair, *shared)),
                Pair::Inside => None,
            })
            .collect();
        all.sort_unstable_by(|(pair, one), (other, two)| {
            let rank = |one: &Shared| (one.possible, one.stops, Reverse(one.size));
            rank(one).cmp(&rank(two)).then_with(|| pair.cmp(other))
        });
        all.truncate(keep);
        for (pair, shared) in all {
            let told = self.told(pair, shared);
            self.found.worst.extend(told);
        }
        self.found
    }

    fn told(&mut self, pair: (RuleAt, RuleAt), shared: Shared) -> Option<Correlation> {
        let place = |number| self.whole.entry_at(shared.piece, number);
        let ((single, piece, entry), (.., other)) = (place(shared.first)?, place(shared.second)?);
        let asked = Asked { number: shared.first, entry };
        let region = entry.region.and(&other.region)?;
        let below = shared.second;
        let point =
            usual_ports(&region).into_iter().chain([region]).find_map(|region| {
                match piece.covered((asked, Rest::ALL), &region, below, &mut self.means) {
                    Covered::Not(point) => Some(point),
                    Covered::By(_) | Covered::GaveUp => None,
                }
            })?;
        Some(Correlation {
            first: (pair.0, piece.verdict(entry)?),
            second: (pair.1, piece.verdict(other)?),
            possible: shared.possible,
            witness: single.witness(piece, &point)?,
        })
    }
}

/// A few entries of a list.
struct Few<'l> {
    list: &'l List,
    numbers: Vec<u32>,
}

impl Covers for Few<'_> {
    fn region(&self, number: u32) -> &Region {
        region(self.list, number)
    }

    fn containing(&mut self, point: &Point) -> Option<u32> {
        self.numbers.iter().copied().find(|number| self.region(*number).contains(point))
    }
}

impl Piece {
    fn verdict(&self, entry: &Entry) -> Option<Verdict> {
        self.causes.get(at(entry.origin)).map(|cause| cause.1)
    }

    pub(super) fn accepts(&self, entry: &Entry) -> bool {
        self.verdict(entry) == Some(Verdict::Accept)
    }

    /// How many packets a region has: the logarithm to the base of 2, each cell's rounded up.
    fn size(&self, region: &Region) -> u32 {
        let wide = self.numbering.wide(region);
        let bits = |count: u128| u128::BITS - count.leading_zeros();
        let addresses = |set: &Set<u128>| {
            let counts = set.ranges().iter().map(|(first, last)| last - first);
            bits(counts.fold(0, |sum: u128, count| sum.saturating_add(count).saturating_add(1)))
        };
        let small = |set: &Set| bits(u128::from(set.count()));
        addresses(&wide.source)
            + addresses(&wide.destination)
            + small(&wide.service)
            + small(&wide.client)
    }
}
