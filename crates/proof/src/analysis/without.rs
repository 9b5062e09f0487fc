//! What becomes of the packets of an entry when its rule is not there.

use super::meets::Meets;
use super::{Piece, SPLITS};
use crate::compare::region;
use crate::cover::{Covered, Covers, cover};
use crate::index::Scratch;
use crate::list::{Entry, Point, Region};
use crate::prove::at;

/// How many entries may be looked at to find what stands in between; beyond it questions stay open.
pub(super) const WORK: u64 = 1_000_000_000;

/// What is used again from question to question, and how much is left to be spent.
pub(super) struct Means {
    pub(super) scratch: Scratch,
    pub(super) work: u64,
}

impl Means {
    pub(super) fn new() -> Self {
        Self { scratch: Scratch::default(), work: WORK }
    }
}

/// Which entries count as not there, and what makes two entries alike.
#[derive(Clone, Copy)]
pub(super) struct Rest<'r> {
    /// By origin: rules that are gone already; those beyond its end are there.
    pub(super) gone: &'r [bool],
    /// By origin: what must be equal besides the label.
    pub(super) alike: &'r [u32],
    /// Whether entries of the rule itself count as well.
    pub(super) own: bool,
}

impl Rest<'_> {
    /// Everything is there, and only labels count.
    pub(super) const ALL: Rest<'static> = Rest { gone: &[], alike: &[], own: false };

    pub(super) fn there(&self, entry: &Entry) -> bool {
        self.gone.get(at(entry.origin)) != Some(&true)
    }

    pub(super) fn same(&self, one: &Entry, other: &Entry) -> bool {
        one.label == other.label
            && self.alike.get(at(one.origin)) == self.alike.get(at(other.origin))
    }
}

/// What becomes of an entry's packets without its rule.
pub(super) enum Without {
    /// The same: these entries do it.
    Same(Vec<u32>),
    /// Something else, for instance to this one.
    Other(Point),
    /// That is open: a limit was reached.
    Open,
}

/// One entry in its list.
#[derive(Clone, Copy)]
pub(super) struct Asked<'p> {
    pub(super) number: u32,
    pub(super) entry: &'p Entry,
}

/// Entries of other rules that may cover: those below a limit, or, without one, whatever comes first and does the same.
struct Others<'p> {
    piece: &'p Piece,
    asked: Asked<'p>,
    rest: Rest<'p>,
    below: Option<u32>,
    scratch: &'p mut Scratch,
}

impl Covers for Others<'_> {
    fn region(&self, number: u32) -> &Region {
        region(&self.piece.list, number)
    }

    fn containing(&mut self, point: &Point) -> Option<u32> {
        let Self { piece, asked, rest, .. } = *self;
        let wanted =
            |entry: &Entry| (rest.own || entry.origin != asked.entry.origin) && rest.there(entry);
        let limit = self.below.unwrap_or(u32::MAX);
        let found = piece.index.first(&piece.list, point, limit, wanted, self.scratch)?;
        let decides = || piece.list.entries.get(at(found));
        let good = self.below.is_some()
            || found < asked.number
            || decides().is_some_and(|entry| rest.same(entry, asked.entry));
        good.then_some(found)
    }
}

impl Piece {
    pub(super) fn meets(&self) -> &Meets {
        self.meets.get_or_init(|| Meets::new(&self.list))
    }

    /// Whether entries before it cover the entry asked about, those of its own rule too.
    pub(super) fn before(&self, asked: Asked<'_>, means: &mut Means) -> Covered {
        let scratch = &mut means.scratch;
        let any = Rest { own: true, ..Rest::ALL };
        let mut others =
            Others { piece: self, asked, rest: any, below: Some(asked.number), scratch };
        let mut splits = SPLITS;
        cover(&asked.entry.region, &mut others, &mut splits)
    }

    /// Whether entries of other rules before `below` cover a region of the entry asked about.
    pub(super) fn covered(
        &self,
        (asked, rest): (Asked<'_>, Rest<'_>),
        region: &Region,
        below: u32,
        means: &mut Means,
    ) -> Covered {
        let scratch = &mut means.scratch;
        let mut others = Others { piece: self, asked, rest, below: Some(below), scratch };
        let mut splits = SPLITS;
        cover(region, &mut others, &mut splits)
    }

    /// What becomes of the packets of an entry without its rule and those that are gone.
    pub(super) fn without(&self, asked: Asked<'_>, rest: Rest<'_>, means: &mut Means) -> Without {
        let scratch = &mut means.scratch;
        let mut others = Others { piece: self, asked, rest, below: None, scratch };
        let mut splits = SPLITS;
        match cover(&asked.entry.region, &mut others, &mut splits) {
            Covered::Not(point) => Without::Other(point),
            Covered::GaveUp => Without::Open,
            Covered::By(used) => match self.between(asked, rest, &used, means) {
                Covered::Not(point) => Without::Other(point),
                Covered::GaveUp => Without::Open,
                Covered::By(_) => Without::Same(used),
            },
        }
    }

    /// Whether the entries that do something else, between the entry and the last one used behind it, leave its packets alone: what
    /// they share with it must all be taken before them. A packet that is not.
    fn between(
        &self,
        asked: Asked<'_>,
        rest: Rest<'_>,
        used: &[u32],
        means: &mut Means,
    ) -> Covered {
        let (start, last) = (asked.number + 1, used.iter().copied().max().unwrap_or(0));
        if last <= start {
            return Covered::By(Vec::new());
        }
        let (list, region) = (&self.list, &asked.entry.region);
        let otherwise = |other: &Entry| {
            let mine = other.origin == asked.entry.origin || !rest.there(other);
            !mine && !rest.same(other, asked.entry)
        };
        let meets = self.meets();
        let met = meets.meeting((list, region), start..last, otherwise, &mut means.work);
        let Some(met) = met else { return Covered::GaveUp };
        for number in met {
            let Some(other) = list.entries.get(at(number)) else { continue };
            let Some(shared) = region.and(&other.region) else { continue };
            match self.covered((asked, rest), &shared, number, means) {
                Covered::By(_) => {}
                open => return open,
            }
        }
        Covered::By(Vec::new())
    }
}
