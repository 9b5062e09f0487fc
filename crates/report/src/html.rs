//! One self-contained HTML file: no request leaves it, it works without script, and prints.
//!
//! The policy in its head allows exactly one style sheet and one script by their digests, and nothing else; names and values
//! from inventories are escaped by the template engine. What a cap leaves out is stated where it would stand.

use askama::Template;
use model::record::Assessment;
use sha2::{Digest, Sha256};

use crate::Error;
use crate::figures::Figures;
use crate::html::charts::{Bars, Meter};
use crate::html::directives::DirectiveView;
use crate::html::findings::FindingView;
use crate::html::firewalls::FirewallView;
use crate::html::overview::Tile;
use crate::html::sources::{Account, SaidView};
use crate::traffic;
use crate::words::Words;

pub(crate) mod charts;
mod directives;
mod findings;
mod firewalls;
mod overview;
mod sources;

/// The report as HTML.
pub fn render(assessment: &Assessment, words: &Words) -> Result<String, Error> {
    Page::new(assessment, words)?.render().map_err(Error::Template)
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    w: &'a Words,
    assessment: &'a Assessment,
    policy: String,
    css: &'static str,
    js: &'static str,
    title: String,
    directives: Vec<DirectiveView>,
    headline: Vec<String>,
    tiles: Vec<Tile>,
    states: Meter,
    confidences: Meter,
    rows: Meter,
    vendors: Bars,
    sites: Bars,
    findings: Vec<FindingView>,
    findings_note: Option<String>,
    /// Totals of egress in words, and what there is to show of it.
    egress: Option<(Vec<String>, String)>,
    firewalls: Vec<FirewallView>,
    firewalls_note: Option<String>,
    account: Account,
    said: SaidView,
    waivers: Vec<directives::WaiverView>,
    about: Vec<(String, String)>,
}

impl<'a> Page<'a> {
    fn new(assessment: &'a Assessment, words: &'a Words) -> Result<Self, Error> {
        let figures = Figures::of(assessment, words);
        let (findings, findings_note) = findings::list(assessment, words);
        let (firewalls, firewalls_note) = firewalls::list(assessment, words);
        let egress = assessment.egress.as_deref();
        let egress = egress.map(|record| -> Result<_, Error> {
            Ok((traffic::totals(record, words), traffic::page::section(record, words)?))
        });
        Ok(Self {
            w: words,
            assessment,
            policy: policy(),
            css: CSS,
            js: JS,
            title: overview::title(assessment, words),
            directives: directives::list(assessment, words),
            headline: overview::headline(assessment, &figures, words),
            tiles: overview::tiles(assessment, &figures, words),
            states: charts::states(&figures, words),
            confidences: charts::confidences(&figures, words),
            rows: charts::rows(assessment, words),
            vendors: charts::vendors(&figures, words),
            sites: charts::sites(&figures, words),
            findings,
            findings_note,
            egress: egress.transpose()?,
            firewalls,
            firewalls_note,
            account: sources::account(assessment, words),
            said: sources::said(assessment, words),
            waivers: directives::waivers(assessment, words),
            about: overview::about(assessment, words),
        })
    }

    /// The words of a key; short, because the template is full of it.
    fn t(&self, key: &str) -> String {
        self.w.plain(key)
    }
}

/// The content security policy: nothing but our own style sheet and script.
fn policy() -> String {
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; \
         form-action 'none'",
        base64(&Sha256::digest(CSS)),
        base64(&Sha256::digest(JS)),
    )
}

/// The policy of a page that has our style sheet and no script.
pub(crate) fn policy_of_style() -> String {
    let css = base64(&Sha256::digest(CSS));
    format!("default-src 'none'; style-src 'sha256-{css}'; base-uri 'none'; form-action 'none'")
}

/// RFC 4648 with padding; only for digests.
fn base64(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let bits = (0..3)
            .fold(0_usize, |bits, i| bits << 8 | chunk.get(i).map_or(0, |byte| usize::from(*byte)));
        for digit in 0..4 {
            let value = bits >> (18 - 6 * digit) & 63;
            let symbol = ALPHABET.get(value).map_or('=', |symbol| char::from(*symbol));
            out.push(if digit > chunk.len() { '=' } else { symbol });
        }
    }
    out
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The style sheet of all pages.
pub(crate) const CSS: &str = include_str!("../templates/report.css");
const JS: &str = include_str!("../templates/report.js");

#[cfg(test)]
mod tests {
    #[test]
    fn base64_pads() {
        let coded = [b"".as_slice(), b"f", b"fo", b"foo", b"foob"].map(super::base64);
        assert_eq!(coded, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="]);
    }
}
