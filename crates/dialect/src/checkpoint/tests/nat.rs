//! NAT: order, automatic rules, methods, what rules see.

use policy::{Policy, TranslatedAddress, TranslatedPort, Verdict};

use super::super::CheckPoint;
use super::{
    NO_IMPLIED, OBJECTS, codes_of, decision, layer, only, package, passes, read, rule, verdict,
};
use crate::{Dialect, Disposition};

const GATEWAY: &str = r#"{"objects": [{"uid": "g1", "name": "gw1", "type": "simple-gateway", "ipv4-address": "198.51.100.1", "interfaces": [
  {"name": "eth0", "ipv4-address": "198.51.100.1", "ipv4-mask-length": 24}, {"name": "eth1", "ipv4-address": "10.1.0.1", "ipv4-mask-length": 24},
  {"name": "eth2", "ipv4-address": "10.3.0.1", "ipv4-mask-length": 24}]}]}"#;
const GAIA: &str =
    "set hostname gw1\nset static-route default nexthop gateway address 198.51.100.254 on\n";

fn read_all(objects: &str, rules: &[String], nat: Option<&str>) -> Policy {
    let rules = layer("Network", rules);
    let package = package(&[("Network", "drop")]);
    let package = if nat.is_some() {
        package.replace("\"nat-policy\": false", "\"nat-policy\": true")
    } else {
        package
    };
    let objects = format!(r#"{{"objects": [{objects}]}}"#);
    let mut files = vec![
        ("a/more.json", objects.as_str()),
        ("a/o.json", OBJECTS),
        ("a/g.json", GATEWAY),
        ("a/gw1.txt", GAIA),
        ("a/r.json", &rules),
        ("a/p.json", &package),
        NO_IMPLIED,
    ];
    files.extend(nat.map(|nat| ("a/nat.json", nat)));
    only(read(&files))
}

fn accept_all() -> Vec<String> {
    vec![rule(1, ["any", "any", "any", "acc"], "")]
}

fn rulebase(rules: &[String]) -> String {
    let count = rules.len();
    format!(
        r#"{{"uid": "nat", "rulebase": [{}], "from": 1, "to": {count}, "total": {count}}}"#,
        rules.join(", ")
    )
}

fn nat_rule(number: u32, original: [&str; 3], translated: [&str; 3], method: &str) -> String {
    format!(
        r#"{{"uid": "n{number}", "type": "nat-rule", "rule-number": {number}, "enabled": true, "auto-generated": false, "method": "{method}",
        "original-source": "{}", "original-destination": "{}", "original-service": "{}",
        "translated-source": "{}", "translated-destination": "{}", "translated-service": "{}"}}"#,
        original[0], original[1], original[2], translated[0], translated[1], translated[2]
    )
}

const PUBLIC: &str = r#"{"uid": "orig", "name": "Original", "type": "Global"}, {"uid": "pub", "name": "pub", "type": "host", "ipv4-address": "198.51.100.9"},
  {"uid": "p8080", "name": "p8080", "type": "service-tcp", "port": "8080"}"#;

fn source(policy: &Policy, packet: &str) -> String {
    match decision(policy, packet).translated.source {
        TranslatedAddress::Exactly(address) => address.to_string(),
        other => format!("{other:?}"),
    }
}

fn destination(policy: &Policy, packet: &str) -> String {
    match decision(policy, packet).translated.destination {
        TranslatedAddress::Exactly(address) => address.to_string(),
        other => format!("{other:?}"),
    }
}

#[test]
fn manual_hide_and_static_translate_and_rules_see_the_packet_as_it_came() {
    let nat = rulebase(&[
        nat_rule(1, ["any", "pub", "http"], ["orig", "web", "p8080"], "static"),
        nat_rule(2, ["lan", "any", "any"], ["pub", "orig", "orig"], "hide"),
    ]);
    let policy = read_all(
        PUBLIC,
        &[rule(1, ["any", "pub", "http", "acc"], ""), rule(2, ["lan", "any", "any", "acc"], "")],
        Some(&nat),
    );
    let inward = decision(&policy, "in=eth0 203.0.113.7 > 198.51.100.9:80/tcp");
    assert_eq!(inward.verdict, Verdict::Accept, "the rule names the public address");
    assert_eq!(
        inward.translated.destination,
        TranslatedAddress::Exactly("10.1.0.10".parse().unwrap())
    );
    assert_eq!(inward.translated.destination_port, TranslatedPort::Exactly(8080));
    assert_eq!(
        inward.egress,
        policy::Egress::Interface(policy.place("eth1").unwrap()),
        "the new destination decides the route"
    );
    assert_eq!(source(&policy, "10.1.0.20 > 203.0.113.7:80/tcp"), "198.51.100.9");
    assert_eq!(verdict(&policy, "in=eth0 203.0.113.7 > 10.1.0.10:80/tcp"), Verdict::Drop);
}

#[test]
fn the_first_nat_rule_wins_and_disabled_ones_do_not_match() {
    let no = nat_rule(1, ["lan", "lab", "any"], ["orig", "orig", "orig"], "static");
    let hide = nat_rule(2, ["lan", "any", "any"], ["pub", "orig", "orig"], "hide");
    let nat = rulebase(&[no.clone(), hide.clone()]);
    let policy = read_all(PUBLIC, &accept_all(), Some(&nat));
    assert_eq!(
        source(&policy, "10.1.0.20 > 10.2.0.1:80/tcp"),
        "10.1.0.20",
        "no translation wins too"
    );
    let nat = rulebase(&[no.replace("\"enabled\": true", "\"enabled\": false"), hide]);
    let policy = read_all(PUBLIC, &accept_all(), Some(&nat));
    assert_eq!(source(&policy, "10.1.0.20 > 10.2.0.1:80/tcp"), "198.51.100.9");
}

#[test]
fn hidden_behind_0_0_0_0_is_the_interface() {
    let zero = r#"{"uid": "orig", "name": "Original", "type": "Global"}, {"uid": "zero", "name": "zero", "type": "host", "ipv4-address": "0.0.0.0"}"#;
    let nat = rulebase(&[nat_rule(1, ["lan", "any", "any"], ["zero", "orig", "orig"], "hide")]);
    let policy = read_all(zero, &accept_all(), Some(&nat));
    assert_eq!(source(&policy, "10.1.0.20 > 203.0.113.7:80/tcp"), "198.51.100.1");
    assert_eq!(source(&policy, "10.1.0.20 > 10.3.0.9:80/tcp"), "10.3.0.1");
}

fn automatic(kind: &str, settings: &str) -> String {
    format!(
        r#"{{"uid": "x", "name": "x", {kind}, "nat-settings": {{"auto-rule": true, "install-on": "All", {settings}}}}}"#
    )
}

#[test]
fn automatic_hide_of_a_network_leaves_its_inside_alone() {
    let object = automatic(
        r#""type": "network", "subnet4": "10.1.0.0", "mask-length4": 24"#,
        r#""method": "hide", "hide-behind": "gateway""#,
    );
    let policy = read_all(&object, &accept_all(), None);
    assert_eq!(source(&policy, "10.1.0.20 > 203.0.113.7:80/tcp"), "198.51.100.1");
    assert_eq!(source(&policy, "10.1.0.20 > 10.1.0.21:80/tcp"), "10.1.0.20");
    let object = object.replace(
        "\"hide-behind\": \"gateway\"",
        "\"hide-behind\": \"ip-address\", \"ipv4-address\": \"198.51.100.77\"",
    );
    let policy = read_all(&object, &accept_all(), None);
    assert_eq!(source(&policy, "10.1.0.20 > 203.0.113.7:80/tcp"), "198.51.100.77");
}

#[test]
fn automatic_static_works_both_ways_and_the_object_stands_for_both_addresses() {
    let object = automatic(
        r#""type": "host", "ipv4-address": "10.1.0.30""#,
        r#""method": "static", "ipv4-address": "198.51.100.30""#,
    );
    let policy = read_all(
        &object,
        &[rule(1, ["any", "x", "http", "acc"], ""), rule(2, ["x", "any", "any", "acc"], "")],
        None,
    );
    let packet = "in=eth0 203.0.113.7 > 198.51.100.30:80/tcp";
    assert!(passes(&policy, packet));
    assert_eq!(destination(&policy, packet), "10.1.0.30");
    assert_eq!(source(&policy, "10.1.0.30 > 203.0.113.7:99/tcp"), "198.51.100.30");
    assert!(passes(&policy, "in=eth2 10.3.0.9 > 10.1.0.30:80/tcp"));
}

#[test]
fn automatic_static_of_a_network_shifts() {
    let object = automatic(
        r#""type": "network", "subnet4": "10.1.0.0", "mask-length4": 24"#,
        r#""method": "static", "ipv4-address": "192.0.2.0""#,
    );
    let policy = read_all(&object, &accept_all(), None);
    assert_eq!(source(&policy, "10.1.0.20 > 203.0.113.7:80/tcp"), "192.0.2.20");
    assert_eq!(destination(&policy, "in=eth0 203.0.113.7 > 192.0.2.20:80/tcp"), "10.1.0.20");
}

#[test]
fn static_comes_before_hide_and_two_automatic_rules_combine() {
    let host = automatic(
        r#""type": "host", "ipv4-address": "10.1.0.30""#,
        r#""method": "static", "ipv4-address": "198.51.100.30""#,
    );
    let net = automatic(
        r#""type": "network", "subnet4": "10.1.0.0", "mask-length4": 24"#,
        r#""method": "hide", "hide-behind": "gateway""#,
    )
    .replace("\"uid\": \"x\", \"name\": \"x\"", "\"uid\": \"y\", \"name\": \"y\"");
    let other = automatic(
        r#""type": "network", "subnet4": "10.3.0.0", "mask-length4": 24"#,
        r#""method": "hide", "hide-behind": "ip-address", "ipv4-address": "198.51.100.33""#,
    )
    .replace("\"uid\": \"x\", \"name\": \"x\"", "\"uid\": \"z\", \"name\": \"z\"");
    let policy = read_all(&format!("{net}, {host}, {other}"), &accept_all(), None);
    assert_eq!(source(&policy, "10.1.0.30 > 203.0.113.7:80/tcp"), "198.51.100.30");
    assert_eq!(source(&policy, "10.1.0.31 > 203.0.113.7:80/tcp"), "198.51.100.1");
    let both = decision(&policy, "10.3.0.9 > 198.51.100.30:80/tcp");
    assert_eq!(
        both.translated.source,
        TranslatedAddress::Exactly("198.51.100.33".parse().unwrap())
    );
    assert_eq!(
        both.translated.destination,
        TranslatedAddress::Exactly("10.1.0.30".parse().unwrap())
    );
    assert_eq!(both.nat.len(), 2);
}

#[test]
fn automatic_rules_of_the_export_are_used_and_manual_ones_stand_above_and_below() {
    let object = automatic(
        r#""type": "host", "ipv4-address": "10.1.0.30""#,
        r#""method": "static", "ipv4-address": "198.51.100.30""#,
    );
    let objects = format!("{object}, {PUBLIC}");
    let auto = |number: u32, original: [&str; 3], translated: [&str; 3]| {
        nat_rule(number, original, translated, "static")
            .replace("\"auto-generated\": false", "\"auto-generated\": true")
    };
    let nat = rulebase(&[
        nat_rule(1, ["x", "lab", "any"], ["orig", "orig", "orig"], "static"),
        auto(2, ["x", "any", "any"], ["x", "orig", "orig"]),
        auto(3, ["any", "x", "any"], ["orig", "x", "orig"]),
        nat_rule(4, ["x", "any", "any"], ["pub", "orig", "orig"], "hide"),
    ]);
    let policy = read_all(&objects, &accept_all(), Some(&nat));
    assert_eq!(policy.nat.passes[0].rules.len(), 4);
    assert_eq!(source(&policy, "10.1.0.30 > 10.2.0.1:80/tcp"), "10.1.0.30", "above");
    assert_eq!(
        source(&policy, "10.1.0.30 > 203.0.113.7:80/tcp"),
        "198.51.100.30",
        "automatic before below"
    );
    assert_eq!(destination(&policy, "in=eth0 203.0.113.7 > 198.51.100.30:80/tcp"), "10.1.0.30");
}

#[test]
fn built_automatic_rules_stand_before_the_lower_section() {
    let object = automatic(
        r#""type": "host", "ipv4-address": "10.1.0.30""#,
        r#""method": "static", "ipv4-address": "198.51.100.30""#,
    );
    let nat = format!(
        r#"{{"uid": "nat", "rulebase": [{{"type": "nat-section", "uid": "s", "name": "Manual Lower Rules", "from": 1, "to": 1, "rulebase": [{}]}}], "from": 1, "to": 1, "total": 1}}"#,
        nat_rule(1, ["x", "any", "any"], ["pub", "orig", "orig"], "hide")
    );
    let policy = read_all(&format!("{object}, {PUBLIC}"), &accept_all(), Some(&nat));
    assert_eq!(source(&policy, "10.1.0.30 > 203.0.113.7:80/tcp"), "198.51.100.30");
}

#[test]
fn a_missing_nat_page_leaves_translation_open() {
    let nat = rulebase(&[nat_rule(1, ["lan", "any", "any"], ["pub", "orig", "orig"], "hide")])
        .replace("\"total\": 1", "\"total\": 3");
    let policy = read_all(PUBLIC, &accept_all(), Some(&nat));
    assert_eq!(source(&policy, "10.1.0.20 > 203.0.113.7:80/tcp"), "198.51.100.9");
    let found = super::all_outcomes(&policy, "10.3.0.9 > 203.0.113.7:80/tcp");
    assert_eq!(found.cases.len(), 2);
}

#[test]
fn between_families_is_not_modelled_and_marked() {
    let nat = rulebase(&[nat_rule(1, ["lan", "any", "any"], ["pub", "orig", "orig"], "nat46")]);
    let policy = read_all(PUBLIC, &accept_all(), Some(&nat));
    let found = decision(&policy, "10.1.0.20 > 203.0.113.7:80/tcp");
    assert!(matches!(found.translated.source, TranslatedAddress::Named(_)));
}

#[test]
fn without_a_nat_rulebase_none_is_assumed_aloud() {
    let rules = layer("Corp Network", &accept_all());
    let reading = read(&[("a/o.json", OBJECTS), ("a/r.json", &rules), NO_IMPLIED]);
    let assumed: Vec<_> =
        reading.problems.iter().filter(|one| one.code.0 == "config/assumed").collect();
    assert!(assumed.iter().any(|one| one.args[0].1.contains("NAT")), "{:?}", codes_of(&reading));
}

#[test]
fn rules_of_the_first_version_and_sections_in_sections_are_read() {
    let one = nat_rule(1, ["any", "pub", "any"], ["orig", "db", "orig"], "static");
    let two = nat_rule(2, ["db", "any", "any"], ["pub", "orig", "orig"], "hide");
    let nat = format!(
        r#"{{"uid": "nat", "rulebase": [{},
        {{"type": "section", "name": "Automatic Generated Rules : Machine Static NAT", "uid": "s", "rulebase": []}},
        {{"type": "nat-section", "name": "Manual Lower Rules", "uid": "s2", "rulebase": [
            {{"type": "nat-section", "name": "more", "uid": "s3", "rulebase": [{two}]}}]}}], "from": 1, "to": 2, "total": 2}}"#,
        one.replace("\"type\": \"nat-rule\"", "\"type\": \"rule\"")
    );
    let policy = read_all(PUBLIC, &accept_all(), Some(&nat));
    assert_eq!(policy.nat.passes[0].rules.len(), 2);
    let found = decision(&policy, "in=eth0 203.0.113.7 > 198.51.100.9:80/tcp");
    assert_eq!(
        found.translated.destination,
        TranslatedAddress::Exactly("10.1.0.20".parse().unwrap())
    );
}

#[test]
fn automatic_nat_for_other_gateways_is_not_here_however_they_are_written() {
    let object = |on: &str| {
        format!(
            r#"{{"uid": "inner", "name": "inner", "type": "host", "ipv4-address": "10.1.0.77",
            "nat-settings": {{"auto-rule": true, "method": "hide", "hide-behind": "ip-address", "ipv4-address": "198.51.100.7", "install-on": {on}}}}},
            {{"uid": "g9", "name": "gw9", "type": "checkpoint-host"}}"#
        )
    };
    let rules = |on: &str| {
        let policy = read_all(&object(on), &accept_all(), None);
        policy
            .nat
            .passes
            .iter()
            .flat_map(|pass| &pass.rules)
            .map(|rule| rule.conditions.len())
            .collect::<Vec<_>>()
    };
    for here in [
        r#""All""#,
        r#""gw1""#,
        r#"["gw1"]"#,
        r#"{"uid": "g1", "name": "gw1", "type": "simple-gateway"}"#,
    ] {
        assert_eq!(rules(here), [0], "{here}");
    }
    for elsewhere in [r#""gw9""#, r#"["g9"]"#] {
        assert_eq!(rules(elsewhere), [0; 0], "{elsewhere}");
    }
    assert_eq!(rules(r#""nobody-knows""#), [1], "it may be a group with this gateway");
}

#[test]
fn a_rule_that_the_exporter_may_not_see_may_translate() {
    let hidden = r#"{"uid": "ph", "type": "place-holder", "rule-number": 1}"#.to_owned();
    let policy = read_all(PUBLIC, &accept_all(), Some(&rulebase(&[hidden])));
    let [rule] = policy.nat.passes[0].rules.as_slice() else { panic!("{:?}", policy.nat) };
    assert!(rule.source_to.is_some() && rule.destination_to.is_some());
    assert!(!rule.conditions.is_empty());
}

#[test]
fn an_empty_answer_without_a_dictionary_is_recognised() {
    let text = r#"{"uid": "x", "rulebase": [], "from": 0, "to": 0, "total": 0}"#;
    assert!(CheckPoint.probe(text, "nat.json").is_some());
}

#[test]
fn an_empty_dictionary_is_read() {
    let text = r#"{"uid": "x", "rulebase": [], "objects-dictionary": [], "total": 0}"#;
    let read = read(&[("nat.json", text)]);
    assert_eq!(read.tally().count(Disposition::Unrecognized), 0);
}
