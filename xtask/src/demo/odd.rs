//! What lies in every folder of exports besides the exports, and the company's waivers.

use super::Estate;

pub(crate) fn write(estate: &mut Estate) {
    estate.put("waivers.toml", WAIVERS);
    estate.put("misc/网络拓扑.pdf", &b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"[..]);
    estate.put(
        "misc/handover-notes.docx",
        &b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00\x21\x00 not really a document"[..],
    );
    estate.put("misc/export-failed.csv", &b""[..]);
    estate.put("misc/readme.txt", "Ask Li Na before deleting anything here.\n");
    estate.put("misc/core.bin", &[0x7f, 0x00, 0xff, 0xfe, 0x01, 0x02, 0x03, 0x04][..]);
    // Somebody's disk was full.
    estate.put("osquery/sh-ws-999/programs.json", TRUNCATED);
    // A client of a Western site writes its own encoding.
    estate.put("osquery/sh-ws-998/programs.json", LATIN_1);
}

const LATIN_1: &[u8] = b"[\n  {\"name\":\"7-Zip 24.08 (x64)\",\"publisher\":\"Igor Pavlov\",\"version\":\"24.08\"},\n  \
    {\"name\":\"Caf\xe9 Client\",\"publisher\":\"Caf\xe9 SARL\",\"version\":\"1.0\"},\n  \
    {\"name\":\"CrowdStrike Windows Sensor\",\"publisher\":\"CrowdStrike, Inc.\",\"version\":\"7.22.19410.0\"}\n]\n";

const TRUNCATED: &str = "[\n  {\"name\":\"7-Zip 24.08 (x64)\",\"publisher\":\"Igor Pavlov\",\"version\":\"24.08\"},\n  \
    {\"name\":\"CrowdStrike Windows Sensor\",\"publisher\":\"CrowdStrike, Inc.\",\"version\":\"7.22.19410.0\"},\n  {\"name\":\"Google Chr";

/// One in force, one that ends in ten days, one that has ended, one that covers nothing.
const WAIVERS: &str = r#"# Permissions to keep a product past its date. Days are meant in this zone.
zone = "+08:00"

[[waiver]]
id = "W-2026-001"
reason = "PAM vault: migration to the replacement is tested, cutover is in the window of 2026-05-16"
approver = "CISO Li Na"
ticket = "CHG-20877"
starts = "2026-02-01"
expires = "2026-05-31"
products = ["cyberark.*"]
assets = ["sh-pam-*"]

[[waiver]]
id = "W-2026-002"
reason = "Panorama goes together with the last PA firewall"
approver = "CISO Li Na"
ticket = "CHG-20911"
expires = "2026-04-10"
vendors = ["panw"]
assets = ["sh-pan-01"]

[[waiver]]
id = "W-2025-014"
reason = "Crane control hosts: vendor of the cranes had not certified another agent"
approver = "Director Port IT"
ticket = "CHG-19320"
expires = "2025-12-31"
vendors = ["fortinet"]
assets = ["qd-*"]

[[waiver]]
id = "W-2026-003"
reason = "Imaging workstations of the old customs office"
approver = "CISO Li Na"
ticket = "CHG-20950"
expires = "2026-09-30"
assets = ["cu-ws-*"]
"#;
