//! The rule tables of firewalls: rules, NAT rules, objects; as text, CSV, JSON and workbook.

use std::io::{self, Write};

use model::record::firewall::{Context, Firewall, FirewallHead, Firewalls, NatRule, Object, Rule};

use super::{contexts, share};
use crate::Error;
use crate::rows::{Row, column};
use crate::shown::{Cell, Column, View};
use crate::words::Words;
use crate::{csv, json, table, xlsx};

/// The tables as text for a terminal.
pub fn text(firewalls: &Firewalls, words: &Words, width: Option<usize>) -> String {
    let mut out = String::new();
    let heads = firewalls.devices.iter().map(|device| HeadRow(&device.head));
    out.push_str(&table::of_rows(heads, HEAD_SHOWN, words, width));
    out.push('\n');
    out.push_str(&table::of_rows(rules(&firewalls.devices), RULE_SHOWN, words, width));
    if nat(&firewalls.devices).next().is_some() {
        out.push('\n');
        out.push_str(&table::of_rows(nat(&firewalls.devices), NAT_SHOWN, words, width));
    }
    out
}

/// The rules as CSV; NAT rules and objects are in the other forms.
///
/// # Errors
/// When the output cannot be written.
pub fn write_csv(firewalls: &Firewalls, out: &mut dyn Write) -> io::Result<()> {
    csv::write(rules(&firewalls.devices), out)
}

/// Everything as one JSON document.
///
/// # Errors
/// When the output cannot be written.
pub fn write_json(firewalls: &Firewalls, out: &mut dyn Write) -> io::Result<()> {
    json::pretty(firewalls, out)
}

/// One record a line: `firewall` (the device), then its `context`, `rulebase`, `rule`, `nat_rule` and `object` records, at last `end`.
///
/// # Errors
/// When the output cannot be written.
pub fn write_lines(firewalls: &Firewalls, out: &mut dyn Write) -> io::Result<()> {
    let schema = firewalls.schema.as_str();
    for device in &firewalls.devices {
        json::line(out, schema, "firewall", &device.head)?;
        for context in &device.contexts {
            let of = |record| json::InContext {
                device: &device.head.name,
                context: &context.name,
                record,
            };
            for rulebase in &context.rulebases {
                json::line(out, schema, "rulebase", &of(json::Any::Rulebase(rulebase)))?;
            }
            for rule in &context.rules {
                json::line(out, schema, "rule", &of(json::Any::Rule(rule)))?;
            }
            for rule in &context.nat {
                json::line(out, schema, "nat_rule", &of(json::Any::Nat(rule)))?;
            }
            for object in &context.objects {
                json::line(out, schema, "object", &of(json::Any::Object(object)))?;
            }
        }
    }
    json::line(out, schema, "end", &json::End { devices: firewalls.devices.len() })
}

/// Everything as a workbook: devices, rules, NAT rules, objects.
///
/// # Errors
/// When the workbook writer refuses something.
pub fn workbook(firewalls: &Firewalls, words: &Words) -> Result<Vec<u8>, Error> {
    let title = words.text("firewall-title", &[("target", (&firewalls.target).into())]);
    xlsx::book(&title, &firewalls.program, words, |book| {
        let heads = firewalls.devices.iter().map(|device| HeadRow(&device.head));
        book.table("sheet-firewalls", heads)?;
        book.table("sheet-rules", rules(&firewalls.devices))?;
        book.table("sheet-nat", nat(&firewalls.devices))?;
        book.table("sheet-objects", objects(&firewalls.devices))
    })
    .map_err(Error::Workbook)
}

/// The firewalls of an assessment.
pub(crate) fn heads(heads: &[FirewallHead]) -> impl Iterator<Item = HeadRow<'_>> {
    heads.iter().map(HeadRow)
}

fn in_contexts<'f, T: 'f>(
    devices: &'f [Firewall],
    list: impl Fn(&'f Context) -> &'f [T] + Copy + 'f,
) -> impl Iterator<Item = Of<'f, T>> {
    devices.iter().flat_map(move |device| {
        device.contexts.iter().flat_map(move |context| {
            list(context).iter().map(move |item| Of {
                device: &device.head.name,
                context: &context.name,
                item,
            })
        })
    })
}

/// All rules.
pub(crate) fn rules(devices: &[Firewall]) -> impl Iterator<Item = Of<'_, Rule>> {
    in_contexts(devices, |context| &context.rules)
}

/// All NAT rules.
pub(crate) fn nat(devices: &[Firewall]) -> impl Iterator<Item = Of<'_, NatRule>> {
    in_contexts(devices, |context| &context.nat)
}

/// All objects.
pub(crate) fn objects(devices: &[Firewall]) -> impl Iterator<Item = Of<'_, Object>> {
    in_contexts(devices, |context| &context.objects)
}

/// Something of a context.
pub(crate) struct Of<'a, T> {
    device: &'a str,
    context: &'a str,
    item: &'a T,
}

/// A device.
pub(crate) struct HeadRow<'a>(&'a FirewallHead);

impl Row for HeadRow<'_> {
    const COLUMNS: &'static [Column] = &[
        column("device", 24),
        column("platform", 14),
        column("model", 18),
        column("version", 12),
        column("contexts", 30),
        column("rules_enabled", 10),
        column("rules_disabled", 10),
        column("nat_rules", 10),
        column("statements", 12),
        column("share_read", 10),
        column("files", 40),
    ];

    fn cells(&self, view: View<'_>) -> Vec<Cell> {
        let head = self.0;
        vec![
            (&head.name).into(),
            match view {
                View::Machine => (&head.platform).into(),
                View::Person(_) => (&head.platform_name).into(),
            },
            (&head.model).into(),
            (&head.version).into(),
            contexts(head).into(),
            head.rules_enabled.into(),
            head.rules_disabled.into(),
            head.nat_rules.into(),
            head.statements.into(),
            share(head.read, head.statements).into(),
            head.files.join(", ").into(),
        ]
    }
}

const HEAD_SHOWN: &[&str] = &[
    "device",
    "platform",
    "model",
    "version",
    "contexts",
    "rules_enabled",
    "nat_rules",
    "share_read",
];

const RULE_SHOWN: &[&str] = &[
    "config_context",
    "number",
    "enabled",
    "rule_name",
    "from",
    "to",
    "source_addresses",
    "destination_addresses",
    "services",
    "conditions",
    "action",
    "rule_nat",
    "place",
];

const NAT_SHOWN: &[&str] = &[
    "config_context",
    "number",
    "enabled",
    "rule_name",
    "from",
    "to",
    "source_addresses",
    "destination_addresses",
    "services",
    "source_to",
    "destination_to",
    "place",
];

impl Row for Of<'_, Rule> {
    const COLUMNS: &'static [Column] = &[
        column("device", 18),
        column("config_context", 14),
        column("rulebase", 18),
        column("number", 8),
        column("enabled", 9),
        column("section", 18),
        column("rule_name", 28),
        column("from", 16),
        column("to", 16),
        column("source_addresses", 32),
        column("destination_addresses", 32),
        column("services", 24),
        column("conditions", 24),
        column("action", 12),
        column("rule_nat", 24),
        column("inspection", 24),
        column("logged", 9),
        column("comment", 36),
        column("place", 30),
    ];

    fn cells(&self, view: View<'_>) -> Vec<Cell> {
        let rule = self.item;
        vec![
            self.device.into(),
            self.context.into(),
            (&rule.rulebase).into(),
            rule.number.into(),
            yes(rule.enabled, view),
            (&rule.section).into(),
            (&rule.name).into(),
            (&rule.from).into(),
            (&rule.to).into(),
            (&rule.source).into(),
            (&rule.destination).into(),
            (&rule.services).into(),
            rule.conditions.join("; ").into(),
            action(&rule.action, view),
            (&rule.nat).into(),
            rule.inspection.join(", ").into(),
            rule.logged.map_or("".into(), |logged| yes(logged, view)),
            (&rule.comment).into(),
            place(&rule.path, rule.line).into(),
        ]
    }
}

impl Row for Of<'_, NatRule> {
    const COLUMNS: &'static [Column] = &[
        column("device", 18),
        column("config_context", 14),
        column("nat_list", 18),
        column("nat_when", 18),
        column("number", 8),
        column("enabled", 9),
        column("rule_name", 28),
        column("from", 16),
        column("to", 16),
        column("source_addresses", 32),
        column("destination_addresses", 32),
        column("services", 24),
        column("conditions", 24),
        column("source_to", 28),
        column("destination_to", 28),
        column("comment", 36),
        column("place", 30),
    ];

    fn cells(&self, view: View<'_>) -> Vec<Cell> {
        let rule = self.item;
        vec![
            self.device.into(),
            self.context.into(),
            (&rule.pass).into(),
            view.word("when", &rule.when),
            rule.number.into(),
            yes(rule.enabled, view),
            (&rule.name).into(),
            (&rule.from).into(),
            (&rule.to).into(),
            (&rule.source).into(),
            (&rule.destination).into(),
            (&rule.services).into(),
            rule.conditions.join("; ").into(),
            (&rule.source_to).into(),
            (&rule.destination_to).into(),
            (&rule.comment).into(),
            place(&rule.path, rule.line).into(),
        ]
    }
}

impl Row for Of<'_, Object> {
    const COLUMNS: &'static [Column] = &[
        column("device", 18),
        column("config_context", 14),
        column("object_kind", 10),
        column("object_name", 28),
        column("object_value", 48),
        column("resolved", 60),
        column("used", 9),
        column("comment", 36),
        column("place", 30),
    ];

    fn cells(&self, view: View<'_>) -> Vec<Cell> {
        let object = self.item;
        vec![
            self.device.into(),
            self.context.into(),
            view.word("object", &object.kind),
            (&object.name).into(),
            (&object.value).into(),
            (&object.resolved).into(),
            yes(object.used, view),
            (&object.comment).into(),
            place(&object.path, object.line).into(),
        ]
    }
}

fn yes(holds: bool, view: View<'_>) -> Cell {
    match view {
        View::Machine => if holds { "true" } else { "false" }.into(),
        View::Person(words) => words.plain(if holds { "yes" } else { "no" }).into(),
    }
}

/// Verdicts are words; `layer NAME` and the like hold names and stay.
fn action(action: &str, view: View<'_>) -> Cell {
    view.word("verdict", action)
}

/// `file:line`, as editors read it.
fn place(path: &str, line: u32) -> String {
    if line == 0 { path.to_owned() } else { format!("{path}:{line}") }
}
