//! Where packets leave.

use policy::{Egress, Routing, Verdict::Accept, Verdict::Deny};

use super::*;

const ROUTER: &str = "<entry name=\"default\"><interface>";

fn route(name: &str, destination: &str, hop: &str) -> String {
    format!(
        "<entry name=\"{name}\"><destination>{destination}</destination>{hop}</entry></static-route>"
    )
}

fn out(policy: &Policy, packet: &str) -> String {
    match decided(policy, packet).egress {
        Egress::Interface(id) => policy.interfaces[usize::try_from(id.0).unwrap()].name.to_string(),
        other => format!("{other:?}"),
    }
}

#[test]
fn static_routes_discard_and_metrics() {
    let more = route("a", "10.99.0.0/16", "<nexthop><discard/></nexthop>")
        .replace("</static-route>", "")
        + "<entry name=\"b\"><destination>10.98.0.0/16</destination><interface>ethernet1/3</interface><metric>20</metric></entry>"
        + "<entry name=\"c\"><destination>10.98.0.0/16</destination><nexthop><ip-address>172.16.0.9</ip-address></nexthop><metric>5</metric></entry></static-route>";
    let policy = policy(&firewall("").replace("</static-route>", &more));
    assert_eq!(policy.routing, Routing::Complete);
    assert_eq!(out(&policy, "10.1.1.1 > 8.8.8.8:1/tcp"), "ethernet1/3");
    assert_eq!(out(&policy, "10.1.1.1 > 10.99.1.1:1/tcp"), "Nowhere");
    assert_eq!(out(&policy, "10.1.1.1 > 10.98.1.1:1/tcp"), "ethernet1/2");
}

#[test]
fn learned_and_unclear_routes_leave_the_question_open() {
    let bgp = firewall("").replace(
        ROUTER,
        "<entry name=\"default\"><protocol><bgp><enable>yes</enable></bgp></protocol><interface>",
    );
    assert_eq!(policy(&bgp).routing, Routing::Partial);
    let off = firewall("").replace(
        ROUTER,
        "<entry name=\"default\"><protocol><bgp><enable>no</enable></bgp></protocol><interface>",
    );
    assert_eq!(policy(&off).routing, Routing::Complete);
    let named = firewall("")
        .replace("<ip-address>203.0.113.1</ip-address>", "<fqdn>gw.example.com</fqdn>")
        .replace("<interface>ethernet1/3</interface>", "");
    let policy = policy(&named);
    assert_eq!(policy.routing, Routing::Partial);
    assert_eq!(verdicts(&policy, "in=trust 10.1.1.1 > 8.8.8.8:1/tcp"), [Accept, Deny]);
}

#[test]
fn an_address_by_dhcp_is_not_known() {
    let text = firewall("").replace(
        "<ip><entry name=\"203.0.113.10/24\"/></ip>",
        "<dhcp-client><enable>yes</enable></dhcp-client>",
    );
    let policy = policy(&text);
    assert_eq!(policy.routing, Routing::Partial);
    assert_eq!(out(&policy, "in=trust 10.1.1.1 > 8.8.8.8:1/tcp"), "ethernet1/3");
}

#[test]
fn interface_addresses_by_object_and_units() {
    let objects =
        "<address><entry name=\"gw\"><ip-netmask>10.0.0.1/8</ip-netmask></entry></address>";
    let policy =
        policy(&firewall(objects).replace("<entry name=\"10.0.0.1/8\"/>", "<entry name=\"gw\"/>"));
    assert_eq!(out(&policy, "in=untrust 8.8.8.8 > 10.1.1.1:1/tcp"), "ethernet1/1");
}

/// Two routers: `inner` has the trusted side and hands the rest to `default`.
fn two_routers(inner: &str) -> String {
    let text = firewall("").replace(
        "<member>ethernet1/1</member><member>ethernet1/2</member>",
        "<member>ethernet1/2</member>",
    );
    text.replace("</virtual-router>", &format!("<entry name=\"inner\"><interface><member>ethernet1/1</member></interface><routing-table><ip><static-route>{inner}</static-route></ip></routing-table></entry></virtual-router>"))
}

#[test]
fn several_routers_answer_where_they_agree() {
    let next = "<entry name=\"d\"><destination>0.0.0.0/0</destination><nexthop><next-vr>default</next-vr></nexthop></entry>";
    let policy = policy(&two_routers(next));
    // Both lead there: one by itself, one through the other.
    assert_eq!(out(&policy, "in=trust 10.1.1.1 > 8.8.8.8:1/tcp"), "ethernet1/3");
    assert_eq!(out(&policy, "in=trust 10.1.1.1 > 172.16.0.7:1/tcp"), "ethernet1/2");
    // Only one of them knows 10.0.0.0/8: to the other it lies outside.
    assert_eq!(verdicts(&policy, "in=dmz 172.16.0.7 > 10.1.1.1:1/tcp"), [Accept, Deny]);
}

#[test]
fn virtual_systems_are_contexts_and_what_is_between_them_is_a_zone() {
    let second = "<entry name=\"vsys2\"><display-name>second</display-name><zone><entry name=\"far\"><network><layer3><member>ethernet1/4</member></layer3></network></entry>\
        <entry name=\"to-one\"><network><external><member>vsys1</member></external></network></entry></zone></entry></vsys>";
    let outside = "<zone><entry name=\"to-two\"><network><external><member>vsys2</member></external></network></entry>";
    let rules = rulebase(&security("r", &[("from", "trust"), ("to", "to-two")], "allow"), "");
    let text = firewall(&rules).replace("<zone>", outside).replace("</vsys>", second);
    let one = context(&text, "vsys1");
    assert!(!verdicts(&one, "in=trust out=to-two 10.1.1.1 > 192.0.2.1:1/tcp").contains(&Accept));
    assert!(one.place("to-two").is_some());
    let two = context(&text, "vsys2 (second)");
    assert!(two.place("far").is_some() && two.place("trust").is_none());
}

#[test]
fn a_shared_gateway_translates_and_does_not_filter() {
    let gateway = "<shared-gateway><entry name=\"sg1\"><zone><entry name=\"out\"><network><layer3><member>ethernet1/9</member></layer3></network></entry>\
        <entry name=\"in\"><network><external><member>vsys1</member></external></network></entry></zone>\
        <rulebase><nat><rules><entry name=\"hide\"><from><member>in</member></from><to><member>out</member></to><source><member>any</member></source>\
        <destination><member>any</member></destination><service>any</service><source-translation><dynamic-ip-and-port><translated-address><member>192.0.2.9</member></translated-address></dynamic-ip-and-port></source-translation></entry></rules></nat></rulebase></entry></shared-gateway></network>";
    let policy = context(&firewall("").replace("</network>\n", gateway), "sg1");
    let written = PacketText::parse("in=in 10.1.1.1 > 8.8.8.8:1/tcp").unwrap();
    let packet = written.in_policy(&policy).unwrap();
    let given = Given { egress: policy.place("out"), ..Given::default() };
    let cases = outcomes(&policy, &packet, &given, 9).cases;
    assert_eq!(cases[0].decision.verdict, Accept);
    assert_eq!(cases[0].decision.nat.len(), 1);
}

/// How much of a configuration is a difference to one in which this is replaced by that.
fn differences(this: &str, that: &str) -> usize {
    let text = firewall("");
    assert!(text.contains(this));
    let before = reading(&text).approximations().len();
    reading(&text.replace(this, that)).approximations().len() - before
}

#[test]
fn an_interface_in_no_zone_is_a_difference_between_configurations() {
    let zone = "<layer3><member>ethernet1/1</member></layer3>";
    assert_eq!(differences(zone, "<layer3/>"), 1);
}

#[test]
fn an_interface_in_no_zone_that_gets_its_address_is_a_difference_between_configurations() {
    let port = "<entry name=\"ethernet1/1\"><layer3><ip><entry name=\"10.0.0.1/8\"/></ip>";
    let text = firewall("").replace(port, "<entry name=\"ethernet1/1\"><layer3><dhcp-client/>");
    let without = text.replace("<layer3><member>ethernet1/1</member></layer3>", "<layer3/>");
    let told = |text: &str| reading(text).approximations().pop().map(|(_, fate, _)| fate);
    assert_ne!(told(&text), told(&without));
}

#[test]
fn zones_that_are_switched_or_listened_to_are_differences_between_configurations() {
    let zone = "<layer3><member>ethernet1/1</member></layer3>";
    for kind in ["layer2", "tap", "virtual-wire"] {
        let other = format!("<{kind}><member>ethernet1/1</member></{kind}>");
        assert_eq!(differences(zone, &other), 1, "{kind}");
    }
}

#[test]
fn an_interface_that_is_switched_off_is_a_difference_between_configurations() {
    let port = "<entry name=\"ethernet1/1\">";
    let state = |state: &str| format!("{port}<link-state>{state}</link-state>");
    assert_eq!(differences(port, &state("down")), 1);
    assert_eq!(differences(port, &state("auto")), 0);
}
