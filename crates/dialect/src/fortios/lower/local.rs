//! Packets to the device itself: `local-in-policy`, then what interfaces let in.

use hashbrown::{HashMap, HashSet};
use policy::{
    Action, Family, Origin, PortRange, PredicateKind, Rule, Rulebase, Services, Verdict, Zones,
};

use super::Lower;
use crate::fortios::config::{Interface, Mark};
use crate::fortios::extract::rule::Form;
use crate::fortios::extract::{self, Sections};
use crate::fortios::table::entries;

impl<'t> Lower<'t, '_> {
    /// The rulebase of packets to the device itself.
    pub(super) fn local(&mut self, sections: &mut Sections<'t>, interfaces: &[Interface<'t>]) {
        let mut rules = Vec::new();
        for (section, form, label) in [
            ("firewall local-in-policy", Form::Local, "local-in-policy"),
            ("firewall local-in-policy6", Form::Policy6, "local-in-policy6"),
        ] {
            for entry in entries(&sections.take(section)) {
                let mut line = extract::rule::rule(&entry, form);
                if form == Form::Policy6 {
                    line.to = line.from.clone();
                }
                self.rule(&line, form, label, "", &mut rules);
            }
        }
        // What a local-in policy accepts still needs an open service.
        let access = u32::try_from(rules.len()).unwrap_or(u32::MAX);
        for rule in &mut rules {
            rule.to = Zones::Any;
            rule.view = policy::NatView::Plain;
            if rule.action == Action::Decide(Verdict::Accept) {
                rule.action = Action::SkipTo(access);
            }
        }
        let common = [0, 1].map(|index| self.common_access(interfaces, index));
        for interface in interfaces.iter().filter(|interface| !interface.down) {
            let families = [Family::V4, Family::V6];
            for ((access, family), common) in interface.access.iter().zip(families).zip(&common) {
                self.access(interface, access, family, common, &mut rules);
            }
        }
        if rules.iter().all(|rule| !matches!(rule.action, Action::SkipTo(_)))
            && interfaces.is_empty()
        {
            // Without interfaces nothing is known to be local.
            if rules.is_empty() {
                return;
            }
        }
        // Tunnels, routing, DHCP, portals and the like also listen, each where it is configured. Nobody wrote it and the platform decides
        // it: the same unknown in two configurations.
        let what = "services of the device itself";
        let mut rule = Rule::any(Origin::implied(what), Action::Decide(Verdict::Accept));
        let listens = self.b.unknown(PredicateKind::Protocol, what, Origin::implied(what));
        rule.conditions = vec![policy::Condition { any_of: vec![listens], negated: false }];
        rules.push(rule);
        let local = self.b.rulebase(Rulebase {
            name: "local-in".into(),
            rules,
            default: Verdict::Deny,
            default_origin: Origin::implied("local-in default"),
        });
        self.b.policy.local = Some(local);
    }

    /// For each zone what all of its interfaces let in.
    fn common_access(
        &self,
        interfaces: &[Interface<'t>],
        index: usize,
    ) -> HashMap<String, HashSet<&'t str>> {
        let mut common: HashMap<String, HashSet<&'t str>> = HashMap::new();
        for interface in interfaces {
            let Some(zone) = self.members.get(interface.name.as_ref()) else { continue };
            let words = interface.access.get(index).into_iter().flatten().copied();
            let words: HashSet<&'t str> = words.collect();
            common
                .entry_ref(zone.as_ref())
                .and_modify(|known| known.retain(|word| words.contains(word)))
                .or_insert(words.clone());
        }
        common
    }

    /// One rule for what an interface lets in.
    fn access(
        &mut self,
        interface: &Interface<'t>,
        words: &[&'t str],
        family: Family,
        common: &HashMap<String, HashSet<&'t str>>,
        rules: &mut Vec<Rule>,
    ) {
        let mut services = Vec::new();
        for word in words {
            if *word == "ping" {
                let kind = Some(if family == Family::V4 { 8 } else { 128 });
                services.push(Services::Icmp { family, kind, code: None });
            } else if let Some(known) = self.facts.access.get(*word).filter(|fact| !fact.recalled) {
                // What is not known well enough is one of the services that the last rule leaves open.
                let set = self.global.ports.iter().find(|(name, _)| *name == known.setting);
                let port = set.map_or(known.port, |(_, port)| *port);
                services.push(Services::ports(known.protocol, PortRange::one(port)));
            }
        }
        if services.is_empty() {
            return;
        }
        let what = format!("allowaccess of {}", interface.name);
        let origin = Origin::at(interface.span, what.as_str());
        let mut rule = Rule::any(origin, Action::Decide(Verdict::Accept));
        let id = self.interfaces.get(&interface.name).and_then(|id| usize::try_from(id.0).ok());
        let zone = id.and_then(|id| self.b.policy.interfaces.get(id)).map(|i| i.zone);
        rule.from = Zones::Of(zone.into_iter().collect());
        rule.source = policy::Addresses::family(family);
        rule.destination = policy::Addresses::family(family);
        rule.services = Services::union(services);
        // A rule sees the zone, the device the interface: the others of the zone may let in less.
        let zone =
            self.members.get(interface.name.as_ref()).and_then(|zone| common.get(zone.as_ref()));
        let alike = zone.is_none_or(|common| words.iter().all(|word| common.contains(word)));
        if !alike {
            let mark = Mark { span: interface.span, what };
            rule.conditions.push(self.doubt(&mark));
        }
        rules.push(rule);
    }
}
