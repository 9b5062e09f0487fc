//! Sections about network devices and printers, as discoveries and SNMP inventories write them.

use model::asset::{AssetKind, IdKind};
use model::field::{Context, Field};

use crate::codes;
use crate::readers::glpi::inventory::{Inventory, Item, Said};
use crate::readers::glpi::record::Record;
use crate::readers::identifiers;
use crate::sink::Sink;

/// The device itself.
pub(super) fn device(it: &mut Inventory, record: &Record, sink: &mut Sink<'_>) -> Said {
    if record.is_empty() {
        return Err(codes::ROW_NOT_INVENTORY);
    }
    let asset = it.asset(sink);
    sink.kind(asset, kind(record.get("TYPE")));
    for name in ["NAME", "SNMPHOSTNAME", "DNSHOSTNAME", "NETBIOSNAME"] {
        it.name(record.get(name), sink);
    }
    if let Some(serial) = identifiers::serial(record.get("SERIAL")) {
        sink.identify(asset, IdKind::Serial, serial);
    }
    let mac = identifiers::mac(record.get("MAC"));
    if let Some(identity) = mac.and_then(identifiers::mac_identity) {
        sink.identify(asset, IdKind::Mac, &identity);
    }
    let mut lists = Vec::new();
    record.nested(&["IPS"], &mut lists);
    let listed = lists.iter().flat_map(|list| list.all("IP"));
    for address in record.all("IP").chain(record.all("IPS")).chain(listed).take(ADDRESSES_MAX) {
        if let Some(ip) = identifiers::ip(address) {
            sink.identify(asset, IdKind::Ip, &ip);
        }
    }
    if !identifiers::masked(record.get("LOCATION")) {
        sink.site(asset, record.get("LOCATION"));
    }
    if !identifiers::masked(record.get("CONTACT")) {
        sink.owner(asset, record.get("CONTACT"));
    }
    let described = record.any(&["COMMENTS", "DESCRIPTION", "SYSDESCR"]);
    let described: String =
        described.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let facts = vec![
        (Field::DeviceVendor, record.get("MANUFACTURER").to_owned()),
        (Field::DeviceModel, record.get("MODEL").to_owned()),
        (Field::SnmpSysdescr, described),
        (Field::Version, record.get("FIRMWARE").to_owned()),
    ];
    let maker = vec![(Field::MacOui, mac.and_then(identifiers::oui).unwrap_or_default())];
    Ok(vec![(Context::Device, facts), (Context::Platform, maker)])
}

fn kind(word: &str) -> AssetKind {
    match word.to_ascii_uppercase().as_str() {
        "COMPUTER" => AssetKind::Host,
        "" => AssetKind::Unknown,
        _ => AssetKind::Device,
    }
}

/// A firmware: that of the device itself or of something in it.
pub(super) fn firmware(record: &Record) -> Vec<Item> {
    let vendor = record.get("MANUFACTURER").to_owned();
    let name = record.get("NAME").to_owned();
    let version = (Field::Version, record.get("VERSION").to_owned());
    vec![if record.get("TYPE").eq_ignore_ascii_case("device") {
        (Context::Device, vec![(Field::DeviceVendor, vendor), (Field::DeviceModel, name), version])
    } else {
        let facts = vec![(Field::SoftwareVendor, vendor), (Field::SoftwareName, name), version];
        (Context::Component, facts)
    }]
}

/// A part of the device, or the chassis that is the device.
pub(super) fn component(it: &mut Inventory, record: &Record, sink: &mut Sink<'_>) -> Said {
    let whole = ["chassis", "stack"].iter().any(|t| record.get("TYPE").eq_ignore_ascii_case(t));
    if whole && let Some(serial) = identifiers::serial(record.get("SERIAL")) {
        let asset = it.asset(sink);
        sink.identify(asset, IdKind::Serial, serial);
    }
    let facts = vec![
        (Field::HwVendor, record.get("MANUFACTURER").to_owned()),
        (Field::HwModel, record.get("MODEL").to_owned()),
    ];
    Ok(vec![(if whole { Context::Device } else { Context::Component }, facts)])
}

/// A port: what people called it, and what is connected to it.
pub(super) fn port(record: &Record) -> Vec<Item> {
    let names = ["IFDESCR", "IFALIAS"].map(|name| (Field::Text, record.get(name).to_owned()));
    let maker = identifiers::mac(record.get("MAC")).and_then(identifiers::oui).unwrap_or_default();
    let mut items =
        vec![(Context::Mention, names.to_vec()), (Context::Platform, vec![(Field::MacOui, maker)])];
    let mut connections = Vec::new();
    record.nested(&["CONNECTION", "CONNECTIONS"], &mut connections);
    for far in connections {
        let name = far.get("SYSNAME");
        let texts = [name, far.get("SYSDESCR"), far.get("MODEL")];
        let mut facts: Vec<_> = texts.iter().map(|text| (Field::Text, flat(text))).collect();
        facts.push((Field::Name, name.to_owned()));
        items.push((Context::Neighbour, facts));
    }
    items
}

fn flat(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

const ADDRESSES_MAX: usize = 512;
