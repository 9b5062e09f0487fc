//! Hosts that talk to an endpoint and that the inventory lacks.
//!
//! In go the pairs of a run of egress with what the inventory knows about each; out come findings. What a flow shows is that one of the
//! vendor's products talks, never which: the confidence is that of the best evidence, and that of the weaker of two things, how well
//! the endpoint is known and what shows that the flow went there.

use std::collections::{BTreeMap, BTreeSet};

use catalog::directive::{Answer, Directive};
use catalog::facts::Catalog;
use catalog::shape::Keyword;
use jiff::civil::Date;
use model::finding::{Confidence, Relation, State};
use model::record::tied::{Shown, Tie, Unlisted};
use model::record::traffic::Pair;
use model::record::{Assessment, Named};

use super::Options;
use super::assess::{product_named, short_id, vendor_named};
use super::scope::{Case, Ruling, rule};

/// Finds them, under the directives, day and decisions of the assessment that made the inventory: one finding for each host, vendor and
/// directive that says something about the vendor's products; one without a directive where none does.
pub fn strangers(
    pairs: &[Pair],
    ties: &[Tie],
    inventory: &Assessment,
    catalog: &Catalog,
) -> Vec<Unlisted> {
    let (directives, options) = asked(inventory, catalog);
    let mut groups: BTreeMap<(&str, &str), Vec<&Pair>> = BTreeMap::new();
    for (pair, tie) in pairs.iter().zip(ties) {
        if tie.matched == "none" {
            groups.entry((&pair.asset, &pair.vendor)).or_default().push(pair);
        }
    }
    let mut found = Vec::new();
    for ((asset, vendor), pairs) in groups {
        let products: BTreeSet<&str> =
            pairs.iter().flat_map(|pair| pair.products.iter().map(String::as_str)).collect();
        let one = stranger(asset, vendor, &products, &pairs, catalog);
        let before = found.len();
        for directive in &directives {
            let ruling = leading(vendor, &products, directive, catalog, &options);
            found.extend(ruling.map(|ruling| under(one.clone(), directive, ruling)));
        }
        if found.len() == before {
            found.push(Unlisted { id: id(&one), ..one });
        }
    }
    found.sort_by(|a, b| order(a).cmp(&order(b)));
    found
}

/// What an assessment was asked. A directive that the catalog does not know says nothing here.
fn asked<'c>(inventory: &Assessment, catalog: &'c Catalog) -> (Vec<&'c Directive>, Options) {
    let Ok(day) = inventory.date.parse() else {
        return (Vec::new(), Options::at(Date::default()));
    };
    let mut options = Options::at(day);
    let mut directives = Vec::new();
    for asked in &inventory.directives {
        directives.extend(catalog.directive(&asked.id));
        for decision in asked.decisions.iter().filter(|decision| decision.by_user) {
            let answer = Answer::WORDS.iter().find(|(word, _)| *word == decision.answer);
            if let Some((_, answer)) = answer {
                options.decisions.insert(format!("{}:{}", asked.id, decision.id), *answer);
            }
        }
    }
    (directives, options)
}

/// Most pressing first; hosts about which no directive says anything last.
fn order(one: &Unlisted) -> (bool, Option<State>, Confidence, &str, &str, &str) {
    (one.state.is_none(), one.state, one.confidence, &one.vendor.id, &one.asset, &one.id)
}

/// The finding without a directive.
fn stranger(
    asset: &str,
    vendor: &str,
    products: &BTreeSet<&str>,
    pairs: &[&Pair],
    catalog: &Catalog,
) -> Unlisted {
    let mut evidence: Vec<(Confidence, &'static str, Shown)> =
        pairs.iter().map(|pair| shown(pair)).collect();
    evidence.sort_by(|a, b| (a.0, &a.2.endpoint).cmp(&(b.0, &b.2.endpoint)));
    let (confidence, reason) = evidence
        .first()
        .map_or((Confidence::Possible, ENDPOINT_ASKED), |(confidence, reason, _)| {
            (*confidence, *reason)
        });
    let named = |id: &&str| match catalog.product(id) {
        Some(product) => product_named(product),
        None => Named { id: (*id).to_owned(), name: BTreeMap::new() },
    };
    let mut sum = pairs.first().map(|pair| pair.sum.clone()).unwrap_or_default();
    pairs.iter().skip(1).for_each(|pair| sum.add(&pair.sum));
    Unlisted {
        id: String::new(),
        asset: asset.to_owned(),
        vendor: vendor_named(catalog, vendor),
        products: products.iter().map(named).collect(),
        confidence,
        confidence_reason: reason.to_owned(),
        state: None,
        state_reason: String::new(),
        directive: String::new(),
        clause: String::new(),
        sum,
        evidence: evidence.into_iter().map(|(.., shown)| shown).collect(),
    }
}

/// The finding under a directive.
fn under(one: Unlisted, directive: &Directive, ruling: Ruling) -> Unlisted {
    let pressing = matches!(ruling.state, State::Prohibited | State::Undecided);
    let (state, reason) = match pressing && one.confidence == Confidence::Possible {
        true => (State::Watch, "state/hints-only"),
        false => (ruling.state, ruling.reason),
    };
    let one = Unlisted {
        state: Some(state),
        state_reason: reason.to_owned(),
        directive: directive.id.clone(),
        clause: ruling.clause,
        ..one
    };
    Unlisted { id: id(&one), ..one }
}

fn id(one: &Unlisted) -> String {
    short_id(
        "U",
        &[&one.directive, &one.clause, &one.asset, &one.vendor.id].map(String::as_str).join("\n"),
    )
}

/// What a directive says about the products that may be meant; where the endpoint is of no product, what it says about the vendor.
/// Nobody knows which of them talks: where it does not treat them alike, none is called prohibited.
fn leading(
    vendor: &str,
    products: &BTreeSet<&str>,
    directive: &Directive,
    catalog: &Catalog,
    options: &Options,
) -> Option<Ruling> {
    let ruled = |product: Option<&str>| {
        let product = product.and_then(|id| catalog.product(id));
        let case = Case { product, vendor, relation: Relation::Is };
        rule(&case, directive, catalog, options)
    };
    if products.is_empty() {
        catalog.vendor(vendor)?;
        return ruled(None);
    }
    let rulings: Vec<Option<Ruling>> = products.iter().map(|id| ruled(Some(id))).collect();
    let state = |ruling: &Option<Ruling>| ruling.as_ref().map(|ruling| ruling.state);
    let alike = rulings.windows(2).all(|two| two.first().map(state) == two.last().map(state));
    let most = rulings.into_iter().flatten().min_by_key(|ruling| ruling.state)?;
    Some(match (alike, most.state) {
        (false, State::Prohibited) => {
            Ruling { state: State::Undecided, reason: "state/which-product", ..most }
        }
        _ => most,
    })
}

/// The best that shows a pair, and how sure that makes it that the vendor's product talks.
fn shown(pair: &Pair) -> (Confidence, &'static str, Shown) {
    let best = GRADES.iter().find(|grade| pair.grades.get(grade).is_some()).copied();
    let grade = match best {
        Some(grade) => grade,
        None if pair.named > 0 => "named",
        None if !pair.programs.is_empty() => "program",
        None => "asked",
    };
    let recalled = !matches!(&*pair.confidence, "documented" | "observed" | "reported" | "stated");
    let (confidence, reason) = match (grade, recalled) {
        // Whom the vendor calls need not have anything of it.
        _ if pair.only_inward() => (Confidence::Possible, ENDPOINT_INWARD),
        ("asked" | "program", _) => (Confidence::Possible, ENDPOINT_ASKED),
        ("network", _) => (Confidence::Possible, ENDPOINT_NETWORK),
        ("prefix", true) => (Confidence::Possible, ENDPOINT_RECALLED),
        (_, true) => (Confidence::Probable, ENDPOINT_RECALLED),
        ("prefix", false) => (Confidence::Probable, ENDPOINT_ADDRESS),
        ("log" | "answer" | "named", false) => (Confidence::Probable, ENDPOINT_RESOLVED),
        _ => (Confidence::Confirmed, ENDPOINT_NAMED),
    };
    let shown = Shown {
        endpoint: pair.endpoint.to_string(),
        grade: grade.to_owned(),
        fact_confidence: pair.confidence.to_string(),
        purpose: pair.purpose.to_string(),
        flows: pair.sum.flows,
    };
    (confidence, reason, shown)
}

/// The host and the endpoint are certain.
const ENDPOINT_NAMED: &str = "confidence/endpoint-named";
/// The name was resolved by the log, told by a DNS answer, or seen without the flow.
const ENDPOINT_RESOLVED: &str = "confidence/endpoint-resolved";
/// The address alone shows the endpoint.
const ENDPOINT_ADDRESS: &str = "confidence/endpoint-address";
/// The vendor's network announces the address, and others may be served from it.
const ENDPOINT_NETWORK: &str = "confidence/endpoint-network";
/// The endpoint began every flow.
const ENDPOINT_INWARD: &str = "confidence/endpoint-inward";
/// Nobody has looked the endpoint up.
const ENDPOINT_RECALLED: &str = "confidence/endpoint-recalled";
/// The name was only asked for, or a program only seen.
const ENDPOINT_ASKED: &str = "confidence/endpoint-asked";

/// What shows a flow's endpoint, strongest first.
const GRADES: [&str; 6] = ["sni", "host", "log", "answer", "prefix", "network"];

#[cfg(test)]
mod tests;
