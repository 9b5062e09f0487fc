//! From bytes to observations: decompress, open containers, detect the format, read, account.

use std::cell::RefCell;
use std::io::{self, BufRead, BufReader, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use model::source::{Fate, Source};
use sha2::{Digest, Sha256};

use crate::codes;
use crate::limits::Limits;
use crate::reader::{HEAD_BYTES, Head, Input, report_read_error};
use crate::readers;
use crate::sink::{Collector, Sink};
use crate::unpack::unpack;

/// One file to read. `open` may be called several times: some containers need two passes.
pub struct File<'a> {
    /// The path below the assessed folder.
    pub path: &'a str,
    /// Size on disk in bytes.
    pub bytes: u64,
    /// Opens the file from its first byte.
    pub open: &'a dyn Fn() -> io::Result<Box<dyn Read>>,
}

/// Reads one file into the collector: exactly one source, and one more for each member of a container.
pub fn ingest(file: &File<'_>, limits: &Limits, collector: &mut Collector) {
    let source = Source {
        path: file.path.to_owned(),
        sha256: String::new(),
        bytes: file.bytes,
        fate: Fate::Unknown,
    };
    let raw = match (file.open)() {
        Ok(raw) => raw,
        Err(error) => {
            let mut sink = collector.begin(source, limits);
            set_fate(&mut sink, Fate::Unreadable);
            sink.error(codes::READ_FAILED, None, &[("error", &error.to_string())]);
            return;
        }
    };
    let hasher = RefCell::new(Sha256::new());
    let mut raw = Hashed { inner: raw, hasher: &hasher };
    let mut sink = collector.begin(source, limits);
    read_stream(&mut raw, file.path, limits, &mut sink);
    // What the reader left is read for the digest.
    if let Err(error) = io::copy(&mut raw, &mut io::sink()) {
        report_read_error(&mut sink, &error);
    }
    let digest = hasher.borrow_mut().finalize_reset();
    if let Some(source) = sink.source_mut() {
        source.sha256 = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    }
}

/// Reads one decompressible stream with the reader that knows it.
fn read_stream(raw: &mut dyn Read, path: &str, limits: &Limits, sink: &mut Sink<'_>) {
    let unpacked = match unpack(raw, limits) {
        Ok(unpacked) => unpacked,
        Err(error) => return report_read_error(sink, &error),
    };
    let mut stream = unpacked.stream;
    let (head, complete) = match peek(&mut stream) {
        Ok(peeked) => peeked,
        Err(error) => return report_read_error(sink, &error),
    };
    if head.is_empty() {
        return sink.warn(codes::EMPTY, None, &[]);
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    let Some(reader) = readers::detect(&Head { bytes: &head, complete, name }) else {
        return sink.warn(codes::UNKNOWN_FORMAT, None, &[]);
    };
    set_fate(sink, Fate::Read { reader: reader.id(), version: reader.version() });
    let mut whole = BufReader::with_capacity(HEAD_BYTES, io::Cursor::new(head).chain(stream));
    let mut input = Input { stream: &mut whole, path, limits };
    let outcome = catch_unwind(AssertUnwindSafe(|| reader.read(&mut input, sink)));
    if outcome.is_err() {
        sink.error(codes::READER_BUG, None, &[("reader", reader.id())]);
    }
}

/// The first bytes of a stream, taken from it.
fn peek(stream: &mut dyn BufRead) -> io::Result<(Vec<u8>, bool)> {
    let mut head = Vec::new();
    stream.take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    let complete = head.len() < HEAD_BYTES;
    Ok((head, complete))
}

fn set_fate(sink: &mut Sink<'_>, fate: Fate) {
    if let Some(source) = sink.source_mut() {
        source.fate = fate;
    }
}

/// Hashes what passes through.
struct Hashed<'h> {
    inner: Box<dyn Read>,
    hasher: &'h RefCell<Sha256>,
}

impl Read for Hashed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hasher.borrow_mut().update(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}
