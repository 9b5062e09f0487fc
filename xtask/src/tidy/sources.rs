//! Rules for Rust files: length, module names, tests that hide, notes to self, and where serialised shapes may live.

use super::{Problem, TextFile, edges};

/// Lines from which a file is worth splitting, and from which it must be split.
const LONG: usize = 500;
const TOO_LONG: usize = 800;

/// The only modules of the core whose types are serialised: what they write is a promise, see `docs/records.md`. The JSON renderer
/// adds the envelope of a line, as that of traffic does. Sums of egress, and what is remembered beside them, are what shards and rounds
/// hand on: their formats have versions of their own.
const SERIALISED: &[&str] = &[
    "crates/egress/src/attribute.rs",
    "crates/egress/src/endpoints.rs",
    "crates/egress/src/event.rs",
    "crates/egress/src/memory",
    "crates/egress/src/sketch.rs",
    "crates/egress/src/sums",
    "crates/egress/src/time.rs",
    "crates/model/src/record",
    "crates/model/src/finding",
    "crates/report/src/json.rs",
    "crates/report/src/traffic.rs",
];

/// Forbidden everywhere, in two halves so that this file does not contain them; with the reason.
const FORBIDDEN: &[(&str, &str)] = &[
    (concat!("#[ig", "nore"), "assert the wrong behaviour and say so, do not hide the test"),
    (concat!("#[should_", "panic"), "assert on the value that comes back"),
    (concat!("TO", "DO"), "finish it, or write it down where plans are kept"),
    (concat!("FIX", "ME"), "finish it, or write it down where plans are kept"),
    (concat!("XX", "X:"), "finish it, or write it down where plans are kept"),
];

pub(super) fn check(files: &[TextFile], problems: &mut Vec<Problem>) {
    for file in files.iter().filter(|file| file.is_rust()) {
        length(file, problems);
        module_name(file, problems);
        for (index, line) in file.text.lines().enumerate() {
            for (word, reason) in FORBIDDEN {
                if line.contains(word) {
                    problems.push(file.problem(index + 1, format!("`{word}`: {reason}")));
                }
            }
        }
        serialised(file, problems);
    }
}

fn length(file: &TextFile, problems: &mut Vec<Problem>) {
    let lines = file.text.lines().count();
    if lines > LONG {
        let text = format!("{lines} lines; split it ({LONG} is long, {TOO_LONG} fails)");
        problems.push(Problem { warning: lines <= TOO_LONG, ..file.problem(0, text) });
    }
}

/// A module with a crate's name hides the crate in its file.
fn module_name(file: &TextFile, problems: &mut Vec<Problem>) {
    let name = file.path.strip_suffix("/mod.rs").or(file.path.strip_suffix(".rs"));
    let name = name.and_then(|path| path.rsplit('/').next()).unwrap_or_default();
    if edges::crates().any(|known| known == name) {
        problems
            .push(file.problem(0, format!("a module may not be named like the crate `{name}`")));
    }
}

fn serialised(file: &TextFile, problems: &mut Vec<Problem>) {
    let core = file.path.starts_with("crates/") && !file.path.starts_with("crates/supplant/");
    if !core || file.is_test() || SERIALISED.iter().any(|place| file.path.starts_with(place)) {
        return;
    }
    for (line, text) in code(&file.text) {
        let derives = text.contains("derive(") && text.contains("Serialize");
        if derives || text.contains("Serialize for ") {
            let text = "only `model::record`, `model::finding` and sums of egress are serialised";
            problems.push(file.problem(line, text));
        }
    }
}

/// The lines that are neither comments nor inside a `#[cfg(test)]` item, with their numbers.
///
/// Relies on rustfmt: an item ends at the first `}` in its own column.
pub(super) fn code(text: &str) -> Vec<(usize, &str)> {
    let mut lines = Vec::new();
    let mut skipped_until: Option<String> = None;
    let mut after_test_attribute = false;
    for (index, line) in text.lines().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let content = line.trim_start();
        if let Some(end) = &skipped_until {
            if line == end {
                skipped_until = None;
            }
            continue;
        }
        if content.starts_with("#[cfg(test)]") {
            after_test_attribute = true;
            continue;
        }
        if after_test_attribute && !content.starts_with("#[") {
            after_test_attribute = false;
            if !content.ends_with(';') && !content.ends_with('}') {
                skipped_until = Some(format!("{}}}", " ".repeat(indent)));
            }
            continue;
        }
        if !content.starts_with("//") {
            lines.push((index + 1, line.split(" // ").next().unwrap_or(line)));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_and_comments_are_not_code() {
        let text =
            "//! Doc\nfn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\nfn c() {} // why\n";
        assert_eq!(code(text), [(2, "fn a() {}"), (7, "fn c() {}")]);
    }

    #[test]
    fn a_module_named_like_a_crate_is_found() {
        let text = String::new();
        let file = TextFile { path: "crates/audit/src/model.rs".into(), text };
        let mut problems = Vec::new();
        check(&[file], &mut problems);
        assert_eq!(problems.len(), 1);
    }
}
