//! Where lines end and columns begin in the next kilobytes of a log, found for 64 bytes at a time.

use std::ops::Range;

use crate::readers::block::{self, BLOCK};

/// Bytes that one word of a mask stands for.
const WORD: usize = 64;
/// The last word is for what is left, perhaps nothing, after full ones.
const WORDS: usize = 1 + 256;

/// Most bytes of a window.
const BYTES: usize = WORD * (WORDS - 1);

/// The places of line ends and of a separator, a bit for each byte.
pub(crate) struct Window {
    ends: [u64; WORDS],
    cuts: [u64; WORDS],
    /// How many separators stand before each word.
    before: [u32; WORDS],
    /// Whether there is a backslash.
    escaped: bool,
    bytes: usize,
}

/// The places of the separators in a line, from the front.
pub(crate) struct Cuts<'w> {
    window: &'w Window,
    word: usize,
    /// Those of the word that are still to come.
    bits: u64,
    line: Range<usize>,
}

impl Window {
    pub(crate) fn new() -> Self {
        let (ends, cuts, before) = ([0; WORDS], [0; WORDS], [0; WORDS]);
        Self { ends, cuts, before, escaped: false, bytes: 0 }
    }

    /// Looks at the beginning of a text.
    pub(crate) fn look(&mut self, text: &[u8], separator: u8) {
        let text = text.get(..BYTES).unwrap_or(text);
        let (blocks, rest) = text.as_chunks::<WORD>();
        let mut last = [0; WORD];
        for (to, from) in last.iter_mut().zip(rest) {
            *to = *from;
        }
        let (mut sum, mut escaped) = (0, false);
        let words = self.ends.iter_mut().zip(&mut self.cuts).zip(&mut self.before);
        for (block, ((end, cut), before)) in blocks.iter().chain(Some(&last)).zip(words) {
            let (mut ends, mut cuts) = (0, 0);
            for (at, part) in block.as_chunks::<BLOCK>().0.iter().enumerate() {
                ends |= u64::from(block::equal(part, b'\n')) << (at * BLOCK);
                cuts |= u64::from(block::equal(part, separator)) << (at * BLOCK);
                escaped |= block::equal(part, b'\\') != 0;
            }
            (*end, *cut, *before) = (ends, cuts, sum);
            sum += cuts.count_ones();
        }
        (self.escaped, self.bytes) = (escaped, text.len());
    }

    /// Whether there is a backslash anywhere.
    pub(crate) fn escaped(&self) -> bool {
        self.escaped
    }

    /// How many bytes were looked at.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Where lines end.
    pub(crate) fn ends(&self) -> impl Iterator<Item = usize> {
        let words = self.ends.get(..self.bytes.div_ceil(WORD)).unwrap_or_default();
        words.iter().enumerate().flat_map(|(word, bits)| {
            let mut bits = *bits;
            std::iter::from_fn(move || {
                let end = word * WORD + bits.trailing_zeros() as usize;
                let some = bits != 0;
                bits &= bits.wrapping_sub(1);
                some.then_some(end)
            })
        })
    }

    /// How many separators stand before a place.
    #[inline]
    pub(crate) fn cuts_before(&self, place: usize) -> u32 {
        let (word, bit) = (place / WORD, place % WORD);
        let (Some(bits), Some(before)) = (self.cuts.get(word), self.before.get(word)) else {
            return 0;
        };
        before + (bits & ((1 << bit) - 1)).count_ones()
    }

    /// The separators in a part.
    #[inline]
    pub(crate) fn cuts(&self, line: Range<usize>) -> Cuts<'_> {
        let word = line.start / WORD;
        let bits = self.cuts.get(word).copied().unwrap_or(0) & (u64::MAX << (line.start % WORD));
        Cuts { window: self, word, bits, line }
    }
}

impl Cuts<'_> {
    /// The place of the next one within the line; the line's length where there is none.
    #[inline]
    pub(crate) fn next(&mut self) -> usize {
        while self.bits == 0 {
            self.word += 1;
            match self.window.cuts.get(self.word) {
                Some(bits) if self.word * WORD < self.line.end => self.bits = *bits,
                _ => return self.line.len(),
            }
        }
        let at = self.word * WORD + self.bits.trailing_zeros() as usize;
        self.bits &= self.bits.wrapping_sub(1);
        at.min(self.line.end) - self.line.start
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_and_separators_are_found_wherever_they_stand() {
        let mut window = Window::new();
        for length in [0, 1, 63, 64, 65, 200, BYTES, BYTES + 7] {
            let text: Vec<u8> = (0..length).map(|at| b"ab\tc\nd\te\tfgh"[at * 7 % 11]).collect();
            window.look(&text, b'\t');
            let seen = &text[..window.bytes()];
            let places = |byte| (0..seen.len()).filter(move |at| seen[*at] == byte);
            assert_eq!(window.ends().collect::<Vec<_>>(), places(b'\n').collect::<Vec<_>>());
            let mut cuts = window.cuts(0..seen.len());
            for (count, place) in (0..).zip(places(b'\t')) {
                assert_eq!((cuts.next(), window.cuts_before(place)), (place, count), "{length}");
            }
            assert_eq!((cuts.next(), window.escaped()), (seen.len(), false));
            assert_eq!(window.cuts_before(seen.len()) as usize, places(b'\t').count());
        }
    }

    #[test]
    fn separators_are_those_of_the_line() {
        let text = [b"a\tb\n".as_slice(), &[b'x'; 150], b"\ty\n\t"].concat();
        let mut window = Window::new();
        window.look(&text, b'\t');
        let mut cuts = window.cuts(4..156);
        assert_eq!([cuts.next(), cuts.next(), cuts.next()], [150, 152, 152]);
    }
}
