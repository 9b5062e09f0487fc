//! osquery rows of sockets: `socket_events`, `bpf_socket_events` and `process_open_sockets`.
//!
//! In go result log lines (differential, snapshot, batch) or an array of rows. A row is recognised by its columns, because queries may be
//! called anything; rows of other tables are inert: they are read as an inventory. Out come programs that talk, without counters. A row
//! of open sockets has a program only when the query joined it.
//!
//! Follows the osquery 5 schema. Not read: sockets that only listen, connections that failed.

use super::json::{self, Json, Objects};
use super::row::{Left, epoch, foreign, port, protocol, settle};
use crate::codes;
use crate::event::{Talk, parse_address};
use crate::reader::{Format, Head, Open, Out, Yields};
use crate::time::Time;

/// The format; see the module's text.
pub(super) struct Osquery;

impl Format for Osquery {
    fn id(&self) -> &'static str {
        "osquery"
    }

    fn version(&self) -> u32 {
        1
    }

    fn family(&self) -> &'static str {
        "osquery"
    }

    fn probe(&self, head: &Head<'_>) -> Option<u8> {
        json::find(head, &[], |object| rows(object).any(|(row, _)| is_socket(row)).then_some(93))
    }

    fn open(&self, head: &Head<'_>) -> Open {
        json::open(head, Results)
    }
}

/// The rows in an object, and whether each says that something is gone.
fn rows(object: &Json) -> impl Iterator<Item = (&Json, bool)> {
    let batch = object.get("diffResults");
    let list = |list: &'static str| object.get(list).items().iter().map(|row| (row, false));
    let columns = Some(object.get("columns")).filter(|row| **row != Json::Null);
    let single = columns.or_else(|| is_socket(object).then_some(object));
    let removed = object.say("action") == Some("removed");
    list("snapshot")
        .chain(batch.get("added").items().iter().map(|row| (row, false)))
        .chain(batch.get("removed").items().iter().map(|row| (row, true)))
        .chain(single.map(|row| (row, removed)))
}

fn is_socket(row: &Json) -> bool {
    *row.get("remote_address") != Json::Null && *row.get("remote_port") != Json::Null
}

#[derive(Clone, Copy)]
struct Results;

impl Objects for Results {
    fn yields(&self) -> Yields {
        Yields { talks: true, ..Yields::default() }
    }

    fn object(&self, object: &Json, at: u64, out: &mut Out<'_>) {
        let host =
            object.say("hostIdentifier").or_else(|| object.at(&["decorations", "hostname"]).text());
        let written = object.say("unixTime").and_then(epoch);
        let before = out.account.ledger.rows;
        for (row, removed) in rows(object) {
            let read = if removed {
                Err(Left::Inert(codes::COUNTED_ELSEWHERE))
            } else {
                read(row, host, written, at, out)
            };
            settle(read, at, out);
        }
        if out.account.ledger.rows == before {
            let known = object.say("hostIdentifier").is_some() || object.say("pid").is_some();
            settle(Err(if known { Left::Inert(codes::NOT_TRAFFIC) } else { foreign() }), at, out);
        }
    }
}

fn read(
    row: &Json,
    host: Option<&str>,
    written: Option<Time>,
    at: u64,
    out: &mut Out<'_>,
) -> Result<(), Left> {
    if !is_socket(row) {
        return Err(Left::Inert(codes::NOT_TRAFFIC));
    }
    row.only_once(&["remote_address", "remote_port", "path"])?;
    let address = row.say("remote_address").and_then(parse_address);
    let remote = address.filter(|address| !address.is_unspecified());
    let action = row.say("action").or_else(|| row.say("syscall")).unwrap_or("");
    // A socket of this family has a file's path, not a program's.
    let local_socket = matches!(row.say("family"), Some("1" | "AF_UNIX"));
    if remote.is_none() || local_socket || matches!(action, "bind" | "listen") {
        let text = row.say("remote_address");
        let bad = text.is_some() && address.is_none() && !local_socket;
        return Err(if bad {
            Left::Lost(codes::NO_ADDRESS)
        } else {
            Left::Inert(codes::NOT_TRAFFIC)
        });
    }
    if row.say("status") == Some("failed") {
        return Err(Left::Inert(codes::DENIED));
    }
    let program = ["path", "process_path", "process_name", "name", "cmdline"];
    let talk = Talk {
        at: row.say("time").and_then(epoch).or(written),
        host,
        local: (row.say("local_address").and_then(parse_address), port(row.say("local_port"))),
        remote: (remote, port(row.say("remote_port"))),
        protocol: protocol(row.say("protocol")).filter(|number| *number != 0),
        name: None,
        program: program.iter().find_map(|key| row.say(key)).unwrap_or(""),
    };
    out.talk(&talk, at);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{SeenTalk, detect, read, torture};
    use super::*;

    const COLUMNS: &str = r#"{"action":"connect","path":"/opt/agent","pid":"7","family":"2","protocol":"6","local_address":"10.0.0.5","remote_address":"192.0.2.9","local_port":"49152","remote_port":"443","time":"1600000000"}"#;

    fn talk(host: Option<&str>) -> SeenTalk {
        SeenTalk {
            at: Time::from_seconds(1_600_000_000),
            host: host.map(str::to_owned),
            local: (parse_address("10.0.0.5"), Some(49152)),
            remote: (parse_address("192.0.2.9"), Some(443)),
            protocol: Some(6),
            name: None,
            program: "/opt/agent".into(),
        }
    }

    #[test]
    fn every_form_of_results_reads_the_same() {
        let forms = [
            format!(
                r#"{{"name":"q","hostIdentifier":"h","unixTime":1,"columns":{COLUMNS},"action":"added"}}"#
            ),
            format!(
                r#"{{"name":"q","hostIdentifier":"h","snapshot":[{COLUMNS}],"action":"snapshot"}}"#
            ),
            format!(
                r#"{{"name":"q","hostIdentifier":"h","diffResults":{{"added":[{COLUMNS}],"removed":[]}}}}"#
            ),
        ];
        for form in forms {
            assert_eq!(detect("osquery", form.as_bytes()).talks, [talk(Some("h"))]);
        }
        let array = format!("[\n  {COLUMNS},\n  {COLUMNS}\n]");
        assert_eq!(detect("osquery", array.as_bytes()).talks, [talk(None), talk(None)]);
    }

    #[test]
    fn an_inventory_is_not_ours() {
        let rows = br#"[{"name":"bash","version":"5.2","size":"7"}]"#;
        assert!(Osquery.probe(&super::super::testing::head(rows)).is_none());
        let log = format!(
            "{{\"hostIdentifier\":\"h\",\"columns\":{{\"name\":\"bash\"}},\"action\":\"added\"}}\n{{\"hostIdentifier\":\"h\",\"columns\":{COLUMNS},\"action\":\"added\"}}\n"
        );
        let seen = detect("osquery", log.as_bytes());
        assert_eq!((seen.talks.len(), seen.left(codes::NOT_TRAFFIC)), (1, 1));
    }

    #[test]
    fn listening_removed_and_failed_sockets_are_inert() {
        let rows = [
            COLUMNS.replace("192.0.2.9", "0.0.0.0"),
            COLUMNS.replace("connect", "bind"),
            COLUMNS.replace("\"pid\"", "\"status\":\"failed\",\"pid\""),
        ];
        let log = format!(
            "{}\n{{\"hostIdentifier\":\"h\",\"columns\":{COLUMNS},\"action\":\"removed\"}}\n",
            rows.join("\n")
        );
        let seen = read(&Osquery, log.as_bytes());
        assert_eq!(
            (seen.talks.len(), seen.left(codes::NOT_TRAFFIC), seen.left(codes::DENIED)),
            (0, 2, 1)
        );
        assert_eq!(seen.left(codes::COUNTED_ELSEWHERE), 1);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let log =
            format!("{}\n{{\"x\":1}}\n{}", COLUMNS.replace("192.0.2.9", "nowhere"), &COLUMNS[..50]);
        let seen = read(&Osquery, log.as_bytes());
        for code in [codes::NO_ADDRESS, codes::OTHER_FORMAT, codes::ROW_MALFORMED] {
            assert_eq!(seen.left(code), 1, "{code:?}");
        }
    }

    #[test]
    fn damaged_copies_are_accounted_for() {
        torture(&Osquery, format!("[{COLUMNS},{COLUMNS}]").as_bytes());
    }
}
