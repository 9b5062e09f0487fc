//! Vendors.

use std::collections::BTreeMap;

use toml_span::de_helpers::TableHelper;
use toml_span::{DeserError, Deserialize, Span, Value};

use crate::product::Fingerprint;
use crate::shape::{ListsByLanguage, Provenance, strings, text};

/// A legal entity or brand that makes products.
#[derive(Clone, Debug)]
pub struct Vendor {
    /// Id, kebab-case.
    pub id: String,
    /// Names by language; the first is shown.
    pub names: BTreeMap<String, Vec<String>>,
    /// Other names.
    pub aliases: Vec<String>,
    /// Country of origin, ISO 3166-1 alpha-2; empty when unknown.
    pub origin: String,
    /// Remark.
    pub note: String,
    /// Where that is from.
    pub provenance: Provenance,
    /// Fingerprints that tell the vendor and not the product.
    pub fingerprints: Vec<Fingerprint>,
    /// Where its id stands in its file.
    pub span: Span,
}

impl Vendor {
    /// The name to show in a language, English where there is none.
    pub fn name(&self, language: &str) -> &str {
        let first = |tag: &str| self.names.get(tag).and_then(|names| names.first());
        first(language).or_else(|| first("en")).map_or(self.id.as_str(), String::as_str)
    }
}

impl<'de> Deserialize<'de> for Vendor {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let id = table.required_s::<String>("id");
        let vendor = Self {
            span: id.as_ref().map_or(value.span, |id| id.span),
            id: id.map(|id| id.value).unwrap_or_default(),
            names: table.required::<ListsByLanguage>("names").map(|n| n.0).unwrap_or_default(),
            aliases: strings(&mut table, "aliases"),
            origin: text(&mut table, "origin"),
            note: text(&mut table, "note"),
            provenance: Provenance::take(&mut table),
            fingerprints: table.optional("fingerprint").unwrap_or_default(),
        };
        table.finalize(None)?;
        Ok(vendor)
    }
}
