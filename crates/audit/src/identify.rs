//! Identification: which distinct items point at which product or vendor, and why.
//!
//! Each distinct value is judged once, each distinct item once; rows only look up the verdict of their item
//! (`research/inventory.md`, section 4).

use std::collections::{BTreeMap, HashMap};

use catalog::facts::{Catalog, Target};
use catalog::matcher::Matcher;
use catalog::product::{Fingerprint, Meaning, Strength};
use catalog::shape::FactConfidence;
use foldhash::fast::FixedState;
use jiff::civil::Date;
use model::asset::AssetId;
use model::field::{Context, Field};
use model::finding::{Confidence, EvidenceClass, Relation};
use model::observation::{Fact, Item, ItemId, Observations};
use model::strings::Strings;

/// One fact of an item that matches one fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// What it points at.
    pub target: Target,
    /// The fingerprint, by its place in [`Catalog::fingerprints`].
    pub print: usize,
    /// The fact that matched.
    pub fact: Fact,
    /// What the match says about the asset.
    pub relation: Relation,
    /// How much it proves.
    pub strength: Strength,
    /// Whether the fingerprint has been looked up, as opposed to recalled.
    pub known: bool,
}

/// The verdict of each distinct item.
#[derive(Debug, Default)]
pub struct Judged {
    /// For each item, the index of its matches; zero for none.
    pub verdicts: Vec<u32>,
    /// The matches; the first entry is empty.
    pub matches: Vec<Vec<Match>>,
}

/// Judges every distinct item.
pub fn identify(observations: &Observations, catalog: &Catalog, day: Date) -> Judged {
    let prints: Vec<(Target, &Fingerprint)> = catalog.fingerprints().collect();
    let matcher = Matcher::new(prints.iter().map(|(_, print)| *print), day);
    let mut judge = Judge {
        strings: &observations.strings,
        catalog,
        prints: &prints,
        matcher: &matcher,
        seen: HashMap::with_capacity_and_hasher(observations.strings.len(), FixedState::default()),
    };
    let mut judged = Judged {
        verdicts: Vec::with_capacity(observations.items.len()),
        matches: vec![Vec::new()],
    };
    for (_, item) in observations.items.iter() {
        let matches = judge.item(item);
        let verdict = if matches.is_empty() {
            0
        } else {
            judged.matches.push(matches);
            u32::try_from(judged.matches.len() - 1).unwrap_or(0)
        };
        judged.verdicts.push(verdict);
    }
    judged
}

struct Judge<'a> {
    strings: &'a Strings,
    catalog: &'a Catalog,
    prints: &'a [(Target, &'a Fingerprint)],
    matcher: &'a Matcher,
    seen: HashMap<Fact, Vec<usize>, FixedState>,
}

impl Judge<'_> {
    fn item(&mut self, item: Item<'_>) -> Vec<Match> {
        let mut matches: Vec<Match> = Vec::new();
        for &fact in item.facts.iter().filter(|fact| fact.field.matchable()) {
            let value = self.strings.get(fact.value);
            let found =
                self.seen.entry(fact).or_insert_with(|| self.matcher.judge(fact.field, value));
            for &index in found.iter() {
                let Some((target, print)) = self.prints.get(index) else { continue };
                if !condition_holds(print, fact, item, self.strings) {
                    continue;
                }
                let relation = relation(item.context, fact.field, print, *target, self.catalog);
                matches.push(Match {
                    target: *target,
                    print: index,
                    fact,
                    relation,
                    strength: capped(item.context, print.strength),
                    known: print.provenance.confidence != FactConfidence::Recalled,
                });
            }
        }
        if matches.is_empty() {
            return matches;
        }
        self.weigh_makers(&mut matches, item);
        fold_vendors(matches, item.context, self.catalog)
    }

    /// A name is a hint only where the same row says that somebody else made the thing: "Endpoint Security" by another vendor, a
    /// plug-in for a product. A maker who is linked to the product's vendor, or named alike, is no one else.
    fn weigh_makers(&self, matches: &mut [Match], item: Item<'_>) {
        let makers: Vec<&str> = item
            .facts
            .iter()
            .filter(|fact| is_maker(fact.field))
            .map(|fact| self.strings.get(fact.value))
            .collect();
        if makers.is_empty() {
            return;
        }
        let told: Vec<String> = matches
            .iter()
            .filter(|one| is_maker(one.fact.field))
            .filter_map(|one| vendor_of(one.target, self.catalog).map(str::to_owned))
            .collect();
        for one in matches.iter_mut() {
            if class(one.fact.field, item.context) != EvidenceClass::ProductName {
                continue;
            }
            let vendor = vendor_of(one.target, self.catalog);
            let same = told.iter().any(|maker| {
                Some(maker.as_str()) == vendor || self.catalog.graph.are_linked(Some(maker), vendor)
            });
            if !same && !makers.iter().any(|maker| self.is_named_alike(maker, vendor)) {
                one.strength = Strength::Weak;
            }
        }
    }

    /// Whether a maker's name holds the first word of one of the vendor's names.
    fn is_named_alike(&self, maker: &str, vendor: Option<&str>) -> bool {
        let maker = maker.to_lowercase();
        let Some(vendor) = vendor.and_then(|id| self.catalog.vendor(id)) else { return false };
        let names = vendor.names.values().flatten().chain(&vendor.aliases);
        names.filter_map(|name| name.split([' ', ',']).next()).any(|word| {
            let word = word.to_lowercase();
            word.chars().count() >= if word.is_ascii() { 4 } else { 2 } && maker.contains(&word)
        })
    }
}

/// Fields that say who made the thing that the row is about.
fn is_maker(field: Field) -> bool {
    matches!(
        field,
        Field::WinPublisher | Field::Signer | Field::SoftwareVendor | Field::DeviceVendor
    )
}

/// A fingerprint with a condition counts only if another fact of the item holds the text.
fn condition_holds(print: &Fingerprint, fact: Fact, item: Item<'_>, strings: &Strings) -> bool {
    let wanted = print.with.to_ascii_lowercase();
    wanted.is_empty()
        || item.facts.iter().any(|other| {
            *other != fact && strings.get(other.value).to_ascii_lowercase().contains(&wanted)
        })
}

/// A mention or a neighbour's words prove nothing on their own, whatever they say.
fn capped(context: Context, strength: Strength) -> Strength {
    match context {
        Context::Mention => Strength::Weak,
        Context::Neighbour => strength.max(Strength::Strong),
        _ => strength,
    }
}

/// What a match says about the asset: the context of the row decides before the meaning of the fingerprint, because the same text
/// means something else in a neighbour table and in an uninstall list (traps 2 to 7 of `research/inventory.md`).
fn relation(
    context: Context,
    field: Field,
    print: &Fingerprint,
    target: Target,
    catalog: &Catalog,
) -> Relation {
    let open_source = match target {
        Target::Product(index) => catalog
            .products
            .get(index)
            .is_some_and(|product| product.forms.iter().any(|form| form == OPEN_SOURCE_FORM)),
        // A package coordinate in a vendor's name space, of no catalogued product, is the vendor's open source.
        Target::Vendor(_) => field == Field::Purl,
    };
    match (context, print.meaning) {
        (Context::Neighbour | Context::Mention, _) => Relation::NeighbourOf,
        (Context::Residue, _) | (_, Meaning::Residue) => Relation::ResidueOf,
        (_, Meaning::Integration | Meaning::RemoteService) => Relation::ClientOf,
        (_, Meaning::Platform) => Relation::RunsOn,
        // Who made the hardware is what the asset is; whatever else describes the platform is what it runs on.
        (Context::Platform, _) if !is_hardware(field) => Relation::RunsOn,
        (Context::Component, _) => Relation::Embeds,
        _ if open_source => Relation::OpenSourceOf,
        _ => Relation::Is,
    }
}

/// Fields that say who made a piece of hardware.
fn is_hardware(field: Field) -> bool {
    matches!(
        field,
        Field::HwVendor | Field::HwModel | Field::DeviceVendor | Field::DeviceModel | Field::MacOui
    )
}

/// Within one item, evidence of a vendor is evidence of the vendor's product that the item also shows. Paths and names outlive
/// owners: a folder that bears an earlier owner's name says nothing against the later owner's product in it. A publisher or other
/// vendor field is different: it says who shipped this copy, so another vendor's stays a statement of its own.
fn fold_vendors(mut matches: Vec<Match>, context: Context, catalog: &Catalog) -> Vec<Match> {
    let products: Vec<(Target, Relation)> = matches
        .iter()
        .filter(|one| matches!(one.target, Target::Product(_)) && one.strength != Strength::Weak)
        .map(|one| (one.target, one.relation))
        .collect();
    for one in matches.iter_mut().filter(|one| matches!(one.target, Target::Vendor(_))) {
        let vendor = vendor_of(one.target, catalog);
        let shipped = class(one.fact.field, context) == EvidenceClass::VendorField;
        let product = products.iter().find(|(target, _)| {
            let maker = vendor_of(*target, catalog);
            maker == vendor || (!shipped && catalog.graph.are_linked(maker, vendor))
        });
        if let Some((target, relation)) = product {
            one.target = *target;
            one.relation = *relation;
        }
    }
    matches
}

/// A place where an item was observed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// The item.
    pub item: ItemId,
    /// Index into [`Observations::runs`].
    pub run: usize,
    /// Position in the run's unit.
    pub at: u64,
}

/// A product, or something of a vendor, on an asset, with everything that says so.
#[derive(Clone, Debug)]
pub struct Installation {
    /// The asset.
    pub asset: AssetId,
    /// What.
    pub target: Target,
    /// How the asset relates to it.
    pub relation: Relation,
    /// Every match with where it was seen; never empty.
    pub evidence: Vec<(Match, Sighting)>,
}

/// Scans all rows and groups what they say by asset, target and relation, sorted.
pub fn installations(
    observations: &Observations,
    judged: &Judged,
    catalog: &Catalog,
) -> Vec<Installation> {
    let sightings = scan(observations, judged);
    let mut groups = Groups::new();
    for (asset, sighting) in sightings {
        let verdict = judged.verdicts.get(sighting.item.0 as usize).copied().unwrap_or(0);
        for one in judged.matches.get(verdict as usize).into_iter().flatten() {
            groups.entry((asset, one.target, one.relation)).or_default().push((*one, sighting));
        }
    }
    fold_vendor_rows(&mut groups, observations, catalog);
    groups
        .into_iter()
        .map(|((asset, target, relation), evidence)| Installation {
            asset,
            target,
            relation,
            evidence,
        })
        .collect()
}

/// Every row whose item matched something. Two threads: this is the only pass over all rows.
fn scan(observations: &Observations, judged: &Judged) -> Vec<(AssetId, Sighting)> {
    let runs: Vec<usize> = (0..observations.runs.len()).collect();
    let half = observations.rows.len() / 2;
    let middle = observations.runs.partition_point(|run| run.first < half);
    let (left, right) = runs.split_at(middle.min(runs.len()));
    std::thread::scope(|scope| {
        let other = scope.spawn(|| scan_runs(observations, judged, right));
        let mut found = scan_runs(observations, judged, left);
        // A defect there must not read as "nothing found".
        found.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        found
    })
}

fn scan_runs(
    observations: &Observations,
    judged: &Judged,
    runs: &[usize],
) -> Vec<(AssetId, Sighting)> {
    let mut found = Vec::new();
    for &number in runs {
        let Some(run) = observations.runs.get(number) else { continue };
        for (item, at) in observations.rows_of(run) {
            if judged.verdicts.get(item.0 as usize).is_some_and(|&verdict| verdict != 0) {
                found.push((run.asset, Sighting { item, run: number, at }));
            }
        }
    }
    found
}

/// A device is described by many rows (object identifiers, banners, model), and hints (address prefixes, ports) stand beside what
/// they hint at. What such a row says of the vendor is evidence of the vendor's product that another row of the same asset shows.
fn fold_vendor_rows(groups: &mut Groups, observations: &Observations, catalog: &Catalog) {
    let describes_device = |evidence: &[(Match, Sighting)]| {
        evidence.iter().any(|(_, sighting)| {
            observations
                .items
                .get(sighting.item)
                .is_some_and(|item| item.context == Context::Device)
        })
    };
    let hints_only =
        |evidence: &[(Match, Sighting)]| evidence.iter().all(|(m, _)| m.strength == Strength::Weak);
    let keys: Vec<_> = groups
        .iter()
        .filter(|((_, target, _), evidence)| {
            matches!(target, Target::Vendor(_))
                && (describes_device(evidence) || hints_only(evidence))
        })
        .map(|(key, evidence)| (*key, hints_only(evidence)))
        .collect();
    for ((asset, target, relation), hint) in keys {
        let vendor = vendor_of(target, catalog);
        let product = groups
            .range((asset, Target::Product(0), Relation::Is)..)
            .take_while(|((other, ..), _)| *other == asset)
            .filter(|((_, other, found), evidence)| {
                matches!(other, Target::Product(_))
                    && *found == relation
                    && vendor_of(*other, catalog) == vendor
                    && (hint || describes_device(evidence))
            })
            .min_by_key(|(_, evidence)| evidence.iter().map(|(m, _)| m.strength).min())
            .map(|(key, _)| *key);
        if let Some(product) = product {
            let folded = groups.remove(&(asset, target, relation)).unwrap_or_default();
            groups.entry(product).or_default().extend(folded);
        }
    }
}

fn vendor_of(target: Target, catalog: &Catalog) -> Option<&str> {
    match target {
        Target::Vendor(index) => catalog.vendors.get(index).map(|vendor| vendor.id.as_str()),
        Target::Product(index) => {
            catalog.products.get(index).map(|product| product.vendor.as_str())
        }
    }
}

type Groups = BTreeMap<(AssetId, Target, Relation), Vec<(Match, Sighting)>>;

/// The evidence class of a field (`research/inventory.md`, section 6).
pub fn class(field: Field, context: Context) -> EvidenceClass {
    if matches!(context, Context::Neighbour | Context::Mention) {
        return EvidenceClass::Hint;
    }
    match field {
        Field::Signer
        | Field::MacTeam
        | Field::MacSysext
        | Field::MacBundle
        | Field::WinProductCode
        | Field::WinUpgradeCode
        | Field::SnmpPen
        | Field::SnmpSubtree
        | Field::SnmpSysobjid
        | Field::ExtensionId
        | Field::MobilePackage => EvidenceClass::Identity,
        Field::WinPublisher
        | Field::PkgVendor
        | Field::HwVendor
        | Field::DeviceVendor
        | Field::SoftwareVendor
        | Field::TlsSubject
        | Field::TlsIssuer => EvidenceClass::VendorField,
        Field::WinDisplay
        | Field::SoftwareName
        | Field::DeviceModel
        | Field::HwModel
        | Field::SnmpSysdescr
        | Field::NetProduct
        | Field::HttpTitle
        | Field::HttpServer
        | Field::HttpRealm
        | Field::HttpHeader
        | Field::SshBanner
        | Field::TelnetBanner
        | Field::Banner => EvidenceClass::ProductName,
        Field::Text
        | Field::MacOui
        | Field::NetTcp
        | Field::NetUdp
        | Field::NetService
        | Field::Other => EvidenceClass::Hint,
        _ => EvidenceClass::Coordinates,
    }
}

/// How sure the identification is, and the code of the reason. A recalled fact never confirms alone; two facts are independent
/// when they come from different witnesses.
pub fn confidence(evidence: &[(Match, Sighting)]) -> (Confidence, &'static str) {
    let unique = |known: bool| {
        evidence.iter().any(|(m, _)| m.strength == Strength::Unique && m.known == known)
    };
    let strong_fields = |known: bool| {
        let mut fields: Vec<Field> = evidence
            .iter()
            .filter(|(m, _)| m.strength != Strength::Weak && (m.known || !known))
            .map(|(m, _)| witness(m.fact.field))
            .collect();
        fields.sort_unstable();
        fields.dedup();
        fields.len()
    };
    if unique(true) {
        (Confidence::Confirmed, "confidence/unique-known")
    } else if strong_fields(true) >= 1 && strong_fields(false) >= 2 {
        (Confidence::Confirmed, "confidence/two-strong")
    } else if unique(false) {
        (Confidence::Probable, "confidence/unique-recalled")
    } else if strong_fields(true) == 1 {
        (Confidence::Probable, "confidence/one-strong")
    } else if strong_fields(false) >= 1 {
        (Confidence::Probable, "confidence/strong-recalled")
    } else {
        (Confidence::Possible, "confidence/hints-only")
    }
}

/// Fields that one hand writes in one go are one witness: a vendor and a name in the same list do not confirm each other.
fn witness(field: Field) -> Field {
    match field {
        Field::SoftwareVendor | Field::DeviceVendor | Field::DeviceModel => Field::SoftwareName,
        other => other,
    }
}

/// The form that marks open source in `vocabulary.toml`.
const OPEN_SOURCE_FORM: &str = "open-source";
