//! What has to hold so that two lists do the same with every packet of a part.
//!
//! **Theorem.** Two lists, in which the first entry that has a packet decides, and of which every packet of a region is in some entry,
//! do the same with all packets of the region, if for every entry `r` of the one and every entry `d` of the other with different labels
//! each packet in both `r` and `d` is
//! - in an entry before `r` with another label than `r`'s, or
//! - in an entry before `d` with another label than `d`'s, or
//! - one for which the two labels mean the same.
//!
//! *Proof.* Take a packet, and let `r` and `d` be the first entries of the two lists that have it; there are such entries. No entry
//! before `r` has the packet, and none before `d`. So the labels are the same, or mean the same for it. ∎
//!
//! **Sources.** A label may say that the source becomes what earlier lists say, its own list of the left policy for the left one, of the
//! right policy for the right one. Those lists are about every packet and name no others, and the theorem holds of them: they give each
//! packet the same new source on both sides. Which packet is looked up in them, as it came or with its new destination, does not
//! matter, as long as it is the same on both sides: two such labels mean the same only where the new destinations are the same. A new
//! destination makes no packet of a port that is not compared.
//!
//! **Parts.** All packets of a part get the same new destination by both policies, before their rules see them: what becomes of them is
//! what becomes of those packets, which all have to be of the region of the lists that the part names. The parts together have every
//! packet.
//!
//! **Bounds.** Let an entry `d` be covered by entries of its own list before it with other labels, and by entries of the *other* list
//! with its own label that all stand before number `b`. Then every pair of `d` with an entry `r` of number `b` or more, and another
//! label, is as the theorem wants it: a packet in both is in an entry before `d` with another label than `d`'s, or in an entry before
//! `r` with `d`'s label, which is not `r`'s. So only the pairs below both bounds need a cover of their own.

use crate::read::{Entry, Family, Label, List, Lists, Part, Source, Value, entry_of};
use crate::space::{DIMENSIONS, Region, Set, covered};

/// Where the services with ports begin on the line of services: TCP, UDP, SCTP. The destination port is added.
const WITH_PORTS: [u128; 3] = [0, 1 << 16, 2 << 16];
/// The last number on the line of services: behind the ports ICMP type and code, then the other protocols by number.
const LAST_SERVICE: u128 = (4 << 16) + 255;
/// The last port.
const LAST_PORT: u128 = 0xffff;

/// How much has been looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Parts of the packets.
    pub parts: u64,
    /// Entries of lists.
    pub entries: u64,
    /// Pairs of entries with different labels and shared packets, below both bounds.
    pub pairs: u64,
}

/// Lists that hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The packets that they are about.
    region: Region,
    /// Whether others may leave sources to them: they tell every packet's.
    sources: bool,
}

/// What does not hold, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// What.
    pub why: String,
    /// The entry or pair, in words.
    pub place: String,
}

fn flaw<T>(why: &str, place: String) -> Result<T, Flaw> {
    Err(Flaw { why: why.to_owned(), place })
}

/// Every packet of a family, with this many pairs of zones; without those of which a port is 0 unless `port_zero`.
pub fn universe(version: u8, zones: usize, port_zero: bool) -> Option<Region> {
    let last_zone = u128::try_from(zones).ok()?.checked_sub(1)?;
    let last_address = match version {
        4 => u128::from(u32::MAX),
        6 => u128::MAX,
        _ => return None,
    };
    let lasts = [last_zone, last_zone, last_address, last_address, LAST_SERVICE, LAST_PORT];
    let mut cells = lasts.map(|last| Set::range(0, last));
    if !port_zero {
        let [.., service, client] = &mut cells;
        let zeros = WITH_PORTS.map(|zero| (zero, zero)).to_vec();
        *service = service.without(&Set::new(zeros)?);
        *client = Set::range(1, LAST_PORT);
    }
    Some(Region { cells, answers: Vec::new() })
}

/// The packets for which two different labels mean the same, if any: labels are functions, and two functions may meet.
pub fn agreement(left: &Label, right: &Label, universe: &Region) -> Option<Region> {
    let (
        Label::Leaves { source: mine, destination: to, by },
        Label::Leaves { source: theirs, destination: other_to, by: other },
    ) = (left, right)
    else {
        return (left == right).then(|| universe.clone());
    };
    if by != other {
        return None;
    }
    let same = [Value::Moved(0), Value::Moved(0)];
    let (mine, theirs) = match (mine, theirs) {
        (Source::Told(mine), Source::Told(theirs)) => (mine, theirs),
        (Source::Listed(mine), Source::Listed(theirs)) if mine == theirs => (&same, &same),
        _ => return None,
    };
    let mut region = universe.clone();
    let [_, _, source, destination, service, client] = &mut region.cells;
    let cells = [source, client, destination, service];
    let values = mine.iter().zip(theirs).chain(to.iter().zip(other_to));
    for (index, ((mine, theirs), cell)) in values.zip(cells).enumerate() {
        let old = match meeting(mine, theirs) {
            Meeting::Always => continue,
            Meeting::Never => return None,
            Meeting::At(old) => old,
        };
        let port = index % 2 == 1;
        if port && old > LAST_PORT {
            return None;
        }
        *cell = if index == 3 {
            Set::new(WITH_PORTS.map(|base| (base + old, base + old)).to_vec())?
        } else {
            Set::range(old, old)
        };
    }
    Some(region)
}

/// For which old values two functions give the same.
enum Meeting {
    Always,
    At(u128),
    Never,
}

fn meeting(one: &Value, two: &Value) -> Meeting {
    if one == two {
        return Meeting::Always;
    }
    match (one, two) {
        (Value::Moved(by), Value::OneOf(ranges)) | (Value::OneOf(ranges), Value::Moved(by)) => {
            match ranges.as_slice() {
                [(only, last)] if only == last => Meeting::At(only.wrapping_sub(*by)),
                _ => Meeting::Never,
            }
        }
        _ => Meeting::Never,
    }
}

/// Whether two lists do the same with every packet of their region. `known` are the lists before them.
///
/// # Errors
/// What does not hold.
pub fn lists(
    lists: &Lists,
    family: &Family,
    universe: &Region,
    known: &[Known],
    tally: &mut Tally,
) -> Result<Known, Flaw> {
    let Lists { region, left, right, .. } = lists;
    let mut sources = region == universe;
    for (side, list) in [("left", left), ("right", right)] {
        for (number, entry) in list.entries.iter().enumerate() {
            let place = || format!("{side} list, entry {number}");
            match entry.label.map(|label| family.labels.get(label)) {
                Some(Some(Label::Leaves { source: Source::Told(_), .. })) => continue,
                Some(Some(Label::Leaves { source: Source::Listed(list), destination, .. })) => {
                    let [_, port] = destination;
                    if !known.get(*list).is_some_and(|known| known.sources) {
                        return flaw("a source is left to lists that do not tell it", place());
                    }
                    if !stays(port, universe) {
                        return flaw("a new port may be one that is not compared", place());
                    }
                }
                Some(Some(Label::Stopped(_))) => {}
                // What is not of the region has no label.
                None if region.and(&entry.region).is_none() => {}
                None | Some(None) => return flaw("a label is missing", place()),
            }
            sources = false;
        }
    }
    whole(region, left, "left")?;
    whole(region, right, "right")?;
    let bounds = (bounds(left, right, "left")?, bounds(right, left, "right")?);
    let counted = left.entries.len() + right.entries.len();
    tally.entries += u64::try_from(counted).unwrap_or(u64::MAX);
    pairs(lists, family, universe, (&bounds.0, &bounds.1), tally)?;
    Ok(Known { region: region.clone(), sources })
}

/// Whether no port that is compared becomes one that is not: port 0, if that is not compared.
fn stays(port: &Value, universe: &Region) -> bool {
    let [.., service, _] = &universe.cells;
    let first = u128::from(!service.contains(0));
    match port {
        Value::Moved(by) => first == 0 || !(1..=LAST_PORT).contains(&0u128.wrapping_sub(*by)),
        Value::OneOf(ranges) => ranges.iter().all(|(from, to)| first <= *from && *to <= LAST_PORT),
        Value::Named(_) => false,
    }
}

/// Whether the packets of a part, with their new destination, are of the region of its lists.
///
/// # Errors
/// What does not hold.
pub fn part(part: &Part, known: &[Known], universe: &Region) -> Result<(), Flaw> {
    let Some(known) = known.get(part.lists) else {
        return flaw("there are no such lists", "lists".to_owned());
    };
    match moved(&part.region, &part.new, universe) {
        Some(new) => all_covered(&new, &[&known.region], || "new destinations".to_owned()),
        None => flaw("a new destination is not told", "new destinations".to_owned()),
    }
}

/// The packets of a region with their new destination; with other ports than they have rather too many than too few.
fn moved(region: &Region, [address, port]: &[Value; 2], universe: &Region) -> Option<Region> {
    let mut new = region.clone();
    let kept = Value::Moved(0);
    let [_, _, _, destination, service, _] = &mut new.cells;
    let [_, _, _, addresses, _, _] = &universe.cells;
    match address {
        Value::Moved(0) => {}
        Value::Moved(by) => {
            let moved = |number: &u128| number.wrapping_add(*by);
            let ranges = destination.ranges().iter().map(|(a, b)| (moved(a), moved(b)));
            let mut ranges: Vec<(u128, u128)> = ranges.collect();
            ranges.sort_unstable();
            *destination = Set::new(ranges)?;
        }
        Value::OneOf(ranges) => match ranges.as_slice() {
            [(only, last)] if only == last => *destination = Set::range(*only, *only),
            _ => return None,
        },
        Value::Named(_) => return None,
    }
    let inside = destination.without(addresses).is_empty();
    match port {
        Value::Moved(0) => {}
        Value::OneOf(ranges) => match ranges.as_slice() {
            [(only, last)] if only == last && *only <= LAST_PORT => {
                *service = at_port(service, *only);
            }
            _ => return None,
        },
        Value::Moved(_) | Value::Named(_) => return None,
    }
    // What is unknown of a destination is another question about the new one.
    if *address != kept || *port != kept {
        new.answers.clear();
    }
    inside.then_some(new)
}

/// Services that have ports at this port, if there are any, and the others as they are.
fn at_port(service: &Set, port: u128) -> Set {
    let (ports, others) = (Set::range(0, (3 << 16) - 1), Set::range(3 << 16, LAST_SERVICE));
    let mut new = Set::range(0, LAST_SERVICE).without(&others.without(service));
    if service.without(&others).is_empty() {
        return new.without(&ports);
    }
    for base in WITH_PORTS {
        if port > 0 {
            new = new.without(&Set::range(base, base + port - 1));
        }
        if port < LAST_PORT {
            new = new.without(&Set::range(base + port + 1, base + LAST_PORT));
        }
    }
    new
}

/// Whether every packet of the region is in some entry of the list.
fn whole(region: &Region, list: &List, side: &str) -> Result<(), Flaw> {
    let mut by = Vec::new();
    for number in &list.whole {
        let index = usize::try_from(*number).unwrap_or(usize::MAX);
        match list.entries.get(index) {
            Some(entry) => by.push(&entry.region),
            None => return flaw("there is no such entry", format!("{side} list, {number}")),
        }
    }
    all_covered(region, &by, || format!("{side} list, the region as a whole"))
}

fn all_covered(
    region: &Region,
    by: &[&Region],
    place: impl FnOnce() -> String,
) -> Result<(), Flaw> {
    match covered(region, by) {
        Some(true) => Ok(()),
        Some(false) => flaw("packets are left that nothing listed covers", place()),
        None => flaw("covering this needs more pieces than are tried", place()),
    }
}

/// For each entry of a list its bound in the other one: see above. Without a cover it is the end of that list.
fn bounds(own: &List, other: &List, side: &str) -> Result<Vec<usize>, Flaw> {
    let mut bounds = Vec::new();
    for (number, entry) in own.entries.iter().enumerate() {
        let Some(cover) = &entry.cover else {
            bounds.push(other.entries.len());
            continue;
        };
        let place = || format!("{side} list, cover of entry {number}");
        let (mut by, mut bound) = (Vec::new(), 0);
        for (index, of_other) in cover.iter().map(|number| entry_of(*number)) {
            let list = if of_other { other } else { own };
            let found = list.entries.get(index);
            let allowed = |found: &&Entry| {
                if of_other {
                    found.label == entry.label
                } else {
                    index < number && found.label != entry.label
                }
            };
            match found.filter(allowed) {
                Some(found) => by.push(&found.region),
                None => return flaw("an entry is listed that does not count", place()),
            }
            if of_other {
                bound = bound.max(index + 1);
            }
        }
        all_covered(&entry.region, &by, place)?;
        bounds.push(bound);
    }
    Ok(bounds)
}

/// Whether each pair below both bounds is covered. The certificate lists the pairs in the order in which they come up here.
fn pairs(
    lists: &Lists,
    family: &Family,
    universe: &Region,
    (left_bounds, right_bounds): (&[usize], &[usize]),
    tally: &mut Tally,
) -> Result<(), Flaw> {
    let mut listed = lists.pairs.iter();
    let mut open = Open::new(right_bounds);
    for (left, (entry, bound)) in lists.left.entries.iter().zip(left_bounds).enumerate() {
        open.pass(left);
        let mut next = open.after(None);
        while let Some(right) = next.filter(|right| right < bound) {
            next = open.after(Some(right));
            let Some(opposite) = lists.right.entries.get(right) else { continue };
            if entry.label == opposite.label {
                continue;
            }
            let Some(shared) = entry.region.and(&opposite.region) else { continue };
            tally.pairs += 1;
            let place = || format!("pair of left entry {left} and right entry {right}");
            let named = |pair: &&crate::read::Pair| {
                usize::try_from(pair.left) == Ok(left) && usize::try_from(pair.right) == Ok(right)
            };
            let Some(pair) = listed.next().filter(named) else {
                return flaw("a pair is missing or in the wrong place", place());
            };
            let label = |entry: &Entry| family.labels.get(entry.label?);
            let labels = label(entry).zip(label(opposite));
            let agreed = labels.and_then(|(mine, theirs)| agreement(mine, theirs, universe));
            let mut by: Vec<&Region> = agreed.iter().collect();
            for (index, of_right) in pair.cover.iter().map(|number| entry_of(*number)) {
                let (list, before, label) = if of_right {
                    (&lists.right, right, opposite.label)
                } else {
                    (&lists.left, left, entry.label)
                };
                let found = list.entries.get(index).filter(|_| index < before);
                match found.filter(|found| found.label != label) {
                    Some(found) => by.push(&found.region),
                    None => return flaw("an entry is listed that does not count", place()),
                }
            }
            all_covered(&shared, &by, place)?;
        }
    }
    match listed.next() {
        None => Ok(()),
        Some(pair) => {
            let place = format!("pair of left entry {} and right entry {}", pair.left, pair.right);
            flaw("a pair is listed that needs no cover", place)
        }
    }
}

/// Entries of the right list whose bound has not been reached, as the left list is walked through: a chain from each to the next one.
struct Open {
    /// For each place in the chain the place before and behind it. Place 0 is the beginning, place `n + 1` entry `n`, the last the end.
    links: Vec<(usize, usize)>,
    /// Entries by bound, the greatest first.
    leaving: Vec<(usize, usize)>,
}

impl Open {
    fn new(bounds: &[usize]) -> Self {
        let links = (0..bounds.len() + 2).map(|place| (place.saturating_sub(1), place + 1));
        let mut leaving: Vec<_> = bounds.iter().copied().zip(0..).collect();
        leaving.sort_unstable_by(|one, two| two.cmp(one));
        Self { links: links.collect(), leaving }
    }

    /// The walk is at this entry of the left list: whatever has its bound there or before it is open no longer.
    fn pass(&mut self, left: usize) {
        while let Some((_, entry)) = self.leaving.pop_if(|(bound, _)| *bound <= left) {
            let Some((before, behind)) = self.links.get(entry + 1).copied() else { continue };
            if let Some(link) = self.links.get_mut(before) {
                link.1 = behind;
            }
            if let Some(link) = self.links.get_mut(behind) {
                link.0 = before;
            }
        }
    }

    /// The next open entry after this one, or the first.
    fn after(&self, entry: Option<usize>) -> Option<usize> {
        let place = entry.map_or(0, |entry| entry + 1);
        let (_, behind) = self.links.get(place)?;
        // The end is not an entry.
        (behind + 1 < self.links.len()).then(|| behind - 1)
    }
}

/// Whether the parts together have every packet.
///
/// # Errors
/// When they do not.
pub fn everything(universe: &Region, parts: &[Region]) -> Result<(), Flaw> {
    let by: Vec<&Region> = parts.iter().collect();
    all_covered(universe, &by, || "the parts together".to_owned())
}

const _: () = assert!(DIMENSIONS == 6, "the universe names six dimensions");
