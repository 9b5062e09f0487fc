//! The codes of this crate's diagnostics. Each has its words in `data/locales/*/codes.ftl` and its section in `docs/diagnostics.md`.

use model::diagnostic::Code;

/// The file is longer than the limit; the rest was left out.
pub const FILE_TOO_LONG: Code = Code("config/file-too-long");
/// The text is not UTF-8; it was read in another encoding.
pub const ENCODING: Code = Code("config/encoding");
/// The text breaks the rules of its syntax here.
pub const SYNTAX: Code = Code("config/syntax");
/// The text ends inside a block or a quoted value.
pub const CUT_OFF: Code = Code("config/cut-off");
/// Statements are nested deeper than the limit.
pub const TOO_DEEP: Code = Code("config/too-deep");
/// A value is not valid for its statement.
pub const INVALID_VALUE: Code = Code("config/invalid-value");
/// A name is used that nothing defines.
pub const UNDEFINED: Code = Code("config/undefined");
/// Two things of one kind have the same name; the first is used.
pub const DUPLICATE: Code = Code("config/duplicate");
/// A group contains itself.
pub const CYCLE: Code = Code("config/group-cycle");
/// Groups are nested deeper than the limit.
pub const GROUP_DEPTH: Code = Code("config/group-depth");
/// A statement that the meaning of rules depends on is not modelled.
pub const UNSUPPORTED: Code = Code("config/unsupported");
/// The device's mode changes the meaning of its rules, and that is not modelled.
pub const MODE: Code = Code("config/mode");
/// Pages of an export are missing, and with them rules or objects.
pub const MISSING_PAGE: Code = Code("config/missing-page");
/// Something that decides is not part of the export and was assumed.
pub const ASSUMED: Code = Code("config/assumed");
/// The software version is not known, and the meaning depends on it.
pub const VERSION_UNKNOWN: Code = Code("config/version-unknown");
/// The reader stopped because of a defect of ours.
pub const READER_BUG: Code = Code("bug/dialect-defect");

/// Every code above.
pub const ALL: &[Code] = &[
    FILE_TOO_LONG,
    ENCODING,
    SYNTAX,
    CUT_OFF,
    TOO_DEEP,
    INVALID_VALUE,
    UNDEFINED,
    DUPLICATE,
    CYCLE,
    GROUP_DEPTH,
    UNSUPPORTED,
    MODE,
    MISSING_PAGE,
    ASSUMED,
    VERSION_UNKNOWN,
    READER_BUG,
];
