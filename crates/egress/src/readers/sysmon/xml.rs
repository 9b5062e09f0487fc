//! Sysmon events as XML: a saved log, or lines of syslog.

use std::collections::BTreeMap;
use std::io::BufRead;

use model::diagnostic::Severity;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event as Part};

use super::super::row::{Left, malformed, settle, text};
use super::{YIELDS, read_parts};
use crate::codes;
use crate::reader::{Format, Head, LineReader, Open, Out, StreamReader, Yields, blank};

/// The format; see the text of the module above.
pub(in super::super) struct SysmonXml;

impl Format for SysmonXml {
    fn id(&self) -> &'static str {
        "sysmon-xml"
    }

    fn version(&self) -> u32 {
        1
    }

    fn family(&self) -> &'static str {
        "sysmon"
    }

    fn probe(&self, head: &Head<'_>) -> Option<u8> {
        let has = |text: &str| memchr::memmem::find(head.bytes, text.as_bytes()).is_some();
        let begin = head.bytes.trim_ascii_start().first();
        let event = (has("<Event>") || has("<Event ")) && has("<EventID");
        // JSON with the XML inside is another format.
        (event && has("Sysmon") && !matches!(begin, Some(b'{' | b'['))).then_some(88)
    }

    fn open(&self, head: &Head<'_>) -> Open {
        let mut lines = head.bytes.split(|byte| *byte == b'\n');
        let whole = lines.any(|line| next(line).is_some_and(|(begin, end)| begin < end));
        if whole { Open::Lines(Box::new(Lines)) } else { Open::Stream(Box::new(Document)) }
    }
}

const BEGIN: &[u8] = b"<Event";
const END: &[u8] = b"</Event>";

/// The next whole event in the bytes, as a range.
fn next(bytes: &[u8]) -> Option<(usize, usize)> {
    let end = memchr::memmem::find(bytes, END)? + END.len();
    let before = bytes.get(..end)?;
    let begin = memchr::memmem::rfind_iter(before, BEGIN).find(|at| {
        matches!(before.get(at + BEGIN.len()), Some(b'>' | b' ' | b'\t' | b'\r' | b'\n'))
    });
    Some((begin.unwrap_or(end), end))
}

struct Lines;

impl LineReader for Lines {
    fn yields(&self) -> Yields {
        YIELDS
    }

    fn read(&self, line: &[u8], at: u64, out: &mut Out<'_>) {
        if blank(line, out) {
            return;
        }
        let mut rest = line;
        let mut events = 0;
        while let Some((begin, end)) = next(rest) {
            let event = rest.get(begin..end).unwrap_or(b"");
            settle(one(&text(event), at, out), at, out);
            rest = rest.get(end..).unwrap_or(b"");
            events += 1;
        }
        let cut = memchr::memmem::find(rest, b"<Event>").is_some()
            || memchr::memmem::find(rest, b"<Event ").is_some();
        match (events, cut) {
            (_, true) => out.lost(codes::ROW_MALFORMED, at),
            (0, false) if line.trim_ascii_start().starts_with(b"<") && line.len() < 200 => {
                out.inert(codes::ROW_HEADER);
            }
            (0, false) => out.lost(codes::OTHER_FORMAT, at),
            _ => {}
        }
    }
}

struct Document;

impl StreamReader for Document {
    fn yields(&self) -> Yields {
        YIELDS
    }

    fn read(&mut self, input: &mut dyn BufRead, out: &mut Out<'_>) {
        let mut kept: Vec<u8> = Vec::new();
        let (mut at, mut searched) = (0u64, 0usize);
        loop {
            let taken = match input.fill_buf() {
                Ok(bytes) => {
                    kept.extend_from_slice(bytes);
                    bytes.len()
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    out.note(
                        codes::TRUNCATED,
                        Severity::Error,
                        at,
                        &[("error", &error.to_string())],
                    );
                    0
                }
            };
            if taken == 0 {
                break;
            }
            input.consume(taken);
            let mut done = 0;
            // What was searched before has no end of an event, but perhaps the beginning of one.
            while memchr::memmem::find(kept.get(searched.max(done)..).unwrap_or(b""), END).is_some()
                && let Some((begin, end)) = next(kept.get(done..).unwrap_or(b""))
            {
                let event = kept.get(done + begin..done + end).unwrap_or(b"");
                let place = at + (done + begin) as u64;
                settle(one(&text(event), place, out), place, out);
                done += end;
                searched = done;
            }
            kept.drain(..done);
            at += done as u64;
            searched = kept.len().saturating_sub(END.len());
            if kept.len() > out.limits.line_bytes {
                out.lost(codes::ROW_TOO_LONG, at);
                at += kept.len() as u64;
                (kept, searched) = (Vec::new(), 0);
            }
        }
        let open =
            memchr::memmem::find(&kept, b"<Event>").or(memchr::memmem::find(&kept, b"<Event "));
        if let Some(open) = open {
            out.note(codes::TRUNCATED, Severity::Error, at + open as u64, &[]);
            out.lost(codes::TRUNCATED, at + open as u64);
        }
    }
}

/// Reads one event, from `<Event` to `</Event>`, and whatever stands around it.
pub(super) fn one(text: &str, at: u64, out: &mut Out<'_>) -> Result<(), Left> {
    let from = text.find("<Event").ok_or_else(malformed)?;
    let mut parts = BTreeMap::new();
    let whole = read_xml(text.get(from..).unwrap_or(""), out.limits.depth, &mut parts);
    // Command lines are not always escaped; an event that is known to be of another kind need not be read further.
    let other = parts
        .get("System/EventID")
        .is_some_and(|id| id.trim().parse::<u32>().is_ok_and(|id| id != 3 && id != 22));
    if whole.is_err() && other {
        return Err(Left::Inert(codes::NOT_TRAFFIC));
    }
    whole?;
    read_parts(&parts, at, out)
}

/// The values of an event by name: those of `System` and the named data.
fn read_xml(
    xml: &str,
    depth_limit: usize,
    parts: &mut BTreeMap<String, String>,
) -> Result<(), Left> {
    let mut reader = quick_xml::Reader::from_str(xml);
    // Sysmon for Linux writes `&lt unknown process&gt ` where it knows no program.
    reader.config_mut().allow_dangling_amp = true;
    let mut depth = 0usize;
    let mut key: Option<String> = None;
    loop {
        match reader.read_event().map_err(|_| malformed())? {
            Part::Start(tag) => {
                depth += 1;
                if depth > depth_limit {
                    return Err(malformed());
                }
                key = named(&tag, parts)?;
                if let Some(key) = &key
                    && parts.insert(key.clone(), String::new()).is_some()
                {
                    return Err(Left::Lost(codes::DUPLICATE_KEY));
                }
            }
            Part::Empty(tag) => {
                named(&tag, parts)?;
            }
            Part::Text(text) => {
                if let Some(value) = key.as_ref().and_then(|key| parts.get_mut(key)) {
                    value.push_str(&text.xml10_content());
                }
            }
            Part::CData(text) => {
                if let Some(value) = key.as_ref().and_then(|key| parts.get_mut(key)) {
                    value.push_str(&text.xml10_content());
                }
            }
            Part::GeneralRef(entity) => {
                let plain = resolved(&entity)?;
                if let Some(value) = key.as_ref().and_then(|key| parts.get_mut(key)) {
                    value.push_str(&plain);
                }
            }
            Part::End(_) => {
                key = None;
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Ok(());
                }
            }
            Part::Eof => return Err(malformed()),
            _ => {}
        }
    }
}

/// A character, or one of the five entities that every document has.
fn resolved(entity: &BytesRef<'_>) -> Result<String, Left> {
    if let Ok(Some(c)) = entity.resolve_char_ref() {
        return Ok(c.to_string());
    }
    let name: &str = entity;
    quick_xml::escape::resolve_predefined_entity(name).map(str::to_owned).ok_or_else(malformed)
}

/// Under which name the text of the element is kept; attributes that matter are kept at once.
fn named(
    tag: &BytesStart<'_>,
    parts: &mut BTreeMap<String, String>,
) -> Result<Option<String>, Left> {
    let attribute = |name: &str| -> Result<Option<String>, Left> {
        let found = tag.try_get_attribute(name).map_err(|_| malformed())?;
        found
            .map(|value| {
                value
                    .normalized_value(XmlVersion::Explicit1_0)
                    .map(|text| text.into_owned())
                    .map_err(|_| malformed())
            })
            .transpose()
    };
    Ok(match tag.local_name().as_ref() {
        "EventID" => Some("System/EventID".to_owned()),
        "Computer" => Some("System/Computer".to_owned()),
        "Channel" => Some("System/Channel".to_owned()),
        "Provider" => {
            parts.extend(attribute("Name")?.map(|name| ("System/Provider".to_owned(), name)));
            None
        }
        "TimeCreated" => {
            parts.extend(
                attribute("SystemTime")?.map(|time| ("System/TimeCreated".to_owned(), time)),
            );
            None
        }
        "Data" => attribute("Name")?.map(|name| format!("Data/{name}")),
        _ => None,
    })
}
