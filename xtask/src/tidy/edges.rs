//! Which crate may use which: the table of ARCHITECTURE.md, as a test.

use super::{Problem, TextFile};

/// Every crate of the workspace with those of ours that it may use. A new edge is an architectural change: say why in its commit.
const EDGES: &[(&str, &[&str])] = &[
    ("audit", &["catalog", "model"]),
    ("catalog", &["model"]),
    ("dialect", &["model", "policy"]),
    ("egress", &["catalog", "model"]),
    ("model", &[]),
    ("policy", &[]),
    // Its tests only: the checker judges what the prover writes.
    ("proof", &["policy", "proof-check"]),
    ("proof-check", &[]),
    ("report", &["model"]),
    // In its tests only: `proof-check` judges a certificate as users get it, `xtask` makes the logs whose truth is known.
    (
        "supplant",
        &[
            "audit",
            "catalog",
            "dialect",
            "egress",
            "model",
            "policy",
            "proof",
            "proof-check",
            "report",
            "xtask",
        ],
    ),
    (
        "xtask",
        &[
            "audit",
            "catalog",
            "dialect",
            "egress",
            "model",
            "policy",
            "proof",
            "proof-check",
            "report",
        ],
    ),
];

/// The names of the crates of the workspace.
pub(super) fn crates() -> impl Iterator<Item = &'static str> {
    EDGES.iter().map(|(name, _)| *name)
}

pub(super) fn check(files: &[TextFile], problems: &mut Vec<Problem>) {
    for file in files {
        let Some(name) = crate_of_manifest(&file.path) else { continue };
        let Some((_, allowed)) = EDGES.iter().find(|(known, _)| *known == name) else {
            let text = "this crate is not in the table of edges (xtask/src/tidy/edges.rs)";
            problems.push(file.problem(0, text));
            continue;
        };
        for used in dependencies(&file.text) {
            if crates().any(|known| known == used) && !allowed.contains(&used.as_str()) {
                let text = format!("`{name}` may not use `{used}`: see ARCHITECTURE.md");
                problems.push(file.problem(0, text));
            }
        }
        if file.text.contains("[features]") && name != "supplant" {
            problems.push(file.problem(0, "no cargo features outside the shell"));
        }
        if file.text.contains("build = ") {
            problems.push(file.problem(0, "no build scripts"));
        }
    }
}

/// The crate whose manifest this is.
fn crate_of_manifest(path: &str) -> Option<&str> {
    let folder = path.strip_suffix("/Cargo.toml")?;
    let name = folder.strip_prefix("crates/").unwrap_or(folder);
    (!name.contains('/')).then_some(name)
}

/// What a manifest depends on, also for tests and for building.
fn dependencies(manifest: &str) -> Vec<String> {
    let Ok(manifest) = toml_span::parse(manifest) else { return Vec::new() };
    ["/dependencies", "/dev-dependencies", "/build-dependencies"]
        .iter()
        .filter_map(|table| manifest.pointer(table)?.as_table())
        .flat_map(|table| table.keys().map(|key| key.name.to_string()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forbidden_edge_is_found() {
        let file = TextFile {
            path: "crates/model/Cargo.toml".into(),
            text: "[dependencies]\nserde = \"1\"\n[dev-dependencies]\naudit.workspace = true\n"
                .into(),
        };
        let mut problems = Vec::new();
        check(&[file], &mut problems);
        assert_eq!(problems.len(), 1);
        assert!(problems[0].text.contains("`audit`"));
    }
}
