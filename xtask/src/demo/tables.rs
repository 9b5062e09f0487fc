//! Spreadsheets: the CMDB as a workbook and as a CSV of one site, and two generations of RVTools.

use anyhow::{Context, Result};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet};

use super::Estate;
use super::company::{Company, Host, System};
use super::random::Random;
use super::software::windows;

pub(crate) fn write(company: &Company, estate: &mut Estate) -> Result<()> {
    estate.put("cmdb/cmdb-2026Q1.xlsx", cmdb(company)?);
    estate.put("cmdb/青岛港-设备.csv", qingdao_csv(company));
    estate.put("vmware/rvtools-sh.xlsx", rvtools(company, "sh", SPACED)?);
    estate.put("vmware/rvtools-qd.xlsx", rvtools(company, "qd", PREFIXED)?);
    Ok(())
}

/// A workbook whose bytes depend on its content alone.
fn workbook() -> Result<Workbook> {
    let mut workbook = Workbook::new();
    let created = ExcelDateTime::parse_from_str("2026-03-31").context("reading a date")?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&created));
    Ok(workbook)
}

/// Two sheets, both written by hand over years.
fn cmdb(company: &Company) -> Result<Vec<u8>> {
    let mut workbook = workbook()?;
    assets(company, workbook.add_worksheet().set_name("资产台账")?)?;
    installed(company, workbook.add_worksheet().set_name("Software")?)?;
    workbook.save_to_buffer().context("writing the CMDB")
}

/// Chinese headers below a title, blank rows, duplicates, and rows whose columns somebody swapped.
fn assets(company: &Company, sheet: &mut Worksheet) -> Result<()> {
    let mut random = Random::named(company.seed, "cmdb");
    sheet.merge_range(
        0,
        0,
        0,
        11,
        "金海港物流 信息资产台账(2026年第一季度)",
        &Format::new().set_bold(),
    )?;
    row(
        sheet,
        2,
        &[
            "资产编号",
            "主机名",
            "IP地址",
            "MAC地址",
            "序列号",
            "厂商",
            "型号",
            "操作系统",
            "所在位置",
            "责任人",
            "盘点日期",
            "备注",
        ],
    )?;
    let mut at = 3;
    for (number, host) in company.hosts.iter().filter(|host| host.in_cmdb).enumerate() {
        let tag = format!("JH-{number:05}");
        let spelled = match random.below(20) {
            0 => host.name.to_uppercase(),
            1 => format!("{}.jinhai.example", host.name),
            _ => host.name.clone(),
        };
        let remark = random.pick(REMARKS);
        let mut cells = [
            tag.as_str(),
            &spelled,
            &host.ip,
            &host.mac,
            &host.serial,
            host.vendor,
            host.model,
            host.system.name(),
            host.site.zh,
            host.owner,
            &host.seen,
            remark,
        ];
        // Manufacturer and model typed into each other's column.
        if random.percent(2) {
            cells.swap(5, 6);
        }
        row(sheet, at, &cells)?;
        at += 1;
        if random.percent(2) {
            // Entered a second time under another number.
            let again = format!("JH-{:05}", 90_000 + number);
            let twice: Vec<&str> =
                [again.as_str()].into_iter().chain(cells.into_iter().skip(1)).collect();
            row(sheet, at, &twice)?;
            at += 1;
        }
        if random.percent(3) {
            at += 1;
        }
    }
    row(sheet, at + 2, &["合计", &company.hosts.len().to_string()])
}

/// English headers; what people say is installed.
fn installed(company: &Company, sheet: &mut Worksheet) -> Result<()> {
    let mut random = Random::named(company.seed, "cmdb software");
    row(sheet, 0, &["Hostname", "Software", "Vendor", "Version", "Last seen"])?;
    let mut at = 1;
    for host in company.hosts.iter().filter(|host| host.system.is_windows() && host.in_cmdb) {
        for product in windows(&host.software) {
            if random.percent(45) || !host.scanned {
                let cells = if random.percent(3) {
                    // Vendor and version swapped.
                    [
                        host.name.as_str(),
                        product.display,
                        product.version,
                        product.publisher,
                        &host.seen,
                    ]
                } else {
                    [
                        host.name.as_str(),
                        product.display,
                        product.publisher,
                        product.version,
                        &host.seen,
                    ]
                };
                row(sheet, at, &cells)?;
                at += 1;
            }
        }
    }
    row(sheet, at, &["sh-ws-003", "Sophos Endpoint", "1.5.12", "Sophos Limited", "2026-02-11"])?;
    row(sheet, at + 1, &["", "", "", "", ""])?;
    row(sheet, at + 2, &["(see tab 资产台账)"])
}

fn row(sheet: &mut Worksheet, at: u32, cells: &[&str]) -> Result<()> {
    for (column, cell) in (0..).zip(cells) {
        if !cell.is_empty() {
            sheet.write_string(at, column, *cell).context("writing a cell")?;
        }
    }
    Ok(())
}

/// GB 18030 with semicolons, as an old tool of the port writes it.
fn qingdao_csv(company: &Company) -> Vec<u8> {
    let mut text = String::from("设备名称;设备类型;品牌;型号;管理地址;序列号;位置;负责人\r\n");
    let kind = |host: &Host| match host.system {
        System::Appliance => "网络设备",
        System::Hypervisor => "虚拟化主机",
        _ => "服务器",
    };
    for host in company
        .hosts
        .iter()
        .filter(|host| host.site.code == "qd" && host.system != System::Windows11)
    {
        text.push_str(&format!(
            "{};{};{};\"{}\";{};{};{};{}\r\n",
            host.name,
            kind(host),
            host.vendor,
            host.model,
            host.ip,
            host.serial,
            host.site.zh,
            host.owner
        ));
    }
    text.push_str("qd-fw-97;防火墙;飞塔;FortiGate-60F;10.20.0.97;FGT60FTK20001234;青岛港 7 号泊位;港口运营部 张伟\r\n");
    text.push_str("合计;;;;;;;\r\n");
    let (bytes, _, _) = encoding_rs::GB18030.encode(&text);
    bytes.into_owned()
}

/// What people write beside a row; most write nothing.
const REMARKS: &[&str] = &[
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "待报废",
    "原飞塔 VPN 用户",
    "借给海关",
    "年底前替换 VMware",
    "双机热备",
];

/// Column titles of one generation of the tool.
struct Dialect {
    machines: &'static [&'static str],
    hosts: &'static [&'static str],
    tools: &'static [&'static str],
}

const SPACED: &Dialect = &Dialect {
    machines: &[
        "VM",
        "Powerstate",
        "Template",
        "DNS Name",
        "Primary IP Address",
        "Datacenter",
        "Cluster",
        "Host",
        "OS according to the configuration file",
        "OS according to the VMware Tools",
        "VM UUID",
        "VI SDK Server type",
    ],
    hosts: &["Host", "Datacenter", "Cluster", "Vendor", "Model", "ESX Version", "Serial number"],
    tools: &["VM", "Powerstate", "Tools", "Tools Version", "Upgradeable"],
};

const PREFIXED: &Dialect = &Dialect {
    machines: &[
        "vInfoVMName",
        "vInfoPowerstate",
        "vInfoTemplate",
        "vInfoGuestHostName",
        "vInfoPrimaryIPAddress",
        "vInfoDataCenter",
        "vInfoCluster",
        "vInfoHost",
        "vInfoOS",
        "vInfoOSTools",
        "vInfoUUID",
        "vInfoVISDKServerType",
    ],
    hosts: &[
        "vHostName",
        "vHostDatacenter",
        "vHostCluster",
        "vHostVendor",
        "vHostModel",
        "vHostESXVersion",
        "vHostServiceTag",
    ],
    tools: &[
        "vToolsVMName",
        "vToolsPowerstate",
        "vToolsTools",
        "vToolsToolsVersion",
        "vToolsUpgradeable",
    ],
};

fn rvtools(company: &Company, site: &str, dialect: &Dialect) -> Result<Vec<u8>> {
    let mut workbook = workbook()?;
    let guests: Vec<&Host> =
        company.hosts.iter().filter(|host| host.guest && host.site.code == site).collect();
    let sheet = workbook.add_worksheet().set_name("vInfo")?;
    row(sheet, 0, dialect.machines)?;
    for (at, host) in (1..).zip(&guests) {
        let below = format!("{site}-esx-{:02}.jinhai.example", at % 2 + 1);
        let dns = format!("{}.jinhai.example", host.name);
        let server = "VMware vCenter Server 7.0.3 build-22357613";
        let cells = [
            host.name.as_str(),
            "poweredOn",
            "False",
            &dns,
            &host.ip,
            site,
            "prod",
            &below,
            host.system.name(),
            host.system.name(),
            &host.uuid,
            server,
        ];
        row(sheet, at, &cells)?;
    }
    let sheet = workbook.add_worksheet().set_name("vTools")?;
    row(sheet, 0, dialect.tools)?;
    for (at, host) in (1..).zip(&guests) {
        let status = if host.software.iter().any(|key| key.ends_with("tools")) {
            "toolsOk"
        } else {
            "toolsNotInstalled"
        };
        row(sheet, at, &[host.name.as_str(), "poweredOn", status, "12352", "Yes"])?;
    }
    let sheet = workbook.add_worksheet().set_name("vHost")?;
    row(sheet, 0, dialect.hosts)?;
    let hypervisors = company
        .hosts
        .iter()
        .filter(|host| host.system == System::Hypervisor && host.site.code == site);
    for (at, host) in (1..).zip(hypervisors) {
        let name = format!("{}.jinhai.example", host.name);
        let version = "VMware ESXi 7.0.3 build-22348816";
        row(sheet, at, &[&name, site, "prod", host.vendor, host.model, version, &host.serial])?;
    }
    workbook.save_to_buffer().context("writing an RVTools workbook")
}
