//! Facts about platforms: predefined services, applications, regions. They live in `data/dialects/<platform>/*.toml`; the shell hands
//! them in as text, bundled ones first and the user's after them.

use std::collections::{BTreeMap, BTreeSet};

use toml_span::value::ValueInner;
use toml_span::{Span, Value};

/// Facts about all platforms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DialectFacts {
    platforms: BTreeMap<String, PlatformFacts>,
}

/// Facts about one platform.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlatformFacts {
    /// Predefined services and service groups, by name.
    pub services: BTreeMap<String, ServiceFact>,
    /// Predefined addresses: name → value as written (`0.0.0.0/0`, `10.0.0.1-10.0.0.9`, `fqdn:…`).
    pub addresses: BTreeMap<String, String>,
    /// Default ports of applications, by name, as terms (`tcp/443`, `udp/dynamic`).
    pub applications: BTreeMap<String, Vec<String>>,
    /// Names that are regions.
    pub regions: BTreeSet<String>,
    /// Names with a number: protocols, ICMP types (`type` or `type/code`).
    pub numbers: BTreeMap<String, String>,
    /// Objects that have the same id on every installation: id → type and name.
    pub objects: BTreeMap<String, (String, String)>,
}

/// A predefined service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceFact {
    /// Its terms: `tcp/80`, `udp/53:1024-65535`, `icmp/8`, `ip/47`, `ip`.
    pub terms: Vec<String>,
    /// Names of members, for a group.
    pub members: Vec<String>,
    /// Whether a rule that says "any" means it; `None` where the platform does not ask.
    pub match_for_any: Option<bool>,
    /// Whether it matches less than its terms say: a further condition in the vendor's language, or a protocol's signature.
    pub narrowed: bool,
}

/// Something wrong in a facts file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactProblem {
    /// The file's path below `data/`.
    pub path: String,
    /// Where in it, in bytes.
    pub span: (usize, usize),
    /// What, for people who write such files.
    pub text: String,
}

static NONE: PlatformFacts = PlatformFacts {
    services: BTreeMap::new(),
    addresses: BTreeMap::new(),
    applications: BTreeMap::new(),
    regions: BTreeSet::new(),
    numbers: BTreeMap::new(),
    objects: BTreeMap::new(),
};

impl DialectFacts {
    /// The facts about a platform; empty when there are none.
    pub fn of(&self, platform: &str) -> &PlatformFacts {
        self.platforms.get(platform).unwrap_or(&NONE)
    }

    /// Reads files whose path is `dialects/<platform>/<any>.toml`; others are not for here. A later entry replaces an earlier one of
    /// the same name. An entry that is wrong is left out and told.
    pub fn load<'a>(files: impl Iterator<Item = (&'a str, &'a str)>) -> (Self, Vec<FactProblem>) {
        let mut facts = Self::default();
        let mut problems = Vec::new();
        for (path, text) in files {
            let mut parts = path.split('/');
            let (Some("dialects"), Some(platform), Some(_)) =
                (parts.next(), parts.next(), parts.next())
            else {
                continue;
            };
            let platform = facts.platforms.entry(platform.to_owned()).or_default();
            let mut file = File { path, problems: &mut problems };
            match toml_span::parse(text) {
                Ok(document) => file.read(&document, platform),
                Err(error) => file.problem(error.span, &error.to_string()),
            }
        }
        (facts, problems)
    }
}

struct File<'a> {
    path: &'a str,
    problems: &'a mut Vec<FactProblem>,
}

impl File<'_> {
    fn problem(&mut self, span: Span, text: &str) {
        let span = (span.start, span.end);
        self.problems.push(FactProblem { path: self.path.to_owned(), span, text: text.to_owned() });
    }

    fn read(&mut self, document: &Value<'_>, into: &mut PlatformFacts) {
        let Some(table) = document.as_table() else { return };
        if !table.contains_key("source") {
            self.problem(document.span, "`source` is missing: every fact has one");
        }
        for (key, value) in table {
            match (&*key.name, value.as_ref()) {
                ("source" | "as_of" | "confidence" | "licence" | "note", _) => {}
                ("codes", ValueInner::Array(codes)) => {
                    into.regions.extend(codes.iter().filter_map(Value::as_str).map(str::to_owned));
                }
                ("service" | "group", ValueInner::Array(entries)) => {
                    entries.iter().for_each(|entry| self.service(entry, into));
                }
                ("address", ValueInner::Array(entries)) => {
                    for entry in entries {
                        if let (Some(name), Some(value)) = self.pair(entry, "value") {
                            into.addresses.insert(name, value);
                        }
                    }
                }
                ("object", ValueInner::Array(entries)) => {
                    for entry in entries {
                        if let (Some(name), Some(kind)) = self.pair(entry, "type")
                            && let Some(id) = entry.pointer("/uid").and_then(Value::as_str)
                        {
                            into.objects.insert(id.to_owned(), (kind, name));
                        }
                    }
                }
                ("application", ValueInner::Array(entries)) => {
                    for entry in entries {
                        if let (Some(name), _) = self.pair(entry, "name") {
                            into.applications.insert(name, strings(entry, "default_ports"));
                        }
                    }
                }
                ("number", ValueInner::Array(entries)) => {
                    for entry in entries {
                        if let (Some(name), Some(value)) = self.pair(entry, "value") {
                            into.numbers.insert(name, value);
                        }
                    }
                }
                _ => self.problem(key.span, &format!("`{}` is not known here", key.name)),
            }
        }
    }

    fn service(&mut self, entry: &Value<'_>, into: &mut PlatformFacts) {
        let (Some(name), _) = self.pair(entry, "name") else { return };
        let fact = ServiceFact {
            terms: strings(entry, "terms"),
            members: strings(entry, "members"),
            match_for_any: entry.pointer("/match_for_any").and_then(Value::as_bool),
            narrowed: entry.pointer("/narrowed_by").is_some()
                || entry.pointer("/signature").and_then(Value::as_bool) == Some(true),
        };
        for key in ["/id", "/uid"] {
            if let Some(id) = entry.pointer(key).and_then(Value::as_str) {
                into.services.insert(id.to_owned(), fact.clone());
            }
        }
        into.services.insert(name, fact);
    }

    fn pair(&mut self, entry: &Value<'_>, second: &str) -> (Option<String>, Option<String>) {
        let get = |key: &str| {
            entry
                .as_table()
                .and_then(|table| table.get(key))
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        let (name, value) = (get("name"), get(second));
        if name.is_none() || value.is_none() {
            self.problem(entry.span, &format!("`name` or `{second}` is missing"));
        }
        (name, value)
    }
}

fn strings(entry: &Value<'_>, key: &str) -> Vec<String> {
    let values = entry.as_table().and_then(|table| table.get(key)).and_then(Value::as_array);
    let values = values.into_iter().flatten();
    values.filter_map(Value::as_str).map(str::to_owned).collect()
}
