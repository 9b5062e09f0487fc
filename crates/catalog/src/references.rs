//! The check that every id that is used is defined.

use toml_span::Span;

use crate::directive::{Clause, Directive};
use crate::facts::{Catalog, Undefined};
use crate::product::{Fingerprint, Product};

impl Catalog {
    /// Ids that are used and defined nowhere: kind, id, where, and which entry uses it.
    pub(crate) fn check_references(&self) -> Vec<Undefined> {
        let mut found = Vec::new();
        for product in &self.products {
            self.check_product(product, &mut found);
        }
        for vendor in &self.vendors {
            self.check_prints(&vendor.fingerprints, &("vendor", vendor.id.clone()), &mut found);
        }
        for replacement in &self.replacements {
            let owner = ("replacement", replacement.id.clone());
            self.check_vendor(&replacement.vendor, replacement.span, &owner, &mut found);
            self.check_prints(&replacement.fingerprints, &owner, &mut found);
        }
        for (index, edge) in self.graph.owns.iter().enumerate() {
            for id in [&edge.owner, &edge.owned] {
                self.check_vendor(id, edge.span, &("owns", index.to_string()), &mut found);
            }
        }
        for (index, edge) in self.graph.related.iter().enumerate() {
            for id in [&edge.from_vendor, &edge.to_vendor] {
                self.check_vendor(id, edge.span, &("related", index.to_string()), &mut found);
            }
        }
        for directive in &self.directives {
            for clause in &directive.clauses {
                self.check_clause(directive, clause, &mut found);
            }
        }
        found
    }

    fn check_product(&self, product: &Product, found: &mut Vec<Undefined>) {
        let owner = ("product", product.id.clone());
        self.check_vendor(&product.vendor, product.span, &owner, found);
        let forms = product.forms.iter().map(|form| ("form", form));
        for (list, id) in std::iter::once(("category", &product.category)).chain(forms) {
            if self.term(list, id).is_none() {
                found.push((list, id.clone(), product.span, owner.clone()));
            }
        }
        self.check_prints(&product.fingerprints, &owner, found);
    }

    fn check_vendor(&self, id: &str, span: Span, owner: &Owner, found: &mut Vec<Undefined>) {
        if self.vendor(id).is_none() {
            found.push(("vendor", id.to_owned(), span, owner.clone()));
        }
    }

    fn check_prints(&self, prints: &[Fingerprint], owner: &Owner, found: &mut Vec<Undefined>) {
        for print in prints {
            for id in print.provenance.sources.iter().filter(|id| !self.sources.contains_key(*id)) {
                found.push(("source", id.clone(), print.span, owner.clone()));
            }
        }
    }

    fn check_clause(&self, directive: &Directive, clause: &Clause, found: &mut Vec<Undefined>) {
        let owner = ("directive", directive.id.clone());
        for id in &clause.vendors {
            self.check_vendor(id, clause.span, &owner, found);
        }
        for id in clause.products.iter().filter(|id| self.product(id).is_none()) {
            found.push(("product", id.clone(), clause.span, owner.clone()));
        }
        let cited = |id: &&String| directive.sources.iter().any(|source| source.id == **id);
        for id in clause.provenance.sources.iter().filter(|id| !cited(id)) {
            found.push(("source", id.clone(), clause.span, owner.clone()));
        }
    }
}

type Owner = (&'static str, String);
