//! Sections about software.

use model::field::{Context, Field};

use crate::codes;
use crate::readers::columns::unswap;
use crate::readers::glpi::inventory::{Item, Said};
use crate::readers::glpi::record::Record;
use crate::sink::Sink;

/// An entry of the software list. Where it was read from decides what its publisher is: the maker in Windows' registry, only the
/// packager in a distribution's database.
pub(super) fn installed(windows: bool, at: u64, record: &Record, sink: &mut Sink<'_>) -> Said {
    let (publisher, version) = vendor_and_version("PUBLISHER", at, record, sink);
    let name = record.any(&["NAME", "FULLNAME"]).to_owned();
    if name.is_empty() && record.get("GUID").is_empty() {
        return Err(codes::ROW_NO_KNOWN_FIELD);
    }
    let from = record.get("FROM").to_ascii_lowercase();
    let guid = product_code(record.get("GUID"));
    let mut facts = match from.as_str() {
        from if PACKAGES.contains(&from) => {
            vec![(Field::LinPkg, name), (Field::PkgVendor, publisher)]
        }
        "registry" | "wmi" | "uwp" => registered(name, publisher, guid),
        "android" => {
            let package = record.get("COMMENTS");
            let package = if is_package(package) { package } else { "" };
            vec![(Field::MobilePackage, package.to_owned()), (Field::SoftwareName, name)]
        }
        _ if windows || !guid.is_empty() => registered(name, publisher, guid),
        _ => vec![(Field::SoftwareName, name), (Field::SoftwareVendor, publisher)],
    };
    facts.push((Field::Version, version));
    Ok(vec![(Context::Installed, facts)])
}

fn registered(name: String, publisher: String, guid: String) -> Vec<(Field, String)> {
    vec![(Field::WinDisplay, name), (Field::WinPublisher, publisher), (Field::WinProductCode, guid)]
}

/// A protection product that registered itself with the system.
pub(super) fn antivirus(at: u64, record: &Record, sink: &mut Sink<'_>) -> Said {
    let (company, version) = vendor_and_version("COMPANY", at, record, sink);
    let state = match record.get("ENABLED") {
        "1" => "enabled",
        "0" => "disabled",
        _ => "",
    };
    let facts = vec![
        (Field::SoftwareName, record.get("NAME").to_owned()),
        (Field::SoftwareVendor, company),
        (Field::Version, version),
        (Field::State, state.to_owned()),
    ];
    Ok(vec![(Context::Installed, facts)])
}

/// A database service.
pub(super) fn database(record: &Record) -> Vec<Item> {
    let facts = vec![
        (Field::SoftwareName, record.any(&["NAME", "TYPE"]).to_owned()),
        (Field::SoftwareVendor, record.get("MANUFACTURER").to_owned()),
        (Field::Version, record.get("VERSION").to_owned()),
    ];
    let running = record.get("IS_ACTIVE") == "1";
    vec![(if running { Context::Running } else { Context::Installed }, facts)]
}

/// A Java virtual machine.
pub(super) fn machine(record: &Record) -> Vec<Item> {
    let facts = vec![
        (Field::SoftwareName, record.get("NAME").to_owned()),
        (Field::SoftwareVendor, record.get("VENDOR").to_owned()),
        (Field::Version, record.any(&["VERSION", "RUNTIME"]).to_owned()),
    ];
    vec![(Context::Installed, facts)]
}

/// A licence: the product may be gone. Its key is not read.
pub(super) fn licence(record: &Record) -> Vec<Item> {
    let name = record.any(&["FULLNAME", "NAME"]);
    vec![(Context::Mention, vec![(Field::SoftwareName, name.to_owned())])]
}

fn vendor_and_version(
    vendor: &str,
    at: u64,
    record: &Record,
    sink: &mut Sink<'_>,
) -> (String, String) {
    let version = record.get("VERSION");
    let (vendor, version, swapped) = unswap(record.get(vendor), version);
    if swapped {
        let args = [("vendor", vendor), ("version", version)];
        sink.warn(codes::ROW_SWAPPED_COLUMNS, Some(at), &args);
    }
    (vendor.to_owned(), version.to_owned())
}

/// A product code in braces, or nothing: the field also holds other names of registry keys.
fn product_code(text: &str) -> String {
    let inner = text.trim().strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let shaped = inner.is_some_and(|inner| {
        inner.len() == 36 && inner.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
    });
    if shaped { text.trim().to_owned() } else { String::new() }
}

fn is_package(text: &str) -> bool {
    text.contains('.')
        && text.split('.').all(|part| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        })
}

/// Values of `FROM` that are package databases of distributions.
const PACKAGES: &[&str] = &[
    "apk",
    "deb",
    "dpkg",
    "eopkg",
    "freebsd",
    "gentoo",
    "ipkg",
    "nix",
    "opkg",
    "pacman",
    "pkg",
    "portage",
    "rpm",
    "slackware",
    "xbps",
];
