//! Fields: the closed list of things that a reader can say about an asset and a fingerprint can match.

/// The kind of a fact. `data/` uses the same names as fingerprint types; see `docs/data.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Field {
    /// Windows service key name.
    WinService,
    /// Display name of an uninstall entry or service.
    WinDisplay,
    /// Publisher of an uninstall entry or Amcache program.
    WinPublisher,
    /// Windows image path or folder.
    WinPath,
    /// Windows process image name.
    WinProc,
    /// Windows driver file name.
    WinDriver,
    /// MSI product code, braces included.
    WinProductCode,
    /// MSI upgrade code, braces included.
    WinUpgradeCode,
    /// Registry key path.
    WinReg,
    /// Distribution package name.
    LinPkg,
    /// Path on a Unix-like system.
    LinPath,
    /// systemd unit or init script name.
    LinService,
    /// Process name on a Unix-like system.
    LinProc,
    /// Kernel module name.
    LinKmod,
    /// os-release `ID`.
    LinOs,
    /// macOS bundle identifier.
    MacBundle,
    /// macOS path.
    MacPath,
    /// Apple Team ID.
    MacTeam,
    /// launchd label.
    MacLaunchd,
    /// macOS system extension identifier.
    MacSysext,
    /// macOS installer receipt name.
    MacPkg,
    /// Package URL without version and qualifiers.
    Purl,
    /// CPE `part:vendor:product`.
    Cpe,
    /// Host and path of a package's upstream homepage, without scheme.
    PkgHomepage,
    /// Vendor or supplier field of a package or SBOM component.
    PkgVendor,
    /// Organisation in a code-signing subject.
    Signer,
    /// Image `registry/owner/name` without tag and digest.
    OciImage,
    /// Helm chart name.
    HelmChart,
    /// Helm repository address.
    HelmRepo,
    /// Name of a Kubernetes workload or container.
    K8sName,
    /// Kubernetes namespace.
    K8sNamespace,
    /// Kubernetes annotation or label key.
    K8sAnnotation,
    /// Kubernetes API group of a custom resource.
    K8sCrd,
    /// Enterprise number whose subtree the device answers, with the next two arcs: `2011.10.2`.
    SnmpPen,
    /// OID prefix that the device answers.
    SnmpSubtree,
    /// SNMP sysObjectID, dotted, without leading dot.
    SnmpSysobjid,
    /// SNMP sysDescr.
    SnmpSysdescr,
    /// First six hex digits of a MAC address, upper case.
    MacOui,
    /// Manufacturer of chassis, board or system.
    HwVendor,
    /// Model of chassis, board or system.
    HwModel,
    /// Open TCP port.
    NetTcp,
    /// Open UDP port.
    NetUdp,
    /// Product name that a scanner reported for a port.
    NetProduct,
    /// Service name that a scanner reported for a port.
    NetService,
    /// HTML title.
    HttpTitle,
    /// HTTP Server header.
    HttpServer,
    /// HTTP authentication realm.
    HttpRealm,
    /// Other HTTP header.
    HttpHeader,
    /// HTTP path that exists.
    HttpPath,
    /// HTTP cookie name.
    HttpCookie,
    /// Favicon hash.
    HttpFavicon,
    /// Subject of a TLS certificate.
    TlsSubject,
    /// Issuer of a TLS certificate.
    TlsIssuer,
    /// JARM fingerprint.
    TlsJarm,
    /// SSH banner.
    SshBanner,
    /// Telnet banner.
    TelnetBanner,
    /// Any other banner.
    Banner,
    /// Manufacturer of a device in a CMDB or scan.
    DeviceVendor,
    /// Model of a device in a CMDB or scan.
    DeviceModel,
    /// Product name as somebody wrote it.
    SoftwareName,
    /// Vendor name as somebody wrote it.
    SoftwareVendor,
    /// Browser extension id.
    ExtensionId,
    /// Mobile application package name.
    MobilePackage,
    /// Terraform or Ansible provider or collection.
    Iac,
    /// Cloud marketplace product or role.
    Cloud,
    /// Platform whose configuration was read: a dialect's id.
    ConfigPlatform,
    /// Anything else that data can match.
    Other,
    /// Version; shown, never matched.
    Version,
    /// Human name of the thing; shown, never matched.
    Name,
    /// Free text such as an alias or a neighbour's description.
    Text,
    /// Responsible person or unit; shown, never matched.
    Owner,
    /// State such as `stopped` or `hold`; shown, never matched.
    State,
}

impl Field {
    /// All fields with their names, in order.
    pub const ALL: &[(Self, &'static str)] = &[
        (Self::WinService, "win.service"),
        (Self::WinDisplay, "win.display"),
        (Self::WinPublisher, "win.publisher"),
        (Self::WinPath, "win.path"),
        (Self::WinProc, "win.proc"),
        (Self::WinDriver, "win.driver"),
        (Self::WinProductCode, "win.product-code"),
        (Self::WinUpgradeCode, "win.upgrade-code"),
        (Self::WinReg, "win.reg"),
        (Self::LinPkg, "lin.pkg"),
        (Self::LinPath, "lin.path"),
        (Self::LinService, "lin.service"),
        (Self::LinProc, "lin.proc"),
        (Self::LinKmod, "lin.kmod"),
        (Self::LinOs, "lin.os"),
        (Self::MacBundle, "mac.bundle"),
        (Self::MacPath, "mac.path"),
        (Self::MacTeam, "mac.team"),
        (Self::MacLaunchd, "mac.launchd"),
        (Self::MacSysext, "mac.sysext"),
        (Self::MacPkg, "mac.pkg"),
        (Self::Purl, "purl"),
        (Self::Cpe, "cpe"),
        (Self::PkgHomepage, "pkg.homepage"),
        (Self::PkgVendor, "pkg.vendor"),
        (Self::Signer, "signer"),
        (Self::OciImage, "oci.image"),
        (Self::HelmChart, "helm.chart"),
        (Self::HelmRepo, "helm.repo"),
        (Self::K8sName, "k8s.name"),
        (Self::K8sNamespace, "k8s.namespace"),
        (Self::K8sAnnotation, "k8s.annotation"),
        (Self::K8sCrd, "k8s.crd"),
        (Self::SnmpPen, "snmp.pen"),
        (Self::SnmpSubtree, "snmp.subtree"),
        (Self::SnmpSysobjid, "snmp.sysobjid"),
        (Self::SnmpSysdescr, "snmp.sysdescr"),
        (Self::MacOui, "mac.oui"),
        (Self::HwVendor, "hw.vendor"),
        (Self::HwModel, "hw.model"),
        (Self::NetTcp, "net.tcp"),
        (Self::NetUdp, "net.udp"),
        (Self::NetProduct, "net.product"),
        (Self::NetService, "net.service"),
        (Self::HttpTitle, "http.title"),
        (Self::HttpServer, "http.server"),
        (Self::HttpRealm, "http.realm"),
        (Self::HttpHeader, "http.header"),
        (Self::HttpPath, "http.path"),
        (Self::HttpCookie, "http.cookie"),
        (Self::HttpFavicon, "http.favicon"),
        (Self::TlsSubject, "tls.subject"),
        (Self::TlsIssuer, "tls.issuer"),
        (Self::TlsJarm, "tls.jarm"),
        (Self::SshBanner, "ssh.banner"),
        (Self::TelnetBanner, "telnet.banner"),
        (Self::Banner, "banner"),
        (Self::DeviceVendor, "device.vendor"),
        (Self::DeviceModel, "device.model"),
        (Self::SoftwareName, "software.name"),
        (Self::SoftwareVendor, "software.vendor"),
        (Self::ExtensionId, "extension.id"),
        (Self::MobilePackage, "mobile.package"),
        (Self::Iac, "iac"),
        (Self::Cloud, "cloud"),
        (Self::ConfigPlatform, "config.platform"),
        (Self::Other, "other"),
        (Self::Version, "version"),
        (Self::Name, "name"),
        (Self::Text, "text"),
        (Self::Owner, "owner"),
        (Self::State, "state"),
    ];

    /// The name used in data and records.
    pub fn as_str(self) -> &'static str {
        Self::ALL.get(self as usize).map_or("", |(_, name)| name)
    }

    /// The field with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, n)| *n == name).map(|(field, _)| *field)
    }

    /// Whether a fingerprint can match it; the others only describe.
    pub fn matchable(self) -> bool {
        self < Self::Version || self == Self::Text
    }
}

/// What a fact was read as: the same text means something else in an uninstall list and in a neighbour table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Context {
    /// The asset itself is described (SNMP system group, CMDB device row, scanned service banner).
    Device,
    /// Installed software (package database, uninstall list, application list).
    Installed,
    /// Configured or running (service, driver, process, kernel module, workload).
    Running,
    /// A file or folder exists.
    File,
    /// A component inside a software artefact (SBOM component, image layer library).
    Component,
    /// What the asset runs on (DMI, virtual NIC, hypervisor column).
    Platform,
    /// Something about another asset (LLDP/CDP neighbour, route target).
    Neighbour,
    /// What is left of something removed (dangling key, `config-files` package state, user hive).
    Residue,
    /// A mention in free text (alias, comment, description).
    Mention,
}

impl Context {
    /// The word used in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Installed => "installed",
            Self::Running => "running",
            Self::File => "file",
            Self::Component => "component",
            Self::Platform => "platform",
            Self::Neighbour => "neighbour",
            Self::Residue => "residue",
            Self::Mention => "mention",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_order_agree() {
        for (index, (field, name)) in Field::ALL.iter().enumerate() {
            assert_eq!(*field as usize, index, "{name}");
            assert_eq!(Field::parse(name), Some(*field));
            assert_eq!(field.as_str(), *name);
        }
    }
}
