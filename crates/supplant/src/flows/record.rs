//! From what a run found to the record of it.

use std::collections::BTreeMap;

use egress::endpoints::Endpoints;
use egress::run::{Outcome, Read1};
use egress::views::views;
use model::record::traffic::{Input, Lost, Note, TRAFFIC_SCHEMA, Traffic};

/// What the record says about the run itself.
pub(crate) struct Run {
    pub(crate) program: String,
    pub(crate) data_sha256: String,
    pub(crate) target: String,
}

/// The record of a run.
pub(crate) fn record(run: Run, outcome: &Outcome, endpoints: &Endpoints) -> Traffic {
    let views = views(&outcome.sums, endpoints);
    Traffic {
        schema: TRAFFIC_SCHEMA.to_owned(),
        program: run.program,
        data_sha256: run.data_sha256,
        target: run.target,
        endpoints: endpoints.len() as u64,
        inputs: outcome.inputs.iter().map(input).collect(),
        pairs: views.pairs,
        views: views.by,
        total: views.total,
        others: views.others,
        dropped: outcome.dropped,
        names_without_flow: outcome.names_without_flow,
    }
}

fn input(read: &Read1) -> Input {
    let ledger = &read.account.ledger;
    let (format, version) = read.format.unwrap_or(("", 0));
    let lost = |lost: &model::ledger::Lost| Lost {
        rows: lost.rows,
        first: lost.first.iter().map(|(_, at)| *at).collect(),
    };
    let notes = read.account.notes.iter().map(|(noted, (times, at))| Note {
        code: noted.code.0.to_owned(),
        severity: noted.severity.as_str().to_owned(),
        args: noted.args.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        times: *times,
        at: *at,
    });
    let inert: BTreeMap<String, u64> =
        ledger.inert.iter().map(|(code, rows)| (code.0.to_owned(), *rows)).collect();
    Input {
        path: read.path.clone(),
        bytes: read.bytes,
        format: format.to_owned(),
        version,
        rows: ledger.rows,
        understood: ledger.understood,
        inert,
        not_understood: ledger
            .not_understood
            .iter()
            .map(|(code, one)| (code.0.to_owned(), lost(one)))
            .collect(),
        notes: notes.collect(),
        error: read.error.as_ref().map(ToString::to_string).unwrap_or_default(),
    }
}
