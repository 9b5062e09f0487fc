use std::io::{self, Cursor};
use std::sync::Arc;

use model::record::traffic::Pair;

use super::*;
use crate::endpoints::read_table;
use crate::presence::Identifier;
use crate::views::views;

/// One log, with an endpoint that has a name and one that has a prefix; what is sought is noted.
fn pairs(log: &str, presence: &Arc<Presence>) -> Vec<Pair> {
    let tables: [&[u8]; 2] =
        [b"suffix,vendor\nup.example,Acme\n", b"cidr,vendor\n203.0.113.0/24,Acme\n"];
    let endpoints = Endpoints::new(tables.into_iter().flat_map(|it| read_table(it).endpoints));
    let open = |at: u64| -> io::Result<Box<dyn io::Read + Send>> {
        let rest = &log.as_bytes()[usize::try_from(at).unwrap()..];
        Ok(Box::new(Cursor::new(rest.to_vec())))
    };
    let bytes = log.len() as u64;
    let input = Input { path: "a.json", bytes, plain: true, open: &open, part: None };
    let options = Options { presence: Arc::clone(presence), ..Options::default() };
    views(&run(&[input], &endpoints, &Nowhere, &options, &|_| ()).sums, &endpoints).pairs
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
    let sums = pairs.iter().map(|it| (it.asset.as_str(), it.sum.bytes_out, it.sum.bytes_in));
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
        pairs.into_iter().map(|pair| pair.asset).collect::<String>()
    };
    assert_eq!((asset("10.0.0.5"), asset("127.0.0.1")), ("10.0.0.5".into(), "pc1".into()));
}
