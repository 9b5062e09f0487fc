//! To which endpoint a flow went, and what shows it.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::endpoints::{EndpointId, Endpoints, Place};
use crate::event::{Flow, Host, NameFrom, Side};
use crate::memory::{Memory, Seen};
use crate::reader::pair;
use crate::time::Time;

/// What shows that a flow went to an endpoint; each is weaker than the ones before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// The TLS or QUIC server name.
    Sni,
    /// The host of a request.
    Host,
    /// A name that the log has for the server, resolved by whoever wrote it.
    Log,
    /// The same host was told this address for the endpoint's name, and used it while the answer held.
    Answer,
    /// The address lies in a prefix that only this vendor uses.
    Prefix,
    /// The vendor's network announces the address, by the operator's table.
    Network,
}

impl Grade {
    /// The word used in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sni => "sni",
            Self::Host => "host",
            Self::Log => "log",
            Self::Answer => "answer",
            Self::Prefix => "prefix",
            Self::Network => "network",
        }
    }

    /// `name` for what rests on a name, `prefix` for what rests on an address alone, `network` for who announces the address.
    pub fn evidence(self) -> &'static str {
        match self {
            Self::Sni | Self::Host | Self::Log | Self::Answer => "name",
            Self::Prefix => "prefix",
            Self::Network => "network",
        }
    }
}

impl From<NameFrom> for Grade {
    fn from(from: NameFrom) -> Self {
        match from {
            NameFrom::Sni => Self::Sni,
            NameFrom::Host => Self::Host,
            NameFrom::Log => Self::Log,
        }
    }
}

/// A flow's endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attributed {
    /// Which.
    pub endpoint: EndpointId,
    /// What shows it.
    pub grade: Grade,
    /// Which side of the flow is the endpoint; the other is ours.
    pub remote: Side,
}

/// The endpoint of a flow, on the best evidence there is.
///
/// A name of the flow decides first. Where it carries none, an answer that its client was given for the server's address does. A
/// prefix or a network comes last, also for a flow with somebody else's name: it is the vendor's own. In a record of one direction, and
/// where the log does not say which side is ours, the client may be the endpoint. A side that the log calls ours never is: whoever asks
/// our server for a vendor's name is no egress.
pub fn attribute(flow: &Flow<'_>, endpoints: &Endpoints, memory: &Memory) -> Option<Attributed> {
    let own = flow.name.map(|(from, name)| Seen {
        at: flow.start,
        from,
        endpoint: endpoints.by_name(name.as_bytes()),
        pair: None,
    });
    let during = flow.key_recurs.then(|| during(flow)).flatten();
    let seen = flow.key.into_iter().flat_map(|key| memory.names(key.0, during)).chain(own);
    let mut named = false;
    let mut best: Option<(Grade, Option<Time>, EndpointId, Option<u64>)> = None;
    for seen in seen {
        named = true;
        let Some(endpoint) = seen.endpoint else { continue };
        let found = (Grade::from(seen.from), seen.at, endpoint, seen.pair);
        best = Some(best.map_or(found, |best| best.min(found)));
    }
    let client = match flow.client {
        Host::Address(address) => Some(address),
        Host::Named(_) => None,
    };
    if let Some((grade, _, endpoint, pair)) = best {
        let remote = if turned(flow, client, pair) { Side::Client } else { Side::Server };
        if flow.ours != Some(remote) {
            return Some(Attributed { endpoint, grade, remote });
        }
    }
    let told = || by_answer(flow, client, memory);
    if !named && let Some(found) = told() {
        return Some(found);
    }
    let lies = |address: Option<IpAddr>, remote| {
        let endpoint = endpoints.by_address(address?)?;
        let grade = match endpoints.get(endpoint)?.place {
            Place::Network(_) => Grade::Network,
            _ => Grade::Prefix,
        };
        Some(Attributed { endpoint, grade, remote })
    };
    match flow.ours {
        Some(Side::Client) => lies(flow.server, Side::Server),
        Some(Side::Server) => lies(client, Side::Client),
        None => lies(flow.server, Side::Server).or_else(|| lies(client, Side::Client)),
    }
}

/// Whether this is the record of the way back of a flow whose name was used between this pair.
fn turned(flow: &Flow<'_>, client: Option<IpAddr>, named: Option<u64>) -> bool {
    let (Some(source), Some(target)) = (client, flow.server) else { return false };
    flow.one_way && named == Some(pair(target, source))
}

/// When the flow was there, as far as its record says.
fn during(flow: &Flow<'_>) -> Option<(Time, Time)> {
    let begin = flow.began.or(flow.start).or(flow.end)?;
    Some((begin, flow.end.unwrap_or(begin).max(begin)))
}

fn by_answer(flow: &Flow<'_>, client: Option<IpAddr>, memory: &Memory) -> Option<Attributed> {
    if !memory.has_answers() {
        return None;
    }
    let (client, server, at) = (client?, flow.server?, flow.began.or(flow.start).or(flow.end)?);
    let used = |asked, told, remote| {
        if flow.ours == Some(remote) {
            return None;
        }
        let told = memory.answer(pair(asked, told), at)?;
        Some(Attributed { endpoint: told.endpoint, grade: Grade::Answer, remote })
    };
    let turned = || flow.one_way.then(|| used(server, client, Side::Client)).flatten();
    used(client, server, Side::Server).or_else(turned)
}

#[cfg(test)]
mod tests;
