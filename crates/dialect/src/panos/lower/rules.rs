//! Security rules, their defaults, and what an application override makes of them.

use std::collections::{HashMap, HashSet};

use policy::{
    Action, Addresses, Condition, Origin, Pair, PredicateKind, Rule, Rulebase, RulebaseId,
    Services, Stage, Verdict, Zones,
};

use super::super::config::{
    Cell, DefaultRule, Matching, OverrideRule, Scope, SecurityRule, Target, Word,
};
use super::{Context, Unit, origin};
use crate::codes;
use crate::fate::{Fate, Reason};
use crate::reading::Problem;

/// How many rules all rulebases of a context may have together, for overrides to be modelled.
const MOST_RULES: usize = 1_000_000;

/// Zones and addresses of a rule, with what makes its match uncertain.
pub(super) struct Matched {
    pub(super) from: Zones,
    pub(super) to: Zones,
    pub(super) source: Addresses,
    pub(super) destination: Addresses,
    pub(super) conditions: Vec<Condition>,
}

impl<'c, 't> Context<'c, 't, '_, '_> {
    /// All rules in their order, and the defaults.
    pub(super) fn filter(&mut self) {
        let levels = self.source.levels.clone();
        let mut security: Vec<(&str, &'c SecurityRule<'t>)> = Vec::new();
        let mut overrides: Vec<(&str, &'c OverrideRule<'t>)> = Vec::new();
        for (section, rulebase) in &levels {
            let rules = rulebase.security.iter();
            security.extend(
                rules
                    .filter(|rule| self.is_meant(rule.at.target.as_ref()))
                    .map(|rule| (section.as_str(), rule)),
            );
            let rules = rulebase.overrides.iter();
            overrides.extend(
                rules
                    .filter(|rule| self.is_meant(rule.at.target.as_ref()))
                    .map(|rule| (section.as_str(), rule)),
            );
        }
        let mut names: Vec<Word<'t>> = Vec::new();
        let mut seen: HashSet<&'t str> = HashSet::new();
        for (_, rule) in &overrides {
            if let Some(name) = rule.application
                && rule.at.enabled
                && seen.insert(name.text)
            {
                names.push(name);
            }
        }
        let most = MOST_RULES.min(self.room);
        let fits = security.len().saturating_mul(names.len() + 1) <= most;
        if !fits {
            for (_, rule) in &overrides {
                rule.at.name.node.claim_all(Fate::unsupported(Reason::OtherRuleList));
                self.say(codes::UNSUPPORTED, rule.at.name, "what");
            }
            overrides.clear();
            names.clear();
        }
        let main = self.build.rulebase(empty("security"));
        let mut layers: HashMap<&str, RulebaseId> = HashMap::new();
        for name in &names {
            let layer = self.build.rulebase(empty(&format!("security of {}", name.text)));
            layers.insert(name.text, layer);
        }
        let mut rules = Vec::with_capacity(overrides.len() + security.len() + 2);
        for (section, rule) in &overrides {
            rules.push(self.override_rule(section, rule, &layers));
        }
        self.security_rules(&security, None, &mut rules);
        self.fill(main, rules);
        for name in &names {
            let mut rules = Vec::with_capacity(security.len() + 2);
            self.security_rules(&security, Some(*name), &mut rules);
            if let Some(layer) = layers.get(name.text) {
                self.fill(*layer, rules);
            }
        }
        let guard = Addresses::Any;
        self.build.policy.filter.push(Stage { rulebase: main, end: None, guard });
    }

    fn fill(&mut self, id: RulebaseId, rules: Vec<Rule>) {
        let at = usize::try_from(id.0).unwrap_or(usize::MAX);
        if let Some(rulebase) = self.build.policy.rulebases.get_mut(at) {
            rulebase.rules = rules;
        }
    }

    fn security_rules(
        &mut self,
        list: &[(&str, &'c SecurityRule<'t>)],
        is: Option<Word<'t>>,
        into: &mut Vec<Rule>,
    ) {
        let shared = |(section, _): &&(&str, _)| *section == "shared pre";
        let after = list.iter().take_while(shared).count();
        for (at, (section, rule)) in list.iter().enumerate() {
            if at == after {
                self.missing_rules(into);
            }
            let lowered = self.security_rule(section, rule, is);
            into.push(lowered);
        }
        if after == list.len() {
            self.missing_rules(into);
        }
        let scopes = self.source.defaults.clone();
        let find = |get: fn(&Scope<'t>) -> Option<DefaultRule<'t>>| {
            scopes.iter().find_map(|scope| get(scope))
        };
        let intrazone =
            find(|scope| scope.local.intrazone.or(scope.post.intrazone).or(scope.pre.intrazone));
        let interzone =
            find(|scope| scope.local.interzone.or(scope.post.interzone).or(scope.pre.interzone));
        into.push(self.default_rule("intrazone-default", intrazone, Verdict::Accept));
        into.push(self.default_rule("interzone-default", interzone, Verdict::Deny));
    }

    /// Rules of a parent group that the file does not have: each packet may be decided there.
    fn missing_rules(&mut self, into: &mut Vec<Rule>) {
        let Some(parent) = self.source.missing else { return };
        for verdict in [Verdict::Accept, Verdict::Deny] {
            let mark = self.undefined(parent);
            let label = format!("rules of device group \"{}\"", parent.text);
            let origin = Origin::at(parent.node.span(), label);
            let mut rule = Rule::any(origin, Action::Decide(verdict));
            rule.conditions.push(one(mark));
            into.push(rule);
        }
    }

    fn default_rule(
        &mut self,
        name: &str,
        changed: Option<DefaultRule<'t>>,
        verdict: Verdict,
    ) -> Rule {
        let origin = match changed {
            Some(rule) => Origin::at(rule.name.node.span(), name),
            None => Origin::implied(name),
        };
        let mut conditions = Vec::new();
        let action = changed.and_then(|rule| rule.action);
        let verdict = match (action, changed) {
            (Some(action), Some(rule)) => {
                self.verdict(action, rule.icmp_unreachable, &mut conditions)
            }
            _ => verdict,
        };
        let mut rule = Rule::any(origin, Action::Decide(verdict));
        rule.pair = if name == "intrazone-default" { Pair::Same } else { Pair::Different };
        rule.conditions = conditions;
        rule.logged = changed.and_then(|rule| rule.logged).or(Some(false));
        rule
    }

    fn security_rule(
        &mut self,
        section: &str,
        from: &SecurityRule<'t>,
        is: Option<Word<'t>>,
    ) -> Rule {
        let kind = from.kind.map_or("universal", |word| word.text);
        let matched = self.matched(&from.at, kind == "intrazone");
        let mut conditions = matched.conditions;
        let origin = origin(from.at.name, "security rule", from.at.comment);
        let verdict = match from.action {
            Some(action) => self.verdict(action, from.icmp_unreachable, &mut conditions),
            None => {
                let mark = self.unreadable(from.at.name, Reason::ActionKind);
                conditions.push(one(mark));
                Verdict::Deny
            }
        };
        let mut rule = Rule::any(origin, Action::Decide(verdict));
        rule.pair = match kind {
            "universal" => Pair::Any,
            "intrazone" => Pair::Same,
            "interzone" => Pair::Different,
            _ => {
                let word = from.kind.unwrap_or(from.at.name);
                conditions.push(one(self.unreadable(word, Reason::MatchOption)));
                Pair::Any
            }
        };
        let services = self.written(&from.service, "service", from.at.name, &mut conditions);
        let applications =
            self.written(&from.application, "application", from.at.name, &mut conditions);
        match self.services_and_applications(&services, &applications, is) {
            Some((services, condition)) => {
                rule.services = services;
                conditions.extend(condition);
            }
            // It is for other applications than the one that is known: never.
            None => conditions.push(Condition { any_of: Vec::new(), negated: false }),
        }
        for (kind, words) in &from.conditions {
            let any_of = words.iter().map(|word| self.named(*kind, word.text, *word)).collect();
            conditions.push(Condition { any_of, negated: false });
        }
        if let Some(schedule) = from.schedule {
            let condition = self.schedule(schedule);
            conditions.push(condition);
        }
        rule.section = section.into();
        rule.enabled = from.at.enabled;
        rule.from = matched.from;
        rule.to = if kind == "intrazone" { Zones::Any } else { matched.to };
        rule.source = matched.source;
        rule.destination = matched.destination;
        rule.conditions = conditions;
        rule.inspection = from.inspection.iter().map(|name| (*name).into()).collect();
        rule.logged = from.logged.or(Some(true));
        rule
    }

    fn override_rule(
        &mut self,
        section: &str,
        from: &OverrideRule<'t>,
        layers: &HashMap<&str, RulebaseId>,
    ) -> Rule {
        let matched = self.matched(&from.at, false);
        let mut conditions = matched.conditions;
        let layer = from.application.and_then(|name| layers.get(name.text).copied());
        let action = layer.map_or(Action::Continue, Action::Layer);
        let mut rule =
            Rule::any(origin(from.at.name, "application override", from.at.comment), action);
        rule.services = match from.wrong {
            Some(node) => {
                let word = Word { text: node.word(0), node };
                Services::Unknown(self.unreadable(word, Reason::InvalidValue))
            }
            None => self.port_terms(&from.ports, from.at.name),
        };
        rule.section = section.into();
        rule.enabled = from.at.enabled;
        rule.from = matched.from;
        rule.to = matched.to;
        rule.source = matched.source;
        rule.destination = matched.destination;
        rule.conditions.append(&mut conditions);
        rule
    }

    fn schedule(&mut self, word: Word<'t>) -> Condition {
        let found = self.source.scopes.iter().find_map(|scope| scope.schedules.get(word.text));
        match found {
            Some((_, times)) => one(self.named(PredicateKind::Schedule, times, word)),
            None => one(self.undefined(word)),
        }
    }

    fn verdict(
        &mut self,
        action: Word<'t>,
        told: bool,
        conditions: &mut Vec<Condition>,
    ) -> Verdict {
        match action.text {
            "allow" => Verdict::Accept,
            "deny" => Verdict::Deny,
            "drop" if told => Verdict::Reject,
            "drop" => Verdict::Drop,
            "reset-both" | "reset-client" | "reset-server" => Verdict::Reject,
            _ => {
                conditions.push(one(self.unreadable(action, Reason::ActionKind)));
                Verdict::Deny
            }
        }
    }

    // --- What all rules have ---

    /// The words of a cell. Devices refuse rules where one is missing or empty: what such a rule means is not known.
    pub(super) fn written(
        &mut self,
        cell: &Cell<'t>,
        name: &'static str,
        rule: Word<'t>,
        conditions: &mut Vec<Condition>,
    ) -> Vec<Word<'t>> {
        match cell {
            Some(words) if !words.is_empty() => words.clone(),
            _ => {
                let meaning = format!("no {name}");
                let args = vec![("value", meaning.clone())];
                let problem = Problem::error(codes::INVALID_VALUE, rule.node.span(), args);
                self.problems.push(problem);
                let label = Origin::at(rule.node.span(), rule.text);
                let mark = self.build.fresh(PredicateKind::Unreadable, meaning, label);
                conditions.push(one(mark));
                vec![Word { text: "any", node: rule.node }]
            }
        }
    }

    /// Zones, addresses and marks of a rule.
    pub(super) fn matched(&mut self, at: &Matching<'t>, one_zone: bool) -> Matched {
        let mut conditions = Vec::new();
        for node in &at.unclear {
            let word = Word { text: node.word(0), node: *node };
            let args = vec![("what", word.text.to_owned())];
            self.problems.push(Problem::error(codes::UNSUPPORTED, node.span(), args));
            let origin = Origin::at(node.span(), word.text);
            let mark = self.build.fresh(PredicateKind::Unreadable, word.text, origin);
            conditions.push(one(mark));
        }
        let source = self.written(&at.source, "source", at.name, &mut conditions);
        let destination = self.written(&at.destination, "destination", at.name, &mut conditions);
        let from = self.written(&at.from, "from", at.name, &mut conditions);
        let to = match (&at.to, one_zone) {
            (None, true) => vec![Word { text: "any", node: at.name.node }],
            (cell, _) => self.written(cell, "to", at.name, &mut conditions),
        };
        let source = self.side(&source, at.negate_source, &mut conditions);
        let destination = self.side(&destination, at.negate_destination, &mut conditions);
        let (from, also_from) = self.zone_cell(&from);
        let (to, also_to) = self.zone_cell(&to);
        if let Some(target) = &at.target {
            conditions.extend(self.target(target));
        }
        Matched {
            from,
            to,
            source: both(source, also_from),
            destination: both(destination, also_to),
            conditions,
        }
    }

    fn side(
        &mut self,
        words: &[Word<'t>],
        negated: bool,
        conditions: &mut Vec<Condition>,
    ) -> Addresses {
        let cell = self.address_cell(words);
        if !negated {
            return cell;
        }
        if cell == Addresses::Any
            && let Some(word) = words.first()
        {
            // Not accepted by the device; what it would mean is not known.
            conditions.push(one(self.unreadable(*word, Reason::InvalidValue)));
            return cell;
        }
        cell.negated()
    }

    /// Zones by name; and, for names that no zone has, the set of addresses behind the others or behind them.
    fn zone_cell(&mut self, words: &[Word<'t>]) -> (Zones, Option<Addresses>) {
        if words.iter().any(|word| word.text == "any") {
            return (Zones::Any, None);
        }
        let mut ids = Vec::new();
        let mut unknown = Vec::new();
        for word in words {
            match self.build.zone_named(word.text) {
                Some(id) => ids.push(id),
                None if self.source.zones.is_empty() || word.text == "multicast" => {
                    let origin = Origin::at(word.node.span(), word.text);
                    ids.push(self.build.zone(word.text, &origin));
                }
                None => unknown.push(Addresses::Unknown(self.undefined(*word))),
            }
        }
        if unknown.is_empty() {
            return (Zones::Of(ids), None);
        }
        unknown.extend(ids.into_iter().map(Addresses::Zone));
        (Zones::Any, Some(Addresses::union(unknown)))
    }

    // --- Targets ---

    /// Whether a rule is for the device of this context, or may be.
    pub(super) fn is_meant(&self, target: Option<&Target<'t>>) -> bool {
        let (Some(target), Unit::Device(serial, system)) = (target, &self.source.unit) else {
            return true;
        };
        if !target.tags.is_empty() {
            return true;
        }
        names(target, serial, *system) != target.negate
    }

    /// The condition that the device is one of those that the rule is for.
    fn target(&mut self, target: &Target<'t>) -> Option<Condition> {
        match self.source.unit {
            Unit::Firewall => return None,
            Unit::Device(..) if target.tags.is_empty() => return None,
            Unit::Device(..) | Unit::Open => {}
        }
        let mut any_of = Vec::new();
        for (serial, systems) in &target.devices {
            let list: Vec<&str> = systems.iter().map(|word| word.text).collect();
            let meaning = format!("serial {} {}", serial.text, list.join(" "));
            any_of.push(self.named(PredicateKind::Device, meaning.trim(), *serial));
        }
        for tag in &target.tags {
            let meaning = format!("device tag {}", tag.text);
            any_of.push(self.named(PredicateKind::Device, &meaning, *tag));
        }
        Some(Condition { any_of, negated: target.negate })
    }
}

/// Whether a target lists the device.
pub(super) fn names(target: &Target<'_>, serial: &str, system: Option<&str>) -> bool {
    target.devices.iter().any(|(device, systems)| {
        let system_named = systems.is_empty()
            || system.is_none_or(|system| systems.iter().any(|word| word.text == system));
        device.text == serial && system_named
    })
}

fn both(cell: Addresses, also: Option<Addresses>) -> Addresses {
    match also {
        None => cell,
        Some(also) => Addresses::Common(vec![cell, also]),
    }
}

pub(super) fn one(predicate: policy::PredicateId) -> Condition {
    Condition { any_of: vec![predicate], negated: false }
}

fn empty(name: &str) -> Rulebase {
    Rulebase {
        name: name.into(),
        rules: Vec::new(),
        default: Verdict::Deny,
        default_origin: Origin::implied("interzone-default"),
    }
}
