//! Which layers, NAT rules and gateways belong to which package, and the contexts that follow.

use hashbrown::HashMap;
use policy::Device;

use super::super::config::{Config, Kind, Layer, Package, Ref};
use super::context::{Where, context};
use super::{Said, Shared};
use crate::codes;
use crate::fate::{Fate, Reason};
use crate::reading::{Problem, Severity};

/// A package with what belongs to it.
#[derive(Clone, Debug, Default)]
pub(super) struct Assigned<'t> {
    /// Its name.
    pub(super) name: String,
    /// Folders in which it was described.
    pub(super) folders: Vec<String>,
    /// Its ordered layers: name, rules when they are in the input, whether the implicit cleanup accepts.
    pub(super) layers: Vec<(String, Option<usize>, bool)>,
    /// Its NAT rulebase, when it is in the input.
    pub(super) nat: Option<usize>,
    /// Whether the export says that there is one.
    pub(super) has_nat: Option<bool>,
    /// Gateways it is for; `None`: all.
    pub(super) targets: Option<Vec<Ref<'t>>>,
}

/// Access layers by uid and name.
#[derive(Debug, Default)]
pub(super) struct Book<'t> {
    by_uid: HashMap<&'t str, usize>,
    by_name: HashMap<String, Vec<usize>>,
}

impl<'t> Book<'t> {
    fn new(config: &Config<'t>) -> Self {
        let mut book = Self::default();
        for (index, layer) in config.layers.iter().enumerate() {
            if !layer.uid.is_empty() {
                book.by_uid.insert(layer.uid, index);
            }
            book.by_name.entry(plain(&layer.name)).or_default().push(index);
        }
        book
    }

    /// The layer with this uid or name; of several of one name the one in these folders.
    pub(super) fn layer(
        &self,
        config: &Config<'t>,
        uid: &str,
        name: &str,
        folders: &[String],
    ) -> Option<usize> {
        if let Some(found) = self.by_uid.get(uid) {
            return Some(*found);
        }
        let fits = |index: &usize| {
            config
                .layers
                .get(*index)
                .is_some_and(|layer| layer.uid.is_empty() || uid == name || uid.is_empty())
        };
        let named: Vec<usize> = self
            .by_name
            .get(&plain(name))
            .into_iter()
            .flatten()
            .copied()
            .filter(|index| fits(index))
            .collect();
        let near = |index: &&usize| {
            config.layers.get(**index).is_some_and(|layer| folders.contains(&layer.folder))
        };
        if let Some(found) = named.iter().find(near).or_else(|| named.first()) {
            return Some(*found);
        }
        // Files of the show-package tool are named `layer-domain.json`.
        let start = format!("{}-", plain(name));
        // `DMZ-inner-domain.json` may be a file of `DMZ` and of `DMZ-inner`: it is of the longest name.
        let longer = |file: &str| {
            let others = config.objects.iter().filter(|one| matches!(one.kind, Kind::Layer(_)));
            others
                .map(|one| format!("{}-", plain(one.name)))
                .any(|other| other.len() > start.len() && file.starts_with(&other))
        };
        let from_file = |layer: &Layer<'_>| {
            let file = plain(&layer.name);
            layer.uid.is_empty() && file.starts_with(&start) && !longer(&file)
        };
        config.layers.iter().position(from_file)
    }
}

/// A name as a file name may have it.
fn plain(name: &str) -> String {
    name.chars().map(|c| if c.is_whitespace() { '_' } else { c }).collect()
}

/// Reads all devices.
pub(super) fn devices(shared: &Shared<'_, '_>, said: &mut Said) -> Vec<Device> {
    let config = shared.config;
    let book = Book::new(config);
    let mut packages = match config.packages.is_empty() {
        true => guessed(config, said, shared),
        false => config.packages.iter().map(|package| assigned(config, &book, package)).collect(),
    };
    unsaid_cleanups(shared, said);
    assign_nat(config, &mut packages);
    let mut devices: Vec<Device> = Vec::new();
    for package in &packages {
        let places = places(config, package);
        let places = if places.is_empty() { vec![Where::default()] } else { places };
        for place in places {
            let policy = context(shared, said, &book, package, place);
            add(config, &mut devices, place, &package.name, policy);
        }
    }
    alone(shared, said, &book, &mut devices, packages.is_empty());
    left_out(config);
    devices
}

fn add(
    config: &Config<'_>,
    devices: &mut Vec<Device>,
    place: Where,
    package: &str,
    policy: policy::Policy,
) {
    let (name, model, version) = describe(config, place).unwrap_or((package, "", ""));
    let own = place != Where::default();
    let known = devices.iter_mut().find(|device| own && &*device.name == name);
    match known {
        Some(device) => device.contexts.push(policy),
        None => devices.push(Device {
            name: name.into(),
            platform: "checkpoint",
            model: model.into(),
            version: version.into(),
            contexts: vec![policy],
        }),
    }
}

fn describe<'a>(config: &'a Config<'_>, place: Where) -> Option<(&'a str, &'a str, &'a str)> {
    if let Some(object) = place.gateway.and_then(|id| config.object(id)) {
        let Kind::Gateway(gateway) = &object.kind else { return None };
        return Some((object.name, gateway.hardware, gateway.version));
    }
    let gaia = config.gaia.get(place.gaia?)?;
    let name = if gaia.hostname.is_empty() { gaia.path } else { gaia.hostname };
    Some((name, "", ""))
}

/// Gaia configurations to which no package belongs: topology without rules.
fn alone(
    shared: &Shared<'_, '_>,
    said: &mut Said,
    book: &Book<'_>,
    devices: &mut Vec<Device>,
    nothing: bool,
) {
    let config = shared.config;
    for (index, gaia) in config.gaia.iter().enumerate() {
        if said.gaia.contains(&index) {
            continue;
        }
        let place = Where { gateway: None, gaia: Some(index) };
        let name = if gaia.hostname.is_empty() { gaia.path } else { gaia.hostname };
        let package = Assigned { name: name.to_owned(), ..Assigned::default() };
        let policy = context(shared, said, book, &package, place);
        add(config, devices, place, name, policy);
    }
    if nothing && config.gaia.is_empty() {
        let args = vec![("what", "access rulebase".to_owned())];
        let severity = Severity::Error;
        said.say(Problem { code: codes::MISSING_PAGE, severity, span: None, args }, shared.limits);
    }
}

/// Rules that no context uses: of layers that no package has, or for other gateways.
fn left_out(config: &Config<'_>) {
    for layer in &config.layers {
        let used = layer.rules.iter().any(|rule| rule.node.fate() != Fate::UNRECOGNIZED);
        let reason = if used { Reason::OtherDevice } else { Reason::Unreferenced };
        for rule in &layer.rules {
            if rule.node.fate() == Fate::UNRECOGNIZED {
                rule.node.claim_all(Fate::inert(reason));
            }
        }
    }
}

/// Says for which ordered layers the export does not tell what the implicit cleanup does.
fn unsaid_cleanups(shared: &Shared<'_, '_>, said: &mut Said) {
    let config = shared.config;
    for reference in config.packages.iter().flat_map(|package| &package.layers) {
        let object = config.find(reference.text, |kind| matches!(kind, Kind::Layer(_)));
        let object = object.and_then(|id| config.object(id));
        if !matches!(object.map(|object| &object.kind), Some(Kind::Layer(Some(_)))) {
            let name = object.map_or(reference.text, |object| object.name);
            let args = vec![("what", format!("implicit cleanup of {name}: drop"))];
            said.say(Problem::note(codes::ASSUMED, reference.node.span(), args), shared.limits);
        }
    }
}

fn assigned<'t>(config: &Config<'t>, book: &Book<'t>, package: &Package<'t>) -> Assigned<'t> {
    let mut layers = Vec::new();
    for reference in &package.layers {
        let object = config.find(reference.text, |kind| matches!(kind, Kind::Layer(_)));
        let object = object.and_then(|id| config.object(id));
        let (uid, name) =
            object.map_or((reference.text, reference.text), |object| (object.uid, object.name));
        let accepts = matches!(object.map(|object| &object.kind), Some(Kind::Layer(Some(true))));
        layers.push((name.to_owned(), book.layer(config, uid, name, &package.folders), accepts));
    }
    Assigned {
        name: package.name.clone(),
        folders: package.folders.clone(),
        layers,
        nat: None,
        has_nat: package.nat,
        targets: package.targets.clone(),
    }
}

/// Packages where the export has none: layers that are not inline, by what names and folders say.
fn guessed<'t>(config: &Config<'t>, said: &mut Said, shared: &Shared<'_, 't>) -> Vec<Assigned<'t>> {
    let rules = config.layers.iter().flat_map(|layer| &layer.rules);
    let inline: Vec<&str> =
        rules.filter_map(|rule| rule.inline).map(|target| target.text).collect();
    let mut names: hashbrown::HashSet<&str> = inline.iter().copied().collect();
    for text in inline {
        let id = config.find(text, |kind| matches!(kind, Kind::Layer(_)));
        names.extend(id.and_then(|id| config.object(id)).map(|object| object.name));
    }
    let mut packages: Vec<Assigned<'t>> = Vec::new();
    for (index, layer) in config.layers.iter().enumerate() {
        if names.contains(layer.uid) && !layer.uid.is_empty() || names.contains(layer.name.as_str())
        {
            continue;
        }
        let name = package_name(layer);
        let known = packages.iter_mut().find(|package| {
            package.name == name || layer.name.starts_with(&format!("{} ", package.name))
        });
        let one = (layer.name.clone(), Some(index), cleanup(config, layer));
        match known {
            Some(package) => package.layers.push(one),
            None => packages.push(Assigned {
                name,
                folders: vec![layer.folder.clone()],
                layers: vec![one],
                ..Assigned::default()
            }),
        }
    }
    for package in &packages {
        let names: Vec<&str> = package.layers.iter().map(|(name, ..)| name.as_str()).collect();
        let what =
            format!("layers of {}: {}, implicit cleanup drop", package.name, names.join(", "));
        let severity = Severity::Warning;
        said.say(
            Problem { code: codes::ASSUMED, severity, span: None, args: vec![("what", what)] },
            shared.limits,
        );
    }
    packages
}

fn cleanup(config: &Config<'_>, layer: &Layer<'_>) -> bool {
    let named = if layer.uid.is_empty() { layer.name.as_str() } else { layer.uid };
    let object = config.find(named, |kind| matches!(kind, Kind::Layer(_)));
    matches!(
        object.and_then(|id| config.object(id)).map(|object| &object.kind),
        Some(Kind::Layer(Some(true)))
    )
}

fn package_name(layer: &Layer<'_>) -> String {
    if !layer.package.is_empty() {
        return layer.package.to_owned();
    }
    let name = layer.name.as_str();
    let base =
        [" Network", " Security", " Application"].iter().find_map(|end| name.strip_suffix(end));
    base.unwrap_or(name).to_owned()
}

/// The NAT rulebase of each package: by its name, by the folder, or because there is only one of each.
fn assign_nat(config: &Config<'_>, packages: &mut [Assigned<'_>]) {
    let only = packages.len() == 1 && config.nats.len() == 1;
    for package in packages {
        let last = |folder: &str| folder.rsplit('/').next().unwrap_or("").to_owned();
        let named = |base: &super::super::config::NatBase<'_>| {
            let start = plain(&base.package);
            let own = plain(&package.name);
            start == own || start.starts_with(&format!("{own}_NAT"))
        };
        let found = config.nats.iter().position(named);
        let found = found
            .or_else(|| config.nats.iter().position(|base| last(&base.folder) == package.name));
        let near = |folder: &String| {
            let mut there =
                config.nats.iter().enumerate().filter(|(_, base)| base.folder == *folder);
            there.next().filter(|_| there.next().is_none()).map(|(index, _)| index)
        };
        let found = found.or_else(|| package.folders.iter().find_map(near));
        package.nat = found.or(only.then_some(0));
    }
}

/// The gateways on which a package is installed; where the export has none, the Gaia configurations.
fn places(config: &Config<'_>, package: &Assigned<'_>) -> Vec<Where> {
    let mut installed = Vec::new();
    let mut targeted = Vec::new();
    let mut any = false;
    for (id, object) in (0u32..).zip(&config.objects) {
        let Kind::Gateway(gateway) = &object.kind else { continue };
        if !gateway.enforces || gateway.member {
            continue;
        }
        any = true;
        let place = Where { gateway: Some(id), gaia: None };
        if gateway.policy == package.name {
            installed.push(place);
        } else if gateway.policy.is_empty() {
            let named = match &package.targets {
                None => true,
                Some(targets) => targets.iter().any(|target| {
                    config.find(target.text, |kind| matches!(kind, Kind::Gateway(_))) == Some(id)
                }),
            };
            if named {
                targeted.push(place);
            }
        }
    }
    if any {
        installed.append(&mut targeted);
        return installed;
    }
    (0..config.gaia.len()).map(|index| Where { gateway: None, gaia: Some(index) }).collect()
}
