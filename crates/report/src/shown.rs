//! Cells: the values of a table, either as machines compare them or as people read them.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::record::Named;

use crate::words::{Lang, Words};

/// A value of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    /// Text.
    Text(String),
    /// A number.
    Number(i64),
    /// A day, `YYYY-MM-DD`, or empty.
    Day(String),
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Cell {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<&Arc<str>> for Cell {
    fn from(text: &Arc<str>) -> Self {
        Self::Text(text.to_string())
    }
}

impl From<u64> for Cell {
    fn from(number: u64) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<u32> for Cell {
    fn from(number: u32) -> Self {
        Self::Number(i64::from(number))
    }
}

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    /// The stable name that programs use; `column-<name>` is the key of its shown header.
    pub(crate) name: &'static str,
    /// Width in a workbook, in characters.
    pub(crate) width: u16,
}

/// Who looks at the cells.
#[derive(Clone, Copy)]
pub(crate) enum View<'a> {
    /// A program: stored words, English names.
    Machine,
    /// A person.
    Person(&'a Words),
}

impl View<'_> {
    /// A word of a closed vocabulary.
    pub(crate) fn word(self, group: &str, value: &str) -> Cell {
        match self {
            Self::Machine => value.into(),
            Self::Person(_) if value.is_empty() => value.into(),
            Self::Person(words) => words.word(group, value).into(),
        }
    }

    /// A code, in words for people.
    pub(crate) fn code(self, code: &str) -> Cell {
        match self {
            Self::Machine => code.into(),
            Self::Person(_) if code.is_empty() => code.into(),
            Self::Person(words) => words.code(code, &BTreeMap::new()).into(),
        }
    }

    /// The name to show for an id.
    pub(crate) fn name(self, named: &Named) -> Cell {
        match self {
            Self::Machine => match named.name.get(Lang::En.tag()) {
                Some(name) => name.into(),
                None => (&named.id).into(),
            },
            Self::Person(words) => words.name(named).into(),
        }
    }
}

/// The header of a column for people.
pub(crate) fn header(words: &Words, name: &str) -> String {
    words.plain(&format!("column-{}", name.replace('_', "-")))
}
