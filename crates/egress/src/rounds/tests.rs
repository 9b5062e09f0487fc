use std::io::Cursor;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::endpoints::{Endpoints, read_table};
use crate::run::{Kind, Nowhere, Options, kind, run};

const TABLE: &[u8] = b"suffix,vendor\ncloud.example,Acme\nup.example,Bolt\n";
const NETWORKS: &[u8] = b"cidr,vendor\n192.0.2.0/28,Acme\n";

fn endpoints() -> Endpoints {
    let rows = [TABLE, NETWORKS].map(|table| read_table(table).endpoints);
    Endpoints::new(rows.into_iter().flatten())
}

/// How the logs are written.
#[derive(Clone, Copy, Debug)]
enum Form {
    /// JSON, a file for each kind of row.
    Json,
    /// JSON, everything in one file.
    Mixed,
    /// Tables, a file for each kind of row, with a header of other columns now and then.
    Tables,
}

/// One row: into which file, and its text.
type Line = (usize, String);

/// What one flow does: whether its name comes before or after it and by how many rows, which name, whether by an answer.
type Doing = (usize, usize, bool, u8, bool);

fn uid(number: usize) -> (String, String, String) {
    (format!("C{number}"), format!("10.0.0.{}", number % 7), format!("192.0.2.{}", number % 40))
}

fn conn(form: Form, number: usize) -> String {
    let (uid, client, server) = uid(number);
    let (at, sent) = (1_700_000_000 + number, number * 10 + 1);
    match form {
        Form::Tables if number.is_multiple_of(9) => format!(
            "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n\
             #fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tresp_bytes\torig_bytes\n\
             {at}.5\t{uid}\t{client}\t4000\t{server}\t443\ttcp\t7\t{sent}\n"
        ),
        Form::Tables => format!(
            "#separator \\x09\n#path\tconn\n\
             #fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\torig_bytes\tresp_bytes\n\
             {at}.5\t{uid}\t{client}\t4000\t{server}\t443\ttcp\t{sent}\t7\n"
        ),
        _ => {
            format!(
                r#"{{"_path":"conn","ts":{at}.5,"uid":"{uid}","id.orig_h":"{client}","id.orig_p":4000,"id.resp_h":"{server}","id.resp_p":443,"proto":"tcp","conn_state":"SF","orig_bytes":{sent},"resp_bytes":7}}"#
            ) + "\n"
        }
    }
}

fn name(number: usize, which: u8) -> String {
    let (uid, client, server) = uid(number);
    let name = ["a.cloud.example", "up.example", "other.example"][usize::from(which % 3)];
    let at = 1_700_000_000 + number;
    format!(
        r#"{{"_path":"ssl","ts":{at}.5,"uid":"{uid}","id.orig_h":"{client}","id.orig_p":4000,"id.resp_h":"{server}","id.resp_p":443,"version":"TLSv12","server_name":"{name}"}}"#
    ) + "\n"
}

fn answer(number: usize, which: u8) -> String {
    let (_, client, server) = uid(number);
    let name = ["a.cloud.example", "up.example", "other.example"][usize::from(which % 3)];
    let at = 1_700_000_000 + number;
    format!(
        r#"{{"_path":"dns","ts":{at}.1,"uid":"D{number}","id.orig_h":"{client}","id.orig_p":53,"id.resp_h":"10.0.0.53","id.resp_p":53,"proto":"udp","query":"{name}","qtype_name":"A","answers":["{server}"],"TTLs":[60.0]}}"#
    ) + "\n"
}

/// How far a name lies from its flow at most, in rows.
const NEAR: usize = 12;

fn lines(form: Form, doings: &[Doing]) -> Vec<Line> {
    let mut placed: Vec<(usize, usize, Line)> = Vec::new();
    let file = |kind: usize| if matches!(form, Form::Mixed) { 0 } else { kind };
    for (number, (gap, _, before, which, told)) in doings.iter().enumerate() {
        let at = number * 3 + NEAR;
        placed.push((at, number, (file(0), conn(form, number))));
        let other = if *before { at - gap % NEAR } else { at + gap % NEAR };
        let text = if *told { answer(number, *which) } else { name(number, *which) };
        placed.push((other, number, (file(if *told { 2 } else { 1 }), text)));
    }
    placed.sort_by_key(|(at, number, _)| (*at, *number));
    placed.into_iter().map(|(_, _, line)| line).collect()
}

const PATHS: [&str; 3] = ["conn.log", "ssl.log", "dns.log"];

/// Runs something with the files as inputs.
fn with_inputs<T>(
    files: &[Vec<u8>; 3],
    parts: [Option<Span>; 3],
    then: impl FnOnce(&[Input<'_>]) -> T,
) -> T {
    let opens: Vec<_> = files
        .iter()
        .map(|file| {
            move |at: u64| -> io::Result<Box<dyn io::Read + Send>> {
                let rest = file.get(usize::try_from(at).unwrap()..).unwrap_or(&[]);
                Ok(Box::new(Cursor::new(rest.to_vec())))
            }
        })
        .collect();
    let inputs: Vec<Input<'_>> = files
        .iter()
        .zip(parts)
        .enumerate()
        .filter(|(_, (file, _))| !file.is_empty())
        .map(|(at, (file, part))| Input {
            path: PATHS[at],
            bytes: file.len() as u64,
            plain: true,
            open: &opens[at],
            part,
        })
        .collect();
    then(&inputs)
}

/// How far each file is: where it settled, with which header.
#[derive(Clone, Default)]
struct Far {
    settled: [(u64, Vec<u8>); 3],
    rows: u64,
}

/// A state as it survives a kill: written, and how far the files are.
type Saved = (Vec<u8>, Far);

fn saved(running: &Running, far: &Far) -> Saved {
    let mut bytes = Vec::new();
    let header = Header::new((1, 1), "of".into(), String::new(), serde_json::Value::Null);
    running.write(&header, &mut bytes).unwrap();
    (bytes, far.clone())
}

/// Sums by rounds: after some rows each, with a kill now and then that goes back to what was saved last.
fn by_rounds(lines: &[Line], rounds: &[(usize, bool, bool)], workers: usize) -> (EgressSum, u64) {
    let endpoints = endpoints();
    let options = Options { workers, ..Options::default() };
    let go = Run { endpoints: &endpoints, places: &Nowhere, options: &options, progress: &|_| () };
    let (mut running, mut far) = (Running::default(), Far::default());
    let mut kept = saved(&running, &far);
    let mut files: [Vec<u8>; 3] = Default::default();
    let mut lengths: Vec<[u64; 3]> = vec![[0; 3]];
    let mut borders = rounds.iter().cycle();
    let mut pending_rows = 0;
    let mut next = lines.iter();
    let mut ended = false;
    while !ended {
        let (rows, killed, save) = borders.next().copied().unwrap_or((1, false, true));
        for _ in 0..rows {
            let Some((file, text)) = next.next() else {
                ended = true;
                break;
            };
            files[*file].extend(text.as_bytes());
            lengths.push(std::array::from_fn(|at| files[at].len() as u64));
        }
        let old = lengths.len().saturating_sub(1 + 2 * NEAR);
        let parts = std::array::from_fn(|at| {
            let (from, header) = &far.settled[at];
            let until = lengths[old][at].max(*from);
            Some(Span { from: *from, until, header: Arc::from(header.as_slice()) })
        });
        let round =
            with_inputs(&files, parts.clone(), |inputs| running.round(&go, inputs, 5)).unwrap();
        for read in &round.settled {
            let at = PATHS.iter().position(|path| *path == read.path).unwrap();
            far.settled[at] = (parts[at].as_ref().unwrap().until, read.header.to_vec());
            far.rows += read.account.ledger.rows;
        }
        pending_rows = round.pending.iter().map(|read| read.account.ledger.rows).sum();
        if save {
            kept = saved(&running, &far);
        }
        if killed && !ended {
            running = Running::read(&mut &kept.0[..]).unwrap().1;
            far = kept.1.clone();
        }
    }
    (running.sums(), far.rows + pending_rows)
}

fn at_once(lines: &[Line]) -> (EgressSum, u64) {
    let mut files: [Vec<u8>; 3] = Default::default();
    lines.iter().for_each(|(file, text)| files[*file].extend(text.as_bytes()));
    let outcome = with_inputs(&files, Default::default(), |inputs| {
        run(inputs, &endpoints(), &Nowhere, &Options::default(), &|_| ())
    });
    (outcome.sums, outcome.inputs.iter().map(|read| read.account.ledger.rows).sum())
}

fn doings() -> impl Strategy<Value = Vec<Doing>> {
    let one = (0..NEAR, 0..9usize, any::<bool>(), any::<u8>(), prop::bool::weighted(0.3));
    prop::collection::vec(one, 1..80)
}

fn rounds() -> impl Strategy<Value = Vec<(usize, bool, bool)>> {
    let one = (1..40usize, prop::bool::weighted(0.3), any::<bool>());
    prop::collection::vec(one, 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn rounds_with_kills_add_up_to_one_run(doings in doings(), rounds in rounds()) {
        for form in [Form::Json, Form::Mixed, Form::Tables] {
            let lines = lines(form, &doings);
            let workers = 1 + rounds.len() % 3;
            prop_assert_eq!(by_rounds(&lines, &rounds, workers), at_once(&lines), "{:?}", form);
        }
    }
}

#[test]
fn the_logs_of_these_tests_have_flows_by_name_by_answer_and_by_prefix() {
    let doings: Vec<Doing> =
        (0..60).map(|at| (at % 9, 0, true, (at % 5) as u8, at % 4 == 0)).collect();
    let (sums, rows) = at_once(&lines(Form::Json, &doings));
    let grades: std::collections::BTreeSet<&str> =
        sums.totals.keys().map(|key| key.grade.as_str()).collect();
    assert_eq!(grades.into_iter().collect::<Vec<_>>(), ["answer", "prefix", "sni"]);
    assert_eq!(rows, 120);
}

#[test]
fn what_is_pending_and_cannot_be_read_again_counts_as_it_was_summed_up_last() {
    let lines = lines(Form::Json, &[(1, 0, true, 0, false), (2, 0, true, 1, false)]);
    let mut files: [Vec<u8>; 3] = Default::default();
    lines.iter().for_each(|(file, text)| files[*file].extend(text.as_bytes()));
    let (endpoints, options) = (endpoints(), Options::default());
    let go = Run { endpoints: &endpoints, places: &Nowhere, options: &options, progress: &|_| () };
    let mut running = Running::default();
    let part = || Some(Span { from: 0, until: 0, header: Arc::from([]) });
    with_inputs(&files, [part(), part(), part()], |inputs| running.round(&go, inputs, 1)).unwrap();
    assert!(running.settled.totals.is_empty());
    let before = running.sums();
    running.keep_pending();
    running.round(&go, &[], 2).unwrap();
    assert_eq!((running.sums(), running.pending.totals.len()), (before, 0));
}

#[test]
fn a_round_with_an_input_that_breaks_changes_no_sum() {
    let lines = lines(Form::Json, &[(1, 0, true, 0, false), (2, 0, true, 1, false)]);
    let mut files: [Vec<u8>; 3] = Default::default();
    lines.iter().for_each(|(file, text)| files[*file].extend(text.as_bytes()));
    let (endpoints, options) = (endpoints(), Options::default());
    let go = Run { endpoints: &endpoints, places: &Nowhere, options: &options, progress: &|_| () };
    let mut running = Running::default();
    let part =
        |file: &Vec<u8>| Some(Span { from: 0, until: file.len() as u64, header: Arc::from([]) });
    let parts = [part(&files[0]), part(&files[1]), part(&files[2])];
    let round = with_inputs(&files, parts, |inputs| {
        let broken = |at: u64| -> io::Result<Box<dyn io::Read + Send>> {
            match at {
                0 => Ok(Box::new(Fails(files[1].clone(), 0))),
                _ => Err(io::ErrorKind::NotFound.into()),
            }
        };
        let mut inputs = inputs.to_vec();
        inputs[1].open = &broken;
        inputs[1].bytes = 1 << 20;
        running.round(&go, &inputs, 1)
    });
    let broken: Vec<String> = round.unwrap_err().into_iter().map(|read| read.path).collect();
    assert_eq!(broken, ["ssl.log"]);
    assert_eq!(running.sums(), EgressSum::default());
}

/// Gives what it has, and then an error in place of the end.
struct Fails(Vec<u8>, usize);

impl io::Read for Fails {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = (&self.0[self.1..]).read(buffer)?;
        self.1 += read;
        if read == 0 { Err(io::ErrorKind::TimedOut.into()) } else { Ok(read) }
    }
}

#[test]
fn a_state_that_is_cut_is_refused() {
    let lines = lines(Form::Json, &[(1, 0, true, 0, false)]);
    let mut files: [Vec<u8>; 3] = Default::default();
    lines.iter().for_each(|(file, text)| files[*file].extend(text.as_bytes()));
    let (endpoints, options) = (endpoints(), Options::default());
    let go = Run { endpoints: &endpoints, places: &Nowhere, options: &options, progress: &|_| () };
    let mut running = Running::default();
    let part = || Some(Span { from: 0, until: 0, header: Arc::from([]) });
    with_inputs(&files, [part(), part(), part()], |inputs| running.round(&go, inputs, 1)).unwrap();
    let (bytes, _) = saved(&running, &Far::default());
    let read = |bytes: &[u8]| Running::read(&mut &*bytes).map(|(_, running)| running.sums());
    assert_eq!(read(&bytes).unwrap(), running.sums());
    for cut in 0..bytes.len() {
        assert!(read(&bytes[..cut]).is_err(), "{cut} of {}", bytes.len());
    }
}

#[test]
fn lines_are_read_on_and_captures_as_a_whole() {
    let lines = lines(Form::Json, &[(1, 0, true, 0, false)]);
    let mut files: [Vec<u8>; 3] = Default::default();
    files[0] = lines.iter().map(|(_, text)| text.as_str()).collect::<String>().into_bytes();
    files[1] = b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\x04\0\x01\0\0\0".to_vec();
    files[2] = b"nothing that anybody knows\n".to_vec();
    let kinds: Vec<Kind> = with_inputs(&files, Default::default(), |inputs| {
        inputs.iter().map(|input| kind(input).unwrap()).collect()
    });
    assert_eq!(kinds, [Kind::Lines, Kind::Whole { teaches: false }, Kind::Unknown]);
}
