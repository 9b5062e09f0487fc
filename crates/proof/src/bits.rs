//! Sets of small numbers as words of bits.

/// Adds a number; one beyond the words is left out.
pub(crate) fn set(bits: &mut [u64], number: u32) {
    let word = usize::try_from(number / 64).ok().and_then(|word| bits.get_mut(word));
    if let Some(word) = word {
        *word |= 1 << (number % 64);
    }
}

/// Adds the numbers of another set.
pub(crate) fn or(bits: &mut [u64], others: &[u64]) {
    bits.iter_mut().zip(others).for_each(|(word, other)| *word |= other);
}

/// Leaves what is in another set, too.
pub(crate) fn and(bits: &mut [u64], others: &[u64]) {
    bits.iter_mut().zip(others).for_each(|(word, other)| *word &= other);
}

/// The numbers, in order.
pub(crate) fn numbers(bits: &[u64]) -> impl Iterator<Item = u32> {
    let words = (0u32..).zip(bits).filter(|(_, bits)| **bits != 0);
    words.flat_map(|(word, bits)| {
        let bits = *bits;
        (0..64u32).filter(move |bit| bits >> bit & 1 == 1).map(move |bit| word * 64 + bit)
    })
}
