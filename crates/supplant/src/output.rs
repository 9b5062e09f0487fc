//! Output: reports are written whole or not at all, results go to standard output or a file.

use std::fs;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use model::record::Assessment;
use report::words::Words;

use crate::cli::{Colour, Format, Print};

/// The file name of the complete record in a report folder; `explain` looks for it.
pub(crate) const RECORD_FILE: &str = "assessment.json";

/// Writes all reports into a folder and returns their paths.
///
/// # Errors
/// When the folder or a file cannot be written.
pub(crate) fn write_reports(
    assessment: &Assessment,
    words: &Words,
    dir: &Path,
) -> Result<Vec<PathBuf>> {
    fs::create_dir_all(dir)
        .with_context(|| format!("cannot make the folder `{}`", dir.display()))?;
    let html =
        report::html::render(assessment, words).context("rendering the HTML report failed")?;
    let workbook =
        report::xlsx::write(assessment, words).context("rendering the workbook failed")?;
    let written = vec![
        write_file(dir, "report.html", |out| out.write_all(html.as_bytes()))?,
        write_file(dir, "report.xlsx", |out| out.write_all(&workbook))?,
        write_file(dir, "findings.csv", |out| report::csv::findings(assessment, out))?,
        write_file(dir, "records.jsonl", |out| report::json::write_lines(assessment, out))?,
        write_file(dir, RECORD_FILE, |out| report::json::write(assessment, out))?,
    ];
    Ok(written)
}

/// Writes a file beside its place and moves it there, so that an interrupted run leaves no half report.
fn write_file(
    dir: &Path,
    name: &str,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<PathBuf> {
    let path = dir.join(name);
    let partial = dir.join(format!(".{name}.partial"));
    let outcome = fs::File::create(&partial).and_then(|file| {
        let mut out = BufWriter::new(file);
        write(&mut out)?;
        out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        fs::rename(&partial, &path)
    });
    outcome.with_context(|| format!("cannot write `{}`", path.display()))?;
    Ok(path)
}

/// Prints an assessment in the form that was asked for; `summary` is made by the caller.
///
/// # Errors
/// When the output cannot be written or rendered.
pub(crate) fn print(
    assessment: &Assessment,
    words: &Words,
    print: &Print,
    summary: &str,
) -> Result<()> {
    let bytes = match print.format {
        Format::Summary => summary.as_bytes().to_vec(),
        Format::Table => tables(assessment, words, print).into_bytes(),
        Format::Xlsx => {
            report::xlsx::write(assessment, words).context("rendering the workbook failed")?
        }
        Format::Html => report::html::render(assessment, words)
            .context("rendering the HTML report failed")?
            .into_bytes(),
        Format::Json => collected(|out| report::json::write(assessment, out))?,
        Format::Jsonl => collected(|out| report::json::write_lines(assessment, out))?,
        Format::Csv => collected(|out| report::csv::findings(assessment, out))?,
    };
    if print.output.as_os_str() == "-" {
        let mut out = io::stdout().lock();
        return out.write_all(&bytes).and_then(|()| out.flush()).context("cannot write the output");
    }
    let dir = print.output.parent().filter(|dir| !dir.as_os_str().is_empty());
    let name = print.output.file_name().map(|name| name.to_string_lossy().into_owned());
    let name = name.with_context(|| format!("`{}` is no file name", print.output.display()))?;
    write_file(dir.unwrap_or(Path::new(".")), &name, |out| out.write_all(&bytes)).map(|_| ())
}

fn collected(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    write(&mut bytes).context("rendering failed")?;
    Ok(bytes)
}

fn tables(assessment: &Assessment, words: &Words, print: &Print) -> String {
    let to_terminal = print.output.as_os_str() == "-" && io::stdout().is_terminal();
    let width = if to_terminal { terminal_width() } else { None };
    let mut text = report::table::findings(assessment, words, width);
    for table in [
        report::table::assets(assessment, words, width),
        report::table::sources(assessment, words, width),
        report::table::diagnostics(assessment, words, width),
    ] {
        text.push('\n');
        text.push_str(&table);
    }
    text
}

fn terminal_width() -> Option<usize> {
    std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok())
}

/// Whether to colour what goes to standard output.
pub(crate) fn colour(choice: Colour) -> bool {
    match choice {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => {
            io::stdout().is_terminal()
                && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        }
    }
}
