//! Go-templated manifests, line by line.
//!
//! Rendering would need values that nobody has here, and a renderer would lose the lines. What stands literally in the text is
//! read where it stands; what an action computes is left to `values.yaml`.

use std::collections::BTreeSet;

use model::asset::AssetKind;
use model::field::{Context, Field};

use super::Estate;
use super::object::{custom, group, has_foreign_domain, image, literal};
use crate::codes;

/// Reads one document that begins at this line.
pub(super) fn read(text: &str, at: u64, estate: &mut Estate<'_, '_>) {
    estate.settle(AssetKind::Software);
    estate.sink.note(codes::K8S_TEMPLATE, Some(at), &[]);
    let mut seen = Seen::default();
    for (number, line) in (at..).zip(text.lines()) {
        if let Some(entry) = Entry::of(line) {
            seen.take(&entry, number, estate);
        }
    }
    let mut facts = vec![
        (Field::K8sName, seen.name),
        (Field::K8sNamespace, seen.namespace),
        (Field::K8sCrd, seen.group),
    ];
    facts.extend(seen.keys.iter().map(|key| (Field::K8sAnnotation, *key)));
    facts.retain(|(_, value)| !value.is_empty());
    let mut row = estate.sink.row(at);
    if facts.is_empty() {
        return row.inert(codes::ROW_NOT_INVENTORY);
    }
    facts.push((Field::Name, seen.kind));
    row.observe(estate.asset, Context::Component, &facts);
}

/// A line `key: value`.
struct Entry<'t> {
    indent: usize,
    /// Whether it begins an element of a list, which may stand in the column of the list's key.
    dashed: bool,
    key: &'t str,
    value: &'t str,
}

impl<'t> Entry<'t> {
    fn of(line: &'t str) -> Option<Self> {
        let content = line.trim_start();
        let dashed = content.starts_with("- ");
        let plain = content.strip_prefix("- ").unwrap_or(content).trim_start();
        if content.starts_with(['#', '{']) {
            return None;
        }
        let (key, value) = plain.split_once(':')?;
        let key = key.trim().trim_matches(['"', '\'']);
        let ends = value.is_empty() || value.starts_with([' ', '\t']);
        let value = value.split(" #").next().unwrap_or(value).trim().trim_matches(['"', '\'']);
        ends.then_some(Self { indent: line.len() - content.len(), dashed, key, value })
    }
}

/// What one document has shown so far.
#[derive(Default)]
struct Seen<'t> {
    kind: &'t str,
    name: &'t str,
    namespace: &'t str,
    group: &'t str,
    keys: BTreeSet<&'t str>,
    /// The key at the left margin below which the line stands.
    top: &'t str,
    /// The column up to which lines belong to a part that may hold secrets.
    hidden: Option<usize>,
}

impl<'t> Seen<'t> {
    fn take(&mut self, entry: &Entry<'t>, at: u64, estate: &mut Estate<'_, '_>) {
        let Entry { indent, dashed, key, value } = *entry;
        if self.hidden.is_some_and(|column| indent > column || (dashed && indent == column)) {
            return;
        }
        let secret = matches!(key, "env" | "data" | "stringData" | "binaryData");
        self.hidden = secret.then_some(indent);
        if indent == 0 {
            self.top = key;
        }
        let value_or = |old: &'t str| if old.is_empty() { literal(value) } else { old };
        match (indent, self.top, key) {
            (0, _, "kind") => self.kind = literal(value),
            (0, _, "apiVersion") => self.group = custom(group(value)),
            // The object's own name stands one step in; names further in belong to other things.
            (1..=4, "metadata", "name") if WORKLOADS.contains(&self.kind) => {
                self.name = value_or(self.name);
            }
            (1..=4, "metadata", "namespace") => self.namespace = value_or(self.namespace),
            (1..=4, "spec", "group") if self.kind == "CustomResourceDefinition" => {
                self.group = custom(value);
            }
            (_, _, "image") => {
                if let Some((name, version)) = image(value) {
                    let facts = [(Field::OciImage, name.as_str()), (Field::Version, &version)];
                    estate.sink.row(at).observe(estate.asset, Context::Component, &facts);
                }
            }
            (_, _, key) if key.contains('/') && has_foreign_domain(key) => {
                self.keys.insert(key);
            }
            _ => {}
        }
    }
}

const WORKLOADS: &[&str] =
    &["Pod", "Deployment", "DaemonSet", "StatefulSet", "ReplicaSet", "Job", "CronJob"];
