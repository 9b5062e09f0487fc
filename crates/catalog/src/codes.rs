//! The codes of this crate, sorted; words in `data/locales/*/codes.ftl`.

use model::diagnostic::Code;

/// Two entries have the same id.
pub const DUPLICATE: Code = Code("data/duplicate");
/// A value has the right type and is still wrong: a date, a pattern, an id.
pub const INVALID: Code = Code("data/invalid");
/// A required key is missing.
pub const MISSING_KEY: Code = Code("data/missing-key");
/// A word is not in the closed list.
pub const NOT_IN_LIST: Code = Code("data/not-in-list");
/// The file is not TOML.
pub const SYNTAX: Code = Code("data/syntax");
/// An id is used and defined nowhere.
pub const UNDEFINED: Code = Code("data/undefined");
/// A key that the schema does not have.
pub const UNKNOWN_KEY: Code = Code("data/unknown-key");
/// A file in a folder where none is expected.
pub const UNKNOWN_FILE: Code = Code("data/unknown-file");
/// A value has the wrong type.
pub const WRONG_TYPE: Code = Code("data/wrong-type");
/// A map names what its configuration does not have.
pub const MAP_UNKNOWN: Code = Code("map/unknown-name");
/// An entry of a map is not used.
pub const MAP_UNUSED: Code = Code("map/unused");
/// A waiver has passed its end.
pub const WAIVER_EXPIRED: Code = Code("waiver/expired");
/// A waiver ends within 14 days.
pub const WAIVER_EXPIRING: Code = Code("waiver/expiring");
/// A waiver covers no finding.
pub const WAIVER_UNUSED: Code = Code("waiver/matches-nothing");

/// Every code above.
pub const ALL: &[Code] = &[
    DUPLICATE,
    INVALID,
    MISSING_KEY,
    NOT_IN_LIST,
    SYNTAX,
    UNDEFINED,
    UNKNOWN_KEY,
    UNKNOWN_FILE,
    WRONG_TYPE,
    MAP_UNKNOWN,
    MAP_UNUSED,
    WAIVER_EXPIRED,
    WAIVER_EXPIRING,
    WAIVER_UNUSED,
];
