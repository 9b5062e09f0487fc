//! Layers, rules, actions, negation, install-on, implied rules.

use policy::Verdict;

use super::{
    NO_IMPLIED, OBJECTS, all_outcomes, codes_of, layer, only, open, package, passes, policy_of,
    read, rule, verdict,
};
use crate::fate::Disposition;

const WEB: &str = "10.9.0.1 > 10.1.0.10:80/tcp";

#[test]
fn the_first_rule_that_matches_decides_and_the_cleanup_drops() {
    let policy = policy_of(
        &[rule(1, ["any", "web", "http", "acc"], ""), rule(2, ["any", "web", "http", "drp"], "")],
        &[],
    );
    assert!(passes(&policy, WEB));
    assert_eq!(verdict(&policy, "10.9.0.1 > 10.1.0.10:81/tcp"), Verdict::Drop);
    assert!(passes(&policy, "2001:db8::9 > [2001:db8::10]:80/tcp"), "a host has both families");
}

#[test]
fn order_is_by_number_also_when_pages_come_in_another_order() {
    let one = layer(
        "Network",
        &[rule(2, ["any", "any", "any", "drp"], ""), rule(1, ["any", "web", "http", "acc"], "")],
    );
    let package = package(&[("Network", "drop")]);
    let policy = only(read(&[
        ("a/o.json", OBJECTS),
        ("a/r.json", &one),
        ("a/p.json", &package),
        NO_IMPLIED,
    ]));
    assert!(passes(&policy, WEB));
}

#[test]
fn disabled_rules_match_nothing() {
    let text = rule(1, ["any", "web", "http", "acc"], "")
        .replace("\"enabled\": true", "\"enabled\": false");
    assert_eq!(verdict(&policy_of(&[text], &[]), WEB), Verdict::Drop);
}

#[test]
fn every_ordered_layer_must_accept() {
    let first = layer("Network", &[rule(1, ["any", "any", "any", "acc"], "")]);
    let second = layer("App", &[rule(1, ["any", "web", "http", "acc"], "")]);
    let package = package(&[("Network", "drop"), ("App", "drop")]);
    let files = [
        ("a/o.json", OBJECTS),
        ("a/1.json", &first),
        ("a/2.json", &second),
        ("a/p.json", &package),
        NO_IMPLIED,
    ];
    let policy = only(read(&files));
    assert_eq!(policy.filter.len(), 2);
    assert!(passes(&policy, WEB));
    assert_eq!(verdict(&policy, "10.9.0.1 > 10.1.0.20:80/tcp"), Verdict::Drop);
}

#[test]
fn a_layer_may_accept_what_nothing_matches() {
    let first = layer("Network", &[rule(1, ["any", "db", "any", "drp"], "")]);
    let package = package(&[("Network", "accept")]);
    let policy = only(read(&[
        ("a/o.json", OBJECTS),
        ("a/1.json", &first),
        ("a/p.json", &package),
        NO_IMPLIED,
    ]));
    assert!(passes(&policy, WEB));
    assert_eq!(verdict(&policy, "10.9.0.1 > 10.1.0.20:80/tcp"), Verdict::Drop);
}

fn inline(cleanup: &str) -> policy::Policy {
    let top = layer(
        "Network",
        &[
            rule(1, ["any", "servers", "any", "inner"], ", \"inline-layer\": \"layer-Servers\""),
            rule(2, ["any", "any", "any", "acc"], ""),
        ],
    );
    let inner = layer("Servers", &[rule(1, ["any", "web", "http", "acc"], "")]);
    let package = package(&[("Network", "drop")]);
    let object = format!(
        r#"{{"objects": [{{"uid": "layer-Servers", "name": "Servers", "type": "access-layer", "implicit-cleanup-action": "{cleanup}"}}, {{"uid": "inner", "name": "Apply Layer", "type": "RulebaseAction"}}]}}"#
    );
    only(read(&[
        ("a/o.json", OBJECTS),
        ("a/1.json", &top),
        ("a/2.json", &inner),
        ("a/p.json", &package),
        ("a/l.json", &object),
        NO_IMPLIED,
    ]))
}

#[test]
fn an_inline_layer_decides_and_does_not_come_back() {
    let policy = inline("drop");
    assert!(passes(&policy, WEB));
    assert_eq!(verdict(&policy, "10.9.0.1 > 10.1.0.20:80/tcp"), Verdict::Drop, "not rule 2");
    assert!(passes(&policy, "10.9.0.1 > 10.5.0.1:80/tcp"), "rule 2");
    assert!(passes(&inline("accept"), "10.9.0.1 > 10.1.0.20:80/tcp"));
    let label = |at: usize| policy.rulebases[1].rules[at].origin.label.to_string();
    assert_eq!(label(0), "rule 1.1 \"n1\"", "as people see it");
}

#[test]
fn an_inline_layer_that_is_missing_or_leads_back_may_do_either() {
    let more = ", \"inline-layer\": \"nowhere\"";
    let policy = policy_of(&[rule(1, ["any", "web", "any", "acc"], more)], &[]);
    assert!(open(&policy, WEB));
    let more = ", \"inline-layer\": \"layer-Network\"";
    let policy = policy_of(&[rule(1, ["any", "web", "any", "acc"], more)], &[]);
    assert!(open(&policy, WEB));
}

#[test]
fn reject_is_told_and_other_actions_are_open() {
    let actions = r#"{"objects": [{"uid": "rej", "name": "Reject", "type": "RulebaseAction"}, {"uid": "ask", "name": "Ask", "type": "RulebaseAction"}]}"#;
    let policy = policy_of(&[rule(1, ["any", "web", "any", "rej"], "")], &[("a/a.json", actions)]);
    assert_eq!(verdict(&policy, WEB), Verdict::Reject);
    let policy = policy_of(&[rule(1, ["any", "web", "any", "ask"], "")], &[("a/a.json", actions)]);
    assert!(open(&policy, WEB), "never simply accepted");
}

#[test]
fn each_cell_is_negated_on_its_own() {
    let policy =
        policy_of(&[rule(1, ["lan", "web", "http", "acc"], ", \"source-negate\": true")], &[]);
    assert!(passes(&policy, WEB));
    assert_eq!(verdict(&policy, "10.1.0.9 > 10.1.0.10:80/tcp"), Verdict::Drop);
    let policy =
        policy_of(&[rule(1, ["any", "web", "http dns", "acc"], ", \"service-negate\": true")], &[]);
    assert_eq!(verdict(&policy, WEB), Verdict::Drop);
    assert!(passes(&policy, "10.9.0.1 > 10.1.0.10:81/tcp"));
    let policy =
        policy_of(&[rule(1, ["any", "lan", "http", "acc"], ", \"destination-negate\": true")], &[]);
    assert_eq!(verdict(&policy, WEB), Verdict::Drop);
}

#[test]
fn a_member_that_nothing_defines_is_open_also_under_negation() {
    let policy = policy_of(&[rule(1, ["gone", "web", "http", "acc"], "")], &[]);
    assert!(open(&policy, WEB));
    let policy =
        policy_of(&[rule(1, ["gone", "web", "http", "acc"], ", \"source-negate\": true")], &[]);
    assert!(open(&policy, WEB));
}

#[test]
fn an_unknown_member_of_a_rule_leaves_it_open() {
    let text = rule(1, ["any", "web", "http", "acc"], ", \"quantum-state\": \"up\"");
    assert!(open(&policy_of(&[text], &[]), WEB));
    let missing = rule(1, ["any", "web", "http", "acc"], "").replace("\"source\": [\"any\"],", "");
    assert!(open(&policy_of(&[missing], &[]), WEB), "a missing cell is not any");
}

#[test]
fn vpn_time_and_content_are_conditions() {
    let objects = r#"{"objects": [
      {"uid": "mesh", "name": "mesh", "type": "vpn-community-meshed"},
      {"uid": "work", "name": "work", "type": "time", "hours-ranges": [{"enabled": true, "index": 1, "from": "08:00", "to": "17:00"}]}]}"#;
    for more in [", \"vpn\": [\"mesh\"]", ", \"time\": [\"work\"]"] {
        let policy =
            policy_of(&[rule(1, ["any", "web", "http", "acc"], more)], &[("a/v.json", objects)]);
        assert!(open(&policy, WEB), "{more}");
        let policy = policy_of(
            &[rule(
                1,
                ["any", "web", "http", "acc"],
                &more.replace("mesh", "any").replace("work", "any"),
            )],
            &[],
        );
        assert!(passes(&policy, WEB), "{more}");
    }
    let policy = policy_of(
        &[rule(1, ["any", "web", "http", "acc"], ", \"vpn\": [\"mesh\"]")],
        &[("a/v.json", objects)],
    );
    assert!(passes(&policy, "vpn=mesh 10.9.0.1 > 10.1.0.10:80/tcp"));
}

const GATEWAYS: &str = r#"{"objects": [
  {"uid": "g1", "name": "gw1", "type": "simple-gateway", "ipv4-address": "10.1.0.1", "interfaces": [
     {"name": "eth0", "ipv4-address": "10.1.0.1", "ipv4-mask-length": 24}, {"name": "eth1", "ipv4-address": "10.9.0.254", "ipv4-mask-length": 24}]},
  {"uid": "g2", "name": "gw2", "type": "simple-gateway", "ipv4-address": "10.2.0.1", "interfaces": []}], "from": 1, "to": 2, "total": 2}"#;

#[test]
fn install_on_decides_on_which_gateway_a_rule_is() {
    let rules =
        layer("Network", &[rule(1, ["any", "web", "http", "acc"], ", \"install-on\": [\"g1\"]")]);
    let package = package(&[("Network", "drop")]);
    let files = [
        ("a/o.json", OBJECTS),
        ("a/g.json", GATEWAYS),
        ("a/r.json", &rules),
        ("a/p.json", &package),
        NO_IMPLIED,
    ];
    let reading = read(&files);
    assert_eq!(reading.devices.len(), 2);
    assert_eq!(&*reading.devices[0].name, "gw1");
    assert!(passes(&reading.devices[0].contexts[0], WEB));
    assert_eq!(verdict(&reading.devices[1].contexts[0], WEB), Verdict::Drop);
    assert!(reading.devices[1].contexts[0].rulebases[0].rules.is_empty());
}

#[test]
fn without_a_gateway_install_on_is_a_condition_and_rules_for_nobody_are_counted() {
    let policy =
        policy_of(&[rule(1, ["any", "web", "http", "acc"], ", \"install-on\": [\"g7\"]")], &[]);
    assert!(open(&policy, WEB));
    let rules =
        layer("Network", &[rule(1, ["any", "web", "http", "acc"], ", \"install-on\": [\"g7\"]")]);
    let package = package(&[("Network", "drop")]);
    let foreign = r#"{"objects": [{"uid": "g7", "name": "gw7", "type": "checkpoint-host"}]}"#;
    let files = [
        ("a/o.json", OBJECTS),
        ("a/g.json", GATEWAYS),
        ("a/r.json", &rules),
        ("a/p.json", &package),
        ("a/f.json", foreign),
        NO_IMPLIED,
    ];
    let reading = read(&files);
    let tally = reading.trees[2].tally();
    assert!(tally.fates.keys().any(|fate| fate.disposition == Disposition::Inert
        && fate.reason == crate::fate::Reason::Unreferenced));
}

#[test]
fn implied_rules_are_an_input_and_their_absence_is_loud() {
    let rules = layer("Network", &[rule(1, ["any", "any", "any", "drp"], "")]);
    let package = package(&[("Network", "drop")]);
    let files = [("a/o.json", OBJECTS), ("a/r.json", &rules), ("a/p.json", &package)];
    assert!(codes_of(&read(&files)).contains(&"config/assumed"));
    assert!(
        !codes_of(&read(&[files[0], files[1], files[2], NO_IMPLIED])).contains(&"config/assumed")
    );
    let implied = r#"{"implied-rules": [
      {"name": "icmp", "position": "before-last", "source": ["any"], "destination": ["any"], "service": ["icmp/8"], "action": "accept"},
      {"name": "ssh", "position": "last", "source": ["10.9.0.0/24"], "destination": ["any"], "service": ["tcp/22"], "action": "accept"},
      {"name": "web", "position": "first", "source": ["any"], "destination": ["web"], "service": ["http"], "action": "accept"}]}"#;
    let policy = only(read(&[files[0], files[1], files[2], ("a/implied.json", implied)]));
    assert!(passes(&policy, "10.9.0.1 > 10.1.0.10/icmp"), "before the last rule");
    assert!(passes(&policy, WEB));
    assert_eq!(
        verdict(&policy, "10.9.0.1 > 10.1.0.10:22/tcp"),
        Verdict::Drop,
        "after a rule that drops all"
    );
}

#[test]
fn sections_with_and_without_their_rules() {
    let rules = format!(
        r#"{{"uid": "layer-Network", "name": "Network", "rulebase": [
          {{"type": "access-section", "uid": "s", "name": "web", "from": 1, "to": 1, "rulebase": [{}]}}, {}], "from": 1, "to": 2, "total": 2}}"#,
        rule(1, ["any", "web", "http", "acc"], ""),
        rule(2, ["any", "any", "any", "drp"], "")
    );
    let package = package(&[("Network", "drop")]);
    let policy = only(read(&[
        ("a/o.json", OBJECTS),
        ("a/r.json", &rules),
        ("a/p.json", &package),
        NO_IMPLIED,
    ]));
    assert!(passes(&policy, WEB));
    assert_eq!(&*policy.rulebases[0].rules[0].section, "web");
    assert_eq!(&*policy.rulebases[0].rules[1].section, "");
}

#[test]
fn the_show_package_tool_writes_layers_as_files() {
    let flat = format!(
        r#"[{{"type": "access-section", "uid": "s", "name": "web", "from": 1, "to": 1}}, {}, {}]"#,
        rule(1, ["any", "web", "http", "acc"], ""),
        rule(2, ["any", "any", "any", "drp"], "")
    );
    let objects = OBJECTS
        .replace(r#"{"objects": "#, "")
        .replace(r#", "from": 1, "to": 12, "total": 12}"#, "");
    let policy = only(read(&[
        ("a/Standard_objects.json", &objects),
        ("a/Standard Network-Management server.json", &flat),
        NO_IMPLIED,
    ]));
    assert!(passes(&policy, WEB));
    assert_eq!(&*policy.rulebases[0].rules[0].section, "web");
    assert_eq!(&*policy.rulebases[0].rules[1].section, "");
}

#[test]
fn a_rulebase_without_a_package_is_read_too() {
    let rules = layer("Corp Network", &[rule(1, ["any", "web", "http", "acc"], "")]);
    let reading = read(&[("a/o.json", OBJECTS), ("a/r.json", &rules)]);
    assert!(codes_of(&reading).contains(&"config/assumed"));
    let policy = only(reading);
    assert_eq!(&*policy.context, "Corp");
    assert!(passes(&policy, WEB));
    assert!(!all_outcomes(&policy, WEB).cut);
}

#[test]
fn a_rule_on_a_gateway_that_nothing_defines_may_be_here_and_one_on_a_member_is() {
    let rules =
        layer("Network", &[rule(1, ["any", "web", "http", "acc"], ", \"install-on\": [\"g7\"]")]);
    let package = package(&[("Network", "drop")]);
    let groups = |members: &str| {
        format!(
            r#"{{"objects": [{{"uid": "g7", "name": "all-sites", "type": "group", "members": [{members}]}},
            {{"uid": "g8", "name": "sites", "type": "group", "members": ["g1"]}}]}}"#
        )
    };
    let of = |more: &str| {
        let files = [
            ("a/o.json", OBJECTS),
            ("a/g.json", GATEWAYS),
            ("a/r.json", &rules),
            ("a/p.json", &package),
            ("a/m.json", more),
            NO_IMPLIED,
        ];
        read(&files).devices
    };
    let devices = of(r#"{"objects": []}"#);
    assert!(devices.iter().all(|device| open(&device.contexts[0], WEB)), "not defined");
    let devices = of(&groups(r#""g8""#));
    assert!(passes(&devices[0].contexts[0], WEB), "a group in a group");
    assert_eq!(verdict(&devices[1].contexts[0], WEB), Verdict::Drop);
    let devices = of(&groups(r#""g8", "g9""#));
    assert!(open(&devices[1].contexts[0], WEB), "a member of the group is not defined");
}

#[test]
fn an_unsaid_cleanup_is_said() {
    let rules =
        layer("Network", &[rule(1, ["any", "web", "http", "acc"], ", \"track-alert\": \"none\"")]);
    let package =
        package(&[("Network", "drop")]).replace(", \"implicit-cleanup-action\": \"drop\"", "");
    let reading =
        read(&[("a/o.json", OBJECTS), ("a/r.json", &rules), ("a/p.json", &package), NO_IMPLIED]);
    assert!(reading.problems.iter().any(|problem| {
        problem.args.iter().any(|(_, what)| what == "implicit cleanup of Network: drop")
    }));
    assert!(passes(&only(reading), WEB));
}

#[test]
fn a_file_is_of_the_layer_with_the_longest_name() {
    let package = r#"{"uid": "p", "name": "Standard", "type": "package", "nat-policy": false, "access-layers": [
        {"uid": "l1", "name": "DMZ", "type": "access-layer", "implicit-cleanup-action": "drop"},
        {"uid": "l2", "name": "DMZ-inner", "type": "access-layer", "implicit-cleanup-action": "drop"}], "installation-targets": "all"}"#;
    let inner = format!("[{}]", rule(1, ["any", "web", "http", "acc"], ""));
    let outer = format!("[{}]", rule(1, ["any", "db", "http", "acc"], ""));
    let policy = only(read(&[
        ("a/o.json", OBJECTS),
        ("a/DMZ-inner-SMC.json", &inner),
        ("a/DMZ-server-SMC.json", &outer),
        ("a/p.json", package),
        NO_IMPLIED,
    ]));
    assert_eq!(&*policy.rulebases[1].rules[0].origin.label, "rule 1 \"n1\"");
    assert_eq!(verdict(&policy, WEB), Verdict::Drop, "the outer layer has only the other host");
}
