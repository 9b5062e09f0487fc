//! One test for each fact of the platform's semantics, on small exports of our own.

mod balance;
mod distributed;
mod gateways;
mod members;
mod shapes;

use policy::{
    By, Decision, Given, InterfaceId, Nothing, Outcomes, Packet, PacketText, Policy, Verdict,
    World, decide, outcomes,
};

use crate::detect::Group;
use crate::facts::DialectFacts;
use crate::limits::Limits;
use crate::reading::{Reading, read};
use crate::text::Bytes;

/// Reads files as (path, text).
fn read_files(files: &[(&str, &str)]) -> Reading {
    let files = files
        .iter()
        .map(|(path, text)| Bytes { path: (*path).to_owned(), bytes: text.as_bytes().to_vec() })
        .collect();
    let services = "source = \"test\"\nas_of = \"2026-11-22\"\n\
        [[service]]\nid = \"HTTPS\"\nname = \"HTTPS\"\nterms = [\"tcp/443\"]\n\
        [[service]]\nid = \"MS_RPC\"\nname = \"MS RPC\"\nterms = [\"tcp/135\"]\nnarrowed = true\n";
    let (facts, _) = DialectFacts::load([("dialects/nsx/services.toml", services)].into_iter());
    read(Group { dialect: "nsx", files }, &facts, &Limits::default())
}

fn read_one(text: &str) -> Reading {
    read_files(&[("infra.json", text)])
}

/// An export with these children of the default domain, and these of the root.
fn infra(domain: &str, root: &str) -> String {
    let comma = if root.is_empty() { "" } else { "," };
    format!(
        r#"{{"resource_type":"Infra","id":"infra","path":"/infra","children":[
        {{"resource_type":"ChildDomain","marked_for_delete":false,"Domain":{{
        "resource_type":"Domain","id":"default","path":"/infra/domains/default","_revision":1,
        "children":[{domain}]}}}}{comma}{root}]}}"#
    )
}

/// A security policy with rules.
fn policy_of(category: &str, id: &str, sequence: u32, more: &str, rules: &[String]) -> String {
    let rules: Vec<String> = rules
        .iter()
        .map(|rule| format!(r#"{{"resource_type":"ChildRule","Rule":{rule}}}"#))
        .collect();
    format!(
        r#"{{"resource_type":"ChildSecurityPolicy","SecurityPolicy":{{"resource_type":"SecurityPolicy",
        "id":"{id}","display_name":"{id}","path":"/infra/domains/default/security-policies/{id}",
        "category":"{category}","sequence_number":{sequence}{more},"children":[{}]}}}}"#,
        rules.join(",")
    )
}

/// A rule; `more` begins with a comma.
fn rule(id: &str, sequence: u32, action: &str, from: &str, to: &str, more: &str) -> String {
    format!(
        r#"{{"resource_type":"Rule","id":"{id}","display_name":"{id}","sequence_number":{sequence},
        "action":"{action}","source_groups":["{from}"],"destination_groups":["{to}"]{more}}}"#
    )
}

/// The default policy, which drops.
fn default_drop() -> String {
    let rule = rule("default-rule", 2_147_483_647, "DROP", "ANY", "ANY", r#","is_default":true"#);
    policy_of("Application", "default-layer3-section", 2_147_483_647, "", &[rule])
}

fn group(id: &str, expression: &str) -> String {
    format!(
        r#"{{"resource_type":"ChildGroup","Group":{{"resource_type":"Group","id":"{id}",
        "display_name":"{id}","path":"/infra/domains/default/groups/{id}","expression":[{expression}]}}}}"#
    )
}

fn ips(list: &str) -> String {
    format!(r#"{{"resource_type":"IPAddressExpression","ip_addresses":[{list}]}}"#)
}

fn path(group: &str) -> String {
    format!("/infra/domains/default/groups/{group}")
}

/// The context of this name.
fn context<'r>(reading: &'r Reading, name: &str) -> &'r Policy {
    let all = reading.devices.iter().flat_map(|device| &device.contexts);
    let found = all.into_iter().find(|context| &*context.context == name);
    found.unwrap_or_else(|| panic!("no context {name}: {:?}", reading.problems))
}

fn dfw(reading: &Reading) -> &Policy {
    context(reading, "distributed firewall")
}

fn packet(policy: &Policy, text: &str) -> Packet {
    PacketText::parse(text).unwrap().in_policy(policy).unwrap()
}

/// A world in which workloads are everywhere and nothing else holds.
struct Workloads<'p>(&'p Policy);

impl World for Workloads<'_> {
    fn holds(&mut self, atom: policy::Atom) -> bool {
        &*self.0.predicates[usize::try_from(atom.predicate.0).unwrap()].meaning == "workload"
    }

    fn egress(&mut self, _: std::net::IpAddr) -> Option<InterfaceId> {
        None
    }
}

fn decided(policy: &Policy, text: &str) -> Decision {
    decide(policy, &packet(policy, text), &mut Workloads(policy))
}

/// The verdict where all are workloads.
fn verdict(policy: &Policy, text: &str) -> Verdict {
    decided(policy, text).verdict
}

/// The verdict where no unknown holds.
fn verdict_without(policy: &Policy, text: &str) -> Verdict {
    decide(policy, &packet(policy, text), &mut Nothing).verdict
}

/// All verdicts that are possible, in order.
fn possible(policy: &Policy, text: &str, given: &[(&str, &str)]) -> Vec<Verdict> {
    let given = Given {
        holds: given.iter().map(|(kind, name)| ((*kind).to_owned(), (*name).to_owned())).collect(),
        egress: None,
    };
    let Outcomes { cases, .. } = outcomes(policy, &packet(policy, text), &given, 256);
    let mut verdicts: Vec<Verdict> = cases.iter().map(|case| case.decision.verdict).collect();
    verdicts.sort();
    verdicts.dedup();
    verdicts
}

/// The label of the rule that decided last.
fn decider(policy: &Policy, decision: &Decision) -> String {
    match decision.steps.last().map(|step| step.by) {
        Some(By::Rule(base, at)) => {
            let base = policy.rulebase(base).unwrap();
            base.rules[usize::try_from(at).unwrap()].origin.label.to_string()
        }
        other => format!("{other:?}"),
    }
}

fn codes(reading: &Reading) -> Vec<&'static str> {
    reading.problems.iter().map(|problem| problem.code.0).collect()
}
