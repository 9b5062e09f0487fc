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
/// A log of traffic inside an archive: it is not counted there.
pub const LOG_IN_ARCHIVE: Code = Code("input/log-in-archive");
/// The format is known, but the content breaks its rules here.
pub const MALFORMED: Code = Code("input/malformed");

/// A member of an archive has an absolute path, or one that leads out of the archive; in the latter case it was not read.
pub const UNSAFE_PATH: Code = Code("archive/unsafe-path");
/// A member of an archive is encrypted or stored in a way that is not supported.
pub const UNSUPPORTED_MEMBER: Code = Code("archive/unsupported-member");

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
/// Inert: a differential log says that it was removed later.
pub const ROW_REMOVED: Code = Code("row/removed");
/// Inert: an older copy of something that the same source also describes as current.
pub const ROW_SUPERSEDED: Code = Code("row/superseded");
/// Inert: the row names, places or numbers the asset itself and holds nothing else.
pub const ROW_ASSET_DETAIL: Code = Code("row/asset-detail");
/// Inert: the row says only what an earlier row of the same asset already said.
pub const ROW_REPEATED: Code = Code("row/repeated");
/// Vendor and version stood in each other's column and were put back.
pub const ROW_SWAPPED_COLUMNS: Code = Code("row/swapped-columns");
/// Reason: the row's object identifier is written as a name from a module that we do not hold.
pub const ROW_SYMBOLIC_OID: Code = Code("row/symbolic-oid");
/// Inert: a device, FIFO or socket, which is never opened.
pub const ROW_NOT_REGULAR: Code = Code("row/not-regular");
/// Inert: a later layer of the image replaces or removes the entry.
pub const ROW_REPLACED: Code = Code("row/replaced");
/// Inert: a title, header or repeated header of a table.
pub const ROW_HEADER: Code = Code("row/header");
/// Inert: nothing stands in the row.
pub const ROW_BLANK: Code = Code("row/blank");
/// Vendor and version of a row stood in each other's column; they were put back.
pub const ROW_SWAPPED: Code = Code("row/swapped-columns");

/// The hive was copied while in use; its transaction log is not replayed.
pub const HIVE_DIRTY: Code = Code("hive/dirty");
/// Keys that no list leads to any more were found by their own marks.
pub const HIVE_RECOVERED: Code = Code("hive/recovered");
/// The file is the transaction log of a hive and was not read.
pub const HIVE_LOG: Code = Code("hive/transaction-log");

/// A container image names a layer or blob that is not there or cannot be read.
pub const MISSING_BLOB: Code = Code("image/missing-blob");

/// A template was read line by line; what its actions compute is not known.
pub const K8S_TEMPLATE: Code = Code("k8s/template");

/// A write-ahead log lies beside rpm's database; the packages in it were not read.
pub const RPM_LOG_NOT_READ: Code = Code("rpm/log-not-read");

/// Columns of a table that nothing is read from, by their headers.
pub const TABLE_UNMAPPED: Code = Code("table/unmapped-columns");
/// A row has more cells than the table has columns; what stands below a header was read.
pub const TABLE_RAGGED: Code = Code("table/ragged-row");
/// A value begins with a quote that never ends; its line was read as it stands.
pub const TABLE_QUOTE: Code = Code("table/open-quote");

/// The directive was issued after the evaluation date.
pub const DIRECTIVE_NOT_YET_ISSUED: Code = Code("directive/not-yet-issued");
/// The directive is no longer in force.
pub const DIRECTIVE_CLOSED: Code = Code("directive/closed");
/// The directive is proposed, or adopted and not yet in force.
pub const DIRECTIVE_NOT_IN_FORCE: Code = Code("directive/not-in-force");

/// Every code above.
pub const ALL: &[Code] = &[
    DIRECTIVE_NOT_YET_ISSUED,
    DIRECTIVE_CLOSED,
    DIRECTIVE_NOT_IN_FORCE,
    TRUNCATED,
    READ_FAILED,
    LIMIT_REACHED,
    BOMB,
    NESTED_TOO_DEEP,
    BAD_ENCODING,
    EMPTY,
    UNKNOWN_FORMAT,
    LOG_IN_ARCHIVE,
    MALFORMED,
    UNSAFE_PATH,
    UNSUPPORTED_MEMBER,
    READER_BUG,
    ROW_UNCLAIMED,
    ROW_MALFORMED,
    ROW_NO_KNOWN_FIELD,
    ROW_TOO_LONG,
    ROW_NOT_INVENTORY,
    ROW_NOT_INSTALLED,
    ROW_REMOVED,
    ROW_SUPERSEDED,
    ROW_ASSET_DETAIL,
    ROW_REPEATED,
    ROW_SWAPPED_COLUMNS,
    ROW_SYMBOLIC_OID,
    ROW_NOT_REGULAR,
    ROW_REPLACED,
    ROW_HEADER,
    ROW_BLANK,
    ROW_SWAPPED,
    HIVE_DIRTY,
    HIVE_RECOVERED,
    HIVE_LOG,
    MISSING_BLOB,
    K8S_TEMPLATE,
    RPM_LOG_NOT_READ,
    TABLE_UNMAPPED,
    TABLE_RAGGED,
    TABLE_QUOTE,
];
