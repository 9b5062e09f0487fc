//! From a reading to the record of a check.

use std::collections::{BTreeMap, HashSet};

use dialect::{Disposition, Reading};
use model::diagnostic::{Code, Severity};
use model::record::check::{Check, CheckedContext, CheckedDevice, Problem, RemovableRule, Spot};
use policy::{Device, Origin, Policy, PredicateKind, Review, Rule, RulebaseId, Span, review};

use super::idle::{
    self, CORRELATED, CORRELATED_MORE, Exact, NOT_ANALYSED, REDUNDANT, REMOVABLE, SHADOWED,
    UNREACHED,
};
use super::referred::referred;
use super::spots::{line_of, spot, spot_of};
use super::{Configs, account, args, platform_name};

/// An object that nothing in force refers to.
pub(crate) const UNUSED_ADDRESS: Code = Code("review/unused-address");
/// A service that nothing in force refers to.
pub(crate) const UNUSED_SERVICE: Code = Code("review/unused-service");
/// A rule that is switched off.
pub(crate) const DISABLED: Code = Code("review/disabled-rule");
/// A rule that an equal one precedes.
pub(crate) const DUPLICATE: Code = Code("review/duplicate-rule");
/// A rule that one with the same match and another action precedes.
pub(crate) const CONTRADICTED: Code = Code("review/contradicted-rule");
/// A rule with an empty cell.
pub(crate) const NEVER: Code = Code("review/never-matches");

/// Every code above.
pub(crate) const CODES: &[Code] = &[
    UNUSED_ADDRESS,
    UNUSED_SERVICE,
    DISABLED,
    DUPLICATE,
    CONTRADICTED,
    NEVER,
    SHADOWED,
    REDUNDANT,
    UNREACHED,
    CORRELATED,
    CORRELATED_MORE,
    REMOVABLE,
    NOT_ANALYSED,
];

/// The record of all that was read; of each fate and file at most so many statements are in it.
/// With `quick`, rules are judged by their looks alone; with `all`, contexts of any size are analysed.
pub(crate) fn check(
    configs: &Configs,
    wanted: &[Disposition],
    most: usize,
    (quick, all): (bool, bool),
) -> Check {
    let mut check = Check { not_read: configs.not_read.clone(), ..Check::default() };
    for reading in &configs.readings {
        check.files.extend(account::files(reading));
        check.statements.extend(account::statements(reading, wanted, most));
        check.problems.extend(reading.problems.iter().map(|one| problem(reading, one)));
        for found in &reading.devices {
            let mut told = device(reading, found);
            let contexts = &mut told.contexts;
            let problems = &mut check.problems;
            Reviewer { reading, device: found, quick, all, problems, contexts }.review();
            check.devices.push(told);
        }
    }
    check
}

/// What reading said.
pub(crate) fn problem(reading: &Reading, said: &dialect::Problem) -> Problem {
    Problem {
        code: said.code.0.to_owned(),
        severity: said.severity.as_str().to_owned(),
        args: args(said),
        place: said.span.and_then(|span| spot(reading, span)),
        ..Problem::default()
    }
}

/// Whether there is anything that somebody must look at.
pub(crate) fn has_findings(check: &Check, configs: &Configs) -> bool {
    let bad = [Disposition::Unsupported.as_str(), Disposition::Unrecognized.as_str()];
    let lost = |fate: &str| bad.contains(&fate);
    let mut fates = check.files.iter().flat_map(|file| &file.fates);
    let review = |code: &str| {
        [DUPLICATE, CONTRADICTED, NEVER, SHADOWED, UNREACHED].iter().any(|one| one.0 == code)
    };
    let grave = |problem: &Problem| problem.severity == "error" || review(&problem.code);
    fates.any(|fate| lost(&fate.disposition) && fate.statements > 0)
        || check.problems.iter().any(grave)
        || configs.readings.iter().flat_map(|reading| &reading.devices).any(marked)
}

/// Whether somebody wrote the rule; the others are what the platform implies.
pub(crate) fn written(rule: &Rule) -> bool {
    rule.origin.span.is_some()
}

/// Whether something that is written could not be read or is nowhere defined, so that a rule may match or not.
fn marked(device: &Device) -> bool {
    let mut predicates = device.contexts.iter().flat_map(|context| &context.predicates);
    let marks = [PredicateKind::Undefined, PredicateKind::Unreadable];
    predicates.any(|one| marks.contains(&one.kind) && one.origin.span.is_some())
}

fn device(reading: &Reading, device: &Device) -> CheckedDevice {
    CheckedDevice {
        name: device.name.to_string(),
        platform: device.platform.to_owned(),
        platform_name: platform_name(device.platform),
        model: device.model.to_string(),
        version: device.version.to_string(),
        files: reading.trees.iter().map(|tree| tree.path().to_owned()).collect(),
        contexts: device.contexts.iter().map(context).collect(),
    }
}

fn context(policy: &Policy) -> CheckedContext {
    let rules = || policy.rulebases.iter().flat_map(|rulebase| &rulebase.rules);
    let nat = || policy.nat.passes.iter().flat_map(|pass| &pass.rules);
    let mut predicates: BTreeMap<String, u64> = BTreeMap::new();
    for predicate in &policy.predicates {
        *predicates.entry(predicate.kind.as_str().to_owned()).or_default() += 1;
    }
    let count = |length: usize| length as u64;
    CheckedContext {
        name: policy.context.to_string(),
        rules_enabled: count(rules().filter(|rule| rule.enabled && written(rule)).count()),
        rules_implied: count(rules().filter(|rule| rule.enabled && !written(rule)).count()),
        rules_disabled: count(rules().filter(|rule| !rule.enabled).count()),
        rulebases: count(policy.rulebases.len()),
        nat_enabled: count(nat().filter(|rule| rule.enabled).count()),
        nat_disabled: count(nat().filter(|rule| !rule.enabled).count()),
        addresses: count(policy.addresses.len()),
        services: count(policy.services.len()),
        zones: count(policy.zones.len()),
        interfaces: count(policy.interfaces.iter().filter(|one| !one.stand_in).count()),
        routes: count(policy.routes.len()),
        predicates,
        removable: Vec::new(),
    }
}

/// Contexts with more enabled rules are analysed only on request: reading stays a matter of seconds.
const EXACT_RULES: usize = 5_000;

/// Says what stands in a device and does nothing.
struct Reviewer<'a> {
    reading: &'a Reading,
    device: &'a Device,
    quick: bool,
    all: bool,
    problems: &'a mut Vec<Problem>,
    contexts: &'a mut [CheckedContext],
}

impl Reviewer<'_> {
    fn review(&mut self) {
        let reviews: Vec<Review> = self.device.contexts.iter().map(review).collect();
        let contexts = self.device.contexts.iter().zip(&reviews);
        for (index, (context, review)) in contexts.clone().enumerate() {
            let removable = self.rules(context, review);
            if let Some(told) = self.contexts.get_mut(index) {
                told.removable = removable;
            }
        }
        // An object that several contexts share is unused when none of them uses it.
        let mut used: HashSet<Span> = HashSet::new();
        for (context, review) in contexts.clone() {
            let spans = |origins: Vec<&Origin>, used: &[bool]| -> Vec<Span> {
                let of = origins.into_iter().zip(used).filter(|(_, used)| **used);
                of.filter_map(|(origin, _)| origin.span).collect()
            };
            let addresses = context.addresses.iter().map(|object| &object.origin).collect();
            let services = context.services.iter().map(|object| &object.origin).collect();
            used.extend(spans(addresses, &review.addresses_used));
            used.extend(spans(services, &review.services_used));
        }
        // What no policy models may use it, too.
        used.extend(referred(self.reading, self.device, &used));
        let mut said: HashSet<Span> = used;
        for (context, _) in contexts {
            let name = &context.context;
            for object in &context.addresses {
                self.unused(name, UNUSED_ADDRESS, &object.name, &object.origin, &mut said);
            }
            for object in &context.services {
                self.unused(name, UNUSED_SERVICE, &object.name, &object.origin, &mut said);
            }
        }
    }

    /// Says that an object is unused, once for each place. What the vendor predefines stands nowhere and is not spoken of.
    fn unused(
        &mut self,
        context: &str,
        code: Code,
        name: &str,
        origin: &Origin,
        said: &mut HashSet<Span>,
    ) {
        if origin.span.is_some_and(|span| said.insert(span)) {
            let place = spot_of(self.reading, origin);
            self.say(code, Severity::Note, context, name, place, BTreeMap::new());
        }
    }

    /// What there is to say about the rules of a context. Those that can go together.
    fn rules(&mut self, context: &Policy, review: &Review) -> Vec<RemovableRule> {
        let name = &context.context;
        let get = |(base, at): (RulebaseId, u32)| rule(context, base, at);
        for found in review.disabled.iter().filter_map(|at| get(*at)) {
            self.say_rule(DISABLED, Severity::Note, name, found, BTreeMap::new());
        }
        let rules = context.rulebases.iter().flat_map(|base| &base.rules);
        let rules = rules.filter(|rule| rule.enabled).count();
        let exact = if self.quick {
            Exact::default()
        } else if rules > EXACT_RULES && !self.all {
            let limit = format!("{EXACT_RULES} rules in a context, unless --exact");
            Exact::too_many(rules as u64, limit)
        } else {
            idle::idle(self.reading, self.device, context)
        };
        self.exact(context, review, &exact);
        for (base, at, earlier, same) in &review.repeated {
            // The exact analysis knows more.
            if exact.looked_at((*base, *at)) {
                continue;
            }
            let (Some(found), Some(first)) = (get((*base, *at)), get((*base, *earlier))) else {
                continue;
            };
            let (path, line) = line_of(self.reading, &first.origin);
            let shown = if line == 0 {
                first.origin.label.to_string()
            } else {
                format!("{} ({path}:{line})", first.origin.label)
            };
            let code = if *same { DUPLICATE } else { CONTRADICTED };
            let args = BTreeMap::from([("earlier".to_owned(), shown)]);
            self.say_rule(code, Severity::Warning, name, found, args);
        }
        for (base, at, cell) in &review.never {
            let Some(found) = get((*base, *at)) else { continue };
            let args = BTreeMap::from([("cell".to_owned(), cell.as_str().to_owned())]);
            self.say_rule(NEVER, Severity::Warning, name, found, args);
        }
        exact.removable.iter().filter_map(|at| self.removable(context, *at)).collect()
    }

    fn removable(&self, context: &Policy, (base, at): (RulebaseId, u32)) -> Option<RemovableRule> {
        let found = rule(context, base, at)?;
        let (path, line) = line_of(self.reading, &found.origin);
        Some(RemovableRule {
            rulebase: context.rulebase(base)?.name.to_string(),
            number: u64::from(at) + 1,
            name: found.origin.label.to_string(),
            path,
            line,
        })
    }

    /// What the exact analysis says; an empty cell is named below.
    fn exact(&mut self, context: &Policy, review: &Review, exact: &Exact) {
        for found in &exact.found {
            let (base, at) = found.at;
            let empty = review.never.iter().any(|(b, n, _)| (*b, *n) == (base, at));
            let Some(rule) = rule(context, base, at).filter(|rule| written(rule)) else { continue };
            if !(empty && found.code == UNREACHED) {
                let args = found.args.clone();
                self.say_rule(found.code, found.severity, &context.context, rule, args);
            }
        }
        for (code, args) in &exact.said {
            self.say(*code, Severity::Note, &context.context, "", None, args.clone());
        }
        if let Some((rules, limits)) = &exact.open {
            let args = [("count", rules.to_string()), ("limits", limits.clone())];
            let args = args.map(|(name, value)| (name.to_owned(), value));
            let name = &context.context;
            self.say(NOT_ANALYSED, Severity::Note, name, "", None, BTreeMap::from(args));
        }
    }

    fn say_rule(
        &mut self,
        code: Code,
        severity: Severity,
        context: &str,
        rule: &Rule,
        args: BTreeMap<String, String>,
    ) {
        let place = spot_of(self.reading, &rule.origin);
        self.say(code, severity, context, &rule.origin.label, place, args);
    }

    fn say(
        &mut self,
        code: Code,
        severity: Severity,
        context: &str,
        subject: &str,
        place: Option<Spot>,
        args: BTreeMap<String, String>,
    ) {
        self.problems.push(Problem {
            code: code.0.to_owned(),
            severity: severity.as_str().to_owned(),
            device: self.device.name.to_string(),
            context: context.to_owned(),
            subject: subject.to_owned(),
            args,
            place,
        });
    }
}

fn rule(policy: &Policy, base: RulebaseId, at: u32) -> Option<&Rule> {
    policy.rulebase(base)?.rules.get(usize::try_from(at).ok()?)
}
