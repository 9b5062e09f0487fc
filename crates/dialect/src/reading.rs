//! What reading produced.

use model::diagnostic::Code;
pub use model::diagnostic::Severity;
use policy::{Device, Span};

use crate::detect::Group;
use crate::facts::DialectFacts;
use crate::fate::Tally;
use crate::limits::Limits;
use crate::text::{Bytes, decode};
use crate::tree::Tree;
use crate::{DIALECTS, codes, content};

/// Something to say about a place in a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What kind.
    pub code: Code,
    /// How much it matters.
    pub severity: Severity,
    /// Where.
    pub span: Option<Span>,
    /// Values for the placeholders of the text, by name. Never a secret.
    pub args: Vec<(&'static str, String)>,
}

impl Problem {
    /// A warning about a place.
    pub fn warning(code: Code, span: Span, args: Vec<(&'static str, String)>) -> Self {
        Self { code, severity: Severity::Warning, span: Some(span), args }
    }

    /// An error at a place: something could not be used.
    pub fn error(code: Code, span: Span, args: Vec<(&'static str, String)>) -> Self {
        Self { code, severity: Severity::Error, span: Some(span), args }
    }

    /// A note about a place.
    pub fn note(code: Code, span: Span, args: Vec<(&'static str, String)>) -> Self {
        Self { code, severity: Severity::Note, span: Some(span), args }
    }
}

/// What reading files that belong together produced: the value, what to say about it, and where every statement went.
#[derive(Debug, Default)]
pub struct Reading {
    /// The dialect's id.
    pub dialect: &'static str,
    /// The devices.
    pub devices: Vec<Device>,
    /// The files as statement trees, by [`Span::file`]; their fates are the ledger.
    pub trees: Vec<Tree>,
    /// What there is to say, in the order of files and places.
    pub problems: Vec<Problem>,
}

impl Reading {
    /// The ledger as counts.
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        self.trees.iter().for_each(|tree| tally.add(&tree.tally()));
        tally
    }

    /// Whether the two were read from the same texts: one configuration, of which the same could not be read.
    pub fn same_texts(&self, other: &Self) -> bool {
        let texts = self.trees.iter().map(Tree::text);
        self.dialect == other.dialect && texts.eq(other.trees.iter().map(Tree::text))
    }

    /// The tree of a file.
    pub fn tree(&self, file: u16) -> Option<&Tree> {
        self.trees.iter().find(|tree| tree.file() == file)
    }
}

/// Reads one group of files.
pub fn read(group: Group, facts: &DialectFacts, limits: &Limits) -> Reading {
    let Some(dialect) = DIALECTS.iter().find(|dialect| dialect.id() == group.dialect) else {
        return Reading::default();
    };
    let mut problems = Vec::new();
    let files = group.files.into_iter().zip(0u16..);
    let texts: Vec<_> = files
        .map(|(bytes, file): (Bytes, u16)| decode(file, bytes, limits, &mut problems))
        .collect();
    let mut reading = dialect.read(texts, facts, limits);
    reading.dialect = dialect.id();
    problems.append(&mut reading.problems);
    reading.problems = problems;
    content::identify(*dialect, &reading.trees, &mut reading.devices);
    reading.check();
    reading
}

impl Reading {
    /// A policy that breaks its own rules is a defect of ours: it is said, and the context is left out rather than used.
    fn check(&mut self) {
        for device in &mut self.devices {
            device.contexts.retain(|context| match context.validate() {
                Ok(()) => true,
                Err(defect) => {
                    let args = vec![
                        ("context", context.context.to_string()),
                        ("defect", defect.to_string()),
                    ];
                    let severity = Severity::Error;
                    self.problems.push(Problem {
                        code: codes::READER_BUG,
                        severity,
                        span: None,
                        args,
                    });
                    false
                }
            });
        }
        let place = |problem: &Problem| problem.span.map(|span| (span.file, span.start));
        self.problems.sort_by_key(place);
    }
}
