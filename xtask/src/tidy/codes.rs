//! Every diagnostic and ledger reason has its section in the manual.

use std::collections::BTreeSet;

use super::sources::code;
use super::{Problem, TextFile};

/// The page with one section for each code.
const PAGE: &str = "docs/diagnostics.md";

pub(super) fn check(files: &[TextFile], problems: &mut Vec<Problem>) {
    let Some(page) = files.iter().find(|file| file.path == PAGE) else { return };
    let documented: BTreeSet<&str> = page.text.lines().filter_map(section).collect();
    let mut known = BTreeSet::new();
    for file in files.iter().filter(|file| file.is_rust() && file.path.starts_with("crates/")) {
        if file.is_test() {
            continue;
        }
        for (line, text) in code(&file.text) {
            let Some(name) = literal(text) else { continue };
            known.insert(name);
            if !documented.contains(name) {
                problems.push(file.problem(line, format!("`{name}` has no section in {PAGE}")));
            }
        }
    }
    for (line, name) in
        page.text.lines().enumerate().filter_map(|(at, line)| Some((at, section(line)?)))
    {
        if !known.contains(name) {
            let text = format!("no crate has the code `{name}`");
            problems.push(Problem { warning: true, ..page.problem(line + 1, text) });
        }
    }
}

/// `### `area/name`` as `area/name`.
fn section(line: &str) -> Option<&str> {
    line.strip_prefix("### `")?.strip_suffix('`')
}

/// The name in `Code("area/name")`.
fn literal(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("Code(\"")?;
    Some(rest.split_once('"')?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_without_a_section_is_found() {
        let file = |path: &str, text: &str| TextFile { path: path.into(), text: text.into() };
        let files = [
            file(
                "crates/audit/src/codes.rs",
                "pub const A: Code = Code(\"a/b\");\npub const B: Code = Code(\"a/c\");\n",
            ),
            file(PAGE, "### `a/b`\n### `a/old`\n"),
        ];
        let mut problems = Vec::new();
        check(&files, &mut problems);
        let texts: Vec<(&str, bool)> =
            problems.iter().map(|p| (p.text.as_str(), p.warning)).collect();
        assert_eq!(
            texts,
            [
                ("`a/c` has no section in docs/diagnostics.md", false),
                ("no crate has the code `a/old`", true)
            ]
        );
    }
}
