//! The sieve of Zeek's tables: goes to the columns that decide and counts the rest. Rows with a backslash or another number of
//! columns are for the strict reader.

use std::ops::Range;

use super::tsv::Table;
use super::{Field, Stream};
use crate::codes;
use crate::event::Key;
use crate::reader::{Sieved, Swept, Wanted, trim_end};
use crate::readers::block;
use crate::readers::scan::{self, Ends, Sought};
use crate::readers::window::{Cuts, Window};

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

/// Where the columns of a row stand, by their use.
#[derive(Default)]
struct Columns {
    begins: [usize; USES],
    ends: [usize; USES],
}

impl Columns {
    #[inline]
    fn place(&self, column: Use) -> Range<usize> {
        let at = column as usize % USES;
        self.begins.get(at).copied().unwrap_or(0)..self.ends.get(at).copied().unwrap_or(0)
    }

    #[inline]
    fn text<'l>(&self, line: &'l [u8], column: Use) -> Option<&'l [u8]> {
        line.get(self.place(column))
    }
}

/// How many uses there are.
const USES: usize = 8;

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

    /// Sieves the rows of a chunk; `header` says which line changes the columns.
    pub(crate) fn sieve_chunk(
        &self,
        chunk: &[u8],
        wanted: &dyn Wanted,
        take: &mut dyn FnMut(Range<usize>, Sieved),
        header: impl Fn(&[u8]) -> bool,
    ) -> Swept {
        let sought = Sought::new(wanted);
        let mut window = Window::new();
        let mut swept = Swept::default();
        while let Some(rest) = chunk.get(swept.bytes..).filter(|rest| !rest.is_empty()) {
            window.look(rest, self.separator);
            let from = swept.bytes;
            let (mut start, mut before) = (0, 0);
            // The last line may lack its end; one that does not fit into the window is for the strict reader.
            let last =
                (window.bytes() == rest.len() && !rest.ends_with(b"\n")).then_some(rest.len());
            for end in window.ends().chain(last) {
                let Some(line) = rest.get(start..end).map(trim_end) else { return swept };
                if matches!(line.first(), Some(b'#' | 0xef)) && header(line) {
                    return swept;
                }
                let cuts = window.cuts_before(end);
                let whole = cuts.wrapping_sub(before) as usize + 1 == self.width
                    && !(window.escaped() && memchr::memchr(b'\\', line).is_some());
                let places = window.cuts(start..start + line.len());
                let sieved = if whole { self.row(line, places, &sought) } else { None };
                match sieved.unwrap_or(Sieved::Read) {
                    Sieved::Nothing => swept.nothing += 1,
                    sieved => take(from + start..from + start + line.len(), sieved),
                }
                (start, before) = (end + 1, cuts);
                swept.bytes = (from + start).min(chunk.len());
            }
            if start == 0 {
                let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                let line = trim_end(rest.get(..end).unwrap_or(rest));
                if header(line) {
                    return swept;
                }
                take(from..from + line.len(), Sieved::Read);
                swept.bytes = (from + end + 1).min(chunk.len());
            }
        }
        swept
    }

    /// Sieves a row with as many columns as there are names, and no backslash. `None` is for the strict reader.
    fn row(&self, line: &[u8], mut cuts: Cuts<'_>, sought: &Sought<'_>) -> Option<Sieved> {
        let stream = self.stream?;
        if matches!(line.first()?, b'#' | 0xef) {
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
        let mut columns = Columns::default();
        let mut begin = 0;
        for column in &self.uses {
            let end = cuts.next();
            let at = *column as usize % USES;
            if let (Some(first), Some(last)) =
                (columns.begins.get_mut(at), columns.ends.get_mut(at))
            {
                (*first, *last) = (begin, end);
            }
            begin = end + 1;
        }
        let uid = columns.text(line, Use::Uid)?;
        let sensor = columns.text(line, Use::Sensor)?;
        if self.void(uid) || !block::is_ascii(uid) || !sensor.is_ascii() {
            return None;
        }
        let sensor = if self.void(sensor) { &[][..] } else { sensor };
        let ends = Ends {
            client: scan::address_in(line, columns.place(Use::Client))?,
            server: scan::address_in(line, columns.place(Use::Server))?,
        };
        if stream == Stream::Conn {
            return Some(ends.flow(Key::new(sensor, uid), sought));
        }
        self.event(stream, &ends, line, &columns, sought)
    }

    fn event(
        &self,
        stream: Stream,
        ends: &Ends,
        line: &[u8],
        columns: &Columns,
        sought: &Sought<'_>,
    ) -> Option<Sieved> {
        let name = columns.text(line, Use::Name)?;
        let void = Some(Sieved::Inert(codes::NOT_TRAFFIC));
        match stream {
            Stream::Tls | Stream::Dns if self.void(name) => void,
            Stream::Tls => Some(ends.named(name, sought)),
            Stream::Http => {
                let target = columns.text(line, Use::Target)?;
                if !self.void(target) && !target.starts_with(b"/") {
                    return None;
                }
                let name = if self.void(name) { None } else { Some(scan::host(name)?) };
                name.flatten().map_or(void, |name| Some(ends.named(name, sought)))
            }
            Stream::Dns if ends.asked(name, sought) => Some(Sieved::Read),
            Stream::Dns => match self.answers(line, columns.place(Use::Answers), sought)? {
                true => Some(Sieved::Read),
                false => Some(Sieved::Nothing),
            },
            Stream::Conn | Stream::Interim | Stream::Other => None,
        }
    }

    /// Whether one of the answers is looked for.
    fn answers(&self, line: &[u8], place: Range<usize>, sought: &Sought<'_>) -> Option<bool> {
        let mut begin = place.start;
        for answer in line.get(place)?.split(|byte| *byte == self.set_separator) {
            let end = begin + answer.len();
            if scan::address_in(line, begin..end).is_some_and(|address| sought.address(address)) {
                return Some(true);
            }
            begin = end + 1;
        }
        Some(false)
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
