//! The codes of this crate: reasons in the ledger and diagnostics about logs. Those that inventories know too bear the same names.

use model::diagnostic::Code;

/// The bytes end before the format says so.
pub const TRUNCATED: Code = Code("input/truncated");
/// A limit on size, nesting or count was reached; the rest was left out.
pub const LIMIT_REACHED: Code = Code("input/limit-reached");
/// No regular file: a link, a pipe, a socket or a device. It is not opened.
pub const NOT_REGULAR: Code = Code("input/not-regular");
/// The input has no content.
pub const EMPTY: Code = Code("input/empty");
/// The input is compressed or packed in a way that is not read.
pub const COMPRESSION: Code = Code("input/compression");
/// An archive in an archive, or a compressed zip: logs in it are not counted.
pub const LOG_IN_ARCHIVE: Code = Code("input/log-in-archive");
/// The format is known, but the content breaks its rules here.
pub const MALFORMED: Code = Code("input/malformed");

/// Reason: the reader did not say what became of the row.
pub const ROW_UNCLAIMED: Code = Code("row/unclaimed");
/// Reason: the row breaks the format's rules.
pub const ROW_MALFORMED: Code = Code("row/malformed");
/// Reason: the row is longer than the limit.
pub const ROW_TOO_LONG: Code = Code("row/too-long");
/// Inert: a header or comment.
pub const ROW_HEADER: Code = Code("row/header");
/// Inert: nothing but white space.
pub const ROW_BLANK: Code = Code("row/blank");

/// Inert: a record of a kind that says nothing about who talks to whom.
pub const NOT_TRAFFIC: Code = Code("flow/not-traffic");
/// Inert: the traffic was stopped and nothing passed.
pub const DENIED: Code = Code("flow/denied");
/// Inert: the beginning or a part of a flow whose end counts all of it.
pub const COUNTED_AT_END: Code = Code("flow/counted-at-end");
/// Inert: another kind of record of the same log counts the same flow.
pub const COUNTED_ELSEWHERE: Code = Code("flow/counted-elsewhere");
/// Inert: the log says that it has no data for the time.
pub const NO_DATA: Code = Code("flow/no-data");
/// Reason: the log says that it left records out.
pub const SKIPPED_BY_LOG: Code = Code("flow/skipped-by-log");
/// Reason: an address is missing or is none.
pub const NO_ADDRESS: Code = Code("flow/no-address");
/// Reason: a key that decides occurs twice in the row.
pub const DUPLICATE_KEY: Code = Code("flow/duplicate-key");
/// Reason: a counter is negative, too large or no number.
pub const BAD_COUNTER: Code = Code("flow/bad-counter");
/// Reason: the columns of the row are not those that its header names.
pub const COLUMNS_DIFFER: Code = Code("flow/columns-differ");
/// Reason: the template of the record never came.
pub const TEMPLATE_MISSING: Code = Code("flow/template-missing");
/// Reason: the template cannot be used: lengths that do not fit, or more fields than a record can have.
pub const TEMPLATE_INVALID: Code = Code("flow/template-invalid");
/// Reason: nothing that identifies a flow is in the record.
pub const NO_FLOW_FIELDS: Code = Code("flow/no-flow-fields");
/// Reason: the row is of another format than the rest of its file.
pub const OTHER_FORMAT: Code = Code("flow/other-format");
/// Reason: the version of the format is not known.
pub const UNKNOWN_VERSION: Code = Code("flow/unknown-version");

/// A table of endpoints has no header that names `suffix` or `cidr`, and `vendor`.
pub const ENDPOINT_HEADER: Code = Code("egress/endpoint-header");
/// A row of a table of endpoints has a name that cannot be one.
pub const ENDPOINT_NAME: Code = Code("egress/endpoint-name");
/// A row of a table of endpoints has no range or number of a network where one belongs.
pub const ENDPOINT_RANGE: Code = Code("egress/endpoint-range");
/// A row of a table of endpoints has no vendor.
pub const ENDPOINT_VENDOR: Code = Code("egress/endpoint-vendor");
/// Two rows of a table of endpoints name the same place and different vendors: the first counts.
pub const ENDPOINT_TWICE: Code = Code("egress/endpoint-twice");
/// A row of a table of endpoints cannot be read.
pub const ENDPOINT_ROW: Code = Code("egress/endpoint-row");
/// A table of places has no header that names ranges and `country` or `asn`, and its first row does not show them either.
pub const PLACE_HEADER: Code = Code("egress/place-header");
/// A row of a table of places cannot be used.
pub const PLACE_ROW: Code = Code("egress/place-row");
/// A database of places (MMDB) cannot be read.
pub const PLACE_DATABASE: Code = Code("egress/place-database");
/// A table of places is longer than the limit; the rest was left out.
pub const PLACE_LIMIT: Code = Code("egress/place-limit");

/// The sensor missed a part of the traffic of flows that count here: their counters may be too low.
pub const GAPS: Code = Code("flow/gaps");

/// Reason: several templates of other inputs fit the record, and nothing tells whose it is.
pub const TEMPLATE_AMBIGUOUS: Code = Code("flow/template-ambiguous");
/// Records were read with a template that another input of the run has.
pub const TEMPLATE_BORROWED: Code = Code("flow/template-borrowed");
/// The log counts both directions in one number.
pub const VOLUME_NOT_SPLIT: Code = Code("flow/volume-not-split");
/// A second counter may be of the other direction or the same one counted later: it was not used.
pub const VOLUME_UNCLEAR: Code = Code("flow/volume-unclear");
/// Some clients sent an encrypted hello beside the plain one: the name seen may be that of a front only.
pub const ENCRYPTED_HELLO: Code = Code("flow/encrypted-hello");
/// A flow of a capture that begins before it, or whose first packets were kept in part: the name that it asked for is not known.
pub const BEGINNING_MISSING: Code = Code("flow/beginning-missing");
/// Reason: the link type of the capture is not known.
pub const LINK_UNKNOWN: Code = Code("flow/link-unknown");
/// Reason: the block is compressed or encrypted in a way that is not read.
pub const BLOCK_UNREADABLE: Code = Code("flow/block-unreadable");

/// The log does not state the offset of its times; they were taken as UTC.
pub const LOCAL_TIME: Code = Code("flow/local-time");
/// The log counts bytes of two directions and does not say which is which; the rule of its format was applied.
pub const DIRECTION_ASSUMED: Code = Code("flow/direction-assumed");
/// The log repeats a flow while its counters grow; which row is the last one cannot be told, so these rows count nothing.
pub const REPEATED_COUNTERS: Code = Code("flow/repeated-counters");

/// The last line of a log that is followed has no end yet: it waits.
pub const LINE_UNFINISHED: Code = Code("follow/line-unfinished");
/// A file that is read as a whole waits until nobody writes to it any more.
pub const STILL_WRITTEN: Code = Code("follow/still-written");
/// The file is a copy of a log that is followed, and is not counted again.
pub const COPY: Code = Code("follow/copy");
/// A log was lost before what was last read of it settled: what was pending, in it and in others, counts as it was read.
pub const FROZEN: Code = Code("follow/frozen");
/// A log that was followed is gone.
pub const LOG_GONE: Code = Code("follow/gone");
/// A file that was read as a whole has grown since; what came later is not counted.
pub const LOG_GREW: Code = Code("follow/grew");

/// Every code of this crate.
pub const ALL: &[Code] = &[
    TRUNCATED,
    LIMIT_REACHED,
    NOT_REGULAR,
    EMPTY,
    COMPRESSION,
    LOG_IN_ARCHIVE,
    MALFORMED,
    ROW_UNCLAIMED,
    ROW_MALFORMED,
    ROW_TOO_LONG,
    ROW_HEADER,
    ROW_BLANK,
    NOT_TRAFFIC,
    DENIED,
    COUNTED_AT_END,
    COUNTED_ELSEWHERE,
    NO_DATA,
    SKIPPED_BY_LOG,
    NO_ADDRESS,
    DUPLICATE_KEY,
    BAD_COUNTER,
    COLUMNS_DIFFER,
    TEMPLATE_MISSING,
    TEMPLATE_INVALID,
    NO_FLOW_FIELDS,
    OTHER_FORMAT,
    UNKNOWN_VERSION,
    ENDPOINT_HEADER,
    ENDPOINT_NAME,
    ENDPOINT_RANGE,
    ENDPOINT_VENDOR,
    ENDPOINT_TWICE,
    ENDPOINT_ROW,
    PLACE_HEADER,
    PLACE_ROW,
    PLACE_DATABASE,
    PLACE_LIMIT,
    GAPS,
    TEMPLATE_AMBIGUOUS,
    TEMPLATE_BORROWED,
    VOLUME_NOT_SPLIT,
    VOLUME_UNCLEAR,
    ENCRYPTED_HELLO,
    BEGINNING_MISSING,
    LINK_UNKNOWN,
    LOCAL_TIME,
    DIRECTION_ASSUMED,
    REPEATED_COUNTERS,
    LINE_UNFINISHED,
    STILL_WRITTEN,
    COPY,
    FROZEN,
    LOG_GONE,
    LOG_GREW,
];
