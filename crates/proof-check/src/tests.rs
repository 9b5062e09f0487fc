//! The algebra held against single packets; what the reader refuses.

use crate::read::{Label, Reader, Source, Value};
use crate::space::{Region, Set, covered};
use crate::theorem::{agreement, universe};
use crate::{Expected, check};

/// A generator of small numbers: xorshift.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u128) -> u128 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        u128::from(self.0 >> 20) % end
    }
}

const SIZES: [u128; 6] = [2, 1, 7, 3, 2, 1];

/// The numbers whose bit is set; at the end of the line when `high`.
fn set(bits: u128, size: u128, high: bool) -> Set {
    let base = if high { u128::MAX - size + 1 } else { 0 };
    let mut ranges: Vec<(u128, u128)> = Vec::new();
    for number in (0..size).filter(|number| bits >> number & 1 == 1).map(|number| base + number) {
        match ranges.last_mut() {
            Some((_, last)) if *last == number - 1 => *last = number,
            _ => ranges.push((number, number)),
        }
    }
    Set::new(ranges).unwrap()
}

fn region(dice: &mut Dice, high: bool) -> Region {
    let cells = SIZES.map(|size| {
        let all = (1 << size) - 1;
        let bits = if dice.below(3) == 0 { 1 + dice.below(all) } else { all };
        set(bits, size, high)
    });
    let answers = if dice.below(3) == 0 { vec![(5, dice.below(2) == 0)] } else { Vec::new() };
    Region { cells, answers }
}

fn has(region: &Region, at: &[u128; 6], yes: bool) -> bool {
    region.cells.iter().zip(at).all(|(cell, number)| cell.contains(*number))
        && region.answers.iter().all(|(_, answer)| *answer == yes)
}

fn packets(high: bool) -> impl Iterator<Item = ([u128; 6], bool)> {
    let total: u128 = SIZES.iter().product::<u128>() * 2;
    (0..total).map(move |mut number| {
        let at = SIZES.map(|size| {
            let at = number % size;
            number /= size;
            if high { u128::MAX - size + 1 + at } else { at }
        });
        (at, number == 1)
    })
}

#[test]
fn covers_and_common_parts_are_right_packet_by_packet() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut counts = [0, 0];
    for round in 0..4_000 {
        let high = round % 2 == 0;
        let whole = region(&mut dice, high);
        let by: Vec<Region> = (0..dice.below(7)).map(|_| region(&mut dice, high)).collect();
        let told = covered(&whole, &by.iter().collect::<Vec<_>>()).unwrap();
        let one = |(at, yes): &([u128; 6], bool)| by.iter().any(|region| has(region, at, *yes));
        let inside = packets(high).filter(|(at, yes)| has(&whole, at, *yes));
        assert_eq!(told, inside.into_iter().all(|packet| one(&packet)), "{whole:?} {by:?}");
        counts[usize::from(told)] += 1;
        if let Some(other) = by.first() {
            let both = whole.and(other);
            for (at, yes) in packets(high) {
                let here = both.as_ref().is_some_and(|both| has(both, &at, yes));
                assert_eq!(here, has(&whole, &at, yes) && has(other, &at, yes));
            }
        }
    }
    assert!(counts[0] > 500 && counts[1] > 300, "{counts:?}");
}

#[test]
fn labels_agree_only_where_all_values_do() {
    let leaves = |source: Value, port: Value, by: &str| Label::Leaves {
        source: Source::Told([source, Value::Moved(0)]),
        destination: [Value::Moved(0), port],
        by: by.into(),
    };
    let (same, to) = (|| Value::Moved(0), |number| Value::OneOf(vec![(number, number)]));
    let all = universe(4, 1, true).unwrap();
    let met = |one: &Label, two: &Label| agreement(one, two, &all);
    let plain = leaves(same(), same(), "");
    let source = met(&plain, &leaves(to(7), same(), "")).unwrap();
    assert_eq!(source.cells[2], Set::range(7, 7));
    assert_eq!(source.cells[3], all.cells[3]);
    let port = met(&leaves(to(7), to(80), ""), &leaves(to(7), same(), "")).unwrap();
    assert_eq!(port.cells[4].ranges(), [(80, 80), (65_616, 65_616), (131_152, 131_152)]);
    assert_eq!(met(&plain, &leaves(to(7), same(), "elsewhere")), None);
    assert_eq!(met(&plain, &leaves(Value::OneOf(vec![(7, 8)]), same(), "")), None);
    assert_eq!(met(&plain, &leaves(same(), to(70_000), "")), None);
    assert_eq!(met(&plain, &leaves(Value::Named("x".into()), same(), "")), None);
    assert_eq!(met(&plain, &leaves(Value::Moved(1), same(), "")), None);
    let stopped = |text: &str| Label::Stopped(text.into());
    assert_eq!(met(&plain, &stopped("drop")), None);
    assert_eq!(met(&stopped("deny"), &stopped("drop")), None);
    assert_eq!(met(&stopped("drop"), &stopped("drop")), Some(all.clone()));
}

#[test]
fn universes_need_zones_and_a_known_family() {
    assert_eq!(universe(4, 0, true), None);
    assert_eq!(universe(5, 1, true), None);
    assert_eq!(universe(6, 2, true).unwrap().cells[2], Set::range(0, u128::MAX));
    let cells = universe(4, 1, false).unwrap().cells;
    assert_eq!(cells[5], Set::range(1, 0xffff));
    let zero = |number: u128| [0, 0x1_0000, 0x2_0000].contains(&number);
    assert!((0..0x4_0000).all(|number| cells[4].contains(number) != zero(number)));
}

#[test]
fn sets_are_sorted_with_gaps() {
    assert_eq!(Set::new(vec![(1, 2), (3, 4)]), None);
    assert_eq!(Set::new(vec![(2, 1)]), None);
    assert_eq!(Set::new(vec![(5, 6), (1, 2)]), None);
    assert!(Set::new(vec![(1, 2), (4, u128::MAX)]).is_some());
}

#[test]
fn what_is_not_a_certificate_is_refused() {
    for bytes in [&[][..], &[0; 31], &[0; 32], &[0; 100], b"SPLPROOF"] {
        assert!(check(bytes, Expected::default()).is_err());
    }
    let header = |tail: &[u8]| Reader::new(&[b"SPLPROOF", tail].concat()).header();
    assert!(header(&[4, 0, 0, 0, 0, 0, 0, 0, 0]).is_ok());
    assert!(header(&[3, 0, 0, 0, 0, 0, 0, 0, 0]).is_err(), "another version");
    assert!(
        header(&[0x84, 0, 0, 0, 0, 0, 0, 0, 0, 0]).is_err(),
        "a number longer than it needs to be"
    );
    assert!(header(&[4, 0, 0, 0, 2, 0, 0, 0, 0]).is_err(), "no flag");
    assert!(header(&[4, 1, 0xff, 0, 0, 0, 0, 0, 0, 0]).is_err(), "no UTF-8");
    let many = [&[4, 0, 0, 0, 0, 0][..], &[0xff; 18], &[3]].concat();
    assert!(header(&many).is_err(), "more zones than the file could hold");
    let too_large = [&[4, 0, 0, 0, 0, 0][..], &[0xff; 18], &[4]].concat();
    assert!(header(&too_large).is_err(), "more than 128 bits");
}
