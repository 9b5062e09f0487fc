//! Which program was seen at which conversation, so that flows of other logs are tied to it.

use std::sync::Arc;

use hashbrown::HashMap;

use super::{RECURS_SECONDS, UNCLAIMED_SECONDS};
use crate::endpoints::EndpointId;
use crate::event::{Flow, Host, Talk};
use crate::reader::tuple;
use crate::time::Time;

/// A program that was seen at a conversation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spoke {
    /// When.
    pub at: Time,
    /// Its path.
    pub program: Arc<str>,
    /// What the machine calls itself.
    pub host: Option<Arc<str>>,
    /// The endpoint that the row itself shows, by a name or an address.
    pub endpoint: Option<EndpointId>,
}

impl Spoke {
    /// What a row shows, by both addresses, both ports and the protocol; `None` when it lacks one of them.
    pub(crate) fn of(talk: &Talk<'_>, endpoint: Option<EndpointId>) -> Option<(u64, Self)> {
        let end = |(address, port): (Option<_>, Option<u16>)| {
            Some((address?, port.filter(|it| *it > 0)?))
        };
        let key = tuple(end(talk.local)?, end(talk.remote)?, talk.protocol?);
        let program = Some(talk.program).filter(|path| !path.is_empty())?;
        Some((
            key,
            Self {
                at: talk.at?,
                program: program.into(),
                host: talk.host.map(Arc::from),
                endpoint,
            },
        ))
    }
}

/// Programs by conversation, each with when its row came.
#[derive(Debug, Default)]
pub(super) struct Programs {
    pub(super) by_tuple: HashMap<u64, Vec<(Spoke, i64)>>,
    pub(super) kept: usize,
}

impl Programs {
    /// Whether it is kept: not when there are so many.
    pub(super) fn note(&mut self, tuple: u64, spoke: &Spoke, now: i64, most: usize) -> bool {
        let full = self.kept >= most;
        if full && !self.by_tuple.contains_key(&tuple) {
            return false;
        }
        let list = self.by_tuple.entry(tuple).or_default();
        if list.iter().any(|(known, _)| known == spoke) {
            return true;
        }
        if !full {
            list.push((spoke.clone(), now));
            self.kept += 1;
        }
        !full
    }

    /// The program of a flow: the last that was seen while it lasted, and a minute before and after. Ports are used again.
    pub(super) fn of(&self, flow: &Flow<'_>) -> Option<&Spoke> {
        if self.by_tuple.is_empty() {
            return None;
        }
        let Host::Address(client) = flow.client else { return None };
        let key =
            tuple((client, flow.client_port?), (flow.server?, flow.server_port?), flow.protocol?);
        let begin = flow.began.or(flow.start).or(flow.end)?;
        let end = flow.end.unwrap_or(begin).max(begin);
        let while_it_lasted = |spoke: &&Spoke| {
            begin.plus_seconds(-RECURS_SECONDS) <= spoke.at
                && spoke.at <= end.plus_seconds(RECURS_SECONDS)
        };
        self.by_tuple.get(&key)?.iter().map(|(spoke, _)| spoke).filter(while_it_lasted).max()
    }

    /// Lets go of what came too long ago for a flow to be told of.
    pub(super) fn forget(&mut self, now: i64) {
        self.kept = 0;
        self.by_tuple.retain(|_, list| {
            list.retain(|(_, came)| now.saturating_sub(*came) <= UNCLAIMED_SECONDS);
            self.kept += list.len();
            !list.is_empty()
        });
    }
}
