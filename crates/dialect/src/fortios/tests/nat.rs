//! Virtual IPs and source NAT.

use policy::{TranslatedAddress, TranslatedPort};

use super::*;

pub(super) const VIP: &str = "config firewall vip
    edit \"web\"
        set extip 203.0.113.3
        set extintf \"wan\"
        set portforward enable
        set mappedip \"10.9.0.5\"
        set extport 443
        set mappedport 8443
    next
    edit \"host\"
        set extip 203.0.113.4
        set extintf \"wan\"
        set mappedip \"10.9.0.6\"
    next
end
config firewall vipgrp
    edit \"both\"
        set member \"web\" \"host\"
    next
end
config firewall service custom
    edit \"8443\"
        set tcp-portrange 8443
    next
end
";

const TO_WEB: &str = "in=wan 198.51.100.7:5000 > 203.0.113.3:443/tcp";

#[test]
fn a_vip_acts_when_an_enabled_policy_names_it_and_the_service_is_that_after_translation() {
    let allow = |service: &str| {
        line(1, "wan", "dmz", "all", "web", &format!("set action accept\nset service {service}"))
    };
    let policy = with(&format!("{VIP}{}", allow("8443")));
    let decision = decided(&policy, TO_WEB);
    assert_eq!(decision.verdict, Verdict::Accept);
    assert_eq!(
        decision.translated.destination,
        TranslatedAddress::Exactly("10.9.0.5".parse().unwrap())
    );
    assert_eq!(decision.translated.destination_port, TranslatedPort::Exactly(8443));
    let policy = with(&format!("{VIP}{}", allow("HTTPS")));
    assert_eq!(verdict(&policy, TO_WEB), Verdict::Deny, "compared after translation");
    let disabled = line(
        1,
        "wan",
        "dmz",
        "all",
        "web",
        "set action accept\nset service ALL\nset status disable",
    );
    let policy = with(&format!("{VIP}{disabled}"));
    assert!(decided(&policy, TO_WEB).nat.is_empty(), "nobody names it");
}

#[test]
fn a_policy_that_does_not_name_the_vip_does_not_match_its_packets() {
    let allow = line(2, "wan", "dmz", "all", "both", ACCEPT);
    let general = line(1, "wan", "dmz", "all", "all", ACCEPT);
    let policy = with(&format!("{VIP}{general}{}", allow));
    assert_eq!(by(&policy, TO_WEB), "policy 2");
    assert_eq!(by(&policy, "in=wan 198.51.100.7 > 203.0.113.4/icmp"), "policy 2");
    assert_eq!(by(&policy, "in=wan 198.51.100.7:1 > 10.9.0.5:80/tcp"), "policy 1");
}

#[test]
fn match_vip_has_a_default_that_changed_with_the_version() {
    let allow = line(2, "wan", "dmz", "all", "web", ACCEPT);
    for (version, set, expected) in [
        ("6.2.0", "", vec![Verdict::Accept]),
        ("6.2.0", "set match-vip enable", vec![Verdict::Deny]),
        ("7.0.5", "", vec![Verdict::Accept]),
        ("7.0.5", "set match-vip enable", vec![Verdict::Deny]),
        ("7.2.2", "", vec![Verdict::Accept]),
        ("7.2.3", "", vec![Verdict::Deny]),
        ("7.2.3", "set match-vip disable", vec![Verdict::Accept]),
        ("", "", vec![Verdict::Accept, Verdict::Deny]),
    ] {
        let deny = line(1, "wan", "any", "all", "all", &format!("set service ALL\n{set}"));
        let head = HEAD.replace("7.4.4", version);
        let policy = policy(&format!("{head}{VIP}{deny}{allow}"));
        assert_eq!(verdicts(&policy, TO_WEB), expected, "{version} {set}");
    }
    // On a policy that accepts, only before 6.4.3.
    let general = line(1, "wan", "any", "all", "all", &format!("{ACCEPT}\nset match-vip enable"));
    let text = format!("{VIP}{general}{allow}");
    let label =
        |version: &str| by(&policy(&format!("{}{text}", HEAD.replace("7.4.4", version))), TO_WEB);
    assert_eq!(label("6.4.2"), "policy 1");
    assert_eq!(label("6.4.3"), "policy 2");
}

#[test]
fn the_first_vip_that_matches_wins_and_filters_narrow_it() {
    let vips = "config firewall vip
edit a
set extip 203.0.113.3
set src-filter 198.51.100.0/24
set mappedip 10.9.0.1-10.9.0.1
set extintf any
next
edit b
set extip 203.0.113.3-203.0.113.5
set mappedip 10.9.0.20-10.9.0.22
set extintf wan
next
end
";
    let policy = with(&format!("{vips}{}", line(1, "wan", "dmz", "all", "a b", ACCEPT)));
    let to = |text: &str| decided(&policy, text).translated.destination;
    let exactly = |text: &str| TranslatedAddress::Exactly(text.parse().unwrap());
    assert_eq!(to("in=wan 198.51.100.9:1 > 203.0.113.3:80/tcp"), exactly("10.9.0.1"));
    assert_eq!(to("in=wan 192.0.2.9:1 > 203.0.113.3:80/tcp"), exactly("10.9.0.20"));
    assert_eq!(to("in=wan 192.0.2.9:1 > 203.0.113.5:80/tcp"), exactly("10.9.0.22"));
    assert_eq!(to("in=lan 192.0.2.9:1 > 203.0.113.5:80/tcp"), exactly("203.0.113.5"));
}

#[test]
fn with_central_nat_vips_act_unnamed_and_the_policy_sees_the_mapped_address() {
    let text = format!(
        "config system settings\nset central-nat enable\nend\n{VIP}config firewall address\nedit srv\nset subnet 10.9.0.5/32\nnext\nend\nconfig firewall ippool\nedit p\nset startip 203.0.113.6\nset endip 203.0.113.6\nnext\nend\nconfig firewall central-snat-map\nedit 1\nset srcintf lan\nset dstintf wan\nset orig-addr srv\nset dst-addr all\nset nat disable\nnext\nedit 2\nset srcintf lan\nset dstintf wan\nset orig-addr all\nset dst-addr all\nset nat-ippool p\nset protocol 6\nnext\nend\n{}{}",
        line(1, "wan", "dmz", "all", "srv", ACCEPT),
        line(2, "lan", "wan", "all", "all", ACCEPT),
    );
    let policy = with(&text);
    assert_eq!(by(&policy, TO_WEB), "policy 1");
    let source = |text: &str| decided(&policy, text).translated.source;
    let exactly = |text: &str| TranslatedAddress::Exactly(text.parse().unwrap());
    assert_eq!(source("in=lan 10.0.0.5:1 > 192.0.2.1:80/tcp"), exactly("203.0.113.6"));
    assert_eq!(source("in=lan 10.0.0.5:1 > 192.0.2.1:80/udp"), exactly("10.0.0.5"));
    assert_eq!(source("in=lan 10.9.0.5:1 > 192.0.2.1:80/tcp"), exactly("10.9.0.5"));
}

#[test]
fn source_nat_takes_the_interface_or_a_pool() {
    let pools = "config firewall ippool\nedit p\nset startip 203.0.113.5\nset endip 203.0.113.6\nnext\nedit one\nset type one-to-one\nset startip 203.0.113.6\nset endip 203.0.113.6\nnext\nend\n";
    let source = |rest: &str| {
        let text = format!(
            "{pools}{}",
            line(1, "lan", "wan", "all", "all", &format!("{ACCEPT}\nset nat enable\n{rest}"))
        );
        decided(&with(&text), "in=lan 10.0.0.5:1234 > 192.0.2.1:80/tcp").translated
    };
    let exactly = |text: &str| TranslatedAddress::Exactly(text.parse().unwrap());
    assert_eq!(source("").source, exactly("203.0.113.2"));
    assert_eq!(source("set fixedport enable").source_port, TranslatedPort::Exactly(1234));
    assert!(matches!(source("").source_port, TranslatedPort::OneOf(_)));
    assert!(matches!(
        source("set ippool enable\nset poolname p").source,
        TranslatedAddress::OneOf(_)
    ));
    let one = source("set ippool enable\nset poolname one");
    assert_eq!(
        (one.source, one.source_port),
        (exactly("203.0.113.6"), TranslatedPort::Exactly(1234))
    );
    assert!(matches!(
        source("set ippool enable\nset poolname nope").source,
        TranslatedAddress::Named(_)
    ));
    assert_eq!(source("set ippool disable\nset poolname p").source, exactly("203.0.113.2"));
}

#[test]
fn a_vip_is_the_source_of_its_server_unless_a_pool_is_asked_for() {
    let pools = "config firewall ippool\nedit p\nset startip 203.0.113.5\nset endip 203.0.113.5\nnext\nend\n";
    let source = |vip: &str, rest: &str| {
        let vips = VIP.replace("set extip 203.0.113.4", &format!("set extip 203.0.113.4\n{vip}"));
        let text = format!(
            "{vips}{pools}{}{}",
            line(1, "wan", "dmz", "all", "both", ACCEPT),
            line(2, "dmz", "wan", "all", "all", &format!("{ACCEPT}\nset nat enable\n{rest}")),
        );
        decided(&with(&text), "in=dmz 10.9.0.6:1234 > 192.0.2.1:80/tcp").translated.source
    };
    let exactly = |text: &str| TranslatedAddress::Exactly(text.parse().unwrap());
    assert_eq!(source("", ""), exactly("203.0.113.4"));
    assert_eq!(source("", "set ippool enable\nset poolname p"), exactly("203.0.113.5"));
    assert_eq!(
        source("set nat-source-vip enable", "set ippool enable\nset poolname p"),
        exactly("203.0.113.4")
    );
}

/// How much of a configuration with this line in this VIP is a difference to one without it.
fn vip_differences(vip: &str) -> usize {
    let text = VIP.replace(vip, &format!("{vip}\nset nat-source-vip enable"));
    reading(&format!("{HEAD}{text}{}", line(1, "wan", "dmz", "all", "both", ACCEPT)))
        .approximations()
        .len()
}

#[test]
fn the_source_of_a_server_of_forwarded_ports_is_a_difference_between_configurations() {
    assert_eq!(vip_differences("set extip 203.0.113.4"), 0, "one to one is modelled");
    assert_eq!(vip_differences("set extip 203.0.113.3"), 1);
}

#[test]
fn a_vip_of_a_zone_member_is_for_that_member_only() {
    let text = HEAD.replace(
        "config router static",
        "config system zone\nedit out\nset interface wan dmz\nnext\nend\nconfig router static",
    );
    let text = format!("{text}{VIP}{}", line(1, "out", "lan", "all", "host", ACCEPT))
        .replace("10.9.0.6", "10.0.0.6");
    let policy = policy(&text);
    assert_eq!(verdict(&policy, "in=wan 198.51.100.7:1 > 203.0.113.4:80/tcp"), Verdict::Accept);
    assert!(decided(&policy, "in=dmz 198.51.100.7:1 > 203.0.113.4:80/tcp").nat.is_empty());
}

#[test]
fn a_vip_of_a_named_external_address_is_not_that_of_its_interface() {
    let text = "config firewall address\nedit out\nset subnet 198.51.100.7/32\nnext\nend\nconfig firewall vip\nedit v\nset extaddr out\nset extintf wan\nset mappedip 10.0.0.80\nnext\nend\n";
    let policy = with(&format!("{text}{}", line(1, "wan", "lan", "all", "v", ACCEPT)));
    let to = |address: &str| verdict(&policy, &format!("in=wan 192.0.2.9:1 > {address}:80/tcp"));
    assert_eq!(to("198.51.100.7"), Verdict::Accept);
    assert_eq!(to("203.0.113.2"), Verdict::Deny);
}

/// A balanced VIP whose two servers listen on these ports.
fn balanced(one: &str, two: &str) -> Policy {
    let server = |id: u32, port: &str| format!("edit {id}\nset ip 10.9.0.{id}\n{port}\nnext\n");
    let vip = format!(
        "config firewall vip\nedit \"web\"\nset type server-load-balance\nset extip 203.0.113.3\n\
         set extintf wan\nset server-type tcp\nset extport 443\nconfig realservers\n{}{}end\nnext\nend\n",
        server(5, one),
        server(6, two)
    );
    let allow = line(1, "wan", "dmz", "all", "web", "set action accept\nset service ALL");
    with(&format!("{vip}{allow}"))
}

#[test]
fn servers_that_listen_on_one_port_get_packets_there() {
    let decision = decided(&balanced("set port 8443", "set port 8443"), TO_WEB);
    assert_eq!(decision.translated.destination_port, TranslatedPort::Exactly(8443));
}

#[test]
fn servers_on_several_ports_leave_the_port_open() {
    for (one, two) in [("set port 8443", "set port 9443"), ("set port 8443", "")] {
        let policy = balanced(one, two);
        assert!(!policy.nat.passes[0].rules[0].conditions.is_empty(), "{one} {two}");
    }
}

#[test]
fn a_vip_to_a_name_of_the_network_goes_where_the_name_says() {
    let vip = "config firewall address\nedit app\nset type fqdn\nset fqdn app.example\nnext\nend\n\
        config firewall vip\nedit \"web\"\nset type fqdn\nset extip 203.0.113.3\nset extintf wan\n\
        set mapped-addr app\nnext\nend\n";
    let allow = line(1, "wan", "dmz", "all", "web", "set action accept\nset service ALL");
    let policy = with(&format!("{vip}{allow}"));
    let rule = &policy.nat.passes[0].rules[0];
    let Some(policy::AddressTarget::Named(name)) = rule.destination_to else { panic!("{rule:?}") };
    assert_eq!(&*policy.predicates[name.0 as usize].meaning, "app.example");
    assert!(rule.conditions.is_empty(), "{rule:?}");
}
