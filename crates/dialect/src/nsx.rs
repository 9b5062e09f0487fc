//! VMware NSX: exports of the policy API (NSX-T 3.x, NSX 4.x), as JSON.
//!
//! Read are the hierarchical tree (`GET /policy/api/v1/infra?filter=…`), the same as a plain nested object, and answers with lists,
//! alone or together in a folder. The distributed firewall is one context, each tier-0 and tier-1 gateway another one. What is
//! modelled and what is not: `docs/dialects/nsx.md`. NSX for vSphere (XML) is another product and is not recognised.

mod config;
mod extract;
mod fields;
mod kinds;
mod lower;
mod say;

#[cfg(test)]
mod tests;

use policy::PredicateKind;

use crate::facts::DialectFacts;
use crate::limits::Limits;
use crate::reading::Reading;
use crate::text::Text;
use crate::tree::{Node, json};
use crate::{Definitions, Dialect};

/// The dialect.
#[derive(Debug)]
pub(crate) struct Nsx;

impl Dialect for Nsx {
    fn id(&self) -> &'static str {
        "nsx"
    }

    fn name(&self) -> &'static str {
        "NSX"
    }

    fn version(&self) -> u32 {
        1
    }

    fn probe(&self, head: &str, path: &str) -> Option<u8> {
        probe(head, path)
    }

    fn together(&self) -> bool {
        true
    }

    fn read(&self, files: Vec<Text>, facts: &DialectFacts, limits: &Limits) -> Reading {
        let mut say = say::Say::new(limits.problems);
        let mut problems = Vec::new();
        let trees: Vec<_> =
            files.into_iter().map(|text| json::read(text, limits, &mut problems)).collect();
        let config = extract::extract(&trees, &mut say);
        let device = lower::lower(&config, facts.of("nsx"), &mut say);
        drop(config);
        problems.append(&mut say.problems);
        Reading { dialect: "nsx", devices: vec![device], trees, problems }
    }

    fn define<'t>(&self, node: Node<'t>, into: &mut Definitions<'t>) {
        // What is attached to a port of a segment.
        if let Some(path) = node.child("attachment").and_then(|_| node.child("path")) {
            into.add(path.word(1), "", node, &[PredicateKind::Dynamic]);
        }
        // A name in a directory; which directory stands beside it.
        if let Some(name) = node.child("distinguished_name") {
            into.add(name.word(1), "", node, &[PredicateKind::User]);
        }
        // Ethernet rules know a group by its path.
        let group = node.child("resource_type").is_some_and(|kind| kind.word(1) == "Group");
        if let Some(path) = node.child("path").filter(|_| group) {
            into.add(path.word(1), "", node, &[PredicateKind::Mac]);
        }
    }
}

/// Types that only this API has, and types whose names others may have too.
const TYPES: [&str; 15] = [
    "Infra",
    "GlobalInfra",
    "SecurityPolicy",
    "GatewayPolicy",
    "PolicyNatRule",
    "PolicyContextProfile",
    "PolicyExcludeList",
    "VirtualNetworkInterface",
    "PolicyFirewallScheduler",
    "ChildDomain",
    "ChildSecurityPolicy",
    "ChildResourceReference",
    "L4PortSetServiceEntry",
    "IPAddressExpression",
    "DfwFirewallConfiguration",
];

/// Types that are told by a second sign.
const COMMON_TYPES: [&str; 11] = [
    "Domain",
    "Rule",
    "Group",
    "Service",
    "Segment",
    "SegmentPort",
    "Tier0",
    "Tier1",
    "VirtualMachine",
    "LocaleServices",
    "StaticRoutes",
];

fn probe(head: &str, path: &str) -> Option<u8> {
    let start = head.trim_start_matches('\u{feff}').trim_start();
    if !start.starts_with(['{', '[']) {
        return None;
    }
    let mut sure = 0u8;
    let mut rest = head;
    while let Some(at) = rest.find("\"resource_type\"") {
        rest = rest.get(at + 15..).unwrap_or("");
        let value = rest.trim_start().strip_prefix(':').unwrap_or("").trim_start();
        let value = value.strip_prefix('"').and_then(|value| value.split('"').next());
        let value = value.unwrap_or("");
        if TYPES.contains(&value) {
            return Some(95);
        }
        if COMMON_TYPES.contains(&value) {
            sure = sure.max(60);
        }
    }
    let infra = head.contains("\"/infra/") || head.contains("\"/global-infra/");
    if infra {
        return Some(if sure > 0 { 95 } else { 80 });
    }
    // An answer about members holds nothing but addresses: only its path tells.
    let members = path.contains("/members/") && path.contains("groups/");
    if members && head.contains("\"results\"") {
        return Some(50);
    }
    (sure > 0 && (head.contains("\"_revision\"") || head.contains("\"marked_for_delete\"")))
        .then_some(70)
        .or_else(|| head.contains("\"owner_vm_id\"").then_some(70))
        .or_else(|| (sure > 0 && head.contains("\"result_count\"")).then_some(60))
}
