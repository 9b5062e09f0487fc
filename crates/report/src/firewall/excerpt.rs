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
    let (mark, marked) = (size(spot.mark), size(spot.marked));
    // Wide characters take two columns, and the carets with them.
    let text = one_line(&spot.text);
    let before: String = text.chars().take(mark).collect();
    let meant: String = text.chars().skip(mark).take(marked).collect();
    let pad = " ".repeat(width(&before));
    let carets = "^".repeat(width(&meant).max(1));
    out.push_str(&format!("{gutter} |\n{number} | {}\n", text.trim_end()));
    out.push_str(&format!("{gutter} | {pad}{carets}\n"));
    out
}

fn size(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

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
