//! Scope: whether a product in a relation falls under a directive, by which clause, and why.

use std::collections::BTreeSet;

use catalog::directive::{
    Answer, Clause, ClauseKind, DecisionSlot, Directive, Effect, Embedded, OwnershipMode,
};
use catalog::facts::{Catalog, Target};
use catalog::ownership::{Path, Reach};
use catalog::product::Product;
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
    /// The state, before waivers and staleness.
    pub state: State,
    /// The code of the reason.
    pub reason: &'static str,
    /// How the vendor reaches the named one; `None` under watch and origin clauses.
    pub reach: Option<Reach>,
    /// The slots that it depends on, with the answers used.
    pub decisions: Vec<(String, Answer)>,
}

/// What the directive says; `None` when it says nothing. Of several clauses, the one that binds hardest.
pub fn rule(
    case: &Case<'_>,
    directive: &Directive,
    catalog: &Catalog,
    options: &Options,
) -> Option<Ruling> {
    let mut best: Option<(State, Effect, Ruling)> = None;
    for clause in &directive.clauses {
        let Some(ruling) = rule_clause(case, clause, directive, catalog, options) else { continue };
        let key = (ruling.state, clause.effect);
        if best.as_ref().is_none_or(|(state, effect, _)| key < (*state, *effect)) {
            best = Some((ruling.state, clause.effect, ruling));
        }
    }
    best.map(|(_, _, ruling)| ruling).or_else(|| watch(case, directive, catalog))
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
    for slot in directive.decisions.iter().filter(|slot| applies(slot, case, clause, path)) {
        view.decide(slot, options.answer(directive, &slot.id).unwrap_or(slot.default));
    }
    view.ruling(case)
}

/// The state of a clause's judgement while it is being made.
struct View<'a> {
    clause: &'a Clause,
    reach: Option<Reach>,
    /// Reasons to doubt, first one wins; answered slots can clear the first.
    open: Option<&'static str>,
    elsewhere: bool,
    decisions: Vec<(String, Answer)>,
    reason: &'static str,
}

impl<'a> View<'a> {
    fn new(clause: &'a Clause) -> Self {
        Self {
            clause,
            reach: None,
            open: None,
            elsewhere: false,
            decisions: Vec::new(),
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
        if limits.is_empty() || !catalog.in_categories(&product.category, limits) {
            return None;
        }
        if clause.allowed.iter().any(|id| *id == product.id || *id == product.vendor) {
            return None;
        }
        self.reason = "state/not-listed";
        if clause.allowed.is_empty() {
            self.open = Some("state/allow-list-unknown");
        }
        Some(())
    }

    /// By the vendor's country, and where the clause says supplier, by its owners' too.
    fn origin(
        &mut self,
        case: &Case<'_>,
        clause: &Clause,
        catalog: &Catalog,
        options: &Options,
    ) -> Option<()> {
        let country = |id: &str| catalog.vendor(id).map(|vendor| vendor.origin.clone());
        let listed = |id: &str| country(id).is_some_and(|origin| clause.origins.contains(&origin));
        self.reason = "state/origin";
        if listed(case.vendor) {
            return Some(());
        }
        let owners = catalog.graph.owners(case.vendor, options.day, clause.ownership.threshold);
        let owner = owners.iter().find(|owner| listed(owner))?;
        let named = BTreeSet::from([owner.as_str()]);
        let threshold = clause.ownership.threshold;
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

    /// Takes the answer to a slot that applies. An answer settles the doubt that the slot is about.
    fn decide(&mut self, slot: &DecisionSlot, answer: Answer) {
        self.decisions.push((slot.id.clone(), answer));
        let about_path = !slot.paths.is_empty();
        let settles = match self.open {
            Some(NOT_CARRIED) => about_path,
            Some("state/open-source" | "state/embedded") => !slot.relations.is_empty(),
            Some("state/purpose-limited") => slot.matter == PURPOSE_MATTER,
            _ => false,
        };
        if settles && answer == Answer::In {
            self.open = None;
        }
    }

    fn doubt(&mut self, reason: &'static str) {
        self.open.get_or_insert(reason);
    }

    fn ruling(self, case: &Case<'_>) -> Option<Ruling> {
        let answered = |answer| self.decisions.iter().any(|(_, given)| *given == answer);
        let slot_on_path = self.path().is_some_and(|path| path != Path::Named)
            && self.open == Some(NOT_CARRIED)
            && self.decisions.is_empty();
        // A path that the mode does not carry and that no slot asks about: the named-only rule says no, an unknown rule asks.
        if slot_on_path
            && (self.clause.ownership.mode != OwnershipMode::Unknown || !is_ownership(self.path()))
        {
            return None;
        }
        let (state, reason) = if answered(Answer::Out) {
            (State::OutOfScope, "state/decision-out")
        } else if self.elsewhere {
            (State::Watch, "state/elsewhere")
        } else if self.clause.effect > Effect::Report {
            (State::Watch, "state/not-about-use")
        } else if answered(Answer::Undecided) {
            (State::Undecided, "state/decision-open")
        } else if let Some(open) = self.open {
            (State::Undecided, open)
        } else if case.relation == Relation::ResidueOf {
            (State::Residue, "state/residue-only")
        } else {
            (State::Prohibited, self.reason)
        };
        Some(Ruling {
            clause: self.clause.id.clone(),
            state,
            reason,
            reach: self.reach,
            decisions: self.decisions,
        })
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

/// Whether a slot is about this case: by form, by relation, by path, or by the purpose that the clause is limited to.
fn applies(slot: &DecisionSlot, case: &Case<'_>, clause: &Clause, path: Option<Path>) -> bool {
    let by_form = case
        .product
        .is_some_and(|product| product.forms.iter().any(|form| slot.forms.contains(form)));
    let by_relation = slot.relations.iter().any(|relation| relation == case.relation.as_str());
    let by_path = path.is_some_and(|path| slot.paths.contains(&path));
    let by_purpose = clause.kind == ClauseKind::PurposeLimited && slot.matter == PURPOSE_MATTER;
    by_form || by_relation || by_path || by_purpose
}

/// Not named, but of the same origin and category.
fn watch(case: &Case<'_>, directive: &Directive, catalog: &Catalog) -> Option<Ruling> {
    if case.relation != Relation::Is {
        return None;
    }
    let vendor = catalog.vendor(case.vendor)?;
    let product = case.product?;
    let watched = directive.watch.iter().any(|watch| {
        watch.origins.contains(&vendor.origin)
            && catalog.in_categories(&product.category, &watch.categories)
    });
    watched.then(|| Ruling {
        clause: String::new(),
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

/// The matter of a slot that settles purpose-limited clauses.
const PURPOSE_MATTER: &str = "asset-purpose";
