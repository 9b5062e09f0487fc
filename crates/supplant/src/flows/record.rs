//! From what a run found to the record of it, in one piece or put together from shards.

use std::collections::{BTreeMap, BTreeSet};

use egress::endpoints::{Endpoint, EndpointId, Endpoints};
use egress::run::{Outcome, Read1};
use egress::sums::EgressSum;
use egress::views::views;
use model::record::traffic::{Input, Lost, Note, TRAFFIC_SCHEMA, Traffic};
use serde::{Deserialize, Serialize};

/// What a run has to say besides sums.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct About {
    /// Version of the program.
    pub(crate) program: String,
    /// SHA-256 over the facts in force.
    pub(crate) data_sha256: String,
    /// What was read, as given on the command line.
    pub(crate) target: String,
    /// How many endpoints were looked for.
    pub(crate) endpoints: u64,
    /// Those that something went to.
    pub(crate) found: BTreeMap<EndpointId, Endpoint>,
    /// The inputs with their ledgers.
    pub(crate) inputs: Vec<Input>,
    /// What lies among them and is no regular file.
    pub(crate) aside: Vec<Input>,
    /// See [`Outcome::dropped`].
    pub(crate) dropped: u64,
    /// See [`Outcome::unclaimed`].
    pub(crate) unclaimed: Vec<u64>,
}

impl About {
    /// What a run has to say. `program`, `data_sha256` and `target` are those of the record.
    pub(crate) fn new(
        names: (String, String, String),
        outcome: &Outcome,
        endpoints: &Endpoints,
    ) -> Self {
        Self {
            inputs: outcome.inputs.iter().map(input).collect(),
            dropped: outcome.dropped,
            unclaimed: outcome.unclaimed.clone(),
            ..Self::of(names, &outcome.sums, endpoints)
        }
    }

    /// What there is to say about sums, without inputs.
    pub(crate) fn of(
        (program, data_sha256, target): (String, String, String),
        sums: &EgressSum,
        endpoints: &Endpoints,
    ) -> Self {
        let of_flows = sums.totals.keys().map(|key| key.endpoint);
        let ids = of_flows.chain(sums.contacts.keys().map(|key| key.endpoint));
        let ids: BTreeSet<EndpointId> = ids.collect();
        let found = ids.into_iter().filter_map(|id| Some((id, endpoints.get(id)?.clone())));
        Self {
            program,
            data_sha256,
            target,
            endpoints: endpoints.len() as u64,
            found: found.collect(),
            inputs: Vec::new(),
            aside: Vec::new(),
            dropped: 0,
            unclaimed: Vec::new(),
        }
    }

    /// Adds what another shard of the same run has to say.
    pub(crate) fn add(&mut self, other: Self) {
        self.found.extend(other.found);
        for (mine, theirs) in self.inputs.iter_mut().zip(other.inputs) {
            add_input(mine, theirs);
        }
        // Every shard remembers for all; a flow is found by one.
        self.dropped = self.dropped.max(other.dropped);
        let theirs: BTreeSet<u64> = other.unclaimed.into_iter().collect();
        self.unclaimed.retain(|key| theirs.contains(key));
    }

    /// Whether something of the inputs is missing; see [`Traffic::is_incomplete`].
    pub(crate) fn is_incomplete(&self) -> bool {
        self.dropped > 0 || self.inputs.iter().any(Input::is_cut)
    }

    /// The record.
    pub(crate) fn record(mut self, sums: EgressSum) -> Traffic {
        self.inputs.append(&mut self.aside);
        self.inputs.sort_by(|a, b| a.path.cmp(&b.path));
        let views = views(sums, &Endpoints::numbered(self.found));
        let mut record = Traffic {
            schema: TRAFFIC_SCHEMA.to_owned(),
            program: self.program,
            data_sha256: self.data_sha256,
            target: self.target,
            endpoints: self.endpoints,
            inputs: self.inputs,
            pairs: views.pairs,
            views: views.by,
            total: views.total,
            others: views.others,
            handovers: views.handovers,
            dropped: self.dropped,
            names_without_flow: self.unclaimed.len() as u64,
            compared: None,
            tied: None,
        };
        if record.dropped > 0 {
            record.miss_flows();
        }
        record
    }
}

pub(super) fn add_input(mine: &mut Input, theirs: Input) {
    mine.rows += theirs.rows;
    mine.understood += theirs.understood;
    for (code, rows) in theirs.inert {
        *mine.inert.entry(code).or_default() += rows;
    }
    for (code, lost) in theirs.not_understood {
        let sum = mine.not_understood.entry(code).or_default();
        sum.rows += lost.rows;
        sum.first.extend(lost.first);
        sum.first.sort_unstable();
        sum.first.truncate(model::ledger::POSITIONS_KEPT);
    }
    for note in theirs.notes {
        let same = |known: &&mut Note| {
            (&known.code, &known.severity, &known.args) == (&note.code, &note.severity, &note.args)
        };
        match mine.notes.iter_mut().find(same) {
            Some(known) => {
                known.times += note.times;
                known.at = known.at.min(note.at);
            }
            None => mine.notes.push(note),
        }
    }
    let order = |note: &Note| (note.code.clone(), note.severity.clone(), note.args.clone());
    mine.notes.sort_by_key(order);
    if mine.error.is_empty() {
        mine.error = theirs.error;
    }
}

pub(super) fn input(read: &Read1) -> Input {
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
    let mut one = Input {
        path: read.path.clone(),
        bytes: read.bytes,
        format: format.to_owned(),
        version,
        ..Input::default()
    };
    let counted = Input {
        rows: ledger.rows,
        understood: ledger.understood,
        inert: ledger.inert.iter().map(|(code, rows)| (code.0.to_owned(), *rows)).collect(),
        not_understood: ledger
            .not_understood
            .iter()
            .map(|(code, one)| (code.0.to_owned(), lost(one)))
            .collect(),
        notes: notes.collect(),
        error: read.error.as_ref().map(ToString::to_string).unwrap_or_default(),
        ..Input::default()
    };
    // By the same way as shards, so that the order is the same.
    add_input(&mut one, counted);
    one
}
