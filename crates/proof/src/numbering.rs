//! From addresses with all their bits to small numbers: the borders of all cells cut each line into pieces, and pieces are numbered.

use hashbrown::HashMap;

use crate::list::{Entry, List, Region};
use crate::sets::Set;
use crate::wide::Wide;

/// One entry before numbering: region, label, origin.
pub(crate) type Labelled = (Wide, u32, u32);

/// The label of packets at the head of two lists that both are not about, and their origin.
pub(crate) const ELSEWHERE: u32 = u32::MAX;

/// What the numbers of the two address lines stand for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Numbering {
    source: Line,
    destination: Line,
}

/// One line of addresses: the first address of each piece.
#[derive(Clone, Debug, Default)]
struct Line {
    starts: Vec<u128>,
    known: HashMap<usize, Set>,
}

impl Numbering {
    /// Numbers two lists together. `sources` and `destinations` are addresses that need a number of their own.
    pub(crate) fn new(
        left: &[Labelled],
        right: &[Labelled],
        sources: &[u128],
        destinations: &[u128],
    ) -> (Self, List, List) {
        let both = || left.iter().chain(right);
        let mut numbering = Self {
            source: Line::new(both().map(|(region, ..)| &region.source), sources),
            destination: Line::new(both().map(|(region, ..)| &region.destination), destinations),
        };
        let mut list = |entries: &[Labelled]| List {
            entries: entries
                .iter()
                .map(|(region, label, origin)| Entry {
                    region: numbering.region(region),
                    label: *label,
                    origin: *origin,
                })
                .collect(),
        };
        let (left, right) = (list(left), list(right));
        (numbering, left, right)
    }

    fn region(&mut self, wide: &Wide) -> Region {
        Region {
            cells: [
                wide.from.clone(),
                wide.to.clone(),
                self.source.number(&wide.source),
                self.destination.number(&wide.destination),
                wide.service.clone(),
                wide.client.clone(),
            ],
            answers: wide.answers.clone(),
        }
    }

    /// A region whose borders are all borders of the lists.
    pub(crate) fn region_of(&self, wide: &Wide) -> Region {
        Region {
            cells: [
                wide.from.clone(),
                wide.to.clone(),
                self.source.pieces(&wide.source),
                self.destination.pieces(&wide.destination),
                wide.service.clone(),
                wide.client.clone(),
            ],
            answers: wide.answers.clone(),
        }
    }

    /// Every packet of a universe.
    pub(crate) fn everything(&self, full: &Wide) -> Region {
        Region {
            cells: [
                full.from.clone(),
                full.to.clone(),
                Set::full(u32::try_from(self.source.starts.len()).unwrap_or(u32::MAX)),
                Set::full(u32::try_from(self.destination.starts.len()).unwrap_or(u32::MAX)),
                full.service.clone(),
                full.client.clone(),
            ],
            answers: Vec::new(),
        }
    }

    /// The numbers of single addresses that were named as such.
    pub(crate) fn of_source(&self, addresses: &[u128]) -> Set {
        self.source.of(addresses)
    }

    /// The numbers of single addresses that were named as such.
    pub(crate) fn of_destination(&self, addresses: &[u128]) -> Set {
        self.destination.of(addresses)
    }

    /// A region with all the bits of its addresses.
    pub(crate) fn wide(&self, region: &Region) -> Wide {
        let [from, to, source, destination, service, client] = region.cells.clone();
        Wide {
            from,
            to,
            source: self.source.wide(&source),
            destination: self.destination.wide(&destination),
            service,
            client,
            answers: region.answers.clone(),
        }
    }
}

impl Line {
    fn new<'a>(cells: impl Iterator<Item = &'a Set<u128>>, alone: &[u128]) -> Self {
        let mut seen: hashbrown::HashSet<usize> = hashbrown::HashSet::new();
        let mut starts = Vec::new();
        for cell in cells {
            if !seen.insert(cell.identity()) {
                continue;
            }
            for (first, last) in cell.ranges() {
                starts.push(*first);
                starts.extend(last.checked_add(1));
            }
        }
        for address in alone {
            starts.push(*address);
            starts.extend(address.checked_add(1));
        }
        starts.sort_unstable();
        starts.dedup();
        Self { starts, known: HashMap::new() }
    }

    /// The pieces of a set, looked up once for each set.
    fn number(&mut self, set: &Set<u128>) -> Set {
        if let Some(known) = self.known.get(&set.identity()) {
            return known.clone();
        }
        let numbered = self.pieces(set);
        // The set lives as long as the lists that are numbered, so its identity stays its own.
        self.known.insert(set.identity(), numbered.clone());
        numbered
    }

    /// The pieces of a set. Every border of it is a border of the line.
    fn pieces(&self, set: &Set<u128>) -> Set {
        let index = |address: u128| {
            let found = self.starts.partition_point(|start| *start < address);
            u32::try_from(found).unwrap_or(u32::MAX)
        };
        let ranges = set.ranges().iter().map(|(first, last)| {
            let end = match last.checked_add(1) {
                Some(next) => index(next),
                None => u32::try_from(self.starts.len()).unwrap_or(u32::MAX),
            };
            (index(*first), end.saturating_sub(1))
        });
        Set::new(ranges.collect())
    }

    fn of(&self, addresses: &[u128]) -> Set {
        let found = addresses.iter().filter_map(|address| {
            let number = self.starts.binary_search(address).ok()?;
            u32::try_from(number).ok().map(|number| (number, number))
        });
        Set::new(found.collect())
    }

    fn start(&self, number: u32) -> u128 {
        let index = usize::try_from(number).unwrap_or(usize::MAX);
        self.starts.get(index).copied().unwrap_or(0)
    }

    fn wide(&self, set: &Set) -> Set<u128> {
        let ranges = set.ranges().iter().map(|(first, last)| {
            let next = usize::try_from(*last).ok().and_then(|last| self.starts.get(last + 1));
            (self.start(*first), next.map_or(u128::MAX, |next| next - 1))
        });
        Set::new(ranges.collect())
    }
}
