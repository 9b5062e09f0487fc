//! The closed vocabularies of conclusions: evidence classes, relations, confidence, states.

use serde::{Deserialize, Serialize};

/// How an asset relates to a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// The asset is the product, or the product is installed or running on it.
    Is,
    /// Open source that the vendor owns, packaged by somebody else.
    OpenSourceOf,
    /// The product is a component inside other software.
    Embeds,
    /// A client, SDK or connector shows that the product is used somewhere else.
    ClientOf,
    /// The asset runs on the product (hypervisor, virtual hardware).
    RunsOn,
    /// The asset sees the product on its network.
    NeighbourOf,
    /// Something of the product is left behind.
    ResidueOf,
}

/// Why a fact identifies a product, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceClass {
    /// Signer, team id, private OID subtree, product GUID: only the vendor can have put it there.
    Identity,
    /// Package coordinates and the owner of the upstream homepage; service, driver and file names that nobody else uses.
    Coordinates,
    /// A vendor field.
    VendorField,
    /// A product name.
    ProductName,
    /// Neighbour tables, aliases, free text, ports, address prefixes.
    Hint,
}

/// How sure the identification is. A closed set, explained by its evidence; never a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// At least one looked-up, unique fact, or two independent strong ones.
    Confirmed,
    /// One strong fact, or unique facts that nobody has looked up.
    Probable,
    /// Hints only.
    Possible,
}

/// What a finding means under a directive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// In scope of a clause.
    Prohibited,
    /// In scope only if a question that the directive leaves open is answered with yes.
    Undecided,
    /// Only residue of a product in scope is left.
    Residue,
    /// In scope, but no source has confirmed it for a long time.
    Stale,
    /// In scope, and a waiver in force covers it. Still counted, never hidden.
    Waived,
    /// Not named, but of the same origin and category as those who are.
    Watch,
    /// The user decided that it is out of scope. Still listed.
    OutOfScope,
}

impl State {
    /// All states, most pressing first.
    pub const ALL: [Self; 7] = [
        Self::Prohibited,
        Self::Undecided,
        Self::Residue,
        Self::Stale,
        Self::Waived,
        Self::Watch,
        Self::OutOfScope,
    ];

    /// The word used in records and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Prohibited => "prohibited",
            Self::Undecided => "undecided",
            Self::Residue => "residue",
            Self::Stale => "stale",
            Self::Waived => "waived",
            Self::Watch => "watch",
            Self::OutOfScope => "out-of-scope",
        }
    }
}

impl Relation {
    /// The word used in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Is => "is",
            Self::OpenSourceOf => "open-source-of",
            Self::Embeds => "embeds",
            Self::ClientOf => "client-of",
            Self::RunsOn => "runs-on",
            Self::NeighbourOf => "neighbour-of",
            Self::ResidueOf => "residue-of",
        }
    }

    /// The relation with this name.
    pub fn parse(name: &str) -> Option<Self> {
        [
            Self::Is,
            Self::OpenSourceOf,
            Self::Embeds,
            Self::ClientOf,
            Self::RunsOn,
            Self::NeighbourOf,
            Self::ResidueOf,
        ]
        .into_iter()
        .find(|relation| relation.as_str() == name)
    }
}

impl Confidence {
    /// The word used in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Probable => "probable",
            Self::Possible => "possible",
        }
    }
}

impl EvidenceClass {
    /// The word used in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Coordinates => "coordinates",
            Self::VendorField => "vendor-field",
            Self::ProductName => "product-name",
            Self::Hint => "hint",
        }
    }
}
