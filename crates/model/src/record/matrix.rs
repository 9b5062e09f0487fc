//! What may flow between the zones of a firewall.

use serde::{Deserialize, Serialize};

use super::check::Basis;

/// The schema of this version.
pub const MATRIX_SCHEMA: &str = "supplant.matrix/1";

/// The zone matrices of all contexts that were asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matrices {
    /// [`MATRIX_SCHEMA`].
    pub schema: String,
    /// Version of the program.
    pub program: String,
    /// SHA-256 over the facts in force (bundled and overlaid).
    pub data_sha256: String,
    /// What was read, as given on the command line.
    pub target: String,
    /// One for each context.
    pub contexts: Vec<Matrix>,
    /// What the cells rest on.
    #[serde(default)]
    pub basis: Basis,
}

/// What may flow between the zones of one context. Packets to the firewall itself are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matrix {
    /// The device.
    pub device: String,
    /// Its platform.
    pub platform_name: String,
    /// The context; may be empty.
    pub context: String,
    /// The limit that was reached, by name, so that there are no cells; empty otherwise.
    pub limit: String,
    /// The zones, in order.
    pub zones: Vec<String>,
    /// Pairs of zones between which something may flow, row by row; between all other pairs nothing may.
    pub cells: Vec<MatrixCell>,
}

/// What may flow from one zone to another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatrixCell {
    /// Index of the zone where packets come in.
    pub from: u32,
    /// Index of the zone where they leave.
    pub to: u32,
    /// `everything` (nothing is stopped), `any-service` (from some source to some destination), `some` (services), `possible` (only if
    /// something unknown turns out so), `none`, `unknown` (a limit was reached before anything was found).
    pub permits: String,
    /// Services of which something passes, whatever is unknown.
    pub services: Vec<String>,
    /// Further services of which something passes if something unknown turns out so.
    pub possible: Vec<String>,
    /// Those of both that rules let pass from some source ports only.
    #[serde(default)]
    pub limited: Vec<String>,
    /// Whether some source on the Internet gets something through.
    pub internet: bool,
    /// Whether a limit left something open, so that there may be more.
    pub cut: bool,
    /// How many rules let something pass.
    pub rules_all: u64,
    /// The first of them.
    pub rules: Vec<MatrixRule>,
}

/// A rule that lets something pass.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatrixRule {
    /// Its name or identifier; the default's where no rule decides.
    pub name: String,
    /// The file; empty for what nobody wrote.
    pub path: String,
    /// The line; 0 when not known.
    pub line: u32,
}
