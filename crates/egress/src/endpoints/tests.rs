use proptest::prelude::*;

use super::*;

fn endpoint(place: Place) -> Endpoint {
    Endpoint {
        place,
        vendor: "acme".into(),
        products: Vec::new(),
        purpose: String::new(),
        region: String::new(),
        shared: false,
        confidence: "stated".into(),
        vendor_country: String::new(),
    }
}

fn found<'e>(endpoints: &'e Endpoints, name: &str) -> Option<&'e Place> {
    endpoints.by_name(name.as_bytes()).and_then(|id| endpoints.get(id)).map(|it| &it.place)
}

fn suffix(text: &str) -> Place {
    Place::Suffix(text.into())
}

#[test]
fn the_longest_suffix_at_a_label_boundary_is_found() {
    let list =
        [suffix("acme.example"), suffix("eu.acme.example"), Place::Exact("up.acme.example".into())];
    let all = Endpoints::new(list.clone().map(endpoint));
    assert_eq!(found(&all, "a.eu.acme.example"), Some(&list[1]));
    assert_eq!(found(&all, "EU.ACME.example."), Some(&list[1]));
    assert_eq!(found(&all, "up.acme.example"), Some(&list[2]));
    assert_eq!(found(&all, "x.up.acme.example"), Some(&list[0]));
    for other in ["notacme.example", "acme.example.evil.test", "example", "", ".", &"a".repeat(300)]
    {
        assert_eq!(found(&all, other), None, "{other}");
    }
}

#[test]
fn a_glob_is_found_below_its_last_plain_labels() {
    let list = [
        Place::Glob("up-*.acme.example".into()),
        suffix("acme.example"),
        Place::Glob("cdn?".into()),
    ];
    let all = Endpoints::new(list.clone().map(endpoint));
    assert_eq!(found(&all, "up-01.acme.example"), Some(&list[0]));
    assert_eq!(found(&all, "down.acme.example"), Some(&list[1]));
    assert_eq!(found(&all, "cdn7"), Some(&list[2]));
}

#[test]
fn a_row_that_cannot_be_used_says_which_fault_it_has() {
    use crate::codes;
    let fault = |row: &str| {
        let rows = read_table(format!("suffix,cidr,vendor\na.test,,acme\n{row}\n").as_bytes());
        assert_eq!(rows.endpoints.len(), 1);
        rows.problems[0].code
    };
    assert_eq!(fault("bücher.test,,acme"), codes::ENDPOINT_NAME);
    assert_eq!(fault(",10.0.0.0/99,acme"), codes::ENDPOINT_RANGE);
    assert_eq!(fault("b.test,,"), codes::ENDPOINT_VENDOR);
    assert_eq!(fault("*.A.test,,bolt"), codes::ENDPOINT_TWICE);
}

#[test]
fn a_shared_prefix_is_never_found() {
    let shared =
        Endpoint { shared: true, ..endpoint(Place::Prefix("192.0.2.0".parse().unwrap(), 24)) };
    assert_eq!(Endpoints::new([shared]).by_address("192.0.2.1".parse().unwrap()), None);
}

#[test]
fn a_mapped_address_is_found_by_its_prefix() {
    let all = Endpoints::new([endpoint(Place::Prefix("192.0.2.0".parse().unwrap(), 24))]);
    assert!(all.by_address("::ffff:192.0.2.9".parse().unwrap()).is_some());
    assert_eq!(prefixes::parse("::ffff:192.0.2.77/120"), prefixes::parse("192.0.2.0/24"));
}

#[test]
fn a_table_says_by_its_header_what_it_holds_and_bad_rows_cost_only_themselves() {
    let text = b"suffix,vendor,country\n.acme.example,acme,US\nbad name,acme,US\n# remark\n\nx.example,,US\n";
    let rows = read_table(text);
    assert_eq!(rows.endpoints.len(), 1);
    assert_eq!(rows.endpoints[0].place, suffix("acme.example"));
    assert_eq!(rows.problems.iter().map(|it| it.line).collect::<Vec<_>>(), [3, 6]);
    let rows = read_table(
        b"\xef\xbb\xbfcidr,vendor,country\n192.0.2.7/24,acme,US\n192.0.2.0/33,acme,US\n",
    );
    assert_eq!(rows.endpoints[0].place.to_string(), "192.0.2.0/24");
    assert_eq!(rows.problems.len(), 1);
    assert_eq!(read_table(b"name;vendor\n").problems[0].code, crate::codes::ENDPOINT_HEADER);
    assert_eq!(read_table(b"").problems[0].code, crate::codes::ENDPOINT_HEADER);
}

fn v4() -> impl Strategy<Value = (u32, u8)> {
    // Few distinct bits, so that prefixes nest and addresses hit.
    (
        prop::sample::select(vec![
            0u32,
            0x0a00_0000,
            0x0a01_0000,
            0x0a01_0100,
            0x0a01_0180,
            u32::MAX,
        ]),
        0u8..=32,
    )
}

proptest! {
    #[test]
    fn the_table_of_prefixes_is_a_search_for_the_longest(
        list in prop::collection::vec(v4(), 0..20),
        near in prop::collection::vec((v4(), any::<u16>()), 1..40),
    ) {
        let mask = |length: u8| u32::MAX.checked_shl(32 - u32::from(length)).unwrap_or(0);
        let prefix = |(address, length): (u32, u8)| {
            Place::Prefix(IpAddr::from((address & mask(length)).to_be_bytes()), length)
        };
        let all = Endpoints::new(list.iter().map(|it| endpoint(prefix(*it))));
        let six = Endpoints::new(list.iter().map(|(address, length)| {
            let wide = u128::from(address & mask(*length)) << 96;
            endpoint(Place::Prefix(IpAddr::from(wide.to_be_bytes()), *length))
        }));
        for ((address, _), noise) in near {
            let address = address ^ u32::from(noise);
            let longest = list
                .iter()
                .filter(|(base, length)| (base ^ address) & mask(*length) == 0)
                .map(|(_, length)| *length)
                .max();
            let length = |endpoints: &Endpoints, id: Option<EndpointId>| {
                match endpoints.get(id?)?.place { Place::Prefix(_, length) => Some(length), _ => None }
            };
            prop_assert_eq!(length(&all, all.by_v4(address)), longest);
            let wide = IpAddr::from((u128::from(address) << 96).to_be_bytes());
            prop_assert_eq!(length(&six, six.by_address(wide)), longest);
        }
    }
}

fn number(address: &str) -> IpAddr {
    address.parse().unwrap()
}

#[test]
fn a_network_holds_what_it_announces_and_a_dedicated_prefix_goes_first() {
    let short = Place::Prefix(number("192.0.0.0"), 16);
    let mut all = Endpoints::new([Place::Network(64500), short.clone()].map(endpoint));
    assert_eq!(all.networks(), [64500].into());
    all.announce(&[
        (number("192.0.2.0"), number("192.0.2.255"), 64500),
        (number("198.51.100.3"), number("198.51.100.9"), 64500),
        (number("2001:db8::"), number("2001:db8::ffff"), 64500),
        (number("203.0.113.0"), number("203.0.113.255"), 64501),
    ]);
    let of =
        |address| all.by_address(number(address)).and_then(|id| all.get(id)).map(|it| &it.place);
    assert_eq!(of("192.0.2.1"), Some(&short));
    for held in ["198.51.100.3", "198.51.100.9", "::ffff:198.51.100.5", "2001:db8::7"] {
        assert_eq!(of(held), Some(&Place::Network(64500)), "{held}");
    }
    for other in ["198.51.100.2", "198.51.100.10", "203.0.113.1", "2001:db8::1:0"] {
        assert_eq!(of(other), None, "{other}");
    }
}

#[test]
fn a_table_may_give_networks_by_number() {
    let rows = read_table(b"asn,vendor\nAS64500,acme\n64501,acme\nnone,acme\n0,acme\n");
    let places: Vec<Place> = rows.endpoints.into_iter().map(|it| it.place).collect();
    assert_eq!(places, [Place::Network(64500), Place::Network(64501)]);
    assert_eq!(rows.problems.len(), 2);
}

proptest! {
    #[test]
    fn a_range_is_cut_into_prefixes_that_hold_it_and_nothing_else(
        first in 0u32..5000, long in 0u32..5000, base in any::<u32>(),
    ) {
        let (first, last) = (base.saturating_add(first), base.saturating_add(first).saturating_add(long));
        let ends = |bits| IpAddr::from(std::net::Ipv4Addr::from_bits(bits));
        let mut next = u64::from(first);
        for (address, length) in prefixes::within(ends(first), ends(last)) {
            let IpAddr::V4(address) = address else { panic!("{address}") };
            prop_assert_eq!(u64::from(address.to_bits()), next);
            let size = 1u64 << (32 - u32::from(length));
            prop_assert_eq!(next % size, 0);
            next += size;
        }
        prop_assert_eq!(next, u64::from(last) + 1);
    }
}
