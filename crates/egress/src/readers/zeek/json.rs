//! Zeek's logs as JSON: its own writer, json-streaming-logs (`_path`, `_write_ts`, or `@stream`, `@system`), with any scope
//! separator, and with times as seconds, milliseconds or ISO 8601.
//!
//! What a row is about says its `_path` or `@stream`; without one, the first of its keys that only one kind of log has.

use super::json_sieve::{self, Sieve};
use super::{Field, Row, Stream, account};
use crate::codes;
use crate::reader::{Format, Head, LineReader, Open, Out, Sieved, Swept, Wanted, Yields, blank};
use crate::readers::object::{self, LOOKED_AT, Value, object};
use crate::readers::scan;
use crate::time::Time;

/// The format.
pub(crate) struct ZeekJson;

impl Format for ZeekJson {
    fn id(&self) -> &'static str {
        "zeek-json"
    }

    fn version(&self) -> u32 {
        1
    }

    fn family(&self) -> &'static str {
        "zeek"
    }

    fn probe(&self, head: &Head<'_>) -> Option<u8> {
        rows(head).take(LOOKED_AT).filter_map(|fields| sure(&fields)).max()
    }

    fn open(&self, head: &Head<'_>) -> Open {
        let mut yields = Yields::default();
        for fields in rows(head) {
            yields = yields.or(stream(&fields).unwrap_or(Stream::Other).yields());
        }
        Open::Lines(Box::new(Reader { yields }))
    }
}

/// The rows at the beginning of an input.
fn rows<'h>(head: &Head<'h>) -> impl Iterator<Item = Vec<(Field, Value<'h>)>> + use<'h> {
    object::rows(head).filter_map(fields)
}

/// How sure it is that the row is of Zeek.
fn sure(fields: &[(Field, Value<'_>)]) -> Option<u8> {
    let has = |field| fields.iter().any(|(own, _)| *own == field);
    match (has(Field::Time), has(Field::Path), has(Field::Uid) && has(Field::Client)) {
        (true, true, _) | (_, true, true) => Some(95),
        (true, false, true) => Some(90),
        // Lists of loaded scripts have no time.
        (false, true, _) if has(Field::Sensor) => Some(85),
        (true, false, false) if has(Field::Uid) => Some(30),
        (true, false, false) if fields.first().is_some_and(timed) => Some(10),
        _ => None,
    }
}

/// Whether it is a time in seconds with a fraction, with which every row of Zeek's begins.
fn timed((field, value): &(Field, Value<'_>)) -> bool {
    *field == Field::Time && matches!(value, Value::Number(_))
}

/// The known fields of a row, those of an `id` object among them.
fn fields(line: &[u8]) -> Option<Vec<(Field, Value<'_>)>> {
    let mut fields = object(line, Field::of)?;
    if fields.iter().any(|(field, _)| *field == Field::Ends) {
        let mut flat = Vec::with_capacity(fields.len() + 4);
        for (field, value) in fields {
            match value {
                Value::Map(members) if field == Field::Ends => {
                    let known = members.into_iter();
                    flat.extend(known.filter_map(|(key, value)| Some((Field::end(&key)?, value))));
                }
                value => flat.push((field, value)),
            }
        }
        fields = flat;
    }
    Some(fields)
}

/// What the row is about. Says its path something else than the keys before it, then the row is not believed, unless the path
/// makes it one that is not counted.
fn stream(fields: &[(Field, Value<'_>)]) -> Result<Stream, model::diagnostic::Code> {
    let mut path = None;
    let mut before = None;
    for (index, (field, value)) in fields.iter().enumerate() {
        if *field != Field::Path {
            continue;
        }
        let Value::Text(name) = value else { return Err(codes::ROW_MALFORMED) };
        if path.is_some_and(|path| path != Stream::of(name)) {
            return Err(codes::DUPLICATE_KEY);
        }
        if path.is_none() {
            path = Some(Stream::of(name));
            before = Some(Field::tell(fields.iter().take(index).map(|(field, _)| *field)));
        }
    }
    match (path, before) {
        (Some(path @ (Stream::Other | Stream::Interim)), _) => Ok(path),
        (Some(path), Some(keys)) if keys != Stream::Other && keys != path => {
            Err(codes::OTHER_FORMAT)
        }
        (Some(path), _) => Ok(path),
        (None, _) => match Field::tell(fields.iter().map(|(field, _)| *field)) {
            // Other logs of Zeek's have at least a time or a connection; what has neither is of another program.
            Stream::Other if !fields.iter().any(|(field, _)| ALWAYS.contains(field)) => {
                Err(codes::OTHER_FORMAT)
            }
            stream => Ok(stream),
        },
    }
}

/// Of these, each row that does not name its log has one.
const ALWAYS: [Field; 2] = [Field::Time, Field::Uid];

/// Reads one log, or several in one file.
struct Reader {
    yields: Yields,
}

impl LineReader for Reader {
    fn yields(&self) -> Yields {
        self.yields
    }

    fn read(&self, line: &[u8], at: u64, out: &mut Out<'_>) {
        let line = object::unmarked(line);
        if blank(line, out) {
            return;
        }
        let Some(fields) = fields(line) else {
            out.lost(codes::ROW_MALFORMED, at);
            return;
        };
        let became =
            stream(&fields).and_then(|stream| Row { stream, fields: &fields }.emit(at, out));
        account(became, at, out);
    }

    fn sieve(&self, line: &[u8], wanted: &dyn Wanted) -> Sieved {
        scan::line(line, |line| Sieve::new(wanted).row(line))
    }

    fn sieve_chunk(
        &self,
        chunk: &[u8],
        wanted: &dyn Wanted,
        take: &mut dyn FnMut(std::ops::Range<usize>, Sieved),
    ) -> Swept {
        let sieve = Sieve::new(wanted);
        scan::lines(chunk, |_| false, |line| sieve.row(line), take)
    }

    fn lasted(&self, line: &[u8]) -> (Option<Time>, Option<Time>) {
        (json_sieve::began(line), None)
    }
}
