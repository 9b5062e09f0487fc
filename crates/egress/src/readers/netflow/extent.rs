//! Where a packet ends in a file: version 9 does not say how long its packets are.

use model::diagnostic::Code;

use crate::bytes::{Window, be16, be32};
use crate::codes;
use crate::reader::Head;
use crate::readers::netflow::v5;

/// How many bytes [`plausible`] looks at.
pub(crate) const HEADER: usize = 24;

/// Whether a packet may begin here: a known version, a length that can be and a time between 1990 and 2106. (A recorder of a protocol analyser
/// may have set the clock back: version 9 may also have a time close to 1970.)
pub(crate) fn plausible(bytes: &[u8]) -> bool {
    let (Some(version), Some(count)) = (be16(bytes, 0), be16(bytes, 2)) else { return false };
    let recent = |at| be32(bytes, at).is_some_and(recent);
    match version {
        5 | 7 => count > 0 && usize::from(count) <= v5::MOST && recent(8),
        9 => be32(bytes, 16).is_some() && count > 0 && (recent(8) || set_follows(bytes)),
        10 => count >= 16 && recent(4),
        _ => false,
    }
}

/// Whether the input is one packet of fixed records whose header says another number of them: claimed, so that the reader says so.
pub(crate) fn miscounted(head: &Head<'_>) -> bool {
    let version = be16(head.bytes, 0).filter(|version| matches!(version, 5 | 7));
    let records = |version| {
        let bytes = head.bytes.len().checked_sub(v5::HEADER)?;
        let length = v5::record_length(version);
        (bytes % length == 0).then_some(bytes / length)
    };
    let whole = version.and_then(records).is_some_and(|count| (1..=v5::MOST).contains(&count));
    whole && head.complete && be32(head.bytes, 8).is_some_and(recent)
}

/// Whether a time is after 1989.
fn recent(seconds: u32) -> bool {
    seconds >= 631_152_000
}

/// Whether a version 9 header is followed by a set of templates.
fn set_follows(bytes: &[u8]) -> bool {
    be16(bytes, 20) == Some(0) && be16(bytes, 22).is_some_and(|length| length >= 8)
}

/// Whether the first packet ends where the input does or another one begins.
pub(crate) fn consistent(head: &Head<'_>) -> bool {
    is_whole(head.bytes) || !head.complete
}

/// Why no packet begins here.
pub(crate) fn reason(bytes: &[u8]) -> Code {
    match be16(bytes, 0) {
        Some(0) if bytes.iter().all(|byte| *byte == 0) => codes::ROW_BLANK,
        Some(5 | 7 | 9 | 10) if bytes.len() < HEADER => codes::TRUNCATED,
        Some(5 | 7 | 9 | 10) => codes::MALFORMED,
        Some(_) => codes::UNKNOWN_VERSION,
        None => codes::TRUNCATED,
    }
}

/// How long the packet is that begins here.
pub(crate) fn of(window: &mut Window<'_>) -> usize {
    of_bytes(window.ask(LONGEST))
}

fn of_bytes(bytes: &[u8]) -> usize {
    let (Some(version), Some(count)) = (be16(bytes, 0), be16(bytes, 2)) else { return bytes.len() };
    let count = usize::from(count);
    match version {
        5 | 7 => v5::HEADER + count * v5::record_length(version),
        9 => of_v9(bytes),
        _ => count.max(16),
    }
}

/// The sets of a version 9 packet go on until something begins that is none: the numbers 2 to 255 are no sets of that version, and
/// those of versions are among them.
fn of_v9(bytes: &[u8]) -> usize {
    let mut length = 20;
    while let Some(rest) = bytes.get(length..)
        && let (Some(id), Some(set)) = (be16(rest, 0), be16(rest, 2))
    {
        if id == 0 && set == 0 {
            // The end of the zeros that fill up a packet. The next one begins with a zero too.
            let zeros = rest.iter().take_while(|byte| **byte == 0).count();
            return length + zeros - usize::from(zeros < rest.len());
        }
        if (2..256).contains(&id) || set < 4 || length + usize::from(set) > LONGEST {
            return length;
        }
        length += usize::from(set);
    }
    bytes.len()
}

/// Goes to the next place where a packet begins that ends where another one does or the input ends.
pub(crate) fn next(window: &mut Window<'_>) {
    window.skip(1);
    loop {
        let bytes = window.ask(2 * LONGEST);
        let ended = bytes.len() < 2 * LONGEST;
        let starts = if ended { bytes.len() } else { LONGEST };
        // Made-up input may have a header at every byte.
        let plausible =
            (0..starts).filter(|at| bytes.get(*at..).is_some_and(plausible)).take(TRIES);
        let found = plausible.into_iter().find(|at| bytes.get(*at..).is_some_and(is_whole));
        window.skip(found.unwrap_or(starts) as u64);
        if found.is_some() || ended {
            return;
        }
    }
}

/// Whether the packet that begins here ends where these bytes do or another one begins.
pub(crate) fn is_whole(bytes: &[u8]) -> bool {
    let length = of_bytes(bytes.get(..LONGEST).unwrap_or(bytes));
    bytes.get(length..).is_some_and(|rest| rest.is_empty() || plausible(rest))
}

/// The longest datagram.
const LONGEST: usize = 65_535;

/// How many places are looked at closely in one stretch of [`LONGEST`] bytes.
const TRIES: usize = 256;
