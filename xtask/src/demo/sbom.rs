//! Software bills of materials in the three families of formats.

use serde_json::{Value, json};

use super::Estate;

/// Package type, group or namespace, name, version, supplier.
type Component = (&'static str, &'static str, &'static str, &'static str, &'static str);

pub(crate) fn write(estate: &mut Estate) {
    estate.put(
        "sbom/tos-web.syft.json",
        pretty(&syft("tos-web", "registry.jinhai.example/tos/tos-web:5.3.1", TOS_WEB)),
    );
    estate.put(
        "sbom/yard-agent.syft.json",
        pretty(&syft("yard-agent", "registry.jinhai.example/yard/agent:2.0", YARD_AGENT)),
    );
    estate.put("sbom/gate-api.cdx.json", pretty(&cyclonedx_json("gate-api", GATE_API)));
    estate.put("sbom/customs-edi.cdx.xml", cyclonedx_xml("customs-edi", CUSTOMS_EDI));
    estate.put("sbom/berth-planner.spdx.json", pretty(&spdx("berth-planner", BERTH_PLANNER)));
}

fn pretty(value: &Value) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

fn purl((kind, group, name, version, _): &Component) -> String {
    if group.is_empty() {
        format!("pkg:{kind}/{name}@{version}")
    } else {
        format!("pkg:{kind}/{group}/{name}@{version}")
    }
}

fn syft(name: &str, image: &str, components: &[Component]) -> Value {
    let artifacts: Vec<Value> = components
        .iter()
        .enumerate()
        .map(|(number, component)| {
            let (kind, _, name, version, supplier) = component;
            let kind = match *kind {
                "maven" => "java-archive",
                "pypi" => "python",
                other => other,
            };
            let metadata = if kind == "deb" {
                json!({"package": name, "version": version, "architecture": "amd64", "maintainer": supplier})
            } else {
                json!({})
            };
            json!({
                // A guess from the name, as such tools make it: never evidence of a vendor.
                "cpes": [{"cpe": format!("cpe:2.3:a:{name}:{name}:{version}:*:*:*:*:*:*:*"), "source": "syft-generated"}],
                "foundBy": format!("{kind}-cataloger"), "id": format!("{number:016x}"), "language": "", "licenses": [],
                "locations": [{"path": "/app", "layerID": "sha256:00"}], "metadata": metadata, "metadataType": kind,
                "name": name, "purl": purl(component), "type": kind, "version": version,
            })
        })
        .collect();
    json!({
        "artifactRelationships": [], "artifacts": artifacts,
        "descriptor": {"name": "syft", "version": "1.18.1"},
        "distro": {"id": "debian", "name": "Debian GNU/Linux", "prettyName": "Debian GNU/Linux 12 (bookworm)", "versionID": "12"},
        "files": [],
        "schema": {"url": "https://raw.githubusercontent.com/anchore/syft/main/schema/json/schema-16.0.18.json", "version": "16.0.18"},
        "source": {"id": name, "metadata": {"userInput": image}, "name": image, "type": "image", "version": "5.3.1"},
    })
}

fn cyclonedx_json(name: &str, components: &[Component]) -> Value {
    let components: Vec<Value> = components
        .iter()
        .map(|component| {
            let (_, group, name, version, supplier) = component;
            let purl = purl(component);
            json!({
                "bom-ref": purl, "group": group, "name": name, "purl": purl, "supplier": {"name": supplier}, "type": "library",
                "version": version,
            })
        })
        .collect();
    json!({
        "bomFormat": "CycloneDX", "components": components,
        "metadata": {
            "component": {"bom-ref": name, "name": name, "type": "application", "version": "4.1.0"},
            "supplier": {"name": "Jinhai Port Logistics"}, "timestamp": "2026-03-28T03:12:00Z",
        },
        "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79", "specVersion": "1.6", "version": 1,
    })
}

fn cyclonedx_xml(name: &str, components: &[Component]) -> String {
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\" version=\"1\">\n  <metadata>\n    \
         <timestamp>2026-03-28T03:12:00Z</timestamp>\n    <component type=\"application\">\n      <name>{name}</name>\n      \
         <version>3.0.2</version>\n    </component>\n  </metadata>\n  <components>\n"
    );
    for component in components {
        let (_, group, name, version, supplier) = component;
        text.push_str(&format!(
            "    <component type=\"library\" bom-ref=\"{purl}\">\n      <publisher>{supplier}</publisher>\n      <group>{group}</group>\n      \
             <name>{name}</name>\n      <version>{version}</version>\n      <purl>{purl}</purl>\n    </component>\n",
            purl = purl(component)
        ));
    }
    text.push_str("  </components>\n</bom>\n");
    text
}

fn spdx(name: &str, components: &[Component]) -> Value {
    let packages: Vec<Value> = components
        .iter()
        .enumerate()
        .map(|(number, component)| {
            let (_, _, name, version, supplier) = component;
            let locator = purl(component);
            json!({
                "SPDXID": format!("SPDXRef-Package-{number}"), "downloadLocation": "NOASSERTION",
                "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceLocator": locator, "referenceType": "purl"}],
                "filesAnalyzed": false, "homepage": "NOASSERTION", "name": name, "supplier": format!("Organization: {supplier}"),
                "versionInfo": version,
            })
        })
        .collect();
    json!({
        "SPDXID": "SPDXRef-DOCUMENT", "creationInfo": {"created": "2026-03-28T03:12:00Z", "creators": ["Tool: jinhai-build-1.2"]},
        "dataLicense": "CC0-1.0", "documentNamespace": "https://jinhai.example/spdx/berth-planner", "name": name, "packages": packages,
        "relationships": [{"relatedSpdxElement": "SPDXRef-Package-0", "relationshipType": "DESCRIBES", "spdxElementId": "SPDXRef-DOCUMENT"}],
        "spdxVersion": "SPDX-2.3",
    })
}

const TOS_WEB: &[Component] = &[
    ("maven", "org.springframework", "spring-core", "6.1.13", "VMware, Inc."),
    ("maven", "org.springframework.boot", "spring-boot", "3.3.4", "VMware, Inc."),
    ("maven", "org.apache.logging.log4j", "log4j-core", "2.24.0", "The Apache Software Foundation"),
    ("maven", "com.fasterxml.jackson.core", "jackson-databind", "2.17.2", "FasterXML"),
    (
        "deb",
        "debian",
        "libc6",
        "2.36-9+deb12u8",
        "GNU Libc Maintainers <debian-glibc@lists.debian.org>",
    ),
    (
        "deb",
        "debian",
        "openssl",
        "3.0.14-1",
        "Debian OpenSSL Team <pkg-openssl-devel@alioth-lists.debian.net>",
    ),
];

const YARD_AGENT: &[Component] = &[
    ("pypi", "", "falcon", "3.1.3", "Kurt Griffiths"),
    ("pypi", "", "pyvmomi", "8.0.3.0.1", "Broadcom, Inc"),
    ("pypi", "", "checkov", "3.2.255", "bridgecrew"),
    ("pypi", "", "requests", "2.32.3", "Kenneth Reitz"),
    ("pypi", "", "orca", "1.2.0", "Alex Example"),
];

const GATE_API: &[Component] = &[
    ("maven", "org.springframework", "spring-web", "5.3.39", "VMware, Inc."),
    ("maven", "org.springframework.amqp", "spring-rabbit", "2.4.17", "VMware, Inc."),
    ("maven", "com.rabbitmq", "amqp-client", "5.21.0", "VMware, Inc."),
    ("maven", "ch.qos.logback", "logback-classic", "1.2.13", "QOS.ch"),
    ("npm", "@angular", "core", "17.3.12", "Google LLC"),
];

const CUSTOMS_EDI: &[Component] = &[
    (
        "maven",
        "org.springframework.integration",
        "spring-integration-core",
        "5.5.20",
        "VMware, Inc.",
    ),
    ("golang", "github.com/vmware", "govmomi", "v0.43.0", "VMware, Inc."),
    ("golang", "github.com/spf13", "cobra", "v1.8.1", "Steve Francia"),
];

const BERTH_PLANNER: &[Component] = &[
    ("pypi", "", "numpy", "1.26.4", "NumPy Developers"),
    ("pypi", "", "sentinel", "0.3.0", "Open Example"),
    ("maven", "org.springframework.security", "spring-security-core", "6.3.3", "VMware, Inc."),
];
