//! Rows that say what is installed, what was, and which files are there.

use model::field::{Context, Field};

use super::Tables;
use super::key::Key;
use super::{table, words};
use crate::codes;
use crate::sink::Sink;

impl Tables {
    /// An uninstall entry; without a name it is what a removal left behind.
    pub(super) fn uninstall(&mut self, key: &Key<'_>, sink: &mut Sink<'_>) {
        let name = words::display(key.text("DisplayName"));
        let context = if name.is_empty() { Context::Residue } else { Context::Installed };
        let publisher = words::publisher(words::display(key.text("Publisher")));
        let folder = install_folder(key);
        let has_content = [name, publisher.name.as_str(), folder.as_str()];
        if has_content.iter().all(|value| value.is_empty()) {
            // A product code alone still names the product that was removed.
            let code = words::braced_code(key.name());
            return self.observe(key, context, &[(Field::WinProductCode, code)], sink);
        }
        let facts = [
            (Field::WinDisplay, name),
            (Field::WinPublisher, publisher.name.as_str()),
            (Field::Version, key.text("DisplayVersion")),
            (Field::WinProductCode, words::braced_code(key.name())),
            (Field::WinPath, folder.as_str()),
        ];
        self.observe(key, context, &facts, sink);
    }

    /// A product that Windows Installer has registered.
    pub(super) fn msi_product(&mut self, key: &Key<'_>, sink: &mut Sink<'_>) {
        let name = words::display(key.text("ProductName"));
        let Some(code) = words::unpack_code(key.name()).filter(|_| !name.is_empty()) else {
            return sink.row(key.at).inert(codes::ROW_NOT_INVENTORY);
        };
        let facts = [(Field::WinDisplay, name), (Field::WinProductCode, code.as_str())];
        self.observe(key, Context::Installed, &facts, sink);
    }

    /// An upgrade code; the names of its values are the product codes that are installed under it.
    pub(super) fn msi_upgrade(&mut self, key: &Key<'_>, sink: &mut Sink<'_>) {
        let Some(upgrade) = words::unpack_code(key.name()) else {
            return sink.row(key.at).inert(codes::ROW_NOT_INVENTORY);
        };
        let products: Vec<String> =
            key.values.iter().filter_map(|value| words::unpack_code(&value.name)).collect();
        let context = if products.is_empty() { Context::Residue } else { Context::Installed };
        let codes = products.iter().map(|code| (Field::WinProductCode, code.as_str()));
        let facts: Vec<(Field, &str)> =
            [(Field::WinUpgradeCode, upgrade.as_str())].into_iter().chain(codes).collect();
        self.observe(key, context, &facts, sink);
    }

    /// A packaged application, named `Name_version_architecture_resource_publisher`.
    pub(super) fn package(&mut self, key: &Key<'_>, sink: &mut Sink<'_>) {
        let mut parts = key.name().split('_');
        let facts = [
            (Field::SoftwareName, parts.next().unwrap_or("")),
            (Field::Version, parts.next().unwrap_or("")),
            (Field::WinDisplay, words::display(key.text("DisplayName"))),
        ];
        self.observe(key, Context::Installed, &facts, sink);
    }

    /// The key of a vendor or of one of its products.
    pub(super) fn vendor(&mut self, key: &Key<'_>, sink: &mut Sink<'_>) {
        let path = match table::software_path(key.path) {
            Some(rest) => {
                let root = if key.path.first().is_some_and(|root| root == "HKLM") {
                    r"HKLM\SOFTWARE"
                } else {
                    r"HKCU\SOFTWARE"
                };
                format!("{root}\\{}", rest.join("\\"))
            }
            None => key.path.join("\\"),
        };
        let folder = words::path(key.first_text(FOLDER_VALUES));
        let facts = [
            (Field::WinReg, path.as_str()),
            (Field::Version, key.first_text(&["Version", "ProductVersion"])),
            (Field::WinPath, folder.as_str()),
        ];
        self.observe(key, Context::Residue, &facts, sink);
    }

    /// A program that Amcache knows.
    pub(super) fn amcache_program(&mut self, key: &Key<'_>, sink: &mut Sink<'_>) {
        let publisher = words::publisher(key.text("Publisher"));
        let folder = words::path(key.text("RootDirPath"));
        let entry = words::file_name(key.text("RegistryKeyPath"));
        let code = match words::braced_code(key.text("MsiProductCode")) {
            "" => words::braced_code(entry),
            code => code,
        };
        let facts = [
            (Field::WinDisplay, words::display(key.text("Name"))),
            (Field::WinPublisher, publisher.name.as_str()),
            (Field::Signer, if publisher.signed { publisher.name.as_str() } else { "" }),
            (Field::Version, key.text("Version")),
            (Field::WinProductCode, code),
            (Field::WinPath, folder.as_str()),
        ];
        self.observe(key, Context::Installed, &facts, sink);
    }

    /// The same before Windows 10 1607, where values have numbers for names.
    pub(super) fn amcache_old_program(&mut self, key: &Key<'_>, sink: &mut Sink<'_>) {
        let publisher = words::publisher(key.text("2"));
        let folder = words::path(key.text("d"));
        let facts = [
            (Field::WinDisplay, words::display(key.text("0"))),
            (Field::WinPublisher, publisher.name.as_str()),
            (Field::Version, key.text("1")),
            (Field::WinPath, folder.as_str()),
        ];
        self.observe(key, Context::Installed, &facts, sink);
    }

    /// A file that Amcache knows.
    pub(super) fn amcache_file(&mut self, key: &Key<'_>, sink: &mut Sink<'_>) {
        let publisher = words::publisher(key.text("Publisher"));
        let names = [key.text("ProductName"), key.text("Version")];
        self.file(key, key.text("LowerCaseLongPath"), &publisher, names, sink);
    }

    /// The same before Windows 10 1607.
    pub(super) fn amcache_old_file(&mut self, key: &Key<'_>, sink: &mut Sink<'_>) {
        let publisher = words::publisher(key.text("1"));
        let names = [key.text("0"), key.text("5")];
        self.file(key, key.text("15"), &publisher, names, sink);
    }

    /// A driver package that Amcache knows.
    pub(super) fn amcache_driver_package(&mut self, key: &Key<'_>, sink: &mut Sink<'_>) {
        let publisher = words::publisher(key.text("Provider"));
        let facts = [
            (Field::WinDriver, key.text("SYSFILE")),
            (Field::WinPublisher, publisher.name.as_str()),
            (Field::Version, key.text("Version")),
            (Field::Name, key.text("Inf")),
        ];
        self.observe(key, Context::Installed, &facts, sink);
    }

    fn file(
        &mut self,
        key: &Key<'_>,
        path: &str,
        publisher: &words::Publisher,
        [product, version]: [&str; 2],
        sink: &mut Sink<'_>,
    ) {
        let path = words::path(path);
        let facts = [
            (Field::WinPath, path.as_str()),
            (Field::WinProc, words::file_of_kind(&path, ".exe")),
            (Field::WinDriver, words::file_of_kind(&path, ".sys")),
            (Field::WinPublisher, publisher.name.as_str()),
            (Field::Signer, if publisher.signed { publisher.name.as_str() } else { "" }),
            (Field::SoftwareName, product),
            (Field::Version, version),
        ];
        self.observe(key, Context::File, &facts, sink);
    }
}

/// Where an uninstall entry says that its product is: its folder, else that of its icon or of its own uninstaller.
fn install_folder(key: &Key<'_>) -> String {
    let location = words::path(key.text("InstallLocation"));
    if !location.is_empty() {
        return location;
    }
    let program = |value: &str| {
        let path = words::program(key.text(value));
        let folder = words::folder(&path);
        // The installer's own programs and its cache say nothing about the product.
        let is_own = !folder.is_empty() && !folder.to_ascii_lowercase().starts_with(r"c:\windows");
        if is_own { folder.to_owned() } else { String::new() }
    };
    let icon = program("DisplayIcon");
    if icon.is_empty() { program("UninstallString") } else { icon }
}

const FOLDER_VALUES: &[&str] =
    &["InstallPath", "InstallDir", "InstallLocation", "InstallFolder", "Installed Path"];
