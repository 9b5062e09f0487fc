//! Findings with their reasons and evidence, ready for the template.

use std::collections::BTreeMap;

use model::record::{Assessment, Asset, Evidence, Finding, OwnerStep};

use crate::phrases;
use crate::words::Words;

/// A finding.
pub(crate) struct FindingView {
    /// Its id.
    pub(crate) id: String,
    /// State as stored, for colour and filter.
    pub(crate) state: &'static str,
    /// State in words.
    pub(crate) state_word: String,
    /// The asset's name.
    pub(crate) asset: String,
    /// Kind, site, operating system.
    pub(crate) asset_note: String,
    /// Product with versions.
    pub(crate) product: String,
    /// Vendor and category.
    pub(crate) product_note: String,
    /// Vendor, for sorting.
    pub(crate) vendor: String,
    /// Relation in words.
    pub(crate) relation: String,
    /// Confidence as stored, for colour.
    pub(crate) confidence: &'static str,
    /// Confidence in words.
    pub(crate) confidence_word: String,
    /// Directive and clause.
    pub(crate) clause: String,
    /// Label and text of everything that explains it.
    pub(crate) reasons: Vec<(String, String)>,
    /// What to do.
    pub(crate) help: String,
    /// Steps from the maker to the named vendor.
    pub(crate) chain: Vec<StepView>,
    /// Evidence shown here.
    pub(crate) evidence: Vec<EvidenceView>,
    /// How many observations, in words.
    pub(crate) evidence_count: String,
    /// What is not shown here and where it is.
    pub(crate) evidence_note: Option<String>,
}

/// One step of an ownership chain.
pub(crate) struct StepView {
    /// The owned or earlier side.
    pub(crate) vendor: String,
    /// How they are related.
    pub(crate) kind: String,
    /// The owner or later side.
    pub(crate) to: String,
    /// Period, percentage, how well known, citations.
    pub(crate) note: String,
}

/// One observation.
pub(crate) struct EvidenceView {
    /// Class and strength.
    pub(crate) class: String,
    /// The field that matched.
    pub(crate) field: String,
    /// The value.
    pub(crate) value: String,
    /// The pattern.
    pub(crate) pattern: String,
    /// Path, part and position.
    pub(crate) place: String,
    /// Digest of the input.
    pub(crate) sha256: String,
    /// Reader.
    pub(crate) reader: String,
    /// What the row was read as, what the fact means.
    pub(crate) read_as: String,
    /// How well the fact is known, with citations.
    pub(crate) fact: String,
    /// The whole row.
    pub(crate) row: Vec<(String, String)>,
}

/// The findings that the report shows, and what it says about those that it does not.
pub(crate) fn list(assessment: &Assessment, words: &Words) -> (Vec<FindingView>, Option<String>) {
    let assets: BTreeMap<&str, &Asset> =
        assessment.assets.iter().map(|asset| (asset.id.as_str(), asset)).collect();
    let names = vendor_names(assessment, words);
    let mut room = EVIDENCE_MAX;
    let shown: Vec<FindingView> = assessment
        .findings
        .iter()
        .take(FINDINGS_MAX)
        .map(|finding| {
            let most = room.min(EVIDENCE_OF_FINDING_MAX);
            let asset = assets.get(finding.asset.as_str()).copied();
            let mut view = view(finding, asset, most, words);
            view.chain = finding.owner_chain.iter().map(|s| of_step(s, &names, words)).collect();
            room = room.saturating_sub(view.evidence.len());
            view
        })
        .collect();
    let all = assessment.findings.len();
    let note = (shown.len() < all).then(|| {
        words.text("findings-capped", &[("shown", shown.len().into()), ("all", all.into())])
    });
    (shown, note)
}

fn view(finding: &Finding, asset: Option<&Asset>, most: usize, words: &Words) -> FindingView {
    let asset_note = asset.map_or(String::new(), |asset| {
        let kind = words.word("kind", &asset.kind);
        joined(&[&kind, &asset.site, &asset.os, &asset.owner])
    });
    let evidence: Vec<EvidenceView> =
        finding.evidence.iter().take(most).map(|evidence| of_evidence(evidence, words)).collect();
    let total = u64::from(finding.evidence_total).max(finding.evidence.len() as u64);
    let args = [("shown", evidence.len().into()), ("all", total.into())];
    let note = ((evidence.len() as u64) < total).then(|| words.text("evidence-capped", &args));
    let versions = finding.versions.join(", ");
    FindingView {
        id: finding.id.clone(),
        state: finding.state.as_str(),
        state_word: words.word("state", finding.state.as_str()),
        asset: finding.asset_name.clone(),
        asset_note,
        product: format!("{} {versions}", words.name(&finding.product)).trim_end().to_owned(),
        product_note: joined(&[words.name(&finding.vendor), &finding.category]),
        vendor: words.name(&finding.vendor).to_owned(),
        relation: words.word("relation", finding.relation.as_str()),
        confidence: finding.confidence.as_str(),
        confidence_word: words.word("confidence", finding.confidence.as_str()),
        clause: joined(&[&finding.directive, &finding.clause]),
        reasons: reasons(finding, asset, words),
        help: words.help(&finding.state_reason).unwrap_or_default(),
        chain: Vec::new(),
        evidence,
        evidence_count: words.text("evidence-count", &[("count", total.into())]),
        evidence_note: note,
    }
}

fn reasons(finding: &Finding, asset: Option<&Asset>, words: &Words) -> Vec<(String, String)> {
    let none = BTreeMap::new();
    let deadline = finding.deadline.as_ref().map(|deadline| {
        let days = deadline.days_left.map(|left| phrases::days(words, left)).unwrap_or_default();
        joined(&[phrases::deadline_day(deadline), &days, words.pick(&deadline.action)])
    });
    let code = |code: &str| if code.is_empty() { String::new() } else { words.code(code, &none) };
    let observed = asset.map(|asset| asset.observed_on.clone()).unwrap_or_default();
    let identifiers = asset.map(|asset| asset.identifiers.join(", ")).unwrap_or_default();
    [
        ("column-state-reason", code(&finding.state_reason)),
        ("column-confidence-reason", code(&finding.confidence_reason)),
        ("column-decisions", finding.decisions.join(", ")),
        ("column-waiver", finding.waiver.clone().unwrap_or_default()),
        ("column-deadline", deadline.unwrap_or_default()),
        ("column-observed-on", observed),
        ("column-identifiers", identifiers),
    ]
    .into_iter()
    .filter(|(_, text)| !text.is_empty())
    .map(|(key, text)| (words.plain(key), text))
    .collect()
}

/// The names to show of all vendors that the record names anywhere; chains hold only ids.
fn vendor_names<'a>(assessment: &'a Assessment, words: &Words) -> BTreeMap<&'a str, &'a str> {
    let makers = assessment.findings.iter().map(|finding| &finding.vendor);
    let named = assessment.directives.iter().flat_map(|directive| &directive.vendors);
    makers.chain(named).map(|vendor| (vendor.id.as_str(), words.name(vendor))).collect()
}

fn of_step(step: &OwnerStep, names: &BTreeMap<&str, &str>, words: &Words) -> StepView {
    let name = |id: &str| names.get(id).copied().unwrap_or(id).to_owned();
    let percent = step.percent.map(|percent| format!("{percent}%")).unwrap_or_default();
    let period = phrases::period(words, step);
    let known = words.word("fact", &step.confidence);
    let citations = step.sources.join(", ");
    StepView {
        vendor: name(&step.vendor),
        kind: words.word("step", &step.kind),
        to: name(&step.to),
        note: joined(&[&period, &percent, &known, &citations]),
    }
}

fn of_evidence(evidence: &Evidence, words: &Words) -> EvidenceView {
    let known = words.word("fact", &evidence.fact_confidence);
    let context = words.word("context", &evidence.context);
    let meaning = words.word("meaning", &evidence.meaning);
    EvidenceView {
        class: joined(&[
            &words.word("class", evidence.class.as_str()),
            &words.word("strength", &evidence.strength),
        ]),
        field: evidence.field.clone(),
        value: evidence.value.clone(),
        pattern: evidence.pattern.clone(),
        place: phrases::evidence_place(words, evidence),
        sha256: evidence.sha256.clone(),
        reader: evidence.reader.clone(),
        read_as: if context == meaning { context } else { joined(&[&context, &meaning]) },
        fact: joined(&[&known, &evidence.fact_sources.join(", ")]),
        row: evidence.row.clone(),
    }
}

fn joined(parts: &[&str]) -> String {
    let parts: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    parts.join(" · ")
}

/// Most findings in the report: browsers get slow beyond.
const FINDINGS_MAX: usize = 2_000;

/// Most observations shown of one finding.
const EVIDENCE_OF_FINDING_MAX: usize = 5;

/// Most observations shown in all.
const EVIDENCE_MAX: usize = 4_000;
