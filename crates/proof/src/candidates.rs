//! Which rules may match the packets of a slice, without asking each: by destination, and by the zones where packets come in and leave.

use hashbrown::HashSet;
use policy::{Addresses, NatId, Policy, RulebaseId, Seen, ZoneId, Zones};

use crate::bits;
use crate::meaning::{Meaning, Party, Side};
use crate::reach::Reach;
use crate::sets::Set;
use crate::slice::Slice;
use crate::wide::{Exceeded, Wide};

/// The rules of each rulebase and of each pass of address translation.
#[derive(Debug)]
pub(crate) struct Candidates {
    bases: Vec<Rules>,
    passes: Vec<Rules>,
}

/// Rules in order, by what they name. Rules by zone are bits; where those would take too much room there are none.
#[derive(Debug)]
struct Rules {
    reach: Reach,
    /// By source, for rules of address translation.
    sources: Option<Reach>,
    /// Rules that name a rule of address translation, by it.
    named: Vec<(NatId, u32)>,
    /// Whether all rules that name one are among those.
    all_named: bool,
    /// By the number of the zone where packets come in.
    from: Vec<Vec<u64>>,
    /// By the zone of the policy where they leave.
    to: Vec<Vec<u64>>,
}

/// How many words the rules by zone may take.
const WORDS: usize = 8_000_000;

impl Candidates {
    /// Looks at all rules; `meaning` is that of packets whose destination nobody rewrites.
    pub(crate) fn new(meaning: &mut Meaning<'_, '_>) -> Result<Self, Exceeded> {
        let policy = meaning.party.policy;
        let bases = policy.rulebases.iter().map(|base| {
            let rules = base.rules.iter();
            Rules::new(meaning, rules.map(|rule| (&rule.from, &rule.to, &rule.destination)))
        });
        let bases = bases.collect::<Result<_, _>>()?;
        let passes = policy.nat.passes.iter().map(|pass| {
            let rules = pass.rules.iter();
            let cells = rules.clone().map(|rule| (&rule.from, &rule.to, &rule.destination));
            let mut known = Rules::new(meaning, cells)?;
            let mut sources = Vec::with_capacity(rules.len());
            for rule in rules {
                let union = meaning.addresses(&rule.source, Side::Source)?;
                let ranges = union.0.iter().flat_map(|region| region.source.ranges());
                sources.push(Set::new(ranges.copied().collect()));
            }
            known.sources = Some(Reach::new(sources.iter()));
            Ok(known)
        });
        let passes = passes.collect::<Result<_, _>>()?;
        Ok(Self { bases, passes })
    }

    /// Whether some rule may name one of address translation.
    pub(crate) fn name_translation(&self) -> bool {
        self.bases.iter().any(|rules| !rules.named.is_empty() || !rules.all_named)
    }

    /// The rules of a rulebase that may match packets of a region of this slice, in order; `None`: any of them.
    pub(crate) fn of_base(
        &self,
        base: RulebaseId,
        party: &Party<'_>,
        slice: &Slice,
        region: &Wide,
    ) -> Option<Vec<u32>> {
        let base = self.bases.get(usize::try_from(base.0).ok()?)?;
        base.matching(party, slice, region)
    }

    /// The same for the rules of a pass of address translation; the slice has the packets as the pass sees them.
    pub(crate) fn of_pass(
        &self,
        pass: usize,
        party: &Party<'_>,
        slice: &Slice,
        region: &Wide,
    ) -> Option<Vec<u32>> {
        self.passes.get(pass)?.matching(party, slice, region)
    }
}

impl Rules {
    fn new<'p>(
        meaning: &mut Meaning<'_, '_>,
        rules: impl ExactSizeIterator<Item = (&'p Zones, &'p Zones, &'p Addresses)> + Clone,
    ) -> Result<Self, Exceeded> {
        let policy = meaning.party.policy;
        let mut sets = Vec::with_capacity(rules.len());
        let (mut named, mut all_named) = (Vec::new(), true);
        for (number, (_, _, destination)) in (0u32..).zip(rules.clone()) {
            let Some(ids) = self::named(policy, destination) else {
                sets.push(meaning.full().destination.clone());
                all_named = false;
                continue;
            };
            named.extend(ids.into_iter().map(|id| (id, number)));
            let union = meaning.addresses(destination, Side::Destination)?;
            let ranges = union.0.iter().flat_map(|region| region.destination.ranges());
            sets.push(Set::new(ranges.copied().collect()));
        }
        named.sort_unstable();
        let words = rules.len().div_ceil(64);
        let coming = meaning.full().from.count();
        let coming = usize::try_from(coming).unwrap_or(usize::MAX);
        let (mut from, mut to) = (Vec::new(), Vec::new());
        if (coming.saturating_add(policy.zones.len())).saturating_mul(words) <= WORDS {
            from = by_zone(rules.clone().map(|(from, ..)| from), (coming, words), |zones| {
                let regions = meaning.from(zones).0.into_iter();
                regions.flat_map(|region| numbers(&region.from).collect::<Vec<_>>()).collect()
            });
            to = by_zone(rules.map(|(_, to, _)| to), (policy.zones.len(), words), |zones| {
                let all = (0u32..).zip(&policy.zones).map(|(zone, _)| zone);
                all.filter(|zone| zones.contains(ZoneId(*zone))).collect()
            });
        }
        let reach = Reach::new(sets.iter());
        Ok(Self { reach, sources: None, named, all_named, from, to })
    }

    fn matching(&self, party: &Party<'_>, slice: &Slice, region: &Wide) -> Option<Vec<u32>> {
        let moved = slice.address_after(&region.destination)?;
        let seen = if slice.seen == Seen::Original { &region.destination } else { &moved };
        let mut found = self.reach.meeting(seen)?;
        if let Some(by) = slice.by {
            let from = self.named.partition_point(|(id, _)| *id < by);
            let named = self.named.iter().skip(from).take_while(|(id, _)| *id == by);
            named.for_each(|(_, rule)| bits::set(&mut found, *rule));
        }
        let near = self.sources.as_ref().and_then(|sources| sources.meeting(&region.source));
        near.into_iter().for_each(|near| bits::and(&mut found, &near));
        let full = &party.universe.full;
        if !self.from.is_empty() && region.from.identity() != full.from.identity() {
            keep(&mut found, &self.from, numbers(&region.from));
        }
        // Where the routes do not tell where packets leave, every rule may be about them.
        if !self.to.is_empty() && !party.ways.open.meets(&moved) {
            let zones = (0u32..).zip(&party.ways.zones);
            let zones = zones.filter(|(_, set)| set.meets(&moved));
            keep(&mut found, &self.to, zones.map(|(zone, _)| zone));
        }
        Some(bits::numbers(&found).collect())
    }
}

fn numbers(set: &Set) -> impl Iterator<Item = u32> {
    set.ranges().iter().flat_map(|(first, last)| *first..=*last)
}

/// Leaves the rules that some of these zones have. The last row has those of any zone.
fn keep(found: &mut [u64], rows: &[Vec<u64>], zones: impl Iterator<Item = u32>) {
    let mut there = rows.last().cloned().unwrap_or_default();
    for zone in zones {
        let row = usize::try_from(zone).ok().and_then(|zone| rows.get(zone));
        row.into_iter().for_each(|row| bits::or(&mut there, row));
    }
    bits::and(found, &there);
}

/// Rules as bits by zone, and behind those the ones that name no zone.
fn by_zone<'p>(
    cells: impl Iterator<Item = &'p Zones>,
    (zones, words): (usize, usize),
    named: impl Fn(&Zones) -> Vec<u32>,
) -> Vec<Vec<u64>> {
    let mut rows = vec![vec![0; words]; zones + 1];
    for (rule, cell) in (0u32..).zip(cells) {
        if *cell == Zones::Any {
            rows.last_mut().into_iter().for_each(|row| bits::set(row, rule));
            continue;
        }
        for zone in named(cell) {
            let row = usize::try_from(zone).ok().and_then(|zone| rows.get_mut(zone));
            row.into_iter().for_each(|row| bits::set(row, rule));
        }
    }
    rows
}

/// The rules of address translation that a cell names; `None` where one is named otherwise than as one of several members,
/// or a zone is.
fn named(policy: &Policy, cell: &Addresses) -> Option<Vec<NatId>> {
    let mut found = Vec::new();
    let mut seen: HashSet<u32> = HashSet::new();
    let mut open = vec![(cell, true)];
    while let Some((cell, adds)) = open.pop() {
        match cell {
            Addresses::TranslatedBy(id) if adds => found.push(*id),
            // Where packets leave is decided after translation, whatever the rules see.
            Addresses::TranslatedBy(_) | Addresses::Zone(_) => return None,
            Addresses::Object(id) => {
                let at = usize::try_from(id.0).unwrap_or(usize::MAX);
                if let Some(object) = policy.addresses.get(at)
                    && (!adds || seen.insert(id.0))
                {
                    open.push((&object.value, adds));
                }
            }
            Addresses::Union(members) => open.extend(members.iter().map(|cell| (cell, adds))),
            Addresses::Common(members) => open.extend(members.iter().map(|cell| (cell, false))),
            Addresses::Except(from, without) => {
                open.extend([(&**from, false), (&**without, false)])
            }
            Addresses::Any | Addresses::Range(_) | Addresses::Masked(_) | Addresses::Unknown(_) => {
            }
        }
    }
    Some(found)
}
