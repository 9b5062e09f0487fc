//! One line of comma-separated values, with the liberties that logs take: blanks after commas, quotes doubled or not at all.

use std::borrow::Cow;

/// The cells of a line; `None` when a quoted cell does not end.
///
/// Follows RFC 4180 within one line; blanks before an opening quote and behind a closing one are left off, and what follows a closing
/// quote is kept as it stands, because some logs do not double the quotes inside.
pub(crate) fn cells<'a>(line: &'a str) -> Option<Vec<Cow<'a, str>>> {
    let mut cells = Vec::with_capacity(64);
    let mut rest = line;
    loop {
        let trimmed = rest.trim_start_matches([' ', '\t']);
        let Some(inside) = trimmed.strip_prefix('"') else {
            let (cell, more) = split(rest);
            cells.push(Cow::Borrowed(cell.trim()));
            match more {
                Some(more) => rest = more,
                None => return Some(cells),
            }
            continue;
        };
        let (cell, after) = quoted(inside)?;
        let (tail, more) = split(after);
        let tail = tail.trim_end();
        cells.push(if tail.is_empty() { cell } else { Cow::Owned(format!("{cell}\"{tail}")) });
        match more {
            Some(more) => rest = more,
            None => return Some(cells),
        }
    }
}

/// What stands before the next comma, and what behind it.
fn split(text: &str) -> (&str, Option<&str>) {
    match memchr::memchr(b',', text.as_bytes()) {
        Some(at) => (text.get(..at).unwrap_or(text), text.get(at + 1..)),
        None => (text, None),
    }
}

/// The cell up to its closing quote, and what follows the quote.
fn quoted(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let mut from = 0;
    let mut owned: Option<String> = None;
    loop {
        let end = from + memchr::memchr(b'"', text.as_bytes().get(from..)?)?;
        let part = text.get(from..end)?;
        let after = text.get(end + 1..)?;
        if let Some(after) = after.strip_prefix('"') {
            let owned = owned.get_or_insert_default();
            owned.push_str(part);
            owned.push('"');
            from = text.len() - after.len();
            continue;
        }
        let cell = match owned {
            Some(mut owned) => {
                owned.push_str(part);
                Cow::Owned(owned)
            }
            None => Cow::Borrowed(part),
        };
        return Some((cell, after));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Vec<String> {
        cells(line).unwrap().into_iter().map(Cow::into_owned).collect()
    }

    #[test]
    fn quotes_blanks_and_commas_are_told_apart() {
        assert_eq!(of(r#"a, "b, c" ,"d ""e""",,"#), ["a", "b, c", "d \"e\"", "", ""]);
        assert_eq!(of(""), [""]);
    }

    #[test]
    fn a_quote_that_does_not_end_is_no_line() {
        assert_eq!(cells(r#"a,"b"#), None);
    }

    #[test]
    fn quotes_that_were_not_doubled_do_not_shift_cells() {
        assert_eq!(of(r#""a" b,c"#), ["a\" b", "c"]);
    }
}
