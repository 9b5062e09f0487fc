//! Gateways, interfaces, routes, segments, NAT.

use super::{Extractor, list};
use crate::fate::{Fate, Reason};
use crate::nsx::config::{Gateway, Hop, Interface, Meta, NatRule, Port, Route, Segment, Value};
use crate::nsx::fields::{common, flag, is_unset, rest};
use crate::tree::Node;

impl<'t> Extractor<'t, '_> {
    pub(super) fn gateway(&mut self, members: &[Node<'t>], meta: Meta<'t>) {
        let mut gateway =
            Gateway { tier0: None, firewall_off: false, advertises_connected: false, meta };
        for member in members.iter().copied().rev() {
            let mut fate = Fate::CONVERTED;
            match member.word(0) {
                "tier0_path" => {
                    gateway.tier0 = Some(Value::member(member)).filter(|_| !is_unset(member))
                }
                "disable_firewall" => gateway.firewall_off = flag(member) == Some(true),
                "route_advertisement_types" => {
                    let kinds = list(member);
                    let connected = |kind: &Value<'_>| kind.text() == "TIER1_CONNECTED";
                    gateway.advertises_connected = kinds.iter().any(connected);
                    continue;
                }
                "route_advertisement_rules"
                | "advanced_config"
                | "vrf_config"
                | "rd_admin_field" => {
                    rest(&[member], Fate::approximated(Reason::DynamicRoute));
                    continue;
                }
                "force_whitelisting" | "default_rule_logging" => {
                    fate = Fate::inert(Reason::DefaultValue)
                }
                "ha_mode"
                | "failover_mode"
                | "type"
                | "pool_allocation"
                | "transit_subnets"
                | "internal_transit_subnets"
                | "vrf_transit_subnets"
                | "dhcp_config_paths"
                | "ipv6_profile_paths"
                | "qos_profile"
                | "enable_standby_relocation"
                | "intersite_config"
                | "federation_config"
                | "arp_limit"
                | "multi_vrf_inter_sr_routing"
                | "stateful_services"
                | "ipv4_address_paths"
                | "enable_rd_per_edge" => {
                    rest(&[member], Fate::inert(Reason::Management));
                    continue;
                }
                _ if self.descend(member, &gateway.meta.path) => continue,
                _ if common(member) => continue,
                _ if is_unset(member) => fate = Fate::inert(Reason::DefaultValue),
                _ => continue,
            }
            member.claim(fate);
        }
        self.config.gateways.push(gateway);
    }

    pub(super) fn locale_services(&mut self, members: &[Node<'t>], meta: &Meta<'t>) {
        for member in members.iter().copied().rev() {
            if self.descend(member, &meta.path) || common(member) {
                continue;
            }
            match member.word(0) {
                "route_redistribution_config" | "route_redistribution_types" | "bgp" => {
                    rest(&[member], Fate::approximated(Reason::DynamicRoute));
                }
                "edge_cluster_path"
                | "preferred_edge_paths"
                | "ha_vip_configs"
                | "bfd_profile_path" => rest(&[member], Fate::inert(Reason::Management)),
                _ if is_unset(member) => member.claim(Fate::inert(Reason::DefaultValue)),
                _ => {}
            }
        }
    }

    pub(super) fn interface(&mut self, members: &[Node<'t>], meta: Meta<'t>) {
        let mut interface = Interface { kind: "", addresses: Vec::new(), meta };
        for member in members.iter().copied() {
            match member.word(0) {
                "type" => {
                    interface.kind = member.word(1);
                    member.claim(Fate::CONVERTED);
                }
                "subnets" => interface.addresses = subnets(member),
                "segment_path"
                | "edge_path"
                | "edge_cluster_member_index"
                | "mtu"
                | "dhcp_relay_path"
                | "ipv6_profile_paths"
                | "ls_id"
                | "igmp_local_join_groups"
                | "proxy_arp_filters"
                | "access_vlan_id" => {
                    rest(&[member], Fate::inert(Reason::LinkLayer));
                }
                "admin_state" | "urpf_mode" => forwards(member),
                "ospf" | "multicast" => {
                    rest(&[member], Fate::approximated(Reason::DynamicRoute));
                }
                _ if self.descend(member, &interface.meta.path) || common(member) => {}
                _ if is_unset(member) => member.claim(Fate::inert(Reason::DefaultValue)),
                _ => {}
            }
        }
        self.config.interfaces.push(interface);
    }

    pub(super) fn static_route(&mut self, members: &[Node<'t>], meta: Meta<'t>) {
        let mut network = None;
        let mut hops = Vec::new();
        for member in members.iter().copied() {
            match member.word(0) {
                "network" => {
                    network = Some(Value::member(member));
                    member.claim(Fate::CONVERTED);
                }
                "next_hops" => hops = member.children().map(hop).collect(),
                "enabled_on_secondary" => member.claim(Fate::inert(Reason::Management)),
                _ if common(member) => {}
                _ if is_unset(member) => member.claim(Fate::inert(Reason::DefaultValue)),
                _ => {}
            }
        }
        if let Some(network) = network {
            self.config.routes.push(Route { network, hops, meta });
        }
    }

    pub(super) fn segment(&mut self, members: &[Node<'t>], meta: Meta<'t>) {
        let mut segment = Segment { connectivity: None, subnets: Vec::new(), meta };
        for member in members.iter().copied().rev() {
            match member.word(0) {
                "connectivity_path" => {
                    segment.connectivity =
                        Some(Value::member(member)).filter(|_| !is_unset(member));
                    member.claim(Fate::CONVERTED);
                }
                "subnets" => segment.subnets = subnets(member),
                "admin_state" => forwards(member),
                "advanced_config" => {
                    member.children().for_each(forwards);
                    rest(&[member], Fate::inert(Reason::LinkLayer));
                }
                "type"
                | "vlan_ids"
                | "transport_zone_path"
                | "replication_mode"
                | "overlay_id"
                | "bridge_profiles"
                | "l2_extension"
                | "extra_configs"
                | "address_bindings"
                | "dhcp_config_path"
                | "domain_name"
                | "ls_id"
                | "mac_pool_id"
                | "metadata_proxy_paths"
                | "evpn_segment"
                | "evpn_tenant_config_path"
                | "federation_config"
                | "tenant_id"
                | "network_id" => {
                    rest(&[member], Fate::inert(Reason::LinkLayer));
                }
                _ if self.descend(member, &segment.meta.path) || common(member) => {}
                _ if is_unset(member) => member.claim(Fate::inert(Reason::DefaultValue)),
                _ => {}
            }
        }
        self.config.segments.push(segment);
    }

    pub(super) fn port(&mut self, members: &[Node<'t>], meta: Meta<'t>) {
        let mut port = Port { attachment: "", meta };
        for member in members.iter().copied() {
            match member.word(0) {
                "attachment" => {
                    port.attachment = member.child("id").map_or("", |id| id.word(1));
                    rest(&[member], Fate::CONVERTED);
                }
                "admin_state" | "init_state" => forwards(member),
                "address_bindings"
                | "extra_configs"
                | "ignored_address_bindings"
                | "source_site_id"
                | "hyperbus_mode" => {
                    rest(&[member], Fate::inert(Reason::LinkLayer));
                }
                _ if self.descend(member, &port.meta.path) || common(member) => {}
                _ if is_unset(member) => member.claim(Fate::inert(Reason::DefaultValue)),
                _ => {}
            }
        }
        self.config.ports.push(port);
    }

    pub(super) fn label(&mut self, members: &[Node<'t>], meta: &Meta<'t>) {
        for member in members.iter().copied() {
            match member.word(0) {
                "refs" => {
                    self.config.labels.insert(meta.path.to_string(), list(member));
                }
                "type" => member.claim(Fate::inert(Reason::Cosmetic)),
                _ if common(member) => {}
                _ if is_unset(member) => member.claim(Fate::inert(Reason::DefaultValue)),
                _ => {}
            }
        }
    }

    pub(super) fn nat_rule(&mut self, members: &[Node<'t>], meta: Meta<'t>) {
        let mut rule = NatRule {
            sequence: None,
            action: None,
            source: None,
            destination: None,
            translated: None,
            ports: None,
            service: None,
            scope: Vec::new(),
            firewall_match: None,
            vpn_mode: None,
            enabled: true,
            unknown: Vec::new(),
            meta,
        };
        for member in members.iter().copied() {
            let value = Value::member(member);
            let set = Some(value).filter(|_| !is_unset(member));
            let mut fate = Fate::CONVERTED;
            match member.word(0) {
                "action" => rule.action = set,
                "sequence_number" => rule.sequence = value.text().parse().ok(),
                "source_network" => rule.source = set,
                "destination_network" => rule.destination = set,
                "translated_network" => rule.translated = set,
                "translated_ports" => rule.ports = set,
                "service" => rule.service = set,
                "scope" => {
                    rule.scope = list(member);
                    continue;
                }
                "firewall_match" => rule.firewall_match = set,
                "policy_based_vpn_mode" => rule.vpn_mode = set,
                "enabled" => rule.enabled = flag(member) != Some(false),
                "logging" => fate = Fate::inert(Reason::Logging),
                _ if common(member) => continue,
                _ if is_unset(member) => fate = Fate::inert(Reason::DefaultValue),
                _ => {
                    rule.unknown.push(member.span());
                    continue;
                }
            }
            member.claim(fate);
        }
        self.config.nat_rules.push(rule);
    }
}

/// The addresses of `subnets`: with a prefix each.
fn subnets<'t>(member: Node<'t>) -> Vec<(Value<'t>, &'t str)> {
    let mut addresses = Vec::new();
    for subnet in member.children() {
        let length = subnet.child("prefix_len").map_or("", |length| length.word(1));
        for field in subnet.children() {
            match field.word(0) {
                "gateway_address" => {
                    addresses.push((Value::member(field), ""));
                    field.claim(Fate::CONVERTED);
                }
                // The prefix is in a field of its own.
                "ip_addresses" => {
                    addresses.extend(list(field).into_iter().map(|value| (value, length)));
                }
                "prefix_len" => field.claim(Fate::CONVERTED),
                "network" => field.claim(Fate::inert(Reason::Envelope)),
                "dhcp_config" | "dhcp_ranges" => {
                    rest(&[field], Fate::inert(Reason::Management));
                }
                _ => {
                    common(field);
                }
            }
        }
    }
    if member.is_statement() {
        member.claim(Fate::CONVERTED);
    }
    addresses
}

/// Takes a setting that can stop what comes in by an interface, a segment or a port: that is not modelled. As it is by default it
/// does nothing, and the check of the reverse path is in force.
fn forwards(member: Node<'_>) {
    member.claim(match (member.word(0), member.word(1)) {
        ("admin_state", "UP") | ("connectivity", "ON") | ("urpf_mode", "STRICT") => {
            Fate::inert(Reason::DefaultValue)
        }
        ("admin_state" | "connectivity" | "init_state" | "urpf_mode", _) if !is_unset(member) => {
            Fate::approximated(Reason::MatchOption)
        }
        _ => return,
    });
}

fn hop(node: Node<'_>) -> Hop<'_> {
    let mut hop = Hop { address: None, scope: Vec::new(), distance: 1 };
    for field in node.children() {
        match field.word(0) {
            "ip_address" => {
                hop.address = Some(Value::member(field)).filter(|_| !is_unset(field));
                field.claim(Fate::CONVERTED);
            }
            "admin_distance" => {
                hop.distance = field.word(1).parse().unwrap_or(1);
                field.claim(Fate::CONVERTED);
            }
            "scope" => hop.scope = list(field),
            _ => {
                common(field);
            }
        }
    }
    hop
}
