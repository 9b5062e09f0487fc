use super::*;
use crate::tree::{Node, Tree};

static TOP: Block =
    Block { words: &[("rules", Follows::Entry(&RULE)), ("one", Follows::Entry(&INNER))], elided };
static INNER: Block = Block { words: &[("short", Follows::Block(&SHORT))], elided: nothing_elided };
static SHORT: Block = Block { words: &[("a", Follows::Value)], elided: nothing_elided };
static RULE: Block = Block {
    words: &[("from", Follows::Value), ("to", Follows::Value), ("nat", Follows::Block(&NAT))],
    elided: nothing_elided,
};
static NAT: Block = Block { words: &[("pool", Follows::Value)], elided: nothing_elided };

fn elided(word: &str) -> &'static [&'static str] {
    if word == "short" { &["one", "x"] } else { &[] }
}

fn tree(text: &str) -> (Tree, bool) {
    let text = Text { file: 0, path: "x".to_owned(), text: text.to_owned() };
    let mut problems = Vec::new();
    let (tree, cut) = read(text, &TOP, &Limits::default(), &mut problems);
    assert_eq!(cut, !problems.is_empty());
    (tree, cut)
}

fn shown(tree: &Tree) -> String {
    fn show(node: Node<'_>, out: &mut String) {
        out.push_str(node.word(0));
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
fn lines_share_their_beginnings() {
    let text = "set rules r1 from a to b\nset rules \"r 2\" from [ a b ]\nset rules r1 nat pool p to c\nset x y z\n";
    let (tree, cut) = tree(text);
    assert!(!cut);
    let expected = "rules{r1{from{a } to{b c } nat{pool{p } } } r 2{from{a b } } } x{y{z } } ";
    assert_eq!(shown(&tree), expected);
    assert_eq!(tree.tally().statements(), 7);
    let leaf = tree.statements().find(|node| node.word(0) == "c").unwrap();
    assert_eq!(tree.line(leaf.span().start).line, 3);
    for node in tree.statements() {
        assert!(node.span().start <= node.span().end);
        assert!(usize::try_from(node.span().end).unwrap() <= text.len());
    }
}

#[test]
fn nested_blocks_give_the_same_tree() {
    let lines = "set rules r1 from [ a b ]\nset rules r1 nat pool p\nset rules r2 to \"x y\"\nset short a b\n";
    let nested = "rules {\n  r1 {\n    from [ a b ];\n    nat {\n      pool p;\n    }\n  }\n  r2 {\n    to \"x y\";\n  }\n}\nshort {\n  a b;\n}\n";
    assert_eq!(shown(&tree(lines).0), shown(&tree(nested).0));
    assert!(tree("rules {\n r1 {\n from a;\n").1);
}

#[test]
fn what_is_left_out_is_put_in() {
    assert_eq!(
        shown(&tree("set short a b\nset one x short a c\n").0),
        "one{x{short{a{b c } } } } "
    );
}

#[test]
fn prompts_comments_and_junk() {
    let text = "admin@fw> configure\n[edit]\nadmin@fw# set x y\n# no\n\njunk here\nset\n";
    let (tree, _) = tree(text);
    assert_eq!(shown(&tree), "x{y }   ".replace("   ", " ") + "junk here set ");
}

#[test]
fn deleted_moved_and_renamed() {
    let text = "set rules a from x\nset rules b from x\nset rules c from x\nmove rules c top\nmove rules b before a\nrename rules a to d\ndelete rules b\nmove rules zz top\n";
    let (tree, cut) = tree(text);
    assert!(cut);
    let shown = shown(&tree);
    assert!(shown.starts_with("rules{c{from{x } } d{from{x } } } move{"), "{shown}");
    assert!(shown.contains("delete{delete rules b{b{from{x } } } }"), "{shown}");
}

#[test]
fn quotes_over_lines_and_quotes_that_nothing_closes() {
    let (read, cut) = tree("set x \"a\nb \\\"c\\\"\" d\nset y 'a \"b\"'\n");
    assert!(!cut);
    assert_eq!(shown(&read), "x{a\nb \"c\"{d } } y{a \"b\" } ");
    let (read, cut) = tree("set x \"a b\nset y c\n");
    assert!(cut);
    assert_eq!(shown(&read), "x{\"a{b } } y{c } ");
    assert!(tree("set x [ a b\nset y c\n").1);
}

#[test]
fn a_placeholder_may_end_the_text() {
    assert_eq!(shown(&tree("set x {{ a b }}").0), "x{{{ a b }} } ");
}
