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
use crate::run::{Input, Outcome, Read1, Run, Span, run_on};
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
    /// Names, answers and programs that were not remembered because the limit was reached; those of what is pending perhaps more than once.
    pub dropped: u64,
}

/// What came of a round.
#[derive(Debug, Default)]
pub struct Round {
    /// What settled, in the order of paths.
    pub settled: Vec<Read1>,
    /// What is pending, in the order of paths.
    pub pending: Vec<Read1>,
}

impl Running {
    /// Reads inputs on. Of each, the [`Span`] says where to begin and up to where it settles now; what lies behind is pending.
    /// `now` is in seconds.
    ///
    /// # Errors
    /// The inputs that could not be read to their end, when there are such: then nothing has changed but what is remembered.
    pub fn round(
        &mut self,
        run: &Run<'_>,
        inputs: &[Input<'_>],
        now: i64,
    ) -> Result<Round, Vec<Read1>> {
        self.memory.now = now;
        let counts = |path: &str| inputs.iter().any(|input| input.path == path && input.counts());
        let mut settles = Outcome::default();
        if inputs.iter().any(Input::counts) {
            settles = run_on(run, inputs, &mut self.memory);
            settles.inputs.retain(|read| counts(&read.path));
            whole(&mut settles)?;
        }
        let rest: Vec<Input<'_>> =
            inputs.iter().filter_map(|input| rest(input, &settles.inputs)).collect();
        let mut pends = run_on(run, &rest, &mut self.memory);
        whole(&mut pends)?;
        self.dropped += settles.dropped;
        self.settled.merge(settles.sums);
        self.pending = pends.sums;
        self.dropped += self.memory.forget();
        Ok(Round { settled: settles.inputs, pending: pends.inputs })
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
fn rest<'a>(input: &Input<'a>, settled: &[Read1]) -> Option<Input<'a>> {
    let part = input.part.as_ref()?;
    let (from, header) = match settled.iter().find(|read| read.path == input.path) {
        Some(read) => (part.until, &read.header),
        None => (part.from, &part.header),
    };
    let part = Span { from, until: u64::MAX, header: Arc::clone(header) };
    // Of what is compressed the caller alone knows where it ends.
    let pends = if input.plain { from < input.bytes } else { from < u64::MAX };
    pends.then(|| Input { part: Some(part), ..input.clone() })
}

/// Whether every input was read to its end; those that were not, else.
fn whole(outcome: &mut Outcome) -> Result<(), Vec<Read1>> {
    let inputs = std::mem::take(&mut outcome.inputs);
    if inputs.iter().all(|read| read.error.is_none()) {
        outcome.inputs = inputs;
        return Ok(());
    }
    Err(inputs.into_iter().filter(|read| read.error.is_some()).collect())
}

#[cfg(test)]
mod tests;
