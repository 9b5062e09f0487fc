//! Rules that decide nothing of their own, exactly: by all that stands around them, not by their looks.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use dialect::Reading;
use model::diagnostic::{Code, Severity};
use policy::{By, Origin, Policy, RulebaseId};
use proof::analysis::{Idle, Review, RuleAt, review};

use super::spots::line_of;

/// Earlier rules decide everything that the rule matches.
pub(crate) const SHADOWED: Code = Code("review/shadowed-rule");
/// Without the rule the same would happen.
pub(crate) const REDUNDANT: Code = Code("review/redundant-rule");
/// No packet comes to the rule that it could match.
pub(crate) const UNREACHED: Code = Code("review/unreached-rule");
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
pub(crate) fn idle(reading: &Reading, policy: &Policy) -> Exact {
    // A defect of ours costs this part of the check, not the others.
    let Ok(review) = catch_unwind(AssertUnwindSafe(|| review(policy))) else {
        return Exact { open: Some((rules(policy), "defect".to_owned())), ..Exact::default() };
    };
    let Review { idle, open, exceeded } = review;
    if !exceeded.is_empty() {
        let mut limits: Vec<String> = exceeded.iter().map(|one| one.0.replace(' ', "-")).collect();
        limits.sort_unstable();
        limits.dedup();
        return Exact { open: Some((rules(policy), limits.join(" "))), ..Exact::default() };
    }
    let teller = Teller { reading, policy };
    let left = u64::try_from(open.len()).unwrap_or(u64::MAX);
    Exact {
        found: idle.iter().filter_map(|(at, idle)| teller.found(*at, idle)).collect(),
        open: (left > 0).then(|| (left, "splits-of-one-cover".to_owned())),
        skipped: open,
        whole: true,
    }
}

/// The enabled rules that somebody wrote.
fn rules(policy: &Policy) -> u64 {
    let all = policy.rulebases.iter().flat_map(|rulebase| &rulebase.rules);
    let written = all.filter(|rule| rule.enabled && super::checked::written(rule)).count();
    u64::try_from(written).unwrap_or(u64::MAX)
}

struct Teller<'a> {
    reading: &'a Reading,
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
        let args = rules.map(|rules| ("rules".to_owned(), rules)).into_iter().collect();
        Some(Found { at, code, severity, args })
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
        let rule = |base: RulebaseId, number: u32| {
            self.policy.rulebase(base)?.rules.get(usize::try_from(number).ok()?)
        };
        match by {
            By::Rule(base, number) => {
                rule(*base, *number).map_or_else(String::new, |rule| self.place(&rule.origin))
            }
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
