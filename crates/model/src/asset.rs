//! Assets: the things in the estate that run or hold products.

use crate::strings::StrId;

/// The number of an asset within one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AssetId(pub u32);

/// What kind of thing an asset is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AssetKind {
    /// A server, workstation or other computer.
    Host,
    /// A firewall, switch, access point, camera or other device.
    Device,
    /// A virtual machine.
    VirtualMachine,
    /// A container image.
    Image,
    /// A cluster or namespace of workloads.
    Cluster,
    /// A software artefact described by an SBOM.
    Software,
    /// The source does not say.
    Unknown,
}

impl AssetKind {
    /// The word used in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Device => "device",
            Self::VirtualMachine => "virtual-machine",
            Self::Image => "image",
            Self::Cluster => "cluster",
            Self::Software => "software",
            Self::Unknown => "unknown",
        }
    }
}

/// The kind of an identifier that can tell two descriptions of one asset together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdKind {
    /// Serial number.
    Serial,
    /// SMBIOS or agent UUID.
    Uuid,
    /// MAC address.
    Mac,
    /// IP address.
    Ip,
    /// Host name, short or fully qualified.
    Hostname,
}

impl IdKind {
    /// The word used in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Serial => "serial",
            Self::Uuid => "uuid",
            Self::Mac => "mac",
            Self::Ip => "ip",
            Self::Hostname => "hostname",
        }
    }
}

/// An asset as one source describes it. [`crate::observation::Observations::merge`] joins descriptions that share an identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// The name to show.
    pub name: StrId,
    /// What kind of thing it is.
    pub kind: AssetKind,
    /// Site, location or unit, when a source says so.
    pub site: Option<StrId>,
    /// Operating system, when a source says so.
    pub os: Option<StrId>,
    /// Responsible person or unit, when a source says so.
    pub owner: Option<StrId>,
    /// The day (ISO 8601) on which the source looked at it, when the source says so.
    pub observed_on: Option<StrId>,
    /// Identifiers, sorted.
    pub identifiers: Vec<(IdKind, StrId)>,
}
