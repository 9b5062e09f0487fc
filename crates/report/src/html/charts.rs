//! Charts: bars of coloured segments, drawn by the template as inline SVG. No chart says more than its figures beside it.

use std::collections::BTreeMap;

use model::finding::{Confidence, State};
use model::record::Assessment;

use crate::figures::{Figures, Group};
use crate::text::count;
use crate::words::Words;

/// A coloured part of a bar, in percent of the bar's full width.
pub(crate) struct Segment {
    /// Class that colours it.
    pub(crate) class: String,
    /// Where it starts.
    pub(crate) x: String,
    /// How wide it is.
    pub(crate) width: String,
    /// What it stands for.
    pub(crate) label: String,
    /// How many.
    pub(crate) count: String,
}

/// One bar with a legend.
pub(crate) struct Meter {
    /// The parts; empty when there is nothing to count.
    pub(crate) segments: Vec<Segment>,
}

/// One bar for each of several things.
pub(crate) struct Bars {
    /// The bars.
    pub(crate) bars: Vec<Bar>,
    /// What was left out, in words.
    pub(crate) rest: Option<String>,
}

/// A bar with its name and total.
pub(crate) struct Bar {
    /// What it stands for.
    pub(crate) name: String,
    /// Its total.
    pub(crate) total: String,
    /// The parts.
    pub(crate) segments: Vec<Segment>,
}

/// Findings by state.
pub(crate) fn states(figures: &Figures, words: &Words) -> Meter {
    Meter { segments: state_segments(&figures.states, figures.findings, words) }
}

/// Findings by confidence.
pub(crate) fn confidences(figures: &Figures, words: &Words) -> Meter {
    let parts = [Confidence::Confirmed, Confidence::Probable, Confidence::Possible].map(|one| {
        let count = figures.confidences.get(&one).copied().unwrap_or(0);
        (format!("c-{}", one.as_str()), words.word("confidence", one.as_str()), count)
    });
    Meter { segments: segments(parts, figures.findings) }
}

/// Rows by what became of them.
pub(crate) fn rows(assessment: &Assessment, words: &Words) -> Meter {
    let totals = &assessment.totals;
    let parts = [
        ("r-understood", "column-understood", totals.rows_understood),
        ("r-inert", "column-inert", totals.rows_inert),
        ("r-lost", "column-not-understood", totals.rows_not_understood),
    ]
    .map(|(class, key, count)| (class.to_owned(), words.plain(key), count));
    Meter { segments: segments(parts, totals.rows) }
}

/// Findings by vendor.
pub(crate) fn vendors(figures: &Figures, words: &Words) -> Bars {
    bars(&figures.vendors, words)
}

/// Findings by site; none when no source tells any.
pub(crate) fn sites(figures: &Figures, words: &Words) -> Bars {
    let told = figures.sites.iter().any(|site| !site.name.is_empty());
    bars(if told { &figures.sites } else { &[] }, words)
}

fn bars(groups: &[Group], words: &Words) -> Bars {
    let most = groups.iter().map(|group| group.total).max().unwrap_or(0);
    let (shown, rest) = groups.split_at(groups.len().min(BARS_MAX));
    let bars = shown
        .iter()
        .map(|group| Bar {
            name: match group.name.as_str() {
                "" => words.plain("unknown-site"),
                name => name.to_owned(),
            },
            total: count(group.total),
            segments: state_segments(&group.states, most, words),
        })
        .collect();
    let left: u64 = rest.iter().map(|group| group.total).sum();
    let rest = (!rest.is_empty()).then(|| {
        let args = [("count", rest.len().into()), ("findings", left.into())];
        words.text("bars-rest", &args)
    });
    Bars { bars, rest }
}

fn state_segments(states: &BTreeMap<State, u64>, full: u64, words: &Words) -> Vec<Segment> {
    let parts = states.iter().map(|(state, count)| {
        (format!("s-{}", state.as_str()), words.word("state", state.as_str()), *count)
    });
    segments(parts, full)
}

/// Parts of a bar, one after the other; `full` is what fills it.
pub(crate) fn segments(
    parts: impl IntoIterator<Item = (String, String, u64)>,
    full: u64,
) -> Vec<Segment> {
    let percent = |part: u64| part as f64 * 100.0 / full.max(1) as f64;
    let mut before = 0;
    parts
        .into_iter()
        .filter(|(_, _, number)| *number > 0)
        .map(|(class, label, number)| {
            let x = percent(before);
            before += number;
            Segment {
                class,
                x: format!("{x:.3}"),
                width: format!("{:.3}", percent(number)),
                label,
                count: count(number),
            }
        })
        .collect()
}

/// Most bars of a chart; the rest is summed in words.
const BARS_MAX: usize = 10;
