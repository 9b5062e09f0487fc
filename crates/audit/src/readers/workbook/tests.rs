use std::io::Write;

use model::asset::{AssetKind, IdKind};
use zip::write::SimpleFileOptions;

use super::*;
use crate::readers::testing::{facts, read, shared, survives_mutation};

/// A workbook of sheets given as the XML inside `worksheet`.
fn book(sheets: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut add = |name: &str, text: &str| {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    };
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let mut list = String::new();
    let mut rels = String::new();
    for (index, (name, _)) in sheets.iter().enumerate() {
        list += &format!("<sheet name=\"{name}\" sheetId=\"{0}\" r:id=\"r{0}\"/>", index + 1);
        rels += &format!(
            "<Relationship Id=\"r{0}\" Type=\"{rel}/worksheet\" Target=\"worksheets/sheet{0}.xml\"/>",
            index + 1
        );
    }
    add("[Content_Types].xml", "<Types/>");
    add(
        "_rels/.rels",
        &format!(
            "<Relationships><Relationship Id=\"r\" Type=\"{rel}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
        ),
    );
    add(
        "xl/workbook.xml",
        &format!("<workbook xmlns=\"{main}\" xmlns:r=\"{rel}\"><sheets>{list}</sheets></workbook>"),
    );
    add("xl/_rels/workbook.xml.rels", &format!("<Relationships>{rels}</Relationships>"));
    add(
        "xl/styles.xml",
        "<styleSheet><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>",
    );
    for (index, (_, xml)) in sheets.iter().enumerate() {
        add(
            &format!("xl/worksheets/sheet{}.xml", index + 1),
            &format!("<worksheet xmlns=\"{main}\">{xml}</worksheet>"),
        );
    }
    zip.finish().unwrap().into_inner()
}

/// The XML of rows written as lines of cells with bars between them; rows count from one.
fn rows(text: &str) -> String {
    let mut xml = String::from("<dimension ref=\"A1:CL1048576\"/><sheetData>");
    for (row, line) in text.lines().enumerate() {
        xml += &format!("<row r=\"{}\">", row + 1);
        for (column, cell) in line.split('|').enumerate() {
            let at = format!("{}{}", char::from(b'A' + u8::try_from(column).unwrap()), row + 1);
            xml += &match cell.strip_prefix('#') {
                Some(number) => format!("<c r=\"{at}\"><v>{number}</v></c>"),
                None if cell.is_empty() => format!("<c r=\"{at}\"/>"),
                None => format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{cell}</t></is></c>"),
            };
        }
        xml += "</row>";
    }
    xml + "</sheetData>"
}

#[test]
fn a_cmdb_sheet_with_merged_cells_dates_and_numbers() {
    let mut sheet =
        rows("安全设备台账\n\n主机名|厂商|型号|版本|盘点日期\nfw1|Acme|AX-1|#7|\n|Acme|AX-2|#7.2|");
    sheet = sheet.replace("<c r=\"E4\"/>", "<c r=\"E4\" s=\"1\"><f>TODAY()</f><v>46000</v></c>");
    sheet +=
        "<mergeCells count=\"2\"><mergeCell ref=\"A1:E1\"/><mergeCell ref=\"A4:A5\"/></mergeCells>";
    let bytes = book(&[("封面", &rows("说明\n张三")), ("台账", &sheet)]);
    let head = Head { bytes: &bytes, complete: true, name: "a.bin" };
    assert_eq!(Workbook.probe(&head), Some(98));
    let seen = read(&Workbook, "a.xlsx", &bytes);
    assert_eq!(
        facts(&seen),
        [
            "fw1 device device.vendor=Acme device.model=AX-1 version=7",
            "fw1 device device.vendor=Acme device.model=AX-2 version=7.2",
        ]
    );
    let ledger = &seen.sources[0].1;
    assert_eq!(
        (ledger.rows, ledger.understood, ledger.inert_rows(), ledger.lost_rows()),
        (6, 2, 2, 2)
    );
    let day = seen.observations.assets[0].observed_on.unwrap();
    assert_eq!(seen.observations.strings.get(day), "2025-12-09");
    let lost = ledger.not_understood.values().next().unwrap();
    assert_eq!(lost.first[0], ("封面".to_owned(), 1));
}

const INFO: &str = "VM|DNS Name|Primary IP Address|Datacenter|Host|OS according to the configuration file|OS according to the VMware Tools|VM UUID|VI SDK Server type|Annotation\n\
    vm-1|vm-1.example|10.0.0.5|DC1|esx1|Other Linux|Debian 12|500b85c1-ef0d-37fb-6897-61c47157f858|VMware vCenter Server 8.0.3|backup by X";
const HOST: &str = "Host|Datacenter|CPU Model|Vendor|Model|ESX Version|Service tag\n\
    esx1|DC1|Some CPU|Dell Inc.|PowerEdge R740|VMware ESXi 7.0.3 build-1|ABC123";
const TOOLS: &str = "VM|VM Version|Tools|Tools Version|OS according to the VMware Tools\n\
    vm-1|#19|toolsOk|#12352|Debian 12\nvm-2|#19|toolsNotInstalled|#0|";

fn estate() -> Vec<String> {
    vec![
        "vm-1 installed software.name=Debian 12".into(),
        "vm-1 platform software.name=VMware vCenter Server 8.0.3".into(),
        "vm-1 mention text=backup by X".into(),
        "esx1 platform hw.vendor=Dell Inc. hw.model=PowerEdge R740".into(),
        "esx1 device software.name=VMware ESXi 7.0.3 build-1 name=VMware ESXi 7.0.3 build-1".into(),
        "vm-1 installed software.name=VMware Tools software.vendor=VMware, Inc. version=12352"
            .into(),
    ]
}

#[test]
fn an_estate_export_in_its_old_words() {
    let disks = "VM|Disk|Capacity MiB|Controller\nvm-1|Hard disk 1|#10|VMware paravirtual SCSI";
    let sheets = [
        ("vInfo", rows(INFO)),
        ("vDisk", rows(disks)),
        ("vHost", rows(HOST)),
        ("vTools", rows(TOOLS)),
    ];
    let sheets: Vec<_> = sheets.iter().map(|(name, xml)| (*name, xml.as_str())).collect();
    let seen = read(&Workbook, "rv.xlsx", &book(&sheets));
    assert_eq!(facts(&seen), estate());
    let assets = &seen.observations.assets;
    let kinds: Vec<_> = assets.iter().map(|asset| asset.kind).collect();
    assert_eq!(kinds, [AssetKind::VirtualMachine, AssetKind::Host, AssetKind::VirtualMachine]);
    assert!(assets[0].identifiers.iter().any(|(kind, _)| *kind == IdKind::Uuid));
    assert_eq!(seen.observations.strings.get(assets[0].site.unwrap()), "DC1");
    assert_eq!(seen.sources[0].1.lost_rows(), 0);
}

#[test]
fn an_estate_export_in_its_new_words() {
    let info = INFO.replacen(
        INFO.lines().next().unwrap(),
        "vInfoVMName|vInfoGuestHostName|vInfoPrimaryIPAddress|vInfoDataCenter|vInfoHost|vInfoOS|vInfoOSTools|vInfoUUID|vInfoVISDKServerType|vInfoAnnotation",
        1,
    );
    let host = HOST.replacen(
        HOST.lines().next().unwrap(),
        "vHostName|vHostDatacenter|vHostCpuModel|vHostVendor|vHostModel|vHostESXVersion|vHostServiceTag",
        1,
    );
    let tools = TOOLS.replacen(
        TOOLS.lines().next().unwrap(),
        "vToolsVMName|vToolsVMVersion|vToolsTools|vToolsToolsVersion|vToolsOSTools",
        1,
    );
    let sheets = [("vInfo", rows(&info)), ("vHost", rows(&host)), ("vTools", rows(&tools))];
    let sheets: Vec<_> = sheets.iter().map(|(name, xml)| (*name, xml.as_str())).collect();
    assert_eq!(facts(&read(&Workbook, "rv.xlsx", &book(&sheets))), estate());
}

#[test]
fn what_is_broken_is_said() {
    let whole = book(&[("a", &rows("host|vendor\nh|v"))]);
    let cut = read(&Workbook, "a.xlsx", &whole[..whole.len() / 2]);
    assert_eq!(cut.diagnostics[0].code, codes::MALFORMED);
    let xml = rows("host|vendor|model\nh1|v|m\nh2|v|m").replace("</sheetData>", "");
    let open = read(&Workbook, "a.xlsx", &book(&[("a", &xml)]));
    assert_eq!(open.diagnostics[0].code, codes::MALFORMED);
    assert_eq!(open.sources[0].1.understood, 2, "rows before the break count");
}

#[test]
fn a_bomb_is_not_opened() {
    let limits = Limits { ratio_floor_bytes: 1 << 20, ..Limits::default() };
    let bomb = book(&[("a", &" ".repeat(16 << 20))]);
    assert_eq!(check_members(&bomb, &limits), Err("xl/worksheets/sheet1.xml".to_owned()));
    assert_eq!(check_members(&book(&[("a", &rows("a|b"))]), &limits), Ok(()));
}

#[test]
fn an_estate_of_the_corpus() {
    let Some(bytes) = shared("inventory/migration-planner/example1.xlsx") else { return };
    let seen = read(&Workbook, "example1.xlsx", &bytes);
    let lines = facts(&seen);
    assert_eq!(lines.iter().filter(|line| line.contains("hw.vendor=")).count(), 7);
    let count = |kind| seen.observations.assets.iter().filter(|asset| asset.kind == kind).count();
    assert_eq!((count(AssetKind::VirtualMachine), count(AssetKind::Host)), (9, 7));
    let ledger = &seen.sources[0].1;
    assert!(ledger.balances() && ledger.lost_rows() == 0, "{:?}", ledger.not_understood);
}

#[test]
fn mutants() {
    survives_mutation(&Workbook, &book(&[("vInfo", &rows(INFO))]));
    // Below the archive's checksums as well.
    struct Inner;
    impl Reader for Inner {
        fn id(&self) -> &'static str {
            "inner"
        }
        fn version(&self) -> u32 {
            0
        }
        fn probe(&self, _: &Head<'_>) -> Option<u8> {
            None
        }
        fn read(&self, input: &mut Input<'_>, sink: &mut Sink<'_>) {
            let xml = String::from_utf8_lossy(&input.whole(sink)).into_owned();
            let bytes = book(&[("vInfo", &xml)]);
            let mut stream = bytes.as_slice();
            let mut inner = Input { stream: &mut stream, path: "a.xlsx", limits: input.limits };
            Workbook.read(&mut inner, sink);
        }
    }
    let sheet = rows(INFO) + "<mergeCells count=\"1\"><mergeCell ref=\"A1:A2\"/></mergeCells>";
    survives_mutation(&Inner, sheet.as_bytes());
}
