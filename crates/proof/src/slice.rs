//! What became of destinations before the filter: the packets of one slice have the same rule that rewrote theirs.

use policy::{AddressTarget, Family, NatId, Policy, PortRange, PortTarget, Seen};

use crate::sets::Set;
use crate::translation::NewValue;
use crate::wide::{Exceeded, Universe, Wide, address_number, line, number_range};

/// What the passes before the filter made of the destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Slice {
    /// The rule that rewrote it; `None`: nobody did.
    pub(crate) by: Option<NatId>,
    pub(crate) address: NewAddress,
    pub(crate) port: NewPort,
    pub(crate) seen: Seen,
}

/// The new destination address as a function of the old one, as far as matching and routing are concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NewAddress {
    Same,
    Constant(u128),
    Shift {
        first: u128,
        last: u128,
        to: u128,
    },
    /// One of these, as the device picks; one that only the device knows when there is none.
    Picked(Set<u128>),
}

/// The new destination port as a function of the old one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NewPort {
    Same,
    Constant(u16),
    Shift { from: PortRange, to: u16 },
}

impl Slice {
    pub(crate) fn untouched(policy: &Policy) -> Self {
        Self { by: None, address: NewAddress::Same, port: NewPort::Same, seen: policy.seen }
    }

    /// What this rule makes of the destination.
    pub(crate) fn of(policy: &Policy, id: NatId, family: Family) -> Result<Self, Exceeded> {
        let Some(rule) = policy.nat.rule(id) else { return Ok(Self::untouched(policy)) };
        let address = match &rule.destination_to {
            None | Some(AddressTarget::EgressInterface) => NewAddress::Same,
            Some(AddressTarget::Named(_)) => NewAddress::Picked(Set::empty()),
            Some(AddressTarget::OneOf(ranges)) => match ranges.as_slice() {
                [] => NewAddress::Same,
                several if several.iter().any(|range| range.family() != family) => {
                    return Err(Exceeded("translation between address families"));
                }
                [one] if one.first() == one.last() => {
                    NewAddress::Constant(address_number(one.first()))
                }
                several => NewAddress::Picked(Set::new(
                    several.iter().map(|range| number_range(*range)).collect(),
                )),
            },
            Some(AddressTarget::Shift { from, .. }) if from.family() != family => NewAddress::Same,
            Some(AddressTarget::Shift { to, .. }) if Family::of(*to) != family => {
                return Err(Exceeded("translation between address families"));
            }
            Some(AddressTarget::Shift { from, to }) => {
                let (first, last) = number_range(*from);
                match address_number(*to) {
                    to if to == first => NewAddress::Same,
                    to => NewAddress::Shift { first, last, to },
                }
            }
        };
        let port = match rule.destination_port {
            PortTarget::Keep => NewPort::Same,
            PortTarget::OneOf(range) => NewPort::Constant(range.first()),
            PortTarget::Shift { from, to } => NewPort::Shift { from, to },
        };
        let by = rule.rewrites_destination().then_some(id);
        Ok(Self { by, address, port, seen: rule.seen.unwrap_or(policy.seen) })
    }

    /// The old destinations whose new one is in the set. Where the device picks, only those that are in it whatever is picked:
    /// callers ask [`Slice::depends`] first where that is not enough.
    pub(crate) fn address_before(&self, set: &Set<u128>, all: &Set<u128>) -> Set<u128> {
        match &self.address {
            NewAddress::Same => set.clone(),
            NewAddress::Constant(address) => {
                if set.contains(*address) {
                    all.clone()
                } else {
                    Set::empty()
                }
            }
            NewAddress::Shift { first, last, to } => {
                let length = last - first;
                let image = Set::new(vec![(*to, to.saturating_add(length))]);
                let moved = set.and(&image);
                let back = moved.ranges().iter().map(|(a, b)| (a - to + first, b - to + first));
                let mut ranges: Vec<_> = back.collect();
                let shifted = Set::new(vec![(*first, *last)]);
                ranges.extend(set.without(&shifted).ranges());
                Set::new(ranges)
            }
            NewAddress::Picked(of) if !of.is_empty() && set.covers(of) => all.clone(),
            NewAddress::Picked(_) => Set::empty(),
        }
    }

    /// Whether it depends on what the device picks if the new destination is in the set, which is not all of them.
    pub(crate) fn depends(&self, set: &Set<u128>) -> bool {
        match &self.address {
            NewAddress::Picked(of) => of.is_empty() || set.meets(of) && !set.covers(of),
            NewAddress::Same | NewAddress::Constant(_) | NewAddress::Shift { .. } => false,
        }
    }

    /// The new destinations of old ones; `None` where the device picks them.
    pub(crate) fn address_after(&self, old: &Set<u128>) -> Option<Set<u128>> {
        Some(match &self.address {
            NewAddress::Picked(_) => return None,
            NewAddress::Same => old.clone(),
            NewAddress::Constant(address) => Set::one(*address),
            NewAddress::Shift { first, last, to } => {
                let shifted = Set::new(vec![(*first, *last)]);
                let moved = old.and(&shifted);
                let moved = moved.ranges().iter().map(|(a, b)| {
                    ((a - first).saturating_add(*to), (b - first).saturating_add(*to))
                });
                let mut ranges: Vec<(u128, u128)> = moved.collect();
                ranges.extend(old.without(&shifted).ranges());
                Set::new(ranges)
            }
        })
    }

    /// What packets of a region become, or more; `None` where that may be outside of the universe, or the device picks.
    pub(crate) fn becomes(&self, region: &Wide, universe: &Universe) -> Option<Wide> {
        let service = match self.port {
            NewPort::Same => region.service.clone(),
            // No port becomes 0 when none becomes a smaller one; which ones they become does not matter.
            NewPort::Shift { from, to } if to >= from.first() => {
                let ports = universe.full.service.and(&line::with_ports());
                region.service.without(&line::with_ports()).or(&ports)
            }
            NewPort::Shift { .. } => return None,
            NewPort::Constant(port) => {
                let without = region.service.without(&line::with_ports());
                let ports = [line::TCP, line::UDP, line::SCTP].map(|base| base + u32::from(port));
                without.or(&Set::new(ports.map(|port| (port, port)).to_vec()))
            }
        };
        let destination = self.address_after(&region.destination)?;
        let inside = universe.full.service.covers(&service);
        inside.then(|| Wide { destination, service, ..region.clone() })
    }

    /// The new destination address and port of packets of a region, where each is one function of the old one that has no choice.
    pub(crate) fn values(&self, region: &Wide) -> Option<[NewValue; 2]> {
        let address = match &self.address {
            NewAddress::Same => NewValue::Same,
            NewAddress::Constant(to) => NewValue::OneOf(vec![(*to, *to)]),
            NewAddress::Shift { first, last, to } => {
                let shifted = Set::new(vec![(*first, *last)]);
                let all = shifted.covers(&region.destination);
                all.then(|| NewValue::Moved(to.wrapping_sub(*first)))?
            }
            NewAddress::Picked(_) => return None,
        };
        let port = match self.port {
            NewPort::Same => NewValue::Same,
            NewPort::Constant(to) => NewValue::OneOf(vec![(to.into(), to.into())]),
            NewPort::Shift { .. } => return None,
        };
        Some([address, port])
    }

    /// The old services whose new one is in the set.
    pub(crate) fn service_before(&self, set: &Set) -> Set {
        if self.port == NewPort::Same {
            return set.clone();
        }
        let mut before: Vec<(u32, u32)> = set.without(&line::with_ports()).ranges().to_vec();
        for base in [line::TCP, line::UDP, line::SCTP] {
            match self.port {
                NewPort::Same => {}
                NewPort::Constant(port) => {
                    if set.contains(base + u32::from(port)) {
                        before.push((base, base + 0xffff));
                    }
                }
                NewPort::Shift { from, to } => {
                    let (first, last) = (u32::from(from.first()), u32::from(from.last()));
                    // A port that would pass 65535 stays as it is.
                    let top = last.min(first + (0xffff - u32::from(to)));
                    let start = base + u32::from(to);
                    let image = Set::new(vec![(start, start + (top - first))]);
                    let moved = set.and(&image);
                    let back = moved.ranges().iter();
                    before.extend(
                        back.map(|(a, b)| (a - start + base + first, b - start + base + first)),
                    );
                    let block = Set::new(vec![(base, base + 0xffff)]);
                    let kept = set.and(&block).without(&Set::new(vec![(base + first, base + top)]));
                    before.extend(kept.ranges());
                }
            }
        }
        Set::new(before)
    }
}
