use super::*;
use crate::tree::{Node, Tree};

const NAMES: Names = Names {
    entry: "entry",
    name: "name",
    member: "member",
    envelope: &["config"],
    quiet: &["uuid"],
};

fn tree(text: &str) -> (Tree, Outside, usize) {
    let mut problems = Vec::new();
    let text = Text { file: 0, path: "x".to_owned(), text: text.to_owned() };
    let (tree, outside) = read(text, NAMES, &Limits::default(), &mut problems);
    (tree, outside, problems.len())
}

fn shown(tree: &Tree) -> String {
    fn show(node: Node<'_>, out: &mut String) {
        out.push_str(&node.words().collect::<Vec<_>>().join("|"));
        let children: Vec<_> = node.children().collect();
        if !children.is_empty() {
            out.push('{');
            for child in children {
                show(child, out);
                out.push(' ');
            }
            out.push('}');
        }
    }
    let mut out = String::new();
    for root in tree.roots() {
        show(root, &mut out);
        out.push(' ');
    }
    out
}

#[test]
fn elements_entries_members_and_texts_are_nodes() {
    let text = r#"<?xml version="1.0"?><config version="10.1.0"><a><entry name="x y" uuid="1" odd="2">
        <from><member>trust</member><member>dmz</member></from><t>one two</t><e/></entry></a></config>"#;
    let (tree, outside, problems) = tree(text);
    assert_eq!(shown(&tree), "a{x y{@odd{2 } from{trust dmz } t{one two } e } } ");
    assert_eq!(outside.attributes, [("version".to_owned(), "10.1.0".to_owned())]);
    assert_eq!((problems, outside.cut), (0, false));
    let member = tree.statements().find(|node| node.word(0) == "dmz").unwrap();
    let span = member.span();
    let place = usize::try_from(span.start).unwrap()..usize::try_from(span.end).unwrap();
    assert_eq!(&text[place], "<member>dmz</member>");
}

#[test]
fn entities_cdata_and_comments() {
    let text = "<a>x &amp; &#x41;&lt;&nope;<!-- <b> --><![CDATA[ <raw> ]]></a>";
    assert_eq!(shown(&tree(text).0), "a{x & A<&nope; <raw> } ");
    assert_eq!(shown(&tree("<entry name='a&quot;b'/>").0), "a\"b ");
}

#[test]
fn document_types_expand_nothing() {
    let text = "<!DOCTYPE x [<!ENTITY a \"bbbb\"><!ENTITY c \"&a;&a;\">]><x>&c;</x>";
    let (tree, _, problems) = tree(text);
    assert_eq!(shown(&tree), "x{&c; } ");
    assert_eq!(problems, 1);
}

#[test]
fn what_is_cut_or_wrong_keeps_what_came_before() {
    for (text, expected) in [
        ("<a><b>1</b><c", "a{b{1 } <c } "),
        ("<a><b>1</b><c>2", "a{b{1 } c{2 } } "),
        ("<a><b><c>1</b><d>2</d></a>", "a{b{c{1 } } d{2 } } "),
        ("<a>1</z></a><b/>", "a{1 } b "),
        ("junk <a/>", "junk a "),
        ("<a x=\"1><b/></a>", "<a x=\"1> b "),
    ] {
        let (tree, outside, problems) = tree(text);
        assert_eq!(shown(&tree), expected, "{text}");
        assert!(problems > 0 && outside.cut, "{text}");
    }
}

#[test]
fn deep_nesting_ends() {
    let (read, outside, _) = tree(&"<a>".repeat(200_000));
    assert!(outside.cut);
    assert_eq!(read.tally().statements(), 1);
    let deep = format!("{}{}<b/>", "<a>".repeat(5_000), "</a>".repeat(5_000));
    let (read, _, problems) = tree(&deep);
    assert!(problems > 0);
    assert_eq!(read.roots().count(), 2);
    assert_eq!(tree("").2, 0);
}
