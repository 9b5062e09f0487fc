//! The user's own endpoints, from a CSV.

use hashbrown::HashMap;
use model::diagnostic::Code;

use super::{Endpoint, Place, canonical, prefixes};
use crate::codes;
use crate::places::country;

/// What came of a table.
#[derive(Debug, Default)]
pub struct Rows {
    /// The endpoints.
    pub endpoints: Vec<Endpoint>,
    /// What could not be used.
    pub problems: Vec<Problem>,
}

/// A row, or the header, that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Line, from 1.
    pub line: u64,
    /// What is wrong.
    pub code: Code,
    /// What stands there; cut where it is long.
    pub value: String,
}

/// How many characters of a wrong value are shown.
const SHOWN: usize = 120;

/// Reads a table whose header names its columns: `suffix` (or `host` for one name only), `cidr` or `asn` (the number of a network), then
/// `vendor` and, where they are wanted, `country`, `product` and `purpose`. A row uses the first of them that it has where several are columns. Blank rows and
/// rows that begin with `#` are passed over.
pub fn read_table(text: &[u8]) -> Rows {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut rows = Rows::default();
    let mut columns: Option<Columns> = None;
    let mut vendors: HashMap<Place, String> = HashMap::new();
    // Line by line, and not the file as one table: a quote that is never closed costs its own row and no other.
    for (number, line) in (1u64..).zip(text.split(|byte| *byte == b'\n')) {
        let line = line.trim_ascii();
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        let Some(row) = cells(line) else {
            rows.problem(number, codes::ENDPOINT_ROW, &String::from_utf8_lossy(line));
            continue;
        };
        let Some(columns) = &columns else {
            columns = Columns::of(&row);
            if columns.is_none() {
                rows.problem(number, codes::ENDPOINT_HEADER, &String::from_utf8_lossy(line));
                break;
            }
            continue;
        };
        match columns.endpoint(&row) {
            Ok(endpoint) => {
                let first = vendors.entry(endpoint.place.clone());
                let first = first.or_insert_with(|| endpoint.vendor.clone());
                if *first == endpoint.vendor {
                    rows.endpoints.push(endpoint);
                } else {
                    let value = format!("{}: {first}, {}", endpoint.place, endpoint.vendor);
                    rows.problem(number, codes::ENDPOINT_TWICE, &value);
                }
            }
            Err((code, value)) => rows.problem(number, code, &value),
        }
    }
    if columns.is_none() && rows.problems.is_empty() {
        rows.problem(1, codes::ENDPOINT_HEADER, "");
    }
    rows
}

/// The cells of one line.
fn cells(line: &[u8]) -> Option<csv::ByteRecord> {
    // To make a reader takes longer than to read a row.
    if !line.iter().any(|byte| matches!(byte, b'"' | b'\r')) {
        return Some(line.split(|byte| *byte == b',').map(<[u8]>::trim_ascii).collect());
    }
    let mut builder = csv::ReaderBuilder::new();
    let mut reader = builder.has_headers(false).trim(csv::Trim::All).from_reader(line);
    let mut row = csv::ByteRecord::new();
    reader.read_byte_record(&mut row).ok()?.then_some(row)
}

impl Rows {
    fn problem(&mut self, line: u64, code: Code, value: &str) {
        self.problems.push(Problem::new(line, code, value));
    }
}

impl Problem {
    pub(crate) fn new(line: u64, code: Code, value: &str) -> Self {
        Self { line, code, value: value.chars().take(SHOWN).collect() }
    }
}

/// Where the columns are.
#[derive(Default)]
struct Columns {
    suffix: Option<usize>,
    host: Option<usize>,
    cidr: Option<usize>,
    asn: Option<usize>,
    vendor: Option<usize>,
    country: Option<usize>,
    product: Option<usize>,
    purpose: Option<usize>,
}

impl Columns {
    fn of(header: &csv::ByteRecord) -> Option<Self> {
        let mut columns = Self::default();
        for (at, name) in header.iter().enumerate() {
            let column = match name.to_ascii_lowercase().as_slice() {
                b"suffix" | b"domain" => &mut columns.suffix,
                b"host" => &mut columns.host,
                b"cidr" | b"prefix" => &mut columns.cidr,
                b"asn" => &mut columns.asn,
                b"vendor" => &mut columns.vendor,
                b"country" => &mut columns.country,
                b"product" => &mut columns.product,
                b"purpose" => &mut columns.purpose,
                _ => continue,
            };
            column.get_or_insert(at);
        }
        let place = columns.suffix.or(columns.host).or(columns.cidr).or(columns.asn);
        (place.is_some() && columns.vendor.is_some()).then_some(columns)
    }

    fn endpoint(&self, row: &csv::ByteRecord) -> Result<Endpoint, (Code, String)> {
        let cell = |at: Option<usize>| {
            let cell = at.and_then(|at| row.get(at)).unwrap_or(b"");
            String::from_utf8_lossy(cell).into_owned()
        };
        let (suffix, host) = (cell(self.suffix), cell(self.host));
        let (cidr, asn) = (cell(self.cidr), cell(self.asn));
        let place = if !suffix.is_empty() {
            named(&suffix).map(Place::Suffix).ok_or((codes::ENDPOINT_NAME, suffix))?
        } else if !host.is_empty() {
            named(&host).map(Place::Exact).ok_or((codes::ENDPOINT_NAME, host))?
        } else if !asn.is_empty() {
            let network = crate::places::network(&asn);
            network.map(Place::Network).ok_or((codes::ENDPOINT_RANGE, asn))?
        } else {
            prefixes::parse(&cidr)
                .map(|(address, length)| Place::Prefix(address, length))
                .ok_or((codes::ENDPOINT_RANGE, cidr))?
        };
        let vendor = cell(self.vendor);
        if vendor.is_empty() {
            return Err((codes::ENDPOINT_VENDOR, place.to_string()));
        }
        let product = cell(self.product);
        Ok(Endpoint {
            place,
            vendor,
            products: if product.is_empty() { Vec::new() } else { vec![product] },
            purpose: cell(self.purpose),
            region: country(&cell(self.country)).map_or_else(String::new, |it| it.to_string()),
            shared: false,
            confidence: "stated".to_owned(),
            vendor_country: String::new(),
        })
    }
}

/// A host name; a leading `*.` or dot is left off. Logs have names in ASCII (`xn--`), so one with other letters would match none.
fn named(text: &str) -> Option<String> {
    let name = canonical(text);
    let name = name.strip_prefix("*.").or(name.strip_prefix('.')).unwrap_or(&name);
    let fits = |c: char| c.is_ascii_graphic() && !matches!(c, '/' | ':' | '*' | '?' | ',');
    (!name.is_empty() && name.len() <= 255 && name.chars().all(fits)).then(|| name.to_owned())
}
