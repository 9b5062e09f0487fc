//! `data/negatives.toml`: look-alikes that may match nothing, or at most give a weak hint at a remote service.

use audit::identify::identify;
use catalog::product::Strength;
use model::asset::AssetId;
use model::field::{Context, Field};
use model::finding::Relation;
use model::observation::{Fact, Observations, RowPlace};
use model::source::{SourceId, Unit};

use super::Score;
use super::reading::{Facts, today};

pub(super) fn scores(facts: &Facts) -> Vec<Score> {
    let mut score = Score {
        part: "`data/negatives.toml`".to_owned(),
        what: "look-alikes left alone".to_owned(),
        target: true,
        ..Score::default()
    };
    for negative in &facts.catalog.negatives {
        score.expected += 1;
        let Some(field) = Field::parse(&negative.field) else {
            score.details.push(format!("`{}` is no field", negative.field));
            continue;
        };
        let wrong: Vec<String> = matches(facts, field, &negative.value);
        score.found += usize::from(wrong.is_empty());
        score.wrong += wrong.len();
        score.details.extend(wrong);
    }
    vec![score]
}

/// The matches of one value that say more than a weak hint at something elsewhere.
fn matches(facts: &Facts, field: Field, value: &str) -> Vec<String> {
    let mut seen = Observations::default();
    let fact = Fact { field, value: seen.strings.intern(value) };
    let part = seen.strings.intern("");
    let context = match field {
        Field::SnmpPen | Field::SnmpSysdescr | Field::DeviceVendor => Context::Device,
        Field::HwVendor => Context::Platform,
        Field::NetTcp | Field::NetService | Field::WinService | Field::LinService => {
            Context::Running
        }
        _ => Context::Installed,
    };
    let item = seen.items.intern(context, &[fact]);
    let place = RowPlace { source: SourceId(0), part, unit: Unit::Row, at: 1 };
    seen.push(AssetId(0), place, item);
    let judged = identify(&seen, &facts.catalog, today());
    let prints: Vec<_> = facts.catalog.fingerprints().collect();
    let mut wrong = Vec::new();
    for found in judged.matches.iter().flatten() {
        let elsewhere =
            matches!(found.relation, Relation::ClientOf | Relation::NeighbourOf | Relation::RunsOn);
        if found.strength == Strength::Weak && elsewhere {
            continue;
        }
        let runs_on = found.relation == Relation::RunsOn;
        // A virtual machine's board says truly what it runs on; that is nobody's product inside.
        if runs_on && field == Field::HwVendor {
            continue;
        }
        let print = prints.get(found.print).map(|(_, print)| print);
        let pattern = print.map(|p| format!("{} {:?} `{}`", p.field.as_str(), p.kind, p.value));
        wrong.push(format!("{} `{value}` matches {}", field.as_str(), pattern.unwrap_or_default()));
    }
    wrong
}
