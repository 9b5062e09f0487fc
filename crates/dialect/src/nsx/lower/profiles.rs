//! Context profiles and schedules as named unknowns.

use policy::{Addresses, Condition, Origin, PredicateId, PredicateKind};

use super::{Context, is_any};
use crate::nsx::config::{Attribute, Profile, Value};

impl<'c> Context<'c, '_, '_> {
    /// What the profiles of a rule demand: conditions, and names that the destination must have.
    pub(super) fn profiles(
        &mut self,
        profiles: &[Value<'c>],
        conditions: &mut Vec<Condition>,
    ) -> Option<Addresses> {
        if is_any(profiles) {
            return None;
        }
        if let [one] = profiles {
            return self.one_profile(*one, conditions);
        }
        // One of several profiles: each is one unknown, since a rule's conditions must all hold.
        let mut any_of = Vec::new();
        for value in profiles {
            match self.profile(*value) {
                Some(profile) => any_of.push(self.whole_profile(profile)),
                None => any_of.push(self.undefined(*value)),
            }
        }
        conditions.push(Condition { any_of, negated: false });
        None
    }

    fn profile(&self, value: Value<'_>) -> Option<&'c Profile<'c>> {
        let index = self.index.profiles.get(value.text())?;
        self.index.config.profiles.get(*index)
    }

    fn one_profile(
        &mut self,
        value: Value<'c>,
        conditions: &mut Vec<Condition>,
    ) -> Option<Addresses> {
        let Some(profile) = self.profile(value) else {
            let undefined = self.undefined(value);
            conditions.push(Condition { any_of: vec![undefined], negated: false });
            return None;
        };
        for span in &profile.unknown {
            let open = self.unreadable(*span, profile.meta.name);
            conditions.push(Condition { any_of: vec![open], negated: false });
        }
        if profile.attributes.is_empty() {
            let open = self.unreadable(profile.meta.span, profile.meta.name);
            conditions.push(Condition { any_of: vec![open], negated: false });
        }
        let mut names = Vec::new();
        for attribute in &profile.attributes {
            if attribute.key == "DOMAIN_NAME" && attribute.narrowed.is_empty() {
                let of = |this: &mut Self, value: &Value<'_>| {
                    let name = value.text().to_ascii_lowercase();
                    this.named(PredicateKind::Fqdn, name, value.text(), value.span())
                };
                let sets = attribute.values.iter().map(|value| of(self, value)).collect();
                names.push(Addresses::union(sets));
                continue;
            }
            let any_of = self.attribute(attribute);
            conditions.push(Condition { any_of, negated: false });
        }
        match names.len() {
            0 => None,
            1 => names.pop(),
            _ => Some(Addresses::Common(names)),
        }
    }

    fn attribute(&mut self, attribute: &Attribute<'_>) -> Vec<PredicateId> {
        let kind = match attribute.key {
            "APP_ID" => PredicateKind::Application,
            "URL_CATEGORY" | "CUSTOM_URL" => PredicateKind::UrlCategory,
            "DOMAIN_NAME" => PredicateKind::Fqdn,
            _ => PredicateKind::Content,
        };
        let narrowed = attribute.narrowed.join(" ");
        let one = |value: &Value<'_>| {
            let name = match (attribute.key, narrowed.is_empty()) {
                ("APP_ID" | "URL_CATEGORY", true) => value.text().to_owned(),
                (key, true) => format!("{key} {}", value.text()),
                (key, false) => format!("{key} {} {narrowed}", value.text()),
            };
            (name, Origin::at(value.span(), value.text()))
        };
        let named: Vec<(String, Origin)> = attribute.values.iter().map(one).collect();
        named.into_iter().map(|(name, origin)| self.builder.unknown(kind, name, origin)).collect()
    }

    /// A whole profile as one unknown: its meaning is all of its attributes.
    fn whole_profile(&mut self, profile: &Profile<'_>) -> PredicateId {
        let mut parts: Vec<String> = profile
            .attributes
            .iter()
            .map(|attribute| {
                let mut values: Vec<&str> =
                    attribute.values.iter().map(|value| value.text()).collect();
                values.sort_unstable();
                let narrowed = attribute.narrowed.join(" ");
                format!("{} {} {narrowed}", attribute.key, values.join(","))
            })
            .collect();
        parts.sort();
        let origin = Origin::at(profile.meta.span, profile.meta.name);
        if !profile.unknown.is_empty() || parts.is_empty() {
            return self.unreadable(profile.meta.span, profile.meta.name);
        }
        self.builder.unknown(PredicateKind::Application, parts.join(" and "), origin)
    }

    /// The condition that a schedule is.
    pub(super) fn scheduled(&mut self, value: Value<'c>) -> Condition {
        let index = self.index.schedules.get(value.text());
        let schedule = index.and_then(|index| self.index.config.schedules.get(*index));
        let predicate = match schedule {
            Some(schedule) => {
                let origin = Origin::at(schedule.meta.span, schedule.meta.name);
                self.builder.unknown(PredicateKind::Schedule, schedule.meaning.as_str(), origin)
            }
            None => self.undefined(value),
        };
        Condition { any_of: vec![predicate], negated: false }
    }
}
