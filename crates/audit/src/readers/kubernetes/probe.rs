//! Whether a text is a manifest or part of a chart: by the keys at its left margin, or by a chart's way to write an image.

/// How sure it is.
pub(super) fn score(text: &str) -> Option<u8> {
    if super::is_json(text.as_bytes()) {
        return json(text);
    }
    let mut keys = Keys::default();
    for line in text.lines() {
        match line.split_once(':') {
            Some((key, value)) if value.is_empty() || value.starts_with(' ') => {
                keys.take(key, value.trim());
            }
            _ => {}
        }
    }
    if keys.version && keys.kind {
        Some(85)
    } else if keys.version && keys.items {
        Some(80)
    } else if keys.chart && keys.name && keys.release {
        Some(85)
    } else if keys.dependencies && has_dependency(text) {
        Some(60)
    } else {
        has_image(text).then_some(55)
    }
}

/// Which keys stand at the left margin.
#[derive(Default)]
struct Keys {
    version: bool,
    kind: bool,
    items: bool,
    chart: bool,
    name: bool,
    release: bool,
    dependencies: bool,
}

impl Keys {
    fn take(&mut self, key: &str, value: &str) {
        match key {
            "apiVersion" => {
                self.version = true;
                self.chart |= matches!(value.trim_matches(['"', '\'']), "v1" | "v2");
            }
            "kind" => self.kind = true,
            "items" => self.items = true,
            "name" => self.name = true,
            "version" => self.release = true,
            "dependencies" => self.dependencies = true,
            _ => {}
        }
    }
}

fn has_dependency(text: &str) -> bool {
    ["- name:", "version:", "repository:"].iter().all(|key| text.contains(key))
}

/// Whether a block `image:` has a `repository:` and a `tag:` or `pullPolicy:` below it.
fn has_image(text: &str) -> bool {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let lines = || {
        text.lines().filter(|line| !line.trim_start().starts_with('#') && !line.trim().is_empty())
    };
    lines().enumerate().any(|(number, line)| {
        let head = line.trim().to_ascii_lowercase();
        if !head.ends_with("image:") {
            return false;
        }
        let block = || {
            let below = lines().skip(number + 1).take(BLOCK_LINES);
            below.take_while(|inner| indent(inner) > indent(line))
        };
        let has = |key: &str| block().any(|inner| inner.trim_start().starts_with(key));
        has("repository:") && (has("tag:") || has("pullPolicy:"))
    })
}

/// Looks at the keys of the outermost object, as far as the text goes.
fn json(text: &str) -> Option<u8> {
    let (mut depth, mut version, mut kind) = (0_usize, false, false);
    let mut rest = text;
    while let Some(at) = rest.find(['"', '{', '}', '[', ']']) {
        let (mark, after) = rest.get(at..)?.split_at_checked(1)?;
        rest = after;
        match mark {
            "{" | "[" => depth += 1,
            "}" | "]" => depth = depth.saturating_sub(1),
            _ => {
                let (string, after) = string(rest)?;
                rest = after;
                if depth == 1 && rest.trim_start().starts_with(':') {
                    version |= string == "apiVersion";
                    kind |= matches!(string, "kind" | "items");
                }
            }
        }
        if version && kind {
            return Some(85);
        }
    }
    None
}

/// The string up to its closing quote, and what follows that.
fn string(text: &str) -> Option<(&str, &str)> {
    let mut from = 0;
    loop {
        let at = from + text.get(from..)?.find(['"', '\\'])?;
        if text.as_bytes().get(at) == Some(&b'"') {
            return Some((text.get(..at)?, text.get(at + 1..)?));
        }
        // Skips the character behind a backslash, however long it is.
        let skipped = text.get(at + 1..)?.chars().next()?;
        from = at + 1 + skipped.len_utf8();
    }
}

const BLOCK_LINES: usize = 24;
