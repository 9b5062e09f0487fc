//! Host names: the longest suffix at a label boundary.

use hashbrown::HashMap;

use super::{EndpointId, Place};
use crate::maybe::Maybe;

/// A tree of labels, held as a table of all suffixes that lead to an endpoint.
#[derive(Debug, Default)]
pub(super) struct Names {
    nodes: HashMap<Box<[u8]>, Node, foldhash::fast::FixedState>,
    /// Patterns whose last label is not a plain one.
    loose: Vec<(Vec<u8>, EndpointId)>,
    ends: Ends,
}

/// How the names end that can be found: most others are told by their last bytes.
#[derive(Debug)]
struct Ends {
    known: Maybe,
    /// Whether a name may end in any way.
    any: bool,
}

impl Default for Ends {
    fn default() -> Self {
        Self { known: Maybe::new(END_BITS), any: false }
    }
}

impl Ends {
    /// Names that end with this may be found.
    fn add(&mut self, end: &[u8]) {
        let own = last::<16>(end).or_else(|| last::<12>(end));
        match own.or_else(|| last::<8>(end)).or_else(|| last::<4>(end)) {
            Some(end) => self.known.add(end),
            None => self.any = true,
        }
    }

    #[inline]
    fn may_find(&self, name: &[u8]) -> bool {
        let known = |end: Option<u64>| end.is_some_and(|end| self.known.holds(end));
        known(last::<16>(name))
            || known(last::<12>(name))
            || known(last::<8>(name))
            || known(last::<4>(name))
            || self.any
    }
}

/// The last 4, 8, 12 or 16 bytes as a number, letters of either case as one.
#[inline]
fn last<const N: usize>(name: &[u8]) -> Option<u64> {
    let end = name.last_chunk::<N>()?;
    let (first, last) = match (end.first_chunk(), end.last_chunk()) {
        (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
        _ => (0, u64::from(u32::from_le_bytes(*end.last_chunk()?))),
    };
    let either = |bytes: u64| bytes | 0x2020_2020_2020_2020;
    Some((either(first).wrapping_add(N as u64)).wrapping_mul(ODD) ^ either(last))
}

/// Any odd number with many bits.
const ODD: u64 = 0xd6e8_feb8_6659_fd93;

/// 16 KiB: of ten thousand other names that end like none of a thousand, one is looked up.
const END_BITS: u32 = 17;

/// What is known about one suffix.
#[derive(Debug, Default)]
struct Node {
    exact: Option<EndpointId>,
    suffix: Option<EndpointId>,
    globs: Vec<(Vec<u8>, EndpointId)>,
}

/// Longest name that is looked at: RFC 1035, section 2.3.4.
const NAME_BYTES: usize = 255;

impl Names {
    /// Adds a place that is a name; the first one of a name stays.
    pub(super) fn add(&mut self, place: &Place, id: EndpointId) {
        match place {
            Place::Exact(name) => {
                self.node(name.as_bytes()).exact.get_or_insert(id);
            }
            Place::Suffix(name) => {
                self.node(name.as_bytes()).suffix.get_or_insert(id);
            }
            Place::Glob(pattern) => {
                let tail = literal_tail(pattern);
                if tail.is_empty() {
                    self.ends.any = true;
                    self.loose.push((pattern.clone().into_bytes(), id));
                } else {
                    let tail = tail.to_owned();
                    self.node(tail.as_bytes()).globs.push((pattern.clone().into_bytes(), id));
                }
            }
            Place::Prefix(..) | Place::Network(_) => {}
        }
    }

    /// The node of a suffix. Every suffix above it exists too, so that a search may stop at the first one that does not.
    fn node(&mut self, name: &[u8]) -> &mut Node {
        for dot in memchr::memchr_iter(b'.', name) {
            if let Some(above) = name.get(dot + 1..) {
                self.nodes.entry(above.into()).or_default();
            }
        }
        self.ends.add(name);
        self.nodes.entry(name.into()).or_default()
    }

    pub(super) fn find(&self, name: &[u8]) -> Option<EndpointId> {
        let name = name.strip_suffix(b".").unwrap_or(name);
        if self.ends.may_find(name) { self.longest(name) } else { None }
    }

    fn longest(&self, name: &[u8]) -> Option<EndpointId> {
        let mut lowered = [0; NAME_BYTES];
        let lowered = lowered.get_mut(..name.len())?;
        for (to, from) in lowered.iter_mut().zip(name) {
            *to = from.to_ascii_lowercase();
        }
        let name: &[u8] = lowered;
        let mut found = None;
        let mut end = name.len();
        loop {
            let begins = memchr::memrchr(b'.', name.get(..end)?).map_or(0, |dot| dot + 1);
            let Some(node) = self.nodes.get(name.get(begins..)?) else { break };
            found = node.suffix.or(found);
            let glob = node.globs.iter().find(|(pattern, _)| matches(pattern, name));
            found = glob.map(|(_, id)| *id).or(found);
            if begins == 0 {
                found = node.exact.or(found);
                break;
            }
            end = begins - 1;
        }
        let loose = || self.loose.iter().find(|(pattern, _)| matches(pattern, name));
        found.or_else(|| loose().map(|(_, id)| *id))
    }
}

/// The labels at the end of a pattern that have no `*` or `?`.
fn literal_tail(pattern: &str) -> &str {
    match pattern.rfind(['*', '?']) {
        Some(last) => {
            let rest = pattern.get(last + 1..).unwrap_or("");
            rest.find('.').and_then(|dot| rest.get(dot + 1..)).unwrap_or("")
        }
        None => pattern,
    }
}

/// Whether a pattern with `*` and `?` is the whole name.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(b'?') => {
                p += 1;
                n += 1;
            }
            Some(byte) if name.get(n) == Some(byte) => {
                p += 1;
                n += 1;
            }
            _ => {
                let Some((at, taken)) = star else { return false };
                star = Some((at, taken + 1));
                p = at + 1;
                n = taken + 1;
            }
        }
    }
    pattern.get(p..).is_some_and(|rest| rest.iter().all(|byte| *byte == b'*'))
}
