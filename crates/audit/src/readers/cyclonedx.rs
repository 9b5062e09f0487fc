//! CycloneDX 1.2 to 1.7: what the JSON and the XML form share.
//!
//! In: the parts of a BOM as trees. Out: one asset for what the BOM describes, and a row for each component and service, nested
//! ones included. Operations BOMs (a host's programs, services, drivers) are told by the words of their collector, see
//! [`obom`]. Licences, hashes, dependencies, vulnerabilities and texts are passed over.

use model::asset::{AssetId, AssetKind};
use model::field::{Context, Field};

use crate::codes;
use crate::readers::component::{Component, Sort};
use crate::readers::json_rows::{Document, Plan, Tree};
use crate::readers::values;
use crate::sink::Sink;

mod obom;
#[cfg(test)]
mod tests;

/// A BOM being read.
pub(super) struct Bom {
    asset: AssetId,
    count: u64,
    /// The BOM describes a running host: its components are installed there.
    operations: bool,
    hosted: bool,
}

impl Bom {
    /// A BOM whose asset is named later.
    pub(super) fn new(sink: &mut Sink<'_>) -> Self {
        let asset = sink.asset(AssetKind::Software);
        Self { asset, count: 0, operations: false, hosted: false }
    }

    /// Settles what only the whole BOM tells: packages of a distribution make the software a host's.
    pub(super) fn finish(&self, sink: &mut Sink<'_>) {
        if self.hosted {
            sink.kind(self.asset, AssetKind::Host);
        }
    }

    fn metadata(&mut self, value: &Tree, sink: &mut Sink<'_>) {
        let phases = value.get("lifecycles").items().iter().map(|phase| phase.text("phase"));
        self.operations = phases.into_iter().any(|phase| phase == "operations");
        if let Some(day) = values::day(value.text("timestamp")) {
            sink.observed_on(self.asset, &day);
        }
        let subject = value.get("component");
        if !subject.is_map() {
            return;
        }
        sink.part("metadata");
        let kind = match subject.text("type") {
            "container" => AssetKind::Image,
            "operating-system" => AssetKind::Host,
            "device" => AssetKind::Device,
            _ => AssetKind::Software,
        };
        self.operations |= kind == AssetKind::Host;
        sink.kind(self.asset, kind);
        sink.label(self.asset, subject.text("name"));
        if kind == AssetKind::Host {
            sink.os(self.asset, &named_version(subject));
        }
        self.component(subject, Context::Device, sink);
    }

    /// A component and those inside it.
    fn component(&mut self, value: &Tree, context: Context, sink: &mut Sink<'_>) {
        self.count += 1;
        if value.text("name").is_empty() && value.text("purl").is_empty() {
            return sink.row(self.count).not_understood(codes::ROW_MALFORMED);
        }
        let component = component_of(value);
        let kind = value.text("type");
        if kind == "operating-system" && context != Context::Device {
            sink.os(self.asset, &named_version(value));
        }
        self.hosted |= self.operations;
        let mut row = sink.row(self.count);
        let seen = match obom::Category::of(value) {
            Some(category) => {
                self.hosted = true;
                category.observe(value, &component, self.asset, &mut row)
            }
            None => {
                let inside = self.operations && context == Context::Component;
                let context = if inside { Context::Installed } else { context };
                component.observe(self.asset, context, &mut row)
            }
        };
        if seen {
            drop(row);
        } else {
            row.inert(codes::ROW_NOT_INVENTORY);
        }
        for inner in value.get("components").items() {
            self.component(inner, Context::Component, sink);
        }
    }

    /// A service that the software uses or offers, and those inside it.
    fn service(&mut self, value: &Tree, sink: &mut Sink<'_>) {
        self.count += 1;
        if value.text("name").is_empty() {
            return sink.row(self.count).not_understood(codes::ROW_MALFORMED);
        }
        let mut facts = vec![
            (Field::SoftwareName, value.text("name")),
            (Field::SoftwareVendor, value.get("provider").text("name")),
        ];
        let ends = value.get("endpoints").items().iter();
        facts.extend(ends.map(|end| (Field::Text, values::homepage(end.as_text()))));
        facts.push((Field::Version, value.text("version")));
        sink.row(self.count).observe(self.asset, Context::Component, &facts);
        for inner in value.get("services").items() {
            self.service(inner, sink);
        }
    }
}

impl Document for Bom {
    fn plan(&self, key: &str) -> Plan {
        match key {
            "components" | "services" => Plan::Rows,
            "metadata" => Plan::Value,
            _ => Plan::Skip,
        }
    }

    fn unread(&self) -> &'static [&'static str] {
        &[
            "licenses",
            "license",
            "hashes",
            "dependencies",
            "pedigree",
            "evidence",
            "text",
            "copyright",
            "description",
            "releaseNotes",
            "modelCard",
            "signature",
            "data",
            "tools",
            "swid",
            "comment",
            "cryptoProperties",
            "tags",
        ]
    }

    fn value(&mut self, _: &str, value: &Tree, sink: &mut Sink<'_>) {
        self.metadata(value, sink);
    }

    fn row(&mut self, key: &str, value: &Tree, sink: &mut Sink<'_>) {
        if key == "services" {
            self.service(value, sink);
        } else {
            self.component(value, Context::Component, sink);
        }
    }
}

fn component_of(value: &Tree) -> Component<'_> {
    let guessed =
        value.get("properties").items().iter().any(|p| p.text("name").starts_with("syft:"));
    let pages = value.get("externalReferences").items().iter();
    let pages = pages.filter(|page| matches!(page.text("type"), "website" | "vcs"));
    Component {
        sort: match value.text("type") {
            "application" | "operating-system" | "firmware" | "platform" => Sort::Product,
            "container" => Sort::Image,
            "device" => Sort::Device,
            "file" | "data" | "machine-learning-model" | "cryptographic-asset" => Sort::Other,
            _ => Sort::Library,
        },
        name: value.text("name"),
        version: value.text("version"),
        purl: value.text("purl"),
        package_kind: "",
        cpes: if guessed { Vec::new() } else { vec![value.text("cpe")] },
        vendors: vec![
            value.get("supplier").text("name"),
            value.get("manufacturer").text("name"),
            value.text("publisher"),
        ],
        homepages: pages.map(|page| page.text("url")).collect(),
    }
}

fn named_version(value: &Tree) -> String {
    // Some collectors put plus signs where the name has spaces.
    let name = value.text("name").replace('+', " ");
    format!("{name} {}", value.text("version")).trim().to_owned()
}
