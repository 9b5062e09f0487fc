//! Virtual IPs, pools and the central list of source NAT.

use policy::{
    AddressTarget, Addresses, Family, IpRange, NatPass, NatRule, NatWhen, Origin, PortRange,
    PortTarget, PredicateId, PredicateKind, Services, Zones,
};

use super::{Lower, label};
use crate::codes;
use crate::fate::{Fate, Reason};
use crate::fortios::config::Vip;
use crate::fortios::extract::{self, Sections};
use crate::fortios::inert;
use crate::fortios::table::{Entry, Value, entries};
use crate::fortios::value;

impl<'t> Lower<'t, '_> {
    /// One NAT rule for each VIP, in the order of the tables. Whether it acts is said at the end.
    pub(super) fn vip_rules(&mut self, vips: &[Vec<Vip<'t>>; 2]) {
        let mut rules = Vec::new();
        for (index, list) in vips.iter().enumerate() {
            for vip in list {
                let number = u32::try_from(rules.len()).unwrap_or(u32::MAX);
                if let Some(names) = self.vips.get_mut(index) {
                    names.entry(vip.name.clone()).or_insert_with(|| vec![number]);
                }
                rules.push(self.vip_rule(vip, index));
            }
        }
        if !rules.is_empty() {
            let when = NatWhen::BeforeFilter;
            self.b.policy.nat.passes.push(NatPass { name: "virtual IPs".into(), when, rules });
        }
    }

    fn vip_zones(&mut self, vip: &Vip<'t>) -> Zones {
        let span = vip.node.span();
        let names: Vec<&'t str> = match vip.from.as_slice() {
            [] if matches!(vip.interface, "" | "any") => return Zones::Any,
            [] => vec![vip.interface],
            from => from.to_vec(),
        };
        let mut zones = Vec::new();
        for name in names {
            zones.extend(self.zone_of_interface(name, span));
        }
        zones.sort_unstable();
        zones.dedup();
        Zones::Of(zones)
    }

    fn vip_rule(&mut self, vip: &Vip<'t>, index: usize) -> NatRule {
        let span = vip.node.span();
        let mut rule = NatRule::none(super::origin(span, label("VIP", &vip.name), vip.comment));
        rule.from = self.vip_zones(vip);
        rule.destination = match vip.external {
            Some(range) => Addresses::Range(range),
            // Names of the network: what they stand for is asked by the name of the object.
            None if !vip.external_name.is_empty() => self.address(vip.external_name, index, span),
            None => self.interface_addresses(vip, index),
        };
        if !vip.sources.is_empty() {
            let sources = vip.sources.iter().copied().map(Addresses::Range).collect();
            rule.source = Addresses::union(sources);
        }
        if !vip.services.is_empty() {
            let services = vip.services.iter().map(|name| self.service(name, span)).collect();
            rule.services = Services::union(services);
        }
        match vip.ports {
            Some((1, ..)) => {
                rule.services = Services::Icmp { family: Family::V4, kind: None, code: None };
            }
            Some((protocol, external, mapped)) => {
                rule.services = Services::ports(protocol, external);
                rule.destination_port = port_target(external, mapped);
            }
            None => {}
        }
        for mark in &vip.marks {
            rule.conditions.push(self.doubt(mark));
        }
        let same_family = |mapped: &[IpRange]| {
            vip.external.is_none_or(|external| {
                mapped.iter().all(|range| range.family() == external.family())
            })
        };
        rule.destination_to = match vip.mapped.as_deref() {
            Some(mapped) if !mapped.is_empty() && same_family(mapped) => Some(target(vip, mapped)),
            _ if let Some(name) = self.fqdn(vip, index) => Some(AddressTarget::Named(name)),
            _ => {
                self.say.warn(codes::UNSUPPORTED, span, "what", &label("VIP", &vip.name));
                let what = label("mapped address of VIP", &vip.name);
                Some(AddressTarget::Named(self.unreadable(span, &what)))
            }
        };
        rule
    }

    /// The name of the network that a VIP sends packets to.
    fn fqdn(&mut self, vip: &Vip<'t>, index: usize) -> Option<PredicateId> {
        if vip.mapped_name.is_empty() {
            return None;
        }
        let mut set = self.address(vip.mapped_name, index, vip.node.span());
        for _ in 0..policy::MAX_DEPTH {
            set = match set {
                Addresses::Object(id) => {
                    let id = usize::try_from(id.0).ok()?;
                    self.b.policy.addresses.get(id)?.value.clone()
                }
                // Of one family only.
                Addresses::Common(members) => members.into_iter().last()?,
                Addresses::Unknown(id) => {
                    let known = self.b.policy.predicates.get(usize::try_from(id.0).ok()?)?;
                    return (known.kind == PredicateKind::Fqdn).then_some(id);
                }
                _ => return None,
            };
        }
        None
    }

    /// `extip 0.0.0.0`: the address of the interface, whatever it is.
    fn interface_addresses(&mut self, vip: &Vip<'t>, index: usize) -> Addresses {
        let id = self.interfaces.get(vip.interface).and_then(|id| usize::try_from(id.0).ok());
        let interface = id.and_then(|id| self.b.policy.interfaces.get(id));
        let mut own = interface.into_iter().flat_map(|interface| &interface.addresses);
        let own = own.find(|own| own.address().is_ipv6() == (index == 1));
        match own {
            Some(own) => Addresses::one(own.address()),
            None => {
                let meaning = format!("address of {}", vip.interface);
                let origin = Origin::at(vip.node.span(), vip.interface);
                let kind = PredicateKind::InterfaceAddress;
                Addresses::Unknown(self.b.unknown(kind, meaning, origin))
            }
        }
    }

    /// Pools, groups of VIPs, and the central list, which comes into force at the end.
    pub(super) fn pools_and_map(&mut self, sections: &mut Sections<'t>) -> Vec<NatRule> {
        for (index, section) in ["firewall ippool", "firewall ippool6"].into_iter().enumerate() {
            for entry in entries(&sections.take(section)) {
                let pool = extract::nat::pool(&entry, self.say);
                if let Some(pools) = self.pools.get_mut(index) {
                    pools.insert(entry.name.clone(), pool);
                }
            }
        }
        for (index, section) in ["firewall vipgrp", "firewall vipgrp6"].into_iter().enumerate() {
            for entry in entries(&sections.take(section)) {
                let group = extract::object::group(&entry);
                let mut all = Vec::new();
                for name in group.members.iter().flat_map(|value| value.words().collect::<Vec<_>>())
                {
                    match self.vips.get(index).and_then(|vips| vips.get(name)) {
                        Some(numbers) => all.extend(numbers),
                        None => {
                            self.say.warn(codes::UNDEFINED, entry.node.span(), "name", name);
                        }
                    }
                }
                if let Some(names) = self.vips.get_mut(index) {
                    names.entry(entry.name.clone()).or_insert(all);
                }
            }
        }
        let map = sections.take("firewall central-snat-map");
        if self.central() {
            return entries(&map).iter().map(|entry| self.central_rule(entry)).collect();
        }
        map.iter().for_each(|node| inert::claim_below(*node, Fate::inert(Reason::Disabled)));
        Vec::new()
    }

    /// Whether VIPs act without being named and source NAT has its own list.
    pub(super) fn central(&self) -> bool {
        self.modes.central_nat || self.modes.policy_based.is_some()
    }

    fn central_rule(&mut self, entry: &Entry<'t>) -> NatRule {
        let settings = entry.settings();
        let span = entry.node.span();
        let what = format!("central SNAT {}", entry.name);
        let mut rule = NatRule::none(super::origin(span, what, settings.word("comments")));
        let v6 = settings.word("type") == "ipv6";
        let family = if v6 { Family::V6 } else { Family::V4 };
        let index = usize::from(v6);
        rule.source = Addresses::family(family);
        rule.destination = Addresses::family(family);
        let mut nat = true;
        let mut pools = None;
        let mut ports = [None, None];
        let mut protocol = 0u8;
        for (key, value) in &settings.values {
            let word = value.one();
            match (*key, v6) {
                ("status", _) => rule.enabled = word != "disable",
                ("srcintf", _) => rule.from = self.zones_cell(value).0,
                ("dstintf", _) => rule.to = self.zones_cell(value).0,
                ("orig-addr", false) | ("orig-addr6", true) => {
                    rule.source = self.names(value, index)
                }
                ("dst-addr", false) | ("dst-addr6", true) => {
                    rule.destination = self.names(value, index);
                }
                ("nat-ippool", false) | ("nat-ippool6", true) => pools = Some(value.clone()),
                ("nat", _) => nat = word != "disable",
                ("protocol", _) => protocol = word.parse().unwrap_or(0),
                ("orig-port", _) => ports = [value::ports(word).filter(|p| p.last() > 0), ports[1]],
                ("dst-port", _) => ports = [ports[0], value::ports(word).filter(|p| p.last() > 0)],
                ("type" | "nat-port" | "port-preserve" | "port-random", _) => {}
                ("nat46" | "nat64", _) if word == "enable" => {
                    value.claim(Fate::unsupported(Reason::FamilyTranslation));
                    let mark = crate::fortios::config::Mark { span, what: (*key).to_owned() };
                    rule.conditions.push(self.doubt(&mark));
                    continue;
                }
                (
                    "orig-addr" | "orig-addr6" | "dst-addr" | "dst-addr6" | "nat-ippool"
                    | "nat-ippool6" | "nat46" | "nat64",
                    _,
                ) => {}
                _ if inert::cosmetic(key, value) => continue,
                _ => {
                    let what = format!("set {key}");
                    let mark = crate::fortios::config::Mark { span: value.span(), what };
                    rule.conditions.push(self.doubt(&mark));
                    continue;
                }
            }
            value.claim(Fate::CONVERTED);
        }
        rule.services = match (protocol, ports) {
            (0, [None, None]) => Services::Any,
            (0, ports) => {
                Services::Union([6, 17, 132].map(|number| with_ports(number, ports)).to_vec())
            }
            (number @ (6 | 17 | 132), ports) => with_ports(number, ports),
            (number, _) => Services::Protocol(number),
        };
        if nat {
            let (address, port) = self.pool_target(pools.as_ref(), index);
            rule.source_to = Some(address);
            let chosen = value::ports(settings.word("nat-port")).filter(|p| p.last() > 0);
            rule.source_port = chosen.map_or(port, PortTarget::OneOf);
        }
        rule
    }

    fn names(&mut self, value: &Value<'t>, index: usize) -> Addresses {
        let span = value.span();
        Addresses::union(value.words().map(|name| self.address(name, index, span)).collect())
    }

    /// What pools make of a source; without pools, the address of the egress interface.
    pub(super) fn pool_target(
        &mut self,
        value: Option<&Value<'t>>,
        index: usize,
    ) -> (AddressTarget, PortTarget) {
        let Some(value) = value.filter(|value| !value.one().is_empty()) else {
            return (AddressTarget::EgressInterface, PortTarget::ANY);
        };
        let mut ranges = Vec::new();
        let mut keeps = true;
        let mut ports = None;
        for name in value.words() {
            match self.pools.get(index).and_then(|pools| pools.get(name)) {
                Some(pool) if pool.range.is_some() => {
                    ranges.extend(pool.range);
                    keeps &= pool.keeps_port;
                    ports = ports.or(pool.ports);
                }
                Some(_) => {
                    let unknown = self.unreadable(value.span(), name);
                    return (AddressTarget::Named(unknown), PortTarget::ANY);
                }
                None => {
                    let unknown = self.undefined(name, value.span());
                    return (AddressTarget::Named(unknown), PortTarget::ANY);
                }
            }
        }
        let port = match (keeps, ports) {
            (true, _) => PortTarget::Keep,
            (false, Some(ports)) => PortTarget::OneOf(ports),
            (false, None) => PortTarget::ANY,
        };
        (AddressTarget::OneOf(joined(ranges)), port)
    }

    /// Which VIPs act, and what they do to packets the other way.
    pub(super) fn finish_nat(&mut self, vips: &[Vec<Vip<'t>>; 2], central: Vec<NatRule>) {
        let all: Vec<&Vip<'t>> = vips.iter().flatten().collect();
        let acts: Vec<bool> = (0u32..)
            .zip(&all)
            .map(|(number, vip)| vip.enabled && (self.central() || self.named.contains(&number)))
            .collect();
        if let Some(pass) = self.b.policy.nat.passes.first_mut()
            && !all.is_empty()
        {
            for (rule, acts) in pass.rules.iter_mut().zip(&acts) {
                rule.enabled = *acts;
            }
        }
        let mut always = Vec::new();
        let mut instead = Vec::new();
        for (vip, _) in all.iter().zip(&acts).filter(|(vip, acts)| **acts && vip.fixed) {
            let (Some(external), Some([mapped])) = (vip.external, vip.mapped.as_deref()) else {
                continue;
            };
            let what = format!("{} (source)", label("VIP", &vip.name));
            let mut rule = NatRule::none(super::origin(vip.node.span(), what, vip.comment));
            rule.source = Addresses::Range(*mapped);
            rule.source_to = Some(shift(*mapped, external));
            for mark in &vip.marks {
                rule.conditions.push(self.doubt(mark));
            }
            if vip.source_too {
                always.push(rule);
            } else {
                rule.to = match vip.interface {
                    "" | "any" => Zones::Any,
                    name => Zones::Of(self.zone_of_interface(name, vip.node.span())),
                };
                instead.push(rule);
            }
        }
        let mut passes = Vec::new();
        if self.central() {
            always.extend(central);
            passes.push(("central SNAT", NatWhen::AfterFilter, always));
        } else {
            passes.push(("sources of virtual IPs", NatWhen::InsteadOfRule, always));
            passes.push(("sources of virtual IPs", NatWhen::InsteadOfInterface, instead));
        }
        for (name, when, rules) in passes {
            if !rules.is_empty() {
                self.b.policy.nat.passes.push(NatPass { name: name.into(), when, rules });
            }
        }
    }

    /// The VIPs of this name, as a cell names them; they act from now on when `acts`.
    pub(super) fn vip(&mut self, name: &str, index: usize, acts: bool) -> Option<Addresses> {
        let numbers = self.vips.get(index)?.get(name)?.clone();
        if acts {
            self.named.extend(numbers.iter().copied());
        }
        if !self.central() {
            let members =
                numbers.into_iter().map(|number| Addresses::TranslatedBy(policy::NatId(number)));
            return Some(Addresses::union(members.collect()));
        }
        // With central NAT a policy that still names one means what it maps to.
        let rules = self.b.policy.nat.passes.first().map(|pass| pass.rules.as_slice());
        let members = numbers.into_iter().filter_map(|number| {
            let rule = rules?.get(usize::try_from(number).ok()?)?;
            Some(match &rule.destination_to {
                Some(AddressTarget::OneOf(ranges)) => {
                    Addresses::Union(ranges.iter().copied().map(Addresses::Range).collect())
                }
                _ => Addresses::TranslatedBy(policy::NatId(number)),
            })
        });
        Some(Addresses::union(members.collect()))
    }
}

/// From the first address of one range to the first of another, as long.
fn shift(from: IpRange, to: IpRange) -> AddressTarget {
    if from.first() == from.last() {
        AddressTarget::OneOf(vec![to])
    } else {
        AddressTarget::Shift { from, to: to.first() }
    }
}

fn target(vip: &Vip<'_>, mapped: &[IpRange]) -> AddressTarget {
    match (vip.external, mapped) {
        (Some(external), [mapped])
            if !vip.balanced && external.length_less_one() == mapped.length_less_one() =>
        {
            shift(external, *mapped)
        }
        _ => AddressTarget::OneOf(joined(mapped.to_vec())),
    }
}

fn port_target(external: PortRange, mapped: PortRange) -> PortTarget {
    let length = |range: PortRange| range.last() - range.first();
    if external == mapped {
        PortTarget::Keep
    } else if length(external) == length(mapped) {
        PortTarget::Shift { from: external, to: mapped.first() }
    } else {
        PortTarget::OneOf(mapped)
    }
}

fn with_ports(protocol: u8, [source, destination]: [Option<PortRange>; 2]) -> Services {
    Services::Ports(policy::Ports {
        protocol,
        source: source.unwrap_or(PortRange::ALL),
        destination: destination.unwrap_or(PortRange::ALL),
    })
}

/// Ranges in order, without overlap, as few as can be: the device picks from all of them.
fn joined(mut ranges: Vec<IpRange>) -> Vec<IpRange> {
    ranges.sort_by_key(|range| (range.first(), range.last()));
    let mut joined: Vec<IpRange> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match joined.last_mut() {
            Some(last)
                if last.last() >= range.first()
                    || IpRange::one(last.last()).nth(1) == Some(range.first()) =>
            {
                let end = last.last().max(range.last());
                *last = IpRange::new(last.first(), end).unwrap_or(*last);
            }
            _ => joined.push(range),
        }
    }
    joined
}
