//! Hives made by our own writer.

use super::*;

fn read(path: &str, hive: &[u8]) -> Collector {
    let collector = testing::read(&RegistryHive, path, hive);
    assert!(collector.sources[0].1.balances());
    collector
}

fn clean(collector: &Collector) {
    assert_eq!(collector.diagnostics, []);
    assert_eq!(collector.sources[0].1.lost_rows(), 0);
}

fn service(root: &mut HiveKey, set: &str, name: &str, path: &str) {
    let key = root.at(&format!(r"{set}\Services\{name}"));
    key.text("ImagePath", path).number("Start", 2).number("Type", 16);
}

fn system() -> HiveKey {
    let mut root = HiveKey::new("SYSTEM");
    root.at("Select").number("Current", 2).number("Default", 2);
    service(&mut root, "ControlSet001", "VMTools", r#""C:\Program Files\VMware\vmtoolsd.exe""#);
    service(&mut root, "ControlSet001", "OldAgent", r"C:\Old\agent.exe -run");
    service(&mut root, "ControlSet002", "VMTools", r#""C:\Program Files\VMware\vmtoolsd.exe""#);
    service(
        &mut root,
        "ControlSet002",
        "VMMEMCTL",
        r"\??\C:\Windows\System32\drivers\vmmemctl.sys",
    );
    let tools = root.at(r"ControlSet002\Services\VMTools");
    tools.text("DisplayName", "VMware Tools").text("Password", "hunter2");
    let shared = root.at(r"ControlSet002\Services\Shared");
    shared.text("DisplayName", "@x.dll,-1").text("ImagePath", r"%SystemRoot%\svchost.exe -k a");
    shared.number("Start", 4);
    shared.at("Parameters").text("ServiceDll", r"%ProgramFiles%\Acme\agent.dll");
    root.at(r"ControlSet002\Services\Bare");
    root.at(r"ControlSet002\Services\Driver").number("Type", 1);
    let going = root.at(r"ControlSet002\Services\Going");
    going.text("ImagePath", r"C:\going.exe").number("DeleteFlag", 1);
    let name = root.at(r"ControlSet002\Control\ComputerName\ComputerName");
    name.text("ComputerName", "WS-17");
    root.at(r"ControlSet001\Control\ComputerName\ComputerName").text("ComputerName", "OLD");
    root.at("HardwareConfig").text("LastConfig", "{25194d56-caef-8737-5c44-50fe82f3ffde}");
    let hardware = root.at(r"HardwareConfig\{25194D56-CAEF-8737-5C44-50FE82F3FFDE}");
    hardware.text("SystemManufacturer", "VMware, Inc.").text("SystemProductName", "VMware7,1");
    let before = root.at(r"HardwareConfig\{00000000-CAEF-8737-5C44-50FE82F3FFDE}");
    before.text("SystemManufacturer", "Huawei");
    root
}

#[test]
fn services_of_the_control_set_in_use_run_and_others_are_residue() {
    let read = read("x/SYSTEM", &system().hive("SYSTEM"));
    clean(&read);
    assert_eq!(name(&read), "WS-17");
    assert_eq!(identifiers(&read, IdKind::Uuid), ["25194d56-caef-8737-5c44-50fe82f3ffde"]);
    let mut items = items(&read);
    items.sort();
    assert_eq!(
        items,
        [
            r"platform | hw.vendor=VMware, Inc. | hw.model=VMware7,1",
            r"residue | hw.vendor=Huawei",
            r"residue | win.reg=HKLM\SYSTEM\Select",
            r"residue | win.service=Bare",
            r"residue | win.service=Going | win.path=C:\going.exe | win.proc=going.exe | state=start=deleted",
            r"residue | win.service=OldAgent | win.path=C:\Old\agent.exe | win.proc=agent.exe | state=start=automatic",
            r"running | win.service=Driver | win.path=C:\Windows\System32\drivers\Driver.sys | win.driver=Driver.sys",
            r"running | win.service=Shared | win.path=C:\Program Files\Acme\agent.dll",
            r"running | win.service=Shared | win.path=C:\Windows\svchost.exe | win.proc=svchost.exe | state=start=disabled",
            r"running | win.service=VMMEMCTL | win.path=C:\Windows\System32\drivers\vmmemctl.sys | win.driver=vmmemctl.sys | state=start=automatic",
            r"running | win.service=VMTools | win.display=VMware Tools | win.path=C:\Program Files\VMware\vmtoolsd.exe | win.proc=vmtoolsd.exe | state=start=automatic",
        ]
    );
    assert_eq!(read.sources[0].1.inert[&codes::ROW_SUPERSEDED], 2);
}

#[test]
fn adapters_on_a_bus_are_platform_and_others_are_programs() {
    let mut root = HiveKey::new("SYSTEM");
    let class = r"ControlSet001\Control\Class\{4D36E972-E325-11CE-BFC1-08002bE10318}";
    let card = root.at(&format!(r"{class}\0001"));
    card.text("DriverDesc", "vmxnet3 Ethernet Adapter").text("ProviderName", "VMware, Inc.");
    card.text("MatchingDeviceId", r"PCI\VEN_15AD&DEV_07B0");
    let tunnel = root.at(&format!(r"{class}\0002"));
    tunnel.text("DriverDesc", "PANGP Virtual Ethernet Adapter");
    tunnel.text("ProviderName", "Palo Alto Networks").text("DeviceInstanceID", r"ROOT\NET\0000");
    root.at(&format!(r"{class}\Properties"));
    let read = read("x", &root.hive("SYSTEM"));
    clean(&read);
    assert_eq!(
        items(&read),
        [
            "platform | hw.model=vmxnet3 Ethernet Adapter | win.publisher=VMware, Inc.",
            "running | win.display=PANGP Virtual Ethernet Adapter | win.publisher=Palo Alto Networks",
        ]
    );
}

fn software() -> HiveKey {
    let mut root = HiveKey::new("ROOT");
    let uninstall = r"Microsoft\Windows\CurrentVersion\Uninstall";
    let tools = root.at(&format!(r"{uninstall}\{{D3C2B1A0-F5E4-1706-2839-4A5B6C7D8E9F}}"));
    tools.text("DisplayName", "VMware Tools").text("Publisher", "VMware, Inc.");
    tools.text("DisplayVersion", "12.3.5").text("InstallLocation", r"C:\Program Files\VMware\");
    let agent = root.at(&format!(r"WOW6432Node\{uninstall}\Agent"));
    agent.text("DisplayName", "McAfee Agent");
    agent.text("DisplayIcon", r"C:\Program Files (x86)\McAfee\Agent\icon.exe,0");
    root.at(&format!(r"{uninstall}\Dangling")).text("Publisher", "Fortinet Technologies");
    root.at(&format!(r"{uninstall}\AddressBook"));
    root.at(r"Palo Alto Networks\GlobalProtect\PanSetup").text("Portal", "vpn.example.org");
    root.at(r"WOW6432Node\McAfee\Agent").text("Version", "5.7");
    root.at(r"Classes\.txt");
    root.at(r"Classes\Installer\Products\0A1B2C3D4E5F60718293A4B5C6D7E8F9")
        .text("ProductName", "VMware Tools");
    root.at(r"Classes\Installer\UpgradeCodes\00000000000000000000000000000001")
        .text("0A1B2C3D4E5F60718293A4B5C6D7E8F9", "");
    let run = root.at(r"Microsoft\Windows\CurrentVersion\Run");
    run.text("User Process", r#""C:\Program Files\VMware\vmtoolsd.exe" -n vmusr --token s3cret"#);
    let version = root.at(r"Microsoft\Windows NT\CurrentVersion");
    version.text("ProductName", "Windows Server 2019 Standard").text("CurrentBuild", "17763");
    version.number("UBR", 5329).text("ReleaseId", "1809").text("DigitalProductId", "k3y");
    let machine = root.at(r"Microsoft\Windows\CurrentVersion\Group Policy\State\Machine");
    machine.text("Distinguished-Name", "CN=WS-17,OU=Clients,DC=corp,DC=example");
    root
}

#[test]
fn software_says_what_is_installed_and_what_was() {
    let read = read("estate/ws-17/Windows/System32/config/SOFTWARE", &software().hive("SOFTWARE"));
    clean(&read);
    let items = items(&read);
    let expected = [
        r"installed | win.display=VMware Tools | win.publisher=VMware, Inc. | version=12.3.5 | win.product-code={D3C2B1A0-F5E4-1706-2839-4A5B6C7D8E9F} | win.path=C:\Program Files\VMware",
        r"installed | win.display=McAfee Agent | win.path=C:\Program Files (x86)\McAfee\Agent",
        r"residue | win.publisher=Fortinet Technologies",
        r"residue | win.reg=HKLM\SOFTWARE\Palo Alto Networks\GlobalProtect",
        r"residue | win.reg=HKLM\SOFTWARE\McAfee\Agent | version=5.7",
        r"installed | win.display=VMware Tools | win.product-code={D3C2B1A0-F5E4-1706-2839-4A5B6C7D8E9F}",
        r"installed | win.upgrade-code={00000000-0000-0000-0000-000000000010} | win.product-code={D3C2B1A0-F5E4-1706-2839-4A5B6C7D8E9F}",
        r"running | name=User Process | win.path=C:\Program Files\VMware\vmtoolsd.exe | win.proc=vmtoolsd.exe",
        r"installed | software.name=Windows Server 2019 Standard | version=17763.5329",
    ];
    for item in expected {
        assert!(items.iter().any(|other| other == item), "{item} not in {items:#?}");
    }
    assert!(!items.iter().any(|item| item.contains("Classes") || item.contains("PanSetup")));
    assert_eq!(name(&read), "WS-17");
    let os = read.observations.assets[0].os.unwrap();
    assert_eq!(read.observations.strings.get(os), "Windows Server 2019 Standard 1809 17763.5329");
    assert_no_secrets(&read);
}

fn assert_no_secrets(collector: &Collector) {
    let items = items(collector).join("\n");
    for secret in ["s3cret", "hunter2", "k3y", "vpn.example.org"] {
        assert!(!items.contains(secret), "{secret}");
    }
}

#[test]
fn user_hives_hold_residue_and_programs_of_the_user() {
    let mut root = HiveKey::new("ROOT");
    root.at(r"Software\McAfee\DesktopProtection");
    root.at(r"Software\Microsoft\Windows\CurrentVersion\Uninstall\Zoom")
        .text("DisplayName", "Zoom Workplace");
    root.at(r"Software\Classes\.zoom");
    root.at("Environment").text("SECRET", "hunter2");
    let read = read("case/ws-9/Users/li/NTUSER.DAT", &root.hive("ntuser.dat"));
    clean(&read);
    assert_eq!(name(&read), "ws-9");
    assert_eq!(
        items(&read),
        [
            r"residue | win.reg=HKCU\SOFTWARE\McAfee",
            r"residue | win.reg=HKCU\SOFTWARE\McAfee\DesktopProtection",
            r"residue | win.reg=HKCU\SOFTWARE\Microsoft",
            r"residue | win.reg=HKCU\SOFTWARE\Microsoft\Windows",
            r"installed | win.display=Zoom Workplace",
        ]
    );
}

#[test]
fn amcache_of_both_generations_is_read() {
    let mut root = HiveKey::new("{root}");
    let program = root.at(r"Root\InventoryApplication\0000a");
    program.text("Name", "FortiClient VPN").text("Publisher", "Fortinet Technologies (Canada) Inc");
    program.text("Version", "7.0.1").text("RootDirPath", r"%programfiles%\fortinet\forticlient");
    let signed = root.at(r"Root\InventoryApplication\0000b");
    signed.text("Name", "Acme.App").text("Publisher", r#"CN="Acme, Inc.", O="Acme, Inc.", C=US"#);
    let driver = root.at(r"Root\InventoryDriverBinary\c:/windows/system32/drivers/vmci.sys");
    driver.text("DriverName", "vmci.sys").text("DriverCompany", "VMware, Inc.");
    driver.text("Product", "VMware PCI VMCI Bus Device").text("Service", "vmci");
    let file = root.at(r"Root\InventoryApplicationFile\7z.exe|1");
    file.text("LowerCaseLongPath", r"c:\program files\mcafee\agent\masvc.exe");
    let device = root.at(r"Root\InventoryDevicePnp\pci/ven_15ad");
    device.text("Model", "VMware SVGA 3D").text("Manufacturer", "VMware, Inc.");
    device.text("Enumerator", "pci");
    let computer = root.at(r"Root\DeviceCensus\Hardware");
    computer.text("DeviceName", "WS-17").text("OEMManufacturerName", "#");
    computer.text("OEMSerialNumber", "VMware-56 4d").text("OEMModelNumber", "VMware7,1");
    let old = root.at(r"Root\Programs\0000c");
    old.text("0", "7-Zip 16.04 (x64)").text("1", "16.04").text("2", "Igor Pavlov");
    let old = root.at(r"Root\File\volume\1234");
    old.text("15", r"c:\temp\setup64.exe").text("0", "VMware Tools").text("1", "VMware, Inc.");
    let read = read("Amcache.hve", &root.hive(r"\AppCompat\Programs\Amcache.hve"));
    clean(&read);
    assert_eq!((name(&read), identifiers(&read, IdKind::Serial)), ("WS-17", vec!["VMware-56 4d"]));
    let mut items = items(&read);
    items.sort();
    assert_eq!(
        items,
        [
            r"file | win.path=c:\program files\mcafee\agent\masvc.exe | win.proc=masvc.exe",
            r"file | win.path=c:\temp\setup64.exe | win.proc=setup64.exe | win.publisher=VMware, Inc. | software.name=VMware Tools",
            r"installed | win.display=7-Zip 16.04 (x64) | win.publisher=Igor Pavlov | version=16.04",
            r"installed | win.display=Acme.App | win.publisher=Acme, Inc. | signer=Acme, Inc.",
            r"installed | win.display=FortiClient VPN | win.publisher=Fortinet Technologies (Canada) Inc | version=7.0.1 | win.path=C:\Program Files\fortinet\forticlient",
            r"platform | hw.model=VMware7,1",
            r"platform | hw.vendor=VMware, Inc. | hw.model=VMware SVGA 3D",
            r"running | win.driver=vmci.sys | win.service=vmci | win.publisher=VMware, Inc. | software.name=VMware PCI VMCI Bus Device | win.path=c:\windows\system32\drivers\vmci.sys",
        ]
    );
}

#[test]
fn long_lists_big_values_and_wide_names_are_read() {
    let mut root = HiveKey::new("SYSTEM");
    for index in 0..1201 {
        service(&mut root, "ControlSet001", &format!("svc{index:04}"), r"C:\a.exe");
    }
    service(
        &mut root,
        "ControlSet001",
        "核心服务",
        &format!(r"C:\大\a.exe {}", "x".repeat(20_000)),
    );
    let hive = root.hive("SYSTEM");
    let read = read("x", &hive);
    clean(&read);
    assert_eq!(items(&read).iter().filter(|item| item.contains("win.service")).count(), 1202);
    let wide = r"running | win.service=核心服务 | win.path=C:\大\a.exe | win.proc=a.exe | state=start=automatic";
    assert!(items(&read).iter().any(|item| item == wide));
}

#[test]
fn older_list_forms_are_read() {
    let hive = system().hive("SYSTEM");
    let lf = replace(&hive, b"lh", b"lf");
    assert_eq!(items(&read("x", &lf)), items(&read("x", &hive)));
    let mut li = replace(&hive, b"lh", b"li");
    for at in (4096..li.len() - 8).filter(|&at| hive[at..].starts_with(b"lh")) {
        let count = usize::from(hive[at + 2]);
        let cells: Vec<u8> =
            (0..count).flat_map(|entry| hive[at + 4 + 8 * entry..][..4].to_vec()).collect();
        li[at + 4..at + 4 + cells.len()].copy_from_slice(&cells);
    }
    assert_eq!(items(&read("x", &li)), items(&read("x", &hive)));
}

#[test]
fn a_hive_in_use_is_read_with_a_warning() {
    let mut hive = system().hive("SYSTEM");
    hive[8] = 7;
    let read = read("x", &hive);
    assert!(has(&read, codes::HIVE_DIRTY) && has(&read, codes::MALFORMED));
    assert_eq!(items(&read).len(), 11);
}

#[test]
fn a_transaction_log_is_named_and_not_read() {
    let mut hive = system().hive("SYSTEM");
    hive[28] = 6;
    let read = read("x", &hive);
    assert!(has(&read, codes::HIVE_LOG));
    assert_eq!(items(&read).len(), 0);
}

#[test]
fn keys_behind_a_broken_list_are_found_by_their_marks() {
    let hive = system().hive("SYSTEM");
    let whole = read("x", &hive);
    // The list of the root has four entries, that of the services in use six.
    let broken = replace(&hive, b"lh\x04\x00", b"xx\x04\x00");
    let broken = replace(&broken, b"lh\x06\x00", b"xx\x06\x00");
    let read = read("x", &broken);
    assert!(has(&read, codes::MALFORMED) && has(&read, codes::HIVE_RECOVERED));
    let (mut found, mut expected) = (items(&read), items(&whole));
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    assert!(read.sources[0].1.lost_rows() >= 1);
}

#[test]
fn a_cut_hive_says_so_and_gives_what_is_left() {
    let hive = software().hive("SOFTWARE");
    let read = read("x", &hive[..hive.len() - 4096]);
    assert!(has(&read, codes::TRUNCATED));
    assert!(read.sources[0].1.lost_rows() > 0);
    assert!(!items(&read).is_empty());
    assert!(has(&testing::read(&RegistryHive, "x", b"regf"), codes::TRUNCATED));
}

#[test]
fn lists_in_a_circle_end() {
    let hive = system().hive("SYSTEM");
    let root = u32::from_le_bytes(hive[36..40].try_into().unwrap()).to_le_bytes();
    let mut circular = hive.clone();
    for at in 4096..hive.len() - 8 {
        if hive[at..].starts_with(b"lh") {
            circular[at + 4..at + 8].copy_from_slice(&root);
        }
    }
    let read = read("x", &circular);
    assert!(read.sources[0].1.lost_rows() > 0);
}

#[test]
fn keys_that_all_share_one_list_cost_no_more_than_the_limit() {
    let mut root = HiveKey::new("SYSTEM");
    for index in 0..2000 {
        root.at(&format!(r"ControlSet001\Services\{index}"));
    }
    let mut hive = root.hive("SYSTEM");
    let cells = |hive: &[u8], mark: &[u8]| -> Vec<usize> {
        (4096..hive.len() - 8).step_by(8).filter(|&at| hive[at + 4..].starts_with(mark)).collect()
    };
    let index = cells(&hive, b"ri")[0] - 4096;
    for at in cells(&hive, b"nk") {
        hive[at + 24..at + 28].copy_from_slice(&2000_u32.to_le_bytes());
        hive[at + 32..at + 36].copy_from_slice(&u32::try_from(index).unwrap().to_le_bytes());
    }
    let read = read("x", &hive);
    assert!(has(&read, codes::LIMIT_REACHED));
    assert!(read.sources[0].1.rows < 300_000);
}

#[test]
fn damaged_hives_never_panic() {
    testing::survives_mutation(&RegistryHive, &system().hive("SYSTEM"));
    testing::survives_mutation(&RegistryHive, &software().hive("SOFTWARE"));
    // Mutations rarely hit cells when most of a page is padding.
    let mut dense = HiveKey::new("SYSTEM");
    for index in 0..12 {
        service(&mut dense, "ControlSet001", &format!("s{index}"), r"C:\a.exe");
    }
    testing::survives_mutation(&RegistryHive, &dense.hive("SYSTEM"));
}

fn replace(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut replaced = bytes.to_vec();
    for at in 0..=bytes.len() - from.len() {
        if bytes[at..].starts_with(from) {
            replaced[at..at + to.len()].copy_from_slice(to);
        }
    }
    replaced
}
