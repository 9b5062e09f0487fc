//! Which files of a root file system are read, and what is kept of them.
//!
//! Everything but the package databases is reduced to a few strings at once, so that memory does not grow with contents.

use serde_json::Value;

use super::Want;
use crate::readers::package;

/// What is kept of a file.
pub(super) enum Kept {
    /// A package database, whole.
    Database(Database, Vec<u8>),
    /// `os-release`.
    OsRelease { id: String, version: String, name: String },
    /// The host's name.
    Hostname(String),
    /// A service.
    Unit { exec: String, description: String },
    /// A package of a language.
    Package { purl: String, name: String, version: String, homepage: String },
    /// It is not what its path says.
    Broken,
}

/// Which package database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Database {
    Dpkg,
    Apk,
    Rpm,
    /// The log beside rpm's database, of which only the existence is of interest.
    RpmLog,
}

/// Whether the content of this file is wanted.
pub(super) fn wants(path: &str, whole_file_bytes: u64) -> Want {
    match Role::of(path) {
        None => Want::No,
        Some(Role::Database(Database::RpmLog)) => Want::Content(1),
        Some(Role::Database(_)) => Want::Content(whole_file_bytes),
        Some(Role::Npm) => Want::Content(1 << 20),
        Some(_) => Want::Content(64 << 10),
    }
}

/// Whether the file is kept whole.
pub(super) fn is_database(path: &str) -> bool {
    matches!(Role::of(path), Some(Role::Database(_)))
}

/// Reduces the content of a wanted file to what is kept of it.
pub(super) fn digest(path: &str, bytes: Vec<u8>) -> Option<Kept> {
    let role = Role::of(path)?;
    if let Role::Database(database) = role {
        return Some(Kept::Database(database, bytes));
    }
    let text = String::from_utf8_lossy(&bytes);
    Some(match role {
        Role::OsRelease => os_release(&text),
        Role::Hostname => Kept::Hostname(hostname(&text)),
        Role::Unit => unit(&text),
        Role::Python => python(&text),
        Role::Npm => npm(&bytes),
        Role::Database(_) => return None,
    })
}

#[derive(Clone, Copy)]
enum Role {
    Database(Database),
    OsRelease,
    Hostname,
    Unit,
    Python,
    Npm,
}

impl Role {
    fn of(path: &str) -> Option<Self> {
        let (folder, name) = path.rsplit_once('/')?;
        match path {
            "etc/os-release" | "usr/lib/os-release" => return Some(Self::OsRelease),
            "etc/hostname" => return Some(Self::Hostname),
            _ => {}
        }
        let dpkg = match folder {
            "var/lib/dpkg" => name == "status",
            "var/lib/dpkg/status.d" => !name.ends_with(".md5sums"),
            "usr/lib/opkg" => name == "status",
            _ => false,
        };
        if dpkg {
            return Some(Self::Database(Database::Dpkg));
        }
        if name == "installed" && matches!(folder, "lib/apk/db" | "usr/lib/apk/db") {
            return Some(Self::Database(Database::Apk));
        }
        if matches!(folder, "var/lib/rpm" | "usr/lib/sysimage/rpm") {
            return match name {
                "rpmdb.sqlite" | "Packages.db" | "Packages" => Some(Self::Database(Database::Rpm)),
                "rpmdb.sqlite-wal" => Some(Self::Database(Database::RpmLog)),
                _ => None,
            };
        }
        if name.ends_with(".service") && super::paths::is_unit_folder(folder) {
            return Some(Self::Unit);
        }
        let python = (name == "METADATA" && folder.ends_with(".dist-info"))
            || (name == "PKG-INFO" && folder.ends_with(".egg-info"))
            || name.ends_with(".egg-info");
        if python {
            return Some(Self::Python);
        }
        (name == "package.json" && is_module_folder(folder)).then_some(Self::Npm)
    }
}

/// Whether this is `…/node_modules/NAME` or `…/node_modules/@SCOPE/NAME`: other `package.json` files belong to no package.
fn is_module_folder(folder: &str) -> bool {
    let Some((above, _)) = folder.rsplit_once('/') else { return false };
    let above = match above.rsplit_once('/') {
        Some((higher, scope)) if scope.starts_with('@') => higher,
        _ => above,
    };
    above == "node_modules" || above.ends_with("/node_modules")
}

fn os_release(text: &str) -> Kept {
    let value = |key: &str| {
        let line = text.lines().find_map(|line| line.trim().strip_prefix(key)?.strip_prefix('='));
        line.unwrap_or("").trim_matches(['"', '\'']).to_owned()
    };
    let (id, version, name) = (value("ID"), value("VERSION_ID"), value("PRETTY_NAME"));
    if id.is_empty() && name.is_empty() {
        return Kept::Broken;
    }
    Kept::OsRelease { id: id.to_ascii_lowercase(), version, name }
}

fn hostname(text: &str) -> String {
    let mut lines = text.lines().map(str::trim);
    let name = lines.find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or("");
    let plausible = name.len() <= 253
        && !name.is_empty()
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
    // What installers and image builders leave there names no host.
    let generic = name.split('.').next() == Some("localhost");
    if plausible && !generic { name.to_owned() } else { String::new() }
}

fn unit(text: &str) -> Kept {
    let value = |key: &str| {
        let line = text.lines().find_map(|line| line.trim().strip_prefix(key)?.strip_prefix('='));
        line.unwrap_or("").trim()
    };
    let command = value("ExecStart").trim_start_matches(['@', '-', ':', '+', '!', '|']);
    let program = match command.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next(),
        None => command.split_ascii_whitespace().next(),
    };
    // Arguments may hold secrets; only the program is kept.
    let exec = program.filter(|program| program.starts_with('/')).unwrap_or("").to_owned();
    Kept::Unit { exec, description: value("Description").to_owned() }
}

fn python(text: &str) -> Kept {
    let header = || text.lines().take_while(|line| !line.trim().is_empty());
    let value = |key: &str| {
        let line = header().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
        line.unwrap_or("").trim().to_owned()
    };
    let (name, version) = (value("Name"), value("Version"));
    if name.is_empty() {
        return Kept::Broken;
    }
    let homepage = match value("Home-page") {
        page if page.contains('.') => page,
        _ => header()
            .filter_map(|line| line.strip_prefix("Project-URL:")?.split_once(','))
            .find(|(label, _)| label.trim().eq_ignore_ascii_case("homepage"))
            .map_or_else(String::new, |(_, page)| page.trim().to_owned()),
    };
    Kept::Package {
        purl: package::purl("pypi", "", &normalise_pypi(&name)),
        name,
        version,
        homepage,
    }
}

/// The normalised name of PEP 503: lower case, runs of `-`, `_` and `.` become one dash.
fn normalise_pypi(name: &str) -> String {
    let parts = name.split(['-', '_', '.']).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-").to_lowercase()
}

fn npm(bytes: &[u8]) -> Kept {
    let Ok(package) = serde_json::from_slice::<Value>(bytes) else { return Kept::Broken };
    let value = |key: &str| package.get(key).and_then(Value::as_str).unwrap_or("").to_owned();
    let name = value("name");
    if name.is_empty() {
        return Kept::Broken;
    }
    let (scope, short) = name.split_once('/').unwrap_or(("", &name));
    let purl = package::purl("npm", scope, short);
    Kept::Package { purl, name, version: value("version"), homepage: value("homepage") }
}
