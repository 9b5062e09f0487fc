//! One input in a run: cut into segments that workers take, and put together in their order.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use model::diagnostic::{Code, Severity};

use crate::codes;
use crate::memory::{Memory, Notes};
use crate::reader::{Account, Format, Learnt, LineReader, Noted, Open, Yields, trim_end};
use crate::run::recent::Recent;
use crate::run::segment::{How, InForce, Part, SEGMENT, Segment, look_again, process, resolve};
use crate::run::taker::Passed;
use crate::run::{Input, Options, Pass, Probed, Run, late, stream, whole, with_head, yields};
use crate::sums::EgressSum;

/// An input of a known format.
pub(crate) struct Job<'a> {
    /// Its number among all inputs.
    pub(crate) number: usize,
    pub(crate) input: &'a Input<'a>,
    pub(crate) format: &'static dyn Format,
    pub(crate) learnt: Arc<Learnt>,
    pub(crate) yields: Yields,
    /// The bytes whose lines count in this shard.
    own: (u64, u64),
    /// Whether the input is one of lines.
    lines: bool,
    state: Mutex<State>,
    /// Woken when a part was put in its place.
    moved: Condvar,
    source: Mutex<Source>,
    /// What lies shortly before, in a pass that goes in order.
    recent: Mutex<Recent>,
}

/// What came of an input.
#[derive(Default)]
pub(crate) struct Finished {
    pub(crate) account: Account,
    pub(crate) error: Option<io::Error>,
    pub(crate) header: Arc<[u8]>,
}

/// How far the pass is.
#[derive(Default)]
struct State {
    /// The reader in force where parts are put together, with how often it was changed.
    reader: Option<InForce>,
    /// The next segment to be given out.
    next: u64,
    /// The segments of the pass, when the input can be opened anywhere: where each begins and ends, and whether it counts.
    ranges: Vec<(u64, u64, bool)>,
    begun: Option<(Pass, bool)>,
    /// The next part to be put in its place, and those that are there before their turn.
    placed: u64,
    early: BTreeMap<u64, Part>,
    account: Account,
    error: Option<io::Error>,
    /// The lines of the header in force at the end of what counts and was put in its place.
    header: Arc<[u8]>,
    buffers: Vec<Vec<u8>>,
}

/// An input that can only be read from its beginning.
#[derive(Default)]
struct Source {
    stream: Option<Box<dyn Read + Send>>,
    carry: Vec<u8>,
    skipping: bool,
    base: u64,
    next: u64,
    ended: bool,
}

/// How many segments may be read ahead of the one whose turn it is.
const AHEAD: u64 = 32;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'a> Job<'a> {
    /// `None` for an input that nobody knows or that cannot be read.
    pub(crate) fn new(
        number: usize,
        probed: &Probed<'a>,
        learnt: &Arc<Learnt>,
        options: &Options,
    ) -> Option<Self> {
        let (input, format) = (probed.input, probed.format?);
        let open = with_head(input, |head| format.open_knowing(head, learnt)).ok()?;
        let lines = matches!(open, Open::Lines(_));
        let mut yields = yields(&open);
        if lines {
            yields = yields.or(late::yields_behind(input, format, learnt));
        }
        let (mine, all) = options.shard.unwrap_or((1, 1));
        let (mine, all) = (u64::from(mine.max(1)), u64::from(all.max(1)));
        let own = if let Some(part) = &input.part {
            let end = if lines { whole(input) } else { u64::MAX };
            (part.from, part.until.clamp(part.from, end.max(part.from)))
        } else if lines && input.plain {
            let cut =
                |at: u64| u64::try_from(u128::from(input.bytes) * u128::from(at) / u128::from(all));
            (cut(mine - 1).unwrap_or(0), cut(mine).unwrap_or(input.bytes))
        } else if number as u64 % all == mine - 1 {
            (0, u64::MAX)
        } else {
            (0, 0)
        };
        let learnt = Arc::clone(learnt);
        Some(Self {
            number,
            input,
            format,
            learnt,
            yields,
            own,
            lines,
            state: Mutex::default(),
            moved: Condvar::new(),
            source: Mutex::default(),
            recent: Mutex::default(),
        })
    }

    /// Whether the whole input counts in this shard, for those that are not cut.
    pub(crate) fn own_whole(&self) -> bool {
        self.own.1 > self.own.0
    }

    /// Whether some of what is read is not counted.
    pub(crate) fn counts_part(&self) -> bool {
        let end = if self.lines { whole(self.input) } else { u64::MAX };
        self.input.part.as_ref().is_some_and(|part| part.until < end)
    }

    /// What there is at the end of the run.
    pub(crate) fn finish(self) -> Finished {
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        Finished { account: state.account, error: state.error, header: state.header }
    }

    /// Where reading begins.
    fn first(&self) -> u64 {
        self.input.part.as_ref().map_or(0, |part| part.from)
    }

    /// Forgets what was counted, so that the input can be read once more.
    pub(crate) fn reset(&self) {
        let mut state = lock(&self.state);
        state.account = Account::default();
        state.error = None;
        state.begun = None;
    }

    /// Attributes the flows that still wait at the end of a pass in order.
    pub(crate) fn settle(
        &self,
        run: &Run<'_>,
        (memory, sums, passed): (&Memory, &mut EgressSum, &mut Passed),
    ) {
        let how = self.how(run, Pass::Ordered, true, memory);
        while let Some(mut kept) = lock(&self.recent).leaves(true) {
            sums.merge(resolve(how, memory, passed, &mut kept));
            lock(&self.state).account.add(kept.part.account);
        }
    }

    fn how<'h>(&self, run: &'h Run<'h>, pass: Pass, counted: bool, memory: &Memory) -> How<'h> {
        let pairs = match pass {
            Pass::Answers => false,
            Pass::Names | Pass::Flows => memory.has_answers(),
            Pass::Ordered => memory.has_answers() || self.yields.answers,
        };
        How { run, pass, counted, family: self.format.family(), pairs }
    }

    /// Takes the next piece of a pass and deals with it. `None` when there is nothing left to take.
    pub(crate) fn step(
        &self,
        run: &Run<'_>,
        pass: Pass,
        counted: bool,
        memory: &Memory,
    ) -> Option<(Notes, EgressSum)> {
        let how = self.how(run, pass, counted, memory);
        if !self.lines {
            return self.step_stream(how, memory);
        }
        let (segment, reader) = self.take(pass, counted, run)?;
        let bytes = segment.bytes.len() as u64;
        let index = segment.index;
        let part = guarded(how, memory, &reader, segment);
        self.tell(run, counted, bytes);
        let mut notes = Notes::default();
        let mut sums = EgressSum::default();
        self.place(
            index,
            part,
            |_, mut part| {
                notes.append(std::mem::take(&mut part.notes));
                sums.merge(std::mem::take(&mut part.sums));
                part
            },
            how,
            memory,
        );
        Some((notes, sums))
    }

    fn step_stream(&self, how: How<'_>, memory: &Memory) -> Option<(Notes, EgressSum)> {
        {
            let mut state = lock(&self.state);
            let this = Some((how.pass, how.counted));
            if state.begun == this {
                return None;
            }
            state.begun = this;
        }
        let worth = how.pass != Pass::Flows || self.own_whole();
        if !worth {
            return None;
        }
        let read = catch_unwind(AssertUnwindSafe(|| stream::read(self, how, memory)));
        let streamed = read.unwrap_or_else(|_| broken());
        self.tell(how.run, how.counted, self.input.bytes);
        let mut state = lock(&self.state);
        state.account.add(streamed.account);
        state.error =
            state.error.take().or(streamed.error.filter(|_| how.counted && self.own_whole()));
        Some((streamed.notes, streamed.sums))
    }

    /// Reads a mixed input in one pass. What is remembered and summed up so far is shared by the workers.
    pub(crate) fn run_ordered(
        &self,
        run: &Run<'_>,
        shared: &Mutex<(&mut Memory, &mut EgressSum, &mut Passed)>,
    ) {
        let how = {
            let shared = lock(shared);
            self.how(run, Pass::Ordered, true, shared.0)
        };
        if !self.lines {
            return self.ordered_stream(how, shared);
        }
        // What a worker makes of a segment does not depend on what is remembered.
        let nothing = Memory::default();
        while let Some((segment, reader)) = self.take(Pass::Ordered, true, run) {
            let bytes = segment.bytes.len() as u64;
            let index = segment.index;
            let part = guarded(how, &nothing, &reader, segment);
            self.tell(run, true, bytes);
            self.place(
                index,
                part,
                |reader, mut part| {
                    let mut shared = lock(shared);
                    let (memory, sums, passed) = &mut *shared;
                    let mut recent = lock(&self.recent);
                    recent.note(how, memory, passed, &part);
                    look_again(how, memory, passed, reader, &mut part);
                    sums.merge(std::mem::take(&mut part.sums));
                    let mut told = part.told();
                    recent.keep(reader, part);
                    while let Some(mut kept) = recent.leaves(false) {
                        sums.merge(resolve(how, memory, passed, &mut kept));
                        told.account.add(kept.part.account);
                        told.segment.bytes = kept.part.segment.bytes;
                    }
                    told
                },
                how,
                &nothing,
            );
        }
    }

    fn ordered_stream(
        &self,
        how: How<'_>,
        shared: &Mutex<(&mut Memory, &mut EgressSum, &mut Passed)>,
    ) {
        let mut shared = lock(shared);
        {
            let mut state = lock(&self.state);
            if state.begun.replace((Pass::Ordered, true)).is_some() {
                return;
            }
        }
        let (memory, sums, passed) = &mut *shared;
        let read =
            catch_unwind(AssertUnwindSafe(|| stream::read_ordered(self, how, memory, passed)));
        let streamed = read.unwrap_or_else(|_| broken());
        sums.merge(streamed.sums);
        self.tell(how.run, true, self.input.bytes);
        let mut state = lock(&self.state);
        state.account.add(streamed.account);
        state.error = state.error.take().or(streamed.error);
    }

    fn tell(&self, run: &Run<'_>, counted: bool, bytes: u64) {
        if counted {
            (run.progress)(bytes);
        }
    }

    /// The next segment of a pass, with the reader in force as far as it is known.
    fn take(&self, pass: Pass, counted: bool, run: &Run<'_>) -> Option<(Segment, InForce)> {
        let (range, mut segment, reader) = {
            let mut state = lock(&self.state);
            self.begin(&mut state, pass, counted);
            while state.next >= state.placed + AHEAD {
                state = self.moved.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            let reader = state.reader.clone()?;
            let segment =
                Segment { bytes: state.buffers.pop().unwrap_or_default(), ..Segment::default() };
            if !self.input.plain {
                drop(state);
                return Some((self.take_next(segment, pass, run)?, reader));
            }
            let range = state.ranges.get(usize::try_from(state.next).ok()?).copied()?;
            let segment = Segment { index: state.next, own: range.2, ..segment };
            state.next += 1;
            (range, segment, reader)
        };
        let end = self.input.bytes;
        let (from, to, _) = range;
        segment = segment.read(
            |at| (self.input.open)(at),
            (from, to, end),
            run.options.limits.line_bytes,
        );
        Some((segment, reader))
    }

    fn take_next(&self, segment: Segment, pass: Pass, run: &Run<'_>) -> Option<Segment> {
        let mut source = lock(&self.source);
        let source = &mut *source;
        if source.ended || pass == Pass::Flows && !self.own_whole() {
            return None;
        }
        if source.stream.is_none() {
            match (self.input.open)(self.first()) {
                Ok(stream) => source.stream = Some(stream),
                Err(error) => {
                    source.ended = true;
                    lock(&self.state).error = Some(error);
                    return None;
                }
            }
        }
        let stream = source.stream.as_mut()?;
        let carried = source.carry.len() as u64;
        let begins = Segment {
            base: source.base - carried,
            index: source.next,
            own: self.own_whole(),
            ..segment
        };
        let line_bytes = run.options.limits.line_bytes;
        let (segment, ended) =
            begins.next(&mut **stream, &mut source.carry, &mut source.skipping, line_bytes);
        source.ended = ended;
        if ended {
            // Whoever lent it may have use for it.
            source.stream = None;
        }
        source.base = segment.base + segment.bytes.len() as u64 + source.carry.len() as u64;
        source.next += 1;
        lock(&self.state).next = source.next;
        Some(segment)
    }

    /// Makes ready for a pass, the first time it is asked for.
    fn begin(&self, state: &mut State, pass: Pass, counted: bool) {
        if state.begun == Some((pass, counted)) {
            return;
        }
        state.begun = Some((pass, counted));
        state.next = 0;
        state.placed = 0;
        state.early.clear();
        // Nobody else holds it: workers take from it in a pass only after this, and are done before the next pass.
        *lock(&self.source) = Source { base: self.first(), ..Source::default() };
        let open = with_head(self.input, |head| {
            let open = self.format.open_knowing(head, &self.learnt);
            match open {
                Open::Lines(reader) => Some(first_header(reader.into(), head.bytes)),
                Open::Stream(_) => None,
            }
        });
        let in_force = match open {
            Ok(Some(in_force)) => in_force,
            Ok(None) => return state.reader = None,
            Err(error) => {
                state.error = Some(error);
                return state.reader = None;
            }
        };
        state.ranges = match self.input.plain {
            true => self.ranges(pass),
            false => Vec::new(),
        };
        let begins = state.ranges.first().map_or(0, |range| range.0);
        let in_force = match &self.input.part {
            Some(part) if part.from > 0 => in_force.resumed(part),
            None if begins > 0 => self.in_force_at(begins, in_force),
            _ => in_force,
        };
        state.header = Arc::clone(&in_force.block);
        state.reader = Some(in_force);
    }

    /// The segments of a pass: flows are only looked for where they count.
    fn ranges(&self, pass: Pass) -> Vec<(u64, u64, bool)> {
        let all = whole(self.input);
        let mut ranges = Vec::new();
        for (from, to, own) in [
            (self.first(), self.own.0, false),
            (self.own.0, self.own.1, true),
            (self.own.1, all, false),
        ] {
            if own || pass != Pass::Flows {
                let mut at = from;
                while at < to {
                    let next = (at + SEGMENT).min(to);
                    ranges.push((at, next, own));
                    at = next;
                }
            }
        }
        ranges
    }

    /// What is in force at a byte: headers before it may have changed it. Only lines that begin as the first header does are looked
    /// at; an input without one has none later.
    fn in_force_at(&self, end: u64, mut in_force: InForce) -> InForce {
        // A header that begins so may have several lines, each of which says a part.
        let alike = if in_force.header.starts_with(b"#") { 1 } else { MARK };
        let mark: Vec<u8> = in_force.header.iter().take(alike).copied().collect();
        let mut at = 0;
        let mut segment = Segment::default();
        while at < end && !mark.is_empty() {
            let to = (at + SEGMENT).min(end);
            let bytes = std::mem::take(&mut segment.bytes);
            segment = Segment { bytes, ..Segment::default() };
            segment = segment.read(|at| (self.input.open)(at), (at, to, end), HEADER_BYTES);
            let lines = segment.bytes.get(segment.start..).unwrap_or(&[]);
            for line in lines.split(|byte| *byte == b'\n').map(trim_end) {
                if line.starts_with(&mark)
                    && *in_force.header != *line
                    && let Some(next) = in_force.reader.header(line)
                {
                    in_force = in_force.followed_by(next, line, (0, 0));
                }
            }
            at = to;
        }
        in_force
    }

    /// Puts a part in its place, and deals with all whose turn it now is. A part that was read with a reader that a header before
    /// it had changed is read again.
    fn place(
        &self,
        index: u64,
        part: Part,
        mut then: impl FnMut(&Arc<dyn LineReader>, Part) -> Part,
        how: How<'_>,
        memory: &Memory,
    ) {
        let mut state = lock(&self.state);
        state.early.insert(index, part);
        loop {
            let placed = state.placed;
            let Some(mut part) = state.early.remove(&placed) else { break };
            let Some(in_force) = state.reader.clone() else { break };
            if part.generation != in_force.generation {
                part = guarded(how, memory, &in_force, part.segment);
            }
            let mut part = then(&in_force.reader, part);
            let in_force = part.after.take().unwrap_or(in_force);
            if part.segment.own {
                state.header = Arc::clone(&in_force.block);
            }
            state.reader = Some(in_force);
            state.account.add(std::mem::take(&mut part.account));
            let counts = how.counted && part.segment.own;
            state.error = state.error.take().or(part.segment.error.take().filter(|_| counts));
            state.buffers.push(std::mem::take(&mut part.segment.bytes));
            state.placed += 1;
            self.moved.notify_all();
        }
    }
}

/// What is in force at the beginning of an input, with the header that its reader was opened with.
fn first_header(reader: Arc<dyn LineReader>, head: &[u8]) -> InForce {
    let nothing = InForce::none(Arc::clone(&reader));
    let mut at = 0;
    for line in head.split(|byte| *byte == b'\n').take(HEADER_LINES) {
        let ends = at + line.len() as u64 + 1;
        if reader.header(trim_end(line)).is_some() {
            let block = [line, b"\n"].concat().into();
            return InForce { header: trim_end(line).into(), block, ends, ..nothing };
        }
        at = ends;
    }
    nothing
}

/// [`process`], where a defect of ours costs the segment and not the run.
fn guarded(how: How<'_>, memory: &Memory, reader: &InForce, segment: Segment) -> Part {
    let (index, base, own) = (segment.index, segment.base, segment.own);
    let outcome = catch_unwind(AssertUnwindSafe(|| process(how, memory, reader, segment)));
    outcome.unwrap_or_else(|_| {
        let segment = Segment { index, base, own, ..Segment::default() };
        Part { account: broken().account, ..Part::empty(segment, reader.generation) }
    })
}

/// What is said when a reader has a defect.
fn broken() -> stream::Streamed {
    let mut account = Account::default();
    let noted = Noted { code: READER_BUG, severity: Severity::Error, args: Vec::new() };
    account.notes.insert(noted, (1, 0));
    account.ledger.not_understood(codes::ROW_UNCLAIMED, "", 0);
    stream::Streamed { account, ..stream::Streamed::default() }
}

/// A reader stopped because of a defect of ours.
const READER_BUG: Code = Code("bug/reader-panicked");
/// How much of the first header has to be alike for another line to be asked whether it is one.
const MARK: usize = 4;
/// Within how many lines of the beginning a header is looked for.
const HEADER_LINES: usize = 64;
/// Longest header line that is looked for before a shard.
const HEADER_BYTES: usize = 1 << 20;
