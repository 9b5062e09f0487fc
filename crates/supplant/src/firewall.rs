//! Firewall configurations in the shell: found among files, read by their dialects, turned into records.

pub(crate) mod account;
pub(crate) mod areas;
pub(crate) mod asked;
mod basis;
pub(crate) mod checked;
pub(crate) mod compared;
pub(crate) mod estate;
pub(crate) mod idle;
pub(crate) mod matrix;
mod near;
pub(crate) mod packets;
pub(crate) mod pairing;
pub(crate) mod question;
mod referred;
pub(crate) mod replay;
pub(crate) mod spots;
pub(crate) mod tables;
#[cfg(test)]
mod tests;
pub(crate) mod walk;
pub(crate) mod watching;
pub(crate) mod zoning;

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use anyhow::Result;
use audit::aside::{Aside, Taken};
use audit::sink::Collector;
use dialect::{Bytes, DIALECTS, DialectFacts, Group, Limits, Problem, Reading, Severity, detect};
use model::record::check::NotRead;
use model::record::firewall::FirewallHead;
use report::words::Words;
use sha2::{Digest, Sha256};

use crate::trouble::Trouble;
use crate::world;

/// What was found and read.
#[derive(Default)]
pub(crate) struct Configs {
    /// Files that belong together, read, each with its paths by file number.
    pub(crate) readings: Vec<Reading>,
    /// Inputs that are no configuration, or could not be read.
    pub(crate) not_read: Vec<NotRead>,
    /// SHA-256 of each file that was read as a configuration, as it is when unpacked; in hex, sorted.
    pub(crate) digests: Vec<String>,
}

impl Configs {
    /// Reads groups of files.
    fn take(&mut self, groups: Vec<Group>, facts: &DialectFacts) {
        let files = groups.iter().flat_map(|group| &group.files);
        self.digests.extend(files.map(|file| sha256(&file.bytes)));
        self.readings.extend(read_groups(groups, facts));
    }

    /// One digest for all files: that of the file, or of the list of digests where there are several, a line each.
    pub(crate) fn digest(&self) -> String {
        match self.digests.as_slice() {
            [one] => one.clone(),
            several => {
                let lines: Vec<String> =
                    several.iter().map(|digest| format!("{digest}\n")).collect();
                sha256(lines.concat().as_bytes())
            }
        }
    }

    /// Whether something stopped before its end.
    pub(crate) fn unfinished(&self) -> bool {
        let failed = |input: &NotRead| input.severity == Severity::Error.as_str();
        let broken = |problem: &Problem| problem.code == dialect::codes::READER_BUG;
        self.not_read.iter().any(failed)
            || self.readings.iter().any(|reading| reading.problems.iter().any(broken))
    }
}

/// Who takes configurations, and points out logs, among what the readers of inventories see.
pub(crate) fn aside(only: bool) -> Aside {
    Aside {
        probe: |head, path| dialect::surest(head, path).map(|(sure, _)| sure),
        log: crate::flows::probe,
        only,
    }
}

/// Finds and reads the configurations among these files and folders. Files found below one of the paths may belong together, if
/// their dialect says so; with `together`, all files of one dialect do.
///
/// # Errors
/// When a path cannot be looked at, or nothing among the files is a configuration.
pub(crate) fn read(
    paths: &[PathBuf],
    together: bool,
    facts: &DialectFacts,
    words: &Words,
) -> Result<Configs, Trouble> {
    let how = world::Reading {
        skip: &[],
        jobs: std::thread::available_parallelism().map_or(1, usize::from),
        progress: std::io::stderr().is_terminal(),
        aside: aside(true),
        as_given: true,
    };
    let mut configs = Configs::default();
    let mut files: Vec<Bytes> = Vec::new();
    for path in paths {
        let collected = world::collect(std::slice::from_ref(path), &how, words)?;
        let mut found = Vec::new();
        for mut collector in collected.collectors {
            let taken = std::mem::take(&mut collector.taken);
            found.extend(taken.into_iter().map(|Taken { path, bytes, .. }| Bytes { path, bytes }));
            not_read(&collector, &mut configs.not_read);
        }
        // Workers race; what they found is put in order.
        found.sort_by(|a, b| a.path.cmp(&b.path));
        if together {
            files.append(&mut found);
        } else {
            configs.take(detect(found, false).groups, facts);
        }
    }
    configs.take(detect(files, together).groups, facts);
    configs.digests.sort_unstable();
    configs.not_read.sort_by(|a, b| (&a.path, &a.code).cmp(&(&b.path, &b.code)));
    let empty = |reading: &Reading| reading.trees.is_empty();
    if configs.readings.iter().all(empty) {
        let failed = configs.not_read.iter().find(|input| input.severity == "error");
        if let Some(NotRead { path, code, args, .. }) = failed {
            let trouble = Trouble::wrong(words, "error-read", &[("path", path.into())]);
            return Err(trouble.because(words.code(code, args)));
        }
        let shown: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        let shown = shown.join(" ");
        return Err(Trouble::wrong(words, "error-no-config", &[("path", (&shown).into())]));
    }
    Ok(configs)
}

/// A digest in hex.
fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads groups, on all cores.
pub(crate) fn read_groups(groups: Vec<Group>, facts: &DialectFacts) -> Vec<Reading> {
    let mut readings = Vec::new();
    for group in groups {
        readings.push(read_group(group, facts));
    }
    readings
}

/// A defect of ours costs these files, not the others.
fn read_group(group: Group, facts: &DialectFacts) -> Reading {
    let id = group.dialect;
    let paths: Vec<String> = group.files.iter().map(|file| file.path.clone()).collect();
    let read = AssertUnwindSafe(|| dialect::read(group, facts, &Limits::default()));
    catch_unwind(read).unwrap_or_else(|_| Reading {
        dialect: id,
        problems: vec![Problem {
            code: dialect::codes::READER_BUG,
            severity: Severity::Error,
            span: None,
            args: vec![("context", paths.join(" ")), ("defect", "panic".to_owned())],
        }],
        ..Reading::default()
    })
}

/// What the walk could not use.
fn not_read(collector: &Collector, into: &mut Vec<NotRead>) {
    for diagnostic in &collector.diagnostics {
        let source = diagnostic.place.as_ref().map_or(usize::MAX, |place| place.source.0 as usize);
        let path = collector.sources.get(source).map(|(source, _)| source.path.clone());
        let args = diagnostic.args.iter().filter(|(_, value)| !value.is_empty());
        into.push(NotRead {
            path: path.unwrap_or_default(),
            code: diagnostic.code.0.to_owned(),
            severity: diagnostic.severity.as_str().to_owned(),
            args: args.map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        });
    }
}

/// The platform's name as its vendor writes it.
pub(crate) fn platform_name(id: &str) -> String {
    let known = DIALECTS.iter().find(|dialect| dialect.id() == id);
    known.map_or(id, |dialect| dialect.name()).to_owned()
}

/// The devices of a reading in short.
pub(crate) fn heads(reading: &Reading) -> Vec<FirewallHead> {
    let tally = reading.tally();
    let files: Vec<String> = reading.trees.iter().map(|tree| tree.path().to_owned()).collect();
    let head = |device: &policy::Device| {
        let rules = || {
            let rulebases = device.contexts.iter().flat_map(|context| &context.rulebases);
            rulebases.flat_map(|rulebase| &rulebase.rules)
        };
        let passes = device.contexts.iter().flat_map(|context| &context.nat.passes);
        let written = |rule: &&policy::Rule| checked::written(rule);
        let disabled = rules().filter(|rule| !rule.enabled).count() as u64;
        let enabled = rules().filter(written).filter(|rule| rule.enabled).count() as u64;
        FirewallHead {
            name: device.name.to_string(),
            platform: device.platform.to_owned(),
            platform_name: platform_name(device.platform),
            model: device.model.to_string(),
            version: device.version.to_string(),
            files: files.clone(),
            context_names: device.contexts.iter().map(|c| c.context.to_string()).collect(),
            rules_enabled: enabled,
            rules_disabled: disabled,
            nat_rules: passes.map(|pass| pass.rules.len() as u64).sum(),
            statements: tally.statements(),
            read: account::read_exactly(&tally),
        }
    };
    reading.devices.iter().map(head).collect()
}

/// Values of a problem, by name.
pub(crate) fn args(problem: &Problem) -> BTreeMap<String, String> {
    problem.args.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}
