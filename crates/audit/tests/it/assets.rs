//! When two descriptions are of one asset, and when they only look so.

use super::*;

/// Names of the assets after joining, sorted.
fn names(table: &[(&str, &str)]) -> Vec<String> {
    let files: Vec<(&str, Vec<u8>)> =
        table.iter().map(|(path, text)| (*path, text.as_bytes().to_vec())).collect();
    let gathered = gather(&files);
    let seen = &gathered.observations;
    let mut names: Vec<String> =
        seen.assets.iter().map(|asset| seen.strings.get(asset.name).to_owned()).collect();
    names.sort();
    names
}

fn rows(header: &str, row: &str) -> String {
    format!("{header}\n{row}\n")
}

const HEADER: &str = "hostname,serial number,software,version";

#[test]
fn a_serial_number_joins_what_has_two_names() {
    let one = rows(HEADER, "laptop-17,PF3XKZ81,7-Zip,19");
    let other = rows(HEADER, "renamed-17,PF3XKZ81,Firefox,120");
    assert_eq!(names(&[("a.csv", &one), ("b.csv", &other)]).len(), 1);
}

#[test]
fn a_placeholder_serial_joins_nothing() {
    for serial in
        ["To be filled by O.E.M.", "Default string", "0000000", "None", "System Serial Number"]
    {
        let one = rows(HEADER, &format!("laptop-17,{serial},7-Zip,19"));
        let other = rows(HEADER, &format!("laptop-18,{serial},7-Zip,19"));
        assert_eq!(names(&[("a.csv", &one), ("b.csv", &other)]).len(), 2, "{serial}");
    }
}

#[test]
fn a_short_name_joins_the_only_full_one() {
    let one = rows(HEADER, "web01,,7-Zip,19");
    let full = rows(HEADER, "web01.hq.example.org,,7-Zip,19");
    let other = rows(HEADER, "web01.branch.example.org,,7-Zip,19");
    assert_eq!(names(&[("a.csv", &one), ("b.csv", &full)]).len(), 1);
    assert_eq!(names(&[("a.csv", &one), ("b.csv", &full), ("c.csv", &other)]).len(), 3);
}

#[test]
fn a_name_in_other_case_is_the_same_name() {
    let one = rows(HEADER, "WEB01,,7-Zip,19");
    let other = rows(HEADER, "web01.hq.example.org,,7-Zip,19");
    assert_eq!(names(&[("a.csv", &one), ("b.csv", &other)]).len(), 1);
}

#[test]
fn contradicting_serials_keep_one_name_apart() {
    let one = rows(HEADER, "laptop-17,PF3XKZ81,7-Zip,19");
    let other = rows(HEADER, "laptop-17,PF3XKZ99,7-Zip,19");
    assert_eq!(names(&[("a.csv", &one), ("b.csv", &other)]).len(), 2);
}

#[test]
fn everybodys_name_joins_nothing() {
    let one = rows(HEADER, "localhost,,7-Zip,19");
    let other = rows(HEADER, "localhost,,Firefox,19");
    assert_eq!(names(&[("a.csv", &one), ("b.csv", &other)]).len(), 2);
}

fn scan(address: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><nmaprun scanner=\"nmap\" start=\"1790000000\" version=\"7.93\"><host>\
         <status state=\"up\"/><address addr=\"{address}\" addrtype=\"ipv4\"/><ports><port protocol=\"tcp\" \
         portid=\"22\"><state state=\"open\"/><service name=\"ssh\" product=\"OpenSSH\"/></port></ports></host></nmaprun>"
    )
}

#[test]
fn a_bare_address_joins_the_only_asset_that_has_it() {
    let header = "hostname,IP address,software";
    let one = rows(header, "web01,10.1.2.3,7-Zip");
    let other = rows(header, "web02,10.1.2.3,7-Zip");
    assert_eq!(names(&[("a.csv", &one), ("scan.xml", &scan("10.1.2.3"))]).len(), 1);
    assert_eq!(names(&[("a.csv", &one), ("scan.xml", &scan("10.1.2.4"))]).len(), 2);
    let both =
        [("a.csv", one.as_str()), ("b.csv", other.as_str()), ("scan.xml", &scan("10.1.2.3"))];
    assert_eq!(names(&both).len(), 3, "two have had it: nobody knows whose it was");
}
