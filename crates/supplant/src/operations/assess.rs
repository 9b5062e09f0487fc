//! `assess` and `audit`: read everything, conclude, write and print.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::Result;
use audit::find::Options;
use audit::find::assess::{assess as conclude, has_findings, parse_decision};
use audit::merge::merge;
use catalog::directive::Directive;
use jiff::civil::Date;
use model::diagnostic::{Code, Severity};
use model::finding::Confidence;
use model::record::{Assessment, Diagnostic};
use report::summary::SummaryOptions;
use report::words::Words;

use super::unknown;
use crate::Outcome;
use crate::cli::{Assess, Audit, Common, FailOn, Format, Print, Scope};
use crate::data::{Facts, load_facts, read_waivers};
use crate::firewall;
use crate::flows;
use crate::output::{colour, print, write_reports};
use crate::trouble::Trouble;
use crate::world;

/// Runs `assess`.
///
/// # Errors
/// See [`super::run`].
pub(crate) fn assess(args: &Assess, common: &Common, words: &Words) -> Result<Outcome> {
    let reports = (!args.no_reports).then_some(args.out.as_path());
    run(std::slice::from_ref(&args.path), &args.scope, &args.print, reports, common, words)
}

/// Runs `audit`.
///
/// # Errors
/// See [`super::run`].
pub(crate) fn audit(args: &Audit, common: &Common, words: &Words) -> Result<Outcome> {
    run(&args.paths, &args.scope, &args.print, None, common, words)
}

/// The main job.
///
/// # Errors
/// See [`super::run`].
pub(crate) fn run(
    paths: &[PathBuf],
    scope: &Scope,
    form: &Print,
    reports: Option<&Path>,
    common: &Common,
    words: &Words,
) -> Result<Outcome> {
    let facts = load_facts(&common.data, words)?;
    super::refuse_broken(&facts, words)?;
    let directives = choose(&facts, &scope.directive, words)?;
    let options = options(scope, &directives, words)?;
    if let Some(out) = reports {
        refuse_same_folder(paths, out, words)?;
    }
    let catalog = &facts.loaded.catalog;
    let wanted = super::traffic::wanted(catalog, &scope.tables, words)?;
    let mut skip: Vec<PathBuf> = reports.map(Path::to_path_buf).into_iter().collect();
    skip.extend(common.data.iter().cloned());
    let jobs = scope.jobs.unwrap_or_else(cores);
    let progress = std::io::stderr().is_terminal();
    let how = world::Reading {
        skip: &skip,
        jobs,
        progress,
        aside: firewall::aside(false),
        as_given: false,
    };
    let mut collected = world::collect(paths, &how, words)?;
    let firewalls = firewall::estate::read(&mut collected.collectors, &facts.dialects);
    let names = (super::program(), facts.sha256.clone(), super::target(paths));
    let logs = flows::estate::read(&mut collected, &wanted, names, jobs);
    let gathered = merge(collected.collectors);
    let mut assessment = conclude(&gathered, catalog, &directives, &options);
    assessment.firewalls = firewalls;
    assessment.program = super::program();
    assessment.data_sha256.clone_from(&facts.sha256);
    assessment.target = super::target(paths);
    assessment.egress = logs.map(|logs| {
        let mut traffic = logs.traffic;
        let (endpoints, presence) = (&wanted.endpoints, &logs.presence);
        let tied = flows::tied(&traffic, &assessment, endpoints, presence, catalog);
        traffic.tied = Some(tied);
        Box::new(traffic)
    });
    if gathered.sources.is_empty() {
        assessment.diagnostics.push(Diagnostic {
            code: EMPTY_FOLDER.0.to_owned(),
            severity: Severity::Error.as_str().to_owned(),
            path: assessment.target.clone(),
            ..Diagnostic::default()
        });
    }
    deliver(&assessment, form, reports, common, words)?;
    Ok(outcome(&assessment, scope.fail_on))
}

/// Writes and prints.
fn deliver(
    assessment: &Assessment,
    form: &Print,
    reports: Option<&Path>,
    common: &Common,
    words: &Words,
) -> Result<()> {
    let written = match reports {
        Some(dir) => write_reports(assessment, words, dir)?,
        None => Vec::new(),
    };
    let summary = report::summary::render(
        assessment,
        words,
        &SummaryOptions {
            colour: form.output.as_os_str() == "-" && colour(common.color),
            reports: written.iter().map(|path| path.display().to_string()).collect(),
            next: next_steps(assessment, reports),
        },
    );
    show_errors(assessment, form, words);
    print(assessment, words, form, &summary)
}

/// Beside a form that machines read, people still learn what went wrong; beside the summary only what it does not say.
fn show_errors(assessment: &Assessment, form: &Print, words: &Words) {
    let mut out = anstream::stderr().lock();
    let all = form.format != Format::Summary;
    let told = |diagnostic: &&Diagnostic| {
        diagnostic.code == EMPTY_FOLDER.0 || (all && diagnostic.severity == "error")
    };
    let errors: Vec<&Diagnostic> = assessment.diagnostics.iter().filter(told).collect();
    for diagnostic in errors.iter().take(ERRORS_SHOWN) {
        // A standard error that is closed hears nothing; the reports say it too.
        let _ = out.write_all(report::diagnostic::render(diagnostic, words).as_bytes());
    }
    if let Some(more @ 1..) = errors.len().checked_sub(ERRORS_SHOWN) {
        let _ = writeln!(out, "{}", words.text("more", &[("count", more.into())]));
    }
}

fn next_steps(assessment: &Assessment, reports: Option<&Path>) -> Vec<String> {
    let mut next = Vec::new();
    if let (Some(finding), Some(dir)) = (assessment.findings.first(), reports) {
        next.push(format!("supplant explain {} --from {}", finding.id, dir.display()));
    }
    if let Some(diagnostic) = assessment.diagnostics.first() {
        next.push(format!("supplant explain {}", diagnostic.code));
    }
    next
}

/// Nothing understood is no clean bill: wrong input. Without findings, what could not be read leaves the run unfinished: the rest may
/// hold some.
fn outcome(assessment: &Assessment, fail_on: FailOn) -> Outcome {
    let code = |code: &str| assessment.diagnostics.iter().any(|diagnostic| diagnostic.code == code);
    let failed = assessment.diagnostics.iter().any(|diagnostic| diagnostic.severity == "error");
    let at_least = match fail_on {
        FailOn::Confirmed => Some(Confidence::Confirmed),
        FailOn::Probable => Some(Confidence::Probable),
        FailOn::Possible => Some(Confidence::Possible),
        FailOn::Never => None,
    };
    let found = at_least.is_some_and(|at_least| has_findings(assessment, at_least));
    if assessment.totals.rows_understood == 0 {
        Outcome::Wrong
    } else if code("bug/reader-panicked") || (failed && !found && fail_on != FailOn::Never) {
        Outcome::Unfinished
    } else if found {
        Outcome::Found
    } else {
        Outcome::Clean
    }
}

/// The report folder is not read; were it the input itself, nothing would be.
fn refuse_same_folder(paths: &[PathBuf], out: &Path, words: &Words) -> Result<(), Trouble> {
    let real = |path: &Path| std::fs::canonicalize(path).ok();
    let out_real = real(out);
    if out_real.is_some() && paths.iter().any(|path| real(path) == out_real) {
        let shown = out.display().to_string();
        return Err(Trouble::wrong(words, "error-out-is-input", &[("path", (&shown).into())]));
    }
    Ok(())
}

/// The directives with these ids.
fn choose<'f>(
    facts: &'f Facts,
    ids: &[String],
    words: &Words,
) -> Result<Vec<&'f Directive>, Trouble> {
    let catalog = &facts.loaded.catalog;
    let mut chosen: Vec<&Directive> = Vec::new();
    for id in ids {
        let Some(directive) = catalog.directive(id) else {
            let all = catalog.directives.iter().map(|directive| directive.id.as_str());
            return Err(unknown("error-directive", id, all, words));
        };
        if !chosen.iter().any(|other| other.id == directive.id) {
            chosen.push(directive);
        }
    }
    Ok(chosen)
}

fn options(scope: &Scope, directives: &[&Directive], words: &Words) -> Result<Options> {
    let mut options = Options::at(scope.date.unwrap_or_else(today));
    options.stale_days = scope.stale_days;
    for text in &scope.decide {
        let (slot, answer) = parse_decision(text)
            .ok_or_else(|| Trouble::wrong(words, "error-decision", &[("text", text.into())]))?;
        check_slot(&slot, directives, words)?;
        options.decisions.insert(slot, answer);
    }
    if let Some(path) = &scope.waivers {
        options.waivers = read_waivers(path, words)?;
    }
    Ok(options)
}

fn check_slot(slot: &str, directives: &[&Directive], words: &Words) -> Result<(), Trouble> {
    let known = directives.iter().any(|directive| {
        directive.decisions.iter().any(|decision| {
            slot == decision.id || slot == format!("{}:{}", directive.id, decision.id)
        })
    });
    if known {
        return Ok(());
    }
    let slots = directives.iter().flat_map(|d| d.decisions.iter().map(|slot| slot.id.as_str()));
    let slots = slots.collect::<Vec<_>>().join(&words.plain("comma"));
    Err(Trouble::wrong(words, "error-slot", &[("slot", slot.into()), ("slots", (&slots).into())]))
}

fn today() -> Date {
    jiff::Zoned::now().date()
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// There was nothing to read below the path.
const EMPTY_FOLDER: Code = Code("input/empty-folder");

/// How many errors are shown beside the output; all of them are in the reports.
const ERRORS_SHOWN: usize = 20;
