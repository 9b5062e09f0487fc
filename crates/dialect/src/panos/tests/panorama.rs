//! Device groups, templates, targets.

use policy::Verdict::{Accept, Deny, Drop, Reject};

use super::*;

fn list(place: &str, rules: &str) -> String {
    format!("<{place}-rulebase><security><rules>{rules}</rules></security></{place}-rulebase>")
}

fn group(name: &str, inside: &str) -> String {
    format!("<entry name=\"{name}\">{inside}</entry>")
}

/// A management server: shared content, groups, further content of the device, and who is whose parent.
fn panorama(shared: &str, groups: &str, more: &str, parents: &[(&str, &str)]) -> String {
    let parents: String = parents
        .iter()
        .map(|(child, parent)| {
            format!("<entry name=\"{child}\"><parent-dg>{parent}</parent-dg></entry>")
        })
        .collect();
    format!(
        "<config version=\"10.0.0\"><shared>{shared}</shared><devices><entry name=\"localhost.localdomain\">{more}\
         <device-group>{groups}</device-group></entry></devices><readonly><devices><entry name=\"localhost.localdomain\">\
         <device-group>{parents}</device-group></entry></devices></readonly></config>"
    )
}

fn for_port(name: &str, port: &str, action: &str) -> String {
    let objects = format!("svc-{port}");
    security(name, &[("service", &objects)], action)
}

fn services() -> String {
    let one = |port: u16| {
        format!(
            "<entry name=\"svc-{port}\"><protocol><tcp><port>{port}</port></tcp></protocol></entry>"
        )
    };
    format!("<service>{}</service>", (1..=9).map(one).collect::<String>())
}

const ZONES: &str = "in=a out=b";

fn decide_port(policy: &Policy, port: u16) -> String {
    let text = format!("{ZONES} 10.1.1.1 > 8.8.8.8:{port}/tcp");
    let written = PacketText::parse(&text).unwrap();
    let packet = written.in_policy(policy).unwrap();
    let given = Given { egress: policy.place("b"), ..Given::default() };
    let outcomes = outcomes(policy, &packet, &given, 10);
    assert_eq!(outcomes.cases.len(), 1);
    label(policy, &outcomes.cases[0].decision).replace("security rule ", "")
}

#[test]
fn the_order_of_levels() {
    // Each rule shadows all that come after it, for one port less.
    let all = |name: &str, from: u16| -> String {
        (from..=9)
            .map(|port| for_port(&format!("{name}{port}"), &port.to_string(), "allow"))
            .collect()
    };
    let zones = security("zones", &[("from", "a"), ("to", "b"), ("source", "192.0.2.1")], "allow");
    let shared = services()
        + &list("pre", &(zones + &all("sharedpre", 9)))
        + &list("post", &all("sharedpost", 4));
    let parent = group(
        "parent",
        &(list("pre", &all("parentpre", 8)) + &list("post", &all("parentpost", 5))),
    );
    let child =
        group("child", &(list("pre", &all("childpre", 7)) + &list("post", &all("childpost", 6))));
    let text = panorama(&shared, &(child + &parent), "", &[("child", "parent")]);
    let policy = context(&text, "child");
    for (port, expected) in [
        (9, "sharedpre9"),
        (8, "parentpre8"),
        (7, "childpre7"),
        (6, "childpost6"),
        (5, "parentpost5"),
        (4, "sharedpost4"),
    ] {
        assert_eq!(decide_port(&policy, port), format!("\"{expected}\""));
    }
    assert_eq!(decide_port(&policy, 3), "interzone-default");
    let parent = context(&text, "parent");
    assert_eq!(decide_port(&parent, 7), "\"parentpost7\"");
    assert_eq!(policy.rulebases[0].rules[1].section.as_ref(), "shared pre");
}

#[test]
fn the_nearest_level_changes_the_defaults() {
    let default = |action: &str| {
        format!(
            "<post-rulebase><default-security-rules><rules><entry name=\"interzone-default\"><action>{action}</action></entry></rules></default-security-rules></post-rulebase>"
        )
    };
    let zones = list(
        "pre",
        &security("z", &[("from", "a"), ("to", "b"), ("source", "192.0.2.1")], "allow"),
    );
    let shared = zones + &default("drop");
    let groups = group("one", "") + &group("two", &default("reset-both"));
    let text = panorama(&shared, &groups, "", &[]);
    let packet = "in=a out=b 10.1.1.1 > 8.8.8.8:80/tcp";
    assert_eq!(verdicts(&context(&text, "one"), packet), [Drop]);
    assert_eq!(verdicts(&context(&text, "two"), packet), [Reject]);
}

fn object(value: &str) -> String {
    format!("<address><entry name=\"x\"><ip-netmask>{value}</ip-netmask></entry></address>")
}

#[test]
fn the_nearest_object_counts_unless_ancestors_come_first() {
    let rules =
        list("pre", &security("r", &[("from", "a"), ("to", "b"), ("source", "g")], "allow"));
    let groups = "<address-group><entry name=\"g\"><static><member>x</member></static></entry></address-group>";
    let shared = format!("{}{groups}{rules}", object("10.1.1.1"));
    let child = group("child", &object("10.2.2.2"));
    let first = "<deviceconfig><setting><management><ancestor-objects-take-precedence>yes</ancestor-objects-take-precedence></management></setting></deviceconfig>";
    for (more, source) in [("", "10.2.2.2"), (first, "10.1.1.1")] {
        let policy = context(&panorama(&shared, &child, more, &[]), "child");
        for tried in ["10.1.1.1", "10.2.2.2"] {
            let expected = if tried == source { Accept } else { Deny };
            let packet = format!("in=a out=b {tried} > 8.8.8.8:80/tcp");
            assert_eq!(verdicts(&policy, &packet), [expected], "{more} {tried}");
        }
    }
}

fn targeted(name: &str, serial: &str, negate: &str) -> String {
    let target = format!(
        "<target><devices><entry name=\"{serial}\"/></devices><negate>{negate}</negate></target><action>"
    );
    security(name, &[("from", "a"), ("to", "b")], "allow").replace("<action>", &target)
}

#[test]
fn rules_for_some_devices() {
    let packet = "in=a out=b 10.1.1.1 > 8.8.8.8:80/tcp";
    for (negate, first, second) in [("no", Accept, Deny), ("yes", Deny, Accept)] {
        let rules = list("pre", &targeted("r", "0001", negate));
        let zones = list(
            "post",
            &security("z", &[("from", "a"), ("to", "b"), ("source", "192.0.2.1")], "allow"),
        );
        let devices = "<devices><entry name=\"0001\"/><entry name=\"0002\"/></devices>";
        let known = panorama("", &group("g", &format!("{devices}{rules}{zones}")), "", &[]);
        assert_eq!(verdicts(&context(&known, "g (0001)"), packet), [first]);
        assert_eq!(verdicts(&context(&known, "g (0002)"), packet), [second]);
        let unknown = panorama("", &group("g", &format!("{rules}{zones}")), "", &[]);
        assert_eq!(verdicts(&context(&unknown, "g"), packet), [Accept, Deny]);
    }
}

#[test]
fn templates_give_zones_networks_and_variables() {
    let stack = "<template><entry name=\"t\"><config><devices><entry name=\"localhost.localdomain\"><network><interface><ethernet>\
        <entry name=\"ethernet1/1\"><layer3><ip><entry name=\"$inside\"/></ip></layer3></entry>\
        <entry name=\"ethernet1/2\"><layer3><ip><entry name=\"203.0.113.2/24\"/></ip></layer3></entry></ethernet></interface>\
        <virtual-router><entry name=\"vr\"><interface><member>ethernet1/1</member><member>ethernet1/2</member></interface>\
        <routing-table><ip><static-route><entry name=\"d\"><destination>0.0.0.0/0</destination><nexthop><ip-address>203.0.113.1</ip-address></nexthop></entry></static-route></ip></routing-table>\
        </entry></virtual-router></network><vsys><entry name=\"vsys1\"><zone><entry name=\"a\"><network><layer3><member>ethernet1/1</member></layer3></network></entry>\
        <entry name=\"b\"><network><layer3><member>ethernet1/2</member></layer3></network></entry></zone></entry></vsys></entry></devices></config>\
        <variable><entry name=\"$inside\"><type><ip-netmask>10.0.0.1/8</ip-netmask></type></entry></variable></entry></template>\
        <template-stack><entry name=\"s\"><templates><member>t</member></templates><devices><entry name=\"0001\"/></devices></entry></template-stack>";
    let rules = list("pre", &security("r", &[("from", "a"), ("to", "b")], "allow"));
    let devices = "<devices><entry name=\"0001\"/></devices>";
    let text = panorama("", &group("g", &format!("{devices}{rules}")), stack, &[]);
    let policy = context(&text, "g");
    assert_eq!(policy.routing, policy::Routing::Complete);
    assert_eq!(verdict(&policy, "10.1.1.1 > 8.8.8.8:80/tcp"), Accept);
    assert_eq!(verdict(&policy, "in=b 8.8.8.8 > 10.1.1.1:80/tcp"), Deny);
}

#[test]
fn set_lines_of_a_management_server() {
    let text = "set shared address x ip-netmask 10.1.1.1\n\
        set device-group g pre-rulebase security rules r from a to b source x destination any application any service any action allow\n\
        set device-group g devices 0001\n\
        set template t config network interface ethernet ethernet1/1 layer3 ip 10.0.0.1/8\n\
        set template t config vsys vsys1 zone a network layer3 ethernet1/1\n\
        set template t config zone b network layer3 ethernet1/2\n\
        set template-stack s templates t\nset template-stack s devices 0001\n";
    let policy = context(text, "g");
    assert_eq!(policy.zones.len(), 2);
    assert_eq!(verdicts(&policy, "in=a out=b 10.1.1.1 > 8.8.8.8:80/tcp"), [Accept]);
}

#[test]
fn what_a_management_server_pushed_is_read_with_the_firewall() {
    let pushed = format!(
        "<panorama><vsys><entry name=\"vsys1\">{}{}</entry></vsys></panorama>",
        list("pre", &security("first", &[("source", "10.1.1.1")], "drop")),
        list("post", &security("last", &[], "reset-both"))
    );
    let text = firewall(&rulebase(&security("mid", &[("source", "10.2.2.2")], "allow"), ""))
        .replace("<devices>", &format!("{pushed}<devices>"));
    let policy = policy(&text);
    assert_eq!(verdict(&policy, "10.1.1.1 > 8.8.8.8:80/tcp"), Drop);
    assert_eq!(verdict(&policy, "10.2.2.2 > 8.8.8.8:80/tcp"), Accept);
    assert_eq!(verdict(&policy, "10.3.3.3 > 8.8.8.8:80/tcp"), Reject);
    let alone = firewall("").replace("<vsys>", "<deviceconfig><system><panorama><local-panorama><panorama-server>192.0.2.1</panorama-server></local-panorama></panorama></system></deviceconfig><vsys>");
    assert!(reading(&alone).problems.iter().any(|problem| problem.code == crate::codes::ASSUMED));
}
