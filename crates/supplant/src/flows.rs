//! Logs in the world: files are found, opened and decompressed, endpoints loaded, and what a run found becomes a record.

mod merge;
mod record;
mod world;

use std::path::{Path, PathBuf};

use audit::limits::Limits;
use catalog::facts::Catalog;
use egress::endpoints::{Endpoint, Endpoints, Problem, of_catalog, read_table};
use report::words::Words;
use sha2::{Digest, Sha256};

use crate::trouble::Trouble;

pub(crate) use merge::{merge, partial};
pub(crate) use record::About;
pub(crate) use world::{Found, find, with_inputs};

/// Endpoints, with a digest that tells whether two runs looked for the same.
pub(crate) struct Wanted {
    pub(crate) endpoints: Endpoints,
    pub(crate) sha256: String,
    /// Rows of the user's tables that cannot be used.
    pub(crate) problems: Vec<(PathBuf, Problem)>,
}

/// The endpoints of the catalog, unless only the user's own are wanted, and those of the user's tables, which go first.
///
/// # Errors
/// When a table cannot be read.
pub(crate) fn wanted(
    catalog: &Catalog,
    tables: &[PathBuf],
    only: bool,
    words: &Words,
) -> Result<Wanted, Trouble> {
    let mut list: Vec<Endpoint> = Vec::new();
    let mut problems = Vec::new();
    for path in tables {
        let text = read(path, words)?;
        let rows = read_table(&text);
        list.extend(rows.endpoints);
        problems.extend(rows.problems.into_iter().map(|problem| (path.clone(), problem)));
    }
    if !only {
        list.extend(of_catalog(catalog));
    }
    let endpoints = Endpoints::new(list);
    let mut hasher = Sha256::new();
    for id in 0..u32::try_from(endpoints.len()).unwrap_or(u32::MAX) {
        if let Some(endpoint) = endpoints.get(egress::endpoints::EndpointId(id)) {
            hasher.update(format!("{endpoint:?}\n").as_bytes());
        }
    }
    let sha256 = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Wanted { endpoints, sha256, problems })
}

fn read(path: &Path, words: &Words) -> Result<Vec<u8>, Trouble> {
    use std::io::Read;
    let most = Limits::default().whole_file_bytes;
    let mut text = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(most).read_to_end(&mut text))
        .map_err(|error| Trouble::read(words, path, error))?;
    Ok(text)
}
