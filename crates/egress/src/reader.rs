//! The seam between formats and everything else: what a reader gets and what it promises.
//!
//! There are two kinds. A [`LineReader`] reads lines, each on its own: the engine cuts the file where lines end, reads the parts side
//! by side and in shards. A [`StreamReader`] reads from the first byte to the last.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::ops::Range;
use std::sync::Arc;

use foldhash::quality::FixedState;
use model::diagnostic::{Code, Severity};
use model::ledger::Ledger;

use crate::codes;
use crate::endpoints::Blocks;
use crate::event::{Answer, Channel, Flow, Key, Name, Talk, fold};
use crate::limits::Limits;
use crate::time::Time;

/// The beginning of a (decompressed) input.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// The first bytes, up to [`HEAD_BYTES`].
    pub bytes: &'a [u8],
    /// Whether that is all of it.
    pub complete: bool,
    /// The last component of the path, as a hint that may break a tie and never decides alone.
    pub name: &'a str,
}

/// How many bytes a probe sees at most.
pub const HEAD_BYTES: usize = 64 << 10;

/// What the rows of one input may yield.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Yields {
    /// [`Flow`]s.
    pub flows: bool,
    /// [`Name`]s that belong to flows of other rows or files.
    pub names: bool,
    /// [`Answer`]s.
    pub answers: bool,
    /// [`Talk`]s that belong to flows of other files.
    pub talks: bool,
}

impl Yields {
    /// What one of the two may yield.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            flows: self.flows || other.flows,
            names: self.names || other.names,
            answers: self.answers || other.answers,
            talks: self.talks || other.talks,
        }
    }
}

/// A format: recognises its inputs and makes a reader for one.
pub trait Format: Sync {
    /// Stable id in kebab-case, for example `zeek-json`.
    fn id(&self) -> &'static str;

    /// Raised whenever the reader's output changes for some input.
    fn version(&self) -> u32;

    /// The log family: flows of one family and channel add up, of several families the largest counts. `zeek` for `zeek-json` and
    /// `zeek-tsv`.
    fn family(&self) -> &'static str;

    /// How sure it is that the content is its format: `None` not at all, else 1 (possible) to 100 (certain). Decides by content.
    fn probe(&self, head: &Head<'_>) -> Option<u8>;

    /// A reader for the input that begins like this; asked only after [`Self::probe`] said yes.
    fn open(&self, head: &Head<'_>) -> Open;

    /// Whether the input may know what others of the same run need. The engine then has it [`Self::learn`]ed before any input is
    /// read: templates of flow records may lie in another file, and under a name that comes later.
    fn teaches(&self, head: &Head<'_>) -> bool {
        let _ = head;
        false
    }

    /// Goes through the whole input for what others need, and yields no event. What the inputs know is added up in the order of the
    /// inputs; where shards read only some of them, each shard still learns from all.
    fn learn(&self, head: &Head<'_>, input: &mut dyn BufRead, limits: &Limits) -> Learnt {
        let _ = (head, input, limits);
        Learnt::default()
    }

    /// [`Self::open`] for an input of a run whose inputs together know this. The engine always asks this one.
    fn open_knowing(&self, head: &Head<'_>, learnt: &Arc<Learnt>) -> Open {
        let _ = learnt;
        self.open(head)
    }
}

/// What the inputs of a run know that others of the same run need.
#[derive(Clone, Debug, Default)]
pub struct Learnt {
    /// Templates and sampling rates of NetFlow and IPFIX.
    pub(crate) netflow: crate::readers::netflow::Learnt,
}

impl Learnt {
    /// Adds what a later input knows.
    pub fn add(&mut self, later: Self) {
        self.netflow.add(later.netflow);
    }
}

/// A reader for one input.
pub enum Open {
    /// Line by line.
    Lines(Box<dyn LineReader>),
    /// From the first byte to the last.
    Stream(Box<dyn StreamReader>),
}

/// Reads lines, each without knowledge of the others; several threads use one reader.
pub trait LineReader: Send + Sync {
    /// What its lines may yield.
    fn yields(&self) -> Yields;

    /// Reads one line, without its end (`\n` or `\r\n`), that begins at byte `at`. Says what became of it: exactly one call of
    /// [`Out::understood`], [`Out::inert`] or [`Out::lost`].
    fn read(&self, line: &[u8], at: u64, out: &mut Out<'_>);

    /// Whether the line can concern what is looked for. The default lets every line through.
    ///
    /// INVARIANT: for whatever [`Self::read`] makes of the line, a [`Sieved::Nothing`] or [`Sieved::Inert`] is only given when no
    /// event of it would be wanted, and a [`Sieved::OnlyIf`] only when nothing but the name of that flow or the answer to that client could make it so.
    fn sieve(&self, line: &[u8], wanted: &dyn Wanted) -> Sieved {
        let _ = (line, wanted);
        Sieved::Read
    }

    /// Sieves many lines at once: `chunk` holds whole lines, the last of which may lack its end. Calls `take` in order for every
    /// line that is not [`Sieved::Nothing`] with its range, line end left off, and stops before a line for which [`Self::header`]
    /// gives another reader. The default goes line by line; a reader that has a faster way answers the same.
    fn sieve_chunk(
        &self,
        chunk: &[u8],
        wanted: &dyn Wanted,
        take: &mut dyn FnMut(Range<usize>, Sieved),
    ) -> Swept {
        let mut swept = Swept::default();
        while let Some(rest) = chunk.get(swept.bytes..)
            && !rest.is_empty()
        {
            let end = memchr::memchr(b'\n', rest);
            let line = trim_end(rest.get(..end.unwrap_or(rest.len())).unwrap_or(rest));
            if self.header(line).is_some() {
                break;
            }
            match self.sieve(line, wanted) {
                Sieved::Nothing => swept.nothing += 1,
                sieved => take(swept.bytes..swept.bytes + line.len(), sieved),
            }
            swept.bytes += end.map_or(rest.len(), |end| end + 1);
        }
        swept
    }

    /// When the flow of a row, which it sieved as one, began, and by when it had ended; each `None` when that is not known at little
    /// cost. By when it had ended is only said where keys of flows recur: names of others have any time.
    fn lasted(&self, line: &[u8]) -> (Option<Time>, Option<Time>) {
        let _ = line;
        (None, None)
    }

    /// The reader for the lines after this one, where the line is a header that changes what columns mean: logs are concatenated.
    fn header(&self, line: &[u8]) -> Option<Box<dyn LineReader>> {
        let _ = line;
        None
    }
}

/// How far the sieving of a chunk came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Bytes dealt with, a border of lines: the whole chunk, or up to a header.
    pub bytes: usize,
    /// Lines in them that were [`Sieved::Nothing`].
    pub nothing: u64,
}

/// The line without the `\r` of a `\r\n`.
pub(crate) fn trim_end(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// What a sieve found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sieved {
    /// The line certainly concerns no endpoint.
    Nothing,
    /// It is of a kind that has nothing we look at, for the reason that [`LineReader::read`] gives.
    Inert(Code),
    /// It is a flow that concerns one only if a row elsewhere named it, or told its client the address; or a name that matters only in
    /// the latter case.
    OnlyIf {
        /// The flow's key; `None` where only an answer can make the line matter.
        key: Option<Key>,
        /// Its two addresses, see [`pair`].
        pair: Option<u64>,
    },
    /// It has to be read.
    Read,
}

/// What is looked for, for sieves.
pub trait Wanted {
    /// Whether the name (of any case, perhaps with a dot at its end) is or lies below one of an endpoint.
    fn name(&self, name: &[u8]) -> bool;
    /// Whether the address lies in a prefix of an endpoint.
    fn address(&self, address: std::net::IpAddr) -> bool;
    /// The same for an IPv4 address as a number.
    fn v4(&self, address: u32) -> bool;
    /// Whether DNS answers may matter: when not, pairs need not be found out, and rows with names of others neither.
    fn pairs(&self) -> bool;
    /// Outside of these no IPv4 address is looked for.
    fn blocks(&self) -> &Blocks {
        &Blocks::ALL
    }
    /// Whether a name or an answer may be known already, or come, that makes a flow of this key or pair worth reading.
    fn matters(&self, key: Option<Key>, pair: Option<u64>) -> bool {
        let _ = (key, pair);
        true
    }
}

/// A hash of a conversation: who began it, with whom, each with the port, and the IP protocol number.
pub fn tuple(
    client: (std::net::IpAddr, u16),
    server: (std::net::IpAddr, u16),
    protocol: u8,
) -> u64 {
    let mut bytes = [0; 8];
    let ports = [client.1.to_be_bytes(), server.1.to_be_bytes()].concat();
    bytes.iter_mut().zip(ports.iter().chain([&protocol])).for_each(|(to, from)| *to = *from);
    fold(&FixedState::with_seed(pair(client.0, server.0)), &bytes)
}

/// A hash of the two addresses of a flow, client first. Pairs of IPv4 addresses never share one.
#[inline]
pub fn pair(client: std::net::IpAddr, server: std::net::IpAddr) -> u64 {
    use std::net::IpAddr::{V4, V6};
    match (client.to_canonical(), server.to_canonical()) {
        (V4(client), V4(server)) => pair_v4(client.to_bits(), server.to_bits()),
        (client, server) => {
            let bits = |address| match address {
                V4(four) => four.to_ipv6_mapped().to_bits(),
                V6(six) => six.to_bits(),
            };
            Key::new(&bits(client).to_le_bytes(), &bits(server).to_le_bytes()).0
        }
    }
}

/// [`pair`] of IPv4 addresses.
#[inline]
pub(crate) fn pair_v4(client: u32, server: u32) -> u64 {
    // The mixer of SplitMix64, which has an inverse.
    let both = u64::from(client) << 32 | u64::from(server);
    let half = (both ^ both >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let most = (half ^ half >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    most ^ most >> 31
}

/// Reads one input from its first byte to its last.
///
/// A reader never fails: it accounts for every record, reports what it could not use, and goes on with the rest. It must not panic
/// and must not keep memory in proportion to the input.
pub trait StreamReader: Send {
    /// What it may yield.
    fn yields(&self) -> Yields;

    /// Reads to the end, or to where it cannot go on, and says so.
    fn read(&mut self, input: &mut dyn BufRead, out: &mut Out<'_>);
}

/// Takes what readers read.
pub trait Events {
    /// A flow.
    fn flow(&mut self, flow: &Flow<'_>, at: u64);
    /// A name in a row without counters.
    fn name(&mut self, name: &Name<'_>, at: u64);
    /// A DNS answer or question.
    fn answer(&mut self, answer: &Answer<'_>, at: u64);
    /// A program that talks.
    fn talk(&mut self, talk: &Talk<'_>, at: u64);
    /// The name of a channel, before the first flow of it.
    fn channel(&mut self, channel: Channel, name: &str) {
        let _ = (channel, name);
    }
}

/// Where a reader puts what it reads, and what became of each row.
pub struct Out<'a> {
    /// Who takes the events.
    pub events: &'a mut dyn Events,
    /// What became of the rows.
    pub account: &'a mut Account,
    /// What may not be exceeded.
    pub limits: &'a Limits,
}

/// What became of the rows of an input or of a part of it, and what there is to say. Accounts of parts add up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// The rows.
    pub ledger: Ledger,
    /// Things to say, each once with how often and where first: code, severity and the values of its text.
    pub notes: BTreeMap<Noted, (u64, u64)>,
    /// Names of channels by number. Channel 0 has none.
    pub channels: Vec<String>,
}

/// A thing to say about an input.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Noted {
    /// What.
    pub code: Code,
    /// How much it matters.
    pub severity: Severity,
    /// Values for the placeholders of its text.
    pub args: Vec<(&'static str, String)>,
}

impl Out<'_> {
    /// A flow, from the record at `at` (byte offset).
    pub fn flow(&mut self, flow: &Flow<'_>, at: u64) {
        self.events.flow(flow, at);
    }

    /// A name, from the record at `at`.
    pub fn name(&mut self, name: &Name<'_>, at: u64) {
        self.events.name(name, at);
    }

    /// A DNS answer or question, from the record at `at`.
    pub fn answer(&mut self, answer: &Answer<'_>, at: u64) {
        self.events.answer(answer, at);
    }

    /// A program that talks, from the record at `at`.
    pub fn talk(&mut self, talk: &Talk<'_>, at: u64) {
        self.events.talk(talk, at);
    }

    /// The row was understood.
    pub fn understood(&mut self) {
        self.account.ledger.understood();
    }

    /// The row is known and has nothing that we look at.
    pub fn inert(&mut self, reason: Code) {
        self.account.ledger.inert(reason);
    }

    /// The row at byte `at` was not understood.
    pub fn lost(&mut self, reason: Code, at: u64) {
        self.account.ledger.not_understood(reason, "", at);
    }

    /// Something to say about the input, seen at byte `at`. The same thing is kept once, with how often it was said.
    pub fn note(&mut self, code: Code, severity: Severity, at: u64, args: &[(&'static str, &str)]) {
        let args = args.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let mut noted = Noted { code, severity, args };
        if self.account.notes.len() >= NOTES && !self.account.notes.contains_key(&noted) {
            // One more than the limit, which counts all others.
            let args = vec![("limit", "notes".to_owned())];
            noted = Noted { code: codes::LIMIT_REACHED, severity: Severity::Warning, args };
        }
        let (times, first) = self.account.notes.entry(noted).or_insert((0, at));
        *times += 1;
        *first = (*first).min(at);
    }

    /// The channel of this name: who reports, of several that may report the same flow.
    pub fn channel(&mut self, name: &str) -> Channel {
        let names = &mut self.account.channels;
        if names.is_empty() {
            names.push(String::new());
        }
        let known = names.iter().position(|known| known == name);
        let number = known.unwrap_or_else(|| {
            if names.len() < self.limits.channels {
                names.push(name.to_owned());
                names.len() - 1
            } else {
                0
            }
        });
        let channel = Channel(u32::try_from(number).unwrap_or(0));
        self.events.channel(channel, if channel.0 == 0 { "" } else { name });
        channel
    }
}

impl Account {
    /// Adds the account of another part of the same input. Channel numbers of the other become those of `names` in the result.
    pub fn add(&mut self, other: Self) -> Vec<Channel> {
        let Ledger { understood, inert, not_understood, .. } = other.ledger;
        self.ledger.add(understood, inert, not_understood);
        for (noted, (times, at)) in other.notes {
            let (sum, first) = self.notes.entry(noted).or_insert((0, at));
            *sum += times;
            *first = (*first).min(at);
        }
        let mut numbers = Vec::with_capacity(other.channels.len());
        for name in other.channels {
            let known = self.channels.iter().position(|known| *known == name);
            let number = known.unwrap_or_else(|| {
                self.channels.push(name);
                self.channels.len() - 1
            });
            numbers.push(Channel(u32::try_from(number).unwrap_or(0)));
        }
        numbers
    }
}

/// A line of an input that has no reader in its place: blank, or longer than what is read.
pub(crate) fn blank(line: &[u8], out: &mut Out<'_>) -> bool {
    let blank = line.iter().all(u8::is_ascii_whitespace);
    if blank {
        out.inert(codes::ROW_BLANK);
    }
    blank
}

/// How many different things are said about one input.
const NOTES: usize = 200;

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    struct Marked;

    impl LineReader for Marked {
        fn yields(&self) -> Yields {
            Yields::default()
        }

        fn read(&self, _: &[u8], _: u64, out: &mut Out<'_>) {
            out.understood();
        }

        fn sieve(&self, line: &[u8], _: &dyn Wanted) -> Sieved {
            if line.starts_with(b"+") { Sieved::Read } else { Sieved::Nothing }
        }

        fn header(&self, line: &[u8]) -> Option<Box<dyn LineReader>> {
            line.starts_with(b"#").then(|| Box::new(Marked) as Box<dyn LineReader>)
        }
    }

    struct Nobody;

    impl Events for Nobody {
        fn flow(&mut self, _: &Flow<'_>, _: u64) {}
        fn name(&mut self, _: &Name<'_>, _: u64) {}
        fn answer(&mut self, _: &Answer<'_>, _: u64) {}
        fn talk(&mut self, _: &Talk<'_>, _: u64) {}
    }

    impl Wanted for Nobody {
        fn name(&self, _: &[u8]) -> bool {
            false
        }
        fn address(&self, _: IpAddr) -> bool {
            false
        }
        fn v4(&self, _: u32) -> bool {
            false
        }
        fn pairs(&self) -> bool {
            false
        }
    }

    fn swept(chunk: &[u8]) -> (Swept, Vec<&[u8]>) {
        let mut taken = Vec::new();
        let swept = Marked.sieve_chunk(chunk, &Nobody, &mut |range, _| taken.push(&chunk[range]));
        (swept, taken)
    }

    #[test]
    fn a_chunk_is_sieved_line_by_line_also_without_a_last_line_end() {
        let (swept, taken) = swept(b"+a\r\nb\n\n+c");
        assert_eq!(taken, [b"+a", b"+c"]);
        assert_eq!(swept, Swept { bytes: 9, nothing: 2 });
    }

    #[test]
    fn sieving_a_chunk_stops_before_a_header() {
        let (swept, taken) = swept(b"a\n+b\n#h\n+c\n");
        assert_eq!(taken, [b"+b"]);
        assert_eq!(swept, Swept { bytes: 5, nothing: 1 });
    }

    #[test]
    fn a_pair_has_a_direction() {
        let (a, b): (IpAddr, IpAddr) =
            ("192.0.2.1".parse().unwrap(), "2001:db8::1".parse().unwrap());
        assert_eq!(pair(a, b), pair(a, b));
        assert_ne!(pair(a, b), pair(b, a));
    }

    #[test]
    fn what_is_too_much_to_say_is_counted() {
        let mut account = Account::default();
        let limits = Limits::default();
        let mut out = Out { events: &mut Nobody, account: &mut account, limits: &limits };
        for number in 0..NOTES + 7 {
            let number = number.to_string();
            out.note(codes::MALFORMED, Severity::Warning, 3, &[("what", &number)]);
        }
        let more = account.notes.iter().find(|(noted, _)| noted.code == codes::LIMIT_REACHED);
        assert_eq!((account.notes.len(), more.unwrap().1), (NOTES + 1, &(7, 3)));
    }

    #[test]
    fn accounts_add_up_and_channels_keep_their_names() {
        let mut left = Account { channels: vec![String::new(), "a".into()], ..Account::default() };
        let right =
            Account { channels: vec![String::new(), "b".into(), "a".into()], ..Account::default() };
        assert_eq!(left.add(right), [Channel(0), Channel(2), Channel(1)]);
        assert_eq!(left.channels, ["", "a", "b"]);
    }
}
