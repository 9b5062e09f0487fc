//! One element of a section, whatever the notation.

use serde_json::Value;

use crate::readers::xml::Node;

/// Fields and nested records by name, names in upper case.
#[derive(Clone, Debug, Default)]
pub(super) struct Record {
    fields: Vec<(String, String)>,
    children: Vec<(String, Record)>,
    /// Whether something of it is missing.
    pub(super) cut: bool,
}

impl Record {
    /// The first field of this name that is not empty, else the empty string.
    pub(super) fn get(&self, name: &str) -> &str {
        let mut values = self.fields.iter().filter(|(key, _)| key == name);
        values.find_map(|(_, value)| Some(value.trim()).filter(|v| !v.is_empty())).unwrap_or("")
    }

    /// The first of several names that has a value.
    pub(super) fn any(&self, names: &[&str]) -> &str {
        names.iter().map(|name| self.get(name)).find(|value| !value.is_empty()).unwrap_or("")
    }

    /// All values of a name that are not empty.
    pub(super) fn all<'r>(&'r self, name: &'r str) -> impl Iterator<Item = &'r str> {
        self.fields
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// Nested records of these names, at any depth.
    pub(super) fn nested<'r>(&'r self, names: &[&str], found: &mut Vec<&'r Record>) {
        for (name, child) in &self.children {
            if names.contains(&name.as_str()) {
                found.push(child);
            }
            child.nested(names, found);
        }
    }

    /// Whether there is nothing in it.
    pub(super) fn is_empty(&self) -> bool {
        self.fields.iter().all(|(_, value)| value.trim().is_empty()) && self.children.is_empty()
    }

    /// Adds a field.
    pub(super) fn push(&mut self, name: &str, value: &str) {
        self.fields.push((name.to_ascii_uppercase(), value.to_owned()));
    }

    /// The record of an XML element.
    pub(super) fn from_node(node: &Node) -> Self {
        let mut record = Self { cut: node.cut, ..Self::default() };
        for child in &node.children {
            if child.children.is_empty() {
                record.push(&child.name, &child.text);
            } else {
                record.children.push((child.name.to_ascii_uppercase(), Self::from_node(child)));
            }
        }
        record
    }

    /// The record of a JSON object. The parser has limited its depth.
    pub(super) fn from_json(value: &Value) -> Self {
        let mut record = Self::default();
        for (name, value) in value.as_object().into_iter().flatten() {
            record.take(name, value);
        }
        record
    }

    /// Adds a member of a JSON object.
    pub(super) fn take(&mut self, name: &str, value: &Value) {
        match value {
            Value::Null => {}
            Value::Bool(truth) => self.push(name, if *truth { "1" } else { "0" }),
            Value::Number(number) => self.push(name, &number.to_string()),
            Value::String(text) => self.push(name, text),
            Value::Array(elements) => elements.iter().for_each(|element| self.take(name, element)),
            Value::Object(_) => {
                self.children.push((name.to_ascii_uppercase(), Self::from_json(value)));
            }
        }
    }
}
