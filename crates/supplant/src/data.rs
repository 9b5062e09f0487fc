//! Data files: the bundled ones, the user's overlays, and how wrong entries are shown.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Result;
use catalog::load::{DataFile, Loaded, Problem, bundled, load, load_waivers};
use catalog::waiver::Waivers;
use codespan_reporting::diagnostic::{Diagnostic, Label};
use codespan_reporting::files::SimpleFiles;
use codespan_reporting::term;
use dialect::DialectFacts;
use model::diagnostic::Severity;
use report::words::{Arg, Words};
use sha2::{Digest, Sha256};

use crate::trouble::Trouble;

/// The facts in force, and a digest over them.
pub(crate) struct Facts {
    /// What was loaded.
    pub(crate) loaded: Loaded,
    /// What platforms of firewalls predefine.
    pub(crate) dialects: DialectFacts,
    /// SHA-256 over all files, as hex.
    pub(crate) sha256: String,
}

/// Loads the bundled facts and the overlays.
///
/// # Errors
/// When an overlay cannot be read.
pub(crate) fn load_facts(overlays: &[PathBuf], words: &Words) -> Result<Facts, Trouble> {
    let mut files = bundled();
    for overlay in overlays {
        files.extend(read_overlay(overlay, words)?);
    }
    let mut hasher = Sha256::new();
    for file in &files {
        hasher.update(file.path.as_bytes());
        hasher.update([0]);
        hasher.update(file.text.as_bytes());
        hasher.update([0]);
    }
    let sha256 = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    let texts = files.iter().map(|file| (file.path.as_str(), file.text.as_str()));
    let (dialects, wrong) = DialectFacts::load(texts);
    let mut loaded = load(files);
    for problem in wrong {
        // What is no TOML is told by both who read it.
        let file = loaded.files.iter().rposition(|file| file.path == problem.path).unwrap_or(0);
        let (start, end) = problem.span;
        loaded.problems.push(Problem {
            file,
            span: (start..end).into(),
            code: catalog::codes::INVALID,
            severity: Severity::Error,
            args: vec![("why", problem.text)],
        });
    }
    Ok(Facts { loaded, dialects, sha256 })
}

/// The TOML files of a folder laid out like `data/`, or one file; a file on its own is sorted by its parent folder's name.
fn read_overlay(path: &Path, words: &Words) -> Result<Vec<DataFile>, Trouble> {
    if path.is_file() {
        let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let text = read_text(path, words)?;
        let shown = match folder.to_string_lossy().as_ref() {
            known @ ("vendors" | "products" | "replacements" | "directives") => {
                format!("{known}/{name}")
            }
            _ if looks_like_directive(&text) => format!("directives/{name}"),
            _ => name.into_owned(),
        };
        return Ok(vec![DataFile { path: shown, text, overlay: true }]);
    }
    let failed = |folder: &Path, error| Trouble::read(words, folder, error);
    let mut files = Vec::new();
    let mut folders = vec![path.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).map_err(|error| failed(&folder, error))?;
        for entry in entries {
            let entry = entry.map_err(|error| failed(&folder, error))?;
            let child = entry.path();
            // The entry's own type: a link to a folder could lead round in a circle.
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(child);
            } else if child.extension().is_some_and(|extension| extension == "toml") {
                let below = child.strip_prefix(path).unwrap_or(&child);
                let shown = below.to_string_lossy().replace('\\', "/");
                let text = read_text(&child, words)?;
                files.push(DataFile { path: shown, text, overlay: true });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    if files.is_empty() {
        let shown = path.display().to_string();
        return Err(Trouble::wrong(words, "error-toml", &[("path", (&shown).into())]));
    }
    Ok(files)
}

/// A directive's file on its own says whose it is at the top.
fn looks_like_directive(text: &str) -> bool {
    text.lines().any(|line| line.trim_start().starts_with("jurisdiction"))
}

/// Reads a text file of the user.
///
/// # Errors
/// When it cannot be read, or is no UTF-8.
pub(crate) fn read_text(path: &Path, words: &Words) -> Result<String, Trouble> {
    std::fs::read_to_string(path).map_err(|error| Trouble::read(words, path, error))
}

/// Reads a waivers file and shows what is wrong in it.
///
/// # Errors
/// When it cannot be read, or holds anything wrong: a waiver that is not understood must not be taken for none.
pub(crate) fn read_waivers(path: &Path, words: &Words) -> Result<Waivers> {
    let text = read_text(path, words)?;
    let shown = path.display().to_string();
    let file = DataFile { path: shown.clone(), text, overlay: true };
    let (waivers, problems, file) = load_waivers(file);
    if problems.is_empty() {
        return Ok(waivers);
    }
    show_problems(&problems, std::slice::from_ref(&file), words)?;
    let args = [("path", (&shown).into()), ("problems", problems.len().into())];
    Err(Trouble::wrong(words, "error-waivers", &args).into())
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
    let mut out = anstream::stderr().lock();
    for problem in problems {
        let mut text = String::new();
        term::emit_to_string(&mut text, &config, &shown, &as_shown(problem, words))?;
        // The library knows its severities in English only.
        let english = problem.severity.as_str();
        let severity = words.word("severity", english);
        let text = text.strip_prefix(english).map(|rest| format!("{severity}{rest}"));
        write!(out, "{}", text.unwrap_or_default())?;
    }
    Ok(())
}

fn as_shown(problem: &Problem, words: &Words) -> Diagnostic<usize> {
    let worded: Vec<(&str, String)> = problem
        .args
        .iter()
        .map(|(name, value)| match *name {
            "kind" => (*name, words.word("entry", value)),
            _ => (*name, value.clone()),
        })
        .collect();
    let args: Vec<(&str, Arg<'_>)> =
        worded.iter().map(|(name, value)| (*name, Arg::Text(value))).collect();
    let severity = match problem.severity {
        Severity::Error => Diagnostic::error(),
        Severity::Warning => Diagnostic::warning(),
        Severity::Note => Diagnostic::note(),
    };
    let help = words.help(problem.code.0);
    let help = help.map(|help| format!("{}: {help}", words.plain("help")));
    severity
        .with_code(problem.code.0)
        .with_message(words.text(&problem.code.0.replace('/', "-"), &args))
        .with_labels(vec![Label::primary(problem.file, problem.span.start..problem.span.end)])
        .with_notes(help.into_iter().collect())
}
