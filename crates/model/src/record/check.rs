//! What reading firewall configurations found: devices, counts, where every statement went, and what there is to say.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The schema of this version.
pub const CHECK_SCHEMA: &str = "supplant.check/1";

/// Everything that one `check` found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// [`CHECK_SCHEMA`].
    pub schema: String,
    /// Version of the program.
    pub program: String,
    /// SHA-256 over the facts in force (bundled and overlaid).
    pub data_sha256: String,
    /// What was checked, as given on the command line.
    pub target: String,
    /// The devices, in the order of their files.
    pub devices: Vec<CheckedDevice>,
    /// The configuration files with their ledgers.
    pub files: Vec<ConfigFile>,
    /// Statements that were not read exactly, the first ones of each file, disposition and reason.
    pub statements: Vec<Statement>,
    /// What there is to say about places and objects.
    pub problems: Vec<Problem>,
    /// Inputs that were not read as configurations, with the code that says why.
    pub not_read: Vec<NotRead>,
}

/// A device that was read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CheckedDevice {
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
    /// Its contexts.
    pub contexts: Vec<CheckedContext>,
}

/// What a context holds, as numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CheckedContext {
    /// Its name; may be empty when the device has only one.
    pub name: String,
    /// Rules that somebody wrote and that are enabled.
    pub rules_enabled: u64,
    /// Rules that are disabled.
    pub rules_disabled: u64,
    /// Rules that nobody wrote: the platform implies them.
    pub rules_implied: u64,
    /// Rulebases.
    pub rulebases: u64,
    /// NAT rules that are enabled.
    pub nat_enabled: u64,
    /// NAT rules that are disabled.
    pub nat_disabled: u64,
    /// Named address sets.
    pub addresses: u64,
    /// Named service sets, predefined ones included.
    pub services: u64,
    /// Zones.
    pub zones: u64,
    /// Interfaces, without stand-ins.
    pub interfaces: u64,
    /// Static routes.
    pub routes: u64,
    /// Named unknowns by kind.
    pub predicates: BTreeMap<String, u64>,
    /// Rules that can be removed together without any change for any packet, as was proved; empty when there are none, or when they
    /// were not looked for.
    #[serde(default)]
    pub removable: Vec<RemovableRule>,
}

/// A rule that can be removed together with others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemovableRule {
    /// Its rulebase.
    pub rulebase: String,
    /// Its number in it, from 1.
    pub number: u64,
    /// Its name or identifier.
    pub name: String,
    /// The file.
    pub path: String,
    /// The line; 0 when not known.
    pub line: u32,
}

/// A configuration file and where its statements went.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ConfigFile {
    /// Its path.
    pub path: String,
    /// The platform: the dialect's id.
    pub platform: String,
    /// Statements in all: the sum of `fates`.
    pub statements: u64,
    /// Those converted or inert.
    pub read: u64,
    /// How many statements had which fate; best first.
    pub fates: Vec<FateCount>,
}

/// How many statements had one fate.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FateCount {
    /// `converted`, `inert`, `approximated`, `unsupported`, `unrecognized`.
    pub disposition: String,
    /// Why: a code such as `statement/logging`.
    pub reason: String,
    /// How many.
    pub statements: u64,
}

/// A statement that is shown.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Statement {
    /// What became of it.
    pub disposition: String,
    /// Why.
    pub reason: String,
    /// Where it stands.
    pub place: Spot,
}

/// Something to say about a configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Code, `config/undefined`.
    pub code: String,
    /// `note`, `warning`, `error`.
    pub severity: String,
    /// The device; empty when it is about a file.
    pub device: String,
    /// The context; may be empty.
    pub context: String,
    /// What it is about, in the administrator's words; may be empty.
    pub subject: String,
    /// Values for the placeholders of the text.
    pub args: BTreeMap<String, String>,
    /// Where; `null` for what nobody wrote.
    pub place: Option<Spot>,
}

/// A place in a configuration, with its line. Secrets in it are masked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spot {
    /// The file's path.
    pub path: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// The line, or a part of it when it is long.
    pub text: String,
    /// From which character of `text` on it is meant, from 0.
    pub mark: u32,
    /// How many characters are meant.
    pub marked: u32,
}

/// What an answer about a configuration rests on: where its reading has gaps, and what it took for granted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    /// Where the text breaks off, breaks its syntax, or was left out: what would stand there is not known.
    pub gaps: Vec<Problem>,
    /// Inputs that could not be read, or are of no known format: what they say is not known.
    pub not_read: Vec<NotRead>,
    /// What decides, is not told by the configuration, and was assumed.
    pub assumed: Vec<Problem>,
}

impl Basis {
    /// Whether the reading has no gap.
    pub fn is_whole(&self) -> bool {
        self.gaps.is_empty() && self.not_read.is_empty()
    }
}

/// An input that was not read as a configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotRead {
    /// Its path.
    pub path: String,
    /// A code such as `input/unknown-format`.
    pub code: String,
    /// `note`, `warning`, `error`.
    pub severity: String,
    /// Values for the placeholders of the text.
    pub args: BTreeMap<String, String>,
}
