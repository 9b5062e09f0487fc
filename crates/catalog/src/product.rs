//! Products, their fingerprints and endpoints, and replacements.

use model::date::Period;
use model::field::Field;
use toml_span::de_helpers::TableHelper;
use toml_span::{DeserError, Deserialize, ErrorKind, Span, Value};

use crate::shape::{Keyword, Provenance, date, invalid, maybe_word, strings, text, word};

/// Something that a vendor ships.
#[derive(Clone, Debug)]
pub struct Product {
    /// Id, `vendor.name`.
    pub id: String,
    /// The unit that makes it today.
    pub vendor: String,
    /// Name.
    pub name: String,
    /// Chinese name; empty when there is none.
    pub name_zh: String,
    /// Other names.
    pub aliases: Vec<String>,
    /// Category, `endpoint.edr`.
    pub category: String,
    /// What it does.
    pub capabilities: Vec<String>,
    /// What it is: `appliance`, `open-source`, …
    pub forms: Vec<String>,
    /// Remark.
    pub note: String,
    /// How it is recognised.
    pub fingerprints: Vec<Fingerprint>,
    /// Where it talks to.
    pub endpoints: Vec<Endpoint>,
    /// Where its id stands in its file.
    pub span: Span,
}

/// How a pattern is compared; ASCII case is ignored throughout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// The whole value.
    Exact,
    /// Its beginning.
    Prefix,
    /// Its end.
    Suffix,
    /// Anywhere in it.
    Contains,
    /// The whole value, with `*` and `?`.
    Glob,
    /// A regular expression, anywhere unless anchored.
    Regex,
    /// An address prefix.
    Cidr,
    /// Anywhere in it, as words: no letter or digit before it, no letter after it.
    Words,
    /// Its beginning, as words.
    Starts,
}

impl Keyword for Match {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("exact", Self::Exact),
        ("prefix", Self::Prefix),
        ("suffix", Self::Suffix),
        ("contains", Self::Contains),
        ("glob", Self::Glob),
        ("regex", Self::Regex),
        ("cidr", Self::Cidr),
        ("words", Self::Words),
        ("starts", Self::Starts),
    ];
    const LIST: &'static [&'static str] =
        &["exact", "prefix", "suffix", "contains", "glob", "regex", "cidr", "words", "starts"];
}

/// What a fingerprint says about the asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Meaning {
    /// The product is there.
    Installed,
    /// The product runs there.
    Running,
    /// What remains after removal.
    Residue,
    /// The asset runs on the product.
    Platform,
    /// The product is used somewhere else.
    Integration,
    /// The asset uses the product's cloud service.
    RemoteService,
}

impl Keyword for Meaning {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("installed", Self::Installed),
        ("running", Self::Running),
        ("residue", Self::Residue),
        ("platform", Self::Platform),
        ("integration", Self::Integration),
        ("remote-service", Self::RemoteService),
    ];
    const LIST: &'static [&'static str] =
        &["installed", "running", "residue", "platform", "integration", "remote-service"];
}

/// How much one such fact proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// It identifies the product on its own.
    Unique,
    /// It is specific, but others could share it.
    Strong,
    /// A port, an address prefix, a title word.
    Weak,
}

impl Keyword for Strength {
    const WORDS: &'static [(&'static str, Self)] =
        &[("unique", Self::Unique), ("strong", Self::Strong), ("weak", Self::Weak)];
    const LIST: &'static [&'static str] = &["unique", "strong", "weak"];
}

/// A pattern over one field that recognises a product or vendor.
#[derive(Clone, Debug)]
pub struct Fingerprint {
    /// The field that it looks at.
    pub field: Field,
    /// How it compares.
    pub kind: Match,
    /// The pattern.
    pub value: String,
    /// Values that do not count although they match; compared like the pattern.
    pub except: Vec<String>,
    /// What it says.
    pub meaning: Meaning,
    /// How much it proves.
    pub strength: Strength,
    /// Counts only if another fact of the same item holds this text; empty for no condition.
    pub with: String,
    /// For which platform; informative.
    pub platform: String,
    /// When it was valid.
    pub valid: Period,
    /// Where it is from.
    pub provenance: Provenance,
    /// Remark.
    pub note: String,
    /// Where its value stands in its file.
    pub span: Span,
}

/// Where a product talks to.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Host pattern; empty when it is a prefix or a network.
    pub host: String,
    /// Address prefix; empty when it is something else.
    pub prefix: String,
    /// Number of a network (autonomous system); `None` when it is something else.
    pub network: Option<u32>,
    /// How the host compares.
    pub kind: Match,
    /// `443/tcp`; empty when unknown.
    pub port: String,
    /// What for: `telemetry`, `update`, …
    pub purpose: String,
    /// Country or the vendor's word for a region; empty when unknown.
    pub region: String,
    /// `own` or `shared`; empty when unknown.
    pub hosting: String,
    /// Where it is from.
    pub provenance: Provenance,
    /// Remark.
    pub note: String,
}

/// A product proposed for a prohibited one.
#[derive(Clone, Debug)]
pub struct Replacement {
    /// Id.
    pub id: String,
    /// Its vendor.
    pub vendor: String,
    /// Name.
    pub name: String,
    /// Chinese name.
    pub name_zh: String,
    /// Replacement category.
    pub category: String,
    /// What it does.
    pub capabilities: Vec<String>,
    /// `commercial` or an open-source licence.
    pub licence: String,
    /// Where it is from.
    pub provenance: Provenance,
    /// Remark.
    pub note: String,
    /// How it is recognised once it runs.
    pub fingerprints: Vec<Fingerprint>,
    /// Where its id stands in its file.
    pub span: Span,
}

impl<'de> Deserialize<'de> for Product {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let id = table.required_s::<String>("id");
        let mut product = Self {
            span: id.as_ref().map_or(value.span, |id| id.span),
            id: id.map(|id| id.value).unwrap_or_default(),
            vendor: table.required("vendor").unwrap_or_default(),
            name: table.required("name").unwrap_or_default(),
            name_zh: text(&mut table, "name_zh"),
            aliases: strings(&mut table, "aliases"),
            category: table.required("category").unwrap_or_default(),
            capabilities: strings(&mut table, "capabilities"),
            forms: strings(&mut table, "forms"),
            note: text(&mut table, "note"),
            fingerprints: table.optional("fingerprint").unwrap_or_default(),
            endpoints: table.optional("endpoint").unwrap_or_default(),
        };
        let cpe = table.optional_s::<Vec<String>>("cpe");
        table.finalize(None)?;
        if let Some(cpe) = cpe {
            product
                .fingerprints
                .extend(cpe.value.iter().map(|cpe_name| cpe_fingerprint(cpe_name, cpe.span)));
        }
        Ok(product)
    }
}

/// A CPE pair of a product is a strong name, as good as the tool that guessed it.
fn cpe_fingerprint(value: &str, span: Span) -> Fingerprint {
    Fingerprint {
        field: Field::Cpe,
        kind: Match::Exact,
        value: value.to_owned(),
        except: Vec::new(),
        meaning: Meaning::Installed,
        strength: Strength::Strong,
        with: String::new(),
        platform: String::new(),
        valid: Period::default(),
        provenance: Provenance {
            sources: vec!["cpe".to_owned()],
            confidence: crate::shape::FactConfidence::Observed,
        },
        note: String::new(),
        span,
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let field = table.required_s::<String>("type");
        let pattern = table.required_s::<String>("value");
        let fingerprint = Self {
            field: field.as_ref().ok().and_then(|f| Field::parse(&f.value)).unwrap_or(Field::Other),
            kind: maybe_word(&mut table, "match").unwrap_or(Match::Exact),
            span: pattern.as_ref().map_or(value.span, |pattern| pattern.span),
            value: pattern.map(|pattern| pattern.value).unwrap_or_default(),
            except: strings(&mut table, "except"),
            meaning: word(&mut table, "meaning").unwrap_or(Meaning::Installed),
            strength: word(&mut table, "strength").unwrap_or(Strength::Weak),
            with: text(&mut table, "with"),
            platform: text(&mut table, "platform"),
            valid: Period { from: date(&mut table, "from"), until: date(&mut table, "until") },
            provenance: Provenance::take(&mut table),
            note: text(&mut table, "note"),
        };
        if let Ok(field) = field
            && !Field::parse(&field.value).is_some_and(Field::matchable)
        {
            let kind =
                ErrorKind::Custom(format!("`{}` is no fingerprint type", field.value).into());
            table.errors.push((kind, field.span).into());
        }
        if let Err(why) = fingerprint.pattern_error() {
            table.errors.push((ErrorKind::Custom(why.into()), fingerprint.span).into());
        }
        table.finalize(None)?;
        Ok(fingerprint)
    }
}

impl Fingerprint {
    /// Whether the pattern can be compiled; says why not.
    fn pattern_error(&self) -> Result<(), String> {
        if self.value.trim().is_empty() {
            return Err("an empty pattern matches nothing or everything".to_owned());
        }
        match self.kind {
            Match::Regex => {
                regex::Regex::new(&self.value).map(|_| ()).map_err(|error| error.to_string())
            }
            _ => Ok(()),
        }
    }
}

impl<'de> Deserialize<'de> for Endpoint {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let endpoint = Self {
            host: text(&mut table, "host"),
            prefix: text(&mut table, "prefix"),
            network: table.optional("asn"),
            kind: maybe_word(&mut table, "match").unwrap_or(Match::Exact),
            port: text(&mut table, "port"),
            purpose: table.required("purpose").unwrap_or_default(),
            region: text(&mut table, "region"),
            hosting: text(&mut table, "hosting"),
            provenance: Provenance::take(&mut table),
            note: text(&mut table, "note"),
        };
        table.finalize(None)?;
        let places =
            [!endpoint.host.is_empty(), !endpoint.prefix.is_empty(), endpoint.network.is_some()];
        if places.iter().filter(|given| **given).count() != 1 {
            return Err(invalid(value, "an endpoint has one of `host`, `prefix` and `asn`"));
        }
        Ok(endpoint)
    }
}

impl<'de> Deserialize<'de> for Replacement {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let id = table.required_s::<String>("id");
        let replacement = Self {
            span: id.as_ref().map_or(value.span, |id| id.span),
            id: id.map(|id| id.value).unwrap_or_default(),
            vendor: table.required("vendor").unwrap_or_default(),
            name: table.required("name").unwrap_or_default(),
            name_zh: text(&mut table, "name_zh"),
            category: table.required("category").unwrap_or_default(),
            capabilities: strings(&mut table, "capabilities"),
            licence: text(&mut table, "licence"),
            provenance: Provenance::take(&mut table),
            note: text(&mut table, "note"),
            fingerprints: table.optional("fingerprint").unwrap_or_default(),
        };
        table.finalize(None)?;
        Ok(replacement)
    }
}
