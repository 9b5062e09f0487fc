//! Cells of a policy as regions: what [`policy::decide`] asks packet by packet, for all packets at once.
//!
//! Written on its own, not on top of the evaluator: each checks the other.

use std::cell::RefCell;

use hashbrown::HashMap;
use policy::{
    Addresses, Condition, Family, Masked, Pair, Policy, PortRange, PredicateId, Seen, ServiceId,
    Services, ZoneId, Zones,
};

use crate::questions::{Questions, Subject};
use crate::routes::Ways;
use crate::sets::Set;
use crate::slice::{NewAddress, Slice};
use crate::wide::{Exceeded, Union, Universe, Wide, address_number, line, number_range};

/// One policy of a comparison, with the numbers that its zones have in it.
pub(crate) struct Party<'a> {
    pub(crate) policy: &'a Policy,
    /// 0 for the left one, 1 for the right one.
    pub(crate) side: usize,
    /// For each zone of the policy the numbers of the zones of the comparison that it stands for.
    pub(crate) zones: Vec<Set>,
    pub(crate) ways: Ways,
    pub(crate) universe: &'a Universe,
}

/// A rule asks whether a destination is among some, and that depends on which one the device picks.
const PICKED: Exceeded = Exceeded("destination that the device picks");

/// Which end of a packet an address cell is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Side {
    Source,
    Destination,
}

/// Address objects as sources.
#[derive(Debug, Default)]
pub(crate) struct Sources(HashMap<u32, Union>);

/// Turns cells of one policy into regions, for packets of one slice.
pub(crate) struct Meaning<'a, 'b> {
    pub(crate) party: &'b Party<'a>,
    pub(crate) slice: Slice,
    pub(crate) questions: &'b mut Questions,
    sources: HashMap<u32, Union>,
    destinations: HashMap<u32, Union>,
    services: HashMap<u32, Union>,
    /// Where packets come in and leave, by the cells that say it.
    numbers: RefCell<HashMap<Zones, Set>>,
    leaving: RefCell<HashMap<Zones, Union>>,
}

impl<'a, 'b> Meaning<'a, 'b> {
    pub(crate) fn new(party: &'b Party<'a>, slice: Slice, questions: &'b mut Questions) -> Self {
        Self {
            party,
            slice,
            questions,
            sources: HashMap::new(),
            destinations: HashMap::new(),
            services: HashMap::new(),
            numbers: RefCell::default(),
            leaving: RefCell::default(),
        }
    }

    /// What was found out about sources, which does not depend on the slice.
    pub(crate) fn into_sources(self) -> Sources {
        Sources(self.sources)
    }

    /// The same with what was found out before.
    #[must_use]
    pub(crate) fn knowing(mut self, sources: Sources) -> Self {
        self.sources = sources.0;
        self
    }

    pub(crate) fn full(&self) -> &'a Wide {
        &self.party.universe.full
    }

    fn everything(&self) -> Union {
        Union::one(self.full().clone())
    }

    fn sees_translated(&self) -> bool {
        self.slice.seen != Seen::Original
    }

    /// Packets whose address at this end is in the set.
    fn at_end(&self, side: Side, set: Set<u128>) -> Result<Wide, Exceeded> {
        Ok(match side {
            Side::Source => Wide { source: set, ..self.full().clone() },
            Side::Destination if self.sees_translated() => {
                let all = &self.full().destination;
                if !set.covers(all) && self.slice.depends(&set) {
                    return Err(PICKED);
                }
                let before = match set.covers(all) {
                    true => all.clone(),
                    false => self.slice.address_before(&set, all),
                };
                Wide { destination: before, ..self.full().clone() }
            }
            Side::Destination => Wide { destination: set, ..self.full().clone() },
        })
    }

    pub(crate) fn addresses(&mut self, set: &Addresses, side: Side) -> Result<Union, Exceeded> {
        Ok(match set {
            Addresses::Any => self.everything(),
            Addresses::Range(range) if range.family() != self.party.universe.family => {
                Union::nothing()
            }
            Addresses::Range(range) => {
                Union::one(self.at_end(side, Set::new(vec![number_range(*range)]))?)
            }
            Addresses::Masked(masked) => Union::one(self.at_end(side, self.masked(*masked)?)?),
            Addresses::Object(id) => self.address_object(id.0, side)?,
            Addresses::Zone(zone) => match side {
                Side::Source => self.from(&Zones::Of(vec![*zone])),
                Side::Destination => self.to(&Zones::Of(vec![*zone])),
            },
            Addresses::TranslatedBy(rule) => {
                let named = side == Side::Destination && self.slice.by == Some(*rule);
                if named { self.everything() } else { Union::nothing() }
            }
            Addresses::Unknown(predicate) => {
                let subject = self.subject(side)?;
                self.holds(*predicate, subject)
            }
            Addresses::Union(members) => self.address_union(members, side)?,
            Addresses::Common(members) => {
                let mut all = self.everything();
                for member in members {
                    all = all.and(&self.addresses(member, side)?)?;
                }
                all
            }
            Addresses::Except(from, without) => {
                let outside = self.addresses(without, side)?.not(self.party.universe)?;
                self.addresses(from, side)?.and(&outside)?
            }
        })
    }

    /// Many members at once: one set instead of one union after the other.
    fn address_union(&mut self, members: &[Addresses], side: Side) -> Result<Union, Exceeded> {
        let mut plain = Vec::new();
        let mut regions = Vec::new();
        for member in members {
            if let Addresses::Range(range) = member {
                if range.family() == self.party.universe.family {
                    plain.push(number_range(*range));
                }
                continue;
            }
            regions.append(&mut self.addresses(member, side)?.0);
        }
        if !plain.is_empty() {
            regions.push(self.at_end(side, Set::new(plain))?);
        }
        Union::gathered(regions, self.full())
    }

    fn address_object(&mut self, id: u32, side: Side) -> Result<Union, Exceeded> {
        if let Some(known) = self.objects(side).get(&id) {
            return Ok(known.clone());
        }
        let policy = self.party.policy;
        let object = usize::try_from(id).ok().and_then(|id| policy.addresses.get(id));
        let value = match object {
            Some(object) => self.addresses(&object.value, side)?,
            None => Union::nothing(),
        };
        self.objects(side).insert(id, value.clone());
        Ok(value)
    }

    /// What is known of address objects at this end.
    fn objects(&mut self, side: Side) -> &mut HashMap<u32, Union> {
        match side {
            Side::Source => &mut self.sources,
            Side::Destination => &mut self.destinations,
        }
    }

    /// Addresses that agree in the compared bits, as ranges.
    fn masked(&self, masked: Masked) -> Result<Set<u128>, Exceeded> {
        let family = self.party.universe.family;
        if Family::of(masked.value) != family {
            return Ok(Set::empty());
        }
        let (value, mask) = (address_number(masked.value), address_number(masked.mask));
        let width = u128::from(family.bits());
        let all = if width == 128 { u128::MAX } else { (1u128 << width) - 1 };
        let free = !mask & all;
        // The free bits below the lowest compared one make ranges; those above make copies.
        let low = if mask == 0 { all } else { (1u128 << mask.trailing_zeros()) - 1 } & all;
        let copies: Vec<u32> =
            (0..128u32).filter(|bit| free & !low & (1u128 << bit) != 0).collect();
        if copies.len() > 16 {
            return Err(Exceeded("ranges of one wildcard mask"));
        }
        let base = value & mask;
        let ranges = (0..1u32 << copies.len()).map(|chosen| {
            let set = (0u32..).zip(&copies).filter(|(index, _)| chosen >> index & 1 == 1);
            let first = set.fold(base, |first, (_, bit)| first | (1u128 << bit));
            (first, first | low)
        });
        Ok(Set::new(ranges.collect()))
    }

    fn subject(&self, side: Side) -> Result<Subject, Exceeded> {
        Ok(match (&self.slice.address, side) {
            (_, Side::Source) => Subject::Source,
            (NewAddress::Picked(_), _) if self.sees_translated() => return Err(PICKED),
            (NewAddress::Constant(address), _) if self.sees_translated() => {
                Subject::Translated(*address)
            }
            (NewAddress::Shift { first, to, .. }, _) if self.sees_translated() => {
                Subject::Shifted(to.wrapping_sub(*first))
            }
            _ => Subject::Destination,
        })
    }

    /// Packets of which the predicate holds.
    fn holds(&mut self, predicate: PredicateId, subject: Subject) -> Union {
        let (policy, side) = (self.party.policy, self.party.side);
        let question = self.questions.number(policy, side, predicate, subject);
        Union::one(Wide { answers: vec![(question, true)], ..self.full().clone() })
    }

    pub(crate) fn services(&mut self, set: &Services) -> Result<Union, Exceeded> {
        let family = self.party.universe.family;
        Ok(match set {
            Services::Any => self.everything(),
            Services::Protocol(protocol) => {
                let first = match (*protocol, family) {
                    (1, Family::V4) | (58, Family::V6) => Some(line::ICMP),
                    (ports, _) => line::ports(ports),
                };
                let other = line::OTHER + u32::from(*protocol);
                let range = first.map_or((other, other), |first| (first, first + 0xffff));
                self.on_line(range)
            }
            Services::Ports(ports) => match line::ports(ports.protocol) {
                None => Union::nothing(),
                Some(base) => {
                    let (first, last) = (ports.destination.first(), ports.destination.last());
                    let set = Set::new(vec![(base + u32::from(first), base + u32::from(last))]);
                    let service = self.service_cell(&set);
                    let client = if ports.source == PortRange::ALL {
                        self.full().client.clone()
                    } else {
                        let (first, last) = (ports.source.first(), ports.source.last());
                        let ports = Set::new(vec![(u32::from(first), u32::from(last))]);
                        self.full().client.and(&ports)
                    };
                    Union::one(Wide { service, client, ..self.full().clone() })
                }
            },
            Services::Icmp { family: of, .. } if *of != family => Union::nothing(),
            Services::Icmp { kind, code, .. } => self.icmp(*kind, *code),
            Services::Object(id) => self.service_object(*id)?,
            Services::Unknown(predicate) => self.holds(*predicate, Subject::Packet),
            Services::Union(members) => {
                let mut regions = Vec::with_capacity(members.len());
                for member in members {
                    regions.append(&mut self.services(member)?.0);
                }
                Union::gathered(regions, self.full())?
            }
            Services::Common(members) => {
                let mut all = self.everything();
                for member in members {
                    all = all.and(&self.services(member)?)?;
                }
                all
            }
            Services::Except(from, without) => {
                let outside = self.services(without)?.not(self.party.universe)?;
                self.services(from)?.and(&outside)?
            }
        })
    }

    fn icmp(&self, kind: Option<u8>, code: Option<u8>) -> Union {
        let kinds = kind.map_or(0..=255u32, |kind| u32::from(kind)..=u32::from(kind));
        let codes = code.map_or((0, 255), |code| (u32::from(code), u32::from(code)));
        let ranges = kinds.map(|kind| {
            let first = line::ICMP + (kind << 8);
            (first + codes.0, first + codes.1)
        });
        let set = Set::new(ranges.collect());
        Union::one(Wide { service: set, ..self.full().clone() })
    }

    fn service_cell(&self, set: &Set) -> Set {
        if self.sees_translated() { self.slice.service_before(set) } else { set.clone() }
    }

    fn on_line(&self, range: (u32, u32)) -> Union {
        let service = self.service_cell(&Set::new(vec![range]));
        Union::one(Wide { service, ..self.full().clone() })
    }

    fn service_object(&mut self, id: ServiceId) -> Result<Union, Exceeded> {
        if let Some(known) = self.services.get(&id.0) {
            return Ok(known.clone());
        }
        let policy = self.party.policy;
        let object = usize::try_from(id.0).ok().and_then(|id| policy.services.get(id));
        let value = match object {
            Some(object) => self.services(&object.value)?,
            None => Union::nothing(),
        };
        self.services.insert(id.0, value.clone());
        Ok(value)
    }

    pub(crate) fn conditions(&mut self, conditions: &[Condition]) -> Result<Union, Exceeded> {
        let mut all = self.everything();
        for condition in conditions {
            let mut any = Union::nothing();
            for predicate in &condition.any_of {
                any = any.or(self.holds(*predicate, Subject::Packet))?;
            }
            if condition.negated {
                any = any.not(self.party.universe)?;
            }
            all = all.and(&any)?;
        }
        Ok(all)
    }

    /// The numbers of the zones that a cell names.
    fn zone_numbers(&self, zones: &Zones) -> Set {
        let index = |zone: &ZoneId| usize::try_from(zone.0).unwrap_or(usize::MAX);
        let of = |zones: &[ZoneId]| {
            let sets = zones.iter().filter_map(|zone| self.party.zones.get(index(zone)));
            Set::new(sets.flat_map(|set| set.ranges().iter().copied()).collect())
        };
        if *zones == Zones::Any {
            return self.full().from.clone();
        }
        if let Some(known) = self.numbers.borrow().get(zones) {
            return known.clone();
        }
        let numbers = match zones {
            Zones::Any => self.full().from.clone(),
            Zones::Of(zones) => of(zones),
            Zones::Except(zones) => self.full().from.without(&of(zones)),
        };
        self.numbers.borrow_mut().insert(zones.clone(), numbers.clone());
        numbers
    }

    /// Packets that come in by these zones.
    pub(crate) fn from(&self, zones: &Zones) -> Union {
        Union::one(Wide { from: self.zone_numbers(zones), ..self.full().clone() })
    }

    /// Packets that leave by these zones: those that the routes send there, and of those that the routes leave open the ones that are
    /// taken to leave there.
    pub(crate) fn to(&self, zones: &Zones) -> Union {
        if *zones == Zones::Any {
            return self.everything();
        }
        if let Some(known) = self.leaving.borrow().get(zones) {
            return known.clone();
        }
        let ways = &self.party.ways;
        let named = (0u32..).zip(&ways.zones).filter(|(zone, _)| zones.contains(ZoneId(*zone)));
        let routed: Vec<_> = named.flat_map(|(_, set)| set.ranges().iter().copied()).collect();
        let all = &self.full().destination;
        let routed = self.routed(&Set::new(routed));
        let open = match self.one_way() {
            true => self.slice.address_before(&ways.open, all),
            false => all.clone(),
        };
        let mut regions = Vec::new();
        regions.push(routed);
        regions.push(Wide {
            destination: open,
            to: self.zone_numbers(zones),
            ..self.full().clone()
        });
        regions.retain(|region| !region.is_empty());
        self.leaving.borrow_mut().insert(zones.clone(), Union(regions.clone()));
        Union(regions)
    }

    /// Whether packets leave by one zone whatever destination the device picks: else that is as open as where no route is known.
    fn one_way(&self) -> bool {
        let NewAddress::Picked(of) = &self.slice.address else { return true };
        let ways = &self.party.ways;
        let alike = ways.own.covers(of) || !ways.own.meets(of);
        let mut places = ways.zones.iter().chain([&ways.nowhere]);
        !of.is_empty() && alike && places.any(|place| place.covers(of))
    }

    /// Packets whose zones relate like this.
    pub(crate) fn pair(&self, pair: Pair) -> Result<Union, Exceeded> {
        if pair == Pair::Any {
            return Ok(self.everything());
        }
        let mut union = Union::nothing();
        let zones = u32::try_from(self.party.policy.zones.len()).unwrap_or(u32::MAX);
        for zone in (0..zones).map(ZoneId) {
            let there = match pair {
                Pair::Any | Pair::Same => Zones::Of(vec![zone]),
                Pair::Different => Zones::Except(vec![zone]),
            };
            let both = self.from(&Zones::Of(vec![zone])).and(&self.to(&there))?;
            union = union.or(both)?;
        }
        Ok(union)
    }

    /// Packets that this set of routed destinations is about: as they are after translation.
    pub(crate) fn routed(&self, set: &Set<u128>) -> Wide {
        let before = match self.one_way() {
            true => self.slice.address_before(set, &self.full().destination),
            false => Set::empty(),
        };
        Wide { destination: before, ..self.full().clone() }
    }

    /// Whether a destination cell names the rule that made this slice.
    pub(crate) fn names_slice(&self, cell: &Addresses) -> bool {
        match cell {
            Addresses::TranslatedBy(rule) => self.slice.by == Some(*rule),
            Addresses::Object(id) => usize::try_from(id.0)
                .ok()
                .and_then(|id| self.party.policy.addresses.get(id))
                .is_some_and(|object| self.names_slice(&object.value)),
            Addresses::Union(members) => members.iter().any(|member| self.names_slice(member)),
            Addresses::Common(members) => {
                !members.is_empty() && members.iter().all(|member| self.names_slice(member))
            }
            Addresses::Except(from, without) => {
                self.names_slice(from) && !self.names_slice(without)
            }
            Addresses::Any
            | Addresses::Range(_)
            | Addresses::Masked(_)
            | Addresses::Zone(_)
            | Addresses::Unknown(_) => false,
        }
    }
}
