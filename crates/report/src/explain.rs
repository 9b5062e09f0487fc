//! Why a finding stands, as text: the answer of `explain`. Values from inputs are shown in one line, without what could steer a
//! terminal.

use model::record::tied::Unlisted;
use model::record::{Assessment, Evidence, Finding, OwnerStep};

use crate::phrases;
use crate::text::{one_line, pad};
use crate::words::Words;

/// The finding with its reasons, owner chain and decisions; the evidence follows by [`evidence`].
pub fn finding(assessment: &Assessment, finding: &Finding, words: &Words) -> String {
    let mut page = Page { words, text: String::new() };
    page.line("explain-finding", &finding.id);
    page.line("explain-asset", &format!("{} ({})", finding.asset_name, finding.asset));
    let product = words.name(&finding.product);
    let versions = finding.versions.join(", ");
    page.line("explain-product", &format!("{product} ({}) {versions}", finding.product.id));
    page.line("explain-vendor", words.name(&finding.vendor));
    page.line("explain-relation", &words.word("relation", finding.relation.as_str()));
    page.reason("explain-state", "state", finding.state.as_str(), &finding.state_reason);
    let confidence = finding.confidence.as_str();
    page.reason("explain-confidence", "confidence", confidence, &finding.confidence_reason);
    page.clause(assessment, &finding.directive, &finding.clause);
    page.line("explain-decisions", &decisions(finding, words));
    for step in &finding.owner_chain {
        page.line("explain-owner", &owner_step(step, words));
        page.line("", &step.sources.join("; "));
    }
    if let Some(deadline) = &finding.deadline {
        let left = deadline.days_left.map(|left| phrases::days(words, left));
        let left = left.map(|left| words.text("in-brackets", &[("text", (&left).into())]));
        let day = phrases::deadline_day(deadline);
        page.line("explain-deadline", &format!("{day}{}", left.unwrap_or_default()));
    }
    page.line("explain-waiver", finding.waiver.as_deref().unwrap_or_default());
    let args = [("shown", finding.evidence.len().into()), ("total", finding.evidence_total.into())];
    page.line("explain-evidence", &words.text("explain-shown", &args));
    page.text
}

/// A host that the inventory lacks, with what shows that it talks.
pub fn unlisted(assessment: &Assessment, found: &Unlisted, words: &Words) -> String {
    let mut page = Page { words, text: String::new() };
    page.line("explain-finding", &found.id);
    let host = words.text("in-brackets", &[("text", (&words.word("tie", "none")).into())]);
    page.line("explain-asset", &format!("{}{host}", found.asset));
    let products: Vec<&str> = found.products.iter().map(|product| words.name(product)).collect();
    page.line("explain-product", &products.join(&words.plain("comma")));
    page.line("explain-vendor", words.name(&found.vendor));
    if let Some(state) = found.state {
        page.reason("explain-state", "state", state.as_str(), &found.state_reason);
    }
    let confidence = found.confidence.as_str();
    page.reason("explain-confidence", "confidence", confidence, &found.confidence_reason);
    page.clause(assessment, &found.directive, &found.clause);
    let text = crate::traffic::summed("egress-sum", &found.sum, words);
    page.line("explain-evidence", &text);
    for one in &found.evidence {
        let grade = words.word("grade", &one.grade);
        let known = words.word("fact", &one.fact_confidence);
        let notes = [grade, words.word("purpose", &one.purpose), known];
        let notes = notes.join(&words.plain("comma"));
        let notes = words.text("in-brackets", &[("text", (&notes).into())]);
        page.line("", &format!("{}{notes}", one.endpoint));
    }
    page.text
}

/// One piece of evidence: what matched, the fact and its citations, the row as it was understood, the place, the reader. The raw
/// line, or why there is none, is the caller's.
pub fn evidence(evidence: &Evidence, raw: &str, words: &Words) -> String {
    let class = words.word("class", evidence.class.as_str());
    let context = words.word("context", &evidence.context);
    let context = words.text("in-brackets", &[("text", (&context).into())]);
    let head = format!("[{class}] {} = {}{context}", evidence.field, evidence.value);
    let mut page = Page { words, text: format!("\n  {}\n", one_line(&head)) };
    let strength = words.word("strength", &evidence.strength);
    let meaning = words.word("meaning", &evidence.meaning);
    let known = words.word("fact", &evidence.fact_confidence);
    let notes = [strength, meaning, known].join(&words.plain("comma"));
    let notes = words.text("in-brackets", &[("text", (&notes).into())]);
    page.line("explain-pattern", &format!("{}{notes}", pattern(&evidence.pattern, words)));
    page.line("explain-sources", &evidence.fact_sources.join("; "));
    let row: Vec<String> =
        evidence.row.iter().map(|(field, value)| format!("{field}={value}")).collect();
    page.line("explain-row", &row.join("  "));
    page.line("explain-place", &phrases::evidence_place(words, evidence));
    page.line("explain-reader", &format!("{}  sha256 {}", evidence.reader, evidence.sha256));
    page.line("explain-raw", raw);
    page.text
}

/// One step of an ownership chain in words.
pub fn owner_step(step: &OwnerStep, words: &Words) -> String {
    phrases::owner_step(words, step)
}

/// `kind pattern` of a record, the kind in words.
fn pattern(stored: &str, words: &Words) -> String {
    match stored.split_once(' ') {
        Some((kind, value)) => format!("{} {value}", words.word("match", kind)),
        None => stored.to_owned(),
    }
}

/// The decisions, the answers in words.
fn decisions(finding: &Finding, words: &Words) -> String {
    let shown: Vec<String> = finding
        .decisions
        .iter()
        .map(|decision| match decision.split_once('=') {
            Some((slot, answer)) => format!("{slot} = {}", words.word("answer", answer)),
            None => decision.clone(),
        })
        .collect();
    shown.join(&words.plain("comma"))
}

/// A text of labelled lines.
struct Page<'w> {
    words: &'w Words,
    text: String,
}

impl Page<'_> {
    /// A line, unless there is nothing to say; without a label it belongs to the one above.
    fn line(&mut self, key: &str, value: &str) {
        if !value.trim().is_empty() {
            let label = if key.is_empty() { String::new() } else { self.words.plain(key) };
            let line = format!("  {} {}\n", pad(&label, LABEL_COLUMNS), one_line(value.trim()));
            self.text.push_str(&line);
        }
    }

    /// A clause with its directive.
    fn clause(&mut self, assessment: &Assessment, directive: &str, clause: &str) {
        self.line("explain-clause", &format!("{directive} {clause}"));
        let known = assessment.directives.iter().find(|known| known.id == directive);
        if let Some(known) = known {
            self.line("", self.words.pick(&known.title));
            if known.press_only {
                self.line("", &self.words.plain("press-only"));
            }
        }
    }

    /// A word with its reason, and what to do about it.
    fn reason(&mut self, key: &str, group: &str, word: &str, code: &str) {
        let no_args = std::collections::BTreeMap::new();
        let reason = self.words.code(code, &no_args);
        let colon = self.words.plain("colon");
        self.line(key, &format!("{}{colon}{reason}", self.words.word(group, word)));
        if let Some(help) = self.words.help(code) {
            self.line("", &format!("{}{colon}{help}", self.words.plain("explain-help")));
        }
    }
}

const LABEL_COLUMNS: usize = 13;
