//! Workbooks (XLSX) with inventory tables, exports of hypervisor estates among them.
//!
//! In: a zip archive with `xl/workbook.xml`. Out: what [`super::table`] makes of each sheet's rows; sheets share their assets, so
//! that the tools of a machine on one sheet belong to the machine of another. Cells are read as a stream: a sheet that claims a
//! million rows costs what it holds. Values merged downwards count for every row that they span. Positions are row numbers.
//!
//! It deliberately reads no formulas (their stored results count), charts, comments and hidden states, and neither the old
//! binary nor the OpenDocument format: their reader allocates whatever size a file declares.

use std::collections::HashMap;
use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, Reader as _, Xlsx, XlsxError};
use model::source::Unit;

use crate::codes;
use crate::limits::Limits;
use crate::reader::{Head, Input, Reader};
use crate::readers::layout::Cells;
use crate::readers::table::{Assets, Table};
use crate::sink::Sink;

#[cfg(test)]
mod tests;

/// The reader of workbooks.
pub(super) struct Workbook;

type Book<'b> = Xlsx<Cursor<&'b [u8]>>;

impl Reader for Workbook {
    fn id(&self) -> &'static str {
        "workbook"
    }

    fn version(&self) -> u32 {
        1
    }

    fn probe(&self, head: &Head<'_>) -> Option<u8> {
        if !head.bytes.starts_with(b"PK\x03\x04") {
            return None;
        }
        // Member names stand in clear before each member; the first ones differ from program to program.
        let has = |name: &[u8]| memchr::memmem::find(head.bytes, name).is_some();
        if has(b"xl/workbook.xml") || has(b"xl/worksheets/") {
            Some(98)
        } else if head.name.to_ascii_lowercase().ends_with(".xlsx") && has(b"[Content_Types].xml") {
            Some(90)
        } else {
            None
        }
    }

    fn read(&self, input: &mut Input<'_>, sink: &mut Sink<'_>) {
        sink.unit(Unit::Row);
        let bytes = input.whole(sink);
        if let Err(member) = check_members(&bytes, input.limits) {
            return sink.error(codes::BOMB, None, &[("member", &member)]);
        }
        // The library is not ours; whatever it does with a broken book stays in here.
        let opened = catch_unwind(|| Xlsx::new(Cursor::new(bytes.as_slice())));
        let mut book: Book<'_> = match opened {
            Ok(Ok(book)) => book,
            Ok(Err(error)) => return report(&error, sink),
            Err(_) => return broken("workbook", sink),
        };
        let mut assets = Assets::default();
        for sheet in book.sheet_names() {
            sink.part(&sheet);
            let mut table = Table::new(&sheet, false);
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                read_sheet(&mut book, &sheet, input.limits, &mut table, &mut assets, sink)
            }));
            table.finish(&mut assets, sink);
            match outcome {
                Ok(Ok(())) => {}
                // Sheets of charts and macros have no cells.
                Ok(Err(XlsxError::NotAWorksheet(_))) => {}
                Ok(Err(error)) => report(&error, sink),
                Err(_) => broken(&sheet, sink),
            }
        }
    }
}

fn report(error: &XlsxError, sink: &mut Sink<'_>) {
    sink.error(codes::MALFORMED, None, &[("error", &error.to_string())]);
}

fn broken(what: &str, sink: &mut Sink<'_>) {
    sink.error(codes::MALFORMED, None, &[("error", &format!("{what} cannot be decoded"))]);
}

fn read_sheet(
    book: &mut Book<'_>,
    sheet: &str,
    limits: &Limits,
    table: &mut Table,
    assets: &mut Assets,
    sink: &mut Sink<'_>,
) -> Result<(), XlsxError> {
    let mut merged = Merged::of(book, sheet);
    let mut reader = book.worksheet_cells_reader(sheet)?;
    let mut line = SheetRow::default();
    let mut rows = 0;
    let end = loop {
        let cell = match reader.next_cell() {
            Ok(Some(cell)) => cell,
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        };
        let (row, column) = cell.get_position();
        let value = text_of(cell.get_value());
        if value.is_empty() || column >= MOST_COLUMNS {
            continue;
        }
        if line.row != row && !line.cells.is_empty() {
            rows += 1;
            line.flush(&mut merged, table, assets, sink);
            if rows >= limits.sheet_rows {
                let limit = format!("{rows} rows");
                sink.error(codes::LIMIT_REACHED, Some(u64::from(row)), &[("limit", &limit)]);
                return Ok(());
            }
        }
        line.row = row;
        line.cells.push((column, value));
    };
    line.flush(&mut merged, table, assets, sink);
    end
}

/// The filled cells of the row being collected.
#[derive(Default)]
struct SheetRow {
    row: u32,
    cells: Vec<(u32, String)>,
}

impl SheetRow {
    fn flush(
        &mut self,
        merged: &mut Merged,
        table: &mut Table,
        assets: &mut Assets,
        sink: &mut Sink<'_>,
    ) {
        if self.cells.is_empty() {
            return;
        }
        merged.fill(self.row, &mut self.cells);
        self.cells.sort_by_key(|(column, _)| *column);
        let mut row = Cells::default();
        for (column, value) in &self.cells {
            // Cells in the wrong order or twice: the first one counts.
            while row.len() < *column as usize {
                row.push("");
            }
            if row.len() == *column as usize {
                row.push(value);
            }
        }
        table.push(u64::from(self.row) + 1, &row, assets, sink);
        self.cells.clear();
    }
}

/// Cells merged downwards, by column, with the value of the one that spans now.
struct Merged {
    /// First column, first row, last row, value once seen.
    spans: HashMap<u32, Vec<Span>>,
}

struct Span {
    first: u32,
    last: u32,
    value: Option<String>,
}

impl Merged {
    fn of(book: &mut Book<'_>, sheet: &str) -> Self {
        let mut spans: HashMap<u32, Vec<Span>> = HashMap::new();
        // A sheet whose merges cannot be read is read without them.
        let regions = book.merge_cells_by_sheet_name(sheet).unwrap_or_default();
        for region in regions.iter().take(MOST_MERGES) {
            let ((first, column), (last, _)) = (region.start, region.end);
            if last > first {
                spans.entry(column).or_default().push(Span { first, last, value: None });
            }
        }
        for column in spans.values_mut() {
            column.sort_by_key(|span| std::cmp::Reverse(span.first));
        }
        Self { spans }
    }

    /// Remembers values that span this row and those below, and fills in those from above.
    fn fill(&mut self, row: u32, cells: &mut Vec<(u32, String)>) {
        let mut columns: Vec<_> = self.spans.iter_mut().collect();
        columns.sort_by_key(|(column, _)| **column);
        for (&column, spans) in columns {
            while spans.last().is_some_and(|span| span.last < row) {
                spans.pop();
            }
            let Some(span) = spans.last_mut().filter(|span| span.first <= row) else { continue };
            match cells.iter().find(|(at, _)| *at == column) {
                Some((_, value)) => span.value = Some(value.clone()),
                None => cells.extend(span.value.clone().map(|value| (column, value))),
            }
        }
    }
}

/// A cell as somebody reads it: whole numbers without a decimal point, days in ISO form, errors empty.
fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.trim().to_owned()
        }
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::Bool(yes) => yes.to_string(),
        DataRef::DateTime(time) if time.is_datetime() => {
            let (year, month, day, ..) = time.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        DataRef::DateTime(time) => time.as_f64().to_string(),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

/// Expands every member once, counting: what a member says of its size proves nothing. Names the first that is out of all
/// proportion.
fn check_members(bytes: &[u8], limits: &Limits) -> Result<(), String> {
    // What is no archive at all is the library's to report.
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else { return Ok(()) };
    let mut total: u64 = 0;
    for index in 0..archive.len() {
        let Ok(member) = archive.by_index(index) else { continue };
        let Ok(name) = member.name().map(|name| name.into_owned()) else { continue };
        // Sheets are streamed; everything else ends up in memory.
        let streamed = name.starts_with("xl/worksheets/");
        let most = if streamed { limits.expanded_bytes } else { limits.whole_file_bytes / 2 };
        let fair = member.compressed_size().saturating_mul(limits.ratio);
        let fair = fair.max(limits.ratio_floor_bytes).min(most);
        // A read error is found again, and reported, by whoever needs the member.
        let count = std::io::copy(&mut member.take(fair + 1), &mut std::io::sink()).unwrap_or(0);
        total = total.saturating_add(count);
        if count > fair || total > limits.expanded_bytes {
            return Err(name);
        }
    }
    Ok(())
}

/// Columns beyond this are not read; a spreadsheet program has no more.
const MOST_COLUMNS: u32 = 16_384;
/// Merged regions of a sheet beyond this are not filled in.
const MOST_MERGES: usize = 100_000;
