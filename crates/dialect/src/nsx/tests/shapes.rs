//! The forms in which an export comes, and what is said when some of it is missing.

use crate::Dialect;
use crate::fate::{Disposition, Fate};

use super::*;

const WEB: &str = r#"{"resource_type":"Rule","id":"web","display_name":"web","sequence_number":10,"action":"ALLOW",
    "source_groups":["ANY"],"destination_groups":["10.0.0.2"],"services":["ANY"],"scope":["ANY"],"direction":"IN_OUT",
    "path":"/infra/domains/default/security-policies/app/rules/web",
    "parent_path":"/infra/domains/default/security-policies/app","relative_path":"web","_revision":0}"#;

fn check(reading: &Reading) {
    let policy = dfw(reading);
    assert_eq!(verdict(policy, "10.0.0.1 > 10.0.0.2:80/tcp"), Verdict::Accept);
    assert_eq!(verdict(policy, "10.0.0.1 > 10.0.0.3:80/tcp"), Verdict::Drop);
    let unrecognized = reading.tally().count(Disposition::Unrecognized);
    assert_eq!(unrecognized, 0, "{:?}", loud(reading));
}

fn loud(reading: &Reading) -> Vec<String> {
    let statements = reading.trees.iter().flat_map(|tree| tree.statements());
    let loud = statements.filter(|statement| statement.fate() == Fate::UNRECOGNIZED);
    loud.map(|statement| statement.words().collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn one_file_for_each_list_joined_by_paths() {
    let policies = r#"{"results":[
        {"resource_type":"SecurityPolicy","id":"app","display_name":"app","category":"Application","sequence_number":1,"rule_count":1,
         "path":"/infra/domains/default/security-policies/app","parent_path":"/infra/domains/default","stateful":true,"locked":false},
        {"resource_type":"SecurityPolicy","id":"default-layer3-section","category":"Application","sequence_number":2147483647,"is_default":true,
         "path":"/infra/domains/default/security-policies/default-layer3-section"}],
        "result_count":2,"sort_by":"display_name","sort_ascending":true}"#;
    let rules = format!(r#"{{"results":[{WEB}],"result_count":1}}"#);
    let last = r#"{"results":[{"resource_type":"Rule","id":"d","action":"DROP","source_groups":["ANY"],"destination_groups":["ANY"],"is_default":true,
        "path":"/infra/domains/default/security-policies/default-layer3-section/rules/d"}],"result_count":1}"#;
    let reading =
        read_files(&[("a/rules.json", &rules), ("a/p.json", policies), ("a/d.json", last)]);
    check(&reading);
    assert!(codes(&reading).is_empty(), "{:?}", reading.problems);
    // Without types and paths, the names of folders and files tell.
    let bare = WEB
        .replace("\"resource_type\":\"Rule\",", "")
        .replace("\"path\":\"/infra/domains/default/security-policies/app/rules/web\",", "");
    let rules = format!(r#"{{"results":[{bare}],"result_count":1}}"#);
    let file = "dump/infra/domains/default/security-policies/app/rules.json";
    check(&read_files(&[(file, &rules), ("a/p.json", policies), ("a/d.json", last)]));
}

#[test]
fn a_plain_nested_object_and_answers_by_path() {
    let nested = format!(
        r#"{{"domains":[{{"id":"default","security_policies":[
        {{"id":"app","category":"Application","sequence_number":1,"rules":[{WEB}]}},
        {{"id":"default-layer3-section","category":"Application","sequence_number":9,"rules":[{}]}}]}}]}}"#,
        rule("d", 1, "DROP", "ANY", "ANY", r#","is_default":true"#)
    );
    check(&read_one(&nested));
    let by_path = format!(
        r#"{{"/policy/api/v1/infra/domains/default/security-policies/app/rules":{{"results":[{WEB}],"result_count":1}},
        "/policy/api/v1/infra/domains/default/security-policies":{{"results":[
        {{"id":"app","resource_type":"SecurityPolicy","category":"Application","path":"/infra/domains/default/security-policies/app"}},
        {{"id":"default-layer3-section","resource_type":"SecurityPolicy","category":"Application",
        "path":"/infra/domains/default/security-policies/default-layer3-section","rules":[{}]}}],"result_count":2}}}}"#,
        rule("d", 1, "DROP", "ANY", "ANY", r#","is_default":true"#)
    );
    check(&read_one(&by_path));
}

#[test]
fn missing_pages_are_told() {
    for tail in [r#""result_count":5"#, r#""result_count":1,"cursor":"0036abc""#] {
        let text = format!(r#"{{"results":[{WEB}],{tail}}}"#);
        assert!(codes(&read_one(&text)).contains(&"config/missing-page"), "{tail}");
    }
}

#[test]
fn rules_that_the_manager_counts_and_the_export_has_not_may_decide() {
    let rules = [rule("x", 1, "ALLOW", "ANY", "ANY", "")];
    let domain = policy_of("Application", "app", 1, r#","rule_count":2"#, &rules);
    let reading = read_one(&infra(&domain, ""));
    assert!(codes(&reading).contains(&"config/missing-page"));
    let open = [Verdict::Accept, Verdict::Drop];
    let given = [("dynamic", "workload")];
    assert_eq!(possible(dfw(&reading), "10.0.0.1 > 10.0.0.2:80/tcp", &given), open);
}

#[test]
fn the_same_object_twice_counts_once_and_deleted_ones_do_not() {
    let other = WEB.replace("ALLOW", "REJECT");
    let dead = WEB
        .replace("/web\"", "/dead\"")
        .replace("\"id\":\"web\"", "\"id\":\"dead\",\"marked_for_delete\":true")
        .replace("\"sequence_number\":10", "\"sequence_number\":1")
        .replace("ALLOW", "REJECT");
    let section = r#"{"id":"app","resource_type":"SecurityPolicy","category":"Application","path":"/infra/domains/default/security-policies/app"}"#;
    let text = format!(r#"{{"results":[{section},{WEB},{other},{dead}]}}"#);
    let reading = read_one(&text);
    assert_eq!(verdict(dfw(&reading), "10.0.0.1 > 10.0.0.2:80/tcp"), Verdict::Accept);
    assert!(codes(&reading).contains(&"config/duplicate"));
    assert_eq!(loud(&reading), Vec::<String>::new());
}

#[test]
fn secrets_are_never_shown() {
    let root = r#"{"resource_type":"ChildIPSecVpnService","IPSecVpnService":{"resource_type":"IPSecVpnService","id":"v",
        "path":"/infra/x/v","psk":"canary-1","auth":{"password":"canary-2"}}},
        {"resource_type":"ChildTlsCertificate","TlsCertificate":{"resource_type":"TlsCertificate","id":"c","private_key":"canary-3"}},
        {"resource_type":"ChildStrange","Strange":{"resource_type":"Strange","id":"s","secret_key":"canary-4","odd":1}}"#;
    let reading = read_one(&infra(&default_drop(), root));
    let tree = &reading.trees[0];
    for statement in tree.statements() {
        assert!(!tree.snippet(statement.span(), 3).contains("canary"), "{:?}", statement.word(0));
    }
    assert_eq!(loud(&reading), ["odd 1"]);
}

#[test]
fn exports_are_known_by_their_content() {
    let nsx = crate::nsx::Nsx;
    let probe = |text: &str| nsx.probe(text, "x.json");
    assert!(probe(&infra(&default_drop(), "")) > Some(90));
    assert!(probe(WEB).is_some());
    assert!(
        probe(r#"{"results":[{"resource_type":"VirtualNetworkInterface","owner_vm_id":"1"}]}"#)
            .is_some()
    );
    assert_eq!(probe(r#"{"uid":"1","type":"access-rule"}"#), None);
    assert_eq!(probe(r#"{"resource_type":"Rule"}"#), None);
    assert_eq!(probe("<firewallConfiguration/>"), None);
    let members = nsx.probe(r#"{"results":["10.0.0.1"]}"#, "groups/g/members/ip-addresses.json");
    assert!(members.is_some());
}

#[test]
fn rules_whose_policy_is_missing_may_match_and_are_said() {
    let drop = WEB.replace("ALLOW", "DROP");
    let last = default_drop().replace("DROP", "ALLOW");
    let rules = format!(r#"{{"results":[{drop}],"result_count":1}}"#);
    let reading = read_files(&[("a/rules.json", &rules), ("a/i.json", &infra(&last, ""))]);
    assert!(codes(&reading).contains(&"config/undefined"), "{:?}", reading.problems);
    let policy = dfw(&reading);
    let both = [Verdict::Accept, Verdict::Drop];
    let workloads = [("dynamic", "workload")];
    assert_eq!(possible(policy, "10.0.0.1 > 10.0.0.2:80/tcp", &workloads), both);
    assert_eq!(possible(policy, "10.0.0.1 > 10.0.0.3:80/tcp", &workloads), [Verdict::Accept]);
}

#[test]
fn a_file_for_each_object_below_the_domain() {
    let policy = r#"{"id":"app","resource_type":"SecurityPolicy","category":"Application","sequence_number":1}"#;
    let last = r#"{"id":"default-layer3-section","resource_type":"SecurityPolicy","category":"Application","sequence_number":9}"#;
    let group =
        format!(r#"{{"id":"g","resource_type":"Group","expression":[{}]}}"#, ips("\"10.0.0.2\""));
    let rule = WEB.replace("\"10.0.0.2\"", "\"/infra/domains/default/groups/g\"");
    let end = r#"{"resource_type":"Rule","id":"d","action":"DROP","source_groups":["ANY"],"destination_groups":["ANY"],"is_default":true}"#;
    let at = |rest: &str| format!("export/manager/domains/default/{rest}");
    let reading = read_files(&[
        (&at("security-policies/a-slug/policy.json"), policy),
        (&at("security-policies/a-slug/rules/web.json"), &rule),
        (&at("security-policies/default-layer3-section/policy.json"), last),
        (&at("security-policies/default-layer3-section/rules/d.json"), end),
        (&at("groups/another-slug.json"), &group),
    ]);
    check(&reading);
    assert!(codes(&reading).is_empty(), "{:?}", reading.problems);
}

#[test]
fn lists_without_a_domain_are_of_the_default_one() {
    let rule = WEB.replace("\"10.0.0.2\"", "\"/infra/domains/default/groups/g\"");
    let rule = rule.replace("\"services\":[\"ANY\"]", "\"services\":[\"/infra/services/own\"]");
    let text = format!(
        r#"{{"groups":[{{"id":"g","expression":[{}]}}],
        "policies":[{{"resource_type":"SecurityPolicy","id":"app","category":"Application","sequence_number":1,"rules":[{rule}]}},
        {{"resource_type":"SecurityPolicy","id":"default-layer3-section","category":"Application","sequence_number":9,"rules":[{}]}}],
        "services":[{{"id":"own","service_entries":[{{"id":"e","resource_type":"L4PortSetServiceEntry","l4_protocol":"TCP","destination_ports":["80"]}}]}}]}}"#,
        ips("\"10.0.0.2\""),
        super::rule("d", 1, "DROP", "ANY", "ANY", r#","is_default":true"#)
    );
    check(&read_one(&text));
}

#[test]
fn policies_for_clusters_and_projects_may_hold_here_or_not() {
    let block = [rule("b", 1, "DROP", "ANY", "ANY", "")];
    let last = default_drop().replace("DROP", "ALLOW");
    let verdicts = |policy: String| {
        let reading = read_one(&infra(&format!("{policy},{last}"), ""));
        possible(dfw(&reading), "10.0.0.1 > 10.0.0.2:80/tcp", &[("dynamic", "workload")])
    };
    let of = |more: &str| policy_of("Application", "app", 1, more, &block);
    assert_eq!(verdicts(of(r#","target_type":"DFW""#)), [Verdict::Drop]);
    let both = [Verdict::Accept, Verdict::Drop];
    assert_eq!(verdicts(of(r#","target_type":"ANTREA""#)), both);
    let project = of("").replace("/infra/domains", "/orgs/default/projects/p/infra/domains");
    assert_eq!(verdicts(project), both);
}
