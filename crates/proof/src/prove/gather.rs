//! Differences between lists, gathered by what decides, as people are told.

use hashbrown::HashMap;
use policy::{By, Family, InterfaceId, Policy, Verdict};

use super::areas::{compact, count};
use super::packet::typical;
use super::result::{Area, Coverage, Differing, Effect, Packets, Witness, order};
use super::sure::{Part, split};
use super::{ZoneMap, at};
use crate::compare::Difference;
use crate::list::List;
use crate::numbering::Numbering;
use crate::questions::{Asked, Questions, alone};
use crate::wide::{Universe, Wide};

/// How many regions are kept of one family; those beyond are only counted.
const REGIONS: usize = 200_000;

/// What surrounds a difference between two lists.
pub(super) struct Scene<'a> {
    pub(super) zones: &'a ZoneMap,
    pub(super) universe: &'a Universe,
    pub(super) sides: (&'a Policy, &'a Policy),
    pub(super) questions: &'a Questions,
    pub(super) effects: &'a [Effect],
    pub(super) lists: (&'a List, &'a List),
    pub(super) by: (&'a [By], &'a [By]),
    pub(super) numbering: &'a Numbering,
}

/// What is known for certain of all packets of a family, as it is put into words at the end.
pub(super) struct Told<'a> {
    pub(super) zones: &'a ZoneMap,
    pub(super) universe: &'a Universe,
    pub(super) sides: (&'a Policy, &'a Policy),
    pub(super) questions: &'a Questions,
    pub(super) effects: &'a [Effect],
}

/// All differences of one family.
pub(super) struct Gathered {
    groups: Vec<Group>,
    places: HashMap<Key, usize>,
    kept: usize,
    pub(super) coverage: Coverage,
}

/// Labels and deciding rules of both sides.
type Key = (u32, u32, [u32; 3], [u32; 3]);

/// What two rules decide differently, in one way.
struct Group {
    labels: (u32, u32),
    by: (By, By),
    regions: Vec<Wide>,
    /// Regions that were not kept, and their packets.
    more: (u64, f64),
    /// Regions that some packets of differ, with one of them.
    within: Vec<(Wide, Wide)>,
}

impl Gathered {
    pub(super) fn new(family: Family) -> Self {
        let coverage = Coverage { family, open: 0.0, different: 0.0, parts: (0, 0), pairs: 0 };
        Self { groups: Vec::new(), places: HashMap::new(), kept: 0, coverage }
    }

    /// These packets were not compared.
    pub(super) fn left_open(&mut self, region: &Wide, full: &Wide) {
        let share = count(region, full) / count(full, full).max(1.0);
        self.coverage.open = (self.coverage.open + share).min(1.0);
    }

    /// What two entries share was not decided.
    pub(super) fn pair_open(&mut self, scene: &Scene<'_>, (left, right): (u32, u32)) {
        if let Some(shared) = scene.shared(left, right) {
            self.left_open(&shared, &scene.universe.full);
        }
    }

    /// Adds what two entries decide differently; at most so many regions of it.
    pub(super) fn add(&mut self, scene: &Scene<'_>, difference: &Difference, most: usize) {
        // Other pairs decide all of it.
        if difference.regions.as_ref().is_some_and(Vec::is_empty) {
            return;
        }
        let Some((labels, by)) = scene.decided((difference.left, difference.right)) else { return };
        let key = (labels.0, labels.1, order(&by.0), order(&by.1));
        let next = self.groups.len();
        let place = *self.places.entry(key).or_insert(next);
        if place == next {
            let (regions, within) = (Vec::new(), Vec::new());
            self.groups.push(Group { labels, by, regions, more: (0, 0.0), within });
        }
        let Some(group) = self.groups.get_mut(place) else { return };
        match &difference.regions {
            Some(regions) => {
                for region in regions {
                    let wide = scene.numbering.wide(region);
                    if self.kept >= REGIONS || group.regions.len() >= most.saturating_mul(8) {
                        group.more.0 += 1;
                        group.more.1 += count(&wide, &scene.universe.full);
                        continue;
                    }
                    self.kept += 1;
                    group.regions.push(wide);
                }
            }
            None => {
                let shared = scene.shared(difference.left, difference.right);
                let point = scene.numbering.wide(&difference.witness.region());
                group.within.extend(shared.map(|shared| (shared, point)));
            }
        }
    }

    /// The differences, each with its packets and one of them, in no order.
    pub(super) fn told(self, told: &Told<'_>, most: usize) -> (Vec<Differing>, Coverage) {
        let Self { groups, mut coverage, .. } = self;
        let mut parts: Vec<Part> = Vec::new();
        for (number, group) in groups.iter().enumerate() {
            parts.extend(group.regions.iter().map(|region| (number, region.clone())));
        }
        let asked = &told.questions.asked;
        let is_alone = |question: u32| asked.get(at(question)).is_none_or(|one| alone(one.kind));
        let (certain, possible) = split(parts, &is_alone);
        let mut sorted: Vec<(Vec<Wide>, Vec<Wide>)> =
            groups.iter().map(|_| (Vec::new(), Vec::new())).collect();
        for (number, region) in certain {
            sorted.get_mut(number).map(|group| group.0.push(region)).unwrap_or_default();
        }
        for (number, region) in possible {
            sorted.get_mut(number).map(|group| group.1.push(region)).unwrap_or_default();
        }
        let mut differences = Vec::new();
        let unknown = asked.iter().any(|one| alone(one.kind));
        for (group, (certain, possible)) in groups.iter().zip(sorted) {
            let more_certain = !certain.is_empty();
            for (certain, regions) in [(true, certain), (false, possible)] {
                if !regions.is_empty() {
                    let more = if certain == more_certain { group.more } else { (0, 0.0) };
                    differences.extend(told.differing(group, certain, regions, more, most));
                }
            }
            differences.extend(told.within(group, !unknown, most));
        }
        let different: f64 = differences.iter().map(|one| one.packets.share).sum();
        coverage.different = different.min(1.0);
        (differences, coverage)
    }
}

impl Scene<'_> {
    fn told(&self) -> Told<'_> {
        let Scene { zones, universe, sides, questions, effects, .. } = *self;
        Told { zones, universe, sides, questions, effects }
    }

    /// What two entries share.
    fn shared(&self, left: u32, right: u32) -> Option<Wide> {
        let mine = self.lists.0.entries.get(at(left))?;
        let theirs = self.lists.1.entries.get(at(right))?;
        Some(self.numbering.wide(&mine.region.and(&theirs.region)?))
    }

    /// Labels and rules that decide what two entries share.
    pub(super) fn decided(&self, (left, right): (u32, u32)) -> Option<((u32, u32), (By, By))> {
        let mine = self.lists.0.entries.get(at(left))?;
        let theirs = self.lists.1.entries.get(at(right))?;
        let by = |list: &[By], origin: u32| list.get(at(origin)).copied().unwrap_or(By::NoFilter);
        let by = (by(self.by.0, mine.origin), by(self.by.1, theirs.origin));
        Some(((mine.label, theirs.label), by))
    }

    /// A difference as it is found, with what is known of it then.
    pub(super) fn first(&self, difference: &Difference) -> Option<Differing> {
        let mut gathered = Gathered::new(self.universe.family);
        gathered.add(self, difference, 1);
        let group = gathered.groups.pop()?;
        let told = self.told();
        if group.regions.is_empty() {
            return told.within(&group, false, 1);
        }
        told.differing(&group, false, group.regions.clone(), group.more, 1)
    }
}

impl Told<'_> {
    fn effect(&self, label: u32) -> Effect {
        self.effects.get(at(label)).cloned().unwrap_or(Effect::Stopped(Verdict::Drop))
    }

    fn differing(
        &self,
        group: &Group,
        certain: bool,
        regions: Vec<Wide>,
        more: (u64, f64),
        most: usize,
    ) -> Option<Differing> {
        let full = &self.universe.full;
        let regions = compact(regions);
        let mut sized: Vec<(f64, Wide)> =
            regions.into_iter().map(|region| (count(&region, full), region)).collect();
        // Sorting is stable, so that equal sizes stay in the order of the rules.
        sized.sort_by(|one, two| two.0.total_cmp(&one.0));
        let packets: f64 = sized.iter().map(|(size, _)| size).sum::<f64>() + more.1;
        let witness = self.witness(sized.iter().map(|(_, region)| region))?;
        let dropped = sized.len().saturating_sub(most);
        sized.truncate(most);
        let packets = Packets {
            areas: sized.iter().map(|(_, region)| self.area(region)).collect(),
            more: more.0.saturating_add(u64::try_from(dropped).unwrap_or(u64::MAX)),
            exact: true,
            count: packets,
            share: packets / count(full, full).max(1.0),
        };
        Some(self.with(group, certain, packets, witness))
    }

    /// What is somewhere within regions.
    fn within(&self, group: &Group, certain: bool, most: usize) -> Option<Differing> {
        if group.within.is_empty() {
            return None;
        }
        let full = &self.universe.full;
        let regions = compact(group.within.iter().map(|(region, _)| region.clone()).collect());
        let size: f64 = regions.iter().map(|region| count(region, full)).sum();
        let witness = self.witness(group.within.iter().map(|(_, point)| point))?;
        let packets = Packets {
            areas: regions.iter().take(most).map(|region| self.area(region)).collect(),
            more: u64::try_from(regions.len().saturating_sub(most)).unwrap_or(u64::MAX),
            exact: false,
            count: size,
            share: (size / count(full, full).max(1.0)).min(1.0),
        };
        Some(self.with(group, certain, packets, witness))
    }

    fn with(&self, group: &Group, certain: bool, packets: Packets, witness: Witness) -> Differing {
        Differing {
            family: self.universe.family,
            certain,
            left: (self.effect(group.labels.0), group.by.0),
            right: (self.effect(group.labels.1), group.by.1),
            packets,
            witness,
        }
    }

    fn answers(&self, region: &Wide) -> Vec<(Asked, bool)> {
        let answers = region.answers.iter().filter_map(|(question, answer)| {
            Some((self.questions.asked.get(at(*question))?.clone(), *answer))
        });
        answers.collect()
    }

    fn area(&self, region: &Wide) -> Area {
        Area {
            family: self.universe.family,
            from: region.from.clone(),
            to: region.to.clone(),
            source: region.source.clone(),
            destination: region.destination.clone(),
            service: region.service.clone(),
            client: region.client.clone(),
            answers: self.answers(region),
        }
    }

    /// A packet of the first region that has one which an interface of either policy takes in. A zone without interfaces takes none in.
    fn witness<'r>(&self, mut regions: impl Iterator<Item = &'r Wide>) -> Option<Witness> {
        regions.find_map(|region| self.packet(region))
    }

    fn packet(&self, region: &Wide) -> Option<Witness> {
        let numbers = |set: &crate::sets::Set| {
            set.ranges().to_vec().into_iter().flat_map(|(first, last)| first..=last)
        };
        let interface = |side: usize, pair: u32| {
            let (mine, theirs) = *self.zones.pairs.get(at(pair))?;
            let (policy, zone) =
                if side == 0 { (self.sides.0, mine) } else { (self.sides.1, theirs) };
            let mut interfaces = (0u32..).zip(&policy.interfaces);
            let found = interfaces.find(|(_, interface)| interface.zone == zone);
            found.map(|(id, _)| InterfaceId(id))
        };
        let (from, ingress) = numbers(&region.from)
            .find_map(|pair| Some((pair, (interface(0, pair)?, interface(1, pair)?))))?;
        // Most packets cross a firewall.
        let to = numbers(&region.to).find(|to| *to != from).or(region.to.first())?;
        let family = self.universe.family;
        let answers = self.answers(region);
        let packet = |ingress| typical(family, region, ingress, &answers);
        Some(Witness {
            left: packet(ingress.0),
            right: packet(ingress.1),
            egress: (interface(0, to), interface(1, to)),
            answers,
        })
    }
}
