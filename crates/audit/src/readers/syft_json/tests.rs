use super::*;
use crate::readers::testing::{facts, read, shared, survives_mutation};

const IMAGE: &str = r#"{
 "artifacts": [
  {"id":"1","name":"open-vm-tools","version":"2:12.2","type":"deb","foundBy":"dpkg-db-cataloger",
   "cpes":[{"cpe":"cpe:2.3:a:open-vm-tools:open-vm-tools:12:*:*:*:*:*:*:*","source":"syft-generated"}],
   "purl":"pkg:deb/debian/open-vm-tools@2:12.2?arch=amd64",
   "metadata":{"maintainer":"Someone <a@debian.org>","files":[{"path":"/x"}]}},
  {"id":"2","name":"acme-agent","version":"1","type":"java-archive","foundBy":"java-archive-cataloger",
   "cpes":[{"cpe":"cpe:2.3:a:acme:agent:1:*:*:*:*:*:*:*","source":"nvd-cpe-dictionary"},"cpe:2.3:a:guess:guess:1:*:*:*:*:*:*:*"],
   "purl":"pkg:maven/com.acme/acme-agent@1",
   "metadata":{"manifest":{"main":[{"key":"Implementation-Vendor","value":"Acme Corp."}]}}},
  {"id":"3","version":"1","type":"deb"},
  7
 ],
 "source": {"id":"x","name":"registry.example/acme/app","type":"image","metadata":{"userInput":"registry.example/acme/app:1.2","tags":["registry.example/acme/app:1.2"]}},
 "distro": {"prettyName":"Debian GNU/Linux 12","id":"debian","versionID":"12"},
 "schema": {"version":"16.0.18"}
}"#;

#[test]
fn guesses_and_packagers_are_left_out() {
    let head = Head { bytes: IMAGE.as_bytes(), complete: true, name: "a.json" };
    assert_eq!(SyftJson.probe(&head), Some(92));
    let seen = read(&SyftJson, "scan.json", IMAGE.as_bytes());
    let asset = "registry.example/acme/app";
    assert_eq!(
        facts(&seen),
        [
            format!(
                "{asset} installed purl=pkg:deb/debian/open-vm-tools lin.pkg=open-vm-tools version=2:12.2 name=open-vm-tools"
            ),
            format!(
                "{asset} component purl=pkg:maven/com.acme/acme-agent cpe=a:acme:agent pkg.vendor=Acme Corp. version=1 name=acme-agent"
            ),
            format!("{asset} device oci.image=registry.example/acme/app"),
            format!("{asset} installed lin.os=debian version=12"),
        ]
    );
    let asset = &seen.observations.assets[0];
    assert_eq!(asset.kind, AssetKind::Image);
    assert!(asset.identifiers.is_empty(), "an image's name joins no hosts");
    assert_eq!(seen.sources[0].1.lost_rows(), 2);
}

#[test]
fn a_root_file_system_of_the_corpus() {
    let Some(bytes) = shared("inventory/debian/rootfs-syft-1.18.1.json.gz") else { return };
    let head = Head { bytes: &bytes[..64 << 10], complete: false, name: "a" };
    assert_eq!(SyftJson.probe(&head), Some(92));
    let seen = read(&SyftJson, "rootfs.json", &bytes);
    let lines = facts(&seen);
    assert_eq!(lines.iter().filter(|line| line.contains(" lin.pkg=")).count(), 300);
    assert_eq!(lines.iter().filter(|line| line.contains(" component ")).count(), 52);
    let tools: Vec<_> = lines.iter().filter(|line| line.contains("open-vm-tools")).collect();
    assert_eq!(
        tools,
        [
            "rootfs installed purl=pkg:deb/debian/open-vm-tools lin.pkg=open-vm-tools version=2:12.2.0-1+deb12u4 name=open-vm-tools"
        ]
    );
    // Five packages have CPEs from a dictionary, all others only guesses.
    assert_eq!(lines.iter().filter(|line| line.contains(" cpe=")).count(), 5);
    assert_eq!(seen.observations.assets[0].kind, AssetKind::Host);
    let ledger = &seen.sources[0].1;
    assert_eq!((ledger.rows, ledger.understood, ledger.lost_rows()), (354, 353, 0));
}

#[test]
fn mutants() {
    survives_mutation(&SyftJson, IMAGE.as_bytes());
}
