//! The whole comparison of two policies.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use hashbrown::HashMap;
use policy::{
    By, Family, InterfaceId, NatId, Packet, Policy, RulebaseId, Transport, Verdict, ZoneId,
};

use crate::certificate::Certificate;
use crate::compare::{Budget, Labels, compare, compare_with_grounds};
use crate::flatten::{Flat, Flattening};
use crate::list::{Point, Region};
use crate::meaning::{Meaning, NewAddress, Party, Slice};
use crate::numbering::{Labelled, Numbering};
use crate::questions::{Asked, Questions};
use crate::routes::Ways;
use crate::sets::Set;
use crate::translation::{
    DestinationPart, NewValue, Rewritten, destination_parts, rewritten, without,
};
use crate::wide::{Exceeded, Universe, Wide, line};

/// Which zones of the two policies are the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ZoneMap {
    /// Pairs of zones, left and right. A zone may be in several pairs.
    pub pairs: Vec<(ZoneId, ZoneId)>,
}

impl ZoneMap {
    /// Zones of equal names.
    pub fn by_name(left: &Policy, right: &Policy) -> Self {
        let mut pairs = Vec::new();
        for (mine, zone) in (0u32..).zip(&left.zones) {
            for (theirs, other) in (0u32..).zip(&right.zones) {
                if zone.name == other.name {
                    pairs.push((ZoneId(mine), ZoneId(theirs)));
                }
            }
        }
        Self { pairs }
    }

    /// For each zone of one side the numbers of its pairs.
    fn numbers(&self, zones: usize, of: impl Fn(&(ZoneId, ZoneId)) -> ZoneId) -> Vec<Set> {
        let numbers = |zone: u32| {
            let pairs = (0u32..).zip(&self.pairs);
            let mine = pairs.filter(|(_, pair)| of(pair).0 == zone).map(|(at, _)| (at, at));
            Set::new(mine.collect())
        };
        (0u32..).take(zones).map(numbers).collect()
    }
}

/// How to compare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Whether every way of stopping a packet counts as the same.
    pub merge_denials: bool,
    /// What may be spent.
    pub budget: Budget,
    /// Whether to keep what a checker needs.
    pub certify: bool,
    /// Whether packets of which a port is 0 are compared too. Port 0 is reserved (RFC 6335, section 6; RFC 768 has it for UDP without a
    /// source port), and platforms disagree whether it is among "any": decision 0008.
    pub port_zero: bool,
}

/// What a policy does with packets, as labels compare it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// They are stopped like this.
    Stopped(Verdict),
    /// They leave, rewritten like this, by a zone of this set (numbers of pairs); `None`: as the routes say, which are alike.
    Leaves(Rewritten, Option<Vec<u32>>),
}

/// Stands for the firewall itself where the numbers of zones stand.
pub const LOCAL: u32 = u32::MAX;

/// A difference between two policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Differing {
    /// The address family.
    pub family: Family,
    /// What the left policy does, and what decides it.
    pub left: (Effect, By),
    /// What the right policy does, and what decides it.
    pub right: (Effect, By),
    /// A packet, with the interfaces that it has in either policy.
    pub witness: Witness,
}

/// A packet that two policies treat differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// The packet in the left policy.
    pub left: Packet,
    /// The packet in the right policy.
    pub right: Packet,
    /// Where it is taken to leave, in the left and the right policy, when their routes do not say.
    pub egress: (Option<InterfaceId>, Option<InterfaceId>),
    /// What is taken to hold, and what not.
    pub answers: Vec<(Asked, bool)>,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// The differences, by family and deciding rules.
    pub differences: Vec<Differing>,
    /// What was left open, and why.
    pub open: Vec<Exceeded>,
    /// Pairs of rules about which the budget left the question open.
    pub undecided: u64,
    /// Covers that were looked for.
    pub covers: u64,
    /// What shows that the policies are the same, when it was asked for and they are.
    pub certificate: Option<Certificate>,
}

impl Proof {
    /// Whether the policies were proved to be the same.
    pub fn equal(&self) -> bool {
        self.differences.is_empty() && self.open.is_empty() && self.undecided == 0
    }
}

/// Compares two policies, for every packet of both families.
pub fn prove(left: &Policy, right: &Policy, zones: &ZoneMap, options: Options) -> Proof {
    let mut proof = Proof::default();
    if options.certify {
        proof.certificate = Certificate::new(left, right, zones, options);
    }
    for family in [Family::V4, Family::V6] {
        if let Err(exceeded) = one_family(left, right, zones, options, family, &mut proof) {
            proof.open.push(exceeded);
        }
    }
    if !proof.equal() {
        proof.certificate = None;
    }
    proof
}

fn one_family(
    left: &Policy,
    right: &Policy,
    zones: &ZoneMap,
    options: Options,
    family: Family,
    proof: &mut Proof,
) -> Result<(), Exceeded> {
    let count = u32::try_from(zones.pairs.len()).unwrap_or(u32::MAX);
    let universe = Universe::new(family, count);
    let universe = if options.port_zero { universe } else { universe.without_port_zero() };
    let party = |policy, side, zones| Party {
        policy,
        side,
        zones,
        ways: Ways::new(policy, family),
        universe: &universe,
    };
    let sides = (
        party(left, 0, zones.numbers(left.zones.len(), |pair| pair.0)),
        party(right, 1, zones.numbers(right.zones.len(), |pair| pair.1)),
    );
    let mut whole = Whole {
        zones,
        options,
        universe: &universe,
        egress: !ways_alike(&sides.0, &sides.1),
        questions: Questions::default(),
        effects: Effects::default(),
        proof,
    };
    let parts = (
        destination_parts(&sides.0, &mut whole.questions)?,
        destination_parts(&sides.1, &mut whole.questions)?,
    );
    whole.slices(&sides.0, &sides.1, &parts.0, &parts.1)?;
    let Whole { questions, effects, proof, .. } = whole;
    if let Some(certificate) = &mut proof.certificate {
        certificate.end_family(family, &questions, &effects.all);
    }
    Ok(())
}

/// Whether the two send every address the same way.
fn ways_alike(left: &Party<'_>, right: &Party<'_>) -> bool {
    let (mine, theirs) = (&left.ways, &right.ways);
    if mine.open != theirs.open || mine.nowhere != theirs.nowhere || mine.own != theirs.own {
        return false;
    }
    let by_number = |party: &Party<'_>| {
        let mut ways: HashMap<u32, Vec<(u128, u128)>> = HashMap::new();
        for (numbers, set) in party.zones.iter().zip(&party.ways.zones) {
            for number in numbers.ranges().iter().flat_map(|(first, last)| *first..=*last) {
                ways.entry(number).or_default().extend(set.ranges());
            }
        }
        let sorted = ways.into_iter().map(|(number, ranges)| (number, Set::new(ranges)));
        sorted.filter(|(_, set)| !set.is_empty()).collect::<HashMap<_, _>>()
    };
    by_number(left) == by_number(right)
}

/// Effects as labels.
#[derive(Default)]
struct Effects {
    numbers: HashMap<Effect, u32>,
    all: Vec<Effect>,
}

impl Effects {
    fn number(&mut self, effect: Effect) -> u32 {
        let next = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        *self.numbers.entry(effect.clone()).or_insert_with(|| {
            self.all.push(effect);
            next
        })
    }
}

impl Effects {
    /// Addresses (sources, destinations) at which some two of the effects may agree although they differ elsewhere.
    fn meetings(&self) -> Result<(Vec<u128>, Vec<u128>), Exceeded> {
        let rewritten: Vec<&Rewritten> = self
            .all
            .iter()
            .filter_map(|effect| match effect {
                Effect::Leaves(new, _) => Some(new),
                Effect::Stopped(_) => None,
            })
            .collect();
        let of = |value: fn(&Rewritten) -> &NewValue| {
            let mut values: Vec<&NewValue> = rewritten.iter().map(|new| value(new)).collect();
            values.sort_unstable();
            values.dedup();
            if values.len() > 3_000 {
                return Err(Exceeded("ways of translating one address"));
            }
            let mut met = Vec::new();
            for (index, one) in values.iter().enumerate() {
                for other in values.iter().skip(index + 1) {
                    met.extend(one.agrees(other).into_iter().flatten());
                }
            }
            Ok(met)
        };
        Ok((of(|new| &new.source)?, of(|new| &new.destination)?))
    }
}

/// Effects as functions: where two of them meet.
struct Meeting<'a> {
    effects: &'a Effects,
    numbering: &'a Numbering,
    full: &'a Wide,
}

impl Labels for Meeting<'_> {
    fn agreement(&self, left: u32, right: u32) -> Option<Region> {
        let (Effect::Leaves(mine, by), Effect::Leaves(theirs, other)) =
            (self.effects.all.get(at(left))?, self.effects.all.get(at(right))?)
        else {
            return None;
        };
        if by != other {
            return None;
        }
        let mut region = self.numbering.everything(self.full);
        let [_, _, source, destination, service, client] = &mut region.cells;
        if let Some(met) = mine.source.agrees(&theirs.source) {
            *source = self.numbering.of_source(&met);
        }
        if let Some(met) = mine.destination.agrees(&theirs.destination) {
            *destination = self.numbering.of_destination(&met);
        }
        let port = |met: &u128| u32::try_from(*met).ok().filter(|port| *port <= 0xffff);
        if let Some(met) = mine.source_port.agrees(&theirs.source_port) {
            *client = Set::new(met.iter().filter_map(port).map(|port| (port, port)).collect());
        }
        if let Some(met) = mine.destination_port.agrees(&theirs.destination_port) {
            let ports = met.iter().filter_map(port);
            let lines =
                ports.flat_map(|port| [line::TCP, line::UDP, line::SCTP].map(|base| base + port));
            *service = Set::new(lines.map(|number| (number, number)).collect());
        }
        region.cells.iter().all(|cell| !cell.is_empty()).then_some(region)
    }
}

struct Whole<'u, 'p> {
    zones: &'u ZoneMap,
    options: Options,
    universe: &'u Universe,
    /// Whether the egress zone is part of the effect.
    egress: bool,
    questions: Questions,
    effects: Effects,
    proof: &'p mut Proof,
}

/// One side's list: labelled regions, and what decides each.
type Written = (Vec<Labelled>, Vec<By>);

impl Whole<'_, '_> {
    /// Compares slice by slice: where somebody rewrites the destination, and the rest.
    fn slices(
        &mut self,
        left: &Party<'_>,
        right: &Party<'_>,
        left_parts: &[DestinationPart],
        right_parts: &[DestinationPart],
    ) -> Result<(), Exceeded> {
        let mut rest = vec![self.universe.full.clone()];
        for part in left_parts {
            let mut alone = vec![part.region.clone()];
            for other in right_parts {
                if let Some(both) = part.region.and(&other.region) {
                    self.one(left, right, &both, (part.rule, other.rule))?;
                    alone = without(alone, &other.region)?;
                }
            }
            for region in &alone {
                self.one(left, right, region, (part.rule, None))?;
            }
            rest = without(rest, &part.region)?;
        }
        for other in right_parts {
            let mut alone = vec![other.region.clone()];
            for part in left_parts {
                alone = without(alone, &part.region)?;
            }
            for region in &alone {
                self.one(left, right, region, (None, other.rule))?;
            }
            rest = without(rest, &other.region)?;
        }
        for region in &rest {
            self.one(left, right, region, (None, None))?;
        }
        Ok(())
    }

    /// Compares what happens to the packets of a region. Packets that already go where a rule sends them are looked at on their own:
    /// what is unknown about their destination is the same question before and after.
    fn one(
        &mut self,
        left: &Party<'_>,
        right: &Party<'_>,
        region: &Wide,
        rules: (Option<NatId>, Option<NatId>),
    ) -> Result<(), Exceeded> {
        let family = self.universe.family;
        let slice = |party: &Party<'_>, rule: Option<NatId>| match rule {
            Some(id) => Slice::of(party.policy, id, family),
            None => Ok(Slice::untouched(party.policy)),
        };
        let slices = (slice(left, rules.0)?, slice(right, rules.1)?);
        let mut already: Vec<u128> = Vec::new();
        for slice in [&slices.0, &slices.1] {
            already.extend(match slice.address {
                NewAddress::Constant(address) => Some(address),
                NewAddress::Same | NewAddress::Shift { .. } => None,
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
                self.part(left, right, &part, (&same(&slices.0), &same(&slices.1)), rules)?;
                rest = without(rest, &there)?;
            }
        }
        for part in &rest {
            self.part(left, right, part, (&slices.0, &slices.1), rules)?;
        }
        Ok(())
    }

    /// Compares what happens to the packets of a region whose destination becomes what the slices say.
    fn part(
        &mut self,
        left: &Party<'_>,
        right: &Party<'_>,
        region: &Wide,
        slices: (&Slice, &Slice),
        rules: (Option<NatId>, Option<NatId>),
    ) -> Result<(), Exceeded> {
        let (left_list, left_by) = self.write(left, region, slices.0, rules.0)?;
        let (right_list, right_by) = self.write(right, region, slices.1, rules.1)?;
        let (sources, destinations) = self.effects.meetings()?;
        let (numbering, one, two) =
            Numbering::new(&left_list, &right_list, &sources, &destinations);
        let labels =
            Meeting { effects: &self.effects, numbering: &numbering, full: &self.universe.full };
        let budget = self.options.budget;
        let found = match &mut self.proof.certificate {
            None => compare(&one, &two, &labels, budget),
            Some(certificate) => {
                let found = compare_with_grounds(&one, &two, &labels, budget);
                let numbered = numbering.region_of(region);
                let both = ((&*left_list, &one), (&*right_list, &two));
                if !certificate.part((region, &numbered), both.0, both.1, &found) {
                    self.proof.certificate = None;
                }
                found
            }
        };
        self.proof.covers += found.covers;
        self.proof.undecided += u64::try_from(found.undecided.len()).unwrap_or(u64::MAX);
        for difference in found.differences {
            let mine = one.entries.get(at(difference.left));
            let theirs = two.entries.get(at(difference.right));
            let (Some(mine), Some(theirs)) = (mine, theirs) else { continue };
            let effect = |label: u32| {
                let effect = self.effects.all.get(at(label)).cloned();
                effect.unwrap_or(Effect::Stopped(Verdict::Drop))
            };
            let by =
                |list: &[By], origin: u32| list.get(at(origin)).copied().unwrap_or(By::NoFilter);
            let witness = self.witness(&numbering, &difference.witness, left, right);
            let Some(witness) = witness else { continue };
            self.proof.differences.push(Differing {
                family: self.universe.family,
                left: (effect(mine.label), by(&left_by, mine.origin)),
                right: (effect(theirs.label), by(&right_by, theirs.origin)),
                witness,
            });
        }
        Ok(())
    }

    /// One policy's list for the packets of a region whose destination this rule rewrote.
    fn write(
        &mut self,
        party: &Party<'_>,
        region: &Wide,
        slice: &Slice,
        rule: Option<NatId>,
    ) -> Result<Written, Exceeded> {
        let mut meaning = Meaning::new(party, slice.clone(), &mut self.questions);
        let flats = Flattening::new(&mut meaning).filter(region)?;
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
                for (region, effect) in accepted(&mut meaning, &flat, rule, self.egress)? {
                    list.push((region, self.effects.number(effect), origin));
                }
                continue;
            }
            let verdict = if self.options.merge_denials { Verdict::Drop } else { flat.verdict };
            list.push((flat.region, self.effects.number(Effect::Stopped(verdict)), origin));
        }
        Ok((list, causes))
    }

    /// A packet at this point, in both policies.
    fn witness(
        &self,
        numbering: &Numbering,
        point: &Point,
        left: &Party<'_>,
        right: &Party<'_>,
    ) -> Option<Witness> {
        let [from, to, ..] = point.at;
        let family = self.universe.family;
        let interface = |party: &Party<'_>, pair: u32| {
            let (mine, theirs) = *self.zones.pairs.get(at(pair))?;
            let zone = if party.side == 0 { mine } else { theirs };
            let mut interfaces = (0u32..).zip(&party.policy.interfaces);
            let found = interfaces.find(|(_, interface)| interface.zone == zone);
            found.map(|(id, _)| InterfaceId(id))
        };
        let packet =
            |party: &Party<'_>| Some(packet_at(family, numbering, point, interface(party, from)?));
        let answers = point.answers.iter().filter_map(|(question, answer)| {
            Some((self.questions.asked.get(at(*question))?.clone(), *answer))
        });
        Some(Witness {
            left: packet(left)?,
            right: packet(right)?,
            egress: (interface(left, to), interface(right, to)),
            answers: answers.collect(),
        })
    }
}

/// The packet at a point.
pub(crate) fn packet_at(
    family: Family,
    numbering: &Numbering,
    point: &Point,
    ingress: InterfaceId,
) -> Packet {
    let [_, _, source, destination, service, client] = point.at;
    let to_address = numbering.destination(destination);
    // A packet to itself is odd, and what is unknown of its two ends is one question.
    let from_address = match numbering.source(source) {
        same if same == to_address => numbering.last_source(source),
        other => other,
    };
    Packet {
        ingress,
        source: address(family, from_address),
        destination: address(family, to_address),
        transport: transport(family, service, client),
    }
}

/// Splits accepted packets by what becomes of them.
fn accepted(
    meaning: &mut Meaning<'_, '_>,
    flat: &Flat,
    rule: Option<NatId>,
    egress: bool,
) -> Result<Vec<(Wide, Effect)>, Exceeded> {
    let parts = rewritten(meaning, flat, rule)?;
    if !egress {
        let effects = parts.into_iter();
        return Ok(effects.map(|(region, new)| (region, Effect::Leaves(new, None))).collect());
    }
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
            for way in &there.0 {
                for piece in std::mem::take(&mut rest) {
                    let Some(both) = piece.and(way) else {
                        rest.push(piece);
                        continue;
                    };
                    rest.extend(piece.without(way));
                    let effect = Effect::Leaves(new.clone(), Some(listed.clone()));
                    effects.push((both, effect));
                }
            }
        }
        let nowhere = rest.into_iter();
        effects.extend(nowhere.map(|piece| (piece, Effect::Leaves(new.clone(), Some(Vec::new())))));
    }
    Ok(effects)
}

pub(crate) fn at(index: u32) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}

pub(crate) fn address(family: Family, number: u128) -> IpAddr {
    match family {
        Family::V4 => Ipv4Addr::from_bits(u32::try_from(number).unwrap_or(u32::MAX)).into(),
        Family::V6 => Ipv6Addr::from_bits(number).into(),
    }
}

fn transport(family: Family, service: u32, client: u32) -> Transport {
    let low = |number: u32| u16::try_from(number & 0xffff).unwrap_or(0);
    let protocol = match service {
        number if number < line::UDP => 6,
        number if number < line::SCTP => 17,
        number if number < line::ICMP => 132,
        number if number < line::OTHER => {
            let [kind, code] = low(number).to_be_bytes();
            return Transport::Icmp { family, kind, code };
        }
        number => {
            return Transport::Other {
                protocol: u8::try_from(number - line::OTHER).unwrap_or(255),
            };
        }
    };
    Transport::Ports { protocol, source: low(client), destination: low(service) }
}
