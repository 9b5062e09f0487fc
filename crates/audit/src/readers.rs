//! The readers, one module per format family, and their registry.

use crate::reader::{Head, Reader};

mod columns;
mod component;
mod cyclonedx;
mod json_rows;
mod layout;
mod table;
mod values;

pub mod cyclonedx_json;
pub mod cyclonedx_xml;
pub mod spdx_json;
pub mod syft_json;
pub mod table_csv;
#[cfg(test)]
mod testing;
pub mod workbook;

/// All readers, sorted by id. Adding one: a module here, a line in this list, a page section in `docs/formats.md`, a case in
/// `corpus/inventories/<id>/`.
pub static READERS: &[&dyn Reader] = &[
    &cyclonedx_json::CycloneDxJson,
    &cyclonedx_xml::CycloneDxXml,
    &spdx_json::SpdxJson,
    &syft_json::SyftJson,
    &table_csv::TableCsv,
    &workbook::Workbook,
];

/// The reader that is surest of this content, if any is. Equal scores go to the first in the list.
pub fn detect(head: &Head<'_>) -> Option<&'static dyn Reader> {
    let mut best: Option<(u8, &'static dyn Reader)> = None;
    for reader in READERS {
        if let Some(score) = reader.probe(head) {
            if best.is_none_or(|(top, _)| score > top) {
                best = Some((score, *reader));
            }
        }
    }
    best.map(|(_, reader)| reader)
}
