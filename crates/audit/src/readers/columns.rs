//! Columns that people and tools mix up.

/// Puts vendor and version back into their places where a row has them swapped: only when the vendor looks like a version *and*
/// the version looks like a name. Returns vendor, version and whether they were swapped.
pub(crate) fn unswap<'a>(vendor: &'a str, version: &'a str) -> (&'a str, &'a str, bool) {
    if is_version(vendor) && is_name(version) {
        (version, vendor, true)
    } else {
        (vendor, version, false)
    }
}

/// Digits in groups, such as `1.5.12` or `v7.0-3`. A name that begins with a digit has no such groups.
fn is_version(text: &str) -> bool {
    let text = text.trim();
    let body = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let digits = body.chars().filter(char::is_ascii_digit).count();
    let letters = body.chars().filter(|c| c.is_alphabetic()).count();
    body.starts_with(|c: char| c.is_ascii_digit())
        && body.contains('.')
        && digits > letters
        && body.chars().all(|c| c.is_ascii_alphanumeric() || ".-_+~:".contains(c))
}

/// Mostly letters, at least two of them, and no number in front.
fn is_name(text: &str) -> bool {
    let text = text.trim();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    letters >= 2 && letters > digits && !text.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_swap_is_undone() {
        assert_eq!(unswap("1.5.12", "Sophos Limited"), ("Sophos Limited", "1.5.12", true));
        assert_eq!(unswap("v7.0-3", "奇安信"), ("奇安信", "v7.0-3", true));
        assert!(!unswap("Sophos Limited", "1.5.12").2);
        assert!(!unswap("360", "Sophos Limited").2, "a vendor may be a number");
        assert!(!unswap("3CX", "beta").2);
        assert!(!unswap("1.5.12", "2.0").2);
        assert!(!unswap("1.5.12", "").2);
        assert!(!unswap("", "Sophos Limited").2);
    }
}
