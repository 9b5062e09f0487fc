//! What has to be remembered between rows: which flows carry the name of an endpoint, and who was told the address of one.
//!
//! Only what concerns endpoints is kept, so that it stays small beside the logs: about one flow in a hundred.

mod lines;
mod programs;

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use hashbrown::HashMap;

use crate::endpoints::EndpointId;
use crate::event::{Flow, Key, NameFrom};
use crate::limits::Limits;
use crate::time::Time;

use programs::Programs;
pub use programs::Spoke;

/// A name that a flow carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// When.
    pub at: Option<Time>,
    /// Where it stood.
    pub from: NameFrom,
    /// Of which endpoint; `None` when it is somebody else's.
    pub endpoint: Option<EndpointId>,
    /// The pair of who used it and for which address, by [`pair`](crate::reader::pair); `None` where the row lacks one of them.
    pub pair: Option<u64>,
}

/// An address that a client was told for the name of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// The endpoint.
    pub endpoint: EndpointId,
    /// When it was told.
    pub from: Time,
    /// Until when it may be used.
    pub until: Time,
}

/// Names and answers that were read but not yet remembered.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    /// Names by the key of their flow.
    pub names: Vec<(u64, Seen)>,
    /// Answers by the pair of client and address.
    pub answers: Vec<(u64, Told)>,
    /// Programs by the [`tuple`](crate::reader::tuple) of their conversation.
    pub programs: Vec<(u64, Spoke)>,
    /// How many programs were not kept because there were too many.
    pub dropped: u64,
}

impl Notes {
    /// Adds those of another part.
    pub(crate) fn append(&mut self, mut other: Self) {
        self.names.append(&mut other.names);
        self.answers.append(&mut other.answers);
        self.programs.append(&mut other.programs);
        self.dropped += other.dropped;
    }

    /// Keeps no more programs than that, now and then or (`at_end`) now.
    pub(crate) fn bound(&mut self, most: usize, at_end: bool) {
        if self.programs.len() > if at_end { most } else { most.saturating_mul(2) } {
            self.dropped += programs::bound(&mut self.programs, most);
        }
    }

    /// Brings them into an order that does not depend on who found them.
    pub(crate) fn sort(&mut self) {
        self.names.sort_by_key(|(key, seen)| (*key, seen.pair, seen.at, seen.from, seen.endpoint));
        self.answers.sort_by_key(|(pair, told)| (*pair, told.from, told.until, told.endpoint));
        self.programs.sort();
    }
}

/// What is remembered. Where sums go on from round to round, each thing is kept with when it came, and [`Memory::forget`] lets go of
/// what is old: by the clock of whoever reads, since a single wrong time in a log must not make everything old.
#[derive(Debug, Default)]
pub struct Memory {
    names: HashMap<u64, Named>,
    answers: HashMap<u64, Vec<(Told, i64)>>,
    programs: Programs,
    kept: (usize, usize),
    /// Names, answers and programs that came when the limit was reached, and were not kept.
    pub dropped: u64,
    /// Flows that carry the name of an endpoint, were never found, and are forgotten.
    pub forgotten: u64,
    /// When what comes now comes, in seconds; 0 for a run that is all.
    pub now: i64,
}

/// The names of one flow, each with when it came.
#[derive(Debug, Default)]
struct Named {
    list: Vec<(Seen, i64)>,
    /// Whether the flow itself was found, and when last.
    claimed: AtomicBool,
    claimed_at: AtomicI64,
}

impl Memory {
    /// Remembers programs and answers, then names. A name of somebody else is kept only where an answer could make its flow look like one to an
    /// endpoint.
    pub fn note(&mut self, notes: &Notes, limits: &Limits) {
        for (tuple, spoke) in &notes.programs {
            self.programs.note(*tuple, spoke, self.now);
        }
        self.dropped += notes.dropped;
        for (pair, told) in &notes.answers {
            let list = self.answers.entry(*pair).or_default();
            if list.iter().any(|(known, _)| known == told) {
                continue;
            }
            if self.kept.1 >= limits.answers {
                self.dropped += 1;
                continue;
            }
            self.kept.1 += 1;
            room_for_one(list);
            list.push((*told, self.now));
        }
        for (key, seen) in &notes.names {
            if seen.endpoint.is_none() && !seen.pair.is_some_and(|pair| self.has_pair(pair)) {
                continue;
            }
            let list = &mut self.names.entry(*key).or_default().list;
            if list.iter().any(|(known, _)| known == seen) {
                continue;
            }
            if self.kept.0 >= limits.names {
                self.dropped += 1;
                continue;
            }
            self.kept.0 += 1;
            room_for_one(list);
            list.push((*seen, self.now));
        }
    }

    /// Whether there are answers.
    pub fn has_answers(&self) -> bool {
        !self.answers.is_empty()
    }

    /// Whether a flow of this key was named, by anybody of interest.
    pub fn has_key(&self, key: u64) -> bool {
        self.names.contains_key(&key)
    }

    /// Whether this client was told this address.
    pub fn has_pair(&self, pair: u64) -> bool {
        self.answers.contains_key(&pair)
    }

    /// Whether a name or an answer makes a flow of this key or pair worth reading.
    #[inline]
    pub(crate) fn matters(&self, key: Option<Key>, pair: Option<u64>) -> bool {
        key.is_some_and(|key| self.has_key(key.0)) || pair.is_some_and(|pair| self.has_pair(pair))
    }

    /// Notes that the flow of this key was found.
    pub fn claim(&self, key: u64) {
        if let Some(named) = self.names.get(&key) {
            named.claimed.store(true, Ordering::Relaxed);
            named.claimed_at.store(self.now, Ordering::Relaxed);
        }
    }

    /// Lets go of what is too old to matter: names whose flow was found some time ago, names whose flow did not come in days, and
    /// answers that no flow can rest on any more.
    pub fn forget(&mut self) {
        let now = self.now;
        let (mut names, mut forgotten) = (0, 0);
        self.names.retain(|_, named| {
            let open = named.is_open();
            let claimed = named.claimed.load(Ordering::Relaxed);
            let claimed_at = named.claimed_at.load(Ordering::Relaxed);
            named.list.retain(|(_, came)| {
                let most = if claimed { CLAIMED_SECONDS } else { UNCLAIMED_SECONDS };
                now.saturating_sub(if claimed { claimed_at.max(*came) } else { *came }) <= most
            });
            names += named.list.len();
            forgotten += u64::from(open && !named.is_open());
            !named.list.is_empty()
        });
        let mut answers = 0;
        self.answers.retain(|_, list| {
            list.retain(|(told, came)| {
                let lives = told.until.0.saturating_sub(told.from.0) / 1_000_000;
                let most = ANSWERED_SECONDS + lives.clamp(0, LONGEST_LIFE_SECONDS);
                now.saturating_sub(*came) <= most
            });
            answers += list.len();
            !list.is_empty()
        });
        self.programs.forget(now, Limits::default().programs);
        self.forgotten += forgotten;
        self.kept = (names, answers);
    }

    /// The keys of flows that carry the name of an endpoint, and were not found.
    pub fn unclaimed(&self) -> impl Iterator<Item = u64> {
        self.names.iter().filter(|(_, named)| named.is_open()).map(|(key, _)| *key)
    }

    /// Whether this is one of [`Self::unclaimed`].
    pub fn is_unclaimed(&self, key: u64) -> bool {
        self.names.get(&key).is_some_and(Named::is_open)
    }

    /// The names of a flow. With `during`, only those from a minute before its begin to a minute after its end.
    pub fn names(&self, key: u64, during: Option<(Time, Time)>) -> impl Iterator<Item = &Seen> {
        let list = self.names.get(&key).map_or(&[][..], |named| named.list.as_slice());
        list.iter().map(|(seen, _)| seen).filter(move |seen| match (during, seen.at) {
            (Some((begin, end)), Some(at)) => {
                begin.plus_seconds(-RECURS_SECONDS) <= at && at <= end.plus_seconds(RECURS_SECONDS)
            }
            _ => true,
        })
    }

    /// The program that was seen at the conversation of a flow.
    pub fn program(&self, flow: &Flow<'_>) -> Option<&Spoke> {
        self.programs.of(flow)
    }

    /// The latest answer that this client could have used for this address at this time.
    pub fn answer(&self, pair: u64, at: Time) -> Option<Told> {
        let list = self.answers.get(&pair)?;
        let usable = |told: &&Told| {
            told.from.plus_seconds(-SLACK_SECONDS) <= at
                && at <= told.until.plus_seconds(SLACK_SECONDS)
        };
        // Order of arrival must not matter: of two at one time the endpoint with the smaller number.
        list.iter()
            .map(|(told, _)| told)
            .filter(usable)
            .max_by_key(|told| (told.from, std::cmp::Reverse(told.endpoint)))
            .copied()
    }
}

/// Most lists have one entry, and there are many lists: a first one is given no room for more.
fn room_for_one<T>(list: &mut Vec<T>) {
    if list.is_empty() {
        list.reserve_exact(1);
    }
}

impl Named {
    /// Whether an endpoint is named whose flow was not found.
    fn is_open(&self) -> bool {
        !self.claimed.load(Ordering::Relaxed)
            && self.list.iter().any(|(seen, _)| seen.endpoint.is_some())
    }
}

/// How long a name is kept whose flow did not come yet: connections of agents last for days.
const UNCLAIMED_SECONDS: i64 = 7 * 86_400;
/// How long a name is kept after its flow was last found: another record of it may follow.
const CLAIMED_SECONDS: i64 = 3_600;
/// How long an answer is kept beyond its time to live: a flow may be told of when it ends.
const ANSWERED_SECONDS: i64 = 86_400;
/// Most of a time to live that is believed here.
const LONGEST_LIFE_SECONDS: i64 = 7 * 86_400;
/// How far a name may lie outside of the flow whose key it has, where keys recur.
pub const RECURS_SECONDS: i64 = 60;
/// How far clocks of a resolver's and a flow's log may differ, and how long after its time to live an address is still used.
pub const SLACK_SECONDS: i64 = 5;
/// The time to live of an answer whose log does not tell it.
pub const ASSUMED_SECONDS: u32 = 300;

#[cfg(test)]
mod tests {
    use super::*;

    fn told(endpoint: u32, from: i64, until: i64) -> Told {
        Told {
            endpoint: EndpointId(endpoint),
            from: Time(from * 1_000_000),
            until: Time(until * 1_000_000),
        }
    }

    #[test]
    fn an_answer_counts_from_when_it_came_until_it_is_stale() {
        let mut memory = Memory::default();
        let notes = Notes {
            answers: vec![(1, told(0, 100, 160)), (1, told(1, 120, 130))],
            names: Vec::new(),
            ..Notes::default()
        };
        memory.note(&notes, &Limits::default());
        let endpoint =
            |second: i64| memory.answer(1, Time(second * 1_000_000)).map(|it| it.endpoint.0);
        assert_eq!([90, 96, 121, 140, 166].map(endpoint), [None, Some(0), Some(1), Some(0), None]);
    }

    #[test]
    fn names_of_others_are_kept_only_where_an_answer_could_mislead() {
        let other = |pair| Seen { at: None, from: NameFrom::Sni, endpoint: None, pair: Some(pair) };
        let mut memory = Memory::default();
        let notes = Notes {
            names: vec![(5, other(1)), (6, other(2))],
            answers: vec![(1, told(0, 0, 9))],
            ..Notes::default()
        };
        memory.note(&notes, &Limits::default());
        assert!(memory.has_key(5) && !memory.has_key(6));
    }

    #[test]
    fn a_key_that_recurs_counts_only_near_its_flow() {
        let seen = |at: i64| Seen {
            at: Some(Time(at * 1_000_000)),
            from: NameFrom::Sni,
            endpoint: Some(EndpointId(0)),
            pair: None,
        };
        let mut memory = Memory::default();
        memory.note(&Notes { names: vec![(5, seen(100))], ..Notes::default() }, &Limits::default());
        let named = |begin: i64, end: i64| {
            memory.names(5, Some((Time(begin * 1_000_000), Time(end * 1_000_000)))).count()
        };
        assert_eq!((named(99, 120), named(161, 170), named(10, 30)), (1, 0, 0));
    }

    #[test]
    fn a_name_is_forgotten_sooner_when_its_flow_was_found() {
        let seen =
            Seen { at: None, from: NameFrom::Sni, endpoint: Some(EndpointId(0)), pair: None };
        let mut memory = Memory { now: 1_000, ..Memory::default() };
        let names = vec![(1, seen), (2, seen)];
        memory.note(&Notes { names, ..Notes::default() }, &Limits::default());
        memory.claim(1);
        memory.now += 2 * CLAIMED_SECONDS;
        memory.forget();
        assert_eq!((memory.has_key(1), memory.has_key(2), memory.forgotten), (false, true, 0));
        memory.now += UNCLAIMED_SECONDS;
        memory.forget();
        assert_eq!((memory.has_key(2), memory.forgotten, memory.kept), (false, 1, (0, 0)));
    }

    #[test]
    fn an_answer_is_forgotten_by_when_it_came_and_not_by_what_it_says() {
        let mut memory = Memory { now: 1_000, ..Memory::default() };
        let answers = vec![(1, told(0, 9_000_000_000, 9_000_000_060))];
        memory.note(&Notes { answers, ..Notes::default() }, &Limits::default());
        memory.now += ANSWERED_SECONDS;
        memory.forget();
        assert!(memory.has_pair(1));
        memory.now += 61;
        memory.forget();
        assert!(!memory.has_pair(1));
    }

    #[test]
    fn beyond_the_limit_names_are_counted_as_dropped() {
        let seen =
            Seen { at: None, from: NameFrom::Sni, endpoint: Some(EndpointId(0)), pair: None };
        let mut memory = Memory::default();
        let notes = Notes { names: (0..5).map(|key| (key, seen)).collect(), ..Notes::default() };
        memory.note(&notes, &Limits { names: 3, ..Limits::default() });
        assert_eq!((memory.unclaimed().count().min(3), memory.dropped), (3, 2));
    }
}
