//! Logs of an assessed estate: read after the inventories, by the same engine as those of `egress`, and accounted for like them.

use std::sync::Arc;

use audit::limits::Limits;
use audit::sink::Collector;
use egress::presence::{Identifier, Presence};
use egress::run::{Options, Read1};
use model::asset::IdKind;
use model::diagnostic::Severity;
use model::record::traffic::Traffic;
use model::source::{Fate, SourceId, Unit};

use super::{About, Found, Wanted, read_logs};
use crate::world::{Collected, Log};

/// What the logs of an estate say.
pub(crate) struct Read {
    /// The record of the run.
    pub(crate) traffic: Traffic,
    /// Which hosts of the inventory occur in them.
    pub(crate) presence: Arc<Presence>,
}

/// Reads the logs among what was collected, and accounts for them there. `None` when there is none.
pub(crate) fn read(
    collected: &mut Collected,
    wanted: &Wanted,
    names: (String, String, String),
    workers: usize,
) -> Option<Read> {
    let mut logs = std::mem::take(&mut collected.logs);
    if logs.is_empty() {
        return None;
    }
    logs.sort_by(|a, b| a.file.place().cmp(&b.file.place()));
    let presence = Arc::new(Presence::new(identifiers(&collected.collectors)));
    let options = Options { workers, presence: Arc::clone(&presence), ..Options::default() };
    let files: Vec<Found> = logs.iter().map(|log| log.file.clone()).collect();
    let outcome = read_logs(&files, wanted, &options);
    // The order of the outcome; two files may be shown alike.
    logs.sort_by(|a, b| a.file.shown.cmp(&b.file.shown));
    for (Log { collector, source, .. }, read) in logs.iter().zip(&outcome.inputs) {
        if let Some(collector) = collected.collectors.get_mut(*collector) {
            account(read, *source, collector);
        }
    }
    let traffic = About::new(names, &outcome, &wanted.endpoints).record(outcome.sums);
    Some(Read { traffic, presence })
}

/// What the assets that were read are known by.
fn identifiers(collectors: &[Collector]) -> impl Iterator<Item = Identifier> {
    collectors.iter().flat_map(|collector| {
        let seen = &collector.observations;
        let all = seen.assets.iter().flat_map(|asset| &asset.identifiers);
        let known = all.filter(|(kind, _)| matches!(kind, IdKind::Ip | IdKind::Hostname));
        known.filter_map(|(_, text)| Identifier::parse(seen.strings.get(*text)))
    })
}

/// Puts the account of a log where those of the other inputs are. One that holds an inventory too has its account already; its rows as
/// a log are in the record of egress.
fn account(read: &Read1, source: SourceId, collector: &mut Collector) {
    let limits = Limits::default();
    let mut sink = collector.resume(source, &limits);
    sink.unit(Unit::Byte);
    let unread = sink.source_mut().filter(|source| source.fate == Fate::Unknown);
    if let (Some(source), Some((reader, version))) = (unread, read.format) {
        source.fate = Fate::Read { reader, version };
        let ledger = &read.account.ledger;
        let mut lost = ledger.not_understood.clone();
        // Workers race.
        lost.values_mut().for_each(|lost| lost.first.sort_unstable());
        sink.account(ledger.understood, ledger.inert.clone(), lost);
    }
    for (noted, (_, at)) in &read.account.notes {
        let args: Vec<(&'static str, &str)> =
            noted.args.iter().map(|(name, value)| (*name, value.as_str())).collect();
        match noted.severity {
            Severity::Note => sink.note(noted.code, Some(*at), &args),
            Severity::Warning => sink.warn(noted.code, Some(*at), &args),
            Severity::Error => sink.error(noted.code, Some(*at), &args),
        }
    }
    if read.format.is_none() && read.error.is_none() {
        sink.warn(audit::codes::UNKNOWN_FORMAT, None, &[]);
    }
    if let Some(error) = &read.error {
        sink.error(audit::codes::READ_FAILED, None, &[("error", &error.to_string())]);
    }
}
