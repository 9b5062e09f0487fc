//! The layout of a table: where its header is, and what each column means.
//!
//! In: the first rows. Out: the row that is the header, if any, and its columns. The header is the row with the most known
//! words among the first [`HEADER_ROWS`]; titles above it are no rows of the table. A table is an inventory when at least two
//! headers are known and one of them speaks of a product, a vendor or a platform.

use super::columns::{Column, Sheet, WORDS, normal};

/// How far down a header is looked for.
pub(crate) const HEADER_ROWS: usize = 20;

/// The cells of one row, in one buffer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cells {
    text: String,
    ends: Vec<usize>,
}

impl Cells {
    /// Appends a cell.
    pub(crate) fn push(&mut self, cell: &str) {
        self.text.push_str(cell);
        self.ends.push(self.text.len());
    }

    /// Empties the row.
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    /// How many cells there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The cell at this index, trimmed; empty when there is none.
    pub(crate) fn get(&self, index: usize) -> &str {
        self.raw(index).trim()
    }

    /// The cell at this index as it stands.
    pub(crate) fn raw(&self, index: usize) -> &str {
        let start = index.checked_sub(1).and_then(|i| self.ends.get(i)).copied().unwrap_or(0);
        let end = self.ends.get(index).copied().unwrap_or(start);
        self.text.get(start..end).unwrap_or_default()
    }

    /// The cells, trimmed.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|index| self.get(index))
    }

    /// How many cells hold something.
    pub(crate) fn filled(&self) -> usize {
        self.iter().filter(|cell| !cell.is_empty()).count()
    }
}

/// What the columns of a table mean.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    /// The meaning of each column.
    pub(crate) columns: Vec<Option<Column>>,
    /// The headers without meaning.
    pub(crate) unmapped: Vec<String>,
    /// What the sheet means beyond its headers.
    pub(crate) sheet: Option<&'static Sheet>,
    header: Vec<String>,
    log: bool,
}

impl Layout {
    /// The layout that this row is the header of, on a sheet or file of this name.
    pub(crate) fn of(row: &Cells, name: &str) -> Self {
        let sheet = WORDS.sheet(name, row.iter());
        let log = WORDS.is_log(row.iter());
        let mut layout = Self { sheet, log, ..Self::default() };
        for cell in row.iter() {
            let column = WORDS.column(cell, sheet);
            if column.is_none() && !cell.is_empty() {
                layout.unmapped.push(cell.to_owned());
            }
            layout.columns.push(column);
            layout.header.push(normal(cell));
        }
        layout.settle();
        layout
    }

    /// How many columns are known, when they are enough to call the table an inventory.
    pub(crate) fn score(&self) -> Option<usize> {
        if self.log {
            return None;
        }
        let mut known: Vec<Column> = self.columns.iter().flatten().copied().collect();
        known.dedup();
        let anchored = known.iter().any(|column| column.is_anchor());
        let special = self.sheet.is_some() && !known.is_empty();
        (special || (anchored && known.len() > 1)).then_some(known.len())
    }

    /// Whether a column with this meaning is there.
    pub(crate) fn has(&self, column: Column) -> bool {
        self.columns.contains(&Some(column))
    }

    /// Whether this row repeats the header, as printed tables do on each page.
    pub(crate) fn repeats(&self, row: &Cells) -> bool {
        row.filled() > 1
            && row.iter().zip(&self.header).all(|(cell, header)| normal(cell) == *header)
    }

    /// Whether rows speak of hardware.
    pub(crate) fn has_hardware(&self) -> bool {
        let hardware = [
            Column::DeviceModel,
            Column::DeviceVendor,
            Column::HwVendor,
            Column::HwModel,
            Column::SysObjectId,
            Column::SysDescr,
            Column::Serial,
        ];
        hardware.into_iter().any(|column| self.has(column))
    }

    /// Whether rows speak of software.
    pub(crate) fn has_software(&self) -> bool {
        let software = [
            Column::SoftwareName,
            Column::SoftwareVendor,
            Column::Package,
            Column::PackageKind,
            Column::Purl,
            Column::ProductCode,
            Column::Extension,
            Column::Bundle,
            Column::Image,
        ];
        software.into_iter().any(|column| self.has(column))
    }

    /// Gives the headers that mean several things the meaning that their neighbours imply.
    fn settle(&mut self) {
        self.settle_package_kind();
        if !self.has(Column::AssetName) {
            self.replace(Column::AssetAlias, Some(Column::AssetName));
        }
        self.settle_name();
        let of_device = [Column::DeviceModel, Column::SysObjectId, Column::SysDescr];
        let of_device = of_device.into_iter().any(|column| self.has(column));
        let software = (self.has(Column::SoftwareName) || self.has(Column::Package)) && !of_device;
        let vendor = match software {
            true if self.has(Column::SoftwareVendor) => Column::DeviceVendor,
            true => Column::SoftwareVendor,
            false => Column::DeviceVendor,
        };
        self.replace(Column::Vendor, Some(vendor));
    }

    /// A "source" without a name and a version beside it is some other source.
    fn settle_package_kind(&mut self) {
        let named = [Column::Name, Column::SoftwareName, Column::Package];
        let named = named.into_iter().any(|column| self.has(column));
        if !named || !self.has(Column::Version) || self.has(Column::DeviceModel) {
            self.replace(Column::PackageKind, None);
        }
    }

    fn settle_name(&mut self) {
        let hardware = self.has_hardware();
        let versioned = self.has(Column::Version) || self.has(Column::Vendor);
        let name = if self.has(Column::SoftwareName) || self.has(Column::Package) {
            (!self.has(Column::AssetName)).then_some(Column::AssetName)
        } else if self.has(Column::AssetName) {
            let software = self.has_software() || (versioned && !hardware);
            software.then_some(Column::SoftwareName)
        } else {
            let versions = self.has(Column::Version) && !self.has(Column::Ip);
            let software = (self.has_software() || versions) && !hardware;
            Some(if software { Column::SoftwareName } else { Column::AssetName })
        };
        self.replace(Column::Name, name);
    }

    fn replace(&mut self, from: Column, to: Option<Column>) {
        for column in &mut self.columns {
            if *column == Some(from) {
                *column = to;
            }
        }
    }
}

/// The best header among rows: its index and layout.
pub(crate) fn find_header<'r>(
    rows: impl Iterator<Item = &'r Cells>,
    name: &str,
) -> Option<(usize, Layout)> {
    let mut best: Option<(usize, usize, Layout)> = None;
    for (index, row) in rows.take(HEADER_ROWS).enumerate() {
        let layout = Layout::of(row, name);
        let Some(score) = layout.score() else { continue };
        if best.as_ref().is_none_or(|(top, _, _)| score > *top) {
            best = Some((score, index, layout));
        }
    }
    best.map(|(_, index, layout)| (index, layout))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Cells {
        let mut cells = Cells::default();
        text.split(',').for_each(|cell| cells.push(cell));
        cells
    }

    fn columns(header: &str) -> Vec<Option<Column>> {
        Layout::of(&cells(header), "").columns
    }

    #[test]
    fn neighbours_settle_what_a_name_is() {
        use Column::*;
        let software = [Some(SoftwareName), Some(Version), Some(SoftwareVendor)];
        assert_eq!(columns("name,version,vendor"), software);
        let device = [Some(AssetName), Some(DeviceVendor), Some(DeviceModel), Some(Version)];
        assert_eq!(columns("名称,厂商,型号,版本"), device);
        let both = [Some(AssetName), Some(SoftwareName), Some(SoftwareVendor)];
        assert_eq!(columns("主机名,软件名称,厂商"), both);
        let named = [Some(AssetName), Some(SoftwareName), Some(Version)];
        assert_eq!(columns("hostname,name,version"), named);
    }

    #[test]
    fn the_header_is_not_always_first() {
        let rows =
            [cells("资产清单,,,"), cells(",,,"), cells("主机名,厂商,型号,备注"), cells("a,b,c,d")];
        let (index, layout) = find_header(rows.iter(), "").unwrap();
        assert_eq!((index, layout.score()), (2, Some(4)));
        assert!(find_header([cells("size,colour"), cells("1,red")].iter(), "").is_none());
        assert!(find_header([cells("hostname,ip")].iter(), "").is_none());
        assert!(layout.repeats(&rows[2]));
    }
}
