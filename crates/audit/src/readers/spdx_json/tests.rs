use super::*;
use crate::readers::testing::{facts, read, survives_mutation};

const DOCUMENT: &str = r#"{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","name":"app-1","creationInfo":{"created":"2026-02-03T00:00:00Z","creators":["Tool: x-1"]},
 "packages":[
  {"name":"lib","versionInfo":"1","supplier":"Organization: Acme (info@acme.example)","originator":"Person: Someone","homepage":"https://acme.example",
   "externalRefs":[{"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:npm/lib@1"},
                   {"referenceCategory":"SECURITY","referenceType":"cpe23Type","referenceLocator":"cpe:2.3:a:acme:lib:1:*:*:*:*:*:*:*"}]},
  {"name":"bash","versionInfo":"5","supplier":"Organization: Distribution","homepage":"NOASSERTION","externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:rpm/x/bash@5"}]},
  {"name":"Agent","primaryPackagePurpose":"APPLICATION","supplier":"NOASSERTION"},
  {"versionInfo":"1"}],
 "files":[{"fileName":"a"}]}"#;

const EXPECTED: [&str; 3] = [
    "app-1 component purl=pkg:npm/lib cpe=a:acme:lib pkg.vendor=Acme pkg.homepage=acme.example version=1 name=lib",
    "app-1 installed purl=pkg:rpm/x/bash lin.pkg=bash version=5 name=bash",
    "app-1 component software.name=Agent name=Agent",
];

#[test]
fn packages_of_version_2() {
    let head = Head { bytes: DOCUMENT.as_bytes(), complete: true, name: "a" };
    assert_eq!(SpdxJson.probe(&head), Some(97));
    let seen = read(&SpdxJson, "a.json", DOCUMENT.as_bytes());
    assert_eq!(facts(&seen), EXPECTED);
    assert_eq!(seen.sources[0].1.lost_rows(), 1);
    let wrapped = format!("{{\"sbom\":{DOCUMENT}}}");
    assert_eq!(facts(&read(&SpdxJson, "a.json", wrapped.as_bytes())), EXPECTED);
    let guessed = DOCUMENT.replace("Tool: x-1", "Tool: syft-1.18.1");
    assert!(!facts(&read(&SpdxJson, "a.json", guessed.as_bytes()))[0].contains("cpe="));
}

#[test]
fn elements_of_version_3() {
    let text = r#"{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[
     {"type":"SpdxDocument","spdxId":"d","name":"graph"},
     {"type":"Organization","spdxId":"o1","name":"Acme"},
     {"type":"software_Package","spdxId":"p","name":"lib","software_packageVersion":"1","suppliedBy":"o1",
      "externalIdentifier":[{"externalIdentifierType":"packageUrl","identifier":"pkg:npm/lib@1"}]},
     {"type":"Relationship"}, 3]}"#;
    let head = Head { bytes: text.as_bytes(), complete: true, name: "a" };
    assert_eq!(SpdxJson.probe(&head), Some(96));
    let seen = read(&SpdxJson, "a.json", text.as_bytes());
    assert_eq!(
        facts(&seen),
        ["graph component purl=pkg:npm/lib pkg.vendor=Acme version=1 name=lib"]
    );
    assert_eq!((seen.sources[0].1.rows, seen.sources[0].1.lost_rows()), (5, 1));
}

#[test]
fn mutants() {
    survives_mutation(&SpdxJson, DOCUMENT.as_bytes());
}
