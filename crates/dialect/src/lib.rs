//! Readers of firewall configurations.
//!
//! Each platform is one folder: `config` (the vendor's nouns in the vendor's words), `extract` (statement tree → config; takes every
//! statement), `lower` (config → [`policy::Policy`]; the vendor's words end there). Six small syntaxes build the one statement
//! [`Tree`] with true spans. A statement that nobody takes is `Unrecognized`: the default is loud.
//!
//! No platform imports another one.

mod checkpoint;
pub mod codes;
mod content;
mod detect;
mod facts;
mod fate;
mod fortios;
mod limits;
mod nsx;
mod panos;
mod reading;
mod secret;
mod text;
mod tree;

pub use content::Definitions;
pub use detect::{Detected, Group, detect, surest};
pub use facts::{DialectFacts, ServiceFact};
pub use fate::{Disposition, Fate, Reason, Tally};
pub use limits::Limits;
pub use reading::{Problem, Reading, Severity, read};
pub use secret::mask;
pub use text::{Bytes, Text, decode};
pub use tree::{Excerpt, Line, Node, Passage, Tree};

/// One platform's configuration language.
pub trait Dialect: Sync {
    /// Stable id, lower case: the folder's name.
    fn id(&self) -> &'static str;

    /// The platform's name as its vendor writes it.
    fn name(&self) -> &'static str;

    /// Raised whenever the reading of some input changes.
    fn version(&self) -> u32;

    /// How sure it is that this text is its language: `None` not at all, else 1 (possible) to 100 (certain). `head` is the
    /// beginning of the decoded text (up to 64 KiB); decides by content, a name may break a tie.
    fn probe(&self, head: &str, path: &str) -> Option<u8>;

    /// Whether several files of this language, found together, describe one device or one management server.
    fn together(&self) -> bool {
        false
    }

    /// Reads files that belong together. Never fails: what could not be read is in the problems and in the fates of the trees,
    /// and the rules that it touches are marked with a predicate, never widened.
    fn read(&self, files: Vec<Text>, facts: &DialectFacts, limits: &Limits) -> Reading;

    /// Adds what this node defines, where policies know it by its name only.
    fn define<'t>(&self, _node: Node<'t>, _into: &mut Definitions<'t>) {}
}

/// Every platform, sorted by id.
pub static DIALECTS: &[&dyn Dialect] =
    &[&checkpoint::CheckPoint, &fortios::FortiOs, &nsx::Nsx, &panos::PanOs];
