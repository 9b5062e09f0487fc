//! API objects: what they are, and the images they name.

use std::collections::BTreeSet;

use model::asset::AssetKind;
use model::field::{Context, Field};

use super::Estate;
use super::node::{Node, Value};
use crate::codes;
use crate::readers::package;

/// Whether a document is an API object.
pub(super) fn is_object(node: &Node) -> bool {
    !node.text_of("apiVersion").is_empty() && !node.text_of("kind").is_empty()
}

/// Reads an object, or the objects of a list: one row each, and one for each container.
pub(super) fn read(node: &Node, estate: &mut Estate<'_, '_>, depth: usize) {
    estate.settle(AssetKind::Cluster);
    let list = node.get("items").map_or(&[][..], Node::list);
    if node.text_of("kind").ends_with("List") && depth < MAX_LISTS {
        // Objects that were read before are missing here, so an empty list is nothing to wonder at.
        for object in list {
            if is_object(object) {
                read(object, estate, depth + 1);
            } else {
                estate.sink.row(object.at).not_understood(codes::ROW_NO_KNOWN_FIELD);
            }
        }
        return;
    }
    let mut found = Found::new(estate.limits.depth);
    found.walk(node, 0);
    found.report(node, estate);
    describe(node, &found, estate);
    found.write(estate, Context::Running);
}

fn describe(node: &Node, found: &Found<'_>, estate: &mut Estate<'_, '_>) {
    let (kind, group) = (node.text_of("kind"), group(node.text_of("apiVersion")));
    let metadata = node.get("metadata");
    let metadata_text = |key| metadata.map_or("", |metadata: &Node| metadata.text_of(key));
    let name = literal(metadata_text("name"));
    let mut facts: Vec<(Field, &str)> = Vec::new();
    // Only what runs has a name that tells of a product; a config map may be called anything.
    if WORKLOADS.contains(&kind) {
        facts.push((Field::K8sName, name));
    }
    match kind {
        "Namespace" => facts.push((Field::K8sNamespace, name)),
        _ => facts.push((Field::K8sNamespace, literal(metadata_text("namespace")))),
    }
    let defined = match kind {
        "CustomResourceDefinition" | "APIService" => {
            node.get("spec").map_or("", |spec| spec.text_of("group"))
        }
        _ => group,
    };
    facts.push((Field::K8sCrd, custom(defined)));
    facts.extend(found.keys.iter().map(|key| (Field::K8sAnnotation, *key)));
    let label =
        |key| metadata.and_then(|m| m.get("labels")).map_or("", |labels| labels.text_of(key));
    let (chart, version) = chart_and_version(literal(label("helm.sh/chart")));
    let (deployed, repository) = deployed(node, kind);
    facts.extend([
        (Field::HelmChart, if chart.is_empty() { deployed } else { chart }),
        (Field::HelmRepo, repository),
        (Field::Version, version),
    ]);
    facts.retain(|(_, value)| !value.is_empty());
    let says =
        facts.iter().any(|(field, _)| !matches!(field, Field::Version | Field::K8sNamespace));
    let mut row = estate.sink.row(node.at);
    if !says && kind != "Namespace" {
        return row.inert(codes::ROW_NOT_INVENTORY);
    }
    let shown = format!("{kind}/{name}");
    facts.push((Field::Name, &shown));
    row.observe(estate.asset, Context::Running, &facts);
}

/// The chart and repository that an object of a deployment tool installs, whichever tool that is.
fn deployed<'n>(node: &'n Node, kind: &str) -> (&'n str, &'n str) {
    let Some(spec) = node.get("spec") else { return ("", "") };
    if kind == "HelmRepository" {
        return ("", literal(spec.text_of("url")));
    }
    let chart = spec.get("chart").and_then(|chart| chart.get("spec"));
    let source = chart.or_else(|| spec.get("source")).unwrap_or(spec);
    let chart = literal(source.text_of("chart"));
    if chart.is_empty() { ("", "") } else { (chart, literal(source.text_of("repoURL"))) }
}

/// What a walk through an object or a chart's values has found.
#[derive(Default)]
pub(super) struct Found<'n> {
    /// Keys of labels and annotations that have a domain.
    pub(super) keys: BTreeSet<&'n str>,
    images: Vec<Image<'n>>,
    left: usize,
    depth: usize,
    cut: bool,
}

struct Image<'n> {
    at: u64,
    container: &'n str,
    name: String,
    version: String,
}

impl<'n> Found<'n> {
    /// Nothing yet; nodes deeper than this are left out.
    pub(super) fn new(depth: usize) -> Self {
        Self { left: MAX_NODES, depth, ..Self::default() }
    }

    /// Looks through a node and what is below it. Shared nodes are walked as often as they are named, up to a limit.
    pub(super) fn walk(&mut self, node: &'n Node, depth: usize) {
        let Some(left) = self.left.checked_sub(1).filter(|_| depth <= self.depth) else {
            self.cut = true;
            return;
        };
        self.left = left;
        match &node.value {
            Value::Text(_) => {}
            Value::List(list) => list.iter().for_each(|node| self.walk(node, depth + 1)),
            Value::Map(entries) => {
                self.pair(node);
                for (key, child) in entries {
                    self.entry(node, key, child, depth);
                }
            }
        }
    }

    fn entry(&mut self, parent: &'n Node, key: &'n str, child: &'n Node, depth: usize) {
        // The values may be secrets, and a status repeats what the specification says.
        if HIDDEN.contains(&key) {
            return;
        }
        let lower = key.to_ascii_lowercase();
        if lower.ends_with("labels") || lower.ends_with("annotations") {
            let keys = child.entries().iter().map(|(key, _)| key.as_str());
            self.keys.extend(keys.filter(|key| has_foreign_domain(key)));
        }
        if lower.ends_with("image") || key == "newName" {
            self.image(child.at, parent.text_of("name"), child.text());
        }
        self.walk(child, depth + 1);
    }

    /// Finds an image whose name is spread over several keys, as charts have it.
    fn pair(&mut self, node: &'n Node) {
        let (registry, repository) = (node.text_of("registry"), node.text_of("repository"));
        let shaped =
            ["tag", "digest", "pullPolicy", "registry"].iter().any(|k| node.get(k).is_some());
        if repository.is_empty() || repository.contains("://") || !shaped {
            return;
        }
        let slash = if registry.is_empty() { "" } else { "/" };
        let tag = node.text_of("tag");
        let colon = if tag.is_empty() { "" } else { ":" };
        self.image(node.at, "", &format!("{registry}{slash}{repository}{colon}{tag}"));
    }

    fn image(&mut self, at: u64, container: &'n str, reference: &str) {
        if let Some((name, version)) = image(reference) {
            self.images.push(Image { at, container: literal(container), name, version });
        }
    }

    /// Whether an image was found.
    pub(super) fn has_images(&self) -> bool {
        !self.images.is_empty()
    }

    /// Says so when not everything was looked at.
    pub(super) fn report(&self, node: &Node, estate: &mut Estate<'_, '_>) {
        if self.cut {
            estate.sink.warn(codes::LIMIT_REACHED, Some(node.at), &[("limit", "nodes")]);
        }
    }

    /// Writes a row for each image.
    pub(super) fn write(&self, estate: &mut Estate<'_, '_>, context: Context) {
        for image in &self.images {
            estate.sink.row(image.at).observe(
                estate.asset,
                context,
                &[
                    (Field::OciImage, &image.name),
                    (Field::K8sName, image.container),
                    (Field::Version, &image.version),
                ],
            );
        }
    }
}

/// The full name and version of an image. A name that a template completes with its tag is whole all the same.
pub(super) fn image(reference: &str) -> Option<(String, String)> {
    match reference.split_once("{{") {
        Some((name, _)) => package::image(name.strip_suffix([':', '@'])?),
        None => package::image(reference),
    }
}

/// A text without template actions, else nothing.
pub(super) fn literal(text: &str) -> &str {
    if text.contains("{{") { "" } else { text }
}

/// Whether the key of a label or annotation has a domain that is not the platform's own.
pub(super) fn has_foreign_domain(key: &str) -> bool {
    let Some((domain, _)) = key.split_once('/') else { return key.contains('.') && plain(key) };
    domain.contains('.') && plain(key) && !PLATFORM.iter().any(|own| is_below(domain, own))
}

fn plain(key: &str) -> bool {
    key.chars().all(|c| c.is_ascii_alphanumeric() || ".-_/".contains(c))
}

/// The group of an API version; empty for the core group.
pub(super) fn group(version: &str) -> &str {
    literal(version).split_once('/').map_or("", |(group, _)| group)
}

/// A group if it is not one of the platform's own.
pub(super) fn custom(group: &str) -> &str {
    let own = PLATFORM.iter().any(|own| is_below(group, own));
    if group.contains('.') && !own { literal(group) } else { "" }
}

fn is_below(domain: &str, own: &str) -> bool {
    domain.strip_suffix(own).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// The two parts of a label `name-1.2.3`.
fn chart_and_version(label: &str) -> (&str, &str) {
    let is_version = |text: &str| {
        let digits = text.strip_prefix('v').unwrap_or(text);
        digits.split_once('.').is_some_and(|(major, _)| {
            !major.is_empty() && major.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    let dashes = label.match_indices('-').map(|(at, _)| label.split_at(at));
    let parts = dashes.map(|(name, rest)| (name, rest.trim_start_matches('-')));
    parts.into_iter().find(|(_, version)| is_version(version)).unwrap_or((label, ""))
}

const WORKLOADS: &[&str] = &[
    "Pod",
    "Deployment",
    "DaemonSet",
    "StatefulSet",
    "ReplicaSet",
    "ReplicationController",
    "Job",
    "CronJob",
    "DeploymentConfig",
];
const HIDDEN: &[&str] =
    &["env", "envFrom", "args", "command", "data", "stringData", "binaryData", "status"];
const PLATFORM: &[&str] = &["kubernetes.io", "k8s.io", "helm.sh"];
const MAX_LISTS: usize = 2;
const MAX_NODES: usize = 300_000;
