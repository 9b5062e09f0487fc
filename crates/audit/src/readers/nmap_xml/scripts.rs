//! What the results of nmap's scripts say. Scripts that are not listed here are known to add nothing that we look at, or unknown.

use model::field::Field;

use crate::readers::xml::Node;

/// The facts of one script result.
pub(super) fn facts(script: &Node) -> Vec<(Field, String)> {
    let output = script.attribute("output");
    match script.attribute("id") {
        "http-title" => title(script, output).into_iter().collect(),
        "http-server-header" => lines(output).map(|l| (Field::HttpServer, l.to_owned())).collect(),
        "http-favicon" => hash(output).into_iter().collect(),
        "http-auth" => realm(output).into_iter().collect(),
        "http-headers" => lines(output).filter_map(header).collect(),
        "http-cookie-flags" => lines(output).filter_map(cookie).collect(),
        "http-generator" => vec![(Field::Text, output.trim().to_owned())],
        "ssl-cert" => certificate(script, output),
        "snmp-sysdescr" => {
            let text = output.split("System uptime:").next().unwrap_or(output);
            vec![(Field::SnmpSysdescr, flat(text))]
        }
        "banner" => vec![banner(output)],
        "smb-os-discovery" => {
            element(script, "os").map(|os| (Field::Text, os)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn lines(output: &str) -> impl Iterator<Item = &str> {
    output.lines().map(str::trim).filter(|line| !line.is_empty())
}

fn flat(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The structured value of a key, anywhere in the result.
fn element(node: &Node, key: &str) -> Option<String> {
    node.children.iter().find_map(|child| match child.name.as_str() {
        "elem" if child.attribute("key") == key => Some(child.text.trim().to_owned()),
        "table" => element(child, key),
        _ => None,
    })
}

fn title(script: &Node, output: &str) -> Option<(Field, String)> {
    let text = element(script, "title").or_else(|| {
        let first = lines(output).next()?;
        // What the script says when there is no title.
        let none = ["Site doesn't have a title", "Did not follow redirect", "ERROR:"];
        (!none.iter().any(|words| first.starts_with(words))).then(|| first.to_owned())
    })?;
    Some((Field::HttpTitle, flat(&text)))
}

fn hash(output: &str) -> Option<(Field, String)> {
    let words = output.split(|c: char| !c.is_ascii_alphanumeric());
    let md5 = words.into_iter().find(|w| w.len() == 32 && w.bytes().all(|b| b.is_ascii_hexdigit()));
    md5.map(|md5| (Field::HttpFavicon, md5.to_ascii_lowercase()))
}

fn realm(output: &str) -> Option<(Field, String)> {
    let rest = output.split_once("realm=")?.1;
    let value = rest.lines().next().unwrap_or(rest).split(", ").next().unwrap_or(rest);
    Some((Field::HttpRealm, value.trim().trim_matches('"').to_owned()))
}

/// A response header; of a cookie only the name, as its value may let somebody in.
fn header(line: &str) -> Option<(Field, String)> {
    let (name, value) = line.split_once(':')?;
    match name.trim().to_ascii_lowercase().as_str() {
        "set-cookie" => {
            let name = value.split('=').next().unwrap_or_default().trim();
            Some((Field::HttpCookie, name.to_owned()))
        }
        "server" => Some((Field::HttpServer, value.trim().to_owned())),
        "date" | "content-length" | "etag" | "last-modified" | "authorization" | "location"
        | "expires" | "(request type" => None,
        "www-authenticate" => realm(value),
        name if SECRET_WORDS.iter().any(|word| name.contains(word)) => {
            Some((Field::HttpHeader, name.to_owned()))
        }
        _ => Some((Field::HttpHeader, line.to_owned())),
    }
}

/// Lines such as `SESSION:` below a path; those of the flags have no colon at their end.
fn cookie(line: &str) -> Option<(Field, String)> {
    let name = line.strip_suffix(':')?.trim();
    (!name.is_empty() && !name.starts_with('/')).then(|| (Field::HttpCookie, name.to_owned()))
}

fn banner(output: &str) -> (Field, String) {
    let field = if output.starts_with("SSH-") { Field::SshBanner } else { Field::Banner };
    (field, flat(output))
}

/// Subject and issuer, written like `CN=…,OU=…,O=…,L=…,ST=…,C=…`.
fn certificate(script: &Node, output: &str) -> Vec<(Field, String)> {
    let mut facts = Vec::new();
    for (key, line, field) in
        [("subject", "Subject:", Field::TlsSubject), ("issuer", "Issuer:", Field::TlsIssuer)]
    {
        let table = script.all("table").find(|table| table.attribute("key") == key);
        let pairs: Vec<(String, String)> = match table {
            Some(table) => table
                .all("elem")
                .map(|elem| (elem.attribute("key").to_owned(), elem.text.trim().to_owned()))
                .collect(),
            None => printed_name(lines(output).find_map(|text| text.strip_prefix(line))),
        };
        let known = NAME_PARTS.iter().flat_map(|(long, short)| {
            let values = pairs.iter().filter(move |(name, _)| name == long);
            values.map(move |(_, value)| format!("{short}={value}"))
        });
        let name: Vec<_> = known.collect();
        if !name.is_empty() {
            facts.push((field, name.join(",")));
        }
    }
    facts
}

/// `commonName=a/organizationName=b`; a slash begins a new part only before a known name.
fn printed_name(text: Option<&str>) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for part in text.unwrap_or_default().trim().split('/') {
        match part.split_once('=') {
            Some((name, value)) if NAME_PARTS.iter().any(|(long, _)| *long == name) => {
                pairs.push((name.to_owned(), value.to_owned()));
            }
            _ => {
                if let Some((_, value)) = pairs.last_mut() {
                    value.push('/');
                    value.push_str(part);
                }
            }
        }
    }
    pairs
}

/// Headers with one of these in their name may hold what lets somebody in; only their name is kept.
const SECRET_WORDS: &[&str] =
    &["auth", "csrf", "key", "nonce", "secret", "session", "token", "xsrf"];

const NAME_PARTS: &[(&str, &str)] = &[
    ("commonName", "CN"),
    ("organizationalUnitName", "OU"),
    ("organizationName", "O"),
    ("localityName", "L"),
    ("stateOrProvinceName", "ST"),
    ("countryName", "C"),
];
