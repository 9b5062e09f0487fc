//! Gateways, clusters and servers: addresses, interfaces, zones, installed policy.

use std::net::IpAddr;

use policy::Prefix;

use super::super::config::{Gateway, Interface, Kind};
use super::super::value::{address, get, scalar, truth};
use super::kinds::{is_secret, secrets};
use super::objects::{Members, find, mask_length, text};
use super::{Extractor, inert};
use crate::fate::{Fate, Reason};
use crate::tree::Node;

impl<'t> Extractor<'t, '_> {
    pub(super) fn gateway(&mut self, kind: &str, members: Members<'_, 't>) -> Kind<'t> {
        let server = matches!(
            kind,
            "CpmiHostCkp" | "checkpoint-host" | "CpmiHostPlain" | "mds" | "smart-1-cloud"
        );
        let foreign = kind == "interoperable-device" || kind.starts_with("externally");
        let mut gateway = Gateway {
            enforces: !server && !foreign,
            member: kind == "cluster-member" || kind == "CpmiClusterMember",
            ..Gateway::default()
        };
        for member in members.iter().copied() {
            self.gateway_member(member, &mut gateway);
        }
        gateway.open |= gateway.addresses.is_empty() && gateway.interfaces.is_none();
        gateway.version = text(members, "version");
        gateway.hardware = text(members, "hardware");
        if let Some(policy) = find(members, "policy") {
            gateway.policy = get(policy, "access-policy-name");
        }
        Kind::Gateway(Box::new(gateway))
    }

    fn gateway_member(&mut self, member: Node<'t>, gateway: &mut Gateway<'t>) {
        match member.word(0) {
            "ipv4-address" | "ipv6-address" | "ip-address" => match scalar(member) {
                "" => member.claim(Fate::inert(Reason::DefaultValue)),
                text => match address(text) {
                    Some(address) => {
                        member.claim(Fate::CONVERTED);
                        gateway.addresses.push(address);
                    }
                    None => {
                        self.invalid(member);
                        gateway.open = true;
                    }
                },
            },
            "dynamic-ip" => {
                gateway.open |= truth(member) != Some(false);
                member.claim(Fate::CONVERTED);
            }
            "interfaces" => {
                member.claim(Fate::CONVERTED);
                let list = match member.child("objects") {
                    Some(list) => list,
                    None => member,
                };
                let interfaces = list.children().filter(|one| !one.is_statement());
                let interfaces = interfaces.map(|one| self.interface(one, gateway)).collect();
                gateway.interfaces = Some(interfaces);
            }
            "cluster-members" | "members" => self.cluster_members(member, gateway),
            "cluster-member-names" => {
                member.claim_all(Fate::CONVERTED);
                gateway.members.extend(member.children().map(|child| child.word(0)));
            }
            "policy" => policy(member),
            "version" | "hardware" | "nat-settings" | "name" | "type" => {
                if member.fate() == Fate::UNRECOGNIZED && member.is_statement() {
                    member.claim(Fate::CONVERTED);
                }
            }
            "vpn-settings" => {
                secrets(member);
                let domain = |one: &Node<'t>| one.word(0).starts_with("vpn-domain");
                member.children().filter(domain).for_each(|one| one.claim_rest(VPN_DOMAIN));
                member.claim_rest(Fate::inert(Reason::Management));
            }
            // Without the firewall everything passes; the rules are read as if it were there.
            "firewall" => member.claim(match truth(member) {
                Some(true) => Fate::inert(Reason::DefaultValue),
                _ => Fate::approximated(Reason::Mode),
            }),
            "nat-hide-internal-interfaces" => match truth(member) {
                Some(false) => member.claim(Fate::inert(Reason::DefaultValue)),
                _ => member.claim(Fate::unsupported(Reason::NatKind)),
            },
            key if is_secret(key) => member.claim_all(Fate::SECRET),
            key => match setting(key) {
                Some(fate) => {
                    secrets(member);
                    member.claim_rest(fate);
                }
                None => {
                    inert(member);
                }
            },
        }
    }

    fn interface(&mut self, node: Node<'t>, gateway: &mut Gateway<'t>) -> Interface<'t> {
        let mut interface = Interface {
            node,
            name: "",
            addresses: Vec::new(),
            of_members: Vec::new(),
            zone: "",
            zoned: false,
        };
        let mut external = None;
        let mut demilitarised = false;
        let (mut zoned, mut said, mut specific) = (false, false, "");
        for member in node.children() {
            match member.word(0) {
                "name" | "interface-name" => {
                    interface.name = scalar(member);
                    member.claim(Fate::CONVERTED);
                }
                "ipv4-address" | "ipv6-address" => {
                    self.interface_address(node, member, &mut interface, gateway)
                }
                "ipv4-mask-length" | "ipv6-mask-length" | "ipv4-network-mask"
                | "ipv6-network-mask" => {
                    member.claim(Fate::CONVERTED);
                }
                "dynamic-ip" => {
                    gateway.open |= truth(member) != Some(false);
                    member.claim(Fate::CONVERTED);
                }
                "topology"
                | "topology-automatic-calculation"
                | "topology-settings"
                | "topology-manual-calculation" => {
                    demilitarised |= topology(member, &mut external);
                }
                "security-zone" => {
                    zoned |= truth(member) == Some(true);
                    said |= truth(member).is_some();
                    member.claim(Fate::CONVERTED);
                }
                "security-zone-settings" => {
                    member.claim_all(Fate::CONVERTED);
                    zoned |= get(member, "auto-calculated") == "true";
                    specific = get(member, "specific-zone");
                }
                "anti-spoofing" => member.claim(match truth(member) {
                    Some(false) => Fate::inert(Reason::DefaultValue),
                    _ => Fate::unsupported(Reason::OtherRuleList),
                }),
                "anti-spoofing-settings" => {
                    member.claim_all(Fate::unsupported(Reason::OtherRuleList))
                }
                "cluster-members" => {
                    member.claim_all(Fate::CONVERTED);
                    interface.of_members.extend(own_addresses(member));
                }
                _ if interface_setting(member) => {}
                _ => {
                    inert(member);
                }
            }
        }
        interface.zone = match (specific, zoned) {
            ("", true) => detected_zone(external, demilitarised),
            (specific, _) => specific,
        };
        // A zone that follows from a topology that is not in the export is not known.
        interface.zoned = !interface.zone.is_empty() || said && !zoned;
        interface
    }

    fn interface_address(
        &mut self,
        node: Node<'t>,
        member: Node<'t>,
        interface: &mut Interface<'t>,
        gateway: &mut Gateway<'t>,
    ) {
        if scalar(member).is_empty() {
            member.claim(Fate::inert(Reason::DefaultValue));
            return;
        }
        let family = if member.word(0) == "ipv4-address" { "ipv4" } else { "ipv6" };
        let length = node.child(&format!("{family}-mask-length")).and_then(mask_length);
        let length =
            length.or_else(|| node.child(&format!("{family}-network-mask")).and_then(mask_length));
        let address = address(scalar(member));
        let prefix = address.and_then(|address| {
            let most = if address.is_ipv4() { 32 } else { 128 };
            Prefix::new(address, length.unwrap_or(most))
        });
        match prefix {
            Some(prefix) => {
                member.claim(Fate::CONVERTED);
                if !prefix.address().is_unspecified() {
                    interface.addresses.push(prefix);
                }
            }
            None => {
                self.invalid(member);
                gateway.open = true;
            }
        }
    }

    fn cluster_members(&mut self, list: Node<'t>, gateway: &mut Gateway<'t>) {
        list.claim(Fate::CONVERTED);
        for one in list.children() {
            if one.is_statement() {
                one.claim(Fate::CONVERTED);
                gateway.members.push(one.word(0));
                continue;
            }
            gateway.members.push(get(one, "name"));
            secrets(one);
            one.claim_rest(Fate::CONVERTED);
            let mut found: Vec<IpAddr> = Vec::new();
            found.extend(
                ["ip-address", "ipv4-address", "ipv6-address"]
                    .iter()
                    .filter_map(|key| address(get(one, key))),
            );
            let inner = one.child("interfaces").into_iter().flat_map(|list| list.children());
            for interface in inner {
                found.extend(
                    ["ipv4-address", "ipv6-address"]
                        .iter()
                        .filter_map(|key| address(get(interface, key))),
                );
            }
            gateway.addresses.append(&mut found);
        }
    }
}

/// The predefined zone that follows from what is behind an interface.
fn detected_zone(external: Option<bool>, demilitarised: bool) -> &'static str {
    match external {
        Some(true) => "ExternalZone",
        Some(false) if demilitarised => "DMZZone",
        Some(false) => "InternalZone",
        None => "",
    }
}

/// Addresses of the members of a cluster on an interface.
fn own_addresses<'t>(members: Node<'t>) -> impl Iterator<Item = IpAddr> + 't {
    let both = |one| [get(one, "ipv4-address"), get(one, "ipv6-address")];
    members.children().flat_map(both).filter_map(address)
}

/// Takes what is behind an interface. Returns whether that is a demilitarised zone; `external` is whether it is the Internet.
fn topology(member: Node<'_>, external: &mut Option<bool>) -> bool {
    member.claim_all(Fate::CONVERTED);
    match scalar(member) {
        "external" => *external = Some(true),
        "internal" => *external = external.or(Some(false)),
        _ => {}
    }
    match get(member, "leads-to-internet") {
        "true" => *external = Some(true),
        "false" => *external = external.or(Some(false)),
        _ => {}
    }
    // The networks behind it are for anti-spoofing.
    for behind in member.children().filter(|child| BEHIND.contains(&child.word(0))) {
        behind.claim_all(Fate::unsupported(Reason::OtherRuleList));
    }
    ["interface-leads-to-dmz", "leads-to-dmz"].iter().any(|key| get(member, key) == "true")
}

const BEHIND: [&str; 4] = [
    "ip-address-behind-this-interface",
    "leads-to-specific-network",
    "specific-network",
    "specific-network-uid",
];

/// The installed policy of a gateway.
fn policy(member: Node<'_>) {
    member.claim(Fate::CONVERTED);
    for setting in member.children() {
        match setting.word(0) {
            "access-policy-name" | "access-policy-installed" => setting.claim(Fate::CONVERTED),
            "access-policy-revision"
            | "access-policy-installation-date"
            | "threat-policy-name"
            | "threat-policy-installed"
            | "threat-policy-revision"
            | "threat-policy-installation-date" => {
                setting.claim_all(Fate::inert(Reason::Management));
            }
            _ => {}
        }
    }
}

fn interface_setting(member: Node<'_>) -> bool {
    let fate = match member.word(0) {
        "network-interface-type"
        | "interface-type"
        | "cluster-network-type"
        | "monitored-by-cluster"
        | "multicast-address"
        | "multicast-address-type"
        | "qos"
        | "redundancy-mode"
        | "sync"
        | "vlan" => Fate::inert(Reason::LinkLayer),
        "index" | "dmz" | "member-name" | "member-uid" => Fate::inert(Reason::Cosmetic),
        "port" | "ip-address" => return false,
        _ => return false,
    };
    member.claim_all(fate);
    true
}

/// What of a domain is encrypted is not modelled.
const VPN_DOMAIN: Fate = Fate::approximated(Reason::TunnelSelector);

/// Settings of gateways that say nothing about which packets pass the rulebases, and those that are not modelled.
const SETTINGS: [(Fate, &[&str]); 3] = [
    (
        Fate::inert(Reason::Management),
        &[
            "active",
            "advanced-networking-and-clustering",
            "advanced-settings",
            "anti-bot",
            "anti-spam",
            "anti-virus",
            "application-control",
            "application-control-and-url-filtering-settings",
            "cluster",
            "cluster-id",
            "cluster-members-settings",
            "cluster-mode",
            "cluster-settings",
            "compliance",
            "content-awareness",
            "data-center-settings",
            "data-loss-prevention",
            "dlp",
            "dynamic-ip-settings",
            "enable-https-inspection",
            "endpoint-policy",
            "fetch-policy",
            "firewall-settings",
            "geo-mode",
            "hit-count",
            "host-servers",
            "https-inspection",
            "https-inspection-settings",
            "icap-server",
            "icap-server-settings",
            "identity-awareness",
            "identity-awareness-settings",
            "interoperable-device",
            "ips",
            "ips-policy",
            "ips-settings",
            "ips-update-policy",
            "last-update-time",
            "log-server",
            "logging-and-status",
            "management-blades",
            "members-settings",
            "mobile-access",
            "monitoring",
            "network-policy-management",
            "network-security-blades",
            "operating-system",
            "os",
            "os-name",
            "platform",
            "platform-portal-settings",
            "provisioning",
            "proxy-settings",
            "qos",
            "sandblast",
            "scan-results",
            "secondary",
            "show-portals-certificate",
            "sic-message",
            "sic-state",
            "sic-status",
            "smart-event-correlation",
            "smart-event-server",
            "state",
            "threat-emulation",
            "threat-extraction",
            "threat-prevention-mode",
            "url-filtering",
            "user-directory",
            "usercheck-portal-settings",
            "vpn",
            "zero-phishing",
            "zero-phishing-fqdn",
        ],
    ),
    (
        Fate::inert(Reason::Logging),
        &[
            "log-indexing",
            "logs-settings",
            "save-logs-locally",
            "send-alerts-to-server",
            "send-logs-to-backup-server",
            "send-logs-to-server",
        ],
    ),
    (
        VPN_DOMAIN,
        &[
            "vpn-domain",
            "vpn-domain-exclude-external-ip-addresses",
            "vpn-domain-type",
            "vpn-encryption-domain",
        ],
    ),
];

fn setting(key: &str) -> Option<Fate> {
    SETTINGS.iter().find(|(_, keys)| keys.contains(&key)).map(|(fate, _)| *fate)
}
