//! One inventoried thing while its sections come in.

use model::asset::{AssetId, AssetKind, IdKind};
use model::diagnostic::Code;
use model::field::{Context, Field};

use crate::codes;
use crate::readers::glpi::record::Record;
use crate::readers::glpi::{devices, sections, software};
use crate::readers::identifiers;
use crate::sink::Sink;

/// The asset and what is known of it so far.
pub(super) struct Inventory {
    asset: Option<AssetId>,
    kind: AssetKind,
    /// Whether it has its host name.
    pub(super) named: bool,
    /// Whether it runs Windows, as far as its sections have said.
    pub(super) windows: bool,
}

/// What a section's element says: items to observe, or why there are none.
pub(super) type Said = Result<Vec<Item>, Code>;
/// Facts about one thing.
pub(super) type Item = (Context, Vec<(Field, String)>);

impl Inventory {
    /// Nothing is known yet.
    pub(super) fn new(kind: AssetKind) -> Self {
        Self { asset: None, kind, named: false, windows: false }
    }

    /// The asset, made when it is first needed.
    pub(super) fn asset(&mut self, sink: &mut Sink<'_>) -> AssetId {
        *self.asset.get_or_insert_with(|| sink.asset(self.kind))
    }

    /// Notes that it is another kind of thing.
    pub(super) fn becomes(&mut self, kind: AssetKind, sink: &mut Sink<'_>) {
        self.kind = kind;
        if let Some(asset) = self.asset {
            sink.kind(asset, kind);
        }
    }

    /// Takes one element of a section: one row.
    pub(super) fn section(&mut self, name: &str, at: u64, record: &Record, sink: &mut Sink<'_>) {
        let said = self.read(name, at, record, sink);
        let items = match said {
            Ok(items) => items,
            Err(_) if record.cut => return sink.row(at).not_understood(codes::ROW_MALFORMED),
            Err(reason) if reason == codes::ROW_NO_KNOWN_FIELD => {
                return sink.row(at).not_understood(reason);
            }
            Err(reason) => return sink.row(at).inert(reason),
        };
        let asset = self.asset(sink);
        let mut row = sink.row(at);
        let mut told = false;
        for (context, facts) in &items {
            let facts: Vec<_> = facts.iter().map(|(field, value)| (*field, &**value)).collect();
            told |= row.observe(asset, *context, &facts).is_some();
        }
        match told {
            true => {}
            false if record.cut => row.not_understood(codes::ROW_MALFORMED),
            false => row.inert(codes::ROW_NOT_INVENTORY),
        }
    }

    fn read(&mut self, name: &str, at: u64, record: &Record, sink: &mut Sink<'_>) -> Said {
        match name {
            "HARDWARE" => sections::hardware(self, record, sink),
            "BIOS" => sections::bios(self, record, sink),
            "OPERATINGSYSTEM" => sections::operating_system(self, record, sink),
            "NETWORKS" => sections::network(self, record, sink),
            "ACCESSLOG" => {
                let asset = self.asset(sink);
                sink.observed_on(asset, record.get("LOGDATE"));
                Err(codes::ROW_ASSET_DETAIL)
            }
            "PROCESSES" => Ok(sections::process(record)),
            "VIRTUALMACHINES" => Ok(sections::guest(record)),
            "CONTROLLERS" | "VIDEOS" | "STORAGES" => Ok(sections::part(record)),
            "REMOTE_MGMT" => Ok(sections::remote(record)),
            "SOFTWARES" | "SOFTWARE" => software::installed(self.windows, at, record, sink),
            "ANTIVIRUS" => software::antivirus(at, record, sink),
            "DATABASES_SERVICES" => Ok(software::database(record)),
            "JVMS" => Ok(software::machine(record)),
            "LICENSEINFOS" => Ok(software::licence(record)),
            "DEVICE" | "INFO" | "NETWORK_DEVICE" => devices::device(self, record, sink),
            "FIRMWARES" => Ok(devices::firmware(record)),
            "COMPONENT" | "NETWORK_COMPONENTS" => devices::component(self, record, sink),
            "PORT" | "NETWORK_PORTS" => Ok(devices::port(record)),
            _ if INERT.contains(&name) => Err(codes::ROW_NOT_INVENTORY),
            _ => Err(codes::ROW_NO_KNOWN_FIELD),
        }
    }

    /// Names the asset; only the first name becomes the name to show.
    pub(super) fn name(&mut self, text: &str, sink: &mut Sink<'_>) {
        let asset = self.asset(sink);
        match identifiers::host_name(text) {
            Some(name) if self.named => sink.identify(asset, IdKind::Hostname, name),
            Some(name) => {
                self.named = true;
                sink.name(asset, name);
            }
            None if self.named || identifiers::masked(text) => {}
            None => sink.label(asset, text),
        }
    }

    /// Names an asset that named itself nowhere after the agent's id of it, without the time in it.
    pub(super) fn fall_back(&mut self, device_id: &str, sink: &mut Sink<'_>) {
        if self.named || self.asset.is_none() || device_id.is_empty() {
            return;
        }
        let asset = self.asset(sink);
        sink.label(asset, without_time(device_id));
    }
}

/// Without `-2020-12-31-11-28-51` at its end.
fn without_time(device_id: &str) -> &str {
    let shape = |c: char| c == '-' || c.is_ascii_digit();
    let at = device_id.len().saturating_sub("-2020-12-31-11-28-51".len());
    match device_id.split_at_checked(at) {
        Some((name, time)) if time.starts_with('-') && time.chars().all(shape) => name,
        _ => device_id,
    }
}

/// Sections that hold nothing we look at. Some hold secrets and are not read on purpose: accounts, variables, keys.
const INERT: &[&str] = &[
    "ACCOUNTINFO",
    "BATTERIES",
    "CAMERAS",
    "CARTRIDGES",
    "CONSUMABLES",
    "CPU",
    "CPUS",
    "DOWNLOAD",
    "DRIVES",
    "ENVS",
    "ERROR",
    "FIREWALL",
    "FIREWALLS",
    "INPUTS",
    "JAVAINFOS",
    "JAVAINFO",
    "JMODULES",
    "LOCAL_GROUPS",
    "LOCAL_USERS",
    "LOGICAL_VOLUMES",
    "MEMORIES",
    "MODEMS",
    "MODULEVERSION",
    "MONITORS",
    "NAVIGATORPROXYSETTING",
    "PAGECOUNTERS",
    "PHYSICAL_VOLUMES",
    "PORTS",
    "POWERSUPPLIES",
    "PRINTERS",
    "PROCESSNUMBER",
    "REGISTRY",
    "RUDDER",
    "SENSORS",
    "SIM",
    "SIMCARDS",
    "SLOTS",
    "SNMP",
    "SOUNDS",
    "TELEPHONES",
    "TIMEZONE",
    "TRUNKS",
    "USBDEVICES",
    "USER",
    "USERS",
    "VERSIONCLIENT",
    "VERSIONPROVIDER",
    "VLANS",
    "VOLUME_GROUPS",
];
