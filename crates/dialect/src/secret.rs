//! Secrets never leave the reader: what is shown of a configuration goes through here.
//!
//! Dialects mark statements that they know to hold secrets ([`crate::Fate::SECRET`]); this is the second net, for statements that
//! nobody knows.

/// What stands for a secret.
pub(crate) const MASK: &str = "••••••";

/// Words after which a secret follows.
const KEYS: [&str; 24] = [
    "password",
    "passwd",
    "passphrase",
    "psksecret",
    "secret",
    "private-key",
    "privatekey",
    "private_key",
    "pre-shared-key",
    "preshared",
    "psk",
    "phash",
    "md5-key",
    "auth-key",
    "authkey",
    "api-key",
    "apikey",
    "auth-pwd",
    "priv-pwd",
    "community",
    "community-string",
    "shared-secret",
    "bind-password",
    "token",
];

/// Beginnings of values that are secrets wherever they stand.
const VALUES: [&str; 8] = ["-----BEGIN", "$1$", "$5$", "$6$", "$2a$", "$2y$", "-AQ==", "AK1"];

/// The text of one or more statements with everything masked that looks like a secret.
pub fn mask(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut secret_next = false;
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let separator =
            |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '{' | '}' | ',' | ':' | '=');
        if separator(character) {
            if character == '\n' {
                secret_next = false;
            }
            shown.push(character);
            rest = rest.get(character.len_utf8()..).unwrap_or("");
            continue;
        }
        // A secret may hold any of the separators.
        let end = match secret_next {
            true => word_end(rest, |c: char| c.is_whitespace() || c == '<'),
            false => word_end(rest, separator),
        };
        let (word, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let bare = word.trim_matches(['"', '\'']);
        if bare == "ENC" {
            shown.push_str(word);
            secret_next = true;
        } else if secret_next || VALUES.iter().any(|value| bare.starts_with(value)) {
            shown.push_str(MASK);
            secret_next = false;
        } else {
            shown.push_str(word);
            let lower = bare.trim_start_matches('/').to_ascii_lowercase();
            secret_next = KEYS.contains(&lower.as_str());
        }
        rest = after;
    }
    shown
}

/// The end of the word or quoted value that the text begins with.
fn word_end(text: &str, separator: impl Fn(char) -> bool) -> usize {
    let mut quoted = None;
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        match quoted {
            Some(_) if escaped => escaped = false,
            Some(_) if character == '\\' => escaped = true,
            Some(quote) if character == quote => return at + character.len_utf8(),
            Some(_) => {}
            None if at == 0 && matches!(character, '"' | '\'') => quoted = Some(character),
            None if separator(character) => return at,
            None => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_secret_is_masked() {
        assert_eq!(mask("set password ENC abc123=="), format!("set password ENC {MASK}"));
        assert_eq!(mask("set psksecret \"hunter 2\""), format!("set psksecret {MASK}"));
        assert_eq!(mask("<phash>$1$abc$def</phash>"), format!("<phash>{MASK}</phash>"));
        assert_eq!(mask("\"password\": \"x\","), format!("\"password\": {MASK},"));
        assert_eq!(mask("set srcaddr all"), "set srcaddr all");
    }
}
