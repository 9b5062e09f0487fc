//! The proposed map as a file, to be edited and given back.

use std::fmt::Write;

use policy::{Policy, ZoneId};
use report::words::Words;

use super::plan::{Plan, Planned};
use crate::firewall::zoning::{Paired, pair_zones, zone_name};

/// The map that a plan comes to, with the reason for each pair and what has none.
pub(super) fn map(plan: &Plan<'_>, words: &Words) -> String {
    let mut out = String::new();
    for key in ["map-head", "map-propose"] {
        comment(&mut out, &words.plain(key));
    }
    out.push_str("propose = false\n");
    for (letter, names) in ["A", "B"].into_iter().zip(&plan.alone) {
        alone(&mut out, letter, names, "map-contexts-alone", words);
    }
    for pair in &plan.pairs {
        context(&mut out, pair, plan.propose, words);
    }
    out
}

fn context(out: &mut String, pair: &Planned<'_>, propose: bool, words: &Words) {
    let (left, right) = (pair.left.policy, pair.right.policy);
    let paired = pair_zones(left, right, &pair.zones, propose);
    let by = words.word("pair", pair.by);
    let _ = writeln!(out, "\n[[context]]\nleft = {}", quoted(&pair.left.name()));
    let _ = writeln!(out, "right = {} # {by}\n\n[context.zones]", quoted(&pair.right.name()));
    for (mine, _) in crate::firewall::zoning::zones(left) {
        zone(out, mine, &paired, (left, right), words);
    }
    let names = |policy: &Policy, zones: &[ZoneId]| -> Vec<String> {
        zones.iter().map(|zone| zone_name(policy, *zone)).collect()
    };
    alone(out, "A", &names(left, &paired.left), "map-zones-alone", words);
    alone(out, "B", &names(right, &paired.right), "map-zones-alone", words);
}

/// A zone with its counterparts.
fn zone(
    out: &mut String,
    mine: ZoneId,
    paired: &Paired,
    (left, right): (&Policy, &Policy),
    words: &Words,
) {
    let of_mine = paired.map.pairs.iter().zip(&paired.pairs).filter(|(ids, _)| ids.0 == mine);
    let (names, mut reasons): (Vec<String>, Vec<String>) = of_mine
        .map(|(ids, pair)| (quoted(&zone_name(right, ids.1)), words.word("pair", &pair.by)))
        .unzip();
    reasons.dedup();
    let names = match names.as_slice() {
        [] => return,
        [one] => one.clone(),
        several => format!("[{}]", several.join(", ")),
    };
    let mine = quoted(&zone_name(left, mine));
    let _ = writeln!(out, "{mine} = {names} # {}", reasons.join(&words.plain("comma")));
}

fn alone(out: &mut String, letter: &str, names: &[String], key: &str, words: &Words) {
    if names.is_empty() {
        return;
    }
    let list = names.iter().map(|name| quoted(name)).collect::<Vec<_>>();
    let list = list.join(&words.plain("comma"));
    let args = [("side", letter.into()), ("list", (&list).into())];
    comment(out, &words.text(key, &args));
}

fn comment(out: &mut String, text: &str) {
    let _ = writeln!(out, "# {text}");
}

/// A basic string of TOML.
fn quoted(name: &str) -> String {
    let mut out = String::from("\"");
    for character in name.chars() {
        match character {
            '"' | '\\' => {
                out.push('\\');
                out.push(character);
            }
            control if control.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_read_back_as_they_are() {
        for name in ["lan", "a \"b\" \\ c", "a\nb\u{85}\u{7f}", "区域"] {
            let text = format!("{} = {}", super::quoted(name), super::quoted(name));
            let (mapping, problems) = catalog::load::load_mapping(&format!(
                "[[context]]\nleft = \"a\"\nright = \"b\"\n[context.zones]\n{text}\n"
            ));
            assert!(problems.is_empty(), "{text}");
            assert_eq!(mapping.contexts[0].zones[0].left.name, name);
            assert_eq!(mapping.contexts[0].zones[0].right.name, name);
        }
    }
}
