//! Walks of SNMP agents, as recordings (`.snmprec` of snmpsim) and as the output of net-snmp's `snmpwalk`.
//!
//! One walk is one device. Each variable is a row. What the device answers under an enterprise's number says whose agent it runs,
//! whatever its administrator wrote into the system group: the numbers are taken from the index side only, never from values,
//! which may speak of other devices. Interface names and neighbours are kept as texts about other things. Contents of makers'
//! own tables are not read: that they are answered is the fact.
//!
//! Variables that the agent denies to have (`noSuchObject` and the like) say nothing. Command lines and remarks are not read:
//! they may hold communities.

mod columns;
mod line;
mod oid;
#[cfg(test)]
mod tests;
mod walk;

use model::asset::AssetKind;

use crate::codes;
use crate::reader::{Head, Input, Line as Ended, Reader, report_read_error};
use crate::readers::transcode::{Utf8, sniff};
use crate::sink::Sink;
use line::{Line, Open, Value};
use oid::Oid;
use walk::Walk;

/// The reader.
pub(crate) struct SnmpWalk;

impl Reader for SnmpWalk {
    fn id(&self) -> &'static str {
        "snmp-walk"
    }

    fn version(&self) -> u32 {
        2
    }

    fn probe(&self, head: &Head<'_>) -> Option<u8> {
        let (text, ..) = sniff(head.bytes).decode(head.bytes);
        let complete = if head.complete { usize::MAX } else { text.lines().count().max(2) - 1 };
        let (mut variables, mut others, mut first) = (0, 0, None);
        let lines = text.lines().take(complete.min(PROBED_LINES));
        for (index, line) in lines.enumerate() {
            match line::parse(line.as_bytes()) {
                Line::Variable { oid: Oid::Numeric(_) | Oid::Standard, .. } if is_rooted(line) => {
                    variables += 1;
                    first.get_or_insert(index);
                }
                // Names of makers' modules say nothing for or against.
                Line::Remark | Line::Variable { oid: Oid::Symbolic, .. } => {}
                _ => others += 1,
            }
        }
        match (variables, others) {
            (0, _) => None,
            (_, 0) => Some(95),
            // Texts of several lines and a prompt before the first variable.
            _ if first.is_some_and(|first| first < 5) && variables * 3 >= others => Some(80),
            _ => None,
        }
    }

    fn read(&self, input: &mut Input<'_>, sink: &mut Sink<'_>) {
        let wide = match input.stream.fill_buf() {
            Ok(head) => sniff(head).name().starts_with("UTF-16"),
            Err(error) => return report_read_error(sink, &error),
        };
        if !wide {
            return read_lines(input, sink);
        }
        // Shells that redirect into UTF-16; octets in other encodings are lost there already.
        match Utf8::new(&mut *input.stream, u64::MAX) {
            Ok(mut stream) => read_lines(
                &mut Input { stream: &mut stream, path: input.path, limits: input.limits },
                sink,
            ),
            Err(error) => report_read_error(sink, &error),
        }
    }
}

/// Whether a line begins with an object identifier below `iso` and not with any dotted number, such as an address.
fn is_rooted(line: &str) -> bool {
    let line = line.trim_start_matches(['\u{feff}', '.']);
    ["1.3.6.1.", "1.0.8802.", "1.2.840.", "iso"].iter().any(|root| line.starts_with(root))
        || line.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// A variable whose value may go on.
struct Pending {
    at: u64,
    oid: Oid,
    value: Value,
    open: Open,
    bytes: usize,
}

fn read_lines(input: &mut Input<'_>, sink: &mut Sink<'_>) {
    let mut walk = Walk::new(sink.asset(AssetKind::Device));
    let mut pending: Option<Pending> = None;
    let (mut buffer, mut at) = (Vec::new(), 0);
    while let Some(ended) = input.line(&mut buffer, sink) {
        at += 1;
        let line = if at == 1 {
            buffer.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&buffer)
        } else {
            buffer.as_slice()
        };
        if ended == Ended::TooLong {
            sink.row(at).not_understood(codes::ROW_TOO_LONG);
            continue;
        }
        let parsed = line::parse(line);
        if let Line::Variable { oid, value, open } = parsed {
            flush(&mut walk, pending.take(), sink);
            pending = Some(Pending { at, oid, value, open, bytes: line.len() });
        } else if continues(pending.as_mut(), line, input.limits.row_bytes) {
        } else if parsed == Line::Other {
            sink.row(at).not_understood(codes::ROW_MALFORMED);
        } else if !line.trim_ascii().is_empty() {
            sink.row(at).inert(codes::ROW_NOT_INVENTORY);
        }
    }
    flush(&mut walk, pending, sink);
    walk.finish(sink);
}

fn continues(pending: Option<&mut Pending>, line: &[u8], most: usize) -> bool {
    let Some(pending) = pending else { return false };
    pending.bytes = pending.bytes.saturating_add(line.len());
    if pending.bytes > most {
        return false;
    }
    line::extend(&mut pending.value, &mut pending.open, line)
}

fn flush(walk: &mut Walk, pending: Option<Pending>, sink: &mut Sink<'_>) {
    let Some(Pending { at, oid, value, .. }) = pending else { return };
    match oid {
        Oid::Numeric(oid) => walk.variable(at, &oid, &value, sink),
        Oid::Standard => sink.row(at).inert(codes::ROW_NOT_INVENTORY),
        Oid::Symbolic => sink.row(at).not_understood(codes::ROW_SYMBOLIC_OID),
    }
}

const PROBED_LINES: usize = 60;
