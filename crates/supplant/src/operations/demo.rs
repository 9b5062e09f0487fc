//! `demo`: the main job on the estate that ships with the program.

use std::io::{self, Write};
use std::path::Path;

use anyhow::Result;
use report::words::Words;

use super::assess;
use crate::Outcome;
use crate::cli::{Common, Demo, FailOn, Format, Print, Scope, Tables};
use crate::trouble::Trouble;

/// The estate as `cargo xtask demo-estate` makes it: a gzip-compressed tar.
static ESTATE: &[u8] = include_bytes!("../../demo/estate.tar.gz");

/// Runs `demo`. Finding something is what the demo is for, so that is no failure.
///
/// # Errors
/// See [`super::run`].
pub(crate) fn run(args: &Demo, common: &Common, words: &Words) -> Result<Outcome> {
    let estate = args.out.join("estate");
    make_room(words, &args.out, &estate)?;
    unpack(&estate).map_err(|error| Trouble::write(words, &estate, error))?;
    let waivers = args.out.join("waivers.toml");
    let scope = Scope {
        directive: vec![DIRECTIVE.to_owned()],
        date: Some(args.date),
        decide: Vec::new(),
        waivers: waivers.exists().then_some(waivers),
        stale_days: audit::find::STALE_DAYS,
        fail_on: FailOn::Never,
        jobs: None,
        tables: Tables::default(),
    };
    let print = Print { format: Format::Summary, output: "-".into() };
    let reports = args.out.join("report");
    assess::run(&[estate], &scope, &print, Some(&reports), common, words)
}

/// Takes away the estate of an earlier run: files of another version would be assessed with it. What this program has not put there
/// is never deleted.
fn make_room(words: &Words, out: &Path, estate: &Path) -> Result<()> {
    let marker = out.join(MARKER);
    if estate.exists() && !marker.exists() {
        let foreign = io::Error::new(io::ErrorKind::AlreadyExists, "this is no demo estate");
        return Err(Trouble::write(words, estate, foreign).into());
    }
    let renew = || {
        if estate.exists() {
            std::fs::remove_dir_all(estate)?;
        }
        std::fs::create_dir_all(out)?;
        std::fs::write(&marker, "")
    };
    renew().map_err(|error| Trouble::write(words, out, error).into())
}

/// Unpacks regular files and folders of our own archive; the waivers file goes beside the estate.
fn unpack(estate: &Path) -> io::Result<()> {
    std::fs::create_dir_all(estate)?;
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(ESTATE));
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        if path.components().any(|part| !matches!(part, std::path::Component::Normal(_))) {
            return Err(io::Error::other(format!("the bundled estate holds `{}`", path.display())));
        }
        let is_waivers = path == Path::new(WAIVERS);
        let target = if is_waivers {
            estate.parent().unwrap_or(estate).join(WAIVERS)
        } else {
            estate.join(&path)
        };
        if entry.header().entry_type().is_dir() {
            std::fs::create_dir_all(&target)?;
            continue;
        }
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent)?;
        }
        let mut file = std::fs::File::create(&target)?;
        std::io::copy(&mut entry, &mut file)?;
        file.flush()?;
    }
    Ok(())
}

/// The directive that the demo estate is about.
const DIRECTIVE: &str = "cn-2026-01-security-software";
const WAIVERS: &str = "waivers.toml";
/// Says that the folder is ours to renew.
const MARKER: &str = ".supplant-demo";
