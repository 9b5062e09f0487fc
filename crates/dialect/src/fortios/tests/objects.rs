//! Addresses, services, schedules.

use super::*;

/// Whether a packet from this source passes one policy whose source is the object `x`.
fn from(objects: &str, source: &str) -> Vec<Verdict> {
    let policy = with(&format!("{objects}{}", line(1, "lan", "wan", "x", "all", ACCEPT)));
    verdicts(&policy, &format!("in=lan {source}:1000 > 192.0.2.1:80/tcp"))
}

fn address(value: &str) -> String {
    format!("config firewall address\nedit x\n{value}\nnext\nend\n")
}

const YES: [Verdict; 1] = [Verdict::Accept];
const NO: [Verdict; 1] = [Verdict::Deny];
const MAYBE: [Verdict; 2] = [Verdict::Accept, Verdict::Deny];

#[test]
fn addresses_by_mask_range_and_wildcard() {
    for value in [
        "set subnet 10.0.0.0 255.255.255.128",
        "set subnet 10.0.0.0/25",
        "set type iprange\nset start-ip 10.0.0.0\nset end-ip 10.0.0.127",
    ] {
        assert_eq!(from(&address(value), "10.0.0.127"), YES, "{value}");
        assert_eq!(from(&address(value), "10.0.0.128"), NO, "{value}");
    }
    let wildcard = address("set type wildcard\nset wildcard 10.0.0.5 255.0.0.255");
    assert_eq!(from(&wildcard, "10.7.8.5"), YES);
    assert_eq!(from(&wildcard, "10.7.8.6"), NO);
    assert_eq!(from(&address("set uuid x"), "10.0.0.1"), YES, "the default is everything");
}

#[test]
fn what_is_not_valid_or_only_a_name_is_neither_any_nor_none() {
    for value in [
        "set subnet 10.0.0.0 255.0.255.0",
        "set subnet banana",
        "set type iprange\nset start-ip 10.0.0.9\nset end-ip 10.0.0.1",
        "set type iprange\nset start-ip 10.0.0.9",
        "set type fqdn\nset fqdn example.org",
        "set type geography\nset country FR",
        "set type mac\nset macaddr 00:11:22:33:44:55",
        "set type dynamic\nset sdn aws",
        "set type fqdn",
    ] {
        assert_eq!(from(&address(value), "10.0.0.5"), MAYBE, "{value}");
    }
    assert_eq!(from("", "10.0.0.5"), MAYBE, "not defined");
}

#[test]
fn groups_are_members_less_exclusions_and_cycles_are_unknown() {
    let objects = "config firewall address\nedit a\nset subnet 10.0.0.0/24\nnext\nedit b\nset subnet 10.0.0.7/32\nnext\nend\n";
    let group = format!(
        "{objects}config firewall addrgrp\nedit x\nset member y\nset exclude enable\nset exclude-member b\nnext\nedit y\nset member a\nnext\nend\n"
    );
    assert_eq!(from(&group, "10.0.0.6"), YES);
    assert_eq!(from(&group, "10.0.0.7"), NO);
    let cycle =
        "config firewall addrgrp\nedit x\nset member y\nnext\nedit y\nset member x\nnext\nend\n";
    assert_eq!(from(cycle, "10.0.0.7"), MAYBE);
    let mut deep = String::from("config firewall addrgrp\n");
    for at in 0..20_000 {
        deep.push_str(&format!("edit g{at}\nset member g{}\nnext\n", at + 1));
    }
    deep.push_str("edit x\nset member g0\nnext\nedit g20000\nset member all\nnext\nend\n");
    assert_eq!(from(&deep, "10.0.0.7"), MAYBE);
}

#[test]
fn a_network_of_an_interface() {
    let value = "set type interface-subnet\nset interface lan";
    assert_eq!(from(&address(value), "10.0.0.5"), YES);
    assert_eq!(from(&address(value), "10.1.0.5"), NO);
}

fn service(value: &str, packet: &str) -> Vec<Verdict> {
    let text = format!(
        "config firewall service custom\nedit s\n{value}\nnext\nend\n{}",
        line(1, "lan", "wan", "all", "all", "set action accept\nset service s")
    );
    verdicts(&with(&text), &format!("in=lan {packet}"))
}

#[test]
fn services_by_port_protocol_and_type() {
    let tcp = "set tcp-portrange 80 8000-8010:1024-2000";
    assert_eq!(service(tcp, "10.0.0.5:1 > 192.0.2.1:80/tcp"), YES);
    assert_eq!(service(tcp, "10.0.0.5:0 > 192.0.2.1:80/tcp"), NO, "the default source is 1-65535");
    assert_eq!(service(tcp, "10.0.0.5:1500 > 192.0.2.1:8005/tcp"), YES);
    assert_eq!(service(tcp, "10.0.0.5:999 > 192.0.2.1:8005/tcp"), NO);
    assert_eq!(service(tcp, "10.0.0.5:1 > 192.0.2.1:80/udp"), NO, "no ports for UDP");
    assert_eq!(service("set protocol ICMP", "10.0.0.5 > 192.0.2.1/icmp:3:1"), YES);
    assert_eq!(service("set protocol ICMP\nset icmptype 8", "10.0.0.5 > 192.0.2.1/icmp:3:1"), NO);
    assert_eq!(service("set protocol IP\nset protocol-number 47", "10.0.0.5 > 192.0.2.1/47"), YES);
    assert_eq!(service("set protocol IP\nset protocol-number 47", "10.0.0.5 > 192.0.2.1/50"), NO);
    assert_eq!(service("set protocol IP\nset protocol-number 0", "10.0.0.5 > 192.0.2.1/50"), YES);
    assert_eq!(service("set tcp-portrange 99999", "10.0.0.5:1 > 192.0.2.1:80/tcp"), MAYBE);
    assert_eq!(
        service("set tcp-portrange 80\nset iprange 1.1.1.1", "10.0.0.5:1 > 192.0.2.1:80/tcp"),
        MAYBE
    );
    assert_eq!(
        service("set tcp-portrange 80\nset brand-new x", "10.0.0.5:1 > 192.0.2.1:80/tcp"),
        MAYBE
    );
}

#[test]
fn predefined_services_come_from_the_facts() {
    let (facts, problems) = DialectFacts::load(
        [("dialects/fortios/s.toml", "source = \"x\"\nas_of = \"2026-01-01\"\nconfidence = \"documented\"\n[[service]]\nname = \"SSH\"\nterms = [\"tcp/22\"]\n")].into_iter(),
    );
    assert!(problems.is_empty());
    let text = format!(
        "{HEAD}{}",
        line(1, "lan", "wan", "all", "all", "set action accept\nset service SSH")
    );
    let bytes = Bytes { path: "x".to_owned(), bytes: text.into_bytes() };
    let group = Group { dialect: "fortios", files: vec![bytes] };
    let policy = read(group, &facts, &Limits::default()).devices.remove(0).contexts.remove(0);
    assert_eq!(verdicts(&policy, "in=lan 10.0.0.5:1 > 192.0.2.1:22/tcp"), YES);
    assert_eq!(verdicts(&policy, "in=lan 10.0.0.5:1 > 192.0.2.1:23/tcp"), NO);
}

#[test]
fn schedules_are_unknowns_except_always_and_never() {
    let schedules = "config firewall schedule recurring\nedit \"work\"\nset start 08:00\nset end 18:00\nset day monday tuesday\nnext\nedit \"no\"\nset day none\nnext\nend\nconfig firewall schedule group\nedit \"both\"\nset member work no\nnext\nedit \"ever\"\nset member work always\nnext\nend\n";
    let at = |name: &str| {
        let rule = line(1, "lan", "wan", "all", "all", ACCEPT)
            .replace("schedule always", &format!("schedule {name}"));
        verdicts(&with(&format!("{schedules}{rule}")), "in=lan 10.0.0.5:1 > 192.0.2.1:80/tcp")
    };
    assert_eq!(at("always"), YES);
    assert_eq!(at("work"), MAYBE);
    assert_eq!(at("no"), NO);
    assert_eq!(at("nowhere-defined"), MAYBE);
    assert_eq!(at("both"), MAYBE);
    assert_eq!(at("ever"), YES, "a member always holds");
}

#[test]
fn a_value_of_another_type_is_not_everything() {
    let text = "config firewall address\nedit a\nset start-ip 192.0.2.1\nset end-ip 192.0.2.9\nnext\nedit b\nset color 3\nnext\nend\n";
    let of = |name: &str| with(&format!("{text}{}", line(1, "lan", "wan", "all", name, ACCEPT)));
    let far = "in=lan 10.0.0.5:1 > 198.51.100.1:80/tcp";
    assert_eq!(verdicts(&of("a"), far), [Verdict::Accept, Verdict::Deny]);
    assert_eq!(verdicts(&of("b"), far), [Verdict::Accept]);
}
