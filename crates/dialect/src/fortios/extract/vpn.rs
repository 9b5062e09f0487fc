//! Tunnels: what they carry, and who comes by them.

use std::borrow::Cow;
use std::net::Ipv4Addr;

use policy::IpRange;

use super::Sections;
use super::place::Routes;
use crate::codes;
use crate::fate::{Fate, Reason};
use crate::fortios::config::{Route, Target, Via};
use crate::fortios::inert;
use crate::fortios::say::Say;
use crate::fortios::table::{Settings, entries};
use crate::fortios::value;

/// Clients of tunnels: the device adds routes for the addresses that it hands out to them.
pub(super) fn clients<'t>(sections: &mut Sections<'t>, routes: &mut Routes<'t>) {
    for block in sections.take("vpn ssl settings") {
        let settings = Settings::of([block]);
        let used = settings.word("status") != "disable"
            && !settings.word("source-interface").is_empty()
            && settings.word("auto-tunnel-static-route") != "disable";
        if let Some(pools) = settings.get("tunnel-ip-pools").filter(|_| used) {
            let name = Cow::Borrowed("of clients");
            let blank = Route {
                name,
                span: pools.span(),
                to: Target::Unknown,
                via: Via::Open,
                distance: 10,
                priority: 0,
            };
            let pools =
                pools.words().map(|pool| Route { to: Target::Named(pool), ..blank.clone() });
            routes.list.extend(pools);
            routes.open.push((block.span(), "config vpn ssl settings".to_owned()));
        }
        if let Some(pools) = settings.get("tunnel-ip-pools") {
            pools.claim(Fate::approximated(Reason::DynamicRoute));
        }
        inert::claim_below(block, Fate::approximated(Reason::LocalTraffic));
    }
    for section in ["vpn ipsec phase1-interface", "vpn ipsec phase1"] {
        for entry in entries(&sections.take(section)) {
            let settings = entry.settings();
            if settings.word("type") == "dynamic" {
                routes.open.push((entry.node.span(), format!("config {section} {}", entry.name)));
                let end = |key: &str| settings.word(key).parse().ok();
                let pool = end("ipv4-start-ip").zip(end("ipv4-end-ip"));
                let pool = pool.and_then(|(first, last)| IpRange::new(first, last));
                routes.unknown.extend(pool.filter(|pool| !value::unset(pool.first())));
                for key in ["type", "add-route", "ipv4-start-ip", "ipv4-end-ip"] {
                    if let Some(value) = settings.get(key) {
                        value.claim(Fate::approximated(Reason::DynamicRoute));
                    }
                }
            }
            for (key, value) in &settings.values {
                if value.node.fate().disposition == crate::fate::Disposition::Unrecognized {
                    inert::claim(key, value, Fate::inert(Reason::TunnelCrypto));
                }
            }
            entry.claim_rest(Fate::inert(Reason::TunnelCrypto));
        }
    }
}

/// Selectors of tunnels: `config vpn ipsec phase2-interface`. Those that narrow what a tunnel carries are said.
pub(in crate::fortios) fn selectors(sections: &mut Sections<'_>, say: &mut Say) {
    for section in ["vpn ipsec phase2-interface", "vpn ipsec phase2"] {
        for entry in entries(&sections.take(section)) {
            let settings = entry.settings();
            for (key, value) in &settings.values {
                let selects = [
                    "src-subnet",
                    "dst-subnet",
                    "src-subnet6",
                    "dst-subnet6",
                    "src-name",
                    "dst-name",
                    "src-name6",
                    "dst-name6",
                    "src-start-ip",
                    "src-end-ip",
                    "dst-start-ip",
                    "dst-end-ip",
                    "src-port",
                    "dst-port",
                    "protocol",
                ];
                let open =
                    matches!(value.one(), "" | "0" | "0.0.0.0" | "0.0.0.0/0" | "::/0" | "::")
                        && value.words().nth(1).is_none_or(|mask| mask == "0.0.0.0");
                let open = open
                    || Ipv4Addr::UNSPECIFIED.to_string() == value.one() && key.ends_with("-ip");
                if selects.contains(key) && !open {
                    value.claim(Fate::unsupported(Reason::TunnelSelector));
                    let what = format!("{section} {}", entry.name);
                    say.note(codes::UNSUPPORTED, value.span(), "what", &what);
                } else {
                    inert::claim(key, value, Fate::inert(Reason::TunnelCrypto));
                }
            }
            entry.claim_rest(Fate::inert(Reason::TunnelCrypto));
        }
    }
}
