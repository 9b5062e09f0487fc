mod analyses;
mod certified;
mod changed;
mod flows;
mod hard;
mod relations;
mod told;
mod truth;
mod twin;
mod worlds;

use proptest::prelude::*;

use crate::compare::{Budget, Plain, compare};
use crate::list::{DIMENSIONS, Entry, List, Point, Region};
use crate::sets::Set;

const SIZES: [u32; DIMENSIONS] = [3, 2, 4, 4, 3, 2];
const QUESTIONS: u32 = 2;

fn everything() -> Region {
    Region {
        cells: std::array::from_fn(|dimension| Set::full(SIZES[dimension])),
        answers: Vec::new(),
    }
}

fn set(size: u32) -> impl Strategy<Value = Set> {
    prop_oneof![
        2 => Just(Set::full(size)),
        3 => (0..size, 0..size).prop_map(|(a, b)| Set::new(vec![(a.min(b), a.max(b))])),
        1 => (0..size, 0..size).prop_map(|(a, b)| Set::new(vec![(a, a), (b, b)])),
    ]
}

fn region() -> impl Strategy<Value = Region> {
    let cells =
        (set(SIZES[0]), set(SIZES[1]), set(SIZES[2]), set(SIZES[3]), set(SIZES[4]), set(SIZES[5]));
    let answers = proptest::collection::btree_map(0..QUESTIONS, any::<bool>(), 0..2);
    (cells, answers).prop_map(|((a, b, c, d, e, f), answers)| Region {
        cells: [a, b, c, d, e, f],
        answers: answers.into_iter().collect(),
    })
}

fn list() -> impl Strategy<Value = List> {
    (proptest::collection::vec((region(), 0..3u32), 0..9), 0..3u32).prop_map(|(rules, default)| {
        let mut entries: Vec<Entry> = (0u32..)
            .zip(rules)
            .map(|(origin, (region, label))| Entry { region, label, origin })
            .collect();
        entries.push(Entry { region: everything(), label: default, origin: u32::MAX });
        List { entries }
    })
}

fn points() -> impl Iterator<Item = Point> {
    let total: u32 = SIZES.iter().product::<u32>() << QUESTIONS;
    (0..total).map(|mut number| {
        let mut at = [0; DIMENSIONS];
        for (at, size) in at.iter_mut().zip(SIZES) {
            *at = number % size;
            number /= size;
        }
        let answers =
            (0..QUESTIONS).map(|question| (question, number >> question & 1 == 1)).collect();
        Point { at, answers }
    })
}

/// Holds a comparison against every packet of a small world.
fn check(left: &List, right: &List) {
    let found = compare(left, right, &Plain, Budget::default());
    assert!(found.undecided.is_empty());
    for difference in &found.differences {
        let (one, two) =
            (left.first(&difference.witness).unwrap(), right.first(&difference.witness).unwrap());
        assert_ne!(one.1.label, two.1.label, "a witness is real");
    }
    for point in points() {
        let (one, two) = (left.first(&point).unwrap(), right.first(&point).unwrap());
        let told = found
            .differences
            .iter()
            .filter_map(|difference| difference.regions.as_ref())
            .flatten()
            .filter(|region| region.contains(&point))
            .count();
        assert_eq!(told > 0, one.1.label != two.1.label, "{point:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_two_lists_compare_as_packet_by_packet(left in list(), right in list()) {
        check(&left, &right);
    }

    #[test]
    fn a_list_and_its_mutant(left in list(), at in any::<prop::sample::Index>(), label in 0..3u32) {
        let mut right = left.clone();
        let at = at.index(right.entries.len());
        right.entries[at].label = label;
        check(&left, &right);
        let mut right = left.clone();
        if right.entries.len() > 2 {
            let last = right.entries.len() - 2;
            right.entries.swap(at.min(last), last);
        }
        check(&left, &right);
    }
}
