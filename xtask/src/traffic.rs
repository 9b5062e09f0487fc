//! `cargo xtask egress`: logs of traffic that never was, with the list of endpoints that are looked for, and what the logs say about
//! them, written by the one who made them up.
//!
//! Every conversation is planned: the plan says whether a name of its own, a DNS answer or nothing but the address tells an endpoint.
//! Shared addresses, addresses that DNS tells and addresses that it never tells are kept apart, so that no case can become another by
//! chance. [`naive`] works the same out from the files alone, slowly.

mod fortigate;
pub mod naive;
mod oneway;
mod sink;
mod story;
mod suricata;
#[cfg(test)]
mod tests;
mod text;
mod truth;
mod world;
mod zeek;
mod zipf;

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use story::{Conversation, Plot, State, Teller};
use truth::Pairs;
pub use truth::{Sum, Sums};
use world::{Scale, World};

/// A format of logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Zeek's JSON logs.
    ZeekJson,
    /// Zeek's tab-separated logs.
    ZeekTsv,
    /// Suricata's `eve.json`.
    Eve,
    /// FortiGate's traffic and web filter logs.
    FortiGate,
    /// NetFlow version 5 packets.
    NetFlow,
    /// AWS VPC flow logs.
    AwsVpc,
}

impl Format {
    /// Every one.
    pub const ALL: &[Self] =
        &[Self::ZeekJson, Self::ZeekTsv, Self::Eve, Self::FortiGate, Self::NetFlow, Self::AwsVpc];

    /// As it is called on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ZeekJson => "zeek-json",
            Self::ZeekTsv => "zeek-tsv",
            Self::Eve => "eve",
            Self::FortiGate => "fortigate",
            Self::NetFlow => "netflow",
            Self::AwsVpc => "aws-vpc",
        }
    }

    /// The one of this name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.as_str() == name)
    }

    /// Whether a flow is one row, so that flows can be counted in one way only.
    pub fn counts_flows(self) -> bool {
        matches!(self, Self::ZeekJson | Self::ZeekTsv | Self::Eve)
    }

    fn carries(self) -> Carries {
        let all = Carries {
            names: true,
            dns: true,
            six: true,
            recurs: true,
            refused: true,
            rows: 10,
            each: 0,
        };
        let half = Carries { names: false, dns: false, refused: false, ..all };
        match self {
            Self::ZeekJson => Carries { recurs: false, each: 850, ..all },
            Self::ZeekTsv => Carries { recurs: false, each: 380, ..all },
            Self::Eve => Carries { rows: 26, each: 1100, ..all },
            Self::FortiGate => Carries { dns: false, six: false, rows: 22, each: 1000, ..all },
            Self::NetFlow => Carries { six: false, each: 100, ..half },
            Self::AwsVpc => Carries { rows: 20, each: 230, ..half },
        }
    }
}

/// What a format can tell.
#[derive(Clone, Copy)]
struct Carries {
    /// Names of servers.
    names: bool,
    /// DNS answers.
    dns: bool,
    /// IPv6.
    six: bool,
    /// Ids that are used again, days later. Zeek's never are.
    recurs: bool,
    /// Conversations that came to nothing, as flows.
    refused: bool,
    /// About how many rows the largest log has for ten conversations.
    rows: u64,
    /// About how many bytes there are for each conversation.
    each: u64,
}

/// What is to be made.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// The format.
    pub format: Format,
    /// The seed.
    pub seed: u64,
    /// It ends once the logs have so many bytes.
    pub bytes: u64,
    /// It ends after so many conversations.
    pub flows: u64,
    /// Conversations with vendors, of a thousand.
    pub vendors: u64,
    /// Into how many files the largest log is cut, about.
    pub parts: u64,
    /// Whether ids of flows are used again, days later.
    pub reuse: bool,
}

impl Order {
    /// Of this format and seed, so many conversations, of which every fourth is with a vendor: for tests.
    pub fn small(format: Format, seed: u64, flows: u64) -> Self {
        Self { format, seed, bytes: u64::MAX, flows, vendors: 250, parts: 1, reuse: true }
    }
}

/// What was made.
#[derive(Debug)]
pub struct Made {
    /// Bytes of all logs.
    pub bytes: u64,
    /// Conversations.
    pub flows: u64,
    /// What the logs say.
    pub sums: Sums,
}

/// Writes rows about conversations.
trait Log {
    /// All rows about this one.
    fn tell(&mut self, talk: &Conversation) -> Result<()>;
    /// How much has been written.
    fn bytes(&self) -> u64;
    /// Writes what is left.
    fn finish(&mut self) -> Result<()>;
}

/// Makes logs in `folder/logs`, endpoints in `names.csv` and `networks.csv`, and what is true in `truth.jsonl`. For queries of other
/// tools: `by-name.jsonl` has bytes by client and suffix of the flow's own name, `by-prefix.jsonl` by client and vendor of the server's
/// address.
///
/// # Errors
/// When a file cannot be written.
pub fn make(order: &Order, folder: &Path) -> Result<Made> {
    let carries = order.format.carries();
    let expected = order.flows.min(order.bytes / carries.each + 1);
    let world = World::new(order.seed, Scale::of(expected));
    let logs = folder.join("logs");
    fs::create_dir_all(&logs).with_context(|| format!("making {}", logs.display()))?;
    written(folder, "names.csv", |out| world.write_suffixes(out))?;
    written(folder, "networks.csv", |out| world.write_prefixes(out))?;
    let most = match order.parts {
        0 | 1 => u64::MAX,
        parts => expected * carries.rows / parts / 10 + 1,
    };
    let mut log = open(order, &logs, &world, most);
    let plot = Plot {
        seed: order.seed,
        vendors: order.vendors,
        reuse: order.reuse && carries.recurs,
        six: carries.six,
    };
    let mut teller = Teller::new(&world, plot);
    let mut tally = Tally::new(&world, carries);
    let mut flows = 0;
    while flows < order.flows && log.bytes() < order.bytes {
        let talk = teller.next();
        log.tell(&talk)?;
        tally.add(&talk);
        flows += 1;
    }
    log.finish()?;
    written(folder, "truth.jsonl", |out| truth::write(&tally.sums, out))?;
    written(folder, "by-name.jsonl", |out| truth::write_pairs(&tally.by_name, "suffix", out))?;
    written(folder, "by-prefix.jsonl", |out| truth::write_pairs(&tally.by_prefix, "vendor", out))?;
    Ok(Made { bytes: log.bytes(), flows, sums: tally.sums })
}

fn open(order: &Order, logs: &Path, world: &World, most: u64) -> Box<dyn Log> {
    let decoy = world.suffixes.first().map_or("", |suffix| &suffix.text);
    let local = match order.seed % 3 {
        0 => zeek::Local::Absent,
        1 => zeek::Local::Right,
        _ => zeek::Local::Unset,
    };
    match order.format {
        Format::ZeekJson | Format::ZeekTsv => {
            let json = order.format == Format::ZeekJson;
            Box::new(zeek::Zeek::new(logs, json, local, decoy, most))
        }
        Format::Eve => Box::new(suricata::Suricata::new(logs, decoy, most)),
        Format::FortiGate => Box::new(fortigate::FortiGate::new(logs, most)),
        Format::NetFlow => Box::new(oneway::NetFlow::new(logs, order.seed)),
        Format::AwsVpc => Box::new(oneway::Vpc::new(logs, most)),
    }
}

fn written(
    folder: &Path,
    name: &str,
    write: impl FnOnce(&mut dyn Write) -> Result<()>,
) -> Result<()> {
    let path = folder.join(name);
    let file = File::create(&path).with_context(|| format!("making {}", path.display()))?;
    let mut out = BufWriter::new(file);
    write(&mut out)?;
    out.flush().with_context(|| format!("writing {}", path.display()))
}

/// Adds up what the plan of each conversation says.
struct Tally<'w> {
    world: &'w World,
    carries: Carries,
    sums: Sums,
    by_name: Pairs,
    by_prefix: Pairs,
}

impl<'w> Tally<'w> {
    fn new(world: &'w World, carries: Carries) -> Self {
        let (by_name, by_prefix) = (Pairs::new(), Pairs::new());
        Self { world, carries, sums: Sums::new(), by_name, by_prefix }
    }

    fn add(&mut self, talk: &Conversation) {
        if talk.state != State::Finished && !self.carries.refused {
            return;
        }
        let own = talk.by_name.filter(|_| self.carries.names);
        let nameless = talk.names.is_empty() || !self.carries.names;
        let told = talk.by_dns.filter(|_| self.carries.dns && nameless);
        let suffix = own.or(told).and_then(|at| self.world.suffixes.get(at));
        let prefix = talk.by_prefix.and_then(|at| self.world.prefixes.get(at));
        self.queries(talk, own);
        let (endpoint, vendor, evidence) = match (suffix, prefix) {
            (Some(suffix), _) => (suffix.text.clone(), &suffix.vendor, "name"),
            (None, Some(prefix)) => (prefix.text(), &prefix.vendor, "prefix"),
            (None, None) => return,
        };
        let sum = self.sums.entry((talk.asset().to_string(), endpoint)).or_default();
        if sum.flows == 0 {
            sum.vendor.clone_from(vendor);
            evidence.clone_into(&mut sum.evidence);
        }
        sum.flows += 1;
        match talk.volume {
            None => sum.flows_without_volume += 1,
            Some((sent, received)) => {
                sum.bytes_out += if talk.inbound { received } else { sent };
                sum.bytes_in += if talk.inbound { sent } else { received };
            }
        }
    }

    fn queries(&mut self, talk: &Conversation, own: Option<usize>) {
        let sent = talk.volume.map_or(0, |both| both.0);
        let client = talk.client.to_string();
        if let Some(suffix) = own.and_then(|at| self.world.suffixes.get(at)) {
            *self.by_name.entry((client.clone(), suffix.text.clone())).or_default() += sent;
        }
        let prefix = talk.by_prefix.filter(|_| !talk.inbound);
        if let Some(prefix) = prefix.and_then(|at| self.world.prefixes.get(at)) {
            *self.by_prefix.entry((client, prefix.vendor.clone())).or_default() += sent;
        }
    }
}

/// The address of the resolver that all hosts ask.
fn resolver(six: bool) -> IpAddr {
    if six {
        IpAddr::V6(Ipv6Addr::from_bits(0x2001_0db8_00aa_0000_u128 << 64 | 0x53))
    } else {
        IpAddr::V4(Ipv4Addr::new(10, 20, 255, 53))
    }
}

/// `cargo xtask egress`: makes logs of one format.
///
/// # Errors
/// When an argument is wrong or a file cannot be written.
pub fn command(arguments: &[String]) -> Result<bool> {
    let mut order = Order {
        format: Format::ZeekJson,
        seed: 1,
        bytes: u64::MAX,
        flows: u64::MAX,
        vendors: 10,
        parts: 1,
        reuse: true,
    };
    let mut out = None;
    for pair in arguments.chunks(2) {
        let [flag, value] = pair else { bail!(USAGE) };
        let number = || value.parse().with_context(|| format!("{flag} takes a number"));
        match flag.as_str() {
            "--format" => order.format = Format::of(value).context(USAGE)?,
            "--seed" => order.seed = number()?,
            "--size" => order.bytes = number()?,
            "--flows" => order.flows = number()?,
            "--vendors" => order.vendors = number()?,
            "--parts" => order.parts = number()?,
            "--reuse" => order.reuse = value == "yes",
            "-o" => out = Some(PathBuf::from(value)),
            _ => bail!(USAGE),
        }
    }
    let out = out.context(USAGE)?;
    if order.bytes == u64::MAX && order.flows == u64::MAX {
        bail!("how much? --size or --flows\n{USAGE}");
    }
    let made = make(&order, &out)?;
    println!("{} bytes, {} flows, {} sums", made.bytes, made.flows, made.sums.len());
    Ok(true)
}

const USAGE: &str = "`cargo xtask egress [--format zeek-json|zeek-tsv|eve|fortigate|netflow|aws-vpc] \
[--seed N] [--vendors PERMILLE] [--parts N] [--reuse yes|no] --size BYTES|--flows N -o FOLDER`";
