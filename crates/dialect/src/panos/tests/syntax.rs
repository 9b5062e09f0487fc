//! The two forms.

use super::*;
use crate::tree::{Node, Tree};

/// The words of a tree, without places.
pub(super) fn shown(tree: &Tree) -> String {
    fn show(node: Node<'_>, depth: usize, out: &mut String) {
        out.push_str(&format!("{}{}\n", "  ".repeat(depth), node.word(0)));
        node.children().for_each(|child| show(child, depth + 1, out));
    }
    let mut out = String::new();
    tree.roots().for_each(|root| show(root, 0, &mut out));
    out
}

#[test]
fn a_fragment_of_the_interface_is_read_like_a_whole() {
    let rules = rulebase(&security("r", &[("from", "a"), ("to", "b")], "allow"), "");
    let text = format!("<response status=\"success\"><result>{rules}</result></response>");
    let policy = policy(&text);
    assert_eq!(verdicts(&policy, "in=a out=b 10.0.0.1 > 10.0.0.2:80/tcp"), [Verdict::Accept]);
    assert_eq!(verdicts(&policy, "in=b out=a 10.0.0.1 > 10.0.0.2:80/tcp"), [Verdict::Deny]);
}

#[test]
fn deleted_lines_do_not_count_and_moved_ones_count_where_they_are() {
    let text = "set rulebase security rules a from any to any source any destination any application any service any action allow\n\
                set rulebase security rules b from any to any source any destination any application any service any action drop\n\
                set zone x network layer3 [ ]\nset zone y network layer3 [ ]\n";
    let packet = "in=x out=y 10.0.0.1 > 10.0.0.2:80/tcp";
    assert_eq!(verdicts(&policy(text), packet), [Verdict::Accept]);
    let deleted = format!("{text}delete rulebase security rules a\n");
    assert_eq!(verdicts(&policy(&deleted), packet), [Verdict::Drop]);
    let moved = format!("{text}move rulebase security rules b top\n");
    assert_eq!(verdicts(&policy(&moved), packet), [Verdict::Drop]);
}

#[test]
fn an_unknown_element_of_a_rule_marks_it() {
    let strange =
        security("r", &[], "allow").replace("<action>", "<new-thing>x</new-thing><action>");
    let reading = reading(&firewall(&rulebase(&strange, "")));
    assert_eq!(unrecognized(&reading).len(), 1);
    let policy = &reading.devices[0].contexts[0];
    let packet = "10.1.1.1 > 8.8.8.8:53/udp";
    assert_eq!(verdicts(policy, packet), [Verdict::Accept, Verdict::Deny]);
}

#[test]
fn what_is_cut_off_is_not_any() {
    let whole = firewall(&rulebase(&security("r", &[("source", "10.1.1.1")], "allow"), ""));
    let cut = &whole[..whole.find("<destination>").map_or(0, |_| whole.find("<source>").unwrap())];
    let reading = reading(cut);
    let policy = &reading.devices[0].contexts[0];
    let rule = &policy.rulebases[0].rules[0];
    assert!(rule.conditions.len() >= 3, "{rule:?}");
}

#[test]
fn version_and_name_are_told() {
    let reading = reading(include_str!("sample.xml"));
    assert_eq!(&*reading.devices[0].name, "edge");
    assert_eq!(&*reading.devices[0].version, "10.1.9");
}
