//! Certificates held against the checker, and the checker against packets.

use policy::{
    Action, AddressTarget, Addresses, Family, IpRange, NatPass, NatRule, NatWhen, Origin, Policy,
    Rule, RulebaseId, Stage, Verdict,
};
use proof_check::{Expected, Refused, check};
use sha2::{Digest, Sha256};

use super::truth::is_true;
use super::worlds::{Dice, mutant, random};
use crate::certificate::{Certificate, Identity};
use crate::compare::{Budget, Comparison, Plain, compare_with_grounds};
use crate::numbering::{Labelled, Numbering};
use crate::prove::{Effect, Lists, Options, ZoneMap, prove};
use crate::questions::Questions;
use crate::sets::Set;
use crate::translation::{NewValue, Rewritten};
use crate::wide::{Universe, Wide};

const IDENTITY: Identity<'_> = Identity { tool: "test", left: "sha256:1", right: "sha256:2" };

pub(super) fn bytes(certificate: &Certificate) -> Vec<u8> {
    let mut bytes = Vec::new();
    certificate.write(&IDENTITY, &mut bytes).unwrap();
    bytes
}

pub(super) fn judged(bytes: &[u8]) -> Result<(), Refused> {
    check(bytes, Expected::default()).map(|_| ())
}

/// With the digest that belongs to the bytes, so that it is not the digest that refuses them.
pub(super) fn signed(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len() - 32);
    let digest = Sha256::digest(&bytes);
    bytes.extend_from_slice(&digest);
    bytes
}

pub(super) fn certified(left: &Policy, right: &Policy) -> Option<Vec<u8>> {
    let options = Options { certify: true, ..Options::default() };
    let proof = prove(left, right, &ZoneMap::by_name(left, right), options);
    assert_eq!(proof.equal(), proof.certificate.is_some());
    proof.certificate.as_ref().map(bytes)
}

#[test]
fn certificates_of_random_policies_are_accepted() {
    let mut equal = 0;
    let decides = |rule: &&Rule| matches!(rule.action, Action::Decide(_));
    for seed in 1..=200u64 {
        let mut dice = Dice(seed.wrapping_mul(0x2545_f491_4f6c_dd1d));
        let policy = random(&mut dice);
        // What repeats a rule, at the end where it finds nothing left, is the same policy.
        let mut longer = policy.clone();
        for base in &mut longer.rulebases {
            let again = base.rules.first().filter(decides).cloned();
            base.rules.extend(again);
        }
        // In the other order: the same policy if nothing is left of what the two have in common, or the effect is the same.
        let mut turned = policy.clone();
        for base in &mut turned.rulebases {
            let last = base.rules.len().saturating_sub(1);
            if base.rules.iter().all(|rule| decides(&rule)) && last > 0 {
                base.rules.swap(last - 1, last);
            }
        }
        for other in [&policy, &longer, &turned, &mutant(&mut dice, &policy)] {
            let Some(bytes) = certified(&policy, other) else { continue };
            let accepted =
                check(&bytes, Expected { left: Some("sha256:1"), ..Expected::default() });
            accepted.unwrap_or_else(|refused| panic!("seed {seed}: {refused:?}"));
            equal += 1;
        }
    }
    assert!(equal > 600, "{equal} equal");
}

/// Sources are translated after the filter, which lets one source pass: to one address, or all moved by the same amount.
#[test]
fn translations_that_meet_are_agreed_on() {
    let address = |text: &str| text.parse().unwrap();
    let policy = |target: AddressTarget, passes: &str| {
        let mut policy = random(&mut Dice(1));
        policy.nat.passes.clear();
        policy.rulebases.iter_mut().for_each(|base| base.rules.clear());
        policy.filter = vec![Stage { rulebase: RulebaseId(0), end: None, guard: Addresses::Any }];
        policy.local = None;
        policy.rulebases[0].default = Verdict::Drop;
        let action = Action::Decide(Verdict::Accept);
        let mut rule = Rule::any(Origin::implied("one"), action);
        rule.source = Addresses::Range(IpRange::one(address(passes)));
        policy.rulebases[0].rules.push(rule);
        let mut nat = NatRule::none(Origin::implied("nat"));
        let last = IpRange::new(address("10.0.0.0"), address("10.0.0.255")).unwrap();
        nat.source = Addresses::Range(last);
        nat.source_to = Some(target);
        let when = NatWhen::AfterFilter;
        policy.nat.passes.push(NatPass { name: "after".into(), when, rules: vec![nat] });
        policy.validate().unwrap();
        policy
    };
    let from = IpRange::new(address("10.0.0.0"), address("10.0.0.255")).unwrap();
    let moved = AddressTarget::Shift { from, to: address("10.0.1.0") };
    let constant = AddressTarget::OneOf(vec![IpRange::one(address("10.0.1.2"))]);
    let left = policy(moved.clone(), "10.0.0.2");
    let bytes = certified(&left, &policy(constant.clone(), "10.0.0.2")).unwrap();
    assert!(check(&bytes, Expected::default()).unwrap().tally.pairs > 0);
    assert_eq!(certified(&policy(moved, "10.0.0.3"), &policy(constant, "10.0.0.3")), None);
}

#[test]
fn a_certificate_is_about_its_policies() {
    let policy = random(&mut Dice(77));
    let bytes = certified(&policy, &policy).unwrap();
    let asked = |left, right| check(&bytes, Expected { left: Some(left), right: Some(right) });
    assert!(asked("sha256:1", "sha256:2").is_ok());
    assert!(asked("sha256:2", "sha256:1").is_err() && asked("sha256:1", "").is_err());
}

/// Rules for all services of TCP, as a platform has them that begins with port 1, and as others do.
#[test]
fn port_zero_is_compared_only_when_asked_for() {
    let policy = |first: u16| {
        let mut policy = random(&mut Dice(1));
        policy.nat.passes.clear();
        policy.rulebases.iter_mut().for_each(|base| base.rules.clear());
        policy.filter = vec![Stage { rulebase: RulebaseId(0), end: None, guard: Addresses::Any }];
        policy.local = None;
        policy.rulebases[0].default = Verdict::Drop;
        let mut rule = Rule::any(Origin::implied("one"), Action::Decide(Verdict::Accept));
        let ports = policy::PortRange::new(first, 65535).unwrap();
        let ports = policy::Ports { protocol: 6, source: ports, destination: ports };
        rule.services = policy::Services::Ports(ports);
        policy.rulebases[0].rules.push(rule);
        policy
    };
    let (left, right) = (policy(1), policy(0));
    let proved = |port_zero| {
        let options = Options { certify: true, port_zero, ..Options::default() };
        prove(&left, &right, &ZoneMap::by_name(&left, &right), options)
    };
    let bytes = proved(false).certificate.as_ref().map(bytes).unwrap();
    assert!(!check(&bytes, Expected::default()).unwrap().header.port_zero);
    let differences = proved(true).differences;
    assert!(!differences.is_empty());
    for difference in differences {
        let policy::Transport::Ports { source, destination, .. } =
            difference.witness.left.transport
        else {
            panic!("{difference:?}")
        };
        assert!(source == 0 || destination == 0, "{difference:?}");
    }
    // The flag stands behind the three texts and the other flag: with it set, packets are missing.
    let mut flipped = bytes;
    let at = 8 + 1 + 5 + 9 + 9 + 1;
    assert_eq!(flipped[at], 0);
    flipped[at] = 1;
    assert!(judged(&signed(flipped)).is_err());
}

/// The lists of one part and what shows that they are the same.
#[derive(Clone)]
struct Case {
    left: Vec<Labelled>,
    right: Vec<Labelled>,
    found: Comparison,
}

fn effects() -> Vec<Effect> {
    let same = || NewValue::Same;
    let leaves = |source| {
        let ports = (same(), same());
        let new = Rewritten {
            source,
            source_port: ports.0,
            destination: same(),
            destination_port: ports.1,
        };
        Effect::Leaves(new, None)
    };
    let to = NewValue::OneOf(vec![(7, 7)]);
    vec![Effect::Stopped(Verdict::Drop), leaves(same()), leaves(to)]
}

/// A small random list, and another one that often does the same.
fn case(dice: &mut Dice) -> Case {
    let full = Universe::new(Family::V4, 2).full;
    let mut range = |end: u32| {
        let (a, b) = (dice.below(end), dice.below(end));
        (a.min(b), a.max(b))
    };
    let mut left: Vec<Labelled> = Vec::new();
    for origin in 0..4 {
        let (zone, address, port) = (range(2), range(4), range(3));
        let mut region = Wide { from: Set::new(vec![zone]), ..full.clone() };
        region.source = Set::new(vec![(address.0.into(), address.1.into())]);
        if origin % 2 == 0 {
            region.service = Set::new(vec![port]);
        } else {
            region.answers = vec![(0, port.0 == 0)];
        }
        left.push((region, range(3).0, origin));
    }
    left.push((full, 0, 9));
    let mut right = left.clone();
    let at = range(4).0 as usize;
    match range(3).0 {
        0 => right.swap(at, at.saturating_sub(1)),
        1 => right.insert(3, left[at].clone()),
        _ => {}
    }
    let (_, one, two) = Numbering::new(&left, &right, &[], &[]);
    let found = compare_with_grounds(&one, &two, &Plain, Budget::default());
    Case { left, right, found }
}

impl Case {
    /// The certificate, with IPv6 stopped altogether.
    fn certificate(&self) -> Option<Vec<u8>> {
        let policy = random(&mut Dice(1));
        let mut map = ZoneMap::by_name(&policy, &policy);
        map.pairs.truncate(2);
        let options = Options { port_zero: true, ..Options::default() };
        let mut certificate = Certificate::new(&policy, &policy, &map, options)?;
        let predicates = &policy.predicates;
        assert!(!predicates.is_empty());
        for family in [Family::V4, Family::V6] {
            let full = Universe::new(family, 2).full;
            let mut questions = Questions::default();
            let subject = crate::questions::Subject::Packet;
            questions.number(&policy, 0, policy::PredicateId(0), subject);
            let one = vec![(full.clone(), 0, 0)];
            let (left, right) =
                if family == Family::V4 { (&self.left, &self.right) } else { (&one, &one) };
            let (numbering, one, two) = Numbering::new(left, right, &[], &[]);
            let found = if family == Family::V4 {
                self.found.clone()
            } else {
                compare_with_grounds(&one, &two, &Plain, Budget::default())
            };
            let region = numbering.region_of(&full);
            let (left, right) = ((left.clone(), one), (right.clone(), two));
            let list = certificate.list(&full, &Lists { left, right, region, found })?;
            certificate.part(&full, &[NewValue::Same, NewValue::Same], list);
            certificate.end_family(family, &questions, &effects());
        }
        Some(bytes(&certificate))
    }
}

#[test]
fn whatever_is_changed_is_refused_or_still_true() {
    let (mut certified, mut refused, mut accepted) = (0, 0, 0);
    for seed in 1..=400u64 {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let case = case(&mut dice);
        let Some(bytes) = case.certificate() else { continue };
        judged(&bytes).unwrap();
        assert!(is_true(&bytes), "seed {seed}");
        certified += 1;
        for change in 0..24 {
            let mut changed = case.clone();
            alter(&mut changed, change % 8, &mut dice);
            let Some(bytes) = changed.certificate() else { continue };
            match judged(&bytes) {
                Err(_) => refused += 1,
                Ok(()) => {
                    accepted += 1;
                    assert!(is_true(&bytes), "seed {seed}, change {change}");
                }
            }
        }
    }
    assert!(certified > 100, "{certified}");
    assert!(refused > 1_000 && accepted > 10, "{refused} refused, {accepted} accepted");
}

/// One change to lists or covers that the prover did not make.
fn alter(case: &mut Case, kind: u32, dice: &mut Dice) {
    let grounds = case.found.grounds.as_mut().unwrap();
    let at = dice.below(case.left.len() as u32) as usize;
    match kind {
        // Always too late: the default decides nothing any more.
        0 => case.left.swap(at, 0),
        1 => {
            case.left.remove(at);
            grounds.left.remove(at);
        }
        2 => std::mem::swap(&mut case.left, &mut case.right),
        3 => case.left[at].1 = dice.below(3),
        4 => {
            if let Some(cover) = &mut grounds.left[at] {
                cover.pop();
            }
        }
        5 => {
            let number = dice.below(10);
            grounds.left[at].get_or_insert_default().push(number);
        }
        6 => {
            grounds.pairs.pop();
        }
        _ => {
            let number = dice.below(10);
            for (_, _, cover) in &mut grounds.pairs {
                cover.clear();
                cover.push(number);
            }
            grounds.left[at] = None;
        }
    }
}

/// A certificate with a pair that needed work.
fn small() -> Vec<u8> {
    let seeds = (1..).map(|seed: u64| case(&mut Dice(seed.wrapping_mul(0xd134_2543_de82_ef95))));
    let mut found = seeds.filter(|case| !case.found.grounds.as_ref().unwrap().pairs.is_empty());
    found.find_map(|case| case.certificate()).unwrap()
}

#[test]
fn every_flipped_byte_is_refused() {
    let bytes = small();
    judged(&bytes).unwrap();
    for at in 0..bytes.len() {
        for flip in 1..=255 {
            let mut bytes = bytes.clone();
            bytes[at] ^= flip;
            assert!(judged(&bytes).is_err(), "byte {at}");
        }
    }
}

#[test]
fn every_flipped_byte_with_its_digest_is_refused_or_still_true() {
    let bytes = small();
    let (mut refused, mut accepted) = (0, 0);
    for at in 0..bytes.len() - 32 {
        for flip in [1, 2, 4, 8, 16, 32, 64, 128, 255] {
            let mut bytes = bytes.clone();
            bytes[at] ^= flip;
            let bytes = signed(bytes);
            match judged(&bytes) {
                Err(_) => refused += 1,
                Ok(()) => {
                    accepted += 1;
                    assert!(is_true(&bytes), "byte {at} with {flip:#x}");
                }
            }
        }
    }
    assert!(refused > accepted, "{refused} refused, {accepted} accepted");
}

#[test]
fn what_is_cut_off_or_added_is_refused() {
    let bytes = small();
    for length in 0..bytes.len() {
        assert!(judged(&bytes[..length]).is_err(), "{length} bytes");
        if length >= 32 {
            assert!(judged(&signed(bytes[..length].to_vec())).is_err(), "{length} bytes, signed");
        }
    }
    let longer = [&bytes[..bytes.len() - 32], &[0], &[0; 32]].concat();
    assert!(judged(&signed(longer)).is_err());
}

#[test]
fn garbage_is_refused() {
    let mut dice = Dice(99);
    let bytes = small();
    for _ in 0..20_000 {
        let mut bytes = bytes.clone();
        for _ in 0..1 + dice.below(4) {
            let at = dice.below(bytes.len() as u32) as usize;
            match dice.below(4) {
                0 => bytes[at] = dice.below(256) as u8,
                1 => bytes.insert(at, dice.below(256) as u8),
                2 if bytes.len() > 40 => {
                    bytes.remove(at);
                }
                _ => bytes[at] = 0xff,
            }
        }
        let bytes = signed(bytes);
        if judged(&bytes).is_ok() {
            assert!(is_true(&bytes));
        }
    }
}
