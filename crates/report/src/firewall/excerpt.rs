//! A line of a configuration with carets under what is meant, in the shape of compiler messages.

use model::record::check::Spot;

use crate::text::{one_line, width};

/// `  --> file:line:column`, then the line with carets; ends with a line break.
pub(crate) fn render(spot: &Spot) -> String {
    let number = spot.line.to_string();
    let gutter = " ".repeat(number.len());
    let mut out = format!("{gutter}--> {}:{}:{}\n", one_line(&spot.path), spot.line, spot.column);
    if spot.text.trim().is_empty() {
        return out;
    }
    let (text, mark, marked) = window(spot);
    // Wide characters take two columns, and the carets with them.
    let text = one_line(&text);
    let before: String = text.chars().take(mark).collect();
    let meant: String = text.chars().skip(mark).take(marked).collect();
    let pad = " ".repeat(width(&before));
    let carets = "^".repeat(width(&meant).max(1));
    out.push_str(&format!("{gutter} |\n{number} | {}\n", text.trim_end()));
    out.push_str(&format!("{gutter} | {pad}{carets}\n"));
    out
}

/// The part of a long line around what is meant: its text, and from where on how much of that is meant.
fn window(spot: &Spot) -> (String, usize, usize) {
    let (mark, marked) = (size(spot.mark), size(spot.marked));
    let all = spot.text.chars().count();
    if all <= WIDEST {
        return (spot.text.clone(), mark, marked);
    }
    let from = if mark + marked <= WIDEST { 0 } else { mark.saturating_sub(BEFORE) };
    let mut text: String = spot.text.chars().skip(from).take(WIDEST).collect();
    let marked = marked.min(WIDEST.saturating_sub(mark - from));
    if from + WIDEST < all {
        text.push('…');
    }
    if from > 0 {
        text.insert(0, '…');
    }
    (text, mark - from + usize::from(from > 0), marked)
}

/// The most characters of a line that are shown, and how many of them stand before what is meant.
const WIDEST: usize = 120;
const BEFORE: usize = 30;

fn size(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_line_the_part_that_is_meant_is_shown() {
        let text = format!("{}<entry>{}", "x".repeat(90), "y".repeat(300));
        let spot =
            Spot { path: "p".into(), line: 1, text, mark: 90, marked: 200, ..Spot::default() };
        let shown = render(&spot);
        assert!(shown.lines().all(|line| line.chars().count() < 130), "{shown}");
        let place = |sign: &str| shown.lines().find_map(|line| line.find(sign));
        assert_eq!(place("<entry>").map(|at| at - "…".len() + 1), place("^"), "{shown}");
    }

    #[test]
    fn carets_stand_under_what_is_meant() {
        let spot = Spot {
            path: "fw.conf".into(),
            line: 12,
            column: 15,
            text: "\tset comment \"配置\" x".into(),
            mark: 13,
            marked: 4,
        };
        let expected =
            "  --> fw.conf:12:15\n   |\n12 |  set comment \"配置\" x\n   |              ^^^^^^\n";
        assert_eq!(render(&spot), expected);
    }
}
