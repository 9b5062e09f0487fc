//! The last segments of a mixed input: an answer may stand shortly after the name of the flow that it matters for.
//!
//! Clocks of answers and flows may differ by some seconds, so an answer counts for flows that began a little before it. The name of
//! such a flow, which may be somebody else's, can stand in the log before the answer, when nothing told yet that it would matter.

use std::collections::VecDeque;
use std::sync::Arc;

use hashbrown::HashSet;

use crate::memory::{Memory, Notes};
use crate::reader::{Account, LineReader};
use crate::run::Pass;
use crate::run::segment::{How, Part, Segment, read_line};
use crate::run::taker::Taker;

/// Segments that were dealt with, each with the reader in force at its beginning.
#[derive(Default)]
pub(super) struct Recent {
    parts: VecDeque<(Arc<dyn LineReader>, Part)>,
}

/// How many segments are kept: 8 MiB of a log.
const KEPT: usize = 16;

impl Recent {
    /// Remembers what a segment says, and the names in the segments before it that its answers make matter.
    pub(super) fn note(&self, how: How<'_>, memory: &mut Memory, part: &Part) {
        let limits = &how.run.options.limits;
        let answers = part.notes.answers.iter().map(|(pair, _)| *pair);
        let fresh: HashSet<u64> = answers.filter(|pair| !memory.has_pair(*pair)).collect();
        memory.note(&part.notes, limits);
        if fresh.is_empty() {
            return;
        }
        for (reader, part) in &self.parts {
            let names = part.notes.names.iter();
            let matter =
                names.filter(|(_, pair, _)| pair.is_some_and(|pair| fresh.contains(&pair)));
            let notes = Notes { names: matter.copied().collect(), answers: Vec::new() };
            memory.note(&notes, limits);
            let again = read_again(how, memory, reader, part, &fresh);
            memory.note(&again, limits);
        }
    }

    /// Keeps a segment. What is given back is its account, with the buffer of the segment that leaves.
    pub(super) fn keep(&mut self, reader: &Arc<dyn LineReader>, mut part: Part) -> Part {
        let account = std::mem::take(&mut part.account);
        let segment = Segment {
            error: part.segment.error.take(),
            own: part.segment.own,
            ..Segment::default()
        };
        let mut told = Part {
            segment,
            generation: part.generation,
            account,
            notes: Notes::default(),
            sums: Default::default(),
            waiting: Vec::new(),
            after: part.after.take(),
        };
        self.parts.push_back((Arc::clone(reader), part));
        if self.parts.len() > KEPT
            && let Some((_, oldest)) = self.parts.pop_front()
        {
            told.segment.bytes = oldest.segment.bytes;
        }
        told
    }
}

/// The names in rows that were passed over.
fn read_again(
    how: How<'_>,
    memory: &Memory,
    reader: &Arc<dyn LineReader>,
    part: &Part,
    fresh: &HashSet<u64>,
) -> Notes {
    let mut taker = Taker::new(how.run, memory, Pass::Ordered, false, how.family);
    let mut aside = Account::default();
    for waiting in &part.waiting {
        if !waiting.read && waiting.pair.is_some_and(|pair| fresh.contains(&pair)) {
            let reader = waiting.reader.as_ref().unwrap_or(reader);
            read_line(
                &**reader,
                &part.segment,
                waiting.line.clone(),
                &mut taker,
                &mut aside,
                how.run,
            );
        }
    }
    taker.notes
}
