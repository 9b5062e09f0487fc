//! The fast way beside the plain one: whatever the input, both must see the same rows.

use std::fmt::Write as _;

use model::field::{Context, Field};
use model::source::{Fate, Source};

use super::known::{Found, Verdict};
use super::*;
use crate::limits::Limits;
use crate::sink::Collector;

/// What a row is read as, in words.
type Said = (Context, Vec<(Field, String)>);

/// Numbers from a seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    fn pick<'w>(&mut self, words: &[&'w str]) -> &'w str {
        words[self.below(words.len())]
    }
}

/// Reads with buffers of this size into a collector that may have learnt before.
fn read_into(collector: &mut Collector, bytes: &[u8], buffer: usize) -> usize {
    let limits = Limits::default();
    let source =
        Source { path: "h.json".into(), sha256: String::new(), bytes: 0, fate: Fate::Unknown };
    let mut sink = collector.begin(source, &limits);
    let mut stream = std::io::BufReader::with_capacity(buffer, bytes);
    Osquery.read(&mut Input { stream: &mut stream, path: "h.json", limits: &limits }, &mut sink);
    drop(sink);
    collector.sources.len() - 1
}

/// What the reader saw in one source, with positions.
fn said(collector: &Collector, source: usize) -> Vec<(u64, Said)> {
    let seen = &collector.observations;
    let runs = seen.runs.iter().filter(|run| run.source.0 as usize == source);
    runs.flat_map(|run| seen.rows_of(run))
        .map(|(item, at)| {
            let item = seen.items.get(item).unwrap();
            let facts = item.facts.iter().map(|f| (f.field, seen.strings.get(f.value).to_owned()));
            (at, (item.context, facts.collect()))
        })
        .collect()
}

const VALUES: &[&str] = &[
    "bash",
    "",
    "a much longer value, longer than two words of eight bytes",
    "7.1",
    "0",
    "install ok installed",
    "deinstall ok config-files",
    r#"say \"so\""#,
    r"C:\\x\\y.sys",
    r"\/\b\f\n\r\t",
    r"\u00e9\ud83d\ude00",
    "软件",
    "é",
    r"ends with \\",
    "{}[],:",
    "null",
];
const BARE: &[&str] = &[
    "7",
    "0",
    "123456789012345678901234567890",
    "-4",
    "true",
    "null",
    "[1,{\"a\":\"}\"}]",
    "{\"x\":1}",
];

fn export(random: &mut Random, rows: usize) -> String {
    const TABLES: &[&[&str]] = &[
        &["admindir", "arch", "name", "revision", "status", "version"],
        &["install_location", "name", "publisher", "uninstall_string", "version"],
        &["name", "pid", "path"],
        &["what", "nobody", "knows"],
        &["product", "days"],
    ];
    let mut text = String::from("[");
    let (colon, comma) = (random.pick(&[":", ": "]), random.pick(&[",", ",\n    "]));
    for row in 0..rows {
        text.push_str(if row > 0 { ",\n {" } else { "{" });
        for (at, column) in TABLES[random.below(TABLES.len())].iter().enumerate() {
            text.push_str(if at > 0 { comma } else { "" });
            let value = match random.below(12) {
                0 => random.pick(BARE).to_owned(),
                _ => format!("\"{}\"", random.pick(VALUES)),
            };
            write!(text, "\"{column}\"{colon}{value}").unwrap();
        }
        text.push('}');
    }
    text.push_str("]\n");
    text
}

/// The same by parsing everything and interning nothing, and how many rows are lost.
fn plainly(text: &str) -> (Vec<Said>, u64) {
    let rows: Vec<serde_json::Map<String, serde_json::Value>> = serde_json::from_str(text).unwrap();
    let columns = rows.iter().map(|row| {
        let column = row.iter().map(|(name, value)| RowText {
            name: name.into(),
            value: match value {
                serde_json::Value::String(text) => text.into(),
                serde_json::Value::Null => "".into(),
                serde_json::Value::Array(_) | serde_json::Value::Object(_) => "".into(),
                other if other.is_f64() => other.as_f64().unwrap().to_string().into(),
                other => other.to_string().into(),
            },
        });
        column.collect::<Vec<_>>()
    });
    let mut lost = 0;
    let said = columns
        .filter_map(|row| {
            lost += u64::from(tables::is_lost(&row));
            let table = tables::of_columns(&row)?;
            let facts = table.facts(&row).into_iter().map(|(f, v)| (f, v.trim().to_owned()));
            let facts: Vec<_> = facts.filter(|(_, value)| !value.is_empty()).collect();
            (!facts.is_empty()).then(|| (table.context(&row), facts))
        })
        .collect();
    (said, lost)
}

#[test]
fn the_scanner_sees_what_a_parser_of_the_whole_array_sees() {
    let mut random = Random(1);
    let mut collector = Collector::default();
    for round in 0..300 {
        let text = export(&mut random, 1 + round % 40);
        let buffer = [7, 64, 1000, 1 << 16][round % 4];
        let source = read_into(&mut collector, text.as_bytes(), buffer);
        let rows: Vec<Said> = said(&collector, source).into_iter().map(|(_, row)| row).collect();
        let lost = collector.sources[source].1.lost_rows();
        assert_eq!((rows, lost), plainly(&text), "{text}");
    }
}

#[test]
fn what_was_learnt_changes_nothing_even_in_damaged_input() {
    let mut random = Random(2);
    let mut experienced = Collector::default();
    for round in 0..400 {
        let mut bytes = export(&mut random, 1 + round % 12).into_bytes();
        read_into(&mut experienced, &bytes, 1 << 16);
        for _ in 0..random.below(4) {
            let at = random.below(bytes.len());
            match random.below(3) {
                0 => {
                    bytes[at] =
                        [0, b'\n', b'"', b'\\', b'}', b'{', b'u', 0xff, 0xc3][random.below(9)]
                }
                1 => drop(bytes.remove(at)),
                _ => bytes.truncate(at.max(1)),
            }
        }
        let again = read_into(&mut experienced, &bytes, 1 << 16);
        let mut fresh = Collector::default();
        read_into(&mut fresh, &bytes, 13);
        let text = String::from_utf8_lossy(&bytes);
        assert_eq!(said(&experienced, again), said(&fresh, 0), "{text}");
        assert_eq!(experienced.sources[again].1, fresh.sources[0].1, "{text}");
    }
}

#[test]
fn a_row_is_known_by_the_columns_that_are_read() {
    let row = |name: &str, pid: &str| format!(r#"{{"name":"{name}","pid":"{pid}","on":true}}"#);
    let mut known = KnownRows::default();
    assert_eq!(known.find(row("a", "1").as_bytes()), None);
    let columns = parse_row(br#"{"name":"a","pid":"1","path":""}"#).unwrap();
    let processes = tables::of_columns(&columns);
    assert!(processes.is_some_and(|table| table.reads("name") && !table.reads("pid")));
    known.learn(row("a", "1").as_bytes(), processes);
    let first = row("a", "1");
    assert_eq!(known.find(first.as_bytes()), Some(Found { length: first.len(), verdict: None }));
    known.keep(Verdict::Inert);
    let more = format!("{},{}", row("a", "22"), row("b", "22"));
    let length = row("a", "22").len();
    assert_eq!(known.find(more.as_bytes()), Some(Found { length, verdict: Some(Verdict::Inert) }));
    assert_eq!(known.find(&more.as_bytes()[length + 1..]).and_then(|found| found.verdict), None);
    for other in [
        r#"{"name":"a","pid":"1","on":false}"#,
        r#"{"name":"a","pid":1,"on":true}"#,
        r#"{"name":"a\u0020","pid":"1","on":true}"#,
        "{\"name\":\"a\n\",\"pid\":\"1\",\"on\":true}",
        r#"{"name":"a","pid":"1","on":true"#,
    ] {
        assert_eq!(known.find(other.as_bytes()), None, "{other}");
    }
}
