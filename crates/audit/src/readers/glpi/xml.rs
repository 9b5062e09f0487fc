//! The XML notation.

use model::asset::AssetKind;

use crate::reader::{Head, Input, Reader};
use crate::readers::glpi::inventory::Inventory;
use crate::readers::glpi::record::Record;
use crate::readers::transcode::sniff;
use crate::readers::xml::{Node, Step, Xml, root};
use crate::sink::Sink;

/// The reader.
pub(crate) struct GlpiXml;

impl Reader for GlpiXml {
    fn id(&self) -> &'static str {
        "glpi-xml"
    }

    fn version(&self) -> u32 {
        1
    }

    fn probe(&self, head: &Head<'_>) -> Option<u8> {
        if root(head)? != "REQUEST" {
            return None;
        }
        let (text, ..) = sniff(head.bytes).decode(head.bytes);
        match () {
            () if text.contains("<CONTENT") => Some(95),
            () if text.contains("<DEVICEID") || text.contains("<QUERY") => Some(80),
            () => None,
        }
    }

    fn read(&self, input: &mut Input<'_>, sink: &mut Sink<'_>) {
        let Some(mut xml) = Xml::open(input, sink) else { return };
        let mut main = Inventory::new(AssetKind::Host);
        loop {
            match xml.next(sink) {
                Step::Open(node) => match node.name.as_str() {
                    "REQUEST" => {}
                    "CONTENT" => content(&mut xml, &mut main, sink),
                    "DEVICEID" => {
                        let id = xml.tree(node, sink);
                        main.fall_back(id.text.trim(), sink);
                    }
                    _ => drop(xml.tree(node, sink)),
                },
                Step::Text(_) | Step::Close => {}
                Step::End => return,
            }
        }
    }
}

fn content(xml: &mut Xml<'_>, main: &mut Inventory, sink: &mut Sink<'_>) {
    loop {
        match xml.next(sink) {
            Step::Open(node) if node.name == "DEVICE" => device(xml, &node, sink),
            Step::Open(node) => section(xml, node, main, sink),
            Step::Text(_) => {}
            Step::Close | Step::End => return,
        }
    }
}

fn section(xml: &mut Xml<'_>, node: Node, into: &mut Inventory, sink: &mut Sink<'_>) {
    let node = xml.tree(node, sink);
    let name = node.name.to_ascii_uppercase();
    into.section(&name, node.at, &Record::from_node(&node), sink);
}

/// A device of a discovery or an SNMP inventory: fields of its own, sections, and sections in containers.
fn device(xml: &mut Xml<'_>, device: &Node, sink: &mut Sink<'_>) {
    let mut it = Inventory::new(AssetKind::Device);
    let mut own = Record::default();
    loop {
        let node = match xml.next(sink) {
            Step::Open(node) => node,
            Step::Text(_) => continue,
            Step::Close | Step::End => break,
        };
        match node.name.as_str() {
            "PORTS" | "COMPONENTS" => content_of(xml, &mut it, sink),
            "INFO" | "FIRMWARES" => section(xml, node, &mut it, sink),
            _ => {
                let node = xml.tree(node, sink);
                if node.children.is_empty() {
                    own.push(&node.name, &node.text);
                } else if node.name == "IPS" {
                    node.all("IP").for_each(|ip| own.push("IP", &ip.text));
                } else {
                    let name = node.name.to_ascii_uppercase();
                    it.section(&name, node.at, &Record::from_node(&node), sink);
                }
            }
        }
    }
    if !own.is_empty() {
        it.section("DEVICE", device.at, &own, sink);
    }
}

fn content_of(xml: &mut Xml<'_>, it: &mut Inventory, sink: &mut Sink<'_>) {
    loop {
        match xml.next(sink) {
            Step::Open(node) => section(xml, node, it, sink),
            Step::Text(_) => {}
            Step::Close | Step::End => return,
        }
    }
}
