//! `explain`: what a code means, or why a finding stands, down to the raw line.

mod raw;

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use anyhow::Result;
use model::record::Assessment;
use report::words::Words;

use self::raw::{Raw, raw_line};
use super::unknown;
use crate::Outcome;
use crate::cli::Explain;
use crate::output::{RECORD_FILE, put};
use crate::trouble::Trouble;

/// Runs `explain`.
///
/// # Errors
/// See [`super::run`].
pub(crate) fn run(args: &Explain, words: &Words) -> Result<Outcome> {
    let text = if args.subject.contains('/') {
        code(&args.subject, words)?
    } else {
        finding(args, words)?
    };
    put(&text, words)?;
    Ok(Outcome::Clean)
}

fn code(code: &str, words: &Words) -> Result<String, Trouble> {
    let key = code.replace('/', "-");
    let Some(help) = words.help(code).filter(|_| words.has(&key)) else {
        let known = audit::codes::ALL.iter().chain(catalog::codes::ALL).chain(egress::codes::ALL);
        let of_configs = dialect::codes::ALL.iter().chain(crate::firewall::checked::CODES);
        let known = known.chain(of_configs).map(|code| code.0);
        return Err(unknown("error-code", code, known, words));
    };
    // Placeholders have no values here, so they stand as what they are: something that the diagnostic fills in.
    let text = words.code(code, &std::collections::BTreeMap::new()).replace('?', "…");
    Ok(format!(
        "{code}\n  {text}\n  {}{help}\n",
        words.plain("explain-help") + &words.plain("colon")
    ))
}

fn finding(args: &Explain, words: &Words) -> Result<String, Trouble> {
    let path = record_path(args.from.as_deref(), words)?;
    let shown = path.display().to_string();
    let file = File::open(&path).map_err(|error| Trouble::read(words, &path, error))?;
    let assessment: Assessment =
        serde_json::from_reader(BufReader::new(file)).map_err(|error| {
            Trouble::wrong(words, "error-record", &[("path", (&shown).into())]).because(error)
        })?;
    let wanted = args.subject.to_lowercase();
    let tied = assessment.egress.iter().filter_map(|egress| egress.tied.as_ref());
    let mut unlisted = tied.flat_map(|tied| &tied.unlisted);
    if let Some(found) = unlisted.find(|found| found.id.to_lowercase() == wanted) {
        return Ok(report::explain::unlisted(&assessment, found, words));
    }
    let finding = assessment.findings.iter().find(|finding| finding.id.to_lowercase() == wanted);
    let Some(finding) = finding else {
        let args = [("id", (&args.subject).into()), ("path", (&shown).into())];
        return Err(Trouble::wrong(words, "error-finding", &args));
    };
    let mut text = report::explain::finding(&assessment, finding, words);
    for evidence in &finding.evidence {
        let raw = match raw_line(&assessment, evidence) {
            Raw::Line(line) => line,
            Raw::Changed => words.plain("explain-changed"),
            Raw::Gone(path) => words.text("explain-gone", &[("path", (&path).into())]),
            Raw::Inside => words.plain("explain-inside"),
        };
        text.push_str(&report::explain::evidence(evidence, &raw, words));
    }
    Ok(text)
}

/// The record to look in: as given, or the newest of the usual places.
fn record_path(from: Option<&Path>, words: &Words) -> Result<PathBuf, Trouble> {
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
    let newest = found.pop().map(|(_, path)| path);
    newest.ok_or_else(|| Trouble::wrong(words, "error-no-report", &[]))
}
