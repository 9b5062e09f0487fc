//! What cannot affect packets, and what is known and not modelled: by section and by key.

use super::say::Say;
use super::table::Value;
use crate::codes;
use crate::fate::{Fate, Reason};
use crate::tree::Node;

/// Keys whose value is a secret wherever they stand.
const SECRET: [&str; 40] = [
    "admin-password",
    "api-key",
    "auth-password",
    "auth-pwd",
    "authkey",
    "authpasswd",
    "authpasswrd",
    "crptpasswd",
    "enc-key",
    "group-password",
    "ha-password",
    "key",
    "key-outbound",
    "key-inbound",
    "keyphrase",
    "license",
    "login-passwd",
    "md5-key",
    "passphrase",
    "passwd",
    "passwd1",
    "passwd2",
    "password",
    "password2",
    "ppk-secret",
    "pptp-passwd",
    "priv-pwd",
    "private-key",
    "psksecret",
    "psksecret-remote",
    "radius-secret",
    "rsso-secret",
    "sae-password",
    "secondary-key",
    "secondary-secret",
    "secret",
    "secret-key",
    "seed",
    "tertiary-key",
    "tertiary-secret",
];

/// Keys that mean nothing for packets in whatever table they stand.
const COSMETIC: [&str; 15] = [
    "alias",
    "allow-routing",
    "associated-interface",
    "cache-ttl",
    "category",
    "color",
    "comment",
    "comments",
    "description",
    "fabric-object",
    "global-object",
    "snmp-index",
    "uuid",
    "uuid-idx",
    "visibility",
];

/// Whether a setting holds a secret.
fn is_secret(key: &str, value: &Value<'_>) -> bool {
    value.one() == "ENC"
        || (SECRET.contains(&key) && !value.one().is_empty())
        || value.one().starts_with("-----BEGIN ENCRYPTED")
        || value.one().starts_with("-----BEGIN RSA PRIVATE")
        || value.one().starts_with("-----BEGIN PRIVATE")
}

/// Takes a setting: as a secret when it is one, else with this fate.
pub(super) fn claim(key: &str, value: &Value<'_>, fate: Fate) {
    value.claim(if is_secret(key, value) { Fate::SECRET } else { fate });
}

/// Takes a setting that means nothing in any table; false when it is not one.
pub(super) fn cosmetic(key: &str, value: &Value<'_>) -> bool {
    if is_secret(key, value) {
        value.claim(Fate::SECRET);
    } else if COSMETIC.contains(&key) {
        value.claim(Fate::inert(Reason::Cosmetic));
    } else {
        return false;
    }
    true
}

/// Takes whatever nobody took below a node: secrets as such, the rest with this fate.
pub(super) fn claim_below(node: Node<'_>, fate: Fate) {
    secrets(node);
    node.claim_rest(fate);
}

/// Takes the secrets below a node. Without recursion: nesting is the input's.
fn secrets(node: Node<'_>) {
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        if !node.is_statement() {
            open.extend(node.children());
            continue;
        }
        let (key, first) = (node.word(1), node.word(2));
        let secret = first == "ENC"
            || (SECRET.contains(&key) && !first.is_empty())
            || first.starts_with("-----BEGIN") && !first.starts_with("-----BEGIN CERT");
        if node.word(0) == "set" && secret {
            node.claim(Fate::SECRET);
        }
    }
}

/// Sections by their whole name or by a beginning of it; the longest that fits counts. Sorted.
const SECTIONS: &[(&str, Fate)] = &[
    ("alertemail", Fate::inert(Reason::Logging)),
    ("antivirus", Fate::inert(Reason::InspectionProfile)),
    ("application", Fate::inert(Reason::InspectionProfile)),
    ("authentication", Fate::inert(Reason::Management)),
    ("automation", Fate::inert(Reason::Management)),
    ("aws", Fate::inert(Reason::Management)),
    ("azure", Fate::inert(Reason::Management)),
    ("casb", Fate::inert(Reason::InspectionProfile)),
    ("certificate", Fate::inert(Reason::Certificate)),
    ("cifs", Fate::inert(Reason::InspectionProfile)),
    ("credential-store", Fate::inert(Reason::Management)),
    ("diameter-filter", Fate::inert(Reason::InspectionProfile)),
    ("dlp", Fate::inert(Reason::InspectionProfile)),
    ("dnsfilter", Fate::inert(Reason::InspectionProfile)),
    ("dpdk", Fate::inert(Reason::TrafficShaping)),
    ("emailfilter", Fate::inert(Reason::InspectionProfile)),
    ("endpoint-control", Fate::inert(Reason::Management)),
    ("ethernet-oam", Fate::inert(Reason::LinkLayer)),
    ("extender", Fate::inert(Reason::Management)),
    ("extender-controller", Fate::inert(Reason::Management)),
    ("extension-controller", Fate::inert(Reason::Management)),
    ("file-filter", Fate::inert(Reason::InspectionProfile)),
    ("firewall DoS-policy", Fate::unsupported(Reason::OtherRuleList)),
    ("firewall DoS-policy6", Fate::unsupported(Reason::OtherRuleList)),
    ("firewall access-proxy", Fate::unsupported(Reason::NatKind)),
    ("firewall access-proxy-ssh-client-cert", Fate::inert(Reason::Certificate)),
    ("firewall access-proxy-virtual-host", Fate::inert(Reason::Unreferenced)),
    ("firewall access-proxy6", Fate::unsupported(Reason::NatKind)),
    ("firewall acl", Fate::unsupported(Reason::OtherRuleList)),
    ("firewall acl6", Fate::unsupported(Reason::OtherRuleList)),
    ("firewall address6-template", Fate::inert(Reason::Unreferenced)),
    ("firewall auth-portal", Fate::inert(Reason::Management)),
    ("firewall carrier-endpoint-bwl", Fate::inert(Reason::InspectionProfile)),
    ("firewall city", Fate::inert(Reason::Cosmetic)),
    ("firewall country", Fate::inert(Reason::Cosmetic)),
    ("firewall decrypted-traffic-mirror", Fate::inert(Reason::Logging)),
    ("firewall dnstranslation", Fate::inert(Reason::InspectionProfile)),
    ("firewall global", Fate::inert(Reason::Management)),
    ("firewall gtp", Fate::inert(Reason::InspectionProfile)),
    ("firewall hyperscale-policy", Fate::unsupported(Reason::OtherRuleList)),
    ("firewall hyperscale-policy46", Fate::unsupported(Reason::OtherRuleList)),
    ("firewall hyperscale-policy6", Fate::unsupported(Reason::OtherRuleList)),
    ("firewall hyperscale-policy64", Fate::unsupported(Reason::OtherRuleList)),
    ("firewall identity-based-route", Fate::unsupported(Reason::PolicyRoute)),
    ("firewall interface-policy", Fate::unsupported(Reason::OtherRuleList)),
    ("firewall interface-policy6", Fate::unsupported(Reason::OtherRuleList)),
    ("firewall internet-service", Fate::inert(Reason::Unreferenced)),
    ("firewall internet-service-addition", Fate::approximated(Reason::Predefined)),
    ("firewall internet-service-append", Fate::unsupported(Reason::MatchOption)),
    ("firewall internet-service-botnet", Fate::inert(Reason::Cosmetic)),
    ("firewall internet-service-cat-definition", Fate::approximated(Reason::Predefined)),
    ("firewall internet-service-custom", Fate::approximated(Reason::NamedUnknown)),
    ("firewall internet-service-definition", Fate::approximated(Reason::Predefined)),
    ("firewall internet-service-extension", Fate::approximated(Reason::Predefined)),
    ("firewall internet-service-fortiguard", Fate::approximated(Reason::NamedUnknown)),
    ("firewall internet-service-group", Fate::approximated(Reason::NamedUnknown)),
    ("firewall internet-service-ipbl-reason", Fate::inert(Reason::Cosmetic)),
    ("firewall internet-service-ipbl-vendor", Fate::inert(Reason::Cosmetic)),
    ("firewall internet-service-list", Fate::inert(Reason::Cosmetic)),
    ("firewall internet-service-name", Fate::inert(Reason::Unreferenced)),
    ("firewall internet-service-owner", Fate::inert(Reason::Cosmetic)),
    ("firewall internet-service-reputation", Fate::inert(Reason::Cosmetic)),
    ("firewall internet-service-sld", Fate::inert(Reason::Cosmetic)),
    ("firewall internet-service-subapp", Fate::inert(Reason::Cosmetic)),
    ("firewall ip-translation", Fate::unsupported(Reason::NatKind)),
    ("firewall ipmacbinding", Fate::unsupported(Reason::OtherRuleList)),
    ("firewall ipmacbinding setting", Fate::unsupported(Reason::OtherRuleList)),
    ("firewall ipv6-eh-filter", Fate::approximated(Reason::Session)),
    ("firewall ldb-monitor", Fate::inert(Reason::Management)),
    ("firewall mms-profile", Fate::inert(Reason::InspectionProfile)),
    ("firewall multicast-address", Fate::inert(Reason::Unreferenced)),
    ("firewall multicast-address6", Fate::inert(Reason::Unreferenced)),
    ("firewall multicast-policy", Fate::unsupported(Reason::Multicast)),
    ("firewall multicast-policy6", Fate::unsupported(Reason::Multicast)),
    ("firewall network-service-dynamic", Fate::approximated(Reason::NamedUnknown)),
    ("firewall on-demand-sniffer", Fate::inert(Reason::Logging)),
    ("firewall pfcp", Fate::inert(Reason::InspectionProfile)),
    ("firewall policy46", Fate::unsupported(Reason::FamilyTranslation)),
    ("firewall policy64", Fate::unsupported(Reason::FamilyTranslation)),
    ("firewall profile-group", Fate::inert(Reason::InspectionProfile)),
    ("firewall profile-protocol-options", Fate::inert(Reason::InspectionProfile)),
    ("firewall proxy-address", Fate::inert(Reason::Unreferenced)),
    ("firewall proxy-addrgrp", Fate::inert(Reason::Unreferenced)),
    ("firewall proxy-policy", Fate::unsupported(Reason::OtherRuleList)),
    ("firewall region", Fate::inert(Reason::Cosmetic)),
    ("firewall service category", Fate::inert(Reason::Cosmetic)),
    ("firewall shaper", Fate::inert(Reason::TrafficShaping)),
    ("firewall shaping-policy", Fate::inert(Reason::TrafficShaping)),
    ("firewall shaping-profile", Fate::inert(Reason::TrafficShaping)),
    ("firewall sniffer", Fate::inert(Reason::Logging)),
    ("firewall ssh", Fate::inert(Reason::Certificate)),
    ("firewall ssl", Fate::inert(Reason::InspectionProfile)),
    ("firewall ssl-server", Fate::inert(Reason::InspectionProfile)),
    ("firewall ssl-ssh-profile", Fate::inert(Reason::InspectionProfile)),
    ("firewall traffic-class", Fate::inert(Reason::TrafficShaping)),
    ("firewall ttl-policy", Fate::unsupported(Reason::OtherRuleList)),
    ("firewall vendor-mac", Fate::inert(Reason::Cosmetic)),
    ("firewall vendor-mac-summary", Fate::inert(Reason::Cosmetic)),
    ("firewall vip46", Fate::unsupported(Reason::FamilyTranslation)),
    ("firewall vip64", Fate::unsupported(Reason::FamilyTranslation)),
    ("firewall vipgrp46", Fate::unsupported(Reason::FamilyTranslation)),
    ("firewall vipgrp64", Fate::unsupported(Reason::FamilyTranslation)),
    ("firewall wildcard-fqdn", Fate::inert(Reason::Unreferenced)),
    ("fmupdate", Fate::inert(Reason::Management)),
    ("ftp-proxy", Fate::inert(Reason::Management)),
    ("gcp", Fate::inert(Reason::Management)),
    ("gui", Fate::inert(Reason::Cosmetic)),
    ("hsm", Fate::inert(Reason::Management)),
    ("icap", Fate::inert(Reason::InspectionProfile)),
    ("imp2p", Fate::inert(Reason::InspectionProfile)),
    ("ips", Fate::inert(Reason::InspectionProfile)),
    ("log", Fate::inert(Reason::Logging)),
    ("monitoring", Fate::inert(Reason::Management)),
    ("netscan", Fate::inert(Reason::Management)),
    ("nsxt", Fate::inert(Reason::Management)),
    ("pfcp", Fate::inert(Reason::InspectionProfile)),
    ("report", Fate::inert(Reason::Logging)),
    ("router access-list", Fate::inert(Reason::Unreferenced)),
    ("router access-list6", Fate::inert(Reason::Unreferenced)),
    ("router aspath-list", Fate::inert(Reason::Unreferenced)),
    ("router auth-path", Fate::unsupported(Reason::PolicyRoute)),
    ("router bfd", Fate::inert(Reason::Management)),
    ("router bfd6", Fate::inert(Reason::Management)),
    ("router community-list", Fate::inert(Reason::Unreferenced)),
    ("router extcommunity-list", Fate::inert(Reason::Unreferenced)),
    ("router key-chain", Fate::inert(Reason::Unreferenced)),
    ("router multicast", Fate::unsupported(Reason::Multicast)),
    ("router multicast-flow", Fate::unsupported(Reason::Multicast)),
    ("router multicast6", Fate::unsupported(Reason::Multicast)),
    ("router prefix-list", Fate::inert(Reason::Unreferenced)),
    ("router prefix-list6", Fate::inert(Reason::Unreferenced)),
    ("router route-map", Fate::inert(Reason::Unreferenced)),
    ("router setting", Fate::inert(Reason::Management)),
    ("rule", Fate::inert(Reason::InspectionProfile)),
    ("sctp-filter", Fate::inert(Reason::InspectionProfile)),
    ("spamfilter", Fate::inert(Reason::InspectionProfile)),
    ("ssh-filter", Fate::inert(Reason::InspectionProfile)),
    ("switch-controller", Fate::inert(Reason::LinkLayer)),
    ("system", Fate::inert(Reason::Management)),
    ("system dhcp server", Fate::approximated(Reason::LocalTraffic)),
    ("system dhcp6 server", Fate::approximated(Reason::LocalTraffic)),
    ("system dns-server", Fate::approximated(Reason::LocalTraffic)),
    ("system gre-tunnel", Fate::inert(Reason::LinkLayer)),
    ("system ipip-tunnel", Fate::inert(Reason::LinkLayer)),
    ("system ips-urlfilter-dns", Fate::inert(Reason::InspectionProfile)),
    ("system link-monitor", Fate::approximated(Reason::DynamicRoute)),
    ("system lte-modem", Fate::approximated(Reason::DynamicRoute)),
    ("system mac-address-table", Fate::inert(Reason::LinkLayer)),
    ("system modem", Fate::approximated(Reason::DynamicRoute)),
    ("system nat64", Fate::unsupported(Reason::FamilyTranslation)),
    ("system np6", Fate::inert(Reason::TrafficShaping)),
    ("system physical-switch", Fate::inert(Reason::LinkLayer)),
    ("system replacemsg", Fate::inert(Reason::Cosmetic)),
    ("system session-helper", Fate::approximated(Reason::SessionHelper)),
    ("system session-ttl", Fate::approximated(Reason::Session)),
    ("system sit-tunnel", Fate::inert(Reason::LinkLayer)),
    ("system snmp community", Fate::approximated(Reason::LocalTraffic)),
    ("system storage", Fate::inert(Reason::Management)),
    ("system switch-interface", Fate::inert(Reason::LinkLayer)),
    ("system virtual-switch", Fate::inert(Reason::LinkLayer)),
    ("system virtual-wire-pair", Fate::unsupported(Reason::Mode)),
    ("system vne-interface", Fate::unsupported(Reason::NatKind)),
    ("system vne-tunnel", Fate::unsupported(Reason::NatKind)),
    ("system vxlan", Fate::inert(Reason::LinkLayer)),
    ("telemetry-controller", Fate::inert(Reason::Management)),
    ("user", Fate::inert(Reason::Management)),
    ("videofilter", Fate::inert(Reason::InspectionProfile)),
    ("virtual-patch", Fate::inert(Reason::InspectionProfile)),
    ("voip", Fate::inert(Reason::InspectionProfile)),
    ("vpn", Fate::inert(Reason::TunnelCrypto)),
    ("vpn certificate", Fate::inert(Reason::Certificate)),
    ("vpn l2tp", Fate::approximated(Reason::LocalTraffic)),
    ("vpn pptp", Fate::approximated(Reason::LocalTraffic)),
    ("waf", Fate::inert(Reason::InspectionProfile)),
    ("wanopt", Fate::inert(Reason::TrafficShaping)),
    ("web-proxy", Fate::inert(Reason::Management)),
    ("web-proxy explicit", Fate::unsupported(Reason::LocalTraffic)),
    ("web-proxy profile", Fate::inert(Reason::InspectionProfile)),
    ("webcache", Fate::inert(Reason::TrafficShaping)),
    ("webfilter", Fate::inert(Reason::InspectionProfile)),
    ("webfilter ftgd-local-cat", Fate::approximated(Reason::Inspection)),
    ("webfilter ftgd-local-rating", Fate::approximated(Reason::Inspection)),
    ("wireless-controller", Fate::inert(Reason::LinkLayer)),
    ("ztna", Fate::unsupported(Reason::NatKind)),
];

/// The fate of a section by the longest beginning that is known.
fn known(name: &str) -> Option<Fate> {
    let mut name = name;
    loop {
        if let Ok(at) = SECTIONS.binary_search_by_key(&name, |(known, _)| known) {
            return SECTIONS.get(at).map(|(_, fate)| *fate);
        }
        name = name.rsplit_once(' ')?.0;
    }
}

/// Takes a section that is not modelled. One that matters and has content is said.
pub(super) fn section(name: &str, node: Node<'_>, say: &mut Say) {
    if node.is_statement() {
        // An empty section says nothing, also where its content would matter.
        if known(name).is_some() {
            node.claim(Fate::inert(Reason::DefaultValue));
        }
        return;
    }
    let Some(fate) = known(name) else {
        secrets(node);
        return;
    };
    if name == "system admin" {
        // From where administrators sign in: the services of the device are open to nobody else.
        let entries = node.children().flat_map(Node::children);
        let trusted = entries.filter(|set| set.word(1).contains("trusthost"));
        trusted.for_each(|set| set.claim(Fate::approximated(Reason::LocalTraffic)));
    }
    claim_below(node, fate);
    if fate.disposition == crate::fate::Disposition::Unsupported {
        say.warn(codes::UNSUPPORTED, node.span(), "what", &format!("config {name}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted() {
        assert!(SECTIONS.is_sorted_by_key(|(name, _)| *name));
        assert!(COSMETIC.is_sorted());
    }

    #[test]
    fn the_longest_beginning_counts() {
        let fate = |name| known(name).map(|fate| fate.reason);
        assert_eq!(fate("system replacemsg mail"), Some(Reason::Cosmetic));
        assert_eq!(fate("system dns"), Some(Reason::Management));
        assert_eq!(fate("firewall something-new"), None);
        assert_eq!(fate("router something-new"), None);
    }
}
