//! Logs in the world: files are found, opened and decompressed, endpoints loaded, and what a run found becomes a record.

mod checkpoint;
mod followed;
mod merge;
mod record;
mod standing;
mod world;

use std::path::{Path, PathBuf};

use audit::limits::Limits;
use catalog::facts::Catalog;
use egress::endpoints::{Endpoint, Endpoints, Problem, of_catalog, read_table, vendor_country};
use egress::places::Places;
use report::words::Words;
use sha2::{Digest, Sha256};

use crate::trouble::Trouble;

pub(crate) use checkpoint::{load, save};
pub(crate) use followed::{Followed, When};
pub(crate) use merge::{merge, partial};
pub(crate) use record::About;
pub(crate) use world::{Found, find, list, with_inputs};

/// Endpoints, with a digest that tells whether two runs looked for the same.
pub(crate) struct Wanted {
    pub(crate) endpoints: Endpoints,
    /// Where addresses stand.
    pub(crate) places: Places,
    pub(crate) sha256: String,
    /// Rows of the user's tables that cannot be used.
    pub(crate) problems: Vec<(PathBuf, Problem)>,
}

/// The tables that the user gave.
pub(crate) struct Tables<'a> {
    /// Of endpoints.
    pub(crate) endpoints: &'a [PathBuf],
    /// Whether nothing else is looked for.
    pub(crate) only: bool,
    /// Of where addresses stand.
    pub(crate) places: &'a [PathBuf],
}

/// The endpoints of the catalog, unless only the user's own are wanted, and those of the user's tables, which go first; and where
/// addresses stand.
///
/// # Errors
/// When a table cannot be read.
pub(crate) fn wanted(
    catalog: &Catalog,
    tables: &Tables<'_>,
    words: &Words,
) -> Result<Wanted, Trouble> {
    let mut list: Vec<Endpoint> = Vec::new();
    let mut problems = Vec::new();
    for path in tables.endpoints {
        let text = read(path, words)?;
        let rows = read_table(&text);
        list.extend(rows.endpoints.into_iter().map(|mut endpoint| {
            vendor_country(catalog, &endpoint.vendor).clone_into(&mut endpoint.vendor_country);
            endpoint
        }));
        problems.extend(rows.problems.into_iter().map(|problem| (path.clone(), problem)));
    }
    if !tables.only {
        list.extend(of_catalog(catalog));
    }
    let endpoints = Endpoints::new(list);
    let mut hasher = Sha256::new();
    let mut places = Places::default();
    for path in tables.places {
        let table = read(path, words)?;
        // Shards that ask different tables are not of one run.
        hasher.update(Sha256::digest(&table));
        let found = places.add(table, &egress::limits::Limits::default());
        problems.extend(found.into_iter().map(|problem| (path.clone(), problem)));
    }
    for id in 0..u32::try_from(endpoints.len()).unwrap_or(u32::MAX) {
        if let Some(endpoint) = endpoints.get(egress::endpoints::EndpointId(id)) {
            hasher.update(format!("{endpoint:?}\n").as_bytes());
        }
    }
    let sha256 = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Wanted { endpoints, places, sha256, problems })
}

/// A whole file.
///
/// # Errors
/// When it cannot be read, or is longer than the limit.
pub(crate) fn read(path: &Path, words: &Words) -> Result<Vec<u8>, Trouble> {
    use std::io::Read;
    let most = Limits::default().whole_file_bytes;
    let mut text = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(most + 1).read_to_end(&mut text))
        .and_then(|read| match u64::try_from(read) {
            // A part of a table would say of some addresses that nobody knows them.
            Ok(read) if read <= most => Ok(()),
            _ => Err(std::io::ErrorKind::FileTooLarge.into()),
        })
        .map_err(|error| Trouble::read(words, path, error))?;
    Ok(text)
}
