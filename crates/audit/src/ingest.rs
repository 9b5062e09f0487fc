//! From bytes to observations: decompress, open containers, detect the format, read, account.

use std::io::{self, BufRead, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use model::asset::AssetKind;
use model::source::{Fate, Source, SourceId, Unit};
use sha2::{Digest, Sha256};

use crate::aside::{self, Aside, Readers};
use crate::codes;
use crate::container;
use crate::limits::Limits;
use crate::reader::{HEAD_BYTES, Head, Input, Reader, report_read_error};
use crate::readers;
use crate::sink::{Collector, Sink};
use crate::tree::RootFs;
use crate::unpack::unpack;

/// One file to read. `open` may be called several times: some containers need two passes.
pub struct File<'a> {
    /// The path below the assessed folder.
    pub path: &'a str,
    /// Size on disk in bytes.
    pub bytes: u64,
    /// Opens the file from its first byte.
    pub open: &'a dyn Fn() -> io::Result<Box<dyn Read + Send>>,
}

/// Reads one file into the collector: one source, and one more for each member of a container.
pub fn ingest(file: &File<'_>, limits: &Limits, collector: &mut Collector) {
    let source = begin(file.path, file.bytes, limits, collector);
    let raw = match (file.open)() {
        Ok(raw) => raw,
        Err(error) => {
            let mut sink = collector.resume(source, limits);
            set_fate(&mut sink, Fate::Unreadable);
            sink.error(codes::READ_FAILED, None, &[("error", &error.to_string())]);
            return;
        }
    };
    let hasher = Mutex::new(Sha256::new());
    let mut raw = Hashed { inner: raw, hasher: &hasher };
    let job = Job { path: file.path, source, nested: 0, limits };
    read_source(&mut raw, Some(file.open), &job, collector);
    let mut sink = collector.resume(source, limits);
    // What the reader left is read for the digest.
    if let Err(error) = io::copy(&mut raw, &mut io::sink()) {
        report_read_error(&mut sink, &error);
    }
    let digest = hasher.lock().unwrap_or_else(PoisonError::into_inner).finalize_reset();
    if let Some(source) = sink.source_mut() {
        source.sha256 = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    }
}

/// Reads a folder that is a root file system (see [`tree::is_root`](crate::tree::is_root)) as one source. `walk` puts in the
/// entries; where [`RootFs::wants`] asks for it, with their content.
pub fn ingest_rootfs(
    path: &str,
    limits: &Limits,
    collector: &mut Collector,
    walk: &mut dyn FnMut(&mut RootFs),
) {
    let source = begin(path, 0, limits, collector);
    let mut tree = RootFs::new(Unit::Row, limits);
    walk(&mut tree);
    let mut sink = collector.resume(source, limits);
    set_fate(&mut sink, container::ROOTFS);
    tree.finish(AssetKind::Host, &mut sink);
}

/// Whether a folder with these paths is an OCI image layout, for [`ingest_layout`].
pub fn is_layout(exists: &dyn Fn(&str) -> bool) -> bool {
    exists("oci-layout") && exists("index.json") && exists("blobs")
}

/// Reads a folder that is an OCI image layout as one source. `open` opens a file at a path below the folder; it is asked for
/// `oci-layout`, `index.json` and `blobs/ALGORITHM/DIGEST`, nothing else.
pub fn ingest_layout(
    path: &str,
    open: &dyn Fn(&str) -> io::Result<Box<dyn Read + Send>>,
    limits: &Limits,
    collector: &mut Collector,
) {
    let source = begin(path, 0, limits, collector);
    container::read_layout(open, &Job { path, source, nested: 0, limits }, collector);
}

/// Gives a stream from its first byte once more.
pub(crate) type Reopen<'r> = dyn Fn() -> io::Result<Box<dyn Read + Send>> + 'r;

/// A source that is being read.
pub(crate) struct Job<'j> {
    /// Its path.
    pub(crate) path: &'j str,
    /// Its number.
    pub(crate) source: SourceId,
    /// In how many archives it lies.
    pub(crate) nested: usize,
    /// What may not be exceeded.
    pub(crate) limits: &'j Limits,
}

/// Reads one member of the job's archive as a source of its own.
pub(crate) fn read_member(
    stream: &mut (dyn Read + Send),
    member: &str,
    bytes: u64,
    job: &Job<'_>,
    collector: &mut Collector,
) {
    let path = format!("{}!/{member}", job.path);
    let source = begin(&path, bytes, job.limits, collector);
    let job = Job { path: &path, source, nested: job.nested + 1, limits: job.limits };
    read_source(stream, None, &job, collector);
}

/// Reads one decompressible stream: the members of a container, or rows with the reader that knows the format. Says where somebody else reads it.
fn read_source(
    raw: &mut (dyn Read + Send),
    reopen: Option<&Reopen<'_>>,
    job: &Job<'_>,
    collector: &mut Collector,
) {
    let mut sink = collector.resume(job.source, job.limits);
    let unpacked = unpack(raw, job.limits).and_then(|unpacked| {
        let mut stream = unpacked.stream;
        peek(&mut stream).map(|(head, complete)| (stream, head, complete))
    });
    let (stream, head, complete) = match unpacked {
        Ok(unpacked) => unpacked,
        Err(error) => {
            report_read_error(&mut sink, &error);
            return;
        }
    };
    if head.is_empty() {
        sink.warn(codes::EMPTY, None, &[]);
        return;
    }
    let taker = taker(&head, complete, job, collector.aside);
    let mut whole = io::Cursor::new(head).chain(stream);
    let mut sink = collector.resume(job.source, job.limits);
    match taker {
        Taker::Tar | Taker::Zip if job.nested > MAX_NESTED => {
            sink.error(codes::NESTED_TOO_DEEP, None, &[]);
        }
        Taker::Tar => read_tar(&mut whole, reopen, job, collector),
        Taker::Zip => container::zip::read(&mut whole, job, collector),
        Taker::Aside => {
            let taken = aside::take(&mut whole, job, &mut sink);
            collector.taken.push(taken);
        }
        Taker::Reader(reader, readers) => {
            read_rows(reader, &mut whole, job, &mut sink);
            if readers != Readers::NoLog {
                collector.logs.push(job.source);
            }
        }
        Taker::Log => collector.logs.push(job.source),
        Taker::Nobody => aside::unknown(&mut sink),
    }
}

/// Who takes a stream.
enum Taker {
    Tar,
    Zip,
    /// Another engine, as a whole.
    Aside,
    /// A reader of inventories; the engine of logs may read it too.
    Reader(&'static dyn Reader, Readers),
    /// The engine of logs alone.
    Log,
    Nobody,
}

fn taker(head: &[u8], complete: bool, job: &Job<'_>, elsewhere: Option<Aside>) -> Taker {
    if container::tar::probe(head) {
        return Taker::Tar;
    }
    let name = job.path.rsplit('/').next().unwrap_or(job.path);
    let beginning = Head { bytes: head, complete, name };
    let only = elsewhere.is_some_and(|aside| aside.only);
    let reader = if only { None } else { readers::surest(&beginning) };
    if reader.is_none() && container::zip::probe(head) {
        return Taker::Zip;
    }
    let sure = reader.map(|(sure, _)| sure);
    let log = elsewhere.map_or(Readers::NoLog, |one| one.readers(&beginning, job.path, sure));
    match reader {
        _ if log == Readers::Log => Taker::Log,
        _ if elsewhere.is_some_and(|one| one.wants(head, job.path, reader.is_some())) => {
            Taker::Aside
        }
        Some((_, reader)) => Taker::Reader(reader, log),
        None => Taker::Nobody,
    }
}

fn read_rows(reader: &dyn Reader, stream: &mut dyn BufRead, job: &Job<'_>, sink: &mut Sink<'_>) {
    set_fate(sink, Fate::Read { reader: reader.id(), version: reader.version() });
    let mut input = Input { stream, path: job.path, limits: job.limits };
    let outcome = catch_unwind(AssertUnwindSafe(|| reader.read(&mut input, sink)));
    if outcome.is_err() {
        sink.error(codes::READER_BUG, None, &[("reader", reader.id())]);
    }
}

/// Reads a tar twice. One that lies in another archive cannot be opened again, so it is held in memory.
fn read_tar(
    stream: &mut (dyn BufRead + Send),
    reopen: Option<&Reopen<'_>>,
    job: &Job<'_>,
    collector: &mut Collector,
) {
    if let Some(reopen) = reopen {
        return container::read_tar(stream, reopen, job, collector);
    }
    let mut sink = collector.resume(job.source, job.limits);
    let bytes = Input { stream, path: job.path, limits: job.limits }.whole(&mut sink);
    let bytes: Arc<[u8]> = bytes.into();
    let reopen = || Ok(Box::new(io::Cursor::new(Arc::clone(&bytes))) as Box<dyn Read + Send>);
    container::read_tar(&mut io::Cursor::new(&*bytes), &reopen, job, collector);
}

fn begin(path: &str, bytes: u64, limits: &Limits, collector: &mut Collector) -> SourceId {
    let (path, sha256) = (path.to_owned(), String::new());
    collector.begin(Source { path, sha256, bytes, fate: Fate::Unknown }, limits).source()
}

/// The first bytes of a stream, taken from it.
fn peek(stream: &mut dyn BufRead) -> io::Result<(Vec<u8>, bool)> {
    let mut head = Vec::new();
    stream.take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    let complete = head.len() < HEAD_BYTES;
    Ok((head, complete))
}

/// Notes what became of the source.
pub(crate) fn set_fate(sink: &mut Sink<'_>, fate: Fate) {
    if let Some(source) = sink.source_mut() {
        source.fate = fate;
    }
}

/// Hashes what passes through.
struct Hashed<'h> {
    inner: Box<dyn Read + Send>,
    hasher: &'h Mutex<Sha256>,
}

impl Read for Hashed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let mut hasher = self.hasher.lock().unwrap_or_else(PoisonError::into_inner);
        hasher.update(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}

/// Archives in archives in archives: each holds its content in memory, and no export needs more.
const MAX_NESTED: usize = 3;
