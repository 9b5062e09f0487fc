//! Why a finding stands, as text: the answer of `explain`.

use std::fmt::Write as _;

use model::record::{Assessment, Finding};

use crate::phrases;
use crate::words::Words;

/// The finding with its reasons, owner chain, decisions and evidence; the raw lines are the caller's.
pub fn finding(assessment: &Assessment, finding: &Finding, words: &Words) -> String {
    let mut out = String::new();
    let mut put = |key: &str, value: &str| {
        if !value.trim().is_empty() {
            let _ = writeln!(out, "  {:<14} {value}", words.plain(key));
        }
    };
    put("explain-finding", &finding.id);
    put("explain-asset", &format!("{} ({})", finding.asset_name, finding.asset));
    let product = words.name(&finding.product);
    let versions = finding.versions.join(", ");
    put("explain-product", &format!("{product} ({}) {versions}", finding.product.id));
    put("explain-vendor", words.name(&finding.vendor));
    put("explain-relation", &words.word("relation", finding.relation.as_str()));
    let state = words.word("state", finding.state.as_str());
    put(
        "explain-state",
        &format!("{state}: {}", words.plain(&finding.state_reason.replace('/', "-"))),
    );
    let confidence = words.word("confidence", finding.confidence.as_str());
    let reason = words.plain(&finding.confidence_reason.replace('/', "-"));
    put("explain-confidence", &format!("{confidence}: {reason}"));
    put("explain-clause", &format!("{} {}", finding.directive, finding.clause));
    let directive =
        assessment.directives.iter().find(|directive| directive.id == finding.directive);
    if let Some(directive) = directive.filter(|directive| directive.press_only) {
        put("explain-clause", words.pick(&directive.title));
        put("explain-clause", &words.plain("press-only"));
    }
    put("explain-decisions", &finding.decisions.join(", "));
    for step in &finding.owner_chain {
        put("explain-owner", &phrases::owner_step(words, step));
    }
    if let Some(deadline) = &finding.deadline {
        let left = deadline.days_left.map(|left| phrases::days(words, left)).unwrap_or_default();
        put("explain-deadline", &format!("{} {left}", phrases::deadline_day(deadline)));
    }
    put("explain-waiver", finding.waiver.as_deref().unwrap_or_default());
    let shown = finding.evidence.len();
    put("explain-evidence", &format!("{shown} / {}", finding.evidence_total));
    for evidence in &finding.evidence {
        let class = words.word("class", &class_word(evidence));
        let _ = writeln!(out, "\n  [{class}] {} = {}", evidence.field, evidence.value);
        let fact =
            format!("{} ({}, {})", evidence.pattern, evidence.strength, evidence.fact_confidence);
        let _ = writeln!(out, "    {} {fact}", words.plain("explain-pattern"));
        let _ = writeln!(
            out,
            "    {} {}",
            words.plain("explain-sources"),
            evidence.fact_sources.join("; ")
        );
        let row: Vec<String> =
            evidence.row.iter().map(|(field, value)| format!("{field}={value}")).collect();
        let _ = writeln!(out, "    {} {}", words.plain("explain-row"), row.join("  "));
        let place = phrases::evidence_place(words, evidence);
        let _ = writeln!(out, "    {} {place}", words.plain("explain-place"));
        let _ = writeln!(
            out,
            "    {} {}  sha256 {}",
            words.plain("explain-reader"),
            evidence.reader,
            evidence.sha256
        );
    }
    out.push('\n');
    out
}

fn class_word(evidence: &model::record::Evidence) -> String {
    evidence.class.as_str().to_owned()
}
