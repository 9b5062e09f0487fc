//! Helm charts: `Chart.yaml`, its dependencies, and `values.yaml`.

use model::asset::AssetKind;
use model::field::{Context, Field};

use super::Estate;
use super::node::Node;
use super::object::{Found, literal};
use crate::codes;
use crate::readers::package;

/// Whether a document describes a chart or locks a chart's dependencies.
pub(super) fn is_chart(node: &Node) -> bool {
    let has = |key| !node.text_of(key).is_empty();
    let chart = has("apiVersion") && has("name") && has("version") && !has("kind");
    chart || dependencies(node).next().is_some()
}

/// Reads a chart: one row for itself, and one for each chart that it depends on.
pub(super) fn chart(node: &Node, estate: &mut Estate<'_, '_>) {
    estate.settle(AssetKind::Software);
    let name = literal(node.text_of("name"));
    if !name.is_empty() {
        estate.sink.label(estate.asset, name);
        let home = node.text_of("home");
        let homepage = package::homepage(home);
        let mut facts = vec![
            (Field::HelmChart, name),
            (Field::HelmRepo, home),
            (Field::PkgHomepage, homepage.as_str()),
            (Field::Version, node.text_of("version")),
        ];
        let sources = node.get("sources").map_or(&[][..], Node::list);
        facts.extend(sources.iter().map(|source| (Field::HelmRepo, source.text())));
        // The icon and the maintainers say who packages the chart, which need not be who makes the product.
        estate.sink.row(node.at).observe(estate.asset, Context::Device, &facts);
    }
    for dependency in dependencies(node) {
        estate.sink.row(dependency.at).observe(
            estate.asset,
            Context::Component,
            &[
                (Field::HelmChart, literal(dependency.text_of("name"))),
                (Field::HelmRepo, literal(dependency.text_of("repository"))),
                (Field::Version, dependency.text_of("version")),
            ],
        );
    }
}

fn dependencies(node: &Node) -> impl Iterator<Item = &Node> {
    let list = node.get("dependencies").map_or(&[][..], Node::list);
    let named = |node: &&Node| !node.text_of("name").is_empty() && node.get("version").is_some();
    list.iter().map(|node| &**node).filter(named)
}

/// Reads values, or any other document: its images are what counts.
pub(super) fn values(node: &Node, estate: &mut Estate<'_, '_>) {
    let mut found = Found::new(estate.limits.depth);
    found.walk(node, 0);
    found.report(node, estate);
    if found.has_images() {
        estate.settle(AssetKind::Software);
    }
    let facts: Vec<_> = found.keys.iter().map(|key| (Field::K8sAnnotation, *key)).collect();
    let mut row = estate.sink.row(node.at);
    match row.observe(estate.asset, Context::Component, &facts) {
        Some(_) => drop(row),
        None => row.inert(codes::ROW_NOT_INVENTORY),
    }
    found.write(estate, Context::Component);
}
