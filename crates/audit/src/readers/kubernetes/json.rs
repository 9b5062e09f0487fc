//! JSON objects to trees. The elements of a list `items` are handed over one by one, so that a dump of a whole cluster is never
//! in memory at once. Lines are not known here; objects are numbered.

use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

use model::source::Unit;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::Estate;
use super::node::{Node, Value};
use crate::codes;
use crate::reader::{Input, report_read_error};

/// Reads all JSON values of the input.
pub(super) fn read(input: &mut Input<'_>, estate: &mut Estate<'_, '_>) {
    estate.sink.unit(Unit::Row);
    // The numbers of objects go on over all values.
    let count = Cell::new(0);
    let mut json = serde_json::Deserializer::from_reader(&mut *input.stream);
    loop {
        let top = Top { estate, count: &count };
        match top.deserialize(&mut json) {
            // Of a list, only what was not taken is left here; a list itself is no row.
            Ok(node) => {
                count.set(count.get() + 1);
                estate.document(&Node { at: count.get(), ..node });
            }
            Err(error) => {
                match error.classify() {
                    serde_json::error::Category::Io => {
                        report_read_error(estate.sink, &std::io::Error::from(error));
                    }
                    serde_json::error::Category::Eof => {
                        estate.sink.error(codes::TRUNCATED, None, &[("error", &error.to_string())]);
                    }
                    _ => {
                        estate.sink.error(codes::MALFORMED, None, &[("what", &error.to_string())]);
                    }
                }
                return estate.sink.row(count.get() + 1).not_understood(codes::ROW_MALFORMED);
            }
        }
        if json.end().is_ok() {
            return;
        }
    }
}

/// The object at the top.
struct Top<'t, 's, 'c> {
    estate: &'t mut Estate<'s, 'c>,
    count: &'t Cell<u64>,
}

impl<'de> DeserializeSeed<'de> for Top<'_, '_, '_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Node, D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Top<'_, '_, '_> {
    type Value = Node;

    fn expecting(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        text.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            let node = if key == "items" {
                map.next_value_seed(Items { estate: &mut *self.estate, count: self.count })?
            } else {
                map.next_value_seed(Any { at: self.count.get() + 1 })?
            };
            entries.push((key, Rc::new(node)));
        }
        Ok(Node { at: 0, value: Value::Map(entries) })
    }
}

/// The list `items`.
struct Items<'t, 's, 'c> {
    estate: &'t mut Estate<'s, 'c>,
    count: &'t Cell<u64>,
}

impl<'de> DeserializeSeed<'de> for Items<'_, '_, '_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Node, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Items<'_, '_, '_> {
    type Value = Node;

    fn expecting(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        text.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut rest = Vec::new();
        while let Some(node) = list.next_element_seed(Any { at: self.count.get() + 1 })? {
            if self.estate.item(&node) {
                self.count.set(self.count.get() + 1);
            } else {
                rest.push(Rc::new(node));
            }
        }
        Ok(Node { at: self.count.get() + 1, value: Value::List(rest) })
    }

    fn visit_unit<E: Error>(self) -> Result<Node, E> {
        Ok(Node::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Node, A::Error> {
        Any { at: self.count.get() + 1 }.visit_map(map)
    }
}

/// Any value, as a tree. The parser limits the depth.
#[derive(Clone, Copy)]
struct Any {
    at: u64,
}

impl Any {
    fn text<E>(self, text: impl Into<String>) -> Result<Node, E> {
        Ok(Node { at: self.at, value: Value::Text(text.into()) })
    }
}

impl<'de> DeserializeSeed<'de> for Any {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Node, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Any {
    type Value = Node;

    fn expecting(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        text.write_str("a value")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Node, E> {
        self.text(text)
    }

    // Numbers and the like are never looked at, but a version may be written as one.
    fn visit_bool<E: Error>(self, value: bool) -> Result<Node, E> {
        self.text(value.to_string())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Node, E> {
        self.text(value.to_string())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Node, E> {
        self.text(value.to_string())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Node, E> {
        self.text(value.to_string())
    }

    fn visit_unit<E: Error>(self) -> Result<Node, E> {
        self.text("")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(node) = elements.next_element_seed(self)? {
            list.push(Rc::new(node));
        }
        Ok(Node { at: self.at, value: Value::List(list) })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            entries.push((key, Rc::new(map.next_value_seed(self)?)));
        }
        Ok(Node { at: self.at, value: Value::Map(entries) })
    }
}
