//! Tests of all renderers over the hand-made assessment.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use model::record::Assessment;

use crate::sample::{empty, sample};
use crate::summary::{COLUMNS_MAX, LINES_MAX, SummaryOptions};
use crate::text::width;
use crate::words::{Lang, Words};
use crate::{csv, diagnostic, html, json, summary, table, xlsx};

mod flows;
mod golden;

fn english() -> Words {
    Words::new(Lang::En)
}

fn chinese() -> Words {
    Words::new(Lang::ZhCn)
}

/// More of everything than a screen can take.
fn large() -> Assessment {
    let mut large = sample();
    for copy in 0..40 {
        large.directives.push(crate::sample::directive());
        large.sources.extend(sample().sources);
        for mut finding in sample().findings {
            finding.vendor.id = format!("v{copy}");
            finding.named_vendor = String::new();
            finding.vendor.name.insert("en".into(), format!("A vendor with a long name {copy}"));
            large.findings.push(finding);
        }
        large.firewalls.push(model::record::firewall::FirewallHead {
            name: format!("firewall-with-a-long-name-{copy}"),
            statements: 1000,
            read: 999,
            rules_enabled: 1_000_000,
            ..Default::default()
        });
    }
    large.target = "x".repeat(500);
    large.egress = Some(Box::new(flows::record()));
    large
}

fn crowded() -> SummaryOptions {
    let reports = (0..9).map(|n| format!("{}/report-{n}.html", "folder/".repeat(30))).collect();
    let next = (0..9).map(|n| format!("supplant explain {n}")).collect();
    SummaryOptions { colour: false, reports, next }
}

#[test]
fn the_summary_fits_a_screen_whatever_happens() {
    let mut one_directive = large();
    one_directive.directives.truncate(1);
    for assessment in [sample(), empty(), large(), one_directive] {
        for words in [english(), chinese()] {
            let text = summary::render(&assessment, &words, &crowded());
            assert!(text.lines().count() <= LINES_MAX, "{text}");
            for line in text.lines() {
                assert!(width(line) <= COLUMNS_MAX, "{} columns: {line}", width(line));
            }
        }
    }
}

#[test]
fn colour_is_opt_in_and_names_can_not_steer_the_terminal() {
    let mut assessment = sample();
    assessment.findings[0].vendor.name.insert("en".into(), "evil\u{1b}[2J".into());
    assessment.findings[0].named_vendor = String::new();
    assessment.sources[1].path = "dump\u{1b}]0;title\u{7}.bin".into();
    let plain = summary::render(&assessment, &english(), &SummaryOptions::default());
    assert!(!plain.contains('\u{1b}'));
    let options = SummaryOptions { colour: true, ..SummaryOptions::default() };
    let coloured = summary::render(&assessment, &english(), &options);
    assert!(coloured.contains("\u{1b}[1;31m") && !coloured.contains("\u{1b}[2J"));
    let mut stripped = coloured;
    for code in ["0", "1", "2", "1;31", "33", "32"] {
        stripped = stripped.replace(&format!("\u{1b}[{code}m"), "");
    }
    assert_eq!(stripped, plain);
}

#[test]
fn tables_align_and_keep_to_a_width() {
    for words in [english(), chinese()] {
        let tables = [table::findings, table::assets, table::sources, table::diagnostics];
        for render in tables {
            let wide = render(&sample(), &words, None);
            let narrow = render(&sample(), &words, Some(80));
            assert_eq!(wide.lines().count(), narrow.lines().count());
            assert!(narrow.lines().all(|line| width(line) <= 80), "{narrow}");
            assert_eq!(render(&empty(), &words, Some(80)).lines().count(), 1);
        }
    }
}

fn csv_of(write: fn(&Assessment, &mut dyn std::io::Write) -> std::io::Result<()>) -> String {
    let mut bytes = Vec::new();
    write(&sample(), &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn csv_is_stable_marked_as_utf8_and_free_of_formulas() {
    let findings = csv_of(csv::findings);
    let head = "\u{feff}finding_id,state,directive,clause,asset_id,asset,asset_kind,site,os,\
                asset_owner,observed_on,vendor_id,vendor,product_id,product,category,versions,\
                relation,confidence,confidence_reason,state_reason,named_vendor,owner_chain,\
                decisions,deadline,days_left,waiver,evidence_total\r\n";
    assert!(findings.starts_with(head), "{findings}");
    assert!(findings.contains("'=cmd|' /C calc'!A0") && findings.contains("'@sum(1)"));
    assert!(findings.contains(",-145,"), "numbers stay numbers");
    assert_eq!(findings.lines().count(), 1 + sample().findings.len());
    for text in [findings, csv_of(csv::assets), csv_of(csv::sources), csv_of(csv::evidence)] {
        let mut reader = ::csv::ReaderBuilder::new().from_reader(text.as_bytes());
        for record in reader.records() {
            for cell in record.unwrap().iter() {
                let formula = cell.starts_with(['=', '+', '@'])
                    || cell.starts_with('-') && cell.parse::<i64>().is_err();
                assert!(!formula, "{cell}");
            }
        }
    }
}

#[test]
fn json_reads_back_and_every_line_says_what_it_is() {
    let mut bytes = Vec::new();
    json::write(&sample(), &mut bytes).unwrap();
    assert_eq!(serde_json::from_slice::<Assessment>(&bytes).unwrap(), sample());
    let mut bytes = Vec::new();
    json::write_lines(&sample(), &mut bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.iter().all(|line| line["schema"] == "supplant.assessment/1"));
    let mut kinds: Vec<&str> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
    kinds.dedup();
    let expected = "assessment directive asset finding waiver source diagnostic totals";
    assert_eq!(kinds.join(" "), expected);
}

fn open(bytes: Vec<u8>) -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(bytes)).unwrap()
}

#[test]
fn the_workbook_is_complete_typed_and_the_same_twice() {
    let bytes = xlsx::write(&sample(), &english()).unwrap();
    assert_eq!(bytes, xlsx::write(&sample(), &english()).unwrap());
    let mut book = open(bytes);
    let names = "Findings, Assets, Evidence, Sources, Diagnostics, Directives and decisions, \
                 Waivers, Meta";
    assert_eq!(book.sheet_names().join(", "), names);
    let findings = book.worksheet_range("Findings").unwrap();
    assert_eq!(findings.height(), 1 + sample().findings.len());
    let row = findings.rows().nth(3).unwrap();
    assert_eq!(row[5], Data::String("=cmd|' /C calc'!A0".into()));
    assert_eq!(row[9], Data::String("=HYPERLINK(\"http://evil.example\")".into()));
    assert!(matches!(row[10], Data::DateTime(_)) && matches!(row[24], Data::DateTime(_)));
    assert_eq!(row[25], Data::Float(-145.0));
    for name in book.sheet_names() {
        assert!(book.worksheet_formula(&name).unwrap().is_empty(), "{name}");
    }
    let chinese = open(xlsx::write(&sample(), &chinese()).unwrap());
    assert_eq!(chinese.sheet_names()[3], "来源台账");
}

#[test]
fn a_long_table_goes_on_in_the_next_sheet() {
    let mut book = open(xlsx::write_with(&sample(), &english(), 5).unwrap());
    let rows = |book: &mut Xlsx<_>, name: &str| book.worksheet_range(name).unwrap().height() - 1;
    let counts = ["Findings", "Findings 2", "Findings 3"].map(|name| rows(&mut book, name));
    assert_eq!(counts, [5, 5, 2]);
    assert!(!book.sheet_names().contains(&"Findings 4".to_owned()));
    assert!(!book.sheet_names().contains(&"Assets 2".to_owned()), "five assets fit one sheet");
}

#[test]
fn a_text_longer_than_a_cell_is_cut_and_says_so() {
    let mut assessment = sample();
    assessment.findings[0].evidence[0].value = "长".repeat(40_000);
    let mut book = open(xlsx::write(&assessment, &english()).unwrap());
    let evidence = book.worksheet_range("Evidence").unwrap();
    let Data::String(text) = &evidence.rows().nth(1).unwrap()[5] else { panic!() };
    assert!(text.ends_with("(cut; 40,000 characters, whole in JSONL)"), "{}", text.len());
}

#[test]
fn html_escapes_allows_nothing_from_outside_and_is_the_same_twice() {
    for words in [english(), chinese()] {
        let page = html::render(&sample(), &words).unwrap();
        assert_eq!(page, html::render(&sample(), &words).unwrap());
        assert_eq!(page.matches("<script>").count(), 1, "only our own");
        assert!(page.contains("&#60;script&#62;alert(1)"));
        assert!(page.contains("default-src &#39;none&#39;; style-src &#39;sha256-"));
        for outside in ["src=", "href=\"http", "url(", "@import", " style=", " onclick="] {
            assert!(!page.contains(outside), "{outside}");
        }
        for finding in sample().findings {
            assert!(page.contains(&format!("id=\"{}\"", finding.id)));
        }
        assert!(!page.contains("{ $") && !page.contains("{$"), "an argument is missing");
    }
}

#[test]
fn html_says_what_it_leaves_out() {
    let mut assessment = sample();
    let mut one = assessment.findings[0].clone();
    one.evidence.push(one.evidence[0].clone());
    assessment.findings = vec![one; 2_500];
    let page = html::render(&assessment, &english()).unwrap();
    assert!(page.contains("This page lists the 2,000 most pressing of 2,500 findings."));
    assert!(page.contains("3 of 41 observations are shown here."));
    assert!(page.contains("0 of 41 observations are shown here."), "the cap over all findings");
}

#[test]
fn every_renderer_takes_an_empty_assessment() {
    let mut no_findings = sample();
    no_findings.findings.clear();
    no_findings.totals.assets_prohibited = 0;
    for assessment in [empty(), no_findings] {
        for words in [english(), chinese()] {
            assert!(html::render(&assessment, &words).unwrap().contains("</html>"));
            assert!(!xlsx::write(&assessment, &words).unwrap().is_empty());
        }
    }
}

#[test]
fn words_of_all_keys_used_by_a_full_report_exist() {
    let page = html::render(&sample(), &english()).unwrap();
    for leak in ["word-", ">summary-", ">meta-", ">tile-", ">position-"] {
        assert!(!page.contains(leak), "{leak}");
    }
}

#[test]
fn a_diagnostic_reads_like_a_compiler_message() {
    let said = &sample().diagnostics;
    assert_eq!(
        diagnostic::render(&said[1], &english()),
        "error[input/malformed]: the content breaks the rules of its format here (column: vendor)\n  \
         --> cmdb.xlsx:line 44\n  \
         = help: look at the place; rows before and after it are read where possible\n"
    );
    assert_eq!(
        diagnostic::render(&said[2], &chinese()),
        "错误[input/read-failed]: 读取失败：permission denied\n  --> gone.json\n  \
         = 建议: 请检查存储介质、访问权限和归档文件后重新运行\n"
    );
}
