//! A component of a bill of materials, whatever the format, and the facts that it states.
//!
//! Two traps decide what is left out. The vendor of a package that a distribution built is its packager, so none is emitted for
//! those. A CPE that a scanner made up from a name says nothing new, so only declared ones are.

use model::asset::AssetId;
use model::field::{Context, Field};

use super::columns::WORDS;
use super::values;
use crate::sink::Row;

/// What a component is, as its format says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Sort {
    /// A library, a framework or a component of unknown sort: its bare name proves nothing.
    #[default]
    Library,
    /// An application, an operating system, firmware, a platform: its name is a product name.
    Product,
    /// A container image.
    Image,
    /// A piece of hardware.
    Device,
    /// A file, data, a model, a key: nothing of a product by itself.
    Other,
}

/// One component; empty texts are unknown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Component<'c> {
    /// What it is.
    pub(crate) sort: Sort,
    /// Its name.
    pub(crate) name: &'c str,
    /// Its version.
    pub(crate) version: &'c str,
    /// Its package URL, as written.
    pub(crate) purl: &'c str,
    /// The kind of package where the format has its own word for it.
    pub(crate) package_kind: &'c str,
    /// Declared CPEs, as written.
    pub(crate) cpes: Vec<&'c str>,
    /// Supplier, manufacturer, publisher.
    pub(crate) vendors: Vec<&'c str>,
    /// Homepages, as written.
    pub(crate) homepages: Vec<&'c str>,
}

impl<'c> Component<'c> {
    /// Whether a distribution built it as a package.
    pub(crate) fn is_distribution(&self) -> bool {
        WORDS.is_distribution(values::purl_type(self.purl))
            || WORDS.is_distribution(self.package_kind)
    }

    /// Observes the component; whether it said anything.
    pub(crate) fn observe(&self, asset: AssetId, context: Context, row: &mut Row<'_>) -> bool {
        let coordinates = !self.purl.is_empty() || self.cpes.iter().any(|cpe| !cpe.is_empty());
        if self.sort == Sort::Other && !coordinates {
            return false;
        }
        let built = self.is_distribution();
        let context = if built { Context::Installed } else { context };
        let cpes: Vec<String> = self.cpes.iter().filter_map(|cpe| values::cpe(cpe)).collect();
        let mut facts: Vec<(Field, &str)> = vec![(Field::Purl, self.matchable_purl())];
        facts.extend(self.naming(built));
        facts.extend(cpes.iter().map(|cpe| (Field::Cpe, cpe.as_str())));
        if !built {
            let field = match self.sort {
                Sort::Device => Field::HwVendor,
                _ => Field::PkgVendor,
            };
            facts.extend(self.vendors().map(|vendor| (field, vendor)));
        }
        let pages = self.homepages.iter().map(|page| (Field::PkgHomepage, values::homepage(page)));
        facts.extend(pages);
        facts.push((Field::Version, self.version));
        facts.push((Field::Name, self.name));
        dedup(&mut facts);
        row.observe(asset, context, &facts).is_some()
    }

    /// The vendors, each once, without words for nothing.
    pub(crate) fn vendors(&self) -> impl Iterator<Item = &'c str> {
        self.vendors.iter().map(|vendor| values::known(vendor)).filter(|vendor| !vendor.is_empty())
    }

    /// The field that the bare name belongs to.
    fn naming(&self, built: bool) -> Option<(Field, &'c str)> {
        if built {
            return Some((Field::LinPkg, self.name));
        }
        match self.sort {
            Sort::Product => Some((Field::SoftwareName, self.name)),
            Sort::Image => Some((Field::OciImage, values::image(self.name))),
            Sort::Device => Some((Field::HwModel, self.name)),
            Sort::Library | Sort::Other => None,
        }
    }

    /// The package URL where it is one of a package: software identifiers and generic ones only repeat the name.
    fn matchable_purl(&self) -> &'c str {
        match values::purl_type(self.purl) {
            "swid" | "generic" => "",
            _ => values::purl(self.purl),
        }
    }
}

fn dedup(facts: &mut Vec<(Field, &str)>) {
    let mut kept: Vec<(Field, &str)> = Vec::with_capacity(facts.len());
    facts.retain(|fact| {
        let new = !kept.contains(fact);
        kept.push(*fact);
        new
    });
}
