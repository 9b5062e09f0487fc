//! Real inventories and the demo estate, where they are: nothing panics, everything is accounted for.

use std::path::{Path, PathBuf};

use super::*;

#[expect(clippy::disallowed_methods, reason = "tests may look at files")]
fn files(folder: &Path, into: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, into);
        } else {
            into.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
}

fn check(root: PathBuf) {
    let mut found = Vec::new();
    files(&root, &mut found);
    if found.is_empty() {
        std::io::Write::write_all(&mut std::io::stderr(), b"skipped: no such inputs here\n")
            .unwrap();
        return;
    }
    let files: Vec<(&str, Vec<u8>)> =
        found.iter().map(|(path, bytes)| (path.as_str(), bytes.clone())).collect();
    let gathered = gather(&files);
    assert!(gathered.sources.len() >= files.len());
    for (source, ledger) in &gathered.sources {
        assert!(ledger.balances(), "{}", source.path);
    }
    let codes: Vec<_> = gathered.diagnostics.iter().map(|said| said.code.0).collect();
    assert!(!codes.contains(&"bug/reader-panicked"));
    let directives =
        [BUNDLED.directive(SECURITY).unwrap(), BUNDLED.directive(SECTION_889).unwrap()];
    let options = Options::at(TODAY.parse().unwrap());
    let assessment = assess(&gathered, &BUNDLED, &directives, &options);
    every_finding_has_evidence(&assessment);
    let totals = &assessment.totals;
    assert_eq!(
        totals.rows,
        totals.rows_understood + totals.rows_inert + totals.rows_not_understood
    );
    assert!(assessment.findings.len() > 20);
}

#[test]
fn the_corpus_balances() {
    check(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/inventory"));
}

#[test]
fn the_demo_estate_balances() {
    check(Path::new(env!("CARGO_MANIFEST_DIR")).join("../supplant/demo"));
}
