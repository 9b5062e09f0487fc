//! The whole program on files: `supplant assess` over exports that lie on the disk, with one worker and with two.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use catalog::load::{bundled, load};

use super::estate::{Estate, Mode};
use super::measure::{Cost, run};

/// Writes the exports, unless they are there, and returns their folder and size in bytes.
///
/// # Errors
/// When a file cannot be written.
pub(super) fn exports(
    bench: &Path,
    seed: u64,
    hosts: usize,
    rows: usize,
) -> Result<(PathBuf, u64)> {
    let folder = bench.join(format!("exports-{seed}-{hosts}x{rows}"));
    let whole = folder.with_extension("bytes");
    if let Some(bytes) = fs::read_to_string(&whole).ok().and_then(|text| text.parse().ok()) {
        return Ok((folder, bytes));
    }
    let estate = Estate::new(seed, Mode::Typical, &load(bundled()).catalog);
    let mut bytes = 0;
    for host in 0..hosts {
        let site = folder.join(format!("site-{}", host % 7));
        fs::create_dir_all(&site).with_context(|| format!("making {}", site.display()))?;
        let path = site.join(format!("host-{host:05}.json"));
        let export = estate.host(host, rows);
        bytes += export.len() as u64;
        fs::write(&path, export).with_context(|| format!("writing {}", path.display()))?;
    }
    fs::write(&whole, bytes.to_string()).context("writing the size of the exports")?;
    Ok((folder, bytes))
}

/// Runs the program so many times.
///
/// # Errors
/// When it cannot be started, or ends with an error.
pub(super) fn assess(
    program: &Path,
    folder: &Path,
    jobs: usize,
    rounds: usize,
) -> Result<Vec<Cost>> {
    let mut costs = Vec::new();
    for _ in 0..rounds {
        let ran = run(Command::new(program)
            .arg("assess")
            .arg(folder)
            .args(["--directive", "cn-2026-01-security-software", "--date", "2026-02-10"])
            .args(["--no-reports", "--jobs", &jobs.to_string()]))?;
        if !matches!(ran.status.code(), Some(0 | 1)) {
            bail!("the program ended with {}", ran.status);
        }
        costs.push(ran.cost);
    }
    Ok(costs)
}
