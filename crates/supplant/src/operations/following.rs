//! `egress --follow` and `--checkpoint`: rounds over logs that grow.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use egress::rounds::Running;
use egress::run::{Options, Run};
use model::record::traffic::{Input, Traffic};
use report::words::Words;

use super::traffic::{Form, finish, put};
use crate::Outcome;
use crate::cli::{Egress, TableFormat};
use crate::flows::{self, About, Followed, Wanted, When};
use crate::output::put_or_write;
use crate::trouble::Trouble;

/// What is followed, and what came of it so far.
struct Following<'a> {
    args: &'a Egress,
    wanted: &'a Wanted,
    options: Options,
    words: &'a Words,
    followed: Followed,
    running: Running,
    /// Files that cannot be read or are not counted, as of the last round.
    aside: Vec<Input>,
}

/// Follows logs until a signal comes, or for one round. `names` are those of the record.
///
/// # Errors
/// When the checkpoint cannot be used, a path does not exist, or the result or the checkpoint cannot be written.
pub(super) fn follow(
    args: &Egress,
    wanted: &Wanted,
    options: Options,
    names: &(String, String, String),
    words: &Words,
) -> Result<Outcome> {
    let stop = signals().map_err(|error| Trouble::output(words, error))?;
    let kept = match &args.checkpoint {
        Some(path) => flows::load(path, wanted, words)?,
        None => None,
    };
    let (followed, running) = kept.unwrap_or_default();
    let aside = Vec::new();
    let mut following = Following { args, wanted, options, words, followed, running, aside };
    let form = Form::new(&args.shown);
    let (mut due, mut unsaved) = (Instant::now(), false);
    loop {
        let changed = following.round()?;
        let last = !args.follow || stop.load(Ordering::Relaxed);
        unsaved |= changed;
        if last || unsaved && due <= Instant::now() {
            let begun = Instant::now();
            following.save()?;
            unsaved = false;
            // A large checkpoint takes its time: most of it is for the logs.
            due = Instant::now() + begun.elapsed() * REST;
        }
        if last {
            return finish(&following.record(names), &form, words);
        }
        if changed {
            show(&following.record(names), &form, words)?;
        }
        wait(args.every, &stop);
    }
}

impl Following<'_> {
    /// Reads what came since the last round. Says whether anything did.
    fn round(&mut self) -> Result<bool, Trouble> {
        let mut left_out = BTreeMap::new();
        for attempt in 0..ATTEMPTS {
            let (paths, not_regular) =
                flows::list(&self.args.paths, self.words, !self.followed.is_empty())?;
            let paths: Vec<PathBuf> = paths.into_iter().filter(|path| !self.is_own(path)).collect();
            let now = jiff::Timestamp::now().as_second();
            let when = When { now, settle: i64::try_from(self.args.settle).unwrap_or(i64::MAX) };
            let mut followed = self.followed.clone();
            let look = followed.look(&paths, &left_out, when);
            if look.lost {
                self.keep_pending();
                continue;
            }
            if !look.broken.is_empty() {
                self.leave_out(look.broken, attempt, &mut left_out);
                continue;
            }
            let aside = look.aside.iter().cloned().chain(not_regular).collect();
            if !look.changed {
                self.followed = followed;
                self.aside = aside;
                return Ok(false);
            }
            let run = Run {
                endpoints: &self.wanted.endpoints,
                places: &self.wanted.places,
                options: &self.options,
                progress: &|_| (),
            };
            let round = followed.with_inputs(&look, |inputs| self.running.round(&run, inputs, now));
            match round {
                Ok(round) => {
                    followed.done(&round, &look, when);
                    self.followed = followed;
                    self.aside = aside;
                    return Ok(true);
                }
                Err(broken) => {
                    let broken = broken.into_iter();
                    let broken =
                        broken.filter_map(|read| Some((read.path, read.error?.to_string())));
                    self.leave_out(broken.collect(), attempt, &mut left_out);
                }
            }
        }
        if self.args.follow {
            return Ok(false);
        }
        let path = self.args.paths.first().map_or(Path::new(""), PathBuf::as_path);
        Err(Trouble::read(self.words, path, std::io::ErrorKind::ResourceBusy.into()))
    }

    /// A file that was truncated or renamed meanwhile looks otherwise the next time; what breaks again is left out of this round.
    fn leave_out(
        &mut self,
        broken: BTreeMap<String, String>,
        attempt: usize,
        left_out: &mut BTreeMap<String, String>,
    ) {
        if attempt > 0 {
            if broken.keys().any(|path| self.followed.pends(path)) {
                self.keep_pending();
            }
            left_out.extend(broken);
        }
    }

    /// Counts for good what cannot be read again.
    fn keep_pending(&mut self) {
        self.running.keep_pending();
        self.followed.keep_pending();
    }

    /// Whether the path is one that this run writes to.
    fn is_own(&self, path: &Path) -> bool {
        let same = |own: &Path| {
            own.file_name().is_some_and(|name| {
                let other = path.file_name().map(|it| it.to_string_lossy().into_owned());
                let partial = format!(".{}.partial", name.to_string_lossy());
                other.is_some_and(|it| *it == *name.to_string_lossy() || it == partial)
                    && folder(own) == folder(path)
            })
        };
        self.args.checkpoint.as_deref().is_some_and(same) || same(&self.args.shown.output)
    }

    fn save(&self) -> Result<(), Trouble> {
        match &self.args.checkpoint {
            Some(path) => flows::save(path, &self.followed, &self.running, self.wanted, self.words),
            None => Ok(()),
        }
    }

    fn record(&self, names: &(String, String, String)) -> Traffic {
        let sums = self.running.sums();
        let mut about = About::of(names.clone(), &sums, &self.wanted.endpoints);
        about.inputs = self.followed.inputs();
        about.inputs.extend(self.aside.clone());
        about.inputs.sort_by(|a, b| a.path.cmp(&b.path));
        about.dropped = self.running.dropped;
        let memory = &self.running.memory;
        let unclaimed = memory.unclaimed().count() as u64 + memory.forgotten;
        Traffic { names_without_flow: unclaimed, ..about.record(sums) }
    }
}

/// The folder that a path lies in, as the system knows it.
fn folder(path: &Path) -> Option<PathBuf> {
    let parent = path.parent().filter(|it| *it != Path::new("")).unwrap_or(Path::new("."));
    std::fs::canonicalize(parent).ok()
}

/// Shows the result so far, where that can be seen: in a file, or as a table on a terminal.
fn show(record: &Traffic, form: &Form<'_>, words: &Words) -> Result<(), Trouble> {
    if form.output == Path::new("-") {
        if form.format != TableFormat::Table || !std::io::stdout().is_terminal() {
            return Ok(());
        }
        put_or_write(CLEAR, form.output, words)?;
    }
    put(record, form, words)
}

/// A flag that is set when the user or the system asks to end. The second time ends at once: what was saved stays whole.
fn signals() -> std::io::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&stop))?;
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    Ok(stop)
}

/// Sleeps for so many seconds, or until it is time to end.
fn wait(seconds: u64, stop: &AtomicBool) {
    let until = Instant::now() + Duration::from_secs(seconds).max(NAP);
    while Instant::now() < until && !stop.load(Ordering::Relaxed) {
        std::thread::sleep(NAP.min(until.saturating_duration_since(Instant::now())));
    }
}

/// How often a round is tried when files change while they are read.
const ATTEMPTS: usize = 5;
/// How long nothing is saved after a checkpoint, as a multiple of how long that took.
const REST: u32 = 10;
/// How long a signal may take to be noticed.
const NAP: Duration = Duration::from_millis(50);
/// Clears a terminal and begins at its top.
const CLEAR: &[u8] = b"\x1b[H\x1b[2J\x1b[3J";
