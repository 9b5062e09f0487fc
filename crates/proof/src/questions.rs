//! Unknown predicates as questions: the same unknown on both sides is the same question.

use hashbrown::HashMap;
use policy::{Policy, PredicateId, PredicateKind};

use crate::list::Question;

/// What a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// The source address.
    Source,
    /// The destination address as it came.
    Destination,
    /// The destination after translation, as a number of its family.
    Translated(u128),
    /// The destination after a shift by this amount (modulo 2^128).
    Shifted(u128),
    /// The packet as a whole.
    Packet,
}

/// A question in words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Asked {
    /// The kind of predicate.
    pub kind: PredicateKind,
    /// Its meaning. For what is like nothing else, which policy and which predicate it is.
    pub meaning: Box<str>,
    /// About what.
    pub subject: Subject,
}

/// All questions of a comparison.
#[derive(Clone, Debug, Default)]
pub struct Questions {
    numbers: HashMap<Asked, Question>,
    /// By number.
    pub asked: Vec<Asked>,
}

impl Questions {
    /// The number of a question. `side` tells the two policies apart where a predicate is like nothing else.
    pub(crate) fn number(
        &mut self,
        policy: &Policy,
        side: usize,
        predicate: PredicateId,
        subject: Subject,
    ) -> Question {
        let known = usize::try_from(predicate.0).ok().and_then(|id| policy.predicates.get(id));
        let asked = match known {
            Some(known) if !alone(known.kind) => {
                Asked { kind: known.kind, meaning: known.meaning.clone(), subject }
            }
            _ => Asked {
                kind: known.map_or(PredicateKind::Unreadable, |known| known.kind),
                meaning: format!("{side}:{}", predicate.0).into(),
                subject,
            },
        };
        let next = u32::try_from(self.asked.len()).unwrap_or(u32::MAX);
        *self.numbers.entry(asked.clone()).or_insert_with(|| {
            self.asked.push(asked);
            next
        })
    }
}

/// For two copies of one policy: what is like nothing else is the same in both of them, whatever it is.
pub fn as_one(policy: &mut Policy) {
    for (number, predicate) in policy.predicates.iter_mut().enumerate() {
        if alone(predicate.kind) {
            predicate.kind = PredicateKind::Dynamic;
            predicate.meaning = format!("{number} of this configuration").into();
        }
    }
}

/// Whether a predicate of this kind is never the same as another one.
pub(crate) fn alone(kind: PredicateKind) -> bool {
    matches!(
        kind,
        PredicateKind::Undefined | PredicateKind::Unreadable | PredicateKind::InterfaceAddress
    )
}
