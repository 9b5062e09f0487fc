//! Pages: missing, doubled, in any order, cut.

use policy::Verdict;

use super::{NO_IMPLIED, OBJECTS, codes_of, only, open, package, passes, read, rule, verdict};

const WEB: &str = "10.9.0.1 > 10.1.0.10:80/tcp";

fn page(from: u32, to: u32, total: u32, rules: &[String]) -> String {
    format!(
        r#"{{"uid": "layer-Network", "name": "Network", "rulebase": [{}], "from": {from}, "to": {to}, "total": {total}}}"#,
        rules.join(", ")
    )
}

fn read_pages(pages: &[&str]) -> crate::reading::Reading {
    let package = package(&[("Network", "drop")]);
    let mut files = vec![("a/o.json", OBJECTS), ("a/p.json", package.as_str()), NO_IMPLIED];
    files.extend(pages.iter().map(|page| ("a/r.json", *page)));
    read(&files)
}

#[test]
fn a_missing_page_is_an_error_and_leaves_open_what_comes_after() {
    let first = page(1, 1, 3, &[rule(1, ["any", "db", "any", "drp"], "")]);
    let last = page(3, 3, 3, &[rule(3, ["any", "web", "http", "acc"], "")]);
    let reading = read_pages(&[&last, &first]);
    assert_eq!(codes_of(&reading), ["config/missing-page"]);
    let policy = only(reading);
    assert_eq!(verdict(&policy, "10.9.0.1 > 10.1.0.20:80/tcp"), Verdict::Drop, "before the gap");
    assert!(open(&policy, WEB), "after the gap");
}

#[test]
fn a_missing_end_leaves_the_cleanup_open() {
    let first = page(1, 1, 5, &[rule(1, ["any", "web", "http", "acc"], "")]);
    let policy = only(read_pages(&[&first]));
    assert!(passes(&policy, WEB));
    assert!(open(&policy, "10.9.0.1 > 10.1.0.20:80/tcp"));
}

#[test]
fn pages_may_come_twice_and_overlap() {
    let rules =
        [rule(1, ["any", "db", "any", "drp"], ""), rule(2, ["any", "web", "http", "acc"], "")];
    let whole = page(1, 2, 2, &rules);
    let second = page(2, 2, 2, &rules[1..]);
    let reading = read_pages(&[&second, &whole, &whole]);
    assert!(reading.problems.is_empty(), "{:?}", reading.problems);
    let policy = only(reading);
    assert_eq!(policy.rulebases[0].rules.len(), 2);
    assert!(passes(&policy, WEB));
}

#[test]
fn a_page_that_is_cut_is_a_gap() {
    let whole = page(
        1,
        2,
        2,
        &[rule(1, ["any", "db", "any", "drp"], ""), rule(2, ["any", "web", "http", "acc"], "")],
    );
    let cut = &whole[..whole.find("\"rule-number\": 2").unwrap() + 60];
    let policy = only(read_pages(&[cut]));
    assert!(open(&policy, WEB));
    assert_eq!(verdict(&policy, "10.9.0.1 > 10.1.0.20:80/tcp"), Verdict::Drop);
}

#[test]
fn missing_objects_are_told() {
    let list = r#"{"objects": [{"uid": "h9", "name": "h9", "type": "host", "ipv4-address": "10.9.9.9"}], "from": 1, "to": 1, "total": 7}"#;
    let first = page(1, 1, 1, &[rule(1, ["any", "web", "http", "acc"], "")]);
    let reading =
        read(&[("b/h.json", list), ("a/o.json", OBJECTS), ("a/r.json", &first), NO_IMPLIED]);
    let missing: Vec<_> =
        reading.problems.iter().filter(|one| one.code.0 == "config/missing-page").collect();
    assert_eq!(missing.len(), 1);
    assert_eq!(missing[0].args[0].1, "host");
}

#[test]
fn a_place_holder_may_do_anything() {
    let hidden = r#"{"uid": "ph", "type": "place-holder", "rule-number": 1}"#.to_owned();
    let pages = page(1, 2, 2, &[hidden, rule(2, ["any", "web", "http", "acc"], "")]);
    assert!(open(&only(read_pages(&[&pages])), WEB));
}
