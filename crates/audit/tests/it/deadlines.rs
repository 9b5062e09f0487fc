//! Deadlines in all forms: dates, days after an event, business days, months, and those that come back.

use super::*;
use audit::find::deadline::deadlines;
use model::record::Deadline;

fn of(directive: &str, day: &str) -> Vec<Deadline> {
    deadlines(BUNDLED.directive(directive).unwrap(), day.parse().unwrap())
}

fn dates(deadlines: &[Deadline]) -> Vec<&str> {
    deadlines.iter().map(|deadline| deadline.date.as_deref().unwrap_or("-")).collect()
}

#[test]
fn days_after_the_issue() {
    let all = of("us-bod-17-01", "2017-09-20");
    assert_eq!(dates(&all), ["2017-10-13", "2017-11-12", "2017-12-12"]);
    assert_eq!(all[0].days_left, Some(23));
    assert_eq!(of("us-bod-17-01", "2017-10-14")[0].days_left, Some(-1));
}

#[test]
fn dates_of_caps_and_bans() {
    let all = of("uk-huawei-dvd-2022", TODAY);
    assert_eq!(
        dates(&all),
        [
            "2022-10-13",
            "2022-10-13",
            "2023-01-28",
            "2023-10-31",
            "2023-07-31",
            "2023-12-31",
            "2025-12-31",
            "2027-12-31",
        ]
    );
    let table = "hostname,device vendor,model\nolt1,Huawei,MA5800\n";
    let findings = ask("cmdb.csv", table).under("uk-huawei-dvd-2022").assessment().findings;
    let states: Vec<_> = findings.iter().map(|f| (f.clause.as_str(), f.state)).collect();
    assert!(
        !states.is_empty() && states.iter().all(|(_, state)| *state != State::Watch),
        "{states:?}"
    );
}

#[test]
fn an_event_that_has_not_happened_has_no_day() {
    let all = of("eu-csa2-2026", TODAY);
    let removal = &all[0];
    assert_eq!((removal.date.as_deref(), removal.days_left), (None, None));
    assert_eq!(removal.as_stated, "36 months from the publication of the supplier list");
    let found = of(SECTION_889, TODAY);
    let report = found.iter().find(|d| d.as_stated.contains("discovery")).unwrap();
    assert_eq!(
        (report.date.as_deref(), report.as_stated.as_str()),
        (None, "1 business days after discovery")
    );
}

#[test]
fn the_next_time_of_what_comes_back() {
    let yearly = |day| {
        let all = of(SECTION_889, day);
        all.iter()
            .find(|d| d.clause == "represent-and-report" && d.date.is_some())
            .cloned()
            .unwrap()
    };
    assert_eq!(yearly("2026-08-13").days_left, Some(0));
    assert_eq!(yearly("2026-08-14").date.as_deref(), Some("2027-08-13"));
    let text = directive(&["vmware"], "named-only", "");
    let text = text.replace(
        "\n[[source]]",
        "[[clause.deadline]]\naction.en = \"report\"\naction.zh-CN = \"报告\"\n\
         every = { months = 3 }\nconfidence = \"documented\"\nsource = [\"s1\"]\n\n[[source]]",
    );
    let quarterly = |day| {
        let assessment = ask("h/var/lib/dpkg/status", dpkg("bash", "x", ""))
            .under_text(text.clone())
            .on(day)
            .assessment();
        assessment.directives[0].deadlines[0].date.clone().unwrap()
    };
    assert_eq!(quarterly("2020-02-01"), "2020-04-30", "the last day of a shorter month");
    assert_eq!(quarterly("2020-05-01"), "2020-07-31");
}

#[test]
fn business_days_leave_out_weekends() {
    let text = directive(&["vmware"], "named-only", "");
    let text = text.replace(
        "\n[[source]]",
        "[[clause.deadline]]\naction.en = \"report\"\naction.zh-CN = \"报告\"\n\
         after = { business_days = 3, from = \"issued\" }\nconfidence = \"documented\"\nsource = [\"s1\"]\n\n[[source]]",
    );
    let assessment =
        ask("h/var/lib/dpkg/status", dpkg("bash", "x", "")).under_text(text).assessment();
    // Issued on Friday, 2020-01-31.
    assert_eq!(assessment.directives[0].deadlines[0].date.as_deref(), Some("2020-02-05"));
}
