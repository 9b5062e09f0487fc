//! One YAML document to a tree, from a parser's events.
//!
//! Aliases share their node instead of copying it. The objects of a long list are handed over one by one.

use std::collections::BTreeMap;
use std::rc::Rc;

use saphyr_parser::{Event, Parser};

use super::node::{Node, Value};

/// Where and why a document is no YAML.
pub(super) struct Broken {
    /// The line.
    pub(super) line: u64,
    /// What is wrong, in the parser's words.
    pub(super) what: String,
}

/// Parses a document that begins at line `first`. Elements of a list `items` at the top go to `item`, and stay in the tree
/// only if that does not take them.
pub(super) fn parse(
    text: &str,
    first: u64,
    depth: usize,
    item: &mut dyn FnMut(&Node) -> bool,
) -> Result<Option<Node>, Broken> {
    let mut builder = Builder { open: Vec::new(), anchors: BTreeMap::new(), root: None, item };
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| Broken {
            line: first + (error.marker().line() as u64).saturating_sub(1),
            what: error.info().to_owned(),
        })?;
        let at = first + (span.start.line() as u64).saturating_sub(1);
        if builder.open.len() > depth {
            return Err(Broken { line: at, what: "nested too deep".to_owned() });
        }
        builder.take(event, at);
    }
    Ok(builder.root.map(|root| Rc::try_unwrap(root).unwrap_or_default()))
}

struct Builder<'i> {
    open: Vec<Open>,
    anchors: BTreeMap<usize, Rc<Node>>,
    root: Option<Rc<Node>>,
    item: &'i mut dyn FnMut(&Node) -> bool,
}

/// A list or map whose end is still to come.
struct Open {
    node: Node,
    anchor: usize,
    /// The key whose value comes next.
    key: Option<String>,
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, at: u64) {
        let open = |value, anchor| Open { node: Node { at, value }, anchor, key: None };
        match event {
            Event::Scalar(text, _, anchor, _) => {
                let node = Node { at, value: Value::Text(text.into_owned()) };
                self.close(node, anchor);
            }
            Event::Alias(anchor) => {
                let node = self.anchors.get(&anchor).map(Rc::clone).unwrap_or_default();
                self.attach(node);
            }
            Event::SequenceStart(anchor, _) => self.open.push(open(Value::List(vec![]), anchor)),
            Event::MappingStart(anchor, _) => self.open.push(open(Value::Map(vec![]), anchor)),
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(Open { node, anchor, .. }) = self.open.pop() {
                    self.close(node, anchor);
                }
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => {}
        }
    }

    fn close(&mut self, node: Node, anchor: usize) {
        let node = Rc::new(node);
        if anchor > 0 {
            self.anchors.insert(anchor, Rc::clone(&node));
        }
        self.attach(node);
    }

    fn attach(&mut self, node: Rc<Node>) {
        let is_item = match self.open.as_slice() {
            [top, list] => {
                top.key.as_deref() == Some("items") && matches!(list.node.value, Value::List(_))
            }
            _ => false,
        };
        if is_item && (self.item)(&node) {
            return;
        }
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        match &mut parent.node.value {
            Value::List(list) => list.push(node),
            Value::Map(entries) => match parent.key.take() {
                Some(key) => entries.push((key, node)),
                // A key that is no text is kept as an empty one.
                None => parent.key = Some(node.text().to_owned()),
            },
            Value::Text(_) => {}
        }
    }
}
