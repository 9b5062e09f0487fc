use std::collections::BTreeSet;
use std::io::{self, Read};

use audit::codes::READER_BUG;
use audit::ingest::{File, ingest};
use audit::limits::Limits;
use audit::readers::READERS;
use audit::sink::Collector;
use model::source::Fate;

use super::*;

#[test]
fn the_bundled_estate_is_the_generated_one() {
    let estate = generate(SEED).unwrap();
    let packed = gzip(&estate.tar().unwrap()).unwrap();
    let bundled = fs::read(crate::root().join(BUNDLED)).unwrap();
    assert!(bundled.len() <= 2_621_440, "{} bytes are too many to embed", bundled.len());
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(bundled.as_slice()).read_to_end(&mut plain).unwrap();
    // First the content, so that a difference in the compressor does not look like one in the generator.
    assert!(plain == estate.tar().unwrap(), "run `cargo xtask demo-estate` and commit its output");
    assert!(bundled == packed, "same files, other compressed bytes: run `cargo xtask demo-estate`");
}

#[test]
fn another_seed_gives_another_company_of_the_same_shape() {
    let (one, other) = (generate(SEED).unwrap(), generate(1).unwrap());
    assert_ne!(one.tar().unwrap(), other.tar().unwrap());
    let hosts = |estate: &Estate| {
        estate.files().filter(|(path, _)| path.ends_with("/programs.json")).count()
    };
    assert!(hosts(&other).abs_diff(hosts(&one)) < 40);
}

#[test]
fn the_company_has_the_size_that_the_readme_says() {
    let company = Company::new(SEED);
    assert!((380..=440).contains(&company.hosts.len()), "{} hosts", company.hosts.len());
    let unscanned = company.hosts.iter().filter(|host| !host.scanned).count();
    assert!((15..=30).contains(&unscanned), "{unscanned} hosts that no scanner saw");
    let unlisted = company.hosts.iter().filter(|host| !host.in_cmdb).count();
    assert!((8..=30).contains(&unlisted), "{unlisted} hosts that the CMDB lacks");
}

/// What each file of the bundled estate is read as.
fn ingested() -> Collector {
    let estate = generate(SEED).unwrap();
    let mut collector = Collector::default();
    for (path, bytes) in estate.files() {
        let content = bytes.to_vec();
        let open = || -> io::Result<Box<dyn Read + Send>> {
            Ok(Box::new(io::Cursor::new(content.clone())))
        };
        let file = File { path, bytes: content.len() as u64, open: &open };
        ingest(&file, &Limits::default(), &mut collector);
    }
    collector
}

// One test, because reading everything without optimisation takes seconds.
#[test]
fn every_reader_finds_something_to_read_and_the_books_balance() {
    let collector = ingested();
    let mut used = BTreeSet::new();
    for (source, ledger) in &collector.sources {
        assert!(ledger.balances(), "{}", source.path);
        if let Fate::Read { reader, .. } = source.fate {
            used.insert(reader);
        }
    }
    let idle: Vec<&str> =
        READERS.iter().map(|reader| reader.id()).filter(|id| !used.contains(id)).collect();
    assert!(idle.is_empty(), "the demo estate has nothing for {idle:?}");
    let stopped = collector.diagnostics.iter().any(|diagnostic| diagnostic.code == READER_BUG);
    assert!(!stopped, "a reader panicked");
}
