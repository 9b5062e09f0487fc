//! Container images: OCI layouts and what `docker save` writes, as tar or folder.
//!
//! In go the JSON documents and the layers; out comes one asset for each image, with the tree that its layers make, its names
//! and its vendor label. Every manifest of a multi-platform index is an image of its own. The environment of an image may hold
//! secrets and is not looked at. Specification: OCI Image Format 1.1, and Docker's image format 1.2 for `manifest.json`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use model::asset::AssetKind;
use model::field::{Context, Field};
use model::source::Unit;
use serde_json::Value;

use crate::codes;
use crate::limits::Limits;
use crate::readers::package;
use crate::sink::Sink;
use crate::tree::RootFs;
use crate::unpack::unpack;

use super::tar::{Kind, Tar, probe};

/// The small JSON documents of a layout, by path.
pub(crate) type Documents = BTreeMap<String, Vec<u8>>;

/// What a layout holds.
#[derive(Default)]
pub(crate) struct Plan {
    images: Vec<Image>,
    /// Paths and digests that are named and cannot be used.
    missing: Vec<String>,
    /// Whether there are more images than the limit.
    cut: bool,
}

#[derive(Default)]
struct Image {
    names: Vec<String>,
    config: Value,
    layers: Vec<String>,
    label: String,
}

impl Plan {
    /// The plan of the layout that these documents describe, if they do.
    pub(crate) fn of(documents: &Documents) -> Option<Self> {
        let mut plan = Self::default();
        let parse = |path: &str| serde_json::from_slice::<Value>(documents.get(path)?).ok();
        let index = parse("index.json");
        let names = index.as_ref().map(names_of).unwrap_or_default();
        if let Some(Value::Array(saved)) = parse("manifest.json")
            && saved.iter().any(|image| image.get("Layers").is_some())
        {
            saved.iter().for_each(|image| plan.docker(image, documents));
            return Some(plan);
        }
        // An index without the marker file and without blobs is some other JSON file of that name.
        let index = index.filter(|_| documents.contains_key("oci-layout"))?;
        plan.index(&index, &names, documents, 0);
        Some(plan)
    }

    /// The paths of all layers.
    pub(crate) fn layers(&self) -> BTreeSet<String> {
        self.images.iter().flat_map(|image| image.layers.iter().cloned()).collect()
    }

    fn push(&mut self, image: Image) {
        if self.images.len() < MAX_IMAGES {
            self.images.push(image);
        } else {
            self.cut = true;
        }
    }

    fn docker(&mut self, saved: &Value, documents: &Documents) {
        let texts = |key: &str| -> Vec<String> {
            let values = saved.get(key).and_then(Value::as_array).into_iter().flatten();
            values.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let path = saved.get("Config").and_then(Value::as_str).unwrap_or("");
        let config = self.document(path, documents);
        let (names, layers) = (texts("RepoTags"), texts("Layers"));
        self.push(Image { names, config, layers, label: path.to_owned() });
    }

    fn index(&mut self, index: &Value, inherited: &[String], documents: &Documents, depth: usize) {
        let entries = index.get("manifests").and_then(Value::as_array).into_iter().flatten();
        for entry in entries {
            let annotation = |key| entry.get("annotations").and_then(|all| all.get(key)?.as_str());
            if annotation("vnd.docker.reference.type").is_some() {
                continue;
            }
            let own = ["io.containerd.image.name", "org.opencontainers.image.ref.name"];
            let own: Vec<String> =
                own.iter().filter_map(|key| annotation(key)).map(str::to_owned).collect();
            let names = if own.is_empty() { inherited } else { &own };
            let digest = entry.get("digest").and_then(Value::as_str).unwrap_or("");
            let document = blob(digest).map(|path| self.document(&path, documents));
            let document = document.unwrap_or_default();
            if document.get("manifests").is_some() {
                if depth < MAX_DEPTH {
                    self.index(&document, names, documents, depth + 1);
                }
            } else if document.get("layers").is_some() {
                self.manifest(&document, names, digest, documents);
            }
        }
    }

    fn manifest(
        &mut self,
        manifest: &Value,
        names: &[String],
        digest: &str,
        documents: &Documents,
    ) {
        let path = |descriptor: &Value| blob(descriptor.get("digest")?.as_str()?);
        let config = manifest.get("config").and_then(path);
        let config = config.map(|path| self.document(&path, documents)).unwrap_or_default();
        let layers = manifest.get("layers").and_then(Value::as_array).into_iter().flatten();
        let layers = layers.filter_map(path).collect();
        self.push(Image { names: names.to_vec(), config, layers, label: digest.to_owned() });
    }

    fn document(&mut self, path: &str, documents: &Documents) -> Value {
        let document = documents.get(path).and_then(|bytes| serde_json::from_slice(bytes).ok());
        if document.is_none() {
            self.missing.push(path.to_owned());
        }
        document.unwrap_or_default()
    }
}

/// The paths of the documents that a document refers to: manifests and configurations, not layers.
pub(crate) fn references(document: &[u8]) -> Vec<String> {
    let document: Value = serde_json::from_slice(document).unwrap_or_default();
    let manifests = document.get("manifests").and_then(Value::as_array).into_iter().flatten();
    let config = document.get("layers").and_then(|_| document.get("config"));
    let digest = |descriptor: &Value| blob(descriptor.get("digest")?.as_str()?);
    manifests.chain(config).filter_map(digest).collect()
}

/// Names that an index gives to its manifests where it has only one image.
fn names_of(index: &Value) -> Vec<String> {
    let annotations = index.get("annotations").and_then(Value::as_object);
    let name = annotations.and_then(|all| all.get("org.opencontainers.image.ref.name")?.as_str());
    name.map(str::to_owned).into_iter().collect()
}

/// The path of a blob; `None` for what is no digest, so that no digest leads elsewhere.
fn blob(digest: &str) -> Option<String> {
    let (algorithm, hex) = digest.split_once(':')?;
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric());
    (plain(algorithm) && plain(hex)).then(|| format!("blobs/{algorithm}/{hex}"))
}

/// The layers of a layout as they are read.
pub(crate) struct Layers {
    trees: BTreeMap<String, RootFs>,
    /// Layers that are links to others.
    aliases: BTreeMap<String, String>,
    left: Limits,
}

impl Layers {
    /// No layers yet.
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { trees: BTreeMap::new(), aliases: BTreeMap::new(), left: limits.clone() }
    }

    /// Reads one layer; all layers share the limits on entries and databases.
    pub(crate) fn read(&mut self, name: &str, stream: &mut (dyn Read + Send)) {
        let mut tree = RootFs::layer(name, &self.left);
        fill(&mut tree, stream, &self.left);
        self.left = tree.left().clone();
        self.trees.insert(name.to_owned(), tree);
    }

    /// Notes that a layer is a link to another, relative to this folder.
    fn link(&mut self, folder: &str, name: &str, target: &str) {
        let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
        for part in target.split('/') {
            match part {
                ".." => drop(parts.pop()),
                "" | "." => {}
                part => parts.push(part),
            }
        }
        self.aliases.insert(name.to_owned(), parts.join("/"));
    }

    fn get(&self, name: &str) -> Option<&RootFs> {
        self.trees.get(name).or_else(|| self.trees.get(self.aliases.get(name)?))
    }
}

/// Reads a tar stream, compressed or not, into a tree.
fn fill(tree: &mut RootFs, stream: &mut (dyn Read + Send), limits: &Limits) {
    let mut unpacked = match unpack(stream, limits) {
        Ok(unpacked) => unpacked,
        Err(error) => return tree.unreadable("", 0, &error.to_string()),
    };
    match unpacked.stream.fill_buf() {
        // A layer without any member is a block of zeros.
        Ok(head) if probe(head) || head.iter().all(|&byte| byte == 0) => {}
        Ok(_) => return tree.unreadable("", 0, "not a tar archive"),
        Err(error) => return tree.unreadable("", 0, &error.to_string()),
    }
    let mut tar = Tar::new(&mut *unpacked.stream);
    let mut left = limits.members;
    while let Some(member) = tar.next() {
        let Some(fewer) = left.checked_sub(1) else {
            return tree.doubt(codes::LIMIT_REACHED, "", 0, "members", true);
        };
        left = fewer;
        match member {
            Ok(member) => super::tree_entry(tree, &member, "", &mut tar),
            Err(damage) => super::tree_damage(tree, &damage),
        }
    }
}

/// Writes the images into the sink: one asset each.
pub(crate) fn write(plan: &Plan, layers: &Layers, limits: &Limits, sink: &mut Sink<'_>) {
    for path in &plan.missing {
        sink.warn(codes::MISSING_BLOB, None, &[("path", path)]);
    }
    if plan.cut {
        sink.error(codes::LIMIT_REACHED, None, &[("limit", &format!("{MAX_IMAGES} images"))]);
    }
    for (number, image) in (1..).zip(&plan.images) {
        let mut tree = RootFs::new(Unit::Byte, limits);
        for layer in &image.layers {
            match layers.get(layer) {
                Some(layer) => tree.apply(layer),
                None => sink.warn(codes::MISSING_BLOB, None, &[("path", layer)]),
            }
        }
        let asset = tree.finish(AssetKind::Image, sink);
        sink.unit(Unit::Row);
        image.describe(asset, number, sink);
    }
}

impl Image {
    fn describe(&self, asset: model::asset::AssetId, number: u64, sink: &mut Sink<'_>) {
        let label = |keys: &[&str]| {
            let labels = self.config.get("config").and_then(|config| config.get("Labels"));
            let labels = labels.and_then(Value::as_object);
            let value = |key: &&str| labels.and_then(|labels| labels.get(*key)?.as_str());
            keys.iter().find_map(value).unwrap_or("").to_owned()
        };
        let names: Vec<_> = self.names.iter().filter_map(|name| package::image(name)).collect();
        let title = label(&["org.opencontainers.image.title", "name"]);
        let vendor =
            label(&["org.opencontainers.image.vendor", "org.label-schema.vendor", "vendor"]);
        let page =
            label(&["org.opencontainers.image.url", "org.opencontainers.image.source", "url"]);
        let first = names.first();
        let shown = [first.map_or("", |(name, _)| name), &title, &self.label];
        sink.label(asset, shown.iter().find(|name| !name.is_empty()).unwrap_or(&""));
        let version = label(&["org.opencontainers.image.version", "version"]);
        let version = first.map(|(_, tag)| tag).filter(|tag| !tag.is_empty()).unwrap_or(&version);
        let page = package::homepage(&page);
        let mut facts: Vec<_> = names.iter().map(|(n, _)| (Field::OciImage, n.as_str())).collect();
        facts.extend([
            (Field::PkgVendor, vendor.as_str()),
            (Field::PkgHomepage, page.as_str()),
            (Field::Version, version),
            (Field::Name, title.as_str()),
        ]);
        let mut row = sink.row(number);
        let mut known = row.observe(asset, Context::Device, &facts).is_some();
        let base = label(&["org.opencontainers.image.base.name"]);
        if let Some((base, tag)) = package::image(&base) {
            let facts = [(Field::OciImage, base.as_str()), (Field::Version, tag.as_str())];
            known |= row.observe(asset, Context::Component, &facts).is_some();
        }
        if !known {
            row.inert(codes::ROW_NOT_INVENTORY);
        }
    }
}

/// Notes a member of the layout's archive that is a layer.
pub(crate) fn take_layer(
    layers: &mut Layers,
    path: &str,
    kind: Kind,
    target: &str,
    tar: &mut Tar<'_>,
) {
    match kind {
        Kind::File => layers.read(path, tar),
        Kind::Symlink => {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            layers.link(folder, path, target);
        }
        Kind::HardLink => layers.link("", path, target),
        _ => {}
    }
}

const MAX_IMAGES: usize = 256;
const MAX_DEPTH: usize = 4;
