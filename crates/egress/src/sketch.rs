//! Counting distinct things in little memory.

use serde::{Deserialize, Serialize};

/// A count of distinct hashes: exact up to [`EXACT`], then an estimate whose standard error is 3.3 % (HyperLogLog with 1,024
/// registers; Flajolet and others, 2007).
///
/// Merging is associative and commutative: a sketch is exact just when all that went into it is few, and its registers are maxima.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sketch {
    /// The hashes themselves, sorted.
    Few(Vec<u64>),
    /// Registers: the longest run of leading zeros seen in each.
    Many(#[serde(with = "registers")] Box<[u8]>),
}

/// Up to how many distinct things the count is exact.
pub const EXACT: usize = 32;
const BITS: u32 = 10;
const REGISTERS: usize = 1 << BITS;

impl Default for Sketch {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl Sketch {
    /// Adds a hash.
    pub fn add(&mut self, hash: u64) {
        match self {
            Self::Few(list) => {
                let Err(at) = list.binary_search(&hash) else { return };
                list.insert(at, hash);
                if list.len() > EXACT {
                    let mut registers = vec![0; REGISTERS].into_boxed_slice();
                    list.iter().for_each(|hash| raise(&mut registers, *hash));
                    *self = Self::Many(registers);
                }
            }
            Self::Many(registers) => raise(registers, hash),
        }
    }

    /// Adds what another counted.
    pub fn merge(&mut self, other: &Self) {
        match (&mut *self, other) {
            (_, Self::Few(list)) => list.iter().for_each(|hash| self.add(*hash)),
            (Self::Few(list), Self::Many(theirs)) => {
                let mut registers = theirs.clone();
                list.iter().for_each(|hash| raise(&mut registers, *hash));
                *self = Self::Many(registers);
            }
            (Self::Many(mine), Self::Many(theirs)) => {
                for (mine, theirs) in mine.iter_mut().zip(theirs) {
                    *mine = (*mine).max(*theirs);
                }
            }
        }
    }

    /// How many distinct hashes, and whether that is exact.
    pub fn count(&self) -> (u64, bool) {
        match self {
            Self::Few(list) => (list.len() as u64, true),
            Self::Many(registers) => (estimate(registers), false),
        }
    }
}

fn raise(registers: &mut [u8], hash: u64) {
    let at = usize::try_from(hash >> (64 - BITS)).unwrap_or(0);
    let zeros = (hash << BITS | 1 << (BITS - 1)).leading_zeros() + 1;
    if let Some(register) = registers.get_mut(at) {
        *register = (*register).max(u8::try_from(zeros).unwrap_or(u8::MAX));
    }
}

fn estimate(registers: &[u8]) -> u64 {
    let count = registers.len() as f64;
    let sum: f64 = registers.iter().map(|register| (-f64::from(*register)).exp2()).sum();
    let raw = 0.7213 / (1.0 + 1.079 / count) * count * count / sum;
    let empty = registers.iter().filter(|register| **register == 0).count() as f64;
    let counted =
        if raw <= 2.5 * count && empty > 0.0 { count * (count / empty).ln() } else { raw };
    counted.round() as u64
}

/// Registers as hexadecimal text, two digits each.
mod registers {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(registers: &[u8], to: S) -> Result<S::Ok, S::Error> {
        let text: String = registers.iter().map(|register| format!("{register:02x}")).collect();
        to.serialize_str(&text)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Box<[u8]>, D::Error> {
        let text = String::deserialize(from)?;
        let pair = |at: usize| text.get(at..at + 2).and_then(|it| u8::from_str_radix(it, 16).ok());
        let list: Option<Box<[u8]>> = (0..super::REGISTERS).map(|at| pair(2 * at)).collect();
        list.filter(|_| text.len() == 2 * super::REGISTERS).ok_or_else(|| {
            D::Error::custom("registers that are no hexadecimal text of their length")
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::event::Key;

    fn of(range: std::ops::Range<u32>) -> Sketch {
        let mut sketch = Sketch::default();
        range.for_each(|at| sketch.add(Key::new(b"", &at.to_le_bytes()).0));
        sketch
    }

    #[test]
    fn a_few_are_counted_exactly_and_many_nearly() {
        assert_eq!(of(0..32).count(), (32, true));
        for many in [33, 500, 5_000, 200_000] {
            let (count, exact) = of(0..many).count();
            let error = (count as f64 - f64::from(many)).abs() / f64::from(many);
            assert!(!exact && error < 0.1, "{many}: {count}");
        }
    }

    #[test]
    fn a_sketch_survives_being_written() {
        for sketch in [of(0..3), of(0..100)] {
            let text = serde_json::to_string(&sketch).unwrap();
            assert_eq!(serde_json::from_str::<Sketch>(&text).unwrap(), sketch);
        }
        assert!(serde_json::from_str::<Sketch>(r#"{"Many":"00"}"#).is_err());
    }

    proptest! {
        #[test]
        fn merging_does_not_depend_on_order(parts in prop::collection::vec((0u32..60, 0u32..60), 1..6)) {
            let sketches: Vec<Sketch> = parts.iter().map(|(from, size)| of(*from..from + size)).collect();
            let merged = |list: &[Sketch]| list.iter().fold(Sketch::default(), |mut sum, it| { sum.merge(it); sum });
            let forward = merged(&sketches);
            let backward: Vec<Sketch> = sketches.iter().rev().cloned().collect();
            prop_assert_eq!(&merged(&backward), &forward);
            let (left, right) = sketches.split_at(sketches.len() / 2);
            let mut halves = merged(left);
            halves.merge(&merged(right));
            prop_assert_eq!(halves, forward);
        }
    }
}
