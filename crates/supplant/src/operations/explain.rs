//! `explain`: what a code means, or why a finding stands, down to the raw line.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use model::record::{Assessment, Evidence, Finding};
use report::words::Words;
use sha2::{Digest, Sha256};

use crate::Outcome;
use crate::cli::Explain;
use crate::output::RECORD_FILE;

/// Runs `explain`.
///
/// # Errors
/// See [`super::run`].
pub(crate) fn run(args: &Explain, words: &Words) -> Result<Outcome> {
    let is_code = args.subject.contains('/');
    if is_code {
        return explain_code(&args.subject, words);
    }
    let path = record_path(args.from.as_deref())?;
    let file = File::open(&path).with_context(|| format!("cannot open `{}`", path.display()))?;
    let assessment: Assessment = serde_json::from_reader(BufReader::new(file))
        .with_context(|| format!("`{}` is no assessment of this version", path.display()))?;
    let wanted = args.subject.to_lowercase();
    let finding = assessment.findings.iter().find(|finding| finding.id.to_lowercase() == wanted);
    let Some(finding) = finding else {
        bail!("there is no finding `{}` in `{}`", args.subject, path.display());
    };
    anstream::print!("{}", report::explain::finding(&assessment, finding, words));
    show_raw(&assessment, finding, words);
    Ok(Outcome::Clean)
}

fn explain_code(code: &str, words: &Words) -> Result<Outcome> {
    let key = code.replace('/', "-");
    if !words.has(&key) {
        bail!("there is no code `{code}`; docs/diagnostics.md lists all");
    }
    anstream::println!("{code}\n  {}", words.plain(&key));
    if let Some(help) = words.help(code) {
        anstream::println!("  {help}");
    }
    Ok(Outcome::Clean)
}

/// The record to look in: as given, or the newest of the usual places.
fn record_path(from: Option<&Path>) -> Result<PathBuf> {
    if let Some(from) = from {
        return Ok(if from.is_dir() { from.join(RECORD_FILE) } else { from.to_owned() });
    }
    let usual = ["supplant-report", "supplant-demo/report", "."];
    let mut found: Vec<_> = usual
        .iter()
        .map(|dir| Path::new(dir).join(RECORD_FILE))
        .filter_map(|path| Some((std::fs::metadata(&path).ok()?.modified().ok()?, path)))
        .collect();
    found.sort();
    found.pop().map(|(_, path)| path).context(
        "no report here: run `supplant assess DIR` first, or name a report folder with `--from`",
    )
}

/// Shows the raw lines behind the evidence, as far as the inputs are still there and unchanged.
fn show_raw(assessment: &Assessment, finding: &Finding, words: &Words) {
    for evidence in &finding.evidence {
        let text = match raw_line(assessment, evidence) {
            Raw::Line(line) => line,
            Raw::Changed => words.plain("explain-changed"),
            Raw::Gone => words.plain("explain-gone"),
            Raw::Inside => words.plain("explain-inside"),
        };
        anstream::println!("  {}:{}:{}\n    {text}", evidence.path, evidence.unit, evidence.at);
    }
}

enum Raw {
    /// The line, masked and cut.
    Line(String),
    /// The file's digest is another one now.
    Changed,
    /// The file is not there.
    Gone,
    /// It lies in an archive or a binary format; the understood row stands in the evidence.
    Inside,
}

fn raw_line(assessment: &Assessment, evidence: &Evidence) -> Raw {
    if evidence.path.contains("!/") || evidence.sha256.is_empty() {
        return Raw::Inside;
    }
    let target = Path::new(&assessment.target);
    let path = if target.is_dir() { target.join(&evidence.path) } else { target.to_owned() };
    let Ok(mut file) = File::open(&path) else { return Raw::Gone };
    match digest(&mut file) {
        Some(digest) if digest == evidence.sha256 => {}
        Some(_) => return Raw::Changed,
        None => return Raw::Gone,
    }
    if file.seek(SeekFrom::Start(0)).is_err() {
        return Raw::Gone;
    }
    let limits = audit::limits::Limits::default();
    let Ok(unpacked) = audit::unpack::unpack(file, &limits) else { return Raw::Inside };
    line_at(unpacked.stream, evidence).map_or(Raw::Inside, Raw::Line)
}

fn line_at(mut stream: Box<dyn BufRead + '_>, evidence: &Evidence) -> Option<String> {
    let mut bytes = Vec::new();
    match evidence.unit.as_str() {
        "line" => {
            for _ in 1..evidence.at {
                if stream.skip_until(b'\n').ok()? == 0 {
                    return None;
                }
            }
            stream.take(RAW_BYTES).read_until(b'\n', &mut bytes).ok()?;
        }
        "byte" => {
            std::io::copy(&mut stream.by_ref().take(evidence.at), &mut std::io::sink()).ok()?;
            stream.take(RAW_BYTES).read_to_end(&mut bytes).ok()?;
            let end = object_end(&bytes).unwrap_or(bytes.len());
            bytes.truncate(end);
        }
        _ => return None,
    }
    let text = audit::text::decode(&bytes).text.trim_end().to_owned();
    let printable = text.chars().filter(|c| !c.is_control() || c.is_whitespace()).count();
    (printable * 10 >= text.chars().count() * 9 && !text.is_empty()).then(|| mask(&text))
}

/// The end of the JSON object that begins the bytes.
fn object_end(bytes: &[u8]) -> Option<usize> {
    let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<serde_json::Value>();
    values.next()?.ok()?;
    Some(values.byte_offset())
}

/// Replaces what follows a word for a secret: the line is shown to people who may not see it.
fn mask(text: &str) -> String {
    let lower = text.to_lowercase();
    let mut out = String::new();
    let mut from = 0;
    while let Some(found) =
        SECRET_WORDS.iter().filter_map(|word| find_from(&lower, word, from)).min()
    {
        let end = text
            .get(found..)
            .and_then(|rest| rest.find([',', ';', '\n', '}']))
            .map_or(text.len(), |at| found + at);
        let Some(before) = text.get(from..found) else { break };
        out.push_str(before);
        out.push_str("[masked]");
        from = end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

fn find_from(text: &str, word: &str, from: usize) -> Option<usize> {
    text.get(from..).and_then(|rest| rest.find(word)).map(|at| at + from)
}

fn digest(file: &mut File) -> Option<String> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer).ok()? {
            0 => break,
            count => hasher.update(buffer.get(..count)?),
        }
    }
    Some(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

const RAW_BYTES: u64 = 64 << 10;
const SECRET_WORDS: &[&str] = &[
    "password",
    "passwd",
    "secret",
    "token",
    "community",
    "api_key",
    "apikey",
    "private key",
    "licensekey",
    "license key",
];
