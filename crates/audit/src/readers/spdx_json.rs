//! SPDX 2.2 and 2.3 as JSON, bare or wrapped in `sbom`; SPDX 3 as JSON-LD as far as single elements tell.
//!
//! In: `packages`, or `@graph` for version 3; files, snippets and relationships are passed over. Out: one asset for the document
//! and package facts for each package. In version 3 a supplier is a reference: it is resolved when the organisation stands before
//! the package, otherwise left out. Positions are the numbers of packages or elements.

use std::collections::HashMap;

use model::asset::{AssetId, AssetKind};
use model::field::Context;
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

/// The reader of SPDX JSON.
pub(super) struct SpdxJson;

impl Reader for SpdxJson {
    fn id(&self) -> &'static str {
        "spdx-json"
    }

    fn version(&self) -> u32 {
        1
    }

    fn probe(&self, head: &Head<'_>) -> Option<u8> {
        let text = head_text(head.bytes);
        let has = |word: &str| text.contains(word);
        if !text.trim_start().starts_with('{') {
            return None;
        }
        if has("\"spdxVersion\"") && has("SPDX-") {
            Some(97)
        } else if has("\"@context\"") && has("spdx.org/rdf/3") {
            Some(96)
        } else if has("\"SPDXID\"") && has("\"packages\"") {
            Some(85)
        } else {
            None
        }
    }

    fn read(&self, input: &mut Input<'_>, sink: &mut Sink<'_>) {
        sink.unit(Unit::Row);
        let asset = sink.asset(AssetKind::Software);
        let mut spdx =
            Spdx { asset, count: 0, guesses: false, hosted: false, organisations: HashMap::new() };
        json_rows::read(input, sink, &mut spdx);
        if spdx.hosted {
            sink.kind(asset, AssetKind::Host);
        }
    }
}

struct Spdx {
    asset: AssetId,
    count: u64,
    /// The tool that wrote it makes up CPEs.
    guesses: bool,
    hosted: bool,
    /// Version 3: names of organisations by their id.
    organisations: HashMap<String, String>,
}

impl Document for Spdx {
    fn plan(&self, key: &str) -> Plan {
        match key {
            "packages" | "@graph" => Plan::Rows,
            "name" | "creationInfo" | "sbom" => Plan::Value,
            _ => Plan::Skip,
        }
    }

    fn unread(&self) -> &'static [&'static str] {
        &[
            "files",
            "snippets",
            "relationships",
            "hasFiles",
            "checksums",
            "licenseDeclared",
            "licenseConcluded",
            "licenseInfoFromFiles",
            "copyrightText",
            "comment",
            "description",
            "summary",
            "annotations",
            "attributionTexts",
            "hasExtractedLicensingInfos",
            "software_copyrightText",
            "verifiedUsing",
            "extension",
        ]
    }

    fn value(&mut self, key: &str, value: &Tree, sink: &mut Sink<'_>) {
        match key {
            "name" => sink.label(self.asset, value.as_text()),
            "creationInfo" => {
                // This tool derives several CPEs from each name.
                let mut creators = value.get("creators").items().iter().map(Tree::as_text);
                self.guesses = creators.any(|creator| creator.starts_with("Tool: syft"));
                if let Some(day) = values::day(value.text("created")) {
                    sink.observed_on(self.asset, &day);
                }
            }
            _ => {
                for key in ["name", "creationInfo"] {
                    self.value(key, value.get(key), sink);
                }
                sink.part("packages");
                for package in value.get("packages").items() {
                    self.row("packages", package, sink);
                }
            }
        }
    }

    fn row(&mut self, key: &str, value: &Tree, sink: &mut Sink<'_>) {
        self.count += 1;
        if key == "@graph" {
            return self.element(value, sink);
        }
        if value.text("name").is_empty() {
            return sink.row(self.count).not_understood(codes::ROW_MALFORMED);
        }
        self.observe(&package(value, self.guesses), sink);
    }
}

impl Spdx {
    fn observe(&mut self, component: &Component<'_>, sink: &mut Sink<'_>) {
        self.hosted |= component.is_distribution();
        let mut row = sink.row(self.count);
        if !component.observe(self.asset, Context::Component, &mut row) {
            row.inert(codes::ROW_NOT_INVENTORY);
        }
    }

    /// An element of a version 3 graph.
    fn element(&mut self, value: &Tree, sink: &mut Sink<'_>) {
        let kind = value.text("type").rsplit(['/', '_']).next().unwrap_or_default();
        match kind {
            "" => sink.row(self.count).not_understood(codes::ROW_MALFORMED),
            "Package" => {
                // Lent out for the call; the map is not needed meanwhile.
                let organisations = std::mem::take(&mut self.organisations);
                self.observe(&package_3(value, &organisations), sink);
                self.organisations = organisations;
            }
            "Organization" if self.organisations.len() < MOST_ORGANISATIONS => {
                let id = [value.text("spdxId"), value.text("@id")].concat();
                self.organisations.insert(id, value.text("name").to_owned());
                sink.row(self.count).inert(codes::ROW_NOT_INVENTORY);
            }
            _ => {
                if kind == "SpdxDocument" {
                    sink.label(self.asset, value.text("name"));
                }
                sink.row(self.count).inert(codes::ROW_NOT_INVENTORY);
            }
        }
    }
}

fn package(value: &Tree, guesses: bool) -> Component<'_> {
    let mut component = Component {
        sort: sort_of(value.text("primaryPackagePurpose")),
        name: value.text("name"),
        version: value.text("versionInfo"),
        vendors: ["supplier", "originator"]
            .into_iter()
            .filter_map(|key| value.text(key).strip_prefix("Organization:"))
            // An address in brackets follows the name.
            .map(|name| name.split(" (").next().unwrap_or(name).trim())
            .collect(),
        homepages: vec![value.text("homepage")],
        ..Component::default()
    };
    for reference in value.get("externalRefs").items() {
        let locator = reference.text("referenceLocator");
        match reference.text("referenceType").rsplit('/').next().unwrap_or_default() {
            "purl" => component.purl = locator,
            "cpe22Type" | "cpe23Type" if !guesses => component.cpes.push(locator),
            _ => {}
        }
    }
    component
}

fn package_3<'v>(value: &'v Tree, organisations: &'v HashMap<String, String>) -> Component<'v> {
    let supplier = organisations.get(value.text("suppliedBy")).map_or("", String::as_str);
    let mut component = Component {
        sort: sort_of(value.text("software_primaryPurpose")),
        name: value.text("name"),
        version: value.text("software_packageVersion"),
        purl: value.text("software_packageUrl"),
        vendors: vec![supplier],
        homepages: vec![value.text("software_homePage")],
        ..Component::default()
    };
    for identifier in value.get("externalIdentifier").items() {
        match identifier.text("externalIdentifierType") {
            "cpe22" | "cpe23" => component.cpes.push(identifier.text("identifier")),
            "packageUrl" | "purl" if component.purl.is_empty() => {
                component.purl = identifier.text("identifier");
            }
            _ => {}
        }
    }
    component
}

fn sort_of(purpose: &str) -> Sort {
    match purpose.to_ascii_lowercase().replace('_', "-").as_str() {
        "application" | "operating-system" | "operatingsystem" | "firmware" => Sort::Product,
        "container" => Sort::Image,
        "device" => Sort::Device,
        "file" | "data" => Sort::Other,
        _ => Sort::Library,
    }
}

/// Organisations of a graph beyond this are not remembered.
const MOST_ORGANISATIONS: usize = 100_000;
