//! Whether what a certificate states is true, packet by packet.

use proof_check::read::{Family as Head, Label, List as Lines, Part, Reader, Value};
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

/// What a list does with a packet, and what the list of translation of its side makes of it where the label leaves that to it.
fn outcome(
    head: &Head,
    (list, translation): (&Lines, Option<&Lines>),
    spot: &Spot,
) -> Option<String> {
    let label = &head.labels[first(list, spot)?];
    let Label::Leaves { values, by } = label else { return Some(format!("{label:?}")) };
    let told = || match &head.labels[first(translation?, spot)?] {
        Label::Leaves { values, .. } => values.clone(),
        Label::Stopped(_) => None,
    };
    let values = values.clone().or_else(told)?;
    let [_, _, source, destination, service, client] = spot.0;
    let port = if service < 3 << 16 { service & 0xffff } else { 1 << 40 };
    let old = [source, client, destination, port];
    let new: Vec<String> = values.iter().zip(old).map(|(value, old)| becomes(value, old)).collect();
    Some(format!("{new:?} {by}"))
}

/// What a certificate has of one family.
pub(super) struct Stated {
    pub(super) head: Head,
    pub(super) parts: Vec<Part>,
    pub(super) universe: Space,
}

/// What a certificate states.
pub(super) fn stated(bytes: &[u8]) -> [Stated; 2] {
    let mut reader = Reader::new(&bytes[..bytes.len() - 32]);
    let header = reader.header().unwrap();
    [4, 6].map(|version| {
        let head = reader.family().unwrap();
        let parts = (0..head.parts).map(|_| reader.part(&head).unwrap()).collect();
        let universe = theorem::universe(version, header.zones.len(), header.port_zero).unwrap();
        Stated { head, parts, universe }
    })
}

/// Whether what a certificate states is true, packet by packet.
pub(super) fn is_true(bytes: &[u8]) -> bool {
    stated(bytes).iter().all(Stated::holds)
}

impl Stated {
    /// At the first number of every piece, and next to it.
    pub(super) fn holds(&self) -> bool {
        let Self { head, parts, universe } = self;
        let mut numbers: [Vec<u128>; 6] = std::array::from_fn(|_| vec![0]);
        let lists = parts.iter().flat_map(|part| part.translation.iter().chain([&part.rules]));
        let entries = lists.flat_map(|both| both.left.entries.iter().chain(&both.right.entries));
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
        spots(&numbers, head.questions.len().min(2)).all(|spot| true_at(head, parts, &spot))
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

fn true_at(head: &Head, parts: &[Part], spot: &Spot) -> bool {
    let mut here = parts.iter().filter(|part| inside(&part.region, spot)).peekable();
    here.peek().is_some()
        && here.all(|part| {
            let translation = part.translation.as_ref();
            let mine = (&part.rules.left, translation.map(|both| &both.left));
            let theirs = (&part.rules.right, translation.map(|both| &both.right));
            let mine = outcome(head, mine, spot);
            mine.is_some() && mine == outcome(head, theirs, spot)
        })
}
