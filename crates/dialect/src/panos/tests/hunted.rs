//! Defects that were found with configurations of others.

use policy::Verdict::{Accept, Deny};

use super::*;

#[test]
fn ports_known_from_memory_prove_nothing() {
    let facts = "source = \"test\"\n[[application]]\nname = \"old\"\ndefault_ports = [\"tcp/22\"]\nconfidence = \"recalled\"\n";
    let facts = DialectFacts::load([("dialects/panos/x.toml", facts)].into_iter()).0;
    let cells = [("application", "old"), ("service", "application-default")];
    let text = firewall(&rulebase(&security("r", &cells, "allow"), ""));
    let bytes = Bytes { path: "f".into(), bytes: text.into_bytes() };
    let group = Group { dialect: "panos", files: vec![bytes] };
    let reading = read(group, &facts, &Limits::default());
    let policy = &reading.devices[0].contexts[0];
    for port in [22, 23] {
        let packet = format!("in=trust 10.1.1.1 > 8.8.8.8:{port}/tcp");
        assert_eq!(verdicts(policy, &packet), [Accept, Deny], "{port}");
    }
    let noted = reading.problems.iter().filter(|problem| problem.code == crate::codes::ASSUMED);
    assert_eq!(noted.count(), 1);
    let statements = reading.trees[0].statements();
    let by_default: Vec<_> = statements
        .filter(|node| node.word(0) == "application-default")
        .map(|node| node.fate().disposition)
        .collect();
    assert_eq!(by_default, [Disposition::Approximated]);
}

#[test]
fn rules_in_folders_of_a_cloud_manager_are_unsupported() {
    let rules = rulebase(&security("r", &[], "allow"), "");
    let text = format!(
        "<config><devices><entry name=\"localhost.localdomain\"><container><entry name=\"Prisma\">{rules}\
         <address><entry name=\"a\"><ip-netmask>10.1.1.1</ip-netmask></entry></address><tag/></entry></container>\
         <snippet><entry name=\"s\"><pre-rulebase>{rules}</pre-rulebase></entry></snippet></entry></devices></config>"
    );
    let reading = reading(&text);
    let tally = reading.tally();
    assert_eq!(tally.count(Disposition::Inert), 1, "the empty list of tags");
    assert_eq!(tally.count(Disposition::Unsupported), tally.statements() - 1);
    assert_eq!(reading.problems.len(), 2, "{:?}", reading.problems);
}

#[test]
fn a_switch_that_says_neither_yes_nor_no_is_open() {
    for switch in ["disabled", "negate-source"] {
        let rule = security("r", &[], "allow");
        let rule = rule.replace("</entry>", &format!("<{switch}>{{{{ x }}}}</{switch}></entry>"));
        let reading = reading(&firewall(&rulebase(&rule, "")));
        let policy = &reading.devices[0].contexts[0];
        assert_eq!(verdicts(policy, "in=trust 10.1.1.1 > 8.8.8.8:22/tcp"), [Accept, Deny]);
        assert_eq!(reading.problems.len(), 1);
    }
}

#[test]
fn attributes_are_no_members() {
    let rule = security("r", &[], "allow").replace("<source>", "<source type=\"array\">");
    let policy = policy(&firewall(&rulebase(&rule, "")));
    assert_eq!(verdict(&policy, "in=trust 10.1.1.1 > 8.8.8.8:22/tcp"), Accept);
}

#[test]
fn a_cell_that_is_missing_or_empty_is_not_any_and_not_none() {
    let whole = security("r", &[], "allow");
    for cell in ["from", "to", "source", "destination", "application", "service"] {
        let written = format!("<{cell}><member>any</member></{cell}>");
        for other in [String::new(), format!("<{cell}/>")] {
            let rule = whole.replace(&written, &other);
            let text = firewall(&rulebase(&rule, ""));
            let policy = policy(&text);
            let packet = "in=trust 10.1.1.1 > 8.8.8.8:22/tcp";
            assert_eq!(verdicts(&policy, packet), [Accept, Deny], "{cell} {other}");
            assert_eq!(reading(&text).problems.len(), 1, "{cell} {other}");
        }
    }
}

fn translating(inside: &str) -> Policy {
    let rule = format!(
        "<nat><rules><entry name=\"n\"><from><member>any</member></from><to><member>untrust</member></to>\
         <source><member>10.1.1.1</member></source><destination><member>any</member></destination>\
         {inside}</entry></rules></nat>"
    );
    policy(&firewall(&rulebase(&security("all", &[], "allow"), &rule)))
}

#[test]
fn the_service_of_a_nat_rule_is_any_unless_written() {
    let policy = translating(
        "<source-translation><dynamic-ip><translated-address><member>203.0.113.9</member>\
         </translated-address></dynamic-ip></source-translation>",
    );
    let decision = decided(&policy, "10.1.1.1 > 8.8.8.8:22/tcp");
    let expected = policy::TranslatedAddress::Exactly("203.0.113.9".parse().unwrap());
    assert_eq!(decision.translated.source, expected);
}

#[test]
fn a_pool_with_a_fallback_may_be_used_up() {
    let policy = translating(
        "<source-translation><dynamic-ip><translated-address><member>203.0.113.9</member></translated-address>\
         <fallback><interface-address><interface>ethernet1/3</interface></interface-address></fallback>\
         </dynamic-ip></source-translation>",
    );
    let translated = decided(&policy, "10.1.1.1:5000 > 8.8.8.8:22/tcp").translated;
    let policy::TranslatedAddress::OneOf(ranges) = translated.source else { panic!() };
    assert_eq!(format!("{ranges:?}").matches("203.0.113").count(), 4);
    assert!(matches!(translated.source_port, policy::TranslatedPort::OneOf(_)));
}

#[test]
fn a_translation_both_ways_to_an_unknown_address_is_not_forgotten() {
    let policy = translating(
        "<source-translation><static-ip><translated-address>nowhere</translated-address>\
         <bi-directional>yes</bi-directional></static-ip></source-translation>",
    );
    assert_eq!(policy.nat.passes[0].rules.len(), 2);
}

#[test]
fn a_static_translation_without_an_address_is_marked() {
    let policy = translating("<source-translation><static-ip/></source-translation>");
    assert!(!policy.nat.passes[0].rules[0].conditions.is_empty());
}

fn panorama(groups: &str, more: &str) -> String {
    format!(
        "<config version=\"10.0.0\"><shared/><devices><entry name=\"localhost.localdomain\">{more}\
         <device-group>{groups}</device-group></entry></devices></config>"
    )
}

fn pre(rules: &str) -> String {
    format!("<pre-rulebase><security><rules>{rules}</rules></security></pre-rulebase>")
}

#[test]
fn parts_of_a_device_group_count_together() {
    let part = |rule: &str| {
        format!("<entry name=\"g\">{}</entry>", pre(&security(rule, &[("from", "a")], "allow")))
    };
    let text = panorama(&(part("one") + &part("two")), "");
    let policy = policy(&text);
    let rules = &policy.rulebases[0].rules;
    assert_eq!(rules.len(), 4, "two and the defaults");
}

#[test]
fn a_parent_that_is_not_there_may_decide_first() {
    let rule = security("r", &[("from", "a"), ("to", "b")], "allow");
    for parent in ["gone", "g"] {
        let inside = pre(&rule) + &format!("<parent-dg>{parent}</parent-dg>");
        let text = panorama(&format!("<entry name=\"g\">{inside}</entry>"), "");
        let reading = reading(&text);
        let policy = &reading.devices[0].contexts[0];
        let packet = "in=a out=b 10.1.1.1 > 8.8.8.8:22/tcp";
        assert_eq!(verdicts(policy, packet), [Accept, Deny]);
        let undefined = |problem: &&crate::Problem| problem.code == crate::codes::UNDEFINED;
        assert_eq!(reading.problems.iter().filter(undefined).count(), 1);
    }
}

#[test]
fn variables_of_one_device_are_its_own() {
    let variable = |value: &str| {
        format!(
            "<variable><entry name=\"$a\"><type><ip-netmask>{value}</ip-netmask></type></entry></variable>"
        )
    };
    let stack = format!(
        "<template-stack><entry name=\"s\"><templates><member>t</member></templates>{}<devices><entry name=\"001\"/>\
         <entry name=\"002\">{}</entry></devices></entry></template-stack><template><entry name=\"t\"><config/></entry></template>",
        variable("10.1.1.1"),
        variable("10.2.2.2")
    );
    let objects = "<address><entry name=\"o\"><ip-netmask>$a</ip-netmask></entry></address>";
    let rule = security("r", &[("from", "a"), ("to", "b"), ("source", "o")], "allow");
    let group = format!(
        "<entry name=\"g\"><devices><entry name=\"001\"/><entry name=\"002\"/></devices>{objects}{}</entry>",
        pre(&rule)
    );
    let text = panorama(&group, &stack);
    for (name, own) in [("g (001)", "10.1.1.1"), ("g (002)", "10.2.2.2")] {
        let policy = context(&text, name);
        for source in ["10.1.1.1", "10.2.2.2"] {
            let packet = format!("in=a out=b {source} > 8.8.8.8:22/tcp");
            let expected = if source == own { Accept } else { Deny };
            assert_eq!(verdicts(&policy, &packet), [expected], "{name} {source}");
        }
    }
}

#[test]
fn device_groups_that_inherit_too_much_are_left_out_and_said() {
    let rules: String = (0..2_000).map(|at| security(&format!("r{at}"), &[], "allow")).collect();
    let groups: String = (0..550).map(|at| format!("<entry name=\"g{at}\"/>")).collect();
    let text =
        panorama(&groups, "").replace("<shared/>", &format!("<shared>{}</shared>", pre(&rules)));
    let reading = reading(&text);
    let contexts = reading.devices[0].contexts.len();
    assert!(contexts > 450 && contexts < 550, "{contexts}");
    let said = reading.problems.iter().filter(|problem| problem.code == crate::codes::UNSUPPORTED);
    assert_eq!(said.count(), 550 - contexts);
}

#[test]
fn the_last_set_line_counts() {
    let lines = "set rulebase security rules r from any to any source any destination any application any service any\n\
         set rulebase security rules r action allow\nset rulebase security rules r action deny\n\
         set address a ip-netmask 10.1.1.1\nset address a ip-netmask 10.2.2.2\n";
    let policy = policy(lines);
    assert_eq!(policy.rulebases[0].rules[0].action, policy::Action::Decide(Deny));
    let found = format!("{:?}", policy.addresses);
    assert!(found.contains("10.2.2.2") && !found.contains("10.1.1.1"), "{found}");
}

#[test]
fn answers_of_the_api_with_one_list_of_rules() {
    let rule = security("r", &[("from", "a"), ("to", "b")], "allow");
    let translation = "<entry name=\"n\"><from><member>any</member></from><to><member>b</member></to>\
         <source><member>any</member></source><destination><member>any</member></destination><nat-type>ipv4</nat-type></entry>";
    for (name, list) in [("rules", rule.clone()), ("security", format!("<rules>{rule}</rules>"))] {
        let text = format!(
            "<response status=\"success\"><result count=\"1\"><{name}>{list}</{name}></result></response>"
        );
        let policy = policy(&text);
        assert_eq!(verdicts(&policy, "in=a out=b 10.1.1.1 > 8.8.8.8:22/tcp"), [Accept]);
    }
    let text = format!("<response><result><rules>{translation}</rules></result></response>");
    assert_eq!(policy(&text).nat.passes[0].rules.len(), 1);
    let odd =
        "<response><result><rules><entry name=\"x\"><from/></entry></rules></result></response>";
    assert!(!unrecognized(&reading(odd)).is_empty());
}

#[test]
fn what_tunnels_let_through_and_ipv6_that_is_off_are_said() {
    let text = "<config><devices><entry name=\"localhost.localdomain\"><network><tunnel><ipsec><entry name=\"t\"><auto-key>\
        <proxy-id><entry name=\"p\"><local>10.1.1.0/24</local></entry></proxy-id></auto-key></entry></ipsec></tunnel></network>\
        <deviceconfig><setting><session><ipv6-firewalling>no</ipv6-firewalling></session></setting></deviceconfig></entry></devices></config>";
    let reading = reading(text);
    assert_eq!(reading.tally().count(Disposition::Unsupported), 2);
    assert_eq!(reading.problems[0].code, crate::codes::MODE);
}

#[test]
fn secrets_in_fields_by_name() {
    let text = "<config><shared><server-profile><mfa-server-profile><entry name=\"d\"><mfa-config>\
        <entry name=\"duo-secret-key\"><value>hunter2</value></entry></mfa-config></entry></mfa-server-profile></server-profile></shared>\
        <devices><entry name=\"localhost.localdomain\"><deviceconfig><system><secure-proxy-password>hunter2</secure-proxy-password>\
        <ntp-servers><algorithm><sha1><authentication-key>hunter2</authentication-key></sha1></algorithm></ntp-servers>\
        </system></deviceconfig></entry></devices></config>";
    let reading = reading(text);
    let tree = &reading.trees[0];
    let whole = policy::Span { file: 0, start: 0, end: u32::try_from(text.len()).unwrap() };
    let shown = tree.snippet(whole, usize::MAX);
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn long_lines_and_many_interfaces_take_linear_time() {
    // Quadratic ways through these take minutes.
    let list = format!("set address-group g static [ {}]\n", "a ".repeat(1_000_000));
    assert_eq!(reading(&list).trees[0].tally().statements(), 1);
    let each = |show: &dyn Fn(usize) -> String| (0..60_000).map(show).collect::<String>();
    let members = each(&|at| format!("<member>e{at}</member>"));
    let ports = each(&|at| format!("<entry name=\"e{at}\"><layer3/></entry>"));
    let text = format!(
        "<config><devices><entry name=\"localhost.localdomain\"><network><interface><ethernet>{ports}</ethernet></interface>\
         <virtual-router><entry name=\"d\"><interface>{members}</interface></entry></virtual-router></network><vsys>\
         <entry name=\"vsys1\"><zone><entry name=\"z\"><network><layer3>{members}</layer3></network></entry></zone></entry>\
         </vsys></entry></devices></config>"
    );
    assert_eq!(policy(&text).interfaces.len(), 60_000);
}
