//! Address translation as ordered lists: who rewrites the destination, and what becomes of the source of what is accepted.

use std::sync::Arc;

use hashbrown::HashMap;
use policy::{
    AddressTarget, Family, NatId, NatPass, NatRule, NatWhen, Policy, PortTarget, Seen, ZoneId,
};

use crate::flatten::Flat;
use crate::meaning::{Meaning, NewAddress, NewPort, Party, Side, Slice};
use crate::questions::{Questions, alone};
use crate::reach::Reach;
use crate::routes::own_address;
use crate::sets::Set;
use crate::wide::{Exceeded, Union, Wide, line};

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
    /// An address that only the device knows: its kind and meaning. For what is like nothing else, which policy and which predicate.
    Named(Box<str>),
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
        let near = near.unwrap_or_else(|| (0..at).collect());
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

/// What decides about the source of the packets of one slice, looked up once.
pub(crate) struct Translator<'p> {
    /// The rule that rewrote the destination.
    destination: Option<&'p NatRule>,
    first: Order<'p>,
    /// Whether something after the filter may rewrite the source again.
    last_rewrites: bool,
    instead: Order<'p>,
    instead_of_interface: Order<'p>,
    last: Order<'p>,
    /// What is for the firewall itself.
    local: Wide,
}

/// Which rule decides about which packets: the first that has them.
struct Order<'p> {
    regions: Vec<(Wide, Option<&'p NatRule>)>,
    /// By source, when they are many.
    reach: Option<Reach>,
}

impl<'p> Order<'p> {
    fn new(meaning: &mut Meaning<'p, '_>, when: NatWhen, within: &Wide) -> Result<Self, Exceeded> {
        let regions = source_order(&sources(meaning, when, within)?)?;
        let sources = regions.iter().map(|(region, _)| &region.source);
        let reach = (regions.len() > 16).then(|| Reach::new(sources));
        Ok(Self { regions, reach })
    }

    /// Splits a region by who decides about it; `None` for what is nobody's.
    fn split(
        &self,
        region: Wide,
        mut each: impl FnMut(Wide, Option<&'p NatRule>) -> Result<(), Exceeded>,
    ) -> Result<Vec<Wide>, Exceeded> {
        let near = self.reach.as_ref().and_then(|reach| reach.meeting(&region.source));
        let all = if near.is_some() { 0..0 } else { 0..self.regions.len() };
        let near = near.unwrap_or_default().into_iter();
        let mut left = vec![region];
        for at in near.filter_map(|at| usize::try_from(at).ok()).chain(all) {
            let Some((there, rule)) = self.regions.get(at) else { continue };
            for piece in std::mem::take(&mut left) {
                let Some(both) = piece.and(there) else {
                    left.push(piece);
                    continue;
                };
                left.extend(piece.without(there));
                each(both, *rule)?;
            }
            if left.is_empty() {
                break;
            }
        }
        Ok(left)
    }
}

impl<'p> Translator<'p> {
    /// For the packets of a region, which `meaning` has the slice of; `rule` rewrote their destination.
    pub(crate) fn new(
        meaning: &mut Meaning<'p, '_>,
        rule: Option<NatId>,
        within: &Wide,
    ) -> Result<Self, Exceeded> {
        let policy = meaning.party.policy;
        let last_rewrites = policy.nat.passes.iter().any(|pass| {
            pass.when == NatWhen::AfterFilter && pass.rules.iter().any(|rule| rule.enabled)
        });
        Ok(Self {
            destination: rule.and_then(|id| policy.nat.rule(id)),
            first: Order::new(meaning, NatWhen::BeforeFilter, within)?,
            last_rewrites,
            instead: Order::new(meaning, NatWhen::InsteadOfRule, within)?,
            instead_of_interface: Order::new(meaning, NatWhen::InsteadOfInterface, within)?,
            last: Order::new(meaning, NatWhen::AfterFilter, within)?,
            local: meaning.routed(&meaning.party.ways.own),
        })
    }
}

/// Splits accepted packets by what becomes of them. `meaning` has the slice that they are in.
pub(crate) fn rewritten(
    meaning: &mut Meaning<'_, '_>,
    flat: &Flat,
    translator: &Translator<'_>,
) -> Result<Vec<(Wide, Rewritten)>, Exceeded> {
    let policy = meaning.party.policy;
    let own = flat.accepted_by.and_then(|(base, at)| {
        let rules = &policy.rulebase(base)?.rules;
        rules.get(usize::try_from(at).ok()?)?.source_nat.as_deref()
    });
    let destination = translator.destination;
    let kept = (None, PortTarget::Keep);
    let mut parts: Vec<(Wide, Rewritten)> = Vec::new();
    // Destination and source of one rule, or of two in a chain, before the filter.
    let twice = own.is_some() || translator.last_rewrites;
    let mut left = before_filter(flat.region.clone(), &mut parts, meaning, translator, twice)?;
    // What is for the firewall itself does not leave it, so that nothing else becomes of its source.
    if !translator.local.is_empty() {
        for piece in std::mem::take(&mut left) {
            if let Some(local) = piece.and(&translator.local) {
                push(&mut parts, meaning, local, destination, kept)?;
            }
            left.extend(piece.without(&translator.local));
        }
    }
    let Some(own) = own else {
        take(&mut left, &mut parts, meaning, destination, &translator.last)?;
        for region in left {
            push(&mut parts, meaning, region, destination, kept)?;
        }
        return Ok(parts);
    };
    take(&mut left, &mut parts, meaning, destination, &translator.instead)?;
    if own.address == AddressTarget::EgressInterface {
        take(&mut left, &mut parts, meaning, destination, &translator.instead_of_interface)?;
    }
    for region in left {
        let source = (Some(&own.address), own.port);
        push(&mut parts, meaning, region, destination, source)?;
    }
    Ok(parts)
}

/// Rules that decide about the source in passes of one kind, with the packets they match: of the packets as they are at that time.
fn sources<'a>(
    meaning: &mut Meaning<'a, '_>,
    when: NatWhen,
    within: &Wide,
) -> Result<Vec<(Union, &'a NatRule)>, Exceeded> {
    let policy = meaning.party.policy;
    let mut all = Vec::new();
    // Before the filter the rules see the packet as it came, after it as it has become.
    let slice = meaning.slice.clone();
    let seen = if when == NatWhen::BeforeFilter { Seen::Original } else { Seen::Translated };
    let at_that_time = if when == NatWhen::BeforeFilter {
        Slice { by: None, address: NewAddress::Same, port: NewPort::Same, seen }
    } else {
        Slice { seen, ..slice }
    };
    for rules in numbered(policy, when) {
        let before = when == NatWhen::BeforeFilter;
        // After the filter, a rule that rewrites nothing still decides: nothing else is rewritten.
        if before && !rules.iter().any(|(_, rule)| rule.rewrites_source()) {
            continue;
        }
        let mut then = Meaning::new(meaning.party, at_that_time.clone(), &mut *meaning.questions);
        for (_, rule) in rules {
            let matched = matches(&mut then, rule, within)?;
            if !matched.0.is_empty() {
                all.push((matched, rule));
            }
        }
    }
    Ok(all)
}

/// Takes from `left` what the first matching rule decides about.
fn take(
    left: &mut Vec<Wide>,
    parts: &mut Vec<(Wide, Rewritten)>,
    meaning: &mut Meaning<'_, '_>,
    destination: Option<&NatRule>,
    order: &Order<'_>,
) -> Result<(), Exceeded> {
    if order.regions.is_empty() {
        return Ok(());
    }
    for piece in std::mem::take(left) {
        left.extend(order.split(piece, |both, rule| {
            let source = rule.map_or((None, PortTarget::Keep), |rule| {
                (rule.source_to.as_ref(), rule.source_port)
            });
            push(parts, meaning, both, destination, source)
        })?);
    }
    Ok(())
}

/// What no rule before the filter rewrites the source of. `twice`: something may rewrite it again.
fn before_filter(
    region: Wide,
    parts: &mut Vec<(Wide, Rewritten)>,
    meaning: &mut Meaning<'_, '_>,
    translator: &Translator<'_>,
    twice: bool,
) -> Result<Vec<Wide>, Exceeded> {
    if translator.first.regions.is_empty() {
        return Ok(vec![region]);
    }
    let mut kept = Vec::new();
    let left = translator.first.split(region, |both, rule| {
        match rule.filter(|rule| rule.rewrites_source()) {
            Some(_) if twice => return Err(Exceeded("source translated twice")),
            Some(rule) => {
                let source = (rule.source_to.as_ref(), rule.source_port);
                push(parts, meaning, both, translator.destination, source)?;
            }
            None => kept.push(both),
        }
        Ok(())
    })?;
    kept.extend(left);
    Ok(kept)
}

/// Which rule decides about the source, in order. A rule of a chain that only rewrites the destination lets the search go on for a
/// later one of its chain that only rewrites the source; when there is none, the source stays.
fn source_order<'r>(
    rules: &[(Union, &'r NatRule)],
) -> Result<Vec<(Wide, Option<&'r NatRule>)>, Exceeded> {
    let mut ordered = Vec::new();
    for (at, (union, rule)) in rules.iter().enumerate() {
        if rule.chain.is_some() && rule.rewrites_destination() && !rule.rewrites_source() {
            for (later_union, later) in rules.iter().skip(at + 1) {
                let other_side = later.rewrites_source() && !later.rewrites_destination();
                if later.chain == rule.chain && other_side {
                    let both = union.and(later_union)?;
                    ordered.extend(both.0.into_iter().map(|region| (region, Some(*later))));
                }
            }
        }
        ordered.extend(union.0.iter().map(|region| (region.clone(), Some(*rule))));
    }
    Ok(ordered)
}

/// Adds a part. Ports are rewritten only where there are any.
fn push(
    parts: &mut Vec<(Wide, Rewritten)>,
    meaning: &Meaning<'_, '_>,
    region: Wide,
    destination: Option<&NatRule>,
    (source, port): (Option<&AddressTarget>, PortTarget),
) -> Result<(), Exceeded> {
    let to_port = destination.map_or(PortTarget::Keep, |rule| rule.destination_port);
    if port == PortTarget::Keep && to_port == PortTarget::Keep {
        return push_part(parts, meaning, region, destination, (source, port, to_port));
    }
    let ports = line::with_ports();
    let with = Wide { service: region.service.and(&ports), ..region.clone() };
    let none = Wide { service: region.service.without(&ports), ..region };
    if !none.is_empty() {
        let keep = PortTarget::Keep;
        push_part(parts, meaning, none, destination, (source, keep, keep))?;
    }
    if with.is_empty() {
        return Ok(());
    }
    push_part(parts, meaning, with, destination, (source, port, to_port))
}

fn push_part(
    parts: &mut Vec<(Wide, Rewritten)>,
    meaning: &Meaning<'_, '_>,
    region: Wide,
    destination: Option<&NatRule>,
    (source, port, to_port): (Option<&AddressTarget>, PortTarget, PortTarget),
) -> Result<(), Exceeded> {
    let family = meaning.party.universe.family;
    let policy = meaning.party.policy;
    let to = destination.and_then(|rule| rule.destination_to.as_ref());
    let destination = new_address(meaning.party, to)?;
    let destination_port = new_port(to_port);
    let source_port = new_port(port);
    if source != Some(&AddressTarget::EgressInterface) {
        let source = new_address(meaning.party, source)?;
        let all = Rewritten { source, source_port, destination, destination_port };
        parts.push((region, all));
        return Ok(());
    }
    // The address depends on where the packet leaves; what is for the firewall itself does not.
    let local = meaning.routed(&meaning.party.ways.own);
    let stays = region.and(&local);
    let mut rest = region.without(&local);
    for zone in (0u32..).zip(&policy.zones).map(|(zone, _)| ZoneId(zone)) {
        let there = meaning.to(&policy::Zones::Of(vec![zone]));
        let source = interface_address(meaning, zone, family);
        for region in &there.0 {
            for piece in std::mem::take(&mut rest) {
                let Some(both) = piece.and(region) else {
                    rest.push(piece);
                    continue;
                };
                rest.extend(piece.without(region));
                let all = Rewritten {
                    source: source.clone(),
                    source_port: source_port.clone(),
                    destination: destination.clone(),
                    destination_port: destination_port.clone(),
                };
                parts.push((both, all));
            }
        }
    }
    // Whatever leaves nowhere keeps its source: it is not translated because it does not leave.
    rest.extend(stays);
    let all = Rewritten { source: NewValue::Same, source_port, destination, destination_port };
    parts.extend(rest.into_iter().map(|region| (region, all.clone())));
    Ok(())
}

/// The source address that packets get that leave by this zone.
fn interface_address(meaning: &Meaning<'_, '_>, zone: ZoneId, family: Family) -> NewValue {
    let policy = meaning.party.policy;
    let there = || policy.interfaces.iter().filter(|interface| interface.zone == zone);
    if let (1, Some(own)) = (there().count(), there().find_map(|only| own_address(only, family))) {
        let number = crate::wide::address_number(own);
        return NewValue::OneOf(vec![(number, number)]);
    }
    let index = usize::try_from(zone.0).unwrap_or(usize::MAX);
    let numbers = meaning.party.zones.get(index).map(|set| set.ranges().to_vec());
    let numbers = numbers.unwrap_or_default().into_iter().flat_map(|(first, last)| first..=last);
    let inside = meaning.party.ways.inside.get(index).cloned();
    NewValue::Interface(Box::new((numbers.collect(), inside.unwrap_or_default())))
}

fn new_address(party: &Party<'_>, target: Option<&AddressTarget>) -> Result<NewValue, Exceeded> {
    let (policy, family) = (party.policy, party.universe.family);
    let other = Exceeded("translation between address families");
    Ok(match target {
        None | Some(AddressTarget::EgressInterface) => NewValue::Same,
        Some(AddressTarget::OneOf(ranges)) if ranges.is_empty() => NewValue::Same,
        Some(AddressTarget::OneOf(ranges)) => {
            if ranges.iter().any(|range| range.family() != family) {
                return Err(other);
            }
            NewValue::OneOf(ranges.iter().map(|range| crate::wide::number_range(*range)).collect())
        }
        Some(AddressTarget::Shift { from, to }) => {
            if from.family() != family || Family::of(*to) != family {
                return Err(other);
            }
            let (first, last) = crate::wide::number_range(*from);
            let to = crate::wide::address_number(*to);
            match to.wrapping_sub(first) {
                0 => NewValue::Same,
                _ if first == last => NewValue::OneOf(vec![(to, to)]),
                moved => NewValue::Moved(moved),
            }
        }
        Some(AddressTarget::Named(id)) => {
            let index = usize::try_from(id.0).unwrap_or(usize::MAX);
            NewValue::Named(match policy.predicates.get(index) {
                Some(known) if !alone(known.kind) => {
                    format!("{} {}", known.kind.as_str(), known.meaning).into()
                }
                _ => format!("{}:{index}", party.side).into(),
            })
        }
    })
}

fn new_port(target: PortTarget) -> NewValue {
    match target {
        PortTarget::Keep => NewValue::Same,
        PortTarget::OneOf(range) => {
            NewValue::OneOf(vec![(u128::from(range.first()), u128::from(range.last()))])
        }
        PortTarget::Shift { from, to } => {
            let moved = u128::from(to).wrapping_sub(u128::from(from.first()));
            if moved == 0 { NewValue::Same } else { NewValue::Moved(moved) }
        }
    }
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
