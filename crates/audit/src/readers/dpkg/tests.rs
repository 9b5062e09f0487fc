use super::*;
use crate::ingest::{File, ingest};
use crate::limits::Limits;
use crate::readers::package::{corpus, facts};
use crate::readers::testing;
use crate::sink::Collector;

const STATUS: &str = "\
Package: open-agent
Status: install ok installed
Priority: optional
Maintainer: Some Packager <packager@example.org>
Version: 2:12.2.0-1
Description: an agent
 Package: not-a-package
 .
Homepage: https://GitHub.com/vendor/open-agent/

Package: kept
Status: hold ok installed
Version: 1

Package: half
Status: install ok unpacked
Version: 2

Package: gone
Status: deinstall ok config-files
Version: 3

Package: never
Status: unknown ok not-installed
";

#[test]
fn reads_packages_with_their_states() {
    let read = testing::read(&DpkgStatus, "web01/var/lib/dpkg/status", STATUS.as_bytes());
    assert_eq!(
        facts(&read),
        [
            "installed lin.pkg=open-agent purl=pkg:deb/open-agent \
             pkg.homepage=github.com/vendor/open-agent version=2:12.2.0-1",
            "installed lin.pkg=kept purl=pkg:deb/kept version=1 state=hold ok installed",
            "installed lin.pkg=half purl=pkg:deb/half version=2 state=install ok unpacked",
            "residue lin.pkg=gone purl=pkg:deb/gone version=3 state=deinstall ok config-files",
        ]
    );
    let ledger = &read.sources[0].1;
    assert_eq!((ledger.rows, ledger.understood, ledger.inert_rows()), (5, 4, 1));
    assert_eq!(ledger.inert[&codes::ROW_NOT_INSTALLED], 1);
    let asset = &read.observations.assets[0];
    assert_eq!(read.observations.strings.get(asset.name), "web01");
    assert!(asset.identifiers.is_empty(), "a folder is no host name");
    assert!(read.diagnostics.is_empty());
    let lines: Vec<_> = read.observations.rows_of(&read.observations.runs[0]).collect();
    assert_eq!(lines[1].1, 11);
}

#[test]
fn line_ends_and_a_byte_order_mark_change_nothing() {
    let plain = testing::read(&DpkgStatus, "status", STATUS.as_bytes());
    let dos = format!("\u{feff}{}", STATUS.replace('\n', "\r\n"));
    let dos = testing::read(&DpkgStatus, "status", dos.as_bytes());
    assert_eq!(facts(&plain), facts(&dos));
}

#[test]
fn broken_stanzas_are_counted_and_the_rest_is_read() {
    let text = b"Version: 1\n\nno field at all\n\nPackage: a\nStatus: install ok\n\n\
                 Package: b\nStatus: install ok installed\njunk\nHomepage: http://\xff.org\n";
    let read = testing::read(&DpkgStatus, "status", text);
    assert_eq!(facts(&read).len(), 1);
    let lost = &read.sources[0].1.not_understood;
    assert_eq!(lost[&codes::ROW_NO_KNOWN_FIELD].first, [(String::new(), 1)]);
    assert_eq!(lost[&codes::ROW_MALFORMED].first, [(String::new(), 3), (String::new(), 5)]);
    let codes_said: Vec<_> = read.diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(codes_said, [codes::MALFORMED, codes::MALFORMED, codes::BAD_ENCODING]);
}

#[test]
fn an_index_is_not_an_installation_and_opkg_is_not_debian() {
    let index = b"Package: a\nVersion: 1\nFilename: pool/a.deb\n\nPackage: b\nVersion: 2\n";
    assert_eq!(
        facts(&testing::read(&DpkgStatus, "x", index)),
        ["installed lin.pkg=b purl=pkg:deb/b version=2"]
    );
    let opkg = b"Package: a\nVersion: 1\nStatus: install user installed\n";
    assert_eq!(
        facts(&testing::read(&DpkgStatus, "x", opkg)),
        ["installed lin.pkg=a version=1 state=install user installed"]
    );
}

#[test]
fn probes_by_content() {
    assert_eq!(probe(STATUS), Some(95));
    let single = "Package: a\nVersion: 1\nArchitecture: amd64\nMaintainer: x\n";
    assert_eq!(probe(single), Some(70));
    assert_eq!(probe("Package,Version,Status\na,1,ok\n"), None);
    assert_eq!(probe("name: a\nPackage: b\nVersion: 1\nStatus: install ok installed\n"), None);
    assert_eq!(probe(""), None);
}

#[test]
fn survives_mutation() {
    testing::survives_mutation(&DpkgStatus, STATUS.as_bytes());
}

#[test]
fn reads_a_real_status() {
    let Some(bytes) = corpus("debian/rootfs-dpkg-status.gz") else { return };
    let bytes: std::sync::Arc<[u8]> = bytes.into();
    let open =
        || Ok(Box::new(std::io::Cursor::new(bytes.clone())) as Box<dyn std::io::Read + Send>);
    let mut read = Collector::default();
    let file = File { path: "rootfs-dpkg-status.gz", bytes: bytes.len() as u64, open: &open };
    ingest(&file, &Limits::default(), &mut read);
    let ledger = &read.sources[0].1;
    assert_eq!((ledger.rows, ledger.understood), (300, 300));
    let facts = facts(&read);
    assert!(facts.iter().any(|fact| fact.contains("lin.pkg=open-vm-tools ")
        && fact.contains("pkg.homepage=github.com/vmware/open-vm-tools")));
    assert_eq!(facts.iter().filter(|fact| fact.contains("state=")).count(), 9);
}
