//! What shows that two policies are the same, for a checker that shares no code with this crate: `docs/certificate.md` has the format.

use std::io::{self, Write};

use hashbrown::HashMap;
use policy::{Family, Policy, ZoneId};
use sha2::{Digest, Sha256};

use crate::compare::Grounds;
use crate::cover::{Covered, Covers, cover};
use crate::list::{List, Point, Region};
use crate::numbering::Labelled;
use crate::prove::{Effect, LOCAL, Lists, Options, ZoneMap};
use crate::questions::{Asked, Questions, Subject};
use crate::sets::{Number, Set};
use crate::translation::NewValue;
use crate::wide::Wide;

const MAGIC: &[u8; 8] = b"SPLPROOF";
const VERSION: u32 = 4;

/// Shows that two policies are the same. Made by [`crate::prove::prove`] when it is asked to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    merge_denials: bool,
    port_zero: bool,
    zones: Vec<(Box<str>, Box<str>)>,
    unpaired: [Vec<Box<str>>; 2],
    /// What each address family has, head first.
    families: Vec<Vec<Vec<u8>>>,
    /// The lists of the family at hand, of both policies.
    lists: Vec<Vec<u8>>,
    /// Its parts.
    parts: Vec<Vec<u8>>,
}

/// What only the caller knows, and the certificate states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity<'a> {
    /// The program and its version.
    pub tool: &'a str,
    /// A digest of the left configuration: what the checker is to be asked for.
    pub left: &'a str,
    /// A digest of the right configuration.
    pub right: &'a str,
}

impl Certificate {
    /// Begins a certificate. Where no zones are the same nothing is compared, and nothing can be certified.
    pub(crate) fn new(
        left: &Policy,
        right: &Policy,
        map: &ZoneMap,
        options: Options,
    ) -> Option<Self> {
        let name = |policy: &Policy, zone: ZoneId| -> Box<str> {
            policy.zones.get(at(zone.0)).map_or_else(|| "?".into(), |zone| zone.name.clone())
        };
        let zones = map.pairs.iter();
        let zones: Vec<_> =
            zones.map(|(mine, theirs)| (name(left, *mine), name(right, *theirs))).collect();
        let unpaired = |policy: &Policy, of: fn(&(ZoneId, ZoneId)) -> ZoneId| {
            let all = (0u32..).zip(&policy.zones).map(|(id, _)| ZoneId(id));
            let alone = all.filter(|zone| !map.pairs.iter().any(|pair| of(pair) == *zone));
            alone.map(|zone| name(policy, zone)).collect()
        };
        let unpaired = [unpaired(left, |pair| pair.0), unpaired(right, |pair| pair.1)];
        let (families, lists, parts) = (Vec::new(), Vec::new(), Vec::new());
        let Options { merge_denials, port_zero, .. } = options;
        let empty = zones.is_empty();
        let new = Self { merge_denials, port_zero, zones, unpaired, families, lists, parts };
        (!empty).then_some(new)
    }

    /// Adds the lists of both policies for the packets of a region, and returns their number. `None` when what was found does not show
    /// that they are the same.
    pub(crate) fn list(&mut self, region: &Wide, both: &Lists) -> Option<u32> {
        let mut sets = Sets::default();
        let mut body = Vec::new();
        let cells = self::region(&mut body, region, &mut sets);
        lists(&mut body, both, &mut sets, &cells)?;
        self.lists.push(sets.before(body));
        u32::try_from(self.lists.len() - 1).ok()
    }

    /// Adds a part of the packets, with the new destination address and port that both policies give them, and the number of the lists
    /// that say what becomes of packets like that.
    pub(crate) fn part(&mut self, region: &Wide, new: &[NewValue; 2], list: u32) {
        let mut sets = Sets::default();
        let mut body = Vec::new();
        self::region(&mut body, region, &mut sets);
        new.iter().for_each(|new| value(&mut body, new));
        number(&mut body, list.into());
        self.parts.push(sets.before(body));
    }

    /// Ends a family: its questions and labels are known.
    pub(crate) fn end_family(&mut self, family: Family, questions: &Questions, labels: &[Effect]) {
        let mut head = vec![if family == Family::V4 { 4 } else { 6 }];
        count(&mut head, questions.asked.len());
        for asked in &questions.asked {
            text(&mut head, &in_words(asked));
        }
        count(&mut head, labels.len());
        for effect in labels {
            label(&mut head, effect, self.merge_denials);
        }
        count(&mut head, self.lists.len());
        count(&mut head, self.parts.len());
        let mut family = vec![head];
        family.append(&mut self.lists);
        family.append(&mut self.parts);
        self.families.push(family);
    }

    /// Writes the certificate. What it is about is what the caller says it is.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn write(&self, identity: &Identity<'_>, out: &mut impl Write) -> io::Result<()> {
        let mut head = MAGIC.to_vec();
        number(&mut head, VERSION.into());
        for value in [identity.tool, identity.left, identity.right] {
            text(&mut head, value);
        }
        head.push(self.merge_denials.into());
        head.push(self.port_zero.into());
        count(&mut head, self.zones.len());
        for name in self.zones.iter().flat_map(|(left, right)| [left, right]) {
            text(&mut head, name);
        }
        for names in &self.unpaired {
            count(&mut head, names.len());
            names.iter().for_each(|name| text(&mut head, name));
        }
        let mut digest = Sha256::new();
        for piece in [&head].into_iter().chain(self.families.iter().flatten()) {
            digest.update(piece);
            out.write_all(piece)?;
        }
        out.write_all(&digest.finalize())
    }
}

fn at(index: u32) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}

/// A region, with the numbers of its cells.
fn region(out: &mut Vec<u8>, region: &Wide, sets: &mut Sets) -> [u32; 6] {
    let cells = sets.cells(region);
    for cell in cells {
        number(out, cell.into());
    }
    answers(out, region);
    cells
}

/// Two lists and what shows that they are the same; `None` when that was not found.
fn lists(out: &mut Vec<u8>, both: &Lists, sets: &mut Sets, usual: &[u32; 6]) -> Option<()> {
    let Lists { left, right, region, found } = both;
    let Grounds { left: left_covers, right: right_covers, pairs } = found.grounds.as_ref()?;
    if !found.differences.is_empty() || !found.undecided.is_empty() {
        return None;
    }
    for ((list, numbered), covers) in [(left, left_covers), (right, right_covers)] {
        count(out, list.len());
        for (entry, cover) in list.iter().zip(covers) {
            self::entry(out, entry, cover.as_deref(), sets, usual);
        }
        numbers(out, &whole(region, numbered)?);
    }
    count(out, pairs.len());
    for (left, right, cover) in pairs {
        number(out, (*left).into());
        number(out, (*right).into());
        numbers(out, cover);
    }
    Some(())
}

/// The entries of a list that cover a region, the last ones first: defaults stand at the end.
fn whole(region: &Region, list: &List) -> Option<Vec<u32>> {
    struct Backwards<'a>(&'a List, Region);
    impl Covers for Backwards<'_> {
        fn region(&self, number: u32) -> &Region {
            self.0.entries.get(at(number)).map_or(&self.1, |entry| &entry.region)
        }

        fn containing(&mut self, point: &Point) -> Option<u32> {
            let found = self.0.entries.iter().rposition(|entry| entry.region.contains(point))?;
            u32::try_from(found).ok()
        }
    }
    // Numbers come from the list, so that the region beside it is never asked for.
    let mut covers = Backwards(list, region.clone());
    match cover(region, &mut covers, &mut 100_000) {
        Covered::By(used) => Some(used),
        Covered::Not(_) | Covered::GaveUp => None,
    }
}

/// The sets of a part, each written once.
#[derive(Default)]
struct Sets {
    by_place: HashMap<usize, u32>,
    by_value: HashMap<Vec<(u128, u128)>, u32>,
    bytes: Vec<u8>,
    count: u32,
}

impl Sets {
    /// The sets, and behind them what names them.
    fn before(mut self, mut body: Vec<u8>) -> Vec<u8> {
        let mut all = Vec::with_capacity(self.bytes.len() + body.len() + 8);
        number(&mut all, self.count.into());
        all.append(&mut self.bytes);
        all.append(&mut body);
        all
    }

    /// The numbers of the cells of a region. Its sets must outlive this table.
    fn cells(&mut self, wide: &Wide) -> [u32; 6] {
        [
            self.number(&wide.from),
            self.number(&wide.to),
            self.number(&wide.source),
            self.number(&wide.destination),
            self.number(&wide.service),
            self.number(&wide.client),
        ]
    }

    fn number<N: Number + Into<u128>>(&mut self, set: &Set<N>) -> u32 {
        if let Some(known) = self.by_place.get(&set.identity()) {
            return *known;
        }
        let ranges = set.ranges().iter();
        let ranges: Vec<(u128, u128)> =
            ranges.map(|(first, last)| ((*first).into(), (*last).into())).collect();
        let known = match self.by_value.get(&ranges) {
            Some(known) => *known,
            None => {
                count(&mut self.bytes, ranges.len());
                let mut next = 0u128;
                for (first, last) in &ranges {
                    number(&mut self.bytes, first.saturating_sub(next));
                    number(&mut self.bytes, last.saturating_sub(*first));
                    next = last.saturating_add(2);
                }
                self.count += 1;
                self.by_value.insert(ranges, self.count - 1);
                self.count - 1
            }
        };
        self.by_place.insert(set.identity(), known);
        known
    }
}

/// An entry: which cells are others than the region's, then those, answers, label and cover.
fn entry(
    out: &mut Vec<u8>,
    (wide, label, _): &Labelled,
    cover: Option<&[u32]>,
    sets: &mut Sets,
    usual: &[u32; 6],
) {
    let cells = sets.cells(wide);
    let others =
        || (0u32..).zip(cells.iter().zip(usual)).filter(|(_, (mine, usual))| mine != usual);
    let mut which = others().fold(0u8, |which, (dimension, _)| which | 1 << dimension);
    if !wide.answers.is_empty() {
        which |= 1 << 6;
    }
    out.push(which);
    for (_, (cell, _)) in others() {
        number(out, (*cell).into());
    }
    if !wide.answers.is_empty() {
        answers(out, wide);
    }
    // 0: not of the part.
    number(out, label.wrapping_add(1).into());
    out.push(cover.is_some().into());
    if let Some(cover) = cover {
        numbers(out, cover);
    }
}

fn answers(out: &mut Vec<u8>, wide: &Wide) {
    count(out, wide.answers.len());
    for (question, answer) in &wide.answers {
        number(out, (*question).into());
        out.push((*answer).into());
    }
}

fn label(out: &mut Vec<u8>, effect: &Effect, merged: bool) {
    let (new, by) = match effect {
        Effect::Stopped(verdict) => {
            out.push(0);
            text(out, if merged { "stopped" } else { verdict.as_str() });
            return;
        }
        Effect::Leaves(new, by) => (new, by),
    };
    let destination = [&new.destination, &new.destination_port];
    if let NewValue::Listed(list) = new.source {
        out.push(2);
        number(out, list.into());
        destination.into_iter().for_each(|new| value(out, new));
    } else {
        out.push(1);
        let all = [&new.source, &new.source_port].into_iter().chain(destination);
        all.for_each(|new| value(out, new));
    }
    let by = match by.as_deref() {
        None => "as the routes say, which are the same".to_owned(),
        Some([]) => "nowhere".to_owned(),
        Some([LOCAL]) => "the firewall itself".to_owned(),
        Some(pairs) => format!("zones {pairs:?}"),
    };
    text(out, &by);
}

fn value(out: &mut Vec<u8>, new: &NewValue) {
    match new {
        NewValue::Same => out.extend([0, 0]),
        NewValue::Moved(by) => {
            out.push(0);
            number(out, *by);
        }
        NewValue::OneOf(ranges) => {
            out.push(1);
            count(out, ranges.len());
            for (first, last) in ranges {
                number(out, *first);
                number(out, *last);
            }
        }
        NewValue::Interface(place) => {
            let (pairs, inside) = &**place;
            out.push(2);
            text(out, &format!("the interface in zones {pairs:?} {inside}"));
        }
        // Never on its own: `label` has it.
        NewValue::Listed(list) => {
            out.push(2);
            text(out, &format!("list {list}"));
        }
        NewValue::Named(name) => {
            out.push(2);
            text(out, &format!("named {name:?}"));
        }
    }
}

fn in_words(asked: &Asked) -> String {
    let subject = match asked.subject {
        Subject::Source => "the source address".to_owned(),
        Subject::Destination => "the destination address".to_owned(),
        Subject::Translated(address) => format!("the new destination address {address:#x}"),
        Subject::Shifted(by) => format!("the destination address moved by {by:#x}"),
        Subject::Packet => "the packet".to_owned(),
    };
    format!("{} {:?} of {subject}", asked.kind.as_str(), asked.meaning)
}

/// Seven bits in each byte, the lowest first.
fn number(out: &mut Vec<u8>, mut value: u128) {
    loop {
        let low = u8::try_from(value & 0x7f).unwrap_or(0);
        value >>= 7;
        if value == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

fn count(out: &mut Vec<u8>, count: usize) {
    number(out, u128::try_from(count).unwrap_or(u128::MAX));
}

fn numbers(out: &mut Vec<u8>, numbers: &[u32]) {
    count(out, numbers.len());
    numbers.iter().for_each(|value| number(out, (*value).into()));
}

fn text(out: &mut Vec<u8>, text: &str) {
    count(out, text.len());
    out.extend_from_slice(text.as_bytes());
}
