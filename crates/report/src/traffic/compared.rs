//! What differs from an earlier record, in words and as rows of cells.

use model::record::traffic::{Change, Compared, Sum};

use super::tables::bytes;
use crate::rows::{Row, column};
use crate::shown::{Cell, Column, View};
use crate::words::Words;

/// The columns that a page shows.
pub(super) const CHANGE_SHOWN: &[&str] = &[
    "change",
    "asset",
    "vendor",
    "endpoint",
    "out_before",
    "bytes_out",
    "in_before",
    "bytes_in",
    "flows_before",
    "flows",
];

/// What began, what stopped and how much changed, a sentence each; first why a difference may come from the runs alone.
pub(super) fn said(compared: &Compared, words: &Words) -> Vec<String> {
    let caveats = compared.caveats.iter();
    let mut lines: Vec<String> =
        caveats.map(|caveat| words.plain(&format!("egress-caveat-{caveat}"))).collect();
    let lists =
        [("egress-compared-new", &compared.new), ("egress-compared-stopped", &compared.stopped)];
    for (key, list) in lists {
        lines.extend(list.iter().map(|one| {
            let args = [
                ("endpoint", (&one.endpoint).into()),
                ("vendor", (&one.vendor).into()),
                ("assets", one.assets.len().into()),
            ];
            words.text(key, &args)
        }));
    }
    let changes = [("changes", compared.changes.len().into())];
    lines.push(words.text("egress-compared-changes", &changes));
    lines
}

impl Row for &Change {
    const COLUMNS: &'static [Column] = &[
        column("change", 12),
        column("asset", 22),
        column("vendor", 18),
        column("endpoint", 34),
        column("out_before", 18),
        column("bytes_out", 18),
        column("in_before", 18),
        column("bytes_in", 18),
        column("flows_before", 10),
        column("flows", 10),
    ];

    fn cells(&self, view: View<'_>) -> Vec<Cell> {
        let change = match (&self.before, &self.now) {
            (None, _) => "new",
            (_, None) => "stopped",
            _ => "changed",
        };
        // A pair that is not there has no flows; what its flows carried may be unknown.
        let out = |sum: &Option<Sum>| match sum {
            Some(sum) => bytes(sum.bytes_out, !sum.knows_out()),
            None => Cell::Number(0),
        };
        let back = |sum: &Option<Sum>| match sum {
            Some(sum) => bytes(sum.bytes_in, !sum.knows_in()),
            None => Cell::Number(0),
        };
        let flows = |sum: &Option<Sum>| sum.as_ref().map_or(0, |sum| sum.flows);
        vec![
            view.word("since", change),
            (&self.asset).into(),
            (&self.vendor).into(),
            (&self.endpoint).into(),
            out(&self.before),
            out(&self.now),
            back(&self.before),
            back(&self.now),
            flows(&self.before).into(),
            flows(&self.now).into(),
        ]
    }
}
