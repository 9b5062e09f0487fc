//! rpm databases in both current forms: SQLite, and the native `ndb` of the SUSE family.

use anyhow::{Context, Result};

use super::Estate;
use super::company::{Company, Host, System};
use super::linux::BASE;
use super::packages::linux;
use super::random::Random;

pub(crate) fn write(company: &Company, estate: &mut Estate) -> Result<()> {
    for host in company.scanned().filter(|host| rpm_database(host)) {
        let headers = headers(company, host);
        if host.system == System::RedHat {
            estate.put(format!("linux/rpm/{}.rpmdb.sqlite", host.name), sqlite(&headers)?);
        } else {
            estate.put(format!("linux/rpm/{}.Packages.db", host.name), ndb(&headers));
        }
    }
    Ok(())
}

/// Whether this host is known from its database instead of osquery.
pub(crate) fn exported(_: &Company, host: &Host) -> bool {
    rpm_database(host)
}

fn rpm_database(host: &Host) -> bool {
    host.system.is_rpm() && host.site.code == "cd"
}

fn headers(company: &Company, host: &Host) -> Vec<Vec<u8>> {
    let mut random = Random::named(company.seed, &format!("rpm {}", host.name));
    let distribution =
        if host.system == System::RedHat { "Red Hat, Inc." } else { "http://openeuler.org" };
    let mut headers = Vec::new();
    for (name, version) in BASE {
        if random.percent(70) {
            headers.push(header(name, version, distribution, distribution, "https://example.org/"));
        }
    }
    for product in linux(&host.software) {
        let packager = product.maintainer;
        let vendor = if packager.contains("debian") { distribution } else { packager };
        headers.push(header(product.package, product.version, vendor, packager, product.homepage));
    }
    headers
}

/// A header as the database stores it: index entries and their data, with the region that marks it immutable.
fn header(name: &str, version: &str, vendor: &str, packager: &str, url: &str) -> Vec<u8> {
    let (version, release) = version.split_once('-').unwrap_or((version, "1"));
    let source = format!("{name}-{version}-{release}.src.rpm");
    let texts = [
        (NAME, STRING, name),
        (VERSION, STRING, version),
        (RELEASE, STRING, release),
        (SUMMARY, I18N_STRING, name),
        (VENDOR, STRING, vendor),
        (LICENSE, STRING, "GPL-2.0-or-later"),
        (PACKAGER, STRING, packager),
        (URL, STRING, url),
        (ARCH, STRING, "x86_64"),
        (SOURCE_RPM, STRING, source.as_str()),
    ];
    let mut entries = Vec::new();
    let mut data = Vec::new();
    // Numbers are aligned, so they come first.
    entries.push((INSTALL_TIME, INT32, 0, 1));
    data.extend(1_741_564_800_u32.to_be_bytes());
    for (tag, kind, text) in texts {
        entries.push((tag, kind, data.len(), 1));
        data.extend(text.as_bytes());
        data.push(0);
    }
    entries.sort_unstable();
    let region_at = data.len();
    let count = entries.len() + 1;
    // The region's trailer points back over all entries.
    let back = u32::try_from(count * 16).unwrap_or_default().wrapping_neg();
    let mut index = Vec::new();
    entry(&mut index, (HEADER_IMMUTABLE, BINARY, region_at, 16));
    for fields in entries {
        entry(&mut index, fields);
    }
    for word in [HEADER_IMMUTABLE, BINARY, back, 16] {
        data.extend(word.to_be_bytes());
    }
    let mut header = Vec::new();
    header.extend(u32::try_from(count).unwrap_or_default().to_be_bytes());
    header.extend(u32::try_from(data.len()).unwrap_or_default().to_be_bytes());
    header.extend(index);
    header.extend(data);
    header
}

fn entry(index: &mut Vec<u8>, (tag, kind, offset, count): (u32, u32, usize, u32)) {
    for word in [tag, kind, u32::try_from(offset).unwrap_or_default(), count] {
        index.extend(word.to_be_bytes());
    }
}

fn sqlite(headers: &[Vec<u8>]) -> Result<Vec<u8>> {
    let folder = tempfile::tempdir().context("creating a temporary folder")?;
    let path = folder.path().join("rpmdb.sqlite");
    let database = rusqlite::Connection::open(&path).context("creating an rpm database")?;
    database
        .execute_batch(
            "CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL);
             CREATE TABLE 'Name' (key 'TEXT' NOT NULL, hnum INTEGER NOT NULL, idx INTEGER NOT NULL);",
        )
        .context("creating the tables of an rpm database")?;
    for header in headers {
        database
            .execute("INSERT INTO Packages (blob) VALUES (?1)", [header])
            .context("filling an rpm database")?;
    }
    drop(database);
    std::fs::read(&path).context("reading the rpm database back")
}

/// One page of slots, then each header in blocks of 16 bytes between its head and its tail.
fn ndb(headers: &[Vec<u8>]) -> Vec<u8> {
    let next = u32::try_from(headers.len() + 1).unwrap_or_default();
    let mut file = Vec::new();
    file.extend(b"RpmP");
    for word in [0, 1, 1, next, 0, 0, 0] {
        file.extend(u32::to_le_bytes(word));
    }
    let mut blobs = Vec::new();
    for (number, header) in (1_u32..).zip(headers) {
        let size = u32::try_from(header.len()).unwrap_or_default();
        let start = blobs.len();
        blobs.extend(b"BlbS");
        for word in [number, 1, size] {
            blobs.extend(word.to_le_bytes());
        }
        blobs.extend(header);
        while (blobs.len() - start + 12) % 16 != 0 {
            blobs.push(0);
        }
        let sum = adler32(blobs.get(start..).unwrap_or_default());
        blobs.extend(sum.to_le_bytes());
        blobs.extend(size.to_le_bytes());
        blobs.extend(b"BlbE");
        file.extend(b"Slot");
        for word in [number, (4096 + start) as u32 / 16, (blobs.len() - start) as u32 / 16] {
            file.extend(word.to_le_bytes());
        }
    }
    while file.len() < 4096 {
        file.extend(b"Slot");
        file.extend([0; 12]);
    }
    file.extend(blobs);
    file
}

fn adler32(bytes: &[u8]) -> u32 {
    let (a, b) = bytes.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    (b << 16) | a
}

const HEADER_IMMUTABLE: u32 = 63;
const NAME: u32 = 1000;
const VERSION: u32 = 1001;
const RELEASE: u32 = 1002;
const SUMMARY: u32 = 1004;
const INSTALL_TIME: u32 = 1008;
const VENDOR: u32 = 1011;
const LICENSE: u32 = 1014;
const PACKAGER: u32 = 1015;
const URL: u32 = 1020;
const ARCH: u32 = 1022;
const SOURCE_RPM: u32 = 1044;

const INT32: u32 = 4;
const STRING: u32 = 6;
const BINARY: u32 = 7;
const I18N_STRING: u32 = 9;
