//! Binary event logs: chunks of 64 KiB, in each of them records of binary XML with templates.
//!
//! Every chunk is read on its own and holds all that its records need, so memory is bounded and a damaged chunk costs only itself.
//! Follows MS-EVEN6, section 2.2.12 and 2.2.13 (BinXml), and the public description of the file around it. Not read: checksums, records
//! in the slack behind the last one.

use std::collections::BTreeMap;
use std::io::BufRead;

use model::diagnostic::Severity;

use super::super::row::{Left, malformed, settle};
use super::{YIELDS, read_parts};
use crate::codes;
use crate::reader::{Format, Head, Open, Out, StreamReader, Yields};

/// The format; see the text of the module above.
pub(in super::super) struct SysmonEvtx;

impl Format for SysmonEvtx {
    fn id(&self) -> &'static str {
        "sysmon-evtx"
    }

    fn version(&self) -> u32 {
        1
    }

    fn family(&self) -> &'static str {
        "sysmon"
    }

    fn probe(&self, head: &Head<'_>) -> Option<u8> {
        head.bytes.starts_with(b"ElfFile\0").then_some(99)
    }

    fn open(&self, _: &Head<'_>) -> Open {
        Open::Stream(Box::new(Log))
    }
}

const HEADER: usize = 4096;
const CHUNK: usize = 65536;
const RECORDS: usize = 512;
/// How many tokens one record may have: templates may lead to themselves.
const TOKENS: usize = 50_000;
/// How deep binary XML may lie in binary XML.
const DEPTH: usize = 8;

struct Log;

impl StreamReader for Log {
    fn yields(&self) -> Yields {
        YIELDS
    }

    fn read(&mut self, input: &mut dyn BufRead, out: &mut Out<'_>) {
        let mut chunk = vec![0; CHUNK];
        let mut at = 0u64;
        let mut size = HEADER;
        loop {
            let part = chunk.get_mut(..size).unwrap_or_default();
            let got = fill(input, part, at, out);
            let whole = got == part.len();
            if got == 0 {
                return;
            }
            let part: &[u8] = part;
            if at > 0 {
                // Chunks that were reserved and never used are zeros.
                if part.starts_with(b"ElfChnk\0") {
                    records(part.get(..got).unwrap_or(b""), at, out);
                } else if part.iter().take(got).any(|byte| *byte != 0) {
                    out.lost(codes::ROW_MALFORMED, at);
                }
            }
            at += got as u64;
            size = CHUNK;
            if !whole {
                out.note(codes::TRUNCATED, Severity::Error, at, &[]);
                return;
            }
        }
    }
}

/// Fills the buffer as far as the input goes; says so when reading fails.
fn fill(input: &mut dyn BufRead, buffer: &mut [u8], at: u64, out: &mut Out<'_>) -> usize {
    let mut got = 0;
    while let Some(rest) = buffer.get_mut(got..).filter(|rest| !rest.is_empty()) {
        match input.read(rest) {
            Ok(0) => break,
            Ok(more) => got += more,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => {
                out.note(codes::TRUNCATED, Severity::Error, at, &[("error", &error.to_string())]);
                break;
            }
        }
    }
    got
}

/// Reads the records of a chunk.
fn records(chunk: &[u8], begin: u64, out: &mut Out<'_>) {
    let free = u32_at(chunk, 48).map_or(chunk.len(), |free| free as usize).min(CHUNK);
    let mut at = RECORDS;
    while at + 28 <= free {
        let place = begin + at as u64;
        let size = u32_at(chunk, at + 4).unwrap_or(0) as usize;
        let whole =
            size >= 28 && at + size <= chunk.len() && chunk.get(at..at + 4) == Some(b"**\0\0");
        if !whole {
            out.lost(codes::ROW_MALFORMED, place);
            return;
        }
        let mut walk = Walk { chunk, tokens: TOKENS, parts: Parts::default() };
        let read = walk.stream(at + 24, at + size - 4, &[], false, 0).ok_or_else(malformed);
        settle(read.and_then(|()| walk.parts.read(place, out)), place, out);
        at += size;
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at.checked_add(2)?)?.try_into().ok().map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..at.checked_add(8)?)?.try_into().ok().map(u64::from_le_bytes)
}

/// A value that a template puts in: its type and where it is in the chunk.
#[derive(Clone, Copy)]
struct Value {
    kind: u8,
    from: usize,
    to: usize,
}

/// Goes through the tokens of one record.
struct Walk<'a> {
    chunk: &'a [u8],
    tokens: usize,
    parts: Parts,
}

impl Walk<'_> {
    /// Goes through a stream of tokens; `None` when it breaks the rules. Only templates have the dependency of an element.
    fn stream(
        &mut self,
        mut at: usize,
        end: usize,
        values: &[Value],
        template: bool,
        depth: usize,
    ) -> Option<()> {
        if depth > DEPTH {
            return None;
        }
        while at < end {
            self.tokens = self.tokens.checked_sub(1)?;
            let token = *self.chunk.get(at)?;
            at += 1;
            match token {
                0x00 => return Some(()),
                0x01 | 0x41 => {
                    at += if template { 6 } else { 4 };
                    let name = self.name(&mut at)?;
                    at += if token == 0x41 { 4 } else { 0 };
                    self.parts.open(name)?;
                }
                0x02 => self.parts.attribute = None,
                0x03 | 0x04 => self.parts.close(),
                0x05 | 0x45 => {
                    let kind = *self.chunk.get(at)?;
                    let size =
                        usize::from(u16_at(self.chunk, at + 1)?) * if kind == 1 { 2 } else { 1 };
                    let from = at + 3;
                    at = from + size;
                    self.value(Value { kind, from, to: at }, depth)?;
                }
                0x06 | 0x46 => {
                    let name = self.name(&mut at)?;
                    self.parts.attribute = Some(name);
                }
                0x07 | 0x47 | 0x0b => {
                    let from = at + 2;
                    at = from + usize::from(u16_at(self.chunk, at)?) * 2;
                    self.value(Value { kind: 1, from, to: at }, depth)?;
                }
                0x08 | 0x48 => {
                    let c = char::from_u32(u32::from(u16_at(self.chunk, at)?))?;
                    self.parts.text(c.encode_utf8(&mut [0; 4]));
                    at += 2;
                }
                0x09 | 0x49 => {
                    let name = self.name(&mut at)?;
                    let known =
                        [("amp", "&"), ("lt", "<"), ("gt", ">"), ("quot", "\""), ("apos", "'")];
                    let (_, text) = known.iter().find(|(known, _)| *known == name)?;
                    self.parts.text(text);
                }
                0x0a => {
                    self.name(&mut at)?;
                }
                0x0c => at = self.template(at, end, depth)?,
                0x0d | 0x0e => {
                    let value = values.get(usize::from(u16_at(self.chunk, at)?)).copied();
                    at += 3;
                    if let Some(value) = value {
                        self.value(value, depth)?;
                    }
                }
                0x0f => at += 3,
                _ => return None,
            }
        }
        Some(())
    }

    /// A name by its place in the chunk; the first time it is used it stands here.
    fn name(&mut self, at: &mut usize) -> Option<String> {
        let place = u32_at(self.chunk, *at)? as usize;
        *at += 4;
        let length = usize::from(u16_at(self.chunk, place.checked_add(6)?)?);
        if place == *at {
            *at += 8 + length * 2 + 2;
        }
        utf16(self.chunk.get(place + 8..place + 8 + length * 2)?)
    }

    /// A template with its values. Returns where the stream goes on.
    fn template(&mut self, at: usize, end: usize, depth: usize) -> Option<usize> {
        let place = u32_at(self.chunk, at + 5)? as usize;
        let mut at = at + 9;
        let size = u32_at(self.chunk, place.checked_add(20)?)? as usize;
        let body = place + 24;
        if place == at {
            at = body.checked_add(size)?;
        }
        let count = u32_at(self.chunk, at)? as usize;
        at += 4;
        let mut from = at.checked_add(count.checked_mul(4)?)?;
        if from > end {
            return None;
        }
        let mut values = Vec::with_capacity(count);
        for index in 0..count {
            let size = usize::from(u16_at(self.chunk, at + index * 4)?);
            let kind = *self.chunk.get(at + index * 4 + 2)?;
            values.push(Value { kind, from, to: from + size });
            from += size;
        }
        self.stream(body, body.checked_add(size)?.min(self.chunk.len()), &values, true, depth + 1)?;
        Some(from)
    }

    fn value(&mut self, value: Value, depth: usize) -> Option<()> {
        let bytes = self.chunk.get(value.from..value.to)?;
        let unsigned = match bytes.len() {
            1 => u64::from(*bytes.first()?),
            2 => u64::from(u16_at(bytes, 0)?),
            4 => u64::from(u32_at(bytes, 0)?),
            8 => u64_at(bytes, 0)?,
            _ => 0,
        };
        let text = match value.kind {
            0x01 => utf16(bytes)?,
            0x02 => String::from_utf8_lossy(bytes).into_owned(),
            0x04 | 0x06 | 0x08 | 0x0a => unsigned.to_string(),
            0x03 | 0x05 | 0x07 | 0x09 => {
                let unused = 64 - 8 * bytes.len().clamp(1, 8) as u32;
                ((unsigned << unused).cast_signed() >> unused).to_string()
            }
            0x0d => (unsigned != 0).to_string(),
            0x11 => file_time(unsigned)?,
            0x14 | 0x15 => format!("{unsigned:#x}"),
            0x21 => return self.stream(value.from, value.to, &[], false, depth + 1),
            // Nothing of these types is looked at.
            _ => String::new(),
        };
        self.parts.text(&text);
        Some(())
    }
}

/// UTF-16, up to its first NUL; halves of pairs are replaced.
fn utf16(bytes: &[u8]) -> Option<String> {
    let units =
        bytes.chunks_exact(2).filter_map(|pair| u16_at(pair, 0)).take_while(|unit| *unit != 0);
    Some(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
}

/// 100-nanosecond units since 1601 as an ISO time.
fn file_time(units: u64) -> Option<String> {
    let micros = i64::try_from(units / 10).ok()?.checked_sub(11_644_473_600_000_000)?;
    jiff::Timestamp::from_microsecond(micros).ok().map(|time| time.to_string())
}

/// The values of an event by name.
#[derive(Default)]
struct Parts {
    named: BTreeMap<String, String>,
    /// The open elements, and the name that each data element bears.
    open: Vec<(String, Option<String>)>,
    attribute: Option<String>,
}

impl Parts {
    fn open(&mut self, name: String) -> Option<()> {
        self.attribute = None;
        self.open.push((name, None));
        (self.open.len() <= 64).then_some(())
    }

    fn close(&mut self) {
        self.attribute = None;
        self.open.pop();
    }

    fn text(&mut self, text: &str) {
        let Some((element, data)) = self.open.last_mut() else { return };
        let key = match (element.as_str(), self.attribute.as_deref()) {
            ("Data", Some("Name")) => {
                data.get_or_insert_default().push_str(text);
                return;
            }
            ("Provider", Some("Name")) => "System/Provider".to_owned(),
            ("TimeCreated", Some("SystemTime")) => "System/TimeCreated".to_owned(),
            ("EventID" | "Computer" | "Channel", None) => format!("System/{element}"),
            ("Data", None) => match data {
                Some(name) => format!("Data/{name}"),
                None => return,
            },
            _ => return,
        };
        self.named.entry(key).or_default().push_str(text);
    }

    fn read(&self, at: u64, out: &mut Out<'_>) -> Result<(), Left> {
        read_parts(&self.named, at, out)
    }
}
