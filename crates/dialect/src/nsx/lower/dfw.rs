//! The distributed firewall: one context.
//!
//! It stands at both ends of a flow: what leaves a workload and what arrives at one is checked, and both must allow it. Each end has
//! the Ethernet rules first, then all others.

use policy::{
    Action, Addresses, Condition, End, Ends, Interface, Origin, Policy, PredicateKind, Route,
    Routing, Rulebase, RulebaseId, Span, Stage, Verdict,
};

use super::order::{APPLICATION, Placed, ethernet, missing_rules, rules, sections};
use super::rules::Does;
use super::{Context, Index, is_any};
use crate::codes;
use crate::facts::PlatformFacts;
use crate::nsx::config::{Rule, Section};
use crate::nsx::say::Say;

/// Lowers the distributed firewall.
pub(super) fn lower(index: &Index<'_, '_>, facts: &PlatformFacts, say: &mut Say) -> Policy {
    let mut context = Context::new(index, facts, say, "distributed firewall".to_owned());
    context.network();
    if let Some(span) = index.config.firewall_off {
        context.say.warning(codes::MODE, span, "mode", "distributed firewall disabled");
        return context.builder.policy;
    }
    let guard = context.guard();
    let link = ethernet(index, context.say);
    let link = context.rulebase("Ethernet", &link, true);
    let above = sections(index, false, context.say);
    let above = context.rulebase("distributed firewall", &above, false);
    for end in [End::Source, End::Destination] {
        for rulebase in [link, above].into_iter().flatten() {
            let stage = Stage { rulebase, end: Some(end), guard: guard.clone() };
            context.builder.policy.filter.push(stage);
        }
    }
    context.builder.policy
}

impl<'c> Context<'c, '_, '_> {
    /// The firewall is everywhere and routes nothing: one stand-in for all of the network.
    fn network(&mut self) {
        let origin = Origin::implied("network");
        let zone = self.builder.zone("network", &origin);
        let interface = self.builder.interface(Interface {
            name: "network".into(),
            zone,
            addresses: Vec::new(),
            stand_in: true,
            origin: origin.clone(),
        });
        for all in ["0.0.0.0/0", "::/0"] {
            if let Some(prefix) = policy::parse_prefix(all) {
                let interface = Some(interface);
                let origin = origin.clone();
                self.builder.policy.routes.push(Route { prefix, interface, distance: 0, origin });
            }
        }
        self.builder.policy.routing = Routing::Complete;
    }

    /// Who has a firewall: the workloads that are not excluded.
    fn guard(&mut self) -> Addresses {
        let config = self.index.config;
        let regular = |kind: &str| matches!(kind, "" | "REGULAR");
        let machines = || config.machines.iter().filter(|machine| regular(machine.kind));
        let mut ranges: Vec<_> =
            machines().flat_map(|machine| machine.addresses.iter().copied()).collect();
        ranges.sort_unstable();
        ranges.dedup();
        let origin = Origin::implied("workload");
        let open = self.builder.unknown(PredicateKind::Dynamic, "workload", origin);
        let mut workloads = Addresses::Unknown(open);
        if !ranges.is_empty() {
            let mut sets: Vec<Addresses> = ranges.into_iter().map(Addresses::Range).collect();
            if machines().any(|machine| machine.addresses.is_empty()) {
                // Some machine's addresses are not told: others may be workloads too.
                sets.push(workloads);
            }
            let id = self.builder.address(
                "workloads",
                Origin::implied("workloads"),
                Addresses::Union(sets),
            );
            workloads = Addresses::Object(id);
        }
        if config.excluded.is_empty() {
            return workloads;
        }
        let excluded = config.excluded.iter().map(|value| self.applied_to(*value)).collect();
        workloads.except(Addresses::union(excluded))
    }

    fn rulebase(&mut self, name: &str, sections: &[Placed<'c>], link: bool) -> Option<RulebaseId> {
        if link && sections.is_empty() {
            return None;
        }
        let mut list: Vec<policy::Rule> = Vec::new();
        let mut jumps: Vec<usize> = Vec::new();
        let mut application = None;
        let mut has_default = false;
        for placed in sections {
            if placed.category >= APPLICATION && application.is_none() {
                application = Some(list.len());
            }
            let of_section = rules(self.index, placed.section, self.say);
            if missing_rules(placed.section, of_section.len(), self.say) {
                self.add_missing(placed.section, &mut list);
            }
            for rule in of_section {
                has_default |= placed.section.is_default && is_any(&rule.sources);
                self.add(placed, rule, link, &mut list, &mut jumps);
            }
            self.add_own_default(placed.section, &mut list);
        }
        let application = application.unwrap_or(list.len());
        for jump in jumps {
            self.resolve_jump(jump, application, &mut list);
        }
        if !has_default {
            let what = if link { "default Ethernet rule: allow" } else { "default rule: allow" };
            self.say.assumed(None, what);
        }
        Some(self.builder.rulebase(Rulebase {
            name: name.into(),
            rules: list,
            // What the product is delivered with; a default rule of the export comes before it.
            default: Verdict::Accept,
            default_origin: Origin::implied("default rule"),
        }))
    }

    fn add(
        &mut self,
        placed: &Placed<'c>,
        rule: &'c Rule<'c>,
        link: bool,
        list: &mut Vec<policy::Rule>,
        jumps: &mut Vec<usize>,
    ) {
        let section = placed.section;
        let (mut lowered, does) = self.rule(section, rule, link);
        if let Some(category) = section.category.filter(|_| placed.unknown_category) {
            self.mark(&mut lowered, category.span(), "category");
        }
        let direction = self.direction(rule, &mut lowered);
        let scope = self.scope(section, rule);
        lowered.ends = Some(Box::new(Ends {
            outbound: direction.outbound,
            inbound: direction.inbound,
            scope,
        }));
        match does {
            Does::Decides(verdict) => {
                lowered.action = Action::Decide(verdict);
                list.push(lowered);
            }
            Does::Jumps => {
                jumps.push(list.len());
                list.push(lowered);
            }
            Does::Open => list.extend(self.open_rules(lowered, rule.meta.span)),
        }
    }

    fn mark(&mut self, rule: &mut policy::Rule, span: Span, label: &str) {
        let open = self.unreadable(span, label);
        rule.conditions.push(Condition { any_of: vec![open], negated: false });
    }

    /// Where the rule exists. "This scope will take precedence over rule level scope" (SecurityPolicy.scope).
    fn scope(&mut self, section: &'c Section<'c>, rule: &'c Rule<'c>) -> Addresses {
        if section.absent {
            // What the policy is applied to is not known, and would count.
            return Addresses::Any;
        }
        let values = if is_any(&section.scope) { &rule.scope } else { &section.scope };
        if is_any(values) {
            return Addresses::Any;
        }
        Addresses::union(values.iter().map(|value| self.applied_to(*value)).collect())
    }

    /// Rules that the manager counts and the export has not: at the beginning of their policy: nobody knows
    /// where they stand, and there they may decide about whatever reaches the policy.
    fn add_missing(&mut self, section: &'c Section<'c>, list: &mut Vec<policy::Rule>) {
        let label = format!("rules of {} that are missing", section.meta.name);
        let rule = policy::Rule::any(Origin::at(section.meta.span, label), Action::Continue);
        list.extend(self.open_rules(rule, section.meta.span));
    }

    /// The default rule that a connectivity preference makes. Its place among the rules is not documented.
    fn add_own_default(&mut self, section: &'c Section<'c>, list: &mut Vec<policy::Rule>) {
        let Some(value) = section.connectivity else { return };
        let text = value.text();
        let verdict = if text.starts_with("ALLOWLIST") || text.starts_with("WHITELIST") {
            Verdict::Drop
        } else {
            Verdict::Accept
        };
        self.say.warning(codes::UNSUPPORTED, value.span(), "name", text);
        let label = format!("default rule of {}", section.meta.name);
        let mut rule = policy::Rule::any(Origin::at(value.span(), label), Action::Decide(verdict));
        self.mark(&mut rule, value.span(), text);
        let sets = section.scope.iter().map(|value| self.applied_to(*value)).collect();
        let scope = if is_any(&section.scope) { Addresses::Any } else { Addresses::union(sets) };
        rule.ends = Some(Box::new(Ends { outbound: true, inbound: true, scope }));
        list.push(rule);
    }

    /// Jumps lead forward; one that stands among or after the rules for applications is not allowed by the manager.
    fn resolve_jump(&mut self, at: usize, application: usize, list: &mut [policy::Rule]) {
        let to = u32::try_from(application).unwrap_or(u32::MAX);
        let Some(rule) = list.get_mut(at) else { return };
        if at < application {
            rule.action = Action::SkipTo(to);
            return;
        }
        let span = rule.origin.span.unwrap_or_default();
        self.say.error(codes::UNSUPPORTED, span, "name", "JUMP_TO_APPLICATION");
        // It has nowhere to jump to: the rest goes on.
        rule.action = Action::Continue;
    }
}
