//! What an object is and where it stands, by its fields, its place and its file.

use std::borrow::Cow;

use super::super::config::Meta;
use super::super::kinds::{Kind, by_collection, by_type, collection};
use super::{Head, Item};
use crate::fate::Fate;
use crate::nsx::fields::rest;
use crate::tree::Node;

/// `ChildRule` → `Rule`, but not the reference to a parent.
pub(super) fn child_of(kind: &str) -> Option<&str> {
    kind.strip_prefix("Child").filter(|inner| !matches!(*inner, "" | "ResourceReference"))
}

/// What an object without a type is, by fields that only one sort has.
pub(super) fn shape(members: &[Node<'_>]) -> Kind {
    let has = |key: &str| members.iter().any(|member| member.word(0) == key);
    if has("source_groups") || has("destination_groups") {
        Kind::Rule
    } else if has("owner_vm_id") && has("mac_address") {
        Kind::Vif
    } else if has("external_id") && (has("compute_ids") || has("power_state") || has("guest_info"))
    {
        Kind::Machine
    } else if has("domains") || has("tier_0s") || has("tier_1s") || has("infra") || has("children")
    {
        Kind::Holder("")
    } else if has("expression") {
        Kind::Group
    } else if has("translated_network") || has("firewall_match") {
        Kind::NatRule
    } else {
        Kind::Unknown
    }
}

pub(super) fn meta<'t>(item: &Item<'t>, head: &Head<'t>, kind: Kind) -> Meta<'t> {
    let path: Cow<'t, str> = if !head.path.is_empty() {
        head.path.into()
    } else if let Some(path) = item.path.clone() {
        by_id(path, head.id, kind)
    } else {
        let parent = if head.parent_path.is_empty() { &*item.parent } else { head.parent_path };
        let of_domain = matches!(kind, Kind::Group | Kind::SecurityPolicy | Kind::GatewayPolicy);
        match kind {
            // Written without what it stands in: a local manager has one domain.
            _ if of_domain && matches!(parent, "/infra" | "/global-infra") => {
                Cow::Owned(format!("{parent}/domains/default/{}/{}", collection(kind), head.id))
            }
            Kind::Unknown if head.id.is_empty() => Cow::Owned(parent.to_owned()),
            // A reference to a parent says of which sort it is.
            Kind::Holder("") if !head.id.is_empty() && head.kind == "ChildResourceReference" => {
                let target = item.members.iter().find(|member| member.word(0) == "target_type");
                let of = collection(by_type(target.map_or("", |target| target.word(1))));
                Cow::Owned(format!("{parent}/{of}/{}", head.id))
            }
            // The root stands for itself, and so does what has no name.
            Kind::Holder("") => Cow::Owned(parent.to_owned()),
            Kind::Holder(_) if head.id.is_empty() => Cow::Owned(parent.to_owned()),
            _ => Cow::Owned(format!("{parent}/{}/{}", collection(kind), head.id)),
        }
    };
    let id = match head.id {
        "" => head.path.rsplit('/').next().unwrap_or(""),
        id => id,
    };
    let name = if head.name.is_empty() { id } else { head.name };
    let bears = matches!(kind, Kind::Machine | Kind::Segment | Kind::Port | Kind::Group);
    let tags = item.members.iter().copied().filter(|member| bears && member.word(0) == "tags");
    let tags = tags.flat_map(tags_of).collect();
    Meta { path, id, name, description: head.description, tags, span: item.span }
}

/// Scope and tag of each; taken.
fn tags_of<'t>(member: Node<'t>) -> impl Iterator<Item = (&'t str, &'t str)> {
    rest(&[member], Fate::CONVERTED);
    let text = |tag: Node<'t>, key: &str| tag.child(key).map_or("", |part| part.word(1));
    member.children().map(move |tag| (text(tag, "scope"), text(tag, "tag")))
}

/// The path of an object in a file of its own: the file's name may be another one than its id.
fn by_id<'t>(path: Cow<'t, str>, id: &str, kind: Kind) -> Cow<'t, str> {
    let of = format!("/{}/", collection(kind));
    match path.rfind(&of).and_then(|at| path.get(..at + of.len())) {
        Some(start) if !id.is_empty() && !path.ends_with(&format!("/{id}")) => {
            Cow::Owned(format!("{start}{id}"))
        }
        _ => path,
    }
}

/// The policy path in a file name or an address: from `infra` on, without the ending.
pub(super) fn infra_path(path: &str) -> Option<String> {
    let path = path.split(['?', '#']).next().unwrap_or("");
    let path = path.strip_suffix(".json").unwrap_or(path);
    let start = ["/global-infra", "/infra"].iter().find_map(|root| path.find(root));
    if let Some(start) = start {
        return path.get(start..).map(str::to_owned);
    }
    if let Some(rest) = path.strip_prefix("infra/") {
        return Some(format!("/infra/{rest}"));
    }
    // Folders from the domain on.
    let domain = path.find("/domains/").map(|at| at + 1);
    if let Some(at) = domain.or_else(|| path.starts_with("domains/").then_some(0)) {
        return path.get(at..).map(|rest| format!("/infra/{rest}"));
    }
    // A folder per group, without what stands above it.
    let group = path.find("groups/").and_then(|at| path.get(at..));
    group
        .filter(|group| group.contains("/members/"))
        .map(|group| format!("/infra/domains/default/{group}"))
        .or_else(|| {
            let last = path.rsplit('/').next()?;
            by_collection(last).map(|_| format!("/{last}"))
        })
}
