//! What leaves by the interface by which it came.
//!
//! Zones of the policy are zones of the configuration, so that in a zone of several interfaces nobody knows by which one a packet came.
//! That is a question about the packet alone, and the same one for whoever has an interface of this name with these addresses. By which
//! one a packet leaves is not a question where the routes tell it: it stands in the destinations of the rules. So two configurations
//! share the question, and still differ where their routes do.

use std::cmp::Reverse;

use policy::{
    Addresses, Condition, Family, InterfaceId, IpRange, NatView, Origin, Policy, PredicateKind,
    Rule, Verdict, Zones,
};

use super::Lower;
use crate::fortios::config::{Interface, Mark};
use crate::fortios::header::Version;

impl<'t> Lower<'t, '_> {
    /// `allow-traffic-redirect`: what leaves by the interface by which it came passes without a policy, unless its destination was
    /// translated. On by default before 7.4.10 and 7.6.5; before 7.0.16, 7.2.11 and 7.4.4 for sources of the interface's network only.
    pub(super) fn hairpins(&mut self, interfaces: &[Interface<'t>], rules: &mut Vec<Rule>) {
        let version = self.global.version;
        let on = |set: Option<bool>| {
            set.or_else(|| {
                version.map(|version| {
                    version < Version(7, 4, 10)
                        || (version >= Version(7, 6, 0) && version < Version(7, 6, 5))
                })
            })
        };
        let any_source = version.is_some_and(|version| {
            version >= Version(7, 4, 4)
                || (version >= Version(7, 2, 11) && version < Version(7, 4, 0))
                || (version >= Version(7, 0, 16) && version < Version(7, 2, 0))
        });
        for (index, family) in [Family::V4, Family::V6].into_iter().enumerate() {
            let set = on(self.global.redirect.get(index).copied().flatten());
            if set == Some(false) {
                continue;
            }
            let exits = Exits::new(&self.b.policy, family);
            for interface in interfaces.iter().filter(|interface| !interface.down) {
                let own = interface.addresses.iter();
                let own = own.filter(|own| Family::of(own.address()) == family);
                let own: Vec<Addresses> = own.map(|own| Addresses::prefix(*own)).collect();
                if own.is_empty() && !interface.dynamic {
                    continue;
                }
                let what = format!("allow-traffic-redirect on {}", interface.name);
                let zones = self.zone_of_interface_id(&interface.name);
                let mut rule = Rule::any(
                    Origin::implied(what.as_str()),
                    policy::Action::Decide(Verdict::Accept),
                );
                rule.from = Zones::Of(zones.clone());
                rule.to = Zones::Of(zones);
                rule.view = NatView::NamedOnly;
                // Whether it has an address of this family, and which, is not known.
                let open = own.is_empty();
                if open {
                    let meaning = format!("is let back by {}, by its address", interface.name);
                    let origin = Origin::at(interface.span, meaning.as_str());
                    let any_of = vec![self.b.unknown(PredicateKind::Link, meaning, origin)];
                    rule.conditions.push(Condition { any_of, negated: false });
                }
                rule.source = match any_source || open {
                    true => Addresses::family(family),
                    false => Addresses::union(own),
                };
                rule.destination = Addresses::family(family);
                // Without a version the default is not known. The inside of a tunnel is taken out and put in again: the vendor does
                // not count that as the same way.
                if set.is_none() || interface.tunnel {
                    rule.conditions.push(self.doubt(&Mark { span: interface.span, what }));
                    rules.push(rule);
                } else {
                    self.hairpin(interface, rule, &exits, rules);
                }
            }
        }
    }

    /// The rule of one interface: by where packets leave, when it is not alone in its zone.
    fn hairpin(
        &mut self,
        interface: &Interface<'t>,
        rule: Rule,
        exits: &Exits,
        rules: &mut Vec<Rule>,
    ) {
        let all = &self.b.policy.interfaces;
        let there = || all.iter().filter(|one| rule.from.contains(one.zone));
        let Some(id) = self.interfaces.get(&interface.name).filter(|_| there().count() > 1) else {
            return rules.push(rule);
        };
        let leaving = exits.leaving(|exit| *exit == Exit::By(*id));
        let any = exits.leaving(|exit| *exit == Exit::Any);
        let addresses = interface.addresses.iter().map(|own| own.to_string());
        let place =
            format!("{} ({})", interface.name, addresses.collect::<Vec<String>>().join(", "));
        let mut asked = |what: &str| {
            let meaning = format!("{what} {place}");
            let origin = Origin::at(interface.span, meaning.as_str());
            let any_of = vec![self.b.unknown(PredicateKind::Link, meaning, origin)];
            Condition { any_of, negated: false }
        };
        let comes = asked("comes in by");
        let leaves = asked("leaves, where the routes leave it open, by");
        let chosen = Mark { span: interface.span, what: format!("leaves by {}", interface.name) };
        let chosen = self.doubt(&chosen);
        for (destination, conditions) in [
            (leaving, vec![comes.clone()]),
            (exits.open.clone(), vec![comes.clone(), leaves]),
            // The device picks one of several.
            (any, vec![comes, chosen]),
        ] {
            if destination != Addresses::NONE {
                let conditions = [rule.conditions.clone(), conditions].concat();
                rules.push(Rule { destination, conditions, ..rule.clone() });
            }
        }
    }
}

/// Where packets to a network leave.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Exit {
    By(InterfaceId),
    /// By one of several interfaces, as the device picks.
    Any,
    Nowhere,
}

/// Where packets of one family leave, interface by interface.
struct Exits {
    /// Wider networks before those in them.
    networks: Vec<(IpRange, Exit)>,
    /// What no route tells, when there may be more routes.
    open: Addresses,
}

impl Exits {
    fn new(policy: &Policy, family: Family) -> Self {
        let ids = (0u32..).map(InterfaceId).zip(&policy.interfaces);
        let own = ids
            .flat_map(|(id, one)| one.addresses.iter().map(move |own| (own.range(), 0, Some(id))));
        let routes = policy.routes.iter();
        let routes = routes.map(|route| (route.prefix.range(), route.distance, route.interface));
        let mut all: Vec<(IpRange, u32, Option<InterfaceId>)> =
            own.chain(routes).filter(|(range, ..)| range.family() == family).collect();
        all.sort_unstable_by_key(|(range, distance, _)| {
            (range.first(), Reverse(range.last()), *distance)
        });
        let mut networks: Vec<(IpRange, Exit)> = Vec::new();
        for best in all.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1)) {
            let Some((range, _, id)) = best.first() else { continue };
            // A worse route to the same network is not in force.
            if networks.last().is_some_and(|(known, _)| known == range) {
                continue;
            }
            let one = best.iter().all(|(.., other)| other == id);
            let stands_in = |id: &InterfaceId| {
                let one = usize::try_from(id.0).ok().and_then(|id| policy.interfaces.get(id));
                one.is_some_and(|one| one.stand_in)
            };
            networks.push((
                *range,
                match id {
                    _ if !one => Exit::Any,
                    None => Exit::Nowhere,
                    Some(id) if stands_in(id) => Exit::Any,
                    Some(id) => Exit::By(*id),
                },
            ));
        }
        let told = networks.iter().map(|(range, _)| Addresses::Range(*range)).collect();
        let open = match policy.routing {
            policy::Routing::Complete => Addresses::NONE,
            policy::Routing::Partial => Addresses::family(family).except(Addresses::union(told)),
        };
        Self { networks, open }
    }

    /// The destinations of packets that leave like this: the narrowest network that an address is in tells it.
    fn leaving(&self, wanted: impl Fn(&Exit) -> bool) -> Addresses {
        let mut found = Vec::new();
        for (at, (range, exit)) in self.networks.iter().enumerate() {
            if wanted(exit) {
                let inner = self.networks.iter().skip(at + 1);
                let inner = inner.take_while(|(other, _)| range.contains(other.first()));
                let others = inner.filter(|(_, exit)| !wanted(exit));
                let others = others.map(|(other, _)| Addresses::Range(*other)).collect();
                found.push(Addresses::Range(*range).except(Addresses::union(others)));
            }
        }
        Addresses::union(found)
    }
}
