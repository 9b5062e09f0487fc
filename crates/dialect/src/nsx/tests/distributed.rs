//! The distributed firewall: order, both ends, scope, actions.

use super::*;

fn one(rules: &[String]) -> Reading {
    let domain = [policy_of("Application", "app", 1, "", rules), default_drop()].join(",");
    read_one(&infra(&domain, ""))
}

#[test]
fn categories_count_from_left_to_right_whatever_their_numbers() {
    let drop = |id: &str| rule(id, 1, "DROP", "ANY", "ANY", "");
    let allow = rule("allow", 1, "ALLOW", "ANY", "ANY", "");
    let order = ["Emergency", "Infrastructure", "Environment", "Application"];
    for (at, first) in order.iter().enumerate() {
        let mut policies = vec![policy_of(first, "first", 900, "", std::slice::from_ref(&allow))];
        for (number, later) in (1..).zip(&order[at + 1..]) {
            policies.insert(0, policy_of(later, later, number, "", &[drop(later)]));
        }
        policies.push(default_drop());
        let reading = read_one(&infra(&policies.join(","), ""));
        let decision = decided(dfw(&reading), "10.0.0.1 > 10.0.0.2:80/tcp");
        assert_eq!(decision.verdict, Verdict::Accept, "{first}");
        assert_eq!(decider(dfw(&reading), &decision), "rule \"allow\"");
    }
}

#[test]
fn policies_and_rules_count_by_sequence_number_and_the_first_match_ends() {
    let rules = [
        rule("late", 20, "DROP", "ANY", "10.0.0.2", ""),
        rule("early", 10, "ALLOW", "10.0.0.0/24", "10.0.0.2", ""),
    ];
    let later = rule("other policy", 1, "REJECT", "ANY", "ANY", "");
    let domain = [
        policy_of("Application", "b", 2, "", &[later]),
        policy_of("Application", "a", 1, "", &rules),
        default_drop(),
    ];
    let reading = read_one(&infra(&domain.join(","), ""));
    let policy = dfw(&reading);
    assert_eq!(verdict(policy, "10.0.0.1 > 10.0.0.2:80/tcp"), Verdict::Accept);
    assert_eq!(verdict(policy, "10.0.9.1 > 10.0.0.2:80/tcp"), Verdict::Drop);
    assert_eq!(verdict(policy, "10.0.9.1 > 10.0.0.3:80/tcp"), Verdict::Reject);
}

#[test]
fn equal_numbers_keep_the_order_of_the_export_and_are_said() {
    let rules = [
        rule("first", 10, "ALLOW", "ANY", "ANY", ""),
        rule("second", 10, "DROP", "ANY", "ANY", ""),
    ];
    let reading = one(&rules);
    assert_eq!(verdict(dfw(&reading), "10.0.0.1 > 10.0.0.2:80/tcp"), Verdict::Accept);
    assert!(codes(&reading).contains(&"config/duplicate"));
}

#[test]
fn the_default_policy_is_last_and_without_one_everything_is_allowed_and_that_is_said() {
    let domain = [
        default_drop(),
        policy_of("", "none", 1, "", &[rule("a", 1, "ALLOW", "ANY", "10.0.0.2", "")]),
    ];
    let reading = read_one(&infra(&domain.join(","), ""));
    assert_eq!(verdict(dfw(&reading), "10.0.0.1 > 10.0.0.2:80/tcp"), Verdict::Accept);
    assert_eq!(verdict(dfw(&reading), "10.0.0.1 > 10.0.0.3:80/tcp"), Verdict::Drop);
    assert!(!codes(&reading).contains(&"config/assumed"));

    let bare = policy_of("Application", "a", 1, "", &[rule("a", 1, "DROP", "ANY", "10.0.0.2", "")]);
    let reading = read_one(&infra(&bare, ""));
    assert_eq!(verdict(dfw(&reading), "10.0.0.1 > 10.0.0.3:80/tcp"), Verdict::Accept);
    assert!(codes(&reading).contains(&"config/assumed"));
}

#[test]
fn a_flow_is_checked_at_both_ends_and_both_must_allow_it() {
    // The rule exists at the source only: the destination falls to its default.
    let rules = [rule("out only", 1, "ALLOW", "ANY", "10.0.0.2", r#","direction":"OUT""#)];
    let reading = one(&rules);
    let policy = dfw(&reading);
    let decision = decided(policy, "10.0.0.1 > 10.0.0.2:80/tcp");
    assert_eq!(decision.verdict, Verdict::Drop);
    assert_eq!(decision.steps.len(), 2);
    assert_eq!(decision.steps[0].verdict, Verdict::Accept);
    // To something that is no workload there is one end.
    struct SourceOnly;
    impl World for SourceOnly {
        fn holds(&mut self, atom: policy::Atom) -> bool {
            atom.about == policy::About::Address("10.0.0.1".parse().unwrap())
        }
        fn egress(&mut self, _: std::net::IpAddr) -> Option<InterfaceId> {
            None
        }
    }
    let out = decide(policy, &packet(policy, "10.0.0.1 > 10.0.0.2:80/tcp"), &mut SourceOnly);
    assert_eq!(out.verdict, Verdict::Accept);
    let both = [rule("both", 1, "ALLOW", "ANY", "10.0.0.2", r#","direction":"IN_OUT""#)];
    assert_eq!(verdict(dfw(&one(&both)), "10.0.0.1 > 10.0.0.2:80/tcp"), Verdict::Accept);
}

#[test]
fn a_rule_in_sees_arrivals_only() {
    let rules = [
        rule("in", 1, "DROP", "ANY", "10.0.0.2", r#","direction":"IN""#),
        rule("all", 2, "ALLOW", "ANY", "ANY", ""),
    ];
    let reading = one(&rules);
    let decision = decided(dfw(&reading), "10.0.0.1 > 10.0.0.2:80/tcp");
    assert_eq!(decision.verdict, Verdict::Drop);
    assert_eq!(decision.steps[0].verdict, Verdict::Accept, "the source lets it out");
    let rules = [
        rule("sideways", 1, "DROP", "ANY", "ANY", r#","direction":"SIDEWAYS""#),
        rule("all", 2, "ALLOW", "ANY", "ANY", ""),
    ];
    let reading = one(&rules);
    let both = [Verdict::Accept, Verdict::Drop];
    assert_eq!(
        possible(dfw(&reading), "10.0.0.1 > 10.0.0.2:80/tcp", &[("dynamic", "workload")]),
        both
    );
}

fn with_vms(policy_scope: &str, rule_scope: &str) -> Reading {
    let more = format!(r#","scope":["{policy_scope}"]"#);
    let scoped = rule("scoped", 1, "DROP", "ANY", "ANY", &format!(r#","scope":["{rule_scope}"]"#));
    let allow = rule("allow", 1, "ALLOW", "ANY", "ANY", "");
    let member = |id: &str| {
        format!(
            r#"{{"resource_type":"ExternalIDExpression","member_type":"VirtualMachine","external_ids":["{id}"]}}"#
        )
    };
    let domain = [
        group("a", &member("vm-a")),
        group("b", &member("vm-b")),
        policy_of("Application", "app", 1, &more, &[scoped]),
        policy_of("Application", "rest", 2, "", &[allow]),
    ];
    let vm = |id: &str| {
        format!(
            r#"{{"resource_type":"VirtualMachine","external_id":"{id}","display_name":"{id}","type":"REGULAR"}}"#
        )
    };
    let vif = |vm: &str, ip: &str| {
        format!(
            r#"{{"resource_type":"VirtualNetworkInterface","owner_vm_id":"{vm}","mac_address":"00:50:56:00:00:01",
            "ip_address_info":[{{"source":"VM_TOOLS","ip_addresses":["{ip}"]}}]}}"#
        )
    };
    let vms = format!(r#"{{"results":[{},{}],"result_count":2}}"#, vm("vm-a"), vm("vm-b"));
    let vifs = format!(
        r#"{{"results":[{},{}],"result_count":2}}"#,
        vif("vm-a", "10.0.0.1"),
        vif("vm-b", "10.0.0.2")
    );
    read_files(&[
        ("infra.json", &infra(&domain.join(","), "")),
        ("vms.json", &vms),
        ("vifs.json", &vifs),
    ])
}

#[test]
fn a_rule_exists_only_where_it_is_applied_to() {
    let reading = with_vms("ANY", &path("a"));
    let policy = dfw(&reading);
    assert_eq!(verdict_without(policy, "10.0.0.1 > 10.9.9.9:80/tcp"), Verdict::Drop);
    assert_eq!(verdict_without(policy, "10.0.0.2 > 10.9.9.9:80/tcp"), Verdict::Accept);
    assert_eq!(
        verdict_without(policy, "10.0.0.2 > 10.0.0.1:80/tcp"),
        Verdict::Drop,
        "its other end"
    );
    assert_eq!(
        verdict_without(policy, "10.9.9.9 > 10.8.8.8:80/tcp"),
        Verdict::Accept,
        "no workload"
    );
}

#[test]
fn the_scope_of_the_policy_overrides_the_scope_of_its_rules() {
    let reading = with_vms(&path("b"), &path("a"));
    let policy = dfw(&reading);
    assert_eq!(verdict_without(policy, "10.0.0.1 > 10.9.9.9:80/tcp"), Verdict::Accept);
    assert_eq!(verdict_without(policy, "10.0.0.2 > 10.9.9.9:80/tcp"), Verdict::Drop);
}

#[test]
fn who_is_excluded_has_no_firewall() {
    let member = r#"{"resource_type":"ExternalIDExpression","member_type":"VirtualMachine","external_ids":["vm-x"]}"#;
    let domain = [group("out", member), default_drop()].join(",");
    let exclude = format!(
        r#"{{"resource_type":"PolicyExcludeList","path":"/infra/settings/firewall/security/exclude-list","members":["{}"]}}"#,
        path("out")
    );
    let vm = r#"{"results":[{"resource_type":"VirtualMachine","external_id":"vm-x","display_name":"x"},
        {"resource_type":"VirtualMachine","external_id":"vm-y","display_name":"y"}]}"#;
    let vif = r#"{"results":[{"owner_vm_id":"vm-x","mac_address":"0","ip_address_info":[{"ip_addresses":["10.0.0.1"]}]},
        {"owner_vm_id":"vm-y","mac_address":"0","ip_address_info":[{"ip_addresses":["10.0.0.2"]}]}]}"#;
    let files = [
        ("i.json", infra(&domain, "")),
        ("e.json", exclude),
        ("v.json", vm.into()),
        ("n.json", vif.into()),
    ];
    let files: Vec<(&str, &str)> =
        files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let reading = read_files(&files);
    let policy = dfw(&reading);
    assert_eq!(verdict_without(policy, "10.0.0.1 > 10.9.9.9:80/tcp"), Verdict::Accept);
    assert_eq!(verdict_without(policy, "10.0.0.2 > 10.9.9.9:80/tcp"), Verdict::Drop);
}

#[test]
fn a_jump_skips_the_rest_of_environment() {
    let jump = rule("jump", 1, "JUMP_TO_APPLICATION", "10.0.0.1", "ANY", "");
    let domain = [
        policy_of("Environment", "env", 1, "", &[jump, rule("no", 2, "DROP", "ANY", "ANY", "")]),
        policy_of("Application", "app", 1, "", &[rule("yes", 1, "ALLOW", "ANY", "10.0.0.2", "")]),
        default_drop(),
    ];
    let reading = read_one(&infra(&domain.join(","), ""));
    let policy = dfw(&reading);
    assert_eq!(verdict(policy, "10.0.0.1 > 10.0.0.2:80/tcp"), Verdict::Accept);
    let decision = decided(policy, "10.0.0.1 > 10.0.0.3:80/tcp");
    assert_eq!(decider(policy, &decision), "rule \"default-rule\"");
    let decision = decided(policy, "10.0.0.9 > 10.0.0.2:80/tcp");
    assert_eq!(decider(policy, &decision), "rule \"no\"");
}

#[test]
fn negation_families_literals_and_any() {
    let rules = [
        rule(
            "not",
            1,
            "ALLOW",
            "10.0.0.0/24",
            "10.0.0.10-10.0.0.20",
            r#","destinations_excluded":true"#,
        ),
        rule("six", 2, "REJECT", "ANY", "ANY", r#","ip_protocol":"IPV6""#),
    ];
    let reading = one(&rules);
    let policy = dfw(&reading);
    assert_eq!(verdict(policy, "10.0.0.1 > 10.0.0.9:80/tcp"), Verdict::Accept);
    assert_eq!(verdict(policy, "10.0.0.1 > 10.0.0.10:80/tcp"), Verdict::Drop);
    assert_eq!(
        verdict(
            policy,
            "2001:db8::1 > 2001:db8::2:80/tcp"
                .replace("::2:80", "::2")
                .as_str()
                .replace("2001:db8::2/tcp", "[2001:db8::2]:80/tcp")
                .as_str()
        ),
        Verdict::Reject
    );
    let rules = [rule("x", 1, "ALLOW", "ANY", "ANY", r#","sources_excluded":true"#)];
    let both = [Verdict::Accept, Verdict::Drop];
    assert_eq!(
        possible(dfw(&one(&rules)), "10.0.0.1 > 10.0.0.2:80/tcp", &[("dynamic", "workload")]),
        both
    );
}

#[test]
fn services_by_path_by_entry_predefined_nested_and_undefined() {
    let service = |id: &str, entries: &str| {
        format!(
            r#"{{"resource_type":"ChildService","Service":{{"resource_type":"Service","id":"{id}","display_name":"{id}",
            "path":"/infra/services/{id}","service_entries":[{entries}]}}}}"#
        )
    };
    let web = r#"{"resource_type":"L4PortSetServiceEntry","id":"w","l4_protocol":"TCP","destination_ports":["80","8000-8010"],"source_ports":["1024-65535"]}"#;
    let nested = r#"{"resource_type":"NestedServiceServiceEntry","id":"n","nested_service_path":"/infra/services/web"},
        {"resource_type":"ICMPTypeServiceEntry","protocol":"ICMPv4","icmp_type":8},
        {"resource_type":"IGMPTypeServiceEntry"},{"resource_type":"IPProtocolServiceEntry","protocol_number":47},
        {"resource_type":"ALGTypeServiceEntry","alg":"FTP","destination_ports":["21"]}"#;
    let root = [service("all", nested), service("web", web)].join(",");
    let entry = r#","services":["ANY"],"service_entries":[{"resource_type":"L4PortSetServiceEntry","l4_protocol":"UDP","destination_ports":["53"]}]"#;
    let rules = [
        rule("all", 1, "ALLOW", "ANY", "10.0.0.2", r#","services":["/infra/services/all"]"#),
        rule("raw", 2, "ALLOW", "ANY", "10.0.0.2", entry),
        rule("pre", 3, "ALLOW", "ANY", "10.0.0.2", r#","services":["/infra/services/HTTPS"]"#),
        rule("gone", 4, "ALLOW", "ANY", "10.0.0.3", r#","services":["/infra/services/gone"]"#),
    ];
    let domain = [policy_of("Application", "app", 1, "", &rules), default_drop()].join(",");
    let reading = read_one(&infra(&domain, &root));
    let policy = dfw(&reading);
    for (text, expected) in [
        ("10.0.0.1 > 10.0.0.2:80/tcp", Verdict::Accept),
        ("10.0.0.1:80 > 10.0.0.2:80/tcp", Verdict::Drop),
        ("10.0.0.1 > 10.0.0.2:8010/tcp", Verdict::Accept),
        ("10.0.0.1 > 10.0.0.2:8011/tcp", Verdict::Drop),
        ("10.0.0.1 > 10.0.0.2/icmp:8:0", Verdict::Accept),
        ("10.0.0.1 > 10.0.0.2/icmp:0:0", Verdict::Drop),
        ("10.0.0.1 > 10.0.0.2/2", Verdict::Accept),
        ("10.0.0.1 > 10.0.0.2/47", Verdict::Accept),
        ("10.0.0.1 > 10.0.0.2:21/tcp", Verdict::Accept),
        ("10.0.0.1 > 10.0.0.2:53/udp", Verdict::Accept),
        ("10.0.0.1 > 10.0.0.2:54/udp", Verdict::Drop),
        ("10.0.0.1 > 10.0.0.2:443/tcp", Verdict::Accept),
    ] {
        assert_eq!(verdict(policy, text), expected, "{text}");
    }
    let both = [Verdict::Accept, Verdict::Drop];
    assert_eq!(possible(policy, "10.0.0.1 > 10.0.0.3:80/tcp", &[("dynamic", "workload")]), both);
    assert!(codes(&reading).contains(&"config/undefined"));
}

#[test]
fn disabled_rules_match_nothing_and_unknown_actions_stay_open() {
    let rules = [
        rule("off", 1, "ALLOW", "ANY", "ANY", r#","disabled":true"#),
        rule("odd", 2, "MIRROR", "ANY", "10.0.0.2", ""),
    ];
    let reading = one(&rules);
    let policy = dfw(&reading);
    assert_eq!(verdict(policy, "10.0.0.1 > 10.0.0.3:80/tcp"), Verdict::Drop);
    let given = [("dynamic", "workload")];
    let both = [Verdict::Accept, Verdict::Drop];
    assert_eq!(possible(policy, "10.0.0.1 > 10.0.0.2:80/tcp", &given), both);
}

#[test]
fn unknown_fields_and_bad_values_mark_the_rule() {
    for more in [r#","quantum":true"#, r#","ip_protocol":"IPX""#, r#","disabled":"maybe""#] {
        let reading = one(&[rule("x", 1, "ALLOW", "ANY", "ANY", more)]);
        let both = [Verdict::Accept, Verdict::Drop];
        let given = [("dynamic", "workload")];
        assert_eq!(possible(dfw(&reading), "10.0.0.1 > 10.0.0.2:80/tcp", &given), both, "{more}");
    }
    let reading = one(&[rule("x", 1, "ALLOW", "10.0.0.0/99", "ANY", "")]);
    let both = [Verdict::Accept, Verdict::Drop];
    let given = [("dynamic", "workload")];
    assert_eq!(possible(dfw(&reading), "10.0.0.1 > 10.0.0.2:80/tcp", &given), both);
    assert!(codes(&reading).contains(&"config/invalid-value"));
}

#[test]
fn ethernet_rules_are_a_stage_of_their_own() {
    let ether = r#","services":["ANY"],"service_entries":[{"resource_type":"EtherTypeServiceEntry","ether_type":34525}]"#;
    let domain = [
        policy_of("Ethernet", "l2", 1, "", &[rule("no v6", 1, "DROP", "ANY", "ANY", ether)]),
        policy_of("Emergency", "e", 1, "", &[rule("yes", 1, "ALLOW", "ANY", "ANY", "")]),
    ];
    let reading = read_one(&infra(&domain.join(","), ""));
    let policy = dfw(&reading);
    assert_eq!(policy.filter.len(), 4);
    assert_eq!(verdict(policy, "10.0.0.1 > 10.0.0.2:80/tcp"), Verdict::Accept);
    let decision = decided(policy, "2001:db8::1 > [2001:db8::2]:80/tcp");
    assert_eq!(decider(policy, &decision), "rule \"no v6\"");
}

#[test]
fn profiles_schedules_and_state() {
    let root = r#"{"resource_type":"ChildPolicyContextProfile","PolicyContextProfile":{"resource_type":"PolicyContextProfile",
        "id":"p","path":"/infra/context-profiles/p","attributes":[{"key":"APP_ID","value":["SSL"],"datatype":"STRING"}]}},
        {"resource_type":"ChildPolicyContextProfile","PolicyContextProfile":{"resource_type":"PolicyContextProfile",
        "id":"d","path":"/infra/context-profiles/d","attributes":[{"key":"DOMAIN_NAME","value":["*.example.com"]}]}},
        {"resource_type":"ChildPolicyFirewallScheduler","PolicyFirewallScheduler":{"resource_type":"PolicyFirewallScheduler",
        "id":"night","path":"/infra/firewall-schedulers/night","days":["MONDAY"],"start_time":"22:00"}}"#;
    let rules = [
        rule("app", 1, "ALLOW", "ANY", "10.0.0.2", r#","profiles":["/infra/context-profiles/p"]"#),
        rule(
            "name",
            2,
            "ALLOW",
            "ANY",
            "10.0.0.0/24",
            r#","profiles":["/infra/context-profiles/d"]"#,
        ),
    ];
    let night = [rule("night", 1, "ALLOW", "ANY", "10.0.1.1", "")];
    let more = r#","stateful":false,"tcp_strict":true,"scheduler_path":"/infra/firewall-schedulers/night""#;
    let domain = [
        policy_of("Application", "app", 1, "", &rules),
        policy_of("Application", "night", 2, more, &night),
        default_drop(),
    ];
    let reading = read_one(&infra(&domain.join(","), root));
    let policy = dfw(&reading);
    let given = |kind, name| {
        possible(
            policy,
            "10.0.0.1 > 10.0.0.2:443/tcp",
            &[("dynamic", "workload"), ("fqdn", "none"), (kind, name)],
        )
    };
    assert_eq!(given("app", "SSL"), [Verdict::Accept]);
    assert_eq!(given("app", "HTTP"), [Verdict::Drop]);
    let name = |name| {
        possible(policy, "10.0.0.1 > 10.0.0.9:443/tcp", &[("dynamic", "workload"), ("fqdn", name)])
    };
    assert_eq!(name("*.example.com"), [Verdict::Accept]);
    assert_eq!(name("*.example.org"), [Verdict::Drop]);
    let night = |name| {
        possible(
            policy,
            "10.0.0.1 > 10.0.1.1:443/tcp",
            &[("dynamic", "workload"), ("schedule", name)],
        )
    };
    assert_eq!(night("night"), [Verdict::Accept]);
    assert_eq!(night("day"), [Verdict::Drop]);
    let approximated = reading.tally().count(crate::Disposition::Approximated);
    assert!(approximated >= 2, "state is not modelled, and that is said");
}

#[test]
fn a_firewall_that_is_off_lets_everything_pass() {
    let root = r#"{"resource_type":"ChildDfwFirewallConfiguration","DfwFirewallConfiguration":{"resource_type":"DfwFirewallConfiguration",
        "id":"dfw","path":"/infra/settings/firewall/security","enable_firewall":false}}"#;
    let reading = read_one(&infra(&default_drop(), root));
    assert_eq!(verdict(dfw(&reading), "10.0.0.1 > 10.0.0.2:80/tcp"), Verdict::Accept);
    assert!(codes(&reading).contains(&"config/mode"));
}

#[test]
fn policies_of_the_global_manager_come_first_in_their_category() {
    let global =
        policy_of("Application", "g", 9, "", &[rule("global", 1, "REJECT", "ANY", "ANY", "")])
            .replace("/infra/domains", "/global-infra/domains");
    let local =
        policy_of("Application", "l", 1, "", &[rule("local", 1, "ALLOW", "ANY", "ANY", "")]);
    let reading = read_one(&infra(&[local, global].join(","), ""));
    assert_eq!(verdict(dfw(&reading), "10.0.0.1 > 10.0.0.2:80/tcp"), Verdict::Reject);
}
