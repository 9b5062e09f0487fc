//! The readers, one module per format family, and their registry.

pub(crate) mod apk;
mod columns;
mod component;
#[cfg(test)]
mod corpus;
mod cyclonedx;
mod cyclonedx_json;
mod cyclonedx_xml;
pub(crate) mod dpkg;
mod glpi;
mod identifiers;
mod json_rows;
pub(crate) mod kubernetes;
mod layout;
mod nmap_xml;
mod osquery;
pub(crate) mod package;
mod process;
pub mod registry;
pub(crate) mod rpm;
mod snmp_walk;
mod spdx_json;
mod stanza;
mod syft_json;
mod table;
mod table_csv;
#[cfg(test)]
pub(crate) mod testing;
mod transcode;
mod values;
mod workbook;
mod xml;

pub(crate) use osquery::KnownRows;

use crate::reader::{Head, Reader};

/// All readers, sorted by id. Adding one: a module here, a line in this list, a section in `docs/formats.md`, and tests.
pub static READERS: &[&dyn Reader] = &[
    &apk::ApkInstalled,
    &cyclonedx_json::CycloneDxJson,
    &cyclonedx_xml::CycloneDxXml,
    &dpkg::DpkgStatus,
    &glpi::GlpiJson,
    &glpi::GlpiXml,
    &kubernetes::Kubernetes,
    &nmap_xml::NmapXml,
    &osquery::Osquery,
    &registry::RegExport,
    &registry::RegistryHive,
    &rpm::RpmDb,
    &snmp_walk::SnmpWalk,
    &spdx_json::SpdxJson,
    &syft_json::SyftJson,
    &table_csv::TableCsv,
    &workbook::Workbook,
];

/// The reader that is surest of this content, if any is. Equal scores go to the first in the list.
pub fn detect(head: &Head<'_>) -> Option<&'static dyn Reader> {
    surest(head).map(|(_, reader)| reader)
}

/// The same, with how sure it is.
pub(crate) fn surest(head: &Head<'_>) -> Option<(u8, &'static dyn Reader)> {
    let mut best: Option<(u8, &'static dyn Reader)> = None;
    let is_array = head.is_json_array();
    for reader in READERS.iter().filter(|reader| !is_array || reader.reads_json_arrays()) {
        let Some(score) = reader.probe(head) else { continue };
        if best.is_none_or(|(top, _)| score > top) {
            best = Some((score, *reader));
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_are_sorted_and_unique() {
        let ids: Vec<_> = READERS.iter().map(|reader| reader.id()).collect();
        assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
    }

    #[test]
    fn formats_do_not_take_each_others_files() {
        let shared = testing::shared;
        for (path, id) in [
            ("inventory/snmp/devices.tsv", Some("table-csv")),
            ("inventory/debian/bookworm-packages.tsv.gz", Some("table-csv")),
            ("inventory/debian/rootfs-syft-1.18.1.json.gz", Some("syft-json")),
            ("inventory/cyclonedx/OBOM_Example-1-Decoupled_bom.json.gz", Some("cyclonedx-json")),
            ("inventory/cyclonedx/SBOM_dropwizard-1.3.15_bom.xml.gz", Some("cyclonedx-xml")),
            ("inventory/migration-planner/example1.xlsx", Some("workbook")),
        ] {
            let Some(bytes) = shared(path) else { return };
            let taken = detect(&testing::head(&bytes)).map(Reader::id);
            assert_eq!(taken, id, "{path}");
        }
        for path in [
            "inventory/INDEX.tsv",
            "inventory/migration-planner/inventory.json",
            "inventory/debian/rootfs-dpkg-status.gz",
            "inventory/debian/rootfs-osquery-5.23.1-deb_packages.json.gz",
            "inventory/k8s/helm-charts_falcon-sensor_values.yaml",
            "inventory/snmp/panos.snmprec",
            "inventory/snmp/vmware-vcsa.snmprec",
            "inventory/windows-hives/SYSTEM_2.xz",
        ] {
            let Some(bytes) = shared(path) else { return };
            let ours: Vec<_> = [&table_csv::TableCsv as &dyn Reader, &workbook::Workbook]
                .into_iter()
                .filter_map(|reader| reader.probe(&testing::head(&bytes)))
                .collect();
            assert!(ours.is_empty(), "{path}: {ours:?}");
        }
    }
}
