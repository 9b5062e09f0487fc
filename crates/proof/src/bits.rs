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
    (0u32..).zip(bits).flat_map(|(word, bits)| {
        let first = (*bits != 0).then_some(*bits);
        // Each time the lowest bit is taken off.
        let left = std::iter::successors(first, |bits| {
            let rest = bits & (bits - 1);
            (rest != 0).then_some(rest)
        });
        left.map(move |bits| word * 64 + bits.trailing_zeros())
    })
}
