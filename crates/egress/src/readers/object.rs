//! Strict reading of one JSON object in a line: the members that a reader knows, in the order in which they stand, duplicates kept.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de::DeserializeSeed};

use crate::reader::Head;
use crate::time::{Time, parse_epoch_seconds, parse_iso};

/// How many rows a probe looks at.
pub(crate) const LOOKED_AT: usize = 50;

/// The lines at the beginning of an input that may be rows.
pub(crate) fn rows<'h>(head: &Head<'h>) -> impl Iterator<Item = &'h [u8]> + use<'h> {
    unmarked(head.bytes).split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"{"))
}

/// Without the mark that some editors put at the beginning of a file.
pub(crate) fn unmarked(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// A JSON value. Duplicates of keys are kept, so that they can be seen.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    Null,
    Flag(bool),
    Whole(u64),
    Number(f64),
    Text(Cow<'a, str>),
    List(Vec<Value<'a>>),
    Map(Vec<(Cow<'a, str>, Value<'a>)>),
}

/// Why a value cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unusable {
    /// The key stands twice.
    Twice,
    /// It is of another type, or no number that can be counted with.
    Odd,
}

/// Most elements of a list or an object that are kept: what is larger is no record of a log.
const MOST: usize = 4096;
/// As many members as rows usually have that are known.
const USUAL: usize = 16;

impl<'a> Value<'a> {
    /// The value of a key of an object; absent, null and "not an object" are all `None`.
    pub(crate) fn get(&self, key: &str) -> Result<Option<&Self>, Unusable> {
        let Self::Map(members) = self else { return Ok(None) };
        let mut found = members.iter().filter(|(name, _)| name == key).map(|(_, value)| value);
        let first = found.next();
        if found.next().is_some() {
            return Err(Unusable::Twice);
        }
        Ok(first.filter(|value| **value != Self::Null))
    }

    /// The text; empty text is as good as none.
    pub(crate) fn text(&self) -> Result<Option<&str>, Unusable> {
        match self {
            Self::Text(text) => Ok(Some(&**text).filter(|text| !text.is_empty())),
            Self::Null => Ok(None),
            _ => Err(Unusable::Odd),
        }
    }

    /// The elements of a list.
    pub(crate) fn items(&self) -> &[Self] {
        if let Self::List(items) = self { items } else { &[] }
    }

    /// A counter: a whole number from zero, also as text or with a zero fraction (some shippers write them so).
    /// From 2⁶³ on it is a negative one.
    pub(crate) fn count(&self) -> Result<Option<u64>, Unusable> {
        let count = match self {
            Self::Null => return Ok(None),
            Self::Whole(count) => Some(*count),
            Self::Number(number) => whole(*number),
            Self::Text(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
            _ => None,
        };
        let count = count.filter(|count| i64::try_from(*count).is_ok());
        count.map(Some).ok_or(Unusable::Odd)
    }

    /// A time: seconds, milliseconds or microseconds since the epoch by their size, or ISO 8601. What cannot be read is none.
    pub(crate) fn time(&self) -> Option<Time> {
        match self {
            Self::Whole(number) => epoch(i64::try_from(*number).ok()?),
            Self::Number(number) if number.is_finite() && number.abs() < MILLISECONDS => {
                micros(*number * 1e6)
            }
            Self::Number(number) if number.is_finite() && number.abs() < MICROSECONDS => {
                micros(*number * 1e3)
            }
            Self::Number(number) => micros(*number),
            Self::Text(text) => parse_epoch_seconds(text.as_bytes()).or_else(|| parse_iso(text)),
            _ => None,
        }
    }

    /// A span of time in microseconds, from seconds.
    pub(crate) fn span(&self) -> Option<i64> {
        let seconds = match self {
            Self::Whole(seconds) => return i64::try_from(*seconds).ok()?.checked_mul(1_000_000),
            Self::Number(seconds) => *seconds,
            Self::Text(text) => text.parse().ok()?,
            _ => return None,
        };
        micros(seconds * 1e6).map(|time| time.0).filter(|micros| *micros >= 0)
    }

    /// A truth value: `true`, or `T` as Zeek's tables have it.
    pub(crate) fn flag(&self) -> Option<bool> {
        match self {
            Self::Flag(flag) => Some(*flag),
            Self::Text(text) if matches!(&**text, "T" | "true") => Some(true),
            Self::Text(text) if matches!(&**text, "F" | "false") => Some(false),
            _ => None,
        }
    }
}

/// From here on a number of seconds since the epoch is one of milliseconds (in seconds it would be the year 5138).
const MILLISECONDS: f64 = 1e11;
/// From here on it is one of microseconds.
const MICROSECONDS: f64 = 1e14;

/// A whole number since the epoch, its unit known by its size.
fn epoch(number: i64) -> Option<Time> {
    if number < 100_000_000_000 {
        Time::from_seconds(number)
    } else if number < 100_000_000_000_000 {
        Time::from_milliseconds(number)
    } else {
        Some(Time(number))
    }
}

/// A float that is a whole number and can be told from its neighbours.
fn whole(number: f64) -> Option<u64> {
    let exact = (0.0..9_007_199_254_740_992.0).contains(&number) && number.fract() == 0.0;
    exact.then_some(number as u64)
}

/// Microseconds from a float.
fn micros(number: f64) -> Option<Time> {
    let number = number.round();
    let held = number.abs() < 9.0e18;
    held.then_some(Time(number as i64))
}

/// The members that `of` knows, in order; `None` where the line is no JSON object or goes on after it.
pub(crate) fn object<'a, F: Copy>(
    line: &'a [u8],
    of: fn(&str) -> Option<F>,
) -> Option<Vec<(F, Value<'a>)>> {
    let mut reader = serde_json::Deserializer::from_slice(line);
    let members = reader.deserialize_map(Members(of)).ok()?;
    reader.end().ok()?;
    Some(members)
}

/// Keeps known members.
struct Members<F>(fn(&str) -> Option<F>);

impl<'de, F: Copy> Visitor<'de> for Members<F> {
    type Value = Vec<(F, Value<'de>)>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::with_capacity(USUAL);
        while let Some(key) = map.next_key_seed(Classify(self.0, PhantomData))? {
            match key {
                Some(key) if members.len() < MOST => members.push((key, map.next_value()?)),
                Some(_) => return Err(Error::custom("too many members")),
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(members)
    }
}

/// Reads a key and says what it is.
struct Classify<F, T>(fn(&str) -> Option<F>, PhantomData<T>);

impl<'de, F: Copy> DeserializeSeed<'de> for Classify<F, ()> {
    type Value = Option<F>;

    fn deserialize<D: Deserializer<'de>>(self, key: D) -> Result<Self::Value, D::Error> {
        key.deserialize_str(self)
    }
}

impl<F: Copy> Visitor<'_> for Classify<F, ()> {
    type Value = Option<F>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok((self.0)(key))
    }
}

impl<'de> Deserialize<'de> for Value<'de> {
    fn deserialize<D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        value.deserialize_any(Any)
    }
}

/// Reads any value.
struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Value<'de>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a value")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(Value::Flag(flag))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Value::Whole(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        // Only negative numbers come here; no field that is read may be one, so what is lost of its digits does not matter.
        Ok(u64::try_from(number).map_or(Value::Number(-1.0), Value::Whole))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Value::Number(number))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Value::Null)
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Value::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            if items.len() == MOST {
                return Err(Error::custom("too many elements"));
            }
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(Text(key)) = map.next_key()? {
            if members.len() == MOST {
                return Err(Error::custom("too many members"));
            }
            members.push((key, map.next_value()?));
        }
        Ok(Value::Map(members))
    }
}

/// A string, borrowed where it has no escapes.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;

    fn any(key: &str) -> Option<char> {
        key.chars().next()
    }

    #[test]
    fn members_keep_order_duplicates_and_escapes() {
        let members = object(br#"{"b":1,"a":null,"b":"x","":2,"\u0061":[true]}"#, any);
        let expected = vec![
            ('b', Value::Whole(1)),
            ('a', Value::Null),
            ('b', Value::Text("x".into())),
            ('a', Value::List(vec![Value::Flag(true)])),
        ];
        assert_eq!(members, Some(expected));
    }

    #[test]
    fn what_is_no_single_object_is_nothing() {
        for line in ["", "[]", "{", "{}{}", r#"{"a":1}x"#, r#"{"a":01}"#, "{\"a\":\"\u{1}\"}"] {
            assert_eq!(object(line.as_bytes(), any), None, "{line}");
        }
        let deep = format!("{{\"x\":{}", "[".repeat(100_000));
        assert_eq!(object(deep.as_bytes(), any), None);
    }

    #[test]
    fn counters_are_whole_and_never_guessed() {
        let count = |text: &str| serde_json::from_str::<Value<'_>>(text).unwrap().count();
        assert_eq!(count("12"), Ok(Some(12)));
        assert_eq!(count("12.0"), Ok(Some(12)));
        assert_eq!(count("\"12\""), Ok(Some(12)));
        assert_eq!(count("null"), Ok(None));
        for odd in ["-1", "1.5", "9223372036854775808", "\"-1\"", "\"\"", "[]", "true"] {
            assert_eq!(count(odd), Err(Unusable::Odd), "{odd}");
        }
    }

    #[test]
    fn times_are_read_by_their_size_or_as_iso() {
        let time = |text: &str| serde_json::from_str::<Value<'_>>(text).unwrap().time();
        let at = Some(Time(1_588_205_198_899_710));
        assert_eq!(time("1588205198.89971"), at);
        assert_eq!(time("1588205198899.71"), at);
        assert_eq!(time("1588205198899710"), at);
        assert_eq!(time("\"2020-04-30T00:06:38.899710Z\""), at);
        assert_eq!(time("1588205198899"), Some(Time(1_588_205_198_899_000)));
        assert_eq!(time("1e300"), None);
    }
}
