//! How directives are read from TOML.

use toml_span::de_helpers::TableHelper;
use toml_span::{DeserError, Deserialize, Value};

use super::{
    Action, Answer, Citation, Clause, ClauseKind, Deadline, DecisionSlot, Directive, Due, Duty,
    Effect, Embedded, Event, Exemption, Force, Offset, OffsetUnit, Ownership, OwnershipMode, Quota,
    Status, Tier, Watch,
};
use crate::ownership::Path;
use crate::shape::{FactConfidence, Provenance, Words};
use crate::shape::{Number, Word, date, invalid, maybe_word, strings, text, word, words};

impl<'de> Deserialize<'de> for Directive {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let id = table.required_s::<String>("id");
        let directive = Self {
            span: id.as_ref().map_or(value.span, |id| id.span),
            id: id.map(|id| id.value).unwrap_or_default(),
            title: words(&mut table, "title"),
            issuer: strings(&mut table, "issuer"),
            jurisdiction: table.required("jurisdiction").unwrap_or_default(),
            force: word(&mut table, "force").unwrap_or(Force::Advisory),
            status: word(&mut table, "status").unwrap_or(Status::Proposed),
            issued: date(&mut table, "issued"),
            effective: date(&mut table, "effective"),
            published: date(&mut table, "published"),
            binds: words(&mut table, "binds"),
            roles: strings(&mut table, "roles"),
            summary: words(&mut table, "summary"),
            reason: words(&mut table, "reason"),
            legal_basis: text(&mut table, "legal_basis"),
            supersedes: strings(&mut table, "supersedes"),
            superseded_by: strings(&mut table, "superseded_by"),
            confidence: word(&mut table, "confidence").unwrap_or(FactConfidence::Recalled),
            as_of: date(&mut table, "as_of"),
            clauses: table.optional("clause").unwrap_or_default(),
            watch: table.optional("watch").unwrap_or_default(),
            decisions: table.optional("decision").unwrap_or_default(),
            exemptions: table.optional("exemption").unwrap_or_default(),
            actions: table.optional("action").unwrap_or_default(),
            reports: table.optional("report").unwrap_or_default(),
            events: table.optional("event").unwrap_or_default(),
            unknowns: table
                .optional::<Vec<UnknownText>>("unknown")
                .map(|unknowns| unknowns.into_iter().map(|unknown| unknown.0).collect())
                .unwrap_or_default(),
            sources: table.optional("source").unwrap_or_default(),
        };
        table.finalize(None)?;
        if directive.title.is_empty() {
            return Err(invalid(value, "a directive needs a title in both languages"));
        }
        Ok(directive)
    }
}

struct UnknownText(Words);

impl<'de> Deserialize<'de> for UnknownText {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let words = words(&mut table, "text");
        table.finalize(None)?;
        Ok(Self(words))
    }
}

impl<'de> Deserialize<'de> for Clause {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let clause = Self {
            span: value.span,
            id: table.required("id").unwrap_or_default(),
            title: words(&mut table, "title"),
            kind: word(&mut table, "kind").unwrap_or(ClauseKind::Duty),
            effect: word(&mut table, "effect").unwrap_or(Effect::Caution),
            vendors: strings(&mut table, "vendors"),
            products: strings(&mut table, "products"),
            open_ended: words(&mut table, "open_ended"),
            categories: strings(&mut table, "categories"),
            capabilities: strings(&mut table, "capabilities"),
            origins: strings(&mut table, "origins"),
            allowed: strings(&mut table, "allowed"),
            ownership: table.optional("ownership").unwrap_or(Ownership {
                mode: OwnershipMode::Unknown,
                threshold: DEFAULT_THRESHOLD,
                note: String::new(),
            }),
            embedded: maybe_word(&mut table, "embedded").unwrap_or(Embedded::Unknown),
            quota: table.optional("quota"),
            functions: strings(&mut table, "functions"),
            purpose: words(&mut table, "purpose"),
            deadlines: table.optional("deadline").unwrap_or_default(),
            provenance: Provenance::take(&mut table),
        };
        table.finalize(None)?;
        Ok(clause)
    }
}

impl<'de> Deserialize<'de> for Ownership {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let threshold = table.optional::<Number>("threshold");
        let ownership = Self {
            mode: word(&mut table, "mode").unwrap_or(OwnershipMode::Unknown),
            threshold: threshold.map_or(DEFAULT_THRESHOLD, |number| number.0),
            note: text(&mut table, "note"),
        };
        table.finalize(None)?;
        Ok(ownership)
    }
}

impl<'de> Deserialize<'de> for Quota {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let percent = table.required::<Number>("percent");
        let quota =
            Self { percent: percent.map_or(0.0, |number| number.0), of: words(&mut table, "of") };
        table.finalize(None)?;
        Ok(quota)
    }
}

impl<'de> Deserialize<'de> for Deadline {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let on = date(&mut table, "date").map(Due::On);
        let after = table.optional::<Offset>("after").map(Due::After);
        let every = table.optional::<Every>("every").map(|every| Due::EveryMonths(every.months));
        let action = words(&mut table, "action");
        let as_stated = text(&mut table, "as_stated");
        let provenance = Provenance::take(&mut table);
        table.finalize(None)?;
        let mut given = on.into_iter().chain(after).chain(every);
        match (given.next(), given.next()) {
            (Some(due), None) => Ok(Self { action, due, as_stated, provenance }),
            _ => Err(invalid(value, "a deadline has exactly one of `date`, `after`, `every`")),
        }
    }
}

struct Every {
    months: i64,
}

impl<'de> Deserialize<'de> for Every {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let every = Self { months: table.required("months").unwrap_or(0) };
        table.finalize(None)?;
        Ok(every)
    }
}

impl<'de> Deserialize<'de> for Offset {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let units = [
            (table.optional::<i64>("days"), OffsetUnit::Days),
            (table.optional::<i64>("business_days"), OffsetUnit::BusinessDays),
            (table.optional::<i64>("months"), OffsetUnit::Months),
        ];
        let from = table.required("from").unwrap_or_default();
        table.finalize(None)?;
        let mut given = units.into_iter().filter_map(|(count, unit)| Some((count?, unit)));
        match (given.next(), given.next()) {
            (Some((count, unit)), None) => Ok(Self { count, unit, from }),
            _ => Err(invalid(value, "one of `days`, `business_days`, `months`")),
        }
    }
}

impl<'de> Deserialize<'de> for Watch {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let watch = Self {
            origins: strings(&mut table, "origins"),
            categories: strings(&mut table, "categories"),
        };
        table.finalize(None)?;
        Ok(watch)
    }
}

impl<'de> Deserialize<'de> for DecisionSlot {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let paths: Vec<Word<Path>> = table.optional("paths").unwrap_or_default();
        let slot = Self {
            id: table.required("id").unwrap_or_default(),
            question: words(&mut table, "question"),
            default: word(&mut table, "default").unwrap_or(Answer::Undecided),
            why: words(&mut table, "why"),
            forms: strings(&mut table, "forms"),
            relations: strings(&mut table, "relations"),
            paths: paths.into_iter().map(|path| path.0).collect(),
            matter: text(&mut table, "matter"),
        };
        table.finalize(None)?;
        Ok(slot)
    }
}

impl<'de> Deserialize<'de> for Exemption {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let exemption = Self {
            text: words(&mut table, "text"),
            approver: text(&mut table, "approver"),
            expires: date(&mut table, "expires"),
            provenance: Provenance::take(&mut table),
        };
        table.finalize(None)?;
        Ok(exemption)
    }
}

impl<'de> Deserialize<'de> for Action {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let action =
            Self { step: words(&mut table, "step"), provenance: Provenance::take(&mut table) };
        table.finalize(None)?;
        Ok(action)
    }
}

impl<'de> Deserialize<'de> for Duty {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let duty = Self {
            what: words(&mut table, "what"),
            to: text(&mut table, "to"),
            due: table.optional("due"),
            fields: strings(&mut table, "fields"),
            provenance: Provenance::take(&mut table),
        };
        table.finalize(None)?;
        Ok(duty)
    }
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let event = Self {
            date: date(&mut table, "date"),
            what: words(&mut table, "what"),
            provenance: Provenance::take(&mut table),
        };
        table.finalize(None)?;
        Ok(event)
    }
}

impl<'de> Deserialize<'de> for Citation {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let citation = Self {
            id: table.required("id").unwrap_or_default(),
            url: text(&mut table, "url"),
            note: text(&mut table, "note"),
            tier: word(&mut table, "tier").unwrap_or(Tier::Recall),
            date: date(&mut table, "date"),
        };
        table.finalize(None)?;
        Ok(citation)
    }
}

/// Percentage above which ownership is control, unless the clause says otherwise: a majority.
const DEFAULT_THRESHOLD: f64 = 50.0;
