//! The generated estate: osquery exports of as many hosts as wanted, each made when it is asked for and never kept.
//!
//! A catalogue of 64,000 distinct rows (packages, programs, services with their versions) is made once. A host holds one row about
//! itself and draws the rest: half from the 2,000 most common, half from all. Some columns change from host to host: the process
//! of a running service (one service of two runs), the day a program was installed (one of 400). So one row of eight is found
//! nowhere else, and almost four of ten differ from most others that say the same.

use std::io::Write;

use catalog::facts::Catalog;
use catalog::product::Match;
use model::field::Field;

use crate::demo::random::Random;

/// Which bytes repeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// As the module's text says.
    Typical,
    /// Besides, a column that nobody reads differs in every row: no row occurs twice.
    Unique,
    /// Every version is another one: no two rows mean the same.
    Distinct,
}

impl Mode {
    /// The mode of this name.
    pub(super) fn of(word: &str) -> Option<Self> {
        match word {
            "typical" => Some(Self::Typical),
            "unique" => Some(Self::Unique),
            "distinct" => Some(Self::Distinct),
            _ => None,
        }
    }
}

/// The catalogue of rows.
pub(super) struct Estate {
    seed: u64,
    mode: Mode,
    rows: Vec<Template>,
}

/// A row in pieces: what stands before and after the column that changes.
struct Template {
    head: Vec<u8>,
    changes: Changes,
    tail: Vec<u8>,
    /// The end of the row, after its version.
    end: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Changes {
    Never,
    Process,
    Day,
}

impl Estate {
    /// Makes the catalogue. One row of a thousand is a product that the facts know.
    pub(super) fn new(seed: u64, mode: Mode, catalog: &Catalog) -> Self {
        let named = |field: Field| -> Vec<String> {
            let exact = catalog.fingerprints().filter(|(_, print)| {
                print.field == field && print.kind == Match::Exact && print.except.is_empty()
            });
            exact.map(|(_, print)| print.value.clone()).collect()
        };
        let known = [named(Field::LinPkg), named(Field::WinDisplay), named(Field::WinService)];
        let mut random = Random::named(seed, "bench rows");
        let rows = (0..DISTINCT)
            .map(|number| {
                let table = match random.below(100) {
                    0..45 => 0,
                    45..75 => 1,
                    _ => 2,
                };
                let of_table =
                    known.get(table).filter(|names| number % 1000 == 7 && !names.is_empty());
                let name = of_table.and_then(|names| names.get(number / 1000 % names.len()));
                let name = name.map_or_else(|| invented(&mut random, number), |name| escaped(name));
                match table {
                    0 => package(&mut random, &name),
                    1 => program(&mut random, &name),
                    _ => service(&mut random, &name),
                }
            })
            .collect();
        Self { seed, mode, rows }
    }

    /// The export of one host with so many rows.
    pub(super) fn host(&self, host: usize, rows: usize) -> Vec<u8> {
        let mut random = Random::named(self.seed.wrapping_add(host as u64), "bench host");
        let mut out = Vec::with_capacity(rows * 560);
        out.extend_from_slice(b"[\n");
        // Writing into memory cannot fail.
        let _ = write!(
            out,
            "  {{\"board_model\":\"\",\"cpu_brand\":\"Generic CPU\",\"hardware_model\":\"M{}\",\
             \"hardware_serial\":\"SN{host:08}\",\"hardware_vendor\":\"Acme\",\
             \"hostname\":\"host-{host:05}\",\"uuid\":\"{}-0000-4000-8000-{host:012}\"}}",
            random.below(40),
            random.hex(8),
        );
        for row in 1..rows {
            out.extend_from_slice(b",\n  ");
            let among = if random.percent(50) { COMMON } else { DISTINCT };
            let at = random.below(among as u64) as usize;
            let number = host * rows + row;
            if let Some(template) = self.rows.get(at) {
                self.row(template, number, &mut random, &mut out);
            }
        }
        out.extend_from_slice(b"\n]\n");
        out
    }

    fn row(&self, row: &Template, number: usize, random: &mut Random, out: &mut Vec<u8>) {
        out.extend_from_slice(&row.head);
        let change = random.next();
        let _ = match row.changes {
            Changes::Never if self.mode == Mode::Unique => write!(out, "{number}"),
            Changes::Never => write!(out, "{}", row.head.len() * 37),
            Changes::Process if self.mode != Mode::Unique && change.is_multiple_of(2) => {
                write!(out, "0")
            }
            Changes::Process if self.mode == Mode::Unique => write!(out, "{number}"),
            Changes::Process => write!(out, "{}", change >> 8 & 0xff_ffff),
            Changes::Day if self.mode == Mode::Unique => write!(out, "{number}"),
            Changes::Day => write!(out, "{}", 20_250_000 + (change >> 8) % 400),
        };
        out.extend_from_slice(&row.tail);
        if self.mode == Mode::Distinct {
            let _ = write!(out, ".{number}");
        }
        out.extend_from_slice(&row.end);
    }
}

/// A row of `deb_packages`.
fn package(random: &mut Random, name: &str) -> Template {
    let maintainer = format!("{} Packaging Team", invented(random, 3));
    let source = format!("{} ({}.{})", invented(random, 9), random.below(9), random.below(99));
    let head = format!(
        "{{\"admindir\":\"/var/lib/dpkg\",\"arch\":\"amd64\",\"maintainer\":\"{maintainer} \
         <pkg-{maintainer}-maintainers@lists.example.org>\",\"name\":\"{name}\",\"priority\":\
         \"optional\",\"revision\":\"{}\",\"section\":\"{}\",\"size\":\"",
        random.below(9),
        random.pick(&["admin", "libs", "net", "python", "utils", "video"]),
    );
    let tail = format!(
        "\",\"source\":\"{source}\",\"status\":\"install ok installed\",\"version\":\"{}.{}.{}",
        random.below(9),
        random.below(40),
        random.below(99)
    );
    Template { head: head.into(), changes: Changes::Never, tail: tail.into(), end: b"\"}".to_vec() }
}

/// A row of `programs`.
fn program(random: &mut Random, name: &str) -> Template {
    let publisher = format!("{} {}", invented(random, 5), random.pick(&["Inc.", "GmbH", "Ltd."]));
    let folder = format!("C:\\\\Program Files\\\\{publisher}\\\\{name}");
    let code = |random: &mut Random| {
        let (a, b, c) = (random.hex(8), random.hex(4), random.hex(12));
        format!("{{{a}-{b}-4000-8000-{c}}}").to_uppercase()
    };
    let number = code(random);
    let head = format!("{{\"identifying_number\":\"{number}\",\"install_date\":\"",);
    let tail = format!(
        "\",\"install_location\":\"{folder}\\\\\",\"install_source\":\
         \"C:\\\\ProgramData\\\\Package Cache\\\\{number}\\\\v{}\\\\packages\\\\x64\\\\\",\
         \"language\":\"1033\",\"name\":\"{name}\",\"package_family_name\":\"\",\"publisher\":\
         \"{publisher}\",\"uninstall_string\":\"MsiExec.exe /X{number}\",\"upgrade_code\":\"{}\",\
         \"version\":\"{}.{}.{}",
        random.below(99),
        code(random),
        random.below(30),
        random.below(99),
        random.below(9999)
    );
    Template { head: head.into(), changes: Changes::Day, tail: tail.into(), end: b"\"}".to_vec() }
}

/// A row of `services`.
fn service(random: &mut Random, name: &str) -> Template {
    let title = format!("{} {} Service", invented(random, 2), invented(random, 5));
    let file = invented(random, 1);
    let head = format!(
        "{{\"description\":\"{title} keeps the {file} component up to date. If this service is \
         stopped, programs that depend on it may not work as they should.\",\"display_name\":\
         \"{title}\",\"module_path\":\"\",\"name\":\"{name}\",\"pid\":\"",
    );
    let tail = format!(
        "\",\"service_exit_code\":\"0\",\"service_type\":\"OWN_PROCESS\",\"start_type\":\
         \"AUTO_START\",\"status\":\"RUNNING\",\"user_account\":\"LocalSystem\",\
         \"win32_exit_code\":\"0\",\"path\":\"\\\"C:\\\\Program Files\\\\{title}\\\\bin\\\\{file}.exe\
         \\\" --service --config \\\"C:\\\\ProgramData\\\\{title}\\\\{file}.conf"
    );
    let end = b"\\\"\"}".to_vec();
    Template { head: head.into(), changes: Changes::Process, tail: tail.into(), end }
}

/// A text as it stands between the quotes of a JSON string.
fn escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.trim_matches('"').to_owned()
}

fn invented(random: &mut Random, number: usize) -> String {
    const PARTS: &[&str] = &[
        "ba", "cor", "dex", "fil", "gra", "hon", "ix", "jul", "kom", "lar", "mon", "net", "or",
        "pla", "qui", "ros", "sta", "tri", "ul", "ver", "wex", "yon", "zed",
    ];
    let mut name = String::new();
    for _ in 0..2 + random.below(3) {
        name.push_str(random.pick(PARTS));
    }
    format!("{name}-{}", number % 1000)
}

/// How many distinct rows there are.
pub(super) const DISTINCT: usize = 64_000;
/// How many of them are common.
const COMMON: usize = 2_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_valid_json_of_the_same_bytes_each_time() {
        let catalog = Catalog::default();
        for mode in [Mode::Typical, Mode::Unique, Mode::Distinct] {
            let estate = Estate::new(1, mode, &catalog);
            let host = estate.host(7, 200);
            assert_eq!(host, Estate::new(1, mode, &catalog).host(7, 200));
            let rows: Vec<serde_json::Value> = serde_json::from_slice(&host).unwrap();
            assert_eq!(rows.len(), 200);
            let mean = host.len() / rows.len();
            assert!((400..620).contains(&mean), "{mean} bytes a row");
        }
    }
}
