//! What the beginning of an input tells when its first line does not: where that line is longer than what is looked at, and where nobody
//! knows the content; and what other places tell.

use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;

use model::diagnostic::Severity;

use super::{Input, yields};
use crate::codes;
use crate::reader::{Format, HEAD_BYTES, Head, Learnt, Noted, Yields};
use crate::readers::detect;

/// The head of an input after its first line, where that line fills the whole of it and shows no format; `None` else, and where no line
/// follows.
///
/// # Errors
/// When it cannot be read.
pub(super) fn second_line(
    input: &Input<'_>,
    head: &[u8],
    complete: bool,
) -> io::Result<Option<(Vec<u8>, bool)>> {
    let first = Head { bytes: head, complete, name: input.path };
    if complete || head.contains(&b'\n') || detect(&first).is_some() {
        return Ok(None);
    }
    let stream = (input.open)(0)?.take(SKIPPED);
    let mut stream = BufReader::with_capacity(HEAD_BYTES, stream);
    stream.skip_until(b'\n')?;
    let mut second = Vec::new();
    stream.take(HEAD_BYTES as u64).read_to_end(&mut second)?;
    let complete = second.len() < HEAD_BYTES;
    Ok((!second.is_empty()).then_some((second, complete)))
}

/// What the rows of an input may yield that its head does not show: logs of several kinds are put one behind the other. Of one that can
/// be opened anywhere, some places are looked at.
pub(super) fn yields_behind(
    input: &Input<'_>,
    format: &dyn Format,
    learnt: &Arc<Learnt>,
) -> Yields {
    let mut all = Yields::default();
    if !input.plain || input.bytes <= HEAD_BYTES as u64 {
        return all;
    }
    for place in 1..=PLACES {
        // The last one reaches the end, whatever division leaves.
        let at = (input.bytes - PLACE_BYTES) / PLACES * place;
        let most = PLACE_BYTES + PLACES;
        let mut bytes = Vec::new();
        let read = (input.open)(at).and_then(|it| it.take(most).read_to_end(&mut bytes));
        let rows = memchr::memchr(b'\n', &bytes).and_then(|end| bytes.get(end + 1..));
        if let (Ok(_), Some(rows)) = (read, rows) {
            let head = Head { bytes: rows, complete: false, name: input.path };
            all = all.or(yields(&format.open_knowing(&head, learnt)));
        }
    }
    all
}

/// How many places of an input are looked at, and how much at each.
const PLACES: u64 = 16;
const PLACE_BYTES: u64 = 16 << 10;

/// What an input is that is no log.
pub(super) fn said(input: &Input<'_>, head: &[u8]) -> Option<Noted> {
    let noted = |code, severity, args| Some(Noted { code, severity, args });
    if head.is_empty() {
        return noted(codes::EMPTY, Severity::Note, Vec::new());
    }
    if let Some((_, what)) = COMPRESSIONS.iter().find(|(magic, _)| head.starts_with(magic)) {
        let args = vec![("what", (*what).to_owned())];
        return noted(codes::COMPRESSION, Severity::Warning, args);
    }
    let archive = head.starts_with(b"PK\x03\x04") || head.get(257..262) == Some(b"ustar");
    // Others are documents.
    let inside = input.path.contains("!/") || !input.plain;
    (archive && inside).then_some(()).and(noted(
        codes::LOG_IN_ARCHIVE,
        Severity::Warning,
        Vec::new(),
    ))
}

/// How what is compressed or packed in ways that are not read begins.
const COMPRESSIONS: &[(&[u8], &str)] = &[
    (b"BZh", "bzip2"),
    (b"\x04\x22\x4d\x18", "LZ4"),
    (b"LZIP", "lzip"),
    (b"\x1f\x9d", "compress"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"Rar!\x1a\x07", "RAR"),
];

/// How much is read in search of the end of the first line: that of 16 lines of the greatest length.
const SKIPPED: u64 = 256 << 20;
