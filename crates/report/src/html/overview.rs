//! What a reader sees first: title, the situation in sentences, key figures; and at the end where they come from.

use model::finding::{Confidence, State};
use model::record::Assessment;

use crate::figures::Figures;
use crate::text::count;
use crate::words::Words;

/// A key figure.
pub(crate) struct Tile {
    /// What is counted.
    pub(crate) label: String,
    /// The figure.
    pub(crate) value: String,
    /// What it is out of, or what it means.
    pub(crate) note: String,
    /// Class for its colour: `alarm`, `caution`, `good`, `calm`.
    pub(crate) tone: &'static str,
}

/// The title: of the directive when there is one.
pub(crate) fn title(assessment: &Assessment, words: &Words) -> String {
    match assessment.directives.as_slice() {
        [only] if !words.pick(&only.title).is_empty() => words.pick(&only.title).to_owned(),
        _ => words.text("report-title", &[("target", (&assessment.target).into())]),
    }
}

/// The situation in a few sentences, the gravest first.
pub(crate) fn headline(assessment: &Assessment, figures: &Figures, words: &Words) -> Vec<String> {
    let totals = &assessment.totals;
    let mut lines = Vec::new();
    if assessment.sources.is_empty() {
        let args = [("target", (&assessment.target).into())];
        return vec![words.text("summary-no-inputs", &args)];
    }
    let assets = [("count", totals.assets_prohibited.into()), ("of", totals.assets.into())];
    lines.push(match (figures.findings, figures.state(State::Prohibited)) {
        (0, _) => words.text("headline-nothing", &assets),
        (_, 0) => words.text("headline-none-prohibited", &assets),
        _ => words.text("headline-prohibited", &assets),
    });
    let open = figures.state(State::Undecided);
    if open > 0 {
        lines.push(words.text("headline-undecided", &[("count", open.into())]));
    }
    let unsure =
        figures.findings - figures.confidences.get(&Confidence::Confirmed).copied().unwrap_or(0);
    if unsure > 0 {
        lines.push(words.text("headline-unsure", &[("count", unsure.into())]));
    }
    let args = [
        ("rows", totals.rows.into()),
        ("lost", totals.rows_not_understood.into()),
        ("unread", totals.sources_not_read.into()),
    ];
    let whole = totals.rows_not_understood == 0 && totals.sources_not_read == 0;
    lines.push(words.text(if whole { "headline-whole" } else { "headline-gaps" }, &args));
    lines
}

/// The key figures.
pub(crate) fn tiles(assessment: &Assessment, figures: &Figures, words: &Words) -> Vec<Tile> {
    let totals = &assessment.totals;
    let tile = |key: &str, value: u64, note: String, tone: &'static str| Tile {
        label: words.plain(key),
        value: count(value),
        note,
        tone,
    };
    let toned = |value: u64, tone: &'static str| if value == 0 { "good" } else { tone };
    let of_assets = words.text("tile-of-assets", &[("count", totals.assets.into())]);
    let of_findings = words.text("tile-of-findings", &[("count", figures.findings.into())]);
    let prohibited = figures.state(State::Prohibited);
    let open = figures.state(State::Undecided);
    let covered = totals.rows.saturating_sub(totals.rows_not_understood);
    let share = match (covered * 1000).checked_div(totals.rows) {
        Some(share) => format!("{}.{} %", share / 10, share % 10),
        None => "–".to_owned(),
    };
    let lost = [("count", totals.rows_not_understood.into())];
    let bad = totals.rows_not_understood > 0 || totals.sources_not_read > 0;
    vec![
        tile(
            "tile-assets",
            totals.assets_prohibited,
            of_assets,
            toned(totals.assets_prohibited, "alarm"),
        ),
        tile("tile-prohibited", prohibited, of_findings, toned(prohibited, "alarm")),
        tile("tile-undecided", open, words.plain("tile-undecided-note"), toned(open, "caution")),
        tile(
            "tile-vendors",
            figures.vendors.len() as u64,
            words.text("tile-vendors-note", &[("count", figures.findings.into())]),
            "calm",
        ),
        Tile {
            label: words.plain("tile-covered"),
            value: share,
            note: words.text("tile-covered-note", &lost),
            tone: if bad { "caution" } else { "good" },
        },
    ]
}

/// Where the figures come from.
pub(crate) fn about(assessment: &Assessment, words: &Words) -> Vec<(String, String)> {
    let totals = &assessment.totals;
    let observations: u64 =
        assessment.findings.iter().map(|finding| u64::from(finding.evidence_total)).sum();
    [
        ("meta-target", assessment.target.clone()),
        ("meta-date", assessment.date.clone()),
        ("meta-program", assessment.program.clone()),
        ("meta-schema", assessment.schema.clone()),
        ("meta-data", assessment.data_sha256.clone()),
        ("meta-assets", count(totals.assets)),
        ("meta-sources", count(assessment.sources.len() as u64)),
        ("meta-rows", count(totals.rows)),
        ("meta-observations", count(observations)),
        ("meta-distinct-strings", count(totals.distinct_strings)),
        ("meta-distinct-items", count(totals.distinct_items)),
    ]
    .into_iter()
    .map(|(key, value)| (words.plain(key), value))
    .collect()
}
