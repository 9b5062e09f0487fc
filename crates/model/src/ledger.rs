//! The ledger: where every row of every source went.

use std::collections::BTreeMap;

use crate::diagnostic::Code;

/// How many positions are kept for each reason; the count is always complete.
pub const POSITIONS_KEPT: usize = 5;

/// The row account of one source.
///
/// INVARIANT: `rows = understood + inert + Σ not_understood`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Rows read.
    pub rows: u64,
    /// Rows that became observations.
    pub understood: u64,
    /// Rows known to hold nothing that we look at, by reason.
    pub inert: BTreeMap<Code, u64>,
    /// Rows not understood, by reason.
    pub not_understood: BTreeMap<Code, Lost>,
}

/// Rows not understood for one reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lost {
    /// How many.
    pub rows: u64,
    /// The first few, as `part` and position in the source's unit.
    pub first: Vec<(String, u64)>,
}

impl Ledger {
    /// Counts one row that became observations.
    pub fn understood(&mut self) {
        self.rows += 1;
        self.understood += 1;
    }

    /// Counts one row that holds nothing we look at.
    pub fn inert(&mut self, reason: Code) {
        self.rows += 1;
        *self.inert.entry(reason).or_default() += 1;
    }

    /// Counts one row that was not understood.
    pub fn not_understood(&mut self, reason: Code, part: &str, at: u64) {
        self.rows += 1;
        let lost = self.not_understood.entry(reason).or_default();
        lost.rows += 1;
        if lost.first.len() < POSITIONS_KEPT {
            lost.first.push((part.to_owned(), at));
        }
    }

    /// Counts many rows at once.
    pub fn add(
        &mut self,
        understood: u64,
        inert: impl IntoIterator<Item = (Code, u64)>,
        not_understood: impl IntoIterator<Item = (Code, Lost)>,
    ) {
        self.rows += understood;
        self.understood += understood;
        for (reason, rows) in inert {
            self.rows += rows;
            *self.inert.entry(reason).or_default() += rows;
        }
        for (reason, more) in not_understood {
            self.rows += more.rows;
            let lost = self.not_understood.entry(reason).or_default();
            lost.rows += more.rows;
            lost.first.extend(more.first);
            lost.first.truncate(POSITIONS_KEPT);
        }
    }

    /// Rows known to hold nothing that we look at.
    pub fn inert_rows(&self) -> u64 {
        self.inert.values().sum()
    }

    /// Rows not understood.
    pub fn lost_rows(&self) -> u64 {
        self.not_understood.values().map(|lost| lost.rows).sum()
    }

    /// Whether every row is accounted for.
    pub fn balances(&self) -> bool {
        self.rows == self.understood + self.inert_rows() + self.lost_rows()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_balance_and_positions_are_bounded() {
        let mut ledger = Ledger::default();
        ledger.understood();
        ledger.inert(Code("row/not-inventory"));
        for at in 0..9 {
            ledger.not_understood(Code("row/not-an-object"), "", at);
        }
        let lost = Lost { rows: 2, first: vec![(String::new(), 1)] };
        ledger.add(3, [(Code("row/not-inventory"), 4)], [(Code("row/malformed"), lost)]);
        assert!(ledger.balances());
        assert_eq!((ledger.rows, ledger.lost_rows()), (20, 11));
        let lost = &ledger.not_understood[&Code("row/not-an-object")];
        assert_eq!(lost.first.len(), POSITIONS_KEPT);
    }
}
