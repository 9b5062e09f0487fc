//! What firewalls do with packets, and why.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::check::{Basis, Spot};

/// The schema of this version.
pub const TRACE_SCHEMA: &str = "supplant.trace/1";

/// All packets on all contexts that were asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Traces {
    /// [`TRACE_SCHEMA`].
    pub schema: String,
    /// Version of the program.
    pub program: String,
    /// SHA-256 over the facts in force (bundled and overlaid).
    pub data_sha256: String,
    /// What was read, as given on the command line.
    pub target: String,
    /// One for each packet and context.
    pub traces: Vec<Trace>,
    /// What the answers rest on.
    #[serde(default)]
    pub basis: Basis,
}

/// What one context does with one packet.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    /// The packet as it was given.
    pub asked: String,
    /// The packet with everything filled in.
    pub packet: String,
    /// Whether the source port was not given and one was chosen.
    pub port_chosen: bool,
    /// The device.
    pub device: String,
    /// Its platform.
    pub platform_name: String,
    /// The context; may be empty.
    pub context: String,
    /// Where the packet comes in: interface.
    pub ingress: String,
    /// The zone of that interface.
    pub ingress_zone: String,
    /// Why there is no answer: a key such as `packet-no-ingress`; empty otherwise.
    pub error: String,
    /// Values for the placeholders of that text.
    pub error_args: BTreeMap<String, String>,
    /// All outcomes; more than one when the configuration does not say everything.
    pub cases: Vec<Case>,
    /// Whether there are more outcomes than were asked for.
    pub cut: bool,
}

/// One outcome.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// What is assumed, in the order in which it matters.
    pub assumed: Vec<Assumption>,
    /// `accept`, `deny`, `drop`, `reject`.
    pub verdict: String,
    /// What decided, in order; the last decides in the end.
    pub steps: Vec<Step>,
    /// The NAT rules that rewrote the packet, in order.
    pub nat: Vec<Step>,
    /// The packet as it leaves, or as it was when it was stopped.
    pub after: String,
    /// Whether that differs from the packet as it came.
    pub rewritten: bool,
    /// `interface`, `local` or `nowhere`.
    pub egress: String,
    /// The interface by which it leaves; may be empty.
    pub egress_interface: String,
    /// The zone of that interface.
    pub egress_zone: String,
}

/// An answer to something that the configuration does not say.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Assumption {
    /// The kind of the unknown (`fqdn`, `app` …), or `route`.
    pub kind: String,
    /// Its name; for a route, the interface.
    pub name: String,
    /// The address that it is about; empty when it is about the packet.
    pub address: String,
    /// Whether it is taken to hold.
    pub holds: bool,
}

/// Something that decided or rewrote.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// `rule`, `default`, `no-route`, `not-guarded`, `bypass`, `no-filter`, `nat`.
    pub by: String,
    /// The rulebase or list; may be empty.
    pub list: String,
    /// Name of the rule in the administrator's words; may be empty.
    pub name: String,
    /// The heading that the rule stands under; may be empty.
    pub section: String,
    /// The administrator's comment.
    pub comment: String,
    /// The verdict; empty for NAT.
    pub verdict: String,
    /// Where the rule is written; `null` for what nobody wrote.
    pub place: Option<Spot>,
    /// Profiles by which accepted content is inspected, and may still be stopped.
    pub inspection: Vec<String>,
}
