//! What is made is valid, worth comparing, and the same for the same seed.

use super::compare::{Outcome, expected};
use super::mutate::mutant;
use super::profile::PROFILES;
use super::*;

/// How many seeds; `CASES=n` goes deeper.
pub(super) fn seeds() -> u64 {
    std::env::var("CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(6)
}

pub(super) fn made(profile: &Profile, seed: u64) -> Firewall {
    let shape = if seed % 3 == 2 { Shape::Overlapping } else { Shape::Zoned };
    make(*profile, shape, 5 + usize::try_from(seed * 7 % 60).unwrap(), seed)
}

#[test]
fn the_same_seed_gives_the_same_text() {
    for platform in Platform::ALL {
        let profile = Profile::usual(platform);
        let [one, two, other] = [1, 1, 2].map(|seed| make(profile, Shape::Zoned, 40, seed));
        assert_eq!(render(&one, platform), render(&two, platform));
        assert_ne!(render(&one, platform), render(&other, platform));
    }
}

#[test]
fn neutral_policies_are_valid_and_packets_both_pass_and_stop() {
    for profile in PROFILES {
        let (mut passed, mut all) = (0, 0);
        for seed in 0..seeds() {
            let firewall = made(profile, seed);
            let policy = firewall.policy();
            policy.validate().unwrap();
            for probe in firewall.probes(200, seed) {
                all += 1;
                passed += usize::from(expected(&policy, &probe, true) != Outcome::Stopped);
            }
        }
        assert!(passed * 8 > all && passed * 10 < all * 9, "{}: {passed} of {all}", profile.name);
    }
}

#[test]
fn large_ones_have_as_many_rules_as_asked_for() {
    let firewall = make(Profile::usual(Platform::FortiOs), Shape::Zoned, 20_000, 1);
    assert!(firewall.rules.len() >= 20_000 && firewall.rules.len() < 20_200);
    let text = render(&firewall, Platform::FortiOs).files.remove(0).1;
    assert!(text.len() > 2_000_000);
}

#[test]
fn each_kind_of_fault_is_found_with_a_packet_that_shows_it() {
    let mut kinds = std::collections::BTreeMap::new();
    for profile in PROFILES {
        for fault in Fault::ALL {
            for seed in 0..seeds() {
                let firewall = made(profile, seed);
                let Some((other, probe)) = mutant(&firewall, fault, seed) else { continue };
                other.policy().validate().unwrap();
                let [before, after] =
                    [&firewall, &other].map(|of| expected(&of.policy(), &probe, false));
                assert_ne!(before, after);
                *kinds.entry(fault.as_str()).or_insert(0) += 1;
            }
        }
    }
    assert_eq!(kinds.len(), Fault::ALL.len(), "{kinds:?}");
}
