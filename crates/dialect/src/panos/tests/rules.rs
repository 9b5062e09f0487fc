//! Security rules.

use policy::Verdict::{Accept, Deny, Drop, Reject};

use super::*;

#[test]
fn within_a_zone_allowed_between_zones_denied_by_default() {
    let policy = policy(&firewall(""));
    assert_eq!(verdict(&policy, "10.1.1.1 > 10.2.2.2:80/tcp"), Accept);
    assert_eq!(rule(&policy, "10.1.1.1 > 10.2.2.2:80/tcp"), "intrazone-default");
    assert_eq!(verdict(&policy, "10.1.1.1 > 172.16.0.9:80/tcp"), Deny);
    assert_eq!(rule(&policy, "10.1.1.1 > 8.8.8.8:80/tcp"), "interzone-default");
}

#[test]
fn defaults_are_overridden() {
    let default = |name: &str, action: &str| {
        format!("<entry name=\"{name}\"><action>{action}</action><log-end>yes</log-end></entry>")
    };
    let inside = format!(
        "<default-security-rules><rules>{}{}</rules></default-security-rules>",
        default("intrazone-default", "drop"),
        default("interzone-default", "allow")
    );
    let policy = policy(&firewall(&rulebase("", &inside)));
    assert_eq!(verdict(&policy, "10.1.1.1 > 10.2.2.2:80/tcp"), Drop);
    assert_eq!(verdict(&policy, "10.1.1.1 > 172.16.0.9:80/tcp"), Accept);
}

#[test]
fn the_first_rule_that_matches_decides_and_an_explicit_deny_wins_within_a_zone() {
    let rules = security("one", &[("source", "10.1.1.1")], "deny") + &security("two", &[], "allow");
    let policy = policy(&firewall(&rulebase(&rules, "")));
    assert_eq!(verdict(&policy, "10.1.1.1 > 10.2.2.2:80/tcp"), Deny);
    assert_eq!(rule(&policy, "10.1.1.1 > 10.2.2.2:80/tcp"), "security rule \"one\"");
    assert_eq!(verdict(&policy, "10.1.1.2 > 172.16.0.9:80/tcp"), Accept);
}

#[test]
fn a_disabled_rule_matches_nothing() {
    let rules = security("off", &[("disabled", "yes")], "drop") + &security("on", &[], "allow");
    let policy = policy(&firewall(&rulebase(&rules, "")));
    assert_eq!(rule(&policy, "10.1.1.1 > 8.8.8.8:80/tcp"), "security rule \"on\"");
}

#[test]
fn rule_types() {
    let of = |kind: &str| {
        let cells = [("from", "trust dmz"), ("to", "trust dmz"), ("rule-type", kind)];
        policy(&firewall(&rulebase(&security("r", &cells, "drop"), "")))
    };
    let (same, other) = ("10.1.1.1 > 10.2.2.2:80/tcp", "10.1.1.1 > 172.16.0.9:80/tcp");
    assert_eq!(verdict(&of("universal"), same), Drop);
    assert_eq!(verdict(&of("universal"), other), Drop);
    assert_eq!(verdict(&of("intrazone"), same), Drop);
    assert_eq!(verdict(&of("intrazone"), other), Deny);
    assert_eq!(verdict(&of("interzone"), same), Accept);
    assert_eq!(verdict(&of("interzone"), other), Drop);
}

#[test]
fn actions() {
    for (action, expected) in [
        ("allow", Accept),
        ("deny", Deny),
        ("drop", Drop),
        ("reset-client", Reject),
        ("reset-server", Reject),
        ("reset-both", Reject),
    ] {
        let policy = policy(&firewall(&rulebase(&security("r", &[], action), "")));
        assert_eq!(verdict(&policy, "10.1.1.1 > 8.8.8.8:80/tcp"), expected, "{action}");
    }
    let told = security("r", &[("icmp-unreachable", "yes")], "drop");
    let policy = policy(&firewall(&rulebase(&told, "")));
    assert_eq!(verdict(&policy, "10.1.1.1 > 8.8.8.8:80/tcp"), Reject);
}

#[test]
fn negated_sides() {
    let cells = [
        ("source", "10.1.0.0/16"),
        ("negate-source", "yes"),
        ("destination", "8.8.8.8"),
        ("negate-destination", "yes"),
    ];
    let policy = policy(&firewall(&rulebase(&security("r", &cells, "allow"), "")));
    assert_eq!(verdict(&policy, "10.2.1.1 > 9.9.9.9:80/tcp"), Accept);
    assert_eq!(verdict(&policy, "10.1.1.1 > 9.9.9.9:80/tcp"), Deny);
    assert_eq!(verdict(&policy, "10.2.1.1 > 8.8.8.8:80/tcp"), Deny);
}

#[test]
fn a_negated_unknown_is_still_unknown() {
    let cells = [("source", "nothing"), ("negate-source", "yes")];
    let policy = policy(&firewall(&rulebase(&security("r", &cells, "allow"), "")));
    assert_eq!(verdicts(&policy, "10.2.1.1 > 9.9.9.9:80/tcp"), [Accept, Deny]);
}

#[test]
fn users_and_categories_and_times_are_conditions() {
    let schedule = "<schedule><entry name=\"work\"><schedule-type><recurring><daily><member>08:00-17:00</member></daily></recurring></schedule-type></entry></schedule>";
    for (cells, given) in [
        (vec![("source-user", "corp\\anna")], "user=corp\\anna"),
        (vec![("category", "gambling")], "url=gambling"),
        (vec![("schedule", "work")], "schedule=work"),
    ] {
        let inside = format!("{schedule}{}", rulebase(&security("r", &cells, "allow"), ""));
        let policy = policy(&firewall(&inside));
        let packet = "10.1.1.1 > 8.8.8.8:80/tcp";
        assert_eq!(verdicts(&policy, packet), [Accept, Deny], "{given}");
        assert_eq!(verdicts(&policy, &format!("{given} {packet}")), [Accept], "{given}");
    }
}

#[test]
fn application_default_is_each_application_on_its_own_ports() {
    let cells = [("application", "ssl dns"), ("service", "application-default")];
    let policy = policy(&firewall(&rulebase(&security("r", &cells, "allow"), "")));
    assert_eq!(verdicts(&policy, "app=ssl 10.1.1.1 > 8.8.8.8:443/tcp"), [Accept]);
    assert_eq!(verdicts(&policy, "app=dns 10.1.1.1 > 8.8.8.8:443/tcp"), [Deny]);
    assert_eq!(verdicts(&policy, "app=dns 10.1.1.1 > 8.8.8.8:53/udp"), [Accept]);
    assert_eq!(verdicts(&policy, "app=ssl 10.1.1.1 > 8.8.8.8:8443/tcp"), [Deny]);
    // Port 443 may be ssl, port 8443 is neither.
    assert_eq!(verdicts(&policy, "10.1.1.1 > 8.8.8.8:443/tcp"), [Accept, Deny]);
    assert_eq!(verdicts(&policy, "10.1.1.1 > 8.8.8.8:8443/tcp"), [Deny]);
}

#[test]
fn an_application_without_known_ports_is_not_any_port() {
    let cells = [("application", "some-new-app"), ("service", "application-default")];
    let policy = policy(&firewall(&rulebase(&security("r", &cells, "allow"), "")));
    assert_eq!(verdicts(&policy, "app=some-new-app 10.1.1.1 > 8.8.8.8:1/tcp"), [Accept, Deny]);
}

#[test]
fn own_applications_and_groups() {
    let objects = "<application><entry name=\"mine\"><default><port><member>tcp/7000-7001</member></port></default></entry></application>\
        <application-group><entry name=\"inner\"><members><member>mine</member></members></entry>\
        <entry name=\"outer\"><members><member>inner</member><member>ssl</member></members></entry></application-group>\
        <application-filter><entry name=\"games\"><category><member>media</member></category></entry></application-filter>";
    let of = |application: &str, service: &str| {
        let cells = [("application", application), ("service", service)];
        policy(&firewall(&format!("{objects}{}", rulebase(&security("r", &cells, "allow"), ""))))
    };
    let outer = of("outer", "application-default");
    assert_eq!(verdicts(&outer, "app=mine 10.1.1.1 > 8.8.8.8:7001/tcp"), [Accept]);
    assert_eq!(verdicts(&outer, "app=mine 10.1.1.1 > 8.8.8.8:443/tcp"), [Deny]);
    let games = of("games", "any");
    assert_eq!(verdicts(&games, "10.1.1.1 > 8.8.8.8:443/tcp"), [Accept, Deny]);
    assert_eq!(verdicts(&games, "app=games 10.1.1.1 > 8.8.8.8:443/tcp"), [Accept]);
}

fn overriding(name: &str, port: &str, application: &str) -> String {
    format!(
        "<entry name=\"{name}\"><from><member>trust</member></from><to><member>untrust</member></to>\
        <source><member>any</member></source><destination><member>any</member></destination>\
        <protocol>tcp</protocol><port>{port}</port><application>{application}</application></entry>"
    )
}

#[test]
fn the_first_override_decides_the_application() {
    let overrides = format!(
        "<application-override><rules>{}{}</rules></application-override>",
        overriding("one", "7000", "mine"),
        overriding("two", "7000-7010", "theirs")
    );
    let rules = security("a", &[("application", "mine")], "allow")
        + &security("b", &[("application", "theirs")], "drop");
    let policy = policy(&firewall(&rulebase(&rules, &overrides)));
    // Without any question: nothing is identified any more.
    assert_eq!(verdicts(&policy, "10.1.1.1 > 8.8.8.8:7000/tcp"), [Accept]);
    assert_eq!(verdicts(&policy, "10.1.1.1 > 8.8.8.8:7001/tcp"), [Drop]);
    assert_eq!(verdicts(&policy, "10.1.1.1 > 8.8.8.8:7011/tcp"), [Accept, Deny, Drop]);
    assert_eq!(verdicts(&policy, "10.1.1.1 > 172.16.0.3:7000/tcp"), [Accept, Deny, Drop]);
}

#[test]
fn inspection_and_logs_are_kept() {
    let rule = security("r", &[], "allow").replace(
        "<action>",
        "<profile-setting><group><member>strict</member></group></profile-setting><log-end>no</log-end><action>",
    );
    let policy = policy(&firewall(&rulebase(&rule, "")));
    let rule = &policy.rulebases[0].rules[0];
    assert_eq!(rule.inspection, ["strict".into()]);
    assert_eq!(rule.logged, Some(false));
}

#[test]
fn an_unknown_action_or_zone_or_type_marks_the_rule() {
    for cells in [vec![("from", "nowhere")], vec![("to", "nowhere")], vec![("rule-type", "odd")]] {
        let policy = policy(&firewall(&rulebase(&security("r", &cells, "allow"), "")));
        assert_eq!(verdicts(&policy, "10.1.1.1 > 8.8.8.8:1/tcp"), [Accept, Deny], "{cells:?}");
    }
    let policy = policy(&firewall(&rulebase(
        &(security("r", &[], "explode") + &security("s", &[], "allow")),
        "",
    )));
    assert_eq!(verdicts(&policy, "10.1.1.1 > 8.8.8.8:1/tcp"), [Accept, Deny]);
    let partly = security("r", &[("from", "trust nowhere")], "allow");
    let policy = self::policy(&firewall(&rulebase(&partly, "")));
    assert_eq!(verdicts(&policy, "10.1.1.1 > 8.8.8.8:1/tcp"), [Accept]);
    assert_eq!(verdicts(&policy, "in=dmz 10.1.1.1 > 8.8.8.8:1/tcp"), [Accept, Deny]);
}

#[test]
fn packets_to_the_firewall_itself_meet_the_zone_of_its_address() {
    let rules = security("r", &[("from", "trust"), ("to", "untrust")], "drop");
    let policy = policy(&firewall(&rulebase(&rules, "")));
    assert_eq!(verdict(&policy, "10.1.1.1 > 203.0.113.10:443/tcp"), Drop);
}

#[test]
fn other_lists_have_a_fate() {
    let list = |name: &str| {
        format!(
            "<{name}><rules><entry name=\"x\"><from><zone><member>trust</member></zone></from><action><a/></action></entry>\
        <entry name=\"off\"><disabled>yes</disabled></entry></rules></{name}>"
        )
    };
    for name in [
        "pbf",
        "dos",
        "qos",
        "decryption",
        "authentication",
        "captive-portal",
        "tunnel-inspect",
        "sdwan",
        "network-packet-broker",
    ] {
        let reading = reading(&firewall(&rulebase("", &list(name))));
        assert_eq!(unrecognized(&reading), Vec::<String>::new(), "{name}");
        let partial = reading.devices[0].contexts[0].routing == policy::Routing::Partial;
        assert_eq!(partial, matches!(name, "pbf" | "sdwan"), "{name}");
    }
}
