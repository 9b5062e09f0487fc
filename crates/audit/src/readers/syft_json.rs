//! Syft's own JSON (schema 7 and later; seen with 16).
//!
//! In: `artifacts`, `source`, `distro`; files and relationships are passed over. Out: one asset for the scanned source, and per
//! artifact its package facts: distribution packages as installed, everything else as components. CPEs count only when they do
//! not come from the scanner's own guessing. Positions are the numbers of the artifacts.

use model::asset::{AssetId, AssetKind};
use model::field::{Context, Field};
use model::source::Unit;

use crate::codes;
use crate::reader::{Head, Input, Reader};
use crate::readers::component::{Component, Sort};
use crate::readers::json_rows::{self, Document, Plan, Tree};
use crate::readers::values;
use crate::sink::Sink;
use crate::transcode::head_text;

#[cfg(test)]
mod tests;

/// The reader of Syft JSON.
pub(super) struct SyftJson;

impl Reader for SyftJson {
    fn id(&self) -> &'static str {
        "syft-json"
    }

    fn version(&self) -> u32 {
        1
    }

    fn probe(&self, head: &Head<'_>) -> Option<u8> {
        let text = head_text(head.bytes);
        let has = |word: &str| text.contains(word);
        if !text.trim_start().starts_with('{') || !has("\"artifacts\"") {
            return None;
        }
        if has("\"foundBy\"") {
            Some(92)
        } else if has("\"artifactRelationships\"") && has("\"descriptor\"") {
            Some(85)
        } else {
            None
        }
    }

    fn read(&self, input: &mut Input<'_>, sink: &mut Sink<'_>) {
        sink.unit(Unit::Row);
        let asset = sink.asset(AssetKind::Software);
        let mut scan = Scan { asset, count: 0, image: false, host: false };
        json_rows::read(input, sink, &mut scan);
        if scan.host && !scan.image {
            sink.kind(asset, AssetKind::Host);
        }
    }
}

struct Scan {
    asset: AssetId,
    count: u64,
    image: bool,
    /// Distribution packages were found: the source is a file system, not a project.
    host: bool,
}

impl Document for Scan {
    fn plan(&self, key: &str) -> Plan {
        match key {
            "artifacts" => Plan::Rows,
            "source" | "distro" => Plan::Value,
            _ => Plan::Skip,
        }
    }

    fn unread(&self) -> &'static [&'static str] {
        &[
            "files",
            "locations",
            "licenses",
            "digest",
            "digests",
            "depends",
            "dependencies",
            "layers",
            "config",
            "manifest_raw",
            "sections",
            "nameVersions",
        ]
    }

    fn value(&mut self, key: &str, value: &Tree, sink: &mut Sink<'_>) {
        sink.part(key);
        if key == "distro" {
            return self.distro(value, sink);
        }
        self.source(value, sink);
    }

    fn row(&mut self, _: &str, value: &Tree, sink: &mut Sink<'_>) {
        self.count += 1;
        if value.text("name").is_empty() {
            return sink.row(self.count).not_understood(codes::ROW_MALFORMED);
        }
        let component = component(value);
        self.host |= component.is_distribution();
        let mut row = sink.row(self.count);
        if !component.observe(self.asset, Context::Component, &mut row) {
            row.inert(codes::ROW_NOT_INVENTORY);
        }
    }
}

impl Scan {
    fn distro(&self, value: &Tree, sink: &mut Sink<'_>) {
        let name = [value.text("prettyName"), value.text("name"), value.text("id")];
        sink.os(self.asset, name.into_iter().find(|name| !name.is_empty()).unwrap_or_default());
        let mut row = sink.row(1);
        let facts = [(Field::LinOs, value.text("id")), (Field::Version, value.text("versionID"))];
        if row.observe(self.asset, Context::Installed, &facts).is_none() {
            row.inert(codes::ROW_NOT_INVENTORY);
        }
    }

    fn source(&mut self, value: &Tree, sink: &mut Sink<'_>) {
        // Before schema 9 the details stood under `target`.
        let about = match value.get("metadata") {
            Tree::Nothing => value.get("target"),
            about => about,
        };
        self.image = value.text("type") == "image";
        let name = [value.text("name"), about.text("userInput"), value.get("target").as_text()];
        let name = name.into_iter().find(|name| name.contains(char::is_alphanumeric));
        sink.label(self.asset, name.unwrap_or_default());
        if !self.image {
            return sink.row(1).inert(codes::ROW_NOT_INVENTORY);
        }
        sink.kind(self.asset, AssetKind::Image);
        let mut images: Vec<&str> = about.get("tags").items().iter().map(Tree::as_text).collect();
        images.push(about.text("userInput"));
        images.retain(|image| !image.is_empty() && !image.contains(['\\', ' ']));
        let mut facts: Vec<_> =
            images.iter().map(|image| (Field::OciImage, values::image(image))).collect();
        facts.dedup();
        let mut row = sink.row(1);
        if row.observe(self.asset, Context::Device, &facts).is_none() {
            row.inert(codes::ROW_NOT_INVENTORY);
        }
    }
}

fn component(value: &Tree) -> Component<'_> {
    let about = value.get("metadata");
    let declared = value.get("cpes").items().iter().filter(|cpe| {
        let source = cpe.text("source");
        !source.is_empty() && source != "syft-generated"
    });
    let mut vendors = vec![about.text("companyName")];
    for list in [about.get("manifest").get("main"), about.get("versionResources")] {
        let said = list.items().iter().filter(|pair| {
            matches!(pair.text("key"), "Implementation-Vendor" | "Bundle-Vendor" | "CompanyName")
        });
        vendors.extend(said.map(|pair| pair.text("value")));
    }
    Component {
        sort: match value.text("type") {
            "binary" | "linux-kernel" => Sort::Product,
            _ => Sort::Library,
        },
        name: value.text("name"),
        version: value.text("version"),
        purl: value.text("purl"),
        package_kind: value.text("type"),
        cpes: declared.map(|cpe| cpe.text("cpe")).collect(),
        vendors,
        homepages: vec![about.text("homepage"), about.text("url")],
    }
}
