//! What is compared of two firewalls, and how a rendering is read.

use std::fs;
use std::path::Path;

use dialect::{Bytes, DialectFacts, Limits, Reading};
use policy::{
    Decision, Egress, InterfaceId, Nothing, Policy, Translated, TranslatedAddress, TranslatedPort,
    Verdict, decide,
};

use super::Rendering;
use super::probe::Probe;
use super::profile::Platform;

/// What is compared of a decision: how a packet is stopped, and where a stopped one would have gone, is each platform's own affair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Stopped,
    Passes {
        /// The name of the zone where it leaves; `None` where it is not compared.
        zone: Option<String>,
        source: TranslatedAddress,
        destination: TranslatedAddress,
        /// `None`: the device picks one.
        source_port: Option<TranslatedPort>,
        destination_port: TranslatedPort,
    },
}

pub(super) fn outcome(policy: &Policy, decision: Decision, with_zone: bool) -> Outcome {
    if decision.verdict != Verdict::Accept {
        return Outcome::Stopped;
    }
    let zone = match decision.egress {
        Egress::Interface(InterfaceId(id)) => {
            let interface = usize::try_from(id).ok().and_then(|id| policy.interfaces.get(id));
            let zone = interface.and_then(|interface| usize::try_from(interface.zone.0).ok());
            zone.and_then(|zone| policy.zones.get(zone)).map(|zone| zone.name.to_string())
        }
        Egress::Local | Egress::Nowhere => None,
    };
    let Translated { source, source_port, destination, destination_port } = decision.translated;
    let picked = matches!(source_port, TranslatedPort::OneOf(_));
    Outcome::Passes {
        zone: zone.filter(|_| with_zone),
        source,
        destination,
        source_port: (!picked).then_some(source_port),
        destination_port,
    }
}

/// What the neutral policy does.
pub(super) fn expected(policy: &Policy, probe: &Probe, with_zone: bool) -> Outcome {
    outcome(policy, decide(policy, &probe.packet(), &mut Nothing), with_zone)
}

/// The facts that the program bundles, from the workspace.
pub(super) fn facts(root: &Path) -> DialectFacts {
    let mut files = Vec::new();
    let platforms = fs::read_dir(root.join("data/dialects")).into_iter().flatten().flatten();
    for platform in platforms {
        for file in fs::read_dir(platform.path()).into_iter().flatten().flatten() {
            if let Ok(text) = fs::read_to_string(file.path()) {
                let folder = platform.file_name().to_string_lossy().into_owned();
                let name = file.file_name().to_string_lossy().into_owned();
                files.push((format!("dialects/{folder}/{name}"), text));
            }
        }
    }
    files.sort();
    DialectFacts::load(files.iter().map(|(path, text)| (path.as_str(), text.as_str()))).0
}

/// Reads a rendering as the program would; what keeps it from being one configuration of this platform is the error.
pub(super) fn read(
    rendering: Rendering,
    platform: Platform,
    facts: &DialectFacts,
) -> Result<Reading, String> {
    let files = rendering.files.into_iter();
    let files = files.map(|(path, text)| Bytes { path, bytes: text.into() });
    let detected = dialect::detect(files.collect(), true);
    let unknown: Vec<&str> = detected.unknown.iter().map(|file| file.path.as_str()).collect();
    if !unknown.is_empty() {
        return Err(format!("not detected: {}", unknown.join(", ")));
    }
    let dialects: Vec<&str> = detected.groups.iter().map(|group| group.dialect).collect();
    let id = match platform {
        Platform::PanOsSet => "panos",
        other => other.as_str(),
    };
    let mut groups = detected.groups.into_iter();
    match (groups.next(), groups.next()) {
        (Some(group), None) if group.dialect == id => {
            Ok(dialect::read(group, facts, &Limits::default()))
        }
        _ => Err(format!("detected as {}", dialects.join(", "))),
    }
}

/// The one context of a reading.
pub(super) fn context(reading: &Reading) -> Result<&Policy, String> {
    let contexts: Vec<&Policy> =
        reading.devices.iter().flat_map(|device| &device.contexts).collect();
    match contexts.as_slice() {
        [one] => Ok(one),
        several => {
            let names: Vec<&str> = several.iter().map(|context| &*context.context).collect();
            Err(format!("{} contexts: {}", names.len(), names.join(", ")))
        }
    }
}
