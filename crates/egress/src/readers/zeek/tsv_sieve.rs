//! The sieve of Zeek's tables: goes to the columns that decide and counts the rest. Rows with a backslash or another number of
//! columns are for the strict reader.

use std::ops::Range;

use super::tsv::Table;
use super::{Field, Stream};
use crate::codes;
use crate::event::Key;
use crate::reader::{Sieved, Swept, Wanted};
use crate::readers::block;
use crate::readers::names;
use crate::readers::scan::{self, Ends};

/// Where the columns stand that decide.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    stream: Option<Stream>,
    separator: u8,
    set_separator: u8,
    unset: Vec<u8>,
    empty: Vec<u8>,
    width: usize,
    /// For each column up to the last one that decides, what it is.
    uses: Vec<Use>,
}

/// What a column is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    Skip,
    Uid,
    Sensor,
    Client,
    Server,
    /// The name, or the question.
    Name,
    Target,
    Answers,
}

/// What the columns of a row held.
#[derive(Default)]
struct Columns<'l> {
    uid: &'l [u8],
    sensor: &'l [u8],
    client: Option<std::net::IpAddr>,
    server: Option<std::net::IpAddr>,
    name: &'l [u8],
    target: &'l [u8],
    answers: &'l [u8],
}

impl Plan {
    /// For a table whose header is read; a table that cannot be sieved has a plan that lets all through.
    pub(crate) fn of(table: &Table) -> Self {
        let all = Self::default();
        let ([separator], [set_separator]) = (&*table.separator, &*table.set_separator) else {
            return all;
        };
        if b"\\\n\r#".contains(separator) || table.width == 0 {
            return all;
        }
        let mut uses = vec![Use::Skip; table.width];
        for (column, field, _) in &table.columns {
            let own = Use::of(*field, table.stream);
            if own != Use::Skip && uses.contains(&own) {
                return all;
            }
            if let Some(place) = uses.get_mut(*column) {
                *place = own;
            }
        }
        let needed = [Use::Uid, Use::Client, Use::Server];
        let rows = !matches!(table.stream, Stream::Other | Stream::Interim);
        if rows && !needed.iter().all(|need| uses.contains(need)) {
            return all;
        }
        let last = uses.iter().rposition(|column| *column != Use::Skip).map_or(0, |last| last + 1);
        uses.truncate(last);
        Self {
            stream: Some(table.stream),
            separator: *separator,
            set_separator: *set_separator,
            unset: table.unset.clone(),
            empty: table.empty.clone(),
            width: table.width,
            uses,
        }
    }

    /// Sieves one row.
    pub(crate) fn sieve(&self, line: &[u8], wanted: &dyn Wanted) -> Sieved {
        scan::line(line, |line| self.row(line, wanted, wanted.pairs()))
    }

    /// Sieves the rows of a chunk; `header` says which line changes the columns.
    pub(crate) fn sieve_chunk(
        &self,
        chunk: &[u8],
        wanted: &dyn Wanted,
        take: &mut dyn FnMut(Range<usize>, Sieved),
        header: impl Fn(&[u8]) -> bool,
    ) -> Swept {
        let pairs = wanted.pairs();
        let row = |line: &[u8]| self.row(line, wanted, pairs);
        let stop = |line: &[u8]| matches!(line.first(), Some(b'#' | 0xef)) && header(line);
        scan::lines(chunk, stop, row, take)
    }

    /// `None` is for the strict reader.
    fn row(&self, line: &[u8], wanted: &dyn Wanted, pairs: bool) -> Option<Sieved> {
        let stream = self.stream?;
        if matches!(line.first()?, b'#' | 0xef) {
            return None;
        }
        let mut columns = Columns::default();
        let mut rest = Some(line);
        for column in &self.uses {
            rest = self.column(*column, rest?, &mut columns)?;
        }
        let more = rest.map_or(0, |rest| block::count(rest, self.separator) + 1);
        if self.uses.len() + more != self.width {
            return None;
        }
        let reason = match stream {
            Stream::Interim => Some(codes::COUNTED_AT_END),
            Stream::Other => Some(codes::NOT_TRAFFIC),
            _ => None,
        };
        if let Some(reason) = reason {
            return (!line.iter().all(u8::is_ascii_whitespace)).then_some(Sieved::Inert(reason));
        }
        if self.void(columns.uid) || !columns.uid.is_ascii() || !columns.sensor.is_ascii() {
            return None;
        }
        let sensor = if self.void(columns.sensor) { &[][..] } else { columns.sensor };
        let ends = Ends {
            client: columns.client?,
            server: columns.server?,
            key: Some(Key::new(sensor, columns.uid)),
        };
        self.event(stream, &ends, &columns, wanted, pairs)
    }

    /// Takes a column; `Some(None)` when it was the last one.
    fn column<'l>(
        &self,
        column: Use,
        rest: &'l [u8],
        columns: &mut Columns<'l>,
    ) -> Option<Option<&'l [u8]>> {
        if matches!(column, Use::Client | Use::Server) {
            let (address, rest) = scan::address(rest, self.separator)?;
            let place =
                if column == Use::Client { &mut columns.client } else { &mut columns.server };
            *place = Some(address);
            return Some(Some(rest));
        }
        let (text, rest) = match scan::until(rest, self.separator) {
            Some((text, rest)) => (text, Some(rest)),
            None => (rest, None),
        };
        match column {
            Use::Uid => columns.uid = text,
            Use::Sensor => columns.sensor = text,
            Use::Name => columns.name = text,
            Use::Target => columns.target = text,
            Use::Answers => columns.answers = text,
            Use::Skip | Use::Client | Use::Server => (),
        }
        Some(rest)
    }

    fn event(
        &self,
        stream: Stream,
        ends: &Ends,
        columns: &Columns<'_>,
        wanted: &dyn Wanted,
        pairs: bool,
    ) -> Option<Sieved> {
        let void = Some(Sieved::Inert(codes::NOT_TRAFFIC));
        match stream {
            Stream::Conn => Some(ends.flow(wanted, pairs)),
            Stream::Tls if self.void(columns.name) => void,
            Stream::Tls => Some(ends.named(columns.name, wanted, pairs)),
            Stream::Http => {
                if !self.void(columns.target) && !columns.target.starts_with(b"/") {
                    return None;
                }
                let host = std::str::from_utf8(columns.name).ok()?;
                let host = (!self.void(columns.name)).then_some(host);
                match names::requested(host, None) {
                    Some(name) => Some(ends.named(name.as_bytes(), wanted, pairs)),
                    None => void,
                }
            }
            Stream::Dns if self.void(columns.name) => void,
            Stream::Dns => {
                let read = ends.named(columns.name, wanted, false) == Sieved::Read;
                Some(if read || self.answers(columns.answers, wanted) {
                    Sieved::Read
                } else {
                    Sieved::Nothing
                })
            }
            Stream::Interim | Stream::Other => None,
        }
    }

    /// Whether one of the answers is looked for.
    fn answers(&self, answers: &[u8], wanted: &dyn Wanted) -> bool {
        answers.split(|byte| *byte == self.set_separator).any(|answer| {
            let text = std::str::from_utf8(answer).ok();
            let address = text.and_then(crate::event::parse_address);
            address.is_some_and(|address| scan::is_wanted(address, wanted))
        })
    }

    /// Whether it is unset or empty.
    fn void(&self, text: &[u8]) -> bool {
        text.is_empty() || text == self.unset || text == self.empty
    }
}

impl Use {
    /// What a field is for in a row of the stream.
    fn of(field: Field, stream: Stream) -> Self {
        match (field, stream) {
            (_, Stream::Other | Stream::Interim) => Self::Skip,
            (Field::Uid, _) => Self::Uid,
            (Field::Sensor, _) => Self::Sensor,
            (Field::Client, _) => Self::Client,
            (Field::Server, _) => Self::Server,
            (Field::ServerName, Stream::Tls)
            | (Field::Host, Stream::Http)
            | (Field::Query, Stream::Dns) => Self::Name,
            (Field::Target, Stream::Http) => Self::Target,
            (Field::Answers, Stream::Dns) => Self::Answers,
            _ => Self::Skip,
        }
    }
}
