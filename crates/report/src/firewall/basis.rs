//! What an answer rests on, as text: where the reading has gaps, and what was assumed.

use std::fmt::Write;

use model::record::check::{Basis, NotRead, Problem};

use super::check::problem_text;
use crate::text::one_line;
use crate::words::Words;

/// How many places or files of each kind are written out.
const SHOWN: usize = 5;

/// What limits an answer, and then what it takes for granted; each headline with its places.
pub(crate) fn parts(basis: &Basis, words: &Words) -> Vec<(String, Vec<String>)> {
    let problem = |one: &Problem| match &one.place {
        Some(place) => format!("{}:{}: {}", place.path, place.line, problem_text(one, words)),
        None => problem_text(one, words),
    };
    let input = |one: &NotRead| format!("{}: {}", one.path, words.code(&one.code, &one.args));
    let kinds: [(&str, Vec<String>); 3] = [
        ("basis-gaps", basis.gaps.iter().map(problem).collect()),
        ("basis-not-read", basis.not_read.iter().map(input).collect()),
        ("basis-assumed", basis.assumed.iter().map(problem).collect()),
    ];
    let told = |(key, mut all): (&str, Vec<String>)| {
        if let Some(more @ 1..) = all.len().checked_sub(SHOWN) {
            all.truncate(SHOWN);
            all.push(words.text("more", &[("count", more.into())]));
        }
        (words.plain(key), all)
    };
    kinds.into_iter().filter(|(_, all)| !all.is_empty()).map(told).collect()
}

/// The same as text, the headlines behind `side` where there are two sides; nothing when there is nothing to say.
pub(crate) fn render(side: &str, basis: &Basis, words: &Words, out: &mut String) {
    for (head, lines) in parts(basis, words) {
        let head = if side.is_empty() { head } else { format!("{side}  {head}") };
        let _ = writeln!(out, "{head}");
        for line in lines {
            let _ = writeln!(out, "  {}", one_line(&line));
        }
        out.push('\n');
    }
}
