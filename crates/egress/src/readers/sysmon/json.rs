//! Sysmon events as JSON: flat, nested, or with the event's XML in a field.

use super::super::json::{self, Json, Objects};
use super::super::row::settle;
use super::{Event, YIELDS, read, xml};
use crate::reader::{Format, Head, Open, Out, Yields};
use crate::time::parse_iso;

/// The format; see the text of the module above.
pub(in super::super) struct SysmonJson;

impl Format for SysmonJson {
    fn id(&self) -> &'static str {
        "sysmon-json"
    }

    fn version(&self) -> u32 {
        1
    }

    fn family(&self) -> &'static str {
        "sysmon"
    }

    fn probe(&self, head: &Head<'_>) -> Option<u8> {
        let sysmon = |text: &str| text.contains("Sysmon") || text.contains("sysmon");
        json::find(head, &[], |object| {
            if inner_xml(object).is_some_and(|xml| xml.contains("Sysmon")) {
                return Some(85);
            }
            let shape = Shape::of(object)?;
            // Other channels are often in the same file and come first.
            (shape.id(object).is_some()
                && (sysmon(shape.origin(object)) || shape.origin(object).contains("Windows")))
            .then_some(80)
        })
    }

    fn open(&self, head: &Head<'_>) -> Open {
        json::open(head, Events)
    }
}

#[derive(Clone, Copy)]
struct Events;

impl Objects for Events {
    fn yields(&self) -> Yields {
        YIELDS
    }

    fn object(&self, object: &Json, at: u64, out: &mut Out<'_>) {
        if let Some(text) = inner_xml(object) {
            return settle(xml::one(text, at, out), at, out);
        }
        let shape = Shape::of(object).unwrap_or(Shape::Flat);
        let event = Event {
            origin: shape.origin(object),
            id: shape.id(object),
            host: shape.host(object),
            written: written(object),
        };
        let data = shape.data(object);
        let common = *data == Json::Null;
        let found =
            |name: &str| if common { by_common_schema(object, name) } else { data.say(name) };
        let once =
            data.only_once(&["SourceIp", "DestinationIp", "QueryName", "QueryResults", "Image"]);
        settle(once.and_then(|()| read(&event, found, at, out)), at, out);
    }
}

/// How the event is laid out.
#[derive(Clone, Copy)]
enum Shape {
    /// Everything side by side.
    Flat,
    /// `winlog.event_data`, as collectors of elastic write it.
    Winlog,
    /// `event_data` at the top, as older ones do.
    Beat,
    /// `Event.System` and `Event.EventData`, as converters of binary logs write it.
    Event,
    /// Only by the elastic common schema.
    Common,
}

impl Shape {
    fn of(object: &Json) -> Option<Self> {
        let has = |path: &[&str]| *object.at(path) != Json::Null;
        if has(&["Event", "System"]) {
            Some(Self::Event)
        } else if has(&["winlog", "event_data"]) || has(&["winlog", "event_id"]) {
            Some(Self::Winlog)
        } else if has(&["event_data"]) {
            Some(Self::Beat)
        } else if has(&["EventID"]) || has(&["event_id"]) || has(&["EventId"]) {
            Some(Self::Flat)
        } else if has(&["event", "code"]) {
            Some(Self::Common)
        } else {
            None
        }
    }

    fn data(self, object: &Json) -> &Json {
        match self {
            Self::Flat => object,
            Self::Winlog => object.at(&["winlog", "event_data"]),
            Self::Beat => object.get("event_data"),
            Self::Event => object.at(&["Event", "EventData"]),
            Self::Common => object.get("\0"),
        }
    }

    fn id(self, object: &Json) -> Option<u32> {
        let number = |value: &Json| {
            value.text().or_else(|| value.say("#text")).or_else(|| value.say("Value"))?.parse().ok()
        };
        match self {
            Self::Flat => {
                ["EventID", "event_id", "EventId"].iter().find_map(|key| number(object.get(key)))
            }
            Self::Winlog => number(object.at(&["winlog", "event_id"])),
            Self::Beat => number(object.get("event_id")),
            Self::Event => number(object.at(&["Event", "System", "EventID"])),
            Self::Common => number(object.at(&["event", "code"])),
        }
    }

    fn origin(self, object: &Json) -> &str {
        let paths: &[&[&str]] = match self {
            Self::Flat | Self::Beat => &[
                &["Channel"],
                &["SourceName"],
                &["log_name"],
                &["source_name"],
                &["provider_name"],
                &["ProviderName"],
                &["Provider_Name"],
            ],
            Self::Winlog => &[&["winlog", "channel"], &["winlog", "provider_name"]],
            Self::Event => &[&["Event", "System", "Channel"]],
            Self::Common => &[&["event", "module"], &["event", "provider"], &["winlog", "channel"]],
        };
        let found = paths.iter().filter_map(|path| object.at(path).text());
        let mut last = "";
        for origin in found {
            last = origin;
            if origin.contains("Sysmon") || origin.contains("sysmon") {
                break;
            }
        }
        last
    }

    fn host(self, object: &Json) -> Option<&str> {
        let paths: &[&[&str]] = &[
            &["Event", "System", "Computer"],
            &["winlog", "computer_name"],
            &["computer_name"],
            &["Hostname"],
            &["Computer"],
            &["host", "name"],
            &["hostname"],
        ];
        paths.iter().find_map(|path| object.at(path).text())
    }
}

fn written(object: &Json) -> Option<crate::time::Time> {
    let paths: &[&[&str]] = &[
        &["@timestamp"],
        &["TimeCreated"],
        &["Event", "System", "TimeCreated", "#attributes", "SystemTime"],
    ];
    paths.iter().find_map(|path| object.at(path).text()).and_then(parse_iso)
}

/// The names of Sysmon in the elastic common schema.
fn by_common_schema<'a>(object: &'a Json, name: &str) -> Option<&'a str> {
    let path: &[&str] = match name {
        "SourceIp" => &["source", "ip"],
        "SourcePort" => &["source", "port"],
        "DestinationIp" => &["destination", "ip"],
        "DestinationPort" => &["destination", "port"],
        "DestinationHostname" => &["destination", "domain"],
        "Protocol" => &["network", "transport"],
        "Image" => &["process", "executable"],
        "QueryName" => &["dns", "question", "name"],
        _ => return None,
    };
    object.at(path).text()
}

/// The XML of an event, in one of the fields where collectors put it.
fn inner_xml(object: &Json) -> Option<&str> {
    let keys = ["SyslogMessage", "Message", "message", "RenderedXml", "_raw", "msg"];
    let texts = keys.iter().filter_map(|key| object.say(key));
    texts.into_iter().find(|text| text.contains("<Event>") || text.contains("<Event "))
}
