//! From two policies to the record of their comparison.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};

use dialect::{Disposition, Reading, Reason, Tally};
use model::record::check::{FateCount, Statement};
use model::record::prove::{ComparedContext, ComparedSide, Difference, Undecided};
use policy::{By, Origin, Policy, PredicateKind, Rulebase, RulebaseId, Verdict, ZoneId};
use proof::certificate::Certificate;
use proof::prove::{Differing, Names, Observer, Options, Proof, order, prove_watched};
use proof::questions::as_one;

use super::account::{self, read_exactly};
use super::areas::{Areas, coverage};
use super::matrix::rule;
use super::pairing::Placed;
use super::replay::{Replayed, Terms, change, may_become, outcome, replay};
use super::spots::spot;
use super::zoning::{Paired, idle, pair_zones, zone_name};
use super::{Configs, platform_name};

/// They do the same with every packet.
pub(crate) const EQUIVALENT: &str = "equivalent";
/// They do, as far as was compared and does not take something undefined or unreadable.
pub(crate) const EXCEPT: &str = "equivalent-except";
/// They do not.
pub(crate) const DIFFERS: &str = "differs";
/// A limit left it open.
pub(crate) const GAVE_UP: &str = "gave-up";

/// How to compare.
pub(crate) struct How<'a> {
    /// Why the contexts belong together.
    pub(crate) by: &'a str,
    /// Zones that are the same, as somebody said.
    pub(crate) zones: &'a [(ZoneId, ZoneId)],
    /// Whether other zones are paired too.
    pub(crate) propose: bool,
    /// Whether all ways of stopping a packet are the same.
    pub(crate) merge_denials: bool,
    /// Whether packets to the firewall itself are left out.
    pub(crate) transit: bool,
    /// Whether packets of which a port is 0 are compared.
    pub(crate) port_zero: bool,
    /// How many differences to keep.
    pub(crate) limit: usize,
    /// Whether to keep what a checker needs.
    pub(crate) certify: bool,
    /// How many bytes the comparison may take, roughly.
    pub(crate) memory: Option<u64>,
}

/// What came of a comparison.
pub(crate) struct Compared {
    /// What people are told.
    pub(crate) context: ComparedContext,
    /// What shows that the two are the same, if it was asked for and they are.
    pub(crate) certificate: Option<Certificate>,
}

/// The two policies as they are compared: what a platform leaves open of its own accord, and nobody wrote, is the same unknown in two
/// configurations of that platform.
pub(crate) fn prepared(
    placed: Placed<'_>,
    other: Placed<'_>,
    transit: bool,
) -> (Policy, Vec<String>) {
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
    observer: &mut dyn Observer,
) -> Option<Compared> {
    let (mut mine, mut shared) = prepared(left, right, how.transit);
    let (mut theirs, shared_too) = prepared(right, left, how.transit);
    shared.retain(|name| shared_too.contains(name));
    let paired = pair_zones(&mine, &theirs, how.zones, how.propose);
    if paired.map.pairs.is_empty() {
        return None;
    }
    // What is unknown of one zone is not what is unknown of another one.
    let each_itself = paired.map.pairs.iter().all(|(one, two)| one == two);
    let same = left.policy == right.policy && left.reading.same_texts(right.reading);
    if same && each_itself {
        [&mut mine, &mut theirs].into_iter().for_each(as_one);
    }
    let (left, right) = (Placed { policy: &mine, ..left }, Placed { policy: &theirs, ..right });
    let options = Options {
        merge_denials: how.merge_denials,
        port_zero: how.port_zero,
        certify: how.certify,
        memory: how.memory,
        ..Options::default()
    };
    let proof = prove_watched(left.policy, right.policy, &paired.map, options, observer);
    let mut found = Found { sides: (left, right), paired: &paired, how, refuted: Vec::new() };
    let mut differences = found.grouped(&proof);
    let idle = idle(left.policy, &paired.left) && idle(right.policy, &paired.right);
    let names = |policy: &Policy, zones: &[ZoneId]| -> Vec<String> {
        zones.iter().map(|zone| zone_name(policy, *zone)).collect()
    };
    let mut limits: Vec<String> = proof.open.iter().map(|one| one.0.replace(' ', "-")).collect();
    limits.sort_unstable();
    limits.dedup();
    let refuted = u64::try_from(found.refuted.len()).unwrap_or(u64::MAX);
    let undecided = proof.undecided.saturating_add(refuted);
    let undecided_by = proof.undecided_by.iter().chain(&found.refuted).take(UNDECIDED);
    let undecided_by = undecided_by
        .map(|(one, two)| Undecided { left: rule(left, *one), right: rule(right, *two) });
    let differing = u64::try_from(differences.len()).unwrap_or(u64::MAX);
    let certain = differences.iter().any(|one| !one.possible);
    let verdict = if certain {
        DIFFERS
    } else if undecided > 0 || !limits.is_empty() {
        GAVE_UP
    } else if idle && differing == 0 {
        EQUIVALENT
    } else {
        // Packets that no difference lists fare the same, whatever is undefined or unreadable.
        EXCEPT
    };
    differences.truncate(how.limit);
    let differences = found.told(differences);
    let context = ComparedContext {
        left: left.name(),
        right: right.name(),
        by: how.by.to_owned(),
        verdict: verdict.to_owned(),
        zones_left: names(left.policy, &paired.left),
        zones_right: names(right.policy, &paired.right),
        zones: paired.pairs,
        zones_idle: idle,
        taken_alike: shared,
        differing,
        differences,
        undecided,
        undecided_by: undecided_by.collect(),
        limits,
        coverage: proof.coverage.iter().map(coverage).collect(),
        certificate: None,
    };
    // A difference that the evaluator does not confirm is no equality either: then there is none.
    Some(Compared { context, certificate: proof.certificate })
}

/// The verdict over all contexts and all that was left out.
pub(crate) fn verdict(contexts: &[ComparedContext], sides: [&ComparedSide; 2]) -> &'static str {
    let any = |verdict: &str| contexts.iter().any(|one| one.verdict == verdict);
    let left_out = |side: &&ComparedSide| {
        let alone = !side.contexts_alone.is_empty();
        !side.left_out.is_empty() || alone || !side.basis.is_whole()
    };
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

/// How many statements that were left out are named, of each reason and file.
const LEFT_OUT: usize = 3;

/// One side in short: what was read, and what of it was left out of the comparison. That is also what is modelled with a difference,
/// unless the other side says the same.
pub(crate) fn side(
    target: String,
    (configs, others): (&Configs, &Configs),
    alone: Vec<String>,
    transit: bool,
) -> ComparedSide {
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
    let wanted = [Disposition::Unsupported, Disposition::Unrecognized];
    let readings = configs.readings.iter();
    let statements = readings.flat_map(|reading| account::statements(reading, &wanted, LEFT_OUT));
    let mut statements: Vec<Statement> = statements.collect();
    let mut shared: HashMap<String, u64> = HashMap::new();
    let said = others.readings.iter().flat_map(Reading::approximations);
    said.for_each(|(text, ..)| *shared.entry(text).or_default() += 1);
    for reading in &configs.readings {
        for (text, fate, span) in reading.approximations() {
            if let Some(left) = shared.get_mut(&text).filter(|left| **left > 0) {
                *left -= 1;
                continue;
            }
            if transit && fate.reason == Reason::LocalTraffic {
                continue;
            }
            let sum = sums.entry((fate.disposition, fate.reason.code().0)).or_default();
            *sum += 1;
            if *sum <= LEFT_OUT as u64
                && let Some(place) = spot(reading, span)
            {
                statements.push(account::statement(fate, place));
            }
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
        statements: tallies.iter().map(Tally::statements).sum(),
        read: tallies.iter().map(read_exactly).sum(),
        left_out: left_out.collect(),
        left_out_statements: statements,
        contexts_alone: alone,
        basis: configs.basis(),
    }
}

/// How many pairs of rules that were left open are named.
const UNDECIDED: usize = 20;

/// What decides on both sides, what changes, and whether it is only possible: one difference for people.
type Key = (Rank, [u32; 3], [u32; 3]);
/// What is certain before what is only possible, and of each what is newly allowed first.
type Rank = (bool, usize);

/// How many parts of the packets of a difference are written out.
const AREAS: usize = 20;

/// The changes, the gravest first.
const CHANGES: [&str; 5] = ["allowed", "stopped", "rewritten", "leaves", "denied"];

struct Found<'a> {
    sides: (Placed<'a>, Placed<'a>),
    paired: &'a Paired,
    how: &'a How<'a>,
    /// Differences that the evaluator does not confirm: a defect of ours, never shown as a difference.
    refuted: Vec<(By, By)>,
}

/// A difference with its replayed witness.
struct Shown<'p> {
    change: &'static str,
    possible: bool,
    /// Of how many packets, as the greatest share of all packets of a family.
    share: f64,
    /// The differences of the prover that are shown as this one.
    of: Vec<&'p Differing>,
    key: Key,
    replayed: (Replayed, Replayed),
}

impl Found<'_> {
    /// The differences of a proof, grouped by what decides, the largest first among equals.
    fn grouped<'p>(&mut self, proof: &'p Proof) -> Vec<Shown<'p>> {
        let mut groups: BTreeMap<Key, Shown<'p>> = BTreeMap::new();
        for differing in &proof.differences {
            let Some(shown) = self.replayed(differing) else {
                self.refuted.push((differing.left.1, differing.right.1));
                continue;
            };
            match groups.entry(shown.key) {
                Entry::Vacant(entry) => {
                    entry.insert(shown);
                }
                Entry::Occupied(mut entry) => {
                    let known = entry.get_mut();
                    known.share = known.share.max(shown.share);
                    known.of.push(differing);
                    // The packet that assumes least says most.
                    if shown.assumptions() < known.assumptions() {
                        known.replayed = shown.replayed;
                    }
                }
            }
        }
        let mut all: Vec<Shown<'p>> = groups.into_values().collect();
        let by_rank = |one: &Shown<'_>, two: &Shown<'_>| one.key.0.cmp(&two.key.0);
        all.sort_by(|one, two| by_rank(one, two).then(two.share.total_cmp(&one.share)));
        all
    }

    /// Differences in words.
    fn told(&self, shown: Vec<Shown<'_>>) -> Vec<Difference> {
        if shown.is_empty() {
            return Vec::new();
        }
        let (left, right) = self.sides;
        let names = Names::new(left.policy, right.policy, self.how.port_zero);
        let areas = Areas { sides: self.sides, paired: self.paired, names };
        let told = |shown: Shown<'_>| {
            let all = || shown.of.iter().flat_map(|one| &one.packets.areas);
            let more: u64 = shown.of.iter().map(|one| one.packets.more).sum();
            let packets: f64 = shown.of.iter().map(|one| one.packets.count).sum();
            Difference {
                change: shown.change.to_owned(),
                possible: shown.possible,
                parts: u64::try_from(all().count()).unwrap_or(u64::MAX).saturating_add(more),
                areas: all().take(AREAS).map(|one| areas.area(one)).collect(),
                exact: shown.of.iter().all(|one| one.packets.exact),
                packets_log2: (packets.max(1.0).log2() * 10.0).round() / 10.0,
                left: outcome(left, &shown.replayed.0),
                right: outcome(right, &shown.replayed.1),
            }
        };
        shown.into_iter().map(told).collect()
    }

    /// The witness as the evaluator sees it; `None` when both sides do the same.
    fn replayed<'p>(&self, differing: &'p Differing) -> Option<Shown<'p>> {
        let (left, right) = self.sides;
        let terms = |policy, side| Terms {
            policy,
            side,
            zones: &self.paired.map,
            merge_denials: self.how.merge_denials,
        };
        let one = replay(left.policy, &differing.witness, 0);
        let two = replay(right.policy, &differing.witness, 1);
        let mine = terms(left.policy, 0).becomes(&one.decision);
        let theirs = terms(right.policy, 1).becomes(&two.decision);
        let change = change(&mine, &theirs)?;
        // Two addresses that nobody could read may be the same one.
        let open = change == "rewritten" && (mine.unread() || theirs.unread());
        let all = |policy, side| may_become(&terms(policy, side), &differing.witness);
        let certain = all(left.policy, 0)
            .zip(all(right.policy, 1))
            .is_some_and(|(mine, theirs)| mine.iter().all(|one| !theirs.contains(one)));
        // The prover looks at all packets and the evaluator at one: either may know.
        let possible = open || (!certain && !differing.certain);
        let place = CHANGES.iter().position(|known| *known == change).unwrap_or(CHANGES.len());
        let key = ((possible, place), order(&differing.left.1), order(&differing.right.1));
        let (share, of) = (differing.packets.share, vec![differing]);
        Some(Shown { change, possible, share, of, key, replayed: (one, two) })
    }
}

impl Shown<'_> {
    fn assumptions(&self) -> usize {
        self.replayed.0.assumed.len() + self.replayed.1.assumed.len()
    }
}
