//! What may pass a firewall, and by which rules.

use serde::{Deserialize, Serialize};

use super::check::Basis;
use super::prove::{AreaCondition, Outcome};

/// The schema of this version.
pub const QUERY_SCHEMA: &str = "supplant.query/1";

/// One question on all contexts that were asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Queried {
    /// [`QUERY_SCHEMA`].
    pub schema: String,
    /// Version of the program.
    pub program: String,
    /// SHA-256 over the facts in force (bundled and overlaid).
    pub data_sha256: String,
    /// What was read, as given on the command line.
    pub target: String,
    /// The question, as it was given.
    pub asked: String,
    /// The answer of each context.
    pub contexts: Vec<QueriedContext>,
    /// What the answers rest on.
    #[serde(default)]
    pub basis: Basis,
}

/// What one context answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct QueriedContext {
    /// The device.
    pub device: String,
    /// Its platform.
    pub platform_name: String,
    /// The context; may be empty.
    pub context: String,
    /// `permitted` (all of it), `denied` (all of it), `both`, `possible` (denied, unless what is unknown
    /// lets some pass), `nothing` (there is no such packet), `unknown-name`, `gave-up`.
    pub verdict: String,
    /// A name in the question that this context does not know; empty otherwise.
    pub unknown: String,
    /// Names that it knows and that are nearly so.
    #[serde(default)]
    pub near: Vec<String>,
    /// The limit that was reached, by name; empty otherwise.
    pub limit: String,
    /// The rules that decide some of the packets.
    pub answers: Vec<Answer>,
}

/// What one rule has to do with the question.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Whether it lets packets pass.
    pub permits: bool,
    /// Whether that takes assumptions about what the configuration does not say.
    pub uncertain: bool,
    /// Whether the packets are sent to other addresses, those of `parts`, and translated to what was asked about. Only asked for with who
    /// can reach something.
    #[serde(default)]
    pub translated: bool,
    /// A packet that it decides, and what happens.
    pub outcome: Outcome,
    /// The packets of the question that it decides; empty when they are too many to list.
    pub parts: Vec<Part>,
}

/// Packets as a product of sets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Zones where they come in.
    pub from: Vec<String>,
    /// Sources.
    pub source: Vec<String>,
    /// Destinations, as they arrive.
    pub destination: Vec<String>,
    /// Services, as they arrive.
    pub services: Vec<String>,
    /// Source ports; empty when all are meant.
    #[serde(default)]
    pub source_ports: Vec<String>,
    /// What must hold of them, and what must not.
    #[serde(default)]
    pub conditions: Vec<AreaCondition>,
}
