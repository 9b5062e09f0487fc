//! Objects.

use policy::Verdict::{Accept, Deny};

use super::*;

fn address(name: &str, kind: &str, value: &str) -> String {
    format!("<entry name=\"{name}\"><{kind}>{value}</{kind}></entry>")
}

/// A firewall that accepts from these addresses.
fn from(objects: &str, source: &str) -> Policy {
    let rules = security("r", &[("source", source)], "allow");
    policy(&firewall(&format!("{objects}{}", rulebase(&rules, ""))))
}

fn cases(policy: &Policy, source: &str) -> Vec<Verdict> {
    let (out, way) =
        if source.contains(':') { ("2001:db8::99", " out=untrust") } else { ("8.8.8.8", "") };
    let out = if source.contains(':') { format!("[{out}]") } else { out.to_owned() };
    verdicts(policy, &format!("in=trust{way} {source} > {out}:80/tcp"))
}

#[test]
fn kinds_of_addresses() {
    let objects = format!(
        "<address>{}{}{}{}{}</address>",
        address("host-bits", "ip-netmask", "10.1.2.3/24"),
        address("range", "ip-range", "10.9.0.5-10.9.0.7"),
        address("wild", "ip-wildcard", "10.20.0.5/0.0.255.0"),
        address("name", "fqdn", "WWW.example.com"),
        address("six", "ip-netmask", "2001:db8::/32"),
    );
    let policy = from(&objects, "host-bits range wild six");
    for (source, expected) in [
        ("10.1.2.200", Accept),
        ("10.1.3.1", Deny),
        ("10.9.0.7", Accept),
        ("10.9.0.8", Deny),
        ("10.20.77.5", Accept),
        ("10.20.77.6", Deny),
    ] {
        assert_eq!(cases(&policy, source), [expected], "{source}");
    }
    let named = from(&objects, "name");
    assert_eq!(cases(&named, "10.1.1.1"), [Accept, Deny]);
    assert_eq!(verdicts(&named, "fqdn=www.example.com 10.1.1.1 > 8.8.8.8:80/tcp"), [Accept]);
}

#[test]
fn literals_and_regions_and_vendor_lists() {
    let policy = from("", "10.1.0.0/16 10.3.0.1-10.3.0.4 10.4.0.1");
    assert_eq!(cases(&policy, "10.1.200.1"), [Accept]);
    assert_eq!(cases(&policy, "10.3.0.4"), [Accept]);
    assert_eq!(cases(&policy, "10.4.0.2"), [Deny]);
    let region = from("", "DE");
    assert_eq!(verdicts(&region, "geo=DE 10.1.1.1 > 8.8.8.8:80/tcp"), [Accept]);
    let list = from("", "panw-known-ip-list");
    assert_eq!(verdicts(&list, "list=panw-known-ip-list 10.1.1.1 > 8.8.8.8:80/tcp"), [Accept]);
    // An object of that name is meant, not the country.
    let shadowed =
        from(&format!("<address>{}</address>", address("DE", "ip-netmask", "10.1.1.1")), "DE");
    assert_eq!(cases(&shadowed, "10.1.1.1"), [Accept]);
    let own = from(
        "<region><entry name=\"HQ\"><address><member>10.7.0.0/16</member></address></entry></region>",
        "HQ",
    );
    assert_eq!(cases(&own, "10.7.1.1"), [Accept]);
    assert_eq!(cases(&own, "10.8.1.1"), [Deny]);
}

#[test]
fn groups_static_and_dynamic_and_lists() {
    let objects = format!(
        "<address>{}</address><address-group><entry name=\"outer\"><static><member>inner</member></static></entry>\
         <entry name=\"inner\"><static><member>a</member><member>10.6.0.1</member></static></entry>\
         <entry name=\"tags\"><dynamic><filter>'x' or 'y'</filter></dynamic></entry></address-group>\
         <external-list><entry name=\"edl\"><type><ip><url>https://example.com/l</url></ip></type></entry></external-list>",
        address("a", "ip-netmask", "10.5.0.0/16")
    );
    let outer = from(&objects, "outer");
    assert_eq!(cases(&outer, "10.5.1.1"), [Accept]);
    assert_eq!(cases(&outer, "10.6.0.1"), [Accept]);
    assert_eq!(cases(&outer, "10.6.0.2"), [Deny]);
    assert_eq!(cases(&from(&objects, "tags"), "10.5.1.1"), [Accept, Deny]);
    let list = from(&objects, "edl");
    assert_eq!(verdicts(&list, "list=https://example.com/l 10.1.1.1 > 8.8.8.8:80/tcp"), [Accept]);
}

#[test]
fn what_is_wrong_is_unknown_and_never_any() {
    for (objects, source) in [
        (format!("<address>{}</address>", address("a", "ip-netmask", "10.1.1.1/99")), "a"),
        (format!("<address>{}</address>", address("a", "ip-range", "10.1.1.9-10.1.1.1")), "a"),
        (format!("<address>{}</address>", address("a", "ip-netmask", "{{ HOST }}")), "a"),
        (String::new(), "missing"),
        (String::new(), "10.1.1.1/99"),
        ("<address-group><entry name=\"a\"><static><member>a</member></static></entry></address-group>".to_owned(), "a"),
    ] {
        let policy = from(&objects, source);
        assert_eq!(cases(&policy, "10.1.1.1"), [Accept, Deny], "{objects} {source}");
    }
}

#[test]
fn the_nearest_object_of_a_name_is_meant() {
    let shared = format!(
        "<shared><address>{}</address><address-group><entry name=\"g\"><static><member>a</member></static></entry></address-group></shared>",
        address("a", "ip-netmask", "10.1.1.1")
    );
    let own = format!("<address>{}</address>", address("a", "ip-netmask", "10.2.2.2"));
    let with = |source: &str| {
        let rules = rulebase(&security("r", &[("source", source)], "allow"), "");
        policy(
            &firewall(&format!("{own}{rules}")).replace("<devices>", &format!("{shared}<devices>")),
        )
    };
    assert_eq!(cases(&with("a"), "10.2.2.2"), [Accept]);
    assert_eq!(cases(&with("a"), "10.1.1.1"), [Deny]);
    // A shared group holds shared objects.
    assert_eq!(cases(&with("g"), "10.1.1.1"), [Accept]);
    assert_eq!(cases(&with("g"), "10.2.2.2"), [Deny]);
}

fn to(objects: &str, service: &str) -> Policy {
    let rules = security("r", &[("service", service)], "allow");
    policy(&firewall(&format!("{objects}{}", rulebase(&rules, ""))))
}

#[test]
fn services() {
    let objects = "<service><entry name=\"a\"><protocol><tcp><port>80,8000-8010</port></tcp></protocol></entry>\
        <entry name=\"b\"><protocol><udp><port>53,54</port><source-port>1000,2000-2010</source-port><override><no/></override></udp></protocol></entry>\
        <entry name=\"c\"><protocol><sctp><port>9</port></sctp></protocol></entry>\
        <entry name=\"bad\"><protocol><tcp><port>99999</port></tcp></protocol></entry></service>\
        <service-group><entry name=\"g\"><members><member>a</member><member>b</member></members></entry></service-group>";
    let group = to(objects, "g");
    for (packet, expected) in
        [("8.8.8.8:8005/tcp", Accept), ("8.8.8.8:8011/tcp", Deny), ("8.8.8.8:80/udp", Deny)]
    {
        assert_eq!(verdicts(&group, &format!("10.1.1.1 > {packet}")), [expected], "{packet}");
    }
    assert_eq!(verdicts(&group, "10.1.1.1:2005 > 8.8.8.8:54/udp"), [Accept]);
    assert_eq!(verdicts(&group, "10.1.1.1:2011 > 8.8.8.8:54/udp"), [Deny]);
    assert_eq!(verdicts(&to(objects, "c"), "10.1.1.1 > 8.8.8.8:9/sctp"), [Accept]);
    assert_eq!(verdicts(&to(objects, "bad"), "10.1.1.1 > 8.8.8.8:9/tcp"), [Accept, Deny]);
    assert_eq!(verdicts(&to("", "missing"), "10.1.1.1 > 8.8.8.8:9/tcp"), [Accept, Deny]);
    let web = to("", "service-http service-https");
    assert_eq!(verdicts(&web, "10.1.1.1 > 8.8.8.8:8080/tcp"), [Accept]);
    assert_eq!(verdicts(&web, "10.1.1.1 > 8.8.8.8:443/tcp"), [Accept]);
    assert_eq!(verdicts(&web, "10.1.1.1 > 8.8.8.8:22/tcp"), [Deny]);
}
