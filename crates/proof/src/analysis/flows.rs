//! What may flow between each two zones.

use policy::{By, Family, Policy, Rulebase, RulebaseId, Verdict, ZoneId, Zones};

use super::without::Means;
use super::{Piece, Query, SPLITS, Single, all_clients};
use crate::cover::{Covered, Covers, cover};
use crate::index::Scratch;
use crate::list::{Entry, List, Point, Region};
use crate::prove::at;
use crate::sets::Set;
use crate::wide::{Exceeded, Universe, address_number};

/// How often a projection may be widened before it is left open.
const ROUNDS: u32 = 64;
/// The dimension of sources, and that of services.
const SOURCE: usize = 2;
const SERVICE: usize = 4;

/// What may flow from one zone to another, to destinations behind the firewall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Where packets come in.
    pub from: ZoneId,
    /// Where they leave.
    pub to: ZoneId,
    /// By family (IPv4, IPv6) the services of which something passes whatever is unknown, on the line of [`super::Part::services`].
    pub certain: [Set; 2],
    /// The same for some answers to what is unknown.
    pub possible: [Set; 2],
    /// Those of [`Flow::possible`] that some rule does not bind to source ports.
    pub unlimited: [Set; 2],
    /// Whether nothing at all is stopped.
    pub everything: bool,
    /// Whether some source on the Internet gets something through.
    pub public: bool,
    /// What lets something pass, in order.
    pub by: Vec<By>,
    /// Whether a limit left something open, so that there may be more.
    pub cut: bool,
}

impl Flow {
    fn new(from: ZoneId, to: ZoneId) -> Self {
        let nothing = || [Set::empty(), Set::empty()];
        Self {
            from,
            to,
            certain: nothing(),
            possible: nothing(),
            unlimited: nothing(),
            everything: true,
            public: false,
            by: Vec::new(),
            cut: false,
        }
    }

    /// Whether every service of one family passes, to some destination from some source, and from every source port.
    pub fn any_service(&self) -> bool {
        let full = Universe::new(Family::V4, 1).without_port_zero().full.service;
        let mut both = self.certain.iter().zip(&self.unlimited);
        both.any(|(services, unlimited)| services.covers(&full) && unlimited.covers(&full))
    }

    /// Services that rules let pass from some source ports only.
    pub fn limited(&self) -> [Set; 2] {
        let [four, six] = &self.possible;
        let [four_free, six_free] = &self.unlimited;
        [four.without(four_free), six.without(six_free)]
    }
}

/// What may flow between each two zones, row by row. Packets to the firewall itself and those of which a port is 0 are left out.
///
/// # Errors
/// When a limit is reached.
pub fn flows(policy: &Policy) -> Result<Vec<Flow>, Exceeded> {
    let mut policy = policy.clone();
    let own = RulebaseId(u32::try_from(policy.rulebases.len()).unwrap_or(u32::MAX));
    policy.local = Some(own);
    policy.rulebases.push(Rulebase {
        name: "".into(),
        rules: Vec::new(),
        default: Verdict::Drop,
        default_origin: policy::Origin::default(),
    });
    let zones = u32::try_from(policy.zones.len()).unwrap_or(u32::MAX);
    let cells = (0..zones).flat_map(|from| (0..zones).map(move |to| (ZoneId(from), ZoneId(to))));
    let mut flows: Vec<Flow> = cells.map(|(from, to)| Flow::new(from, to)).collect();
    for to in 0..zones {
        let to_zone = Zones::Of(vec![ZoneId(to)]);
        let query = Query { to: to_zone, port_zero: false, ..Query::everything() };
        for (family, index) in [(Family::V4, 0), (Family::V6, 1)] {
            let single = Single::new(&policy, family, &query)?;
            for piece in &single.pieces {
                Column { piece, own, family, index, bare: bare(piece), means: Means::new() }
                    .fill(&mut flows, (zones, to));
            }
        }
    }
    for flow in &mut flows {
        flow.everything &= !flow.by.is_empty() && !flow.cut;
        flow.by.sort_unstable_by_key(super::review::order);
        flow.by.dedup();
    }
    Ok(flows)
}

/// The list without what is asked about unknowns where packets are stopped: whatever may stop a packet.
fn bare(piece: &Piece) -> List {
    let entries = piece.list.entries.iter().map(|entry| {
        let mut entry = entry.clone();
        if !piece.accepts(&entry) {
            entry.region.answers.clear();
        }
        entry
    });
    List { entries: entries.collect() }
}

/// The packets of one piece that leave by one zone.
struct Column<'p> {
    piece: &'p Piece,
    own: RulebaseId,
    family: Family,
    index: usize,
    bare: List,
    means: Means,
}

/// Entries before one that take packets: all, or only those that may stop them.
struct Before<'c> {
    list: &'c List,
    piece: &'c Piece,
    below: u32,
    stopping: bool,
    scratch: &'c mut Scratch,
}

impl Covers for Before<'_> {
    fn region(&self, number: u32) -> &Region {
        crate::compare::region(self.list, number)
    }

    fn containing(&mut self, point: &Point) -> Option<u32> {
        let wanted = |entry: &Entry| !self.stopping || !self.piece.accepts(entry);
        self.piece.index.first(self.list, point, self.below, wanted, self.scratch)
    }
}

impl Column<'_> {
    fn fill(&mut self, flows: &mut [Flow], (zones, to): (u32, u32)) {
        let piece = self.piece;
        for (number, entry) in (0u32..).zip(&piece.list.entries) {
            let by = piece.causes.get(at(entry.origin)).map(|cause| cause.0);
            let Some(by) = by.filter(|by| *by != By::Default(self.own)) else { continue };
            let Some(from) = entry.region.cells.first() else { continue };
            for zone in from.ranges().iter().flat_map(|(first, last)| *first..=*last) {
                let Some(flow) = flows.get_mut(at(zone * zones + to)) else { continue };
                let mut region = entry.region.clone();
                if let Some(cell) = region.cells.first_mut() {
                    *cell = Set::one(zone);
                }
                if piece.accepts(entry) {
                    self.accepting((number, &region), by, flow);
                } else if flow.everything {
                    flow.everything = matches!(self.left(&region, number, false), Covered::By(_));
                }
            }
        }
    }

    /// An entry that lets packets pass.
    fn accepting(&mut self, (number, region): (u32, &Region), by: By, flow: &mut Flow) {
        match self.left(region, number, false) {
            Covered::By(_) => return,
            Covered::GaveUp => {
                flow.cut = true;
                return;
            }
            Covered::Not(_) => flow.by.push(by),
        }
        if !flow.public {
            let sources = self.projected(region, number, false, SOURCE, flow);
            flow.public = self.public(&sources, region);
        }
        let [.., services, clients] = &region.cells;
        let index = self.index;
        let known = |sets: &[Set; 2]| sets.get(index).is_some_and(|set| set.covers(services));
        let unlimited = all_clients(clients);
        if region.answers.is_empty() && !known(&flow.certain) {
            let found = self.projected(region, number, true, SERVICE, flow);
            widen(&mut flow.certain, index, &found);
            widen(&mut flow.possible, index, &found);
            if unlimited {
                widen(&mut flow.unlimited, index, &found);
            }
        }
        if !known(&flow.possible) || (unlimited && !known(&flow.unlimited)) {
            let found = self.projected(region, number, false, SERVICE, flow);
            widen(&mut flow.possible, index, &found);
            if unlimited {
                widen(&mut flow.unlimited, index, &found);
            }
        }
    }

    /// Whether entries before this one cover a region of it.
    fn left(&mut self, region: &Region, below: u32, stopping: bool) -> Covered {
        let (piece, scratch) = (self.piece, &mut self.means.scratch);
        let list = if stopping { &self.bare } else { &piece.list };
        let mut splits = SPLITS;
        cover(region, &mut Before { list, piece, below, stopping, scratch }, &mut splits)
    }

    /// The numbers of one dimension that packets of a region have which no entry before it takes.
    fn projected(
        &mut self,
        region: &Region,
        below: u32,
        stopping: bool,
        dimension: usize,
        flow: &mut Flow,
    ) -> Set {
        let mut open = region.clone();
        let mut found = Set::empty();
        for _ in 0..ROUNDS {
            let point = match self.left(&open, below, stopping) {
                Covered::By(_) => return found,
                Covered::Not(point) => point,
                Covered::GaveUp => break,
            };
            let Some(cell) = open.cells.get_mut(dimension) else { return found };
            let Some(hidden) = self.hidden(&point, below, stopping, dimension) else { break };
            // The point itself is not hidden.
            let gain = cell.without(&hidden);
            found = found.or(&gain);
            *cell = cell.without(&gain);
            if gain.is_empty() || cell.is_empty() {
                return found;
            }
        }
        flow.cut = true;
        found
    }

    /// The numbers of a dimension at which entries before this one take what is elsewhere like the point.
    fn hidden(
        &mut self,
        point: &Point,
        below: u32,
        stopping: bool,
        dimension: usize,
    ) -> Option<Set> {
        let piece = self.piece;
        let list = if stopping { &self.bare } else { &piece.list };
        let mut way = Region { cells: point.at.map(Set::one), answers: Vec::new() };
        if let Some(cell) = way.cells.get_mut(dimension) {
            *cell = Set::full(u32::MAX);
        }
        let counts = |entry: &Entry| !stopping || !piece.accepts(entry);
        let (meets, work) = (piece.meets(), &mut self.means.work);
        let met = meets.meeting((&piece.list, &way), 0..below, counts, work)?;
        let entries = met.iter().filter_map(|number| list.entries.get(at(*number)));
        let takes = entries.filter(|entry| {
            let answers = &entry.region.answers;
            answers.iter().all(|(question, answer)| point.answer(*question) == *answer)
        });
        let ranges = takes.filter_map(|entry| entry.region.cells.get(dimension));
        Some(Set::new(ranges.flat_map(|cell| cell.ranges().iter().copied()).collect()))
    }

    /// Whether some of these sources are on the Internet.
    fn public(&self, sources: &Set, region: &Region) -> bool {
        if sources.is_empty() {
            return false;
        }
        let mut there = region.clone();
        if let Some(cell) = there.cells.get_mut(SOURCE) {
            *cell = sources.clone();
        }
        self.piece.numbering.wide(&there).source.meets(&internet(self.family))
    }
}

fn widen(sets: &mut [Set; 2], index: usize, found: &Set) {
    if let Some(set) = sets.get_mut(index) {
        *set = set.or(found);
    }
}

/// Addresses that are neither private (RFC 1918, RFC 6598), nor of this host or link, nor multicast or reserved; of IPv6 those that are
/// global unicast (2000::/3).
fn internet(family: Family) -> Set<u128> {
    let ranges = |parts: &[([u8; 4], [u8; 4])]| {
        let number = |parts: [u8; 4]| address_number(std::net::Ipv4Addr::from(parts).into());
        Set::new(parts.iter().map(|(first, last)| (number(*first), number(*last))).collect())
    };
    match family {
        Family::V6 => Set::new(vec![(0x2000 << 112, (0x4000 << 112) - 1)]),
        Family::V4 => ranges(&[([0, 0, 0, 0], [255, 255, 255, 255])]).without(&ranges(&[
            ([0, 0, 0, 0], [0, 255, 255, 255]),
            ([10, 0, 0, 0], [10, 255, 255, 255]),
            ([100, 64, 0, 0], [100, 127, 255, 255]),
            ([127, 0, 0, 0], [127, 255, 255, 255]),
            ([169, 254, 0, 0], [169, 254, 255, 255]),
            ([172, 16, 0, 0], [172, 31, 255, 255]),
            ([192, 168, 0, 0], [192, 168, 255, 255]),
            ([224, 0, 0, 0], [255, 255, 255, 255]),
        ])),
    }
}
