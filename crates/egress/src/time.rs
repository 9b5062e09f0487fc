//! Points in time.

use jiff::civil::Date;

/// Microseconds since 1970-01-01T00:00:00Z.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct Time(pub i64);

impl Time {
    /// From whole seconds since the epoch; `None` when that is beyond what can be held.
    pub fn from_seconds(seconds: i64) -> Option<Self> {
        seconds.checked_mul(1_000_000).map(Self)
    }

    /// From milliseconds since the epoch.
    pub fn from_milliseconds(milliseconds: i64) -> Option<Self> {
        milliseconds.checked_mul(1_000).map(Self)
    }

    /// The number of its day in UTC, counted from 1970-01-01.
    pub fn day(self) -> i32 {
        // INVARIANT: microseconds in 64 bits are 107 million days at most.
        i32::try_from(self.0.div_euclid(86_400_000_000)).unwrap_or(i32::MAX)
    }

    /// This much later; it stays at the ends of what can be held.
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }
}

/// The civil date of a day's number; `None` outside the calendar.
pub fn date_of_day(day: i64) -> Option<Date> {
    let days = jiff::Span::new().try_days(day).ok()?;
    jiff::civil::date(1970, 1, 1).checked_add(days).ok()
}

/// A decimal number of seconds since the epoch, `1600000000.123456`; digits beyond microseconds are cut off.
pub fn parse_epoch_seconds(text: &[u8]) -> Option<Time> {
    let dot = memchr::memchr(b'.', text).unwrap_or(text.len());
    let (whole, fraction) = (text.get(..dot)?, text.get(dot + 1..).unwrap_or(b""));
    let seconds: i64 = std::str::from_utf8(whole).ok()?.parse().ok()?;
    let mut micros = 0i64;
    let mut unit = 100_000i64;
    for digit in fraction {
        if !digit.is_ascii_digit() {
            return None;
        }
        micros += i64::from(digit - b'0') * unit;
        unit /= 10;
    }
    let base = seconds.checked_mul(1_000_000)?;
    if whole.starts_with(b"-") { base.checked_sub(micros) } else { base.checked_add(micros) }
        .map(Time)
}

/// An ISO 8601 time: `2026-01-02T03:04:05.678901Z`, with `+0000`, `+00:00` or a blank instead of `T`. One without an offset is
/// taken as UTC.
pub fn parse_iso(text: &str) -> Option<Time> {
    let text = text.trim();
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Some(Time(at.as_microsecond()));
    }
    let civil: jiff::civil::DateTime = text.parse().ok()?;
    let at = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Time(at.timestamp().as_microsecond()))
}

/// [`parse_iso`] to the second, for a text that begins with `2026-01-02T03:04:05`, has a fraction and then an offset of `+0000` or
/// `Z`, and goes on: quick, and `None` for everything else.
pub(crate) fn parse_plain_iso(text: &[u8]) -> Option<Time> {
    let number = |from: usize, length: usize| {
        let digits = text.get(from..from + length)?;
        digits.iter().try_fold(0_i64, |number, digit| {
            digit.is_ascii_digit().then(|| number * 10 + i64::from(digit - b'0'))
        })
    };
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':'), (19, b'.')];
    if marks.iter().any(|(at, mark)| text.get(*at) != Some(mark)) {
        return None;
    }
    let rest = text.get(20..)?;
    let rest = rest.get(rest.iter().position(|byte| !byte.is_ascii_digit())?..)?;
    if !rest.starts_with(b"Z\"") && !rest.starts_with(b"+0000\"") {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 2)?, number(8, 2)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Days of the proleptic Gregorian calendar, years beginning in March (Neri and Schneider, doi:10.1002/spe.3172).
    let (year, month) = if month < 3 { (year - 1, month + 12) } else { (year, month) };
    let century = year / 100;
    let days = 1461 * year / 4 - century + century / 4 + (979 * month - 2919) / 32 + day - 719_469;
    let seconds = number(11, 2)? * 3600 + number(14, 2)? * 60 + number(17, 2)?;
    Time::from_seconds(days * 86_400 + seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_with_a_fraction_are_microseconds() {
        assert_eq!(parse_epoch_seconds(b"1600000000.1234567"), Some(Time(1_600_000_000_123_456)));
        assert_eq!(parse_epoch_seconds(b"5"), Some(Time(5_000_000)));
        assert_eq!(parse_epoch_seconds(b"1.x"), None);
    }

    #[test]
    fn offsets_are_honoured_and_a_missing_one_is_utc() {
        let noon = parse_iso("2026-01-02T12:00:00Z");
        assert!(noon.is_some());
        assert_eq!(parse_iso("2026-01-02T14:00:00.000000+0200"), noon);
        assert_eq!(parse_iso("2026-01-02 12:00:00"), noon);
        assert_eq!(parse_iso("yesterday"), None);
    }

    #[test]
    fn plain_times_are_read_as_others_are() {
        let mut day = jiff::civil::date(1970, 1, 1);
        for step in 0..400 {
            let text = format!("{day}T03:04:{:02}.678901+0000\"", step % 60);
            let whole = parse_iso(text.trim_end_matches('"')).map(|at| at.0.div_euclid(1_000_000));
            let plain = parse_plain_iso(text.as_bytes()).map(|at| at.0 / 1_000_000);
            assert_eq!(plain, whole, "{text}");
            day = day.checked_add(jiff::Span::new().days(61 + step % 3)).unwrap();
        }
        for other in
            ["2026-01-02T03:04:05.6+0200\"", "2026-01-02 03:04:05.6Z\"", "2026-13-02T03:04:05.6Z\""]
        {
            assert_eq!(parse_plain_iso(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn days_are_counted_from_the_epoch_also_before_it() {
        assert_eq!((Time(-1).day(), Time(0).day()), (-1, 0));
        assert_eq!(date_of_day(1).map(|date| date.to_string()).as_deref(), Some("1970-01-02"));
    }
}
