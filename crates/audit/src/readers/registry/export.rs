//! `.reg` text as the registry editor exports it: `REGEDIT4` and `Windows Registry Editor Version 5.00`.
//!
//! In: lines in UTF-16, UTF-8 or GB 18030. Out: one row for each key, at the line of its header; a line that is not understood is a
//! row of its own. Keys that the file would delete (`[-HKEY_…]`) are inert, values that it would delete are skipped.
//! Reads key by key: a file of any size needs the memory of one key. That is also why the control set in use is the first one of
//! the file, and `CurrentControlSet`: the key that says which it is comes last.

use model::source::Unit;

use super::Tables;
use super::key::{Data, Key, REG_DWORD, REG_SZ, Value};
use super::lines::Lines;
use super::table::{self, Table};
use crate::codes;
use crate::reader::{Head, Input, Reader};
use crate::sink::Sink;
use crate::text;

/// The reader of `.reg` text.
pub struct RegExport;

impl Reader for RegExport {
    fn id(&self) -> &'static str {
        "reg-export"
    }

    fn version(&self) -> u32 {
        1
    }

    fn probe(&self, head: &Head<'_>) -> Option<u8> {
        let start = head.bytes.get(..head.bytes.len().min(PROBED_BYTES)).unwrap_or_default();
        // A character may be cut at the end of what is looked at; the signature is at its beginning.
        let text = text::decode(start).text;
        let first = text.lines().map(str::trim).find(|line| !line.is_empty())?;
        (first == SIGNATURE_4 || first.starts_with(SIGNATURE_5)).then_some(100)
    }

    fn read(&self, input: &mut Input<'_>, sink: &mut Sink<'_>) {
        sink.unit(Unit::Line);
        let lines = Lines::new(input, sink);
        let tables = Tables::new(input.path, sink);
        let mut export = Export { lines, tables, is_ansi: false, current: None };
        export.read(input, sink);
    }
}

struct Export {
    lines: Lines,
    tables: Tables,
    /// Whether binary strings are in the 8-bit encoding of before Unicode.
    is_ansi: bool,
    current: Option<Open>,
}

/// The key that is being read.
struct Open {
    path: Vec<String>,
    table: Table,
    values: Vec<Value>,
    line: u64,
}

impl Export {
    fn read(&mut self, input: &mut Input<'_>, sink: &mut Sink<'_>) {
        let mut ahead = None;
        while let Some(line) = ahead.take().or_else(|| self.lines.next(input, sink)) {
            let Ok(line) = line else {
                sink.row(self.lines.number()).not_understood(codes::ROW_TOO_LONG);
                continue;
            };
            let at = self.lines.number();
            let trimmed = line.trim();
            if trimmed == SIGNATURE_4 || trimmed.starts_with(SIGNATURE_5) {
                self.is_ansi = trimmed == SIGNATURE_4;
            } else if let Some(header) = trimmed.strip_prefix('[') {
                self.close(sink);
                self.header(header, at, sink);
            } else if !trimmed.is_empty() && !trimmed.starts_with(';') {
                ahead = self.value(line, at, input, sink);
            }
        }
        self.close(sink);
    }

    /// Hands the finished key to the tables.
    fn close(&mut self, sink: &mut Sink<'_>) {
        let Some(Open { path, table, values, line }) = self.current.take() else { return };
        self.tables.key(table, &Key { path: &path, values: &values, at: line }, sink);
    }

    fn header(&mut self, header: &str, at: u64, sink: &mut Sink<'_>) {
        let Some((name, _)) = header.rsplit_once(']') else {
            return sink.row(at).not_understood(codes::ROW_MALFORMED);
        };
        if name.starts_with('-') {
            return sink.row(at).inert(codes::ROW_NOT_INSTALLED);
        }
        let path = canonical(name);
        let table = table::table(&path);
        self.current = Some(Open { path, table, values: Vec::new(), line: at });
    }

    /// Reads one value, which may go on over several lines. Returns a line that was read too far.
    fn value(
        &mut self,
        first: String,
        at: u64,
        input: &mut Input<'_>,
        sink: &mut Sink<'_>,
    ) -> Option<Result<String, ()>> {
        let (whole, ahead) = self.whole_value(first, input, sink);
        match parse_value(whole.trim(), self.is_ansi) {
            // Values outside every key belong to a key that would be deleted, or to none.
            Some(parsed) => {
                let wanted = self.current.as_mut().filter(|open| open.table != Table::Nothing);
                let room = wanted.filter(|open| open.values.len() < VALUES_PER_KEY);
                if let (Some(open), Some(value)) = (room, parsed) {
                    open.values.push(value);
                }
            }
            None => sink.row(at).not_understood(codes::ROW_MALFORMED),
        }
        ahead
    }

    /// Joins the lines of a value: binary data goes on after a backslash, a string up to its closing quote. Each line is looked at
    /// once, however many there are.
    fn whole_value(
        &mut self,
        first: String,
        input: &mut Input<'_>,
        sink: &mut Sink<'_>,
    ) -> (String, Option<Result<String, ()>>) {
        let (is_text, mut goes_on) = (is_string(&first), is_open(&first));
        let mut whole = first;
        while goes_on && whole.len() < input.limits.row_bytes {
            let next = match self.lines.next(input, sink) {
                Some(Ok(next)) if is_text && begins_anew(&next) => return (whole, Some(Ok(next))),
                Some(Ok(next)) => next,
                other => return (whole, other),
            };
            if is_text {
                goes_on = quoted(&next).is_none();
                whole.push('\n');
                whole.push_str(&next);
            } else {
                goes_on = next.trim_end().ends_with('\\');
                whole.truncate(whole.trim_end().len() - 1);
                whole.push_str(next.trim());
            }
        }
        (whole, None)
    }
}

/// The canonical path of a key: short root names, control sets and Amcache where they belong.
fn canonical(name: &str) -> Vec<String> {
    let mut path: Vec<String> = name.split('\\').map(str::to_owned).collect();
    if let Some(root) = path.first_mut() {
        let short = ROOTS.iter().find(|(long, _)| root.eq_ignore_ascii_case(long));
        if let Some((_, short)) = short {
            (*short).clone_into(root);
        }
    }
    if path.first().is_some_and(|root| root == "HKCR") {
        let rest = path.split_off(1);
        path = ["HKLM", "SOFTWARE", "Classes"].map(str::to_owned).into();
        path.extend(rest);
    }
    mounted(&mut path);
    path
}

/// Gives the hive of another computer, mounted under a name of its own, the path that it had there.
fn mounted(path: &mut Vec<String>) {
    let [root, mount, below, ..] = path.as_mut_slice() else { return };
    let is_own = OWN_HIVES.iter().any(|name| mount.eq_ignore_ascii_case(name));
    if root != "HKLM" || is_own {
        return;
    }
    if table::is_control_set(below) {
        "SYSTEM".clone_into(mount);
    } else if below.eq_ignore_ascii_case("Microsoft") {
        "SOFTWARE".clone_into(mount);
    } else if below.eq_ignore_ascii_case("Root") {
        "AMCACHE".clone_into(root);
        path.remove(1);
    }
}

/// Whether a value has its end on a later line.
fn is_open(value: &str) -> bool {
    match split_name(value.trim_start()) {
        Some((_, data)) => match data.strip_prefix('"') {
            Some(text) => quoted(text).is_none(),
            None => data.trim_end().ends_with('\\'),
        },
        None => false,
    }
}

fn is_string(value: &str) -> bool {
    split_name(value.trim_start()).is_some_and(|(_, data)| data.starts_with('"'))
}

/// Whether a line begins a key or a value, so that an open string before it was never closed.
fn begins_anew(line: &str) -> bool {
    line.starts_with("[HKEY_") || line.starts_with("[-HKEY_") || split_name(line).is_some()
}

/// Name and data of `"name"=data` or `@=data`.
fn split_name(line: &str) -> Option<(String, &str)> {
    let (name, rest) = match line.strip_prefix('@') {
        Some(rest) => (String::new(), rest),
        None => quoted(line.strip_prefix('"')?)?,
    };
    let data = rest.trim_start().strip_prefix('=')?;
    Some((name, data.trim_start()))
}

/// The text up to the closing quote, without escapes, and what follows the quote.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut plain = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((plain, text.get(at + 1..)?)),
            '\\' => plain.push(letters.next()?.1),
            _ => plain.push(letter),
        }
    }
    None
}

/// A complete value. `None` when it is malformed, `Some(None)` when it holds nothing for us.
fn parse_value(line: &str, is_ansi: bool) -> Option<Option<Value>> {
    let (name, data) = split_name(line)?;
    if let Some(text) = data.strip_prefix('"') {
        let (text, _) = quoted(text)?;
        return Some(Some(Value { name, data: Data::Text(text) }));
    }
    if data.starts_with('-') {
        return Some(None);
    }
    let (kind, data) = data.split_once(':')?;
    let data = match kind.trim().to_ascii_lowercase().as_str() {
        "dword" => {
            let number = u32::from_str_radix(data.trim(), 16).ok()?;
            Data::decode(REG_DWORD, &number.to_le_bytes())
        }
        kind => {
            let number = kind.strip_prefix("hex")?;
            let kind = match number.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
                Some(number) => u32::from_str_radix(number, 16).ok()?,
                None if number.is_empty() => REG_BINARY,
                None => return None,
            };
            let bytes = hex_bytes(data)?;
            let is_ansi = is_ansi && kind >= REG_SZ;
            if is_ansi { Data::decode_ansi(kind, &bytes) } else { Data::decode(kind, &bytes) }
        }
    };
    Some(Some(Value { name, data }))
}

fn hex_bytes(data: &str) -> Option<Vec<u8>> {
    let pairs = data.split(',').map(str::trim).filter(|pair| !pair.is_empty());
    pairs.map(|pair| u8::from_str_radix(pair, 16).ok()).collect()
}

const SIGNATURE_4: &str = "REGEDIT4";
const SIGNATURE_5: &str = "Windows Registry Editor Version 5";
const OWN_HIVES: &[&str] = &["SYSTEM", "SOFTWARE", "HARDWARE", "SAM", "SECURITY"];
const PROBED_BYTES: usize = 512;
const VALUES_PER_KEY: usize = 4096;
const REG_BINARY: u32 = 3;

const ROOTS: &[(&str, &str)] = &[
    ("HKEY_LOCAL_MACHINE", "HKLM"),
    ("HKEY_CURRENT_USER", "HKCU"),
    ("HKEY_USERS", "HKU"),
    ("HKEY_CLASSES_ROOT", "HKCR"),
];
