//! The neutral rule tables of firewalls, for people and other programs.

use serde::{Deserialize, Serialize};

/// The schema of this version.
pub const FIREWALL_SCHEMA: &str = "supplant.firewall/1";

/// The policies of all devices that were read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Firewalls {
    /// [`FIREWALL_SCHEMA`].
    pub schema: String,
    /// Version of the program.
    pub program: String,
    /// SHA-256 over the facts in force (bundled and overlaid).
    pub data_sha256: String,
    /// What was read, as given on the command line.
    pub target: String,
    /// The devices, in the order of their files.
    pub devices: Vec<Firewall>,
}

/// A device as an assessment and a rule table show it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FirewallHead {
    /// Its name, or its file's.
    pub name: String,
    /// Its platform: the dialect's id.
    pub platform: String,
    /// Its platform as its vendor writes it.
    pub platform_name: String,
    /// Model, as far as known.
    pub model: String,
    /// Software version; empty when not known.
    pub version: String,
    /// The files that it was read from.
    pub files: Vec<String>,
    /// The names of its contexts.
    pub context_names: Vec<String>,
    /// Rules that somebody wrote and that are enabled, in all contexts.
    pub rules_enabled: u64,
    /// Rules that are disabled.
    pub rules_disabled: u64,
    /// NAT rules, enabled and disabled.
    pub nat_rules: u64,
    /// Statements of its files.
    pub statements: u64,
    /// Statements converted or inert.
    pub read: u64,
}

/// A device with its rules.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Firewall {
    /// What it is.
    #[serde(flatten)]
    pub head: FirewallHead,
    /// Its contexts.
    pub contexts: Vec<Context>,
}

/// One context: what decides about packets independently of the others.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Context {
    /// Its name; may be empty when the device has only one.
    pub name: String,
    /// Lists of rules, in the order in which they are used.
    pub rulebases: Vec<Rulebase>,
    /// The rules of all rulebases.
    pub rules: Vec<Rule>,
    /// The NAT rules.
    pub nat: Vec<NatRule>,
    /// The named sets.
    pub objects: Vec<Object>,
}

/// A list of rules.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rulebase {
    /// Its name.
    pub name: String,
    /// `stage` for one that every packet must pass, `local` for packets to the firewall itself, `layer` for one that rules lead to.
    pub role: String,
    /// What happens when no rule matches.
    pub default: String,
    /// Where the default comes from.
    pub default_origin: String,
}

/// One rule.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// Its number within its rulebase, from 1.
    pub number: u64,
    /// The rulebase.
    pub rulebase: String,
    /// The heading that it stands under.
    pub section: String,
    /// Name or number, as the administrator says it.
    pub name: String,
    /// Whether it is in force.
    pub enabled: bool,
    /// Zones where packets come in.
    pub from: String,
    /// Zones where they leave.
    pub to: String,
    /// Source addresses, objects by name.
    pub source: String,
    /// Destination addresses.
    pub destination: String,
    /// Services.
    pub services: String,
    /// Users, applications, times: all must hold.
    pub conditions: Vec<String>,
    /// `accept`, `deny`, `drop`, `reject`, `layer NAME`, `skip to N`, `continue`.
    pub action: String,
    /// Source NAT of the rule itself; empty when none.
    pub nat: String,
    /// Profiles by which accepted content is inspected.
    pub inspection: Vec<String>,
    /// Whether matches are logged; `null` when it is not said.
    pub logged: Option<bool>,
    /// The administrator's comment.
    pub comment: String,
    /// The file; empty for what the vendor implies.
    pub path: String,
    /// The line, from 1; 0 for what nobody wrote.
    pub line: u32,
}

/// One NAT rule.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NatRule {
    /// Its number, from 1.
    pub number: u64,
    /// The list that it stands in.
    pub pass: String,
    /// `before-filter`, `instead-of-rule`, `instead-of-interface`, `after-filter`.
    pub when: String,
    /// Name or number, as the administrator says it.
    pub name: String,
    /// Whether it is in force.
    pub enabled: bool,
    /// Zones where packets come in.
    pub from: String,
    /// Zones where they would leave.
    pub to: String,
    /// Source addresses.
    pub source: String,
    /// Destination addresses.
    pub destination: String,
    /// Services.
    pub services: String,
    /// Further conditions.
    pub conditions: Vec<String>,
    /// The new source; empty when it is kept.
    pub source_to: String,
    /// The new destination; empty when it is kept.
    pub destination_to: String,
    /// The administrator's comment.
    pub comment: String,
    /// The file; empty for what the vendor implies.
    pub path: String,
    /// The line, from 1; 0 for what nobody wrote.
    pub line: u32,
}

/// A named set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Object {
    /// `address` or `service`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// What it holds as written, objects by name.
    pub value: String,
    /// What it holds in the end, without names of objects; long lists are cut and say so.
    pub resolved: String,
    /// Whether anything that is in force refers to it.
    pub used: bool,
    /// The administrator's comment.
    pub comment: String,
    /// The file; empty for what the vendor predefines.
    pub path: String,
    /// The line, from 1; 0 for what nobody wrote.
    pub line: u32,
}
