//! Endpoints: where products talk to, found by name and by address.

mod names;
pub(crate) mod prefixes;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use catalog::facts::Catalog;
use catalog::product::{Endpoint as Fact, Match};
use catalog::shape::{FactConfidence, Keyword};

use serde::{Deserialize, Serialize};

use crate::endpoints::names::Names;
pub use crate::endpoints::prefixes::Blocks;
use crate::endpoints::prefixes::Prefixes;
pub use crate::endpoints::table::{Problem, Rows, read_table};
use crate::places::Announced;

/// The number of an endpoint in its [`Endpoints`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EndpointId(pub u32);

/// A place that products talk to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Endpoint {
    /// What is compared.
    pub place: Place,
    /// Whose it is: a vendor's id, or what the user wrote.
    pub vendor: String,
    /// Ids of the products that use it, sorted; empty when unknown.
    pub products: Vec<String>,
    /// What for: `telemetry`, `update`, …; empty when unknown.
    pub purpose: String,
    /// What its name says about where it stands: a country, or the vendor's word for a region; empty when it says nothing.
    pub region: String,
    /// Whether others are served from the same addresses: then the name counts and an address never does.
    pub shared: bool,
    /// How well it is known: a confidence of the catalog, or `stated` by the user.
    pub confidence: String,
    /// The country that the vendor comes from, by the catalog; empty when unknown. Says nothing about where the endpoint stands.
    #[serde(default)]
    pub vendor_country: String,
}

/// What is compared to find an endpoint.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// One host name.
    Exact(String),
    /// A name and all names below it.
    Suffix(String),
    /// Host names with `*` (any characters) and `?` (one).
    Glob(String),
    /// An address prefix: its first address and its length in bits.
    Prefix(IpAddr, u8),
    /// A network (autonomous system) by its number: the addresses that it announces, as far as the operator's tables of places tell.
    Network(u32),
}

impl std::fmt::Display for Place {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exact(text) | Self::Suffix(text) | Self::Glob(text) => out.write_str(text),
            Self::Prefix(address, length) => write!(out, "{address}/{length}"),
            Self::Network(number) => write!(out, "AS{number}"),
        }
    }
}

/// Endpoints with what finds them.
#[derive(Debug)]
pub struct Endpoints {
    all: Vec<Endpoint>,
    names: Names,
    prefixes: Prefixes,
    /// What networks announce; asked after the prefixes.
    announced: Option<Prefixes>,
}

impl Endpoints {
    /// From a list. Places that occur more than once become one endpoint with the products of all; where vendors differ, the first
    /// in the order of the list is kept.
    pub fn new(list: impl IntoIterator<Item = Endpoint>) -> Self {
        let mut all: Vec<Endpoint> = Vec::new();
        let mut known: hashbrown::HashMap<Place, usize> = hashbrown::HashMap::new();
        for endpoint in list {
            let at = *known.entry(endpoint.place.clone()).or_insert(all.len());
            let Some(kept) = all.get_mut(at) else {
                all.push(endpoint);
                continue;
            };
            if kept.vendor == endpoint.vendor {
                kept.products.extend(endpoint.products);
                kept.products.sort();
                kept.products.dedup();
            }
        }
        let mut names = Names::default();
        let mut prefixes = Vec::new();
        for (id, endpoint) in (0u32..).map(EndpointId).zip(&all) {
            match &endpoint.place {
                Place::Prefix(..) if endpoint.shared => {}
                Place::Network(_) => {}
                Place::Prefix(address, length) => prefixes.push((*address, *length, id)),
                place => names.add(place, id),
            }
        }
        Self { names, prefixes: Prefixes::new(prefixes), all, announced: None }
    }

    /// The numbers of the networks among them. Those that others share are left out.
    pub fn networks(&self) -> BTreeSet<u32> {
        let number = |endpoint: &Endpoint| match endpoint.place {
            Place::Network(number) if !endpoint.shared => Some(number),
            _ => None,
        };
        self.all.iter().filter_map(number).collect()
    }

    /// Says which ranges (first and last address) its networks announce. Where a dedicated prefix holds an address too, that one
    /// counts, however short it is.
    pub fn announce(&mut self, ranges: &[Announced]) {
        let mut numbers = BTreeMap::new();
        for (id, endpoint) in (0u32..).map(EndpointId).zip(&self.all) {
            if let Place::Network(number) = endpoint.place {
                numbers.insert(number, id);
            }
        }
        let known = ranges.iter().filter_map(|range| Some((range, *numbers.get(&range.2)?)));
        let list = known.flat_map(|((first, last, _), id)| {
            prefixes::within(*first, *last).map(move |(address, length)| (address, length, id))
        });
        self.announced = Some(Prefixes::new(list.collect()));
    }

    /// Some endpoints of another list under their numbers there, to be looked up by number only.
    pub fn numbered(some: BTreeMap<EndpointId, Endpoint>) -> Self {
        let len = some.last_key_value().map_or(0, |(id, _)| id.0 + 1);
        let nobody = || Endpoint {
            place: Place::Exact(String::new()),
            vendor: String::new(),
            products: Vec::new(),
            purpose: String::new(),
            region: String::new(),
            shared: false,
            confidence: String::new(),
            vendor_country: String::new(),
        };
        let all = (0..len).map(|id| some.get(&EndpointId(id)).cloned().unwrap_or_else(nobody));
        Self {
            all: all.collect(),
            names: Names::default(),
            prefixes: Prefixes::new(Vec::new()),
            announced: None,
        }
    }

    /// The endpoint of this number.
    pub fn get(&self, id: EndpointId) -> Option<&Endpoint> {
        self.all.get(usize::try_from(id.0).ok()?)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Endpoint> {
        self.all.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The endpoint whose place a host name is, or lies below: the longest at a label boundary. Case and a dot at the end do not
    /// matter; a port after a colon is no part of a name and has to be taken off before.
    pub fn by_name(&self, name: &[u8]) -> Option<EndpointId> {
        self.names.find(name)
    }

    /// The endpoint with the longest prefix that holds the address, else the one whose network announces it. Prefixes and networks
    /// that others share are left out.
    pub fn by_address(&self, address: IpAddr) -> Option<EndpointId> {
        match address.to_canonical() {
            IpAddr::V4(four) => self.by_v4(four.to_bits()),
            IpAddr::V6(six) => self.find(|prefixes| prefixes.v6(six.to_bits())),
        }
    }

    /// The same for an IPv4 address as a number.
    pub fn by_v4(&self, address: u32) -> Option<EndpointId> {
        self.find(|prefixes| prefixes.v4(address))
    }

    /// Outside of these no IPv4 address is found.
    pub(crate) fn blocks(&self) -> Blocks {
        let mut blocks = self.prefixes.blocks().clone();
        if let Some(announced) = &self.announced {
            blocks.merge(announced.blocks());
        }
        blocks
    }

    fn find(&self, look: impl Fn(&Prefixes) -> Option<EndpointId>) -> Option<EndpointId> {
        look(&self.prefixes).or_else(|| self.announced.as_ref().and_then(look))
    }
}

/// The endpoints of the catalog's products.
pub fn of_catalog(catalog: &Catalog) -> Vec<Endpoint> {
    let products = catalog.products.iter();
    let pairs =
        products.flat_map(|product| product.endpoints.iter().map(move |fact| (product, fact)));
    pairs
        .filter_map(|(product, fact)| {
            Some(Endpoint {
                place: place(fact)?,
                vendor: product.vendor.clone(),
                products: vec![product.id.clone()],
                purpose: fact.purpose.clone(),
                region: fact.region.clone(),
                shared: fact.hosting == "shared",
                confidence: keyword(fact.provenance.confidence),
                vendor_country: vendor_country(catalog, &product.vendor).to_owned(),
            })
        })
        .collect()
}

/// The country that a vendor comes from, by its id or a name of it; empty when the catalog does not know.
pub fn vendor_country<'c>(catalog: &'c Catalog, vendor: &str) -> &'c str {
    let vendors = &catalog.vendors;
    if let Ok(at) = vendors.binary_search_by(|known| known.id.as_str().cmp(vendor)) {
        return vendors.get(at).map_or("", |known| &known.origin);
    }
    let wanted = vendor.to_lowercase();
    let called = |known: &&catalog::vendor::Vendor| {
        let names = known.names.values().flatten().chain(&known.aliases);
        names.map(|name| name.to_lowercase()).any(|name| name == wanted)
    };
    vendors.iter().find(called).map_or("", |known| &known.origin)
}

fn place(fact: &Fact) -> Option<Place> {
    if let Some(number) = fact.network {
        return Some(Place::Network(number));
    }
    if !fact.prefix.is_empty() {
        return prefixes::parse(&fact.prefix)
            .map(|(address, length)| Place::Prefix(address, length));
    }
    let host = canonical(&fact.host);
    Some(match fact.kind {
        Match::Suffix => Place::Suffix(host.trim_start_matches('.').to_owned()),
        Match::Glob => Place::Glob(host),
        _ => Place::Exact(host),
    })
}

fn keyword(confidence: FactConfidence) -> String {
    let word = FactConfidence::WORDS.iter().find(|(_, value)| *value == confidence);
    word.map_or("", |(word, _)| word).to_owned()
}

/// A host name as it is compared: lower case, without a dot at its end.
pub(crate) fn canonical(name: &str) -> String {
    name.trim().trim_end_matches('.').to_lowercase()
}

#[cfg(test)]
mod tests;
