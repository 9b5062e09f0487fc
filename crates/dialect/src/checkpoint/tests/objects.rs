//! Objects and services.

use policy::Verdict;

use super::{OBJECTS, codes_of, layer, open, passes, policy_of, read, read_with, rule, verdict};
use crate::facts::DialectFacts;

fn with(objects: &str, cells: [&str; 4]) -> policy::Policy {
    let file = format!(r#"{{"objects": [{objects}]}}"#);
    policy_of(&[rule(1, cells, "")], &[("a/more.json", &file)])
}

fn to(object: &str) -> policy::Policy {
    with(object, ["any", "x", "http", "acc"])
}

#[test]
fn networks_ranges_groups() {
    let policy = policy_of(&[rule(1, ["any", "lab pool", "http", "acc"], "")], &[]);
    assert!(passes(&policy, "10.9.0.1 > 10.2.255.255:80/tcp"));
    assert!(passes(&policy, "10.9.0.1 > 10.1.0.199:80/tcp"));
    assert_eq!(verdict(&policy, "10.9.0.1 > 10.1.0.200:80/tcp"), Verdict::Drop);
    let policy = to(
        r#"{"uid": "x", "name": "x", "type": "network", "subnet4": "10.7.0.0", "mask-length4": 24, "broadcast": "disallow"}"#,
    );
    assert!(passes(&policy, "10.9.0.1 > 10.7.0.254:80/tcp"));
    assert_eq!(verdict(&policy, "10.9.0.1 > 10.7.0.255:80/tcp"), Verdict::Drop);
    let policy = to(
        r#"{"uid": "x", "name": "x", "type": "network", "subnet6": "2001:db8:7::", "mask-length6": 48}"#,
    );
    assert!(passes(&policy, "2001:db8::9 > [2001:db8:7::1]:80/tcp"));
}

#[test]
fn a_group_with_exclusion_is_one_without_the_other() {
    let policy = to(
        r#"{"uid": "x", "name": "x", "type": "group-with-exclusion", "include": "lan", "except": {"uid": "web", "name": "web", "type": "host"}}"#,
    );
    assert!(passes(&policy, "10.9.0.1 > 10.1.0.20:80/tcp"));
    assert_eq!(verdict(&policy, "10.9.0.1 > 10.1.0.10:80/tcp"), Verdict::Drop);
}

#[test]
fn set_bits_of_a_wildcard_are_not_compared() {
    let policy = to(
        r#"{"uid": "x", "name": "x", "type": "wildcard", "ipv4-address": "194.29.0.1", "ipv4-mask-wildcard": "0.0.3.0"}"#,
    );
    assert!(passes(&policy, "10.9.0.1 > 194.29.3.1:80/tcp"));
    assert_eq!(verdict(&policy, "10.9.0.1 > 194.29.4.1:80/tcp"), Verdict::Drop);
}

#[test]
fn names_are_unknowns_and_never_any_or_none() {
    for object in [
        r#"{"uid": "x", "name": ".example.com", "type": "dns-domain", "is-sub-domain": true}"#,
        r#"{"uid": "x", "name": "x", "type": "dynamic-object"}"#,
        r#"{"uid": "x", "name": "x", "type": "updatable-object"}"#,
        r#"{"uid": "x", "name": "x", "type": "access-role", "networks": "any", "users": "all identified"}"#,
        r#"{"uid": "x", "name": "x", "type": "data-center-object"}"#,
        r#"{"uid": "x", "name": "x", "type": "something-new"}"#,
        r#"{"uid": "x", "name": "x", "type": "host", "ipv4-address": "10.1.0.300"}"#,
        r#"{"uid": "x", "name": "x", "type": "network", "subnet4": "10.1.0.0", "mask-length4": 44}"#,
        r#"{"uid": "x", "name": "x", "type": "address-range", "ipv4-address-first": "10.1.0.9", "ipv4-address-last": "10.1.0.1"}"#,
        r#"{"uid": "x", "name": "x", "type": "group"}"#,
        r#"{"uid": "x", "name": "x", "type": "host"}"#,
        r#"{"uid": "x", "name": "x", "type": "group", "members": ["x"]}"#,
    ] {
        assert!(open(&to(object), "10.9.0.1 > 10.1.0.10:80/tcp"), "{object}");
    }
    let domain =
        to(r#"{"uid": "x", "name": ".example.com", "type": "dns-domain", "is-sub-domain": false}"#);
    assert!(passes(&domain, "fqdn=example.com 10.9.0.1 > 10.1.0.10:80/tcp"));
}

#[test]
fn an_access_role_is_limited_to_its_networks() {
    let policy = with(
        r#"{"uid": "x", "name": "x", "type": "access-role", "networks": ["lan"], "users": "any"}"#,
        ["x", "any", "http", "acc"],
    );
    assert!(open(&policy, "10.1.0.9 > 10.9.0.1:80/tcp"));
    assert_eq!(verdict(&policy, "10.2.0.9 > 10.9.0.1:80/tcp"), Verdict::Drop);
}

#[test]
fn a_gateway_is_all_its_addresses() {
    let gateway = r#"{"uid": "x", "name": "x", "type": "simple-gateway", "ipv4-address": "10.8.0.1", "interfaces": [{"name": "eth1", "ipv4-address": "10.8.1.1", "ipv4-mask-length": 24}]}"#;
    let policy = to(gateway);
    assert!(passes(&policy, "in=eth1 10.9.0.1 > 10.8.0.1:80/tcp"));
    assert!(passes(&policy, "in=eth1 10.9.0.1 > 10.8.1.1:80/tcp"));
    assert_eq!(verdict(&policy, "in=eth1 10.9.0.1 > 10.8.1.2:80/tcp"), Verdict::Drop);
}

fn by(service: &str) -> policy::Policy {
    with(service, ["any", "any", "x", "acc"])
}

#[test]
fn ports_are_lists_ranges_and_comparisons() {
    let policy = by(
        r#"{"uid": "x", "name": "x", "type": "service-tcp", "port": "22,8000-8010", "source-port": ">1023"}"#,
    );
    assert!(passes(&policy, "10.9.0.1:2000 > 10.1.0.1:22/tcp"));
    assert!(passes(&policy, "10.9.0.1:2000 > 10.1.0.1:8010/tcp"));
    assert_eq!(verdict(&policy, "10.9.0.1:1023 > 10.1.0.1:22/tcp"), Verdict::Drop);
    assert_eq!(verdict(&policy, "10.9.0.1:2000 > 10.1.0.1:22/udp"), Verdict::Drop);
    let policy = by(r#"{"uid": "x", "name": "x", "type": "service-sctp", "port": "<1024"}"#);
    assert!(passes(&policy, "10.9.0.1:2000 > 10.1.0.1:1023/sctp"));
    assert_eq!(verdict(&policy, "10.9.0.1:2000 > 10.1.0.1:1024/sctp"), Verdict::Drop);
}

#[test]
fn icmp_and_other_protocols() {
    let policy =
        by(r#"{"uid": "x", "name": "x", "type": "service-icmp", "icmp-type": 3, "icmp-code": 1}"#);
    assert!(passes(&policy, "10.9.0.1 > 10.1.0.1/icmp:3:1"));
    assert_eq!(verdict(&policy, "10.9.0.1 > 10.1.0.1/icmp:3:2"), Verdict::Drop);
    let policy = by(r#"{"uid": "x", "name": "x", "type": "service-icmp6", "icmp-type": 128}"#);
    assert!(passes(&policy, "2001:db8::1 > 2001:db8::2/icmp6"));
    let policy = by(r#"{"uid": "x", "name": "x", "type": "service-other", "ip-protocol": 47}"#);
    assert!(passes(&policy, "10.9.0.1 > 10.1.0.1/47"));
    assert_eq!(verdict(&policy, "10.9.0.1 > 10.1.0.1/50"), Verdict::Drop);
}

#[test]
fn inspect_expressions_are_read_as_far_as_ports_go() {
    let policy = by(
        r#"{"uid": "x", "name": "x", "type": "service-other", "ip-protocol": 6, "match": "tcp, dport >= 6000, dport < 6070, direction = 0"}"#,
    );
    assert!(passes(&policy, "10.9.0.1 > 10.1.0.1:6069/tcp"));
    assert_eq!(verdict(&policy, "10.9.0.1 > 10.1.0.1:6070/tcp"), Verdict::Drop);
    let policy = by(
        r#"{"uid": "x", "name": "x", "type": "service-other", "ip-protocol": 17, "match": "uh_dport > 33000, (IPV4_VER (ip_ttl < 30))"}"#,
    );
    assert!(open(&policy, "10.9.0.1 > 10.1.0.1:33001/udp"));
    assert_eq!(verdict(&policy, "10.9.0.1 > 10.1.0.1:33001/tcp"), Verdict::Drop);
    let policy = by(r#"{"uid": "x", "name": "x", "type": "service-other", "ip-protocol": -1}"#);
    assert!(open(&policy, "10.9.0.1 > 10.1.0.1:1/tcp"));
}

#[test]
fn what_ports_do_not_tell_is_an_unknown() {
    for service in [
        r#"{"uid": "x", "name": "x", "type": "service-rpc", "program-number": 100003}"#,
        r#"{"uid": "x", "name": "x", "type": "service-dce-rpc", "interface-uuid": "e3514235-4b06-11d1-ab04-00c04fc2dcd2"}"#,
        r#"{"uid": "x", "name": "x", "type": "service-tcp", "port": "http"}"#,
        r#"{"uid": "x", "name": "x", "type": "application-site"}"#,
        r#"{"uid": "x", "name": "x", "type": "application-site-category"}"#,
        r#"{"uid": "x", "name": "x", "type": "service-tcp", "port": "80", "protocol": "HTTP", "match-by-protocol-signature": true}"#,
        r#"{"uid": "x", "name": "x", "type": "service-icmp", "icmp-type": 3, "icmp-code": 999}"#,
    ] {
        let icmp = service.contains("icmp");
        let packet =
            if icmp { "10.9.0.1 > 10.1.0.1/icmp:3:1" } else { "10.9.0.1 > 10.1.0.1:80/tcp" };
        assert!(open(&by(service), packet), "{service}");
    }
    let app = by(r#"{"uid": "x", "name": "Facebook", "type": "application-site"}"#);
    assert!(passes(&app, "app=Facebook 10.9.0.1 > 10.1.0.1:80/tcp"));
}

#[test]
fn any_is_every_service_whatever_match_for_any_says() {
    let policy = with(
        r#"{"uid": "x", "name": "x", "type": "service-tcp", "port": "5000", "match-for-any": false}"#,
        ["any", "web", "any", "acc"],
    );
    assert!(passes(&policy, "10.9.0.1 > 10.1.0.10:5000/tcp"));
}

#[test]
fn predefined_services_come_from_the_facts() {
    let (facts, problems) = DialectFacts::load(
        [("dialects/checkpoint/s.toml", "source = \"test\"\n[[service]]\nname = \"ssh\"\nuid = \"u-ssh\"\nterms = [\"tcp/22\"]\n")].into_iter(),
    );
    assert!(problems.is_empty());
    let rules = super::layer("Network", &[rule(1, ["any", "web", "u-ssh", "acc"], "")]);
    let policy = super::only(read_with(
        &[("a/o.json", OBJECTS), ("a/r.json", &rules), super::NO_IMPLIED],
        &facts,
    ));
    assert!(passes(&policy, "10.9.0.1 > 10.1.0.10:22/tcp"));
    assert_eq!(verdict(&policy, "10.9.0.1 > 10.1.0.10:23/tcp"), Verdict::Drop);
}

#[test]
fn many_groups_nested_too_deep_are_marked_and_end() {
    let groups: Vec<String> = (0..20_000)
        .map(|at| {
            format!(
                r#"{{"uid": "g{at}", "name": "g{at}", "type": "group", "members": ["g{}"]}}"#,
                at + 1
            )
        })
        .collect();
    let last = r#"{"uid": "g20000", "name": "g20000", "type": "group", "members": ["web"]}"#;
    let objects = format!("{}, {last}", groups.join(", "));
    let policy = with(&objects, ["any", "g0", "http", "acc"]);
    assert!(open(&policy, "10.9.0.1 > 10.1.0.10:80/tcp"));
    let policy = with(&objects, ["any", "g19990", "http", "acc"]);
    assert!(passes(&policy, "10.9.0.1 > 10.1.0.10:80/tcp"));
}

/// What is unknown in two rules, each with one of two objects of one name in this cell.
fn of_one_name(cell: usize, one: &str, other: &str) -> Vec<String> {
    let more = format!(
        r#"{{"objects": [{{"uid": "o1", "name": "same", {one}}}, {{"uid": "o2", "name": "same", {other}}}]}}"#
    );
    let using = |number: u32, uid: &str| {
        let mut cells = ["any", "any", "any", "acc"];
        cells[cell] = uid;
        rule(number, cells, "")
    };
    let policy = policy_of(&[using(1, "o1"), using(2, "o2")], &[("x/more.json", &more)]);
    let all = policy.predicates.iter().map(|unknown| unknown.meaning.to_string());
    all.collect()
}

#[test]
fn applications_of_one_name_are_two() {
    let site = |url: &str| format!(r#""type": "application-site", "url-list": ["{url}"]"#);
    let found = of_one_name(2, &site("a.example"), &site("b.example"));
    assert_eq!(found, ["same o1", "same o2"]);
}

#[test]
fn dynamic_objects_of_one_name_are_two() {
    let dynamic = r#""type": "dynamic-object""#;
    assert_eq!(of_one_name(0, dynamic, dynamic), ["same o1", "same o2"]);
}

#[test]
fn an_application_may_share_its_name_with_objects_of_other_sorts() {
    let service = r#""type": "service-tcp", "port": "80""#;
    assert_eq!(of_one_name(2, r#""type": "application-site""#, service), ["same"]);
}

#[test]
fn groups_that_are_nested_too_deep_are_unknown_and_said() {
    let group = |at: usize| {
        let member = if at == 99 { "web".to_owned() } else { format!("deep{}", at + 1) };
        format!(
            r#"{{"uid": "deep{at}", "name": "deep{at}", "type": "group", "members": ["{member}", "db"]}}"#
        )
    };
    let groups: Vec<String> = (0..100).map(group).collect();
    let groups = format!(r#"{{"objects": [{}]}}"#, groups.join(","));
    let rules = layer("Network", &[rule(1, ["deep0", "any", "any", "acc"], "")]);
    // The reader of the tests validates its policies.
    let reading = read(&[("o.json", OBJECTS), ("g.json", &groups), ("r.json", &rules)]);
    assert!(codes_of(&reading).contains(&"config/group-depth"));
}
