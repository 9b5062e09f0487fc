//! What the whole core says about small inputs: files in, an assessment out, with the bundled facts.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, its helpers too"
)]

mod assets;
mod corpus;
mod deadlines;
mod decisions;
mod facts;
mod look_alikes;
mod modes;
mod ownership;
mod stability;
mod traps_hosts;
mod traps_network;
mod traps_packages;
mod waivers;

use std::io::{self, Read};
use std::sync::LazyLock;

use audit::find::Options;
use audit::find::assess::assess;
use audit::ingest::{File, ingest};
use audit::limits::Limits;
use audit::merge::{Gathered, merge};
use audit::sink::Collector;
use catalog::directive::Answer;
use catalog::facts::Catalog;
use catalog::load::{DataFile, bundled, load, load_waivers};
use jiff::civil::Date;
use model::finding::{Relation, State};
use model::record::{Assessment, Finding};

/// The directive that names security vendors, known from the press.
const SECURITY: &str = "cn-2026-01-security-software";
/// The directive that names makers of network equipment and cameras.
const SECTION_889: &str = "us-ndaa-fy19-889";
/// The day of the tests where it does not matter.
const TODAY: &str = "2026-11-22";

static BUNDLED: LazyLock<Catalog> = LazyLock::new(|| load(bundled()).catalog);

/// One question: what does a directive say about these files?
struct Question<'a> {
    files: Vec<(&'a str, Vec<u8>)>,
    directive: &'a str,
    day: &'a str,
    decisions: Vec<(&'a str, Answer)>,
    overlay: String,
    waivers: String,
}

/// A question about one file with the usual directive and day.
fn ask<'a>(path: &'a str, bytes: impl Into<Vec<u8>>) -> Question<'a> {
    Question {
        files: vec![(path, bytes.into())],
        directive: SECURITY,
        day: TODAY,
        decisions: Vec::new(),
        overlay: String::new(),
        waivers: String::new(),
    }
}

impl<'a> Question<'a> {
    /// Also with this file.
    fn and(mut self, path: &'a str, bytes: impl Into<Vec<u8>>) -> Self {
        self.files.push((path, bytes.into()));
        self
    }

    /// Under another directive.
    fn under(mut self, directive: &'a str) -> Self {
        self.directive = directive;
        self
    }

    /// Under a directive of our own, given as TOML; see [`directive`].
    fn under_text(mut self, overlay: String) -> Self {
        self.overlay = overlay;
        self.directive = "test-directive";
        self
    }

    /// On another day.
    fn on(mut self, day: &'a str) -> Self {
        self.day = day;
        self
    }

    /// With an answer to an open question.
    fn decide(mut self, slot: &'a str, answer: Answer) -> Self {
        self.decisions.push((slot, answer));
        self
    }

    /// With a file of waivers.
    fn waive(mut self, waivers: &str) -> Self {
        waivers.clone_into(&mut self.waivers);
        self
    }

    /// The whole answer.
    fn assessment(&self) -> Assessment {
        let own;
        let catalog = if self.overlay.is_empty() {
            &*BUNDLED
        } else {
            let mut files = bundled();
            let path = "directives/test-directive.toml".to_owned();
            files.push(DataFile { path, text: self.overlay.clone(), overlay: true });
            let loaded = load(files);
            assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
            own = loaded.catalog;
            &own
        };
        let directive = catalog.directive(self.directive).expect("the directive is known");
        let mut options = Options::at(self.day.parse::<Date>().unwrap());
        for (slot, answer) in &self.decisions {
            options.decisions.insert((*slot).to_owned(), *answer);
        }
        if !self.waivers.is_empty() {
            let text = self.waivers.clone();
            let file = DataFile { path: "waivers.toml".into(), text, overlay: true };
            let (waivers, problems, _) = load_waivers(file);
            assert!(problems.is_empty(), "{problems:?}");
            options.waivers = waivers;
        }
        let assessment = assess(&gather(&self.files), catalog, &[directive], &options);
        every_finding_has_evidence(&assessment);
        assessment
    }

    /// The findings as `state relation product asset`, sorted, without repetitions.
    fn found(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.assessment().findings.iter().map(shown).collect();
        lines.sort();
        lines.dedup();
        lines
    }

    /// The only finding.
    fn only(&self) -> Finding {
        let mut findings = self.assessment().findings;
        assert_eq!(findings.len(), 1, "{:?}", findings.iter().map(shown).collect::<Vec<_>>());
        findings.remove(0)
    }
}

fn shown(finding: &Finding) -> String {
    let Finding { state, relation, product, asset_name, .. } = finding;
    format!("{} {} {} {asset_name}", state.as_str(), relation.as_str(), product.id)
}

/// Reads files with one worker.
fn gather(files: &[(&str, Vec<u8>)]) -> Gathered {
    merge(vec![collect(files)])
}

fn collect(files: &[(&str, Vec<u8>)]) -> Collector {
    let mut collector = Collector::default();
    for (path, bytes) in files {
        let open =
            || -> io::Result<Box<dyn Read + Send>> { Ok(Box::new(io::Cursor::new(bytes.clone()))) };
        let file = File { path, bytes: bytes.len() as u64, open: &open };
        ingest(&file, &Limits::default(), &mut collector);
    }
    collector
}

/// No finding without evidence, no evidence without its place.
fn every_finding_has_evidence(assessment: &Assessment) {
    for finding in &assessment.findings {
        assert!(!finding.evidence.is_empty(), "{}", finding.id);
        assert!(finding.evidence_total as usize >= finding.evidence.len());
        for evidence in &finding.evidence {
            assert!(!evidence.path.is_empty() && !evidence.reader.is_empty());
            assert_eq!(evidence.sha256.len(), 64, "{}", evidence.path);
            assert!(!evidence.value.is_empty() && !evidence.pattern.is_empty());
            assert!(!evidence.fact_sources.is_empty(), "{}", evidence.pattern);
        }
    }
}

/// Whether anything is prohibited, or might be.
fn pressing(lines: &[String]) -> Vec<&String> {
    let pressing = |line: &&String| line.starts_with("prohibited") || line.starts_with("undecided");
    lines.iter().filter(pressing).collect()
}

/// A directive of our own that names these vendors.
fn directive(vendors: &[&str], mode: &str, more: &str) -> String {
    let vendors: Vec<String> = vendors.iter().map(|vendor| format!("{vendor:?}")).collect();
    format!(
        r#"
id = "test-directive"
title.en = "A directive for tests"
title.zh-CN = "测试用指令"
jurisdiction = "XX"
force = "binding"
status = "in-force"
issued = "2020-01-31"
effective = "2020-01-31"
binds.en = "Everyone."
binds.zh-CN = "所有单位。"
confidence = "documented"

[[clause]]
id = "1"
title.en = "Stop using"
title.zh-CN = "停止使用"
kind = "deny-list"
effect = "remove"
vendors = [{}]
ownership.mode = "{mode}"
embedded = "in"
confidence = "documented"
source = ["s1"]
{more}

[[source]]
id = "s1"
url = ""
note = "made up"
tier = "official"
"#,
        vendors.join(", ")
    )
}

/// One installed package of a Debian host.
fn dpkg(name: &str, maintainer: &str, homepage: &str) -> String {
    let homepage =
        if homepage.is_empty() { String::new() } else { format!("Homepage: {homepage}\n") };
    format!(
        "Package: {name}\nStatus: install ok installed\nMaintainer: {maintainer}\n\
         Architecture: amd64\nVersion: 1.2-3\n{homepage}Description: something\n\n"
    )
}

/// A registry export of a host with the given name and keys.
fn reg(host: &str, keys: &str) -> String {
    format!(
        "Windows Registry Editor Version 5.00\r\n\r\n\
         [HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\ComputerName\\ComputerName]\r\n\
         \"ComputerName\"=\"{host}\"\r\n\r\n{}",
        keys.replace('\n', "\r\n")
    )
}

/// An uninstall key.
fn program(name: &str, publisher: &str) -> String {
    format!(
        "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\{name}]\n\
         \"DisplayName\"=\"{name}\"\n\"Publisher\"=\"{publisher}\"\n\"DisplayVersion\"=\"1.0\"\n\n"
    )
}

/// A service key; an empty path leaves it dangling.
fn service(name: &str, display: &str, path: &str) -> String {
    let path = path.replace('\\', "\\\\");
    let values = match (display, path.as_str()) {
        (_, "") => String::new(),
        ("", path) => format!("\"ImagePath\"=\"{path}\"\n\"Start\"=dword:00000002\n"),
        (display, path) => format!(
            "\"DisplayName\"=\"{display}\"\n\"ImagePath\"=\"{path}\"\n\"Start\"=dword:00000002\n"
        ),
    };
    format!("[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\{name}]\n{values}\n")
}

/// A recorded walk of a device with these system values and further rows.
fn walk(description: &str, object: &str, name: &str, rows: &[(&str, &str, &str)]) -> String {
    let mut text = format!(
        "1.3.6.1.2.1.1.1.0|4|{description}\n1.3.6.1.2.1.1.2.0|6|{object}\n\
         1.3.6.1.2.1.1.3.0|67|12345\n1.3.6.1.2.1.1.5.0|4|{name}\n"
    );
    for (oid, tag, value) in rows {
        text += &format!("{oid}|{tag}|{value}\n");
    }
    text
}

/// Whether a finding is about this vendor and says `is`.
fn is_of(finding: &Finding, vendor: &str) -> bool {
    finding.vendor.id == vendor && finding.relation == Relation::Is
}

/// Whether a finding demands something.
fn is_firm(finding: &Finding) -> bool {
    !matches!(finding.state, State::Watch | State::OutOfScope)
}
