//! Security policies, gateway policies and their rules.

use std::borrow::Cow;
use std::collections::HashSet;

use policy::Span;

use super::{Extractor, list};
use crate::codes;
use crate::fate::{Fate, Reason};
use crate::nsx::config::{Config, Meta, Rule, Section, Value};
use crate::nsx::fields::{common, flag, is_unset};
use crate::nsx::kinds::by_collection;
use crate::nsx::say::Say;
use crate::tree::Node;

impl<'t> Extractor<'t, '_> {
    pub(super) fn section(&mut self, members: &[Node<'t>], meta: Meta<'t>, gateway: bool) {
        let mut section = empty_section(meta, gateway);
        if section.meta.path.starts_with("/orgs/") {
            // Rules of a project hold for its own workloads only, which the export does not tell.
            self.say.warning(codes::UNSUPPORTED, section.meta.span, "name", &section.meta.path);
            section.unknown.push(section.meta.span);
        }
        for member in members.iter().copied().rev() {
            let value = Value::member(member);
            let mut fate = Fate::CONVERTED;
            match member.word(0) {
                "rules" | "children" => {
                    let hint = by_collection("rules").filter(|_| member.word(0) == "rules");
                    self.value(member, section.meta.path.clone(), hint);
                    continue;
                }
                "category" => section.category = Some(value),
                "sequence_number" => section.sequence = self.number(value, &mut section.unknown),
                "internal_sequence_number" => {
                    section.internal_sequence = value.text().parse().ok();
                }
                "scope" => {
                    section.scope = list(member);
                    continue;
                }
                "scheduler_path" => {
                    section.scheduler = Some(value).filter(|_| !is_unset(member));
                    fate = Fate::approximated(Reason::Time);
                }
                "is_default" => section.is_default |= flag(member) == Some(true),
                "connectivity_preference" | "connectivity_strategy" => {
                    let set = !is_unset(member) && value.text() != "NONE";
                    section.connectivity = Some(value).filter(|_| set);
                }
                "rule_count" => {
                    let count = value.text().parse().ok();
                    section.rule_count = count.map(|count| (count, value));
                }
                "stateful" | "tcp_strict" => fate = state(member),
                "locked" | "lock_modified_by" | "lock_modified_time" => {
                    fate = Fate::inert(Reason::Management);
                }
                "logging_enabled" => fate = Fate::inert(Reason::Logging),
                // Rules for container clusters are enforced there and nowhere else: what they do here is not known.
                "target_type" if !is_unset(member) && value.text() != "DFW" => {
                    section.unknown.push(member.span());
                    fate = Fate::unsupported(Reason::OtherDevice);
                }
                "default_rule_id" | "application_connectivity_strategy" => {
                    member.claim_rest(Fate::inert(Reason::Envelope));
                    continue;
                }
                _ if common(member) => continue,
                _ if is_unset(member) => fate = Fate::inert(Reason::DefaultValue),
                _ => {
                    section.unknown.push(member.span());
                    continue;
                }
            }
            member.claim(fate);
        }
        self.config.sections.push(section);
    }

    pub(super) fn rule(&mut self, members: &[Node<'t>], meta: Meta<'t>, parent: Cow<'t, str>) {
        let mut rule = blank(meta, parent);
        for member in members.iter().copied() {
            self.rule_member(&mut rule, member);
        }
        self.config.rules.push(rule);
    }

    fn rule_member(&mut self, rule: &mut Rule<'t>, member: Node<'t>) {
        let value = Value::member(member);
        let mut fate = Fate::CONVERTED;
        match member.word(0) {
            "action" => rule.action = Some(value),
            "source_groups" => return rule.sources = list(member),
            "destination_groups" => return rule.destinations = list(member),
            "services" => return rule.services = list(member),
            "service_entries" => return rule.entries = self.entries(member),
            "profiles" => return rule.profiles = list(member),
            "scope" => return rule.scope = list(member),
            "direction" => rule.direction = Some(value),
            "ip_protocol" => rule.ip_protocol = Some(value).filter(|_| !is_unset(member)),
            "sources_excluded" => rule.sources_excluded = self.truth(member, &mut rule.unknown),
            "destinations_excluded" => {
                rule.destinations_excluded = self.truth(member, &mut rule.unknown);
            }
            "disabled" => rule.disabled = self.truth(member, &mut rule.unknown),
            "logged" => rule.logged = flag(member),
            "is_default" => rule.is_default = flag(member) == Some(true),
            "rule_id" => {
                rule.rule_id = value.text();
                fate = Fate::inert(Reason::Cosmetic);
            }
            "sequence_number" => rule.sequence = self.number(value, &mut rule.unknown),
            "notes" => {
                rule.notes = value.text();
                fate = Fate::inert(Reason::Cosmetic);
            }
            // Only in answers: where the rule stands in the list of the enforcement point.
            "internal_sequence_number" | "section_id" => fate = Fate::inert(Reason::Envelope),
            _ if common(member) => return,
            _ if is_unset(member) => fate = Fate::inert(Reason::DefaultValue),
            _ => return rule.unknown.push(member.span()),
        }
        member.claim(fate);
    }

    /// A truth value; anything else is marked.
    fn truth(&mut self, member: Node<'t>, wrong: &mut Vec<Span>) -> bool {
        let truth = flag(member);
        if truth.is_none() && !is_unset(member) {
            let value = Value::member(member);
            self.say.error(codes::INVALID_VALUE, value.span(), "value", value.text());
            wrong.push(member.span());
        }
        truth.unwrap_or(false)
    }

    /// A whole number; anything else is marked.
    fn number(&mut self, value: Value<'t>, wrong: &mut Vec<Span>) -> Option<i64> {
        let number = value.text().parse().ok();
        if number.is_none() && !is_unset(value.node) {
            self.say.error(codes::INVALID_VALUE, value.span(), "value", value.text());
            wrong.push(value.node.span());
        }
        number
    }
}

fn empty_section<'t>(meta: Meta<'t>, gateway: bool) -> Section<'t> {
    Section {
        gateway,
        category: None,
        sequence: None,
        internal_sequence: None,
        scope: Vec::new(),
        scheduler: None,
        is_default: meta.id.starts_with("default-layer"),
        connectivity: None,
        rule_count: None,
        absent: false,
        unknown: Vec::new(),
        meta,
    }
}

/// Policies that are not in the export although rules of theirs are. Their category, place and scope are not known: the rules are first
/// of all, and each may match or not.
pub(super) fn without_policy(config: &mut Config<'_>, say: &mut Say) {
    let known: HashSet<&str> = config.sections.iter().map(|section| &*section.meta.path).collect();
    let mut absent: Vec<(String, Span)> = Vec::new();
    let mut seen: HashSet<&str> = HashSet::new();
    for rule in &config.rules {
        if !known.contains(&*rule.policy) && seen.insert(&rule.policy) {
            absent.push((rule.policy.to_string(), rule.meta.span));
        }
    }
    for (path, span) in absent {
        say.error(codes::UNDEFINED, span, "name", &path);
        let gateway = path.contains("/gateway-policies/");
        let path = Cow::Owned(path);
        let meta = Meta {
            path,
            id: "",
            name: "a policy that is missing",
            description: "",
            tags: Vec::new(),
            span,
        };
        let mut section = empty_section(meta, gateway);
        section.absent = true;
        section.unknown.push(span);
        config.sections.push(section);
    }
}

/// What becomes of the first packet of a flow is the same; what comes later is not modelled.
fn state(member: Node<'_>) -> Fate {
    match (member.word(0), flag(member)) {
        ("stateful", Some(true)) => Fate::CONVERTED,
        ("tcp_strict", Some(false)) => Fate::inert(Reason::DefaultValue),
        _ => Fate::approximated(Reason::Session),
    }
}

fn blank<'t>(meta: Meta<'t>, parent: Cow<'t, str>) -> Rule<'t> {
    let by_path = meta.path.rfind("/rules/").map(|end| match &meta.path {
        Cow::Borrowed(path) => Cow::Borrowed(path.get(..end).unwrap_or("")),
        Cow::Owned(path) => Cow::Owned(path.get(..end).unwrap_or("").to_owned()),
    });
    Rule {
        policy: by_path.unwrap_or(parent),
        rule_id: "",
        sequence: None,
        action: None,
        sources: Vec::new(),
        destinations: Vec::new(),
        sources_excluded: false,
        destinations_excluded: false,
        services: Vec::new(),
        entries: Vec::new(),
        profiles: Vec::new(),
        scope: Vec::new(),
        direction: None,
        ip_protocol: None,
        disabled: false,
        logged: None,
        is_default: false,
        notes: "",
        unknown: Vec::new(),
        meta,
    }
}
