//! The rules that neither the compiler nor clippy can hold, as a list of problems with their places.
//!
//! `cargo xtask tidy` prints them; `cargo test` runs the same checks, so that nobody has to remember the command.

mod codes;
mod edges;
mod links;
mod names;
mod sources;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::steps::walk;

/// Something that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file, below the root.
    pub path: String,
    /// The line, from 1; 0 when it is about the whole file.
    pub line: usize,
    /// What is wrong and what to do.
    pub text: String,
    /// Whether it is only worth knowing.
    pub warning: bool,
}

/// A text file of the project.
pub(crate) struct TextFile {
    /// The path below the root, with `/`.
    path: String,
    text: String,
}

impl TextFile {
    fn problem(&self, line: usize, text: impl Into<String>) -> Problem {
        Problem { path: self.path.clone(), line, text: text.into(), warning: false }
    }

    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether the whole file is test code.
    fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs")
            || self.path.contains("/tests/")
            || self.path.contains("/benches/")
    }
}

/// Checks everything and returns the problems, sorted.
///
/// # Errors
/// When a file cannot be read.
pub fn check(root: &Path) -> Result<Vec<Problem>> {
    let files = text_files(root)?;
    let mut problems = Vec::new();
    edges::check(&files, &mut problems);
    sources::check(&files, &mut problems);
    names::check(&files, &mut problems);
    codes::check(&files, &mut problems);
    links::check(root, &files, &mut problems);
    problems.sort();
    Ok(problems)
}

/// Prints the problems. `Ok(false)` when there is one that is more than a warning.
///
/// # Errors
/// When a file cannot be read.
pub fn command(root: &Path) -> Result<bool> {
    let problems = check(root)?;
    for Problem { path, line, text, warning } in &problems {
        println!("{}: {path}:{line}: {text}", if *warning { "warning" } else { "error" });
    }
    let errors = problems.iter().filter(|problem| !problem.warning).count();
    println!("tidy: {errors} errors, {} warnings", problems.len() - errors);
    Ok(errors == 0)
}

/// The project's own text files: everything but what is built, fetched, or a sample of somebody's export.
fn text_files(root: &Path) -> Result<Vec<TextFile>> {
    let mut paths = Vec::new();
    let entries = fs::read_dir(root).with_context(|| format!("reading {}", root.display()))?;
    for entry in entries {
        let path = entry.with_context(|| format!("reading {}", root.display()))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if matches!(name, "target" | ".git" | "corpus" | "Cargo.lock" | "demo" | "LICENSE") {
            continue;
        }
        if path.is_dir() {
            walk(&path, &mut paths)?;
        } else if path.is_file() {
            paths.push(path);
        }
    }
    let read = |path: PathBuf| {
        let text = String::from_utf8(fs::read(&path).ok()?).ok()?;
        let path = path.strip_prefix(root).ok()?.to_str()?.replace('\\', "/");
        Some(TextFile { path, text })
    };
    Ok(paths.into_iter().filter_map(read).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_project_is_tidy() {
        let problems = check(&crate::root()).unwrap();
        let errors: Vec<String> = problems
            .iter()
            .filter(|problem| !problem.warning)
            .map(|problem| format!("{}:{}: {}", problem.path, problem.line, problem.text))
            .collect();
        assert!(errors.is_empty(), "{}", errors.join("\n"));
    }
}
