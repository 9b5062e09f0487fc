//! Policies made to be slow, and comparisons that somebody watches or ends: an exact result or an honest "gave up".

use policy::*;

use super::worlds::{Dice, mutant, random};
use crate::prove::{
    Differing, Go, Observer, Options, Progress, Proof, ZoneMap, prove, prove_watched,
};

/// A policy with these rules and no NAT.
fn policy(rules: Vec<Rule>, default: Verdict) -> Policy {
    let mut policy = random(&mut Dice(1));
    policy.nat.passes.clear();
    policy.local = None;
    policy.filter = vec![Stage { rulebase: RulebaseId(0), end: None, guard: Addresses::Any }];
    (policy.rulebases[0].rules, policy.rulebases[0].default) = (rules, default);
    policy
}

fn rule(verdict: Verdict) -> Rule {
    Rule::any(Origin::implied("rule"), Action::Decide(verdict))
}

fn verdict(dice: &mut Dice) -> Verdict {
    if dice.one_in(2) { Verdict::Accept } else { Verdict::Drop }
}

/// A range of IPv4 addresses, of any size and place.
fn range(dice: &mut Dice) -> Addresses {
    let mut one = || (dice.below(1 << 16) << 16) | dice.below(1 << 16);
    let (a, b) = (one(), one());
    let address = |bits: u32| std::net::Ipv4Addr::from_bits(bits).into();
    Addresses::Range(IpRange::new(address(a.min(b)), address(a.max(b))).unwrap())
}

fn compared(left: &Policy, right: &Policy, options: Options) -> Proof {
    prove(left, right, &ZoneMap::by_name(left, right), options)
}

/// With the last rule but one decided otherwise.
fn turned(policy: &Policy) -> Policy {
    let mut turned = policy.clone();
    let rules = &mut turned.rulebases[0].rules;
    let at = rules.len() - 2;
    let accepts = rules[at].action == Action::Decide(Verdict::Accept);
    let other = if accepts { Verdict::Drop } else { Verdict::Accept };
    rules[at].action = Action::Decide(other);
    turned
}

/// What was left open is said, by name and share.
fn is_honest(proof: &Proof) -> bool {
    let open = proof.undecided > 0 || !proof.open.is_empty();
    let told = proof.coverage.iter().any(|one| one.open > 0.0 && one.alike() < 1.0);
    let sane = proof.coverage.iter().all(|one| (0.0..=1.0).contains(&one.alike()));
    sane && open == told
}

fn rectangles(count: u32) -> Policy {
    let mut dice = Dice(77);
    let rules = (0..count).map(|_| {
        let mut rule = rule(verdict(&mut dice));
        (rule.source, rule.destination) = (range(&mut dice), range(&mut dice));
        rule
    });
    policy(rules.collect(), Verdict::Drop)
}

#[test]
fn random_overlapping_rectangles_end() {
    let left = rectangles(150);
    let same = compared(&left, &left, Options::default());
    assert!(same.equal() && is_honest(&same), "{same:?}");
    let options = Options { work: Some(200_000), ..Options::default() };
    assert!(is_honest(&compared(&left, &turned(&left), options)));
    assert!(is_honest(&compared(&left, &rectangles(100), options)));
}

#[test]
fn many_small_negations_end() {
    let mut dice = Dice(78);
    let rules = (0..40).map(|_| {
        let mut rule = rule(verdict(&mut dice));
        rule.source = range(&mut dice).negated();
        rule.destination = range(&mut dice).negated();
        let first = dice.below(60_000) as u16;
        rule.services = Services::ports(6, PortRange::new(first, first + 9).unwrap()).negated();
        rule
    });
    let left = policy(rules.collect(), Verdict::Drop);
    let same = compared(&left, &left, Options::default());
    assert!(same.equal() && is_honest(&same), "{same:?}");
    assert!(is_honest(&compared(&left, &turned(&left), Options::default())));
}

#[test]
fn thousands_of_ports_end() {
    let mut dice = Dice(79);
    let rules = (0..12u32).map(|at| {
        let mut rule = rule(verdict(&mut dice));
        let ports = (0..2_000u32).map(|port| {
            let port = PortRange::one((1 + port * 30 + at) as u16);
            let source = PortRange::new(1_024, 65_535 - at as u16).unwrap();
            Services::Ports(Ports { protocol: 6, source, destination: port })
        });
        rule.services = Services::union(ports.collect());
        rule.source = range(&mut dice);
        rule
    });
    let left = policy(rules.collect(), Verdict::Drop);
    let same = compared(&left, &left, Options::default());
    assert!(same.equal() && is_honest(&same), "{same:?}");
    let other = compared(&left, &turned(&left), Options::default());
    assert!(is_honest(&other) && !other.equal());
}

/// Notes what it is told, and stops after so many calls.
#[derive(Default)]
struct Notes {
    shares: Vec<f64>,
    found: Vec<Differing>,
    stop_after: Option<usize>,
}

impl Notes {
    fn go(&self) -> Go {
        let calls = self.shares.len() + self.found.len();
        if self.stop_after.is_some_and(|most| calls > most) { Go::Stop } else { Go::Continue }
    }
}

impl Observer for Notes {
    fn progress(&mut self, progress: &Progress) -> Go {
        self.shares.push(progress.share);
        self.go()
    }

    fn found(&mut self, difference: &Differing) -> Go {
        self.found.push(difference.clone());
        self.go()
    }
}

fn watched(left: &Policy, right: &Policy, options: Options, notes: &mut Notes) -> Proof {
    prove_watched(left, right, &ZoneMap::by_name(left, right), options, notes)
}

#[test]
fn whoever_watches_sees_all_and_changes_nothing() {
    let mut seen = 0;
    for seed in 1..=40u64 {
        let mut dice = Dice(seed.wrapping_mul(0x2545_f491_4f6c_dd1d));
        let left = random(&mut dice);
        let right = mutant(&mut dice, &left);
        let mut notes = Notes::default();
        let proof = watched(&left, &right, Options::default(), &mut notes);
        assert_eq!(proof, compared(&left, &right, Options::default()), "seed {seed}");
        assert!(notes.shares.is_sorted() && notes.shares.iter().all(|share| *share <= 1.0));
        for difference in &proof.differences {
            let same =
                |one: &Differing| one.left == difference.left && one.right == difference.right;
            assert!(notes.found.iter().any(same), "seed {seed}: {difference:?}");
            seen += 1;
        }
    }
    assert!(seen > 10, "{seen}");
}

#[test]
fn what_is_stopped_keeps_what_was_found_and_says_what_is_open() {
    let (left, right) = (rectangles(150), rectangles(140));
    let mut notes = Notes { stop_after: Some(5), ..Notes::default() };
    let proof = watched(&left, &right, Options::default(), &mut notes);
    assert!(proof.open.iter().any(|limit| limit.0 == "stopped"), "{:?}", proof.open);
    assert!(is_honest(&proof) && !proof.equal());
    let parts: Vec<_> = proof.coverage.iter().map(|one| one.parts).collect();
    assert!(parts.iter().any(|(done, all)| done < all), "{parts:?}");
}

#[test]
fn the_same_work_ends_at_the_same_place() {
    let (left, right) = (rectangles(60), rectangles(50));
    let options = Options { work: Some(300), certify: true, ..Options::default() };
    let proof = compared(&left, &right, options);
    assert!(proof.open.iter().any(|limit| limit.0 == "work"), "{:?}", proof.open);
    assert_eq!(proof, compared(&left, &right, options));
    assert_eq!(compared(&left, &left, Options { work: Some(1), ..options }).certificate, None);
}

#[test]
fn memory_is_bounded_by_name() {
    let left = rectangles(60);
    let options = Options { memory: Some(10_000), ..Options::default() };
    let proof = compared(&left, &left, options);
    assert_eq!(proof.open.iter().map(|limit| limit.0).collect::<Vec<_>>(), ["memory"]);
    assert!(is_honest(&proof));
    assert!(compared(&left, &left, Options { memory: Some(10_000_000), ..options }).equal());
}
