//! Regions before numbering: addresses with all their bits, and their algebra.

use policy::{Family, IpRange};

use crate::list::Question;
use crate::sets::{Number, Set};

/// Where protocols with ports, ICMP and the others lie on the one line of services.
pub(crate) mod line {
    use crate::sets::Set;

    /// TCP ports.
    pub(crate) const TCP: u32 = 0;
    /// UDP ports.
    pub(crate) const UDP: u32 = 1 << 16;
    /// SCTP ports.
    pub(crate) const SCTP: u32 = 2 << 16;
    /// ICMP (of the family at hand): type and code.
    pub(crate) const ICMP: u32 = 3 << 16;
    /// Other protocols by number.
    pub(crate) const OTHER: u32 = 4 << 16;
    /// One past the last.
    pub(crate) const SIZE: u32 = OTHER + 256;
    /// One past the last port.
    pub(crate) const PORTS: u32 = 1 << 16;

    /// Where a protocol's ports begin.
    pub(crate) fn ports(protocol: u8) -> Option<u32> {
        match protocol {
            6 => Some(TCP),
            17 => Some(UDP),
            132 => Some(SCTP),
            _ => None,
        }
    }

    /// Everything that has ports.
    pub(crate) fn with_ports() -> Set {
        Set::new(vec![(0, ICMP - 1)])
    }
}

/// A cell of a region that may be large.
#[derive(Clone, Copy)]
enum Cell {
    Source,
    Destination,
    Service,
}

/// A set of packets of one family: a product of cells, and answers that must hold.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Wide {
    /// Zone where it comes in.
    pub(crate) from: Set,
    /// Zone where it leaves if the routes leave that open.
    pub(crate) to: Set,
    /// Source address.
    pub(crate) source: Set<u128>,
    /// Destination address, as it came.
    pub(crate) destination: Set<u128>,
    /// Protocol with destination port or type, on the line.
    pub(crate) service: Set,
    /// Source port.
    pub(crate) client: Set,
    /// Answers that must hold.
    pub(crate) answers: Vec<(Question, bool)>,
}

/// Too much was needed: the name of what was exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exceeded(pub &'static str);

/// How many alternatives one cell may have.
const ALTERNATIVES: usize = 4_096;

/// Everything, for one family and a number of zones.
#[derive(Clone, Debug)]
pub(crate) struct Universe {
    pub(crate) family: Family,
    pub(crate) full: Wide,
}

impl Universe {
    pub(crate) fn new(family: Family, zones: u32) -> Self {
        let all = number_range(family.all());
        let full = Wide {
            from: Set::full(zones),
            to: Set::full(zones),
            source: Set::new(vec![all]),
            destination: Set::new(vec![all]),
            service: Set::full(line::SIZE),
            client: Set::full(line::PORTS),
            answers: Vec::new(),
        };
        Self { family, full }
    }

    /// The same without port 0, which no service listens on and no client sends from: as a source port and, of what has ports, as a
    /// destination port. Decision 0008.
    #[must_use]
    pub(crate) fn without_port_zero(mut self) -> Self {
        let zeros = [line::TCP, line::UDP, line::SCTP].map(|zero| (zero, zero));
        self.full.service = self.full.service.without(&Set::new(zeros.to_vec()));
        self.full.client = self.full.client.without(&Set::one(0));
        self
    }
}

/// A range of addresses as numbers of its family.
pub(crate) fn number_range(range: IpRange) -> (u128, u128) {
    (address_number(range.first()), address_number(range.last()))
}

/// An address as a number.
pub(crate) fn address_number(address: std::net::IpAddr) -> u128 {
    match address {
        std::net::IpAddr::V4(address) => u128::from(address.to_bits()),
        std::net::IpAddr::V6(address) => address.to_bits(),
    }
}

impl Wide {
    pub(crate) fn is_empty(&self) -> bool {
        self.from.is_empty()
            || self.to.is_empty()
            || self.source.is_empty()
            || self.destination.is_empty()
            || self.service.is_empty()
            || self.client.is_empty()
    }

    /// What is in both, if anything.
    pub(crate) fn and(&self, other: &Self) -> Option<Self> {
        if !self.meets(other) {
            return None;
        }
        let answers = join(&self.answers, &other.answers)?;
        let both = Self {
            from: self.from.and(&other.from),
            to: self.to.and(&other.to),
            source: self.source.and(&other.source),
            destination: self.destination.and(&other.destination),
            service: self.service.and(&other.service),
            client: self.client.and(&other.client),
            answers,
        };
        (!both.is_empty()).then_some(both)
    }

    /// Leaves what is in the other one, too; `false` when that is nothing.
    fn narrow(&mut self, other: &Self) -> bool {
        fn cell<N: Number>(mine: &mut Set<N>, theirs: &Set<N>) -> bool {
            if !theirs.covers(mine) {
                *mine = mine.and(theirs);
            }
            !mine.is_empty()
        }
        if !(cell(&mut self.from, &other.from)
            && cell(&mut self.to, &other.to)
            && cell(&mut self.destination, &other.destination)
            && cell(&mut self.source, &other.source)
            && cell(&mut self.service, &other.service)
            && cell(&mut self.client, &other.client))
        {
            return false;
        }
        match join(&self.answers, &other.answers) {
            Some(answers) => self.answers = answers,
            None => return false,
        }
        true
    }

    /// Whether some packet is in both.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        self.from.meets(&other.from)
            && self.to.meets(&other.to)
            && self.destination.meets(&other.destination)
            && self.source.meets(&other.source)
            && self.service.meets(&other.service)
            && self.client.meets(&other.client)
            && join(&self.answers, &other.answers).is_some()
    }

    /// The only cell that is not that of everything, where it is one of the large ones. Sets are told by their place in memory.
    fn only(&self, full: &Self) -> Option<Cell> {
        let same = self.from.identity() == full.from.identity()
            && self.to.identity() == full.to.identity()
            && self.client.identity() == full.client.identity()
            && self.answers.is_empty();
        let others = [
            (Cell::Source, self.source.identity() != full.source.identity()),
            (Cell::Destination, self.destination.identity() != full.destination.identity()),
            (Cell::Service, self.service.identity() != full.service.identity()),
        ];
        let mut others = others.into_iter().filter(|(_, other)| *other);
        match (others.next(), others.next()) {
            (Some((cell, _)), None) if same => Some(cell),
            _ => None,
        }
    }

    /// What is not in it, as disjoint regions.
    fn complement(&self, full: &Self) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut rest = full.clone();
        macro_rules! outside {
            ($cell:ident) => {
                let outside = rest.$cell.without(&self.$cell);
                if !outside.is_empty() {
                    parts.push(Self { $cell: outside, ..rest.clone() });
                }
                rest.$cell = rest.$cell.and(&self.$cell);
            };
        }
        outside!(from);
        outside!(to);
        outside!(source);
        outside!(destination);
        outside!(service);
        outside!(client);
        for (question, answer) in &self.answers {
            if let Some(known) = rest.answers.iter().find(|known| known.0 == *question) {
                if known.1 != *answer {
                    // The two share nothing: all of it is outside.
                    return vec![full.clone()];
                }
                continue;
            }
            let mut other = rest.clone();
            other.answers.push((*question, !answer));
            other.answers.sort_unstable();
            parts.push(other);
            rest.answers.push((*question, *answer));
            rest.answers.sort_unstable();
        }
        parts
    }

    /// Takes what lies in this region out of others, and returns it.
    pub(crate) fn take_from(&self, rest: &mut Vec<Self>) -> Vec<Self> {
        let mut taken = Vec::new();
        for piece in std::mem::take(rest) {
            let Some(both) = piece.and(self) else {
                rest.push(piece);
                continue;
            };
            rest.extend(piece.without(self));
            taken.push(both);
        }
        taken
    }

    /// What is in it and not in the other, as disjoint regions.
    pub(crate) fn without(&self, other: &Self) -> Vec<Self> {
        other.complement(self).into_iter().filter_map(|part| part.and(self)).collect()
    }

    /// The union with another one that differs in one cell at most.
    fn merged(&self, other: &Self) -> Option<Self> {
        if self.answers != other.answers {
            return None;
        }
        let same = [
            self.from == other.from,
            self.to == other.to,
            self.source == other.source,
            self.destination == other.destination,
            self.service == other.service,
            self.client == other.client,
        ];
        if same.iter().filter(|same| !**same).count() > 1 {
            return None;
        }
        Some(Self {
            from: self.from.or(&other.from),
            to: self.to.or(&other.to),
            source: self.source.or(&other.source),
            destination: self.destination.or(&other.destination),
            service: self.service.or(&other.service),
            client: self.client.or(&other.client),
            answers: self.answers.clone(),
        })
    }
}

fn join(mine: &[(Question, bool)], theirs: &[(Question, bool)]) -> Option<Vec<(Question, bool)>> {
    if theirs.is_empty() {
        return Some(mine.to_vec());
    }
    let mut all = [mine, theirs].concat();
    all.sort_unstable();
    all.dedup();
    let clash = all.windows(2).any(|pair| matches!(pair, [a, b] if a.0 == b.0));
    (!clash).then_some(all)
}

/// A union of regions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Union(pub(crate) Vec<Wide>);

impl Union {
    pub(crate) fn nothing() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn one(region: Wide) -> Self {
        if region.is_empty() { Self::nothing() } else { Self(vec![region]) }
    }

    /// Adds a region, joined with one that is there if they differ in one cell only.
    pub(crate) fn add(&mut self, region: Wide) -> Result<(), Exceeded> {
        if region.is_empty() {
            return Ok(());
        }
        for known in &mut self.0 {
            if let Some(merged) = known.merged(&region) {
                *known = merged;
                return Ok(());
            }
        }
        if self.0.len() >= ALTERNATIVES {
            return Err(Exceeded("alternatives of one cell"));
        }
        self.0.push(region);
        Ok(())
    }

    /// The union of many regions. Most of them differ from everything in one and the same cell: those are joined at once.
    pub(crate) fn gathered(regions: Vec<Wide>, full: &Wide) -> Result<Self, Exceeded> {
        let (mut source, mut destination, mut service) = (Vec::new(), Vec::new(), Vec::new());
        let mut union = Self::nothing();
        for region in regions {
            match region.only(full) {
                Some(Cell::Source) => source.extend_from_slice(region.source.ranges()),
                Some(Cell::Destination) => {
                    destination.extend_from_slice(region.destination.ranges());
                }
                Some(Cell::Service) => service.extend_from_slice(region.service.ranges()),
                None => union.add(region)?,
            }
        }
        if !source.is_empty() {
            union.add(Wide { source: Set::new(source), ..full.clone() })?;
        }
        if !destination.is_empty() {
            union.add(Wide { destination: Set::new(destination), ..full.clone() })?;
        }
        if !service.is_empty() {
            union.add(Wide { service: Set::new(service), ..full.clone() })?;
        }
        Ok(union)
    }

    /// Leaves what is in the other one, too.
    pub(crate) fn narrow(&mut self, other: &Self) -> Result<(), Exceeded> {
        match other.0.as_slice() {
            [one] => self.0.retain_mut(|region| region.narrow(one)),
            _ => *self = self.and(other)?,
        }
        Ok(())
    }

    pub(crate) fn or(mut self, other: Self) -> Result<Self, Exceeded> {
        for region in other.0 {
            self.add(region)?;
        }
        Ok(self)
    }

    pub(crate) fn and(&self, other: &Self) -> Result<Self, Exceeded> {
        let mut both = Self::nothing();
        for mine in &self.0 {
            for theirs in &other.0 {
                if let Some(region) = mine.and(theirs) {
                    both.add(region)?;
                }
            }
        }
        Ok(both)
    }

    pub(crate) fn not(&self, universe: &Universe) -> Result<Self, Exceeded> {
        let mut left = Self::one(universe.full.clone());
        for region in &self.0 {
            left = left.and(&Self(region.complement(&universe.full)))?;
        }
        Ok(left)
    }
}
