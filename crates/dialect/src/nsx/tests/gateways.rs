//! Gateway firewalls and their NAT.

use policy::{Seen, TranslatedAddress, TranslatedPort};

use super::*;

fn tier1(nat: &str) -> String {
    format!(
        r#"{{"resource_type":"ChildTier1","Tier1":{{"resource_type":"Tier1","id":"t1","display_name":"t1",
        "path":"/infra/tier-1s/t1","tier0_path":"/infra/tier-0s/t0","route_advertisement_types":["TIER1_CONNECTED"],
        "children":[{{"resource_type":"ChildPolicyNat","PolicyNat":{{"resource_type":"PolicyNat","id":"USER",
        "path":"/infra/tier-1s/t1/nat/USER","nat_type":"USER","children":[{nat}]}}}}]}}}},
        {{"resource_type":"ChildSegment","Segment":{{"resource_type":"Segment","id":"web","display_name":"web",
        "path":"/infra/segments/web","connectivity_path":"/infra/tier-1s/t1",
        "subnets":[{{"gateway_address":"10.1.0.1/24","network":"10.1.0.0/24"}}]}}}}"#
    )
}

fn nat(id: &str, sequence: u32, action: &str, more: &str) -> String {
    format!(
        r#"{{"resource_type":"ChildPolicyNatRule","PolicyNatRule":{{"resource_type":"PolicyNatRule","id":"{id}",
        "display_name":"{id}","path":"/infra/tier-1s/t1/nat/USER/nat-rules/{id}","sequence_number":{sequence},
        "action":"{action}","enabled":true,"logging":false{more}}}}}"#
    )
}

fn gateway_policy(category: &str, id: &str, rules: &[String]) -> String {
    policy_of(category, id, 1, "", rules)
        .replace("ChildSecurityPolicy", "ChildGatewayPolicy")
        .replace("\"SecurityPolicy\"", "\"GatewayPolicy\"")
        .replace("/security-policies/", "/gateway-policies/")
}

const ON_T1: &str = r#","scope":["/infra/tier-1s/t1"]"#;

fn on_t1(more: &str) -> String {
    format!("{ON_T1}{more}")
}

fn gateway(rules: &[String], nat: &str) -> Reading {
    let default = rule("default", 1, "DROP", "ANY", "ANY", ON_T1);
    let domain = [
        gateway_policy("LocalGatewayRules", "local", rules),
        gateway_policy("Default", "default", &[default]),
    ];
    read_one(&infra(&domain.join(","), &tier1(nat)))
}

#[test]
fn a_gateway_checks_what_crosses_its_uplink_and_nothing_between_its_segments() {
    let rules = [rule("in", 1, "ALLOW", "ANY", "10.1.0.5", &on_t1(r#","direction":"IN""#))];
    let reading = gateway(&rules, "");
    let policy = context(&reading, "tier-1 t1");
    assert_eq!(verdict_without(policy, "192.0.2.1 > 10.1.0.5:80/tcp"), Verdict::Accept);
    assert_eq!(verdict_without(policy, "192.0.2.1 > 10.1.0.6:80/tcp"), Verdict::Drop);
    assert_eq!(verdict_without(policy, "10.1.0.5 > 192.0.2.1:80/tcp"), Verdict::Drop, "out");
    assert_eq!(verdict_without(policy, "10.1.0.5 > 10.1.0.6:80/tcp"), Verdict::Accept);
    assert!(reading.devices[0].contexts.iter().all(|c| &*c.context != "distributed firewall"));
}

#[test]
fn gateway_categories_count_from_left_to_right() {
    let order = [
        "Emergency",
        "SystemRules",
        "SharedPreRules",
        "LocalGatewayRules",
        "AutoServiceRules",
        "Default",
    ];
    for pair in order.windows(2) {
        let drop = rule("late", 1, "DROP", "ANY", "ANY", ON_T1);
        let allow = rule("early", 1, "ALLOW", "ANY", "ANY", ON_T1);
        let domain =
            [gateway_policy(pair[1], "b", &[drop]), gateway_policy(pair[0], "a", &[allow])];
        let reading = read_one(&infra(&domain.join(","), &tier1("")));
        let policy = context(&reading, "tier-1 t1");
        let found = verdict_without(policy, "192.0.2.1 > 10.1.0.5:80/tcp");
        assert_eq!(found, Verdict::Accept, "{pair:?}");
    }
}

#[test]
fn without_a_default_rule_a_gateway_allows_and_that_is_said() {
    let rules = [rule("no", 1, "DROP", "ANY", "10.1.0.5", ON_T1)];
    let domain = gateway_policy("LocalGatewayRules", "local", &rules);
    let reading = read_one(&infra(&domain, &tier1("")));
    let policy = context(&reading, "tier-1 t1");
    assert_eq!(verdict_without(policy, "192.0.2.1 > 10.1.0.6:80/tcp"), Verdict::Accept);
    assert!(codes(&reading).contains(&"config/assumed"));
}

/// A gateway that drops at its interface `up1`, with these further fields of its interfaces and of the next hop of its default route.
fn two_uplinks(more: &str, hop: &str) -> Reading {
    let interface = |id: &str, address: &str| {
        format!(
            r#"{{"resource_type":"ChildTier0Interface","Tier0Interface":{{"resource_type":"Tier0Interface","id":"{id}",
            "display_name":"{id}","path":"/infra/tier-0s/t0/locale-services/ls/interfaces/{id}","type":"EXTERNAL",
            "subnets":[{{"ip_addresses":["{address}"],"prefix_len":24}}]{more}}}}}"#
        )
    };
    let root = format!(
        r#"{{"resource_type":"ChildTier0","Tier0":{{"resource_type":"Tier0","id":"t0","display_name":"t0","path":"/infra/tier-0s/t0",
        "ha_mode":"ACTIVE_STANDBY","children":[{{"resource_type":"ChildLocaleServices","LocaleServices":{{
        "resource_type":"LocaleServices","id":"ls","path":"/infra/tier-0s/t0/locale-services/ls","children":[{},{}]}}}},
        {{"resource_type":"ChildStaticRoutes","StaticRoutes":{{"resource_type":"StaticRoutes","id":"d","network":"0.0.0.0/0",
        "next_hops":[{{"ip_address":"198.51.100.1","admin_distance":1{hop}}}]}}}}]}}}}"#,
        interface("up1", "198.51.100.2"),
        interface("up2", "203.0.113.2")
    );
    let scope = r#","scope":["/infra/tier-0s/t0/locale-services/ls/interfaces/up1"]"#;
    let rules = [rule("up1", 1, "DROP", "ANY", "ANY", scope)];
    let default = rule("d", 1, "ALLOW", "ANY", "ANY", r#","scope":["/infra/tier-0s/t0"]"#);
    let domain = [
        gateway_policy("LocalGatewayRules", "l", &rules),
        gateway_policy("Default", "d", &[default]),
    ];
    read_one(&infra(&domain.join(","), &root))
}

#[test]
fn a_rule_on_an_interface_sees_that_interface_only() {
    let reading = two_uplinks("", "");
    let policy = context(&reading, "tier-0 t0");
    let inside = "out=downlink 198.51.100.9";
    assert_eq!(verdict_of(policy, &format!("in=up1 {inside} > 10.9.0.1:80/tcp")), Verdict::Drop);
    assert_eq!(verdict_of(policy, &format!("in=up2 {inside} > 10.9.0.1:80/tcp")), Verdict::Drop);
    let near = "in=up2 203.0.113.9 > 203.0.113.10:80/tcp";
    assert_eq!(verdict_of(policy, near), Verdict::Accept);
    // By the static route it leaves by up1, where the rule stands.
    assert_eq!(verdict_of(policy, "in=downlink 10.9.0.1 > 192.0.2.1:80/tcp"), Verdict::Drop);
}

#[test]
fn a_next_hop_on_an_interface_leaves_by_that_interface() {
    let scope = r#","scope":["/infra/tier-0s/t0/locale-services/ls/interfaces/up2"]"#;
    let reading = two_uplinks("", scope);
    let policy = context(&reading, "tier-0 t0");
    assert_eq!(verdict_of(policy, "in=downlink 10.9.0.1 > 192.0.2.1:80/tcp"), Verdict::Accept);
}

#[test]
fn settings_of_interfaces_that_stop_or_pass_traffic_are_differences_between_exports() {
    let differences = |more: &str| two_uplinks(more, "").approximations().len();
    assert_eq!(differences(r#","admin_state":"DOWN","urpf_mode":"NONE""#), 4);
    assert_eq!(differences(r#","admin_state":"UP","urpf_mode":"STRICT""#), 0);
    assert_eq!(two_uplinks("", r#","scope":["/infra/elsewhere"]"#).approximations().len(), 1);
}

fn verdict_of(policy: &Policy, text: &str) -> Verdict {
    verdict_without(policy, text)
}

fn open_gateway(nat: &str) -> Reading {
    gateway(&[rule("all", 1, "ALLOW", "ANY", "ANY", ON_T1)], nat)
}

#[test]
fn destinations_are_rewritten_at_the_uplink_and_sources_on_the_way_out() {
    let rules = [
        nat(
            "d",
            1,
            "DNAT",
            r#","destination_network":"192.0.2.10","translated_network":"10.1.0.5""#,
        ),
        nat("s", 2, "SNAT", r#","source_network":"10.1.0.0/24","translated_network":"192.0.2.20""#),
    ];
    let reading = open_gateway(&rules.join(","));
    let policy = context(&reading, "tier-1 t1");
    let decision = decided(policy, "198.51.100.1 > 192.0.2.10:80/tcp");
    let exactly = |text: &str| TranslatedAddress::Exactly(text.parse().unwrap());
    assert_eq!(decision.verdict, Verdict::Accept);
    assert_eq!(decision.translated.destination, exactly("10.1.0.5"));
    assert_eq!(decision.translated.destination_port, TranslatedPort::Exactly(80));
    let decision = decided(policy, "10.1.0.5 > 198.51.100.1:80/tcp");
    assert_eq!(decision.translated.source, exactly("192.0.2.20"));
    // Between segments nothing is rewritten: neither side is an uplink.
    let decision = decided(policy, "10.1.0.5 > 10.1.0.6:80/tcp");
    assert!(decision.nat.is_empty());
}

#[test]
fn nat_counts_by_sequence_number_and_a_rule_without_translation_ends_the_search() {
    let rules = [
        nat(
            "s",
            20,
            "SNAT",
            r#","source_network":"10.1.0.0/24","translated_network":"192.0.2.20""#,
        ),
        nat(
            "n",
            10,
            "NO_SNAT",
            r#","source_network":"10.1.0.0/24","destination_network":"198.51.100.0/24""#,
        ),
        nat(
            "off",
            1,
            "SNAT",
            r#","source_network":"10.1.0.0/24","translated_network":"192.0.2.99","enabled":false"#
                .replace(",\"enabled\":false", "")
                .as_str(),
        )
        .replace("\"enabled\":true", "\"enabled\":false"),
        nat(
            "nd",
            1,
            "NO_DNAT",
            r#","destination_network":"192.0.2.10","source_network":"198.51.100.7""#,
        ),
        nat(
            "d",
            2,
            "DNAT",
            r#","destination_network":"192.0.2.10","translated_network":"10.1.0.5""#,
        ),
    ];
    let reading = open_gateway(&rules.join(","));
    let policy = context(&reading, "tier-1 t1");
    assert!(decided(policy, "10.1.0.5 > 198.51.100.1:80/tcp").nat.is_empty());
    let other = decided(policy, "10.1.0.5 > 203.0.113.1:80/tcp");
    let expected = TranslatedAddress::Exactly("192.0.2.20".parse().unwrap());
    assert_eq!(other.translated.source, expected);
    assert!(decided(policy, "198.51.100.7 > 192.0.2.10:80/tcp").nat.is_empty());
    assert!(!decided(policy, "198.51.100.8 > 192.0.2.10:80/tcp").nat.is_empty());
}

#[test]
fn firewall_match_says_which_header_the_firewall_sees() {
    let cases = [
        ("MATCH_INTERNAL_ADDRESS", "10.1.0.5", Verdict::Accept),
        ("MATCH_INTERNAL_ADDRESS", "192.0.2.10", Verdict::Drop),
        ("MATCH_EXTERNAL_ADDRESS", "192.0.2.10", Verdict::Accept),
        ("MATCH_EXTERNAL_ADDRESS", "10.1.0.5", Verdict::Drop),
        ("BYPASS", "10.99.0.1", Verdict::Accept),
    ];
    for (how, allowed, expected) in cases {
        let more = format!(
            r#","destination_network":"192.0.2.10","translated_network":"10.1.0.5","firewall_match":"{how}""#
        );
        let rules = [rule("one", 1, "ALLOW", "ANY", allowed, ON_T1)];
        let reading = gateway(&rules, &nat("d", 1, "DNAT", &more));
        let policy = context(&reading, "tier-1 t1");
        let found = verdict_without(policy, "198.51.100.1 > 192.0.2.10:80/tcp");
        assert_eq!(found, expected, "{how} {allowed}");
    }
    let more = r#","source_network":"10.1.0.0/24","translated_network":"192.0.2.20","firewall_match":"MATCH_EXTERNAL_ADDRESS""#;
    let rules = [rule("one", 1, "ALLOW", "192.0.2.20", "ANY", ON_T1)];
    let reading = gateway(&rules, &nat("s", 1, "SNAT", more));
    let policy = context(&reading, "tier-1 t1");
    assert_eq!(verdict_without(policy, "10.1.0.5 > 198.51.100.1:80/tcp"), Verdict::Accept);
    assert_eq!(policy.seen, Seen::Original);
}

#[test]
fn translated_ports_need_a_service_and_are_what_packets_come_to() {
    let more = r#","destination_network":"192.0.2.10","translated_network":"10.1.0.5","translated_ports":"8443""#;
    let with = format!(r#"{more},"service":"/infra/services/HTTPS""#);
    let reading = open_gateway(&nat("d", 1, "DNAT", &with));
    let policy = context(&reading, "tier-1 t1");
    let decision = decided(policy, "198.51.100.1 > 192.0.2.10:8443/tcp");
    assert_eq!(decision.translated.destination_port, TranslatedPort::Exactly(443));
    assert!(decided(policy, "198.51.100.1 > 192.0.2.10:443/tcp").nat.is_empty());
    let reading = open_gateway(&nat("d", 1, "DNAT", more));
    let policy = context(&reading, "tier-1 t1");
    let decision = decided(policy, "198.51.100.1 > 192.0.2.10:80/tcp");
    assert_eq!(decision.translated.destination_port, TranslatedPort::Exactly(80));
    assert_eq!(decision.nat.len(), 1);
}

#[test]
fn reflexive_nat_maps_address_by_address_both_ways() {
    let more = r#","source_network":"10.1.0.0/28","translated_network":"192.0.2.16/28""#;
    let reading = open_gateway(&nat("r", 1, "REFLEXIVE", more));
    let policy = context(&reading, "tier-1 t1");
    let exactly = |text: &str| TranslatedAddress::Exactly(text.parse().unwrap());
    let out = decided(policy, "10.1.0.5 > 198.51.100.1:80/tcp");
    assert_eq!(out.translated.source, exactly("192.0.2.21"));
    let back = decided(policy, "198.51.100.1 > 192.0.2.21:80/tcp");
    assert_eq!(back.translated.destination, exactly("10.1.0.5"));
}

#[test]
fn what_nat_cannot_say_is_marked() {
    let rules = [
        nat(
            "64",
            1,
            "NAT64",
            r#","destination_network":"2001:db8:64::/96","translated_network":"192.0.2.1""#,
        ),
        nat(
            "bad",
            2,
            "DNAT",
            r#","destination_network":"192.0.2.300","translated_network":"10.1.0.5""#,
        ),
    ];
    let reading = open_gateway(&rules.join(","));
    let policy = context(&reading, "tier-1 t1");
    let six = decided(policy, "in=uplink out=downlink 2001:db8::1 > [2001:db8:64::1]:80/tcp");
    assert!(matches!(six.translated.destination, TranslatedAddress::Named(_)));
    assert!(codes(&reading).contains(&"config/unsupported"));
    assert!(codes(&reading).contains(&"config/invalid-value"));
}
