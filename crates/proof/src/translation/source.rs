//! What becomes of the source of what is accepted.

use policy::{
    AddressTarget, Family, NatId, NatRule, NatWhen, Policy, PortTarget, Seen, SourceNat, ZoneId,
};

use super::{NewValue, Rewritten, matches};
use crate::bits;
use crate::candidates::Candidates;
use crate::flatten::Flat;
use crate::meaning::{Meaning, Party};
use crate::questions::alone;
use crate::reach::Reach;
use crate::routes::own_address;
use crate::sets::Set;
use crate::slice::{NewAddress, NewPort, Slice};
use crate::wide::{Exceeded, Union, Wide, line};

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
    fn new(
        meaning: &mut Meaning<'p, '_>,
        when: NatWhen,
        within: &Wide,
        known: Option<&Candidates>,
    ) -> Result<Self, Exceeded> {
        let regions = source_order(&sources(meaning, when, within, known)?)?;
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
        let near = near.unwrap_or_default();
        let near = bits::numbers(&near).filter_map(|at| usize::try_from(at).ok());
        let mut left = vec![region];
        for at in near.chain(all) {
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
    /// For the packets of a region, which `meaning` has the slice of; `rule` rewrote their destination. With rules looked up in `known`.
    pub(crate) fn new(
        meaning: &mut Meaning<'p, '_>,
        rule: Option<NatId>,
        within: &Wide,
        known: Option<&Candidates>,
    ) -> Result<Self, Exceeded> {
        let policy = meaning.party.policy;
        let last_rewrites = policy.nat.passes.iter().any(|pass| {
            pass.when == NatWhen::AfterFilter && pass.rules.iter().any(|rule| rule.enabled)
        });
        Ok(Self {
            destination: rule.and_then(|id| policy.nat.rule(id)),
            first: Order::new(meaning, NatWhen::BeforeFilter, within, known)?,
            last_rewrites,
            instead: Order::new(meaning, NatWhen::InsteadOfRule, within, known)?,
            instead_of_interface: Order::new(meaning, NatWhen::InsteadOfInterface, within, known)?,
            last: Order::new(meaning, NatWhen::AfterFilter, within, known)?,
            local: meaning.routed(&meaning.party.ways.own),
        })
    }
}

/// What becomes of the source of the packets of a region, when whoever accepts them has this source NAT of its own: one ordered list, of
/// which the first entry that has a packet says it. Passes before and after the filter must not work together.
pub(crate) fn listed(
    meaning: &mut Meaning<'_, '_>,
    translator: &Translator<'_>,
    region: &Wide,
    own: Option<&NewSource>,
) -> Result<Vec<(Wide, Rewritten)>, Exceeded> {
    let Translator { first, instead, instead_of_interface, last, local, .. } = translator;
    let before = !first.regions.is_empty();
    let orders = match own {
        _ if before => vec![first],
        None => vec![last],
        Some(own) if own.address.is_none() => vec![instead, instead_of_interface],
        Some(_) => vec![instead],
    };
    let mut list = Vec::new();
    // What is for the firewall itself does not leave it: see below.
    if let Some(stays) = region.and(local).filter(|_| !before) {
        push(&mut list, meaning, stays, None, &NewSource::KEPT)?;
    }
    for (there, rule) in orders.into_iter().flat_map(|order| &order.regions) {
        if let Some(both) = region.and(there) {
            push(&mut list, meaning, both, None, &NewSource::of(meaning.party, *rule)?)?;
        }
    }
    push(&mut list, meaning, region.clone(), None, own.unwrap_or(&NewSource::KEPT))?;
    Ok(list)
}

/// Splits accepted packets by what becomes of them. `meaning` has the slice that they are in.
pub(crate) fn rewritten(
    meaning: &mut Meaning<'_, '_>,
    flat: &Flat,
    translator: &Translator<'_>,
) -> Result<Vec<(Wide, Rewritten)>, Exceeded> {
    let policy = meaning.party.policy;
    let own = own_source(policy, flat);
    let destination = translator.destination;
    let mut parts: Vec<(Wide, Rewritten)> = Vec::new();
    // Destination and source of one rule, or of two in a chain, before the filter.
    let twice = own.is_some() || translator.last_rewrites;
    let mut left = before_filter(flat.region.clone(), &mut parts, meaning, translator, twice)?;
    // What is for the firewall itself does not leave it, so that nothing else becomes of its source.
    if !translator.local.is_empty() {
        for piece in std::mem::take(&mut left) {
            if let Some(local) = piece.and(&translator.local) {
                push(&mut parts, meaning, local, destination, &NewSource::KEPT)?;
            }
            left.extend(piece.without(&translator.local));
        }
    }
    let Some(own) = own else {
        take(&mut left, &mut parts, meaning, destination, &translator.last)?;
        for region in left {
            push(&mut parts, meaning, region, destination, &NewSource::KEPT)?;
        }
        return Ok(parts);
    };
    take(&mut left, &mut parts, meaning, destination, &translator.instead)?;
    if own.address == AddressTarget::EgressInterface {
        take(&mut left, &mut parts, meaning, destination, &translator.instead_of_interface)?;
    }
    let source = NewSource::new(meaning.party, Some(&own.address), own.port)?;
    for region in left {
        push(&mut parts, meaning, region, destination, &source)?;
    }
    Ok(parts)
}

/// The source NAT of the rule that accepted.
pub(crate) fn own_source<'p>(policy: &'p Policy, flat: &Flat) -> Option<&'p SourceNat> {
    let (base, at) = flat.accepted_by?;
    let rules = &policy.rulebase(base)?.rules;
    rules.get(usize::try_from(at).ok()?)?.source_nat.as_deref()
}

/// Rules that decide about the source in passes of one kind, with the packets they match: of the packets as they are at that time.
fn sources<'a>(
    meaning: &mut Meaning<'a, '_>,
    when: NatWhen,
    within: &Wide,
    known: Option<&Candidates>,
) -> Result<Vec<(Union, &'a NatRule)>, Exceeded> {
    let party = meaning.party;
    let mut all = Vec::new();
    // Before the filter the rules see the packet as it came, after it as it has become.
    let before = when == NatWhen::BeforeFilter;
    let at_that_time = if before {
        let (address, port) = (NewAddress::Same, NewPort::Same);
        Slice { by: None, address, port, seen: Seen::Original }
    } else {
        Slice { seen: Seen::Translated, ..meaning.slice.clone() }
    };
    let passes = (0usize..).zip(&party.policy.nat.passes);
    for (number, pass) in passes.filter(|(_, pass)| pass.when == when) {
        let near = known.and_then(|known| known.of_pass(number, party, &at_that_time, within));
        let every = if near.is_some() { 0..0 } else { 0..pass.rules.len() };
        let near = near.into_iter().flatten().filter_map(|at| usize::try_from(at).ok());
        let rules = near.chain(every).filter_map(|at| pass.rules.get(at));
        let rules: Vec<&NatRule> = rules.filter(|rule| rule.enabled).collect();
        // After the filter, a rule that rewrites nothing still decides: nothing else is rewritten.
        if before && !rules.iter().any(|rule| rule.rewrites_source()) {
            continue;
        }
        let mut then = Meaning::new(party, at_that_time.clone(), &mut *meaning.questions);
        for rule in rules {
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
            push(parts, meaning, both, destination, &NewSource::of(meaning.party, rule)?)
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
                let source = NewSource::of(meaning.party, Some(rule))?;
                push(parts, meaning, both, translator.destination, &source)?;
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

/// What becomes of a source, so that what is equal is the same function.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct NewSource {
    /// The address; `None`: that of the interface by which the packet leaves.
    address: Option<NewValue>,
    port: NewValue,
}

impl NewSource {
    /// Nobody rewrites it.
    pub(crate) const KEPT: Self = Self { address: Some(NewValue::Same), port: NewValue::Same };

    /// As the list of this number says.
    pub(crate) fn listed(number: u32) -> Self {
        let of = NewValue::Listed(number);
        Self { address: Some(of.clone()), port: of }
    }

    pub(crate) fn new(
        party: &Party<'_>,
        address: Option<&AddressTarget>,
        port: PortTarget,
    ) -> Result<Self, Exceeded> {
        let address = match address {
            Some(AddressTarget::EgressInterface) => None,
            other => Some(new_address(party, other)?),
        };
        Ok(Self { address, port: new_port(port) })
    }

    fn of(party: &Party<'_>, rule: Option<&NatRule>) -> Result<Self, Exceeded> {
        let rule = rule.map(|rule| Self::new(party, rule.source_to.as_ref(), rule.source_port));
        rule.unwrap_or(Ok(Self::KEPT))
    }
}

/// Adds a part. Ports are rewritten only where there are any.
pub(crate) fn push(
    parts: &mut Vec<(Wide, Rewritten)>,
    meaning: &Meaning<'_, '_>,
    region: Wide,
    destination: Option<&NatRule>,
    source: &NewSource,
) -> Result<(), Exceeded> {
    let to_port = new_port(destination.map_or(PortTarget::Keep, |rule| rule.destination_port));
    let listed = matches!(source.port, NewValue::Listed(_));
    if (source.port == NewValue::Same || listed) && to_port == NewValue::Same {
        return push_part(parts, meaning, region, destination, source, to_port);
    }
    let ports = line::with_ports();
    let with = Wide { service: region.service.and(&ports), ..region.clone() };
    let none = Wide { service: region.service.without(&ports), ..region };
    if !none.is_empty() {
        let port = if listed { source.port.clone() } else { NewValue::Same };
        let kept = NewSource { port, ..source.clone() };
        push_part(parts, meaning, none, destination, &kept, NewValue::Same)?;
    }
    if with.is_empty() {
        return Ok(());
    }
    push_part(parts, meaning, with, destination, source, to_port)
}

fn push_part(
    parts: &mut Vec<(Wide, Rewritten)>,
    meaning: &Meaning<'_, '_>,
    region: Wide,
    destination: Option<&NatRule>,
    source: &NewSource,
    destination_port: NewValue,
) -> Result<(), Exceeded> {
    let family = meaning.party.universe.family;
    let policy = meaning.party.policy;
    let to = destination.and_then(|rule| rule.destination_to.as_ref());
    let destination = new_address(meaning.party, to)?;
    let source_port = source.port.clone();
    if let Some(source) = source.address.clone() {
        parts.push((region, Rewritten { source, source_port, destination, destination_port }));
        return Ok(());
    }
    // The address depends on where the packet leaves; what is for the firewall itself does not.
    let local = meaning.routed(&meaning.party.ways.own);
    let stays = region.and(&local);
    let mut rest = region.without(&local);
    for zone in (0u32..).zip(&policy.zones).map(|(zone, _)| ZoneId(zone)) {
        let there = meaning.to(&policy::Zones::Of(vec![zone]));
        let source = interface_address(meaning, zone, family);
        for both in there.0.iter().flat_map(|region| region.take_from(&mut rest)) {
            let all = Rewritten {
                source: source.clone(),
                source_port: source_port.clone(),
                destination: destination.clone(),
                destination_port: destination_port.clone(),
            };
            parts.push((both, all));
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
            // Which ranges a choice is written as does not matter.
            let ranges = ranges.iter().map(|range| crate::wide::number_range(*range)).collect();
            NewValue::OneOf(Set::new(ranges).ranges().to_vec())
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
