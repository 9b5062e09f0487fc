//! The prover held against the evaluator: each on its own, then side by side.

use std::hash::{BuildHasher, Hash};
use std::net::IpAddr;

use policy::*;

use super::worlds::{Dice, mutant, packets, plain, random};
use crate::prove::{Options, Witness, ZoneMap, prove};
use crate::questions::{Asked, Subject};
use crate::wide::address_number;

/// A world whose answers follow from a seed: the same question has the same answer in both policies.
pub(super) struct Seeded<'a> {
    pub(super) policy: &'a Policy,
    pub(super) seed: u64,
}

fn coin(seed: u64, about: impl Hash) -> u64 {
    foldhash::fast::FixedState::with_seed(seed).hash_one(about)
}

impl World for Seeded<'_> {
    fn holds(&mut self, atom: Atom) -> bool {
        let predicate = &self.policy.predicates[atom.predicate.0 as usize];
        coin(self.seed, (predicate.kind, &predicate.meaning, atom.about)) % 2 == 1
    }

    fn egress(&mut self, destination: IpAddr) -> Option<InterfaceId> {
        Some(InterfaceId((coin(self.seed, destination) % 3) as u32))
    }
}

/// The world of a witness.
struct OfWitness<'a> {
    policy: &'a Policy,
    packet: Packet,
    egress: Option<InterfaceId>,
    answers: &'a [(Asked, bool)],
}

impl World for OfWitness<'_> {
    fn holds(&mut self, atom: Atom) -> bool {
        let predicate = &self.policy.predicates[atom.predicate.0 as usize];
        let subjects = match atom.about {
            About::Packet => vec![Subject::Packet],
            About::Address(address) => {
                let mut subjects = Vec::new();
                if address == self.packet.source {
                    subjects.push(Subject::Source);
                }
                if address == self.packet.destination {
                    subjects.push(Subject::Destination);
                }
                subjects.push(Subject::Translated(address_number(address)));
                let before = address_number(self.packet.destination);
                subjects.push(Subject::Shifted(address_number(address).wrapping_sub(before)));
                subjects
            }
        };
        self.answers.iter().any(|(asked, answer)| {
            *answer
                && asked.kind == predicate.kind
                && asked.meaning == predicate.meaning
                && subjects.contains(&asked.subject)
        })
    }

    fn egress(&mut self, _: IpAddr) -> Option<InterfaceId> {
        self.egress
    }
}

/// What counts as the same: verdict, and for what is accepted its translation and the zone where it leaves.
pub(super) fn effect(policy: &Policy, packet: &Packet, world: &mut dyn World) -> String {
    decided(policy, &decide(policy, packet, world))
}

pub(super) fn decided(policy: &Policy, decision: &Decision) -> String {
    if decision.verdict != Verdict::Accept {
        return format!("{:?}", decision.verdict);
    }
    let zone = match decision.egress {
        Egress::Interface(id) => Some(policy.interfaces[id.0 as usize].zone),
        Egress::Local | Egress::Nowhere => None,
    };
    format!("{:?} {zone:?}", decision.translated)
}

pub(super) fn replay(left: &Policy, right: &Policy, witness: &Witness) -> (String, String) {
    let world =
        |policy, packet, egress| OfWitness { policy, packet, egress, answers: &witness.answers };
    let mut one = world(left, witness.left, witness.egress.0);
    let mut two = world(right, witness.right, witness.egress.1);
    (effect(left, &witness.left, &mut one), effect(right, &witness.right, &mut two))
}

/// Proves two policies and holds the result against packets.
fn check(seed: u64, left: &Policy, right: &Policy, counts: &mut [u32; 3]) {
    let zones = ZoneMap::by_name(left, right);
    let proof = prove(left, right, &zones, Options::default());
    if !proof.open.is_empty() || proof.undecided > 0 {
        counts[2] += 1;
        return;
    }
    for difference in &proof.differences {
        let (one, two) = replay(left, right, &difference.witness);
        assert_ne!(
            one, two,
            "seed {seed}: a witness is real: {difference:?}\n{:?}\n{:?}",
            left.nat, right.nat
        );
    }
    counts[usize::from(proof.differences.is_empty())] += 1;
    if !proof.differences.is_empty() {
        return;
    }
    for packet in packets() {
        for world in 0..2 {
            let mut one = Seeded { policy: left, seed: world };
            let mut two = Seeded { policy: right, seed: world };
            let (mine, theirs) =
                (effect(left, &packet, &mut one), effect(right, &packet, &mut two));
            assert_eq!(mine, theirs, "seed {seed}: {packet} in {:?}", packet.ingress);
        }
    }
}

fn cases() -> u64 {
    option_env!("CASES").and_then(|cases| cases.parse().ok()).unwrap_or(300)
}

#[test]
fn proof_and_evaluator_agree_on_mutants() {
    let mut counts = [0; 3];
    for seed in 1..=cases() {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let left = random(&mut dice);
        let right = mutant(&mut dice, &left);
        check(seed, &left, &right, &mut counts);
        check(seed, &plain(left), &plain(right), &mut counts);
    }
    let [different, equal, open] = counts;
    assert!(different > 20 && equal > 20, "{different} different, {equal} equal, {open} open");
}

#[test]
fn proof_and_evaluator_agree_on_strangers() {
    let mut counts = [0; 3];
    for seed in 1..=cases() {
        let mut dice = Dice(seed.wrapping_mul(0xd134_2543_de82_ef95));
        let (left, right) = (random(&mut dice), random(&mut dice));
        check(seed, &left, &right, &mut counts);
        check(seed, &plain(left), &plain(right), &mut counts);
    }
}

#[test]
fn a_policy_is_equal_to_itself() {
    for seed in 1..=cases() {
        let policy = random(&mut Dice(seed.wrapping_mul(0x2545_f491_4f6c_dd1d)));
        let zones = ZoneMap::by_name(&policy, &policy);
        let proof = prove(&policy, &policy, &zones, Options::default());
        assert_eq!(proof.differences, [], "seed {seed}");
    }
}
