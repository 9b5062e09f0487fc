//! Addresses and ports as ranges.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;

use super::*;

#[test]
fn ranges_are_never_empty_and_never_of_two_families() {
    let [low, high, six] = ["10.0.0.1", "10.0.0.9", "::1"].map(|text| text.parse().unwrap());
    assert!(IpRange::new(low, high).is_some() && IpRange::new(high, low).is_none());
    assert!(IpRange::new(low, six).is_none());
    assert!(PortRange::new(2, 1).is_none());
    // Equal bits of another family are another address.
    assert!(!IpRange::one("0.0.0.1".parse().unwrap()).contains(six));
    assert!(Prefix::new(low, 33).is_none() && Prefix::new(six, 128).is_some());
}

#[test]
fn networks_are_read_with_length_or_mask() {
    let shown = |text: &str| parse_prefix(text).map(|prefix| prefix.range().to_string());
    assert_eq!(shown("10.1.2.3/255.255.0.0"), Some("10.1.0.0/16".into()));
    assert_eq!(shown("10.1.2.3"), Some("10.1.2.3".into()));
    assert_eq!(shown("2001:db8::1/32"), Some("2001:db8::/32".into()));
    assert_eq!(shown("0.0.0.0/0.0.0.0"), Some("0.0.0.0/0".into()));
    for wrong in ["10.0.0.0/255.0.255.0", "10.0.0.0/33", "10.0.0.0/", "::/255.0.0.0", "10.0.0/8"] {
        assert_eq!(shown(wrong), None, "{wrong}");
    }
    assert_eq!(IpRange::new([10, 0, 0, 1].into(), [10, 0, 0, 2].into()).unwrap().as_prefix(), None);
}

#[test]
fn whole_families_and_their_last_addresses_do_not_overflow() {
    for family in [Family::V4, Family::V6] {
        let all = family.all();
        assert_eq!(all.as_prefix().unwrap().length(), 0);
        assert_eq!(all.as_prefix().unwrap().range(), all);
        let last = all.nth(all.length_less_one()).unwrap();
        assert_eq!(last, all.last());
        assert_eq!(IpRange::one(last).nth(1), None);
        assert_eq!(all.offset_of(last), Some(all.length_less_one()));
    }
}

fn address() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        any::<u32>().prop_map(|bits| IpAddr::V4(Ipv4Addr::from_bits(bits))),
        any::<u128>().prop_map(|bits| IpAddr::V6(Ipv6Addr::from_bits(bits))),
    ]
}

proptest! {
    #[test]
    fn a_prefix_is_the_addresses_that_agree_in_its_bits(one in address(), other in address(), length in 0u8..=128) {
        let family = Family::of(one);
        let Some(prefix) = Prefix::new(one, length) else {
            prop_assert!(length > family.bits());
            return Ok(());
        };
        let mask = match family {
            Family::V4 => IpAddr::V4(Ipv4Addr::from_bits(u32::MAX.checked_shl(32 - u32::from(length)).unwrap_or(0))),
            Family::V6 => IpAddr::V6(Ipv6Addr::from_bits(u128::MAX.checked_shl(128 - u32::from(length)).unwrap_or(0))),
        };
        let masked = Masked { value: one, mask };
        let range = prefix.range();
        for address in [one, other, range.first(), range.last()] {
            prop_assert_eq!(range.contains(address), masked.contains(address));
        }
        prop_assert_eq!(range.as_prefix().map(Prefix::range), Some(range));
        prop_assert_eq!(range.as_prefix().map(Prefix::length), Some(length));
        prop_assert_eq!(parse_prefix(&prefix.to_string()), Some(prefix));
    }

    #[test]
    fn offsets_lead_there_and_back(one in address(), other in address(), third in address()) {
        let Some(range) = IpRange::new(one.min(other), one.max(other)) else {
            prop_assert_ne!(one.is_ipv4(), other.is_ipv4());
            return Ok(());
        };
        prop_assert_eq!(range.contains(third), range.offset_of(third).is_some());
        if let Some(offset) = range.offset_of(third) {
            prop_assert_eq!(range.nth(offset), Some(third));
        }
        prop_assert_eq!(range.contains(third), third.is_ipv4() == one.is_ipv4() && range.first() <= third && third <= range.last());
    }
}
