//! A piece of an input of lines: read, cut where lines end, and dealt with in one pass.

use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;

use crate::codes;
use crate::event::Key;
use crate::memory::{Memory, Notes};
use crate::reader::{Account, LineReader, Out, Sieved, Swept, trim_end};
use crate::run::recent::Kept;
use crate::run::taker::{Passed, Taker};
use crate::run::{Looking, Pass, Run, Span};
use crate::sums::EgressSum;

/// How many bytes a piece has; small enough to stay in a processor's second cache while it is gone through several times.
pub(crate) const SEGMENT: u64 = 128 << 10;

/// Whole lines of an input.
#[derive(Debug, Default)]
pub(crate) struct Segment {
    /// Its number within the pass.
    pub(crate) index: u64,
    /// What was read; the last line may lack its end.
    pub(crate) bytes: Vec<u8>,
    /// Where the first of these bytes is in the input.
    pub(crate) base: u64,
    /// Where the first line begins in them. What is before belongs to a line of an earlier segment.
    pub(crate) start: usize,
    /// Where lines were that are longer than what is read.
    pub(crate) too_long: Vec<u64>,
    /// Whether it counts, or is only looked at for what it knows.
    pub(crate) own: bool,
    /// Why reading ended early.
    pub(crate) error: Option<io::Error>,
}

/// What came of a segment.
pub(crate) struct Part {
    /// The segment itself.
    pub(crate) segment: Segment,
    /// Which reader dealt with it.
    pub(crate) generation: u64,
    pub(crate) account: Account,
    pub(crate) notes: Notes,
    pub(crate) sums: EgressSum,
    /// Flows that wait for what lies before them.
    pub(crate) waiting: Vec<Waiting>,
    /// What is in force for what comes after, where a header changed it.
    pub(crate) after: Option<InForce>,
}

/// The reader in force, and the header line that made it so; empty where there was none.
#[derive(Clone)]
pub(crate) struct InForce {
    /// How often it was changed before.
    pub(crate) generation: u64,
    pub(crate) reader: Arc<dyn LineReader>,
    pub(crate) header: Arc<[u8]>,
    /// All lines of the header, each with its end: one line alone may say only a part.
    pub(crate) block: Arc<[u8]>,
    /// Where the last of them ends in the input.
    pub(crate) ends: u64,
}

impl InForce {
    /// A reader that was opened without a header.
    pub(crate) fn none(reader: Arc<dyn LineReader>) -> Self {
        Self { generation: 0, reader, header: Arc::from([]), block: Arc::from([]), ends: 0 }
    }

    /// What is in force after a header line, which lies at `at` and made another reader. Lines that follow one another are one
    /// header.
    pub(crate) fn followed_by(
        &self,
        reader: Box<dyn LineReader>,
        line: &[u8],
        (at, ends): (u64, u64),
    ) -> Self {
        let before: &[u8] =
            if at == self.ends && self.block.len() < BLOCK { &self.block } else { &[] };
        let block = [before, line, b"\n"].concat().into();
        Self {
            generation: self.generation,
            reader: reader.into(),
            header: line.into(),
            block,
            ends,
        }
    }

    /// What is in force where a part begins.
    pub(crate) fn resumed(self, part: &Span) -> Self {
        let mut now = self;
        for line in part.header.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            if let Some(next) = now.reader.header(line) {
                now = now.followed_by(next, line, (0, 0));
            }
        }
        Self { block: Arc::clone(&part.header), ends: part.from, ..now }
    }
}

/// Longest header that is kept, in bytes; what stands behind it in one header begins anew.
const BLOCK: usize = 64 << 10;

/// A flow that waits.
pub(crate) struct Waiting {
    /// Where its line is in the segment.
    pub(super) line: Range<usize>,
    key: Option<Key>,
    pub(super) pair: Option<u64>,
    /// Whether its row was read and accounted for; if not, only a name or an answer makes it worth reading.
    pub(super) read: bool,
    /// The reader, where a header within the segment changed it.
    pub(super) reader: Option<Arc<dyn LineReader>>,
}

/// How a segment is dealt with.
#[derive(Clone, Copy)]
pub(crate) struct How<'h> {
    pub(crate) run: &'h Run<'h>,
    pub(crate) pass: Pass,
    pub(crate) counted: bool,
    pub(crate) family: &'h str,
    /// Whether answers may come that make pairs of addresses matter.
    pub(crate) pairs: bool,
}

/// Deals with a segment.
pub(crate) fn process(how: How<'_>, memory: &Memory, first: &InForce, segment: Segment) -> Part {
    let counted = how.counted && segment.own;
    let mut account = Account::default();
    let mut taker = Taker::new(how.run, memory, how.pass, counted, how.family);
    let mut waiting = Vec::new();
    let known = (how.pass != Pass::Ordered).then_some(memory);
    let looking = Looking::new(how.run, known, how.pairs);
    let mut reader = Arc::clone(&first.reader);
    let mut after: Option<InForce> = None;
    let mut done = segment.start;
    while let Some(rest) = segment.bytes.get(done..)
        && !rest.is_empty()
    {
        let mut take = |line: Range<usize>, sieved| {
            let line = done + line.start..done + line.end;
            let in_force = || after.as_ref().map(|after| Arc::clone(&after.reader));
            match (how.pass, sieved) {
                (_, Sieved::Inert(reason)) => account.ledger.inert(reason),
                (Pass::Ordered, Sieved::OnlyIf { key, pair }) => {
                    waiting.push(Waiting { line, key, pair, read: false, reader: in_force() });
                }
                (_, Sieved::Nothing | Sieved::Read | Sieved::OnlyIf { .. }) => {
                    let row = line.clone();
                    read_line(&*reader, &segment, row, &mut taker, &mut account, how.run);
                    if taker.waiting.pop().is_some() {
                        taker.waiting.clear();
                        let reader = in_force();
                        waiting.push(Waiting { line, key: None, pair: None, read: true, reader });
                    }
                }
            }
        };
        let swept = match how.run.options.strict {
            true => read_all(&*reader, rest, &mut take),
            false => reader.sieve_chunk(rest, &looking, &mut take),
        };
        account.ledger.add(swept.nothing, [], []);
        done += swept.bytes;
        let Some(rest) = segment.bytes.get(done..).filter(|rest| !rest.is_empty()) else { break };
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let header = trim_end(rest.get(..end).unwrap_or(rest));
        let line_at = done;
        let line = done..done + end;
        read_line(&*reader, &segment, line, &mut taker, &mut account, how.run);
        done += (end + 1).min(rest.len());
        let in_force = after.as_ref().unwrap_or(first);
        if *in_force.header != *header
            && let Some(next) = reader.header(header)
        {
            let at = segment.base + line_at as u64;
            let next = in_force.followed_by(next, header, (at, segment.base + done as u64));
            reader = Arc::clone(&next.reader);
            after = Some(InForce { generation: first.generation + 1, ..next });
        }
    }
    count_too_long(&segment, &mut account);
    let account = if counted { account } else { Account::default() };
    let (notes, sums) = (taker.notes, taker.sums);
    Part { segment, generation: first.generation, account, notes, sums, waiting, after }
}

fn count_too_long(segment: &Segment, account: &mut Account) {
    for at in &segment.too_long {
        account.ledger.not_understood(codes::ROW_TOO_LONG, "", *at);
    }
}

/// Every line is to be read, up to a header.
fn read_all(
    reader: &dyn LineReader,
    chunk: &[u8],
    take: &mut dyn FnMut(Range<usize>, Sieved),
) -> Swept {
    let mut swept = Swept::default();
    while let Some(rest) = chunk.get(swept.bytes..).filter(|rest| !rest.is_empty()) {
        let end = memchr::memchr(b'\n', rest);
        let line = trim_end(rest.get(..end.unwrap_or(rest.len())).unwrap_or(rest));
        if reader.header(line).is_some() {
            break;
        }
        take(swept.bytes..swept.bytes + line.len(), Sieved::Read);
        swept.bytes += end.map_or(rest.len(), |end| end + 1);
    }
    swept
}

pub(super) fn read_line(
    reader: &dyn LineReader,
    segment: &Segment,
    line: Range<usize>,
    taker: &mut Taker<'_>,
    account: &mut Account,
    run: &Run<'_>,
) {
    let at = segment.base + line.start as u64;
    let Some(line) = segment.bytes.get(line) else { return };
    let rows = account.ledger.rows;
    let limits = &run.options.limits;
    reader.read(trim_end(line), at, &mut Out { events: taker, account, limits });
    if account.ledger.rows == rows {
        account.ledger.not_understood(codes::ROW_UNCLAIMED, "", at);
    }
}

/// Attributes the flows of a segment that waited, with everything before them remembered and some of what is behind.
pub(crate) fn resolve(
    how: How<'_>,
    memory: &Memory,
    passed: &mut Passed,
    kept: &mut Kept,
) -> EgressSum {
    let Kept { reader, part, answered, .. } = kept;
    let mut taker = Taker::new(how.run, memory, Pass::Flows, true, how.family);
    taker.passed = Some(passed);
    let mut aside = Account::default();
    let mut understood = 0;
    let (mut keys, mut pairs) = (Vec::with_capacity(part.waiting.len()), Vec::new());
    for waiting in &part.waiting {
        // Where no answer came since, those whose pair matters were read then.
        let pair = waiting.pair.filter(|_| *answered);
        if !waiting.read && !memory.matters(waiting.key, pair) {
            understood += 1;
            // Without a key it is a name, and no flow.
            if let Some(key) = waiting.key {
                let reader = waiting.reader.as_ref().unwrap_or(reader);
                let (began, ended) = part
                    .segment
                    .bytes
                    .get(waiting.line.clone())
                    .map_or((None, None), |line| reader.lasted(line));
                keys.push((key.0, ended));
                pairs.extend(waiting.pair.map(|pair| (pair, began)));
            }
            continue;
        }
        let account = if waiting.read { &mut aside } else { &mut part.account };
        let reader = waiting.reader.as_ref().unwrap_or(&*reader);
        read_line(&**reader, &part.segment, waiting.line.clone(), &mut taker, account, how.run);
    }
    if let Some(passed) = &mut taker.passed {
        passed.keys(keys);
        passed.pairs(pairs);
    }
    part.account.ledger.add(understood, [], []);
    taker.sums
}

/// Reads the rows whose client was told the other address for an endpoint's name: flows stay and wait; names, which say that a flow
/// is somebody else's after all, are remembered.
pub(crate) fn look_again(
    how: How<'_>,
    memory: &mut Memory,
    passed: &mut Passed,
    reader: &Arc<dyn LineReader>,
    part: &mut Part,
) {
    let mut taker = Taker::new(how.run, memory, Pass::Ordered, true, how.family);
    let Part { waiting, account, segment, .. } = part;
    waiting.retain_mut(|waiting| {
        if waiting.read || !waiting.pair.is_some_and(|pair| memory.has_pair(pair)) {
            return true;
        }
        waiting.read = true;
        let reader = waiting.reader.as_ref().unwrap_or(reader);
        read_line(&**reader, segment, waiting.line.clone(), &mut taker, account, how.run);
        let flows = !taker.waiting.is_empty();
        taker.waiting.clear();
        flows
    });
    let notes = taker.notes;
    passed.remember(memory, &notes, &how.run.options.limits);
}

impl Part {
    /// Nothing came of it.
    pub(crate) fn empty(segment: Segment, generation: u64) -> Self {
        Self {
            segment,
            generation,
            account: Account::default(),
            notes: Notes::default(),
            sums: EgressSum::default(),
            waiting: Vec::new(),
            after: None,
        }
    }

    /// Takes out what is told of a segment that is kept: what comes after it, and why it could not be read.
    pub(crate) fn told(&mut self) -> Self {
        let (error, own) = (self.segment.error.take(), self.segment.own);
        let segment = Segment { error, own, ..Segment::default() };
        Self { after: self.after.take(), ..Self::empty(segment, self.generation) }
    }
}

impl Segment {
    /// Reads the lines that begin in `from..to` of an input of `end` bytes that can be opened anywhere.
    pub(crate) fn read(
        mut self,
        open: impl Fn(u64) -> io::Result<Box<dyn Read + Send>>,
        (from, to, end): (u64, u64, u64),
        line_bytes: usize,
    ) -> Self {
        // One byte more before: the line at `from` begins there only when a line ends just before it.
        self.base = from.saturating_sub(1);
        let mut stream = match open(self.base) {
            Ok(stream) => stream,
            Err(error) => return Self { error: Some(error), bytes: Vec::new(), ..self },
        };
        let wanted = usize::try_from(to - self.base).unwrap_or(usize::MAX);
        let mut len = self.fill(&mut *stream, 0, wanted);
        if from > 0 {
            let first = memchr::memchr(b'\n', self.bytes.get(..len).unwrap_or(&[]));
            let Some(first) = first else {
                self.bytes.clear();
                return self;
            };
            self.start = first + 1;
        }
        let last = self.last_line(len);
        let mut left = usize::try_from(end.saturating_sub(to)).unwrap_or(usize::MAX);
        let mut ended = len < wanted;
        while last < len && !ended && left > 0 {
            let more = left.min(TAIL);
            let read = self.fill(&mut *stream, len, more);
            let fresh = self.bytes.get(len..len + read).unwrap_or(&[]);
            let stop = memchr::memchr(b'\n', fresh);
            len += stop.map_or(read, |stop| stop + 1);
            left -= read;
            ended = stop.is_some() || read < more;
            if len - last > line_bytes {
                self.too_long.push(self.base + last as u64);
                len = last;
                break;
            }
        }
        self.bytes.truncate(len);
        self
    }

    /// Where the last line begins that has no end yet, in the first `len` bytes; `len` when there is none.
    fn last_line(&self, len: usize) -> usize {
        let lines = self.bytes.get(self.start..len).unwrap_or(&[]);
        memchr::memrchr(b'\n', lines).map_or(self.start, |at| self.start + at + 1)
    }

    /// Reads the next lines of an input that can only be read from its beginning, and says whether it ended. `carry` is what was
    /// read of a line whose end has not come yet; `skipping` says that the end of a line too long is still to come. `base` is where
    /// the carried bytes lie.
    pub(crate) fn next(
        mut self,
        stream: &mut dyn Read,
        carry: &mut Vec<u8>,
        skipping: &mut bool,
        line_bytes: usize,
    ) -> (Self, bool) {
        // What an earlier segment left in the buffer is written over, and need not be made zero for that.
        let mut held = carry.len();
        self.bytes.resize(self.bytes.len().max(held), 0);
        for (to, from) in self.bytes.iter_mut().zip(carry.drain(..)) {
            *to = from;
        }
        let wanted = usize::try_from(SEGMENT).unwrap_or(usize::MAX);
        loop {
            let read = self.fill(stream, held, wanted);
            self.bytes.truncate(held + read);
            let ended = read < wanted;
            let first = memchr::memchr(b'\n', self.bytes.get(self.start..).unwrap_or(&[]));
            let first_bytes = first.unwrap_or(self.bytes.len() - self.start);
            if *skipping || first_bytes > line_bytes {
                if !*skipping {
                    self.too_long.push(self.base + self.start as u64);
                }
                *skipping = first.is_none();
                self.start = first.map_or(self.bytes.len(), |end| self.start + end + 1);
            }
            if ended {
                return (self, true);
            }
            if let Some(last) = memchr::memrchr(b'\n', &self.bytes) {
                carry.extend_from_slice(self.bytes.get(last + 1..).unwrap_or(&[]));
                self.bytes.truncate(last + 1);
                self.start = self.start.min(self.bytes.len());
                return (self, false);
            }
            if *skipping {
                self.base += self.bytes.len() as u64;
                self.start = 0;
                self.bytes.clear();
            }
            held = self.bytes.len();
        }
    }

    /// Reads up to `count` bytes to place `at`; fewer at the end of the stream, and where it cannot be read, which is kept.
    fn fill(&mut self, stream: &mut dyn Read, at: usize, count: usize) -> usize {
        if self.bytes.len() < at + count {
            self.bytes.resize(at + count, 0);
        }
        let mut filled = 0;
        while filled < count {
            let Some(space) = self.bytes.get_mut(at + filled..at + count) else { break };
            match stream.read(space) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.error = Some(error);
                    break;
                }
            }
        }
        filled
    }
}

/// How much is read at a time behind a segment, for the end of its last line.
const TAIL: usize = 2 << 10;
