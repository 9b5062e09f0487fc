//! What a directive leaves open is the user's decision; the rest of the states.

use super::*;

fn gateway() -> String {
    walk(
        "fw",
        "1.3.6.1.4.1.12356.101.1.644",
        "fw1",
        &[("1.3.6.1.4.1.12356.101.4.1.1.0", "4", "v7")],
    )
}

#[test]
fn each_answer_changes_the_state() {
    let state = |answer| {
        let finding = ask("fw1.snmprec", gateway()).decide("hardware-appliances", answer).only();
        let used = format!(
            "hardware-appliances={}",
            match answer {
                Answer::In => "in",
                Answer::Out => "out",
                Answer::Undecided => "undecided",
            }
        );
        assert!(finding.decisions.contains(&used), "{:?}", finding.decisions);
        finding.state
    };
    assert_eq!(state(Answer::In), State::Prohibited);
    assert_eq!(state(Answer::Out), State::OutOfScope);
    assert_eq!(state(Answer::Undecided), State::Undecided);
}

#[test]
fn an_answer_for_one_directive_leaves_the_others() {
    let own = format!("{SECURITY}:hardware-appliances");
    let finding = ask("fw1.snmprec", gateway()).decide(&own, Answer::Out).only();
    assert_eq!(finding.state, State::OutOfScope);
    let finding =
        ask("fw1.snmprec", gateway()).decide("other:hardware-appliances", Answer::Out).only();
    assert_eq!(finding.state, State::Prohibited);
}

#[test]
fn the_record_counts_what_depends_on_a_decision() {
    let assessment =
        ask("fw1.snmprec", gateway()).decide("hardware-appliances", Answer::Out).assessment();
    let decisions = &assessment.directives[0].decisions;
    let one = decisions.iter().find(|decision| decision.id == "hardware-appliances").unwrap();
    assert_eq!((one.answer.as_str(), one.by_user, one.findings), ("out", true, 1));
    let other = decisions.iter().find(|decision| decision.id == "open-source").unwrap();
    assert_eq!((other.answer.as_str(), other.by_user, other.findings), ("undecided", false, 0));
}

#[test]
fn open_source_becomes_prohibited_when_the_user_says_so() {
    let status = dpkg("open-vm-tools", "x", "https://github.com/vmware/open-vm-tools");
    let state = |slots: &[&'static str]| {
        let mut question = ask("h1/var/lib/dpkg/status", status.clone());
        for slot in slots {
            question = question.decide(slot, Answer::In);
        }
        question.only().state
    };
    assert_eq!(state(&["open-source", "guest-tools-and-sdks"]), State::Prohibited);
    assert_eq!(
        state(&["open-source"]),
        State::Undecided,
        "guest tools are a question of their own"
    );
}

#[test]
fn an_unnamed_vendor_of_the_same_origin_and_category_is_watched() {
    let keys = program("Symantec Endpoint Protection", "Symantec Corporation");
    let text = directive(&["crowdstrike"], "named-only", "").replace(
        "\n[[source]]",
        "[[watch]]\norigins = [\"US\"]\ncategories = [\"security\"]\n\n[[source]]",
    );
    let findings = ask("pc.reg", reg("PC1", &keys)).under_text(text).assessment().findings;
    assert!(
        findings.iter().any(|f| f.state == State::Watch && f.state_reason == "state/same-origin")
    );
    assert!(findings.iter().all(|f| f.state == State::Watch && f.clause.is_empty()));
}

#[test]
fn a_report_that_nobody_renewed_is_stale() {
    let table = |day: &str| {
        format!(
            "hostname,software,publisher,last seen\npc1,FortiClient VPN,\"Fortinet, Inc.\",{day}\n"
        )
    };
    let states = |day: &str| -> Vec<State> {
        ask("a.csv", table(day)).assessment().findings.iter().map(|f| f.state).collect()
    };
    let fresh = states("2026-11-01");
    assert!(
        !fresh.is_empty() && fresh.iter().all(|state| *state == State::Prohibited),
        "{fresh:?}"
    );
    let old = states("2026-01-01");
    assert!(!old.is_empty() && old.iter().all(|state| *state == State::Stale), "{old:?}");
    let edge = states("2026-05-26");
    assert!(
        edge.iter().all(|state| *state == State::Prohibited),
        "180 days are not yet stale: {edge:?}"
    );
}
