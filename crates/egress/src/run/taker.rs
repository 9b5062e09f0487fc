//! What takes the events of readers during a pass.

use std::net::IpAddr;
use std::sync::Arc;

use hashbrown::HashMap;

use crate::attribute::{Attributed, Grade, attribute};
use crate::endpoints::EndpointId;
use crate::event::{Answer, Channel, Flow, Host, Name, Side, Talk};
use crate::latest::Latest;
use crate::limits::Limits;
use crate::memory::{
    ASSUMED_SECONDS, Memory, Notes, RECURS_SECONDS, SLACK_SECONDS, Seen, Spoke, Told,
};
use crate::reader::{Events, pair};
use crate::run::{Pass, Run};
use crate::sums::{Asset, Contact, ContactKey, EgressSum, Reporter};
use crate::time::Time;

/// Takes events, and does with them what a pass is for.
pub(crate) struct Taker<'t> {
    pub(crate) run: &'t Run<'t>,
    pub(crate) memory: &'t Memory,
    pub(crate) pass: Pass,
    /// Whether what is found counts.
    pub(crate) counted: bool,
    pub(crate) family: Arc<str>,
    /// Who reports flows of no channel.
    reporter: Arc<Reporter>,
    pub(crate) channels: HashMap<Channel, Arc<Reporter>>,
    pub(crate) notes: Notes,
    pub(crate) sums: EgressSum,
    /// Where flows were that have to wait until everything before them is remembered.
    pub(crate) waiting: Vec<u64>,
    /// Flows that went by.
    pub(crate) passed: Option<&'t mut Passed>,
}

impl<'t> Taker<'t> {
    pub(crate) fn new(
        run: &'t Run<'t>,
        memory: &'t Memory,
        pass: Pass,
        counted: bool,
        family: &str,
    ) -> Self {
        let family: Arc<str> = family.into();
        let reporter = Reporter { family: Arc::clone(&family), channel: "".into() };
        Self {
            run,
            memory,
            pass,
            counted,
            family,
            reporter: reporter.into(),
            channels: HashMap::new(),
            notes: Notes::default(),
            sums: EgressSum::default(),
            waiting: Vec::new(),
            passed: None,
        }
    }

    /// Notes that a log covers what this host sends. Where a host is only sent to, nobody knows what else it does.
    fn sends(&self, host: Option<Host<'_>>) {
        if let Some(host) = host {
            self.run.options.presence.note(host);
        }
    }

    fn contact(&mut self, asset: Asset, endpoint: EndpointId, contact: Contact, at: Option<Time>) {
        let family = Arc::clone(&self.family);
        self.sums.contact(ContactKey { asset, endpoint, contact, family }, at);
    }

    fn count(&mut self, flow: &Flow<'_>, found: Attributed) {
        let remote = match (found.remote, flow.client) {
            (Side::Server, _) => flow.server,
            (Side::Client, Host::Address(address)) => Some(address),
            (Side::Client, Host::Named(_)) => None,
        };
        let country = remote.and_then(|address| self.run.places.country(address));
        let reporter = match self.channels.get(&flow.channel) {
            Some(reporter) => Arc::clone(reporter),
            None => Arc::clone(&self.reporter),
        };
        self.sums.add(flow, found, &reporter, country.as_ref());
        if found.remote != Side::Server {
            return;
        }
        // A row that shows the endpoint itself counts what it shows.
        let spoke = self.memory.program(flow);
        let spoke = spoke.filter(|spoke| spoke.endpoint != Some(found.endpoint));
        let host = spoke.and_then(|spoke| spoke.host.clone());
        let program = flow.program.map(Arc::from).or(spoke.map(|spoke| Arc::clone(&spoke.program)));
        let at = flow.start.or(flow.end);
        for contact in [host.map(Contact::Host), program.map(Contact::Program)] {
            let Some(contact) = contact else { continue };
            self.contact(flow.client.into(), found.endpoint, contact, at);
        }
    }

    /// Notes a flow that went by without a name of its endpoint.
    fn pass_by(&mut self, flow: &Flow<'_>, found: Option<Attributed>) {
        let grade = found.map(|found| found.grade);
        let Some(passed) = &mut self.passed else { return };
        if matches!(grade, Some(Grade::Sni | Grade::Host | Grade::Log)) {
            return;
        }
        let ends = match (flow.client, flow.server) {
            (Host::Address(client), Some(server)) => Some((client, server)),
            _ => None,
        };
        let there = ends.map(|(client, server)| pair(client, server));
        let back = ends.filter(|_| flow.one_way).map(|(client, server)| pair(server, client));
        // Names of a key that does not recur may have any time.
        let ended = flow.end.or(flow.start).filter(|_| flow.key_recurs);
        let began = flow.began.or(flow.start).or(flow.end);
        let told = grade == Some(Grade::Answer);
        let keys = [flow.key.map(|key| key.0), flow.key.filter(|_| told).map(|it| answered(it.0))];
        passed.keys(keys.into_iter().flatten().map(|key| (key, ended)));
        passed.pairs([there, back].into_iter().flatten().map(|pair| (pair, began)));
    }

    /// The endpoint that a program talks to, as far as the row and answers show it.
    fn talked_to(&self, talk: &Talk<'_>) -> Option<EndpointId> {
        let by_name = talk.name.and_then(|name| self.run.endpoints.by_name(name.as_bytes()));
        let told = || {
            let (local, remote, at) = (talk.local.0?, talk.remote.0?, talk.at?);
            self.memory.answer(pair(local, remote), at).map(|told| told.endpoint)
        };
        let by_address = || talk.remote.0.and_then(|it| self.run.endpoints.by_address(it));
        by_name.or_else(told).or_else(by_address)
    }
}

impl Events for Taker<'_> {
    fn flow(&mut self, flow: &Flow<'_>, at: u64) {
        self.sends(Some(flow.client));
        if flow.ours == Some(Side::Server) {
            self.sends(flow.server.map(Host::Address));
        }
        match self.pass {
            Pass::Answers | Pass::Names => {}
            Pass::Ordered => self.waiting.push(at),
            Pass::Flows if self.counted => {
                if let Some(key) = flow.key {
                    self.memory.claim(key.0);
                }
                let found = attribute(flow, self.run.endpoints, self.memory);
                self.pass_by(flow, found);
                if let Some(found) = found {
                    self.count(flow, found);
                }
            }
            Pass::Flows => {}
        }
    }

    fn name(&mut self, name: &Name<'_>, _: u64) {
        self.sends(name.client);
        let endpoint = self.run.endpoints.by_name(name.name.as_bytes());
        if matches!(self.pass, Pass::Names | Pass::Ordered)
            && let Some(key) = name.key
        {
            let pair = match (name.client, name.server) {
                (Some(Host::Address(client)), Some(server)) => Some(pair(client, server)),
                _ => None,
            };
            // A name of somebody else matters only where an answer could mislead.
            let may_matter = match self.pass {
                Pass::Ordered => true,
                _ => pair.is_some_and(|pair| self.memory.has_pair(pair)),
            };
            if endpoint.is_some() || may_matter && pair.is_some() {
                self.notes
                    .names
                    .push((key.0, Seen { at: name.at, from: name.from, endpoint, pair }));
            }
        }
        if self.counted
            && let (Some(endpoint), Some(client)) = (endpoint, name.client)
        {
            self.contact(client.into(), endpoint, Contact::Named, name.at);
        }
    }

    fn answer(&mut self, answer: &Answer<'_>, _: u64) {
        self.sends(answer.client);
        let Some(endpoint) = self.run.endpoints.by_name(answer.name.as_bytes()) else { return };
        if matches!(self.pass, Pass::Answers | Pass::Ordered)
            && let (Some(Host::Address(client)), Some(from)) = (answer.client, answer.at)
        {
            for (address, seconds) in answer.addresses {
                let until = from.plus_seconds(i64::from(seconds.unwrap_or(ASSUMED_SECONDS)));
                self.notes.answers.push((pair(client, *address), Told { endpoint, from, until }));
            }
        }
        if self.counted
            && let Some(client) = answer.client
        {
            self.contact(client.into(), endpoint, Contact::Asked, answer.at);
        }
    }

    fn talk(&mut self, talk: &Talk<'_>, _: u64) {
        self.sends(talk.host.map(Host::Named));
        self.sends(talk.local.0.map(Host::Address));
        let endpoint = self.talked_to(talk);
        if matches!(self.pass, Pass::Names | Pass::Ordered) {
            self.notes.programs.extend(Spoke::of(talk, endpoint));
        }
        let Some(endpoint) = endpoint.filter(|_| self.counted) else { return };
        // Flows of the same host are under its address.
        let own = |address: &IpAddr| !address.is_loopback() && !address.is_unspecified();
        let asset = match (talk.local.0.filter(own), talk.host, talk.local.0) {
            (Some(address), ..) | (None, None, Some(address)) => Asset::Address(address),
            (None, Some(host), _) => Asset::Named(host.into()),
            (None, None, None) => return,
        };
        if let (Asset::Address(_), Some(host)) = (&asset, talk.host) {
            self.contact(asset.clone(), endpoint, Contact::Host(host.into()), talk.at);
        }
        self.contact(asset, endpoint, Contact::Program(talk.program.into()), talk.at);
    }

    fn channel(&mut self, channel: Channel, name: &str) {
        // Rows that are read for different accounts number their channels apart: the name that comes with the row counts.
        if self.channels.get(&channel).is_none_or(|known| *known.channel != *name) {
            let reporter = Reporter { family: Arc::clone(&self.family), channel: name.into() };
            self.channels.insert(channel, Arc::new(reporter));
        }
    }
}

/// Which flows went by, so that what comes too late for one of them is noticed: a name, or an answer, that would have told another
/// endpoint.
#[derive(Debug, Default)]
pub(crate) struct Passed {
    /// When flows of a key ended.
    keys: Option<Latest>,
    /// When flows between a pair of addresses began.
    pairs: Option<Latest>,
    /// Whether something came too late.
    pub(crate) wrong: bool,
}

impl Passed {
    /// Notes the keys of flows that went by, each with when its flow ended. One after the other without anything between: each is a
    /// look into memory far away, of which a processor does many at once.
    pub(crate) fn keys(&mut self, list: impl IntoIterator<Item = (u64, Option<Time>)>) {
        let keys = self.keys.get_or_insert_with(|| Latest::new(PLACES));
        list.into_iter().for_each(|(key, ended)| keys.note(key, ended));
    }

    /// Notes the pairs of flows that went by, each with when its flow began.
    pub(crate) fn pairs(&mut self, list: impl IntoIterator<Item = (u64, Option<Time>)>) {
        let pairs = self.pairs.get_or_insert_with(|| Latest::new(PLACES));
        list.into_iter().for_each(|(pair, began)| pairs.note(pair, began));
    }

    /// Remembers what comes now.
    pub(crate) fn remember(&mut self, memory: &mut Memory, notes: &Notes, limits: &Limits) {
        memory.note(notes, limits);
        let late = |seen: &Option<Latest>, number: u64, at: Option<Time>, slack: i64| {
            let at = at.map(|at| at.plus_seconds(-slack));
            seen.as_ref().is_some_and(|seen| seen.reaches(number, at))
        };
        self.wrong |= notes.names.iter().any(|(key, name)| {
            let own = name.endpoint.is_some();
            // Somebody else's matters only where an answer could mislead.
            (own || name.pair.is_some_and(|pair| memory.has_pair(pair)))
                && late(
                    &self.keys,
                    if own { *key } else { answered(*key) },
                    name.at,
                    RECURS_SECONDS,
                )
        });
        self.wrong |= notes
            .answers
            .iter()
            .any(|(pair, told)| late(&self.pairs, *pair, Some(told.from), SLACK_SECONDS));
    }
}

/// The key of a flow whose endpoint an answer told, because it carried no name so far: then somebody else's name matters too.
fn answered(key: u64) -> u64 {
    key.rotate_left(32)
}

/// 12 MiB.
const PLACES: u32 = 20;
