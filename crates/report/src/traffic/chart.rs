//! Bytes over days as a static drawing: SVG with colours of its own, so that it looks the same in a page and on paper.

use std::fmt::Write;

use model::record::traffic::Line;

use crate::text::size;

/// A day in the chart.
pub(super) struct Day {
    /// Days since 1970-01-01.
    number: i64,
    /// `YYYY-MM-DD`.
    label: String,
    /// Bytes.
    bytes: u64,
    /// The bytes as text, with what is not known of them.
    shown: String,
}

/// Days of sums by day, in order; those without a date are left out. `of` picks the bytes and their text.
pub(super) fn days(lines: &[Line], of: impl Fn(&Line) -> (u64, String)) -> Vec<Day> {
    let mut days: Vec<Day> = lines
        .iter()
        .filter_map(|line| {
            let (bytes, shown) = of(line);
            Some(Day { number: number(&line.value)?, label: line.value.clone(), bytes, shown })
        })
        .collect();
    days.sort_by_key(|day| day.number);
    days
}

/// A chart with a bar for each day; days without one have no bar. A day whose volume is unknown has a hollow mark.
pub(super) fn over_days(days: &[Day], label: &str) -> String {
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return String::new() };
    let most = days.iter().map(|day| day.bytes).max().unwrap_or(0).max(1);
    let span = (last.number - first.number + 1).max(1) as f64;
    let step = (WIDTH - 2.0 * EDGE) / span;
    let wide = (step * 0.8).clamp(1.0, 40.0);
    let mut out = format!(
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"100%\" role=\"img\" aria-label=\"{}\">",
        escaped(label)
    );
    for day in days {
        let middle = EDGE + step * ((day.number - first.number) as f64 + 0.5);
        let unknown = day.shown == super::tables::UNKNOWN;
        let tall = if unknown { 6.0 } else { day.bytes as f64 / most as f64 * (BASE - TOP) };
        let fill = if unknown { "none" } else { "#2458a6" };
        let _ = write!(
            out,
            "<rect x=\"{:.2}\" y=\"{:.2}\" width=\"{wide:.2}\" height=\"{tall:.2}\" \
             fill=\"{fill}\" stroke=\"#5f93cf\" stroke-width=\"0.5\"><title>{}: {}</title></rect>",
            middle - wide / 2.0,
            BASE - tall,
            escaped(&day.label),
            escaped(&day.shown),
        );
    }
    let _ = write!(
        out,
        "<line x1=\"{EDGE}\" y1=\"{BASE}\" x2=\"{:.0}\" y2=\"{BASE}\" stroke=\"#7d8896\"/>",
        WIDTH - EDGE
    );
    write_text(&mut out, EDGE, TOP - 8.0, "start", &size(most));
    write_text(&mut out, EDGE, BASE + 18.0, "start", &first.label);
    if last.number > first.number {
        write_text(&mut out, WIDTH - EDGE, BASE + 18.0, "end", &last.label);
    }
    out.push_str("</svg>");
    out
}

fn write_text(out: &mut String, x: f64, y: f64, anchor: &str, text: &str) {
    let text = escaped(text);
    let _ = write!(
        out,
        "<text x=\"{x:.0}\" y=\"{y:.0}\" text-anchor=\"{anchor}\" font-size=\"12\" \
         fill=\"#7d8896\">{text}</text>"
    );
}

/// Text for markup: dates come from logs, and labels from translators.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// `YYYY-MM-DD` as days since 1970-01-01 in the proleptic Gregorian calendar; `None` for anything else.
fn number(text: &str) -> Option<i64> {
    let mut parts = text.split('-').map(str::parse::<i64>);
    let (year, month, day) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    let sound = (0..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    if parts.next().is_some() || !sound {
        return None;
    }
    // Years begin in March here, so that the day that leap years add is the last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let before = year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    Some(before + (month * 153 + 2) / 5 + day - 1 - 719_468)
}

const WIDTH: f64 = 1080.0;
const HEIGHT: f64 = 230.0;
const EDGE: f64 = 12.0;
const TOP: f64 = 28.0;
const BASE: f64 = 200.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_numbered_as_the_calendar_goes() {
        let numbers = ["1970-01-01", "2000-03-01", "2024-02-29", "2026-02-29x"].map(number);
        assert_eq!(numbers, [Some(0), Some(11_017), Some(19_782), None]);
    }
}
