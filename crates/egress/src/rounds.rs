//! Sums that go on: logs that grow are read in rounds, each from where the last one ended.
//!
//! A name may be logged shortly after its flow, or in another file that is read a moment later. What was read last is therefore
//! *pending*: it is read and summed up again in each round, with all that is known by then, until whoever calls lets it *settle*. So
//! rounds add up to what one run over everything says, as long as a name comes before its flow settles, and its flow before the name
//! is forgotten ([`Memory::forget`]).
//!
//! Everything that a later round needs is in [`Running`] and in the [`Span`]s of the inputs; it can be written, and read again. Which
//! file is which, and when to settle, is for the shell to say: there is no clock here.

use std::io::{self, BufRead, Write};
use std::sync::Arc;

use crate::memory::Memory;
use crate::run::{Input, Read1, Run, Span, run_on};
use crate::sums::{EgressSum, Header, PartialError, read_partial, write_partial};

/// Sums so far, and what is remembered.
#[derive(Debug, Default)]
pub struct Running {
    /// What is counted for good.
    pub settled: EgressSum,
    /// What was read last, and is summed up anew by the next round.
    pub pending: EgressSum,
    /// What is remembered.
    pub memory: Memory,
    /// Names and answers that were not remembered because the limit was reached; those of what is pending perhaps more than once.
    pub dropped: u64,
}

/// What came of a round.
#[derive(Debug, Default)]
pub struct Round {
    /// What settled, in the order of paths, each with up to where. An input that broke did not, and is still to be read.
    pub settled: Vec<(Read1, u64)>,
    /// What is pending, in the order of paths.
    pub pending: Vec<Read1>,
}

impl Running {
    /// Reads inputs on. Of each, the [`Span`] says where to begin and up to where it settles now; what lies behind is pending.
    /// `now` is in seconds.
    pub fn round(&mut self, run: &Run<'_>, inputs: &[Input<'_>], now: i64) -> Round {
        self.memory.now = now;
        let settled = self.settle(run, inputs);
        let rest: Vec<Input<'_>> =
            inputs.iter().filter_map(|input| rest(input, &settled)).collect();
        let outcome = run_on(run, &rest, &mut self.memory);
        self.pending = outcome.sums;
        self.memory.forget();
        Round { settled, pending: outcome.inputs }
    }

    /// Counts what is pending for good, as it was summed up last: some of it cannot be read again.
    pub fn keep_pending(&mut self) {
        self.settled.merge(std::mem::take(&mut self.pending));
    }

    /// Everything, as far as it is known now.
    pub fn sums(&self) -> EgressSum {
        let mut sums = self.settled.clone();
        sums.merge(self.pending.clone());
        sums
    }

    fn settle(&mut self, run: &Run<'_>, inputs: &[Input<'_>]) -> Vec<(Read1, u64)> {
        let mut inputs = inputs.to_vec();
        for _ in 0..ATTEMPTS {
            if !inputs.iter().any(Input::counts) {
                break;
            }
            let outcome = run_on(run, &inputs, &mut self.memory);
            let counts =
                |path: &str| inputs.iter().any(|input| input.path == path && input.counts());
            let broken = |read: &&Read1| read.error.is_some() && counts(&read.path);
            let paths: Vec<String> =
                outcome.inputs.iter().filter(broken).map(|read| read.path.clone()).collect();
            if paths.is_empty() {
                self.dropped += outcome.dropped;
                self.settled.merge(outcome.sums);
                let counted = outcome.inputs.into_iter().filter_map(|read| {
                    let input = inputs.iter().find(|input| input.path == read.path)?;
                    let part = input.part.as_ref().filter(|_| input.counts())?;
                    Some((read, part.until))
                });
                return counted.collect();
            }
            // What cannot be read to its end now is left for later; the others need not wait for it.
            for input in
                inputs.iter_mut().filter(|input| paths.iter().any(|path| path == input.path))
            {
                input.part.iter_mut().for_each(|part| part.until = part.from);
            }
        }
        Vec::new()
    }

    /// Writes everything. The header's words and digests are the caller's.
    ///
    /// # Errors
    /// When `to` cannot be written.
    pub fn write(&self, header: &Header, to: &mut dyn Write) -> io::Result<()> {
        write_partial(header, &self.settled, to)?;
        let second = Header { extra: self.dropped.into(), ..header.clone() };
        write_partial(&second, &self.pending, to)?;
        self.memory.write(to)
    }

    /// Reads what [`Self::write`] wrote.
    ///
    /// # Errors
    /// When it cannot be read, holds a line of another format, or is cut short.
    pub fn read(from: &mut dyn BufRead) -> Result<(Header, Self), PartialError> {
        let (header, settled) = read_partial(from)?;
        let (second, pending) = read_partial(from)?;
        let memory = Memory::read(from)?;
        let dropped = second.extra.as_u64().unwrap_or_default();
        Ok((header, Self { settled, pending, memory, dropped }))
    }
}

/// What of an input stays pending; `None` when nothing does.
fn rest<'a>(input: &Input<'a>, settled: &[(Read1, u64)]) -> Option<Input<'a>> {
    let part = input.part.as_ref()?;
    let (from, header) = match settled.iter().find(|(read, _)| read.path == input.path) {
        Some((read, until)) => (*until, &read.header),
        None => (part.from, &part.header),
    };
    let part = Span { from, until: u64::MAX, header: Arc::clone(header) };
    (input.plain && from < input.bytes).then(|| Input { part: Some(part), ..input.clone() })
}

/// How often settling is tried in a round, each time without what could not be read.
const ATTEMPTS: usize = 3;

#[cfg(test)]
mod tests;
