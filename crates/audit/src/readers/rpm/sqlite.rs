//! SQLite's file format, as far as one table of blobs needs it: table b-trees and overflow chains.

use super::bytes::{be16, be32, slice};
use super::{Broken, Take};

/// The first bytes of the file.
pub(super) const MAGIC: &[u8] = b"SQLite format 3\0";

/// Hands over every blob of the table `Packages`.
pub(super) fn blobs(bytes: &[u8], take: &mut Take<'_>) -> Result<(), Broken> {
    let mut file = File::of(bytes).ok_or(Broken("database header"))?;
    let mut root = None;
    file.walk(1, &mut |_, payload| {
        let Ok(payload) = payload else { return };
        let column = |index| column(payload, index).unwrap_or_default();
        if column(0) == b"table" && column(1) == b"Packages" {
            root = Some(column(3).iter().fold(0_usize, |n, &b| n << 8 | usize::from(b)));
        }
    })?;
    let root = root.ok_or(Broken("schema"))?;
    file.walk(root, &mut |at, payload| {
        take(at, payload.and_then(|payload| column(payload, 1).ok_or(Broken("record"))));
    })
}

struct File<'b> {
    bytes: &'b [u8],
    page: usize,
    /// A page without the bytes that extensions reserve at its end.
    usable: usize,
    /// How many bytes may still be copied from overflow chains: no two rows share pages, so one file's worth is enough.
    budget: usize,
}

impl<'b> File<'b> {
    fn of(bytes: &'b [u8]) -> Option<Self> {
        let page = match be16(bytes, 16)? {
            1 => 65536,
            size => size,
        };
        let usable =
            page.checked_sub(usize::from(*bytes.get(20)?)).filter(|&usable| usable >= 480)?;
        page.is_power_of_two().then_some(Self { bytes, page, usable, budget: bytes.len() })
    }

    /// Visits every row of a table in order: its offset, and its record or what is broken.
    fn walk(&mut self, root: usize, visit: &mut Take<'_>) -> Result<(), Broken> {
        let count = self.bytes.len() / self.page + 1;
        let mut seen = vec![false; count + 1];
        let mut waiting = vec![root];
        let mut end = Ok(());
        while let Some(number) = waiting.pop() {
            // A page that comes again would make a circle.
            let fresh = seen.get_mut(number).is_some_and(|seen| !std::mem::replace(seen, true));
            let page = self.page(number).filter(|_| fresh);
            if page.and_then(|page| self.page_rows(number, page, &mut waiting, visit)).is_none() {
                end = Err(Broken("b-tree page"));
            }
        }
        end
    }

    fn page_rows(
        &mut self,
        number: usize,
        page: &'b [u8],
        waiting: &mut Vec<usize>,
        visit: &mut Take<'_>,
    ) -> Option<()> {
        let head = if number == 1 { FILE_HEAD } else { 0 };
        let kind = *page.get(head)?;
        let cells = be16(page, head + 3)?.min(self.page / 2);
        let pointers = head + if kind == INTERIOR { 12 } else { 8 };
        let cell = |index: usize| be16(page, pointers + 2 * index);
        match kind {
            INTERIOR => {
                // The stack turns the order around, so the last child goes first.
                waiting.push(be32(page, head + 8)?);
                for index in (0..cells).rev() {
                    waiting.push(be32(page, cell(index)?)?);
                }
            }
            LEAF => {
                for index in 0..cells {
                    let at = cell(index)?;
                    let place = ((number - 1) * self.page + at) as u64;
                    match self.record(page, at) {
                        Ok(Payload::Local(record)) => visit(place, Ok(record)),
                        Ok(Payload::Chained(record)) => visit(place, Ok(&record)),
                        Err(broken) => visit(place, Err(broken)),
                    }
                }
            }
            _ => return None,
        }
        Some(())
    }

    fn page(&self, number: usize) -> Option<&'b [u8]> {
        slice(self.bytes, number.checked_sub(1)?.checked_mul(self.page)?, self.page)
    }

    /// The record of the cell at this offset of a leaf.
    fn record(&mut self, page: &'b [u8], at: usize) -> Result<Payload<'b>, Broken> {
        let cell = page.get(at..self.usable).ok_or(Broken("cell"))?;
        let (length, skipped) = varint(cell).ok_or(Broken("cell"))?;
        let cell = cell.get(skipped..).unwrap_or_default();
        let (_row, skipped) = varint(cell).ok_or(Broken("cell"))?;
        let cell = cell.get(skipped..).unwrap_or_default();
        let length = usize::try_from(length).map_err(|_| Broken("cell"))?;
        let most = self.usable - 35;
        if length <= most {
            return slice(cell, 0, length).map(Payload::Local).ok_or(Broken("cell"));
        }
        let least = (self.usable - 12) * 32 / 255 - 23;
        let surplus = least + (length - least) % (self.usable - 4);
        let local = if surplus <= most { surplus } else { least };
        let start = slice(cell, 0, local).ok_or(Broken("cell"))?;
        let first = be32(cell, local).ok_or(Broken("cell"))?;
        self.chain(start, first, length).map(Payload::Chained)
    }

    fn chain(&mut self, start: &[u8], first: usize, length: usize) -> Result<Vec<u8>, Broken> {
        self.budget = self.budget.checked_sub(length).ok_or(Broken("overlapping pages"))?;
        let mut record = Vec::with_capacity(length);
        record.extend_from_slice(start);
        let mut next = first;
        while record.len() < length {
            let page = self.page(next).ok_or(Broken("overflow page"))?;
            let wanted = (length - record.len()).min(self.usable - 4);
            record.extend_from_slice(slice(page, 4, wanted).ok_or(Broken("overflow page"))?);
            next = be32(page, 0).unwrap_or(0);
        }
        Ok(record)
    }
}

/// A record on its leaf, or put together from overflow pages.
enum Payload<'b> {
    Local(&'b [u8]),
    Chained(Vec<u8>),
}

/// The raw bytes of one column of a record.
fn column(record: &[u8], wanted: usize) -> Option<&[u8]> {
    let (head_length, mut at) = varint(record)?;
    let head_length = usize::try_from(head_length).ok()?;
    let mut data = head_length;
    for index in 0..=wanted {
        let (kind, skipped) = varint(record.get(at..head_length)?)?;
        at += skipped;
        let length = match kind {
            0 | 8 | 9 => 0,
            1..=4 => usize::try_from(kind).ok()?,
            5 => 6,
            6 | 7 => 8,
            10 | 11 => return None,
            kind => usize::try_from((kind - 12) / 2).ok()?,
        };
        if index == wanted {
            return slice(record, data, length);
        }
        data = data.checked_add(length)?;
    }
    None
}

/// SQLite's number of one to nine bytes, and how many it took.
fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0_u64;
    for (index, &byte) in bytes.iter().take(9).enumerate() {
        if index == 8 {
            return Some((value << 8 | u64::from(byte), 9));
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte < 0x80 {
            return Some((value, index + 1));
        }
    }
    None
}

const FILE_HEAD: usize = 100;
const INTERIOR: u8 = 5;
const LEAF: u8 = 13;
