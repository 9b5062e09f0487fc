//! The books balance, whatever the input; and the corpus.

use std::path::{Path, PathBuf};

use super::*;
use crate::fate::{Disposition, Fate};
use crate::tree::Node;

#[expect(clippy::disallowed_methods, reason = "a test reads the corpus in place")]
fn files(folder: &Path, found: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if let Ok(bytes) = std::fs::read(&path) {
            found.push((path, bytes));
        }
    }
}

/// Every file below the firewall corpus that is taken for this language.
fn corpus() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/firewall");
    let mut found = Vec::new();
    files(&folder, &mut found);
    if found.is_empty() {
        let said = "skipped: ../shared/corpus/firewall is not there";
        assert!(!said.is_empty());
        print(said);
    }
    found.sort();
    found
        .into_iter()
        .filter(|(path, bytes)| {
            crate::detect::dialect_of(bytes, &path.to_string_lossy()) == Some("fortios")
        })
        .map(|(path, bytes)| {
            (path.strip_prefix(&folder).unwrap_or(&path).display().to_string(), bytes)
        })
        .collect()
}

#[expect(clippy::disallowed_macros, reason = "a test says what it measured")]
fn print(text: &str) {
    println!("{text}");
}

fn of_bytes(bytes: Vec<u8>) -> Reading {
    let bytes = Bytes { path: "x".to_owned(), bytes };
    let group = Group { dialect: "fortios", files: vec![bytes] };
    read(group, &DialectFacts::default(), &Limits::default())
}

fn check(reading: &Reading) {
    for tree in &reading.trees {
        assert_eq!(tree.tally().statements() as usize, tree.statements().count());
    }
    for problem in &reading.problems {
        assert_ne!(problem.code, codes::READER_BUG, "{problem:?}");
        if let Some(span) = problem.span {
            let length = reading.tree(span.file).unwrap().text().len();
            assert!(span.start <= span.end && span.end as usize <= length, "{problem:?}");
        }
    }
}

fn unknown(reading: &Reading) -> Vec<String> {
    let statements = reading.trees.iter().flat_map(|tree| tree.statements());
    let unknown = statements.filter(|node| node.fate() == Fate::UNRECOGNIZED);
    unknown.map(|node: Node<'_>| node.tree().snippet(node.span(), 1).trim().to_owned()).collect()
}

#[test]
fn the_corpus_is_read_whole() {
    for (name, bytes) in corpus() {
        let length = bytes.len();
        let reading = of_bytes(bytes);
        check(&reading);
        let tally = reading.tally();
        let count = |disposition| tally.count(disposition);
        let fine = count(Disposition::Converted) + count(Disposition::Inert);
        print(&format!(
            "{name}: {length} bytes, {} statements, {:.1} % converted or inert, {} approximated, {} unsupported, {} unrecognized",
            tally.statements(),
            100.0 * fine as f64 / tally.statements().max(1) as f64,
            count(Disposition::Approximated),
            count(Disposition::Unsupported),
            count(Disposition::Unrecognized),
        ));
        for line in unknown(&reading).iter().take(12) {
            print(&format!("    {line}"));
        }
    }
}

/// A small generator of numbers: the same for the same seed.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

fn damaged(bytes: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> = bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    for _ in 0..=numbers.below(4) {
        let (at, other) = (numbers.below(lines.len()), numbers.below(lines.len()));
        match numbers.below(5) {
            0 if lines.len() > 1 => {
                lines.remove(at);
            }
            1 => lines.insert(other, lines[at].clone()),
            2 => lines.swap(at, other),
            3 => lines.truncate(at + 1),
            _ => {
                let length = lines[at].len();
                if length > 0 {
                    let byte = numbers.below(length);
                    lines[at][byte] ^= 1 << numbers.below(8);
                }
            }
        }
    }
    let mut bytes = lines.join(&b'\n');
    if numbers.below(4) == 0 {
        bytes.truncate(numbers.below(bytes.len() + 1));
    }
    bytes
}

#[test]
fn damaged_configurations_are_read_and_the_books_balance() {
    let mut numbers = Numbers(0x5eed_1234_abcd_0001);
    let own = format!(
        "{HEAD}{}{}",
        line(1, "lan", "wan", "all", "all", "set action accept\nset service HTTPS\nset nat enable"),
        super::nat::VIP
    );
    let mut inputs = vec![own.into_bytes()];
    inputs
        .extend(corpus().into_iter().map(|(_, bytes)| bytes).filter(|bytes| bytes.len() < 20_000));
    for bytes in inputs {
        for _ in 0..150 {
            check(&of_bytes(damaged(&bytes, &mut numbers)));
        }
    }
}

#[test]
fn an_export_in_yaml_of_the_corpus_is_the_same_tree() {
    fn flat(node: Node<'_>, out: &mut Vec<String>) {
        out.push(node.words().collect::<Vec<_>>().join(" "));
        node.children().for_each(|child| flat(child, out));
        out.push("end".to_owned());
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/corpus/firewall/mixed/yannbanas+calque/corpus/fortigate");
    let mut found = Vec::new();
    files(&folder, &mut found);
    let text = |name: &str| {
        let file = found.iter().find(|(path, _)| path.ends_with(name))?;
        let reading = of_bytes(file.1.clone());
        let mut out = Vec::new();
        reading.trees[0].roots().for_each(|root| flat(root, &mut out));
        Some(out)
    };
    match (text("basic.conf"), text("basic-export.yaml")) {
        (Some(block), Some(yaml)) => assert_eq!(block, yaml),
        _ => print("skipped: basic.conf and basic-export.yaml are not there"),
    }
}

#[test]
fn secrets_are_never_shown() {
    let reading = reading(
        "config user local\nedit a\nset passwd ENC AAbbCC\nnext\nend\nconfig vpn ipsec phase1-interface\nedit v\nset psksecret hunter2\nnext\nend\nconfig brand new\nset foo ENC ZZZ\nend\n",
    );
    let tree = &reading.trees[0];
    for node in tree.statements() {
        assert_eq!(node.fate(), Fate::SECRET, "{:?}", node.words().collect::<Vec<_>>());
        let shown = tree.snippet(node.span(), 1);
        assert!(!shown.contains("hunter2") && !shown.contains("AAbb") && !shown.contains("ZZZ"));
    }
}

#[test]
fn the_language_is_told_from_others() {
    let sure = |text: &str| crate::detect::dialect_of(text.as_bytes(), "x");
    assert_eq!(sure(HEAD), Some("fortios"));
    assert_eq!(
        sure("config firewall policy\n edit 1\n  set action accept\n next\nend\n"),
        Some("fortios")
    );
    assert_eq!(sure("firewall_policy:\n    - 1:\n        action: accept\n"), Some("fortios"));
    assert_eq!(
        sure("FW (root) # config firewall address\nedit a\nset subnet 1.1.1.1/32\n"),
        Some("fortios")
    );
    assert_ne!(
        sure("set system host-name x\nset security zones security-zone trust\n"),
        Some("fortios")
    );
    assert_ne!(
        sure("set deviceconfig system hostname x\nset rulebase security rules r action allow\n"),
        Some("fortios")
    );
    assert_ne!(sure("hostname asa\naccess-list a extended permit ip any any\n"), Some("fortios"));
    assert_ne!(sure("configure terminal\ninterface GigabitEthernet0/0\n"), Some("fortios"));
}

/// Each of these took minutes when one statement looked at all the others.
#[test]
fn many_of_one_sort_cost_no_more_each() {
    let many = 20_000;
    let of = |one: &dyn Fn(u32) -> String| (0..many).map(one).collect::<String>();
    let lists = [
        format!(
            "config firewall addrgrp\nedit a\n{}next\nend\n",
            of(&|i| format!("append member m{i}\n"))
        ),
        format!(
            "config firewall addrgrp\nedit a\n{}{}next\nend\n",
            of(&|i| format!("set k{i} 1\n")),
            of(&|i| format!("unset k{i}\n"))
        ),
        format!(
            "config system interface\n{}end\nconfig system zone\nedit z\nset interface {}\nnext\nend\n",
            of(&|i| format!("edit p{i}\nset ip 10.0.0.1/24\nset allowaccess ping ssh\nnext\n")),
            of(&|i| format!(" p{i}"))
        ),
        format!(
            "config router static\n{}edit 99999\nset device x\nnext\nend\n",
            of(&|i| format!("edit {}\nset dst 10.{}.{}.0/24\nnext\n", i + 1, i >> 8, i & 255))
        ),
    ];
    for text in lists {
        check(&of_bytes(text.into_bytes()));
    }
}
