//! `catalog` and `directive`: list, show and check the facts.

mod show;

use anyhow::Result;
use catalog::load::Loaded;
use catalog::shape::Keyword;
use report::words::Words;

use super::unknown;
use crate::Outcome;
use crate::cli::{Common, FactsAction};
use crate::data::{load_facts, show_problems};
use crate::output::put;

/// Runs `catalog`.
///
/// # Errors
/// See [`super::run`].
pub(crate) fn catalog(action: &FactsAction, common: &Common, words: &Words) -> Result<Outcome> {
    match action {
        FactsAction::Check { paths } => check(paths, common, words, ""),
        FactsAction::List { filter, json } => {
            let facts = load_facts(&common.data, words)?;
            let catalog = &facts.loaded.catalog;
            let mut lines = Lines::new(filter.as_deref(), *json);
            for product in &catalog.products {
                let vendor = catalog.vendor(&product.vendor);
                let vendor = vendor
                    .map_or(product.vendor.as_str(), |vendor| vendor.name(words.lang().tag()));
                let columns = [
                    ("id", product.id.as_str()),
                    ("name", show::product_name(product, words)),
                    ("vendor", vendor),
                    ("category", &product.category),
                ];
                lines.add(&columns, &product.name);
            }
            put(&lines.text, words)?;
            Ok(Outcome::Clean)
        }
        FactsAction::Show { id } => {
            let facts = load_facts(&common.data, words)?;
            let catalog = &facts.loaded.catalog;
            let text = match (catalog.product(id), catalog.vendor(id)) {
                (Some(product), _) => show::product(product, catalog, words),
                (None, Some(vendor)) => show::vendor(vendor, catalog, words),
                (None, None) => {
                    let products = catalog.products.iter().map(|product| product.id.as_str());
                    let vendors = catalog.vendors.iter().map(|vendor| vendor.id.as_str());
                    return Err(unknown("error-entry", id, products.chain(vendors), words).into());
                }
            };
            put(&text, words)?;
            Ok(Outcome::Clean)
        }
    }
}

/// Runs `directive`.
///
/// # Errors
/// See [`super::run`].
pub(crate) fn directive(action: &FactsAction, common: &Common, words: &Words) -> Result<Outcome> {
    match action {
        FactsAction::Check { paths } => check(paths, common, words, "directives/"),
        FactsAction::List { filter, json } => {
            let facts = load_facts(&common.data, words)?;
            let mut lines = Lines::new(filter.as_deref(), *json);
            for directive in &facts.loaded.catalog.directives {
                let force = words.word("force", directive.force.word());
                let columns = [
                    ("id", directive.id.as_str()),
                    ("jurisdiction", &directive.jurisdiction),
                    ("force", &force),
                    ("title", words.pick(&directive.title)),
                ];
                lines.add(&columns, "");
            }
            put(&lines.text, words)?;
            Ok(Outcome::Clean)
        }
        FactsAction::Show { id } => {
            let facts = load_facts(&common.data, words)?;
            let catalog = &facts.loaded.catalog;
            let Some(directive) = catalog.directive(id) else {
                let all = catalog.directives.iter().map(|directive| directive.id.as_str());
                return Err(unknown("error-directive", id, all, words).into());
            };
            put(&show::directive(directive, catalog, words), words)?;
            Ok(Outcome::Clean)
        }
    }
}

/// The lines of a list that hold what was asked for.
struct Lines {
    filter: String,
    json: bool,
    text: String,
}

impl Lines {
    fn new(filter: Option<&str>, json: bool) -> Self {
        Self { filter: filter.unwrap_or("").to_lowercase(), json, text: String::new() }
    }

    /// Adds an entry if a column, or another text of it, holds the filter.
    fn add(&mut self, columns: &[(&str, &str)], other: &str) {
        let mut texts = columns.iter().map(|(_, value)| *value).chain([other]);
        if !texts.any(|text| text.to_lowercase().contains(&self.filter)) {
            return;
        }
        if self.json {
            let record: serde_json::Map<String, serde_json::Value> =
                columns.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
            self.text.push_str(&serde_json::Value::Object(record).to_string());
        } else {
            let texts: Vec<&str> = columns.iter().map(|(_, value)| *value).collect();
            self.text.push_str(&texts.join("\t"));
        }
        self.text.push('\n');
    }
}

fn check(
    paths: &[std::path::PathBuf],
    common: &Common,
    words: &Words,
    only: &str,
) -> Result<Outcome> {
    let overlays: Vec<_> = common.data.iter().chain(paths).cloned().collect();
    let facts = load_facts(&overlays, words)?;
    let Loaded { catalog, files, problems } = &facts.loaded;
    let of_kind: Vec<_> = problems
        .iter()
        .filter(|problem| files.get(problem.file).is_some_and(|file| file.path.starts_with(only)))
        .cloned()
        .collect();
    show_problems(&of_kind, files, words)?;
    let args = [
        ("vendors", catalog.vendors.len().into()),
        ("products", catalog.products.len().into()),
        ("directives", catalog.directives.len().into()),
        ("files", files.len().into()),
        ("problems", of_kind.len().into()),
    ];
    put(&format!("{}\n", words.text("check-verdict", &args)), words)?;
    Ok(if of_kind.is_empty() { Outcome::Clean } else { Outcome::Wrong })
}
