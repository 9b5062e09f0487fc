//! Where readers put what they read. Every row is claimed exactly once, so that the ledger balances by construction.

use std::collections::BTreeMap;

use model::asset::{Asset, AssetId, AssetKind, IdKind};
use model::diagnostic::{Code, Diagnostic, Severity};
use model::field::{Context, Field};
use model::ledger::{Ledger, Lost};
use model::observation::{Fact, ItemId, Observations, RowPlace};
use model::source::{Place, Source, SourceId, Unit};
use model::strings::StrId;

use crate::aside::{Aside, Taken};
use crate::codes;
use crate::limits::Limits;
use crate::readers::KnownRows;

/// What one worker has read so far: observations, the account of each source, and what there is to say.
#[derive(Default)]
pub struct Collector {
    /// The rows, interned.
    pub observations: Observations,
    /// The sources with their ledgers, in the order in which they were begun.
    pub sources: Vec<(Source, Ledger)>,
    /// What there is to say about them.
    pub diagnostics: Vec<Diagnostic>,
    /// Who wants the inputs that are not read here.
    pub aside: Option<Aside>,
    /// Inputs put aside for them.
    pub taken: Vec<Taken>,
    /// Those that are logs of traffic: somebody else reads them from where they lie, see [`Aside::log`].
    pub logs: Vec<SourceId>,
    /// What the reader of osquery results has learnt, for the next source.
    known_rows: KnownRows,
}

impl Collector {
    /// Begins a source and returns the sink for its rows.
    pub fn begin<'c>(&'c mut self, source: Source, limits: &'c Limits) -> Sink<'c> {
        let id = SourceId(u32::try_from(self.sources.len()).unwrap_or(u32::MAX));
        self.sources.push((source, Ledger::default()));
        self.resume(id, limits)
    }

    /// The sink for more rows of a source that was begun, for containers, which put their members' rows in between.
    pub fn resume<'c>(&'c mut self, id: SourceId, limits: &'c Limits) -> Sink<'c> {
        let source = self.sources.get(id.0 as usize);
        let default_name = source.map_or("", |(source, _)| stem(&source.path)).to_owned();
        let part = self.observations.strings.intern("");
        Sink {
            collector: self,
            limits,
            source: id,
            unit: Unit::Line,
            part,
            default_name,
            said: BTreeMap::new(),
        }
    }
}

/// The sink for one source.
pub struct Sink<'c> {
    collector: &'c mut Collector,
    limits: &'c Limits,
    source: SourceId,
    unit: Unit,
    part: StrId,
    default_name: String,
    said: BTreeMap<Code, usize>,
}

impl Sink<'_> {
    /// The number of the source.
    pub fn source(&self) -> SourceId {
        self.source
    }

    /// The source, for those that learn its digest or fate late.
    pub fn source_mut(&mut self) -> Option<&mut Source> {
        self.collector.sources.get_mut(self.source.0 as usize).map(|(source, _)| source)
    }

    /// What the reader of osquery results has learnt from earlier sources of the same collector; its items are the collector's.
    pub(crate) fn known_rows(&mut self) -> &mut KnownRows {
        &mut self.collector.known_rows
    }

    /// Sets how positions count from here on; lines unless a reader says otherwise.
    pub fn unit(&mut self, unit: Unit) {
        self.unit = unit;
    }

    /// Names the part of the source (sheet, key, member) that the following rows belong to.
    pub fn part(&mut self, part: &str) {
        self.part = self.collector.observations.strings.intern(part);
    }

    /// A new asset, named after the source until [`Self::name`] is called.
    pub fn asset(&mut self, kind: AssetKind) -> AssetId {
        let assets = &mut self.collector.observations.assets;
        let id = AssetId(u32::try_from(assets.len()).unwrap_or(u32::MAX));
        let name = self.collector.observations.strings.intern(&self.default_name);
        assets.push(Asset {
            name,
            kind,
            site: None,
            os: None,
            owner: None,
            observed_on: None,
            identifiers: Vec::new(),
        });
        id
    }

    /// Names an asset and notes the name as its host name. An empty name changes nothing.
    pub fn name(&mut self, asset: AssetId, name: &str) {
        self.edit(asset, name, |asset, id| asset.name = id);
        self.identify(asset, IdKind::Hostname, name);
    }

    /// Names an asset for display only: the name is no host name and joins nothing.
    pub fn label(&mut self, asset: AssetId, name: &str) {
        self.edit(asset, name, |asset, id| asset.name = id);
    }

    /// Notes an identifier of an asset; an empty one is ignored.
    pub fn identify(&mut self, asset: AssetId, kind: IdKind, value: &str) {
        self.edit(asset, value, |asset, id| {
            if !asset.identifiers.contains(&(kind, id)) {
                asset.identifiers.push((kind, id));
            }
        });
    }

    /// Changes the kind of an asset that turns out to be another one.
    pub fn kind(&mut self, asset: AssetId, kind: AssetKind) {
        if let Some(asset) = self.collector.observations.assets.get_mut(asset.0 as usize) {
            asset.kind = kind;
        }
    }

    /// Notes the site of an asset.
    pub fn site(&mut self, asset: AssetId, site: &str) {
        self.edit(asset, site, |asset, id| asset.site = Some(id));
    }

    /// Notes the operating system of an asset.
    pub fn os(&mut self, asset: AssetId, os: &str) {
        self.edit(asset, os, |asset, id| asset.os = Some(id));
    }

    /// Notes who is responsible for an asset.
    pub fn owner(&mut self, asset: AssetId, owner: &str) {
        self.edit(asset, owner, |asset, id| asset.owner = Some(id));
    }

    /// Notes the day (`YYYY-MM-DD…`; the rest is cut off) on which the source looked at the asset. Anything else is ignored.
    pub fn observed_on(&mut self, asset: AssetId, date: &str) {
        let Some(day) = date.trim().get(..10).filter(|day| is_iso_day(day)) else { return };
        self.edit(asset, day, |asset, id| asset.observed_on = Some(id));
    }

    /// Interns an item without observing it anywhere, for readers that learn late whether a row counts. Empty values are left out;
    /// `None` when none is left.
    pub fn item(&mut self, context: Context, facts: &[(Field, &str)]) -> Option<ItemId> {
        intern(&mut self.collector.observations, self.limits.value_bytes, context, facts)
    }

    /// Begins a row at this position. It counts as *not understood* until the reader observes something in it or declares it
    /// inert: whatever nobody claims is loud.
    pub fn row(&mut self, at: u64) -> Row<'_> {
        let (source, part, unit) = (self.source, self.part, self.unit);
        let ledger = self.collector.sources.get_mut(source.0 as usize).map(|(_, ledger)| ledger);
        Row {
            observations: &mut self.collector.observations,
            ledger,
            value_bytes: self.limits.value_bytes,
            place: RowPlace { source, part, unit, at },
            claim: Claim::None,
        }
    }

    /// Accounts for many rows at once, for those who count statements themselves: so many understood, inert by reason, not
    /// understood by reason with the first positions.
    pub fn account(
        &mut self,
        understood: u64,
        inert: impl IntoIterator<Item = (Code, u64)>,
        not_understood: impl IntoIterator<Item = (Code, Lost)>,
    ) {
        let source = self.collector.sources.get_mut(self.source.0 as usize);
        let Some((_, ledger)) = source else { return };
        ledger.add(understood, inert, not_understood);
    }

    /// Something worth knowing about the source.
    pub fn note(&mut self, code: Code, at: Option<u64>, args: &[(&'static str, &str)]) {
        self.say(Severity::Note, code, at, args);
    }

    /// Something was left out or is doubtful.
    pub fn warn(&mut self, code: Code, at: Option<u64>, args: &[(&'static str, &str)]) {
        self.say(Severity::Warning, code, at, args);
    }

    /// The source, or a part of it, could not be used.
    pub fn error(&mut self, code: Code, at: Option<u64>, args: &[(&'static str, &str)]) {
        self.say(Severity::Error, code, at, args);
    }

    fn say(
        &mut self,
        severity: Severity,
        code: Code,
        at: Option<u64>,
        args: &[(&'static str, &str)],
    ) {
        let count = self.said.entry(code).or_default();
        *count += 1;
        if *count > self.limits.diagnostics_per_code {
            return;
        }
        let place = Place {
            source: self.source,
            part: self.collector.observations.strings.get(self.part).to_owned(),
            unit: self.unit,
            at: at.unwrap_or(0),
        };
        let cut = |value: &str| value.chars().take(MAX_ARG_CHARS).collect::<String>();
        let args = args.iter().map(|(name, value)| (*name, cut(value))).collect();
        self.collector.diagnostics.push(Diagnostic { code, severity, place: Some(place), args });
    }

    fn edit(&mut self, asset: AssetId, value: &str, change: impl FnOnce(&mut Asset, StrId)) {
        let value = value.trim();
        if value.is_empty() {
            return;
        }
        let id = self.collector.observations.strings.intern(cut(value, self.limits.value_bytes));
        if let Some(asset) = self.collector.observations.assets.get_mut(asset.0 as usize) {
            change(asset, id);
        }
    }
}

/// One row being read; see [`Sink::row`].
pub struct Row<'s> {
    observations: &'s mut Observations,
    ledger: Option<&'s mut Ledger>,
    value_bytes: usize,
    place: RowPlace,
    claim: Claim,
}

enum Claim {
    None,
    Observed,
    Inert(Code),
    NotUnderstood(Code),
}

impl Row<'_> {
    /// Observes one item in this row; may be called several times. Empty values are left out; when none is left, nothing is
    /// observed and `None` comes back.
    pub fn observe(
        &mut self,
        asset: AssetId,
        context: Context,
        facts: &[(Field, &str)],
    ) -> Option<ItemId> {
        let item = intern(self.observations, self.value_bytes, context, facts)?;
        self.observe_again(asset, item);
        Some(item)
    }

    /// Observes an item that an earlier row of the same collector returned.
    pub fn observe_again(&mut self, asset: AssetId, item: ItemId) {
        self.observations.push(asset, self.place, item);
        self.claim = Claim::Observed;
    }

    /// The row is known and holds nothing that we look at.
    pub fn inert(mut self, reason: Code) {
        self.claim = Claim::Inert(reason);
    }

    /// The row is not understood.
    pub fn not_understood(mut self, reason: Code) {
        self.claim = Claim::NotUnderstood(reason);
    }
}

impl Drop for Row<'_> {
    fn drop(&mut self) {
        let Some(ledger) = self.ledger.as_deref_mut() else { return };
        let part = self.observations.strings.get(self.place.part);
        match self.claim {
            Claim::Observed => ledger.understood(),
            Claim::Inert(reason) => ledger.inert(reason),
            Claim::NotUnderstood(reason) => ledger.not_understood(reason, part, self.place.at),
            Claim::None => ledger.not_understood(codes::ROW_UNCLAIMED, part, self.place.at),
        }
    }
}

fn intern(
    observations: &mut Observations,
    value_bytes: usize,
    context: Context,
    facts: &[(Field, &str)],
) -> Option<ItemId> {
    let mut interned: Vec<Fact> = Vec::with_capacity(facts.len());
    for (field, value) in facts {
        let value = value.trim();
        if !value.is_empty() {
            let value = observations.strings.intern(cut(value, value_bytes));
            interned.push(Fact { field: *field, value });
        }
    }
    (!interned.is_empty()).then(|| observations.items.intern(context, &interned))
}

/// The path's last component without what says how it is packed and in which format: `fw-7.6.4.snmprec.gz` is about `fw-7.6.4`.
pub(crate) fn stem(path: &str) -> &str {
    let name = path.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or(path);
    let mut rest = name;
    for round in 0..3 {
        let Some((before, extension)) = rest.rsplit_once('.') else { break };
        let packed =
            ["gz", "xz", "zst", "zstd", "tar"].contains(&extension.to_ascii_lowercase().as_str());
        let format = extension.len() <= 8
            && extension.starts_with(|c: char| c.is_ascii_alphabetic())
            && extension.chars().all(|c| c.is_ascii_alphanumeric());
        if before.is_empty() || !(packed || format) {
            break;
        }
        rest = before;
        if !packed || round == 2 {
            break;
        }
    }
    rest
}

/// At most `bytes` bytes of a value, cut at a character border.
fn cut(value: &str, bytes: usize) -> &str {
    value.get(..value.floor_char_boundary(bytes)).unwrap_or(value)
}

fn is_iso_day(text: &str) -> bool {
    text.parse::<jiff::civil::Date>().is_ok()
}

const MAX_ARG_CHARS: usize = 300;

#[cfg(test)]
mod tests {
    use super::*;
    use model::source::Fate;

    fn source() -> Source {
        Source { path: "a/h1.json".into(), sha256: String::new(), bytes: 0, fate: Fate::Unknown }
    }

    #[test]
    fn an_unclaimed_row_is_loud() {
        let mut collector = Collector::default();
        let limits = Limits::default();
        let mut sink = collector.begin(source(), &limits);
        let asset = sink.asset(AssetKind::Host);
        sink.row(1).observe(asset, Context::Installed, &[(Field::LinPkg, "bash")]);
        sink.row(2).observe(asset, Context::Installed, &[(Field::LinPkg, " ")]);
        sink.row(3).inert(codes::ROW_NOT_INVENTORY);
        sink.row(4).not_understood(codes::ROW_MALFORMED);
        let ledger = &collector.sources[0].1;
        assert!(ledger.balances());
        assert_eq!(
            (ledger.rows, ledger.understood, ledger.inert_rows(), ledger.lost_rows()),
            (4, 1, 1, 2)
        );
        assert!(ledger.not_understood.contains_key(&codes::ROW_UNCLAIMED));
        let name = collector.observations.assets[0].name;
        assert_eq!(collector.observations.strings.get(name), "h1");
    }
}
