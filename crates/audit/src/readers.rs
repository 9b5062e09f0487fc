//! The readers, one module per format family, and their registry.

mod columns;
#[cfg(test)]
mod corpus;
mod glpi;
mod identifiers;
mod nmap_xml;
mod osquery;
mod process;
pub mod registry;
mod snmp_walk;
#[cfg(test)]
pub(crate) mod testing;
mod transcode;
mod xml;

use crate::reader::{Head, Reader};

/// All readers, sorted by id. Adding one: a module here, a line in this list, a section in `docs/formats.md`, and tests.
pub static READERS: &[&dyn Reader] = &[
    &glpi::GlpiJson,
    &glpi::GlpiXml,
    &nmap_xml::NmapXml,
    &osquery::Osquery,
    &registry::RegExport,
    &registry::RegistryHive,
    &snmp_walk::SnmpWalk,
];
pub(crate) mod apk;
pub(crate) mod dpkg;
pub(crate) mod package;
pub(crate) mod rpm;
mod stanza;
#[cfg(test)]
pub(crate) mod testing;

/// All readers, sorted by id. Adding one: a module here, a line in this list, a page section in `docs/formats.md`, a case in
/// `corpus/inventories/<id>/`.
pub static READERS: &[&dyn Reader] = &[&apk::ApkInstalled, &dpkg::DpkgStatus, &rpm::RpmDb];

/// The reader that is surest of this content, if any is. Equal scores go to the first in the list.
pub fn detect(head: &Head<'_>) -> Option<&'static dyn Reader> {
    let mut best: Option<(u8, &'static dyn Reader)> = None;
    for reader in READERS {
        if let Some(score) = reader.probe(head)
            && best.is_none_or(|(top, _)| score > top)
        {
            best = Some((score, *reader));
        }
    }
    best.map(|(_, reader)| reader)
}
