//! One policy on its own: which rules never decide, which could go, and what may pass.

use std::borrow::Cow;

use hashbrown::{HashMap, HashSet};
use policy::{
    Action, AddressTarget, Addresses, By, Family, InterfaceId, NatId, Packet, Policy, PortTarget,
    RulebaseId, Services, Verdict, ZoneId, Zones,
};

use crate::cover::{Covered, Covers, cover, remainder};
use crate::flatten::{Flat, Flattening};
use crate::index::{Index, Scratch};
use crate::list::{Entry, List, Point, Region};
use crate::meaning::{Meaning, Party, Side, Slice};
use crate::numbering::{Labelled, Numbering};
use crate::prove::{Witness, at, packet_at};
use crate::questions::Questions;
use crate::routes::Ways;
use crate::sets::Set;
use crate::translation::{destination_parts, without};
use crate::wide::{Exceeded, Universe, Wide};

/// How many splits one cover may take.
const SPLITS: u32 = 100_000;
/// How many entries may be looked at to tell which rules are redundant; beyond it they are left open.
const WORK: u64 = 1_000_000_000;
/// How many parts of a region are listed.
const PARTS: usize = 10_000;

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

/// A question about what may pass: all that is not said is everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// Zones where packets come in.
    pub from: Zones,
    /// Zones where they leave.
    pub to: Zones,
    /// Sources.
    pub source: Addresses,
    /// Destinations, as they arrive.
    pub destination: Addresses,
    /// Services, as they arrive.
    pub services: Services,
}

impl Query {
    /// About every packet.
    pub fn everything() -> Self {
        Self {
            from: Zones::Any,
            to: Zones::Any,
            source: Addresses::Any,
            destination: Addresses::Any,
            services: Services::Any,
        }
    }
}

/// One rule's part in the answer to a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The family.
    pub family: Family,
    /// What decides.
    pub by: By,
    /// What it decides.
    pub verdict: Verdict,
    /// Whether it takes assumptions about unknowns to get there.
    pub uncertain: bool,
    /// A packet that it decides.
    pub witness: Witness,
    /// All packets of the query that it decides, in parts; `None` when they are too many to list.
    pub parts: Option<Vec<Part>>,
}

/// Packets in plain numbers: a product of sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Zones where they come in.
    pub from: Vec<ZoneId>,
    /// Source addresses, first and last.
    pub source: Vec<(std::net::IpAddr, std::net::IpAddr)>,
    /// Destination addresses as they arrive, first and last.
    pub destination: Vec<(std::net::IpAddr, std::net::IpAddr)>,
    /// Protocols with their destination ports or types, on one line: see `docs/manual`; TCP from 0, UDP from 65536, SCTP from
    /// 131072, ICMP type and code from 196608, other protocols from 262144.
    pub services: Vec<(u32, u32)>,
}

/// What a policy does with the packets of one family, written out once, to be asked many times.
struct Single<'a> {
    policy: &'a Policy,
    family: Family,
    pieces: Vec<Piece>,
    questions: Questions,
}

/// What it does with the packets of one slice.
struct Piece {
    list: List,
    index: Index,
    causes: Vec<(By, Verdict)>,
    numbering: Numbering,
}

/// Each zone of the policy is a number of its own.
fn party<'a>(policy: &'a Policy, universe: &'a Universe) -> Party<'a> {
    let zones = u32::try_from(policy.zones.len()).unwrap_or(u32::MAX);
    Party {
        policy,
        side: 0,
        zones: (0..zones).map(Set::one).collect(),
        ways: Ways::new(policy, universe.family),
        universe,
    }
}

impl<'a> Single<'a> {
    /// Writes the policy out for the packets that a query is about.
    fn new(policy: &'a Policy, family: Family, query: &Query) -> Result<Self, Exceeded> {
        let zones = u32::try_from(policy.zones.len()).unwrap_or(u32::MAX);
        let universe = Universe::new(family, zones);
        let party = party(policy, &universe);
        let mut questions = Questions::default();
        let parts = destination_parts(&party, &mut questions)?;
        let mut rest = vec![universe.full.clone()];
        let mut slices: Vec<(Wide, Option<NatId>)> = Vec::new();
        for part in parts {
            rest = without(rest, &part.region)?;
            slices.push((part.region, part.rule));
        }
        slices.extend(rest.into_iter().map(|region| (region, None)));
        let mut pieces = Vec::new();
        for (region, rule) in slices {
            let slice = match rule {
                Some(id) => Slice::of(policy, id, family)?,
                None => Slice::untouched(policy),
            };
            pieces.extend(piece(&party, &mut questions, slice, &region, query)?);
        }
        Ok(Self { policy, family, pieces, questions })
    }
}

/// One slice's list for the packets of a query, if there are any.
fn piece(
    party: &Party<'_>,
    questions: &mut Questions,
    slice: Slice,
    region: &Wide,
    query: &Query,
) -> Result<Option<Piece>, Exceeded> {
    let untouched = Slice { by: None, ..Slice::untouched(party.policy) };
    let untouched = Slice { seen: policy::Seen::Original, ..untouched };
    let mut asking = Meaning::new(party, untouched, questions);
    let mut asked = asking.addresses(&query.source, Side::Source)?;
    asked = asked.and(&asking.addresses(&query.destination, Side::Destination)?)?;
    asked = asked.and(&asking.services(&query.services)?)?;
    asked = asked.and(&asking.from(&query.from))?;
    let mut meaning = Meaning::new(party, slice, questions);
    // Where packets leave is decided after translation.
    asked = asked.and(&meaning.to(&query.to))?;
    let mut labelled: Vec<Labelled> = Vec::new();
    let mut labels: Vec<Same<'_>> = Vec::new();
    let mut causes: Vec<(By, Verdict)> = Vec::new();
    let mut known: HashMap<(RuleAt, Verdict), u32> = HashMap::new();
    for part in &asked.0 {
        let Some(part) = part.and(region) else { continue };
        for flat in Flattening::new(&mut meaning).filter(&part)? {
            let origin = match flat.by {
                By::Rule(base, number) => {
                    *known.entry(((base, number), flat.verdict)).or_insert_with(|| {
                        causes.push((flat.by, flat.verdict));
                        u32::try_from(causes.len() - 1).unwrap_or(u32::MAX)
                    })
                }
                by => {
                    causes.push((by, flat.verdict));
                    u32::try_from(causes.len() - 1).unwrap_or(u32::MAX)
                }
            };
            let same = same(party.policy, &flat);
            let label = labels.iter().position(|known| *known == same).unwrap_or_else(|| {
                labels.push(same);
                labels.len() - 1
            });
            labelled.push((flat.region, u32::try_from(label).unwrap_or(u32::MAX), origin));
        }
    }
    if labelled.is_empty() {
        return Ok(None);
    }
    let (numbering, list, _) = Numbering::new(&labelled, &[], &[], &[]);
    let index = Index::new(&list);
    Ok(Some(Piece { list, index, causes, numbering }))
}

/// What two rules must share to be interchangeable.
#[derive(PartialEq, Eq)]
struct Same<'a> {
    verdict: Verdict,
    source_nat: Option<(&'a AddressTarget, PortTarget)>,
    inspection: &'a [Box<str>],
}

fn same<'a>(policy: &'a Policy, flat: &Flat) -> Same<'a> {
    let rule = flat
        .accepted_by
        .and_then(|(base, number)| policy.rulebase(base)?.rules.get(usize::try_from(number).ok()?));
    let rule = rule.filter(|_| flat.verdict == Verdict::Accept);
    let own = rule.and_then(|rule| rule.source_nat.as_deref());
    Same {
        verdict: flat.verdict,
        source_nat: own.map(|own| (&own.address, own.port)),
        inspection: rule.map_or(&[], |rule| &rule.inspection),
    }
}

/// Entries that may cover an entry: those before it of other rules, and those behind it that `later` allows.
struct Around<'p> {
    piece: &'p Piece,
    number: u32,
    origin: u32,
    label: u32,
    later: bool,
    scratch: &'p mut Scratch,
}

impl Covers for Around<'_> {
    fn region(&self, number: u32) -> &Region {
        crate::compare::region(&self.piece.list, number)
    }

    fn containing(&mut self, point: &Point) -> Option<u32> {
        let Self { piece, number, origin, label, .. } = *self;
        let other = |entry: &Entry| entry.origin != origin;
        let before = piece.index.first(&piece.list, point, number, other, self.scratch);
        if before.is_some() || !self.later {
            return before;
        }
        // Behind it the first one of another rule decides: it must do the same.
        let mut first = None;
        let index = &piece.index;
        let found = index.first(&piece.list, point, u32::MAX, other, self.scratch)?;
        if piece.list.entries.get(at(found)).is_some_and(|entry| entry.label == label) {
            first = Some(found);
        }
        first
    }
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

/// Answers a query: every rule that decides some of its packets, in order.
///
/// # Errors
/// When a limit is reached.
pub fn query(policy: &Policy, query: &Query) -> Result<Vec<Answer>, Exceeded> {
    let mut answers = Vec::new();
    for family in [Family::V4, Family::V6] {
        let single = Single::new(policy, family, query)?;
        let mut scratch = Scratch::default();
        for piece in &single.pieces {
            single.answers(piece, &mut scratch, &mut answers)?;
        }
    }
    Ok(answers)
}

impl Single<'_> {
    fn answers(
        &self,
        piece: &Piece,
        scratch: &mut Scratch,
        answers: &mut Vec<Answer>,
    ) -> Result<(), Exceeded> {
        let mut told: HashSet<u32> = HashSet::new();
        for (number, entry) in (0u32..).zip(&piece.list.entries) {
            let (origin, label) = (entry.origin, entry.label);
            let mut around = Around {
                piece,
                number,
                origin: u32::MAX,
                label,
                later: false,
                scratch: &mut *scratch,
            };
            let mut splits = SPLITS;
            let point = match cover(&entry.region, &mut around, &mut splits) {
                Covered::By(_) => continue,
                Covered::Not(point) => point,
                Covered::GaveUp => return Err(Exceeded("splits of one cover")),
            };
            let Some((by, verdict)) = piece.causes.get(at(origin)) else { continue };
            let parts = self.parts(piece, number, entry);
            if !told.insert(origin)
                && let Some(known) = answers.iter_mut().rev().find(|known| known.by == *by)
            {
                match (&mut known.parts, parts) {
                    (Some(known), Some(parts)) => known.extend(parts),
                    (known, _) => *known = None,
                }
                continue;
            }
            let Some(witness) = self.witness(piece, &point) else { continue };
            let uncertain = !entry.region.answers.is_empty();
            let (by, verdict) = (*by, *verdict);
            answers.push(Answer { family: self.family, by, verdict, uncertain, witness, parts });
        }
        Ok(())
    }

    fn witness(&self, piece: &Piece, point: &Point) -> Option<Witness> {
        let interface = |zone: u32| {
            let mut all = (0u32..).zip(&self.policy.interfaces);
            all.find(|(_, interface)| interface.zone.0 == zone).map(|(id, _)| InterfaceId(id))
        };
        let [from, to, ..] = point.at;
        let packet: Packet = packet_at(self.family, &piece.numbering, point, interface(from)?);
        let answers = point.answers.iter().filter_map(|(question, answer)| {
            Some((self.questions.asked.get(at(*question))?.clone(), *answer))
        });
        let egress = interface(to);
        Some(Witness {
            left: packet,
            right: packet,
            egress: (egress, egress),
            answers: answers.collect(),
        })
    }

    /// The packets that an entry decides.
    fn parts(&self, piece: &Piece, number: u32, entry: &Entry) -> Option<Vec<Part>> {
        let before = piece.list.entries.iter().take(at(number)).map(|before| &before.region);
        let before: Vec<&Region> = before.filter(|before| before.meets(&entry.region)).collect();
        let left = remainder(&entry.region, &before, PARTS)?;
        Some(left.iter().map(|region| self.part(&piece.numbering.wide(region))).collect())
    }

    fn part(&self, wide: &Wide) -> Part {
        let address = |number: u128| crate::prove::address(self.family, number);
        let addresses = |set: &Set<u128>| {
            set.ranges().iter().map(|(first, last)| (address(*first), address(*last))).collect()
        };
        let zones = wide.from.ranges().iter().flat_map(|(first, last)| *first..=*last);
        Part {
            from: zones.map(ZoneId).collect(),
            source: addresses(&wide.source),
            destination: addresses(&wide.destination),
            services: wide.service.ranges().to_vec(),
        }
    }
}
