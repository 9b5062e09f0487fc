//! Values brought into the form of their field: package URLs, CPEs, homepages, images, object identifiers, days.

use model::field::Field;

/// The value, or nothing where somebody wrote that there is none.
pub(crate) fn known(value: &str) -> &str {
    let value = value.trim();
    const NOTHING: [&str; 12] = [
        "-",
        "--",
        "/",
        "n/a",
        "na",
        "none",
        "null",
        "unknown",
        "noassertion",
        "#n/a",
        "无",
        "未知",
    ];
    let nothing = NOTHING.iter().any(|word| word.eq_ignore_ascii_case(value));
    if nothing { "" } else { value }
}

/// `pkg:type/namespace/name` of a package URL: without version, qualifiers and subpath.
pub(crate) fn purl(value: &str) -> &str {
    let value = value.trim();
    if !value.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("pkg:")) {
        return "";
    }
    let end = value.find(['?', '#']).unwrap_or(value.len());
    let path = value.get(..end).unwrap_or(value);
    // An `@` at the front of a segment is a namespace that should have been encoded.
    let at = path.rfind('@').filter(|&at| !path.get(..at).is_some_and(|p| p.ends_with('/')));
    at.and_then(|at| path.get(..at)).unwrap_or(path)
}

/// The type of a package URL.
pub(crate) fn purl_type(value: &str) -> &str {
    purl(value).get(4..).and_then(|path| path.split('/').next()).unwrap_or_default()
}

/// `part:vendor:product` of a CPE 2.2 URI or 2.3 string; nothing when vendor or product are open.
pub(crate) fn cpe(value: &str) -> Option<String> {
    let value = value.trim();
    let rest = value.strip_prefix("cpe:2.3:").or_else(|| value.strip_prefix("cpe:/"))?;
    let mut parts: Vec<String> = vec![String::new()];
    let mut escaped = false;
    for c in rest.chars() {
        match c {
            '\\' if !escaped => {
                escaped = true;
                continue;
            }
            ':' if !escaped => parts.push(String::new()),
            _ => {
                if let Some(last) = parts.last_mut() {
                    last.push(c);
                }
            }
        }
        escaped = false;
    }
    let mut parts = parts.into_iter();
    let (part, vendor, product) = (parts.next()?, parts.next()?, parts.next()?);
    let open = |text: &str| text.is_empty() || text == "*" || text == "-";
    let valid = matches!(part.as_str(), "a" | "o" | "h") && !open(&vendor) && !open(&product);
    valid.then(|| format!("{part}:{vendor}:{product}"))
}

/// Host and path of a web address, without scheme, user, query and final slash.
pub(crate) fn homepage(value: &str) -> &str {
    let value = value.trim();
    let rest = value.split_once("://").map_or(value, |(_, rest)| rest);
    // Unfilled templates begin with a dollar sign.
    let end = rest.find(['?', '#', '$', ' ', '\n']).unwrap_or(rest.len());
    let address = rest.get(..end).unwrap_or(rest);
    let host_end = address.find('/').unwrap_or(address.len());
    let user = address.get(..host_end).and_then(|host| host.rfind('@')).map_or(0, |at| at + 1);
    let address = address.get(user..).unwrap_or(address).trim_end_matches('/');
    if address.contains('.') { address } else { "" }
}

/// `registry/owner/name` of an image reference, without tag and digest.
pub(crate) fn image(value: &str) -> &str {
    let value = value.trim();
    let value = value.split_once("://").map_or(value, |(_, rest)| rest);
    let value = value.split('@').next().unwrap_or(value);
    let name = value.rfind('/').map_or(0, |at| at + 1);
    let tag = value.get(name..).and_then(|last| last.find(':')).map(|at| name + at);
    tag.and_then(|at| value.get(..at)).unwrap_or(value)
}

/// A dotted object identifier without leading dot or name; nothing when it is none.
pub(crate) fn oid(value: &str) -> &str {
    let value = value.trim().trim_start_matches('.');
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit() || c == '.');
    if value.contains('.') && digits(value) { value } else { "" }
}

/// The first six hex digits of a MAC address, upper case.
pub(crate) fn oui(value: &str) -> Option<String> {
    let value = value.trim();
    let first = value.split([',', ';', ' ', '\n']).next().unwrap_or(value);
    let digits: String = first.chars().filter(|c| !matches!(c, ':' | '-' | '.')).collect();
    let mac = digits.len() == 12 && digits.chars().all(|c| c.is_ascii_hexdigit());
    let oui = digits.get(..6).filter(|_| mac)?.to_ascii_uppercase();
    (oui != "000000" && oui != "FFFFFF").then_some(oui)
}

/// A vendor name without the registrant's address that lists of MAC prefixes put in brackets: a city is no brand.
pub(crate) fn before_address(value: &str) -> &str {
    let address = value.find(" (").filter(|&at| {
        let rest = value.get(at..).unwrap_or_default();
        rest.split_whitespace().count() > 3 && rest.contains(|c: char| c.is_ascii_digit())
    });
    address.and_then(|at| value.get(..at)).unwrap_or(value).trim()
}

/// The field for a path, by its look.
pub(crate) fn path_field(path: &str) -> Field {
    if path.starts_with("/Applications/") || path.starts_with("/Library/") {
        Field::MacPath
    } else if path.starts_with('/') {
        Field::LinPath
    } else {
        Field::WinPath
    }
}

/// An ISO day from a date that begins with the year: `2026-1-5`, `2026/01/05 10:00`, `20260105`, `2026年1月5日`; or from the
/// number of days that spreadsheets store: `46027.5`.
///
/// Dates with the day or month first are ambiguous and give nothing.
pub(crate) fn day(value: &str) -> Option<String> {
    let value = value.trim();
    let mut parts: Vec<&str> = value.split(|c: char| !c.is_ascii_digit()).collect();
    parts.retain(|part| !part.is_empty());
    let first = *parts.first()?;
    let (year, month, day) = match first.len() {
        4 => (first, *parts.get(1)?, *parts.get(2)?),
        8 => (first.get(..4)?, first.get(4..6)?, first.get(6..)?),
        5 if parts.len() < 3 => return stored_day(value),
        _ => return None,
    };
    let day = format!("{year}-{:0>2}-{:0>2}", month, day);
    (value.starts_with(first) && day.parse::<jiff::civil::Date>().is_ok()).then_some(day)
}

/// The day of a spreadsheet's day number, which counts from the end of 1899.
fn stored_day(value: &str) -> Option<String> {
    let days: i32 = value.split('.').next()?.parse().ok()?;
    let start = jiff::civil::Date::new(1899, 12, 30).ok()?;
    let day = start.checked_add(jiff::Span::new().try_days(days).ok()?).ok()?;
    Some(day.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn package_urls_lose_their_version() {
        assert_eq!(purl("pkg:deb/debian/bash@5.2?arch=amd64"), "pkg:deb/debian/bash");
        assert_eq!(purl("pkg:npm/%40scope/name@1.0#sub"), "pkg:npm/%40scope/name");
        assert_eq!(purl("pkg:npm/@scope/name"), "pkg:npm/@scope/name");
        assert_eq!(purl("bash"), "");
        assert_eq!(purl_type("pkg:rpm/fedora/x"), "rpm");
    }

    #[test]
    fn cpes_of_both_bindings() {
        let both = ["cpe:2.3:o:vmware:esxi:7.0:*:*:*:*:*:*:*", "cpe:/o:vmware:esxi:7.0"];
        assert!(both.iter().all(|text| cpe(text).as_deref() == Some("o:vmware:esxi")));
        assert_eq!(cpe(r"cpe:2.3:a:a\:b:c\\d:1"), Some(r"a:a:b:c\d".to_owned()));
        assert_eq!(cpe("cpe:2.3:a:*:esxi:7"), None);
        assert_eq!(cpe("bash"), None);
    }

    #[test]
    fn addresses_and_images() {
        assert_eq!(
            homepage("https://github.com/vmware/open-vm-tools/"),
            "github.com/vmware/open-vm-tools"
        );
        assert_eq!(homepage("http://user@example.org?x=1"), "example.org");
        assert_eq!(homepage("none"), "");
        assert_eq!(image("docker://reg.example:5000/a/b:1.2"), "reg.example:5000/a/b");
        assert_eq!(image("a/b@sha256:00"), "a/b");
        assert_eq!(oid(".1.3.6.1"), "1.3.6.1");
        assert_eq!(oid("iso.3"), "");
    }

    #[test]
    fn a_city_is_no_brand() {
        let long = "VMware, Inc. (3401 Hillview Avenue Palo Alto CA 94304 US)";
        assert_eq!(before_address(long), "VMware, Inc.");
        assert_eq!(before_address("Acme (Europe)"), "Acme (Europe)");
    }

    #[test]
    fn days_that_begin_with_the_year() {
        for text in
            ["2026-1-5", "2026/01/05 10:00", "20260105", "2026年1月5日", "2026-01-05T00:00:00Z"]
        {
            assert_eq!(day(text).as_deref(), Some("2026-01-05"), "{text}");
        }
        assert_eq!(day("46027.5").as_deref(), Some("2026-01-05"));
        assert_eq!(day("05/01/2026"), None);
        assert_eq!(day("2026-13-01"), None);
        assert_eq!(oui("00-0c-29-12-34-56").as_deref(), Some("000C29"));
        assert_eq!(oui("00-0c"), None);
    }
}
