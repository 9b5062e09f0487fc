//! Records as JSON: one pretty document, or one record a line for other programs.

use std::io::{self, Write};

use model::record::Assessment;
use model::record::check::Check;
use model::record::firewall::{NatRule, Object, Rule, Rulebase};
use serde::Serialize;

/// Writes the whole assessment as one document that people can read.
pub fn write(assessment: &Assessment, out: &mut dyn Write) -> io::Result<()> {
    pretty(assessment, out)
}

/// Writes any record as one document that people can read.
pub fn pretty<R: Serialize>(record: &R, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, record)?;
    out.write_all(b"\n")
}

/// Writes a check: one record a line, `device`, `file`, `statement`, `problem`, `not_read`, at last `end`, so that a cut file shows.
pub fn write_check_lines(check: &Check, out: &mut dyn Write) -> io::Result<()> {
    let schema = check.schema.as_str();
    lines(out, schema, "device", &check.devices)?;
    lines(out, schema, "file", &check.files)?;
    lines(out, schema, "statement", &check.statements)?;
    lines(out, schema, "problem", &check.problems)?;
    lines(out, schema, "not_read", &check.not_read)?;
    line(out, schema, "end", &End { devices: check.devices.len() })
}

/// Writes one record a line, each with `schema` and `type`: first `assessment` (date, program, digest of the data), then
/// `directive`, `asset`, `finding`, `waiver`, `source`, `diagnostic`, `firewall`, `other_asset`, what egress found (`egress_input`,
/// `egress_pair`, `egress_tie`, `egress_unlisted`, `egress_installed`, `egress_total`), at last `totals`, so that a cut file shows.
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
    lines(out, schema, "firewall", &assessment.firewalls)?;
    lines(out, schema, "other_asset", &assessment.other_assets)?;
    if let Some(egress) = &assessment.egress {
        lines(out, schema, "egress_input", &egress.inputs)?;
        for pair in &egress.pairs {
            line(out, schema, "egress_pair", pair)?;
        }
        if let Some(tied) = &egress.tied {
            lines(out, schema, "egress_tie", &tied.pairs)?;
            lines(out, schema, "egress_unlisted", &tied.unlisted)?;
            lines(out, schema, "egress_installed", &tied.installed)?;
        }
        line(out, schema, "egress_total", &egress.total)?;
    }
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

/// A record of a context, on a line of its own.
#[derive(Serialize)]
pub(crate) struct InContext<'a> {
    pub(crate) device: &'a str,
    pub(crate) context: &'a str,
    #[serde(flatten)]
    pub(crate) record: Any<'a>,
}

/// What a context holds.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Any<'a> {
    Rulebase(&'a Rulebase),
    Rule(&'a Rule),
    Nat(&'a NatRule),
    Object(&'a Object),
}

/// The last line.
#[derive(Serialize)]
pub(crate) struct End {
    pub(crate) devices: usize,
}

/// Writes one record with its schema and type.
pub(crate) fn line<R: Serialize>(
    out: &mut dyn Write,
    schema: &str,
    kind: &str,
    record: &R,
) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &Line { schema, kind, record })?;
    out.write_all(b"\n")
}
