//! Who watches a comparison, and may end it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use policy::Family;

use super::result::Differing;
use crate::wide::Exceeded;

/// What a watcher wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Go {
    /// To go on.
    Continue,
    /// To end here: what has been found is kept, the rest is left open.
    Stop,
}

/// How far a comparison is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// The family at hand.
    pub family: Family,
    /// The share of the work that is done, 0 to 1: an estimate that never falls.
    pub share: f64,
    /// Pairs of rules that needed work so far.
    pub pairs: u64,
    /// Bytes that the lists at hand take: an estimate.
    pub held: u64,
}

/// Watches a comparison. Called often, always by the thread that called [`super::prove_watched`]; the clock is the watcher's.
pub trait Observer: Send {
    /// How far it is.
    fn progress(&mut self, _progress: &Progress) -> Go {
        Go::Continue
    }

    /// A first packet of a difference between two rules. The final list has it, with all of its packets, in the final order; what is
    /// certain is known only then.
    fn found(&mut self, _difference: &Differing) -> Go {
        Go::Continue
    }
}

/// Watches nothing.
impl Observer for () {}

/// The observer as the comparison calls it, and the work that may be done.
pub(super) struct Watching<'o> {
    /// With the greatest share that it was told.
    observer: Mutex<(&'o mut dyn Observer, f64)>,
    stopped: AtomicBool,
    /// How much work may be done, and was.
    work: Mutex<(Option<u64>, u64)>,
    worked_out: AtomicBool,
}

impl<'o> Watching<'o> {
    pub(super) fn new(observer: &'o mut dyn Observer, work: Option<u64>) -> Self {
        Self {
            observer: Mutex::new((observer, 0.0)),
            stopped: AtomicBool::new(false),
            work: Mutex::new((work, 0)),
            worked_out: AtomicBool::new(false),
        }
    }

    /// Whether it was ended.
    pub(super) fn ended(&self) -> bool {
        self.stopped.load(Ordering::Relaxed) || self.worked_out.load(Ordering::Relaxed)
    }

    /// Why it was ended, if it was.
    pub(super) fn limit(&self) -> Option<Exceeded> {
        if self.worked_out.load(Ordering::Relaxed) {
            return Some(Exceeded("work"));
        }
        self.stopped.load(Ordering::Relaxed).then_some(Exceeded("stopped"))
    }

    /// Counts steps of work. Only the calling thread of the comparison does, so that the same work ends at the same place.
    pub(super) fn spend(&self, steps: u64) {
        let mut work = self.work.lock().unwrap_or_else(PoisonError::into_inner);
        work.1 = work.1.saturating_add(steps);
        if work.0.is_some_and(|most| work.1 > most) {
            self.worked_out.store(true, Ordering::Relaxed);
        }
    }

    pub(super) fn tell(&self, progress: &Progress) {
        let mut observer = self.observer.lock().unwrap_or_else(PoisonError::into_inner);
        observer.1 = observer.1.max(progress.share);
        let share = observer.1;
        let go = observer.0.progress(&Progress { share, ..*progress });
        self.heed(go);
    }

    pub(super) fn show(&self, difference: &Differing) {
        let mut observer = self.observer.lock().unwrap_or_else(PoisonError::into_inner);
        let go = observer.0.found(difference);
        self.heed(go);
    }

    fn heed(&self, go: Go) {
        if go == Go::Stop {
            self.stopped.store(true, Ordering::Relaxed);
        }
    }
}
