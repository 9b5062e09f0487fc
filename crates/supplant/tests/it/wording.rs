//! Every code and key that the program can say has words in both languages and its place in the manual.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use report::words::{Lang, Words};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn sources(of: &str, into: &mut Vec<String>) {
    let mut folders = vec![root().join(of)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                into.push(std::fs::read_to_string(path).unwrap());
            }
        }
    }
}

/// Literals of the sources that begin like this and hold nothing but a key.
fn literals(texts: &[String], start: &str) -> BTreeSet<String> {
    let key = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-/".contains(c);
    texts
        .iter()
        .flat_map(|text| text.split('"'))
        .filter(|literal| literal.len() > start.len() && literal.starts_with(start))
        .filter(|literal| literal.chars().all(key))
        .map(str::to_owned)
        .collect()
}

fn worded(code: &str) {
    for words in Lang::ALL.map(Words::new) {
        let key = code.replace('/', "-");
        assert!(words.has(&key), "{code} has no text in {}", words.lang().tag());
        let help = words.help(code).unwrap_or_default();
        assert!(!help.is_empty(), "{code} has no help in {}", words.lang().tag());
    }
}

#[test]
fn every_code_has_words_help_and_a_section() {
    let page = std::fs::read_to_string(root().join("docs/diagnostics.md")).unwrap();
    let known = audit::codes::ALL.iter().chain(catalog::codes::ALL).chain(dialect::codes::ALL);
    let known = known.chain(egress::codes::ALL);
    let mut of_shell = Vec::new();
    sources("crates/supplant/src/firewall", &mut of_shell);
    let of_shell = literals(&of_shell, "review/");
    assert!(of_shell.len() > 4, "{of_shell:?}");
    let of_shell = of_shell.iter().map(String::as_str);
    for code in known.map(|code| code.0).chain(["input/empty-folder"]).chain(of_shell) {
        worded(code);
        assert!(page.contains(&format!("### `{code}`\n")), "{code} has no section in the manual");
    }
}

#[test]
fn every_reason_has_words_help_and_a_line_in_the_manual() {
    let page = std::fs::read_to_string(root().join("docs/diagnostics.md")).unwrap();
    let mut texts = Vec::new();
    sources("crates/audit/src", &mut texts);
    for start in ["state/", "confidence/"] {
        let codes = literals(&texts, start);
        assert!(codes.len() > 4, "{codes:?}");
        for code in codes {
            worded(&code);
            assert!(page.contains(&format!("`{code}`")), "{code} is not in the manual");
        }
    }
}

#[test]
fn every_key_of_the_shell_exists() {
    let mut texts = Vec::new();
    sources("crates/supplant/src", &mut texts);
    sources("crates/report/src", &mut texts);
    let words = Words::new(Lang::ZhCn);
    for start in [
        "doctor-",
        "fact-",
        "explain-",
        "error-",
        "check-",
        "press-",
        "trace-",
        "prove-",
        "query-",
        "packet-",
        "firewall-",
        "egress-",
        "sheet-",
    ] {
        for key in literals(&texts, start) {
            assert!(words.has(&key), "{key}");
        }
    }
}

#[test]
fn every_closed_word_of_the_model_is_translated() {
    use catalog::shape::Keyword;
    let lists: [(&str, &[&str]); 12] = [
        ("clause", catalog::directive::ClauseKind::LIST),
        ("effect", catalog::directive::Effect::LIST),
        ("mode", catalog::directive::OwnershipMode::LIST),
        ("force", catalog::directive::Force::LIST),
        ("status", catalog::directive::Status::LIST),
        ("tier", catalog::directive::Tier::LIST),
        ("answer", catalog::directive::Answer::LIST),
        ("match", catalog::product::Match::LIST),
        ("meaning", catalog::product::Meaning::LIST),
        ("strength", catalog::product::Strength::LIST),
        ("fact", catalog::shape::FactConfidence::LIST),
        ("step", catalog::ownership::RelatedKind::LIST),
    ];
    let words = Words::new(Lang::ZhCn);
    for (group, list) in lists {
        for word in list {
            assert!(words.has(&format!("word-{group}-{word}")), "word-{group}-{word}");
        }
    }
    for word in ["owned-by", "formerly-owned-by", "owns"] {
        assert!(words.has(&format!("word-step-{word}")), "word-step-{word}");
    }
}

#[test]
fn every_word_about_configurations_has_words_and_a_line_in_the_manual() {
    let page = std::fs::read_to_string(root().join("docs/diagnostics.md")).unwrap();
    for reason in dialect::Reason::ALL {
        worded(reason.code().0);
        let line = format!("| `{}` |", reason.code().0);
        assert!(page.contains(&line), "{line} is not in the manual");
    }
    for disposition in dialect::Disposition::ALL {
        worded(&format!("disposition/{}", disposition.as_str()));
    }
    let words = Words::new(Lang::ZhCn);
    let has = |group: &str, word: &str| {
        assert!(words.has(&format!("word-{group}-{word}")), "word-{group}-{word}");
    };
    dialect::Disposition::ALL.iter().for_each(|one| has("disposition", one.as_str()));
    policy::PredicateKind::ALL.iter().for_each(|one| has("predicate", one.as_str()));
    policy::Cell::ALL.iter().for_each(|one| has("cell", one.as_str()));
    for verdict in [
        policy::Verdict::Accept,
        policy::Verdict::Deny,
        policy::Verdict::Drop,
        policy::Verdict::Reject,
    ] {
        has("verdict", verdict.as_str());
    }
}

/// `| `word` | 中文 | …` of the glossary.
fn glossary_row(line: &str) -> Option<(&str, &str)> {
    let mut cells = line.strip_prefix("| `")?.split(" | ");
    Some((cells.next()?.strip_suffix('`')?, cells.next()?))
}

#[test]
fn the_glossary_has_the_words_of_the_interface() {
    let glossary = std::fs::read_to_string(root().join("GLOSSARY.md")).unwrap();
    let words = Words::new(Lang::ZhCn);
    let rows: Vec<(&str, &str)> = glossary.lines().filter_map(glossary_row).collect();
    assert!(rows.len() >= 19, "{rows:?}");
    for (word, chinese) in rows {
        let groups = ["state", "relation", "class"];
        let shown: Vec<String> = groups
            .iter()
            .map(|group| format!("word-{group}-{word}"))
            .filter(|key| words.has(key))
            .map(|key| words.plain(&key))
            .collect();
        assert!(shown.iter().any(|shown| shown == chinese), "{word}: {chinese}, but {shown:?}");
    }
}
