//! Questions whose answers take more than addresses as they are sent: translation, unknowns, source ports.

use crate::proofs::{HEAD, config, json, policy, two};
use crate::support::Estate;

fn one(config: &str) -> Estate {
    let estate = Estate::new();
    estate.put("fw.conf", config);
    estate
}

/// A server behind a port of a public address.
fn published() -> String {
    let vip = "config firewall vip\n    edit \"pub\"\n        set extip 192.0.2.80\n        set mappedip \"10.1.2.80\"\n        \
               set extintf \"port2\"\n        set portforward enable\n        set extport 8080\n        set mappedport 3389\n    next\nend\n";
    let rule = policy(1, "accept", "\"pub\"", "ALL");
    let rule = rule.replace("srcintf \"port1\"", "srcintf \"portX\"");
    let rule = rule.replace("dstintf \"port2\"", "dstintf \"port1\"").replace("portX", "port2");
    format!("{HEAD}{vip}config firewall policy\n{rule}end\n")
}

#[test]
fn who_can_reach_a_server_also_by_an_address_that_is_translated_to_it() {
    let estate = one(&published());
    let asked = ["query", "in", "--who-can-reach", "10.1.2.80:3389"];
    let run = estate.run(&asked);
    assert!(run.out.contains("policy 1") && run.out.contains("by 192.0.2.80"), "{run:?}");
    let record = json(&estate.run(&[&asked[..], &["--format", "json"]].concat()));
    let answers = record["contexts"][0]["answers"].as_array().unwrap();
    let by_another = answers.iter().find(|answer| answer["translated"] == true).unwrap();
    assert_eq!(by_another["parts"][0]["destination"][0], "192.0.2.80", "{record}");
}

#[test]
fn who_can_reach_a_server_by_another_port_is_nobody() {
    let estate = one(&published());
    let run = estate.run(&["query", "in", "--who-can-reach", "10.1.2.80:22", "--format", "json"]);
    let record = json(&run);
    let answers = record["contexts"][0]["answers"].as_array().unwrap();
    assert!(answers.iter().all(|answer| answer["translated"] == false), "{record}");
}

#[test]
fn what_a_name_permits_is_only_possible_and_says_if_what() {
    let rule = policy(1, "accept", "\"web\"", "HTTPS");
    let estate = one(&config(&[rule.replace("srcaddr \"all\"", "srcaddr \"site\"")]));
    let run = estate.run(&["query", "in", "from port1 to port2 dst web tcp/443"]);
    assert!(run.out.contains("denied, unless"), "{run:?}");
    let line = run.out.lines().find(|line| line.contains("from port1: ")).unwrap_or_default();
    assert!(line.contains("if DNS name www.example.com holds"), "{run:?}");
}

#[test]
fn a_matrix_tells_services_that_take_certain_source_ports() {
    let rule = policy(1, "accept", "\"web\"", "HTTPS");
    let limited = config(&[rule]).replace("tcp-portrange 443", "tcp-portrange 443:1024-2047");
    let run = one(&limited).run(&["query", "in", "--matrix"]);
    assert!(run.out.contains("only from some source ports: tcp/443"), "{run:?}");
}

#[test]
fn a_matrix_does_not_call_all_client_ports_a_limit() {
    let run = one(&config(&[policy(1, "accept", "\"web\"", "HTTPS")]));
    let run = run.run(&["query", "in", "--matrix"]);
    assert!(!run.out.contains("source ports"), "{run:?}");
}

/// A policy that hides its sources behind pools of these ranges.
fn pools(ranges: &[(u8, u8)]) -> String {
    let mut pools = String::from("config firewall ippool\n");
    let mut names = String::new();
    for (number, (first, last)) in ranges.iter().enumerate() {
        pools += &format!(
            "    edit \"p{number}\"\n        set startip 192.0.2.{first}\n        set endip 192.0.2.{last}\n    next\n"
        );
        names += &format!(" \"p{number}\"");
    }
    let rule = policy(1, "accept", "\"web\"", "HTTPS");
    let nat =
        format!("set nat enable\n        set ippool enable\n        set poolname{names}\n        ");
    let rule = rule.replace("set action", &format!("{nat}set action"));
    format!("{HEAD}{pools}end\nconfig firewall policy\n{rule}end\n")
}

#[test]
fn adjoining_pools_are_the_pool_of_all_their_addresses() {
    let run = two(&pools(&[(61, 64)]), &pools(&[(61, 62), (63, 64)]));
    let run = run.run(&["prove", "in/a", "in/b"]);
    assert!(run.out.contains("equivalent: both do the same"), "{run:?}");
}

#[test]
fn pools_with_a_gap_are_another_pool() {
    let run = two(&pools(&[(61, 64)]), &pools(&[(61, 62), (64, 64)]));
    assert_eq!(run.run(&["prove", "in/a", "in/b"]).code, 1);
}

#[test]
fn what_one_unreadable_mark_leaves_open_is_named_and_the_rest_is_equivalent() {
    let rules = |number| {
        config(&[
            policy(number, "accept", "\"web\"", "HTTPS"),
            policy(number + 1, "accept", "\"nowhere\"", "HTTPS"),
        ])
    };
    let run = two(&rules(1), &rules(3));
    let record = json(&run.run(&["prove", "in/a", "in/b", "--format", "json"]));
    assert_eq!(record["verdict"], "equivalent-except", "{record}");
    let differences = record["contexts"][0]["differences"].as_array().unwrap();
    assert!(!differences.is_empty() && differences.iter().all(|one| one["possible"] == true));
}
