//! What surrounds a proof: maps, certificates, packets walked through both, pages.

use crate::proofs::{PANOS, config, json, policy, two};
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
