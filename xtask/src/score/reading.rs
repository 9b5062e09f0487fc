//! The pipeline as the score uses it: files in, and what was identified or found out.

use std::io::{self, Read};

use audit::find::Options;
use audit::find::assess::assess;
use audit::identify::{identify, installations};
use audit::ingest::{File, ingest};
use audit::limits::Limits;
use audit::merge::{Gathered, merge};
use audit::sink::Collector;
use catalog::facts::{Catalog, Target};
use jiff::civil::Date;
use model::field::Field;
use model::finding::Relation;
use model::record::Finding;

/// The facts that are scored.
pub(super) struct Facts {
    pub(super) catalog: Catalog,
}

/// Something identified in one row.
pub(super) struct Hit {
    /// Vendor id.
    pub(super) vendor: String,
    /// Product id, or `vendor.*`.
    pub(super) product: String,
    /// How the asset relates to it.
    pub(super) relation: Relation,
    /// The asset's name.
    pub(super) asset: String,
    /// All facts of the row.
    pub(super) row: Vec<(Field, String)>,
}

impl Hit {
    /// The value of a field in the row.
    pub(super) fn value(&self, field: Field) -> Option<&str> {
        self.row.iter().find(|(other, _)| *other == field).map(|(_, value)| value.as_str())
    }
}

impl Facts {
    /// Every match in these files at a date, row by row.
    pub(super) fn hits(&self, files: &[(String, Vec<u8>)], day: Date) -> Vec<Hit> {
        let gathered = gather(files);
        let seen = &gathered.observations;
        let judged = identify(seen, &self.catalog, day);
        let mut hits = Vec::new();
        for found in installations(seen, &judged, &self.catalog) {
            let (vendor, product) = self.names(found.target);
            let asset = seen.assets.get(found.asset.0 as usize);
            let asset = asset.map_or("", |asset| seen.strings.get(asset.name));
            for (_, sighting) in &found.evidence {
                let Some(item) = seen.items.get(sighting.item) else { continue };
                let text = |fact: &model::observation::Fact| {
                    (fact.field, seen.strings.get(fact.value).to_owned())
                };
                hits.push(Hit {
                    vendor: vendor.clone(),
                    product: product.clone(),
                    relation: found.relation,
                    asset: asset.to_owned(),
                    row: item.facts.iter().map(text).collect(),
                });
            }
        }
        hits
    }

    /// The findings under a directive at a date.
    pub(super) fn findings(
        &self,
        files: &[(String, Vec<u8>)],
        directive: &str,
        day: Date,
    ) -> Vec<Finding> {
        let directives: Vec<_> = self.catalog.directive(directive).into_iter().collect();
        assess(&gather(files), &self.catalog, &directives, &Options::at(day)).findings
    }

    fn names(&self, target: Target) -> (String, String) {
        let names = match target {
            Target::Product(index) => self
                .catalog
                .products
                .get(index)
                .map(|product| (product.vendor.clone(), product.id.clone())),
            Target::Vendor(index) => self
                .catalog
                .vendors
                .get(index)
                .map(|vendor| (vendor.id.clone(), format!("{}.*", vendor.id))),
        };
        names.unwrap_or_default()
    }
}

fn gather(files: &[(String, Vec<u8>)]) -> Gathered {
    let mut collector = Collector::default();
    for (path, bytes) in files {
        let open =
            || -> io::Result<Box<dyn Read + Send>> { Ok(Box::new(io::Cursor::new(bytes.clone()))) };
        let file = File { path, bytes: bytes.len() as u64, open: &open };
        ingest(&file, &Limits::default(), &mut collector);
    }
    merge(vec![collector])
}

/// The date of the score, so that it does not change with the day on which it is run.
pub(super) fn today() -> Date {
    jiff::civil::date(2026, 11, 22)
}
