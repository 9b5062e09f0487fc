//! Sums of attributed flows. They can be merged in any order and grouping, so that shards and runs add up to the same.

mod partial;
mod settle;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::net::IpAddr;
use std::sync::Arc;

use foldhash::quality::FixedState;
use serde::{Deserialize, Serialize};

use crate::attribute::{Attributed, Grade};
use crate::endpoints::EndpointId;
use crate::event::{Flow, Host, Side, Volume, fold};
use crate::sketch::Sketch;
use crate::time::Time;

pub use partial::{Header, PartialError, read_partial, write_partial};
pub(crate) use partial::{read_line, write_line};
pub use settle::{Group, Settled, settle};

/// One of ours in the sums.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Asset {
    /// By address.
    Address(IpAddr),
    /// By the name that the log has for it.
    Named(Arc<str>),
}

impl std::fmt::Display for Asset {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Address(address) => write!(out, "{address}"),
            Self::Named(name) => out.write_str(name),
        }
    }
}

impl From<Host<'_>> for Asset {
    fn from(host: Host<'_>) -> Self {
        match host {
            Host::Address(address) => Self::Address(address),
            Host::Named(name) => Self::Named(name.into()),
        }
    }
}

/// Who reports: logs of one family and channel add up, of several the largest counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Reporter {
    /// The family of the log's format.
    pub family: Arc<str>,
    /// The channel within it; empty when the format has none.
    pub channel: Arc<str>,
}

/// What flows are summed by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SumKey {
    /// One of ours.
    pub asset: Asset,
    /// Where the other side is.
    pub endpoint: EndpointId,
    /// What shows it.
    pub grade: Grade,
    /// Whether the endpoint began the flows, or is the source of records of one direction.
    pub inward: bool,
    /// Where the other side's address stands, by the operator's table or, failing that, as the log says; empty when unknown.
    pub country: Arc<str>,
    /// On which day (UTC) the flows began, as days since 1970-01-01; `None` when their log has no time.
    pub day: Option<i32>,
    /// Who reports.
    pub reporter: Arc<Reporter>,
}

/// A sum of flows. Volumes of 2⁶⁴ − 1 bytes and more are that number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Total {
    /// Flows; of records of one direction only those that leave.
    pub flows: u64,
    /// Bytes that left ours for the endpoint, with sampling made up for.
    pub bytes_out: u64,
    /// Bytes that came back.
    pub bytes_in: u64,
    /// Flows whose log does not say how much left.
    pub out_unknown: u64,
    /// Flows whose log does not say how much came back.
    pub in_unknown: u64,
    /// Records of one direction only: what went the other way is in other records, if any.
    pub one_way: u64,
    /// Flows whose counters were multiplied to make up for sampling.
    pub scaled: u64,
    /// Flows of a log that is sampled and does not say how much: their bytes are a lower bound.
    pub scale_unknown: u64,
    /// When the first began.
    pub first: Option<Time>,
    /// When the last was seen.
    pub last: Option<Time>,
    /// Distinct addresses of the endpoint.
    pub peers: Sketch,
}

/// What kind of contact without counters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Contact {
    /// A DNS question for the endpoint's name.
    Asked,
    /// The endpoint's name used in a handshake or request.
    Named,
    /// A program that talks to it, by its path.
    Program(Arc<str>),
    /// A name of the machine itself, in a row about a program on it.
    Host(Arc<str>),
}

/// What contacts are counted by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContactKey {
    /// One of ours.
    pub asset: Asset,
    /// The endpoint.
    pub endpoint: EndpointId,
    /// What happened.
    pub contact: Contact,
    /// The family of the log's format.
    pub family: Arc<str>,
}

/// How often, and when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// How often.
    pub count: u64,
    /// When first.
    pub first: Option<Time>,
    /// When last.
    pub last: Option<Time>,
}

/// Sums of flows and contacts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EgressSum {
    /// Flows.
    pub totals: BTreeMap<SumKey, Total>,
    /// Contacts without counters.
    pub contacts: BTreeMap<ContactKey, Times>,
}

impl EgressSum {
    /// Adds a flow. `country` says where an address stands, by the operator's table.
    pub fn add(
        &mut self,
        flow: &Flow<'_>,
        found: Attributed,
        reporter: &Arc<Reporter>,
        country: Option<&Arc<str>>,
    ) {
        let inward = found.remote == Side::Client;
        let (ours, remote) = match (inward, flow.client, flow.server) {
            (false, client, server) => (Asset::from(client), server),
            (true, Host::Address(client), Some(server)) => (Asset::Address(server), Some(client)),
            (true, ..) => return,
        };
        let said = || flow.country.filter(|_| !inward).and_then(crate::places::country);
        let key = SumKey {
            asset: ours,
            endpoint: found.endpoint,
            grade: found.grade,
            inward,
            country: country.cloned().or_else(said).unwrap_or_default(),
            day: flow.start.or(flow.end).map(Time::day),
            reporter: Arc::clone(reporter),
        };
        self.totals.entry(key).or_default().add(flow, inward, remote);
    }

    /// Counts a contact.
    pub fn contact(&mut self, key: ContactKey, at: Option<Time>) {
        let times = self.contacts.entry(key).or_default();
        times.merge(&Times { count: 1, first: at, last: at });
    }

    /// Adds another sum over the same endpoints. Associative and commutative.
    pub fn merge(&mut self, other: Self) {
        if self.totals.is_empty() && self.contacts.is_empty() {
            *self = other;
            return;
        }
        for (key, total) in other.totals {
            match self.totals.entry(key) {
                Entry::Vacant(none) => drop(none.insert(total)),
                Entry::Occupied(mut own) => own.get_mut().merge(&total),
            }
        }
        for (key, times) in other.contacts {
            self.contacts.entry(key).or_default().merge(&times);
        }
    }
}

impl Total {
    fn add(&mut self, flow: &Flow<'_>, inward: bool, remote: Option<IpAddr>) {
        let (out, back) =
            if inward { (flow.received, flow.sent) } else { (flow.sent, flow.received) };
        // The record of the way back belongs to a flow that the record of the way there counts.
        let counts = !(flow.one_way && inward || flow.goes_on);
        self.flows += u64::from(counts);
        let scale = u64::from(flow.sampling.max(1));
        for (volume, sum, unknown) in [
            (out, &mut self.bytes_out, &mut self.out_unknown),
            (back, &mut self.bytes_in, &mut self.in_unknown),
        ] {
            match volume {
                Volume::Bytes(bytes) => {
                    *sum = sum.saturating_add(bytes.saturating_mul(scale));
                }
                Volume::Unknown => *unknown += 1,
                Volume::Elsewhere => {}
            }
        }
        self.one_way += u64::from(flow.received == Volume::Elsewhere);
        self.scaled += u64::from(flow.sampling > 1);
        self.scale_unknown += u64::from(flow.sampling == 0);
        self.first = earliest(self.first, flow.start.or(flow.end));
        self.last = self.last.max(flow.end.or(flow.start));
        if let Some(remote) = remote {
            self.peers.add(hash(remote));
        }
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: &Self) {
        self.flows += other.flows;
        self.bytes_out = self.bytes_out.saturating_add(other.bytes_out);
        self.bytes_in = self.bytes_in.saturating_add(other.bytes_in);
        self.out_unknown += other.out_unknown;
        self.in_unknown += other.in_unknown;
        self.one_way += other.one_way;
        self.scaled += other.scaled;
        self.scale_unknown += other.scale_unknown;
        self.first = earliest(self.first, other.first);
        self.last = self.last.max(other.last);
        self.peers.merge(&other.peers);
    }
}

impl Times {
    /// Adds others.
    pub fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.first = earliest(self.first, other.first);
        self.last = self.last.max(other.last);
    }
}

/// The earlier of two times; a time is earlier than none.
fn earliest(one: Option<Time>, other: Option<Time>) -> Option<Time> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// Of the hashes of addresses: the same on every machine.
static SEED: FixedState = FixedState::with_seed(0x9e37_79b9_7f4a_7c15);

fn hash(address: IpAddr) -> u64 {
    let bits = match address {
        IpAddr::V4(four) => u128::from(four.to_bits()) | 0xffff_0000_0000,
        IpAddr::V6(six) => six.to_bits(),
    };
    fold(&SEED, &bits.to_le_bytes())
}

#[cfg(test)]
mod tests;
