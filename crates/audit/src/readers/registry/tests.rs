//! Tests of both readers, on hives that our own writer makes, on text, and on real hives where the shared corpus is at hand.

mod exports;
mod hives;
mod real;

use model::asset::IdKind;
use model::diagnostic::Code;

use super::build::HiveKey;
use super::{RegExport, RegistryHive, words};
use crate::codes;
use crate::readers::testing;
use crate::sink::Collector;

/// Every item in the order of its rows, as `context field=value …`.
fn items(collector: &Collector) -> Vec<String> {
    let seen = &collector.observations;
    seen.rows
        .iter()
        .map(|&id| {
            let item = seen.items.get(id).unwrap();
            let facts = item
                .facts
                .iter()
                .map(|fact| format!("{}={}", fact.field.as_str(), seen.strings.get(fact.value)));
            let words: Vec<String> =
                [item.context.as_str().to_owned()].into_iter().chain(facts).collect();
            words.join(" | ")
        })
        .collect()
}

fn name(collector: &Collector) -> &str {
    collector.observations.strings.get(collector.observations.assets[0].name)
}

fn has(collector: &Collector, code: Code) -> bool {
    collector.diagnostics.iter().any(|diagnostic| diagnostic.code == code)
}

fn identifiers(collector: &Collector, kind: IdKind) -> Vec<&str> {
    let asset = &collector.observations.assets[0];
    let of_kind = asset.identifiers.iter().filter(|(other, _)| *other == kind);
    of_kind.map(|(_, id)| collector.observations.strings.get(*id)).collect()
}

#[test]
fn programs_are_cut_out_of_command_lines() {
    let cases = [
        (r#""C:\Program Files\A b\c.exe" -k "x""#, r"C:\Program Files\A b\c.exe"),
        (r"C:\Program Files\A b\c.exe -k x.exe", r"C:\Program Files\A b\c.exe"),
        (r"C:\some.exe.d\c.exe", r"C:\some.exe.d\c.exe"),
        (r"\SystemRoot\System32\drivers\a.sys", r"C:\Windows\System32\drivers\a.sys"),
        (r"system32\DRIVERS\a.sys", r"C:\Windows\system32\DRIVERS\a.sys"),
        (r"\??\C:\Vendor\\b.sys", r"C:\Vendor\b.sys"),
        (r"%ProgramFiles(x86)%\V\a.exe,0", r"C:\Program Files (x86)\V\a.exe"),
        (r"\\server\share\\a.exe /q", r"\\server\share\a.exe"),
        ("", ""),
    ];
    for (command, program) in cases {
        assert_eq!(words::program(command), program, "{command}");
    }
}

#[test]
fn publishers_come_in_two_shapes() {
    let cases = [
        ("VMware, Inc.", "VMware, Inc.", false),
        (r#"CN="VMware, Inc.", O="VMware, Inc.", L=Palo Alto"#, "VMware, Inc.", true),
        ("CN=A, O=Fortinet Technologies, L=X", "Fortinet Technologies", true),
        ("o=acme corporation, l=town", "acme corporation", true),
        ("CN=F6FD12B7-9E18-42B8-BA81-AA4ED127C991", "", true),
        ("CN=Some Person", "Some Person", true),
        ("", "", false),
    ];
    for (text, name, signed) in cases {
        let publisher = words::publisher(text);
        assert_eq!((publisher.name.as_str(), publisher.signed), (name, signed), "{text}");
    }
}

#[test]
fn packed_codes_are_unpacked() {
    let code = words::unpack_code("0A1B2C3D4E5F60718293A4B5C6D7E8F9");
    assert_eq!(code.as_deref(), Some("{D3C2B1A0-F5E4-1706-2839-4A5B6C7D8E9F}"));
    assert_eq!(words::unpack_code("0A1B"), None);
    assert_eq!(words::braced_code("{D3C2B1A0-F5E4-1706-2839-4A5B6C7D8E9F}").len(), 38);
    assert_eq!(words::braced_code("{not a code}"), "");
}

#[test]
fn resource_references_are_no_names() {
    assert_eq!(words::display(r"@%systemroot%\system32\x.dll,-5"), "");
    assert_eq!(words::display("@oem4.inf,%vmci%;VMware VMCI Bus Driver"), "VMware VMCI Bus Driver");
    assert_eq!(words::display("VMware Tools"), "VMware Tools");
}
