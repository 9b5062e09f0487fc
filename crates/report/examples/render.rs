//! Renders an assessment for somebody who works on a layout: `render html|summary|findings|xlsx en|zh-CN < record.json`.
//! Without input it renders the hand-made sample of the tests.

use std::io::{self, Read, Write};

use model::record::Assessment;
use report::summary::SummaryOptions;
use report::words::{Lang, Words};

#[path = "../src/sample.rs"]
#[expect(dead_code, clippy::indexing_slicing, reason = "made for the tests")]
mod sample;

#[expect(clippy::disallowed_methods, reason = "an example is a program, not core code")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let format = args.first().map_or("html", String::as_str);
    let lang = args.get(1).and_then(|tag| Lang::parse(tag)).unwrap_or_default();
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    let assessment: Assessment =
        if text.is_empty() { sample::sample() } else { serde_json::from_str(&text)? };
    let words = Words::new(lang);
    let bytes = match format {
        "summary" => {
            let options = SummaryOptions {
                colour: false,
                reports: vec!["out/report.html".into(), "out/findings.xlsx".into()],
                next: vec!["supplant explain F-00000001".into()],
            };
            report::summary::render(&assessment, &words, &options).into_bytes()
        }
        "findings" => report::table::findings(&assessment, &words, Some(140)).into_bytes(),
        "sources" => report::table::sources(&assessment, &words, Some(100)).into_bytes(),
        "xlsx" => report::xlsx::write(&assessment, &words)?,
        "json" => {
            let mut bytes = Vec::new();
            report::json::write(&assessment, &mut bytes)?;
            bytes
        }
        _ => report::html::render(&assessment, &words)?.into_bytes(),
    };
    io::stdout().write_all(&bytes)?;
    Ok(())
}
