//! Rulebases.

use policy::PredicateKind;

use super::super::config::{
    DefaultRule, DestinationTo, Matching, NatRule, OverrideRule, Ports, Rulebase, SecurityRule,
    SourceTo, Target, Word,
};
use super::super::take::{cell, inert, value, values, word, yes};
use super::objects::{devices, protocol_number};
use super::{Extract, claim_empty};
use crate::fate::{Fate, Reason};
use crate::tree::Node;

impl<'t> Extract<'t, '_> {
    pub(super) fn rulebase(&mut self, node: Node<'t>, into: &mut Rulebase<'t>) {
        for list in node.children() {
            for rules in list.children() {
                if rules.word(0) == "rules" {
                    rules.children().for_each(|rule| self.rule(list.word(0), rule, into));
                }
                claim_empty(rules);
            }
            claim_empty(list);
        }
        claim_empty(node);
    }

    pub(super) fn rule(&mut self, list: &str, node: Node<'t>, into: &mut Rulebase<'t>) {
        match list {
            "security" => into.security.push(security(node)),
            "nat" => into.nat.push(nat(node)),
            "application-override" => into.overrides.push(override_rule(node)),
            "default-security-rules" => match node.word(0) {
                "intrazone-default" => into.intrazone = Some(default_rule(node)),
                "interzone-default" => into.interzone = Some(default_rule(node)),
                _ => {}
            },
            _ => other(list, node, into),
        }
    }
}

/// The list that a rule is of, by what only rules of that list have; empty when that is not told.
pub(super) fn list_of(rule: Node<'_>) -> &'static str {
    let has = |name: &str| rule.child(name).is_some();
    let translates = ["source-translation", "destination-translation", "nat-type", "to-interface"];
    if translates.into_iter().any(has) || has("dynamic-destination-translation") {
        return "nat";
    }
    let action = rule.child("action").and_then(|action| action.children().next());
    let action = action.filter(|action| action.is_statement()).map_or("", |word| word.word(0));
    let verdicts = ["allow", "deny", "drop", "reset-both", "reset-client", "reset-server"];
    if verdicts.contains(&action) && has("application") { "security" } else { "" }
}

/// A rule of a list that is not modelled.
fn other(list: &str, node: Node<'_>, into: &mut Rulebase<'_>) {
    let off = node.child("disabled").and_then(|node| node.children().next());
    if off.is_some_and(|word| word.word(0) == "yes") {
        inert(node, Reason::Disabled);
        return;
    }
    let fate = match list {
        "pbf" | "sdwan" => {
            into.forwards = true;
            Fate::unsupported(Reason::PolicyRoute)
        }
        "decryption" | "network-packet-broker" | "tunnel-inspect" => {
            Fate::approximated(Reason::Inspection)
        }
        "qos" => Fate::inert(Reason::TrafficShaping),
        "authentication" | "captive-portal" | "dos" => Fate::unsupported(Reason::OtherRuleList),
        _ => return,
    };
    node.claim_all(fate);
}

impl<'t> Matching<'t> {
    fn new(node: Node<'t>) -> Self {
        claim_empty(node);
        Self {
            name: word(node),
            comment: "",
            enabled: true,
            from: None,
            to: None,
            source: None,
            destination: None,
            negate_source: false,
            negate_destination: false,
            target: None,
            unclear: Vec::new(),
        }
    }

    /// Takes what every rule may have. False for anything else.
    fn take(&mut self, child: Node<'t>) -> bool {
        let switch = matches!(child.word(0), "negate-source" | "negate-destination" | "disabled");
        let said = child.children().last().map_or("", |value| value.word(0));
        if switch && !matches!(said, "yes" | "no") {
            self.unclear.push(child);
            return true;
        }
        match child.word(0) {
            "from" => ends(child, &mut self.from),
            "to" => ends(child, &mut self.to),
            "source" => cell(child, &mut self.source),
            "destination" => cell(child, &mut self.destination),
            "negate-source" => self.negate_source = yes(child, Fate::CONVERTED),
            "negate-destination" => self.negate_destination = yes(child, Fate::CONVERTED),
            "disabled" => self.enabled = !yes(child, Fate::CONVERTED),
            "description" => {
                let text = value(child, Fate::inert(Reason::Cosmetic));
                self.comment = text.map_or("", |word| word.text);
            }
            "target" => self.target = target(child),
            "group-tag" | "id" | "rule-uuid" | "tag" | "uuid" | "audit-comment" => {
                inert(child, Reason::Cosmetic);
            }
            _ => return false,
        }
        true
    }

    /// A statement that nobody knows: the rule may match less than it seems.
    fn unknown(&mut self, child: Node<'t>) {
        self.unclear.push(child);
    }
}

/// A zone cell: either zones by name, or (for forwarding) kinds of places.
fn ends<'t>(node: Node<'t>, into: &mut super::super::config::Cell<'t>) {
    cell(node, into);
}

fn target(node: Node<'_>) -> Option<Target<'_>> {
    let mut target = Target::default();
    for child in node.children() {
        match child.word(0) {
            "negate" => target.negate = yes(child, Fate::CONVERTED),
            "devices" => {
                child.claim_all(Fate::CONVERTED);
                target.devices.extend(devices(child));
            }
            "tags" => target.tags = values(child, Fate::approximated(Reason::Identity)),
            _ => {}
        }
        claim_empty(child);
    }
    claim_empty(node);
    let all = target.devices.is_empty() && target.tags.is_empty();
    (!all).then_some(target)
}

fn security(node: Node<'_>) -> SecurityRule<'_> {
    let mut rule = SecurityRule {
        at: Matching::new(node),
        service: None,
        application: None,
        kind: None,
        action: None,
        icmp_unreachable: false,
        conditions: Vec::new(),
        schedule: None,
        inspection: Vec::new(),
        logged: None,
    };
    for child in node.children() {
        if rule.at.take(child) {
            continue;
        }
        match child.word(0) {
            "service" => cell(child, &mut rule.service),
            "application" => application(child, &mut rule.application),
            "rule-type" => rule.kind = value(child, Fate::CONVERTED),
            "action" => rule.action = value(child, Fate::CONVERTED),
            "icmp-unreachable" => rule.icmp_unreachable = yes(child, Fate::CONVERTED),
            "source-user" => condition(child, PredicateKind::User, &mut rule),
            "hip-profiles" | "source-hip" | "destination-hip" | "source-device"
            | "destination-device" | "source-imei" | "source-imsi" | "source-nw-slice" => {
                condition(child, PredicateKind::Device, &mut rule);
            }
            "category" => condition(child, PredicateKind::UrlCategory, &mut rule),
            "saas-user-list" | "saas-tenant-list" => {
                condition(child, PredicateKind::Content, &mut rule);
            }
            "schedule" => rule.schedule = value(child, Fate::approximated(Reason::Time)),
            "log-end" => rule.logged = Some(yes(child, Fate::inert(Reason::Logging))),
            "log-start" | "log-setting" => inert(child, Reason::Logging),
            "qos" => inert(child, Reason::TrafficShaping),
            "option" | "disable-inspect" => inert(child, Reason::InspectionProfile),
            "profile-setting" => profiles(child, &mut rule),
            _ => rule.at.unknown(child),
        }
    }
    rule
}

fn application<'t>(node: Node<'t>, into: &mut super::super::config::Cell<'t>) {
    cell(node, into);
    let named = node.children().any(|child| child.word(0) != "any");
    if named {
        node.claim_all(Fate::approximated(Reason::Application));
    }
}

fn condition<'t>(node: Node<'t>, kind: PredicateKind, rule: &mut SecurityRule<'t>) {
    let words: Vec<Word<'t>> = node.children().map(word).collect();
    if words.is_empty() || words.iter().any(|word| word.text == "any") {
        node.claim_all(Fate::CONVERTED);
        return;
    }
    let reason = match kind {
        PredicateKind::User | PredicateKind::Device => Reason::Identity,
        _ => Reason::NamedUnknown,
    };
    node.claim_all(Fate::approximated(reason));
    rule.conditions.push((kind, words));
}

/// Profiles, or a group of them: accepted content is inspected.
fn profiles<'t>(node: Node<'t>, rule: &mut SecurityRule<'t>) {
    node.claim_all(Fate::approximated(Reason::Inspection));
    for part in node.children() {
        match part.word(0) {
            "group" => rule.inspection.extend(part.children().map(|name| name.word(0))),
            "profiles" => {
                let named = part.children().flat_map(Node::children);
                rule.inspection.extend(named.map(|name| name.word(0)));
            }
            _ => {}
        }
    }
    if rule.inspection.iter().all(|name| matches!(*name, "none" | "None")) {
        rule.inspection.clear();
        node.claim_all(Fate::inert(Reason::DefaultValue));
    }
}

fn default_rule(node: Node<'_>) -> DefaultRule<'_> {
    let mut rule =
        DefaultRule { name: word(node), action: None, icmp_unreachable: false, logged: None };
    for child in node.children() {
        match child.word(0) {
            "action" => rule.action = value(child, Fate::CONVERTED),
            "icmp-unreachable" => rule.icmp_unreachable = yes(child, Fate::CONVERTED),
            "log-end" => rule.logged = Some(yes(child, Fate::inert(Reason::Logging))),
            "log-start" | "log-setting" => inert(child, Reason::Logging),
            "profile-setting" => child.claim_all(Fate::approximated(Reason::Inspection)),
            "description" | "group-tag" | "tag" | "uuid" => inert(child, Reason::Cosmetic),
            _ => {}
        }
    }
    claim_empty(node);
    rule
}

fn override_rule(node: Node<'_>) -> OverrideRule<'_> {
    let mut rule = OverrideRule {
        at: Matching::new(node),
        ports: Ports { protocol: 6, destination: None, source: None },
        wrong: None,
        application: None,
    };
    for child in node.children() {
        if rule.at.take(child) {
            continue;
        }
        match child.word(0) {
            "port" => rule.ports.destination = value(child, Fate::CONVERTED),
            "protocol" => {
                let name = value(child, Fate::CONVERTED).map_or("", |word| word.text);
                match protocol_number(name) {
                    Some(number) => rule.ports.protocol = number,
                    None => rule.wrong = Some(child),
                }
            }
            "application" => rule.application = value(child, Fate::CONVERTED),
            _ => rule.at.unknown(child),
        }
    }
    rule
}

fn nat(node: Node<'_>) -> NatRule<'_> {
    let mut rule = NatRule {
        at: Matching::new(node),
        service: None,
        to_interface: None,
        kind: None,
        binding: None,
        source: SourceTo::Keep,
        destination: None,
    };
    for child in node.children() {
        if rule.at.take(child) {
            continue;
        }
        match child.word(0) {
            "service" => cell(child, &mut rule.service),
            "to-interface" => {
                rule.to_interface = value(child, Fate::CONVERTED).filter(|word| word.text != "any");
            }
            "nat-type" => rule.kind = value(child, Fate::CONVERTED),
            "active-active-device-binding" => {
                rule.binding = value(child, Fate::approximated(Reason::Identity));
            }
            "source-translation" => rule.source = source_to(child, &mut rule.at.unclear),
            "destination-translation" | "dynamic-destination-translation" => {
                let dynamic = child.word(0).starts_with("dynamic");
                rule.destination = destination_to(child, dynamic, &mut rule.at.unclear);
                if dynamic {
                    // Each of the servers may get the packet: only the first one is looked at.
                    child.claim(Fate::unsupported(Reason::NatKind));
                }
            }
            _ => rule.at.unknown(child),
        }
    }
    rule
}

/// What becomes of the source. What is not known in it goes to the list.
fn source_to<'t>(node: Node<'t>, unclear: &mut Vec<Node<'t>>) -> SourceTo<'t> {
    let mut to = SourceTo::Keep;
    for kind in node.children() {
        to = match kind.word(0) {
            "static-ip" => {
                let mut address = None;
                let mut both_ways = false;
                for child in kind.children() {
                    match child.word(0) {
                        "translated-address" => address = value(child, Fate::CONVERTED),
                        "bi-directional" => both_ways = yes(child, Fate::CONVERTED),
                        _ => unclear.push(child),
                    }
                }
                match address {
                    Some(address) => SourceTo::Static { address, both_ways },
                    None => SourceTo::Unclear(kind),
                }
            }
            "dynamic-ip" => pool(kind, false, unclear),
            "dynamic-ip-and-port" | "persistent-dynamic-ip-and-port" => pool(kind, true, unclear),
            "none" => {
                kind.claim_all(Fate::CONVERTED);
                SourceTo::Keep
            }
            _ => SourceTo::Unclear(kind),
        };
        claim_empty(kind);
    }
    claim_empty(node);
    to
}

fn pool<'t>(node: Node<'t>, ports: bool, unclear: &mut Vec<Node<'t>>) -> SourceTo<'t> {
    let mut addresses = Vec::new();
    let mut interface = None;
    let mut own = None;
    let mut fallback = None;
    for child in node.children() {
        match child.word(0) {
            "translated-address" => {
                addresses.extend(values(child, Fate::CONVERTED));
            }
            "interface-address" => {
                for part in child.children() {
                    match part.word(0) {
                        "interface" => interface = value(part, Fate::CONVERTED),
                        "ip" | "floating-ip" => own = value(part, Fate::CONVERTED),
                        _ => unclear.push(part),
                    }
                }
            }
            // Taken when the pool is used up: then ports change too.
            "fallback" if !ports => {
                fallback = Some(pool(child, true, unclear));
                child.claim_all(Fate::approximated(Reason::DevicePicks));
            }
            _ => unclear.push(child),
        }
        claim_empty(child);
    }
    if let Some(interface) = interface {
        return SourceTo::Interface { interface, address: own };
    }
    match fallback {
        Some(SourceTo::Pool { addresses: more, .. }) => {
            addresses.extend(more);
            SourceTo::Pool { addresses, ports: true, fallback: None }
        }
        Some(SourceTo::Interface { interface, address }) => {
            SourceTo::Pool { addresses, ports: true, fallback: Some((interface, address)) }
        }
        Some(unclear) => unclear,
        None => SourceTo::Pool { addresses, ports, fallback: None },
    }
}

fn destination_to<'t>(
    node: Node<'t>,
    dynamic: bool,
    unclear: &mut Vec<Node<'t>>,
) -> Option<DestinationTo<'t>> {
    let mut to = DestinationTo { address: None, port: None, dynamic };
    for child in node.children() {
        match child.word(0) {
            "translated-address" => to.address = value(child, Fate::CONVERTED),
            "translated-port" => to.port = value(child, Fate::CONVERTED),
            "distribution" => child.claim_all(Fate::approximated(Reason::DevicePicks)),
            // Answers of name servers, not the packets of the flow.
            "dns-rewrite" => child.claim_all(Fate::approximated(Reason::SessionHelper)),
            _ => unclear.push(child),
        }
        claim_empty(child);
    }
    claim_empty(node);
    (to.address.is_some() || to.port.is_some()).then_some(to)
}
