//! Nothing is lost, for any input.

use super::*;
use crate::limits::Limits;

const SAMPLES: [&str; 2] = [include_str!("sample.xml"), include_str!("sample.set")];

/// The books balance, the policies are sound, and spans lie in the text.
fn check(text: &str, what: &str) -> Reading {
    let reading = reading(text);
    for tree in &reading.trees {
        let leaves = tree.statements().count();
        assert_eq!(tree.tally().statements(), u64::try_from(leaves).unwrap(), "{what}");
        for node in tree.statements() {
            let span = node.span();
            assert!(span.start <= span.end, "{what}");
            assert!(usize::try_from(span.end).unwrap() <= tree.text().len(), "{what}");
        }
    }
    let bugs = reading.problems.iter().filter(|problem| problem.code == crate::codes::READER_BUG);
    assert_eq!(bugs.count(), 0, "{what}: {:?}", reading.problems);
    for problem in &reading.problems {
        if let Some(span) = problem.span {
            assert!(usize::try_from(span.end).unwrap() <= text.len() + 1, "{what}");
        }
    }
    reading
}

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit.max(1)).unwrap()).unwrap()
    }
}

fn mutated(text: &str, random: &mut Random) -> String {
    let mut bytes = text.as_bytes().to_vec();
    match random.below(5) {
        0 => bytes.truncate(random.below(bytes.len())),
        1 => {
            for _ in 0..1 + random.below(8) {
                let at = random.below(bytes.len());
                bytes[at] = b"<>\"'/&;[]{}\n x\0"[random.below(15)];
            }
        }
        kind => {
            let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
            let (a, b) = (random.below(lines.len()), random.below(lines.len()));
            match kind {
                2 => drop(lines.remove(a)),
                3 => lines.insert(b, lines[a]),
                _ => lines.swap(a, b),
            }
            bytes = lines.concat().into_bytes();
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn samples_balance_also_mutated() {
    for sample in SAMPLES {
        let reading = check(sample, "sample");
        assert_eq!(unrecognized(&reading), Vec::<String>::new());
        let mut random = Random(7);
        for round in 0..400 {
            let text = mutated(sample, &mut random);
            check(&text, &format!("round {round}: {text}"));
        }
    }
}

#[test]
fn both_forms_of_the_sample_are_one_tree() {
    let [xml, set] = SAMPLES.map(|sample| super::syntax::shown(&reading(sample).trees[0]));
    assert_eq!(xml, set);
}

#[test]
fn secrets_are_nowhere() {
    for sample in SAMPLES {
        let reading = reading(sample);
        let tree = &reading.trees[0];
        let whole =
            policy::Span { file: 0, start: 0, end: u32::try_from(tree.text().len()).unwrap() };
        assert!(!tree.snippet(whole, usize::MAX).contains("hunter2"));
        for node in tree.statements() {
            assert!(!tree.snippet(node.span(), 1).contains("hunter2"));
        }
        assert!(!format!("{:?}{:?}", reading.problems, reading.devices).contains("hunter2"));
    }
}

#[test]
fn hostile_sizes_end() {
    let mut groups = String::from("<shared><address-group>");
    for at in 0..20_000 {
        groups.push_str(&format!(
            "<entry name=\"g{at}\"><static><member>g{}</member></static></entry>",
            at + 1
        ));
    }
    groups.push_str(
        "<entry name=\"c\"><static><member>c</member></static></entry></address-group></shared>",
    );
    let text = firewall("").replace("<devices>", &format!("{groups}<devices>"));
    let reading = check(&text, "groups");
    assert!(reading.problems.iter().any(|problem| problem.code == crate::codes::GROUP_DEPTH));
    assert!(reading.problems.iter().any(|problem| problem.code == crate::codes::CYCLE));
    check(&"<a>".repeat(100_000), "deep");
    check(&"set ".repeat(100_000), "long");
    check(&"x{".repeat(100_000), "braces");
    check(&format!("set a \"{}", "b ".repeat(100_000)), "quote");
    check("", "empty");
    assert!(Limits::default().depth > 10);
}

#[test]
#[expect(clippy::disallowed_macros, reason = "tests tell of the corpus")]
fn the_corpus_is_read() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpus/firewall");
    let mut files = Vec::new();
    for folder in ["panos", "mixed"] {
        collect(&std::path::Path::new(root).join(folder), &mut files);
    }
    files.sort();
    if files.is_empty() {
        println!("skipped: {root} is not there");
        return;
    }
    for path in files {
        let Ok(bytes) = read_bytes(&path) else { continue };
        let head = String::from_utf8_lossy(&bytes);
        let Some(_) = crate::panos::probe::probe(&head) else { continue };
        let shown = path.strip_prefix(root).unwrap().display().to_string();
        let reading = check(&head, &shown);
        let tally = reading.tally();
        let fine = tally.count(Disposition::Converted) + tally.count(Disposition::Inert);
        let lost = unrecognized(&reading);
        println!(
            "{:5.1}% of {:5} converted or inert, {} unrecognized, {} problems, {} contexts: {shown}",
            100.0 * fine as f64 / tally.statements().max(1) as f64,
            tally.statements(),
            lost.len(),
            reading.problems.len(),
            reading.devices[0].contexts.len(),
        );
        lost.iter().take(12).for_each(|line| println!("    unrecognized {line}"));
        if std::env::var_os("PROBLEMS").is_some() {
            for problem in reading.problems.iter().take(12) {
                let line = problem.span.map(|span| reading.trees[0].line(span.start).line);
                println!("    {} {line:?} {:?}", problem.code.0, problem.args);
            }
        }
        let mut random = Random(11);
        for _ in 0..12 {
            check(&mutated(&head, &mut random), &shown);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "tests read the corpus where it is")]
fn read_bytes(path: &std::path::Path) -> std::io::Result<Vec<u8>> {
    std::fs::read(path)
}

#[expect(clippy::disallowed_methods, reason = "tests read the corpus where it is")]
fn collect(folder: &std::path::Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}
