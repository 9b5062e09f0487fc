//! What Supplant knows and says.
//!
//! The nouns that every other crate shares: sources and positions in them, observations (interned rows), assets, the ledger
//! of what reading did with each row, diagnostics, findings, and the versioned records that are stored and shown.
//! It does no I/O, has no clock, and knows no vendor, no country and no language.

pub mod asset;
pub mod date;
pub mod diagnostic;
pub mod field;
pub mod finding;
pub mod ledger;
pub mod observation;
pub mod record;
pub mod source;
pub mod strings;
