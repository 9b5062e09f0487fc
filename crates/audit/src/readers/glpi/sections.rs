//! Sections about a computer itself.

use model::asset::{AssetKind, IdKind};
use model::field::{Context, Field};

use crate::codes;
use crate::readers::glpi::inventory::{Inventory, Item, Said};
use crate::readers::glpi::record::Record;
use crate::readers::{identifiers, process};
use crate::sink::Sink;

/// Name, unit and what the machine runs on when it is a virtual one.
pub(super) fn hardware(it: &mut Inventory, record: &Record, sink: &mut Sink<'_>) -> Said {
    let asset = it.asset(sink);
    it.name(record.get("NAME"), sink);
    if let Some(uuid) = identifiers::uuid(record.get("UUID")) {
        sink.identify(asset, IdKind::Uuid, &uuid);
    }
    let os = record.get("OSNAME");
    note_system(it, os);
    sink.os(asset, os);
    let runs_on = record.get("VMSYSTEM");
    if identifiers::masked(runs_on) || runs_on.eq_ignore_ascii_case("physical") {
        return Err(codes::ROW_ASSET_DETAIL);
    }
    sink.kind(asset, AssetKind::VirtualMachine);
    let facts = vec![(Field::HwVendor, runs_on.to_owned()), (Field::Text, runs_on.to_owned())];
    Ok(vec![(Context::Platform, facts)])
}

/// Makers and models of system and board, and the serial number.
pub(super) fn bios(it: &mut Inventory, record: &Record, sink: &mut Sink<'_>) -> Said {
    let asset = it.asset(sink);
    if let Some(serial) = identifiers::serial(record.get("SSN")) {
        sink.identify(asset, IdKind::Serial, serial);
    }
    let system = made(record.get("SMANUFACTURER"), record.get("SMODEL"));
    let board = made(record.get("MMANUFACTURER"), record.get("MMODEL"));
    Ok(if system == board { vec![system] } else { vec![system, board] })
}

fn made(vendor: &str, model: &str) -> Item {
    let told =
        |value: &str| if identifiers::masked(value) { String::new() } else { value.to_owned() };
    (Context::Platform, vec![(Field::HwVendor, told(vendor)), (Field::HwModel, told(model))])
}

/// The operating system as a product, and the full name of the host.
pub(super) fn operating_system(it: &mut Inventory, record: &Record, sink: &mut Sink<'_>) -> Said {
    let asset = it.asset(sink);
    let name = record.any(&["FULL_NAME", "NAME"]);
    note_system(it, name);
    note_system(it, record.get("NAME"));
    sink.os(asset, name);
    if let Some(host) = identifiers::host_name(record.get("FQDN")) {
        sink.identify(asset, IdKind::Hostname, host);
    }
    let version = record.any(&["VERSION", "KERNEL_VERSION"]);
    let facts = vec![(Field::SoftwareName, name.to_owned()), (Field::Version, version.to_owned())];
    Ok(vec![(Context::Installed, facts)])
}

fn note_system(it: &mut Inventory, name: &str) {
    let lower = name.to_ascii_lowercase();
    it.windows |= lower.contains("windows") || lower.starts_with("mswin");
}

/// A network adapter. One that the host made up itself (bridge, tunnel, host side of a virtual network) says what is used here,
/// not what the host runs on.
pub(super) fn network(it: &mut Inventory, record: &Record, sink: &mut Sink<'_>) -> Said {
    let asset = it.asset(sink);
    let virtual_here = matches!(record.get("VIRTUALDEV"), "1" | "true" | "yes");
    let mac = identifiers::mac(record.any(&["MACADDR", "MAC"]));
    let description = record.get("DESCRIPTION");
    if virtual_here {
        let facts = vec![(Field::Text, description.to_owned())];
        return Ok(vec![(Context::Mention, facts)]);
    }
    if let Some(identity) = mac.and_then(identifiers::mac_identity) {
        sink.identify(asset, IdKind::Mac, &identity);
    }
    for address in record.all("IPADDRESS").chain(record.all("IPADDRESS6")) {
        if let Some(ip) = identifiers::ip(address) {
            sink.identify(asset, IdKind::Ip, &ip);
        }
    }
    let model = if identifiers::is_adapter(description) { description } else { "" };
    let facts = vec![
        (Field::HwVendor, record.get("MANUFACTURER").to_owned()),
        (Field::HwModel, record.get("MODEL").to_owned()),
        (Field::HwModel, model.to_owned()),
        (Field::MacOui, mac.and_then(identifiers::oui).unwrap_or_default()),
    ];
    Ok(vec![(Context::Platform, facts)])
}

/// A running process, without its arguments.
pub(super) fn process(record: &Record) -> Vec<Item> {
    vec![(Context::Running, process::facts(record.get("CMD")))]
}

/// A guest or container: shows which engine the host runs, and which image a container came from.
pub(super) fn guest(record: &Record) -> Vec<Item> {
    let name = (Field::Name, record.get("NAME").to_owned());
    let engine = vec![
        (Field::Text, record.get("VMTYPE").to_owned()),
        (Field::Text, record.get("SUBSYSTEM").to_owned()),
        name.clone(),
    ];
    let image = record.get("IMAGE");
    let mut items = vec![(Context::Mention, engine)];
    if !image.is_empty() {
        let facts = vec![(Field::OciImage, without_tag(image).to_owned()), name];
        items.push((Context::Running, facts));
    }
    items
}

/// Without tag and digest; a colon before a slash is a port.
fn without_tag(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or(image);
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => image,
    }
}

/// A card or disk.
pub(super) fn part(record: &Record) -> Vec<Item> {
    let model = record.any(&["MODEL", "CAPTION", "NAME"]);
    let facts = vec![
        (Field::HwVendor, record.get("MANUFACTURER").to_owned()),
        (Field::HwModel, model.to_owned()),
    ];
    vec![(Context::Component, facts)]
}

/// A remote control program; the number by which it is reached is not read.
pub(super) fn remote(record: &Record) -> Vec<Item> {
    let facts = vec![
        (Field::SoftwareName, record.get("TYPE").to_owned()),
        (Field::Version, record.get("VERSION").to_owned()),
    ];
    vec![(Context::Installed, facts)]
}
