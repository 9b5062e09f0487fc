//! The catalog: all facts in force, with the look-ups that the engines need.

use std::collections::BTreeMap;

use toml_span::de_helpers::TableHelper;
use toml_span::{DeserError, Deserialize, Span, Value};

use crate::directive::Directive;
use crate::ownership::Graph;
use crate::product::{Fingerprint, Product, Replacement};
use crate::shape::{Words, strings, text};
use crate::vendor::Vendor;

/// All facts in force.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// Vendors, sorted by id.
    pub vendors: Vec<Vendor>,
    /// Products, sorted by id.
    pub products: Vec<Product>,
    /// Replacements, sorted by id.
    pub replacements: Vec<Replacement>,
    /// Directives, sorted by id.
    pub directives: Vec<Directive>,
    /// Ownership and other relations.
    pub graph: Graph,
    /// Citations by id.
    pub sources: BTreeMap<String, SourceEntry>,
    /// Terms by list (`category`, `replacement_category`, `capability`, `form`) and id.
    pub vocabulary: BTreeMap<&'static str, BTreeMap<String, Term>>,
    /// Values that must never match.
    pub negatives: Vec<Negative>,
    /// Fingerprints that follow from the names themselves; see [`crate::names`].
    pub derived: Vec<(Target, Fingerprint)>,
}

/// A citation.
#[derive(Clone, Debug)]
pub struct SourceEntry {
    /// Id.
    pub id: String,
    /// What it is.
    pub name: String,
    /// Address.
    pub url: String,
    /// Its licence.
    pub licence: String,
    /// Whether somebody has read it.
    pub read: bool,
    /// Remark.
    pub note: String,
}

/// A word of the vocabulary.
#[derive(Clone, Debug)]
pub struct Term {
    /// Id.
    pub id: String,
    /// Names by language.
    pub names: Words,
    /// Whether the category is a security category.
    pub security: bool,
    /// For replacement categories: the product categories that they cover.
    pub covers: Vec<String>,
}

/// A value that looks like a product and is none.
#[derive(Clone, Debug)]
pub struct Negative {
    /// Fingerprint type.
    pub field: String,
    /// The value.
    pub value: String,
    /// Why it is none.
    pub why: String,
}

/// What a fingerprint points at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// A product, by index into [`Catalog::products`].
    Product(usize),
    /// A vendor whose product is not told, by index into [`Catalog::vendors`].
    Vendor(usize),
}

impl Catalog {
    /// The vendor with this id.
    pub fn vendor(&self, id: &str) -> Option<&Vendor> {
        let found = self.vendors.binary_search_by(|vendor| vendor.id.as_str().cmp(id));
        found.ok().and_then(|index| self.vendors.get(index))
    }

    /// The product with this id.
    pub fn product(&self, id: &str) -> Option<&Product> {
        let found = self.products.binary_search_by(|product| product.id.as_str().cmp(id));
        found.ok().and_then(|index| self.products.get(index))
    }

    /// The directive with this id.
    pub fn directive(&self, id: &str) -> Option<&Directive> {
        let found = self.directives.binary_search_by(|directive| directive.id.as_str().cmp(id));
        found.ok().and_then(|index| self.directives.get(index))
    }

    /// All fingerprints with what they point at, products first, derived ones last; the order is that of [`crate::matcher::Matcher::judge`].
    pub fn fingerprints(&self) -> impl Iterator<Item = (Target, &Fingerprint)> {
        let products = self.products.iter().enumerate();
        let of_products = products.flat_map(|(index, product)| {
            product.fingerprints.iter().map(move |print| (Target::Product(index), print))
        });
        let vendors = self.vendors.iter().enumerate();
        let of_vendors = vendors.flat_map(|(index, vendor)| {
            vendor.fingerprints.iter().map(move |print| (Target::Vendor(index), print))
        });
        let derived = self.derived.iter().map(|(target, print)| (*target, print));
        of_products.chain(of_vendors).chain(derived)
    }

    /// Whether a category is marked as security; an unknown one is not.
    pub fn is_security(&self, category: &str) -> bool {
        self.term("category", category).is_some_and(|term| term.security)
    }

    /// A term of the vocabulary.
    pub fn term(&self, list: &str, id: &str) -> Option<&Term> {
        self.vocabulary.get(list).and_then(|terms| terms.get(id))
    }

    /// Whether a category is within a limit list: a prefix by dots, or `security` for every category marked so.
    pub fn in_categories(&self, category: &str, limits: &[String]) -> bool {
        limits.iter().any(|limit| {
            let below = category.strip_prefix(limit.as_str());
            below.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                || (limit == "security" && self.is_security(category))
        })
    }

    pub(crate) fn add_vendor(&mut self, vendor: Vendor) {
        self.vendors.retain(|other| other.id != vendor.id);
        self.vendors.push(vendor);
    }

    pub(crate) fn add_product(&mut self, product: Product) {
        self.products.retain(|other| other.id != product.id);
        self.products.push(product);
    }

    pub(crate) fn add_replacement(&mut self, replacement: Replacement) {
        self.replacements.retain(|other| other.id != replacement.id);
        self.replacements.push(replacement);
    }

    pub(crate) fn add_directive(&mut self, directive: Directive) {
        self.directives.retain(|other| other.id != directive.id);
        self.directives.push(directive);
    }

    pub(crate) fn finish(&mut self) {
        self.vendors.sort_by(|a, b| a.id.cmp(&b.id));
        self.products.sort_by(|a, b| a.id.cmp(&b.id));
        self.replacements.sort_by(|a, b| a.id.cmp(&b.id));
        self.directives.sort_by(|a, b| a.id.cmp(&b.id));
        self.derived = crate::names::derive(self);
    }
}

/// A reference to nothing: kind, id, where, and the entry that makes it.
pub(crate) type Undefined = (&'static str, String, Span, (&'static str, String));

impl<'de> Deserialize<'de> for SourceEntry {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let source = Self {
            id: table.required("id").unwrap_or_default(),
            name: table.required("name").unwrap_or_default(),
            url: text(&mut table, "url"),
            licence: text(&mut table, "licence"),
            read: table.required("read").unwrap_or(false),
            note: text(&mut table, "note"),
        };
        table.finalize(None)?;
        Ok(source)
    }
}

impl<'de> Deserialize<'de> for Term {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let id = table.required("id").unwrap_or_default();
        let mut names = Words::new();
        for tag in ["en", "zh-CN"] {
            if let Ok(name) = table.required(tag) {
                names.insert(tag.to_owned(), name);
            }
        }
        let security = table.optional("security").unwrap_or(false);
        let covers = strings(&mut table, "covers");
        table.finalize(None)?;
        Ok(Self { id, names, security, covers })
    }
}

impl<'de> Deserialize<'de> for Negative {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let negative = Self {
            field: table.required("type").unwrap_or_default(),
            value: table.required("value").unwrap_or_default(),
            why: table.required("why").unwrap_or_default(),
        };
        strings(&mut table, "source");
        table.finalize(None)?;
        Ok(negative)
    }
}
