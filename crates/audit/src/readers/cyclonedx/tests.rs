use model::asset::AssetKind;

use crate::codes;
use crate::reader::{Head, Reader};
use crate::readers::cyclonedx_json::CycloneDxJson;
use crate::readers::cyclonedx_xml::CycloneDxXml;
use crate::readers::testing::{facts, read, shared, survives_mutation};

const SBOM: &str = r#"{"bomFormat":"CycloneDX","specVersion":"1.5",
 "metadata":{"timestamp":"2026-01-02T03:04:05Z","component":{"type":"application","name":"shop","version":"2"}},
 "components":[
  {"type":"library","group":"com.acme","name":"lib","version":"1","purl":"pkg:maven/com.acme/lib@1?type=jar","cpe":"cpe:2.3:a:acme:lib:1:*:*:*:*:*:*:*",
   "supplier":{"name":"Acme & Co"},"publisher":"Acme Press","externalReferences":[{"type":"website","url":"https://acme.example/lib/"}],
   "components":[{"type":"file","name":"/a.txt"},{"type":"container","name":"registry.example/a/b:1"}]},
  {"type":"library","name":"open-vm-tools","version":"12","purl":"pkg:deb/debian/open-vm-tools@12","supplier":{"name":"Some Maintainer"}},
  {"type":"library","name":"guess","cpe":"cpe:2.3:a:guess:guess:1:*:*:*:*:*:*:*","properties":[{"name":"syft:package:foundBy","value":"x"}]},
  {"type":"device","name":"AX-1","manufacturer":{"name":"Acme"}},
  {"version":"nameless"}],
 "services":[{"name":"scan","provider":{"name":"Cloud Co"},"endpoints":["https://api.example/v1"],"services":[{"name":"inner"}]}]}"#;

const XML: &str = r#"<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.5" version="1">
 <metadata><timestamp>2026-01-02T03:04:05Z</timestamp><component type="application"><name>shop</name><version>2</version></component></metadata>
 <components>
  <component type="library"><supplier><name>Acme &amp; Co</name></supplier><publisher>Acme Press</publisher><group>com.acme</group><name>lib</name><version>1</version>
   <licenses><license><id>MIT</id><name>wrong</name></license></licenses>
   <cpe>cpe:2.3:a:acme:lib:1:*:*:*:*:*:*:*</cpe><purl>pkg:maven/com.acme/lib@1?type=jar</purl>
   <externalReferences><reference type="website"><url>https://acme.example/lib/</url></reference></externalReferences>
   <components><component type="file"><name>/a.txt</name></component><component type="container"><name>registry.example/a/b:1</name></component></components></component>
  <component type="library"><supplier><name>Some Maintainer</name></supplier><name>open-vm-tools</name><version>12</version><purl>pkg:deb/debian/open-vm-tools@12</purl></component>
  <component type="library"><name>guess</name><cpe>cpe:2.3:a:guess:guess:1:*:*:*:*:*:*:*</cpe><properties><property name="syft:package:foundBy">x</property></properties></component>
  <component type="device"><manufacturer><name>Acme</name></manufacturer><name>AX-1</name></component>
  <component type="library"><version>nameless</version></component>
 </components>
 <services><service><provider><name>Cloud Co</name></provider><name>scan</name><endpoints><endpoint>https://api.example/v1</endpoint></endpoints><services><service><name>inner</name></service></services></service></services>
</bom>"#;

#[test]
fn both_forms_say_the_same() {
    let expected = [
        "shop device software.name=shop version=2 name=shop",
        "shop component purl=pkg:maven/com.acme/lib cpe=a:acme:lib pkg.vendor=Acme & Co \
         pkg.vendor=Acme Press pkg.homepage=acme.example/lib version=1 name=lib",
        "shop component oci.image=registry.example/a/b name=registry.example/a/b:1",
        "shop installed purl=pkg:deb/debian/open-vm-tools lin.pkg=open-vm-tools version=12 name=open-vm-tools",
        "shop component name=guess",
        "shop component hw.model=AX-1 hw.vendor=Acme name=AX-1",
        "shop component software.name=scan software.vendor=Cloud Co text=api.example/v1",
        "shop component software.name=inner",
    ];
    for (reader, text) in [(&CycloneDxJson as &dyn Reader, SBOM), (&CycloneDxXml, XML)] {
        let head = Head { bytes: text.as_bytes(), complete: true, name: "a" };
        assert_eq!(reader.probe(&head), Some(100));
        let seen = read(reader, "a", text.as_bytes());
        assert_eq!(facts(&seen), expected, "{}", reader.id());
        let ledger = &seen.sources[0].1;
        assert_eq!(
            (ledger.rows, ledger.understood, ledger.inert_rows(), ledger.lost_rows()),
            (10, 8, 1, 1)
        );
        let asset = &seen.observations.assets[0];
        assert_eq!(asset.kind, AssetKind::Software);
        assert_eq!(seen.observations.strings.get(asset.observed_on.unwrap()), "2026-01-02");
    }
}

#[test]
fn an_operations_bom_is_a_host() {
    let of = |category: &str, rest: &str| {
        format!(
            r#"{{"type":"application","version":"1",{rest},"properties":[{{"name":"cdx:osquery:category","value":"{category}"}}"#
        )
    };
    let components = [
        of("windows_programs", r#""name":"Agent X","publisher":"X Corp""#)
            + r#",{"name":"identifying_number","value":"{1}"}]}"#,
        of("windows_drivers", r#""name":"x driver","publisher":"X Corp""#)
            + r#",{"name":"image","value":"C:\\Windows\\x.sys"},{"name":"service","value":"xdrv"}]}"#,
        of("services_snapshot", r#""name":"XSvc""#)
            + r#",{"name":"display_name","value":"X Service"},{"name":"path","value":"C:\\x\\x.exe"},{"name":"start_type","value":"AUTO"}]}"#,
        of("processes", r#""name":"xd""#)
            + r#",{"name":"path","value":"/opt/x/xd"},{"name":"cmdline","value":"xd --token hunter2"}]}"#,
        of("listening_ports", r#""name":"xd""#) + "]}",
        of("deb_packages", r#""name":"bash","purl":"pkg:deb/debian/bash@5","publisher":"Someone""#)
            + "]}",
    ];
    let text = format!(
        r#"{{"bomFormat":"CycloneDX","metadata":{{"lifecycles":[{{"phase":"operations"}}],"component":{{"type":"operating-system","name":"Acme+OS","version":"11"}}}},"components":[{}]}}"#,
        components.join(",")
    );
    let seen = read(&CycloneDxJson, "host.json", text.as_bytes());
    assert_eq!(
        facts(&seen)[1..],
        [
            "Acme+OS installed win.display=Agent X win.publisher=X Corp win.product-code={1} version=1 name=Agent X",
            r"Acme+OS running win.driver=x.sys win.path=C:\Windows\x.sys win.service=xdrv win.publisher=X Corp version=1 name=x driver",
            r"Acme+OS running win.service=XSvc win.display=X Service win.path=C:\x\x.exe version=1 name=XSvc",
            "Acme+OS running lin.proc=xd lin.path=/opt/x/xd version=1 name=xd",
            "Acme+OS installed purl=pkg:deb/debian/bash lin.pkg=bash version=1 name=bash",
        ]
    );
    assert!(!seen.observations.strings.iter().any(|(_, text)| text.contains("hunter2")));
    let asset = &seen.observations.assets[0];
    assert_eq!(asset.kind, AssetKind::Host);
    assert_eq!(seen.observations.strings.get(asset.os.unwrap()), "Acme OS 11");
}

#[test]
fn broken_forms_keep_their_beginning() {
    let cut = read(&CycloneDxXml, "a", &XML.as_bytes()[..1200]);
    assert_eq!(cut.diagnostics[0].code, codes::TRUNCATED);
    assert!(cut.sources[0].1.understood >= 2);
    let cut = read(&CycloneDxJson, "a", &SBOM.as_bytes()[..900]);
    assert_eq!(cut.diagnostics[0].code, codes::TRUNCATED);
    assert!(cut.sources[0].1.understood >= 2);
}

#[test]
fn the_corpus_in_both_forms() {
    let json = shared("inventory/cyclonedx/SBOM_dropwizard-1.3.15_bom.json.gz");
    let xml = shared("inventory/cyclonedx/SBOM_dropwizard-1.3.15_bom.xml.gz");
    let (Some(json), Some(xml)) = (json, xml) else { return };
    let (json, xml) = (read(&CycloneDxJson, "a", &json), read(&CycloneDxXml, "a", &xml));
    // The XML of the corpus leaves out addresses that are not valid; everything else is equal.
    let without_pages = |line: String| {
        let kept = line.split(' ').filter(|word| !word.starts_with("pkg.homepage="));
        kept.collect::<Vec<_>>().join(" ")
    };
    let json_facts: Vec<_> = facts(&json).into_iter().map(without_pages).collect();
    let xml_facts: Vec<_> = facts(&xml).into_iter().map(without_pages).collect();
    assert_eq!(json_facts.len(), xml_facts.len());
    let other = json_facts.iter().zip(&xml_facts).find(|(json, xml)| json != xml);
    assert_eq!(other, None);
    assert!(facts(&json).len() > 100);
    assert_eq!(json.sources[0].1.lost_rows(), 0);
    for (path, rows) in [
        ("OBOM_Example-1-Decoupled_bom.json.gz", 904),
        ("OBOM_Example-1-Decoupled_obom.json.gz", 2),
        ("HBOM_PCIe-SATA-adapter-board_bom.json.gz", 7),
        ("SaaSBOM_apigateway-microservices-datastores_bom.json.gz", 7),
    ] {
        let Some(bytes) = shared(&format!("inventory/cyclonedx/{path}")) else { return };
        let seen = read(&CycloneDxJson, "a", &bytes);
        let ledger = &seen.sources[0].1;
        assert_eq!(
            (ledger.rows, ledger.lost_rows(), seen.diagnostics.len()),
            (rows, 0, 0),
            "{path}"
        );
    }
}

#[test]
fn mutants() {
    survives_mutation(&CycloneDxJson, SBOM.as_bytes());
    survives_mutation(&CycloneDxXml, XML.as_bytes());
}
