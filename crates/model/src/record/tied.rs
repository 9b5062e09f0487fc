//! How the hosts of logs and the assets of an inventory belong together, and what follows from it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Named;
use super::traffic::Sum;
use crate::finding::{Confidence, State};

/// The hosts of the logs beside the assets of an inventory.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tied {
    /// What was assessed for the inventory, as given on that command line.
    pub inventory: String,
    /// The day of that assessment, `YYYY-MM-DD`.
    pub date: String,
    /// How many assets the inventory counts.
    pub assets: u64,
    /// How many of them its record lists. When these are fewer, a host that is not among them may still be one of the others.
    pub listed: u64,
    /// One for each of the record's pairs, in their order.
    pub pairs: Vec<Tie>,
    /// Findings: hosts that talk to an endpoint and that the inventory lacks; the most pressing first.
    pub unlisted: Vec<Unlisted>,
    /// What is known about the traffic of each product found on an asset that may talk; sorted by asset and product.
    pub installed: Vec<Installed>,
}

/// One of ours in the logs, one endpoint, and what the inventory knows about both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tie {
    /// The host as the log has it.
    pub asset: Arc<str>,
    /// The endpoint's vendor.
    pub vendor: Arc<str>,
    /// The endpoint.
    pub endpoint: Arc<str>,
    /// How the host was found in the inventory: `address`, `name`, `short-name` (a name without its domain, which only one asset has),
    /// `ambiguous` (several assets answer to it; none is chosen), `none` (the inventory lacks it), `not-listed` (not among those
    /// that the record lists, and it does not list all), `unnamed` (the log does not say who).
    pub matched: String,
    /// The asset, or those that it may be.
    pub assets: Vec<AssetName>,
    /// Ids of findings on that asset of a product that uses the endpoint, or, where there is none, of its vendor.
    pub findings: Vec<String>,
    /// What those findings are of: `product`, `vendor`; empty without any. None says nothing about what is installed: findings are
    /// of what the directives of the assessment reach.
    pub found: String,
}

/// An asset by id and name.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AssetName {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A finding: a host talks to endpoints of a vendor, and the inventory lacks it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unlisted {
    /// Stable id: `U-` and twelve hex digits from directive, clause, host and vendor.
    pub id: String,
    /// The host as the log has it.
    pub asset: String,
    /// The vendor.
    pub vendor: Named,
    /// The products that use the endpoints; which of them it is, the endpoints do not tell. Empty when unknown.
    pub products: Vec<Named>,
    /// How sure it is that one of the vendor's products talks.
    pub confidence: Confidence,
    /// Why the confidence is what it is: a code such as `confidence/endpoint-recalled`.
    pub confidence_reason: String,
    /// What it means under the directive, were the product on the host; `null` where no directive says anything.
    pub state: Option<State>,
    /// Why the state is what it is; empty without one.
    pub state_reason: String,
    /// The directive's id; empty without one.
    pub directive: String,
    /// The clause's id; empty without one.
    pub clause: String,
    /// All flows of the host to these endpoints.
    #[serde(flatten)]
    pub sum: Sum,
    /// What shows it, strongest first; never empty.
    pub evidence: Vec<Shown>,
}

/// What shows that a host talks to an endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// The endpoint.
    pub endpoint: String,
    /// The best there is: `sni`, `host`, `log`, `answer`, `prefix`; `named`, `asked` or `program` where no flow was seen.
    pub grade: String,
    /// How well the endpoint is known: a confidence of the catalog, or `stated` by the user.
    pub fact_confidence: String,
    /// What the endpoint is for.
    pub purpose: String,
    /// Flows.
    pub flows: u64,
}

/// A product found on an asset, and whether the logs show it talking.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installed {
    /// The finding's id.
    pub finding: String,
    /// The asset.
    pub asset: AssetName,
    /// The product.
    pub product: Named,
    /// The id of its vendor.
    pub vendor: String,
    /// How many of its endpoints were looked for.
    pub endpoints: u64,
    /// What the logs say: `talks`, `vendor-talks` (to endpoints of its vendor that are not known to be of this product), `called`
    /// (endpoints of it or of its vendor began all flows that there are), `silent` (the
    /// asset occurs in the logs, its endpoints do not), `ambiguous` (what occurs may be this asset or another one), `not-covered`
    /// (no log shows the asset at all), `no-address` (no address or host name of the asset is known), `no-endpoint` (no endpoint of
    /// the product is known). Only `silent` says that nothing was seen where something could have been.
    pub traffic: String,
}
