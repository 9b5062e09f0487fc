//! What the logs say, kept by the one who made them up.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::Result;
use serde_json::json;

/// What one asset exchanged with one endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// Whose the endpoint is.
    pub vendor: String,
    /// `name` or `prefix`.
    pub evidence: String,
    /// Bytes from the asset to the endpoint.
    pub bytes_out: u64,
    /// Bytes from the endpoint to the asset.
    pub bytes_in: u64,
    /// How many flows.
    pub flows: u64,
    /// How many of them have no counters.
    pub flows_without_volume: u64,
}

/// Sums by asset and endpoint.
pub type Sums = BTreeMap<(String, String), Sum>;

/// One JSON object for each asset and endpoint, in their order.
///
/// # Errors
/// When it cannot be written.
pub(super) fn write(sums: &Sums, out: &mut dyn Write) -> Result<()> {
    for ((asset, endpoint), sum) in sums {
        let line = json!({
            "asset": asset,
            "vendor": sum.vendor,
            "endpoint": endpoint,
            "evidence": sum.evidence,
            "bytes_out": sum.bytes_out,
            "bytes_in": sum.bytes_in,
            "flows": sum.flows,
            "flows_without_volume": sum.flows_without_volume,
        });
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// Bytes by two columns, for queries of other tools.
pub(super) type Pairs = BTreeMap<(String, String), u64>;

/// One JSON object for each pair, in their order.
///
/// # Errors
/// When it cannot be written.
pub(super) fn write_pairs(pairs: &Pairs, second: &str, out: &mut dyn Write) -> Result<()> {
    for ((host, other), bytes) in pairs {
        writeln!(out, "{}", json!({ "host": host, second: other, "bytes": bytes }))?;
    }
    Ok(())
}
