//! One packet on its way through two firewalls beside each other.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::check::{Basis, Spot};
use super::trace::{Assumption, Case};

/// The schema of this version.
pub const WALK_SCHEMA: &str = "supplant.walk/1";

/// One packet in all pairs of contexts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Walks {
    /// [`WALK_SCHEMA`].
    pub schema: String,
    /// Version of the program.
    pub program: String,
    /// SHA-256 over the facts in force (bundled and overlaid).
    pub data_sha256: String,
    /// The first configuration, as given on the command line.
    pub left: String,
    /// The second one.
    pub right: String,
    /// The packet as it was given.
    pub asked: String,
    /// The pairs of contexts.
    pub contexts: Vec<WalkedContext>,
    /// What the answers rest on, of both.
    #[serde(default)]
    pub bases: [Basis; 2],
}

/// One packet in two contexts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WalkedContext {
    /// The first one's device and context.
    pub left: String,
    /// The second one's device and context.
    pub right: String,
    /// Why there is no answer: a key such as `packet-no-ingress`; empty otherwise.
    pub error: String,
    /// Values for the placeholders of that text.
    pub error_args: BTreeMap<String, String>,
    /// All outcomes; more than one when the configurations do not say everything.
    pub cases: Vec<WalkedCase>,
    /// Whether there are more outcomes than were asked for.
    pub cut: bool,
}

/// One outcome on both sides.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WalkedCase {
    /// What is assumed, of both sides.
    pub assumed: Vec<Assumption>,
    /// How the two differ, as in a comparison; empty when they do the same.
    pub change: String,
    /// Where they part first: `ingress`, `destination`, `route`, `filter`, `source`; empty when they do not.
    pub parts: String,
    /// The first one's way.
    pub left: Walk,
    /// The second one's way.
    pub right: Walk,
}

/// The way of a packet through one firewall.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Walk {
    /// The packet with everything filled in.
    pub packet: String,
    /// Where it comes in: interface.
    pub ingress: String,
    /// The zone of that interface.
    pub ingress_zone: String,
    /// How many enabled rules of its list each step passed over before the one that decided.
    pub tried: Vec<u64>,
    /// Those rules of each step, in order, with why none of them matches.
    #[serde(default)]
    pub passed: Vec<Vec<PassedRule>>,
    /// What happens.
    pub case: Case,
}

/// A rule that was tried and does not match.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PassedRule {
    /// Name of the rule in the administrator's words; may be empty.
    pub name: String,
    /// Where it is written.
    pub place: Option<Spot>,
    /// The first of its cells in which the packet is not: `from`, `to`, `pair`, `ends`, `source`, `destination`, `services`,
    /// `conditions`.
    pub why: String,
}
