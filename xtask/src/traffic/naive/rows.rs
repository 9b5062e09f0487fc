//! The formats, each in the plainest way.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use super::{Answer, Flow, Name, Rows};

/// Reads a file of any of the formats.
pub(super) fn read(bytes: &[u8], rows: &mut Rows) -> Result<()> {
    if bytes.starts_with(&[0, 5]) {
        return netflow(bytes, rows);
    }
    let text = std::str::from_utf8(bytes)?;
    if text.starts_with('#') {
        return tsv(text, rows);
    }
    if text.starts_with("version account-id") {
        return vpc(text, rows);
    }
    for line in text.lines() {
        if line.starts_with('{') {
            let row: Value = serde_json::from_str(line)?;
            if row.get("event_type").is_some() { eve(&row, rows) } else { zeek(&row, rows) }
                .with_context(|| line.to_owned())?;
        } else {
            fortigate(line, rows).with_context(|| line.to_owned())?;
        }
    }
    Ok(())
}

fn text<'v>(row: &'v Value, key: &str) -> Result<&'v str> {
    row.get(key).and_then(Value::as_str).with_context(|| format!("no text {key}"))
}

fn host(row: &Value, key: &str) -> Result<IpAddr> {
    Ok(text(row, key)?.parse()?)
}

fn number(row: &Value, key: &str) -> Option<u64> {
    row.get(key).and_then(Value::as_u64)
}

/// Seconds with a fraction as microseconds.
fn seconds(row: &Value, key: &str) -> Option<i64> {
    Some((row.get(key)?.as_f64()? * 1e6).round() as i64)
}

/// Turns columns into the JSON that Zeek would have written.
fn tsv(all: &str, rows: &mut Rows) -> Result<()> {
    let (mut fields, mut types) = (Vec::new(), Vec::new());
    for line in all.lines() {
        if let Some(names) = line.strip_prefix("#fields\t") {
            fields = names.split('\t').collect();
        } else if let Some(names) = line.strip_prefix("#types\t") {
            types = names.split('\t').collect();
        }
        if line.starts_with('#') {
            continue;
        }
        let mut row = Map::new();
        for ((field, kind), value) in fields.iter().zip(&types).zip(line.split('\t')) {
            if value == "-" {
                continue;
            }
            let value = match *kind {
                "bool" => json!(value == "T"),
                "count" | "port" => json!(value.parse::<u64>()?),
                "time" | "interval" => json!(value.parse::<f64>()?),
                "vector[string]" => json!(value.split(',').collect::<Vec<_>>()),
                "vector[interval]" => {
                    json!(value.split(',').map(str::parse).collect::<Result<Vec<f64>, _>>()?)
                }
                _ => json!(value),
            };
            row.insert((*field).to_owned(), value);
        }
        zeek(&Value::Object(row), rows).with_context(|| line.to_owned())?;
    }
    Ok(())
}

fn zeek(row: &Value, rows: &mut Rows) -> Result<()> {
    let id = text(row, "uid")?.to_owned();
    let (client, server) = (host(row, "id.orig_h")?, host(row, "id.resp_h")?);
    let at = seconds(row, "ts").context("no time")?;
    if row.get("conn_state").is_some() {
        let flag = |key| row.get(key).and_then(Value::as_bool);
        let server_is_ours = match (flag("local_orig"), flag("local_resp")) {
            (Some(false), Some(true)) => Some(true),
            (Some(true), Some(false)) => Some(false),
            _ => None,
        };
        rows.flows.push(Flow {
            id: Some(id),
            start: at,
            end: at + seconds(row, "duration").unwrap_or(0),
            client,
            server,
            sent: number(row, "orig_bytes"),
            received: number(row, "resp_bytes"),
            server_is_ours,
        });
        return Ok(());
    }
    if row.get("query").is_some() {
        let name = text(row, "query")?.to_owned();
        let list = |key| row.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
        for (answer, life) in list("answers").iter().zip(list("TTLs")) {
            let Some(address) = answer.as_str().and_then(|text| text.parse().ok()) else {
                continue;
            };
            let life = life.as_f64().context("no time to live")? as i64;
            rows.answers.push(Answer { at, life, client, address, name: name.clone() });
        }
        return Ok(());
    }
    for key in ["server_name", "host"] {
        if row.get(key).is_some() {
            let name = text(row, key)?.to_owned();
            rows.names.push(Name { id: id.clone(), at, client, server, name });
        }
    }
    Ok(())
}

fn eve(row: &Value, rows: &mut Rows) -> Result<()> {
    let id = row.get("flow_id").context("no flow_id")?.to_string();
    let (client, server) = (host(row, "src_ip")?, host(row, "dest_ip")?);
    let at = iso(text(row, "timestamp")?)?;
    let name = match text(row, "event_type")? {
        "flow" => {
            let flow = row.get("flow").context("no flow")?;
            rows.flows.push(Flow {
                id: Some(id.clone()),
                start: iso(text(flow, "start")?)?,
                end: iso(text(flow, "end")?)?,
                client,
                server,
                sent: number(flow, "bytes_toserver"),
                received: number(flow, "bytes_toclient"),
                server_is_ours: None,
            });
            None
        }
        "dns" => {
            let resolver_first = number(row, "src_port") == Some(53);
            let client = if resolver_first { server } else { client };
            eve_answers(row, at, client, rows)?;
            None
        }
        "tls" => row.pointer("/tls/sni"),
        "quic" => row.pointer("/quic/sni"),
        "http" => row.pointer("/http/hostname"),
        _ => None,
    };
    if let Some(name) = name {
        let name = name.as_str().context("a name that is no text")?.to_owned();
        rows.names.push(Name { id, at, client, server, name });
    }
    Ok(())
}

fn eve_answers(row: &Value, at: i64, client: IpAddr, rows: &mut Rows) -> Result<()> {
    let asked = row.pointer("/dns/queries/0/rrname").or_else(|| row.pointer("/dns/rrname"));
    let asked = asked.and_then(Value::as_str).context("no question")?;
    let answers = row.pointer("/dns/answers").and_then(Value::as_array);
    for answer in answers.into_iter().flatten() {
        let Ok(address) = text(answer, "rdata")?.parse() else { continue };
        let life = number(answer, "ttl").context("no time to live")? as i64;
        rows.answers.push(Answer { at, life, client, address, name: asked.to_owned() });
    }
    Ok(())
}

fn iso(text: &str) -> Result<i64> {
    let at: jiff::Timestamp = text.parse()?;
    Ok(at.as_microsecond())
}

/// `key=value` and `key="value"`; the generator writes no quotes and no `=` within values.
fn fortigate(line: &str, rows: &mut Rows) -> Result<()> {
    let mut fields = BTreeMap::new();
    let mut left = line;
    while let Some((key, rest)) = left.split_once('=') {
        let (value, rest) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').context("an open quote")?,
            None => rest.split_once(' ').unwrap_or((rest, "")),
        };
        fields.insert(key.trim(), value);
        left = rest;
    }
    let get = |key: &str| fields.get(key).copied().with_context(|| format!("no {key}"));
    let count = |key: &str| -> Result<u64> { Ok(get(key)?.parse()?) };
    let (client, server): (IpAddr, IpAddr) = (get("srcip")?.parse()?, get("dstip")?.parse()?);
    let id = get("sessionid")?.to_owned();
    let at = (count("eventtime")? / 1000) as i64;
    if get("type")? == "utm" {
        let name = get("hostname")?.to_owned();
        rows.names.push(Name { id, at, client, server, name });
        return Ok(());
    }
    let (mut sent, mut received) = (count("sentbyte")?, count("rcvdbyte")?);
    if fields.contains_key("sentdelta") {
        (sent, received) = (count("sentdelta")?, count("rcvddelta")?);
    }
    let server_is_ours = match (get("srcintfrole")?, get("dstintfrole")?) {
        ("wan", "lan") => Some(true),
        ("lan", "wan") => Some(false),
        _ => None,
    };
    rows.flows.push(Flow {
        id: Some(id),
        start: at - count("duration")? as i64 * 1_000_000,
        end: at,
        client,
        server,
        sent: Some(sent),
        received: Some(received),
        server_is_ours,
    });
    Ok(())
}

fn one_way(client: IpAddr, server: IpAddr, sent: u64) -> Flow {
    Flow {
        id: None,
        start: 0,
        end: 0,
        client,
        server,
        sent: Some(sent),
        received: None,
        server_is_ours: None,
    }
}

fn netflow(mut packets: &[u8], rows: &mut Rows) -> Result<()> {
    while !packets.is_empty() {
        let (header, rest) = packets.split_at_checked(24).context("a header is cut")?;
        let count = match header {
            [0, 5, high, low, ..] => usize::from(*high) << 8 | usize::from(*low),
            _ => bail!("not version 5"),
        };
        let (records, rest) = rest.split_at_checked(count * 48).context("a packet is cut")?;
        for record in records.chunks(48) {
            let word = |at: usize| -> Result<u32> {
                let bytes = record.get(at..at + 4).context("a record is cut")?;
                Ok(u32::from_be_bytes(bytes.try_into()?))
            };
            let host = |at| Ok::<_, anyhow::Error>(IpAddr::V4(Ipv4Addr::from_bits(word(at)?)));
            rows.flows.push(one_way(host(0)?, host(4)?, u64::from(word(20)?)));
        }
        packets = rest;
    }
    Ok(())
}

fn vpc(text: &str, rows: &mut Rows) -> Result<()> {
    for line in text.lines().skip(1) {
        let columns: Vec<&str> = line.split(' ').collect();
        let [_, _, _, from, to, _, _, _, _, bytes, _, _, "ACCEPT", "OK"] = columns.as_slice()
        else {
            continue;
        };
        rows.flows.push(one_way(from.parse()?, to.parse()?, bytes.parse()?));
    }
    Ok(())
}
