//! What the sieves of text formats share: walking lines of a chunk, addresses without parsing of texts, members of an object that
//! stand where they are expected. Everything here says "unknown" rather than guess; the strict reader then decides.

use std::net::{IpAddr, Ipv4Addr};
use std::ops::Range;

use memchr::memmem::Finder;

use crate::event::{Key, parse_address};
use crate::reader::{Sieved, Swept, Wanted, pair, trim_end};

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

/// An IPv4 address at the beginning of a text that goes on for 16 bytes or more, and its length. Written as everybody writes it:
/// four numbers below 256 without zeros in front.
pub(crate) fn v4(text: &[u8]) -> Option<(u32, usize)> {
    let window = u128::from_le_bytes(*text.first_chunk::<16>()?);
    // A byte that is a digit becomes 0 to 9; whatever is none gets its highest bit set.
    let digits = window ^ ALL.wrapping_mul(0x30);
    let others = ((digits & ALL.wrapping_mul(0x7f)).wrapping_add(ALL.wrapping_mul(0x76)) | digits)
        & ALL.wrapping_mul(0x80);
    let mut ends = bits(others);
    let mut start = 0;
    let mut address = 0;
    let mut bad = 0;
    let mut end = 0;
    for place in 0..4 {
        end = ends.trailing_zeros();
        ends &= ends.wrapping_sub(1);
        let length = end.wrapping_sub(start);
        if !(1..=3).contains(&length) {
            return None;
        }
        // The number's last digit goes to the highest byte, what is before its first digit is pushed out or is zero.
        let number = ((digits >> (8 * start)) as u32) << (8 * (4 - length));
        let first = (number >> (8 * (4 - length))) & 0xff;
        bad |= u32::from(length > 1 && first == 0);
        let value = (u64::from(number & 0x0f0f_0f00) * (1 | 10 << 8 | 100 << 16)) >> 24;
        let value = (value & 0x3ff) as u32;
        bad |= value >> 8;
        address = address << 8 | value & 0xff;
        if place < 3 {
            bad |= u32::from((window >> (8 * end)) as u8 ^ b'.');
        }
        start = end + 1;
    }
    (bad == 0).then_some((address, end as usize))
}

/// One in every byte.
const ALL: u128 = 0x0101_0101_0101_0101_0101_0101_0101_0101;

/// The highest bits of 16 bytes, side by side.
fn bits(bytes: u128) -> u32 {
    let half = |bytes: u64| ((bytes >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u32;
    half(bytes as u64) | half((bytes >> 64) as u64) << 8 | 1 << 16
}

/// An address up to the byte `end`, and what comes after it.
pub(crate) fn address(text: &[u8], end: u8) -> Option<(IpAddr, &[u8])> {
    if let Some((number, length)) = v4(text)
        && text.get(length) == Some(&end)
    {
        return Some((IpAddr::V4(Ipv4Addr::from_bits(number)), text.get(length + 1..)?));
    }
    let (text, rest) = until(text, end)?;
    Some((parse_address(std::str::from_utf8(text).ok()?)?, rest))
}

/// Whether the address is looked for.
pub(crate) fn is_wanted(address: IpAddr, wanted: &dyn Wanted) -> bool {
    match address {
        IpAddr::V4(four) => wanted.v4(four.to_bits()),
        IpAddr::V6(_) => wanted.address(address),
    }
}

/// Splits at the first of a byte and leaves the byte out.
pub(crate) fn until(text: &[u8], end: u8) -> Option<(&[u8], &[u8])> {
    let cut = memchr::memchr(end, text)?;
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
            let padded = format!("{text}\"0123456789012345");
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
