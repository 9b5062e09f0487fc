//! Rows that say what runs: services, drivers, programs started at logon.

use model::field::{Context, Field};

use super::Tables;
use super::key::{Data, Key};
use super::words;
use crate::codes;
use crate::sink::Sink;

impl Tables {
    /// A service or driver. One of an older control set is residue, unless the set in use has it too; so is one that is marked for
    /// deletion, and a key that has no program to start.
    pub(super) fn service(&mut self, key: &Key<'_>, superseded: bool, sink: &mut Sink<'_>) {
        let name = key.name().to_lowercase();
        if !superseded {
            self.services.insert(name);
        } else if self.services.contains(&name) {
            return sink.row(key.at).inert(codes::ROW_SUPERSEDED);
        }
        let path = image_path(key);
        let start = start_mode(key);
        let can_run = !superseded && !path.is_empty() && start != DELETED;
        let facts = [
            (Field::WinService, key.name()),
            (Field::WinDisplay, words::display(key.text("DisplayName"))),
            (Field::WinPath, path.as_str()),
            (Field::WinDriver, words::file_of_kind(&path, ".sys")),
            (Field::WinProc, words::file_of_kind(&path, ".exe")),
            (Field::State, start),
        ];
        let context = if can_run { Context::Running } else { Context::Residue };
        self.observe(key, context, &facts, sink);
    }

    /// The library of a service that runs in a shared process.
    pub(super) fn service_parameters(&mut self, key: &Key<'_>, sink: &mut Sink<'_>) {
        let library = words::program(key.text("ServiceDll"));
        if library.is_empty() {
            return sink.row(key.at).inert(codes::ROW_NOT_INVENTORY);
        }
        let service = key.path.iter().rev().nth(1).map_or("", String::as_str);
        let facts = [(Field::WinService, service), (Field::WinPath, library.as_str())];
        self.observe(key, Context::Running, &facts, sink);
    }

    /// Programs started at logon, one item each. Arguments are left out: they may hold secrets.
    pub(super) fn run(&mut self, key: &Key<'_>, sink: &mut Sink<'_>) {
        let programs: Vec<(&str, String)> = key
            .values
            .iter()
            .filter_map(|value| match &value.data {
                Data::Text(command) => Some((value.name.as_str(), words::program(command))),
                _ => None,
            })
            .filter(|(_, path)| !path.is_empty())
            .collect();
        let facts: Vec<[(Field, &str); 3]> = programs
            .iter()
            .map(|(name, path)| {
                let process = words::file_of_kind(path, ".exe");
                [(Field::Name, *name), (Field::WinPath, path), (Field::WinProc, process)]
            })
            .collect();
        let items: Vec<(Context, &[(Field, &str)])> =
            facts.iter().map(|facts| (Context::Running, facts.as_slice())).collect();
        self.observe_all(key, &items, sink);
    }

    /// A driver that Amcache has seen running.
    pub(super) fn amcache_driver(&mut self, key: &Key<'_>, sink: &mut Sink<'_>) {
        // Newer versions name the key after the file: `c:/windows/system32/drivers/name.sys`.
        let path = if key.name().contains('/') { words::path(key.name()) } else { String::new() };
        let company = words::publisher(key.text("DriverCompany"));
        let facts = [
            (Field::WinDriver, key.text("DriverName")),
            (Field::WinService, key.text("Service")),
            (Field::WinPublisher, company.name.as_str()),
            (Field::SoftwareName, key.text("Product")),
            (Field::Version, key.text("DriverVersion")),
            (Field::WinPath, path.as_str()),
            (Field::State, if key.number("DriverSigned") == Some(0) { "unsigned" } else { "" }),
        ];
        self.observe(key, Context::Running, &facts, sink);
    }
}

/// The program of a service. A driver that names none lies where drivers lie by default.
fn image_path(key: &Key<'_>) -> String {
    let path = words::program(key.text("ImagePath"));
    let is_driver = key.number("Type").is_some_and(|kind| matches!(kind, 1 | 2 | 8));
    if path.is_empty() && is_driver {
        return format!(r"C:\Windows\System32\drivers\{}.sys", key.name());
    }
    path
}

fn start_mode(key: &Key<'_>) -> &'static str {
    if key.number("DeleteFlag") == Some(1) {
        return DELETED;
    }
    match key.number("Start") {
        Some(0) => "start=boot",
        Some(1) => "start=system",
        Some(2) => "start=automatic",
        Some(3) => "start=manual",
        Some(4) => "start=disabled",
        _ => "",
    }
}

const DELETED: &str = "start=deleted";
