//! The world: folders are walked, files opened, workers set to read them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs::{self, File, FileType};
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use audit::aside::Aside;
use audit::codes;
use audit::container::tape::Tapes;
use audit::ingest::{self, ingest, ingest_layout, ingest_rootfs};
use audit::limits::Limits;
use audit::sink::Collector;
use audit::tree::{Entry, EntryKind, RootFs, Want, is_root};
use indicatif::{ProgressBar, ProgressStyle};
use model::source::{Fate, Source, SourceId};
use report::words::Words;

use crate::flows::Found;
use crate::trouble::Trouble;

/// One thing to read.
enum Task {
    /// A regular file.
    File { path: PathBuf, shown: String, bytes: u64 },
    /// A folder that is a root file system.
    Root { path: PathBuf, shown: String },
    /// A folder that is an OCI image layout.
    Layout { path: PathBuf, shown: String },
    /// Something that must not be opened.
    Other { shown: String, what: &'static str },
    /// A folder that cannot be read.
    Unreadable { shown: String, error: String },
}

impl Task {
    fn shown(&self) -> &str {
        match self {
            Self::File { shown, .. }
            | Self::Root { shown, .. }
            | Self::Layout { shown, .. }
            | Self::Other { shown, .. }
            | Self::Unreadable { shown, .. } => shown,
        }
    }

    fn weight(&self) -> u64 {
        match self {
            Self::File { bytes, .. } => *bytes,
            Self::Root { .. } | Self::Layout { .. } => HEAVY,
            Self::Other { .. } | Self::Unreadable { .. } => 0,
        }
    }
}

/// How to read.
pub(crate) struct Reading<'r> {
    /// What lies below these is not read.
    pub(crate) skip: &'r [PathBuf],
    /// How many workers.
    pub(crate) jobs: usize,
    /// Whether to show progress.
    pub(crate) progress: bool,
    /// Who wants what is no inventory.
    pub(crate) aside: Aside,
    /// Whether paths are shown as they were given, so that editors find them; else below the assessed folder.
    pub(crate) as_given: bool,
}

/// What the workers read.
pub(crate) struct Collected {
    /// What each worker collected.
    pub(crate) collectors: Vec<Collector>,
    /// Logs of traffic that lie among the files, in no order.
    pub(crate) logs: Vec<Log>,
}

/// A log of traffic.
pub(crate) struct Log {
    /// Which collection it is accounted for in.
    pub(crate) collector: usize,
    /// As which source.
    pub(crate) source: SourceId,
    /// Where it is.
    pub(crate) file: Found,
}

/// Reads everything below the paths, and hands over what each worker collected.
///
/// # Errors
/// When a path does not exist or cannot be looked at.
pub(crate) fn collect(
    paths: &[PathBuf],
    how: &Reading<'_>,
    words: &Words,
) -> Result<Collected, Trouble> {
    let skip = how.skip.iter().filter_map(|path| fs::canonicalize(path).ok()).collect();
    let walk = Walk { skip, flat: how.aside.only };
    let mut tasks = Vec::new();
    for path in paths {
        let kind = fs::metadata(path).map_err(|error| Trouble::read(words, path, error))?;
        let several = paths.len() > 1;
        let shown = match how.as_given {
            true => as_given(path),
            false if several || kind.is_file() => plain_name(path),
            false => String::new(),
        };
        find(path, shown, kind.file_type(), &walk, 0, &mut tasks);
    }
    // Large things first, so that no worker is left with the largest at the end. Results do not depend on the order.
    tasks.sort_by_key(|task| std::cmp::Reverse(task.weight()));
    let bar = progress_bar(&tasks, how.progress);
    let (limits, tapes) = (Limits::default(), Arc::default());
    let next = AtomicUsize::new(0);
    let worked: Vec<(Collector, Vec<(SourceId, Found)>)> = std::thread::scope(|scope| {
        let work = || {
            let mut logs = Vec::new();
            let mut collector = Collector::default();
            collector.aside = Some(how.aside);
            while let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
                // A defect of ours costs this input, not what else the worker has read.
                let first = collector.sources.len();
                let outcome =
                    catch_unwind(AssertUnwindSafe(|| read(task, &limits, &mut collector)));
                match outcome {
                    Ok(()) => {
                        logs.extend(find_logs(task, first, (&tapes, &limits), &mut collector))
                    }
                    Err(_) => {
                        let unreadable = source(task.shown(), Fate::Unreadable);
                        let mut sink = collector.begin(unreadable, &limits);
                        sink.error(codes::READER_BUG, None, &[("reader", "container")]);
                    }
                }
                bar.inc(task.weight());
            }
            (collector, logs)
        };
        let workers: Vec<_> = (0..how.jobs.clamp(1, MAX_JOBS)).map(|_| scope.spawn(work)).collect();
        let joined = workers.into_iter().map(|worker| worker.join());
        joined.map(|outcome| outcome.unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    bar.finish_and_clear();
    let mut collected = Collected { collectors: Vec::new(), logs: Vec::new() };
    for (number, (collector, logs)) in worked.into_iter().enumerate() {
        let log = |(source, file)| Log { collector: number, source, file };
        collected.logs.extend(logs.into_iter().map(log));
        collected.collectors.push(collector);
    }
    Ok(collected)
}

/// What a walk through folders leaves out, and how it sees them.
struct Walk {
    skip: Vec<PathBuf>,
    /// Whether a folder is nothing but a folder: no root file system, no image.
    flat: bool,
}

/// Finds what there is to read below a path, sorted by name. Links are not followed, and said not to be.
fn find(
    path: &Path,
    shown: String,
    kind: FileType,
    walk: &Walk,
    depth: usize,
    tasks: &mut Vec<Task>,
) {
    if kind.is_dir() {
        return find_in_folder(path, shown, walk, depth, tasks);
    }
    if kind.is_file() {
        let bytes = fs::metadata(path).map_or(0, |data| data.len());
        return tasks.push(Task::File { path: path.to_owned(), shown, bytes });
    }
    tasks.push(Task::Other { shown, what: kind_name(kind) });
}

fn find_in_folder(path: &Path, shown: String, walk: &Walk, depth: usize, tasks: &mut Vec<Task>) {
    let canonical = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if walk.skip.contains(&canonical) {
        return;
    }
    let exists = |below: &str| path.join(below).exists();
    if is_own_report(path) {
        return tasks.push(Task::Other { shown, what: "own-report" });
    }
    if !walk.flat && is_root(&exists) {
        find_beside_root(path, &shown, walk, depth, tasks);
        let shown = if shown.is_empty() { plain_name(path) } else { shown };
        return tasks.push(Task::Root { path: path.to_owned(), shown });
    }
    if !walk.flat && ingest::is_layout(&exists) {
        let shown = if shown.is_empty() { plain_name(path) } else { shown };
        return tasks.push(Task::Layout { path: path.to_owned(), shown });
    }
    let entries = match sorted_entries(path) {
        Ok(entries) => entries,
        Err(error) => return tasks.push(Task::Unreadable { shown, error: error.to_string() }),
    };
    for (name, child, kind) in entries {
        let below = if shown.is_empty() { name } else { format!("{shown}/{name}") };
        if depth >= MAX_DEPTH {
            let error = format!("folders nested deeper than {MAX_DEPTH}");
            tasks.push(Task::Unreadable { shown: below, error });
        } else {
            find(&child, below, kind, walk, depth + 1, tasks);
        }
    }
}

/// What lies in a root file system's folder and is no part of one: exports collected beside it are read as such.
fn find_beside_root(path: &Path, shown: &str, walk: &Walk, depth: usize, tasks: &mut Vec<Task>) {
    for (name, child, kind) in sorted_entries(path).unwrap_or_default() {
        if !is_root_folder(&name) {
            let below = if shown.is_empty() { name } else { format!("{shown}/{name}") };
            find(&child, below, kind, walk, depth + 1, tasks);
        }
    }
}

/// Whether a name at the top of a file system belongs to it (Filesystem Hierarchy Standard 3.0; macOS and Windows likewise).
fn is_root_folder(name: &str) -> bool {
    ROOT_FOLDERS.iter().any(|folder| folder.eq_ignore_ascii_case(name))
        || name.to_ascii_lowercase().starts_with("program files")
}

/// Whether a folder holds a report that this program wrote: to read it again would find what was found.
fn is_own_report(path: &Path) -> bool {
    let Ok(file) = File::open(path.join(crate::output::RECORD_FILE)) else { return false };
    let mut head = Vec::new();
    file.take(200)
        .read_to_end(&mut head)
        .is_ok_and(|_| String::from_utf8_lossy(&head).contains(model::record::ASSESSMENT_SCHEMA))
}

fn sorted_entries(path: &Path) -> io::Result<Vec<(String, PathBuf, FileType)>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        entries.push((name, entry.path(), entry.file_type()?));
    }
    entries.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(entries)
}

/// Where the logs of traffic lie which reading the task came upon, whose sources are those from the number `first` on. They are read
/// later.
fn find_logs(
    task: &Task,
    first: usize,
    (tapes, limits): (&Arc<Tapes>, &Limits),
    collector: &mut Collector,
) -> Vec<(SourceId, Found)> {
    let sources = BTreeSet::from_iter(std::mem::take(&mut collector.logs));
    let Task::File { path, shown, bytes } = task else { return Vec::new() };
    if sources.is_empty() {
        return Vec::new();
    }
    // An archive may have several members of one name.
    let mut parts: BTreeMap<String, VecDeque<Found>> = BTreeMap::new();
    for part in Found::at(path, shown.clone(), *bytes).members(tapes, limits) {
        parts.entry(part.shown.clone()).or_default().push_back(part);
    }
    let mut logs = Vec::new();
    let mut lost = Vec::new();
    for (number, (source, _)) in (0..).zip(&collector.sources).skip(first) {
        // Also of what is no log: the next of the same name is another member.
        let part = parts.get_mut(&source.path).and_then(VecDeque::pop_front);
        match (sources.get(&SourceId(number)), part) {
            (Some(source), Some(part)) => logs.push((*source, part)),
            (Some(source), None) => lost.push(*source),
            (None, _) => {}
        }
    }
    for source in lost {
        // In an archive in an archive.
        collector.resume(source, limits).warn(codes::LOG_IN_ARCHIVE, None, &[]);
    }
    logs
}

/// Reads one thing.
fn read(task: &Task, limits: &Limits, collector: &mut Collector) {
    match task {
        Task::File { path, shown, bytes } => {
            let open = || -> io::Result<Box<dyn Read + Send>> { Ok(Box::new(File::open(path)?)) };
            let file = ingest::File { path: shown, bytes: *bytes, open: &open };
            ingest(&file, limits, collector);
        }
        Task::Root { path, shown } => {
            let mut walk = |tree: &mut RootFs| walk_root(path, tree);
            ingest_rootfs(shown, limits, collector, &mut walk);
        }
        Task::Layout { path, shown } => {
            let open = |below: &str| -> io::Result<Box<dyn Read + Send>> {
                // Names come from the layout's own index; nothing outside of the folder is opened.
                let safe = !below.split('/').any(|part| part == "..") && !below.starts_with('/');
                let inside = path.join(below);
                if !safe || !fs::symlink_metadata(&inside)?.is_file() {
                    return Err(io::Error::new(
                        io::ErrorKind::InvalidInput,
                        "not a file below the layout",
                    ));
                }
                Ok(Box::new(File::open(inside)?))
            };
            ingest_layout(shown, &open, limits, collector);
        }
        Task::Other { shown, what } => {
            drop(collector.begin(source(shown, Fate::NotRegular(what)), limits));
        }
        Task::Unreadable { shown, error } => {
            let mut sink = collector.begin(source(shown, Fate::Unreadable), limits);
            sink.error(codes::READ_FAILED, None, &[("error", error)]);
        }
    }
}

/// Hands the entries of a folder to the reader of root file systems, in order of their names, without following links.
fn walk_root(root: &Path, tree: &mut RootFs) {
    let mut at = 0;
    let mut folders = vec![(root.to_owned(), String::new(), 0_usize)];
    while let Some((folder, prefix, depth)) = folders.pop() {
        let entries = match sorted_entries(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                at += 1;
                tree.unreadable(&prefix, at, &error.to_string());
                continue;
            }
        };
        for (name, child, kind) in entries {
            if prefix.is_empty() && !is_root_folder(&name) {
                continue;
            }
            at += 1;
            let path = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
            put(tree, &path, &child, kind, at);
            if kind.is_dir() && depth >= MAX_DEPTH {
                at += 1;
                tree.unreadable(&path, at, &format!("folders nested deeper than {MAX_DEPTH}"));
            } else if kind.is_dir() {
                folders.push((child, path, depth + 1));
            }
        }
    }
}

fn put(tree: &mut RootFs, path: &str, child: &Path, kind: FileType, at: u64) {
    let (entry_kind, target) = if kind.is_dir() {
        (EntryKind::Directory, String::new())
    } else if kind.is_symlink() {
        let target = fs::read_link(child).map(|to| to.to_string_lossy().into_owned());
        (EntryKind::Symlink, target.unwrap_or_default())
    } else if kind.is_file() {
        (EntryKind::File, String::new())
    } else {
        (EntryKind::Special, String::new())
    };
    let entry = Entry { path, kind: entry_kind, target: &target, at };
    let wanted = entry_kind == EntryKind::File && tree.wants(path) != Want::No;
    if !wanted {
        return tree.entry(&entry, None);
    }
    match File::open(child) {
        Ok(mut file) => tree.entry(&entry, Some(&mut file)),
        Err(error) => tree.unreadable(path, at, &error.to_string()),
    }
}

fn source(shown: &str, fate: Fate) -> Source {
    Source { path: shown.to_owned(), sha256: String::new(), bytes: 0, fate }
}

fn as_given(path: &Path) -> String {
    let shown = path.display().to_string();
    let shown = shown.strip_prefix("./").unwrap_or(&shown);
    if shown == "." { String::new() } else { shown.trim_end_matches('/').to_owned() }
}

fn plain_name(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    name.unwrap_or_else(|| path.display().to_string())
}

/// What it is that is no regular file: `link`, `fifo`, `socket`, `device` or `other`.
pub(crate) fn kind_name(kind: FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return "fifo";
        }
        if kind.is_socket() {
            return "socket";
        }
        if kind.is_block_device() || kind.is_char_device() {
            return "device";
        }
    }
    if kind.is_symlink() { "link" } else { "other" }
}

fn progress_bar(tasks: &[Task], show: bool) -> ProgressBar {
    if !show {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(tasks.iter().map(Task::weight).sum());
    let style =
        ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta}");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// A folder read as one thing counts as much as a file of this size.
const HEAVY: u64 = 64 << 20;
/// What stands at the top of a file system.
const ROOT_FOLDERS: &[&str] = &[
    "applications",
    "bin",
    "boot",
    "dev",
    "documents and settings",
    "etc",
    "home",
    "lib",
    "lib32",
    "lib64",
    "library",
    "libx32",
    "lost+found",
    "media",
    "mnt",
    "opt",
    "private",
    "proc",
    "programdata",
    "root",
    "run",
    "sbin",
    "srv",
    "sys",
    "system",
    "tmp",
    "users",
    "usr",
    "var",
    "volumes",
    "windows",
];
const MAX_DEPTH: usize = 200;
const MAX_JOBS: usize = 64;
