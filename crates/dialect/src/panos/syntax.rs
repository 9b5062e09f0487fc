//! The two ways in which PAN-OS writes one configuration: XML, and paths of words.

use crate::tree::lines::{Block, Follows, nothing_elided};
use crate::tree::xml::Names;

use Follows::{Block as Of, Entry, Value};

/// Which elements of the XML are what.
pub(super) const NAMES: Names = Names {
    entry: "entry",
    name: "name",
    member: "member",
    envelope: &["config", "response", "result"],
    quiet: &[
        "__recordInfo",
        "admin",
        "by",
        "comment",
        "count",
        "detail-version",
        "dirtyId",
        "guid",
        "id",
        "loc",
        "minver",
        "ori_country",
        "ori_language",
        "overrides",
        "ptpl",
        "src",
        "time",
        "total-count",
        "type",
        "urldb",
        "uuid",
        "version",
    ],
};

/// What set lines leave out: the one device, and on firewalls with one virtual system that system.
fn elided(word: &str) -> &'static [&'static str] {
    if has(DEVICE.words, word) || PLAIN_DEVICE.contains(&word) {
        &["devices", "localhost.localdomain"]
    } else if has(SCOPE.words, word) || PLAIN_SCOPE.contains(&word) {
        &["devices", "localhost.localdomain", "vsys", "vsys1"]
    } else {
        &[]
    }
}

fn has(words: &[(&str, Follows)], word: &str) -> bool {
    words.iter().any(|(known, _)| *known == word)
}

/// Whether a fragment with this element at its top is one virtual system's, or one device's.
pub(super) fn belongs_below(word: &str) -> &'static [&'static str] {
    elided(word)
}

/// Words of a device that are plain paths.
const PLAIN_DEVICE: [&str; 13] = [
    "container",
    "device",
    "deviceconfig",
    "device-config",
    "log-collector",
    "log-collector-group",
    "platform",
    "plugins",
    "region-settings",
    "snippet",
    "vm-info-source",
    "wildfire-appliance",
    "wildfire-appliance-cluster",
];

/// Words of a scope that are plain paths; those that are also elsewhere at the top are not here.
const PLAIN_SCOPE: [&str; 48] = [
    "admin-role",
    "alg-override",
    "application-status",
    "application-tag",
    "authentication-object",
    "authentication-profile",
    "authentication-sequence",
    "botnet",
    "captive-portal",
    "certificate",
    "certificate-profile",
    "default-hip-profile",
    "device-object",
    "display-name",
    "dns-proxy",
    "dynamic-user-group",
    "email-scheduler",
    "global-protect",
    "group-mapping",
    "import",
    "iot",
    "local-user-database",
    "log-settings",
    "ocsp-responder",
    "pdf-summary-report",
    "profile-group",
    "profiles",
    "proxy",
    "qos",
    "redistribution-agent",
    "redistribution-collector",
    "report-group",
    "reports",
    "response-page",
    "route",
    "scep",
    "sdwan-interface-profile",
    "server-profile",
    "setting",
    "ssl-decrypt",
    "ssl-tls-service-profile",
    "threats",
    "to-sw-version",
    "ts-agent",
    "url-content-types",
    "user-id-agent",
    "user-id-collector",
    "user-id-ssl-auth",
];

pub(super) static TOP: Block =
    Block { words: &[("devices", Entry(&DEVICE)), ("shared", Of(&SCOPE))], elided };

static DEVICE: Block = Block {
    words: &[
        ("device-group", Entry(&SCOPE)),
        ("network", Of(&NETWORK)),
        ("template", Entry(&TEMPLATE)),
        ("template-stack", Entry(&TEMPLATE)),
        ("vsys", Entry(&SCOPE)),
    ],
    elided: nothing_elided,
};

static TEMPLATE: Block = Block {
    words: &[
        ("config", Of(&TOP)),
        ("description", Value),
        ("templates", Value),
        ("user-group-source", Value),
    ],
    elided: nothing_elided,
};

static SCOPE: Block = Block {
    words: &[
        ("address", Entry(&ADDRESS)),
        ("address-group", Entry(&ADDRESS_GROUP)),
        ("application", Entry(&APPLICATION)),
        ("application-filter", Entry(&APPLICATION_FILTER)),
        ("application-group", Entry(&APPLICATION_GROUP)),
        ("external-list", Entry(&PLAIN)),
        ("post-rulebase", Of(&RULEBASE)),
        ("pre-rulebase", Of(&RULEBASE)),
        ("region", Entry(&PLAIN)),
        ("rulebase", Of(&RULEBASE)),
        ("schedule", Entry(&PLAIN)),
        ("service", Entry(&SERVICE)),
        ("service-group", Entry(&SERVICE_GROUP)),
        ("tag", Entry(&TAG)),
        ("zone", Entry(&ZONE)),
    ],
    elided: nothing_elided,
};

static PLAIN: Block = Block { words: &[], elided: nothing_elided };

static ADDRESS: Block = Block {
    words: &[
        ("description", Value),
        ("disable-override", Value),
        ("fqdn", Value),
        ("ip-netmask", Value),
        ("ip-range", Value),
        ("ip-wildcard", Value),
        ("tag", Value),
    ],
    elided: nothing_elided,
};

static ADDRESS_GROUP: Block = Block {
    words: &[
        ("description", Value),
        ("disable-override", Value),
        ("dynamic", Of(&DYNAMIC)),
        ("static", Value),
        ("tag", Value),
    ],
    elided: nothing_elided,
};

static DYNAMIC: Block = Block { words: &[("filter", Value)], elided: nothing_elided };

static APPLICATION: Block = Block {
    words: &[
        ("category", Value),
        ("default", Of(&APPLICATION_DEFAULT)),
        ("description", Value),
        ("parent-app", Value),
        ("risk", Value),
        ("subcategory", Value),
        ("technology", Value),
    ],
    elided: nothing_elided,
};

static APPLICATION_DEFAULT: Block =
    Block { words: &[("ident-by-ip-protocol", Value), ("port", Value)], elided: nothing_elided };

static APPLICATION_FILTER: Block = Block {
    words: &[("category", Value), ("risk", Value), ("subcategory", Value), ("technology", Value)],
    elided: nothing_elided,
};

static APPLICATION_GROUP: Block = Block { words: &[("members", Value)], elided: nothing_elided };

static SERVICE: Block = Block {
    words: &[
        ("description", Value),
        ("disable-override", Value),
        ("protocol", Of(&PROTOCOL)),
        ("tag", Value),
    ],
    elided: nothing_elided,
};

static PROTOCOL: Block = Block {
    words: &[("sctp", Of(&PORTS)), ("tcp", Of(&PORTS)), ("udp", Of(&PORTS))],
    elided: nothing_elided,
};

static PORTS: Block =
    Block { words: &[("port", Value), ("source-port", Value)], elided: nothing_elided };

static SERVICE_GROUP: Block =
    Block { words: &[("members", Value), ("tag", Value)], elided: nothing_elided };

static TAG: Block =
    Block { words: &[("color", Value), ("comments", Value)], elided: nothing_elided };

static ZONE: Block = Block {
    words: &[
        ("enable-device-identification", Value),
        ("enable-user-identification", Value),
        ("network", Of(&ZONE_NETWORK)),
    ],
    elided: nothing_elided,
};

static ZONE_NETWORK: Block = Block {
    words: &[
        ("enable-packet-buffer-protection", Value),
        ("external", Value),
        ("layer2", Value),
        ("layer3", Value),
        ("log-setting", Value),
        ("tap", Value),
        ("virtual-wire", Value),
        ("zone-protection-profile", Value),
    ],
    elided: nothing_elided,
};

static RULEBASE: Block = Block {
    words: &[
        ("application-override", Of(&RULES)),
        ("authentication", Of(&RULES)),
        ("captive-portal", Of(&RULES)),
        ("decryption", Of(&RULES)),
        ("default-security-rules", Of(&RULES)),
        ("dos", Of(&RULES)),
        ("nat", Of(&RULES)),
        ("network-packet-broker", Of(&RULES)),
        ("pbf", Of(&RULES)),
        ("qos", Of(&RULES)),
        ("sdwan", Of(&RULES)),
        ("security", Of(&RULES)),
        ("tunnel-inspect", Of(&RULES)),
    ],
    elided: nothing_elided,
};

static RULES: Block = Block { words: &[("rules", Entry(&RULE))], elided: nothing_elided };

static RULE: Block = Block {
    words: &[
        ("action", Value),
        ("active-active-device-binding", Value),
        ("application", Value),
        ("category", Value),
        ("description", Value),
        ("destination", Value),
        ("destination-hip", Value),
        ("destination-translation", Of(&DESTINATION_TRANSLATION)),
        ("disabled", Value),
        ("dynamic-destination-translation", Of(&DESTINATION_TRANSLATION)),
        ("from", Value),
        ("group-tag", Value),
        ("hip-profiles", Value),
        ("icmp-unreachable", Value),
        ("log-end", Value),
        ("log-setting", Value),
        ("log-start", Value),
        ("nat-type", Value),
        ("negate-destination", Value),
        ("negate-source", Value),
        ("option", Of(&RULE_OPTION)),
        ("port", Value),
        ("profile-setting", Of(&PROFILE_SETTING)),
        ("protocol", Value),
        ("rule-type", Value),
        ("schedule", Value),
        ("service", Value),
        ("source", Value),
        ("source-hip", Value),
        ("source-translation", Of(&SOURCE_TRANSLATION)),
        ("source-user", Value),
        ("tag", Value),
        ("to", Value),
        ("to-interface", Value),
    ],
    elided: nothing_elided,
};

static RULE_OPTION: Block =
    Block { words: &[("disable-server-response-inspection", Value)], elided: nothing_elided };

static PROFILE_SETTING: Block =
    Block { words: &[("group", Value), ("profiles", Of(&PROFILES))], elided: nothing_elided };

static PROFILES: Block = Block {
    words: &[
        ("data-filtering", Value),
        ("file-blocking", Value),
        ("spyware", Value),
        ("url-filtering", Value),
        ("virus", Value),
        ("vulnerability", Value),
        ("wildfire-analysis", Value),
    ],
    elided: nothing_elided,
};

static DESTINATION_TRANSLATION: Block = Block {
    words: &[
        ("distribution", Value),
        ("dns-rewrite", Of(&DNS_REWRITE)),
        ("translated-address", Value),
        ("translated-port", Value),
    ],
    elided: nothing_elided,
};

static DNS_REWRITE: Block = Block { words: &[("direction", Value)], elided: nothing_elided };

static SOURCE_TRANSLATION: Block = Block {
    words: &[
        ("dynamic-ip", Of(&POOL)),
        ("dynamic-ip-and-port", Of(&POOL)),
        ("static-ip", Of(&POOL)),
    ],
    elided: nothing_elided,
};

static POOL: Block = Block {
    words: &[
        ("bi-directional", Value),
        ("fallback", Of(&POOL)),
        ("interface-address", Of(&INTERFACE_ADDRESS)),
        ("translated-address", Value),
    ],
    elided: nothing_elided,
};

static INTERFACE_ADDRESS: Block = Block {
    words: &[("floating-ip", Value), ("interface", Value), ("ip", Value)],
    elided: nothing_elided,
};

static NETWORK: Block = Block {
    words: &[
        ("interface", Of(&INTERFACES)),
        ("shared-gateway", Entry(&SCOPE)),
        ("virtual-router", Entry(&ROUTER)),
    ],
    elided: nothing_elided,
};

static INTERFACES: Block = Block {
    words: &[("aggregate-ethernet", Entry(&PORT)), ("ethernet", Entry(&PORT))],
    elided: nothing_elided,
};

static PORT: Block = Block {
    words: &[
        ("aggregate-group", Value),
        ("comment", Value),
        ("layer3", Of(&LAYER3)),
        ("link-duplex", Value),
        ("link-speed", Value),
        ("link-state", Value),
    ],
    elided: nothing_elided,
};

static LAYER3: Block = Block {
    words: &[
        ("interface-management-profile", Value),
        ("ip", Value),
        ("mtu", Value),
        ("netflow-profile", Value),
        ("units", Entry(&UNIT)),
    ],
    elided: nothing_elided,
};

static UNIT: Block = Block {
    words: &[
        ("comment", Value),
        ("interface-management-profile", Value),
        ("ip", Value),
        ("mtu", Value),
        ("tag", Value),
    ],
    elided: nothing_elided,
};

static ROUTER: Block =
    Block { words: &[("interface", Value), ("routing-table", Of(&TABLE))], elided: nothing_elided };

static TABLE: Block =
    Block { words: &[("ip", Of(&FAMILY)), ("ipv6", Of(&FAMILY))], elided: nothing_elided };

static FAMILY: Block = Block { words: &[("static-route", Entry(&ROUTE))], elided: nothing_elided };

static ROUTE: Block = Block {
    words: &[
        ("admin-dist", Value),
        ("destination", Value),
        ("interface", Value),
        ("metric", Value),
        ("nexthop", Of(&NEXT_HOP)),
    ],
    elided: nothing_elided,
};

static NEXT_HOP: Block = Block {
    words: &[
        ("fqdn", Value),
        ("ip-address", Value),
        ("ipv6-address", Value),
        ("next-lr", Value),
        ("next-vr", Value),
        ("tunnel", Value),
    ],
    elided: nothing_elided,
};
