//! Data files: the bundled ones, the user's overlays, and how wrong entries are shown.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use catalog::load::{DataFile, Loaded, Problem, bundled, load, load_waivers};
use catalog::waiver::Waivers;
use codespan_reporting::diagnostic::{Diagnostic, Label};
use codespan_reporting::files::SimpleFiles;
use codespan_reporting::term;
use model::diagnostic::Severity;
use report::words::{Arg, Words};
use sha2::{Digest, Sha256};

/// The facts in force, and a digest over them.
pub(crate) struct Facts {
    /// What was loaded.
    pub(crate) loaded: Loaded,
    /// SHA-256 over all files, as hex.
    pub sha256: String,
}

/// Loads the bundled facts and the overlays.
///
/// # Errors
/// When an overlay cannot be read.
pub(crate) fn load_facts(overlays: &[PathBuf]) -> Result<Facts> {
    let mut files = bundled();
    for overlay in overlays {
        files.extend(read_overlay(overlay)?);
    }
    let mut hasher = Sha256::new();
    for file in &files {
        hasher.update(file.path.as_bytes());
        hasher.update([0]);
        hasher.update(file.text.as_bytes());
        hasher.update([0]);
    }
    let sha256 = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Facts { loaded: load(files), sha256 })
}

/// The TOML files of a folder laid out like `data/`, or one file; a file on its own is sorted by its parent folder's name.
fn read_overlay(path: &Path) -> Result<Vec<DataFile>> {
    let mut files = Vec::new();
    if path.is_file() {
        let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let shown = match folder.to_string_lossy().as_ref() {
            known @ ("vendors" | "products" | "replacements" | "directives") => {
                format!("{known}/{name}")
            }
            _ if looks_like_directive(path)? => format!("directives/{name}"),
            _ => name.into_owned(),
        };
        files.push(read_file(path, shown)?);
        return Ok(files);
    }
    let mut folders = vec![path.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder)
            .with_context(|| format!("cannot read the folder `{}`", folder.display()))?;
        for entry in entries {
            let entry = entry.with_context(|| format!("cannot read `{}`", folder.display()))?;
            let child = entry.path();
            if child.is_dir() {
                folders.push(child);
            } else if child.extension().is_some_and(|extension| extension == "toml") {
                let below = child.strip_prefix(path).unwrap_or(&child);
                let shown = below.to_string_lossy().replace('\\', "/");
                files.push(read_file(&child, shown)?);
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    if files.is_empty() {
        bail!("no TOML file in `{}`", path.display());
    }
    Ok(files)
}

/// A directive's file on its own has its id at the top.
fn looks_like_directive(path: &Path) -> Result<bool> {
    let text = read_text(path)?;
    Ok(text.lines().any(|line| line.trim_start().starts_with("jurisdiction")))
}

fn read_file(path: &Path, shown: String) -> Result<DataFile> {
    Ok(DataFile { path: shown, text: read_text(path)?, overlay: true })
}

fn read_text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))
}

/// Reads a waivers file and shows what is wrong in it.
///
/// # Errors
/// When it cannot be read, or holds anything wrong: a waiver that is not understood must not be taken for none.
pub(crate) fn read_waivers(path: &Path, words: &Words) -> Result<Waivers> {
    let file = DataFile { path: path.display().to_string(), text: read_text(path)?, overlay: true };
    let (waivers, problems, file) = load_waivers(file);
    if problems.is_empty() {
        return Ok(waivers);
    }
    show_problems(&problems, std::slice::from_ref(&file), words)?;
    bail!("{} in `{}`; no waiver was applied", count(problems.len(), "error"), path.display());
}

/// Shows problems like a compiler: code, file, line, caret.
///
/// # Errors
/// When standard error cannot be written to.
pub(crate) fn show_problems(problems: &[Problem], files: &[DataFile], words: &Words) -> Result<()> {
    let mut shown = SimpleFiles::new();
    for file in files {
        let prefix = if file.overlay { "" } else { "data/" };
        shown.add(format!("{prefix}{}", file.path), file.text.as_str());
    }
    let config = term::Config::default();
    for problem in problems {
        let args: Vec<(&str, Arg<'_>)> =
            problem.args.iter().map(|(name, value)| (*name, Arg::Text(value))).collect();
        let key = problem.code.0.replace('/', "-");
        let severity = match problem.severity {
            Severity::Error => Diagnostic::error(),
            Severity::Warning => Diagnostic::warning(),
            Severity::Note => Diagnostic::note(),
        };
        let span = problem.span.start..problem.span.end;
        let mut diagnostic = severity
            .with_code(problem.code.0)
            .with_message(words.text(&key, &args))
            .with_labels(vec![Label::primary(problem.file, span)]);
        if let Some(help) = words.help(problem.code.0) {
            diagnostic = diagnostic.with_notes(vec![format!("help: {help}")]);
        }
        let mut text = String::new();
        term::emit_to_string(&mut text, &config, &shown, &diagnostic)?;
        anstream::eprint!("{text}");
    }
    Ok(())
}

/// A count with its noun, in English: for messages that are not in the locales.
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
