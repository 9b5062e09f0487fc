//! Sets of packets in the administrators' words: names of objects that have exactly these addresses or services, networks, ranges.

use std::net::IpAddr;

use hashbrown::HashMap;
use policy::{AddressId, Addresses, Family, IpRange, Policy, Seen, ServiceId, Services};

use super::packet::address;
use super::result::Area;
use crate::meaning::{Meaning, Party, Side};
use crate::questions::Questions;
use crate::routes::Ways;
use crate::sets::Set;
use crate::slice::Slice;
use crate::wide::{Universe, Wide, line};

/// A set in words: these, or all but these.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Whether everything else is meant. With nothing in `of`: everything.
    pub except: bool,
    /// Names, networks and ranges.
    pub of: Vec<String>,
    /// How many more there are.
    pub more: u64,
}

/// How many names or ranges of one cell are written out.
const WRITTEN: usize = 50;

/// Names of objects by what they mean, of two policies: the left one's first.
#[derive(Clone, Debug)]
pub struct Names {
    addresses: HashMap<(Family, Set<u128>), Box<str>>,
    services: HashMap<(Family, Set), Box<str>>,
    /// All services and source ports that are compared.
    full: Wide,
}

impl Names {
    /// Collects names. `port_zero`: as in [`super::Options`].
    pub fn new(left: &Policy, right: &Policy, port_zero: bool) -> Self {
        let universe = |family| {
            let all = Universe::new(family, 1);
            if port_zero { all } else { all.without_port_zero() }
        };
        let full = universe(Family::V4).full;
        let mut names = Self { addresses: HashMap::new(), services: HashMap::new(), full };
        for policy in [left, right] {
            for family in [Family::V4, Family::V6] {
                names.collect(policy, &universe(family));
            }
        }
        names
    }

    fn collect(&mut self, policy: &Policy, universe: &Universe) {
        let family = universe.family;
        let ways = Ways::new(policy, family);
        let party = Party { policy, side: 0, zones: Vec::new(), ways, universe };
        let slice = Slice { by: None, seen: Seen::Original, ..Slice::untouched(policy) };
        let mut questions = Questions::default();
        let mut meaning = Meaning::new(&party, slice, &mut questions);
        let full = &universe.full;
        for (id, object) in (0u32..).map(AddressId).zip(&policy.addresses) {
            let found = meaning.addresses(&Addresses::Object(id), Side::Source);
            let Ok([wide]) = found.as_ref().map(|union| union.0.as_slice()) else { continue };
            if *wide == (Wide { source: wide.source.clone(), ..full.clone() }) {
                let key = (family, wide.source.clone());
                self.addresses.entry(key).or_insert_with(|| object.name.clone());
            }
        }
        for (id, object) in (0u32..).map(ServiceId).zip(&policy.services) {
            let found = meaning.services(&Services::Object(id));
            let Ok([wide]) = found.as_ref().map(|union| union.0.as_slice()) else { continue };
            if *wide == (Wide { service: wide.service.clone(), ..full.clone() }) {
                let key = (family, wide.service.and(&full.service));
                self.services.entry(key).or_insert_with(|| object.name.clone());
            }
        }
    }

    /// The sources of an area.
    pub fn source(&self, area: &Area) -> Cell {
        self.addresses(area.family, &area.source)
    }

    /// The destinations of an area, as they arrive.
    pub fn destination(&self, area: &Area) -> Cell {
        self.addresses(area.family, &area.destination)
    }

    /// The services of an area, as they arrive: `tcp/443`, `udp/1000-2000`, `icmp/8:0`, `ip/47`.
    pub fn services(&self, area: &Area) -> Cell {
        let name = |set: &Set| self.services.get(&(area.family, set.clone())).cloned();
        let first_port = self.full.client.first().unwrap_or(0);
        let told = |set: &Set| {
            let mut text = Vec::new();
            for (first, last) in set.ranges() {
                for one in service_text((*first, *last), first_port) {
                    text.push((Set::new(vec![one.0]), one.1));
                }
            }
            let text = text.into_iter().map(|(set, text)| name(&set).map_or(text, String::from));
            text.collect::<Vec<String>>()
        };
        cell(&area.service, &self.full.service, name, told)
    }

    /// The source ports of an area.
    pub fn clients(&self, area: &Area) -> Cell {
        let told = |set: &Set| {
            let one = |(first, last): &(u32, u32)| match first == last {
                true => first.to_string(),
                false => format!("{first}-{last}"),
            };
            set.ranges().iter().map(one).collect()
        };
        cell(&area.client, &self.full.client, |_| None, told)
    }

    fn addresses(&self, family: Family, set: &Set<u128>) -> Cell {
        let all = Universe::new(family, 1).full.source;
        let name = |set: &Set<u128>| self.addresses.get(&(family, set.clone())).cloned();
        let told = |set: &Set<u128>| {
            let one = |range: &(u128, u128)| {
                name(&Set::new(vec![*range]))
                    .map_or_else(|| range_text(family, *range), String::from)
            };
            set.ranges().iter().map(one).collect()
        };
        cell(set, &all, name, told)
    }
}

/// The shorter one of a set and what is not in it; a name before all.
fn cell<N: crate::sets::Number>(
    set: &Set<N>,
    all: &Set<N>,
    name: impl Fn(&Set<N>) -> Option<Box<str>>,
    told: impl Fn(&Set<N>) -> Vec<String>,
) -> Cell {
    if set.covers(all) {
        return Cell { except: true, ..Cell::default() };
    }
    let others = all.without(set);
    if let Some(name) = name(set) {
        return Cell { of: vec![name.into()], ..Cell::default() };
    }
    if let Some(name) = name(&others) {
        return Cell { except: true, of: vec![name.into()], more: 0 };
    }
    let (these, those) = (told(set), told(&others));
    let (except, mut of) = if those.len() < these.len() { (true, those) } else { (false, these) };
    let more = u64::try_from(of.len().saturating_sub(WRITTEN)).unwrap_or(u64::MAX);
    of.truncate(WRITTEN);
    Cell { except, of, more }
}

fn range_text(family: Family, (first, last): (u128, u128)) -> String {
    let (first, last): (IpAddr, IpAddr) = (address(family, first), address(family, last));
    IpRange::new(first, last).map_or_else(|| format!("{first}-{last}"), |range| range.to_string())
}

/// The protocols of the line that [`Area::service`] describes: first number, number of values, name.
const LINE: [(u32, u32, &str); 5] = [
    (line::TCP, line::PORTS, "tcp"),
    (line::UDP, line::PORTS, "udp"),
    (line::SCTP, line::PORTS, "sctp"),
    (line::ICMP, line::PORTS, "icmp"),
    (line::OTHER, 256, "ip"),
];

/// A range of the line in words, protocol by protocol, each with its own range. All ports begin with `first_port`.
fn service_text((first, last): (u32, u32), first_port: u32) -> Vec<((u32, u32), String)> {
    let mut shown = Vec::new();
    for (start, count, name) in LINE {
        let end = start + (count - 1);
        let range = (first.max(start), last.min(end));
        if range.0 > range.1 {
            continue;
        }
        let (low, high) = (range.0 - start, range.1 - start);
        let number = |value: u32| match name {
            "icmp" => format!("{}:{}", value >> 8, value & 0xff),
            _ => value.to_string(),
        };
        let all = match name {
            "icmp" | "ip" => 0,
            _ => first_port,
        };
        let text = if low <= all && high == count - 1 {
            name.to_owned()
        } else if low == high {
            format!("{name}/{}", number(low))
        } else {
            format!("{name}/{}-{}", number(low), number(high))
        };
        shown.push((range, text));
    }
    shown
}
