//! What the variables of one walk say about the device.

use std::collections::{BTreeMap, BTreeSet};

use model::asset::{AssetId, IdKind};
use model::diagnostic::Code;
use model::field::{Context, Field};

use crate::codes;
use crate::readers::snmp_walk::columns::{Column, column};
use crate::readers::snmp_walk::line::Value;
use crate::readers::snmp_walk::oid;
use crate::readers::{identifiers, process};
use crate::sink::Sink;

/// One walk being read.
pub(super) struct Walk {
    asset: AssetId,
    triples: BTreeSet<String>,
    subtrees: BTreeSet<String>,
    full: bool,
    makers: BTreeSet<String>,
    addresses: usize,
    object_id: Option<String>,
    classes: BTreeMap<String, u32>,
    groups: BTreeMap<(Table, String), Group>,
    held_bytes: usize,
}

/// The tables whose rows (in SNMP's sense) come column by column and are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Table {
    Entity,
    Process,
    Lldp,
    Cdp,
}

/// The variables of one index of a table.
#[derive(Default)]
struct Group {
    facts: Facts,
    rows: Vec<(u64, Facts)>,
    serial: String,
}

type Facts = Vec<(Field, String)>;

impl Walk {
    pub(super) fn new(asset: AssetId) -> Self {
        Self {
            asset,
            triples: BTreeSet::new(),
            subtrees: BTreeSet::new(),
            full: false,
            makers: BTreeSet::new(),
            addresses: 0,
            object_id: None,
            classes: BTreeMap::new(),
            groups: BTreeMap::new(),
            held_bytes: 0,
        }
    }

    /// Takes one variable: one row.
    pub(super) fn variable(&mut self, at: u64, oid: &str, value: &Value, sink: &mut Sink<'_>) {
        if *value == Value::Absent {
            return sink.row(at).inert(codes::ROW_NOT_INVENTORY);
        }
        let answered = oid.strip_prefix("1.3.6.1.4.1.").map(|arcs| self.enterprise(at, arcs, sink));
        let repeated = answered.as_ref().is_some_and(Vec::is_empty);
        let news = answered.unwrap_or_default();
        let Some((column, index)) = column(oid) else {
            let otherwise = if repeated { codes::ROW_REPEATED } else { codes::ROW_NOT_INVENTORY };
            return self.put(at, Context::Device, &news, otherwise, sink);
        };
        if *value == Value::Unreadable {
            return sink.row(at).not_understood(codes::ROW_MALFORMED);
        }
        let text = value.text();
        match column {
            Column::SysObjectId => self.system_object(at, &text, sink),
            Column::SysDescr => {
                let facts = [(Field::SnmpSysdescr, text)];
                self.put(at, Context::Device, &facts, codes::ROW_NOT_INVENTORY, sink);
            }
            Column::SysName => self.system_name(at, &text, sink),
            Column::SysContact | Column::SysLocation => self.detail(at, column, &text, sink),
            Column::IfDescr if identifiers::is_adapter(&text) => {
                let facts = [(Field::HwModel, text)];
                self.put(at, Context::Platform, &facts, codes::ROW_NOT_INVENTORY, sink);
            }
            Column::IfDescr | Column::IfName | Column::IfAlias => {
                let facts = [(Field::Text, text)];
                self.put(at, Context::Mention, &facts, codes::ROW_NOT_INVENTORY, sink);
            }
            Column::IfPhysAddress => self.physical(at, value, &text, sink),
            Column::IpAddress => self.address(at, value, &text, sink),
            Column::InstalledName => {
                let facts = [(Field::SoftwareName, text)];
                self.put(at, Context::Installed, &facts, codes::ROW_NOT_INVENTORY, sink);
            }
            Column::UpsVendor | Column::UpsModel => {
                let vendor = column == Column::UpsVendor;
                let field = if vendor { Field::DeviceVendor } else { Field::DeviceModel };
                let facts = [(field, text)];
                self.put(at, Context::Device, &facts, codes::ROW_NOT_INVENTORY, sink);
            }
            Column::EntityClass => {
                if let Ok(class) = text.trim_matches(|c: char| !c.is_ascii_digit()).parse()
                    && self.classes.len() < GROUPS_MAX
                {
                    self.classes.insert(index.to_owned(), class);
                }
                sink.row(at).inert(codes::ROW_NOT_INVENTORY);
            }
            _ => self.grouped(at, column, index, text, news, sink),
        }
    }

    /// Puts together what came column by column.
    pub(super) fn finish(mut self, sink: &mut Sink<'_>) {
        let lowest = self
            .groups
            .keys()
            .filter(|(table, _)| *table == Table::Entity)
            .map(|(_, index)| index.clone())
            .min_by_key(|index| (index.len(), index.clone()));
        let mut groups: Vec<_> = std::mem::take(&mut self.groups).into_iter().collect();
        groups.sort_by_key(|(_, group)| group.rows.first().map_or(0, |(at, _)| *at));
        for ((table, index), group) in groups {
            let context = match table {
                Table::Process => Context::Running,
                Table::Lldp | Table::Cdp => Context::Neighbour,
                Table::Entity => match self.classes.get(&index) {
                    Some(&(CHASSIS | STACK)) => Context::Device,
                    // Small agents leave the class out; their first entity is the device.
                    None if self.classes.is_empty() && lowest.as_ref() == Some(&index) => {
                        Context::Device
                    }
                    _ => Context::Component,
                },
            };
            if context == Context::Device
                && let Some(serial) = identifiers::serial(&group.serial)
            {
                sink.identify(self.asset, IdKind::Serial, serial);
            }
            self.emit(context, &group, sink);
        }
    }

    fn emit(&self, context: Context, group: &Group, sink: &mut Sink<'_>) {
        let facts: Vec<_> = group.facts.iter().map(|(field, value)| (*field, &**value)).collect();
        let mut item = None;
        for (at, news) in &group.rows {
            let news: Vec<_> = news.iter().map(|(field, value)| (*field, &**value)).collect();
            let mut row = sink.row(*at);
            let told = row.observe(self.asset, Context::Device, &news).is_some();
            match item {
                Some(item) => row.observe_again(self.asset, item),
                None => item = row.observe(self.asset, context, &facts),
            }
            if item.is_none() && !told {
                row.inert(codes::ROW_NOT_INVENTORY);
            }
        }
    }

    /// What is new in an answer under an enterprise's number: the number with the next two arcs, and the longer prefix.
    fn enterprise(&mut self, at: u64, arcs: &str, sink: &mut Sink<'_>) -> Facts {
        let mut news = Vec::new();
        for (set, field, count, before) in [
            (&mut self.triples, Field::SnmpPen, 3, ""),
            (&mut self.subtrees, Field::SnmpSubtree, 4, "1.3.6.1.4.1."),
        ] {
            let prefix = first_arcs(arcs, count);
            if set.contains(prefix) {
                continue;
            }
            if set.len() >= SUBTREES_MAX {
                if !std::mem::replace(&mut self.full, true) {
                    let limit = SUBTREES_MAX.to_string();
                    sink.warn(codes::LIMIT_REACHED, Some(at), &[("limit", &limit)]);
                }
                continue;
            }
            set.insert(prefix.to_owned());
            news.push((field, format!("{before}{prefix}")));
        }
        news
    }

    fn system_object(&mut self, at: u64, text: &str, sink: &mut Sink<'_>) {
        let Some(value) = oid::numeric(text) else {
            return match oid::parse(text) {
                Some(_) => sink.row(at).not_understood(codes::ROW_SYMBOLIC_OID),
                None if text.is_empty() => sink.row(at).inert(codes::ROW_NOT_INVENTORY),
                None => sink.row(at).not_understood(codes::ROW_MALFORMED),
            };
        };
        if self.object_id.as_ref().is_some_and(|before| *before != value) {
            // Two walks in one file: what they say cannot be told apart any more.
            sink.warn(codes::MALFORMED, Some(at), &[("value", &value)]);
        }
        self.object_id = Some(value.clone());
        let facts = if value == "0.0" { Vec::new() } else { vec![(Field::SnmpSysobjid, value)] };
        self.put(at, Context::Device, &facts, codes::ROW_NOT_INVENTORY, sink);
    }

    fn system_name(&self, at: u64, text: &str, sink: &mut Sink<'_>) {
        match identifiers::host_name(text) {
            Some(name) => sink.name(self.asset, name),
            None if identifiers::masked(text) => {}
            None => sink.label(self.asset, text),
        }
        let shown = if identifiers::masked(text) { String::new() } else { text.to_owned() };
        self.put(at, Context::Device, &[(Field::Name, shown)], codes::ROW_ASSET_DETAIL, sink);
    }

    fn detail(&self, at: u64, column: Column, text: &str, sink: &mut Sink<'_>) {
        if !identifiers::masked(text) {
            match column {
                Column::SysContact => sink.owner(self.asset, text),
                _ => sink.site(self.asset, text),
            }
        }
        sink.row(at).inert(codes::ROW_ASSET_DETAIL);
    }

    fn physical(&mut self, at: u64, value: &Value, text: &str, sink: &mut Sink<'_>) {
        let mac = <[u8; 6]>::try_from(value.octets()).ok().or_else(|| identifiers::mac(text));
        let Some(mac) = mac else { return sink.row(at).inert(codes::ROW_NOT_INVENTORY) };
        if let Some(identity) = identifiers::mac_identity(mac)
            && self.addresses < ADDRESSES_MAX
        {
            self.addresses += 1;
            sink.identify(self.asset, IdKind::Mac, &identity);
        }
        match identifiers::oui(mac) {
            Some(maker) if self.makers.insert(maker.clone()) => {
                let facts = [(Field::MacOui, maker)];
                self.put(at, Context::Platform, &facts, codes::ROW_NOT_INVENTORY, sink);
            }
            Some(_) => sink.row(at).inert(codes::ROW_REPEATED),
            None => sink.row(at).inert(codes::ROW_NOT_INVENTORY),
        }
    }

    fn address(&mut self, at: u64, value: &Value, text: &str, sink: &mut Sink<'_>) {
        let text = match value.octets() {
            [a, b, c, d] => format!("{a}.{b}.{c}.{d}"),
            _ => text.to_owned(),
        };
        if let Some(ip) = identifiers::ip(&text)
            && self.addresses < ADDRESSES_MAX
        {
            self.addresses += 1;
            sink.identify(self.asset, IdKind::Ip, &ip);
        }
        sink.row(at).inert(codes::ROW_ASSET_DETAIL);
    }

    fn grouped(
        &mut self,
        at: u64,
        column: Column,
        index: &str,
        text: String,
        news: Facts,
        sink: &mut Sink<'_>,
    ) {
        let (table, facts) = match column {
            Column::EntitySerial => (Table::Entity, Vec::new()),
            Column::EntityVendor => (Table::Entity, vec![(Field::HwVendor, text.clone())]),
            Column::EntityModel => (Table::Entity, vec![(Field::HwModel, text.clone())]),
            Column::RunName => (Table::Process, process::facts(&text)),
            Column::RunPath => (Table::Process, program_path(&text)),
            Column::LldpName => (Table::Lldp, named(&text)),
            Column::CdpName => (Table::Cdp, named(&text)),
            Column::LldpDescription => (Table::Lldp, vec![(Field::Text, text.clone())]),
            _ => (Table::Cdp, vec![(Field::Text, text.clone())]),
        };
        let cost = index.len() + facts.iter().map(|(_, value)| value.len()).sum::<usize>();
        self.held_bytes += cost + size_of::<Group>();
        let group = if self.held_bytes < HELD_BYTES_MAX {
            self.groups.entry((table, index.to_owned())).or_default()
        } else {
            // No room to wait for the other columns.
            &mut Group::default()
        };
        for fact in facts {
            if !fact.1.is_empty() && !group.facts.contains(&fact) {
                group.facts.push(fact);
            }
        }
        if column == Column::EntitySerial {
            group.serial = text;
            return sink.row(at).inert(codes::ROW_ASSET_DETAIL);
        }
        group.rows.push((at, news));
        if self.held_bytes >= HELD_BYTES_MAX {
            let context = match table {
                Table::Entity => Context::Component,
                Table::Process => Context::Running,
                Table::Lldp | Table::Cdp => Context::Neighbour,
            };
            let group = std::mem::take(group);
            self.emit(context, &group, sink);
        }
    }

    fn put(
        &self,
        at: u64,
        context: Context,
        facts: &[(Field, String)],
        otherwise: Code,
        sink: &mut Sink<'_>,
    ) {
        let facts: Vec<_> = facts.iter().map(|(field, value)| (*field, &**value)).collect();
        let mut row = sink.row(at);
        if row.observe(self.asset, context, &facts).is_none() {
            row.inert(otherwise);
        }
    }
}

fn named(text: &str) -> Facts {
    vec![(Field::Name, text.to_owned()), (Field::Text, text.to_owned())]
}

/// A path as it is; some agents give the program's title there, which says no more than its name does.
fn program_path(text: &str) -> Facts {
    let absolute = text.starts_with('/') || text.get(1..3) == Some(":\\");
    let word = if text.contains('\\') { text } else { text.split(' ').next().unwrap_or(text) };
    if absolute { vec![(process::path_field(word), word.to_owned())] } else { Vec::new() }
}

fn first_arcs(arcs: &str, count: usize) -> &str {
    let end = arcs.match_indices('.').nth(count - 1).map_or(arcs.len(), |(at, _)| at);
    arcs.get(..end).unwrap_or(arcs)
}

/// `entPhysicalClass` of RFC 6933.
const CHASSIS: u32 = 3;
const STACK: u32 = 11;
/// Most distinct prefixes kept for one walk.
const SUBTREES_MAX: usize = 2_000;
const GROUPS_MAX: usize = 50_000;
const ADDRESSES_MAX: usize = 512;
/// Most bytes of tables held back until the walk ends.
const HELD_BYTES_MAX: usize = 16 << 20;
