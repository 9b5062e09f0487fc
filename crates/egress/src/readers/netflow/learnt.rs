//! What the inputs of a run know about templates.

/// Templates and sampling rates that inputs of the run hold.
#[derive(Clone, Debug, Default)]
pub struct Learnt {}

impl Learnt {
    /// Adds what a later input knows.
    pub fn add(&mut self, later: Self) {
        let Self {} = later;
    }
}
