//! What is compared with what: contexts and zones, as the command line and a map say, and else as proposed.

use std::path::Path;

use anyhow::Result;
use catalog::codes;
use catalog::load::{DataFile, Problem, load_mapping};
use catalog::mapping::{ContextPair, Mapping, Named};
use model::diagnostic::{Code, Severity};
use policy::{Policy, ZoneId};
use report::words::Words;

use crate::cli::Prove;
use crate::data::{read_text, show_problems};
use crate::firewall::pairing::{Pair, Placed, context_named, propose};
use crate::firewall::zoning::{zone, zone_of_interface, zones};
use crate::trouble::Trouble;

/// The contexts to compare.
pub(super) struct Plan<'a> {
    /// Pairs of contexts.
    pub(super) pairs: Vec<Planned<'a>>,
    /// Whether zones that nobody named are paired too.
    pub(super) propose: bool,
    /// Contexts of either side without a counterpart, by name.
    pub(super) alone: [Vec<String>; 2],
}

/// Two contexts to compare.
pub(super) struct Planned<'a> {
    /// The first configuration's.
    pub(super) left: Placed<'a>,
    /// The second one's.
    pub(super) right: Placed<'a>,
    /// Why they belong together.
    pub(super) by: &'static str,
    /// Zones that are the same, as somebody said.
    pub(super) zones: Vec<(ZoneId, ZoneId)>,
}

/// All contexts of both sides.
type Sides<'s, 'a> = (&'s [Placed<'a>], &'s [Placed<'a>]);

/// Decides what to compare with what.
///
/// # Errors
/// A name that nothing has, a map that cannot be read or has a mistake.
pub(super) fn plan<'a>(sides: Sides<'_, 'a>, args: &Prove, words: &Words) -> Result<Plan<'a>> {
    let context = args.context.as_deref().map(|text| halves(text, words)).transpose()?;
    let given = args.zone.iter().map(|text| halves(text, words));
    let given = given.collect::<Result<Vec<_>, Trouble>>()?;
    let mut map = match &args.map {
        Some(path) => Some(Map::read(path, words)?),
        None => None,
    };
    let mut pairs: Vec<Pair> = Vec::new();
    let blocks = map.as_mut().map(|map| map.contexts(sides)).unwrap_or_default();
    let proposed = map.as_ref().is_none_or(|map| map.mapping.propose);
    if let Some((mine, theirs)) = &context {
        let named = |side, name: &str| {
            context_named(side, name).ok_or_else(|| no_context(name, sides, words))
        };
        let (left, right) = (named(sides.0, mine)?, named(sides.1, theirs)?);
        pairs.push(Pair { left, right, by: "given" });
    } else {
        pairs.extend(blocks.iter().map(|(pair, _)| *pair));
        pairs.sort_unstable();
        pairs.dedup();
        if proposed {
            propose(sides.0, sides.1, &mut pairs);
            pairs.sort_unstable();
        }
    }
    let mut planned = Vec::new();
    for pair in &pairs {
        let Some((left, right)) = sides.0.get(pair.left).zip(sides.1.get(pair.right)) else {
            continue;
        };
        let mut zones = Vec::new();
        for (mine, theirs) in &given {
            zones.extend(zone(left.policy, mine).zip(zone(right.policy, theirs)));
        }
        if let Some(map) = &mut map {
            let here = blocks.iter().filter(|(block, _)| same(block, pair));
            for (_, block) in here {
                map.zones(*block, (left.policy, right.policy), &mut zones);
            }
        }
        planned.push(Planned { left: *left, right: *right, by: pair.by, zones });
    }
    if let Some(map) = &mut map {
        let unused = blocks.iter().filter(|(block, _)| !pairs.iter().any(|pair| same(block, pair)));
        for (_, block) in unused {
            map.unused_block(*block);
        }
        map.show(words)?;
    }
    known_zones(&given, &planned, words)?;
    let alone = |side: &[Placed<'_>], of: fn(&Pair) -> usize| -> Vec<String> {
        // Whoever names contexts does not ask about the others.
        let all = side.iter().enumerate().filter(|_| context.is_none());
        let alone = all.filter(|(index, _)| !pairs.iter().any(|pair| of(pair) == *index));
        alone.map(|(_, one)| one.name()).collect()
    };
    let alone = [alone(sides.0, |pair| pair.left), alone(sides.1, |pair| pair.right)];
    Ok(Plan { pairs: planned, propose: proposed, alone })
}

fn same(one: &Pair, other: &Pair) -> bool {
    (one.left, one.right) == (other.left, other.right)
}

/// `A=B`.
fn halves(text: &str, words: &Words) -> Result<(String, String), Trouble> {
    let halves =
        text.split_once('=').filter(|(mine, theirs)| !mine.is_empty() && !theirs.is_empty());
    let (mine, theirs) =
        halves.ok_or_else(|| Trouble::wrong(words, "error-pair", &[("text", text.into())]))?;
    Ok((mine.to_owned(), theirs.to_owned()))
}

/// A context's name that no context, or more than one, has.
fn no_context(name: &str, (left, right): Sides<'_, '_>, words: &Words) -> Trouble {
    let (mine, theirs) = (context_names(left), context_names(right));
    let args = [("name", name.into()), ("left", (&mine).into()), ("right", (&theirs).into())];
    Trouble::wrong(words, "error-pair-context", &args)
}

/// No context of the one is known to be one of the other.
pub(super) fn no_pair((left, right): Sides<'_, '_>, words: &Words) -> Trouble {
    let (mine, theirs) = (context_names(left), context_names(right));
    let args = [("left", (&mine).into()), ("right", (&theirs).into())];
    Trouble::wrong(words, "error-no-pair", &args)
}

/// Without a zone that is the same there is nothing to compare.
pub(super) fn no_zones(planned: &Planned<'_>, words: &Words) -> Trouble {
    let (one, two) = (zone_names(&[planned.left.policy]), zone_names(&[planned.right.policy]));
    let args = [("left", (&one).into()), ("right", (&two).into())];
    Trouble::wrong(words, "error-no-zones", &args)
}

/// Refuses zones that none of the contexts has: a pair that is misspelt would be left out in silence.
fn known_zones(
    given: &[(String, String)],
    pairs: &[Planned<'_>],
    words: &Words,
) -> Result<(), Trouble> {
    for (mine, theirs) in given {
        let here = |pair: &Planned<'_>| {
            zone(pair.left.policy, mine).is_some() && zone(pair.right.policy, theirs).is_some()
        };
        if !pairs.iter().any(here) {
            let text = format!("{mine}={theirs}");
            let left: Vec<&Policy> = pairs.iter().map(|pair| pair.left.policy).collect();
            let right: Vec<&Policy> = pairs.iter().map(|pair| pair.right.policy).collect();
            let (one, two) = (zone_names(&left), zone_names(&right));
            let args =
                [("text", (&text).into()), ("left", (&one).into()), ("right", (&two).into())];
            return Err(Trouble::wrong(words, "error-pair-zone", &args));
        }
    }
    Ok(())
}

fn context_names(side: &[Placed<'_>]) -> String {
    first(side.iter().map(Placed::name).collect())
}

fn zone_names(policies: &[&Policy]) -> String {
    first(policies.iter().flat_map(|policy| zones(policy)).map(|(_, name)| name.into()).collect())
}

/// The first few names; a dash when there are none.
fn first(mut names: Vec<String>) -> String {
    if names.is_empty() {
        return "–".to_owned();
    }
    names.sort_unstable();
    names.dedup();
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    let mut shown = shown.join(", ");
    if names.len() > SHOWN {
        shown.push_str(", …");
    }
    shown
}

const SHOWN: usize = 20;

/// A map file, and what is wrong in it.
struct Map {
    file: DataFile,
    mapping: Mapping,
    problems: Vec<Problem>,
}

impl Map {
    fn read(path: &Path, words: &Words) -> Result<Self> {
        let text = read_text(path, words)?;
        let (mapping, problems) = load_mapping(&text);
        let file = DataFile { path: path.display().to_string(), text, overlay: true };
        let map = Self { file, mapping, problems };
        map.show(words)?;
        Ok(Self { problems: Vec::new(), ..map })
    }

    /// Shows what is wrong.
    ///
    /// # Errors
    /// When something is that must not be passed over.
    fn show(&self, words: &Words) -> Result<()> {
        show_problems(&self.problems, std::slice::from_ref(&self.file), words)?;
        let wrong = self.problems.iter().filter(|one| one.severity == Severity::Error).count();
        if wrong > 0 {
            let args = [("path", (&self.file.path).into()), ("problems", wrong.into())];
            return Err(Trouble::wrong(words, "error-map", &args).into());
        }
        Ok(())
    }

    fn problem(&mut self, at: &Named, code: Code, args: Vec<(&'static str, String)>) {
        let severity = if code == codes::MAP_UNUSED { Severity::Warning } else { Severity::Error };
        self.problems.push(Problem { file: 0, span: at.span, code, severity, args });
    }

    fn unknown(&mut self, at: &Named, (kind, side): (&str, &str), names: String) {
        let args = vec![
            ("kind", kind.to_owned()),
            ("side", side.to_owned()),
            ("name", at.name.clone()),
            ("names", names),
        ];
        self.problem(at, codes::MAP_UNKNOWN, args);
    }

    /// The pairs of contexts, each with its number in the file.
    fn contexts(&mut self, (left, right): Sides<'_, '_>) -> Vec<(Pair, usize)> {
        let mut found = Vec::new();
        for (number, block) in self.mapping.contexts.clone().iter().enumerate() {
            let mine = context_named(left, &block.left.name);
            let theirs = context_named(right, &block.right.name);
            if mine.is_none() {
                self.unknown(&block.left, ("context", "A"), context_names(left));
            }
            if theirs.is_none() {
                self.unknown(&block.right, ("context", "B"), context_names(right));
            }
            if let Some((left, right)) = mine.zip(theirs) {
                found.push((Pair { left, right, by: "given" }, number));
            }
        }
        found
    }

    /// Adds the pairs of zones of a block. What the command line says of a zone goes first.
    fn zones(
        &mut self,
        block: usize,
        (left, right): (&Policy, &Policy),
        pairs: &mut Vec<(ZoneId, ZoneId)>,
    ) {
        let Some(block) = self.mapping.contexts.get(block).cloned() else { return };
        let before = pairs.clone();
        let ContextPair { zones: of_zones, interfaces, .. } = block;
        type Find = fn(&Policy, &str) -> Option<ZoneId>;
        let lists: [(_, _, Find); 2] =
            [("zone", of_zones, zone), ("interface", interfaces, zone_of_interface)];
        for (kind, list, find) in lists {
            for pair in list {
                let mine = find(left, &pair.left.name);
                let theirs = find(right, &pair.right.name);
                if mine.is_none() {
                    self.unknown(&pair.left, (kind, "A"), known(kind, left));
                }
                if theirs.is_none() {
                    self.unknown(&pair.right, (kind, "B"), known(kind, right));
                }
                let Some((mine, theirs)) = mine.zip(theirs) else { continue };
                let named = before.iter().any(|said| said.0 == mine || said.1 == theirs);
                if named || pairs.contains(&(mine, theirs)) {
                    self.problem(&pair.right, codes::MAP_UNUSED, Vec::new());
                } else {
                    pairs.push((mine, theirs));
                }
            }
        }
    }

    fn unused_block(&mut self, block: usize) {
        if let Some(block) = self.mapping.contexts.get(block).cloned() {
            self.problem(&block.left, codes::MAP_UNUSED, Vec::new());
        }
    }
}

fn known(kind: &str, policy: &Policy) -> String {
    if kind == "zone" {
        return zone_names(&[policy]);
    }
    first(policy.interfaces.iter().map(|one| one.name.to_string()).collect())
}
