use catalog::load::{DataFile, bundled, load};
use model::record::Directive as Asked;

use model::record::traffic::Sum;

use super::*;

/// A vendor that the directive names, and two products of it that it treats alike.
const DIRECTIVE: &str = "cn-2026-01-security-software";

fn pair(asset: &str, endpoint: &str, grade: &str, confidence: &str) -> Pair {
    let mut pair = Pair {
        asset: asset.into(),
        vendor: "crowdstrike".into(),
        products: ["crowdstrike.falcon".into()].into(),
        endpoint: endpoint.into(),
        confidence: confidence.into(),
        sum: Sum { flows: 1, bytes_out: 7, ..Sum::default() },
        ..Pair::default()
    };
    match grade {
        "asked" => pair.asked = 1,
        "named" => pair.named = 1,
        grade => pair.grades = [(grade.into(), Some(7))].into(),
    }
    pair
}

fn found_of(pairs: &[Pair], matched: &str) -> Vec<Unlisted> {
    let tie =
        |pair: &Pair| Tie { asset: pair.asset.clone(), matched: matched.into(), ..Tie::default() };
    let ties: Vec<Tie> = pairs.iter().map(tie).collect();
    let inventory = Assessment {
        date: "2026-03-31".into(),
        directives: vec![Asked { id: DIRECTIVE.into(), ..Asked::default() }],
        ..Assessment::default()
    };
    strangers(pairs, &ties, &inventory, &load(bundled()).catalog)
}

fn confidence(grade: &str, known: &str) -> (Confidence, String) {
    let found = found_of(&[pair("10.0.0.1", "a.test", grade, known)], "none");
    (found[0].confidence, found[0].confidence_reason.clone())
}

#[test]
fn a_host_that_the_inventory_lacks_is_a_finding_under_the_directive() {
    let found = found_of(&[pair("10.0.0.1", "a.test", "sni", "observed")], "none");
    assert_eq!((found.len(), found[0].state), (1, Some(State::Prohibited)));
}

#[test]
fn a_host_that_the_inventory_has_is_none() {
    assert!(found_of(&[pair("10.0.0.1", "a.test", "sni", "observed")], "address").is_empty());
}

#[test]
fn a_host_that_may_be_in_the_inventory_is_none() {
    for matched in ["ambiguous", "not-listed", "unnamed"] {
        let found = found_of(&[pair("10.0.0.1", "a.test", "sni", "observed")], matched);
        assert!(found.is_empty(), "{matched}");
    }
}

#[test]
fn a_name_and_a_known_endpoint_confirm() {
    let reason = "confidence/endpoint-named".to_owned();
    assert_eq!(confidence("sni", "observed"), (Confidence::Confirmed, reason));
}

#[test]
fn a_recalled_endpoint_never_confirms() {
    let reason = "confidence/endpoint-recalled".to_owned();
    assert_eq!(confidence("sni", "recalled"), (Confidence::Probable, reason));
}

#[test]
fn an_endpoint_of_unknown_standing_never_confirms() {
    assert_eq!(confidence("sni", "").0, Confidence::Probable);
}

#[test]
fn an_address_alone_never_confirms() {
    assert_eq!(confidence("prefix", "documented").0, Confidence::Probable);
}

#[test]
fn flows_that_the_vendor_began_are_a_hint_only() {
    let mut called = pair("10.0.0.1", "192.0.2.0/24", "prefix", "documented");
    called.inward = called.sum.flows;
    let one = &found_of(&[called], "none")[0];
    let reason = "confidence/endpoint-inward";
    assert_eq!((one.confidence, one.confidence_reason.as_str()), (Confidence::Possible, reason));
}

#[test]
fn a_question_alone_is_a_hint() {
    assert_eq!(confidence("asked", "documented").0, Confidence::Possible);
}

#[test]
fn a_hint_is_watched_and_not_called_prohibited() {
    let found = found_of(&[pair("10.0.0.1", "a.test", "asked", "documented")], "none");
    assert_eq!(found[0].state, Some(State::Watch));
}

#[test]
fn the_confidence_is_that_of_the_best_evidence_and_all_of_it_is_told() {
    let pairs = [
        pair("10.0.0.1", "b.test", "prefix", "recalled"),
        pair("10.0.0.1", "a.test", "sni", "observed"),
    ];
    let found = found_of(&pairs, "none");
    let evidence: Vec<&str> = found[0].evidence.iter().map(|one| one.endpoint.as_str()).collect();
    assert_eq!((found[0].confidence, evidence), (Confidence::Confirmed, vec!["a.test", "b.test"]));
}

#[test]
fn the_flows_of_all_endpoints_are_added() {
    let pairs = [("a.test", "sni"), ("b.test", "sni")]
        .map(|(endpoint, grade)| pair("10.0.0.1", endpoint, grade, "observed"));
    let found = found_of(&pairs, "none");
    assert_eq!((found[0].sum.flows, found[0].sum.bytes_out), (2, 14));
}

#[test]
fn the_id_depends_on_host_and_vendor_and_not_on_the_run() {
    let id = |endpoint: &str, host: &str| {
        found_of(&[pair(host, endpoint, "sni", "observed")], "none")[0].id.clone()
    };
    assert_eq!(id("a.test", "10.0.0.1"), id("b.test", "10.0.0.1"));
    assert_ne!(id("a.test", "10.0.0.1"), id("a.test", "10.0.0.2"));
}

#[test]
fn where_the_directive_does_not_treat_the_products_alike_none_is_called_prohibited() {
    let mut one = pair("10.0.0.1", "a.test", "sni", "observed");
    one.vendor = "kaspersky".into();
    one.products = ["kaspersky.gateway".into(), "kaspersky.kes-win".into()].into();
    let mut files = bundled();
    let path = "directives/test-directive.toml".to_owned();
    files.push(DataFile { path, text: ENDPOINTS_ONLY.into(), overlay: true });
    let (catalog, options) = (load(files).catalog, Options::at(Date::constant(2026, 3, 31)));
    let directive = catalog.directive("test-directive").unwrap();
    let products = one.products.iter().map(String::as_str).collect();
    let ruling = leading(&one.vendor, &products, directive, &catalog, &options).unwrap();
    assert_eq!((ruling.state, ruling.reason), (State::Undecided, "state/which-product"));
}

#[test]
fn a_vendor_of_which_no_directive_says_anything_is_told_all_the_same() {
    let mut one = pair("10.0.0.1", "a.test", "sni", "stated");
    (one.vendor, one.products) = ("Nobody Ltd".into(), [].into());
    let found = found_of(&[one], "none");
    assert_eq!((found.len(), found[0].state, found[0].vendor.id.as_str()), (1, None, "Nobody Ltd"));
}

#[test]
fn who_announces_the_address_is_a_hint_only() {
    let found = found_of(&[pair("10.0.0.1", "AS64500", "network", "stated")], "none");
    assert_eq!(found[0].confidence, Confidence::Possible);
}

const ENDPOINTS_ONLY: &str = r#"
id = "test-directive"
title.en = "A directive for tests"
title.zh-CN = "测试用指令"
jurisdiction = "XX"
force = "binding"
status = "in-force"
issued = "2020-01-31"
effective = "2020-01-31"
binds.en = "Everyone."
binds.zh-CN = "所有单位。"
confidence = "documented"

[[clause]]
id = "1"
title.en = "Stop using"
title.zh-CN = "停止使用"
kind = "deny-list"
effect = "remove"
vendors = ["kaspersky"]
categories = ["endpoint"]
ownership.mode = "named-only"
embedded = "in"
confidence = "documented"
source = ["s1"]

[[source]]
id = "s1"
url = ""
note = "made up"
tier = "official"
"#;
