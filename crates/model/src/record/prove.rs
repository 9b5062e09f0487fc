//! Whether two firewalls do the same with every packet, and where they differ.

use serde::{Deserialize, Serialize};

use super::check::FateCount;
use super::trace::Case;

/// The schema of this version.
pub const PROVE_SCHEMA: &str = "supplant.prove/1";

/// Two configurations beside each other.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// [`PROVE_SCHEMA`].
    pub schema: String,
    /// Version of the program.
    pub program: String,
    /// SHA-256 over the facts in force (bundled and overlaid).
    pub data_sha256: String,
    /// `equivalent`, `equivalent-except`, `differs`, `gave-up` (a limit was reached, or it depends on what is undefined or
    /// unreadable): the gravest of all contexts, and of what was left out.
    pub verdict: String,
    /// Whether all ways of stopping a packet count as the same.
    pub denials_merged: bool,
    /// Whether packets to the firewall itself were left out, as was asked for.
    pub transit_only: bool,
    /// Whether packets of which a port is 0 were compared too.
    #[serde(default)]
    pub port_zero: bool,
    /// The first configuration.
    pub left: ComparedSide,
    /// The second configuration.
    pub right: ComparedSide,
    /// The contexts that were compared.
    pub contexts: Vec<ComparedContext>,
}

/// One of the two configurations.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ComparedSide {
    /// What was read, as given on the command line.
    pub target: String,
    /// The devices, with their platforms.
    pub devices: Vec<String>,
    /// Statements of its files.
    pub statements: u64,
    /// Statements converted or inert.
    pub read: u64,
    /// Statements that matter and are not modelled, by reason: what they do is not compared.
    pub left_out: Vec<FateCount>,
    /// Contexts that were not compared: the other side has none for them.
    pub contexts_alone: Vec<String>,
}

/// Two contexts beside each other.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ComparedContext {
    /// The first one's device and context.
    pub left: String,
    /// The second one's device and context.
    pub right: String,
    /// Why they belong together: `given`, `name`, `address`, `network`, `single`.
    pub by: String,
    /// `equivalent`, `equivalent-except`, `differs`, `gave-up`, without regard to statements that were left out.
    pub verdict: String,
    /// Which zones were taken to be the same.
    pub zones: Vec<ZonePair>,
    /// Zones of the first without a counterpart; packets that come in or leave there are not compared.
    pub zones_left: Vec<String>,
    /// Zones of the second without a counterpart.
    pub zones_right: Vec<String>,
    /// Whether nothing at all passes the zones without a counterpart, so that they do not matter.
    pub zones_idle: bool,
    /// Unknowns of the platform itself that nobody wrote and that are taken to be the same in both.
    pub taken_alike: Vec<String>,
    /// How many pairs of deciding rules differ.
    pub differing: u64,
    /// The differences, one for each pair of deciding rules: what is certain before what is only possible, and newly allowed first;
    /// the first ones when they are many.
    pub differences: Vec<Difference>,
    /// Questions that limits left open.
    pub undecided: u64,
    /// Limits that were reached, by name, such as `entries-of-one-list`.
    pub limits: Vec<String>,
    /// The certificate; `null` when none was asked for.
    pub certificate: Option<Certificate>,
}

/// What became of the certificate that was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// The file; empty when there is none.
    pub file: String,
    /// What it says the first configuration is: a digest, and the context where there are several.
    pub left: String,
    /// What it says the second configuration is.
    pub right: String,
    /// Why there is none: `differs`, `not-decided`, `not-listed` (it is too much to write down); empty when there is one.
    pub why_not: String,
}

/// Two zones that were taken to be the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZonePair {
    /// The first one's.
    pub left: String,
    /// The second one's.
    pub right: String,
    /// Why: `given`, `name`, `address`, `network`, `interface`, `routes`, `single`.
    pub by: String,
}

/// Packets that the two treat differently, by what decides.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// `allowed` (only the second lets them pass), `stopped` (only the first does), `rewritten` (both do, and translate differently),
    /// `leaves` (both do, to different places), `denied` (both stop them, in different ways).
    pub change: String,
    /// Whether it takes an assumption about something undefined or unreadable, so that there may be no difference.
    pub possible: bool,
    /// How many parts of the packets differ in this way.
    pub parts: u64,
    /// A packet, and what the first does with it.
    pub left: Outcome,
    /// The same packet, and what the second does with it.
    pub right: Outcome,
}

/// A packet and what becomes of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The packet, as `trace --packet` takes it.
    pub packet: String,
    /// What happens.
    pub case: Case,
    /// The statements of the rules that decide and rewrite, secrets masked.
    pub passages: Vec<Passage>,
}

/// A statement as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    /// The name of the rule.
    pub name: String,
    /// The file's path.
    pub path: String,
    /// The line of its first line, from 1.
    pub line: u32,
    /// The lines, each cut where it is long.
    pub lines: Vec<String>,
    /// Whether there are more lines.
    pub cut: bool,
}
