//! How right the prover is: firewalls with a fault of each kind, of which it must find all, and twins that mean the same, of which it must
//! accuse none. Every witness is held against [`policy::decide`] on both sides.

use policy::{InterfaceId, Policy};
use proof::certificate::Identity;
use proof::prove::{Options, ZoneMap, prove};
use proof_check::{Expected, check};

use super::replay::{boundary_packets, replayed, same_effect};
use super::twin::twin;
use crate::firewall::{Fault, Firewall, Platform, Profile, Shape, make, mutant};

/// What was counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Policies with a fault, and those of them in which it was found.
    pub(crate) mutants: (usize, usize),
    /// By kind of fault, how many there were.
    pub(crate) kinds: [usize; Fault::ALL.len()],
    /// Witnesses, and those that are real.
    pub(crate) witnesses: (usize, usize),
    /// Twins, and those that were proved to be the same.
    pub(crate) twins: (usize, usize),
    /// Packets at the borders of rules of twins, and those that both treat alike.
    pub(crate) packets: (usize, usize),
    /// Certificates, and those that were accepted, and refused once a byte was changed or the policies were swapped.
    pub(crate) certificates: (usize, usize),
    /// What went wrong, the first few.
    pub(crate) wrong: Vec<String>,
}

impl Tally {
    /// Whether nothing went wrong.
    pub(crate) fn perfect(&self) -> bool {
        let Self { mutants, witnesses, twins, packets, certificates, .. } = self;
        [mutants, witnesses, twins, packets, certificates].iter().all(|(all, good)| all == good)
    }

    fn add(&mut self, other: Self) {
        let pairs = [
            (&mut self.mutants, other.mutants),
            (&mut self.witnesses, other.witnesses),
            (&mut self.twins, other.twins),
            (&mut self.packets, other.packets),
            (&mut self.certificates, other.certificates),
        ];
        for (mine, theirs) in pairs {
            *mine = (mine.0 + theirs.0, mine.1 + theirs.1);
        }
        self.kinds.iter_mut().zip(other.kinds).for_each(|(mine, theirs)| *mine += theirs);
        self.wrong.extend(other.wrong);
        self.wrong.truncate(WRONG);
    }

    fn wrong(&mut self, what: String) {
        if self.wrong.len() < WRONG {
            self.wrong.push(what);
        }
    }
}

/// How many wrong results are told.
const WRONG: usize = 20;

/// Runs so many mutants and so many twins, on two threads.
pub(crate) fn score(cases: usize) -> Tally {
    let half = |first: u64| {
        let mut tally = Tally::default();
        let wanted = if first == 0 { cases - cases / 2 } else { cases / 2 };
        let mut seed = first;
        // Some firewalls have no place for some faults: the next seed has.
        while tally.mutants.0 < wanted || tally.twins.0 < wanted {
            one(seed, wanted, &mut tally);
            seed += 2;
        }
        tally
    };
    std::thread::scope(|scope| {
        let other = scope.spawn(|| half(1));
        let mut tally = half(0);
        match other.join() {
            Ok(other) => tally.add(other),
            Err(_) => tally.wrong("a thread died".to_owned()),
        }
        tally
    })
}

fn made(seed: u64) -> Firewall {
    let profiles = Profile::every();
    let at = usize::try_from(seed).unwrap_or(0);
    // Not in step with the kinds of faults.
    let profile = profiles.get(at / (2 * Fault::ALL.len()) % profiles.len()).copied();
    let profile = profile.unwrap_or_else(|| Profile::usual(Platform::FortiOs));
    let shape = if seed % 5 == 4 { Shape::Overlapping } else { Shape::Zoned };
    make(profile, shape, 5 + at * 7 % 60, seed)
}

fn one(seed: u64, wanted: usize, tally: &mut Tally) {
    let firewall = made(seed);
    let left = firewall.policy();
    if tally.twins.0 < wanted {
        same(&left, seed, tally);
    }
    let kind = usize::try_from(seed / 2).unwrap_or(0) % Fault::ALL.len();
    let fault = Fault::ALL.get(kind).copied().unwrap_or(Fault::Action);
    if tally.mutants.0 < wanted
        && let Some((other, _)) = mutant(&firewall, fault, seed)
    {
        if let Some(count) = tally.kinds.get_mut(kind) {
            *count += 1;
        }
        let right = other.policy();
        // Half of them are written otherwise besides.
        let right = if seed % 4 < 2 { right } else { twin(&right, seed) };
        different(&left, &right, (seed, fault), tally);
    }
}

fn same(left: &Policy, seed: u64, tally: &mut Tally) {
    let right = twin(left, seed);
    let certify = seed.is_multiple_of(4);
    let options = Options { certify, ..Options::default() };
    let proof = prove(left, &right, &ZoneMap::by_name(left, &right), options);
    tally.twins.0 += 1;
    tally.twins.1 += usize::from(proof.equal());
    if !proof.equal() {
        tally.wrong(format!(
            "seed {seed}: a twin is accused: {:?} {:?}",
            proof.differences.first(),
            proof.open
        ));
    }
    for (packet, egress) in boundary_packets(left, PACKETS, seed) {
        let alike = same_effect(left, &right, &packet, egress);
        tally.packets.0 += 1;
        tally.packets.1 += usize::from(alike);
        if !alike {
            tally.wrong(format!("seed {seed}: a twin treats {packet} otherwise"));
        }
    }
    if let Some(certificate) = &proof.certificate {
        let mut bytes = Vec::new();
        let identity = Identity { tool: "score", left: "left", right: "right" };
        let written = certificate.write(&identity, &mut bytes).is_ok();
        let accepted = check(&bytes, Expected { left: Some("left"), right: Some("right") });
        let swapped = check(&bytes, Expected { left: Some("right"), right: Some("left") });
        let at = usize::try_from(seed).unwrap_or(0).wrapping_mul(7919) % bytes.len();
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 1;
        }
        let flipped = check(&bytes, Expected::default());
        let good = written && accepted.is_ok() && swapped.is_err() && flipped.is_err();
        tally.certificates.0 += 1;
        tally.certificates.1 += usize::from(good);
        if !good {
            tally.wrong(format!("seed {seed}: the certificate: {accepted:?}"));
        }
    }
}

fn different(left: &Policy, right: &Policy, (seed, fault): (u64, Fault), tally: &mut Tally) {
    let proof = prove(left, right, &ZoneMap::by_name(left, right), Options::default());
    let found = !proof.differences.is_empty();
    tally.mutants.0 += 1;
    tally.mutants.1 += usize::from(found);
    if !found {
        tally.wrong(format!("seed {seed}: {} is not found: {:?}", fault.as_str(), proof.open));
    }
    for difference in proof.differences.iter().take(WITNESSES) {
        let (one, other) = replayed(left, right, &difference.witness);
        let real = one != other;
        tally.witnesses.0 += 1;
        tally.witnesses.1 += usize::from(real);
        if !real {
            let packet = difference.witness.left;
            let InterfaceId(ingress) = packet.ingress;
            tally.wrong(format!(
                "seed {seed}: {}: {packet} in {ingress} is not real: {one:?}, said {:?} {:?}",
                fault.as_str(),
                difference.left,
                difference.right
            ));
        }
    }
}

/// Packets looked at for each twin, and witnesses for each mutant.
const PACKETS: usize = 40;
const WITNESSES: usize = 50;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_found_and_no_twin_is_accused() {
        let tally = score(270);
        assert!(tally.perfect(), "{tally:#?}");
        assert!(tally.kinds.iter().all(|count| *count > 0), "{:?}", tally.kinds);
        assert!(tally.certificates.0 > 50 && tally.packets.0 > 5_000, "{tally:?}");
    }
}
