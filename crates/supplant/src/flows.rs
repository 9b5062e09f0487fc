//! Logs in the world: files are found, opened and decompressed, endpoints loaded, and what a run found becomes a record.

mod checkpoint;
pub(crate) mod estate;
mod followed;
mod merge;
mod record;
mod standing;
mod world;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use audit::find::strangers::strangers;
use audit::limits::Limits;
use catalog::facts::Catalog;
use egress::endpoints::{Endpoint, Endpoints, Problem, of_catalog, read_table, vendor_country};
use egress::places::Places;
use egress::presence::Presence;
use egress::reader::Head;
use egress::readers::surest;
use egress::run::{Options, Outcome, run};
use egress::tie::tie;
use indicatif::{ProgressBar, ProgressStyle};
use model::record::Assessment;
use model::record::tied::Tied;
use model::record::traffic::Traffic;
use report::words::Words;
use sha2::{Digest, Sha256};

use crate::cli::Tables;
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
    /// The user's tables without one endpoint.
    pub(crate) empty: Vec<PathBuf>,
    /// Networks of which no table tells the addresses.
    pub(crate) unplaced: Vec<u32>,
}

/// The endpoints of the catalog, unless only the user's own are wanted, and those of the user's tables, which go first; and where
/// addresses stand.
///
/// # Errors
/// When a table cannot be read.
pub(crate) fn wanted(catalog: &Catalog, tables: &Tables, words: &Words) -> Result<Wanted, Trouble> {
    let mut list: Vec<Endpoint> = Vec::new();
    let mut problems = Vec::new();
    let mut empty = Vec::new();
    let mut countries: BTreeMap<String, &str> = BTreeMap::new();
    for path in &tables.endpoints {
        let text = read(path, words)?;
        let rows = read_table(&text);
        if rows.endpoints.is_empty() {
            empty.push(path.clone());
        }
        list.extend(rows.endpoints.into_iter().map(|mut endpoint| {
            // The catalog's word about a vendor goes before the table's.
            let of_vendor = || vendor_country(catalog, &endpoint.vendor);
            let known = *countries.entry(endpoint.vendor.clone()).or_insert_with(of_vendor);
            endpoint.vendor_country =
                if known.is_empty() { endpoint.region.clone() } else { known.to_owned() };
            endpoint
        }));
        problems.extend(rows.problems.into_iter().map(|problem| (path.clone(), problem)));
    }
    if !tables.only_endpoints {
        list.extend(of_catalog(catalog));
    }
    let mut endpoints = Endpoints::new(list);
    let mut hasher = Sha256::new();
    let mut places = Places::default();
    for path in &tables.places {
        let table = read(path, words)?;
        // Shards that ask different tables are not of one run.
        hasher.update(Sha256::digest(&table));
        let found = places.add(table, &egress::limits::Limits::default());
        problems.extend(found.into_iter().map(|problem| (path.clone(), problem)));
    }
    let networks = endpoints.networks();
    let (ranges, found) = places.announced(&networks, &egress::limits::Limits::default());
    problems.extend(
        found.into_iter().filter_map(|(at, it)| Some((tables.places.get(at)?.clone(), it))),
    );
    endpoints.announce(&ranges);
    let unplaced = networks.into_iter().filter(|it| ranges.iter().all(|(_, _, told)| told != it));
    let unplaced = unplaced.collect();
    for id in 0..u32::try_from(endpoints.len()).unwrap_or(u32::MAX) {
        if let Some(endpoint) = endpoints.get(egress::endpoints::EndpointId(id)) {
            hasher.update(format!("{endpoint:?}\n").as_bytes());
        }
    }
    let sha256 = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Wanted { endpoints, places, sha256, problems, empty, unplaced })
}

/// Runs the engine over files, with a bar where somebody looks.
pub(crate) fn read_logs(found: &[Found], wanted: &Wanted, options: &Options) -> Outcome {
    let bar = progress(found);
    let outcome = with_inputs(found, |inputs| {
        run(inputs, &wanted.endpoints, &wanted.places, options, &|bytes| bar.inc(bytes))
    });
    bar.finish_and_clear();
    outcome
}

fn progress(found: &[Found]) -> ProgressBar {
    let bar = ProgressBar::new(found.iter().map(|file| file.bytes).sum());
    let style =
        ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta}");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// The hosts of a run beside the assets of an inventory, and those that it lacks. `presence` is what the run was given.
pub(crate) fn tied(
    traffic: &Traffic,
    inventory: &Assessment,
    endpoints: &Endpoints,
    presence: &Presence,
    catalog: &Catalog,
) -> Tied {
    let tied = tie(traffic, inventory, endpoints, presence);
    let unlisted = strangers(&traffic.pairs, &tied.pairs, inventory, catalog);
    Tied { unlisted, ..tied }
}

/// How sure the engine is that an input is a log that it reads.
pub(crate) fn probe(head: &audit::reader::Head<'_>) -> Option<u8> {
    let head = Head { bytes: head.bytes, complete: head.complete, name: head.name };
    surest(&head).map(|(sure, _)| sure)
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
