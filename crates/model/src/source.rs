//! Sources: the files that were read, and places in them.

/// The number of a source within one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u32);

/// One input: a file, a member of an archive (`archive.tar!/member`), or a folder read as a root file system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The path as it was given, below the assessed folder, with `!/` before an archive member.
    pub path: String,
    /// SHA-256 of the bytes on disk as lower-case hex; empty for a folder and for an archive member (its archive has one).
    pub sha256: String,
    /// Size on disk in bytes.
    pub bytes: u64,
    /// Which reader took it, or why none did.
    pub fate: Fate,
}

/// What became of a source as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// A reader took it.
    Read {
        /// The reader's id, for example `osquery-json`.
        reader: &'static str,
        /// The reader's version; raised when its output changes.
        version: u32,
    },
    /// A container whose members are sources of their own.
    Opened {
        /// The container's kind, for example `tar`.
        container: &'static str,
    },
    /// No reader knows this content.
    Unknown,
    /// It could not be opened or read; a diagnostic says why.
    Unreadable,
    /// Deliberately not opened: a device, socket, FIFO or link; the word says which.
    NotRegular(&'static str),
}

/// The unit in which positions of one run of rows are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// Line number, from 1.
    Line,
    /// Byte offset of the record in the (decompressed) source, from 0.
    Byte,
    /// Row or record number, from 1 (sheet rows as a spreadsheet program numbers them).
    Row,
}

impl Unit {
    /// The word used in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Byte => "byte",
            Self::Row => "row",
        }
    }
}

/// A place in a source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Which source.
    pub source: SourceId,
    /// A named part of it (sheet, registry key, layer and path); empty when it has none.
    pub part: String,
    /// How `at` counts.
    pub unit: Unit,
    /// Where.
    pub at: u64,
}
