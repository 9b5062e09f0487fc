//! Packets that are worth trying: at the ends of what rules name and just beyond, and anywhere else.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use policy::{Family, InterfaceId, IpRange, Packet, PortRange, Transport};

use super::noun::{Cell, Firewall, Rule, ServiceValue};
use super::profile::Platform;
use crate::demo::random::Random;

/// One packet, by the number of the interface where it comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Probe {
    /// The interface.
    pub(super) interface: usize,
    /// Source address.
    pub(super) source: IpAddr,
    /// Destination address, before translation.
    pub(super) destination: IpAddr,
    /// What is above IP.
    pub(super) transport: Transport,
}

impl Probe {
    /// The packet in the firewall's own neutral policy, where interfaces have the same numbers.
    pub(super) fn packet(&self) -> Packet {
        self.packet_at(InterfaceId(u32::try_from(self.interface).unwrap_or(0)))
    }

    /// The packet coming in there.
    pub(super) fn packet_at(&self, ingress: InterfaceId) -> Packet {
        let Self { source, destination, transport, .. } = *self;
        Packet { ingress, source, destination, transport }
    }
}

impl Firewall {
    /// A probe as people write it, for the names of a platform with zones.
    pub(super) fn probe_text(&self, probe: &Probe) -> String {
        let interface = self.interface(probe.interface);
        let name = Platform::FortiOs.interface(probe.interface);
        format!("in={} ({name}) {}", self.zone(interface.zone), probe.packet())
    }

    /// So many probes, some of each sort.
    pub(super) fn probes(&self, count: usize, seed: u64) -> Vec<Probe> {
        let mut random = Random::named(seed, "probes");
        let mut probes = self.pairs(&mut random);
        probes.truncate(count / 4 + 1);
        let mut tries = 0;
        while probes.len() < count && tries < count * 8 {
            tries += 1;
            let at = below(&mut random, self.rules.len());
            let made = match self.rules.get(at) {
                Some(rule) if !random.percent(10) => self.around(rule, &mut random),
                _ => self.anywhere(&mut random),
            };
            probes.extend(made);
        }
        probes
    }

    /// One for each pair of interface and network.
    fn pairs(&self, random: &mut Random) -> Vec<Probe> {
        let mut probes = Vec::new();
        for interface in 0..self.interfaces.len() {
            for route in &self.routes {
                let family = Family::of(route.gateway);
                let source = self.somewhere(family, random);
                let destination = inside(route.prefix.range(), random);
                let transport = some_transport(family, random);
                probes.extend(self.usable(Probe { interface, source, destination, transport }));
            }
        }
        // In an order that does not prefer the first interfaces when it is cut.
        for at in (1..probes.len()).rev() {
            probes.swap(at, below(random, at + 1));
        }
        probes
    }

    /// A probe in or just beside what a rule names.
    pub(super) fn around(&self, rule: &Rule, random: &mut Random) -> Option<Probe> {
        let from: Vec<usize> = (0..self.interfaces.len())
            .filter(|at| rule.from.is_empty() || rule.from.contains(&self.interface(*at).zone))
            .collect();
        let interface = match from.get(below(random, from.len())) {
            Some(interface) if !random.percent(8) => *interface,
            _ => below(random, self.interfaces.len()),
        };
        let source = self.near(&rule.source, None, random)?;
        let family = Family::of(source);
        let destination = match rule.destination.is_any() && !rule.to.is_empty() {
            true => self.in_zones(&rule.to, family, random),
            false => self.near(&rule.destination, Some(family), random)?,
        };
        let transport = self.near_services(&rule.services, family, random);
        self.usable(Probe { interface, source, destination, transport })
    }

    fn anywhere(&self, random: &mut Random) -> Option<Probe> {
        let family = self.some_family(random);
        self.usable(Probe {
            interface: below(random, self.interfaces.len()),
            source: self.somewhere(family, random),
            destination: self.somewhere(family, random),
            transport: some_transport(family, random),
        })
    }

    fn some_family(&self, random: &mut Random) -> Family {
        if self.profile.ipv6 && random.percent(30) { Family::V6 } else { Family::V4 }
    }

    /// An address that some zone or some published host has.
    fn somewhere(&self, family: Family, random: &mut Random) -> IpAddr {
        if family == Family::V4 && random.percent(25) {
            let at = below(random, self.publish.len());
            if let Some(publish) = self.publish.get(at) {
                return self.host(publish.public);
            }
        }
        self.in_zones(&[], family, random)
    }

    fn in_zones(&self, zones: &[usize], family: Family, random: &mut Random) -> IpAddr {
        let named = |zone: usize| zones.is_empty() || zones.contains(&zone);
        let routes: Vec<_> = self
            .routes
            .iter()
            .filter(|route| Family::of(route.gateway) == family)
            .filter(|route| named(self.interface(route.interface).zone))
            .collect();
        let picked = routes.get(below(random, routes.len())).map(|route| route.prefix.range());
        match picked {
            Some(range) if range != family.all() => inside(range, random),
            _ if family == Family::V4 => {
                let high = u32::try_from(20 + random.below(40)).unwrap_or(20) << 24;
                let low = u32::try_from(random.below(1 << 24)).unwrap_or(0);
                IpAddr::V4(Ipv4Addr::from_bits(high | low))
            }
            _ => {
                let high = 0x2001_0db8_ffff_u128 << 80;
                IpAddr::V6(Ipv6Addr::from_bits(high | u128::from(random.next())))
            }
        }
    }

    /// An address in or beside a cell; of that family, if one is wanted.
    fn near(&self, cell: &Cell, family: Option<Family>, random: &mut Random) -> Option<IpAddr> {
        if cell.is_any() {
            let family = family.unwrap_or_else(|| self.some_family(random));
            return Some(self.somewhere(family, random));
        }
        let ranges = cell.members.iter().flat_map(|member| self.ranges(*member));
        let of_family = |range: &IpRange| family.is_none_or(|family| range.family() == family);
        let ranges: Vec<IpRange> = ranges.filter(of_family).collect();
        let Some(range) = ranges.get(below(random, ranges.len())).copied() else {
            // Only all but these is of the wanted family.
            return cell.negated.then(|| self.somewhere(family.unwrap_or(Family::V4), random));
        };
        Some(match random.below(if cell.negated { 6 } else { 12 }) {
            0 => beyond(range.first(), false),
            1 => beyond(range.last(), true),
            2 if cell.negated => self.somewhere(range.family(), random),
            2 | 3 => range.first(),
            4 | 5 => range.last(),
            _ => inside(range, random),
        })
    }

    fn near_services(&self, cell: &Cell, family: Family, random: &mut Random) -> Transport {
        let leaves: Vec<&ServiceValue> =
            cell.members.iter().flat_map(|member| self.leaves(*member)).collect();
        if cell.is_any() || random.percent(if cell.negated { 40 } else { 5 }) {
            return some_transport(family, random);
        }
        match leaves.get(below(random, leaves.len())) {
            Some(ServiceValue::Ports { protocol, source, destination }) => Transport::Ports {
                protocol: if random.percent(6) { 23 - *protocol } else { *protocol },
                source: source.map_or(50_000, |source| port_near(source, random)),
                destination: port_near(*destination, random),
            },
            Some(ServiceValue::Icmp { family: of, kind, code }) if *of == family => {
                Transport::Icmp {
                    family,
                    kind: if random.percent(15) { kind.saturating_add(1) } else { *kind },
                    code: if random.percent(30) { 2 } else { code.unwrap_or(0) },
                }
            }
            Some(ServiceValue::Protocol(protocol)) => Transport::Other {
                protocol: if random.percent(15) { protocol + 1 } else { *protocol },
            },
            _ => some_transport(family, random),
        }
    }

    /// Without packets to the firewall itself and of two families: they are not what is compared.
    fn usable(&self, probe: Probe) -> Option<Probe> {
        let own = self.interfaces.iter().flat_map(|interface| &interface.addresses);
        let mut own = own.map(|prefix| prefix.address());
        let local = own.any(|own| own == probe.destination || own == probe.source);
        let same = probe.source.is_ipv4() == probe.destination.is_ipv4();
        (same && !local).then_some(probe)
    }
}

pub(super) fn below(random: &mut Random, limit: usize) -> usize {
    usize::try_from(random.below(limit as u64)).unwrap_or_default()
}

fn inside(range: IpRange, random: &mut Random) -> IpAddr {
    let wide = u128::from(random.next()) << 64 | u128::from(random.next());
    let offset = match range.length_less_one().checked_add(1) {
        Some(size) => wide % size,
        None => wide,
    };
    range.nth(offset).unwrap_or(range.first())
}

/// The neighbour of an address; itself where there is none.
fn beyond(address: IpAddr, up: bool) -> IpAddr {
    let next4 = |bits: u32| if up { bits.checked_add(1) } else { bits.checked_sub(1) };
    let next6 = |bits: u128| if up { bits.checked_add(1) } else { bits.checked_sub(1) };
    match address {
        IpAddr::V4(of) => next4(of.to_bits()).map(|bits| IpAddr::V4(Ipv4Addr::from_bits(bits))),
        IpAddr::V6(of) => next6(of.to_bits()).map(|bits| IpAddr::V6(Ipv6Addr::from_bits(bits))),
    }
    .unwrap_or(address)
}

/// Port 0 is left out: platforms differ in whether "all ports" holds it, and nothing sends to it.
fn port_near(range: PortRange, random: &mut Random) -> u16 {
    let (first, last) = (range.first(), range.last());
    let port = match random.below(8) {
        0 => first.saturating_sub(1),
        1 => last.saturating_add(1),
        2 | 3 => first,
        4 | 5 => last,
        _ => first + u16::try_from(random.below(u64::from(last - first) + 1)).unwrap_or(0),
    };
    port.max(1)
}

fn some_transport(family: Family, random: &mut Random) -> Transport {
    let port = |random: &mut Random| u16::try_from(1 + random.below(65_535)).unwrap_or(1);
    match random.below(20) {
        0..12 => Transport::Ports { protocol: 6, source: 40_000, destination: port(random) },
        12..16 => {
            Transport::Ports { protocol: 17, source: port(random), destination: port(random) }
        }
        16 | 17 => {
            let kind = if family == Family::V4 { 8 } else { 128 };
            Transport::Icmp { family, kind, code: 0 }
        }
        18 => Transport::Other { protocol: 47 },
        _ => Transport::Other { protocol: 50 },
    }
}
