//! For tests of readers of packets: runs a reader over bytes and writes down what came out.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use crate::event::{Answer, Flow, Host, Name, Talk};
use crate::limits::Limits;
use crate::reader::{Account, Events, Format, Head, Learnt, Open, Out};

/// What came out of an input.
#[derive(Default)]
pub(crate) struct Gathered {
    pub(crate) flows: Vec<String>,
    pub(crate) answers: Vec<String>,
    pub(crate) account: Account,
}

#[derive(Default)]
struct Lists {
    flows: Vec<String>,
    answers: Vec<String>,
}

fn host(host: &Host<'_>) -> String {
    match host {
        Host::Address(address) => address.to_string(),
        Host::Named(name) => (*name).to_owned(),
    }
}

impl Events for Lists {
    fn flow(&mut self, flow: &Flow<'_>, _: u64) {
        let server = flow.server.map_or("-".to_owned(), |it| it.to_string());
        let (client, ports) = (host(&flow.client), (flow.client_port, flow.server_port));
        let mut line = format!(
            "{client}:{} {server}:{} {} sent {:?} received {:?}",
            ports.0.unwrap_or(0),
            ports.1.unwrap_or(0),
            flow.protocol.unwrap_or(0),
            flow.sent,
            flow.received,
        );
        let unsampled = flow.sampling == 1;
        let words =
            [("one-way", flow.one_way), ("unsampled", unsampled), ("goes-on", flow.goes_on)];
        for (word, is) in words {
            let _ = if is { write!(line, " {word}") } else { Ok(()) };
        }
        if flow.sampling != 1 {
            let _ = write!(line, " x{}", flow.sampling);
        }
        if let Some((from, name)) = flow.name {
            let _ = write!(line, " {from:?} {name}");
        }
        let _ = write!(line, " {:?}..{:?}", flow.start.map(|it| it.0), flow.end.map(|it| it.0));
        self.flows.push(line);
    }

    fn name(&mut self, _: &Name<'_>, _: u64) {}

    fn answer(&mut self, answer: &Answer<'_>, _: u64) {
        let client = answer.client.as_ref().map(host).unwrap_or_default();
        self.answers.push(format!("{client} {} {:?}", answer.name, answer.addresses));
    }

    fn talk(&mut self, _: &Talk<'_>, _: u64) {}
}

/// Reads the bytes as an input of this name, with what the run knows.
pub(crate) fn gather(
    format: &dyn Format,
    name: &str,
    bytes: &[u8],
    learnt: &Arc<Learnt>,
) -> Gathered {
    gather_within(format, name, bytes, learnt, &Limits::default())
}

/// The same with other limits.
pub(crate) fn gather_within(
    format: &dyn Format,
    name: &str,
    bytes: &[u8],
    learnt: &Arc<Learnt>,
    limits: &Limits,
) -> Gathered {
    let head = head(name, bytes);
    let Open::Stream(mut reader) = format.open_knowing(&head, learnt) else { unreachable!() };
    let (mut lists, mut account) = (Lists::default(), Account::default());
    let mut input = bytes;
    let mut out = Out { events: &mut lists, account: &mut account, limits };
    reader.read(&mut input, &mut out);
    assert!(account.ledger.balances(), "{name}: {:?}", account.ledger);
    Gathered { flows: lists.flows, answers: lists.answers, account }
}

/// What the inputs teach each other.
pub(crate) fn learn(format: &dyn Format, inputs: &[(&str, &[u8])]) -> Arc<Learnt> {
    let mut learnt = Learnt::default();
    for (name, bytes) in inputs {
        let mut input = *bytes;
        learnt.add(format.learn(&head(name, bytes), &mut input, &Limits::default()));
    }
    Arc::new(learnt)
}

/// The head of bytes.
pub(crate) fn head<'a>(name: &'a str, bytes: &'a [u8]) -> Head<'a> {
    let some = bytes.get(..crate::reader::HEAD_BYTES).unwrap_or(bytes);
    Head { bytes: some, complete: some.len() == bytes.len(), name }
}

/// A folder of the corpus, with the bytes of its files by name; empty, with a word, where the corpus is not there.
#[expect(clippy::disallowed_methods, reason = "tests read the corpus in place")]
#[expect(clippy::disallowed_macros, reason = "tests say what they left out")]
pub(crate) fn corpus(folder: &str) -> Vec<(String, Vec<u8>)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("../../../shared/corpus/egress").join(folder);
    let Ok(entries) = std::fs::read_dir(&path) else {
        println!("skipped: the corpus has no {folder} here");
        return Vec::new();
    };
    let mut files = Vec::new();
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        files.push((name, std::fs::read(entry.path()).unwrap()));
    }
    files.sort();
    files
}
