//! Errors of operations: what failed and what to do, in the user's language, with the exit code that follows.

use std::fmt;
use std::path::Path;

use report::words::{Arg, Words};

use crate::Outcome;

/// An operation that failed.
#[derive(Debug)]
pub(crate) struct Trouble {
    text: String,
    help: String,
    /// How the run ends because of it.
    pub(crate) outcome: Outcome,
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Trouble {
    /// Something that the user said or gave is wrong; the key is that of a message with a `help`.
    pub(crate) fn wrong(words: &Words, key: &str, args: &[(&str, Arg<'_>)]) -> Self {
        let help = words.advice(key, args).unwrap_or_default();
        Self { text: words.text(key, args), help, outcome: Outcome::Wrong, cause: None }
    }

    /// A file or folder that cannot be read.
    pub(crate) fn read(words: &Words, path: &Path, cause: std::io::Error) -> Self {
        let shown = path.display().to_string();
        Self::wrong(words, "error-read", &[("path", (&shown).into())]).because(cause)
    }

    /// A file or folder that cannot be written: the work is done and cannot be handed over.
    pub(crate) fn write(words: &Words, path: &Path, cause: std::io::Error) -> Self {
        let shown = path.display().to_string();
        let trouble = Self::wrong(words, "error-write", &[("path", (&shown).into())]);
        Self { outcome: Outcome::Unfinished, ..trouble.because(cause) }
    }

    /// Standard output that cannot be written to.
    pub(crate) fn output(words: &Words, cause: std::io::Error) -> Self {
        let trouble = Self::wrong(words, "error-output", &[]);
        Self { outcome: Outcome::Unfinished, ..trouble.because(cause) }
    }

    /// A renderer that failed: a defect of ours.
    pub(crate) fn render(words: &Words, cause: report::Error) -> Self {
        let trouble = Self::wrong(words, "error-render", &[]);
        Self { outcome: Outcome::Unfinished, cause: Some(Box::new(cause)), ..trouble }
    }

    /// With the operating system's or a parser's own words.
    pub(crate) fn because(
        self,
        cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self { cause: Some(cause.into()), ..self }
    }

    /// What to do about it.
    pub(crate) fn help(&self) -> &str {
        &self.help
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Trouble {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as &(dyn std::error::Error + 'static))
    }
}
