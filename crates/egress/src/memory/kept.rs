//! Names and answers as they are kept: there may be very many, so each takes as little room as it needs.

use std::num::NonZeroU64;

use super::{Seen, Told};
use crate::endpoints::EndpointId;
use crate::event::NameFrom;
use crate::time::Time;

/// A name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Name {
    /// [`UNTIMED`] when unknown.
    at: i64,
    pair: Option<NonZeroU64>,
    /// [`NOBODY`] when it is somebody else's.
    endpoint: u32,
    /// When it came, in seconds.
    pub(super) came: u32,
    from: NameFrom,
}

impl Name {
    pub(super) fn new(seen: &Seen, now: i64) -> Self {
        Self {
            at: seen.at.map_or(UNTIMED, |at| at.0),
            pair: seen.pair.and_then(NonZeroU64::new),
            endpoint: seen.endpoint.map_or(NOBODY, |endpoint| endpoint.0),
            came: seconds(now),
            from: seen.from,
        }
    }

    pub(super) fn seen(&self) -> Seen {
        Seen {
            at: Some(self.at).filter(|at| *at != UNTIMED).map(Time),
            from: self.from,
            endpoint: Some(self.endpoint).filter(|id| *id != NOBODY).map(EndpointId),
            pair: self.pair.map(NonZeroU64::get),
        }
    }
}

/// An answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer {
    pub(super) told: Told,
    /// When it came, in seconds.
    pub(super) came: u32,
}

/// A list that mostly holds one thing, for which it needs no memory of its own.
#[derive(Clone, Debug)]
pub(super) enum Few<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> Few<T> {
    pub(super) fn iter(&self) -> std::slice::Iter<'_, T> {
        match self {
            Self::One(one) => std::slice::from_ref(one).iter(),
            Self::Many(list) => list.iter(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.iter().len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn push(&mut self, more: T) {
        match std::mem::take(self) {
            Self::Many(list) if list.is_empty() => *self = Self::One(more),
            Self::Many(mut list) => {
                list.push(more);
                *self = Self::Many(list);
            }
            Self::One(one) => *self = Self::Many(vec![one, more]),
        }
    }

    pub(super) fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        match self {
            Self::One(one) if keep(one) => {}
            Self::One(_) => *self = Self::default(),
            Self::Many(list) => list.retain(keep),
        }
    }
}

impl<T> Default for Few<T> {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl<T> FromIterator<T> for Few<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut few = Self::default();
        items.into_iter().for_each(|item| few.push(item));
        few
    }
}

/// Seconds since 1970 as they are kept; those before and after what can be held are its ends.
pub(super) fn seconds(at: i64) -> u32 {
    u32::try_from(at.max(0)).unwrap_or(u32::MAX - 1)
}

const UNTIMED: i64 = i64::MIN;
const NOBODY: u32 = u32::MAX;
