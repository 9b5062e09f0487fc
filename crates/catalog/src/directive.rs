//! Directives: what an authority says must stop being used, by whom, by when, and what its text leaves open.

mod read;

use model::date::PartialDate;
use toml_span::Span;

use crate::ownership::Path;
use crate::shape::{FactConfidence, Keyword, Provenance, Words};

/// A rule of an authority. Field by field as `docs/data.md` describes it.
#[derive(Clone, Debug)]
pub struct Directive {
    /// Id, also the file's name.
    pub id: String,
    /// Title; English and Chinese, and the original language.
    pub title: Words,
    /// Who issued it.
    pub issuer: Vec<String>,
    /// Whose law.
    pub jurisdiction: String,
    /// How binding.
    pub force: Force,
    /// Whether it is in force.
    pub status: Status,
    /// Issue date.
    pub issued: Option<PartialDate>,
    /// Date of effect.
    pub effective: Option<PartialDate>,
    /// When it became known.
    pub published: Option<PartialDate>,
    /// Who must obey.
    pub binds: Words,
    /// Roles of those bound: user, buyer, seller, …
    pub roles: Vec<String>,
    /// What it says.
    pub summary: Words,
    /// The stated reason.
    pub reason: Words,
    /// Legal basis.
    pub legal_basis: String,
    /// Directives that it replaces.
    pub supersedes: Vec<String>,
    /// Directives that replace it.
    pub superseded_by: Vec<String>,
    /// The weakest link of what decides findings.
    pub confidence: FactConfidence,
    /// When this description was made.
    pub as_of: Option<PartialDate>,
    /// Its clauses.
    pub clauses: Vec<Clause>,
    /// Who is watched without being named.
    pub watch: Vec<Watch>,
    /// What the text leaves open.
    pub decisions: Vec<DecisionSlot>,
    /// Exemptions.
    pub exemptions: Vec<Exemption>,
    /// What must be done.
    pub actions: Vec<Action>,
    /// What must be reported.
    pub reports: Vec<Duty>,
    /// Its history.
    pub events: Vec<Event>,
    /// What nobody outside knows.
    pub unknowns: Vec<Words>,
    /// Where this is from.
    pub sources: Vec<Citation>,
    /// Where its id stands in its file.
    pub span: Span,
}

impl Directive {
    /// Whether no official text is public.
    pub fn is_press_only(&self) -> bool {
        self.force == Force::ReportedUnpublished
    }
}

/// The smallest part of a directive that can be satisfied or violated.
#[derive(Clone, Debug)]
pub struct Clause {
    /// Id within the directive.
    pub id: String,
    /// Title.
    pub title: Words,
    /// How it says what is meant.
    pub kind: ClauseKind,
    /// What it demands.
    pub effect: Effect,
    /// Named vendors.
    pub vendors: Vec<String>,
    /// Named products.
    pub products: Vec<String>,
    /// A class left to later designation; matches nothing by itself.
    pub open_ended: Words,
    /// Limits to these categories; `security` is every category marked so.
    pub categories: Vec<String>,
    /// Limits to these capabilities.
    pub capabilities: Vec<String>,
    /// Countries of origin.
    pub origins: Vec<String>,
    /// Vendors or products known to be on the allow list.
    pub allowed: Vec<String>,
    /// How ownership counts.
    pub ownership: Ownership,
    /// Whether embedded components count.
    pub embedded: Embedded,
    /// The cap, for quotas.
    pub quota: Option<Quota>,
    /// Network functions or sites that it is limited to.
    pub functions: Vec<String>,
    /// Purposes that it is limited to.
    pub purpose: Words,
    /// Its deadlines.
    pub deadlines: Vec<Deadline>,
    /// Where that is from.
    pub provenance: Provenance,
    /// Where it stands in its file.
    pub span: Span,
}

/// How ownership counts in a clause.
#[derive(Clone, Debug)]
pub struct Ownership {
    /// The mode.
    pub mode: OwnershipMode,
    /// Percentage above which ownership is control.
    pub threshold: f64,
    /// Remark.
    pub note: String,
}

/// A cap instead of a ban.
#[derive(Clone, Debug)]
pub struct Quota {
    /// Percent.
    pub percent: f64,
    /// Of what.
    pub of: Words,
}

/// A deadline.
#[derive(Clone, Debug)]
pub struct Deadline {
    /// What must be done by then.
    pub action: Words,
    /// When.
    pub due: Due,
    /// In the source's words; may be empty.
    pub as_stated: String,
    /// Where that is from.
    pub provenance: Provenance,
}

/// When something is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// On a date.
    On(PartialDate),
    /// Some time after something.
    After(Offset),
    /// Again and again, every so many months.
    EveryMonths(i64),
}

/// A span of time after an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offset {
    /// How many.
    pub count: i64,
    /// Of what.
    pub unit: OffsetUnit,
    /// `issued`, `effective`, `discovery` or `event:<name>`.
    pub from: String,
}

/// Units of an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OffsetUnit {
    /// Calendar days.
    Days,
    /// Business days.
    BusinessDays,
    /// Months.
    Months,
}

/// Vendors of the same origin and category as the named ones.
#[derive(Clone, Debug)]
pub struct Watch {
    /// Countries of origin.
    pub origins: Vec<String>,
    /// Categories.
    pub categories: Vec<String>,
}

/// A question that the text leaves open and the user decides.
#[derive(Clone, Debug)]
pub struct DecisionSlot {
    /// Id within the directive.
    pub id: String,
    /// The question.
    pub question: Words,
    /// The answer unless the user gives another.
    pub default: Answer,
    /// Why.
    pub why: Words,
    /// Applies to products of these forms.
    pub forms: Vec<String>,
    /// Applies to these relations.
    pub relations: Vec<String>,
    /// Applies to vendors that reach the named one by such a path.
    pub paths: Vec<Path>,
    /// What it is about when no finding can depend on it directly; `asset-purpose` decides purpose-limited clauses.
    pub matter: String,
}

/// An answer to an open question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// In scope.
    In,
    /// Not decided.
    Undecided,
    /// Out of scope.
    Out,
}

/// An exemption that the directive grants.
#[derive(Clone, Debug)]
pub struct Exemption {
    /// What.
    pub text: Words,
    /// Who approves.
    pub approver: String,
    /// When it ends.
    pub expires: Option<PartialDate>,
    /// Where that is from.
    pub provenance: Provenance,
}

/// Something that the bound party must do.
#[derive(Clone, Debug)]
pub struct Action {
    /// What.
    pub step: Words,
    /// Where that is from.
    pub provenance: Provenance,
}

/// A duty to report.
#[derive(Clone, Debug)]
pub struct Duty {
    /// What.
    pub what: Words,
    /// To whom.
    pub to: String,
    /// By when.
    pub due: Option<Offset>,
    /// Which fields.
    pub fields: Vec<String>,
    /// Where that is from.
    pub provenance: Provenance,
}

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Event {
    /// When.
    pub date: Option<PartialDate>,
    /// What.
    pub what: Words,
    /// Where that is from.
    pub provenance: Provenance,
}

/// Where a directive's description is from.
#[derive(Clone, Debug)]
pub struct Citation {
    /// Id within the directive.
    pub id: String,
    /// Address.
    pub url: String,
    /// Remark.
    pub note: String,
    /// Official, secondary, or recall.
    pub tier: Tier,
    /// Its date.
    pub date: Option<PartialDate>,
}

macro_rules! keyword {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[$vmeta])* $variant,)+ }
        impl Keyword for $name {
            const WORDS: &'static [(&'static str, Self)] = &[$(($word, Self::$variant),)+];
            const LIST: &'static [&'static str] = &[$($word,)+];
        }
    };
}

keyword! {
    /// How binding a directive is.
    Force {
        /// Law or order.
        Binding = "binding",
        /// Advice.
        Advisory = "advisory",
        /// Known from press reports only; no text is public.
        ReportedUnpublished = "reported-unpublished",
        /// Not yet adopted.
        Proposed = "proposed",
        /// Binds inside one administration.
        InternalPolicy = "internal-policy",
    }
}

keyword! {
    /// Whether a directive is in force.
    Status {
        /// In force.
        InForce = "in-force",
        /// In force as far as the press reports.
        InForceAsReported = "in-force-as-reported",
        /// No longer in force.
        Closed = "closed",
        /// Adopted, not yet in force.
        Future = "future",
        /// Not yet adopted.
        Proposed = "proposed",
    }
}

keyword! {
    /// How a clause says what is meant.
    ClauseKind {
        /// Names vendors or products.
        DenyList = "deny-list",
        /// Everything not listed.
        AllowList = "allow-list",
        /// A category by country of origin.
        CategoryByOrigin = "category-by-origin",
        /// A share.
        Quota = "quota",
        /// Named vendors, for some purposes only.
        PurposeLimited = "purpose-limited",
        /// A duty that no product can violate.
        Duty = "duty",
    }
}

keyword! {
    /// What a clause demands, strictest first.
    Effect {
        /// Stop using and remove.
        Remove = "remove",
        /// Keep the share below a cap.
        Cap = "cap",
        /// Report its presence.
        Report = "report",
        /// Stop buying.
        StopBuying = "stop-buying",
        /// Stop selling or supporting.
        StopSupply = "stop-supply",
        /// Be careful.
        Caution = "caution",
    }
}

keyword! {
    /// How far ownership carries a listing.
    OwnershipMode {
        /// The named entity only.
        NamedOnly = "named-only",
        /// Also its subsidiaries and affiliates.
        SubsidiariesAffiliates = "subsidiaries-affiliates",
        /// Also predecessors, successors and parents.
        Wide = "predecessors-successors-parents-subsidiaries-affiliates",
        /// Everything under common control or majority ownership.
        CommonControl = "common-control-or-majority",
        /// The supplier's country, also through its owners.
        SupplierCountry = "supplier-country",
        /// The product's country of origin.
        CategoryByOrigin = "category-by-origin",
        /// The text is silent or unknown.
        Unknown = "unknown",
    }
}

keyword! {
    /// Whether embedded components count.
    Embedded {
        /// They do.
        In = "in",
        /// They do not.
        Out = "out",
        /// The text is silent or unknown.
        Unknown = "unknown",
    }
}

keyword! {
    /// How official a citation is.
    Tier {
        /// The authority's own text.
        Official = "official",
        /// Law firm, press, database.
        Secondary = "secondary",
        /// Not looked up.
        Recall = "recall",
    }
}

impl Keyword for Answer {
    const WORDS: &'static [(&'static str, Self)] =
        &[("in", Self::In), ("undecided", Self::Undecided), ("out", Self::Out)];
    const LIST: &'static [&'static str] = &["in", "undecided", "out"];
}

impl Directive {
    /// The texts that other languages than the required two add to the title.
    pub fn original_titles(&self) -> impl Iterator<Item = (&String, &String)> {
        self.title.iter().filter(|(tag, _)| !["en", "zh-CN"].contains(&tag.as_str()))
    }
}
