//! Helpers for the tests of readers.

use model::source::{Fate, Source};

use crate::limits::Limits;
use crate::reader::{HEAD_BYTES, Head, Input, Reader};
use crate::sink::Collector;

/// What this reader makes of these bytes.
pub(crate) fn read(reader: &dyn Reader, path: &str, bytes: &[u8]) -> Collector {
    let limits = Limits::default();
    let mut collector = Collector::default();
    let source = Source {
        path: path.to_owned(),
        sha256: String::new(),
        bytes: bytes.len() as u64,
        fate: Fate::Unknown,
    };
    let mut sink = collector.begin(source, &limits);
    let mut stream = bytes;
    reader.read(&mut Input { stream: &mut stream, path, limits: &limits }, &mut sink);
    collector
}

/// Reads a few hundred damaged versions of a sample: no panic, and every ledger balances.
pub(crate) fn survives_mutation(reader: &dyn Reader, sample: &[u8]) {
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed % below.max(1) as u64).unwrap()
    };
    for _ in 0..300 {
        let mut mutant = sample.to_vec();
        for _ in 0..=random(4) {
            let at = random(mutant.len());
            match random(4) {
                0 if !mutant.is_empty() => mutant[at] = u8::try_from(random(256)).unwrap(),
                1 => mutant.truncate(at),
                2 => {
                    let end = (at + random(64)).min(mutant.len());
                    mutant.drain(at..end);
                }
                _ => {
                    let end = (at + random(64)).min(mutant.len());
                    let piece = mutant[at..end].to_vec();
                    mutant.splice(at..at, piece);
                }
            }
        }
        let collector = read(reader, "mutant", &mutant);
        assert!(collector.sources.iter().all(|(_, ledger)| ledger.balances()));
    }
}

/// The head of these bytes, as detection sees it, without a name.
pub(crate) fn head(bytes: &[u8]) -> Head<'_> {
    let cut = bytes.len().min(HEAD_BYTES);
    Head { bytes: &bytes[..cut], complete: bytes.len() < HEAD_BYTES, name: "" }
}

/// Every observed row as `asset context field=value …`, in order.
pub(crate) fn facts(collector: &Collector) -> Vec<String> {
    let seen = &collector.observations;
    let mut lines = Vec::new();
    for run in &seen.runs {
        let asset = seen.strings.get(seen.assets[run.asset.0 as usize].name);
        for (item, _) in seen.rows_of(run) {
            let item = seen.items.get(item).unwrap();
            let mut line = format!("{asset} {}", item.context.as_str());
            for fact in item.facts {
                line += &format!(" {}={}", fact.field.as_str(), seen.strings.get(fact.value));
            }
            lines.push(line);
        }
    }
    lines
}

/// A file of the shared corpus, decompressed, where that corpus is at hand.
#[expect(clippy::disallowed_methods, clippy::disallowed_macros, reason = "tests read real inputs")]
pub(crate) fn shared(path: &str) -> Option<Vec<u8>> {
    use std::io::Read as _;
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpus/");
    let Ok(raw) = std::fs::read(format!("{root}{path}")) else {
        eprintln!("skipped: {path} is not here");
        return None;
    };
    let limits = Limits { ratio: u64::MAX, ..Limits::default() };
    let mut bytes = Vec::new();
    crate::unpack::unpack(raw.as_slice(), &limits).unwrap().stream.read_to_end(&mut bytes).unwrap();
    Some(bytes)
}
