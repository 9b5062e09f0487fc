//! Ownership has dates: the same input is judged differently before and after a sale.

use super::*;

fn cyberark() -> String {
    reg(
        "PAM1",
        &service(
            "CyberArk Logic Container",
            "CyberArk Logic Container",
            r"D:\Vault\LogicContainer.exe",
        ),
    )
}

#[test]
fn a_bought_company_is_in_scope_from_the_day_of_the_purchase() {
    let text = directive(&["panw"], "subsidiaries-affiliates", "");
    let question = |day| ask("pam.reg", cyberark()).under_text(text.clone()).on(day);
    assert_eq!(question("2026-02-10").found(), [""; 0]);
    let finding = question("2026-02-11").only();
    assert_eq!((finding.state, finding.named_vendor.as_str()), (State::Prohibited, "panw"));
    assert_eq!(finding.state_reason, "state/owned");
    let [step] = finding.owner_chain.as_slice() else { panic!("{:?}", finding.owner_chain) };
    assert_eq!(
        (step.vendor.as_str(), step.kind.as_str(), step.to.as_str()),
        ("cyberark", "owned-by", "panw")
    );
    assert_eq!((step.from.as_str(), step.percent), ("2026-02-11", Some(100.0)));
    assert!(!step.sources.is_empty());
}

fn access_point() -> String {
    let rows = [("1.3.6.1.4.1.3955.89.1.1.0", "4", "x")];
    walk("SOHO access point", "1.3.6.1.4.1.3955.1000.1", "ap1", &rows)
}

#[test]
fn a_majority_counts_above_the_threshold() {
    let question = |threshold, day: &'static str| {
        let text = directive(&["fortinet"], "subsidiaries-affiliates", "").replace(
            "embedded = \"in\"",
            &format!("ownership.threshold = {threshold}\nembedded = \"in\""),
        );
        ask("ap1.snmprec", access_point()).under_text(text).on(day)
    };
    assert_eq!(question(50, "2020-12-31").found(), [""; 0]);
    let finding = question(50, "2023-06-01").only();
    assert_eq!(finding.owner_chain[0].percent, Some(50.8));
    assert_eq!(finding.state, State::Prohibited);
    assert_eq!(question(60, "2023-06-01").found(), [""; 0]);
    let finding = question(60, "2025-01-31").only();
    assert_eq!(finding.owner_chain[0].percent, Some(100.0));
    assert_eq!((finding.state, finding.named_vendor.as_str()), (State::Prohibited, "fortinet"));
}

fn sold_line() -> String {
    walk("Edge", "1.3.6.1.4.1.45346.1.7", "edge1", &[("1.3.6.1.4.1.45346.1.1.2.0", "4", "x")])
}

#[test]
fn a_sold_line_no_longer_inherits() {
    let text = directive(&["vmware"], "subsidiaries-affiliates", "");
    let question = |day| ask("edge1.snmprec", sold_line()).under_text(text.clone()).on(day);
    assert_eq!(question("2025-06-30").only().state, State::Prohibited);
    let after = question("2025-07-01").found();
    assert!(!after.iter().any(|line| line.starts_with("prohibited")), "{after:?}");
}

#[test]
fn a_sold_brand_is_out_by_default_and_says_so() {
    let table = "hostname,device vendor,model\nphone1,Honor,Honor 50\nphone2,Huawei,AR2220\n";
    let at = |day| ask("cmdb.csv", table).under(SECTION_889).on(day).assessment().findings;
    let state = |day, vendor: &str| {
        at(day).iter().find(|f| f.vendor.id == vendor).map(|f| (f.state, f.state_reason.clone()))
    };
    assert_eq!(state("2020-11-16", "honor").map(|s| s.0), Some(State::Prohibited));
    assert_eq!(
        state("2020-11-17", "honor"),
        Some((State::OutOfScope, "state/decision-out".into()))
    );
    assert_eq!(state("2020-11-17", "huawei").map(|s| s.0), Some(State::Prohibited));
}

#[test]
fn the_press_only_flag_reaches_the_record() {
    let assessment = ask("pam.reg", cyberark()).assessment();
    assert!(assessment.directives[0].press_only);
    assert_eq!(assessment.directives[0].force, "reported-unpublished");
    let assessment = ask("pam.reg", cyberark()).under(SECTION_889).assessment();
    assert!(!assessment.directives[0].press_only);
}
