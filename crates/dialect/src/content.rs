//! What stands behind a name.
//!
//! A user group, a list of URLs, a group of times is known to a policy by its name only, and two configurations may give one name to
//! different things. So what a configuration says of the thing becomes part of what the unknown means
//! ([`policy::Predicate::meaning`]), as a digest; people go on seeing the name, which is its label. Of what is equal under two names
//! nothing is said: these stay two unknowns.
//!
//! Goes in: the trees, when every statement has its fate, and the policies. Each dialect says where it defines what
//! ([`crate::Dialect::define`]).

use std::collections::BTreeSet;
use std::fmt::Write as _;

use hashbrown::{HashMap, HashSet};
use policy::{Device, Predicate, PredicateKind, Span};
use sha2::{Digest, Sha256};

use crate::Dialect;
use crate::fate::{Disposition, Fate, Reason};
use crate::reading::Reading;
use crate::tree::{Node, Tree};

/// What a configuration defines, by name.
#[derive(Debug, Default)]
pub struct Definitions<'t> {
    named: HashMap<&'t str, Vec<Definition<'t>>>,
    placed: HashMap<(u16, u32, u32), Definition<'t>>,
    /// The context in which the nodes at hand stand; empty outside of any.
    context: &'t str,
    /// All contexts that have definitions of their own.
    contexts: HashSet<&'t str>,
}

#[derive(Clone, Copy, Debug)]
struct Definition<'t> {
    name: &'t str,
    /// What tells it from others of its name; may be empty.
    identifier: &'t str,
    node: Node<'t>,
    kinds: &'static [PredicateKind],
    context: &'t str,
}

impl Definition<'_> {
    /// Whether it is there for policies of a context: its own ones are, and those of nobody in particular.
    fn serves(&self, context: Option<&str>) -> bool {
        self.context.is_empty() || context.is_none_or(|context| context == self.context)
    }
}

impl<'t> Definitions<'t> {
    /// Adds what a dialect defines in a file, each in its context: a virtual firewall has names of its own.
    fn walk(&mut self, tree: &'t Tree, dialect: &dyn Dialect) {
        let mut open: Vec<Node<'t>> = Vec::new();
        for node in tree.nodes() {
            while open.last().is_some_and(|last| !last.holds(node)) {
                open.pop();
            }
            self.context = context(&open).unwrap_or_default();
            dialect.define(node, self);
            open.push(node);
        }
    }

    /// Adds a node that unknowns of these kinds are named after. Whoever refers to it does so by `name` or by `identifier`.
    pub(crate) fn add(
        &mut self,
        name: &'t str,
        identifier: &'t str,
        node: Node<'t>,
        kinds: &'static [PredicateKind],
    ) {
        let definition = Definition { name, identifier, node, kinds, context: self.context };
        for key in [name, identifier].into_iter().filter(|key| !key.is_empty()) {
            self.named.entry(key).or_default().push(definition);
        }
        self.contexts.insert(self.context);
        self.placed.insert(place(node.span()), definition);
    }

    /// Of what stands behind an unknown of a context, and behind all that it names in turn; `None` when nothing is defined.
    fn digest(&self, unknown: &Predicate, context: &str) -> Option<String> {
        // Of a context by another name all count: more is told apart than need be.
        let context = Some(context).filter(|context| self.contexts.contains(context));
        let own = unknown.origin.span.and_then(|span| self.placed.get(&place(span)));
        let own = own.filter(|own| own.kinds.contains(&unknown.kind));
        let mut open: Vec<Definition<'t>> = own.into_iter().copied().collect();
        let edge = |sign: char| sign.is_whitespace() || "\"'(),;=".contains(sign);
        let words = unknown.meaning.split(edge).chain([&*unknown.meaning, &*unknown.origin.label]);
        // Others of its name are something else.
        let other =
            |word: &&str| own.is_none_or(|own| own.identifier.is_empty() || own.name != *word);
        for word in words.filter(other) {
            let named = self.named.get(word).into_iter().flatten();
            open.extend(named.filter(|definition| definition.serves(context)));
        }
        let mut seen: HashSet<(u16, u32)> = HashSet::new();
        let mut contents: BTreeSet<(&str, String)> = BTreeSet::new();
        while let Some(Definition { name, identifier, node, kinds, .. }) = open.pop() {
            let place = (node.tree().file(), node.index());
            if !kinds.contains(&unknown.kind) || !seen.insert(place) {
                continue;
            }
            let content = node.content(&mut |word| match self.named.get(word) {
                Some(_) if word == name && !identifier.is_empty() => word,
                Some(others) => {
                    open.extend(others.iter().filter(|other| other.serves(context)));
                    others.first().map_or(word, |other| other.name)
                }
                None => word,
            });
            contents.insert((name, content));
        }
        if contents.is_empty() {
            return None;
        }
        let mut digest = Sha256::new();
        for (name, content) in &contents {
            digest.update(format!("{name:?}{content}\n"));
        }
        let mut text = String::new();
        for byte in digest.finalize().iter().take(DIGITS / 2) {
            let _ = write!(text, "{byte:02x}");
        }
        Some(text)
    }
}

/// The virtual firewall that one of these blocks, each in the one before, is about.
fn context<'t>(blocks: &[Node<'t>]) -> Option<&'t str> {
    blocks.windows(2).find_map(|pair| match pair {
        [above, one] if (above.word(0), above.word(1)) == ("config", "vdom") => {
            (one.word(0) == "edit").then(|| one.word(1))
        }
        [above, one] if above.word(0) == "vsys" && !one.is_statement() => Some(one.word(0)),
        _ => None,
    })
}

/// How many hexadecimal digits of a digest are kept.
const DIGITS: usize = 32;

fn place(span: Span) -> (u16, u32, u32) {
    (span.file, span.start, span.end)
}

/// Makes what stands behind their names part of unknowns.
pub(crate) fn identify(dialect: &dyn Dialect, trees: &[Tree], devices: &mut [Device]) {
    let mut definitions = Definitions::default();
    for tree in trees {
        definitions.walk(tree, dialect);
    }
    if definitions.placed.is_empty() {
        return;
    }
    for policy in devices.iter_mut().flat_map(|device| &mut device.contexts) {
        for unknown in &mut policy.predicates {
            if let Some(digest) = definitions.digest(unknown, &policy.context) {
                unknown.meaning = format!("{}#{digest}", unknown.meaning).into();
            }
        }
    }
}

impl Reading {
    /// The statements that are modelled with a difference which no unknown stands for, each with what it says: two configurations
    /// that both say it share the difference.
    pub fn approximations(&self) -> Vec<(String, Fate, Span)> {
        let unknown = [Reason::NamedUnknown, Reason::Application, Reason::Identity, Reason::Time];
        let wanted = |fate: Fate| {
            fate.disposition == Disposition::Approximated && !unknown.contains(&fate.reason)
        };
        let said = self.trees.iter().flat_map(|tree| tree.saying(wanted));
        said.map(|(node, text)| (text, node.fate(), node.span())).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::DialectFacts;
    use crate::limits::Limits;
    use crate::text::Bytes;
    use crate::{Group, read};

    /// What the unknowns of a configuration mean, with `@` in it replaced.
    fn meanings(dialect: &'static str, text: &str, value: &str) -> Vec<String> {
        let bytes = text.replace('@', value).into_bytes();
        let files = vec![Bytes { path: "objects.json".to_owned(), bytes }];
        let reading = read(Group { dialect, files }, &DialectFacts::default(), &Limits::default());
        let contexts = reading.devices.iter().flat_map(|device| &device.contexts);
        let unknowns = contexts.flat_map(|context| &context.predicates);
        unknowns.map(|unknown| unknown.meaning.to_string()).collect()
    }

    /// Whether unknowns mean something else when this value does; when it stays they do not.
    fn told_apart(dialect: &'static str, text: &str) -> bool {
        let one = meanings(dialect, text, "x1");
        assert!(!one.is_empty() && one == meanings(dialect, text, "x1"));
        one != meanings(dialect, text, "x2")
    }

    const FORTIOS: &str = "config system interface\nedit a\nset ip 10.0.0.1/24\nnext\nend\n\
        config firewall policy\nedit 1\nset srcintf a\nset dstintf a\nset srcaddr all\nset dstaddr all\n\
        set schedule always\nset service ALL\nset groups staff\nset action accept\nnext\nend\n\
        config user group\nedit staff\nset member bob\nset comment @c\nnext\nend\n";

    #[test]
    fn a_user_group_is_told_apart_by_its_members() {
        assert!(told_apart("fortios", &FORTIOS.replace("member bob", "member @")));
    }

    #[test]
    fn a_user_group_is_told_apart_by_what_its_members_are() {
        let bob = "config user local\nedit bob\nset type @\nnext\nend\n";
        assert!(told_apart("fortios", &format!("{FORTIOS}{bob}")));
    }

    /// What unknowns mean where each of two virtual firewalls has a group of its own.
    fn in_contexts(first: &str, second: &str) -> Vec<String> {
        let block = |name: &str, interface: &str, member: &str| {
            let own = FORTIOS
                .replace("member bob", &format!("member {member}"))
                .replace("edit a", &format!("edit {interface}"));
            let own = own
                .replace("srcintf a", &format!("srcintf {interface}"))
                .replace("dstintf a", &format!("dstintf {interface}"));
            format!("config vdom\nedit {name}\n{own}next\nend\n")
        };
        let text = block("root", "a", first) + &block("v2", "b", second);
        let all = meanings("fortios", &text, "x").into_iter();
        all.filter(|meaning| meaning.contains("staff")).collect()
    }

    #[test]
    fn what_another_virtual_firewall_calls_the_same_is_something_else() {
        let (one, other) = (in_contexts("ann", "bob"), in_contexts("bob", "ann"));
        assert_eq!(one.len(), 2);
        assert_ne!(one, other);
        assert_eq!(one[0], in_contexts("ann", "eve")[0]);
    }

    #[test]
    fn members_of_a_list_are_content_whatever_they_look_like() {
        assert!(told_apart("panos", &PANOS.replace("@.example", "b.example _@.example")));
        let list = PANOS.replace("category sites", "").replace("source any", "source e");
        let list = list.replace("@", "a") + "set external-list e type domain url http://@/l\n";
        assert!(told_apart("panos", &list));
    }

    #[test]
    fn a_dynamic_group_is_told_apart_by_what_bears_its_tags() {
        let text = PANOS
            .replace("category sites", "")
            .replace("@", "a")
            .replace("source any", "source d")
            + "set address-group d dynamic filter \"'web'\"\nset address s ip-netmask 10.3.0.1/32\n\
               set address s fqdn @.example\nset address s tag [ web ]\n";
        assert!(told_apart("panos", &text));
    }

    #[test]
    fn an_internet_service_is_told_apart_by_its_country() {
        let text = FORTIOS.replace("set groups staff\n", "").replace(
            "set dstaddr all\n",
            "set internet-service enable\nset internet-service-name o\n",
        ) + "config firewall internet-service-name\nedit o\nset type location\nset internet-service-id 65536\nset country-id 84@\nnext\nend\n";
        let one = meanings("fortios", &text, "0");
        assert!(!one.is_empty() && one != meanings("fortios", &text, "1"), "{one:?}");
    }

    /// What a FortiOS configuration with this says that is modelled with a difference.
    fn approximated(text: &str) -> Vec<String> {
        let bytes = format!("{FORTIOS}{text}").into_bytes();
        let files = vec![Bytes { path: "fw.conf".to_owned(), bytes }];
        let group = Group { dialect: "fortios", files };
        let reading = read(group, &DialectFacts::default(), &Limits::default());
        reading.approximations().into_iter().map(|(text, ..)| text).collect()
    }

    #[test]
    fn what_changes_a_predefined_service_is_said() {
        for kind in ["addition", "definition", "extension", "cat-definition"] {
            let of = |port: u32| {
                approximated(&format!(
                    "config firewall internet-service-{kind}\nedit 65537\nset port {port}\nnext\nend\n"
                ))
            };
            assert_ne!(of(1), of(2), "{kind}");
        }
    }

    #[test]
    fn a_route_by_a_service_of_the_internet_is_said() {
        let of = |service: u32| {
            approximated(&format!(
                "config router static\nedit 1\nset internet-service {service}\nset device a\nnext\nend\n"
            ))
        };
        assert_ne!(of(65537), of(65538));
    }

    #[test]
    fn an_interface_whose_address_is_given_is_said() {
        let of = |name: &str| {
            approximated(&format!(
                "config system interface\nedit {name}\nset mode dhcp\nnext\nend\n"
            ))
        };
        assert_ne!(of("b"), of("c"));
    }

    #[test]
    fn comments_and_passwords_tell_nothing_apart() {
        let bob = "config user local\nedit bob\nset passwd ENC @\nnext\nend\n";
        assert!(!told_apart("fortios", &format!("{FORTIOS}{bob}")));
    }

    const PANOS: &str = "set deviceconfig system hostname a\n\
        set network interface ethernet ethernet1/1 layer3 ip 10.0.0.1/24\n\
        set zone z network layer3 ethernet1/1\n\
        set profiles custom-url-category sites list [ a.example @.example ]\n\
        set rulebase security rules r from z to z source any destination any application any service any category sites action allow\n";

    #[test]
    fn a_url_category_is_told_apart_by_its_list() {
        assert!(told_apart("panos", PANOS));
    }

    #[test]
    fn a_schedule_is_told_apart_by_its_days() {
        let schedule = "set schedule s schedule-type recurring weekly @ 08:00-18:00\n";
        let text = PANOS.replace("category sites", "schedule s");
        assert!(told_apart("panos", &format!("{text}{schedule}")));
    }

    #[test]
    fn an_application_is_told_apart_by_its_signature() {
        let text = PANOS
            .replace("category sites", "")
            .replace("application any", "application own")
            .replace("@", "b")
            + "set application own signature s and-condition a or-condition o operator pattern-match pattern @\n";
        assert!(told_apart("panos", &text));
    }

    const CHECKPOINT: &str = r#"{"objects-dictionary": [
        {"uid": "any", "name": "Any", "type": "CpmiAnyObject"},
        {"uid": "acc", "name": "Accept", "type": "RulebaseAction"},
        {"uid": "r1", "name": "role", "type": "access-role", "networks": "any", "users": ["u1"], "machines": "any"},
        {"uid": "u1", "name": "staff", "type": "user-group", "members": ["@"]},
        {"uid": "g", "name": "g", "type": "simple-gateway", "ipv4-address": "10.0.0.1",
         "interfaces": [{"name": "eth0", "ipv4-address": "10.0.0.1", "ipv4-mask-length": 24}]}],
        "uid": "layer", "name": "layer", "rulebase": [{"uid": "x", "name": "x", "type": "access-rule", "rule-number": 1,
         "source": ["r1"], "destination": ["any"], "service": ["any"], "action": "acc", "enabled": true}],
        "from": 1, "to": 1, "total": 1}"#;

    const NSX: &str = r#"{"resource_type": "Infra", "id": "infra", "path": "/infra", "children": [
        {"resource_type": "ChildDomain", "Domain": {"resource_type": "Domain", "id": "default", "path": "/infra/domains/default", "children": [
        {"resource_type": "ChildGroup", "Group": {"resource_type": "Group", "id": "g", "display_name": "g", "path": "/infra/domains/default/groups/g",
         "expression": [{"resource_type": "IdentityGroupExpression", "identity_groups": [
          {"distinguished_name": "CN=a", "domain_base_distinguished_name": "DC=@"}]}]}},
        {"resource_type": "ChildSecurityPolicy", "SecurityPolicy": {"resource_type": "SecurityPolicy", "id": "p", "display_name": "p",
         "path": "/infra/domains/default/security-policies/p", "category": "Application", "sequence_number": 1, "children": [
         {"resource_type": "ChildRule", "Rule": {"resource_type": "Rule", "id": "r", "display_name": "r", "sequence_number": 1, "action": "ALLOW",
          "source_groups": ["/infra/domains/default/groups/g"], "destination_groups": ["ANY"], "services": ["ANY"]}}]}}]}}]}"#;

    #[test]
    fn a_directory_group_is_told_apart_by_its_directory() {
        assert!(told_apart("nsx", NSX));
    }

    #[test]
    fn a_group_of_frames_is_told_apart_by_its_members() {
        let members =
            r#"{"resource_type": "MACAddressExpression", "mac_addresses": ["00:00:5e:00:53:@"]}"#;
        let from = NSX.find(r#"{"resource_type": "IdentityGroupExpression""#).unwrap();
        let to = NSX.find("]}]}},").unwrap() + 2;
        let text = format!("{}{members}{}", &NSX[..from], &NSX[to..]);
        assert!(told_apart("nsx", &text.replace("\"Application\"", "\"Ethernet\"")));
    }

    #[test]
    fn an_access_role_is_told_apart_by_the_members_of_its_groups() {
        assert!(told_apart("checkpoint", CHECKPOINT));
    }

    #[test]
    fn a_community_is_told_apart_by_what_lies_behind_its_gateways() {
        let objects = r#"{"uid": "c", "name": "c", "type": "vpn-community-meshed", "gateways": ["g"]},
            {"uid": "behind", "name": "behind", "type": "network", "subnet4": "10.@.0.0", "mask-length4": 16},
            {"uid": "g""#;
        let text = CHECKPOINT
            .replace("\"@\"", "\"b\"")
            .replace(r#"{"uid": "g""#, objects)
            .replace(r#""source":"#, r#""vpn": ["c"], "source":"#)
            .replace(
                r#""interfaces":"#,
                r#""vpn-settings": {"vpn-domain": "behind"}, "interfaces":"#,
            );
        assert_ne!(meanings("checkpoint", &text, "1"), meanings("checkpoint", &text, "2"));
    }

    #[test]
    fn of_two_objects_of_one_name_each_is_told_apart_by_itself() {
        let site = |uid: &str, url: &str| {
            format!(
                r#"{{"uid": "{uid}", "name": "same", "type": "application-site", "url-list": ["{url}"]}},"#
            )
        };
        let exchanged = |one: &str, two: &str| {
            let both = site("s1", one) + &site("s2", two) + r#"{"uid": "g""#;
            meanings("checkpoint", &CHECKPOINT.replace(r#"{"uid": "g""#, &both), "b")
        };
        assert_ne!(exchanged("a.example", "b.example"), exchanged("b.example", "a.example"));
    }

    #[test]
    fn a_port_of_a_segment_is_told_apart_by_what_is_attached() {
        let port = r#"{"resource_type": "SegmentPort", "id": "p", "path": "/infra/segments/s/ports/p", "attachment": {"id": "@"}}"#;
        let port = format!(
            r#""children": [{{"resource_type": "ChildSegmentPort", "SegmentPort": {port}}},"#
        );
        let paths =
            r#"{"resource_type": "PathExpression", "paths": ["/infra/segments/s/ports/p"]}"#;
        let start = "{\"resource_type\": \"IdentityGroupExpression\"";
        let (before, after) = NSX.split_once(start).unwrap();
        let after = after.split_once("}]}").unwrap().1;
        let text = format!("{before}{paths}{after}").replacen("\"children\": [", &port, 1);
        assert!(told_apart("nsx", &text));
    }
}
