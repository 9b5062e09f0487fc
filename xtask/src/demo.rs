//! The demo estate: the exports of a company that does not exist, made from a seed.
//!
//! Jinhai Port Logistics (金海港物流) has about 400 hosts at three sites, and the usual mess: overlapping sources, a CMDB with
//! mistakes, stale reports, residue, look-alikes, and files that nobody can read. Every reader and every state of a finding
//! occurs. The names of vendors and products in here are test data.

mod company;
mod containers;
mod glpi;
mod images;
mod linux;
mod logs;
mod mac;
mod network;
mod odd;
mod osquery;
mod packages;
pub(crate) mod random;
mod rpm;
mod sbom;
mod snmp;
mod software;
mod tables;
mod windows;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;

use company::Company;

/// The seed of the bundled estate.
pub const SEED: u64 = 20_260_331;

/// Where the bundled estate lies, below the root.
pub const BUNDLED: &str = "crates/supplant/demo/estate.tar.gz";

/// The files of an estate by path.
#[derive(Default)]
pub struct Estate {
    files: BTreeMap<String, Vec<u8>>,
}

impl Estate {
    fn put(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.files.insert(path.into(), bytes.into());
    }

    /// The files by path.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
    }

    /// The estate as one tar archive, the same bytes for the same files.
    ///
    /// # Errors
    /// Never in practice: it is written into memory.
    pub fn tar(&self) -> Result<Vec<u8>> {
        tar_of(self.files())
    }
}

/// Generates an estate.
///
/// # Errors
/// When a workbook or database cannot be written.
pub fn generate(seed: u64) -> Result<Estate> {
    let company = Company::new(seed);
    let mut estate = Estate::default();
    osquery::write(&company, &mut estate);
    mac::write(&company, &mut estate);
    linux::write(&company, &mut estate)?;
    rpm::write(&company, &mut estate)?;
    sbom::write(&mut estate);
    glpi::write(&company, &mut estate)?;
    snmp::write(&company, &mut estate);
    network::write(&company, &mut estate);
    windows::write(&company, &mut estate)?;
    tables::write(&company, &mut estate)?;
    containers::write(&mut estate);
    images::write(&mut estate)?;
    logs::write(&company, &mut estate)?;
    odd::write(&mut estate);
    Ok(estate)
}

/// `cargo xtask demo-estate`: writes the bundled archive, or the files themselves into a folder.
///
/// # Errors
/// When something cannot be written.
pub fn command(root: &Path, arguments: &[String]) -> Result<bool> {
    let option = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1)
    };
    let seed = match option("--seed") {
        Some(text) => text.parse().with_context(|| format!("`{text}` is no seed"))?,
        None => SEED,
    };
    let estate = generate(seed)?;
    let bytes: usize = estate.files().map(|(_, bytes)| bytes.len()).sum();
    println!("{} files, {bytes} bytes, seed {seed}", estate.files.len());
    if let Some(folder) = option("--out") {
        for (path, bytes) in estate.files() {
            store(&Path::new(folder).join(path), bytes)?;
        }
        return Ok(true);
    }
    let packed = gzip(&estate.tar()?)?;
    println!("{BUNDLED}: {} bytes", packed.len());
    store(&root.join(BUNDLED), &packed)?;
    Ok(true)
}

fn store(path: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
    }
    fs::write(path, bytes).with_context(|| format!("writing {}", path.display()))
}

/// A tar archive with fixed owners and times.
fn tar_of<'a>(files: impl Iterator<Item = (&'a str, &'a [u8])>) -> Result<Vec<u8>> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(MIDNIGHT);
        header.set_entry_type(tar::EntryType::Regular);
        builder.append_data(&mut header, path, bytes).with_context(|| format!("packing {path}"))?;
    }
    builder.into_inner().context("packing")
}

/// Compresses with fixed header fields.
fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).context("compressing")?;
    encoder.finish().context("compressing")
}

/// The day of the demo, 2026-03-31, as seconds since 1970.
const MIDNIGHT: u64 = 1_774_915_200;

#[cfg(test)]
mod tests;
