//! Services as sets of protocols and ports.

use std::collections::{HashMap, HashSet};

use policy::{
    Family, Origin, PortRange, Ports, PredicateKind, ServiceId, ServiceObject, Services, Span,
};

use super::Context;
use crate::facts::ServiceFact;
use crate::nsx::config::{Entry, Service, Value};

/// EtherType of IPv4 and IPv6.
pub(super) const IPV4: u16 = 0x0800;
pub(super) const IPV6: u16 = 0x86dd;

/// A service in a context.
#[derive(Clone, Debug)]
pub(super) struct Defined {
    pub(super) id: ServiceId,
    /// Frame types, which count in Ethernet rules only.
    pub(super) ethers: Vec<u16>,
}

/// What the services of a rule come to.
#[derive(Debug, Default)]
pub(super) struct Meant {
    pub(super) sets: Vec<Services>,
    pub(super) ethers: Vec<u16>,
}

/// The services that a service names.
pub(super) fn nested(service: &Service<'_>, services: &HashMap<&str, usize>) -> Vec<usize> {
    let mut named: Vec<usize> = service
        .entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Nested(path) => services.get(path.text()).copied(),
            _ => None,
        })
        .collect();
    named.sort_unstable();
    named.dedup();
    named
}

impl<'c> Context<'c, '_, '_> {
    /// Adds what a reference to a service means.
    pub(super) fn service_of(&mut self, value: Value<'c>, meant: &mut Meant) {
        let path = value.text();
        if let Some(index) = self.index.services.get(path).copied() {
            let defined = self.service(index);
            meant.ethers.extend(defined.ethers);
            meant.sets.push(Services::Object(defined.id));
            return;
        }
        let id = path.rsplit('/').next().unwrap_or(path);
        if let Some(id) = self.predefined(id) {
            return meant.sets.push(Services::Object(id));
        }
        let undefined = self.undefined(value);
        meant.sets.push(Services::Unknown(undefined));
    }

    fn service(&mut self, service: usize) -> Defined {
        if let Some(defined) = self.services.get(&service) {
            return defined.clone();
        }
        let mut needed = Vec::new();
        let mut seen = HashSet::new();
        let mut open = vec![service];
        while let Some(next) = open.pop() {
            if self.services.contains_key(&next) || !seen.insert(next) {
                continue;
            }
            let rank = self.index.service_rank.get(next).copied().flatten();
            needed.push((rank, next));
            if rank.is_some() {
                open.extend(self.index.service_members.get(next).into_iter().flatten());
            }
        }
        needed.sort_unstable();
        for (rank, next) in needed {
            self.define_service(next, rank.is_some());
        }
        let none = Defined { id: ServiceId(u32::MAX), ethers: Vec::new() };
        self.services.get(&service).cloned().unwrap_or(none)
    }

    fn define_service(&mut self, index: usize, definable: bool) {
        let Some(service) = self.index.config.services.get(index) else { return };
        let meta = &service.meta;
        let mut meant = Meant::default();
        if definable {
            for entry in &service.entries {
                self.entry(entry, &mut meant);
            }
            let loose = self.index.loose_entries.get(&*meta.path).into_iter().flatten();
            for index in loose.copied().collect::<Vec<_>>() {
                if let Some((_, entry)) = self.index.config.loose_entries.get(index) {
                    self.entry(entry, &mut meant);
                }
            }
        } else {
            let open = self.unreadable(meta.span, meta.name);
            meant.sets.push(Services::Unknown(open));
        }
        let origin =
            Origin { comment: meta.description.into(), ..Origin::at(meta.span, meta.name) };
        let id = self.service_object(meta.name, origin, Services::union(meant.sets));
        self.services.insert(index, Defined { id, ethers: meant.ethers });
    }

    fn service_object(&mut self, name: &str, origin: Origin, value: Services) -> ServiceId {
        let list = &mut self.builder.policy.services;
        let id = ServiceId(u32::try_from(list.len()).unwrap_or(u32::MAX));
        list.push(ServiceObject { name: name.into(), origin, value });
        id
    }

    /// Adds what an entry means.
    pub(super) fn entry(&mut self, entry: &'c Entry<'c>, meant: &mut Meant) {
        match entry {
            Entry::Ports { protocol, sources, destinations, .. } => {
                self.ports(*protocol, sources, destinations, &mut meant.sets);
            }
            Entry::Icmp { v6, kind, code } => {
                let family = if *v6 { Family::V6 } else { Family::V4 };
                meant.sets.push(Services::Icmp { family, kind: *kind, code: *code });
            }
            Entry::Protocol(number) => meant.sets.push(Services::Protocol(*number)),
            Entry::Ether(kind) => meant.ethers.push(*kind),
            Entry::Nested(path) => self.service_of(*path, meant),
            Entry::Wrong(span) => {
                let open = self.unreadable(*span, "service entry");
                meant.sets.push(Services::Unknown(open));
            }
        }
    }

    /// Every pair of a source and a destination range; an empty list is any.
    fn ports(
        &mut self,
        protocol: u8,
        sources: &[Value<'c>],
        destinations: &[Value<'c>],
        into: &mut Vec<Services>,
    ) {
        let from = self.port_ranges(sources, into);
        let to = self.port_ranges(destinations, into);
        for source in &from {
            let ports = |destination: &PortRange| {
                Services::Ports(Ports { protocol, source: *source, destination: *destination })
            };
            into.extend(to.iter().map(ports));
        }
    }

    /// The ranges of a list; what is not valid becomes an unknown service.
    fn port_ranges(&mut self, list: &[Value<'c>], into: &mut Vec<Services>) -> Vec<PortRange> {
        if list.is_empty() {
            return vec![PortRange::ALL];
        }
        let mut ranges = Vec::with_capacity(list.len());
        for value in list {
            match port_range(value.text()) {
                Some(range) => ranges.push(range),
                None => {
                    let open = self.invalid(*value);
                    into.push(Services::Unknown(open));
                }
            }
        }
        ranges
    }

    /// A predefined service, when the export leaves those out.
    fn predefined(&mut self, id: &str) -> Option<ServiceId> {
        if let Some(known) = self.predefined.get(id) {
            return Some(*known);
        }
        let fact = self.facts.services.get(id)?;
        let value = self.fact_value(id, fact, 0);
        let defined = self.service_object(id, Origin::implied(id), value);
        self.predefined.insert(id.into(), defined);
        Some(defined)
    }

    fn fact_value(&mut self, id: &str, fact: &ServiceFact, depth: u32) -> Services {
        let mut sets: Vec<Services> = Vec::new();
        let mut open = fact.narrowed;
        for term in &fact.terms {
            match fact_term(term) {
                Some(set) => sets.push(set),
                None => open = true,
            }
        }
        for member in &fact.members {
            match self.facts.services.get(member).filter(|_| depth < 8) {
                Some(inner) => sets.push(self.fact_value(member, inner, depth + 1)),
                None => open = true,
            }
        }
        if !open {
            return Services::union(sets);
        }
        let unknown =
            self.builder.unknown(PredicateKind::Protocol, id.to_owned(), Origin::implied(id));
        if sets.is_empty() {
            return Services::Unknown(unknown);
        }
        Services::Common(vec![Services::union(sets), Services::Unknown(unknown)])
    }

    /// The families and the rest that frame types mean for an IP packet. In rules above the link layer they do not belong.
    pub(super) fn ether_families(
        &mut self,
        ethers: &[u16],
        span: Span,
    ) -> Option<policy::Addresses> {
        use policy::Addresses;
        if ethers.is_empty() {
            return None;
        }
        let mut sets = Vec::new();
        for kind in ethers {
            match *kind {
                IPV4 => sets.push(Addresses::family(Family::V4)),
                IPV6 => sets.push(Addresses::family(Family::V6)),
                // A tagged frame may carry an IP packet; which ones do, the export does not tell.
                0x8100 | 0x88a8 => {
                    let name = format!("EtherType {kind:#06x}");
                    sets.push(self.named(PredicateKind::Link, name.clone(), &name, span));
                }
                _ => {}
            }
        }
        Some(Addresses::Union(sets))
    }
}

/// `80` or `8000-8010`.
pub(super) fn port_range(text: &str) -> Option<PortRange> {
    let text = text.trim();
    match text.split_once('-') {
        Some((first, last)) => {
            PortRange::new(first.trim().parse().ok()?, last.trim().parse().ok()?)
        }
        None => text.parse().ok().map(PortRange::one),
    }
}

/// `tcp/80-90:1024-65535`, `icmp/8/0`, `ip/47`, `ip`.
fn fact_term(term: &str) -> Option<Services> {
    let (name, rest) = term.split_once('/').map_or((term, None), |(name, rest)| (name, Some(rest)));
    let protocol = match name {
        "tcp" => 6,
        "udp" => 17,
        "sctp" => 132,
        "icmp" | "icmp6" => {
            let family = if name == "icmp" { Family::V4 } else { Family::V6 };
            let mut numbers = rest.into_iter().flat_map(|rest| rest.split('/'));
            let kind = numbers.next().map(str::parse).transpose().ok()?;
            let code = numbers.next().map(str::parse).transpose().ok()?;
            return Some(Services::Icmp { family, kind, code });
        }
        "ip" => {
            return match rest {
                Some(number) => number.parse().ok().map(Services::Protocol),
                None => Some(Services::Any),
            };
        }
        _ => return None,
    };
    let (to, from) = rest.map_or(("", None), |rest| {
        rest.split_once(':').map_or((rest, None), |(to, from)| (to, Some(from)))
    });
    let ranges = |list: &str| -> Option<Vec<PortRange>> {
        match list {
            "" => Some(vec![PortRange::ALL]),
            list => list.split(',').map(port_range).collect(),
        }
    };
    let from = ranges(from.unwrap_or(""))?;
    let to = ranges(to)?;
    let pairs = from.iter().flat_map(|source| to.iter().map(move |to| (*source, *to)));
    let sets =
        pairs.map(|(source, destination)| Services::Ports(Ports { protocol, source, destination }));
    Some(Services::union(sets.collect()))
}
