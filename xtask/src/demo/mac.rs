//! macOS laptops as osquery sees them.

use serde_json::{Value, json};

use super::Estate;
use super::company::{Company, System};
use super::osquery::{system_info, table};

/// Key, bundle path, bundle identifier, version, launchd label, system extension, team.
type Bundle = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

pub(crate) fn write(company: &Company, estate: &mut Estate) {
    for host in company.scanned().filter(|host| host.system == System::MacOs) {
        let own = || {
            BUNDLES.iter().filter(|bundle| bundle.0.is_empty() || host.software.contains(&bundle.0))
        };
        table(estate, host, "system_info", vec![system_info(host)]);
        table(estate, host, "apps", own().map(app).collect());
        table(
            estate,
            host,
            "launchd",
            own().filter(|bundle| !bundle.4.is_empty()).map(launchd).collect(),
        );
        let extensions: Vec<Value> =
            own().filter(|bundle| !bundle.5.is_empty()).map(extension).collect();
        if !extensions.is_empty() {
            table(estate, host, "system_extensions", extensions);
        }
    }
}

fn app((_, path, identifier, version, ..): &Bundle) -> Value {
    let name = path.rsplit('/').next().unwrap_or(path);
    json!({
        "bundle_executable": name.trim_end_matches(".app"), "bundle_identifier": identifier, "bundle_name": name.trim_end_matches(".app"),
        "bundle_package_type": "APPL", "bundle_short_version": version, "bundle_version": version, "copyright": "", "display_name": "",
        "last_opened_time": "1774224000.0", "minimum_system_version": "11.0", "name": name, "path": path,
    })
}

fn launchd((_, path, _, _, label, ..): &Bundle) -> Value {
    json!({
        "disabled": "", "keep_alive": "1", "label": label, "name": format!("{label}.plist"), "path": format!("/Library/LaunchDaemons/{label}.plist"),
        "process_type": "", "program": format!("{path}/Contents/MacOS/agent"), "program_arguments": "", "run_at_load": "1",
    })
}

fn extension((_, path, _, version, _, identifier, team): &Bundle) -> Value {
    json!({
        "UUID": "", "bundle_path": path, "category": "com.apple.system_extension.endpoint_security", "identifier": identifier,
        "mdm_managed": "1", "path": path, "state": "activated_enabled", "team": team, "version": version,
    })
}

const BUNDLES: &[Bundle] = &[
    ("", "/Applications/Safari.app", "com.apple.Safari", "18.3", "", "", ""),
    ("", "/Applications/WeChat.app", "com.tencent.xinWeChat", "3.8.10", "", "", ""),
    ("", "/Applications/WPS Office.app", "com.kingsoft.wpsoffice.mac", "7.4.1", "", "", ""),
    (
        "falcon",
        "/Applications/Falcon.app",
        "com.crowdstrike.falcon.App",
        "7.21.0",
        "com.crowdstrike.falcon.UserAgent",
        "com.crowdstrike.falcon.Agent",
        "X9E956P446",
    ),
    (
        "globalprotect",
        "/Applications/GlobalProtect.app",
        "com.paloaltonetworks.GlobalProtect.client",
        "6.2.4",
        "com.paloaltonetworks.gp.pangpsd",
        "",
        "",
    ),
    (
        "forticlient",
        "/Applications/FortiClient.app",
        "com.fortinet.FortiClient",
        "7.4.3",
        "com.fortinet.forticlient.servctl2",
        "com.fortinet.forticlient.macos.vpn.nwextension",
        "AH4XFXJ7DK",
    ),
    (
        "sentinelone",
        "/Applications/SentinelOne/SentinelOne Extensions.app",
        "com.sentinelone.extensions-wrapper",
        "24.2.2",
        "com.sentinelone.sentineld",
        "com.sentinelone.network-monitoring",
        "4AYE5J54KN",
    ),
];
