//! osquery results: the rows of one table as a JSON array (`osqueryi --json`), and the result log of the daemon, one JSON object
//! a line, differential or snapshot.
//!
//! In go rows of any table; out come the facts of the tables that [`tables`] knows. A table is recognised by its columns, because
//! an array does not name it and a query in a log may be called anything. Rows of other tables are inert. In a differential log
//! a row that was added and later removed is gone and counts as inert.
//!
//! Hosts repeat each other's rows but for a column or two, so a row that says what another one said is not parsed again: see
//! [`known`]. Follows the osquery 5 schema and its logging documentation. Not read: carved files, status logs.

mod known;
mod rows;
mod tables;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod twins;

use std::collections::HashMap;

use model::asset::{AssetId, AssetKind, IdKind};
use model::observation::ItemId;
use model::source::Unit;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::codes;
use crate::reader::{Head, Input, Reader, report_read_error};
use crate::sink::Sink;
pub(crate) use known::KnownRows;
use known::Verdict;
use rows::{Objects, RowText, Take, parse_row};

/// The reader; see the module's text.
pub(super) struct Osquery;

impl Reader for Osquery {
    fn id(&self) -> &'static str {
        "osquery-json"
    }

    fn version(&self) -> u32 {
        1
    }

    fn probe(&self, head: &Head<'_>) -> Option<u8> {
        let text = head.text().trim_start();
        if text.starts_with('{') {
            let line = text.lines().next().unwrap_or("");
            let log = line.contains("\"hostIdentifier\"")
                && ["\"columns\"", "\"snapshot\"", "\"diffResults\""]
                    .iter()
                    .any(|key| line.contains(key));
            return log.then_some(95);
        }
        let rest = text.strip_prefix('[')?.trim_start();
        if rest.starts_with(']') && head.complete {
            return Some(20);
        }
        let row = first_object(rest)?;
        let columns = parse_row(row)?;
        let known = tables::of_columns(&columns).is_some();
        // A row of a table that we do not know cannot be told from any other JSON: better unknown than inert in silence.
        known.then_some(80)
    }

    fn reads_json_arrays(&self) -> bool {
        true
    }

    fn read(&self, input: &mut Input<'_>, sink: &mut Sink<'_>) {
        sink.unit(Unit::Byte);
        let mut reading = Reading {
            name: tables::host_of_file(input.stem(), input.folder()),
            asset: None,
            hosts: HashMap::new(),
            known: std::mem::take(sink.known_rows()),
            pending: HashMap::new(),
        };
        let mut objects = Objects::new(input.limits.row_bytes);
        loop {
            let taken = match input.stream.fill_buf() {
                Ok(piece) => {
                    objects.feed(piece, &mut reading, sink);
                    piece.len()
                }
                Err(error) => {
                    report_read_error(sink, &error);
                    0
                }
            };
            if taken == 0 {
                break;
            }
            input.stream.consume(taken);
        }
        objects.end(sink);
        reading.flush(sink);
        *sink.known_rows() = reading.known;
    }
}

/// The first complete flat object of a text.
fn first_object(text: &str) -> Option<&[u8]> {
    let mut scanner = rows::Scan::default();
    let bytes = text.as_bytes();
    let end = scanner.object_end(bytes)?;
    bytes.get(..end)
}

/// One source being read.
struct Reading {
    name: tables::FileHost,
    asset: Option<AssetId>,
    hosts: HashMap<String, AssetId>,
    known: KnownRows,
    /// Added rows of a differential log that have not been removed yet, by host and row.
    pending: HashMap<(AssetId, ItemId), Vec<u64>>,
}

/// A line of the result log; unknown keys are decorations.
#[derive(Deserialize)]
struct LogLine<'a> {
    #[serde(rename = "hostIdentifier", borrow)]
    host: Option<std::borrow::Cow<'a, str>>,
    #[serde(rename = "unixTime")]
    unix_time: Option<UnixTime>,
    #[serde(borrow)]
    action: Option<std::borrow::Cow<'a, str>>,
    #[serde(borrow)]
    columns: Option<&'a RawValue>,
    #[serde(borrow)]
    snapshot: Option<Vec<&'a RawValue>>,
    #[serde(rename = "diffResults", borrow)]
    diff: Option<Diff<'a>>,
}

#[derive(Deserialize)]
struct Diff<'a> {
    #[serde(borrow, default)]
    added: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    removed: Vec<&'a RawValue>,
}

/// Old versions write the time as text.
#[derive(Deserialize)]
#[serde(untagged)]
enum UnixTime {
    Number(i64),
    Text(String),
}

impl Take for Reading {
    fn known(&mut self, at: u64, bytes: &[u8], sink: &mut Sink<'_>) -> Option<usize> {
        let found = self.known.find(bytes)?;
        let row = bytes.get(..found.length)?;
        let asset = self.file_asset(sink);
        match found.verdict.or_else(|| self.first_meaning(row, sink)) {
            Some(verdict) => claim(at, asset, verdict, sink),
            None => sink.row(at).not_understood(codes::ROW_MALFORMED),
        }
        Some(found.length)
    }

    fn object(&mut self, at: u64, bytes: &[u8], sink: &mut Sink<'_>) {
        if let Some(line) = log_line(bytes) {
            return self.log_line(at, &line, sink);
        }
        let Some(row) = parse_row(bytes) else {
            return sink.row(at).not_understood(codes::ROW_MALFORMED);
        };
        let asset = match tables::host_of(&row).map(str::to_owned) {
            Some(host) => self.host(&host, sink),
            None => self.file_asset(sink),
        };
        let verdict = self.judge(&row, asset, sink);
        self.learn(bytes, &row);
        claim(at, asset, verdict, sink);
    }
}

impl Reading {
    /// What the row means that was found last, said for the first time.
    fn first_meaning(&mut self, bytes: &[u8], sink: &mut Sink<'_>) -> Option<Verdict> {
        let verdict = match self.known.row(bytes)? {
            (Some(table), row) => meaning(table, &row, sink),
            (None, _) => Verdict::Inert,
        };
        self.known.keep(verdict);
        Some(verdict)
    }

    /// Rows that name a host or describe one mean more than their item; they must be parsed each time.
    fn learn(&mut self, bytes: &[u8], row: &[RowText<'_>]) {
        if tables::names_host(row) || tables::is_about_host(row) || tables::may_be_lost(row) {
            return;
        }
        self.known.learn(bytes, tables::of_columns(row));
    }

    /// What a row means: an item, inert, or not understood.
    fn judge(&mut self, row: &[RowText<'_>], asset: AssetId, sink: &mut Sink<'_>) -> Verdict {
        let Some(table) = tables::of_columns(row) else {
            return if tables::is_lost(row) { Verdict::Lost } else { Verdict::Inert };
        };
        tables::describe_host(row, asset, sink);
        meaning(table, row, sink)
    }

    fn log_line(&mut self, at: u64, line: &LogLine<'_>, sink: &mut Sink<'_>) {
        let removed = line.action.as_deref() == Some("removed");
        let mut rows: Vec<(&RawValue, Kind)> = Vec::new();
        if let Some(columns) = line.columns {
            rows.push((columns, if removed { Kind::Removed } else { Kind::Added }));
        }
        rows.extend(line.snapshot.iter().flatten().map(|row| (*row, Kind::Snapshot)));
        if let Some(diff) = &line.diff {
            rows.extend(diff.removed.iter().map(|row| (*row, Kind::Removed)));
            rows.extend(diff.added.iter().map(|row| (*row, Kind::Added)));
        }
        let host = line.host.as_deref().unwrap_or("");
        let is_new =
            if host.is_empty() { self.asset.is_none() } else { !self.hosts.contains_key(host) };
        // Who is only seen to talk is not described: a log of traffic must not make an inventory.
        if is_new && !rows.is_empty() && rows.iter().all(|(raw, _)| is_socket(raw)) {
            return rows.iter().for_each(|_| sink.row(at).inert(codes::ROW_NOT_INVENTORY));
        }
        let asset = if host.is_empty() { self.file_asset(sink) } else { self.host(host, sink) };
        if let Some(day) = line.unix_time.as_ref().and_then(day_of) {
            sink.observed_on(asset, &day);
        }
        if rows.is_empty() {
            return sink.row(at).inert(codes::ROW_NOT_INVENTORY);
        }
        for (raw, kind) in rows {
            self.log_row(at, raw.get().as_bytes(), kind, asset, sink);
        }
    }

    fn log_row(&mut self, at: u64, bytes: &[u8], kind: Kind, asset: AssetId, sink: &mut Sink<'_>) {
        let found = self.known.find(bytes).filter(|found| found.length == bytes.len());
        let verdict = match found {
            Some(found) => found.verdict.or_else(|| self.first_meaning(bytes, sink)),
            None => parse_row(bytes).map(|row| {
                let verdict = self.judge(&row, asset, sink);
                self.learn(bytes, &row);
                verdict
            }),
        };
        let Some(verdict) = verdict else {
            return sink.row(at).not_understood(codes::ROW_MALFORMED);
        };
        match (verdict, kind) {
            (Verdict::Item(item), Kind::Added) => {
                self.pending.entry((asset, item)).or_default().push(at);
                if self.pending.len() > MAX_PENDING {
                    self.flush(sink);
                }
            }
            (Verdict::Item(item), Kind::Removed) => {
                // One removal takes back one addition: two processes of one program are two rows of the same item.
                let places = self.pending.get_mut(&(asset, item));
                if let Some(added) = places.and_then(Vec::pop) {
                    sink.row(added).inert(codes::ROW_REMOVED);
                }
                sink.row(at).inert(codes::ROW_REMOVED);
            }
            (verdict, _) => claim(at, asset, verdict, sink),
        }
    }

    /// What was added and never removed is there.
    fn flush(&mut self, sink: &mut Sink<'_>) {
        let mut rows: Vec<(u64, AssetId, ItemId)> = Vec::new();
        for ((asset, item), places) in self.pending.drain() {
            rows.extend(places.into_iter().map(|at| (at, asset, item)));
        }
        rows.sort_unstable();
        for (at, asset, item) in rows {
            sink.row(at).observe_again(asset, item);
        }
    }

    /// The asset of an array: one file is about one host.
    fn file_asset(&mut self, sink: &mut Sink<'_>) -> AssetId {
        if let Some(asset) = self.asset {
            return asset;
        }
        let asset = sink.asset(AssetKind::Host);
        match &self.name {
            tables::FileHost::Host(name) => sink.name(asset, name),
            tables::FileHost::Label(name) => sink.label(asset, name),
        }
        self.asset = Some(asset);
        asset
    }

    fn host(&mut self, host: &str, sink: &mut Sink<'_>) -> AssetId {
        if let Some(&asset) = self.hosts.get(host) {
            return asset;
        }
        let asset = sink.asset(AssetKind::Host);
        // The daemon identifies a host by name, or by UUID where it is set up so.
        if is_uuid(host) {
            sink.label(asset, host);
            sink.identify(asset, IdKind::Uuid, host);
        } else {
            sink.name(asset, host);
        }
        self.hosts.insert(host.to_owned(), asset);
        asset
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Added,
    Removed,
    Snapshot,
}

/// Whether a row is of a table of sockets.
fn is_socket(row: &RawValue) -> bool {
    let bytes = row.get().as_bytes();
    memchr::memmem::find(bytes, b"\"remote_address\"").is_some()
        && parse_row(bytes).is_some_and(|row| tables::of_columns(&row).is_none())
}

/// What a row of this table says.
fn meaning(table: &tables::Table, row: &[RowText<'_>], sink: &mut Sink<'_>) -> Verdict {
    let facts = table.facts(row);
    let borrowed: Vec<_> = facts.iter().map(|(field, value)| (*field, value.as_ref())).collect();
    match sink.item(table.context(row), &borrowed) {
        Some(item) => Verdict::Item(item),
        None => Verdict::Inert,
    }
}

fn claim(at: u64, asset: AssetId, verdict: Verdict, sink: &mut Sink<'_>) {
    let mut row = sink.row(at);
    match verdict {
        Verdict::Item(item) => row.observe_again(asset, item),
        Verdict::Inert => row.inert(codes::ROW_NOT_INVENTORY),
        Verdict::Lost => row.not_understood(codes::ROW_NO_KNOWN_FIELD),
    }
}

/// The object as a line of the result log, if it is one.
fn log_line(bytes: &[u8]) -> Option<LogLine<'_>> {
    memchr::memmem::find(bytes, b"\"hostIdentifier\"")?;
    let line: LogLine<'_> = serde_json::from_slice(bytes).ok()?;
    let is_log = line.columns.is_some() || line.snapshot.is_some() || line.diff.is_some();
    (is_log || line.action.is_some()).then_some(line)
}

fn day_of(time: &UnixTime) -> Option<String> {
    let seconds = match time {
        UnixTime::Number(seconds) => *seconds,
        UnixTime::Text(text) => text.trim().parse().ok()?,
    };
    let instant = jiff::Timestamp::from_second(seconds).ok()?;
    Some(jiff::tz::Offset::UTC.to_datetime(instant).date().to_string())
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36 && text.bytes().filter(|&b| b == b'-').count() == 4
}

/// How many added rows wait for their removal at most; beyond that the oldest knowledge is taken as it stands.
const MAX_PENDING: usize = 4_000_000;
