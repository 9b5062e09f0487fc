//! Numbers and addresses in bytes, and a window that moves over a stream. Nothing here trusts a length.

use std::io::BufRead;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The bytes `at..at + N`.
pub(crate) fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

/// A 16 bit number, most significant byte first.
pub(crate) fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    array(bytes, at).map(u16::from_be_bytes)
}

/// A 32 bit number, most significant byte first.
pub(crate) fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_be_bytes)
}

/// A number of up to 8 bytes, most significant byte first: counters may be sent with fewer bytes than they are declared with.
pub(crate) fn number(bytes: &[u8]) -> Option<u64> {
    let zeros = bytes.len().saturating_sub(8);
    let (high, low) = bytes.split_at_checked(zeros)?;
    let fits = !bytes.is_empty() && high.iter().all(|byte| *byte == 0);
    fits.then(|| low.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte)))
}

/// An address of 4 or 16 bytes, an IPv4-mapped one as IPv4.
pub(crate) fn ip(bytes: &[u8]) -> Option<IpAddr> {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return Some(IpAddr::V4(Ipv4Addr::from(four)));
    }
    let sixteen = <[u8; 16]>::try_from(bytes).ok()?;
    Some(IpAddr::V6(Ipv6Addr::from(sixteen)).to_canonical())
}

/// A window over a stream: what was asked for is in memory, and no more than that and one buffer of the stream.
pub(crate) struct Window<'a> {
    input: &'a mut dyn BufRead,
    buffer: Vec<u8>,
    start: usize,
    at: u64,
    ended: bool,
    failed: bool,
}

impl<'a> Window<'a> {
    /// A window at the beginning of the stream.
    pub(crate) fn new(input: &'a mut dyn BufRead) -> Self {
        Self { input, buffer: Vec::new(), start: 0, at: 0, ended: false, failed: false }
    }

    /// Where the window begins, in bytes from the beginning of the stream.
    pub(crate) fn at(&self) -> u64 {
        self.at
    }

    /// Whether reading failed: what lies behind is not known, and is not the end of the file.
    pub(crate) fn failed(&self) -> bool {
        self.failed
    }

    /// The next `count` bytes, fewer only where the stream ends.
    pub(crate) fn ask(&mut self, count: usize) -> &[u8] {
        while !self.ended && self.buffer.len() - self.start < count {
            self.fill();
        }
        let rest = self.buffer.get(self.start..).unwrap_or_default();
        rest.get(..count).unwrap_or(rest)
    }

    /// Moves on; `false` when the stream ends before.
    pub(crate) fn skip(&mut self, count: u64) -> bool {
        let mut left = count;
        loop {
            let here = (self.buffer.len() - self.start) as u64;
            let step = left.min(here);
            self.start += usize::try_from(step).unwrap_or(0);
            self.at += step;
            left -= step;
            if left == 0 {
                return true;
            }
            if self.ended {
                return false;
            }
            self.fill();
        }
    }

    /// Takes what the stream has ready.
    fn fill(&mut self) {
        if self.start >= KEEP || self.start == self.buffer.len() {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        loop {
            match self.input.fill_buf() {
                Ok([]) => self.ended = true,
                Ok(more) => {
                    let count = more.len();
                    self.buffer.extend_from_slice(more);
                    self.input.consume(count);
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(_) => (self.ended, self.failed) = (true, true),
            }
            return;
        }
    }
}

/// From how many used bytes on they are given up.
const KEEP: usize = 256 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_whatever_width_they_come() {
        assert_eq!(number(&[1, 0]), Some(256));
        assert_eq!(number(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 7]), Some(7));
        assert_eq!(number(&[1, 0, 0, 0, 0, 0, 0, 0, 0]), None);
        assert_eq!(number(&[]), None);
    }

    #[test]
    fn a_window_gives_what_is_there_and_knows_where_it_is() {
        let mut bytes: &[u8] = b"abcdef";
        let mut window = Window::new(&mut bytes);
        assert_eq!(window.ask(2), b"ab");
        assert!(window.skip(5));
        assert_eq!((window.at(), window.ask(9)), (5, b"f".as_slice()));
        assert!(!window.skip(9));
        assert_eq!(window.at(), 6);
    }
}
