//! The regf format: base block, cells, keys and values of a registry hive.
//!
//! In: the bytes of a hive. Out: keys and values by their offsets, or a [`Fault`] that says what is broken and where. Every offset
//! is checked, and a [`Budget`] bounds the work: a hive whose lists point at each other costs no more than its own size.
//! Follows the format description of Maxim Suhanov (`regf`, versions 1.2 to 1.6). Not read: security descriptors (`sk`), class
//! names, layered keys, free cells, and transaction logs.

use super::key::{Data, utf16};

/// A hive in memory.
#[derive(Clone, Copy)]
pub(super) struct Hive<'b> {
    bytes: &'b [u8],
}

/// The base block, as far as it matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Base {
    /// Raised before a write.
    pub(super) sequence_begun: u32,
    /// Raised after it: different from the first in a hive that was copied while in use.
    pub(super) sequence_ended: u32,
    /// 0 for a hive, else a transaction log.
    pub(super) file_type: u32,
    /// Cell of the root key.
    pub(super) root: u32,
    /// How many bytes of bins follow.
    pub(super) bins_bytes: u32,
    /// The end of the path that the hive had on its computer.
    pub(super) file_name: String,
    /// Whether the checksum is right.
    pub(super) checksum_holds: bool,
}

/// A key cell.
#[derive(Clone, Debug)]
pub(super) struct KeyCell {
    /// The cell.
    pub(super) cell: u32,
    /// The cell of the key above.
    pub(super) parent: u32,
    /// The name.
    pub(super) name: String,
    /// Whether it says that it is the root.
    pub(super) is_root: bool,
    /// How many subkeys it claims to have.
    pub(super) subkeys: u32,
    subkey_list: u32,
    values: u32,
    value_list: u32,
}

/// What is broken, and at which byte of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// A short word for the diagnostic.
    pub(super) what: &'static str,
    /// Offset in the file.
    pub(super) at: u64,
}

/// How many list entries and data bytes may still be looked at.
pub(super) struct Budget {
    entries: usize,
    data: usize,
}

impl Budget {
    /// Enough for every honest hive of this size: each list and each data cell is looked at about once.
    pub(super) fn of(hive_bytes: usize) -> Self {
        Self { entries: hive_bytes / 4 + 1024, data: hive_bytes + 4096 }
    }

    /// Whether anything is used up.
    pub(super) fn is_spent(&self) -> bool {
        self.entries == 0 || self.data == 0
    }
}

/// Takes an amount from what is left; what is not enough is used up.
fn spend(left: &mut usize, amount: usize) -> bool {
    let enough = *left >= amount;
    *left = left.saturating_sub(amount);
    enough
}

impl<'b> Hive<'b> {
    /// Takes the bytes of a whole hive.
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes }
    }

    /// The base block, or `None` when the file is too short for one.
    pub(super) fn base(&self) -> Option<Base> {
        let block = self.bytes.get(..CHECKSUM_AT + 4)?;
        let checked = block.get(..CHECKSUM_AT)?.as_chunks::<4>().0;
        let xor = checked.iter().fold(0, |sum, &word| sum ^ u32::from_le_bytes(word));
        // Both values are reserved and replaced by their neighbours.
        let sum = match xor {
            0 => 1,
            u32::MAX => u32::MAX - 1,
            other => other,
        };
        Some(Base {
            sequence_begun: dword(block, 4)?,
            sequence_ended: dword(block, 8)?,
            file_type: dword(block, 28)?,
            root: dword(block, 36)?,
            bins_bytes: dword(block, 40)?,
            file_name: utf16(block.get(48..112)?),
            checksum_holds: dword(block, CHECKSUM_AT)? == sum,
        })
    }

    /// The key in this cell.
    pub(super) fn key(&self, cell: u32) -> Result<KeyCell, Fault> {
        let bytes = self.cell(cell)?;
        let key = || {
            let bytes = bytes.strip_prefix(b"nk")?;
            let length = usize::from(word(bytes, 70)?);
            let flags = word(bytes, 0)?;
            Some(KeyCell {
                cell,
                parent: dword(bytes, 14)?,
                name: name(bytes.get(74..74 + length)?, flags & COMPRESSED_NAME != 0),
                is_root: flags & HIVE_ENTRY != 0,
                subkeys: dword(bytes, 18)?,
                subkey_list: dword(bytes, 26)?,
                values: dword(bytes, 34)?,
                value_list: dword(bytes, 38)?,
            })
        };
        key().ok_or(fault("key", cell))
    }

    /// Appends the cells of the subkeys. What was found before a fault is kept.
    pub(super) fn subkeys(
        &self,
        key: &KeyCell,
        budget: &mut Budget,
        found: &mut Vec<u32>,
    ) -> Result<(), Fault> {
        if key.subkeys == 0 {
            return Ok(());
        }
        let before = found.len();
        self.subkey_list(key.subkey_list, 0, budget, found)?;
        let complete = found.len() - before >= key.subkeys as usize;
        if complete { Ok(()) } else { Err(fault("subkey-count", key.subkey_list)) }
    }

    fn subkey_list(
        &self,
        cell: u32,
        depth: usize,
        budget: &mut Budget,
        found: &mut Vec<u32>,
    ) -> Result<(), Fault> {
        let bytes = self.cell(cell)?;
        let broken = fault("subkey-list", cell);
        let (kind, rest) = bytes.split_at_checked(2).ok_or(broken)?;
        let width = match kind {
            b"lf" | b"lh" => 8,
            b"li" | b"ri" => 4,
            _ => return Err(broken),
        };
        let count = usize::from(word(rest, 0).ok_or(broken)?);
        let entries = rest.get(2..).unwrap_or_default().chunks_exact(width).take(count);
        if !spend(&mut budget.entries, entries.len()) {
            return Err(fault("budget", cell));
        }
        let cut = if entries.len() < count { Err(broken) } else { Ok(()) };
        let offsets = entries.filter_map(|entry| dword(entry, 0));
        if kind != b"ri" {
            found.extend(offsets);
            return cut;
        }
        if depth >= LIST_DEPTH {
            return Err(broken);
        }
        let mut outcome = cut;
        for offset in offsets {
            outcome = outcome.and(self.subkey_list(offset, depth + 1, budget, found));
        }
        outcome
    }

    /// The cells of the values of a key. What was found before a fault is kept.
    pub(super) fn values(
        &self,
        key: &KeyCell,
        budget: &mut Budget,
        found: &mut Vec<u32>,
    ) -> Result<(), Fault> {
        if key.values == 0 {
            return Ok(());
        }
        let count = key.values as usize;
        let entries = self.cell(key.value_list)?.chunks_exact(4).take(count);
        if !spend(&mut budget.entries, entries.len()) {
            return Err(fault("budget", key.value_list));
        }
        let complete = entries.len() == count;
        found.extend(entries.filter_map(|entry| dword(entry, 0)));
        if complete { Ok(()) } else { Err(fault("value-list", key.value_list)) }
    }

    /// Name and data of the value in this cell; data beyond `most` bytes is left out.
    pub(super) fn value(
        &self,
        cell: u32,
        most: usize,
        budget: &mut Budget,
    ) -> Result<(String, Data), Fault> {
        let broken = fault("value", cell);
        let bytes = self.cell(cell)?.strip_prefix(b"vk").ok_or(broken)?;
        let field = |at| dword(bytes, at).ok_or(broken);
        let length = usize::from(word(bytes, 0).ok_or(broken)?);
        let ascii = word(bytes, 14).ok_or(broken)? & ASCII_VALUE_NAME != 0;
        let name = name(bytes.get(18..18 + length).ok_or(broken)?, ascii);
        let (size, kind) = (field(2)?, field(10)?);
        if size & RESIDENT != 0 {
            let size = (size & !RESIDENT) as usize;
            let data = bytes.get(6..6 + size.min(4)).ok_or(broken)?;
            return Ok((name, Data::decode(kind, data)));
        }
        let size = (size as usize).min(most);
        if size == 0 {
            return Ok((name, Data::decode(kind, &[])));
        }
        if !spend(&mut budget.data, size) {
            return Err(fault("budget", cell));
        }
        let data = self.data(field(6)?, size)?;
        Ok((name, Data::decode(kind, data)))
    }

    /// The first bytes of value data. Data too large for one cell is kept in segments; the first one is more than we look at.
    fn data(&self, cell: u32, size: usize) -> Result<&'b [u8], Fault> {
        let bytes = self.cell(cell)?;
        if let Some(data) = bytes.get(..size).filter(|data| !data.starts_with(b"db")) {
            return Ok(data);
        }
        let segment = || {
            let list = dword(bytes.strip_prefix(b"db")?, 2)?;
            let first = dword(self.cell(list).ok()?, 0)?;
            let segment = self.cell(first).ok()?;
            segment.get(..size.min(segment.len()))
        };
        match (segment(), bytes.get(..size)) {
            (Some(data), _) | (None, Some(data)) => Ok(data),
            (None, None) => Err(fault("data", cell)),
        }
    }

    /// The content of an allocated cell.
    fn cell(&self, cell: u32) -> Result<&'b [u8], Fault> {
        let at = BINS_AT.saturating_add(cell as usize);
        let content = || {
            let size = dword(self.bytes, at)?.cast_signed();
            if size >= -4 || !cell.is_multiple_of(8) {
                return None;
            }
            self.bytes.get(at + 4..at.saturating_add(size.unsigned_abs() as usize))
        };
        content().ok_or(fault("cell", cell))
    }

    /// The cells that look like allocated keys, whether or not any list leads to them.
    pub(super) fn key_cells(&self) -> impl Iterator<Item = u32> {
        let bins = self.bytes.get(BINS_AT..).unwrap_or_default();
        bins.chunks(8).enumerate().filter_map(|(index, start)| {
            // A freed cell has a positive size.
            let looks = start.get(3)? & 0x80 != 0 && start.get(4..6)? == b"nk";
            if looks { u32::try_from(index * 8).ok() } else { None }
        })
    }
}

/// The offset in the file of a cell.
pub(super) fn file_offset(cell: u32) -> u64 {
    BINS_AT as u64 + u64::from(cell)
}

fn fault(what: &'static str, cell: u32) -> Fault {
    Fault { what, at: file_offset(cell) }
}

fn name(bytes: &[u8], ascii: bool) -> String {
    if ascii { bytes.iter().map(|&byte| char::from(byte)).collect() } else { utf16(bytes) }
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn dword(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// Where the bins begin; cell offsets count from here.
pub(super) const BINS_AT: usize = 4096;
const CHECKSUM_AT: usize = 508;
const HIVE_ENTRY: u16 = 4;
const COMPRESSED_NAME: u16 = 0x20;
const ASCII_VALUE_NAME: u16 = 1;
const RESIDENT: u32 = 1 << 31;
const LIST_DEPTH: usize = 4;
