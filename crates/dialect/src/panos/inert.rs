//! Words of the language that do not decide about packets, by where they stand, with the reason. Sorted.

use crate::fate::Reason::{
    self, Certificate, Cosmetic, Envelope, InspectionProfile, LinkLayer, Logging, Management,
    TrafficShaping, TunnelCrypto,
};
use crate::tree::Node;

/// Below `config`.
pub(super) const TOP: &[(&str, Reason)] = &[
    ("cli", Envelope),
    ("commit", Envelope),
    ("delete", Reason::Overridden),
    ("mgt-config", Management),
    ("move", Reason::Overridden),
    ("predefined", Envelope),
    ("rename", Reason::Overridden),
    ("replaced", Reason::Overridden),
];

/// Below a device.
pub(super) const DEVICE: &[(&str, Reason)] = &[
    ("device-config", Management),
    ("deviceconfig", Management),
    ("log-collector", Logging),
    ("log-collector-group", Logging),
    ("platform", Management),
    ("plugins", Management),
    ("vm-info-source", Management),
    ("wildfire-appliance", Management),
    ("wildfire-appliance-cluster", Management),
];

/// Below `shared`, a virtual system or a device group.
pub(super) const SCOPE: &[(&str, Reason)] = &[
    ("admin-role", Management),
    ("alg-override", Reason::Session),
    ("application-status", Management),
    ("application-tag", Cosmetic),
    ("authentication-object", Management),
    ("authentication-profile", Management),
    ("authentication-sequence", Management),
    ("authorization-code", Management),
    ("botnet", Logging),
    ("captive-portal", Management),
    ("certificate", Certificate),
    ("certificate-profile", Certificate),
    ("content-preview", Management),
    ("custom-url-category", InspectionProfile),
    ("default-hip-profile", InspectionProfile),
    ("description", Cosmetic),
    ("device-object", InspectionProfile),
    ("device-telemetry", Management),
    ("disable-override", Management),
    ("display-name", Cosmetic),
    ("dns-proxy", Management),
    ("dynamic-user-group", InspectionProfile),
    ("email-scheduler", Logging),
    ("global-protect", Reason::LocalTraffic),
    ("group-mapping", Management),
    ("hip-objects", InspectionProfile),
    ("hip-profiles", InspectionProfile),
    ("id", Cosmetic),
    ("iot", InspectionProfile),
    ("local-user-database", Management),
    ("log-settings", Logging),
    ("master-device", Management),
    ("multi-authentication-factor", Management),
    ("ocsp-responder", Certificate),
    ("override", Management),
    ("pdf-summary-report", Logging),
    ("profile-group", InspectionProfile),
    ("profiles", InspectionProfile),
    ("proxy", Management),
    ("qos", TrafficShaping),
    ("redistribution-agent", Management),
    ("redistribution-collector", Management),
    ("reference-templates", Management),
    ("report-group", Logging),
    ("reports", Logging),
    ("resource", Management),
    ("response-page", Cosmetic),
    ("route", Management),
    ("saas-tenant-list", InspectionProfile),
    ("saas-user-list", InspectionProfile),
    ("scep", Certificate),
    ("sdwan-interface-profile", TrafficShaping),
    ("secure-socket-layer", Certificate),
    ("server-profile", Management),
    ("setting", Management),
    ("snmp-setting", Management),
    ("ssl-decrypt", InspectionProfile),
    ("ssl-tls-service-profile", Certificate),
    ("tag", Cosmetic),
    ("threats", InspectionProfile),
    ("to-sw-version", Management),
    ("ts-agent", Management),
    ("url-admin-override", InspectionProfile),
    ("url-content-types", InspectionProfile),
    ("user-group-source", Management),
    ("user-id-agent", Management),
    ("user-id-agent-sequence", Management),
    ("user-id-collector", Management),
    ("user-id-hub", Management),
    ("user-id-ssl-auth", Management),
    ("vm-info-source", Management),
    ("wif", Management),
    ("xff-ip", Management),
];

/// Below `network`.
pub(super) const NETWORK: &[(&str, Reason)] = &[
    ("dhcp", Reason::LocalTraffic),
    ("dns-proxy", Reason::LocalTraffic),
    ("dynamic-address-group", Management),
    ("ike", TunnelCrypto),
    ("lldp", LinkLayer),
    ("profiles", Management),
    ("proxy", Management),
    ("qos", TrafficShaping),
    ("routing-profile", Management),
    ("sdwan-interface-profile", TrafficShaping),
    ("underlay-net", Management),
];

/// Below an interface, its `layer3` and its units.
pub(super) const INTERFACE: &[(&str, Reason)] = &[
    ("adjust-tcp-mss", Reason::Session),
    ("aggregate-group", LinkLayer),
    ("anycast", Management),
    ("arp", LinkLayer),
    ("bonjour", Management),
    ("cluster-interconnect", Management),
    ("comment", Cosmetic),
    ("ddns-config", Management),
    ("decrypt-forward", Management),
    ("decrypt-mirror", Logging),
    ("df-ignore", LinkLayer),
    ("forward-error-correction", LinkLayer),
    ("gre", TunnelCrypto),
    ("ha", Management),
    ("interface-management-profile", Reason::LocalTraffic),
    ("lacp", LinkLayer),
    ("link-duplex", LinkLayer),
    ("link-speed", LinkLayer),
    ("link-state", LinkLayer),
    ("link-tag", LinkLayer),
    ("lldp", LinkLayer),
    ("local-address", TunnelCrypto),
    ("log-card", Logging),
    ("mtu", LinkLayer),
    ("ndp-proxy", LinkLayer),
    ("netflow-profile", Logging),
    ("poe", LinkLayer),
    ("sdwan-link-settings", TrafficShaping),
    ("tag", LinkLayer),
    ("traffic-interconnect", LinkLayer),
    ("untagged-sub-interface", LinkLayer),
];

/// Below a zone and its `network`.
pub(super) const ZONE: &[(&str, Reason)] = &[
    ("device-acl", Management),
    ("enable-device-identification", Management),
    ("enable-packet-buffer-protection", Reason::Session),
    ("enable-user-identification", Management),
    ("log-setting", Logging),
    ("user-acl", Management),
];

/// Words after which a secret stands, wherever they are.
const SECRETS: [&str; 41] = [
    "agent-user-override-key",
    "api-key",
    "api-token",
    "auth-key",
    "auth-password",
    "auth-pwd",
    "authkey",
    "authpwd",
    "bind-password",
    "client-secret",
    "client_secret",
    "community-string",
    "connection-string",
    "credential",
    "key",
    "keytab",
    "ldap-password",
    "master-key",
    "md5",
    "ntlm-password",
    "passphrase",
    "passwd",
    "password",
    "password-hash",
    "phash",
    "pre-shared-key",
    "priv-pwd",
    "private-key",
    "privpwd",
    "psk",
    "secret",
    "secret-access-key",
    "secret-key",
    "session-key",
    "shared-key",
    "shared-secret",
    "snmp-community-string",
    "token",
    "uninstall-password",
    "user-override-key",
    "wmi-password",
];

/// Whether a secret stands after this word: one of the list, or whatever is called so.
fn is_secret(word: &str) -> bool {
    let ends = ["-key", "_key", "passphrase", "password", "passwd", "pwd", "secret", "token"];
    let public = ["public-key", "public_key", "ssh-key"];
    SECRETS.binary_search(&word).is_ok()
        || (ends.iter().any(|end| word.ends_with(end)) && !public.contains(&word))
}

/// Takes every secret, whatever it is part of: whoever shows a line must not show these.
pub(super) fn secrets<'t>(roots: impl Iterator<Item = Node<'t>>) {
    let mut open: Vec<Node<'t>> = roots.collect();
    while let Some(node) = open.pop() {
        let holds = is_secret(node.word(0));
        for child in node.children() {
            if !child.is_statement() {
                // A field whose name says so: `entry name="secret-key"` with `value`.
                if holds && child.word(0) == "value" {
                    child.children().for_each(|value| value.claim(crate::fate::Fate::SECRET));
                }
                open.push(child);
            } else if holds && !matches!(child.word(0), "" | "no" | "none" | "yes") {
                child.claim(crate::fate::Fate::SECRET);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted() {
        for table in [TOP, DEVICE, SCOPE, NETWORK, INTERFACE, ZONE] {
            assert!(table.is_sorted_by(|a, b| a.0 < b.0), "{:?}", table.first());
        }
        assert!(SECRETS.is_sorted());
    }
}
