//! Records as JSON: one pretty document, or one record a line for other programs.

use std::io::{self, Write};

use model::record::Assessment;
use serde::Serialize;

/// Writes the whole assessment as one document that people can read.
pub fn write(assessment: &Assessment, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, assessment)?;
    out.write_all(b"\n")
}

/// Writes one record a line, each with `schema` and `type`: first `assessment` (date, program, digest of the data), then
/// `directive`, `asset`, `finding`, `waiver`, `source`, `diagnostic`, at last `totals`, so that a cut file shows.
pub fn write_lines(assessment: &Assessment, out: &mut dyn Write) -> io::Result<()> {
    let schema = assessment.schema.as_str();
    let head = Head {
        program: &assessment.program,
        data_sha256: &assessment.data_sha256,
        date: &assessment.date,
        target: &assessment.target,
    };
    line(out, schema, "assessment", &head)?;
    lines(out, schema, "directive", &assessment.directives)?;
    lines(out, schema, "asset", &assessment.assets)?;
    lines(out, schema, "finding", &assessment.findings)?;
    lines(out, schema, "waiver", &assessment.waivers)?;
    lines(out, schema, "source", &assessment.sources)?;
    lines(out, schema, "diagnostic", &assessment.diagnostics)?;
    line(out, schema, "totals", &assessment.totals)
}

/// What a line holds besides the record.
#[derive(Serialize)]
struct Line<'a, R> {
    schema: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(flatten)]
    record: &'a R,
}

/// The first line.
#[derive(Serialize)]
struct Head<'a> {
    program: &'a str,
    data_sha256: &'a str,
    date: &'a str,
    target: &'a str,
}

fn lines<R: Serialize>(
    out: &mut dyn Write,
    schema: &str,
    kind: &str,
    records: &[R],
) -> io::Result<()> {
    records.iter().try_for_each(|record| line(out, schema, kind, record))
}

fn line<R: Serialize>(out: &mut dyn Write, schema: &str, kind: &str, record: &R) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &Line { schema, kind, record })?;
    out.write_all(b"\n")
}
