//! What the sieves of text formats share: walking lines of a chunk, addresses without parsing of texts, members of an object that
//! stand where they are expected. Everything here says "unknown" rather than guess; the strict reader then decides.

use std::net::{IpAddr, Ipv6Addr};
use std::ops::Range;

use memchr::memmem::Finder;

use crate::endpoints::Blocks;
use crate::event::{self, Key, parse_address};
use crate::reader::{Sieved, Swept, Wanted, pair, pair_v4, trim_end};
use crate::readers::block::{self, BLOCK};
use crate::readers::names;

/// Sieves one line with `row`, which only sees lines without a backslash and gives `None` for the strict reader.
pub(crate) fn line(line: &[u8], row: impl FnOnce(&[u8]) -> Option<Sieved>) -> Sieved {
    let escaped = memchr::memchr(b'\\', line).is_some();
    let sieved = if escaped { None } else { row(line) };
    sieved.unwrap_or(Sieved::Read)
}

/// [`line`] for the lines of a chunk; see [`LineReader::sieve_chunk`]. `stop` says of which line the chunk ends before.
///
/// [`LineReader::sieve_chunk`]: crate::reader::LineReader::sieve_chunk
pub(crate) fn lines(
    chunk: &[u8],
    mut stop: impl FnMut(&[u8]) -> bool,
    mut row: impl FnMut(&[u8]) -> Option<Sieved>,
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
        let sieved = if escaped { None } else { row(line) };
        match sieved.unwrap_or(Sieved::Read) {
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
    let padded: &[u8; BLOCK + 4] = text.first_chunk()?;
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

/// An IPv6 address at the beginning of a text, and its length: groups of one to four digits, of which `::` leaves some out.
fn v6(text: &[u8]) -> Option<(u128, usize)> {
    let (mut bits, mut groups, mut gap, mut at) = (0_u128, 0, None, 0);
    if text.starts_with(b"::") {
        (gap, at) = (Some(0), 2);
    }
    loop {
        let digits = text.get(at..)?;
        let (mut group, mut length) = (0, 0);
        while let Some(digit) = digits.get(length).and_then(|byte| char::from(*byte).to_digit(16)) {
            group = group << 4 | digit;
            length += 1;
            if length > 4 {
                return None;
            }
        }
        if length == 0 && gap == Some(groups) {
            break;
        }
        if length == 0 || groups == 8 {
            return None;
        }
        bits = bits << 16 | u128::from(group);
        groups += 1;
        at += length;
        if text.get(at) != Some(&b':') {
            break;
        }
        at += 1;
        if text.get(at) == Some(&b':') {
            if gap.is_some() {
                return None;
            }
            gap = Some(groups);
            at += 1;
        }
    }
    let Some(gap) = gap else { return (groups == 8).then_some((bits, at)) };
    if groups == 8 {
        return None;
    }
    let low = 16 * (groups - gap);
    let below = bits & (1_u128 << low).wrapping_sub(1);
    let above = (bits >> low).checked_shl(16 * (8 - gap)).unwrap_or(0);
    Some((above | below, at))
}

/// An address as a number, IPv4 ones mapped into IPv6 (RFC 4291, section 2.5.5.2): it stays in registers, which an [`IpAddr`] does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Address(u128);

impl Address {
    #[inline]
    fn of_v4(number: u32) -> Self {
        Self(0xffff << 32 | u128::from(number))
    }

    fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(four) => Self::of_v4(four.to_bits()),
            IpAddr::V6(six) => Self(six.to_bits()),
        }
    }

    /// The number of an IPv4 address.
    #[inline]
    fn v4(self) -> Option<u32> {
        (self.0 >> 32 == 0xffff).then_some(self.0 as u32)
    }

    fn ip(self) -> IpAddr {
        event::address(IpAddr::V6(Ipv6Addr::from_bits(self.0)))
    }
}

/// An address up to the byte `end`, and what comes after it.
#[inline(always)]
pub(crate) fn address(text: &[u8], end: u8) -> Option<(Address, &[u8])> {
    if let Some((number, length)) = v4(text)
        && text.get(length) == Some(&end)
    {
        return Some((Address::of_v4(number), text.get(length + 1..)?));
    }
    other_address(text, end)
}

/// One that is not written as `v4` expects.
#[inline(never)]
fn other_address(text: &[u8], end: u8) -> Option<(Address, &[u8])> {
    if let Some((bits, length)) = v6(text)
        && text.get(length) == Some(&end)
    {
        return Some((Address(bits), text.get(length + 1..)?));
    }
    let (text, rest) = until(text, end)?;
    Some((no_plain_address(text)?, rest))
}

/// The address that is a part of a text.
#[inline(always)]
pub(crate) fn address_in(text: &[u8], place: Range<usize>) -> Option<Address> {
    if let Some((number, length)) = v4(text.get(place.start..)?)
        && length == place.len()
    {
        return Some(Address::of_v4(number));
    }
    any_address(text.get(place)?)
}

/// One that is not written as `v4` expects, or is near the end of its line.
#[inline(never)]
fn any_address(text: &[u8]) -> Option<Address> {
    match v6(text) {
        Some((bits, length)) if length == text.len() => Some(Address(bits)),
        _ => no_plain_address(text),
    }
}

/// What is neither written as everybody writes it.
fn no_plain_address(text: &[u8]) -> Option<Address> {
    if event::is_no_address(text) {
        return None;
    }
    parse_address(std::str::from_utf8(text).ok()?).map(Address::of)
}

/// The name in the value of a header `Host`, as [`names::requested`] has it: `Some(None)` where that is none.
pub(crate) fn host(text: &[u8]) -> Option<Option<&[u8]>> {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    if text.iter().all(plain) && event::is_no_address(text) {
        return Some(Some(text));
    }
    let name = names::requested(Some(std::str::from_utf8(text).ok()?), None);
    Some(name.map(str::as_bytes))
}

/// What is looked for, with what tells quickly that something is not.
#[derive(Clone, Copy)]
pub(crate) struct Sought<'w> {
    wanted: &'w dyn Wanted,
    blocks: &'w Blocks,
    pub(crate) pairs: bool,
}

impl<'w> Sought<'w> {
    pub(crate) fn new(wanted: &'w dyn Wanted) -> Self {
        Self { wanted, blocks: wanted.blocks(), pairs: wanted.pairs() }
    }

    /// Whether the address is looked for.
    #[inline]
    pub(crate) fn address(&self, address: Address) -> bool {
        match address.v4() {
            Some(number) => self.blocks.holds(number) && self.wanted.v4(number),
            None => self.wanted.address(address.ip()),
        }
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

/// The two ends of a flow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ends {
    pub(crate) client: Address,
    pub(crate) server: Address,
}

impl Ends {
    /// Whether one of the ends is looked for.
    #[inline]
    pub(crate) fn are_sought(&self, sought: &Sought<'_>) -> bool {
        sought.address(self.client) || sought.address(self.server)
    }

    /// What a row of a flow is, of which no name is known here.
    #[inline]
    pub(crate) fn flow(&self, key: Key, sought: &Sought<'_>) -> Sieved {
        if self.are_sought(sought) { Sieved::Read } else { self.only_if(Some(key), sought) }
    }

    /// What a row of one direction is: on its way back the server is who was told the address.
    pub(crate) fn one_way(&self, key: Key, sought: &Sought<'_>) -> Sieved {
        let turned = Self { client: self.server, server: self.client };
        if sought.pairs && sought.wanted.matters(None, Some(turned.pair())) {
            return Sieved::Read;
        }
        self.flow(key, sought)
    }

    #[inline]
    fn pair(&self) -> u64 {
        match (self.client.v4(), self.server.v4()) {
            (Some(client), Some(server)) => pair_v4(client, server),
            _ => pair(self.client.ip(), self.server.ip()),
        }
    }

    #[inline]
    fn only_if(&self, key: Option<Key>, sought: &Sought<'_>) -> Sieved {
        let pair = sought.pairs.then(|| self.pair());
        match sought.wanted.matters(key, pair) {
            true => Sieved::OnlyIf { key, pair },
            false => Sieved::Nothing,
        }
    }

    /// What a row is that gives the flow a name.
    #[inline]
    pub(crate) fn named(&self, name: &[u8], sought: &Sought<'_>) -> Sieved {
        if self.asked(name, sought) {
            return Sieved::Read;
        }
        // Another name of its flow does not make this one matter.
        if sought.pairs { self.only_if(None, sought) } else { Sieved::Nothing }
    }

    /// Whether a row with this name has to be read for the name's sake or that of one of the ends.
    #[inline]
    pub(crate) fn asked(&self, name: &[u8], sought: &Sought<'_>) -> bool {
        !block::is_ascii(name)
            || name.is_empty()
            || sought.wanted.name(name)
            || self.are_sought(sought)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

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
    fn ipv6_addresses_are_those_that_the_standard_library_reads() {
        let mut texts: Vec<String> = Vec::new();
        for text in [
            "::",
            "::1",
            "1::",
            "1::2:3",
            "1:2:3:4:5:6:7:8",
            "::2:3:4:5:6:7:8",
            "1:2:3:4:5:6:7::",
            "::1:2:3:4:5:6:7:8",
            "1:2:3:4:5:6:7:8::",
            "1:2:3:4::5:6:7:8",
            "1::2::3",
            ":::",
            ":1",
            "1:",
            "1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:8:9",
            "1:2:",
            "12345::",
            "0001::00fF",
            "g::",
            "",
            ":",
            "::g",
            "2001:db8::",
            "fe80::1",
            "1:::2",
        ] {
            texts.push(text.to_owned());
        }
        for number in (0..u128::MAX).step_by(usize::MAX).skip(1).step_by(999_983).take(50) {
            for mask in [u128::MAX, 0xffff << 112 | 0xffff, !0 << 64, !(0xffff_ffff << 48)] {
                texts.push(
                    Ipv6Addr::from_bits(number.wrapping_mul(0x1234_5678_9abc_def1) & mask)
                        .to_string(),
                );
            }
        }
        for text in texts {
            let quoted = format!("{text}\"");
            let read = v6(quoted.as_bytes()).filter(|(_, length)| *length == text.len());
            let expected = text.parse::<Ipv6Addr>().ok().map(|six| (six.to_bits(), text.len()));
            // One with an IPv4 address at its end is for the standard library.
            assert_eq!(read, expected.filter(|_| !text.contains('.')), "{text}");
        }
    }

    #[test]
    fn lines_with_backslashes_are_read_and_an_end_needs_no_newline() {
        let (mut seen, mut taken) = (Vec::new(), Vec::new());
        let row = |line: &[u8]| {
            seen.push(line.to_vec());
            Some(Sieved::Nothing)
        };
        let swept = lines(b"a\\b\r\n\nc\nd\\", |_| false, row, &mut |line, sieved| {
            taken.push((line, sieved))
        });
        assert_eq!(seen, [&b""[..], b"c"]);
        assert_eq!(taken, [(0..3, Sieved::Read), (8..10, Sieved::Read)]);
        assert_eq!(swept, Swept { bytes: 10, nothing: 2 });
    }

    #[test]
    fn what_stands_twice_is_known() {
        let finder = Finder::new("\"a\"");
        assert_eq!(find(b"x\"a\":1", &finder), Found::Once(b":1"));
        assert_eq!(find(b"\"a\"\"a\"", &finder), Found::Often);
        assert_eq!(find(b"\"a", &finder), Found::Nowhere);
    }
}
