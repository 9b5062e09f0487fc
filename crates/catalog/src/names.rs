//! Fingerprints that follow from names: what people write into a CMDB or an interface alias is a vendor's or product's name.
//!
//! A vendor field that *is* a vendor's name is strong evidence of the vendor. A software name that *begins with* a product's name
//! is strong evidence of the product; one that only holds it is a hint ("Add-on for …"), and so is a name in free text.

use model::date::Period;
use model::field::Field;

use crate::facts::{Catalog, Target};
use crate::product::{Fingerprint, Match, Meaning, Strength};
use crate::shape::{FactConfidence, Provenance};

/// The citation of derived fingerprints; it stands in `sources.toml`.
pub const SOURCE: &str = "catalog-names";

/// All derived fingerprints of a catalog whose lists are sorted.
pub(crate) fn derive(catalog: &Catalog) -> Vec<(Target, Fingerprint)> {
    let mut derived = Vec::new();
    for (index, vendor) in catalog.vendors.iter().enumerate() {
        let target = Target::Vendor(index);
        let names = vendor.names.values().flatten().chain(&vendor.aliases);
        for name in names.filter(|name| is_usable(name)) {
            for field in [Field::SoftwareVendor, Field::DeviceVendor] {
                derived.push((target, print(field, Match::Exact, Strength::Strong, name)));
            }
            if is_distinctive(name) {
                derived.push((target, print(Field::Text, Match::Words, Strength::Weak, name)));
            }
        }
    }
    for (index, product) in catalog.products.iter().enumerate() {
        let target = Target::Product(index);
        let names = [&product.name, &product.name_zh].into_iter().chain(&product.aliases);
        for name in names.filter(|name| is_distinctive(name)) {
            for field in [Field::SoftwareName, Field::DeviceModel, Field::NetProduct] {
                derived.push((target, print(field, Match::Starts, Strength::Strong, name)));
                derived.push((target, print(field, Match::Words, Strength::Weak, name)));
            }
            derived.push((target, print(Field::Text, Match::Words, Strength::Weak, name)));
        }
    }
    derived
}

/// A name without a pattern character; aliases such as `Forti*` are for people.
fn is_usable(name: &str) -> bool {
    name.chars().count() >= 2 && !name.contains(['*', '?', '('])
}

/// A name that is hardly an ordinary word: several words, capitals inside, digits, or not Latin. Short ones never are.
fn is_distinctive(name: &str) -> bool {
    let latin = name.is_ascii();
    let long_enough = name.chars().count() >= if latin { 5 } else { 2 };
    let lower = name.chars().any(char::is_lowercase);
    let inner_capital = lower && name.chars().skip(1).any(char::is_uppercase);
    let several_words = name.trim().contains(' ');
    is_usable(name) && long_enough && (!latin || inner_capital || several_words)
}

fn print(field: Field, kind: Match, strength: Strength, name: &str) -> Fingerprint {
    Fingerprint {
        field,
        kind,
        value: name.trim().to_owned(),
        except: Vec::new(),
        meaning: Meaning::Installed,
        strength,
        with: String::new(),
        platform: String::new(),
        valid: Period::default(),
        provenance: Provenance {
            sources: vec![SOURCE.to_owned()],
            confidence: FactConfidence::Observed,
        },
        note: String::new(),
        span: toml_span::Span::new(0, 0),
    }
}
