//! JSON values as they lie in the statement tree.

use std::net::IpAddr;

use crate::tree::Node;

/// Whether the node is an element of an array that is an object or array itself.
pub(super) fn is_container(node: Node<'_>) -> bool {
    !node.is_statement()
}

/// Whether what is below the node are the elements of an array (and not the members of an object).
pub(super) fn holds_elements(node: Node<'_>) -> bool {
    node.children().next().is_some_and(|child| match child.words().len() {
        0 => true,
        1 => child.is_statement(),
        _ => false,
    })
}

/// The scalar of a member; empty for containers, and for `null`.
pub(super) fn scalar(node: Node<'_>) -> &str {
    match node.word(1) {
        "null" => "",
        text => text,
    }
}

/// The scalar of the member with this key; empty when there is none.
pub(super) fn get<'t>(node: Node<'t>, key: &str) -> &'t str {
    node.child(key).map_or("", scalar)
}

/// A number.
pub(super) fn number(node: Node<'_>) -> Option<u32> {
    scalar(node).parse().ok()
}

/// `true` or `false`.
pub(super) fn truth(node: Node<'_>) -> Option<bool> {
    match scalar(node) {
        "true" | "True" => Some(true),
        "false" | "False" => Some(false),
        _ => None,
    }
}

/// The references in a value: a scalar, an object, or an array of both. Each is its uid, or its name when it has none, and its node.
pub(super) fn references<'t>(node: Node<'t>) -> Vec<(&'t str, Node<'t>)> {
    if node.is_statement() {
        return match (node.words().len(), scalar(node)) {
            (2, text) if !text.is_empty() => vec![(text, node)],
            _ => Vec::new(),
        };
    }
    if !holds_elements(node) {
        return vec![(identity(node), node)];
    }
    let elements = node.children().filter_map(|element| match element.words().len() {
        0 if element.is_statement() => None,
        0 => Some((identity(element), element)),
        _ => Some((element.word(0), element)),
    });
    elements.collect()
}

/// The uid of an object; its name when it has none.
pub(super) fn identity(node: Node<'_>) -> &str {
    match get(node, "uid") {
        "" => get(node, "name"),
        uid => uid,
    }
}

/// An address; IPv4 as four numbers, IPv6 as usual.
pub(super) fn address(text: &str) -> Option<IpAddr> {
    text.trim().parse().ok()
}
