//! Access and NAT rules, page by page.

use super::super::config::{Cell, Layer, NatBase, NatRule, Page, Ref, Rule};
use super::super::pages::{self, Paged};
use super::super::value::{is_container, number, scalar, truth};
use super::kinds::is_section;
use super::{COSMETIC, Extractor, Hint, Members, inert, is_cut, page_of};
use crate::codes;
use crate::fate::{Fate, Reason};
use crate::reading::Problem;
use crate::tree::Node;

impl Paged for Rule<'_> {
    fn uid(&self) -> &str {
        self.uid
    }

    fn number(&self) -> Option<u32> {
        self.number
    }
}

impl Paged for NatRule<'_> {
    fn uid(&self) -> &str {
        self.uid
    }

    fn number(&self) -> Option<u32> {
        self.number
    }
}

/// A section that rules stand in.
#[derive(Clone, Copy, Default)]
struct Section<'t> {
    name: &'t str,
    /// The number of its last rule; `None`: until the next section.
    to: Option<u32>,
}

impl<'t> Extractor<'t, '_> {
    /// One page of an access layer.
    pub(super) fn access_rules(
        &mut self,
        rules: &[Node<'t>],
        answer: Option<(&Members<'t>, Node<'t>)>,
        hint: &Hint<'t>,
    ) {
        let mut page = answer.map_or_else(Page::default, |(members, _)| page_of(&members.all));
        page.cut = answer.map_or_else(
            || rules.last().is_some_and(|rule| is_cut(*rule)),
            |(_, rulebase)| is_cut(rulebase),
        );
        let (uid, name) =
            answer.map_or(("", ""), |(members, _)| (members.text("uid"), members.text("name")));
        let name = [name, hint.layer, &hint.stem].into_iter().find(|name| !name.is_empty());
        let name = name.unwrap_or("").to_owned();
        let known = self.config.layers.iter().position(|layer| match uid {
            "" => layer.uid.is_empty() && layer.name == name && layer.folder == hint.folder,
            uid => layer.uid == uid,
        });
        let index = known.unwrap_or(self.config.layers.len());
        if known.is_none() {
            self.config.layers.push(Layer {
                uid,
                name,
                package: hint.package,
                folder: hint.folder.clone(),
                place: answer.map(|(_, rulebase)| rulebase).or_else(|| rules.first().copied()),
                rules: Vec::new(),
                pages: Vec::new(),
                gaps: Vec::new(),
            });
        }
        let mut found = Vec::new();
        let mut section = Section::default();
        for node in rules.iter().copied() {
            self.access_entry(node, &mut section, &mut found);
        }
        if let Some(layer) = self.config.layers.get_mut(index) {
            layer.rules.append(&mut found);
            layer.pages.push(page);
        }
    }

    fn access_entry(
        &mut self,
        node: Node<'t>,
        section: &mut Section<'t>,
        into: &mut Vec<Rule<'t>>,
    ) {
        match is_section(node) {
            true => {
                *section = self.section(node);
                let inner = node.child("rulebase");
                for rule in inner.into_iter().flat_map(|inner| inner.children()) {
                    match is_section(rule) {
                        true => self.access_entry(rule, &mut section.clone(), into),
                        false => {
                            let rule = self.access_rule(rule, section.name);
                            into.push(rule);
                        }
                    }
                }
                if inner.is_some() {
                    *section = Section::default();
                }
            }
            _ if !is_container(node) => {}
            _ => {
                let mut rule = self.access_rule(node, section.name);
                if section.to.zip(rule.number).is_some_and(|(to, number)| number > to) {
                    *section = Section::default();
                    rule.section = "";
                }
                into.push(rule);
            }
        }
    }

    fn section(&mut self, node: Node<'t>) -> Section<'t> {
        let mut section = Section::default();
        for member in node.children() {
            match member.word(0) {
                "name" => {
                    section.name = scalar(member);
                    member.claim(Fate::CONVERTED);
                }
                "to" => {
                    section.to = number(member);
                    member.claim(Fate::CONVERTED);
                }
                "type" | "from" | "rulebase" => member.claim(Fate::CONVERTED),
                _ => {
                    inert(member);
                }
            }
        }
        section
    }

    fn access_rule(&mut self, node: Node<'t>, section: &'t str) -> Rule<'t> {
        let mut rule = Rule {
            node,
            uid: "",
            number: None,
            name: "",
            section,
            comment: "",
            enabled: true,
            hidden: false,
            source: Cell::default(),
            destination: Cell::default(),
            service: Cell::default(),
            content: Cell::default(),
            content_direction: "",
            vpn: Cell::default(),
            time: Cell::default(),
            action: None,
            inline: None,
            install_on: None,
            track: None,
            unread: is_cut(node).then_some(node),
        };
        for member in node.children() {
            let known =
                self.access_member(member, &mut rule) || self.access_setting(member, &mut rule);
            if !known && !inert(member) {
                // Nobody knows what it does to the match.
                rule.unread = rule.unread.or(Some(member));
            }
        }
        rule
    }

    fn access_member(&mut self, member: Node<'t>, rule: &mut Rule<'t>) -> bool {
        match member.word(0) {
            "source" => rule.source.node = Some(member),
            "destination" => rule.destination.node = Some(member),
            "service" => rule.service.node = Some(member),
            "content" => rule.content.node = Some(member),
            "vpn" => rule.vpn.node = Some(member),
            "time" => rule.time.node = Some(member),
            "install-on" => rule.install_on = Some(member),
            "action" => rule.action = Some(member),
            "source-negate" => return self.flag(member, &mut rule.source.negate, &mut rule.unread),
            "destination-negate" => {
                return self.flag(member, &mut rule.destination.negate, &mut rule.unread);
            }
            "service-negate" => {
                return self.flag(member, &mut rule.service.negate, &mut rule.unread);
            }
            "content-negate" => {
                return self.flag(member, &mut rule.content.negate, &mut rule.unread);
            }
            "enabled" => return self.flag(member, &mut rule.enabled, &mut rule.unread),
            _ => return false,
        }
        self.cell(member);
        true
    }

    fn access_setting(&mut self, member: Node<'t>, rule: &mut Rule<'t>) -> bool {
        match member.word(0) {
            "uid" => {
                rule.uid = scalar(member);
                member.claim(COSMETIC);
            }
            "name" => {
                rule.name = scalar(member);
                member.claim(Fate::CONVERTED);
            }
            "rule-number" => self.rule_number(member, &mut rule.number),
            "type" => rule.hidden = is_hidden(member),
            "comments" => {
                rule.comment = scalar(member);
                member.claim(COSMETIC);
            }
            "inline-layer" => rule.inline = self.cell(member).first().copied(),
            "content-direction" => {
                rule.content_direction = scalar(member);
                member.claim(Fate::CONVERTED);
            }
            "track" => rule.track = self.track(member),
            "action-settings" => self.action_settings(member),
            // How a match is told, in exports of the first version.
            "track-alert" | "track-settings" => member.claim_all(Fate::inert(Reason::Logging)),
            "user-check" => member.claim_all(Fate::inert(Reason::InspectionProfile)),
            "service-resource" if scalar(member).is_empty() && member.is_statement() => {
                member.claim(Fate::inert(Reason::DefaultValue));
            }
            "service-resource" => {
                member.claim_all(Fate::unsupported(Reason::MatchOption));
                rule.unread = rule.unread.or(Some(member));
            }
            _ => return false,
        }
        true
    }

    fn action_settings(&mut self, member: Node<'t>) {
        member.claim(Fate::CONVERTED);
        for setting in member.children() {
            match (setting.word(0), truth(setting)) {
                ("enable-identity-captive-portal", Some(false)) => {
                    setting.claim(Fate::inert(Reason::DefaultValue));
                }
                ("enable-identity-captive-portal", _) => {
                    // Who is not known is asked to sign in before the rule accepts.
                    setting.claim(Fate::approximated(Reason::ActionKind));
                }
                ("limit", _) => setting.claim_all(Fate::inert(Reason::TrafficShaping)),
                _ => {}
            }
        }
    }

    /// `true` or `false`; anything else leaves the rule open.
    fn flag(&mut self, member: Node<'t>, into: &mut bool, unread: &mut Option<Node<'t>>) -> bool {
        match truth(member) {
            Some(value) => {
                *into = value;
                member.claim(Fate::CONVERTED);
            }
            None => {
                self.invalid(member);
                *unread = Some(member);
            }
        }
        true
    }

    fn rule_number(&mut self, member: Node<'t>, into: &mut Option<u32>) {
        *into = number(member).filter(|number| *number > 0);
        match into {
            Some(_) => member.claim(Fate::CONVERTED),
            None => self.invalid(member),
        }
    }

    /// The track: an object, or a reference with settings.
    fn track(&mut self, member: Node<'t>) -> Option<Ref<'t>> {
        if member.is_statement()
            || member.child("per-connection").is_none() && member.child("type").is_none()
        {
            return self.cell(member).first().copied();
        }
        if member.child("per-connection").is_none() && member.child("uid").is_some() {
            return self.cell(member).first().copied();
        }
        let mut track = None;
        for setting in member.children() {
            match setting.word(0) {
                "type" => track = self.cell(setting).first().copied(),
                "per-session"
                | "per-connection"
                | "accounting"
                | "enable-firewall-session"
                | "alert" => {
                    setting.claim_all(Fate::inert(Reason::Logging));
                }
                _ => {}
            }
        }
        track
    }

    /// One page of a NAT rulebase.
    pub(super) fn nat_rules(
        &mut self,
        rules: &[Node<'t>],
        answer: Option<(&Members<'t>, Node<'t>)>,
        hint: &Hint<'t>,
    ) {
        let mut page = answer.map_or_else(Page::default, |(members, _)| page_of(&members.all));
        page.cut = answer.map_or_else(
            || rules.last().is_some_and(|rule| is_cut(*rule)),
            |(_, rulebase)| is_cut(rulebase),
        );
        let (uid, name) =
            answer.map_or(("", ""), |(members, _)| (members.text("uid"), members.text("name")));
        let package = [hint.package, name, &hint.stem].into_iter().find(|name| !name.is_empty());
        let package = package.unwrap_or("").to_owned();
        let known = self.config.nats.iter().position(|base| match uid {
            "" => base.uid.is_empty() && base.package == package && base.folder == hint.folder,
            uid => base.uid == uid,
        });
        let index = known.unwrap_or(self.config.nats.len());
        if known.is_none() {
            self.config.nats.push(NatBase {
                package,
                folder: hint.folder.clone(),
                uid,
                place: answer.map(|(_, rulebase)| rulebase).or_else(|| rules.first().copied()),
                rules: Vec::new(),
                pages: Vec::new(),
                gaps: Vec::new(),
            });
        }
        let mut found = Vec::new();
        let mut lower = false;
        for node in rules.iter().copied() {
            if is_container(node) {
                self.nat_entry(node, &mut lower, &mut found);
            }
        }
        if let Some(base) = self.config.nats.get_mut(index) {
            base.rules.append(&mut found);
            base.pages.push(page);
        }
    }

    /// A rule, or a section with its rules. Sections of automatic rules may hold one of each object. Nesting is limited by the reader of
    /// JSON.
    fn nat_entry(&mut self, node: Node<'t>, lower: &mut bool, into: &mut Vec<NatRule<'t>>) {
        if !is_section(node) {
            let rule = self.nat_rule(node, *lower);
            into.push(rule);
            return;
        }
        let section = self.section(node);
        *lower = section.name.contains("Lower");
        let inner = node.child("rulebase").into_iter().flat_map(|inner| inner.children());
        for one in inner.filter(|one| is_container(*one)) {
            let mut lower = *lower;
            self.nat_entry(one, &mut lower, into);
        }
    }

    fn nat_rule(&mut self, node: Node<'t>, lower: bool) -> NatRule<'t> {
        let mut rule = NatRule {
            node,
            uid: "",
            number: None,
            name: "",
            comment: "",
            lower,
            enabled: true,
            auto: false,
            method: "",
            original: [None; 3],
            translated: [None; 3],
            install_on: None,
            hidden: false,
            unread: is_cut(node).then_some(node),
        };
        for member in node.children() {
            if !self.nat_member(member, &mut rule) && !inert(member) {
                rule.unread = rule.unread.or(Some(member));
            }
        }
        rule
    }

    fn nat_member(&mut self, member: Node<'t>, rule: &mut NatRule<'t>) -> bool {
        let [source, destination, service] = &mut rule.original;
        let [new_source, new_destination, new_service] = &mut rule.translated;
        let cell = match member.word(0) {
            "original-source" => source,
            "original-destination" => destination,
            "original-service" => service,
            "translated-source" => new_source,
            "translated-destination" => new_destination,
            "translated-service" => new_service,
            "install-on" => &mut rule.install_on,
            "enabled" => return self.flag(member, &mut rule.enabled, &mut rule.unread),
            "auto-generated" => return self.flag(member, &mut rule.auto, &mut rule.unread),
            "rule-number" => {
                self.rule_number(member, &mut rule.number);
                return true;
            }
            key @ ("method" | "name") => {
                member.claim(Fate::CONVERTED);
                match key {
                    "method" => rule.method = scalar(member),
                    _ => rule.name = scalar(member),
                }
                return true;
            }
            "type" => {
                rule.hidden = is_hidden(member);
                return true;
            }
            "uid" => {
                rule.uid = scalar(member);
                member.claim(COSMETIC);
                return true;
            }
            "comments" => {
                rule.comment = scalar(member);
                member.claim(COSMETIC);
                return true;
            }
            _ => return false,
        };
        *cell = Some(member);
        self.cell(member);
        true
    }

    /// Sorts pages, drops what came twice, finds what is missing.
    pub(in super::super) fn arrange(&mut self) {
        let mut layers = std::mem::take(&mut self.config.layers);
        for layer in &mut layers {
            let (gaps, twice) = pages::arrange(&mut layer.rules, &layer.pages);
            twice.iter().for_each(|rule| rule.node.claim_all(Fate::inert(Reason::Overridden)));
            layer.gaps = gaps;
            let place = layer.place.map(|place| place.span());
            self.say_gaps(&format!("access layer {}", layer.name), &layer.gaps, place);
        }
        self.config.layers = layers;
        let mut nats = std::mem::take(&mut self.config.nats);
        for base in &mut nats {
            let (gaps, twice) = pages::arrange(&mut base.rules, &base.pages);
            twice.iter().for_each(|rule| rule.node.claim_all(Fate::inert(Reason::Overridden)));
            base.gaps = gaps;
            let place = base.place.map(|place| place.span());
            self.say_gaps("NAT rulebase", &base.gaps, place);
        }
        self.config.nats = nats;
    }

    fn say_gaps(
        &mut self,
        what: &str,
        gaps: &[super::super::config::Gap],
        place: Option<policy::Span>,
    ) {
        for gap in gaps {
            let last = gap.last.map_or_else(|| "?".to_owned(), |last| last.to_string());
            let args =
                vec![("what", what.to_owned()), ("first", gap.first.to_string()), ("last", last)];
            let span = place.unwrap_or_default();
            self.say(Problem::error(codes::MISSING_PAGE, span, args));
        }
    }
}

/// Takes the type of a rule. Whether it only holds the place of a rule that the exporter may not see.
fn is_hidden(member: Node<'_>) -> bool {
    let hidden = scalar(member) == "place-holder";
    member.claim(match hidden {
        true => Fate::unsupported(Reason::Undefined),
        false => Fate::CONVERTED,
    });
    hidden
}
