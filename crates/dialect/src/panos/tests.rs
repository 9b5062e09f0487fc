//! What PAN-OS configurations mean, packet by packet.

mod balance;
mod hunted;
mod nat;
mod objects;
mod panorama;
mod routes;
mod rules;
mod speed;
mod syntax;

use policy::{Decision, Given, Nothing, PacketText, Policy, Verdict, decide, outcomes};

use crate::facts::DialectFacts;
use crate::limits::Limits;
use crate::reading::Reading;
use crate::text::Bytes;
use crate::{Disposition, Group, read};

const FACTS: &str = "source = \"test\"\ncodes = [\"DE\", \"US\"]\n\
    [[service]]\nname = \"service-http\"\nterms = [\"tcp/80\", \"tcp/8080\"]\n\
    [[service]]\nname = \"service-https\"\nterms = [\"tcp/443\"]\n\
    [[application]]\nname = \"ssl\"\ndefault_ports = [\"tcp/443\"]\n\
    [[application]]\nname = \"dns\"\ndefault_ports = [\"udp/53\", \"tcp/53\"]\n\
    [[application]]\nname = \"ping\"\ndefault_ports = [\"icmp/8\"]\n";

fn facts() -> DialectFacts {
    let text = FACTS.replace("default_ports", "kind = \"app\"\ndefault_ports");
    DialectFacts::load([("dialects/panos/x.toml", text.as_str())].into_iter()).0
}

fn reading(text: &str) -> Reading {
    reading_all(&[text])
}

fn reading_all(texts: &[&str]) -> Reading {
    let files = texts
        .iter()
        .enumerate()
        .map(|(at, text)| Bytes { path: format!("file {at}"), bytes: text.as_bytes().to_vec() });
    let group = Group { dialect: "panos", files: files.collect() };
    read(group, &facts(), &Limits::default())
}

/// One context, which must have been read without an unknown statement.
fn policy(text: &str) -> Policy {
    context(text, "")
}

fn context(text: &str, name: &str) -> Policy {
    let mut reading = reading(text);
    assert_eq!(unrecognized(&reading), Vec::<String>::new(), "{text}");
    let contexts = std::mem::take(&mut reading.devices[0].contexts);
    let names: Vec<_> = contexts.iter().map(|context| context.context.to_string()).collect();
    let found = contexts.into_iter().find(|context| name.is_empty() || &*context.context == name);
    found.unwrap_or_else(|| panic!("no {name} in {names:?}: {:?}", reading.problems))
}

fn unrecognized(reading: &Reading) -> Vec<String> {
    let all = reading.trees.iter().flat_map(crate::Tree::statements);
    all.filter(|node| node.fate().disposition == Disposition::Unrecognized)
        .map(|node| format!("{}: {}", node.tree().line(node.span().start).line, node.word(0)))
        .collect()
}

fn decided(policy: &Policy, packet: &str) -> Decision {
    let packet = PacketText::parse(packet).unwrap().in_policy(policy).unwrap();
    decide(policy, &packet, &mut Nothing)
}

fn verdict(policy: &Policy, packet: &str) -> Verdict {
    decided(policy, packet).verdict
}

/// The label of the rule that decided in the end.
fn rule(policy: &Policy, packet: &str) -> String {
    label(policy, &decided(policy, packet))
}

fn label(policy: &Policy, decision: &Decision) -> String {
    match decision.steps.last().map(|step| step.by) {
        Some(policy::By::Rule(base, at)) => {
            let rule = &policy.rulebase(base).unwrap().rules[usize::try_from(at).unwrap()];
            rule.origin.label.to_string()
        }
        other => format!("{other:?}"),
    }
}

/// All verdicts, for every answer to what is open; what the packet's text gives is taken to hold, and its `out=` too.
fn verdicts(policy: &Policy, text: &str) -> Vec<Verdict> {
    let written = PacketText::parse(text).unwrap();
    let packet = written.in_policy(policy).unwrap();
    let egress = written.egress.as_ref().map(|name| policy.place(name).unwrap());
    let given = Given { holds: written.given.clone(), egress };
    let outcomes = outcomes(policy, &packet, &given, 1000);
    let mut verdicts: Vec<_> = outcomes.cases.iter().map(|case| case.decision.verdict).collect();
    verdicts.sort_unstable();
    verdicts.dedup();
    verdicts
}

/// A firewall with zones trust (10.0.0.0/8), dmz (172.16.0.0/16) and untrust (default route), and these rulebases and objects.
fn firewall(inside: &str) -> String {
    let port = |name: &str, address: &str| {
        format!(
            "<entry name=\"{name}\"><layer3><ip><entry name=\"{address}\"/></ip></layer3></entry>"
        )
    };
    let zone = |name: &str, port: &str| {
        format!(
            "<entry name=\"{name}\"><network><layer3><member>{port}</member></layer3></network></entry>"
        )
    };
    format!(
        "<?xml version=\"1.0\"?>\n<config version=\"10.1.0\" urldb=\"paloaltonetworks\"><devices><entry name=\"localhost.localdomain\">\
         <network><interface><ethernet>{}{}{}</ethernet></interface>\
         <virtual-router><entry name=\"default\"><interface><member>ethernet1/1</member><member>ethernet1/2</member>\
         <member>ethernet1/3</member></interface><routing-table><ip><static-route><entry name=\"out\">\
         <destination>0.0.0.0/0</destination><nexthop><ip-address>203.0.113.1</ip-address></nexthop>\
         <interface>ethernet1/3</interface></entry></static-route></ip></routing-table></entry></virtual-router></network>\n\
         <vsys><entry name=\"vsys1\">\n{inside}\n<zone>{}{}{}</zone></entry></vsys></entry></devices></config>",
        port("ethernet1/1", "10.0.0.1/8"),
        port("ethernet1/2", "172.16.0.1/16"),
        port("ethernet1/3", "203.0.113.10/24"),
        zone("trust", "ethernet1/1"),
        zone("dmz", "ethernet1/2"),
        zone("untrust", "ethernet1/3"),
    )
}

/// A rule with these cells; everything that is not given is any.
fn security(name: &str, cells: &[(&str, &str)], action: &str) -> String {
    let mut text = format!("<entry name=\"{name}\">");
    for cell in
        ["from", "to", "source", "destination", "source-user", "category", "application", "service"]
    {
        let given = cells.iter().find(|(name, _)| *name == cell).map_or("any", |(_, value)| value);
        text.push_str(&format!("<{cell}>"));
        for member in given.split(' ') {
            text.push_str(&format!("<member>{member}</member>"));
        }
        text.push_str(&format!("</{cell}>"));
    }
    for (name, value) in cells {
        if [
            "rule-type",
            "disabled",
            "negate-source",
            "negate-destination",
            "schedule",
            "icmp-unreachable",
        ]
        .contains(name)
        {
            text.push_str(&format!("<{name}>{value}</{name}>"));
        }
    }
    text.push_str(&format!("<action>{action}</action></entry>\n"));
    text
}

/// A rulebase of security rules and further lists.
fn rulebase(security: &str, others: &str) -> String {
    format!("<rulebase><security><rules>\n{security}</rules></security>{others}</rulebase>")
}
