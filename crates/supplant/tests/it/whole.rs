//! What was not read to its end, what was assumed, and inputs that must stay: nothing of it is passed over.

use crate::proofs::{PANOS, config, json, policy, two};
use crate::support::{Estate, Run};

/// A configuration whose last table is cut off behind its first entry.
fn cut() -> String {
    let whole = config(&[policy(1, "accept", "\"web\"", "HTTPS")]);
    whole.strip_suffix("    next\nend\n").unwrap().to_owned()
}

fn whole() -> String {
    config(&[policy(1, "accept", "\"web\"", "HTTPS")])
}

fn proved(estate: &Estate, more: &[&str]) -> Run {
    estate.run(&[&["prove", "in/a", "in/b"], more].concat())
}

#[test]
fn a_text_that_breaks_off_is_not_equivalent() {
    let run = proved(&two(&cut(), &whole()), &[]);
    assert!(run.code == 3 && run.out.contains("equivalent except for"), "{run:?}");
    let place = "in/a/fw.conf:";
    assert!(run.out.contains(place) && run.out.contains("ends inside a block"), "{run:?}");
}

#[test]
fn markup_that_breaks_off_is_not_equivalent() {
    let whole = PANOS.replace("TARGETS", "192.0.2.5/32");
    let cut = whole.trim_end().strip_suffix("</config>").unwrap();
    let cut = &cut[..cut.rfind("</entry>").unwrap()];
    let run = proved(&two(cut, &whole), &["--format", "json"]);
    assert_eq!(json(&run)["verdict"], "equivalent-except", "{run:?}");
    assert_eq!(json(&run)["left"]["basis"]["gaps"][0]["code"], "config/cut-off");
}

#[test]
fn what_was_assumed_is_named() {
    let interface =
        "config system interface\n    edit \"port3\"\n        set mode dhcp\n    next\nend\n";
    let text = whole() + interface;
    let estate = two(&text, &text);
    let run = proved(&estate, &[]);
    assert!(run.out.contains("not told by the configuration, and assumed"), "{run:?}");
    let page = proved(&estate, &["--format", "html"]).out;
    assert!(page.contains("and assumed") && !page.contains("no limit was reached"), "{page}");
}

#[test]
fn a_text_that_breaks_off_gets_no_certificate() {
    let estate = two(&cut(), &whole());
    let run = proved(&estate, &["--certificate", "same.proof", "--format", "json"]);
    assert_eq!(json(&run)["contexts"][0]["certificate"]["why_not"], "not-whole", "{run:?}");
    assert!(!estate.path("same.proof").exists());
}

#[test]
fn what_differs_in_a_text_that_breaks_off_differs_as_far_as_read() {
    let other = config(&[policy(1, "accept", "\"db\"", "HTTPS")]);
    let run = proved(&two(&cut(), &other), &[]);
    assert!(run.code == 1 && run.out.contains("different, as far as"), "{run:?}");
}

#[test]
fn questions_to_a_text_that_breaks_off_say_so() {
    let estate = two(&cut(), &whole());
    let packet = "in=port1 10.1.2.3 > 192.0.2.5:443/tcp";
    for args in [
        vec!["query", "in/a", "tcp/22"],
        vec!["query", "in/a", "--matrix"],
        vec!["trace", "in/a", "--packet", packet],
        vec!["prove", "in/a", "in/b", "--explain", packet],
    ] {
        let run = estate.run(&args);
        assert!(run.code == 3 && run.out.contains("ends inside a block"), "{run:?}");
    }
}

#[test]
fn a_file_that_nobody_knows_limits_the_verdict() {
    let estate = two(&whole(), &whole());
    estate.put("a/second.conf", "what is this\n");
    let run = proved(&estate, &[]);
    assert!(run.code == 3 && run.out.contains("equivalent except for"), "{run:?}");
    assert!(run.out.contains("in/a/second.conf: "), "{run:?}");
    let page = proved(&estate, &["--format", "html"]).out;
    assert!(
        page.contains("in/a/second.conf: ") && !page.contains("no limit was reached"),
        "{page}"
    );
}

#[test]
fn an_output_that_is_an_input_is_refused() {
    let estate = two(&whole(), &whole());
    std::fs::hard_link(estate.path("in/a/fw.conf"), estate.path("linked.conf")).unwrap();
    for args in [
        vec!["prove", "in/a/fw.conf", "in/b/fw.conf", "-o", "in/a/fw.conf"],
        vec!["prove", "in/a", "in/b", "--certificate", "in/b/../b/fw.conf"],
        vec!["prove", "in/a", "in/b", "--write-map", "in/b/fw.conf"],
        vec!["check", "in/a/fw.conf", "-o", "linked.conf"],
        vec!["policy", "in", "-o", "in/a/fw.conf"],
        vec!["assess", "in", "--no-reports", "-o", "in/a/fw.conf"],
        vec!["egress", "in/a/fw.conf", "-o", "linked.conf"],
    ] {
        let run = estate.run(&args);
        assert!(run.code == 2 && run.err.contains("is among what is read"), "{args:?}: {run:?}");
    }
    assert_eq!(std::fs::read_to_string(estate.path("in/a/fw.conf")).unwrap(), whole());
}

/// Objects of which a check says that nothing refers to them.
fn unused(text: &str) -> Vec<String> {
    let estate = Estate::new();
    estate.put("fw.conf", text);
    let record = json(&estate.run(&["check", "in", "--format", "json"]));
    let said = record["problems"].as_array().unwrap().iter();
    let said = said.filter(|one| one["code"].as_str().unwrap().starts_with("review/unused"));
    said.map(|one| one["subject"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_object_that_a_tunnel_names_is_used() {
    assert_eq!(unused(&whole()), ["db", "site", "servers"]);
    let tunnel = "config vpn ipsec phase2-interface\n    edit \"t\"\n        set src-name \"servers\"\n    next\nend\n";
    assert_eq!(unused(&(whole() + tunnel)), ["site"]);
}

#[test]
fn an_object_that_a_comment_names_is_not_used() {
    let comment =
        "config firewall address\n    edit \"web\"\n        set comment \"db\"\n    next\nend\n";
    assert!(unused(&(whole() + comment)).contains(&"db".to_owned()));
}

/// A configuration whose only rule applies at certain times.
fn scheduled(days: &str) -> String {
    let rule = policy(1, "accept", "\"web\"", "HTTPS").replace("\"always\"", "\"work\"");
    let schedule = format!(
        "config firewall schedule recurring\n    edit \"work\"\n        set day {days}\n    next\nend\n"
    );
    config(&[rule]) + &schedule
}

#[test]
fn one_name_for_two_things_is_told() {
    let run = proved(&two(&scheduled("monday"), &scheduled("friday")), &[]);
    assert!(run.out.contains("work is defined differently in A and B"), "{run:?}");
    assert!(run.out.contains("A: if schedule work") && !run.out.contains("work#"), "{run:?}");
}

#[test]
fn the_parts_of_a_region_have_their_labels() {
    let run = proved(
        &two(
            &config(&[
                policy(1, "deny", "\"web\"", "HTTPS"),
                policy(2, "accept", "\"all\"", "ALL"),
            ]),
            &config(&[]),
        ),
        &[],
    );
    assert!(run.out.contains("; source ") && run.out.contains("all but ("), "{run:?}");
}
