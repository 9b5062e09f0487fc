//! apk's list of installed packages: `/lib/apk/db/installed`.
//!
//! In go records of `X:value` lines separated by blank lines, streamed (apk-package(5)); out come installed packages with their
//! homepage. The maintainer (`m:`) packages and is not read as a vendor; files (`F:`, `R:`) are left to the file system.

use model::asset::AssetKind;
use model::field::{Context, Field};
use model::source::Unit;

use crate::codes;
use crate::reader::{Head, Input, Line, Reader};
use crate::readers::package::{self, Owner};
use crate::sink::Sink;

#[cfg(test)]
mod tests;

/// Reads apk's installed packages.
pub(crate) struct ApkInstalled;

impl Reader for ApkInstalled {
    fn id(&self) -> &'static str {
        "apk-installed"
    }

    fn version(&self) -> u32 {
        1
    }

    fn probe(&self, head: &Head<'_>) -> Option<u8> {
        let text = head.text();
        let record = text.split("\n\n").find(|record| !record.trim().is_empty())?;
        let lines = || record.lines().take(HEAD_LINES);
        let shaped = lines().all(|line| line.as_bytes().get(1) == Some(&b':'));
        let has = |key: &str| lines().any(|line| line.starts_with(key));
        if !shaped || !has("P:") || !has("V:") {
            return None;
        }
        Some(if has("C:Q") && has("A:") { 95 } else { 60 })
    }

    fn read(&self, input: &mut Input<'_>, sink: &mut Sink<'_>) {
        let asset = sink.asset(AssetKind::Host);
        if let Some(name) = package::folder_above(input.path, PATHS) {
            sink.label(asset, name);
        }
        read(input, sink, Owner { asset, namespace: "" });
    }
}

/// Reads the records as packages of this owner.
pub(crate) fn read(input: &mut Input<'_>, sink: &mut Sink<'_>, owner: Owner<'_>) {
    sink.unit(Unit::Line);
    let (mut buffer, mut number) = (Vec::new(), 0);
    let mut record = Record::default();
    while let Some(line) = input.line(&mut buffer, sink) {
        number += 1;
        if line == Line::TooLong {
            sink.warn(codes::LIMIT_REACHED, Some(number), &[("limit", "row_bytes")]);
        }
        if buffer.is_empty() {
            std::mem::take(&mut record).claim(sink, owner);
            continue;
        }
        if record.at == 0 {
            record.at = number;
        }
        let value = buffer.get(2..buffer.len().min(input.limits.value_bytes));
        match (buffer.get(..2), value) {
            (Some([key, b':']), Some(value)) => record.take(*key, value),
            _ => {
                record.broken = true;
                sink.warn(codes::MALFORMED, Some(number), &[("what", "line")]);
            }
        }
    }
    record.claim(sink, owner);
}

/// The fields of one record that are looked at.
#[derive(Default)]
struct Record {
    at: u64,
    name: String,
    version: String,
    homepage: String,
    broken: bool,
}

impl Record {
    fn take(&mut self, key: u8, value: &[u8]) {
        let field = match key {
            b'P' => &mut self.name,
            b'V' => &mut self.version,
            b'U' => &mut self.homepage,
            _ => return,
        };
        *field = String::from_utf8_lossy(value).into_owned();
    }

    fn claim(self, sink: &mut Sink<'_>, owner: Owner<'_>) {
        if self.at == 0 {
            return;
        }
        let mut row = sink.row(self.at);
        let name = self.name.trim();
        if name.is_empty() {
            let reason = if self.broken { codes::ROW_MALFORMED } else { codes::ROW_NO_KNOWN_FIELD };
            return row.not_understood(reason);
        }
        row.observe(
            owner.asset,
            Context::Installed,
            &[
                (Field::LinPkg, name),
                (Field::Purl, &package::purl("apk", owner.namespace, name)),
                (Field::PkgHomepage, &package::homepage(&self.homepage)),
                (Field::Version, &self.version),
            ],
        );
    }
}

const PATHS: &[&str] = &["lib/apk/db/installed", "usr/lib/apk/db/installed"];
const HEAD_LINES: usize = 40;
