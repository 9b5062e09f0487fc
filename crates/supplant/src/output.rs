//! Output: reports are written whole or not at all, results go to standard output or a file.

use std::fs;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::Result;
use model::record::Assessment;
use report::words::Words;

use crate::cli::{Colour, Format, Print};
use crate::trouble::Trouble;

/// Names of standard output.
const STDOUT: [&str; 3] = ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];
/// Names of what is open that lie beside those of all.
const OUTPUTS: [&str; 2] = ["/dev/stdout", "/dev/stderr"];
/// Most links of a chain, as Linux has it.
const MAX_LINKS: usize = 40;

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
) -> Result<Vec<PathBuf>, Trouble> {
    let html =
        report::html::render(assessment, words).map_err(|error| Trouble::render(words, error))?;
    let workbook =
        report::xlsx::write(assessment, words).map_err(|error| Trouble::render(words, error))?;
    fs::create_dir_all(dir).map_err(|error| Trouble::write(words, dir, error))?;
    let file = |name: &str, write: &dyn Fn(&mut dyn Write) -> io::Result<()>| {
        let path = dir.join(name);
        write_file(&path, write).map_err(|error| Trouble::write(words, &path, error))?;
        Ok(path)
    };
    let mut written = vec![
        file("report.html", &|out| out.write_all(html.as_bytes()))?,
        file("report.xlsx", &|out| out.write_all(&workbook))?,
        file("findings.csv", &|out| report::csv::findings(assessment, out))?,
        file("records.jsonl", &|out| report::json::write_lines(assessment, out))?,
        file(RECORD_FILE, &|out| report::json::write(assessment, out))?,
    ];
    if let Some(egress) = &assessment.egress {
        written.push(file("egress.csv", &|out| report::traffic::write_csv(egress, None, out))?);
    }
    Ok(written)
}

/// Writes a file beside its place and moves it there, so that an interrupted run leaves no half report.
///
/// A link is followed, for what it leads to is what is meant. What is no file (a device, a pipe) is
/// written to as it stands: to move a file there would put an end to it, `/dev/null` of the machine too.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn write_file(
    path: &Path,
    write: &dyn Fn(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let standing = fs::metadata(path).ok();
    if is_open(path) || standing.as_ref().is_some_and(|found| !found.is_file() && !found.is_dir()) {
        let mut out = BufWriter::new(fs::OpenOptions::new().append(true).open(path)?);
        return write(&mut out).and_then(|()| out.flush());
    }
    let path = &followed(path)?;
    let Some(name) = path.file_name() else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not the name of a file"));
    };
    let partial = path.with_file_name(format!(".{}.partial", name.to_string_lossy()));
    let mut out = BufWriter::new(fs::File::create(&partial)?);
    // Whoever may not read what stood there may not read what takes its place.
    let permissions = standing.filter(fs::Metadata::is_file).map(|found| found.permissions());
    let written = permissions
        .map_or(Ok(()), |permissions| fs::set_permissions(&partial, permissions))
        .and_then(|()| write(&mut out))
        .and_then(|()| out.into_inner().map_err(io::IntoInnerError::into_error))
        .and_then(|file| file.sync_all())
        .and_then(|()| fs::rename(&partial, path));
    if written.is_err() {
        // What is left of it is of no use; that it cannot be removed either would not be news.
        let _ = fs::remove_file(&partial);
    }
    written
}

/// Whether it names what a process has open, and who else may be writing to.
fn is_open(path: &Path) -> bool {
    let folder = path.parent().unwrap_or(Path::new(""));
    let opened = [Path::new("/dev/fd"), Path::new("/proc/self/fd")];
    opened.contains(&folder) || OUTPUTS.iter().any(|own| path == Path::new(own))
}

/// Where a chain of links leads to, whether there is something or not.
fn followed(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        if !fs::symlink_metadata(&path).is_ok_and(|found| found.is_symlink()) {
            return Ok(path);
        }
        // An absolute target takes the place of the folder.
        let target = fs::read_link(&path)?;
        path = path.parent().map_or_else(|| target.clone(), |folder| folder.join(&target));
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "too many links"))
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
    let rendered = |error| Trouble::render(words, error);
    let bytes = match print.format {
        Format::Summary => summary.as_bytes().to_vec(),
        Format::Table => tables(assessment, words, print).into_bytes(),
        Format::Xlsx => report::xlsx::write(assessment, words).map_err(rendered)?,
        Format::Html => report::html::render(assessment, words).map_err(rendered)?.into_bytes(),
        Format::Json => collected(words, |out| report::json::write(assessment, out))?,
        Format::Jsonl => collected(words, |out| report::json::write_lines(assessment, out))?,
        Format::Csv => collected(words, |out| report::csv::findings(assessment, out))?,
    };
    put_or_write(&bytes, &print.output, words).map_err(Into::into)
}

/// Writes bytes into a file, or to standard output for `-`.
///
/// # Errors
/// When that cannot be written to.
pub(crate) fn put_or_write(bytes: &[u8], output: &Path, words: &Words) -> Result<(), Trouble> {
    put_written(output, words, &|out| out.write_all(bytes))
}

/// Lets something be written into a file, or to standard output for `-`.
///
/// # Errors
/// When that cannot be written to.
pub(crate) fn put_written(
    output: &Path,
    words: &Words,
    write: &dyn Fn(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Trouble> {
    if output.as_os_str() == "-" || STDOUT.iter().any(|own| output == Path::new(own)) {
        let mut out = BufWriter::new(io::stdout().lock());
        return write(&mut out)
            .and_then(|()| out.flush())
            .map_err(|error| Trouble::output(words, error));
    }
    write_file(output, write).map_err(|error| Trouble::write(words, output, error))
}

/// Writes a text to standard output.
///
/// # Errors
/// When it cannot be written to, also because nobody reads it any more.
pub(crate) fn put(text: &str, words: &Words) -> Result<(), Trouble> {
    put_or_write(text.as_bytes(), Path::new("-"), words)
}

/// What a renderer writes, in memory.
///
/// # Errors
/// When the renderer fails.
pub(crate) fn collected(
    words: &Words,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<Vec<u8>, Trouble> {
    let mut bytes = Vec::new();
    write(&mut bytes).map_err(|error| Trouble::output(words, error))?;
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

/// How wide the terminal says that it is.
pub(crate) fn terminal_width() -> Option<usize> {
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
