//! The codes of this crate: diagnostics about inputs and reasons in the ledger. Sorted within each area; each has its words in
//! `data/locales/*/codes.ftl` and its section in `docs/diagnostics.md`.

use model::diagnostic::Code;

/// The bytes end before the format says so.
pub const TRUNCATED: Code = Code("input/truncated");
/// The operating system or a decompressor reported an error while reading.
pub const READ_FAILED: Code = Code("input/read-failed");
/// A limit on size, nesting or count was reached; the rest was left out.
pub const LIMIT_REACHED: Code = Code("input/limit-reached");
/// The input expands far beyond its size, as an archive bomb does.
pub const BOMB: Code = Code("input/decompression-ratio");
/// Compressed inside compressed, too deep.
pub const NESTED_TOO_DEEP: Code = Code("input/nested-too-deep");
/// Bytes that are not valid in the text's encoding were replaced.
pub const BAD_ENCODING: Code = Code("input/bad-encoding");
/// The file is empty.
pub const EMPTY: Code = Code("input/empty");
/// No reader knows this content.
pub const UNKNOWN_FORMAT: Code = Code("input/unknown-format");
/// The format is known, but the content breaks its rules here.
pub const MALFORMED: Code = Code("input/malformed");
/// A reader stopped because of a defect of ours; the rest of the input was not read.
pub const READER_BUG: Code = Code("bug/reader-panicked");

/// Reason: nobody claimed the row.
pub const ROW_UNCLAIMED: Code = Code("row/unclaimed");
/// Reason: the row breaks the format's rules.
pub const ROW_MALFORMED: Code = Code("row/malformed");
/// Reason: the row has none of the columns or keys that make it an inventory row.
pub const ROW_NO_KNOWN_FIELD: Code = Code("row/no-known-field");
/// Reason: the row is longer than the limit.
pub const ROW_TOO_LONG: Code = Code("row/too-long");
/// Inert: the row is known and says nothing about software, vendors or platforms.
pub const ROW_NOT_INVENTORY: Code = Code("row/not-inventory");
/// Inert: the package or entry is recorded as not installed.
pub const ROW_NOT_INSTALLED: Code = Code("row/not-installed");

/// Inert: an older copy of something that the same source also describes as current.
pub const ROW_SUPERSEDED: Code = Code("row/superseded");
/// Inert: the row names, places or numbers the asset itself and holds nothing else.
pub const ROW_ASSET_DETAIL: Code = Code("row/asset-detail");

/// The hive was copied while in use; its transaction log is not replayed.
pub const HIVE_DIRTY: Code = Code("hive/dirty");
/// Keys that no list leads to any more were found by their own marks.
pub const HIVE_RECOVERED: Code = Code("hive/recovered");
/// The file is the transaction log of a hive and was not read.
pub const HIVE_LOG: Code = Code("hive/transaction-log");

/// Every code above.
pub const ALL: &[Code] = &[
    TRUNCATED,
    READ_FAILED,
    LIMIT_REACHED,
    BOMB,
    NESTED_TOO_DEEP,
    BAD_ENCODING,
    EMPTY,
    UNKNOWN_FORMAT,
    MALFORMED,
    READER_BUG,
    ROW_UNCLAIMED,
    ROW_MALFORMED,
    ROW_NO_KNOWN_FIELD,
    ROW_TOO_LONG,
    ROW_NOT_INVENTORY,
    ROW_NOT_INSTALLED,
    ROW_SUPERSEDED,
    ROW_ASSET_DETAIL,
    HIVE_DIRTY,
    HIVE_RECOVERED,
    HIVE_LOG,
];
