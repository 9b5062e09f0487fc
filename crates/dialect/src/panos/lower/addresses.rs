//! Address objects, groups and cells.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};

use policy::{
    AddressId, Addresses, Family, IpRange, Masked, Origin, PredicateKind, Prefix, parse_prefix,
};

use super::super::config::{AddressThing, AddressValue, SourceTo, Word};
use super::Context;
use crate::fate::Reason;

impl<'c, 't> Context<'c, 't, '_, '_> {
    /// The object of this name, seen from a scope.
    fn find_address(&self, name: &str, from: usize) -> Option<(usize, &'c AddressThing<'t>)> {
        let from = if self.source.flat { 0 } else { from };
        let scopes = self.source.scopes.iter().enumerate().skip(from);
        scopes
            .into_iter()
            .find_map(|(at, scope)| scope.addresses.get(name).map(|thing| (at, thing)))
    }

    /// Defines the objects of this context: all of a firewall; of a device group its own, and of the others what is used.
    pub(super) fn define_addresses(&mut self) {
        let wanted = self.wanted_addresses();
        let mut groups: Vec<(usize, &'c AddressThing<'t>)> = Vec::new();
        for (scope, thing) in wanted {
            match &thing.value {
                AddressValue::Static(_) => groups.push((scope, thing)),
                _ => {
                    let value = self.object_value(thing);
                    self.define_address(scope, thing, value);
                }
            }
        }
        let index: HashMap<(usize, &str), usize> = groups
            .iter()
            .enumerate()
            .map(|(at, (scope, thing))| ((*scope, thing.name.text), at))
            .collect();
        let members: Vec<Vec<usize>> = groups
            .iter()
            .map(|(scope, thing)| {
                let AddressValue::Static(members) = &thing.value else { return Vec::new() };
                let found = members.iter().filter_map(|word| self.find_address(word.text, *scope));
                found.filter_map(|(at, thing)| index.get(&(at, thing.name.text)).copied()).collect()
            })
            .collect();
        let order = policy::order(&members);
        for (list, reason) in [(&order.cyclic, Reason::Cycle), (&order.deep, Reason::Limit)] {
            for (scope, thing) in list.iter().filter_map(|at| groups.get(*at).copied()) {
                let mark = self.unreadable(thing.name, reason);
                self.define_address(scope, thing, Addresses::Unknown(mark));
            }
        }
        for (scope, thing) in order.order.iter().filter_map(|at| groups.get(*at).copied()) {
            let AddressValue::Static(words) = &thing.value else { continue };
            let terms = words.iter().map(|word| self.address_term(*word, scope)).collect();
            self.define_address(scope, thing, Addresses::union(terms));
        }
    }

    fn wanted_addresses(&self) -> Vec<(usize, &'c AddressThing<'t>)> {
        let mut wanted: Vec<(usize, &'c AddressThing<'t>)> = Vec::new();
        let mut seen: HashMap<(usize, &'t str), ()> = HashMap::new();
        let mut add = |found: Option<(usize, &'c AddressThing<'t>)>, wanted: &mut Vec<_>| {
            if let Some((scope, thing)) = found
                && seen.insert((scope, thing.name.text), ()).is_none()
            {
                wanted.push((scope, thing));
            }
        };
        let all = if self.source.flat { 1 } else { self.source.scopes.len() };
        for (at, scope) in self.source.scopes.iter().enumerate().take(all) {
            for name in &scope.address_order {
                add(scope.addresses.get(name).map(|thing| (at, thing)), &mut wanted);
            }
        }
        let rulebases = self.source.levels.iter().map(|(_, rulebase)| rulebase);
        for rulebase in rulebases {
            let security = rulebase.security.iter().map(|rule| &rule.at);
            let nat = rulebase.nat.iter().map(|rule| &rule.at);
            let overrides = rulebase.overrides.iter().map(|rule| &rule.at);
            for at in security.chain(nat).chain(overrides) {
                for word in [&at.source, &at.destination].into_iter().flatten().flatten() {
                    add(self.find_address(word.text, 0), &mut wanted);
                }
            }
            for rule in &rulebase.nat {
                let source: &[Word<'t>] = match &rule.source {
                    SourceTo::Static { address, .. } => std::slice::from_ref(address),
                    SourceTo::Pool { addresses, .. } => addresses,
                    _ => &[],
                };
                let destination = rule.destination.as_ref().and_then(|to| to.address.as_ref());
                for word in source.iter().chain(destination) {
                    add(self.find_address(word.text, 0), &mut wanted);
                }
            }
        }
        let mut next = 0;
        while let Some((scope, thing)) = wanted.get(next).copied() {
            next += 1;
            if let AddressValue::Static(members) = &thing.value {
                for word in members {
                    add(self.find_address(word.text, scope), &mut wanted);
                }
            }
        }
        wanted
    }

    fn define_address(&mut self, scope: usize, thing: &AddressThing<'t>, value: Addresses) {
        let name = thing.name.text;
        let may_v6 = self.holds_v6(&value);
        let origin = Origin {
            span: Some(thing.name.node.span()),
            label: name.into(),
            comment: thing.comment.into(),
        };
        // The farther one of two with one name needs another.
        let label = match self.build.address_named(name) {
            None => name.to_owned(),
            Some(_) => format!("{name} (scope {scope})"),
        };
        let id = self.build.address(&label, origin, value);
        self.addresses.insert((scope, name), id);
        let at = usize::try_from(id.0).unwrap_or(usize::MAX);
        if at == self.may_v6.len() {
            self.may_v6.push(may_v6);
        }
    }

    fn object_value(&mut self, thing: &AddressThing<'t>) -> Addresses {
        match &thing.value {
            AddressValue::Netmask(word) => match self.prefix(*word) {
                Some(prefix) => Addresses::prefix(prefix),
                None => Addresses::Unknown(self.unreadable(*word, Reason::InvalidValue)),
            },
            AddressValue::Range(word) => match self.range(*word) {
                Some(range) => Addresses::Range(range),
                None => Addresses::Unknown(self.unreadable(*word, Reason::InvalidValue)),
            },
            AddressValue::Wildcard(word) => match wildcard(word.text) {
                Some(masked) => Addresses::Masked(masked),
                None => Addresses::Unknown(self.unreadable(*word, Reason::InvalidValue)),
            },
            AddressValue::Fqdn(word) => {
                let label = Word { text: thing.name.text, node: word.node };
                let meaning = word.text.trim_end_matches('.').to_ascii_lowercase();
                Addresses::Unknown(self.named(PredicateKind::Fqdn, &meaning, label))
            }
            AddressValue::Dynamic(word) => {
                let meaning: Vec<&str> = word.text.split_whitespace().collect();
                let label = Word { text: thing.name.text, node: word.node };
                let meaning = format!("tags {}", meaning.join(" "));
                Addresses::Unknown(self.named(PredicateKind::Dynamic, &meaning, label))
            }
            AddressValue::Region(words) if words.is_empty() => {
                Addresses::Unknown(self.unreadable(thing.name, Reason::InvalidValue))
            }
            AddressValue::Region(words) => {
                let terms = words.iter().map(|word| self.literal_or_mark(*word)).collect();
                Addresses::union(terms)
            }
            AddressValue::List(url) => {
                let meaning = url.map_or(thing.name.text, |url| url.text);
                Addresses::Unknown(self.named(PredicateKind::ExternalList, meaning, thing.name))
            }
            AddressValue::Static(_) | AddressValue::Missing => {
                Addresses::Unknown(self.unreadable(thing.name, Reason::InvalidValue))
            }
        }
    }

    fn literal_or_mark(&mut self, word: Word<'t>) -> Addresses {
        match self.literal(word) {
            Some(range) => Addresses::Range(range),
            None => Addresses::Unknown(self.unreadable(word, Reason::InvalidValue)),
        }
    }

    /// The word itself, or what a variable of that name holds.
    pub(super) fn expanded(&self, word: Word<'t>) -> Word<'t> {
        if word.text.starts_with('$') {
            self.source.variables.get(word.text).copied().unwrap_or(word)
        } else {
            word
        }
    }

    pub(super) fn prefix(&self, word: Word<'t>) -> Option<Prefix> {
        parse_prefix(self.expanded(word).text.trim())
    }

    fn range(&self, word: Word<'t>) -> Option<IpRange> {
        let text = self.expanded(word).text;
        let (first, last) = text.split_once('-')?;
        IpRange::new(first.trim().parse().ok()?, last.trim().parse().ok()?)
    }

    /// An address, network or range that stands where a name may stand.
    pub(super) fn literal(&self, word: Word<'t>) -> Option<IpRange> {
        self.prefix(word).map(Prefix::range).or_else(|| self.range(word))
    }

    /// One word of a cell or group.
    pub(super) fn address_term(&mut self, word: Word<'t>, from: usize) -> Addresses {
        if word.text == "any" {
            return Addresses::Any;
        }
        if let Some((scope, thing)) = self.find_address(word.text, from) {
            return match self.addresses.get(&(scope, thing.name.text)) {
                Some(id) => Addresses::Object(*id),
                None => Addresses::Unknown(self.unreadable(word, Reason::Limit)),
            };
        }
        if let Some(range) = self.literal(word) {
            return Addresses::Range(range);
        }
        if self.facts.regions.contains(word.text) {
            return Addresses::Unknown(self.named(PredicateKind::Geography, word.text, word));
        }
        if let Some(value) = self.facts.addresses.get(word.text)
            && let Some(prefix) = parse_prefix(value)
        {
            return Addresses::prefix(prefix);
        }
        // Lists that the vendor keeps.
        if word.text.starts_with("panw-") {
            return Addresses::Unknown(self.named(PredicateKind::ExternalList, word.text, word));
        }
        let number = |sign: char| sign.is_ascii_digit() || matches!(sign, '.' | '/' | '-');
        if word.text.contains('.') && word.text.chars().all(number) {
            return Addresses::Unknown(self.unreadable(word, Reason::InvalidValue));
        }
        Addresses::Unknown(self.undefined(word))
    }

    /// A cell that is written.
    pub(super) fn address_cell(&mut self, words: &[Word<'t>]) -> Addresses {
        if words.iter().any(|word| word.text == "any") {
            return Addresses::Any;
        }
        let terms = words.iter().map(|word| self.address_term(*word, 0)).collect();
        Addresses::union(terms)
    }

    /// Whether a set may hold IPv6 addresses.
    pub(super) fn holds_v6(&self, set: &Addresses) -> bool {
        match set {
            Addresses::Range(range) => range.family() == Family::V6,
            Addresses::Masked(masked) => Family::of(masked.value) == Family::V6,
            Addresses::Object(AddressId(id)) => {
                let at = usize::try_from(*id).unwrap_or(usize::MAX);
                self.may_v6.get(at).copied().unwrap_or(true)
            }
            Addresses::Union(members) => members.iter().any(|member| self.holds_v6(member)),
            Addresses::Common(members) => members.iter().all(|member| self.holds_v6(member)),
            Addresses::Except(from, _) => self.holds_v6(from),
            Addresses::Any
            | Addresses::Zone(_)
            | Addresses::TranslatedBy(_)
            | Addresses::Unknown(_) => true,
        }
    }

    /// The ranges that a word of a translation means, when they are all known; in the order in which they are written.
    pub(super) fn target_ranges(&self, word: Word<'t>) -> Option<Vec<IpRange>> {
        let mut ranges = Vec::new();
        let mut open = vec![(word, 0usize)];
        // Groups may be nested in a circle: no list is longer than this.
        for _ in 0..10_000 {
            let Some((word, from)) = open.pop() else { return Some(ranges) };
            match self.find_address(word.text, from) {
                None => ranges.push(self.literal(word)?),
                Some((scope, thing)) => match &thing.value {
                    AddressValue::Netmask(word) => ranges.push(self.prefix(*word)?.range()),
                    AddressValue::Range(word) => ranges.push(self.range(*word)?),
                    AddressValue::Static(members) => {
                        open.extend(members.iter().rev().map(|word| (*word, scope)));
                    }
                    _ => return None,
                },
            }
        }
        None
    }

    /// The name that a word of a translation stands for, when it is one.
    pub(super) fn target_name(&self, word: Word<'t>) -> Option<String> {
        let plain = |text: &str| text.trim_end_matches('.').to_ascii_lowercase();
        match self.find_address(word.text, 0) {
            Some((_, thing)) => match &thing.value {
                AddressValue::Fqdn(name) => Some(plain(name.text)),
                _ => None,
            },
            None => {
                let letters = word.text.contains('.')
                    && word.text.chars().any(|sign| sign.is_ascii_alphabetic());
                letters.then(|| plain(word.text))
            }
        }
    }
}

/// `address/wildcard`: bits that are zero in the wildcard must agree.
fn wildcard(text: &str) -> Option<Masked> {
    let (value, wild) = text.split_once('/')?;
    let value: Ipv4Addr = value.trim().parse().ok()?;
    let wild: Ipv4Addr = wild.trim().parse().ok()?;
    let mask = Ipv4Addr::from_bits(!wild.to_bits());
    Some(Masked { value: IpAddr::V4(value), mask: IpAddr::V4(mask) })
}
