use super::build::Builder;
use super::*;
use crate::fate::Reason;

fn sample() -> Tree {
    let text = "set a 1\nblock x\n set password hunter2\n set b 2\nend\n";
    let mut builder = Builder::default();
    let statement = |builder: &mut Builder, part: &str, close: bool| {
        let start = text.find(part).unwrap();
        builder.open(start);
        let mut at = start;
        for word in part.split(' ') {
            builder.word(at, at + word.len());
            at += word.len() + 1;
        }
        if close {
            builder.close(start + part.len());
        }
    };
    statement(&mut builder, "set a 1", true);
    statement(&mut builder, "block x", false);
    statement(&mut builder, "set password hunter2", true);
    statement(&mut builder, "set b 2", true);
    builder.close(text.len() - 1);
    builder.finish(Text { file: 0, path: "x".to_owned(), text: text.to_owned() })
}

#[test]
fn nodes_know_their_words_children_and_places() {
    let tree = sample();
    let roots: Vec<_> = tree.roots().collect();
    assert_eq!(roots.len(), 2);
    assert_eq!(roots[1].words().collect::<Vec<_>>(), ["block", "x"]);
    let inner: Vec<_> = roots[1].children().map(|child| child.word(1)).collect();
    assert_eq!(inner, ["password", "b"]);
    assert!(roots[0].is_statement() && !roots[1].is_statement());
    let place = tree.line(roots[1].children().nth(1).unwrap().span().start);
    assert_eq!(place, Line { line: 4, column: 2 });
}

#[test]
fn every_statement_has_one_fate_and_the_default_is_loud() {
    let tree = sample();
    assert_eq!(tree.tally().statements(), 3);
    assert_eq!(tree.tally().count(Disposition::Unrecognized), 3);
    let roots: Vec<_> = tree.roots().collect();
    roots[0].claim(Fate::CONVERTED);
    roots[1].claim_rest(Fate::inert(Reason::Management));
    assert_eq!(tree.tally().count(Disposition::Inert), 2);
    assert_eq!(tree.tally().statements(), 3);
}

#[test]
fn snippets_mask_secrets_known_and_unknown() {
    let tree = sample();
    let secret = tree.roots().nth(1).unwrap().children().next().unwrap();
    assert!(!tree.snippet(secret.span(), 1).contains("hunter2"), "by the word before it");
    secret.claim(Fate::SECRET);
    let shown = tree.snippet(secret.span(), 1);
    assert_eq!(shown, format!(" set password {MASK}"));
}

#[test]
fn an_excerpt_marks_what_is_meant_and_masks_secrets() {
    let tree = sample();
    let inner: Vec<_> = tree.roots().nth(1).unwrap().children().collect();
    let shown = tree.excerpt(inner[1].word_span(2));
    assert_eq!((shown.place, shown.text.as_str()), (Line { line: 4, column: 8 }, " set b 2"));
    assert_eq!((shown.mark, shown.marked), (7, 1));
    let block = tree.excerpt(tree.roots().nth(1).unwrap().span());
    assert_eq!((block.text.as_str(), block.mark, block.marked), ("block x", 0, 7));
    let secret = tree.excerpt(inner[0].word_span(2));
    assert_eq!(secret.text, format!(" set password {MASK}"));
    assert_eq!((secret.mark, secret.marked), (1, 19));
}
