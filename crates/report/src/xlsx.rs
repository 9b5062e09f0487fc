//! The whole assessment as a workbook: every row of every table, streamed, the same bytes for the same record.
//!
//! Text from inventories is only ever written as text, never as a formula or link. A table longer than a sheet goes on in the
//! next one (`Findings 2`).

use model::record::Assessment;
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use crate::Error;
use crate::firewall::tables;
use crate::rows::{self, Row};
use crate::shown::{Cell, Column, View, header};
use crate::traffic;
use crate::words::Words;

mod about;

/// The workbook as bytes.
pub fn write(assessment: &Assessment, words: &Words) -> Result<Vec<u8>, Error> {
    write_with(assessment, words, SHEET_ROWS_MAX).map_err(Error::Workbook)
}

/// [`write`] with sheets of at most so many rows below the header.
pub(crate) fn write_with(
    assessment: &Assessment,
    words: &Words,
    sheet_rows: u32,
) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties(assessment, words)?);
    let mut book = Book { workbook: &mut workbook, words, sheet_rows, looks: Looks::new() };
    book.table("sheet-findings", rows::findings(assessment))?;
    book.table("sheet-assets", rows::assets(assessment))?;
    book.table("sheet-evidence", rows::evidence(assessment))?;
    if let Some(record) = &assessment.egress {
        traffic::sheets(&mut book, record)?;
    }
    if !assessment.firewalls.is_empty() {
        book.table("sheet-firewalls", tables::heads(&assessment.firewalls))?;
    }
    book.table("sheet-sources", assessment.sources.iter())?;
    book.table("sheet-diagnostics", assessment.diagnostics.iter())?;
    book.table("sheet-directives", about::directives(assessment, words).into_iter())?;
    book.table("sheet-waivers", assessment.waivers.iter())?;
    book.table("sheet-meta", about::meta(assessment, words).into_iter())?;
    workbook.save_to_buffer()
}

fn properties(assessment: &Assessment, words: &Words) -> Result<DocProperties, XlsxError> {
    let title = words.text("report-title", &[("target", (&assessment.target).into())]);
    let properties = DocProperties::new().set_title(title).set_company(&assessment.program);
    // The writer would take the time of day; the record's date keeps the bytes equal.
    let day = day(&assessment.date).map_or_else(|| ExcelDateTime::from_ymd(2000, 1, 1), Ok)?;
    Ok(properties.set_creation_datetime(&day))
}

/// Any other workbook: `fill` writes its tables. It bears no date, so that its bytes depend on its content only.
pub(crate) fn book(
    title: &str,
    program: &str,
    words: &Words,
    fill: impl FnOnce(&mut Book<'_>) -> Result<(), XlsxError>,
) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let properties = DocProperties::new().set_title(title).set_company(program);
    let day = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(&properties.set_creation_datetime(&day));
    let looks = Looks::new();
    fill(&mut Book { workbook: &mut workbook, words, sheet_rows: SHEET_ROWS_MAX, looks })?;
    workbook.save_to_buffer()
}

/// A workbook that is being written.
pub(crate) struct Book<'a> {
    workbook: &'a mut Workbook,
    words: &'a Words,
    sheet_rows: u32,
    looks: Looks,
}

struct Looks {
    head: Format,
    text: Format,
    number: Format,
    day: Format,
}

impl Looks {
    fn new() -> Self {
        let cell = Format::new().set_align(FormatAlign::Top);
        Self {
            head: Format::new()
                .set_bold()
                .set_font_color(0x00FF_FFFF_u32)
                .set_background_color(0x001F_2A44_u32)
                .set_border_bottom(FormatBorder::Thin)
                .set_align(FormatAlign::VerticalCenter)
                .set_text_wrap(),
            text: cell.clone().set_text_wrap(),
            number: cell.clone().set_num_format("#,##0"),
            day: cell.set_num_format("yyyy-mm-dd").set_align(FormatAlign::Left),
        }
    }
}

impl Book<'_> {
    /// Writes a table on as many sheets as it needs; a table without rows has a sheet with its header.
    pub(crate) fn table<R: Row>(
        &mut self,
        title: &str,
        rows: impl Iterator<Item = R>,
    ) -> Result<(), XlsxError> {
        let title = self.words.plain(title);
        let mut rows = rows.peekable();
        let mut number = 1;
        loop {
            let name = if number == 1 { title.clone() } else { format!("{title} {number}") };
            let view = View::Person(self.words);
            let sheet = self.workbook.add_worksheet_with_constant_memory()?;
            sheet.set_name(&name)?;
            head(sheet, R::COLUMNS, self.words, &self.looks)?;
            let mut written = 0;
            while written < self.sheet_rows
                && let Some(row) = rows.next()
            {
                written += 1;
                for (column, cell) in (0_u16..).zip(row.cells(view)) {
                    put(sheet, written, column, &cell, &self.looks, self.words)?;
                }
            }
            let last = u16::try_from(R::COLUMNS.len()).unwrap_or(1).saturating_sub(1);
            sheet.autofilter(0, 0, written.max(1), last)?;
            if rows.peek().is_none() {
                return Ok(());
            }
            number += 1;
        }
    }
}

fn head(
    sheet: &mut Worksheet,
    columns: &[Column],
    words: &Words,
    looks: &Looks,
) -> Result<(), XlsxError> {
    for (index, column) in (0_u16..).zip(columns) {
        sheet.set_column_width(index, f64::from(column.width))?;
    }
    sheet.set_row_height(0, 24)?;
    sheet.set_freeze_panes(1, 1)?;
    for (index, column) in (0_u16..).zip(columns) {
        let text = header(words, column.name);
        sheet.write_string_with_format(0, index, text, &looks.head)?;
    }
    Ok(())
}

fn put(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: &Cell,
    looks: &Looks,
    words: &Words,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Text(text) if text.is_empty() => {}
        Cell::Text(text) => {
            let text = shortened(text, words);
            sheet.write_string_with_format(row, column, text, &looks.text)?;
        }
        // INVARIANT: a count beyond 2^53 would lose its last digits; none of ours comes near.
        Cell::Number(number) => {
            sheet.write_number_with_format(row, column, *number as f64, &looks.number)?;
        }
        Cell::Day(text) => match day(text) {
            Some(day) => {
                sheet.write_datetime_with_format(row, column, &day, &looks.day)?;
            }
            None if text.is_empty() => {}
            None => {
                sheet.write_string_with_format(row, column, text, &looks.text)?;
            }
        },
    }
    Ok(())
}

/// The text, or as much of it as a cell can hold and a remark that it was cut.
fn shortened(text: &str, words: &Words) -> String {
    let length = text.encode_utf16().count();
    if length <= CELL_UNITS_MAX {
        return text.to_owned();
    }
    let remark = words.text("cell-cut", &[("count", length.into())]);
    let mut room = CELL_UNITS_MAX.saturating_sub(remark.encode_utf16().count());
    let kept: String = text
        .chars()
        .take_while(|c| {
            let fits = c.len_utf16() <= room;
            room = room.saturating_sub(c.len_utf16());
            fits
        })
        .collect();
    kept + &remark
}

/// `YYYY-MM-DD` as a date; `None` for anything else, which is then shown as text.
fn day(text: &str) -> Option<ExcelDateTime> {
    let mut parts = text.split('-');
    let year = parts.next()?.parse().ok()?;
    let month = parts.next()?.parse().ok()?;
    let day = parts.next()?.parse().ok()?;
    if parts.next().is_some() {
        return None;
    }
    ExcelDateTime::from_ymd(year, month, day).ok()
}

/// Rows of a sheet below its header.
const SHEET_ROWS_MAX: u32 = 1_048_575;

/// What a cell can hold, in UTF-16 units.
const CELL_UNITS_MAX: usize = 32_767;
