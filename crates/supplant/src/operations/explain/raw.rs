//! The raw line behind a piece of evidence, as far as the input is still there and unchanged.
//!
//! A line of an export may hold what its reader leaves out on purpose: passwords in a column beside the vendor, variables beside an
//! image's name. So only what is evidence is shown without condition; everything else is shown unless it may be a secret.

use std::fs::File;
use std::io::{BufRead, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use model::record::{Assessment, Evidence};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// What there is to show.
pub(super) enum Raw {
    /// The line, masked and cut.
    Line(String),
    /// The file's digest is another one now.
    Changed,
    /// The file is not there.
    Gone(String),
    /// It lies in an archive or a binary format; the understood row stands in the evidence.
    Inside,
}

/// Finds the line.
pub(super) fn raw_line(assessment: &Assessment, evidence: &Evidence) -> Raw {
    // A line of a configuration is whatever its author put there; only its own reader knows which part is a secret.
    let of_config = evidence.field == model::field::Field::ConfigPlatform.as_str();
    if evidence.path.contains("!/") || evidence.sha256.is_empty() || of_config {
        return Raw::Inside;
    }
    let path = place(&assessment.target, &evidence.path);
    let gone = || Raw::Gone(path.display().to_string());
    // A FIFO in the place of a file would never end.
    if !std::fs::metadata(&path).is_ok_and(|data| data.is_file()) {
        return gone();
    }
    let Ok(mut file) = File::open(&path) else { return gone() };
    match digest(&mut file) {
        Some(digest) if digest == evidence.sha256 => {}
        Some(_) => return Raw::Changed,
        None => return gone(),
    }
    if file.seek(SeekFrom::Start(0)).is_err() {
        return gone();
    }
    let limits = audit::limits::Limits::default();
    let Ok(unpacked) = audit::unpack::unpack(file, &limits) else { return Raw::Inside };
    line_at(unpacked.stream, evidence).map_or(Raw::Inside, Raw::Line)
}

/// Where the input was: below the target, or the target itself. Nothing outside of it is opened, whatever a record says.
fn place(target: &str, below: &str) -> PathBuf {
    let target = Path::new(target);
    let safe =
        Path::new(below).components().all(|part| matches!(part, std::path::Component::Normal(_)));
    if target.is_dir() && safe { target.join(below) } else { target.to_owned() }
}

fn line_at(mut stream: Box<dyn BufRead + '_>, evidence: &Evidence) -> Option<String> {
    let mut bytes = Vec::new();
    match evidence.unit.as_str() {
        "line" => {
            for _ in 1..evidence.at {
                if stream.skip_until(b'\n').ok()? == 0 {
                    return None;
                }
            }
            stream.take(RAW_BYTES).read_until(b'\n', &mut bytes).ok()?;
        }
        "byte" => {
            std::io::copy(&mut stream.by_ref().take(evidence.at), &mut std::io::sink()).ok()?;
            stream.take(RAW_BYTES).read_to_end(&mut bytes).ok()?;
            let (object, end) = object(&bytes)?;
            return match object {
                Value::Object(_) => Some(shown_json(object, evidence)),
                _ => shown_text(bytes.get(..end)?, evidence),
            };
        }
        _ => return None,
    }
    shown_text(&bytes, evidence)
}

/// The JSON value that begins the bytes, and its end.
fn object(bytes: &[u8]) -> Option<(Value, usize)> {
    let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<Value>();
    let value = values.next()?.ok()?;
    Some((value, values.byte_offset()))
}

fn shown_text(bytes: &[u8], evidence: &Evidence) -> Option<String> {
    let text = audit::text::decode(bytes).text.trim().to_owned();
    if let Ok(value @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(&text) {
        return Some(shown_json(value, evidence));
    }
    let printable = text.chars().filter(|c| !c.is_control() || c.is_whitespace()).count();
    if text.is_empty() || printable * 10 < text.chars().count() * 9 {
        return None;
    }
    if evidence.reader.starts_with(TABLE_READER) {
        return Some(shown_cells(&text, evidence));
    }
    if evidence.reader.starts_with(WALK_READER) {
        return Some(shown_variable(&text, evidence));
    }
    Some(cut(&if text.starts_with('<') { shown_xml(&text, evidence) } else { mask(&text) }))
}

/// A line of a walk: a private subtree may hold communities and keys, so a value that is no evidence is left out.
fn shown_variable(line: &str, evidence: &Evidence) -> String {
    let split = line.split_once(" = ").map(|(oid, value)| (oid, " = ", value));
    let split = split.or_else(|| line.rsplit_once('|').map(|(oid, value)| (oid, "|", value)));
    let Some((oid, separator, value)) = split else { return cut(&mask(line)) };
    let (kind, bare) = value.split_once(": ").unwrap_or(("", value));
    let bare = bare.trim().trim_matches('"').trim_start_matches('.').to_lowercase();
    if known(evidence).iter().any(|known| known.contains(&bare)) {
        return cut(line);
    }
    cut(&format!("{oid}{separator}{kind} {LEFT_OUT}"))
}

/// Markup: names stay, texts and attributes only if they are evidence.
fn shown_xml(line: &str, evidence: &Evidence) -> String {
    let known = known(evidence);
    let mut out = String::new();
    // Between `>` and `<` stands text, between quotes within a tag a value.
    for (index, piece) in line.split('<').enumerate() {
        let (tag, text) = piece.split_once('>').unwrap_or((piece, ""));
        if index > 0 {
            out.push('<');
            for (at, part) in tag.split('"').enumerate() {
                let quote = if at > 0 { "\"" } else { "" };
                out.push_str(quote);
                out.push_str(if at % 2 == 0 { part } else { covered(part, &known) });
            }
            out.push('>');
            out.push_str(covered(text, &known));
        } else {
            out.push_str(covered(piece, &known));
        }
    }
    out
}

/// The text if the record shows it anyhow.
fn covered<'t>(text: &'t str, known: &[String]) -> &'t str {
    let value = text.trim().to_lowercase();
    if value.is_empty() || known.contains(&value) { text } else { LEFT_OUT }
}

/// A line of a table: a cell that the reader did not take may hold anything, so its content is left out.
fn shown_cells(line: &str, evidence: &Evidence) -> String {
    let known = known(evidence);
    let separator = [',', ';', '\t', '|'].into_iter().max_by_key(|c| line.matches(*c).count());
    let separator = separator.unwrap_or(',');
    let shown: Vec<&str> = line
        .split(separator)
        .map(|cell| {
            let value = cell.trim().trim_matches('"').to_lowercase();
            let taken = value.is_empty() || known.iter().any(|known| known.contains(&value));
            if taken { cell } else { LEFT_OUT }
        })
        .collect();
    cut(&shown.join(&separator.to_string()))
}

/// A JSON row: flat values are shown unless they may be secret, deeper ones only if they are evidence.
fn shown_json(mut value: Value, evidence: &Evidence) -> String {
    cover(&mut value, &known(evidence), false, 0);
    cut(&value.to_string())
}

fn cover(value: &mut Value, known: &[String], secret: bool, depth: usize) {
    match value {
        Value::Object(object) => {
            for (key, value) in object.iter_mut() {
                cover(value, known, secret || first_secret(key).is_some(), depth + 1);
            }
        }
        Value::Array(array) => {
            array.iter_mut().for_each(|value| cover(value, known, secret, depth + 1));
        }
        Value::String(text) => {
            if known.contains(&text.to_lowercase()) && first_secret(text).is_none() {
                return;
            }
            *text = if secret || depth > FLAT_DEPTH { LEFT_OUT.to_owned() } else { mask(text) };
        }
        Value::Number(_) if secret => *value = LEFT_OUT.into(),
        Value::Number(_) | Value::Bool(_) | Value::Null => {}
    }
}

/// The values that the record shows anyhow, in small letters.
fn known(evidence: &Evidence) -> Vec<String> {
    let row = evidence.row.iter().map(|(_, value)| value.to_lowercase());
    row.chain([evidence.value.to_lowercase()]).collect()
}

/// Leaves out what follows a word for a secret, to the end of the text: what ends a secret is not known.
fn mask(text: &str) -> String {
    match first_secret(text).and_then(|at| text.get(..at)) {
        Some(before) => format!("{before}{LEFT_OUT}"),
        None => text.to_owned(),
    }
}

/// Where the first word for a secret begins. ASCII lower case keeps every byte in its place.
fn first_secret(text: &str) -> Option<usize> {
    let lower = text.to_ascii_lowercase();
    SECRET_WORDS.iter().filter_map(|word| lower.find(word)).min()
}

fn cut(text: &str) -> String {
    report::text::cut(&report::text::one_line(text), RAW_COLUMNS)
}

fn digest(file: &mut File) -> Option<String> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer).ok()? {
            0 => break,
            count => hasher.update(buffer.get(..count)?),
        }
    }
    Some(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

const RAW_BYTES: u64 = 1 << 20;
const RAW_COLUMNS: usize = 2000;
const FLAT_DEPTH: usize = 2;
const LEFT_OUT: &str = "[…]";
const TABLE_READER: &str = "table-csv/";
const WALK_READER: &str = "snmp-walk/";
const SECRET_WORDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "credential",
    "community",
    "api_key",
    "api-key",
    "apikey",
    "access_key",
    "private key",
    "private_key",
    "licensekey",
    "license key",
    "license_key",
    "bearer ",
    "密码",
    "口令",
    "密钥",
    "令牌",
    "团体字",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(reader: &str, row: &[(&str, &str)]) -> Evidence {
        Evidence {
            class: model::finding::EvidenceClass::Hint,
            field: String::new(),
            value: String::new(),
            pattern: String::new(),
            meaning: String::new(),
            strength: String::new(),
            fact_confidence: String::new(),
            fact_sources: Vec::new(),
            context: String::new(),
            row: row.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect(),
            path: String::new(),
            sha256: String::new(),
            reader: reader.into(),
            part: String::new(),
            unit: "line".into(),
            at: 1,
        }
    }

    #[test]
    fn what_follows_a_word_for_a_secret_is_left_out() {
        assert_eq!(mask("İİİİ --TOKEN=abc, def"), "İİİİ --[…]");
        assert_eq!(mask("name: app"), "name: app");
        assert_eq!(mask("数据库密码是abc"), "数据库[…]");
    }

    #[test]
    fn cells_that_were_not_read_are_left_out() {
        let evidence = evidence("table-csv/1", &[("software.name", "Falcon Sensor")]);
        let line = "srv1,Falcon Sensor,hunter2,\"\"";
        assert_eq!(shown_text(line.as_bytes(), &evidence).unwrap(), "[…],Falcon Sensor,[…],\"\"");
    }

    #[test]
    fn deep_values_are_shown_only_if_they_are_evidence() {
        let evidence = evidence("kubernetes/1", &[("oci.image", "repo/sensor:7")]);
        let line = r#"{"kind":"Pod","spec":{"containers":[{"image":"repo/sensor:7","env":[{"name":"DB_PASSWORD","value":"hunter2"}]}]},"adminPassword":7}"#;
        let shown = shown_text(line.as_bytes(), &evidence).unwrap();
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(shown.contains("repo/sensor:7") && shown.contains("Pod"), "{shown}");
        assert!(shown.contains(r#""adminPassword":"[…]""#), "{shown}");
    }

    #[test]
    fn values_of_walks_and_markup_are_shown_only_if_they_are_evidence() {
        let walk = evidence("snmp-walk/1", &[("snmp.sysobjid", "1.3.6.1.4.1.9.1")]);
        let shown =
            |line: &str, evidence: &Evidence| shown_text(line.as_bytes(), evidence).unwrap();
        let line = "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.9.1";
        assert_eq!(shown(line, &walk), line);
        let line = ".1.3.6.1.2.1.1.2.0 = OID: .1.3.6.1.4.1.9.1";
        assert_eq!(shown(line, &walk), line);
        assert_eq!(shown("1.3.6.1.4.1.9.2|4|hunter2", &walk), "1.3.6.1.4.1.9.2|4| […]");
        assert_eq!(shown(".1.3 = STRING: \"hunter2\"", &walk), ".1.3 = STRING […]");
        let scan = evidence("nmap-xml/1", &[("net.product", "FortiGate")]);
        assert_eq!(
            shown("<a b=\"hunter2\" c=\"FortiGate\"><d>hunter2</d>", &scan),
            "<a b=\"[…]\" c=\"FortiGate\"><d>[…]</d>"
        );
    }

    #[test]
    fn a_record_cannot_point_out_of_the_target() {
        let target = tempfile::tempdir().unwrap();
        let shown = target.path().display().to_string();
        assert_eq!(place(&shown, "../../etc/passwd"), target.path());
        assert_eq!(place(&shown, "a/b"), target.path().join("a/b"));
    }
}
