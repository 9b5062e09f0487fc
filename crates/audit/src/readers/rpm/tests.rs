use rusqlite::Connection;

use super::*;
use crate::readers::package::facts;
use crate::readers::testing;
use crate::sink::Collector;

/// A header with these tags; the epoch is a number, the rest strings.
fn header(tags: &[(u32, &str)]) -> Vec<u8> {
    let (mut index, mut data) = (Vec::new(), Vec::new());
    for (tag, value) in tags {
        if *tag == 1003 {
            while data.len() % 4 != 0 {
                data.push(0);
            }
        }
        let kind: u32 = if *tag == 1003 { 4 } else { 6 };
        for number in [*tag, kind, data.len() as u32, 1] {
            index.extend(number.to_be_bytes());
        }
        match *tag {
            1003 => data.extend(value.parse::<u32>().unwrap().to_be_bytes()),
            _ => data.extend([value.as_bytes(), b"\0"].concat()),
        }
    }
    let counts = [(tags.len() as u32).to_be_bytes(), (data.len() as u32).to_be_bytes()].concat();
    [counts, index, data].concat()
}

fn agent() -> Vec<u8> {
    header(&[
        (1000, "agent"),
        (1001, "12.1"),
        (1002, "3.fc40"),
        (1003, "2"),
        (1011, "Example Project"),
        (1015, "a packager"),
        (1020, "https://Example.org/agent"),
    ])
}

/// A package so large that it needs overflow pages.
fn large(bytes: usize) -> Vec<u8> {
    header(&[(1000, "large"), (1001, "1"), (1004, &"x".repeat(bytes))])
}

fn sqlite(headers: &[Vec<u8>], page: u32) -> Vec<u8> {
    let mut database = Connection::open_in_memory().unwrap();
    database
        .execute_batch(&format!(
            "PRAGMA page_size = {page};
             CREATE TABLE IF NOT EXISTS 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, \
             blob BLOB NOT NULL);
             CREATE TABLE IF NOT EXISTS 'Name' (key 'TEXT' NOT NULL, hnum INTEGER NOT NULL);"
        ))
        .unwrap();
    for header in headers {
        database.execute("INSERT INTO Packages (blob) VALUES (?1)", [header]).unwrap();
        database.execute("INSERT INTO Name VALUES ('x', 1)", []).unwrap();
    }
    database.serialize("main").unwrap().to_vec()
}

fn ndb(headers: &[Vec<u8>]) -> Vec<u8> {
    let word = |number: usize| (number as u32).to_le_bytes();
    let mut slots = [&b"RpmP"[..], &word(0), &word(7), &word(1), &word(99), &[0; 12]].concat();
    let mut blobs = vec![];
    for (index, header) in headers.iter().enumerate() {
        let block = (4096 + blobs.len()) / 16;
        slots.extend([*b"Slot", word(index + 1), word(block), word(header.len() / 16)].concat());
        let mut blob =
            [&b"BlbS"[..], &word(index + 1), &word(7), &word(header.len()), header].concat();
        blob.extend([[0; 4], word(header.len()), *b"BlbE"].concat());
        blob.resize(blob.len().div_ceil(16) * 16, 0);
        blobs.extend(blob);
    }
    while slots.len() < 4096 {
        slots.extend([&b"Slot"[..], &[0; 12]].concat());
    }
    [slots, blobs].concat()
}

/// A hash database with one hash page, each value on a chain of its own.
fn bdb(headers: &[Vec<u8>], swapped: bool) -> Vec<u8> {
    const PAGE: usize = 512;
    let u16 = |n: usize| if swapped { (n as u16).to_be_bytes() } else { (n as u16).to_le_bytes() };
    let u32 = |n: usize| if swapped { (n as u32).to_be_bytes() } else { (n as u32).to_le_bytes() };
    let page = || vec![0; PAGE];
    let mut meta = page();
    meta[12..16].copy_from_slice(&u32(0x0006_1561));
    meta[20..24].copy_from_slice(&u32(PAGE));
    meta[25] = 8;
    let mut hash = page();
    hash[25] = 13;
    hash[20..22].copy_from_slice(&u16(2 + headers.len() * 2));
    let mut chains: Vec<Vec<u8>> = vec![];
    let mut end = PAGE;
    let mut entries = vec![vec![1, 0, 0, 0, 0], vec![1, 9, 0, 0, 0]];
    for header in headers {
        entries.push(vec![1, 1, 0, 0, 0]);
        let first = 2 + chains.len();
        entries.push([&[3, 0, 0, 0][..], &u32(first), &u32(header.len())].concat());
        let parts = header.chunks(PAGE - 26);
        let last = parts.len() - 1;
        for (index, part) in parts.enumerate() {
            let mut chain = page();
            chain[25] = 7;
            let next = if index == last { 0 } else { first + index + 1 };
            chain[16..20].copy_from_slice(&u32(next));
            chain[22..24].copy_from_slice(&u16(part.len()));
            chain[26..26 + part.len()].copy_from_slice(part);
            chains.push(chain);
        }
    }
    for (index, entry) in entries.iter().enumerate() {
        end -= entry.len();
        hash[end..end + entry.len()].copy_from_slice(entry);
        hash[26 + 2 * index..28 + 2 * index].copy_from_slice(&u16(end));
    }
    [vec![meta, hash], chains].concat().concat()
}

fn read(bytes: &[u8]) -> Collector {
    testing::read(&RpmDb, "db01/var/lib/rpm/rpmdb.sqlite", bytes)
}

fn probe(bytes: &[u8]) -> Option<u8> {
    RpmDb.probe(&Head { bytes: &bytes[..bytes.len().min(65536)], complete: false, name: "x" })
}

const AGENT: &str = "installed lin.pkg=agent purl=pkg:rpm/agent pkg.homepage=example.org/agent \
                     pkg.vendor=Example Project version=2:12.1-3.fc40";
const LARGE: &str = "installed lin.pkg=large purl=pkg:rpm/large version=1";

#[test]
fn reads_all_three_containers() {
    let key = header(&[(1000, "gpg-pubkey"), (1001, "abc")]);
    let headers = [agent(), large(90_000), key];
    for bytes in [sqlite(&headers, 4096), ndb(&headers), bdb(&headers, false), bdb(&headers, true)]
    {
        assert!(probe(&bytes) >= Some(90));
        let read = read(&bytes);
        assert_eq!(facts(&read), [AGENT, LARGE]);
        assert_eq!(read.sources[0].1.inert[&codes::ROW_NOT_INVENTORY], 1);
        assert!(read.diagnostics.is_empty(), "{:?}", read.diagnostics);
        let name = read.observations.assets[0].name;
        assert_eq!(read.observations.strings.get(name), "db01");
    }
}

#[test]
fn reads_what_sqlite_writes_at_every_size() {
    for page in [512, 1024, 4096, 65536] {
        let headers: Vec<_> = (0..200).map(|n| large(n * 37)).collect();
        let read = read(&sqlite(&headers, page));
        assert_eq!(read.sources[0].1.understood, 200, "page {page}");
        assert!(read.diagnostics.is_empty());
    }
}

#[test]
fn another_sqlite_file_is_not_ours() {
    let mut database = Connection::open_in_memory().unwrap();
    database.execute_batch("CREATE TABLE Packages (id INTEGER, name TEXT)").unwrap();
    assert_eq!(probe(&database.serialize("main").unwrap()), None);
    assert_eq!(probe(b"RpmX"), None);
    assert_eq!(probe(&[0; 64]), None);
}

#[test]
fn a_broken_package_is_counted_and_the_rest_is_read() {
    let nameless = header(&[(1001, "1")]);
    let read = read(&sqlite(&[vec![0, 0, 0, 9], agent(), nameless], 4096));
    assert_eq!(facts(&read), [AGENT]);
    let lost = &read.sources[0].1.not_understood;
    assert_eq!(lost[&codes::ROW_MALFORMED].rows, 1);
    assert_eq!(lost[&codes::ROW_NO_KNOWN_FIELD].rows, 1);
    assert_eq!(read.diagnostics[0].code, codes::MALFORMED);
}

#[test]
fn a_cut_file_is_said_to_be_cut() {
    let headers = [agent(), large(90_000)];
    for bytes in [sqlite(&headers, 4096), ndb(&headers), bdb(&headers, false)] {
        let read = read(&bytes[..bytes.len() / 2 + 7]);
        assert_eq!(facts(&read), [AGENT]);
        assert_eq!(read.sources[0].1.lost_rows(), 1);
        assert!(!read.diagnostics.is_empty());
    }
}

#[test]
fn circles_and_shared_pages_end() {
    let mut bytes = sqlite(&(0..40).map(|_| large(3000)).collect::<Vec<_>>(), 512);
    // Every page that could point somewhere points at page 2.
    for page in bytes.chunks_mut(512).skip(1) {
        page[..4].copy_from_slice(&2_u32.to_be_bytes());
    }
    assert!(read(&bytes).sources[0].1.balances());
    let mut bytes = bdb(&[large(3000)], false);
    let next = 2 * 512 + 16;
    bytes[next..next + 4].copy_from_slice(&2_u32.to_le_bytes());
    let entry = bytes[512..1024].windows(4).position(|w| w == [3, 0, 0, 0]).unwrap() + 512;
    bytes[entry + 8..entry + 12].copy_from_slice(&u32::MAX.to_le_bytes());
    assert_eq!(read(&bytes).sources[0].1.lost_rows(), 1);
}

#[test]
fn survives_mutation() {
    let headers = [agent(), large(2000)];
    testing::survives_mutation(&RpmDb, &sqlite(&headers, 512));
    testing::survives_mutation(&RpmDb, &ndb(&headers));
    testing::survives_mutation(&RpmDb, &bdb(&headers, false));
}
