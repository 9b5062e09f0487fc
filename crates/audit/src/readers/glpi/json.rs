//! The JSON notation (`inventory_format`).

use std::borrow::Cow;
use std::fmt;

use model::asset::AssetKind;
use model::source::Unit;
use serde::Deserializer as _;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Deserializer, Value};

use crate::codes;
use crate::reader::{Head, Input, Reader};
use crate::readers::glpi::inventory::Inventory;
use crate::readers::glpi::record::Record;
use crate::sink::Sink;
use crate::text;

/// The reader.
pub(crate) struct GlpiJson;

impl Reader for GlpiJson {
    fn id(&self) -> &'static str {
        "glpi-json"
    }

    fn version(&self) -> u32 {
        1
    }

    fn probe(&self, head: &Head<'_>) -> Option<u8> {
        let decoded = text::decode(head.bytes);
        let keys = keys(&decoded.text)?;
        let top = |name: &str| keys.iter().any(|(depth, key)| *depth == 1 && key == name);
        let section = |name: &str| keys.iter().any(|(depth, key)| *depth == 2 && key == name);
        if !top("content") || top("$schema") || top("properties") {
            return None;
        }
        let known = SECTIONS.iter().filter(|name| section(name)).count();
        match known {
            0 => None,
            _ if top("deviceid") => Some(95),
            1 => Some(45),
            _ => Some(85),
        }
    }

    fn read(&self, input: &mut Input<'_>, sink: &mut Sink<'_>) {
        sink.unit(Unit::Byte);
        let bytes = input.whole(sink);
        let decoded = text::decode(&bytes);
        if decoded.damaged {
            sink.warn(codes::BAD_ENCODING, None, &[]);
        }
        if decoded.encoding != "utf-8" {
            sink.unit(Unit::Row);
        }
        let text: &str = &decoded.text;
        let mut reading = Reading {
            text,
            bytes: decoded.encoding == "utf-8",
            rows: 0,
            last: 0,
            it: Inventory::new(AssetKind::Host),
            device_id: String::new(),
            sink,
        };
        let mut parser = Deserializer::from_str(text);
        let outcome = parser.deserialize_map(Top(&mut reading)).and_then(|()| parser.end());
        if let Err(error) = outcome {
            let code = if error.is_eof() { codes::TRUNCATED } else { codes::MALFORMED };
            reading.sink.error(code, None, &[("error", &error.to_string())]);
            // The element that the error is in is a row that was lost.
            reading.sink.row(reading.last).not_understood(codes::ROW_MALFORMED);
        }
        let device_id = std::mem::take(&mut reading.device_id);
        reading.it.fall_back(&device_id, reading.sink);
    }
}

/// An inventory while the parser goes through it.
struct Reading<'t, 's, 'c> {
    text: &'t str,
    bytes: bool,
    rows: u64,
    last: u64,
    it: Inventory,
    device_id: String,
    sink: &'s mut Sink<'c>,
}

impl Reading<'_, '_, '_> {
    /// Where a part of the text stands, in the unit that was set.
    fn place(&mut self, part: &str) -> u64 {
        self.rows += 1;
        let offset = (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize) as u64;
        self.last = if self.bytes { offset } else { self.rows };
        self.last
    }

    fn row(&mut self, section: &str, at: u64, record: &Record) {
        self.it.section(&section.to_ascii_uppercase(), at, record, self.sink);
    }
}

struct Top<'r, 't, 's, 'c>(&'r mut Reading<'t, 's, 'c>);

impl<'de> Visitor<'de> for Top<'_, '_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an inventory")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            match &*key {
                "content" => map.next_value_seed(Content(&mut *self.0))?,
                "deviceid" => {
                    let value: Value = map.next_value()?;
                    value.as_str().unwrap_or_default().clone_into(&mut self.0.device_id);
                }
                "itemtype" => {
                    let value: Value = map.next_value()?;
                    if !matches!(value.as_str(), Some("Computer" | "Phone") | None) {
                        self.0.it.becomes(AssetKind::Device, self.0.sink);
                    }
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

struct Content<'r, 't, 's, 'c>(&'r mut Reading<'t, 's, 'c>);

impl<'de> DeserializeSeed<'de> for Content<'_, '_, '_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, parser: D) -> Result<(), D::Error> {
        parser.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Content<'_, '_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the sections of an inventory")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(section) = map.next_key::<Cow<'de, str>>()? {
            map.next_value_seed(Section(&mut *self.0, &section))?;
        }
        Ok(())
    }
}

/// A section: a list of elements, or one element. Elements of a list are taken as they come, so that a list that breaks off is
/// read up to there.
struct Section<'r, 'n, 't, 's, 'c>(&'r mut Reading<'t, 's, 'c>, &'n str);

impl<'de> DeserializeSeed<'de> for Section<'_, '_, '_, '_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, parser: D) -> Result<(), D::Error> {
        parser.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Section<'_, '_, '_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a section")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(element) = list.next_element::<&RawValue>()? {
            let at = self.0.place(element.get());
            match serde_json::from_str(element.get()) {
                Ok(value) => self.0.row(self.1, at, &Record::from_json(&value)),
                // Nested too deep.
                Err(_) => self.0.sink.row(at).not_understood(codes::ROW_MALFORMED),
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let (mut record, mut place) = (Record::default(), None);
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            let raw: &RawValue = map.next_value()?;
            place.get_or_insert_with(|| self.0.place(raw.get()));
            // A value that is nested too deep is left out.
            if let Ok(value) = serde_json::from_str(raw.get()) {
                record.take(&name, &value);
            }
        }
        let at = place.unwrap_or(self.0.last);
        self.0.row(self.1, at, &record);
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        self.scalar()
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        self.scalar()
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        self.scalar()
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        self.scalar()
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        self.scalar()
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.scalar()
    }
}

impl Section<'_, '_, '_, '_, '_> {
    fn scalar<E>(self) -> Result<(), E> {
        let at = self.0.last;
        self.0.row(self.1, at, &Record::default());
        Ok(())
    }
}

/// The keys of the document and of its `content`, with their depths, as far as the text goes. `None` when it is no object.
fn keys(text: &str) -> Option<Vec<(usize, String)>> {
    let mut rest = text.trim_start();
    if !rest.starts_with('{') {
        return None;
    }
    let (mut keys, mut last, mut objects) = (Vec::new(), "", Vec::new());
    let mut in_content = false;
    while let Some(at) = rest.find(['{', '}', '[', ']', '"', ':']) {
        let (mark, tail) = rest.split_at_checked(at)?.1.split_at_checked(1)?;
        rest = tail;
        match mark {
            "{" => objects.push(true),
            "[" => objects.push(false),
            "}" | "]" => drop(objects.pop()),
            "\"" => {
                let Some(end) = string_end(rest) else { break };
                last = rest.get(..end)?;
                rest = rest.get(end + 1..)?;
            }
            _ if objects == [true] => {
                in_content = last == "content";
                keys.push((1, last.to_owned()));
            }
            _ if in_content && objects == [true, true] => keys.push((2, last.to_owned())),
            _ => {}
        }
    }
    Some(keys)
}

fn string_end(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })
}

/// Sections that tell an inventory from any other document with a `content`.
const SECTIONS: &[&str] = &[
    "bios",
    "controllers",
    "cpus",
    "firmwares",
    "hardware",
    "memories",
    "network_components",
    "network_device",
    "network_ports",
    "networks",
    "operatingsystem",
    "softwares",
    "versionclient",
];
