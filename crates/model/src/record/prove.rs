//! Whether two firewalls do the same with every packet, and where they differ.

use serde::{Deserialize, Serialize};

use super::check::{Basis, FateCount, Statement};
use super::matrix::MatrixRule;
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
    /// `equivalent`, `equivalent-except`, `differs`, `gave-up` (a limit was reached): the gravest of all contexts, and of what was left out.
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
    /// Those statements, the first few of each reason and file.
    #[serde(default)]
    pub left_out_statements: Vec<Statement>,
    /// Contexts that were not compared: the other side has none for them.
    pub contexts_alone: Vec<String>,
    /// What its reading rests on; gaps limit the verdict.
    #[serde(default)]
    pub basis: Basis,
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
    /// `equivalent`, `equivalent-except` (also where all differences are only possible), `differs`, `gave-up`, without regard to
    /// statements that were left out.
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
    /// Pairs of rules that they are about, the first ones.
    #[serde(default)]
    pub undecided_by: Vec<Undecided>,
    /// Limits that were reached, by name, such as `entries-of-one-list`.
    pub limits: Vec<String>,
    /// How far the comparison got, by address family.
    #[serde(default)]
    pub coverage: Vec<ComparedCoverage>,
    /// The certificate; `null` when none was asked for.
    pub certificate: Option<Certificate>,
}

/// Rules of both sides of which it was left open whether they decide some packets differently.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undecided {
    /// The rule of the first.
    pub left: MatrixRule,
    /// The rule of the second.
    pub right: MatrixRule,
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
    /// Why there is none: `differs`, `not-decided`, `not-listed` (it is too much to write down), `not-whole` (a configuration was not
    /// read to its end); empty when there is one.
    pub why_not: String,
}

/// How far the comparison of one address family got. Shares are of all packets, each counted once for each zone where it may come in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ComparedCoverage {
    /// `ipv4` or `ipv6`.
    pub family: String,
    /// The share that is proved to be the same, 0 to 1: a lower bound; 1 only when it is all.
    pub alike: f64,
    /// The share in which the two differ, or may differ: an upper bound.
    pub different: f64,
    /// The share that was left open: an upper bound.
    pub open: f64,
    /// Parts of the packets, by what rewrites their destination.
    pub parts: u64,
    /// Parts that were compared to the end.
    pub parts_done: u64,
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
    /// The packets, the largest parts first; the first ones when they are many.
    #[serde(default)]
    pub areas: Vec<Area>,
    /// Whether every packet of the areas is meant. If not, they are somewhere within: there are too many parts to tell.
    #[serde(default)]
    pub exact: bool,
    /// How many packets there are, as the power of 2; at most, if not `exact`. Each counts once for each zone where it may come in.
    #[serde(default)]
    pub packets_log2: f64,
    /// A packet, and what the first does with it.
    pub left: Outcome,
    /// The same packet, and what the second does with it.
    pub right: Outcome,
}

/// Packets of one address family: a product of sets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Area {
    /// `ipv4` or `ipv6`.
    pub family: String,
    /// Zones where they come in.
    pub from: AreaCell,
    /// Zones where they leave, as far as the routes leave that open.
    pub to: AreaCell,
    /// Sources: names of objects that have exactly these addresses, networks, ranges.
    pub source: AreaCell,
    /// Destinations, as they arrive.
    pub destination: AreaCell,
    /// Services, as they arrive: names of objects, `tcp/443`, `icmp/8:0` (type and code), `ip/47`.
    pub services: AreaCell,
    /// Source ports.
    pub source_ports: AreaCell,
    /// What must hold of them, and what must not.
    pub conditions: Vec<AreaCondition>,
}

/// A set: these, or all but these.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AreaCell {
    /// Whether everything but `of` is meant. With nothing there: everything.
    pub except: bool,
    /// Names, networks and ranges, the first ones when they are many.
    pub of: Vec<String>,
    /// How many more there are.
    pub more: u64,
}

/// Something unknown that must hold, or must not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AreaCondition {
    /// Its kind, such as `fqdn`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// What it is about: `source`, `destination`, `translated` (the destination after translation), `packet`.
    pub about: String,
    /// Whether it must hold.
    pub holds: bool,
    /// `A` or `B`, when the other one has something else of this name; empty otherwise.
    #[serde(default)]
    pub side: String,
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
