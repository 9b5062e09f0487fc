//! Results of port scans in nmap's XML (nmap.dtd 1.05; masscan writes a subset of it).
//!
//! Each host that is up is an asset. Addresses, names, ports, guesses of the operating system and host scripts are rows. An open
//! port is one item with everything that was learnt there: service, product, banners, certificate, page title. What nmap took
//! from its table of port numbers is no observation of a service, and a guess of the system that others contradict is none of the
//! device: both are kept as mentions. Closed and filtered ports are inert. The maker of a network card is no maker of the device
//! behind it.

mod scripts;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use model::asset::{AssetId, AssetKind, IdKind};
use model::field::{Context, Field};

use crate::codes;
use crate::reader::{Head, Input, Reader};
use crate::readers::identifiers;
use crate::readers::xml::{Node, Step, Xml, root};
use crate::sink::Sink;

/// The reader.
pub(crate) struct NmapXml;

impl Reader for NmapXml {
    fn id(&self) -> &'static str {
        "nmap-xml"
    }

    fn version(&self) -> u32 {
        1
    }

    fn probe(&self, head: &Head<'_>) -> Option<u8> {
        (root(head)? == "nmaprun").then_some(100)
    }

    fn read(&self, input: &mut Input<'_>, sink: &mut Sink<'_>) {
        let Some(mut xml) = Xml::open(input, sink) else { return };
        let mut started = String::new();
        loop {
            match xml.next(sink) {
                Step::Open(node) if node.name == "nmaprun" => {
                    node.attribute("start").clone_into(&mut started);
                }
                Step::Open(node) if node.name == "host" => host(&mut xml, &node, &started, sink),
                Step::Open(node) => drop(xml.tree(node, sink)),
                Step::Text(_) | Step::Close => {}
                Step::End => return,
            }
        }
    }
}

/// A host being read. The asset is made when the first row needs it, so that hosts that are down make none.
struct Host {
    asset: Option<AssetId>,
    down: bool,
    named: bool,
    labelled: bool,
    day: String,
}

impl Host {
    fn asset(&mut self, sink: &mut Sink<'_>) -> AssetId {
        *self.asset.get_or_insert_with(|| {
            let asset = sink.asset(AssetKind::Unknown);
            sink.observed_on(asset, &self.day);
            asset
        })
    }
}

fn host(xml: &mut Xml<'_>, host: &Node, started: &str, sink: &mut Sink<'_>) {
    let seen = [host.attribute("endtime"), host.attribute("starttime"), started];
    let day = seen.iter().find_map(|seconds| day(seconds)).unwrap_or_default();
    let mut state = Host { asset: None, down: false, named: false, labelled: false, day };
    loop {
        let part = match xml.next(sink) {
            Step::Open(node) => node,
            Step::Text(_) => continue,
            Step::Close | Step::End => return,
        };
        match part.name.as_str() {
            // Containers whose members are rows of their own are entered, so that one host with many ports needs no room.
            "ports" => each(xml, sink, |node, sink| port(&mut state, &node, sink)),
            "hostnames" => each(xml, sink, |node, sink| host_name(&mut state, &node, sink)),
            "hostscript" => each(xml, sink, |node, sink| host_script(&mut state, &node, sink)),
            _ => {
                let part = xml.tree(part, sink);
                match part.name.as_str() {
                    "status" => state.down = part.attribute("state") == "down",
                    "address" => address(&mut state, &part, sink),
                    "os" => system(&mut state, &part, sink),
                    _ => {}
                }
            }
        }
    }
}

fn each(xml: &mut Xml<'_>, sink: &mut Sink<'_>, mut take: impl FnMut(Node, &mut Sink<'_>)) {
    loop {
        match xml.next(sink) {
            Step::Open(node) => {
                let node = xml.tree(node, sink);
                take(node, sink);
            }
            Step::Text(_) => {}
            Step::Close | Step::End => return,
        }
    }
}

fn address(host: &mut Host, node: &Node, sink: &mut Sink<'_>) {
    let text = node.attribute("addr");
    if host.down {
        return sink.row(node.at).inert(codes::ROW_NOT_INVENTORY);
    }
    let asset = host.asset(sink);
    if node.attribute("addrtype") != "mac" {
        if !host.named && !std::mem::replace(&mut host.labelled, true) {
            sink.label(asset, text);
        }
        return match identifiers::ip(text) {
            Some(ip) => {
                sink.identify(asset, IdKind::Ip, &ip);
                sink.row(node.at).inert(codes::ROW_ASSET_DETAIL);
            }
            None if text.parse::<std::net::IpAddr>().is_ok() => {
                sink.row(node.at).inert(codes::ROW_NOT_INVENTORY);
            }
            None => sink.row(node.at).not_understood(codes::ROW_MALFORMED),
        };
    }
    let Some(mac) = identifiers::mac(text) else {
        return sink.row(node.at).not_understood(codes::ROW_MALFORMED);
    };
    if let Some(identity) = identifiers::mac_identity(mac) {
        sink.identify(asset, IdKind::Mac, &identity);
    }
    let maker = identifiers::oui(mac).unwrap_or_default();
    // The scanner's word for the maker is looked up from the same prefix: no second fact, and no vendor field of the host.
    let facts = [(Field::MacOui, &*maker), (Field::Name, node.attribute("vendor"))];
    let mut row = sink.row(node.at);
    if row.observe(asset, Context::Platform, &facts).is_none() {
        row.inert(codes::ROW_ASSET_DETAIL);
    }
}

fn host_name(host: &mut Host, node: &Node, sink: &mut Sink<'_>) {
    let text = node.attribute("name");
    if !host.down {
        let asset = host.asset(sink);
        if let Some(name) = identifiers::host_name(text) {
            if std::mem::replace(&mut host.named, true) {
                sink.identify(asset, IdKind::Hostname, name);
            } else {
                sink.name(asset, name);
            }
        }
    }
    sink.row(node.at).inert(codes::ROW_ASSET_DETAIL);
}

fn port(host: &mut Host, node: &Node, sink: &mut Sink<'_>) {
    let open = node.all("state").any(|state| state.attribute("state") == "open");
    if node.name != "port" || !open || host.down {
        return node.nothing(sink, codes::ROW_NOT_INVENTORY);
    }
    let number = node.attribute("portid");
    let field = match node.attribute("protocol") {
        "tcp" => Some(Field::NetTcp),
        "udp" => Some(Field::NetUdp),
        _ => None,
    };
    if number.parse::<u16>().is_err() {
        return sink.row(node.at).not_understood(codes::ROW_MALFORMED);
    }
    let asset = host.asset(sink);
    let mut facts: Vec<_> = field.map(|field| (field, number.to_owned())).into_iter().collect();
    let mut guessed = "";
    if let Some(service) = node.all("service").next() {
        match service.attribute("method") {
            "table" => guessed = service.attribute("name"),
            _ => facts.push((Field::NetService, service.attribute("name").to_owned())),
        }
        facts.push((Field::NetProduct, service.attribute("product").to_owned()));
        facts.push((Field::Version, service.attribute("version").to_owned()));
        facts.push((Field::Banner, service.attribute("extrainfo").to_owned()));
        facts.push((Field::Text, service.attribute("ostype").to_owned()));
        facts.extend(service.all("cpe").filter_map(|node| cpe(&node.text)));
    }
    for script in node.all("script") {
        facts.extend(scripts::facts(script));
    }
    let facts: Vec<_> = facts.iter().map(|(field, value)| (*field, &**value)).collect();
    let mut row = sink.row(node.at);
    let told = row.observe(asset, Context::Device, &facts);
    let guess = row.observe(asset, Context::Mention, &[(Field::NetService, guessed)]);
    if told.is_none() && guess.is_none() {
        row.inert(codes::ROW_NOT_INVENTORY);
    }
}

fn host_script(host: &mut Host, node: &Node, sink: &mut Sink<'_>) {
    let facts = if host.down { Vec::new() } else { scripts::facts(node) };
    if facts.is_empty() {
        return node.nothing(sink, codes::ROW_NOT_INVENTORY);
    }
    let asset = host.asset(sink);
    let facts: Vec<_> = facts.iter().map(|(field, value)| (*field, &**value)).collect();
    let mut row = sink.row(node.at);
    if row.observe(asset, Context::Device, &facts).is_none() {
        row.inert(codes::ROW_NOT_INVENTORY);
    }
}

/// The guesses of the operating system. Only one that is sure enough and that no equally sure one contradicts is of the device.
fn system(host: &mut Host, os: &Node, sink: &mut Sink<'_>) {
    let accuracy = |node: &Node| node.attribute("accuracy").parse::<u32>().unwrap_or(0);
    let best = os.all("osmatch").map(accuracy).max().unwrap_or(0);
    let mut makers: Vec<_> = os
        .all("osmatch")
        .filter(|guess| accuracy(guess) == best)
        .flat_map(|guess| guess.all("osclass").filter(|class| accuracy(class) == best))
        .map(|class| class.attribute("vendor"))
        .collect();
    makers.sort_unstable();
    makers.dedup();
    let sure = best >= ACCURACY_MIN && makers.len() <= 1;
    for guess in os.all("osmatch") {
        if host.down {
            sink.row(guess.at).inert(codes::ROW_NOT_INVENTORY);
            continue;
        }
        let asset = host.asset(sink);
        let certain = sure && accuracy(guess) == best;
        let context = if certain { Context::Device } else { Context::Mention };
        if certain {
            sink.os(asset, guess.attribute("name"));
            sink.kind(asset, kind(guess));
        }
        let mut facts = vec![(Field::DeviceModel, guess.attribute("name").to_owned())];
        for class in guess.all("osclass").filter(|class| accuracy(class) == accuracy(guess)) {
            facts.push((Field::DeviceVendor, class.attribute("vendor").to_owned()));
            facts.extend(class.all("cpe").filter_map(|node| cpe(&node.text)));
        }
        facts.sort();
        facts.dedup();
        let facts: Vec<_> = facts.iter().map(|(field, value)| (*field, &**value)).collect();
        let mut row = sink.row(guess.at);
        if row.observe(asset, context, &facts).is_none() {
            row.inert(codes::ROW_NOT_INVENTORY);
        }
    }
}

fn kind(guess: &Node) -> AssetKind {
    let mut types = guess.all("osclass").map(|class| class.attribute("type"));
    match types.next() {
        None | Some("") => AssetKind::Unknown,
        Some("general purpose" | "phone") => AssetKind::Host,
        Some(_) => AssetKind::Device,
    }
}

/// `cpe:/a:vendor:product:1.0` or `cpe:2.3:a:vendor:product:1.0:…` without the version.
fn cpe(text: &str) -> Option<(Field, String)> {
    let text = text.trim();
    let parts = text.strip_prefix("cpe:/").or_else(|| text.strip_prefix("cpe:2.3:"))?;
    let mut parts = parts.split(':');
    let (part, vendor, product) = (parts.next()?, parts.next()?, parts.next()?);
    let known = ["a", "o", "h"].contains(&part) && !vendor.is_empty() && !product.is_empty();
    known.then(|| (Field::Cpe, format!("{part}:{vendor}:{product}").to_ascii_lowercase()))
}

/// The day (UTC) of a count of seconds.
fn day(seconds: &str) -> Option<String> {
    let text = Timestamp::from_second(seconds.parse().ok().filter(|s| *s > 0)?).ok()?.to_string();
    text.get(..10).map(str::to_owned)
}

/// From here on nmap's guess of the operating system counts as one of the device, in percent.
const ACCURACY_MIN: u32 = 90;
