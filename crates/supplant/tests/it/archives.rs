//! Hostile archives: paths that lead out, bombs, nesting without end.

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::inputs::MEMORY;
use crate::support::{CMDB, Estate, PROGRAMS, codes, products, sound, source};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A row and 400 MB of nothing, compressed without ever being there.
fn bomb() -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(PROGRAMS.trim_end_matches(']').as_bytes()).unwrap();
    let block = vec![b' '; 1_000_000];
    for _ in 0..400 {
        encoder.write_all(&block).unwrap();
    }
    encoder.finish().unwrap()
}

pub(crate) fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A tar whose names are written past the checks of the library.
pub(crate) fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = tar::Header::new_gnu();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        builder.append(&header, *bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

#[test]
fn members_that_lead_out_are_not_followed() {
    let estate = Estate::new();
    let members: &[(&str, &[u8])] = &[
        ("../../escaped.csv", CMDB.as_bytes()),
        ("/tmp/supplant-absolute.csv", CMDB.as_bytes()),
        ("good/cmdb.csv", CMDB.as_bytes()),
    ];
    estate.put("a.tar", tar(members));
    estate.put("b.zip", zip(members));
    let (run, record) = estate.assess(&[]);
    sound(&run, &record);
    assert_eq!(run.code, 1, "{run:?}");
    for archive in ["a.tar", "b.zip"] {
        let said = record["diagnostics"].as_array().unwrap().iter().filter(|d| {
            d["code"] == "archive/unsafe-path" && d["path"].as_str().unwrap().starts_with(archive)
        });
        assert_eq!(said.count(), 2, "{archive}: {:#}", record["diagnostics"]);
        assert_eq!(source(&record, &format!("{archive}!/good/cmdb.csv"))["understood"], 2);
    }
    assert!(!estate.path("../escaped.csv").exists() && !estate.path("escaped.csv").exists());
}

#[test]
fn bombs_are_stopped() {
    let estate = Estate::new();
    let bomb = bomb();
    estate.put("cmdb.csv", CMDB);
    estate.put("bomb.json.gz", &bomb);
    estate.put("double.json.gz", gzip(&bomb));
    estate.put("bomb.zip", zip(&[("inner.json.gz", &bomb), ("cmdb.csv", CMDB.as_bytes())]));
    estate.put("bomb.tar.gz", gzip(&tar(&[("inner.json.gz", &bomb)])));
    let (run, record) = estate.assess_within(MEMORY);
    sound(&run, &record);
    assert!(products(&record).iter().any(|id| id.starts_with("fortinet")), "{run:?}");
    for path in
        ["bomb.json.gz", "double.json.gz", "bomb.zip!/inner.json.gz", "bomb.tar.gz!/inner.json.gz"]
    {
        let said = codes(&record, path);
        assert!(said.contains(&"input/decompression-ratio".to_owned()), "{path}: {said:?}");
    }
}

#[test]
fn a_workbook_may_be_a_bomb_too() {
    let estate = Estate::new();
    let mut sheet = b"<worksheet><sheetData>".to_vec();
    sheet.resize(800 << 20, b' ');
    let book = zip(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("xl/workbook.xml", b"<workbook><sheets><sheet name=\"a\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"),
        ("xl/_rels/workbook.xml.rels", b"<Relationships/>"),
        ("xl/worksheets/sheet1.xml", &sheet),
    ]);
    drop(sheet);
    estate.put("book.xlsx", book);
    estate.put("cmdb.csv", CMDB);
    let (run, record) = estate.assess_within(MEMORY);
    sound(&run, &record);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(codes(&record, "book.xlsx").contains(&"input/decompression-ratio".to_owned()));
}

#[test]
fn archives_within_archives_end_somewhere() {
    let estate = Estate::new();
    let mut tower = CMDB.as_bytes().to_vec();
    let mut zips = CMDB.as_bytes().to_vec();
    for _ in 0..100 {
        tower = gzip(&tower);
        zips = zip(&[("x.zip", &zips)]);
    }
    estate.put("tower.csv.gz", tower);
    estate.put("tower.zip", zips);
    estate.put("cmdb.csv", CMDB);
    let (run, record) = estate.assess_within(MEMORY);
    sound(&run, &record);
    assert_eq!(run.code, 1, "{run:?}");
    for tower in ["tower.csv.gz", "tower.zip"] {
        let stopped = record["diagnostics"].as_array().unwrap().iter().any(|diagnostic| {
            diagnostic["path"].as_str().unwrap().starts_with(tower)
                && ["input/nested-too-deep", "input/decompression-ratio"]
                    .contains(&diagnostic["code"].as_str().unwrap())
        });
        assert!(stopped, "{tower}: {:#}", record["diagnostics"]);
    }
}
