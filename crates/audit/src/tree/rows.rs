//! Rows from a collected tree: what the host is first, then entry by entry, then the package databases.

use std::collections::BTreeSet;

use model::asset::{AssetId, AssetKind};
use model::field::{Context, Field};

use super::contents::{Database, Kept};
use super::{EntryKind, Node, RootFs, Spot, paths};
use crate::codes;
use crate::limits::Limits;
use crate::reader::Input;
use crate::readers::package::{self, Owner};
use crate::readers::{apk, dpkg, rpm};
use crate::sink::{Row, Sink};

/// Writes all rows of the tree as one asset.
pub(super) fn write(tree: &RootFs, kind: AssetKind, sink: &mut Sink<'_>) -> AssetId {
    let asset = sink.asset(kind);
    let namespace = identify(tree, kind, asset, sink);
    let enabled: BTreeSet<&str> =
        tree.nodes.keys().filter_map(|p| paths::enabled_unit(p)).collect();
    // In the order of layers and offsets, neighbouring rows share their run.
    let mut nodes: Vec<(&str, &Node)> = tree.nodes.iter().map(|(p, n)| (&**p, n)).collect();
    nodes.sort_by_key(|(_, node)| node.spot);
    let view = View { asset, kind, enabled };
    sink.unit(tree.unit);
    for (path, node) in &nodes {
        part(tree, node.spot, "", sink);
        view.entry(path, node, sink.row(node.spot.at));
    }
    let mut replaced = tree.replaced.clone();
    replaced.sort();
    for spot in replaced {
        part(tree, spot, "", sink);
        sink.row(spot.at).inert(codes::ROW_REPLACED);
    }
    troubles(tree, sink);
    for (path, node) in nodes {
        if let Some(Kept::Database(database, bytes)) = node.kept.as_deref() {
            part(tree, node.spot, path, sink);
            let owner = Owner { asset, namespace: &namespace };
            read(*database, bytes, path, sink, (owner, &tree.left));
        }
    }
    sink.part("");
    asset
}

/// Notes name and operating system, and returns the namespace of package URLs.
fn identify(tree: &RootFs, kind: AssetKind, asset: AssetId, sink: &mut Sink<'_>) -> String {
    let kept = |path: &str| tree.nodes.get(path).and_then(|node| node.kept.as_deref());
    // What an image has as its host name is left over from its making.
    if let (Some(Kept::Hostname(name)), true) = (kept("etc/hostname"), kind != AssetKind::Image) {
        sink.name(asset, name);
    }
    for path in super::OS_RELEASE {
        if let Some(Kept::OsRelease { id, name, .. }) = kept(path) {
            sink.os(asset, if name.is_empty() { id } else { name });
            return id.clone();
        }
    }
    String::new()
}

/// What entries need to know of each other.
struct View<'t> {
    asset: AssetId,
    kind: AssetKind,
    /// Services that some target wants.
    enabled: BTreeSet<&'t str>,
}

impl View<'_> {
    fn entry(&self, path: &str, node: &Node, mut row: Row<'_>) {
        if node.kind == EntryKind::Special {
            return row.inert(codes::ROW_NOT_REGULAR);
        }
        let mut known = self.location(path, node, &mut row);
        known |= match node.kept.as_deref() {
            Some(Kept::Broken) => return row.not_understood(codes::ROW_MALFORMED),
            Some(kept) => self.content(path, kept, &mut row),
            None => false,
        };
        if !known {
            row.inert(codes::ROW_NOT_INVENTORY);
        }
    }

    /// What the path alone says.
    fn location(&self, path: &str, node: &Node, row: &mut Row<'_>) -> bool {
        let mut known = false;
        let mut say = |context, facts: &[(Field, &str)]| {
            known |= row.observe(self.asset, context, facts).is_some();
        };
        if let Some((field, value)) = paths::fact(path) {
            say(Context::File, &[(field, &value)]);
        }
        if node.kind == EntryKind::Directory {
            return known;
        }
        if let Some(driver) = paths::windows_driver(path) {
            say(Context::File, &[(Field::WinDriver, driver)]);
        }
        if let Some(name) = paths::foreign_module(path).filter(|_| node.kind == EntryKind::File) {
            let path = format!("/{path}");
            say(Context::Installed, &[(Field::LinKmod, name), (Field::LinPath, &path)]);
        }
        if let Some(name) = paths::init_script(path) {
            say(Context::Running, &[(Field::LinService, name), (Field::State, "init-script")]);
        }
        let masked = node.kind == EntryKind::Symlink && &*node.target == "/dev/null";
        if let Some((folder, name)) = path.rsplit_once('/')
            && masked
            && paths::is_unit_folder(folder)
            && name.ends_with(".service")
        {
            say(Context::Running, &[(Field::LinService, name), (Field::State, "masked")]);
        }
        known
    }

    /// What the content says.
    fn content(&self, path: &str, kept: &Kept, row: &mut Row<'_>) -> bool {
        let seen = match kept {
            Kept::OsRelease { id, version, name } => row.observe(
                self.asset,
                Context::Device,
                &[(Field::LinOs, id), (Field::Version, version), (Field::Name, name)],
            ),
            Kept::Unit { exec, description } => {
                let service = path.rsplit('/').next().unwrap_or(path);
                let enabled = self.enabled.contains(service);
                row.observe(
                    self.asset,
                    Context::Running,
                    &[
                        (Field::LinService, service),
                        (Field::LinPath, exec),
                        (Field::Name, description),
                        (Field::State, if enabled { "enabled" } else { "not enabled" }),
                    ],
                )
            }
            Kept::Package { purl, name, version, homepage } => {
                let image = self.kind == AssetKind::Image;
                row.observe(
                    self.asset,
                    if image { Context::Component } else { Context::Installed },
                    &[
                        (Field::Purl, purl),
                        (Field::PkgHomepage, &package::homepage(homepage)),
                        (Field::Version, version),
                        (Field::Name, name),
                    ],
                )
            }
            // The databases' rows follow in parts of their own; the name is in the asset.
            Kept::Database(..) | Kept::Hostname(_) | Kept::Broken => None,
        };
        seen.is_some()
    }
}

fn troubles(tree: &RootFs, sink: &mut Sink<'_>) {
    for trouble in &tree.troubles {
        part(tree, trouble.spot, "", sink);
        let args = [("path", trouble.path.as_str()), ("error", trouble.error.as_str())];
        sink.warn(trouble.code, Some(trouble.spot.at), &args);
        if trouble.lost {
            sink.row(trouble.spot.at).not_understood(trouble.code);
        }
    }
}

fn read(
    database: Database,
    bytes: &[u8],
    path: &str,
    sink: &mut Sink<'_>,
    (owner, limits): (Owner<'_>, &Limits),
) {
    let mut stream = bytes;
    let mut input = Input { stream: &mut stream, path, limits };
    match database {
        Database::Dpkg => dpkg::read(&mut input, sink, owner),
        Database::Apk => apk::read(&mut input, sink, owner),
        Database::Rpm => rpm::read(bytes, sink, owner),
        Database::RpmLog if bytes.is_empty() => {}
        Database::RpmLog => sink.warn(codes::RPM_LOG_NOT_READ, None, &[("path", path)]),
    }
}

/// Names the part of the source: the layer of an image, and the path for rows inside of a file.
fn part(tree: &RootFs, spot: Spot, path: &str, sink: &mut Sink<'_>) {
    let layer = tree.layers.get(spot.layer as usize).map_or("", |layer| layer);
    match (layer.is_empty(), path.is_empty()) {
        (true, _) => sink.part(path),
        (false, true) => sink.part(layer),
        (false, false) => sink.part(&format!("{layer}!/{path}")),
    }
}
