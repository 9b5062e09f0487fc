//! Which of many sets of addresses meet a few addresses, without asking each.
//!
//! The borders of all sets cut the line into columns, the leaves of a binary tree; a range is listed at the few nodes that make up its
//! columns, as in [`crate::index`]. It is for queries of few addresses: one that has very many columns is told to look at everything.

use hashbrown::HashSet;
use policy::{Addresses, NatId, Policy, RulebaseId, Seen};

use crate::index::each_node;
use crate::meaning::{Meaning, NewAddress, Side, Slice};
use crate::sets::Set;
use crate::wide::{Exceeded, Wide};

/// Sets by number.
#[derive(Debug)]
pub(crate) struct Reach {
    starts: Vec<u128>,
    nodes: Vec<Vec<u32>>,
}

/// A query with more columns is not worth the tree.
const COLUMNS: usize = 64;

impl Reach {
    pub(crate) fn new<'s>(sets: impl Iterator<Item = &'s Set<u128>> + Clone) -> Self {
        let mut starts = vec![0];
        for (first, last) in sets.clone().flat_map(Set::ranges) {
            starts.push(*first);
            starts.extend(last.checked_add(1));
        }
        starts.sort_unstable();
        starts.dedup();
        let leaves = starts.len().next_power_of_two();
        let mut nodes = vec![Vec::new(); leaves * 2];
        for (number, set) in (0u32..).zip(sets) {
            for (first, last) in set.ranges() {
                let from = starts.partition_point(|start| start < first);
                let to = starts.partition_point(|start| start <= last);
                each_node(leaves + from, leaves + to, |node| {
                    if let Some(list) = nodes.get_mut(node) {
                        list.push(number);
                    }
                });
            }
        }
        Self { starts, nodes }
    }

    /// The numbers of the sets that meet this one, in order; `None`: it may be any of them.
    pub(crate) fn meeting(&self, set: &Set<u128>) -> Option<Vec<u32>> {
        let leaves = self.nodes.len() / 2;
        let mut visited: Vec<usize> = Vec::new();
        let mut columns = 0;
        for (first, last) in set.ranges() {
            let from = self.starts.partition_point(|start| start <= first).saturating_sub(1);
            let to = self.starts.partition_point(|start| start <= last);
            columns += to.saturating_sub(from);
            if columns > COLUMNS {
                return None;
            }
            for leaf in from..to {
                let way = std::iter::successors(Some(leaves + leaf), |node| Some(node / 2));
                visited.extend(way.take_while(|node| *node > 0));
            }
        }
        visited.sort_unstable();
        visited.dedup();
        let lists = visited.iter().filter_map(|node| self.nodes.get(*node));
        let mut found: Vec<u32> = lists.flatten().copied().collect();
        found.sort_unstable();
        found.dedup();
        Some(found)
    }
}

/// The rules of each rulebase by the destinations that they name.
#[derive(Debug)]
pub(crate) struct Candidates {
    bases: Vec<Base>,
}

#[derive(Debug)]
struct Base {
    reach: Reach,
    /// Rules that name a rule of address translation, by it.
    named: Vec<(NatId, u32)>,
}

impl Candidates {
    /// Looks at all rules; `meaning` is that of packets whose destination nobody rewrites.
    pub(crate) fn new(meaning: &mut Meaning<'_, '_>) -> Result<Self, Exceeded> {
        let policy = meaning.party.policy;
        let mut bases = Vec::with_capacity(policy.rulebases.len());
        for base in &policy.rulebases {
            let mut sets = Vec::with_capacity(base.rules.len());
            let mut named = Vec::new();
            for (number, rule) in (0u32..).zip(&base.rules) {
                let Some(ids) = self::named(policy, &rule.destination) else {
                    sets.push(meaning.full().destination.clone());
                    continue;
                };
                named.extend(ids.into_iter().map(|id| (id, number)));
                let union = meaning.addresses(&rule.destination, Side::Destination)?;
                let ranges = union.0.iter().flat_map(|region| region.destination.ranges());
                sets.push(Set::new(ranges.copied().collect()));
            }
            named.sort_unstable();
            bases.push(Base { reach: Reach::new(sets.iter()), named });
        }
        Ok(Self { bases })
    }

    /// The rules of a rulebase that may match packets of a region of this slice, in order; `None`: any of them.
    pub(crate) fn of(&self, base: RulebaseId, slice: &Slice, region: &Wide) -> Option<Vec<u32>> {
        let base = self.bases.get(usize::try_from(base.0).ok()?)?;
        let there = &region.destination;
        let seen = match &slice.address {
            _ if slice.seen == Seen::Original => there.clone(),
            NewAddress::Same => there.clone(),
            NewAddress::Constant(address) => Set::one(*address),
            NewAddress::Picked(_) => return None,
            NewAddress::Shift { first, last, to } => {
                let shifted = Set::new(vec![(*first, *last)]);
                let moved = there.and(&shifted);
                let moved = moved.ranges().iter();
                let mut ranges: Vec<(u128, u128)> =
                    moved.map(|(a, b)| (a - first + to, b - first + to)).collect();
                ranges.extend(there.without(&shifted).ranges());
                Set::new(ranges)
            }
        };
        let mut found = base.reach.meeting(&seen)?;
        if let Some(by) = slice.by {
            let from = base.named.partition_point(|(id, _)| *id < by);
            let named = base.named.iter().skip(from).take_while(|(id, _)| *id == by);
            found.extend(named.map(|(_, rule)| *rule));
            found.sort_unstable();
            found.dedup();
        }
        Some(found)
    }
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
