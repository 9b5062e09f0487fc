use std::io::{self, Cursor};
use std::sync::Arc;

use model::record::traffic::Pair;

use super::*;
use crate::endpoints::read_table;
use crate::presence::Identifier;
use crate::views::views;

/// One log, with an endpoint that has a name and one that has a prefix; what is sought is noted.
fn pairs(log: &str, presence: &Arc<Presence>) -> Vec<Pair> {
    of_logs(&[("a.json", log)], presence)
}

/// Several logs by name.
fn of_logs(logs: &[(&str, &str)], presence: &Arc<Presence>) -> Vec<Pair> {
    with(logs, Options { presence: Arc::clone(presence), ..Options::default() })
}

fn with(logs: &[(&str, &str)], options: Options) -> Vec<Pair> {
    let tables: [&[u8]; 2] =
        [b"suffix,vendor\nup.example,Acme\n", b"cidr,vendor\n203.0.113.0/24,Acme\n"];
    let endpoints = Endpoints::new(tables.into_iter().flat_map(|it| read_table(it).endpoints));
    let open = |log: &str, at: u64| -> io::Result<Box<dyn io::Read + Send>> {
        let rest = &log.as_bytes()[usize::try_from(at).unwrap()..];
        Ok(Box::new(Cursor::new(rest.to_vec())))
    };
    let openers: Vec<_> = logs.iter().map(|(_, log)| move |at: u64| open(log, at)).collect();
    let inputs: Vec<Input<'_>> = logs
        .iter()
        .zip(&openers)
        .map(|((path, log), open)| Input {
            path,
            bytes: log.len() as u64,
            plain: true,
            open,
            part: None,
        })
        .collect();
    views(run(&inputs, &endpoints, &Nowhere, &options, &|_| ()).sums, &endpoints).pairs
}

const BOTH_WAYS: &str = concat!(
    r#"{"timestamp":"2026-03-01T10:00:01.0+0000","flow_id":7,"event_type":"tls","src_ip":"10.0.0.5","#,
    r#""src_port":5000,"dest_ip":"198.51.100.1","dest_port":443,"proto":"TCP","#,
    r#""tls":{"sni":"up.example"}}"#,
    "\n",
    r#"{"timestamp":"2026-03-01T10:00:09.0+0000","flow_id":7,"event_type":"netflow","#,
    r#""src_ip":"10.0.0.5","src_port":5000,"dest_ip":"198.51.100.1","dest_port":443,"proto":"TCP","#,
    r#""netflow":{"pkts":4,"bytes":1000,"start":"2026-03-01T10:00:00.0+0000","end":"2026-03-01T10:00:05.0+0000"}}"#,
    "\n",
    r#"{"timestamp":"2026-03-01T10:00:09.0+0000","flow_id":7,"event_type":"netflow","#,
    r#""src_ip":"198.51.100.1","src_port":443,"dest_ip":"10.0.0.5","dest_port":5000,"proto":"TCP","#,
    r#""netflow":{"pkts":3,"bytes":300,"start":"2026-03-01T10:00:00.0+0000","end":"2026-03-01T10:00:05.0+0000"}}"#,
    "\n",
);

#[test]
fn the_record_of_the_way_back_is_what_the_named_flow_received() {
    let pairs = pairs(BOTH_WAYS, &Arc::default());
    let sums = pairs.iter().map(|it| (&*it.asset, it.sum.bytes_out, it.sum.bytes_in));
    assert_eq!(sums.collect::<Vec<_>>(), [("10.0.0.5", 1000, 300)]);
}

#[test]
fn a_host_that_is_only_sent_to_is_not_covered() {
    let [client, server] = ["10.0.0.8", "10.0.0.9"].map(|it| Identifier::parse(it).unwrap());
    let log = concat!(
        r#"{"timestamp":"2026-03-01T10:00:09.0+0000","flow_id":8,"event_type":"flow","#,
        r#""src_ip":"10.0.0.8","dest_ip":"10.0.0.9","proto":"TCP","#,
        r#""flow":{"bytes_toserver":1,"bytes_toclient":1,"start":"2026-03-01T10:00:00.0+0000"}}"#,
        "\n",
    );
    let presence = Arc::new(Presence::new([client.clone(), server.clone()]));
    pairs(log, &presence);
    assert_eq!((presence.saw(&client), presence.saw(&server)), (true, false));
}

#[test]
fn a_program_is_told_of_the_address_that_its_flows_are_under() {
    let row = concat!(
        r#"{"hostIdentifier":"pc1","unixTime":"1772359200","columns":{"path":"/opt/up","#,
        r#""local_address":"LOCAL","local_port":"5000","remote_address":"203.0.113.1","#,
        r#""remote_port":"443"}}"#,
        "\n",
    );
    let asset = |local: &str| {
        let pairs = pairs(&row.replace("LOCAL", local), &Arc::default());
        pairs.iter().map(|pair| &*pair.asset).collect::<String>()
    };
    assert_eq!((asset("10.0.0.5"), asset("127.0.0.1")), ("10.0.0.5".into(), "pc1".into()));
}

#[test]
fn bytes_by_grade_and_country_are_unknown_where_no_flow_tells() {
    let log = BOTH_WAYS.replace(r#""bytes":1000,"#, "").replace(r#""bytes":300,"#, "");
    let pair = &pairs(&log, &Arc::default())[0];
    assert_eq!((pair.grades.get("sni"), pair.countries.get("")), (Some(&None), Some(&None)));
    let pair = &pairs(BOTH_WAYS, &Arc::default())[0];
    assert_eq!(
        (pair.grades.get("sni"), pair.countries.get("")),
        (Some(&Some(1000)), Some(&Some(1000)))
    );
}

/// A program at the conversation in [`BOTH_WAYS`].
const SOCKET: &str = concat!(
    r#"{"hostIdentifier":"pc1","unixTime":"1772359201","columns":{"path":"/opt/up","#,
    r#""local_address":"10.0.0.5","local_port":"5000","remote_address":"198.51.100.1","#,
    r#""remote_port":"443","protocol":"6"}}"#,
    "\n",
);

/// The programs of the flow in [`BOTH_WAYS`], which goes to an address that the endpoint shares, by a row about a socket.
fn programs(changed: (&str, &str)) -> Vec<String> {
    let row = SOCKET.replace(changed.0, changed.1);
    let pairs = of_logs(&[("flows.json", BOTH_WAYS), ("sockets.json", &row)], &Arc::default());
    let paths = pairs.iter().flat_map(|pair| pair.programs.iter());
    paths.map(|(path, _)| path.to_owned()).collect()
}

#[test]
fn a_flow_is_tied_to_the_program_of_its_conversation() {
    assert_eq!(programs(("", "")), ["/opt/up"]);
}

#[test]
fn what_the_machine_calls_itself_comes_with_the_program() {
    let row = SOCKET.replace("198.51.100.1", "203.0.113.1");
    assert_eq!(*pairs(&row, &Arc::default())[0].host_names, ["pc1".into()]);
}

#[test]
fn a_flow_of_another_port_protocol_or_time_is_not() {
    for changed in [("\"5000\"", "\"5001\""), ("\"6\"", "\"17\""), ("1772359201", "1772369201")] {
        assert!(programs(changed).is_empty(), "{changed:?}");
    }
}

/// Text whose reading then fails, as that of a compressed stream that was cut does.
struct Cut(&'static [u8]);

impl Read for Cut {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.0.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.0.read(buffer)
    }
}

const ROWS: &[u8] = br#"{"ts":1600000000.5,"uid":"C1","id.orig_h":"10.0.0.7","id.orig_p":50000,"id.resp_h":"192.0.2.9","id.resp_p":443,"proto":"tcp","duration":2.5,"orig_bytes":1500,"resp_bytes":9,"conn_state":"SF"}
"#;

#[test]
fn an_input_that_is_cut_early_counts_its_rows_and_says_that_it_was_not_read_to_its_end() {
    let endpoints = Endpoints::new(read_table(b"cidr,vendor\n192.0.2.0/24,acme\n").endpoints);
    let open: Opener<'_> = &|_| Ok(Box::new(Cut(ROWS)));
    let input = Input { path: "conn.log.gz", bytes: 99, plain: false, open, part: None };
    let outcome = run(&[input], &endpoints, &Nowhere, &Options::default(), &|_| ());
    let out: u64 = outcome.sums.totals.values().map(|total| total.bytes_out).sum();
    assert_eq!((out, outcome.inputs[0].error.is_some()), (1500, true));
}

/// A row of eve.json at a second of a minute, between two addresses.
fn row(second: u32, id: u32, kind: &str, (from, to): (&str, &str), rest: &str) -> String {
    format!(
        concat!(
            r#"{{"timestamp":"2026-03-01T10:00:{:02}.000000+0000","flow_id":{},"in_iface":"e","#,
            r#""event_type":"{}","src_ip":"{}","src_port":5000,"dest_ip":"{}","dest_port":443,"#,
            r#""proto":"TCP",{}}}"#,
            "\n"
        ),
        second, id, kind, from, to, rest
    )
}

const HOST: &str = "10.0.0.5";
/// An address that an endpoint shares with others.
const SHARED: &str = "198.51.100.1";

/// A flow from the first second of the minute to the second.
fn flow(second: u32, id: u32, to: &str, bytes: u32, sensor: &str) -> String {
    let body = format!(
        concat!(
            r#""flow":{{"bytes_toserver":{},"bytes_toclient":1,"#,
            r#""start":"2026-03-01T10:00:{:02}.000000+0000"}}{}"#
        ),
        bytes,
        second.saturating_sub(2),
        sensor
    );
    row(second, id, "flow", (HOST, to), &body)
}

fn named(second: u32, id: u32, sensor: &str) -> String {
    row(second, id, "tls", (HOST, SHARED), &format!(r#""tls":{{"sni":"up.example"}}{sensor}"#))
}

/// The host is told the shared address for the endpoint's name.
fn told(second: u32) -> String {
    let body = concat!(
        r#""dns":{"version":3,"type":"response","queries":[{"rrname":"up.example","rrtype":"A"}],"#,
        r#""answers":[{"rrname":"up.example","rrtype":"A","ttl":60,"rdata":"198.51.100.1"}]}"#
    );
    row(second, 99, "dns", (HOST, "10.0.0.53"), body)
}

/// More rows of no concern than are kept.
fn filler() -> String {
    let stats = r#"{"timestamp":"2026-03-01T10:00:20.000000+0000","event_type":"stats","text":"#;
    format!("{stats}\"{}\"}}\n", "x".repeat(8_000)).repeat(2_200)
}

/// What left for the endpoint by the sieves; the strict way must say the same.
fn out(log: &str) -> u64 {
    let sent = |strict| {
        let pairs = with(&[("eve.json", log)], Options { strict, ..Options::default() });
        pairs.iter().map(|pair| pair.sum.bytes_out).sum::<u64>()
    };
    assert_eq!(sent(false), sent(true));
    sent(false)
}

#[test]
fn sensors_are_told_apart_whatever_is_read_again() {
    let [one, two] = [r#","host":"s1""#, r#","host":"s2""#];
    let log = [
        told(0),
        named(0, 3, two),
        flow(2, 1, SHARED, 100, one),
        flow(4, 2, "203.0.113.9", 600, two),
        flow(4, 3, SHARED, 1000, two),
    ];
    assert_eq!(out(&log.concat()), 1600);
}

#[test]
fn a_sensor_is_the_same_wherever_it_is_named() {
    let early = named(0, 3, "").replace(r#""in_iface":"e","#, r#""host":"s1","#);
    assert_eq!(out(&[early, flow(2, 3, SHARED, 100, r#","host":"s1""#)].concat()), 100);
    let early = flow(2, 3, SHARED, 100, "").replace(r#""in_iface":"e","#, r#""host":"s1","#);
    assert_eq!(out(&[named(0, 3, r#","host":"s1""#), early].concat()), 100);
}

#[test]
fn the_way_back_of_a_flow_counts_that_only_an_answer_ties() {
    let body = r#""netflow":{"bytes":7000,"start":"2026-03-01T10:00:01.000000+0000"}"#;
    let log = [
        told(0),
        row(5, 1, "netflow", (HOST, SHARED), r#""netflow":{"bytes":100}"#),
        row(5, 1, "netflow", (SHARED, HOST), body),
    ];
    for strict in [false, true] {
        let options = Options { strict, ..Options::default() };
        let pairs = with(&[("eve.json", &log.concat())], options);
        assert_eq!(pairs.iter().map(|pair| pair.sum.bytes_in).sum::<u64>(), 7000, "{strict}");
    }
}

#[test]
fn an_answer_that_comes_long_after_its_flow_counts() {
    assert_eq!(out(&[flow(4, 1, SHARED, 100, ""), filler(), told(0)].concat()), 100);
}

#[test]
fn a_name_counts_that_comes_long_after_its_flow_and_whose_key_had_another_flow() {
    let log = [
        named(0, 1, ""),
        flow(4, 1, SHARED, 100, ""),
        flow(59, 1, SHARED, 1000, "").replace("T10:00", "T22:00"),
        filler(),
        named(58, 1, "").replace("T10:00", "T22:00"),
    ];
    assert_eq!(out(&log.concat()), 1100);
}

#[test]
fn what_comes_in_time_does_not_make_a_log_be_read_again() {
    let log = [
        flow(4, 1, SHARED, 100, ""),
        filler(),
        told(20),
        named(20, 1, "").replace("T10:00", "T22:00"),
        flow(22, 1, SHARED, 1000, "").replace("T10:00", "T22:00"),
    ];
    let log = log.concat();
    let opened = AtomicUsize::new(0);
    let open: Opener<'_> = &|at| {
        opened.fetch_add(usize::from(at > 0), Ordering::Relaxed);
        let rest = log.as_bytes().get(usize::try_from(at).unwrap()..).unwrap();
        Ok(Box::new(Cursor::new(rest.to_vec())))
    };
    let endpoints = Endpoints::new(read_table(b"suffix,vendor\nup.example,Acme\n").endpoints);
    let bytes = log.len() as u64;
    let input = Input { path: "eve.json", bytes, plain: true, open, part: None };
    let outcome = run(&[input], &endpoints, &Nowhere, &Options::default(), &|_| ());
    let out: u64 = outcome.sums.totals.values().map(|total| total.bytes_out).sum();
    let once = usize::try_from(bytes / (128 << 10)).unwrap();
    // Some more for a look at what kinds of rows there are.
    let times = opened.into_inner();
    assert!(out == 1000 && times < once + 20, "{out} {times} {once}");
}

#[test]
fn logs_of_several_kinds_in_one_file_are_all_read() {
    let row = |rest: &str| {
        let ends =
            r#""id.orig_h":"10.0.0.5","id.orig_p":1,"id.resp_h":"198.51.100.1","id.resp_p":2"#;
        format!("{{\"ts\":1600000000.5,\"uid\":\"C\",{ends},{rest}}}\n")
    };
    let [flows, other] = [
        r#""proto":"tcp","orig_bytes":100,"conn_state":"SF""#,
        r#""proto":"tcp","conn_state":"S0""#,
    ]
    .map(row);
    let told =
        row(r#""proto":"udp","query":"up.example","answers":["198.51.100.1"],"TTLs":[60.0]"#);
    let asked = row(r#""proto":"udp","query":"other.example""#);
    let (other, asked) = (other.repeat(1_000), asked.repeat(1_000));
    for log in [[&flows, &*other, &*asked, &told], [&told, &*asked, &*other, &flows]] {
        assert_eq!(out(&log.concat()), 100);
    }
    for blanks in 0..17 {
        let log = [&*" ".repeat(blanks), &flows, &*other, &told];
        assert_eq!(out(&log.concat()), 100, "{blanks}");
    }
}
