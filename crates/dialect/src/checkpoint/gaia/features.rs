//! Features of Gaia's command shell: which decide nothing about packets through the gateway, and after which words secrets stand.
//!
//! Source: *Gaia Administration Guide* and *Gaia Advanced Routing Administration Guide* (R77 to R81.20), and the shell's own
//! `show commands`.

use crate::fate::{Fate, Reason};

/// Whether a value of this line is a secret.
pub(super) fn holds_secret(words: &[&str]) -> bool {
    let feature = words.get(1).copied().unwrap_or("");
    let authentication =
        words.windows(2).any(|pair| matches!(pair, ["authtype", "simple" | "md5"]));
    authentication
        || matches!(feature, "expert-password-hash" | "grub2-password-hash" | "grub2-password")
        || words.iter().skip(2).any(|word| is_secret(word))
}

fn is_secret(word: &str) -> bool {
    const ENDS: [&str; 7] =
        ["hash", "hashed", "pass-phrase", "password", "passphrase", "secret", "passwd"];
    matches!(word, "community" | "key" | "md5" | "privpassword" | "token")
        || ENDS.iter().any(|end| word.ends_with(end))
}

/// Why a feature does not matter, or that it does and is not modelled. `None` for features that nobody knows here.
pub(super) fn feature_fate(feature: &str) -> Option<Fate> {
    FEATURES.iter().find(|(_, features)| features.contains(&feature)).map(|(fate, _)| *fate)
}

/// Sorted within each sort. A feature that gives addresses or routes is not among those that are inert.
const FEATURES: [(Fate, &[&str]); 5] = [
    (
        Fate::inert(Reason::Management),
        &[
            "aaa",
            "allowed-client",
            "api",
            "asset",
            "backup",
            "backup-scheduled",
            "bootp",
            "chassis",
            "clienv",
            "cloning-group",
            "cloning-group-management",
            "cluster",
            "command",
            "config",
            "config-lock",
            "config-state",
            "consent-flags",
            "core-dump",
            "cron",
            "database",
            "date",
            "dhcp",
            "dns",
            "domain",
            "domainname",
            "dynamic-balancing",
            "edition",
            "environment",
            "expert-authentication-method",
            "expert-password",
            "expert-password-hash",
            "format",
            "gaia-api",
            "group",
            "grub2-password",
            "grub2-password-hash",
            "hardware",
            "high-availability",
            "host",
            "hosts",
            "http-proxy",
            "inactivity-timeout",
            "installer",
            "interface-name",
            "ip-conflicts-monitor",
            "ip-conntrack",
            "iphelper",
            "ipreachdetect",
            "ipstat",
            "ipv6-state",
            "lcd",
            "maestro",
            "mail-notification",
            "management",
            "max-path-splits",
            "mcvr",
            "mcvrrp",
            "message",
            "nat-pool",
            "net-access",
            "ntp",
            "password-controls",
            "ping",
            "proxy",
            "radius-server",
            "rba",
            "rdisc",
            "role",
            "router-id",
            "router-options",
            "security-group",
            "selfpasswd",
            "service-authentication",
            "smo",
            "snapshot",
            "ssh",
            "ssh-server",
            "sshd",
            "ssl",
            "static-mroute",
            "sysenv",
            "tacacs-server",
            "telnet-state",
            "time",
            "timezone",
            "tls",
            "trusted-ca",
            "upgrade",
            "user",
            "volume",
            "vrrp",
            "vsx",
            "web",
        ],
    ),
    (
        Fate::inert(Reason::Logging),
        &["lldp", "netflow", "routedsyslog", "sflow", "snmp", "syslog", "trace", "tracefile"],
    ),
    (
        Fate::inert(Reason::LinkLayer),
        &[
            "arp",
            "bonding",
            "bridging",
            "fcd",
            "interface-group",
            "ndp",
            "neighbor",
            "neighbor-entry",
            "wireless",
        ],
    ),
    (Fate::unsupported(Reason::Multicast), &["igmp", "ipv6-pim", "mfc", "pim"]),
    (
        Fate::inert(Reason::DefaultValue),
        &[
            "export-route-filter",
            "inbound-route-filter",
            "prefix-list",
            "prefix-tree",
            "protocol-rank",
            "routemap",
        ],
    ),
];
