//! Certificates of policies with address translation, changed in every way: what changes their meaning is refused.

use proof_check::read::{Label, Source};
use proof_check::{Expected, check, theorem};

use super::certified::{bytes, judged, signed};
use super::truth::{is_true, stated};
use super::worlds::{Dice, plain, random};
use crate::prove::{Options, ZoneMap, prove};

/// A certificate with several parts, and with lists of sources.
fn translated() -> Vec<u8> {
    let certificate = |seed: u64| {
        let policy = plain(random(&mut Dice(seed.wrapping_mul(0x2545_f491_4f6c_dd1d))));
        let options = Options { certify: true, ..Options::default() };
        let zones = ZoneMap::by_name(&policy, &policy);
        let bytes = bytes(prove(&policy, &policy, &zones, options).certificate.as_ref()?);
        let [family, _] = &stated(&bytes);
        let sources =
            |label: &Label| matches!(label, Label::Leaves { source: Source::Listed(_), .. });
        let listed = family.head.labels.iter().any(sources);
        let long = listed && family.lists[0].left.entries.len() > 2;
        let few = family.head.questions.is_empty() && bytes.len() < 4_000;
        (family.parts.len() > 2 && long && few).then_some(bytes)
    };
    (1..5_000).find_map(certificate).unwrap()
}

#[test]
fn every_byte_of_a_translation_counts() {
    let bytes = translated();
    judged(&bytes).unwrap();
    let mut dice = Dice(7);
    for at in 0..bytes.len() {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1 + dice.below(255) as u8;
        assert!(judged(&bytes).is_err(), "byte {at}");
    }
}

#[test]
fn a_changed_translation_with_its_digest_is_refused_or_still_true() {
    let bytes = translated();
    assert!(is_true(&bytes));
    let (mut dice, mut refused) = (Dice(11), 0);
    for _ in 0..2_000 {
        let mut bytes = bytes.clone();
        let at = dice.below(bytes.len() as u32 - 32) as usize;
        bytes[at] ^= 1 << dice.below(8);
        let bytes = signed(bytes);
        match judged(&bytes) {
            Err(_) => refused += 1,
            Ok(()) => assert!(is_true(&bytes), "byte {at}"),
        }
    }
    assert!(refused > 1_000, "{refused}");
}

#[test]
fn a_lost_entry_of_a_translation_is_refused_or_said_by_another() {
    let bytes = translated();
    let (mut lost, mut refused) = (0, 0);
    for family in &mut stated(&bytes) {
        let (head, universe) = (&family.head.clone(), &family.universe.clone());
        let mut tally = theorem::Tally::default();
        let mut known = Vec::new();
        for number in 0..family.lists.len() {
            let whole = family.lists[number].clone();
            for entry in 0..whole.left.entries.len() + whole.right.entries.len() {
                let both = &mut family.lists[number];
                match entry.checked_sub(whole.left.entries.len()) {
                    None => both.left.entries.remove(entry),
                    Some(entry) => both.right.entries.remove(entry),
                };
                lost += 1;
                match theorem::lists(both, head, universe, &known, &mut tally) {
                    Err(_) => refused += 1,
                    Ok(_) => assert!(family.holds(), "lists {number}, entry {entry}"),
                }
                family.lists[number] = whole.clone();
            }
            known.push(theorem::lists(&whole, head, universe, &known, &mut tally).unwrap());
        }
    }
    assert!(lost > 10 && refused * 2 > lost, "{refused} of {lost}");
}

#[test]
fn parts_have_every_packet_and_name_lists_that_are_about_them() {
    let bytes = translated();
    for family in &mut stated(&bytes) {
        let (head, universe) = (&family.head, &family.universe);
        let mut tally = theorem::Tally::default();
        let mut known = Vec::new();
        for lists in &family.lists {
            known.push(theorem::lists(lists, head, universe, &known, &mut tally).unwrap());
        }
        let regions = family.parts.iter().map(|part| part.region.clone());
        let regions: Vec<_> = regions.collect();
        for number in 0..regions.len() {
            let mut fewer = regions.clone();
            fewer.remove(number);
            assert!(theorem::everything(universe, &fewer).is_err(), "part {number}");
            let part = &mut family.parts[number];
            theorem::part(part, &known, universe).unwrap();
            part.lists = known.len();
            assert!(theorem::part(part, &known, universe).is_err(), "part {number}");
        }
    }
}

#[test]
fn a_translation_is_about_its_policies_in_their_order() {
    let bytes = translated();
    let asked = |left, right| check(&bytes, Expected { left: Some(left), right: Some(right) });
    assert!(asked("sha256:1", "sha256:2").is_ok() && asked("sha256:2", "sha256:1").is_err());
}
