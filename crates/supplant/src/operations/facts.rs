//! `catalog` and `directive`: list, show and check the facts.

use std::fmt::Write as _;

use anyhow::{Result, bail};
use audit::find::deadline::deadlines;
use catalog::directive::Directive;
use catalog::facts::Catalog;
use catalog::load::Loaded;
use catalog::product::{Fingerprint, Product};
use catalog::shape::{Keyword, Words as Texts};
use catalog::vendor::Vendor;
use report::words::{Arg, Words};

use crate::Outcome;
use crate::cli::{Common, FactsAction};
use crate::data::{load_facts, show_problems};

/// Runs `catalog`.
///
/// # Errors
/// See [`super::run`].
pub(crate) fn catalog(action: &FactsAction, common: &Common, words: &Words) -> Result<Outcome> {
    match action {
        FactsAction::Check { paths } => check(paths, common, words, ""),
        FactsAction::List { filter, json } => {
            let facts = load_facts(&common.data)?;
            let filter = filter.as_deref().unwrap_or("").to_lowercase();
            let catalog = &facts.loaded.catalog;
            for product in &catalog.products {
                let vendor = catalog.vendor(&product.vendor);
                let vendor = vendor
                    .map_or(product.vendor.as_str(), |vendor| vendor.name(words.lang().tag()));
                let text = format!("{} {} {vendor} {}", product.id, product.name, product.category);
                if text.to_lowercase().contains(&filter) {
                    list_line(
                        *json,
                        &[
                            ("id", &product.id),
                            ("name", &product.name),
                            ("vendor", vendor),
                            ("category", &product.category),
                        ],
                    )?;
                }
            }
            Ok(Outcome::Clean)
        }
        FactsAction::Show { id } => {
            let facts = load_facts(&common.data)?;
            let catalog = &facts.loaded.catalog;
            let text = match (catalog.product(id), catalog.vendor(id)) {
                (Some(product), _) => show_product(product, catalog),
                (None, Some(vendor)) => show_vendor(vendor, catalog),
                (None, None) => {
                    bail!("there is no product or vendor `{id}`; `supplant catalog list` shows all")
                }
            };
            anstream::print!("{text}");
            Ok(Outcome::Clean)
        }
    }
}

/// Runs `directive`.
///
/// # Errors
/// See [`super::run`].
pub(crate) fn directive(action: &FactsAction, common: &Common, words: &Words) -> Result<Outcome> {
    match action {
        FactsAction::Check { paths } => check(paths, common, words, "directives/"),
        FactsAction::List { filter, json } => {
            let facts = load_facts(&common.data)?;
            let filter = filter.as_deref().unwrap_or("").to_lowercase();
            for directive in &facts.loaded.catalog.directives {
                let title = words.pick(&directive.title);
                let text = format!("{} {title} {}", directive.id, directive.jurisdiction);
                if text.to_lowercase().contains(&filter) {
                    let force = words.word("force", directive.force.word());
                    list_line(
                        *json,
                        &[
                            ("id", &directive.id),
                            ("jurisdiction", &directive.jurisdiction),
                            ("force", &force),
                            ("title", title),
                        ],
                    )?;
                }
            }
            Ok(Outcome::Clean)
        }
        FactsAction::Show { id } => {
            let facts = load_facts(&common.data)?;
            let Some(directive) = facts.loaded.catalog.directive(id) else {
                bail!("there is no directive `{id}`; `supplant directive list` shows all");
            };
            anstream::print!("{}", show_directive(directive, words));
            Ok(Outcome::Clean)
        }
    }
}

fn list_line(json: bool, columns: &[(&str, &str)]) -> Result<()> {
    use std::io::Write;
    let mut out = anstream::stdout().lock();
    if json {
        let record: serde_json::Map<String, serde_json::Value> =
            columns.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
        writeln!(out, "{}", serde_json::Value::Object(record))?;
    } else {
        let texts: Vec<&str> = columns.iter().map(|(_, value)| *value).collect();
        writeln!(out, "{}", texts.join("\t"))?;
    }
    Ok(())
}

fn check(
    paths: &[std::path::PathBuf],
    common: &Common,
    words: &Words,
    only: &str,
) -> Result<Outcome> {
    let overlays: Vec<_> = common.data.iter().chain(paths).cloned().collect();
    let facts = load_facts(&overlays)?;
    let Loaded { catalog, files, problems } = &facts.loaded;
    let of_kind: Vec<_> = problems
        .iter()
        .filter(|problem| files.get(problem.file).is_some_and(|file| file.path.starts_with(only)))
        .cloned()
        .collect();
    show_problems(&of_kind, files, words)?;
    let number = |count: usize| Arg::Number(i64::try_from(count).unwrap_or(i64::MAX));
    let args = [
        ("vendors", number(catalog.vendors.len())),
        ("products", number(catalog.products.len())),
        ("directives", number(catalog.directives.len())),
        ("files", number(files.len())),
        ("problems", number(of_kind.len())),
    ];
    anstream::println!("{}", words.text("check-verdict", &args));
    Ok(if of_kind.is_empty() { Outcome::Clean } else { Outcome::Wrong })
}

fn show_product(product: &Product, catalog: &Catalog) -> String {
    let mut out = format!("{}  {}\n", product.id, product.name);
    let vendor = catalog.vendor(&product.vendor).map_or("", |vendor| vendor.name("en"));
    push(&mut out, "vendor", &format!("{} ({vendor})", product.vendor));
    push(&mut out, "name zh-CN", &product.name_zh);
    push(&mut out, "aliases", &product.aliases.join(", "));
    push(&mut out, "category", &product.category);
    push(&mut out, "forms", &product.forms.join(", "));
    push(&mut out, "capabilities", &product.capabilities.join(", "));
    push(&mut out, "note", &product.note);
    show_prints(&mut out, &product.fingerprints);
    for endpoint in &product.endpoints {
        let place = if endpoint.host.is_empty() { &endpoint.prefix } else { &endpoint.host };
        let how = endpoint.provenance.confidence.word();
        let _ = writeln!(
            out,
            "  endpoint     {place} {} {} [{how}: {}]",
            endpoint.purpose,
            endpoint.region,
            endpoint.provenance.sources.join(", ")
        );
    }
    out
}

fn show_vendor(vendor: &Vendor, catalog: &Catalog) -> String {
    let mut out = format!("{}  {}\n", vendor.id, vendor.name("en"));
    for (tag, names) in &vendor.names {
        push(&mut out, &format!("names {tag}"), &names.join(", "));
    }
    push(&mut out, "aliases", &vendor.aliases.join(", "));
    push(&mut out, "origin", &vendor.origin);
    push(&mut out, "note", &vendor.note);
    for edge in catalog.graph.owns.iter().filter(|e| e.owner == vendor.id || e.owned == vendor.id) {
        let percent = edge.percent.map(|percent| format!(" {percent}%")).unwrap_or_default();
        let from = edge.period.from.map(|date| date.to_string()).unwrap_or_default();
        let until = edge.period.until.map(|date| date.to_string()).unwrap_or_default();
        let _ = writeln!(
            out,
            "  owns         {} -> {}{percent}  {from}..{until} [{}: {}]",
            edge.owner,
            edge.owned,
            edge.provenance.confidence.word(),
            edge.provenance.sources.join(", ")
        );
    }
    let related = catalog.graph.related.iter();
    for edge in related.filter(|e| e.from_vendor == vendor.id || e.to_vendor == vendor.id) {
        let date = edge.date.map(|date| date.to_string()).unwrap_or_default();
        let _ = writeln!(
            out,
            "  {:<12} {} -> {}  {date} {}",
            edge.kind.word(),
            edge.from_vendor,
            edge.to_vendor,
            edge.what
        );
    }
    show_prints(&mut out, &vendor.fingerprints);
    for product in catalog.products.iter().filter(|product| product.vendor == vendor.id) {
        push(&mut out, "product", &format!("{}  {}", product.id, product.name));
    }
    out
}

fn show_prints(out: &mut String, prints: &[Fingerprint]) {
    for print in prints {
        let _ = writeln!(
            out,
            "  fingerprint  {} {} `{}` {} {} [{}: {}]",
            print.field.as_str(),
            print.kind.word(),
            print.value,
            print.strength.word(),
            print.meaning.word(),
            print.provenance.confidence.word(),
            print.provenance.sources.join(", ")
        );
    }
}

fn show_directive(directive: &Directive, words: &Words) -> String {
    let pick = |texts: &Texts| words.pick(texts).to_owned();
    let mut out = format!("{}\n{}\n", directive.id, pick(&directive.title));
    if directive.is_press_only() {
        let _ = writeln!(out, "{}", words.plain("press-only"));
    }
    for (_, title) in directive.original_titles() {
        push(&mut out, "title", title);
    }
    push(&mut out, "issuer", &directive.issuer.join("; "));
    push(&mut out, "force", &words.word("force", directive.force.word()));
    push(&mut out, "status", &words.word("status", directive.status.word()));
    push(&mut out, "confidence", directive.confidence.word());
    push(&mut out, "binds", &pick(&directive.binds));
    push(&mut out, "summary", &pick(&directive.summary));
    let day = jiff::Zoned::now().date();
    let all = deadlines(directive, day);
    for clause in &directive.clauses {
        let _ = writeln!(out, "\n  clause {}  {}", clause.id, pick(&clause.title));
        let what = format!(
            "{} {} {}",
            clause.kind.word(),
            clause.effect.word(),
            clause.ownership.mode.word()
        );
        push(&mut out, "rule", &what);
        push(&mut out, "vendors", &clause.vendors.join(", "));
        push(&mut out, "products", &clause.products.join(", "));
        push(&mut out, "categories", &clause.categories.join(", "));
        push(&mut out, "origins", &clause.origins.join(", "));
        push(&mut out, "open-ended", &pick(&clause.open_ended));
        for deadline in all.iter().filter(|deadline| deadline.clause == clause.id) {
            let when = deadline.date.as_deref().unwrap_or(&deadline.as_stated);
            push(&mut out, "deadline", &format!("{when}  {}", pick(&deadline.action)));
        }
    }
    for slot in &directive.decisions {
        let _ = writeln!(out, "\n  decision {} = {}", slot.id, slot.default.word());
        push(&mut out, "question", &pick(&slot.question));
        push(&mut out, "why", &pick(&slot.why));
    }
    for exemption in &directive.exemptions {
        push(&mut out, "exemption", &pick(&exemption.text));
    }
    for action in &directive.actions {
        push(&mut out, "action", &pick(&action.step));
    }
    for duty in &directive.reports {
        push(&mut out, "report", &pick(&duty.what));
    }
    for unknown in &directive.unknowns {
        push(&mut out, "unknown", &pick(unknown));
    }
    for source in &directive.sources {
        push(
            &mut out,
            "source",
            &format!("[{}] {} {}", source.tier.word(), source.url, source.note),
        );
    }
    out
}

fn push(out: &mut String, label: &str, value: &str) {
    if !value.trim().is_empty() {
        let _ = writeln!(out, "  {label:<12} {value}");
    }
}
