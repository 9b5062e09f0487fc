//! Where bytes go: egress, summed and attributed.

mod few;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::tied::Tied;
pub use few::Few;

/// The schema of this version.
pub const TRAFFIC_SCHEMA: &str = "supplant.egress/1";

/// What one `egress` run found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Traffic {
    /// [`TRAFFIC_SCHEMA`].
    pub schema: String,
    /// Version of the program.
    pub program: String,
    /// SHA-256 over the facts in force (bundled and overlaid).
    pub data_sha256: String,
    /// What was read, as given on the command line.
    pub target: String,
    /// How many endpoints were looked for.
    pub endpoints: u64,
    /// The inputs with their ledgers, sorted by path.
    pub inputs: Vec<Input>,
    /// One row for each of ours and endpoint, sorted by both.
    pub pairs: Vec<Pair>,
    /// The sums by one thing at a time: `asset`, `vendor`, `product`, `endpoint`, `country`, `origin` (the country that the vendor comes from), `purpose`, `day`; each list with the most
    /// bytes out first.
    pub views: BTreeMap<String, Vec<Line>>,
    /// The sum of everything.
    pub total: Sum,
    /// What is reported by several and was counted once.
    pub others: Vec<Other>,
    /// How often another log counts for one of ours and a vendor than on the day before: flows over midnight may count twice.
    #[serde(default)]
    pub handovers: u64,
    /// Names and answers that were not remembered, because a limit was reached: their flows may be missing or rest on less.
    pub dropped: u64,
    /// Flows that carry an endpoint's name in a row without counters, and whose counters are in no input.
    pub names_without_flow: u64,
    /// What differs from an earlier record, where one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compared: Option<Compared>,
    /// The hosts beside the assets of an inventory, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tied: Option<Tied>,
}

/// What differs between an earlier record and this one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared {
    /// What the earlier run read, as given on its command line.
    pub target: String,
    /// Its sum of everything.
    pub total: Sum,
    /// Why a difference may come from the runs and not from the traffic: `other-facts` (or another program), `other-endpoints`
    /// (another number of them was looked for), `earlier-incomplete` and `incomplete` (an input, a row or a name was not understood
    /// or left out).
    pub caveats: Vec<String>,
    /// Endpoints that nobody talked to before, sorted.
    pub new: Vec<Destination>,
    /// Endpoints that nobody talks to any more, sorted.
    pub stopped: Vec<Destination>,
    /// Pairs that were not there before, that are gone, or whose volume differs; sorted by both.
    pub changes: Vec<Change>,
}

/// An endpoint that began or stopped to be talked to.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Destination {
    /// The endpoint.
    pub endpoint: String,
    /// Its vendor.
    pub vendor: String,
    /// Who of ours talks, or talked, to it; sorted.
    pub assets: Vec<String>,
}

/// One of ours and one endpoint, before and now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// One of ours.
    pub asset: Arc<str>,
    /// The vendor.
    pub vendor: Arc<str>,
    /// The endpoint.
    pub endpoint: Arc<str>,
    /// The flows of the earlier record; `null` when the pair was not there.
    pub before: Option<Sum>,
    /// The flows now; `null` when the pair is gone.
    pub now: Option<Sum>,
}

/// An input with its ledger: `rows = understood + Σ inert + Σ not_understood`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// Its path.
    pub path: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its format; empty when nobody knows it.
    pub format: String,
    /// The version of the format's reader.
    pub version: u32,
    /// Rows.
    pub rows: u64,
    /// Rows understood.
    pub understood: u64,
    /// Rows that say nothing about who talks to whom, by reason.
    pub inert: BTreeMap<String, u64>,
    /// Rows not understood, by reason.
    pub not_understood: BTreeMap<String, Lost>,
    /// What there is to say.
    pub notes: Vec<Note>,
    /// Why it could not be read to its end; empty when it was.
    pub error: String,
}

impl Input {
    /// Whether it could not be read to its end, or a reader stopped in it.
    pub fn is_cut(&self) -> bool {
        !self.error.is_empty() || self.notes.iter().any(|note| note.severity == "error")
    }

    /// Whether nobody knows what it is, and it may hold what was to be counted: an empty one or a copy is told by a note.
    pub fn is_strange(&self) -> bool {
        self.format.is_empty()
            && self.error.is_empty()
            && self.notes.iter().all(|note| note.severity != "note")
    }
}

/// Rows not understood for one reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    /// How many.
    pub rows: u64,
    /// Where the first few begin, in bytes of the (decompressed) input.
    pub first: Vec<u64>,
}

/// Something to say about an input.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Its code.
    pub code: String,
    /// `note`, `warning` or `error`.
    pub severity: String,
    /// Values for the placeholders of its text.
    pub args: BTreeMap<String, String>,
    /// How often it was to be said.
    pub times: u64,
    /// Where first, in bytes of the (decompressed) input.
    pub at: u64,
}

/// A sum of flows. Written down, bytes of which nothing is known are `null`, never 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Told", into = "Told")]
pub struct Sum {
    /// Flows.
    pub flows: u64,
    /// Bytes from ours to the endpoint; a lower bound when `out_unknown` or `scale_unknown` is not 0.
    pub bytes_out: u64,
    /// Bytes from the endpoint to ours; a lower bound when `in_unknown` or `scale_unknown` is not 0.
    pub bytes_in: u64,
    /// Flows whose log does not say how much left.
    pub out_unknown: u64,
    /// Flows whose log does not say how much came back.
    pub in_unknown: u64,
    /// Flows whose counters were multiplied to make up for sampling.
    pub scaled: u64,
    /// Flows of a log that is sampled and does not say how much.
    pub scale_unknown: u64,
    /// When the first began, in whole seconds; written down as `YYYY-MM-DDTHH:MM:SSZ`, empty when unknown.
    pub first: Option<Timestamp>,
    /// When the last was seen.
    pub last: Option<Timestamp>,
    /// Distinct addresses of the endpoint.
    pub peers: u64,
    /// Whether that is exact; else an estimate with a standard error of 3.3 %.
    pub peers_exact: bool,
    /// Whether the run dropped names or answers at a limit: then flows may be missing, and what is known is a lower bound.
    pub flows_missing: bool,
}

impl Sum {
    /// Whether more went than what is known.
    pub fn is_lower_bound(&self) -> bool {
        self.out_unknown > 0 || self.in_unknown > 0 || self.scale_unknown > 0 || self.flows_missing
    }

    /// Whether something is known about how much left.
    pub fn knows_out(&self) -> bool {
        self.bytes_out > 0 || self.flows > self.out_unknown
    }

    /// Whether something is known about how much came back.
    pub fn knows_in(&self) -> bool {
        self.bytes_in > 0 || self.flows > self.in_unknown
    }

    /// Adds another sum of other flows. How many addresses there are together the parts do not tell: the larger number is kept, as
    /// an estimate.
    pub fn add(&mut self, other: &Self) {
        self.peers_exact = false;
        self.flows_missing |= other.flows_missing;
        self.peers = self.peers.max(other.peers);
        self.flows = self.flows.saturating_add(other.flows);
        self.bytes_out = self.bytes_out.saturating_add(other.bytes_out);
        self.bytes_in = self.bytes_in.saturating_add(other.bytes_in);
        self.out_unknown = self.out_unknown.saturating_add(other.out_unknown);
        self.in_unknown = self.in_unknown.saturating_add(other.in_unknown);
        self.scaled = self.scaled.saturating_add(other.scaled);
        self.scale_unknown = self.scale_unknown.saturating_add(other.scale_unknown);
        self.first = self.first.into_iter().chain(other.first).min();
        self.last = self.last.max(other.last);
    }
}

/// A [`Sum`] as it is written down.
#[derive(Serialize, Deserialize)]
struct Told {
    flows: u64,
    bytes_out: Option<u64>,
    bytes_in: Option<u64>,
    out_unknown: u64,
    in_unknown: u64,
    scaled: u64,
    scale_unknown: u64,
    first: String,
    last: String,
    peers: u64,
    peers_exact: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    flows_missing: bool,
}

impl From<Told> for Sum {
    fn from(told: Told) -> Self {
        Self {
            flows: told.flows,
            bytes_out: told.bytes_out.unwrap_or_default(),
            bytes_in: told.bytes_in.unwrap_or_default(),
            out_unknown: told.out_unknown,
            in_unknown: told.in_unknown,
            scaled: told.scaled,
            scale_unknown: told.scale_unknown,
            first: told.first.parse().ok(),
            last: told.last.parse().ok(),
            peers: told.peers,
            peers_exact: told.peers_exact,
            flows_missing: told.flows_missing,
        }
    }
}

impl From<Sum> for Told {
    fn from(sum: Sum) -> Self {
        let (knows_out, knows_in) = (sum.knows_out(), sum.knows_in());
        Self {
            flows: sum.flows,
            bytes_out: knows_out.then_some(sum.bytes_out),
            bytes_in: knows_in.then_some(sum.bytes_in),
            out_unknown: sum.out_unknown,
            in_unknown: sum.in_unknown,
            scaled: sum.scaled,
            scale_unknown: sum.scale_unknown,
            first: time(sum.first),
            last: time(sum.last),
            peers: sum.peers,
            peers_exact: sum.peers_exact,
            flows_missing: sum.flows_missing,
        }
    }
}

/// A time as it is written down; empty when unknown.
pub fn time(at: Option<Timestamp>) -> String {
    at.map(|at| at.to_string()).unwrap_or_default()
}

/// One of ours and one endpoint. There may be very many: what several have in common they share.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pair {
    /// One of ours: its address, or its name in the log.
    pub asset: Arc<str>,
    /// The endpoint's vendor.
    pub vendor: Arc<str>,
    /// The country that the vendor comes from, by the catalog; empty when unknown. Where addresses stand is in `countries`.
    #[serde(default)]
    pub vendor_country: Arc<str>,
    /// Products that use the endpoint; empty when unknown.
    pub products: Arc<[String]>,
    /// The endpoint: a name, a pattern or a prefix.
    pub endpoint: Arc<str>,
    /// `name`, `prefix`, `network`, or `contact` where a name or a program was seen and no flow.
    pub evidence: Arc<str>,
    /// Bytes out by what shows them: `sni`, `host`, `log`, `answer`, `prefix`, `network`; `null` where no flow of the kind tells.
    pub grades: Few<Option<u64>>,
    /// What the endpoint is for; empty when unknown.
    pub purpose: Arc<str>,
    /// What the endpoint's name says about where it stands; empty when nothing.
    pub region: Arc<str>,
    /// How well the endpoint is known: a confidence of the catalog, or `stated`.
    pub confidence: Arc<str>,
    /// Bytes out by the country where the address stands, the empty one when unknown; `null` where no flow to there tells.
    pub countries: Few<Option<u64>>,
    /// The flows.
    #[serde(flatten)]
    pub sum: Sum,
    /// How many of the flows the endpoint began; records of one direction do not tell, and are not among them.
    #[serde(default)]
    pub inward: u64,
    /// DNS questions for it.
    pub asked: u64,
    /// Handshakes and requests with its name, in rows without counters.
    pub named: u64,
    /// Programs that talk to it, with how often each was seen, by the format that saw it most.
    pub programs: Few<u64>,
    /// What the machine calls itself, where a row about a program on it has both that and the address; sorted.
    #[serde(default)]
    pub host_names: Box<[Arc<str>]>,
}

impl Traffic {
    /// Whether something of the inputs is missing: one that could not be read to its end, or names dropped at a limit.
    pub fn is_incomplete(&self) -> bool {
        self.dropped > 0 || self.inputs.iter().any(Input::is_cut)
    }

    /// Says of every sum that flows may be missing.
    pub fn miss_flows(&mut self) {
        let pairs = self.pairs.iter_mut().map(|pair| &mut pair.sum);
        let lines = self.views.values_mut().flatten().map(|line| &mut line.sum);
        let others = self.others.iter_mut().map(|other| &mut other.sum);
        let all = pairs.chain(lines).chain(others).chain([&mut self.total]);
        all.for_each(|sum| sum.flows_missing = true);
    }
}

impl Pair {
    /// Whether flows that the endpoint began are all that is known: then nothing of ours was seen to call it.
    pub fn only_inward(&self) -> bool {
        let called = self.asked > 0 || self.named > 0 || !self.programs.is_empty();
        self.sum.flows > 0 && self.inward == self.sum.flows && !called
    }
}

/// The sum for one value of one thing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The value; empty when unknown.
    pub value: String,
    /// How many of ours.
    pub assets: u64,
    /// The flows.
    #[serde(flatten)]
    pub sum: Sum,
}

/// A report of traffic that another reporter's report counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Other {
    /// One of ours.
    pub asset: String,
    /// The vendor.
    pub vendor: String,
    /// The day; empty when unknown.
    pub day: String,
    /// Who reports: the log family, and the channel within it.
    pub reporter: String,
    /// What it reports.
    #[serde(flatten)]
    pub sum: Sum,
}
