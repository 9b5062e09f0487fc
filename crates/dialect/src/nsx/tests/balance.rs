//! The books balance for every input, also for damaged ones.

use super::*;

/// Exports that between them have every sort of object.
fn samples() -> Vec<String> {
    let condition = r#"{"resource_type":"Condition","member_type":"VirtualMachine","key":"Tag","operator":"EQUALS","value":"a|b"}"#;
    let and = r#"{"resource_type":"ConjunctionOperator","conjunction_operator":"AND"}"#;
    let nested = format!(
        r#"{{"resource_type":"NestedExpression","expressions":[{condition},{and},{condition}]}}"#
    );
    let paths = format!(r#"{{"resource_type":"PathExpression","paths":["{}"]}}"#, path("ip"));
    let entries = r#","services":["/infra/services/web"],"service_entries":[{"resource_type":"L4PortSetServiceEntry","l4_protocol":"UDP","destination_ports":["53"]}]"#;
    let rules = [
        rule("a", 1, "ALLOW", &path("g"), &path("ip"), entries),
        rule(
            "b",
            2,
            "REJECT",
            "10.0.0.0/8",
            "ANY",
            r#","direction":"IN","ip_protocol":"IPV4","profiles":["/infra/context-profiles/p"]"#,
        ),
    ];
    let jump = [rule(
        "j",
        1,
        "JUMP_TO_APPLICATION",
        "ANY",
        "10.0.0.1-10.0.0.9",
        r#","destinations_excluded":true"#,
    )];
    let gateway = policy_of(
        "LocalGatewayRules",
        "gw",
        1,
        "",
        &[rule("g", 1, "DROP", "ANY", "ANY", r#","scope":["/infra/tier-1s/t"]"#)],
    )
    .replace("ChildSecurityPolicy", "ChildGatewayPolicy")
    .replace("\"SecurityPolicy\"", "\"GatewayPolicy\"")
    .replace("/security-policies/", "/gateway-policies/");
    let domain = [
        group(
            "g",
            &[
                nested,
                r#"{"resource_type":"ConjunctionOperator","conjunction_operator":"OR"}"#.into(),
                paths,
            ]
            .join(","),
        ),
        group("ip", &ips("\"10.0.0.1\",\"10.1.0.0/16\"")),
        policy_of("Environment", "env", 1, "", &jump),
        policy_of("Application", "app", 1, r#","scope":["ANY"],"stateful":true"#, &rules),
        policy_of("Ethernet", "l2", 1, "", &[rule("e", 1, "ALLOW", "ANY", "ANY", "")]),
        gateway,
        default_drop(),
    ];
    let root = r#"{"resource_type":"ChildService","Service":{"resource_type":"Service","id":"web","path":"/infra/services/web",
        "service_entries":[{"resource_type":"L4PortSetServiceEntry","l4_protocol":"TCP","destination_ports":["80"]}]}},
        {"resource_type":"ChildPolicyContextProfile","PolicyContextProfile":{"resource_type":"PolicyContextProfile","id":"p",
        "path":"/infra/context-profiles/p","attributes":[{"key":"APP_ID","value":["SSL"],"sub_attributes":[{"key":"TLS_VERSION","value":["TLS_V12"]}]}]}},
        {"resource_type":"ChildTier1","Tier1":{"resource_type":"Tier1","id":"t","path":"/infra/tier-1s/t","tier0_path":"/infra/tier-0s/z",
        "children":[{"resource_type":"ChildPolicyNat","PolicyNat":{"resource_type":"PolicyNat","id":"USER","path":"/infra/tier-1s/t/nat/USER",
        "children":[{"resource_type":"ChildPolicyNatRule","PolicyNatRule":{"resource_type":"PolicyNatRule","id":"n","action":"DNAT",
        "path":"/infra/tier-1s/t/nat/USER/nat-rules/n","destination_network":"192.0.2.1","translated_network":"10.0.0.1"}}]}}]}},
        {"resource_type":"ChildSegment","Segment":{"resource_type":"Segment","id":"s","path":"/infra/segments/s",
        "connectivity_path":"/infra/tier-1s/t","subnets":[{"gateway_address":"10.1.0.1/24"}]}}"#;
    let inventory = r#"{"results":[{"resource_type":"VirtualMachine","external_id":"1","display_name":"m","tags":[{"scope":"a","tag":"b"}]},
        {"resource_type":"VirtualNetworkInterface","owner_vm_id":"1","mac_address":"x","ip_address_info":[{"ip_addresses":["10.0.0.1"]}]}],"result_count":2}"#;
    vec![infra(&domain.join(","), root), inventory.to_owned()]
}

fn balanced(files: &[(&str, &str)], what: &str) {
    let reading = read_files(files);
    assert!(!codes(&reading).contains(&"bug/dialect-defect"), "{what}: {:?}", reading.problems);
    for tree in &reading.trees {
        assert_eq!(
            tree.tally().statements(),
            u64::try_from(tree.statements().count()).unwrap(),
            "{what}"
        );
    }
    let inside = |span: policy::Span| {
        let tree = reading.tree(span.file).unwrap();
        usize::try_from(span.end).unwrap() <= tree.text().len() + 1 && span.start <= span.end
    };
    assert!(reading.problems.iter().filter_map(|problem| problem.span).all(inside), "{what}");
    for policy in reading.devices.iter().flat_map(|device| &device.contexts) {
        policy.validate().unwrap();
        let rules = policy.rulebases.iter().flat_map(|base| &base.rules);
        assert!(rules.filter_map(|rule| rule.origin.span).all(inside), "{what}");
    }
}

/// A small generator of numbers, the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit.max(1)
    }
}

fn damaged(text: &str, numbers: &mut Numbers) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=numbers.below(3) {
        let at = numbers.below(bytes.len());
        let width = numbers.below(40).min(bytes.len() - at);
        match numbers.below(6) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..at + width)),
            2 => {
                let copy = bytes[at..at + width].to_vec();
                let to = numbers.below(bytes.len());
                bytes.splice(to..to, copy);
            }
            3 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = b"{}[]\",:0aA-/"[numbers.below(12)];
                }
            }
            4 => {
                let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b',').collect();
                let (one, other) = (numbers.below(lines.len()), numbers.below(lines.len()));
                let mut lines: Vec<Vec<u8>> = lines.into_iter().map(<[u8]>::to_vec).collect();
                lines.swap(one, other);
                bytes = lines.join(&b',');
            }
            _ => bytes.extend_from_slice(b"{\"results\":["),
        }
        if bytes.is_empty() {
            break;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn own_samples_and_damaged_copies_balance() {
    let samples = samples();
    let files: Vec<(&str, &str)> = samples.iter().map(|text| ("x.json", text.as_str())).collect();
    balanced(&files, "whole");
    let mut numbers = Numbers(7);
    for round in 0..600 {
        let one = damaged(&samples[round % samples.len()], &mut numbers);
        balanced(&[("x.json", &one), ("y.json", &samples[(round + 1) % samples.len()])], &one);
    }
}

#[test]
fn junk_and_deep_nesting_end() {
    for text in
        ["", "{", "[]", "null", "[1,2]", "{\"results\":5}", "{\"children\":[[[[1]]]]}", "\u{0}"]
    {
        balanced(&[("x.json", text)], text);
    }
    let deep = format!("{}{}", "{\"children\":[".repeat(3000), "]}".repeat(3000));
    balanced(&[("x.json", &deep)], "deep");
    let nested = r#"{"resource_type":"NestedExpression","expressions":["#;
    let expression = format!("{}{}", nested.repeat(60), "]}".repeat(60));
    let rules = [rule("a", 1, "ALLOW", &path("g"), "ANY", "")];
    let text = infra(
        &[group("g", &expression), policy_of("Application", "p", 1, "", &rules)].join(","),
        "",
    );
    balanced(&[("x.json", &text)], "nested expressions");
}

#[test]
fn long_chains_of_groups_are_marked_and_many_rules_are_read() {
    let chain: Vec<String> = (0..20_000)
        .map(|at| {
            let next = format!(
                r#"{{"resource_type":"PathExpression","paths":["{}"]}}"#,
                path(&(at + 1).to_string())
            );
            group(&at.to_string(), &next)
        })
        .chain([group("20000", &ips("\"10.0.0.1\""))])
        .collect();
    let rules = [rule("a", 1, "ALLOW", &path("0"), "ANY", "")];
    let text =
        infra(&format!("{},{}", chain.join(","), policy_of("Application", "p", 1, "", &rules)), "");
    let reading = read_one(&text);
    assert!(codes(&reading).contains(&"config/group-depth"));
    assert!(reading.devices[0].contexts.iter().all(|policy| policy.validate().is_ok()));

    let rules: Vec<String> = (0..50_000u32)
        .map(|at| {
            rule(
                &at.to_string(),
                at,
                "ALLOW",
                &path("g"),
                &format!("10.{}.{}.0/24", at >> 8 & 255, at & 255),
                "",
            )
        })
        .collect();
    let domain = [
        group("g", &ips("\"10.0.0.1\"")),
        policy_of("Application", "p", 1, "", &rules),
        default_drop(),
    ];
    let reading = read_one(&infra(&domain.join(","), ""));
    assert_eq!(dfw(&reading).rulebases[0].rules.len(), 50_001);
    assert_eq!(dfw(&reading).addresses.len(), 1, "a group is defined once");
    let decision = decided(dfw(&reading), "10.0.0.1 > 10.100.7.9:80/tcp");
    assert_eq!(decider(dfw(&reading), &decision), format!("rule \"{}\"", (100 << 8) + 7));
}
