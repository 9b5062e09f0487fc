//! Words of the export: types of objects, and keys that hold secrets.

use super::super::value::get;
use crate::fate::Fate;
use crate::tree::Node;

/// Gateways, clusters and servers: objects with interfaces.
pub(super) fn is_gateway(kind: &str) -> bool {
    const WORDS: [&str; 14] = [
        "checkpoint-host",
        "cluster-member",
        "interoperable-device",
        "lsm-cluster",
        "lsm-gateway",
        "simple-cluster",
        "simple-gateway",
        "smart-1-cloud",
        "mds",
        "CpmiHostCkp",
        "CpmiHostPlain",
        "CpmiVsNetobj",
        "gateway",
        "cluster",
    ];
    WORDS.contains(&kind)
        || kind.starts_with("CpmiGateway")
        || kind.starts_with("CpmiCluster")
        || kind.starts_with("CpmiVs")
        || kind.starts_with("externally-managed")
}

/// Types that rules do not name: people, servers, sessions, profiles.
pub(super) const UNNAMED: [&str; 22] = [
    "administrator",
    "administrator-group",
    "api-key",
    "domain",
    "https-layer",
    "https-section",
    "ldap-group",
    "limit",
    "opsec-application",
    "radius-group",
    "radius-server",
    "resource-cifs",
    "session",
    "syslog-server",
    "tacacs-group",
    "tacacs-server",
    "tag",
    "task",
    "threat-layer",
    "threat-profile",
    "trusted-client",
    "trusted-ca",
];

/// Whether a key holds a secret.
pub(super) fn is_secret(key: &str) -> bool {
    matches!(
        key,
        "shared-secret"
            | "shared-secrets"
            | "one-time-password"
            | "password"
            | "password-hash"
            | "passphrase"
            | "secret"
            | "sic-name"
            | "api-key"
            | "base64-certificate"
            | "access-key"
            | "secret-access-key"
    )
}

/// Takes the secrets below a node.
pub(super) fn secrets(node: Node<'_>) {
    if is_secret(node.word(0)) {
        node.claim_all(Fate::SECRET);
        return;
    }
    // Nesting is limited by the reader of JSON.
    node.children().for_each(secrets);
}

/// Keys of an envelope that name nothing.
pub(super) const GENERIC: [&str; 28] = [
    "access-layer",
    "access-layers",
    "access-rulebase",
    "access-rulebases",
    "access_rulebase",
    "access_rules",
    "ansible_facts",
    "answers",
    "chunks",
    "data",
    "gateways",
    "items",
    "json",
    "json_body",
    "nat-rulebase",
    "nat_rulebase",
    "nat_rulebases",
    "objects",
    "objects-dictionary",
    "packages",
    "policies",
    "response",
    "responses",
    "result",
    "results",
    "rulebase",
    "rulebases",
    "threat-layers",
];

/// Scalars of an envelope.
pub(super) const ENVELOPE_KEYS: [&str; 20] = [
    "api-server-version",
    "api-version",
    "changed",
    "code",
    "command",
    "details-level",
    "dereference-group-members",
    "failed",
    "filter",
    "from",
    "layer",
    "limit",
    "name",
    "offset",
    "package",
    "show-membership",
    "status",
    "to",
    "total",
    "use-object-dictionary",
];

/// Whether an entry of a rulebase is a heading with rules. The first version of the interface calls it `section`.
pub(super) fn is_section(node: Node<'_>) -> bool {
    match get(node, "type") {
        "access-section" | "nat-section" | "section" => true,
        "" => node.child("rulebase").is_some(),
        _ => false,
    }
}

/// Whether entries of a rulebase are NAT rules, by what they say.
pub(super) fn is_nat(entries: &[Node<'_>]) -> bool {
    let mut waiting: Vec<Node<'_>> = entries.to_vec();
    while let Some(node) = waiting.pop() {
        match get(node, "type") {
            "nat-rule" | "nat-section" => return true,
            "access-rule" | "access-section" => return false,
            _ if node.child("original-source").is_some() => return true,
            _ => {}
        }
        waiting.extend(node.child("rulebase").into_iter().flat_map(|inner| inner.children()));
    }
    false
}
