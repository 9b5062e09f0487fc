//! The seam between formats and everything else: what a reader gets and what it promises.

use std::io::{self, BufRead, Read};

use crate::codes;
use crate::limits::Limits;
use crate::sink::Sink;

/// A reader of one format family.
///
/// A reader never fails: it puts what it understood into the sink, claims every row (see [`Sink::row`]), reports what it could
/// not use, and goes on with the rest. It must not panic and must not keep memory in proportion to a streamable input.
pub trait Reader: Sync {
    /// Stable id in kebab-case, for example `osquery-json`.
    fn id(&self) -> &'static str;

    /// Raised whenever the reader's output changes for some input.
    fn version(&self) -> u32;

    /// How sure the reader is that this content is its format: `None` not at all, else 1 (possible) to 100 (certain).
    ///
    /// Decides by content. A name may break a tie between formats that look alike, never make the decision alone.
    fn probe(&self, head: &Head<'_>) -> Option<u8>;

    /// Whether a JSON array of objects may be its format. The others are not asked about one: to look through its beginning for
    /// their marks, each on its own, would cost more than reading the file.
    fn reads_json_arrays(&self) -> bool {
        false
    }

    /// Reads the input to its end, or to where it cannot go on, and says so.
    fn read(&self, input: &mut Input<'_>, sink: &mut Sink<'_>);
}

/// The beginning of a (decompressed) input.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// The first bytes, up to [`HEAD_BYTES`].
    pub bytes: &'a [u8],
    /// Whether that is all of it.
    pub complete: bool,
    /// The last component of the path, as a hint.
    pub name: &'a str,
}

impl Head<'_> {
    /// Whether this is a JSON array of objects.
    pub fn is_json_array(&self) -> bool {
        begins_array(self.bytes)
    }

    /// The head as text where it is valid UTF-8, without a byte-order mark; a character cut at the end is left off.
    pub fn text(&self) -> &str {
        let bytes = self.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(self.bytes);
        match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => bytes
                .get(..error.valid_up_to())
                .and_then(|valid| std::str::from_utf8(valid).ok())
                .unwrap_or(""),
        }
    }
}

/// `[{"`, with any white space.
fn begins_array(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let inner = bytes.strip_prefix(b"[").map(<[u8]>::trim_ascii_start);
    let first = inner.and_then(|inner| inner.strip_prefix(b"{")).map(<[u8]>::trim_ascii_start);
    first.is_some_and(|name| name.starts_with(b"\""))
}

/// How many bytes a probe sees at most.
pub const HEAD_BYTES: usize = 64 << 10;

/// One input, decompressed, from its first byte.
pub struct Input<'a> {
    /// The content.
    pub stream: &'a mut dyn BufRead,
    /// The path below the assessed folder, for naming an asset that names itself nowhere.
    pub path: &'a str,
    /// What may not be exceeded.
    pub limits: &'a Limits,
}

impl Input<'_> {
    /// The whole input, for formats that need random access. Read errors and the size limit are reported; what could be read is
    /// returned all the same.
    pub fn whole(&mut self, sink: &mut Sink<'_>) -> Vec<u8> {
        let limit = self.limits.whole_file_bytes;
        let mut bytes = Vec::new();
        let mut bounded = (&mut *self.stream).take(limit + 1);
        if let Err(error) = bounded.read_to_end(&mut bytes) {
            report_read_error(sink, &error);
        }
        if bytes.len() as u64 > limit {
            bytes.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
            sink.error(codes::LIMIT_REACHED, None, &[("limit", &format!("{limit} bytes"))]);
        }
        bytes
    }

    /// The next line without its end (`\n` or `\r\n`), or `None` at the end. A line longer than the limit is skipped up to its
    /// end and returned as [`Line::TooLong`]. Read errors are reported and end the input.
    pub fn line(&mut self, buffer: &mut Vec<u8>, sink: &mut Sink<'_>) -> Option<Line> {
        buffer.clear();
        let limit = self.limits.row_bytes as u64;
        let read = (&mut *self.stream).take(limit).read_until(b'\n', buffer);
        match read {
            Ok(0) => return None,
            Ok(_) => {}
            Err(error) => {
                report_read_error(sink, &error);
                return if buffer.is_empty() { None } else { Some(Line::Whole) };
            }
        }
        if buffer.last() == Some(&b'\n') {
            buffer.pop();
            if buffer.last() == Some(&b'\r') {
                buffer.pop();
            }
            return Some(Line::Whole);
        }
        if (buffer.len() as u64) < limit {
            return Some(Line::Whole);
        }
        if let Err(error) = self.stream.skip_until(b'\n') {
            report_read_error(sink, &error);
        }
        Some(Line::TooLong)
    }

    /// The path's last component without its extensions, for naming an asset that names itself nowhere.
    pub fn stem(&self) -> &str {
        crate::sink::stem(self.path)
    }

    /// The name of the folder that the input lies in; empty at the top.
    pub fn folder(&self) -> &str {
        let mut parts = self.path.rsplit('/').skip(1);
        parts.next().unwrap_or("").trim_end_matches('!')
    }
}

/// Whether a line fitted into the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// It did; the buffer holds all of it.
    Whole,
    /// It did not; the buffer holds its beginning.
    TooLong,
}

/// Reports a read error under the code that fits: bomb, truncation or failure.
pub fn report_read_error(sink: &mut Sink<'_>, error: &io::Error) {
    let code = match error.kind() {
        io::ErrorKind::QuotaExceeded => codes::BOMB,
        io::ErrorKind::UnexpectedEof => codes::TRUNCATED,
        _ => codes::READ_FAILED,
    };
    sink.error(code, None, &[("error", &error.to_string())]);
}
