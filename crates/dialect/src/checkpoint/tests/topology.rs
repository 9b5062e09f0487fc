//! Interfaces, zones, routes, detection.

use policy::{Egress, Routing, Verdict};

use super::super::CheckPoint;
use super::{
    NO_IMPLIED, OBJECTS, codes_of, decision, layer, only, open, package, passes, read, rule,
    verdict,
};
use crate::Dialect;

const GATEWAY: &str = r#"{"objects": [{"uid": "g1", "name": "gw1", "type": "simple-gateway", "version": "R81.20", "hardware": "6600", "ipv4-address": "198.51.100.1", "sic-name": "CN=gw1", "interfaces": [
  {"name": "eth0", "ipv4-address": "198.51.100.1", "ipv4-mask-length": 24, "topology": "external", "security-zone": true, "security-zone-settings": {"auto-calculated": true}},
  {"name": "eth1", "ipv4-address": "10.1.0.1", "ipv4-mask-length": 24, "topology": "internal", "security-zone": true, "security-zone-settings": {"specific-zone": "Servers"}},
  {"name": "eth2", "ipv4-address": "10.3.0.1", "ipv4-network-mask": "255.255.255.0", "ipv4-mask-length": 24, "security-zone": false}]}]}"#;
const ZONES: &str = r#"{"objects": [{"uid": "zs", "name": "Servers", "type": "security-zone"}, {"uid": "ze", "name": "ExternalZone", "type": "security-zone"}]}"#;

fn policy(rules: &[String], gaia: &str) -> policy::Policy {
    let rules = layer("Network", rules);
    let package = package(&[("Network", "drop")]);
    let files = [
        ("a/o.json", OBJECTS),
        ("a/g.json", GATEWAY),
        ("a/z.json", ZONES),
        ("a/r.json", rules.as_str()),
        ("a/p.json", package.as_str()),
        ("a/gw.txt", gaia),
        NO_IMPLIED,
    ];
    only(read(&files))
}

#[test]
fn a_cell_with_zones_and_addresses_is_either() {
    let rules = [rule(1, ["ze", "zs lab", "http", "acc"], "")];
    let policy = policy(&rules, "set hostname gw1\n");
    assert!(passes(&policy, "in=eth0 203.0.113.7 > 10.1.0.10:80/tcp"), "by zone");
    assert!(passes(&policy, "in=eth0 out=eth2 203.0.113.7 > 10.2.0.10:80/tcp"), "by address");
    assert_eq!(verdict(&policy, "in=eth0 203.0.113.7 > 10.3.0.10:80/tcp"), Verdict::Drop);
    assert_eq!(verdict(&policy, "in=eth2 10.3.0.7 > 10.1.0.10:80/tcp"), Verdict::Drop);
}

#[test]
fn gaia_routes_decide_where_packets_leave() {
    let gaia = "set hostname GW1\nset static-route default nexthop gateway address 198.51.100.254 on\n\
        set static-route 10.2.0.0/16 nexthop gateway address 10.3.0.254 priority 2 on\n\
        set static-route 10.2.0.0/16 nexthop gateway address 10.1.0.254 priority 1 on\n\
        set static-route 10.4.0.0/16 nexthop blackhole\n\
        set static-route 10.5.0.0/16 nexthop gateway address 10.3.0.254 on\nset static-route 10.5.0.0/16 off\n";
    let policy = policy(&[rule(1, ["any", "any", "any", "acc"], "")], gaia);
    assert_eq!(policy.routing, Routing::Complete);
    let egress = |packet: &str| decision(&policy, packet).egress;
    let by = |name: &str| Egress::Interface(policy.place(name).unwrap());
    assert_eq!(egress("in=eth0 203.0.113.7 > 10.2.0.1:80/tcp"), by("eth1"), "the smaller priority");
    assert_eq!(egress("in=eth1 10.1.0.9 > 203.0.113.7:80/tcp"), by("eth0"));
    assert_eq!(egress("in=eth1 10.1.0.9 > 10.4.0.1:80/tcp"), Egress::Nowhere);
    assert_eq!(egress("in=eth1 10.1.0.9 > 10.5.0.1:80/tcp"), by("eth0"), "switched off again");
    assert_eq!(egress("in=eth1 10.1.0.9 > 10.3.0.1:80/tcp"), Egress::Local);
}

#[test]
fn other_routes_may_exist() {
    assert_eq!(
        policy(&[], "set hostname gw1\nset interface lo state on\n").routing,
        Routing::Partial
    );
}

#[test]
fn dynamic_routing_keeps_the_routes_open() {
    let gaia = "set hostname gw1\nset bgp external remote-as 65001 on\n";
    assert_eq!(
        policy(&[rule(1, ["any", "any", "any", "acc"], "")], gaia).routing,
        Routing::Partial
    );
}

#[test]
fn gaia_is_matched_by_address_too_and_stands_alone_without_a_policy() {
    let gaia = "set hostname other-name\nset interface eth1 ipv4-address 10.1.0.1 mask-length 24\nset static-route default nexthop gateway address 198.51.100.254 on\n";
    let found = policy(&[rule(1, ["any", "any", "any", "acc"], "")], gaia);
    assert_eq!(found.routes.len(), 1);
    let reading = read(&[("a/gw.txt", gaia)]);
    assert!(codes_of(&reading).contains(&"config/missing-page"));
    assert!(
        open(&only(reading), "in=eth1 10.1.0.9 > 10.1.0.10:80/tcp"),
        "no rules is not any and not none"
    );
}

#[test]
fn devices_have_name_model_and_version_and_secrets_are_masked() {
    let rules = layer("Network", &[rule(1, ["any", "any", "any", "acc"], "")]);
    let package = package(&[("Network", "drop")]);
    let reading = read(&[
        ("a/o.json", OBJECTS),
        ("a/g.json", GATEWAY),
        ("a/r.json", &rules),
        ("a/p.json", &package),
    ]);
    let device = &reading.devices[0];
    assert_eq!((&*device.name, &*device.model, &*device.version), ("gw1", "6600", "R81.20"));
    let tree = &reading.trees[1];
    let secret = tree.statements().find(|statement| statement.word(0) == "sic-name").unwrap();
    assert_eq!(secret.fate(), crate::Fate::SECRET);
    assert!(!tree.snippet(secret.span(), 1).contains("CN=gw1"));
}

#[test]
fn an_interface_without_a_zone_is_in_none_that_rules_name() {
    let rules =
        [rule(1, ["any", "zs", "any", "drp"], ""), rule(2, ["any", "any", "any", "acc"], "")];
    assert!(passes(&policy(&rules, "set hostname gw1\n"), "in=eth0 203.0.113.7 > 10.3.0.9:80/tcp"));
}

#[test]
fn its_files_are_told_from_others() {
    let sure = |text: &str| CheckPoint.probe(text, "x").is_some();
    assert!(sure(OBJECTS) && sure(GATEWAY) && sure(NO_IMPLIED.1));
    assert!(sure(&layer("Network", &[rule(1, ["any", "any", "any", "acc"], "")])));
    assert!(sure("set interface eth0 ipv4-address 10.0.0.1 mask-length 24\n"));
    assert!(!sure(
        "set interfaces ethernet eth0 address '10.0.0.1/24'\nset system host-name 'vyos'\n"
    ));
    assert!(!sure("set deviceconfig system hostname fw\nset hostname x\n"));
    assert!(!sure(r#"{"resource_type": "Infra", "children": [{"resource_type": "ChildDomain"}]}"#));
    assert!(!sure(
        r#"{"results": [{"resource_type": "Rule", "action": "ALLOW"}], "result_count": 1}"#
    ));
    assert!(!sure("config firewall policy\n"));
}

#[test]
fn ipv6_routes_are_written_without_a_keyword() {
    let gaia = "set hostname gw1\nset interface eth2 ipv6-address 2001:db8:3::1 mask-length 64\n\
        set ipv6 static-route default nexthop gateway 2001:db8:3::fe priority 1 on\n\
        set ipv6 static-route 2001:db8:9::/48 nexthop gateway fe80::1 interface eth1 on\n";
    let alone = only(read(&[("a/gw.txt", gaia), NO_IMPLIED]));
    assert_eq!(alone.routes.len(), 2);
    assert!(alone.routes.iter().all(|route| route.interface.is_some()));
}

#[test]
fn what_gives_addresses_or_routes_from_elsewhere_leaves_the_routes_open() {
    let start =
        "set hostname gw1\nset static-route default nexthop gateway address 198.51.100.254 on\n";
    let rules = [rule(1, ["any", "any", "any", "acc"], "")];
    assert_eq!(policy(&rules, start).routing, Routing::Complete);
    for line in [
        "add dhcp client interface eth5",
        "add pppoe client id 1 interface eth5 user-name a password b",
        "set ipv6 ospf3 interface eth0 area 0.0.0.0 on",
        "set bgp external remote-as 65001 peer 10.3.0.9 authtype md5 secret hunter2",
        "set instance 2 static-route default nexthop gateway address 10.3.0.9 on",
        "set static-route 10.9.0.0/16 nexthop gateway address 10.3.0.9 something on",
        "add vpn tunnel 1 type numbered local 169.254.0.1 remote 169.254.0.2 peer x",
        "set some-new-feature on",
    ] {
        assert_eq!(policy(&rules, &format!("{start}{line}\n")).routing, Routing::Partial, "{line}");
    }
    for line in ["set interface eth5 ipv6-autoconfig off", "set ip-conflicts-monitor state off"] {
        assert_eq!(
            policy(&rules, &format!("{start}{line}\n")).routing,
            Routing::Complete,
            "{line}"
        );
    }
}

#[test]
fn a_route_over_an_unknown_interface_hides_a_wider_one() {
    let gaia = "set hostname gw1\nset static-route default nexthop gateway address 198.51.100.254 on\n\
        set static-route 10.50.0.0/16 nexthop gateway logical vpnt1 on\n\
        set static-route 10.51.0.0/16 nexthop gateway address 10.77.0.1 on\n";
    let policy = policy(&[rule(1, ["any", "any", "any", "acc"], "")], gaia);
    let egress = |packet: &str| decision(&policy, packet).egress;
    let by = |name: &str| Egress::Interface(policy.place(name).unwrap());
    assert_eq!(egress("in=eth1 10.1.0.9 > 10.50.0.1:80/tcp"), by("vpnt1"));
    assert_eq!(egress("in=eth1 10.1.0.9 > 10.51.0.1:80/tcp"), by("to 10.77.0.1"));
    assert_eq!(egress("in=eth1 10.1.0.9 > 10.52.0.1:80/tcp"), by("eth0"));
}

#[test]
fn lines_of_another_virtual_firewall_are_not_of_this_one() {
    let gaia = "set hostname gw1\nset static-route default nexthop gateway address 198.51.100.254 on\n\
        set virtual-system 3\nset static-route default off\n\
        set static-route 10.2.0.0/16 nexthop gateway address 10.1.0.254 on\n";
    let policy = policy(&[rule(1, ["any", "any", "any", "acc"], "")], gaia);
    assert_eq!(policy.routes.len(), 1);
    assert_eq!(policy.routing, Routing::Partial);
}

#[test]
fn secrets_of_gaia_are_masked() {
    for line in [
        "set ospf interface eth1 authtype simple hunter2",
        "set bgp external remote-as 1 peer 1.1.1.1 authtype md5 secret hunter2",
        "add snmp usm user u security-level authPriv auth-pass-phrase-hashed hunter2",
        "add tacacs-server address 10.0.0.4 key-hashed hunter2",
        "add pppoe client id 1 interface eth3 user-name a password_hash hunter2",
        "set grub2-password-hash hunter2",
        "set mcvr vrid 1 authtype simple password hunter2",
        "set user admin password-hash hunter2",
    ] {
        let text = format!("set hostname gw1\n{line}\n");
        let reading = read(&[("a/gw.txt", text.as_str())]);
        let statement = reading.trees[0].statements().nth(1).unwrap();
        assert_eq!(statement.fate(), crate::Fate::SECRET, "{line}");
        assert!(!reading.trees[0].snippet(statement.span(), 1).contains("hunter2"), "{line}");
    }
}

#[test]
fn a_zone_that_the_export_does_not_tell_may_be_the_one_of_the_rule() {
    let gateway = GATEWAY.replace(", \"security-zone\": false", "");
    let rules = layer("Network", &[rule(1, ["zs", "any", "any", "acc"], "")]);
    let package = package(&[("Network", "drop")]);
    let policy = only(read(&[
        ("a/o.json", OBJECTS),
        ("a/g.json", &gateway),
        ("a/z.json", ZONES),
        ("a/r.json", &rules),
        ("a/p.json", &package),
        NO_IMPLIED,
    ]));
    assert!(open(&policy, "in=eth2 10.3.0.7 > 203.0.113.7:80/tcp"));
    assert!(passes(&policy, "in=eth1 10.1.0.7 > 203.0.113.7:80/tcp"));
}

/// How much of an export whose gateway and rule say this is a difference to one that does not.
fn differences(gateway: &str, settings: &str) -> usize {
    let gateway = GATEWAY.replace(r#""version":"#, &format!(r#"{gateway} "version":"#));
    let rules = layer("Network", &[rule(1, ["any", "any", "any", "acc"], settings)]);
    let files = [("a/o.json", OBJECTS), ("a/g.json", &*gateway), ("a/r.json", &*rules)];
    read(&files).approximations().len()
}

#[test]
fn what_a_vpn_domain_encrypts_is_a_difference_between_exports() {
    assert_eq!(differences(r#""vpn-settings": {"vpn-domain": "lan", "office-mode": {}},"#, ""), 1);
}

#[test]
fn a_gateway_without_the_firewall_is_a_difference_between_exports() {
    assert_eq!(differences(r#""firewall": false,"#, ""), 1);
    assert_eq!(differences(r#""firewall": true,"#, ""), 0);
}

#[test]
fn a_captive_portal_is_a_difference_between_exports() {
    let portal = r#", "action-settings": {"enable-identity-captive-portal": true}"#;
    assert_eq!(differences("", portal), 1);
}

#[test]
fn addresses_from_elsewhere_are_a_difference_between_exports() {
    let gaia = "set hostname gw1\nset interface eth0 dhcp on\n";
    assert_eq!(read(&[("gw.txt", gaia)]).approximations().len(), 1);
}
