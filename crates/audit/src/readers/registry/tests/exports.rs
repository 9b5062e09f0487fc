//! `.reg` text.

use encoding_rs::GB18030;
use model::source::Unit;

use super::*;

fn read(bytes: &[u8]) -> Collector {
    let collector = testing::read(&RegExport, "ws/export.reg", bytes);
    assert!(collector.sources[0].1.balances());
    collector
}

fn utf16(text: &str, mark: bool) -> Vec<u8> {
    let units = mark.then_some(0xfeff).into_iter().chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}

const EXPORT: &str = r#"Windows Registry Editor Version 5.00

; a comment
[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\{D3C2B1A0-F5E4-1706-2839-4A5B6C7D8E9F}]
"DisplayName"="VMware \"Tools\""
"Publisher"="VMware, Inc."
"InstallLocation"=hex(2):25,00,50,00,72,00,6f,00,67,00,72,00,61,00,6d,00,46,00,\
  69,00,6c,00,65,00,73,00,25,00,5c,00,56,00,00,00
"Comments"="two
lines"
"NoModify"=dword:00000001
"Gone"=-
@="default"

[HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\Services\上VMTools]
"ImagePath"="\"C:\\Program Files\\VMware\\vmtoolsd.exe\" -k"
"Start"=dword:00000003
"DependOnService"=hex(7):52,00,00,00,00,00

[HKEY_LOCAL_MACHINE\SYSTEM\ControlSet002\Services\Old]

[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\Also]
"Type"=dword:00000002

[-HKEY_LOCAL_MACHINE\SOFTWARE\McAfee]

[HKEY_CURRENT_USER\Software\McAfee]

[HKEY_USERS\S-1-5-21-1\Software\Fortinet\FortiClient]

[HKEY_LOCAL_MACHINE\offline\ControlSet001\Control\ComputerName\ComputerName]
"ComputerName"="WS-17"
"#;

const ITEMS: &[&str] = &[
    r#"installed | win.display=VMware "Tools" | win.publisher=VMware, Inc. | win.product-code={D3C2B1A0-F5E4-1706-2839-4A5B6C7D8E9F} | win.path=C:\Program Files\V"#,
    r"running | win.service=上VMTools | win.path=C:\Program Files\VMware\vmtoolsd.exe | win.proc=vmtoolsd.exe | state=start=manual",
    r"residue | win.service=Old",
    r"running | win.service=Also | win.path=C:\Windows\System32\drivers\Also.sys | win.driver=Also.sys",
    r"residue | win.reg=HKCU\SOFTWARE\McAfee",
    r"residue | win.reg=HKCU\SOFTWARE\Fortinet\FortiClient",
];

#[test]
fn every_encoding_gives_the_same_rows() {
    let big: Vec<u8> =
        std::iter::once(0xfeff).chain(EXPORT.encode_utf16()).flat_map(u16::to_be_bytes).collect();
    let windows = EXPORT.replace('\n', "\r\n");
    let (gb, _, _) = GB18030.encode(&windows);
    let inputs = [
        utf16(&windows, true),
        utf16(&windows, false),
        big,
        EXPORT.as_bytes().to_vec(),
        format!("\u{feff}{EXPORT}").into_bytes(),
        gb.into_owned(),
    ];
    for bytes in inputs {
        let read = read(&bytes);
        assert_eq!(items(&read), ITEMS);
        assert_eq!(read.diagnostics, []);
        let ledger = &read.sources[0].1;
        assert_eq!((ledger.rows, ledger.understood, ledger.lost_rows()), (8, 6, 0));
        assert_eq!(ledger.inert[&codes::ROW_NOT_INSTALLED], 1);
        assert_eq!(name(&read), "WS-17");
        let run = &read.observations.runs[0];
        assert_eq!((run.unit, run.base), (Unit::Line, 4));
    }
}

#[test]
fn strings_of_before_unicode_are_bytes() {
    let text = "REGEDIT4\n\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\a]\n\
        \"ImagePath\"=hex(2):43,3a,5c,61,2e,\\\n  65,78,65,00\n";
    assert_eq!(
        items(&read(text.as_bytes())),
        [r"running | win.service=a | win.path=C:\a.exe | win.proc=a.exe"]
    );
}

#[test]
fn what_is_malformed_is_a_row_and_the_rest_is_read() {
    let text = "Windows Registry Editor Version 5.00\n\
        stray line\n\
        [HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\a]\n\
        \"Start\"=dword:zz\n\
        \"ImagePath\"=\"C:\\\\a.exe\n\
        \"DisplayName\"=\"Agent\"\n\
        [HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\b\n\
        [HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\c]\n\
        \"Blob\"=hex:01,\\\n";
    let read = read(text.as_bytes());
    assert_eq!(
        items(&read),
        ["residue | win.service=a | win.display=Agent", "residue | win.service=c"]
    );
    let lost = &read.sources[0].1.not_understood[&codes::ROW_MALFORMED];
    let lines: Vec<u64> = lost.first.iter().map(|(_, line)| *line).collect();
    assert_eq!(lines, [2, 4, 5, 7, 9]);
}

#[test]
fn only_exports_are_recognised() {
    use crate::reader::Head;
    use crate::readers::detect;
    let id =
        |bytes: &[u8]| detect(&Head { bytes, complete: true, name: "x" }).map(|reader| reader.id());
    assert_eq!(id(&utf16(EXPORT, true)), Some("reg-export"));
    assert_eq!(id(b"\r\nREGEDIT4\r\n"), Some("reg-export"));
    assert_eq!(id(b"REGEDIT5"), None);
    assert_ne!(id(b"name,version\n"), Some("reg-export"));
    assert_eq!(id(&HiveKey::new("x").hive("x")), Some("registry-hive"));
}

#[test]
fn damaged_text_never_panics() {
    testing::survives_mutation(&RegExport, EXPORT.as_bytes());
    testing::survives_mutation(&RegExport, &utf16(EXPORT, true));
}
