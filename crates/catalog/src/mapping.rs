//! A map: which contexts, zones and interfaces of two configurations are the same places.
//!
//! The user's file, TOML:
//!
//! ```toml
//! propose = true             # whether what the file does not name is paired as the program sees fit; yes unless given
//!
//! [[context]]
//! left = "fw-a/root"         # a context of the first configuration, by name or as DEVICE/CONTEXT
//! right = "fw-b/vsys1"       # the one of the second
//!
//! [context.zones]            # a zone of the first = the zone of the second, or a list of them
//! lan = "inside"
//! dmz = ["web", "mail"]
//!
//! [context.interfaces]       # the zone of this interface = the zone of that one
//! port7 = "ethernet1/4"
//! ```

use toml_span::de_helpers::{TableHelper, expected};
use toml_span::value::ValueInner;
use toml_span::{DeserError, Deserialize, Span, Value};

/// A map file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// Whether what the file does not name is paired too.
    pub propose: bool,
    /// The contexts, in the order of the file.
    pub contexts: Vec<ContextPair>,
}

/// Two contexts, and the places in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextPair {
    /// The first configuration's.
    pub left: Named,
    /// The second one's.
    pub right: Named,
    /// Pairs of zones.
    pub zones: Vec<PlacePair>,
    /// Pairs of interfaces, which stand for their zones.
    pub interfaces: Vec<PlacePair>,
}

/// Two places that are the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacePair {
    /// The first configuration's.
    pub left: Named,
    /// The second one's.
    pub right: Named,
}

/// A name, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The name.
    pub name: String,
    /// Its place in the file, in bytes.
    pub span: Span,
}

impl Default for Mapping {
    fn default() -> Self {
        Self { propose: true, contexts: Vec::new() }
    }
}

impl<'de> Deserialize<'de> for Mapping {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let propose = table.optional("propose").unwrap_or(true);
        let contexts = table.optional("context").unwrap_or_default();
        table.finalize(None)?;
        Ok(Self { propose, contexts })
    }
}

impl<'de> Deserialize<'de> for ContextPair {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let nothing = Named { name: String::new(), span: value.span };
        let left = table.required("left").unwrap_or_else(|_| nothing.clone());
        let right = table.required("right").unwrap_or(nothing);
        let zones = table.optional::<Places>("zones").map(|places| places.0);
        let interfaces = table.optional::<Places>("interfaces").map(|places| places.0);
        table.finalize(None)?;
        let (zones, interfaces) = (zones.unwrap_or_default(), interfaces.unwrap_or_default());
        Ok(Self { left, right, zones, interfaces })
    }
}

impl<'de> Deserialize<'de> for Named {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let name = value.take_string(Some("a name"))?.into_owned();
        Ok(Self { name, span: value.span })
    }
}

/// A table from a name to a name, or to several.
struct Places(Vec<PlacePair>);

impl<'de> Deserialize<'de> for Places {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let table = match value.take() {
            ValueInner::Table(table) => table,
            other => return Err(expected("a table of names", other, value.span).into()),
        };
        let mut pairs = Vec::new();
        for (key, mut names) in table {
            let left = Named { name: key.name.to_string(), span: key.span };
            let mut add = |value: &mut Value<'de>| {
                let right = Named::deserialize(value)?;
                pairs.push(PlacePair { left: left.clone(), right });
                Ok::<_, DeserError>(())
            };
            match names.take() {
                ValueInner::Array(mut list) => list.iter_mut().try_for_each(&mut add)?,
                other => {
                    names.set(other);
                    add(&mut names)?;
                }
            }
        }
        // A table knows no order of its own: the order of the text.
        pairs.sort_by_key(|pair| (pair.left.span.start, pair.right.span.start));
        Ok(Self(pairs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping(text: &str) -> Result<Mapping, DeserError> {
        Mapping::deserialize(&mut toml_span::parse(text).unwrap())
    }

    const ONE: &str = "[[context]]\nleft = \"a\"\nright = \"b\"\n[context.zones]\n\
                       \"wan 1\" = \"outside\"\ndmz = [\"web\", \"mail\"]\n";

    #[test]
    fn pairs_stand_in_the_order_of_the_text() {
        let file = mapping(ONE).unwrap();
        let zones = file.contexts[0].zones.iter();
        let names: Vec<_> = zones.map(|pair| (&*pair.left.name, &*pair.right.name)).collect();
        assert_eq!(names, [("wan 1", "outside"), ("dmz", "web"), ("dmz", "mail")]);
        assert!(file.propose);
    }

    #[test]
    fn names_know_their_places() {
        let file = mapping(ONE).unwrap();
        let span = file.contexts[0].zones[2].right.span;
        assert_eq!(&ONE[span.start..span.end], "mail");
    }

    #[test]
    fn mistakes_are_refused() {
        assert!(mapping("[[context]]\nleft = \"a\"\n").is_err());
        assert!(mapping("[[context]]\nleft = \"a\"\nright = \"b\"\nzone = {}\n").is_err());
        assert!(mapping("[[context]]\nleft = \"a\"\nright = \"b\"\nzones = [1]\n").is_err());
        assert!(mapping("[[context]]\nleft = \"a\"\nright = \"b\"\nzones = { a = 1 }\n").is_err());
        assert!(mapping("propose = \"no\"\n").is_err());
    }
}
