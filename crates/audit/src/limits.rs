//! Every limit of reading, named. Reaching one is a diagnostic, never a hang or an abort.

/// Limits of one run.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Largest input in bytes (after decompression) for formats that need the whole file in memory: hives, workbooks, databases.
    pub whole_file_bytes: u64,
    /// Largest total in bytes that one compressed source may expand to.
    pub expanded_bytes: u64,
    /// Expansion beyond this many times the compressed size is taken for a bomb, once `ratio_floor_bytes` have been produced.
    pub ratio: u64,
    /// Expansion below this many bytes is never taken for a bomb.
    pub ratio_floor_bytes: u64,
    /// Longest line or JSON row in bytes.
    pub row_bytes: usize,
    /// Longest value kept in bytes; the rest is cut off.
    pub value_bytes: usize,
    /// Deepest nesting of archives in archives and of elements in documents.
    pub depth: usize,
    /// Most members read from one archive.
    pub members: u64,
    /// Most rows read from one sheet or table.
    pub sheet_rows: u64,
    /// Most diagnostics kept for one source and code; the count goes on.
    pub diagnostics_per_code: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            whole_file_bytes: 512 << 20,
            expanded_bytes: 256 << 30,
            ratio: 400,
            ratio_floor_bytes: 64 << 20,
            row_bytes: 16 << 20,
            value_bytes: 4096,
            depth: 64,
            members: 2_000_000,
            sheet_rows: 1_048_576,
            diagnostics_per_code: 20,
        }
    }
}
