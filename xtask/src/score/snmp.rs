//! Recorded SNMP walks: the vendor of each labelled device, and nothing prohibited on the others.

use anyhow::Result;
use jiff::civil::{Date, date};
use model::finding::{Relation, State};
use model::record::Finding;

use super::Score;
use super::corpus::{Corpus, Walk};
use super::reading::{Facts, today};

/// A directive and the labels that its named vendors, or their lineages, have in the corpus.
pub(super) struct Question {
    pub(super) directive: &'static str,
    labels: &'static [(&'static str, &'static [&'static str])],
}

/// The directive that names security vendors.
pub(super) const SECURITY_SOFTWARE: &str = "cn-2026-01-security-software";

pub(super) const QUESTIONS: &[Question] = &[
    Question {
        directive: SECURITY_SOFTWARE,
        labels: &[
            ("VMware", &["vmware"]),
            ("Palo Alto Networks", &["panw"]),
            ("Fortinet", &["fortinet"]),
            ("Check Point", &["checkpoint"]),
            ("McAfee/Trellix", &["mcafee", "trellix"]),
        ],
    },
    Question {
        directive: "us-ndaa-fy19-889",
        labels: &[
            ("Huawei", &["huawei"]),
            ("ZTE", &["zte"]),
            ("Hikvision", &["hikvision"]),
            ("Dahua", &["dahua"]),
            ("Hytera", &["hytera"]),
        ],
    },
];

impl Question {
    /// The vendors that a walk's label stands for, if this directive is about them.
    pub(super) fn vendors(&self, walk: &Walk) -> Option<&'static [&'static str]> {
        self.labels.iter().find(|(label, _)| *label == walk.label).map(|(_, vendors)| *vendors)
    }

    /// Whether a finding says that the device is one of these vendors'.
    pub(super) fn is_answer(finding: &Finding, vendors: &[&str]) -> bool {
        let firm = !matches!(finding.state, State::Watch | State::OutOfScope);
        finding.relation == Relation::Is && firm && vendors.contains(&finding.vendor.id.as_str())
    }
}

pub(super) fn scores(corpus: &Corpus, facts: &Facts) -> Result<Vec<Score>> {
    let walks = corpus.walks()?;
    let mut scores: Vec<Score> =
        QUESTIONS.iter().map(|question| labelled(question, &walks, facts)).collect();
    scores.push(unlabelled(&walks, facts));
    scores.push(time_dependent(&walks, facts));
    Ok(scores)
}

fn labelled(question: &Question, walks: &[Walk], facts: &Facts) -> Score {
    let mut score = Score {
        part: "SNMP walks, labelled".to_owned(),
        what: format!("maker, `is`, under `{}`", question.directive),
        target: true,
        ..Score::default()
    };
    for walk in walks.iter().filter(|walk| !walk.label.is_empty()) {
        let file = [(walk.path.clone(), walk.bytes.clone())];
        let findings = facts.findings(&file, question.directive, today());
        let vendors = question.vendors(walk);
        if let Some(vendors) = vendors {
            score.expected += 1;
            if findings.iter().any(|finding| Question::is_answer(finding, vendors)) {
                score.found += 1;
            } else {
                score.details.push(format!("missed: {} ({})", walk.name, walk.label));
            }
        }
        let others = findings.iter().filter(|finding| {
            let vendor = finding.vendor.id.as_str();
            let right = vendors.is_some_and(|vendors| vendors.contains(&vendor));
            finding.state == State::Prohibited && !right
        });
        for other in others {
            score.wrong += 1;
            score.details.push(format!("wrong: {} is no {}", walk.name, other.product.id));
        }
    }
    score
}

fn unlabelled(walks: &[Walk], facts: &Facts) -> Score {
    let mut score = Score {
        part: "SNMP walks, others".to_owned(),
        what: "nothing prohibited under either directive".to_owned(),
        target: true,
        ..Score::default()
    };
    for walk in walks.iter().filter(|walk| walk.label.is_empty()) {
        let file = [(walk.path.clone(), walk.bytes.clone())];
        for question in QUESTIONS {
            for finding in facts.findings(&file, question.directive, today()) {
                score.wrong += usize::from(finding.state == State::Prohibited);
                score.details.push(format!("{}: {}", walk.name, line(&finding)));
            }
        }
    }
    score
}

/// The sold line: ours to find, and by which path it reaches the named vendor depends on the day.
fn time_dependent(walks: &[Walk], facts: &Facts) -> Score {
    let mut score = Score {
        part: "SNMP walks, sold line".to_owned(),
        what: "VeloCloud: owned by a named vendor before 2025-07-01, lineage after".to_owned(),
        target: true,
        ..Score::default()
    };
    let days: [(Date, &[&str]); 3] = [
        (date(2024, 6, 1), &["owned-by"]),
        (date(2025, 6, 30), &["owned-by"]),
        (today(), &["divested", "formerly-owned-by"]),
    ];
    for walk in walks.iter().filter(|walk| walk.label.starts_with("VeloCloud")) {
        let file = [(walk.path.clone(), walk.bytes.clone())];
        for (day, steps) in days {
            score.expected += 1;
            let findings = facts.findings(&file, SECURITY_SOFTWARE, day);
            let right = findings.iter().any(|finding| {
                finding.vendor.id == "velocloud"
                    && finding.relation == Relation::Is
                    && finding.state == State::Undecided
                    && finding.owner_chain.iter().any(|step| steps.contains(&step.kind.as_str()))
            });
            score.found += usize::from(right);
            for finding in findings {
                score.details.push(format!("{day}: {} {}", walk.name, line(&finding)));
            }
        }
    }
    score
}

/// A finding in one line.
pub(super) fn line(finding: &Finding) -> String {
    let first = finding.evidence.first();
    let why = first.map(|e| format!("{} `{}`", e.field, e.value)).unwrap_or_default();
    let chain: Vec<_> = finding.owner_chain.iter().map(|step| step.kind.as_str()).collect();
    format!(
        "{} {} {} {} [{}] by {why}",
        finding.state.as_str(),
        finding.confidence.as_str(),
        finding.relation.as_str(),
        finding.product.id,
        chain.join(" "),
    )
}
