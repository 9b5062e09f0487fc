//! The files of a run.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use audit::container::bundle::{self, Member};
use audit::container::tape::Tapes;
use audit::limits::Limits;
use audit::unpack::unpack;
use egress::codes;
use egress::run::Input;
use model::record::traffic::Input as RecordedInput;
use report::words::Words;

use super::followed::note;
use crate::trouble::Trouble;
use crate::world::kind_name;

/// A file that was found.
#[derive(Clone)]
pub(crate) struct Found {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// How it is shown.
    pub(crate) shown: String,
    /// Its size in bytes.
    pub(crate) bytes: u64,
    /// Whether it is read as it is; otherwise it is decompressed on the way.
    pub(crate) plain: bool,
    /// What of it is meant, where it is an archive.
    inside: Option<Inside>,
}

/// A part of an archive.
#[derive(Clone)]
enum Inside {
    Member(Member, Arc<Tapes>),
    /// What could not be told of it, for this reason.
    Unread(String),
}

impl Found {
    /// Looks at a file of this size.
    pub(crate) fn at(path: &Path, shown: String, bytes: u64) -> Self {
        let mut head = [0; 6];
        let read = File::open(path).and_then(|mut file| file.read(&mut head)).unwrap_or(0);
        let compressed = audit::unpack::is_compressed(head.get(..read).unwrap_or(&[]));
        Self { path: path.to_owned(), shown, bytes, plain: !compressed, inside: None }
    }

    /// A folder that cannot be listed in full.
    fn unlisted(path: PathBuf, shown: String) -> Self {
        let why = match fs::read_dir(&path).map(|entries| entries.collect::<Result<Vec<_>, _>>()) {
            Err(error) | Ok(Err(error)) => error.to_string(),
            Ok(Ok(_)) => format!("folders nested deeper than {MAX_DEPTH}"),
        };
        Self { path, shown, bytes: 0, plain: false, inside: Some(Inside::Unread(why)) }
    }

    /// The file, or the members where it is an archive, named `archive.zip!/member`. What cannot be told of an archive stands for
    /// itself. Archives that are compressed as a whole are left on the `tapes`.
    pub(crate) fn members(self, tapes: &Arc<Tapes>, limits: &Limits) -> Vec<Self> {
        if !self.is_archive(limits).unwrap_or(false) {
            return vec![self];
        }
        let bundle = match File::open(&self.path).and_then(|file| bundle::list(file, limits)) {
            Ok(Some(bundle)) => bundle,
            // A document, which nobody knows here.
            Ok(None) => return vec![self],
            Err(error) => return vec![self.part(Inside::Unread(error.to_string()))],
        };
        let part = |member| self.part(Inside::Member(member, Arc::clone(tapes)));
        let mut parts: Vec<Self> = bundle.members.into_iter().map(part).collect();
        parts.extend(bundle.error.map(|error| self.part(Inside::Unread(error.to_string()))));
        parts
    }

    fn is_archive(&self, limits: &Limits) -> io::Result<bool> {
        let mut head = Vec::new();
        let file = File::open(&self.path)?;
        unpack(file, limits)?.stream.take(ARCHIVE_HEAD).read_to_end(&mut head)?;
        Ok(bundle::is_archive(&head))
    }

    fn part(&self, inside: Inside) -> Self {
        let (shown, bytes) = match &inside {
            Inside::Member(member, _) => (format!("{}!/{}", self.shown, member.path), member.bytes),
            Inside::Unread(_) => (self.shown.clone(), self.bytes),
        };
        Self { path: self.path.clone(), shown, bytes, plain: false, inside: Some(inside) }
    }

    /// What is best read in this order: the members of an archive as they lie there.
    pub(crate) fn place(&self) -> (&Path, u64) {
        let at = match &self.inside {
            Some(Inside::Member(member, _)) => member.place(),
            _ => 0,
        };
        (&self.path, at)
    }

    /// Opens it at a byte; at its beginning, where it is not plain.
    fn open(&self, at: u64, limits: &Limits) -> io::Result<Box<dyn Read + Send>> {
        let mut raw = File::open(&self.path)?;
        Ok(match &self.inside {
            Some(Inside::Member(member, tapes)) => {
                Box::new(member.open(raw, (tapes, &self.path), limits)?)
            }
            Some(Inside::Unread(error)) => return Err(io::Error::other(error.clone())),
            None if self.plain => {
                if at > 0 {
                    raw.seek(SeekFrom::Start(at))?;
                }
                Box::new(raw)
            }
            None => Box::new(unpack(raw, limits)?.stream),
        })
    }
}

/// The regular files at and below the paths, and those in archives there, in the order of their names. Links are not followed.
///
/// Given back beside them is what lies there and is no regular file.
///
/// # Errors
/// When a path that was given does not exist or cannot be looked at.
pub(crate) fn find(
    paths: &[PathBuf],
    words: &Words,
) -> Result<(Vec<Found>, Vec<RecordedInput>), Trouble> {
    let (list, aside) = list(paths, words, false)?;
    let (limits, tapes) = (Limits::default(), Arc::default());
    let found = list.into_iter().flat_map(|path| {
        let shown = path.display().to_string();
        match fs::metadata(&path) {
            Ok(data) if data.is_dir() => vec![Found::unlisted(path, shown)],
            data => {
                Found::at(&path, shown, data.map_or(0, |data| data.len())).members(&tapes, &limits)
            }
        }
    });
    Ok((found.collect(), aside))
}

/// The paths of [`find`]. With `lenient`, one that is not there now may come back: a log is being rotated.
///
/// # Errors
/// See [`find`].
pub(crate) fn list(
    paths: &[PathBuf],
    words: &Words,
    lenient: bool,
) -> Result<(Vec<PathBuf>, Vec<RecordedInput>), Trouble> {
    let mut walk = Walk::default();
    for path in paths {
        match fs::metadata(path) {
            Ok(kind) if kind.is_dir() => walk.folder(path, 0),
            Ok(_) => walk.found.push(path.clone()),
            Err(error) if lenient && error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(Trouble::read(words, path, error)),
        }
    }
    let Walk { mut found, mut aside } = walk;
    found.sort_by_cached_key(|path| path.display().to_string());
    aside.sort_by(|a, b| a.path.cmp(&b.path));
    aside.dedup_by(|a, b| a.path == b.path);
    // A file that was named in several ways must not count twice.
    let mut known = std::collections::BTreeSet::new();
    found.retain(|path| known.insert(fs::canonicalize(path).unwrap_or_else(|_| path.clone())));
    Ok((found, aside))
}

/// What is found below folders.
#[derive(Default)]
struct Walk {
    found: Vec<PathBuf>,
    /// What is no regular file.
    aside: Vec<RecordedInput>,
}

impl Walk {
    /// A folder that cannot be listed in full stands in the list itself: to read it fails, and that is said.
    fn folder(&mut self, folder: &Path, depth: usize) {
        if self.inside(folder, depth).is_err() {
            self.found.push(folder.to_owned());
        }
    }

    fn inside(&mut self, folder: &Path, depth: usize) -> io::Result<()> {
        if depth > MAX_DEPTH {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                self.folder(&entry.path(), depth + 1);
            } else if kind.is_file() {
                self.found.push(entry.path());
            } else {
                let said = note(codes::NOT_REGULAR, &[("kind", kind_name(kind).to_owned())]);
                let path = entry.path().display().to_string();
                self.aside.push(RecordedInput {
                    path,
                    notes: vec![said],
                    ..RecordedInput::default()
                });
            }
        }
        Ok(())
    }
}

/// Hands the files to the engine as inputs.
pub(crate) fn with_inputs<T>(found: &[Found], then: impl FnOnce(&[Input<'_>]) -> T) -> T {
    let limits = Limits::default();
    let limits = &limits;
    let openers: Vec<_> = found.iter().map(|file| move |at: u64| file.open(at, limits)).collect();
    let inputs: Vec<Input<'_>> = found
        .iter()
        .zip(&openers)
        .map(|(file, open)| Input {
            path: &file.shown,
            bytes: file.bytes,
            plain: file.plain,
            open,
            part: None,
        })
        .collect();
    then(&inputs)
}

const MAX_DEPTH: usize = 200;
/// How many bytes tell an archive.
const ARCHIVE_HEAD: u64 = 512;
