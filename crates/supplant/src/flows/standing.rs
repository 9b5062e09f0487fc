//! A log file as it stands in one round: held open, so that a file which is renamed or removed meanwhile is still the same one.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::UNIX_EPOCH;

use audit::limits::Limits;
use audit::unpack::{is_compressed, unpack};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What tells whether a file was touched: where it lies on the disk, where the system says that, its size and when it was written
/// to, in nanoseconds since 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Stamp {
    /// Device and number.
    pub(crate) place: Option<(u64, u64)>,
    /// Its size in bytes, as it lies there.
    pub(crate) bytes: u64,
    modified: i64,
}

impl Stamp {
    fn of(data: &Metadata) -> Self {
        let modified = data.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        let modified = modified.and_then(|since| i64::try_from(since.as_nanos()).ok());
        Self { place: place(data), bytes: data.len(), modified: modified.unwrap_or_default() }
    }

    /// The stamp of the file at a path; `None` when there is no regular file that can be looked at.
    pub(crate) fn at(path: &Path) -> Option<Self> {
        let data = std::fs::metadata(path).ok()?;
        data.is_file().then(|| Self::of(&data))
    }

    /// Whether nobody has written to it for so many seconds. `now` is in seconds since 1970.
    pub(crate) fn rests(&self, now: i64, seconds: i64) -> bool {
        passed(self.modified.div_euclid(1_000_000_000), now, seconds)
    }
}

/// Whether at least so many seconds have passed between two times that are cut to whole seconds: by them alone, one more.
pub(crate) fn passed(since: i64, now: i64, seconds: i64) -> bool {
    seconds == 0 || now.saturating_sub(since) > seconds
}

#[cfg(unix)]
fn place(data: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((data.dev(), data.ino()))
}

#[cfg(not(unix))]
fn place(_: &Metadata) -> Option<(u64, u64)> {
    None
}

/// What tells content from other content: digests of its first and last bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Print {
    /// How many bytes of (decompressed) content it is of.
    pub(crate) bytes: u64,
    head: String,
    tail: String,
}

impl Print {
    /// Whether longer content with this print may begin with that of the other.
    pub(crate) fn begins_like(&self, other: &Self) -> bool {
        self.bytes >= PRINTED && other.bytes >= PRINTED && self.head == other.head
    }
}

/// A file that was opened.
#[derive(Clone)]
pub(crate) struct Standing {
    /// Where it was found.
    pub(crate) path: PathBuf,
    /// How that is shown.
    pub(crate) shown: String,
    /// As it was when it was opened.
    pub(crate) stamp: Stamp,
    /// Whether it is read as it is; otherwise it is decompressed on the way.
    pub(crate) plain: bool,
    /// Up to where it is read, in bytes of content; what is behind may come while it is read.
    pub(crate) end: u64,
    /// Open, unless too many are.
    held: Option<Arc<File>>,
    /// The digest of its first bytes, once it is known; `None` when there are too few.
    head: Arc<OnceLock<Option<String>>>,
}

impl Standing {
    /// Opens a file.
    ///
    /// # Errors
    /// When it cannot be opened or read.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = Arc::new(File::open(path)?);
        let stamp = Stamp::of(&file.metadata()?);
        let mut head = [0; 6];
        let read = Reading { file: Arc::clone(&file), at: 0, end: 0 }.read(&mut head)?;
        Ok(Self {
            path: path.to_owned(),
            shown: path.display().to_string(),
            stamp,
            plain: !is_compressed(head.get(..read).unwrap_or(&[])),
            end: stamp.bytes,
            held: Some(file),
            head: Arc::default(),
        })
    }

    /// Closes the file until it is read: only so many can be open.
    pub(crate) fn let_go(&mut self) {
        self.held = None;
    }

    fn file(&self) -> io::Result<Arc<File>> {
        if let Some(file) = &self.held {
            return Ok(Arc::clone(file));
        }
        let file = File::open(&self.path)?;
        if Stamp::of(&file.metadata()?).place != self.stamp.place {
            return Err(io::Error::other("another file stands there now"));
        }
        Ok(Arc::new(file))
    }

    /// Its content from a byte on. A plain file that became shorter than it was is an error and no end.
    ///
    /// # Errors
    /// When it cannot be read or decompressed up to there.
    pub(crate) fn read_from(&self, at: u64) -> io::Result<Box<dyn Read + Send>> {
        let file = self.file()?;
        if self.plain {
            return Ok(Box::new(Reading { file, at, end: self.end }));
        }
        let mut stream = unpack(Reading { file, at: 0, end: 0 }, &Limits::default())?.stream;
        io::copy(&mut stream.by_ref().take(at), &mut io::sink())?;
        Ok(Box::new(stream))
    }

    /// The print of the first so many bytes of its content; `None` when there are fewer.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn print(&self, bytes: u64) -> io::Result<Option<Print>> {
        if self.plain && bytes > self.stamp.bytes {
            return Ok(None);
        }
        let head = self.piece(0, bytes.min(PRINTED))?;
        let tail = self.piece(bytes.saturating_sub(PRINTED), bytes.min(PRINTED))?;
        Ok(head.zip(tail).map(|(head, tail)| Print { bytes, head, tail }))
    }

    /// Whether its content begins with what the print is of.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn begins_with(&self, print: &Print) -> io::Result<bool> {
        if print.bytes == 0 {
            return Ok(true);
        }
        if self.plain && print.bytes > self.stamp.bytes {
            return Ok(false);
        }
        // Most files differ at the beginning.
        let head = match print.bytes {
            PRINTED.. => self.head()?,
            bytes => self.piece(0, bytes)?,
        };
        Ok(head.is_some_and(|head| head == print.head)
            && self.print(print.bytes)?.as_ref() == Some(print))
    }

    fn head(&self) -> io::Result<Option<String>> {
        if let Some(head) = self.head.get() {
            return Ok(head.clone());
        }
        let head = self.piece(0, PRINTED)?;
        Ok(self.head.get_or_init(|| head).clone())
    }

    /// The digest of so many bytes of content; `None` when there are fewer.
    fn piece(&self, at: u64, bytes: u64) -> io::Result<Option<String>> {
        let mut piece = Vec::new();
        if bytes > 0 {
            let end = if self.plain { self.stamp.bytes } else { 0 };
            let whole = Self { end, ..self.clone() };
            whole.read_from(at)?.take(bytes).read_to_end(&mut piece)?;
        }
        let digest = || Sha256::digest(&piece).iter().map(|byte| format!("{byte:02x}")).collect();
        Ok((piece.len() as u64 == bytes).then(digest))
    }

    /// How many bytes its content has.
    ///
    /// # Errors
    /// When it cannot be read or decompressed to its end.
    pub(crate) fn measure(&self) -> io::Result<u64> {
        if self.plain {
            return Ok(self.stamp.bytes);
        }
        io::copy(&mut self.read_from(0)?, &mut io::sink())
    }

    /// Where the last line ends that begins at or after `from`; `from` when none does.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn last_border(&self, from: u64) -> io::Result<u64> {
        let mut end = self.stamp.bytes;
        let mut piece = Vec::new();
        while end > from {
            let begin = end.saturating_sub(LOOKED_AT).max(from);
            piece.clear();
            self.read_from(begin)?.take(end - begin).read_to_end(&mut piece)?;
            if let Some(at) = piece.iter().rposition(|byte| *byte == b'\n') {
                return Ok(begin + at as u64 + 1);
            }
            end = begin;
        }
        Ok(from)
    }
}

/// A place in a file that several read at the same time.
struct Reading {
    file: Arc<File>,
    at: u64,
    end: u64,
}

impl Read for Reading {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = read_at(&self.file, buffer, self.at)?;
        self.at += read as u64;
        // What was there and is gone must not pass for the end: its lines would be missing in silence.
        if read == 0 && !buffer.is_empty() && self.at < self.end {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(read)
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, at)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, at)
}

/// How many of the first and last bytes of content a print is of.
const PRINTED: u64 = 4 << 10;
/// How much is read at a time in search of the end of a line.
const LOOKED_AT: u64 = 64 << 10;
