//! The command line of `egress`.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand, ValueEnum};

use super::TableFormat;

/// Arguments of `egress`.
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(group = ArgGroup::new("rounds").multiple(true))]
pub(crate) struct Egress {
    /// What else to do.
    #[command(subcommand)]
    pub(crate) action: Option<EgressAction>,
    /// Logs: files and folders, also compressed.
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) tables: Tables,
    /// Read every line in full, without the fast look that passes over lines that concern no endpoint. The sums are the
    /// same; faults in rows that concern nobody are only found so.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Sum up one part of the input only, and write partial sums for `supplant egress merge`.
    #[arg(long, value_name = "I/N", value_parser = shard)]
    pub(crate) shard: Option<(u32, u32)>,
    /// How many workers read at the same time; all cores unless given.
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<usize>,
    /// Keep on reading logs that grow and are rotated, until Ctrl-C; the result is printed then, and shown meanwhile on a terminal
    /// or in the file of `--output`.
    #[arg(long, group = "rounds", conflicts_with_all = ["shard", "compare", "inventory"])]
    pub(crate) follow: bool,
    /// Begin where the run that wrote this file ended, and write it anew after each round. Without `--follow`, one round.
    #[arg(long, value_name = "FILE", group = "rounds", conflicts_with_all = ["shard", "compare", "inventory"])]
    pub(crate) checkpoint: Option<PathBuf>,
    /// How many seconds lie between two rounds.
    #[arg(long, value_name = "SECONDS", default_value_t = 1, requires = "follow")]
    pub(crate) every: u64,
    /// For how many seconds after a flow was logged its name may still come; and how long nobody may have written to a file that
    /// cannot be read on in the middle, before it is read.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, requires = "rounds")]
    pub(crate) settle: u64,
    /// A record that an earlier run wrote with `--format json`: tell what is new, what stopped and what changed.
    #[arg(long, value_name = "EARLIER.json", conflicts_with = "shard")]
    pub(crate) compare: Option<PathBuf>,
    /// An assessment that `supplant assess` wrote (`assessment.json`): tell which hosts are which of its assets, which it lacks, and
    /// what is installed and silent.
    #[arg(long, value_name = "RECORD.json", conflicts_with = "shard")]
    pub(crate) inventory: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Which endpoints to look for, and where addresses stand.
#[derive(Args, Debug, Default)]
pub(crate) struct Tables {
    /// A table of your own endpoints: CSV whose header names `suffix` or `cidr`, then `vendor` and perhaps `country`; may be
    /// repeated.
    #[arg(long, value_name = "FILE")]
    pub(crate) endpoints: Vec<PathBuf>,
    /// Look for your own endpoints and no others.
    #[arg(long, requires = "endpoints")]
    pub(crate) only_endpoints: bool,
    /// A table of where addresses stand: an MMDB, or CSV of ranges whose header names `first` and `last`, or `cidr`, and `country` or
    /// `asn`; may be repeated. Without one, countries are unknown unless the log states them.
    #[arg(long, value_name = "FILE")]
    pub(crate) places: Vec<PathBuf>,
}

/// What of the sums to print, how and where.
#[derive(Args, Debug)]
pub(crate) struct Shown {
    /// What to sum up by; pairs of host and endpoint unless given. For tables, CSV and JSON lines; the other forms hold all.
    #[arg(long, value_enum)]
    pub(crate) by: Option<EgressBy>,
    /// The form of what is printed.
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: TableFormat,
    /// Where to print it; `-` is standard output.
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    pub(crate) output: PathBuf,
}

/// What to do with sums.
#[derive(Debug, Subcommand)]
pub(crate) enum EgressAction {
    /// Put the partial sums of all shards together: the same result as one run over everything
    Merge(Merge),
}

/// Arguments of `egress merge`.
#[derive(Args, Debug)]
pub(crate) struct Merge {
    /// The partial sums, one file for each shard.
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// A record that an earlier run wrote with `--format json`: tell what is new, what stopped and what changed.
    #[arg(long, value_name = "EARLIER.json")]
    pub(crate) compare: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Things to sum up by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum EgressBy {
    /// Hosts.
    Asset,
    /// Vendors of endpoints.
    Vendor,
    /// Products that use the endpoints.
    Product,
    /// Endpoints.
    Endpoint,
    /// Countries where the addresses stand.
    Country,
    /// Countries that the vendors come from.
    Origin,
    /// What endpoints are for.
    Purpose,
    /// Days (UTC).
    Day,
}

impl EgressBy {
    /// The word of the record.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Asset => "asset",
            Self::Vendor => "vendor",
            Self::Product => "product",
            Self::Endpoint => "endpoint",
            Self::Country => "country",
            Self::Origin => "origin",
            Self::Purpose => "purpose",
            Self::Day => "day",
        }
    }
}

/// `2/5`: the second of five parts.
fn shard(text: &str) -> Result<(u32, u32), String> {
    let (mine, all) = text.split_once('/').ok_or("write it as 2/5")?;
    let parse = |number: &str| number.parse::<u32>().map_err(|error| error.to_string());
    let (mine, all) = (parse(mine)?, parse(all)?);
    if mine == 0 || mine > all {
        return Err(format!("there is no part {mine} of {all}"));
    }
    Ok((mine, all))
}
