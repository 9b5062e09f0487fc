//! Dates as facts have them: sometimes only a month or a year is known.

use std::fmt;

use jiff::civil::Date;

/// A date known to the day, the month or the year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartialDate {
    year: i16,
    month: Option<i8>,
    day: Option<i8>,
}

impl PartialDate {
    /// Reads `2026-02-11`, `2026-02` or `2026`; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let year = number(parts.next()?, 4)?;
        let month = parts.next().map(|part| number(part, 2)).transpose_flat()?;
        let day = parts.next().map(|part| number(part, 2)).transpose_flat()?;
        if parts.next().is_some() {
            return None;
        }
        let (month, day) = (narrow(month)?, narrow(day)?);
        Date::new(year, month.unwrap_or(1), day.unwrap_or(1)).ok()?;
        Some(Self { year, month, day })
    }

    /// The first day that it can mean.
    pub fn first_day(self) -> Date {
        Date::new(self.year, self.month.unwrap_or(1), self.day.unwrap_or(1)).unwrap_or(Date::ZERO)
    }

    /// The last day that it can mean.
    pub fn last_day(self) -> Date {
        match (self.month, self.day) {
            (_, Some(_)) => self.first_day(),
            (Some(_), None) => self.first_day().last_of_month(),
            (None, None) => self.first_day().last_of_year(),
        }
    }

    /// Whether the day is known.
    pub fn is_exact(self) -> bool {
        self.day.is_some()
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        if let Some(month) = self.month {
            write!(f, "-{month:02}")?;
        }
        if let Some(day) = self.day {
            write!(f, "-{day:02}")?;
        }
        Ok(())
    }
}

/// A half-open period of validity; `None` is unknown or unbounded on that side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Period {
    /// First day, from the first day that it can mean.
    pub from: Option<PartialDate>,
    /// End: exclusive when it is a full day, else the last day that it can mean still belongs to the period.
    pub until: Option<PartialDate>,
}

impl Period {
    /// Whether the period holds `day`.
    pub fn contains(&self, day: Date) -> bool {
        let started = self.from.is_none_or(|from| from.first_day() <= day);
        started && !self.is_over(day)
    }

    /// Whether it ended on or before `day`.
    pub fn is_over(&self, day: Date) -> bool {
        self.until.is_some_and(|until| {
            if until.is_exact() { until.first_day() <= day } else { until.last_day() < day }
        })
    }
}

fn number(text: &str, digits: usize) -> Option<i16> {
    (text.len() == digits && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

fn narrow(value: Option<i16>) -> Option<Option<i8>> {
    match value {
        None => Some(None),
        Some(value) => i8::try_from(value).ok().map(Some),
    }
}

trait TransposeFlat {
    fn transpose_flat(self) -> Option<Option<i16>>;
}

impl TransposeFlat for Option<Option<i16>> {
    /// An absent part is fine; a present part must be a number.
    fn transpose_flat(self) -> Option<Option<i16>> {
        match self {
            None => Some(None),
            Some(None) => None,
            Some(value) => Some(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn reads_three_precisions_and_nothing_else() {
        for text in ["2026", "2026-02", "2026-02-11"] {
            assert_eq!(PartialDate::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "26", "2026-13", "2026-02-30", "2026-2-1", "2026-02-11-1", "2026-", "x"] {
            assert_eq!(PartialDate::parse(text), None, "{text}");
        }
    }

    #[test]
    fn an_exact_end_is_exclusive_and_a_partial_end_inclusive() {
        let sold =
            Period { from: PartialDate::parse("2017-12"), until: PartialDate::parse("2025-07-01") };
        assert!(sold.contains(day("2017-12-01")) && sold.contains(day("2025-06-30")));
        assert!(!sold.contains(day("2017-11-30")) && !sold.contains(day("2025-07-01")));
        let vague = Period { from: None, until: PartialDate::parse("2020-11") };
        assert!(vague.contains(day("2020-11-30")) && !vague.contains(day("2020-12-01")));
    }
}
