//! Container images: an archive as `docker save` writes it and an OCI layout, both with layers that remove what lower ones hold.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Estate, gzip, tar_of};
use crate::steps::hex;

type Layer = BTreeMap<&'static str, Vec<u8>>;

pub(crate) fn write(estate: &mut Estate) -> Result<()> {
    estate.put(
        "images/yard-agent.tar",
        docker_archive("registry.jinhai.example/yard/agent:2.0", &yard_agent())?,
    );
    estate.put(
        "images/gate-sensor-oci.tar",
        oci_layout("registry.jinhai.example/gate/sensor:1.1", &gate_sensor())?,
    );
    Ok(())
}

/// The sensor of the base image is removed again: nothing of it is in the image that runs.
fn yard_agent() -> Vec<Layer> {
    let base = Layer::from([
        ("etc/os-release", OS_RELEASE.into()),
        ("opt/CrowdStrike/falconctl", b"\x7fELF".to_vec()),
        ("var/lib/dpkg/status", dpkg(&[("bash", "5.2.15-2"), ("falcon-sensor", "7.10.0-16303")])),
    ]);
    let application = Layer::from([
        ("opt/.wh.CrowdStrike", Vec::new()),
        (
            "var/lib/dpkg/status",
            dpkg(&[
                ("bash", "5.2.15-2"),
                ("open-vm-tools", "2:12.2.0-1"),
                ("python3-falcon", "3.1.1-3"),
            ]),
        ),
        ("app/agent.py", b"import falcon\n".to_vec()),
    ]);
    vec![base, application]
}

/// An agent that no package database knows, and a folder that a later layer makes opaque.
fn gate_sensor() -> Vec<Layer> {
    let base = Layer::from([
        ("etc/os-release", OS_RELEASE.into()),
        ("var/lib/dpkg/status", dpkg(&[("bash", "5.2.15-2"), ("curl", "7.88.1-10")])),
        ("opt/rapid7/ir_agent/ir_agent", b"\x7fELF".to_vec()),
        ("opt/wiz/sensor/wiz-sensor", b"\x7fELF".to_vec()),
    ]);
    let cleaned = Layer::from([("opt/rapid7/.wh..wh..opq", Vec::new())]);
    vec![base, cleaned]
}

fn dpkg(packages: &[(&str, &str)]) -> Vec<u8> {
    let stanza = |(name, version): &(&str, &str)| {
        format!(
            "Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\nDescription: {name}\n\n"
        )
    };
    packages.iter().map(stanza).collect::<String>().into_bytes()
}

fn pack(layer: &Layer) -> Result<Vec<u8>> {
    tar_of(layer.iter().map(|(path, bytes)| (*path, bytes.as_slice())))
}

fn docker_archive(name: &str, layers: &[Layer]) -> Result<Vec<u8>> {
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let (mut names, mut diffs) = (Vec::new(), Vec::new());
    for layer in layers {
        let bytes = pack(layer)?;
        let digest = sha256(&bytes);
        names.push(format!("{digest}/layer.tar"));
        diffs.push(format!("sha256:{digest}"));
        files.insert(format!("{digest}/layer.tar"), bytes);
    }
    let config = serde_json::to_vec(&config(&diffs))?;
    let config_name = format!("{}.json", sha256(&config));
    let manifest = json!([{"Config": config_name, "Layers": names, "RepoTags": [name]}]);
    files.insert(config_name, config);
    files.insert("manifest.json".to_owned(), serde_json::to_vec(&manifest)?);
    tar_of(files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())))
}

fn oci_layout(name: &str, layers: &[Layer]) -> Result<Vec<u8>> {
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut blob = |kind: &str, bytes: Vec<u8>| -> Value {
        let (digest, size) = (sha256(&bytes), bytes.len());
        files.insert(format!("blobs/sha256/{digest}"), bytes);
        json!({"digest": format!("sha256:{digest}"), "mediaType": kind, "size": size})
    };
    let (mut descriptors, mut diffs) = (Vec::new(), Vec::new());
    for layer in layers {
        let bytes = pack(layer)?;
        diffs.push(format!("sha256:{}", sha256(&bytes)));
        descriptors.push(blob("application/vnd.oci.image.layer.v1.tar+gzip", gzip(&bytes)?));
    }
    let config =
        blob("application/vnd.oci.image.config.v1+json", serde_json::to_vec(&config(&diffs))?);
    let manifest =
        json!({"config": config, "layers": descriptors, "mediaType": MANIFEST, "schemaVersion": 2});
    let mut manifest = blob(MANIFEST, serde_json::to_vec(&manifest)?);
    if let Some(fields) = manifest.as_object_mut() {
        fields.insert("annotations".to_owned(), json!({"org.opencontainers.image.ref.name": name}));
    }
    let index = json!({"manifests": [manifest], "schemaVersion": 2});
    files.insert("index.json".to_owned(), serde_json::to_vec(&index)?);
    files.insert("oci-layout".to_owned(), br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec());
    tar_of(files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())))
}

fn config(diffs: &[String]) -> Value {
    json!({
        "architecture": "amd64", "config": {"Cmd": ["/app/agent"]}, "created": "2026-03-01T00:00:00Z", "os": "linux",
        "rootfs": {"diff_ids": diffs, "type": "layers"},
    })
}

fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const OS_RELEASE: &[u8] =
    b"PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\nVERSION_ID=\"12\"\n";
