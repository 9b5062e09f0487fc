//! What one name stands for in two configurations, and what is modelled with a difference.

use crate::proofs::{config, json, policy, two};

/// The verdict about one configuration beside another one.
fn verdict(left: &str, right: &str) -> String {
    let run = two(left, right).run(&["prove", "in/a", "in/b", "--format", "json"]);
    json(&run)["verdict"].as_str().unwrap_or_default().to_owned()
}

/// One policy that lets pass, with another setting.
fn with(setting: &str) -> String {
    let line = policy(1, "accept", "\"web\"", "HTTPS");
    config(&[line.replace("set service", &format!("{setting}\n        set service"))])
}

fn group(member: &str) -> String {
    let group = "config user group\n edit \"staff\"\n  set member \"WHO\"\n next\nend\n";
    with("set groups \"staff\"") + &group.replace("WHO", member)
}

#[test]
fn a_group_of_other_members_is_another_group() {
    assert_eq!(verdict(&group("ann"), &group("bob")), "differs");
}

#[test]
fn a_group_of_the_same_members_is_the_same_group() {
    let commented = group("ann").replace("edit \"staff\"", "edit \"staff\"\n  set comment \"x\"");
    assert_eq!(verdict(&group("ann"), &commented), "equivalent");
}

#[test]
fn a_difference_of_groups_is_told_by_their_name() {
    let run = two(&group("ann"), &group("bob")).run(&["prove", "in/a", "in/b"]);
    assert!(run.out.contains("if user staff applies"), "{}", run.out);
}

#[test]
fn where_a_check_of_sources_differs_is_named() {
    let left = with("");
    let right =
        left.replace("192.0.2.1 255.255.255.0", "192.0.2.1 255.255.255.0\n set src-check disable");
    assert_eq!(verdict(&left, &right), "equivalent-except");
    let run = two(&left, &right).run(&["prove", "in/a", "in/b"]);
    assert!(run.code == 3 && run.out.contains("set src-check disable"), "{run:?}");
}

#[test]
fn where_a_predefined_service_is_changed_is_named() {
    let more = "config firewall internet-service-addition\n edit 65537\n  set comment x\n";
    let of = |protocol: u32| {
        with("")
            + &format!(
                "{more}  config entry\n   edit 1\n    set protocol {protocol}\n   next\n  end\n next\nend\n"
            )
    };
    assert_eq!(verdict(&of(6), &of(17)), "equivalent-except");
    assert_eq!(verdict(&of(6), &format!("{}# later\n", of(6))), "equivalent");
}

#[test]
fn what_is_modelled_with_one_difference_in_both_is_shared() {
    let text = with("")
        .replace("192.0.2.1 255.255.255.0", "192.0.2.1 255.255.255.0\n set src-check disable");
    assert_eq!(verdict(&text, &format!("{text}# later\n")), "equivalent");
}

#[test]
fn services_of_the_device_itself_are_named_unless_only_transit_is_asked_for() {
    let of =
        |port: u32| format!("{}config system dhcp server\n edit {port}\n next\nend\n", with(""));
    let estate = two(&of(1), &of(2));
    assert_eq!(estate.run(&["prove", "in/a", "in/b"]).code, 3);
    assert_eq!(estate.run(&["prove", "in/a", "in/b", "--transit"]).code, 0);
}

/// Servers in two networks behind one address; policies to either network.
fn balanced() -> String {
    let vip = "config firewall vip\n edit \"v\"\n  set type server-load-balance\n  set extip 192.0.2.9\n  set extintf \"port2\"\n  \
               set server-type ip\n  config realservers\n   edit 1\n    set ip 10.1.2.9\n   next\n   edit 2\n    set ip 10.7.7.9\n   next\n  end\n next\nend\n";
    let port =
        "config system interface\n edit \"port7\"\n  set ip 10.7.7.1 255.255.255.0\n next\nend\n";
    let to = |number: u32, port: &str| {
        let line = policy(number, "accept", "\"v\"", "HTTPS").replace("port1", "port2");
        line.replacen("set dstintf \"port2\"", &format!("set dstintf \"{port}\""), 1)
    };
    config(&[to(1, "port1"), to(2, "port7")])
        .replace("config firewall policy", &format!("{port}{vip}config firewall policy"))
}

#[test]
fn policies_to_each_of_the_networks_of_a_balanced_address_are_reached() {
    let estate = two(&balanced(), &balanced());
    let run = estate.run(&["check", "in/a", "--format", "json"]);
    let problems = json(&run)["problems"].to_string();
    assert!(!problems.contains("review/unreached-rule"), "{problems}");
}
