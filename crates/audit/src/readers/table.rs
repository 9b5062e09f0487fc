//! From the rows of a table to facts: what workbooks and delimited text share.
//!
//! In: rows of cells, in order. Out: one asset per host or device, and per row one item for each thing that the row speaks of:
//! the device itself, its software, its operating system, what it runs on, what its notes mention. Values are not judged here.
//! Columns without known words are named once per table, never read: they may hold secrets.

use std::collections::HashMap;

use model::asset::{AssetId, AssetKind, IdKind};
use model::field::{Context, Field};

use super::columns::{Column, WORDS, unswap};
use super::layout::{Cells, HEADER_ROWS, Layout, find_header};
use super::values;
use crate::codes;
use crate::sink::{Row, Sink};

/// The assets of one input by what its tables call them.
#[derive(Default)]
pub(crate) struct Assets {
    by_key: HashMap<String, AssetId>,
    whole: Option<AssetId>,
}

/// One table being read.
pub(crate) struct Table {
    name: String,
    /// Cells may have been split at a comma that nobody quoted.
    mends: bool,
    waiting: Vec<(u64, Cells)>,
    layout: Option<Layout>,
    hopeless: bool,
}

impl Table {
    /// A table on a sheet or in a file of this name.
    pub(crate) fn new(name: &str, mends: bool) -> Self {
        Self { name: name.to_owned(), mends, waiting: Vec::new(), layout: None, hopeless: false }
    }

    /// Reads a row; the first ones wait until the header is found.
    pub(crate) fn push(
        &mut self,
        at: u64,
        cells: &Cells,
        assets: &mut Assets,
        sink: &mut Sink<'_>,
    ) {
        if let Some(layout) = &self.layout {
            return read_row(layout, self.mends, at, cells, assets, sink);
        }
        if self.hopeless {
            return no_table(at, cells, sink);
        }
        self.waiting.push((at, cells.clone()));
        if self.waiting.len() >= HEADER_ROWS {
            self.settle(assets, sink);
        }
    }

    /// Reads what still waits.
    pub(crate) fn finish(mut self, assets: &mut Assets, sink: &mut Sink<'_>) {
        if self.layout.is_none() && !self.hopeless {
            self.settle(assets, sink);
        }
    }

    fn settle(&mut self, assets: &mut Assets, sink: &mut Sink<'_>) {
        let waiting = std::mem::take(&mut self.waiting);
        let found = find_header(waiting.iter().map(|(_, cells)| cells), &self.name);
        let Some((header, layout)) = found else {
            self.hopeless = true;
            report_unmapped(&waiting, sink);
            waiting.iter().for_each(|(at, cells)| no_table(*at, cells, sink));
            return;
        };
        if !layout.unmapped.is_empty() {
            let at = waiting.get(header).map(|(at, _)| *at);
            sink.note(codes::TABLE_UNMAPPED, at, &[("columns", &layout.unmapped.join(", "))]);
        }
        for (index, (at, cells)) in waiting.iter().enumerate() {
            // Tables in two languages have two headers.
            let second = index == header + 1 && {
                let known = Layout::of(cells, &self.name).score().unwrap_or(0);
                known > 2 && known * 2 > cells.filled()
            };
            if index <= header || second {
                let reason = if cells.filled() == 0 { codes::ROW_BLANK } else { codes::ROW_HEADER };
                sink.row(*at).inert(reason);
            } else {
                read_row(&layout, self.mends, *at, cells, assets, sink);
            }
        }
        self.layout = Some(layout);
    }
}

/// Names the cells of the fullest row, which most likely was meant as the header.
fn report_unmapped(waiting: &[(u64, Cells)], sink: &mut Sink<'_>) {
    let fullest = waiting.iter().rev().max_by_key(|(_, cells)| cells.filled());
    let Some((at, cells)) = fullest.filter(|(_, cells)| cells.filled() > 0) else { return };
    let headers: Vec<&str> = cells.iter().filter(|cell| !cell.is_empty()).collect();
    sink.note(codes::TABLE_UNMAPPED, Some(*at), &[("columns", &headers.join(", "))]);
}

fn no_table(at: u64, cells: &Cells, sink: &mut Sink<'_>) {
    let row = sink.row(at);
    if cells.filled() == 0 {
        row.inert(codes::ROW_BLANK);
    } else {
        row.not_understood(codes::ROW_NO_KNOWN_FIELD);
    }
}

fn read_row(
    layout: &Layout,
    mends: bool,
    at: u64,
    cells: &Cells,
    assets: &mut Assets,
    sink: &mut Sink<'_>,
) {
    if cells.filled() == 0 {
        return sink.row(at).inert(codes::ROW_BLANK);
    }
    if layout.repeats(cells) {
        return sink.row(at).inert(codes::ROW_HEADER);
    }
    if layout.sheet.is_some_and(|sheet| sheet.inert) {
        return sink.row(at).inert(codes::ROW_NOT_INVENTORY);
    }
    let surplus = (layout.columns.len()..cells.len()).any(|index| !cells.get(index).is_empty());
    let mended = if surplus && mends { mend(cells, layout.columns.len()) } else { None };
    if surplus && mended.is_none() {
        sink.warn(codes::TABLE_RAGGED, Some(at), &[("cells", &cells.len().to_string())]);
    }
    let values = Values { layout, cells: mended.as_ref().unwrap_or(cells) };
    // A lone cell below many columns is a caption or a sum, not an asset.
    let lone = values.cells.filled() < 2 && layout.columns.len() > 2;
    if lone || !values.any() {
        return sink.row(at).not_understood(codes::ROW_NO_KNOWN_FIELD);
    }
    let (_, _, swapped) = values.vendor_and_version();
    if swapped {
        sink.warn(codes::ROW_SWAPPED, Some(at), &[("vendor", values.software_vendor_cell())]);
    }
    let asset = assets.of(&values, sink);
    let mut row = sink.row(at);
    if !observe(&values, asset, &mut row) {
        row.inert(codes::ROW_NOT_INVENTORY);
    }
}

/// Joins cells that were split at an unquoted comma followed by a space, when that explains all surplus cells.
fn mend(cells: &Cells, width: usize) -> Option<Cells> {
    let split = |index: usize| index > 0 && cells.raw(index).starts_with(' ');
    let count = (0..cells.len()).filter(|&index| split(index)).count();
    if cells.len() - count != width {
        return None;
    }
    let mut mended: Vec<String> = Vec::with_capacity(width);
    for index in 0..cells.len() {
        match mended.last_mut() {
            Some(last) if split(index) => {
                last.push(',');
                last.push_str(cells.raw(index));
            }
            _ => mended.push(cells.raw(index).to_owned()),
        }
    }
    let mut row = Cells::default();
    mended.iter().for_each(|cell| row.push(cell));
    Some(row)
}

/// The cells of a row by meaning.
struct Values<'r> {
    layout: &'r Layout,
    cells: &'r Cells,
}

impl<'r> Values<'r> {
    /// The filled cells of this meaning.
    fn all(&self, column: Column) -> impl Iterator<Item = &'r str> {
        let (columns, cells) = (&self.layout.columns, self.cells);
        let places = columns.iter().enumerate();
        places
            .filter(move |(_, meaning)| **meaning == Some(column))
            .map(|(index, _)| values::known(cells.get(index)))
            .filter(|cell| !cell.is_empty())
    }

    /// The first filled cell of this meaning.
    fn get(&self, column: Column) -> &'r str {
        self.all(column).next().unwrap_or_default()
    }

    fn any(&self) -> bool {
        let mut columns = self.layout.columns.iter().enumerate();
        columns.any(|(index, column)| column.is_some() && !self.cells.get(index).is_empty())
    }

    fn software_vendor_cell(&self) -> &'r str {
        self.get(Column::SoftwareVendor)
    }

    fn vendor_and_version(&self) -> (&'r str, &'r str, bool) {
        unswap(self.software_vendor_cell(), self.get(Column::Version))
    }

    fn is_virtual(&self) -> bool {
        let kind = WORDS.kind(self.get(Column::AssetKind));
        let sheet = self.layout.sheet.and_then(|sheet| sheet.kind);
        kind.or(sheet) == Some(AssetKind::VirtualMachine)
            || WORDS.is_platform_model(self.get(Column::DeviceModel))
    }
}

impl Assets {
    /// The asset of a row: by name and serial number, else by what identifies it, else the file as a whole.
    fn of(&mut self, values: &Values<'_>, sink: &mut Sink<'_>) -> AssetId {
        let name = values.get(Column::AssetName);
        let label = [Column::AssetTag, Column::Serial, Column::Ip, Column::Uuid]
            .into_iter()
            .map(|column| values.get(column))
            .find(|value| !value.is_empty());
        let alone = values.layout.has_hardware() && !values.layout.has_software();
        let key = match (name.is_empty(), label) {
            (false, _) => format!("{}\n{}", name.to_lowercase(), values.get(Column::Serial)),
            (true, Some(label)) => format!("\n{}", label.to_lowercase()),
            (true, None) if alone => String::new(),
            (true, None) => return self.whole(sink),
        };
        if let Some(asset) = self.by_key.get(&key).filter(|_| !key.is_empty()) {
            describe(*asset, values, sink);
            return *asset;
        }
        let asset = sink.asset(kind_of(values));
        if name.is_empty() {
            sink.label(asset, label.unwrap_or(values.get(Column::DeviceModel)));
        } else {
            sink.name(asset, name);
        }
        describe(asset, values, sink);
        if self.by_key.len() < MOST_ASSETS {
            self.by_key.insert(key, asset);
        }
        asset
    }

    fn whole(&mut self, sink: &mut Sink<'_>) -> AssetId {
        *self.whole.get_or_insert_with(|| sink.asset(AssetKind::Unknown))
    }
}

fn kind_of(values: &Values<'_>) -> AssetKind {
    let layout = values.layout;
    if let Some(kind) = WORDS.kind(values.get(Column::AssetKind)) {
        return kind;
    }
    if let Some(kind) = layout.sheet.and_then(|sheet| sheet.kind) {
        return kind;
    }
    if layout.has(Column::SysObjectId) || layout.has(Column::SysDescr) {
        AssetKind::Device
    } else if layout.has_software() || layout.has(Column::Os) || layout.has(Column::HwModel) {
        AssetKind::Host
    } else {
        AssetKind::Unknown
    }
}

/// Notes what a row says about its asset besides products.
fn describe(asset: AssetId, values: &Values<'_>, sink: &mut Sink<'_>) {
    for (column, kind) in [
        (Column::AssetAlias, IdKind::Hostname),
        (Column::Serial, IdKind::Serial),
        (Column::Uuid, IdKind::Uuid),
    ] {
        sink.identify(asset, kind, values.get(column));
    }
    let is_separator = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '，' | '；' | '、');
    for ip in values.get(Column::Ip).split(is_separator) {
        if ip.parse::<std::net::IpAddr>().is_ok() {
            sink.identify(asset, IdKind::Ip, ip);
        }
    }
    for mac in values.get(Column::Mac).split(is_separator) {
        if values::oui(mac).is_some() {
            sink.identify(asset, IdKind::Mac, mac);
        }
    }
    sink.site(asset, values.get(Column::Site));
    sink.os(asset, &os_of(values));
    let owner = values.get(Column::Owner);
    sink.owner(asset, if owner.is_empty() { values.get(Column::Department) } else { owner });
    if let Some(day) = values::day(values.get(Column::Observed)) {
        sink.observed_on(asset, &day);
    }
}

/// The operating system in the longest of the words for it.
fn os_of(values: &Values<'_>) -> String {
    let named = values.all(Column::Os).max_by_key(|name| name.len()).unwrap_or_default();
    let named = if named.is_empty() { values.get(Column::OsConfigured) } else { named };
    let version = values.get(Column::OsVersion);
    if version.is_empty() || named.contains(version) {
        named.to_owned()
    } else {
        format!("{named} {version}").trim().to_owned()
    }
}

/// Observes what the row says; whether it says anything.
fn observe(values: &Values<'_>, asset: AssetId, row: &mut Row<'_>) -> bool {
    let mut seen = observe_device(values, asset, row);
    seen |= observe_software(values, asset, row);
    let os = os_of(values);
    seen |= row.observe(asset, Context::Installed, &[(Field::SoftwareName, &os)]).is_some();
    let nic = values::before_address(values.get(Column::NicVendor));
    seen |= row.observe(asset, Context::Platform, &[(Field::HwVendor, nic)]).is_some();
    let below = [(Field::SoftwareName, values.get(Column::Platform))];
    seen |= row.observe(asset, Context::Platform, &below).is_some();
    let notes = values.get(Column::Notes);
    seen |= row.observe(asset, Context::Mention, &[(Field::Text, notes)]).is_some();
    if values.layout.has_hardware() && !values.layout.has_software() {
        let description = [(Field::Text, values.get(Column::Description))];
        seen |= row.observe(asset, Context::Mention, &description).is_some();
    }
    if let Some((name, vendor)) = values.layout.sheet.and_then(|sheet| sheet.product.as_ref()) {
        let version = values.get(Column::Version);
        if !matches!(version, "" | "0") {
            let facts = [
                (Field::SoftwareName, name.as_str()),
                (Field::SoftwareVendor, vendor.as_str()),
                (Field::Version, version),
            ];
            seen |= row.observe(asset, Context::Installed, &facts).is_some();
        }
    }
    seen
}

fn observe_device(values: &Values<'_>, asset: AssetId, row: &mut Row<'_>) -> bool {
    let model = values.get(Column::DeviceModel);
    let mut vendors: Vec<&str> =
        values.all(Column::DeviceVendor).map(values::before_address).collect();
    vendors.dedup();
    let oui = values::oui(values.get(Column::Mac)).unwrap_or_default();
    let hardware = !(vendors.is_empty() && model.is_empty() && oui.is_empty());
    let below = hardware && values.is_virtual();
    // The maker of a computer's network card says what it runs on; that of a device says what it is.
    let card_below = below || matches!(kind_of(values), AssetKind::Host | AssetKind::Image);
    let mut platform = vec![
        (Field::HwVendor, values.get(Column::HwVendor)),
        (Field::HwModel, values.get(Column::HwModel)),
    ];
    let mut itself = Vec::new();
    let (facts, vendor_field, model_field) = match below {
        true => (&mut platform, Field::HwVendor, Field::HwModel),
        false => (&mut itself, Field::DeviceVendor, Field::DeviceModel),
    };
    facts.extend(vendors.iter().map(|vendor| (vendor_field, *vendor)));
    facts.push((model_field, model));
    let facts = if card_below { &mut platform } else { &mut itself };
    facts.push((Field::MacOui, &oui));
    itself.push((Field::SnmpSysobjid, values::oid(values.get(Column::SysObjectId))));
    itself.push((Field::SnmpSysdescr, values.get(Column::SysDescr)));
    let seen = row.observe(asset, Context::Platform, &platform).is_some();
    if itself.iter().all(|(_, value)| value.is_empty()) {
        return seen;
    }
    if !values.layout.has_software() {
        itself.push((Field::Version, values.get(Column::Version)));
    }
    itself.push((Field::State, values.get(Column::Status)));
    seen | row.observe(asset, Context::Device, &itself).is_some()
}

fn observe_software(values: &Values<'_>, asset: AssetId, row: &mut Row<'_>) -> bool {
    let (vendor, version, _) = values.vendor_and_version();
    let kind = values.get(Column::PackageKind);
    let built = WORDS.is_distribution(kind);
    let package = values.get(Column::Package);
    let names = values.get(Column::SoftwareName);
    let mut seen = false;
    // A cell may list several products, one a line.
    for name in names.lines().chain(names.is_empty().then_some("")) {
        let packed = if package.is_empty() && built { name } else { package };
        let path = values.get(Column::Path);
        let cpe = values::cpe(values.get(Column::Cpe)).unwrap_or_default();
        let facts = [
            (Field::SoftwareName, if built { "" } else { name }),
            (Field::LinPkg, packed),
            (Field::SoftwareVendor, if built { "" } else { vendor }),
            (Field::PkgHomepage, values::homepage(values.get(Column::Homepage))),
            (Field::Purl, values::purl(values.get(Column::Purl))),
            (Field::Cpe, cpe.as_str()),
            (Field::WinProductCode, values.get(Column::ProductCode)),
            (values::path_field(path), path),
            (Field::ExtensionId, values.get(Column::Extension)),
            (Field::MacBundle, values.get(Column::Bundle)),
            (Field::OciImage, values::image(values.get(Column::Image))),
        ];
        if facts.iter().all(|(_, value)| value.trim().is_empty()) {
            continue;
        }
        let mut facts = facts.to_vec();
        facts.push((Field::Version, version));
        facts.push((Field::Name, if name.is_empty() { package } else { name }));
        facts.push((Field::State, values.get(Column::Status)));
        let sheet = values.layout.sheet;
        let itself = sheet.is_some_and(|sheet| sheet.product_is_asset);
        let context = if itself { Context::Device } else { Context::Installed };
        seen |= row.observe(asset, context, &facts).is_some();
    }
    seen
}

/// Beyond this many, equal names make assets of their own, which are joined later by their identifiers.
const MOST_ASSETS: usize = 1 << 20;
