//! The labelled walks once more, with the easy evidence taken away: whether the rules know vendors or only these samples.

use anyhow::Result;

use super::Score;
use super::corpus::{Corpus, Walk};
use super::reading::{Facts, today};
use super::snmp::{QUESTIONS, Question};

type Damage = fn(&str) -> String;

/// What is done to each walk, and whether the vendor must still be found on all of them.
const DAMAGES: &[(&str, bool, Damage)] = &[
    ("without sysDescr", true, without_description),
    ("with an unknown model in sysObjectID", true, other_model),
    ("without sysObjectID", false, without_identifier),
    ("without both", false, |walk| without_identifier(&without_description(walk))),
    ("the system group alone", false, system_group),
    ("half of its rows", false, every_other_row),
    ("as text of `snmpwalk -On`", true, as_text),
];

pub(super) fn scores(corpus: &Corpus, facts: &Facts) -> Result<Vec<Score>> {
    let walks = corpus.walks()?;
    let score = |&(name, target, damage): &(&str, bool, Damage)| {
        let mut score = Score {
            part: "SNMP walks, damaged".to_owned(),
            what: name.to_owned(),
            target,
            ..Score::default()
        };
        walks.iter().for_each(|walk| judge(walk, damage, facts, &mut score));
        score
    };
    Ok(DAMAGES.iter().map(score).collect())
}

fn judge(walk: &Walk, damage: Damage, facts: &Facts, score: &mut Score) {
    let text = String::from_utf8_lossy(&walk.bytes);
    let file = [(walk.path.clone(), damage(&text).into_bytes())];
    for question in QUESTIONS {
        let Some(vendors) = question.vendors(walk) else { continue };
        let findings = facts.findings(&file, question.directive, today());
        score.expected += 1;
        if findings.iter().any(|finding| Question::is_answer(finding, vendors)) {
            score.found += 1;
        } else {
            score.details.push(format!("missed: {}", walk.name));
        }
    }
}

fn keep(walk: &str, wanted: impl Fn(&str) -> bool) -> String {
    let kept = walk.lines().filter(|line| wanted(line.split('|').next().unwrap_or(line)));
    kept.flat_map(|line| [line, "\n"]).collect()
}

fn without_description(walk: &str) -> String {
    keep(walk, |oid| oid != SYS_DESCR)
}

fn without_identifier(walk: &str) -> String {
    keep(walk, |oid| oid != SYS_OBJECT_ID)
}

fn system_group(walk: &str) -> String {
    keep(walk, |oid| oid.starts_with("1.3.6.1.2.1.1."))
}

fn every_other_row(walk: &str) -> String {
    let kept = walk.lines().skip(1).step_by(2);
    kept.flat_map(|line| [line, "\n"]).collect()
}

/// The last number of sysObjectID is the model; a number that is a whole subtree stays as it is.
fn other_model(walk: &str) -> String {
    let change = |line: &str| -> String {
        let value = line.strip_prefix(&format!("{SYS_OBJECT_ID}|6|"));
        let Some((below, _)) = value.and_then(|value| value.trim().rsplit_once('.')) else {
            return line.to_owned();
        };
        // `1.3.6.1.4.1.N` alone has no model.
        if below.trim_start_matches('.').split('.').count() < 7 {
            return line.to_owned();
        }
        format!("{SYS_OBJECT_ID}|6|{below}.97531")
    };
    walk.lines().flat_map(|line| [change(line), "\n".to_owned()]).collect()
}

fn as_text(walk: &str) -> String {
    let mut text = String::new();
    for line in walk.lines() {
        let mut parts = line.splitn(3, '|');
        let (Some(oid), Some(tag), Some(value)) = (parts.next(), parts.next(), parts.next()) else {
            continue;
        };
        let typed = match tag {
            "2" => format!("INTEGER: {value}"),
            "4" => format!("STRING: \"{value}\""),
            "4x" => format!("Hex-STRING: {}", spaced(value)),
            "6" => format!("OID: .{}", value.trim_start_matches('.')),
            "64" => format!("IpAddress: {value}"),
            "65" => format!("Counter32: {value}"),
            "66" => format!("Gauge32: {value}"),
            "67" => format!("Timeticks: ({value}) 0:00:00.00"),
            _ => format!("Counter64: {value}"),
        };
        text += &format!(".{} = {typed}\n", oid.trim_start_matches('.'));
    }
    text
}

fn spaced(hex: &str) -> String {
    let pairs: Vec<String> =
        hex.as_bytes().chunks(2).map(|pair| String::from_utf8_lossy(pair).into_owned()).collect();
    pairs.join(" ")
}

const SYS_DESCR: &str = "1.3.6.1.2.1.1.1.0";
const SYS_OBJECT_ID: &str = "1.3.6.1.2.1.1.2.0";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_model_changes() {
        let walk = "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.12356.101.1.644\n1.3.6.1.2.1.1.3.0|67|1\n";
        let changed = other_model(walk);
        assert!(changed.starts_with("1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.12356.101.1.97531\n"));
        assert!(changed.ends_with("1.3.6.1.2.1.1.3.0|67|1\n"));
        let bare = "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.25461\n";
        assert_eq!(other_model(bare), bare);
    }
}
