//! FortiOS 6.0 to 7.6 (and what older versions share with them): backups, captures of `show` and `show full-configuration`, the
//! export in YAML. What is read how, and what is not, stands in `docs/dialects/fortios.md`.

mod config;
mod extract;
mod header;
mod inert;
mod lower;
mod say;
mod table;
mod value;

use policy::{Device, PredicateKind};

use crate::facts::DialectFacts;
use crate::limits::Limits;
use crate::reading::Reading;
use crate::text::Text;
use crate::tree::{Node, Tree, block, yaml};
use crate::{Definitions, Dialect};

/// The dialect.
#[derive(Debug)]
pub(crate) struct FortiOs;

impl Dialect for FortiOs {
    fn id(&self) -> &'static str {
        "fortios"
    }

    fn name(&self) -> &'static str {
        "FortiOS"
    }

    fn version(&self) -> u32 {
        1
    }

    fn probe(&self, head: &str, _path: &str) -> Option<u8> {
        probe(head)
    }

    fn read(&self, files: Vec<Text>, facts: &DialectFacts, limits: &Limits) -> Reading {
        let mut problems = Vec::new();
        let header = files
            .iter()
            .map(|file| header::header(&file.text))
            .find(|header| *header != header::Header::default())
            .unwrap_or_default();
        let path = files.first().map(|file| file.path.clone()).unwrap_or_default();
        let trees: Vec<Tree> = files
            .into_iter()
            .map(|file| match yaml::is_yaml(&file.text) {
                true => yaml::read(file, limits, &mut problems),
                false => block::read(file, limits, &mut problems),
            })
            .collect();
        let mut say = say::Say::new(problems, limits.problems);
        let device = device(&trees, &header, path, facts, &mut say);
        let problems = say.problems;
        Reading { dialect: "fortios", devices: vec![device], trees, problems }
    }

    fn define<'t>(&self, node: Node<'t>, into: &mut Definitions<'t>) {
        if node.word(0) != "config" {
            return;
        }
        let section = node.words().skip(1).collect::<Vec<_>>().join(" ");
        let known = DEFINED.iter().find(|(start, _)| section.starts_with(start));
        let Some((_, kinds)) = known else { return };
        for entry in node.children().filter(|child| child.word(0) == "edit") {
            // An override of places is called by its code.
            let mut codes = entry.children().filter(|set| set.word(1) == "country-id");
            let code = codes.find(|_| kinds.contains(&PredicateKind::Geography));
            into.add(entry.word(1), code.map_or("", |set| set.word(2)), entry, kinds);
        }
    }
}

/// Sections, by how they begin, of what policies know by name only, and of what that refers to.
const DEFINED: &[(&str, &[PredicateKind])] = &[
    ("application ", &[PredicateKind::Application]),
    ("endpoint-control ", &[PredicateKind::Device]),
    ("firewall addr", &[PredicateKind::InternetService]),
    ("firewall internet-service-", &[PredicateKind::InternetService]),
    ("system external-resource", &[PredicateKind::ExternalList]),
    ("system geoip-override", &[PredicateKind::Geography]),
    ("system sdn-connector", &[PredicateKind::Dynamic]),
    ("user ", &[PredicateKind::Device, PredicateKind::User]),
];

fn device(
    trees: &[Tree],
    header: &header::Header,
    path: String,
    facts: &DialectFacts,
    say: &mut say::Say,
) -> Device {
    let mut parts = extract::parts(trees);
    let mut global = config::Global { version: header.version, ..config::Global::default() };
    extract::global(&mut parts.global, &mut global);
    let mut interfaces = extract::place::interfaces(&mut parts.global, say);
    // A capture of one VDOM shows its interfaces inside of it.
    let mut inside: Vec<Vec<config::Interface<'_>>> = parts
        .vdoms
        .iter_mut()
        .map(|vdom| extract::place::interfaces(&mut vdom.sections, say))
        .collect();
    // An interface of a VDOM that the file does not name belongs to the first one.
    let names: Vec<String> = parts.vdoms.iter().map(|vdom| vdom.name.to_string()).collect();
    let home = |interface: &config::Interface<'_>| {
        let named = names.iter().position(|name| parts.named && name == interface.vdom);
        named.unwrap_or(0)
    };
    let mut homes: Vec<Vec<config::Interface<'_>>> = names.iter().map(|_| Vec::new()).collect();
    for interface in interfaces.drain(..) {
        let at = home(&interface);
        if let Some(list) = homes.get_mut(at) {
            list.push(interface);
        }
    }
    for (list, inside) in homes.iter_mut().zip(&mut inside) {
        inside.retain(|interface| list.iter().all(|known| known.name != interface.name));
        list.append(inside);
    }
    let facts = facts.of("fortios");
    let contexts = parts
        .vdoms
        .into_iter()
        .zip(homes)
        .map(|(vdom, interfaces)| lower::policy(vdom, &interfaces, &global, facts, say))
        .collect();
    parts.global.rest(say);
    let name = if global.hostname.is_empty() { path } else { global.hostname };
    Device {
        name: name.into(),
        platform: "fortios",
        model: header.model.as_str().into(),
        version: header.version.map(|version| version.to_string()).unwrap_or_default().into(),
        contexts,
    }
}

/// How sure it is that a text is of this language.
fn probe(head: &str) -> Option<u8> {
    if yaml::is_yaml(head) {
        let sections =
            ["firewall_policy:", "system_global:", "system_interface:", "firewall_address:"];
        let known = head.lines().any(|line| sections.contains(&line.trim()));
        let marked = head.starts_with("#config-version=");
        return (known || marked).then_some(if marked { 95 } else { 70 });
    }
    if head.starts_with("---") {
        return None;
    }
    let mut marked = false;
    let (mut blocks, mut edits, mut sets) = (0u32, 0u32, 0u32);
    let mut known = false;
    for line in head.lines() {
        let line = line.trim_start().trim_end();
        marked |= line.starts_with("#config-version=");
        let line = match line.split_once(" # ").or_else(|| line.split_once(" $ ")) {
            Some((prompt, rest)) if !prompt.starts_with("set ") => rest,
            _ => line,
        };
        let mut words = line.split_whitespace();
        match (words.next(), words.next(), words.next()) {
            (Some("config"), Some(first), second) => {
                blocks += 1;
                known |= matches!(
                    (first, second),
                    ("system" | "firewall" | "router" | "vpn" | "user" | "log", Some(_))
                        | ("vdom" | "global", None)
                );
            }
            (Some("edit"), Some(_), _) => edits += 1,
            (Some("set" | "unset" | "append"), Some(_), _) => sets += 1,
            _ => {}
        }
    }
    match () {
        () if marked => Some(95),
        () if known && blocks > 0 && (edits > 0 || sets > 0) => Some(80),
        () if blocks > 0 && (edits > 0 || sets > 0) => Some(40),
        () => None,
    }
}

#[cfg(test)]
mod tests;
