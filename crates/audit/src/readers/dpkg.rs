//! dpkg's list of packages: `/var/lib/dpkg/status`, the files of `/var/lib/dpkg/status.d` and, being alike, opkg's `status`.
//!
//! In go stanzas, streamed; out come installed packages, and residue for those of which only configuration is left. The syntax
//! is deb822(5), the states those of dpkg(1): a package on `hold` is installed, and so is one that is unpacked but not yet
//! configured. `Maintainer` is who packages, not who makes, and is deliberately not read as a vendor. A package index
//! (`Packages`) lists what could be installed: its stanzas are inert.

use model::asset::AssetKind;
use model::field::{Context, Field};
use model::source::Unit;

use crate::codes;
use crate::reader::{Head, Input, Reader};
use crate::readers::package::{self, Owner};
use crate::readers::stanza::{Stanza, Stanzas};
use crate::sink::Sink;

#[cfg(test)]
mod tests;

/// Reads dpkg's package status.
pub(crate) struct DpkgStatus;

impl Reader for DpkgStatus {
    fn id(&self) -> &'static str {
        "dpkg-status"
    }

    fn version(&self) -> u32 {
        1
    }

    fn probe(&self, head: &Head<'_>) -> Option<u8> {
        probe(head.text())
    }

    fn read(&self, input: &mut Input<'_>, sink: &mut Sink<'_>) {
        let asset = sink.asset(AssetKind::Host);
        if let Some(name) = package::folder_above(input.path, PATHS) {
            sink.label(asset, name);
        }
        read(input, sink, Owner { asset, namespace: "" });
    }
}

/// Reads the stanzas as packages of this owner.
pub(crate) fn read(input: &mut Input<'_>, sink: &mut Sink<'_>, owner: Owner<'_>) {
    sink.unit(Unit::Line);
    let mut stanzas = Stanzas::default();
    while let Some(stanza) = stanzas.next(input, sink, WANTED) {
        claim(&stanza, sink, owner);
    }
}

fn claim(stanza: &Stanza, sink: &mut Sink<'_>, owner: Owner<'_>) {
    let mut row = sink.row(stanza.at);
    let name = stanza.get("Package");
    if name.is_empty() {
        let reason = if stanza.broken { codes::ROW_MALFORMED } else { codes::ROW_NO_KNOWN_FIELD };
        return row.not_understood(reason);
    }
    let Some(state) = State::of(stanza) else { return row.not_understood(codes::ROW_MALFORMED) };
    let context = match state.presence {
        Presence::Absent => return row.inert(codes::ROW_NOT_INSTALLED),
        Presence::Residue => Context::Residue,
        Presence::Installed => Context::Installed,
    };
    // opkg shares the syntax, not the packages.
    let purl = if state.opkg { String::new() } else { package::purl("deb", owner.namespace, name) };
    row.observe(
        owner.asset,
        context,
        &[
            (Field::LinPkg, name),
            (Field::Purl, &purl),
            (Field::PkgHomepage, &package::homepage(stanza.get("Homepage"))),
            (Field::Version, stanza.get("Version")),
            (Field::State, state.remarkable),
        ],
    );
}

/// What `Status: want flag state` says.
struct State<'s> {
    presence: Presence,
    opkg: bool,
    /// The whole status when it is not the usual `install ok installed`.
    remarkable: &'s str,
}

enum Presence {
    Installed,
    Residue,
    Absent,
}

impl<'s> State<'s> {
    fn of(stanza: &'s Stanza) -> Option<Self> {
        if !stanza.has("Status") {
            // Files of `status.d` have no status: they are there because the package is. Index stanzas name a file to fetch.
            let presence =
                if stanza.has("Filename") { Presence::Absent } else { Presence::Installed };
            return Some(Self { presence, opkg: false, remarkable: "" });
        }
        let status = stanza.get("Status");
        let mut words = status.split_ascii_whitespace();
        let (_want, flag, state) = (words.next()?, words.next()?, words.next()?);
        let presence = match state {
            "not-installed" => Presence::Absent,
            "config-files" => Presence::Residue,
            state if INSTALLED.contains(&state) => Presence::Installed,
            _ => return None,
        };
        let usual = status == "install ok installed";
        let opkg = !FLAGS.contains(&flag);
        Some(Self { presence, opkg, remarkable: if usual { "" } else { status } })
    }
}

fn probe(text: &str) -> Option<u8> {
    let mut keys = text.lines().take(HEAD_LINES).filter(|line| !line.starts_with([' ', '\t']));
    let first = keys.find(|line| !line.trim().is_empty())?;
    let (key, _) = first.split_once(':')?;
    let known = key == "Package" || key == "Status";
    let has = |prefix: &str| text.starts_with(prefix) || text.contains(&format!("\n{prefix}"));
    if !known || !has("Package:") || !has("Version:") {
        return None;
    }
    if has("Status: ") {
        return Some(95);
    }
    // The stanza of `status.d` or of an index: neither has a status.
    (has("Architecture:") && has("Maintainer:")).then_some(70)
}

/// The states in which a package's files are there, if only in part.
const INSTALLED: &[&str] = &[
    "installed",
    "half-installed",
    "unpacked",
    "half-configured",
    "triggers-awaited",
    "triggers-pending",
];
const FLAGS: &[&str] = &["ok", "reinstreq"];
const WANTED: &[&str] = &["Package", "Status", "Version", "Homepage", "Filename"];
const PATHS: &[&str] = &["var/lib/dpkg/status", "usr/lib/opkg/status"];
const HEAD_LINES: usize = 200;
