//! The fields that every object of the policy API has, and those that hold secrets.

use crate::fate::{Disposition, Fate, Reason};
use crate::tree::Node;

/// Fields by which the manager keeps its books.
const ENVELOPE: [&str; 37] = [
    "_create_time",
    "_create_user",
    "_last_modified_time",
    "_last_modified_user",
    "_last_sync_time",
    "_links",
    "_protection",
    "_revision",
    "_schema",
    "_self",
    "_system_owned",
    "children",
    "computed_id",
    "id",
    "internal_id",
    "last_modified_time",
    "mark_for_override",
    "marked_for_delete",
    "origin_id",
    "origin_site_id",
    "origin_site_name",
    "overridden",
    "owner_id",
    "parent_path",
    "path",
    "policy_path",
    "realization_id",
    "relative_path",
    "remote_path",
    "resource_type",
    "revision",
    "scm_path",
    "site_path",
    "sort_ascending",
    "sort_by",
    "target_type",
    "unique_id",
];

/// Fields for people.
const COSMETIC: [&str; 7] =
    ["comments", "description", "display_name", "name", "notes", "tag", "tags"];

/// Fields whose values are secrets, whatever object they stand in.
const SECRETS: [&str; 24] = [
    "api_key",
    "auth_password",
    "authentication_password",
    "bgp_password",
    "bind_password",
    "client_secret",
    "community_string",
    "enc_password",
    "encryption_key",
    "key_value",
    "md5_key",
    "passphrase",
    "password",
    "priv_password",
    "privacy_password",
    "private_key",
    "psk",
    "secret",
    "secret_access_key",
    "secret_key",
    "shared_key",
    "shared_secret",
    "token",
    "tunnel_password",
];

/// Fields that hold certificates and public keys.
const CERTIFICATES: [&str; 4] = ["pem_encoded", "public_key", "certificate", "thumbprint"];

/// Whether a value is "not set": `null`, or an empty text, list or object.
pub(super) fn is_unset(member: Node<'_>) -> bool {
    let mut words = member.words();
    let _key = words.next();
    member.is_statement() && matches!(words.next(), None | Some("null" | ""))
}

/// Takes a field that every object has, or that holds a secret. Whether it was one.
pub(super) fn common(member: Node<'_>) -> bool {
    let key = member.word(0);
    if SECRETS.binary_search(&key).is_ok() {
        member.claim_all(Fate::SECRET);
        return true;
    }
    let reason = if ENVELOPE.binary_search(&key).is_ok() {
        Reason::Envelope
    } else if COSMETIC.binary_search(&key).is_ok() {
        Reason::Cosmetic
    } else if CERTIFICATES.contains(&key) {
        Reason::Certificate
    } else {
        return false;
    };
    member.claim_rest(Fate::inert(reason));
    true
}

/// Takes whatever nobody has taken in these members, secrets first.
pub(super) fn rest(members: &[Node<'_>], fate: Fate) {
    let mut open: Vec<Node<'_>> = members.to_vec();
    while let Some(node) = open.pop() {
        let key = node.word(0);
        if SECRETS.binary_search(&key).is_ok() {
            node.claim_all(Fate::SECRET);
        } else if CERTIFICATES.contains(&key) {
            node.claim_rest(Fate::inert(Reason::Certificate));
        } else if !node.is_statement() {
            open.extend(node.children());
        } else if node.fate().disposition == Disposition::Unrecognized {
            node.claim(fate);
        }
    }
}

/// `true`, `false`, or `None` for anything else.
pub(super) fn flag(member: Node<'_>) -> Option<bool> {
    match member.word(1) {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted() {
        assert!(ENVELOPE.is_sorted() && COSMETIC.is_sorted() && SECRETS.is_sorted());
    }
}
