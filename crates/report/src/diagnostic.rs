//! A diagnostic as text for a terminal, in the shape of compiler messages.

use model::record::Diagnostic;

use crate::phrases;
use crate::text::one_line;
use crate::words::Words;

/// `severity[code]: text`, then the place and what to do, one a line; ends with a line break.
pub fn render(diagnostic: &Diagnostic, words: &Words) -> String {
    let severity = words.word("severity", &diagnostic.severity);
    let text = words.code(&diagnostic.code, &diagnostic.args);
    let mut out = format!("{severity}[{}]: {}\n", diagnostic.code, one_line(&text));
    if !diagnostic.path.is_empty() {
        let (path, part) = (&diagnostic.path, &diagnostic.part);
        let place = phrases::place(words, path, part, &diagnostic.unit, diagnostic.at);
        out.push_str(&format!("  --> {}\n", one_line(&place)));
    }
    if let Some(help) = words.help(&diagnostic.code) {
        out.push_str(&format!("  = {}: {help}\n", words.plain("help")));
    }
    out
}
