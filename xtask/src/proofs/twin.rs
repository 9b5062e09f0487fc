//! A policy that means the same and is written otherwise: split, flattened, in another order where that does not matter, with rules
//! added that never decide.

use std::net::IpAddr;

use policy::{Action, Addresses, IpRange, Origin, Policy, PortRange, Ports, Rule, Services, Zones};

use crate::demo::random::Random;

/// The twin of a policy.
pub(crate) fn twin(policy: &Policy, seed: u64) -> Policy {
    let mut twin = policy.clone();
    let mut maker = Maker { policy, random: Random::named(seed, "twin") };
    for base in &mut twin.rulebases {
        // Whoever counts rules must not find others there.
        if base.rules.iter().all(|rule| matches!(rule.action, Action::Decide(_))) {
            let rules = base.rules.iter().flat_map(|rule| maker.split(rule)).collect();
            base.rules = maker.reordered(rules);
        }
    }
    twin
}

struct Maker<'a> {
    policy: &'a Policy,
    random: Random,
}

/// More members than this are not written one by one.
const MEMBERS: usize = 64;
/// How many places a rule moves at most.
const PLACES: usize = 24;

impl Maker<'_> {
    /// The rules that stand for one, in any order but adjacent.
    fn split(&mut self, rule: &Rule) -> Vec<Rule> {
        if !rule.enabled {
            let keep = self.random.percent(50);
            return if keep { vec![rule.clone()] } else { Vec::new() };
        }
        let mut rules = match self.random.below(100) {
            0..16 => self.by_source(rule),
            16..32 => self.by_destination(rule),
            32..42 => self.by_service(rule),
            42..49 => {
                let rows = self.by_source(rule);
                let cells: Vec<Rule> =
                    rows.iter().flat_map(|row| self.by_destination(row)).collect();
                cells.iter().flat_map(|cell| self.by_service(cell)).collect()
            }
            49..56 => by_zone(rule),
            56..68 => self.flat(rule),
            68..76 => vec![self.renamed(rule)],
            _ => vec![rule.clone()],
        };
        // What stands behind a rule and has nothing that it has not never decides.
        if self.random.percent(3) {
            let mut idle = rule.clone();
            if self.random.percent(50) {
                idle.action = Action::Decide(policy::Verdict::Reject);
            }
            idle.source_nat = None;
            let narrower = self.by_service(&idle);
            rules.extend(narrower.into_iter().take(1));
        }
        for (number, rule) in rules.iter_mut().enumerate() {
            let label = format!("{}.{number}", rule.origin.label);
            rule.origin = Origin::implied(label);
        }
        rules
    }

    fn by_source(&mut self, rule: &Rule) -> Vec<Rule> {
        let parts = self.halves(&rule.source);
        parts.into_iter().map(|source| Rule { source, ..rule.clone() }).collect()
    }

    fn by_destination(&mut self, rule: &Rule) -> Vec<Rule> {
        let parts = self.halves(&rule.destination);
        parts.into_iter().map(|destination| Rule { destination, ..rule.clone() }).collect()
    }

    /// Two or three parts of a cell; the cell itself where it is not a plain list.
    fn halves(&mut self, cell: &Addresses) -> Vec<Addresses> {
        let mut members = Vec::new();
        if !self.members(cell, &mut members) || members.is_empty() {
            return vec![cell.clone()];
        }
        if let [Addresses::Range(range)] = members.as_slice() {
            return self.cut(*range);
        }
        let parts = 2 + usize::from(self.random.percent(30));
        let size = members.len().div_ceil(parts);
        members.chunks(size).map(|part| Addresses::union(part.to_vec())).collect()
    }

    /// A range as two, one of which may have something of the other.
    fn cut(&mut self, range: IpRange) -> Vec<Addresses> {
        let length = u64::try_from(range.length_less_one()).unwrap_or(u64::MAX);
        let at = u128::from(self.random.below(length));
        let halves = range.nth(at).zip(range.nth(at + 1)).and_then(|(last, first)| {
            Some([IpRange::new(range.first(), last)?, IpRange::new(first, range.last())?])
        });
        match halves {
            Some(halves) => halves.map(Addresses::Range).to_vec(),
            None => vec![Addresses::Range(range)],
        }
    }

    /// The plain members of a cell, groups opened; `false` when it has others.
    fn members(&self, cell: &Addresses, found: &mut Vec<Addresses>) -> bool {
        match cell {
            Addresses::Range(_) => found.push(cell.clone()),
            Addresses::Object(id) => {
                let at = usize::try_from(id.0).unwrap_or(usize::MAX);
                let Some(object) = self.policy.addresses.get(at) else { return false };
                return self.members(&object.value, found);
            }
            Addresses::Union(members) => {
                return members.iter().all(|member| self.members(member, found));
            }
            _ => return false,
        }
        true
    }

    fn services(&self, cell: &Services, found: &mut Vec<Services>) -> bool {
        match cell {
            Services::Object(id) => {
                let at = usize::try_from(id.0).unwrap_or(usize::MAX);
                let Some(object) = self.policy.services.get(at) else { return false };
                return self.services(&object.value, found);
            }
            Services::Union(members) => {
                return members.iter().all(|member| self.services(member, found));
            }
            Services::Any | Services::Unknown(_) | Services::Common(_) | Services::Except(..) => {
                return false;
            }
            Services::Protocol(_) | Services::Ports(_) | Services::Icmp { .. } => {
                found.push(cell.clone());
            }
        }
        true
    }

    fn by_service(&mut self, rule: &Rule) -> Vec<Rule> {
        let mut members = Vec::new();
        if !self.services(&rule.services, &mut members) || members.is_empty() {
            return vec![rule.clone()];
        }
        if let [Services::Ports(ports)] = members.as_slice()
            && let Some(parts) = cut_ports(*ports)
        {
            members = parts;
        }
        members.truncate(MEMBERS.max(members.len()));
        let size = members.len().div_ceil(3);
        let parts = members.chunks(size).map(|part| Services::union(part.to_vec()));
        parts.map(|services| Rule { services, ..rule.clone() }).collect()
    }

    /// One rule for each pair of members, where these are few; else with its groups opened.
    fn flat(&mut self, rule: &Rule) -> Vec<Rule> {
        let (mut sources, mut destinations) = (Vec::new(), Vec::new());
        let plain = self.members(&rule.source, &mut sources)
            && self.members(&rule.destination, &mut destinations);
        if !plain {
            return vec![rule.clone()];
        }
        if sources.len() * destinations.len() > 24 {
            let (source, destination) = (Addresses::union(sources), Addresses::union(destinations));
            return vec![Rule { source, destination, ..rule.clone() }];
        }
        let pairs = sources.iter().flat_map(|source| {
            destinations.iter().map(|destination| (source.clone(), destination.clone()))
        });
        pairs.map(|(source, destination)| Rule { source, destination, ..rule.clone() }).collect()
    }

    /// The same cells, said otherwise: what is meant twice negated, or in another order.
    fn renamed(&mut self, rule: &Rule) -> Rule {
        let mut members = Vec::new();
        let mut source = rule.source.clone();
        if self.members(&rule.source, &mut members) {
            members.reverse();
            source = Addresses::union(members);
            if self.random.percent(20) {
                source = source.negated().negated();
            }
        }
        Rule { source, ..rule.clone() }
    }

    /// Moves rules over others that do the same or share no packet with them.
    fn reordered(&mut self, mut rules: Vec<Rule>) -> Vec<Rule> {
        for at in 1..rules.len() {
            if !self.random.percent(40) {
                continue;
            }
            let places = usize::try_from(self.random.below(PLACES as u64)).unwrap_or(0);
            for to in (at.saturating_sub(places)..at).rev() {
                let free = rules.get(to).zip(rules.get(to + 1));
                if !free.is_some_and(|(one, other)| self.commute(one, other)) {
                    break;
                }
                rules.swap(to, to + 1);
            }
        }
        rules
    }

    fn commute(&self, one: &Rule, other: &Rule) -> bool {
        let same = one.action == other.action && one.source_nat == other.source_nat;
        let apart = zones_apart(&one.from, &other.from) || zones_apart(&one.to, &other.to);
        same || apart || self.apart(&one.destination, &other.destination)
    }

    /// Whether two cells share no address; `false` when that is not plain.
    fn apart(&self, one: &Addresses, other: &Addresses) -> bool {
        let (mut mine, mut theirs) = (Vec::new(), Vec::new());
        if !self.members(one, &mut mine) || !self.members(other, &mut theirs) {
            return false;
        }
        let few = mine.len() * theirs.len() < 400;
        let ranges = |(one, other): (&Addresses, &Addresses)| match (one, other) {
            (Addresses::Range(one), Addresses::Range(other)) => meet(*one, *other),
            _ => true,
        };
        few && !mine.iter().any(|one| theirs.iter().any(|other| ranges((one, other))))
    }
}

fn meet(one: IpRange, other: IpRange) -> bool {
    let inside = |range: IpRange, address: IpAddr| range.contains(address);
    inside(one, other.first()) || inside(other, one.first())
}

fn zones_apart(one: &Zones, other: &Zones) -> bool {
    match (one, other) {
        (Zones::Of(one), Zones::Of(other)) => !one.iter().any(|zone| other.contains(zone)),
        _ => false,
    }
}

fn by_zone(rule: &Rule) -> Vec<Rule> {
    let alone = |zones: &Zones| match zones {
        Zones::Of(zones) if !zones.is_empty() => {
            zones.iter().map(|zone| Zones::Of(vec![*zone])).collect()
        }
        other => vec![other.clone()],
    };
    let mut rules = Vec::new();
    for from in alone(&rule.from) {
        for to in alone(&rule.to) {
            rules.push(Rule { from: from.clone(), to, ..rule.clone() });
        }
    }
    rules
}

fn cut_ports(ports: Ports) -> Option<Vec<Services>> {
    let (first, last) = (ports.destination.first(), ports.destination.last());
    let middle = first + (last - first) / 2;
    let halves = [PortRange::new(first, middle)?, PortRange::new(middle.checked_add(1)?, last)?];
    let part = |destination| Services::Ports(Ports { destination, ..ports });
    Some(halves.map(part).to_vec())
}
