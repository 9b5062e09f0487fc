//! Header words: what the columns of an inventory table mean.
//!
//! In: a header as somebody wrote it. Out: a [`Column`], or nothing. The words live in `data/headers.toml`, because they are
//! words of languages and of exports, not logic. It deliberately does not look at values, except to repair swapped columns.

use std::collections::HashMap;
use std::sync::LazyLock;

use model::asset::AssetKind;
use toml_span::Value;

/// What a column means. `Name` and `Vendor` are settled by their neighbours; see [`super::layout`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Column {
    AssetName,
    AssetAlias,
    AssetTag,
    AssetKind,
    Name,
    Vendor,
    DeviceVendor,
    DeviceModel,
    HwVendor,
    HwModel,
    NicVendor,
    SoftwareName,
    SoftwareVendor,
    Version,
    Os,
    OsConfigured,
    OsVersion,
    Serial,
    Uuid,
    Ip,
    Mac,
    Site,
    Owner,
    Department,
    Observed,
    Status,
    Notes,
    Description,
    Homepage,
    Package,
    PackageKind,
    SysObjectId,
    SysDescr,
    Purl,
    Cpe,
    ProductCode,
    Path,
    Extension,
    Bundle,
    Image,
    Platform,
}

impl Column {
    const ALL: &[(&'static str, Self)] = &[
        ("asset.name", Self::AssetName),
        ("asset.alias", Self::AssetAlias),
        ("asset.tag", Self::AssetTag),
        ("asset.kind", Self::AssetKind),
        ("name", Self::Name),
        ("vendor", Self::Vendor),
        ("device.vendor", Self::DeviceVendor),
        ("device.model", Self::DeviceModel),
        ("hw.vendor", Self::HwVendor),
        ("hw.model", Self::HwModel),
        ("nic.vendor", Self::NicVendor),
        ("software.name", Self::SoftwareName),
        ("software.vendor", Self::SoftwareVendor),
        ("version", Self::Version),
        ("os", Self::Os),
        ("os.configured", Self::OsConfigured),
        ("os.version", Self::OsVersion),
        ("serial", Self::Serial),
        ("uuid", Self::Uuid),
        ("ip", Self::Ip),
        ("mac", Self::Mac),
        ("site", Self::Site),
        ("owner", Self::Owner),
        ("department", Self::Department),
        ("observed", Self::Observed),
        ("status", Self::Status),
        ("notes", Self::Notes),
        ("description", Self::Description),
        ("homepage", Self::Homepage),
        ("package", Self::Package),
        ("package.kind", Self::PackageKind),
        ("sysobjectid", Self::SysObjectId),
        ("sysdescr", Self::SysDescr),
        ("purl", Self::Purl),
        ("cpe", Self::Cpe),
        ("product-code", Self::ProductCode),
        ("path", Self::Path),
        ("extension", Self::Extension),
        ("bundle", Self::Bundle),
        ("image", Self::Image),
        ("platform", Self::Platform),
    ];

    fn parse(id: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| *name == id).map(|(_, column)| *column)
    }

    /// Whether the column says something about a product, a vendor or a platform: without one a table is no inventory.
    pub(crate) fn is_anchor(self) -> bool {
        matches!(
            self,
            Self::Vendor
                | Self::DeviceVendor
                | Self::DeviceModel
                | Self::HwVendor
                | Self::HwModel
                | Self::NicVendor
                | Self::SoftwareName
                | Self::SoftwareVendor
                | Self::Os
                | Self::OsConfigured
                | Self::Package
                | Self::SysObjectId
                | Self::SysDescr
                | Self::Purl
                | Self::Cpe
                | Self::ProductCode
                | Self::Extension
                | Self::Bundle
                | Self::Image
                | Self::Platform
        )
    }
}

/// What a sheet of a known export means beyond its headers.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    names: Vec<String>,
    needs: Vec<Vec<String>>,
    /// Headers with another meaning on this sheet.
    columns: HashMap<String, Column>,
    /// Headers without meaning on this sheet.
    ignore: Vec<String>,
    /// What kind of asset its rows are.
    pub(crate) kind: Option<AssetKind>,
    /// Known, and nothing on it is looked at.
    pub(crate) inert: bool,
    /// The product of a row is the asset itself, not something installed on it.
    pub(crate) product_is_asset: bool,
    /// Name and vendor of what a row with a version above zero proves to be installed.
    pub(crate) product: Option<(String, String)>,
}

/// The words of `data/headers.toml`.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    columns: HashMap<String, Column>,
    kinds: Vec<(AssetKind, Vec<String>)>,
    platform_models: Vec<String>,
    distributions: Vec<String>,
    log: Vec<String>,
    sheets: Vec<Sheet>,
}

/// The embedded vocabulary.
pub(crate) static WORDS: LazyLock<Vocabulary> =
    LazyLock::new(|| Vocabulary::parse(include_str!("../../../../data/headers.toml")));

impl Vocabulary {
    fn parse(text: &str) -> Self {
        // The file is embedded, and a test reads it: nothing can fail at run time that did not fail there.
        let Ok(document) = toml_span::parse(text) else { return Self::default() };
        let mut words = Self::default();
        for entry in tables(&document, "/column") {
            let Some(column) = text_of(entry, "/id").and_then(Column::parse) else { continue };
            words.columns.extend(texts(entry, "/headers").map(|word| (normal(word), column)));
        }
        for entry in tables(&document, "/kind") {
            let Some(kind) = text_of(entry, "/kind").and_then(asset_kind) else { continue };
            words.kinds.push((kind, texts(entry, "/words").map(str::to_lowercase).collect()));
        }
        words.platform_models = texts(&document, "/platform/models").map(str::to_owned).collect();
        words.distributions =
            texts(&document, "/packages/distribution").map(str::to_owned).collect();
        words.log = texts(&document, "/log/headers").map(normal).collect();
        words.sheets = tables(&document, "/sheet").map(Sheet::parse).collect();
        words
    }

    /// The meaning of a header; a known sheet gives some another meaning, and its name may stand before each.
    pub(crate) fn column(&self, header: &str, known: Option<&Sheet>) -> Option<Column> {
        let full = normal(header);
        let bare = known.and_then(|known| known.without_name(&full));
        if let Some(known) = known {
            let names = [Some(full.as_str()), bare];
            if names.iter().flatten().any(|name| known.ignore.iter().any(|word| word == name)) {
                return None;
            }
            let special = names.iter().flatten().find_map(|name| known.columns.get(*name));
            if let Some(column) = special {
                return Some(*column);
            }
        }
        let direct =
            self.columns.get(&full).or_else(|| bare.and_then(|bare| self.columns.get(bare)));
        direct
            .or_else(|| pieces(header).find_map(|piece| self.columns.get(&normal(piece))))
            .copied()
    }

    /// The known sheet with this name, or a name that ends with it, and these headers.
    pub(crate) fn sheet<'h>(
        &self,
        name: &str,
        headers: impl Iterator<Item = &'h str>,
    ) -> Option<&Sheet> {
        let name = normal(name);
        let headers: Vec<String> = headers.map(normal).collect();
        self.sheets.iter().find(|sheet| {
            let named = sheet.names.iter().find(|known| name.ends_with(known.as_str()));
            named.is_some_and(|named| {
                sheet.needs.iter().all(|any| {
                    headers.iter().any(|header| {
                        let bare = header.strip_prefix(named.as_str()).unwrap_or(header);
                        any.iter().any(|word| word == header || word == bare)
                    })
                })
            })
        })
    }

    /// Whether these headers are those of a log of traffic or events.
    pub(crate) fn is_log<'h>(&self, headers: impl Iterator<Item = &'h str>) -> bool {
        headers.map(normal).filter(|header| self.log.contains(header)).count() > 1
    }

    /// The kind of asset that a cell names.
    pub(crate) fn kind(&self, cell: &str) -> Option<AssetKind> {
        let cell = cell.to_lowercase();
        let found = self.kinds.iter().find(|(_, words)| words.iter().any(|w| has_word(&cell, w)));
        found.map(|(kind, _)| *kind)
    }

    /// Whether a model says what the asset runs on.
    pub(crate) fn is_platform_model(&self, model: &str) -> bool {
        let model = model.to_lowercase();
        self.platform_models.iter().any(|word| model.contains(word.as_str()))
    }

    /// Whether packages of this kind are built by a distribution, which writes itself into the vendor.
    pub(crate) fn is_distribution(&self, kind: &str) -> bool {
        self.distributions.iter().any(|word| word.eq_ignore_ascii_case(kind.trim()))
    }
}

impl Sheet {
    fn without_name<'h>(&self, header: &'h str) -> Option<&'h str> {
        let mut rests = self.names.iter().filter_map(|name| header.strip_prefix(name.as_str()));
        rests.find(|rest| !rest.is_empty())
    }

    fn parse(entry: &Value<'_>) -> Self {
        let mut sheet = Self {
            names: texts(entry, "/names").map(normal).collect(),
            needs: texts(entry, "/needs").map(|any| any.split('|').map(normal).collect()).collect(),
            ignore: texts(entry, "/ignore").map(normal).collect(),
            kind: text_of(entry, "/kind").and_then(asset_kind),
            inert: entry.pointer("/inert").and_then(Value::as_bool) == Some(true),
            product_is_asset: text_of(entry, "/context") == Some("device"),
            ..Self::default()
        };
        for pair in entry.pointer("/columns").and_then(Value::as_array).into_iter().flatten() {
            let (header, id) = (text_of(pair, "/0"), text_of(pair, "/1"));
            if let (Some(header), Some(column)) = (header, id.and_then(Column::parse)) {
                sheet.columns.insert(normal(header), column);
            }
        }
        sheet.product = text_of(entry, "/product/name").map(|name| {
            (name.to_owned(), text_of(entry, "/product/vendor").unwrap_or_default().to_owned())
        });
        sheet
    }
}

/// Puts a version that stands in the vendor's column back, and the vendor where the version was.
pub(crate) fn unswap<'a>(vendor: &'a str, version: &'a str) -> (&'a str, &'a str, bool) {
    let swapped = is_version(vendor) && !is_version(version) && is_words(version);
    if swapped { (version, vendor, true) } else { (vendor, version, false) }
}

/// Digits and dots first: `1.5.12`, `7.0.3-build1`; a brand that is a number has no dot.
fn is_version(text: &str) -> bool {
    let text = text.trim();
    let mut parts = text.split('.');
    let starts = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
    parts.clone().count() > 1 && parts.all(starts) && !text.contains(char::is_whitespace)
}

fn is_words(text: &str) -> bool {
    let text = text.trim();
    text.chars().filter(|c| c.is_alphabetic()).count() > 2
        && !text.starts_with(|c: char| c.is_ascii_digit())
}

/// The form in which headers are compared: lower case, letters and digits only.
pub(crate) fn normal(header: &str) -> String {
    let kept = header.chars().filter(|c| c.is_alphanumeric() || *c == '#');
    kept.flat_map(char::to_lowercase).collect()
}

/// Parts of a header that may stand for all of it: before a bracket, and each side of a slash or line break.
fn pieces(header: &str) -> impl Iterator<Item = &str> {
    let outside = header.split(['(', '（', '[', '【']).next().unwrap_or(header);
    let inside = header.split(['/', '\n', '|', '(', ')', '（', '）', '[', ']', '【', '】']);
    std::iter::once(outside).chain(inside).filter(|piece| !piece.trim().is_empty())
}

/// Latin words must stand alone; Chinese ones may stand anywhere.
fn has_word(text: &str, word: &str) -> bool {
    if !word.is_ascii() {
        return text.contains(word);
    }
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|t| t.chars().next_back());
        let after = text.get(at + word.len()..).unwrap_or_default().trim_start_matches('s');
        !before.is_some_and(|c| c.is_ascii_alphanumeric())
            && !after.starts_with(|c: char| c.is_ascii_alphanumeric())
    })
}

fn asset_kind(word: &str) -> Option<AssetKind> {
    [AssetKind::Host, AssetKind::Device, AssetKind::VirtualMachine, AssetKind::Image]
        .into_iter()
        .find(|kind| kind.as_str() == word)
}

fn tables<'v, 'd>(value: &'v Value<'d>, pointer: &str) -> impl Iterator<Item = &'v Value<'d>> {
    value.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

fn texts<'v>(value: &'v Value<'_>, pointer: &str) -> impl Iterator<Item = &'v str> {
    tables(value, pointer).filter_map(Value::as_str)
}

fn text_of<'v>(value: &'v Value<'_>, pointer: &str) -> Option<&'v str> {
    value.pointer(pointer).and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vocabulary_is_whole() {
        let text = include_str!("../../../../data/headers.toml");
        let document = toml_span::parse(text).unwrap();
        let ids: Vec<_> = tables(&document, "/column").filter_map(|e| text_of(e, "/id")).collect();
        let known: Vec<_> = Column::ALL.iter().map(|(id, _)| *id).collect();
        assert_eq!(ids, known, "every column has words, in the order of the type");
        let mut seen: HashMap<String, &str> = HashMap::new();
        for entry in tables(&document, "/column") {
            let id = text_of(entry, "/id").unwrap();
            for header in texts(entry, "/headers") {
                let before = seen.insert(normal(header), id);
                assert!(before.is_none_or(|other| other == id), "{header}: {before:?} and {id}");
            }
        }
        for entry in tables(&document, "/sheet") {
            for pair in entry.pointer("/columns").and_then(Value::as_array).into_iter().flatten() {
                assert!(Column::parse(text_of(pair, "/1").unwrap()).is_some(), "{pair:?}");
            }
        }
        assert_eq!(WORDS.kinds.len(), tables(&document, "/kind").count());
    }

    #[test]
    fn headers_in_many_spellings() {
        let column = |header| WORDS.column(header, None);
        assert_eq!(column("Host_Name"), Some(Column::AssetName));
        assert_eq!(column("主机名/Hostname"), Some(Column::AssetName));
        assert_eq!(column(" 厂商（品牌） "), Some(Column::Vendor));
        assert_eq!(column("IP Address (v4)"), Some(Column::Ip));
        assert_eq!(column("shoe size"), None);
        let headers = ["vInfoVMName", "vInfoHost"];
        let sheet = WORDS.sheet("RVTools_tabvInfo", headers.into_iter());
        assert!(sheet.is_some());
        assert_eq!(WORDS.column("vInfoVMName", sheet), Some(Column::AssetName));
        assert_eq!(WORDS.column("vInfoHost", sheet), None);
    }

    #[test]
    fn a_version_in_the_vendor_column() {
        let back = ("Sophos Limited", "1.5.12", true);
        assert_eq!(unswap("1.5.12", "Sophos Limited"), back);
        assert!(!unswap("360", "10.0").2);
        assert!(!unswap("3Com", "Release 5").2);
        assert!(!unswap("1.2.3", "2.0").2);
        assert!(!unswap("", "Limited").2);
    }

    #[test]
    fn kinds_are_words() {
        assert_eq!(WORDS.kind("Virtual Machines"), Some(AssetKind::VirtualMachine));
        assert_eq!(WORDS.kind("核心防火墙"), Some(AssetKind::Device));
        assert_eq!(WORDS.kind("Server"), Some(AssetKind::Host));
        assert_eq!(WORDS.kind("Groups of pcxx"), None);
    }
}
