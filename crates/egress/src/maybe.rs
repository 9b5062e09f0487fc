//! A set of numbers that may seem to hold more than was put in, and never less.

/// Four bits of one word for each number, so that asking costs one look into memory.
#[derive(Debug)]
pub(crate) struct Maybe {
    words: Vec<u64>,
    /// By how much a hash is shifted to become the place of a word.
    shift: u32,
}

impl Maybe {
    /// An empty set of 2 to the power of `log2` bits, at least 128 and at most 2³² of them.
    pub(crate) fn new(log2: u32) -> Self {
        let log2 = log2.clamp(7, 32);
        Self { words: vec![0; 1 << (log2 - 6)], shift: 64 - (log2 - 6) }
    }

    /// Puts a number in.
    #[inline]
    pub(crate) fn add(&mut self, number: u64) {
        let (word, bits) = self.place(number);
        if let Some(word) = self.words.get_mut(word) {
            *word |= bits;
        }
    }

    /// Whether the number may have been put in.
    #[inline]
    pub(crate) fn holds(&self, number: u64) -> bool {
        let (word, bits) = self.place(number);
        self.words.get(word).is_some_and(|word| word & bits == bits)
    }

    #[inline]
    fn place(&self, number: u64) -> (usize, u64) {
        let hash = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let bit = |from: u32| 1 << (hash >> from & 63);
        let bits = bit(26) | bit(20) | bit(14) | bit(8);
        ((hash >> self.shift) as usize, bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_in_is_held() {
        let mut set = Maybe::new(10);
        (0..200).for_each(|number| set.add(number * 7919));
        assert!((0..200).all(|number| set.holds(number * 7919)));
    }

    #[test]
    fn few_others_seem_to_be_held() {
        let mut set = Maybe::new(15);
        (0..500).for_each(|number| set.add(number * 7919));
        let wrong = (500..10_500).filter(|number| set.holds(number * 7919)).count();
        assert!(wrong < 300, "{wrong} of 10,000");
    }
}
