use super::*;
use crate::codes;

fn places(tables: &[&[u8]]) -> Places {
    let mut places = Places::default();
    for table in tables {
        assert_eq!(places.add(table.to_vec(), &Limits::default()), []);
    }
    places
}

fn country_of(places: &Places, address: &str) -> Option<String> {
    places.country(address.parse().unwrap()).map(|country| country.to_string())
}

fn problems(table: &[u8]) -> Vec<(u64, &'static str)> {
    let problems = Places::default().add(table.to_vec(), &Limits::default());
    problems.into_iter().map(|problem| (problem.line, problem.code.0)).collect()
}

#[test]
fn both_ends_of_a_range_belong_to_it_and_nothing_else_does() {
    let table = places(&[b"first,last,country\n192.0.2.0,192.0.2.127,XA\n"]);
    let of = |address| country_of(&table, address);
    assert_eq!(of("192.0.2.0"), Some("XA".into()));
    assert_eq!(of("192.0.2.127"), Some("XA".into()));
    assert_eq!((of("192.0.1.255"), of("192.0.2.128"), of("::1")), (None, None, None));
}

#[test]
fn an_inner_range_holds_within_an_outer_one() {
    let table = places(&[b"cidr,country\n192.0.2.64/26,XB\n192.0.2.0/24,XA\n"]);
    let of = |address| country_of(&table, address).unwrap();
    assert_eq!([of("192.0.2.1"), of("192.0.2.64"), of("192.0.2.128")], ["XA", "XB", "XA"]);
}

#[test]
fn ranges_that_overlap_in_part_end_where_they_end() {
    let table =
        places(&[b"first,last,country\n192.0.2.0,192.0.2.10,XA\n192.0.2.5,192.0.2.20,XB\n"]);
    let of = |address| country_of(&table, address);
    assert_eq!(of("192.0.2.4"), Some("XA".into()));
    assert_eq!(of("192.0.2.8"), Some("XB".into()));
    assert_eq!(of("192.0.2.20"), Some("XB".into()));
    assert_eq!(of("192.0.2.21"), None);
}

#[test]
fn the_first_of_equal_ranges_holds() {
    let table = places(&[b"cidr,country\n192.0.2.0/24,XA\n192.0.2.0/24,XB\n"]);
    assert_eq!(country_of(&table, "192.0.2.1"), Some("XA".into()));
}

#[test]
fn a_table_without_header_is_read_by_its_first_row() {
    let table = places(&[b"192.0.2.0,192.0.2.255,XA\n2001:db8::,2001:db8::ffff,XB\n"]);
    assert_eq!(country_of(&table, "192.0.2.9"), Some("XA".into()));
    assert_eq!(country_of(&table, "2001:db8::1"), Some("XB".into()));
}

#[test]
fn networks_are_read_without_header_and_with_quoted_names() {
    let table = places(&[b"192.0.2.0,192.0.2.255,64500,\"Example, Inc\"\n"]);
    assert_eq!(announcing(&table, "192.0.2.9"), Some(64500));
    assert_eq!(country_of(&table, "192.0.2.9"), None);
}

#[test]
fn tabs_numbers_and_tags_are_read() {
    let table = places(&[b"3221225984\t3221226239\tAS64500\tXA\tEXAMPLE\n"]);
    assert_eq!(announcing(&table, "192.0.2.9"), Some(64500));
    assert_eq!(country_of(&table, "192.0.2.9"), Some("XA".into()));
}

#[test]
fn a_code_of_two_letters_is_in_capitals() {
    let table = places(&[b"cidr,country\n192.0.2.0/26,xa\n192.0.2.64/26,Xanadu\n"]);
    let of = |address| country_of(&table, address);
    assert_eq!([of("192.0.2.1"), of("192.0.2.65")], [Some("XA".into()), Some("Xanadu".into())]);
}

#[test]
fn what_a_table_writes_for_unknown_is_no_country() {
    let table = places(&[b"cidr,country\n192.0.2.0/26,-\n192.0.2.64/26,ZZ\n192.0.2.128/26,\n"]);
    for address in ["192.0.2.1", "192.0.2.65", "192.0.2.129"] {
        assert_eq!(country_of(&table, address), None, "{address}");
    }
}

#[test]
fn a_mapped_address_is_looked_up_as_ipv4() {
    let table = places(&[b"cidr,country\n192.0.2.0/24,XA\n::/0,XB\n"]);
    assert_eq!(country_of(&table, "::ffff:192.0.2.1"), Some("XA".into()));
    assert_eq!(country_of(&table, "198.51.100.1"), None);
}

#[test]
fn a_second_table_is_asked_for_what_the_first_does_not_know() {
    let table = places(&[b"cidr,asn\n192.0.2.0/24,64500\n", b"cidr,country\n192.0.2.0/24,XA\n"]);
    assert_eq!(country_of(&table, "192.0.2.1"), Some("XA".into()));
}

#[test]
fn rows_that_cannot_be_used_are_told_by_line() {
    let table =
        b"first,last,country\n192.0.2.9,192.0.2.1,XA\n# a remark\n192.0.2.0,::1,XA\nx,y,XA\n";
    let row = codes::PLACE_ROW.0;
    assert_eq!(problems(table), [(2, row), (4, row), (5, row)]);
}

#[test]
fn a_table_that_names_no_ranges_is_told() {
    assert_eq!(problems(b"host,country\na,XA\n"), [(1, codes::PLACE_HEADER.0)]);
    assert_eq!(problems(b""), [(1, codes::PLACE_HEADER.0)]);
}

#[test]
fn rows_beyond_the_limit_are_told() {
    let limits = Limits { places: 1, ..Limits::default() };
    let table = b"cidr,country\n192.0.2.0/25,XA\n192.0.2.128/25,XB\n";
    let problems = Places::default().add(table.to_vec(), &limits);
    assert_eq!(problems.first().map(|it| (it.line, it.code)), Some((3, codes::PLACE_LIMIT)));
}

#[test]
fn a_database_gives_the_country_where_an_address_stands() {
    let base = places(&[&database()]);
    assert_eq!(country_of(&base, "192.0.2.1"), Some("XA".into()));
    assert_eq!(announcing(&base, "192.0.2.1"), Some(64500));
    assert_eq!(country_of(&base, "198.51.100.1"), None);
    assert_eq!(country_of(&base, "2001:db8::1"), None);
}

#[test]
fn the_networks_of_a_database_can_be_listed() {
    let (found, problems) =
        places(&[&database()]).announced(&BTreeSet::from([64500]), &Limits::default());
    let range = ("192.0.2.0".parse().unwrap(), "192.0.2.255".parse().unwrap(), 64500);
    assert_eq!((found, problems), (vec![range], Vec::new()));
}

#[test]
fn a_damaged_database_is_told_and_never_stops_the_program() {
    let whole = database();
    for at in 0..whole.len() {
        for value in [0, 0xff, whole[at] ^ 0x55] {
            let mut damaged = whole.clone();
            damaged[at] = value;
            let mut places = Places::default();
            places.add(damaged, &Limits::default());
            places.country("192.0.2.1".parse().unwrap());
            let limits = Limits { places: 1000, ..Limits::default() };
            places.announced(&BTreeSet::from([64500]), &limits);
        }
    }
}

/// A database by hand: IPv4, records of 24 bits, a path of 24 nodes to 192.0.2.0/24.
fn database() -> Vec<u8> {
    let bits = u32::from_be_bytes([192, 0, 2, 0]);
    let (nodes, nothing, data) = (24u32, 24u32, 24u32 + 16);
    let mut bytes = Vec::new();
    for node in 0..nodes {
        let next = if node + 1 == nodes { data } else { node + 1 };
        let set = bits >> (31 - node) & 1 == 1;
        for record in if set { [nothing, next] } else { [next, nothing] } {
            bytes.extend_from_slice(&record.to_be_bytes()[1..]);
        }
    }
    bytes.extend_from_slice(&[0; 16]);
    let text = |bytes: &mut Vec<u8>, text: &str| {
        bytes.push(0x40 | u8::try_from(text.len()).unwrap());
        bytes.extend_from_slice(text.as_bytes());
    };
    bytes.push(0xe2);
    text(&mut bytes, "country");
    bytes.push(0xe1);
    text(&mut bytes, "iso_code");
    text(&mut bytes, "XA");
    text(&mut bytes, "autonomous_system_number");
    bytes.extend_from_slice(&[0xc2, 0xfb, 0xf4]);
    bytes.extend_from_slice(b"\xab\xcd\xefMaxMind.com");
    bytes.push(0xe9);
    for (key, kind, value) in
        [("node_count", 0xc1, 24), ("record_size", 0xa1, 24), ("ip_version", 0xa1, 4)]
    {
        text(&mut bytes, key);
        bytes.extend_from_slice(&[kind, value]);
    }
    text(&mut bytes, "binary_format_major_version");
    bytes.extend_from_slice(&[0xa1, 2]);
    text(&mut bytes, "binary_format_minor_version");
    bytes.push(0xa0);
    text(&mut bytes, "build_epoch");
    bytes.extend_from_slice(&[1, 2, 1]);
    text(&mut bytes, "database_type");
    text(&mut bytes, "Test");
    text(&mut bytes, "languages");
    bytes.extend_from_slice(&[0, 4]);
    text(&mut bytes, "description");
    bytes.push(0xe0);
    bytes
}

/// Which network's range holds the address.
fn announcing(places: &Places, address: &str) -> Option<u32> {
    let address: IpAddr = address.parse().unwrap();
    let (ranges, problems) = places.announced(&BTreeSet::from([64500]), &Limits::default());
    assert_eq!(problems, []);
    let holds = |(first, last, _): &&Announced| (*first..=*last).contains(&address);
    ranges.iter().find(holds).map(|(_, _, number)| *number)
}
