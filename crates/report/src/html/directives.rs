//! Directives, their deadlines and decisions, and waivers, ready for the template.

use model::record::{Assessment, Deadline, Directive};

use crate::phrases;
use crate::text::count;
use crate::words::Words;

/// A directive.
pub(crate) struct DirectiveView {
    /// Its id.
    pub(crate) id: String,
    /// Title.
    pub(crate) title: String,
    /// Who must obey.
    pub(crate) binds: String,
    /// Force, status and confidence in words.
    pub(crate) marks: Vec<String>,
    /// Whether all that is known comes from the press.
    pub(crate) press_only: bool,
    /// Number of vendors and products, in words.
    pub(crate) reach: String,
    /// The deadline that matters at the date of the report.
    pub(crate) deadline: Option<DeadlineView>,
    /// All deadlines.
    pub(crate) deadlines: Vec<DeadlineView>,
    /// Decisions, open ones first.
    pub(crate) decisions: Vec<DecisionView>,
    /// What nobody outside knows.
    pub(crate) unknowns: Vec<String>,
    /// Named vendors.
    pub(crate) vendors: Vec<String>,
    /// Citations: id, text, tier.
    pub(crate) citations: Vec<(String, String, String)>,
}

/// A deadline.
pub(crate) struct DeadlineView {
    /// Clause.
    pub(crate) clause: String,
    /// What must be done.
    pub(crate) action: String,
    /// The day, or the rule.
    pub(crate) day: String,
    /// In the source's words, when that is not the day.
    pub(crate) as_stated: String,
    /// Days left or past as a number without sign; empty when unknown.
    pub(crate) days: String,
    /// `days left` or `days past`.
    pub(crate) days_word: String,
    /// Class for its colour.
    pub(crate) tone: &'static str,
    /// How well it is known.
    pub(crate) confidence: String,
}

/// A decision.
pub(crate) struct DecisionView {
    /// Its id.
    pub(crate) id: String,
    /// The answer as stored, for the colour.
    pub(crate) answer: String,
    /// The answer in words.
    pub(crate) answer_word: String,
    /// Who gave it.
    pub(crate) by: String,
    /// The question.
    pub(crate) question: String,
    /// Why the default is what it is.
    pub(crate) why: String,
    /// How many findings depend on it.
    pub(crate) findings: String,
    /// `findings depend on it`, in the number that fits.
    pub(crate) depend: String,
}

/// A waiver.
pub(crate) struct WaiverView {
    /// Its id.
    pub(crate) id: String,
    /// Status as stored, for the colour.
    pub(crate) status: String,
    /// Status in words.
    pub(crate) status_word: String,
    /// Why.
    pub(crate) reason: String,
    /// Who approved, and the ticket.
    pub(crate) approver: String,
    /// When it ends, with the zone rule.
    pub(crate) expires: String,
    /// Days left or past.
    pub(crate) days: String,
    /// How many findings it covers.
    pub(crate) findings: String,
}

/// The directives.
pub(crate) fn list(assessment: &Assessment, words: &Words) -> Vec<DirectiveView> {
    assessment.directives.iter().map(|directive| view(directive, words)).collect()
}

/// The waivers.
pub(crate) fn waivers(assessment: &Assessment, words: &Words) -> Vec<WaiverView> {
    let view = |waiver: &model::record::Waiver| {
        let by = [waiver.approver.as_str(), waiver.ticket.as_str()];
        let zone = [waiver.expires.as_str(), waiver.zone.as_str()];
        WaiverView {
            id: waiver.id.clone(),
            status: waiver.status.clone(),
            status_word: words.word("waiver", &waiver.status),
            reason: waiver.reason.clone(),
            approver: joined(&by),
            expires: joined(&zone),
            days: phrases::days(words, waiver.days_left),
            findings: count(waiver.findings.into()),
        }
    };
    assessment.waivers.iter().map(view).collect()
}

fn joined(parts: &[&str]) -> String {
    let parts: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    parts.join(" · ")
}

fn view(directive: &Directive, words: &Words) -> DirectiveView {
    let reach =
        [("vendors", directive.vendors.len().into()), ("products", directive.products.into())];
    let citations = directive.sources.iter().map(|citation| {
        (citation.id.clone(), citation.text.clone(), words.word("tier", &citation.tier))
    });
    DirectiveView {
        id: directive.id.clone(),
        title: words.pick(&directive.title).to_owned(),
        binds: words.pick(&directive.binds).to_owned(),
        marks: vec![
            words.word("force", &directive.force),
            words.word("status", &directive.status),
            words.text(
                "mark-known",
                &[("how", (&words.word("fact", &directive.confidence)).into())],
            ),
        ],
        press_only: directive.press_only,
        reach: words.text("directive-reach", &reach),
        deadline: directive.deadline.as_ref().map(|deadline| of_deadline(deadline, words)),
        deadlines: directive.deadlines.iter().map(|one| of_deadline(one, words)).collect(),
        decisions: decisions(directive, words),
        unknowns: directive.unknowns.iter().map(|text| words.pick(text).to_owned()).collect(),
        vendors: directive.vendors.iter().map(|vendor| words.name(vendor).to_owned()).collect(),
        citations: citations.collect(),
    }
}

fn decisions(directive: &Directive, words: &Words) -> Vec<DecisionView> {
    let mut decisions: Vec<_> = directive.decisions.iter().collect();
    decisions.sort_by_key(|one| (one.answer != "undecided", std::cmp::Reverse(one.findings)));
    decisions
        .into_iter()
        .map(|decision| DecisionView {
            id: decision.id.clone(),
            answer: decision.answer.clone(),
            answer_word: words.word("answer", &decision.answer),
            by: words.plain(if decision.by_user {
                "decision-by-user"
            } else {
                "decision-by-default"
            }),
            question: words.pick(&decision.question).to_owned(),
            why: words.pick(&decision.why).to_owned(),
            findings: count(decision.findings.into()),
            depend: words.text("decision-findings", &[("count", decision.findings.into())]),
        })
        .collect()
}

fn of_deadline(deadline: &Deadline, words: &Words) -> DeadlineView {
    let day = phrases::deadline_day(deadline).to_owned();
    let left = deadline.days_left;
    let days_word = left.map_or(String::new(), |left| {
        let args = [("count", left.saturating_abs().into())];
        words.text(if left < 0 { "countdown-past" } else { "countdown-left" }, &args)
    });
    DeadlineView {
        clause: deadline.clause.clone(),
        action: words.pick(&deadline.action).to_owned(),
        as_stated: if deadline.as_stated == day {
            String::new()
        } else {
            deadline.as_stated.clone()
        },
        day,
        days: left.map_or(String::new(), |left| count(left.unsigned_abs())),
        days_word,
        tone: match left {
            Some(..=0) => "alarm",
            Some(..=90) => "caution",
            Some(_) => "good",
            None => "calm",
        },
        confidence: words.word("fact", &deadline.confidence),
    }
}
