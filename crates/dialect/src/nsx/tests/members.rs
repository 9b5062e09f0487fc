//! Groups: who is a member, with and without an inventory.

use super::*;

const WORKLOAD: (&str, &str) = ("dynamic", "workload");

fn allow_from(groups: &[String]) -> String {
    let rules = [rule("allow", 1, "ALLOW", &path("g"), "ANY", "")];
    let mut domain = groups.to_vec();
    domain.push(policy_of("Application", "app", 1, "", &rules));
    domain.push(default_drop());
    infra(&domain.join(","), "")
}

fn condition(key: &str, operator: &str, value: &str) -> String {
    format!(
        r#"{{"resource_type":"Condition","member_type":"VirtualMachine","key":"{key}","operator":"{operator}","value":"{value}"}}"#
    )
}

fn join(and: &str) -> String {
    format!(r#"{{"resource_type":"ConjunctionOperator","conjunction_operator":"{and}"}}"#)
}

const INVENTORY: &str = r#"{"results":[
    {"resource_type":"VirtualMachine","external_id":"1","display_name":"web-1","type":"REGULAR",
     "tags":[{"scope":"env","tag":"prod"},{"scope":"","tag":"blue"}],"guest_info":{"os_name":"Linux","computer_name":"web1"}},
    {"resource_type":"VirtualMachine","external_id":"2","display_name":"Web-2","type":"REGULAR","tags":[{"scope":"env","tag":"test"}]},
    {"resource_type":"VirtualMachine","external_id":"3","display_name":"db-1","type":"REGULAR","tags":[{"scope":"env","tag":"prod"}]}],
    "result_count":3}"#;

const INTERFACES: &str = r#"{"results":[
    {"resource_type":"VirtualNetworkInterface","owner_vm_id":"1","mac_address":"a","lport_attachment_id":"at-1","ip_address_info":[{"ip_addresses":["10.0.0.1","fe80::1"]}]},
    {"resource_type":"VirtualNetworkInterface","owner_vm_id":"2","mac_address":"b","ip_address_info":[{"ip_addresses":["10.0.0.2"]}]},
    {"resource_type":"VirtualNetworkInterface","owner_vm_id":"3","mac_address":"c","ip_address_info":[{"ip_addresses":["10.0.0.3"]}]}],
    "result_count":3}"#;

fn with_inventory(group_expression: &str) -> Reading {
    let text = allow_from(&[group("g", group_expression)]);
    read_files(&[("i.json", &text), ("vms.json", INVENTORY), ("vifs.json", INTERFACES)])
}

/// Who of 10.0.0.1 to 10.0.0.3 is in the group, for sure (`+`), perhaps (`?`) or not (`-`).
fn members(reading: &Reading) -> String {
    let policy = dfw(reading);
    (1..=3)
        .map(|last| {
            let text = format!("10.0.0.{last} > 10.9.0.1:80/tcp");
            match possible(policy, &text, &[]).as_slice() {
                [Verdict::Accept] => '+',
                [Verdict::Drop] => '-',
                _ => '?',
            }
        })
        .collect()
}

#[test]
fn criteria_select_machines_of_the_inventory() {
    for (key, operator, value, expected) in [
        ("Tag", "EQUALS", "env|prod", "+-+"),
        ("Tag", "EQUALS", "|blue", "+--"),
        ("Tag", "EQUALS", "|prod", "?-?"),
        ("Tag", "NOTEQUALS", "env|prod", "-+-"),
        ("Tag", "STARTSWITH", "env|te", "-+-"),
        ("Name", "EQUALS", "db-1", "--+"),
        ("Name", "STARTSWITH", "web", "+?-"),
        ("Name", "ENDSWITH", "-1", "+-+"),
        ("Name", "CONTAINS", "b-", "+++"),
        ("ComputerName", "EQUALS", "web1", "+??"),
        ("Name", "MATCHES", ".*", "???"),
    ] {
        let reading = with_inventory(&condition(key, operator, value));
        assert_eq!(members(&reading), expected, "{key} {operator} {value}");
    }
}

#[test]
fn without_an_inventory_a_criterion_is_an_unknown_with_its_own_meaning() {
    let text = allow_from(&[group("g", &condition("Tag", "EQUALS", "env|prod"))]);
    let reading = read_one(&text);
    let policy = dfw(&reading);
    let meaning = "VirtualMachine Tag EQUALS env|prod";
    let all = [WORKLOAD, ("dynamic", meaning)];
    assert_eq!(possible(policy, "10.0.0.1 > 10.9.0.1:80/tcp", &all), [Verdict::Accept]);
    assert_eq!(possible(policy, "10.0.0.1 > 10.9.0.1:80/tcp", &[WORKLOAD]), [Verdict::Drop]);
}

#[test]
fn conjunctions_nested_expressions_and_the_two_readings_of_a_mix() {
    let (prod, web) = (condition("Tag", "EQUALS", "env|prod"), condition("Name", "ENDSWITH", "-1"));
    let db = condition("Name", "EQUALS", "db-1");
    let both = [web.clone(), join("AND"), prod.clone()].join(",");
    assert_eq!(members(&with_inventory(&both)), "+-+");
    let either = [db.clone(), join("OR"), condition("Tag", "EQUALS", "env|test")].join(",");
    assert_eq!(members(&with_inventory(&either)), "-++");
    let nested = format!(r#"{{"resource_type":"NestedExpression","expressions":[{both}]}}"#);
    let nested = [nested, join("AND"), db.clone()].join(",");
    assert_eq!(members(&with_inventory(&nested)), "--+");
    // prod OR test AND db: AND first gives prod, left to right gives the prod one that is db.
    let mixed =
        [prod, join("OR"), condition("Tag", "EQUALS", "env|test"), join("AND"), db].join(",");
    assert_eq!(members(&with_inventory(&mixed)), "?-+");
    let broken = [web.clone(), web].join(",");
    assert_eq!(members(&with_inventory(&broken)), "???");
}

#[test]
fn groups_in_groups_cycles_and_paths_that_lead_nowhere() {
    let by_path = |to: &str| format!(r#"{{"resource_type":"PathExpression","paths":["{to}"]}}"#);
    let nested =
        [group("g", &by_path(&path("h"))), group("h", &ips("\"10.0.0.1\",\"10.0.0.2-10.0.0.2\""))];
    let given = [WORKLOAD];
    let reading = read_one(&allow_from(&nested));
    let at = |reading: &Reading, last: u8| {
        possible(dfw(reading), &format!("10.0.0.{last} > 10.9.0.1:80/tcp"), &given)
    };
    assert_eq!(at(&reading, 1), [Verdict::Accept]);
    assert_eq!(at(&reading, 2), [Verdict::Accept]);
    assert_eq!(at(&reading, 3), [Verdict::Drop]);
    let open = [Verdict::Accept, Verdict::Drop];
    let reading = read_one(&allow_from(&[
        group("g", &by_path(&path("h"))),
        group("h", &by_path(&path("g"))),
    ]));
    assert_eq!(at(&reading, 1), open);
    assert!(codes(&reading).contains(&"config/group-cycle"));
    let reading = read_one(&allow_from(&[group("g", &by_path(&path("nowhere")))]));
    assert_eq!(at(&reading, 1), open);
    assert!(codes(&reading).contains(&"config/undefined"));
    let reading = read_one(&allow_from(&[group("g", "")]));
    assert_eq!(at(&reading, 1), [Verdict::Drop], "an empty group has no members");
}

#[test]
fn mac_addresses_and_directory_groups_are_named_unknowns() {
    let mac = r#"{"resource_type":"MACAddressExpression","mac_addresses":["00:50:56:AA:00:01"]}"#;
    let reading = read_one(&allow_from(&[group("g", mac)]));
    let at = |reading: &Reading, given: &[(&str, &str)]| {
        possible(dfw(reading), "10.0.0.1 > 10.9.0.1:80/tcp", given)
    };
    assert_eq!(at(&reading, &[WORKLOAD, ("mac", "00:50:56:aa:00:01")]), [Verdict::Accept]);
    assert_eq!(at(&reading, &[WORKLOAD, ("mac", "00:50:56:aa:00:02")]), [Verdict::Drop]);
    let text = allow_from(&[group("g", "")]).replace(
        "\"expression\":[]",
        r#""expression":[],"extended_expression":[{"resource_type":"IdentityGroupExpression","identity_groups":[{"distinguished_name":"CN=ops","domain_base_distinguished_name":"DC=x","sid":"S-1"}]}]"#,
    );
    let reading = read_one(&text);
    assert_eq!(at(&reading, &[WORKLOAD, ("user", "CN=ops")]), [Verdict::Accept]);
    assert_eq!(at(&reading, &[WORKLOAD, ("user", "CN=dev")]), [Verdict::Drop]);
}

#[test]
fn the_manager_knows_best_who_is_a_member() {
    let text = allow_from(&[group("g", &condition("Tag", "EQUALS", "a|b"))]);
    let answer = r#"{"results":["10.0.0.2","10.0.0.3"],"result_count":2}"#;
    let file = "dump/infra/domains/default/groups/g/members/ip-addresses.json";
    let reading = read_files(&[("i.json", &text), (file, answer)]);
    let at = |last: u8| {
        possible(dfw(&reading), &format!("10.0.0.{last} > 10.9.0.1:80/tcp"), &[WORKLOAD])
    };
    assert_eq!((at(1), at(2)), (vec![Verdict::Drop], vec![Verdict::Accept]));
    let machines = r#"{"results":[{"external_id":"3","display_name":"db-1"}],"result_count":1}"#;
    let file = "groups/g/members/virtual-machines.json";
    let reading = read_files(&[
        ("i.json", &text),
        (file, machines),
        ("vms.json", INVENTORY),
        ("vifs.json", INTERFACES),
    ]);
    assert_eq!(members(&reading), "--+");
}

#[test]
fn a_segment_is_its_ports_or_an_unknown_part_of_its_networks() {
    let by_path = r#"{"resource_type":"PathExpression","paths":["/infra/segments/s"]}"#;
    let segment = r#"{"resource_type":"Segment","id":"s","display_name":"s","path":"/infra/segments/s",
        "subnets":[{"gateway_address":"10.0.0.254/24"}]}"#;
    let text = allow_from(&[group("g", by_path)]);
    let reading = read_files(&[("i.json", &text), ("s.json", segment)]);
    let at = |source: &str, given: &[(&str, &str)]| {
        possible(dfw(&reading), &format!("{source} > 10.9.0.1:80/tcp"), given)
    };
    let on = ("dynamic", "segment /infra/segments/s");
    assert_eq!(at("10.0.0.1", &[WORKLOAD, on]), [Verdict::Accept]);
    assert_eq!(at("10.0.0.1", &[WORKLOAD]), [Verdict::Drop]);
    assert_eq!(at("10.0.1.1", &[WORKLOAD, on]), [Verdict::Drop]);
    let port = r#"{"results":[{"resource_type":"SegmentPort","id":"p","path":"/infra/segments/s/ports/p","attachment":{"id":"at-1","type":"VIF"}}]}"#;
    let reading = read_files(&[
        ("i.json", &text),
        ("s.json", segment),
        ("p.json", port),
        ("vms.json", INVENTORY),
        ("vifs.json", INTERFACES),
    ]);
    assert_eq!(members(&reading), "+--");
}

#[test]
fn rules_applied_to_plain_addresses_stay_open() {
    let scope = format!(r#","scope":["{}"]"#, path("g"));
    let rules = [rule("allow", 1, "ALLOW", "ANY", "ANY", &scope)];
    let domain = [
        group("g", &ips("\"10.0.0.1\"")),
        policy_of("Application", "app", 1, "", &rules),
        default_drop(),
    ];
    let reading = read_one(&infra(&domain.join(","), ""));
    let open = [Verdict::Accept, Verdict::Drop];
    let given = [WORKLOAD];
    assert_eq!(possible(dfw(&reading), "10.0.0.1 > 10.0.0.1:80/tcp", &given), open);
}

/// Two segments of which the first has this tag and the second that one.
fn segments(first: &str, second: &str) -> String {
    let one = |id: &str, network: &str, tag: &str| {
        format!(
            r#"{{"resource_type":"Segment","id":"{id}","display_name":"{id}","path":"/infra/segments/{id}",
            "subnets":[{{"gateway_address":"{network}"}}],"tags":[{{"scope":"env","tag":"{tag}"}}]}}"#
        )
    };
    let both = [one("a", "10.1.0.1/24", first), one("b", "10.2.0.1/24", second)];
    format!(r#"{{"results":[{}],"result_count":2}}"#, both.join(","))
}

fn of(member_type: &str) -> String {
    condition("Tag", "EQUALS", "env|prod").replace("VirtualMachine", member_type)
}

#[test]
fn a_tag_of_segments_selects_the_networks_of_those_that_bear_it() {
    let text = allow_from(&[group("g", &of("Segment"))]);
    let at = |segments: &str, source: &str| {
        let reading = read_files(&[("i.json", &text), ("s.json", segments)]);
        let on = ["a", "b"].map(|id| format!("segment /infra/segments/{id}"));
        let given = [WORKLOAD, ("dynamic", &on[0]), ("dynamic", &on[1])];
        possible(dfw(&reading), &format!("{source} > 10.9.0.1:80/tcp"), &given)
    };
    assert_eq!(at(&segments("prod", "test"), "10.1.0.5"), [Verdict::Accept]);
    assert_eq!(at(&segments("test", "prod"), "10.1.0.5"), [Verdict::Drop]);
    assert_eq!(at(&segments("test", "prod"), "10.2.0.5"), [Verdict::Accept]);
}

#[test]
fn a_tag_of_ports_selects_the_machines_at_those_that_bear_it() {
    let text = allow_from(&[group("g", &of("SegmentPort"))]);
    let port = r#"{"results":[{"resource_type":"SegmentPort","id":"p","path":"/infra/segments/s/ports/p",
        "attachment":{"id":"at-1","type":"VIF"},"tags":[{"scope":"env","tag":"@"}]}]}"#;
    let at = |tag: &str| {
        let port = port.replace('@', tag);
        let files = [("i.json", &*text), ("p.json", &port), ("vms.json", INVENTORY)];
        members(&read_files(&[files[0], files[1], files[2], ("vifs.json", INTERFACES)]))
    };
    assert_eq!((at("prod"), at("test")), ("+--".to_owned(), "---".to_owned()));
}

#[test]
fn a_tag_of_groups_selects_the_members_of_other_groups() {
    let tagged = |id: &str, address: &str| {
        let tags = r#""display_name":"@","tags":[{"scope":"env","tag":"prod"}]"#.replace('@', id);
        group(id, &ips(address)).replace(&format!(r#""display_name":"{id}""#), &tags)
    };
    let groups =
        [group("g", &of("Group")), tagged("h", "\"10.0.0.1\""), group("i", &ips("\"10.0.0.2\""))];
    let reading = read_one(&allow_from(&groups));
    let at = |last: u8| {
        possible(dfw(&reading), &format!("10.0.0.{last} > 10.9.0.1:80/tcp"), &[WORKLOAD])
    };
    assert_eq!((at(1), at(2)), (vec![Verdict::Accept], vec![Verdict::Drop]));
}

#[test]
fn a_group_that_its_own_criterion_selects_is_no_member_of_itself() {
    let tags = r#""display_name":"g","tags":[{"scope":"env","tag":"prod"}]"#;
    let own = group("g", &of("Group")).replace(r#""display_name":"g""#, tags);
    let reading = read_one(&allow_from(&[own]));
    assert!(!codes(&reading).contains(&"config/group-cycle"));
}
