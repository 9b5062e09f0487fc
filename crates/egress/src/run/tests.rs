use super::*;
use crate::endpoints::read_table;

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
    let out: u128 = outcome.sums.totals.values().map(|total| total.bytes_out).sum();
    assert_eq!((out, outcome.inputs[0].error.is_some()), (1500, true));
}
