//! The second implementation: from the files to the sums, plainly. Whole files in memory, every row as a JSON value, every endpoint
//! tried in turn. It shares nothing with the engine, and with the generator only the shape of the result.

mod rows;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::{Sum, Sums};

/// A row that counts.
#[derive(Debug)]
struct Flow {
    id: Option<String>,
    start: i64,
    end: i64,
    client: IpAddr,
    server: IpAddr,
    sent: Option<u64>,
    /// `None` when nothing is known, and in records of one direction.
    received: Option<u64>,
    /// Whether the log says that the server is ours and the client is not, or the other way round.
    server_is_ours: Option<bool>,
}

/// A row that names the server of a flow.
#[derive(Debug)]
struct Name {
    id: String,
    at: i64,
    client: IpAddr,
    server: IpAddr,
    name: String,
}

/// An address that a client was told.
#[derive(Debug)]
struct Answer {
    at: i64,
    life: i64,
    client: IpAddr,
    address: IpAddr,
    name: String,
}

#[derive(Default)]
struct Rows {
    flows: Vec<Flow>,
    names: Vec<Name>,
    answers: Vec<Answer>,
}

/// Something that is looked for.
struct Endpoint {
    text: String,
    vendor: String,
    prefix: Option<(IpAddr, u32)>,
}

/// Microseconds.
const SECOND: i64 = 1_000_000;
/// By how much clocks may differ.
const SLACK: i64 = 5 * SECOND;
/// How long before and after its flow a name may be logged: that which comes later belongs to another flow with the same id.
const APART: i64 = 3600 * SECOND;

/// What the logs in a folder say about the endpoints in these files.
///
/// # Errors
/// When a file cannot be read or a row is not understood: the generator writes no bad rows.
pub fn sums(logs: &Path, endpoints: &[PathBuf]) -> Result<Sums> {
    let mut listed = Vec::new();
    for path in endpoints {
        read_endpoints(path, &mut listed)?;
    }
    let mut rows = Rows::default();
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(logs).with_context(|| format!("reading {}", logs.display()))? {
        files.push(entry?.path());
    }
    files.sort();
    for path in files {
        let bytes = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        rows::read(&bytes, &mut rows).with_context(|| format!("in {}", path.display()))?;
    }
    Ok(add_up(&rows, &listed))
}

fn read_endpoints(path: &Path, listed: &mut Vec<Endpoint>) -> Result<()> {
    let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let mut lines = text.lines();
    let networks = match lines.next() {
        Some("cidr,vendor,country") => true,
        Some("suffix,vendor,country") => false,
        other => bail!("{other:?} is no header of endpoints"),
    };
    for line in lines {
        let mut columns = line.split(',');
        let (Some(what), Some(vendor)) = (columns.next(), columns.next()) else { continue };
        let prefix = match what.split_once('/') {
            Some((network, length)) if networks => Some((network.parse()?, length.parse()?)),
            _ => None,
        };
        listed.push(Endpoint { text: what.to_owned(), vendor: vendor.to_owned(), prefix });
    }
    Ok(())
}

fn add_up(rows: &Rows, listed: &[Endpoint]) -> Sums {
    let mut names: BTreeMap<&str, Vec<&Name>> = BTreeMap::new();
    for name in &rows.names {
        names.entry(&name.id).or_default().push(name);
    }
    let mut answers: BTreeMap<(IpAddr, IpAddr), Vec<&Answer>> = BTreeMap::new();
    for answer in &rows.answers {
        answers.entry((answer.client, answer.address)).or_default().push(answer);
    }
    let mut sums = Sums::new();
    for flow in &rows.flows {
        let own: BTreeSet<&str> = flow
            .id
            .iter()
            .flat_map(|id| names.get(id.as_str()).into_iter().flatten())
            .filter(|name| belongs(name, flow))
            .map(|name| name.name.as_str())
            .collect();
        let mut found = own.iter().find_map(|name| by_name(name, listed));
        if found.is_none() && own.is_empty() {
            let told = answers.get(&(flow.client, flow.server)).into_iter().flatten();
            let told = told.filter(|answer| {
                flow.start >= answer.at - SLACK
                    && flow.start <= answer.at + answer.life * SECOND + SLACK
            });
            found = told.filter_map(|answer| by_name(&answer.name, listed)).next();
        }
        let server = by_address(flow.server, listed);
        let client = by_address(flow.client, listed);
        let turned = match flow.server_is_ours {
            Some(ours) => ours && found.is_none(),
            None => found.is_none() && server.is_none() && client.is_some(),
        };
        let endpoint = found.or(if turned { client } else { server });
        let Some(endpoint) = endpoint else { continue };
        let asset = if turned { flow.server } else { flow.client };
        let sum = sums.entry((asset.to_string(), endpoint.text.clone())).or_default();
        add(sum, flow, turned, endpoint);
    }
    sums
}

fn belongs(name: &Name, flow: &Flow) -> bool {
    name.client == flow.client
        && name.server == flow.server
        && name.at >= flow.start - APART
        && name.at <= flow.end + APART
}

fn add(sum: &mut Sum, flow: &Flow, turned: bool, endpoint: &Endpoint) {
    sum.vendor.clone_from(&endpoint.vendor);
    let evidence = if endpoint.prefix.is_some() { "prefix" } else { "name" };
    evidence.clone_into(&mut sum.evidence);
    let (out, back) = if turned { (flow.received, flow.sent) } else { (flow.sent, flow.received) };
    sum.flows += 1;
    sum.bytes_out += out.unwrap_or(0);
    sum.bytes_in += back.unwrap_or(0);
    if flow.sent.is_none() && flow.received.is_none() {
        sum.flows_without_volume += 1;
    }
}

/// The longest suffix that the name is, or below which it lies.
fn by_name<'e>(name: &str, listed: &'e [Endpoint]) -> Option<&'e Endpoint> {
    let name = name.to_ascii_lowercase();
    let name = name.strip_suffix('.').unwrap_or(&name);
    let suffixes = listed.iter().filter(|endpoint| endpoint.prefix.is_none());
    let matching = suffixes
        .filter(|endpoint| name == endpoint.text || name.ends_with(&format!(".{}", endpoint.text)));
    matching.max_by_key(|endpoint| endpoint.text.len())
}

/// The longest prefix in which the address lies.
fn by_address(address: IpAddr, listed: &[Endpoint]) -> Option<&Endpoint> {
    let bits = |address: IpAddr| match address {
        IpAddr::V4(four) => format!("4{:032b}", four.to_bits()),
        IpAddr::V6(six) => format!("6{:0128b}", six.to_bits()),
    };
    let wanted = bits(address);
    let mut best: Option<(u32, &Endpoint)> = None;
    for endpoint in listed {
        let Some((network, length)) = endpoint.prefix else { continue };
        let network = bits(network);
        let same = network.get(..=length as usize) == wanted.get(..=length as usize);
        if same && best.is_none_or(|(longest, _)| length > longest) {
            best = Some((length, endpoint));
        }
    }
    best.map(|(_, endpoint)| endpoint)
}
