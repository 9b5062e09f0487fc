//! PAN-OS and Panorama, 8.0 to 11.2: XML configurations (running, exported, of the API), `set` lines, nested blocks.
//!
//! See `docs/dialects/panos.md` for what is read how, the meaning of it with its sources, and what is not modelled.

mod config;
mod extract;
mod inert;
mod lower;
mod probe;
mod syntax;
mod take;

use policy::{Device, PredicateKind};

use crate::facts::DialectFacts;
use crate::limits::Limits;
use crate::reading::Reading;
use crate::text::Text;
use crate::tree::{Node, Tree, lines, xml};
use crate::{Definitions, Dialect};

/// The dialect.
#[derive(Debug)]
pub(crate) struct PanOs;

impl Dialect for PanOs {
    fn id(&self) -> &'static str {
        "panos"
    }

    fn name(&self) -> &'static str {
        "PAN-OS"
    }

    fn version(&self) -> u32 {
        1
    }

    fn probe(&self, head: &str, _path: &str) -> Option<u8> {
        probe::probe(head)
    }

    fn read(&self, files: Vec<Text>, facts: &DialectFacts, limits: &Limits) -> Reading {
        let mut problems = Vec::new();
        let mut trees: Vec<Tree> = Vec::with_capacity(files.len());
        let mut version = String::new();
        let mut cut = false;
        for file in files {
            if file.text.contains("<") && probe::is_xml(&file.text) {
                let (tree, outside) = xml::read(file, syntax::NAMES, limits, &mut problems);
                cut |= outside.cut;
                for wanted in ["detail-version", "version"] {
                    let found = outside.attributes.iter().find(|(name, _)| name == wanted);
                    if let Some((_, value)) = found
                        && version.is_empty()
                    {
                        version.clone_from(value);
                    }
                }
                trees.push(tree);
            } else {
                let (tree, wrong) = lines::read(file, &syntax::TOP, limits, &mut problems);
                cut |= wrong;
                trees.push(tree);
            }
        }
        let config = extract::extract(&trees, &mut problems);
        let mut said = lower::Problems::new(&mut problems, limits);
        let contexts = lower::lower(&config, facts.of(self.id()), cut, &mut said);
        let path = trees.first().map_or("", Tree::path);
        let device = Device {
            name: config.hostname.unwrap_or(path).into(),
            platform: self.id(),
            model: if config.is_panorama { "Panorama".into() } else { "".into() },
            version: version.into(),
            contexts,
        };
        drop(config);
        Reading { dialect: self.id(), devices: vec![device], trees, problems }
    }

    fn define<'t>(&self, node: Node<'t>, into: &mut Definitions<'t>) {
        if node.word(0) == "address" {
            // Dynamic groups have what bears their tags.
            for entry in node.children() {
                for tags in entry.children().filter(|child| child.word(0) == "tag") {
                    let below = tags.children().map(|tag| tag.word(0));
                    for tag in tags.words().skip(1).chain(below).filter(|tag| !tag.is_empty()) {
                        into.add(tag, "", entry, &[PredicateKind::Dynamic]);
                    }
                }
            }
        }
        let Ok(at) = DEFINED.binary_search_by_key(&node.word(0), |(table, _)| table) else {
            return;
        };
        let kinds = DEFINED.get(at).map_or(&[][..], |(_, kinds)| kinds);
        for entry in node.children().filter(|entry| !entry.is_statement()) {
            into.add(entry.word(0), "", entry, kinds);
        }
    }
}

/// Tables of what rules know by name only. Sorted.
const DEFINED: &[(&str, &[PredicateKind])] = &[
    ("application", &[PredicateKind::Application]),
    ("application-filter", &[PredicateKind::Application]),
    ("application-group", &[PredicateKind::Application]),
    ("custom-url-category", &[PredicateKind::UrlCategory]),
    ("device-object", &[PredicateKind::Device]),
    ("dynamic-user-group", &[PredicateKind::User]),
    ("external-list", &[PredicateKind::ExternalList, PredicateKind::UrlCategory]),
    ("hip-objects", &[PredicateKind::Device]),
    ("hip-profiles", &[PredicateKind::Device]),
    ("saas-tenant-list", &[PredicateKind::Content]),
    ("saas-user-list", &[PredicateKind::Content]),
    ("user-group", &[PredicateKind::User]),
];

#[cfg(test)]
mod tests;
