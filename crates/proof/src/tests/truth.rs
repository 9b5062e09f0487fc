//! Whether what a certificate states is true, packet by packet.

use proof_check::read::{Family as Head, Label, List as Lines, Lists, Part, Reader, Source, Value};
use proof_check::space::Region as Space;
use proof_check::theorem;

/// A packet of the checker's: a number in each dimension, and which answers are yes.
type Spot = ([u128; 6], u64);

fn inside(region: &Space, (numbers, yes): &Spot) -> bool {
    region.cells.iter().zip(numbers).all(|(cell, number)| cell.contains(*number))
        && region.answers.iter().all(|(question, answer)| (yes >> question & 1 == 1) == *answer)
}

fn first(list: &Lines, spot: &Spot) -> Option<usize> {
    list.entries.iter().find(|entry| inside(&entry.region, spot))?.label
}

/// What comes of a value.
fn becomes(value: &Value, old: u128) -> String {
    match value {
        Value::Moved(by) => format!("{}", old.wrapping_add(*by)),
        Value::OneOf(ranges) if matches!(ranges.as_slice(), [(a, b)] if a == b) => {
            format!("{}", ranges[0].0)
        }
        other => format!("{other:?}"),
    }
}

/// The packet with a new destination; `None` where that is not one address and port.
fn redirected(spot: &Spot, [address, port]: &[Value; 2]) -> Option<Spot> {
    let only = |value: &Value, old: u128| match value {
        Value::Moved(by) => Some(old.wrapping_add(*by)),
        Value::OneOf(ranges) => match ranges.as_slice() {
            [(first, last)] if first == last => Some(*first),
            _ => None,
        },
        Value::Named(_) => None,
    };
    let (mut numbers, yes) = *spot;
    numbers[3] = only(address, numbers[3])?;
    if numbers[4] < 3 << 16 {
        numbers[4] = numbers[4] >> 16 << 16 | only(port, numbers[4] & 0xffff)?;
    }
    Some((numbers, yes))
}

/// What becomes of the values of a packet.
fn values(values: &[Value; 2], old: [u128; 2]) -> String {
    let new: Vec<String> = values.iter().zip(old).map(|(value, old)| becomes(value, old)).collect();
    format!("{new:?}")
}

impl Stated {
    /// What the lists of a side do with a packet; where a label leaves the source to others, what those make of it as it comes and with
    /// its new destination.
    fn outcome(&self, lists: usize, right: bool, spot: &Spot) -> Option<String> {
        let of = |both: &Lists| if right { both.right.clone() } else { both.left.clone() };
        let label = &self.head.labels[first(&of(self.lists.get(lists)?), spot)?];
        let Label::Leaves { source, destination, by } = label else {
            return Some(format!("{label:?}"));
        };
        let [_, _, old, to, service, client] = spot.0;
        let port = if service < 3 << 16 { service & 0xffff } else { 1 << 40 };
        let told = match source {
            Source::Told(source) => values(source, [old, client]),
            Source::Listed(list) => {
                let new = redirected(spot, destination);
                let told = [Some(*spot), new].into_iter().flatten();
                let told = told.map(|spot| self.outcome(*list, right, &spot));
                format!("{:?}", told.collect::<Option<Vec<_>>>()?)
            }
        };
        Some(format!("{told} {} {by}", values(destination, [to, port])))
    }
}

/// What a certificate has of one family.
pub(super) struct Stated {
    pub(super) head: Head,
    pub(super) lists: Vec<Lists>,
    pub(super) parts: Vec<Part>,
    pub(super) universe: Space,
}

/// What a certificate states.
pub(super) fn stated(bytes: &[u8]) -> [Stated; 2] {
    let mut reader = Reader::new(&bytes[..bytes.len() - 32]);
    let header = reader.header().unwrap();
    [4, 6].map(|version| {
        let head = reader.family().unwrap();
        let lists = (0..head.lists).map(|_| reader.lists(&head).unwrap()).collect();
        let parts = (0..head.parts).map(|_| reader.part(&head).unwrap()).collect();
        let universe = theorem::universe(version, header.zones.len(), header.port_zero).unwrap();
        Stated { head, lists, parts, universe }
    })
}

/// Whether what a certificate states is true, packet by packet.
pub(super) fn is_true(bytes: &[u8]) -> bool {
    stated(bytes).iter().all(Stated::holds)
}

impl Stated {
    /// At the first number of every piece, and next to it.
    pub(super) fn holds(&self) -> bool {
        let Self { head, lists, parts, universe } = self;
        let mut numbers: [Vec<u128>; 6] = std::array::from_fn(|_| vec![0]);
        let entries =
            lists.iter().flat_map(|both| both.left.entries.iter().chain(&both.right.entries));
        let regions =
            entries.map(|entry| &entry.region).chain(parts.iter().map(|part| &part.region));
        for region in regions {
            for (numbers, cell) in numbers.iter_mut().zip(&region.cells) {
                for (first, last) in cell.ranges() {
                    numbers.extend([*first, last.saturating_add(1)]);
                }
            }
        }
        // Where translations may meet.
        numbers[2].extend([6, 7, 8]);
        for (numbers, all) in numbers.iter_mut().zip(&universe.cells) {
            numbers.retain(|number| all.contains(*number));
            numbers.sort_unstable();
            numbers.dedup();
        }
        spots(&numbers, head.questions.len().min(2)).all(|spot| self.true_at(&spot))
    }
}

fn spots(numbers: &[Vec<u128>; 6], questions: usize) -> impl Iterator<Item = Spot> {
    let total: usize = numbers.iter().map(Vec::len).product::<usize>() << questions;
    (0..total).map(move |mut index| {
        let mut at = [0; 6];
        for (at, numbers) in at.iter_mut().zip(numbers) {
            *at = numbers[index % numbers.len()];
            index /= numbers.len();
        }
        (at, index as u64)
    })
}

impl Stated {
    fn true_at(&self, spot: &Spot) -> bool {
        let mut here = self.parts.iter().filter(|part| inside(&part.region, spot)).peekable();
        here.peek().is_some()
            && here.all(|part| {
                let Some(new) = redirected(spot, &part.new) else { return false };
                let mine = self.outcome(part.lists, false, &new);
                mine.is_some() && mine == self.outcome(part.lists, true, &new)
            })
    }
}
