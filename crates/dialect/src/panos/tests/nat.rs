//! Translation.

use policy::{TranslatedAddress, TranslatedPort, Verdict::Accept, Verdict::Deny};

use super::*;

fn nat(name: &str, cells: &[(&str, &str)], to: &str) -> String {
    let cell = |cell: &str| {
        cells.iter().find(|(name, _)| *name == cell).map_or("any", |(_, value)| *value)
    };
    let list = |name: &str| {
        let members: String =
            cell(name).split(' ').map(|member| format!("<member>{member}</member>")).collect();
        format!("<{name}>{members}</{name}>")
    };
    let mut text = format!(
        "<entry name=\"{name}\">{}{}{}{}",
        list("from"),
        list("to"),
        list("source"),
        list("destination")
    );
    text.push_str(&format!("<service>{}</service>", cell("service")));
    for name in ["disabled", "nat-type", "to-interface", "active-active-device-binding"] {
        if let Some((_, value)) = cells.iter().find(|(known, _)| *known == name) {
            text.push_str(&format!("<{name}>{value}</{name}>"));
        }
    }
    text + to + "</entry>\n"
}

/// A firewall with these NAT rules that accepts everything.
fn translating(rules: &str) -> Policy {
    with(rules, &security("all", &[], "allow"))
}

fn with(rules: &str, security: &str) -> Policy {
    policy(&firewall(&rulebase(security, &format!("<nat><rules>{rules}</rules></nat>"))))
}

fn destination(address: &str, port: &str) -> String {
    let port = if port.is_empty() {
        String::new()
    } else {
        format!("<translated-port>{port}</translated-port>")
    };
    format!(
        "<destination-translation><translated-address>{address}</translated-address>{port}</destination-translation>"
    )
}

fn pool(kind: &str, addresses: &str) -> String {
    let members: String =
        addresses.split_whitespace().map(|address| format!("<member>{address}</member>")).collect();
    format!(
        "<source-translation><{kind}><translated-address>{members}</translated-address></{kind}></source-translation>"
    )
}

fn exactly(address: &str) -> TranslatedAddress {
    TranslatedAddress::Exactly(address.parse().unwrap())
}

#[test]
fn rules_see_the_address_as_sent_and_the_zone_where_it_ends() {
    let rules = nat(
        "in",
        &[("from", "untrust"), ("to", "untrust"), ("destination", "203.0.113.11")],
        &destination("172.16.0.9", "8443"),
    );
    let packet = "in=untrust 198.51.100.1 > 203.0.113.11:443/tcp";
    let allow = |destination: &str, zone: &str| {
        security("r", &[("from", "untrust"), ("to", zone), ("destination", destination)], "allow")
    };
    let right = with(&rules, &allow("203.0.113.11", "dmz"));
    let decision = decided(&right, packet);
    assert_eq!(decision.verdict, Accept);
    assert_eq!(decision.translated.destination, exactly("172.16.0.9"));
    assert_eq!(decision.translated.destination_port, TranslatedPort::Exactly(8443));
    // Neither the address inside nor the zone outside.
    assert_eq!(verdict(&with(&rules, &allow("172.16.0.9", "dmz")), packet), Deny);
    assert_eq!(verdict(&with(&rules, &allow("203.0.113.11", "untrust")), packet), Deny);
    // The port as sent.
    let port = security("r", &[("service", "service-https")], "allow");
    assert_eq!(verdict(&with(&rules, &port), packet), Accept);
}

#[test]
fn a_nat_rule_matches_the_zone_of_the_route_to_the_address_as_sent() {
    let wrong = nat(
        "in",
        &[("from", "untrust"), ("to", "dmz"), ("destination", "203.0.113.11")],
        &destination("172.16.0.9", ""),
    );
    let decision = decided(&translating(&wrong), "in=untrust 198.51.100.1 > 203.0.113.11:443/tcp");
    assert_eq!(decision.nat, []);
}

#[test]
fn the_first_rule_decides_even_when_it_does_nothing() {
    let one = nat("no", &[("source", "10.1.0.0/16")], "");
    let two = nat("hide", &[("to", "untrust")], &pool("dynamic-ip-and-port", "203.0.113.20"));
    let policy = translating(&(one + &two));
    let kept = decided(&policy, "10.1.1.1 > 8.8.8.8:80/tcp").translated;
    assert_eq!(kept.source, exactly("10.1.1.1"));
    let hidden = decided(&policy, "10.2.1.1:5000 > 8.8.8.8:80/tcp").translated;
    assert_eq!(hidden.source, exactly("203.0.113.20"));
    assert!(matches!(hidden.source_port, TranslatedPort::OneOf(_)));
}

#[test]
fn disabled_rules_and_empty_pools_do_nothing() {
    let off = nat("off", &[("disabled", "yes")], &pool("dynamic-ip", "203.0.113.20"));
    let empty = nat("empty", &[], &pool("dynamic-ip-and-port", ""));
    let later = nat("later", &[], &pool("dynamic-ip", "203.0.113.21"));
    let decision = decided(&translating(&(off + &empty + &later)), "10.1.1.1 > 8.8.8.8:80/tcp");
    assert_eq!(decision.translated.source, exactly("10.1.1.1"));
    assert_eq!(decision.nat, []);
}

#[test]
fn pools_keep_the_port_or_change_it() {
    let of = |kind: &str| {
        let rules = nat("p", &[], &pool(kind, "203.0.113.20-203.0.113.29"));
        decided(&translating(&rules), "10.1.1.1:5000 > 8.8.8.8:80/tcp").translated
    };
    assert!(matches!(of("dynamic-ip").source, TranslatedAddress::OneOf(_)));
    assert_eq!(of("dynamic-ip").source_port, TranslatedPort::Exactly(5000));
    assert!(matches!(of("dynamic-ip-and-port").source_port, TranslatedPort::OneOf(_)));
}

#[test]
fn the_address_of_an_interface() {
    let own = |inner: &str| {
        format!(
            "<source-translation><dynamic-ip-and-port><interface-address><interface>ethernet1/3</interface>{inner}</interface-address></dynamic-ip-and-port></source-translation>"
        )
    };
    for inner in ["", "<ip>203.0.113.10/24</ip>"] {
        let policy = translating(&nat("p", &[], &own(inner)));
        let decision = decided(&policy, "10.1.1.1 > 8.8.8.8:80/tcp");
        assert_eq!(decision.translated.source, exactly("203.0.113.10"));
    }
}

#[test]
fn static_ranges_keep_the_offset_and_work_both_ways() {
    let rules = nat(
        "s",
        &[("from", "dmz"), ("to", "untrust"), ("source", "172.16.5.0/28")],
        "<source-translation><static-ip><translated-address>203.0.113.32/28</translated-address><bi-directional>yes</bi-directional></static-ip></source-translation>",
    );
    let policy = translating(&rules);
    let out = decided(&policy, "172.16.5.3:5000 > 8.8.8.8:80/tcp").translated;
    assert_eq!(out.source, exactly("203.0.113.35"));
    assert_eq!(out.source_port, TranslatedPort::Exactly(5000));
    let back = decided(&policy, "in=untrust 198.51.100.1 > 203.0.113.35:80/tcp");
    assert_eq!(back.translated.destination, exactly("172.16.5.3"));
    assert_eq!(back.translated.source, exactly("198.51.100.1"));
    let single = "<source-translation><static-ip><translated-address>203.0.113.40</translated-address></static-ip></source-translation>";
    let policy = translating(&nat("s", &[("source", "172.16.5.3")], single));
    assert_eq!(
        decided(&policy, "172.16.5.3 > 8.8.8.8:80/tcp").translated.source,
        exactly("203.0.113.40")
    );
    let none_back = decided(&policy, "in=untrust 198.51.100.1 > 203.0.113.40:80/tcp");
    assert_eq!(none_back.nat, []);
}

#[test]
fn destination_ranges_and_names() {
    let ranges = nat("d", &[("destination", "203.0.113.64/30")], &destination("172.16.7.0/30", ""));
    let decision = decided(&translating(&ranges), "in=untrust 198.51.100.1 > 203.0.113.66:80/tcp");
    assert_eq!(decision.translated.destination, exactly("172.16.7.2"));
    let name = "<dynamic-destination-translation><translated-address>www.example.com</translated-address><distribution>round-robin</distribution></dynamic-destination-translation>";
    let policy = translating(&nat("d", &[("destination", "203.0.113.64")], name));
    let decision = decided(&policy, "in=untrust 198.51.100.1 > 203.0.113.64:80/tcp");
    assert!(matches!(decision.translated.destination, TranslatedAddress::Named(_)));
}

#[test]
fn the_service_of_a_nat_rule() {
    let rules = nat(
        "d",
        &[("destination", "203.0.113.64"), ("service", "service-https")],
        &destination("172.16.7.1", ""),
    );
    let policy = translating(&rules);
    assert_eq!(decided(&policy, "in=untrust 198.51.100.1 > 203.0.113.64:443/tcp").nat.len(), 1);
    assert_eq!(decided(&policy, "in=untrust 198.51.100.1 > 203.0.113.64:80/tcp").nat.len(), 0);
}

#[test]
fn bindings_of_a_pair_of_devices() {
    let of = |binding: &str| {
        translating(&nat(
            "p",
            &[("active-active-device-binding", binding)],
            &pool("dynamic-ip", "203.0.113.20"),
        ))
    };
    let packet = PacketText::parse("10.1.1.1 > 8.8.8.8:80/tcp").unwrap();
    for (binding, cases) in [("0", 2), ("1", 2), ("both", 1)] {
        let policy = of(binding);
        let packet = packet.in_policy(&policy).unwrap();
        let outcomes = outcomes(&policy, &packet, &Given::default(), 10);
        assert_eq!(outcomes.cases.len(), cases, "{binding}");
    }
}

#[test]
fn other_families_are_marked_and_ipv4_rules_leave_ipv6_alone() {
    let rules = nat("six", &[("nat-type", "nptv6")], &pool("dynamic-ip", "2001:db8::1"));
    let policy = translating(&rules);
    assert_eq!(policy.nat.passes[0].rules[0].conditions.len(), 1);
    let rules = nat("four", &[], &pool("dynamic-ip", "203.0.113.20"));
    let policy = translating(&rules);
    let text = PacketText::parse("in=trust 2001:db8::1 > [2001:db8::2]:80/tcp").unwrap();
    let packet = text.in_policy(&policy).unwrap();
    assert_eq!(decide(&policy, &packet, &mut Nothing).nat, []);
}

#[test]
fn an_interface_to_leave_by() {
    let rules = nat(
        "p",
        &[("to", "untrust"), ("to-interface", "ethernet1/3")],
        &pool("dynamic-ip", "203.0.113.20"),
    );
    assert_eq!(decided(&translating(&rules), "10.1.1.1 > 8.8.8.8:80/tcp").nat.len(), 1);
    let rules = nat("p", &[("to-interface", "ethernet1/2")], &pool("dynamic-ip", "203.0.113.20"));
    assert_eq!(translating(&rules).nat.passes[0].rules[0].conditions.len(), 1);
}
