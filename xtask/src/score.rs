//! `cargo xtask score`: how right the identification is on inputs whose truth is known.
//!
//! `cargo xtask score proof [CASES]` does the same for the prover, on policies made from seeds.
//!
//! The inputs lie beside the repository and are never copied into it; without them the score is skipped. Names of vendors and
//! products in here are labels. What each part means stands in `docs/accuracy.md`, which `--write` brings up to date.

mod corpus;
mod damage;
mod negatives;
mod packages;
mod reading;
mod snmp;
mod windows;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use catalog::load::{bundled, load};

use corpus::Corpus;
use reading::Facts;

/// One line of the table.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// What was looked at.
    pub part: String,
    /// What was looked for.
    pub what: String,
    /// How many of those expected were found.
    pub found: usize,
    /// How many there are.
    pub expected: usize,
    /// How many others were found that should not be.
    pub wrong: usize,
    /// Whether missing it fails the run; the other lines only inform.
    pub target: bool,
    /// What was missed and what was wrong, and remarks.
    pub details: Vec<String>,
}

impl Score {
    /// Whether everything expected was found and nothing else.
    pub fn met(&self) -> bool {
        self.found == self.expected && self.wrong == 0
    }
}

/// Measures everything and prints it. `Ok(false)` when a target is missed.
///
/// # Errors
/// When a file of the corpus cannot be read.
pub fn command(root: &Path, arguments: &[String]) -> Result<bool> {
    if arguments.get(1).is_some_and(|part| part == "proof") {
        let cases = arguments.get(2).map_or(Ok(PROVED), |cases| cases.parse());
        return Ok(proofs(root, cases.context("how many mutants and twins?")?));
    }
    let facts = Facts { catalog: load(bundled()).catalog };
    let mut scores = negatives::scores(&facts);
    match Corpus::beside(root) {
        Some(corpus) => {
            scores.extend(snmp::scores(&corpus, &facts)?);
            scores.extend(damage::scores(&corpus, &facts)?);
            scores.extend(packages::scores(&corpus, &facts)?);
            scores.extend(windows::scores(&corpus, &facts)?);
        }
        None => println!("skipped: {} is not beside the repository", corpus::PLACE),
    }
    let table = table(&scores);
    print!("{table}");
    for score in scores.iter().filter(|score| !score.details.is_empty()) {
        println!("\n{}: {}", score.part, score.what);
        score.details.iter().for_each(|detail| println!("  {detail}"));
    }
    if arguments.iter().any(|argument| argument == "--write") {
        write(root, &table)?;
    }
    Ok(scores.iter().all(|score| score.met() || !score.target))
}

/// Mutants, twins and renderings for the prover. Whether all was found and nobody accused.
fn proofs(root: &Path, cases: usize) -> bool {
    let tally = crate::proofs::score(cases);
    let crate::proofs::Tally { mutants, witnesses, twins, packets, certificates, kinds, wrong } =
        &tally;
    let row = |what: &str, (all, good): &(usize, usize)| {
        println!("{what:<64} {good:>8} of {all:>8}");
    };
    row("policies with one fault, found", mutants);
    row("witnesses, real for the evaluator on both sides", witnesses);
    row("policies written otherwise, proved to be the same", twins);
    row("packets at borders of rules of those, treated alike by both", packets);
    row("certificates, accepted, and refused when changed or swapped", certificates);
    let seeds = u64::try_from(cases / RENDERED).unwrap_or(1).max(1);
    let pairs = crate::firewall::pairwise(root, seeds);
    row("pairs of renderings of one firewall, proved to be the same", &pairs.alike);
    row("renderings beside one of a policy with a fault, found", &pairs.faulty);
    let kinds = crate::firewall::Fault::ALL.iter().zip(kinds);
    let kinds: Vec<String> =
        kinds.map(|(kind, count)| format!("{} {count}", kind.as_str())).collect();
    println!("faults: {}", kinds.join(", "));
    wrong.iter().chain(&pairs.wrong).for_each(|wrong| println!("  {wrong}"));
    tally.perfect() && pairs.perfect()
}

fn table(scores: &[Score]) -> String {
    let mut text = String::from("| input | what | found | expected | wrong | |\n");
    text += "|---|---|---:|---:|---:|---|\n";
    for score in scores {
        let verdict = match (score.target, score.met()) {
            (true, true) => "met",
            (true, false) => "**missed**",
            (false, _) => "no target",
        };
        let Score { part, what, found, expected, wrong, .. } = score;
        text += &format!("| {part} | {what} | {found} | {expected} | {wrong} | {verdict} |\n");
    }
    text
}

/// Puts the table between the marks of the page.
fn write(root: &Path, table: &str) -> Result<()> {
    let path = root.join("docs/accuracy.md");
    let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let (before, rest) = text.split_once(BEGIN).context("docs/accuracy.md has no mark")?;
    let (_, after) = rest.split_once(END).context("docs/accuracy.md has no end mark")?;
    fs::write(&path, format!("{before}{BEGIN}\n{table}{END}{after}"))
        .with_context(|| format!("writing {}", path.display()))
}

/// Mutants and twins of a full run.
const PROVED: usize = 10_000;
/// How many of them there are for each firewall of each profile whose renderings are compared.
const RENDERED: usize = 200;
const BEGIN: &str = "<!-- table: `cargo xtask score --write` -->";
const END: &str = "<!-- end of the table -->";

#[cfg(test)]
mod tests {
    use super::*;

    /// The parts that need no corpus hold on every machine.
    #[test]
    fn the_negatives_hold() {
        let facts = Facts { catalog: load(bundled()).catalog };
        for score in negatives::scores(&facts) {
            assert!(score.met(), "{}: {:?}", score.what, score.details);
        }
    }

    #[test]
    fn a_missed_target_shows() {
        let score = Score { found: 1, expected: 2, target: true, ..Score::default() };
        assert!(!score.met());
        assert!(table(&[score]).contains("**missed**"));
    }
}
