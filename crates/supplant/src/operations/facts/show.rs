//! One entry of the facts as text, every label in the user's language. Ids, patterns and remarks stay as the data has them.

use std::fmt::Write as _;

use audit::find::deadline::deadlines;
use catalog::directive::{Clause, Directive};
use catalog::facts::Catalog;
use catalog::product::{Fingerprint, Product};
use catalog::shape::{Keyword, Provenance};
use catalog::vendor::Vendor;
use model::record::OwnerStep;
use report::text::pad;
use report::words::Words;

/// The name of a product in the user's language.
pub(super) fn product_name<'a>(product: &'a Product, words: &Words) -> &'a str {
    if words.lang() == report::words::Lang::ZhCn && !product.name_zh.is_empty() {
        &product.name_zh
    } else {
        &product.name
    }
}

/// A product with its fingerprints and endpoints.
pub(super) fn product(product: &Product, catalog: &Catalog, words: &Words) -> String {
    let mut page = Page::new(words);
    page.head(&product.id, product_name(product, words));
    let vendor =
        catalog.vendor(&product.vendor).map_or("", |vendor| vendor.name(words.lang().tag()));
    page.line("fact-vendor", &format!("{vendor} ({})", product.vendor));
    for name in [&product.name, &product.name_zh] {
        page.line("fact-name", name);
    }
    page.line("fact-aliases", &page.list(&product.aliases));
    page.line(
        "fact-category",
        &page.terms("category", std::slice::from_ref(&product.category), catalog),
    );
    page.line("fact-forms", &page.terms("form", &product.forms, catalog));
    page.line("fact-capabilities", &page.terms("capability", &product.capabilities, catalog));
    page.line("fact-note", &product.note);
    page.prints(&product.fingerprints, catalog);
    for endpoint in &product.endpoints {
        let network = || endpoint.network.map(|number| format!("AS{number}")).unwrap_or_default();
        let place = match (endpoint.host.as_str(), endpoint.prefix.as_str()) {
            ("", "") => network(),
            ("", prefix) => prefix.to_owned(),
            (host, _) => host.to_owned(),
        };
        let purpose = words.word("purpose", &endpoint.purpose);
        let known = page.known(&endpoint.provenance, catalog);
        page.line("fact-endpoint", &format!("{place}  {purpose} {}  {known}", endpoint.region));
    }
    page.text
}

/// A vendor with its owners, its relations and its products.
pub(super) fn vendor(vendor: &Vendor, catalog: &Catalog, words: &Words) -> String {
    let mut page = Page::new(words);
    page.head(&vendor.id, vendor.name(words.lang().tag()));
    for names in vendor.names.values() {
        page.line("fact-name", &page.list(names));
    }
    page.line("fact-aliases", &page.list(&vendor.aliases));
    page.line("fact-origin", &vendor.origin);
    page.line("fact-note", &vendor.note);
    for edge in catalog.graph.owns.iter().filter(|e| e.owner == vendor.id || e.owned == vendor.id) {
        page.step(&OwnerStep {
            vendor: edge.owned.clone(),
            kind: "owned-by".to_owned(),
            to: edge.owner.clone(),
            from: edge.period.from.map(|date| date.to_string()).unwrap_or_default(),
            until: edge.period.until.map(|date| date.to_string()).unwrap_or_default(),
            percent: edge.percent,
            confidence: edge.provenance.confidence.word().to_owned(),
            sources: Vec::new(),
        });
    }
    let related = catalog.graph.related.iter();
    for edge in related.filter(|e| e.from_vendor == vendor.id || e.to_vendor == vendor.id) {
        page.step(&OwnerStep {
            vendor: edge.from_vendor.clone(),
            kind: edge.kind.word().to_owned(),
            to: edge.to_vendor.clone(),
            from: edge.date.map(|date| date.to_string()).unwrap_or_default(),
            confidence: edge.provenance.confidence.word().to_owned(),
            ..OwnerStep::default()
        });
        page.line("fact-note", &edge.what);
    }
    page.prints(&vendor.fingerprints, catalog);
    for product in catalog.products.iter().filter(|product| product.vendor == vendor.id) {
        page.line("fact-product", &format!("{}  {}", product.id, product_name(product, words)));
    }
    page.text
}

/// A directive with its clauses and open questions, as of today.
pub(super) fn directive(directive: &Directive, catalog: &Catalog, words: &Words) -> String {
    let mut page = Page::new(words);
    page.head(&directive.id, words.pick(&directive.title));
    if directive.is_press_only() {
        let _ = writeln!(page.text, "{}", words.plain("press-only"));
    }
    for (_, title) in directive.original_titles() {
        page.line("fact-title", title);
    }
    page.line("fact-issuer", &page.list(&directive.issuer));
    page.line("fact-force", &words.word("force", directive.force.word()));
    page.line("fact-status", &words.word("status", directive.status.word()));
    page.line("fact-confidence", &words.word("fact", directive.confidence.word()));
    page.line("fact-binds", words.pick(&directive.binds));
    page.line("fact-summary", words.pick(&directive.summary));
    for each in &directive.clauses {
        clause(&mut page, each, directive, catalog);
    }
    for slot in &directive.decisions {
        page.gap();
        let answer = words.word("answer", slot.default.word());
        let default = words.plain("decision-by-default");
        let default = words.text("in-brackets", &[("text", (&default).into())]);
        page.line("fact-decision", &format!("{} = {answer}{default}", slot.id));
        page.line("fact-question", words.pick(&slot.question));
        page.line("fact-why", words.pick(&slot.why));
    }
    page.gap();
    for exemption in &directive.exemptions {
        page.line("fact-exemption", words.pick(&exemption.text));
    }
    for action in &directive.actions {
        page.line("fact-action", words.pick(&action.step));
    }
    for duty in &directive.reports {
        page.line("fact-report", words.pick(&duty.what));
    }
    for unknown in &directive.unknowns {
        page.line("fact-unknown", words.pick(unknown));
    }
    for source in &directive.sources {
        let tier = words.word("tier", source.tier.word());
        page.line("fact-source", &format!("[{tier}] {} {}", source.url, source.note));
    }
    page.text
}

fn clause(page: &mut Page<'_>, clause: &Clause, directive: &Directive, catalog: &Catalog) {
    let words = page.words;
    page.gap();
    page.line("fact-clause", &format!("{}  {}", clause.id, words.pick(&clause.title)));
    let rule = [
        words.word("clause", clause.kind.word()),
        words.word("effect", clause.effect.word()),
        words.word("mode", clause.ownership.mode.word()),
    ];
    page.line("fact-rule", &rule.join(&words.plain("separator")));
    let vendors: Vec<String> = clause
        .vendors
        .iter()
        .map(|id| catalog.vendor(id).map_or(id.as_str(), |v| v.name(words.lang().tag())).to_owned())
        .collect();
    page.line("fact-vendors", &page.list(&vendors));
    page.line("fact-products", &page.list(&clause.products));
    page.line("fact-categories", &page.terms("category", &clause.categories, catalog));
    page.line("fact-origins", &page.list(&clause.origins));
    page.line("fact-open-ended", words.pick(&clause.open_ended));
    let all = deadlines(directive, jiff::Zoned::now().date());
    for deadline in all.iter().filter(|deadline| deadline.clause == clause.id) {
        let when = deadline.date.as_deref().unwrap_or(&deadline.as_stated);
        page.line("fact-deadline", &format!("{when}  {}", words.pick(&deadline.action)));
    }
}

/// A text of labelled lines.
struct Page<'w> {
    words: &'w Words,
    text: String,
}

impl<'w> Page<'w> {
    fn new(words: &'w Words) -> Self {
        Self { words, text: String::new() }
    }

    fn head(&mut self, id: &str, name: &str) {
        let _ = writeln!(self.text, "{id}  {name}");
    }

    /// A line, unless there is nothing to say.
    fn line(&mut self, key: &str, value: &str) {
        if !value.trim().is_empty() {
            let label = pad(&self.words.plain(key), LABEL_COLUMNS);
            let _ = writeln!(self.text, "  {label} {}", value.trim());
        }
    }

    fn gap(&mut self) {
        self.text.push('\n');
    }

    fn list(&self, items: &[String]) -> String {
        items.join(&self.words.plain("comma"))
    }

    /// Words of the vocabulary with their ids.
    fn terms(&self, list: &str, ids: &[String], catalog: &Catalog) -> String {
        let shown: Vec<String> = ids
            .iter()
            .map(|id| match catalog.term(list, id) {
                Some(term) => format!("{} ({id})", self.words.pick(&term.names)),
                None => id.clone(),
            })
            .collect();
        self.list(&shown)
    }

    /// How well a fact is known, and where it is from.
    fn known(&self, provenance: &Provenance, catalog: &Catalog) -> String {
        let how = self.words.word("fact", provenance.confidence.word());
        let sources: Vec<String> = provenance
            .sources
            .iter()
            .map(|id| catalog.sources.get(id).map_or(id, |source| &source.name).clone())
            .collect();
        format!("[{how}: {}]", self.list(&sources))
    }

    fn step(&mut self, step: &OwnerStep) {
        self.line("fact-owns", &report::explain::owner_step(step, self.words));
    }

    fn prints(&mut self, prints: &[Fingerprint], catalog: &Catalog) {
        for print in prints {
            let matches = self.words.word("match", print.kind.word());
            let strength = self.words.word("strength", print.strength.word());
            let meaning = self.words.word("meaning", print.meaning.word());
            let known = self.known(&print.provenance, catalog);
            let field = print.field.as_str();
            let text = format!("{field} {matches} `{}`  {strength} {meaning} {known}", print.value);
            self.line("fact-fingerprint", &text);
        }
    }
}

const LABEL_COLUMNS: usize = 12;
