//! Zip archives of exports: each member becomes a source.
//!
//! The directory stands at the end, so the archive is held in memory, up to the limit. Zips that are documents or programs
//! (workbooks, jars, and their like) are no bags of exports and are not opened.

use std::io::{self, Cursor, Read};
use std::sync::atomic::{AtomicU64, Ordering};

use ::zip::ZipArchive;
use model::source::{Fate, Unit};

use super::{Account, NoteKind, error_code};
use crate::codes;
use crate::ingest::{self, Job};
use crate::reader::Input;
use crate::sink::Collector;

/// Whether a stream that begins so is a zip archive.
pub(crate) fn probe(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")
}

/// Reads the members of an archive.
pub(crate) fn read(stream: &mut dyn io::BufRead, job: &Job<'_>, collector: &mut Collector) {
    let mut sink = collector.resume(job.source, job.limits);
    let bytes = Input { stream, path: job.path, limits: job.limits }.whole(&mut sink);
    let fair = (bytes.len() as u64).saturating_mul(job.limits.ratio);
    // Members that share bytes would multiply them; together they may not yield more than one honest archive of this size.
    let budget =
        AtomicU64::new(fair.max(job.limits.ratio_floor_bytes).min(job.limits.expanded_bytes));
    let mut archive = match ZipArchive::new(Cursor::new(bytes)) {
        Ok(archive) => archive,
        Err(error) => {
            return sink.error(codes::MALFORMED, None, &[("what", &error.to_string())]);
        }
    };
    let names: Vec<String> =
        archive.file_names().filter_map(Result::ok).map(|name| name.into_owned()).collect();
    if names.iter().any(|name| is_document(name)) {
        return sink.warn(codes::UNKNOWN_FORMAT, None, &[]);
    }
    ingest::set_fate(&mut sink, Fate::Opened { container: "zip" });
    let mut account = Account::new(job.limits.members);
    let count = archive.len() as u64;
    for number in 0..count.min(job.limits.members) {
        member(&mut archive, number, &budget, &mut account, job, collector);
    }
    if count > job.limits.members {
        account.lose(job.limits.members + 1, codes::LIMIT_REACHED, "", "members");
    }
    account.write(Unit::Row, &mut collector.resume(job.source, job.limits));
}

/// Whether a member of this name makes a zip a document or a program.
pub(super) fn is_document(name: &str) -> bool {
    DOCUMENTS.contains(&name)
}

fn member(
    archive: &mut ZipArchive<Cursor<Vec<u8>>>,
    number: u64,
    budget: &AtomicU64,
    account: &mut Account,
    job: &Job<'_>,
    collector: &mut Collector,
) {
    let at = number + 1;
    let mut file = match archive.by_index(usize::try_from(number).unwrap_or(usize::MAX)) {
        Ok(file) => file,
        Err(error) => {
            return account.lose(at, codes::UNSUPPORTED_MEMBER, "", &error.to_string());
        }
    };
    let name = match file.name() {
        // Some writers on Windows use their own separator.
        Ok(name) => name.replace('\\', "/"),
        Err(error) => return account.lose(at, codes::UNSAFE_PATH, "", &error.to_string()),
    };
    if file.is_dir() {
        return;
    }
    let Some(path) = account.path(at, &name) else { return };
    if file.is_symlink() || !file.is_file() {
        return account.inert(at, codes::ROW_NOT_REGULAR);
    }
    if super::is_noise(&path) {
        return account.inert(at, codes::ROW_NOT_INVENTORY);
    }
    let size = file.size();
    let mut metered = Metered { inner: &mut file, budget };
    ingest::read_member(&mut metered, &path, size, job, collector);
    // The checksum is at the end of what was read; a reader may have stopped before it.
    if let Err(error) = io::copy(&mut metered, &mut io::sink()) {
        account.note(at, error_code(&error), &path, &error.to_string(), NoteKind::Doubtful);
    }
}

/// Ends the reading of an archive whose members yield too much in sum.
struct Metered<'m, R> {
    inner: &'m mut R,
    budget: &'m AtomicU64,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let left = self.budget.load(Ordering::Relaxed).checked_sub(count as u64);
        self.budget.store(left.unwrap_or(0), Ordering::Relaxed);
        left.map(|_| count).ok_or_else(|| {
            io::Error::new(io::ErrorKind::QuotaExceeded, "the members yield too much together")
        })
    }
}

/// Members that make a zip a document or a program.
const DOCUMENTS: &[&str] = &[
    "[Content_Types].xml",
    "META-INF/MANIFEST.MF",
    "META-INF/container.xml",
    "AndroidManifest.xml",
    "mimetype",
];
