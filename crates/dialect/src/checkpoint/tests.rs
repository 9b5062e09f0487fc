//! Tests of the Check Point reader: one for each fact, on packets.

mod access;
mod balance;
mod nat;
mod objects;
mod pages;
mod topology;

use policy::{Assumed, Given, Outcomes, PacketText, Policy, Verdict, decide, outcomes};

use super::CheckPoint;
use crate::Dialect;
use crate::facts::DialectFacts;
use crate::limits::Limits;
use crate::reading::Reading;
use crate::text::Text;

/// Reads files given as path and text.
pub(super) fn read(files: &[(&str, &str)]) -> Reading {
    read_with(files, &DialectFacts::default())
}

pub(super) fn read_with(files: &[(&str, &str)], facts: &DialectFacts) -> Reading {
    let texts = files.iter().zip(0u16..).map(|((path, text), file)| Text {
        file,
        path: (*path).to_owned(),
        text: (*text).to_owned(),
    });
    let reading = CheckPoint.read(texts.collect(), facts, &Limits::default());
    for device in &reading.devices {
        for context in &device.contexts {
            context.validate().unwrap();
        }
    }
    reading
}

/// Says that there are no implied rules and no NAT.
pub(super) const NO_IMPLIED: (&str, &str) = ("implied-rules.json", r#"{"implied-rules": []}"#);

/// Objects that most tests use.
const OBJECTS: &str = r#"{"objects": [
  {"uid": "any", "name": "Any", "type": "CpmiAnyObject"},
  {"uid": "web", "name": "web", "type": "host", "ipv4-address": "10.1.0.10", "ipv6-address": "2001:db8::10"},
  {"uid": "db", "name": "db", "type": "host", "ipv4-address": "10.1.0.20"},
  {"uid": "lan", "name": "lan", "type": "network", "subnet4": "10.1.0.0", "mask-length4": 24},
  {"uid": "lab", "name": "lab", "type": "network", "subnet4": "10.2.0.0", "subnet-mask": "255.255.0.0", "broadcast": "allow"},
  {"uid": "pool", "name": "pool", "type": "address-range", "ipv4-address-first": "10.1.0.100", "ipv4-address-last": "10.1.0.199"},
  {"uid": "servers", "name": "servers", "type": "group", "members": ["web", "db"]},
  {"uid": "http", "name": "http", "type": "service-tcp", "port": "80"},
  {"uid": "https", "name": "https", "type": "service-tcp", "port": "443"},
  {"uid": "dns", "name": "dns", "type": "service-udp", "port": "53"},
  {"uid": "acc", "name": "Accept", "type": "RulebaseAction"},
  {"uid": "drp", "name": "Drop", "type": "RulebaseAction"}
], "from": 1, "to": 12, "total": 12}"#;

/// A rule in few words: number, source, destination, service, action, and further members.
pub(super) fn rule(number: u32, cells: [&str; 4], more: &str) -> String {
    let list = |cell: &str| {
        let quoted: Vec<String> = cell.split(' ').map(|one| format!("\"{one}\"")).collect();
        format!("[{}]", quoted.join(", "))
    };
    let [source, destination, service, action] = cells;
    format!(
        r#"{{"uid": "r{number}-{source}-{action}", "name": "n{number}", "type": "access-rule", "rule-number": {number}, "source": {}, "destination": {}, "service": {}, "action": "{action}", "enabled": true{more}}}"#,
        list(source),
        list(destination),
        list(service),
    )
}

/// A layer of these rules.
pub(super) fn layer(name: &str, rules: &[String]) -> String {
    let count = rules.len();
    format!(
        r#"{{"uid": "layer-{name}", "name": "{name}", "rulebase": [{}], "from": 1, "to": {count}, "total": {count}}}"#,
        rules.join(",\n")
    )
}

/// A package of these layers, each with its implicit cleanup.
pub(super) fn package(layers: &[(&str, &str)]) -> String {
    let layers: Vec<String> = layers
        .iter()
        .map(|(name, cleanup)| {
            format!(
                r#"{{"uid": "layer-{name}", "name": "{name}", "type": "access-layer", "implicit-cleanup-action": "{cleanup}"}}"#
            )
        })
        .collect();
    format!(
        r#"{{"uid": "p", "name": "Standard", "type": "package", "access": true, "nat-policy": false, "access-layers": [{}], "installation-targets": "all"}}"#,
        layers.join(", ")
    )
}

/// The policy of one layer with the usual objects and these further files.
pub(super) fn policy_of(rules: &[String], more: &[(&str, &str)]) -> Policy {
    let rules = layer("Network", rules);
    let package = package(&[("Network", "drop")]);
    let mut files = vec![
        ("x/objects.json", OBJECTS),
        ("x/rulebase.json", rules.as_str()),
        ("x/package.json", package.as_str()),
        NO_IMPLIED,
    ];
    files.extend(more);
    only(read(&files))
}

/// The only policy of a reading.
pub(super) fn only(reading: Reading) -> Policy {
    let mut all: Vec<Policy> =
        reading.devices.into_iter().flat_map(|device| device.contexts).collect();
    assert_eq!(all.len(), 1);
    all.remove(0)
}

/// All outcomes of a packet.
pub(super) fn all_outcomes(policy: &Policy, packet: &str) -> Outcomes {
    let text = PacketText::parse(packet).unwrap();
    let packet = text.in_policy(policy).unwrap();
    let egress =
        text.egress.as_deref().map_or(Some(policy::InterfaceId(0)), |name| policy.place(name));
    let given = Given { holds: text.given.clone(), egress };
    outcomes(policy, &packet, &given, 100)
}

/// The verdicts that a packet may get, each once.
pub(super) fn verdicts(policy: &Policy, packet: &str) -> Vec<Verdict> {
    let found = all_outcomes(policy, packet);
    assert!(!found.cut);
    let mut verdicts: Vec<Verdict> = found.cases.iter().map(|case| case.decision.verdict).collect();
    verdicts.sort_unstable();
    verdicts.dedup();
    verdicts
}

/// The one verdict that a packet gets whatever is not known.
pub(super) fn verdict(policy: &Policy, packet: &str) -> Verdict {
    let found = verdicts(policy, packet);
    assert_eq!(found.len(), 1, "{packet}: {found:?}");
    found[0]
}

/// Whether a packet passes whatever is not known.
pub(super) fn passes(policy: &Policy, packet: &str) -> bool {
    verdict(policy, packet) == Verdict::Accept
}

/// Whether a packet may pass and may be stopped.
pub(super) fn open(policy: &Policy, packet: &str) -> bool {
    verdicts(policy, packet).len() > 1
}

/// The one decision about a packet.
pub(super) fn decision(policy: &Policy, packet: &str) -> policy::Decision {
    let text = PacketText::parse(packet).unwrap();
    let egress =
        text.egress.as_deref().map_or(Some(policy::InterfaceId(0)), |name| policy.place(name));
    let given = Given { holds: text.given.clone(), egress };
    let packet = text.in_policy(policy).unwrap();
    let mut found = outcomes(policy, &packet, &given, 10);
    assert_eq!(found.cases.len(), 1, "{:?}", found.cases);
    let _ = decide(policy, &packet, &mut policy::Nothing);
    let case = found.cases.remove(0);
    assert!(case.assumed.iter().all(|one| matches!(one, Assumed::Leaves(..))));
    case.decision
}

pub(super) fn codes_of(reading: &Reading) -> Vec<&'static str> {
    reading.problems.iter().map(|problem| problem.code.0).collect()
}
