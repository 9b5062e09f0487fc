//! Identifiers as exports write them, and which of them are fit to tell assets apart.
//!
//! Identifiers join descriptions of one asset, so a shared or made-up one would join strangers: addresses of virtual bridges and
//! of router redundancy, serial numbers that the maker never filled in, masked names. Such values give `None` here.

use std::net::IpAddr;

/// The six bytes of a MAC address in any usual notation.
pub(crate) fn mac(text: &str) -> Option<[u8; 6]> {
    let text = text.trim();
    let mut bytes = [0; 6];
    let mut filled = 0;
    if text.len() == 12 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(index * 2..index * 2 + 2)?, 16).ok()?;
        }
        return Some(bytes);
    }
    if text.len() == 14 && text.bytes().filter(|&b| b == b'.').count() == 2 {
        return mac(&text.replace('.', ""));
    }
    for group in text.split([':', '-', ' ']) {
        let valid = (1..=2).contains(&group.len()) && group.bytes().all(|b| b.is_ascii_hexdigit());
        *bytes.get_mut(filled)? =
            if valid { u8::from_str_radix(group, 16).ok()? } else { return None };
        filled += 1;
    }
    (filled == bytes.len()).then_some(bytes)
}

/// The maker's part of a MAC address as six upper-case hex digits; `None` for group and locally administered addresses, which
/// have no maker.
pub(crate) fn oui(mac: [u8; 6]) -> Option<String> {
    let [a, b, c, ..] = mac;
    let assigned = a & 3 == 0 && mac != [0; 6];
    assigned.then(|| format!("{a:02X}{b:02X}{c:02X}"))
}

/// A MAC address that tells assets apart, in lower-case colon notation.
pub(crate) fn mac_identity(mac: [u8; 6]) -> Option<String> {
    oui(mac)?;
    if REDUNDANCY.iter().any(|prefix| mac.starts_with(prefix)) {
        return None;
    }
    let [a, b, c, d, e, f] = mac;
    Some(format!("{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{f:02x}"))
}

/// An IP address that tells assets apart, in its normal form.
pub(crate) fn ip(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.split(['%', '/']).next().unwrap_or(text);
    let address: IpAddr = text.parse().ok()?;
    let shared = match address {
        IpAddr::V4(v4) => {
            v4.is_link_local()
                || v4.is_broadcast()
                || v4.octets().first() == Some(&0)
                || DEFAULT_BRIDGES.contains(&v4.octets())
        }
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    };
    let usable =
        !(shared || address.is_loopback() || address.is_unspecified() || address.is_multicast());
    usable.then(|| address.to_string())
}

/// A serial number that somebody filled in.
pub(crate) fn serial(text: &str) -> Option<&str> {
    let text = text.trim();
    let first = text.chars().next()?;
    let real = text.len() >= 5
        && text.len() <= 128
        && text.chars().any(|c| c.is_ascii_digit())
        && text.chars().any(|c| c.is_alphanumeric() && c != first && c != '0')
        && !masked(text)
        && !text.chars().any(char::is_control)
        && !["0123456789", "1234567890", "00 00 00 00", "123456789"].contains(&text);
    real.then_some(text)
}

/// A UUID that somebody filled in, in lower case.
pub(crate) fn uuid(text: &str) -> Option<String> {
    let text = text.trim().trim_matches(['{', '}']).to_ascii_lowercase();
    let digits: String = text.chars().filter(|&c| c != '-').collect();
    let varied = digits.chars().any(|c| !digits.starts_with(c));
    let real = text.len() == 36
        && digits.len() == 32
        && digits.bytes().all(|b| b.is_ascii_hexdigit())
        && varied
        && !UNSET_UUIDS.contains(&digits.as_str());
    real.then_some(text)
}

/// A host name that tells assets apart.
pub(crate) fn host_name(text: &str) -> Option<&str> {
    let text = text.trim().trim_end_matches('.');
    let lower = text.to_ascii_lowercase();
    let short = lower.split('.').next().unwrap_or_default();
    let fit = text.chars().all(|c| c.is_alphanumeric() || "._-".contains(c))
        && text.chars().any(char::is_alphabetic)
        && !text.contains("..")
        && !GENERIC_NAMES.contains(&short);
    fit.then_some(text)
}

/// Whether a value was masked, left at a placeholder, or says that there is none.
pub(crate) fn masked(text: &str) -> bool {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    (text.starts_with('<') && text.ends_with('>'))
        || (!text.is_empty() && text.chars().all(|c| "*xX-.?0".contains(c)))
        || NOTHING.contains(&lower.as_str())
        || lower.contains("to be filled")
}

/// Whether a network interface's description is that of an adapter and not the name of a port or what somebody called it.
pub(crate) fn is_adapter(text: &str) -> bool {
    let lower = text.to_lowercase();
    let named =
        ["adapter", "ethernet", "nic", "network", "controller", "gigabit", "网卡", "适配器"];
    lower.contains(' ')
        && !lower.contains(['\'', '"'])
        && lower.split([' ', '(', ')']).any(|word| named.contains(&word))
        && !lower.contains("interface")
        && !ends_in_port(&lower)
        && !begins_with_port(&lower)
}

/// Whether the last word is a port position such as `0/1` or `3`: `Gigabit Ethernet 0/1`.
fn ends_in_port(text: &str) -> bool {
    let last = text.trim().rsplit(' ').next().unwrap_or_default();
    let position = last.chars().all(|c| c.is_ascii_digit() || "/.:".contains(c));
    // A number after a hash sign counts equal adapters, it is no position.
    position && !text.contains('#') && (last.contains('/') || text.starts_with("port"))
}

/// Whether the first word is a port position such as `1/1/1,`.
fn begins_with_port(text: &str) -> bool {
    text.split(' ').next().is_some_and(|word| word.contains('/'))
}

/// VRRP and CARP, HSRP 1, HSRP 2, GLBP, clusters of firewalls: addresses that move between devices or are the same in several.
const REDUNDANCY: &[&[u8]] = &[
    &[0, 0, 0x5e],
    &[0, 0, 0x0c, 0x07, 0xac],
    &[0, 0, 0x0c, 0x9f],
    &[0, 0x07, 0xb4],
    &[0, 0x09, 0x0f, 0x09],
];
/// What container engines and virtual machine managers give their bridge on every host.
const DEFAULT_BRIDGES: &[[u8; 4]] = &[[172, 17, 0, 1], [192, 168, 122, 1]];
/// Board makers' fillers.
const UNSET_UUIDS: &[&str] =
    &["03000200040005000006000700080009", "12345678123412341234123456789abc"];
const GENERIC_NAMES: &[&str] = &[
    "localhost",
    "host",
    "hostname",
    "none",
    "unknown",
    "default",
    "device",
    "switch",
    "router",
    "firewall",
    "gateway",
    "controller",
    "server",
    "system",
    "private",
    "noname",
    "test",
];
const NOTHING: &[&str] = &[
    "(none)",
    "none",
    "unknown",
    "n/a",
    "na",
    "null",
    "not specified",
    "not available",
    "default string",
    "default",
    "system serial number",
    "not applicable",
    "unspecified",
    "(not set)",
    "not set",
    "",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_in_every_notation() {
        let expected = Some([0, 0x1b, 0x17, 3, 4, 5]);
        for text in [
            "00:1B:17:03:04:05",
            "0:1b:17:3:4:5",
            "001b17030405",
            "001b.1703.0405",
            "00-1b-17-03-04-05",
            "00 1B 17 03 04 05 ",
        ] {
            assert_eq!(mac(text), expected, "{text}");
        }
        assert_eq!(mac("d5:c9:gh:81:cf:80"), None);
        assert_eq!(mac("1:2:3:4:5:6:7"), None);
        assert_eq!(oui([0, 0x1b, 0x17, 3, 4, 5]).as_deref(), Some("001B17"));
        assert_eq!(
            oui([0x02, 0x42, 0, 0, 0, 1]),
            None,
            "a locally administered address has no maker"
        );
        assert_eq!(mac_identity([0, 0, 0x5e, 0, 1, 7]), None, "a redundancy address moves");
    }

    #[test]
    fn shared_identifiers_join_nothing() {
        assert_eq!(ip("10.0.0.1").as_deref(), Some("10.0.0.1"));
        for text in ["127.0.0.1", "169.254.1.2", "0.0.0.0", "172.17.0.1", "fe80::1%eth0", "x", ""] {
            assert_eq!(ip(text), None, "{text}");
        }
        assert_eq!(serial("CZC0479792"), Some("CZC0479792"));
        for text in [
            "0000000000",
            "<private>",
            "To Be Filled By O.E.M.",
            "SerialNumber",
            "1234567890",
            "00 00 00 00",
            "",
        ] {
            assert_eq!(serial(text), None, "{text}");
        }
        assert!(uuid("33E737A8-F827-11DF-9297-47C0A301005A").is_some());
        assert!(uuid("FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF").is_none());
        assert!(uuid("03000200-0400-0500-0006-000700080009").is_none());
        assert_eq!(host_name("sw1.example.cn"), Some("sw1.example.cn"));
        assert_eq!(host_name("核心交换机"), Some("核心交换机"));
        for text in ["<private>", "localhost.localdomain", "10.0.0.1", "our firewall", ""] {
            assert_eq!(host_name(text), None, "{text}");
        }
    }

    #[test]
    fn an_adapter_is_no_port_name() {
        assert!(is_adapter("VMware VMXNET3 Ethernet Controller"));
        assert!(is_adapter("vmxnet3 Ethernet Adapter #2"));
        assert!(is_adapter("Connexion réseau Intel(R) 82577LM Gigabit"));
        for text in [
            "eth0",
            "1/1/1, 10-Gig Ethernet",
            "GigabitEthernet0/1",
            "FortiGate-WAN1",
            "Gigabit Ethernet 0/1",
            "Adaptive Security Appliance 'DC-fortigate' interface",
        ] {
            assert!(!is_adapter(text), "{text}");
        }
    }
}
