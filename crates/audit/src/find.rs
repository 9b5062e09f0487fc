//! Findings: what a directive says about each installation at a date.
//!
//! Facts in, conclusions out: installations from [`crate::identify`], clauses and ownership from the catalog, decisions and waivers
//! from the user. [`scope`] decides one (product, relation) pair; [`deadline`] computes days; [`assess`] makes the records.

pub mod assess;
pub mod deadline;
pub mod scope;
pub mod strangers;

use std::collections::BTreeMap;

use catalog::directive::{Answer, Directive};
use catalog::waiver::Waivers;
use jiff::civil::Date;

/// What the user chose for one run.
#[derive(Clone, Debug)]
pub struct Options {
    /// The evaluation date.
    pub day: Date,
    /// Answers to open questions: `slot`, or `directive:slot`, to answer.
    pub decisions: BTreeMap<String, Answer>,
    /// Waivers.
    pub waivers: Waivers,
    /// A description older than this many days is stale.
    pub stale_days: i64,
}

impl Options {
    /// The defaults at a date.
    pub fn at(day: Date) -> Self {
        Self {
            day,
            decisions: BTreeMap::new(),
            waivers: Waivers::default(),
            stale_days: STALE_DAYS,
        }
    }

    /// The user's answer to a slot of a directive, if there is one.
    pub fn answer(&self, directive: &Directive, slot: &str) -> Option<Answer> {
        let own = self.decisions.get(&format!("{}:{slot}", directive.id));
        own.or_else(|| self.decisions.get(slot)).copied()
    }
}

/// Half a year: what nobody has looked at for so long may be gone.
pub const STALE_DAYS: i64 = 180;
