//! The readers, one module per format family, and their registry.

pub mod registry;

#[cfg(test)]
pub(crate) mod testing;

use crate::reader::{Head, Reader};

/// All readers, sorted by id. Adding one: a module here, a line in this list, a page section in `docs/formats.md`, a case in
/// `corpus/inventories/<id>/`.
pub static READERS: &[&dyn Reader] = &[&registry::RegExport, &registry::RegistryHive];

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
