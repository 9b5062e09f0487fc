//! What tests of readers share: events in words, sieves held against strict reading, damaged copies of lines.

use std::net::IpAddr;

use crate::event::{Answer, Flow, Host, Key, Name, Talk, Volume};
use crate::limits::Limits;
use crate::reader::{
    Account, Events, Format, Head, LineReader, Open, Out, Sieved, Wanted, Yields, pair,
};

/// What is looked for in a test.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sought {
    pub(crate) suffixes: Vec<&'static str>,
    pub(crate) addresses: Vec<IpAddr>,
    pub(crate) pairs: bool,
}

impl Wanted for Sought {
    fn name(&self, name: &[u8]) -> bool {
        let name = String::from_utf8_lossy(name).to_lowercase();
        let name = name.strip_suffix('.').unwrap_or(&name);
        self.suffixes.iter().any(|suffix| {
            name.strip_suffix(suffix).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
    }

    fn address(&self, address: IpAddr) -> bool {
        self.addresses.contains(&address)
    }

    fn v4(&self, address: u32) -> bool {
        self.address(IpAddr::V4(address.into()))
    }

    fn pairs(&self) -> bool {
        self.pairs
    }
}

/// An event as far as a sieve must know it, and in words.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) words: String,
    is_answer: bool,
    is_flow: bool,
    name: Option<String>,
    client: Option<IpAddr>,
    server: Option<IpAddr>,
    key: Option<Key>,
}

#[derive(Debug, Default)]
struct Collector(Vec<Seen>);

fn address(host: Host<'_>) -> Option<IpAddr> {
    if let Host::Address(address) = host { Some(address) } else { None }
}

fn volume(volume: Volume) -> String {
    match volume {
        Volume::Bytes(bytes) => bytes.to_string(),
        Volume::Elsewhere => "elsewhere".to_owned(),
        Volume::Unknown => "unknown".to_owned(),
    }
}

fn word(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

impl Events for Collector {
    fn flow(&mut self, flow: &Flow<'_>, _: u64) {
        let client = address(flow.client);
        self.0.push(Seen {
            words: format!(
                "flow {}:{} {}:{} p{} {} {} {}..{}{}",
                word(client),
                word(flow.client_port),
                word(flow.server),
                word(flow.server_port),
                word(flow.protocol),
                volume(flow.sent),
                volume(flow.received),
                word(flow.start.map(|time| time.0)),
                word(flow.end.map(|time| time.0)),
                if flow.one_way { " one-way" } else { "" },
            ),
            is_answer: false,
            is_flow: true,
            name: flow.name.map(|(_, name)| name.to_owned()),
            client,
            server: flow.server,
            key: flow.key,
        });
    }

    fn name(&mut self, name: &Name<'_>, _: u64) {
        let client = name.client.and_then(address);
        self.0.push(Seen {
            words: format!(
                "name {:?} {} {} {} at {}",
                name.from,
                name.name,
                word(client),
                word(name.server),
                word(name.at.map(|time| time.0))
            ),
            is_answer: false,
            is_flow: false,
            name: Some(name.name.to_owned()),
            client,
            server: name.server,
            key: name.key,
        });
    }

    fn answer(&mut self, answer: &Answer<'_>, _: u64) {
        let client = answer.client.and_then(address);
        let list: Vec<String> =
            answer.addresses.iter().map(|(own, life)| format!("{own}/{}", word(*life))).collect();
        self.0.push(Seen {
            words: format!("answer {} {} [{}]", answer.name, word(client), list.join(" ")),
            is_answer: true,
            is_flow: false,
            name: Some(answer.name.to_owned()),
            client,
            server: None,
            key: None,
        });
    }

    fn talk(&mut self, _: &Talk<'_>, _: u64) {}
}

/// The reader of lines for an input that begins like this.
pub(crate) fn open(format: &dyn Format, head: &str) -> Box<dyn LineReader> {
    let head = Head { bytes: head.as_bytes(), complete: true, name: "log" };
    assert!(format.probe(&head).is_some(), "not recognised: {}", head.name);
    match format.open(&head) {
        Open::Lines(reader) => reader,
        Open::Stream(_) => panic!("no reader of lines"),
    }
}

/// Reads one line: its events and what became of it.
pub(crate) fn read_line(reader: &dyn LineReader, line: &[u8]) -> (Vec<Seen>, Account) {
    let (mut events, mut account) = (Collector::default(), Account::default());
    let limits = Limits::default();
    let mut out = Out { events: &mut events, account: &mut account, limits: &limits };
    reader.read(line, 0, &mut out);
    assert_eq!(account.ledger.rows, 1, "{}", String::from_utf8_lossy(line));
    assert!(account.ledger.balances());
    (events.0, account)
}

/// What a whole input says, in words, each lost or inert row by its reason.
pub(crate) fn read_all(format: &dyn Format, text: &str) -> Vec<String> {
    let mut reader = open(format, text);
    let mut said = Vec::new();
    for line in text.lines() {
        said.extend(read_words(&*reader, line));
        if let Some(next) = reader.header(line.as_bytes()) {
            reader = next;
        }
    }
    said
}

/// What one line says, in words.
pub(crate) fn read_words(reader: &dyn LineReader, line: &str) -> Vec<String> {
    let (events, account) = read_line(reader, line.as_bytes());
    let mut said: Vec<String> = events.into_iter().map(|event| event.words).collect();
    said.extend(account.ledger.inert.keys().map(|code| format!("inert {}", code.0)));
    said.extend(account.ledger.not_understood.keys().map(|code| format!("lost {}", code.0)));
    said
}

/// Several sets of what is looked for: nothing, some, much; with pairs and without.
pub(crate) fn sought() -> Vec<Sought> {
    let addresses: Vec<IpAddr> = ["203.0.113.9", "2001:db8::9", "10.0.0.7"]
        .iter()
        .map(|text| text.parse().unwrap())
        .collect();
    let mut all = Vec::new();
    for pairs in [false, true] {
        all.push(Sought { pairs, ..Sought::default() });
        all.push(Sought { pairs, suffixes: vec!["vendor.example"], ..Sought::default() });
        all.push(Sought { pairs, addresses: addresses.clone(), ..Sought::default() });
        let suffixes = vec!["vendor.example", "example", "com", "de", "local"];
        all.push(Sought { pairs, suffixes, addresses: addresses.clone() });
    }
    all
}

/// The sieve of a line never hides what strict reading finds.
pub(crate) fn compare(reader: &dyn LineReader, line: &[u8], wanted: &Sought) {
    let shown = || format!("{} {wanted:?}", String::from_utf8_lossy(line));
    let (events, account) = read_line(reader, line);
    let sieved = reader.sieve(line, wanted);
    if let Sieved::Inert(reason) = sieved {
        let ledger = &account.ledger;
        assert!(ledger.inert.contains_key(&reason) || ledger.lost_rows() == 1, "{}", shown());
    }
    for event in events {
        let named = event.name.as_ref().is_some_and(|name| wanted.name(name.as_bytes()));
        let ends = [event.client, event.server];
        let direct = named || ends.into_iter().flatten().any(|end| wanted.address(end));
        match sieved {
            Sieved::Read => (),
            Sieved::OnlyIf { key, pair: own } => {
                assert!(!direct && !event.is_answer, "{}", shown());
                assert_eq!(key, event.key.filter(|_| event.is_flow), "{}", shown());
                let both =
                    event.client.zip(event.server).map(|(client, server)| pair(client, server));
                assert_eq!(own, both.filter(|_| wanted.pairs), "{}", shown());
            }
            Sieved::Nothing | Sieved::Inert(_) => {
                assert!(!direct && !event.is_flow, "{}", shown());
                assert!(event.is_answer || !wanted.pairs, "{}", shown());
            }
        }
    }
}

/// The reader without its own way of sieving a chunk.
struct Plain<'r>(&'r dyn LineReader);

impl LineReader for Plain<'_> {
    fn yields(&self) -> Yields {
        self.0.yields()
    }

    fn read(&self, line: &[u8], at: u64, out: &mut Out<'_>) {
        self.0.read(line, at, out);
    }

    fn sieve(&self, line: &[u8], wanted: &dyn Wanted) -> Sieved {
        self.0.sieve(line, wanted)
    }

    fn header(&self, line: &[u8]) -> Option<Box<dyn LineReader>> {
        self.0.header(line)
    }
}

/// Sieving a chunk says the same as sieving its lines.
pub(crate) fn compare_chunk(reader: &dyn LineReader, chunk: &[u8], wanted: &Sought) {
    let (mut own, mut plain) = (Vec::new(), Vec::new());
    let swept = reader.sieve_chunk(chunk, wanted, &mut |range, sieved| own.push((range, sieved)));
    let expected =
        Plain(reader).sieve_chunk(chunk, wanted, &mut |range, sieved| plain.push((range, sieved)));
    assert_eq!((swept, own), (expected, plain), "{}", String::from_utf8_lossy(chunk));
}

/// Numbers by chance, the same in every run.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    /// A number below `most`.
    pub(crate) fn below(&mut self, most: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most.max(1)
    }

    /// A damaged copy of a line whose fields end with `border`.
    pub(crate) fn damage(&mut self, line: &[u8], border: u8) -> Vec<u8> {
        let mut copy = line.to_vec();
        for _ in 0..=self.below(2) {
            self.damage_once(&mut copy, border);
        }
        copy.retain(|byte| *byte != b'\n');
        copy
    }

    fn damage_once(&mut self, line: &mut Vec<u8>, border: u8) {
        if line.is_empty() {
            return;
        }
        let at = self.below(line.len());
        let mut fields: Vec<Vec<u8>> =
            line.split(|byte| *byte == border).map(<[u8]>::to_vec).collect();
        let (one, other) = (self.below(fields.len()), self.below(fields.len()));
        match self.below(9) {
            0 => line[at] ^= 1 << self.below(8),
            1 => line.truncate(at),
            2 => drop(line.drain(at..(at + self.below(12)).min(line.len()))),
            3 => line.insert(at, b"\\\"{}[],:-0.\t#e"[self.below(14)]),
            4 => drop(line.splice(at..at, *b"\\u0069")),
            5 => drop(line.splice(at..at, *b"\\x2e")),
            kind => {
                match kind {
                    6 => fields.swap(one, other),
                    7 => fields.insert(one, fields[other].clone()),
                    _ => drop(fields.remove(one)),
                }
                *line = fields.join(&border);
            }
        }
    }
}

/// Holds the sieve against strict reading: on the lines as they are, on damaged copies, and on chunks of both.
pub(crate) fn differ(reader: &dyn LineReader, lines: &[&str], border: u8, rounds: usize) {
    let mut chance = Chance(42);
    let sets = sought();
    for line in lines {
        for wanted in &sets {
            compare(reader, line.as_bytes(), wanted);
        }
    }
    let mut chunk = Vec::new();
    for round in 0..rounds {
        let line = lines[chance.below(lines.len())];
        let line = chance.damage(line.as_bytes(), border);
        compare(reader, &line, &sets[round % sets.len()]);
        chunk.extend_from_slice(&line);
        chunk.extend_from_slice(if round % 7 == 0 { b"\r\n" } else { b"\n" });
        if round % 50 == 0 {
            compare_chunk(reader, &chunk, &sets[round / 50 % sets.len()]);
            chunk.clear();
        }
    }
}

/// A folder of other people's logs, where it is there.
#[expect(clippy::disallowed_methods, clippy::disallowed_macros, reason = "tests read real inputs")]
pub(crate) fn corpus(folder: &str) -> Vec<(String, String)> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpus/egress/");
    let mut files = Vec::new();
    let mut folders = vec![std::path::PathBuf::from(format!("{root}{folder}"))];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                files.push((path.display().to_string(), text));
            }
        }
    }
    if files.is_empty() {
        eprintln!("skipped: {folder} is not here");
    }
    files.sort();
    files
}
