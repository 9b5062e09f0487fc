//! The bundled data is right, and wrong data is reported with its place.

use catalog::load::{DataFile, bundled, load};

fn line_of(text: &str, at: usize) -> usize {
    text.get(..at).unwrap_or(text).matches('\n').count() + 1
}

#[test]
fn bundled_data_has_no_problem() {
    let loaded = load(bundled());
    let shown: Vec<String> = loaded
        .problems
        .iter()
        .map(|problem| {
            let file = &loaded.files[problem.file];
            let line = line_of(&file.text, problem.span.start);
            format!("{}:{line}: {} {:?}", file.path, problem.code.0, problem.args)
        })
        .collect();
    assert!(shown.is_empty(), "{}\n{} problems", shown.join("\n"), shown.len());
    assert!(loaded.catalog.directives.len() >= 35);
    assert!(loaded.catalog.products.len() >= 129);
}

fn overlay(path: &str, text: &str) -> DataFile {
    DataFile { path: path.into(), text: text.into(), overlay: true }
}

#[test]
fn a_wrong_entry_has_file_span_and_code_and_the_rest_is_loaded() {
    let text = r#"
[[vendor]]
id = "acme"
names.en = ["Acme"]
source = ["recall"]
confidence = "recalled"
colour = "red"

[[vendor]]
id = "beta"
names.en = ["Beta"]
source = ["recall"]
confidence = "certain"

[[vendor]]
id = "gamma"
names.en = ["Gamma"]
source = ["recall"]
confidence = "recalled"
"#;
    let loaded = load(vec![overlay("vendors/mine.toml", text)]);
    let codes: Vec<_> = loaded.problems.iter().map(|problem| problem.code.0).collect();
    assert_eq!(codes, ["data/unknown-key", "data/not-in-list"]);
    assert_eq!(line_of(text, loaded.problems[0].span.start), 7);
    assert_eq!(&text[loaded.problems[1].span.start..loaded.problems[1].span.end], "certain");
    assert!(loaded.catalog.vendor("gamma").is_some());
    assert!(loaded.catalog.vendor("acme").is_none());
}

#[test]
fn an_overlay_replaces_by_id_and_a_repeat_is_an_error() {
    let entry = |name: &str| {
        format!(
            "[[vendor]]\nid = \"acme\"\nnames.en = [\"{name}\"]\nsource = [\"s\"]\nconfidence = \"observed\"\n"
        )
    };
    let base = DataFile { overlay: false, ..overlay("vendors/a.toml", &entry("Old")) };
    let loaded = load(vec![base.clone(), overlay("vendors/b.toml", &entry("New"))]);
    assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
    assert_eq!(loaded.catalog.vendor("acme").unwrap().name("en"), "New");
    let twice = load(vec![base.clone(), base]);
    assert_eq!(twice.problems[0].code.0, "data/duplicate");
}
