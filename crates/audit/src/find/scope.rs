//! Scope: whether a product in a relation falls under a directive, by which clause, and why.

use std::collections::BTreeSet;

use catalog::directive::{
    Answer, Clause, ClauseKind, DecisionSlot, Directive, Due, Effect, Embedded, OwnershipMode,
};
use catalog::facts::{Catalog, Target};
use catalog::ownership::{Path, Reach};
use catalog::product::Product;
use jiff::civil::Date;
use model::finding::{Relation, State};

use super::Options;

/// What is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The product, unless only the vendor is known.
    pub product: Option<&'a Product>,
    /// The vendor's id.
    pub vendor: &'a str,
    /// How the asset relates to it.
    pub relation: Relation,
}

impl<'a> Case<'a> {
    /// The case of a target.
    pub fn of(target: Target, relation: Relation, catalog: &'a Catalog) -> Option<Self> {
        match target {
            Target::Product(index) => {
                let product = catalog.products.get(index)?;
                Some(Self { product: Some(product), vendor: &product.vendor, relation })
            }
            Target::Vendor(index) => {
                Some(Self { product: None, vendor: &catalog.vendors.get(index)?.id, relation })
            }
        }
    }
}

/// What a directive says about a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// The clause's id; empty under watch.
    pub clause: String,
    /// Other clauses of the directive that apply too.
    pub also_clauses: Vec<String>,
    /// The state, before waivers and staleness.
    pub state: State,
    /// The code of the reason.
    pub reason: &'static str,
    /// How the vendor reaches the named one; `None` under watch and origin clauses.
    pub reach: Option<Reach>,
    /// The slots that it depends on, with the answers used.
    pub decisions: Vec<(String, Answer)>,
}

/// What the directive says; `None` when it says nothing. Of several clauses, the one that binds hardest, and of those the one that is
/// due first; the others that apply are named.
pub fn rule(
    case: &Case<'_>,
    directive: &Directive,
    catalog: &Catalog,
    options: &Options,
) -> Option<Ruling> {
    let due = |clause: &Clause| {
        let days = clause.deadlines.iter().filter_map(|deadline| match deadline.due {
            Due::On(date) => Some(date.last_day()),
            _ => None,
        });
        days.min().unwrap_or(Date::MAX)
    };
    let mut applying: Vec<(State, Effect, Date, Ruling)> = directive
        .clauses
        .iter()
        .filter_map(|clause| {
            let ruling = rule_clause(case, clause, directive, catalog, options)?;
            Some((ruling.state, clause.effect, due(clause), ruling))
        })
        .collect();
    applying.sort_by_key(|(state, effect, due, _)| (*state, *effect, *due));
    let mut applying = applying.into_iter().map(|(.., ruling)| ruling);
    let Some(mut leading) = applying.next() else { return watch(case, directive, catalog) };
    leading.also_clauses = applying.map(|ruling| ruling.clause).collect();
    Some(leading)
}

fn rule_clause(
    case: &Case<'_>,
    clause: &Clause,
    directive: &Directive,
    catalog: &Catalog,
    options: &Options,
) -> Option<Ruling> {
    let mut view = View::new(clause);
    view.matches(case, clause, catalog, options)?;
    if !within_limits(case, clause, catalog, &mut view) {
        return None;
    }
    view.relation(case, clause);
    view.kind(clause);
    let path = view.path();
    let about_paths = directive.decisions.iter().filter(|slot| !slot.paths.is_empty());
    view.path_slots = about_paths.map(|slot| slot.id.clone()).collect();
    let applying = |slot: &&DecisionSlot| applies(slot, case, clause, directive, path);
    for slot in directive.decisions.iter().filter(applying) {
        view.decide(slot, options.answer(directive, &slot.id).unwrap_or(slot.default));
    }
    view.ruling(case)
}

/// The state of a clause's judgement while it is being made.
struct View<'a> {
    clause: &'a Clause,
    reach: Option<Reach>,
    /// Reasons to doubt; an answered slot settles its own and no other.
    open: Vec<&'static str>,
    elsewhere: bool,
    decisions: Vec<(String, Answer)>,
    /// The slots of the directive that ask about paths.
    path_slots: Vec<String>,
    reason: &'static str,
}

impl<'a> View<'a> {
    fn new(clause: &'a Clause) -> Self {
        Self {
            clause,
            reach: None,
            open: Vec::new(),
            elsewhere: false,
            decisions: Vec::new(),
            path_slots: Vec::new(),
            reason: "state/named",
        }
    }

    fn path(&self) -> Option<Path> {
        self.reach.as_ref().map(|reach| reach.path)
    }

    /// Whether the clause is about this vendor or product at all.
    fn matches(
        &mut self,
        case: &Case<'_>,
        clause: &Clause,
        catalog: &Catalog,
        options: &Options,
    ) -> Option<()> {
        match clause.kind {
            ClauseKind::Duty => None,
            ClauseKind::AllowList => self.allow_list(case, clause, catalog),
            ClauseKind::CategoryByOrigin => self.origin(case, clause, catalog, options),
            ClauseKind::DenyList | ClauseKind::Quota | ClauseKind::PurposeLimited => {
                let product =
                    case.product.is_some_and(|product| clause.products.contains(&product.id));
                if product {
                    return Some(());
                }
                if clause.vendors.is_empty() && !clause.origins.is_empty() {
                    return self.origin(case, clause, catalog, options);
                }
                let named: BTreeSet<&str> = clause.vendors.iter().map(String::as_str).collect();
                let threshold = clause.ownership.threshold;
                let reach = catalog.graph.reach(case.vendor, &named, options.day, threshold)?;
                self.reason = path_reason(reach.path);
                self.reach = Some(reach);
                Some(())
            }
        }
    }

    /// What is not on the list is prohibited, once the list is there; before that, nobody can tell.
    fn allow_list(&mut self, case: &Case<'_>, clause: &Clause, catalog: &Catalog) -> Option<()> {
        let product = case.product?;
        let limits = &clause.categories;
        if !limits.is_empty() && !catalog.in_categories(&product.category, limits) {
            return None;
        }
        if clause.allowed.iter().any(|id| *id == product.id || *id == product.vendor) {
            return None;
        }
        self.reason = "state/not-listed";
        if clause.allowed.is_empty() {
            self.doubt("state/allow-list-unknown");
        }
        Some(())
    }

    /// By the vendor's country, and where the clause speaks of suppliers, by their owners' too. An unknown country is open.
    fn origin(
        &mut self,
        case: &Case<'_>,
        clause: &Clause,
        catalog: &Catalog,
        options: &Options,
    ) -> Option<()> {
        let country = |id: &str| catalog.vendor(id).map_or("", |vendor| vendor.origin.as_str());
        let listed = |id: &str| clause.origins.iter().any(|origin| origin == country(id));
        self.reason = "state/origin";
        if listed(case.vendor) {
            return Some(());
        }
        if country(case.vendor).is_empty() {
            self.doubt("state/origin-unknown");
            return Some(());
        }
        if clause.ownership.mode != OwnershipMode::SupplierCountry {
            return None;
        }
        let threshold = clause.ownership.threshold;
        let owners = catalog.graph.owners(case.vendor, options.day, threshold);
        let owner = owners.iter().find(|owner| listed(owner))?;
        let named = BTreeSet::from([owner.as_str()]);
        self.reach = catalog.graph.reach(case.vendor, &named, options.day, threshold);
        Some(())
    }

    /// What the relation alone says.
    fn relation(&mut self, case: &Case<'_>, clause: &Clause) {
        match case.relation {
            Relation::Is | Relation::ResidueOf => {}
            Relation::OpenSourceOf => self.doubt("state/open-source"),
            Relation::Embeds => match clause.embedded {
                Embedded::In => {}
                Embedded::Out => self.decisions.push(("embedded".to_owned(), Answer::Out)),
                Embedded::Unknown => self.doubt("state/embedded"),
            },
            Relation::ClientOf | Relation::RunsOn | Relation::NeighbourOf => self.elsewhere = true,
        }
        self.path_mode(clause);
    }

    /// What the ownership mode says about the path; a path that the mode does not carry is open, never silently in.
    fn path_mode(&mut self, clause: &Clause) {
        let carried = match (clause.ownership.mode, self.path()) {
            (_, None | Some(Path::Named)) => true,
            (OwnershipMode::SubsidiariesAffiliates, Some(path)) => {
                matches!(path, Path::Subsidiary | Path::Affiliate)
            }
            (OwnershipMode::Wide, Some(path)) => path != Path::JointVenture,
            (OwnershipMode::CommonControl, Some(path)) => {
                matches!(path, Path::Subsidiary | Path::Affiliate | Path::Parent)
            }
            (OwnershipMode::SupplierCountry | OwnershipMode::CategoryByOrigin, Some(_)) => true,
            (OwnershipMode::NamedOnly | OwnershipMode::Unknown, Some(_)) => false,
        };
        if !carried {
            self.doubt(NOT_CARRIED);
        }
    }

    /// What the kind of clause says.
    fn kind(&mut self, clause: &Clause) {
        match clause.kind {
            ClauseKind::Quota => self.doubt("state/quota"),
            ClauseKind::PurposeLimited => self.doubt("state/purpose-limited"),
            _ if !clause.functions.is_empty() => self.doubt("state/function-limited"),
            _ => {}
        }
    }

    /// Takes the answer to a slot that applies. An answer settles the doubts that the slot is about, and only those.
    fn decide(&mut self, slot: &DecisionSlot, answer: Answer) {
        self.decisions.push((slot.id.clone(), answer));
        if answer == Answer::In {
            self.open.retain(|doubt| !settles(slot, doubt));
        }
    }

    fn doubt(&mut self, reason: &'static str) {
        self.open.push(reason);
    }

    /// A path that the mode does not carry and that no slot asks about: a rule for the named says no, an unknown rule asks.
    fn is_beyond(&self) -> bool {
        let uncarried = self.open.contains(&NOT_CARRIED);
        let asked = self.decisions.iter().any(|(slot, _)| self.path_slots.contains(slot));
        let unknown_rule = self.clause.ownership.mode == OwnershipMode::Unknown;
        uncarried && !asked && !(unknown_rule && is_ownership(self.path()))
    }

    fn ruling(self, case: &Case<'_>) -> Option<Ruling> {
        if self.is_beyond() {
            return None;
        }
        let answered = |answer| self.decisions.iter().any(|(_, given)| *given == answer);
        let (state, reason) = if answered(Answer::Out) {
            (State::OutOfScope, "state/decision-out")
        } else if self.elsewhere {
            (State::Watch, "state/elsewhere")
        } else if self.clause.effect > Effect::Report {
            (State::Watch, "state/not-about-use")
        } else if answered(Answer::Undecided) {
            (State::Undecided, "state/decision-open")
        } else if let Some(open) = self.open.first() {
            (State::Undecided, *open)
        } else if case.relation == Relation::ResidueOf {
            (State::Residue, "state/residue-only")
        } else {
            (State::Prohibited, self.reason)
        };
        Some(Ruling {
            clause: self.clause.id.clone(),
            also_clauses: Vec::new(),
            state,
            reason,
            reach: self.reach,
            decisions: self.decisions,
        })
    }
}

/// Whether an answer to the slot settles this doubt.
fn settles(slot: &DecisionSlot, doubt: &str) -> bool {
    match doubt {
        NOT_CARRIED => !slot.paths.is_empty(),
        "state/open-source" => slot.relations.iter().any(|r| r == Relation::OpenSourceOf.as_str()),
        "state/embedded" => slot.relations.iter().any(|r| r == Relation::Embeds.as_str()),
        "state/purpose-limited" => slot.matter == PURPOSE_MATTER,
        "state/function-limited" => FUNCTION_MATTERS.contains(&slot.matter.as_str()),
        _ => false,
    }
}

/// Category and capability limits of a clause. A product of which only the vendor is known may or may not be within: that is open.
fn within_limits(case: &Case<'_>, clause: &Clause, catalog: &Catalog, view: &mut View<'_>) -> bool {
    if clause.kind == ClauseKind::AllowList {
        return true;
    }
    let Some(product) = case.product else {
        if !clause.categories.is_empty() || !clause.capabilities.is_empty() {
            view.doubt("state/category-unknown");
        }
        return true;
    };
    let in_category = clause.categories.is_empty()
        || catalog.in_categories(&product.category, &clause.categories);
    let has_capability = clause.capabilities.is_empty()
        || product.capabilities.iter().any(|capability| clause.capabilities.contains(capability));
    in_category && has_capability
}

/// Whether a slot is about this case: by form, by relation, by path, or by what the clause is limited to.
///
/// By form only if the slots of the directive speak of every form of the product: an antivirus that also brings a browser extension is
/// no browser extension.
fn applies(
    slot: &DecisionSlot,
    case: &Case<'_>,
    clause: &Clause,
    directive: &Directive,
    path: Option<Path>,
) -> bool {
    let asked = |form: &String| directive.decisions.iter().any(|slot| slot.forms.contains(form));
    let by_form = case.product.is_some_and(|product| {
        product.forms.iter().all(asked)
            && product.forms.iter().any(|form| slot.forms.contains(form))
    });
    let by_relation = slot.relations.iter().any(|relation| relation == case.relation.as_str());
    let by_path = path.is_some_and(|path| slot.paths.contains(&path));
    let by_purpose = clause.kind == ClauseKind::PurposeLimited && slot.matter == PURPOSE_MATTER;
    let by_function =
        !clause.functions.is_empty() && FUNCTION_MATTERS.contains(&slot.matter.as_str());
    by_form || by_relation || by_path || by_purpose || by_function
}

/// Not named, but of the same origin and category. Where only the vendor is known, by what the catalog knows it to make.
fn watch(case: &Case<'_>, directive: &Directive, catalog: &Catalog) -> Option<Ruling> {
    if case.relation != Relation::Is {
        return None;
    }
    let vendor = catalog.vendor(case.vendor)?;
    let within = |categories: &[String]| match case.product {
        Some(product) => catalog.in_categories(&product.category, categories),
        None => catalog
            .products
            .iter()
            .filter(|product| product.vendor == vendor.id)
            .any(|product| catalog.in_categories(&product.category, categories)),
    };
    let watched = directive
        .watch
        .iter()
        .any(|watch| watch.origins.contains(&vendor.origin) && within(&watch.categories));
    watched.then(|| Ruling {
        clause: String::new(),
        also_clauses: Vec::new(),
        state: State::Watch,
        reason: "state/same-origin",
        reach: None,
        decisions: Vec::new(),
    })
}

fn path_reason(path: Path) -> &'static str {
    match path {
        Path::Named => "state/named",
        Path::Subsidiary => "state/owned",
        Path::Parent => "state/parent",
        Path::Affiliate => "state/affiliate",
        Path::Lineage => "state/lineage",
        Path::JointVenture => "state/joint-venture",
    }
}

fn is_ownership(path: Option<Path>) -> bool {
    matches!(path, Some(Path::Subsidiary | Path::Parent | Path::Affiliate))
}

const NOT_CARRIED: &str = "state/ownership-open";

/// The matters of slots that settle clauses limited to functions or sites.
const FUNCTION_MATTERS: &[&str] = &["network-function", "sensitive-sites", "critical-components"];

/// The matter of a slot that settles purpose-limited clauses.
const PURPOSE_MATTER: &str = "asset-purpose";
