//! What the sieves of text formats share: walking lines of a chunk, addresses without parsing of texts, members of an object that
//! stand where they are expected. Everything here says "unknown" rather than guess; the strict reader then decides.

use std::net::{IpAddr, Ipv4Addr};
use std::ops::Range;

use memchr::memmem::Finder;

use crate::event::{Key, parse_address};
use crate::reader::{Sieved, Swept, Wanted, pair, trim_end};
use crate::readers::block::{self, BLOCK};

/// Sieves the lines of a chunk, each with whether it has a backslash; see [`LineReader::sieve_chunk`]. `stop` says of which line the
/// chunk ends before.
///
/// [`LineReader::sieve_chunk`]: crate::reader::LineReader::sieve_chunk
pub(crate) fn lines(
    chunk: &[u8],
    mut stop: impl FnMut(&[u8]) -> bool,
    mut sieve: impl FnMut(&[u8], bool) -> Sieved,
    take: &mut dyn FnMut(Range<usize>, Sieved),
) -> Swept {
    let mut swept = Swept::default();
    let mut escaped = false;
    // One search for both: a backslash is rare, and finding out for each line again whether it has one costs as much as its end.
    let ends = memchr::memchr2_iter(b'\n', b'\\', chunk);
    let last = (!chunk.ends_with(b"\n")).then_some(chunk.len());
    for end in ends.chain(last) {
        if chunk.get(end) == Some(&b'\\') {
            escaped = true;
            continue;
        }
        let Some(line) = chunk.get(swept.bytes..end).map(trim_end) else { break };
        if line.is_empty() && end == chunk.len() {
            break;
        }
        if stop(line) {
            return swept;
        }
        match sieve(line, escaped) {
            Sieved::Nothing => swept.nothing += 1,
            sieved => take(swept.bytes..swept.bytes + line.len(), sieved),
        }
        escaped = false;
        swept.bytes = (end + 1).min(chunk.len());
    }
    swept
}

/// An IPv4 address at the beginning of a text that goes on for 20 bytes or more, and its length. Written as everybody writes it:
/// four numbers below 256 without zeros in front.
#[inline]
pub(crate) fn v4(text: &[u8]) -> Option<(u32, usize)> {
    let window = text.first_chunk::<BLOCK>()?;
    // A bit beyond the block, so that there is always one to be found.
    let ends = block::no_digits(window) | 1 << BLOCK;
    let dots = block::equal(window, b'.');
    let zeros = block::equal(window, b'0');
    let (mut left, mut start, mut end) = (ends, 0_u32, 0_u32);
    let (mut address, mut most) = (0_u32, 0_u32);
    let padded: [u8; BLOCK + 4] = *text.first_chunk()?;
    for _ in 0..4 {
        end = left.trailing_zeros();
        left &= left.wrapping_sub(1);
        let at = start as usize % BLOCK;
        let digits = u32::from_le_bytes(*padded.get(at..)?.first_chunk::<4>()?);
        // The last digit goes to the highest byte; what comes after the number is pushed out.
        let digits = digits.wrapping_shl(start.wrapping_sub(end).wrapping_mul(8)) & 0x0f0f_0f0f;
        let value = ((digits & 0x0f0f_0000).wrapping_mul(1 | 10 << 8) >> 24)
            .wrapping_add((digits >> 8 & 0xf).wrapping_mul(100));
        most |= value;
        address = address << 8 | value;
        start = end.wrapping_add(1);
    }
    let last = 1_u32.wrapping_shl(end);
    let inside = last.wrapping_sub(1);
    let starts = ends << 1 | 1;
    let numbers = !ends;
    let other = (ends ^ dots) & inside;
    let empty = ends & starts & (inside | last);
    let long = numbers & numbers >> 1 & numbers >> 2 & numbers >> 3 & inside;
    let padding = zeros & starts & numbers >> 1 & inside;
    (other | empty | long | padding == 0 && most < 256).then_some((address, end as usize))
}

/// An address up to the byte `end`, and what comes after it.
#[inline]
pub(crate) fn address(text: &[u8], end: u8) -> Option<(IpAddr, &[u8])> {
    if let Some((number, length)) = v4(text)
        && text.get(length) == Some(&end)
    {
        return Some((IpAddr::V4(Ipv4Addr::from_bits(number)), text.get(length + 1..)?));
    }
    other_address(text, end)
}

/// One that is not written as `v4` expects.
#[cold]
fn other_address(text: &[u8], end: u8) -> Option<(IpAddr, &[u8])> {
    let (text, rest) = until(text, end)?;
    Some((parse_address(std::str::from_utf8(text).ok()?)?, rest))
}

/// Whether the address is looked for.
#[inline]
pub(crate) fn is_wanted(address: IpAddr, wanted: &dyn Wanted) -> bool {
    match address {
        IpAddr::V4(four) => wanted.v4(four.to_bits()),
        IpAddr::V6(_) => wanted.address(address),
    }
}

/// Splits at the first of a byte and leaves the byte out.
#[inline]
pub(crate) fn until(text: &[u8], end: u8) -> Option<(&[u8], &[u8])> {
    let cut = block::place(text, end)?;
    Some((text.get(..cut)?, text.get(cut + 1..)?))
}

/// How often something stands in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found<'l> {
    /// Not at all.
    Nowhere,
    /// Once, and this is what comes after it.
    Once(&'l [u8]),
    /// More often.
    Often,
}

/// How often the needle stands in the text.
pub(crate) fn find<'l>(text: &'l [u8], needle: &Finder<'_>) -> Found<'l> {
    let Some(at) = needle.find(text) else { return Found::Nowhere };
    match text.get(at + needle.needle().len()..) {
        Some(rest) if needle.find(rest).is_none() => Found::Once(rest),
        _ => Found::Often,
    }
}

/// The string that is the value of a key, where the text goes on after the key's closing quote: `:"value"…`.
pub(crate) fn string(after_key: &[u8]) -> Option<&[u8]> {
    Some(until(after_key.strip_prefix(b":\"")?, b'"')?.0)
}

/// The two ends and the key of a flow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ends {
    pub(crate) client: IpAddr,
    pub(crate) server: IpAddr,
    pub(crate) key: Option<Key>,
}

impl Ends {
    /// What a row of a flow is, of which no name is known here.
    pub(crate) fn flow(&self, wanted: &dyn Wanted, pairs: bool) -> Sieved {
        if is_wanted(self.client, wanted) || is_wanted(self.server, wanted) {
            return Sieved::Read;
        }
        let pair = pairs.then(|| pair(self.client, self.server));
        Sieved::OnlyIf { key: self.key, pair }
    }

    /// What a row is that gives the flow a name.
    pub(crate) fn named(&self, name: &[u8], wanted: &dyn Wanted, pairs: bool) -> Sieved {
        if !name.is_ascii() || name.is_empty() || wanted.name(name) {
            return Sieved::Read;
        }
        match self.flow(wanted, pairs) {
            Sieved::OnlyIf { .. } if !pairs => Sieved::Nothing,
            sieved => sieved,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_that_the_standard_library_reads() {
        let mut texts: Vec<String> =
            ["0.0.0.0", "255.255.255.255", "1.2.3.4", "10.20.30.40"].map(str::to_owned).into();
        for odd in [
            "256.1.1.1",
            "1.2.3",
            "1.2.3.4.5",
            "01.2.3.4",
            "1.2.3.00",
            "1..2.3",
            ".1.2.3.4",
            "1.2.3.4x",
            "1:2.3.4",
            "1.2.3.",
            "",
            "a.b.c.d",
            "999.9.9.9",
            "1.2.3.1000",
            "::1",
            "1.2.3.\u{3a}",
            "1.2,3.4",
            "\u{7f}.2.3.4",
        ] {
            texts.push(odd.to_owned());
        }
        for number in (0..u32::MAX).step_by(9_999_991) {
            texts.push(Ipv4Addr::from_bits(number).to_string());
        }
        for text in texts {
            let padded = format!("{text}\"01234567890123456789");
            let read = v4(padded.as_bytes()).filter(|(_, length)| *length == text.len());
            let expected = text.parse::<Ipv4Addr>().ok().map(|four| (four.to_bits(), text.len()));
            assert_eq!(read, expected, "{text}");
        }
    }

    #[test]
    fn lines_know_their_backslashes_and_an_end_without_newline() {
        let mut seen = Vec::new();
        let sieve = |line: &[u8], escaped| {
            seen.push((line.to_vec(), escaped));
            Sieved::Nothing
        };
        let swept = lines(b"a\\b\r\n\nc\nd\\", |_| false, sieve, &mut |_, _| ());
        let line = |text: &[u8], escaped| (text.to_vec(), escaped);
        assert_eq!(
            seen,
            [line(b"a\\b", true), line(b"", false), line(b"c", false), line(b"d\\", true)]
        );
        assert_eq!(swept, Swept { bytes: 10, nothing: 4 });
    }

    #[test]
    fn what_stands_twice_is_known() {
        let finder = Finder::new("\"a\"");
        assert_eq!(find(b"x\"a\":1", &finder), Found::Once(b":1"));
        assert_eq!(find(b"\"a\"\"a\"", &finder), Found::Often);
        assert_eq!(find(b"\"a", &finder), Found::Nowhere);
    }
}
