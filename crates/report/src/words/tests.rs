use std::collections::BTreeMap;

use fluent_syntax::ast::Entry;

use super::*;

/// For each message and attribute of a language, the names of its placeholders.
fn shape(lang: Lang) -> BTreeMap<String, BTreeSet<String>> {
    let mut shape = BTreeMap::new();
    for file in LOCALES.get_dir(lang.tag()).unwrap().files() {
        let name = file.path().display();
        let resource = fluent_syntax::parser::parse(file.contents_utf8().unwrap())
            .unwrap_or_else(|(_, errors)| panic!("{name}: {errors:?}"));
        for entry in &resource.body {
            let Entry::Message(message) = entry else { continue };
            let id = message.id.name;
            let pattern = message.value.as_ref().unwrap_or_else(|| panic!("{id} has no text"));
            let old = shape.insert(id.to_owned(), variables(pattern));
            assert_eq!(old, None, "{id} is there twice in {}", lang.tag());
            for attribute in &message.attributes {
                let key = format!("{id}.{}", attribute.id.name);
                shape.insert(key, variables(&attribute.value));
            }
        }
    }
    shape
}

#[test]
fn languages_agree_in_keys_attributes_and_arguments() {
    let (english, chinese) = (shape(Lang::En), shape(Lang::ZhCn));
    for (key, args) in &english {
        assert_eq!(Some(args), chinese.get(key), "{key}");
    }
    for key in chinese.keys() {
        assert!(english.contains_key(key), "{key} is in zh-CN only");
    }
}

/// Keys as sources write them: literals with a known beginning.
fn keys_in_code(text: &str) -> Vec<&str> {
    let starts = [
        "summary-",
        "headline-",
        "tile-",
        "chart-",
        "meta-",
        "sheet-",
        "section-",
        "days-",
        "period-",
    ];
    text.split('"')
        .filter(|literal| starts.iter().any(|start| literal.starts_with(start)))
        .filter(|literal| literal.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'))
        .collect()
}

/// Keys as templates write them.
fn keys_in_template(text: &str) -> Vec<&str> {
    text.split("t(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn every_key_that_the_code_asks_for_exists() {
    static CODE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src");
    static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");
    let words = Words::new(Lang::En);
    let mut folders = vec![&CODE, &TEMPLATES];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        folders.extend(folder.dirs());
        // The tests mention keys that must not exist.
        let files = folder.files().filter(|file| !file.path().ends_with("tests.rs"));
        for file in files {
            let text = file.contents_utf8().unwrap();
            let code = file.path().extension().is_some_and(|extension| extension == "rs");
            let keys = if code { keys_in_code(text) } else { keys_in_template(text) };
            for key in keys {
                assert!(words.has(key), "{key} in {}", file.path().display());
                seen += 1;
            }
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn every_code_has_words_and_advice() {
    let codes = LOCALES.get_file("en/codes.ftl").unwrap().contents_utf8().unwrap();
    let ids: Vec<&str> = codes
        .lines()
        .filter_map(|line| line.split_once(" = "))
        .map(|(id, _)| id)
        .filter(|id| !id.trim_start().starts_with('.'))
        .collect();
    for words in Lang::ALL.map(Words::new) {
        for id in &ids {
            assert!(words.has(id) && words.help(id).is_some(), "{id}");
        }
    }
}

#[test]
fn numbers_choose_the_plural_and_are_grouped() {
    let words = Words::new(Lang::En);
    assert_eq!(words.text("days-left", &[("count", 1_u64.into())]), "1 day left");
    assert_eq!(words.text("days-left", &[("count", 12_345_u64.into())]), "12,345 days left");
    let words = Words::new(Lang::ZhCn);
    assert_eq!(words.text("days-left", &[("count", 1_u64.into())]), "剩余 1 天");
}

#[test]
fn what_the_words_do_not_mention_is_shown_behind_them() {
    let words = Words::new(Lang::En);
    let args = BTreeMap::from([
        ("error".to_owned(), "disk {on} fire".to_owned()),
        ("size".to_owned(), "3".to_owned()),
    ]);
    assert_eq!(words.code("input/read-failed", &args), "reading failed: disk {on} fire (size: 3)");
    assert_eq!(words.code("input/read-failed", &BTreeMap::new()), "reading failed: ?");
    assert_eq!(words.code("future/code", &BTreeMap::new()), "future/code");
    assert_eq!(words.word("state", "future"), "future");
    assert_eq!(words.plain("no-such-key"), "no-such-key");
}

#[test]
fn tags_are_read_as_environments_write_them() {
    assert_eq!(Lang::parse("zh_CN.UTF-8"), Some(Lang::ZhCn));
    assert_eq!(Lang::parse("zh-CN"), Some(Lang::ZhCn));
    assert_eq!(Lang::parse("en_GB"), Some(Lang::En));
    assert_eq!(Lang::parse("C.UTF-8"), Some(Lang::En));
    assert_eq!(Lang::parse("de"), None);
}

#[test]
fn a_text_falls_back_to_english_then_to_any() {
    let words = Words::new(Lang::ZhCn);
    let texts = |pairs: &[(&str, &str)]| -> record::Words {
        pairs.iter().map(|(tag, text)| ((*tag).to_owned(), (*text).to_owned())).collect()
    };
    assert_eq!(words.pick(&texts(&[("en", "a"), ("zh-CN", "甲")])), "甲");
    assert_eq!(words.pick(&texts(&[("en", "a"), ("fr", "b")])), "a");
    assert_eq!(words.pick(&texts(&[("fr", "b")])), "b");
    assert_eq!(words.pick(&texts(&[])), "");
}
