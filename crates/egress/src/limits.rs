//! Every limit of reading logs, named. Reaching one is counted or reported, never a hang or an abort.

/// Limits of one run.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Longest line in bytes; a longer one is counted and skipped.
    pub line_bytes: usize,
    /// Largest input in bytes for formats that need the whole file in memory.
    pub whole_file_bytes: u64,
    /// Most flows of a capture that are open at one time; beyond it the oldest is ended.
    pub open_flows: usize,
    /// Most bytes of a handshake that are put together.
    pub handshake_bytes: usize,
    /// Most templates of NetFlow and IPFIX kept.
    pub templates: usize,
    /// Most bytes of records kept that wait for their template.
    pub waiting_bytes: usize,
    /// Most flows with the name of an endpoint that are remembered.
    pub names: usize,
    /// Most ranges of one table of places.
    pub places: usize,
    /// Most addresses of endpoints that are remembered for clients that asked for them.
    pub answers: usize,
    /// Most programs that are remembered for conversations at which they were seen.
    pub programs: usize,
    /// Most channels told apart in one run.
    pub channels: usize,
    /// Deepest nesting of a document.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            line_bytes: 16 << 20,
            whole_file_bytes: 512 << 20,
            open_flows: 200_000,
            handshake_bytes: 64 << 10,
            templates: 10_000,
            waiting_bytes: 16 << 20,
            names: 1_000_000,
            places: 4_000_000,
            answers: 500_000,
            programs: 200_000,
            channels: 10_000,
            depth: 64,
        }
    }
}
