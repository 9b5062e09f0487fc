//! Numbers at offsets, `None` beyond the end.

/// A big-endian `u16`.
pub(super) fn be16(bytes: &[u8], at: usize) -> Option<usize> {
    array(bytes, at).map(|array| usize::from(u16::from_be_bytes(array)))
}

/// A big-endian `u32`.
pub(super) fn be32(bytes: &[u8], at: usize) -> Option<usize> {
    array(bytes, at).and_then(|array| usize::try_from(u32::from_be_bytes(array)).ok())
}

/// A little-endian `u32`.
pub(super) fn le32(bytes: &[u8], at: usize) -> Option<usize> {
    array(bytes, at).and_then(|array| usize::try_from(u32::from_le_bytes(array)).ok())
}

/// A little-endian `u16`.
pub(super) fn le16(bytes: &[u8], at: usize) -> Option<usize> {
    array(bytes, at).map(|array| usize::from(u16::from_le_bytes(array)))
}

/// `length` bytes from `at`.
pub(super) fn slice(bytes: &[u8], at: usize, length: usize) -> Option<&[u8]> {
    bytes.get(at..at.checked_add(length)?)
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    slice(bytes, at, N)?.try_into().ok()
}
