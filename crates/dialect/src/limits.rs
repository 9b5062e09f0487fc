//! What reading a configuration may not exceed. Reaching a limit is always said.

/// The limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one file; the rest is left out. Below 4 GiB: spans are 32 bits.
    pub file_bytes: usize,
    /// How deep statements may be nested; what is deeper is skipped as one statement.
    pub depth: usize,
    /// Problems kept per reading; the rest is counted.
    pub problems: usize,
    /// Expression terms one cell may hold after all is written out.
    pub terms: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { file_bytes: 1 << 30, depth: 256, problems: 10_000, terms: 1_000_000 }
    }
}
