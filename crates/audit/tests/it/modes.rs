//! The seven ownership modes, each with a case that it carries and one that it does not.

use super::*;

/// A product of a unit (VMware), which Broadcom owns; Symantec's enterprise line is its sister; Omnissa left it.
fn estate() -> String {
    let rows = ["esx1,VMware,ESXi"];
    format!("hostname,software vendor,software name\n{}\n", rows.join("\n"))
}

fn state_of(named: &str, mode: &str, more: &str) -> Option<(State, String)> {
    let findings =
        ask("cmdb.csv", estate()).under_text(directive(&[named], mode, more)).assessment().findings;
    findings.iter().map(|f| (f.state, f.state_reason.clone())).min()
}

fn state(named: &str, mode: &str) -> Option<State> {
    state_of(named, mode, "").map(|(state, _)| state)
}

#[test]
fn named_only() {
    assert_eq!(state("vmware", "named-only"), Some(State::Prohibited));
    assert_eq!(state("broadcom", "named-only"), None);
}

#[test]
fn subsidiaries_and_affiliates() {
    let mode = "subsidiaries-affiliates";
    assert_eq!(state("broadcom", mode), Some(State::Prohibited));
    assert_eq!(state("symantec-enterprise", mode), Some(State::Prohibited));
    assert_eq!(state("bitnami", mode), None, "a parent is no subsidiary");
}

#[test]
fn predecessors_successors_parents_subsidiaries_affiliates() {
    let mode = "predecessors-successors-parents-subsidiaries-affiliates";
    assert_eq!(state("bitnami", mode), Some(State::Prohibited));
    assert_eq!(state("omnissa", mode), Some(State::Prohibited));
    assert_eq!(state("sugon", mode), None, "a joint venture is none of these");
}

#[test]
fn common_control_or_majority() {
    let mode = "common-control-or-majority";
    assert_eq!(state("bitnami", mode), Some(State::Prohibited));
    assert_eq!(state("omnissa", mode), None, "what was sold is not controlled");
}

#[test]
fn supplier_country() {
    let text = |origin: &str| {
        directive(&[], "supplier-country", "")
            .replace("vendors = []", &format!("origins = [\"{origin}\"]"))
            .replace("kind = \"deny-list\"", "kind = \"category-by-origin\"")
    };
    let found = |origin| ask("cmdb.csv", estate()).under_text(text(origin)).found();
    assert!(found("US").iter().any(|line| line.starts_with("prohibited is vmware.")));
    assert_eq!(found("RU"), [""; 0]);
}

#[test]
fn category_by_origin() {
    let text = |category: &str| {
        directive(&[], "category-by-origin", "")
            .replace("vendors = []", &format!("origins = [\"US\"]\ncategories = [\"{category}\"]"))
            .replace("kind = \"deny-list\"", "kind = \"category-by-origin\"")
    };
    let found = |category| ask("cmdb.csv", estate()).under_text(text(category)).found();
    let category = &BUNDLED.product("vmware.esxi").unwrap().category;
    assert!(found(category).iter().any(|line| line.starts_with("prohibited is vmware.esxi")));
    let other = &BUNDLED.product("crowdstrike.falcon").unwrap().category;
    assert!(!found(other).iter().any(|line| line.contains("vmware.esxi")));
}

#[test]
fn unknown() {
    assert_eq!(state("vmware", "unknown"), Some(State::Prohibited));
    assert_eq!(
        state_of("broadcom", "unknown", ""),
        Some((State::Undecided, "state/ownership-open".into()))
    );
    assert_eq!(state("huawei", "unknown"), None);
}
