//! What can be installed on Windows, and how each product shows itself there.

/// A product on Windows. Empty lists mean that it leaves no such trace.
pub(crate) struct WindowsProduct {
    pub(crate) key: &'static str,
    pub(crate) display: &'static str,
    pub(crate) publisher: &'static str,
    pub(crate) version: &'static str,
    /// MSI product code or uninstall key name.
    pub(crate) code: &'static str,
    pub(crate) folder: &'static str,
    /// Name, display name, image.
    pub(crate) services: &'static [(&'static str, &'static str, &'static str)],
    /// File name, description.
    pub(crate) drivers: &'static [(&'static str, &'static str)],
}

/// The products of a host, in the order of its keys.
pub(crate) fn windows(keys: &[&str]) -> Vec<&'static WindowsProduct> {
    keys.iter().flat_map(|key| WINDOWS.iter().filter(move |product| product.key == *key)).collect()
}

const WINDOWS: &[WindowsProduct] = &[
    WindowsProduct {
        key: "falcon",
        display: "CrowdStrike Windows Sensor",
        publisher: "CrowdStrike, Inc.",
        version: "7.22.19410.0",
        code: "{4DBA9E2C-6F43-4CE6-A3AC-14D3D9F4C2B1}",
        folder: r"C:\Program Files\CrowdStrike",
        services: &[(
            "CSFalconService",
            "CrowdStrike Falcon Sensor Service",
            r"C:\Program Files\CrowdStrike\CSFalconService.exe",
        )],
        drivers: &[
            ("csagent.sys", "CrowdStrike Falcon"),
            ("csdevicecontrol.sys", "CrowdStrike Device Control"),
        ],
    },
    WindowsProduct {
        key: "globalprotect",
        display: "GlobalProtect",
        publisher: "Palo Alto Networks",
        version: "6.2.4",
        code: "{6754E7B6-1C86-4585-801B-ECFDBD48E35D}",
        folder: r"C:\Program Files\Palo Alto Networks\GlobalProtect",
        services: &[(
            "PanGPS",
            "PanGPS",
            r"C:\Program Files\Palo Alto Networks\GlobalProtect\PanGPS.exe",
        )],
        drivers: &[("pangpd.sys", "PANGP Virtual Ethernet Adapter")],
    },
    WindowsProduct {
        key: "forticlient",
        display: "FortiClient VPN",
        publisher: "Fortinet Technologies (Canada) ULC",
        version: "7.4.3.1790",
        code: "{86A227AF-FF8F-474A-9B74-C9A5C29E83E0}",
        folder: r"C:\Program Files\Fortinet\FortiClient",
        services: &[(
            "FA_Scheduler",
            "FortiClient Service Scheduler",
            r"C:\Program Files\Fortinet\FortiClient\scheduler.exe",
        )],
        drivers: &[("fortishield.sys", "FortiShield"), ("fortimon2.sys", "FortiMonitor")],
    },
    WindowsProduct {
        key: "checkpoint-vpn",
        display: "Check Point VPN",
        publisher: "Check Point Software Technologies Ltd.",
        version: "98.61.5111",
        code: "{C2E6C1F0-2D1B-4B36-9A51-7E0B2F4C9A11}",
        folder: r"C:\Program Files (x86)\CheckPoint\Endpoint Connect",
        services: &[
            (
                "TracSrvWrapper",
                "Check Point Endpoint Security VPN",
                r"C:\Program Files (x86)\CheckPoint\Endpoint Connect\TracSrvWrapper.exe",
            ),
            (
                "EPWD",
                "Check Point Endpoint Watchdog",
                r"C:\Program Files (x86)\CheckPoint\Endpoint Connect\EPWD.exe",
            ),
        ],
        drivers: &[("vna_ap.sys", "Check Point Virtual Network Adapter")],
    },
    WindowsProduct {
        key: "trellix",
        display: "Trellix Endpoint Security Platform",
        publisher: "Musarubra US LLC",
        version: "10.7.0.6149",
        code: "{3F1D2E4A-9E4B-4C7A-8C33-51B7A7F0D9E2}",
        folder: r"C:\Program Files\McAfee\Endpoint Security",
        services: &[
            ("masvc", "Trellix Agent Service", r"C:\Program Files\McAfee\Agent\masvc.exe"),
            (
                "macmnsvc",
                "Trellix Agent Common Services",
                r"C:\Program Files\McAfee\Agent\macmnsvc.exe",
            ),
            (
                "mfemms",
                "Trellix Service Controller",
                r"C:\Program Files\Common Files\McAfee\SystemCore\mfemms.exe",
            ),
        ],
        drivers: &[("mfehidk.sys", "McAfee Link Driver"), ("mfencoas.sys", "McAfee ENS Driver")],
    },
    WindowsProduct {
        key: "trellix-epo",
        display: "McAfee ePolicy Orchestrator",
        publisher: "McAfee, LLC.",
        version: "5.10.0",
        code: "{5B9B7E5C-6D9D-4F1A-9A0E-2F7B0D6A4C31}",
        folder: r"C:\Program Files (x86)\McAfee\ePolicy Orchestrator",
        services: &[
            (
                "MCAFEETOMCATSRV",
                "Trellix ePolicy Orchestrator Application Server",
                r"C:\Program Files (x86)\McAfee\ePolicy Orchestrator\Server\bin\tomcat9.exe",
            ),
            (
                "MCAFEEEVENTPARSERSRV",
                "Trellix ePolicy Orchestrator Event Parser",
                r"C:\Program Files (x86)\McAfee\ePolicy Orchestrator\eventparser.exe",
            ),
        ],
        drivers: &[],
    },
    WindowsProduct {
        key: "cyberark-vault",
        display: "CyberArk Digital Vault",
        publisher: "CyberArk Software Ltd.",
        version: "14.2.0",
        code: "{D0A7C8F1-3B60-4D0A-9E52-6B1C2F33A7D4}",
        folder: r"C:\Program Files (x86)\PrivateArk",
        services: &[
            (
                "PrivateArk Server",
                "PrivateArk Server",
                r"C:\Program Files (x86)\PrivateArk\Server\dbmain.exe",
            ),
            (
                "PrivateArk Database",
                "PrivateArk Database",
                r"C:\Program Files (x86)\PrivateArk\Server\Database\bin\mysqld.exe",
            ),
            (
                "CyberArk Logic Container",
                "CyberArk Logic Container",
                r"C:\Program Files (x86)\PrivateArk\Server\LogicContainer\BLServiceApp.exe",
            ),
        ],
        drivers: &[],
    },
    WindowsProduct {
        key: "rapid7",
        display: "Rapid7 Insight Agent",
        publisher: "Rapid7, Inc.",
        version: "4.0.16.31",
        code: "{9C2E0B42-6C1D-4B7F-8A85-1F5C5D0A7E66}",
        folder: r"C:\Program Files\Rapid7\Insight Agent",
        services: &[(
            "ir_agent",
            "Rapid7 Insight Agent",
            r"C:\Program Files\Rapid7\Insight Agent\ir_agent.exe",
        )],
        drivers: &[],
    },
    WindowsProduct {
        key: "cortex",
        display: "Cortex XDR 8.5.0.125",
        publisher: "Palo Alto Networks, Inc.",
        version: "8.5.0.125",
        code: "{1B7C4F58-7E0B-4A0C-A3D9-0E5A6B2C8F17}",
        folder: r"C:\Program Files\Palo Alto Networks\Traps",
        services: &[(
            "cyserver",
            "Cortex XDR",
            r"C:\Program Files\Palo Alto Networks\Traps\cyserver.exe",
        )],
        drivers: &[
            ("tedrdrv.sys", "Cortex XDR Driver"),
            ("CyvrFsfd.sys", "Cortex XDR File System Filter"),
        ],
    },
    WindowsProduct {
        key: "sentinelone",
        display: "Sentinel Agent",
        publisher: "SentinelOne, Inc.",
        version: "24.1.4.257",
        code: "{EF2A3B71-0C4E-4A0D-8B2C-2C1D8E5F7A90}",
        folder: r"C:\Program Files\SentinelOne\Sentinel Agent 24.1.4.257",
        services: &[
            (
                "SentinelAgent",
                "Sentinel Agent",
                r"C:\Program Files\SentinelOne\Sentinel Agent 24.1.4.257\SentinelAgent.exe",
            ),
            (
                "SentinelStaticEngine",
                "Sentinel Static Engine",
                r"C:\Program Files\SentinelOne\Sentinel Agent 24.1.4.257\SentinelStaticEngine.exe",
            ),
        ],
        drivers: &[("SentinelMonitor.sys", "SentinelOne Monitor")],
    },
    WindowsProduct {
        key: "kes",
        display: "Kaspersky Endpoint Security for Windows",
        publisher: "AO Kaspersky Lab",
        version: "12.6.0.438",
        code: "{7B4F2A06-3E14-4E3C-A0F6-6E2C4A9B55D3}",
        folder: r"C:\Program Files (x86)\Kaspersky Lab\KES.12.6.0",
        services: &[(
            "AVP.KES.21.18",
            "Kaspersky Endpoint Security Service",
            r"C:\Program Files (x86)\Kaspersky Lab\KES.12.6.0\avp.exe",
        )],
        drivers: &[
            ("klif.sys", "Kaspersky Lab Interceptor"),
            ("klflt.sys", "Kaspersky Lab Filter"),
        ],
    },
    WindowsProduct {
        key: "symantec",
        display: "Symantec Endpoint Protection",
        publisher: "Broadcom",
        version: "14.3.10148.8000",
        code: "{A1D6B5C7-2E5C-4E79-9B0D-9F3F6C0E8B24}",
        folder: r"C:\Program Files\Symantec\Symantec Endpoint Protection",
        services: &[(
            "SepMasterService",
            "Symantec Endpoint Protection",
            r"C:\Program Files\Symantec\Symantec Endpoint Protection\ccSvcHst.exe",
        )],
        drivers: &[
            ("SRTSP64.SYS", "Symantec AutoProtect"),
            ("eeCtrl.sys", "Symantec Eraser Control Driver"),
        ],
    },
    // Somebody swapped the columns by hand before the export.
    WindowsProduct {
        key: "sophos-renamed",
        display: "Sophos Endpoint Agent",
        publisher: "2024.3.0.3",
        version: "Sophos Limited",
        code: "{604350BF-BE9A-4F79-B0EB-B1C22D889E2D}",
        folder: r"C:\Program Files\Sophos\Sophos Endpoint Agent",
        services: &[(
            "Sophos MCS Agent",
            "Sophos MCS Agent",
            r"C:\Program Files\Sophos\Sophos Endpoint Agent\McsAgent.exe",
        )],
        drivers: &[],
    },
    WindowsProduct {
        key: "vmware-tools",
        display: "VMware Tools",
        publisher: "VMware, Inc.",
        version: "12.4.0.23259341",
        code: "{F32C4E7B-2BF8-4788-8408-824C6896E1BB}",
        folder: r"C:\Program Files\VMware\VMware Tools",
        services: &[
            ("VMTools", "VMware Tools", r"C:\Program Files\VMware\VMware Tools\vmtoolsd.exe"),
            (
                "VGAuthService",
                "VMware Alias Manager and Ticket Service",
                r"C:\Program Files\VMware\VMware Tools\VMware VGAuth\VGAuthService.exe",
            ),
        ],
        drivers: &[
            ("vm3dmp.sys", "VMware SVGA 3D"),
            ("vmci.sys", "VMware VMCI Bus Device"),
            ("vmmemctl.sys", "Memory Control Driver"),
        ],
    },
    WindowsProduct {
        key: "horizon",
        display: "Omnissa Horizon Client",
        publisher: "Omnissa, LLC",
        version: "8.13.0",
        code: "{6E0E5B0D-73F4-4E0E-8B58-4F0E2D5C6B9A}",
        folder: r"C:\Program Files\Omnissa\Omnissa Horizon Client",
        services: &[],
        drivers: &[],
    },
    WindowsProduct {
        key: "carbonblack",
        display: "Carbon Black Cloud Sensor 64-bit",
        publisher: "VMware, Inc.",
        version: "4.0.2.1586",
        code: "{B2E0C7A5-8C4B-4C60-9E5B-7B3C4F1D2A68}",
        folder: r"C:\Program Files\Confer",
        services: &[(
            "CbDefense",
            "Carbon Black Cloud Sensor",
            r"C:\Program Files\Confer\RepMgr.exe",
        )],
        drivers: &[
            ("ctifile.sys", "Carbon Black Cloud File Filter"),
            ("ctinet.sys", "Carbon Black Cloud Network Filter"),
        ],
    },
    WindowsProduct {
        key: "workstation-pro",
        display: "VMware Workstation",
        publisher: "VMware, Inc.",
        version: "17.5.2",
        code: "{0D2B3C7A-51C9-4B64-9E59-9C2A5E7B1F02}",
        folder: r"C:\Program Files (x86)\VMware\VMware Workstation",
        services: &[(
            "VMAuthdService",
            "VMware Authorization Service",
            r"C:\Program Files (x86)\VMware\VMware Workstation\vmware-authd.exe",
        )],
        drivers: &[("vmx86.sys", "VMware vmx86")],
    },
    WindowsProduct {
        key: "idira",
        display: "Idira Idsec",
        publisher: "Idira",
        version: "0.11.2",
        code: "PaloAltoNetworks.Idira.Idsec",
        folder: r"C:\Program Files\Idira\Idsec",
        services: &[],
        drivers: &[],
    },
    WindowsProduct {
        key: "qihoo360",
        display: "360 Endpoint Security Management System",
        publisher: "360.cn",
        version: "10.0.0.3210",
        code: "360EntClient",
        folder: r"C:\Program Files (x86)\360\360Safe",
        services: &[(
            "ZhuDongFangYu",
            "主动防御",
            r"C:\Program Files (x86)\360\360Safe\deepscan\zhudongfangyu.exe",
        )],
        drivers: &[("360FsFlt.sys", "360 File System Filter")],
    },
];
