//! rpm's database: `rpmdb.sqlite`, ndb's `Packages.db` and Berkeley DB's `Packages`.
//!
//! In goes the file as a whole, because its pages point at each other; out come installed packages with vendor and homepage as
//! their headers say. All three containers and the package header are read by code of our own: the one table is small work, and
//! bytes of a stranger then meet no C library. `VENDOR` is often whoever built the package and not who makes the product; it is
//! passed on, and the data decides. Not read: dependency, file and signature tags; the write-ahead log beside an SQLite file.
//!
//! Formats: rpm's `lib/backend/ndb/rpmpkg.c` and `lib/header.c`, SQLite's "Database File Format", Berkeley DB's
//! `dbinc/db_page.h`.

use model::asset::AssetKind;
use model::field::{Context, Field};
use model::source::Unit;

use crate::codes;
use crate::reader::{Head, Input, Reader};
use crate::readers::package::{self, Owner};
use crate::sink::Sink;

mod bdb;
mod bytes;
mod header;
mod ndb;
mod sqlite;
#[cfg(test)]
mod tests;

/// Reads rpm's package database.
pub(crate) struct RpmDb;

impl Reader for RpmDb {
    fn id(&self) -> &'static str {
        "rpmdb"
    }

    fn version(&self) -> u32 {
        1
    }

    fn probe(&self, head: &Head<'_>) -> Option<u8> {
        Container::of(head.bytes).map(|container| match container {
            Container::Sqlite | Container::Ndb => 98,
            Container::Bdb => 90,
        })
    }

    fn read(&self, input: &mut Input<'_>, sink: &mut Sink<'_>) {
        let asset = sink.asset(AssetKind::Host);
        if let Some(name) = package::folder_above(input.path, PATHS) {
            sink.label(asset, name);
        }
        let bytes = input.whole(sink);
        read(&bytes, sink, Owner { asset, namespace: "" });
    }
}

/// Reads the database as packages of this owner.
pub(crate) fn read(bytes: &[u8], sink: &mut Sink<'_>, owner: Owner<'_>) {
    sink.unit(Unit::Byte);
    let mut take = |at: u64, blob: Result<&[u8], Broken>| claim(at, blob, sink, owner);
    let end = match Container::of(bytes) {
        Some(Container::Sqlite) => sqlite::blobs(bytes, &mut take),
        Some(Container::Ndb) => ndb::blobs(bytes, &mut take),
        Some(Container::Bdb) => bdb::blobs(bytes, &mut take),
        None => Err(Broken("magic")),
    };
    if let Err(Broken(what)) = end {
        sink.error(codes::MALFORMED, None, &[("what", what)]);
    }
}

/// What a container's reader hands over for each package: its offset, and its header or what is broken.
type Take<'t> = dyn FnMut(u64, Result<&[u8], Broken>) + 't;

/// The named structure breaks the format's rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Broken(&'static str);

fn claim(at: u64, blob: Result<&[u8], Broken>, sink: &mut Sink<'_>, owner: Owner<'_>) {
    let package = match blob.and_then(header::parse) {
        Ok(package) => package,
        Err(Broken(what)) => {
            sink.warn(codes::MALFORMED, Some(at), &[("what", what)]);
            return sink.row(at).not_understood(codes::ROW_MALFORMED);
        }
    };
    let mut row = sink.row(at);
    let name = package.name.as_str();
    if name.is_empty() {
        return row.not_understood(codes::ROW_NO_KNOWN_FIELD);
    }
    // A signature key that the administrator imported is stored as a package.
    if name == "gpg-pubkey" {
        return row.inert(codes::ROW_NOT_INVENTORY);
    }
    row.observe(
        owner.asset,
        Context::Installed,
        &[
            (Field::LinPkg, name),
            (Field::Purl, &package::purl("rpm", owner.namespace, name)),
            (Field::PkgHomepage, &package::homepage(&package.url)),
            (Field::PkgVendor, &package.vendor),
            (Field::Version, &package.version()),
        ],
    );
}

/// The file formats in which rpm has kept its headers.
enum Container {
    Sqlite,
    Ndb,
    Bdb,
}

impl Container {
    fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(sqlite::MAGIC) {
            let page = bytes.get(..bytes.len().min(SCHEMA_BYTES)).unwrap_or_default();
            return memchr::memmem::find(page, b"Packages' (hnum")
                .or_else(|| memchr::memmem::find(page, b"Packages (hnum"))
                .map(|_| Self::Sqlite);
        }
        if bytes.starts_with(ndb::MAGIC) {
            return Some(Self::Ndb);
        }
        bdb::Meta::of(bytes).map(|_| Self::Bdb)
    }
}

const PATHS: &[&str] = &[
    "var/lib/rpm/rpmdb.sqlite",
    "usr/lib/sysimage/rpm/rpmdb.sqlite",
    "var/lib/rpm/Packages.db",
    "usr/lib/sysimage/rpm/Packages.db",
    "var/lib/rpm/Packages",
];
/// The schema stands on the first page, and a page has at most this many bytes.
const SCHEMA_BYTES: usize = 64 << 10;
