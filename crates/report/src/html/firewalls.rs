//! The firewalls whose configurations were among the inputs.

use model::record::Assessment;

use crate::firewall::{contexts, platform, share};
use crate::text::count;
use crate::words::Words;

/// One firewall.
pub(crate) struct FirewallView {
    /// Its name.
    pub(crate) name: String,
    /// Platform, version, model.
    pub(crate) platform: String,
    /// Its contexts.
    pub(crate) contexts: String,
    /// Where it was read, the first few files.
    pub(crate) files: Vec<String>,
    /// Rules, NAT rules, share read.
    pub(crate) numbers: [String; 3],
}

/// The firewalls, and what the list leaves out.
pub(crate) fn list(assessment: &Assessment, words: &Words) -> (Vec<FirewallView>, Option<String>) {
    let all = &assessment.firewalls;
    let shown = all.iter().take(FIREWALLS_MAX).map(|one| FirewallView {
        name: one.name.clone(),
        platform: platform(&one.platform_name, &one.model, &one.version, words),
        contexts: contexts(one),
        files: one.files.iter().take(FILES_MAX).cloned().collect(),
        numbers: [count(one.rules_enabled), count(one.nat_rules), share(one.read, one.statements)],
    });
    let args = [("shown", FIREWALLS_MAX.into()), ("all", all.len().into())];
    let note = (all.len() > FIREWALLS_MAX).then(|| words.text("rows-capped", &args));
    (shown.collect(), note)
}

/// Most firewalls listed.
const FIREWALLS_MAX: usize = 500;

/// Most files of one listed.
const FILES_MAX: usize = 3;
