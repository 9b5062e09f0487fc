//! Runs a format over bytes as the engine does, and keeps what it says.

use std::net::IpAddr;

use model::diagnostic::Code;

use crate::event::{Answer, Flow, Host, Key, Name, NameFrom, Side, Talk, Volume};
use crate::limits::Limits;
use crate::reader::{Account, Events, Format, HEAD_BYTES, Head, Open, Out};
use crate::time::Time;

/// Everything that was said.
#[derive(Default, Debug)]
pub(super) struct Seen {
    pub(super) flows: Vec<SeenFlow>,
    pub(super) names: Vec<SeenName>,
    pub(super) answers: Vec<SeenAnswer>,
    pub(super) talks: Vec<SeenTalk>,
    pub(super) account: Account,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct SeenFlow {
    pub(super) start: Option<Time>,
    pub(super) end: Option<Time>,
    pub(super) client: String,
    pub(super) server: Option<IpAddr>,
    pub(super) ports: (Option<u16>, Option<u16>),
    pub(super) protocol: Option<u8>,
    pub(super) sent: Volume,
    pub(super) received: Volume,
    pub(super) sampling: u32,
    pub(super) name: Option<(NameFrom, String)>,
    pub(super) key: Option<Key>,
    pub(super) ours: Option<Side>,
    pub(super) one_way: bool,
    pub(super) goes_on: bool,
    pub(super) channel: u32,
    pub(super) country: Option<String>,
    pub(super) application: Option<String>,
    pub(super) program: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct SeenName {
    pub(super) at: Option<Time>,
    pub(super) client: Option<String>,
    pub(super) server: Option<IpAddr>,
    pub(super) key: Option<Key>,
    pub(super) from: NameFrom,
    pub(super) name: String,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct SeenAnswer {
    pub(super) at: Option<Time>,
    pub(super) client: Option<String>,
    pub(super) name: String,
    pub(super) addresses: Vec<(IpAddr, Option<u32>)>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct SeenTalk {
    pub(super) at: Option<Time>,
    pub(super) host: Option<String>,
    pub(super) local: (Option<IpAddr>, Option<u16>),
    pub(super) remote: (Option<IpAddr>, Option<u16>),
    pub(super) protocol: Option<u8>,
    pub(super) name: Option<String>,
    pub(super) program: String,
}

fn host(host: &Host<'_>) -> String {
    match host {
        Host::Address(address) => address.to_string(),
        Host::Named(name) => format!("name {name}"),
    }
}

#[derive(Default)]
struct Sink(Seen);

impl Events for Sink {
    fn flow(&mut self, flow: &Flow<'_>, _: u64) {
        self.0.flows.push(SeenFlow {
            start: flow.start,
            end: flow.end,
            client: host(&flow.client),
            server: flow.server,
            ports: (flow.client_port, flow.server_port),
            protocol: flow.protocol,
            sent: flow.sent,
            received: flow.received,
            sampling: flow.sampling,
            name: flow.name.map(|(from, name)| (from, name.to_owned())),
            key: flow.key,
            ours: flow.ours,
            one_way: flow.one_way,
            goes_on: flow.goes_on,
            channel: flow.channel.0,
            country: flow.country.map(str::to_owned),
            application: flow.application.map(str::to_owned),
            program: flow.program.map(str::to_owned),
        });
    }

    fn name(&mut self, name: &Name<'_>, _: u64) {
        self.0.names.push(SeenName {
            at: name.at,
            client: name.client.as_ref().map(host),
            server: name.server,
            key: name.key,
            from: name.from,
            name: name.name.to_owned(),
        });
    }

    fn answer(&mut self, answer: &Answer<'_>, _: u64) {
        self.0.answers.push(SeenAnswer {
            at: answer.at,
            client: answer.client.as_ref().map(host),
            name: answer.name.to_owned(),
            addresses: answer.addresses.to_vec(),
        });
    }

    fn talk(&mut self, talk: &Talk<'_>, _: u64) {
        self.0.talks.push(SeenTalk {
            at: talk.at,
            host: talk.host.map(str::to_owned),
            local: talk.local,
            remote: talk.remote,
            protocol: talk.protocol,
            name: talk.name.map(str::to_owned),
            program: talk.program.to_owned(),
        });
    }
}

impl Seen {
    /// How often a row was left for this reason, inert or lost.
    pub(super) fn left(&self, reason: Code) -> u64 {
        let inert = self.account.ledger.inert.get(&reason).copied().unwrap_or(0);
        inert + self.account.ledger.not_understood.get(&reason).map_or(0, |lost| lost.rows)
    }

    /// Whether this was said about the input.
    pub(super) fn noted(&self, code: Code) -> bool {
        self.account.notes.keys().any(|noted| noted.code == code)
    }

    /// The name of a flow's channel.
    pub(super) fn channel(&self, flow: usize) -> &str {
        let number = self.flows[flow].channel as usize;
        self.account.channels.get(number).map_or("", String::as_str)
    }
}

pub(super) fn head(bytes: &[u8]) -> Head<'_> {
    let shown = &bytes[..bytes.len().min(HEAD_BYTES)];
    Head { bytes: shown, complete: shown.len() == bytes.len(), name: "input.log" }
}

/// Reads the bytes with the format, without asking whether it is sure of them.
pub(super) fn read(format: &dyn Format, bytes: &[u8]) -> Seen {
    read_within(format, bytes, &Limits::default())
}

/// The same with limits of one's own.
pub(super) fn read_within(format: &dyn Format, bytes: &[u8], limits: &Limits) -> Seen {
    let mut sink = Sink::default();
    let mut account = Account::default();
    let mut out = Out { events: &mut sink, account: &mut account, limits };
    match format.open(&head(bytes)) {
        Open::Lines(mut reader) => {
            let mut at = 0;
            for line in bytes.split_inclusive(|byte| *byte == b'\n') {
                let bare = line.strip_suffix(b"\n").unwrap_or(line);
                let bare = bare.strip_suffix(b"\r").unwrap_or(bare);
                reader.read(bare, at, &mut out);
                if let Some(next) = reader.header(bare) {
                    reader = next;
                }
                at += line.len() as u64;
            }
        }
        Open::Stream(mut reader) => {
            let mut input = bytes;
            reader.read(&mut input, &mut out);
        }
    }
    assert!(account.ledger.balances());
    Seen { account, ..sink.0 }
}

/// Reads what the list of formats says the bytes are, which has to be this one.
pub(super) fn detect(id: &str, bytes: &[u8]) -> Seen {
    let format = super::detect(&head(bytes)).expect("a format");
    assert_eq!(format.id(), id);
    read(format, bytes)
}

/// Reads damaged copies: cut at every place, with bytes changed, and with foreign bytes in between. What has to hold: no panic, and
/// lines are accounted for one by one.
pub(super) fn torture(format: &dyn Format, bytes: &[u8]) {
    let step = (bytes.len() / 300).max(1);
    for cut in (0..bytes.len()).step_by(step) {
        read(format, &bytes[..cut]);
        let mut damaged = bytes.to_vec();
        for (value, by) in [(0u8, 0), (b'"', 1), (0xff, 2), (b'{', 3), (b'9', 4)] {
            damaged[(cut + by) % bytes.len()] = value;
            read(format, &damaged);
        }
    }
}
