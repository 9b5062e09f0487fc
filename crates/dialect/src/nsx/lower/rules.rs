//! One rule of the distributed or a gateway firewall.

use policy::{
    Action, Addresses, Condition, Family, Origin, PredicateKind, Services, Span, Verdict,
};

use super::services::Meant;
use super::{Context, is_any};
use crate::codes;
use crate::fate::{Fate, Reason};
use crate::nsx::config::{Rule, Section, Value};

/// What a rule does, before the place that it jumps to is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Does {
    Decides(Verdict),
    /// Goes on with the rules for applications.
    Jumps,
    /// The action is not known: it may let through or stop.
    Open,
}

/// A direction as seen from a workload or a gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Direction {
    pub(super) inbound: bool,
    pub(super) outbound: bool,
}

impl<'c> Context<'c, '_, '_> {
    /// The rule without where it stands. `link`: a rule of the Ethernet category.
    pub(super) fn rule(
        &mut self,
        section: &'c Section<'c>,
        rule: &'c Rule<'c>,
        link: bool,
    ) -> (policy::Rule, Does) {
        let mut conditions = Vec::new();
        for span in section.unknown.iter().chain(&rule.unknown) {
            let open = self.unreadable(*span, "unknown field");
            conditions.push(Condition { any_of: vec![open], negated: false });
        }
        if let Some(scheduler) = section.scheduler {
            let condition = self.scheduled(scheduler);
            conditions.push(condition);
        }
        let names = self.profiles(&rule.profiles, &mut conditions);
        let mut source = self.cell(&rule.sources, rule.sources_excluded, rule.meta.span, link);
        let mut destination =
            self.cell(&rule.destinations, rule.destinations_excluded, rule.meta.span, link);
        if let Some(names) = names {
            destination = both(destination, names);
        }
        let (services, ethers) = self.services_of(rule, link);
        if let Some(ethers) = ethers {
            source = both(source, ethers);
        }
        if let Some(family) = self.family(rule, &mut conditions) {
            source = both(source, Addresses::family(family));
        }
        let does = self.does(rule);
        let lowered = policy::Rule {
            section: heading(section).into(),
            enabled: !rule.disabled,
            source,
            destination,
            services,
            conditions,
            logged: rule.logged,
            ..policy::Rule::any(origin(rule), Action::Continue)
        };
        (lowered, does)
    }

    fn cell(
        &mut self,
        values: &'c [Value<'c>],
        excluded: bool,
        span: Span,
        link: bool,
    ) -> Addresses {
        if is_any(values) {
            if excluded {
                // "Not any" is nothing the manager allows; what it would do is open.
                self.say.error(codes::INVALID_VALUE, span, "value", "ANY excluded");
                return Addresses::Unknown(self.unreadable(span, "ANY excluded"));
            }
            return Addresses::Any;
        }
        let sets = values
            .iter()
            .map(|value| if link { self.link_set(*value) } else { self.referred(*value) })
            .collect();
        let set = Addresses::union(sets);
        if excluded { set.negated() } else { set }
    }

    /// Ethernet rules compare the addresses of frames, which change with every router: a group there is an unknown of its own.
    fn link_set(&mut self, value: Value<'c>) -> Addresses {
        let text = value.text();
        if text.starts_with('/') && !self.index.groups.contains_key(text) {
            return self.referred(value);
        }
        let meaning = format!("frames of {text}");
        let label =
            self.index.groups.get(text).and_then(|index| {
                self.index.config.groups.get(*index).map(|group| group.meta.name)
            });
        let label = label.unwrap_or(text);
        value.node.claim(Fate::approximated(Reason::NamedUnknown));
        self.named(PredicateKind::Mac, meaning, label, value.span())
    }

    fn services_of(&mut self, rule: &'c Rule<'c>, link: bool) -> (Services, Option<Addresses>) {
        let mut meant = Meant::default();
        // Raw entries stand beside `ANY`, which then only says that no service is named.
        if !is_any(&rule.services) {
            rule.services.iter().for_each(|service| self.service_of(*service, &mut meant));
        } else if rule.entries.is_empty() {
            return (Services::Any, None);
        }
        rule.entries.iter().for_each(|entry| self.entry(entry, &mut meant));
        if meant.ethers.is_empty() {
            return (Services::union(meant.sets), None);
        }
        let only_ethers = rule.entries.is_empty() || meant.sets.is_empty();
        if link && only_ethers && meant.sets.iter().all(|set| self.is_empty_service(set)) {
            let families = self.ether_families(&meant.ethers, rule.meta.span);
            return (Services::Any, families);
        }
        // Frame types beside ports, or above the link layer: the manager does not allow it.
        let open = self.unreadable(rule.meta.span, "EtherType");
        meant.sets.push(Services::Unknown(open));
        (Services::union(meant.sets), None)
    }

    /// Whether a service object holds frame types only.
    fn is_empty_service(&self, set: &Services) -> bool {
        match set {
            Services::Object(id) => usize::try_from(id.0)
                .ok()
                .and_then(|id| self.builder.policy.services.get(id))
                .is_some_and(|object| match &object.value {
                    Services::Union(members) => members.iter().all(|m| self.is_empty_service(m)),
                    inner => self.is_empty_service(inner),
                }),
            _ => false,
        }
    }

    fn family(&mut self, rule: &Rule<'c>, conditions: &mut Vec<Condition>) -> Option<Family> {
        let value = rule.ip_protocol?;
        match value.text() {
            "IPV4_IPV6" => None,
            "IPV4" => Some(Family::V4),
            "IPV6" => Some(Family::V6),
            _ => {
                let open = self.invalid(value);
                conditions.push(Condition { any_of: vec![open], negated: false });
                None
            }
        }
    }

    /// The direction; one that is not valid may be either, and the rule is marked.
    pub(super) fn direction(&mut self, rule: &Rule<'c>, into: &mut policy::Rule) -> Direction {
        let both = Direction { inbound: true, outbound: true };
        let Some(value) = rule.direction else { return both };
        match value.text() {
            "IN" => Direction { inbound: true, outbound: false },
            "OUT" => Direction { inbound: false, outbound: true },
            "IN_OUT" => both,
            _ => {
                let open = self.invalid(value);
                into.conditions.push(Condition { any_of: vec![open], negated: false });
                both
            }
        }
    }

    fn does(&mut self, rule: &Rule<'c>) -> Does {
        let Some(value) = rule.action else {
            self.say.error(codes::INVALID_VALUE, rule.meta.span, "value", "action");
            return Does::Open;
        };
        match value.text() {
            "ALLOW" => Does::Decides(Verdict::Accept),
            "DROP" => Does::Decides(Verdict::Drop),
            "REJECT" => Does::Decides(Verdict::Reject),
            "JUMP_TO_APPLICATION" => Does::Jumps,
            other => {
                self.say.error(codes::UNSUPPORTED, value.span(), "name", other);
                value.node.claim(Fate::unsupported(Reason::ActionKind));
                Does::Open
            }
        }
    }

    /// What may stand where something that decides is not known: lets through, stops, or is not there.
    pub(super) fn open_rules(&mut self, rule: policy::Rule, span: Span) -> [policy::Rule; 2] {
        let mut allow = rule.clone();
        let mut stop = rule;
        allow.action = Action::Decide(Verdict::Accept);
        stop.action = Action::Decide(Verdict::Drop);
        for (rule, label) in [(&mut allow, "may accept"), (&mut stop, "may drop")] {
            let open = self.unreadable(span, label);
            rule.conditions.push(Condition { any_of: vec![open], negated: false });
        }
        [allow, stop]
    }
}

/// In both sets.
pub(super) fn both(one: Addresses, other: Addresses) -> Addresses {
    match one {
        Addresses::Any => other,
        one => Addresses::Common(vec![one, other]),
    }
}

/// As people see it: category and policy.
fn heading(section: &Section<'_>) -> String {
    match section.category {
        Some(category) => format!("{} / {}", category.text(), section.meta.name),
        None => section.meta.name.to_owned(),
    }
}

/// `rule 1017 "web to db"`.
fn origin(rule: &Rule<'_>) -> Origin {
    let name = rule.meta.name;
    let label = match (rule.rule_id, name) {
        ("", "") => "rule".to_owned(),
        ("", name) => format!("rule \"{name}\""),
        (id, "") => format!("rule {id}"),
        (id, name) => format!("rule {id} \"{name}\""),
    };
    let comment = match (rule.meta.description, rule.notes) {
        (text, "") | ("", text) => text.to_owned(),
        (text, notes) => format!("{text}; {notes}"),
    };
    Origin { span: Some(rule.meta.span), label: label.into(), comment: comment.into() }
}
