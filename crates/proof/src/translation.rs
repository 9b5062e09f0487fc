//! Address translation as ordered lists: who rewrites the destination, and what becomes of the source of what is accepted (`source`).

mod source;

use std::sync::Arc;

use hashbrown::HashMap;
use policy::{NatId, NatPass, NatRule, NatWhen, Policy, Seen};

use crate::bits;
use crate::meaning::{Meaning, Party, Side};
use crate::questions::Questions;
use crate::reach::Reach;
use crate::sets::Set;
use crate::slice::{NewAddress, NewPort, Slice};
use crate::wide::{Exceeded, Union, Wide};
pub(crate) use source::{NewSource, Translator, listed, own_source, push, rewritten};

/// The new source (or destination) of a packet as people compare it: equal values mean the same function.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NewValue {
    /// The old one.
    Same,
    /// One of these, first and last, as numbers.
    OneOf(Vec<(u128, u128)>),
    /// The old one moved by this much, modulo 2^128.
    Moved(u128),
    /// The address of an interface of a zone, which depends on more than the zone: by the numbers of the zone, and by what tells which
    /// interface of it a packet leaves by. Only the same text is the same function.
    Interface(Box<(Vec<u32>, Arc<str>)>),
    /// As a list of source translation says, by its number: of the packet as that list sees it, whoever accepts it.
    Listed(u32),
    /// An address that only the device knows: its kind and meaning. For what is like nothing else, which policy and which predicate.
    Named(Box<str>),
}

impl NewValue {
    /// Whether it is the old one, or that moved.
    pub(crate) fn keeps(&self) -> bool {
        matches!(self, Self::Same | Self::Moved(_))
    }

    /// The old values for which this and another function give the same: `None` is all, an empty set none.
    pub(crate) fn agrees(&self, other: &Self) -> Option<Vec<u128>> {
        let single = |value: &Self| match value {
            Self::OneOf(ranges) => match ranges.as_slice() {
                [(first, last)] if first == last => Some(*first),
                _ => None,
            },
            _ => None,
        };
        let moved = |value: &Self| match value {
            Self::Same => Some(0u128),
            Self::Moved(by) => Some(*by),
            _ => None,
        };
        if self == other {
            return None;
        }
        let pair = single(self).zip(moved(other)).or_else(|| single(other).zip(moved(self)));
        Some(pair.map(|(constant, by)| constant.wrapping_sub(by)).into_iter().collect())
    }
}

/// What becomes of an accepted packet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rewritten {
    /// Source address.
    pub source: NewValue,
    /// Source port.
    pub source_port: NewValue,
    /// Destination address.
    pub destination: NewValue,
    /// Destination port.
    pub destination_port: NewValue,
}

/// A part of the packets, and the rule that rewrites their destination (or only decides how they are seen).
#[derive(Clone, Debug)]
pub(crate) struct DestinationPart {
    pub(crate) region: Wide,
    pub(crate) rule: Option<NatId>,
}

/// The rules of the passes of one kind, with their numbers.
fn numbered(policy: &Policy, when: NatWhen) -> Vec<Vec<(NatId, &NatRule)>> {
    let mut next = 0u32;
    let mut passes = Vec::new();
    for pass in &policy.nat.passes {
        let NatPass { rules, .. } = pass;
        let ids = (next..).map(NatId).zip(rules);
        if pass.when == when {
            passes.push(ids.filter(|(_, rule)| rule.enabled).collect());
        }
        next = next.saturating_add(u32::try_from(rules.len()).unwrap_or(u32::MAX));
    }
    passes
}

/// What a NAT rule matches, of the packets of a region and those that `meaning` is about.
fn matches(
    meaning: &mut Meaning<'_, '_>,
    rule: &NatRule,
    within: &Wide,
) -> Result<Union, Exceeded> {
    let mut matched = Union::one(within.clone());
    matched.narrow(&meaning.from(&rule.from))?;
    matched.narrow(&meaning.to(&rule.to))?;
    if matched.0.is_empty() {
        return Ok(matched);
    }
    matched.narrow(&meaning.pair(rule.pair)?)?;
    matched.narrow(&meaning.addresses(&rule.destination, Side::Destination)?)?;
    if matched.0.is_empty() {
        return Ok(matched);
    }
    matched.narrow(&meaning.addresses(&rule.source, Side::Source)?)?;
    matched.narrow(&meaning.services(&rule.services)?)?;
    matched.narrow(&meaning.conditions(&rule.conditions)?)?;
    Ok(matched)
}

/// Who rewrites the destination of which packets: disjoint parts. What is in none of them is nobody's.
pub(crate) fn destination_parts(
    party: &Party<'_>,
    questions: &mut Questions,
) -> Result<Vec<DestinationPart>, Exceeded> {
    let passes = numbered(party.policy, NatWhen::BeforeFilter);
    let rewriting = passes.iter().filter(|rules| rules.iter().any(|(_, rule)| acts(rule)));
    let mut rewriting = rewriting.collect::<Vec<_>>();
    let Some(rules) = rewriting.pop() else { return Ok(Vec::new()) };
    if !rewriting.is_empty() {
        return Err(Exceeded("passes of destination translation"));
    }
    let before =
        Slice { by: None, address: NewAddress::Same, port: NewPort::Same, seen: Seen::Original };
    let mut meaning = Meaning::new(party, before, questions);
    let mut regions: Vec<(Union, &NatRule)> = Vec::with_capacity(rules.len());
    for (_, rule) in rules {
        regions.push((matches(&mut meaning, rule, &party.universe.full)?, rule));
    }
    let mut ordered: Vec<(Wide, Option<NatId>)> = Vec::new();
    for (at, ((id, rule), (region, _))) in rules.iter().zip(&regions).enumerate() {
        if rule.chain.is_some() && rule.rewrites_source() && !rule.rewrites_destination() {
            let later = rules.iter().zip(&regions).skip(at + 1);
            for ((later_id, later_rule), (later_region, _)) in later {
                let other_side = later_rule.rewrites_destination() && !later_rule.rewrites_source();
                if later_rule.chain == rule.chain && other_side {
                    let both = region.and(later_region)?;
                    ordered.extend(both.0.into_iter().map(|region| (region, Some(*later_id))));
                }
            }
        }
        let by = acts(rule).then_some(*id);
        ordered.extend(region.0.iter().map(|region| (region.clone(), by)));
    }
    disjoint(ordered)
}

/// Whether a rule changes what the filter sees or where packets go.
fn acts(rule: &NatRule) -> bool {
    rule.rewrites_destination() || rule.seen.is_some()
}

/// Each region without those before it. Parts that nobody rewrites are left out of the result, but not of what comes before.
fn disjoint(ordered: Vec<(Wide, Option<NatId>)>) -> Result<Vec<DestinationPart>, Exceeded> {
    let reach = Reach::new(ordered.iter().map(|(region, _)| &region.destination));
    let mut parts: Vec<DestinationPart> = Vec::new();
    for (at, (region, rule)) in (0u32..).zip(&ordered) {
        if rule.is_none() {
            continue;
        }
        let mut left = vec![region.clone()];
        let near = reach.meeting(&region.destination);
        let near: Vec<u32> =
            near.map_or_else(|| (0..at).collect(), |near| bits::numbers(&near).collect());
        for number in near.into_iter().take_while(|number| *number < at) {
            let earlier = usize::try_from(number).ok().and_then(|number| ordered.get(number));
            let Some((earlier, _)) = earlier else { continue };
            left = without(left, earlier)?;
            if left.is_empty() {
                break;
            }
        }
        parts.extend(left.into_iter().map(|region| DestinationPart { region, rule: *rule }));
    }
    Ok(parts)
}

/// Parts of both sides that share destinations, directly or by others; of others none does.
pub(crate) struct Cluster<'p> {
    /// The destinations of all of them.
    pub(crate) destinations: Set<u128>,
    pub(crate) left: Vec<&'p DestinationPart>,
    pub(crate) right: Vec<&'p DestinationPart>,
}

/// Groups parts, in the order of their first destinations.
pub(crate) fn clusters<'p>(
    left: &'p [DestinationPart],
    right: &'p [DestinationPart],
) -> Vec<Cluster<'p>> {
    let all: Vec<(&DestinationPart, bool)> = left
        .iter()
        .map(|part| (part, true))
        .chain(right.iter().map(|part| (part, false)))
        .collect();
    let mut ranges: Vec<(u128, u128, usize)> = Vec::new();
    for (number, (part, _)) in all.iter().enumerate() {
        let own = part.region.destination.ranges().iter();
        ranges.extend(own.map(|(first, last)| (*first, *last, number)));
    }
    ranges.sort_unstable();
    // Each part points to one of its group; what points to itself stands for it.
    let mut group: Vec<usize> = (0..all.len()).collect();
    let mut reached: Option<(u128, usize)> = None;
    for (first, last, number) in &ranges {
        reached = match reached {
            Some((end, other)) if *first <= end => {
                let (one, two) = (root(&mut group, other), root(&mut group, *number));
                if let Some(slot) = group.get_mut(one.max(two)) {
                    *slot = one.min(two);
                }
                Some((end.max(*last), *number))
            }
            _ => Some((*last, *number)),
        };
    }
    let mut places: HashMap<usize, usize> = HashMap::new();
    let mut found: Vec<(Cluster<'p>, Vec<(u128, u128)>)> = Vec::new();
    for (first, last, number) in ranges {
        let place = *places.entry(root(&mut group, number)).or_insert_with(|| {
            let destinations = Set::empty();
            found.push((Cluster { destinations, left: vec![], right: vec![] }, vec![]));
            found.len() - 1
        });
        if let Some((_, ranges)) = found.get_mut(place) {
            ranges.push((first, last));
        }
    }
    for (number, (part, of_left)) in all.into_iter().enumerate() {
        let place = places.get(&root(&mut group, number)).and_then(|place| found.get_mut(*place));
        if let Some((cluster, _)) = place {
            if of_left { &mut cluster.left } else { &mut cluster.right }.push(part);
        }
    }
    let whole = found.into_iter();
    whole.map(|(cluster, ranges)| Cluster { destinations: Set::new(ranges), ..cluster }).collect()
}

/// What stands for the group of a part; the way there becomes shorter.
fn root(group: &mut [usize], mut at: usize) -> usize {
    while let Some(up) = group.get(at).copied()
        && up != at
    {
        let above = group.get(up).copied().unwrap_or(up);
        if let Some(slot) = group.get_mut(at) {
            *slot = above;
        }
        at = above;
    }
    at
}

/// What is left of regions without another one.
pub(crate) fn without(regions: Vec<Wide>, taken: &Wide) -> Result<Vec<Wide>, Exceeded> {
    let mut left = Vec::with_capacity(regions.len());
    for region in regions {
        if region.and(taken).is_none() {
            left.push(region);
            continue;
        }
        left.extend(region.without(taken));
        if left.len() > 100_000 {
            return Err(Exceeded("parts of address translation"));
        }
    }
    Ok(left)
}
