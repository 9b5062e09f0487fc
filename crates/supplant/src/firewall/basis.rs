//! What answers about configurations rest on: where their reading has gaps, and what it assumed.

use dialect::codes;
use model::diagnostic::{Code, Severity};
use model::record::check::{Basis, Problem};

use super::{Configs, checked};

/// What leaves a gap: rules or objects may have stood there. The ledger counts what was read, and that was not.
const GAPS: [Code; 6] = [
    codes::CUT_OFF,
    codes::SYNTAX,
    codes::TOO_DEEP,
    codes::FILE_TOO_LONG,
    codes::MISSING_PAGE,
    codes::READER_BUG,
];

/// What is taken for granted.
const ASSUMED: [Code; 2] = [codes::ASSUMED, codes::VERSION_UNKNOWN];

impl Configs {
    /// What answers about these rest on; what several devices say alike is said once.
    pub(crate) fn basis(&self) -> Basis {
        let mut basis = Basis::default();
        for reading in &self.readings {
            for problem in &reading.problems {
                let list = match problem.code {
                    code if GAPS.contains(&code) => &mut basis.gaps,
                    code if ASSUMED.contains(&code) => &mut basis.assumed,
                    _ => continue,
                };
                let told: Problem = checked::problem(reading, problem);
                if !list.contains(&told) {
                    list.push(told);
                }
            }
        }
        // A note is about an input that says nothing, such as an empty one.
        let lost = self.not_read.iter().filter(|one| one.severity != Severity::Note.as_str());
        basis.not_read.extend(lost.cloned());
        basis
    }
}
