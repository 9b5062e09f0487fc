//! The logs that are followed: which file is which, whatever it is called now, and how far each was read.
//!
//! A file is the same while it lies in the same place on the disk *and* its content begins with what was read of it. A rotated log keeps
//! its place under another name; a copy of it, also a compressed one, is known by its content. A file that was truncated or replaced is
//! another one.

mod known;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use egress::codes;
use egress::rounds::Round;
use egress::run::{Input as EngineInput, Span};
use model::record::traffic::Input;
use serde::{Deserialize, Serialize};

use super::record::{add_input, input as recorded};
use super::standing::{Stamp, Standing, passed};
pub(super) use known::note;
use known::{Known, Sort};

/// All logs that are followed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Followed {
    known: Vec<Known>,
    /// When what had been read was marked to settle next.
    marked_at: i64,
    /// The rows of logs that are gone since long.
    forgotten: Option<Input>,
}

/// What a look at the files found.
#[derive(Default)]
pub(crate) struct Look {
    /// Files that are read in this round, by the number of their log.
    files: BTreeMap<usize, Standing>,
    parts: BTreeMap<usize, Span>,
    /// Logs that were found.
    there: BTreeSet<usize>,
    places: BTreeSet<(u64, u64)>,
    /// Files that cannot be read, and copies.
    pub(crate) aside: Vec<Input>,
    /// Whether there is anything that was not there before.
    pub(crate) changed: bool,
    /// Whether a log is gone of which something is pending.
    pub(crate) lost: bool,
    /// Logs of which something is pending that could not be looked at just now: their paths, and why.
    pub(crate) broken: BTreeMap<String, String>,
}

/// When to do what.
#[derive(Clone, Copy)]
pub(crate) struct When {
    /// Seconds since 1970.
    pub(crate) now: i64,
    /// How long what was read stays pending, and how long nobody may have written to a file that is read as a whole.
    pub(crate) settle: i64,
}

impl Followed {
    /// Whether nothing was followed so far.
    pub(crate) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Looks at files: which log each is, and what of it is to be read. Files in `left_out` could not be read in this round.
    pub(crate) fn look(
        &mut self,
        paths: &[PathBuf],
        left_out: &BTreeMap<String, String>,
        when: When,
    ) -> Look {
        let mut look = Look::default();
        self.forget(when.now);
        let (mut fresh, mut others) = self.see(paths, &mut look);
        self.recognise(&mut fresh, &mut look, when);
        // Where logs were before, also where nobody asked to look: what is no log of ours there is not ours to read.
        self.recognise(&mut others, &mut look, when);
        self.search(&mut look, when);
        for (at, known) in self.known.iter_mut().enumerate() {
            if !look.there.contains(&at) && known.gone.is_none() {
                known.gone = Some(when.now);
                look.changed = true;
                look.lost |= known.settled < known.print.bytes;
            }
        }
        for at in look.there.clone() {
            self.advance(at, &mut look, left_out, when);
        }
        for file in fresh {
            self.meet(file, &mut look, left_out, when);
        }
        self.teach(&mut look);
        look
    }

    /// Lets logs that were read teach those that are read now: templates of flow records may lie in an earlier file.
    fn teach(&self, look: &mut Look) {
        let read = |at: &usize| self.known.get(*at).is_some_and(|known| known.teaches);
        if !look.parts.keys().any(read) {
            return;
        }
        let others: Vec<usize> = look.there.iter().copied().filter(read).collect();
        for at in others {
            let path = self.known.get(at).map(|known| PathBuf::from(&known.path));
            if let (false, Some(path)) = (look.files.contains_key(&at), path)
                && let Some(file) = look.open(&path)
            {
                look.files.insert(at, file);
            }
            let nothing = || Span { from: u64::MAX, until: u64::MAX, header: [].into() };
            look.parts.entry(at).or_insert_with(nothing);
        }
    }

    /// Opens what changed or is new. Given back is what is new, or called otherwise than before: at the paths, and elsewhere.
    fn see(&mut self, paths: &[PathBuf], look: &mut Look) -> (Vec<Standing>, Vec<Standing>) {
        let given: BTreeSet<&Path> = paths.iter().map(PathBuf::as_path).collect();
        let more: Vec<PathBuf> = self.living().map(|known| PathBuf::from(&known.path)).collect();
        let more = more.iter().filter(|path| !given.contains(path.as_path()));
        let stamped = |path: &PathBuf| (path.clone(), Stamp::at(path));
        let stamps: Vec<_> = paths.iter().chain(more).map(stamped).collect();
        self.meet_again(&stamps);
        let places: BTreeMap<(u64, u64), usize> = self
            .known
            .iter()
            .enumerate()
            .filter(|(_, known)| known.gone.is_none())
            .filter_map(|(at, known)| Some((known.stamp.place?, at)))
            .collect();
        let (mut fresh, mut others) = (Vec::new(), Vec::new());
        for (path, stamp) in &stamps {
            let shown = path.display().to_string();
            let Some(stamp) = *stamp else {
                if path.exists() {
                    look.aside.push(known::failed(&shown, "not a regular file"));
                }
                continue;
            };
            if stamp.place.is_some_and(|place| !look.places.insert(place)) {
                continue;
            }
            let by_path = || self.known.iter().position(|known| known.path == shown);
            let same = stamp.place.map_or_else(by_path, |place| places.get(&place).copied());
            let known = same.and_then(|at| Some((at, self.known.get_mut(at)?)));
            if let Some((at, known)) = known
                && known.stamp == stamp
            {
                look.there.insert(at);
                known.path = shown;
                known.gone = None;
                continue;
            }
            let Some(file) = look.open(path) else { continue };
            if file.stamp.place.is_some_and(|it| Some(it) != stamp.place && !look.places.insert(it))
            {
                continue;
            }
            match same.filter(|at| self.is(*at, &file)) {
                Some(at) => look.found(at, file),
                None if given.contains(path.as_path()) => fresh.push(file),
                None => others.push(file),
            }
        }
        (fresh, others)
    }

    /// Forgets files of which nothing was read and that changed: an empty one may have become the copy of a log.
    fn meet_again(&mut self, stamps: &[(PathBuf, Option<Stamp>)]) {
        let now: BTreeSet<Stamp> = stamps.iter().filter_map(|(_, stamp)| *stamp).collect();
        let places: BTreeSet<_> = now.iter().map(|stamp| stamp.place).collect();
        self.known.retain(|known| {
            let same = now.contains(&known.stamp) || !places.contains(&known.stamp.place);
            known.print.bytes > 0 || same
        });
    }

    /// Finds logs among files that are called otherwise or lie elsewhere than before, by content.
    fn recognise(&mut self, files: &mut Vec<Standing>, look: &mut Look, when: When) {
        let mut missing: Vec<usize> = (0..self.known.len()).collect();
        // Of two that fit, the one of which more is known.
        let read = |at: &usize| self.known.get(*at).map(|known| known.print.bytes);
        missing.sort_by_key(|at| std::cmp::Reverse(read(at)));
        files.retain(|file| {
            let rests = file.plain || file.stamp.rests(when.now, when.settle);
            let known = missing.iter().copied().filter(|at| !look.there.contains(at));
            let has = |at: &usize| read(at).is_some_and(|bytes| bytes > 0);
            match known.filter(has).find(|at| self.is(*at, file)) {
                // A log that was compressed just now is there in full where it can be read to its end.
                Some(at) if rests || file.measure().is_ok() => look.found(at, file.clone()),
                _ => return true,
            }
            false
        });
    }

    /// Whether a file's content begins with what was read of a log.
    fn is(&self, at: usize, file: &Standing) -> bool {
        self.known.get(at).is_some_and(|known| file.begins_with(&known.print).unwrap_or(false))
    }

    /// Looks for logs that were called by name and were rotated, beside where they were.
    fn search(&mut self, look: &mut Look, when: When) {
        let lately = |known: &Known| known.gone.is_none_or(|at| when.now - at < SEARCHED_SECONDS);
        let missing = self.known.iter().enumerate().filter(|(at, known)| {
            !look.there.contains(at) && known.print.bytes > 0 && lately(known)
        });
        let paths: BTreeSet<PathBuf> =
            missing.flat_map(|(_, known)| beside(Path::new(&known.path))).collect();
        let mut files = Vec::new();
        for path in paths {
            let place = Stamp::at(&path).map(|stamp| stamp.place);
            let open = place.is_some_and(|place| place.is_none_or(|it| !look.places.contains(&it)));
            files.extend(open.then(|| look.open(&path)).flatten());
        }
        // Those that are none are not ours to read.
        self.recognise(&mut files, look, when);
    }

    /// A file that is no log that is known: a copy of one, or a new one.
    fn meet(
        &mut self,
        file: Standing,
        look: &mut Look,
        left_out: &BTreeMap<String, String>,
        when: When,
    ) {
        let rests = file.stamp.rests(when.now, when.settle);
        if !file.plain && !rests {
            look.aside.push(known::aside(&file, note(codes::STILL_WRITTEN, &[])));
            return;
        }
        let of = self.copied(&file, look);
        if let Some(of) = &of
            && file.plain
        {
            // It may yet become another: nothing about it is kept.
            look.aside.push(known::aside(&file, note(codes::COPY, &[("path", of.clone())])));
            return;
        }
        look.changed = true;
        let at = self.known.len();
        let sort = if of.is_some() { Sort::Copy } else { Sort::Unknown };
        self.known.push(Known { sort, copy_of: of.unwrap_or_default(), ..Known::default() });
        look.found(at, file);
        self.advance(at, look, left_out, when);
    }

    /// The path of the log whose content, so far, the file has too.
    fn copied(&self, file: &Standing, look: &Look) -> Option<String> {
        let bytes = file.measure().ok().filter(|bytes| *bytes > 0)?;
        let print = file.print(bytes).ok()??;
        let border = file.plain.then(|| file.last_border(0).and_then(|at| file.print(at)).ok()?);
        let same = |(at, known): (&usize, &Known)| {
            let beginning = |other: &Standing| other.begins_with(&print).unwrap_or(false);
            known.print.bytes > 0
                && (known.print == print
                    || border.as_ref().is_some_and(|it| it.as_ref() == Some(&known.print))
                    // Opened only where the beginning is the same.
                    || known.print.begins_like(&print)
                        && match look.files.get(at) {
                            Some(other) => beginning(other),
                            None => Standing::open(Path::new(&known.path))
                                .is_ok_and(|other| beginning(&other)),
                        })
        };
        let logs = look.there.iter().filter_map(|at| Some((at, self.known.get(*at)?)));
        let mut logs = logs.filter(|(_, known)| known.sort != Sort::Copy);
        logs.find(|log| same(*log)).map(|(_, known)| known.path.clone())
    }

    /// Finds out what of a log is to be read.
    fn advance(
        &mut self,
        at: usize,
        look: &mut Look,
        left_out: &BTreeMap<String, String>,
        when: When,
    ) {
        let due = passed(self.marked_at, when.now, when.settle);
        let Some(known) = self.known.get_mut(at) else { return };
        let opened = look.files.contains_key(&at);
        if !opened {
            let waits = known.sort == Sort::Whole && known.stamp.rests(when.now, when.settle);
            if known.settled >= known.print.bytes && !waits {
                return;
            }
            let file = look.open(Path::new(&known.path));
            let Some(file) = file.filter(|file| file.stamp.place == known.stamp.place) else {
                // Renamed just now; what is pending may not be missing from the sums.
                look.broken.insert(known.path.clone(), io::ErrorKind::NotFound.to_string());
                return;
            };
            look.files.insert(at, file);
        }
        let Some(file) = look.files.get_mut(&at) else { return };
        let why = left_out.get(&file.shown);
        let part = match why {
            Some(why) => Err(io::Error::other(why.clone())),
            None => known.part(file, due, when),
        };
        match part {
            Ok(part) => {
                look.changed |= opened || part.as_ref().is_some_and(|part| part.until > part.from);
                look.parts.extend(part.map(|part| (at, part)));
            }
            Err(error) if why.is_none() && known.settled < known.print.bytes => {
                look.broken.insert(file.shown.clone(), error.to_string());
            }
            Err(error) => {
                look.changed = true;
                known.fail(file, &error);
            }
        }
    }

    /// Runs something with what is read in this round.
    pub(crate) fn with_inputs<T>(
        &self,
        look: &Look,
        then: impl FnOnce(&[EngineInput<'_>]) -> T,
    ) -> T {
        let read = |(at, part)| Some((look.files.get(at)?, part));
        let files: Vec<(&Standing, &Span)> = look.parts.iter().filter_map(read).collect();
        let opens: Vec<_> = files.iter().map(|(file, _)| |at| file.read_from(at)).collect();
        let inputs: Vec<EngineInput<'_>> = files
            .iter()
            .zip(&opens)
            .map(|((file, part), open)| EngineInput {
                path: &file.shown,
                bytes: file.end,
                plain: file.plain,
                open,
                part: Some((*part).clone()),
            })
            .collect();
        then(&inputs)
    }

    /// Notes what a round did.
    pub(crate) fn done(&mut self, round: &Round, look: &Look, when: When) {
        let settled: BTreeMap<&str, _> =
            round.settled.iter().map(|read| (read.path.as_str(), read)).collect();
        let pending: BTreeMap<&str, _> =
            round.pending.iter().map(|read| (read.path.as_str(), read)).collect();
        for (at, part) in &look.parts {
            let (Some(known), Some(file)) = (self.known.get_mut(*at), look.files.get(at)) else {
                continue;
            };
            if let Some(read) = settled.get(file.shown.as_str()) {
                known.count(recorded(read));
                known.settled = part.until.min(known.print.bytes);
                known.header = read.header.to_vec();
                if part.until == u64::MAX {
                    known.sort = Sort::Done;
                }
                (known.pending, known.pending_header) = (Input::default(), known.header.clone());
            }
            if let Some(read) = pending.get(file.shown.as_str()) {
                known.pending = recorded(read);
                known.pending_header = read.header.to_vec();
            }
        }
        if passed(self.marked_at, when.now, when.settle) {
            self.marked_at = when.now;
            self.known.iter_mut().for_each(|known| known.marked = known.print.bytes);
        }
    }

    /// Counts for good what is pending, as it was read last.
    pub(crate) fn keep_pending(&mut self) {
        self.known.iter_mut().for_each(Known::keep_pending);
    }

    /// Whether something of the log at a path is pending.
    pub(crate) fn pends(&self, path: &str) -> bool {
        let pends = |known: &&Known| known.settled < known.print.bytes;
        self.living().filter(pends).any(|known| known.path == path)
    }

    fn living(&self) -> impl Iterator<Item = &Known> {
        self.known.iter().filter(|known| known.gone.is_none())
    }

    /// Lets go of logs that are gone since long, and of the first to go when there are too many; their rows stay in the books.
    fn forget(&mut self, now: i64) {
        let mut gone: Vec<i64> = self.known.iter().filter_map(|known| known.gone).collect();
        gone.sort_unstable();
        let crowd = self.known.len().saturating_sub(MOST_KNOWN).min(gone.len());
        let crowd = crowd.checked_sub(1).and_then(|last| gone.get(last)).copied();
        let before = crowd.unwrap_or(i64::MIN).max(now.saturating_sub(GONE_SECONDS));
        let forgotten = &mut self.forgotten;
        self.known.retain(|known| {
            let keep = known.gone.is_none_or(|at| at > before);
            if !keep {
                let all = || Input { path: "*".to_owned(), ..Input::default() };
                add_input(forgotten.get_or_insert_with(all), known.recorded());
            }
            keep
        });
    }

    /// What became of the inputs, in the order of their paths.
    pub(crate) fn inputs(&self) -> Vec<Input> {
        let mut inputs: Vec<Input> = self.known.iter().map(Known::recorded).collect();
        inputs.extend(self.forgotten.clone());
        inputs.sort_by(|a, b| a.path.cmp(&b.path));
        inputs
    }
}

impl Look {
    /// Opens a file, and says so where that cannot be done.
    fn open(&mut self, path: &Path) -> Option<Standing> {
        match Standing::open(path) {
            Ok(mut file) => {
                if self.files.len() >= HELD {
                    file.let_go();
                }
                Some(file)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                let shown = path.display().to_string();
                self.aside.push(known::failed(&shown, &error.to_string()));
                None
            }
        }
    }

    fn found(&mut self, at: usize, file: Standing) {
        self.there.insert(at);
        self.places.extend(file.stamp.place);
        self.files.insert(at, file);
    }
}

/// The files beside a path whose names begin as its own does up to its first dot.
fn beside(path: &Path) -> Vec<PathBuf> {
    let Some(name) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else {
        return Vec::new();
    };
    let begin = name.split('.').next().unwrap_or(&name);
    let folder = path.parent().unwrap_or(Path::new(""));
    let here = if folder == Path::new("") { Path::new(".") } else { folder };
    let Ok(entries) = std::fs::read_dir(here) else { return Vec::new() };
    let files = entries.flatten().filter(|entry| entry.file_type().is_ok_and(|it| it.is_file()));
    let names = files.map(|entry| entry.file_name());
    names.filter(|it| it.to_string_lossy().starts_with(begin)).map(|it| folder.join(it)).collect()
}

/// How many files are held open.
const HELD: usize = 200;
/// How long a log that is gone is looked for beside where it was.
const SEARCHED_SECONDS: i64 = 600;
/// How long it is known that a log which is gone was read.
const GONE_SECONDS: i64 = 30 * 86_400;
/// How many logs are known, unless more than that are there.
const MOST_KNOWN: usize = 10_000;
