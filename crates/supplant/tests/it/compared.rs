//! What surrounds a proof: maps, certificates, packets walked through both, pages.

use proof_check::{Expected, check};
use serde_json::Value;

use crate::proofs::{HEAD, PANOS, config, json, policy, two, with_target};
use crate::support::Estate;

/// Two platforms whose zones have other names.
fn two_platforms() -> Estate {
    let left = config(&[policy(1, "accept", "\"web\"", "HTTPS")]);
    let left = left.replace("hostname", "allow-traffic-redirect disable\n    set hostname");
    let estate = two(&left, &left);
    estate.put("p/fw.xml", PANOS.replace("TARGETS", "192.0.2.5/32"));
    estate
}

#[test]
fn a_map_is_written_edited_and_given_back() {
    let estate = two_platforms();
    let run = estate.run(&["prove", "in/a", "in/p", "--write-map", "map.toml"]);
    assert_eq!(run.code, 0, "{run:?}");
    let map = std::fs::read_to_string(estate.path("map.toml")).unwrap();
    for line in ["left = \"fw-a/root\"", "\"port1\" = \"inside\" # same address", "propose = false"]
    {
        assert!(map.contains(line), "{line}: {map}");
    }
    let run = estate.run(&["prove", "in/a", "in/p", "--transit", "--map", "map.toml"]);
    assert!(run.code == 0 && run.out.contains("(given): port1 = inside"), "{run:?}");
    // What was taken out is not compared, and is said.
    estate.put_beside("map.toml", map.replace("\"port1\" =", "# "));
    let run = estate.run(&["prove", "in/a", "in/p", "--transit", "--map", "map.toml"]);
    assert!(run.code == 3 && run.out.contains("not compared: port1"), "{run:?}");
}

#[test]
fn a_wrong_map_is_shown_with_its_places() {
    let estate = two_platforms();
    let map = "[[context]]\nleft = \"fw-a\"\nright = \"fw-b/vsys1\"\n[context.zones]\nport1 = \"insied\"\n\
               [context.interfaces]\ninside = \"ethernet1/1\"\n";
    estate.put_beside("map.toml", map);
    let run = estate.run(&["prove", "in/a", "in/p", "--map", "map.toml"]);
    assert_eq!(run.code, 2, "{run:?}");
    for text in ["map.toml:2:9", "no context of A is named `fw-a`", "1 error", "= help: "] {
        assert!(run.err.contains(text), "{text}: {}", run.err);
    }
    estate.put_beside("map.toml", map.replace("\"fw-a\"", "\"fw-a/root\""));
    let run = estate.run(&["prove", "in/a", "in/p", "--map", "map.toml"]);
    assert_eq!(run.code, 2, "{run:?}");
    for text in ["map.toml:5:10", "`inside`, `outside`", "no interface of A is named `inside`"] {
        assert!(run.err.contains(text), "{text}: {}", run.err);
    }
    estate.put_beside("map.toml", "[[contexts]]\n");
    let run = estate.run(&["prove", "in/a", "in/p", "--map", "map.toml", "--lang", "zh-CN"]);
    assert!(run.code == 2 && run.err.contains("错误[data/unknown-key]"), "{run:?}");
    let run = estate.run(&["prove", "in/a", "in/p", "--map", "none.toml"]);
    assert!(run.code == 2 && run.err.contains("cannot read `none.toml`"), "{run:?}");
}

#[test]
fn options_go_before_the_map_and_what_nobody_uses_is_told() {
    let estate = two_platforms();
    let map = "[[context]]\nleft = \"root\"\nright = \"vsys1\"\nzones = { port1 = \"outside\" }\n";
    estate.put_beside("map.toml", map);
    let args =
        ["prove", "in/a", "in/p", "--transit", "--map", "map.toml", "--zone", "port1=inside"];
    let run = estate.run(&args);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.err.contains("warning[map/unused]"), "{run:?}");
    assert!(run.out.contains("(given): port1 = inside"), "{run:?}");
}

#[test]
fn what_has_no_counterpart_stands_in_the_map() {
    let estate = two_platforms();
    estate.put("q/fw.conf", config(&[]).replace("port1", "lan").replace("10.1.2.1 ", "10.9.9.1 "));
    let more =
        "config system interface\n edit \"port7\"\n  set ip 10.7.7.1 255.255.255.0\n next\nend\n";
    estate.put("a/fw.conf", format!("{}{more}", config(&[])));
    let run = estate.run(&["prove", "in/a", "in/q", "--write-map", "-"]);
    assert!(
        run.out.contains("# zones of A without a counterpart: \"port1\", \"port7\""),
        "{run:?}"
    );
    assert!(run.out.contains("# zones of B without a counterpart: \"lan\""), "{run:?}");
    let _ = json(&estate.run(&["prove", "in/a", "in/q", "--format", "json"]));
}

/// Runs `prove` with a certificate, and has the checker judge it as the output says.
fn certified(estate: &Estate, args: &[&str]) -> Value {
    let mut all = vec!["prove"];
    all.extend(args);
    all.extend(["--certificate", "same.proof", "--format", "json"]);
    let record = json(&estate.run(&all));
    for context in record["contexts"].as_array().unwrap() {
        let told = &context["certificate"];
        let text = |key: &str| told[key].as_str().unwrap();
        let bytes = std::fs::read(estate.path(text("file"))).unwrap();
        let of = |left, right| check(&bytes, Expected { left: Some(left), right: Some(right) });
        of(text("left"), text("right")).unwrap();
        if text("left") != text("right") {
            assert!(of(text("right"), text("left")).is_err(), "{told}");
        }
    }
    record
}

#[test]
fn a_certificate_of_equal_policies_is_accepted_by_the_checker() {
    let left = config(&[policy(1, "accept", "\"servers\"", "HTTPS")]);
    let right = config(&[
        policy(7, "accept", "\"db\"", "HTTPS"),
        policy(8, "accept", "\"web\" \"db\"", "HTTPS"),
    ]);
    let estate = two(&left, &right);
    let record = certified(&estate, &["in/a", "in/b"]);
    assert_eq!(record["verdict"], "equivalent", "{record}");
    let run = estate.run(&["prove", "in/a", "in/b", "--certificate", "same.proof"]);
    assert!(run.out.contains("proof-check same.proof --left "), "{run:?}");
}

#[test]
fn translation_and_two_platforms_are_certified_too() {
    let estate =
        two(&with_target("10.1.2.80"), &with_target("10.1.2.80").replace("edit 1", "edit 9"));
    certified(&estate, &["in/a", "in/b"]);
    let estate = two_platforms();
    certified(&estate, &["in/a", "in/p", "--transit"]);
}

#[test]
fn the_digest_is_the_one_of_the_file() {
    use sha2::Digest;
    let text = config(&[policy(1, "accept", "\"web\"", "HTTPS")]);
    let record = certified(&two(&text, &text), &["in/a", "in/b"]);
    let digest = sha2::Sha256::digest(text.as_bytes());
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(record["contexts"][0]["certificate"]["left"], digest.as_str());
}

#[test]
fn why_there_is_no_certificate_is_said() {
    let left = config(&[policy(1, "accept", "\"web\"", "HTTPS")]);
    let estate = two(&left, &left.replace("accept", "deny"));
    let run = estate.run(&["prove", "in/a", "in/b", "--certificate", "same.proof"]);
    assert!(run.code == 1 && run.out.contains("no certificate: they differ"), "{run:?}");
    assert!(!estate.path("same.proof").exists());
}

/// A device with two virtual firewalls.
fn with_vdoms() -> String {
    let head = "#config-version=FGT60F-7.2.5-FW-build1517-230606:opmode=0:vdom=1:user=admin\n\
                config vdom\nedit red\nnext\nedit blue\nnext\nend\n\
                config global\nconfig system global\n    set hostname \"fw-a\"\nend\nconfig system interface\n";
    let port = |number: u8, vdom: &str| {
        format!(
            "    edit \"port{number}\"\n        set vdom \"{vdom}\"\n        \
             set ip 10.{number}.0.1 255.255.255.0\n    next\n"
        )
    };
    let ports = [port(1, "red"), port(2, "red"), port(3, "blue"), port(4, "blue")].concat();
    let vdom = |name: &str, way: u8| {
        format!(
            "config vdom\nedit {name}\nconfig router static\n    edit 1\n        set device \"port{way}\"\n    \
             next\nend\nconfig firewall policy\nend\nend\n"
        )
    };
    format!("{head}{ports}end\nend\n{}{}", vdom("red", 2), vdom("blue", 4))
}

#[test]
fn several_contexts_have_a_certificate_each() {
    let left = with_vdoms();
    let estate = two(&left, &left);
    let record = certified(&estate, &["in/a", "in/b"]);
    let contexts = record["contexts"].as_array().unwrap();
    assert_eq!(contexts.len(), 2, "{record}");
    assert_eq!(contexts[1]["certificate"]["file"], "same-2.proof");
    assert!(contexts[1]["certificate"]["left"].as_str().unwrap().ends_with("/blue"), "{record}");
}

#[test]
fn one_with_contexts_beside_one_without() {
    let estate = two(&with_vdoms(), &config(&[]));
    let run = estate.run(&["prove", "in/a", "in/b"]);
    assert!(run.code == 2 && run.err.contains("--context A=B"), "{run:?}");
    assert!(run.err.contains("`fw-a/blue`, `fw-a/red`"), "{run:?}");
    let run = estate.run(&["prove", "in/a", "in/b", "--context", "red=root", "--write-map", "-"]);
    assert_eq!(run.code, 0, "{run:?}");
}

/// What ends up in a page: two firewalls that differ, with secrets where an excerpt could catch them.
fn two_with_secrets() -> Estate {
    let left =
        config(&[policy(1, "accept", "\"web\"", "HTTPS"), policy(2, "deny", "\"db\"", "ALL")]);
    let secret = "set comments \"temporary password Qz7canaryXw9 <b>\"\n        set psksecret Qz7canaryXw9\n        set srcintf";
    let right = left.replace("action deny", "action accept").replace("set srcintf", secret);
    two(&left, &right)
}

#[test]
fn the_page_has_the_statements_of_both_sides() {
    let estate = two_with_secrets();
    let run = estate.run(&["prove", "in/a", "in/b", "--format", "html", "-o", "p.html"]);
    assert_eq!(run.code, 1, "{run:?}");
    let page = std::fs::read_to_string(estate.path("p.html")).unwrap();
    for text in [
        "newly allowed: only B lets it pass",
        "edit 2",
        "set action deny",
        "set action accept",
        "in/a/fw.conf:",
        "in/b/fw.conf:",
        "default-src &#39;none&#39;",
        "port1, port2",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert!(
        page.find("<h1 class=\"alarm\">different</h1>").unwrap()
            < page.find("newly allowed").unwrap()
    );
    assert!(!page.contains("<script"), "{page}");
    assert!(!page.contains("<b>"), "what stands in a configuration is escaped");
    let run = estate.run(&["prove", "in/a", "in/b", "--format", "html", "--lang", "zh-CN"]);
    assert!(run.out.contains("lang=\"zh-CN\"") && run.out.contains("新放行"), "{run:?}");
}

#[test]
fn no_output_of_a_comparison_has_a_secret() {
    let estate = two_with_secrets();
    for format in ["text", "json", "html"] {
        let run = estate.run(&["prove", "in/a", "in/b", "--format", format]);
        let secret = run.out.contains("psksecret Qz7canaryXw9");
        assert!(!secret, "{format}: {}", run.out);
        assert!(format == "text" || run.out.contains("set psksecret"), "{format}");
    }
}

#[test]
fn a_packet_is_walked_through_both_to_where_they_part() {
    let left =
        config(&[policy(1, "accept", "\"web\"", "SSH"), policy(2, "accept", "\"web\"", "HTTPS")]);
    let estate = two(
        &left,
        &left.replace(
            "edit 2\n        set srcintf",
            "edit 2\n        set status disable\n        set srcintf",
        ),
    );
    let packet = "in=port1 10.1.2.3 > 192.0.2.5:443/tcp";
    let run = estate.run(&["prove", "in/a", "in/b", "--explain", packet]);
    assert_eq!(run.code, 1, "{run:?}");
    for text in [
        "they part at the rules; newly stopped",
        "≠ rules",
        "after 1 other rule",
        "not policy 1: another service (",
        "in/a/fw.conf:",
        "default of",
    ] {
        assert!(run.out.contains(text), "{text}: {}", run.out);
    }
    let run = estate.run(&["prove", "in/a", "in/b", "--explain", packet, "--format", "json"]);
    let record = json(&run);
    assert_eq!(record["schema"], "supplant.walk/1");
    let case = &record["contexts"][0]["cases"][0];
    assert_eq!((&case["parts"], &case["change"]), (&"filter".into(), &"stopped".into()));
    assert_eq!((&case["left"]["tried"][0], &case["right"]["tried"][0]), (&1.into(), &1.into()));
    assert_eq!(case["left"]["passed"][0][0]["why"], "services");
    let other = "in=port1 10.1.2.3 > 192.0.2.5:22/tcp";
    let run = estate.run(&["prove", "in/a", "in/b", "--explain", other, "--lang", "zh-CN"]);
    assert!(run.code == 0 && run.out.contains("两者处理相同"), "{run:?}");
}

#[test]
fn names_of_either_side_place_a_packet() {
    let estate = two_platforms();
    for name in ["port1", "inside", "ethernet1/1"] {
        let packet = format!("in={name} 10.1.2.3 > 192.0.2.5:443/tcp");
        let run = estate.run(&["prove", "in/a", "in/p", "--explain", &packet]);
        assert_eq!(run.code, 0, "{name}: {run:?}");
        assert!(
            run.out.contains("port1 (zone port1)") && run.out.contains("ethernet1/1 (zone inside)"),
            "{run:?}"
        );
    }
    let run = estate.run(&[
        "prove",
        "in/a",
        "in/p",
        "--explain",
        "in=port9 10.1.2.3 > 192.0.2.5:443/tcp",
    ]);
    assert!(run.code == 2 && run.out.contains("port9"), "{run:?}");
    let run = estate.run(&["prove", "in/a", "in/p", "--explain", "10.1.2.3 192.0.2.5"]);
    assert!(run.code == 2 && run.err.contains("is no packet"), "{run:?}");
}

#[test]
fn an_unknown_has_one_answer_on_both_sides() {
    let left = config(&[policy(1, "accept", "\"site\"", "HTTPS")]);
    let estate = two(&left, &left.replace("edit 1\n", "edit 7\n"));
    let packet = "in=port1 10.1.2.3 > 192.0.2.77:443/tcp";
    let run = estate.run(&["prove", "in/a", "in/b", "--explain", packet, "--format", "json"]);
    let record = json(&run);
    let cases = record["contexts"][0]["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 2, "{record}");
    assert!(cases.iter().all(|case| case["parts"] == ""), "{record}");
}

#[test]
fn another_translation_is_where_they_part() {
    let estate = two(&with_target("10.1.2.80"), &with_target("10.1.2.81"));
    let packet = "in=port2 203.0.113.7 > 198.51.100.9:443/tcp";
    let run = estate.run(&["prove", "in/a", "in/b", "--explain", packet]);
    assert!(
        run.code == 1 && run.out.contains("they part at the translation of the destination"),
        "{run:?}"
    );
    assert!(run.out.contains("10.1.2.80:443") && run.out.contains("≠ translation"), "{run:?}");
}

#[test]
fn options_that_exclude_each_other_are_refused() {
    let estate = two_platforms();
    let both = ["prove", "in/a", "in/p", "--write-map", "-", "--certificate", "c"];
    assert_eq!(estate.run(&both).code, 2);
    let args = [
        "prove",
        "in/a",
        "in/p",
        "--explain",
        "in=port1 10.1.2.3 > 192.0.2.5:443/tcp",
        "--format",
        "html",
    ];
    let run = estate.run(&args);
    assert!(run.code == 2 && run.err.contains("= help: use `--format text`"), "{run:?}");
}

/// Two interfaces in one zone, what comes back by its interface passes without a policy, and a network is behind one of them.
fn returning(device: &str, policies: &str) -> String {
    let head = HEAD.replace("FGT60F-7.2.5", "FGT60F-7.4.4");
    format!(
        "{head}config system zone\n    edit \"in\"\n        set interface \"port1\" \"port2\"\n    next\nend\n\
         config router static\n    edit 9\n        set dst 10.77.0.0/16\n        set device \"{device}\"\n    next\nend\n\
         config firewall policy\n{policies}end\n"
    )
}

/// A policy within the zone.
fn within(number: u32, action: &str) -> String {
    policy(number, action, "\"all\"", "ALL").replace("port1", "in").replace("port2", "in")
}

#[test]
fn what_comes_back_by_its_interface_is_the_same_where_the_routes_are() {
    let (left, right) = (returning("port1", ""), returning("port1", &within(1, "deny")));
    let run = two(&left, &right).run(&["prove", "in/a", "in/b"]);
    assert!(run.out.contains("equivalent: both do the same"), "{run:?}");
}

#[test]
fn what_comes_back_by_its_interface_differs_where_the_routes_do() {
    let (left, right) = (returning("port1", ""), returning("port2", ""));
    let run = two(&left, &right).run(&["prove", "in/a", "in/b"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.out.contains("10.77."), "{}", run.out);
}

#[test]
fn other_routes_within_a_zone_do_not_matter_where_a_policy_lets_all_pass() {
    let (left, right) =
        (returning("port1", &within(1, "accept")), returning("port2", &within(1, "accept")));
    let run = two(&left, &right).run(&["prove", "in/a", "in/b"]);
    assert!(run.out.contains("equivalent: both do the same"), "{run:?}");
}

#[test]
fn a_configuration_is_equivalent_to_itself_whatever_is_not_known_of_it() {
    let undefined = config(&[policy(1, "accept", "\"nowhere\"", "HTTPS")]);
    let run = two(&undefined, &undefined).run(&["prove", "in/a", "in/b"]);
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn what_is_undefined_is_not_the_same_in_another_configuration() {
    let (left, right) = (
        config(&[policy(1, "accept", "\"nowhere\"", "HTTPS")]),
        config(&[policy(2, "accept", "\"nowhere\"", "HTTPS")]),
    );
    let run = two(&left, &right).run(&["prove", "in/a", "in/b"]);
    assert_eq!(run.code, 3, "{run:?}");
}

/// Two interfaces to the outside in one zone, sources translated to the address of the one that packets leave by.
fn hidden_behind(device: &str) -> String {
    let out = policy(1, "accept", "\"all\"", "ALL");
    let out = out.replace("dstintf \"port2\"", "dstintf \"out\"\n        set nat enable");
    config(&[out]).replace(
        "        set device \"port2\"\n    next\nend\n",
        &format!(
            "        set device \"{device}\"\n    next\nend\n\
             config system interface\n    edit \"port3\"\n        set ip 198.51.100.1 255.255.255.0\n    next\nend\n\
             config system zone\n    edit \"out\"\n        set interface \"port2\" \"port3\"\n    next\nend\n"
        ),
    )
}

#[test]
fn a_source_behind_another_interface_of_the_zone_is_not_the_same() {
    let (left, right) = (hidden_behind("port2"), hidden_behind("port3"));
    let run = two(&left, &right).run(&["prove", "in/a", "in/b"]);
    assert!(run.code == 1 || run.code == 3, "{run:?}");
}

#[test]
fn a_source_behind_the_same_interface_of_the_zone_is_the_same() {
    let (left, right) = (
        hidden_behind("port2"),
        hidden_behind("port2").replace("edit 1\n        set src", "edit 7\n        set src"),
    );
    assert_ne!(left, right);
    let run = two(&left, &right).run(&["prove", "in/a", "in/b"]);
    assert!(run.out.contains("equivalent: both do the same"), "{run:?}");
}

#[test]
fn two_undefined_pools_are_not_the_same_new_source() {
    let pool = "set nat enable\n        set ippool enable\n        set poolname \"nowhere\"\n        set action";
    let of =
        |number| config(&[policy(number, "accept", "\"all\"", "ALL").replace("set action", pool)]);
    let record = json(&two(&of(1), &of(2)).run(&["prove", "in/a", "in/b", "--format", "json"]));
    assert_eq!(record["contexts"][0]["verdict"], "equivalent-except", "{record}");
}

#[test]
fn what_is_unknown_is_not_the_same_when_zones_are_paired_crosswise() {
    let more = "config system interface\n    edit \"port3\"\n        set ip 198.51.100.1 255.255.255.0\n    next\nend\n";
    let inward = policy(1, "accept", "\"all\"", "ALL").replace("\"port2\"", "\"port9\"");
    let inward =
        inward.replace("\"port1\"", "\"port2\" \"port3\"").replace("\"port9\"", "\"port1\"");
    let text = config(&[inward.replace("srcaddr \"all\"", "srcaddr \"nowhere\"")]) + more;
    // Else what comes back by its interface differs for certain, by the interfaces' addresses.
    let text = text.replace("hostname", "allow-traffic-redirect disable\n    set hostname");
    let estate = two(&text, &text);
    let across = ["--zone", "port1=port1", "--zone", "port2=port3", "--zone", "port3=port2"];
    let run = estate
        .run(&[["prove", "in/a", "in/b", "--transit"].as_slice(), across.as_slice()].concat());
    assert_eq!(run.code, 3, "{run:?}");
}
