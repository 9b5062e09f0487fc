//! A small writer of registry hives, for demo estates and tests.
//!
//! In: keys with strings and numbers. Out: a hive of version 1.5 that every reader takes. Deliberately simple: one bin, no security
//! descriptors, no class names, no free cells, so Windows itself would not mount it.

use std::collections::BTreeMap;

/// A key with its values and subkeys.
#[derive(Clone, Debug, Default)]
pub struct HiveKey {
    name: String,
    values: Vec<(String, Data)>,
    /// By upper-case name: the order in which Windows keeps them.
    children: BTreeMap<String, HiveKey>,
}

#[derive(Clone, Debug)]
enum Data {
    Text(String),
    Number(u32),
}

impl HiveKey {
    /// A key without values.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// Adds a string value.
    pub fn text(&mut self, name: &str, value: &str) -> &mut Self {
        self.values.push((name.to_owned(), Data::Text(value.to_owned())));
        self
    }

    /// Adds a number value.
    pub fn number(&mut self, name: &str, value: u32) -> &mut Self {
        self.values.push((name.to_owned(), Data::Number(value)));
        self
    }

    /// The key at this path below, which is made if it is not there.
    pub fn at(&mut self, path: &str) -> &mut Self {
        path.split('\\').fold(self, Self::child)
    }

    /// The bytes of a hive with this key as its root. `file` is the name that the hive had on its computer.
    pub fn hive(&self, file: &str) -> Vec<u8> {
        let mut bins = Bins { bytes: vec![0; BIN_HEADER_BYTES] };
        let root = bins.key(self, NOTHING, ROOT_FLAGS);
        bins.finish();
        let mut hive = base_block(root, bins.bytes.len(), file);
        hive.extend_from_slice(&bins.bytes);
        hive
    }

    fn child(&mut self, name: &str) -> &mut Self {
        self.children.entry(name.to_uppercase()).or_insert_with(|| Self::new(name))
    }
}

/// The bins under construction: one bin with one cell after the other.
struct Bins {
    bytes: Vec<u8>,
}

impl Bins {
    /// Writes a key with all that is below it, and returns its cell.
    fn key(&mut self, key: &HiveKey, parent: u32, flags: u16) -> u32 {
        let (name, is_ascii) = name_bytes(&key.name);
        let mut cell = Cell::new(b"nk");
        cell.word(flags | if is_ascii { COMPRESSED_NAME } else { 0 });
        cell.bytes.extend_from_slice(&[0; 12]);
        cell.dword(parent);
        cell.count(key.children.len());
        cell.dword(0);
        let subkey_list = cell.hole();
        cell.dword(NOTHING);
        cell.count(key.values.len());
        let value_list = cell.hole();
        cell.dword(NOTHING);
        cell.dword(NOTHING);
        cell.bytes.extend_from_slice(&[0; 20]);
        cell.short(name.len());
        cell.word(0);
        cell.bytes.extend_from_slice(&name);
        let at = self.cell(cell);

        let values: Vec<u32> =
            key.values.iter().map(|(name, data)| self.value(name, data)).collect();
        if !values.is_empty() {
            let mut list = Cell::default();
            values.into_iter().for_each(|value| list.dword(value));
            let list = self.cell(list);
            self.fill(at, value_list, list);
        }
        if !key.children.is_empty() {
            let list = self.subkeys(key, at);
            self.fill(at, subkey_list, list);
        }
        at
    }

    /// Writes the subkeys of a key and their list; long lists have an index above them.
    fn subkeys(&mut self, key: &HiveKey, parent: u32) -> u32 {
        let cells: Vec<(u32, u32)> = key
            .children
            .iter()
            .map(|(upper, child)| (self.key(child, parent, 0), name_hash(upper)))
            .collect();
        let mut lists: Vec<u32> = Vec::new();
        for part in cells.chunks(KEYS_PER_LIST) {
            let mut list = Cell::new(b"lh");
            list.short(part.len());
            for (cell, hash) in part {
                list.dword(*cell);
                list.dword(*hash);
            }
            lists.push(self.cell(list));
        }
        if let [list] = lists.as_slice() {
            return *list;
        }
        let mut index = Cell::new(b"ri");
        index.short(lists.len());
        lists.into_iter().for_each(|list| index.dword(list));
        self.cell(index)
    }

    fn value(&mut self, name: &str, data: &Data) -> u32 {
        let (name, is_ascii) = name_bytes(name);
        let (kind, size, content) = match data {
            Data::Number(number) => (REG_DWORD, RESIDENT | 4, *number),
            Data::Text(text) => {
                let units = text.encode_utf16().chain([0]);
                let bytes: Vec<u8> = units.flat_map(u16::to_le_bytes).collect();
                (REG_SZ, small(bytes.len()), self.data(&bytes))
            }
        };
        let mut cell = Cell::new(b"vk");
        cell.short(name.len());
        cell.dword(size);
        cell.dword(content);
        cell.dword(kind);
        cell.word(u16::from(is_ascii));
        cell.word(0);
        cell.bytes.extend_from_slice(&name);
        self.cell(cell)
    }

    /// Writes value data; what is too large for one cell goes into segments.
    fn data(&mut self, bytes: &[u8]) -> u32 {
        if bytes.len() <= SEGMENT_BYTES {
            return self.cell(Cell { bytes: bytes.to_vec() });
        }
        let segments: Vec<u32> = bytes
            .chunks(SEGMENT_BYTES)
            .map(|segment| self.cell(Cell { bytes: segment.to_vec() }))
            .collect();
        let mut big = Cell::new(b"db");
        big.short(segments.len());
        let mut list = Cell::default();
        segments.into_iter().for_each(|segment| list.dword(segment));
        let list = self.cell(list);
        big.dword(list);
        self.cell(big)
    }

    /// Appends an allocated cell and returns its offset.
    fn cell(&mut self, cell: Cell) -> u32 {
        let at = small(self.bytes.len());
        let size = (cell.bytes.len() + 4).next_multiple_of(8);
        self.bytes.extend_from_slice(&small(size).wrapping_neg().to_le_bytes());
        self.bytes.extend_from_slice(&cell.bytes);
        self.bytes.resize(at as usize + size, 0);
        at
    }

    /// Writes a number into the hole of a cell.
    fn fill(&mut self, cell: u32, hole: usize, number: u32) {
        let at = cell as usize + 4 + hole;
        if let Some(place) = self.bytes.get_mut(at..at + 4) {
            place.copy_from_slice(&number.to_le_bytes());
        }
    }

    /// Pads the bin with a free cell and writes its header.
    fn finish(&mut self) {
        let used = self.bytes.len();
        let whole = used.next_multiple_of(PAGE_BYTES);
        if whole > used {
            self.bytes.extend_from_slice(&small(whole - used).to_le_bytes());
            self.bytes.resize(whole, 0);
        }
        let mut header = Cell::new(b"hbin");
        header.dword(0);
        header.count(whole);
        if let Some(place) = self.bytes.get_mut(..header.bytes.len()) {
            place.copy_from_slice(&header.bytes);
        }
    }
}

/// The content of a cell under construction.
#[derive(Default)]
struct Cell {
    bytes: Vec<u8>,
}

impl Cell {
    fn new(signature: &[u8]) -> Self {
        Self { bytes: signature.to_vec() }
    }

    fn word(&mut self, number: u16) {
        self.bytes.extend_from_slice(&number.to_le_bytes());
    }

    fn dword(&mut self, number: u32) {
        self.bytes.extend_from_slice(&number.to_le_bytes());
    }

    fn short(&mut self, number: usize) {
        self.word(u16::try_from(number).unwrap_or(u16::MAX));
    }

    fn count(&mut self, number: usize) {
        self.dword(small(number));
    }

    /// Leaves room for an offset that is not known yet.
    fn hole(&mut self) -> usize {
        let at = self.bytes.len();
        self.dword(NOTHING);
        at
    }
}

fn base_block(root: u32, bins_bytes: usize, file: &str) -> Vec<u8> {
    let mut block = Cell::new(b"regf");
    let numbers = [1, 1, 0, 0, 1, 5, 0, 1, root, small(bins_bytes), 1];
    numbers.into_iter().for_each(|number| block.dword(number));
    let mut file: Vec<u8> = file.encode_utf16().flat_map(u16::to_le_bytes).collect();
    file.resize(64, 0);
    block.bytes.extend_from_slice(&file);
    block.bytes.resize(CHECKSUM_AT, 0);
    let (words, _) = block.bytes.as_chunks::<4>();
    let sum = words.iter().fold(0, |sum, &word| sum ^ u32::from_le_bytes(word));
    block.dword(sum);
    block.bytes.resize(PAGE_BYTES, 0);
    block.bytes
}

/// The bytes of a name, and whether each stands for one letter.
fn name_bytes(name: &str) -> (Vec<u8>, bool) {
    if name.is_ascii() {
        (name.as_bytes().to_vec(), true)
    } else {
        (name.encode_utf16().flat_map(u16::to_le_bytes).collect(), false)
    }
}

fn name_hash(upper: &str) -> u32 {
    let units = upper.encode_utf16();
    units.fold(0, |hash: u32, unit| hash.wrapping_mul(37).wrapping_add(u32::from(unit)))
}

/// A size as the format stores it; hives of more than 4 GB do not exist.
fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

const PAGE_BYTES: usize = 4096;
const BIN_HEADER_BYTES: usize = 32;
const CHECKSUM_AT: usize = 508;
const SEGMENT_BYTES: usize = 16_344;
const KEYS_PER_LIST: usize = 500;
const NOTHING: u32 = u32::MAX;
const ROOT_FLAGS: u16 = 0x0c;
const COMPRESSED_NAME: u16 = 0x20;
const RESIDENT: u32 = 1 << 31;
const REG_SZ: u32 = 1;
const REG_DWORD: u32 = 4;
