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
