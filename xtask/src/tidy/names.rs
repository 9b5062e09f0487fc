//! Core code names no vendor, no product and no country: such words are facts, and facts are in `data/`.

use std::collections::BTreeSet;

use super::sources::code;
use super::{Problem, TextFile};

/// Crates whose code is neutral.
const CORE: &[&str] =
    &["crates/audit/", "crates/catalog/", "crates/model/", "crates/policy/", "crates/report/"];

/// Shorter words are part of too many others.
const SHORTEST: usize = 5;

const COUNTRIES: &[&str] = &[
    "america",
    "australia",
    "britain",
    "canada",
    "china",
    "czechia",
    "france",
    "germany",
    "india",
    "israel",
    "japan",
    "korea",
    "lithuania",
    "netherlands",
    "poland",
    "russia",
    "taiwan",
    "united kingdom",
    "united states",
    "vietnam",
];

/// Words that are somebody's name and an everyday word too.
const EVERYDAY: &[&str] = &[
    "agent",
    "alphabet",
    "apex one",
    "application control",
    "carbon",
    "checkpoint",
    "cloud",
    "connect",
    "defender",
    "endpoint",
    "flare",
    "horizon",
    "identity",
    "insight",
    "intercept",
    "mobile",
    "network",
    "prisma",
    "sensor",
    "sentinel",
    "server",
    "solid",
    "spring",
    "traps",
    "unity",
    "vault",
    "vista",
];

/// Names of platforms and of the programs whose exports are read. A reader says which format it reads; that judges nobody.
const FORMATS: &[&str] = &[
    "cyclonedx",
    "debian",
    "kubernetes",
    "linux-kernel",
    "microsoft",
    "osquery",
    "red hat",
    "windows",
];

/// Where such a word has to stand in code, and why.
const ALLOWED: &[(&str, &str, &str)] = &[
    // An inventory workbook is recognised by its column titles, and these carry the name of what they were exported from.
    ("crates/audit/src/readers/", "vmware tools", "a column title"),
];

pub(super) fn check(files: &[TextFile], problems: &mut Vec<Problem>) {
    let mut words = names_in_data(files);
    words.extend(COUNTRIES.iter().map(|country| (*country).to_owned()));
    for file in files.iter().filter(|file| file.is_rust() && !file.is_test()) {
        if !CORE.iter().any(|core| file.path.starts_with(core)) {
            continue;
        }
        for (line, text) in code(&file.text) {
            let text = text.to_lowercase();
            let found =
                words.iter().find(|word| contains_word(&text, word) && !allowed(&file.path, &text));
            if let Some(word) = found {
                let text = format!("`{word}` is a fact about the world: it belongs into data/");
                problems.push(file.problem(line, text));
            }
        }
    }
}

fn allowed(path: &str, line: &str) -> bool {
    ALLOWED.iter().any(|(place, word, _)| path.starts_with(place) && line.contains(word))
}

/// Ids, names and aliases of vendors and names of products, in lower case.
fn names_in_data(files: &[TextFile]) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for file in files {
        let key = match file.path.strip_prefix("data/").and_then(|path| path.split('/').next()) {
            Some("vendors") => "vendor",
            Some("products") => "product",
            _ => continue,
        };
        let Ok(table) = toml_span::parse(&file.text) else { continue };
        let entries = table.pointer(&format!("/{key}")).and_then(|entries| entries.as_array());
        for entry in entries.into_iter().flatten() {
            let mut texts: Vec<&str> = Vec::new();
            let lists: &[&str] =
                if key == "vendor" { &["/names/en", "/names/zh-CN", "/aliases"] } else { &[] };
            for list in lists {
                let list = entry.pointer(list).and_then(|list| list.as_array());
                texts.extend(list.into_iter().flatten().filter_map(|text| text.as_str()));
            }
            let single = if key == "vendor" { "/id" } else { "/name" };
            texts.extend(entry.pointer(single).and_then(|text| text.as_str()));
            words.extend(texts.into_iter().map(brand).filter(|word| !too_common(word)));
        }
    }
    words
}

/// A name without its legal form, in lower case.
fn brand(name: &str) -> String {
    let name = name.to_lowercase();
    let name = name.split(['(', ',']).next().unwrap_or(&name).trim();
    let forms = [" inc.", " inc", " llc", " ltd.", " ltd", " limited", " corporation", " corp."];
    forms.iter().find_map(|form| name.strip_suffix(form)).unwrap_or(name).trim().to_owned()
}

fn too_common(word: &str) -> bool {
    let ascii_short = word.is_ascii() && word.len() < SHORTEST;
    ascii_short || word.is_empty() || EVERYDAY.contains(&word) || FORMATS.contains(&word)
}

/// Whether the text contains the word, not as a part of a longer one.
fn contains_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|text| text.chars().next());
        let part = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        !part(before) && !part(after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> TextFile {
        TextFile { path: path.into(), text: text.into() }
    }

    #[test]
    fn a_vendor_in_core_code_is_found_and_one_in_a_test_is_not() {
        let data =
            "[[vendor]]\nid = \"acmesoft\"\nnames.en = [\"Acmesoft, Inc.\"]\naliases = [\"AS\"]\n";
        let files = [
            file("data/vendors/a.toml", data),
            file("crates/audit/src/a.rs", "// acmesoft\nif name == \"Acmesoft\" {}\n"),
            file("crates/audit/src/a/tests.rs", "let name = \"Acmesoft\";\n"),
            file("xtask/src/a.rs", "let name = \"Acmesoft\";\n"),
        ];
        let mut problems = Vec::new();
        check(&files, &mut problems);
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!((problems[0].path.as_str(), problems[0].line), ("crates/audit/src/a.rs", 2));
    }
}
