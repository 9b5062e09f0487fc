//! Two firewalls beside each other, as users meet them.

use serde_json::Value;

use crate::support::{Estate, Run};

/// What every configuration here begins with.
pub(crate) const HEAD: &str = r#"#config-version=FGT60F-7.2.5-FW-build1517-230606:opmode=0:vdom=0:user=admin
config system global
    set hostname "fw-a"
end
config system interface
    edit "port1"
        set ip 10.1.2.1 255.255.255.0
    next
    edit "port2"
        set ip 192.0.2.1 255.255.255.0
    next
end
config firewall address
    edit "web"
        set subnet 192.0.2.5 255.255.255.255
    next
    edit "db"
        set subnet 192.0.2.6 255.255.255.255
    next
    edit "site"
        set type fqdn
        set fqdn "www.example.com"
    next
end
config firewall addrgrp
    edit "servers"
        set member "web" "db"
    next
end
config firewall service custom
    edit "HTTPS"
        set tcp-portrange 443
    next
end
config router static
    edit 1
        set gateway 192.0.2.254
        set device "port2"
    next
end
"#;

pub(crate) fn policy(number: u32, action: &str, to: &str, service: &str) -> String {
    format!(
        "    edit {number}\n        set srcintf \"port1\"\n        set dstintf \"port2\"\n        set action {action}\n        \
         set srcaddr \"all\"\n        set dstaddr {to}\n        set schedule \"always\"\n        set service \"{service}\"\n    next\n"
    )
}

pub(crate) fn config(policies: &[String]) -> String {
    format!("{HEAD}config firewall policy\n{}end\n", policies.concat())
}

pub(crate) fn json(run: &Run) -> Value {
    serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {run:?}"))
}

/// Two configurations beside each other in a folder.
pub(crate) fn two(left: &str, right: &str) -> Estate {
    let estate = Estate::new();
    estate.put("a/fw.conf", left);
    estate.put("b/fw.conf", right);
    estate
}

#[test]
fn the_same_written_otherwise_is_equivalent() {
    let left = config(&[policy(1, "accept", "\"servers\"", "HTTPS")]);
    let right = config(&[
        policy(7, "accept", "\"db\"", "HTTPS"),
        policy(8, "accept", "\"web\" \"db\"", "HTTPS"),
        policy(9, "deny", "\"site\"", "ALL"),
    ]);
    let estate = two(&left, &right);
    let run = estate.run(&["prove", "in/a", "in/b"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.out.contains("equivalent: both do the same"), "{}", run.out);
    assert!(run.out.contains("port1, port2"), "{}", run.out);
    let record = json(&estate.run(&["prove", "in/a", "in/b", "--format", "json"]));
    assert_eq!(record["verdict"], "equivalent");
    assert_eq!(record["schema"], "supplant.prove/1");
    let chinese = estate.run(&["prove", "in/a", "in/b", "--lang", "zh-CN"]);
    assert!(chinese.out.contains("等价"), "{chinese:?}");
}

#[test]
fn differences_come_with_packets_that_show_them() {
    let left = config(&[
        policy(1, "deny", "\"site\"", "ALL"),
        policy(2, "accept", "\"web\"", "HTTPS"),
        policy(3, "accept", "\"db\"", "HTTPS"),
    ]);
    let right =
        config(&[policy(1, "accept", "\"web\"", "HTTPS"), policy(4, "accept", "\"web\"", "SSH")]);
    let estate = two(&left, &right);
    let run = estate.run(&["prove", "in/a", "in/b"]);
    assert_eq!(run.code, 1, "{run:?}");
    for text in ["newly allowed: only B", "newly stopped: only A", "if DNS name site", "192.0.2.5"]
    {
        assert!(run.out.contains(text), "{text}: {}", run.out);
    }
    assert!(run.out.contains("in/b/fw.conf:"), "{}", run.out);
    assert!(
        run.out.contains("IPv4; source any; destination web; service SSH"),
        "packets in the names of objects: {}",
        run.out
    );
    let allowed = run.out.find("newly allowed").unwrap();
    assert!(allowed < run.out.find("newly stopped").unwrap(), "{}", run.out);
    let record = json(&estate.run(&["prove", "in/a", "in/b", "--format", "json", "--limit", "1"]));
    let context = &record["contexts"][0];
    assert_eq!(context["differences"].as_array().unwrap().len(), 1);
    assert!(context["differing"].as_u64().unwrap() > 1, "{context}");
    assert_eq!(context["undecided"], 0);
    let first = &context["differences"][0];
    assert_eq!(first["areas"][0]["destination"]["of"][0], "web", "{first}");
    assert_eq!(first["exact"], true);
    // The packet is one that `trace` takes, and each side does what was said.
    let record = json(&estate.run(&["prove", "in/a", "in/b", "--format", "json"]));
    for difference in record["contexts"][0]["differences"].as_array().unwrap() {
        for (side, file) in [("left", "in/a"), ("right", "in/b")] {
            let outcome = &difference[side];
            let packet = outcome["packet"].as_str().unwrap();
            let traced =
                json(&estate.run(&["trace", file, "--packet", packet, "--format", "json"]));
            let cases = traced["traces"][0]["cases"].as_array().unwrap();
            let verdict = &outcome["case"]["verdict"];
            assert!(cases.iter().any(|case| &case["verdict"] == verdict), "{packet}: {traced}");
        }
    }
}

/// A server behind a virtual address.
pub(crate) fn with_target(target: &str) -> String {
    let vip = format!(
        "config firewall vip\n    edit \"pub\"\n        set extip 198.51.100.9\n        set mappedip \"{target}\"\n        \
         set extintf \"port2\"\n    next\nend\n"
    );
    let rule = "    edit 1\n        set srcintf \"port2\"\n        set dstintf \"port1\"\n        set action accept\n        \
                set srcaddr \"all\"\n        set dstaddr \"pub\"\n        set schedule \"always\"\n        set service \"HTTPS\"\n    next\n";
    format!("{HEAD}{vip}config firewall policy\n{rule}end\n")
}

#[test]
fn another_target_of_translation_is_a_difference() {
    let estate = two(&with_target("10.1.2.80"), &with_target("10.1.2.81"));
    let run = estate.run(&["prove", "in/a", "in/b"]);
    assert_eq!(run.code, 1, "{run:?}");
    for text in ["translate it differently", "198.51.100.9:443", "10.1.2.80:443", "10.1.2.81:443"] {
        assert!(run.out.contains(text), "{text}: {}", run.out);
    }
    let estate = two(&with_target("10.1.2.80"), &with_target("10.1.2.80"));
    assert_eq!(estate.run(&["prove", "in/a", "in/b"]).code, 0);
}

#[test]
fn what_was_not_compared_is_never_the_same() {
    let left = config(&[policy(1, "accept", "\"web\"", "HTTPS")]);
    let right = format!(
        "{left}config firewall nonsense-of-tomorrow\n    edit 1\n        set frobnicate high\n    next\nend\n"
    );
    let estate = two(&left, &right);
    let run = estate.run(&["prove", "in/a", "in/b"]);
    assert_eq!(run.code, 3, "{run:?}");
    for text in ["equivalent except", "of B", "unrecognized", "frobnicate"] {
        assert!(run.out.contains(text), "{text}: {}", run.out);
    }
}

#[test]
fn zones_are_paired_by_name_address_or_hand() {
    let left = config(&[policy(1, "accept", "\"web\"", "HTTPS")]);
    let right = left.replace("\"port1\"", "\"lan\"").replace("\"port2\"", "\"wan\"");
    let estate = two(&left, &right);
    let run = estate.run(&["prove", "in/a", "in/b"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.out.contains("(same address): port1 = lan"), "{}", run.out);
    let right = right.replace("10.1.2.1 ", "10.9.2.1 ").replace("192.0.2.1 ", "192.0.3.1 ");
    let estate = two(&left, &right);
    // Nothing in common but the way to everywhere else, and then one on each side is left.
    let run = estate.run(&["prove", "in/a", "in/b"]);
    assert!(run.out.contains("(same routes): port2 = wan"), "{run:?}");
    assert!(run.out.contains("(the last one on both sides): port1 = lan"), "{run:?}");
    let given = ["prove", "in/a", "in/b", "--zone", "port1=lan", "--zone", "port2=wan"];
    let run = estate.run(&given);
    assert!(run.out.contains("(given): port1 = lan, port2 = wan"), "{run:?}");
    assert_eq!(run.code, 1, "other networks, other ways out: {run:?}");
}

#[test]
fn mistakes_in_pairs_are_named() {
    let left = config(&[]);
    let estate = two(&left, &left);
    estate.put_beside("none/a.txt", "nothing");
    for (args, english) in [
        (["in/a", "in/b", "--zone", "port1"], "`port1` is no pair"),
        (["in/a", "in/b", "--zone", "port1=port9"], "`port1=port9` names no zone"),
        (["in/a", "in/b", "--context", "x=y"], "is named `x`"),
        (["in/a", "none", "--limit", "1"], "nothing in `none`"),
        (["in/a", "nowhere", "--limit", "1"], "cannot read `nowhere`"),
    ] {
        let run = estate.run(&["prove", args[0], args[1], args[2], args[3]]);
        assert!(run.code == 2 && run.err.contains(english), "{args:?}: {run:?}");
    }
}

#[test]
fn a_check_names_rules_that_others_make_idle() {
    let estate = Estate::new();
    let rules = [
        policy(1, "accept", "\"web\"", "HTTPS"),
        policy(2, "accept", "\"db\"", "HTTPS"),
        policy(3, "deny", "\"servers\"", "HTTPS"),
        policy(4, "accept", "\"servers\"", "SSH"),
        policy(5, "accept", "\"web\"", "SSH"),
    ];
    estate.put("fw.conf", config(&rules));
    let record = json(&estate.run(&["check", "in", "--format", "json"]));
    let problems = record["problems"].as_array().unwrap();
    let of = |code: &str| -> Vec<(&Value, &Value)> {
        let found = problems.iter().filter(|problem| problem["code"] == code);
        found.map(|problem| (&problem["subject"], &problem["args"]["rules"])).collect()
    };
    let shadowed = of("review/shadowed-rule");
    assert_eq!(shadowed.len(), 2, "{record}");
    let (subject, by) = (shadowed[0].0.as_str().unwrap(), shadowed[0].1.as_str().unwrap());
    assert!(subject.contains('3') && by.contains("policy 1") && by.contains("policy 2"), "{by}");
    assert!(by.contains("fw.conf:"), "{by}");
    let run = estate.run(&["check", "in", "--lang", "zh-CN"]);
    assert!(run.code == 1 && run.out.contains("前面的规则判定"), "{run:?}");
    assert!(!estate.run(&["check", "in", "--quick"]).out.contains("review/shadowed"));
}

#[test]
fn questions_are_answered_by_rules_with_packets() {
    let estate = Estate::new();
    let rules = [
        policy(1, "deny", "\"db\"", "HTTPS"),
        policy(2, "accept", "\"servers\"", "HTTPS"),
        policy(3, "accept", "\"web\"", "SSH"),
    ];
    estate.put("fw.conf", config(&rules));
    let verdict = |question: &str| {
        let run = estate.run(&["query", "in", question, "--format", "json"]);
        assert_eq!(run.code, 0, "{run:?}");
        json(&run)["contexts"][0]["verdict"].as_str().unwrap().to_owned()
    };
    let from = "src 10.1.2.0/24 from port1 to port2";
    assert_eq!(verdict(&format!("{from} dst web service HTTPS")), "permitted");
    assert_eq!(verdict(&format!("tcp/443 {from} dst \"db\"")), "denied");
    assert_eq!(verdict(&format!("dst servers tcp/1-65535 {from}")), "both");
    let run = estate.run(&["query", "in", &format!("{from} dst servers tcp/443")]);
    for text in ["some is permitted", "policy 1", "policy 2", "fw.conf:", "192.0.2.6"] {
        assert!(run.out.contains(text), "{text}: {}", run.out);
    }
    let run = estate.run(&["query", "in", "--who-can-reach", "192.0.2.5:22", "--lang", "zh-CN"]);
    assert!(run.code == 0 && run.out.contains("policy 3"), "{run:?}");
    assert!(!run.out.contains("policy 2"), "{run:?}");
    for (args, english) in [
        (["in", "src 10.0.0.0/8 nonsense"], "`nonsense` is not understood"),
        (["in", "src nobody"], "nothing is named `nobody`"),
        (["in", "--who-can-reach=192.0.2.5"], "`192.0.2.5` is no destination"),
    ] {
        let run = estate.run(&["query", args[0], args[1]]);
        assert!(run.code == 2 && run.err.contains(english), "{args:?}: {run:?}");
    }
}

#[test]
fn a_matrix_says_what_may_flow_between_zones_in_every_form() {
    let estate = Estate::new();
    let rules = [
        policy(1, "deny", "\"db\"", "HTTPS"),
        policy(2, "accept", "\"servers\"", "HTTPS"),
        policy(3, "accept", "\"web\"", "SSH"),
    ];
    estate.put("fw.conf", config(&rules));
    let run = estate.run(&["query", "in", "--matrix"]);
    for text in ["port1 → port2: some services; tcp/22, tcp/443", "policy 3", "fw.conf:"] {
        assert!(run.out.contains(text), "{text}: {run:?}");
    }
    let record = json(&estate.run(&["query", "in", "--matrix", "--format", "json"]));
    // Back by the same interface the platform lets everything pass; that is a cell of its own.
    let cells = record["contexts"][0]["cells"].as_array().unwrap();
    let cell = cells.iter().find(|cell| cell["from"] == 0 && cell["to"] == 1).unwrap();
    assert_eq!((&cell["permits"], &cell["rules_all"]), (&Value::from("some"), &Value::from(2)));
    let run = estate.run(&["query", "in", "--matrix", "--format", "csv"]);
    assert!(run.out.contains("port1,port2,some,\"tcp/22, tcp/443\""), "{run:?}");
    let run = estate.run(&["query", "in", "--matrix", "--format", "html", "--lang", "zh-CN"]);
    assert!(
        run.out.contains("default-src &#39;none&#39;") && run.out.contains("部分服务"),
        "{run:?}"
    );
    assert!(run.out.contains("href=\"#c0-0-1\"") && run.out.contains("id=\"c0-0-1\""), "{run:?}");
    let run = estate.run(&["query", "in", "src any", "--format", "html"]);
    assert!(run.code == 2 && run.err.contains("html is for `--matrix`"), "{run:?}");
}

#[test]
fn near_names_are_told() {
    let estate = Estate::new();
    estate.put("fw.conf", config(&[policy(1, "accept", "\"web\"", "HTTPS")]));
    let run = estate.run(&["query", "in", "dst Serves"]);
    assert!(run.code == 2 && run.err.contains("nearly so: `servers`"), "{run:?}");
}

/// The same as one policy of `config`, in the words of another platform.
pub(crate) const PANOS: &str = r#"<?xml version="1.0"?>
<config version="10.2.0"><devices><entry name="localhost.localdomain">
<deviceconfig><system><hostname>fw-b</hostname></system></deviceconfig>
<network><interface><ethernet>
<entry name="ethernet1/1"><layer3><ip><entry name="10.1.2.1/24"/></ip></layer3></entry>
<entry name="ethernet1/2"><layer3><ip><entry name="192.0.2.1/24"/></ip></layer3></entry>
</ethernet></interface>
<virtual-router><entry name="default"><interface><member>ethernet1/1</member><member>ethernet1/2</member></interface>
<routing-table><ip><static-route><entry name="out"><destination>0.0.0.0/0</destination><interface>ethernet1/2</interface><nexthop><ip-address>192.0.2.254</ip-address></nexthop></entry></static-route></ip></routing-table>
</entry></virtual-router></network>
<vsys><entry name="vsys1">
<zone><entry name="inside"><network><layer3><member>ethernet1/1</member></layer3></network></entry>
<entry name="outside"><network><layer3><member>ethernet1/2</member></layer3></network></entry></zone>
<service><entry name="tcp-443"><protocol><tcp><port>443</port></tcp></protocol></entry></service>
<rulebase><default-security-rules><rules><entry name="intrazone-default"><action>deny</action></entry></rules></default-security-rules>
<security><rules>
<entry name="servers"><from><member>inside</member></from><to><member>outside</member></to><source><member>any</member></source>
<destination><member>TARGETS</member></destination><application><member>any</member></application><service><member>tcp-443</member></service><action>allow</action></entry>
</rules></security></rulebase>
</entry></vsys></entry></devices></config>
"#;

#[test]
fn two_platforms_are_compared_in_what_crosses_them() {
    // What comes in and leaves by one interface is not asked by default, and port 0 is among the source ports of one platform only.
    let left = config(&[policy(1, "accept", "\"web\"", "HTTPS")]);
    let left = left.replace("hostname", "allow-traffic-redirect disable\n    set hostname");
    let estate = two(&left, &left);
    estate.put("p/fw.xml", PANOS.replace("TARGETS", "192.0.2.5/32"));
    estate.put("q/fw.xml", PANOS.replace("TARGETS", "192.0.2.0/24"));
    let run = estate.run(&["prove", "in/a", "in/p", "--transit"]);
    assert!(run.out.contains("(same address): port1 = inside"), "{run:?}");
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.out.contains("of which a port is 0"), "{run:?}");
    let run = estate.run(&["prove", "in/a", "in/p", "--transit", "--port-zero"]);
    assert!(run.code == 1 && run.out.contains(":0 > "), "source port 0: {run:?}");
    let run = estate.run(&["prove", "in/a", "in/q", "--transit"]);
    assert!(run.code == 1 && run.out.contains("newly allowed"), "{run:?}");
}

#[test]
fn a_rule_that_lets_a_translation_act_is_not_called_removable() {
    let estate = Estate::new();
    let text = "config system interface\nedit wan\nset ip 203.0.113.2 255.255.255.0\nnext\nedit dmz\n\
        set ip 10.9.0.1 255.255.255.0\nnext\nend\nconfig firewall vip\nedit v\nset extip 203.0.113.3\n\
        set extintf wan\nset mappedip 10.9.0.5\nnext\nend\nconfig firewall policy\nedit 1\n\
        set srcintf wan\nset dstintf dmz\nset srcaddr all\nset dstaddr DST\nset action deny\n\
        set schedule always\nset service ALL\nnext\nend\n";
    let removable = |name: &str, destination: &str| {
        let path = estate.put_beside(name, text.replace("DST", destination));
        let run = estate.run(&["check", path.to_str().unwrap(), "--exact"]);
        run.out.contains("removable-rules") || run.err.contains("removable-rules")
    };
    // A deny before the deny of the end does nothing, unless it makes packets go elsewhere.
    assert_eq!((removable("all.conf", "all"), removable("vip.conf", "v")), (true, false));
}
