//! Which table of the registry a key belongs to.
//!
//! Paths are canonical: they begin with `HKLM`, `HKCU`, `HKU` (then a user) or `AMCACHE`, whatever the source calls them. The
//! registry compares names without case. `WOW6432Node` is taken out: what a 32-bit program wrote is read like the rest.

/// What a key describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Table {
    /// Nothing that we look at.
    Nothing,
    /// The computer's name.
    ComputerName,
    /// The host name of the network stack.
    HostName,
    /// Manufacturer and model of the computer.
    Firmware,
    /// Which of the hardware configurations is the last one used.
    HardwareConfigs,
    /// Manufacturer and model of a computer that this installation ran on.
    HardwareConfig,
    /// A service or driver.
    Service,
    /// The parameters of a service, which name its library when it runs in a shared process.
    ServiceParameters,
    /// A network adapter.
    Adapter,
    /// The Windows version.
    WindowsVersion,
    /// The computer's name in its directory.
    DirectoryName,
    /// An uninstall entry.
    Uninstall,
    /// Programs started at logon.
    Run,
    /// A product of Windows Installer.
    MsiProduct,
    /// An upgrade code of Windows Installer with its products.
    MsiUpgrade,
    /// A packaged application.
    Package,
    /// The key of a vendor or product: directly below the root of the hive, or one further down.
    Vendor,
    /// Amcache: a program.
    AmcacheProgram,
    /// Amcache: a program, before Windows 10 1607.
    AmcacheOldProgram,
    /// Amcache: a file that was run or belongs to a program.
    AmcacheFile,
    /// Amcache: such a file, before Windows 10 1607.
    AmcacheOldFile,
    /// Amcache: a driver file.
    AmcacheDriver,
    /// Amcache: a driver package.
    AmcacheDriverPackage,
    /// Amcache: a device.
    AmcacheDevice,
    /// Amcache: the computer.
    AmcacheComputer,
}

/// The table of this path.
pub(super) fn table(path: &[String]) -> Table {
    if let Some(rest) = below(path, r"HKLM\SYSTEM") {
        system(rest)
    } else if let Some(rest) = software_path(path) {
        software(rest)
    } else if let Some([]) = below(path, r"HKLM\HARDWARE\DESCRIPTION\System\BIOS") {
        Table::Firmware
    } else if let Some(rest) = below(path, r"AMCACHE\Root") {
        amcache(rest)
    } else {
        Table::Nothing
    }
}

/// The name of the control set that a path lies in.
pub(super) fn control_set(path: &[String]) -> Option<&str> {
    let set = below(path, r"HKLM\SYSTEM")?.first()?;
    is_control_set(set).then_some(set)
}

/// Whether this is `CurrentControlSet` or `ControlSet` and a number.
pub(super) fn is_control_set(name: &str) -> bool {
    let number = name.get(..10).filter(|word| word.eq_ignore_ascii_case("ControlSet"));
    name.eq_ignore_ascii_case(CURRENT_CONTROL_SET)
        || (number.is_some() && name.get(10..).is_some_and(is_number))
}

/// What lies below the software key of the computer or of a user, without `WOW6432Node`.
pub(super) fn software_path(path: &[String]) -> Option<&[String]> {
    let rest = match below(path, "HKLM") {
        Some(machine) => below(machine, "SOFTWARE")?,
        None => below(path, r"HKCU\Software").or_else(|| {
            let (_, user) = below(path, "HKU")?.split_first()?;
            below(user, "Software")
        })?,
    };
    Some(below(rest, "WOW6432Node").unwrap_or(rest))
}

/// The rest of the path if it begins with these components.
pub(super) fn below<'p>(path: &'p [String], prefix: &str) -> Option<&'p [String]> {
    prefix.split('\\').try_fold(path, |path, name| {
        let (first, rest) = path.split_first()?;
        first.eq_ignore_ascii_case(name).then_some(rest)
    })
}

fn system(rest: &[String]) -> Table {
    match rest {
        [set, rest @ ..] if is_control_set(set) => in_control_set(rest),
        [name] if name.eq_ignore_ascii_case("HardwareConfig") => Table::HardwareConfigs,
        [name, _] if name.eq_ignore_ascii_case("HardwareConfig") => Table::HardwareConfig,
        [_] => Table::Vendor,
        _ => Table::Nothing,
    }
}

fn in_control_set(rest: &[String]) -> Table {
    if let Some(rest) = below(rest, "Services") {
        return match rest {
            [_] => Table::Service,
            [tcpip, parameters] if parameters.eq_ignore_ascii_case("Parameters") => {
                if tcpip.eq_ignore_ascii_case("Tcpip") {
                    Table::HostName
                } else {
                    Table::ServiceParameters
                }
            }
            _ => Table::Nothing,
        };
    }
    let Some(rest) = below(rest, "Control") else { return Table::Nothing };
    if let Some([]) = below(rest, r"ComputerName\ComputerName") {
        Table::ComputerName
    } else if let Some([]) = below(rest, "SystemInformation") {
        Table::Firmware
    } else if let Some([index]) = below(rest, NETWORK_ADAPTERS) {
        if is_number(index) { Table::Adapter } else { Table::Nothing }
    } else {
        Table::Nothing
    }
}

fn software(rest: &[String]) -> Table {
    if let [_] | [_, _] = rest {
        let is_root = below(rest, "Classes").is_some();
        return if is_root { Table::Nothing } else { Table::Vendor };
    }
    for (prefix, table) in CHILDREN {
        if let Some([_]) = below(rest, prefix) {
            return *table;
        }
    }
    for (path, table) in KEYS {
        if let Some([]) = below(rest, path) {
            return *table;
        }
    }
    Table::Nothing
}

fn amcache(rest: &[String]) -> Table {
    match rest {
        [table, _] => {
            let known = AMCACHE.iter().find(|(name, _)| table.eq_ignore_ascii_case(name));
            known.map_or(Table::Nothing, |(_, table)| *table)
        }
        [file, _, _] if file.eq_ignore_ascii_case("File") => Table::AmcacheOldFile,
        _ => Table::Nothing,
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The name of the link to the control set in use.
pub(super) const CURRENT_CONTROL_SET: &str = "CurrentControlSet";

/// The device class of network adapters.
const NETWORK_ADAPTERS: &str = r"Class\{4d36e972-e325-11ce-bfc1-08002be10318}";

/// Keys below the software key whose children are rows of a table.
const CHILDREN: &[(&str, Table)] = &[
    (r"Microsoft\Windows\CurrentVersion\Uninstall", Table::Uninstall),
    (r"Microsoft\Windows\CurrentVersion\Installer\UpgradeCodes", Table::MsiUpgrade),
    (r"Classes\Installer\UpgradeCodes", Table::MsiUpgrade),
    (r"Classes\Installer\Products", Table::MsiProduct),
    (r"Microsoft\Windows\CurrentVersion\Appx\AppxAllUserStore\Applications", Table::Package),
    (
        r"Classes\Local Settings\Software\Microsoft\Windows\CurrentVersion\AppModel\Repository\Packages",
        Table::Package,
    ),
];

/// Keys below the software key that are rows themselves.
const KEYS: &[(&str, Table)] = &[
    (r"Microsoft\Windows NT\CurrentVersion", Table::WindowsVersion),
    (r"Microsoft\Windows\CurrentVersion\Group Policy\State\Machine", Table::DirectoryName),
    (r"Microsoft\Windows\CurrentVersion\Run", Table::Run),
    (r"Microsoft\Windows\CurrentVersion\RunOnce", Table::Run),
    (r"Microsoft\Windows\CurrentVersion\Policies\Explorer\Run", Table::Run),
];

const AMCACHE: &[(&str, Table)] = &[
    ("InventoryApplication", Table::AmcacheProgram),
    ("InventoryApplicationFile", Table::AmcacheFile),
    ("InventoryDriverBinary", Table::AmcacheDriver),
    ("InventoryDriverPackage", Table::AmcacheDriverPackage),
    ("InventoryDevicePnp", Table::AmcacheDevice),
    ("DeviceCensus", Table::AmcacheComputer),
    ("Programs", Table::AmcacheOldProgram),
];
