//! Counting distinct things in little memory.

use serde::{Deserialize, Serialize};

/// A count of distinct hashes: exact up to [`EXACT`], then an estimate whose standard error is 3.3 % (HyperLogLog with 1,024
/// registers; Flajolet and others, 2007). Each sum has one, and most count one address: it takes little room where there are few.
///
/// Merging is associative and commutative: a sketch is exact just when all that went into it is few, and its registers are maxima.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub enum Sketch {
    /// Nothing was counted.
    #[default]
    Nothing,
    /// One hash.
    One(u64),
    /// More of them.
    More(Box<More>),
}

/// What counts more than one hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum More {
    /// The hashes themselves, sorted.
    Few(Vec<u64>),
    /// Registers.
    Many(Registers),
}

/// The longest run of leading zeros seen in each register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Registers {
    /// Up to [`SPARSE`] registers that are not 0, by number.
    Sparse(Vec<(u16, u8)>),
    /// All of them.
    Full(Box<[u8]>),
}

/// A sketch as it is written down.
#[derive(Serialize, Deserialize)]
enum Written {
    Few(Vec<u64>),
    Many(#[serde(with = "registers")] Box<[u8]>),
}

/// Up to how many distinct things the count is exact.
pub const EXACT: usize = 32;
const BITS: u32 = 10;
const REGISTERS: usize = 1 << BITS;
/// How many registers, each with its number, take as much room as all.
const SPARSE: usize = REGISTERS / 4;

impl Sketch {
    /// Adds a hash.
    pub fn add(&mut self, hash: u64) {
        match self {
            Self::Nothing => *self = Self::One(hash),
            Self::One(known) if *known == hash => {}
            Self::One(known) => {
                let few = vec![hash.min(*known), hash.max(*known)];
                *self = Self::More(Box::new(More::Few(few)));
            }
            Self::More(more) => more.add(hash),
        }
    }

    /// Adds what another counted.
    pub fn merge(&mut self, other: &Self) {
        match other {
            Self::Nothing => {}
            Self::One(hash) => self.add(*hash),
            Self::More(theirs) => match &**theirs {
                More::Few(list) => list.iter().for_each(|hash| self.add(*hash)),
                More::Many(theirs) => {
                    let mut registers = std::mem::take(self).into_registers();
                    theirs.iter().for_each(|(at, run)| registers.raise(at, run));
                    *self = Self::More(Box::new(More::Many(registers)));
                }
            },
        }
    }

    /// How many distinct hashes, and whether that is exact.
    pub fn count(&self) -> (u64, bool) {
        match self {
            Self::Nothing => (0, true),
            Self::One(_) => (1, true),
            Self::More(more) => match &**more {
                More::Few(list) => (list.len() as u64, true),
                More::Many(registers) => (estimate(&registers.full()), false),
            },
        }
    }

    fn into_registers(self) -> Registers {
        match self {
            Self::Nothing => Registers::of(&[]),
            Self::One(hash) => Registers::of(&[hash]),
            Self::More(more) => match *more {
                More::Few(list) => Registers::of(&list),
                More::Many(registers) => registers,
            },
        }
    }
}

impl More {
    fn add(&mut self, hash: u64) {
        match self {
            Self::Few(list) => {
                let Err(at) = list.binary_search(&hash) else { return };
                list.reserve_exact(1);
                list.insert(at, hash);
                if list.len() > EXACT {
                    *self = Self::Many(Registers::of(list));
                }
            }
            Self::Many(registers) => registers.add(hash),
        }
    }
}

impl Registers {
    fn of(hashes: &[u64]) -> Self {
        let mut registers = Self::Sparse(Vec::new());
        hashes.iter().for_each(|hash| registers.add(*hash));
        registers
    }

    fn add(&mut self, hash: u64) {
        let at = u16::try_from(hash >> (64 - BITS)).unwrap_or(0);
        let zeros = (hash << BITS | 1 << (BITS - 1)).leading_zeros() + 1;
        self.raise(at, u8::try_from(zeros).unwrap_or(u8::MAX));
    }

    fn raise(&mut self, at: u16, run: u8) {
        match self {
            Self::Sparse(list) => match list.binary_search_by_key(&at, |(at, _)| *at) {
                Ok(place) => {
                    if let Some((_, known)) = list.get_mut(place) {
                        *known = (*known).max(run);
                    }
                }
                Err(place) => {
                    list.insert(place, (at, run));
                    if list.len() > SPARSE {
                        *self = Self::Full(self.full());
                    }
                }
            },
            Self::Full(all) => {
                if let Some(register) = all.get_mut(usize::from(at)) {
                    *register = (*register).max(run);
                }
            }
        }
    }

    /// Those that are not 0, by number.
    fn iter(&self) -> impl Iterator<Item = (u16, u8)> {
        let (sparse, full) = match self {
            Self::Sparse(list) => (list.as_slice(), &[][..]),
            Self::Full(all) => (&[][..], &**all),
        };
        let full = (0u16..).zip(full.iter().copied()).filter(|(_, run)| *run > 0);
        sparse.iter().copied().chain(full)
    }

    fn full(&self) -> Box<[u8]> {
        let mut all = vec![0; REGISTERS].into_boxed_slice();
        for (at, run) in self.iter() {
            if let Some(register) = all.get_mut(usize::from(at)) {
                *register = run;
            }
        }
        all
    }
}

impl From<Written> for Sketch {
    fn from(written: Written) -> Self {
        let mut sketch = Self::Nothing;
        match written {
            Written::Few(list) => list.into_iter().for_each(|hash| sketch.add(hash)),
            Written::Many(all) => {
                let mut registers = Registers::of(&[]);
                Registers::Full(all).iter().for_each(|(at, run)| registers.raise(at, run));
                sketch = Self::More(Box::new(More::Many(registers)));
            }
        }
        sketch
    }
}

impl From<Sketch> for Written {
    fn from(sketch: Sketch) -> Self {
        match sketch {
            Sketch::Nothing => Self::Few(Vec::new()),
            Sketch::One(hash) => Self::Few(vec![hash]),
            Sketch::More(more) => match *more {
                More::Few(list) => Self::Few(list),
                More::Many(registers) => Self::Many(registers.full()),
            },
        }
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
        for sketch in [of(0..0), of(0..1), of(0..3), of(0..100), of(0..900)] {
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
