//! Berkeley DB's hash access method, as far as rpm used it: hash pages whose values lie on chains of overflow pages.

use super::bytes::{be16, be32, le16, le32, slice};
use super::{Broken, Take};

/// The first page: how to read the others.
pub(super) struct Meta {
    page: usize,
    swapped: bool,
}

impl Meta {
    /// Reads the first page, if this is such a database.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        let swapped = match (le32(bytes, 12)?, be32(bytes, 12)?) {
            (MAGIC, _) => false,
            (_, MAGIC) => true,
            _ => return None,
        };
        let meta = Self { page: 0, swapped };
        let page = meta.u32(bytes, 20)?;
        let sane = (512..=65536).contains(&page) && page.is_power_of_two();
        // Page type 8 is the meta page of a hash.
        (sane && bytes.get(25) == Some(&8)).then_some(Self { page, swapped })
    }

    fn u16(&self, bytes: &[u8], at: usize) -> Option<usize> {
        if self.swapped { be16(bytes, at) } else { le16(bytes, at) }
    }

    fn u32(&self, bytes: &[u8], at: usize) -> Option<usize> {
        if self.swapped { be32(bytes, at) } else { le32(bytes, at) }
    }

    fn page<'b>(&self, bytes: &'b [u8], number: usize) -> Option<&'b [u8]> {
        slice(bytes, number.checked_mul(self.page)?, self.page)
    }
}

/// Hands over every header.
pub(super) fn blobs(bytes: &[u8], take: &mut Take<'_>) -> Result<(), Broken> {
    let meta = Meta::of(bytes).ok_or(Broken("meta page"))?;
    // No two values share pages, so that what all chains yield is bounded by the file.
    let mut budget = bytes.len();
    for (number, page) in bytes.chunks_exact(meta.page).enumerate().skip(1) {
        if !matches!(page.get(25), Some(&(2 | 13))) {
            continue;
        }
        let entries = meta.u16(page, 20).unwrap_or(0).min(meta.page / 2);
        // Keys and values alternate.
        for entry in (1..entries).step_by(2) {
            let Some(at) = meta.u16(page, PAGE_HEAD + 2 * entry) else { break };
            let place = (number * meta.page + at) as u64;
            match page.get(at) {
                Some(&OFF_PAGE) => {
                    let chain = meta.u32(page, at + 4).zip(meta.u32(page, at + 8));
                    let blob = chain.ok_or(Broken("entry")).and_then(|(first, length)| {
                        value(&meta, bytes, first, length, &mut budget)
                    });
                    match blob {
                        Ok(blob) => take(place, Ok(&blob)),
                        Err(broken) => take(place, Err(broken)),
                    }
                }
                // A small value on the page itself is rpm's counter of packages.
                Some(&ON_PAGE) => {}
                _ => take(place, Err(Broken("entry"))),
            }
        }
    }
    if bytes.len().is_multiple_of(meta.page) { Ok(()) } else { Err(Broken("last page")) }
}

/// The value on a chain of overflow pages.
fn value(
    meta: &Meta,
    bytes: &[u8],
    first: usize,
    length: usize,
    budget: &mut usize,
) -> Result<Vec<u8>, Broken> {
    let mut value = Vec::new();
    let mut next = first;
    while value.len() < length {
        let page = meta.page(bytes, next).filter(|_| next > 0).ok_or(Broken("overflow page"))?;
        if page.get(25) != Some(&OVERFLOW) {
            return Err(Broken("overflow page"));
        }
        let used = meta.u16(page, 22).unwrap_or(0).min(length - value.len());
        let data = slice(page, PAGE_HEAD, used).filter(|data| !data.is_empty());
        let data = data.ok_or(Broken("overflow page"))?;
        *budget = budget.checked_sub(data.len()).ok_or(Broken("overlapping pages"))?;
        value.extend_from_slice(data);
        next = meta.u32(page, 16).unwrap_or(0);
    }
    Ok(value)
}

const MAGIC: usize = 0x0006_1561;
const PAGE_HEAD: usize = 26;
const ON_PAGE: u8 = 1;
const OFF_PAGE: u8 = 3;
const OVERFLOW: u8 = 7;
