//! One line of `config firewall policy` and of the lists that are written like it.

use policy::PredicateKind as Kind;

use crate::fate::{Fate, Reason};
use crate::fortios::config::{Action, Asked, Cell, Mark, Rule};
use crate::fortios::inert;
use crate::fortios::table::{Entry, Settings, Value};

/// How a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::fortios) enum Form {
    /// `firewall policy`: both families where there is a cell for both.
    Policy,
    /// `firewall policy6`: the plain cells are IPv6.
    Policy6,
    /// `firewall security-policy`: applications and URLs are matched.
    Security,
    /// `firewall local-in-policy` and `local-in-policy6`.
    Local,
}

/// Reads one entry and takes its statements.
pub(in crate::fortios) fn rule<'t>(entry: &Entry<'t>, form: Form) -> Rule<'t> {
    let settings = entry.settings();
    let mut rule = Rule {
        name: entry.name.clone(),
        node: entry.node,
        title: "",
        comment: "",
        heading: None,
        enabled: true,
        from: None,
        to: None,
        source: Default::default(),
        destination: Default::default(),
        service: Cell::default(),
        schedule: None,
        internet: [false; 2],
        internet_source: [false; 2],
        identity: Vec::new(),
        asked: Vec::new(),
        action: Action::Deny,
        answers: false,
        match_vip: None,
        nat: false,
        uses_pools: false,
        pools: [None, None],
        fixed_port: false,
        inspection: Vec::new(),
        logged: None,
        marks: Vec::new(),
    };
    for (key, value) in &settings.values {
        let fate = cells(&mut rule, key, value, form)
            .or_else(|| effect(&mut rule, key, value))
            .or_else(|| conditions(&mut rule, key, value, &settings, form))
            .or_else(|| other(&mut rule, key, value));
        match fate {
            Some(fate) => value.claim(fate),
            None if inert::cosmetic(key, value) => {}
            // Nobody knows it: it may narrow what the rule matches.
            None => rule.marks.push(Mark { span: value.span(), what: format!("set {key}") }),
        }
    }
    for block in &settings.blocks {
        // Rules inside a rule (identity-based ones of old versions) are not modelled.
        block.claim_rest(Fate::unsupported(Reason::OtherRuleList));
        let what = format!("config {}", block.word(1));
        rule.marks.push(Mark { span: block.span(), what });
    }
    rule
}

/// Names of addresses, interfaces and services.
fn cells<'t>(rule: &mut Rule<'t>, key: &str, value: &Value<'t>, form: Form) -> Option<Fate> {
    let plain = usize::from(form == Form::Policy6);
    let [source, source6] = &mut rule.source;
    let [destination, destination6] = &mut rule.destination;
    let yes = value.one() == "enable";
    let (first, second) = if plain == 0 { (source, source6) } else { (source6, source) };
    let (to, to6) =
        if plain == 0 { (destination, destination6) } else { (destination6, destination) };
    match key {
        "srcintf" | "intf" => rule.from = Some(value.clone()),
        "dstintf" => rule.to = Some(value.clone()),
        "srcaddr" | "srcaddr4" => first.names = Some(value.clone()),
        "srcaddr6" => second.names = Some(value.clone()),
        "dstaddr" | "dstaddr4" => to.names = Some(value.clone()),
        "dstaddr6" => to6.names = Some(value.clone()),
        "srcaddr-negate" | "srcaddr4-negate" => first.negated = yes,
        "srcaddr6-negate" => second.negated = yes,
        "dstaddr-negate" | "dstaddr4-negate" => to.negated = yes,
        "dstaddr6-negate" => to6.negated = yes,
        "service" => rule.service.names = Some(value.clone()),
        "service-negate" => rule.service.negated = yes,
        "internet-service" => rule.internet[0] = yes,
        "internet-service6" => rule.internet[1] = yes,
        "internet-service-src" => rule.internet_source[0] = yes,
        "internet-service6-src" => rule.internet_source[1] = yes,
        _ => return None,
    }
    Some(Fate::CONVERTED)
}

/// What the rule does.
fn effect<'t>(rule: &mut Rule<'t>, key: &str, value: &Value<'t>) -> Option<Fate> {
    let word = value.one();
    let yes = word == "enable";
    match key {
        "status" => rule.enabled = word != "disable",
        "action" => {
            rule.action = match word {
                "accept" => Action::Accept,
                "deny" | "" => Action::Deny,
                _ => Action::Unknown,
            };
            if rule.action == Action::Unknown {
                rule.marks.push(Mark { span: value.span(), what: format!("set action {word}") });
                return Some(Fate::unsupported(Reason::ActionKind));
            }
        }
        "name" => {
            rule.title = word;
            return Some(Fate::inert(Reason::Cosmetic));
        }
        "comments" | "comment" => {
            rule.comment = word;
            return Some(Fate::inert(Reason::Cosmetic));
        }
        "global-label" | "label" => {
            rule.heading = Some(word);
            return Some(Fate::inert(Reason::Cosmetic));
        }
        "nat" => rule.nat = yes,
        "ippool" => rule.uses_pools = yes,
        "poolname" => rule.pools[0] = Some(value.clone()),
        "poolname6" => rule.pools[1] = Some(value.clone()),
        "fixedport" => rule.fixed_port = yes,
        "match-vip" => rule.match_vip = Some(yes),
        "send-deny-packet" => rule.answers = yes,
        "logtraffic" => {
            rule.logged = match word {
                "all" => Some(true),
                "disable" => Some(false),
                _ => None,
            };
            return Some(Fate::inert(Reason::Logging));
        }
        _ => return None,
    }
    Some(Fate::CONVERTED)
}

/// What cannot be read from the header: users, times, services of the Internet, applications.
fn conditions<'t>(
    rule: &mut Rule<'t>,
    key: &'t str,
    value: &Value<'t>,
    settings: &Settings<'t>,
    form: Form,
) -> Option<Fate> {
    let empty = value.one().is_empty();
    let asked = |kind, of| Asked { kind, of, names: value.clone() };
    match key {
        "schedule" => {
            rule.schedule = Some(value.clone());
            return Some(match value.one() {
                "always" => Fate::CONVERTED,
                _ => Fate::approximated(Reason::Time),
            });
        }
        "users" | "groups" | "fsso-groups" | "devices" | "ztna-ems-tag" | "ztna-geo-tag"
        | "sgt"
            if empty =>
        {
            return Some(Fate::inert(Reason::DefaultValue));
        }
        "users" => rule.identity.push(asked(Kind::User, "user")),
        "groups" => rule.identity.push(asked(Kind::User, "group")),
        "fsso-groups" => rule.identity.push(asked(Kind::User, "fsso-group")),
        "devices" => rule.asked.push((vec![asked(Kind::Device, "")], false)),
        "ztna-ems-tag" | "ztna-ems-tag-secondary" => {
            rule.asked
                .push((vec![asked(Kind::Device, "tag")], settings.enabled("ztna-ems-tag-negate")));
        }
        "ztna-geo-tag" => rule.asked.push((vec![asked(Kind::Geography, "tag")], false)),
        "src-vendor-mac" if !empty => rule.asked.push((vec![asked(Kind::Mac, "vendor")], false)),
        "sgt" => rule.asked.push((vec![asked(Kind::Dynamic, "sgt")], false)),
        _ => {
            return internet(rule, key, value, settings).or_else(|| {
                (form == Form::Security).then(|| application(rule, key, value)).flatten()
            });
        }
    }
    Some(Fate::approximated(Reason::Identity))
}

/// Names of Internet services; they count when the switch for them is on.
fn internet<'t>(
    rule: &mut Rule<'t>,
    key: &'t str,
    value: &Value<'t>,
    settings: &Settings<'t>,
) -> Option<Fate> {
    let (switch, rest) = [
        ("internet-service6-src", "internet-service6-src-"),
        ("internet-service6", "internet-service6-"),
        ("internet-service-src", "internet-service-src-"),
        ("internet-service", "internet-service-"),
    ]
    .into_iter()
    .find_map(|(switch, start)| Some((switch, key.strip_prefix(start)?)))?;
    if rest == "negate" {
        return Some(Fate::CONVERTED);
    }
    if !matches!(rest, "name" | "id" | "group" | "custom" | "custom-group" | "fortiguard") {
        return None;
    }
    if !settings.enabled(switch) || value.one().is_empty() {
        return Some(Fate::inert(Reason::Disabled));
    }
    let negate = match switch {
        "internet-service6-src" => "internet-service6-src-negate",
        "internet-service6" => "internet-service6-negate",
        "internet-service-src" => "internet-service-src-negate",
        _ => "internet-service-negate",
    };
    let of = match (switch.ends_with("src"), rest) {
        (true, _) => "source",
        (false, "custom" | "custom-group") => "custom",
        (false, "group") => "group",
        _ => "",
    };
    let asked = Asked { kind: Kind::InternetService, of, names: value.clone() };
    let source = of == "source";
    // Names, groups and own ones of one side are alternatives.
    let same = rule.asked.iter_mut().find(|(all, _)| {
        all.first().is_some_and(|a| a.kind == asked.kind && (a.of == "source") == source)
    });
    match same {
        Some((all, _)) => all.push(asked),
        None => rule.asked.push((vec![asked], settings.enabled(negate))),
    }
    Some(Fate::approximated(Reason::NamedUnknown))
}

/// Applications and URL categories of policy mode.
fn application<'t>(rule: &mut Rule<'t>, key: &str, value: &Value<'t>) -> Option<Fate> {
    let (kind, of) = match key {
        "application" => (Kind::Application, ""),
        "app-category" => (Kind::Application, "category"),
        "app-group" => (Kind::Application, "group"),
        "url-category" => (Kind::UrlCategory, ""),
        "enforce-default-app-port" => return Some(Fate::approximated(Reason::MatchOption)),
        _ => return None,
    };
    let asked = Asked { kind, of, names: value.clone() };
    // Applications, their categories and groups are alternatives.
    match rule.asked.iter_mut().find(|(all, _)| all.first().is_some_and(|a| a.kind == kind)) {
        Some((all, _)) => all.push(asked),
        None => rule.asked.push((vec![asked], false)),
    }
    Some(Fate::approximated(Reason::Application))
}

/// Profiles, options that narrow, and what has no effect on packets.
fn other<'t>(rule: &mut Rule<'t>, key: &str, value: &Value<'t>) -> Option<Fate> {
    let word = value.one();
    if PROFILES.binary_search(&key).is_ok() {
        if matches!(word, "" | "no-inspection") {
            return Some(Fate::inert(Reason::DefaultValue));
        }
        rule.inspection.push(word);
        return Some(Fate::approximated(Reason::Inspection));
    }
    if let Ok(at) = NARROWING.binary_search_by_key(&key, |(known, _)| known) {
        let default = NARROWING.get(at).map_or("", |(_, default)| default);
        if word == default || word.is_empty() {
            return Some(Fate::inert(Reason::DefaultValue));
        }
        rule.marks.push(Mark { span: value.span(), what: format!("set {key} {word}") });
        return Some(Fate::unsupported(Reason::MatchOption));
    }
    match (key, word) {
        ("utm-status", "enable") => return Some(Fate::approximated(Reason::Inspection)),
        ("tcp-session-without-syn", "all" | "data-only") => {
            return Some(Fate::approximated(Reason::Session));
        }
        _ => {}
    }
    let at = INERT.binary_search_by_key(&key, |(known, _)| known).ok()?;
    INERT.get(at).map(|(_, reason)| Fate::inert(*reason))
}

/// Profiles that look into accepted content.
const PROFILES: [&str; 31] = [
    "application-list",
    "av-profile",
    "casb-profile",
    "cifs-profile",
    "deep-inspection-options",
    "diameter-filter-profile",
    "dlp-profile",
    "dlp-sensor",
    "dnsfilter-profile",
    "emailfilter-profile",
    "file-filter-profile",
    "gtp-profile",
    "icap-profile",
    "ips-sensor",
    "ips-voip-filter",
    "mms-profile",
    "pfcp-profile",
    "profile-group",
    "sctp-filter-profile",
    "spamfilter-profile",
    "ssh-filter-profile",
    "ssl-ssh-profile",
    "telemetry-profile",
    "videofilter-profile",
    "virtual-patch-profile",
    "voip-profile",
    "waf-profile",
    "webfilter-profile",
    "webproxy-profile",
    "ztna-application-profile",
    "ztna-profile",
];

/// Options that narrow what matches or change what happens, and the value at which they do nothing. Sorted.
const NARROWING: [(&str, &str); 47] = [
    ("app-category", ""),
    ("app-group", ""),
    ("application", ""),
    ("captive-portal-exempt", "disable"),
    ("disclaimer", "disable"),
    ("dscp-match", "disable"),
    ("dscp-negate", "disable"),
    ("email-collect", "disable"),
    ("fsso", "disable"),
    ("geoip-match", "physical-location"),
    ("ha-mgmt-intf-only", "disable"),
    ("http-policy-redirect", "disable"),
    ("identity-based", "disable"),
    ("identity-based-route", ""),
    ("learning-mode", "disable"),
    ("match-vip-only", "disable"),
    ("nat46", "disable"),
    ("nat64", "disable"),
    ("natinbound", "disable"),
    ("natip", "0.0.0.0"),
    ("natoutbound", "disable"),
    ("network-service-dynamic", ""),
    ("network-service-src-dynamic", ""),
    ("ntlm", "disable"),
    ("pcp-inbound", "disable"),
    ("pcp-outbound", "disable"),
    ("permit-any-host", "disable"),
    ("permit-stun-host", "disable"),
    ("policy-behaviour-type", "standard"),
    ("policy-expiry", "disable"),
    ("reputation-minimum", "0"),
    ("reputation-minimum6", "0"),
    ("rtp-addr", ""),
    ("rtp-nat", "disable"),
    ("sgt-check", "disable"),
    ("src-vendor-mac", ""),
    ("ssh-policy-redirect", "disable"),
    ("tos", "0x00"),
    ("tos-negate", "disable"),
    ("url-category", ""),
    ("virtual-patch", "disable"),
    ("vlan-filter", ""),
    ("vpntunnel", ""),
    ("wccp", "disable"),
    ("ztna-policy-redirect", "disable"),
    ("ztna-status", "disable"),
    ("ztna-tags-match-logic", "or"),
];

/// Options that cannot change which packets pass. Sorted.
const INERT: &[(&str, Reason)] = &[
    ("anti-replay", Reason::DefaultValue),
    ("app-monitor", Reason::Logging),
    ("auth-cert", Reason::Management),
    ("auth-path", Reason::Management),
    ("auth-redirect-addr", Reason::Management),
    ("auto-asic-offload", Reason::TrafficShaping),
    ("block-notification", Reason::Management),
    ("capture-packet", Reason::Logging),
    ("cgn-eif", Reason::TrafficShaping),
    ("cgn-eim", Reason::TrafficShaping),
    ("cgn-log-server-grp", Reason::Logging),
    ("cgn-resource-quota", Reason::TrafficShaping),
    ("cgn-session-quota", Reason::TrafficShaping),
    ("client-reputation", Reason::Logging),
    ("custom-log-fields", Reason::Logging),
    ("decrypted-traffic-mirror", Reason::Logging),
    ("delay-tcp-npu-session", Reason::TrafficShaping),
    ("diffserv-copy", Reason::TrafficShaping),
    ("diffserv-forward", Reason::TrafficShaping),
    ("diffserv-reverse", Reason::TrafficShaping),
    ("diffservcode-forward", Reason::TrafficShaping),
    ("diffservcode-rev", Reason::TrafficShaping),
    ("dscp-value", Reason::DefaultValue),
    ("dsri", Reason::InspectionProfile),
    ("dynamic-shaping", Reason::TrafficShaping),
    ("eif-check", Reason::TrafficShaping),
    ("eif-learn", Reason::TrafficShaping),
    ("endpoint-compliance", Reason::DefaultValue),
    ("fec", Reason::TrafficShaping),
    ("firewall-session-dirty", Reason::TrafficShaping),
    ("fsso-agent-for-ntlm", Reason::Management),
    ("geoip-anycast", Reason::DefaultValue),
    ("inbound", Reason::DefaultValue),
    ("inspection-mode", Reason::InspectionProfile),
    ("ip-based", Reason::Management),
    ("ip-version-type", Reason::DefaultValue),
    ("log-http-transaction", Reason::Logging),
    ("log-unmatched-traffic", Reason::Logging),
    ("logtraffic-start", Reason::Logging),
    ("np-acceleration", Reason::TrafficShaping),
    ("ntlm-enabled-browsers", Reason::Management),
    ("ntlm-guest", Reason::Management),
    ("outbound", Reason::DefaultValue),
    ("passive-wan-health-measurement", Reason::Logging),
    ("pcp-poolname", Reason::DefaultValue),
    ("per-ip-shaper", Reason::TrafficShaping),
    ("policy-expiry-date", Reason::DefaultValue),
    ("policy-expiry-date-utc", Reason::DefaultValue),
    ("policy-offload", Reason::TrafficShaping),
    ("policyid", Reason::Cosmetic),
    ("port-preserve", Reason::DefaultValue),
    ("port-random", Reason::DefaultValue),
    ("profile-protocol-options", Reason::InspectionProfile),
    ("profile-type", Reason::InspectionProfile),
    ("radius-ip-auth-bypass", Reason::Management),
    ("radius-mac-auth-bypass", Reason::Management),
    ("redirect-url", Reason::Management),
    ("replacemsg-group", Reason::Management),
    ("replacemsg-override-group", Reason::Management),
    ("reputation-direction", Reason::DefaultValue),
    ("reputation-direction6", Reason::DefaultValue),
    ("rsso", Reason::Management),
    ("scan-botnet-connections", Reason::InspectionProfile),
    ("schedule-timeout", Reason::TrafficShaping),
    ("session-ttl", Reason::TrafficShaping),
    ("ssl-mirror", Reason::Logging),
    ("ssl-mirror-intf", Reason::Logging),
    ("tags", Reason::Cosmetic),
    ("tcp-mss-receiver", Reason::TrafficShaping),
    ("tcp-mss-sender", Reason::TrafficShaping),
    ("tcp-session-without-syn", Reason::TrafficShaping),
    ("tcp-timeout-pid", Reason::TrafficShaping),
    ("timeout-send-rst", Reason::TrafficShaping),
    ("tos-mask", Reason::DefaultValue),
    ("traffic-shaper", Reason::TrafficShaping),
    ("traffic-shaper-reverse", Reason::TrafficShaping),
    ("udp-timeout-pid", Reason::TrafficShaping),
    ("utm-inspection-mode", Reason::InspectionProfile),
    ("utm-status", Reason::InspectionProfile),
    ("vlan-cos-fwd", Reason::TrafficShaping),
    ("vlan-cos-rev", Reason::TrafficShaping),
    ("wanopt", Reason::TrafficShaping),
    ("wanopt-detection", Reason::TrafficShaping),
    ("wanopt-passive-opt", Reason::TrafficShaping),
    ("wanopt-peer", Reason::TrafficShaping),
    ("wanopt-profile", Reason::TrafficShaping),
    ("web-auth-cookie", Reason::Management),
    ("webcache", Reason::TrafficShaping),
    ("webcache-https", Reason::TrafficShaping),
    ("webproxy-forward-server", Reason::Management),
    ("wsso", Reason::Management),
    ("ztna-device-ownership", Reason::Management),
    ("ztna-ems-tag-negate", Reason::DefaultValue),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted() {
        assert!(PROFILES.is_sorted());
        assert!(NARROWING.is_sorted_by_key(|(key, _)| *key));
        for pair in INERT.windows(2) {
            assert!(pair[0].0 < pair[1].0, "{} {}", pair[0].0, pair[1].0);
        }
    }
}
