//! Helpers for reader tests.

use model::source::{Fate, Source};

use crate::limits::Limits;
use crate::reader::{Input, Reader};
use crate::sink::Collector;

/// Reads these bytes with this reader and default limits.
pub(crate) fn read(reader: &dyn Reader, path: &str, bytes: &[u8]) -> Collector {
    let limits = Limits::default();
    let mut collector = Collector::default();
    let source = Source {
        path: path.into(),
        sha256: String::new(),
        bytes: bytes.len() as u64,
        fate: Fate::Unknown,
    };
    let mut stream = bytes;
    let mut input = Input { stream: &mut stream, path, limits: &limits };
    reader.read(&mut input, &mut collector.begin(source, &limits));
    collector
}

/// Reads 300 damaged copies of the sample: no panic, and every ledger balances.
pub(crate) fn survives_mutation(reader: &dyn Reader, sample: &[u8]) {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = move |bound: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % bound.max(1) as u64) as usize
    };
    for _ in 0..300 {
        let mut bytes = sample.to_vec();
        for _ in 0..=next(4) {
            let (at, length) = (next(bytes.len()), next(40));
            let end = (at + length).min(bytes.len());
            match next(4) {
                0 if at < bytes.len() => bytes[at] ^= 1 << next(8),
                1 if at < bytes.len() => bytes[at] = [0, 0xff, b'\n', b':'][next(4)],
                2 => drop(bytes.drain(at..end)),
                _ => {
                    let copy = bytes[at..end].to_vec();
                    bytes.splice(at..at, copy);
                }
            }
        }
        let collector = read(reader, "mutant", &bytes);
        assert!(collector.sources[0].1.balances());
    }
}
