//! The two ways in which PAN-OS writes one configuration: XML, and paths of words.

use crate::tree::lines::{Block, Follows, nothing_elided};
use crate::tree::xml::Names;

use Follows::{Block as Of, Entry, One, Value};

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
        ("description", One),
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
        ("description", One),
        ("disable-override", One),
        ("fqdn", One),
        ("ip-netmask", One),
        ("ip-range", One),
        ("ip-wildcard", One),
        ("tag", Value),
    ],
    elided: nothing_elided,
};

static ADDRESS_GROUP: Block = Block {
    words: &[
        ("description", One),
        ("disable-override", One),
        ("dynamic", Of(&DYNAMIC)),
        ("static", Value),
        ("tag", Value),
    ],
    elided: nothing_elided,
};

static DYNAMIC: Block = Block { words: &[("filter", One)], elided: nothing_elided };

static APPLICATION: Block = Block {
    words: &[
        ("category", Value),
        ("default", Of(&APPLICATION_DEFAULT)),
        ("description", One),
        ("parent-app", One),
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
        ("description", One),
        ("disable-override", One),
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
    Block { words: &[("port", One), ("source-port", One)], elided: nothing_elided };

static SERVICE_GROUP: Block =
    Block { words: &[("members", Value), ("tag", Value)], elided: nothing_elided };

static TAG: Block = Block { words: &[("color", One), ("comments", One)], elided: nothing_elided };

static ZONE: Block = Block {
    words: &[
        ("enable-device-identification", One),
        ("enable-user-identification", One),
        ("network", Of(&ZONE_NETWORK)),
    ],
    elided: nothing_elided,
};

static ZONE_NETWORK: Block = Block {
    words: &[
        ("enable-packet-buffer-protection", One),
        ("external", Value),
        ("layer2", Value),
        ("layer3", Value),
        ("log-setting", One),
        ("tap", Value),
        ("virtual-wire", Value),
        ("zone-protection-profile", One),
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
        ("action", One),
        ("active-active-device-binding", One),
        ("application", Value),
        ("category", Value),
        ("description", One),
        ("destination", Value),
        ("destination-hip", Value),
        ("destination-translation", Of(&DESTINATION_TRANSLATION)),
        ("disabled", One),
        ("dynamic-destination-translation", Of(&DESTINATION_TRANSLATION)),
        ("from", Value),
        ("group-tag", One),
        ("hip-profiles", Value),
        ("icmp-unreachable", One),
        ("log-end", One),
        ("log-setting", One),
        ("log-start", One),
        ("nat-type", One),
        ("negate-destination", One),
        ("negate-source", One),
        ("option", Of(&RULE_OPTION)),
        ("port", One),
        ("profile-setting", Of(&PROFILE_SETTING)),
        ("protocol", One),
        ("rule-type", One),
        ("schedule", One),
        ("service", Value),
        ("source", Value),
        ("source-hip", Value),
        ("source-translation", Of(&SOURCE_TRANSLATION)),
        ("source-user", Value),
        ("tag", Value),
        ("to", Value),
        ("to-interface", One),
    ],
    elided: nothing_elided,
};

static RULE_OPTION: Block =
    Block { words: &[("disable-server-response-inspection", One)], elided: nothing_elided };

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
        ("distribution", One),
        ("dns-rewrite", Of(&DNS_REWRITE)),
        ("translated-address", One),
        ("translated-port", One),
    ],
    elided: nothing_elided,
};

static DNS_REWRITE: Block = Block { words: &[("direction", One)], elided: nothing_elided };

static SOURCE_TRANSLATION: Block = Block {
    words: &[
        ("dynamic-ip", Of(&POOL)),
        ("dynamic-ip-and-port", Of(&POOL)),
        ("static-ip", Of(&STATIC)),
    ],
    elided: nothing_elided,
};

static STATIC: Block = Block {
    words: &[("bi-directional", One), ("translated-address", One)],
    elided: nothing_elided,
};

static POOL: Block = Block {
    words: &[
        ("bi-directional", One),
        ("fallback", Of(&POOL)),
        ("interface-address", Of(&INTERFACE_ADDRESS)),
        ("translated-address", Value),
    ],
    elided: nothing_elided,
};

static INTERFACE_ADDRESS: Block = Block {
    words: &[("floating-ip", One), ("interface", One), ("ip", One)],
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
        ("comment", One),
        ("layer3", Of(&LAYER3)),
        ("link-duplex", One),
        ("link-speed", One),
        ("link-state", One),
    ],
    elided: nothing_elided,
};

static LAYER3: Block = Block {
    words: &[
        ("interface-management-profile", One),
        ("ip", Value),
        ("mtu", One),
        ("netflow-profile", One),
        ("units", Entry(&UNIT)),
    ],
    elided: nothing_elided,
};

static UNIT: Block = Block {
    words: &[
        ("comment", One),
        ("interface-management-profile", One),
        ("ip", Value),
        ("mtu", One),
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
        ("admin-dist", One),
        ("destination", One),
        ("interface", One),
        ("metric", One),
        ("nexthop", Of(&NEXT_HOP)),
    ],
    elided: nothing_elided,
};

static NEXT_HOP: Block = Block {
    words: &[
        ("fqdn", One),
        ("ip-address", One),
        ("ipv6-address", One),
        ("next-lr", One),
        ("next-vr", One),
        ("tunnel", Value),
    ],
    elided: nothing_elided,
};
