//! Firewalls that do not exist, made from a seed: one neutral policy, rendered in the languages of several platforms.
//!
//! All renderings of one [`Firewall`] must mean the same: the tests read each back and hold it against the neutral policy packet by
//! packet. A [`Profile`] says what a group of platforms can all say exactly; a [`Fault`] makes a second firewall that differs in
//! one thing, with a packet that shows it.

mod checkpoint_text;
mod compare;
mod fortios_nat;
mod fortios_text;
mod make;
mod make_nat;
mod meaning;
mod mutate;
mod noun;
mod nsx_text;
mod pairwise;
mod panos_text;
mod probe;
mod profile;
#[cfg(test)]
mod readback;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};

pub use make::{Shape, make};
pub use mutate::Fault;
pub(crate) use mutate::mutant;
pub use noun::Firewall;
pub(crate) use pairwise::pairwise;
pub use profile::{Platform, Profile};

/// The files of one rendering.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendering {
    /// Path and content.
    pub files: Vec<(String, String)>,
}

/// Renders a firewall in the language of a platform.
pub fn render(firewall: &Firewall, platform: Platform) -> Rendering {
    let one = |path: &str, text: String| Rendering { files: vec![(path.to_owned(), text)] };
    match platform {
        Platform::FortiOs => one("firewall.conf", fortios_text::render(firewall)),
        Platform::PanOs => one("running-config.xml", panos_text::xml(firewall)),
        Platform::PanOsSet => one("config.set", panos_text::set(firewall)),
        Platform::CheckPoint => Rendering { files: checkpoint_text::render(firewall) },
        Platform::Nsx => one("infra.json", nsx_text::render(firewall)),
    }
}

/// Reads files as the program would, and says what came of it: for the bench.
///
/// # Errors
/// When it is not one configuration of this platform.
pub(crate) fn read_back(
    root: &Path,
    platform: Platform,
    rendering: Rendering,
) -> Result<dialect::Reading> {
    compare::read(rendering, platform, &compare::facts(root)).map_err(|error| anyhow!(error))
}

/// `cargo xtask firewall`: writes one rendering into a file, or into a folder when it has several files.
///
/// # Errors
/// When an argument is wrong or a file cannot be written.
pub fn command(arguments: &[String]) -> Result<bool> {
    let mut platform = Platform::FortiOs;
    let (mut rules, mut seed) = (1000_usize, 1_u64);
    let mut profile = None;
    let mut shape = Shape::Zoned;
    let mut out = None;
    let mut fault = None;
    for pair in arguments.chunks(2) {
        let [flag, value] = pair else { bail!("{USAGE}") };
        match flag.as_str() {
            "--platform" => platform = Platform::of(value).context(USAGE)?,
            "--rules" => rules = value.parse().context("--rules takes a number")?,
            "--seed" => seed = value.parse().context("--seed takes a number")?,
            "--profile" => profile = Some(Profile::of(value).context(USAGE)?),
            "--shape" => shape = Shape::of(value).context(USAGE)?,
            "--fault" => fault = Some(Fault::of(value).context(USAGE)?),
            "-o" => out = Some(PathBuf::from(value)),
            _ => bail!("{USAGE}"),
        }
    }
    let out = out.context(USAGE)?;
    let profile = profile.unwrap_or_else(|| Profile::usual(platform));
    let mut firewall = make(profile, shape, rules, seed);
    if let Some(fault) = fault {
        let (other, probe) = mutate::mutant(&firewall, fault, seed)
            .context("no mutant of this kind was found: try another seed")?;
        println!("differs: {}", firewall.probe_text(&probe));
        firewall = other;
    }
    write(&out, &render(&firewall, platform))?;
    Ok(true)
}

pub(crate) fn write(out: &Path, rendering: &Rendering) -> Result<()> {
    if let [(_, text)] = rendering.files.as_slice() {
        return fs::write(out, text).with_context(|| format!("writing {}", out.display()));
    }
    for (path, text) in &rendering.files {
        let path = out.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
        }
        fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(())
}

const USAGE: &str = "`cargo xtask firewall [--platform fortios|panos|panos-set|checkpoint|nsx] \
[--rules N] [--seed N] [--profile NAME] [--shape zoned|overlapping] [--fault KIND] -o FILE`";
