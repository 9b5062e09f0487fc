//! The account of the inputs: where every row went, what was not understood, and what there is to say about it.

use std::collections::BTreeMap;

use model::record::{Assessment, Source};

use crate::phrases;
use crate::text::{count, quoted};
use crate::words::Words;

/// The account of all sources.
pub(crate) struct Account {
    /// The sources, those with something left over first.
    pub(crate) sources: Vec<SourceView>,
    /// Rows in all, understood, inert, not understood.
    pub(crate) totals: [String; 4],
    /// What the list leaves out.
    pub(crate) note: Option<String>,
    /// What was not understood, one reason of one source each.
    pub(crate) lost: Vec<LostView>,
    /// What that list leaves out.
    pub(crate) lost_note: Option<String>,
}

/// One source.
pub(crate) struct SourceView {
    /// Path.
    pub(crate) path: String,
    /// Digest.
    pub(crate) sha256: String,
    /// Outcome and reader.
    pub(crate) fate: String,
    /// Class for its colour.
    pub(crate) tone: &'static str,
    /// Rows in all, understood, inert, not understood.
    pub(crate) rows: [String; 4],
    /// Why rows are of no interest.
    pub(crate) inert: String,
}

/// Rows of one source that were not understood for one reason.
pub(crate) struct LostView {
    /// Path.
    pub(crate) path: String,
    /// Reason in words.
    pub(crate) reason: String,
    /// What to do.
    pub(crate) help: String,
    /// How many.
    pub(crate) rows: String,
    /// First positions.
    pub(crate) first: String,
}

/// What there is to say about the inputs.
pub(crate) struct SaidView {
    /// The diagnostics shown.
    pub(crate) items: Vec<DiagnosticView>,
    /// What the list leaves out.
    pub(crate) note: Option<String>,
}

/// One diagnostic.
pub(crate) struct DiagnosticView {
    /// Severity as stored, for the colour.
    pub(crate) severity: String,
    /// Severity in words.
    pub(crate) severity_word: String,
    /// Code.
    pub(crate) code: String,
    /// Text.
    pub(crate) text: String,
    /// What to do.
    pub(crate) help: String,
    /// Where.
    pub(crate) place: String,
}

/// The account.
pub(crate) fn account(assessment: &Assessment, words: &Words) -> Account {
    let mut sources: Vec<&Source> = assessment.sources.iter().collect();
    sources.sort_by_key(|source| (!phrases::not_read(source), phrases::lost(source) == 0));
    let totals = &assessment.totals;
    let lost: Vec<LostView> =
        sources.iter().flat_map(|source| lost_of(source, words)).take(LOST_MAX).collect();
    let lost_all: usize = sources.iter().map(|source| source.not_understood.len()).sum();
    Account {
        note: capped(sources.len(), SOURCES_MAX, words),
        sources: sources.iter().take(SOURCES_MAX).map(|source| view(source, words)).collect(),
        totals: [
            totals.rows,
            totals.rows_understood,
            totals.rows_inert,
            totals.rows_not_understood,
        ]
        .map(count),
        lost_note: capped(lost_all, LOST_MAX, words),
        lost,
    }
}

/// The diagnostics, errors first.
pub(crate) fn said(assessment: &Assessment, words: &Words) -> SaidView {
    let rank = |severity: &str| match severity {
        "error" => 0,
        "warning" => 1,
        _ => 2,
    };
    let mut all: Vec<_> = assessment.diagnostics.iter().collect();
    all.sort_by_key(|diagnostic| rank(&diagnostic.severity));
    let items = all.iter().take(DIAGNOSTICS_MAX).map(|one| DiagnosticView {
        severity: one.severity.clone(),
        severity_word: words.word("severity", &one.severity),
        code: one.code.clone(),
        text: quoted(&words.code(&one.code, &one.args)),
        help: words.help(&one.code).unwrap_or_default(),
        place: phrases::place(words, &one.path, &one.part, &one.unit, one.at),
    });
    SaidView { items: items.collect(), note: capped(all.len(), DIAGNOSTICS_MAX, words) }
}

fn view(source: &Source, words: &Words) -> SourceView {
    let lost = phrases::lost(source);
    let inert: Vec<String> = source
        .inert
        .iter()
        .filter(|(_, rows)| **rows > 0)
        .map(|(code, rows)| format!("{}: {}", words.code(code, &BTreeMap::new()), count(*rows)))
        .collect();
    let fate = words.word("fate", &source.fate);
    let fate = if source.reader.is_empty() { fate } else { format!("{fate} · {}", source.reader) };
    SourceView {
        path: source.path.clone(),
        sha256: source.sha256.clone(),
        fate,
        tone: match (phrases::not_read(source), lost) {
            (true, _) => "alarm",
            (false, 0) => "good",
            (false, _) => "caution",
        },
        rows: [source.rows, source.understood, phrases::inert(source), lost].map(count),
        inert: inert.join("; "),
    }
}

fn lost_of(source: &Source, words: &Words) -> Vec<LostView> {
    let first = |(part, at): &(String, u64)| {
        if part.is_empty() { at.to_string() } else { format!("{part}:{at}") }
    };
    source
        .not_understood
        .iter()
        .map(|(code, lost)| LostView {
            path: source.path.clone(),
            reason: words.code(code, &BTreeMap::new()),
            help: words.help(code).unwrap_or_default(),
            rows: count(lost.rows),
            first: lost.first.iter().map(first).collect::<Vec<_>>().join(", "),
        })
        .collect()
}

fn capped(all: usize, most: usize, words: &Words) -> Option<String> {
    (all > most).then(|| words.text("rows-capped", &[("shown", most.into()), ("all", all.into())]))
}

/// Most sources listed.
const SOURCES_MAX: usize = 500;

/// Most reasons of sources listed.
const LOST_MAX: usize = 200;

/// Most diagnostics listed.
const DIAGNOSTICS_MAX: usize = 300;
