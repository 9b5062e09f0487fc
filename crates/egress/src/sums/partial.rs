//! Sums of one shard as text: one JSON object a line, in the order of the keys, so that equal sums are equal bytes.

use std::io::{self, BufRead, Write};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Asset, Contact, ContactKey, EgressSum, Reporter, SumKey, Times, Total};
use crate::attribute::Grade;
use crate::endpoints::EndpointId;

/// The first line of a partial sum: what it is, and of what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The format's name and version.
    pub format: String,
    /// Which shard, from 1.
    pub shard: u32,
    /// Of how many.
    pub shards: u32,
    /// Digest of the endpoints that were looked for: sums over different ones cannot be merged.
    pub endpoints: String,
    /// Digest of the inputs' paths and sizes.
    pub inputs: String,
    /// What the run has to say besides sums, in the words of whoever writes it.
    pub extra: serde_json::Value,
}

impl Header {
    /// A header of this version of the format.
    pub fn new(
        (shard, shards): (u32, u32),
        endpoints: String,
        inputs: String,
        extra: serde_json::Value,
    ) -> Self {
        Self { format: FORMAT.to_owned(), shard, shards, endpoints, inputs, extra }
    }
}

/// The format's name and version.
pub(super) const FORMAT: &str = "supplant.egress-partial/1";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Line {
    Total {
        asset: Asset,
        endpoint: u32,
        grade: Grade,
        inward: bool,
        country: Arc<str>,
        day: Option<i32>,
        reporter: Arc<Reporter>,
        total: Total,
    },
    Contact {
        asset: Asset,
        endpoint: u32,
        contact: Contact,
        family: Arc<str>,
        times: Times,
    },
    /// The last line: how many came before it, so that a cut file is seen.
    End {
        lines: u64,
    },
}

/// Why a partial sum cannot be read.
#[derive(Debug)]
pub enum PartialError {
    /// The file cannot be read.
    Io(io::Error),
    /// A line, from 1, is none of the format.
    Line(u64, String),
    /// The file ends before its last line.
    Cut,
}

impl std::fmt::Display for PartialError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Io(error) => write!(out, "{error}"),
            Self::Line(line, error) => write!(out, "line {line}: {error}"),
            Self::Cut => out.write_str("the file is cut short"),
        }
    }
}

impl std::error::Error for PartialError {}

/// Writes a partial sum.
///
/// # Errors
/// When `to` cannot be written.
pub fn write_partial(header: &Header, sum: &EgressSum, to: &mut dyn Write) -> io::Result<()> {
    write_line(to, header)?;
    for (key, total) in &sum.totals {
        let key = key.clone();
        let value = Line::Total {
            asset: key.asset,
            endpoint: key.endpoint.0,
            grade: key.grade,
            inward: key.inward,
            country: key.country,
            day: key.day,
            reporter: key.reporter,
            total: total.clone(),
        };
        write_line(to, &value)?;
    }
    for (key, times) in &sum.contacts {
        let key = key.clone();
        let value = Line::Contact {
            asset: key.asset,
            endpoint: key.endpoint.0,
            contact: key.contact,
            family: key.family,
            times: *times,
        };
        write_line(to, &value)?;
    }
    write_line(to, &Line::End { lines: (sum.totals.len() + sum.contacts.len()) as u64 })
}

/// Reads a partial sum.
///
/// # Errors
/// When it cannot be read, holds a line of another format, or is cut short.
pub fn read_partial(from: &mut dyn BufRead) -> Result<(Header, EgressSum), PartialError> {
    let wrong = |line, error: &dyn std::fmt::Display| PartialError::Line(line, error.to_string());
    let first = read_line(from, 1)?.ok_or(PartialError::Cut)?;
    let header: Header = serde_json::from_str(&first).map_err(|error| wrong(1, &error))?;
    if header.format != FORMAT {
        return Err(wrong(1, &format_args!("not `{FORMAT}`")));
    }
    let mut sum = EgressSum::default();
    let mut lines = 0;
    while let Some(line) = read_line(from, lines + 2)? {
        match serde_json::from_str(&line).map_err(|error| wrong(lines + 2, &error))? {
            Line::Total { asset, endpoint, grade, inward, country, day, reporter, total } => {
                let endpoint = EndpointId(endpoint);
                let key = SumKey { asset, endpoint, grade, inward, country, day, reporter };
                sum.totals.entry(key).or_default().merge(&total);
            }
            Line::Contact { asset, endpoint, contact, family, times } => {
                let key = ContactKey { asset, endpoint: EndpointId(endpoint), contact, family };
                sum.contacts.entry(key).or_default().merge(&times);
            }
            Line::End { lines: written } if written == lines => return Ok((header, sum)),
            Line::End { .. } => return Err(PartialError::Cut),
        }
        lines += 1;
    }
    Err(PartialError::Cut)
}

/// Writes a value as a line of JSON.
pub(crate) fn write_line(to: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *to, value)?;
    to.write_all(b"\n")
}

/// The next line, the `number`th; `None` at the end.
pub(crate) fn read_line(
    from: &mut dyn BufRead,
    number: u64,
) -> Result<Option<String>, PartialError> {
    let mut text = String::new();
    match io::Read::take(from, LINE_BYTES).read_line(&mut text) {
        Ok(0) => Ok(None),
        Ok(_) if text.ends_with('\n') => Ok(Some(text)),
        Ok(_) => Err(PartialError::Cut),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            Err(PartialError::Line(number, error.to_string()))
        }
        Err(error) => Err(PartialError::Io(error)),
    }
}

/// Longest line that is read. The first holds what the run says about its inputs.
const LINE_BYTES: u64 = 256 << 20;
