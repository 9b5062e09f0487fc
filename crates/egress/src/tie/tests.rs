use model::finding::{Confidence, State};
use model::record::{Named, Totals};

use super::*;
use crate::endpoints::{Endpoint, Place};
use crate::event::Host;

fn asset(id: &str, kind: &str, identifiers: &[&str]) -> Asset {
    Asset {
        id: id.into(),
        name: id.to_lowercase(),
        kind: kind.into(),
        identifiers: identifiers.iter().map(|text| (*text).to_owned()).collect(),
        ..Asset::default()
    }
}

fn finding(id: &str, asset: &str, product: &str) -> Finding {
    let (vendor, _) = product.split_once('.').unwrap();
    let named = |id: &str| Named { id: id.into(), ..Named::default() };
    Finding {
        id: id.into(),
        asset: asset.into(),
        asset_name: String::new(),
        product: named(product),
        category: String::new(),
        vendor: named(vendor),
        versions: Vec::new(),
        relation: Relation::Is,
        confidence: Confidence::Confirmed,
        confidence_reason: String::new(),
        state: State::Prohibited,
        state_reason: String::new(),
        directive: String::new(),
        clause: String::new(),
        also_clauses: Vec::new(),
        decisions: Vec::new(),
        owner_chain: Vec::new(),
        named_vendor: String::new(),
        deadline: None,
        waiver: None,
        evidence: Vec::new(),
        evidence_total: 0,
    }
}

fn inventory(assets: Vec<Asset>, findings: Vec<Finding>) -> Assessment {
    let totals = Totals { assets: assets.len() as u64, ..Totals::default() };
    Assessment { other_assets: assets, findings, totals, ..Assessment::default() }
}

/// Two products of one vendor, an endpoint each.
fn endpoints() -> Endpoints {
    let endpoint = |product: &str, name: &str| Endpoint {
        place: Place::Exact(name.into()),
        vendor: "acme".into(),
        products: vec![product.into()],
        purpose: "telemetry".into(),
        region: String::new(),
        shared: false,
        confidence: "documented".into(),
        vendor_country: String::new(),
    };
    Endpoints::new([endpoint("acme.one", "one.test"), endpoint("acme.two", "two.test")])
}

fn traffic(hosts: &[&str]) -> Traffic {
    let pair = |host: &&str| Pair {
        asset: (*host).into(),
        vendor: "acme".into(),
        products: ["acme.one".into()].into(),
        endpoint: "one.test".into(),
        ..Pair::default()
    };
    Traffic { pairs: hosts.iter().map(pair).collect(), ..Traffic::default() }
}

/// Ties hosts that talk to the first product; those that occur are given apart.
fn tied(hosts: &[&str], occurring: &[&str], inventory: &Assessment) -> Tied {
    let presence = Presence::new(identifiers(inventory));
    for host in hosts.iter().chain(occurring) {
        presence.note(match Identifier::parse(host) {
            Some(Identifier::Address(address)) => Host::Address(address),
            _ => Host::Named(host),
        });
    }
    tie(&traffic(hosts), inventory, &endpoints(), &presence)
}

fn matched(host: &str, assets: Vec<Asset>) -> String {
    tied(&[host], &[], &inventory(assets, Vec::new())).pairs[0].matched.clone()
}

fn said(product: &str, hosts: &[&str], occurring: &[&str], assets: Vec<Asset>) -> String {
    let inventory = inventory(assets, vec![finding("F-1", "A-1", product)]);
    tied(hosts, occurring, &inventory).installed[0].traffic.clone()
}

#[test]
fn a_host_is_found_by_its_address() {
    let one = asset("A-1", "host", &["ip:10.0.0.1/24"]);
    assert_eq!(matched("10.0.0.1", vec![one]), "address");
}

#[test]
fn a_host_is_found_by_its_uuid() {
    let id = "33e737a8-f827-11df-9297-47c0a301005a";
    let one = asset("A-1", "host", &[&format!("uuid:{id}")]);
    assert_eq!(matched(&id.to_uppercase(), vec![one]), "name");
}

#[test]
fn a_host_that_the_inventory_knows_by_name_alone_is_found_by_what_the_machine_calls_itself() {
    let assets = || {
        vec![
            asset("A-1", "host", &["hostname:pc1.corp.test"]),
            asset("A-2", "host", &["hostname:pc2.corp.test"]),
        ]
    };
    let matched = |names: &[&str]| {
        let mut traffic = traffic(&["192.168.0.5"]);
        traffic.pairs[0].host_names = names.iter().map(|name| (*name).into()).collect();
        let inventory = inventory(assets(), Vec::new());
        let tied = tie(&traffic, &inventory, &endpoints(), &Presence::default());
        tied.pairs[0].matched.clone()
    };
    let names = ["pc1.corp.test", "pc2.corp.test", "pc3.corp.test"];
    assert_eq!([1, 2, 3].map(|many| matched(&names[..many])), ["name", AMBIGUOUS, AMBIGUOUS]);
    assert_eq!(matched(&names[2..]), "none");
}

#[test]
fn a_mapped_address_is_the_same() {
    let one = asset("A-1", "host", &["ip:::ffff:10.0.0.1"]);
    assert_eq!(matched("10.0.0.1", vec![one]), "address");
}

#[test]
fn a_host_is_found_by_its_full_name() {
    let one = asset("A-1", "host", &["hostname:PC1.corp.test"]);
    assert_eq!(matched("pc1.corp.test.", vec![one]), "name");
}

#[test]
fn a_name_without_its_domain_is_enough_when_one_asset_has_it() {
    let one = asset("A-1", "host", &["hostname:pc1.corp.test"]);
    assert_eq!(matched("PC1", vec![one]), "short-name");
}

#[test]
fn a_name_without_its_domain_that_two_assets_have_is_ambiguous() {
    let one = asset("A-1", "host", &["hostname:pc1.a.test"]);
    let other = asset("A-2", "host", &["hostname:pc1.b.test"]);
    assert_eq!(matched("pc1", vec![one, other]), "ambiguous");
}

#[test]
fn a_name_in_another_domain_is_another_host() {
    let one = asset("A-1", "host", &["hostname:pc1", "hostname:pc1.a.test"]);
    assert_eq!(matched("pc1.b.test", vec![one]), "none");
}

#[test]
fn an_address_that_two_assets_have_names_both_and_chooses_none() {
    let assets = ["A-1", "A-2"].map(|id| asset(id, "host", &["ip:10.0.0.1"]));
    let inventory = inventory(assets.into(), vec![finding("F-1", "A-1", "acme.one")]);
    let tie = &tied(&["10.0.0.1"], &[], &inventory).pairs[0];
    assert_eq!((tie.matched.as_str(), tie.assets.len(), tie.findings.len()), ("ambiguous", 2, 0));
}

#[test]
fn the_name_of_an_image_is_no_host_name() {
    assert_eq!(matched("nginx", vec![asset("A-1", "image", &["hostname:nginx"])]), "none");
}

#[test]
fn a_host_of_a_record_that_does_not_list_all_assets_is_not_called_unknown() {
    let mut inventory = inventory(Vec::new(), Vec::new());
    inventory.totals.assets = 7;
    assert_eq!(tied(&["10.0.0.1"], &[], &inventory).pairs[0].matched, "not-listed");
}

#[test]
fn a_log_that_does_not_say_who_names_nobody() {
    assert_eq!(matched("127.0.0.1", vec![asset("A-1", "host", &["ip:127.0.0.1"])]), "unnamed");
}

#[test]
fn what_the_audit_found_of_the_product_stands_beside_the_traffic() {
    let one = asset("A-1", "host", &["ip:10.0.0.1"]);
    let both = vec![finding("F-1", "A-1", "acme.one"), finding("F-2", "A-1", "acme.two")];
    let tie = &tied(&["10.0.0.1"], &[], &inventory(vec![one], both)).pairs[0];
    assert_eq!((tie.found.as_str(), tie.findings.as_slice()), ("product", &["F-1".into()][..]));
}

#[test]
fn something_else_of_the_vendor_is_told_as_that() {
    let one = asset("A-1", "host", &["ip:10.0.0.1"]);
    let other = vec![finding("F-2", "A-1", "acme.two")];
    assert_eq!(tied(&["10.0.0.1"], &[], &inventory(vec![one], other)).pairs[0].found, "vendor");
}

#[test]
fn a_product_that_talks_is_said_to() {
    let one = asset("A-1", "host", &["ip:10.0.0.1"]);
    assert_eq!(said("acme.one", &["10.0.0.1"], &[], vec![one]), "talks");
}

#[test]
fn a_product_whose_asset_the_vendor_only_calls_does_not_talk() {
    let one = asset("A-1", "host", &["ip:10.0.0.1"]);
    let inventory = inventory(vec![one], vec![finding("F-1", "A-1", "acme.one")]);
    let mut traffic = traffic(&["10.0.0.1"]);
    (traffic.pairs[0].sum.flows, traffic.pairs[0].inward) = (2, 2);
    let presence = Presence::new(identifiers(&inventory));
    let tied = tie(&traffic, &inventory, &endpoints(), &presence);
    assert_eq!(tied.installed[0].traffic, "called");
}

#[test]
fn a_product_is_not_silent_when_its_asset_talks_to_its_vendor() {
    let one = asset("A-1", "host", &["ip:10.0.0.1"]);
    assert_eq!(said("acme.two", &["10.0.0.1"], &[], vec![one]), "vendor-talks");
}

#[test]
fn a_product_is_silent_when_the_logs_show_its_asset_and_no_contact() {
    let one = asset("A-1", "host", &["ip:10.0.0.1"]);
    assert_eq!(said("acme.one", &[], &["10.0.0.1"], vec![one]), "silent");
}

#[test]
fn a_product_is_not_silent_where_no_log_covers_its_asset() {
    let one = asset("A-1", "host", &["ip:10.0.0.1"]);
    assert_eq!(said("acme.one", &[], &["10.0.0.9"], vec![one]), "not-covered");
}

#[test]
fn a_product_is_not_silent_where_its_asset_shares_its_only_address() {
    let assets = ["A-1", "A-2"].map(|id| asset(id, "host", &["ip:10.0.0.1"]));
    assert_eq!(said("acme.one", &[], &["10.0.0.1"], assets.into()), "ambiguous");
}

#[test]
fn a_product_may_talk_where_an_ambiguous_host_does() {
    let assets = ["A-1", "A-2"].map(|id| asset(id, "host", &["ip:10.0.0.1"]));
    assert_eq!(said("acme.one", &["10.0.0.1"], &[], assets.into()), "ambiguous");
}

#[test]
fn a_product_without_a_known_endpoint_is_not_silent() {
    let one = asset("A-1", "host", &["ip:10.0.0.1"]);
    assert_eq!(said("acme.three", &[], &["10.0.0.1"], vec![one]), "no-endpoint");
}

#[test]
fn a_product_on_an_asset_that_no_log_could_show_is_not_silent() {
    let one = asset("A-1", "host", &["serial:X1"]);
    assert_eq!(said("acme.one", &[], &["10.0.0.1"], vec![one]), "no-address");
}

#[test]
fn a_product_under_two_directives_is_told_once() {
    let one = asset("A-1", "host", &["ip:10.0.0.1"]);
    let twice = vec![finding("F-1", "A-1", "acme.one"), finding("F-2", "A-1", "acme.one")];
    assert_eq!(tied(&[], &[], &inventory(vec![one], twice)).installed.len(), 1);
}
