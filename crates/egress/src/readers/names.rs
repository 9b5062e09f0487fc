//! Names in HTTP requests.

/// The host that a request is for: that of an absolute target, which overrides the header (RFC 9112, section 3.2.2), else the
/// header's. Ports and brackets are left off. Addresses are no names.
pub(crate) fn requested<'a>(host: Option<&'a str>, target: Option<&'a str>) -> Option<&'a str> {
    let absolute = target.and_then(|target| {
        let (scheme, rest) = target.split_once("://")?;
        let plain = scheme.bytes().all(|byte| byte.is_ascii_alphanumeric());
        plain.then(|| rest.split(['/', '?', '#']).next().unwrap_or(rest))
    });
    let authority = absolute.filter(|name| !name.is_empty()).or(host)?;
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let name = match authority.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => authority,
    };
    let name = name.trim();
    (!name.is_empty() && crate::event::parse_address(name).is_none()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::requested;

    #[test]
    fn an_absolute_target_overrides_the_header() {
        assert_eq!(requested(Some("a.example"), Some("http://b.example:80/x")), Some("b.example"));
        assert_eq!(requested(None, Some("https://u@b.example?x")), Some("b.example"));
    }

    #[test]
    fn ports_go_and_addresses_are_no_names() {
        assert_eq!(requested(Some("a.example:443"), Some("a.example:443")), Some("a.example"));
        assert_eq!(requested(Some("192.0.2.1:80"), Some("/")), None);
        assert_eq!(requested(Some("[2001:db8::1]"), None), None);
        assert_eq!(requested(Some(""), Some("/a://b")), None);
    }

    #[test]
    fn a_path_with_a_scheme_in_it_is_no_absolute_target() {
        assert_eq!(requested(Some("a.example"), Some("/r?u=http://b.example/")), Some("a.example"));
    }
}
