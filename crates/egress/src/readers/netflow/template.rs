//! Templates: which fields a record has, in which order and how long. RFC 3954 section 5.2 and 6.1, RFC 7011 section 3.4.

use crate::bytes::{be16, be32};
use crate::readers::netflow::element::{Element, VARIABLE};

/// What records of one kind look like. Neighbouring fields that nothing here looks at are one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Template {
    /// Element and length in bytes; [`VARIABLE`] when the record says it.
    pub(crate) fields: Vec<(Element, u16)>,
    /// The shortest record in bytes.
    pub(crate) shortest: usize,
    /// Whether its records speak about the exporter and not about traffic.
    pub(crate) options: bool,
}

/// What a set of templates holds.
pub(crate) enum Item {
    /// A template with its id.
    Template(u16, Template),
    /// The exporter takes the template back; all of the set's kind when the id is that of the set.
    Withdrawn(u16),
    /// A template that cannot be used.
    Invalid,
}

/// How a version writes its template sets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Version 9, templates of traffic.
    V9,
    /// Version 9, templates of options.
    V9Options,
    /// IPFIX, templates of traffic.
    Ipfix,
    /// IPFIX, templates of options.
    IpfixOptions,
}

/// The templates of a set without its header.
pub(crate) fn read_set(kind: Kind, body: &[u8]) -> Vec<Item> {
    let mut items = Vec::new();
    let mut rest = body;
    while rest.len() >= 4 && rest.iter().any(|byte| *byte != 0) {
        let Some((item, used)) = read_one(kind, rest) else {
            items.push(Item::Invalid);
            break;
        };
        items.push(item);
        rest = rest.get(used..).unwrap_or_default();
    }
    items
}

/// One template and how many bytes it took; `None` when it does not fit into the set.
fn read_one(kind: Kind, bytes: &[u8]) -> Option<(Item, usize)> {
    let (id, count) = (be16(bytes, 0)?, usize::from(be16(bytes, 2)?));
    let (first, scopes, fields) = match kind {
        Kind::V9 => (4, 0, count),
        // Lengths in bytes: of the scopes, then of the options.
        Kind::V9Options => {
            let options = usize::from(be16(bytes, 4)?);
            if !count.is_multiple_of(4) || !options.is_multiple_of(4) {
                return None;
            }
            (6, count / 4, (count + options) / 4)
        }
        Kind::Ipfix | Kind::IpfixOptions if count == 0 => return Some((Item::Withdrawn(id), 4)),
        Kind::Ipfix => (4, 0, count),
        Kind::IpfixOptions => (6, usize::from(be16(bytes, 4)?), count),
    };
    let mut template = Template { fields: Vec::new(), shortest: 0, options: kind.of_options() };
    let mut at = first;
    for field in 0..fields {
        let (mut element, length) = (be16(bytes, at)?, be16(bytes, at + 2)?);
        at += 4;
        let mut enterprise = 0;
        if kind.has_enterprises() && element & 0x8000 != 0 {
            enterprise = be32(bytes, at)?;
            element &= 0x7fff;
            at += 4;
        }
        let scope = field < scopes;
        template.push(
            match kind {
                Kind::V9Options if scope => Element::of_v9_scope(element),
                _ => Element::of(enterprise, element),
            },
            length,
        );
    }
    let usable = id >= 256 && template.shortest > 0 && template.shortest <= usize::from(u16::MAX);
    let item = if usable { Item::Template(id, template) } else { Item::Invalid };
    Some((item, at))
}

impl Kind {
    fn of_options(self) -> bool {
        matches!(self, Self::V9Options | Self::IpfixOptions)
    }

    fn has_enterprises(self) -> bool {
        matches!(self, Self::Ipfix | Self::IpfixOptions)
    }
}

impl Template {
    fn push(&mut self, element: Element, length: u16) {
        if length == 0 {
            return;
        }
        self.shortest += if length == VARIABLE { 1 } else { usize::from(length) };
        if let Some((Element::Other, last)) = self.fields.last_mut()
            && element == Element::Other
            && length != VARIABLE
            && *last != VARIABLE
            && let Some(sum) = last.checked_add(length)
            && sum != VARIABLE
        {
            *last = sum;
            return;
        }
        self.fields.push((element, length));
    }

    /// The value of the field at `at`, with the bytes that it takes; `None` when the record ends before it does.
    pub(crate) fn value(length: u16, bytes: &[u8]) -> Option<(&[u8], usize)> {
        if length != VARIABLE {
            let length = usize::from(length);
            return bytes.get(..length).map(|value| (value, length));
        }
        // RFC 7011, section 7: one byte, or 255 and two more.
        let short = usize::from(*bytes.first()?);
        let (from, length) =
            if short < 255 { (1, short) } else { (3, usize::from(be16(bytes, 1)?)) };
        bytes.get(from..from + length).map(|value| (value, from + length))
    }

    /// The length of the record that begins here.
    fn length(&self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        for (_, length) in &self.fields {
            at += Self::value(*length, bytes.get(at..)?)?.1;
        }
        Some(at)
    }

    /// Whether the body of a set can be records of this template and at most three bytes of padding.
    pub(crate) fn fits(&self, body: &[u8]) -> bool {
        let mut rest = body;
        while rest.len() >= self.shortest {
            let Some(used) = self.length(rest) else { break };
            rest = rest.get(used..).unwrap_or_default();
        }
        rest.len() < 4 && rest.len() < body.len()
    }

    /// About how many bytes of memory it takes.
    pub(crate) fn weight(&self) -> usize {
        64 + self.fields.len() * size_of::<(Element, u16)>()
    }
}
