//! Zones, interfaces and routes.

use std::borrow::Cow;

use hashbrown::{HashMap, HashSet};
use policy::{
    Addresses, IpRange, Origin, Prefix, Route, Routing, Rule, Span, Verdict, ZoneId, Zones,
};

use super::Lower;
use crate::codes;
use crate::fortios::config::{Interface, Target, Via, Vip, Zone};
use crate::fortios::extract::place::Routes;
use crate::fortios::header::Version;
use crate::fortios::table::Value;

/// Interfaces that exist without being configured.
const BUILT_IN: [&str; 7] =
    ["any", "l2t.root", "naf.root", "root", "ssl.root", "virtual-wan-link", "fortilink"];

impl<'t> Lower<'t, '_> {
    /// Zones and interfaces. An interface in no zone is a zone of its own.
    pub(super) fn places(
        &mut self,
        interfaces: &[Interface<'t>],
        zones: &[Zone<'t>],
        vips: &[Vec<Vip<'t>>; 2],
    ) {
        // VIPs may be bound to one member of a zone: such a member is told apart, and the zone is both.
        let singled: HashSet<&str> = vips
            .iter()
            .flatten()
            .flat_map(|vip| std::iter::once(vip.interface).chain(vip.from.iter().copied()))
            .collect();
        let mut zone_of: HashMap<&'t str, ZoneId> = HashMap::new();
        let mut spans: HashMap<&'t str, Span> = HashMap::new();
        for zone in zones {
            let origin = Origin::at(zone.span, super::label("zone", &zone.name));
            let id = self.b.zone(&zone.name, &origin);
            let mut ids = vec![id];
            for member in &zone.members {
                if self.members.contains_key(member) {
                    continue;
                }
                let alone = singled.contains(member) && zone.members.len() > 1;
                let own = if alone { self.b.zone(member, &origin) } else { id };
                if alone {
                    ids.push(own);
                }
                self.members.insert(member, zone.name.clone());
                zone_of.insert(member, own);
                spans.insert(member, zone.span);
            }
            self.places.insert(zone.name.clone(), ids);
            if zone.sdwan {
                // Which member a packet leaves by is the device's choice: this one stands for all of them.
                let stand_in = policy::Interface {
                    name: zone.name.as_ref().into(),
                    zone: id,
                    addresses: Vec::new(),
                    stand_in: true,
                    origin,
                };
                let id = self.b.interface(stand_in);
                self.interfaces.insert(zone.name.clone(), id);
            }
        }
        for interface in interfaces {
            let origin = super::origin(interface.span, interface.name.as_ref(), interface.comment);
            let zone = match zone_of.remove(interface.name.as_ref()) {
                Some(zone) => zone,
                None => {
                    let zone = self.b.zone(&interface.name, &origin);
                    self.places.entry(interface.name.clone()).or_insert_with(|| vec![zone]);
                    zone
                }
            };
            let id = self.b.interface(policy::Interface {
                name: interface.name.as_ref().into(),
                zone,
                addresses: interface.addresses.clone(),
                stand_in: false,
                origin,
            });
            self.interfaces.insert(interface.name.clone(), id);
        }
        // Members that no interface section tells about.
        let mut rest: Vec<(&str, ZoneId)> = zone_of.into_iter().collect();
        rest.sort_unstable();
        for (name, zone) in rest {
            let origin =
                spans.get(name).map_or_else(Origin::default, |span| Origin::at(*span, name));
            let id = self.b.interface(policy::Interface {
                name: name.into(),
                zone,
                addresses: Vec::new(),
                stand_in: false,
                origin,
            });
            self.interfaces.insert(Cow::Borrowed(name), id);
        }
    }

    /// The zones that a name in a cell means. A member of a zone cannot be named on its own: then the second value tells so.
    pub(super) fn place(&mut self, name: &'t str, span: Span) -> (Vec<ZoneId>, bool) {
        if let Some(ids) = self.places.get(name) {
            return (ids.clone(), false);
        }
        if let Some(zone) = self.members.get(name) {
            return (self.places.get(zone).cloned().unwrap_or_default(), true);
        }
        if self.told && !BUILT_IN.contains(&name) && !name.starts_with("ssl.") {
            self.say.warn(codes::UNDEFINED, span, "name", name);
        }
        let id = self.b.zone(name, &Origin::at(span, name));
        self.places.insert(Cow::Borrowed(name), vec![id]);
        (vec![id], false)
    }

    /// The zones where the interface itself is: for what is bound to interfaces.
    pub(super) fn zone_of_interface(&mut self, name: &'t str, span: Span) -> Vec<ZoneId> {
        let id = self.interfaces.get(name).and_then(|id| usize::try_from(id.0).ok());
        match id.and_then(|id| self.b.policy.interfaces.get(id)) {
            Some(interface) if !interface.stand_in => vec![interface.zone],
            _ => self.place(name, span).0,
        }
    }

    /// A cell of interfaces and zones; the flag tells that it names a member of a zone.
    pub(super) fn zones_cell(&mut self, value: &Value<'t>) -> (Zones, bool) {
        let mut all = Vec::new();
        let mut wrong = false;
        for name in value.words() {
            if name == "any" {
                return (Zones::Any, false);
            }
            let (ids, member) = self.place(name, value.span());
            all.extend(ids);
            wrong |= member;
        }
        all.sort_unstable();
        all.dedup();
        (Zones::Of(all), wrong)
    }

    // --- Routes ---

    /// Static routes, and how much they tell.
    pub(super) fn routes(
        &mut self,
        routes: &Routes<'t>,
        interfaces: &[Interface<'t>],
        whole: bool,
    ) {
        let dynamic = interfaces.iter().find(|interface| interface.dynamic && !interface.down);
        let mut open = !whole || self.modes.transparent.is_some();
        let others = routes.open.iter().map(|(span, what)| (*span, what.clone()));
        let dynamic = dynamic.map(|interface| (interface.span, interface.name.to_string()));
        for (span, what) in others.chain(dynamic) {
            open = true;
            self.say.note(codes::ASSUMED, span, "what", &format!("routes ({what})"));
        }
        if self.modes.transparent.is_some() {
            return;
        }
        let mut unknown: Vec<Prefix> = Vec::new();
        unknown.extend(routes.unknown.iter().copied().flat_map(prefixes));
        let mut found: Vec<Route> = Vec::new();
        let down: HashSet<&str> = interfaces
            .iter()
            .filter(|interface| interface.down)
            .map(|interface| interface.name.as_ref())
            .collect();
        for route in &routes.list {
            // A route by an interface that is switched off is not in force.
            if matches!(route.via, Via::Place(name) if down.contains(name)) {
                continue;
            }
            let Some(prefixes) = self.route_targets(route.to, route.span) else {
                open = true;
                continue;
            };
            let via = match route.via {
                Via::Place(name) => Some(Some(self.exit(name, route.span))),
                Via::Blackhole => Some(None),
                Via::Open => None,
            };
            for prefix in prefixes {
                match via {
                    Some(interface) => found.push(Route {
                        prefix,
                        interface,
                        // The priority decides among routes of one distance.
                        distance: (route.distance.min(255) << 16) | route.priority.min(0xffff),
                        origin: Origin::at(route.span, format!("static route {}", route.name)),
                    }),
                    None => unknown.push(prefix),
                }
            }
        }
        for interface in interfaces {
            if let (Some(prefix), Some(id)) =
                (interface.remote, self.interfaces.get(&interface.name))
            {
                let origin = Origin::at(interface.span, format!("remote-ip of {}", interface.name));
                found.push(Route { prefix, interface: Some(*id), distance: 0, origin });
            }
        }
        self.equal_cost(&mut found, &mut unknown);
        open |= !unknown.is_empty();
        self.b.policy.routes = without(found, &unknown, &mut open);
        self.b.policy.routing = if open { Routing::Partial } else { Routing::Complete };
    }

    /// The interface that a route names, also one that is not told.
    fn exit(&mut self, name: &'t str, span: Span) -> policy::InterfaceId {
        if let Some(id) = self.interfaces.get(name) {
            return *id;
        }
        let (zones, _) = self.place(name, span);
        let zone = zones.first().copied().unwrap_or(ZoneId(0));
        let id = self.b.interface(policy::Interface {
            name: name.into(),
            zone,
            addresses: Vec::new(),
            stand_in: false,
            origin: Origin::at(span, name),
        });
        self.interfaces.insert(Cow::Borrowed(name), id);
        id
    }

    fn route_targets(&mut self, target: Target<'t>, span: Span) -> Option<Vec<Prefix>> {
        match target {
            Target::Prefix(prefix) => Some(vec![prefix]),
            Target::Unknown => None,
            Target::Named(name) => {
                let Addresses::Object(id) = self.address(name, 0, span) else { return None };
                let ranges = self.ranges(&Addresses::Object(id), 0)?;
                Some(ranges.into_iter().flat_map(prefixes).collect())
            }
        }
    }

    /// The ranges of a set, when it is nothing but ranges.
    fn ranges(&self, set: &Addresses, depth: u32) -> Option<Vec<IpRange>> {
        match set {
            Addresses::Range(range) => Some(vec![*range]),
            Addresses::Object(id) if depth < policy::MAX_DEPTH => {
                let object = usize::try_from(id.0).ok();
                let object = object.and_then(|id| self.b.policy.addresses.get(id))?;
                self.ranges(&object.value, depth + 1)
            }
            Addresses::Union(members) if depth < policy::MAX_DEPTH => {
                let all: Option<Vec<_>> =
                    members.iter().map(|member| self.ranges(member, depth + 1)).collect();
                Some(all?.concat())
            }
            _ => None,
        }
    }

    /// Routes of equal cost into different zones: the device picks, so nobody knows. Into one zone the first stands for all.
    fn equal_cost(&mut self, found: &mut Vec<Route>, unknown: &mut Vec<Prefix>) {
        let mut best: HashMap<IpRange, (u32, Vec<Option<ZoneId>>)> = HashMap::new();
        for route in &*found {
            let zone = route.interface.and_then(|id| usize::try_from(id.0).ok());
            let zone = zone.and_then(|id| self.b.policy.interfaces.get(id)).map(|i| i.zone);
            let entry = best.entry(route.prefix.range()).or_insert((u32::MAX, Vec::new()));
            if route.distance < entry.0 {
                *entry = (route.distance, vec![zone]);
            } else if route.distance == entry.0 {
                entry.1.push(zone);
            }
        }
        let split: HashSet<IpRange> = best
            .into_iter()
            .filter(|(_, (_, zones))| zones.windows(2).any(|pair| pair.first() != pair.last()))
            .map(|(range, _)| range)
            .collect();
        found.retain(|route| {
            let keep = !split.contains(&route.prefix.range());
            if !keep {
                unknown.push(route.prefix);
            }
            keep
        });
    }

    // --- What is stopped or passes without a policy ---

    /// What interfaces may stop before any policy: nobody knows, so a leading rule may deny it.
    pub(super) fn stops(&mut self, interfaces: &[Interface<'t>], rules: &mut Vec<Rule>) {
        for interface in interfaces.iter().filter(|interface| !interface.down) {
            for mark in &interface.stops {
                let label = format!("{} of {}", mark.what, interface.name);
                let origin = Origin::at(mark.span, label);
                let mut rule = Rule::any(origin, policy::Action::Decide(Verdict::Deny));
                rule.from = Zones::Of(self.zone_of_interface_id(&interface.name));
                rule.conditions.push(self.doubt(mark));
                rules.push(rule);
            }
        }
    }

    pub(super) fn zone_of_interface_id(&self, name: &str) -> Vec<ZoneId> {
        let id = self.interfaces.get(name).and_then(|id| usize::try_from(id.0).ok());
        id.and_then(|id| self.b.policy.interfaces.get(id)).map(|i| i.zone).into_iter().collect()
    }

    /// `intrazone allow`: between interfaces of the zone, after all policies.
    pub(super) fn intrazone(&mut self, zones: &[Zone<'t>], rules: &mut Vec<Rule>) {
        for zone in zones.iter().filter(|zone| zone.intrazone) {
            // With one member there is nothing between; what comes back by it is a hairpin (accepted here since 7.4.4).
            let since = self.global.version.is_some_and(|version| version >= Version(7, 4, 4));
            if zone.members.len() < 2 && !since {
                continue;
            }
            let ids = self.places.get(&zone.name).cloned().unwrap_or_default();
            let origin =
                Origin::at(zone.span, format!("intrazone allow of zone \"{}\"", zone.name));
            let mut rule = Rule::any(origin, policy::Action::Decide(Verdict::Accept));
            rule.from = Zones::Of(ids.clone());
            rule.to = Zones::Of(ids);
            rule.view = policy::NatView::NamedOnly;
            rules.push(rule);
        }
    }
}

/// The prefixes that are together exactly this range.
fn prefixes(range: IpRange) -> Vec<Prefix> {
    let mut found = Vec::new();
    let mut rest = Some(range);
    while let Some(now) = rest {
        let bits = now.family().bits();
        let best = (0..=bits).find_map(|length| {
            let prefix = Prefix::new(now.first(), length)?;
            let whole = prefix.range();
            (whole.first() == now.first() && now.contains(whole.last())).then_some(prefix)
        });
        let Some(best) = best else { break };
        found.push(best);
        rest = now
            .offset_of(best.range().last())
            .and_then(|offset| now.nth(offset.checked_add(1)?))
            .and_then(|next| IpRange::new(next, now.last()));
    }
    found
}

/// How many pieces routes may be cut into before they are given up.
const PIECES: usize = 100_000;

/// Routes without the networks of which nobody knows where they lead: those must not fall to a wider route.
fn without(routes: Vec<Route>, unknown: &[Prefix], open: &mut bool) -> Vec<Route> {
    if unknown.is_empty() {
        return routes;
    }
    let mut cuts: Vec<IpRange> = unknown.iter().map(|unknown| unknown.range()).collect();
    cuts.sort_by_key(|cut| (cut.first(), std::cmp::Reverse(cut.last())));
    let mut kept = Vec::new();
    for route in routes {
        let range = route.prefix.range();
        let from = cuts.partition_point(|cut| cut.first() < range.first());
        let inside = cuts.get(from..).unwrap_or(&[]).iter();
        let inside = inside.take_while(|cut| range.contains(cut.first()));
        let mut inside: Vec<&IpRange> = inside.filter(|cut| cut.last() <= range.last()).collect();
        // Two networks are apart or one is in the other: the wider one stands first and stands for both.
        inside.dedup_by(|next, kept| kept.contains(next.first()));
        if inside.is_empty() {
            kept.push(route);
            continue;
        }
        if inside.len() + kept.len() > PIECES {
            *open = true;
            return kept;
        }
        let pieces = around(range, &inside);
        kept.extend(pieces.into_iter().map(|prefix| Route { prefix, ..route.clone() }));
        if kept.len() > PIECES {
            *open = true;
            return kept;
        }
    }
    kept
}

/// What is left of a range without others, which are inside of it, apart and in order.
fn around(whole: IpRange, cuts: &[&IpRange]) -> Vec<Prefix> {
    let after = |address| {
        let next = whole.offset_of(address)?.checked_add(1)?;
        whole.nth(next)
    };
    let before = |address| {
        let last = whole.offset_of(address)?.checked_sub(1)?;
        whole.nth(last)
    };
    let mut found = Vec::new();
    let mut start = Some(whole.first());
    for cut in cuts {
        let gap = start.zip(before(cut.first())).and_then(|(from, to)| IpRange::new(from, to));
        found.extend(gap.into_iter().flat_map(prefixes));
        start = after(cut.last());
    }
    let rest = start.and_then(|from| IpRange::new(from, whole.last()));
    found.extend(rest.into_iter().flat_map(prefixes));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use policy::parse_prefix;

    #[test]
    fn networks_are_taken_apart_exactly() {
        let whole = parse_prefix("0.0.0.0/0").unwrap();
        let ten = parse_prefix("10.0.0.0/8").unwrap().range();
        let pieces = around(whole.range(), &[&ten]);
        assert_eq!(pieces.len(), 8);
        // A wider network of which nobody knows leaves the narrower one to be cut out.
        let route = |text: &str| Route {
            prefix: parse_prefix(text).unwrap(),
            interface: None,
            distance: 0,
            origin: Origin::default(),
        };
        let unknown =
            ["10.0.0.0/8", "10.1.2.0/24", "10.1.2.0/25"].map(|p| parse_prefix(p).unwrap());
        let kept = without(vec![route("10.1.0.0/16")], &unknown, &mut false);
        assert_eq!(kept.len(), 8);
        assert!(without(vec![route("10.1.2.0/24")], &unknown[..2], &mut false).is_empty());
        let covers = |address: &str| {
            pieces.iter().any(|piece| piece.range().contains(address.parse().unwrap()))
        };
        assert!(covers("9.255.255.255") && covers("11.0.0.0") && covers("255.255.255.255"));
        assert!(!covers("10.0.0.0") && !covers("10.255.255.255"));
        let range = IpRange::new("10.0.0.1".parse().unwrap(), "10.0.0.6".parse().unwrap()).unwrap();
        let shown: Vec<String> = prefixes(range).iter().map(Prefix::to_string).collect();
        assert_eq!(shown, ["10.0.0.1/32", "10.0.0.2/31", "10.0.0.4/31", "10.0.0.6/32"]);
        assert_eq!(prefixes(policy::Family::V6.all()).len(), 1);
    }
}
