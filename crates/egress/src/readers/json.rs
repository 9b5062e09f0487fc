//! JSON as logs have it: one object a line, objects one after the other over many lines, an array of them, or an object around such
//! an array.
//!
//! Each object is found by its braces and read on its own into a small [`Json`], so that a broken one costs only itself and memory is
//! bounded by the largest object that is allowed.

use std::fmt;
use std::io::BufRead;

use model::diagnostic::Severity;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::row::{LOOKED_AT, Left, said, settle, text};
use crate::codes;
use crate::reader::{Head, LineReader, Open, Out, StreamReader, Yields, blank};

/// A JSON value: numbers and booleans are text, `null` is nothing.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json {
    /// `null`.
    Null,
    /// Text, a number or a boolean.
    Text(String),
    /// A list.
    List(Vec<Json>),
    /// An object, its keys in the order of the text.
    Map(Vec<(String, Json)>),
}

impl Json {
    /// The value of a key; of equal keys the first.
    pub(super) fn get(&self, key: &str) -> &Json {
        const NOTHING: &Json = &Json::Null;
        let Json::Map(pairs) = self else { return NOTHING };
        pairs.iter().find(|(name, _)| name == key).map_or(NOTHING, |(_, value)| value)
    }

    /// The value below several keys, one in the other; also when they were joined by dots into one.
    pub(super) fn at(&self, path: &[&str]) -> &Json {
        let joined = self.get(&path.join("."));
        if *joined != Json::Null {
            return joined;
        }
        path.iter().fold(self, |value, key| value.get(key))
    }

    /// The text, if it says something.
    pub(super) fn text(&self) -> Option<&str> {
        if let Json::Text(text) = self { said(text) } else { None }
    }

    /// The text of a key, if it says something.
    pub(super) fn say(&self, key: &str) -> Option<&str> {
        self.get(key).text()
    }

    /// The members of a list; none for everything else.
    pub(super) fn items(&self) -> &[Json] {
        if let Json::List(items) = self { items } else { &[] }
    }

    /// Fails when one of these keys, which decide, occurs twice with different values.
    pub(super) fn only_once(&self, keys: &[&str]) -> Result<(), Left> {
        let Json::Map(pairs) = self else { return Ok(()) };
        for key in keys {
            let mut values = pairs.iter().filter(|(name, _)| name == key).map(|(_, value)| value);
            let first = values.next();
            if first.is_some_and(|first| values.any(|value| value != first)) {
                return Err(Left::Lost(codes::DUPLICATE_KEY));
            }
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Build)
    }
}

struct Build;

impl<'de> Visitor<'de> for Build {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Text(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Text(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Text(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Text(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(Json::Text(value))
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Json::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(Json::Map(pairs))
    }
}

/// Reads one object.
///
/// # Errors
/// It is no JSON object, or is nested deeper than 128 levels.
pub(super) fn parse(bytes: &[u8]) -> Result<Json, Left> {
    let parsed = serde_json::from_str::<Json>(&text(bytes));
    match parsed {
        Ok(json @ Json::Map(_)) => Ok(json),
        Ok(_) => Err(Left::Lost(codes::OTHER_FORMAT)),
        Err(_) if bytes.trim_ascii_start().starts_with(b"{") => {
            Err(Left::Lost(codes::ROW_MALFORMED))
        }
        Err(_) => Err(Left::Lost(codes::OTHER_FORMAT)),
    }
}

/// What is made of one object; the same for lines and for whole documents.
pub(super) trait Objects: Copy + Send + Sync + 'static {
    /// What they may yield.
    fn yields(&self) -> Yields;

    /// Keys of an object around everything, whose lists hold the records.
    fn wrappers(&self) -> &'static [&'static str] {
        &[]
    }

    /// Makes something of one object, which begins at `at`, and says what became of its rows.
    fn object(&self, object: &Json, at: u64, out: &mut Out<'_>);
}

/// A reader by lines when each object is on one, else one for the whole document.
pub(super) fn open(head: &Head<'_>, objects: impl Objects) -> Open {
    let begin = beginning(head);
    let line = begin.split(|byte| *byte == b'\n').next().unwrap_or(b"");
    let mut wrapped = objects.wrappers().iter().map(|key| format!("{{\"{key}\":["));
    let bare: Vec<u8> = line.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let document = begin.starts_with(b"[")
        || wrapped.any(|wrapper| bare.starts_with(wrapper.as_bytes()))
        || (parse(line).is_err() && line.len() < begin.len());
    if document {
        Open::Stream(Box::new(Document(objects)))
    } else {
        Open::Lines(Box::new(Lines(objects)))
    }
}

/// A head from its first value on: after blanks, and after lines that begin none, such as the rest of one that was cut when the log was
/// rotated. Empty where the first lines have no value.
pub(super) fn beginning<'h>(head: &Head<'h>) -> &'h [u8] {
    let mut rest = head.bytes.trim_ascii_start();
    for _ in 0..LOOKED_AT {
        if matches!(rest.first(), Some(b'{' | b'[' | 0xef)) {
            return rest;
        }
        let Some(end) = memchr::memchr(b'\n', rest) else { break };
        rest = rest.get(end..).unwrap_or_default().trim_ascii_start();
    }
    &[]
}

/// What is found in one of the objects of a head, for probes.
pub(super) fn find<T>(
    head: &Head<'_>,
    wrappers: &[&str],
    look: impl Fn(&Json) -> Option<T>,
) -> Option<T> {
    let begin = beginning(head);
    let mut cutter = Cutter::new(wrappers, begin.len());
    for (at, byte) in begin.iter().enumerate() {
        if let Piece::Object = cutter.push(*byte, at as u64)
            && let Ok(object) = parse(&cutter.text)
            && let Some(found) = look(&object)
        {
            return Some(found);
        }
    }
    None
}

/// Settles one object: it was read into something, or it was no object at all.
fn settled<O: Objects>(objects: &O, bytes: &[u8], at: u64, out: &mut Out<'_>) {
    match parse(bytes) {
        Ok(object) => objects.object(&object, at, out),
        Err(left) => settle(Err(left), at, out),
    }
}

struct Lines<O>(O);

impl<O: Objects> LineReader for Lines<O> {
    fn yields(&self) -> Yields {
        self.0.yields()
    }

    fn read(&self, line: &[u8], at: u64, out: &mut Out<'_>) {
        if !blank(line, out) {
            settled(&self.0, line, at, out);
        }
    }
}

struct Document<O>(O);

impl<O: Objects> StreamReader for Document<O> {
    fn yields(&self) -> Yields {
        self.0.yields()
    }

    fn read(&mut self, input: &mut dyn BufRead, out: &mut Out<'_>) {
        let mut cutter = Cutter::new(self.0.wrappers(), out.limits.line_bytes);
        let mut at = 0;
        loop {
            let bytes = match input.fill_buf() {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    out.note(
                        codes::TRUNCATED,
                        Severity::Error,
                        at,
                        &[("error", &error.to_string())],
                    );
                    break;
                }
            };
            if bytes.is_empty() {
                break;
            }
            let taken = bytes.len();
            for byte in bytes {
                let piece = cutter.push(*byte, at);
                at += 1;
                self.take(piece, &cutter, out);
            }
            input.consume(taken);
        }
        if let Some(begin) = cutter.unfinished() {
            out.note(codes::TRUNCATED, Severity::Error, begin, &[]);
            out.lost(codes::TRUNCATED, begin);
        }
    }
}

impl<O: Objects> Document<O> {
    fn take(&self, piece: Piece, cutter: &Cutter, out: &mut Out<'_>) {
        let at = cutter.begin;
        match piece {
            Piece::None => {}
            Piece::Object => settled(&self.0, &cutter.text, at, out),
            Piece::TooLong => out.lost(codes::ROW_TOO_LONG, at),
            Piece::Garbage => out.lost(codes::OTHER_FORMAT, at),
        }
    }
}

/// What the last byte completed.
enum Piece {
    None,
    /// An object, in [`Cutter::text`].
    Object,
    /// An object that was too long to be kept.
    TooLong,
    /// Something between objects that does not belong there.
    Garbage,
}

/// Finds objects by their braces, without regard to what is in between.
struct Cutter {
    wrappers: Vec<Vec<u8>>,
    limit: usize,
    text: Vec<u8>,
    too_long: bool,
    begin: u64,
    depth: usize,
    quoted: bool,
    escaped: bool,
    garbage: bool,
    complete: bool,
    /// Whether the object is still one that may be around the records: no value seen but white space.
    head: bool,
}

impl Cutter {
    fn new(wrappers: &[&str], limit: usize) -> Self {
        let wrappers = wrappers.iter().map(|key| format!("{{\"{key}\":[").into_bytes()).collect();
        Self {
            wrappers,
            limit,
            text: Vec::new(),
            too_long: false,
            begin: 0,
            depth: 0,
            quoted: false,
            escaped: false,
            garbage: false,
            complete: false,
            head: false,
        }
    }

    /// Where an object begins that has no end.
    fn unfinished(&self) -> Option<u64> {
        (self.depth > 0).then_some(self.begin)
    }

    fn push(&mut self, byte: u8, at: u64) -> Piece {
        if std::mem::take(&mut self.complete) {
            self.text.clear();
        }
        if self.depth == 0 {
            return self.between(byte, at);
        }
        if self.text.len() < self.limit {
            self.text.push(byte);
        } else {
            self.too_long = true;
        }
        if self.quoted {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.quoted = false,
                _ => {}
            }
            return Piece::None;
        }
        match byte {
            b'"' => self.quoted = true,
            b'{' => self.depth += 1,
            b'}' => return self.close(),
            b'[' if self.head => self.unwrap(),
            _ => {}
        }
        Piece::None
    }

    /// Between objects: separators and the brackets of lists belong there.
    fn between(&mut self, byte: u8, at: u64) -> Piece {
        match byte {
            b'{' => {
                self.text.clear();
                self.text.push(byte);
                (self.begin, self.depth, self.head) = (at, 1, true);
                self.garbage = false;
                Piece::None
            }
            b',' | b'\n' => {
                self.garbage = false;
                Piece::None
            }
            b' ' | b'\t' | b'\r' | b'[' | b']' | b'}' | 0xef | 0xbb | 0xbf | 0x1e => Piece::None,
            _ if self.garbage => Piece::None,
            _ => {
                (self.garbage, self.begin) = (true, at);
                Piece::Garbage
            }
        }
    }

    fn close(&mut self) -> Piece {
        self.depth -= 1;
        if self.depth > 0 {
            return Piece::None;
        }
        self.complete = true;
        if std::mem::take(&mut self.too_long) { Piece::TooLong } else { Piece::Object }
    }

    /// The first list of the object begins: when the object is one around records, its members are looked for.
    fn unwrap(&mut self) {
        self.head = false;
        if self.depth != 1 || self.text.len() > 200 {
            return;
        }
        let bare = self.text.iter().copied().filter(|byte| !byte.is_ascii_whitespace());
        let bare: Vec<u8> = bare.collect();
        if self.wrappers.contains(&bare) {
            self.depth = 0;
            self.text.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn objects(text: &str, limit: usize) -> Vec<String> {
        let mut cutter = Cutter::new(&["records"], limit);
        let mut found = Vec::new();
        for (at, byte) in text.bytes().enumerate() {
            match cutter.push(byte, at as u64) {
                Piece::Object => found.push(String::from_utf8(cutter.text.clone()).unwrap()),
                Piece::TooLong => found.push("too long".into()),
                Piece::Garbage => found.push("garbage".into()),
                Piece::None => {}
            }
        }
        found
    }

    #[test]
    fn objects_are_found_alone_in_lists_and_around() {
        let expected = [r#"{"a":"}"}"#, r#"{"b":{"c":[]}}"#];
        for text in [
            "{\"a\":\"}\"}\n{\"b\":{\"c\":[]}}",
            r#"[{"a":"}"} , {"b":{"c":[]}}]"#,
            r#"{ "records" : [ {"a":"}"},{"b":{"c":[]}} ] }"#,
        ] {
            assert_eq!(objects(text, 100), expected);
        }
    }

    #[test]
    fn an_object_that_is_too_long_costs_only_itself() {
        assert_eq!(
            objects(r#"[{"aaaaaaaaaaaaaaaaaaaaaa":1},{"b":2}]"#, 10),
            ["too long", r#"{"b":2}"#]
        );
    }

    #[test]
    fn what_is_between_objects_is_told_once() {
        assert_eq!(objects("{}\nsome text here\n{}", 10), ["{}", "garbage", "{}"]);
    }

    #[test]
    fn equal_keys_with_different_values_are_found() {
        let json = parse(br#"{"a":1,"b":2,"a":3}"#).unwrap();
        assert!(json.only_once(&["b"]).is_ok());
        assert!(json.only_once(&["a"]).is_err());
    }

    #[test]
    fn deep_nesting_is_malformed_and_not_a_crash() {
        let deep = "{\"a\":".repeat(100_000) + "1" + &"}".repeat(100_000);
        assert_eq!(parse(deep.as_bytes()), Err(Left::Lost(codes::ROW_MALFORMED)));
    }
}
