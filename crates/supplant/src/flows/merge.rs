//! Partial sums: written by shards, put together again.

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;

use egress::sums::{EgressSum, Header, read_partial, write_partial};
use model::record::traffic::Traffic;
use report::words::Words;
use sha2::{Digest, Sha256};

use super::{About, Found, Wanted};
use crate::output::collected;
use crate::trouble::Trouble;

/// The partial sum of a shard, as it is written.
///
/// # Errors
/// When it cannot be rendered.
pub(crate) fn partial(
    shard: (u32, u32),
    wanted: &Wanted,
    found: &[Found],
    about: About,
    sums: &EgressSum,
    words: &Words,
) -> Result<Vec<u8>, Trouble> {
    let mut hasher = Sha256::new();
    for file in found {
        hasher.update(format!("{}\0{}\n", file.shown, file.bytes).as_bytes());
    }
    let inputs = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    collected(words, |out| {
        let about = serde_json::to_value(about)?;
        let header = Header::new(shard, wanted.sha256.clone(), inputs, about);
        write_partial(&header, sums, out)
    })
}

/// Puts the partial sums of all shards of a run together.
///
/// # Errors
/// When a file cannot be read or is none, when they are not of one run, or when one is missing or there twice.
pub(crate) fn merge(paths: &[PathBuf], words: &Words) -> Result<Traffic, Trouble> {
    let mut parts: Vec<(Header, EgressSum, &PathBuf)> = Vec::new();
    for path in paths {
        let file = File::open(path).map_err(|error| Trouble::read(words, path, error))?;
        let read = read_partial(&mut BufReader::new(file));
        let (header, sum) = read.map_err(|error| refused(path, &error.to_string(), words))?;
        parts.push((header, sum, path));
    }
    parts.sort_by_key(|(header, _, _)| header.shard);
    let shards = parts.first().map_or(0, |(header, _, _)| header.shards);
    let mut whole: Option<(About, EgressSum, String, String)> = None;
    for ((header, sum, path), expected) in parts.into_iter().zip(1..) {
        let about: About = serde_json::from_value(header.extra)
            .map_err(|error| refused(path, &error.to_string(), words))?;
        if header.shard != expected || header.shards != shards {
            return Err(shards_wrong(expected, shards, words));
        }
        whole = Some(match whole {
            None => (about, sum, header.endpoints, header.inputs),
            Some((mut all, mut sums, endpoints, inputs)) => {
                if (&endpoints, &inputs) != (&header.endpoints, &header.inputs) {
                    let why = words.plain("error-partial-other");
                    return Err(refused(path, &why, words));
                }
                all.add(about);
                sums.merge(sum);
                (all, sums, endpoints, inputs)
            }
        });
    }
    let given = u32::try_from(paths.len()).unwrap_or(u32::MAX);
    match whole {
        Some((about, sums, ..)) if given == shards => Ok(about.record(sums)),
        _ => Err(shards_wrong(given + 1, shards, words)),
    }
}

fn refused(path: &std::path::Path, why: &str, words: &Words) -> Trouble {
    let path = path.display().to_string();
    Trouble::wrong(words, "error-partial", &[("path", (&path).into()), ("why", why.into())])
}

fn shards_wrong(expected: u32, shards: u32, words: &Words) -> Trouble {
    let (expected, shards) = (expected.to_string(), shards.to_string());
    let args = [("shard", (&expected).into()), ("shards", (&shards).into())];
    Trouble::wrong(words, "error-partial-shards", &args)
}
