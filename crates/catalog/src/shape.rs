//! The small shapes that all data files share, and how they are read from TOML with spans.

use std::collections::BTreeMap;

use model::date::PartialDate;
use toml_span::de_helpers::{TableHelper, expected};
use toml_span::value::ValueInner;
use toml_span::{DeserError, Deserialize, Error, ErrorKind, Value};

/// One text in several languages, by language tag.
pub type Words = BTreeMap<String, String>;

/// How well a fact is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FactConfidence {
    /// Vendor documentation or official registry, read.
    Documented,
    /// Public manifest, fingerprint data or public script, read.
    Observed,
    /// Third-party text, read.
    Reported,
    /// General knowledge, not looked up: never confirms alone.
    Recalled,
}

/// A closed list of words, as data spells them.
pub trait Keyword: Sized + Copy + 'static {
    /// All words with their values.
    const WORDS: &'static [(&'static str, Self)];
    /// The words alone, for messages.
    const LIST: &'static [&'static str];

    /// The word for this value.
    fn word(self) -> &'static str
    where
        Self: PartialEq,
    {
        Self::WORDS.iter().find(|(_, value)| *value == self).map_or("", |(word, _)| word)
    }
}

impl Keyword for FactConfidence {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("documented", Self::Documented),
        ("observed", Self::Observed),
        ("reported", Self::Reported),
        ("recalled", Self::Recalled),
    ];
    const LIST: &'static [&'static str] = &["documented", "observed", "reported", "recalled"];
}

/// A value of a closed list, read from a string.
pub struct Word<T>(pub T);

impl<'de, T: Keyword> Deserialize<'de> for Word<T> {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let text = value.take_string(None)?;
        match T::WORDS.iter().find(|(word, _)| *word == text) {
            Some((_, found)) => Ok(Self(*found)),
            None => Err(Error {
                kind: ErrorKind::UnexpectedValue { expected: T::LIST, value: Some(text.into()) },
                span: value.span,
                line_info: None,
            }
            .into()),
        }
    }
}

/// A date that may be partial.
pub struct DateText(pub PartialDate);

impl<'de> Deserialize<'de> for DateText {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let text =
            value.take_string(Some("a date such as \"2026-02-11\", \"2026-02\" or \"2026\""))?;
        match PartialDate::parse(&text) {
            Some(date) => Ok(Self(date)),
            None => Err(invalid(value, format!("`{text}` is not a date"))),
        }
    }
}

/// A number that may be written as an integer or with a decimal point.
pub struct Number(pub f64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        match value.take() {
            // Percentages and counts: far below the point where a float loses integers.
            ValueInner::Integer(number) => Ok(Self(number as f64)),
            ValueInner::Float(number) => Ok(Self(number)),
            other => Err(expected("a number", other, value.span).into()),
        }
    }
}

/// A table from language tag to text; `en` and `zh-CN` are required.
pub struct BothLanguages(pub Words);

impl<'de> Deserialize<'de> for BothLanguages {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let words = AnyLanguages::deserialize(value)?.0;
        match ["en", "zh-CN"].iter().find(|tag| !words.contains_key(**tag)) {
            None => Ok(Self(words)),
            Some(tag) => {
                Err(Error { kind: ErrorKind::MissingField(tag), span: value.span, line_info: None }
                    .into())
            }
        }
    }
}

/// A table from language tag to text.
pub struct AnyLanguages(pub Words);

impl<'de> Deserialize<'de> for AnyLanguages {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let table = match value.take() {
            ValueInner::Table(table) => table,
            other => return Err(expected("a table of languages", other, value.span).into()),
        };
        let mut words = Words::new();
        for (key, mut text) in table {
            words.insert(key.name.to_string(), text.take_string(None)?.into_owned());
        }
        Ok(Self(words))
    }
}

/// A table from language tag to a list of texts.
pub struct ListsByLanguage(pub BTreeMap<String, Vec<String>>);

impl<'de> Deserialize<'de> for ListsByLanguage {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let table = match value.take() {
            ValueInner::Table(table) => table,
            other => return Err(expected("a table of languages", other, value.span).into()),
        };
        let mut lists = BTreeMap::new();
        for (key, mut list) in table {
            lists.insert(key.name.to_string(), Vec::<String>::deserialize(&mut list)?);
        }
        Ok(Self(lists))
    }
}

/// Where a fact comes from and how well it is known: the two keys that every fact has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// Ids in `sources.toml`, or of the directive's own sources.
    pub sources: Vec<String>,
    /// How well it is known.
    pub confidence: FactConfidence,
}

impl Provenance {
    /// Takes `source` and `confidence`; a missing one is reported when the table is finalised.
    pub(crate) fn take(table: &mut TableHelper<'_>) -> Self {
        let sources: Vec<String> = table.required("source").unwrap_or_default();
        let confidence = table.required::<Word<FactConfidence>>("confidence");
        Self { sources, confidence: confidence.map_or(FactConfidence::Recalled, |word| word.0) }
    }
}

/// An error of our own at a value.
pub(crate) fn invalid(value: &Value<'_>, why: impl Into<String>) -> DeserError {
    Error { kind: ErrorKind::Custom(why.into().into()), span: value.span, line_info: None }.into()
}

/// The strings under a key; empty when it is absent.
pub(crate) fn strings(table: &mut TableHelper<'_>, key: &'static str) -> Vec<String> {
    table.optional(key).unwrap_or_default()
}

/// The text under a key; empty when it is absent.
pub(crate) fn text(table: &mut TableHelper<'_>, key: &'static str) -> String {
    table.optional(key).unwrap_or_default()
}

/// The text in both languages under a key; empty when it is absent.
pub(crate) fn words(table: &mut TableHelper<'_>, key: &'static str) -> Words {
    table.optional::<BothLanguages>(key).map(|words| words.0).unwrap_or_default()
}

/// The date under a key.
pub(crate) fn date(table: &mut TableHelper<'_>, key: &'static str) -> Option<PartialDate> {
    table.optional::<DateText>(key).map(|date| date.0)
}

/// The word under a key, which must be there; the first of the list stands in when it is wrong, after the error is noted.
pub(crate) fn word<T: Keyword>(table: &mut TableHelper<'_>, key: &'static str) -> Option<T> {
    table.required::<Word<T>>(key).ok().map(|word| word.0)
}

/// The word under a key, if there is one.
pub(crate) fn maybe_word<T: Keyword>(table: &mut TableHelper<'_>, key: &'static str) -> Option<T> {
    table.optional::<Word<T>>(key).map(|word| word.0)
}
