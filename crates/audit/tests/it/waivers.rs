//! Waivers: a state and a name, never a way to hide.

use super::*;

fn waiver(expires: &str, scope: &str) -> String {
    format!(
        "zone = \"+08:00\"\n[[waiver]]\nid = \"W-1\"\nreason = \"spare parts ordered\"\napprover = \"CISO\"\n\
         ticket = \"SEC-9\"\nexpires = \"{expires}\"\n{scope}\n"
    )
}

fn question<'a>(waivers: &str) -> Question<'a> {
    let walk = walk("fw", "1.3.6.1.4.1.12356.101.1.644", "hq-fw1", &[]);
    ask("fw1.snmprec", walk).on("2026-09-30").waive(waivers)
}

fn said(assessment: &Assessment) -> Vec<&str> {
    assessment.diagnostics.iter().map(|said| said.code.as_str()).collect()
}

#[test]
fn waived_is_a_state_and_stays_in_the_list() {
    let assessment = question(&waiver("2027-06-30", "assets = [\"hq-*\"]")).assessment();
    let [finding] = assessment.findings.as_slice() else { panic!() };
    assert_eq!((finding.state, finding.waiver.as_deref()), (State::Waived, Some("W-1")));
    assert_eq!(assessment.totals.findings_by_state.get("waived"), Some(&1));
    assert_eq!(assessment.waivers[0].findings, 1);
    assert_eq!(said(&assessment), [""; 0]);
}

#[test]
fn holds_through_its_last_day() {
    assert_eq!(
        question(&waiver("2026-09-30", "vendors = [\"fortinet\"]")).only().state,
        State::Waived
    );
    assert_eq!(
        question(&waiver("2026-09-29", "vendors = [\"fortinet\"]")).only().state,
        State::Prohibited
    );
}

#[test]
fn says_that_it_expired_expires_or_is_of_no_use() {
    let expired = question(&waiver("2026-09-29", "products = [\"fortinet.*\"]")).assessment();
    assert_eq!(said(&expired), ["waiver/expired"]);
    assert_eq!(expired.waivers[0].status, "expired");
    for (day, codes) in [("2026-10-14", &["waiver/expiring"][..]), ("2026-10-15", &[])] {
        let assessment = question(&waiver(day, "products = [\"fortinet.*\"]")).assessment();
        assert_eq!(said(&assessment), codes, "{day}");
    }
    let unused = question(&waiver("2027-06-30", "assets = [\"port-*\"]")).assessment();
    assert_eq!(said(&unused), ["waiver/matches-nothing"]);
    assert_eq!(unused.findings[0].state, State::Prohibited);
}

#[test]
fn every_list_of_its_scope_must_match() {
    let both = "assets = [\"hq-*\"]\nvendors = [\"panw\"]";
    assert_eq!(question(&waiver("2027-06-30", both)).only().state, State::Prohibited);
    let other = "directive = \"us-ndaa-fy19-889\"\nassets = [\"hq-*\"]";
    assert_eq!(question(&waiver("2027-06-30", other)).only().state, State::Prohibited);
}

#[test]
fn does_not_begin_before_its_start() {
    let scope = "starts = \"2026-10-01\"\nassets = [\"*\"]";
    let assessment = question(&waiver("2027-06-30", scope)).assessment();
    assert_eq!(assessment.findings[0].state, State::Prohibited);
    assert_eq!(assessment.waivers[0].status, "not-yet");
}
