use super::*;
use crate::tree::{Node, Tree, yaml};

fn parsed(text: &str) -> (Tree, Vec<Problem>) {
    let mut problems = Vec::new();
    let text = Text { file: 0, path: "x".to_owned(), text: text.to_owned() };
    let tree = read(text, &Limits::default(), &mut problems);
    (tree, problems)
}

fn show(node: Node<'_>, out: &mut String) {
    out.push_str(&node.words().collect::<Vec<_>>().join("|"));
    let children: Vec<_> = node.children().collect();
    if !children.is_empty() {
        out.push('{');
        for (index, child) in children.into_iter().enumerate() {
            out.push_str(if index > 0 { " " } else { "" });
            show(child, out);
        }
        out.push('}');
    }
}

fn shown(tree: &Tree) -> String {
    let mut out = String::new();
    for root in tree.roots() {
        show(root, &mut out);
        out.push(';');
    }
    out
}

#[test]
fn blocks_entries_and_statements_are_nodes() {
    let (tree, problems) = parsed(
        "#config-version=X\nconfig firewall address\n    edit \"a b\"\n        set subnet 10.0.0.0 255.0.0.0\n    next\n    edit c\n    next\nend\n",
    );
    assert!(problems.is_empty());
    let expected = "config|firewall|address{edit|a b{set|subnet|10.0.0.0|255.0.0.0} edit|c};";
    assert_eq!(shown(&tree), expected);
    let root = tree.roots().next().unwrap();
    assert!(tree.text()[..root.span().end as usize].ends_with("end"));
}

#[test]
fn quoted_values_run_over_lines_and_have_escapes() {
    let (tree, problems) =
        parsed("config x\n set a \"one\ntwo \\\"q\\\" \\\\\"\n set b '' \"\" 'x y'\nend\n");
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(shown(&tree), "config|x{set|a|one\ntwo \"q\" \\ set|b|||x y};");
}

#[test]
fn quotes_that_are_wrong_are_said_and_end_with_their_line() {
    let (tree, problems) = parsed("config x\n set a \"\"HTTPS\" \"HTTP\"\n set b 1\nend\n");
    assert_eq!(shown(&tree), "config|x{set|a|HTTPS|HTTP set|b|1};");
    assert_eq!(problems.len(), 1);
    let (tree, problems) = parsed("config x\n edit \"no end\n set a \"b\" \"c\nend\n");
    assert_eq!(shown(&tree), "config|x{edit|no end{set|a|b|c}};");
    assert_eq!(problems.len(), 2);
}

#[test]
fn terminal_captures_have_prompts_and_pagers() {
    let (tree, problems) = parsed(
        "FW-1 # config vdom\r\nFW-1 (vdom) # edit root\r\ncurrent vf=root:0\r\nFW-1 (root) # show\r\nconfig system zone\r\n--More-- \r         \r    edit \"z\"\r\n\u{1b}[K    next\r\nend\r\nFW-1 (root) # end\r\nFW-1 # \r\n",
    );
    assert!(problems.is_empty(), "{problems:?}");
    let expected = "config|vdom{edit|root{current|vf=root:0 show config|system|zone{edit|z}}};";
    assert_eq!(shown(&tree), expected);
}

#[test]
fn missing_ends_are_said_and_the_rest_is_read() {
    for (text, expected, count) in [
        ("config a b\nedit 1\nset x 1\nedit 2\nend\n", "config|a|b{edit|1{set|x|1} edit|2};", 1),
        (
            "config firewall address\nedit 1\nset x 1\nconfig firewall policy\nedit 2\nend\n",
            "config|firewall|address{edit|1{set|x|1}};config|firewall|policy{edit|2};",
            1,
        ),
        (
            "config vdom\nedit r\nconfig system settings\nset a 1\nconfig firewall policy\nend\nend\n",
            "config|vdom{edit|r{config|system|settings{set|a|1} config|firewall|policy}};",
            1,
        ),
        ("end\nconfig a\nset b 1\n", "end;config|a{set|b|1};", 2),
        ("config a\n set b \"x\ny", "config|a{set|b|x\ny};", 2),
    ] {
        let (tree, problems) = parsed(text);
        assert_eq!(shown(&tree), expected, "{text}");
        assert_eq!(problems.len(), count, "{text}: {problems:?}");
    }
}

#[test]
fn deep_nesting_and_long_lines_end() {
    let deep = "config a\n".repeat(100_000);
    assert!(!parsed(&deep).1.is_empty());
    let long = format!("config a\nset b {}\nend\n", "\"x\" ".repeat(200_000));
    assert_eq!(parsed(&long).0.statements().next().unwrap().words().len(), 200_002);
    let quotes = "\"a\n".repeat(50_000);
    assert_eq!(parsed(&quotes).0.tally().statements(), 50_000);
}

#[test]
fn the_export_in_yaml_is_the_same_tree() {
    let block = "config system global\n set hostname \"fw\"\nend\nconfig firewall policy\n edit 1\n set name \"a b\"\n set srcaddr \"x\" \"y\"\n set comments \"q\\\"q\"\n next\n edit 2\n next\nend\nconfig system sdwan\n config zone\n edit z\n next\n end\n set status enable\nend\n";
    let yaml = "#config-version=X\nsystem_global:\n    hostname: \"fw\"\nfirewall_policy:\n    - 1:\n        name: \"a b\"\n        srcaddr: [\"x\", \"y\"]\n        comments: \"q\\\"q\"\n    - 2:\nsystem_sdwan:\n    zone:\n        - z:\n    status: enable\n";
    assert!(yaml::is_yaml(yaml) && !yaml::is_yaml(block));
    let mut problems = Vec::new();
    let text = Text { file: 0, path: "x".to_owned(), text: yaml.to_owned() };
    let tree = yaml::read(text, &Limits::default(), &mut problems);
    assert_eq!(shown(&tree), shown(&parsed(block).0));
    assert!(problems.is_empty());
}
