//! Shared helpers for the tests of readers.

use model::source::{Fate, Source};

use crate::limits::Limits;
use crate::reader::{Input, Reader};
use crate::sink::Collector;

/// Reads bytes as one source of this path.
pub(crate) fn read(reader: &dyn Reader, path: &str, bytes: &[u8]) -> Collector {
    let limits = Limits::default();
    let mut collector = Collector::default();
    let source = Source { path: path.into(), sha256: String::new(), bytes: 0, fate: Fate::Unknown };
    let mut sink = collector.begin(source, &limits);
    let mut stream = bytes;
    reader.read(&mut Input { stream: &mut stream, path, limits: &limits }, &mut sink);
    collector
}

/// Reads 300 damaged copies of a sample: no panic, and every ledger balances.
pub(crate) fn survives_mutation(reader: &dyn Reader, sample: &[u8]) {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % (below.max(1) as u64)).unwrap()
    };
    for round in 0..300 {
        let mut bytes = sample.to_vec();
        for _ in 0..=random(4) {
            let (at, to) = (random(bytes.len()), random(bytes.len()));
            let (from, to) = (at.min(to), at.max(to));
            match random(4) {
                0 => bytes.truncate(at),
                1 if !bytes.is_empty() => bytes[at] = u8::try_from(random(256)).unwrap(),
                2 => drop(bytes.drain(from..to.min(from + 40))),
                _ => {
                    let piece = bytes[from..to.min(from + 40)].to_vec();
                    bytes.splice(from..from, piece);
                }
            }
        }
        let collector = read(reader, "mutant", &bytes);
        for (_, ledger) in &collector.sources {
            assert!(ledger.balances(), "round {round}");
        }
    }
}
