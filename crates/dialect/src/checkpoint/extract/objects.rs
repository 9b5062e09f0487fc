//! Objects: network objects, and everything else that rules name.

use std::net::{IpAddr, Ipv4Addr};

use policy::{Family, IpRange, Masked, PredicateKind, Prefix};

use super::super::config::{AutoNat, Class, Kind, Object, Plain, Ref};
use super::super::value::{address, get, number, scalar, truth};
use super::kinds::{UNNAMED, is_gateway, is_secret, secrets};
use super::{COSMETIC, Extractor, inert};
use crate::fate::{Fate, Reason};
use crate::tree::Node;

/// Members of the object that is being taken.
pub(super) type Members<'a, 't> = &'a [Node<'t>];

/// The member with this key.
pub(super) fn find<'t>(members: Members<'_, 't>, key: &str) -> Option<Node<'t>> {
    members.iter().copied().find(|member| member.word(0) == key)
}

/// The scalar of the member with this key; empty when there is none.
pub(super) fn text<'t>(members: Members<'_, 't>, key: &str) -> &'t str {
    find(members, key).map_or("", scalar)
}

impl<'t> Extractor<'t, '_> {
    /// Takes an object and remembers it.
    pub(super) fn take_object(&mut self, members: Members<'_, 't>, node: Option<Node<'t>>) {
        let Some(node) = node else { return };
        for member in members.iter().copied() {
            if !inert(member) && matches!(member.word(0), "name" | "type") {
                member.claim(Fate::CONVERTED);
            }
        }
        let nat = find(members, "nat-settings").and_then(|settings| self.auto_nat(settings));
        let kind = self.kind(members);
        let domain = find(members, "domain");
        let object = Object {
            node,
            uid: text(members, "uid"),
            name: text(members, "name"),
            comment: text(members, "comments"),
            predefined: domain.is_some_and(|domain| get(domain, "domain-type") == "data domain"),
            kind,
            nat,
            richness: members.iter().map(|member| 1 + member.children().count()).sum(),
        };
        self.register(object);
    }

    fn kind(&mut self, members: Members<'_, 't>) -> Kind<'t> {
        let kind = text(members, "type");
        match kind {
            "host" => self.host(members),
            "network" => self.network(members),
            "address-range" | "multicast-address-range" => self.range(members),
            "wildcard" => self.wildcard(members),
            "group" | "gsn-handover-group" => Kind::Group(self.member_list(members)),
            "group-with-exclusion" => self.exclusion(members),
            "security-zone" => Kind::Zone,
            "service-group" | "application-site-group" => {
                Kind::ServiceGroup(self.member_list(members))
            }
            "access-role" => self.access_role(members),
            "dns-domain" => self.domain(members),
            "CpmiAnyObject" => Kind::Any,
            "time" | "time-group" => self.time(members),
            "access-layer" => self.layer(members),
            _ if kind.starts_with("service-") => self.service(kind, members),
            "application-site" | "application-site-category" => self.application(kind, members),
            _ => self.other_kind(kind, members),
        }
    }

    fn other_kind(&mut self, kind: &'t str, members: Members<'_, 't>) -> Kind<'t> {
        let name = text(members, "name").to_owned();
        if is_gateway(kind) {
            return self.gateway(kind, members);
        }
        let named = |unknown: PredicateKind| Kind::Named(unknown, name.clone());
        let found = match kind {
            "dynamic-object" => named(PredicateKind::Dynamic),
            "dynamic-global-network-object" | "Internet" | "internet" => {
                named(PredicateKind::Dynamic)
            }
            "updatable-object" | "network-feed" | "network-probe" => {
                named(PredicateKind::ExternalList)
            }
            "LegacyUserAtLocation" | "user" | "user-group" | "user-template" | "identity-tag" => {
                named(PredicateKind::User)
            }
            "access-point-name" => named(PredicateKind::Device),
            "RulebaseAction" | "Track" | "Global" | "CpmiLogicalServer" => Kind::Global,
            _ if kind.starts_with("data-center") => named(PredicateKind::Dynamic),
            _ if kind.starts_with("vpn-community") || kind == "VpnCommunity" => Kind::Community,
            _ if kind.starts_with("data-type") || kind.starts_with("file-type") => Kind::Content,
            _ => Kind::Other,
        };
        let fate = match found {
            Kind::Named(PredicateKind::User | PredicateKind::Device, _) => {
                Fate::approximated(Reason::Identity)
            }
            Kind::Named(..) | Kind::Content => Fate::approximated(Reason::NamedUnknown),
            Kind::Global => COSMETIC,
            Kind::Community => Fate::inert(Reason::TunnelCrypto),
            _ => {
                self.unknown_kind(kind, members);
                return found;
            }
        };
        for member in members.iter().copied() {
            if is_secret(member.word(0)) {
                member.claim_all(Fate::SECRET);
            } else {
                let rest = if member.word(0) == "name" && found_is_named(&found) {
                    fate
                } else {
                    Fate::CONVERTED
                };
                let own = matches!(member.word(0), "name" | "type");
                if own {
                    member.claim(rest);
                } else {
                    secrets(member);
                    member.claim_rest(fate);
                }
            }
        }
        found
    }

    /// Types of objects that rules do not name.
    fn unknown_kind(&mut self, kind: &str, members: Members<'_, 't>) {
        if !UNNAMED.contains(&kind) {
            return;
        }
        for member in members.iter().copied() {
            secrets(member);
            member.claim_rest(Fate::inert(Reason::Management));
        }
    }

    fn addresses(
        &mut self,
        members: Members<'_, 't>,
        keys: &[&str],
        wrong: &mut bool,
    ) -> Vec<IpAddr> {
        let mut found = Vec::new();
        for key in keys {
            let Some(member) = find(members, key) else { continue };
            match (scalar(member), address(scalar(member))) {
                ("", _) => member.claim(Fate::inert(Reason::DefaultValue)),
                (_, Some(address)) => {
                    member.claim(Fate::CONVERTED);
                    found.push(address);
                }
                _ => {
                    self.invalid(member);
                    *wrong = true;
                }
            }
        }
        found
    }

    fn host(&mut self, members: Members<'_, 't>) -> Kind<'t> {
        let mut wrong = false;
        let found =
            self.addresses(members, &["ipv4-address", "ipv6-address", "ip-address"], &mut wrong);
        for member in members.iter().copied() {
            if let "interfaces" | "host-servers" = member.word(0) {
                member.claim_all(Fate::inert(Reason::Unreferenced));
            }
        }
        let ranges = found.into_iter().map(IpRange::one).collect();
        Kind::Plain(Plain { class: Class::Machine, ranges, without: None, wrong })
    }

    fn network(&mut self, members: Members<'_, 't>) -> Kind<'t> {
        let mut plain =
            Plain { class: Class::Network, ranges: Vec::new(), without: None, wrong: false };
        for (key, lengths) in [
            ("subnet4", ["mask-length4", "subnet-mask"]),
            ("subnet6", ["mask-length6", "mask-length6"]),
            ("subnet", ["mask-length", "subnet-mask"]),
        ] {
            let Some(member) = find(members, key) else { continue };
            if scalar(member).is_empty() {
                member.claim(Fate::inert(Reason::DefaultValue));
                continue;
            }
            let length = lengths.iter().find_map(|key| find(members, key));
            let prefix = address(scalar(member)).zip(length.and_then(mask_length));
            match prefix.and_then(|(address, length)| Prefix::new(address, length)) {
                Some(prefix) => {
                    member.claim(Fate::CONVERTED);
                    plain.ranges.push(prefix.range());
                }
                None => {
                    self.invalid(
                        length.filter(|_| address(scalar(member)).is_some()).unwrap_or(member),
                    );
                    plain.wrong = true;
                }
            }
        }
        for member in members.iter().copied() {
            match (member.word(0), scalar(member)) {
                ("mask-length4" | "mask-length6" | "subnet-mask" | "mask-length", _)
                    if member.fate() == Fate::UNRECOGNIZED =>
                {
                    member.claim(Fate::CONVERTED);
                }
                ("broadcast", "allow" | "") => member.claim(Fate::inert(Reason::DefaultValue)),
                ("broadcast", "disallow") => {
                    member.claim(Fate::CONVERTED);
                    let v4 = plain.ranges.iter().find(|range| range.family() == Family::V4);
                    plain.without = v4.map(|range| range.last());
                }
                ("broadcast", _) => {
                    self.invalid(member);
                    plain.wrong = true;
                }
                _ => {}
            }
        }
        Kind::Plain(plain)
    }

    fn range(&mut self, members: Members<'_, 't>) -> Kind<'t> {
        let mut plain =
            Plain { class: Class::Range, ranges: Vec::new(), without: None, wrong: false };
        for [first, last] in [
            ["ipv4-address-first", "ipv4-address-last"],
            ["ipv6-address-first", "ipv6-address-last"],
            ["ip-address-first", "ip-address-last"],
        ] {
            let mut ends = self.addresses(members, &[first], &mut plain.wrong);
            ends.append(&mut self.addresses(members, &[last], &mut plain.wrong));
            match ends.as_slice() {
                [] => {}
                [first, last] if IpRange::new(*first, *last).is_some() => {
                    plain.ranges.extend(IpRange::new(*first, *last));
                }
                _ => {
                    if let Some(member) = find(members, last).or_else(|| find(members, first)) {
                        self.invalid(member);
                    }
                    plain.wrong = true;
                }
            }
        }
        for one in self.addresses(members, &["ipv4-address", "ipv6-address"], &mut plain.wrong) {
            plain.ranges.push(IpRange::one(one));
        }
        Kind::Plain(plain)
    }

    /// Set bits of a wildcard mask are not compared.
    fn wildcard(&mut self, members: Members<'_, 't>) -> Kind<'t> {
        let mut masked = Vec::new();
        let mut wrong = false;
        for [value, mask] in
            [["ipv4-address", "ipv4-mask-wildcard"], ["ipv6-address", "ipv6-mask-wildcard"]]
        {
            let value = self.addresses(members, &[value], &mut wrong);
            let mask = self.addresses(members, &[mask], &mut wrong);
            match (value.as_slice(), mask.as_slice()) {
                ([], []) => {}
                ([value], [mask]) if value.is_ipv4() == mask.is_ipv4() => {
                    masked.push(Masked { value: *value, mask: inverted(*mask) });
                }
                _ => wrong = true,
            }
        }
        Kind::Wildcard { masked, wrong }
    }

    pub(super) fn member_list(&mut self, members: Members<'_, 't>) -> Option<Vec<Ref<'t>>> {
        if let Some(ranges) = find(members, "ranges") {
            // `show-as-ranges`: the content without the members.
            ranges.claim_all(Fate::unsupported(Reason::MatchOption));
        }
        find(members, "members").map(|list| self.cell(list))
    }

    fn exclusion(&mut self, members: Members<'_, 't>) -> Kind<'t> {
        let mut one =
            |key: &str| find(members, key).and_then(|cell| self.cell(cell).first().copied());
        Kind::Exclusion { include: one("include"), except: one("except") }
    }

    fn access_role(&mut self, members: Members<'_, 't>) -> Kind<'t> {
        let mut networks = None;
        for member in members.iter().copied() {
            match member.word(0) {
                "networks" if scalar(member) != "any" => networks = Some(self.cell(member)),
                "networks" => member.claim(Fate::CONVERTED),
                "name"
                | "machines"
                | "users"
                | "remote-access-clients"
                | "remote-access-client" => {
                    member.claim_all(Fate::approximated(Reason::Identity));
                }
                _ => {}
            }
        }
        Kind::AccessRole(networks)
    }

    fn domain(&mut self, members: Members<'_, 't>) -> Kind<'t> {
        let below = find(members, "is-sub-domain").and_then(truth);
        for member in members.iter().copied() {
            if let "is-sub-domain" | "name" = member.word(0) {
                member.claim(Fate::approximated(Reason::NamedUnknown));
            }
        }
        let name = text(members, "name").trim_start_matches('.');
        let meaning = match below {
            Some(false) => name.to_owned(),
            // Also when it is not said: a name that begins with a dot is a domain with all below it.
            _ => format!("*.{name}"),
        };
        Kind::Named(PredicateKind::Fqdn, meaning)
    }

    /// A time: its meaning is its content, in the words of the export.
    fn time(&mut self, members: Members<'_, 't>) -> Kind<'t> {
        let mut words = Vec::new();
        for member in members.iter().copied() {
            match member.word(0) {
                "name" => member.claim(Fate::approximated(Reason::Time)),
                "start" | "end" | "start-now" | "end-never" | "hours-ranges" | "recurrence"
                | "members" => {
                    member.claim_all(Fate::approximated(Reason::Time));
                    content(member, &mut words, 0);
                }
                _ => {}
            }
        }
        match words.is_empty() {
            true => Kind::Time(text(members, "name").to_owned()),
            false => Kind::Time(words.join(" ")),
        }
    }

    fn layer(&mut self, members: Members<'_, 't>) -> Kind<'t> {
        let mut accepts = None;
        for member in members.iter().copied() {
            match (member.word(0), scalar(member)) {
                ("implicit-cleanup-action", action @ ("drop" | "accept" | "Drop" | "Accept")) => {
                    accepts = Some(action.eq_ignore_ascii_case("accept"));
                    member.claim(Fate::CONVERTED);
                }
                ("implicit-cleanup-action", _) => self.invalid(member),
                (
                    "shared"
                    | "parent-layer"
                    | "firewall"
                    | "mobile-access"
                    | "applications-and-url-filtering"
                    | "content-awareness"
                    | "detect-using-x-forward-for"
                    | "add-default-rule"
                    | "application-control"
                    | "vpn",
                    _,
                ) => member.claim_all(Fate::inert(Reason::Management)),
                ("dynamic-layer", "false") => member.claim(Fate::inert(Reason::DefaultValue)),
                ("dynamic-layer", _) => member.claim(Fate::unsupported(Reason::Mode)),
                _ => {}
            }
        }
        Kind::Layer(accepts)
    }

    fn auto_nat(&mut self, settings: Node<'t>) -> Option<AutoNat<'t>> {
        settings.claim(Fate::CONVERTED);
        let children: Vec<Node<'t>> = settings.children().collect();
        let on = find(&children, "auto-rule").and_then(truth);
        let mut wrong = on.is_none();
        let addresses = self.addresses(&children, &["ipv4-address", "ipv6-address"], &mut wrong);
        for member in &children {
            if let "auto-rule" | "method" | "hide-behind" = member.word(0) {
                member.claim(Fate::CONVERTED);
            }
        }
        if on == Some(false) || children.is_empty() {
            return None;
        }
        let method = text(&children, "method");
        let behind = text(&children, "hide-behind");
        let on_gateways = find(&children, "install-on").map(|list| self.cell(list));
        let mut install_on: Vec<&'t str> =
            on_gateways.into_iter().flatten().map(|one| one.text).collect();
        if install_on.iter().any(|one| ALL_GATEWAYS.contains(one)) {
            install_on.clear();
        }
        let fixed = method == "static";
        wrong |= !matches!(method, "static" | "hide");
        let behind_gateway = !fixed && behind == "gateway";
        wrong |= addresses.is_empty() && !behind_gateway;
        Some(AutoNat { fixed, behind_gateway, addresses, wrong, install_on })
    }
}

fn found_is_named(kind: &Kind<'_>) -> bool {
    matches!(kind, Kind::Named(..) | Kind::Content)
}

/// All gateways, as automatic NAT names them.
const ALL_GATEWAYS: [&str; 4] = ["All", "all", "*All", "97aeb368-9aea-11d5-bd16-0090272ccb30"];

/// The scalars of a value, keys with them.
fn content<'t>(node: Node<'t>, into: &mut Vec<&'t str>, depth: usize) {
    if depth > 8 || matches!(node.word(0), "posix" | "uid") {
        return;
    }
    into.extend(node.words().filter(|word| !word.is_empty()));
    node.children().for_each(|child| content(child, into, depth + 1));
}

pub(super) fn mask_length(member: Node<'_>) -> Option<u8> {
    if let Some(length) = number(member) {
        return u8::try_from(length).ok();
    }
    let mask: Ipv4Addr = scalar(member).parse().ok()?;
    let ones = mask.to_bits().leading_ones();
    (mask.to_bits().count_ones() == ones).then_some(u8::try_from(ones).ok()?)
}

fn inverted(mask: IpAddr) -> IpAddr {
    match mask {
        IpAddr::V4(mask) => Ipv4Addr::from_bits(!mask.to_bits()).into(),
        IpAddr::V6(mask) => std::net::Ipv6Addr::from_bits(!mask.to_bits()).into(),
    }
}
