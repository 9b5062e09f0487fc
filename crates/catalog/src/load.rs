//! Loading `data/`: files in, entries and problems with spans out.

use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};
use model::diagnostic::{Code, Severity};
use toml_span::value::ValueInner;
use toml_span::{DeserError, Deserialize, Error, ErrorKind, Span, Value};

use crate::codes;
use crate::facts::{Catalog, Negative, SourceEntry, Term};
use crate::mapping::Mapping;
use crate::waiver::Waivers;

/// The facts that ship with the program.
static BUNDLED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../data");

/// One data file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataFile {
    /// Path below `data/`, with forward slashes.
    pub path: String,
    /// Its text.
    pub text: String,
    /// Whether it is the user's and not bundled.
    pub overlay: bool,
}

/// Something wrong in a data file, to be shown like a compiler error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Index into [`Loaded::files`].
    pub file: usize,
    /// Where, in bytes.
    pub span: Span,
    /// What kind.
    pub code: Code,
    /// How bad.
    pub severity: Severity,
    /// Values for the placeholders of the text.
    pub args: Vec<(&'static str, String)>,
}

/// What loading produced.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The entries that are right.
    pub catalog: Catalog,
    /// The files, for showing problems.
    pub files: Vec<DataFile>,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

/// The bundled data files, without the locales, sorted by path.
pub fn bundled() -> Vec<DataFile> {
    let mut files = Vec::new();
    collect(&BUNDLED, &mut files);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn collect(dir: &Dir<'_>, files: &mut Vec<DataFile>) {
    for file in dir.files() {
        let path = file.path().to_string_lossy().replace('\\', "/");
        if let (Some(text), true) = (file.contents_utf8(), path.ends_with(".toml")) {
            files.push(DataFile { path, text: text.to_owned(), overlay: false });
        }
    }
    dir.dirs().for_each(|dir| collect(dir, files));
}

/// Loads data files; later ones replace entries of earlier ones by id, so the user's come last.
pub fn load(files: Vec<DataFile>) -> Loaded {
    let mut loaded = Loaded { files, ..Loaded::default() };
    let files = std::mem::take(&mut loaded.files);
    let mut seen = Seen::default();
    for (index, file) in files.iter().enumerate() {
        load_file(index, file, &mut loaded, &mut seen);
    }
    loaded.files = files;
    loaded.catalog.finish();
    let undefined = loaded.catalog.check_references();
    for (kind, id, span, owner) in undefined {
        let file = seen.files.get(&owner).copied().unwrap_or(0);
        loaded.problems.push(Problem {
            file,
            span,
            code: codes::UNDEFINED,
            severity: Severity::Error,
            args: vec![("kind", kind.to_owned()), ("id", id)],
        });
    }
    loaded
}

/// Reads a waivers file.
pub fn load_waivers(file: DataFile) -> (Waivers, Vec<Problem>, DataFile) {
    let mut problems = Vec::new();
    let waivers = match toml_span::parse(&file.text) {
        Err(error) => {
            problems.push(problem(0, error));
            Waivers::default()
        }
        Ok(mut value) => lenient_waivers(&mut value, &mut problems),
    };
    (waivers, problems, file)
}

/// Reads a map of the user. With a mistake in it nothing of it holds.
pub fn load_mapping(text: &str) -> (Mapping, Vec<Problem>) {
    let read = toml_span::parse(text).map_err(DeserError::from);
    match read.and_then(|mut value| Mapping::deserialize(&mut value)) {
        Ok(mapping) => (mapping, Vec::new()),
        Err(errors) => (Mapping::default(), problems(0, errors).collect()),
    }
}

/// A wrong waiver is reported and left out; the others still hold.
fn lenient_waivers(value: &mut Value<'_>, problems: &mut Vec<Problem>) -> Waivers {
    let mut entries = take_array(value, "waiver");
    let mut waivers = Waivers::deserialize(value).unwrap_or_else(|errors| {
        problems.extend(errors.errors.into_iter().map(|error| problem(0, error)));
        Waivers::default()
    });
    for entry in &mut entries {
        match Deserialize::deserialize(entry) {
            Ok(waiver) => {
                let waiver: crate::waiver::Waiver = waiver;
                if waivers.waivers.iter().any(|other| other.id == waiver.id) {
                    let args = vec![("kind", "waiver".to_owned()), ("id", waiver.id.clone())];
                    let (code, severity) = (codes::DUPLICATE, Severity::Error);
                    problems.push(Problem { file: 0, span: waiver.span, code, severity, args });
                }
                waivers.waivers.push(waiver);
            }
            Err(errors) => {
                problems.extend(errors.errors.into_iter().map(|error| problem(0, error)))
            }
        }
    }
    waivers
}

/// Ids seen so far: a repeat within bundled data, or within the overlay, is an error; across them it replaces.
#[derive(Default)]
struct Seen {
    ids: BTreeMap<(&'static str, String), bool>,
    files: BTreeMap<(&'static str, String), usize>,
}

fn load_file(index: usize, file: &DataFile, loaded: &mut Loaded, seen: &mut Seen) {
    let mut value = match toml_span::parse(&file.text) {
        Ok(value) => value,
        Err(error) => return loaded.problems.push(problem(index, error)),
    };
    let folder = file.path.split('/').next().unwrap_or("");
    match (folder, file.path.contains('/')) {
        ("vendors", true) => {
            for vendor in entries(index, &mut value, "vendor", &mut loaded.problems) {
                let vendor: crate::vendor::Vendor = vendor;
                if admit(index, file, ("vendor", &vendor.id), vendor.span, seen, loaded) {
                    loaded.catalog.add_vendor(vendor);
                }
            }
        }
        ("products", true) => {
            for product in entries(index, &mut value, "product", &mut loaded.problems) {
                let product: crate::product::Product = product;
                if admit(index, file, ("product", &product.id), product.span, seen, loaded) {
                    loaded.catalog.add_product(product);
                }
            }
        }
        ("replacements", true) => {
            for replacement in entries(index, &mut value, "replacement", &mut loaded.problems) {
                let replacement: crate::product::Replacement = replacement;
                let key = ("replacement", replacement.id.as_str());
                if admit(index, file, key, replacement.span, seen, loaded) {
                    loaded.catalog.add_replacement(replacement);
                }
            }
        }
        ("directives", true) => load_directive(index, file, &mut value, loaded, seen),
        ("ownership.toml", false) => {
            for owns in entries(index, &mut value, "owns", &mut loaded.problems) {
                seen.files.insert(("owns", loaded.catalog.graph.owns.len().to_string()), index);
                loaded.catalog.graph.owns.push(owns);
            }
            for related in entries(index, &mut value, "related", &mut loaded.problems) {
                let key = ("related", loaded.catalog.graph.related.len().to_string());
                seen.files.insert(key, index);
                loaded.catalog.graph.related.push(related);
            }
        }
        ("sources.toml", false) => {
            for source in entries::<SourceEntry>(index, &mut value, "source", &mut loaded.problems)
            {
                loaded.catalog.sources.insert(source.id.clone(), source);
            }
        }
        ("vocabulary.toml", false) => load_vocabulary(index, &mut value, loaded),
        ("negatives.toml", false) => {
            let negatives =
                entries::<Negative>(index, &mut value, "negative", &mut loaded.problems);
            loaded.catalog.negatives.extend(negatives);
        }
        // The header vocabulary, the locales and the facts of the dialects have their own readers.
        ("headers.toml", false) | ("locales" | "dialects", true) => return,
        _ => {
            let args = vec![("path", file.path.clone())];
            let severity = Severity::Warning;
            let span = Span::new(0, 0);
            let code = codes::UNKNOWN_FILE;
            return loaded.problems.push(Problem { file: index, span, code, severity, args });
        }
    }
    report_rest(index, &mut value, &mut loaded.problems);
}

fn load_vocabulary(index: usize, value: &mut Value<'_>, loaded: &mut Loaded) {
    let lists = ["category", "replacement_category", "capability", "form"];
    for list in lists {
        for term in entries::<Term>(index, value, list, &mut loaded.problems) {
            loaded.catalog.vocabulary.entry(list).or_default().insert(term.id.clone(), term);
        }
    }
}

fn load_directive(
    index: usize,
    file: &DataFile,
    value: &mut Value<'_>,
    loaded: &mut Loaded,
    seen: &mut Seen,
) {
    match crate::directive::Directive::deserialize(value) {
        Ok(directive) => {
            if admit(index, file, ("directive", &directive.id), directive.span, seen, loaded) {
                loaded.catalog.add_directive(directive);
            }
        }
        Err(errors) => loaded.problems.extend(problems(index, errors)),
    }
    value.set(ValueInner::Table(toml_span::value::Table::new()));
}

/// Notes an id; says whether the entry may be added.
fn admit(
    index: usize,
    file: &DataFile,
    key: (&'static str, &str),
    span: Span,
    seen: &mut Seen,
    loaded: &mut Loaded,
) -> bool {
    let key = (key.0, key.1.to_owned());
    let repeated = seen.ids.insert(key.clone(), file.overlay) == Some(file.overlay);
    if repeated {
        let args = vec![("kind", key.0.to_owned()), ("id", key.1.clone())];
        let (code, severity) = (codes::DUPLICATE, Severity::Error);
        loaded.problems.push(Problem { file: index, span, code, severity, args });
    }
    seen.files.insert(key, index);
    !repeated
}

/// The entries of an array of tables; wrong ones are reported and left out.
fn entries<T: for<'de> Deserialize<'de>>(
    index: usize,
    value: &mut Value<'_>,
    key: &str,
    found: &mut Vec<Problem>,
) -> Vec<T> {
    let mut good = Vec::new();
    for mut entry in take_array(value, key) {
        match T::deserialize(&mut entry) {
            Ok(entry) => good.push(entry),
            Err(errors) => found.extend(problems(index, errors)),
        }
    }
    good
}

/// Takes an array out of a table; a value that is no array is left for [`report_rest`].
fn take_array<'de>(value: &mut Value<'de>, key: &str) -> Vec<Value<'de>> {
    let mut inner = value.take();
    let mut taken = Vec::new();
    if let ValueInner::Table(table) = &mut inner
        && let Some((name, mut entry)) = table.remove_entry(key)
    {
        match entry.take() {
            ValueInner::Array(array) => taken = array,
            other => {
                entry.set(other);
                table.insert(name, entry);
            }
        }
    }
    value.set(inner);
    taken
}

/// Reports what nobody took.
fn report_rest(index: usize, value: &mut Value<'_>, found: &mut Vec<Problem>) {
    if let ValueInner::Table(table) = value.take() {
        for (key, _) in table {
            let args = vec![("key", key.name.to_string()), ("expected", String::new())];
            let (code, severity) = (codes::UNKNOWN_KEY, Severity::Error);
            found.push(Problem { file: index, span: key.span, code, severity, args });
        }
    }
}

fn problems(index: usize, errors: DeserError) -> impl Iterator<Item = Problem> {
    errors.errors.into_iter().map(move |error| problem(index, error))
}

/// Our code and arguments for an error of the TOML reader.
fn problem(file: usize, error: Error) -> Problem {
    let mut span = error.span;
    let (code, args) = match error.kind {
        ErrorKind::UnexpectedKeys { keys, expected } => {
            span = keys.first().map_or(span, |(_, span)| *span);
            let names: Vec<String> = keys.into_iter().map(|(name, _)| name).collect();
            let args = vec![("key", names.join("`, `")), ("expected", expected.join(", "))];
            (codes::UNKNOWN_KEY, args)
        }
        ErrorKind::MissingField(key) => (codes::MISSING_KEY, vec![("key", key.to_owned())]),
        ErrorKind::Wanted { expected, found } => {
            let args = vec![("expected", expected.to_owned()), ("found", found.to_owned())];
            (codes::WRONG_TYPE, args)
        }
        ErrorKind::UnexpectedValue { expected, value } => {
            let value = value.unwrap_or_default();
            (codes::NOT_IN_LIST, vec![("value", value), ("expected", expected.join(", "))])
        }
        ErrorKind::Custom(why) => (codes::INVALID, vec![("why", why.into_owned())]),
        other => (codes::SYNTAX, vec![("why", other.to_string())]),
    };
    Problem { file, span, code, severity: Severity::Error, args }
}
