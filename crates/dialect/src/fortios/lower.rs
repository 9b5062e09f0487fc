//! [`super::config`] → [`policy::Policy`]: names are looked up here, and the vendor's words end.

mod hairpin;
mod local;
mod nat;
mod object;
mod place;
mod rule;

use std::borrow::Cow;

use hashbrown::{HashMap, HashSet};
use policy::{
    AddressId, Builder, Condition, InterfaceId, Origin, Policy, PredicateId, PredicateKind,
    Rulebase, Seen, ServiceId, Span, Stage, Verdict, ZoneId,
};

use super::config::{Global, Interface, Mark, Modes, Pool, Rule, Vip, Zone};
use super::extract::place::Routes;
use super::extract::rule::Form;
use super::extract::{self, Sections, Vdom};
use super::say::Say;
use super::table::entries;
use crate::codes;
use crate::facts::PlatformFacts;

/// What is known of one VDOM while its policy is built.
pub(super) struct Lower<'t, 'a> {
    b: Builder,
    global: &'a Global,
    modes: Modes,
    facts: &'a PlatformFacts,
    say: &'a mut Say,
    /// Zones of the policy by the name that policies use.
    places: HashMap<Cow<'t, str>, Vec<ZoneId>>,
    /// Interfaces that are members of a zone, and of which.
    members: HashMap<&'t str, Cow<'t, str>>,
    interfaces: HashMap<Cow<'t, str>, InterfaceId>,
    /// Whether the file tells the interfaces.
    told: bool,
    /// Addresses by name: IPv4, IPv6.
    addresses: [HashMap<Cow<'t, str>, AddressId>; 2],
    services: HashMap<Cow<'t, str>, ServiceId>,
    schedules: HashMap<Cow<'t, str>, Option<Vec<PredicateId>>>,
    /// VIPs and groups of them by name (IPv4, IPv6): their numbers.
    vips: [HashMap<Cow<'t, str>, Vec<u32>>; 2],
    /// VIPs that an enabled policy names.
    named: HashSet<u32>,
    pools: [HashMap<Cow<'t, str>, Pool>; 2],
    /// Lists that the device knows by name: `system external-resource`.
    lists: HashSet<Cow<'t, str>>,
}

/// Builds the policy of one VDOM.
pub(super) fn policy<'t>(
    vdom: Vdom<'t>,
    interfaces: &[Interface<'t>],
    global: &Global,
    facts: &PlatformFacts,
    say: &mut Say,
) -> Policy {
    let Vdom { name, mut sections } = vdom;
    let modes = extract::modes(&mut sections, say);
    let mut lower = Lower {
        b: Builder::new(name.as_ref()),
        global,
        modes,
        facts,
        say,
        places: HashMap::new(),
        members: HashMap::new(),
        interfaces: HashMap::new(),
        told: interfaces.iter().any(|interface| !interface.implied),
        addresses: [HashMap::new(), HashMap::new()],
        services: HashMap::new(),
        schedules: HashMap::new(),
        vips: [HashMap::new(), HashMap::new()],
        named: HashSet::new(),
        pools: [HashMap::new(), HashMap::new()],
        lists: HashSet::new(),
    };
    lower.build(&mut sections, interfaces);
    let policy = lower.b.policy;
    sections.rest(say);
    policy
}

impl<'t> Lower<'t, '_> {
    fn build(&mut self, sections: &mut Sections<'t>, interfaces: &[Interface<'t>]) {
        let (zones, sdwan) = extract::place::zones(sections, self.say);
        let whole = sections.has("router static") || sections.has("router static6");
        let mut routes: Routes<'t> = extract::place::routes(sections, self.say);
        routes.open.extend(sdwan.map(|span| (span, "SD-WAN".to_owned())));
        let vips = self.vip_list(sections);
        self.places(interfaces, &zones, &vips);
        self.objects(sections);
        self.routes(&routes, interfaces, whole);
        extract::vpn::selectors(sections, self.say);
        self.vip_rules(&vips);
        let central = self.pools_and_map(sections);
        self.b.policy.seen = Seen::Translated;
        self.filter(sections, interfaces, &zones);
        self.finish_nat(&vips, central);
        self.local(sections, interfaces);
        self.b.stand_ins();
    }

    /// The lists of policies, as one or two stages.
    fn filter(
        &mut self,
        sections: &mut Sections<'t>,
        interfaces: &[Interface<'t>],
        zones: &[Zone<'t>],
    ) {
        let mut rules = Vec::new();
        self.stops(interfaces, &mut rules);
        self.hairpins(interfaces, &mut rules);
        for (section, form, label) in [
            ("firewall policy", Form::Policy, "policy"),
            ("firewall consolidated policy", Form::Policy, "consolidated policy"),
            ("firewall policy6", Form::Policy6, "policy6"),
        ] {
            self.list(sections, section, form, label, &mut rules);
        }
        self.intrazone(zones, &mut rules);
        self.stage("firewall policy", rules);
        if self.modes.policy_based.is_some() {
            let mut rules = Vec::new();
            let section = "firewall security-policy";
            self.list(sections, section, Form::Security, "security policy", &mut rules);
            self.stage(section, rules);
        } else {
            for node in sections.take("firewall security-policy") {
                let reason = crate::fate::Reason::Disabled;
                super::inert::claim_below(node, crate::fate::Fate::inert(reason));
            }
        }
    }

    fn stage(&mut self, name: &str, rules: Vec<policy::Rule>) {
        let rulebase = self.b.rulebase(Rulebase {
            name: name.into(),
            rules,
            default: Verdict::Deny,
            default_origin: Origin::implied("policy 0 (implicit deny)"),
        });
        let guard = policy::Addresses::Any;
        self.b.policy.filter.push(Stage { rulebase, end: None, guard });
    }

    fn list(
        &mut self,
        sections: &mut Sections<'t>,
        section: &str,
        form: Form,
        label: &str,
        rules: &mut Vec<policy::Rule>,
    ) {
        let mut heading = "";
        for entry in entries(&sections.take(section)) {
            let mut rule: Rule<'t> = extract::rule::rule(&entry, form);
            // In policy mode this list has no action: what it matches goes on to the security policies.
            let passes = self.modes.policy_based.is_some() && form != Form::Security;
            if passes && entry.settings().word("action").is_empty() {
                rule.action = super::config::Action::Accept;
            }
            if let Some(begins) = rule.heading {
                heading = begins;
            }
            self.rule(&rule, form, label, heading, rules);
        }
    }

    /// A condition that nobody can answer: the rule may apply or not.
    fn doubt(&mut self, mark: &Mark) -> Condition {
        let origin = Origin::at(mark.span, mark.what.as_str());
        let predicate = self.b.fresh(PredicateKind::Unreadable, mark.what.as_str(), origin);
        Condition { any_of: vec![predicate], negated: false }
    }

    fn unreadable(&mut self, span: Span, what: &str) -> PredicateId {
        self.b.fresh(PredicateKind::Unreadable, what, Origin::at(span, what))
    }

    fn undefined(&mut self, name: &str, span: Span) -> PredicateId {
        self.say.warn(codes::UNDEFINED, span, "name", name);
        self.b.fresh(PredicateKind::Undefined, name, Origin::at(span, name))
    }

    fn vip_list(&mut self, sections: &mut Sections<'t>) -> [Vec<Vip<'t>>; 2] {
        ["firewall vip", "firewall vip6"].map(|section| {
            let list = entries(&sections.take(section));
            list.iter().map(|entry| extract::nat::vip(entry, self.say)).collect()
        })
    }
}

/// A label: what it is and its name.
fn label(what: &str, name: &str) -> String {
    format!("{what} \"{name}\"")
}

/// The origin of something with a comment.
fn origin(span: Span, label: impl Into<Box<str>>, comment: &str) -> Origin {
    Origin { span: Some(span), label: label.into(), comment: comment.into() }
}
