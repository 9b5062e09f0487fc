//! Which program was seen at which conversation, so that flows of other logs are tied to it.

use std::sync::Arc;

use hashbrown::{HashMap, HashSet};

use super::{RECURS_SECONDS, SLACK_SECONDS, UNCLAIMED_SECONDS};
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
    /// What tells rows apart; what they show is found out.
    fn row(&self) -> (Time, &str, Option<&str>) {
        (self.at, &self.program, self.host.as_deref())
    }

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

/// Programs by conversation, those of one in the order of time, each with when its row came.
#[derive(Debug, Default)]
pub(super) struct Programs {
    pub(super) by_tuple: HashMap<u64, Vec<(Spoke, i64)>>,
    pub(super) kept: usize,
    /// Paths and names, of which many rows have the same.
    texts: HashSet<Arc<str>>,
}

impl Programs {
    /// Remembers one. What a row shows may be known better when it is read again.
    pub(super) fn note(&mut self, tuple: u64, spoke: &Spoke, now: i64) {
        let list = self.by_tuple.entry(tuple).or_default();
        match list.binary_search_by(|(known, _)| known.row().cmp(&spoke.row())) {
            Ok(place) => {
                if let Some((known, _)) = list.get_mut(place) {
                    known.endpoint = spoke.endpoint;
                }
            }
            Err(place) => {
                let texts = &mut self.texts;
                let mut shared = |text: &Arc<str>| {
                    Arc::clone(texts.get_or_insert_with(text, |_| Arc::clone(text)))
                };
                let program = shared(&spoke.program);
                let host = spoke.host.as_ref().map(&mut shared);
                list.reserve_exact(1);
                list.insert(place, (Spoke { program, host, ..spoke.clone() }, now));
                self.kept += 1;
            }
        }
    }

    /// The program of a flow: the first that was seen while it lasted; else the last in the minute before it, or the first in the
    /// minute after. Ports are used again.
    pub(super) fn of(&self, flow: &Flow<'_>) -> Option<&Spoke> {
        if self.by_tuple.is_empty() {
            return None;
        }
        let Host::Address(client) = flow.client else { return None };
        let server = (flow.server?, flow.server_port?);
        let list =
            self.by_tuple.get(&tuple((client, flow.client_port?), server, flow.protocol?))?;
        let begin = flow.began.or(flow.start).or(flow.end)?;
        let end = flow.end.unwrap_or(begin).max(begin);
        let at = |number: usize| list.get(number).map(|(spoke, _)| spoke);
        let from = list.partition_point(|(spoke, _)| spoke.at < begin.plus_seconds(-SLACK_SECONDS));
        let within = at(from).filter(|it| it.at <= end.plus_seconds(SLACK_SECONDS));
        let before =
            || at(from.checked_sub(1)?).filter(|it| begin.plus_seconds(-RECURS_SECONDS) <= it.at);
        let after = || at(from).filter(|it| it.at <= end.plus_seconds(RECURS_SECONDS));
        within.or_else(before).or_else(after)
    }

    /// Lets go of what came too long ago for a flow to be told of, and, where there are more than so many, of what came first.
    /// Returns how many went because there were too many.
    pub(super) fn forget(&mut self, now: i64, most: usize) -> u64 {
        let oldest = now.saturating_sub(UNCLAIMED_SECONDS);
        self.retain(|came, _| oldest <= came);
        let before = self.kept;
        if self.kept > most {
            let came = |(tuple, list): (&u64, &Vec<(Spoke, i64)>)| {
                list.iter().map(|(_, came)| (*came, *tuple)).collect::<Vec<_>>()
            };
            let mut all: Vec<(i64, u64)> = self.by_tuple.iter().flat_map(came).collect();
            let (_, last_gone, _) = all.select_nth_unstable(self.kept - most - 1);
            let last_gone = *last_gone;
            // Of what came in one round, those with the smallest numbers go, and not all.
            self.retain(|came, tuple| (came, tuple) > last_gone);
        }
        (before - self.kept) as u64
    }

    fn retain(&mut self, keep: impl Fn(i64, u64) -> bool) {
        self.kept = 0;
        self.by_tuple.retain(|tuple, list| {
            list.retain(|(_, came)| keep(*came, *tuple));
            self.kept += list.len();
            !list.is_empty()
        });
        let texts = self.texts.len();
        if texts > self.kept.saturating_mul(2) {
            self.texts.retain(|text| Arc::strong_count(text) > 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spoke(at: i64, program: &str) -> Spoke {
        let at = Time(0).plus_seconds(at);
        Spoke { at, program: program.into(), host: None, endpoint: None }
    }

    fn program_of(begin: i64, end: i64, programs: &Programs) -> Option<String> {
        let [client, server] = ["10.0.0.1", "192.0.2.1"].map(|it| it.parse().unwrap());
        let mut flow = Flow::new(Host::Address(client), Some(server));
        (flow.client_port, flow.server_port, flow.protocol) = (Some(1), Some(2), Some(6));
        flow.start = Some(Time(0).plus_seconds(begin));
        flow.end = Some(Time(0).plus_seconds(end));
        programs.of(&flow).map(|spoke| spoke.program.to_string())
    }

    fn two() -> Programs {
        let [client, server] = ["10.0.0.1", "192.0.2.1"].map(|it| it.parse().unwrap());
        let key = tuple((client, 1), (server, 2), 6);
        let mut programs = Programs::default();
        programs.note(key, &spoke(120, "/b"), 7);
        programs.note(key, &spoke(100, "/a"), 6);
        programs
    }

    #[test]
    fn a_port_that_is_used_again_does_not_mix_programs_up() {
        let all = [(100, 101), (120, 130), (140, 150), (60, 70), (300, 310)];
        let found = all.map(|(begin, end)| program_of(begin, end, &two()).unwrap_or_default());
        assert_eq!(found, ["/a", "/b", "/b", "/a", ""]);
    }

    #[test]
    fn a_row_that_is_read_again_is_the_same_row() {
        let mut programs = two();
        let key = *programs.by_tuple.keys().next().unwrap();
        programs.note(key, &Spoke { endpoint: Some(EndpointId(4)), ..spoke(100, "/a") }, 9);
        assert_eq!(programs.kept, 2);
        assert_eq!(programs.by_tuple[&key][0].0.endpoint, Some(EndpointId(4)));
    }

    #[test]
    fn what_came_first_is_forgotten_first() {
        let mut programs = two();
        programs.forget(8, 1);
        assert_eq!((programs.kept, program_of(100, 101, &programs)), (1, Some("/b".into())));
    }

    #[test]
    fn of_one_round_no_more_go_than_are_too_many() {
        let mut programs = Programs::default();
        (0..9).for_each(|tuple| programs.note(tuple, &spoke(1, "/a"), 6));
        assert_eq!((programs.forget(7, 6), programs.kept), (3, 6));
    }
}
