use super::*;
use crate::readers::package::facts;
use crate::readers::testing;

const INSTALLED: &str = "\
C:Q1abcdefghijklmnopqrstuvwxyz=
P:agent
V:1.2.3-r0
A:x86_64
T:an agent
U:https://Example.org/agent/
L:MIT
o:agent-source
m:Some Packager <packager@example.org>
F:usr/bin
R:agent

C:Q1zyxwvutsrqponmlkjihgfedcba=
P:so:odd
V:2
A:x86_64
";

#[test]
fn reads_packages_and_no_maintainer() {
    let read = testing::read(&ApkInstalled, "img/lib/apk/db/installed", INSTALLED.as_bytes());
    assert_eq!(
        facts(&read),
        [
            "installed lin.pkg=agent purl=pkg:apk/agent pkg.homepage=example.org/agent \
             version=1.2.3-r0",
            "installed lin.pkg=so:odd purl=pkg:apk/so%3Aodd version=2",
        ]
    );
    assert_eq!(read.sources[0].1.rows, 2);
    assert!(read.diagnostics.is_empty());
}

#[test]
fn a_record_without_a_name_is_counted() {
    let read = testing::read(&ApkInstalled, "x", b"V:1\n\n\n\nno colon\n\nP:a\nV:2\n");
    let ledger = &read.sources[0].1;
    assert_eq!((ledger.rows, ledger.understood, ledger.lost_rows()), (3, 1, 2));
    assert_eq!(ledger.not_understood[&codes::ROW_NO_KNOWN_FIELD].first, [(String::new(), 1)]);
    assert_eq!(ledger.not_understood[&codes::ROW_MALFORMED].first, [(String::new(), 5)]);
}

#[test]
fn probes_by_content() {
    let probe = |text: &str| {
        ApkInstalled.probe(&Head { bytes: text.as_bytes(), complete: true, name: "installed" })
    };
    assert_eq!(probe(INSTALLED), Some(95));
    assert_eq!(probe("P:a\nV:1\n"), Some(60));
    assert_eq!(probe("P:a\nPackage: b\nV:1\n"), None);
    assert_eq!(probe("\n\n"), None);
}

#[test]
fn survives_mutation() {
    testing::survives_mutation(&ApkInstalled, INSTALLED.as_bytes());
}
