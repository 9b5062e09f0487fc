//! What the registry writes, brought into the form in which it can be compared: paths, publishers, packed codes.

/// The program in a command line: without quotes, arguments and the kernel's path prefixes, with the usual folders in place of
/// environment variables.
pub(super) fn program(command: &str) -> String {
    let command = command.trim();
    let bare = match command.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next().unwrap_or(quoted),
        None => before_arguments(command),
    };
    path(bare)
}

/// A path with the usual folders in place of environment variables and of the kernel's names for them.
///
/// The folders of a default installation are assumed: a hive rarely says where else they lie.
pub(super) fn path(raw: &str) -> String {
    let raw = raw.trim().trim_matches('"');
    let raw = strip_prefix(raw, r"\??\").unwrap_or(raw);
    let mut path = raw.replace('/', "\\");
    for (name, folder) in FOLDERS {
        if let Some(rest) = strip_prefix(&path, name) {
            path = format!("{folder}{rest}");
            break;
        }
    }
    path.truncate(path.trim_end_matches('\\').len());
    without_doubled_backslashes(&path)
}

/// Takes out doubled backslashes, except at the beginning, where they name a server.
fn without_doubled_backslashes(path: &str) -> String {
    let mut before = ' ';
    let kept = path.char_indices().filter(|&(at, letter)| {
        let doubled = letter == '\\' && before == '\\' && at > 1;
        before = letter;
        !doubled
    });
    kept.map(|(_, letter)| letter).collect()
}

/// The last component of a path.
pub(super) fn file_name(path: &str) -> &str {
    path.rsplit('\\').next().unwrap_or(path)
}

/// The last component of a path if it has this extension (dot included), else nothing.
pub(super) fn file_of_kind<'p>(path: &'p str, extension: &str) -> &'p str {
    let name = file_name(path);
    if ends_with(name, extension) { name } else { "" }
}

/// The folder of a path.
pub(super) fn folder(path: &str) -> &str {
    path.rsplit_once('\\').map_or("", |(folder, _)| folder)
}

/// Text to show. Of a reference into a resource file only what it carries itself is used: `@file.inf,%name%;Text` is `Text`,
/// while `@file.dll,-id` and `@{package?ms-resource…}` are nothing.
pub(super) fn display(text: &str) -> &str {
    if text.starts_with('@') {
        return text.split_once(';').map_or("", |(_, text)| text.trim());
    }
    if starts_with(text, "ms-resource:") { "" } else { text }
}

/// A publisher: a plain name, or the organisation of a certificate subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Publisher {
    /// The name.
    pub(super) name: String,
    /// Whether it was read from the subject of a signing certificate.
    pub(super) signed: bool,
}

/// Reads a publisher in one of its two shapes: `Name, Inc.` or `CN=…, O="Name, Inc.", L=…`.
pub(super) fn publisher(text: &str) -> Publisher {
    let is_subject = starts_with(text, "CN=") || starts_with(text, "O=");
    if !is_subject {
        return Publisher { name: text.to_owned(), signed: false };
    }
    let parts = split_subject(text);
    let part = |key: &str| parts.iter().find_map(|part| strip_prefix(part, key));
    let common = part("CN=").filter(|name| !is_guid(name));
    let name = part("O=").or(common).unwrap_or("").to_owned();
    Publisher { name, signed: true }
}

/// The product code `{…}` of 32 digits as Windows Installer packs them into key names; `None` when it is no such code.
pub(super) fn unpack_code(packed: &str) -> Option<String> {
    let digits = packed.as_bytes();
    if digits.len() != 32 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let mut code = String::from("{");
    let mut from = 0;
    for (index, length) in [8, 4, 4, 2, 2, 2, 2, 2, 2, 2, 2].into_iter().enumerate() {
        if matches!(index, 1..=3 | 5) {
            code.push('-');
        }
        let group = digits.get(from..from + length)?;
        code.extend(group.iter().rev().map(|&digit| char::from(digit.to_ascii_uppercase())));
        from += length;
    }
    code.push('}');
    Some(code)
}

/// The text if it is a GUID in braces, else nothing.
pub(super) fn braced_code(text: &str) -> &str {
    let inner = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
    if inner.is_some_and(is_guid) { text } else { "" }
}

/// Cuts what follows the program in a command line without quotes, where blanks may belong to the path.
fn before_arguments(command: &str) -> &str {
    let lower = command.to_ascii_lowercase();
    let ends = PROGRAM_ENDINGS.iter().flat_map(|ending| {
        lower.match_indices(ending).map(|(at, _)| at + ending.len()).find(|&end| {
            let next = lower.get(end..).and_then(|rest| rest.chars().next());
            next.is_none_or(|next| matches!(next, ' ' | '\t' | ',' | '"'))
        })
    });
    ends.min().and_then(|end| command.get(..end)).unwrap_or(command)
}

/// The parts of a certificate subject, without quotes.
fn split_subject(subject: &str) -> Vec<String> {
    let mut quoted = false;
    let parts = subject.split(|letter| {
        quoted ^= letter == '"';
        letter == ',' && !quoted
    });
    parts.map(|part| part.trim().replace('"', "")).collect()
}

fn is_guid(text: &str) -> bool {
    let dashes = [8, 13, 18, 23];
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| {
            if dashes.contains(&at) { byte == b'-' } else { byte.is_ascii_hexdigit() }
        })
}

fn starts_with(text: &str, prefix: &str) -> bool {
    strip_prefix(text, prefix).is_some()
}

fn ends_with(text: &str, suffix: &str) -> bool {
    let tail = text.len().checked_sub(suffix.len()).and_then(|from| text.get(from..));
    tail.is_some_and(|tail| tail.eq_ignore_ascii_case(suffix))
}

fn strip_prefix<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let head = text.get(..prefix.len())?;
    if head.eq_ignore_ascii_case(prefix) { text.get(prefix.len()..) } else { None }
}

const PROGRAM_ENDINGS: &[&str] = &[".exe", ".sys", ".dll", ".com", ".bat", ".cmd"];

const FOLDERS: &[(&str, &str)] = &[
    (r"\SystemRoot\", r"C:\Windows\"),
    (r"%SystemRoot%", r"C:\Windows"),
    (r"%windir%", r"C:\Windows"),
    (r"system32\", r"C:\Windows\system32\"),
    (r"SysWOW64\", r"C:\Windows\SysWOW64\"),
    (r"%ProgramFiles%", r"C:\Program Files"),
    (r"%ProgramFiles(x86)%", r"C:\Program Files (x86)"),
    (r"%CommonProgramFiles%", r"C:\Program Files\Common Files"),
    (r"%CommonProgramFiles(x86)%", r"C:\Program Files (x86)\Common Files"),
    (r"%ProgramData%", r"C:\ProgramData"),
    (r"%ALLUSERSPROFILE%", r"C:\ProgramData"),
    (r"%SystemDrive%", r"C:"),
];
