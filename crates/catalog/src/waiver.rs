//! Waivers: permission to keep a product past a clause's date, with a reason, an approver and an end.
//!
//! The user's file, TOML:
//!
//! ```toml
//! zone = "+08:00"                 # an expiry date ends with that day at this offset from UTC; default "+00:00"
//!
//! [[waiver]]
//! id = "W-2026-001"
//! reason = "…"                    # all four are mandatory
//! approver = "…"
//! ticket = "…"
//! expires = "2026-09-30"          # end of that day in `zone`; mandatory
//! starts = "2026-01-15"           # optional: from the beginning of that day
//! directive = "…"                 # optional: all directives
//! assets = ["hq-*"]               # optional lists of globs; one of assets, products, vendors, sites must be there
//! products = []
//! vendors = []
//! sites = []
//! ```

use jiff::civil::Date;
use jiff::tz::Offset;
use toml_span::de_helpers::TableHelper;
use toml_span::{DeserError, Deserialize, Span, Value};

use crate::matcher::glob_matches;
use crate::shape::{invalid, strings, text};

/// How many days before its end a waiver is announced.
pub const EXPIRING_DAYS: i64 = 14;

/// A waivers file.
#[derive(Clone, Debug, Default)]
pub struct Waivers {
    /// The offset from UTC that days are meant in, in seconds.
    pub zone_seconds: i32,
    /// The zone as written.
    pub zone: String,
    /// The waivers.
    pub waivers: Vec<Waiver>,
}

/// One waiver.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// Id.
    pub id: String,
    /// Why.
    pub reason: String,
    /// Who approved.
    pub approver: String,
    /// Ticket.
    pub ticket: String,
    /// The last day on which it holds, in the file's zone.
    pub expires: Date,
    /// The first day on which it holds.
    pub starts: Option<Date>,
    /// The directive that it is for; empty for all.
    pub directive: String,
    /// Globs of asset names.
    pub assets: Vec<String>,
    /// Globs of product ids.
    pub products: Vec<String>,
    /// Globs of vendor ids.
    pub vendors: Vec<String>,
    /// Globs of sites.
    pub sites: Vec<String>,
    /// Where its id stands in its file.
    pub span: Span,
}

/// Whether a waiver holds on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaiverStatus {
    /// It holds.
    InForce,
    /// It has ended.
    Expired,
    /// It has not begun.
    NotYet,
}

impl WaiverStatus {
    /// The word used in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InForce => "in-force",
            Self::Expired => "expired",
            Self::NotYet => "not-yet",
        }
    }
}

/// What a waiver is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Directive id.
    pub directive: &'a str,
    /// Asset name.
    pub asset: &'a str,
    /// Product id.
    pub product: &'a str,
    /// Vendor id.
    pub vendor: &'a str,
    /// Site; may be empty.
    pub site: &'a str,
}

impl Waiver {
    /// Whether it holds on `day`. The evaluation date is a day in the file's zone: a waiver holds through all of its last day.
    pub fn status(&self, day: Date) -> WaiverStatus {
        if self.expires < day {
            WaiverStatus::Expired
        } else if self.starts.is_some_and(|starts| day < starts) {
            WaiverStatus::NotYet
        } else {
            WaiverStatus::InForce
        }
    }

    /// Days from `day` to the last day on which it holds; negative when that has passed.
    pub fn days_left(&self, day: Date) -> i64 {
        i64::from((self.expires - day).get_days())
    }

    /// Whether its scope holds this subject. Every list that is given must match; an empty list says nothing.
    pub fn covers(&self, subject: &Subject<'_>) -> bool {
        let named = |globs: &[String], value: &str| {
            globs.is_empty() || globs.iter().any(|glob| glob_matches(glob, value))
        };
        (self.directive.is_empty() || self.directive == subject.directive)
            && named(&self.assets, subject.asset)
            && named(&self.products, subject.product)
            && named(&self.vendors, subject.vendor)
            && named(&self.sites, subject.site)
    }

    /// The instant at which it ends, RFC 3339 in UTC.
    pub fn end_instant(&self, zone_seconds: i32) -> String {
        let end = self.expires.tomorrow().ok().and_then(|day| {
            let offset = Offset::from_seconds(zone_seconds).ok()?;
            offset.to_timestamp(day.at(0, 0, 0, 0)).ok()
        });
        end.map(|instant| instant.to_string()).unwrap_or_default()
    }
}

impl<'de> Deserialize<'de> for Waivers {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let zone: String = table.optional("zone").unwrap_or_else(|| "+00:00".to_owned());
        let waivers = table.optional("waiver").unwrap_or_default();
        table.finalize(None)?;
        match parse_zone(&zone) {
            Some(zone_seconds) => Ok(Self { zone_seconds, zone, waivers }),
            None => Err(invalid(value, format!("`{zone}` is no offset such as \"+08:00\""))),
        }
    }
}

impl<'de> Deserialize<'de> for Waiver {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let mut table = TableHelper::new(value)?;
        let id = table.required_s::<String>("id");
        let expires = table.required::<Day>("expires").map_or(Date::ZERO, |day| day.0);
        let waiver = Self {
            span: id.as_ref().map_or(value.span, |id| id.span),
            id: id.map(|id| id.value).unwrap_or_default(),
            reason: table.required("reason").unwrap_or_default(),
            approver: table.required("approver").unwrap_or_default(),
            ticket: table.required("ticket").unwrap_or_default(),
            expires,
            starts: table.optional::<Day>("starts").map(|day| day.0),
            directive: text(&mut table, "directive"),
            assets: strings(&mut table, "assets"),
            products: strings(&mut table, "products"),
            vendors: strings(&mut table, "vendors"),
            sites: strings(&mut table, "sites"),
        };
        table.finalize(None)?;
        let scopes = [&waiver.assets, &waiver.products, &waiver.vendors, &waiver.sites];
        if scopes.iter().all(|scope| scope.is_empty()) {
            return Err(invalid(
                value,
                "a waiver names `assets`, `products`, `vendors` or `sites`",
            ));
        }
        let told = [&waiver.id, &waiver.reason, &waiver.approver, &waiver.ticket];
        if told.iter().any(|text| text.trim().is_empty()) {
            return Err(invalid(value, "a waiver has an id, a reason, an approver and a ticket"));
        }
        if waiver.starts.is_some_and(|starts| starts > waiver.expires) {
            return Err(invalid(value, "a waiver starts before it expires"));
        }
        Ok(waiver)
    }
}

/// A full day; a month or a year is no end of a permission.
struct Day(Date);

impl<'de> Deserialize<'de> for Day {
    fn deserialize(value: &mut Value<'de>) -> Result<Self, DeserError> {
        let text = value.take_string(Some("a day such as \"2026-09-30\""))?;
        match text.parse::<Date>() {
            Ok(day) if text.len() == 10 => Ok(Self(day)),
            _ => Err(invalid(value, format!("`{text}` is no day such as \"2026-09-30\""))),
        }
    }
}

/// Seconds east of UTC from `+08:00`, `-03:30` or `UTC`.
fn parse_zone(text: &str) -> Option<i32> {
    if text == "UTC" || text == "Z" {
        return Some(0);
    }
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    if hours.len() != 2 || minutes.len() != 2 {
        return None;
    }
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waivers(text: &str) -> Result<Waivers, DeserError> {
        Waivers::deserialize(&mut toml_span::parse(text).unwrap())
    }

    const ONE: &str = r#"
zone = "+08:00"
[[waiver]]
id = "W-1"
reason = "spare parts ordered"
approver = "CISO"
ticket = "SEC-9"
expires = "2026-09-30"
assets = ["hq-*"]
"#;

    #[test]
    fn holds_through_its_last_day_in_its_zone() {
        let file = waivers(ONE).unwrap();
        let waiver = &file.waivers[0];
        assert_eq!(waiver.status("2026-09-30".parse().unwrap()), WaiverStatus::InForce);
        assert_eq!(waiver.status("2026-10-01".parse().unwrap()), WaiverStatus::Expired);
        assert_eq!(waiver.end_instant(file.zone_seconds), "2026-09-30T16:00:00Z");
        let subject =
            Subject { directive: "d", asset: "HQ-fw1", product: "p", vendor: "v", site: "" };
        assert!(waiver.covers(&subject));
        assert!(!waiver.covers(&Subject { asset: "port-1", ..subject }));
    }

    #[test]
    fn an_end_is_mandatory_and_a_scope_too() {
        assert!(waivers(&ONE.replace("expires = \"2026-09-30\"", "")).is_err());
        assert!(waivers(&ONE.replace("2026-09-30", "2026-09")).is_err());
        assert!(waivers(&ONE.replace("assets = [\"hq-*\"]", "")).is_err());
        assert!(waivers(&ONE.replace("+08:00", "Shanghai")).is_err());
    }
}
