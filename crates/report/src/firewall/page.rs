//! Pages about firewalls: one self-contained HTML file each, without script; no request leaves it.

use askama::Template;
use model::record::check::{Check, Problem, Spot, Statement};
use model::record::firewall::{Firewall, FirewallHead, Firewalls};

use super::check::{by_code, counts, fates, problem_text};
use super::{contexts, platform, share};
use crate::Error;
use crate::html::{CSS, policy_of_style};
use crate::rows::Row;
use crate::shown::{Cell, View, header};
use crate::text::count;
use crate::words::Words;

/// The rule tables as a page.
///
/// # Errors
/// When the template engine refuses something.
pub fn rules(firewalls: &Firewalls, words: &Words) -> Result<String, Error> {
    let title = words.text("firewall-title", &[("target", (&firewalls.target).into())]);
    let mut tables = Vec::new();
    for device in &firewalls.devices {
        tables.push(of_device(device, words));
    }
    let page = RulesPage {
        w: words,
        policy: policy_of_style(),
        css: CSS,
        title,
        program: &firewalls.program,
        devices: tables,
    };
    page.render().map_err(Error::Template)
}

/// The check as a page.
///
/// # Errors
/// When the template engine refuses something.
pub fn check(check: &Check, words: &Words) -> Result<String, Error> {
    let all: u64 = check.files.iter().map(|file| file.statements).sum();
    let read: u64 = check.files.iter().map(|file| file.read).sum();
    let page = CheckPage {
        w: words,
        policy: policy_of_style(),
        css: CSS,
        title: words.text("check-title", &[("target", (&check.target).into())]),
        program: &check.program,
        devices: check
            .devices
            .iter()
            .map(|device| DeviceView {
                name: device.name.clone(),
                platform: platform(&device.platform_name, &device.model, &device.version, words),
                contexts: device
                    .contexts
                    .iter()
                    .map(|context| (context.name.clone(), counts(context, words)))
                    .collect(),
            })
            .collect(),
        ledger: fates(check)
            .iter()
            .map(|fate| {
                [
                    words.word("disposition", &fate.disposition),
                    words.code(&fate.reason, &Default::default()),
                    count(fate.statements),
                    share(fate.statements, all),
                ]
            })
            .collect(),
        share: share(read, all),
        groups: groups(check, words),
        not_read: check
            .not_read
            .iter()
            .take(NOT_READ_MAX)
            .map(|input| (input.path.clone(), words.code(&input.code, &input.args)))
            .collect(),
        not_read_all: count(check.not_read.len() as u64),
    };
    page.render().map_err(Error::Template)
}

#[derive(Template)]
#[template(path = "rules.html")]
struct RulesPage<'a> {
    w: &'a Words,
    policy: String,
    css: &'static str,
    title: String,
    program: &'a str,
    devices: Vec<TablesView>,
}

impl RulesPage<'_> {
    fn t(&self, key: &str) -> String {
        self.w.plain(key)
    }
}

#[derive(Template)]
#[template(path = "check.html")]
struct CheckPage<'a> {
    w: &'a Words,
    policy: String,
    css: &'static str,
    title: String,
    program: &'a str,
    devices: Vec<DeviceView>,
    ledger: Vec<[String; 4]>,
    share: String,
    groups: Vec<GroupView>,
    not_read: Vec<(String, String)>,
    not_read_all: String,
}

impl CheckPage<'_> {
    fn t(&self, key: &str) -> String {
        self.w.plain(key)
    }
}

/// A device with its tables.
struct TablesView {
    name: String,
    platform: String,
    contexts: String,
    share: String,
    tables: Vec<TableView>,
}

/// A table.
struct TableView {
    title: String,
    all: String,
    heads: Vec<String>,
    rows: Vec<Vec<String>>,
    note: Option<String>,
}

/// A device and what its contexts hold.
struct DeviceView {
    name: String,
    platform: String,
    contexts: Vec<(String, Vec<String>)>,
}

/// Places of one kind.
struct GroupView {
    severity: String,
    severity_word: String,
    code: String,
    all: String,
    help: String,
    items: Vec<(String, Option<PlaceView>)>,
    note: Option<String>,
}

/// A place with its line, cut into what stands before, in and behind what is meant.
struct PlaceView {
    place: String,
    before: String,
    meant: String,
    after: String,
}

fn of_device(device: &Firewall, words: &Words) -> TablesView {
    let head: &FirewallHead = &device.head;
    let alone = std::slice::from_ref(device);
    TablesView {
        name: head.name.clone(),
        platform: platform(&head.platform_name, &head.model, &head.version, words),
        contexts: contexts(head),
        share: share(head.read, head.statements),
        tables: vec![
            table("sheet-rules", super::tables::rules(alone), words),
            table("sheet-nat", super::tables::nat(alone), words),
            table("sheet-objects", super::tables::objects(alone), words),
        ],
    }
}

fn table<R: Row>(title: &str, rows: impl Iterator<Item = R>, words: &Words) -> TableView {
    let mut all = 0_u64;
    let mut shown: Vec<Vec<String>> = Vec::new();
    for row in rows {
        all += 1;
        if shown.len() < ROWS_MAX {
            shown.push(row.cells(View::Person(words)).into_iter().map(text).collect());
        }
    }
    let kept = shown.len() as u64;
    let args = [("shown", kept.into()), ("all", all.into())];
    // The first column is the device, which stands in the heading.
    for row in &mut shown {
        row.drain(..1.min(row.len()));
    }
    TableView {
        title: words.plain(title),
        all: count(all),
        heads: R::COLUMNS.iter().skip(1).map(|column| header(words, column.name)).collect(),
        rows: shown,
        note: (kept < all).then(|| words.text("rows-capped", &args)),
    }
}

fn text(cell: Cell) -> String {
    match cell {
        Cell::Text(text) | Cell::Day(text) => text,
        Cell::Number(number) => number.to_string(),
    }
}

/// Problems by code, then statements by reason.
fn groups(check: &Check, words: &Words) -> Vec<GroupView> {
    let mut groups = Vec::new();
    for (code, problems) in by_code(check) {
        let severity = problems.first().map_or("", |problem| problem.severity.as_str());
        let items = problems.iter().take(PLACES_MAX).map(|problem: &&Problem| {
            (problem_text(problem, words), problem.place.as_ref().map(place))
        });
        groups.push(GroupView {
            severity: severity.to_owned(),
            severity_word: words.word("severity", severity),
            code: code.to_owned(),
            all: count(problems.len() as u64),
            help: words.help(code).unwrap_or_default(),
            items: items.collect(),
            note: more(problems.len(), words),
        });
    }
    for fate in fates(check) {
        let same = |statement: &&Statement| {
            statement.disposition == fate.disposition && statement.reason == fate.reason
        };
        let items: Vec<_> = check
            .statements
            .iter()
            .filter(same)
            .take(PLACES_MAX)
            .map(|statement| (String::new(), Some(place(&statement.place))))
            .collect();
        if items.is_empty() {
            continue;
        }
        let grave = matches!(fate.disposition.as_str(), "unsupported" | "unrecognized");
        let shown = items.len();
        let left = usize::try_from(fate.statements).unwrap_or(usize::MAX).saturating_sub(shown);
        groups.push(GroupView {
            severity: if grave { "warning" } else { "note" }.to_owned(),
            severity_word: words.word("disposition", &fate.disposition),
            code: fate.reason.clone(),
            all: count(fate.statements),
            help: words.code(&fate.reason, &Default::default()),
            items,
            note: (left > 0).then(|| words.text("more", &[("count", left.into())])),
        });
    }
    groups
}

fn more(all: usize, words: &Words) -> Option<String> {
    let left = all.saturating_sub(PLACES_MAX);
    (left > 0).then(|| words.text("more", &[("count", left.into())]))
}

fn place(spot: &Spot) -> PlaceView {
    let size = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    let (mark, marked) = (size(spot.mark), size(spot.marked));
    PlaceView {
        place: format!("{}:{}:{}", spot.path, spot.line, spot.column),
        before: spot.text.chars().take(mark).collect(),
        meant: spot.text.chars().skip(mark).take(marked).collect(),
        after: spot.text.chars().skip(mark.saturating_add(marked)).collect(),
    }
}

/// Most rows of one table; the workbook has all.
const ROWS_MAX: usize = 5_000;

/// Most places of one kind.
const PLACES_MAX: usize = 50;

/// Most inputs listed that were not read.
const NOT_READ_MAX: usize = 200;
