//! Sixteen bytes at once, with the instructions that every processor of the target has.

use wide::u8x16;

/// Bytes looked at together.
pub(crate) const BLOCK: usize = 16;

/// Which of the bytes are this one: bit 0 stands for the first byte.
#[inline]
pub(crate) fn equal(block: &[u8; BLOCK], byte: u8) -> u32 {
    u8x16::new(*block).simd_eq(u8x16::splat(byte)).to_bitmask()
}

/// Which of the bytes are no decimal digits.
#[inline]
pub(crate) fn no_digits(block: &[u8; BLOCK]) -> u32 {
    let values = u8x16::new(*block) - u8x16::splat(b'0');
    values.min(u8x16::splat(9)).simd_eq(values).to_bitmask() ^ 0xffff
}

/// Whether all bytes are of ASCII.
#[inline]
pub(crate) fn is_ascii(text: &[u8]) -> bool {
    match (text.first_chunk::<BLOCK>(), text.last_chunk::<BLOCK>()) {
        (Some(first), Some(last)) if text.len() <= 2 * BLOCK => {
            (u8x16::new(*first) | u8x16::new(*last)).to_bitmask() == 0
        }
        _ => text.is_ascii(),
    }
}

/// The place of a byte in a text.
#[inline]
pub(crate) fn place(text: &[u8], byte: u8) -> Option<usize> {
    if let Some((first, rest)) = text.split_first_chunk::<BLOCK>()
        && let Some(second) = rest.first_chunk::<BLOCK>()
    {
        let found = equal(first, byte) | equal(second, byte) << BLOCK;
        if found != 0 {
            return Some(found.trailing_zeros() as usize);
        }
    }
    memchr::memchr(byte, text)
}

/// Whether a byte stands in a text; quick for 16 to 32 bytes.
#[inline]
pub(crate) fn has(text: &[u8], byte: u8) -> bool {
    match (text.first_chunk::<BLOCK>(), text.last_chunk::<BLOCK>()) {
        (Some(first), Some(last)) if text.len() <= 2 * BLOCK => {
            equal(first, byte) | equal(last, byte) != 0
        }
        _ => memchr::memchr(byte, text).is_some(),
    }
}

/// How many digits a text begins with.
#[inline]
pub(crate) fn digits(text: &[u8]) -> usize {
    let others = |text: &[u8]| text.first_chunk().map_or(0, no_digits);
    match others(text) {
        0 => {}
        first => return first.trailing_zeros() as usize,
    }
    // Numbers of flows have some more than a block.
    match text.get(BLOCK..).map_or(0, others) {
        0 => {}
        second => return BLOCK + second.trailing_zeros() as usize,
    }
    text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len())
}

/// Whether the two bytes stand side by side anywhere in a text.
#[inline]
pub(crate) fn has_pair(text: &[u8], first: u8, second: u8) -> bool {
    has_either(text, (first, second), (first, second))
}

/// Whether one of two pairs of bytes stands side by side anywhere in a text.
#[inline]
pub(crate) fn has_either(text: &[u8], one: (u8, u8), other: (u8, u8)) -> bool {
    let after = text.get(1..).unwrap_or_default();
    let (Some(last), Some(after_last)) = (
        text.get(..after.len()).and_then(<[u8]>::last_chunk::<BLOCK>),
        after.last_chunk::<BLOCK>(),
    ) else {
        return text.windows(2).any(|pair| *pair == [one.0, one.1] || *pair == [other.0, other.1]);
    };
    let (one, other) = (
        (u8x16::splat(one.0), u8x16::splat(one.1)),
        (u8x16::splat(other.0), u8x16::splat(other.1)),
    );
    let pairs = |left: &[u8; BLOCK], right: &[u8; BLOCK]| {
        let (left, right) = (u8x16::new(*left), u8x16::new(*right));
        left.simd_eq(one.0) & right.simd_eq(one.1) | left.simd_eq(other.0) & right.simd_eq(other.1)
    };
    let mut found = pairs(last, after_last);
    for (left, right) in text.as_chunks::<BLOCK>().0.iter().zip(after.as_chunks::<BLOCK>().0) {
        found |= pairs(left, right);
    }
    found.to_bitmask() != 0
}

/// Which of the bytes are so, one after the other.
#[cfg(test)]
fn each(block: &[u8; BLOCK], is: impl Fn(u8) -> bool) -> u32 {
    let bits = block.iter().enumerate();
    bits.fold(0, |bits, (place, byte)| bits | u32::from(is(*byte)) << place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_say_the_same_as_bytes_one_by_one() {
        for first in 0..=u8::MAX {
            let block: [u8; BLOCK] =
                std::array::from_fn(|place| first.wrapping_mul(7).wrapping_add(place as u8 * 11));
            assert_eq!(no_digits(&block), each(&block, |byte| !byte.is_ascii_digit()));
            assert_eq!(equal(&block, first), each(&block, |byte| byte == first));
        }
    }

    #[test]
    fn places_are_right_at_every_length() {
        for length in (0..70).chain([400]) {
            let mut text = vec![b'1'; length];
            assert_eq!((place(&text, b'x'), digits(&text)), (None, length));
            for at in 0..length {
                text[at] = b'x';
                assert_eq!((place(&text, b'x'), digits(&text)), (Some(at), at));
                assert!(has(&text, b'x') && !has(&text, b'y'));
                text[at] = b'1';
            }
            for at in 1..length {
                (text[at - 1], text[at]) = (b'a', b'b');
                assert!(has_pair(&text, b'a', b'b'), "{length} {at}");
                assert!(!has_pair(&text, b'b', b'a'));
                assert!(has_either(&text, (b'b', b'a'), (b'a', b'b')));
                assert!(!has_either(&text, (b'b', b'a'), (b'a', b'c')));
                (text[at - 1], text[at]) = (b'1', b'1');
            }
            assert!(!has_pair(&text, b'a', b'b'));
        }
    }
}
