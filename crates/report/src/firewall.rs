//! Renderers of what was read of firewalls: checks, traces, rule tables.

mod areas;
mod basis;
pub mod check;
pub(crate) mod excerpt;
pub mod matrix;
pub mod page;
pub mod prove;
pub mod prove_page;
pub mod query;
pub mod tables;
pub mod trace;
pub mod walk;

use model::record::firewall::FirewallHead;

use crate::words::Words;

/// `model · platform version`, as far as each is known.
pub(crate) fn platform(name: &str, model: &str, version: &str, words: &Words) -> String {
    let version = match version {
        "" => words.plain("firewall-version-unknown"),
        version => version.to_owned(),
    };
    let mut text = format!("{name} {version}");
    if !model.is_empty() {
        text.push_str(" · ");
        text.push_str(model);
    }
    text
}

/// How much was read exactly, in per cent with one digit; never rounded up to a hundred.
pub(crate) fn share(read: u64, all: u64) -> String {
    if all == 0 {
        return "–".to_owned();
    }
    let tenths = u128::from(read) * 1000 / u128::from(all);
    format!("{}.{}%", tenths / 10, tenths % 10)
}

/// The contexts of a device; the only one without a name is none.
pub(crate) fn contexts(head: &FirewallHead) -> String {
    head.context_names.join(", ")
}

#[cfg(test)]
mod tests {
    #[test]
    fn shares_are_never_flattered() {
        assert_eq!(super::share(9999, 10_000), "99.9%");
        assert_eq!(super::share(10, 10), "100.0%");
        assert_eq!(super::share(0, 0), "–");
    }
}
