//! Policies: order, defaults, cells.

use super::*;

const WEB: &str = "in=lan 10.0.0.5:1000 > 192.0.2.1:443/tcp";

#[test]
fn the_order_is_that_of_the_table_after_all_commands() {
    let table = |commands: &str| {
        let mut text = String::new();
        for id in [3, 1, 2] {
            text.push_str(&line(id, "lan", "wan", "all", "all", ACCEPT));
        }
        by(&with(&format!("{text}config firewall policy\n{commands}\nend\n")), WEB)
    };
    assert_eq!(table(""), "policy 3");
    assert_eq!(table("move 2 before 3"), "policy 2");
    assert_eq!(table("move 3 after 2"), "policy 1");
    assert_eq!(table("delete 3"), "policy 1");
    assert_eq!(table("delete 3\ndelete 1\ndelete 2\nedit 7\nnext"), "policy 0 (implicit deny)");
    assert_eq!(table("rename 3 to 9"), "policy 9");
    assert_eq!(table("clone 1 to 8\nmove 8 before 3"), "policy 8");
    assert_eq!(table("clone 1 to 8\nmove 8 after 99"), "policy 3");
    assert_eq!(table("purge"), "policy 0 (implicit deny)");
    assert_eq!(table("edit 3\nset status disable\nnext"), "policy 1");
}

#[test]
fn edit_0_is_the_next_free_number() {
    let text =
        line(7, "lan", "dmz", "all", "all", ACCEPT) + &line(0, "lan", "wan", "all", "all", ACCEPT);
    assert_eq!(by(&with(&text), WEB), "policy 8");
}

#[test]
fn without_an_action_it_denies_and_nothing_matching_is_denied() {
    let policy = with(&line(1, "lan", "wan", "all", "all", "set name no\nset service ALL"));
    assert_eq!(
        (verdict(&policy, WEB), by(&policy, WEB).as_str()),
        (Verdict::Deny, "policy 1 \"no\"")
    );
    assert_eq!(by(&with(""), WEB), "policy 0 (implicit deny)");
    let reject =
        with(&line(1, "lan", "wan", "all", "all", "set service ALL\nset send-deny-packet enable"));
    assert_eq!(verdict(&reject, WEB), Verdict::Reject);
}

#[test]
fn disabled_policies_are_skipped_and_any_is_every_interface() {
    let text = line(1, "lan", "wan", "all", "all", "set service ALL\nset status disable")
        + &line(2, "any", "any", "all", "all", ACCEPT);
    assert_eq!(by(&with(&text), WEB), "policy 2");
}

#[test]
fn all_is_ipv4_and_a_family_matches_only_when_both_sides_name_it() {
    let six = "in=lan 2001:db8::5 > [2001:db8:1::1]:443/tcp out=wan";
    let six = six.trim_end_matches(" out=wan");
    let route = "config router static6\nedit 1\nset dst ::/0\nset device wan\nnext\nend\n";
    let unified = |rest: &str| {
        with(&format!(
            "{route}{}",
            line(1, "lan", "wan", "all", "all", &format!("{ACCEPT}\n{rest}"))
        ))
    };
    assert_eq!(verdict(&unified(""), six), Verdict::Deny);
    assert_eq!(verdict(&unified("set srcaddr6 all"), six), Verdict::Deny);
    assert_eq!(verdict(&unified("set srcaddr6 all\nset dstaddr6 all"), six), Verdict::Accept);
    assert_eq!(verdict(&unified("set srcaddr6 all\nset dstaddr6 all"), WEB), Verdict::Accept);
    let own =
        line(1, "lan", "wan", "all", "all", ACCEPT).replace("firewall policy", "firewall policy6");
    let separate = with(&format!("{route}{own}"));
    assert_eq!(
        (verdict(&separate, six), verdict(&separate, WEB)),
        (Verdict::Accept, Verdict::Deny)
    );
    assert_eq!(by(&separate, six), "policy6 1");
}

#[test]
fn negation_is_within_the_family() {
    let objects = "config firewall address\nedit me\nset subnet 10.0.0.5/32\nnext\nend\nconfig router static6\nedit 1\nset device wan\nnext\nend\n";
    let policy = with(&format!(
        "{objects}{}",
        line(
            1,
            "lan",
            "wan",
            "me",
            "all",
            &format!("{ACCEPT}\nset srcaddr-negate enable\nset dstaddr6 all")
        )
    ));
    assert_eq!(verdict(&policy, WEB), Verdict::Deny);
    assert_eq!(verdict(&policy, "in=lan 10.0.0.6:1 > 192.0.2.1:443/tcp"), Verdict::Accept);
    assert_eq!(verdict(&policy, "in=lan 2001:db8::5 > [2001:db8:1::1]:443/tcp"), Verdict::Deny);
    let policy = with(&line(
        1,
        "lan",
        "wan",
        "all",
        "all",
        "set action accept\nset service HTTPS\nset service-negate enable",
    ));
    assert_eq!(verdict(&policy, WEB), Verdict::Deny);
    assert_eq!(verdict(&policy, "in=lan 10.0.0.6:1 > 192.0.2.1:80/tcp"), Verdict::Accept);
}

#[test]
fn what_is_not_known_or_missing_makes_a_policy_uncertain_and_never_wider() {
    for rest in [
        "set action accept\nset service ALL\nset brand-new-option yes",
        "set action accept\nset service ALL\nset tos 0x10",
        "set action accept\nset service ALL\nset groups staff",
        "set action accept",
        "set action accept\nset service nowhere-defined",
        "set action redirect\nset service ALL",
        "set action accept\nset service ALL\nset internet-service enable\nset internet-service-name Google-Web",
        "set action accept\nset service ALL\nset internet-service enable",
        "set action accept\nset service ALL\nconfig identity-based-policy\nedit 1\nnext\nend",
    ] {
        let policy = with(&line(1, "lan", "wan", "all", "all", rest));
        assert_eq!(verdicts(&policy, WEB), [Verdict::Accept, Verdict::Deny], "{rest}");
    }
    let known = with(&line(
        1,
        "lan",
        "wan",
        "all",
        "all",
        &format!(
            "{ACCEPT}\nset tos 0x00\nset utm-status enable\nset av-profile strict\nset logtraffic all"
        ),
    ));
    assert_eq!(verdicts(&known, WEB), [Verdict::Accept]);
    let rule = &known.rulebases[0].rules[0];
    assert_eq!((&*rule.inspection[0], rule.logged), ("strict", Some(true)));
}

#[test]
fn the_services_of_the_internet_bring_destination_and_ports() {
    let text = line(
        1,
        "lan",
        "wan",
        "all",
        "10",
        "set action accept\nset internet-service enable\nset internet-service-name Google-Web",
    )
    .replace("set dstaddr 10\n", "");
    let policy = with(&text);
    let given =
        |name: &str| Given { holds: vec![("internet-service".into(), name.into())], egress: None };
    let of = |name: &str| {
        policy::outcomes(&policy, &packet(&policy, WEB), &given(name), 8).cases[0].decision.verdict
    };
    assert_eq!(of("Google-Web"), Verdict::Accept);
    assert_eq!(of("Other"), Verdict::Deny);
}

#[test]
fn later_statements_change_earlier_ones() {
    let text = line(
        1,
        "lan",
        "wan",
        "none",
        "all",
        "set action accept\nset service HTTP\nappend service HTTPS\nset srcaddr all",
    );
    assert_eq!(verdict(&with(&text), WEB), Verdict::Accept);
    let text = line(
        1,
        "lan",
        "wan",
        "all",
        "all",
        "set action accept\nset service HTTP HTTPS\nunselect service HTTPS",
    );
    assert_eq!(verdict(&with(&text), WEB), Verdict::Deny);
    let text = line(1, "lan", "wan", "all", "all", &format!("{ACCEPT}\nunset action"));
    assert_eq!(verdict(&with(&text), WEB), Verdict::Deny);
}

#[test]
fn policy_mode_needs_both_lists_and_asks_for_applications() {
    let security = "config firewall security-policy\nedit 1\nset srcintf lan\nset dstintf wan\nset srcaddr all\nset dstaddr all\nset action accept\nset schedule always\nset service ALL\nset application 15832\nnext\nend\n";
    let text = format!(
        "{HEAD}config system settings\nset ngfw-mode policy-based\nend\n{}{security}",
        line(1, "lan", "wan", "all", "all", ACCEPT)
    );
    let mut reading = reading(&text);
    assert!(reading.problems.iter().any(|problem| problem.code == codes::MODE));
    let policy = reading.devices.remove(0).contexts.remove(0);
    assert_eq!(verdicts(&policy, WEB), [Verdict::Accept, Verdict::Deny]);
    assert_eq!(policy.filter.len(), 2);
}

#[test]
fn in_policy_mode_the_first_list_has_no_action() {
    let head = format!("{HEAD}config system settings\nset ngfw-mode policy-based\nend\n");
    let first = line(1, "lan", "wan", "all", "all", "set service ALL");
    let second = |action: &str| {
        format!(
            "config firewall security-policy\nedit 1\nset srcintf lan\nset dstintf wan\nset srcaddr all\nset dstaddr all\n{action}\nset schedule always\nset service ALL\nnext\nend\n"
        )
    };
    let of = |second: &str| verdict(&policy(&format!("{head}{first}{second}")), WEB);
    assert_eq!(of(&second("set action accept")), Verdict::Accept);
    assert_eq!(of(&second("")), Verdict::Deny);
    assert_eq!(of(""), Verdict::Deny);
    // What the first list does not match never comes to the second one.
    let other = line(1, "dmz", "wan", "all", "all", "set service ALL");
    let text = format!("{head}{other}{}", second("set action accept"));
    assert_eq!(verdict(&policy(&text), WEB), Verdict::Deny);
}

#[test]
fn what_waits_for_a_user_or_another_list_is_uncertain() {
    let of = |rest: &str| {
        let rest = format!("{ACCEPT}\n{rest}");
        verdicts(&with(&line(1, "lan", "wan", "all", "all", &rest)), WEB)
    };
    for rest in ["set disclaimer enable", "set http-policy-redirect enable", "set ntlm enable"] {
        assert_eq!(of(rest), [Verdict::Accept, Verdict::Deny], "{rest}");
    }
    assert_eq!(of("set disclaimer disable"), [Verdict::Accept]);
}
