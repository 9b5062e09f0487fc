use std::io::Read;
use std::path::Path;

use super::super::testing::{SeenTalk, detect, read, torture};
use super::*;

const FLAT: &str = r#"{"EventID":3,"Channel":"Microsoft-Windows-Sysmon/Operational","Hostname":"PC1","UtcTime":"2026-01-02 03:04:05.678","@timestamp":"2026-01-02T09:00:00Z","Image":"C:\\x\\agent.exe","Protocol":"tcp","Initiated":"true","SourceIp":"10.0.0.5","SourcePort":"49152","DestinationIp":"192.0.2.9","DestinationPort":"443","DestinationHostname":"-"}"#;

fn xml(id: u32, data: &[(&str, &str)]) -> String {
    let data: String =
        data.iter().map(|(name, value)| format!("<Data Name=\"{name}\">{value}</Data>")).collect();
    format!(
        "<Event xmlns=\"x\"><System><Provider Name=\"Microsoft-Windows-Sysmon\"/><EventID>{id}</EventID><TimeCreated SystemTime=\"2026-01-02T09:00:00Z\"/><Computer>PC1</Computer></System><EventData>{data}</EventData></Event>"
    )
}

const CONNECTION: &[(&str, &str)] = &[
    ("UtcTime", "2026-01-02 03:04:05.678"),
    ("Image", "C:\\x\\agent.exe"),
    ("Protocol", "tcp"),
    ("Initiated", "true"),
    ("SourceIp", "10.0.0.5"),
    ("SourcePort", "49152"),
    ("DestinationIp", "192.0.2.9"),
    ("DestinationPort", "443"),
    ("DestinationHostname", "-"),
];

fn talk() -> SeenTalk {
    SeenTalk {
        at: parse_iso("2026-01-02T03:04:05.678Z"),
        host: Some("PC1".into()),
        local: (parse_address("10.0.0.5"), Some(49152)),
        remote: (parse_address("192.0.2.9"), Some(443)),
        protocol: Some(6),
        name: None,
        program: "C:\\x\\agent.exe".into(),
    }
}

#[test]
fn a_connection_reads_the_same_from_every_shape_of_json() {
    let data = FLAT.replace(
        "\"EventID\":3,\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\"Hostname\":\"PC1\",",
        "",
    );
    let shapes = [
        FLAT.to_owned(),
        format!(
            r#"{{"winlog":{{"channel":"Microsoft-Windows-Sysmon/Operational","event_id":"3","computer_name":"PC1","event_data":{data}}}}}"#
        ),
        format!(
            r#"{{"event_id":3,"log_name":"Microsoft-Windows-Sysmon/Operational","computer_name":"PC1","event_data":{data}}}"#
        ),
        format!(
            r##"{{"Event":{{"System":{{"EventID":{{"#text":3}},"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"PC1"}},"EventData":{data}}}}}"##
        ),
        format!(
            r#"{{"Computer":"x","SyslogMessage":{}}}"#,
            serde_json::to_string(&xml(3, CONNECTION)).unwrap()
        ),
    ];
    for shape in shapes {
        assert_eq!(detect("sysmon-json", shape.as_bytes()).talks, [talk()], "{shape}");
    }
}

#[test]
fn a_connection_reads_the_same_from_lines_and_documents_of_xml() {
    let event = xml(3, CONNECTION);
    let line = format!("Jan  2 03:04:05 pc sysmon: {event}\n");
    assert_eq!(detect("sysmon-xml", line.as_bytes()).talks, [talk()]);
    let document = format!(
        "<?xml version=\"1.0\"?>\n<Events>\n{0}\n{0}</Events>",
        event.replace("><", ">\n<")
    );
    assert_eq!(detect("sysmon-xml", document.as_bytes()).talks, [talk(), talk()]);
}

#[test]
fn a_connection_that_came_in_has_its_ends_swapped() {
    let log = FLAT.replace("\"Initiated\":\"true\"", "\"Initiated\":\"false\"");
    let seen = detect("sysmon-json", log.as_bytes());
    assert_eq!((seen.talks[0].local.1, seen.talks[0].remote.1), (Some(443), Some(49152)));
}

#[test]
fn a_query_is_an_answer_and_a_program_with_a_name() {
    let data = [
        ("QueryName", "a.example"),
        ("QueryResults", "type:  5 b.example;::ffff:192.0.2.9;2001:db8::1;"),
        ("Image", "/opt/agent"),
        ("QueryStatus", "0"),
    ];
    let seen = detect("sysmon-xml", format!("{}\n", xml(22, &data)).as_bytes());
    let answer = &seen.answers[0];
    assert_eq!((answer.name.as_str(), answer.client.as_deref()), ("a.example", Some("name PC1")));
    let addresses: Vec<_> =
        answer.addresses.iter().map(|(address, _)| address.to_string()).collect();
    assert_eq!(addresses, ["192.0.2.9", "2001:db8::1"]);
    assert_eq!(
        (seen.talks[0].name.as_deref(), seen.talks[0].program.as_str()),
        (Some("a.example"), "/opt/agent")
    );
}

#[test]
fn other_events_are_inert_and_broken_ones_are_named() {
    let log = [
        FLAT.replace("\"EventID\":3", "\"EventID\":1"),
        FLAT.replace("192.0.2.9", "nowhere"),
        FLAT.replace("\"Image\"", "\"SourceIp\":\"10.0.0.6\",\"Image\""),
        FLAT[..90].to_owned(),
    ];
    let seen = detect("sysmon-json", log.join("\n").as_bytes());
    for code in [codes::NOT_TRAFFIC, codes::NO_ADDRESS, codes::DUPLICATE_KEY, codes::ROW_MALFORMED]
    {
        assert_eq!(seen.left(code), 1, "{code:?}");
    }
}

#[test]
fn a_document_that_is_cut_says_so() {
    let event = xml(3, CONNECTION).replace("><", ">\n<");
    let log = format!("<Events>{event}{}", &event[..event.len() - 20]);
    let seen = detect("sysmon-xml", log.as_bytes());
    assert_eq!((seen.talks.len(), seen.left(codes::TRUNCATED)), (1, 1));
}

#[test]
fn entities_of_xml_are_resolved_and_unknown_ones_are_malformed() {
    let with = |image: &str| {
        let data = [("DestinationIp", "192.0.2.9"), ("Image", image)];
        xml(3, &data) + "\n"
    };
    let seen = detect("sysmon-xml", (with("a&amp;b&#65;") + &with("&bomb;")).as_bytes());
    assert_eq!(seen.talks[0].program, "a&bA");
    assert_eq!(seen.left(codes::ROW_MALFORMED), 1);
}

#[test]
fn a_broken_event_of_another_kind_is_still_of_another_kind() {
    let log =
        xml(1, &[("CommandLine", "cat <(x &")]) + "\n" + &xml(3, &[("Image", "cat <(x &")]) + "\n";
    let seen = detect("sysmon-xml", log.as_bytes());
    assert_eq!((seen.left(codes::NOT_TRAFFIC), seen.left(codes::ROW_MALFORMED)), (1, 1));
}

/// A log of one chunk; each record brings a template and its values.
fn binary(records: &[&[(&str, &str)]]) -> Vec<u8> {
    let mut chunk = vec![0u8; 512];
    for record in records {
        let begin = chunk.len();
        chunk.extend([0x2a, 0x2a, 0, 0, 0, 0, 0, 0]);
        chunk.extend([0; 16]);
        chunk.extend([0x0f, 1, 1, 0, 0x0c, 1, 7, 0, 0, 0]);
        put_u32(&mut chunk, |at| at + 4);
        chunk.extend([0; 24]);
        let body = chunk.len();
        put_template(&mut chunk, record);
        let size = u32::try_from(chunk.len() - body).unwrap();
        chunk[body - 4..body].copy_from_slice(&size.to_le_bytes());
        put_values(&mut chunk, record);
        let size = u32::try_from(chunk.len() + 4 - begin).unwrap();
        chunk.extend(size.to_le_bytes());
        chunk[begin + 4..begin + 8].copy_from_slice(&size.to_le_bytes());
    }
    let free = u32::try_from(chunk.len()).unwrap();
    chunk[..8].copy_from_slice(b"ElfChnk\0");
    chunk[48..52].copy_from_slice(&free.to_le_bytes());
    chunk.resize(65536, 0);
    let mut file = b"ElfFile\0".to_vec();
    file.resize(4096, 0);
    [file, chunk].concat()
}

fn put_template(chunk: &mut Vec<u8>, record: &[(&str, &str)]) {
    chunk.extend([0x0f, 1, 1, 0]);
    for element in ["Event", "System"] {
        put_element(chunk, element, None);
        chunk.push(0x02);
    }
    put_element(chunk, "Provider", Some("Name"));
    put_text(chunk, "Microsoft-Windows-Sysmon");
    chunk.push(0x03);
    put_element(chunk, "EventID", None);
    chunk.extend([0x02, 0x0d, 0, 0, 0x06, 0x04]);
    put_element(chunk, "TimeCreated", Some("SystemTime"));
    chunk.extend([0x0d, 1, 0, 0x11, 0x03]);
    put_element(chunk, "Computer", None);
    chunk.extend([0x02, 0x0e, 2, 0, 0x01, 0x04, 0x04]);
    put_element(chunk, "EventData", None);
    chunk.push(0x02);
    for (at, (name, _)) in record.iter().enumerate() {
        put_element(chunk, "Data", Some("Name"));
        put_text(chunk, name);
        chunk.push(0x02);
        chunk.extend([0x0d, u8::try_from(at).unwrap() + 3, 0, 0x01, 0x04]);
    }
    chunk.extend([0x04, 0x04, 0x00]);
}

fn put_values(chunk: &mut Vec<u8>, record: &[(&str, &str)]) {
    let time: u64 = (1_767_323_045 + 11_644_473_600) * 10_000_000;
    let mut values = vec![
        (6u8, 3u16.to_le_bytes().to_vec()),
        (0x11, time.to_le_bytes().to_vec()),
        (1, wide("PC1")),
    ];
    values.extend(record.iter().map(|(_, value)| (1, wide(value))));
    chunk.extend(u32::try_from(values.len()).unwrap().to_le_bytes());
    for (kind, value) in &values {
        chunk.extend(u16::try_from(value.len()).unwrap().to_le_bytes());
        chunk.extend([*kind, 0]);
    }
    values.iter().for_each(|(_, value)| chunk.extend(value));
    chunk.push(0);
}

/// Begins an element; with an attribute it also begins that.
fn put_element(chunk: &mut Vec<u8>, name: &str, attribute: Option<&str>) {
    chunk.push(if attribute.is_some() { 0x41 } else { 0x01 });
    chunk.extend([0xff, 0xff, 0, 0, 0, 0]);
    put_name(chunk, name);
    if let Some(attribute) = attribute {
        chunk.extend([0; 4]);
        chunk.push(0x06);
        put_name(chunk, attribute);
    }
}

fn put_u32(chunk: &mut Vec<u8>, value: impl Fn(usize) -> usize) {
    let value = u32::try_from(value(chunk.len())).unwrap();
    chunk.extend(value.to_le_bytes());
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn put_name(chunk: &mut Vec<u8>, name: &str) {
    put_u32(chunk, |at| at + 4);
    chunk.extend([0; 6]);
    chunk.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
    chunk.extend(wide(name));
    chunk.extend([0; 2]);
}

fn put_text(chunk: &mut Vec<u8>, text: &str) {
    chunk.extend([0x05, 0x01]);
    chunk.extend(u16::try_from(text.len()).unwrap().to_le_bytes());
    chunk.extend(wide(text));
}

#[test]
fn a_connection_reads_the_same_from_a_binary_log() {
    let seen = detect("sysmon-evtx", &binary(&[CONNECTION, CONNECTION]));
    assert_eq!(seen.talks, [talk(), talk()]);
}

#[test]
fn the_time_of_a_binary_record_counts_where_the_event_has_none() {
    let seen = detect("sysmon-evtx", &binary(&[&CONNECTION[1..]]));
    assert_eq!(seen.talks[0].at, parse_iso("2026-01-02T03:04:05Z"));
}

#[test]
fn a_binary_log_that_is_cut_keeps_what_came_before() {
    let log = binary(&[CONNECTION, CONNECTION]);
    let seen = read(&SysmonEvtx, &log[..4096 + 512 + 1700]);
    assert!(seen.noted(codes::TRUNCATED));
    assert_eq!(seen.left(codes::ROW_MALFORMED), 1);
}

#[test]
fn damaged_copies_are_accounted_for() {
    torture(&SysmonJson, FLAT.as_bytes());
    torture(&SysmonXml, xml(3, CONNECTION).as_bytes());
    let log = binary(&[CONNECTION]);
    for at in 4096..4096 + 2600 {
        for value in [0u8, 1, 0x0c, 0x21, 0x41, 0xff] {
            let mut log = log.clone();
            log[at] = value;
            read(&SysmonEvtx, &log);
        }
    }
}

/// The members of the archives of the corpus that are JSON.
fn corpus() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/egress/sysmon");
    let mut found = Vec::new();
    let Ok(entries) = folder.read_dir() else { return found };
    for path in entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "zip"))
    {
        let mut archive = zip::ZipArchive::new(std::io::BufReader::new(open(&path))).unwrap();
        for index in 0..archive.len() {
            let mut member = archive.by_index(index).unwrap();
            let mut bytes = Vec::new();
            member.read_to_end(&mut bytes).unwrap();
            found.push((member.name().unwrap().into_owned(), bytes));
        }
    }
    found
}

fn open(path: &Path) -> impl Read + std::io::Seek + use<> {
    std::fs::OpenOptions::new().read(true).open(path).unwrap()
}

#[test]
fn the_corpus_has_queries_and_connections_that_join() {
    let samples = corpus();
    if samples.is_empty() {
        print_skipped();
        return;
    }
    let (_, bytes) = samples.iter().find(|(name, _)| name.contains("cmstp")).unwrap();
    let seen = detect("sysmon-json", bytes);
    assert_eq!(seen.account.ledger.not_understood, Default::default());
    assert_eq!(
        seen.account.ledger.rows,
        bytes.iter().filter(|byte| **byte == b'\n').count() as u64
    );
    let answer = seen.answers.iter().find(|answer| answer.name == "github.com").unwrap();
    let joined = |talk: &&SeenTalk| {
        answer.addresses.iter().any(|(address, _)| talk.remote.0 == Some(*address))
    };
    assert!(seen.talks.iter().find(joined).unwrap().program.ends_with("powershell.exe"));
    let (_, bytes) = samples.iter().find(|(name, _)| name.starts_with("syslog_sysmon")).unwrap();
    let seen = detect("sysmon-json", bytes);
    assert_eq!(seen.account.ledger.not_understood, Default::default());
    assert!(seen.talks.iter().any(|talk| talk.program.ends_with("wdavdaemon")));
}

/// Says which test found nothing to read.
fn print_skipped() {
    use std::io::Write;
    let _ =
        writeln!(std::io::stderr(), "skipped: the_corpus_has_queries_and_connections_that_join");
}
