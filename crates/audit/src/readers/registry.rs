//! The Windows registry: hives as Windows stores them and `.reg` text as its editor exports it.
//!
//! In: keys with their values, from either reader. Out, for each key of a table that we know:
//!
//! | table | context | facts |
//! |---|---|---|
//! | services and drivers | running | key name, display name, path, driver or process file, start mode |
//! | uninstall entries, Windows Installer products, packaged applications | installed | name, publisher, version, product and upgrade code, folder |
//! | programs started at logon | running | path and process |
//! | Amcache programs, drivers, driver packages, files, devices | installed, running, file, platform | names, publishers, paths |
//! | keys of vendors below `SOFTWARE` and `SYSTEM`, for the computer or a user | residue | registry path, version, folder |
//! | manufacturer, model, network adapters on a bus | platform | vendor, model, publisher of the driver |
//! | computer name, Windows version | (asset) | |
//!
//! A key is a row. Keys outside these tables are inert. The vendor keys are residue because nothing removes them with the
//! product; an uninstall entry or a service beside them says that it is still there.
//!
//! Services are read from the control set in use. A service that only an older set knows is residue, one that both know counts
//! once. Services that have nothing to start or are marked for deletion, and uninstall entries without a name, are what a removal
//! left behind: residue too. A source that does not say which control set is in use means the first that it has.
//!
//! Deliberately not done: transaction logs are not replayed and freed cells are not searched, so the last seconds before a hive
//! was copied and deleted keys are not seen. Values outside the tables are not read at all: hives are full of secrets.

pub mod build;
mod export;
mod hive;
mod installed;
mod key;
mod lines;
mod platform;
mod regf;
mod running;
mod table;
mod words;

use std::collections::HashSet;

use model::asset::{AssetId, AssetKind};
use model::diagnostic::Code;
use model::field::{Context, Field};

use crate::codes;
use crate::sink::Sink;

pub use export::RegExport;
pub use hive::RegistryHive;

use key::Key;
use table::Table;

/// What both readers hand their keys to.
struct Tables {
    asset: AssetId,
    part: String,
    /// The control set in use, once known.
    current_set: Option<String>,
    /// Lower-case names of the services read so far from the control set in use.
    services: HashSet<String>,
    /// The hardware configuration in use.
    last_config: String,
}

impl Tables {
    /// Begins an asset for the computer whose registry this is. A file that has only the usual name of a hive is called after the
    /// folder of the computer that it lies in.
    fn new(path: &str, sink: &mut Sink<'_>) -> Self {
        let asset = sink.asset(AssetKind::Host);
        if let Some(folder) = computer_folder(path) {
            sink.label(asset, folder);
        }
        Self {
            asset,
            part: String::new(),
            current_set: None,
            services: HashSet::new(),
            last_config: String::new(),
        }
    }

    /// Says which control set is in use.
    fn current_set(&mut self, name: &str) {
        self.current_set = Some(name.to_owned());
    }

    /// Claims the row of one key.
    fn key(&mut self, table: Table, key: &Key<'_>, sink: &mut Sink<'_>) {
        if table == Table::Nothing {
            return sink.row(key.at).inert(codes::ROW_NOT_INVENTORY);
        }
        let superseded = self.is_superseded(key.path);
        if superseded && table != Table::Service {
            return sink.row(key.at).inert(codes::ROW_SUPERSEDED);
        }
        match table {
            Table::Nothing => {}
            Table::Service => self.service(key, superseded, sink),
            Table::ServiceParameters => self.service_parameters(key, sink),
            Table::Run => self.run(key, sink),
            Table::Adapter => self.adapter(key, sink),
            Table::ComputerName | Table::HostName => self.computer_name(key, sink),
            Table::DirectoryName => self.directory_name(key, sink),
            Table::WindowsVersion => self.windows_version(key, sink),
            Table::Firmware => self.firmware(key, sink),
            Table::HardwareConfigs => self.hardware_configs(key, sink),
            Table::HardwareConfig => self.hardware_config(key, sink),
            Table::Uninstall => self.uninstall(key, sink),
            Table::MsiProduct => self.msi_product(key, sink),
            Table::MsiUpgrade => self.msi_upgrade(key, sink),
            Table::Package => self.package(key, sink),
            Table::Vendor => self.vendor(key, sink),
            Table::AmcacheProgram => self.amcache_program(key, sink),
            Table::AmcacheOldProgram => self.amcache_old_program(key, sink),
            Table::AmcacheFile => self.amcache_file(key, sink),
            Table::AmcacheOldFile => self.amcache_old_file(key, sink),
            Table::AmcacheDriver => self.amcache_driver(key, sink),
            Table::AmcacheDriverPackage => self.amcache_driver_package(key, sink),
            Table::AmcacheDevice => self.amcache_device(key, sink),
            Table::AmcacheComputer => self.amcache_computer(key, sink),
        }
    }

    /// Whether a path lies in a control set that is not in use. See the module on sources that do not say which
    /// one is.
    fn is_superseded(&mut self, path: &[String]) -> bool {
        let Some(set) = table::control_set(path) else { return false };
        let current = self.current_set.get_or_insert_with(|| set.to_owned());
        !set.eq_ignore_ascii_case(table::CURRENT_CONTROL_SET) && !set.eq_ignore_ascii_case(current)
    }

    /// Observes one item, or declares the key inert when no fact has a value.
    fn observe(
        &mut self,
        key: &Key<'_>,
        context: Context,
        facts: &[(Field, &str)],
        sink: &mut Sink<'_>,
    ) {
        self.observe_all(key, &[(context, facts)], sink);
    }

    /// Observes several items of one key, or declares it inert when no fact has a value.
    fn observe_all(
        &mut self,
        key: &Key<'_>,
        items: &[(Context, &[(Field, &str)])],
        sink: &mut Sink<'_>,
    ) {
        self.in_part(key.parent(), sink);
        let mut row = sink.row(key.at);
        let mut observed = false;
        for (context, facts) in items {
            observed |= row.observe(self.asset, *context, facts).is_some();
        }
        if !observed {
            row.inert(codes::ROW_NOT_INVENTORY);
        }
    }

    /// Claims a key whose values were used to describe the asset.
    fn describes_asset(&mut self, key: &Key<'_>, sink: &mut Sink<'_>) {
        sink.row(key.at).inert(codes::ROW_ASSET_DETAIL);
    }

    /// Claims something broken below a key.
    fn broken(&mut self, part: String, at: u64, reason: Code, sink: &mut Sink<'_>) {
        self.in_part(part, sink);
        sink.row(at).not_understood(reason);
    }

    fn in_part(&mut self, part: String, sink: &mut Sink<'_>) {
        if self.part != part {
            sink.part(&part);
            self.part = part;
        }
    }
}

/// The folder that is most likely the computer's, for a file with the usual name of a hive:
/// `ws-17/Windows/System32/config/SOFTWARE` is `ws-17`.
fn computer_folder(path: &str) -> Option<&str> {
    let mut parts: Vec<&str> = path.split(['/', '\\']).collect();
    let file = parts.pop()?;
    let stem = file.split('.').next().unwrap_or(file);
    if !HIVE_FILES.iter().any(|name| stem.eq_ignore_ascii_case(name)) {
        return None;
    }
    let user = parts.iter().rposition(|part| is_one_of(part, USER_FOLDERS));
    if let Some(user) = user {
        parts.truncate(user);
    }
    parts.into_iter().rev().find(|part| {
        let is_drive = part.len() <= 2;
        !is_drive && !is_one_of(part, WINDOWS_FOLDERS) && !part.starts_with(['.', '!'])
    })
}

fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|other| name.eq_ignore_ascii_case(other))
}

const HIVE_FILES: &[&str] = &[
    "SYSTEM", "SOFTWARE", "NTUSER", "UsrClass", "Amcache", "DEFAULT", "DRIVERS", "SAM", "SECURITY",
];
const USER_FOLDERS: &[&str] = &["Users", "Documents and Settings"];
const WINDOWS_FOLDERS: &[&str] = &[
    "config",
    "RegBack",
    "System32",
    "Windows",
    "WINNT",
    "Programs",
    "AppCompat",
    "registry",
    "hives",
];

#[cfg(test)]
mod tests;
