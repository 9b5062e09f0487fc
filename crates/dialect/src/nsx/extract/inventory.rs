//! The inventory: virtual machines, their interfaces, effective members, what is excluded from the firewall.

use policy::parse_prefix;

use super::{Extractor, list};
use crate::fate::{Fate, Reason};
use crate::nsx::config::{Machine, Members, Meta, Value, Vif};
use crate::nsx::fields::{common, flag, is_unset, rest};
use crate::tree::Node;

impl<'t> Extractor<'t, '_> {
    pub(super) fn machine(&mut self, members: &[Node<'t>], meta: &Meta<'t>) {
        let mut machine =
            Machine { name: meta.name, tags: meta.tags.clone(), ..Machine::default() };
        for member in members.iter().copied() {
            match member.word(0) {
                "external_id" => machine.external_id = taken(member),
                "type" => machine.kind = taken(member),
                "guest_info" => {
                    for part in member.children() {
                        match part.word(0) {
                            "computer_name" => machine.computer_name = taken(part),
                            "os_name" => machine.os_name = taken(part),
                            _ => part.claim_rest(Fate::inert(Reason::Cosmetic)),
                        }
                    }
                }
                "compute_ids" | "host_id" | "local_id_on_host" | "power_state" | "source"
                | "is_migrating" | "discovery_info" | "run_state" => {
                    rest(&[member], Fate::inert(Reason::Cosmetic));
                }
                _ if common(member) => {}
                _ if is_unset(member) => member.claim(Fate::inert(Reason::DefaultValue)),
                _ => {}
            }
        }
        self.config.machines.push(machine);
    }

    pub(super) fn vif(&mut self, members: &[Node<'t>]) {
        let mut vif = Vif::default();
        for member in members.iter().copied() {
            match member.word(0) {
                "owner_vm_id" => vif.machine = taken(member),
                "lport_attachment_id" => vif.attachment = taken(member),
                "ip_address_info" => {
                    for part in member.children() {
                        if let Some(addresses) = part.child("ip_addresses") {
                            vif.addresses.extend(list(addresses));
                        }
                    }
                    rest(&[member], Fate::inert(Reason::Envelope));
                }
                "mac_address"
                | "device_key"
                | "device_name"
                | "host_id"
                | "external_id"
                | "vm_local_id_on_host"
                | "state"
                | "owner_vm_type"
                | "connected"
                | "bound_security_profiles" => {
                    rest(&[member], Fate::inert(Reason::LinkLayer));
                }
                _ if common(member) => {}
                _ if is_unset(member) => member.claim(Fate::inert(Reason::DefaultValue)),
                _ => {}
            }
        }
        self.config.vifs.push(vif);
    }

    /// An answer about the effective members of a group, told by its path. Whether it was one.
    pub(super) fn members_answer(&mut self, path: &str, results: Node<'t>) -> bool {
        let start = path.find("/infra").or_else(|| path.find("/global-infra")).unwrap_or(0);
        let path = path.get(start..).unwrap_or("");
        let Some((group, what)) = path.split_once("/members/") else { return false };
        let members: &mut Members<'t> = self.config.members.entry(group.to_owned()).or_default();
        match what {
            "ip-addresses" => {
                members.addresses.get_or_insert_default().extend(list(results));
            }
            "virtual-machines" => {
                let machines = members.machines.get_or_insert_default();
                for machine in results.children() {
                    let id = machine.child("external_id").or_else(|| machine.child("id"));
                    machines.extend(id.map(taken));
                    rest(&machine.children().collect::<Vec<_>>(), Fate::inert(Reason::Envelope));
                }
            }
            _ => rest(&[results], Fate::inert(Reason::Unreferenced)),
        }
        true
    }

    pub(super) fn exclude_list(&mut self, members: &[Node<'t>]) {
        for member in members.iter().copied() {
            match member.word(0) {
                "members" => self.config.excluded.extend(list(member)),
                _ if common(member) => {}
                _ if is_unset(member) => member.claim(Fate::inert(Reason::DefaultValue)),
                _ => {}
            }
        }
    }

    pub(super) fn firewall_settings(&mut self, members: &[Node<'t>]) {
        for member in members.iter().copied() {
            match member.word(0) {
                "enable_firewall" => {
                    if flag(member) == Some(false) {
                        self.config.firewall_off = Some(member.span());
                    }
                    member.claim(Fate::CONVERTED);
                }
                "disable_auto_drafts"
                | "idfw_enabled"
                | "idfw_event_log_scraping_enabled"
                | "idfw_loginsight_config"
                | "enable_eip_log_scraping"
                | "detailed_logging" => {
                    rest(&[member], Fate::inert(Reason::Management));
                }
                "global_addrset_mode_enabled" | "dfw_stateful" => {
                    rest(&[member], Fate::inert(Reason::TrafficShaping));
                }
                _ if common(member) => {}
                _ if is_unset(member) => member.claim(Fate::inert(Reason::DefaultValue)),
                _ => {}
            }
        }
    }
}

/// The value of a member, taken.
fn taken<'t>(member: Node<'t>) -> &'t str {
    member.claim(Fate::CONVERTED);
    member.word(1)
}

/// Joins machines and interfaces, when all files are read.
pub(in crate::nsx) fn join(config: &mut super::Config<'_>) {
    use std::collections::HashMap;
    let by_id: HashMap<&str, usize> =
        config.machines.iter().map(|machine| machine.external_id).zip(0..).collect();
    let mut orphans = Vec::new();
    for vif in &config.vifs {
        let machine = by_id.get(vif.machine).and_then(|index| config.machines.get_mut(*index));
        let mut orphan =
            Machine { external_id: vif.machine, name: vif.machine, ..Machine::default() };
        let known = machine.is_some();
        let machine = machine.unwrap_or(&mut orphan);
        let addresses = vif.addresses.iter().filter_map(|value: &Value<'_>| {
            parse_prefix(value.text()).map(|prefix| policy::IpRange::one(prefix.address()))
        });
        machine.addresses.extend(addresses);
        if !vif.attachment.is_empty() {
            machine.attachments.push(vif.attachment);
        }
        if !known {
            orphans.push(orphan);
        }
    }
    config.machines.append(&mut orphans);
}
