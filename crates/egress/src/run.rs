//! A run over the inputs: what knows names first, then what counts bytes; several workers, in shards where asked.
//!
//! Inputs are of three kinds. *Guides* hold names or answers and no flows: they are read first, answers before names. *Mixed* inputs
//! hold both: one alone is read in order, in one pass, in which flows wait for the names and answers that come shortly after them;
//! one that comes later still makes it be read once more, with everything known, and so are several at once. *Plain* inputs hold flows only,
//! and are read last. In a shard, guides and mixed inputs are read whole for what they know, and only the shard's own part is
//! counted: so shards add up to the same as one run.

mod copies;
mod job;
mod late;
mod recent;
mod segment;
mod stream;
mod taker;

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use model::diagnostic::Severity;

use crate::codes;
use crate::endpoints::{Blocks, Endpoints};
use crate::event::Key;
use crate::limits::Limits;
use crate::memory::{Memory, Notes};
use crate::presence::Presence;
use crate::reader::{Account, Format, HEAD_BYTES, Head, Learnt, Noted, Open, Wanted, Yields};
use crate::readers::detect;
use crate::run::job::{Finished, Job};
use crate::sums::EgressSum;

/// One file as the engine sees it.
#[derive(Clone)]
pub struct Input<'a> {
    /// Its path, as it is shown. Inputs are told of in the order of their paths, and read in the order in which they are given.
    pub path: &'a str,
    /// Its size in bytes when it was found; what is written later is not read.
    pub bytes: u64,
    /// Whether it can be opened in the middle. When not (it is compressed, or lies in an archive), `open` is only called with 0, or
    /// with where its part begins.
    pub plain: bool,
    /// Opens it at a byte, decompressed.
    pub open: Opener<'a>,
    /// Which part of it is read, where an earlier run read what is before; without, all is read and counted.
    pub part: Option<Span>,
}

impl Input<'_> {
    /// Whether a part of it is to be read, and some of that is to be counted.
    pub fn counts(&self) -> bool {
        self.part.as_ref().is_some_and(|part| part.until > part.from)
    }
}

/// The part of an input that is read: from a border of lines to the end. All of it is read for what it knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Where it begins.
    pub from: u64,
    /// Up to where, a border of lines too, what is read is counted.
    pub until: u64,
    /// The lines of the header in force where it begins, as [`Read1::header`] has them.
    pub header: Arc<[u8]>,
}

/// Opens an input at a byte.
pub type Opener<'a> = &'a (dyn Fn(u64) -> io::Result<Box<dyn Read + Send>> + Sync);

/// How to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many workers.
    pub workers: usize,
    /// Which shard of how many, from 1.
    pub shard: Option<(u32, u32)>,
    /// Whether every line is read in full, without sieves.
    pub strict: bool,
    /// What may not be exceeded.
    pub limits: Limits,
    /// Hosts of which is to be known whether they occur at all; afterwards it knows.
    pub presence: Arc<Presence>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            workers: 1,
            shard: None,
            strict: false,
            limits: Limits::default(),
            presence: Arc::default(),
        }
    }
}

/// Where addresses stand, as the operator's table has it.
pub trait Locate: Sync {
    /// The country of an address, as the table writes it.
    fn country(&self, address: IpAddr) -> Option<Arc<str>>;
}

/// No table.
pub struct Nowhere;

impl Locate for Nowhere {
    fn country(&self, _: IpAddr) -> Option<Arc<str>> {
        None
    }
}

/// What came of one input.
#[derive(Debug)]
pub struct Read1 {
    /// Its path.
    pub path: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// The format's id and version; `None` when nobody knows the content or it cannot be read.
    pub format: Option<(&'static str, u32)>,
    /// What became of its rows, and what there is to say.
    pub account: Account,
    /// Why it could not be read, or not to its end.
    pub error: Option<io::Error>,
    /// The lines of the header in force at the end of what counts; empty when lines mean what they mean without one.
    pub header: Arc<[u8]>,
}

/// What came of a run.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The sums.
    pub sums: EgressSum,
    /// The inputs, in the order of their paths.
    pub inputs: Vec<Read1>,
    /// Names and answers that were not remembered because the limit was reached.
    pub dropped: u64,
    /// Keys of flows that carry an endpoint's name, by a row of a log, and were not found where this run counts; sorted.
    pub unclaimed: Vec<u64>,
}

/// What all parts of a run see.
pub struct Run<'a> {
    /// What is looked for.
    pub endpoints: &'a Endpoints,
    /// Where addresses stand.
    pub places: &'a dyn Locate,
    /// How to run.
    pub options: &'a Options,
    /// Told how many bytes of inputs were dealt with.
    pub progress: &'a (dyn Fn(u64) + Sync),
}

/// Reads inputs and sums up where their bytes go. `progress` is told, as it goes on, how many more bytes were dealt with.
pub fn run<'i>(
    inputs: &'i [Input<'i>],
    endpoints: &Endpoints,
    places: &dyn Locate,
    options: &Options,
    progress: &(dyn Fn(u64) + Sync),
) -> Outcome {
    let run = Run { endpoints, places, options, progress };
    let mut memory = Memory::default();
    let mut outcome = run_on(&run, inputs, &mut memory);
    outcome.unclaimed = memory.unclaimed().collect();
    outcome.unclaimed.sort_unstable();
    outcome
}

/// [`run`] with what is remembered of earlier runs; what this one finds out is added to it. [`Outcome::unclaimed`] is left empty.
pub(crate) fn run_on<'i>(run: &Run<'_>, inputs: &'i [Input<'i>], memory: &mut Memory) -> Outcome {
    let options = run.options;
    let mut probed: Vec<Probed<'i>> = inputs.iter().map(probe).collect();
    let mut given: Vec<usize> = (0..inputs.len()).collect();
    given.sort_by_key(|number| inputs.get(*number).map(|input| input.path));
    probed.sort_by_key(|probed| probed.input.path);
    // What is read in which order: the numbers are those of the paths in order.
    let mut order: Vec<usize> = (0..probed.len()).collect();
    order.sort_by_key(|number| given.get(*number));
    let learnt = Arc::new(learn(&probed, options));
    let mut jobs: Vec<Job<'i>> = Vec::new();
    let mut outcome = Outcome::default();
    let copies = copies::copies(&probed);
    let paths: Vec<&str> = probed.iter().map(|probed| probed.input.path).collect();
    for number in order {
        let Some(probed) = probed.get(number) else { continue };
        let own = !copies.contains_key(&number);
        match own.then(|| Job::new(number, probed, &learnt, options)).flatten() {
            Some(job) => jobs.push(job),
            None => (run.progress)(probed.input.bytes),
        }
    }
    memory.dropped = 0;
    run.phases(&jobs, memory, &mut outcome.sums);
    outcome.dropped = memory.dropped;
    let mut done: BTreeMap<usize, Finished> =
        jobs.into_iter().map(|job| (job.number, job.finish())).collect();
    for (number, probed) in probed.into_iter().enumerate() {
        let Finished { mut account, error, header } = done.remove(&number).unwrap_or_default();
        account.notes.extend(probed.said.map(|noted| (noted, (1, 0))));
        if let Some(first) = copies.get(&number).and_then(|first| paths.get(*first)) {
            let args = vec![("path", (*first).to_owned())];
            account
                .notes
                .insert(Noted { code: codes::COPY, severity: Severity::Note, args }, (1, 0));
        }
        outcome.inputs.push(Read1 {
            path: probed.input.path.to_owned(),
            bytes: probed.input.bytes,
            format: probed.format.map(|format| (format.id(), format.version())),
            account,
            error: probed.error.or(error),
            header,
        });
    }
    outcome
}

/// The part of rows that one pass over an input is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pass {
    /// Answers are remembered.
    Answers,
    /// Names are remembered.
    Names,
    /// Everything at once, in order.
    Ordered,
    /// Flows are attributed with what is remembered.
    Flows,
}

impl Run<'_> {
    fn phases(&self, jobs: &[Job<'_>], memory: &mut Memory, sums: &mut EgressSum) {
        let tells = |job: &Job<'_>| job.yields.names || job.yields.answers || job.yields.talks;
        let guides = |job: &&Job<'_>| !job.yields.flows && tells(job);
        let mixed = |job: &&Job<'_>| job.yields.flows && tells(job);
        // Several mixed inputs may tell of one another in any order; so may the parts of one that other shards read.
        let parts = jobs.iter().any(|job| job.counts_part());
        // Who talks is told by answers, also by those of a mixed input.
        let talks = jobs.iter().any(|job| job.yields.talks);
        let apart =
            self.options.shard.is_some() || parts || talks || jobs.iter().filter(mixed).count() > 1;
        // A guide is accounted for in its last pass. Mixed inputs of a shard tell what they know before any flow is looked at.
        for pass in [Pass::Answers, Pass::Names] {
            let knows = |job: &&Job<'_>| match pass {
                Pass::Answers => job.yields.answers,
                _ => job.yields.names || job.yields.talks,
            };
            let list: Vec<&Job<'_>> = jobs
                .iter()
                .filter(|job| guides(job) || apart && mixed(job))
                .filter(knows)
                .collect();
            let last = |job: &Job<'_>| {
                guides(&job) && (pass == Pass::Names || !job.yields.names && !job.yields.talks)
            };
            let notes = self.together(&list, pass, &last, memory, sums);
            memory.note(&notes, &self.options.limits);
        }
        if !apart {
            let list: Vec<&Job<'_>> = jobs.iter().filter(mixed).collect();
            let mut first = EgressSum::default();
            let mut passed = taker::Passed::default();
            for job in &list {
                self.ordered(job, memory, &mut first, &mut passed);
            }
            if passed.wrong {
                // A name came long after its flow: now that everything is known, once more.
                list.iter().for_each(|job| job.reset());
                first = EgressSum::default();
                self.together(&list, Pass::Flows, &|_| true, memory, &mut first);
            }
            sums.merge(first);
        }
        let rest: Vec<&Job<'_>> =
            jobs.iter().filter(|job| !guides(job) && (apart || !mixed(job))).collect();
        self.together(&rest, Pass::Flows, &|_| true, memory, sums);
    }

    /// One pass over several inputs at once, whose rows do not depend on one another. What the pass finds out is given back; sums
    /// and accounts of inputs that `counts` says yes to are added up.
    fn together(
        &self,
        jobs: &[&Job<'_>],
        pass: Pass,
        counts: &(dyn Fn(&Job<'_>) -> bool + Sync),
        memory: &Memory,
        sums: &mut EgressSum,
    ) -> Notes {
        let result = Mutex::new((Notes::default(), std::mem::take(sums)));
        let started = AtomicUsize::new(0);
        let work = || {
            // Each begins with another input: of a compressed one only one part at a time can be had.
            let first = started.fetch_add(1, Ordering::Relaxed) % jobs.len().max(1);
            let (before, from) = jobs.split_at_checked(first).unwrap_or_default();
            let (mut own, mut own_sums) = (Notes::default(), EgressSum::default());
            let mut idle = false;
            while !idle {
                idle = true;
                for job in from.iter().chain(before) {
                    let counted = counts(job);
                    while let Some((notes, sum)) = job.step(self, pass, counted, memory) {
                        idle = false;
                        own.append(notes);
                        own.bound(&self.options.limits, false);
                        own_sums.merge(sum);
                    }
                }
            }
            let mut result = result.lock().unwrap_or_else(PoisonError::into_inner);
            result.0.append(own);
            result.0.bound(&self.options.limits, false);
            result.1.merge(own_sums);
        };
        self.workers(&work);
        let (mut notes, sum) = result.into_inner().unwrap_or_else(PoisonError::into_inner);
        *sums = sum;
        // Workers finish in any order.
        notes.sort();
        notes.bound(&self.options.limits, true);
        notes
    }

    /// One pass over a mixed input, in order.
    fn ordered(
        &self,
        job: &Job<'_>,
        memory: &mut Memory,
        sums: &mut EgressSum,
        passed: &mut taker::Passed,
    ) {
        let state = Mutex::new((memory, sums, passed));
        let work = || {
            job.run_ordered(self, &state);
        };
        self.workers(&work);
        let (memory, sums, passed) = state.into_inner().unwrap_or_else(PoisonError::into_inner);
        job.settle(self, (memory, sums, passed));
    }

    fn workers(&self, work: &(dyn Fn() + Sync)) {
        let more = self.options.workers.clamp(1, MAX_WORKERS) - 1;
        std::thread::scope(|scope| {
            for _ in 0..more {
                scope.spawn(work);
            }
            work();
        });
    }
}

/// An input and what its beginning says.
pub(crate) struct Probed<'a> {
    pub(crate) input: &'a Input<'a>,
    pub(crate) format: Option<&'static dyn Format>,
    /// Whether others need what it has to teach.
    pub(crate) teaches: bool,
    /// A hash of its first bytes.
    pub(crate) print: u64,
    /// What it is, where nobody knows it.
    pub(crate) said: Option<Noted>,
    pub(crate) error: Option<io::Error>,
}

/// The first bytes of an input, and whether that is all. Where it cannot be read to there, what comes before can: the pass that reads
/// it says why it ends.
pub(crate) fn head(input: &Input<'_>) -> io::Result<(Vec<u8>, bool)> {
    let mut head = Vec::new();
    let wanted = HEAD_BYTES as u64;
    let complete = match (input.open)(0)?.take(wanted + 1).read_to_end(&mut head) {
        Ok(_) => head.len() as u64 <= wanted,
        Err(error) if head.is_empty() => return Err(error),
        Err(_) => false,
    };
    head.truncate(HEAD_BYTES);
    Ok(late::second_line(input, &head, complete)?.unwrap_or((head, complete)))
}

/// Runs something with the head of an input.
pub(crate) fn with_head<T>(input: &Input<'_>, then: impl FnOnce(&Head<'_>) -> T) -> io::Result<T> {
    let (bytes, complete) = head(input)?;
    let name = input.path.rsplit('/').next().unwrap_or(input.path);
    Ok(then(&Head { bytes: &bytes, complete, name }))
}

fn probe<'a>(input: &'a Input<'a>) -> Probed<'a> {
    let look = |head: &Head<'_>| {
        let format = detect(head);
        Probed {
            input,
            format,
            teaches: format.is_some_and(|format| format.teaches(head)),
            print: copies::print(head.bytes),
            said: if format.is_none() { late::said(input, head.bytes) } else { None },
            error: None,
        }
    };
    let unread = |error| Probed {
        input,
        format: None,
        teaches: false,
        print: 0,
        said: None,
        error: Some(error),
    };
    with_head(input, look).unwrap_or_else(unread)
}

/// What kind of input it is, by its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nobody knows it.
    Unknown,
    /// Lines, which can be read on from any border of lines.
    Lines,
    /// Something that is read as a whole, and whether it may know what other inputs need.
    Whole {
        /// See [`Format::teaches`].
        teaches: bool,
    },
}

/// Looks at the beginning of an input.
///
/// # Errors
/// When it cannot be read.
pub fn kind(input: &Input<'_>) -> io::Result<Kind> {
    with_head(input, |head| match detect(head) {
        None => Kind::Unknown,
        Some(format) => match format.open(head) {
            Open::Lines(_) => Kind::Lines,
            Open::Stream(_) => Kind::Whole { teaches: format.teaches(head) },
        },
    })
}

/// What the inputs teach one another. Every shard learns from all.
fn learn(probed: &[Probed<'_>], options: &Options) -> Learnt {
    let mut learnt = Learnt::default();
    for Probed { input, format, .. } in probed.iter().filter(|probed| probed.teaches) {
        let Some(format) = format else { continue };
        let Ok(stream) = (input.open)(0) else { continue };
        let mut stream = io::BufReader::with_capacity(HEAD_BYTES, stream.take(whole(input)));
        let taught = with_head(input, |head| format.learn(head, &mut stream, &options.limits));
        learnt.add(taught.unwrap_or_default());
    }
    learnt
}

/// How many bytes of an input are read: of one that can be measured, those that were there when it was found.
pub(crate) fn whole(input: &Input<'_>) -> u64 {
    if input.plain { input.bytes } else { u64::MAX }
}

/// A sieve's view of what is looked for.
pub(crate) struct Looking<'a> {
    pub(crate) endpoints: &'a Endpoints,
    pub(crate) presence: &'a Presence,
    /// What is remembered; `None` where more may come that matters.
    pub(crate) memory: Option<&'a Memory>,
    pub(crate) pairs: bool,
    /// The blocks of all of them.
    pub(crate) blocks: Blocks,
}

impl Wanted for Looking<'_> {
    fn name(&self, name: &[u8]) -> bool {
        self.endpoints.by_name(name).is_some()
    }

    fn address(&self, address: IpAddr) -> bool {
        self.endpoints.by_address(address).is_some() || self.presence.seeks(address.to_canonical())
    }

    fn v4(&self, address: u32) -> bool {
        self.endpoints.by_v4(address).is_some()
            || self.presence.seeks(IpAddr::V4(Ipv4Addr::from_bits(address)))
    }

    fn pairs(&self) -> bool {
        self.pairs
    }

    fn blocks(&self) -> &Blocks {
        &self.blocks
    }

    fn matters(&self, key: Option<Key>, pair: Option<u64>) -> bool {
        self.memory.is_none_or(|memory| memory.matters(key, pair))
    }
}

impl<'a> Looking<'a> {
    pub(crate) fn new(run: &Run<'a>, memory: Option<&'a Memory>, pairs: bool) -> Self {
        let (endpoints, presence) = (run.endpoints, &*run.options.presence);
        let mut blocks = endpoints.blocks();
        blocks.merge(presence.blocks());
        Self { endpoints, presence, memory, pairs, blocks }
    }
}

/// What a reader yields, however it reads.
pub(crate) fn yields(open: &Open) -> Yields {
    match open {
        Open::Lines(reader) => reader.yields(),
        Open::Stream(reader) => reader.yields(),
    }
}

/// Most workers of one run.
const MAX_WORKERS: usize = 64;

#[cfg(test)]
mod tests;
