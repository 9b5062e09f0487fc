//! Records and texts of a small reading that no platform made.

use dialect::{Fate, Reason, Text, Tree};
use policy::{
    Action, Addresses, Builder, Condition, Device, Interface, Origin, PacketText, PortRange,
    PredicateKind, Route, Routing, Rule, Rulebase, Services, Span, Stage, Verdict, Zones,
    parse_prefix,
};
use report::firewall::check::{CheckOptions, render};
use report::words::Lang;

use super::packets::{Asked, trace};
use super::*;

const TEXT: &str = "\
hostname fw-lab
interface lan 10.0.0.1/24
interface wan 192.0.2.1/24
object web 10.0.0.5
object spare 10.0.0.9
rule 1 lan wan www.example.com accept
rule 2 lan wan web accept
rule 3 lan wan web accept
rule 4 lan wan web drop
admin password hunter2
frobnicate all
";

fn span(part: &str) -> Span {
    let start = TEXT.find(part).unwrap();
    let end = start + TEXT[start..].find('\n').unwrap();
    Span { file: 0, start: start.try_into().unwrap(), end: end.try_into().unwrap() }
}

fn origin(part: &str) -> Origin {
    Origin::at(span(part), part)
}

fn reading() -> Reading {
    let tree = Tree::of_lines(Text { file: 0, path: "lab.conf".into(), text: TEXT.into() });
    for statement in tree.statements() {
        statement.claim(match statement.word(0) {
            "frobnicate" => continue,
            "admin" => Fate::SECRET,
            "rule" if statement.word(4).contains('.') => Fate::approximated(Reason::NamedUnknown),
            _ => Fate::CONVERTED,
        });
    }
    let mut builder = Builder::new("main");
    for (name, prefix) in [("lan", "10.0.0.1/24"), ("wan", "192.0.2.1/24")] {
        let origin = origin(&format!("interface {name}"));
        let zone = builder.zone(name, &origin);
        let addresses = vec![parse_prefix(prefix).unwrap()];
        let name = name.into();
        builder.interface(Interface { name, zone, addresses, stand_in: false, origin });
    }
    let one = |text: &str| Addresses::one(text.parse().unwrap());
    let web = builder.address("web", origin("object web"), one("198.51.100.5"));
    builder.address("spare", origin("object spare"), one("10.0.0.9"));
    let site =
        builder.unknown(PredicateKind::Fqdn, "www.example.com", Origin::implied("www.example.com"));
    let rule = |part: &str, destination, verdict| Rule {
        from: Zones::Of(vec![builder.zone_named("lan").unwrap()]),
        destination,
        services: Services::ports(6, PortRange::one(443)),
        ..Rule::any(origin(part), Action::Decide(verdict))
    };
    let rules = vec![
        rule("rule 1", Addresses::Unknown(site), Verdict::Accept),
        rule("rule 2", Addresses::Object(web), Verdict::Accept),
        rule("rule 3", Addresses::Object(web), Verdict::Accept),
        rule("rule 4", Addresses::Object(web), Verdict::Drop),
    ];
    let default_origin = Origin::implied("implicit deny");
    let base = Rulebase { name: "rules".into(), rules, default: Verdict::Deny, default_origin };
    let rulebase = builder.rulebase(base);
    builder.policy.filter = vec![Stage { rulebase, end: None, guard: Addresses::Any }];
    builder.policy.routing = Routing::Complete;
    builder.policy.routes = vec![Route {
        prefix: parse_prefix("0.0.0.0/0").unwrap(),
        interface: builder
            .policy
            .interfaces
            .iter()
            .position(|one| &*one.name == "wan")
            .map(|index| policy::InterfaceId(index.try_into().unwrap())),
        distance: 1,
        origin: Origin::default(),
    }];
    let device = Device {
        name: "fw-lab".into(),
        platform: "fortios",
        model: "".into(),
        version: "1.2".into(),
        contexts: vec![builder.policy],
    };
    let problems = vec![Problem::error(
        dialect::codes::UNDEFINED,
        span("frobnicate"),
        vec![("name", "all".to_owned())],
    )];
    Reading { dialect: "fortios", devices: vec![device], trees: vec![tree], problems }
}

fn configs() -> Configs {
    Configs { readings: vec![reading()], ..Configs::default() }
}

#[test]
fn a_check_says_what_was_not_read_and_what_does_nothing() {
    let configs = configs();
    let all = dialect::Disposition::ALL;
    let record = checked::check(&configs, &all[2..], 3, (true, false));
    assert!(checked::has_findings(&record, &configs));
    assert_eq!((record.files[0].statements, record.files[0].read), (11, 9));
    let codes: Vec<&str> = record.problems.iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(
        codes,
        [
            "config/undefined",
            "review/duplicate-rule",
            "review/contradicted-rule",
            "review/unused-address"
        ]
    );
    let options = CheckOptions { show: 3, colour: false };
    let text = render(&record, &Words::new(Lang::En), options);
    for line in [
        "11 statements in 1 file, 81.8% converted or inert",
        "unrecognized[statement/unknown]: the statement is not known (1)",
        "  --> lab.conf:11:1\n   |\n11 | frobnicate all\n   | ^^^^^^^^^^^^^^\n",
        "rule 3: an earlier rule matches the same and does the same: rule 2 (lab.conf:7)",
        "    unknowns: DNS name 1",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(!text.contains("hunter2"));
    let chinese = render(&record, &Words::new(Lang::ZhCn), options);
    assert!(chinese.contains("共 11 条语句"), "{chinese}");
}

#[test]
fn a_check_names_the_rules_that_can_go_together() {
    let record = checked::check(&configs(), &[], 3, (false, false));
    let removable = &record.devices[0].contexts[0].removable;
    let names: Vec<&str> = removable.iter().map(|rule| rule.name.as_str()).collect();
    // Behind rule 4 stands a statement that was not understood and that may belong to it.
    assert_eq!(names, ["rule 3"]);
    assert_eq!((removable[0].number, removable[0].line), (3, 8));
    let text = render(&record, &Words::new(Lang::En), CheckOptions { show: 3, colour: false });
    let line = "as was proved: no packet fares otherwise: 1 (rule 3 (lab.conf:8))";
    assert!(text.contains(line), "{text}");
}

#[test]
fn a_check_names_rules_whose_order_matters_with_a_packet() {
    let mut reading = reading();
    let rules = &mut reading.devices[0].contexts[0].rulebases[0].rules;
    let all = Addresses::family(policy::Family::V4);
    rules[1].destination = all.clone();
    rules[2].enabled = false;
    rules[3].services = Services::Any;
    let configs =
        Configs { readings: vec![reading], not_read: Vec::new(), digests: Default::default() };
    let record = checked::check(&configs, &[], 3, (false, false));
    let found = record.problems.iter().find(|problem| problem.code == "review/correlated-rules");
    let found = found.unwrap();
    assert_eq!(
        (found.subject.as_str(), found.args["later"].as_str()),
        ("rule 2", "rule 4 (lab.conf:9)")
    );
    assert_eq!(found.args["standing"], "certain");
    let text = render(&record, &Words::new(Lang::En), CheckOptions { show: 3, colour: false });
    let line = "rule 2: its order with rule 4 (lab.conf:9) matters: in=lan 10.0.0.10:49152 > 198.51.100.5:443/tcp meets \"accept\" here and would meet \"drop\" there, and each of the two matches packets that the other does not";
    assert!(text.contains(line), "{text}");
}

fn traced(text: &str) -> model::record::trace::Trace {
    let asked = Asked { text: text.to_owned(), packet: PacketText::parse(text).unwrap() };
    let reading = reading();
    let device = &reading.devices[0];
    trace(&reading, device, &device.contexts[0], &asked, 10)
}

#[test]
fn a_trace_lists_all_outcomes() {
    let text = "10.0.0.7 > 198.51.100.5:443/tcp";
    let traces = model::record::trace::Traces { traces: vec![traced(text)], ..Default::default() };
    let shown = report::firewall::trace::render(&traces, &Words::new(Lang::En), false);
    let expected = "\
10.0.0.7:49152 > 198.51.100.5:443/tcp
  on fw-lab (FortiOS), context main
  comes in by lan (zone lan)
  the source port was not given, a usual one was chosen
  if DNS name www.example.com includes 198.51.100.5:
    accept
      by rule 1 of rules
         --> lab.conf:6:1
          |
        6 | rule 1 lan wan www.example.com accept
          | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      leaves by wan (zone wan)
  otherwise:
    accept
      by rule 2 of rules
         --> lab.conf:7:1
          |
        7 | rule 2 lan wan web accept
          | ^^^^^^^^^^^^^^^^^^^^^^^^^
      leaves by wan (zone wan)

";
    assert_eq!(shown, expected);
    let given = traced("fqdn=other 10.0.0.7 > 198.51.100.5:443/tcp");
    assert_eq!(given.cases.len(), 1);
    assert_eq!(given.cases[0].steps[0].name, "rule 2");
    let nowhere = traced("in=dmz 10.0.0.7 > 198.51.100.5:443/tcp");
    assert_eq!(nowhere.error, "packet-place");
    assert_eq!(nowhere.error_args["places"], "lan, wan");
}

#[test]
fn tables_name_objects_and_resolve_them() {
    let devices = tables::devices(&reading());
    let context = &devices[0].contexts[0];
    assert_eq!(context.rules[1].destination, "web");
    assert_eq!((context.rules[1].path.as_str(), context.rules[1].line), ("lab.conf", 7));
    assert_eq!(context.objects[0].resolved, "198.51.100.5");
    assert!(context.objects[0].used && !context.objects[1].used);
    assert_eq!(context.rulebases[0].default, "deny");
    assert_eq!(devices[0].head.rules_enabled, 4);
}

#[test]
fn a_condition_without_members_is_never_met() {
    let mut reading = reading();
    let never = Condition { any_of: Vec::new(), negated: false };
    reading.devices[0].contexts[0].rulebases[0].rules[0].conditions.push(never);
    let configs = Configs { readings: vec![reading], ..Configs::default() };
    let record = checked::check(&configs, &[], 3, (true, false));
    let found = record.problems.iter().find(|problem| problem.code == "review/never-matches");
    assert_eq!(found.unwrap().args["cell"], "conditions");
}
