//! Deadlines: the day that a clause means, and how far it is.

use catalog::directive::{
    Clause, ClauseKind, Deadline, Directive, Due, Effect, Offset, OffsetUnit,
};
use catalog::shape::Keyword;
use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use model::record;

/// The deadline that stands for a whole directive: that of a clause that demands removal, if there is one. A duty that recurs every
/// year must not hide that the day to remove has passed.
pub fn headline(directive: &Directive, day: Date) -> Option<record::Deadline> {
    let demands_removal =
        |clause: &&Clause| clause.effect == Effect::Remove && clause.kind != ClauseKind::Duty;
    let removing: Vec<record::Deadline> = directive
        .clauses
        .iter()
        .filter(demands_removal)
        .filter_map(|clause| of_clause(directive, &clause.id, day))
        .filter(|deadline| deadline.date.is_some())
        .collect();
    pressing(&removing).or(pressing(&deadlines(directive, day))).cloned()
}

/// All deadlines of a directive at a date, in the order of its clauses.
pub fn deadlines(directive: &Directive, day: Date) -> Vec<record::Deadline> {
    let of_clause = |clause: &Clause| -> Vec<record::Deadline> {
        clause
            .deadlines
            .iter()
            .map(|deadline| record_of(directive, clause, deadline, day))
            .collect()
    };
    directive.clauses.iter().flat_map(of_clause).collect()
}

/// The deadline that presses among those of one clause. What recurs is a duty to report or check; it presses only where nothing else is
/// due.
pub fn of_clause(directive: &Directive, clause: &str, day: Date) -> Option<record::Deadline> {
    let clause = directive.clauses.iter().find(|other| other.id == clause)?;
    let records = |recurring: bool| -> Vec<record::Deadline> {
        let kind = |deadline: &&Deadline| matches!(deadline.due, Due::EveryMonths(_)) == recurring;
        let chosen = clause.deadlines.iter().filter(kind);
        chosen.map(|deadline| record_of(directive, clause, deadline, day)).collect()
    };
    pressing(&records(false)).or(pressing(&records(true))).cloned()
}

/// The deadline that presses: the nearest one still to come, else the last one passed, else one without a day.
pub fn pressing(deadlines: &[record::Deadline]) -> Option<&record::Deadline> {
    let days = |deadline: &&record::Deadline| deadline.days_left.unwrap_or(i64::MAX);
    let to_come =
        deadlines.iter().filter(|deadline| deadline.days_left.is_some_and(|left| left >= 0));
    let passed =
        deadlines.iter().filter(|deadline| deadline.days_left.is_some_and(|left| left < 0));
    to_come.min_by_key(days).or_else(|| passed.max_by_key(days)).or_else(|| deadlines.first())
}

fn record_of(
    directive: &Directive,
    clause: &Clause,
    deadline: &Deadline,
    day: Date,
) -> record::Deadline {
    let due = due_day(directive, &deadline.due, day);
    record::Deadline {
        clause: clause.id.clone(),
        action: deadline.action.clone(),
        date: due.map(|due| due.to_string()),
        days_left: due.map(|due| i64::from((due - day).get_days())),
        as_stated: if deadline.as_stated.is_empty() {
            rule_text(&deadline.due)
        } else {
            deadline.as_stated.clone()
        },
        confidence: deadline.provenance.confidence.word().to_owned(),
    }
}

/// The day, where the data tell it: an offset from discovery or from an event that has not happened has none.
fn due_day(directive: &Directive, due: &Due, day: Date) -> Option<Date> {
    match due {
        Due::On(date) => Some(date.last_day()),
        Due::After(offset) => {
            let start = match offset.from.as_str() {
                "issued" => directive.issued,
                "effective" => directive.effective,
                _ => None,
            }?;
            add(start.first_day(), offset)
        }
        Due::EveryMonths(months) => {
            let start = directive.effective.or(directive.issued)?.first_day();
            next_recurrence(start, *months, day)
        }
    }
}

fn add(start: Date, offset: &Offset) -> Option<Date> {
    match offset.unit {
        OffsetUnit::Days => start.checked_add(offset.count.days()).ok(),
        OffsetUnit::Months => start.checked_add(offset.count.months()).ok(),
        OffsetUnit::BusinessDays => {
            let mut date = start;
            let mut left = offset.count.clamp(0, MAX_BUSINESS_DAYS);
            while left > 0 {
                date = date.tomorrow().ok()?;
                // Weekends only: public holidays differ by country and are not in the data.
                if !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) {
                    left -= 1;
                }
            }
            Some(date)
        }
    }
}

fn next_recurrence(start: Date, months: i64, day: Date) -> Option<Date> {
    let months = months.max(1);
    let mut date = start;
    for step in 1..MAX_RECURRENCES {
        if date >= day {
            return Some(date);
        }
        date = start.checked_add((months * step).months()).ok()?;
    }
    None
}

/// The rule in a neutral notation, for deadlines without words of their own.
fn rule_text(due: &Due) -> String {
    match due {
        Due::On(date) => date.to_string(),
        Due::EveryMonths(months) => format!("every {months} months"),
        Due::After(offset) => {
            let unit = match offset.unit {
                OffsetUnit::Days => "days",
                OffsetUnit::BusinessDays => "business days",
                OffsetUnit::Months => "months",
            };
            format!("{} {unit} after {}", offset.count, offset.from)
        }
    }
}

const MAX_BUSINESS_DAYS: i64 = 10_000;
const MAX_RECURRENCES: i64 = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn business_days_skip_weekends() {
        let friday: Date = "2026-11-20".parse().unwrap();
        let offset =
            |count| Offset { count, unit: OffsetUnit::BusinessDays, from: "issued".into() };
        assert_eq!(add(friday, &offset(1)).unwrap().to_string(), "2026-11-23");
        assert_eq!(add(friday, &offset(10)).unwrap().to_string(), "2026-12-04");
    }

    #[test]
    fn the_next_recurrence_is_on_or_after_the_day() {
        let start: Date = "2026-01-31".parse().unwrap();
        let day: Date = "2026-04-30".parse().unwrap();
        assert_eq!(next_recurrence(start, 3, day).unwrap().to_string(), "2026-04-30");
        assert_eq!(
            next_recurrence(start, 3, day.tomorrow().unwrap()).unwrap().to_string(),
            "2026-07-31"
        );
    }

    #[test]
    fn the_pressing_deadline_is_the_next_one_else_the_last() {
        let at = |days| record::Deadline { days_left: Some(days), ..record::Deadline::default() };
        let some = [at(-40), at(30), at(400), at(-3)];
        assert_eq!(pressing(&some).unwrap().days_left, Some(30));
        assert_eq!(pressing(&[at(-40), at(-3)]).unwrap().days_left, Some(-3));
        assert_eq!(pressing(&[]), None);
    }
}
