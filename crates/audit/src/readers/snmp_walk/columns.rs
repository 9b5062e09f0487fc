//! The columns of standard tables that we look at.

/// What a variable says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    SysDescr,
    SysObjectId,
    SysContact,
    SysName,
    SysLocation,
    IfDescr,
    IfName,
    IfAlias,
    IfPhysAddress,
    IpAddress,
    RunName,
    RunPath,
    InstalledName,
    EntityClass,
    EntitySerial,
    EntityVendor,
    EntityModel,
    UpsVendor,
    UpsModel,
    LldpName,
    LldpDescription,
    CdpVersion,
    CdpName,
    CdpPlatform,
}

/// The column of an object identifier and the index in it.
pub(super) fn column(oid: &str) -> Option<(Column, &str)> {
    COLUMNS.iter().find_map(|(prefix, column)| {
        let index = oid.strip_prefix(prefix)?.strip_prefix('.')?;
        Some((*column, index))
    })
}

/// SNMPv2-MIB, IF-MIB, IP-MIB, HOST-RESOURCES-MIB (RFC 2790), ENTITY-MIB (RFC 6933), UPS-MIB (RFC 1628), LLDP-MIB (IEEE 802.1AB), and the discovery
/// table that many makers copied.
const COLUMNS: &[(&str, Column)] = &[
    ("1.3.6.1.2.1.1.1", Column::SysDescr),
    ("1.3.6.1.2.1.1.2", Column::SysObjectId),
    ("1.3.6.1.2.1.1.4", Column::SysContact),
    ("1.3.6.1.2.1.1.5", Column::SysName),
    ("1.3.6.1.2.1.1.6", Column::SysLocation),
    ("1.3.6.1.2.1.2.2.1.2", Column::IfDescr),
    ("1.3.6.1.2.1.2.2.1.6", Column::IfPhysAddress),
    ("1.3.6.1.2.1.31.1.1.1.1", Column::IfName),
    ("1.3.6.1.2.1.31.1.1.1.18", Column::IfAlias),
    ("1.3.6.1.2.1.4.20.1.1", Column::IpAddress),
    ("1.3.6.1.2.1.25.4.2.1.2", Column::RunName),
    ("1.3.6.1.2.1.25.4.2.1.4", Column::RunPath),
    ("1.3.6.1.2.1.25.6.3.1.2", Column::InstalledName),
    ("1.3.6.1.2.1.47.1.1.1.1.5", Column::EntityClass),
    ("1.3.6.1.2.1.47.1.1.1.1.11", Column::EntitySerial),
    ("1.3.6.1.2.1.47.1.1.1.1.12", Column::EntityVendor),
    ("1.3.6.1.2.1.47.1.1.1.1.13", Column::EntityModel),
    ("1.3.6.1.2.1.33.1.1.1", Column::UpsVendor),
    ("1.3.6.1.2.1.33.1.1.2", Column::UpsModel),
    ("1.0.8802.1.1.2.1.4.1.1.9", Column::LldpName),
    ("1.0.8802.1.1.2.1.4.1.1.10", Column::LldpDescription),
    ("1.3.6.1.4.1.9.9.23.1.2.1.1.5", Column::CdpVersion),
    ("1.3.6.1.4.1.9.9.23.1.2.1.1.6", Column::CdpName),
    ("1.3.6.1.4.1.9.9.23.1.2.1.1.8", Column::CdpPlatform),
];
