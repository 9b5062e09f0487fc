//! What statements say, as text that is the same wherever they say the same: to be compared across files.

use super::{Node, Siblings, Tree};
use crate::fate::{Fate, Reason};

/// Words of settings that say nothing about packets, in whatever language.
const SKIPPED: [&str; 17] = [
    "color",
    "comment",
    "comments",
    "description",
    "disable-override",
    "groups",
    "icon",
    "meta-info",
    "read-only",
    "recurring",
    "refresh-rate",
    "tag",
    "tags",
    "timeout",
    "uid",
    "uuid",
    "visibility",
];

impl Tree {
    /// All nodes, in the order of the text.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = Node<'_>> {
        (0u32..).zip(&self.nodes).map(|(id, _)| Node { tree: self, id })
    }

    /// The statements whose fate is wanted, each with what it says: its words behind those of the blocks that it stands in.
    pub(crate) fn saying(&self, wanted: impl Fn(Fate) -> bool) -> Vec<(Node<'_>, String)> {
        let mut found = Vec::new();
        let mut text = String::new();
        // The blocks at hand: where each ends, and how much of the text was before it.
        let mut open: Vec<(u32, usize)> = Vec::new();
        for node in self.nodes() {
            while let Some((after, length)) = open.last().copied()
                && after <= node.id
            {
                text.truncate(length);
                open.pop();
            }
            if node.is_statement() {
                if wanted(node.fate()) {
                    found.push((node, format!("{text}{}", said(node, &mut |word| word))));
                }
                continue;
            }
            open.push((node.data().after, text.len()));
            text.push_str(&said(node, &mut |word| word));
            // Objects in lists have no word of their own.
            if let Some(name) = ["name", "id", "uid"].iter().find_map(|key| node.child(key)) {
                text.push_str(name.word(1));
            }
            text.push('\n');
        }
        found
    }
}

impl<'t> Node<'t> {
    /// Whether another node stands below this one.
    pub(crate) fn holds(self, other: Self) -> bool {
        self.id < other.id && other.id < self.data().after
    }

    /// What stands below the node, without what says nothing about packets, in an order of its own. `each` gets every word, and says
    /// what stands for it.
    pub(crate) fn content(self, each: &mut dyn FnMut(&'t str) -> &'t str) -> String {
        let below = |node: Node<'t>| Siblings {
            tree: node.tree,
            next: node.id + 1,
            end: node.data().after,
        };
        let mut open = vec![(below(self), String::new(), Vec::new())];
        while let Some((nodes, _, parts)) = open.last_mut() {
            match nodes.next() {
                Some(child) if skipped(child) => {}
                Some(child) if child.is_statement() => parts.push(said(child, each)),
                Some(child) => open.push((below(child), said(child, each), Vec::new())),
                None => {
                    let Some((_, head, mut parts)) = open.pop() else { break };
                    parts.sort_unstable();
                    let text = format!("{head}{{{}}}", parts.concat());
                    match open.last_mut() {
                        Some((.., above)) => above.push(text),
                        None => return text,
                    }
                }
            }
        }
        String::new()
    }
}

/// The words of a node; the order of values does not count.
fn said<'t>(node: Node<'t>, each: &mut dyn FnMut(&'t str) -> &'t str) -> String {
    let mut words: Vec<&str> = node.words().map(each).collect();
    if let Some(values) = words.get_mut(2..) {
        values.sort_unstable();
    }
    format!("{words:?}")
}

fn skipped(node: Node<'_>) -> bool {
    let key = match node.word(0) {
        "set" | "append" => node.word(1),
        word => word,
    };
    let silent = [Reason::Secret, Reason::Cosmetic, Reason::Overridden, Reason::DefaultValue];
    // A member of a list is a value, whatever it looks like.
    let member = node.is_statement() && node.words().count() == 1;
    // Where a management server keeps an object.
    let kept = key == "domain" && node.child("domain-type").is_some();
    // What an exporter notes for itself begins with a line.
    (!member && (SKIPPED.contains(&key) || key.starts_with('_') || kept))
        || (node.is_statement() && silent.contains(&node.fate().reason))
}

#[cfg(test)]
mod tests {
    use crate::fate::Fate;
    use crate::limits::Limits;
    use crate::text::Text;
    use crate::tree::Tree;
    use crate::tree::block;

    fn tree(text: &str) -> Tree {
        let text = Text { file: 0, path: "x".into(), text: text.into() };
        block::read(text, &Limits::default(), &mut Vec::new())
    }

    fn content(text: &str) -> String {
        let tree = tree(text);
        let entry = tree.nodes().find(|node| node.word(0) == "edit").unwrap();
        entry.content(&mut |word| word)
    }

    #[test]
    fn the_order_of_settings_and_values_is_no_content() {
        let one = content("config a\nedit x\nset m b c\nset n 1\nnext\nend\n");
        let two = content("config a\nedit x\nset n 1\nset m c b\nnext\nend\n");
        assert_eq!(one, two);
    }

    #[test]
    fn comments_are_no_content() {
        let one = content("config a\nedit x\nset comment hello\nset n 1\nnext\nend\n");
        assert_eq!(one, content("config a\nedit x\nset n 1\nnext\nend\n"));
    }

    #[test]
    fn a_setting_that_is_called_like_where_objects_are_kept_is_content() {
        let content =
            |value| content(&format!("config a\nedit x\nset domain {value}\nnext\nend\n"));
        assert_ne!(content("x1"), content("x2"));
    }

    #[test]
    fn values_are_content() {
        let one = content("config a\nedit x\nset n 1\nnext\nend\n");
        assert_ne!(one, content("config a\nedit x\nset n 2\nnext\nend\n"));
    }

    #[test]
    fn a_statement_is_told_apart_by_its_blocks() {
        let text = "config a\nedit x\nset n 1\nnext\nedit y\nset n 1\nnext\nend\n";
        let tree = tree(text);
        let said = tree.saying(|fate| fate == Fate::UNRECOGNIZED);
        assert!(said.len() == 2 && said[0].1 != said[1].1, "{said:?}");
    }
}
