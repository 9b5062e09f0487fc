//! The whole comparison of two policies.
//!
//! In rooms of their own: what is found (`result`), who watches (`watch`), packets to compare at a time (`jobs`), the walk over them
//! (`slices`), translation that is alike (`alike`), labels as functions (`effects`), differences by what decides (`gather`), the certain
//! ones among them (`sure`), sets of packets in short (`areas`), typical packets (`packet`), and the words of the administrators (`names`).

mod alike;
mod areas;
mod effects;
mod gather;
mod jobs;
mod names;
mod packet;
mod result;
mod slices;
mod sure;
mod watch;

use hashbrown::HashMap;
use policy::{Family, NatRule, NatWhen, Policy, Seen, ZoneId};

use crate::certificate::Certificate;
use crate::compare::Budget;
use crate::meaning::Party;
use crate::questions::Questions;
use crate::routes::Ways;
use crate::sets::Set;
use crate::translation::destination_parts;
use crate::wide::{Exceeded, Universe};

use alike::Telling;
use effects::Effects;
use gather::{Gathered, Told};
pub(crate) use jobs::{Job, jobs};
pub use names::{Cell, Names};
#[cfg(test)]
pub(crate) use packet::typical;
pub(crate) use packet::{address, packet_at, usual_ports};
pub use result::{
    Area, Change, Coverage, Differing, Effect, LOCAL, Packets, Proof, Witness, order,
};
use slices::Whole;
pub(crate) use slices::{Known, Lists};
use watch::Watching;
pub use watch::{Go, Observer, Progress};

/// Which zones of the two policies are the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ZoneMap {
    /// Pairs of zones, left and right. A zone may be in several pairs.
    pub pairs: Vec<(ZoneId, ZoneId)>,
}

impl ZoneMap {
    /// Zones of equal names.
    pub fn by_name(left: &Policy, right: &Policy) -> Self {
        let mut pairs = Vec::new();
        for (mine, zone) in (0u32..).zip(&left.zones) {
            for (theirs, other) in (0u32..).zip(&right.zones) {
                if zone.name == other.name {
                    pairs.push((ZoneId(mine), ZoneId(theirs)));
                }
            }
        }
        Self { pairs }
    }

    /// For each zone of one side the numbers of its pairs.
    fn numbers(&self, zones: usize, of: impl Fn(&(ZoneId, ZoneId)) -> ZoneId) -> Vec<Set> {
        let numbers = |zone: u32| {
            let pairs = (0u32..).zip(&self.pairs);
            let mine = pairs.filter(|(_, pair)| of(pair).0 == zone).map(|(at, _)| (at, at));
            Set::new(mine.collect())
        };
        (0u32..).take(zones).map(numbers).collect()
    }
}

/// How to compare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Whether every way of stopping a packet counts as the same.
    pub merge_denials: bool,
    /// What may be spent.
    pub budget: Budget,
    /// Whether to keep what a checker needs.
    pub certify: bool,
    /// Whether packets of which a port is 0 are compared too. Port 0 is reserved (RFC 6335, section 6; RFC 768 has it for UDP without a
    /// source port), and platforms disagree whether it is among "any": decision 0008.
    pub port_zero: bool,
    /// How many bytes the lists that are compared at a time may take: an estimate, at least of the right order. What takes more is left
    /// open (limit `memory`).
    pub memory: Option<u64>,
    /// How many steps of work may be done; a step is about an entry, or a pair of entries. What is left then is left open (limit `work`).
    /// The same work ends at the same place.
    pub work: Option<u64>,
}

/// Compares two policies, for every packet of both families.
pub fn prove(left: &Policy, right: &Policy, zones: &ZoneMap, options: Options) -> Proof {
    prove_watched(left, right, zones, options, &mut ())
}

/// The same while somebody watches, who may end it: what has been found by then is kept, and the rest is left open (limit `stopped`).
/// What is found does not depend on who watches.
pub fn prove_watched(
    left: &Policy,
    right: &Policy,
    zones: &ZoneMap,
    options: Options,
    observer: &mut dyn Observer,
) -> Proof {
    let mut proof = Proof::default();
    if options.certify {
        proof.certificate = Certificate::new(left, right, zones, options);
    }
    let watching = Watching::new(observer, options.work);
    for (family, before) in [(Family::V4, 0.0), (Family::V6, 0.5)] {
        one_family((left, right), zones, options, family, (&watching, before), &mut proof);
    }
    // What is certain first, then by what changes, then the largest; the rest makes the order the same each time.
    proof.differences.sort_by(|one, two| {
        let rank = |one: &Differing| (!one.certain, one.change());
        let rest = |one: &Differing| (order(&one.left.1), order(&one.right.1), one.family);
        let larger = two.packets.share.total_cmp(&one.packets.share);
        rank(one).cmp(&rank(two)).then(larger).then_with(|| rest(one).cmp(&rest(two)))
    });
    if !proof.equal() {
        proof.certificate = None;
    }
    proof
}

fn one_family(
    (left, right): (&Policy, &Policy),
    zones: &ZoneMap,
    options: Options,
    family: Family,
    (watching, before): (&Watching<'_>, f64),
    proof: &mut Proof,
) {
    let count = u32::try_from(zones.pairs.len()).unwrap_or(u32::MAX);
    let universe = Universe::new(family, count);
    let universe = if options.port_zero { universe } else { universe.without_port_zero() };
    let party = |policy, side, zones| Party {
        policy,
        side,
        zones,
        ways: Ways::new(policy, family),
        universe: &universe,
    };
    let sides = (
        party(left, 0, zones.numbers(left.zones.len(), |pair| pair.0)),
        party(right, 1, zones.numbers(right.zones.len(), |pair| pair.1)),
    );
    let mut questions = Questions::default();
    let mut known = (Known::default(), Known::default());
    let mut parts = || {
        modelled(left)?;
        modelled(right)?;
        let mine = destination_parts(&sides.0, &mut questions)?;
        let theirs = destination_parts(&sides.1, &mut questions)?;
        let many = mine.len() + theirs.len() > 0;
        known.0 = Known::new(&sides.0, many, &mut questions)?;
        known.1 = Known::new(&sides.1, many, &mut questions)?;
        jobs(&universe, &mine, &theirs)
    };
    let mut gathered = Gathered::new(family);
    let jobs = parts().unwrap_or_else(|limit| {
        proof.exceeded(limit);
        gathered.left_open(&universe.full, &universe.full);
        Vec::new()
    });
    let mut whole = Whole {
        zones,
        options,
        universe: &universe,
        sides: (&sides.0, &sides.1),
        egress: !ways_alike(&sides.0, &sides.1),
        questions,
        effects: Effects::default(),
        gathered,
        watching,
        span: (before, 0.5),
        proof,
        known,
        sources: Telling::Told,
        plain: None,
    };
    whole.run(&jobs);
    let Whole { questions, effects, gathered, proof, .. } = whole;
    let told = Told {
        zones,
        universe: &universe,
        sides: (left, right),
        questions: &questions,
        effects: &effects.all,
    };
    let (differences, coverage) = gathered.told(&told, options.budget.regions);
    proof.differences.extend(differences);
    proof.coverage.push(coverage);
    if let Some(certificate) = &mut proof.certificate {
        certificate.end_family(family, &questions, &effects.all);
    }
}

/// No platform shows its filter a source that was translated before it, and the prover does not model it.
fn modelled(policy: &Policy) -> Result<(), Exceeded> {
    let passes = policy.nat.passes.iter().filter(|pass| pass.when == NatWhen::BeforeFilter);
    let mut rules = passes.flat_map(|pass| &pass.rules).filter(|rule| rule.enabled);
    let seen = |rule: &NatRule| rule.seen.unwrap_or(policy.seen) == Seen::Translated;
    match rules.any(|rule| rule.rewrites_source() && seen(rule)) {
        true => Err(Exceeded("source translated before the filter")),
        false => Ok(()),
    }
}

/// Whether the two send every address the same way.
fn ways_alike(left: &Party<'_>, right: &Party<'_>) -> bool {
    let (mine, theirs) = (&left.ways, &right.ways);
    if mine.open != theirs.open || mine.nowhere != theirs.nowhere || mine.own != theirs.own {
        return false;
    }
    let by_number = |party: &Party<'_>| {
        let mut ways: HashMap<u32, Vec<(u128, u128)>> = HashMap::new();
        for (numbers, set) in party.zones.iter().zip(&party.ways.zones) {
            for number in numbers.ranges().iter().flat_map(|(first, last)| *first..=*last) {
                ways.entry(number).or_default().extend(set.ranges());
            }
        }
        let sorted = ways.into_iter().map(|(number, ranges)| (number, Set::new(ranges)));
        sorted.filter(|(_, set)| !set.is_empty()).collect::<HashMap<_, _>>()
    };
    by_number(left) == by_number(right)
}

pub(crate) fn at(index: u32) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}
