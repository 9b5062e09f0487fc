//! Who owned whom when, and the relations that are not ownership.

use std::collections::{BTreeSet, VecDeque};

use jiff::civil::Date;
use model::date::{PartialDate, Period};
use toml_span::de_helpers::TableHelper;
use toml_span::{DeserError, Deserialize, Span, Value};

use crate::shape::{Keyword, Number, Provenance, date, text, word};

/// An edge of ownership.
#[derive(Clone, Debug)]
pub struct Owns {
    /// The owner's vendor id.
    pub owner: String,
    /// The owned vendor's id.
    pub owned: String,
    /// When it held.
    pub period: Period,
    /// Percentage, if known.
    pub percent: Option<f64>,
    /// Whether it is control although the percentage does not say so.
    pub control: bool,
    /// Where it is from.
    pub provenance: Provenance,
    /// Remark.
    pub note: String,
    /// Where it stands in its file.
    pub span: Span,
}

impl Owns {
    /// Whether it is control above this percentage. An unknown percentage counts as control: an acquisition is one unless the
    /// source says that it was partial.
    pub fn is_control(&self, threshold: f64) -> bool {
        self.control || self.percent.is_none_or(|percent| percent > threshold)
    }
}

/// A relation that is not ownership.
#[derive(Clone, Debug)]
pub struct Related {
    /// What kind.
    pub kind: RelatedKind,
    /// The earlier or giving side.
    pub from_vendor: String,
    /// The later or receiving side.
    pub to_vendor: String,
    /// When.
    pub date: Option<PartialDate>,
    /// What it concerned.
    pub what: String,
    /// Where it is from.
    pub provenance: Provenance,
    /// Remark.
    pub note: String,
    /// Where it stands in its file.
    pub span: Span,
}

/// Kinds of relation that are not ownership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RelatedKind {
    /// The same entity under a new name.
    Renamed,
    /// Brand or code history.
    Lineage,
    /// A part of the business was sold.
    Divested,
    /// A joint venture.
    JointVenture,
    /// One ships the other's product under its own name.
    Oem,
    /// Both stand on one list of an authority.
    EntityList,
}

impl Keyword for RelatedKind {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("renamed", Self::Renamed),
        ("lineage", Self::Lineage),
        ("divested", Self::Divested),
        ("joint-venture", Self::JointVenture),
        ("oem", Self::Oem),
        ("entity-list", Self::EntityList),
    ];
    const LIST: &'static [&'static str] =
        &["renamed", "lineage", "divested", "joint-venture", "oem", "entity-list"];
}

/// How a product's maker reaches a named vendor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Path {
    /// It is the named vendor, or the same entity under another name.
    Named,
    /// It is controlled by the named vendor.
    Subsidiary,
    /// It controls the named vendor.
    Parent,
    /// A third party controls both.
    Affiliate,
    /// It was, in part or under another roof, the named vendor's, or the other way round.
    Lineage,
    /// A joint venture links them.
    JointVenture,
}

impl Keyword for Path {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("named", Self::Named),
        ("subsidiary", Self::Subsidiary),
        ("parent", Self::Parent),
        ("affiliate", Self::Affiliate),
        ("lineage", Self::Lineage),
        ("joint-venture", Self::JointVenture),
    ];
    const LIST: &'static [&'static str] =
        &["named", "subsidiary", "parent", "affiliate", "lineage", "joint-venture"];
}

/// One step from a product's maker towards a named vendor: an index into the graph's edges and its direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Up an ownership edge, from the owned to the owner.
    Up(usize),
    /// Down an ownership edge, from the owner to the owned.
    Down(usize),
    /// Along a relation, in either direction.
    Along(usize),
    /// Up an ownership edge that no longer holds.
    Former(usize),
}

/// How a vendor reaches a named one: the kind of path and its steps; no steps when it is named itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// The kind.
    pub path: Path,
    /// The steps.
    pub steps: Vec<Step>,
    /// The named vendor that it ends at.
    pub named: String,
}

/// The graph of vendors.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// Ownership edges.
    pub owns: Vec<Owns>,
    /// Other relations.
    pub related: Vec<Related>,
}

impl Graph {
    /// How `vendor` reaches one of `named` on `day`, closest kind of path first: named, subsidiary, parent, affiliate, lineage,
    /// joint venture. Ownership runs downward from the named vendor unless a clause says otherwise, so the caller decides which
    /// kinds count (facts/README section 2.3).
    pub fn reach(
        &self,
        vendor: &str,
        named: &BTreeSet<&str>,
        day: Date,
        threshold: f64,
    ) -> Option<Reach> {
        let same = self.same_entity(vendor, day);
        if let Some((id, steps)) = same.iter().find(|(id, _)| named.contains(id.as_str())) {
            return Some(Reach { path: Path::Named, steps: steps.clone(), named: id.clone() });
        }
        let owners = self.closure(vendor, day, threshold, true);
        if let Some((id, steps)) = first_in(&owners, named) {
            return Some(Reach { path: Path::Subsidiary, steps: steps.clone(), named: id.clone() });
        }
        let owned = self.closure(vendor, day, threshold, false);
        if let Some((id, steps)) = first_in(&owned, named) {
            return Some(Reach { path: Path::Parent, steps: steps.clone(), named: id.clone() });
        }
        self.affiliate(&owners, named, day, threshold)
            .or_else(|| self.lineage(vendor, &owners, named, day))
            .or_else(|| {
                self.related_to(
                    vendor,
                    named,
                    day,
                    &[RelatedKind::JointVenture],
                    Path::JointVenture,
                )
            })
    }

    /// The vendors that control this one on `day`, nearest first, without itself.
    pub fn owners(&self, vendor: &str, day: Date, threshold: f64) -> Vec<String> {
        self.closure(vendor, day, threshold, true).into_iter().map(|(id, _)| id).collect()
    }

    /// Whether an edge of any kind and time joins the two vendors directly.
    pub fn are_linked(&self, one: Option<&str>, other: Option<&str>) -> bool {
        let (Some(one), Some(other)) = (one, other) else { return false };
        let pair = |a: &str, b: &str| (a == one && b == other) || (a == other && b == one);
        self.owns.iter().any(|edge| pair(&edge.owner, &edge.owned))
            || self.related.iter().any(|edge| pair(&edge.from_vendor, &edge.to_vendor))
    }

    fn same_entity(&self, vendor: &str, day: Date) -> Vec<(String, Vec<Step>)> {
        let mut found = vec![(vendor.to_owned(), Vec::new())];
        for (index, edge) in self.related.iter().enumerate() {
            let known = edge.date.is_none_or(|date| date.first_day() <= day);
            if edge.kind != RelatedKind::Renamed || !known {
                continue;
            }
            for (one, other) in
                [(&edge.from_vendor, &edge.to_vendor), (&edge.to_vendor, &edge.from_vendor)]
            {
                if one == vendor {
                    found.push((other.clone(), vec![Step::Along(index)]));
                }
            }
        }
        found
    }

    /// Everything reachable over control edges that hold on `day`, breadth first, without the start.
    fn closure(
        &self,
        start: &str,
        day: Date,
        threshold: f64,
        up: bool,
    ) -> Vec<(String, Vec<Step>)> {
        let mut seen = BTreeSet::from([start.to_owned()]);
        let mut queue = VecDeque::from([(start.to_owned(), Vec::new())]);
        let mut found = Vec::new();
        while let Some((vendor, steps)) = queue.pop_front() {
            for (index, edge) in self.owns.iter().enumerate() {
                let (from, to) =
                    if up { (&edge.owned, &edge.owner) } else { (&edge.owner, &edge.owned) };
                let holds = edge.period.contains(day) && edge.is_control(threshold);
                if *from != vendor || !holds || !seen.insert(to.clone()) {
                    continue;
                }
                let mut steps = steps.clone();
                steps.push(if up { Step::Up(index) } else { Step::Down(index) });
                found.push((to.clone(), steps.clone()));
                queue.push_back((to.clone(), steps));
            }
        }
        found
    }

    fn affiliate(
        &self,
        owners: &[(String, Vec<Step>)],
        named: &BTreeSet<&str>,
        day: Date,
        threshold: f64,
    ) -> Option<Reach> {
        owners.iter().find_map(|(owner, up)| {
            let below = self.closure(owner, day, threshold, false);
            let (id, down) = first_in(&below, named)?;
            let steps = up.iter().chain(down).copied().collect();
            Some(Reach { path: Path::Affiliate, steps, named: id.clone() })
        })
    }

    /// Former ownership of the maker or one of its owners, and stated lineage.
    fn lineage(
        &self,
        vendor: &str,
        owners: &[(String, Vec<Step>)],
        named: &BTreeSet<&str>,
        day: Date,
    ) -> Option<Reach> {
        let former = self.owns.iter().enumerate().find(|(_, edge)| {
            let over = edge.period.is_over(day);
            edge.owned == vendor && named.contains(edge.owner.as_str()) && over
        });
        if let Some((index, edge)) = former {
            let steps = vec![Step::Former(index)];
            return Some(Reach { path: Path::Lineage, steps, named: edge.owner.clone() });
        }
        let kinds = [RelatedKind::Lineage, RelatedKind::Divested];
        let own = self.related_to(vendor, named, day, &kinds, Path::Lineage);
        own.or_else(|| {
            owners.iter().find_map(|(owner, steps)| {
                let reach = self.related_to(owner, named, day, &kinds, Path::Lineage)?;
                let steps = steps.iter().chain(&reach.steps).copied().collect();
                Some(Reach { steps, ..reach })
            })
        })
    }

    fn related_to(
        &self,
        vendor: &str,
        named: &BTreeSet<&str>,
        day: Date,
        kinds: &[RelatedKind],
        path: Path,
    ) -> Option<Reach> {
        self.related.iter().enumerate().find_map(|(index, edge)| {
            let known = edge.date.is_none_or(|date| date.first_day() <= day);
            if !kinds.contains(&edge.kind) || !known {
                return None;
            }
            let other = if edge.from_vendor == vendor {
                &edge.to_vendor
            } else if edge.to_vendor == vendor {
                &edge.from_vendor
            } else {
                return None;
            };
            named.contains(other.as_str()).then(|| Reach {
                path,
                steps: vec![Step::Along(index)],
                named: other.clone(),
            })
        })
    }
}

fn first_in<'a>(
    found: &'a [(String, Vec<Step>)],
    named: &BTreeSet<&str>,
) -> Option<&'a (String, Vec<Step>)> {
    found.iter().find(|(id, _)| named.contains(id.as_str()))
}

impl<'de> Deserialize<'de> for Owns {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let owns = Self {
            span: value.span,
            owner: table.required("owner").unwrap_or_default(),
            owned: table.required("owned").unwrap_or_default(),
            period: Period { from: date(&mut table, "from"), until: date(&mut table, "until") },
            percent: table.optional::<Number>("percent").map(|number| number.0),
            control: table.optional("control").unwrap_or(false),
            provenance: Provenance::take(&mut table),
            note: text(&mut table, "note"),
        };
        table.finalize(None)?;
        Ok(owns)
    }
}

impl<'de> Deserialize<'de> for Related {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let related = Self {
            span: value.span,
            kind: word(&mut table, "kind").unwrap_or(RelatedKind::Lineage),
            from_vendor: table.required("from_vendor").unwrap_or_default(),
            to_vendor: table.required("to_vendor").unwrap_or_default(),
            date: date(&mut table, "date"),
            what: text(&mut table, "what"),
            provenance: Provenance::take(&mut table),
            note: text(&mut table, "note"),
        };
        table.finalize(None)?;
        Ok(related)
    }
}
