//! What sort of object something is: by its `resource_type`, its place or its path.

use crate::fate::{Fate, Reason};

/// A sort of object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Holds others: `Infra`, `Domain`, `LocaleServices`, `PolicyNat`, a reference to a parent.
    /// The name is that of the collection that it stands in; empty for the root.
    Holder(&'static str),
    SecurityPolicy,
    GatewayPolicy,
    Rule,
    Group,
    Service,
    ServiceEntry,
    Profile,
    Schedule,
    Tier0,
    Tier1,
    LocaleServices,
    Interface,
    NatRule,
    Segment,
    Port,
    StaticRoute,
    Label,
    ExcludeList,
    FirewallSettings,
    Machine,
    Vif,
    /// Known, and this becomes of all of it.
    Whole(Fate),
    Unknown,
}

const fn inert(reason: Reason) -> Kind {
    Kind::Whole(Fate::inert(reason))
}

const fn unsupported(reason: Reason) -> Kind {
    Kind::Whole(Fate::unsupported(reason))
}

/// By the value of `resource_type`.
pub(super) fn by_type(name: &str) -> Kind {
    match name {
        "Infra" | "GlobalInfra" | "ChildResourceReference" => Kind::Holder(""),
        "Domain" => Kind::Holder("domains"),
        "PolicyNat" => Kind::Holder("nat"),
        "Site" => Kind::Holder("sites"),
        "EnforcementPoint" => Kind::Holder("enforcement-points"),
        "SecurityPolicy" => Kind::SecurityPolicy,
        "GatewayPolicy" => Kind::GatewayPolicy,
        "Rule" => Kind::Rule,
        "Group" => Kind::Group,
        "Service" => Kind::Service,
        "ALGTypeServiceEntry"
        | "EtherTypeServiceEntry"
        | "ICMPTypeServiceEntry"
        | "IGMPTypeServiceEntry"
        | "IPProtocolServiceEntry"
        | "L4PortSetServiceEntry"
        | "NestedServiceServiceEntry" => Kind::ServiceEntry,
        "PolicyContextProfile" => Kind::Profile,
        "PolicyFirewallScheduler" => Kind::Schedule,
        "Tier0" => Kind::Tier0,
        "Tier1" => Kind::Tier1,
        "LocaleServices" => Kind::LocaleServices,
        "Tier0Interface" | "Tier1Interface" | "ServiceInterface" => Kind::Interface,
        "PolicyNatRule" => Kind::NatRule,
        "Segment" => Kind::Segment,
        "SegmentPort" => Kind::Port,
        "StaticRoutes" => Kind::StaticRoute,
        "PolicyLabel" => Kind::Label,
        "PolicyExcludeList" => Kind::ExcludeList,
        "DfwFirewallConfiguration" | "PolicyFirewallConfiguration" => Kind::FirewallSettings,
        "VirtualMachine" | "RealizedVirtualMachine" => Kind::Machine,
        "VirtualNetworkInterface" => Kind::Vif,
        _ => whole(name),
    }
}

/// Objects that are taken as a whole, and what becomes of them.
const WHOLE: &[(Kind, &[&str])] = &[
    // Lists that decide beside the rules that are read.
    (
        unsupported(Reason::OtherRuleList),
        &[
            "RedirectionPolicy",
            "RedirectionRule",
            "PolicyForwardingPolicy",
            "ForwardingPolicy",
            "ForwardingRule",
            "EndpointPolicy",
            "EndpointRule",
            "CommunicationMap",
            "CommunicationEntry",
            "PolicyUrlCategorizationConfig",
            "FloodProtectionProfile",
            "DistributedFloodProtectionProfile",
            "GatewayFloodProtectionProfile",
            "FloodProtectionProfileBindingMap",
            "TlsInspectionPolicy",
            "TlsPolicy",
            "TlsRule",
            "AccessControlList",
            "L7AccessProfile",
            "L7AccessEntry",
            "VpcSecurityProfile",
            "Org",
            "Project",
            "Vpc",
        ],
    ),
    // Accepted content is inspected and may still be stopped.
    (
        Kind::Whole(Fate::approximated(Reason::Inspection)),
        &["IdsSecurityPolicy", "IdsGatewayPolicy", "IdsRule", "IdsPolicy"],
    ),
    (
        inert(Reason::InspectionProfile),
        &[
            "IdsProfile",
            "IdsSettings",
            "IdsGlobalEventConfig",
            "IdsSignature",
            "IdsSignatureVersion",
            "IdsStandaloneHostConfig",
            "IdsClusterConfig",
            "GlobalIdsSignature",
            "IdsCustomSignature",
            "DnsSecurityProfile",
            "DnsSecurityProfileBindingMap",
            "PolicyTlsInspectionProfile",
            "MalwarePreventionProfile",
            "TlsProfile",
            "PolicyUrlCategory",
            "PolicyCustomAttributes",
            "PolicyAttributes",
        ],
    ),
    (
        Kind::Whole(Fate::approximated(Reason::Session)),
        &[
            "GeneralSecurityProfile",
            "FirewallSessionTimerProfile",
            "PolicyFirewallSessionTimerProfile",
            "SessionTimerProfileBindingMap",
            "PolicyFirewallSessionTimerProfileBindingMap",
            "PolicyFirewallCPUMemThresholdsProfileBindingMap",
            "PolicyFirewallFloodProtectionProfileBindingMap",
            "GeneralSecurityProfileBindingMap",
        ],
    ),
    // Routes that are learned or chosen by more than the destination.
    (
        Kind::Whole(Fate::approximated(Reason::DynamicRoute)),
        &[
            "BgpRoutingConfig",
            "BgpNeighborConfig",
            "OspfRoutingConfig",
            "OspfAreaConfig",
            "EvpnConfig",
            "EvpnTunnelEndpointConfig",
            "PrefixList",
            "CommunityList",
            "Tier0RouteMap",
            "Tier1RouteMap",
            "RouteMap",
            "BfdProfile",
            "BfdPeer",
            "StaticRouteBfdPeer",
            "RouteAggregationEntry",
            "Tier0HaVipConfig",
            "Tier0DeploymentMap",
            "Tier1DeploymentMap",
            "RoutingConfig",
        ],
    ),
    (
        unsupported(Reason::Multicast),
        &[
            "PolicyMulticastConfig",
            "PolicyIgmpProfile",
            "PolicyPimProfile",
            "IgmpProfile",
            "PimProfile",
            "Tier0MulticastConfig",
        ],
    ),
    (
        unsupported(Reason::TunnelSelector),
        &[
            "IPSecVpnService",
            "IPSecVpnLocalEndpoint",
            "IPSecVpnRule",
            "PolicyBasedIPSecVpnSession",
            "RouteBasedIPSecVpnSession",
            "L2VPNService",
            "L2VPNSession",
            "TransportInterface",
        ],
    ),
    (
        inert(Reason::TunnelCrypto),
        &["IPSecVpnTunnelProfile", "IPSecVpnIkeProfile", "IPSecVpnDpdProfile"],
    ),
    (
        inert(Reason::Certificate),
        &["TlsCertificate", "TlsTrustData", "TlsCrl", "TlsCsr", "Certificate"],
    ),
    (
        inert(Reason::TrafficShaping),
        &["QosProfile", "QoSProfile", "GatewayQosProfile", "PolicyQosProfile"],
    ),
    (
        inert(Reason::LinkLayer),
        &[
            "SegmentSecurityProfile",
            "SpoofGuardProfile",
            "MacDiscoveryProfile",
            "IPDiscoveryProfile",
            "IpfixDfwCollectorProfile",
            "PortMirroringProfile",
            "SegmentDiscoveryProfileBindingMap",
            "SegmentSecurityProfileBindingMap",
            "SegmentQoSProfileBindingMap",
            "PortDiscoveryProfileBindingMap",
            "PortSecurityProfileBindingMap",
            "PortQoSProfileBindingMap",
            "PolicyTransportZone",
            "L2Bridge",
            "EvpnTenantConfig",
            "LiveTraceConfig",
        ],
    ),
    (
        inert(Reason::Logging),
        &[
            "IPFIXDFWProfile",
            "IPFIXDFWCollectorProfile",
            "IPFIXL2Profile",
            "IPFIXL2CollectorProfile",
            "PolicyAlarmResource",
            "PolicyLatencyStatProfile",
        ],
    ),
    (
        inert(Reason::Management),
        &[
            "DhcpServerConfig",
            "DhcpRelayConfig",
            "DhcpV4StaticBindingConfig",
            "DhcpV6StaticBindingConfig",
            "DhcpStaticBindingConfig",
            "IpAddressPool",
            "IpAddressPoolBlockSubnet",
            "IpAddressPoolStaticSubnet",
            "IpAddressBlock",
            "IpAddressAllocation",
            "PolicyDnsForwarder",
            "PolicyDnsForwarderZone",
            "Ipv6DadProfile",
            "Ipv6NdraProfile",
            "PolicyEdgeCluster",
            "PolicyEdgeNode",
            "DeploymentZone",
            "DomainDeploymentMap",
            "ComputeCollection",
            "GroupMonitoringProfile",
            "PolicyDraft",
            "PolicyServiceProfile",
            "PolicyServiceReference",
            "PolicyServiceInstance",
            "PolicyServiceChain",
            "ServiceInsertion",
            "MetadataProxyConfig",
            "PolicyCustomAttributesConfig",
            "GlobalConfig",
            "PolicyConnectivityGlobalConfig",
            "ConnectivityGlobalConfig",
            "PolicyTag",
            "EvpnTunnelEndpoint",
            "HostTransportNode",
            "HostTransportNodeCollection",
            "PolicyHostSwitchProfile",
            "PolicyUplinkHostSwitchProfile",
            "PolicyFirewallConfig",
            "ConstraintMapping",
            "Constraint",
            "FullSyncPolicy",
            "ByodPolicyServiceInstance",
            "PolicyVirtualEndpoint",
            "IdentityFirewallStore",
            "DirectoryAdDomain",
            "PolicyVtepHAProfile",
            "PolicyExternalIpAllocation",
            "Ipv6Profile",
            "Share",
            "SharedResource",
            "PolicyEdgeHighAvailabilityProfile",
        ],
    ),
];

/// An object that is taken as a whole.
fn whole(name: &str) -> Kind {
    let listed = WHOLE.iter().find(|(_, names)| names.contains(&name)).map(|(kind, _)| *kind);
    listed.unwrap_or_else(|| {
        if name.starts_with("LB") {
            // Balancing has its own addresses; it filters nothing that a rule decides.
            unsupported(Reason::NatKind)
        } else if name.starts_with("Policy") && name.ends_with("BindingMap") {
            inert(Reason::Management)
        } else {
            Kind::Unknown
        }
    })
}

/// By the name of the collection that an object stands in: of a path, of a file, or of a field.
pub(super) fn by_collection(name: &str) -> Option<Kind> {
    Some(match name {
        "domains" => Kind::Holder("domains"),
        "nat" => Kind::Holder("nat"),
        "sites" => Kind::Holder("sites"),
        "enforcement-points" => Kind::Holder("enforcement-points"),
        "security-policies" | "security_policies" => Kind::SecurityPolicy,
        "gateway-policies" | "gateway_policies" => Kind::GatewayPolicy,
        "rules" => Kind::Rule,
        "groups" => Kind::Group,
        "services" => Kind::Service,
        "service-entries" | "service_entries" => Kind::ServiceEntry,
        "context-profiles" | "context_profiles" => Kind::Profile,
        "firewall-schedulers" | "firewall_schedulers" => Kind::Schedule,
        "tier-0s" | "tier_0s" | "tier0s" => Kind::Tier0,
        "tier-1s" | "tier_1s" | "tier1s" => Kind::Tier1,
        "locale-services" | "locale_services" => Kind::LocaleServices,
        "interfaces" | "service-interfaces" | "service_interfaces" => Kind::Interface,
        "nat-rules" | "nat_rules" => Kind::NatRule,
        "segments" => Kind::Segment,
        "ports" => Kind::Port,
        "static-routes" | "static_routes" => Kind::StaticRoute,
        "labels" => Kind::Label,
        "exclude-list" | "exclude_list" => Kind::ExcludeList,
        "virtual-machines" | "virtual_machines" => Kind::Machine,
        "vifs" => Kind::Vif,
        "infra" => Kind::Holder(""),
        _ => return None,
    })
}

/// The collection in the path of an object.
pub(super) fn collection(kind: Kind) -> &'static str {
    match kind {
        Kind::SecurityPolicy => "security-policies",
        Kind::GatewayPolicy => "gateway-policies",
        Kind::Rule => "rules",
        Kind::Group => "groups",
        Kind::Service => "services",
        Kind::ServiceEntry => "service-entries",
        Kind::Profile => "context-profiles",
        Kind::Schedule => "firewall-schedulers",
        Kind::Tier0 => "tier-0s",
        Kind::Tier1 => "tier-1s",
        Kind::LocaleServices => "locale-services",
        Kind::Interface => "interfaces",
        Kind::NatRule => "nat-rules",
        Kind::Segment => "segments",
        Kind::Port => "ports",
        Kind::StaticRoute => "static-routes",
        Kind::Label => "labels",
        Kind::Holder(name) => name,
        _ => "objects",
    }
}
