//! Zones, routes, VDOMs, packets to the device itself.

use super::*;

#[test]
fn the_zone_of_egress_comes_from_the_routes() {
    let policy = with(&format!(
        "{}{}",
        line(1, "lan", "dmz", "all", "all", ACCEPT),
        line(2, "lan", "wan", "all", "all", ACCEPT)
    ));
    assert_eq!(by(&policy, "in=lan 10.0.0.5:1 > 10.9.0.9:80/tcp"), "policy 1");
    assert_eq!(by(&policy, "in=lan 10.0.0.5:1 > 192.0.2.9:80/tcp"), "policy 2");
    assert_eq!(policy.routing, policy::Routing::Complete);
}

#[test]
fn blackholes_drop_distance_decides_and_switched_off_routes_are_none() {
    let routes = "config router static\nedit 2\nset dst 192.0.2.0 255.255.255.0\nset blackhole enable\nnext\nedit 3\nset dst 198.51.100.0/24\nset device dmz\nset distance 5\nnext\nedit 4\nset dst 198.51.100.0/24\nset device wan\nnext\nedit 5\nset dst 198.18.0.0/15\nset device dmz\nset status disable\nnext\nend\n";
    let policy = with(&format!(
        "{routes}{}{}",
        line(1, "lan", "dmz", "all", "all", ACCEPT),
        line(2, "lan", "wan", "all", "all", ACCEPT)
    ));
    assert_eq!(verdict(&policy, "in=lan 10.0.0.5:1 > 192.0.2.9:80/tcp"), Verdict::Drop);
    assert_eq!(by(&policy, "in=lan 10.0.0.5:1 > 198.51.100.9:80/tcp"), "policy 1");
    assert_eq!(by(&policy, "in=lan 10.0.0.5:1 > 198.18.0.9:80/tcp"), "policy 2");
}

#[test]
fn where_the_device_chooses_the_route_is_an_open_question() {
    let routes = "config router static\nedit 2\nset dst 192.0.2.0/24\nset device dmz\nnext\nedit 3\nset dst 192.0.2.0/24\nset device wan\nnext\nend\n";
    let policy = with(&format!("{routes}{}", line(1, "lan", "dmz", "all", "all", ACCEPT)));
    assert_eq!(policy.routing, policy::Routing::Partial);
    assert_eq!(
        verdicts(&policy, "in=lan 10.0.0.5:1 > 192.0.2.9:80/tcp"),
        [Verdict::Accept, Verdict::Deny]
    );
    assert_eq!(verdicts(&policy, "in=lan 10.0.0.5:1 > 192.0.3.9:80/tcp"), [Verdict::Deny]);
    let dynamic =
        with("config router ospf\nconfig network\nedit 1\nset prefix 10.0.0.0/8\nnext\nend\nend\n");
    assert_eq!(dynamic.routing, policy::Routing::Partial);
    let idle = with("config router bgp\nconfig redistribute \"connected\"\nend\nend\n");
    assert_eq!(idle.routing, policy::Routing::Complete);
}

#[test]
fn members_of_a_zone_are_named_by_the_zone_and_intrazone_is_after_the_policies() {
    let zone = |intrazone: &str| {
        format!(
            "config system zone\nedit in\nset interface lan dmz\nset intrazone {intrazone}\nnext\nend\n"
        )
    };
    let between = "in=lan 10.0.0.5:1 > 10.9.0.9:80/tcp";
    assert_eq!(verdict(&with(&zone("deny")), between), Verdict::Deny);
    assert_eq!(verdict(&with(&zone("allow")), between), Verdict::Accept);
    let deny = line(1, "in", "in", "all", "all", "set service ALL");
    assert_eq!(verdict(&with(&format!("{}{deny}", zone("allow"))), between), Verdict::Deny);
    let accept = line(1, "in", "in", "all", "all", ACCEPT);
    assert_eq!(verdict(&with(&format!("{}{accept}", zone("deny"))), between), Verdict::Accept);
    let single = line(1, "lan", "dmz", "all", "all", ACCEPT);
    let policy = with(&format!("{}{single}", zone("deny")));
    assert_eq!(
        verdicts(&policy, between),
        [Verdict::Accept, Verdict::Deny],
        "not addressable singly"
    );
}

#[test]
fn what_comes_back_by_its_interface_passes_by_default_in_older_versions() {
    let head = HEAD.replace("    set allow-traffic-redirect disable\n", "");
    let route = "config router static\nedit 9\nset dst 10.77.0.0/16\nset device lan\nnext\nend\n";
    let back = "in=lan 10.0.0.5:1 > 10.77.0.9:80/tcp";
    let of = |version: &str, set: &str| {
        let text = format!("{}{route}", head.replace("7.4.4", version))
            .replace("set hostname \"fw\"", &format!("set hostname fw\n{set}"));
        verdicts(&policy(&text), back)
    };
    assert_eq!(of("7.0.1", ""), [Verdict::Accept]);
    assert_eq!(of("7.4.10", ""), [Verdict::Deny]);
    assert_eq!(of("7.6.4", ""), [Verdict::Accept]);
    assert_eq!(of("7.6.5", ""), [Verdict::Deny]);
    assert_eq!(of("7.0.1", "set allow-traffic-redirect disable"), [Verdict::Deny]);
    assert_eq!(of("", ""), [Verdict::Accept, Verdict::Deny]);
    let policy = policy(&format!("{}{route}", head.replace("7.4.4", "7.0.1")));
    assert_eq!(
        verdict(&policy, "in=lan 10.88.0.5:1 > 10.77.0.9:80/tcp"),
        Verdict::Deny,
        "a source of another network"
    );
}

#[test]
fn vdoms_are_contexts_and_share_the_global_part() {
    let text = "config vdom\nedit root\nnext\nedit a\nnext\nend\nconfig global\nconfig system global\nset hostname two\nend\nconfig system interface\nedit p1\nset vdom root\nset ip 10.0.0.1/24\nnext\nedit p2\nset vdom a\nset ip 10.2.0.1/24\nnext\nend\nconfig system vdom-link\nedit l\nnext\nend\nend\nconfig vdom\nedit a\nconfig firewall policy\nedit 1\nset srcintf p2\nset dstintf any\nset srcaddr all\nset dstaddr all\nset schedule always\nset service ALL\nset action accept\nnext\nend\nend\n";
    let mut reading = reading(text);
    let device = reading.devices.remove(0);
    assert_eq!((&*device.name, device.contexts.len()), ("two", 2));
    let names: Vec<&str> = device.contexts.iter().map(|context| &*context.context).collect();
    assert_eq!(names, ["root", "a"]);
    assert!(device.contexts[1].place("p2").is_some() && device.contexts[1].place("p1").is_none());
    assert!(device.contexts[0].place("l0").is_some());
    assert_eq!(reading.tally().count(crate::Disposition::Unrecognized), 0);
}

#[test]
fn packets_to_the_device_meet_local_policies_and_allowaccess() {
    let policy = with("");
    assert_eq!(by(&policy, "in=lan 10.0.0.5:1 > 10.0.0.1:443/tcp"), "allowaccess of lan");
    assert_eq!(verdict(&policy, "in=lan 10.0.0.5:1 > 10.0.0.1:22/tcp"), Verdict::Deny);
    assert_eq!(verdict(&policy, "in=wan 192.0.2.1:1 > 203.0.113.2:443/tcp"), Verdict::Deny);
    assert_eq!(verdict(&policy, "in=wan 192.0.2.1 > 203.0.113.2/icmp"), Verdict::Accept);
    let local = |action: &str| {
        with(&format!(
            "config firewall local-in-policy\nedit 1\nset intf lan\nset srcaddr all\nset dstaddr all\nset service ALL\nset schedule always\n{action}\nnext\nend\n"
        ))
    };
    let https = "in=lan 10.0.0.5:1 > 10.0.0.1:443/tcp";
    assert_eq!(by(&local(""), https), "local-in-policy 1", "the default action is deny");
    assert_eq!(verdict(&local(""), https), Verdict::Deny);
    assert_eq!(by(&local("set action accept"), https), "allowaccess of lan");
    assert_eq!(
        verdict(&local("set action accept"), "in=lan 10.0.0.5:1 > 10.0.0.1:23/tcp"),
        Verdict::Deny
    );
}

#[test]
fn sd_wan_zones_hold_their_members() {
    let text = "config system sdwan\nset status enable\nconfig zone\nedit \"virtual-wan-link\"\nnext\nedit out\nnext\nend\nconfig members\nedit 1\nset interface wan\nset zone out\nnext\nend\nend\nconfig router static\nedit 1\nset sdwan-zone out\nunset device\nnext\nend\n";
    let policy = with(&format!("{text}{}", line(1, "lan", "out", "all", "all", ACCEPT)));
    assert_eq!(by(&policy, "in=lan 10.0.0.5:1 > 192.0.2.9:80/tcp"), "policy 1");
    assert_eq!(policy.routing, policy::Routing::Partial);
}
