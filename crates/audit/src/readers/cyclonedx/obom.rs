//! Operations BOMs that a collector made from the query tool's host tables: each component names its table.
//!
//! In: the property `cdx:osquery:category` and the table's columns as further properties. Out: facts of the same fields as the
//! table itself would give. Tables of sockets, users, routes, certificates and the like are known and hold no products.
//! Command lines are never read: they hold secrets.

use model::asset::AssetId;
use model::field::{Context, Field};

use crate::readers::component::Component;
use crate::readers::json_rows::Tree;
use crate::readers::values;
use crate::sink::Row;

/// The table that a component comes from.
pub(super) enum Category {
    /// Uninstall entries.
    Programs,
    /// Windows drivers.
    Drivers,
    /// Windows services.
    Services,
    /// systemd units, launchd jobs.
    Units,
    /// Running processes.
    Processes,
    /// Kernel modules.
    Modules,
    /// Packages of a distribution, browser extensions, language packages: what their package facts say.
    Packages,
    /// Applications of macOS.
    Apps,
    /// Browser and editor extensions.
    Extensions,
    /// Start-up items and scheduled tasks: a path that runs.
    Startup,
    /// The operating system.
    System,
    /// Nothing that is looked at.
    Other,
}

impl Category {
    /// The table named by a component's properties.
    pub(super) fn of(value: &Tree) -> Option<Self> {
        let table = property(value, "cdx:osquery:category");
        if table.is_empty() {
            return None;
        }
        let has = |word: &str| table.contains(word);
        Some(match () {
            () if has("extension") || has("addon") => Self::Extensions,
            () if has("program") => Self::Programs,
            () if has("driver") => Self::Drivers,
            () if has("systemd") || has("launchd") => Self::Units,
            () if has("services") => Self::Services,
            () if has("process") && !has("socket") && !has("port") => Self::Processes,
            () if has("kernel_module") || has("kernel_ext") => Self::Modules,
            () if has("package") => Self::Packages,
            () if has("apps") => Self::Apps,
            () if has("startup") || has("scheduled") || has("run_key") => Self::Startup,
            () if has("version") || has("os_info") => Self::System,
            () => Self::Other,
        })
    }

    /// Observes the component as a row of its table; whether it said anything.
    pub(super) fn observe(
        &self,
        value: &Tree,
        component: &Component<'_>,
        asset: AssetId,
        row: &mut Row<'_>,
    ) -> bool {
        let of = |name: &str| property(value, name);
        let name = component.name;
        let vendor = component.vendors().next().unwrap_or_default();
        let path = first([of("path"), of("image"), of("action_path"), of("executable")]);
        let windows = !path.starts_with('/');
        let (context, mut facts) = match self {
            Self::Other => return false,
            Self::Packages => return component.observe(asset, Context::Installed, row),
            Self::Programs => (
                Context::Installed,
                vec![
                    (Field::WinDisplay, name),
                    (Field::WinPublisher, vendor),
                    (Field::WinProductCode, of("identifying_number")),
                    (Field::WinPath, of("install_location")),
                ],
            ),
            Self::Drivers => (
                Context::Running,
                vec![
                    (Field::WinDriver, file_name(path)),
                    (Field::WinPath, path),
                    (Field::WinService, of("service")),
                    (Field::WinDisplay, of("device_name")),
                    (Field::WinPublisher, vendor),
                ],
            ),
            Self::Services => (
                Context::Running,
                vec![
                    (Field::WinService, name),
                    (Field::WinDisplay, of("display_name")),
                    (Field::WinPath, first([of("module_path"), path])),
                    (Field::State, of("status")),
                ],
            ),
            Self::Units => {
                let field =
                    if of("label").is_empty() { Field::LinService } else { Field::MacLaunchd };
                let label = first([of("label"), of("id"), name]);
                (Context::Running, vec![(field, label), (values::path_field(path), path)])
            }
            Self::Processes => {
                let field = if windows { Field::WinProc } else { Field::LinProc };
                (Context::Running, vec![(field, name), (values::path_field(path), path)])
            }
            Self::Modules => (Context::Running, vec![(Field::LinKmod, name)]),
            Self::Apps => (
                Context::Installed,
                vec![(Field::MacBundle, of("bundle_identifier")), (Field::MacPath, path)],
            ),
            Self::Extensions => (
                Context::Installed,
                vec![(Field::ExtensionId, first([of("identifier"), of("referenced_identifier")]))],
            ),
            Self::Startup => {
                (Context::Running, vec![(values::path_field(path), path), (Field::Text, name)])
            }
            Self::System => (
                Context::Installed,
                vec![(Field::SoftwareName, name), (Field::SoftwareVendor, vendor)],
            ),
        };
        facts.push((Field::Version, component.version));
        facts.push((Field::Name, name));
        row.observe(asset, context, &facts).is_some()
    }
}

fn property<'v>(value: &'v Tree, name: &str) -> &'v str {
    let mut pairs = value.get("properties").items().iter();
    pairs.find(|pair| pair.text("name") == name).map_or("", |pair| pair.text("value"))
}

fn first<const N: usize>(texts: [&str; N]) -> &str {
    texts.into_iter().find(|text| !text.is_empty()).unwrap_or_default()
}

fn file_name(path: &str) -> &str {
    path.rsplit(['\\', '/']).next().unwrap_or(path)
}
