//! Phrases that several renderers use.

use model::record::{Deadline, Evidence, OwnerStep, Source};

use crate::words::Words;

/// How long until a day, or since.
pub(crate) fn days(words: &Words, days_left: i64) -> String {
    match days_left {
        0 => words.plain("days-today"),
        1.. => words.text("days-left", &[("count", days_left.into())]),
        _ => words.text("days-past", &[("count", days_left.saturating_neg().into())]),
    }
}

/// The day of a deadline, or its rule when no day can be computed.
pub(crate) fn deadline_day(deadline: &Deadline) -> &str {
    deadline.date.as_deref().unwrap_or(&deadline.as_stated)
}

/// `path:part:line 7`, as far as each is known; position zero is about the whole.
pub(crate) fn place(words: &Words, path: &str, part: &str, unit: &str, at: u64) -> String {
    let unit = if at == 0 { "" } else { unit };
    joined(words, path, part, unit, at)
}

/// `line 7`.
fn position(words: &Words, unit: &str, at: u64) -> String {
    words.text(&format!("position-{unit}"), &[("at", (&at.to_string()).into())])
}

/// The place of an observation.
pub(crate) fn evidence_place(words: &Words, evidence: &Evidence) -> String {
    joined(words, &evidence.path, &evidence.part, &evidence.unit, evidence.at)
}

fn joined(words: &Words, path: &str, part: &str, unit: &str, at: u64) -> String {
    let mut out = path.to_owned();
    if !part.is_empty() {
        out.push_str(&format!(":{part}"));
    }
    if !unit.is_empty() {
        out.push_str(&format!(":{}", position(words, unit, at)));
    }
    out
}

/// The period of a step of an ownership chain: `since 2017-12`, `2017-12 to 2025-07-01`, or nothing.
pub(crate) fn period(words: &Words, step: &OwnerStep) -> String {
    let args = [("from", (&step.from).into()), ("until", (&step.until).into())];
    match (step.from.is_empty(), step.until.is_empty()) {
        (true, true) => String::new(),
        (false, true) => words.text("period-since", &args),
        (true, false) => words.text("period-until", &args),
        (false, false) => words.text("period-both", &args),
    }
}

/// One step of an ownership chain in words.
pub(crate) fn owner_step(words: &Words, step: &OwnerStep) -> String {
    let mut notes = vec![period(words, step)];
    notes.extend(step.percent.map(|percent| format!("{percent}%")));
    notes.push(words.word("fact", &step.confidence));
    notes.retain(|note| !note.is_empty());
    let kind = words.word("step", &step.kind);
    let notes = notes.join(&words.plain("comma"));
    words.text(
        "owner-step",
        &[
            ("vendor", (&step.vendor).into()),
            ("kind", (&kind).into()),
            ("to", (&step.to).into()),
            ("notes", (&notes).into()),
        ],
    )
}

/// Rows of a source known to hold nothing of interest.
pub(crate) fn inert(source: &Source) -> u64 {
    source.inert.values().sum()
}

/// Rows of a source that were not understood.
pub(crate) fn lost(source: &Source) -> u64 {
    source.not_understood.values().map(|lost| lost.rows).sum()
}

/// Whether nothing at all was read from a source that should have been.
pub(crate) fn not_read(source: &Source) -> bool {
    matches!(source.fate.as_str(), "unknown" | "unreadable")
}
