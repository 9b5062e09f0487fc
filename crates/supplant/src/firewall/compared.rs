//! From two policies to the record of their comparison.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use dialect::{Disposition, Tally};
use model::record::check::FateCount;
use model::record::prove::{ComparedContext, ComparedSide, Difference};
use policy::{By, Origin, Policy, PredicateKind, Rulebase, RulebaseId, Verdict, ZoneId};
use proof::prove::{Differing, Options, Proof, prove};

use super::pairing::{Paired, Placed, idle, pair_zones, zone_name};
use super::replay::{Replayed, Terms, change, may_become, outcome, replay};
use super::{Configs, platform_name};

/// They do the same with every packet.
pub(crate) const EQUIVALENT: &str = "equivalent";
/// They do, as far as was compared.
pub(crate) const EXCEPT: &str = "equivalent-except";
/// They do not.
pub(crate) const DIFFERS: &str = "differs";
/// A limit left it open.
pub(crate) const GAVE_UP: &str = "gave-up";

/// How to compare.
pub(crate) struct How<'a> {
    /// Zones that are the same, by name.
    pub(crate) zones: &'a [(String, String)],
    /// Whether all ways of stopping a packet are the same.
    pub(crate) merge_denials: bool,
    /// Whether packets to the firewall itself are left out.
    pub(crate) transit: bool,
    /// How many differences to keep.
    pub(crate) limit: usize,
}

/// The two policies as they are compared: what a platform leaves open of its own accord, and nobody wrote, is the same unknown in two
/// configurations of that platform.
fn prepared(placed: Placed<'_>, other: Placed<'_>, transit: bool) -> (Policy, Vec<String>) {
    let mut policy = placed.policy.clone();
    let mut shared = Vec::new();
    if placed.device.platform == other.device.platform {
        for predicate in &mut policy.predicates {
            let implied = predicate.origin.span.is_none() && !predicate.origin.label.is_empty();
            if implied && predicate.kind == PredicateKind::Unreadable {
                predicate.kind = PredicateKind::Protocol;
                predicate.meaning = predicate.origin.label.clone();
                shared.push(predicate.origin.label.to_string());
            } else if implied
                && predicate.kind == PredicateKind::Protocol
                && predicate.meaning == predicate.origin.label
            {
                shared.push(predicate.origin.label.to_string());
            }
        }
    }
    if transit {
        // The same for both: nothing is asked about such packets.
        policy.local = u32::try_from(policy.rulebases.len()).ok().map(RulebaseId);
        policy.rulebases.push(Rulebase {
            name: "".into(),
            rules: Vec::new(),
            default: Verdict::Drop,
            default_origin: Origin::implied(""),
        });
    }
    shared.sort_unstable();
    shared.dedup();
    (policy, shared)
}

/// Compares two contexts; `None` when no zone of theirs is paired.
pub(crate) fn compare(
    left: Placed<'_>,
    right: Placed<'_>,
    how: &How<'_>,
) -> Option<ComparedContext> {
    let (mine, mut shared) = prepared(left, right, how.transit);
    let (theirs, shared_too) = prepared(right, left, how.transit);
    shared.retain(|name| shared_too.contains(name));
    let (left, right) = (Placed { policy: &mine, ..left }, Placed { policy: &theirs, ..right });
    let paired = pair_zones(left.policy, right.policy, how.zones);
    if paired.map.pairs.is_empty() {
        return None;
    }
    let options = Options { merge_denials: how.merge_denials, ..Options::default() };
    let proof = prove(left.policy, right.policy, &paired.map, options);
    let mut found = Found { sides: (left, right), paired: &paired, how, refuted: 0 };
    let mut differences = found.differences(&proof);
    let idle = idle(left.policy, &paired.left) && idle(right.policy, &paired.right);
    let names = |policy: &Policy, zones: &[ZoneId]| -> Vec<String> {
        zones.iter().map(|zone| zone_name(policy, *zone)).collect()
    };
    let mut limits: Vec<String> = proof.open.iter().map(|one| one.0.replace(' ', "-")).collect();
    limits.sort_unstable();
    limits.dedup();
    let undecided = proof.undecided + found.refuted;
    let differing = u64::try_from(differences.len()).unwrap_or(u64::MAX);
    let verdict = if differences.iter().any(|one| !one.possible) {
        DIFFERS
    } else if differing > 0 || undecided > 0 || !limits.is_empty() {
        GAVE_UP
    } else if idle {
        EQUIVALENT
    } else {
        EXCEPT
    };
    differences.truncate(how.limit);
    Some(ComparedContext {
        left: left.name(),
        right: right.name(),
        verdict: verdict.to_owned(),
        zones_left: names(left.policy, &paired.left),
        zones_right: names(right.policy, &paired.right),
        zones: paired.pairs,
        zones_idle: idle,
        taken_alike: shared,
        differing,
        differences,
        undecided,
        limits,
    })
}

/// The verdict over all contexts and all that was left out.
pub(crate) fn verdict(contexts: &[ComparedContext], sides: [&ComparedSide; 2]) -> &'static str {
    let any = |verdict: &str| contexts.iter().any(|one| one.verdict == verdict);
    let left_out =
        |side: &&ComparedSide| !side.left_out.is_empty() || !side.contexts_alone.is_empty();
    if any(DIFFERS) {
        DIFFERS
    } else if any(GAVE_UP) {
        GAVE_UP
    } else if any(EXCEPT) || sides.iter().any(left_out) {
        EXCEPT
    } else {
        EQUIVALENT
    }
}

/// One side in short: what was read, and what of it was left out of the comparison.
pub(crate) fn side(target: String, configs: &Configs, alone: Vec<String>) -> ComparedSide {
    let devices = configs.readings.iter().flat_map(|reading| &reading.devices);
    let mut sums: BTreeMap<(Disposition, &str), u64> = BTreeMap::new();
    let tallies: Vec<Tally> = configs.readings.iter().map(dialect::Reading::tally).collect();
    for (fate, statements) in tallies.iter().flat_map(|tally| &tally.fates) {
        if matches!(fate.disposition, Disposition::Unsupported | Disposition::Unrecognized)
            && *statements > 0
        {
            *sums.entry((fate.disposition, fate.reason.code().0)).or_default() += statements;
        }
    }
    let left_out = sums.into_iter().map(|((disposition, reason), statements)| FateCount {
        disposition: disposition.as_str().to_owned(),
        reason: reason.to_owned(),
        statements,
    });
    ComparedSide {
        target,
        devices: devices
            .map(|device| format!("{} ({})", device.name, platform_name(device.platform)))
            .collect(),
        left_out: left_out.collect(),
        contexts_alone: alone,
    }
}

/// What decides on both sides, what changes, and whether it is only possible: one difference for people.
type Key = (Rank, [u32; 3], [u32; 3]);
/// What is certain before what is only possible, and of each what is newly allowed first.
type Rank = (bool, usize);

/// The changes, the gravest first.
const CHANGES: [&str; 5] = ["allowed", "stopped", "rewritten", "leaves", "denied"];

struct Found<'a> {
    sides: (Placed<'a>, Placed<'a>),
    paired: &'a Paired,
    how: &'a How<'a>,
    /// Differences that the evaluator does not confirm: a defect of ours, never shown as a difference.
    refuted: u64,
}

/// A difference with its replayed witness.
struct Shown {
    change: &'static str,
    possible: bool,
    parts: u64,
    replayed: (Replayed, Replayed),
}

impl Found<'_> {
    /// The differences of a proof, grouped by what decides.
    fn differences(&mut self, proof: &Proof) -> Vec<Difference> {
        let mut groups: BTreeMap<Key, Shown> = BTreeMap::new();
        for differing in &proof.differences {
            let Some(shown) = self.replayed(differing) else {
                self.refuted += 1;
                continue;
            };
            let place = CHANGES.iter().position(|known| *known == shown.change);
            let rank = (shown.possible, place.unwrap_or(CHANGES.len()));
            match groups.entry((rank, order(&differing.left.1), order(&differing.right.1))) {
                Entry::Vacant(entry) => {
                    entry.insert(shown);
                }
                Entry::Occupied(mut entry) => {
                    let known = entry.get_mut();
                    let parts = known.parts + 1;
                    // The packet that assumes least says most.
                    if shown.assumptions() < known.assumptions() {
                        *known = shown;
                    }
                    known.parts = parts;
                }
            }
        }
        let (left, right) = self.sides;
        let told = |shown: Shown| Difference {
            change: shown.change.to_owned(),
            possible: shown.possible,
            parts: shown.parts,
            left: outcome(left, &shown.replayed.0),
            right: outcome(right, &shown.replayed.1),
        };
        groups.into_values().map(told).collect()
    }

    /// The witness as the evaluator sees it; `None` when both sides do the same.
    fn replayed(&self, differing: &Differing) -> Option<Shown> {
        let (left, right) = self.sides;
        let terms = |policy, side| Terms {
            policy,
            side,
            zones: &self.paired.map,
            merge_denials: self.how.merge_denials,
        };
        let one = replay(left.policy, &differing.witness, 0);
        let two = replay(right.policy, &differing.witness, 1);
        let change = change(
            &terms(left.policy, 0).becomes(&one.decision),
            &terms(right.policy, 1).becomes(&two.decision),
        )?;
        let all = |policy, side| may_become(&terms(policy, side), &differing.witness);
        let certain = all(left.policy, 0)
            .zip(all(right.policy, 1))
            .is_some_and(|(mine, theirs)| mine.iter().all(|one| !theirs.contains(one)));
        let possible = !certain;
        Some(Shown { change, possible, parts: 1, replayed: (one, two) })
    }
}

impl Shown {
    fn assumptions(&self) -> usize {
        self.replayed.0.assumed.len() + self.replayed.1.assumed.len()
    }
}

/// Rules in their order, then what is no rule.
pub(crate) fn order(by: &By) -> [u32; 3] {
    match by {
        By::Rule(base, number) => [0, base.0, *number],
        By::Default(base) => [1, base.0, 0],
        By::NoRoute => [2, 0, 0],
        By::NotGuarded => [3, 0, 0],
        By::Bypass => [4, 0, 0],
        By::NoFilter => [5, 0, 0],
    }
}
