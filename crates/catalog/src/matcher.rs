//! The matcher: which fingerprints match a value of a field.
//!
//! Each distinct value is judged once, so building is allowed to cost more than matching: exact patterns go into a hash map,
//! literal patterns of all other kinds into one Aho-Corasick automaton per field, regular expressions and globs into one set per
//! field. SNMP fields compare object identifiers arc by arc.

use std::collections::{BTreeMap, HashMap};

use aho_corasick::{AhoCorasick, MatchKind};
use jiff::civil::Date;
use model::field::Field;
use regex::{Regex, RegexSet, RegexSetBuilder};

use crate::product::{Fingerprint, Match};

/// Compiled fingerprints of one catalog at one date.
pub struct Matcher {
    fields: BTreeMap<Field, FieldMatcher>,
    excepts: HashMap<usize, Vec<Pattern>>,
}

#[derive(Default)]
struct FieldMatcher {
    exact: HashMap<String, Vec<usize>>,
    literals: Option<(AhoCorasick, Vec<(usize, Match)>)>,
    patterns: Option<(RegexSet, Vec<usize>)>,
    /// Patterns on their own, where together they are too large for one set.
    singles: Vec<(Regex, usize)>,
    oids: Vec<(String, usize)>,
}

struct Pattern {
    field: Field,
    kind: Match,
    value: String,
    regex: Option<Regex>,
}

impl Matcher {
    /// Compiles the fingerprints that are valid on `day`. Patterns that do not compile are left out: loading has reported them.
    pub fn new<'a>(fingerprints: impl Iterator<Item = &'a Fingerprint>, day: Date) -> Self {
        let mut builders: BTreeMap<Field, Builder> = BTreeMap::new();
        let mut excepts = HashMap::new();
        for (index, fingerprint) in fingerprints.enumerate() {
            if !fingerprint.valid.contains(day) {
                continue;
            }
            builders.entry(fingerprint.field).or_default().add(index, fingerprint);
            if !fingerprint.except.is_empty() {
                let patterns =
                    fingerprint.except.iter().map(|value| Pattern::new(fingerprint, value));
                excepts.insert(index, patterns.collect());
            }
        }
        let fields =
            builders.into_iter().map(|(field, builder)| (field, builder.build())).collect();
        Self { fields, excepts }
    }

    /// The indices, in the order given to [`Self::new`], of the fingerprints that match this value; ascending, without repeats.
    pub fn judge(&self, field: Field, value: &str) -> Vec<usize> {
        let own = self.fields.get(&field);
        if own.is_none() && field != Field::SnmpSysobjid {
            return Vec::new();
        }
        let value = normalise(field, value);
        let mut found = own.map(|matcher| matcher.judge(field, &value)).unwrap_or_default();
        if field == Field::SnmpSysobjid {
            // The object that a device names itself with lies in the private subtree of whoever assigned it.
            for other in [Field::SnmpPen, Field::SnmpSubtree] {
                let matcher = self.fields.get(&other);
                found.extend(
                    matcher.map(|m| m.judge(Field::SnmpSysobjid, &value)).unwrap_or_default(),
                );
            }
        }
        found.sort_unstable();
        found.dedup();
        found.retain(|index| {
            let excepts = self.excepts.get(index);
            !excepts.is_some_and(|patterns| patterns.iter().any(|pattern| pattern.matches(&value)))
        });
        found
    }
}

impl FieldMatcher {
    fn judge(&self, field: Field, value: &str) -> Vec<usize> {
        let mut found = self.exact.get(value).cloned().unwrap_or_default();
        if let Some((automaton, owners)) = &self.literals {
            for hit in automaton.find_overlapping_iter(value) {
                let Some(&(index, kind)) = owners.get(hit.pattern().as_usize()) else { continue };
                let fits = match kind {
                    Match::Prefix => hit.start() == 0 && ends_part(field, value, hit.end()),
                    Match::Starts => hit.start() == 0 && stands_alone(value, 0, hit.end()),
                    Match::Suffix => hit.end() == value.len(),
                    Match::Words => stands_alone(value, hit.start(), hit.end()),
                    _ => true,
                };
                if fits {
                    found.push(index);
                }
            }
        }
        if let Some((set, owners)) = &self.patterns {
            found.extend(set.matches(value).iter().filter_map(|hit| owners.get(hit)));
        }
        let singles = self.singles.iter().filter(|(regex, _)| regex.is_match(value));
        found.extend(singles.map(|(_, index)| *index));
        if !self.oids.is_empty() {
            let oid = full_oid(field, value);
            let below = self.oids.iter().filter(|(prefix, _)| is_at_or_below(&oid, prefix));
            found.extend(below.map(|(_, index)| *index));
        }
        found
    }
}

#[derive(Default)]
struct Builder {
    exact: HashMap<String, Vec<usize>>,
    literals: Vec<(String, usize, Match)>,
    patterns: Vec<(String, usize)>,
    oids: Vec<(String, usize)>,
}

impl Builder {
    fn add(&mut self, index: usize, fingerprint: &Fingerprint) {
        let value = normalise(fingerprint.field, &fingerprint.value);
        if is_oid_field(fingerprint.field) && fingerprint.kind != Match::Regex {
            let oid = full_oid(fingerprint.field, value.trim_end_matches(".*"));
            return self.oids.push((oid, index));
        }
        match fingerprint.kind {
            Match::Exact => self.exact.entry(value).or_default().push(index),
            Match::Regex => self.patterns.push((fingerprint.value.clone(), index)),
            Match::Glob => self.patterns.push((glob_regex(&value), index)),
            kind => self.literals.push((value, index, kind)),
        }
    }

    fn build(self) -> FieldMatcher {
        let literals = (!self.literals.is_empty()).then(|| {
            let patterns: Vec<&str> =
                self.literals.iter().map(|(value, ..)| value.as_str()).collect();
            let owners = self.literals.iter().map(|(_, index, kind)| (*index, *kind)).collect();
            AhoCorasick::builder()
                .match_kind(MatchKind::Standard)
                .build(patterns)
                .map(|automaton| (automaton, owners))
                .ok()
        });
        let all: Vec<(&str, usize)> =
            self.patterns.iter().map(|(pattern, index)| (pattern.as_str(), *index)).collect();
        let (patterns, singles) = match set(&all) {
            _ if all.is_empty() => (None, Vec::new()),
            Some(set) => (Some(set), Vec::new()),
            // Compiling each on its own takes as long as the set, so it is done only to find the one that is wrong.
            None => {
                let good: Vec<(&str, usize)> =
                    all.into_iter().filter(|(pattern, _)| Regex::new(pattern).is_ok()).collect();
                match set(&good) {
                    _ if good.is_empty() => (None, Vec::new()),
                    Some(set) => (Some(set), Vec::new()),
                    None => {
                        let singles =
                            good.iter().filter_map(|(p, index)| Some((single(p)?, *index)));
                        (None, singles.collect())
                    }
                }
            }
        };
        FieldMatcher {
            exact: self.exact,
            literals: literals.flatten(),
            patterns,
            singles,
            oids: self.oids,
        }
    }
}

/// The patterns as one set with their owners; `None` if one is wrong or all together are too large.
fn set(patterns: &[(&str, usize)]) -> Option<(RegexSet, Vec<usize>)> {
    let set = RegexSetBuilder::new(patterns.iter().map(|(pattern, _)| pattern))
        .case_insensitive(true)
        .size_limit(SET_BYTES)
        .build()
        .ok()?;
    Some((set, patterns.iter().map(|(_, index)| *index).collect()))
}

impl Pattern {
    fn new(fingerprint: &Fingerprint, value: &str) -> Self {
        let (field, kind) = (fingerprint.field, fingerprint.kind);
        let regex = match kind {
            Match::Regex => Regex::new(&format!("(?i){value}")).ok(),
            Match::Glob => Regex::new(&format!("(?i){}", glob_regex(value))).ok(),
            _ => None,
        };
        Self { field, kind, value: normalise(field, value), regex }
    }

    fn matches(&self, value: &str) -> bool {
        if is_oid_field(self.field) {
            let oid = full_oid(self.field, value);
            return is_at_or_below(&oid, &full_oid(self.field, &self.value));
        }
        match self.kind {
            Match::Prefix | Match::Starts => value.starts_with(&self.value),
            Match::Suffix => value.ends_with(&self.value),
            Match::Contains | Match::Words => value.contains(&self.value),
            Match::Regex | Match::Glob => {
                self.regex.as_ref().is_some_and(|regex| regex.is_match(value))
            }
            Match::Exact | Match::Cidr => value == self.value,
        }
    }
}

/// Whether a glob with `*` and `?` matches the whole value, ignoring ASCII case.
pub fn glob_matches(glob: &str, value: &str) -> bool {
    Regex::new(&format!("(?i){}", glob_regex(glob))).is_ok_and(|regex| regex.is_match(value))
}

fn glob_regex(glob: &str) -> String {
    let mut regex = String::from(r"^(?s)");
    for character in glob.chars() {
        match character {
            '*' => regex.push_str(".*"),
            '?' => regex.push('.'),
            other => regex.push_str(&regex::escape(other.encode_utf8(&mut [0; 4]))),
        }
    }
    regex.push('$');
    regex
}

/// ASCII lower case, single spaces, back slashes in Windows paths: spellings that mean the same.
fn normalise(field: Field, value: &str) -> String {
    let mut text = value.trim().to_ascii_lowercase();
    if matches!(field, Field::WinPath | Field::WinReg) {
        text = text.replace('/', "\\");
    }
    if text.contains("  ") {
        text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    text
}

fn is_oid_field(field: Field) -> bool {
    matches!(field, Field::SnmpPen | Field::SnmpSubtree | Field::SnmpSysobjid)
}

/// Whether a prefix of a path ends where one of its parts ends: `/opt/acme` is no prefix of `/opt/acmeterm`.
fn ends_part(field: Field, value: &str, end: usize) -> bool {
    if !matches!(field, Field::LinPath | Field::MacPath | Field::WinPath | Field::WinReg) {
        return true;
    }
    let last = value.get(..end).and_then(|text| text.chars().next_back());
    let next = value.get(end..).and_then(|text| text.chars().next());
    !last.is_some_and(char::is_alphanumeric) || !next.is_some_and(char::is_alphanumeric)
}

/// Whether a hit is words of its own: `FortiGate-60F` holds the word `fortigate`, `unfortigated` does not.
fn stands_alone(value: &str, start: usize, end: usize) -> bool {
    let before = value.get(..start).and_then(|text| text.chars().next_back());
    let after = value.get(end..).and_then(|text| text.chars().next());
    !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(|c| c.is_ascii_alphabetic())
}

/// The full object identifier of an SNMP value or pattern: enterprise numbers may stand without their common prefix.
fn full_oid(field: Field, value: &str) -> String {
    let value = value.trim_start_matches('.');
    if field == Field::SnmpPen && !value.starts_with(ENTERPRISES) {
        format!("{ENTERPRISES}{value}")
    } else {
        value.to_owned()
    }
}

/// Whether an object identifier is a prefix or lies below it, by arcs and not by characters.
fn is_at_or_below(oid: &str, prefix: &str) -> bool {
    oid.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// A pattern of its own, under the limits that loading checked it with.
fn single(pattern: &str) -> Option<Regex> {
    Regex::new(&format!("(?i){pattern}")).ok()
}

/// How large the compiled patterns of one field may be together, in bytes.
const SET_BYTES: usize = 256 << 20;

/// `iso.org.dod.internet.private.enterprises.` (RFC 2578).
const ENTERPRISES: &str = "1.3.6.1.4.1.";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::product::{Meaning, Strength};
    use crate::shape::{FactConfidence, Provenance};

    fn fingerprint(field: Field, kind: Match, value: &str, except: &[&str]) -> Fingerprint {
        Fingerprint {
            field,
            kind,
            value: value.into(),
            except: except.iter().map(|e| (*e).to_owned()).collect(),
            meaning: Meaning::Installed,
            strength: Strength::Unique,
            with: String::new(),
            platform: String::new(),
            valid: model::date::Period::default(),
            provenance: Provenance { sources: vec![], confidence: FactConfidence::Observed },
            note: String::new(),
            span: toml_span::Span::new(0, 0),
        }
    }

    fn judge(fingerprints: &[Fingerprint], field: Field, value: &str) -> Vec<usize> {
        Matcher::new(fingerprints.iter(), "2026-11-22".parse().unwrap()).judge(field, value)
    }

    #[test]
    fn every_kind_ignores_case() {
        let all = [
            fingerprint(Field::WinPath, Match::Contains, r"\Acme\", &[]),
            fingerprint(Field::WinPath, Match::Prefix, r"c:\program files\acme", &[]),
            fingerprint(Field::WinPath, Match::Suffix, "agent.exe", &[]),
            fingerprint(Field::WinPath, Match::Regex, r"agent\.exe$", &[]),
            fingerprint(Field::WinPath, Match::Glob, r"C:\*\agent.???", &[]),
            fingerprint(Field::WinPath, Match::Exact, r"c:\program files\acme\agent.exe", &[]),
            fingerprint(Field::WinService, Match::Exact, "agent", &[]),
        ];
        assert_eq!(
            judge(&all, Field::WinPath, r"C:/Program Files/ACME/Agent.exe"),
            [0, 1, 2, 3, 4, 5]
        );
        assert!(judge(&all, Field::WinPath, r"D:\acmeagent.exe.bak").is_empty());
    }

    #[test]
    fn object_identifiers_compare_by_arcs_and_exceptions_hold() {
        let all = [
            fingerprint(Field::SnmpPen, Match::Exact, "2011", &["1.3.6.1.4.1.2011.10"]),
            fingerprint(Field::SnmpSysobjid, Match::Glob, "1.3.6.1.4.1.12356.101.1.*", &[]),
        ];
        assert_eq!(judge(&all, Field::SnmpPen, "2011.2.23"), [0]);
        assert!(judge(&all, Field::SnmpPen, "20115.2.23").is_empty());
        assert!(judge(&all, Field::SnmpPen, "2011.10.2").is_empty());
        assert_eq!(judge(&all, Field::SnmpPen, "2011.100.2"), [0]);
        assert_eq!(judge(&all, Field::SnmpSysobjid, "1.3.6.1.4.1.12356.101.1.644"), [1]);
        assert!(judge(&all, Field::SnmpSysobjid, "1.3.6.1.4.1.12356.101.15.1").is_empty());
    }

    /// The automaton must find what a plain loop finds.
    #[test]
    fn agrees_with_a_naive_scan() {
        let words = ["ab", "bc", "abc", "c", "cab", "b"];
        let kinds = [Match::Exact, Match::Prefix, Match::Suffix, Match::Contains];
        let all: Vec<_> = words
            .iter()
            .flat_map(|word| kinds.map(|kind| fingerprint(Field::LinPkg, kind, word, &[])))
            .collect();
        for value in ["", "a", "ab", "abc", "cabc", "bcab", "xabcx"] {
            let naive: Vec<usize> = (0..all.len())
                .filter(|&index| {
                    let word = all[index].value.as_str();
                    match all[index].kind {
                        Match::Exact => value == word,
                        Match::Prefix => value.starts_with(word),
                        Match::Suffix => value.ends_with(word),
                        _ => value.contains(word),
                    }
                })
                .collect();
            assert_eq!(judge(&all, Field::LinPkg, value), naive, "{value}");
        }
    }
}
