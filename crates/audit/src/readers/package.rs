//! What the readers of package databases share: package URLs, homepages and the names of assets that do not name themselves.

use std::fmt::Write as _;

use model::asset::AssetId;

/// Where packages of one database belong.
#[derive(Clone, Copy)]
pub(crate) struct Owner<'a> {
    /// The asset on which they are installed.
    pub(crate) asset: AssetId,
    /// The namespace of their package URLs: the distribution's id; empty when unknown.
    pub(crate) namespace: &'a str,
}

/// A package URL without version and qualifiers.
pub(crate) fn purl(kind: &str, namespace: &str, name: &str) -> String {
    let mut url = format!("pkg:{kind}/");
    if !namespace.is_empty() {
        encode(&mut url, namespace);
        url.push('/');
    }
    encode(&mut url, name);
    url
}

fn encode(url: &mut String, part: &str) {
    for byte in part.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b'~' => {
                url.push(char::from(byte));
            }
            // Writing to a string cannot fail.
            _ => drop(write!(url, "%{byte:02X}")),
        }
    }
}

/// Host and path of a homepage, without scheme, user, query and trailing slash, the host in lower case; empty when the text is
/// no address.
pub(crate) fn homepage(url: &str) -> String {
    let url = url.trim();
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split(['?', '#']).next().unwrap_or("").trim_end_matches('/');
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = host.rsplit('@').next().unwrap_or(host);
    if !host.contains('.') || rest.contains(char::is_whitespace) {
        return String::new();
    }
    host.to_ascii_lowercase() + path
}

/// The name of an image as `registry/owner/name` in full and in lower case, and its tag or digest; `None` for what is no name.
pub(crate) fn image(reference: &str) -> Option<(String, String)> {
    let reference = reference.trim();
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/:@".contains(c);
    if reference.is_empty() || !reference.chars().all(plain) {
        return None;
    }
    let (name, digest) = reference.split_once('@').unwrap_or((reference, ""));
    // A colon before the last slash belongs to the registry's port.
    let last = name.rfind('/').map_or(0, |slash| slash + 1);
    let colon = name.get(last..)?.find(':').map(|at| last + at);
    let (name, tag) = match colon {
        Some(at) => (name.get(..at)?, name.get(at + 1..)?),
        None => (name, ""),
    };
    let (first, rest) = name.split_once('/').unwrap_or(("", name));
    let is_registry = first.contains(['.', ':']) || first == "localhost";
    let (registry, path) = match first {
        "index.docker.io" | "registry-1.docker.io" => ("docker.io", rest),
        first if is_registry => (first, rest),
        _ => ("docker.io", name),
    };
    if path.is_empty() || path.starts_with('/') {
        return None;
    }
    let library = if registry == "docker.io" && !path.contains('/') { "library/" } else { "" };
    let full = format!("{registry}/{library}{path}").to_ascii_lowercase();
    Some((full, if tag.is_empty() { digest } else { tag }.to_owned()))
}

/// The folder above a well-known path, as in `web01/var/lib/dpkg/status`: the name that a collector of such files gave the host.
pub(crate) fn folder_above<'a>(path: &'a str, tails: &[&str]) -> Option<&'a str> {
    let above = tails.iter().find_map(|tail| path.strip_suffix(tail))?.strip_suffix('/')?;
    above.rsplit(['/', '!']).find(|part| !part.is_empty())
}

/// All observations of a collector, one line each: context, then `field=value`.
#[cfg(test)]
pub(crate) fn facts(collector: &crate::sink::Collector) -> Vec<String> {
    let seen = &collector.observations;
    let rows = seen.runs.iter().flat_map(|run| seen.rows_of(run));
    rows.map(|(item, _)| {
        let item = seen.items.get(item).unwrap();
        let mut line = item.context.as_str().to_owned();
        for fact in item.facts {
            line += &format!(" {}={}", fact.field.as_str(), seen.strings.get(fact.value));
        }
        line
    })
    .collect()
}

/// A real input of the corpus that lies outside of the repository, or `None`, said loudly, when it is not there.
#[cfg(test)]
#[expect(clippy::disallowed_methods, clippy::disallowed_macros, reason = "tests read real inputs")]
pub(crate) fn corpus(path: &str) -> Option<Vec<u8>> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpus/inventory/");
    let bytes = std::fs::read(root.to_owned() + path).ok();
    if bytes.is_none() {
        println!("skipped: no {path}");
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn homepages_are_reduced_to_host_and_path() {
        assert_eq!(homepage("https://GitHub.com/Vendor/Tool/"), "github.com/Vendor/Tool");
        assert_eq!(homepage("http://user@www.example.org/?x=1#y"), "www.example.org");
        assert_eq!(homepage("git+https://example.org/a.git"), "example.org/a.git");
        assert_eq!(homepage("UNKNOWN"), "");
        assert_eq!(homepage("see the web site"), "");
    }

    #[test]
    fn package_urls_are_encoded() {
        assert_eq!(purl("deb", "debian", "libstdc++6"), "pkg:deb/debian/libstdc%2B%2B6");
        assert_eq!(purl("npm", "@scope", "a"), "pkg:npm/%40scope/a");
        assert_eq!(purl("deb", "", "bash"), "pkg:deb/bash");
    }

    #[test]
    fn images_are_named_in_full() {
        let name = |text: &str| image(text).map(|(name, tag)| format!("{name} {tag}"));
        assert_eq!(name("nginx").unwrap(), "docker.io/library/nginx ");
        assert_eq!(name("Owner/app:1.2").unwrap(), "docker.io/owner/app 1.2");
        assert_eq!(
            name("reg.example.org:5000/a/b@sha256:00").unwrap(),
            "reg.example.org:5000/a/b sha256:00"
        );
        assert_eq!(name("index.docker.io/library/x:1").unwrap(), "docker.io/library/x 1");
        assert_eq!(name("localhost/x").unwrap(), "localhost/x ");
        assert_eq!(name("{{ .Values.image }}:1"), None);
        assert_eq!(name(""), None);
    }

    #[test]
    fn the_folder_above_names_the_host() {
        let tails = ["var/lib/dpkg/status"];
        assert_eq!(folder_above("in/web01/var/lib/dpkg/status", &tails), Some("web01"));
        assert_eq!(folder_above("a.tar!/db/var/lib/dpkg/status", &tails), Some("db"));
        assert_eq!(folder_above("web01-status", &tails), None);
    }
}
