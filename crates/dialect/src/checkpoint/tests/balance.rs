//! Every statement of every input has one fate, and nothing breaks.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "reads the public inputs beside the repository, and says what it skipped"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::super::CheckPoint;
use super::{OBJECTS, layer, package, rule};
use crate::Dialect;
use crate::facts::DialectFacts;
use crate::fate::Disposition;
use crate::limits::Limits;
use crate::reading::Reading;
use crate::text::Text;

fn corpus() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/firewall");
    root.is_dir().then_some(root)
}

fn files_below(folder: &Path, into: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files_below(&path, into);
        } else {
            into.push(path);
        }
    }
}

/// The inputs of the corpus, each the files that belong together.
fn inputs() -> Vec<(String, Vec<(String, String)>)> {
    let Some(root) = corpus() else {
        println!("skipped: ../shared/corpus/firewall");
        return Vec::new();
    };
    let mut paths = Vec::new();
    files_below(&root.join("checkpoint"), &mut paths);
    files_below(&root.join("mixed"), &mut paths);
    let mut groups: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for path in paths {
        let shown = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
        let ours = shown.starts_with("checkpoint") || shown.contains("testdata/checkpoint-");
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        if !ours {
            assert_eq!(CheckPoint.probe(&text, &shown), None, "{shown}");
            continue;
        }
        assert!(
            CheckPoint.probe(&text, &shown).is_some() || shown.contains("testconfigs"),
            "{shown}"
        );
        let group = match shown.find("/parsetest") {
            Some(at) => shown[..at].to_owned(),
            None if shown.contains("testconfigs") => shown.clone(),
            None => shown[..shown.rfind('/').unwrap()].to_owned(),
        };
        groups.entry(group).or_default().push((shown, text));
    }
    groups.into_iter().collect()
}

fn read(files: &[(String, String)], facts: &DialectFacts) -> Reading {
    let texts = files.iter().zip(0u16..).map(|((path, text), file)| Text {
        file,
        path: path.clone(),
        text: text.clone(),
    });
    CheckPoint.read(texts.collect(), facts, &Limits::default())
}

fn check(reading: &Reading) {
    for device in &reading.devices {
        for context in &device.contexts {
            context.validate().unwrap();
        }
    }
    for tree in &reading.trees {
        let leaves = u64::try_from(tree.statements().count()).unwrap();
        assert_eq!(tree.tally().statements(), leaves);
        for statement in tree.statements() {
            let span = statement.span();
            assert!(tree.text().get(span.start as usize..span.end as usize).is_some());
        }
    }
    for problem in &reading.problems {
        let Some(span) = problem.span else { continue };
        let tree = reading.tree(span.file).unwrap();
        assert!(tree.text().len() as u64 >= u64::from(span.start));
    }
}

fn facts() -> DialectFacts {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/dialects/checkpoint");
    let files: Vec<(String, String)> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            (format!("dialects/checkpoint/{name}"), std::fs::read_to_string(entry.path()).unwrap())
        })
        .collect();
    DialectFacts::load(files.iter().map(|(path, text)| (path.as_str(), text.as_str()))).0
}

#[test]
fn real_inputs_are_read_whole() {
    let facts = facts();
    for (name, files) in inputs() {
        let reading = read(&files, &facts);
        check(&reading);
        for tree in &reading.trees {
            let tally = tree.tally();
            let good = tally.count(Disposition::Converted) + tally.count(Disposition::Inert);
            println!("{}: {good} of {}", tree.path(), tally.statements());
            for (fate, count) in &tally.fates {
                println!("    {count:6} {} {}", fate.disposition.as_str(), fate.reason.as_str());
            }
            for statement in tree.statements() {
                if statement.fate().disposition == Disposition::Unrecognized {
                    let shown: Vec<&str> = statement.words().take(4).collect();
                    println!("  unrecognized: {shown:?}");
                }
            }
        }
        println!("{name}:");
        for device in &reading.devices {
            for context in &device.contexts {
                println!(
                    "  {} {} {}: {} rulebases, {} NAT, {} interfaces, {} routes {:?}, {} addresses, {} services",
                    device.name,
                    device.version,
                    context.context,
                    context.rulebases.len(),
                    context.nat.passes.iter().map(|pass| pass.rules.len()).sum::<usize>(),
                    context.interfaces.len(),
                    context.routes.len(),
                    context.routing,
                    context.addresses.len(),
                    context.services.len()
                );
            }
        }
        for problem in &reading.problems {
            println!("  {} {:?} {:?}", problem.code.0, problem.span, problem.args);
        }
    }
}

#[test]
fn broken_copies_break_nothing() {
    let own = vec![
        ("x/objects.json".to_owned(), OBJECTS.to_owned()),
        (
            "x/rules.json".to_owned(),
            layer(
                "Network",
                &[
                    rule(1, ["web", "any", "http", "acc"], ""),
                    rule(2, ["any", "any", "any", "drp"], ""),
                ],
            ),
        ),
        ("x/package.json".to_owned(), package(&[("Network", "drop")])),
        (
            "x/gaia.txt".to_owned(),
            "set hostname gw\nset interface eth0 ipv4-address 10.1.0.1 mask-length 24\n".to_owned(),
        ),
    ];
    let mut inputs = inputs();
    inputs.push(("own".to_owned(), own));
    let facts = DialectFacts::default();
    let mut seed = 0x2545_f491_4f6c_dd1du64;
    let mut next = move |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed % u64::try_from(below.max(1)).unwrap()).unwrap()
    };
    for (_, files) in inputs {
        let rounds =
            if files.iter().map(|(_, text)| text.len()).sum::<usize>() > 100_000 { 12 } else { 40 };
        for _ in 0..rounds {
            let mut broken = files.clone();
            let which = next(broken.len());
            let text = broken[which].1.clone();
            broken[which].1 = mutated(&text, &mut next);
            check(&read(&broken, &facts));
        }
    }
}

fn mutated(text: &str, next: &mut impl FnMut(usize) -> usize) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let pick = next(lines.len());
    match next(5) {
        0 => return String::from_utf8_lossy(&text.as_bytes()[..next(text.len())]).into_owned(),
        1 => {
            lines.remove(pick);
        }
        2 => lines.insert(pick, lines[pick]),
        3 => {
            let other = next(lines.len());
            lines.swap(pick, other);
        }
        _ => {
            let mut bytes = text.as_bytes().to_vec();
            for _ in 0..8 {
                let at = next(bytes.len());
                bytes[at] ^= u8::try_from(next(255)).unwrap();
            }
            return String::from_utf8_lossy(&bytes).into_owned();
        }
    }
    lines.join("\n")
}
