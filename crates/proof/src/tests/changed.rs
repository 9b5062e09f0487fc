//! Certificates of policies with address translation, changed in every way: what changes their meaning is refused.

use proof_check::{Expected, check, theorem};

use super::certified::{bytes, judged, signed};
use super::truth::{is_true, stated};
use super::worlds::{Dice, plain, random};
use crate::prove::{Options, ZoneMap, prove};

/// A certificate with several parts, in one of which translation is compared apart from the rules.
fn translated() -> Vec<u8> {
    let certificate = |seed: u64| {
        let policy = plain(random(&mut Dice(seed.wrapping_mul(0x2545_f491_4f6c_dd1d))));
        let options = Options { certify: true, ..Options::default() };
        let zones = ZoneMap::by_name(&policy, &policy);
        let bytes = bytes(prove(&policy, &policy, &zones, options).certificate.as_ref()?);
        let [family, _] = &stated(&bytes);
        let parts = &family.parts;
        let translation = parts.iter().filter_map(|part| part.translation.as_ref());
        let long = translation.map(|both| both.left.entries.len()).max() > Some(2);
        let few = family.head.questions.is_empty() && bytes.len() < 4_000;
        (parts.len() > 2 && long && few).then_some(bytes)
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
        for number in 0..family.parts.len() {
            let whole = family.parts[number].clone();
            for list in 0..4 {
                for entry in 0.. {
                    let part = &mut family.parts[number];
                    let both = match list {
                        0 | 1 => Some(&mut part.rules),
                        _ => part.translation.as_mut(),
                    };
                    let Some(both) = both else { break };
                    let entries = match list % 2 {
                        0 => &mut both.left.entries,
                        _ => &mut both.right.entries,
                    };
                    if entry >= entries.len() {
                        break;
                    }
                    entries.remove(entry);
                    lost += 1;
                    let (head, universe) = (&family.head, &family.universe);
                    match theorem::part(part, head, universe, &mut theorem::Tally::default()) {
                        Err(_) => refused += 1,
                        Ok(()) => assert!(family.holds(), "part {number}, entry {entry}"),
                    }
                    family.parts[number] = whole.clone();
                }
            }
        }
    }
    assert!(lost > 20 && refused * 2 > lost, "{refused} of {lost}");
}

#[test]
fn a_translation_is_about_its_policies_in_their_order() {
    let bytes = translated();
    let asked = |left, right| check(&bytes, Expected { left: Some(left), right: Some(right) });
    assert!(asked("sha256:1", "sha256:2").is_ok() && asked("sha256:2", "sha256:1").is_err());
}
