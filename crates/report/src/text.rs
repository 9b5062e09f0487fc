//! Text helpers that know how wide characters are: padding, cutting, lists that fit a line.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How many columns a terminal needs for this text.
pub fn width(text: &str) -> usize {
    text.width()
}

/// A number with separators between groups of three digits.
pub(crate) fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::new();
    if number < 0 {
        out.push('\u{2212}');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A count with separators between groups of three digits.
pub(crate) fn count(number: u64) -> String {
    grouped(i64::try_from(number).unwrap_or(i64::MAX))
}

/// The text filled with spaces to this width.
pub fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// The text filled with spaces from the left to this width.
pub(crate) fn pad_left(text: &str, columns: usize) -> String {
    format!("{}{text}", " ".repeat(columns.saturating_sub(width(text))))
}

/// The text, cut at its end to this width with an ellipsis.
pub fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut out = take(text.chars(), columns.saturating_sub(1));
    out.push('…');
    out
}

/// The text, cut in its middle to this width: the ends of paths tell more than their middles.
pub(crate) fn cut_middle(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let room = columns.saturating_sub(1);
    let head = take(text.chars(), room / 3);
    let tail: String = take(text.chars().rev(), room - width(&head)).chars().rev().collect();
    format!("{head}…{tail}")
}

/// As many of the items as fit, joined; `more` words how many are left out.
pub(crate) fn fit(
    items: &[String],
    separator: &str,
    columns: usize,
    more: impl Fn(usize) -> String,
) -> String {
    for shown in (1..=items.len()).rev() {
        let mut parts = items.get(..shown).unwrap_or_default().to_vec();
        if shown < items.len() {
            parts.push(more(items.len() - shown));
        }
        let line = parts.join(separator);
        if width(&line) <= columns || shown == 1 {
            return cut(&line, columns);
        }
    }
    String::new()
}

/// The text in one line: control characters, and those that turn the direction of a text, become spaces, so that data can neither steer a
/// terminal nor look like other data.
pub fn one_line(text: &str) -> String {
    let steers = |c: char| c.is_control() || TURNS.contains(&c);
    text.chars().map(|c| if steers(c) { ' ' } else { c }).collect()
}

/// The text with quotation marks for backticks, for where no type sets input apart.
pub(crate) fn quoted(text: &str) -> String {
    let mut opens = true;
    let marks = text.chars().map(|c| match c {
        '`' => {
            opens = !opens;
            if opens { '”' } else { '“' }
        }
        other => other,
    });
    marks.collect()
}

/// The characters that turn the direction of a text (Unicode Standard Annex 9, section 2), and the separators of lines and paragraphs.
const TURNS: [char; 14] = [
    '\u{61c}', '\u{200e}', '\u{200f}', '\u{2028}', '\u{2029}', '\u{202a}', '\u{202b}', '\u{202c}',
    '\u{202d}', '\u{202e}', '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}',
];

fn take(chars: impl Iterator<Item = char>, columns: usize) -> String {
    let mut used = 0;
    chars
        .take_while(|c| {
            used += c.width().unwrap_or(0);
            used <= columns
        })
        .collect()
}

/// A number of bytes in decimal units (SI), rounded to three digits or so: `999 B`, `1.2 kB`, `48.1 GB`.
pub(crate) fn size(bytes: u64) -> String {
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let (mut tenth, mut tenths, mut name) = (1_u128, u128::from(bytes), "B");
    for larger in UNITS {
        // Rounded, 999,950 bytes are a thousand kilobytes.
        if tenths < 10_000 && name != "B" {
            break;
        }
        tenth *= if name == "B" { 100 } else { 1000 };
        tenths = (u128::from(bytes) + tenth / 2) / tenth;
        name = larger;
    }
    format!("{}.{} {name}", tenths / 10, tenths % 10)
}

const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(pad("指令", 6), "指令  ");
        assert_eq!(cut("控股方一览", 5), "控股…");
        assert_eq!(cut_middle("site-a/archive/host.json", 12), "sit…ost.json");
        assert_eq!([grouped(-145), grouped(1_234_567), grouped(999)], ["−145", "1,234,567", "999"]);
        assert_eq!(one_line("a\u{1b}[2Jb\n"), "a [2Jb ");
        assert_eq!(one_line("a\u{202e}b\u{2066}"), "a b ");
    }

    #[test]
    fn lists_say_what_they_leave_out() {
        let items: Vec<String> = (0..9).map(|n| format!("item {n}")).collect();
        let line = fit(&items, " · ", 30, |n| format!("{n} more"));
        assert_eq!(line, "item 0 · item 1 · 7 more");
    }

    #[test]
    fn a_size_has_the_largest_unit_that_leaves_a_whole_number() {
        let sizes = [0, 999, 1000, 1_949, 999_949, 48_199_000_000, u64::MAX].map(size);
        let rounded = ["0 B", "999 B", "1.0 kB", "1.9 kB", "999.9 kB", "48.2 GB", "18.4 EB"];
        assert_eq!(sizes, rounded);
    }

    #[test]
    fn a_size_is_rounded_to_the_nearest() {
        let sizes = [3_989_880_316_323, 999_950, 1_049, 1_050].map(size);
        assert_eq!(sizes, ["4.0 TB", "1.0 MB", "1.0 kB", "1.1 kB"]);
    }
}
