//! The corpus of real inventories beside the repository.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Where it lies, seen from the root of the repository.
pub(super) const PLACE: &str = "../shared/corpus/inventory";

/// The corpus.
pub(super) struct Corpus {
    folder: PathBuf,
}

impl Corpus {
    /// The corpus, if it is there.
    pub(super) fn beside(root: &Path) -> Option<Self> {
        let folder = root.join(PLACE);
        folder.is_dir().then_some(Self { folder })
    }

    /// One file as the pipeline gets it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn file(&self, path: &str) -> Result<(String, Vec<u8>)> {
        let whole = self.folder.join(path);
        let bytes = fs::read(&whole).with_context(|| format!("reading {}", whole.display()))?;
        Ok((path.to_owned(), bytes))
    }

    /// Several files.
    ///
    /// # Errors
    /// When one cannot be read.
    pub(super) fn files(&self, paths: &[&str]) -> Result<Vec<(String, Vec<u8>)>> {
        paths.iter().map(|path| self.file(path)).collect()
    }

    /// The walks with their labels; an empty label says that no listed vendor made the device.
    ///
    /// # Errors
    /// When the list or a walk cannot be read.
    pub(super) fn walks(&self) -> Result<Vec<Walk>> {
        let (_, list) = self.file("snmp/devices.tsv")?;
        let list = String::from_utf8(list).context("the list of walks is no UTF-8")?;
        let mut walks = Vec::new();
        for line in list.lines().skip(1) {
            let columns: Vec<&str> = line.split('\t').collect();
            let (Some(name), Some(label)) = (columns.first(), columns.get(4)) else { continue };
            let (path, bytes) = self.file(&format!("snmp/{name}.snmprec"))?;
            walks.push(Walk { name: (*name).to_owned(), label: (*label).to_owned(), path, bytes });
        }
        Ok(walks)
    }
}

/// A recorded SNMP walk.
pub(super) struct Walk {
    /// Its name.
    pub(super) name: String,
    /// Who made the device, if one of the labelled vendors did.
    pub(super) label: String,
    /// Its path in the corpus.
    pub(super) path: String,
    /// The recording.
    pub(super) bytes: Vec<u8>,
}
