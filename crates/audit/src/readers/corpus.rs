//! Real inventories for tests, where a copy of the corpus lies beside the repository.

use std::path::PathBuf;

use crate::reader::Reader;
use crate::readers::testing::read;
use crate::sink::Collector;

/// The files of a folder below `corpus/inventory` that end so, sorted, with their contents; says so when there are none.
#[expect(clippy::disallowed_methods, reason = "tests may look at files")]
pub(crate) fn files(folder: &str, ending: &str) -> Vec<(String, Vec<u8>)> {
    let root =
        PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpus/inventory"));
    let root = if root.exists() {
        root
    } else {
        PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared/corpus/inventory"))
    };
    let mut files: Vec<_> = std::fs::read_dir(root.join(folder))
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(&path).unwrap())
        })
        .collect();
    if files.is_empty() {
        std::io::Write::write_all(&mut std::io::stderr(), b"skipped: no corpus here\n").unwrap();
    }
    files.sort();
    files
}

/// Everything observed, one line each: `context field=value …`, in order, without repetitions.
pub(crate) fn shown(collector: &Collector) -> Vec<String> {
    let seen = &collector.observations;
    let mut lines = Vec::new();
    for (_, item) in seen.items.iter() {
        let facts: Vec<_> = item
            .facts
            .iter()
            .map(|fact| format!("{}={}", fact.field.as_str(), seen.strings.get(fact.value)))
            .collect();
        lines.push(format!("{} {}", item.context.as_str(), facts.join(" ")));
    }
    lines
}

/// Every asset: `kind name ids…`.
pub(crate) fn assets(collector: &Collector) -> Vec<String> {
    let strings = &collector.observations.strings;
    let assets = collector.observations.assets.iter();
    assets
        .map(|asset| {
            let ids: Vec<_> = asset
                .identifiers
                .iter()
                .map(|(kind, id)| format!(" {}={}", kind.as_str(), strings.get(*id)))
                .collect();
            format!("{} {}{}", asset.kind.as_str(), strings.get(asset.name), ids.concat())
        })
        .collect()
}

/// Rows, understood, inert, lost.
pub(crate) type Rows = (u64, u64, u64, u64);

/// Reads a text and gives its ledger as `rows understood inert lost`, what was observed, and the codes that were said.
pub(crate) fn account(reader: &dyn Reader, bytes: &[u8]) -> (Rows, Vec<String>, Vec<&'static str>) {
    let collector = read(reader, "sample", bytes);
    let ledger = &collector.sources[0].1;
    assert!(ledger.balances());
    let rows = (ledger.rows, ledger.understood, ledger.inert_rows(), ledger.lost_rows());
    let codes = collector.diagnostics.iter().map(|said| said.code.0).collect();
    (rows, shown(&collector), codes)
}
