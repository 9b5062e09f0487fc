//! Links between the project's documents, and words that do not belong into them.

use std::path::{Component, Path, PathBuf};

use super::{Problem, TextFile};

/// Paths of a developer's machine. Written in two halves so that this file does not contain them.
const MACHINE_PATHS: &[&str] =
    &[concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("C:\\Use", "rs\\")];

pub(super) fn check(root: &Path, files: &[TextFile], problems: &mut Vec<Problem>) {
    for file in files {
        for (index, line) in file.text.lines().enumerate() {
            // Exports of the demo estate speak of other people's machines.
            let own = !file.path.starts_with("xtask/src/demo/") && !file.path.starts_with("data/");
            if own && let Some(word) = MACHINE_PATHS.iter().find(|word| line.contains(**word)) {
                problems
                    .push(file.problem(index + 1, format!("`{word}` is a path of one machine")));
            }
            if file.path.ends_with(".md") {
                for target in targets(line) {
                    if !resolves(root, &file.path, target) {
                        let text = format!("the link to `{target}` leads nowhere");
                        problems.push(file.problem(index + 1, text));
                    }
                }
            }
        }
    }
}

/// The local targets of the Markdown links in a line, without fragments.
fn targets(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = line;
    while let Some((_, after)) = rest.split_once("](") {
        let Some((target, tail)) = after.split_once(')') else { break };
        rest = tail;
        let target = target.split('#').next().unwrap_or_default();
        if !target.is_empty() && !target.contains("://") && !target.starts_with("mailto:") {
            found.push(target);
        }
    }
    found
}

fn resolves(root: &Path, from: &str, target: &str) -> bool {
    let folder = Path::new(from).parent().unwrap_or(Path::new(""));
    let mut path = PathBuf::new();
    for part in folder.join(target).components() {
        match part {
            Component::ParentDir if path.pop() => {}
            Component::ParentDir => return false,
            Component::Normal(name) => path.push(name),
            _ => {}
        }
    }
    root.join(path).exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_local_targets_are_checked() {
        let line = "see [a](docs/a.md#b), [b](https://example.org/x), [c](#here) and ![d](d.png)";
        assert_eq!(targets(line), ["docs/a.md", "d.png"]);
        assert!(!resolves(Path::new("/"), "docs/a.md", "../../nowhere.md"));
    }
}
