//! Words of the export: types of objects, and keys that hold secrets.

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
