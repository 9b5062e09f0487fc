//! The walk over slices of packets: those that one rule on each side rewrites the destination of, and the rest.

use hashbrown::HashMap;
use policy::{By, Family, NatId, RulebaseId, Verdict, ZoneId};

use super::alike::{Plain, Telling, hull, translated};
use super::effects::{Effects, Meeting};
use super::gather::{Gathered, Scene};
use super::jobs::Job;
use super::result::{Effect, LOCAL, Proof};
use super::watch::{Progress, Watching};
use super::{Options, ZoneMap};
use crate::candidates::Candidates;
use crate::compare::{Comparison, Difference, Watch, compare_watched};
use crate::flatten::Flattening;
use crate::list::{List, Region};
use crate::meaning::{Meaning, Party, Sources};
use crate::numbering::{ELSEWHERE, Labelled, Numbering};
use crate::questions::Questions;
use crate::sets::Set;
use crate::slice::{NewAddress, Slice};
use crate::translation::{NewValue, Rewritten, Translator, without};
use crate::wide::{Exceeded, Universe, Wide};

/// A comparison of one family.
pub(super) struct Whole<'u, 'p, 'o> {
    pub(super) zones: &'u ZoneMap,
    pub(super) options: Options,
    pub(super) universe: &'u Universe,
    pub(super) sides: (&'u Party<'u>, &'u Party<'u>),
    /// Whether the egress zone is part of the effect.
    pub(super) egress: bool,
    pub(super) questions: Questions,
    pub(super) effects: Effects,
    pub(super) gathered: Gathered,
    pub(super) watching: &'u Watching<'o>,
    /// Work that was done before this family, of all the work, 0 to 1; and how much of it this family is.
    pub(super) span: (f64, f64),
    pub(super) proof: &'p mut Proof,
    /// For each side what was found out about its sources, and its rules by destination where that pays.
    pub(super) known: (Known, Known),
    /// How sources are told.
    pub(super) sources: Telling,
    /// Where the rules of the two differ for packets whose destination nobody rewrites, if that was looked for.
    pub(super) plain: Option<Plain>,
}

/// Two lists that were compared, as they are with all bits of their addresses and as they were numbered.
pub(crate) struct Lists {
    pub(crate) left: (Vec<Labelled>, List),
    pub(crate) right: (Vec<Labelled>, List),
    /// The packets that they are about.
    pub(crate) region: Region,
    pub(crate) found: Comparison,
}

/// What was written and compared of a part.
struct TwoSides {
    lists: Lists,
    numbering: Numbering,
    by: (Vec<By>, Vec<By>),
}

/// A region whose destinations may be in very many ranges, as one with a single range, and what of that is no part of it. Where that is
/// taken off both lists at their head, what rules match stays as simple as they have it.
pub(super) struct Outline<'r> {
    pub(super) around: Wide,
    pub(super) apart: Option<Wide>,
    pub(super) region: &'r Wide,
}

/// Destinations in fewer ranges are taken as they are. Tests have small policies.
const RANGES: usize = if cfg!(test) { 2 } else { 16 };

impl<'r> Outline<'r> {
    fn new(region: &'r Wide) -> Self {
        let ranges = region.destination.ranges();
        match (ranges.first(), ranges.last()) {
            (Some((first, _)), Some((_, last))) if ranges.len() >= RANGES => {
                let all = Set::new(vec![(*first, *last)]);
                let rest = all.without(&region.destination);
                let around = Wide { destination: all, ..region.clone() };
                let apart = Some(Wide { destination: rest, ..region.clone() });
                Self { around, apart, region }
            }
            _ => Self { around: region.clone(), apart: None, region },
        }
    }
}

/// One side's list: labelled regions, and what decides each.
type Written = (Vec<Labelled>, Vec<By>);

/// With more jobs, what they share is looked at first. Tests have small policies.
const MANY: usize = if cfg!(test) { 1 } else { 64 };
/// Bytes that one entry of a list takes, without its sets: before and after numbering, with its place in the index.
const ENTRY: u64 = 512;
/// Bytes that one range of a set takes.
const RANGE: u64 = 64;

/// What does not depend on the slice.
#[derive(Default)]
pub(crate) struct Known {
    pub(crate) sources: Sources,
    pub(crate) candidates: Option<Candidates>,
}

impl Known {
    /// Looks the rules of a side up by destination, where there is more than one slice or stage; otherwise all rules are gone through
    /// once, and looking them up is of no use.
    pub(crate) fn new(
        party: &Party<'_>,
        many: bool,
        questions: &mut Questions,
    ) -> Result<Self, Exceeded> {
        let mut known = Self::default();
        if many || party.policy.filter.len() > 1 || party.policy.rulebases.len() > 1 {
            let slice = Slice { by: None, ..Slice::untouched(party.policy) };
            let mut meaning = Meaning::new(party, slice, questions);
            known.candidates = Some(Candidates::new(&mut meaning)?);
        }
        Ok(known)
    }
}

impl Whole<'_, '_, '_> {
    /// Compares what happens to the packets of each job. What a limit stops is left open, the others go on.
    pub(super) fn run(&mut self, jobs: &[Job]) {
        self.sources = self.sources();
        if jobs.len() > MANY {
            self.plain = self.plain_differences();
        }
        for (number, job) in jobs.iter().enumerate() {
            self.gathered.coverage.parts.1 += 1;
            let share = |number: usize| share(number, jobs.len(), self.span);
            let span = (share(number), share(number + 1));
            let done = match self.watching.limit() {
                Some(limit) => Err(limit),
                None => self.one(&job.region, job.rules, span),
            };
            match done {
                Ok(()) => self.gathered.coverage.parts.0 += 1,
                Err(limit) => {
                    self.proof.exceeded(limit);
                    self.gathered.left_open(&job.region, &self.universe.full);
                }
            }
        }
    }

    /// Compares what happens to the packets of a region. Packets that already go where a rule sends them are looked at on their own:
    /// what is unknown about their destination is the same question before and after.
    fn one(
        &mut self,
        region: &Wide,
        rules: (Option<NatId>, Option<NatId>),
        span: (f64, f64),
    ) -> Result<(), Exceeded> {
        let family = self.universe.family;
        let slice = |policy: &policy::Policy, rule: Option<NatId>| match rule {
            Some(id) => Slice::of(policy, id, family),
            None => Ok(Slice::untouched(policy)),
        };
        let slices = (slice(self.sides.0.policy, rules.0)?, slice(self.sides.1.policy, rules.1)?);
        let mut already: Vec<u128> = Vec::new();
        for slice in [&slices.0, &slices.1] {
            already.extend(match slice.address {
                NewAddress::Constant(address) => Some(address),
                NewAddress::Same | NewAddress::Shift { .. } | NewAddress::Picked(_) => None,
            });
        }
        already.dedup();
        let mut rest = vec![region.clone()];
        for address in already {
            let there = Wide { destination: Set::one(address), ..self.universe.full.clone() };
            let same = |slice: &Slice| match slice.address {
                NewAddress::Constant(to) if to == address => {
                    Slice { address: NewAddress::Same, ..slice.clone() }
                }
                _ => slice.clone(),
            };
            if let Some(part) = region.and(&there) {
                self.part(&part, (&same(&slices.0), &same(&slices.1)), rules, span)?;
                rest = without(rest, &there)?;
            }
        }
        for part in &rest {
            self.part(part, (&slices.0, &slices.1), rules, span)?;
        }
        Ok(())
    }

    /// Compares what happens to the packets of a region whose destination becomes what the slices say.
    fn part(
        &mut self,
        region: &Wide,
        slices: (&Slice, &Slice),
        rules: (Option<NatId>, Option<NatId>),
        span: (f64, f64),
    ) -> Result<(), Exceeded> {
        let Some(region) = &self.remaining(region, slices) else { return Ok(()) };
        let outline = Outline::new(region);
        let told = self.told(&outline, slices, rules, span);
        // What is too much in the outline may be less without what only lies within it.
        let told = match told {
            Err(_) if outline.apart.is_some() => {
                let exact = Outline { around: region.clone(), apart: None, region };
                self.told(&exact, slices, rules, span)
            }
            told => told,
        };
        let TwoSides { lists, numbering, by } = told?;
        if let Some(certificate) = &mut self.proof.certificate {
            match certificate.list(region, &lists) {
                Some(list) => certificate.part(region, &[NewValue::Same, NewValue::Same], list),
                None => self.proof.certificate = None,
            }
        }
        let found = &lists.found;
        self.proof.undecided += u64::try_from(found.undecided.len()).unwrap_or(u64::MAX);
        self.gathered.coverage.pairs += found.pairs;
        let scene = Scene {
            zones: self.zones,
            universe: self.universe,
            sides: (self.sides.0.policy, self.sides.1.policy),
            questions: &self.questions,
            effects: &self.effects.all,
            lists: (&lists.left.1, &lists.right.1),
            by: (&by.0, &by.1),
            numbering: &numbering,
        };
        for pair in &found.undecided {
            self.gathered.pair_open(&scene, *pair);
            if let Some((_, by)) = scene.decided(*pair) {
                self.proof.left_open(by);
            }
        }
        for difference in &found.differences {
            self.gathered.add(&scene, difference, self.options.budget.regions);
        }
        if found.ended {
            return Err(self.watching.limit().unwrap_or(Exceeded("stopped")));
        }
        Ok(())
    }

    /// Writes both sides out and compares them. Where a source that a list says meets another one, sources are told.
    fn told(
        &mut self,
        outline: &Outline<'_>,
        slices: (&Slice, &Slice),
        rules: (Option<NatId>, Option<NatId>),
        span: (f64, f64),
    ) -> Result<TwoSides, Exceeded> {
        let (left, right) = self.sides;
        let around = &outline.around;
        let everywhere = || vec![around.clone()];
        let mut again = false;
        let mut apart = self.apart(around, slices).unwrap_or_else(everywhere);
        loop {
            let (left_list, left_by) = self.write(left, around, slices.0, (rules.0, &apart))?;
            let (right_list, right_by) = self.write(right, around, slices.1, (rules.1, &apart))?;
            let by = Some((&*left_by, &*right_by));
            let (lists, numbering) = self.compared(outline, (left_list, right_list), by, span)?;
            match self.doubtful(&lists, &numbering) {
                Some(None) => return Ok(TwoSides { lists, numbering, by: (left_by, right_by) }),
                Some(Some(doubtful)) if !again => apart.push(doubtful),
                _ => apart = everywhere(),
            }
            again = true;
        }
    }

    /// Numbers two lists for the packets of a region and compares them. Differences are shown where it is known what decides.
    pub(super) fn compared(
        &mut self,
        outline: &Outline<'_>,
        (mut left, mut right): (Vec<Labelled>, Vec<Labelled>),
        by: Option<(&[By], &[By])>,
        span: (f64, f64),
    ) -> Result<(Lists, Numbering), Exceeded> {
        for list in [&mut left, &mut right] {
            let apart = outline.apart.as_ref().map(|apart| (apart.clone(), ELSEWHERE, ELSEWHERE));
            list.splice(0..0, apart);
        }
        let held = held(&left) + held(&right);
        if self.options.memory.is_some_and(|most| held > most) {
            return Err(Exceeded("memory"));
        }
        let (sources, destinations) = self.effects.meetings(&left, &right)?;
        let (numbering, one, two) = Numbering::new(&left, &right, &sources, &destinations);
        let labels =
            Meeting { effects: &self.effects, numbering: &numbering, full: &self.universe.full };
        let scene = by.map(|by| Scene {
            zones: self.zones,
            universe: self.universe,
            sides: (self.sides.0.policy, self.sides.1.policy),
            questions: &self.questions,
            effects: &self.effects.all,
            lists: (&one, &two),
            by,
            numbering: &numbering,
        });
        let family = self.universe.family;
        let watch = Told { watching: self.watching, family, scene: scene.as_ref(), span, held };
        let keep = self.proof.certificate.is_some();
        let found = compare_watched(&one, &two, &labels, self.options.budget, keep, &watch);
        self.proof.covers += found.covers;
        let region = numbering.region_of(outline.region);
        Ok((Lists { left: (left, one), right: (right, two), region, found }, numbering))
    }

    /// What decides about sources, for the packets of a region whose destination this rule rewrote.
    fn translator<'q>(
        &mut self,
        party: &Party<'q>,
        region: &Wide,
        slice: &Slice,
        rule: Option<NatId>,
    ) -> Result<Translator<'q>, Exceeded> {
        let mut meaning = Meaning::new(party, slice.clone(), &mut self.questions);
        let known = if party.side == 0 { &self.known.0 } else { &self.known.1 };
        Translator::new(&mut meaning, rule, region, known.candidates.as_ref())
    }

    /// How many entries a list may have so that two of them are within the bound on memory.
    fn entries_held(&self) -> usize {
        let most = self.options.memory.map_or(u64::MAX, |most| most / ENTRY);
        usize::try_from(most).unwrap_or(usize::MAX)
    }

    /// One policy's list for the packets of a region, whose destination this rule rewrote. Sources are told in these regions.
    pub(super) fn write(
        &mut self,
        party: &Party<'_>,
        region: &Wide,
        slice: &Slice,
        (rule, apart): (Option<NatId>, &[Wide]),
    ) -> Result<Written, Exceeded> {
        let translator = match region.and(&hull(apart)) {
            None => None,
            Some(within) => Some(self.translator(party, &within, slice, rule)?),
        };
        let told = translator.as_ref().map(|translator| (translator, apart));
        let most = self.entries_held();
        let known = if party.side == 0 { &mut self.known.0 } else { &mut self.known.1 };
        let meaning = Meaning::new(party, slice.clone(), &mut self.questions);
        let mut meaning = meaning.knowing(std::mem::take(&mut known.sources));
        let candidates = known.candidates.as_ref();
        let flats = Flattening::new(&mut meaning).among(candidates).at_most(most).filter(region)?;
        let mut list = Vec::with_capacity(flats.len());
        let mut causes: Vec<By> = Vec::new();
        let mut numbers: HashMap<(RulebaseId, u32), u32> = HashMap::new();
        for flat in flats {
            let origin = match flat.by {
                By::Rule(base, at) => *numbers.entry((base, at)).or_insert_with(|| {
                    causes.push(flat.by);
                    u32::try_from(causes.len() - 1).unwrap_or(u32::MAX)
                }),
                by => {
                    causes.push(by);
                    u32::try_from(causes.len() - 1).unwrap_or(u32::MAX)
                }
            };
            if flat.verdict == Verdict::Accept {
                let source = self.sources.of(party, &flat)?;
                let parts = translated(&mut meaning, &flat, &source, told)?;
                let parts = if self.egress { leaving(&meaning, parts) } else { anywhere(parts) };
                for (region, effect) in parts {
                    list.push((region, self.effects.number(effect), origin));
                }
                continue;
            }
            let verdict = if self.options.merge_denials { Verdict::Drop } else { flat.verdict };
            list.push((flat.region, self.effects.number(Effect::Stopped(verdict)), origin));
        }
        known.sources = meaning.into_sources();
        Ok((list, causes))
    }
}

/// Accepted packets where the routes of both sides are alike.
fn anywhere(parts: Vec<(Wide, Rewritten)>) -> Vec<(Wide, Effect)> {
    parts.into_iter().map(|(region, new)| (region, Effect::Leaves(new, None))).collect()
}

/// Splits accepted packets by where they leave.
fn leaving(meaning: &Meaning<'_, '_>, parts: Vec<(Wide, Rewritten)>) -> Vec<(Wide, Effect)> {
    let mut effects = Vec::new();
    for (region, new) in parts {
        let local = meaning.routed(&meaning.party.ways.own);
        if let Some(stays) = region.and(&local) {
            effects.push((stays, Effect::Leaves(new.clone(), Some(vec![LOCAL]))));
        }
        let mut rest = region.without(&local);
        for (zone, numbers) in (0u32..).zip(&meaning.party.zones) {
            let there = meaning.to(&policy::Zones::Of(vec![ZoneId(zone)]));
            let listed = numbers.ranges().iter().flat_map(|(first, last)| *first..=*last);
            let listed: Vec<u32> = listed.collect();
            for both in there.0.iter().flat_map(|way| way.take_from(&mut rest)) {
                let effect = Effect::Leaves(new.clone(), Some(listed.clone()));
                effects.push((both, effect));
            }
        }
        let nowhere = rest.into_iter();
        effects.extend(nowhere.map(|piece| (piece, Effect::Leaves(new.clone(), Some(Vec::new())))));
    }
    effects
}

/// The place of a job among all of them: those in which nobody rewrites the destination come last, and cost most.
fn share(number: usize, of: usize, (before, span): (f64, f64)) -> f64 {
    let float = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    before + span * float(number) / float(of.max(1))
}

/// Bytes that a list takes: an estimate.
fn held(list: &[Labelled]) -> u64 {
    let mut seen: hashbrown::HashSet<usize> = hashbrown::HashSet::new();
    let mut ranges = 0usize;
    for (wide, ..) in list {
        for (identity, count) in [
            (wide.source.identity(), wide.source.ranges().len()),
            (wide.destination.identity(), wide.destination.ranges().len()),
            (wide.service.identity(), wide.service.ranges().len()),
            (wide.client.identity(), wide.client.ranges().len()),
        ] {
            if seen.insert(identity) {
                ranges = ranges.saturating_add(count);
            }
        }
    }
    let of = |count: usize, bytes| u64::try_from(count).unwrap_or(u64::MAX).saturating_mul(bytes);
    of(list.len(), ENTRY).saturating_add(of(ranges, RANGE))
}

/// A comparison of two lists as it is told to the observer.
struct Told<'a, 'o> {
    watching: &'a Watching<'o>,
    family: Family,
    /// Where it is known what decides.
    scene: Option<&'a Scene<'a>>,
    span: (f64, f64),
    held: u64,
}

impl Watch for Told<'_, '_> {
    fn step(&self, done: u64, of: u64, pairs: u64) -> bool {
        let float = |count: u64| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        let share = self.span.0 + (self.span.1 - self.span.0) * float(done) / float(of.max(1));
        self.watching.tell(&Progress { family: self.family, share, pairs, held: self.held });
        self.watching.spend(64);
        !self.watching.ended()
    }

    fn ended(&self) -> bool {
        self.watching.ended()
    }

    fn found(&self, difference: &Difference) {
        if let Some(found) = self.scene.and_then(|scene| scene.first(difference)) {
            self.watching.show(&found);
        }
    }
}
