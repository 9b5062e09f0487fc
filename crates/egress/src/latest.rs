//! The latest time that came with each of many numbers, in little memory: what it says may be too late, and is never too early.

use crate::maybe::Maybe;
use crate::time::Time;

/// Places that one number may have; they lie side by side, so that asking costs one look into memory.
const PLACES: usize = 16;

/// Times by number. A number has two places, which it shares with others: the earlier of what stands there is its time or later.
#[derive(Debug)]
pub(crate) struct Latest {
    /// The numbers.
    seen: Maybe,
    lines: Vec<[u32; PLACES]>,
    /// By how much a hash is shifted to become the number of a line.
    shift: u32,
}

impl Latest {
    /// For nothing yet, with 2 to the power of `log2` places of 12 bytes, at least 32 and at most 2²⁶ of them.
    pub(crate) fn new(log2: u32) -> Self {
        let lines = log2.clamp(5, 26) - 4;
        Self {
            seen: Maybe::new(lines + 4 + 6),
            lines: vec![[0; PLACES]; 1 << lines],
            shift: 64 - lines,
        }
    }

    /// Notes a time with a number; `None` is later than every time.
    #[inline]
    pub(crate) fn note(&mut self, number: u64, time: Option<Time>) {
        self.seen.add(number);
        let (line, places) = self.places(number);
        let Some(line) = self.lines.get_mut(line) else { return };
        let time = seconds(time);
        for place in places {
            if let Some(latest) = line.get_mut(place) {
                *latest = (*latest).max(time);
            }
        }
    }

    /// Whether a time that is not before this one may have come with the number; `None` is before every time.
    pub(crate) fn reaches(&self, number: u64, time: Option<Time>) -> bool {
        if !self.seen.holds(number) {
            return false;
        }
        let (line, places) = self.places(number);
        let Some(line) = self.lines.get(line) else { return true };
        let latest = places.iter().filter_map(|place| line.get(*place)).min().copied();
        let wanted = time.map_or(1, |time| seconds(Some(time)));
        latest.is_some_and(|latest| latest >= wanted)
    }

    #[inline]
    fn places(&self, number: u64) -> (usize, [usize; 2]) {
        let hash = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let place = |from: u32| (hash >> from) as usize % PLACES;
        ((hash >> self.shift) as usize, [place(20), place(12)])
    }
}

/// Whole seconds since the epoch, at least one.
fn seconds(time: Option<Time>) -> u32 {
    let Some(time) = time else { return u32::MAX };
    let seconds = time.0.div_euclid(1_000_000).clamp(1, i64::from(u32::MAX - 1));
    u32::try_from(seconds).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Option<Time> {
        Time::from_seconds(second)
    }

    #[test]
    fn the_latest_time_of_a_number_is_never_said_to_be_earlier() {
        let mut latest = Latest::new(6);
        (0..500).for_each(|number| latest.note(number * 7919, at(number as i64 + 5)));
        assert!((0..500).all(|number| latest.reaches(number * 7919, at(number as i64 + 5))));
    }

    #[test]
    fn few_numbers_seem_to_have_a_later_one() {
        let mut latest = Latest::new(14);
        (0..2_000).for_each(|number| latest.note(number * 7919, at(100)));
        latest.note(1, at(200));
        let wrong = (0..2_000).filter(|number| latest.reaches(number * 7919, at(101))).count();
        assert!(wrong < 3 && latest.reaches(1, at(200)), "{wrong} of 2,000");
        let wrong = (2_000..4_000).filter(|number| latest.reaches(number * 7919, None)).count();
        assert!(wrong < 3, "{wrong} of 2,000");
    }

    #[test]
    fn an_unknown_time_is_later_than_all() {
        let mut latest = Latest::new(14);
        assert!(!latest.reaches(1, None));
        latest.note(1, None);
        assert!(latest.reaches(1, at(i64::from(u32::MAX))));
    }
}
