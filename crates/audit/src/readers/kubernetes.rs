//! Kubernetes manifests, what `kubectl get -o yaml|json` prints, and Helm charts: `Chart.yaml`, `values.yaml`, templates.
//!
//! In go documents, one at a time; out come workloads with the keys of their labels and annotations, the images of containers,
//! custom resource groups, and chart names and repositories. Environment, arguments, and the data of secrets and config maps are
//! never looked at. Templates are not rendered: documents with Go actions that are no YAML are scanned line by line, and only
//! what stands there literally is read. Formats: YAML 1.2, the Kubernetes API conventions, Helm's chart format v1 and v2.

use model::asset::{AssetId, AssetKind};
use model::source::Unit;

use crate::codes;
use crate::limits::Limits;
use crate::reader::{Head, Input, Line, Reader};
use crate::sink::Sink;
use crate::text;

mod chart;
mod json;
mod node;
mod object;
mod probe;
mod template;
#[cfg(test)]
mod tests;
mod yaml;

use node::Node;

/// Reads manifests and charts.
pub(crate) struct Kubernetes;

impl Reader for Kubernetes {
    fn id(&self) -> &'static str {
        "kubernetes"
    }

    fn version(&self) -> u32 {
        1
    }

    fn probe(&self, head: &Head<'_>) -> Option<u8> {
        if is_utf16(head.bytes) {
            return probe::score(&text::decode(head.bytes).text);
        }
        probe::score(head.text())
    }

    fn read(&self, input: &mut Input<'_>, sink: &mut Sink<'_>) {
        let asset = sink.asset(AssetKind::Cluster);
        let mut estate = Estate {
            asset,
            settled: None,
            folder: chart_folder(input.path).to_owned(),
            limits: input.limits.clone(),
            sink,
        };
        let head = input.stream.fill_buf().unwrap_or_default();
        if is_utf16(head) {
            let bytes = input.whole(estate.sink);
            let decoded = text::decode(&bytes);
            let mut stream = decoded.text.as_bytes();
            read(&mut Input { stream: &mut stream, ..*input }, &mut estate);
        } else {
            read(input, &mut estate);
        }
    }
}

fn read(input: &mut Input<'_>, estate: &mut Estate<'_, '_>) {
    match input.stream.fill_buf() {
        Ok(head) if is_json(head) => {
            let mark = if head.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
            input.stream.consume(mark);
            json::read(input, estate);
        }
        _ => documents(input, estate),
    }
}

/// Where the objects of one input go.
struct Estate<'s, 'c> {
    sink: &'s mut Sink<'c>,
    asset: AssetId,
    /// What the asset is, once a document has shown it.
    settled: Option<AssetKind>,
    /// The chart's folder, as far as the path tells.
    folder: String,
    limits: Limits,
}

impl Estate<'_, '_> {
    /// A document shows that the asset is of this kind; the first one decides.
    fn settle(&mut self, kind: AssetKind) {
        if self.settled.is_none() {
            self.settled = Some(kind);
            self.sink.kind(self.asset, kind);
            if kind == AssetKind::Software {
                self.sink.label(self.asset, &self.folder);
            }
        }
    }

    /// Takes an object that stands in a list, if it is one.
    fn item(&mut self, node: &Node) -> bool {
        let known = object::is_object(node);
        if known {
            object::read(node, self, 0);
        }
        known
    }

    /// Takes a whole document.
    fn document(&mut self, node: &Node) {
        if object::is_object(node) {
            object::read(node, self, 0);
        } else if chart::is_chart(node) {
            chart::chart(node, self);
        } else {
            chart::values(node, self);
        }
    }
}

/// Splits YAML into documents. Markers stand at the beginning of a line and nowhere else, so no parser is needed for that, and a
/// broken document takes no other with it.
fn documents(input: &mut Input<'_>, estate: &mut Estate<'_, '_>) {
    estate.sink.unit(Unit::Line);
    let most = usize::try_from(input.limits.whole_file_bytes).unwrap_or(usize::MAX);
    let (mut buffer, mut number) = (Vec::new(), 0);
    let mut document = Document { at: 1, ..Document::default() };
    while let Some(line) = input.line(&mut buffer, estate.sink) {
        number += 1;
        if number == 1 && buffer.starts_with(BYTE_ORDER_MARK) {
            buffer.drain(..BYTE_ORDER_MARK.len());
        }
        if is_marker(&buffer) {
            std::mem::take(&mut document).read(estate);
            document.at = number;
        }
        if line == Line::TooLong || document.text.len() + buffer.len() >= most {
            document.cut = true;
            continue;
        }
        // Anything else that ends a document would confuse the parser of the next.
        if !buffer.starts_with(b"...") {
            document.text.extend_from_slice(&buffer);
        }
        document.text.push(b'\n');
    }
    document.read(estate);
}

#[derive(Default)]
struct Document {
    at: u64,
    text: Vec<u8>,
    cut: bool,
}

impl Document {
    fn read(self, estate: &mut Estate<'_, '_>) {
        let at = self.at;
        if self.cut {
            estate.sink.error(codes::LIMIT_REACHED, Some(at), &[("limit", "document")]);
            return estate.sink.row(at).not_understood(codes::ROW_TOO_LONG);
        }
        let text = String::from_utf8_lossy(&self.text);
        if text.contains('\u{fffd}') {
            estate.sink.warn(codes::BAD_ENCODING, Some(at), &[]);
        }
        let blank = |line: &str| line.is_empty() || line.starts_with('#') || line == "---";
        if text.lines().all(|line| blank(line.trim())) {
            return;
        }
        // An action on a line of its own is no YAML, even where a parser would take it for a mapping.
        if text.lines().any(|line| line.trim_start().starts_with("{{")) {
            return template::read(&text, at, estate);
        }
        let depth = estate.limits.depth;
        match yaml::parse(&text, at, depth, &mut |item| estate.item(item)) {
            Ok(Some(node)) => estate.document(&node),
            Ok(None) => {}
            Err(_) if text.contains("{{") => template::read(&text, at, estate),
            Err(yaml::Broken { line, what }) => {
                estate.sink.warn(codes::MALFORMED, Some(line), &[("what", &what)]);
                estate.sink.row(at).not_understood(codes::ROW_MALFORMED);
            }
        }
    }
}

fn is_marker(line: &[u8]) -> bool {
    let rest = line.strip_prefix(b"---").or_else(|| line.strip_prefix(b"..."));
    rest.is_some_and(|rest| rest.first().is_none_or(u8::is_ascii_whitespace))
}

/// Whether this is what a Windows shell writes when it redirects output.
fn is_utf16(head: &[u8]) -> bool {
    head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff")
}

fn is_json(head: &[u8]) -> bool {
    let head = head.strip_prefix(BYTE_ORDER_MARK).unwrap_or(head);
    let mut bytes = head.iter().filter(|byte| !byte.is_ascii_whitespace());
    // `{{` begins an action of a template.
    bytes.next() == Some(&b'{') && bytes.next() != Some(&b'{')
}

/// The folder that names a chart: above `templates` or `crds`, or the one that holds the file.
fn chart_folder(path: &str) -> &str {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let inner = ["/templates", "/crds"].iter().find_map(|name| {
        let at = folder.rfind(name)?;
        matches!(folder.as_bytes().get(at + name.len()), None | Some(b'/')).then_some(at)
    });
    let folder = inner.and_then(|at| folder.get(..at)).unwrap_or(folder);
    folder.rsplit(['/', '!']).next().unwrap_or(folder)
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
