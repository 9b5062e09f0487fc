//! Somebody waits: how far a comparison is, and an end when it takes too long.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use proof::prove::{Go, Observer, Progress};

/// Shows a bar on a terminal, and ends a comparison in time.
pub(crate) struct Watch {
    begun: Instant,
    most: Option<Duration>,
    shows: bool,
    bar: Option<ProgressBar>,
}

impl Watch {
    /// Begins to watch. The time is that of all comparisons together.
    pub(crate) fn new(most: Option<Duration>) -> Self {
        let shows = std::io::stderr().is_terminal();
        Self { begun: Instant::now(), most, shows, bar: None }
    }

    /// Ends one comparison: the next one begins anew.
    pub(crate) fn done(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Observer for Watch {
    fn progress(&mut self, progress: &Progress) -> Go {
        let gone = self.begun.elapsed();
        if self.shows && gone > QUIET {
            let bar = self.bar.get_or_insert_with(bar);
            bar.set_position(steps(progress.share));
        }
        if self.most.is_some_and(|most| gone >= most) { Go::Stop } else { Go::Continue }
    }
}

/// What is over sooner needs no bar.
const QUIET: Duration = Duration::from_secs(1);
/// Steps of a bar.
const STEPS: u64 = 1_000;

fn bar() -> ProgressBar {
    let bar = ProgressBar::new(STEPS);
    let style = ProgressStyle::with_template("{bar:30} {percent}% {elapsed} {eta}");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// A share from 0 to 1 in steps.
fn steps(share: f64) -> u64 {
    let scaled = share.clamp(0.0, 1.0) * 1_000.0;
    (0..=STEPS).take_while(|step| (*step as f64) <= scaled).count().saturating_sub(1) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_become_steps() {
        assert_eq!([steps(0.0), steps(0.5), steps(1.0), steps(9.0)], [0, 500, 1000, 1000]);
    }

    #[test]
    fn a_limit_that_is_over_stops() {
        let mut watch = Watch::new(Some(Duration::ZERO));
        let progress = Progress { family: policy::Family::V4, share: 0.1, pairs: 0, held: 0 };
        assert_eq!(watch.progress(&progress), Go::Stop);
        assert_eq!(Watch::new(None).progress(&progress), Go::Continue);
    }
}
