//! Where data goes, in the report of an assessment and on a page of its own.

use model::finding::{Confidence, State};
use model::record::Named;
use model::record::tied::{AssetName, Installed, Shown, Tie, Tied, Unlisted};
use model::record::traffic::{Line, Pair, Sum, TRAFFIC_SCHEMA, Traffic};

use super::*;
use crate::traffic;

fn sum(bytes_out: u64) -> Sum {
    let day = |day: u8| format!("2026-03-{day}T00:00:00Z").parse().ok();
    Sum { flows: 3, bytes_out, bytes_in: 2_000, first: day(20), last: day(29), ..Sum::default() }
}

fn pair(asset: &str, endpoint: &str, bytes_out: u64) -> Pair {
    Pair {
        asset: asset.into(),
        vendor: "aurora".into(),
        vendor_country: "XA".into(),
        products: ["aurora.edr".into()].into(),
        endpoint: endpoint.into(),
        evidence: "name".into(),
        grades: [("sni".into(), Some(bytes_out))].into(),
        purpose: "telemetry".into(),
        confidence: "documented".into(),
        countries: [("XB".into(), Some(bytes_out))].into(),
        sum: sum(bytes_out),
        ..Pair::default()
    }
}

fn named(id: &str) -> Named {
    Named { id: id.into(), name: [("en".to_owned(), id.to_owned())].into() }
}

fn tied() -> Tied {
    let tie = |asset: &str, matched: &str, assets: &[&str]| Tie {
        asset: asset.into(),
        vendor: "aurora".into(),
        endpoint: "telemetry.aurora.example".into(),
        matched: matched.into(),
        assets: assets
            .iter()
            .map(|id| AssetName { id: (*id).into(), name: format!("host of {id}") })
            .collect(),
        ..Tie::default()
    };
    let installed = |finding: &str, traffic: &str| Installed {
        finding: finding.into(),
        asset: AssetName { id: "A-1".into(), name: "srv-1".into() },
        product: named("aurora.edr"),
        vendor: "aurora".into(),
        endpoints: 2,
        traffic: traffic.into(),
    };
    let words = [
        "talks",
        "vendor-talks",
        "silent",
        "called",
        "ambiguous",
        "not-covered",
        "no-address",
        "no-endpoint",
    ];
    Tied {
        inventory: "estate".into(),
        date: "2026-03-31".into(),
        assets: 3,
        listed: 3,
        pairs: vec![
            tie("10.0.0.1", "address", &["A-1"]),
            tie("10.0.0.2", "ambiguous", &["A-2", "A-3"]),
            tie("<script>alert(2)</script>", "none", &[]),
        ],
        unlisted: vec![Unlisted {
            id: "U-000000000001".into(),
            asset: "<script>alert(2)</script>".into(),
            vendor: named("aurora"),
            products: vec![named("aurora.edr")],
            confidence: Confidence::Probable,
            confidence_reason: "confidence/endpoint-recalled".into(),
            state: Some(State::Prohibited),
            state_reason: "state/named".into(),
            directive: "xx-2026-01-security-software".into(),
            clause: "1".into(),
            sum: sum(500),
            evidence: vec![Shown {
                endpoint: "telemetry.aurora.example".into(),
                grade: "sni".into(),
                fact_confidence: "recalled".into(),
                purpose: "telemetry".into(),
                flows: 3,
            }],
        }],
        installed: words.map(|word| installed(&format!("F-{word}"), word)).into(),
    }
}

pub(super) fn record() -> Traffic {
    let endpoint = "telemetry.aurora.example";
    let line =
        |value: &str| vec![Line { value: value.into(), assets: 3, sum: sum(48_000_000_500) }];
    let views = [
        ("asset", "10.0.0.1"),
        ("vendor", "aurora"),
        ("product", "aurora.edr"),
        ("endpoint", endpoint),
        ("country", "XB"),
        ("origin", "XA"),
        ("purpose", "telemetry"),
        ("day", "2026-03-20"),
    ];
    Traffic {
        schema: TRAFFIC_SCHEMA.into(),
        program: "supplant 0.1.0".into(),
        target: "estate".into(),
        endpoints: 9,
        pairs: vec![
            pair("10.0.0.1", endpoint, 48_000_000_000),
            pair("10.0.0.2", endpoint, 0),
            pair("<script>alert(2)</script>", endpoint, 500),
        ],
        views: views.map(|(thing, value)| (thing.to_owned(), line(value))).into(),
        total: sum(48_000_000_500),
        tied: Some(tied()),
        ..Traffic::default()
    }
}

fn assessment() -> Assessment {
    Assessment { egress: Some(Box::new(record())), ..sample() }
}

/// The section of the report.
fn section(assessment: &Assessment, words: &Words) -> String {
    let page = html::render(assessment, words).unwrap();
    let after = page.split("<section id=\"egress\"").nth(1).unwrap_or_default();
    after.split("</section>").next().unwrap_or_default().to_owned()
}

#[test]
fn a_report_without_logs_has_no_section_of_egress() {
    assert_eq!(section(&sample(), &english()), "");
}

#[test]
fn the_section_is_that_of_the_page_of_egress() {
    let page = traffic::page::render(&record(), &english()).unwrap();
    let traffic = section(&assessment(), &english());
    let traffic = traffic.split("<div class=\"traffic\">").nth(1).unwrap();
    let traffic = traffic.split("<p class=\"quiet\">").next().unwrap().trim_end();
    assert!(page.contains(traffic));
}

#[test]
fn the_section_tells_the_vendors_country_and_that_of_the_address_apart() {
    let text = section(&assessment(), &english());
    let bars = |title: &str| text.split(title).nth(1).unwrap().split("</figure>").next().unwrap();
    assert!(bars("By country of the vendor").contains(">XA<"));
    assert!(bars("By country of the address").contains(">XB<"));
}

#[test]
fn an_upload_that_nobody_saw_is_said_and_not_shown_as_0() {
    let text = section(&assessment(), &english());
    let tile = text.split("Sample uploads, bytes out").nth(1).unwrap();
    assert!(
        tile.starts_with("</p><p class=\"tile-value\">–</p><p class=\"tile-note\">no endpoint")
    );
}

#[test]
fn an_upload_of_unknown_volume_is_said_to_be() {
    let mut assessment = assessment();
    let unknown = Sum { flows: 1, out_unknown: 1, ..Sum::default() };
    let line = Line { value: "sample-upload".into(), assets: 1, sum: unknown };
    let egress = assessment.egress.as_mut().unwrap();
    egress.views.insert("purpose".into(), vec![line]);
    let text = section(&assessment, &english());
    let tile = text.split("Sample uploads, bytes out").nth(1).unwrap();
    assert!(
        tile.starts_with("</p><p class=\"tile-value\">?</p><p class=\"tile-note\">no log tells")
    );
}

#[test]
fn where_names_were_dropped_no_volume_is_called_measured() {
    let csv = |record: &Traffic| {
        let mut out = Vec::new();
        traffic::write_csv(record, None, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let mut record = assessment().egress.unwrap();
    assert!(csv(&record).contains(",measured,") && !record.is_incomplete());
    record.dropped = 1;
    record.miss_flows();
    assert!(!csv(&record).contains(",measured,") && csv(&record).contains(",at-least,"));
    assert!(record.is_incomplete());
}

#[test]
fn lines_hold_the_pairs_with_flows_only() {
    let mut record = assessment().egress.unwrap();
    record.pairs[0].evidence = "contact".into();
    let mut out = Vec::new();
    traffic::lines(&record, None, &mut out).unwrap();
    let lines = out.iter().filter(|byte| **byte == b'\n').count();
    assert_eq!(lines, record.pairs.len() - 1);
    assert_eq!(traffic::beside(&record, true, &english()).len(), 1);
}

#[test]
fn what_is_installed_is_told_by_what_the_logs_can_say() {
    let text = section(&assessment(), &english());
    for said in ["installed, silent", "no log covers it", "no endpoint known", "no address known"] {
        assert!(text.contains(&format!("<td>{said}</td>")), "{said}");
    }
}

#[test]
fn an_ambiguous_host_names_all_that_it_may_be() {
    let text = section(&assessment(), &english());
    assert!(text.contains("<td>one of several: host of A-2, host of A-3</td>"));
}

#[test]
fn where_not_all_assets_are_listed_no_number_of_hosts_without_inventory_is_given() {
    let mut record = record();
    record.tied = Some(Tied { assets: 9, ..tied() });
    let page = traffic::page::render(&record, &english()).unwrap();
    let tile = page.split("Hosts without inventory").nth(1).unwrap();
    assert!(tile.starts_with("</p><p class=\"tile-value\">–</p>"), "{}", &tile[..80]);
}

#[test]
fn names_from_logs_are_escaped() {
    for words in [english(), chinese()] {
        let page = html::render(&assessment(), &words).unwrap();
        assert!(!page.contains("<script>alert(2)"));
    }
}

#[test]
fn no_word_is_missing() {
    for words in [english(), chinese()] {
        let text = section(&assessment(), &words);
        for leak in ["word-", "egress-", "column-", "{ $"] {
            let inside = text.replace("id=\"h-egress\"", "").contains(leak);
            assert!(!inside, "{leak}");
        }
    }
}

#[test]
fn the_workbook_has_the_sheets_of_egress() {
    let names = open(xlsx::write(&assessment(), &english()).unwrap()).sheet_names().join(", ");
    let expected =
        "Hosts and endpoints, Hosts without inventory, Installed and talking, Hosts and assets";
    assert!(names.contains(expected), "{names}");
}

#[test]
fn the_lines_have_what_egress_found() {
    let mut bytes = Vec::new();
    json::write_lines(&assessment(), &mut bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let of = |kind: &str| text.matches(&format!("\"type\":\"{kind}\"")).count();
    let counts =
        ["egress_pair", "egress_tie", "egress_unlisted", "egress_installed", "egress_total"];
    assert_eq!(counts.map(of), [3, 3, 1, 8, 1]);
}

#[test]
fn the_summary_says_where_data_goes() {
    let text = summary::render(&assessment(), &english(), &SummaryOptions::default());
    let line = "hosts without inventory: 1 · installed and silent: 1 · cannot be told: 4";
    assert!(text.contains(line), "{text}");
}
