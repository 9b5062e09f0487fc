//! One pass over an input that is read from its first byte to its last.

use std::io::{self, BufRead, BufReader, Read};

use crate::memory::{Memory, Notes};
use crate::reader::{Account, Events, Open, Out, StreamReader};
use crate::run::job::Job;
use crate::run::segment::How;
use crate::run::taker::{Passed, Taker};
use crate::run::{Pass, whole, with_head};
use crate::sums::EgressSum;

/// What came of a stream.
#[derive(Default)]
pub(crate) struct Streamed {
    pub(crate) account: Account,
    pub(crate) notes: Notes,
    pub(crate) sums: EgressSum,
    pub(crate) error: Option<io::Error>,
}

/// Reads a stream in a pass other than [`Pass::Ordered`].
pub(crate) fn read(job: &Job<'_>, how: How<'_>, memory: &Memory) -> Streamed {
    let counted = how.counted && job.own_whole();
    let mut taker = Taker::new(how.run, memory, how.pass, counted, how.family);
    let mut account = Account::default();
    let error = through(job, &mut taker, &mut account, how);
    let account = if counted { account } else { Account::default() };
    Streamed { account, notes: taker.notes, sums: taker.sums, error }
}

/// Reads a stream that holds names or answers, and flows. What it says is remembered at once, so that a flow finds what lies before
/// it.
pub(crate) fn read_ordered(
    job: &Job<'_>,
    how: How<'_>,
    memory: &mut Memory,
    passed: &mut Passed,
) -> Streamed {
    let mut account = Account::default();
    let mut live = Live { how, memory, passed, sums: EgressSum::default(), channels: Vec::new() };
    let error = through(job, &mut live, &mut account, how);
    Streamed { account, notes: Notes::default(), sums: live.sums, error }
}

fn through(
    job: &Job<'_>,
    events: &mut dyn Events,
    account: &mut Account,
    how: How<'_>,
) -> Option<io::Error> {
    let limits = &how.run.options.limits;
    let mut reader = match with_head(job.input, |head| job.format.open_knowing(head, &job.learnt)) {
        Ok(Open::Stream(reader)) => reader,
        Ok(Open::Lines(_)) => return None,
        Err(error) => return Some(error),
    };
    let stream = match (job.input.open)(0) {
        Ok(stream) => stream.take(whole(job.input)),
        Err(error) => return Some(error),
    };
    let mut watched = Watched { inner: stream, error: None };
    let mut out = Out { events, account, limits };
    read_to_end(&mut *reader, &mut BufReader::with_capacity(BUFFER, &mut watched), &mut out);
    watched.error
}

fn read_to_end(reader: &mut dyn StreamReader, input: &mut dyn BufRead, out: &mut Out<'_>) {
    reader.read(input, out);
}

/// Keeps the first error, which a reader need not report.
struct Watched<R> {
    inner: R,
    error: Option<io::Error>,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer).inspect_err(|error| {
            if error.kind() != io::ErrorKind::Interrupted && self.error.is_none() {
                self.error = Some(io::Error::new(error.kind(), error.to_string()));
            }
        })
    }
}

/// Remembers and attributes as events come.
struct Live<'l> {
    how: How<'l>,
    memory: &'l mut Memory,
    passed: &'l mut Passed,
    sums: EgressSum,
    channels: Vec<(crate::event::Channel, String)>,
}

impl Live<'_> {
    /// Hands one event to the takers of a pass that remembers, or that attributes.
    fn hand(&mut self, pass: Pass, event: impl FnOnce(&mut Taker<'_>)) {
        let mut taker = Taker::new(self.how.run, self.memory, pass, true, self.how.family);
        if pass == Pass::Flows {
            taker.passed = Some(self.passed);
            for (channel, name) in &self.channels {
                taker.channel(*channel, name);
            }
        }
        event(&mut taker);
        let (notes, sums) = (taker.notes, taker.sums);
        self.passed.remember(self.memory, &notes, &self.how.run.options.limits);
        self.sums.merge(sums);
    }
}

impl Events for Live<'_> {
    fn flow(&mut self, flow: &crate::event::Flow<'_>, at: u64) {
        self.hand(Pass::Flows, |taker| taker.flow(flow, at));
    }

    fn name(&mut self, name: &crate::event::Name<'_>, at: u64) {
        self.hand(Pass::Ordered, |taker| taker.name(name, at));
    }

    fn answer(&mut self, answer: &crate::event::Answer<'_>, at: u64) {
        self.hand(Pass::Ordered, |taker| taker.answer(answer, at));
    }

    fn talk(&mut self, talk: &crate::event::Talk<'_>, at: u64) {
        self.hand(Pass::Flows, |taker| taker.talk(talk, at));
    }

    fn channel(&mut self, channel: crate::event::Channel, name: &str) {
        if !self.channels.iter().any(|(known, _)| *known == channel) {
            self.channels.push((channel, name.to_owned()));
        }
    }
}

const BUFFER: usize = 256 << 10;
