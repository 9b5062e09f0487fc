//! `cargo xtask test`: everything, in the order in which it fails soonest, with the wall time of each step.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

/// Debian packages that the tests need besides Rust. None yet; real components of later issues are named here and installed by
/// [`install_packages`], so that the README's test command is enough on a fresh machine.
const PACKAGES: &[&str] = &[];

/// Runs every step, also after one has failed, and says how many checks passed. `Ok(false)` when any failed.
///
/// # Errors
/// When a program cannot be started or a file cannot be read.
pub fn test(root: &Path) -> Result<bool> {
    install_packages(PACKAGES)?;
    let mut tally = Tally::default();
    step(&mut tally, "format", || cargo(root, &["fmt", "--all", "--check"]))?;
    step(&mut tally, "lints", || {
        let all = ["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"];
        cargo(root, &all)
    })?;
    let mut counted = Tally::default();
    step(&mut tally, "tests", || {
        counted = cargo_test(root)?;
        Ok(counted.failed == 0 && counted.finished)
    })?;
    tally.passed += counted.passed;
    tally.failed += counted.failed;
    tally.skipped += counted.skipped;
    step(&mut tally, "release build", || {
        cargo(root, &["build", "--release", "--locked", "--package", "supplant"])
    })?;
    step(&mut tally, "demo, twice, same bytes", || demo_twice(root))?;
    for (name, seconds, passed) in &tally.steps {
        println!("{:>8.1} s  {}  {name}", seconds, if *passed { "ok  " } else { "FAIL" });
    }
    println!("{} passed, {} failed, {} skipped", tally.passed, tally.failed, tally.skipped);
    Ok(tally.failed == 0)
}

#[derive(Default)]
struct Tally {
    passed: u64,
    failed: u64,
    skipped: u64,
    /// Whether the run came to its own end, as opposed to a build error.
    finished: bool,
    steps: Vec<(&'static str, f64, bool)>,
}

fn step(
    tally: &mut Tally,
    name: &'static str,
    mut run: impl FnMut() -> Result<bool>,
) -> Result<()> {
    println!("== {name}");
    let start = Instant::now();
    let passed = run()?;
    tally.steps.push((name, start.elapsed().as_secs_f64(), passed));
    if passed {
        tally.passed += 1;
    } else {
        tally.failed += 1;
    }
    Ok(())
}

fn cargo(root: &Path, arguments: &[&str]) -> Result<bool> {
    let status = Command::new(cargo_program())
        .args(arguments)
        .current_dir(root)
        .status()
        .with_context(|| format!("starting cargo {}", arguments.join(" ")))?;
    Ok(status.success())
}

/// The cargo that runs this task, else the one on the path.
fn cargo_program() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

/// Runs all tests, passes their output on and adds up the result lines.
fn cargo_test(root: &Path) -> Result<Tally> {
    let mut child = Command::new(cargo_program())
        .args(["test", "--workspace", "--locked", "--no-fail-fast"])
        .current_dir(root)
        .stdout(Stdio::piped())
        .spawn()
        .context("starting cargo test")?;
    let mut tally = Tally::default();
    let output = child.stdout.take().context("reading the output of cargo test")?;
    for line in BufReader::new(output).lines() {
        let line = line.context("reading the output of cargo test")?;
        if let Some((passed, failed, skipped)) = result_line(&line) {
            tally.passed += passed;
            tally.failed += failed;
            tally.skipped += skipped;
        }
        // One line for each of hundreds of tests that pass helps nobody.
        if !line.ends_with("... ok") && !line.is_empty() {
            println!("{line}");
        }
    }
    tally.finished = child.wait().context("waiting for cargo test")?.success();
    Ok(tally)
}

/// `test result: ok. 12 passed; 0 failed; 1 ignored; …` as numbers.
fn result_line(line: &str) -> Option<(u64, u64, u64)> {
    let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let count = |word: &str| {
        counts.split("; ").find_map(|part| part.strip_suffix(word)?.trim().parse::<u64>().ok())
    };
    Some((count("passed")?, count("failed")?, count("ignored")?))
}

/// Runs the built binary's demo twice into the same folder; both runs must leave the same bytes.
fn demo_twice(root: &Path) -> Result<bool> {
    let out = root.join("target").join("demo-check");
    let first = demo(root, &out)?;
    let second = demo(root, &out)?;
    println!("digest {first}");
    if first != second {
        println!("digest {second} in the second run: the output depends on more than its input");
    }
    Ok(first == second)
}

fn demo(root: &Path, out: &Path) -> Result<String> {
    if out.exists() {
        fs::remove_dir_all(out).with_context(|| format!("clearing {}", out.display()))?;
    }
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let binary = target.join("release").join(format!("supplant{}", std::env::consts::EXE_SUFFIX));
    let status = Command::new(&binary)
        .args(["demo", "--out"])
        .arg(out)
        .current_dir(root)
        .status()
        .with_context(|| format!("starting {}", binary.display()))?;
    // 1 means that something was found, which is what a demo is for.
    if !matches!(status.code(), Some(0 | 1)) {
        bail!("the demo ended with {status}");
    }
    digest_of(out)
}

/// One digest over the names and contents of all files below a folder.
///
/// # Errors
/// When a file cannot be read, or there is none.
pub fn digest_of(folder: &Path) -> Result<String> {
    let mut paths = Vec::new();
    walk(folder, &mut paths)?;
    if paths.is_empty() {
        bail!("nothing was written into {}", folder.display());
    }
    paths.sort();
    let mut hasher = Sha256::new();
    for path in paths {
        let bytes = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        let name = path.strip_prefix(folder).unwrap_or(&path);
        hasher.update(format!("{}\0{}\0", name.display(), bytes.len()));
        hasher.update(&bytes);
    }
    Ok(hex(&hasher.finalize()))
}

/// Bytes as lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Every regular file below a folder.
///
/// # Errors
/// When a folder cannot be read.
pub fn walk(folder: &Path, into: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    for entry in entries {
        let entry = entry.with_context(|| format!("reading {}", folder.display()))?;
        let kind = entry.file_type().with_context(|| format!("reading {}", folder.display()))?;
        if kind.is_dir() {
            walk(&entry.path(), into)?;
        } else if kind.is_file() {
            into.push(entry.path());
        }
    }
    Ok(())
}

/// Installs Debian packages that are missing.
fn install_packages(packages: &[&str]) -> Result<()> {
    let installed = |package: &&&str| {
        let query = Command::new("dpkg-query").args(["-W", "-f", "${Status}", package]).output();
        query.is_ok_and(|output| output.stdout.ends_with(b"ok installed"))
    };
    let missing: Vec<&str> = packages.iter().filter(|p| !installed(p)).copied().collect();
    if missing.is_empty() {
        return Ok(());
    }
    print!("installing {}", missing.join(" "));
    std::io::stdout().flush().context("writing")?;
    let status = Command::new("apt-get")
        .args(["install", "--yes", "--no-install-recommends"])
        .args(&missing)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .status()
        .context("starting apt-get")?;
    if !status.success() {
        bail!("apt-get ended with {status}; install {} by hand", missing.join(" "));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_result_lines_of_cargo_test() {
        let line =
            "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out";
        assert_eq!(result_line(line), Some((12, 3, 1)));
        assert_eq!(result_line("running 3 tests"), None);
    }

    #[test]
    fn the_digest_sees_names_and_contents() {
        let folder = tempfile::tempdir().unwrap();
        assert!(digest_of(folder.path()).is_err());
        fs::create_dir(folder.path().join("below")).unwrap();
        fs::write(folder.path().join("below/a"), "1").unwrap();
        let first = digest_of(folder.path()).unwrap();
        assert_eq!(first, digest_of(folder.path()).unwrap());
        fs::rename(folder.path().join("below/a"), folder.path().join("below/b")).unwrap();
        assert_ne!(first, digest_of(folder.path()).unwrap());
    }
}
