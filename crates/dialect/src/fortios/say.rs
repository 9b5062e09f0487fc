//! What there is to say while reading.

use model::diagnostic::Code;
use policy::Span;

use crate::reading::Problem;

/// Problems, up to a limit.
#[derive(Debug)]
pub(super) struct Say {
    /// So far.
    pub(super) problems: Vec<Problem>,
    limit: usize,
}

impl Say {
    /// Keeps at most `limit` problems.
    pub(super) fn new(problems: Vec<Problem>, limit: usize) -> Self {
        Self { problems, limit }
    }

    /// A warning about a place.
    pub(super) fn warn(&mut self, code: Code, span: Span, key: &'static str, value: &str) {
        if self.problems.len() < self.limit {
            self.problems.push(Problem::warning(code, span, vec![(key, value.to_owned())]));
        }
    }

    /// A note about a place.
    pub(super) fn note(&mut self, code: Code, span: Span, key: &'static str, value: &str) {
        if self.problems.len() < self.limit {
            self.problems.push(Problem::note(code, span, vec![(key, value.to_owned())]));
        }
    }
}
