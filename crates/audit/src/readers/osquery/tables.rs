//! The tables of the osquery 5 schema that say something about software, vendors or platforms, and what their columns mean.

use std::borrow::Cow;

use model::asset::{AssetId, IdKind};
use model::field::{Context, Field};

use super::rows::RowText;
use crate::sink::Sink;

/// A table: the columns that tell it from others, and what each column means.
pub(super) struct Table {
    /// Name in the schema.
    name: &'static str,
    /// Columns that must all be there.
    needs: &'static [&'static str],
    /// What a row is read as.
    context: Context,
    /// What the columns mean.
    columns: &'static [(&'static str, Means)],
}

/// What a column means.
#[derive(Clone, Copy)]
enum Means {
    /// The value as it is.
    Is(Field),
    /// The last component of a path.
    FileName(Field),
    /// A path: a Windows driver or executable, or a Unix path, with its file name.
    Path,
    /// `prefix` before the value, as a package URL.
    Purl(&'static str),
    /// `O=` of a distinguished name, or the whole when it has none.
    Organisation,
    /// A network address written as a URL: host and path.
    Homepage,
    /// The first six hex digits.
    Oui,
    /// Image reference without tag and digest.
    Image,
}

use Means::{FileName, Homepage, Image, Is, Organisation, Oui, Path, Purl};

/// More specific tables first: the first whose needs are met is taken.
static TABLES: &[Table] = &[
    Table {
        name: "programs",
        needs: &["name", "version", "publisher"],
        context: Context::Installed,
        columns: &[
            ("name", Is(Field::WinDisplay)),
            ("publisher", Is(Field::WinPublisher)),
            ("version", Is(Field::Version)),
            ("install_location", Is(Field::WinPath)),
            ("identifying_number", Is(Field::WinProductCode)),
            ("upgrade_code", Is(Field::WinUpgradeCode)),
        ],
    },
    Table {
        name: "services",
        needs: &["name", "display_name", "path"],
        context: Context::Running,
        columns: &[
            ("name", Is(Field::WinService)),
            ("display_name", Is(Field::WinDisplay)),
            ("path", Path),
            ("status", Is(Field::State)),
        ],
    },
    Table {
        name: "drivers",
        needs: &["device_name", "image", "provider"],
        context: Context::Running,
        columns: &[
            ("service", Is(Field::WinService)),
            ("image", Path),
            ("provider", Is(Field::WinPublisher)),
            ("manufacturer", Is(Field::Name)),
            ("description", Is(Field::Name)),
            ("version", Is(Field::Version)),
        ],
    },
    Table {
        name: "deb_packages",
        needs: &["name", "version", "arch", "revision"],
        context: Context::Installed,
        columns: &[
            ("name", Is(Field::LinPkg)),
            ("name", Purl("pkg:deb/")),
            ("version", Is(Field::Version)),
            ("status", Is(Field::State)),
        ],
    },
    Table {
        name: "rpm_packages",
        needs: &["name", "version", "release", "arch"],
        context: Context::Installed,
        columns: &[
            ("name", Is(Field::LinPkg)),
            ("name", Purl("pkg:rpm/")),
            ("version", Is(Field::Version)),
            ("vendor", Is(Field::PkgVendor)),
        ],
    },
    Table {
        name: "python_packages",
        needs: &["name", "version", "author", "summary"],
        context: Context::Installed,
        columns: &[("name", Purl("pkg:pypi/")), ("version", Is(Field::Version))],
    },
    Table {
        name: "npm_packages",
        needs: &["name", "version", "homepage", "author"],
        context: Context::Installed,
        columns: &[
            ("name", Purl("pkg:npm/")),
            ("version", Is(Field::Version)),
            ("homepage", Homepage),
        ],
    },
    Table {
        name: "apps",
        needs: &["name", "bundle_identifier", "path"],
        context: Context::Installed,
        columns: &[
            ("name", Is(Field::SoftwareName)),
            ("bundle_identifier", Is(Field::MacBundle)),
            ("path", Is(Field::MacPath)),
            ("bundle_short_version", Is(Field::Version)),
        ],
    },
    Table {
        name: "system_extensions",
        needs: &["identifier", "team", "bundle_path"],
        context: Context::Running,
        columns: &[
            ("identifier", Is(Field::MacSysext)),
            ("team", Is(Field::MacTeam)),
            ("version", Is(Field::Version)),
            ("state", Is(Field::State)),
        ],
    },
    Table {
        name: "signature",
        needs: &["path", "team_identifier"],
        context: Context::File,
        columns: &[
            ("path", Is(Field::MacPath)),
            ("team_identifier", Is(Field::MacTeam)),
            ("identifier", Is(Field::MacBundle)),
        ],
    },
    Table {
        name: "launchd",
        needs: &["label", "program"],
        context: Context::Running,
        columns: &[("label", Is(Field::MacLaunchd)), ("program", Is(Field::MacPath))],
    },
    Table {
        name: "package_receipts",
        needs: &["package_id", "installer_name"],
        context: Context::Installed,
        columns: &[("package_id", Is(Field::MacPkg)), ("version", Is(Field::Version))],
    },
    Table {
        name: "authenticode",
        needs: &["path", "subject_name", "issuer_name"],
        context: Context::File,
        columns: &[
            ("path", Path),
            ("subject_name", Organisation),
            ("original_program_name", Is(Field::Name)),
        ],
    },
    Table {
        name: "systemd_units",
        needs: &["id", "fragment_path"],
        context: Context::Running,
        columns: &[
            ("id", Is(Field::LinService)),
            ("description", Is(Field::Name)),
            ("active_state", Is(Field::State)),
        ],
    },
    Table {
        name: "kernel_modules",
        needs: &["name", "used_by", "status", "size"],
        context: Context::Running,
        columns: &[("name", Is(Field::LinKmod)), ("status", Is(Field::State))],
    },
    Table {
        name: "chrome_extensions",
        needs: &["identifier", "name", "browser_type"],
        context: Context::Installed,
        columns: &[
            ("identifier", Is(Field::ExtensionId)),
            ("name", Is(Field::Name)),
            ("version", Is(Field::Version)),
        ],
    },
    Table {
        name: "docker_images",
        needs: &["id", "tags", "created"],
        context: Context::Installed,
        columns: &[("tags", Image)],
    },
    Table {
        name: "docker_containers",
        needs: &["id", "image", "command"],
        context: Context::Running,
        columns: &[("image", Image), ("name", Is(Field::Name)), ("state", Is(Field::State))],
    },
    Table {
        name: "system_info",
        needs: &["hostname", "hardware_vendor"],
        context: Context::Platform,
        columns: &[
            ("hardware_vendor", Is(Field::HwVendor)),
            ("hardware_model", Is(Field::HwModel)),
        ],
    },
    Table {
        name: "interface_details",
        needs: &["interface", "mac"],
        context: Context::Platform,
        columns: &[
            ("mac", Oui),
            ("manufacturer", Is(Field::HwVendor)),
            ("description", Is(Field::HwModel)),
        ],
    },
    Table {
        name: "os_version",
        needs: &["name", "version", "platform"],
        context: Context::Installed,
        columns: &[
            ("name", Is(Field::Name)),
            ("version", Is(Field::Version)),
            ("platform", Is(Field::LinOs)),
        ],
    },
    Table {
        name: "processes",
        needs: &["pid", "name", "path"],
        context: Context::Running,
        columns: &[("path", Path), ("name", FileName(Field::LinProc))],
    },
    Table {
        name: "listening_ports",
        needs: &["pid", "port", "protocol", "address"],
        context: Context::Running,
        columns: &[],
    },
    Table {
        name: "software",
        needs: &["name", "version", "source"],
        context: Context::Installed,
        columns: &[
            ("name", Is(Field::SoftwareName)),
            ("version", Is(Field::Version)),
            ("vendor", Is(Field::SoftwareVendor)),
            ("bundle_identifier", Is(Field::MacBundle)),
        ],
    },
    // Queries select a few columns of a table; what is left still says what it is about.
    Table {
        name: "processes",
        needs: &["name", "cmdline"],
        context: Context::Running,
        columns: &[
            ("path", Path),
            ("name", FileName(Field::LinProc)),
            ("name", FileName(Field::WinProc)),
        ],
    },
    Table {
        name: "packages",
        needs: &["name", "version"],
        context: Context::Installed,
        columns: &[
            ("name", Is(Field::LinPkg)),
            ("name", Is(Field::SoftwareName)),
            ("version", Is(Field::Version)),
            ("vendor", Is(Field::SoftwareVendor)),
        ],
    },
    Table {
        name: "files",
        needs: &["name", "path"],
        context: Context::File,
        columns: &[("path", Path), ("name", Is(Field::Name))],
    },
];

/// Columns by which a row speaks of software, a vendor or a platform, whatever its table is.
static TELLING: &[&str] = &[
    "name",
    "display_name",
    "publisher",
    "vendor",
    "manufacturer",
    "path",
    "program",
    "image",
    "bundle_identifier",
    "identifier",
    "package_id",
    "product",
    "product_name",
    "label",
];

/// Whether rows with these columns are lost or inert depending on what they hold, because no table has them.
pub(super) fn may_be_lost(row: &[RowText<'_>]) -> bool {
    let telling = row.iter().any(|column| TELLING.contains(&column.name.as_ref()));
    telling && of_columns(row).is_none()
}

/// Whether a row of no known table may speak of what we look for: it must not pass as being of no interest.
pub(super) fn is_lost(row: &[RowText<'_>]) -> bool {
    let telling = row
        .iter()
        .any(|column| !column.value.is_empty() && TELLING.contains(&column.name.as_ref()));
    telling && of_columns(row).is_none()
}

/// The table that a row belongs to.
pub(super) fn of_columns(row: &[RowText<'_>]) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.needs.iter().all(|need| value(row, need).is_some()))
}

impl Table {
    /// What the row was read as: a Debian package of which only configuration is left is residue.
    pub(super) fn context(&self, row: &[RowText<'_>]) -> Context {
        let status = value(row, "status").unwrap_or("");
        if self.name == "deb_packages" && status.ends_with("config-files") {
            Context::Residue
        } else {
            self.context
        }
    }

    /// Whether what a row means depends on the value of this column.
    pub(super) fn reads(&self, column: &str) -> bool {
        // The state of a package decides its context.
        column == "status" || self.columns.iter().any(|(name, _)| *name == column)
    }

    /// The facts of a row.
    pub(super) fn facts<'r>(&self, row: &'r [RowText<'_>]) -> Vec<(Field, Cow<'r, str>)> {
        let mut facts = Vec::with_capacity(self.columns.len() + 2);
        for (column, means) in self.columns {
            if let Some(text) = value(row, column).filter(|text| !text.is_empty()) {
                add(&mut facts, *means, text);
            }
        }
        facts
    }
}

fn add<'r>(facts: &mut Vec<(Field, Cow<'r, str>)>, means: Means, text: &'r str) {
    match means {
        Is(field) => facts.push((field, Cow::Borrowed(text))),
        FileName(field) => facts.push((field, Cow::Borrowed(file_name(text)))),
        Path => add_path(facts, text),
        Purl(prefix) => {
            facts.push((Field::Purl, Cow::Owned(format!("{prefix}{}", text.to_lowercase()))))
        }
        Organisation => facts.push((Field::Signer, Cow::Borrowed(organisation(text)))),
        Homepage => facts.push((Field::PkgHomepage, Cow::Borrowed(without_scheme(text)))),
        Oui => {
            let hex: String = text.chars().filter(char::is_ascii_hexdigit).take(6).collect();
            facts.push((Field::MacOui, Cow::Owned(hex.to_ascii_uppercase())));
        }
        Image => {
            for image in text.split(',') {
                facts.push((Field::OciImage, Cow::Owned(image_name(image))));
            }
        }
    }
}

/// A path with its file name: a driver, a Windows program, or a Unix one.
fn add_path<'r>(facts: &mut Vec<(Field, Cow<'r, str>)>, text: &'r str) {
    let name = file_name(text);
    if text.starts_with('/') {
        facts.push((Field::LinPath, Cow::Borrowed(text)));
        facts.push((Field::LinProc, Cow::Borrowed(name)));
        return;
    }
    facts.push((Field::WinPath, Cow::Borrowed(text.trim_matches('"'))));
    let lower = name.to_ascii_lowercase();
    if lower.ends_with(".sys") {
        facts.push((Field::WinDriver, Cow::Borrowed(name)));
    } else if lower.ends_with(".exe") {
        facts.push((Field::WinProc, Cow::Borrowed(name)));
    }
}

/// The last component of a path; a quoted command line ends at its closing quote, an unquoted one at `.exe`.
fn file_name(text: &str) -> &str {
    let text = text.trim();
    let text = match text.strip_prefix('"') {
        Some(rest) => rest.split('"').next().unwrap_or(rest),
        None => match text.to_ascii_lowercase().find(".exe ") {
            Some(at) => text.get(..at + 4).unwrap_or(text),
            None => text,
        },
    };
    text.rsplit(['/', '\\']).next().unwrap_or(text)
}

/// `O=` of a distinguished name; the whole text when it has none.
fn organisation(text: &str) -> &str {
    let part = text.split(", ").find_map(|part| part.trim().strip_prefix("O="));
    part.unwrap_or(text).trim_matches('"')
}

fn without_scheme(text: &str) -> &str {
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    text.trim_end_matches('/')
}

/// `registry/owner/name` without tag and digest; images of the default registry get its name.
fn image_name(text: &str) -> String {
    let text = text.trim();
    let text = text.split('@').next().unwrap_or(text);
    let slash = text.rfind('/').map_or(0, |at| at + 1);
    let tail = text.get(slash..).unwrap_or(text);
    let name = match tail.find(':') {
        Some(colon) => text.get(..slash + colon).unwrap_or(text),
        None => text,
    };
    let first = name.split('/').next().unwrap_or("");
    match name.matches('/').count() {
        0 => format!("docker.io/library/{name}"),
        _ if first.contains(['.', ':']) || first == "localhost" => name.to_owned(),
        _ => format!("docker.io/{name}"),
    }
}

/// The host that a row of a fleet-wide export belongs to.
pub(super) fn host_of<'r>(row: &'r [RowText<'_>]) -> Option<&'r str> {
    HOST_COLUMNS.iter().find_map(|name| value(row, name)).filter(|host| !host.is_empty())
}

/// Whether a row has a column for its host, filled in or not.
pub(super) fn names_host(row: &[RowText<'_>]) -> bool {
    HOST_COLUMNS.iter().any(|name| value(row, name).is_some())
}

const HOST_COLUMNS: &[&str] =
    &["host_hostname", "host_display_name", "hostIdentifier", "host_identifier"];

/// Whether a row describes the host itself, so that its meaning depends on more than its bytes.
pub(super) fn is_about_host(row: &[RowText<'_>]) -> bool {
    of_columns(row).is_some_and(|table| {
        matches!(table.name, "system_info" | "os_version" | "interface_details")
    })
}

/// Takes what a row says about the host itself.
pub(super) fn describe_host(row: &[RowText<'_>], asset: AssetId, sink: &mut Sink<'_>) {
    let Some(table) = of_columns(row) else { return };
    let get = |name| value(row, name).unwrap_or("");
    match table.name {
        "system_info" => {
            sink.name(asset, get("hostname"));
            sink.identify(asset, IdKind::Uuid, get("uuid"));
            sink.identify(asset, IdKind::Serial, get("hardware_serial"));
        }
        "os_version" => {
            sink.os(asset, &format!("{} {}", get("name"), get("version")));
        }
        "interface_details" => sink.identify(asset, IdKind::Mac, get("mac")),
        _ => {}
    }
}

/// What a file's place says about the host that it is about.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum FileHost {
    /// The convention of one file per host and table tells the host: `web1/programs.json`, `web1_programs.json`.
    Host(String),
    /// The file has some name; it is shown, and joins nothing.
    Label(String),
}

/// The host of a file, from its stem and its folder.
pub(super) fn host_of_file(stem: &str, folder: &str) -> FileHost {
    let names = || TABLES.iter().map(|table| table.name);
    if names().any(|name| name == stem) && !folder.is_empty() {
        return FileHost::Host(folder.to_owned());
    }
    let bare = names()
        .find_map(|name| stem.strip_suffix(name).filter(|bare| bare.ends_with(['-', '_', '.'])));
    match bare.map(|bare| bare.trim_end_matches(['-', '_', '.'])).filter(|bare| !bare.is_empty()) {
        Some(host) => FileHost::Host(host.to_owned()),
        None => FileHost::Label(stem.to_owned()),
    }
}

fn value<'r>(row: &'r [RowText<'_>], name: &str) -> Option<&'r str> {
    row.iter().find(|column| column.name == name).map(|column| column.value.as_ref())
}
