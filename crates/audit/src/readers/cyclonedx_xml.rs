//! CycloneDX as XML (1.0 to 1.7), read as a stream; see [`super::cyclonedx`].
//!
//! Each component is brought into the shape of the JSON form: attributes and single elements become keys, containers become
//! lists. Prefixes of names are cut off; entities other than the five of XML stay unread, so nothing expands. Positions are the
//! numbers of components in document order.

use std::io::{self, BufRead};

use model::source::Unit;
use quick_xml::Reader as XmlReader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

use crate::codes;
use crate::limits::Limits;
use crate::reader::{Head, Input, Reader, report_read_error};
use crate::readers::cyclonedx::Bom;
use crate::readers::json_rows::{Document, Plan, Tree};
use crate::sink::Sink;
use crate::transcode::{Transcoded, head_text};

/// The reader of CycloneDX XML.
pub(super) struct CycloneDxXml;

impl Reader for CycloneDxXml {
    fn id(&self) -> &'static str {
        "cyclonedx-xml"
    }

    fn version(&self) -> u32 {
        1
    }

    fn probe(&self, head: &Head<'_>) -> Option<u8> {
        let text = head_text(head.bytes);
        let root = text.contains("<bom ") || text.contains(":bom ");
        let ours = text.trim_start().starts_with('<') && root;
        (ours && text.contains("cyclonedx.org/schema/bom")).then_some(100)
    }

    fn read(&self, input: &mut Input<'_>, sink: &mut Sink<'_>) {
        sink.unit(Unit::Row);
        let mut bom = Bom::new(sink);
        let mut stream = Transcoded::new(&mut *input.stream);
        let mut walk =
            Walk { stack: Vec::new(), kept: 0, cut: false, skipped: 0, limits: input.limits };
        walk.read(
            Bounded { inner: &mut stream, left: 0, most: input.limits.row_bytes },
            &mut bom,
            sink,
        );
        if walk.cut {
            sink.warn(codes::LIMIT_REACHED, None, &[]);
        }
        if stream.damaged() {
            sink.warn(codes::BAD_ENCODING, None, &[]);
        }
        bom.finish(sink);
    }
}

/// Ends a stream inside which the parser found nothing for too long: it would keep all of that in memory.
struct Bounded<'t, 'a> {
    inner: &'t mut Transcoded<'a>,
    left: usize,
    most: usize,
}

impl io::Read for Bounded<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut available = self.fill_buf()?;
        let count = io::Read::read(&mut available, buffer)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Bounded<'_, '_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left > self.most {
            let text = format!("an element or text is longer than {} bytes", self.most);
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, text));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.left += amount;
        self.inner.consume(amount);
    }
}

/// An element that is open, with what it holds so far.
struct Open {
    name: String,
    pairs: Vec<(String, Tree)>,
    items: Vec<Tree>,
    text: String,
    /// What is inside is kept; otherwise it is only passed through.
    keeps: bool,
}

struct Walk<'l> {
    stack: Vec<Open>,
    /// Bytes kept of the current record.
    kept: usize,
    cut: bool,
    /// How deep inside an element that is passed over.
    skipped: usize,
    limits: &'l Limits,
}

impl Walk<'_> {
    fn read(&mut self, stream: Bounded<'_, '_>, bom: &mut Bom, sink: &mut Sink<'_>) {
        let mut xml = XmlReader::from_reader(stream);
        let config = xml.config_mut();
        config.expand_empty_elements = true;
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            xml.get_mut().left = 0;
            match xml.read_event_into(&mut buffer) {
                Ok(Event::Start(start)) => self.open(&start, bom, sink),
                Ok(Event::End(_)) => self.close(bom, sink),
                Ok(Event::Text(text)) => self.text(&text),
                Ok(Event::CData(text)) => self.text(&text),
                Ok(Event::GeneralRef(entity)) => self.entity(&entity),
                Ok(Event::Eof) if self.stack.is_empty() => return,
                Ok(Event::Eof) => break sink.error(codes::TRUNCATED, None, &[]),
                Ok(_) => {}
                Err(quick_xml::Error::Io(error)) if error.kind() == io::ErrorKind::FileTooLarge => {
                    break sink.error(codes::LIMIT_REACHED, None, &[("limit", &error.to_string())]);
                }
                Err(quick_xml::Error::Io(error)) => break report_read_error(sink, &error),
                // Markup that nothing closes: only the end of the input does that.
                Err(error @ quick_xml::Error::Syntax(_)) => {
                    break sink.error(codes::TRUNCATED, None, &[("error", &error.to_string())]);
                }
                Err(error) => {
                    break sink.error(codes::MALFORMED, None, &[("error", &error.to_string())]);
                }
            }
        }
        // What was open when the document broke counts as far as it was read.
        while !self.stack.is_empty() {
            self.skipped = 0;
            self.close(bom, sink);
        }
    }

    fn open(&mut self, start: &BytesStart<'_>, bom: &mut Bom, sink: &mut Sink<'_>) {
        let local = start.local_name();
        let name = local.as_ref();
        if self.skipped > 0 || self.stack.len() >= self.limits.depth || self.unread(name, bom) {
            self.cut |= self.stack.len() >= self.limits.depth;
            self.skipped += 1;
            return;
        }
        let record =
            self.stack.last().is_some_and(|parent| parent.keeps) || self.is_record(name, bom);
        if !record && self.stack.len() == 1 {
            sink.part(name);
        }
        let mut open = Open {
            name: name.to_owned(),
            pairs: Vec::new(),
            items: Vec::new(),
            text: String::new(),
            keeps: record,
        };
        if record {
            for attribute in start.attributes().flatten() {
                let value = quick_xml::escape::unescape(&attribute.value);
                let value =
                    value.map_or_else(|_| attribute.value.to_string(), |text| text.into_owned());
                let key = attribute.key.local_name().as_ref().to_owned();
                if self.keep(key.len() + value.len()) {
                    open.pairs.push((key, Tree::Text(value)));
                }
            }
        }
        self.stack.push(open);
    }

    /// Whether an element below the root is passed over.
    fn unread(&self, name: &str, bom: &Bom) -> bool {
        match self.stack.len() {
            0 => false,
            1 => bom.plan(name) == Plan::Skip,
            _ => bom.unread().contains(&name),
        }
    }

    /// Whether a record begins here: a value below the root, or a member of a list there.
    fn is_record(&self, name: &str, bom: &Bom) -> bool {
        match self.stack.as_slice() {
            [_] => bom.plan(name) == Plan::Value,
            [_, list] => bom.plan(&list.name) == Plan::Rows,
            _ => false,
        }
    }

    fn close(&mut self, bom: &mut Bom, sink: &mut Sink<'_>) {
        if self.skipped > 0 {
            self.skipped -= 1;
            return;
        }
        let Some(open) = self.stack.pop() else { return };
        if !open.keeps {
            return;
        }
        let Open { name, mut pairs, items, text, .. } = open;
        let text = text.trim();
        let tree = if is_list(&name) {
            Tree::List(items)
        } else if pairs.is_empty() {
            Tree::Text(text.to_owned())
        } else {
            if !text.is_empty() {
                pairs.push(("value".to_owned(), Tree::Text(text.to_owned())));
            }
            Tree::Map(pairs)
        };
        let level = self.stack.len();
        match self.stack.last_mut() {
            Some(parent) if parent.keeps && is_list(&parent.name) => parent.items.push(tree),
            Some(parent) if parent.keeps => parent.pairs.push((name, tree)),
            Some(list) if level == 2 => {
                let key = list.name.clone();
                self.kept = 0;
                bom.row(&key, &tree, sink);
            }
            _ => {
                self.kept = 0;
                bom.value(&name, &tree, sink);
            }
        }
    }

    fn text(&mut self, text: &str) {
        if self.skipped > 0 || !self.keep(text.len()) {
            return;
        }
        if let Some(open) = self.stack.last_mut().filter(|open| open.keeps) {
            open.text.push_str(text);
        }
    }

    fn entity(&mut self, entity: &BytesRef<'_>) {
        match entity.resolve_char_ref() {
            Ok(Some(c)) => self.text(c.encode_utf8(&mut [0; 4])),
            _ => self.text(resolve_xml_entity(entity).unwrap_or_default()),
        }
    }

    fn keep(&mut self, bytes: usize) -> bool {
        self.kept = self.kept.saturating_add(bytes + 48);
        let fits = self.kept <= self.limits.row_bytes;
        self.cut |= !fits;
        fits
    }
}

/// Elements that hold a list where the JSON form has one.
fn is_list(name: &str) -> bool {
    matches!(
        name,
        "components"
            | "services"
            | "externalReferences"
            | "properties"
            | "endpoints"
            | "lifecycles"
            | "authors"
    )
}
