//! Records: the versioned plain shapes that are stored, shown and exchanged. The only serialised types of the core.
//!
//! A record written by any released version stays readable: fields are only ever added, with a default, or the version in
//! [`Assessment::schema`] is raised and the old shape kept beside the new one. `docs/records.md` describes each field.

pub mod check;
pub mod firewall;
pub mod matrix;
pub mod prove;
pub mod query;
pub mod tied;
pub mod trace;
pub mod traffic;
pub mod walk;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use firewall::FirewallHead;
use traffic::Traffic;

use crate::finding::{Confidence, EvidenceClass, Relation, State};

/// The schema of this version.
pub const ASSESSMENT_SCHEMA: &str = "supplant.assessment/1";

/// One text in several languages, by language tag (`en`, `zh-CN`, …).
pub type Words = BTreeMap<String, String>;

/// Everything that one `assess` run concluded, with the evidence and the account of the inputs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Assessment {
    /// [`ASSESSMENT_SCHEMA`].
    pub schema: String,
    /// Version of the program.
    pub program: String,
    /// SHA-256 over the facts in force (bundled and overlaid).
    pub data_sha256: String,
    /// The evaluation date, `YYYY-MM-DD`; every statement is as of this day.
    pub date: String,
    /// What was assessed, as given on the command line.
    pub target: String,
    /// The directives applied.
    pub directives: Vec<Directive>,
    /// Assets that bear at least one finding, sorted by id.
    pub assets: Vec<Asset>,
    /// The findings, most pressing first.
    pub findings: Vec<Finding>,
    /// Waivers that were given, with what they cover.
    pub waivers: Vec<Waiver>,
    /// Every input with its ledger, sorted by path.
    pub sources: Vec<Source>,
    /// What there is to say about the inputs.
    pub diagnostics: Vec<Diagnostic>,
    /// Firewalls whose configurations were among the inputs.
    #[serde(default)]
    pub firewalls: Vec<FirewallHead>,
    /// Assets without a finding, sorted by id: what a host of a log may be. Missing in records of programs that did not list them.
    #[serde(default)]
    pub other_assets: Vec<Asset>,
    /// Where data goes, when logs of traffic were among the inputs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub egress: Option<Box<Traffic>>,
    /// Counts over everything, also over assets without findings.
    pub totals: Totals,
}

/// A directive as it was applied.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Directive {
    /// Its id.
    pub id: String,
    /// Title.
    pub title: Words,
    /// Who must obey.
    pub binds: Words,
    /// `binding`, `advisory`, `reported-unpublished`, `proposed`, `internal-policy`.
    pub force: String,
    /// `in-force`, `in-force-as-reported`, `closed`, `future`, `proposed`.
    pub status: String,
    /// `documented`, `reported`, `recalled`: the weakest link of what decides findings.
    pub confidence: String,
    /// Whether no official text is public, so that everything here rests on the press.
    pub press_only: bool,
    /// The nearest deadline on or after the evaluation date, else the last one passed.
    pub deadline: Option<Deadline>,
    /// All deadlines.
    pub deadlines: Vec<Deadline>,
    /// The questions that the text leaves open, and the answers used.
    pub decisions: Vec<Decision>,
    /// What nobody outside knows.
    pub unknowns: Vec<Words>,
    /// Named vendors: id and shown name.
    pub vendors: Vec<Named>,
    /// How many products of the catalog belong to them at the evaluation date.
    pub products: u32,
    /// Citations.
    pub sources: Vec<Citation>,
}

/// An id with the name to show.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Named {
    /// The id in the data.
    pub id: String,
    /// The name to show, by language.
    pub name: Words,
}

/// A deadline of a clause.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Deadline {
    /// The clause's id.
    pub clause: String,
    /// What must be done.
    pub action: Words,
    /// The day, `YYYY-MM-DD`, where it can be computed.
    pub date: Option<String>,
    /// Days from the evaluation date; negative when passed.
    pub days_left: Option<i64>,
    /// The deadline in the source's words or as a rule (`30 days after issue`), when there is no day or the words matter.
    pub as_stated: String,
    /// `documented`, `reported`, `recalled`.
    pub confidence: String,
}

/// A question that a directive leaves open.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// The slot's id.
    pub id: String,
    /// The question.
    pub question: Words,
    /// The answer used: `in`, `out`, `undecided`.
    pub answer: String,
    /// Whether the user gave it; otherwise it is the stated default.
    pub by_user: bool,
    /// Why the default is what it is.
    pub why: Words,
    /// How many findings depend on it.
    pub findings: u32,
}

/// A citation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Citation {
    /// Its id in the data.
    pub id: String,
    /// Address or name.
    pub text: String,
    /// `official`, `secondary`, `recall` for directives; empty elsewhere.
    pub tier: String,
}

/// An asset.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Asset {
    /// Stable id: `A-` and twelve hex digits from its strongest identifier.
    pub id: String,
    /// Name to show.
    pub name: String,
    /// `host`, `device`, `virtual-machine`, `image`, `cluster`, `software`, `unknown`.
    pub kind: String,
    /// Site, or empty.
    pub site: String,
    /// Operating system, or empty.
    pub os: String,
    /// Who is responsible, or empty.
    pub owner: String,
    /// Last day on which a source says that it looked at it, or empty.
    pub observed_on: String,
    /// Identifiers as `kind:value`, sorted.
    pub identifiers: Vec<String>,
}

/// A conclusion: this asset has this product, and this is what the directive says about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Stable id: `F-` and twelve hex digits from directive, clause, asset, product and relation.
    pub id: String,
    /// The asset's id.
    pub asset: String,
    /// The asset's name, repeated for tables.
    pub asset_name: String,
    /// The product, or `vendor.*` when only the vendor is known.
    pub product: Named,
    /// Its category.
    pub category: String,
    /// The unit that makes it.
    pub vendor: Named,
    /// Versions seen.
    pub versions: Vec<String>,
    /// How the asset relates to the product.
    pub relation: Relation,
    /// How sure the identification is.
    pub confidence: Confidence,
    /// Why the confidence is not higher, or what makes it so: codes such as `confidence/unique-documented`.
    pub confidence_reason: String,
    /// What it means under the directive.
    pub state: State,
    /// Why the state is what it is: a code such as `state/named`.
    pub state_reason: String,
    /// The directive's id.
    pub directive: String,
    /// The clause's id.
    pub clause: String,
    /// Other clauses of the directive that apply too.
    #[serde(default)]
    pub also_clauses: Vec<String>,
    /// The open questions that it depends on, as `slot=answer`.
    pub decisions: Vec<String>,
    /// From the product's maker up to the named vendor; empty when the maker itself is named.
    pub owner_chain: Vec<OwnerStep>,
    /// The vendor that the clause names and the chain ends at; empty under `watch`.
    pub named_vendor: String,
    /// The deadline in days, where there is one.
    pub deadline: Option<Deadline>,
    /// The waiver that covers it.
    pub waiver: Option<String>,
    /// The evidence, strongest first; never empty.
    pub evidence: Vec<Evidence>,
    /// How many observations support it; `evidence` holds at most a stated number of them.
    pub evidence_total: u32,
}

/// One step of an ownership chain.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OwnerStep {
    /// The owned or earlier side.
    pub vendor: String,
    /// `owned-by`, `lineage`, `affiliate`, `owns`, `joint-venture`, `renamed`.
    pub kind: String,
    /// The owner or later side.
    pub to: String,
    /// Start, as precise as it is known; may be empty.
    pub from: String,
    /// End; may be empty.
    pub until: String,
    /// Percentage, if known.
    pub percent: Option<f64>,
    /// `documented`, `observed`, `reported`, `recalled`.
    pub confidence: String,
    /// Citations.
    pub sources: Vec<String>,
}

/// One observation that supports a finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Why it identifies.
    pub class: EvidenceClass,
    /// The field that matched, for example `win.service`.
    pub field: String,
    /// The value that matched.
    pub value: String,
    /// The pattern that it matched, as `kind pattern`.
    pub pattern: String,
    /// What the fact means: `installed`, `running`, `residue`, `platform`, `integration`, `remote-service`.
    pub meaning: String,
    /// `unique`, `strong`, `weak`.
    pub strength: String,
    /// How well the fact itself is known: `documented`, `observed`, `reported`, `recalled`.
    pub fact_confidence: String,
    /// Citations of the fact.
    pub fact_sources: Vec<String>,
    /// What the row was read as.
    pub context: String,
    /// The whole row as it was understood: field and value.
    pub row: Vec<(String, String)>,
    /// The input's path.
    pub path: String,
    /// SHA-256 of the input (or of the archive that holds it).
    pub sha256: String,
    /// Reader and version, `osquery-json/1`.
    pub reader: String,
    /// Part of the input; may be empty.
    pub part: String,
    /// `line`, `byte` or `row`.
    pub unit: String,
    /// Where in that unit.
    pub at: u64,
}

/// A waiver as it was applied.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Waiver {
    /// Its id in the waivers file.
    pub id: String,
    /// Why.
    pub reason: String,
    /// Who approved.
    pub approver: String,
    /// Ticket.
    pub ticket: String,
    /// The instant at which it ends, RFC 3339 in UTC.
    pub expires: String,
    /// The zone rule as stated in the file.
    pub zone: String,
    /// `in-force`, `expired`, `not-yet`.
    pub status: String,
    /// Days left at the evaluation date; negative when expired.
    pub days_left: i64,
    /// How many findings it covers.
    pub findings: u32,
}

/// One input and its ledger.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// Path below the target, `!/` before an archive member.
    pub path: String,
    /// SHA-256; empty for folders and archive members.
    pub sha256: String,
    /// Size in bytes.
    pub bytes: u64,
    /// `read`, `opened`, `unknown`, `unreadable`, `not-regular`.
    pub fate: String,
    /// Reader and version, or the kind of container or special file.
    pub reader: String,
    /// Rows read.
    pub rows: u64,
    /// Rows that became observations.
    pub understood: u64,
    /// Rows known to hold nothing that is looked at, by reason code.
    pub inert: BTreeMap<String, u64>,
    /// Rows not understood, by reason code.
    pub not_understood: BTreeMap<String, Lost>,
}

/// Rows not understood for one reason.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Lost {
    /// How many.
    pub rows: u64,
    /// The first positions, as `part` and number.
    pub first: Vec<(String, u64)>,
}

/// One thing to say about an input; words are in the locales.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Code, `input/truncated`.
    pub code: String,
    /// `note`, `warning`, `error`.
    pub severity: String,
    /// The input's path; empty when it is about none.
    pub path: String,
    /// Part of it.
    pub part: String,
    /// `line`, `byte` or `row`; empty without a position.
    pub unit: String,
    /// Position; zero when it is about the whole.
    pub at: u64,
    /// Values for the placeholders of the text.
    pub args: BTreeMap<String, String>,
}

/// Counts over the whole run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Totals {
    /// Assets, after joining descriptions of the same one.
    pub assets: u64,
    /// Assets by kind.
    pub assets_by_kind: BTreeMap<String, u64>,
    /// Assets with at least one finding in state `prohibited`.
    pub assets_prohibited: u64,
    /// Observations.
    pub rows_understood: u64,
    /// Rows read in all.
    pub rows: u64,
    /// Rows inert.
    pub rows_inert: u64,
    /// Rows not understood.
    pub rows_not_understood: u64,
    /// Sources read without a row left over.
    pub sources_whole: u64,
    /// Sources read with rows left over or with an error.
    pub sources_partly: u64,
    /// Sources unknown or unreadable.
    pub sources_not_read: u64,
    /// Findings by state.
    pub findings_by_state: BTreeMap<String, u64>,
    /// Distinct strings judged.
    pub distinct_strings: u64,
    /// Distinct items judged.
    pub distinct_items: u64,
}
