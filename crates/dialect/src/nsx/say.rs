//! What there is to say: each thing once, however many contexts meet it.

use std::collections::HashSet;

use model::diagnostic::{Code, Severity};
use policy::Span;

use crate::reading::Problem;

/// The problems so far.
#[derive(Debug)]
pub(super) struct Say {
    pub(super) problems: Vec<Problem>,
    seen: HashSet<(Code, Option<Span>)>,
    limit: usize,
}

impl Say {
    pub(super) fn new(limit: usize) -> Self {
        Self { problems: Vec::new(), seen: HashSet::new(), limit }
    }

    /// Says something about a place, or about the whole export.
    pub(super) fn say(
        &mut self,
        severity: Severity,
        code: Code,
        span: Option<Span>,
        args: Vec<(&'static str, String)>,
    ) {
        if self.problems.len() < self.limit && self.seen.insert((code, span)) {
            self.problems.push(Problem { code, severity, span, args });
        }
    }

    /// An error with one name or value.
    pub(super) fn error(&mut self, code: Code, span: Span, key: &'static str, value: &str) {
        self.say(Severity::Error, code, Some(span), vec![(key, value.to_owned())]);
    }

    /// A warning with one name or value.
    pub(super) fn warning(&mut self, code: Code, span: Span, key: &'static str, value: &str) {
        self.say(Severity::Warning, code, Some(span), vec![(key, value.to_owned())]);
    }

    /// A note with one name or value.
    pub(super) fn note(&mut self, code: Code, span: Span, key: &'static str, value: &str) {
        self.say(Severity::Note, code, Some(span), vec![(key, value.to_owned())]);
    }

    /// Something that is missing from the export and was assumed.
    pub(super) fn assumed(&mut self, span: Option<Span>, what: &str) {
        use crate::codes::ASSUMED;
        // One place may be silent about several things.
        if !self
            .problems
            .iter()
            .any(|known| known.code == ASSUMED && known.args.iter().any(|(_, known)| known == what))
            && self.problems.len() < self.limit
        {
            let args = vec![("what", what.to_owned())];
            let severity = Severity::Warning;
            self.problems.push(Problem { code: ASSUMED, severity, span, args });
        }
    }
}
