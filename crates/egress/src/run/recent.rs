//! The last segments of a mixed input: a name may stand shortly after its flow, so that flows wait a while; and an answer shortly
//! after the name of the flow that it matters for.
//!
//! Clocks of answers and flows may differ by some seconds, so an answer counts for flows that began a little before it. The name of
//! such a flow, which may be somebody else's, can stand in the log before the answer, when nothing told yet that it would matter.

use std::collections::VecDeque;
use std::sync::Arc;

use hashbrown::HashSet;

use crate::maybe::Maybe;
use crate::memory::{Memory, Notes};
use crate::reader::{Account, LineReader};
use crate::run::Pass;
use crate::run::segment::{How, Part, read_line};
use crate::run::taker::{Passed, Taker};

/// Segments that were dealt with.
#[derive(Default)]
pub(super) struct Recent {
    parts: VecDeque<Kept>,
}

/// A segment with the reader in force at its beginning.
pub(super) struct Kept {
    pub(super) reader: Arc<dyn LineReader>,
    pub(super) part: Part,
    /// The pairs of addresses in it.
    pairs: Maybe,
    /// Whether an answer came since that may be for one of them.
    pub(super) answered: bool,
}

/// How many bytes of a log are kept.
const KEPT: usize = 16 << 20;
/// One pair in a hundred others seems to be in a segment of 650 rows.
const PAIR_BITS: u32 = 14;

impl Recent {
    /// Remembers what a segment says, and the names in the segments before it that its answers make matter.
    pub(super) fn note(
        &mut self,
        how: How<'_>,
        memory: &mut Memory,
        passed: &mut Passed,
        part: &Part,
    ) {
        let limits = &how.run.options.limits;
        let answers = part.notes.answers.iter().map(|(pair, _)| *pair);
        let fresh: HashSet<u64> = answers.filter(|pair| !memory.has_pair(*pair)).collect();
        passed.remember(memory, &part.notes, limits);
        if fresh.is_empty() {
            return;
        }
        for Kept { reader, part, pairs, answered } in &mut self.parts {
            if !fresh.iter().any(|pair| pairs.holds(*pair)) {
                continue;
            }
            *answered = true;
            let names = part.notes.names.iter();
            let matter =
                names.filter(|(_, seen)| seen.pair.is_some_and(|pair| fresh.contains(&pair)));
            let notes = Notes { names: matter.copied().collect(), ..Notes::default() };
            passed.remember(memory, &notes, limits);
            let again = read_again(how, memory, reader, part, &fresh);
            passed.remember(memory, &again, limits);
        }
    }

    /// Keeps a segment.
    pub(super) fn keep(&mut self, reader: &Arc<dyn LineReader>, part: Part) {
        let mut pairs = Maybe::new(PAIR_BITS);
        let named = part.notes.names.iter().map(|(_, seen)| seen.pair);
        let waiting = part.waiting.iter().map(|waiting| waiting.pair);
        waiting.chain(named).flatten().for_each(|pair| pairs.add(pair));
        self.parts.push_back(Kept { reader: Arc::clone(reader), part, pairs, answered: false });
    }

    /// The oldest segment, where there is more than is kept, or none will come after: its flows wait no longer.
    pub(super) fn leaves(&mut self, last: bool) -> Option<Kept> {
        let bytes: usize = self.parts.iter().map(|kept| kept.part.segment.bytes.len()).sum();
        if last || bytes > KEPT { self.parts.pop_front() } else { None }
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
