//! One large JSON object, read as a stream: what the readers of bills of materials share.
//!
//! In: an object whose lists hold the records. Out: each record as a small [`Tree`], one at a time; the document decides by key
//! what is a list of records, what is one value, and what is passed over unread. Nothing deeper than the limit and nothing
//! beyond the row limit is kept; the rest of the document goes on. Broken syntax ends it, because JSON cannot be rejoined.

use std::cell::Cell;
use std::fmt;
use std::io::{self, BufReader, Read};

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;

use crate::codes;
use crate::limits::Limits;
use crate::reader::{Input, report_read_error};
use crate::sink::Sink;
use crate::transcode::Transcoded;

/// A JSON value, reduced to what readers look at: numbers and booleans are text, `null` is nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Tree {
    /// `null`, or left out.
    #[default]
    Nothing,
    /// Text, a number or a boolean.
    Text(String),
    /// A list.
    List(Vec<Tree>),
    /// An object; of equal keys the first counts.
    Map(Vec<(String, Tree)>),
}

impl Tree {
    /// The value of a key, or nothing.
    pub(crate) fn get(&self, key: &str) -> &Tree {
        const NOTHING: &Tree = &Tree::Nothing;
        let Tree::Map(pairs) = self else { return NOTHING };
        pairs.iter().find(|(name, _)| name == key).map_or(NOTHING, |(_, value)| value)
    }

    /// The text of a key; empty when there is none.
    pub(crate) fn text(&self, key: &str) -> &str {
        self.get(key).as_text()
    }

    /// The text; empty for everything else.
    pub(crate) fn as_text(&self) -> &str {
        if let Tree::Text(text) = self { text.trim() } else { "" }
    }

    /// The members of a list; none for everything else.
    pub(crate) fn items(&self) -> &[Tree] {
        if let Tree::List(items) = self { items } else { &[] }
    }

    /// Whether it is an object.
    pub(crate) fn is_map(&self) -> bool {
        matches!(self, Tree::Map(_))
    }
}

/// What to do with the value of a top-level key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    /// Pass over it unread.
    Skip,
    /// Hand it over whole.
    Value,
    /// Hand over the members of its list one by one.
    Rows,
}

/// What a reader makes of a document's parts.
pub(crate) trait Document {
    /// What to do with the value of a top-level key.
    fn plan(&self, key: &str) -> Plan;
    /// Keys that are passed over unread at any depth.
    fn unread(&self) -> &'static [&'static str];
    /// Takes one value.
    fn value(&mut self, key: &str, value: &Tree, sink: &mut Sink<'_>);
    /// Takes one record.
    fn row(&mut self, key: &str, value: &Tree, sink: &mut Sink<'_>);
}

/// Reads a document to its end, or to where its syntax breaks.
pub(crate) fn read(input: &mut Input<'_>, sink: &mut Sink<'_>, document: &mut dyn Document) {
    let limits = input.limits;
    let mut stream = Transcoded::new(&mut *input.stream);
    let guard = StringGuard::new(&mut stream, limits.row_bytes);
    // The parser takes single bytes from its source; a buffer of its own makes that cheap.
    let mut json = serde_json::Deserializer::from_reader(BufReader::new(guard));
    let cut = Cell::new(false);
    let root = Root { document, sink: &mut *sink, limits, cut: &cut };
    let outcome = root.deserialize(&mut json).and_then(|()| json.end());
    drop(json);
    if cut.get() {
        let limit = format!("{} bytes, {} levels", limits.row_bytes, limits.depth);
        sink.warn(codes::LIMIT_REACHED, None, &[("limit", &limit)]);
    }
    if let Err(error) = outcome {
        report(&error, sink);
    }
    if stream.damaged() {
        sink.warn(codes::BAD_ENCODING, None, &[]);
    }
}

fn report(error: &serde_json::Error, sink: &mut Sink<'_>) {
    let text = error.to_string();
    match error.classify() {
        Category::Io if error.io_error_kind() == Some(io::ErrorKind::FileTooLarge) => {
            sink.error(codes::LIMIT_REACHED, None, &[("limit", &text)]);
        }
        Category::Io => {
            let kind = error.io_error_kind().unwrap_or(io::ErrorKind::Other);
            report_read_error(sink, &io::Error::new(kind, text));
        }
        Category::Eof => sink.error(codes::TRUNCATED, None, &[("error", &text)]),
        Category::Syntax | Category::Data => {
            sink.error(codes::MALFORMED, None, &[("error", &text)]);
        }
    }
}

/// Ends a document with a text longer than the limit, which the parser would keep whole.
struct StringGuard<R> {
    inner: R,
    most: usize,
    /// Bytes of the text that is open.
    open: Option<usize>,
    escaped: bool,
}

impl<R> StringGuard<R> {
    fn new(inner: R, most: usize) -> Self {
        Self { inner, most, open: None, escaped: false }
    }

    fn follow(&mut self, mut bytes: &[u8]) {
        if self.escaped && !bytes.is_empty() {
            self.escaped = false;
            bytes = bytes.get(1..).unwrap_or_default();
        }
        while !bytes.is_empty() {
            let Some(length) = self.open else {
                let Some(at) = memchr::memchr(b'"', bytes) else { return };
                self.open = Some(0);
                bytes = bytes.get(at + 1..).unwrap_or_default();
                continue;
            };
            let Some(at) = memchr::memchr2(b'"', b'\\', bytes) else {
                self.open = Some(length + bytes.len());
                return;
            };
            if bytes.get(at) == Some(&b'"') {
                self.open = None;
                bytes = bytes.get(at + 1..).unwrap_or_default();
            } else {
                self.open = Some(length + at + 2);
                self.escaped = bytes.len() < at + 2;
                bytes = bytes.get(at + 2..).unwrap_or_default();
            }
        }
    }
}

impl<R: Read> Read for StringGuard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.follow(buffer.get(..count).unwrap_or_default());
        if self.open.is_some_and(|length| length > self.most) {
            let kind = io::ErrorKind::FileTooLarge;
            return Err(io::Error::new(kind, format!("a text is longer than {} bytes", self.most)));
        }
        Ok(count)
    }
}

struct Root<'r, 's> {
    document: &'r mut dyn Document,
    sink: &'r mut Sink<'s>,
    limits: &'r Limits,
    cut: &'r Cell<bool>,
}

impl<'de> DeserializeSeed<'de> for Root<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Root<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            let unread = self.document.unread();
            let budget = Cell::new(self.limits.row_bytes);
            let pick = Pick { unread, budget: &budget, cut: self.cut, depth: self.limits.depth };
            match self.document.plan(&key) {
                Plan::Skip => {
                    map.next_value::<IgnoredAny>()?;
                }
                Plan::Value => {
                    let value = map.next_value_seed(pick)?;
                    self.document.value(&key, &value, self.sink);
                }
                Plan::Rows => {
                    self.sink.part(&key);
                    let document = &mut *self.document;
                    map.next_value_seed(Rows { document, sink: &mut *self.sink, key: &key, pick })?;
                }
            }
        }
        Ok(())
    }
}

struct Rows<'r, 's> {
    document: &'r mut dyn Document,
    sink: &'r mut Sink<'s>,
    key: &'r str,
    pick: Pick<'r>,
}

impl<'de> DeserializeSeed<'de> for Rows<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Rows<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let whole = self.pick.budget.get();
        while let Some(value) = list.next_element_seed(self.pick)? {
            self.document.row(self.key, &value, self.sink);
            self.pick.budget.set(whole);
        }
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    // An object where a list belongs is one record; some writers unwrap single ones.
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let value = self.pick.visit_map(map)?;
        self.document.row(self.key, &value, self.sink);
        Ok(())
    }
}

/// Reads one value into a [`Tree`], within its budget.
#[derive(Clone, Copy)]
struct Pick<'p> {
    unread: &'static [&'static str],
    budget: &'p Cell<usize>,
    cut: &'p Cell<bool>,
    depth: usize,
}

impl Pick<'_> {
    /// Takes from the budget; whether it was enough.
    fn spend(self, bytes: usize) -> bool {
        // What a value costs besides its text.
        const OVERHEAD: usize = 48;
        let left = self.budget.get().checked_sub(bytes.saturating_add(OVERHEAD));
        self.budget.set(left.unwrap_or(0));
        if left.is_none() {
            self.cut.set(true);
        }
        left.is_some()
    }

    fn text(self, text: String) -> Tree {
        if self.spend(text.len()) { Tree::Text(text) } else { Tree::Nothing }
    }

    fn deeper(self) -> Option<Self> {
        let depth = self.depth.checked_sub(1);
        if depth.is_none() {
            self.cut.set(true);
        }
        depth.map(|depth| Self { depth, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Pick<'_> {
    type Value = Tree;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        if self.budget.get() == 0 {
            self.cut.set(true);
            return IgnoredAny::deserialize_in(deserializer);
        }
        deserializer.deserialize_any(self)
    }
}

/// Passes over a value without recursion, however deep it is.
trait PassOver {
    fn deserialize_in<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Tree, D::Error>;
}

impl PassOver for IgnoredAny {
    fn deserialize_in<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Tree, D::Error> {
        deserializer.deserialize_ignored_any(IgnoredAny).map(|_| Tree::Nothing)
    }
}

impl<'de> Visitor<'de> for Pick<'_> {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Tree, E> {
        Ok(Tree::Nothing)
    }

    fn visit_bool<E: Error>(self, yes: bool) -> Result<Tree, E> {
        Ok(self.text(yes.to_string()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Tree, E> {
        Ok(self.text(number.to_string()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Tree, E> {
        Ok(self.text(number.to_string()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Tree, E> {
        Ok(self.text(number.to_string()))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Tree, E> {
        Ok(self.text(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Tree, E> {
        Ok(self.text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Tree, A::Error> {
        let Some(deeper) = self.deeper() else {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Tree::Nothing);
        };
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(deeper)? {
            if deeper.spend(0) {
                items.push(item);
            }
        }
        Ok(Tree::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
        let deeper = self.deeper();
        let mut pairs = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            match deeper.filter(|_| !self.unread.contains(&key.as_str())) {
                Some(deeper) => {
                    let value = map.next_value_seed(deeper)?;
                    if value != Tree::Nothing && deeper.spend(key.len()) {
                        pairs.push((key, value));
                    }
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Tree::Map(pairs))
    }
}

#[cfg(test)]
mod tests {
    use model::source::{Fate, Source};

    use super::*;
    use crate::sink::Collector;

    #[derive(Default)]
    struct Seen(Vec<String>);

    impl Document for Seen {
        fn plan(&self, key: &str) -> Plan {
            match key {
                "rows" => Plan::Rows,
                "about" => Plan::Value,
                _ => Plan::Skip,
            }
        }
        fn unread(&self) -> &'static [&'static str] {
            &["files"]
        }
        fn value(&mut self, key: &str, value: &Tree, _: &mut Sink<'_>) {
            self.0.push(format!("{key} {}", value.text("a")));
        }
        fn row(&mut self, _: &str, value: &Tree, _: &mut Sink<'_>) {
            self.0.push(format!("{value:?}"));
        }
    }

    fn seen(bytes: &[u8], limits: &Limits) -> (Vec<String>, Vec<&'static str>) {
        let mut collector = Collector::default();
        let source =
            Source { path: "a".into(), sha256: String::new(), bytes: 0, fate: Fate::Unknown };
        let mut sink = collector.begin(source, limits);
        let mut document = Seen::default();
        let mut stream = bytes;
        read(&mut Input { stream: &mut stream, path: "a", limits }, &mut sink, &mut document);
        (document.0, collector.diagnostics.iter().map(|d| d.code.0).collect())
    }

    #[test]
    fn records_come_one_by_one() {
        let text =
            br#"{"x":[[]],"rows":[{"a":1,"files":[1],"n":null},"b"],"about":{"a":true,"a":2}}"#;
        let (seen, codes) = seen(text, &Limits::default());
        assert_eq!(seen, [r#"Map([("a", Text("1"))])"#, r#"Text("b")"#, "about true"]);
        assert!(codes.is_empty());
    }

    #[test]
    fn deep_and_large_records_are_cut_and_said() {
        let deep = format!("{{\"rows\":[{}1{},2]}}", "[".repeat(5000), "]".repeat(5000));
        let (rows, codes) = seen(deep.as_bytes(), &Limits::default());
        assert_eq!((rows.len(), codes.as_slice()), (2, ["input/limit-reached"].as_slice()));
        let limits = Limits { row_bytes: 1000, ..Limits::default() };
        let large = format!("{{\"rows\":[[{}1],{{\"a\":2}}]}}", "\"text\",".repeat(5000));
        let (rows, codes) = seen(large.as_bytes(), &limits);
        assert!(rows[0].len() < 1000);
        assert_eq!((rows[1].as_str(), codes.len()), (r#"Map([("a", Text("2"))])"#, 1));
    }

    #[test]
    fn a_text_without_end_is_not_collected() {
        let limits = Limits { row_bytes: 50_000, ..Limits::default() };
        let text = format!("{{\"rows\":[1,\"{}\",2]}}", "\\\"a".repeat(50_000));
        let (rows, codes) = seen(text.as_bytes(), &limits);
        assert_eq!((rows.len(), codes.as_slice()), (1, ["input/limit-reached"].as_slice()));
        let text = format!("{{\"rows\":[1,{}2]}}", "\"\\\\\",".repeat(50_000));
        assert_eq!(seen(text.as_bytes(), &limits).0.len(), 50_002, "escapes end where they end");
    }

    #[test]
    fn broken_documents_keep_their_beginning() {
        let limits = Limits::default();
        let (rows, codes) = seen(br#"{"rows":[1,2,{"a""#, &limits);
        assert_eq!((rows.len(), codes[0]), (2, "input/truncated"));
        assert_eq!(seen(br#"{"rows":[1,]}"#, &limits).1, ["input/malformed"]);
        let (rows, codes) = seen(b"{\"rows\":[\"a\xff\xffb\",3]}", &limits);
        assert_eq!((rows.len(), codes[0]), (2, "input/bad-encoding"));
        assert_eq!(seen(b"[1]", &limits).1, ["input/malformed"]);
    }
}
