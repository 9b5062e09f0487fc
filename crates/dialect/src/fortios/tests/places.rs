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

/// Two interfaces in one zone, what comes back by its interface passes, and 10.77.0.0/16 is behind one of them.
fn returning(members: &str, device: &str) -> Policy {
    let head = HEAD.replace("    set allow-traffic-redirect disable\n", "");
    policy(&format!(
        "{head}config system zone\nedit in\nset interface {members}\nnext\nend\n\
         config router static\nedit 9\nset dst 10.77.0.0/16\nset device {device}\nnext\nend\n"
    ))
}

/// What the verdict about a packet from one network of the zone to the other side depends on.
fn asked(policy: &Policy, destination: &str) -> Vec<String> {
    let text = format!("in=lan 10.0.0.5:1 > {destination}:80/tcp");
    let outcomes = policy::outcomes(policy, &packet(policy, &text), &Given::default(), 64);
    let assumed = outcomes.cases.iter().flat_map(|case| &case.assumed);
    let mut asked: Vec<String> = assumed
        .map(|one| match one {
            policy::Assumed::Holds(atom, _) => {
                policy.predicates[usize::try_from(atom.predicate.0).unwrap()].meaning.to_string()
            }
            policy::Assumed::Leaves(..) => "leaves".to_owned(),
        })
        .collect();
    asked.sort();
    asked.dedup();
    asked
}

#[test]
fn in_a_zone_of_several_it_is_asked_by_which_interface_a_packet_comes() {
    let policy = returning("lan dmz", "lan");
    assert_eq!(asked(&policy, "10.77.0.9"), ["comes in by lan (10.0.0.1/24)"]);
    assert_eq!(asked(&policy, "10.9.0.9"), ["comes in by dmz (10.9.0.1/24)"]);
}

#[test]
fn the_routes_tell_by_which_interface_of_a_zone_a_packet_leaves() {
    let policy = returning("lan dmz", "dmz");
    assert_eq!(asked(&policy, "10.77.0.9"), ["comes in by dmz (10.9.0.1/24)"]);
}

#[test]
fn the_only_interface_of_a_zone_is_no_question() {
    let policy = returning("lan", "lan");
    assert_eq!(verdicts(&policy, "in=lan 10.0.0.5:1 > 10.77.0.9:80/tcp"), [Verdict::Accept]);
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

#[test]
fn a_route_by_an_interface_that_is_down_is_not_in_force() {
    let text = "config system interface\nedit old\nset ip 192.0.2.1/24\nset status down\nnext\nend\nconfig router static\nedit 7\nset dst 198.51.100.0/24\nset device old\nnext\nend\n";
    let policy = with(&format!("{text}{}", line(1, "lan", "wan", "all", "all", ACCEPT)));
    assert_eq!(by(&policy, "in=lan 10.0.0.5:1 > 198.51.100.1:80/tcp"), "policy 1");
}

#[test]
fn where_clients_of_tunnels_are_is_an_open_question() {
    let ssl = "config firewall address\nedit pool\nset type iprange\nset start-ip 10.212.134.200\nset end-ip 10.212.134.210\nnext\nend\nconfig vpn ssl settings\nset tunnel-ip-pools pool\nset source-interface wan\nend\n";
    let dial = "config vpn ipsec phase1-interface\nedit d\nset type dynamic\nset interface wan\nset ipv4-start-ip 10.212.134.200\nset ipv4-end-ip 10.212.134.210\nset psksecret ENC abc\nnext\nend\n";
    for text in [ssl, dial] {
        let policy = with(&format!("{text}{}", line(1, "lan", "wan", "all", "all", ACCEPT)));
        let to =
            |address: &str| verdicts(&policy, &format!("in=lan 10.0.0.5:1 > {address}:80/tcp"));
        assert_eq!(to("10.212.134.205"), [Verdict::Accept, Verdict::Deny], "{text}");
        assert_eq!(to("10.212.134.215"), [Verdict::Accept]);
    }
    let idle = ssl.replace("set source-interface wan\n", "");
    assert_eq!(with(&idle).routing, policy::Routing::Complete);
}

#[test]
fn what_an_interface_may_stop_is_an_open_question() {
    let policy_of = |setting: &str| {
        let text = format!(
            "config system interface\nedit lan\n{setting}\nnext\nend\n{}",
            line(1, "lan", "wan", "all", "all", ACCEPT)
        );
        with(&text)
    };
    let web = "in=lan 10.0.0.5:1 > 192.0.2.9:80/tcp";
    let both = [Verdict::Accept, Verdict::Deny];
    for setting in [
        "set security-mode captive-portal",
        "set dedicated-to management",
        "set ipmac enable",
        "set vrf 3",
    ] {
        assert_eq!(verdicts(&policy_of(setting), web), both, "{setting}");
    }
    for setting in ["set security-mode none", "set dedicated-to none", "set vrf 0"] {
        assert_eq!(verdicts(&policy_of(setting), web), [Verdict::Accept], "{setting}");
    }
}

#[test]
fn interfaces_inside_of_a_vdom_are_its_own() {
    let text = "config vdom\nedit a\nconfig system interface\nedit p1\nset ip 10.0.0.1/24\nnext\nedit p2\nset ip 10.1.0.1/24\nnext\nend\nnext\nend\n";
    let policy = policy(text);
    assert_eq!(policy.interfaces.iter().filter(|i| !i.addresses.is_empty()).count(), 2);
}

#[test]
fn a_tunnel_is_not_left_by_the_way_one_came() {
    let text = |kind: &str| {
        format!(
            "#config-version=FGT60F-7.2.11-FW-build1:opmode=0\nconfig system interface\nedit hub\nset ip 10.0.0.1/24\nset type {kind}\nnext\nedit other\nset ip 10.1.0.1/24\nnext\nend\nconfig router static\nend\n"
        )
    };
    let back = "in=hub 10.0.0.5:1 > 10.0.0.9:80/tcp";
    assert_eq!(verdicts(&policy(&text("tunnel")), back), [Verdict::Accept, Verdict::Deny]);
    assert_eq!(verdicts(&policy(&text("physical")), back), [Verdict::Accept]);
    // Never between two interfaces.
    let across = "in=hub 10.0.0.5:1 > 10.1.0.9:80/tcp";
    assert_eq!(verdicts(&policy(&text("physical")), across), [Verdict::Deny]);
}

#[test]
fn tunnels_are_interfaces_also_where_the_interfaces_are_left_out() {
    let tunnel = "config vpn ipsec phase1-interface\nedit hq\nset interface wan\nnext\nend\nconfig router static\nedit 5\nset dst 192.0.2.0/24\nset device hq\nnext\nend\n";
    let text = format!("{HEAD}{tunnel}{}", line(1, "lan", "hq", "all", "all", ACCEPT));
    assert!(reading(&text).problems.iter().all(|problem| problem.code != codes::UNDEFINED));
    assert_eq!(verdict(&policy(&text), "in=lan 10.0.0.5:1 > 192.0.2.9:80/tcp"), Verdict::Accept);
}

#[test]
fn routes_to_services_of_the_internet_are_a_difference_between_configurations() {
    let route =
        "config router static\nedit 9\nset internet-service 65536\nset device dmz\nnext\nend\n";
    assert_eq!(reading(&format!("{HEAD}{route}")).approximations().len(), 1);
}

#[test]
fn default_ports_of_applications_are_a_difference_between_configurations() {
    let setting = "config system settings\nset default-app-port-as-service disable\nend\n";
    assert_eq!(reading(&format!("{HEAD}{setting}")).approximations().len(), 1);
}
