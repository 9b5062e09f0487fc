//! Rules that decide nothing of their own, rules that can go together, and rules whose order matters, exactly: by all that stands
//! around them, not by their looks.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use dialect::{Disposition, Reading};
use model::diagnostic::{Code, Severity};
use policy::{By, Device, Origin, Policy};
use proof::analysis::{Correlated, Correlation, Examined, Idle, Removable, Review, RuleAt};
use proof::analysis::{Wanted, examine};

use super::checked::written;
use super::pairing::Placed;
use super::replay::{outcome, replay};
use super::spots::line_of;

/// Earlier rules decide everything that the rule matches.
pub(crate) const SHADOWED: Code = Code("review/shadowed-rule");
/// Without the rule the same would happen.
pub(crate) const REDUNDANT: Code = Code("review/redundant-rule");
/// No packet comes to the rule that it could match.
pub(crate) const UNREACHED: Code = Code("review/unreached-rule");
/// The order of the rule and a later one matters: each matches what the other does not, and they do the opposite.
pub(crate) const CORRELATED: Code = Code("review/correlated-rules");
/// There are more pairs of such rules than are listed.
pub(crate) const CORRELATED_MORE: Code = Code("review/correlated-more");
/// Rules can go together.
pub(crate) const REMOVABLE: Code = Code("review/removable-rules");
/// A limit left it open whether rules are needed.
pub(crate) const NOT_ANALYSED: Code = Code("review/not-analysed");

/// What there is to say about one rule.
pub(crate) struct Found {
    /// Which rule.
    pub(crate) at: RuleAt,
    /// What.
    pub(crate) code: Code,
    /// How grave.
    pub(crate) severity: Severity,
    /// Values for the placeholders of the text.
    pub(crate) args: BTreeMap<String, String>,
}

/// What the exact analysis of a context says.
#[derive(Default)]
pub(crate) struct Exact {
    /// About rules.
    pub(crate) found: Vec<Found>,
    /// Why not everything was looked at: limits, by name, and how many rules that leaves open; `None` when all was.
    pub(crate) open: Option<(u64, String)>,
    /// Rules that can go together: proved.
    pub(crate) removable: Vec<RuleAt>,
    /// What there is to say about the rules as a whole.
    pub(crate) said: Vec<(Code, BTreeMap<String, String>)>,
    /// Whether the rule was looked at; about the others only their looks tell.
    skipped: Vec<RuleAt>,
    whole: bool,
}

impl Exact {
    /// Nothing was looked at, because there are so many rules.
    pub(crate) fn too_many(rules: u64, limit: String) -> Self {
        Self { open: Some((rules, limit)), ..Self::default() }
    }

    /// Whether this rule was looked at.
    pub(crate) fn looked_at(&self, at: RuleAt) -> bool {
        self.whole && !self.skipped.contains(&at)
    }
}

/// Looks at the rules of a context.
pub(crate) fn idle(reading: &Reading, device: &Device, policy: &Policy) -> Exact {
    let doubtful = Doubtful::of(reading, policy);
    // On some platforms a translation acts because a rule names it: without the rule it may not.
    let may = |at: RuleAt| {
        rule(policy, at).is_some_and(|rule| {
            doubtful.proposable(&rule.origin) && !rule.destination.names_translation(policy)
        })
    };
    let wanted = Wanted { correlated: Some(PAIRS), removable: Some(&may) };
    // A defect of ours costs this part of the check, not the others.
    let Ok(found) = catch_unwind(AssertUnwindSafe(|| examine(policy, wanted))) else {
        return Exact { open: Some((rules(policy), "defect".to_owned())), ..Exact::default() };
    };
    let Examined { review: Review { idle, open, exceeded }, correlated, removable } = found;
    if !exceeded.is_empty() {
        let mut limits: Vec<String> = exceeded.iter().map(|one| one.0.replace(' ', "-")).collect();
        limits.sort_unstable();
        limits.dedup();
        return Exact { open: Some((rules(policy), limits.join(" "))), ..Exact::default() };
    }
    let teller = Teller { reading, device, policy };
    let left = u64::try_from(open.len()).unwrap_or(u64::MAX);
    let mut exact = Exact {
        found: idle.iter().filter_map(|(at, idle)| teller.found(*at, idle)).collect(),
        open: (left > 0).then(|| (left, "splits-of-one-cover".to_owned())),
        skipped: open,
        whole: true,
        ..Exact::default()
    };
    teller.correlated(&correlated.unwrap_or_default(), &mut exact);
    teller.removable(removable.unwrap_or_default(), &mut exact);
    exact
}

/// How many pairs of rules whose order matters are listed.
const PAIRS: usize = 100;

fn rule(policy: &Policy, (base, number): RuleAt) -> Option<&policy::Rule> {
    policy.rulebase(base)?.rules.get(usize::try_from(number).ok()?)
}

/// Where statements stand that were not understood, and where rules begin.
struct Doubtful {
    /// File and first byte, sorted.
    statements: Vec<(u16, u32)>,
    rules: Vec<(u16, u32)>,
}

impl Doubtful {
    fn of(reading: &Reading, policy: &Policy) -> Self {
        let bad = |disposition| {
            matches!(disposition, Disposition::Unsupported | Disposition::Unrecognized)
        };
        let statements = reading.trees.iter().flat_map(|tree| tree.statements());
        let statements = statements.filter(|statement| bad(statement.fate().disposition));
        let statements = statements.map(|statement| statement.span());
        let rules = policy.rulebases.iter().flat_map(|base| &base.rules);
        let rules = rules.filter_map(|rule| rule.origin.span);
        let sorted = |spans: &mut dyn Iterator<Item = policy::Span>| {
            let mut starts: Vec<_> = spans.map(|span| (span.file, span.start)).collect();
            starts.sort_unstable();
            starts
        };
        Self { statements: sorted(&mut { statements }), rules: sorted(&mut { rules }) }
    }

    /// Whether somebody wrote the rule, and all of it was understood: nothing doubtful stands between it and the next one.
    fn proposable(&self, origin: &Origin) -> bool {
        let Some(span) = origin.span else { return false };
        let start = (span.file, span.start);
        let next = self.rules.partition_point(|rule| *rule <= start);
        let doubt = self.statements.partition_point(|statement| *statement < start);
        match (self.statements.get(doubt), self.rules.get(next)) {
            (None, _) => true,
            (Some(doubt), _) if doubt.0 != span.file => true,
            (Some(doubt), Some(next)) => doubt >= next && doubt.1 >= span.end,
            (Some(doubt), None) => doubt.1 >= span.end.max(span.start + AFTER_LAST),
        }
    }
}

/// How many bytes behind the beginning of the last rule of a file may still belong to it.
const AFTER_LAST: u32 = 16_384;

/// The enabled rules that somebody wrote.
fn rules(policy: &Policy) -> u64 {
    let all = policy.rulebases.iter().flat_map(|rulebase| &rulebase.rules);
    let written = all.filter(|rule| rule.enabled && written(rule)).count();
    u64::try_from(written).unwrap_or(u64::MAX)
}

struct Teller<'a> {
    reading: &'a Reading,
    device: &'a Device,
    policy: &'a Policy,
}

impl Teller<'_> {
    fn found(&self, at: RuleAt, idle: &Idle) -> Option<Found> {
        let (code, severity, by) = match idle {
            Idle::Never => (UNREACHED, Severity::Warning, None),
            Idle::Shadowed(by) => (SHADOWED, Severity::Warning, Some(by)),
            // A last rule that says what the default says anyway is good style.
            Idle::Redundant(by) if by.iter().all(|one| matches!(one, By::Default(_))) => {
                return None;
            }
            Idle::Redundant(by) => (REDUNDANT, Severity::Note, Some(by)),
        };
        let rules = by.map(|by| self.list(by));
        let mut args: BTreeMap<String, String> =
            rules.map(|rules| ("rules".to_owned(), rules)).into_iter().collect();
        // On some platforms a translation acts because a rule that accepts names it, whatever comes to the rule.
        let acts = rule(self.policy, at).is_some_and(|rule| {
            rule.action == policy::Action::Decide(policy::Verdict::Accept)
                && rule.destination.names_translation(self.policy)
        });
        args.insert("translation".to_owned(), if acts { "acts" } else { "none" }.to_owned());
        Some(Found { at, code, severity, args })
    }

    /// The worst pairs of rules whose order matters, and how many there are.
    fn correlated(&self, found: &Correlated, exact: &mut Exact) {
        let told = found.worst.iter().filter_map(|pair| self.pair(pair));
        let before = exact.found.len();
        exact.found.extend(told);
        let shown = u64::try_from(exact.found.len() - before).unwrap_or(u64::MAX);
        if found.pairs > shown || found.cut || found.open > 0 {
            let bound = if found.cut { "at-least" } else { "exactly" };
            let args = [
                ("pairs", found.pairs.to_string()),
                ("bound", bound.to_owned()),
                ("shown", shown.to_string()),
                ("listed", if shown > 0 { "some" } else { "none" }.to_owned()),
                ("open", found.open.to_string()),
                ("left", if found.open > 0 { "some" } else { "none" }.to_owned()),
            ];
            exact.said.push((CORRELATED_MORE, named(args)));
        }
    }

    /// A pair with its packet; `None` for what the evaluator does not confirm, or for what nobody wrote.
    fn pair(&self, pair: &Correlation) -> Option<Found> {
        let ((first, verdict), (second, otherwise)) = (pair.first, pair.second);
        let (_, later) = (written_at(self.policy, first)?, written_at(self.policy, second)?);
        let replayed = replay(self.policy, &pair.witness, 0);
        let by = By::Rule(first.0, first.1);
        if replayed.decision.steps.iter().all(|step| step.by != by) {
            return None;
        }
        let placed = Placed { reading: self.reading, device: self.device, policy: self.policy };
        let standing = if pair.possible { "possible" } else { "certain" };
        let args = [
            ("later", self.place(&later.origin)),
            ("verdict", verdict.as_str().to_owned()),
            ("otherwise", otherwise.as_str().to_owned()),
            ("standing", standing.to_owned()),
            ("packet", outcome(placed, &replayed).packet),
        ];
        let (code, severity) = (CORRELATED, Severity::Note);
        Some(Found { at: first, code, severity, args: named(args) })
    }

    /// Rules that can go together, if that is proved.
    fn removable(&self, found: Removable, exact: &mut Exact) {
        let Removable { rules, proved, cut } = found;
        if rules.is_empty() {
            return;
        }
        if !proved {
            let count = u64::try_from(rules.len()).unwrap_or(u64::MAX);
            exact.open.get_or_insert((count, "proof-of-removal".to_owned()));
            return;
        }
        let by: Vec<By> = rules.iter().map(|(base, number)| By::Rule(*base, *number)).collect();
        let bound = if cut { "at-least" } else { "exactly" };
        let args = [
            ("count", rules.len().to_string()),
            ("bound", bound.to_owned()),
            ("rules", self.list(&by)),
        ];
        exact.said.push((REMOVABLE, named(args)));
        exact.removable = rules;
    }

    /// The first few of what makes a rule idle.
    fn list(&self, by: &[By]) -> String {
        let mut shown: Vec<String> = by.iter().take(SHOWN).map(|one| self.name(one)).collect();
        if by.len() > SHOWN {
            shown.push("…".to_owned());
        }
        shown.join(", ")
    }

    fn name(&self, by: &By) -> String {
        match by {
            By::Rule(base, number) => rule(self.policy, (*base, *number))
                .map_or_else(String::new, |rule| self.place(&rule.origin)),
            By::Default(base) => {
                let base = self.policy.rulebase(*base);
                base.map_or_else(String::new, |base| self.place(&base.default_origin))
            }
            By::NoRoute => "no-route".to_owned(),
            By::NotGuarded => "not-guarded".to_owned(),
            By::Bypass => "bypass".to_owned(),
            By::NoFilter => "no-filter".to_owned(),
        }
    }

    /// A rule in the administrator's words, with its place.
    fn place(&self, origin: &Origin) -> String {
        match line_of(self.reading, origin) {
            (_, 0) => origin.label.to_string(),
            (path, line) => format!("{} ({path}:{line})", origin.label),
        }
    }
}

const SHOWN: usize = 5;

fn named<const N: usize>(args: [(&str, String); N]) -> BTreeMap<String, String> {
    args.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn written_at(policy: &Policy, at: RuleAt) -> Option<&policy::Rule> {
    rule(policy, at).filter(|rule| written(rule))
}
