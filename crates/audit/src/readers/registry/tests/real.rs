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

/// How many rows a table gave: those whose part is this key.
fn rows_of(collector: &Collector, part: &str) -> usize {
    let seen = &collector.observations;
    let runs = seen.runs.iter().filter(|run| seen.strings.get(run.part).eq_ignore_ascii_case(part));
    runs.map(|run| run.len).sum()
}

fn count(collector: &Collector, texts: &[&str]) -> usize {
    let items = items(collector);
    items.iter().filter(|item| texts.iter().all(|text| item.contains(text))).count()
}

const SERVICES: &str = r"HKLM\SYSTEM\ControlSet001\Services";

#[test]
fn services_of_real_computers_are_all_read() {
    let cases = [
        ("SYSTEM.xz", "WKS-WIN732BITA", 467, 30_756),
        ("SYSTEM_WIN_10_1709.xz", "DESKTOP-2KGM189", 737, 43_211),
        ("SYSTEM_2.xz", "sensei", 469, 20_015),
    ];
    for (file, computer, services, keys) in cases {
        let Some(read) = real(file) else { return };
        let ledger = &read.sources[0].1;
        assert_eq!((ledger.rows, ledger.lost_rows()), (keys, 0), "{file}");
        assert_eq!((name(&read), rows_of(&read, SERVICES)), (computer, services));
        assert_eq!(has(&read, codes::HIVE_DIRTY), file != "SYSTEM.xz");
    }
}

#[test]
fn services_of_listed_vendors_are_seen() {
    let Some(read) = real("SYSTEM.xz") else { return };
    assert_eq!(count(&read, &["running", r"\VMware\VMware Tools\", "state="]), 4);
    assert_eq!(count(&read, &["win.service=McShield", "win.proc=mcshield.exe"]), 1);
    // Marked for deletion, and one that lost its program.
    assert_eq!(count(&read, &["residue", "win.service=mfeavfk01", "state=start=deleted"]), 1);
    assert_eq!(count(&read, &["residue", "win.service=tpautoconnsvc"]), 1);
    // A driver without a path lies where drivers lie by default.
    assert_eq!(count(&read, &["running", "win.service=Beep", "win.driver=Beep.sys"]), 1);
}

#[test]
fn a_real_virtual_machine_says_what_it_runs_on() {
    let Some(read) = real("SYSTEM_WIN_10_1709.xz") else { return };
    assert_eq!(count(&read, &["platform | hw.vendor=VMware, Inc. | hw.model=VMware Virtual"]), 1);
    let uuid = identifiers(&read, IdKind::Uuid);
    assert_eq!(uuid, ["25194d56-caef-8737-5c44-50fe82f3ffde"]);
}

#[test]
fn a_real_amcache_is_read() {
    let Some(read) = real("amcache.hve.xz") else { return };
    assert_eq!(read.sources[0].1.lost_rows(), 0);
    let tables = [
        ("InventoryApplication", 74),
        ("InventoryApplicationFile", 247),
        ("InventoryDriverBinary", 311),
        ("InventoryDriverPackage", 2),
        ("InventoryDevicePnp", 194),
        ("Programs", 26),
        (r"File\ccbe4c57-0000-0000-0000-100000000000", 1120),
    ];
    for (table, rows) in tables {
        assert_eq!(rows_of(&read, &format!(r"AMCACHE\Root\{table}")), rows, "{table}");
    }
    assert_eq!(count(&read, &["installed", "win.publisher=VMware, Inc.", "win.product-code={"]), 1);
    assert_eq!(count(&read, &["installed", "signer=Microsoft Corporation"]), 45);
    assert_eq!(name(&read), "DESKTOP-2NP5KI6");
}

#[test]
fn a_real_user_hive_holds_residue() {
    let Some(read) = real("NTUSER.DAT.xz") else { return };
    assert_eq!((read.sources[0].1.rows, read.sources[0].1.lost_rows()), (1812, 0));
    assert_eq!(count(&read, &["residue", r"win.reg=HKCU\SOFTWARE\McAfee"]), 2);
}

#[test]
fn a_corrupted_hive_is_read_as_far_as_it_goes() {
    let Some(read) = real("corrupted_system_hive.xz") else { return };
    assert!(has(&read, codes::MALFORMED) && has(&read, codes::HIVE_RECOVERED));
    assert!(read.sources[0].1.lost_rows() > 0);
    // The list names 258 services; 60 of its cells hold something else.
    assert_eq!(rows_of(&read, SERVICES), 198);
    assert_eq!(name(&read), "ginevra");
}
