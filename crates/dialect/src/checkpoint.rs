//! Check Point: exports of the management API (R80 and later), the show-package tool's files, and Gaia clish.
//!
//! See `docs/dialects/checkpoint.md` for what is read how, and from which sources.

mod config;
mod extract;
mod gaia;
mod lower;
mod pages;
#[cfg(test)]
mod tests;
mod value;

use policy::PredicateKind;

use crate::facts::DialectFacts;
use crate::limits::Limits;
use crate::reading::Reading;
use crate::text::Text;
use crate::tree::{Node, Tree, clish, json};
use crate::{Definitions, Dialect};

/// Ports as the management API writes them.
fn extract_ports(text: &str) -> Option<Vec<policy::PortRange>> {
    extract::port_list(text)
}

/// The dialect.
#[derive(Debug)]
pub(crate) struct CheckPoint;

impl Dialect for CheckPoint {
    fn id(&self) -> &'static str {
        "checkpoint"
    }

    fn name(&self) -> &'static str {
        "Check Point"
    }

    fn version(&self) -> u32 {
        1
    }

    fn probe(&self, head: &str, path: &str) -> Option<u8> {
        match head.trim_start().chars().next() {
            Some('{' | '[') => probe_json(head, path),
            _ => probe_clish(head),
        }
    }

    fn together(&self) -> bool {
        true
    }

    fn read(&self, files: Vec<Text>, facts: &DialectFacts, limits: &Limits) -> Reading {
        let mut problems = Vec::new();
        let mut trees = Vec::with_capacity(files.len());
        let mut kinds = Vec::with_capacity(files.len());
        for file in files {
            let is_json = file.text.trim_start().starts_with(['{', '[']);
            kinds.push(is_json);
            trees.push(match is_json {
                true => json::read(file, limits, &mut problems),
                false => clish::read(file, limits, &mut problems),
            });
        }
        let devices = devices(&trees, &kinds, facts, limits, &mut problems);
        Reading { dialect: self.id(), devices, trees, problems }
    }

    fn define<'t>(&self, node: Node<'t>, into: &mut Definitions<'t>) {
        let kind = value::get(node, "type");
        // References to objects stand where these are named, with nothing but what tells them.
        let told = ["uid", "name", "type", "domain", "color", "icon", "meta-info", "tags"];
        let thin = || node.children().all(|member| told.contains(&member.word(0)));
        if DEFINED.iter().any(|start| kind.starts_with(start)) && !thin() {
            into.add(value::get(node, "name"), value::get(node, "uid"), node, &UNKNOWNS);
        }
        // A community is its gateways, with the networks behind each.
        if let Some(settings) = node.child("vpn-settings") {
            let (name, uid) = (value::get(node, "name"), value::get(node, "uid"));
            into.add(name, uid, settings, &[PredicateKind::Vpn]);
        }
    }
}

/// Types, by how they begin, of objects that rules know by name only, and of what these refer to.
const DEFINED: [&str; 20] = [
    "LegacyUserAtLocation",
    "VpnCommunity",
    "access-point-name",
    "access-role",
    "address-range",
    "application-site",
    "data-center",
    "data-type",
    "dynamic",
    "file-type",
    "group",
    "host",
    "identity-tag",
    "limit",
    "network",
    "service-gtp",
    "time",
    "updatable-object",
    "user",
    "vpn-community",
];

/// What such objects are unknowns of.
const UNKNOWNS: [PredicateKind; 10] = [
    PredicateKind::Application,
    PredicateKind::Content,
    PredicateKind::Device,
    PredicateKind::Dynamic,
    PredicateKind::ExternalList,
    PredicateKind::Protocol,
    PredicateKind::Schedule,
    PredicateKind::UrlCategory,
    PredicateKind::User,
    PredicateKind::Vpn,
];

fn devices(
    trees: &[Tree],
    kinds: &[bool],
    facts: &DialectFacts,
    limits: &Limits,
    problems: &mut Vec<crate::reading::Problem>,
) -> Vec<policy::Device> {
    let mut extractor = extract::Extractor::new(limits);
    let mut all_gaia = Vec::new();
    for (tree, is_json) in trees.iter().zip(kinds) {
        match is_json {
            true => extractor.document(tree),
            false => all_gaia.push(gaia::read(tree, problems, limits.problems)),
        }
    }
    extractor.arrange();
    extractor.check_lists();
    extractor.config.gaia = all_gaia;
    problems.append(&mut extractor.problems);
    let (devices, mut said) = lower::lower(&extractor.config, facts.of("checkpoint"), limits);
    problems.append(&mut said);
    problems.truncate(limits.problems);
    devices
}

/// Words of Check Point's JSON, with how sure each makes.
const WORDS: [(&str, u8); 22] = [
    ("\"access-rule\"", 40),
    ("\"access-section\"", 40),
    ("\"access-layers\"", 40),
    ("\"nat-rule\"", 40),
    ("\"nat-section\"", 40),
    ("\"objects-dictionary\"", 40),
    ("\"CpmiAnyObject\"", 60),
    ("\"CpmiHostCkp\"", 60),
    ("\"CpmiGatewayCluster\"", 60),
    ("\"simple-gateway\"", 50),
    ("\"simple-cluster\"", 50),
    ("\"domain-type\"", 50),
    ("\"implied-rules\"", 50),
    ("\"service-tcp\"", 30),
    ("\"service-udp\"", 30),
    ("\"ipv4-mask-wildcard\"", 40),
    ("\"mask-length4\"", 30),
    ("\"rulebase\"", 20),
    ("\"meta-info\"", 20),
    ("\"from\"", 10),
    ("\"to\"", 5),
    ("\"total\"", 5),
];

fn probe_json(head: &str, _path: &str) -> Option<u8> {
    let found =
        WORDS.iter().filter(|(word, _)| head.contains(word)).map(|(_, sure)| u32::from(*sure));
    let sure: u32 = found.sum();
    (sure >= 40).then(|| u8::try_from(sure.min(95)).unwrap_or(95))
}

/// Lines that only Gaia writes. VyOS also begins with `set interfaces`, in the plural, and quotes its values.
fn probe_clish(head: &str) -> Option<u8> {
    let mut sure = 0u8;
    for line in head.lines().take(2_000) {
        let words: Vec<&str> = line.split_whitespace().take(6).collect();
        let points = match words.as_slice() {
            [
                "set",
                "interface",
                _,
                "ipv4-address" | "ipv6-address",
                _,
                "mask-length" | "subnet-mask",
            ] => 60,
            ["set", "static-route", _, "nexthop", ..] => 60,
            [
                "set",
                "installer" | "clienv" | "password-controls" | "inactivity-timeout" | "core-dump",
                ..,
            ] => 30,
            ["add", "bonding", "group", ..] | ["add", "interface", _, "vlan", _] => 30,
            ["set", "interface", _, "state", "on" | "off"] => 20,
            ["set", "hostname", _] => 20,
            ["#", "Language", "version:", ..] => 30,
            ["#", "Exported", "by", ..] => 20,
            ["config", ..] | ["set", "deviceconfig" | "interfaces" | "system", ..] => return None,
            _ => 0,
        };
        sure = sure.saturating_add(points).min(90);
    }
    (sure >= 40).then_some(sure)
}
