//! Diagnostics: what there is to say about the user's input. They hold no words; those are in `data/locales/`.

use crate::source::Place;

/// The stable name of a kind of diagnostic or of a ledger reason: kebab-case with its area, `input/truncated`.
///
/// Each crate lists its codes in a `codes` module; a test holds them unique, worded in every language and documented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub &'static str);

/// How much a diagnostic matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Something was left out or is doubtful.
    Warning,
    /// A source or entry could not be used.
    Error,
}

impl Severity {
    /// The word used in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One thing to say about the input. Accumulates; never stops reading.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// What kind.
    pub code: Code,
    /// How much it matters.
    pub severity: Severity,
    /// Where, if it is about a place.
    pub place: Option<Place>,
    /// Values for the placeholders of the text, by name.
    pub args: Vec<(&'static str, String)>,
}
