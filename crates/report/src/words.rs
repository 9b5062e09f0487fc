//! The words of the interface in each language, from `data/locales/<tag>/*.ftl`.
//!
//! Keys go in, sentences come out. A key that does not exist comes back as itself, so that a gap shows instead of hiding
//! something; tests keep both languages equal in keys, attributes and arguments. The format is Project Fluent, syntax 1.0.

use std::collections::{BTreeMap, BTreeSet};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use fluent_syntax::ast::{Expression, InlineExpression, Pattern, PatternElement};
use include_dir::{Dir, include_dir};
use model::record;

use crate::text::grouped;

/// A language of the interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    ZhCn,
}

impl Lang {
    /// All languages.
    pub const ALL: [Self; 2] = [Self::En, Self::ZhCn];

    /// The language with this tag; `en_GB.UTF-8` and the like are accepted, as environments have them.
    pub fn parse(tag: &str) -> Option<Self> {
        match tag.to_ascii_lowercase().split(['-', '_', '.']).next()? {
            "en" | "c" | "posix" => Some(Self::En),
            "zh" => Some(Self::ZhCn),
            _ => None,
        }
    }

    /// The BCP 47 tag, which is also the name of the folder of its words.
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::ZhCn => "zh-CN",
        }
    }
}

/// A value for a placeholder.
#[derive(Clone, Copy, Debug)]
pub enum Arg<'a> {
    /// A text, shown as it is.
    Text(&'a str),
    /// A number, which also chooses the plural form.
    Number(i64),
}

impl<'a> From<&'a str> for Arg<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Arg<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Arg<'_> {
    fn from(number: u64) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<u32> for Arg<'_> {
    fn from(number: u32) -> Self {
        Self::Number(i64::from(number))
    }
}

impl From<i64> for Arg<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<usize> for Arg<'_> {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

/// The words of one language.
pub struct Words {
    lang: Lang,
    bundle: FluentBundle<FluentResource>,
}

impl Words {
    /// The words of this language.
    pub fn new(lang: Lang) -> Self {
        let mut bundle = FluentBundle::new_concurrent(vec![lang.tag().parse().unwrap_or_default()]);
        // Isolation marks are invisible characters; they break alignment, searching and copying.
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(|value, _| match value {
            FluentValue::Number(number) => Some(grouped(number.value as i64)),
            _ => None,
        }));
        for file in LOCALES.get_dir(lang.tag()).into_iter().flat_map(Dir::files) {
            let text = file.contents_utf8().unwrap_or_default().to_owned();
            // What a damaged file still says is better than nothing; a test refuses damaged files.
            let resource = FluentResource::try_new(text).unwrap_or_else(|(partial, _)| partial);
            bundle.add_resource_overriding(resource);
        }
        Self { lang, bundle }
    }

    /// The language.
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// Whether there is a message with this key.
    pub fn has(&self, key: &str) -> bool {
        self.bundle.get_message(key).is_some_and(|message| message.value().is_some())
    }

    /// The text of a message; the key itself when there is none.
    pub fn text(&self, key: &str, args: &[(&str, Arg<'_>)]) -> String {
        match self.bundle.get_message(key).and_then(|message| message.value()) {
            Some(pattern) => self.format(pattern, args),
            None => key.to_owned(),
        }
    }

    /// The text of a message without placeholders.
    pub fn plain(&self, key: &str) -> String {
        self.text(key, &[])
    }

    /// The word for a value of a closed vocabulary; the value itself when the vocabulary does not know it, as when an old
    /// program shows a new record.
    pub fn word(&self, group: &str, value: &str) -> String {
        let key = format!("word-{group}-{value}");
        if self.has(&key) { self.plain(&key) } else { value.to_owned() }
    }

    /// The text of a diagnostic or reason code. Values that the text does not mention are put behind it: what was recorded
    /// is shown.
    pub fn code(&self, code: &str, args: &BTreeMap<String, String>) -> String {
        let key = key_of(code);
        let Some(pattern) = self.bundle.get_message(&key).and_then(|message| message.value())
        else {
            return with_rest(code.to_owned(), args.iter());
        };
        let mentioned = variables(pattern);
        let mut given: Vec<(&str, Arg<'_>)> =
            mentioned.iter().map(|name| (name.as_str(), Arg::Text("?"))).collect();
        for (name, value) in &mut given {
            if let Some(text) = args.get(*name) {
                *value = Arg::Text(text);
            }
        }
        let text = self.format(pattern, &given);
        with_rest(text, args.iter().filter(|(name, _)| !mentioned.contains(*name)))
    }

    /// What to do about a code, if its words say so.
    pub fn help(&self, code: &str) -> Option<String> {
        let message = self.bundle.get_message(&key_of(code))?;
        Some(self.format(message.get_attribute("help")?.value(), &[]))
    }

    /// What to do about a message other than a code, if its words say so.
    pub fn advice(&self, key: &str, args: &[(&str, Arg<'_>)]) -> Option<String> {
        let message = self.bundle.get_message(key)?;
        Some(self.format(message.get_attribute("help")?.value(), args))
    }

    /// The text in this language, else in English, else in any.
    pub fn pick<'a>(&self, words: &'a record::Words) -> &'a str {
        let text = words.get(self.lang.tag()).or_else(|| words.get(Lang::En.tag()));
        text.or_else(|| words.values().next()).map_or("", String::as_str)
    }

    /// The name to show; the id when there is no name.
    pub fn name<'a>(&self, named: &'a record::Named) -> &'a str {
        let name = self.pick(&named.name);
        if name.is_empty() { &named.id } else { name }
    }

    fn format(&self, pattern: &Pattern<&str>, args: &[(&str, Arg<'_>)]) -> String {
        let args: FluentArgs<'_> = args
            .iter()
            .map(|(name, value)| match value {
                Arg::Text(text) => (*name, FluentValue::from(*text)),
                Arg::Number(number) => (*name, FluentValue::from(*number)),
            })
            .collect();
        let mut text = String::new();
        // Errors are missing arguments; they show as `{$name}`. Writing to a string does not fail.
        let _ = self.bundle.write_pattern(&mut text, pattern, Some(&args), &mut Vec::new());
        text
    }
}

/// Message ids know no slash.
fn key_of(code: &str) -> String {
    code.replace('/', "-")
}

fn with_rest<'a>(mut text: String, rest: impl Iterator<Item = (&'a String, &'a String)>) -> String {
    let rest: Vec<String> = rest.map(|(name, value)| format!("{name}: {value}")).collect();
    if !rest.is_empty() {
        text.push_str(&format!(" ({})", rest.join(", ")));
    }
    text
}

/// The names of the placeholders of a pattern.
fn variables(pattern: &Pattern<&str>) -> BTreeSet<String> {
    fn of_inline(inline: &InlineExpression<&str>, names: &mut BTreeSet<String>) {
        if let InlineExpression::VariableReference { id } = inline {
            names.insert(id.name.to_owned());
        }
    }
    fn of_pattern(pattern: &Pattern<&str>, names: &mut BTreeSet<String>) {
        for element in &pattern.elements {
            match element {
                PatternElement::TextElement { .. } => {}
                PatternElement::Placeable { expression: Expression::Inline(inline) } => {
                    of_inline(inline, names);
                }
                PatternElement::Placeable {
                    expression: Expression::Select { selector, variants },
                } => {
                    of_inline(selector, names);
                    variants.iter().for_each(|variant| of_pattern(&variant.value, names));
                }
            }
        }
    }
    let mut names = BTreeSet::new();
    of_pattern(pattern, &mut names);
    names
}

static LOCALES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../data/locales");

#[cfg(test)]
mod tests;
