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
    /// Predefined addresses: name → value as written (`0.0.0.0/0`, `10.0.0.1-10.0.0.9`, `fqdn:…`, or `dynamic` for one that the
    /// device fills). A name of another table than the plain one is `<table>:<name>`, for example `address6:all`.
    pub addresses: BTreeMap<String, String>,
    /// Default ports of applications, by name, as terms (`tcp/443`, `udp/dynamic`).
    pub applications: BTreeMap<String, Vec<String>>,
    /// Applications whose default ports are known from memory only: good for a hint, never for a proof.
    pub recalled_applications: BTreeSet<String>,
    /// Names that are regions.
    pub regions: BTreeSet<String>,
    /// Names with a number, as `<kind>:<name in lower case>`: `protocol:tcp` → `6`, `icmp:echo-request` → `8`,
    /// `icmp6:…` → `type` or `type/code`. Those of `common` hold for every platform.
    pub numbers: BTreeMap<String, String>,
    /// Objects that have the same identifier on every installation: identifier → type and name.
    pub objects: BTreeMap<String, (String, String)>,
    /// Services of the device itself that an interface may let in, by the platform's word for them.
    pub access: BTreeMap<String, AccessFact>,
}

/// A service of the device itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessFact {
    /// The key of the setting that changes its port; empty when none does.
    pub setting: String,
    /// IP protocol number.
    pub protocol: u8,
    /// The port unless it is changed.
    pub port: u16,
    /// Whether it is known from memory only: then it decides nothing.
    pub recalled: bool,
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
    /// Whether it matches less than its terms say, or (without terms) what ports cannot say.
    pub narrowed: bool,
    /// What sort of service, where the platform has several (`proxy`, `rpc`, `dce-rpc`); else empty.
    pub kind: String,
    /// Whether it is known from memory only.
    pub recalled: bool,
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
    recalled_applications: BTreeSet::new(),
    regions: BTreeSet::new(),
    numbers: BTreeMap::new(),
    objects: BTreeMap::new(),
    access: BTreeMap::new(),
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
        let recalled = text(document, "confidence").as_deref() == Some("recalled");
        for (key, value) in table {
            match (&*key.name, value.as_ref()) {
                ("source" | "as_of" | "confidence" | "licence" | "note", _) => {}
                ("codes" | "other", ValueInner::Array(codes)) => {
                    into.regions.extend(codes.iter().filter_map(Value::as_str).map(str::to_owned));
                }
                ("private" | "other_confidence" | "private_confidence", _) => {}
                (table, ValueInner::Array(entries)) => {
                    for entry in entries {
                        if !Self::entry(table, entry, recalled, into) {
                            self.problem(entry.span, &format!("a `{table}` without its fields"));
                        }
                    }
                }
                _ => self.problem(key.span, &format!("`{}` is not known here", key.name)),
            }
        }
    }

    /// One entry of a table; false when it lacks what it needs or the table is not known.
    fn entry(table: &str, entry: &Value<'_>, recalled: bool, into: &mut PlatformFacts) -> bool {
        let recalled = match text(entry, "confidence").as_deref() {
            Some(confidence) => confidence == "recalled",
            None => recalled,
        };
        if matches!(table, "icmp" | "icmp6" | "protocol") {
            return number(table, entry, into);
        }
        let Some(name) = text(entry, "name") else { return false };
        match table {
            "service" | "group" => service(name, entry, recalled, into),
            // Groups of addresses: a backup that leaves them out has no rule that names them.
            "address_group" => true,
            "address" | "address6" | "multicast_address" | "multicast_address6"
            | "wildcard_fqdn" => address(table, &name, entry, into),
            "access" => access(name, entry, recalled, into).is_some(),
            "application" => {
                if recalled {
                    into.recalled_applications.insert(name.clone());
                } else {
                    into.recalled_applications.remove(&name);
                }
                into.applications.insert(name, strings(entry, "default_ports"));
                true
            }
            "object" => match text(entry, "uid").zip(text(entry, "type")) {
                Some((uid, kind)) => {
                    into.objects.insert(uid, (kind, name));
                    true
                }
                None => false,
            },
            _ => false,
        }
    }
}

fn text(entry: &Value<'_>, key: &str) -> Option<String> {
    entry.as_table()?.get(key)?.as_str().map(str::to_owned)
}

fn number(table: &str, entry: &Value<'_>, into: &mut PlatformFacts) -> bool {
    let number = entry.as_table().and_then(|table| table.get("number")?.as_integer());
    let value = text(entry, "value").or_else(|| number.map(|number| number.to_string()));
    let names = strings(entry, "names");
    let Some(value) = value else { return false };
    for name in &names {
        into.numbers.insert(format!("{table}:{}", name.to_lowercase()), value.clone());
    }
    !names.is_empty()
}

fn access(name: String, entry: &Value<'_>, recalled: bool, into: &mut PlatformFacts) -> Option<()> {
    let number = |key: &str| entry.as_table()?.get(key)?.as_integer();
    let setting = text(entry, "setting").unwrap_or_default();
    let protocol = u8::try_from(number("protocol")?).ok()?;
    let port = u16::try_from(number("port")?).ok()?;
    into.access.insert(name, AccessFact { setting, protocol, port, recalled });
    Some(())
}

fn address(table: &str, name: &str, entry: &Value<'_>, into: &mut PlatformFacts) -> bool {
    let fqdn = text(entry, "fqdn").map(|fqdn| format!("fqdn:{fqdn}"));
    let value = text(entry, "value").or(fqdn).or_else(|| text(entry, "kind"));
    let key = if table == "address" { name.to_owned() } else { format!("{table}:{name}") };
    value.map(|value| into.addresses.insert(key, value)).is_some()
}

fn service(name: String, entry: &Value<'_>, recalled: bool, into: &mut PlatformFacts) -> bool {
    let kind = text(entry, "kind").unwrap_or_default();
    let fact = ServiceFact {
        terms: strings(entry, "terms"),
        members: strings(entry, "members"),
        match_for_any: entry.pointer("/match_for_any").and_then(Value::as_bool),
        narrowed: text(entry, "narrowed_by").is_some()
            || kind.contains("rpc")
            || entry.pointer("/signature").and_then(Value::as_bool) == Some(true),
        kind,
        recalled,
    };
    for key in ["id", "uid"] {
        if let Some(id) = text(entry, key) {
            into.services.insert(id, fact.clone());
        }
    }
    into.services.insert(name, fact);
    true
}

fn strings(entry: &Value<'_>, key: &str) -> Vec<String> {
    let values = entry.as_table().and_then(|table| table.get(key)).and_then(Value::as_array);
    let values = values.into_iter().flatten();
    values.filter_map(Value::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_found_by_name_and_by_identifier() {
        let text = "source = \"x\"\n[[service]]\nname = \"a b\"\nid = \"a_b\"\nterms = [\"tcp/1\"]\n\
                    [[application]]\nname = \"c\"\ndefault_ports = [\"udp/2\"]\nconfidence = \"recalled\"\n\
                    [[protocol]]\nnames = [\"TCP\"]\nnumber = 6\n[[odd]]\nname = \"d\"\n";
        let (facts, problems) = DialectFacts::load([("dialects/x/y.toml", text)].into_iter());
        let platform = facts.of("x");
        assert_eq!(platform.services["a b"], platform.services["a_b"]);
        assert_eq!(platform.applications["c"], ["udp/2"]);
        assert!(platform.recalled_applications.contains("c"));
        assert_eq!(platform.numbers["protocol:tcp"], "6");
        assert_eq!(problems.len(), 1, "a table that is not known: {problems:?}");
        assert!(facts.of("none").services.is_empty());
    }
}
