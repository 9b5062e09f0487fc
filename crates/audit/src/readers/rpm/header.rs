//! A package's header as the database keeps it: two counts, an index of tags, and the data that they point at.

use super::Broken;
use super::bytes::{be32, slice};

/// The tags that are looked at.
#[derive(Default)]
pub(super) struct Package {
    /// The package's name.
    pub(super) name: String,
    /// Its upstream homepage.
    pub(super) url: String,
    /// Who says to supply it.
    pub(super) vendor: String,
    version: String,
    release: String,
    epoch: Option<usize>,
}

impl Package {
    /// `epoch:version-release`, without the parts that it does not have.
    pub(super) fn version(&self) -> String {
        let mut text = self.epoch.map_or_else(String::new, |epoch| format!("{epoch}:"));
        text += &self.version;
        if !self.release.is_empty() {
            text.push('-');
            text += &self.release;
        }
        text
    }
}

/// Reads a header. Tags whose data lie outside of it are left out; the index itself must be whole.
pub(super) fn parse(blob: &[u8]) -> Result<Package, Broken> {
    let broken = Broken("header");
    // A header that was exported carries eight bytes of magic in front.
    let blob = blob.strip_prefix(MAGIC).and_then(|rest| rest.get(4..)).unwrap_or(blob);
    let (tags, length) = be32(blob, 0).zip(be32(blob, 4)).ok_or(broken)?;
    let index_length = tags.checked_mul(ENTRY).filter(|_| tags > 0).ok_or(broken)?;
    let index = slice(blob, 8, index_length).ok_or(broken)?;
    let data = slice(blob, 8 + index_length, length).ok_or(broken)?;
    let mut package = Package::default();
    for entry in index.chunks_exact(ENTRY) {
        let number = |at| be32(entry, at).unwrap_or(usize::MAX);
        let (tag, kind, offset) = (number(0), number(4), number(8));
        let value = data.get(offset..).unwrap_or_default();
        match (tag, kind) {
            (1000, TEXT | TEXTS | TRANSLATED) => package.name = text(value),
            (1001, TEXT | TEXTS | TRANSLATED) => package.version = text(value),
            (1002, TEXT | TEXTS | TRANSLATED) => package.release = text(value),
            (1003, INT32) => package.epoch = be32(value, 0),
            (1011, TEXT | TEXTS | TRANSLATED) => package.vendor = text(value),
            (1020, TEXT | TEXTS | TRANSLATED) => package.url = text(value),
            _ => {}
        }
    }
    Ok(package)
}

/// The first string of a value, up to its zero byte. What has no end within reason is no string.
fn text(value: &[u8]) -> String {
    let value = value.get(..value.len().min(LONGEST)).unwrap_or_default();
    let end = memchr::memchr(0, value).unwrap_or(0);
    String::from_utf8_lossy(value.get(..end).unwrap_or_default()).into_owned()
}

const MAGIC: &[u8] = b"\x8e\xad\xe8\x01";
const ENTRY: usize = 16;
const INT32: usize = 4;
const TEXT: usize = 6;
const TEXTS: usize = 8;
const TRANSLATED: usize = 9;
const LONGEST: usize = 4096;
