//! ndb, rpm's own container: slots of sixteen bytes at the beginning point at blobs.

use super::bytes::{le32, slice};
use super::{Broken, Take};

/// The first bytes of the file.
pub(super) const MAGIC: &[u8] = b"RpmP";

/// Hands over every header.
pub(super) fn blobs(bytes: &[u8], take: &mut Take<'_>) -> Result<(), Broken> {
    let pages = le32(bytes, 12).ok_or(Broken("database header"))?;
    let length = pages.saturating_mul(PAGE).min(bytes.len());
    let slots = bytes.get(HEADER..length).ok_or(Broken("slots"))?;
    // No two packages share bytes: what is handed over in sum is bounded by the file, so that slots that all point at the
    // same large blob cost nothing.
    let mut budget = bytes.len();
    for slot in slots.chunks_exact(SLOT) {
        let (index, block) = le32(slot, 4).zip(le32(slot, 8)).unwrap_or_default();
        if !slot.starts_with(b"Slot") {
            return Err(Broken("slot"));
        }
        // A free slot has no package.
        if index == 0 {
            continue;
        }
        let at = block.saturating_mul(BLOCK);
        let blob = blob(bytes, at, index).ok_or(Broken("blob")).and_then(|blob| {
            budget = budget.checked_sub(blob.len()).ok_or(Broken("overlapping blobs"))?;
            Ok(blob)
        });
        take(at as u64, blob);
    }
    if length < pages.saturating_mul(PAGE) { Err(Broken("slots")) } else { Ok(()) }
}

fn blob(bytes: &[u8], at: usize, index: usize) -> Option<&[u8]> {
    let head = slice(bytes, at, BLOB_HEAD)?;
    if !head.starts_with(b"BlbS") || le32(head, 4)? != index {
        return None;
    }
    slice(bytes, at.checked_add(BLOB_HEAD)?, le32(head, 12)?)
}

const PAGE: usize = 4096;
const HEADER: usize = 32;
const SLOT: usize = 16;
const BLOCK: usize = 16;
const BLOB_HEAD: usize = 16;
