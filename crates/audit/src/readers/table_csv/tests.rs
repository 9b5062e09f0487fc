use encoding_rs::GB18030;
use model::asset::{AssetKind, IdKind};
use model::field::Context;

use super::*;
use crate::readers::testing::{facts, read, shared, survives_mutation};

const CMDB: &str = "\
资产清单 2026,,,,,,,,
,,,,,,,,
主机名,设备类型,品牌,型号,管理IP,机房,责任人,版本,备注
FW-01,防火墙,飞塔,FortiGate 100E,10.0.0.1,北京一号机房,张三,v7.2.4,\"核心
防火墙\"
,,,,,,,,
SRV-01,虚拟机,VMware,VMware Virtual Platform,10.0.0.2,北京一号机房,李四,,
合计: 2,,,,,,,,
";

#[test]
fn a_chinese_cmdb_in_every_encoding() {
    let (gb, _, _) = GB18030.encode(CMDB);
    let utf16: Vec<u8> =
        "\u{feff}".encode_utf16().chain(CMDB.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    for bytes in [CMDB.as_bytes(), &gb, &utf16] {
        let head = Head { bytes, complete: true, name: "a.csv" };
        assert_eq!(TableCsv.probe(&head), Some(65));
        let seen = read(&TableCsv, "cmdb.csv", bytes);
        let ledger = &seen.sources[0].1;
        assert_eq!(
            (ledger.rows, ledger.understood, ledger.inert_rows(), ledger.lost_rows()),
            (7, 2, 4, 1)
        );
        assert_eq!(
            facts(&seen),
            [
                "FW-01 device device.vendor=飞塔 device.model=FortiGate 100E version=v7.2.4",
                "FW-01 mention text=核心\n防火墙",
                "SRV-01 platform hw.vendor=VMware hw.model=VMware Virtual Platform",
            ]
        );
        let assets = &seen.observations.assets;
        assert_eq!(
            (assets[0].kind, assets[1].kind),
            (AssetKind::Device, AssetKind::VirtualMachine)
        );
        assert_eq!(
            assets[0].site.map(|id| seen.observations.strings.get(id)),
            Some("北京一号机房")
        );
        assert_eq!(assets[0].identifiers.len(), 2);
        assert_eq!(assets[0].identifiers[1].0, IdKind::Ip);
    }
}

#[test]
fn software_rows_of_one_host_share_an_asset() {
    let text = "\
hostname;software name;version;publisher;last seen
PC1;Sophos Endpoint;Sophos Limited;1.5.12;2026/3/4
pc1;7-Zip;19.00;Igor Pavlov;2026/3/5
PC2;\"a;b\";1;;
PC2;;;;
";
    let seen = read(&TableCsv, "sw.csv", text.as_bytes());
    assert_eq!(
        facts(&seen),
        [
            "PC1 installed software.name=Sophos Endpoint software.vendor=Sophos Limited \
             version=1.5.12 name=Sophos Endpoint",
            "PC1 installed software.name=7-Zip software.vendor=Igor Pavlov version=19.00 name=7-Zip",
            "PC2 installed software.name=a;b version=1 name=a;b",
        ]
    );
    assert_eq!(seen.observations.assets.len(), 2);
    let day = seen.observations.assets[0].observed_on.unwrap();
    assert_eq!(seen.observations.strings.get(day), "2026-03-05");
    let codes: Vec<_> = seen.diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(codes, [codes::ROW_SWAPPED]);
    assert_eq!(seen.sources[0].1.lost_rows(), 1, "a lone host name is not a software row");
}

#[test]
fn query_tools_write_bars_and_packages_have_packagers() {
    let programs = "\
name|version|install_location|publisher|identifying_number
Agent X|1.2|C:\\Program Files\\X|X Corp|{00000000-0000-0000-0000-000000000001}
";
    assert_eq!(
        facts(&read(&TableCsv, "programs.csv", programs.as_bytes())),
        ["programs installed software.name=Agent X software.vendor=X Corp \
          win.product-code={00000000-0000-0000-0000-000000000001} win.path=C:\\Program Files\\X \
          version=1.2 name=Agent X"]
    );
    let fleet =
        "name,version,source,vendor,hosts_count\nopen-vm-tools,12.2,deb_packages,Debian,3\n";
    assert_eq!(
        facts(&read(&TableCsv, "fleet.csv", fleet.as_bytes())),
        ["fleet installed lin.pkg=open-vm-tools version=12.2 name=open-vm-tools"]
    );
}

#[test]
fn an_address_is_not_a_brand_and_secrets_are_not_read() {
    let text = "host,MAC vendor,OS,snmp community,licence key\n\
        h1,\"VMware, Inc. (3401 Hillview Avenue Palo Alto CA 94304 US)\",Linux,public123,AAAA-BBBB\n";
    let seen = read(&TableCsv, "nic.csv", text.as_bytes());
    assert_eq!(
        facts(&seen),
        ["h1 installed software.name=Linux", "h1 platform hw.vendor=VMware, Inc."]
    );
    let secret = seen
        .observations
        .strings
        .iter()
        .any(|(_, text)| text.contains("public123") || text.contains("AAAA"));
    assert!(!secret);
    assert_eq!(seen.diagnostics[0].code, codes::TABLE_UNMAPPED);
    assert_eq!(seen.diagnostics[0].args[0].1, "snmp community, licence key");
}

#[test]
fn ragged_rows_and_stray_quotes_lose_nothing() {
    let text = "\
host,vendor,model,notes
a,VMware, Inc.,x1,ok
b,Acme,x2
c,Acme,x3,ok,more,and more
d,\"Acme,x4,open
e,Acme,x5,\"closed\"
f,Acme,\"x\"6,loose
";
    let seen = read(&TableCsv, "r.csv", text.as_bytes());
    let devices: Vec<_> =
        facts(&seen).into_iter().filter(|line| line.contains(" device ")).collect();
    assert_eq!(
        devices,
        [
            "a device device.vendor=VMware, Inc. device.model=x1",
            "b device device.vendor=Acme device.model=x2",
            "c device device.vendor=Acme device.model=x3",
            "d device device.vendor=Acme device.model=x4",
            "e device device.vendor=Acme device.model=x5",
            "f device device.vendor=Acme device.model=x6",
        ]
    );
    let codes: Vec<_> = seen.diagnostics.iter().map(|d| d.code).collect();
    // The first rows wait for the header, so the quote is found first.
    assert_eq!(codes, [codes::TABLE_QUOTE, codes::TABLE_RAGGED]);
    assert_eq!(seen.sources[0].1.understood, 6);
}

#[test]
fn one_sheet_of_an_estate_saved_as_text() {
    let tools =
        "VM,VM Version,Tools,Tools Version\nvm-1,19,toolsOk,12352\nvm-2,19,toolsNotInstalled,0\n";
    let head = Head { bytes: tools.as_bytes(), complete: true, name: "RVTools_tabvTools.csv" };
    assert_eq!(TableCsv.probe(&head), Some(40));
    assert_eq!(
        facts(&read(&TableCsv, "x/RVTools_tabvTools.csv", tools.as_bytes())),
        ["vm-1 installed software.name=VMware Tools software.vendor=VMware, Inc. version=12352"]
    );
    let source = "Name,API version,Vendor,Fullname,Product line,Version,VI SDK Server\n\
        VMware vCenter Server,8.0.3.0,\"VMware, Inc.\",x,vpx,8.0.3,vc.example\n";
    assert_eq!(
        facts(&read(&TableCsv, "RVTools_tabvSource.csv", source.as_bytes())),
        ["vc.example device software.name=VMware vCenter Server software.vendor=VMware, Inc. \
          version=8.0.3 name=VMware vCenter Server"]
    );
}

#[test]
fn a_card_tells_what_a_computer_runs_on() {
    let text = "device name,type,vendor,supplier,MAC address\n\
        pc1,workstation,,,00:0c:29:12:34:56\nfw1,firewall,Acme,Reseller Ltd,00:0c:29:12:34:57\n";
    let seen = read(&TableCsv, "mac.csv", text.as_bytes());
    assert_eq!(
        facts(&seen),
        [
            "pc1 platform mac.oui=000C29",
            "fw1 device device.vendor=Acme device.vendor=Reseller Ltd mac.oui=000C29",
        ]
    );
}

#[test]
fn a_second_header_in_another_language_is_no_row() {
    let text = "hostname,vendor,model,os\n主机名,厂商,型号,操作系统\nfw1,Acme,AX-1,AcmeOS\n";
    let seen = read(&TableCsv, "two.csv", text.as_bytes());
    assert_eq!(seen.observations.assets.len(), 1);
    assert_eq!((seen.sources[0].1.inert_rows(), seen.sources[0].1.understood), (2, 1));
}

#[test]
fn text_without_inventory_headers_is_not_taken() {
    let no = |text: &str| {
        assert_eq!(
            TableCsv.probe(&Head { bytes: text.as_bytes(), complete: true, name: "a.csv" }),
            None,
            "{text}"
        );
    };
    no("date,amount\n2026-01-01,5\n");
    no("hostname,ip\nh1,10.0.0.1\n");
    no("Serial #,Type,Source address,Destination address,Application,Bytes\n1,TRAFFIC,a,b,ssl,5\n");
    no("name,title,company,city\nA,B,C,D\n");
    no("{\"name\": 1, \"version\": 2, \"vendor\": 3}");
    no("# config\nset system name, version, vendor x\n");
    no("");
}

#[test]
fn devices_of_the_corpus() {
    let Some(bytes) = shared("inventory/snmp/devices.tsv") else { return };
    let seen = read(&TableCsv, "devices.tsv", &bytes);
    let ledger = &seen.sources[0].1;
    assert_eq!((ledger.rows, ledger.lost_rows()), (ledger.understood + 1, 0));
    let lines = facts(&seen);
    assert!(lines.iter().any(|line| line.starts_with("fortiap_fap231g device device.vendor=Fortinet device.model=FortiAP 231G snmp.sysobjid=1.3.6.1.4.1.12356.120.10.23113")), "{:?}", lines.get(..5));
    assert_eq!(seen.observations.assets.len() as u64, ledger.understood);
}

#[test]
fn packages_of_the_corpus() {
    let Some(bytes) = shared("inventory/debian/bookworm-packages.tsv.gz") else { return };
    let seen = read(&TableCsv, "bookworm-packages.tsv", &bytes);
    let ledger = &seen.sources[0].1;
    assert_eq!((ledger.rows, ledger.understood), (64_299, 64_298));
    let lines = facts(&seen);
    assert_eq!(
        lines[0],
        "bookworm-packages installed lin.pkg=0ad pkg.homepage=play0ad.com version=0.0.26-3 name=0ad"
    );
    assert!(seen.observations.rows.len() == 64_298);
    let contexts =
        seen.observations.items.iter().all(|(_, item)| item.context == Context::Installed);
    assert!(contexts && seen.observations.assets.len() == 1);
}

#[test]
fn mutants() {
    survives_mutation(&TableCsv, CMDB.as_bytes());
    survives_mutation(&TableCsv, "name|version\n\"a\"|1\n\"b|2\n\"c\"|3\n".as_bytes());
}
