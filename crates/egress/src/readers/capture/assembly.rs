//! Bytes that come in pieces, in any order and more than once.

/// The beginning of a stream. What came first stays: a later piece that says something else does not replace it.
#[derive(Debug, Default)]
pub(crate) struct Assembly {
    bytes: Vec<u8>,
    /// Which bytes are there: sorted, apart from each other.
    ranges: Vec<(usize, usize)>,
}

impl Assembly {
    /// Adds a piece; `false` when it is out of all limits.
    pub(crate) fn add(&mut self, from: usize, piece: &[u8], most: usize) -> bool {
        let Some(end) = from.checked_add(piece.len()).filter(|end| *end <= most) else {
            return false;
        };
        if piece.is_empty() {
            return true;
        }
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
        let mut at = from;
        for (known, known_end) in &self.ranges {
            self.bytes
                .get_mut(at..end.min(*known).max(at))
                .into_iter()
                .flatten()
                .zip(piece.iter().skip(at - from))
                .for_each(|(to, byte)| *to = *byte);
            at = at.max(*known_end);
            if at >= end {
                break;
            }
        }
        if at < end {
            self.bytes
                .get_mut(at..end)
                .into_iter()
                .flatten()
                .zip(piece.iter().skip(at - from))
                .for_each(|(to, byte)| *to = *byte);
        }
        self.ranges.push((from, end));
        self.ranges.sort_unstable();
        self.ranges.dedup_by(|next, last| {
            let joined = next.0 <= last.1;
            if joined {
                last.1 = last.1.max(next.1);
            }
            joined
        });
        self.ranges.len() <= MOST_RANGES
    }

    /// What is there without a gap.
    pub(crate) fn start(&self) -> &[u8] {
        match self.ranges.first() {
            Some((0, end)) => self.bytes.get(..*end).unwrap_or_default(),
            _ => &[],
        }
    }

    /// Bytes of memory.
    pub(crate) fn weight(&self) -> usize {
        self.bytes.len()
    }
}

/// More gaps than a real handshake has.
const MOST_RANGES: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_in_any_order_are_put_together_and_the_first_stays() {
        let mut assembly = Assembly::default();
        assert!(assembly.add(4, b"ef", 100));
        assert_eq!(assembly.start(), b"");
        assert!(assembly.add(0, b"abc", 100));
        assert!(assembly.add(2, b"XdXXgh", 100));
        assert_eq!(assembly.start(), b"abcdefgh");
    }

    #[test]
    fn a_piece_beyond_the_limit_is_refused() {
        let mut assembly = Assembly::default();
        assert!(!assembly.add(99, b"ab", 100));
        assert!(!assembly.add(usize::MAX, b"ab", usize::MAX));
        assert_eq!(assembly.weight(), 0);
    }
}
