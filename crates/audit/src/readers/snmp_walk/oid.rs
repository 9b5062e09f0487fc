//! Object identifiers as tools write them, turned into dotted numbers without a leading dot.

/// What an object identifier could be turned into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Oid {
    /// Dotted numbers.
    Numeric(String),
    /// A name of a standard module that holds nothing we look at.
    Standard,
    /// A name of a module that we do not hold.
    Symbolic,
}

/// Reads an object identifier: `.1.3.6`, `1.3.6`, `iso.3.6`, `SNMPv2-SMI::enterprises.9`, `sysDescr.0`. `None` when the text is
/// no object identifier at all.
pub(super) fn parse(text: &str) -> Option<Oid> {
    let text = text.trim();
    if let Some(numbers) = numeric(text) {
        return Some(Oid::Numeric(numbers));
    }
    if text.starts_with(".iso.org.dod.internet.") {
        return Some(Oid::Symbolic);
    }
    let (module, object) = match text.split_once("::") {
        Some((module, object)) if is_module(module) => (module, object),
        Some(_) => return None,
        None => ("", text),
    };
    let (name, index) = object.split_once('.').unwrap_or((object, ""));
    if !name.starts_with(|c: char| c.is_ascii_alphabetic())
        || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    {
        return None;
    }
    if let Some((_, base)) = OBJECTS.iter().find(|(object, _)| *object == name) {
        return Some(Oid::Numeric(if index.is_empty() {
            (*base).to_owned()
        } else {
            format!("{base}.{index}")
        }));
    }
    match module {
        // A bare word is no object identifier: it may be the rest of a text.
        "" => None,
        _ if STANDARD_MODULES.contains(&module) => Some(Oid::Standard),
        _ => Some(Oid::Symbolic),
    }
}

/// Dotted numbers without a leading dot, when the text is that or begins with a name for a prefix.
pub(super) fn numeric(text: &str) -> Option<String> {
    let prefixed = PREFIXES.iter().find_map(|(name, numbers)| {
        let rest = text.strip_prefix(name)?;
        (rest.is_empty() || rest.starts_with('.')).then(|| format!("{numbers}{rest}"))
    });
    let numbers = prefixed.unwrap_or_else(|| text.strip_prefix('.').unwrap_or(text).to_owned());
    let valid = numbers.len() <= MAX_CHARS
        && numbers.contains('.')
        && numbers.split('.').all(|arc| !arc.is_empty() && arc.bytes().all(|b| b.is_ascii_digit()));
    valid.then_some(numbers)
}

fn is_module(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
}

/// An object identifier has at most 128 arcs of at most ten digits.
const MAX_CHARS: usize = 128 * 11;

const PREFIXES: &[(&str, &str)] = &[
    (".iso.org.dod.internet.private.enterprises", "1.3.6.1.4.1"),
    (".iso.org.dod.internet.mgmt.mib-2.system.sysDescr", "1.3.6.1.2.1.1.1"),
    (".iso.org.dod.internet.mgmt.mib-2.system.sysObjectID", "1.3.6.1.2.1.1.2"),
    (".iso.org.dod.internet.mgmt.mib-2.system.sysName", "1.3.6.1.2.1.1.5"),
    (".iso.org.dod.internet.mgmt.mib-2", "1.3.6.1.2.1"),
    ("SNMPv2-SMI::enterprises", "1.3.6.1.4.1"),
    ("SNMPv2-SMI::mib-2", "1.3.6.1.2.1"),
    ("enterprises", "1.3.6.1.4.1"),
    ("mib-2", "1.3.6.1.2.1"),
    (".iso", "1"),
    ("iso", "1"),
];

/// The objects that we look at, for walks that were written with names.
const OBJECTS: &[(&str, &str)] = &[
    ("sysDescr", "1.3.6.1.2.1.1.1"),
    ("sysObjectID", "1.3.6.1.2.1.1.2"),
    ("sysContact", "1.3.6.1.2.1.1.4"),
    ("sysName", "1.3.6.1.2.1.1.5"),
    ("sysLocation", "1.3.6.1.2.1.1.6"),
    ("ifDescr", "1.3.6.1.2.1.2.2.1.2"),
    ("ifPhysAddress", "1.3.6.1.2.1.2.2.1.6"),
    ("ipAdEntAddr", "1.3.6.1.2.1.4.20.1.1"),
    ("hrSWRunName", "1.3.6.1.2.1.25.4.2.1.2"),
    ("hrSWRunPath", "1.3.6.1.2.1.25.4.2.1.4"),
    ("hrSWInstalledName", "1.3.6.1.2.1.25.6.3.1.2"),
    ("ifName", "1.3.6.1.2.1.31.1.1.1.1"),
    ("ifAlias", "1.3.6.1.2.1.31.1.1.1.18"),
    ("entPhysicalClass", "1.3.6.1.2.1.47.1.1.1.1.5"),
    ("entPhysicalSerialNum", "1.3.6.1.2.1.47.1.1.1.1.11"),
    ("entPhysicalMfgName", "1.3.6.1.2.1.47.1.1.1.1.12"),
    ("entPhysicalModelName", "1.3.6.1.2.1.47.1.1.1.1.13"),
    ("lldpRemSysName", "1.0.8802.1.1.2.1.4.1.1.9"),
    ("lldpRemSysDesc", "1.0.8802.1.1.2.1.4.1.1.10"),
    ("cdpCacheVersion", "1.3.6.1.4.1.9.9.23.1.2.1.1.5"),
    ("cdpCacheDeviceId", "1.3.6.1.4.1.9.9.23.1.2.1.1.6"),
    ("cdpCachePlatform", "1.3.6.1.4.1.9.9.23.1.2.1.1.8"),
];

/// Modules of the IETF and IEEE that live outside the enterprises' subtrees.
const STANDARD_MODULES: &[&str] = &[
    "BRIDGE-MIB",
    "DISMAN-EVENT-MIB",
    "DISMAN-SCHEDULE-MIB",
    "ENTITY-MIB",
    "ENTITY-SENSOR-MIB",
    "ENTITY-STATE-MIB",
    "EtherLike-MIB",
    "HOST-RESOURCES-MIB",
    "HOST-RESOURCES-TYPES",
    "IEEE8021-Q-BRIDGE-MIB",
    "IEEE8023-LAG-MIB",
    "IF-MIB",
    "IGMP-STD-MIB",
    "INET-ADDRESS-MIB",
    "IP-FORWARD-MIB",
    "IP-MIB",
    "IPV6-ICMP-MIB",
    "IPV6-MIB",
    "IPV6-TCP-MIB",
    "IPV6-UDP-MIB",
    "LLDP-MIB",
    "MAU-MIB",
    "NOTIFICATION-LOG-MIB",
    "OSPF-MIB",
    "P-BRIDGE-MIB",
    "POWER-ETHERNET-MIB",
    "Printer-MIB",
    "Q-BRIDGE-MIB",
    "RFC1213-MIB",
    "RFC1389-MIB",
    "RIPv2-MIB",
    "RMON-MIB",
    "RMON2-MIB",
    "SNMP-COMMUNITY-MIB",
    "SNMP-FRAMEWORK-MIB",
    "SNMP-MPD-MIB",
    "SNMP-NOTIFICATION-MIB",
    "SNMP-TARGET-MIB",
    "SNMP-USER-BASED-SM-MIB",
    "SNMP-VIEW-BASED-ACM-MIB",
    "SNMPv2-MIB",
    "SNMPv2-SMI",
    "TCP-MIB",
    "UDP-MIB",
    "UPS-MIB",
    "VRRP-MIB",
    "BGP4-MIB",
];
