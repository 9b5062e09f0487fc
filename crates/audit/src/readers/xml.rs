//! A pull parser for inventories in XML, built on quick-xml (XML 1.0).
//!
//! A stream goes in; elements with their attributes come out, one after the other or as small trees. Damage never stops the rest:
//! wrong end tags are closed where they belong, an input that ends early closes what is open. Entities other than the five of XML
//! stay as they are written, so nothing expands. It knows no namespaces: prefixes are cut off.

use std::rc::Rc;

use model::diagnostic::Code;
use model::source::Unit;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Error, Reader, XmlVersion};

use crate::codes;
use crate::reader::{Head, Input, report_read_error};
use crate::readers::transcode::{Gauge, Utf8, sniff};
use crate::sink::Sink;

/// The name of the root element of a text that begins like this.
pub(crate) fn root(head: &Head<'_>) -> Option<String> {
    let (text, ..) = sniff(head.bytes).decode(head.bytes);
    let mut rest = text.trim_start();
    for _ in 0..64 {
        rest = match rest.get(..2)? {
            "<?" => rest.split_once("?>")?.1,
            "<!" if rest.starts_with("<!--") => rest.split_once("-->")?.1,
            "<!" => rest.split_once('>')?.1,
            _ => break,
        }
        .trim_start();
    }
    let name = rest.strip_prefix('<')?;
    let end = name.find(|c: char| c.is_whitespace() || "/>".contains(c))?;
    let name = name.get(..end)?;
    let local = name.rsplit(':').next().unwrap_or(name);
    (!local.is_empty()).then(|| local.to_owned())
}

/// What comes next.
pub(crate) enum Step {
    /// An element begins.
    Open(Node),
    /// Text of the element that is open.
    Text(String),
    /// The element that is open ends.
    Close,
    /// The input ends; every element has been closed.
    End,
}

/// An element; a tree when [`Xml::tree`] made it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Node {
    /// The name without prefix.
    pub(crate) name: String,
    /// Where it begins, in the unit that [`Xml::open`] set.
    pub(crate) at: u64,
    /// Attributes in order.
    pub(crate) attributes: Vec<(String, String)>,
    /// Its own text.
    pub(crate) text: String,
    /// Elements in it, in order.
    pub(crate) children: Vec<Node>,
    /// Whether something of it is missing: the input ended in it, or a limit was reached.
    pub(crate) cut: bool,
}

impl Node {
    /// The value of an attribute, empty when there is none.
    pub(crate) fn attribute(&self, name: &str) -> &str {
        self.attributes.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// The elements of this name in it.
    pub(crate) fn all<'n>(&'n self, name: &'n str) -> impl Iterator<Item = &'n Node> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// What to say of a row in which nothing was found: when something of it is missing, it may have been there.
    pub(crate) fn nothing(&self, sink: &mut Sink<'_>, reason: Code) {
        if self.cut {
            sink.row(self.at).not_understood(codes::ROW_MALFORMED);
        } else {
            sink.row(self.at).inert(reason);
        }
    }

    fn cost(&self) -> usize {
        let attributes: usize = self.attributes.iter().map(|(k, v)| k.len() + v.len()).sum();
        size_of::<Self>() + self.name.len() + attributes
    }
}

/// The parser.
pub(crate) struct Xml<'a> {
    reader: Reader<Utf8<'a>>,
    buffer: Vec<u8>,
    gauge: Rc<Gauge>,
    open: Vec<String>,
    closing: usize,
    ended: bool,
    bytes: bool,
    opened: u64,
    depth_max: usize,
    tree_bytes_max: usize,
}

impl<'a> Xml<'a> {
    /// Begins to read. Positions are bytes where the source is UTF-8, else the numbers of elements.
    pub(crate) fn open(input: &'a mut Input<'_>, sink: &mut Sink<'_>) -> Option<Self> {
        let limits = input.limits;
        let stream = match Utf8::new(&mut *input.stream, limits.row_bytes as u64) {
            Ok(stream) => stream,
            Err(error) => {
                report_read_error(sink, &error);
                return None;
            }
        };
        let (gauge, bytes) = (stream.gauge(), stream.keeps_positions());
        sink.unit(if bytes { Unit::Byte } else { Unit::Row });
        let mut reader = Reader::from_reader(stream);
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        Some(Self {
            reader,
            buffer: Vec::new(),
            gauge,
            open: Vec::new(),
            closing: 0,
            ended: false,
            bytes,
            opened: 0,
            depth_max: limits.depth,
            tree_bytes_max: limits.row_bytes,
        })
    }

    /// The next step. What is wrong with the input is said here.
    pub(crate) fn next(&mut self, sink: &mut Sink<'_>) -> Step {
        loop {
            if self.closing > 0 {
                self.closing -= 1;
                self.open.pop();
                return Step::Close;
            }
            if self.ended {
                return Step::End;
            }
            if let Some(step) = self.event(sink) {
                return step;
            }
        }
    }

    /// Reads the rest of an element that was just opened as a tree. Elements nested too deep are left out.
    pub(crate) fn tree(&mut self, root: Node, sink: &mut Sink<'_>) -> Node {
        let (mut above, mut node, mut cost, mut too_deep) = (Vec::new(), root, 0_usize, 0_usize);
        loop {
            let full = cost > self.tree_bytes_max;
            match self.next(sink) {
                Step::Open(_) if too_deep > 0 || full || above.len() >= self.depth_max => {
                    too_deep += 1;
                    node.cut = true;
                    sink.warn(codes::LIMIT_REACHED, Some(node.at), &[("element", &node.name)]);
                }
                Step::Open(child) => {
                    cost += child.cost();
                    above.push(std::mem::replace(&mut node, child));
                }
                Step::Text(text) if too_deep == 0 && !full => {
                    cost += text.len();
                    node.text.push_str(&text);
                }
                Step::Text(_) => node.cut |= full,
                Step::Close if too_deep > 0 => too_deep -= 1,
                Step::Close | Step::End => {
                    node.cut |= self.ended;
                    let Some(parent) = above.pop() else { return node };
                    let child = std::mem::replace(&mut node, parent);
                    node.cut |= child.cut;
                    node.children.push(child);
                }
            }
        }
    }

    fn event(&mut self, sink: &mut Sink<'_>) -> Option<Step> {
        self.buffer.clear();
        self.gauge.since.set(0);
        let before = self.reader.buffer_position();
        let event = match self.reader.read_event_into(&mut self.buffer) {
            Ok(event) => event,
            Err(error) => {
                let at = self.bytes.then(|| self.reader.error_position());
                self.fail(&error, at, sink);
                return None;
            }
        };
        match event {
            Event::Start(start) => {
                self.opened += 1;
                let node = element(&start, if self.bytes { before } else { self.opened });
                self.open.push(node.name.clone());
                if self.open.len() > OPEN_MAX {
                    sink.error(codes::LIMIT_REACHED, Some(node.at), &[("element", &node.name)]);
                    self.end(sink);
                }
                Some(Step::Open(node))
            }
            Event::End(end) => {
                let name = local(end.name().into_inner());
                match self.open.iter().rposition(|open| open == name) {
                    Some(index) => self.closing = self.open.len() - index,
                    None => sink.warn(codes::MALFORMED, Some(before), &[("element", name)]),
                }
                if self.closing > 1 {
                    sink.warn(codes::MALFORMED, Some(before), &[("element", name)]);
                }
                None
            }
            Event::Text(text) => Some(Step::Text(text.xml10_content().into_owned())),
            Event::CData(text) => Some(Step::Text(text.xml10_content().into_owned())),
            Event::GeneralRef(reference) => Some(Step::Text(resolve(&reference))),
            Event::Eof => {
                if !self.open.is_empty() {
                    sink.error(codes::TRUNCATED, None, &[]);
                }
                self.end(sink);
                None
            }
            _ => None,
        }
    }

    fn fail(&mut self, error: &Error, at: Option<u64>, sink: &mut Sink<'_>) {
        match error {
            _ if self.gauge.over.get() => sink.error(codes::LIMIT_REACHED, at, &[]),
            Error::Io(error) => report_read_error(sink, error),
            Error::Syntax(error) => {
                sink.error(codes::TRUNCATED, at, &[("error", &error.to_string())]);
            }
            // The parser goes on after these.
            Error::IllFormed(error) => {
                sink.warn(codes::MALFORMED, at, &[("error", &error.to_string())]);
                return;
            }
            other => sink.error(codes::MALFORMED, at, &[("error", &other.to_string())]),
        }
        self.end(sink);
    }

    fn end(&mut self, sink: &mut Sink<'_>) {
        self.ended = true;
        self.closing = self.open.len();
        if self.gauge.damaged.replace(false) {
            sink.warn(codes::BAD_ENCODING, None, &[]);
        }
    }
}

fn element(start: &BytesStart<'_>, at: u64) -> Node {
    let attributes = start
        .attributes()
        .with_checks(false)
        .filter_map(Result::ok)
        .map(|attribute| {
            let value = attribute
                .normalized_value(XmlVersion::Explicit1_0)
                .unwrap_or_else(|_| attribute.value.clone());
            (local(attribute.key.into_inner()).to_owned(), value.into_owned())
        })
        .collect();
    let name = local(start.name().into_inner()).to_owned();
    Node { name, at, attributes, ..Node::default() }
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

fn resolve(reference: &BytesRef<'_>) -> String {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return character.to_string();
    }
    let name: &str = reference;
    match name {
        "lt" => "<".into(),
        "gt" => ">".into(),
        "amp" => "&".into(),
        "quot" => "\"".into(),
        "apos" => "'".into(),
        _ => format!("&{name};"),
    }
}

/// Deepest nesting that is followed at all; trees are cut at [`crate::limits::Limits::depth`] already.
const OPEN_MAX: usize = 4096;

#[cfg(test)]
mod tests {
    use model::source::{Fate, Source};

    use super::*;
    use crate::limits::Limits;
    use crate::sink::Collector;

    fn tree(bytes: &[u8]) -> (Node, Vec<&'static str>) {
        let limits = Limits { row_bytes: 1 << 20, ..Limits::default() };
        let mut collector = Collector::default();
        let source =
            Source { path: "x".into(), sha256: String::new(), bytes: 0, fate: Fate::Unknown };
        let mut sink = collector.begin(source, &limits);
        let mut stream = bytes;
        let mut input = Input { stream: &mut stream, path: "x", limits: &limits };
        let mut xml = Xml::open(&mut input, &mut sink).unwrap();
        let root = loop {
            match xml.next(&mut sink) {
                Step::Open(node) => break xml.tree(node, &mut sink),
                Step::End => break Node::default(),
                _ => {}
            }
        };
        while !matches!(xml.next(&mut sink), Step::End) {}
        drop(xml);
        (root, collector.diagnostics.iter().map(|d| d.code.0).collect())
    }

    #[test]
    fn reads_trees_with_entities_and_cdata() {
        let (root, said) = tree(
            b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'bbbb'>]><a x='1 &amp; 2'>\
              <b>R&amp;D &#20013; &b;</b><c/><b><![CDATA[<x>]]></b></a>",
        );
        assert_eq!(root.attribute("x"), "1 & 2");
        let texts: Vec<_> = root.all("b").map(|b| b.text.as_str()).collect();
        assert_eq!(texts, ["R&D 中 &b;", "<x>"]);
        assert!(said.is_empty(), "{said:?}");
    }

    #[test]
    fn damage_is_said_and_what_is_there_is_kept() {
        let (root, said) = tree(b"<a><b>1</b><b>2");
        assert_eq!(root.all("b").count(), 2);
        assert_eq!(said, ["input/truncated"]);
        let (root, said) = tree(b"<a><b>1</c></b><b><d>2</b></a>");
        assert_eq!(root.all("b").count(), 2);
        assert_eq!(said, ["input/malformed", "input/malformed"]);
    }

    #[test]
    fn depth_and_length_are_bounded() {
        let deep = b"<a>".repeat(100_000);
        assert!(tree(&deep).1.contains(&"input/limit-reached"));
        let long = [b"<a>".to_vec(), vec![b'x'; 3 << 20]].concat();
        assert!(tree(&long).1.contains(&"input/limit-reached"));
    }

    #[test]
    fn the_root_is_found_behind_the_prolog() {
        let head = |bytes| Head { bytes, complete: true, name: "x" };
        let prolog = b"<?xml version='1.0'?>\n<!DOCTYPE nmaprun>\n<!-- <x> -->\n<nmaprun a='1'>";
        assert_eq!(root(&head(prolog)).as_deref(), Some("nmaprun"));
        assert_eq!(root(&head(b"{\"a\": 1}")), None);
        assert_eq!(root(&head(b"")), None);
    }
}
