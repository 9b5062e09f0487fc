//! Lines of `key=value` pairs, values perhaps in quotes, separated by blanks or commas; text without `=` in between is passed over,
//! so that a syslog header needs no parser of its own.

use std::borrow::Cow;

use super::csv;
use super::row::{Fields, Left, malformed};

/// The pairs of a line.
///
/// A quoted value ends at a quote that is followed by a separator or by the end: devices do not escape all quotes inside. `\"` and
/// `\\` are unescaped. A line that begins with a quote is a table row whose cells are pairs.
///
/// # Errors
/// A quoted value does not end: the line is cut.
pub(super) fn pairs(line: &str) -> Result<Fields<'_>, Left> {
    if line.starts_with('"') {
        return in_cells(line);
    }
    let mut fields = Fields { pairs: Vec::with_capacity(64) };
    let mut rest = line;
    loop {
        rest = rest.trim_start_matches(SEPARATORS);
        if rest.is_empty() {
            return Ok(fields);
        }
        let stop = rest.find(|c| c == '=' || SEPARATORS.contains(&c)).unwrap_or(rest.len());
        let (key, after) = rest.split_at_checked(stop).unwrap_or((rest, ""));
        let Some(after) = after.strip_prefix('=') else {
            rest = after;
            continue;
        };
        let (value, after) = match after.strip_prefix('"') {
            Some(inside) => quoted(inside).ok_or_else(malformed)?,
            None => {
                let end = after.find(SEPARATORS).unwrap_or(after.len());
                let (value, after) = after.split_at_checked(end).unwrap_or((after, ""));
                (Cow::Borrowed(value), after)
            }
        };
        // A syslog priority, `<189>`, stands before the first key without a blank.
        let key = key.rsplit('>').next().unwrap_or(key);
        fields.pairs.push((Cow::Borrowed(key), value));
        rest = after;
    }
}

/// What separates pairs.
const SEPARATORS: &[char] = &[' ', ',', '\t', '\r'];

/// The value up to the quote that ends it, and what follows.
fn quoted(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut escaped = false;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes.get(at) == Some(&b'\\') {
            if matches!(bytes.get(at + 1), Some(b'"' | b'\\')) && !ends(text, at + 1) {
                escaped = true;
                at += 1;
            }
            at += 1;
            continue;
        }
        if ends(text, at) {
            let value = text.get(..at)?;
            let value = if escaped { Cow::Owned(unescaped(value)) } else { Cow::Borrowed(value) };
            return Some((value, text.get(at + 1..)?));
        }
        at += 1;
    }
}

/// Whether there is a quote at this place that ends a value: what follows is nothing, or a separator and another key.
fn ends(text: &str, at: usize) -> bool {
    if text.as_bytes().get(at) != Some(&b'"') {
        return false;
    }
    let Some(after) = text.get(at + 1..) else { return false };
    let next = after.trim_start_matches(SEPARATORS);
    if next.is_empty() {
        return true;
    }
    let key = next
        .bytes()
        .take(64)
        .take_while(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(byte));
    after.len() > next.len() && next.as_bytes().get(key.count()) == Some(&b'=')
}

fn unescaped(value: &str) -> String {
    value.replace("\\\"", "\"").replace("\\\\", "\\")
}

/// The pairs of a table row: each cell is one, its value perhaps in quotes again.
fn in_cells(line: &str) -> Result<Fields<'_>, Left> {
    let mut fields = Fields::default();
    for cell in csv::cells(line).ok_or_else(malformed)? {
        let Some((key, value)) = cell.split_once('=') else { continue };
        let bare = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
        let value = bare.unwrap_or(value).to_owned();
        fields.pairs.push((Cow::Owned(key.trim().to_owned()), Cow::Owned(value)));
    }
    Ok(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_inside_a_quoted_value_is_no_key() {
        let fields = pairs(r#"<189>host x a="b c=d, e" c=f"#).unwrap();
        assert_eq!((fields.get("a"), fields.get("c")), (Some("b c=d, e"), Some("f")));
    }

    #[test]
    fn quotes_and_backslashes_inside_are_kept() {
        let fields = pairs(r#"a="say \"x y\" now" b="C:\" c="q "odd" q" d=1"#).unwrap();
        assert_eq!(fields.get("a"), Some(r#"say "x y" now"#));
        assert_eq!(fields.get("b"), Some(r"C:\"));
        assert_eq!((fields.get("c"), fields.get("d")), (Some(r#"q "odd" q"#), Some("1")));
    }

    #[test]
    fn commas_separate_as_blanks_do_and_cells_may_be_pairs() {
        assert_eq!(pairs("a=1,b=\"2,3\",c=4").unwrap().get("b"), Some("2,3"));
        assert_eq!(pairs(r#""a=1","b=""2,3""""#).unwrap().get("b"), Some("2,3"));
    }

    #[test]
    fn a_cut_value_is_malformed() {
        assert!(pairs(r#"a="b"#).is_err());
    }
}
