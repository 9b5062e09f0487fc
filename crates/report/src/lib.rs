//! Renderers of records: terminal summary and tables, CSV, JSON, XLSX and one self-contained HTML file, in two languages.
//!
//! An [`model::record::Assessment`] goes in; text or bytes come out. Nothing here opens a file, prints, asks for the time or
//! draws a conclusion: a renderer shows what the record says, and states what it leaves out. Facts about the world stay in
//! `data/`, words in `data/locales/`.

pub mod csv;
pub mod diagnostic;
pub mod explain;
mod figures;
pub mod firewall;
pub mod html;
pub mod json;
mod phrases;
mod rows;
mod shown;
pub mod summary;
pub mod table;
pub mod text;
pub mod traffic;
pub mod words;
pub mod xlsx;

use std::fmt;

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;

/// A report that could not be written.
#[derive(Debug)]
pub enum Error {
    /// The workbook writer refused something.
    Workbook(rust_xlsxwriter::XlsxError),
    /// The HTML template refused something.
    Template(askama::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Workbook(_) => f.write_str("writing the workbook failed"),
            Self::Template(_) => f.write_str("writing the HTML report failed"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Workbook(cause) => Some(cause),
            Self::Template(cause) => Some(cause),
        }
    }
}
