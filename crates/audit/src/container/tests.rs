use std::io::{Cursor, Write};
use std::sync::Arc;

use ::tar::{Builder, EntryType, Header};
use ::zip::ZipWriter;
use ::zip::write::SimpleFileOptions;
use sha2::{Digest, Sha256};

use super::*;
use crate::ingest::{File, ingest, ingest_layout};
use crate::limits::Limits;
use crate::readers::package::facts;

const STATUS: &str = "Package: agent\nStatus: install ok installed\nVersion: 1\n";

fn header(kind: EntryType, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_mode(0o644);
    header
}

fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for (path, content) in files {
        let mut header = header(EntryType::Regular, content.len() as u64);
        // Written into the field itself, since the builder refuses unsafe paths.
        if path.contains("..") || path.starts_with('/') {
            let name = &mut header.as_gnu_mut().unwrap().name;
            name[..path.len()].copy_from_slice(path.as_bytes());
            header.set_cksum();
            builder.append(&header, *content).unwrap();
        } else {
            builder.append_data(&mut header, path, *content).unwrap();
        }
    }
    builder.into_inner().unwrap()
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, content) in files {
        writer.start_file(*path, SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn read_with(limits: &Limits, bytes: &[u8]) -> Collector {
    let bytes: Arc<[u8]> = bytes.into();
    let open = || Ok(Box::new(Cursor::new(Arc::clone(&bytes))) as Box<dyn Read + Send>);
    let mut collector = Collector::default();
    let file = File { path: "in/a.tar", bytes: bytes.len() as u64, open: &open };
    ingest(&file, limits, &mut collector);
    for (source, ledger) in &collector.sources {
        assert!(ledger.balances(), "{}", source.path);
    }
    collector
}

fn read(bytes: &[u8]) -> Collector {
    read_with(&Limits::default(), bytes)
}

fn paths(collector: &Collector) -> Vec<&str> {
    collector.sources.iter().map(|(source, _)| source.path.as_str()).collect()
}

fn said(collector: &Collector) -> Vec<Code> {
    collector.diagnostics.iter().map(|diagnostic| diagnostic.code).collect()
}

fn fate(collector: &Collector, index: usize) -> Fate {
    collector.sources[index].0.fate.clone()
}

#[test]
fn members_become_sources() {
    let bag = tar(&[("./exports/web01.status", STATUS.as_bytes()), ("notes.txt", b"hello")]);
    for bytes in [bag.clone(), gzip(&bag)] {
        let read = read(&bytes);
        assert_eq!(
            paths(&read),
            ["in/a.tar", "in/a.tar!/exports/web01.status", "in/a.tar!/notes.txt"]
        );
        assert_eq!(fate(&read, 0), Fate::Opened { container: "tar" });
        assert_eq!(fate(&read, 1), Fate::Read { reader: "dpkg-status", version: 1 });
        assert_eq!(fate(&read, 2), Fate::Unknown);
        assert_eq!(read.sources[0].0.sha256.len(), 64);
        assert_eq!(facts(&read), ["installed lin.pkg=agent purl=pkg:deb/agent version=1"]);
    }
}

#[test]
fn the_digest_is_of_the_bytes_on_disk() {
    let bytes = gzip(&tar(&[("a", STATUS.as_bytes())]));
    let digest: String = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(read(&bytes).sources[0].0.sha256, digest);
}

#[test]
fn archives_nest_up_to_a_limit() {
    let mut bytes = STATUS.as_bytes().to_vec();
    for level in 0..6 {
        bytes = if level % 2 == 0 { gzip(&tar(&[("m", &bytes)])) } else { zip(&[("m", &bytes)]) };
        let read = read(&bytes);
        let deep = level > 3;
        assert_eq!(facts(&read).len(), usize::from(!deep), "level {level}");
        assert_eq!(said(&read).contains(&codes::NESTED_TOO_DEEP), deep);
    }
}

#[test]
fn a_root_file_system_is_one_source() {
    let mut builder = Builder::new(tar(&[]));
    builder.get_mut().clear();
    let mut put = |path: &str, kind, content: &[u8]| {
        let mut header = header(kind, content.len() as u64);
        builder.append_data(&mut header, path, content).unwrap();
    };
    put("./var/lib/dpkg/status", EntryType::Regular, STATUS.as_bytes());
    put("./etc/os-release", EntryType::Regular, b"ID=debian\n");
    put("./dev/console", EntryType::Char, b"");
    put("./run/pipe", EntryType::Fifo, b"");
    put("./opt/agent", EntryType::Directory, b"");
    put("report.status", EntryType::Regular, STATUS.as_bytes());
    let read = read(&builder.into_inner().unwrap());
    assert_eq!(paths(&read), ["in/a.tar", "in/a.tar!/report.status"]);
    assert_eq!(fate(&read, 0), ROOTFS);
    assert_eq!(
        facts(&read),
        [
            "installed lin.pkg=agent purl=pkg:deb/agent version=1",
            "file lin.path=/var/lib/dpkg/status",
            "file lin.path=/etc/os-release",
            "device lin.os=debian",
            "file lin.path=/opt/agent",
            "installed lin.pkg=agent purl=pkg:deb/debian/agent version=1",
        ]
    );
    assert_eq!(read.sources[0].1.inert[&codes::ROW_NOT_REGULAR], 2);
}

#[test]
fn several_roots_are_several_hosts() {
    let read = read(&tar(&[
        ("hosts/a/var/lib/dpkg/status", STATUS.as_bytes()),
        ("hosts/a/var/lib/containers/x/etc/os-release", b"ID=inner\n"),
        ("hosts/a/var/lib/containers/x/usr/bin/y", b""),
        ("hosts/b/etc/os-release", b"ID=alpine\n"),
        ("hosts/b/usr/bin/agent", b""),
        ("hosts/c/etc/os-release", b"ID=only-a-report\n"),
    ]));
    assert_eq!(
        paths(&read),
        ["in/a.tar", "in/a.tar!/hosts/c/etc/os-release", "in/a.tar!/hosts/a", "in/a.tar!/hosts/b"]
    );
    let names: Vec<_> = read.observations.assets.iter().map(|a| a.name).collect();
    let names: Vec<_> = names.iter().map(|&name| read.observations.strings.get(name)).collect();
    assert_eq!(names, ["a", "b"]);
}

#[test]
fn unsafe_members_are_left_out_and_counted() {
    let mut bytes = tar(&[("../../etc/x", b"x"), ("/abs/status", STATUS.as_bytes())]);
    let mut builder = Builder::new(Vec::new());
    builder.append_link(&mut header(EntryType::Symlink, 0), "link", "/etc/passwd").unwrap();
    builder.append_link(&mut header(EntryType::Link, 0), "hard", "abs/status").unwrap();
    let mut sparse = header(EntryType::GNUSparse, 512);
    sparse.as_gnu_mut().unwrap().set_real_size(1 << 60);
    builder.append_data(&mut sparse, "sparse", &[0; 512][..]).unwrap();
    bytes.truncate(bytes.len() - 1024);
    bytes.extend(builder.into_inner().unwrap());
    let read = read(&bytes);
    assert_eq!(paths(&read), ["in/a.tar", "in/a.tar!/abs/status"]);
    assert_eq!(said(&read), [codes::UNSAFE_PATH, codes::UNSAFE_PATH, codes::UNSUPPORTED_MEMBER]);
    let ledger = &read.sources[0].1;
    assert_eq!(ledger.not_understood[&codes::UNSAFE_PATH].rows, 1);
    assert_eq!(ledger.not_understood[&codes::UNSUPPORTED_MEMBER].rows, 1);
    assert_eq!(ledger.inert[&codes::ROW_NOT_REGULAR], 2);
}

#[test]
fn a_broken_header_loses_one_member() {
    let mut bytes = tar(&[("a", STATUS.as_bytes()), ("b", b"x"), ("c", STATUS.as_bytes())]);
    let second = 1024;
    bytes[second + 150] ^= 1;
    let broken = read(&bytes);
    assert_eq!(paths(&broken), ["in/a.tar", "in/a.tar!/a", "in/a.tar!/c"]);
    assert_eq!(said(&broken), [codes::MALFORMED]);
    assert_eq!(broken.diagnostics[0].place.as_ref().unwrap().at, 1024);
    assert_eq!(broken.sources[0].1.lost_rows(), 1);
    bytes.truncate(second + 700);
    assert!(said(&read(&bytes)).contains(&codes::TRUNCATED));
}

#[test]
fn a_member_that_claims_to_be_huge_is_cut_off() {
    let mut builder = Builder::new(Vec::new());
    builder.append_data(&mut header(EntryType::Regular, 3), "x", &b"abc"[..]).unwrap();
    let mut bytes = builder.into_inner().unwrap();
    let mut claimed = header(EntryType::Regular, 1 << 60);
    claimed.set_path("x").unwrap();
    claimed.set_cksum();
    bytes[..512].copy_from_slice(claimed.as_bytes());
    let read = read(&bytes);
    assert!(said(&read).contains(&codes::TRUNCATED));
}

#[test]
fn long_names_are_read_in_both_dialects() {
    let long = format!("{}/web01.status", "folder".repeat(30));
    let mut builder = Builder::new(Vec::new());
    builder.append_pax_extensions([("path", long.as_bytes())]).unwrap();
    let size = STATUS.len() as u64;
    builder.append_data(&mut header(EntryType::Regular, size), "short", STATUS.as_bytes()).unwrap();
    let pax = builder.into_inner().unwrap();
    for bytes in [tar(&[(&long, STATUS.as_bytes())]), pax] {
        assert_eq!(paths(&read(&bytes))[1], format!("in/a.tar!/{long}"));
    }
}

#[test]
fn zips_are_bags_unless_they_are_documents() {
    let bag = read(&zip(&[("a\\web01.status", STATUS.as_bytes()), ("../x", b"x"), ("._a", b"")]));
    assert_eq!(paths(&bag), ["in/a.tar", "in/a.tar!/a/web01.status"]);
    assert_eq!(facts(&bag).len(), 1);
    assert_eq!(said(&bag), [codes::UNSAFE_PATH]);
    let book = read(&zip(&[("[Content_Types].xml", b"<x/>"), ("word/document.xml", b"<x/>")]));
    assert_eq!(paths(&book), ["in/a.tar"]);
    assert_eq!(said(&book), [codes::UNKNOWN_FORMAT]);
    let cut = zip(&[("a", STATUS.as_bytes())]);
    assert_eq!(said(&read(&cut[..cut.len() - 8])), [codes::MALFORMED]);
}

#[test]
fn a_zip_bomb_ends() {
    let zeros = vec![b'x'; 4 << 20];
    let bytes = zip(&[("a", &zeros), ("b", &zeros), ("c", STATUS.as_bytes())]);
    let limits = Limits { ratio: 10, ratio_floor_bytes: 5 << 20, ..Limits::default() };
    assert!(said(&read_with(&limits, &bytes)).contains(&codes::BOMB));
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// Files of an OCI layout with two platforms, of which the second lacks its last layer.
fn layout() -> Vec<(String, Vec<u8>)> {
    let mut blobs: Vec<(String, Vec<u8>)> = vec![];
    let mut blob = |bytes: Vec<u8>| {
        let digest = digest(&bytes);
        blobs.push((format!("blobs/sha256/{digest}"), bytes));
        format!("sha256:{digest}")
    };
    let base =
        blob(gzip(&tar(&[("var/lib/dpkg/status.d/agent", STATUS.as_bytes()), ("opt/old", b"")])));
    let top = blob(tar(&[("opt/.wh.old", b""), ("opt/new", b"")]));
    let config = blob(
        br#"{"os":"linux","config":{"Env":["TOKEN=canary"],"Labels":{
            "org.opencontainers.image.vendor":"Example Ltd","org.opencontainers.image.title":"Agent",
            "org.opencontainers.image.base.name":"docker.io/library/base:9"}}}"#
            .to_vec(),
    );
    let manifest = |layers: &[&str]| {
        let layers: Vec<_> = layers.iter().map(|l| format!(r#"{{"digest":"{l}"}}"#)).collect();
        let layers = layers.join(",");
        format!(r#"{{"config":{{"digest":"{config}"}},"layers":[{layers}]}}"#).into_bytes()
    };
    let first = blob(manifest(&[&base, &top]));
    let second = blob(manifest(&[&base, "sha256:abcdef"]));
    let inner = blob(
        format!(r#"{{"manifests":[{{"digest":"{first}"}},{{"digest":"{second}"}}]}}"#).into_bytes(),
    );
    let index = format!(
        r#"{{"manifests":[{{"digest":"{inner}","annotations":
           {{"org.opencontainers.image.ref.name":"reg.example.org/Owner/agent:1.2"}}}},
           {{"digest":"sha256:../../etc/passwd"}}]}}"#
    );
    blobs.push(("oci-layout".into(), br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec()));
    blobs.push(("index.json".into(), index.into_bytes()));
    blobs
}

fn assert_is_layout(read: &Collector) {
    assert_eq!(read.sources.len(), 1);
    let installed = "installed lin.pkg=agent purl=pkg:deb/agent version=1";
    assert_eq!(
        facts(read)[..6],
        [
            "file lin.path=/opt/new",
            installed,
            "device oci.image=reg.example.org/owner/agent pkg.vendor=Example Ltd version=1.2 \
             name=Agent",
            "component oci.image=docker.io/library/base version=9",
            "file lin.path=/opt/old",
            installed,
        ]
    );
    assert_eq!(read.observations.assets.len(), 2);
    assert_eq!(said(read), [codes::MISSING_BLOB]);
    let name = read.observations.assets[0].name;
    assert_eq!(read.observations.strings.get(name), "reg.example.org/owner/agent");
    assert_eq!(read.observations.strings.find("TOKEN=canary"), None);
}

#[test]
fn reads_an_oci_layout_as_tar_and_as_folder() {
    let files = layout();
    let members: Vec<_> = files.iter().map(|(p, b)| (p.as_str(), b.as_slice())).collect();
    assert_is_layout(&read(&tar(&members)));
    let open = |path: &str| {
        let file = files.iter().find(|(name, _)| name == path);
        let bytes = file.ok_or(io::ErrorKind::NotFound)?.1.clone();
        Ok(Box::new(Cursor::new(bytes)) as Box<dyn Read + Send>)
    };
    let mut collector = Collector::default();
    ingest_layout("in/layout", &open, &Limits::default(), &mut collector);
    assert_is_layout(&collector);
}

#[test]
fn reads_what_docker_saves() {
    let layer =
        tar(&[("lib/apk/db/installed", b"P:agent\nV:1\n"), ("etc/os-release", b"ID=alpine")]);
    let mut builder = Builder::new(Vec::new());
    let mut put = |path: &str, content: &[u8]| {
        let mut header = header(EntryType::Regular, content.len() as u64);
        builder.append_data(&mut header, path, content).unwrap();
    };
    put("c.json", br#"{"config":{}}"#);
    put("x/layer.tar", &layer);
    put(
        "manifest.json",
        br#"[{"Config":"c.json","RepoTags":["owner/agent:3"],"Layers":["x/layer.tar"]},
             {"Config":"none.json","RepoTags":null,"Layers":["y/layer.tar"]}]"#,
    );
    let mut link = header(EntryType::Symlink, 0);
    builder.append_link(&mut link, "y/layer.tar", "../x/layer.tar").unwrap();
    let read = read(&builder.into_inner().unwrap());
    let installed = "installed lin.pkg=agent purl=pkg:apk/alpine/agent version=1";
    let facts = facts(&read);
    assert_eq!(facts.iter().filter(|fact| *fact == installed).count(), 2);
    assert!(facts.contains(&"device oci.image=docker.io/owner/agent version=3".to_owned()));
    assert_eq!(read.observations.assets.len(), 2);
    assert_eq!(said(&read), [codes::MISSING_BLOB]);
}

#[test]
fn survives_mutation() {
    let files = layout();
    let members: Vec<_> = files.iter().map(|(p, b)| (p.as_str(), b.as_slice())).collect();
    let root = tar(&[
        ("var/lib/dpkg/status", STATUS.as_bytes()),
        ("opt/agent", b""),
        ("x.status", STATUS.as_bytes()),
    ]);
    let samples = [tar(&members), root, zip(&[("a", STATUS.as_bytes()), ("b", b"x")])];
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move |bound: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % bound.max(1) as u64) as usize
    };
    for sample in &samples {
        for _ in 0..150 {
            let mut bytes = sample.clone();
            for _ in 0..=next(3) {
                let at = next(bytes.len());
                match next(3) {
                    0 => bytes[at] ^= 1 << next(8),
                    1 => bytes.truncate(at.max(1)),
                    _ => drop(bytes.drain(at..(at + next(600)).min(bytes.len()))),
                }
                if bytes.is_empty() {
                    bytes.push(0);
                }
            }
            let _ = read(&bytes);
        }
    }
}
